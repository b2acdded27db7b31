r"""Which permutations of neurons and coordinates leave weights as they are, by clustering rows and columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.arguments import EPS, FloatArray, finite_matrix, positive_integer, real_number
from numeric.errors import DomainError, ShapeError

Classes: TypeAlias = tuple[tuple[int, ...], ...]
Labels: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True)
class IsotropyPartition:
    """Rows and columns of weights, sorted by the permutations that leave the weights as they are.

    Args:
        columns: classes of teacher directions that may be permuted if the neurons follow; larger classes first.
        rows: classes of neurons that these permutations, and those of `copies`, carry into each other.
        copies: classes of equal rows, which may be permuted by themselves; only those of two or more.

    Example:
        >>> isotropy_partition(np.ones((2, 3))).copies      # all neurons equal
        ((0, 1),)
    """

    columns: Classes
    rows: Classes
    copies: Classes

    @property
    def sizes(self) -> tuple[int, ...]:
        """Sizes of the classes of columns.

        Example:
            >>> isotropy_partition(np.eye(3)).sizes
            (3,)
        """
        return tuple(len(c) for c in self.columns)


def isotropy_partition(W: ArrayLike, k: int | None = None, noise: float | None = None) -> IsotropyPartition:
    r"""The permutations of neurons and of the first k coordinates with $P_\pi W P_\rho^T = W$, as a partition.

    Entries are sorted into clusters along the line. Rows and columns are coloured, and colours split until the colour
    of a row says how often it meets which colour of a column in which cluster; permutations respect the colours. Two
    columns of one colour are alike if exchanging them only permutes the rows, which sorted rows show.

    Args:
        W: weights, shape (n, d); the teacher is $[I_k\ 0]$.
        k: number of teachers, at most d; d if None. Columns beyond it are permuted with none of the first k.
        noise: bound on the error of an entry: gaps up to twice as large separate nothing. By default the round-off of
            the largest entry.

    Returns:
        The partition.

    Raises:
        ShapeError: if W is no matrix, or k exceeds the number of its columns.
        NonFiniteError: if an entry is NaN or infinite.
        DomainError: if noise is negative, or so large that it joins entries far apart into one cluster.

    Source: Weisfeiler and Leman 1968, The reduction of a graph to canonical form, for the refinement of colours.

    Example:
        >>> isotropy_partition([[1.0, 0.1, 0.2], [0.1, 1.0, 0.2], [0.3, 0.3, -1.0]]).columns
        ((0, 1), (2,))
    """
    matrix = finite_matrix("W", W)
    teachers = matrix.shape[1] if k is None else positive_integer("k", k)
    if teachers > matrix.shape[1]:
        raise ShapeError(f"W has {matrix.shape[1]} columns and k is {k}; expected k <= d; transpose W or lower k")
    noise = EPS * float(np.abs(matrix).max()) if noise is None else noise
    labels = _clusters(matrix, noise)
    columns = [c for colour in _coloured(labels, teachers) for c in _alike(labels, colour)]
    copies = _groups([tuple(row) for row in labels.tolist()])
    rows = _orbits(labels, columns, copies)
    return IsotropyPartition(_sorted(columns), _sorted(rows), _sorted([c for c in copies if len(c) > 1]))


def _clusters(matrix: FloatArray, noise: float) -> Labels:
    """The number of the cluster of every entry: neighbours on the line no further apart than two errors are joined."""
    if not 0.0 <= real_number("noise", noise) < np.inf:
        raise DomainError(f"noise is {noise!r}; expected a finite number >= 0, the error of an entry of W; try 1e-12")
    values = np.sort(matrix, axis=None)
    split = np.diff(values) > 2.0 * noise
    number = np.concatenate([[0], np.cumsum(split)])
    last = np.append(np.flatnonzero(split), len(values) - 1)
    first = np.append(0, last[:-1] + 1)
    widest = float((values[last] - values[first]).max())
    if widest > 2.0 * noise * (1.0 + EPS):
        raise DomainError(
            f"noise is {noise:g}, and a chain of entries {widest:g} wide has no gap above twice that; expected "
            f"narrower clusters, because being equal up to noise must be transitive; lower noise"
        )
    return np.asarray(number[np.searchsorted(values, matrix)], dtype=np.intp)


def _coloured(labels: Labels, teachers: int) -> list[list[int]]:
    """Classes of the first columns by the coarsest colouring in which equal colours meet equal colours."""
    n, d = labels.shape
    rows, columns = [0] * n, [int(j >= teachers) for j in range(d)]
    while True:
        by_row = _numbered([(rows[i], *sorted(zip(columns, labels[i].tolist(), strict=True))) for i in range(n)])
        by_column = _numbered(
            [(columns[j], *sorted(zip(by_row, labels[:, j].tolist(), strict=True))) for j in range(d)]
        )
        if max(by_row) == max(rows) and max(by_column) == max(columns):  # colours are only ever split
            return _groups(by_column[:teachers])
        rows, columns = by_row, by_column


def _numbered(keys: Sequence[tuple[object, ...]]) -> list[int]:
    """Keys as numbers from 0, in the order of their appearance."""
    number: dict[tuple[object, ...], int] = {}
    return [number.setdefault(key, len(number)) for key in keys]


def _groups(keys: Sequence[object]) -> list[list[int]]:
    """Indices of equal keys together."""
    found: dict[object, list[int]] = {}
    for i, key in enumerate(keys):
        found.setdefault(key, []).append(i)
    return list(found.values())


def _alike(labels: Labels, colour: Sequence[int]) -> list[list[int]]:
    """Columns of one colour, those together that may be exchanged: this is an equivalence."""
    classes: list[list[int]] = []
    for j in colour:
        home = next((c for c in classes if _exchanged(labels, c[0], j) is not None), None)
        if home is None:
            classes.append([j])
        else:
            home.append(j)
    return classes


def _exchanged(labels: Labels, i: int, j: int) -> list[tuple[int, int]] | None:
    """Which row takes the place of which when columns i and j are exchanged; None if the rows are then others."""
    swapped = labels.copy()
    swapped[:, [i, j]] = swapped[:, [j, i]]
    before, after = (np.lexsort(rows.T[::-1]) for rows in (labels, swapped))
    if not np.array_equal(labels[before], swapped[after]):
        return None
    return list(zip(before.tolist(), after.tolist(), strict=True))


def _orbits(labels: Labels, columns: Sequence[Sequence[int]], copies: Sequence[Sequence[int]]) -> list[list[int]]:
    """Classes of rows joined by exchanges of columns and by being equal."""
    home = list(range(len(labels)))

    def root(i: int) -> int:
        while home[i] != i:
            i = home[i]
        return i

    pairs = [(c[0], r) for c in copies for r in c]
    for c in columns:
        pairs += [pair for j in c[1:] for pair in _exchanged(labels, c[0], j) or ()]
    for a, b in pairs:
        home[root(a)] = root(b)
    return _groups([root(i) for i in range(len(labels))])


def _sorted(classes: Sequence[Sequence[int]]) -> Classes:
    return tuple(sorted((tuple(sorted(c)) for c in classes), key=lambda c: (-len(c), c)))
