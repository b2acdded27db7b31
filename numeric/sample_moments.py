"""Moments of a sample that arrives in chunks, and the standard error of its mean with what is known of its tails."""

from __future__ import annotations

import math
from typing import NamedTuple

from numeric.arguments import EPS, FloatArray
from numeric.errors import TooFewSamplesError
from numeric.estimate import Estimate


class SampleMoments(NamedTuple):
    """Number and mean of some samples, and the sums of powers of their distances from it.

    Args:
        n: number of samples.
        mean: their mean.
        squares: sum of the squared distances.
        cubes: sum of their cubes.
        fourths: sum of their fourth powers.
        largest: largest magnitude of a sample.

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

    def joined(self, other: SampleMoments) -> SampleMoments:
        """The moments of both samples together.

        Source: Pébay 2008, Formulas for robust, one-pass parallel computation of covariances and arbitrary-order
            statistical moments.

        Example:
            >>> import numpy as np
            >>> sample_moments(np.array([1.0])).joined(sample_moments(np.array([3.0]))).squares
            2.0
        """
        m, n, gap = self.n, other.n, other.mean - self.mean
        total = m + n
        return SampleMoments(
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
            max(self.largest, other.largest),
        )


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
    squares = gaps**2
    cubes, fourths = float((squares * gaps).sum()), float((squares * squares).sum())
    return SampleMoments(len(values), middle, float(squares.sum()), cubes, fourths, float(abs(values).max()))


def with_standard_error(total: SampleMoments, method: str, work: int, seed: int | None) -> Estimate:
    """The mean with its standard error, skewness and excess.

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
        >>> with_standard_error(sample_moments(np.array([1.0, 3.0])), "by hand", 2, None).error
        1.0
    """
    deviation = math.sqrt(total.squares / (total.n - 1))
    if deviation <= EPS * total.largest:
        raise TooFewSamplesError(
            f"f takes the value {total.mean:g} at all {total.n} samples; expected values that differ, because without "
            f"any spread the mean has no error that can be stated; take more samples, or state the range of a bounded f"
        )
    error = deviation / math.sqrt(total.n)
    skewness, excess = total.cubes / total.squares**1.5, total.fourths / total.squares**2 - 3.0 / total.n
    return Estimate(total.mean, error, "standard_error", None, method, work, seed, float(skewness), float(excess))
