r"""The sign of a formula of several variables on the unit cube: boxes in balls, and slopes where it vanishes on a face.

On a box that touches a face on which f >= 0, a derivative across the face that is positive inwards proves f > 0 in the
box off the face.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from flint import arb

from analytic.algebra import evaluate
from analytic.balls import finite, precision, rational
from analytic.boxes import BITS, Box, DualAlgebra, enclosure
from analytic.errors import AnalyticError
from analytic.formula import Expr, name, names, num
from checks.statements.cover import S, covered
from checks.statements.problem import filled

#: No side is halved below this.
NARROWEST = Fraction(1, 2**24)
Face = tuple[str, int]


@dataclass
class Cube:
    """What was found out about f > 0 on the unit cube.

    Args:
        boxes: how many boxes it was proved on.
        faces: faces on which it holds by the slope across them only; True where f is 0 on the whole face.
        negative: a point at which f is certainly negative.
        unresolved: boxes on which nothing is known.
    """

    boxes: int = 0
    faces: dict[Face, bool] = field(default_factory=dict)
    negative: dict[str, Fraction] | None = None
    unresolved: list[Box] = field(default_factory=list)


@dataclass
class CubeSearch:
    """The search for the sign of one formula.

    Args:
        formula: in the variables.
        variables: each in [0, 1].
        vanishes: whether a formula is 0 by a normal form; False says nothing.
        budget: is asked before every box whether one more may be looked at.
    """

    formula: Expr
    variables: tuple[str, ...]
    vanishes: Callable[[Expr], bool]
    budget: Callable[[], bool]

    def __post_init__(self) -> None:
        self.known: dict[Face, bool | None] = {}

    def run(self) -> Cube:
        """Halves boxes until all are proved, or the budget is spent."""
        found = Cube()
        waiting: deque[Box] = deque([dict.fromkeys(self.variables, (Fraction(0), Fraction(1)))])
        with precision(BITS):
            while waiting:
                box = waiting.popleft()
                if not self.budget():
                    found.unresolved += [box, *waiting]
                    break
                value, slopes = self._enclosed(box)
                if finite(value) and (value > 0 or self._by_face(box, slopes, found)):
                    found.boxes += 1
                    continue
                centre = {n: (a + b) / 2 for n, (a, b) in box.items()}
                middle = _value(self.formula, centre)
                if finite(middle) and middle < 0:
                    found.negative = centre
                    return found
                halves = _halved(box, slopes)
                (waiting if halves else found.unresolved).extend(halves or [box])
        return found

    def _enclosed(self, box: Box) -> tuple[arb, dict[str, arb]]:
        try:
            return enclosure(self.formula, box)
        except (AnalyticError, ZeroDivisionError):
            return arb.nan(), dict.fromkeys(box, arb.nan())

    def _by_face(self, box: Box, slopes: Mapping[str, arb], found: Cube) -> bool:
        for n, (a, b) in box.items():
            for end, touches, inwards in ((0, a == 0, 1), (1, b == 1, -1)):
                if touches and finite(slopes[n]) and slopes[n] * inwards > 0 and self._face(n, end) is not None:
                    found.faces[n, end] = bool(self.known[n, end])
                    return True
        return False

    def _face(self, n: str, end: int) -> bool | None:
        """True if f is 0 on the face, False if it is known not to be negative there, None if nothing is known."""
        if (n, end) not in self.known:
            self.known[n, end] = self._judged_face(filled(self.formula, {n: num(end)}), n)
        return self.known[n, end]

    def _judged_face(self, formula: Expr, n: str) -> bool | None:
        if self.vanishes(formula):
            return True
        rest = tuple(m for m in self.variables if m != n and m in names(formula))
        if len(rest) == 1:
            line = covered(filled(formula, {rest[0]: name(S)}), self.budget)
            return None if line.negative is not None or line.unresolved else False
        inner = CubeSearch(formula, rest, self.vanishes, self.budget).run()
        return None if inner.negative is not None or inner.unresolved else False


def _value(formula: Expr, point: Mapping[str, Fraction]) -> arb:
    try:
        found: arb = evaluate(formula, DualAlgebra({n: rational(x) for n, x in point.items()}, slopes=False)).value
    except (AnalyticError, ZeroDivisionError):
        return arb.nan()
    return found


def _halved(box: Box, slopes: Mapping[str, arb]) -> list[Box]:
    def weight(n: str) -> float:
        a, b = box[n]
        return float(b - a) * (float(slopes[n].abs_upper()) + 1e-9 if finite(slopes[n]) else 1e9)

    wide = [n for n, (a, b) in box.items() if b - a > NARROWEST]
    if not wide:
        return []
    n = max(wide, key=weight)
    a, b = box[n]
    return [{**box, n: (a, (a + b) / 2)}, {**box, n: ((a + b) / 2, b)}]
