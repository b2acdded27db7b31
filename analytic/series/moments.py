"""Exact Gaussian expectations of polynomials."""

from __future__ import annotations

from collections.abc import Sequence

from analytic.formula import ONE, ZERO, Expr, add, mul, num
from analytic.series.exact import Polynomial, polynomial, tidy

#: Polynomials up to this degree are expanded.
MAX_DEGREE = 40


def polynomial_mean(
    expr: Expr, variables: tuple[str, ...], mean: Sequence[Expr], covariance: Sequence[Sequence[Expr]]
) -> Expr | None:
    r"""The expectation of a polynomial in Gaussian variables, exact; None for other formulas.

    By $E[x_i\,x^k] = m_i E[x^k] + \sum_j C_{ij} k_j E[x^{k - e_j}]$.

    Args:
        expr: the formula.
        variables: its variables.
        mean: their means.
        covariance: their covariance matrix.

    Returns:
        A constant.

    Source: Isserlis 1918, in the form of Stein's identity.

    Example:
        >>> from analytic.grammar import parse
        >>> str(polynomial_mean(parse("u^4 + u"), ("u",), [num(1)], [[num(2)]]))
        '26'
    """
    found = polynomial(expr, variables, MAX_DEGREE)
    if found is None:
        return None
    known: Polynomial = {}
    total = ZERO
    for k, c in found.items():
        total = tidy(add(total, mul(c, monomial_moment(k, mean, covariance, known))))
    return total


def monomial_moment(
    k: tuple[int, ...], mean: Sequence[Expr], covariance: Sequence[Sequence[Expr]], known: Polynomial
) -> Expr:
    """The expectation of the monomial with exponents k; moments found on the way are kept in ``known``."""
    if not any(k):
        return ONE
    if k not in known:
        i = next(i for i, n in enumerate(k) if n)
        rest = _less(k, i)
        total = mul(mean[i], monomial_moment(rest, mean, covariance, known))
        for j, n in enumerate(rest):
            if n:
                inner = monomial_moment(_less(rest, j), mean, covariance, known)
                total = add(total, mul(num(n), covariance[i][j], inner))
        known[k] = tidy(total)
    return known[k]


def _less(k: tuple[int, ...], i: int) -> tuple[int, ...]:
    return tuple(n - (j == i) for j, n in enumerate(k))
