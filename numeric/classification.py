r"""What descents converged to: end points that are the same up to permutations, and what kind of point each one is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import FloatArray, finite_array, finite_matrix, positive_integer, real_number, row_norms
from numeric.canonical import Alignment, aligned
from numeric.clusters import Cluster, ClusteredSpectrum, LowestEigenvalue, clustered_spectrum
from numeric.errors import DomainError, ShapeError
from numeric.estimate import Estimate
from numeric.hessian_product import HessianProduct
from numeric.isotropy import IsotropyPartition, isotropy_partition
from numeric.kink_hessian import hessian_change, integrated_hessian
from numeric.lanczos import ritz_values
from numeric.student_teacher import population_gradient, population_loss

#: End points that differ by no more, entry by entry, count as one: far above where a descent stops, far below what lies
#: between critical points of a few dozen neurons.
TOLERANCE = 1e-6
#: How often a tolerance at which entries run together is divided by ten before alignment is given up.
FINER = 4
#: Steps of Lanczos's method, and the probability that its enclosure is wrong.
STEPS, LEVEL = 60, 1e-6


@dataclass(frozen=True)
class Equivalence:
    """End points that are one up to permutations.

    Args:
        representative: the first of them.
        members: all of them, ascending.
        spread: the largest difference of an entry from the representative, once aligned.

    Example:
        >>> equivalent_points([np.eye(2), np.eye(2)[::-1]], 2)[0].members
        (0, 1)
    """

    representative: int
    members: tuple[int, ...]
    spread: float


@dataclass(frozen=True)
class PointKind:
    """What an end point is.

    Args:
        partition: its isotropy; family names are not given here.
        loss: the population loss there.
        gradient: Euclidean norm of the gradient there.
        distance: twice the gradient by the least |eigenvalue|, about how far the critical point is at most; infinite
            where the Hessian is degenerate, or where that is a tenth of a neuron: then the spectrum is that of the end
            point itself.
        spectrum: eigenvalues at the critical point, in clusters.

    Example:
        >>> point_kind(np.eye(3)).spectrum.index
        0
    """

    partition: IsotropyPartition
    loss: Estimate
    gradient: float
    distance: float
    spectrum: ClusteredSpectrum


def signature(W: ArrayLike, k: int) -> FloatArray:
    r"""Numbers that permutations of neurons and of the first k coordinates do not change, nor rotations of the others.

    All entries of the first k columns in ascending order, and the lengths of what the rows have beyond them, likewise.
    Sorting moves nothing apart: matrices that agree within $\epsilon$ entry by entry after permutations have
    signatures that agree within $\epsilon$ (within $\epsilon\sqrt{d-k}$ in the lengths).

    Args:
        W: weights, shape (n, d); the teacher is $[I_k\ 0]$.
        k: number of teachers, at most d.

    Returns:
        Shape (n k,) if d = k, and (n k + n,) otherwise.

    Raises:
        ShapeError: if W is no matrix, or k exceeds the number of its columns.
        NonFiniteError: if an entry is NaN or infinite.

    Example:
        >>> signature([[1.0, 2.0, 3.0, 4.0], [4.0, 0.0, 0.0, 0.0]], 2)
        array([0., 1., 2., 4., 0., 5.])
    """
    reduced = _reduced(W, k)
    return np.concatenate([np.sort(reduced[:, :k], axis=None), np.sort(reduced[:, k:], axis=None)])


def equivalent_points(points: Sequence[ArrayLike], k: int, tolerance: float = TOLERANCE) -> tuple[Equivalence, ...]:
    r"""End points sorted into classes that are the same up to permutations of neurons and of the first k coordinates.

    Points whose signatures differ by more than the tolerance are proved to be apart by more than that. The others are
    aligned; a point joins the first class whose representative it then meets within the tolerance, entry by entry.

    Args:
        points: weights, all of one shape (n, d).
        k: number of teachers, at most d; beyond them, rotations count as permutations do.
        tolerance: > 0.

    Returns:
        Classes, in the order of their first points.

    Raises:
        ShapeError: if the shapes differ, or k exceeds d.
        NonFiniteError: if an entry is NaN or infinite.
        DomainError: if the tolerance is not positive, or entries are too dense for it.

    Example:
        >>> len(equivalent_points([np.eye(3), -np.eye(3), np.eye(3)[[2, 0, 1]]], 3))
        2
    """
    if not 0.0 < real_number("tolerance", tolerance) < math.inf:
        raise DomainError(f"tolerance is {tolerance!r}; expected a finite number > 0; try {TOLERANCE:g}")
    matrices = [finite_matrix("W", W) for W in points]
    if len({m.shape for m in matrices}) > 1:
        raise ShapeError(f"points have shapes {sorted({m.shape for m in matrices})}; expected one; sort them by shape")
    found: list[tuple[int, FloatArray, list[int], float]] = []
    for i, matrix in enumerate(matrices):
        own = signature(matrix, k)
        for number, (first, known, members, spread) in enumerate(found):
            if float(np.abs(own - known).max()) > tolerance * math.sqrt(max(1, matrix.shape[1] - k)):
                continue
            alignment = align_points(matrix, matrices[first], k, tolerance)
            if alignment is not None:
                found[number] = first, known, [*members, i], max(spread, alignment.distance)
                break
        else:
            found.append((i, own, [i], 0.0))
    return tuple(Equivalence(first, tuple(members), spread) for first, _, members, spread in found)


def align_points(W: ArrayLike, other: ArrayLike, k: int, tolerance: float = TOLERANCE) -> Alignment | None:
    r"""The permutations that bring W within the tolerance of other; beyond the first k coordinates, up to rotations.

    What rows have beyond the k-th column is compared by its scalar products $EE^T$, which determine E up to rotations.

    Args:
        W: weights, shape (n, d).
        other: of the same shape.
        k: number of teachers, at most d.
        tolerance: > 0.

    Returns:
        The alignment of the first k columns, whose distance counts those products by the larger of 1 and the longest
        row; None if there is none within the tolerance.

    Raises:
        ShapeError: if the shapes differ, or k exceeds d.
        NonFiniteError: if an entry is NaN or infinite.
        DomainError: if entries are too dense for the tolerance.

    Example:
        >>> align_points([[0.0, 1.0]], [[1.0, 0.0]], 2).order.columns
        (1, 0)
    """
    first, second = _reduced(W, k), _reduced(other, k)
    found = _aligned(first, second, k, tolerance)
    if found is None:
        return None
    distance = found.distance
    if first.shape[1] > k:
        beyond, others = (finite_matrix("W", x)[:, k:] for x in (W, other))
        beyond = beyond[list(found.order.rows)]
        size = max(1.0, float(row_norms(others).max()))
        distance = max(distance, float(np.abs(beyond @ beyond.T - others @ others.T).max()) / size)
    return found._replace(distance=distance) if distance <= tolerance else None


def point_kind(W: ArrayLike, k: int | None = None, slope: float = 0.0, noise: float = TOLERANCE) -> PointKind:
    r"""Isotropy, loss and spectrum of an end point against the teacher $[I_k\ 0]$.

    For $\max(z, az)$, whose even part is that of the rectifier times $1-a$, the loss is
    $(1-a)^2 L_{relu} + \frac a2|\sum_i w_i - \sum_j v_j|^2$, and so are its derivatives.

    Args:
        W: weights, shape (n, d), no row zero.
        k: number of teachers, at most d; the smaller of n and d if None.
        slope: a, of the rectifier below zero.
        noise: entries closer than twice that count as equal when the isotropy is found.

    Returns:
        The kind of the point.

    Raises:
        ShapeError: if W is no matrix, or k exceeds the number of its columns.
        NonFiniteError: if an entry is NaN or infinite.
        ZeroNeuronError: if a row is zero.
        DomainError: if noise joins entries far apart, or slope is not finite.

    Example:
        >>> point_kind([[-0.318, 0.659, 0.659], [0.659, -0.318, 0.659], [0.659, 0.659, -0.318]]).partition.sizes
        (3,)
    """
    matrix = finite_matrix("W", W)
    n, d = matrix.shape
    teachers = min(n, d) if k is None else positive_integer("k", k)
    slope = float(finite_array("slope", slope))
    partition = isotropy_partition(matrix, teachers, noise)
    V = np.eye(teachers, d)
    even, sums = (1.0 - slope) ** 2, matrix.sum(axis=0) - V.sum(axis=0)
    gradient = even * np.asarray(population_gradient(matrix, V).value) + slope * sums
    raw = integrated_hessian(matrix, V)
    odd = slope * np.tile(np.eye(d), (n, n))
    hessian = Estimate(even * np.asarray(raw.value) + odd, even * np.asarray(raw.error), "scheme", None, raw.method, 1)
    size = float(np.linalg.norm(gradient))
    distance, spectrum = _at_critical_point(hessian, size, matrix, V, even)
    return PointKind(partition, _loss(matrix, V, even, slope, sums), size, distance, spectrum)


def large_point_kind(W: ArrayLike, k: int, slope: float = 0.0, noise: float = TOLERANCE) -> PointKind:
    r"""What `point_kind` says, without the dense Hessian: its smallest eigenvalue by Lanczos's method.

    The start is random, with a fixed seed; the enclosure of the eigenvalue is wrong with probability `LEVEL` at most.

    Args:
        W: weights, shape (n, d), no row zero, n d at least 2.
        k: number of teachers, at most d.
        slope: a, of the rectifier below zero.
        noise: entries closer than twice that count as equal when the isotropy is found.

    Returns:
        The kind of the point; its spectrum is a `LowestEigenvalue`, at the end point itself where that is negative.

    Raises:
        NumericError: as for `point_kind`.

    Example:
        >>> kind = large_point_kind(np.eye(30), 30)
        >>> bool(abs(kind.spectrum.smallest.value - 0.25 + 0.5 / np.pi) <= kind.spectrum.smallest.error < 1e-6)
        True
    """
    matrix, teachers = finite_matrix("W", W), positive_integer("k", k)
    slope = float(finite_array("slope", slope))
    partition = isotropy_partition(matrix, teachers, noise)
    V = np.eye(teachers, matrix.shape[1])
    even, sums = (1.0 - slope) ** 2, matrix.sum(axis=0) - V.sum(axis=0)
    size = float(np.linalg.norm(even * np.asarray(population_gradient(matrix, V).value) + slope * sums))
    product = HessianProduct(matrix, V, slope)
    least = ritz_values(product, product.size, STEPS, 0, LEVEL, product.noise).smallest
    value, error = float(least.value), float(least.error)
    distance = 2.0 * size / (value - error) if value > error else math.inf
    share = distance / float(row_norms(matrix).min())
    if share <= 0.1:
        error += even * hessian_change(matrix, V, share)
    cluster = Cluster(value, 1, value - error, value + error, math.inf)
    spectrum = LowestEigenvalue((cluster,), error, "bound", LEVEL)
    return PointKind(
        partition, _loss(matrix, V, even, slope, sums), size, distance if share <= 0.1 else math.inf, spectrum
    )


def _loss(W: FloatArray, V: FloatArray, even: float, slope: float, sums: FloatArray) -> Estimate:
    raw = population_loss(W, V)
    odd = slope / 2.0 * float(sums @ sums)
    error = even * float(raw.error) + 4.0 * W.size * np.finfo(np.float64).eps * abs(odd)
    return Estimate(even * float(raw.value) + odd, error, raw.kind, raw.level, raw.method, raw.work)


def _at_critical_point(
    hessian: Estimate, gradient: float, W: FloatArray, V: FloatArray, even: float
) -> tuple[float, ClusteredSpectrum]:
    """How far the critical point can be, and the spectrum there if it is near."""
    here = clustered_spectrum(hessian)
    least = min(0.0 if c.low <= 0.0 <= c.high else min(abs(c.low), abs(c.high)) for c in here.clusters)
    distance = 2.0 * gradient / least if least > 0.0 else math.inf
    share = distance / float(row_norms(W).min())
    if share > 0.1:
        return math.inf, here
    return distance, clustered_spectrum(hessian, even * hessian_change(W, V, share))


def _reduced(W: ArrayLike, k: int) -> FloatArray:
    """The first k columns, and the lengths of what the rows have beyond them as one more column if d > k."""
    matrix, teachers = finite_matrix("W", W), positive_integer("k", k)
    if teachers > matrix.shape[1]:
        raise ShapeError(f"W has {matrix.shape[1]} columns and k is {k}; expected k <= d; transpose W or lower k")
    if teachers == matrix.shape[1]:
        return matrix
    return np.column_stack([matrix[:, :teachers], row_norms(matrix[:, teachers:])])


def _aligned(first: FloatArray, second: FloatArray, k: int, tolerance: float) -> Alignment | None:
    """Alignment at the coarsest clustering of entries that separates them."""
    for finer in range(FINER + 1):
        try:
            found = aligned(first, second, k, tolerance / 2.0 / 10.0**finer)
        except DomainError:
            if finer == FINER:
                raise
            continue
        if found is not None and found.distance <= tolerance:
            return found
    return None
