"""Gaussian expectations of homogeneous functions: the radius exactly, the sphere by sampling, with a bound."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import EPS, FloatArray, finite_array, positive_integer, probability
from numeric.draws import Seed, generator, sphere_points
from numeric.errors import NotHomogeneousError, NumericError, RangeError, ShapeError
from numeric.estimate import Estimate

MEMORY = 2**24
"""Floats that one chunk of samples may hold in all its temporary arrays: 128 MiB."""


@dataclass(frozen=True, eq=False)
class HomogeneousPart:
    r"""A positively homogeneous function, $f(cx) = c^p f(x)$ for $c > 0$, with its range on the unit sphere.

    Args:
        degree: p >= 0.
        f: vectorised, of an array of shape (n, d), returning shape (n, ...).
        low: lower bound of f on the unit sphere, a float or an array of the shape (...).
        high: upper bound of f on the unit sphere, likewise.

    Raises:
        RangeError: if low exceeds high somewhere.
        NonFiniteError: if a bound is NaN or infinite.
        NumericError: if degree is not an integer >= 0.

    Example:
        >>> HomogeneousPart(2, lambda x: x[:, 0] ** 2, 0.0, 1.0).degree
        2
    """

    degree: int
    f: Callable[[FloatArray], FloatArray]
    low: float | FloatArray
    high: float | FloatArray

    def __post_init__(self) -> None:
        positive_integer("degree", self.degree, 0)
        if not (finite_array("low", self.low) <= finite_array("high", self.high)).all():
            raise RangeError("low exceeds high somewhere; expected low <= high, a range of values; swap the two")


def sphere_mean(parts: Sequence[HomogeneousPart], dim: int, n: int, seed: Seed, level: float) -> Estimate:
    r"""Expectation $\sum_p E f_p(x)$ over $x \sim N(0, I_d)$, with a bound that holds at finite n.

    With $x = r\omega$, $E f_p(x) = E[r^p]\, E f_p(\omega)$ and $E[r^p] = 2^{p/2}\Gamma((d+p)/2)/\Gamma(d/2)$. One
    sample is $Y = \sum_p E[r^p](f_p(\omega) + f_p(-\omega))/2$, bounded, of range R; n independent samples with mean
    $\bar Y$ and variance V give, with probability at least $1 - \delta$ for m entries all at once,
    $$|\bar Y - E f| \le \sqrt{2V\ln(4m/\delta)/n} + 7R\ln(4m/\delta)/(3(n-1)).$$

    Args:
        parts: homogeneous functions of one output shape; they share the samples.
        dim: dimension d >= 1 of x.
        n: number of antithetic pairs, >= 2; each function is evaluated 2n times.
        seed: integer or generator.
        level: $\delta$, the probability that some entry violates the bound, in (0, 1).

    Returns:
        Estimate of kind "bound", of the functions' output shape.

    Raises:
        RangeError: if a function leaves its declared range: the bound would be false.
        NotHomogeneousError: if a function is not homogeneous of its declared degree.
        ShapeError: if the functions' output shapes differ.
        NonFiniteError: if a function returns NaN or infinity.
        NumericError: if dim, n or seed is unusable, or there are no parts.

    Source: Maurer and Pontil 2009, Empirical Bernstein bounds and sample variance penalization, Theorem 4 (one side:
        $\ln(2/\delta)$), here for both sides and m entries.

    Example:
        >>> half = HomogeneousPart(0, lambda x: x[:, 0] > 0, 0.0, 1.0)  # antithetic: every pair averages to 1/2
        >>> print(sphere_mean([half], 3, 1000, seed=0, level=1e-6).value)
        0.5
    """
    dim, n, level = positive_integer("dim", dim), positive_integer("n", n, 2), probability("level", level)
    rng, written_seed = generator(seed)
    shape = common_shape(parts, dim)
    entries = math.prod(shape)
    low, high = sample_range(parts, dim, shape)
    rows = max(1, min(n, MEMORY // (8 * (dim + entries))))
    mean, variance = _moments(parts, dim, n, rows, rng, shape)
    noise = EPS * rows * np.maximum(np.abs(low), np.abs(high))  # summation inside a chunk, in the worst case
    error = bernstein_half_width(variance, high - low, n, level / max(entries, 1)) + noise
    return Estimate(mean, error, "bound", level, "sphere Monte Carlo", 2 * n, written_seed)


def bernstein_half_width(variance: ArrayLike, width: ArrayLike, n: int, level: float) -> FloatArray:
    r"""Two-sided empirical Bernstein half-width $\sqrt{2V\ln(4/\delta)/n} + 7R\ln(4/\delta)/(3(n-1))$ of a mean.

    Args:
        variance: V, unbiased, of n independent samples.
        width: R, the length of the interval in which they lie.
        n: number of samples, >= 2.
        level: $\delta$, the probability that the mean is off by more.

    Returns:
        Half-widths, of the shape of variance and width: above 0 even where the samples show no variance.

    Source: Maurer and Pontil 2009, Empirical Bernstein bounds and sample variance penalization, Theorem 4.

    Example:
        >>> round(float(bernstein_half_width(0.0, 1.0, 1001, 0.04)), 6)
        0.010745
    """
    log = math.log(4.0 / level)
    return np.asarray(np.sqrt(2.0 * np.asarray(variance) * log / n) + 7.0 * np.asarray(width) * log / (3.0 * (n - 1)))


def sample_range(parts: Sequence[HomogeneousPart], dim: int, shape: tuple[int, ...]) -> tuple[FloatArray, FloatArray]:
    """Range of one sample of the sum of the parts.

    Args:
        parts: homogeneous functions.
        dim: dimension of their argument.
        shape: their output shape.

    Returns:
        Lower and upper bounds of that shape.

    Example:
        >>> [round(float(x), 12) for x in sample_range([HomogeneousPart(2, lambda x: x[:, 0] ** 2, 0.0, 1.0)], 3, ())]
        [0.0, 3.0]
    """
    low = sum(_radial_moment(p.degree, dim) * np.asarray(p.low) for p in parts)
    high = sum(_radial_moment(p.degree, dim) * np.asarray(p.high) for p in parts)
    return np.broadcast_to(low, shape), np.broadcast_to(high, shape)


def _radial_moment(degree: int, dim: int) -> float:
    """E r^p of the norm r of a standard Gaussian vector."""
    return math.exp(degree / 2.0 * math.log(2.0) + math.lgamma((dim + degree) / 2.0) - math.lgamma(dim / 2.0))


def _moments(
    parts: Sequence[HomogeneousPart], dim: int, n: int, rows: int, rng: np.random.Generator, shape: tuple[int, ...]
) -> tuple[FloatArray, FloatArray]:
    """Mean and unbiased variance of the antithetic samples, chunk by chunk (Chan, Golub and LeVeque 1979)."""
    mean, squares = np.zeros(shape), np.zeros(shape)
    for done in range(0, n, rows):
        count = min(rows, n - done)
        sample = antithetic_pairs(parts, sphere_points(rng, count, dim))
        centre = sample.mean(axis=0)
        gap = centre - mean
        squares = squares + ((sample - centre) ** 2).sum(axis=0) + gap**2 * (done * count / (done + count))
        mean = mean + gap * (count / (done + count))
    return mean, squares / (n - 1)


def antithetic_pairs(parts: Sequence[HomogeneousPart], points: FloatArray) -> FloatArray:
    """Antithetic averages of the sum of the parts, one a point.

    Args:
        parts: homogeneous functions, of one output shape.
        points: unit rows, shape (n, d).

    Returns:
        Samples, shape (n, ...).

    Raises:
        RangeError: if a function leaves its declared range.
        NonFiniteError: if a function returns NaN or infinity.

    Example:
        >>> antithetic_pairs([HomogeneousPart(1, lambda x: np.abs(x[:, 0]), 0.0, 1.0)], np.eye(2)).round(6)
        array([1.253314, 0.      ])
    """
    total = np.zeros(())
    for part in parts:
        pair = (_on_sphere(part, points) + _on_sphere(part, -points)) / 2.0
        total = total + _radial_moment(part.degree, points.shape[1]) * pair
    return np.asarray(total, dtype=np.float64)


def _on_sphere(part: HomogeneousPart, points: FloatArray) -> FloatArray:
    """Values at unit vectors, refused outside the declared range."""
    values = finite_array("f(x)", part.f(points))
    slack = _slack(part, points.shape[1])
    if not ((values >= part.low - slack) & (values <= part.high + slack)).all():
        raise RangeError(
            f"f takes values in [{values.min():g}, {values.max():g}] on the unit sphere, outside its declared range "
            f"somewhere; expected low <= f <= high in every entry, because the bound is computed from that range; "
            f"widen low and high"
        )
    return values


def _slack(part: HomogeneousPart, dim: int) -> FloatArray:
    """Round-off of a value: dim terms in a scalar product and in the norm, for each of the degree's factors."""
    return np.asarray(2.0 * EPS * (dim + 2) * (part.degree + 1) * np.maximum(np.abs(part.low), np.abs(part.high)))


