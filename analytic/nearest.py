"""The float64 nearest to an expectation, from balls."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from flint import arb

from analytic.balls import precision
from analytic.expectation import Expectation

#: Digits of the first and of the last attempt: a value on the very boundary of two floats is told from it by none.
FIRST_DIGITS, LAST_DIGITS = 20, 80


def nearest_float(result: Expectation, point: Mapping[str, float]) -> float:
    """The float nearest to the value, from a ball that holds no boundary between two floats.

    Args:
        result: the expectation.
        point: as for ``Expectation.at``.

    Returns:
        The correctly rounded value, infinite beyond the largest float.

    Example:
        >>> from analytic.expectation import expect
        >>> nearest_float(expect("relu(u)*relu(v)"), {"theta": 0.0})
        0.5
    """
    digits = FIRST_DIGITS
    while True:
        ball = result.at(point, digits=digits)
        with precision(ball.bits):
            low, high = (_nearest(x) for x in (ball.arb.lower(), ball.arb.upper()))
            if low == high or digits >= LAST_DIGITS:
                return _nearest(ball.arb.mid())
        digits *= 2


def exact_midpoint(ball: arb) -> Fraction:
    """The midpoint of a ball, a binary fraction."""
    mantissa, exponent = ball.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _nearest(x: arb) -> float:
    if abs(x) < arb("1e-330"):
        return 0.0
    if abs(x) > arb("1e310"):
        return math.inf if x > 0 else -math.inf
    try:
        return float(exact_midpoint(x))
    except OverflowError:
        return math.inf if x > 0 else -math.inf
