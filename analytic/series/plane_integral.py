r"""Certified expectations $E[f(u)\,g(v)]$ of two correlated Gaussian variables."""

from __future__ import annotations

from dataclasses import dataclass

from flint import acb, arb, ctx

from analytic.balls import precision
from analytic.errors import DomainError
from analytic.formula import ONE, ZERO, Expr, add, mul, name, neg, substitute
from analytic.series.cells import PlaneFactor, Z, cell_mean, has_logarithm
from analytic.series.charts import Law, charts, window
from analytic.series.exact import ball_of, dyadic_above, sign_of, tidy, tight_ball
from analytic.series.line_integral import GUARD, line_mean, second_moment
from analytic.series.panels import Panel, panels
from analytic.series.pieces import pieces
from analytic.series.symmetry import symmetry

#: Half-length of a panel in conditional standard deviations: longer panels need fewer nodes in all, as the kernel's
#: growth across the ellipse, exp((4/3 * 3)^2 / 2), costs less than four of them.
REACH = 3
#: Of the squares of the deviations: below this share of it the conditional variance is small.
SHARP = arb(1) / 100


@dataclass(frozen=True)
class PlaneLaw:
    """The law of two jointly Gaussian variables: two laws and the covariance, all exact.

    Args:
        first: law of u, positive variance.
        second: law of v, positive variance.
        covariance: a constant.
    """

    first: Law
    second: Law
    covariance: Expr

    @property
    def gap(self) -> Expr:
        """The determinant of the covariance matrix."""
        return tidy(add(mul(self.first.variance, self.second.variance), neg(mul(self.covariance, self.covariance))))


def plane_mean(f: Expr, u: str, g: Expr, v: str, law: PlaneLaw) -> arb:
    r"""The expectation $E[f(u)\,g(v)]$ as a ball at the current precision.

    Independent variables give a product of two expectations and parallel ones an expectation in one variable, both
    recognised exactly. Else both functions are sampled on Gauss-Legendre panels that respect their kinks and
    singularities (and where the two are nearly proportional, cells of the plane serve, see ``cells``);
    the density p on pairs of nodes gives the double sum, and its modulus on pairs of boxes the error:
    $|p(x + i\xi, y + i\eta)| = p(x, y)\,e^{Q(\xi, \eta)/2}$ with the quadratic form Q of the inverse covariance.
    What lies outside the windows is bounded by Cauchy-Schwarz, $\|f 1_{out}\| \|g\| + \|f\| \|g 1_{out}\|$.

    Args:
        f: a formula in u.
        u: name of the first variable.
        g: a formula in v.
        v: name of the second one.
        law: their joint law.

    Returns:
        A ball that contains the expectation.

    Raises:
        DivergenceError: a function is not square integrable.
        DomainError: the covariance exceeds what the variances allow.

    Example:
        >>> from analytic.balls import precision
        >>> from analytic.formula import num
        >>> from analytic.grammar import parse
        >>> from analytic.series.charts import STANDARD
        >>> with precision(64):
        ...     law = PlaneLaw(STANDARD, STANDARD, num(1) / 2)
        ...     value = plane_mean(parse("erf(u)"), "u", parse("sign(v)"), "v", law)
        ...     value.overlaps(2 / arb.pi() * (arb(1) / 6).sqrt().asin()), value.rad() < 1e-12
        (True, True)
    """
    if sign_of(law.gap) < 0:
        raise DomainError(f"got the covariance {law.covariance}, expected at most the product of the deviations")
    if sign_of(law.covariance) == 0:
        return _independent(f, u, g, v, law)
    if sign_of(law.gap) == 0:
        return line_mean(mul(f, _along(g, v, u, law)), u, law.first)
    if _vanishes(f, u, g, v, law):
        return arb(0)
    if _is_sharp(law):
        if not has_logarithm(g):
            return _in_cells(f, u, g, v, law)
        if not has_logarithm(f):
            return _in_cells(g, v, f, u, PlaneLaw(law.second, law.first, law.covariance))
    return _double_sum(_Sampled(f, u, law.first, law), _Sampled(g, v, law.second, law), law)


def _is_sharp(law: PlaneLaw) -> bool:
    """Whether panels as short as conditional deviations would be too many."""
    with precision(64):
        return bool(tight_ball(law.gap) < SHARP * ball_of(law.first.variance) * ball_of(law.second.variance))


def _in_cells(f: Expr, u: str, g: Expr, v: str, law: PlaneLaw) -> arb:
    slope = tidy(law.covariance / law.first.variance)
    first = PlaneFactor(substitute(f, {u: name(Z)}), ONE, ZERO, law.first.mean)
    second = PlaneFactor(substitute(g, {v: name(Z)}), slope, ONE, law.second.mean)
    return cell_mean([first, second], law.first.variance, tidy(law.gap / law.first.variance))


def _independent(f: Expr, u: str, g: Expr, v: str, law: PlaneLaw) -> arb:
    first = line_mean(f, u, law.first)
    second = line_mean(g, v, law.second)
    return arb(0) if first == 0 or second == 0 else first * second