def common_shape(parts: Sequence[HomogeneousPart], dim: int) -> tuple[int, ...]:
    """Common shape of the values at a point; a glance at a few fixed points also tests the degrees.

    Args:
        parts: homogeneous functions.
        dim: dimension of their argument.

    Returns:
        The shape.

    Raises:
        NumericError: if there are no parts.
        ShapeError: if the shapes differ, or a range does not fit.
        NotHomogeneousError: if a function is not homogeneous of its degree.

    Example:
        >>> common_shape([HomogeneousPart(1, np.abs, 0.0, 1.0)], 5)
        (5,)
    """
    if not parts:
        raise NumericError("parts is empty; expected at least one homogeneous function to average; pass a list of them")
    probe = sphere_points(np.random.default_rng(0), 4, dim)
    values = [finite_array("f(x)", part.f(probe)) for part in parts]
    shapes = {value.shape for value in values}
    if len(shapes) > 1 or not all(shape[:1] == (4,) for shape in shapes):
        raise ShapeError(
            f"the parts return shapes {sorted(shapes)} at 4 points; expected one common shape (4, ...), because "
            f"they are added up sample by sample; put the sample index first in every part"
        )
    shape = shapes.pop()[1:]
    for part, value in zip(parts, values, strict=True):
        _check_bounds(part, shape)
        _check_degree(part, probe, value)
    return shape


def _check_degree(part: HomogeneousPart, probe: FloatArray, values: FloatArray) -> None:
    """Doubling x is exact in floating point and must multiply the values by 2^p."""
    doubled = finite_array("f(2x)", part.f(2.0 * probe))
    scale = 2.0**part.degree
    if not (np.abs(doubled - scale * values) <= 2.0 * scale * _slack(part, probe.shape[1])).all():
        raise NotHomogeneousError(
            f"f(2x) differs from 2^{part.degree} f(x) by {np.abs(doubled - scale * values).max():g}; expected a "
            f"function positively homogeneous of degree {part.degree}, because the radius is integrated exactly; "
            f"split f into homogeneous parts"
        )


def _check_bounds(part: HomogeneousPart, shape: tuple[int, ...]) -> None:
    for name, bound in (("low", part.low), ("high", part.high)):
        if np.shape(bound) not in {(), shape}:
            raise ShapeError(
                f"{name} has shape {np.shape(bound)}; expected a number or shape {shape}, one for each entry of f; "
                f"use numpy.broadcast_to({name}, {shape})"
            )
