r"""Linear algebra with models: an inverse, and the inertia of a symmetric matrix on a whole interval.

A symmetric matrix of functions is positive definite where all pivots of its elimination are positive; entries may grow
like powers of 1/s, pivots are taken in the order of that growth.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from analytic.landscape.uniform_companion import WideBoxError
from analytic.landscape.uniform_model import ModelRing, TaylorModel

Matrix = list[list[TaylorModel]]


def inverse(A: Sequence[Sequence[TaylorModel]], ring: ModelRing) -> Matrix:
    """The inverse matrix by elimination; pivots of least valuation, then of largest leading coefficient.

    Raises:
        WideBoxError: no pivot is bounded away from 0 on the domain.
    """
    m = len(A)
    one, zero = ring.number(Fraction(1)), ring.number(Fraction(0))
    rows = [[*row, *(one if i == j else zero for j in range(m))] for i, row in enumerate(A)]
    places: dict[int, int] = {}
    for _ in range(m):
        i, j = _pivot(rows, set(range(m)) - set(places.values()), [c for c in range(m) if c not in places])
        places[j] = i
        scale = rows[i][j].inverse()
        rows[i] = [x * scale for x in rows[i]]
        for r in range(m):
            if r != i:
                factor = rows[r][j]
                rows[r] = [x - factor * y for x, y in zip(rows[r], rows[i], strict=True)]
    return [rows[places[j]][m:] for j in range(m)]


def _pivot(rows: Matrix, left: set[int], columns: Sequence[int]) -> tuple[int, int]:
    found = []
    for i in left:
        for j in columns:
            x = rows[i][j]
            if x.polynomial.length() and not x.polynomial[0].contains(0):
                found.append((x.valuation, -float(abs(x.polynomial[0]).mid()), i, j))
    if not found:
        raise WideBoxError("a matrix may be singular on the domain")
    _, _, i, j = min(found)
    return i, j


def is_positive_definite(A: Sequence[Sequence[TaylorModel]]) -> bool:
    """Whether all pivots of a symmetric matrix are positive on the domain.

    Args:
        A: square; entries above the diagonal are read.

    Raises:
        WideBoxError: a pivot is not bounded away from 0.
    """
    rows = [[A[min(i, j)][max(i, j)] for j in range(len(A))] for i in range(len(A))]
    left = list(range(len(A)))
    while left:
        i = min(
            left,
            key=lambda c: (
                rows[c][c].valuation,
                -float(rows[c][c].polynomial[0].mid()) if rows[c][c].polynomial.length() else 0.0,
            ),
        )
        if not rows[i][i].is_positive():
            return False
        left.remove(i)
        if left:
            scale = rows[i][i].inverse()
        for a in left:
            factor = rows[a][i] * scale
            for b in left:
                if b >= a:
                    rows[a][b] = rows[a][b] - factor * rows[i][b]
                    rows[b][a] = rows[a][b]
    return True
