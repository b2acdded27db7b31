"""Gaussian expectations by antithetic pairs: every point together with its mirror image in the mean."""

from __future__ import annotations

from numpy.typing import ArrayLike

from numeric.arguments import positive_integer
from numeric.draws import Seed, generator
from numeric.estimate import Estimate
from numeric.gaussian_draws import Bounds, Function, checked_bounds, gaussian_map, values_at
from numeric.sample_moments import NOTHING, sample_moments
from numeric.sampling import with_bound, without_bound

METHOD = "antithetic Monte Carlo"


def antithetic_mean(
    function: Function,
    mean: ArrayLike,
    covariance: ArrayLike,
    pairs: int,
    seed: Seed,
    bounds: Bounds | None = None,
    level: float | None = None,
) -> Estimate:
    r"""Expectation $E f(x)$ of a Gaussian vector, one sample being $(f(\mu + Fz) + f(\mu - Fz))/2$.

    The part of f that is odd about the mean drops out exactly, so the variance of a sample is that of the even part
    alone: never more than that of a plain sample, and at most half of it, at equal work, wherever the odd part has at
    least the variance of the even one. Pairs are independent of each other, so errors are as for `sampled_mean`.

    Args:
        function: f, vectorised, of an array of shape (points, n), returning shape (points,).
        mean: $\mu$, shape (n,), n >= 1.
        covariance: C, shape (n, n), symmetric and positive semidefinite.
        pairs: number of them, >= 2; f is evaluated twice as often.
        seed: integer or generator.
        bounds: the range of f, if it is bounded; goes with level.
        level: probability that the bound fails, in (0, 1).

    Returns:
        Estimate of kind "bound" (empirical Bernstein) if the range of f is given, else of kind "standard_error".

    Raises:
        DomainError: if the covariance is not symmetric and positive semidefinite.
        ShapeError: if shapes do not fit, or f does not return one value for each point.
        NonFiniteError: if f returns NaN or infinity.
        RangeError: if f leaves its range, or that is empty.
        TooFewSamplesError: if the pairs of an f of unknown range show no spread beyond round-off, as for an odd f.
        NumericError: if pairs, seed or level is unusable.

    Source: Hammersley and Morton 1956, A new Monte Carlo technique: antithetic variates.

    Example:
        >>> import numpy as np
        >>> estimate = antithetic_mean(lambda x: np.exp(x[:, 0]), [0.0], [[1.0]], 10**5, seed=0)
        >>> bool(abs(estimate.value - np.exp(0.5)) < 4.0 * estimate.error < 0.02)
        True
        >>> sure = antithetic_mean(lambda x: x[:, 0] > 0.0, [0.0], [[1.0]], 10**4, seed=0, bounds=(0, 1), level=1e-6)
        >>> sure.value, round(sure.error, 6)
        (0.5, 0.003547)
    """
    pairs = positive_integer("pairs", pairs, 2)
    law, limits = gaussian_map(mean, covariance), checked_bounds(bounds, level)
    rng, written_seed = generator(seed)
    rows, total = max(1, law.rows // 2), NOTHING
    for done in range(0, pairs, rows):
        z = rng.standard_normal((min(rows, pairs - done), law.centre.size))
        there, back = (values_at(function, law.at(side * z), limits) for side in (1.0, -1.0))
        total = total.joined(sample_moments((there + back) / 2.0))
    if limits is not None and level is not None:
        return with_bound(total, limits, level, rows, METHOD, 2 * pairs, written_seed)
    return without_bound(total, function, law, METHOD, 2 * pairs, written_seed)
