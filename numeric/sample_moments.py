"""Moments of a sample that arrives in chunks, and the standard error of its mean with what is known of its tails."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from numeric.arguments import EPS, FloatArray
from numeric.errors import TooFewSamplesError
from numeric.estimate import Estimate
from numeric.rules import round_off

BINOMIAL = {p: np.array([math.comb(p, k) for k in range(p + 1)]) for p in range(2, 7)}


class SampleMoments(NamedTuple):
    """Number and mean of some samples, and the sums of powers of their distances from it.

    Args:
        n: number of samples.
        mean: their mean.
        squares: sum of the squared distances.
        cubes: sum of their cubes.
        fourths: sum of their fourth powers.
        largest: largest magnitude of a sample.
        fifths: sum of the fifth powers of the distances.
        sixths: sum of their sixth powers.

    Example:
        >>> SampleMoments(2, 0.0, 2.0, 0.0, 2.0, 1.0).mean
        0.0
    """

    n: int
    mean: float
    squares: float
    cubes: float
    fourths: float
    largest: float
    fifths: float = 0.0
    sixths: float = 0.0

    def joined(self, other: SampleMoments) -> SampleMoments:
        """The moments of both samples together.

        Source: Pébay 2008, Formulas for robust, one-pass parallel computation of covariances and arbitrary-order
            statistical moments.

        Example:
            >>> import numpy as np
            >>> sample_moments(np.array([1.0])).joined(sample_moments(np.array([3.0]))).squares
            2.0
        """
        total = self.n + other.n
        gap = other.mean - self.mean
        sums = self._about(gap * (other.n / total)) + other._about(-gap * (self.n / total))
        squares, cubes, fourths, fifths, sixths = (float(x) for x in sums)
        mean, largest = self.mean + gap * (other.n / total), max(self.largest, other.largest)
        return SampleMoments(total, mean, squares, cubes, fourths, largest, fifths, sixths)

    def _about(self, shift: float) -> FloatArray:
        """Sums of the second to sixth powers of the distances from a point beyond the mean by shift."""
        sums = np.array([self.n, 0.0, self.squares, self.cubes, self.fourths, self.fifths, self.sixths])
        with np.errstate(all="ignore"):  # infinite powers are refused where they matter
            shifts = np.power(-shift, np.arange(7.0))
            return np.array([(BINOMIAL[p] * shifts[: p + 1]) @ sums[p::-1] for p in range(2, 7)])


NOTHING = SampleMoments(0, 0.0, 0.0, 0.0, 0.0, 0.0)


def sample_moments(values: FloatArray) -> SampleMoments:
    """Moments of one chunk.

    Args:
        values: shape (n,), n >= 1, finite.

    Returns:
        The moments.

    Example:
        >>> import numpy as np
        >>> sample_moments(np.array([1.0, 3.0])).squares
        2.0
    """
    middle = float(values.mean())
    gaps = values - middle
    with np.errstate(all="ignore"):  # infinite powers are refused where they matter
        squares = gaps * gaps
        fourths = squares * squares
        second, fourth = float(squares.sum()), float(fourths.sum())
        third, fifth, sixth = float(squares @ gaps), float(fourths @ gaps), float(fourths @ squares)
    return SampleMoments(len(values), middle, second, third, fourth, float(abs(values).max()), fifth, sixth)


def with_standard_error(total: SampleMoments, method: str, work: int, seed: int | None) -> Estimate:
    r"""The mean with its standard error, skewness and excess.

    A heavy tail hides its own skewness: the sum of cubes is carried by a few samples, and larger ones were not met. It
    is therefore raised in size by its own standard error, the root of the sum of sixth powers, which doubles it where
    one sample makes up the sum. The error includes the round-off of the sum of the samples.

    Args:
        total: moments of at least two independent samples.
        method: a few words naming the algorithm.
        work: evaluations of the integrand.
        seed: of the draws, None if there is none.

    Returns:
        Estimate of kind "standard_error".

    Raises:
        TooFewSamplesError: if the samples show no spread beyond round-off.

    Example:
        >>> import numpy as np
        >>> round(with_standard_error(sample_moments(np.array([1.0, 3.0])), "by hand", 2, None).error, 12)
        1.0
    """
    deviation = math.sqrt(total.squares / (total.n - 1))
    if deviation <= EPS * total.largest:
        raise TooFewSamplesError(
            f"f takes the value {total.mean:g} at all {total.n} samples; expected values that differ, because without "
            f"any spread the mean has no error that can be stated; take more samples, or state the range of a bounded f"
        )
    error = deviation / math.sqrt(total.n) + summation(total)
    skewness, excess = _shape(total)
    return Estimate(total.mean, error, "standard_error", None, method, work, seed, skewness, excess, total.n - 1.0)


def summation(total: SampleMoments) -> float:
    """Round-off of the mean of the samples, in multiples of what bounds their mean magnitude.

    Args:
        total: moments of the samples.

    Returns:
        Bound on the error.

    Example:
        >>> import numpy as np
        >>> summation(sample_moments(np.ones(1024))) < 1.3e-14
        True
    """
    return round_off(total.n) * (abs(total.mean) + math.sqrt(total.squares / total.n))


def _shape(total: SampleMoments) -> tuple[float, float]:
    """Skewness, away from 0 by its standard error, and excess of the mean; infinite where the powers overflow."""
    least = total.fourths / math.sqrt(total.squares)  # by Cauchy and Schwarz; sixth powers underflow first
    raised = abs(total.cubes) + max(math.sqrt(max(total.sixths, 0.0)), least)
    skewness = raised / total.squares / math.sqrt(total.squares)
    excess = total.fourths / total.squares / total.squares - 3.0 / total.n
    if not (math.isfinite(skewness) and math.isfinite(excess)):
        return math.inf, math.inf
    return math.copysign(skewness, total.cubes), excess
