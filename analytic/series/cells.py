r"""Certified expectations of products of functions of any number of linear forms of two Gaussian variables.

With x one of the forms and y independent of it, the kinks of all factors are straight lines; between them the
integrand is analytic, and on a trapezoid $y = \ell(x) + w\,(h(x) - \ell(x))$ with $w \in [0, 1]$. There a product of
Gauss-Legendre rules is used, on rectangles of (x, w) halved until both directions have ellipses of analyticity.
However close two forms are to proportional, their kinks differ by cells as thin as they have to be, and the factors
are smooth along the others: no density gets sharp.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from flint import acb, arb, ctx, fmpq

from analytic.errors import DomainError
from analytic.formula import ZERO, Expr, add, mul, name, neg, num, substitute, walk
from analytic.series.arrangement import Line, Trapezoid, trapezoids
from analytic.series.ball_functions import ball_function
from analytic.series.charts import Chart, Law, charts_between
from analytic.series.errors import UnsupportedIntegrandError
from analytic.series.exact import ball_of, ceiling, dyadic_above, short_above, sign_of, tidy, tight_ball
from analytic.series.line_integral import GUARD
from analytic.series.panels import MAX_DEPTH, STRETCH, legendre_rule, nodes_needed
from analytic.series.pieces import continued, kinks
from analytic.series.tails import box

#: Half-length of the first rectangles in standard deviations.
FIRST = 2
#: The variable of every factor, and that of a product of functions of x.
Z, X = "z_", "x_"
Interval = tuple[arb, arb]
_UNIT: Interval = (arb(0), arb(1))


@dataclass(frozen=True)
class PlaneFactor:
    """A function f(z) of the form z = a x + b y + c.

    Args:
        function: a formula in ``Z``.
        a: a constant.
        b: a constant.
        c: a constant.
    """

    function: Expr
    a: Expr
    b: Expr
    c: Expr


def cell_mean(factors: list[PlaneFactor], x: Expr, y: Expr) -> arb:
    r"""The expectation of the product of the factors for independent centred x and y.

    Args:
        factors: at least one.
        x: variance of x, positive.
        y: variance of y, positive.

    Returns:
        A ball that contains the expectation.

    Raises:
        UnsupportedIntegrandError: a logarithm of a form that is not a multiple of x.
        DivergenceError: a power of a factor is not integrable.

    Example:
        >>> from analytic.balls import precision
        >>> from analytic.grammar import parse
        >>> from analytic.formula import ONE
        >>> step = parse("step(z_)")
        >>> sector = [PlaneFactor(step, ONE, ZERO, ZERO), PlaneFactor(step, ONE, ONE, ZERO)]
        >>> with precision(64):
        ...     value = cell_mean(sector, ONE, ONE)
        ...     value.overlaps(arb(3) / 8), value.rad() < 1e-12
        (True, True)
    """
    across = [f for f in factors if sign_of(f.b)]
    along = mul(*(_in_x(f) for f in factors if not sign_of(f.b)))
    _refuse_logarithms(across)
    found = box([(f.function, Z, _law(f, x, y)) for f in factors], 2, ctx.prec)
    half_x, half_y = (short_above(found.reach * ball_of(v).sqrt()) for v in (x, y))
    lines = [line for f in across for line in _lines(f)]
    total = arb(0, found.outside)
    for cell in trapezoids(lines, kinks(along, X), (-half_x, half_x), (-half_y, half_y)):
        total += _Cell(cell, along, across, x, y).integral()
    return total


def has_logarithm(f: Expr) -> bool:
    """Whether a function has a logarithmic singularity."""
    return any(node.is_call("log") for node in walk(f))


def _in_x(f: PlaneFactor) -> Expr:
    return substitute(f.function, {Z: add(mul(f.a, name(X)), f.c)})


def _law(f: PlaneFactor, x: Expr, y: Expr) -> Law:
    return Law(f.c, tidy(add(mul(f.a, f.a, x), mul(f.b, f.b, y))))


def _lines(f: PlaneFactor) -> list[Line]:
    """Where a form with a share of y meets the kinks of its function."""
    slope = tidy(neg(f.a) / f.b)
    return [Line(slope, tidy(add(k, neg(f.c)) / f.b)) for k in kinks(f.function, Z)]


def _refuse_logarithms(across: list[PlaneFactor]) -> None:
    for f in across:
        if has_logarithm(f.function):
            raise UnsupportedIntegrandError(
                f"got {f.function} beside functions of other linear forms of the same two variables, expected "
                f"logarithms of one form only: a logarithm is integrated along its own form"
            )


class _Cell:
    """The integrand on one trapezoid."""

    def __init__(self, cell: Trapezoid, along: Expr, across: list[PlaneFactor], x: Expr, y: Expr) -> None:
        at_x, at_y = (num(c) for c in cell.inside)
        self.cell = cell
        self.along = continued(along, X, at_x)
        inner = [continued(f.function, Z, tidy(add(mul(f.a, at_x), mul(f.b, at_y), f.c))) for f in across]
        self.vanishes = ZERO in (self.along, *inner)
        self.functions = [ball_function(f, Z) for f in inner]
        self.forms = [(tight_ball(f.a), tight_ball(f.b), tight_ball(f.c)) for f in across]
        self.lower = (tight_ball(cell.lower.slope), tight_ball(cell.lower.height))
        upper = (tight_ball(cell.upper.slope), tight_ball(cell.upper.height))
        self.height = (upper[0] - self.lower[0], upper[1] - self.lower[1])
        self.x, self.y = x, y
        self.weight_x, self.weight_y = -1 / (2 * tight_ball(x)), -1 / (2 * tight_ball(y))
        self.scale = 1 / (2 * arb.pi() * (tight_ball(x) * tight_ball(y)).sqrt())

    def integral(self) -> arb:
        """The integral over the trapezoid."""
        if self.vanishes:
            return arb(0)
        unit = dyadic_above(ball_of(self.x).sqrt())
        found = charts_between(self.along, X, self.cell.left, self.cell.right, unit)
        return sum((_Sheet(self, chart).integral() for chart in found), arb(0))

    def tall(self, x: arb) -> arb:
        """The length of the cell above x."""
        return self.height[0] * x + self.height[1]

    def modulus(self, x: acb, w: acb) -> arb:
        r"""An upper bound of the density, the factors and the height of the cell on a box of (x, w), without f(x)."""
        tall = self.height[0] * x + self.height[1]
        y = self.lower[0] * x + self.lower[1] + w * tall
        value = self.scale * _decay(x, self.weight_x) * _decay(y, self.weight_y) * tall.abs_upper()
        for f, (a, b, c) in zip(self.functions, self.forms, strict=True):
            value *= f(a * x + b * y + c, True).abs_upper()
        return value.abs_upper()

    def row(self, x: arb, w: list[arb]) -> list[arb]:
        """The values above a point x."""
        tall, low = self.tall(x), self.lower[0] * x + self.lower[1]
        lead = self.scale * tall * (self.weight_x * x * x).exp()
        heights = [low + t * tall for t in w]
        values = [lead * (self.weight_y * y * y).exp() for y in heights]
        for f, (a, b, c) in zip(self.functions, self.forms, strict=True):
            start = a * x + c
            values = [v * f(acb(start + b * y), False).real for v, y in zip(values, heights, strict=True)]
        return values


def _decay(z: acb, weight: arb) -> arb:
    """An upper bound of |exp(weight z^2)| on a box, weight < 0."""
    low, high = arb(z.real.abs_lower()), arb(z.imag.abs_upper())
    return (weight * (low * low - high * high)).exp()


class _Sheet:
    """A cell in the chart of its functions of x."""

    def __init__(self, cell: _Cell, chart: Chart) -> None:
        self.cell, self.chart = cell, chart
        self.f = ball_function(chart.integrand, chart.variable)
        self.position = ball_function(chart.position, chart.variable)
        self.bits = ctx.prec - GUARD // 2
        self.small = arb(2) ** -ctx.prec

    def integral(self) -> arb:
        """The integral, with rectangles halved until both rules have an error of about 2^-bits."""
        total, todo = self._neglected(), self._first()
        while todo:
            t, w, depth = todo.pop()
            found = self._rectangle(t, w)
            if isinstance(found, arb):
                total += found
            elif depth > 2 * MAX_DEPTH:
                raise DomainError(
                    f"no bound was found for {self.chart.integrand} near {t[0].str(5)} after {MAX_DEPTH} halvings: "
                    f"expected a finite integrand without poles that close to the real line; try smaller slopes"
                )
            elif found == "t":
                todo += [(half, w, depth + 1) for half in _halves(t)]
            else:
                todo += [(t, half, depth + 1) for half in _halves(w)]
        return total

    def _first(self) -> list[tuple[Interval, Interval, int]]:
        lower, upper = tight_ball(self.chart.lower), tight_ball(self.chart.upper)
        plain = self.chart.position == name(X)
        longest = 2 * FIRST * ball_of(self.cell.x).sqrt() if plain else arb(4)
        strips = _divided((lower, upper), longest)
        tallest = 2 * FIRST * ball_of(self.cell.y).sqrt()
        return [(t, w, 0) for t in strips for w in _divided(_UNIT, tallest / self._tall(t))]

    def _tall(self, t: Interval) -> arb:
        """The greatest height of the cell over a strip: at one of its sides, as the cell has straight ones."""
        ends = [self.cell.tall(self.position(acb(e), False).real).abs_upper() for e in t]
        return arb(ends[0].max(ends[1]))

    def _rectangle(self, t: Interval, w: Interval) -> arb | str:
        """The integral over a rectangle, or the coordinate in which it must be halved."""
        over_t, over_w = acb(t[0].union(t[1])), acb(w[0].union(w[1]))
        area = (t[1] - t[0]) * (w[1] - w[0])
        size = area * self._modulus(over_t, over_w)
        if size <= self.small:
            return arb(0, size.abs_upper())
        factor = area * fmpq(16, 15) * 2 / (1 - arb(STRETCH) ** -2)
        limit, counts, error = self.bits // 2 + 16, [], arb(0)
        for side, bound in (("t", (_ellipse(t), over_w)), ("w", (over_t, _ellipse(w)))):
            scale = factor * self._modulus(*bound)
            n = nodes_needed(scale, self.bits) if scale.is_finite() else limit + 1
            if n > limit:
                return side
            counts.append(n)
            error += scale * arb(STRETCH) ** (-2 * n)
        return self._sum(t, w, counts) + arb(0, error.abs_upper())

    def _modulus(self, t: acb, w: acb) -> arb:
        x = self.position(t, True)
        return self.f(t, True).abs_upper() * self.cell.modulus(x, w)

    def _sum(self, t: Interval, w: Interval, counts: list[int]) -> arb:
        total = arb(0)
        columns = _nodes(w, counts[1])
        heights = [p for p, _ in columns]
        for p, weight in _nodes(t, counts[0]):
            lead = weight * self.f(acb(p), False).real
            row = self.cell.row(self.position(acb(p), False).real, heights)
            total += lead * sum((v * z for v, (_, z) in zip(row, columns, strict=True)), arb(0))
        return total

    def _neglected(self) -> arb:
        """What lies beyond the end of a chart at a singularity: its mass times what the rest can be there."""
        if self.chart.neglected == 0:
            return arb(0)
        last = ball_of(self.chart.upper)
        end, start = (self.position(acb(t), False).real for t in (last, arb(0)))
        beyond = acb(end.union(end + (end - start) * 2 * (-last).exp()))  # up to the singularity, and over
        total, todo = arb(0), [(_UNIT, 0)]
        while todo:
            w, depth = todo.pop()
            value = self.cell.modulus(beyond, acb(w[0].union(w[1])))
            if value.is_finite() or depth > MAX_DEPTH:
                total += value * (w[1] - w[0])
            else:
                todo += [(half, depth + 1) for half in _halves(w)]
        return arb(0, (total * self.chart.neglected).abs_upper())


def _halves(t: Interval) -> list[Interval]:
    middle = ((t[0] + t[1]) / 2).mid()
    return [(t[0], middle), (middle, t[1])]


def _divided(t: Interval, longest: arb) -> list[Interval]:
    """An interval in equal parts that are not longer."""
    count = max(1, ceiling((t[1] - t[0]) / longest))
    ends = [t[0], *((t[0] + (t[1] - t[0]) * fmpq(i, count)).mid() for i in range(1, count)), t[1]]
    return list(pairwise(ends))


def _nodes(t: Interval, n: int) -> list[tuple[arb, arb]]:
    centre, half = (t[0] + t[1]) / 2, (t[1] - t[0]) / 2
    return [(centre + half * p, half * w) for p, w in legendre_rule(n, ctx.prec)]


def _ellipse(t: Interval) -> acb:
    """A box around the ellipse with foci at the ends that the bound of the error is taken on."""
    centre, half = (t[0] + t[1]) / 2, (t[1] - t[0]) / 2
    along, across = half * fmpq(5, 3), half * fmpq(4, 3)
    return acb((centre - along).union(centre + along), (-across).union(across))
