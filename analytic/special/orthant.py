r"""Centred orthant probabilities $P(X_1 > 0, \dots, X_n > 0)$ of Gaussian vectors, in balls."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import prod

from flint import acb, acb_poly, arb, arb_mat, arb_poly, ctx

from analytic.balls import precision
from analytic.errors import DomainError
from analytic.special.enclosing import increasing

LARGEST = 5
Matrix = list[list[arb]]


def orthant_probability_ball(correlations: Sequence[Sequence[arb]]) -> arb:
    r"""The probability that a centred Gaussian vector with these correlations lies in the positive orthant.

    Independent blocks factorise; $P_2$ and $P_3$ are sums of arcsines; with $P_\emptyset = 1$, symmetry gives
    $2 P_n = \sum_{S \subsetneq \{1..n\}} (-1)^{|S|} P_S$ for odd n; and $P_4$ is an integral along
    $R(t) = I + t(R - I)$,
    $$P_4 = \frac1{16} + \sum_{i<j} \frac{\arcsin \rho_{ij}}{8\pi} + \frac1{4\pi^2} \int_0^1 \sum_{i<j}
      \frac{\rho_{ij} \arcsin \rho_{kl \cdot ij}(t)}{\sqrt{1 - t^2 \rho_{ij}^2}}\,dt.$$

    Args:
        correlations: correlation matrix, n rows of n balls, symmetric, ones on the diagonal; may be singular. Exact
            entries 0, 1 and -1 are recognised; the upper triangle is read.

    Returns:
        A ball around the probability; NaN if the balls do not tell whether the matrix is positive semidefinite.

    Raises:
        DomainError: no correlation matrix, or a block of dependent variables of size 6 or more.

    Source: Plackett 1954, eq. (3) and (5); David 1953 for odd n.

    Example:
        >>> half = arb(1) / 2
        >>> orthant_probability_ball([[arb(i == j) if i == j else half for j in range(4)] for i in range(4)]).overlaps(
        ...     arb(1) / 5)
        True
    """
    matrix = _checked(correlations)
    _refuse_indefinite(matrix)
    kept: list[int] = []
    for i in range(len(matrix)):
        if any(matrix[j][i] == -1 for j in kept):
            return arb(0)
        if not any(matrix[j][i] == 1 for j in kept):
            kept.append(i)
    # the product is formed with guard bits and rounded once
    with precision(int(ctx.prec) + 20):
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


def _refuse_indefinite(matrix: Matrix) -> None:
    """All principal minors of order 3 and more; those of order 2 are seen at the entries."""
    for size in range(3, len(matrix) + 1):
        for part in combinations(range(len(matrix)), size):
            if arb_mat(_part(matrix, part)).det() < 0:
                raise DomainError(
                    f"rows {list(part)} have a negative determinant, expected a positive semidefinite matrix"
                )


def _part(matrix: Matrix, rows: Sequence[int]) -> Matrix:
    return [[arb(1) if i == j else matrix[i][j] for j in rows] for i in rows]


def _vanishes(x: arb) -> bool:
    """Whether the entry is exactly 0; ``x != 0`` would mean that it certainly is not, which a ball around 0 denies."""
    return bool(x == 0)


def _blocks(matrix: Matrix, rows: Sequence[int]) -> list[list[int]]:
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
    if n <= 3:
        arcs = sum((_asin(matrix[i][j]) for i, j in pairs), arb(0))
        probability: arb = arb(1) / 2**n + arcs / (arb.pi() * (2 if n == 2 else 4))
        return probability
    if n == 4:
        return _four(matrix)
    if n > LARGEST:
        raise DomainError(
            f"got {n} dependent variables, expected at most {LARGEST}: beyond them the probability is an integral of "
            f"dimension two or more, which is not implemented; try zero correlations or fewer factors"
        )
    subsets = (part for size in range(1, n) for part in combinations(range(n), size))
    twice: arb = sum(((-1) ** len(s) * orthant_probability_ball(_part(matrix, s)) for s in subsets), arb(1))
    return twice / 2


def _four(matrix: Matrix) -> arb:
    r"""$P_4$, from a positive definite matrix of exact entries close by.

    Along the segment between the two matrices $|\partial P_4 / \partial \rho_{ij}| \le 1/(4\pi\sqrt{1 - \rho_{ij}^2})$,
    so that the probabilities differ by at most $\sum_{i<j} |\arcsin \rho_{ij} - \arcsin \rho'_{ij}|/(4\pi)$.
    """
    goal, pairs = int(ctx.prec), list(combinations(range(4), 2))
    if any(not matrix[i][j].is_finite() for i, j in pairs):
        return arb.nan()
    near, bits = [[arb(entry.mid()) for entry in row] for row in matrix], goal + 50
    with precision(bits):
        regular = _definite(near, arb(2) ** -15)
    if not regular:
        # minors that nearly vanish cost digits, and they may vanish: if the true matrix is semidefinite and differs
        # by r in an entry, a shrinkage by more than 4r is definite
        bits = 2 * goal + 60
        with precision(bits):
            radius = max((matrix[i][j].rad() for i, j in pairs), key=float)
            if not _definite(near, arb(0)):
                shrink = 1 - 8 * radius - arb(2) ** (-2 * goal)
                near = [[near[i][j] if i == j else (shrink * near[i][j]).mid() for j in range(4)] for i in range(4)]
            if not _definite(near, arb(0)):
                return arb.nan()
    with precision(bits):
        shift = sum((_distance(matrix[i][j], near[i][j]) for i, j in pairs), arb(0)) / (4 * arb.pi())
        arcs = sum((near[i][j].asin() for i, j in pairs), arb(0)) / (8 * arb.pi())
        curved = _Path(near).integral(arb(2) ** (-goal - 10)) / (4 * arb.pi() ** 2)
        return arb(1) / 16 + arcs + curved + arb(0, 1) * shift.upper()


def _distance(x: arb, y: arb) -> arb:
    """At least the difference of the arcsines; 0 if both are the same exact number."""
    return arb(0) if x == y else abs(_asin(x) - y.asin()).upper()


def _definite(matrix: Matrix, margin: arb) -> bool:
    """Whether the balls prove that the leading minors exceed a margin >= 0, and so the matrix is positive definite."""
    return all(arb_mat(_part(matrix, range(n))).det() > margin for n in range(1, len(matrix) + 1))


class _Path:
    """The integrand of four variables along the line from a positive definite matrix (w = 0) to the unit one (w = 1).

    Args:
        matrix: exact entries.
    """

    def __init__(self, matrix: Matrix) -> None:
        pairs = [pair for pair in combinations(range(4), 2) if not _vanishes(matrix[pair[0]][pair[1]])]
        self.determinant = _determinant(matrix)
        self.terms = [(acb(matrix[i][j]), *_minors(matrix, i, j)) for i, j in pairs]

    def integral(self, tolerance: arb) -> arb:
        """The integral over [0, 1]."""
        return acb.integral(self, 0, 1, abs_tol=tolerance).real

    def __call__(self, w: acb, analytic: bool) -> acb:
        """The sum over the pairs of the arcsine of the partial correlation over the root of the minor of the pair.

        The arcsine is the arctangent of N/sqrt(pair * determinant), since pair * determinant = D D' - N^2: unlike the
        arcsine it has no branch point near a large argument.
        """
        determinant = self.determinant(w)
        if not analytic and w.imag == 0:  # on the line the determinant is known not to be negative
            height = determinant.real.max(arb(0)).sqrt()
            height = height if height.is_finite() else arb(0).union(determinant.real.abs_upper().sqrt())
            return sum((rho * _on_line(w, height, *minors) for rho, *minors in self.terms), acb(0))
        root = determinant.sqrt(analytic=analytic)
        return sum((rho * _off_line(w, analytic, root, *minors) for rho, *minors in self.terms), acb(0))


def _determinant(r: Matrix) -> acb_poly:
    """The determinant of R(t) as a polynomial in w = 1 - t."""
    t = arb_poly([1, -1])
    squares = sum((r[i][j] ** 2 for i, j in combinations(range(4), 2)), arb(0))
    cycles = sum((r[i][j] * r[j][k] * r[i][k] for i, j, k in combinations(range(4), 3)), arb(0))
    a, b, c = r[0][1] * r[2][3], r[0][2] * r[1][3], r[0][3] * r[1][2]
    hollow = a * a + b * b + c * c - 2 * (a * b + a * c + b * c)  # the determinant of R - I
    return acb_poly(1 - t * t * squares + t * t * t * (2 * cycles) + t * t * t * t * hollow)


def _minors(r: Matrix, i: int, j: int) -> tuple[acb_poly, acb_poly]:
    """The minors of R(t) of rows ij, and of rows ijk with columns ijl, as polynomials in w = 1 - t.

    Around the end t = 1, where a singular matrix makes them vanish, they lose nothing to cancellation in this variable.
    """
    t = arb_poly([1, -1])
    k, m = (x for x in range(4) if x not in (i, j))
    square, pair = t * t, 1 - t * t * r[i][j] ** 2
    crossed = r[i][j] * (r[k][i] * r[m][j] + r[k][j] * r[m][i])
    mixed = t * pair * r[k][m] - square * (r[k][i] * r[m][i] + r[k][j] * r[m][j]) + square * t * crossed
    return acb_poly(pair), acb_poly(mixed)


def _off_line(w: acb, analytic: bool, height: acb, pair: acb_poly, mixed: acb_poly) -> acb:
    """A term; not finite where it may fail to be analytic."""
    root = pair(w).sqrt(analytic=analytic)
    tangent = mixed(w) / (root * height)
    if analytic and tangent.real.contains(0) and not abs(tangent.imag) < 1:
        return acb(arb.nan(), arb.nan())  # the arctangent is cut from i and -i outwards
    return tangent.atan() / root


def _on_line(w: acb, height: arb, pair: acb_poly, mixed: acb_poly) -> acb:
    """A term for real w, where the arctangent lies between -pi/2 and pi/2 even if the height may vanish."""
    root, across = pair(w).real.sqrt(), mixed(w).real
    angle = arb.atan2(across, root * height)
    quarter = arb(0, 1) * arb.pi() / 2
    return acb((angle if angle.is_finite() and abs(angle) < 2 else quarter) / root)