def _along(g: Expr, v: str, u: str, law: PlaneLaw) -> Expr:
    slope = tidy(law.covariance / law.first.variance)
    intercept = tidy(add(law.second.mean, neg(mul(slope, law.first.mean))))
    return substitute(g, {v: add(mul(slope, name(u)), intercept)})


def _vanishes(f: Expr, u: str, g: Expr, v: str, law: PlaneLaw) -> bool:
    """Whether (u, v) -> (-u, -v) shows that the expectation is 0."""
    if sign_of(law.first.mean) or sign_of(law.second.mean):
        return False
    one, two = symmetry(f, u), symmetry(g, v)
    return (one.odd and two.even) or (one.even and two.odd)


class _Sampled:
    """A factor on its panels, with the integrals of its modulus and square and of what is left out."""

    def __init__(self, f: Expr, variable: str, law: Law, joint: PlaneLaw) -> None:
        bits = ctx.prec - GUARD
        parts = pieces(f, variable)
        within = window(parts, variable, law, 2 * bits, squared=True)
        conditional = tidy(joint.gap / (joint.second if law is joint.first else joint.first).variance)
        inner, outer = ball_of(conditional), ball_of(law.variance)
        mean, norm = ball_of(law.mean), (2 * arb.pi() * outer).sqrt()

        def bound(box: acb) -> arb:
            distance, height = _square_below(box.real - mean), box.imag.abs_upper() ** 2
            value: arb = ((height / inner - distance / outer) / 2).exp() / norm
            return value.abs_upper()

        longest = REACH * inner.sqrt()
        parts_charts = charts(parts, variable, within, dyadic_above(outer.sqrt()))
        self.panels: list[Panel] = [p for c in parts_charts for p in panels(c, longest, bound, bits)]
        self.neglected = sum((c.neglected for c in parts_charts), arb(0))
        self.mass = sum((p.mass for p in self.panels), self.neglected)
        self.outside = within.tail.sqrt()
        self.norm = second_moment(f, variable, law).abs_upper().sqrt()


def _square_below(x: arb) -> arb:
    """A lower bound of the square of a real ball."""
    return arb(x.abs_lower()) ** 2


class _Density:
    """The joint density on pairs of real points and its modulus on pairs of boxes."""

    def __init__(self, law: PlaneLaw) -> None:
        gap = ball_of(law.gap)
        self.slope = ball_of(tidy(law.covariance / law.first.variance))
        self.mean_u, self.mean_v = ball_of(law.first.mean), ball_of(law.second.mean)
        self.weight_u = -1 / (2 * ball_of(law.first.variance))
        self.weight_v = -ball_of(law.first.variance) / (2 * gap)
        self.other_slope = ball_of(tidy(law.covariance / law.second.variance))
        self.other_v, self.other_u = -1 / (2 * ball_of(law.second.variance)), -ball_of(law.second.variance) / (2 * gap)
        self.height = 1 / (2 * arb.pi() * gap.sqrt())

    def modulus(self, x: arb, xi: arb, y: arb, eta: arb) -> arb:
        """An upper bound of |p| on boxes with real parts x, y and imaginary parts xi, eta."""
        d, e = x - self.mean_u, y - self.mean_v
        # either way of completing the square bounds the form from below; on a box the better one depends on the box
        one = self.weight_v * _square_below(e - self.slope * d) + self.weight_u * _square_below(d)
        two = self.other_v * _square_below(e) + self.other_u * _square_below(d - self.other_slope * e)
        rise = self.weight_v * (eta - self.slope * xi).abs_upper() ** 2 + self.weight_u * xi.abs_upper() ** 2
        value: arb = self.height * (one.min(two) - rise).exp()
        return value.abs_upper()

    def pair_sum(self, p: Panel, q: Panel) -> arb:
        """The double sum over the nodes of two panels."""
        total, weight_v = arb(0), self.weight_v
        shifted = [y - self.mean_v for y in q.nodes]
        for x, w in zip(p.nodes, p.weights, strict=True):
            d = x - self.mean_u
            centre, inner = self.slope * d, arb(0)
            for y, z in zip(shifted, q.weights, strict=True):
                e = y - centre
                inner += z * (weight_v * e * e).exp()
            total += w * (self.weight_u * d * d).exp() * inner
        return self.height * total


def _double_sum(f: _Sampled, g: _Sampled, law: PlaneLaw) -> arb:
    density, zero = _Density(law), arb(0)
    total, error = arb(0), f.outside * g.norm + f.norm * g.outside
    error += density.height * (f.neglected * g.mass + f.mass * g.neglected)
    small = arb(2) ** -ctx.prec / (1 + len(f.panels) * len(g.panels))
    for p in f.panels:
        for q in g.panels:
            error += p.mass * q.error * density.modulus(p.interval, zero, q.box.real, q.box.imag)
            error += p.error * q.total * density.modulus(p.box.real, p.box.imag, q.interval, zero)
            size = p.total * q.total * density.modulus(p.interval, zero, q.interval, zero)
            if size <= small:
                error += size
            else:
                total += density.pair_sum(p, q)
    return total + arb(0, error.abs_upper())
