"""Sampling until a requested error is reached, with errors that hold although one looked on the way."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import EPS, FloatArray, positive_integer, probability, real_number
from numeric.draws import Seed, generator, sphere_points
from numeric.errors import DomainError, TooFewSamplesError
from numeric.estimate import Estimate
from numeric.gaussian_draws import Bounds, Function, argument_rounding, checked_bounds, gaussian_map, values_at
from numeric.sample_moments import NOTHING, SampleMoments, sample_moments, with_standard_error
from numeric.sphere import (
    MEMORY,
    HomogeneousPart,
    antithetic_pairs,
    bernstein_half_width,
    common_shape,
    sample_range,
)

BUDGET = 2**26
"""Samples that may be drawn unless said otherwise."""
FIRST = 2**12
"""Samples at the first look at a function of unknown range: fewer say little of its skewness."""


def adaptive_mean(
    function: Function,
    mean: ArrayLike,
    covariance: ArrayLike,
    error: float,
    level: float,
    seed: Seed,
    bounds: Bounds | None = None,
    budget: int = BUDGET,
) -> Estimate:
    r"""Expectation $E f(x)$ of a Gaussian vector to a requested error, sampling no longer than needed.

    One looks after $n_1, 2n_1, 4n_1, \dots$ samples, at the j-th look with the level $6\delta/(\pi^2 j^2)$. These add
    up to $\delta$, so all the looks hold together with probability $1 - \delta$, and one may stop at any of them.

    Args:
        function: f, vectorised, of an array of shape (points, n), returning shape (points,).
        mean: $\mu$, shape (n,), n >= 1.
        covariance: C, shape (n, n), symmetric and positive semidefinite.
        error: requested half-width, positive.
        level: $\delta$, the probability that it is exceeded, in (0, 1).
        seed: integer or generator.
        bounds: the range of f, if it is bounded.
        budget: samples that may be drawn.

    Returns:
        With bounds, an Estimate of kind "bound" (empirical Bernstein), valid at finite n. Else of kind
        "standard_error", raised so that `half_width(level)` is what the last look's own level asks for, skewness and
        excess included; as valid as the standard error of a sample is.

    Raises:
        TooFewSamplesError: if the budget does not suffice; the message states the error that was reached.
        DomainError: if error or level is unusable, or the covariance is not one.
        ShapeError: if shapes do not fit, or f does not return one value for each point.
        NonFiniteError: if f returns NaN or infinity.
        RangeError: if f leaves its range, or that is empty.
        NumericError: if budget or seed is unusable.

    Source: Maurer and Pontil 2009, Theorem 4; Mnih, Szepesvári and Audibert 2008, Empirical Bernstein stopping.

    Example:
        >>> found = adaptive_mean(lambda x: x[:, 0] > 1.0, [0.0], [[1.0]], 0.01, 1e-6, seed=0, bounds=(0.0, 1.0))
        >>> bool(abs(found.value - 0.158655) <= found.error <= 0.01)
        True
    """
    error, level, budget = _checked(error, level, budget)
    law, limits = gaussian_map(mean, covariance), checked_bounds(bounds, None if bounds is None else level)
    rng, written_seed = generator(seed)

    def draw(n: int) -> FloatArray:
        return values_at(function, law.at(rng.standard_normal((n, law.centre.size))), limits)

    if limits is not None:
        low, high = (np.asarray(bound) for bound in limits)
        return _bounded(draw, low, high, law.rows, error, level, budget, "adaptive Monte Carlo", 1, written_seed)
    if law.constant:
        value = float(values_at(function, law.centre[None, :])[0])
        return Estimate(value, EPS * abs(value), "standard_error", None, "value at the mean", 1)
    return _unbounded(draw, law.rows, error, level, budget, argument_rounding(function, law), written_seed)


def adaptive_sphere_mean(
    parts: Sequence[HomogeneousPart], dim: int, error: float, level: float, seed: Seed, budget: int = BUDGET
) -> Estimate:
    r"""Expectation $\sum_p E f_p(x)$ over $x \sim N(0, I_d)$ to a requested error: `sphere_mean`, stopped when done.

    Args:
        parts: homogeneous functions of one output shape; they share the samples.
        dim: dimension d >= 1 of x.
        error: requested half-width of every entry, positive.
        level: $\delta$, the probability that some entry exceeds it; the looks share it as in `adaptive_mean`.
        seed: integer or generator.
        budget: antithetic pairs that may be drawn.

    Returns:
        Estimate of kind "bound", of the functions' output shape.

    Raises:
        TooFewSamplesError: if the budget does not suffice; the message states the error that was reached.
        RangeError: if a function leaves its declared range.
        NotHomogeneousError: if a function is not homogeneous of its declared degree.
        ShapeError: if the functions' output shapes differ.
        NonFiniteError: if a function returns NaN or infinity.
        DomainError: if error or level is unusable.
        NumericError: if dim, budget or seed is unusable, or there are no parts.

    Source: as for `adaptive_mean`.

    Example:
        >>> part = HomogeneousPart(2, lambda x: np.maximum(x[:, 0], 0.0) * np.maximum(x[:, 1], 0.0), 0.0, 0.5)
        >>> found = adaptive_sphere_mean([part], 2, 0.01, 1e-6, seed=0)
        >>> bool(abs(found.value - 0.5 / np.pi) <= found.error <= 0.01)
        True
    """
    error, level, budget = _checked(error, level, budget)
    dim, (rng, written_seed) = positive_integer("dim", dim), generator(seed)
    shape = common_shape(parts, dim)
    low, high = sample_range(parts, dim, shape)
    rows = max(1, MEMORY // (8 * (dim + math.prod(shape))))

    def draw(n: int) -> FloatArray:
        return antithetic_pairs(parts, sphere_points(rng, n, dim))

    return _bounded(draw, low, high, rows, error, level, budget, "adaptive sphere Monte Carlo", 2, written_seed)


def level_of_look(level: float, look: int) -> float:
    r"""Share of a level at the j-th look, $6\delta/(\pi^2 j^2)$; all of them add up to $\delta$.

    Args:
        level: $\delta$.
        look: j >= 1.

    Returns:
        The share.

    Example:
        >>> round(sum(level_of_look(1.0, j) for j in range(1, 10_000)), 3)
        1.0
    """
    return 6.0 * level / (math.pi * look) ** 2


def _bounded(
    draw: Callable[[int], FloatArray],
    low: FloatArray,
    high: FloatArray,
    rows: int,
    error: float,
    level: float,
    budget: int,
    method: str,
    cost: int,
    seed: int | None,
) -> Estimate:
    """Looks at doubling sizes, from the first at which even a sample without variance would do."""
    entries, width = max(low.size, 1), float((high - low).max(initial=0.0))
    noise = EPS * np.maximum(np.abs(low), np.abs(high))
    first = _first(width, error, level / entries, budget)
    n, mean, squares = 0, np.zeros(low.shape), np.zeros(low.shape)
    for look in count(1):
        target = first * 2 ** (look - 1)
        for size in _chunks(target - n, rows):
            sample = draw(size)
            centre = sample.mean(axis=0)
            squares = squares + ((sample - centre) ** 2).sum(axis=0) + (centre - mean) ** 2 * (n * size / (n + size))
            mean, n = mean + (centre - mean) * (size / (n + size)), n + size
        reached = bernstein_half_width(squares / (n - 1), high - low, n, level_of_look(level, look) / entries)
        reached = reached + noise * min(rows, n)
        if (reached <= error).all():
            return Estimate(mean, reached, "bound", level, method, cost * n, seed)
        _refuse_beyond(budget, n, float(reached.max()), error)
    raise AssertionError("the budget ends the looks")


def _unbounded(
    draw: Callable[[int], FloatArray],
    rows: int,
    error: float,
    level: float,
    budget: int,
    rounding: float,
    seed: int | None,
) -> Estimate:
    """The same by standard errors, whose tails are allowed for at the level of the look."""
    total = NOTHING
    for look in count(1):
        for size in _chunks(FIRST * 2 ** (look - 1) - total.n, rows):
            total = total.joined(sample_moments(draw(size)))
        found, reached = _at_look(total, level, look, rounding, seed)
        if found is not None and reached <= error:
            return found
        _refuse_beyond(budget, total.n, reached, error)
    raise AssertionError("the budget ends the looks")


def _at_look(
    total: SampleMoments, level: float, look: int, rounding: float, seed: int | None
) -> tuple[Estimate | None, float]:
    """The estimate with its error raised by the looks; infinite while rare events carry the mean."""
    try:
        plain = with_standard_error(total, "adaptive Monte Carlo", total.n, seed)
        plain = replace(plain, error=float(plain.error) + rounding)
        reached = float(plain.half_width(level_of_look(level, look)))
        raised = float(plain.error) * reached / float(plain.half_width(level))
    except TooFewSamplesError:
        return None, math.inf
    return replace(plain, error=raised), reached


def _first(width: float, error: float, level: float, budget: int) -> int:
    """The least power of two at which the range's part of the bound is within the error: looking sooner is in vain."""
    least = 1.0 + 7.0 * width * math.log(4.0 / level_of_look(level, 1)) / (3.0 * error)
    if least > budget:
        raise TooFewSamplesError(
            f"an error of {error:g} needs {least:.3g} samples or more even without any variance, since the range is "
            f"{width:g} wide; expected at most the budget, {budget}; raise the budget or the error"
        )
    return min(budget, int(2 ** max(1, math.ceil(math.log2(least)))))


def _chunks(size: int, rows: int) -> Iterator[int]:
    yield from (min(rows, size - done) for done in range(0, size, rows))


def _refuse_beyond(budget: int, n: int, reached: float, error: float) -> None:
    if 2 * n > budget:
        raise TooFewSamplesError(
            f"the error reached with {n} samples is {reached:.3g}; expected {error:g}, which the next look, at {2 * n} "
            f"samples, may or may not bring but the budget of {budget} excludes; raise the budget or the error"
        )


def _checked(error: float, level: float, budget: int) -> tuple[float, float, int]:
    if not 0.0 < real_number("error", error) < math.inf:
        raise DomainError(f"error is {error!r}; expected a positive finite half-width to stop at; try 1e-3")
    return float(error), probability("level", level), positive_integer("budget", budget, 2)
