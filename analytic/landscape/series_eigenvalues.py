r"""Eigenvalues of a matrix of Laurent series in s by splitting it, order by order, where leading ones differ.

In a basis whose leading Gram matrix is a positive diagonal one, the leading matrix of a self-adjoint operator has a
basis of eigenvectors. In that basis $A = s^v(\Lambda + A_1 s + \dots)$; the ansatz $A T = T B$ with $T = 1 + O(s)$ and
B block-diagonal by the eigenvalues in $\Lambda$ gives one coefficient after another, with division by their
differences only: no known term is lost. Each block is $\lambda s^v$ plus a smaller one of the same kind.

Source: the reduction process of Kato (1966), Perturbation theory for linear operators, section II.2.3; Berkowitz (1984)
for characteristic polynomials without division.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from analytic.errors import AnalyticError
from analytic.landscape.laurent import EXACT, PrecisionLostError, Series, SeriesRing
from analytic.landscape.series_newton import inverse

Matrix = list[list[Series]]
Constants = list[list[Any]]
#: Finds the roots of a polynomial over the constants, coefficients ascending, with multiplicities.
LeadingRoots = Callable[[Sequence[Any]], list[tuple[Any, int]]]


def eigenvalues(A: Matrix, norms: Sequence[Series], order: int, leading_roots: LeadingRoots) -> list[Series]:
    """All eigenvalues as series known below s^(order + 1).

    Args:
        A: of an operator that is self-adjoint, in an orthogonal basis.
        norms: the squared norms of the basis, with even valuations.
        order: the last one wanted.
        leading_roots: finds the roots of a polynomial over the constants.

    Raises:
        PrecisionLostError: the entries have too few terms.
        OutsideFieldError: a leading coefficient lies outside the field.

    Example:
        >>> from analytic.landscape.laurent import SeriesRing
        >>> from analytic.landscape.pi_field import PiField
        >>> from analytic.landscape.pi_roots import roots_in
        >>> ring = SeriesRing(PiField(), 5)
        >>> one, s = ring.one, ring.variable
        >>> found = eigenvalues([[one, s], [s, one]], [one, one], 2, lambda p: roots_in(ring.field, p))
        >>> sorted(str(x.coefficient(1)) for x in found)
        ['-1', '1']
    """
    return split(balanced(A, norms), order, leading_roots)


def balanced(A: Matrix, norms: Sequence[Series]) -> Matrix:
    """The matrix in the basis divided by powers of s that make the squared norms tend to positive constants."""
    half = [n.valuation // 2 for n in norms]
    return [[x.shifted(half[i] - half[j]) for j, x in enumerate(row)] for i, row in enumerate(A)]


def characteristic_polynomial(A: Sequence[Sequence[Series]]) -> list[Series]:
    """The coefficients of det(x - A), ascending.

    Example:
        >>> from analytic.landscape.laurent import SeriesRing
        >>> from analytic.landscape.pi_field import PiField
        >>> ring = SeriesRing(PiField(), 5)
        >>> one, s = ring.one, ring.variable
        >>> [str(c.coefficient(0)) for c in characteristic_polynomial([[one, s], [s, one]])]
        ['1', '-2', '1']
    """
    one = A[0][0].ring.one
    found = [one, -A[0][0]]  # descending
    for r in range(1, len(A)):
        row, column = A[r][:r], [A[i][r] for i in range(r)]
        toeplitz = [one, -A[r][r]]
        for _ in range(r):
            toeplitz.append(-_inner(row, column))
            column = [_inner(A[i][:r], column) for i in range(r)]
        # the product with the lower triangular Toeplitz matrix of that column
        found = [_inner([toeplitz[n - j] for j in range(min(n, r) + 1)], found) for n in range(r + 2)]
    return found[::-1]


def _inner(x: Sequence[Series], y: Sequence[Series]) -> Series:
    total = x[0] * y[0]
    for a, b in zip(x[1:], y[1:], strict=False):
        total = total + a * b
    return total


def split(A: Matrix, order: int, leading_roots: LeadingRoots) -> list[Series]:
    """All eigenvalues of a self-adjoint operator, in a basis whose Gram matrix tends to a positive one.

    Args:
        A: the matrix; its leading terms must be exact, or enclosures of distinct eigenvalues.
        order: the last one wanted.
        leading_roots: finds the roots of a polynomial over the constants.

    Raises:
        PrecisionLostError: the entries have too few terms.
    """
    known = min(x.order for row in A for x in row)
    if known <= order:
        raise PrecisionLostError(f"a block of the Hessian is known to O(s^{known}) only, wanted to order {order}")
    ring, valuation = A[0][0].ring, min(x.first for row in A for x in row)
    if len(A) == 1:
        return [A[0][0].truncated(order + 1)]
    if valuation > order:
        return [ring.series(0, (), order + 1)] * len(A)
    leading = [[x.coefficient(valuation) for x in row] for row in A]
    groups = _roots(leading, ring, leading_roots)
    if len(groups) == 1:
        term = ring.constant(groups[0][0]).shifted(valuation)
        rest = [[x - term if i == j else x for j, x in enumerate(row)] for i, row in enumerate(A)]
        if min(x.first for row in rest for x in row) <= valuation:
            raise AnalyticError(
                "got a leading matrix without a basis of eigenvectors, expected a self-adjoint operator"
            )
        return [term + x for x in split(rest, order, leading_roots)]
    T = _eigenbasis(leading, groups, ring)
    blocks = _decoupled(product(product(inverse(T), A), T), [n for _, n in groups], valuation, order)
    return [x for B in blocks for x in split(B, order, leading_roots)]


def _roots(leading: Constants, ring: SeriesRing, leading_roots: LeadingRoots) -> list[tuple[Any, int]]:
    """The eigenvalues of a matrix of constants with multiplicities; 0 needs no root finding."""
    polynomial = characteristic_polynomial([[ring.constant(c) for c in row] for row in leading])
    coefficients, zero = [c.coefficient(0) for c in polynomial], ring.field.zero
    zeros = next(i for i, c in enumerate(coefficients) if not ring.field.vanishes(c))
    found = [(zero, zeros)] if zeros else []
    return found + (leading_roots(coefficients[zeros:]) if zeros < len(leading) else [])


def leading_eigenbasis(A: Matrix, leading_roots: LeadingRoots) -> Matrix:
    """Eigenvectors of the leading matrix, as columns."""
    ring, valuation = A[0][0].ring, min(x.first for row in A for x in row)
    leading = [[x.coefficient(valuation) for x in row] for row in A]
    return _eigenbasis(leading, _roots(leading, ring, leading_roots), ring)


def _eigenbasis(leading: Constants, groups: Sequence[tuple[Any, int]], ring: SeriesRing) -> Matrix:
    columns: list[list[Any]] = []
    for root, times in groups:
        shifted = [[c - root if i == j else c for j, c in enumerate(row)] for i, row in enumerate(leading)]
        kernel = _kernel(shifted, ring.field)
        if len(kernel) != times:
            raise AnalyticError(
                f"got {len(kernel)} eigenvectors to an eigenvalue of multiplicity {times}, expected as many: the "
                f"operator is self-adjoint"
            )
        columns += kernel
    return [[ring.constant(column[i]) for column in columns] for i in range(len(leading))]


def product(A: Matrix, B: Matrix) -> Matrix:
    """The product A B."""
    zero = A[0][0].ring.series(0, (), EXACT)
    return [[sum((a * b[j] for a, b in zip(row, B, strict=True)), zero) for j in range(len(B[0]))] for row in A]


def _kernel(A: Constants, field: Any) -> list[list[Any]]:
    """A basis of the kernel, by elimination."""
    rows, place = [list(row) for row in A], dict[int, int]()  # row of each pivot's column
    for j in range(len(rows)):
        r = len(place)
        i = next((i for i in range(r, len(rows)) if field.invertible(rows[i][j])), None)
        if i is None:
            continue
        rows[r], rows[i] = rows[i], rows[r]
        scale = field.inverse(rows[r][j])
        rows[r] = [x * scale for x in rows[r]]
        for q, row in enumerate(rows):
            if q != r and not field.vanishes(row[j]):
                rows[q] = [x - row[j] * y for x, y in zip(row, rows[r], strict=True)]
        place[j] = r
    free = [j for j in range(len(rows)) if j not in place]
    return [
        [-rows[place[i]][j] if i in place else field.one if i == j else field.zero for i in range(len(rows))]
        for j in free
    ]


def _decoupled(A: Matrix, sizes: Sequence[int], valuation: int, order: int) -> list[Matrix]:
    """The diagonal blocks of B in A T = T B, whose leading matrix is diagonal and constant on every block."""
    ring, count = A[0][0].ring, order + 1 - valuation
    group = [g for g, n in enumerate(sizes) for _ in range(n)]
    coefficients = [[[x.coefficient(valuation + n) for x in row] for row in A] for n in range(count)]
    pencil = _Decoupling(ring.field, group, coefficients)
    for n in range(1, count):
        pencil.extend(n)
    found = []
    for g in range(len(sizes)):
        own = [i for i in range(len(A)) if group[i] == g]
        found.append([[ring.series(valuation, [b[i][j] for b in pencil.B], order + 1) for j in own] for i in own])
    return found


class _Decoupling:
    """B and the off-diagonal X of T = 1 + X in A T = T B, coefficient by coefficient.

    Args:
        field: of the constants.
        group: the block of every index.
        A: the coefficients; the first is diagonal.
    """

    def __init__(self, field: Any, group: Sequence[int], A: Sequence[Constants]) -> None:
        self.field, self.group, self.A = field, group, A
        self.indices = range(len(group))
        self.B: list[Constants] = [A[0]]
        self.minus_B: list[Constants] = [[]]
        self.X: list[Constants] = [[]]
        root = [A[0][i][i] for i in self.indices]
        self.gaps = [
            [field.zero if group[i] == group[j] else field.inverse(root[j] - root[i]) for j in self.indices]
            for i in self.indices
        ]

    def extend(self, n: int) -> None:
        """Adds the coefficients of s^n: R = A_n + sum of A_q X_(n-q) - X_q B_(n-q) is B inside the blocks."""
        zero, group, indices = self.field.zero, self.group, self.indices
        R = [[self._rest(n, i, j) for j in indices] for i in indices]
        self.B.append([[R[i][j] if group[i] == group[j] else zero for j in indices] for i in indices])
        self.minus_B.append([[-x for x in row] for row in self.B[-1]])
        self.X.append([[R[i][j] * self.gaps[i][j] for j in indices] for i in indices])

    def _rest(self, n: int, i: int, j: int) -> Any:
        group, products = self.group, [(self.A[n][i][j], self.field.one)]
        across = [m for m in self.indices if group[m] != group[j]]
        inside = [m for m in self.indices if group[m] == group[j] != group[i]]
        for q in range(1, n):
            products += [(self.A[q][i][m], self.X[n - q][m][j]) for m in across]
            products += [(self.X[q][i][m], self.minus_B[n - q][m][j]) for m in inside]
        return self.field.combined(products)
