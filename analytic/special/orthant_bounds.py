r"""Bounds of orthant probabilities that cost little: rigorous for any number of variables, but wide."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from flint import acb, arb, arb_mat, ctx

from analytic.special.orthant_one_factor import one_factor_probability

Matrix = Sequence[Sequence[arb]]


def orthant_bounds(matrix: Matrix) -> arb:
    r"""A ball that holds the probability, from a cone inside, sets of three variables, and comparison of correlations.

    Let $r^2 = 1/(\mathbf 1^\top R^{-1} \mathbf 1)$. The cone $\{x: a_i \cdot x > 0\}$ with $a_i \cdot a_j = \rho_{ij}$
    contains the circular cone of half-angle $\arcsin r$ around the direction v with $a_i \cdot v = r$, whose measure is
    $\frac12 I_{r^2}(\frac{n-1}2, \frac12)$. The probability increases with each correlation, so that it lies between
    those of equal correlations $\min \rho_{ij}$ and $\max \rho_{ij}$, where these are correlation matrices.

    Args:
        matrix: positive definite correlation matrix, n >= 3.

    Returns:
        The ball, within [0, 1/2].

    Source: Slepian 1962 for the comparison.

    Example:
        >>> half = arb(1) / 2
        >>> ball = orthant_bounds([[arb(1) if i == j else half for j in range(12)] for i in range(12)])
        >>> ball.contains(arb(1) / 13), bool(ball.rad() < 1e-6)
        (True, True)
    """
    n = len(matrix)
    entries = [matrix[i][j] for i, j in combinations(range(n), 2)]
    least, most = (min(x.lower() for x in entries), max(x.upper() for x in entries))
    lower = [arb(0), _inside(matrix), *_equal(n, least, above=False)]
    upper = [arb(1) / 2, *_equal(n, most, above=True), _triples(matrix)]
    return between(max(x.lower() for x in lower), min(x.upper() for x in upper))


def between(lower: arb, upper: arb) -> arb:
    """The smallest ball from the one exact number to the other."""
    return lower.union(upper)


def _inside(matrix: Matrix) -> arb:
    n = len(matrix)
    try:
        total = sum(arb_mat([list(row) for row in matrix]).inv().entries(), arb(0))
    except ZeroDivisionError:
        return arb(0)
    if not total > 1:
        return arb(0)
    share = acb(1 / total).beta_lower(acb(arb(n - 1) / 2), acb(0.5), regularized=True).real / 2
    return share if share.is_finite() else arb(0)


def _equal(n: int, correlation: arb, above: bool) -> list[arb]:
    """The probability for equal correlations, at most that or at least that, if there are such variables."""
    sign, root = (-1 if correlation < 0 else 1), abs(correlation).sqrt()
    loading = root.upper() if above == (sign > 0) else root.lower()
    found = one_factor_probability(sign, [loading] * n, int(ctx.prec))
    return [] if found is None else [found]


def _triples(matrix: Matrix) -> arb:
    """The least probability of three of the variables."""
    arcs = {(i, j): _arcsine(matrix[i][j]) for i, j in combinations(range(len(matrix)), 2)}
    least = min((arcs[i, j] + arcs[i, k] + arcs[j, k]).upper() for i, j, k in combinations(range(len(matrix)), 3))
    bound: arb = arb(1) / 8 + least / (4 * arb.pi())
    return bound


def _arcsine(x: arb) -> arb:
    """An upper bound of the arcsine."""
    return x.upper().min(arb(1)).asin()
