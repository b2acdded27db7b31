r"""The line as a list of charts: intervals on which an integrand is analytic, up to and including both ends.

A logarithmic singularity at a point c is moved to infinity by $x = c \pm \delta e^{-t}$: there $\log|a(x - c)|$ is the
polynomial $\log|a\delta| - t$, and what lies beyond the last t is bounded by the growth in t.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from flint import arb, ctx

from analytic.formula import ONE, ZERO, Expr, add, call, mul, name, neg, num, rewrite, substitute, walk
from analytic.series.errors import DivergenceError
from analytic.series.exact import affine, ball_of, dyadic_above, sign_of, tidy
from analytic.series.growth import Growth, exponential_tail, gaussian_tail, growth
from analytic.series.pieces import Piece, vanishes_at


@dataclass(frozen=True)
class Law:
    """The law of a Gaussian variable: exact mean and positive variance.

    Args:
        mean: a constant.
        variance: a positive constant.
    """

    mean: Expr
    variance: Expr


STANDARD = Law(ZERO, ONE)


@dataclass(frozen=True)
class Chart:
    r"""A change of variable $x = x(t)$ on an interval of t, and the integrand with its Jacobian, $f(x(t))\,|x'(t)|$.

    Args:
        variable: the name of t.
        integrand: formula in t.
        position: x(t).
        lower: least t, a constant.
        upper: greatest t.
        neglected: bound of the integral of |f| beyond the end of the chart.
    """

    variable: str
    integrand: Expr
    position: Expr
    lower: Expr
    upper: Expr
    neglected: arb


@dataclass(frozen=True)
class Window:
    """Where an integral is cut off, and a bound of the integral of the absolute integrand outside.

    Args:
        left: least x.
        right: greatest x.
        tail: the bound.
    """

    left: Fraction
    right: Fraction
    tail: arb


def window(parts: list[Piece], variable: str, law: Law, bits: int, squared: bool = False) -> Window:
    r"""A window outside of which the expectation of $|f|$ (or of $f^2$) is at most about $2^{-bits}$.

    Args:
        parts: the pieces of f.
        variable: its variable.
        law: its law.
        bits: see above.
        squared: bound the integral of $f^2$.

    Returns:
        The window, which contains every kink, and the bound.

    Raises:
        DivergenceError: the integrand grows too fast.
    """
    ends = [e for p in parts for e in (p.lower, p.upper) if e is not None]
    reach = max((dyadic_above(ball_of(e).abs_upper()) for e in ends), default=Fraction(0)) + 1
    cuts, total = [Fraction(0), Fraction(0)], arb(0)
    for i, side in enumerate((-1, 1)):
        outer = [p for p in parts if (p.lower if side < 0 else p.upper) is None]
        cuts[i] = reach
        if outer:
            bound = growth(outer[0].function, variable, side)
            bound = bound * bound if squared else bound
            check_integrable(bound, law, outer[0].function)
            cuts[i], tail = _cut(bound, law, side, bits, reach)
            total += tail
    return Window(-cuts[0], cuts[1], total)


def check_integrable(bound: Growth, law: Law, f: Expr) -> None:
    """Refuses a bound that grows as fast as the density decays.

    Raises:
        DivergenceError: it does; the message says which variance is needed.
    """
    limit = tidy(num(1) / (2 * bound.curvature)) if sign_of(bound.curvature) > 0 else None
    if limit is not None and sign_of(tidy(add(limit, neg(law.variance)))) <= 0:
        raise DivergenceError(
            f"{f} grows like exp({mul(bound.curvature, name('x') ** 2)}), so its expectation needs a "
            f"variance < {limit}, got {law.variance}: choose a smaller variance"
        )


def _cut(bound: Growth, law: Law, side: int, bits: int, reach: Fraction) -> tuple[Fraction, arb]:
    mean, variance = side * ball_of(law.mean), ball_of(law.variance)
    target = arb(2) ** -bits
    step = dyadic_above(variance.sqrt() / 4)
    cut = max(reach, dyadic_above(bound.start), dyadic_above((abs(mean) + variance.sqrt()).upper()))
    for _ in range(60):
        for _ in range(40):
            tail = gaussian_tail(bound, mean, variance, arb(cut.numerator) / cut.denominator)
            if tail <= target:
                return cut, tail
            cut += step
        step *= 2
    raise DivergenceError(f"no window found for a growth of exp({bound.curvature}*x^2): choose a smaller variance")


def charts(parts: list[Piece], variable: str, within: Window, unit: Fraction) -> list[Chart]:
    """The charts that cover the window.

    Args:
        parts: the pieces of the integrand.
        variable: its variable.
        within: the window.
        unit: the largest neighbourhood of a singularity, positive.

    Returns:
        The charts from left to right.

    Example:
        >>> from analytic.grammar import parse
        >>> from analytic.series.pieces import pieces
        >>> parts = pieces(parse("relu(u)*log(abs(u))"), "u")
        >>> [str(c.position) for c in charts(parts, "u", Window(Fraction(-9), Fraction(9), arb(0)), Fraction(1))]
        ['exp(-t_)', 'u']
    """
    found: list[Chart] = []
    for p in parts:
        a = num(within.left) if p.lower is None else p.lower
        b = num(within.right) if p.upper is None else p.upper
        found += charts_between(p.function, variable, a, b, unit)
    return found


def charts_between(f: Expr, variable: str, a: Expr, b: Expr, unit: Fraction) -> list[Chart]:
    """The charts of one piece, between two constants a < b; see ``charts``."""
    left, right = _singular_at(f, variable, a), _singular_at(f, variable, b)
    length = ball_of(add(b, neg(a)))
    radius = unit
    while not 2 * arb(radius.numerator) / radius.denominator <= length:
        radius /= 2
    delta = num(radius)
    found = [_singular_chart(f, variable, a, delta, 1)] if left else []
    lower, upper = tidy(add(a, delta)) if left else a, tidy(add(b, neg(delta))) if right else b
    if sign_of(tidy(add(upper, neg(lower)))) > 0:
        found.append(Chart(variable, f, name(variable), lower, upper, arb(0)))
    return found + ([_singular_chart(f, variable, b, delta, -1)] if right else [])


def _singular_at(f: Expr, variable: str, point: Expr) -> bool:
    return any(n.is_call("log") and vanishes_at(n.children[1], variable, point) for n in walk(f))


def _singular_chart(f: Expr, variable: str, c: Expr, delta: Expr, side: int) -> Chart:
    t = "t_"
    offset = mul(delta, call("exp", neg(name(t))))
    position = add(c, mul(num(side), offset))

    def unfold(node: Expr) -> Expr | None:
        if not (node.is_call("log") and vanishes_at(node.children[1], variable, c)):
            return None
        form = affine(node.children[1], variable)
        assert form is not None
        return add(call("log", tidy(mul(num(side), form[0], delta))), neg(name(t)))

    integrand = mul(substitute(rewrite(f, unfold), {variable: position}), offset)
    cut, bound = Fraction(ctx.prec), growth(integrand, t, 1)
    while not exponential_tail(bound, arb(cut.numerator)) <= arb(2) ** -ctx.prec:
        cut *= 2
    return Chart(t, integrand, position, ZERO, num(cut), exponential_tail(bound, arb(cut.numerator)))
