r"""Certified expectations of a product of functions of three and more dependent Gaussian variables, one of each.

Every factor gets its own rule (see ``grids``), and the density couples the points (see ``contraction``). Exchanging the
integrals for sums one by one, the error of the i-th rule meets the kernel
$$p(x) \le \sqrt{\det\Lambda/(2\pi)^n}\; e^{\Lambda_{ii} y_i^2/2} \prod_j e^{-(x_j - m_j)^2/(2 \tau_j s_j)}$$
with variances s, whenever $\operatorname{diag}(\tau_j s_j)$ exceeds the covariance matrix: $\tau_i$ is close to 1, the
others are large, and the integrals and sums of the other factors against their Gaussians are bounded by their masses.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, reduce

from flint import arb, arb_mat, ctx

from analytic.balls import precision
from analytic.errors import DomainError
from analytic.formula import Expr, num
from analytic.series.charts import Law
from analytic.series.contraction import Points, contraction
from analytic.series.errors import UnsupportedIntegrandError
from analytic.series.exact import ball_of, ceiling, tight_ball
from analytic.series.grids import COARSE, SPREAD, Grid, grid, mass_of
from analytic.series.line_integral import GUARD
from analytic.series.regression import Matrix

#: Sums in float64 lose more than this many bits.
FLOAT_BITS = 46
#: Bits beyond those asked for: the error is absolute, and values are small.
SPARE = 8
#: Products of numbers of points for which a sum takes seconds to a minute or two: in float64 and in balls.
MAX_FLOAT_TERMS, MAX_BALL_TERMS = 2e10, 6e8
#: So many points a variable: kernels are matrices of balls.
MAX_POINTS = 1600
#: Of a deviation over a conditional one: beyond it even coarse rules have too many points.
MAX_SHARPNESS = 90
#: Bits that are given up at a time where a sum has too many terms, and the least that is worth a sum.
STEP, FEWEST = 6, 8


@dataclass(frozen=True)
class _Product:
    """Functions of jointly Gaussian variables, one of each."""

    functions: tuple[Expr, ...]
    names: tuple[str, ...]
    means: tuple[Expr, ...]
    covariance: Matrix


def many_mean(functions: tuple[Expr, ...], names: tuple[str, ...], means: tuple[Expr, ...], covariance: Matrix) -> arb:
    """The expectation of a product of functions of dependent variables, as exact as precision and time allow.

    Args:
        functions: a formula in each variable, three and more.
        names: of the variables.
        means: constants.
        covariance: constants; a regular matrix.

    Returns:
        A ball; where the working precision asks for more than the sums can give, a wider one.

    Raises:
        UnsupportedIntegrandError: even a coarse sum has too many terms.
        DivergenceError: a function is not proven to be integrable.

    Example:
        >>> from analytic.grammar import parse
        >>> rows = tuple(tuple(num(1) if i == j else num(1) / 2 for j in range(4)) for i in range(4))
        >>> steps = tuple(parse(f"step({n})") for n in "uvwz")
        >>> with precision(2 * GUARD + 20):
        ...     value = many_mean(steps, tuple("uvwz"), (num(0),) * 4, rows)
        ...     value.overlaps(arb(1) / 5), value.rad() < 1e-8
        (True, True)
    """
    product = _Product(functions, names, means, covariance)
    wanted = max(ctx.prec - 2 * GUARD, FEWEST)
    _check_sharpness(product)
    if wanted + SPARE > FLOAT_BITS:
        exact = _in_balls(product, wanted + SPARE)
        if exact is not None:
            return exact
    bits = min(wanted + SPARE, FLOAT_BITS)
    value = _in_floats(product, bits)
    missing = wanted - int(value.rel_accuracy_bits())
    if missing > 0 and bits < FLOAT_BITS:  # a small value: more bits in float64 take less time than balls
        value = _in_floats(product, min(bits + missing + 2, FLOAT_BITS))
    return value


@lru_cache(maxsize=64)
def _in_floats(product: _Product, bits: int) -> arb:
    """The sum in float64, with as many bits as there is time for."""
    for less in range(0, bits - FEWEST + 1, STEP):
        with precision(COARSE + 32):
            found, height, inverse = _grids(product, bits - less)
            if _terms(found) <= MAX_FLOAT_TERMS and max(len(g.points) for g in found) <= MAX_POINTS:
                return _sum(found, height, inverse, True)
    raise UnsupportedIntegrandError(
        f"got a product of {len(product.names)} functions of dependent forms whose sum has {_terms(found):.0e} terms "
        f"for {FEWEST} bits, expected at most {MAX_FLOAT_TERMS:.0e}: the correlations are too near to singular, or the "
        f"functions too steep"
    )


def forget() -> None:
    """Forgets the sums in float64 that were found, for tests that break a part of them."""
    _in_floats.cache_clear()


def _in_balls(product: _Product, bits: int) -> arb | None:
    """The sum at the working precision; None if it has too many terms."""
    found, height, inverse = _grids(product, bits)
    if _terms(found) > MAX_BALL_TERMS or max(len(g.points) for g in found) > MAX_POINTS:
        return None
    return _sum(found, height, inverse, False)


def _check_sharpness(product: _Product) -> None:
    with precision(COARSE):
        inverse = arb_mat([[tight_ball(c) for c in row] for row in product.covariance]).inv()
        size = range(len(product.names))
        sharp = max(float((inverse[i, i] * ball_of(product.covariance[i][i])).sqrt().mid()) for i in size)
    if not sharp < MAX_SHARPNESS:
        raise UnsupportedIntegrandError(
            f"got {len(product.names)} dependent forms of which one is known up to 1/{sharp:.0f} of its deviation from "
            f"the others, expected at most 1/{MAX_SHARPNESS}: the correlations are too near to singular"
        )


def _terms(found: list[Grid]) -> float:
    total = 1.0
    for g in found:
        total *= len(g.points)
    return total


def _grids(product: _Product, bits: int) -> tuple[list[Grid], arb, arb_mat]:
    """The rules, the height of the density, and the inverse covariance matrix."""
    inverse = arb_mat([[tight_ball(c) for c in row] for row in product.covariance]).inv()
    height = (inverse.det() / (2 * arb.pi()) ** len(product.names)).sqrt()
    if not height.is_finite():
        raise DomainError("got a covariance matrix that is not certainly regular at this precision, expected one")
    laws = [Law(m, product.covariance[i][i]) for i, m in enumerate(product.means)]
    wide, factors = num(_width(product.covariance)), list(zip(product.functions, product.names, strict=True))
    masses = [mass_of(f, n, laws[i], wide) for i, (f, n) in enumerate(factors)]
    for mass, (_, n) in zip(masses, factors, strict=True):
        if not mass.is_finite():
            raise DomainError(
                f"got a function of {n} with no finite bound at {COARSE} bits, expected a smaller mean: its kinks lie "
                f"too many deviations from the mean; at such a mean take the limit of the function in its place"
            )
    rules = []
    for i, (f, n) in enumerate(factors):
        lever = len(masses) * height * _others(masses, i)  # what an error of this rule counts
        more = max(ceiling(lever.log() / arb.const_log2()), 0) if lever > 1 else 0
        rules.append(grid(f, n, laws[i], inverse[i, i], wide, bits + more))
    return rules, height, inverse


def _sum(found: list[Grid], height: arb, inverse: arb_mat, in_floats: bool) -> arb:
    error = arb(0)
    masses = [g.mass for g in found]
    for i, one in enumerate(found):
        error += one.error * _others(masses, i)
    total = contraction([Points(g.points, g.weights) for g in found], inverse, in_floats)
    return height * (total + arb(0, error.abs_upper()))


def _others(masses: list[arb], i: int) -> arb:
    """The product of all masses but one."""
    return reduce(lambda x, y: x * y, (m for j, m in enumerate(masses) if j != i))


def _width(covariance: Matrix) -> Fraction:
    """A number tau such that each variable may have its variance times SPREAD, and all others tau times theirs.

    Raises:
        DomainError: no such number is found, which a covariance matrix does not allow.
    """
    size = range(len(covariance))
    with precision(2 * COARSE):
        rows = [[ball_of(c) for c in row] for row in covariance]
        tau = Fraction(3, 2)
        while tau < 1000:
            width = arb(tau.numerator) / tau.denominator
            if all(exceeds([ball_of(SPREAD) if i == k else width for i in size], rows) for k in size):
                return tau
            tau *= Fraction(5, 4)
    raise DomainError(f"got the covariance matrix {covariance}, expected a positive definite one")


def exceeds(factors: list[arb], covariance: list[list[arb]]) -> bool:
    """Whether variances times these factors, in a diagonal matrix, certainly exceed the covariance matrix.

    Example:
        >>> pair = [[arb(1), arb(0.5)], [arb(0.5), arb(1)]]
        >>> exceeds([arb(2), arb(2)], pair), exceeds([arb(2), arb(1)], pair)
        (True, False)
    """
    size = range(len(factors))
    rows = [[factors[i] * covariance[i][i] * (i == j) - covariance[i][j] for j in size] for i in size]
    for k, pivot_row in enumerate(rows):  # positive definite if all pivots of the elimination are positive
        if not pivot_row[k] > 0:
            return False
        for row in rows[k + 1 :]:
            share = row[k] / pivot_row[k]
            for j in range(k, len(row)):
                row[j] -= share * pivot_row[j]
    return True
