"""The value object in which every result leaves this package: a number, and what it is worth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, ndtri_exp, stdtrit

from numeric.arguments import FloatArray, finite_array, probability
from numeric.errors import NumericError, ShapeError, TooFewSamplesError

Kind: TypeAlias = Literal["bound", "standard_error", "scheme"]

MEANING: dict[str, str] = {
    "bound": "the probability that some entry is off by more than error is at most level",
    "standard_error": "error is one standard deviation of the value, entry by entry",
    "scheme": "error comes from comparing rules or steps of a deterministic scheme: no probability attached",
}

ITERATIONS, FARTHEST = 200, 1e6
"""Of the quantile of a skewed mean, and where it is given up; a few suffice unless there is no such quantile."""
STRICTEST = 1e-3
"""Level beyond which Student's t is not trusted: the few replicates it stands on do not show that they are normal."""


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
        freedom: degrees of freedom of the standard error, if it comes from a few replicates; infinite otherwise.

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
            raise NumericError(f"freedom is {self.freedom!r}; expected >= 1, replicates less one; use two or more")

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

        A bound holds at its own level and every laxer one; a standard error is multiplied by the two-sided normal
        quantile $z_{\alpha/(2m)}$, m entries, or by the larger z at which the tail of a mean with skewness $\gamma$ and
        excess $\kappa$, $\Phi(-z)\,e^{|\gamma| z^3/6 + \kappa z^4/24}$, has fallen to $\alpha/(2m)$; if its freedom is
        finite, by Student's quantile t plus $|\gamma|(2t^2 + 1)/6$. A scheme's error carries no probability and is
        returned as it is.

        Args:
            alpha: in (0, 1); for a bound, at least its level.

        Returns:
            Of the shape of value.

        Raises:
            DomainError: if alpha is outside (0, 1).
            NumericError: if a bound is asked to hold at a level stricter than its own, or replicates at one below 1e-3.
            TooFewSamplesError: if the tail of a skewed mean does not fall that far: rare events carry it.

        Source: Cramér 1938, Sur un nouveau théorème-limite de la théorie des probabilités, for the tail; Johnson 1978,
            Modified t tests and confidence intervals for asymmetrical populations, for the skewed t.

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
        if math.isfinite(self.freedom) and alpha < STRICTEST:
            raise NumericError(
                f"alpha is {alpha:g} but the error comes from {self.freedom + 1.0:g} replicates; expected alpha >= "
                f"{STRICTEST:g}, because they do not show that they are normal so far out; take independent samples"
            )
        if self.kind == "standard_error":
            return _frozen(self._quantile(alpha / (2 * max(self.entries, 1))) * np.asarray(self.error))
        return self.error

    def _quantile(self, tail: float) -> float:
        """The smallest z at which the tail of a mean of this skewness and excess is as small as that."""
        if math.isfinite(self.freedom):
            t = -float(stdtrit(self.freedom, tail))
            return t + abs(self.skewness) * (2.0 * t * t + 1.0) / 6.0
        start, wanted = -float(ndtri(tail)), math.log(tail)
        z = start
        for _ in range(ITERATIONS):  # rises to the smallest solution, or beyond all bounds where there is none
            correction = abs(self.skewness) * z**3 / 6.0 + max(self.excess, 0.0) * z**4 / 24.0
            further = start if correction == 0.0 else -float(ndtri_exp(wanted - correction))
            if further <= z * (1.0 + 1e-9):
                return further
            z = further
            if z > FARTHEST:
                break
        raise TooFewSamplesError(
            f"the mean of {self.work} samples has skewness {self.skewness:.2g} and excess {self.excess:.2g}; expected "
            f"smaller ones, because a few rare events carry it and its tail does not fall to {tail:.1g}; take more "
            f"samples, or state the range of a bounded function"
        )

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
