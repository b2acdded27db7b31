r"""Descents until one ends at the exact point: how near it must end, and how near it did, in balls."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from flint import arb
from numpy.typing import NDArray

from analytic.balls import precision
from analytic.landscape.layout import aligned
from analytic.landscape.point import CriticalPoint
from checks.critical_points import Certificate
from checks.trained import TrainedPoint
from numeric.arguments import EPS
from numeric.classification import align_points
from numeric.training import descend, initial_batch

Array = NDArray[np.float64]

#: Runs end where the Euclidean norm of the gradient is at most that.
TOLERANCE = 1e-12
#: Runs that are made at once; no result depends on it.
BATCH = 20
#: End points that differ from the float64 weights by more, entry by entry, are not compared in balls.
MEETS = 1e-6
#: Bits of the exact weights, and of the distances.
BITS = 106


@dataclass(frozen=True, eq=False)
class Arrival:
    """The first run that ended at the point.

    Args:
        run: its number.
        seed: of its stream.
        weights: where it ended, neurons and coordinates in the order of the exact point.
        distance: upper bound on the Euclidean distance from the exact point, by balls.
        gradient: Euclidean norm of the gradient there.
        steps: of the descent.
    """

    run: int
    seed: int
    weights: Array
    distance: float
    gradient: float
    steps: int


def nearness(proved: Certificate) -> float | None:
    r"""How near a run must end: $2g/\min|\lambda|$, g the tolerance and the round-off of a gradient.

    The gradient at the end is the mean Hessian of the way to the exact point times that way; the factor 2 allows for
    the change of the Hessian along it, as in `numeric.classification.point_kind`.

    Args:
        proved: the exact point with its spectrum.

    Returns:
        The distance; None where an eigenvalue cannot be told from 0, so that the point may not be isolated.

    Example:
        >>> from checks.critical_points import certificate
        >>> from checks.point_facts import PointFacts
        >>> nearness(certificate(PointFacts("II", 7))) < 1e-8
        True
    """
    if proved.spectrum.index is None:
        return None
    least = min(float(abs(row.value.arb).abs_lower()) for row in proved.spectrum.rows)
    W = proved.point.matrix()
    n, d = W.shape
    size = float(np.linalg.norm(W, axis=1).sum()) + int(proved.point.k)
    return 2.0 * (TOLERANCE + math.sqrt(W.size) * roundings(n, proved.point.k, d) * size) / least


def roundings(n: int, k: int, d: int) -> float:
    """Relative round-off of a closed-form loss or gradient: eight units a term of its sums.

    Example:
        >>> roundings(10, 10, 10) < 1e-13
        True
    """
    return 8.0 * EPS * (n + k + d)


def arrival(statement: TrainedPoint, proved: Certificate, offset: int = 0) -> Arrival | None:
    """Runs descents, in the order of their numbers, until one ends near enough.

    Args:
        statement: the claim.
        proved: the exact point.
        offset: added to the seed, for a fresh set of runs.

    Returns:
        The first run that does; None if none of them does, or the point may not be isolated.

    Example:
        >>> from checks.critical_points import certificate
        >>> claim = TrainedPoint("global", 6)
        >>> arrival(claim, certificate(claim.facts)).run
        0
    """
    near = nearness(proved)
    if near is None:
        return None
    for found in _ends(statement, proved.point, statement.seed + offset):
        if found.distance <= near:
            return found
    return None


def _ends(statement: TrainedPoint, point: CriticalPoint, seed: int) -> Iterator[Arrival]:
    """The runs that converged next to the float64 weights, with their distances."""
    known, teacher = point.matrix(), np.eye(point.k, point.d)
    n, d = known.shape
    for first in range(0, statement.runs, BATCH):
        count = min(BATCH, statement.runs - first)
        runs = descend(initial_batch("xavier", count, n, d, seed, first=first), teacher, tolerance=TOLERANCE)
        for r in np.flatnonzero(runs.status == "converged").tolist():
            found = align_points(runs.weights[r], known, point.k, MEETS)
            if found is None:
                continue
            columns = [*found.order.columns[: point.k], *range(point.k, d)]
            W = runs.weights[r][np.ix_(found.order.rows, columns)]
            distance = distance_ball(W, point)
            yield Arrival(first + r, seed, W, distance, float(runs.gradient_norm[r]), int(runs.steps[r]))


def distance_ball(W: Array, point: CriticalPoint) -> float:
    """Upper bound on the Euclidean distance of float64 weights from the exact ones, by balls.

    Args:
        W: neurons and coordinates in the order of the point, shape (n, d).
        point: with integer sizes.

    Example:
        >>> from analytic import find_point
        >>> distance_ball(find_point("II", 7).matrix(), find_point("II", 7)) < 1e-15
        True
    """
    names = _orbits(point)
    weights = point.weights(BITS)
    with precision(BITS):
        total = arb(0)
        for w, name in zip(W.ravel().tolist(), names.ravel().tolist(), strict=True):
            total += (arb(w) - (weights[name] if name else arb(0))) ** 2
        return float(total.sqrt().abs_upper())


def _orbits(point: CriticalPoint) -> NDArray[np.str_]:
    """The name of the weight at every entry, empty on the columns beyond the k-th, which are 0."""
    names = {(o.row, o.column, o.diagonal): o.name for o in point.layout.orbits}
    rows = []
    for p, row in enumerate(point.layout.rows):
        blocks = []
        for q, column in enumerate(point.layout.teachers):
            shape = (point.size(row.label, row.single), point.size(column.label, column.single))
            block = np.full(shape, names[p, q, False], dtype="U32")
            if aligned(row, column):
                np.fill_diagonal(block, names[p, q, True])
            blocks.append(block)
        rows.append(np.hstack(blocks))
    found = np.vstack(rows)
    return np.hstack([found, np.full((len(found), point.d - point.k), "", dtype="U32")])
