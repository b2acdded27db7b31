r"""Weights up to permutations of neurons and of teachers: a canonical order of rows and columns, and alignment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import EPS, FloatArray, finite_matrix, positive_integer
from numeric.errors import DomainError, ShapeError
from numeric.isotropy import Labels, _alike, _clusters, _groups

MOST_LEAVES = 2000
"""Orders compared before a matrix is refused: only like columns that may not be exchanged need more than one."""


class Order(NamedTuple):
    """Permutations: row i of the ordered matrix is row rows[i] of the given one, and the same with columns.

    Args:
        rows: a permutation of the rows.
        columns: a permutation of the columns.

    Example:
        >>> np.eye(2)[np.ix_(*Order((1, 0), (0, 1)))]
        array([[0., 1.],
               [1., 0.]])
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]


class Alignment(NamedTuple):
    """How a matrix becomes another one.

    Args:
        order: of the rows and columns of the first matrix.
        distance: the largest difference of an entry from the second matrix after that.

    Example:
        >>> aligned([[0.0, 2.0], [3.0, 1.0]], [[1.0, 3.0], [2.0, 0.0]], 2, 0.01).distance
        0.0
    """

    order: Order
    distance: float


def canonical_order(W: ArrayLike, k: int | None = None, noise: float | None = None) -> Order:
    r"""An order of neurons and of the first k coordinates that depends only on W up to permutations.

    Entries are sorted into clusters; colours of rows and columns are refined, and sorted by what they say. Columns that
    may be exchanged get consecutive numbers in any order; of others of one colour each is tried first, and the least
    matrix kept. Larger classes of columns come first, then those whose largest weight is positive. A neuron whose
    largest weight stands out goes to that column, if no two claim one.

    Args:
        W: weights, shape (n, d); the teacher is $[I_k\ 0]$.
        k: number of teachers, at most d; d if None. Columns beyond it are permuted among themselves only.
        noise: bound on the error of an entry, as for `isotropy_partition`.

    Returns:
        The order.

    Raises:
        ShapeError: if W is no matrix, or k exceeds the number of its columns.
        NonFiniteError: if an entry is NaN or infinite.
        DomainError: if noise joins entries far apart, or the matrix has too many like columns that are not alike.

    Source: McKay and Piperno 2014, Practical graph isomorphism II, for refinement and individualisation.

    Example:
        >>> canonical_order([[0.1, -1.0], [1.0, 0.2]])
        Order(rows=(1, 0), columns=(0, 1))
    """
    matrix, teachers = _teachers(W, k)
    noise = EPS * float(np.abs(matrix).max()) if noise is None else noise
    labels = _clusters(matrix, noise)
    return Order(*_ordered(matrix, labels, teachers, noise))


def canonical_form(W: ArrayLike, k: int | None = None, noise: float | None = None) -> FloatArray:
    """Weights in their canonical order.

    Args:
        W: as for `canonical_order`.
        k: as there.
        noise: as there.

    Returns:
        The permuted matrix, shape (n, d).

    Raises:
        NumericError: as there.

    Example:
        >>> canonical_form([[0.2, 0.1, -1.0], [0.1, 1.0, 0.2], [1.0, 0.1, 0.2]])[2]
        array([ 0.1,  0.2, -1. ])
    """
    order = canonical_order(W, k, noise)
    return np.asarray(W, dtype=np.float64)[np.ix_(order.rows, order.columns)]


def aligned(W: ArrayLike, other: ArrayLike, k: int | None = None, noise: float = 0.0) -> Alignment | None:
    r"""The permutations that carry W into other, if clusters of all their entries show one pattern.

    Args:
        W: weights, shape (n, d).
        other: of the same shape.
        k: number of teachers, as for `canonical_order`.
        noise: bound on the error of an entry of either.

    Returns:
        The order of the rows and columns of W, and the largest difference that is left; None if the patterns differ.

    Raises:
        ShapeError: if the two are not matrices of one shape.
        NumericError: as for `canonical_order`.

    Example:
        >>> aligned(np.eye(3)[[2, 0, 1]], np.eye(3)).order.rows
        (1, 2, 0)
    """
    (first, teachers), (second, _) = _teachers(W, k), _teachers(other, k)
    if first.shape != second.shape:
        raise ShapeError(f"other has shape {second.shape}; expected {first.shape}, that of W; compare like networks")
    n = len(first)
    labels = _clusters(np.concatenate([first, second]), noise)
    (rows, columns), (rows_2, columns_2) = (_plain(x, teachers) for x in (labels[:n], labels[n:]))
    if not np.array_equal(labels[:n][np.ix_(rows, columns)], labels[n:][np.ix_(rows_2, columns_2)]):
        return None
    order = Order(_composed(rows, rows_2), _composed(columns, columns_2))
    return Alignment(order, float(np.abs(first[np.ix_(*order)] - second).max()))


