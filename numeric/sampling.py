"""Gaussian expectations by plain Monte Carlo: the witness for any number of variables."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import FloatArray, finite_array, positive_integer
from numeric.draws import Seed, generator
from numeric.errors import DomainError, ShapeError
from numeric.estimate import Estimate
from numeric.law import RANK_TOLERANCE, checked_moments

CHUNK = 2**20
"""Floats drawn at once: 8 MiB."""


def sampled_mean(
    function: Callable[[FloatArray], FloatArray], mean: ArrayLike, covariance: ArrayLike, samples: int, seed: Seed
) -> Estimate:
    r"""Expectation $E f(x)$ of a Gaussian vector $x \sim N(\mu, C)$ as the mean of independent samples.

    $x = \mu + V \Lambda^{1/2} z$ with the eigendecomposition $C = V \Lambda V^T$ and standard Gaussian z; degenerate
    covariances are fine, and a variable of zero variance is a constant.

    Args:
        function: f, vectorised, of an array of shape (points, n), returning shape (points,).
        mean: $\mu$, shape (n,), n >= 1.
        covariance: C, shape (n, n), symmetric and positive semidefinite.
        samples: number of them, >= 2.
        seed: integer or generator.

    Returns:
        Estimate of kind "standard_error": the sample deviation over the root of the number of samples. It says
        little if rare events carry the mean.

    Raises:
        DomainError: if the covariance is not symmetric and positive semidefinite.
        ShapeError: if shapes do not fit, or f does not return one value for each point.
        NonFiniteError: if f returns NaN or infinity.
        NumericError: if samples or seed is unusable.

    Example:
        >>> estimate = sampled_mean(lambda x: x[:, 0] * x[:, 1], [0.0, 0.0], [[2.0, 1.0], [1.0, 3.0]], 10**5, seed=0)
        >>> bool(abs(estimate.value - 1.0) < 4.0 * estimate.error < 0.04)
        True
    """
    centre, matrix = checked_moments(mean, covariance)
    samples = positive_integer("samples", samples, 2)
    (rng, written_seed), factor = generator(seed), _factor(matrix)
    rows = max(1, CHUNK // centre.size)
    middle, squares = 0.0, 0.0
    for done in range(0, samples, rows):
        count = min(rows, samples - done)
        values = _values(function, centre + rng.standard_normal((count, centre.size)) @ factor.T)
        own = float(values.mean())
        gap = own - middle
        squares += float(((values - own) ** 2).sum()) + gap**2 * (done * count / (done + count))
        middle += gap * (count / (done + count))  # Chan, Golub and LeVeque 1979
    error = math.sqrt(squares / (samples - 1) / samples)
    return Estimate(middle, error, "standard_error", None, "Monte Carlo", samples, written_seed)


def _factor(matrix: FloatArray) -> FloatArray:
    """A square root of the covariance; rows of constants exactly zero."""
    deviations = np.sqrt(np.maximum(np.diag(matrix), 0.0))
    scale = np.where(deviations > 0.0, deviations, 1.0)
    scaled = (matrix + matrix.T) / 2.0 / scale / scale[:, None]
    values, vectors = np.linalg.eigh(scaled)
    least = float(values.min())
    outside = np.abs(matrix[deviations == 0.0]).max(initial=0.0)
    if least < -RANK_TOLERANCE * len(matrix) or outside > 0.0:
        raise DomainError(
            f"covariance is not positive semidefinite (correlations have the eigenvalue {least:g}); expected a matrix "
            f"E[xx^T], because no Gaussian vector has this one; look for a correlation beyond 1"
        )
    factor = deviations[:, None] * vectors * np.sqrt(np.maximum(values, 0.0))
    return np.asarray(factor, dtype=np.float64)


def _values(function: Callable[[FloatArray], FloatArray], x: FloatArray) -> FloatArray:
    values = finite_array("f(x)", np.asarray(function(x), dtype=np.float64))
    if values.shape != x.shape[:1]:
        raise ShapeError(
            f"function returned shape {values.shape} for {x.shape[0]} points; expected ({x.shape[0]},), one value a "
            f"point; index the variables as x[:, 0] and use vectorised functions"
        )
    return values
