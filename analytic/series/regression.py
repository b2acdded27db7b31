r"""Forms of Gaussian variables written by some of them: orthogonal parts, and conditional means of polynomials.

$q_j = d_j - \sum_{i<j} \beta_{ji} q_i$ are the centred forms without what the earlier ones say about them; then every
variable is $x = E x + \sum_j \gamma_j q_j + e$ with $e$ independent of all of them, and
$E[P(x)\,F(p)] = E[E[P(x) \mid p]\,F(p)]$ (the tower property) leaves a polynomial in the forms p.
"""

from __future__ import annotations

from dataclasses import dataclass

from analytic.errors import DomainError
from analytic.formula import ZERO, Expr, add, mul, name, names, neg, num, substitute
from analytic.series.directions import Direction
from analytic.series.errors import UnsupportedIntegrandError
from analytic.series.exact import Polynomial, polynomial, sign_of, tidy
from analytic.series.moments import MAX_DEGREE, monomial_moment

Matrix = tuple[tuple[Expr, ...], ...]


@dataclass(frozen=True)
class Orthogonal:
    """Independent forms that span given ones.

    Args:
        chosen: which of the given forms were new.
        vectors: for each of them its orthogonal part, as coefficients of the given forms.
        variances: of the orthogonal parts, positive.
    """

    chosen: tuple[int, ...]
    vectors: tuple[Direction, ...]
    variances: tuple[Expr, ...]


def orthogonal(covariance: Matrix) -> Orthogonal:
    """The forms made orthogonal in their order, those that depend on earlier ones left out.

    Args:
        covariance: of the forms, constants.

    Returns:
        The independent parts.

    Example:
        >>> found = orthogonal(((num(1), num(1)), (num(1), num(3))))
        >>> [str(v) for v in found.variances], [str(c) for c in found.vectors[1]]
        (['1', '2'], ['-1', '1'])
    """
    chosen: list[int] = []
    vectors: list[Direction] = []
    variances: list[Expr] = []
    size = len(covariance)
    for n in range(size):
        vector: Direction = tuple(num(int(i == n)) for i in range(size))
        for q, variance in zip(tuple(vectors), variances, strict=True):
            slope = tidy(bilinear(vector, covariance, q) / variance)
            pairs = zip(vector, q, strict=True)
            vector = tuple(a if b == ZERO else tidy(add(a, neg(mul(slope, b)))) for a, b in pairs)
        variance = bilinear(vector, covariance, vector)
        if sign_of(variance) > 0:
            chosen.append(n)
            vectors.append(vector)
            variances.append(variance)
    return Orthogonal(tuple(chosen), tuple(vectors), tuple(variances))


def bilinear(a: Direction, covariance: Matrix, b: Direction) -> Expr:
    """The covariance of two forms with these coefficients."""
    terms = [mul(x, covariance[i][j], y) for i, x in enumerate(a) for j, y in enumerate(b) if ZERO not in (x, y)]
    return tidy(add(*terms)) if terms else ZERO


def conditional_polynomial(
    expr: Expr, variables: tuple[str, ...], mean: tuple[Expr, ...], covariance: Matrix, forms: dict[str, Direction]
) -> Polynomial:
    """The conditional mean of a polynomial given some forms of its variables, as a polynomial in those forms.

    Args:
        expr: the polynomial.
        variables: its variables.
        mean: their means.
        covariance: their covariance matrix.
        forms: name to coefficients, one for each form; independent given the others.

    Returns:
        Exponents of the forms to coefficient.

    Raises:
        UnsupportedIntegrandError: the degree is too high.

    Example:
        >>> from analytic.grammar import parse
        >>> half = num(1) / 2
        >>> law = ((num(1), half), (half, num(1)))
        >>> given = {"p": (num(1), num(0))}
        >>> found = conditional_polynomial(parse("v^2"), ("u", "v"), (num(0), num(0)), law, given)
        >>> {k: str(c) for k, c in found.items()}
        {(2,): '1/4', (0,): '3/4'}
    """
    if not names(expr) & set(variables):
        return {(0,) * len(forms): tidy(expr)}
    rows = [[bilinear(d, covariance, e) for e in forms.values()] for d in forms.values()]
    parts = orthogonal(tuple(tuple(row) for row in rows))
    centred = [add(name(p), neg(add(*(mul(c, m) for c, m in zip(d, mean, strict=True))))) for p, d in forms.items()]
    by_forms = [add(*(mul(c, z) for c, z in zip(q, centred, strict=True) if c != ZERO)) for q in parts.vectors]
    units = [tuple(num(int(i == j)) for j in range(len(variables))) for i in range(len(variables))]
    vectors = [_combined(q, tuple(forms.values())) for q in parts.vectors]
    slopes = [
        [tidy(bilinear(x, covariance, q) / v) for q, v in zip(vectors, parts.variances, strict=True)] for x in units
    ]
    left = _left_over(covariance, slopes, parts.variances)
    own = {i: name(p) for p, d in forms.items() for i, unit in enumerate(units) if d == unit}
    noise = {i: f"e_{i}_" for i in range(len(variables)) if i not in own and not _vanishes(left[i][i])}
    images = {variables[i]: p for i, p in own.items()}
    for i, x in enumerate(variables):
        if i in own:
            continue
        terms = [mul(s, q) for s, q in zip(slopes[i], by_forms, strict=True) if s != ZERO]
        images[x] = add(mean[i], *terms, *([name(noise[i])] if i in noise else []))
    found = polynomial(substitute(expr, images), (*forms, *noise.values()), MAX_DEGREE)
    if found is None:
        raise UnsupportedIntegrandError(f"got the polynomial {expr}, expected one of degree at most {MAX_DEGREE}")
    kept = tuple(tuple(left[i][j] for j in noise) for i in noise)
    return _averaged(found, len(forms), kept)


def _vanishes(variance: Expr) -> bool:
    """Whether a variance is 0; where that cannot be decided, a noise of variance 0 does no harm."""
    try:
        return sign_of(variance) == 0
    except DomainError:
        return False


def _combined(coefficients: Direction, forms: tuple[Direction, ...]) -> Direction:
    return tuple(
        tidy(add(*(mul(c, d[i]) for c, d in zip(coefficients, forms, strict=True) if ZERO not in (c, d[i]))))
        for i in range(len(forms[0]))
    )


def _left_over(covariance: Matrix, slopes: list[list[Expr]], variances: tuple[Expr, ...]) -> Matrix:
    """The covariance of what the forms do not say about the variables."""
    size = range(len(covariance))

    def entry(i: int, j: int) -> Expr:
        known = (mul(a, b, v) for a, b, v in zip(slopes[i], slopes[j], variances, strict=True))
        return tidy(add(covariance[i][j], neg(add(*known))))

    return tuple(tuple(entry(i, j) for j in size) for i in size)


def _averaged(found: Polynomial, forms: int, noise: Matrix) -> Polynomial:
    """The polynomial with the means of the monomials in the noise put in."""
    total: Polynomial = {}
    known: Polynomial = {}
    for k, c in found.items():
        moment = monomial_moment(k[forms:], (ZERO,) * len(noise), noise, known)
        total[k[:forms]] = tidy(add(total.get(k[:forms], ZERO), mul(c, moment)))
    return {k: c for k, c in total.items() if c != ZERO}
