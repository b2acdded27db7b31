"""Gaussian expectations by plain Monte Carlo: the witness for any number of variables."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import EPS, FloatArray, finite_array, positive_integer, probability
from numeric.draws import Seed, generator
from numeric.errors import DomainError, NumericError, RangeError, ShapeError, TooFewSamplesError
from numeric.estimate import Estimate
from numeric.law import RANK_TOLERANCE, checked_moments
from numeric.sphere import bernstein_half_width

CHUNK = 2**20
"""Floats drawn at once: 8 MiB."""

Function = Callable[[FloatArray], FloatArray]


def sampled_mean(
    function: Function,
    mean: ArrayLike,
    covariance: ArrayLike,
    samples: int,
    seed: Seed,
    bounds: tuple[float, float] | None = None,
    level: float | None = None,
) -> Estimate:
    r"""Expectation $E f(x)$ of a Gaussian vector $x \sim N(\mu, C)$ as the mean of independent samples.

    $x = \mu + V \Lambda^{1/2} z$ with the eigendecomposition $C = V \Lambda V^T$ and standard Gaussian z; degenerate
    covariances are fine, and a variable of zero variance is a constant.

    Samples that never meet the part of space that carries the mean are all alike, and say nothing of it: that f is 0 on
    all of them does not make the mean 0 with error 0. With the range of f the error is the empirical Bernstein bound,
    which such samples leave above 0; without it they are refused, and the skewness and excess of the mean are stated.

    Args:
        function: f, vectorised, of an array of shape (points, n), returning shape (points,).
        mean: $\mu$, shape (n,), n >= 1.
        covariance: C, shape (n, n), symmetric and positive semidefinite.
        samples: number of them, >= 2.
        seed: integer or generator.
        bounds: the range of f, if it is bounded; goes with level.
        level: probability that the bound fails, in (0, 1).

    Returns:
        Estimate of kind "bound" if the range of f is given. Else of kind "standard_error": the sample deviation over
        the root of the number of samples, exactly 0 only where nothing is random. It says little if rare events carry
        the mean.

    Raises:
        DomainError: if the covariance is not symmetric and positive semidefinite.
        ShapeError: if shapes do not fit, or f does not return one value for each point.
        NonFiniteError: if f returns NaN or infinity.
        RangeError: if f leaves its range.
        TooFewSamplesError: if the samples of an f of unknown range show no spread beyond round-off.
        NumericError: if samples, seed or level is unusable.

    Example:
        >>> estimate = sampled_mean(lambda x: x[:, 0] * x[:, 1], [0.0, 0.0], [[2.0, 1.0], [1.0, 3.0]], 10**5, seed=0)
        >>> bool(abs(estimate.value - 1.0) < 4.0 * estimate.error < 0.04)
        True
        >>> rare = sampled_mean(lambda x: x[:, 0] > 6.0, [0.0], [[1.0]], 10**4, seed=0, bounds=(0.0, 1.0), level=1e-6)
        >>> rare.value, round(rare.error, 6)      # the truth is 1e-9
        (0.0, 0.003547)
    """
    centre, matrix = checked_moments(mean, covariance)
    samples = positive_integer("samples", samples, 2)
    if (bounds is None) != (level is None):
        raise NumericError(f"bounds is {bounds!r} and level is {level!r}; expected both or neither: pass level=1e-6")
    (rng, written_seed), factor = generator(seed), _factor(matrix)
    rows = max(1, CHUNK // centre.size)
    total, largest = _NOTHING, 0.0
    for done in range(0, samples, rows):
        count = min(rows, samples - done)
        values = _values(function, centre + rng.standard_normal((count, centre.size)) @ factor.T, bounds)
        largest = max(largest, float(np.abs(values).max()))
        total = total.joined(_moments(values))
    if bounds is not None and level is not None:
        variance, width = total.squares / (samples - 1), bounds[1] - bounds[0]
        error = float(bernstein_half_width(variance, width, samples, probability("level", level)))
        error += EPS * rows * largest  # summation inside a chunk, in the worst case
        return Estimate(total.mean, error, "bound", level, "Monte Carlo", samples, written_seed)
    if not matrix.any():
        return Estimate(total.mean, 0.0, "standard_error", None, "Monte Carlo", samples, written_seed)
    return _with_standard_error(total, samples, largest, written_seed)


def _with_standard_error(total: _Moments, samples: int, largest: float, seed: int | None) -> Estimate:
    deviation = math.sqrt(total.squares / (samples - 1))
    if deviation <= EPS * largest:
        raise TooFewSamplesError(
            f"f takes the value {total.mean:g} at all {samples} samples; expected values that differ, because without "
            f"any spread the mean has no error that can be stated; take more samples, or state the range of a bounded f"
        )
    error = deviation / math.sqrt(samples)
    skewness, excess = total.cubes / total.squares**1.5, total.fourths / total.squares**2 - 3.0 / samples
    return Estimate(
        total.mean, error, "standard_error", None, "Monte Carlo", samples, seed, float(skewness), float(excess)
    )


class _Moments(NamedTuple):
    """Number and mean of some samples, and the sums of powers of their distances from it."""

    n: int
    mean: float
    squares: float
    cubes: float
    fourths: float

    def joined(self, other: _Moments) -> _Moments:
        """The moments of both samples together; Pébay 2008, Formulas for robust, one-pass parallel computation."""
        m, n, gap = self.n, other.n, other.mean - self.mean
        total = m + n
        return _Moments(
            total,
            self.mean + gap * (n / total),
            self.squares + other.squares + gap**2 * (m * n / total),
            self.cubes
            + other.cubes
            + gap**3 * (m * n * (m - n) / total**2)
            + 3.0 * gap * (m * other.squares - n * self.squares) / total,
            self.fourths
            + other.fourths
            + gap**4 * (m * n * (m * m - m * n + n * n) / total**3)
            + 6.0 * gap**2 * (m * m * other.squares + n * n * self.squares) / total**2
            + 4.0 * gap * (m * other.cubes - n * self.cubes) / total,
        )


_NOTHING = _Moments(0, 0.0, 0.0, 0.0, 0.0)


def _moments(values: FloatArray) -> _Moments:
    middle = float(values.mean())
    gaps = values - middle
    squares = gaps**2
    return _Moments(
        len(values), middle, float(squares.sum()), float((squares * gaps).sum()), float((squares * squares).sum())
    )


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


def _values(function: Function, x: FloatArray, bounds: tuple[float, float] | None) -> FloatArray:
    values = finite_array("f(x)", np.asarray(function(x), dtype=np.float64))
    if values.shape != x.shape[:1]:
        raise ShapeError(
            f"function returned shape {values.shape} for {x.shape[0]} points; expected ({x.shape[0]},), one value a "
            f"point; index the variables as x[:, 0] and use vectorised functions"
        )
    if bounds is not None and (values.min() < bounds[0] or values.max() > bounds[1]):
        raise RangeError(
            f"f takes values in [{values.min():g}, {values.max():g}], outside its range {bounds}; expected values "
            f"within it, because the bound is computed from the range; widen it"
        )
    return values
