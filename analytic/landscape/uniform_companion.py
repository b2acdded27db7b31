"""What goes along with Taylor models: exact series next to a pole, working precision, and the error of wide domains."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from flint import ctx

from analytic.balls import precision
from analytic.errors import AnalyticError
from analytic.landscape.laurent import PrecisionLostError, Series, SeriesRing
from analytic.landscape.pi_field import OutsideFieldError


class WideBoxError(AnalyticError):
    """A function is not enclosed on so wide a domain; a narrower one may do."""


@contextmanager
def working(bits: int, terms: int) -> Iterator[None]:
    """Sets the working precision and the length of series; restores both."""
    before = ctx.cap
    ctx.cap = terms + 1
    try:
        with precision(bits):
            yield
    finally:
        ctx.cap = before


class Companion:
    """Exact series that go along with models; what was computed once is kept, for models on other domains.

    Args:
        ring: of the series.
    """

    def __init__(self, ring: SeriesRing) -> None:
        self.ring = ring
        self._known: dict[tuple[Any, ...], tuple[Any, tuple[Series, ...]]] = {}
        self._numbers: dict[Fraction, Series] = {}

    def number(self, value: Fraction) -> Series:
        """The rational number."""
        return self._numbers.setdefault(value, self.ring.number(value))

    def apply(self, name: str, compute: Callable[..., Series], *arguments: Series | None) -> Series | None:
        """The result of an operation; None where it lies outside the field of constants, or an argument is None."""
        known = tuple(a for a in arguments if a is not None)
        if len(known) < len(arguments):
            return None
        key = (name, *(id(a) for a in known))
        if key not in self._known:
            try:
                found: Series | None = compute(*known)
            except (OutsideFieldError, PrecisionLostError):
                found = None
            self._known[key] = found, known  # the arguments are kept, so that their identities stay theirs
        result: Series | None = self._known[key][0]
        return result


class _NoCompanion(Companion):
    """For domains without a pole."""

    def __init__(self) -> None:
        """Nothing to keep."""

    def apply(self, name: str, compute: Callable[..., Series], *arguments: Series | None) -> None:
        """No series."""


#: The companion of models on domains without a pole.
NO_COMPANION: Companion = _NoCompanion()
