"""Slips of an inequality, and places in its domain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from flint import arb

from analytic.algebra import evaluate
from analytic.balls import BallAlgebra, rational
from analytic.errors import AnalyticError
from analytic.formula import Expr, num
from checks.claim import Claim
from checks.domain import Domain
from checks.slips import slips
from checks.statements.conclusion import TURNED, WEAKER
from checks.statements.inequality import Inequality
from checks.statements.problem import Chart, filled, is_zero

#: Where both sides often touch.
TOUCHING = tuple(Fraction(x) for x in (0, 1, -1, 2, Fraction(1, 2)))


def end_text(part: Chart, s: Fraction) -> str:
    """An end of a chart as text."""
    try:
        return str(part.at(s))
    except AnalyticError:
        return "infinity"


def both_exact(a: arb, b: arb, relation: str) -> bool:
    """Equal exact numbers, at which a strict relation is false."""
    return len(relation) == 1 and a.is_exact() and b.is_exact() and bool(a == b)


def inside(domain: Domain) -> Expr:
    """A simple number of a domain."""
    constants: BallAlgebra = BallAlgebra({}, None, {})
    low, high = (None if e is None else Fraction(float(evaluate(e, constants))) for e in (domain.low, domain.high))
    for value in (Fraction(1), Fraction(0), Fraction(1, 2)):
        if (low is None or value > low) and (high is None or value < high):
            return num(value)
    if low is not None and high is not None:
        return num(((low + high) / 2).limit_denominator(1000) if high - low > Fraction(1, 100) else (low + high) / 2)
    return num(low + 1) if low is not None else num((high or Fraction(0)) - 1)


def slips_of(claim: Claim) -> Iterator[tuple[str, Claim]]:
    """The relation weaker or turned round, and slips of the right side."""
    stated = claim.statement
    assert isinstance(stated, Inequality)
    if stated.strict:
        yield WEAKER, replace(claim, statement=replace(stated, relation=f"{stated.relation}="))
    turned = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}[stated.relation]
    yield TURNED, replace(claim, statement=replace(stated, relation=turned))
    _, right = stated.sides()
    for description, formula in slips(right):
        yield (
            description,
            replace(claim, statement=Inequality(stated.left, stated.relation, str(formula), stated.where)),
        )


def touching_point(claim: Claim, formula: Expr, variable: str, domain: Domain) -> Expr | None:
    """A simple number of the domain at which a formula is 0 by a normal form."""
    for x in TOUCHING:
        if domain.contains(rational(x)) and is_zero(claim, filled(formula, {variable: num(x)}), ()):
            return num(x)
    return None
