"""Limits, expansions and orders in one form: which coefficients of a difference have to vanish."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from analytic.formula import Expr
from checks.statements.asymptotics import Asymptotic, Expansion, Limit, Order, read_formula, read_order
from checks.statements.series import NoSeriesError


@dataclass(frozen=True)
class Wanted:
    """What a statement says of expression - claimed.

    Args:
        claimed: a formula.
        power: a factor t^power of it.
        threshold: exponents up to this have to vanish.
        inclusive: whether the threshold itself does.
    """

    claimed: Expr
    power: Fraction | None
    threshold: Fraction
    inclusive: bool


def wanted(stated: Asymptotic) -> Wanted:
    """The statement in one form.

    Raises:
        NoSeriesError: it is not about powers: a limit at infinity, or another scale.
    """
    if isinstance(stated, Limit):
        if stated.infinite is not None:
            raise NoSeriesError("something is claimed to tend to infinity, which powers with a limit do not")
        return Wanted(read_formula(stated.value, "value"), None, Fraction(0), True)
    if isinstance(stated, Expansion):
        return Wanted(read_formula(stated.terms, "sum"), None, _power(stated.order), False)
    assert isinstance(stated, Order)
    order = _power(stated.order)
    return Wanted(read_formula(stated.constant, "constant"), order, order, True)


def _power(text: str) -> Fraction:
    order = read_order(text)
    if not isinstance(order, Fraction):
        raise NoSeriesError(f"the order {text} is no rational power")
    return order
