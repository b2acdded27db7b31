"""Small matrices over the field: products, determinants, inverses by cofactors."""

from __future__ import annotations

from collections.abc import Sequence

from analytic.closed_forms import ClosedForms
from analytic.field import Element

Rows = list[list[Element]]


def product(a: Sequence[Sequence[Element]], b: Sequence[Sequence[Element]], field: ClosedForms) -> Rows:
    """The matrix product."""
    columns = list(zip(*b, strict=True))
    return [[sum((x * y for x, y in zip(row, c, strict=True) if x and y), field.zero) for c in columns] for row in a]


def determinant(matrix: Sequence[Sequence[Element]], field: ClosedForms) -> Element:
    """The determinant by expansion along the first row: the matrices are small and their entries exact."""
    if not matrix:
        return field.one
    total = field.zero
    for j, entry in enumerate(matrix[0]):
        if entry:
            total = total + entry * (-1) ** j * determinant(_minor(matrix, 0, j), field)
    return total


def inverse(matrix: Rows, field: ClosedForms) -> Rows:
    """The inverse by cofactors."""
    d, n = determinant(matrix, field), range(len(matrix))
    return [[determinant(_minor(matrix, j, i), field) * (-1) ** (i + j) / d for j in n] for i in n]


def _minor(matrix: Sequence[Sequence[Element]], i: int, j: int) -> Rows:
    return [[x for n, x in enumerate(row) if n != j] for m, row in enumerate(matrix) if m != i]
