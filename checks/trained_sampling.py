r"""Loss, gradient and curvatures of a trained network from random inputs, each with its standard error.

The loss is homogeneous in the input, so that the radius is integrated exactly and the sphere is sampled in antithetic
pairs, every value checked against its range (`numeric.sphere`). The kink's part of a curvature is sampled on the
hyperplanes of the neurons.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numeric import HomogeneousPart, TooFewSamplesError
from numeric.draws import sphere_points
from numeric.sample_moments import sample_moments, with_standard_error
from numeric.sphere import antithetic_pairs, bernstein_half_width, sample_range

Array = NDArray[np.float64]

#: Inputs whose products with all eigenvectors are held at once.
ROWS = 4096


@dataclass(frozen=True, eq=False)
class Network:
    """A student against a teacher.

    Args:
        W: student, shape (n, d), no row zero.
        V: teacher, shape (k, d).

    Example:
        >>> Network(np.eye(2), np.eye(2)).residual(np.array([[1.0, 2.0]]))
        array([0.])
    """

    W: Array
    V: Array

    def residual(self, x: Array) -> Array:
        """Output of the student less that of the teacher, shape (m,)."""
        return np.asarray(np.maximum(x @ self.W.T, 0.0).sum(axis=1) - np.maximum(x @ self.V.T, 0.0).sum(axis=1))

    @property
    def largest(self) -> float:
        r"""Bound on the residual of unit inputs: neither sum is negative, nor above $\sqrt n$ times its norm."""
        return max(math.sqrt(len(M)) * float(np.linalg.norm(M, 2)) for M in (self.W, self.V)) * (1.0 + 1e-12)


class Sampled(NamedTuple):
    """Means of samples.

    Args:
        value: shape (m,).
        half: half-widths from the standard errors, for all entries at once, of the same shape.
        work: evaluations of the integrands.
        method: a few words.

    Example:
        >>> Sampled(np.zeros(1), np.ones(1), 10, "by hand").work
        10
    """

    value: Array
    half: Array
    work: int
    method: str


def sampled_loss(network: Network, n: int, seed: int, alpha: float) -> Sampled:
    """The loss as half the mean square of the residual.

    Args:
        network: student and teacher.
        n: antithetic pairs.
        seed: of the inputs.
        alpha: probability that the truth is further from the mean than its half-width.

    Returns:
        Means with half-widths at alpha, shape (1,).

    Example:
        >>> found = sampled_loss(Network(np.eye(1), 2.0 * np.eye(1)), 1000, 0, 1e-3)    # E relu(x)^2/2 = 1/4
        >>> bool(abs(found.value[0] - 0.25) <= found.half[0])
        True
    """

    def half_square(x: Array) -> Array:
        return np.asarray(network.residual(x)[:, None] ** 2 / 2.0)

    part = HomogeneousPart(2, half_square, np.zeros(1), np.full(1, network.largest**2 / 2.0))
    return _sampled([(part, network.W.shape[1])], n, seed, alpha, "Monte Carlo on the sphere")


def sampled_gradient(network: Network, n: int, seed: int, alpha: float) -> Sampled:
    r"""The gradient $E[r\,1\{w_i\cdot x>0\}\,x]$, all entries within their half-widths at once.

    Args:
        network: student and teacher.
        n: antithetic pairs.
        seed: of the inputs.
        alpha: probability that an entry is off by more than its half-width.

    Returns:
        Means with half-widths at alpha, shape (n d,).

    Example:
        >>> found = sampled_gradient(Network(np.eye(1), 2.0 * np.eye(1)), 1000, 0, 1e-3)
        >>> bool(abs(found.value[0] + 0.5) <= found.half[0])
        True
    """

    def pulls(x: Array) -> Array:
        gated = network.residual(x)[:, None] * (x @ network.W.T > 0.0)
        return np.asarray((gated[:, :, None] * x[:, None, :]).reshape(len(x), -1))

    size = np.full(network.W.size, network.largest)
    return _sampled(
        [(HomogeneousPart(2, pulls, -size, size), network.W.shape[1])], n, seed, alpha, "Monte Carlo on the sphere"
    )


def sampled_curvatures(
    network: Network, basis: Array, sizes: Sequence[int], n: int, seed: int, alpha: float
) -> Sampled:
    r"""The mean curvature $\mathrm{tr}(P_cH)/m_c$ in each of several subspaces, the Dirac part of the kinks included.

    With orthonormal $u_1,\dots,u_m$ spanning a subspace, $u_l^THu_l$ is
    $$E\Bigl[\bigl(\textstyle\sum_i1\{w_i\cdot x>0\}\,u_{li}\cdot x\bigr)^2\Bigr]
    + \sum_i\frac{1}{\sqrt{2\pi}\,|w_i|}E[r(x)\,(u_{li}\cdot x)^2\mid w_i\cdot x=0].$$
    On unit inputs the first bracket, summed over l, is at most n, and the sum of the second squares at most 1. A
    sample is the sum of all parts at independent inputs.

    Args:
        network: student and teacher, of n neurons in d dimensions.
        basis: orthonormal columns, shape (n d, N), those of one subspace next to each other.
        sizes: m_c, which add up to N.
        n: antithetic pairs for the first part, and for each hyperplane.
        seed: of the inputs.
        alpha: probability that some curvature is off by more than its half-width.

    Returns:
        Means with half-widths at alpha, shape (number of subspaces,).

    Example:
        >>> found = sampled_curvatures(Network(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])), np.eye(2), (1, 1),
        ...     n=10_000, seed=0, alpha=1e-3)                       # diag(1/2, 1/2 - 1/pi)
        >>> bool((abs(found.value - [0.5, 0.5 - 1.0 / np.pi]) <= found.half).all())
        True
    """
    parts = [smooth_part(network, basis, sizes)]
    parts += [kink_part(network, i, basis, sizes) for i in range(len(network.W) if network.W.shape[1] > 1 else 0)]
    return _sampled(parts, n, seed, alpha, "Monte Carlo with the kinks' Dirac part")


Part = tuple[HomogeneousPart, int]


def smooth_part(network: Network, basis: Array, sizes: Sequence[int]) -> Part:
    """The Gauss-Newton part of the curvatures, and the dimension of its inputs.

    Example:
        >>> smooth_part(Network(np.eye(2), np.eye(2)), np.eye(4), (4,))[1]
        2
    """
    count = np.asarray(sizes, dtype=np.float64)
    neurons, dim = network.W.shape

    def squares(x: Array) -> Array:
        gated = (x @ network.W.T > 0.0)[:, :, None] * x[:, None, :]
        return np.asarray(_sums(gated.reshape(len(x), -1) @ basis, sizes) / count)

    return HomogeneousPart(2, _in_chunks(squares), np.zeros(len(sizes)), neurons / count), dim


def kink_part(network: Network, i: int, basis: Array, sizes: Sequence[int]) -> Part:
    """The Dirac part of one neuron, on its hyperplane, and the dimension of that.

    Example:
        >>> kink_part(Network(np.eye(2), np.eye(2)), 0, np.eye(4), (4,))[1]
        1
    """
    dim = network.W.shape[1]
    norm = float(np.linalg.norm(network.W[i]))
    plane = np.linalg.qr(network.W[i][:, None] / norm, mode="complete")[0][:, 1:]
    own, count = basis[i * dim : (i + 1) * dim], np.asarray(sizes, dtype=np.float64)
    density = 1.0 / (math.sqrt(2.0 * math.pi) * norm)

    def weighted(y: Array) -> Array:
        x = y @ plane.T
        return np.asarray(network.residual(x)[:, None] * _sums(x @ own, sizes) * density / count)

    size = network.largest * density / count
    return HomogeneousPart(3, _in_chunks(weighted), -size, size), dim - 1


def _sampled(parts: Sequence[Part], n: int, seed: int, alpha: float, method: str) -> Sampled:
    """Means of the sums of the parts, with half-widths at alpha for all entries at once."""
    rng = np.random.default_rng(seed)
    samples = sum(antithetic_pairs([part], sphere_points(rng, n, dim)) for part, dim in parts)
    columns = np.asarray(samples).T
    widths = sum(np.subtract(*sample_range([part], dim, columns.shape[:1])[::-1]) for part, dim in parts)
    work, level = 2 * n * len(parts), alpha / len(columns)
    halves = [_half_width(c, float(w), level, seed) for c, w in zip(columns, np.asarray(widths), strict=True)]
    return Sampled(columns.mean(axis=1), np.array(halves), work, method)


def _half_width(column: Array, width: float, level: float, seed: int) -> float:
    """From the standard error, skewness and excess; by Bernstein's bound where these say too little."""
    if float(np.ptp(column)) == 0.0:
        return float(bernstein_half_width(0.0, width, len(column), level))
    try:
        return float(with_standard_error(sample_moments(column), "", len(column), seed).half_width(level))
    except TooFewSamplesError:  # the tail of the mean is not near enough to a normal one
        return float(bernstein_half_width(np.var(column, ddof=1), width, len(column), level))


def _sums(products: Array, sizes: Sequence[int]) -> Array:
    """Sums of squares over the columns of each subspace."""
    starts = np.cumsum([0, *sizes[:-1]])
    return np.asarray(np.add.reduceat(products**2, starts, axis=1), dtype=np.float64)


def _in_chunks(f: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """The same function, of a few inputs at a time: its products with all eigenvectors are larger than its values."""

    def whole(x: Array) -> Array:
        return np.concatenate([f(x[i : i + ROWS]) for i in range(0, len(x), ROWS)])

    return whole
