r"""The isotropy of given weights: which simultaneous permutations of neurons and coordinates leave W as it is.

Coordinates i and j are alike if exchanging columns i and j of W only permutes its rows; this is an equivalence, and
its classes are the blocks. A row belongs to the column of a block at which it differs from the block's other columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytic.errors import DimensionError, DomainError, ZeroNeuronError
from analytic.landscape.layout import Block, Layout

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: Entries closer than this are taken as equal while the blocks are guessed; Newton's method settles the matter.
#: Products of two weights of this size, or of its inverse, stay far from the limits of float64.
LEAST_ENTRY = 1e-100
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Isotropy:
    """Weights sorted into blocks.

    Args:
        layout: blocks of rows and teachers.
        sizes: of the labels.
        weights: mean of the entries on each orbit.
        rows: the order of the rows in which the blocks follow each other.
        columns: the order of the first k columns.
        deviation: the largest distance of an entry from the mean of its orbit.
    """

    layout: Layout
    sizes: dict[str, int]
    weights: dict[str, float]
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    deviation: float

    @property
    def group(self) -> str:
        """The group in words: Delta(S_5 x S_1), with a factor for rows permuted among themselves."""
        teachers = [1 if b.single else self.sizes[b.label] for b in self.layout.teachers]
        own = [self.sizes[b.label] for b in self.layout.rows if b.label.startswith("x") and not b.single]
        diagonal = "Delta(" + " x ".join(f"S_{n}" for n in teachers) + ")"
        return " x ".join([diagonal, *(f"S_{n}" for n in own)])


def checked_weights(W: object, k: int | None = None) -> tuple[Array, int]:
    """Weights as an array, with the number of teachers.

    Raises:
        DimensionError: not a matrix, or k does not fit.
        DomainError: an entry is NaN or infinite, or a row is far out of scale.
        ZeroNeuronError: a row is zero.
    """
    import numpy as np

    try:
        given = np.asarray(W)
        array = given.astype(np.float64) if given.dtype.kind in "biufO" else None
    except (TypeError, ValueError):
        array = None
    if array is None:
        raise DimensionError("got weights that are no real numbers, expected an n x d matrix, one neuron a row")
    if array.ndim != 2 or 0 in array.shape:
        shape = " x ".join(map(str, array.shape)) or "a single number"
        raise DimensionError(f"got weights of the shape {shape}, expected an n x d matrix, one neuron a row")
    n, d = array.shape
    teachers = min(n, d) if k is None else k
    if isinstance(teachers, bool) or not isinstance(teachers, int):
        raise DimensionError(f"got k = {teachers!r}, expected an integer: the number of teachers")
    if not 1 <= teachers <= d:
        raise DimensionError(
            f"got weights of the shape {n} x {d} with k = {teachers} teachers, expected 1 <= k <= d: the teacher is "
            f"[I_k 0]; are rows and columns exchanged?"
        )
    for i, row in enumerate(array):
        if not np.isfinite(row).all():
            raise DomainError(f"got row {i} of the weights with an entry that is NaN or infinite, expected numbers")
        if not row.any():
            raise ZeroNeuronError(
                f"got row {i} of the weights equal to zero, expected non-zero rows: the loss is not differentiable "
                f"there; leave the row out"
            )
        largest = float(np.abs(row).max())
        if not LEAST_ENTRY < largest < 1 / LEAST_ENTRY:
            raise DomainError(
                f"got row {i} of the weights with the largest entry {largest:.3g}, expected one between "
                f"{LEAST_ENTRY:g} and {1 / LEAST_ENTRY:g}: their products would overflow; teachers have norms near 1"
            )
    return array, teachers


def isotropy(W: object, k: int | None = None, tolerance: float = TOLERANCE) -> Isotropy:
    """The blocks of given weights under simultaneous permutations.

    Args:
        W: n x d weights, one neuron a row; the teacher is [I_k 0].
        k: number of teachers; default the smaller of n and d.
        tolerance: entries closer than this, times the largest entry, count as equal.

    Returns:
        The blocks: unflipped neurons first, larger blocks first; weights on extra columns must vanish.

    Raises:
        DimensionError: W is no matrix, k does not fit, or W is not zero on the columns beyond the k-th.

    Example:
        >>> isotropy([[1, 0.1, 0.2], [0.1, 1, 0.2], [0.3, 0.3, -1]]).group
        'Delta(S_2 x S_1)'
    """
    import numpy as np

    array, teachers = checked_weights(W, k)
    near = tolerance * max(1.0, float(np.abs(array).max()))
    if array.shape[1] > teachers and float(np.abs(array[:, teachers:]).max()) > near:
        raise DimensionError(
            f"got weights up to {float(np.abs(array[:, teachers:]).max()):.3g} on columns beyond the {teachers}-th, "
            f"expected zeros: symmetric points lie in the span of the teachers"
        )
    inner = array[:, :teachers]
    classes = [_resolved(inner, c, near) for c in _alike(inner, near)]
    return _sorted_blocks(inner, [c for group in classes for c in group], near)


def _alike(W: Array, near: float) -> list[list[int]]:
    """Classes of columns that may be exchanged."""
    classes: list[list[int]] = []
    for j in range(W.shape[1]):
        home = next((c for c in classes if _exchangeable(W, c[0], j, near)), None)
        if home is None:
            classes.append([j])
        else:
            home.append(j)
    return classes


def _exchangeable(W: Array, i: int, j: int, near: float) -> bool:
    """Whether W with columns i and j exchanged has the same rows in another order."""
    import numpy as np

    moved = np.flatnonzero(np.abs(W[:, i] - W[:, j]) > near)
    swapped = W[moved].copy()
    swapped[:, [i, j]] = swapped[:, [j, i]]
    left = list(moved)
    for row in swapped:
        match = next((r for r in left if float(np.abs(W[r] - row).max()) <= near), None)
        if match is None:
            return False
        left.remove(match)
    return True


def _resolved(W: Array, columns: list[int], near: float) -> Iterator[list[int]]:
    """The class, or its columns one by one if some row has no single column of its own in it."""
    if all(_own(row, columns, near) is not None for row in W):
        yield columns
    else:
        yield from ([c] for c in columns)


def _own(row: Array, columns: Sequence[int], near: float) -> int | None:
    """-1 if the row is constant on the columns, else the one column at which it differs; None if there is none."""
    import numpy as np

    values = row[list(columns)]
    if float(values.max() - values.min()) <= near:
        return -1
    if len(columns) == 2:  # either will do: the larger weight, or the positive one of two that are as large
        sizes = np.abs(values)
        larger = values if abs(float(sizes[0] - sizes[1])) <= near else sizes
        return columns[int(np.argmax(larger))]
    far = np.abs(values - np.median(values)) > near
    return columns[int(np.argmax(far))] if int(far.sum()) == 1 else None


def _sorted_blocks(W: Array, classes: list[list[int]], near: float) -> Isotropy:
    import numpy as np

    groups: list[tuple[int, list[int]]] = []  # class of the label or -1, rows in the order of its columns
    left = list(range(len(W)))
    for c, columns in enumerate(classes):
        if len(columns) == 1:
            continue
        owner = {r: _own(W[r], columns, near) for r in left}
        while any(owner[r] != -1 for r in left):
            chosen = [next((r for r in left if owner[r] == column), None) for column in columns]
            first = next(r for r in chosen if r is not None)
            rows = [_like(W, first, owner[first], column, left, owner, near) for column in columns]
            groups.append((c, rows))
            left = [r for r in left if r not in rows]
    while left:
        rows = [r for r in left if float(np.abs(W[r] - W[left[0]]).max()) <= near]
        groups.append((-1, rows))
        left = [r for r in left if r not in rows]
    return _assembled(W, classes, groups)


def _like(
    W: Array, first: int, home: int | None, column: int, left: list[int], owner: dict[int, int | None], near: float
) -> int:
    """The row that the exchange of two columns of a block makes of the first row."""
    import numpy as np

    wanted = W[first].copy()
    wanted[[home, column]] = wanted[[column, home]]
    for r in left:
        if owner[r] == column and float(np.abs(W[r] - wanted).max()) <= 4 * near:
            return r
    raise DimensionError("got weights whose blocks do not close under permutations at this tolerance; lower it")


def _assembled(W: Array, classes: list[list[int]], groups: list[tuple[int, list[int]]]) -> Isotropy:
    """Blocks in their order with labels, and the mean of every orbit."""
    import numpy as np

    def own_weight(c: int) -> float:
        rows = next((g for home, g in groups if home == c), None)
        if rows is None:
            column = classes[c][0]
            return float(W[int(np.argmax(np.abs(W[:, column]))), column])
        return float(W[rows[0], classes[c][0]])

    order = sorted(range(len(classes)), key=lambda c: (own_weight(c) < 0, -len(classes[c]), -own_weight(c)))
    teachers = tuple(Block(str(i + 1), len(classes[c]) == 1) for i, c in enumerate(order))
    place = {c: i for i, c in enumerate(order)}
    aligned_rows = sorted((g for g in groups if g[0] >= 0), key=lambda g: place[g[0]])
    free = [g for g in groups if g[0] < 0]
    rows, blocks = [list(g) for _, g in aligned_rows], [teachers[place[c]] for c, _ in aligned_rows]
    for block, c in zip(teachers, order, strict=True):  # a single teacher takes the row nearest to its axis
        if block.single and free:
            nearest = max(free, key=lambda g: abs(float(W[g[1][0], classes[c][0]])) * (len(g[1]) == 1))
            if len(nearest[1]) == 1:
                free.remove(nearest)
                rows.append(nearest[1])
                blocks.append(block)
    paired = sorted(zip(blocks, rows, strict=True), key=lambda pair: int(pair[0].label))
    extra = [(Block(f"x{i + 1}", len(g) == 1), g) for i, (_, g) in enumerate(free)]
    layout = Layout(tuple(b for b, _ in (*paired, *extra)), teachers)
    row_sets, column_sets = [g for _, g in (*paired, *extra)], [classes[c] for c in order]
    sizes = {b.label: len(g) for b, g in (*paired, *extra, *zip(teachers, column_sets, strict=True)) if not b.single}
    weights, deviation = _means(W, layout, row_sets, column_sets)
    return Isotropy(
        layout,
        sizes,
        weights,
        tuple(r for g in row_sets for r in g),
        tuple(c for g in column_sets for c in g),
        deviation,
    )


def _means(W: Array, layout: Layout, rows: list[list[int]], columns: list[list[int]]) -> tuple[dict[str, float], float]:
    import numpy as np

    weights, deviation = {}, 0.0
    for o in layout.orbits:
        block = W[np.ix_(rows[o.row], columns[o.column])]
        has_diagonal = any(x.diagonal and (x.row, x.column) == (o.row, o.column) for x in layout.orbits)
        on = np.equal.outer(*(np.arange(m) for m in block.shape)) if has_diagonal else np.zeros(block.shape) > 0
        values = block[on if o.diagonal else np.logical_not(on)]
        weights[o.name] = float(values.mean())
        deviation = max(deviation, float(np.abs(values - weights[o.name]).max()))
    return weights, deviation
