"""The value object in which every result leaves this package: a number, and what it is worth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri_exp, stdtrit

from numeric.arguments import FloatArray, finite_array, probability
from numeric.errors import NumericError, ShapeError, TooFewSamplesError

Kind: TypeAlias = Literal["bound", "standard_error", "scheme"]

MEANING: dict[str, str] = {
    "bound": "the probability that some entry is off by more than error is at most level",
    "standard_error": "error is one standard deviation of the value, entry by entry",
    "scheme": "error comes from comparing rules or steps of a deterministic scheme: no probability attached",
}

ITERATIONS, LIMIT = 200, 3.0
"""Of the quantile of a skewed mean; and the logarithm of the factor by which its tail may exceed the symmetric one."""


@dataclass(frozen=True, eq=False)
class Estimate:
    r"""A number or array together with an error and the meaning of that error.

    For kind "bound", $P(\exists i: |value_i - truth_i| > error_i) \le level$, all entries at once.

    Args:
        value: float, or array of any shape.
        error: of the shape of value, entries >= 0, finite.
        kind: one of the keys of `MEANING`.
        level: probability in (0, 1) for kind "bound", None otherwise.
        method: a few words naming the algorithm.
        work: samples or evaluations of the integrand, >= 0.
        seed: of the random draws; None if there were none or the generator was the caller's.
        skewness: third standardised moment of the value as a random number, for kind "standard_error".
        excess: its fourth standardised moment minus 3.
        freedom: degrees of freedom of the standard error, the number of samples less one; infinite if it is known.

    Raises:
        NonFiniteError: if value or error has a NaN or infinite entry.
        ShapeError: if value and error differ in shape.
        NumericError: if an error is negative, level and kind do not fit, or freedom is below 1.

    Example:
        >>> print(Estimate(0.1591549, 1.2e-4, "bound", 1e-6, "sphere Monte Carlo", 100000, 0))
        0.15915 +/- 1.2e-04 (bound at 1e-06, sphere Monte Carlo, n = 100000, seed 0)
    """

    value: float | FloatArray
    error: float | FloatArray
    kind: Kind
    level: float | None
    method: str
    work: int
    seed: int | None = None
    skewness: float = 0.0
    excess: float = 0.0
    freedom: float = math.inf

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", _frozen(finite_array("value", self.value)))
        object.__setattr__(self, "error", _frozen(finite_array("error", self.error)))
        _check_error(np.asarray(self.value), np.asarray(self.error))
        _check_kind(self.kind, self.level, self.work)
        if not self.freedom >= 1.0:
            raise NumericError(f"freedom is {self.freedom!r}; expected >= 1, samples less one; take two or more")

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the value, () for a float.

        Example:
            >>> Estimate(1.0, 0.0, "scheme", None, "by hand", 1).shape
            ()
        """
        return np.shape(self.value)

    @property
    def entries(self) -> int:
        """Number of entries, 1 for a float.

        Example:
            >>> Estimate(1.0, 0.0, "scheme", None, "by hand", 1).entries
            1
        """
        return int(np.size(self.value))

    def half_width(self, alpha: float) -> float | FloatArray:
        r"""Half-widths that the truth exceeds in some entry with probability at most alpha.

        A bound holds at its own level and every laxer one; a standard error is multiplied by the z at which the tail of
        a studentised mean with skewness $\gamma$ and excess $\kappa$, $P(T > z)\,e^{|\gamma| z^3/3 + \kappa z^4/24}$
        with Student's T, has fallen to $\alpha/(2m)$, m entries. It is $\gamma/3$, twice what it is for a known
        deviation: a sample without its largest values has too small a mean and too small a deviation at once. Where the
        exponent exceeds 3 the expansion behind it says nothing, and the level is refused. A scheme's error carries no
        probability and is returned as it is.

        Args:
            alpha: in (0, 1); for a bound, at least its level.

        Returns:
            Of the shape of value.

        Raises:
            DomainError: if alpha is outside (0, 1).
            NumericError: if a bound is asked to hold at a level stricter than its own.
            TooFewSamplesError: if the tail of a skewed mean does not fall that far: rare events carry it.

        Source: Jing, Shao and Wang 2003, Self-normalized Cramér-type large deviations for independent random variables;
            Cramér 1938, Sur un nouveau théorème-limite de la théorie des probabilités, for the fourth order.

        Example:
            >>> round(Estimate(1.0, 0.5, "standard_error", None, "by hand", 9, 0).half_width(0.05), 6)
            0.979982
        """
        alpha = probability("alpha", alpha)
        if self.level is not None and alpha < self.level:
            raise NumericError(
                f"alpha is {alpha:g} but this bound holds at level {self.level:g} only; expected alpha >= level, "
                f"because a bound says nothing beyond its level; sample again with level = {alpha:g}"
            )
        if self.kind == "standard_error":
            return _frozen(self._quantile(alpha / (2 * max(self.entries, 1))) * np.asarray(self.error))
        return self.error

    def _quantile(self, tail: float) -> float:
        """The smallest z at which the tail of a mean of this skewness and excess is as small as that."""
        start = z = _student(self.freedom, math.log(tail))
        for _ in range(ITERATIONS):  # rises to the smallest solution
            correction = self._correction(z)
            if not correction <= LIMIT:
                break
            further = _student(self.freedom, math.log(tail) - correction)
            if further <= z * (1.0 + 1e-9):
                return further
            z = further
        raise TooFewSamplesError(
            f"the mean of {self.work} samples has skewness up to {abs(self.skewness):.2g}, excess {self.excess:.2g}; "
            f"expected smaller ones, because a few rare events carry it and its tail does not fall to {tail:.1g}; take "
            f"{self._enough(start)} samples, importance samples or strata, or state the range of a bounded function"
        )

    def _correction(self, z: float) -> float:
        """Logarithm of the factor by which the tail beyond z exceeds that of a symmetric mean without excess."""
        return abs(self.skewness) * z**3 / 3.0 + max(self.excess, 0.0) * z**4 / 24.0

    def _enough(self, z: float) -> str:
        """About how many samples would do, if their tail is no heavier than it looks: half the limit for each order."""
        skewed, peaked = abs(self.skewness) * z**3 / 3.0, max(self.excess, 0.0) * z**4 / 24.0
        factor = max(2.0, (2.0 * skewed / LIMIT) ** 2, 2.0 * peaked / LIMIT)
        return f"about {self.work * factor:.1g}" if math.isfinite(factor) else "many more"

    def __str__(self) -> str:
        kind = self.kind.replace("_", " ") + (f" at {self.level:g}" if self.level is not None else "")
        seed = f", seed {self.seed}" if self.seed is not None else ""
        return f"{_number(self.value, self.error)} ({kind}, {self.method}, n = {self.work}{seed})"


