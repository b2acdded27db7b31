"""Weights on orbits as a small matrix with the same symmetry: which exchanges of neurons leave them as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flint import arb

from analytic.landscape.isotropy import isotropy
from analytic.landscape.layout import Layout, aligned

#: Decimals to which weights are compared.
DECIMALS = 9
#: Blocks larger than this have the same symmetries as blocks of this size.
ENOUGH = 3


@dataclass(frozen=True)
class Pattern:
    """Weights at blocks of at most three neurons.

    Args:
        rows: the matrix.
        columns: the columns of each block.
    """

    rows: list[list[float]]
    columns: list[list[int]]


def pattern(layout: Layout, weights: Mapping[str, arb], large: Mapping[str, bool] | None = None) -> Pattern:
    """The weights as a small matrix.

    Args:
        layout: blocks of rows and teachers.
        weights: by orbit.
        large: for each label whether its block has more than two; those that are not single and not named have two.
    """
    value = {(o.row, o.column, o.diagonal): round(float(weights[o.name]), DECIMALS) + 0.0 for o in layout.orbits}

    def size(label: str, single: bool) -> int:
        return 1 if single else ENOUGH if large is None or large.get(label, False) else 2

    columns, begin = [], 0
    for block in layout.teachers:
        n = size(block.label, block.single)
        columns.append(list(range(begin, begin + n)))
        begin += n
    rows = []
    for p, row in enumerate(layout.rows):
        for i in range(size(row.label, row.single)):
            entries: list[float] = []
            for q, column in enumerate(layout.teachers):
                on = aligned(row, column)
                entries += [value[p, q, on and i == j] for j in range(len(columns[q]))]
            rows.append(entries)
    return Pattern(rows, columns)


def has_zero_neuron(layout: Layout, weights: Mapping[str, arb]) -> bool:
    """Whether some neuron vanishes, where the loss is not differentiable."""
    return any(not any(row) for row in pattern(layout, weights).rows)


def more_symmetric(layout: Layout, weights: Mapping[str, arb], large: Mapping[str, bool] | None = None) -> bool:
    """Whether the isotropy is larger than the layout's: fewer blocks, or extra neurons that are alike."""
    small = pattern(layout, weights, large)
    found = isotropy(small.rows, sum(map(len, small.columns)), 10.0**-DECIMALS)
    return len(found.layout.teachers) < len(layout.teachers) or len(found.layout.rows) < len(layout.rows)
