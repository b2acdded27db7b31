"""Gaussian expectations by plain Monte Carlo: the witness for any number of variables."""

from __future__ import annotations

from dataclasses import replace

from numpy.typing import ArrayLike

from numeric.arguments import EPS, positive_integer
from numeric.draws import Seed, generator
from numeric.estimate import Estimate
from numeric.gaussian_draws import (
    Bounds,
    Function,
    GaussianMap,
    argument_rounding,
    checked_bounds,
    gaussian_map,
    values_at,
)
from numeric.sample_moments import NOTHING, SampleMoments, sample_moments, summation, with_standard_error
from numeric.sphere import bernstein_half_width


def sampled_mean(
    function: Function,
    mean: ArrayLike,
    covariance: ArrayLike,
    samples: int,
    seed: Seed,
    bounds: Bounds | None = None,
    level: float | None = None,
) -> Estimate:
    r"""Expectation $E f(x)$ of a Gaussian vector $x \sim N(\mu, C)$ as the mean of independent samples.

    $x = \mu + V \Lambda^{1/2} z$ with the eigendecomposition $C = V \Lambda V^T$ and standard Gaussian z; degenerate
    covariances are fine, and a variable of zero variance is a constant.

    Samples that never meet the part of space that carries the mean are all alike, and say nothing of it: that f is 0 on
    all of them does not make the mean 0 with error 0. With the range of f the error is the empirical Bernstein bound,
    which such samples leave above 0; without it they are refused. The range is the cure for rare events.

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
        the root of the number of samples, plus round-off, with the degrees of freedom. Levels are refused where rare
        events carry the mean; those that no sample met cannot be seen.

    Raises:
        DomainError: if the covariance is not symmetric and positive semidefinite.
        ShapeError: if shapes do not fit, or f does not return one value for each point.
        NonFiniteError: if f returns NaN or infinity.
        RangeError: if f leaves its range, or that is empty.
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
    samples = positive_integer("samples", samples, 2)
    law, limits = gaussian_map(mean, covariance), checked_bounds(bounds, level)
    rng, written_seed = generator(seed)
    rows, total = law.rows, NOTHING
    for done in range(0, samples, rows):
        points = law.at(rng.standard_normal((min(rows, samples - done), law.centre.size)))
        total = total.joined(sample_moments(values_at(function, points, limits)))
    if limits is not None and level is not None:
        return with_bound(total, limits, level, rows, "Monte Carlo", samples, written_seed)
    return without_bound(total, function, law, "Monte Carlo", samples, written_seed)


def without_bound(
    total: SampleMoments, function: Function, law: GaussianMap, method: str, work: int, seed: int | None
) -> Estimate:
    """The mean of a function of unknown range with its standard error, raised by the round-off of its arguments.

    Args:
        total: moments of at least two independent samples.
        function: whose values they are, or combinations of them.
        law: of its arguments.
        method: a few words naming the algorithm.
        work: evaluations of the integrand.
        seed: of the draws, None if there is none.

    Returns:
        Estimate of kind "standard_error".

    Raises:
        TooFewSamplesError: if samples of arguments that vary show no spread beyond round-off.

    Example:
        >>> import numpy as np
        >>> three = gaussian_map([3.0], [[0.0]])
        >>> without_bound(sample_moments(np.array([3.0, 3.0])), lambda x: x[:, 0], three, "by hand", 2, None).value
        3.0
    """
    if law.constant:
        return Estimate(total.mean, summation(total), "standard_error", None, method, work, seed)
    found = with_standard_error(total, method, work, seed)
    return replace(found, error=float(found.error) + argument_rounding(function, law))


def with_bound(
    total: SampleMoments, bounds: Bounds, level: float, rows: int, method: str, work: int, seed: int | None
) -> Estimate:
    """The mean of a bounded function with its empirical Bernstein bound.

    Args:
        total: moments of at least two independent samples.
        bounds: the range of a sample.
        level: probability that the bound fails.
        rows: samples that were summed up at once.
        method: a few words naming the algorithm.
        work: evaluations of the integrand.
        seed: of the draws, None if there is none.

    Returns:
        Estimate of kind "bound".

    Example:
        >>> import numpy as np
        >>> moments = sample_moments(np.array([0.0, 1.0]))
        >>> with_bound(moments, (0.0, 1.0), 0.5, 2, "by hand", 2, None).kind
        'bound'
    """
    variance, width = total.squares / (total.n - 1), bounds[1] - bounds[0]
    error = float(bernstein_half_width(variance, width, total.n, level))
    error += EPS * rows * total.largest  # summation inside a chunk, in the worst case
    return Estimate(total.mean, error, "bound", level, method, work, seed)
