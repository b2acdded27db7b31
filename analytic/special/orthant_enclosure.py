r"""Which method encloses an orthant probability of many variables without structure, by what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from flint import arb

from analytic.balls import finite, limited, precision
from analytic.special.orthant_bounds import orthant_bounds
from analytic.special.orthant_faces import faces_probability, function_values
from analytic.special.orthant_faces_float import float_faces_probability

Matrix = list[list[arb]]
MOST_VALUES = 6_000_000
"""Function values in balls, about 4 microseconds each: 14 variables to 15 digits."""
LARGEST_FLOAT = 18
"""Most variables in float64: half a minute; each further one doubles that."""
PART = 14
"""Of more variables that many are chosen, whose probability is an upper bound."""
MOST_LOST = 30
"""Matrices that are closer to singular ones are left to balls, where that is affordable."""
FLOAT_BITS = 38
"""float64 aims at that many bits of a probability of 2^-n."""


def affordable_probability(matrix: Matrix, goal: int, lost: int) -> tuple[Matrix, arb]:
    """The probability of a matrix close by, as tight as half a minute allows.

    Balls reach any goal; float64 with bounds of its errors is some fifty times as fast and reaches about ten digits;
    beyond 18 variables there are bounds only.

    Args:
        matrix: positive definite correlation matrix of exact entries, n >= 3.
        goal: the bits after the point that are wanted.
        lost: how many bits its determinant loses.

    Returns:
        The matrix that was used, and a ball.

    Example:
        >>> half = arb(1) / 2
        >>> matrix = [[arb(1) if i == j else half for j in range(9)] for i in range(9)]
        >>> near, value = affordable_probability(matrix, 60, 9)
        >>> value.contains(arb(1) / 10), bool(value.rad() < 1e-11)
        (True, True)
    """
    n = len(matrix)
    values = function_values(matrix, goal, lost) if n <= LARGEST_FLOAT else MOST_VALUES + 1
    affordable = 0 < values <= MOST_VALUES
    if affordable and (goal > n + FLOAT_BITS + 24 or lost > MOST_LOST):
        value = faces_probability(matrix, goal, lost)
        if finite(value):
            return matrix, value
    if not affordable:
        limited()
    # the same for every precision of the caller, so that it is found once
    bits = max(62, lost + 30)
    scaled = tuple(tuple(_scaled(x, bits) for x in row) for row in matrix)
    return _matrix(scaled, bits), _enclosure(scaled, bits, lost)


def _scaled(x: arb, bits: int) -> int:
    """The integer next to an exact number times 2^bits."""
    mantissa, exponent = x.man_exp()
    return round(Fraction(int(mantissa)) * Fraction(2) ** (int(exponent) + bits))


def _matrix(scaled: Sequence[Sequence[int]], bits: int) -> Matrix:
    with precision(bits + 10):
        return [[arb(x) / arb(2) ** bits for x in row] for row in scaled]


@lru_cache(maxsize=64)
def _enclosure(scaled: tuple[tuple[int, ...], ...], bits: int, lost: int) -> arb:
    matrix, n = _matrix(scaled, bits), len(scaled)
    with precision(bits + 40 + 2 * lost):
        bounds = orthant_bounds(matrix)
    if n > LARGEST_FLOAT:
        rows = _hardest(matrix)
        part = float_faces_probability([[matrix[i][j] for j in rows] for i in rows], PART + FLOAT_BITS, lost)
        lower, upper = bounds.lower(), bounds.upper()
        return lower.union(upper.min(part.upper())) if finite(part) else bounds
    value = float_faces_probability(matrix, n + FLOAT_BITS, lost)
    if not finite(value):
        return bounds
    return value.lower().max(bounds.lower()).union(value.upper().min(bounds.upper()))


def _hardest(matrix: Matrix) -> list[int]:
    """Some variables that are seldom all positive: those with the least sums of correlations, the others left out."""
    rows = list(range(len(matrix)))
    while len(rows) > PART:
        rows.remove(max(rows, key=lambda i: sum(float(matrix[i][j]) for j in rows)))
    return rows
