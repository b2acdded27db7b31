r"""One-dimensional rules for a factor f of a product of functions of dependent Gaussian variables.

The rule for f has to integrate $f(x)\,k(x)$ for every kernel k that is analytic with
$|k(x + iy)| \le G(x, y) = e^{-\kappa (x - m)^2/2 + \lambda y^2/2}$: the joint density as a function of one variable,
the others being real, has this bound. Where f is analytic on the line, the trapezoidal rule of step h errs by at most
$$\frac{2}{e^{2\pi d/h} - 1}\int_{-\infty}^\infty |f(x + id)|\,G(x, d)\,dx$$
(the residues of $f k/(1 - e^{-2\pi i z/h})$ between two lines at the distance d); else Gauss-Legendre panels serve.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import acb, arb

from analytic.balls import precision
from analytic.formula import Expr, mul, num
from analytic.series.ball_functions import ball_function
from analytic.series.charts import Law, charts, window
from analytic.series.exact import ball_of, ceiling, dyadic_above
from analytic.series.growth import gaussian_tail
from analytic.series.line_integral import second_moment
from analytic.series.panels import panels
from analytic.series.pieces import pieces
from analytic.series.plane_integral import REACH
from analytic.series.strips import is_analytic, pole_distance, strip_growth

#: Bits for bounds, of which the first digits matter.
COARSE = 64
#: Variance of the Gaussian in G, over that of the variable.
SPREAD = num(23) / 20
#: Cells a deviation on the line along which the modulus of f is integrated.
CELLS = 6
#: How the distance of that line is tried, as shares of the largest one that may be best.
_SHARES = (0.3, 0.45, 0.6, 0.7, 0.78, 0.85, 0.9, 0.94, 0.97, 0.99)


@dataclass(frozen=True)
class Grid:
    """A rule: points and weights, the values of f included.

    Args:
        points: minus the mean.
        weights: exact.
        error: bound of the error for a kernel bounded by G.
        mass: bound of the integral, and of the sum of the rule, of |f| times a wider Gaussian.
    """

    points: tuple[arb, ...]
    weights: tuple[arb, ...]
    error: arb
    mass: arb


@dataclass(frozen=True)
class Kernel:
    """The bound G of the kernels, as a function of boxes.

    Args:
        mean: m.
        decay: kappa.
        rise: lambda.
    """

    mean: arb
    decay: arb
    rise: arb

    def __call__(self, region: acb) -> arb:
        distance, height = arb((region.real - self.mean).abs_lower()), arb(region.imag.abs_upper())
        return ((self.rise * height * height - self.decay * distance * distance) / 2).exp().abs_upper()


def grid(f: Expr, variable: str, law: Law, rise: arb, wide: Expr, bits: int) -> Grid:
    r"""A rule for one factor at the current precision.

    Args:
        f: a formula in the variable.
        variable: its name.
        law: its law, of variance s.
        rise: lambda, the entry of the inverse covariance matrix.
        wide: tau, a constant: the mass is that of |f| times $e^{-(x - m)^2/(2 \tau s)}$.
        bits: the error is to be about $2^{-bits}$.

    Returns:
        The rule, for kernels bounded by G with $\kappa = 20/(23 s)$.

    Raises:
        DivergenceError: f or f^2 grows too fast for these Gaussians.

    Example:
        >>> from analytic.grammar import parse
        >>> from analytic.series.charts import STANDARD
        >>> with precision(70):
        ...     found = grid(parse("tanh(u)^2"), "u", STANDARD, arb(1), num(2), 50)
        ...     value = sum(w * (-x * x / 2).exp() for x, w in zip(found.points, found.weights))
        ...     (value / (2 * arb.pi()).sqrt() + arb(0, found.error)).overlaps(arb("0.39429449039784117442"))
        True
        >>> len(found.points) < 100, bool(found.error < 1e-14)
        (True, True)
    """
    spread = Law(law.mean, mul(law.variance, SPREAD))
    kernel = Kernel(ball_of(law.mean), 1 / ball_of(spread.variance), rise)
    found = _trapezoidal(f, variable, spread, kernel, bits) if is_analytic(f, variable) else None
    found = _of_panels(f, variable, spread, kernel, bits) if found is None else found
    points, weights, error, mass = _kept(found, kernel, ball_of(mul(law.variance, wide)), bits)
    return Grid(points, weights, error.abs_upper(), mass.max(mass_of(f, variable, law, wide)).abs_upper())


def mass_of(f: Expr, variable: str, law: Law, wide: Expr) -> arb:
    r"""A bound of $\int |f(x)|\,e^{-(x - m)^2/(2 \tau s)}\,dx$, by the Cauchy-Schwarz inequality.

    Args:
        f: a formula in the variable.
        variable: its name.
        law: its law, of mean m and variance s.
        wide: tau, a constant.

    Returns:
        An upper bound.

    Raises:
        DivergenceError: f is not square integrable.

    Example:
        >>> from analytic.grammar import parse
        >>> from analytic.series.charts import STANDARD
        >>> round(float(mass_of(parse("sign(u)"), "u", STANDARD, num(2))) ** 2 / 4, 4)
        3.1416
    """
    with precision(COARSE):
        wider = Law(law.mean, mul(law.variance, wide))
        return (second_moment(f, variable, wider).abs_upper().sqrt() * _norm(wider)).abs_upper()


#: Points, weights as balls, error.
_Found = tuple[list[arb], list[arb], arb]


def _kept(found: _Found, kernel: Kernel, wide: arb, bits: int) -> tuple[tuple[arb, ...], tuple[arb, ...], arb, arb]:
    """The rule without its negligible points, its weights made exact: what that changes is left to the error."""
    points: list[arb] = []
    weights: list[arb] = []
    error = found[2]
    small, mass = arb(2) ** (-bits - 10), arb(0)
    for x, w in zip(*found[:2], strict=True):
        height = kernel(acb(x))
        if abs(w) * height <= small:
            error += (abs(w) * height).abs_upper()
            continue
        points.append(x - kernel.mean)
        weights.append(w.mid())
        error += w.rad() * height
        mass += abs(w.mid()) * (-(points[-1] * points[-1]) / (2 * wide)).exp()
    return tuple(points), tuple(weights), error, mass


def _norm(spread: Law) -> arb:
    return (2 * arb.pi() * ball_of(spread.variance)).sqrt()


def _of_panels(f: Expr, variable: str, spread: Law, kernel: Kernel, bits: int) -> _Found:
    parts = pieces(f, variable)
    within = window(parts, variable, spread, bits)
    deviation = ball_of(spread.variance).sqrt()
    points: list[arb] = []
    weights: list[arb] = []
    error = within.tail * _norm(spread)
    for chart in charts(parts, variable, within, dyadic_above(deviation)):
        error += chart.neglected
        for p in panels(chart, REACH / kernel.rise.sqrt(), kernel, bits):
            error += p.error * kernel(p.box)
            points += p.nodes
            weights += p.weights
    return points, weights, error


def _trapezoidal(f: Expr, variable: str, spread: Law, kernel: Kernel, bits: int) -> _Found | None:
    """The nodes m + kh up to the first ones outside the window, beyond which the bound of f times G decreases.

    None if no line is found along which f is bounded.
    """
    parts = pieces(f, variable)
    within = window(parts, variable, spread, bits)
    left, right = (arb(c.numerator) / c.denominator for c in (within.left, within.right))
    with precision(COARSE):
        lines = _lines(f, variable, spread, kernel, left, right, bits)
        if not lines:
            return None
        target = arb(2) ** -bits
        steps = [float((2 * arb.pi() * d / (1 + 2 * size / target).log()).mid()) for d, size in lines]
        best = max(range(len(lines)), key=lambda i: steps[i])
        h = arb(steps[best] * 0.9999)
        d, size = lines[best]
        error = 2 * size / ((2 * arb.pi() * d / h).exp() - 1) + within.tail * _norm(spread)
    first, last = ceiling((kernel.mean - left) / h), ceiling((right - kernel.mean) / h)
    points = [kernel.mean + k * h for k in range(-first, last + 1)]
    value = ball_function(f, variable)
    return points, [h * value(acb(x), False).real for x in points], error.abs_upper()


def _lines(
    f: Expr, variable: str, spread: Law, kernel: Kernel, left: arb, right: arb, bits: int
) -> list[tuple[arb, arb]]:
    """Distances d of lines from the real one, and bounds of the integral of |f| G along them; at least one."""
    poles = pole_distance(f, variable)
    largest = 1.2 * (2 * 0.6931 * bits / float(kernel.rise.mid())) ** 0.5
    if poles is not None:
        largest = min(largest, float(poles.lower()))
    found = []
    for share in _SHARES:
        d = arb(largest * share)
        if poles is not None and not d < poles:
            continue
        size = _along(f, variable, spread, kernel, left, right, d)
        if size.is_finite():
            found.append((d, size))
    return found


def _along(f: Expr, variable: str, spread: Law, kernel: Kernel, left: arb, right: arb, d: arb) -> arb:
    value, variance = ball_function(f, variable), ball_of(spread.variance)
    cells = ceiling(CELLS * (right - left) / variance.sqrt())
    width, total = (right - left) / cells, arb(0)
    for i in range(cells):
        x = (left + i * width).union(left + (i + 1) * width)
        total += width * abs(value(acb(x, d), True)) * kernel(acb(x, d))
    for side, cut in ((-1, -left), (1, right)):
        bound = strip_growth(f, variable, side, d)
        tail = gaussian_tail(bound, side * kernel.mean, variance, cut)
        total += tail * _norm(spread) * (kernel.rise * d * d / 2).exp()
    return total.abs_upper() if total.is_finite() else arb("inf")
