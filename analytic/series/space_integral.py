r"""Certified expectations $E[f(u)\,g(v)\,h(w)]$ of three correlated Gaussian variables.

Each function is sampled once on Gauss-Legendre panels that respect its kinks and singularities, as in two dimensions.
The density is a product of three kernels of two variables, so that the triple sum is a product of matrices:
$\sum_{x,z} D_{xz} \sum_y A_{xy} B_{yz}$. For the error of one panel the density is bounded by the marginal one,
$p \le \sqrt{\det\Lambda/(2\pi)^3}\; e^{-(x - m)^2/(2\sigma^2)}\, e^{\Lambda_{ii}\xi^2/2}$ at $x + i\xi$, with the
precision matrix $\Lambda$.
"""

from __future__ import annotations

from fractions import Fraction

from flint import acb, arb, arb_mat, ctx

from analytic.errors import DomainError
from analytic.formula import Expr
from analytic.series.charts import Law, Window, charts
from analytic.series.errors import UnsupportedIntegrandError
from analytic.series.exact import ball_of, dyadic_above, short_above, tight_ball
from analytic.series.line_integral import GUARD
from analytic.series.panels import Panel, panels
from analytic.series.pieces import kinks, pieces
from analytic.series.plane_integral import REACH
from analytic.series.regression import Matrix, orthogonal
from analytic.series.tails import box

#: Nodes that a variable may have: matrices of this size are multiplied in seconds.
MAX_NODES = 1500


def space_mean(functions: tuple[Expr, ...], names: tuple[str, ...], means: tuple[Expr, ...], covariance: Matrix) -> arb:
    """The expectation of a product of three functions, one of each variable.

    Args:
        functions: formulas f(u), g(v), h(w).
        names: of the variables.
        means: constants.
        covariance: constants; a regular 3 x 3 matrix.

    Returns:
        A ball that contains the expectation.

    Raises:
        DivergenceError: a power of a function is not integrable.
        DomainError: the matrix is not positive definite.
        UnsupportedIntegrandError: correlations so close to 1 or -1 that too many nodes were needed.

    Example:
        >>> from analytic.balls import precision
        >>> from analytic.formula import num
        >>> from analytic.grammar import parse
        >>> law = tuple(tuple(num(1) if i == j else num(1) / 2 for j in range(3)) for i in range(3))
        >>> steps = tuple(parse(f"step({n})") for n in "uvw")
        >>> with precision(64):
        ...     value = space_mean(steps, ("u", "v", "w"), (num(0),) * 3, law)
        ...     value.overlaps(arb(1) / 4), value.rad() < 1e-9
        (True, True)
    """
    if len(orthogonal(covariance).chosen) < 3:
        raise DomainError("got a singular covariance matrix of three variables, expected a positive definite one")
    laws = [Law(m, covariance[i][i]) for i, m in enumerate(means)]
    inverse = arb_mat([[tight_ball(c) for c in row] for row in covariance]).inv()
    height = (inverse.det() / (2 * arb.pi()) ** 3).sqrt()
    found = box(list(zip(functions, names, laws, strict=True)), 3, ctx.prec)
    sampled = [
        _Sampled(f, n, law, inverse[i, i], found.reach)
        for i, (f, n, law) in enumerate(zip(functions, names, laws, strict=True))
    ]
    error = found.outside
    for i, one in enumerate(sampled):
        others = arb(1)
        for j, other in enumerate(sampled):
            others *= arb(1) if i == j else other.mass
        error += height * one.error * others
    return height * _triple_sum(sampled, inverse) + arb(0, error.abs_upper())


class _Sampled:
    """A factor at its nodes, its mass, and what the marginal density makes of the errors of its panels."""

    def __init__(self, f: Expr, variable: str, law: Law, precision_entry: arb, reach: arb) -> None:
        bits = ctx.prec - GUARD // 2
        variance, mean = ball_of(law.variance), ball_of(law.mean)

        def bound(region: acb) -> arb:
            distance, rise = arb((region.real - mean).abs_lower()), arb(region.imag.abs_upper())
            return ((precision_entry * rise * rise - distance * distance / variance) / 2).exp().abs_upper()

        parts = pieces(f, variable)
        inside = max((short_above(ball_of(k).abs_upper() + 1) for k in kinks(f, variable)), default=Fraction(0))
        half = max(short_above(abs(mean) + reach * variance.sqrt()), inside)
        found = charts(parts, variable, Window(-half, half, arb(0)), dyadic_above(variance.sqrt()))
        longest = REACH / precision_entry.sqrt()
        grid: list[Panel] = [p for c in found for p in panels(c, longest, bound, bits)]
        self.mass, self.error = arb(0), arb(0)
        self.points: list[arb] = []
        self.weights: list[arb] = []
        small = arb(2) ** -ctx.prec
        for p in grid:
            self.error += p.error * bound(p.box)
            self.mass += p.mass.max(p.total)
            weight = p.total * bound(acb(p.interval))
            if weight <= small:  # far out: the whole panel is left to the error
                self.error += weight
                continue
            self.points += [x - mean for x in p.nodes]
            self.weights += p.weights
        neglected = sum((c.neglected for c in found), arb(0))
        self.error += neglected
        self.mass += neglected
        if len(self.points) > MAX_NODES:
            raise UnsupportedIntegrandError(
                f"got {f} in a product of three dependent functions that needs {len(self.points)} nodes, expected at "
                f"most {MAX_NODES}: correlations this close to 1 or -1 are supported for two linear forms only; ask "
                f"for fewer digits"
            )


def _triple_sum(sampled: list[_Sampled], inverse: arb_mat) -> arb:
    """The sum over all triples of nodes; the middle variable is the one whose neighbours are the least dependent."""
    partial = [abs(inverse[i, j]) / (inverse[i, i] * inverse[j, j]).sqrt() for i, j in ((1, 2), (0, 2), (0, 1))]
    y = min(range(3), key=lambda i: float(partial[i].mid()))
    x, z = (i for i in range(3) if i != y)
    # the share of y in the right kernel makes its exponent a square: no entry is large
    share = inverse[y, z] ** 2 / inverse[z, z]
    left = _kernel(sampled[x], sampled[y], (inverse[x, x], inverse[x, y], inverse[y, y] - share), sampled[y].weights)
    right = _kernel(sampled[z], sampled[y], (inverse[z, z], inverse[y, z], share), [arb(1)] * len(sampled[y].points))
    inner = left * right.transpose()
    total = arb(0)
    for i, a in enumerate(sampled[x].points):
        slope = -inverse[x, z] * a
        row = arb(0)
        for j, b in enumerate(sampled[z].points):
            row += (slope * b).exp() * inner[i, j]
        total += row
    return total


def _kernel(first: _Sampled, middle: _Sampled, form: tuple[arb, arb, arb], weights: list[arb]) -> arb_mat:
    """The matrix of weights and density between the nodes of two variables."""
    own, mixed, other = form
    columns = [(mixed * y, -other * y * y / 2, w) for y, w in zip(middle.points, weights, strict=True)]
    rows = []
    for x, weight in zip(first.points, first.weights, strict=True):
        start = -own * x * x / 2
        rows.append([weight * w * (start - x * m + rest).exp() for m, rest, w in columns])
    return arb_mat(rows)
