"""Gaussian expectations by Sobol points under independent random scrambles, whose spread is the error."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri
from scipy.stats import qmc

from numeric.arguments import EPS, FloatArray, positive_integer
from numeric.draws import Seed, generator
from numeric.errors import DomainError, TooFewSamplesError
from numeric.estimate import Estimate
from numeric.gaussian_draws import CHUNK, Function, argument_rounding, gaussian_map, values_at
from numeric.rules import round_off
from numeric.sample_moments import sample_moments, with_standard_error

LEAST, SCRAMBLES, LARGEST = 16, 128, 24
"""Least and usual number of replicates (16 show that they are near normal at lax levels only), largest exponent."""


def sobol_mean(
    function: Function,
    mean: ArrayLike,
    covariance: ArrayLike,
    log2_points: int,
    seed: Seed,
    scrambles: int = SCRAMBLES,
) -> Estimate:
    r"""Expectation $E f(x)$ of a Gaussian vector by randomised Sobol points.

    R independent nested uniform scrambles of the first $2^m$ Sobol points, carried over by the inverse distribution
    function, the direction of largest variance first. Each scrambled point is uniform by itself, so every scramble's
    mean is unbiased whatever f is, and the standard error is the spread of the R means over $\sqrt R$; kinks and jumps
    only slow its decay. Scrambles are nested because linear ones leave a few replicates far out where f is smooth.
    The R means are a sample like any other: its levels come from Student's t with R - 1 degrees of freedom and from
    skewness and excess, and are refused where these are too large, as they are if a few points far out carry the mean.
    Means of R = 128 that are near normal have levels down to 1e-3; take more scrambles for stricter ones.

    Args:
        function: f, vectorised, of an array of shape (points, n), returning shape (points,).
        mean: $\mu$, shape (n,), n >= 1.
        covariance: C, shape (n, n), symmetric and positive semidefinite.
        log2_points: m, 1 to 24.
        seed: integer or generator.
        scrambles: R, >= 16.

    Returns:
        Estimate of kind "standard_error" with freedom R - 1. Where all the means agree, as they do for jumps at dyadic
        quantiles, the error is what one point more or less would change.

    Raises:
        DomainError: if the covariance is not symmetric and positive semidefinite, or m outside its range.
        ShapeError: if shapes do not fit, or f does not return one value for each point.
        NonFiniteError: if f returns NaN or infinity.
        TooFewSamplesError: if f takes one value at all points: they say nothing of the rest.
        NumericError: if scrambles or seed is unusable.

    Source: Owen 1995, Randomly permuted (t,m,s)-nets and (t,s)-sequences; Loh 2003, On the asymptotic distribution of
        scrambled net quadrature; L'Ecuyer, Nakayama, Owen and Tuffin 2023, Confidence intervals for randomized
        quasi-Monte Carlo estimators (Student's t).

    Example:
        >>> estimate = sobol_mean(lambda x: np.maximum(x, 0.0).prod(axis=1), np.zeros(3), np.eye(3), 14, seed=0)
        >>> bool(abs(estimate.value - (2.0 * np.pi) ** -1.5) < 4.0 * estimate.error < 1e-3)
        True
    """
    law = gaussian_map(mean, covariance)
    size, largest_first = law.centre.size, law.factor[:, ::-1]

    def integrand(digits: FloatArray, inside: FloatArray) -> FloatArray:
        z = normal_quantiles(digits, inside)
        return values_at(function, np.asarray(law.centre + z @ largest_first.T, dtype=np.float64))

    if law.constant:
        value = float(values_at(function, law.centre[None, :])[0])
        return Estimate(value, EPS * abs(value), "standard_error", None, "value at the mean", 1)
    found = scrambled_mean(integrand, size, log2_points, seed, scrambles, "randomised Sobol")
    return replace(found, error=float(found.error) + argument_rounding(function, law))


def scrambled_mean(
    integrand: Callable[[FloatArray, FloatArray], FloatArray],
    dim: int,
    log2_points: int,
    seed: Seed,
    scrambles: int,
    method: str,
) -> Estimate:
    r"""Integral over the unit cube by R scrambles, with the spread of their means.

    Args:
        integrand: of the digits of points, multiples of $2^{-m}$, and of what lies beyond them, uniform in
            $[0, 2^{-m})$; both of shape (points, dim); the point is their sum.
        dim: dimension of the cube, >= 1.
        log2_points: m, 1 to 24.
        seed: integer or generator.
        scrambles: R, >= 16.
        method: a few words naming the algorithm.

    Returns:
        Estimate of kind "standard_error".

    Raises:
        DomainError: if m is outside its range.
        TooFewSamplesError: if the integrand takes one value at all points.
        NumericError: if scrambles or seed is unusable.

    Example:
        >>> estimate = scrambled_mean(lambda digits, inside: (digits + inside)[:, 0] ** 2, 1, 10, 0, 16, "Sobol")
        >>> bool(abs(estimate.value - 1.0 / 3.0) < 1e-4)
        True
    """
    m, count = positive_integer("log2_points", log2_points), positive_integer("scrambles", scrambles, LEAST)
    if m > LARGEST:
        raise DomainError(f"log2_points is {m}; expected at most {LARGEST}: it is an exponent; take 16 for 65536")
    rng, written_seed = generator(seed)
    means, sizes, lows, highs = zip(*(_one_scramble(integrand, dim, m, rng) for _ in range(count)), strict=True)
    low, high = min(lows), max(highs)
    least = EPS * max(abs(low), abs(high))
    if high - low <= least:
        raise TooFewSamplesError(
            f"f takes the value {high:g} at all {count} x 2^{m} points; expected values that differ, because without "
            f"any spread the mean has no error that can be stated; take more points, or sampled_mean with bounds"
        )
    total, work, summed = sample_moments(np.array(means)), count << m, round_off(2**m) * max(sizes)
    if math.sqrt(total.squares / (count - 1)) <= least:
        error = (high - low) / 2.0**m + summed
        return Estimate(total.mean, error, "standard_error", None, method, work, written_seed, freedom=count - 1.0)
    found = with_standard_error(total, method, work, written_seed)
    return replace(found, error=float(found.error) + summed)


def normal_quantiles(digits: FloatArray, inside: FloatArray) -> FloatArray:
    """Standard Gaussian quantiles of digits + inside, with the full resolution of both tails.

    Args:
        digits: multiples of a power of two h in [0, 1).
        inside: in [0, h), of the same shape.

    Returns:
        Quantiles, of the same shape.

    Example:
        >>> low, high = normal_quantiles(np.array([0.0, 0.5]), np.array([2.0**-80, 0.5 - 2.0**-50]))
        >>> round(float(low), 3), round(float(high), 3)
        (-10.218, 7.956)
    """
    upper = digits >= 0.5
    share = np.where(upper, (1.0 - digits) - inside, digits + inside)
    tails = np.asarray(ndtri(np.maximum(share, np.finfo(np.float64).tiny)), dtype=np.float64)
    return np.where(upper, -tails, tails)


def nested_permutation(rng: np.random.Generator, m: int) -> NDArray[np.int64]:
    """A uniform random permutation of m-digit numbers in which a digit is flipped or not by all the digits before it.

    Args:
        rng: the generator.
        m: number of binary digits, >= 0.

    Returns:
        The images of 0, 1, ..., 2^m - 1.

    Source: Owen 1995.

    Example:
        >>> sorted(nested_permutation(np.random.default_rng(0), 3).tolist())
        [0, 1, 2, 3, 4, 5, 6, 7]
    """
    images = np.zeros(1, dtype=np.int64)
    for _ in range(m):
        flips = rng.integers(0, 2, size=images.size)
        images = (2 * images[:, None] + (flips[:, None] ^ np.arange(2))).ravel()
    return images


def _one_scramble(
    integrand: Callable[[FloatArray, FloatArray], FloatArray], dim: int, m: int, rng: np.random.Generator
) -> tuple[float, float, float, float]:
    """Mean, mean magnitude, least and largest value over one scramble.

    The first 2^m Sobol points have m digits, all different in each coordinate, so the digits beyond are independent.
    """
    points, images = qmc.Sobol(dim, scramble=False), [nested_permutation(rng, m) for _ in range(dim)]
    rows, size = min(2**m, 2 ** max(0, math.floor(math.log2(CHUNK / dim)))), 2.0**m
    sums, sizes, low, high = [], [], math.inf, -math.inf
    for _ in range(2**m // rows):
        places = np.rint(points.random(rows) * size).astype(np.int64)
        digits = np.stack([image[column] for image, column in zip(images, places.T, strict=True)], axis=1) / size
        values = integrand(digits, rng.random((rows, dim)) / size)
        sums.append(float(values.sum()))
        sizes.append(float(np.abs(values).sum()))
        low, high = min(low, float(values.min())), max(high, float(values.max()))
    return math.fsum(sums) / size, math.fsum(sizes) / size, low, high
