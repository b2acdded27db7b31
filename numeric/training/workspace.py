"""Memory of a step that is used again in the next: fresh pages, and slices, would cost as much time as arithmetic."""

from __future__ import annotations

import threading
from typing import NamedTuple

import numpy as np

from numeric.arguments import FloatArray

ROWS = 75
"""Neurons of a block, about: the arrays of their pairs stay in the cache, and few pairs are worked on twice."""

SHAPES = 32
"""Shapes that are remembered."""


class Block(NamedTuple):
    """Neurons start, start + 1, ... and their pairs with themselves, with later neurons, and with teachers: views.

    Args:
        start: number of the first neuron.
        width: number of neurons from the first on.
        c: for cosines and half angles, shape (runs, height, width + k); likewise s for sines, and free.
        s: see c.
        free: see c.
        c_diagonal: pairs of a neuron with itself, shape (runs, height); likewise s_diagonal.
        s_diagonal: see c_diagonal.
        parts: students, teachers and later blocks in c and in s: six views.
        head: unit vectors of the block; likewise tail, those from its first neuron on, transposed, and later.
        tail: see head.
        later: see head.
        lengths: of neurons from the first one on, as a column; likewise own_lengths of the block.
        own_lengths: see lengths.
        own: sums over students for neurons of the block; likewise beyond for those of later blocks.
        beyond: see own.
        cross: sums over teachers.
        head_of_teachers: the first k columns of head, if it has as many; likewise cross_of_teachers.
        cross_of_teachers: see head_of_teachers.
    """

    start: int
    width: int
    c: FloatArray
    s: FloatArray
    free: FloatArray
    c_diagonal: FloatArray
    s_diagonal: FloatArray
    parts: tuple[FloatArray, ...]
    head: FloatArray
    tail: FloatArray
    later: FloatArray
    lengths: FloatArray
    own_lengths: FloatArray
    own: FloatArray
    beyond: FloatArray
    cross: FloatArray
    head_of_teachers: FloatArray
    cross_of_teachers: FloatArray


class Workspace:
    """Arrays for students of one shape against k teachers, and views of them.

    Args:
        runs: number of students.
        n: neurons of each.
        d: dimension of the input.
        k: number of teachers.

    Example:
        >>> Workspace(1, 120, 3, 2).blocks[1].c.shape
        (1, 60, 62)
    """

    def __init__(self, runs: int, n: int, d: int, k: int) -> None:
        self.units, self.own, self.cross, self.squares = np.empty((4, runs, n, d))
        self.norms, self.column = np.empty((runs, n)), np.empty((runs, n, 1))
        height = -(-n // max(1, -(-n // ROWS))) or 1  # blocks of about one size
        memory = np.empty((3, runs * height * (n + k)))  # one memory for all blocks: it stays in the cache
        self.blocks = tuple(self._block(memory, start, min(start + height, n), k) for start in range(0, n, height))

    def _block(self, memory: FloatArray, start: int, stop: int, k: int) -> Block:
        runs, n, _ = self.units.shape
        height, width = stop - start, n - start
        shape = (runs, height, width + k)
        c, s, free = (part[: runs * height * (width + k)].reshape(shape) for part in memory)
        diagonal = slice(None, height * (width + k), width + k + 1)
        columns = (slice(None, width), slice(width, None), slice(height, width))
        return Block(
            start,
            width,
            c,
            s,
            free,
            c.reshape(runs, -1)[:, diagonal],
            s.reshape(runs, -1)[:, diagonal],
            tuple(x[:, :, part] for x in (c, s) for part in columns),
            self.units[:, start:stop],
            self.units[:, start:].swapaxes(1, 2),
            self.units[:, stop:],
            self.column[:, start:],
            self.column[:, start:stop],
            self.own[:, start:stop],
            self.own[:, stop:],
            self.cross[:, start:stop],
            self.units[:, start:stop, :k],
            self.cross[:, start:stop, :k],
        )


class _Shapes(threading.local):
    """The workspaces of a thread."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, int, int, int], Workspace] = {}


_SHAPES = _Shapes()


def workspace(runs: int, n: int, d: int, k: int) -> Workspace:
    """The workspace of this thread for a shape; what is in it is valid until it is asked for again.

    Args:
        runs: number of students.
        n: neurons of each.
        d: dimension of the input.
        k: number of teachers.

    Returns:
        The workspace.

    Example:
        >>> workspace(1, 2, 3, 4) is workspace(1, 2, 3, 4)
        True
    """
    shape, known = (runs, n, d, k), _SHAPES.known
    found = known.get(shape)
    if found is None:
        if len(known) >= SHAPES:
            known.clear()
        found = known[shape] = Workspace(*shape)
    return found
