"""Counterexamples to an identity: the simplest point at which balls of its sides lie well apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from math import isfinite

from flint import arb

from analytic.balls import disjoint, finite, precision
from analytic.errors import DomainError, NoClosedFormError, OutsideRingError
from analytic.formula import walk
from checks.claim import Claim
from checks.derived import derived_form
from checks.points import Point, random_points, simple_points, simpler_points
from checks.sides import Side, value_pairs
from checks.verdict import Counterexample

#: Precisions tried for balls, in bits.
PRECISIONS = (106, 212, 848, 3392, 13568)
#: Every simple point is looked at with the first two precisions, the first few points with all.
THOROUGH_POINTS = 4
RANDOM_POINTS = 8
#: A gap is wide if it is so many times the error bars of both values together.
MARGIN = 100.0
#: How often a random point is made simpler.
SHRINKS = 40
SIMPLE_POINTS = 400
#: The same where functions are integrals, and where every point costs certified quadrature.
DEAR_POINTS, SLOW_POINTS = 40, 6
DEAR, CERTIFIED = 1, 2
_INTEGRALS = ("Phi2", "owens_t", "orthant", "re_Phi", "im_Phi")


def find_counterexample(claim: Claim, kind: str, left: Side, right: Side, seed: int) -> Counterexample | None:
    """The simplest point found at which balls of the two sides are disjoint, and well apart.

    Simple points are looked at in order of simplicity, all of them with little precision before the first few are
    looked at with much: slips often agree at the simplest points, and high precision is dear where functions are
    integrals. If only a random point shows a difference, its values are rounded to smaller denominators for as long as
    the difference stays. A gap of less than ``MARGIN`` times the error bars is looked at again with more precision, and
    shown only if there is no other.

    Args:
        claim: the identity.
        kind: the class of a claim about neurons.
        left: the left side of that class.
        right: the right side.
        seed: of the random points.
    """
    cost = max(_cost(left), _cost(right))
    points = list(islice(simple_points(claim, kind), (SIMPLE_POINTS, DEAR_POINTS, SLOW_POINTS)[cost]))
    cheap, thorough = PRECISIONS[: 1 if cost == CERTIFIED else 2], PRECISIONS[2 : (len(PRECISIONS), 3, 2)[cost]]
    found = [
        _first(left, right, points, cheap),
        lambda: _shrunk(claim, kind, left, right, seed) if cost != CERTIFIED else None,
        _first(left, right, points[:THOROUGH_POINTS], thorough),
    ]
    narrow: _Difference | None = None
    for search in found:
        difference = search()
        if difference is not None and difference.margin >= MARGIN:
            return difference.shown(kind)
        narrow = narrow or difference
    return None if narrow is None else narrow.shown(kind)


@dataclass(frozen=True)
class _Difference:
    """A coordinate whose balls are disjoint at a point."""

    point: Point
    left: arb
    right: arb

    @property
    def margin(self) -> float:
        """The gap in units of both error bars together; infinite for exact values."""
        radii = float(self.left.rad()) + float(self.right.rad())
        gap = float(abs(self.left - self.right).abs_lower())
        return gap / radii if radii > 0 else float("inf")

    def shown(self, kind: str) -> Counterexample:
        """The difference as it is reported."""
        return _counterexample(self.point, kind, self.left, self.right, self.margin)


def _first(
    left: Side, right: Side, points: Sequence[Point], precisions: Sequence[int]
) -> Callable[[], _Difference | None]:
    """A search through points, which ends at a wide gap, and returns a narrow one only if there is no other."""

    def search() -> _Difference | None:
        found: _Difference | None = None
        for point in points:
            for bits in precisions:
                difference = _difference(left, right, point, bits)
                if difference is not None and difference.margin >= MARGIN:
                    return difference
                found = found or difference
        return found

    return search


def _shrunk(claim: Claim, kind: str, left: Side, right: Side, seed: int) -> _Difference | None:
    """A difference at a random point, the point made simpler for as long as it stays."""
    best = _first(left, right, random_points(claim, RANDOM_POINTS, seed, kind), PRECISIONS[:2])()
    for _ in range(SHRINKS if best is not None else 0):
        assert best is not None
        simpler = _first(left, right, list(simpler_points(claim, best.point)), PRECISIONS[:1])()
        if simpler is None or simpler.margin < MARGIN:
            break
        best = simpler
    return best


def _difference(left: Side, right: Side, point: Point, bits: int) -> _Difference | None:
    """The first coordinates at a point whose balls are disjoint."""
    with precision(bits):
        try:
            pairs = value_pairs(left, right, point)
        except (DomainError, OutsideRingError):
            return None
        return next((_Difference(point, x, y) for x, y in pairs if disjoint(x, y)), None)


def _cost(side: Side) -> int:
    """0 for elementary functions, DEAR for functions that balls integrate, CERTIFIED where there is no closed form."""
    formulas = [side.expr]
    if not side.closed and side.tensor is None:
        for node in walk(side.expr):
            if node.head == "expect":
                try:
                    formulas.append(derived_form(node.children[0], side.ring.norms, side.ring.parameters).value)
                except NoClosedFormError:
                    return CERTIFIED
    return DEAR if any(n.is_call(f) for e in formulas for n in walk(e) for f in _INTEGRALS) else 0


def _counterexample(point: Point, kind: str, x: arb, y: arb, margin: float) -> Counterexample:
    summand = {"students": " (summand over the other students)", "teachers": " (summand over the teachers)"}
    ratio = x / y
    texts = next(t for t in (_texts(digits, x, y) for digits in (15, 30, 60, 120, 1000, 5000)) if t[0] != t[1])
    shown = ratio.str(max(15, len(texts[0])), radius=False) if finite(ratio) else None
    gap = f"{margin:.1e} times the error bars" if isfinite(margin) else "exact values"
    return Counterexample(f"{point}{summand.get(kind, '')}", *texts, shown, gap)


def _texts(digits: int, x: arb, y: arb) -> tuple[str, str]:
    return x.str(digits, radius=False), y.str(digits, radius=False)
