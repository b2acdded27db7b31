"""Richardson tables of differences: the credited error of each cell, the best cell, and the order that is observed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numeric.arguments import FloatArray
from numeric.errors import NumericError
from numeric.estimate import Estimate

EXTRAPOLATIONS = 3
"""Columns of the Richardson table: errors of order h^2, h^4 and h^6 for smooth f."""
ABOVE_NOISE = 16.0
"""Multiple of the carried noise from which a change between two steps counts as seen."""
SMOOTH, TOO_FAST = 1.5, 2.5
"""Observed orders between which f counts as smooth: it is 2 there, 1 at a kink of the derivative, any beside a jump."""
SETTLED = 0.5
"""Observed order at the finest steps from which a difference counts as approaching a limit: 1 at a kink of it."""


@dataclass(frozen=True, eq=False)
class DifferenceEstimate(Estimate):
    r"""A derivative by differences, with the order at which the plain difference was seen to converge.

    Args:
        order: of the shape of value; p where halving h divides the change of the plain difference by $2^p$: 2 where f
            is smooth, 1 at a kink of the derivative, -1 where the derivative does not exist; infinite where no change
            rises above the noise, as for a polynomial of low degree.

    Raises:
        NumericError: if an order is NaN, or its shape is not that of value; and as for `Estimate`.

    Example:
        >>> DifferenceEstimate(1.0, 0.1, "scheme", None, "by hand", 2, order=2.0).order
        2.0
    """

    order: float | FloatArray = math.inf

    def __post_init__(self) -> None:
        super().__post_init__()
        order = np.array(self.order, dtype=np.float64)
        if order.shape != self.shape or np.isnan(order).any():
            raise NumericError(
                f"order has shape {order.shape} and {int(np.isnan(order).sum())} NaN entries; expected shape "
                f"{self.shape} without any, one order for each derivative; use infinity where none was observed"
            )
        order.setflags(write=False)
        object.__setattr__(self, "order", order if order.ndim else float(order))


class Best(NamedTuple):
    """The chosen entries of a Richardson table with their errors, and the orders observed in its first column.

    Args:
        value: any shape.
        error: of the same shape.
        order: of the same shape.
        divergent: of the same shape, 1 where the finest plain differences change by more than noise and do not settle.

    Example:
        >>> Best(np.ones(1), np.zeros(1), np.full(1, 2.0), np.zeros(1)).order
        array([2.])
    """

    value: FloatArray
    error: FloatArray
    order: FloatArray
    divergent: FloatArray


def best_of(differences: FloatArray, noise: FloatArray) -> Best:
    """The cell of least error of the Richardson table, entry by entry.

    A cell is credited with the spread of its column over four successive steps plus the carried noise, raised until it
    contradicts no cell of a finer step. If the plain difference is still moving over the four finest steps, and not at
    the order of a smooth f, the error reaches beyond the finest one: there may be a jump of the derivative at hand.

    Args:
        differences: plain differences of even order in h, at steps halved again and again along the first axis.
        noise: bound on the error of each from the noise of f, broadcastable.

    Returns:
        The chosen cells.

    Source: Ridders 1982, Accurate computation of F'(x) and F'(x)F''(x), for the table; the credited error is ours.

    Example:
        >>> steps = 0.5 ** np.arange(10)
        >>> found = best_of(np.sin(steps) / steps, np.full(10, 1e-15))
        >>> bool(abs(found.value - 1.0) <= found.error < 1e-10), round(float(found.order), 3)
        (True, 2.0)
    """
    noise = np.broadcast_to(noise, differences.shape)
    value, error = _least_error(*_table(differences, noise))
    last = np.abs(value - differences[-1]) + np.abs(differences[-1] - differences[-2]) + noise[-1]
    error = np.where(_rough(*_changes(differences[-4:], noise[-4:])), np.maximum(error, last), error)
    divergent = observed_order(differences[-3:], noise[-3:]) < SETTLED
    return Best(value, error, observed_order(differences, noise), divergent.astype(np.float64))


def observed_order(differences: FloatArray, noise: FloatArray) -> FloatArray:
    r"""Order $\log_2 |D(4h) - D(2h)| / |D(2h) - D(h)|$ at the finest steps at which both changes exceed the noise.

    Args:
        differences: at steps halved along the first axis, at least three.
        noise: bound on the error of each, of the same shape.

    Returns:
        Orders, of the shape of one difference; infinite where there are no such steps.

    Example:
        >>> float(observed_order(np.array([1.0, 0.5, 0.25, 0.125]), np.zeros(4)))
        1.0
    """
    changes, least = _changes(differences, noise)
    seen = changes > least
    order = np.full(differences.shape[1:], math.inf)
    for k in range(len(changes) - 1):
        both = seen[k] & seen[k + 1]
        order[both] = np.log2(changes[k][both] / changes[k + 1][both])
    return order


def _changes(differences: FloatArray, noise: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Changes from step to step, and the sizes up to which noise explains them."""
    return np.abs(np.diff(differences, axis=0)), ABOVE_NOISE * (noise[:-1] + noise[1:])


def _rough(changes: FloatArray, least: FloatArray) -> NDArray[np.bool_]:
    """Whether changes above the noise do not fall as they do where f is smooth: by a factor of four."""
    slow = changes[1:] * 2.0**SMOOTH >= np.maximum(changes[:-1], least[1:])
    fast = changes[:-1] >= 2.0**TOO_FAST * np.maximum(changes[1:], least[1:])
    return np.asarray((slow | fast).any(axis=0) & (changes > least).any(axis=0))


def _table(differences: FloatArray, noise: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Cells of the Richardson table, their spreads and noise, a row for each finest step that all columns share."""
    values, spreads, noises = [], [], []
    rows = len(differences) - EXTRAPOLATIONS - 2
    for order in range(EXTRAPOLATIONS):
        if order:
            shrink = 4.0**order  # the term h^(2 order) of the error falls by this factor when h is halved
            differences = (shrink * differences[1:] - differences[:-1]) / (shrink - 1.0)
            noise = (shrink * noise[1:] + noise[:-1]) / (shrink - 1.0)
        four = np.stack([differences[3:], differences[2:-1], differences[1:-2], differences[:-3]])
        values.append(differences[-rows:])
        spreads.append((four.max(axis=0) - four.min(axis=0))[-rows:])
        noises.append(noise[-rows:])
    return np.stack(values, axis=1), np.stack(spreads, axis=1), np.stack(noises, axis=1)


def _least_error(values: FloatArray, spreads: FloatArray, noises: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Cell of least error, once none is credited with less than its disagreement with the cells of finer steps.

    Without the comparison an accidental small spread at coarse steps would win. A cell whose error falls by two or more
    at each halving is off by at most a seventh of its spread; a third is conceded to the finer cell.
    """
    errors = spreads + noises
    for row in range(len(values) - 2, -1, -1):
        for finer in range(row + 1, len(values)):
            conceded = spreads[finer] / 3.0 + noises[finer]
            gap = np.abs(values[row, :, None] - values[finer, None]) - conceded[None]
            errors[row] = np.maximum(errors[row], gap.max(axis=1))
    cells = values.reshape(-1, *values.shape[2:]), errors.reshape(-1, *errors.shape[2:])
    best = cells[1].argmin(axis=0)[None]
    return np.take_along_axis(cells[0], best, axis=0)[0], np.take_along_axis(cells[1], best, axis=0)[0]
