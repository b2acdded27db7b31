r"""Certified expectations of functions of one Gaussian variable."""

from __future__ import annotations

from flint import acb, arb, ctx

from analytic.formula import ZERO, Expr, add, neg, num
from analytic.series.ball_functions import BallFunction, ball_function
from analytic.series.charts import Chart, Law, charts, window
from analytic.series.exact import ball_of, dyadic_above, sign_of
from analytic.series.pieces import continued, pieces
from analytic.series.symmetry import symmetry

#: Bits beyond those asked for, against the rounding of some thousand terms.
GUARD = 20


def line_mean(f: Expr, variable: str, law: Law) -> arb:
    r"""The expectation $E f(u)$, $u \sim N(m, \sigma^2)$, as a ball at the current precision.

    The line is cut at the kinks of f, a window holds all but a tail bounded through the growth of f, logarithmic
    singularities are moved to infinity, and on each interval the integrand is analytic up to the ends.

    Args:
        f: a formula in one variable.
        variable: its name.
        law: mean and variance; variance 0 means the value at the mean.

    Returns:
        A ball that contains the expectation; exactly 0 for a centred variable and an odd function.

    Raises:
        DivergenceError: f grows too fast.
        UnsupportedIntegrandError: f cannot be read.

    Source: Johansson 2018 (arXiv:1802.07942), the adaptive certified quadrature used on each interval.

    Example:
        >>> from analytic.grammar import parse
        >>> from analytic.series.charts import STANDARD
        >>> line_mean(parse("tanh(u)^2"), "u", STANDARD).overlaps(arb("0.39429449039784117442"))
        True
    """
    if sign_of(law.variance) == 0:
        return _at_point(f, variable, law.mean)
    parts = pieces(f, variable)
    within = window(parts, variable, law, ctx.prec)  # also refuses what has no expectation
    if sign_of(law.mean) == 0 and symmetry(f, variable).odd:
        return arb(0)
    deviation = ball_of(law.variance).sqrt()
    total, density = arb(0, within.tail), _density(law)
    for chart in charts(parts, variable, within, dyadic_above(deviation)):
        total += _over_chart(chart, density)
        total += arb(0, (chart.neglected / (deviation * (2 * arb.pi()).sqrt())).abs_upper())
    return total


def _at_point(f: Expr, variable: str, point: Expr) -> arb:
    value = ball_function(continued(f, variable, point), variable)(acb(ball_of(point)), False)
    return value.real


def _density(law: Law) -> BallFunction:
    mean, variance = ball_of(law.mean), ball_of(law.variance)
    factor = 1 / (2 * arb.pi() * variance).sqrt()
    return lambda x, _analytic: factor * (-((x - mean) ** 2) / (2 * variance)).exp()


def _over_chart(chart: Chart, density: BallFunction) -> arb:
    f = ball_function(chart.integrand, chart.variable)
    position = ball_function(chart.position, chart.variable)
    lower, length = ball_of(chart.lower), ball_of(add(chart.upper, neg(chart.lower)))

    def integrand(t: acb, analytic: bool) -> acb:
        s = lower + length * t  # the ends of the unit interval are exact, those of the chart perhaps not
        return f(s, analytic) * density(position(s, analytic), analytic)

    tolerance = arb(2) ** -ctx.prec
    return (length * acb.integral(integrand, 0, 1, abs_tol=tolerance)).real


def second_moment(f: Expr, variable: str, law: Law) -> arb:
    """The expectation of the square of the integrand.

    Example:
        >>> from analytic.grammar import parse
        >>> from analytic.series.charts import STANDARD
        >>> second_moment(parse("relu(u)"), "u", STANDARD).overlaps(arb("0.5"))
        True
    """
    return line_mean(f**2, variable, law) if f != ZERO else ball_of(num(0))
