"""The plane cut by straight lines: trapezoids with two vertical sides, on each of which no line is crossed."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key
from itertools import combinations, pairwise

from analytic.balls import precision
from analytic.formula import ZERO, Expr, add, mul, neg, num
from analytic.series.exact import ball_of, rational_near, sign_of, tidy

#: Bits at which constants are compared before their difference is decided exactly.
COMPARING = 256


@dataclass(frozen=True)
class Line:
    """The line y = slope * x + height.

    Args:
        slope: a constant.
        height: a constant.
    """

    slope: Expr
    height: Expr

    def at(self, x: Expr) -> Expr:
        """y on the line."""
        return tidy(add(mul(self.slope, x), self.height))


@dataclass(frozen=True)
class Trapezoid:
    """The points between two vertical lines and two others, which do not cross there.

    Args:
        left: least x.
        right: greatest x.
        lower: the line below.
        upper: the line above.
        inside: an inner point, rational.
    """

    left: Expr
    right: Expr
    lower: Line
    upper: Line
    inside: tuple[Fraction, Fraction]


def compared(a: Expr, b: Expr) -> int:
    """The sign of a - b, decided exactly where balls overlap.

    Example:
        >>> from analytic.grammar import parse
        >>> compared(parse("sqrt(2)"), parse("3/2")), compared(parse("sqrt(8)"), parse("2*sqrt(2)"))
        (-1, 0)
    """
    if a == b:
        return 0
    with precision(COMPARING):
        gap = ball_of(a) - ball_of(b)
    if gap > 0 or gap < 0:
        return 1 if gap > 0 else -1
    return sign_of(tidy(add(a, neg(b))))


def distinct(constants: list[Expr]) -> list[Expr]:
    """The constants in increasing order, each once."""
    found: list[Expr] = []
    for c in sorted(constants, key=cmp_to_key(compared)):
        if not found or compared(found[-1], c):
            found.append(c)
    return found


def trapezoids(
    lines: list[Line], verticals: list[Expr], x: tuple[Fraction, Fraction], y: tuple[Fraction, Fraction]
) -> list[Trapezoid]:
    """A rectangle cut by lines.

    Args:
        lines: those that are not vertical.
        verticals: the x of those that are.
        x: the sides of the rectangle.
        y: its least and greatest y.

    Returns:
        The trapezoids from left to right, and upwards.

    Raises:
        DomainError: it cannot be decided which of two constants is the greater.

    Example:
        >>> from analytic.formula import ONE
        >>> square = (Fraction(-1), Fraction(1))
        >>> [(str(t.left), str(t.upper.slope)) for t in trapezoids([Line(ONE, ZERO)], [], square, square)]
        [('-1', '1'), ('-1', '0')]
    """
    bounds = [Line(ZERO, num(c)) for c in y]
    every = [*bounds, *_different(lines)]
    left, right = num(x[0]), num(x[1])
    crossings = [c for a, b in combinations(every, 2) if (c := _crossing(a, b)) is not None]
    inside = [c for c in (*verticals, *crossings) if compared(left, c) < 0 < compared(right, c)]
    found: list[Trapezoid] = []
    for a, b in pairwise(distinct([left, *inside, right])):
        middle = (rational_near(a) + rational_near(b)) / 2
        for lower, upper in pairwise(_bands(every, middle, y)):
            heights = [rational_near(line.at(num(middle))) for line in (lower, upper)]
            found.append(Trapezoid(a, b, lower, upper, (middle, (heights[0] + heights[1]) / 2)))
    return found


def _bands(lines: list[Line], middle: Fraction, y: tuple[Fraction, Fraction]) -> list[Line]:
    """The lines above a point between its least and greatest y, which are the first two lines, upwards."""
    heights = {line: line.at(num(middle)) for line in lines}
    kept = [n for n in lines if all(compared(heights[n], num(c)) == s for c, s in zip(y, (1, -1), strict=True))]
    return [lines[0], *sorted(kept, key=lambda n: rational_near(heights[n])), lines[1]]


def _different(lines: list[Line]) -> list[Line]:
    found: list[Line] = []
    for line in lines:
        if all(compared(line.slope, n.slope) or compared(line.height, n.height) for n in found):
            found.append(line)
    return found


def _crossing(a: Line, b: Line) -> Expr | None:
    if not compared(a.slope, b.slope):
        return None
    return tidy(add(b.height, neg(a.height)) / add(a.slope, neg(b.slope)))
