"""Points at which an inequality is certainly false: two disjoint finite balls, simple points first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from flint import arb

from analytic.balls import finite, precision
from analytic.errors import DomainError, OutsideRingError
from checks.claim import Claim
from checks.points import Point, random_points, simple_points
from checks.sides import Side
from checks.statements.inequality import RELATIONS, Inequality
from checks.verdict import Counterexample

#: Points looked at, and working precisions.
SIMPLE, RANDOM = 200, 40
BITS = (106, 424)


def violations(claim: Claim, stated: Inequality, sides: tuple[Side, Side], seed: int) -> Iterator[Counterexample]:
    """Points at which the relation is certainly false, simple ones first."""
    points = chain(islice(simple_points(claim), SIMPLE), random_points(claim, RANDOM, seed))
    for point in points:
        found = _violation(stated, sides, point)
        if found is not None:
            yield found


def _violation(stated: Inequality, sides: tuple[Side, Side], point: Point) -> Counterexample | None:
    for bits in BITS:
        with precision(bits):
            try:
                a, b = (s.at(point).scalar for s in sides)
            except (DomainError, OutsideRingError, ZeroDivisionError):
                return None
            if not (finite(a) and finite(b)):
                continue
            if false_at(stated.relation, a, b):
                return counterexample(str(point), a, b)
            if not a.overlaps(b):
                return None
    return None


def false_at(relation: str, a: arb, b: arb) -> bool:
    """Whether the relation is certainly false for the numbers in two finite balls."""
    opposite = {"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}
    return bool(opposite[RELATIONS[relation]])


def counterexample(point: str, a: arb, b: arb) -> Counterexample:
    """Both sides at a point, with enough digits to tell them apart."""
    shown = next(
        (t for t in ((a.str(n, radius=False), b.str(n, radius=False)) for n in (12, 30, 60)) if t[0] != t[1]), None
    )
    left, right = shown or (a.str(12, radius=False), b.str(12, radius=False))
    ratio = a / b
    return Counterexample(point, left, right, ratio.str(12, radius=False) if finite(ratio) else None)
