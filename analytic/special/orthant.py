r"""Centred orthant probabilities $P(X_1 > 0, \dots, X_n > 0)$ of Gaussian vectors, in balls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from math import floor, prod

from flint import arb, arb_mat, ctx

from analytic.balls import precision
from analytic.errors import DomainError
from analytic.special.enclosing import increasing
from analytic.special.orthant_enclosure import affordable_probability
from analytic.special.orthant_one_factor import loadings, one_factor_probability
from analytic.special.orthant_path import Orthants

GUARD = 20
"""Bits by which the blocks are more precise than their product."""
EVERY_MINOR = 9
"""Up to this size of a block all principal minors are seen, beyond it only leading ones."""
PATHS = 7
"""Up to this many variables the integrals along paths are nested; one function for each set is faster beyond."""
Matrix = list[list[arb]]


def orthant_probability_ball(correlations: Sequence[Sequence[arb]]) -> arb:
    r"""The probability that a centred Gaussian vector with these correlations lies in the positive orthant.

    Independent blocks factorise; $P_2$ and $P_3$ are sums of arcsines; with $P_\emptyset = 1$, symmetry gives
    $2 P_n = \sum_{S \subsetneq \{1..n\}} (-1)^{|S|} P_S$ for odd n; for even n Plackett's reduction along a path leaves
    an integral of probabilities of n - 2 variables, found by Gauss-Legendre rules with a proven error. From eight
    variables on there is one function of one variable for each set of them, see ``orthant_faces``; where these are so
    many that the digits of the precision would take minutes, the ball is wider. If $\rho_{ij} = \pm l_i l_j$ off the
    diagonal, one integral is enough for any n.

    Args:
        correlations: correlation matrix, n rows of n balls, symmetric, ones on the diagonal; may be singular. Exact
            entries 0, 1 and -1 are recognised; the upper triangle is read.

    Returns:
        A ball around the probability; NaN if the balls do not tell whether the matrix is positive semidefinite.

    Raises:
        DomainError: no correlation matrix.

    Source: Plackett 1954, eq. (3) and (5); David 1953 for odd n; Dunnett and Sobel 1955 for one factor.

    Example:
        >>> half = arb(1) / 2
        >>> orthant_probability_ball([[arb(i == j) if i == j else half for j in range(6)] for i in range(6)]).overlaps(
        ...     arb(1) / 7)
        True
    """
    matrix = _checked(correlations)
    for block in _blocks(matrix, range(len(matrix))):
        _refuse_indefinite(matrix, block)
    kept: list[int] = []
    for i in range(len(matrix)):
        if any(matrix[j][i] == -1 for j in kept):
            return arb(0)
        if not any(matrix[j][i] == 1 for j in kept):
            kept.append(i)
    # the product is formed with guard bits and rounded once
    with precision(int(ctx.prec) + GUARD):
        product = prod((_block(_part(matrix, block)) for block in _blocks(matrix, kept)), start=arb(1))
    rounded: arb = +product
    return rounded


def _checked(correlations: Sequence[Sequence[arb]]) -> Matrix:
    n = len(correlations)
    if any(len(row) != n for row in correlations):
        raise DomainError(f"got rows of {[len(r) for r in correlations]} entries, expected {n}: the matrix is square")
    matrix = [[arb(correlations[min(i, j)][max(i, j)]) for j in range(n)] for i in range(n)]
    for i, j in combinations(range(n), 2):
        if not correlations[i][j].overlaps(correlations[j][i]):
            raise DomainError(f"entries ({i}, {j}) and ({j}, {i}) differ, expected a symmetric matrix")
        if abs(matrix[i][j]) > 1:
            raise DomainError(f"got the correlation {matrix[i][j]}, expected one in [-1, 1]")
    if any(not matrix[i][i].contains(1) for i in range(n)):
        raise DomainError("an entry of the diagonal is not 1, expected correlations: divide by the standard deviations")
    return matrix


def _refuse_indefinite(matrix: Matrix, block: Sequence[int]) -> None:
    """All principal minors of order 3 and more; those of order 2 are seen at the entries. Only leading ones of many."""
    for size in range(3, len(block) + 1):
        for part in combinations(block, size) if len(block) <= EVERY_MINOR else (block[:size],):
            if arb_mat(_part(matrix, part)).det() < 0:
                raise DomainError(
                    f"rows {list(part)} have a negative determinant, expected a positive semidefinite matrix"
                )


def _part(matrix: Matrix, rows: Sequence[int]) -> Matrix:
    return [[arb(1) if i == j else matrix[i][j] for j in rows] for i in rows]


def _vanishes(x: arb) -> bool:
    """Whether the entry is exactly 0; ``x != 0`` would mean that it certainly is not, which a ball around 0 denies."""
    return bool(x == 0)


def _blocks(matrix: Matrix, rows: Iterable[int]) -> list[list[int]]:
    """The rows by dependence: between two blocks all correlations are exactly 0."""
    blocks: list[list[int]] = []
    for i in rows:
        near = [b for b in blocks if any(not _vanishes(matrix[i][j]) for j in b)]
        blocks = [b for b in blocks if b not in near] + [sorted([i, *(j for b in near for j in b)])]
    return blocks


def _asin(x: arb) -> arb:
    """The arcsine of a correlation: what lies outside [-1, 1] is cut off."""
    if x.is_nan():
        return x
    return increasing(lambda t: arb(t.max(arb(-1)).min(arb(1))).asin(), x)


def _block(matrix: Matrix) -> arb:
    n, pairs = len(matrix), list(combinations(range(len(matrix)), 2))
    if any(not matrix[i][j].is_finite() for i, j in pairs):
        return arb.nan()
    if n <= 3:
        arcs = sum((_asin(matrix[i][j]) for i, j in pairs), arb(0))
        probability: arb = arb(1) / 2**n + arcs / (arb.pi() * (2 if n == 2 else 4))
        return probability
    found = _one_factor(matrix) if n > 5 else None
    if found is not None:
        return found
    return _definite_block(matrix)


def _one_factor(matrix: Matrix) -> arb | None:
    """The probability of a one-factor model whose correlations the balls contain, or nearly."""
    goal = int(ctx.prec)
    with precision(goal + 20):
        found = loadings(matrix)
        value = one_factor_probability(*found, goal + 10) if found is not None else None
        if found is None or value is None:
            return None
        sign, sizes = found
        near = [[sign * x * y for y in sizes] for x in sizes]
        return value + _shift(matrix, near)


def _definite_block(matrix: Matrix) -> arb:
    """The probability from a positive definite matrix of exact entries close by."""
    goal, n = int(ctx.prec), len(matrix)
    near, lost = _definite(matrix)
    if not near:
        return arb.nan()
    if n > PATHS:
        near, value = affordable_probability(near, goal - GUARD + 8 + n, lost)
        return value + _shift(matrix, near)
    # quotients of determinants appear, which have lost that many bits
    with precision(goal + 60 + 2 * lost):
        return Orthants(near, goal + 8 + n).probability(tuple(range(n))) + _shift(matrix, near)


def _definite(matrix: Matrix) -> tuple[Matrix, int]:
    """A definite matrix near the given one, and how many bits its determinant loses; an empty one where none is found.

    If the true matrix is semidefinite and differs by at most r in each entry, its correlations shrunk by a bit more
    than (n - 1) r give a definite one. Arcsines of correlations close to 1 move by the root of the shrinkage.
    """
    n, goal = len(matrix), int(ctx.prec)
    radius = max((matrix[i][j].rad() for i, j in combinations(range(n), 2)), key=float)
    for exponent in (0, goal + 8, 2 * goal):
        with precision((n + 1) * (2 * goal + 60)):
            shrink = 1 - 2 * n * radius - arb(2) ** -exponent if exponent else arb(1)
            near = [[arb(1) if i == j else (shrink * matrix[i][j].mid()).mid() for j in range(n)] for i in range(n)]
            minors = [arb_mat(_part(near, range(k))).det() for k in range(1, n + 1)]
            if all(m > 0 for m in minors):
                lost = max(0, 1 - floor(min(float(m.log() / arb.const_log2()) for m in minors)))
                close = _shift(matrix, near).rad() < arb(2) ** -goal
                if (lost <= goal) if exponent == 0 else (close or exponent == 2 * goal):
                    return near, lost
    return [], 0


def _shift(matrix: Matrix, near: Matrix) -> arb:
    r"""A ball around 0 that holds the difference of the probabilities.

    Along the segment between the two matrices $|\partial P_n / \partial \rho_{ij}| \le 1/(4\pi\sqrt{1 - \rho_{ij}^2})$,
    so that they differ by at most $\sum_{i<j} |\arcsin \rho_{ij} - \arcsin \rho'_{ij}|/(4\pi)$.
    """
    total = arb(0)
    for i, j in combinations(range(len(matrix)), 2):
        x, y = matrix[i][j], near[i][j]
        total += arb(0) if x.is_exact() and x == y else abs(_asin(x) - _asin(y)).upper()
    return arb(0, 1) * (total / (4 * arb.pi())).upper()
