"""A value of the user's implementation beside the exact one, and what their difference looks like."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Unit of float64; results of lower precision are judged by the unit of theirs.
EPS = 2.0**-52
#: Values smaller than this share of the largest one show a slip only if no larger one does.
SMALL = 1e-3
_RATIOS = {
    "a factor 2": 2.0,
    "a factor 1/2": 0.5,
    "the sign": -1.0,
    "a factor pi": math.pi,
    "a factor 1/pi": 1 / math.pi,
    "a factor 2 pi": 2 * math.pi,
    "a factor 1/(2 pi)": 0.5 / math.pi,
    "a square root of 2": math.sqrt(2.0),
    "a square root of 1/2": math.sqrt(0.5),
}


@dataclass(frozen=True)
class Compared:
    """A value of the implementation beside the exact one.

    Args:
        where: in words.
        got: what it returned.
        exact: what is true.
        tolerance: > 0.
        hint: what the difference looks like beyond a factor.
    """

    where: str
    got: float
    exact: float
    tolerance: float
    hint: str = ""

    @property
    def excess(self) -> float:
        """The error in units of the tolerance; infinite where there is no number."""
        return abs(self.got - self.exact) / self.tolerance if math.isfinite(self.got) else math.inf

    def __str__(self) -> str:
        """Both values, the error, the tolerance, and what the ratio looks like."""
        text = f"got {self.got!r}, exact {self.exact!r}"
        if not math.isfinite(self.got):
            return f"{text}, which is no finite number"
        text += f", error {abs(self.got - self.exact):.3g}, tolerance {self.tolerance:.3g}"
        if not self.exact:
            return text + self.hint
        ratio = self.got / self.exact
        near = max(1e-9, 4 * self.tolerance / abs(self.exact))
        looks = next((name for name, r in _RATIOS.items() if abs(ratio / r - 1) < near), "")
        return f"{text}, ratio {ratio:.6g}" + (f": {looks} is off" if looks else "") + self.hint


def require(compared: Sequence[Compared], what: str) -> None:
    """Raises at the worst value that is off; one that is not small tells more than one next to zero.

    Raises:
        AssertionError: a value is off by more than its tolerance.

    Example:
        >>> require([Compared("u = 1", 1.0, 0.5, 1e-14)], "E[u]")
        Traceback (most recent call last):
            ...
        AssertionError: E[u] at u = 1: got 1.0, exact 0.5, error 0.5, tolerance 1e-14, ratio 2: a factor 2 is off
    """
    off = [c for c in compared if not c.excess <= 1.0]
    if not off:
        return
    largest = max(abs(c.exact) for c in compared)
    telling = [c for c in off if abs(c.exact) > SMALL * largest] or off
    worst = max(telling, key=lambda c: c.excess)
    raise AssertionError(f"{what} at {worst.where}: {worst}")


def numbers(value: Any, what: str) -> tuple[NDArray[np.float64], float]:
    """What an implementation returned, as float64, and the unit of the precision it came in.

    Args:
        value: a number, an array, or anything with ``__array__``.
        what: whose value, for the message.

    Raises:
        AssertionError: it is not real numbers.

    Example:
        >>> numbers(np.float32(0.5), "E[u]")
        (array(0.5), 1.1920928955078125e-07)
    """
    try:
        found = np.asarray(value)
    except (TypeError, ValueError) as error:
        raise AssertionError(f"{what}: got {value!r:.80}, expected real numbers: {error}") from None
    if found.dtype.kind == "O" and found.shape == () and hasattr(value, "__float__"):
        found = np.asarray(float(value))
    if found.dtype.kind not in "fiub":
        raise AssertionError(f"{what}: got {value!r:.80} of type {type(value).__name__}, expected real numbers")
    unit = float(np.finfo(found.dtype).eps) if found.dtype.kind == "f" else EPS
    return found.astype(float), max(unit, EPS)
