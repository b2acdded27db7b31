"""Closed formulas in float64 with an estimate of the rounding error, by running error analysis.

Each number carries the error that it may have; sums and products propagate it to first order, functions by the
difference that the error makes in their argument. Source: Higham 2002, section 3.3.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from analytic.formula import Expr
from checks.statements.floats import FloatAlgebra, walked

#: Unit roundoff, and what a library function may be wrong by.
UNIT, FUNCTION = 2.0**-53, 2.0**-50


@dataclass(frozen=True)
class Rounded:
    """A number and an estimate of its error."""

    value: float
    error: float


class RoundedAlgebra:
    """Such numbers as an ``Algebra`` of formulas.

    Args:
        values: of the names, taken as exact.
        known: of further names, with errors.
    """

    def __init__(self, values: Mapping[str, float], known: Mapping[str, Rounded] | None = None) -> None:
        self.known = known or {}
        self.plain = FloatAlgebra(values)
        self.pair: tuple[str, str] | None = None

    def number(self, value: Fraction) -> Rounded:
        """The nearest number."""
        return Rounded(float(value), abs(float(value)) * UNIT)

    def pi(self) -> Rounded:
        """pi."""
        return Rounded(math.pi, math.pi * UNIT)

    def theta(self) -> Rounded:
        """The variable ``theta``."""
        return Rounded(self.plain.theta(), 0.0)

    def norm(self, vector: str) -> Rounded:
        """The variable ``|vector|``."""
        return Rounded(self.plain.norm(vector), 0.0)

    def parameter(self, identifier: str) -> Rounded:
        """A variable."""
        return self.known.get(identifier) or Rounded(self.plain.parameter(identifier), 0.0)

    def add(self, x: Rounded, y: Rounded) -> Rounded:
        """The sum."""
        total = x.value + y.value
        return Rounded(total, x.error + y.error + abs(total) * UNIT)

    def mul(self, x: Rounded, y: Rounded) -> Rounded:
        """The product."""
        product = x.value * y.value
        return Rounded(product, abs(x.value) * y.error + abs(y.value) * x.error + abs(product) * UNIT)

    def power(self, x: Rounded, exponent: Fraction) -> Rounded:
        """The power."""
        found = self.plain.power(x.value, exponent)
        slope = abs(float(exponent) * found / x.value) if x.value else 0.0
        return Rounded(found, slope * x.error + abs(found) * FUNCTION)

    def function(self, function: str, *arguments: Rounded) -> Rounded:
        """The value of a function."""
        at = [x.value for x in arguments]
        found, error = self.plain.function(function, *at), 0.0
        for i, x in enumerate(arguments):
            for moved in (x.value + x.error, x.value - x.error) if x.error else ():
                try:
                    near = self.plain.function(function, *at[:i], moved, *at[i + 1 :])
                except (ValueError, OverflowError, ZeroDivisionError):
                    near = found  # beyond an end of the domain there is nothing to compare with
                error = max(error, abs(near - found))
        return Rounded(found, error * len(arguments) + abs(found) * FUNCTION)


def rounded(expr: Expr, values: Mapping[str, float], known: Mapping[str, Rounded] | None = None) -> Rounded | None:
    """The value in float64 with its error; None where it has none, or an infinite one.

    Args:
        expr: the formula.
        values: of its names, taken as exact.
        known: of further names, with errors.

    Example:
        >>> from analytic.grammar import parse
        >>> found = rounded(parse("1 - Phi(k)"), {"k": 7.0})
        >>> found.value < 1e-11 and found.error > 1e-16
        True
    """
    try:
        found = walked(expr, RoundedAlgebra(values, known))
    except (ValueError, OverflowError, ZeroDivisionError, TypeError):
        return None
    return found if math.isfinite(found.value) and math.isfinite(found.error) else None