def _teachers(W: ArrayLike, k: int | None) -> tuple[FloatArray, int]:
    matrix = finite_matrix("W", W)
    teachers = matrix.shape[1] if k is None else positive_integer("k", k)
    if teachers > matrix.shape[1]:
        raise ShapeError(f"W has {matrix.shape[1]} columns and k is {k}; expected k <= d; transpose W or lower k")
    return matrix, teachers


def _composed(first: Sequence[int], second: Sequence[int]) -> tuple[int, ...]:
    """Which index of the first matrix stands where each index of the second does."""
    found = [0] * len(first)
    for a, b in zip(first, second, strict=True):
        found[b] = a
    return tuple(found)


def _plain(labels: Labels, teachers: int) -> tuple[list[int], list[int]]:
    """Canonical rows and columns of a matrix of labels."""
    leaves = [0]
    start = [int(j >= teachers) for j in range(labels.shape[1])]
    columns, _ = _least(labels, start, leaves)
    return np.lexsort(labels[:, columns].T[::-1]).tolist(), columns


def _least(labels: Labels, columns: list[int], leaves: list[int]) -> tuple[list[int], bytes]:
    """The order of the columns that gives the least matrix, with that matrix as a key."""
    colours = _refined(labels, columns)
    group = next((g for g in sorted(_groups(colours), key=lambda g: colours[g[0]]) if len(g) > 1), None)
    if group is None:
        order = np.argsort(colours).tolist()
        ordered = labels[:, order]
        leaves[0] += 1
        return order, ordered[np.lexsort(ordered.T[::-1])].astype(">i8").tobytes()
    classes = _alike(labels, group)
    if leaves[0] > MOST_LEAVES:
        raise DomainError(
            f"the weights have columns of one colour that may not be exchanged, and {MOST_LEAVES} orders do not settle "
            f"which comes first; expected a less regular pattern; compare the weights by their loss and spectrum"
        )
    widest = max(len(c) for c in classes)
    found = [_least(labels, _first(colours, c), leaves) for c in classes if len(c) == widest]
    return min(found, key=lambda pair: pair[1])


def _first(colours: Sequence[int], chosen: Sequence[int]) -> list[int]:
    """New colours: the chosen columns, in their order, come before the others of their colour."""
    place = {j: i for i, j in enumerate(chosen)}
    return _ranked([(c, place.get(j, len(chosen))) for j, c in enumerate(colours)])


def _refined(labels: Labels, columns: list[int]) -> list[int]:
    """The coarsest colouring of the columns in which equal colours meet equal colours, numbered by what they meet."""
    table = labels.tolist()
    while True:
        rows = _ranked([tuple(sorted(zip(columns, row, strict=True))) for row in table])
        keys = [
            (c, *sorted(zip(rows, column, strict=True)))
            for c, column in zip(columns, zip(*table, strict=True), strict=True)
        ]
        finer = _ranked(keys)
        if max(finer) == max(columns):
            return finer
        columns = finer


def _ranked(keys: Sequence[tuple[object, ...]]) -> list[int]:
    """Keys as their places among the distinct keys in ascending order."""
    place = {key: i for i, key in enumerate(sorted(set(keys)))}
    return [place[key] for key in keys]


def _ordered(
    matrix: FloatArray, labels: Labels, teachers: int, noise: float
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Canonical rows and columns: larger classes of teachers first, then those that no neuron is flipped against."""
    rows, columns = _plain(labels, teachers)
    size = {j: len(c) for c in _alike(labels, range(teachers)) for j in c}

    def key(j: int) -> tuple[bool, int, bool, int]:
        column = matrix[:, j]
        return (
            j >= teachers,
            -size.get(j, 1),
            bool(-column.min() > column.max() + 2.0 * noise),
            -int(labels[:, j].max()),
        )

    columns = sorted(columns, key=key)  # stable: the canonical order within
    rows = sorted(rows, key=lambda i: tuple(-labels[i, columns]))
    own = _claims(matrix[rows][:, columns[:teachers]], noise)
    if own is not None:
        rows = [i for _, i in sorted(zip(own, rows, strict=True), key=lambda pair: pair[0])]
    return tuple(rows), tuple(columns)


def _claims(matrix: FloatArray, noise: float) -> list[int] | None:
    """The column of each row's largest weight; None if two weights are as large, or two rows claim one column."""
    sizes = np.abs(matrix)
    own = sizes.argmax(axis=1)
    if sizes.shape[1] > 1:
        top = np.partition(sizes, -2, axis=1)[:, -2:]
        if (top[:, 1] - top[:, 0] <= 2.0 * noise).any():
            return None
    return own.tolist() if len(set(own.tolist())) == len(own) else None
