"""Powers of the distance from a point: what stands in O(...), and what an order is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from analytic.constants import rational_value
from analytic.formula import CONSTANTS, ONE, Expr, add, mul, names, neg, num, power
from checks.statements.asymptotics import Approach


@dataclass(frozen=True)
class Monomial:
    """A constant times a power of the distance.

    Args:
        constant: a formula of constants.
        exponent: of the variable, or of its distance from a finite point.
        flips: the exponents of factors that are negative above the point (at infinity: for positive values).
        upright: the exponents of those that are positive there.
    """

    constant: Expr
    exponent: Fraction
    flips: tuple[Fraction, ...] = ()
    upright: tuple[Fraction, ...] = ()

    def times(self, other: Monomial) -> Monomial:
        """The product."""
        return Monomial(
            mul(self.constant, other.constant),
            self.exponent + other.exponent,
            self.flips + other.flips,
            self.upright + other.upright,
        )

    def positive(self, approach: Approach) -> Expr | None:
        """The constant in front of the power of the positive distance, if it is the same from every side."""
        found: set[bool] = set()
        for side in approach.sides:
            negative = self.flips if side > 0 else self.upright
            if any(e.denominator != 1 for e in negative):
                return None
            found.add(sum(int(e) for e in negative) % 2 == 1)
        return None if len(found) != 1 else neg(self.constant) if found.pop() else self.constant


def bases(variable: Expr, approach: Approach) -> dict[Expr, bool]:
    """The ways to write the distance, and whether each is positive above the point."""
    point = approach.point
    if point is None or rational_value(point) == 0:
        return {variable: True, neg(variable): False}
    up = (variable - point, add(variable, neg(point)), add(neg(point), variable))
    down = (point - variable, add(point, neg(variable)), add(neg(variable), point), neg(variable - point))
    return {**dict.fromkeys(up, True), **dict.fromkeys(down, False)}


def monomial(expr: Expr, distance: dict[Expr, bool]) -> Monomial | None:
    """The formula as a constant times a power of the distance; None if it is none.

    Example:
        >>> from analytic.grammar import parse
        >>> found = monomial(parse("3/(2*k^2)"), {parse("k"): True})
        >>> str(found.constant), found.exponent
        ('3/2', Fraction(-2, 1))
    """
    if expr in distance:
        one = (Fraction(1),)
        return Monomial(ONE, Fraction(1), () if distance[expr] else one, one if distance[expr] else ())
    if not names(expr) - set(CONSTANTS):
        return Monomial(expr, Fraction(0))
    if expr.head == "mul":
        found: Monomial | None = Monomial(ONE, Fraction(0))
        for factor in expr.children:
            part = monomial(factor, distance)
            found = found.times(part) if found is not None and part is not None else None
        return found
    if expr.is_call("abs") and len(expr.children) == 2:
        inner = monomial(expr.children[1], distance)
        return None if inner is None or inner.constant != ONE else Monomial(ONE, inner.exponent)
    if expr.is_call("sqrt") and len(expr.children) == 2:
        return _raised(expr.children[1], Fraction(1, 2), distance)
    if expr.head == "pow" and expr.children[1].head == "num":
        return _raised(expr.children[0], expr.children[1].fraction, distance)
    return None


def _raised(base: Expr, exponent: Fraction, distance: dict[Expr, bool]) -> Monomial | None:
    inner = monomial(base, distance)
    if inner is None or (exponent.denominator != 1 and inner.constant.head == "num" and inner.constant.fraction < 0):
        return None
    constant = ONE if inner.constant == ONE else power(inner.constant, num(exponent))
    flips, upright = (tuple(e * exponent for e in part) for part in (inner.flips, inner.upright))
    return Monomial(constant, inner.exponent * exponent, flips, upright)
