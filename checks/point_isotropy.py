"""The isotropy of a critical point, proved from enclosures of its weights."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from flint import arb
from numpy.typing import NDArray

from analytic.balls import disjoint
from analytic.landscape.layout import aligned
from analytic.landscape.point import CriticalPoint
from checks.point_facts import Group

#: Weights of which a pattern is written out.
LARGEST = 10**7


def isotropy_group(point: CriticalPoint) -> Group | None:
    """The isotropy of the exact weights: the layout's group fixes them, and no larger one does.

    Entries of orbits with disjoint enclosures differ. A permutation of columns that only permutes the rows keeps the
    multiset of a column's entries, so columns of two blocks with different multisets are never exchanged; then the
    group acts on columns as the layout's does, and beyond that permutes equal rows.

    Args:
        point: with integer sizes.

    Returns:
        The group; None if enclosures of two orbits overlap, multisets of two blocks agree, or there are more than ten
        million weights: their pattern is written out.

    Example:
        >>> from analytic.landscape.named import find_point
        >>> print(isotropy_group(find_point("II", 6)))
        Delta(S_5 x S_1)
    """
    if point.n * point.k > LARGEST:
        return None
    pattern = _pattern(point)
    if pattern is None:
        return None
    columns = [tuple(sorted(column)) for column in pattern.T.tolist()]
    starts = np.cumsum([0, *(point.size(b.label, b.single) for b in point.layout.teachers)]).tolist()
    if len({columns[i] for i in starts[:-1]}) < len(point.layout.teachers):
        return None
    _, copies = np.unique(pattern, axis=0, return_counts=True)
    return Group.of([b - a for a, b in pairwise(starts)], copies.tolist())


def _pattern(point: CriticalPoint) -> NDArray[np.int64] | None:
    """The n x k matrix of numbers of values: equal numbers for equal entries, known to differ otherwise."""
    weights = point.weights()
    values: list[arb] = []
    numbers = {}
    for orbit in point.layout.orbits:
        x = weights[orbit.name]
        known = next((i for i, y in enumerate(values) if x == y), None)  # balls are equal only if both are exact
        if known is None and not all(disjoint(x, y) for y in values):
            return None
        numbers[orbit.row, orbit.column, orbit.diagonal] = len(values) if known is None else known
        values += [x] if known is None else []
    return np.block([[_block(point, p, q, numbers) for q in range(len(point.layout.teachers))] for p in _rows(point)])


def _rows(point: CriticalPoint) -> range:
    return range(len(point.layout.rows))


def _block(point: CriticalPoint, p: int, q: int, numbers: dict[tuple[int, int, bool], int]) -> NDArray[np.int64]:
    row, column = point.layout.rows[p], point.layout.teachers[q]
    shape = (point.size(row.label, row.single), point.size(column.label, column.single))
    block = np.full(shape, numbers[p, q, False], dtype=np.int64)
    if aligned(row, column):
        np.fill_diagonal(block, numbers[p, q, True])
    return block
