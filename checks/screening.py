"""A quick look at statements near a claim: balls of both sides at a few generic points of its domain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from flint import arb

from analytic.algebra import VectorAlgebra
from analytic.balls import disjoint, finite, precision
from analytic.errors import AnalyticError, DomainError, OutsideRingError
from analytic.formula import Expr, walk
from analytic.frame import Tensor
from analytic.interpret import Interpreter
from analytic.neurons import split_by_class
from checks.claim import Claim, Identity
from checks.errors import ClaimError
from checks.points import Point, random_points
from checks.sides import Side, is_closed, matched_values, sides_of
from checks.statement_tree import Statement

#: Working precision in bits: slips are far from the truth, and what overlaps here goes to the exact test.
BITS = 106
#: Points looked at; more of them only while none has a value.
ENOUGH, MOST = 3, 8

Value = Tensor[arb] | None
Pairs = list[tuple[arb, arb]]


class Look(StrEnum):
    """What a quick look finds."""

    DIFFERENT = "different"
    OPEN = "balls overlap at every point looked at"
    VALUELESS = "no value at any point looked at"
    MEANINGLESS = "no statement"


class RememberingInterpreter(Interpreter[arb]):
    """Balls at a point, with the values of the nodes of one tree kept: its neighbours share most of them.

    Args:
        algebra: balls at a point.
        tree: the tree; nodes are recognised by identity, not by comparing trees.
    """

    def __init__(self, algebra: VectorAlgebra[arb], tree: Expr) -> None:
        super().__init__(algebra)
        self._tree, self._kept = tree, dict[int, Tensor[arb]]()
        for node in reversed(list(walk(tree))):
            if node.head not in ("num", "name"):
                self._keep(node)

    def _keep(self, node: Expr) -> None:
        try:
            self._kept[id(node)] = super().tensor(node)
        except AnalyticError:  # an index of a sum, or a value that does not exist: met again where it is used
            return

    def tensor(self, expr: Expr) -> Tensor[arb]:
        """The value of a formula."""
        found = self._kept.get(id(expr))
        return super().tensor(expr) if found is None else found


@dataclass(frozen=True)
class Place:
    """A point of a class of a claim."""

    kind: str
    point: Point
    interpreter: Interpreter[arb]


class Screen:
    """Statements near a claim at generic points: most slips are seen to differ without any algebra.

    Args:
        claim: gives the variables and their domains.
        seed: of the points.
        estimate: the value of a side at a point where nothing is derived for it; None if there is none.
        bits: working precision.

    Example:
        >>> claim = Claim("my/claim", Identity("E[relu(u)]", "|u|/sqrt(2*pi)"))
        >>> screen = Screen(claim, 0)
        >>> [screen.look(Statement.of(Identity("E[relu(u)]", r))).value for r in ("|u|/2", "|u|")]
        ['different', 'different']
        >>> screen.look(Statement.of(Identity("E[relu(u)]", "|u|*sqrt(1/(2*pi))"))) is Look.OPEN
        True
    """

    def __init__(
        self, claim: Claim, seed: int, estimate: Callable[[Expr, Point], Value] | None = None, bits: int = BITS
    ) -> None:
        self.claim, self.estimate, self.bits = claim, estimate, bits
        with precision(bits):
            points = {c: random_points(claim, MOST, seed, c) for c in claim.classes}
            self.places = [p for i in range(MOST) for p in self._places(i, points)]
        self._values: dict[Expr, dict[int, Value]] = {}
        self._known: dict[int, tuple[Expr, dict[int, Value]]] = {}
        self._sides: dict[Expr, dict[str, Side]] = {}

    def _places(self, i: int, points: dict[str, list[Point]]) -> Iterator[Place]:
        assert isinstance(self.claim.statement, Identity)
        right = Statement.of(self.claim.statement).sides()[1]
        for kind, found in points.items():
            if i < len(found):
                try:
                    tree = split_by_class(right, self.claim.classes)[kind] if kind else right
                except AnalyticError:
                    tree = right
                yield Place(kind, found[i], RememberingInterpreter(found[i].interpreter().algebra, tree))

    def look(self, statement: Statement) -> Look:
        """What balls at a few points say of a statement; DIFFERENT is a refutation at a rational point."""
        try:
            left, right = statement.sides()
            return self.look_at(left, right)
        except (ClaimError, AnalyticError):
            return Look.MEANINGLESS

    def look_at(self, left: Expr, right: Expr) -> Look:
        """The same for two sides with definitions expanded.

        Raises:
            ClaimError, AnalyticError: the sides have no meaning.
        """
        valued = 0
        enough = ENOUGH * len(self.claim.classes)
        with precision(self.bits):
            for number in range(len(self.places)):
                if number >= enough and valued:
                    break
                pairs = self.pairs(left, right, number)
                valued += pairs is not None
                if pairs is not None and any(disjoint(x, y) for x, y in pairs):
                    return Look.DIFFERENT
        return Look.OPEN if valued else Look.VALUELESS

    def pairs(self, left: Expr, right: Expr, number: int) -> Pairs | None:
        """The coordinates of both sides at a place, in balls at the current precision; None without finite values.

        A domain that is a single point has one place only: there is none for further numbers.

        Raises:
            ClaimError, AnalyticError: the sides have no meaning.
        """
        if number >= len(self.places):
            return None
        x, y = self.value(left, number), self.value(right, number)
        if x is None or y is None:
            return None
        try:
            found = matched_values(x, y, self.places[number].point)
        except DomainError:
            return None
        return found if all(finite(z) for pair in found for z in pair) else None

    def value(self, side: Expr, number: int) -> Value:
        """A side at a place; kept where it had to be derived, and for the sides of the claim.

        Raises:
            ClaimError, AnalyticError: the side has no meaning.
        """
        if is_closed(side):
            return self._of_closed(side, self.places[number])
        values = self._values_of(side)
        if number not in values:
            values[number] = self._derived(side, self.places[number])
        return values[number]

    def _values_of(self, side: Expr) -> dict[int, Value]:
        """The values of an open side that are known; found by identity where possible, for comparing trees is slow."""
        if id(side) not in self._known:
            self._known[id(side)] = side, self._values.setdefault(side, {})
        return self._known[id(side)][1]

    def _of_closed(self, side: Expr, place: Place) -> Value:
        try:
            part = split_by_class(side, self.claim.classes)[place.kind] if place.kind else side
            return place.interpreter.tensor(part)
        except (DomainError, OutsideRingError):
            return None

    def _derived(self, side: Expr, place: Place) -> Value:
        if side not in self._sides:
            self._sides[side] = {c: s for c, (s, _) in sides_of(self.claim, side, side).items()}
        try:
            return self._sides[side][place.kind].at(place.point)
        except DomainError:
            return None
        except OutsideRingError:
            return None if self.estimate is None else self.estimate(side, place.point)
