"""Limits, expansions and orders in one form: which coefficients of a difference have to vanish."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from analytic.formula import Expr
from checks.statements.asymptotics import Asymptotic, Expansion, Limit, Order, read_exponent, read_formula


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
    """The statement in one form."""
    if isinstance(stated, Limit):
        return Wanted(read_formula(stated.value, "value"), None, Fraction(0), True)
    if isinstance(stated, Expansion):
        return Wanted(read_formula(stated.terms, "sum"), None, read_exponent(stated.order), False)
    assert isinstance(stated, Order)
    order = read_exponent(stated.order)
    return Wanted(read_formula(stated.constant, "constant"), order, order, True)