def _frozen(array: FloatArray) -> float | FloatArray:
    """A float for a 0-d array, otherwise a copy that cannot be written to."""
    if array.ndim == 0:
        return float(array)
    copy = np.array(array, dtype=np.float64)
    copy.setflags(write=False)
    return copy


def _student(freedom: float, log_tail: float) -> float:
    """Upper quantile of Student's t; far out the normal one, which has a logarithm for an argument, and its expansion.

    Source: Abramowitz and Stegun 1972, 26.7.5.
    """
    if freedom < 1e4 and log_tail > -300.0:
        return -float(stdtrit(freedom, math.exp(log_tail)))
    z = -float(ndtri_exp(log_tail))
    return z + (z**3 + z) / (4.0 * freedom) + (5.0 * z**5 + 16.0 * z**3 + 3.0 * z) / (96.0 * freedom * freedom)


def _check_error(value: FloatArray, error: FloatArray) -> None:
    if value.shape != error.shape:
        raise ShapeError(
            f"error has shape {error.shape}; expected {value.shape}, the shape of value, because every entry carries "
            f"its own error; try numpy.broadcast_to(error, value.shape)"
        )
    if (error < 0.0).any():
        raise NumericError(f"error has the negative entry {error.min():g}; expected >= 0; pass its absolute value")


def _check_kind(kind: str, level: float | None, work: int) -> None:
    if kind not in MEANING:
        raise NumericError(f"kind is {kind!r}; expected one of {', '.join(MEANING)}; see numeric.estimate.MEANING")
    if (kind == "bound") != (level is not None):
        raise NumericError(
            f"kind is {kind!r} and level is {level!r}; expected a level for a bound and None for anything else, "
            f"because only a bound names its probability of failure"
        )
    if level is not None:
        probability("level", level)
    if work < 0:
        raise NumericError(f"work is {work}; expected a count >= 0")


def _number(value: ArrayLike, error: ArrayLike) -> str:
    """Value with as many digits as its error supports; for an array the shape and the largest error."""
    size, spread = np.asarray(value), np.asarray(error)
    if size.ndim:
        return f"array {size.shape} +/- {spread.max(initial=0.0):.1e}"
    if spread == 0.0 or size == 0.0:
        return f"{float(size):.17g} +/- {float(spread):.1e}"
    digits = math.floor(math.log10(abs(float(size)))) - math.floor(math.log10(float(spread))) + 2
    return f"{float(size):.{min(max(digits, 1), 17)}g} +/- {float(spread):.1e}"
