r"""The sum over all points of a product grid of weights times a Gaussian density, in float64 with a bound, or in balls.

$$\sum_{a_1, \dots, a_n} \prod_i w_i(a_i)\; e^{-x^\top \Lambda x/2}, \qquad x_i = x_i(a_i).$$
With $t_i > 0$ the mixed terms are completed to squares,
$-\Lambda_{ij} x_i x_j = \frac{|\Lambda_{ij}|}{2}\bigl(\frac{t_j}{t_i} x_i^2 + \frac{t_i}{t_j} x_j^2\bigr)
- \frac{|\Lambda_{ij}|}{2}\bigl(\sqrt{t_j/t_i}\,x_i \pm \sqrt{t_i/t_j}\,x_j\bigr)^2$: then no kernel exceeds 1. The
last three variables are a product of matrices, the others are loops.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

from flint import arb, arb_mat

from analytic.errors import DomainError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
else:
    Array = Any

Rows = list[list[arb]]
#: A unit of rounding of float64.
UNIT = arb(2) ** -53
#: More than what underflow takes from a product of two float64, even if subnormal numbers are flushed to 0.
_LOST = arb(2) ** -1000


@dataclass(frozen=True)
class Points:
    """The points of one variable, and weights.

    Args:
        positions: minus the mean.
        weights: exact balls.
    """

    positions: tuple[arb, ...]
    weights: tuple[arb, ...]


@dataclass(frozen=True)
class Factors:
    """The sum written with kernels between 0 and 1.

    Args:
        weights: with the rest of the quadratic form.
        kernels: for i < j the matrix of the square of i and j.
    """

    weights: tuple[list[arb], ...]
    kernels: dict[tuple[int, int], Rows]


def contraction(points: Sequence[Points], inverse: arb_mat, in_floats: bool) -> arb:
    """The sum over all tuples of points.

    Args:
        points: of at least three variables.
        inverse: the matrix Lambda, symmetric.
        in_floats: in float64, with a bound of all rounding errors; else in balls at the current precision.

    Returns:
        A ball.

    Example:
        >>> from analytic.balls import precision
        >>> with precision(64):
        ...     one = Points((arb(-1), arb(0), arb(1)), (arb(1), arb(2), arb(1)))
        ...     unit = arb_mat([[1, 0, 0], [0, 1, 0], [0, 0, 1]])
        ...     sums = [contraction([one] * 3, unit, fast) for fast in (True, False)]
        ...     [s.overlaps((2 + 2 * arb(-1 / 2).exp()) ** 3) and s.rad() < 1e-12 for s in sums]
        [True, True]
    """
    order = sorted(range(len(points)), key=lambda i: len(points[i].positions))  # long inner products are the fast ones
    kept = [points[i] for i in order]
    if any(not p.positions for p in kept):
        return arb(0)
    form = [[inverse[i, j] for j in order] for i in order]
    factors = _factors(kept, form)
    return _in_floats(factors) if in_floats else _Balls(factors).total()


def _factors(points: Sequence[Points], form: Rows) -> Factors:
    scale = _scales(form)
    size = range(len(points))
    weights = []
    for i, p in enumerate(points):
        rest = form[i][i] - sum((abs(form[i][j]) * scale[j] / scale[i] for j in size if j != i), arb(0))
        weights.append([w * (-rest * x * x / 2).exp() for x, w in zip(p.positions, p.weights, strict=True)])
    pairs = [(i, j) for i in size for j in size if i < j]
    kernels = {(i, j): _kernel(points[i], points[j], form[i][j], scale[j] / scale[i]) for i, j in pairs}
    return Factors(tuple(weights), kernels)


def _scales(form: Rows) -> list[arb]:
    """Near the positive eigenvector of the moduli of the partial correlations: any positive numbers would do."""
    size = range(len(form))
    own = [float(form[i][i].mid()) ** 0.5 for i in size]
    partial = [[abs(float(form[i][j].mid())) / (own[i] * own[j]) for j in size] for i in size]
    vector = [1.0 for _ in size]
    for _ in range(30):
        vector = [sum(a * v for a, v in zip(row, vector, strict=True)) for row in partial]
        vector = [v / max(vector) for v in vector]
    return [arb(v / s) for v, s in zip(vector, own, strict=True)]


def _kernel(first: Points, second: Points, mixed: arb, ratio: arb) -> Rows:
    root, size = ratio.sqrt(), -abs(mixed) / 2
    columns = [y / root for y in second.positions]
    if mixed < 0:
        columns = [-y for y in columns]
    blur = abs(mixed) - mixed if not mixed < 0 else abs(mixed) + mixed  # not 0 if the sign is not known
    rows = []
    for x in (root * x for x in first.positions):
        sums = [(y, x + y) for y in columns]
        rows.append([(size * s * s if blur == 0 else size * s * s + blur * x * y).exp() for y, s in sums])
    return rows


class _Balls:
    """The sum in balls."""

    def __init__(self, factors: Factors) -> None:
        self.factors, self.size = factors, len(factors.weights)
        n = self.size
        self.last = arb_mat(factors.kernels[n - 2, n - 1])

    def total(self) -> arb:
        """The whole sum."""
        return self._below(0, list(self.factors.weights))

    def _below(self, level: int, weights: list[list[arb]]) -> arb:
        if level == self.size - 3:
            return self._leaf(level, *weights)
        total = arb(0)
        for a, w in enumerate(weights[0]):
            rows = [self.factors.kernels[level, j][a] for j in range(level + 1, self.size)]
            inner = [
                [v * k for v, k in zip(v_row, row, strict=True)] for v_row, row in zip(weights[1:], rows, strict=True)
            ]
            total += w * self._below(level + 1, inner)
        return total

    def _leaf(self, x: int, along: list[arb], left: list[arb], right: list[arb]) -> arb:
        kernels = self.factors.kernels
        rows = [[v * k for v, k in zip(left, row, strict=True)] for row in kernels[x, x + 1]]
        inner = (arb_mat(rows) * self.last).tolist()
        total = arb(0)
        for w, row, other in zip(along, inner, kernels[x, x + 2], strict=True):
            part = arb(0)
            for a, k, v in zip(row, other, right, strict=True):
                part += a * k * v
            total += w * part
        return total


def _in_floats(factors: Factors) -> arb:
    """The sum in float64; the weights are scaled to at most 1, so that nothing overflows.

    Every term is a product of n weights and n(n-1)/2 kernels, each within two units of rounding of its ball, and passes
    as many products and a sum along each variable: its relative error is at most that many units, whatever the order
    in which the sums are done (Higham 2002, lemma 3.1).
    """
    import numpy as np

    n = len(factors.weights)
    heights = [reduce(lambda x, y: x.max(y), (abs(w).upper() for w in row)) for row in factors.weights]
    scale = reduce(lambda x, y: x * y, heights)
    weights = [np.array(_rounded(w / h for w in row)) for row, h in zip(factors.weights, heights, strict=True)]
    kernels = {k: np.array([_rounded(row) for row in rows]) for k, rows in factors.kernels.items()}
    value = _float_sum(weights, kernels)
    signed = any(bool((w < 0).any()) and bool((w > 0).any()) for w in weights)
    largest = _float_sum([np.abs(w) for w in weights], kernels) if signed else abs(value)
    operations = 3 * (n + n * (n - 1) // 2) + sum(len(w) for w in weights)
    relative = operations * UNIT / (1 - operations * UNIT)
    terms = 1
    for w in weights:
        terms *= len(w)
    lost = terms * (operations + 1) * _LOST
    error = relative * (arb(largest) + lost) / (1 - relative) + lost
    return scale * (arb(value) + arb(0, error.abs_upper()))


def _rounded(balls: Iterable[arb]) -> list[float]:
    """The balls as float64, within two units of rounding.

    Raises:
        DomainError: a ball is too wide for that.
    """
    found = []
    for b in balls:
        if b != 0 and b.rel_accuracy_bits() < 54:
            raise DomainError(f"got the ball {b} in a sum of float64, expected 54 bits: raise the working precision")
        found.append(float(b.mid()))
    return found


def _float_sum(weights: list[Array], kernels: dict[tuple[int, int], Array]) -> float:
    n = len(weights)

    def below(level: int, rest: list[Array]) -> float:
        if level == n - 3:
            along, left, right = rest
            inner = ((kernels[level, n - 2] * left) @ kernels[n - 2, n - 1]) * kernels[level, n - 1]
            return float(along @ (inner @ right))
        total = 0.0
        for a, w in enumerate(rest[0]):
            total += float(w) * below(level + 1, [v * kernels[level, level + 1 + j][a] for j, v in enumerate(rest[1:])])
        return total

    return below(0, weights)
