r"""Critical points as series in $s = k^{-1/2}$ whose coefficients are balls: families without exact coefficients.

The weights are $w_j = b_j + s^{e_j} y_j$ with exact $b_j$. Constant combinations of the reduced gradient, divided by
powers of s, are analytic functions F(s, y) wherever the leading Gram determinants are positive; Krawczyk's test proves
a zero y(0) of the leading system F(0, y) with an invertible Jacobian, so that one analytic branch y(s) begins there
(implicit function theorem), and its further coefficients solve linear systems with that Jacobian.

*The powers.* Let $f_q = 1/4 + h$ (h = 0 at right angles), $c_m$ the sums of the columns of W - V,
$\sigma = \sum_j (|w_j| - 1)$ and $2\pi |w_i|^2 (S_i - 1/2) = \sum_{j \ne i} G_{ij} - \sum_m G_{im}$. Then

$$g_{im} = (S_i - \tfrac14) W_{im} + \tfrac14 c_m + \sum_{j \ne i} h_{ij} W_{jm} - h_{i,m}.$$

Shares of k (all off-diagonal weights and $d_1 - 1$, $d_2 + 1$ are $O(s^2)$): h is $O(s^2)$ but for the own teacher,
with which the angle differs from 0 or pi by $\theta = O(s)$; $G_{ij} = |w_i||w_j| (1 + O(s^4))$. So $S_i = 1/2 + O(1)$,
off-diagonal entries are $c_m/4 + O(s^2)$, and the same in both blocks of rows up to $O(s^2)$. Diagonal minus
off-diagonal is $\pm(\sigma\cos\theta + \theta - \sin\theta\cos\theta)/(2\pi) + O(s^2)$, + in the first block, - in the
second: their sum is $O(s^2)$.

p fixed ($a_{12}, a_{21}, d_1 - 1 = O(s^2)$, $a_{11} = O(s^4)$): h is $O(s^4)$ between unflipped neurons, $O(s^2)$
between the blocks, and $c_1 = O(s^2)$; so $g_{11}$ and $g_{21}$ are $O(s^2)$. All is a function of $s^2$.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from fractions import Fraction
from typing import Any

from flint import arb, arb_mat, ctx

from analytic.landscape.families import critical_point
from analytic.landscape.hybrid_field import Enclosure, HybridField
from analytic.landscape.laurent import PrecisionLostError, Series, SeriesRing
from analytic.landscape.limits import Limit
from analytic.landscape.newton import NoCriticalPointError
from analytic.landscape.programs import Programs
from analytic.landscape.series_newton import MARGIN, NoExpansionError

#: Sizes k, times a denominator, at which a branch is looked up until it is found; its weights are near y(0) there.
FAR = (10**10, 10**8, 10**6)
#: Newton steps on the leading system, each of which doubles the number of good digits; enlargements of the box.
STEPS, BOXES = 20, 6
#: Terms beyond the order at most: what balls lose, more terms do not bring back.
MOST_TERMS = 16
Combination = Mapping[str, int]


@dataclass(frozen=True)
class Scaling:
    """The regular unknowns and equations of a family.

    Args:
        base: the exact part b of every weight.
        exponents: e, by orbit.
        equations: combinations of entries of the gradient with the power of s that each begins with, or a later one.
        even: whether all is a function of s^2.
    """

    base: Mapping[str, int]
    exponents: Mapping[str, int]
    equations: Sequence[tuple[Combination, int]]
    even: bool


SHARE = Scaling(
    {"d_1": 1, "a_11": 0, "a_12": 0, "a_21": 0, "d_2": -1, "a_22": 0},
    dict.fromkeys(("d_1", "a_11", "a_12", "a_21", "d_2", "a_22"), 2),
    (
        ({"d_1": 1}, 0),
        ({"a_11": 1}, 0),
        ({"a_12": 1}, 0),
        ({"a_21": 1, "a_11": -1}, 2),
        ({"a_22": 1, "a_12": -1}, 2),
        ({"d_1": 1, "a_11": -1, "d_2": 1, "a_22": -1}, 2),
    ),
    even=False,
)
TIED = Scaling(
    {"d_1": 1, "a_11": 0, "a_12": 0, "a_21": 0, "d_2": 0, "a_22": 0},
    {"d_1": 2, "a_11": 4, "a_12": 2, "a_21": 2, "d_2": 0, "a_22": 0},
    tuple(({n: 1}, v) for n, v in (("d_1", 0), ("a_11", 2), ("a_12", 0), ("a_21", 2), ("d_2", 0), ("a_22", 0))),
    even=True,
)


def beginning(limit: Limit, scaling: Scaling) -> list[arb]:
    """An approximation of y(0), from the family's point at a large k.

    Raises:
        NoExpansionError: the family has no such point.
    """
    refused = None
    for far in FAR:
        k = far * limit.ratio.denominator
        try:
            weights = critical_point(f"{limit.kind}:{limit.ratio * k + limit.flipped}", k).weights(ctx.prec)
        except NoCriticalPointError as error:
            refused = refused or error
            continue
        s = 1 / arb(k).sqrt()
        return [(w - scaling.base[n]) / s ** scaling.exponents[n] for n, w in weights.items()]
    raise NoExpansionError(f"got {limit.name}, which has no expansion at large k: {refused}")


@dataclass
class ScaledSeries:
    """The branch y(s), as far as it is known.

    Args:
        programs: of the layout, without extra columns.
        field: of the constants.
        sizes: of the blocks, as series.
        scaling: the regular unknowns and equations.
        start: gives an approximation of y(0).
    """

    programs: Programs
    field: HybridField
    sizes: Callable[[SeriesRing], Mapping[str, Series]]
    scaling: Scaling
    start: Callable[[], Sequence[arb]]
    margin: int = MARGIN
    coefficients: list[list[arb]] = dataclass_field(default_factory=list)
    jacobian: arb_mat | None = None

    @property
    def names(self) -> list[str]:
        """Of the orbits."""
        return [o.name for o in self.programs.layout.orbits]

    def to(self, ring: SeriesRing, order: int) -> dict[str, Series]:
        """The weights below s^(order + 1) at least.

        Raises:
            NoExpansionError: the leading system has no proved solution.
        """
        last = max(0, order - min(self.scaling.exponents.values()))
        while len(self.coefficients) <= last:
            self._extend()
        return {n: w.truncated(order + 1) for n, w in self._weights(ring, self.coefficients, known=True).items()}

    def _weights(self, ring: SeriesRing, y: Sequence[Sequence[arb]], known: bool = False) -> dict[str, Series]:
        found = {}
        for j, n in enumerate(self.names):
            tail = [self.field.zero if self._vanishes(i) else Enclosure(self.field, row[j]) for i, row in enumerate(y)]
            e = self.scaling.exponents[n]
            exact = ring.series(e, tail, 1 << 40) + ring.number(Fraction(self.scaling.base[n]))
            found[n] = exact.truncated(e + len(y)) if known else exact
        return found

    def _vanishes(self, i: int) -> bool:
        return self.scaling.even and i % 2 == 1

    def _extend(self) -> None:
        if not self.coefficients:
            leading, self.jacobian = self._proved()
            self.coefficients.append(leading)
            return
        n = len(self.coefficients)
        if self._vanishes(n):
            self.coefficients.append([arb(0)] * len(self.names))
            return
        assert self.jacobian is not None
        rest = self._retried(n, lambda ring: self._residual(ring, self.coefficients, n))
        self.coefficients.append([-x for x in self.jacobian.solve(rest).entries()])

    def _retried(self, order: int, compute: Callable[[SeriesRing], Any]) -> Any:
        """Computes with more terms until enough are left."""
        while self.margin < MOST_TERMS:
            try:
                return compute(SeriesRing(self.field, order + self.margin))
            except PrecisionLostError:
                self.margin += 2
        raise NoExpansionError(f"got cancellation of more than {MOST_TERMS} terms in the critical point's equations")

    # the equations

    def _residual(self, ring: SeriesRing, y: Sequence[Sequence[arb]], order: int) -> arb_mat:
        """The coefficient of s^order in F(s, y)."""
        gradient = dict(zip(self.names, self.programs.gradient.run(ring, self._inputs(ring, y)), strict=True))
        return arb_mat([[_coefficient(_sum(c, gradient), v, order)] for c, v in self.scaling.equations])

    def _inputs(self, ring: SeriesRing, y: Sequence[Sequence[arb]]) -> dict[str, Series]:
        return {**self.sizes(ring), **self._weights(ring, y)}

    def _leading(self, y: Sequence[arb]) -> tuple[arb_mat, arb_mat]:
        """F(0, y) and its Jacobian by y."""

        def compute(ring: SeriesRing) -> tuple[arb_mat, arb_mat]:
            gradient, rows = self.programs.run_newton(ring, self._inputs(ring, [y]))
            g = dict(zip(self.names, gradient, strict=True))
            columns = {
                n: dict(zip(self.names, (row[j].shifted(self.scaling.exponents[n]) for row in rows), strict=True))
                for j, n in enumerate(self.names)
            }
            equations = self.scaling.equations
            values = arb_mat([[_coefficient(_sum(c, g), v, 0)] for c, v in equations])
            jacobian = [[_coefficient(_sum(c, columns[n]), v, 0) for n in self.names] for c, v in equations]
            return values, arb_mat(jacobian)

        found: tuple[arb_mat, arb_mat] = self._retried(0, compute)
        return found

    def _proved(self) -> tuple[list[arb], arb_mat]:
        """The zero of the leading system near the start, by the Krawczyk test, and the Jacobian there."""
        y = self._approximated()
        m = len(y)
        value, jacobian = self._leading(y)
        inverse = _inverse(jacobian)
        one = arb_mat([[int(i == j) for j in range(m)] for i in range(m)])
        step = inverse * value
        radius = 2 * max(abs(x).abs_upper() for x in step.entries()) + arb(2) ** (8 - ctx.prec)
        for _ in range(BOXES):
            offset = arb_mat([[arb(0, radius)] for _ in range(m)])
            around = self._leading([x + offset[i, 0] for i, x in enumerate(y)])[1]
            image = (one - inverse * around) * offset - step
            if all(bool(abs(x) < radius) for x in image.entries()):
                proved = [x + image[i, 0] for i, x in enumerate(y)]
                return proved, self._leading(proved)[1]
            radius = radius * 16
        raise NoExpansionError("Krawczyk's test failed on the leading system of the expansion")

    def _approximated(self) -> list[arb]:
        y = [arb(x).mid() for x in self.start()]
        for _ in range(STEPS):
            value, jacobian = self._leading(y)
            step = _inverse(jacobian) * value
            y = [(x - step[i, 0]).mid() for i, x in enumerate(y)]
            if all(bool(abs(x) < arb(2) ** (-ctx.prec // 2)) for x in step.entries()):
                break
        return y


def _inverse(A: arb_mat) -> arb_mat:
    try:
        return A.mid().inv().mid()
    except ZeroDivisionError:
        raise NoExpansionError("got a singular leading system, expected an invertible Jacobian") from None


def _sum(combination: Combination, terms: Mapping[str, Series]) -> Series:
    first, *rest = [terms[n] if factor == 1 else -terms[n] for n, factor in combination.items()]
    for x in rest:
        first = first + x
    return first


def _coefficient(x: Series, valuation: int, order: int) -> arb:
    """The coefficient of s^order in s^(-valuation) x, whose earlier ones are 0 although only enclosures show."""
    value: arb = x.coefficient(valuation + order).ball()
    check_vanishing(x, valuation + order)
    return value


def check_vanishing(x: Series, valuation: int) -> None:
    """Raises NoExpansionError unless all coefficients below that power of s may be 0."""
    for i in range(x.valuation, min(valuation, x.order)):
        if not x.coefficient(i).ball().contains(0):
            raise NoExpansionError(f"got a term s^{i} in an equation that begins with s^{valuation}")
