r"""Certificates of critical points without symmetry: Newton's method and the Krawczyk test on all n d weights.

Gradient and Hessian of each pair of neurons come from the derivatives of F(p, q, r), see
``analytic.landscape.reduced``; the weights are balls, so that the Hessian encloses all Hessians on a box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from flint import arb, arb_mat, ctx, fmpq

from analytic.balls import Ball, precision
from analytic.errors import DimensionError
from analytic.landscape.certificate import (
    Certificate,
    Problem,
    facts_of,
    interval,
    krawczyk_preconditioner,
    text_of,
)
from analytic.landscape.eigenvalues import eigenvalue_balls
from analytic.landscape.newton import NoCriticalPointError
from analytic.landscape.pair import RELU, Homogeneous, PairDerivatives
from analytic.landscape.point import PointSpectrum, SpectrumRow

#: More weights than this are refused: the Hessian is a full matrix of balls.
MAX_WEIGHTS = 60
#: Newton steps, and how far the weights given may be from the critical point without being asked.
STEPS, DISTANCE = 60, 1e-5

Vector = list[arb]


@dataclass(frozen=True)
class DenseLoss:
    """The loss at any weights in balls, for teachers with second-layer weights 1.

    Args:
        teachers: k rows of balls.
        phi: the activation.
    """

    teachers: Sequence[Vector]
    phi: Homogeneous = RELU

    def _pair(self, w: Vector, v: Vector) -> PairDerivatives:
        gap = arb(0)
        for a, b in combinations(range(len(w)), 2):
            minor = w[a] * v[b] - w[b] * v[a]
            gap += minor * minor
        return self._at(_dot(w, w), _dot(w, v), _dot(v, v), gap)

    def _at(self, p: arb, q: arb, r: arb, gap: arb) -> PairDerivatives:
        if gap == 0:
            if not (q > 0 or q < 0):
                raise NoCriticalPointError("got a neuron that may be zero, expected none: the loss has a kink there")
            return self.phi.parallel(_Ball(q), bool(q > 0))
        of = _Ball
        return self.phi.at(of(p), of(q), of(r), of(gap), of(arb.pi()), _Ball.sqrt, _Ball.atan2)

    def loss(self, W: Sequence[Vector]) -> arb:
        """L(W)."""
        total = arb(0)
        for rows, sign in ((list(W), 1), (list(self.teachers), 1)):
            for i, w in enumerate(rows):
                total += sign * _number(self.phi.second_moment) * _dot(w, w) / 2
                for v in rows[:i]:
                    total += _value(self._pair(w, v).f)
        for w in W:
            for v in self.teachers:
                total -= _value(self._pair(w, v).f)
        return total

    def derivatives(self, W: Sequence[Vector]) -> tuple[arb_mat, arb_mat]:
        """Gradient (a column of n d entries) and Hessian."""
        n, d = len(W), len(W[0])
        g, H = [arb(0)] * (n * d), [[arb(0)] * (n * d) for _ in range(n * d)]
        half = _number(self.phi.second_moment)
        for i, w in enumerate(W):
            for a in range(d):
                g[i * d + a] += half * w[a]
                H[i * d + a][i * d + a] += half
            others = [(v, 1, j) for j, v in enumerate(W) if j != i] + [(v, -1, None) for v in self.teachers]
            for v, sign, j in others:
                f = {s: sign * _value(getattr(self._pair(w, v), s)) for s in _NAMES}
                for a in range(d):
                    g[i * d + a] += 2 * f["f_p"] * w[a] + f["f_q"] * v[a]
                    for b in range(d):
                        H[i * d + a][i * d + b] += _own(f, w, v, a, b)
                        if j is not None:
                            H[i * d + a][j * d + b] += _mixed(f, w, v, a, b)
        return arb_mat([[x] for x in g]), arb_mat(H)


_NAMES = ("f_p", "f_q", "f_pp", "f_pq", "f_qq", "f_pr", "f_qr")


def _own(f: dict[str, arb], w: Vector, v: Vector, a: int, b: int) -> arb:
    flat = 2 * f["f_p"] if a == b else arb(0)
    mixed = 2 * f["f_pq"] * (w[a] * v[b] + v[a] * w[b])
    return flat + 4 * f["f_pp"] * w[a] * w[b] + mixed + f["f_qq"] * v[a] * v[b]


def _mixed(f: dict[str, arb], w: Vector, v: Vector, a: int, b: int) -> arb:
    flat = f["f_q"] if a == b else arb(0)
    first = w[a] * (2 * f["f_pq"] * w[b] + 4 * f["f_pr"] * v[b])
    return flat + first + v[a] * (f["f_qq"] * w[b] + 2 * f["f_qr"] * v[b])


class _Ball:
    """A ball that works together with Fractions."""

    def __init__(self, x: arb) -> None:
        self.x = x

    def __add__(self, other: Any) -> _Ball:
        return _Ball(self.x + _value(other))

    def __sub__(self, other: Any) -> _Ball:
        return _Ball(self.x - _value(other))

    def __mul__(self, other: Any) -> _Ball:
        return _Ball(self.x * _value(other))

    def __truediv__(self, other: Any) -> _Ball:
        return _Ball(self.x / _value(other))

    def __rmul__(self, other: Any) -> _Ball:
        return _Ball(self.x * _value(other))

    def __rtruediv__(self, other: Any) -> _Ball:
        return _Ball(_value(other) / self.x)

    def __neg__(self) -> _Ball:
        return _Ball(-self.x)

    def sqrt(self) -> _Ball:
        """The square root."""
        return _Ball(self.x.sqrt())

    def atan2(self, x: _Ball) -> _Ball:
        """The angle of (x, self)."""
        return _Ball(arb.atan2(self.x, x.x))


def _value(x: Any) -> arb:
    return x.x if isinstance(x, _Ball) else x if isinstance(x, arb) else _number(Fraction(x))


def _number(x: Fraction) -> arb:
    return arb(fmpq(x.numerator, x.denominator))


def _dot(x: Vector, y: Vector) -> arb:
    return sum((s * t for s, t in zip(x, y, strict=True)), arb(0))


def certify_dense(
    W: Sequence[Sequence[Any]],
    V: Sequence[Sequence[Any]],
    phi: Homogeneous = RELU,
    digits: int = 15,
    polish: bool = False,
) -> Certificate:
    """The certificate of the critical point next to weights without symmetry.

    Args:
        W: n x d, the students; at most 60 weights.
        V: k x d, the teachers, taken exactly; any rows that are not zero.
        phi: the activation.
        digits: of eigenvalues and loss.
        polish: take the critical point that Newton's method leads to, however far it is.

    Returns:
        The certificate.

    Raises:
        DimensionError: too many weights.
        NoCriticalPointError: no critical point is reached, or the Krawczyk test fails.
        UnresolvedError: eigenvalues are not separated.

    Example:
        >>> certify_dense([[0.9, 0.1]], [[1, 0], [0, 1]], polish=True).facts.kind
        'strict local minimum'
    """
    n, d = len(W), len(W[0])
    if n * d > MAX_WEIGHTS:
        raise DimensionError(f"got {n} x {d} weights without symmetry, expected at most {MAX_WEIGHTS}")
    wanted = int(3.33 * digits) + 4
    bits = 2 * (wanted + 80)
    exact = [[Fraction(x) for x in row] for row in V]
    with precision(bits + 64):
        loss = DenseLoss([[_number(x) for x in row] for row in exact], phi)
        centre = _polished(loss, [[arb(x) for x in row] for row in W], bits, polish)
        itself = _teachers_in_order(centre, loss.teachers)
        if itself is None:
            radius = arb(2) ** (-bits // 2)
            g, J = loss.derivatives(centre)
            _, whole = loss.derivatives([[x + arb(0, radius) for x in row] for row in centre])
            rows = krawczyk_preconditioner(g, J, whole, radius, "given")
            narrow = [[x + arb(0, arb(2) ** (-bits + 24)) for x in row] for row in centre]
            tight = loss.derivatives(narrow)
            # the zero lies in the narrow box too
            krawczyk_preconditioner(g, J, tight[1], arb(2) ** (-bits + 24), "given")
        else:  # the network is the teacher's: a zero of the loss, but no box around it is free of parallel vectors
            centre, radius, rows, narrow = itself, arb(0), [], itself
            tight = loss.derivatives(narrow)
        found = eigenvalue_balls(tight[1].tolist(), [1] * (n * d))
        spectrum = PointSpectrum(tuple(SpectrumRow(Ball.of(x), 1, "trivial") for x in found), n, d)
        identity = exact == [[Fraction(int(i == j)) for j in range(d)] for i in range(d)]
        group = trivial_group(narrow) if identity else "not determined"
        value = arb(0) if itself else loss.loss(narrow)
        facts = facts_of(spectrum, interval(value, wanted), group, wanted)
        labels = [str(i + 1) for i in range(d)]
        students = tuple((labels[i] if i < d else f"x{i + 1 - d}", 1) for i in range(n))
        matrix = None if identity else tuple(tuple(map(str, row)) for row in exact)
        problem = Problem((str(phi.positive), str(phi.negative)), students, tuple((a, 1) for a in labels), d, matrix)
        text = tuple(tuple(text_of(x) for x in row) for row in rows)
        return Certificate(problem, tuple(text_of(x) for r in centre for x in r), text_of(radius), bits, text, facts)


def _teachers_in_order(W: list[Vector], teachers: Sequence[Vector]) -> list[Vector] | None:
    """The teachers that the rows have come to, one for each, if the loss is 0 there and the teachers are exact."""
    if len(W) != len(teachers) or not all(x.is_exact() for v in teachers for x in v):
        return None
    left, found = list(teachers), list[Vector]()
    for w in W:
        reach = DISTANCE * max((abs(x) for x in w), key=float)
        near = [v for v in left if all(abs(x - y) < reach for x, y in zip(w, v, strict=True))]
        if not near or any(x != y for v in near for x, y in zip(v, near[0], strict=True)):
            return None
        left = [v for v in left if v is not near[0]]
        found.append(near[0])
    return found


def trivial_group(W: Sequence[Vector]) -> str:
    """The trivial group as a product of S_1; with "contains" where a larger isotropy is not excluded."""
    group = "Delta(" + " x ".join(["S_1"] * len(W[0])) + ")"
    apart = all(not x.overlaps(y) for x, y in combinations([x for row in W for x in row], 2))
    return group if apart else f"contains {group}"


def _polished(loss: DenseLoss, W: list[Vector], bits: int, polish: bool) -> list[Vector]:
    """Newton's method: the midpoints of an approximate zero of the gradient."""
    start, d = W, len(W[0])
    for _ in range(STEPS):
        g, H = loss.derivatives(W)
        try:
            step = H.mid().solve(g.mid())
        except ZeroDivisionError:
            break
        if not all(x.is_finite() for x in step.entries()):
            break
        W = [[(x - step[i * d + a, 0]).mid() for a, x in enumerate(row)] for i, row in enumerate(W)]
        length = max(float(abs(x.mid())) for x in step.entries())
        if length < 2.0 ** (-min(bits, 1000) - 8) or all(abs(x.mid()) < arb(2) ** (-bits - 8) for x in step.entries()):
            far = max(float(abs(x - y)) for r, s in zip(W, start, strict=True) for x, y in zip(r, s, strict=True))
            if far > DISTANCE and not polish:
                raise NoCriticalPointError(
                    f"got weights at a distance of {far:.3g} from the critical point that Newton's method leads to: "
                    f"polish the weights to take that one"
                )
            return W
    raise NoCriticalPointError(
        f"got weights from which Newton's method reaches no critical point in {STEPS} steps at {int(ctx.prec)} bits; "
        f"train longer, or the point is degenerate"
    )
