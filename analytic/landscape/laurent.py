r"""Truncated Laurent series in one variable over a field of constants, and the arithmetic that runs programs on them.

A series knows where its own knowledge ends, $x = \sum_{i < n} c_i s^{v+i} + O(s^P)$: what cancels is lost honestly, no
coefficient is ever wrong. P = EXACT says that nothing is left out. Results are kept to a given number of terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from analytic.errors import AnalyticError

#: The truncation order of a series without O-term.
EXACT = 1 << 40


class PrecisionLostError(AnalyticError):
    """So many terms cancel that a leading coefficient is unknown; more terms are needed."""


class Field(Protocol):
    """The constants: exact ones, or balls."""

    zero: Any
    one: Any

    def number(self, value: Fraction | int) -> Any:
        """The rational number."""

    @property
    def pi(self) -> Any:
        """The constant pi."""

    def vanishes(self, x: Any) -> bool:
        """Whether the constant is known to be 0."""

    def invertible(self, x: Any) -> bool:
        """Whether the constant is known not to be 0."""

    def convolved(self, x: Sequence[Any], y: Sequence[Any], count: int) -> list[Any]:
        """The first coefficients of the product of two series."""

    def combined(self, products: Sequence[tuple[Any, Any]]) -> Any:
        """The sum of the products."""

    def inverse(self, x: Any) -> Any:
        """1 / x."""

    def sqrt(self, x: Any) -> Any:
        """The positive square root."""

    def atan2(self, y: Any, x: Any) -> Any:
        """The angle of (x, y), y > 0, x not 0."""

    def sign(self, x: Any) -> int:
        """The sign of a constant that is not 0."""


@dataclass(frozen=True, eq=False)
class Series:
    """A Laurent series.

    Args:
        ring: field and number of terms.
        valuation: exponent of the first coefficient.
        coefficients: the first is not known to be 0; what is missing up to the order is 0.
        order: the exponent at which knowledge ends.
    """

    ring: SeriesRing
    valuation: int
    coefficients: tuple[Any, ...]
    order: int

    def coefficient(self, exponent: int) -> Any:
        """The coefficient of s^exponent, which must lie below the order."""
        if exponent >= self.order:
            raise PrecisionLostError(f"got the exponent {exponent}, expected one below the order {self.order}")
        i = exponent - self.valuation
        return self.coefficients[i] if 0 <= i < len(self.coefficients) else self.ring.field.zero

    @property
    def first(self) -> int:
        """The exponent below which all coefficients are 0."""
        return self.valuation if self.coefficients else self.order

    @property
    def leading(self) -> Any:
        """The first coefficient.

        Raises:
            PrecisionLostError: it is not known to differ from 0.
        """
        if not self.coefficients or not self.ring.field.invertible(self.coefficients[0]):
            raise PrecisionLostError(f"a series is known as O(s^{self.order}) only where its first term is needed")
        return self.coefficients[0]

    def truncated(self, order: int) -> Series:
        """The series with an O-term at that order or an earlier one."""
        return self.ring.series(self.valuation, self.coefficients, min(order, self.order))

    def polynomial(self, order: int) -> Series:
        """The terms below that order, without O-term."""
        return self.ring.series(self.valuation, self.coefficients[: max(0, order - self.valuation)], EXACT)

    def shifted(self, exponent: int) -> Series:
        """The series times s^exponent."""
        order = self.order if self.order == EXACT else self.order + exponent
        return Series(self.ring, self.valuation + exponent, self.coefficients, order)

    def __neg__(self) -> Series:
        return Series(self.ring, self.valuation, tuple(-c for c in self.coefficients), self.order)

    def __add__(self, other: Series | int) -> Series:
        other = self.ring.element(other)
        first = min(self.valuation, other.valuation)
        last = max(self.valuation + len(self.coefficients), other.valuation + len(other.coefficients))
        total: list[Any] = [None] * (last - first)
        for x in (self, other):
            for i, c in enumerate(x.coefficients, x.valuation - first):
                total[i] = c if total[i] is None else total[i] + c
        zero = self.ring.field.zero
        return self.ring.series(first, [zero if c is None else c for c in total], min(self.order, other.order))

    def __sub__(self, other: Series | int) -> Series:
        return self + -self.ring.element(other)

    def __mul__(self, other: Series | int) -> Series:
        other = self.ring.element(other)
        ring, x, y = self.ring, self.coefficients, other.coefficients
        order = min(_order(self.valuation, other.order), _order(other.valuation, self.order))
        if not x or not y:
            return ring.series(0, (), order)
        first = self.valuation + other.valuation
        count = min(len(x) + len(y) - 1, ring.terms, order - first)
        if count < len(x) + len(y) - 1:
            order = min(order, first + count)
        return ring.series(first, ring.field.convolved(x, y, count), order)

    def __truediv__(self, other: Series | int) -> Series:
        return self * self.ring.element(other).inverse()

    def inverse(self) -> Series:
        """1 / x, with one inversion in the field."""
        ring, a, v = self.ring, self.coefficients, self.valuation
        first = ring.field.inverse(self.leading)
        if len(a) == 1 and self.order == EXACT:
            return Series(ring, -v, (first,), EXACT)
        unit = Series(ring, 0, a, self.order - v if self.order != EXACT else EXACT)
        found, known = Series(ring, 0, (first,), EXACT), 1
        wanted = min(ring.terms, unit.order)
        while known < wanted:
            known = min(2 * known, wanted)
            found = (found + found - unit.polynomial(known) * found * found).polynomial(known)
        return Series(ring, -v, found.coefficients, wanted - v)

    def sqrt(self) -> Series:
        """The positive square root, by Newton's iteration for its inverse."""
        ring, v = self.ring, self.valuation
        if not self.coefficients and self.order == EXACT:
            return self
        root = ring.field.sqrt(self.leading)
        if v % 2:
            raise AnalyticError(f"got the square root of a series that begins with s^{v}: the expansion needs s^(1/2)")
        if len(self.coefficients) == 1 and self.order == EXACT:
            return Series(ring, v // 2, (root,), EXACT)
        unit = Series(ring, 0, self.coefficients, self.order - v if self.order != EXACT else EXACT)
        half = ring.number(Fraction(1, 2))
        found, known = Series(ring, 0, (ring.field.inverse(root),), EXACT), 1
        wanted = min(ring.terms, unit.order)
        while known < wanted:
            known = min(2 * known, wanted)
            defect = (ring.one - unit.polynomial(known) * found * found).polynomial(known)
            found = (found + half * found * defect).polynomial(known)
        value = (unit.polynomial(wanted) * found).truncated(wanted)
        return value.shifted(v // 2)

    def derivative(self) -> Series:
        """By s."""
        number, v = self.ring.field.number, self.valuation
        found = [c * number(i) for i, c in enumerate(self.coefficients, v)]
        return self.ring.series(v - 1, found, self.order - 1 if self.order != EXACT else EXACT)

    def integral(self) -> Series:
        """The antiderivative without constant term; s^-1 must not occur."""
        number, v = self.ring.field.number, self.valuation
        if not all(self.ring.field.vanishes(self.coefficient(i)) for i in range(v, 0)):
            raise AnalyticError("got a pole in a series to integrate: an angle has no logarithm")
        found = [c * number(Fraction(1, i + 1)) for i, c in enumerate(self.coefficients, v) if i >= 0]
        order = self.order + 1 if self.order != EXACT else EXACT
        return self.ring.series(max(v, 0) + 1, found, order)


def _order(valuation: int, order: int) -> int:
    return EXACT if order == EXACT else valuation + order


class SeriesRing:
    """Series to a number of terms; an arithmetic for programs.

    Args:
        field: of the constants.
        terms: how many coefficients results keep.

    Example:
        >>> from analytic.landscape.pi_field import PiField
        >>> ring = SeriesRing(PiField(), 6)
        >>> root = (ring.one + ring.variable).sqrt()
        >>> [str(root.coefficient(i)) for i in range(4)]
        ['1', '1/2', '-1/8', '1/16']
    """

    def __init__(self, field: Any, terms: int) -> None:
        self.field, self.terms = field, terms
        self.one = self.number(Fraction(1))
        self.variable = Series(self, 1, (field.one,), EXACT)

    def series(self, valuation: int, coefficients: Sequence[Any], order: int) -> Series:
        """A series in normal form: no zeros at either end, no more terms than the ring keeps."""
        begin, end, vanishes = 0, min(len(coefficients), max(0, order - valuation)), self.field.vanishes
        while begin < end and vanishes(coefficients[begin]):
            begin += 1
        if end - begin > self.terms:
            end = begin + self.terms
            order = min(order, valuation + end)
        while end > begin and vanishes(coefficients[end - 1]):
            end -= 1
        if begin == end:
            return Series(self, order if order != EXACT else 0, (), order)
        return Series(self, valuation + begin, tuple(coefficients[begin:end]), order)

    def moved(self, x: Series) -> Series:
        """A series of another ring over the same field, as one of this ring."""
        return self.series(x.valuation, x.coefficients, x.order)

    def element(self, value: Series | int | Fraction) -> Series:
        """A rational number as a series, or the series itself."""
        return value if isinstance(value, Series) else self.number(Fraction(value))

    def number(self, value: Fraction) -> Series:
        """The rational number."""
        return self.constant(self.field.number(value))

    def constant(self, value: Any) -> Series:
        """A constant of the field."""
        return self.series(0, (value,), EXACT)

    def pi(self) -> Series:
        """The constant pi."""
        return self.constant(self.field.pi)

    def sqrt(self, x: Series) -> Series:
        """The positive square root."""
        return x.sqrt()

    def atan2(self, y: Series, x: Series) -> Series:
        """The angle of (x, y): its limit, and the integral of (x y' - y x') / (x^2 + y^2)."""
        slope = (x * y.derivative() - y * x.derivative()) / (x * x + y * y)
        return self.constant(self._limit(y, x)) + slope.integral()

    def _limit(self, y: Series, x: Series) -> Any:
        field = self.field
        if x.valuation > y.valuation or not x.coefficients:
            return field.pi * field.number(Fraction(1, 2))
        if x.valuation < y.valuation:
            return field.zero if field.sign(x.leading) > 0 else field.pi
        return field.atan2(y.leading, x.coefficients[0])  # which may be a ball around 0


def moved(ring: SeriesRing, values: Mapping[str, Series]) -> dict[str, Series]:
    """Series by name, in another ring."""
    return {name: ring.moved(x) for name, x in values.items()}


def least_valuation(values: Iterable[Series]) -> int:
    """The smallest exponent that occurs, O-terms included."""
    return min(x.first for x in values)
