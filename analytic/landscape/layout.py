r"""Rows and columns in labelled blocks: which permutations act diagonally on an n x d matrix of weights.

Every block of rows (students) and of columns carries a label; blocks with equal labels are permuted together, by one
symmetric group. Teacher p is block p of the columns, V = [I_k 0]. A matrix fixed by the group has one value off the
diagonal for each pair of blocks and, where the labels agree, one value on the diagonal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from analytic.errors import DimensionError

#: The label of the columns beyond the k-th: V is 0 there, and so are the weights; one column stands for all.
EXTRA_COLUMN = "e"


@dataclass(frozen=True)
class Block:
    """A block of rows or columns.

    Args:
        label: of the symmetric group that permutes it; equal labels permute together.
        single: whether it has one index only, so that a diagonal makes no difference.
    """

    label: str
    single: bool = False

    @property
    def size(self) -> str:
        """The name of its size in formulas."""
        return f"k_{self.label}"


Space = tuple[Block, ...]


def aligned(row: Block, column: Block) -> bool:
    """Whether a diagonal exists: one group acts on both, on more than one index."""
    return row.label == column.label and not row.single


@dataclass(frozen=True)
class Orbit:
    """A parameter of the fixed-point space: the value on an orbit of entries.

    Args:
        row: number of the block of rows.
        column: number of the block of columns.
        diagonal: on the diagonal of an aligned pair of blocks; else off it, or everywhere.
    """

    row: int
    column: int
    diagonal: bool

    @property
    def name(self) -> str:
        """Its name in formulas: a_12 off, d_1 on a diagonal."""
        if self.diagonal and self.row == self.column:
            return f"d_{self.row + 1}"
        return f"{'d' if self.diagonal else 'a'}_{self.row + 1}{self.column + 1}"


@dataclass(frozen=True)
class Layout:
    """The blocks of a symmetric point of the student-teacher loss.

    Args:
        rows: blocks of students; the first ones carry the labels of the teachers, extra ones labels of their own.
        teachers: blocks of teachers, which are the first blocks of columns.

    Example:
        >>> layout = partition_layout([False, True])      # Delta(S_{k-1} x S_1)
        >>> [o.name for o in layout.orbits]
        ['d_1', 'a_11', 'a_12', 'a_21', 'a_22']
    """

    rows: Space
    teachers: Space

    @cached_property
    def orbits(self) -> tuple[Orbit, ...]:
        """The parameters of the fixed-point space; weights on extra columns are 0."""
        return tuple(_orbits(self.rows, self.teachers))

    @property
    def sizes(self) -> tuple[str, ...]:
        """Names of the sizes, one a label."""
        return tuple(dict.fromkeys(b.size for b in (*self.rows, *self.teachers)))


def _orbits(rows: Space, columns: Space) -> Iterator[Orbit]:
    for p, row in enumerate(rows):
        for q, column in enumerate(columns):
            if aligned(row, column):
                yield Orbit(p, q, True)
            yield Orbit(p, q, False)


def partition_layout(single: Sequence[bool], extra: Sequence[bool] = ()) -> Layout:
    """The layout of a partition k = k_1 + ... + k_r, with extra blocks of rows.

    Args:
        single: for each block whether its size is one.
        extra: the same for each block of extra rows (n > k), permuted among themselves only.

    Raises:
        DimensionError: no block.
    """
    if not single:
        raise DimensionError("got an empty partition, expected at least one block of neurons")
    blocks = tuple(Block(str(i + 1), s) for i, s in enumerate(single))
    more = tuple(Block(f"x{i + 1}", s) for i, s in enumerate(extra))
    return Layout(blocks + more, blocks)
