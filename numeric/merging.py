r"""Neurons that point in one direction, as one: what a split neuron is in function, and signs that do not matter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from numeric.angle import pairwise_angles
from numeric.arguments import FloatArray, finite_matrix, real_number, unit_rows
from numeric.errors import DomainError

ANGLE = 1e-4
r"""Neurons closer than this count as parallel. The gradient that pulls split neurons together is of the order of the
square of their angle, so that a descent stops at angles of $10^{-6}$ when its gradient is $10^{-12}$."""


@dataclass(frozen=True, eq=False)
class Merged:
    """A network without parallel neurons.

    Args:
        weights: sums of parallel rows, in the order of the first of each; shape (number of groups, d).
        groups: which rows each one is the sum of.

    Example:
        >>> merged_neurons([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0]]).weights
        array([[3., 0.],
               [0., 1.]])
    """

    weights: FloatArray
    groups: tuple[tuple[int, ...], ...]

    @property
    def split(self) -> int:
        """How many neurons the given network has more than this one."""
        return sum(len(g) for g in self.groups) - len(self.groups)


def merged_neurons(W: ArrayLike, slope: float = 0.0, angle: float = ANGLE) -> Merged:
    r"""A network with parallel neurons replaced by their sums.

    For $\max(z, az)$, $\phi(w\cdot x) + \phi(cw\cdot x) = \phi((1+c)w\cdot x)$ for c > 0, so the function stays the
    same; for neurons an angle t apart it changes by the order of $t^2$. For the absolute value, a = -1, the sign of a
    neuron does not matter: opposite neurons count as parallel, and each gets the sign with which its entries cubed add
    up to >= 0.

    Args:
        W: weights, shape (n, d), no row zero.
        slope: a, of the rectifier below zero.
        angle: neurons closer than this, in radians, count as parallel, and so do chains of them; in [0, 1/10].

    Returns:
        The smaller network.

    Raises:
        ShapeError: if W is no matrix.
        NonFiniteError: if an entry is NaN or infinite.
        ZeroNeuronError: if a row is zero.
        DomainError: if angle is out of range.

    Example:
        >>> merged_neurons([[1.0, 0.0], [-2.0, 0.0]], slope=-1.0).weights
        array([[3., 0.]])
    """
    rows = finite_matrix("W", W)
    unit_rows("W", rows)
    if not 0.0 <= real_number("angle", angle) <= 0.1:
        raise DomainError(f"angle is {angle!r}; expected a small angle in [0, 1/10] radians; try {ANGLE:g}")
    angles, even = pairwise_angles(rows, rows), slope == -1.0
    near = np.minimum(angles, np.pi - angles) <= angle if even else angles <= angle
    np.fill_diagonal(near, True)
    groups, left = [], list(range(len(rows)))
    while left:
        group = _connected(near, left[0])
        groups.append(group)
        left = [i for i in left if i not in group]
    sums = [_sum(rows[list(group)], even) for group in groups]
    return Merged(np.array([_signed(x) if even else x for x in sums]), tuple(groups))


def _connected(near: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], first: int) -> tuple[int, ...]:
    """Indices that chains of near neighbours join to the first."""
    reached = np.zeros(len(near), dtype=bool)
    reached[first] = True
    while True:
        wider = reached | near[reached].any(axis=0)
        if np.array_equal(wider, reached):
            return tuple(np.flatnonzero(reached).tolist())
        reached = wider


def _sum(rows: FloatArray, even: bool) -> FloatArray:
    signs = np.where(rows @ rows[0] < 0.0, -1.0, 1.0) if even else np.ones(len(rows))
    return np.asarray(signs @ rows, dtype=np.float64)


def _signed(row: FloatArray) -> FloatArray:
    scaled = row / np.abs(row).max()
    return -row if (scaled**3).sum() < 0.0 else row
