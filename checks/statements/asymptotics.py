"""Limits, expansions and orders of a formula, or of a family of critical points, as a variable tends to a point."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from analytic.algebra import evaluate
from analytic.balls import BallAlgebra
from analytic.closed_forms import ClosedForms
from analytic.constants import rational_value
from analytic.errors import AnalyticError
from analytic.formula import Expr, add, names, neg
from analytic.grammar import parse
from checks.errors import ClaimError
from checks.statements.base import Stated

QUANTITY = re.compile(r"(loss|smallest eigenvalue|weight [a-z]_?\w+) at (\w+(?::[\w/]+)?)")
_POINT = re.compile(r"(oo|-oo|.+?)([+-]?)")


@dataclass(frozen=True)
class Approach:
    """How a variable tends to a point.

    Args:
        point: the point, None at infinity.
        sides: +1 from above, -1 from below; at infinity the sign of it.
    """

    point: Expr | None
    sides: tuple[int, ...]


def read_formula(text: str, what: str) -> Expr:
    """Reads a formula.

    Raises:
        ClaimError: it cannot be read.
    """
    try:
        return parse(text)
    except AnalyticError as error:
        raise ClaimError(f"got the {what} {text!r}: {error}") from None


def read_exponent(text: str) -> Fraction:
    """Reads a rational exponent.

    Raises:
        ClaimError: it is none.
    """
    value = rational_value(read_formula(text, "order"))
    if value is None or abs(value) > 60:
        raise ClaimError(f"got the order {text!r}, expected a rational number up to 60, such as 2 or 3/2")
    return value


def read_order(text: str) -> Fraction | Expr:
    """Reads the order of a remainder or of a leading term.

    Returns:
        A rational exponent, or a formula: an exponent with parameters, or what is compared with, such as k*log(k).

    Raises:
        ClaimError: it cannot be read.
    """
    formula = read_formula(text, "order")
    return read_exponent(text) if not names(formula) - {"pi"} else formula


@dataclass(frozen=True)
class Asymptotic(Stated):
    """What limits, expansions and orders have in common.

    Args:
        expression: a formula in the variable, or ``loss at II``, ``smallest eigenvalue at A``, ``weight a_11 at A``.
        variable: its name; k for a family of critical points.
        point: ``oo``, ``-oo``, a number, or a number with + or - behind it for one side.
    """

    expression: str
    variable: str
    point: str

    @property
    def family(self) -> tuple[str, str] | None:
        """The quantity and the family, if it is about critical points."""
        match = QUANTITY.fullmatch(self.expression.strip())
        return None if match is None else (match[1], match[2])

    def formula(self) -> Expr:
        """The formula, if it is about one.

        Raises:
            ClaimError: it cannot be read.
        """
        return read_formula(self.expression, "expression")

    def approach(self) -> Approach:
        """The point and the sides.

        Raises:
            ClaimError: no such point.
        """
        text = self.point.strip()
        if text in ("oo", "-oo"):
            if self._ends() is not None and (text == "-oo" or self.variable == "theta"):
                raise ClaimError(f"got {self.variable} -> {text}, expected a point {self._range()}")
            return Approach(None, (1,) if text == "oo" else (-1,))
        match = _POINT.fullmatch(text)
        if match is None:
            raise ClaimError("got no point, expected oo, -oo, or a number such as 0, 0+ or pi")
        point = read_formula(match[1], "point")
        sides = (1, -1) if not match[2] else (1,) if match[2] == "+" else (-1,)
        return Approach(point, sides if self._ends() is None else self._inside(point, sides))

    def _ends(self) -> tuple[Expr, ...] | None:
        """The ends of the range of a norm or of the angle; None for other variables."""
        if self.variable == "theta":
            return parse("0"), parse("pi")
        return (parse("0"),) if self.variable.startswith("|") else None

    def _range(self) -> str:
        return "in [0, pi], where angles between vectors lie" if self.variable == "theta" else "from 0 on, a norm"

    def _inside(self, point: Expr, sides: tuple[int, ...]) -> tuple[int, ...]:
        """The sides on which a norm or an angle has values: beyond their ends there is nothing.

        Raises:
            ClaimError: there are none.
        """
        for end, inward in zip(self._ends() or (), (1, -1), strict=False):
            excess = add(point, neg(end))
            if names(point) - {"pi"}:
                continue
            try:
                if not evaluate(excess, ClosedForms()):
                    sides = tuple(s for s in sides if s == inward)
                elif not evaluate(excess, BallAlgebra({}, None, {})) * inward > 0:
                    sides = ()
            except AnalyticError as error:
                raise ClaimError(f"got the point {point}: {error}") from None
        if not sides:
            raise ClaimError(f"got {self.variable} -> {self.point}, expected a point {self._range()}")
        return sides

    def _check(self, formulas: Mapping[str, str]) -> None:
        if not self.variable.strip("|").isidentifier():
            raise ClaimError(f"got the variable {self.variable!r}, expected a name such as k or theta")
        approach = self.approach()
        if self.family is None:
            self.formula()
        elif self.variable != "k" or approach != Approach(None, (1,)):
            raise ClaimError(f"got {self.expression} as {self.variable} -> {self.point}, expected k -> oo")
        for what, text in formulas.items():
            read_formula(text, what)

    @property
    def where(self) -> str:
        """The approach as text."""
        return f"as {self.variable} -> {self.point}"


@dataclass(frozen=True)
class Limit(Asymptotic):
    """The expression tends to the value, for all values of the parameters that the claim declares.

    Args:
        value: a formula of constants and parameters, or ``oo`` or ``-oo``.

    Raises:
        ClaimError: a part cannot be read.

    Example:
        >>> print(Limit("sin(t)/t", "t", "0", "1"))
        sin(t)/t -> 1 as t -> 0
    """

    value: str

    def __post_init__(self) -> None:
        self._check({"value": self.value} if self.infinite is None else {})

    @property
    def infinite(self) -> int | None:
        """1 or -1 if the value is infinity or minus infinity."""
        return {"oo": 1, "+oo": 1, "-oo": -1}.get(self.value.strip())

    def __str__(self) -> str:
        return f"{self.expression} -> {self.value} {self.where}"

    def table(self) -> dict[str, Any]:
        """The keys of a claim file."""
        return {"limit": dict(vars(self))}


@dataclass(frozen=True)
class Expansion(Asymptotic):
    """The expression is the terms up to O(t^order), t the distance from the point, or its inverse at infinity.

    Args:
        terms: a formula in the variable.
        order: of the remainder, a rational number as text; or a formula as in ``Order``.

    Raises:
        ClaimError: a part cannot be read.

    Example:
        >>> print(Expansion("loss at II", "k", "oo", "(1/2 - 2/pi^2)/k", "3/2"))
        loss at II = (1/2 - 2/pi^2)/k + O(k^(-3/2)) as k -> oo
    """

    terms: str
    order: str

    def __post_init__(self) -> None:
        self._check({"sum": self.terms})
        read_order(self.order)

    def __str__(self) -> str:
        return f"{self.expression} = {self.terms} + O({gauge_text(self, self.order)}) {self.where}"

    def table(self) -> dict[str, Any]:
        """The keys of a claim file."""
        return {"expansion": dict(vars(self))}


@dataclass(frozen=True)
class Order(Asymptotic):
    """The expression is asymptotically constant * t^order, t the distance from the point, or its inverse at infinity.

    Args:
        order: a rational number as text; or an exponent with parameters; or a formula in the variable, such as
            ``k*log(k)``, in place of t^order.
        constant: a formula of constants and parameters, not 0.

    Raises:
        ClaimError: a part cannot be read.

    Example:
        >>> print(Order("1 - cos(t)", "t", "0", "2", "1/2"))
        1 - cos(t) ~ 1/2 * t^2 as t -> 0
    """

    order: str
    constant: str

    def __post_init__(self) -> None:
        self._check({"constant": self.constant})
        read_order(self.order)

    def __str__(self) -> str:
        sum_ = read_formula(self.constant, "constant").head == "add"
        constant = f"({self.constant})" if sum_ else self.constant
        return f"{self.expression} ~ {constant} * {gauge_text(self, self.order)} {self.where}"

    def table(self) -> dict[str, Any]:
        """The keys of a claim file."""
        return {"order": dict(vars(self))}


def gauge_text(stated: Asymptotic, text: str) -> str:
    """What the remainder or the leading term is compared with, as text."""
    order = read_order(text)
    if isinstance(order, Fraction):
        return power_text(stated, order)
    if stated.variable in names(order):
        return str(order)
    return f"{stated.variable}^(-({order}))" if stated.approach().point is None else f"t^({order})"


def power_text(stated: Asymptotic, order: Fraction) -> str:
    """t^order in terms of the variable."""
    point = stated.approach().point
    signed = -order if point is None else order
    base = (
        stated.variable if point is None else f"({stated.variable} - {point})" if str(point) != "0" else stated.variable
    )
    if stated.approach().sides == (-1,) or (point is not None and stated.approach().sides == (1, -1) and order % 2):
        base = f"|{base.strip('()')}|"
    if signed == 1:
        return base
    return f"{base}^{signed}" if signed.denominator == 1 and signed > 0 else f"{base}^({signed})"
