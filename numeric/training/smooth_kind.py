r"""What descents of smooth networks converged to: neurons that cancel, isotropy, loss and spectrum of an end point."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import finite_matrix, positive_integer, real_number
from numeric.classification import TOLERANCE, PointKind
from numeric.clusters import clustered_spectrum
from numeric.errors import DomainError
from numeric.isotropy import isotropy_partition
from numeric.merging import Merged
from numeric.training.smooth_quadrature import smooth_loss, third_derivative_bound


def cancelled_neurons(W: ArrayLike, distance: float = 1e-6) -> Merged:
    r"""An erf network without the pairs that cancel, $\mathrm{erf}(w\cdot x) + \mathrm{erf}(-w\cdot x) = 0$.

    Whatever w is, such a pair changes nothing: end points with one are a continuum.

    Args:
        W: weights, shape (n, d).
        distance: of w from minus its partner, at most, entry by entry; >= 0.

    Returns:
        The smaller network; a pair of zero neurons counts. Groups hold the neurons that are left, each by itself, and
        the pairs.

    Raises:
        ShapeError: if W is no matrix.
        NonFiniteError: if an entry is NaN or infinite.
        DomainError: if distance is negative or not finite.

    Example:
        >>> cancelled_neurons([[1.0, 0.0], [0.0, 2.0], [0.0, -2.0]]).weights
        array([[1., 0.]])
    """
    rows = finite_matrix("W", W)
    if not 0.0 <= real_number("distance", distance) < math.inf:
        raise DomainError(f"distance is {distance!r}; expected a finite number >= 0; try 1e-6")
    left, pairs = list(range(len(rows))), []
    for i in range(len(rows)):
        near = [j for j in left if j > i and float(np.abs(rows[i] + rows[j]).max()) <= distance] if i in left else []
        if near and len(left) > 2:  # a network has at least one neuron
            pairs.append((i, near[0]))
            left = [j for j in left if j not in pairs[-1]]
    return Merged(rows[left], (*((i,) for i in left), *pairs))


def smooth_point_kind(W: ArrayLike, k: int, activation: str, noise: float = TOLERANCE) -> PointKind:
    r"""Isotropy, loss and spectrum of an end point of an erf or Phi network against the teacher $[I_k\ 0]$.

    Args:
        W: weights, shape (n, d).
        k: number of teachers, at most d.
        activation: "erf" or "Phi".
        noise: entries closer than twice that count as equal when the isotropy is found.

    Returns:
        The kind of the point. Its spectrum is that of the critical point if Newton's theorem finds one next to the
        end point, and the distance a bound then: eigenvalues move by at most `third_derivative_bound` times it.

    Raises:
        ShapeError: if W is no matrix, or k exceeds the number of its columns.
        NonFiniteError: if an entry is NaN or infinite.
        DomainError: if noise joins entries far apart, the activation is another one, or a row is too long.

    Source: Kantorovich 1948, On Newton's method for functional equations.

    Example:
        >>> smooth_point_kind(np.eye(3), 3, "erf").spectrum.index
        0
    """
    matrix = finite_matrix("W", W)
    n, d = matrix.shape
    partition = isotropy_partition(matrix, positive_integer("k", k), noise)
    found = smooth_loss(matrix, np.eye(k, d), activation)
    size = float(np.linalg.norm(np.asarray(found.gradient.value)))
    reach = size + float(np.linalg.norm(np.asarray(found.gradient.error)))
    here = clustered_spectrum(found.hessian)
    bend = third_derivative_bound(n, k, activation)
    least = min(0.0 if c.low <= 0.0 <= c.high else min(abs(c.low), abs(c.high)) for c in here.clusters)
    if not 2.0 * bend * reach <= least * least or least == 0.0:
        return PointKind(partition, found.loss, size, math.inf, here)
    distance = 2.0 * reach / least
    return PointKind(partition, found.loss, size, distance, clustered_spectrum(found.hessian, bend * distance))
