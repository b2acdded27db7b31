r"""Lanczos's method with full reorthogonalisation: eigenvalues of a symmetric map with bounds on what they miss."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy.linalg import eigh_tridiagonal
from scipy.special import betaincinv

from numeric.arguments import EPS, FloatArray, finite_array, positive_integer, probability, real_number
from numeric.draws import Seed, generator, sphere_points
from numeric.errors import DomainError, ShapeError
from numeric.estimate import Estimate

Product: TypeAlias = Callable[[FloatArray], FloatArray]
"""A symmetric linear map of vectors of shape (N,)."""


@dataclass(frozen=True, eq=False)
class Tridiagonal:
    r"""What m steps leave of a symmetric map A: $AQ = QT + \beta_m q_{m+1}e_m^T + F$, with Q orthonormal and F small.

    Args:
        diagonal: of T, shape (m,).
        off: $\beta_1, ..., \beta_m$, the last one outside of T; shape (m,).
        basis: Q, a vector a row, shape (m, N).
        defect: a bound on $3\|F\|$: T is the exact result for a symmetric map that differs from A by no more.
        closed: whether an invariant subspace was found: $\beta_m$ is at most the defect.

    Example:
        >>> lanczos(lambda x: 2.0 * x, np.ones(3), 3).diagonal
        array([2.])
    """

    diagonal: FloatArray
    off: FloatArray
    basis: FloatArray
    defect: float
    closed: bool

    def truncated(self, steps: int) -> Tridiagonal:
        r"""What so many of the steps leave, $\beta$ of the last one counted as a defect: as if it had closed there.

        Args:
            steps: from 1 to m.
        """
        count = min(positive_integer("steps", steps), len(self.diagonal))
        defect = self.defect + 3.0 * float(self.off[count - 1])
        return Tridiagonal(self.diagonal[:count], self.off[:count], self.basis[:count], defect, True)

    def eigen(self) -> tuple[FloatArray, FloatArray]:
        """Eigenvalues of T, ascending, and its eigenvectors as columns."""
        values, vectors = eigh_tridiagonal(self.diagonal, self.off[:-1])
        return np.asarray(values, dtype=np.float64), np.asarray(vectors, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class RitzValues:
    r"""Approximate eigenvalues from a random start.

    Args:
        values: ascending, shape (m,).
        residuals: within so much of each of them lies an eigenvalue.
        smallest: the least eigenvalue.
        largest: the greatest one.

    Example:
        >>> ritz_values(lambda x: x * np.arange(5.0), 5, 5, seed=0, level=1e-6).smallest.error < 1e-8
        True
    """

    values: FloatArray
    residuals: FloatArray
    smallest: Estimate
    largest: Estimate


def lanczos(product: Product, start: FloatArray, steps: int, noise: float = 0.0) -> Tridiagonal:
    r"""Lanczos's recurrence; every new vector is made orthogonal to all earlier ones, twice.

    Args:
        product: A, symmetric; this is not checked.
        start: not zero, shape (N,).
        steps: m >= 1; fewer are made if the vectors span an invariant subspace before.
        noise: bound on the round-off of a product with a unit vector.

    Returns:
        The tridiagonal matrix and the vectors.

    Raises:
        ShapeError: if start is no vector, or a product has another shape.
        DomainError: if start is zero, or noise negative or not finite.
        NonFiniteError: if a product has a NaN or infinite entry.

    Source: Paige 1972, Computational variants of the Lanczos method; Parlett 1998, section 6.9, for twice.

    Example:
        >>> T = lanczos(lambda x: x * np.arange(4.0), np.ones(4), 4)
        >>> np.round(T.eigen()[0], 12) + 0.0
        array([0., 1., 2., 3.])
    """
    x = finite_array("start", start)
    length = float(np.linalg.norm(x))
    if x.ndim != 1 or not 0.0 < length < math.inf:
        raise DomainError(f"start has shape {x.shape} and norm {length:g}; expected a non-zero vector; draw one")
    if not 0.0 <= real_number("noise", noise) < math.inf:
        raise DomainError(f"noise is {noise!r}; expected a finite bound >= 0 on the round-off of a product; try 1e-14")
    size, most = len(x), min(positive_integer("steps", steps), len(x))
    basis, images = np.empty((most + 1, size)), np.empty((most, size))
    basis[0] = x / length
    diagonal, off = np.empty(most), np.empty(most)
    for j in range(most):
        images[j] = _image(product, basis[j])
        diagonal[j] = basis[j] @ images[j]
        rest = images[j].copy()
        for _ in range(2):
            rest -= (basis[: j + 1] @ rest) @ basis[: j + 1]
        off[j] = np.linalg.norm(rest)
        least = noise + 8.0 * EPS * (size + j) * float(np.linalg.norm(images[: j + 1]))
        if off[j] <= least:
            return _finished(diagonal[: j + 1], off[: j + 1], basis[: j + 1], images[: j + 1], noise)
        basis[j + 1] = rest / off[j]
    return _finished(diagonal, off, basis, images, noise)


def ritz_values(product: Product, size: int, steps: int, seed: Seed, level: float, noise: float = 0.0) -> RitzValues:
    r"""Ritz values of a symmetric map from a uniform random start, with enclosures of its extreme eigenvalues.

    Within $\|Ay - \theta y\|$ of a Ritz value lies an eigenvalue. Which one, the residual does not say; the random
    start does. The next Lanczos vector is $q_{m+1} = p(A)q_1$ with $p(t) = \prod_j(t-\theta_j)/\prod_j\beta_j$, so that
    $|p(\lambda_1)||\gamma| \le 1$, $\gamma$ the component of the start along an eigenvector of $\lambda_1$. With
    probability $1 - \delta$ it has $\gamma^2 \ge I^{-1}_\delta(\frac12, \frac{N-1}2)$, and left of all $\theta_j$ the
    polynomial is monotone: $\lambda_1$ is no further down than where $|p| = 1/|\gamma|$. Half of level goes to each
    end.

    Args:
        product: A, symmetric; this is not checked.
        size: N >= 2.
        steps: m >= 1.
        seed: integer or generator.
        level: probability that one of the two enclosures is wrong, in (0, 1).
        noise: bound on the round-off of a product with a unit vector.

    Returns:
        All Ritz values; the extreme ones as estimates of kind "bound", round-off counted as a change of A.

    Raises:
        NumericError: if size, steps, seed or level is unusable.
        ShapeError: if a product has another shape.
        NonFiniteError: if a product has a NaN or infinite entry.

    Source: van Dorsselaer, Hochstenbach and van der Vorst 2001, Computing probabilistic bounds for extreme
    eigenvalues of symmetric matrices with the Lanczos method.

    Example:
        >>> found = ritz_values(lambda x: x * np.arange(400.0) ** 2, 400, 60, seed=0, level=1e-6)
        >>> bool(abs(found.largest.value - 399.0**2) <= found.largest.error < 0.02 * 399.0**2)
        True
    """
    (rng, written), level = generator(seed), probability("level", level)
    count = positive_integer("size", size, 2)
    run = lanczos(product, sphere_points(rng, 1, count)[0], steps, noise)
    values, vectors = run.eigen()
    residuals = np.abs(run.off[-1] * vectors[-1]) + run.defect
    share = 0.5 * math.log(float(betaincinv(0.5, (count - 1) / 2.0, level / 2.0)))  # logarithm of |gamma|
    ends = [_reach(v, run.off, share) + run.defect for v in (values, -values[::-1])]
    method, work = f"Lanczos, {len(values)} steps", len(values)
    low, high = (
        Estimate(float(v), e, "bound", level, method, work, written)
        for v, e in zip((values[0], values[-1]), ends, strict=True)
    )
    return RitzValues(values, residuals, low, high)


def _image(product: Product, vector: FloatArray) -> FloatArray:
    found = finite_array("product", product(vector))
    if found.shape != vector.shape:
        raise ShapeError(f"the product has shape {found.shape}; expected {vector.shape}, that of the vector; ravel it")
    return found


def _finished(
    diagonal: FloatArray, off: FloatArray, basis: FloatArray, images: FloatArray, noise: float
) -> Tridiagonal:
    """The result with its defect; the residual of an invariant subspace counts as a defect too."""
    m, size = images.shape
    closed = len(basis) == m or m == size
    q = basis[:m]
    T = np.diag(diagonal) + np.diag(off[:-1], 1) + np.diag(off[:-1], -1)
    rest = images - T @ q
    if not closed:
        rest[-1] -= off[-1] * basis[m]
    unit = EPS * (size + m + 4)
    skew = np.linalg.norm(q @ q.T - np.eye(m)) + unit * m
    total = np.linalg.norm(rest) + math.sqrt(m) * noise + (unit + skew) * np.linalg.norm(images)
    return Tridiagonal(diagonal, off, q, 3.0 * float(total), closed)


def _reach(values: FloatArray, off: FloatArray, share: float) -> float:
    """How far left of the first Ritz value log|p| rises to -share: bisected in the logarithm of the distance."""
    inner = values - values[0]
    betas = float(np.log(np.maximum(off, np.finfo(np.float64).tiny)).sum())

    def too_far(distance: float) -> bool:
        return float(np.log(inner + distance).sum()) - betas >= -share

    high = 1.0
    while not too_far(high):
        high *= 2.0
    low = 0.0
    for _ in range(200):
        middle = (low + high) / 2.0
        if not low < middle < high or high - low < 1e-3 * high:
            break
        low, high = (low, middle) if too_far(middle) else (middle, high)
    return high
