r"""The sign of a formula on the unit interval: boxes in balls, and series with remainders where it vanishes.

Where boxes fail, next to an end or a zero s_0, the formula is expanded at s_0 on both sides with exact coefficients and
an enclosed remainder: $f = t^v(c_0 + \dots)$ with a bracket that is positive on (0, T] proves f > 0 there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from flint import arb

from analytic.algebra import evaluate
from analytic.balls import finite, precision, rational
from analytic.boxes import BITS, DualAlgebra, enclosure
from analytic.errors import AnalyticError
from analytic.formula import Expr
from analytic.landscape.hybrid_field import HybridField
from analytic.landscape.laurent import Series, SeriesRing
from checks.statements.germs import TERMS, Germ, GermAlgebra
from checks.statements.series import RamifiedError, SeriesAlgebra

#: Intervals narrower than this, before and after zeros have been looked at, count as unresolved.
COARSE, FINE = Fraction(1, 2**7), Fraction(1, 2**30)
#: The narrowest T that is tried, and working precision of series.
NARROWEST, SERIES_BITS = 14, 192
#: Roots of t that are tried at most.
MAX_RAMIFICATION = 6
Interval = tuple[Fraction, Fraction]
S = "s"


@dataclass
class Cover:
    """What was found out about f > 0 on [0, 1].

    Args:
        boxes: on how many intervals it was proved in balls.
        zeros: points s_0 at which f vanishes exactly, and its exponent there.
        series: at how many sides of points a series proved it.
        negative: a point at which f is certainly negative.
        unresolved: where nothing is known.
    """

    boxes: int = 0
    zeros: dict[Fraction, Fraction] = field(default_factory=dict)
    series: int = 0
    negative: Fraction | None = None
    unresolved: list[Interval] = field(default_factory=list)


def value_at(expr: Expr, s: Fraction) -> arb:
    """The value at a point; a ball that knows nothing where there is none."""
    try:
        found: arb = evaluate(expr, DualAlgebra({S: rational(s)}, slopes=False)).value
    except (AnalyticError, ZeroDivisionError):
        return arb.nan()
    return found


def covered(expr: Expr, budget: Callable[[], bool], ends: tuple[bool, bool] = (True, True)) -> Cover:
    """Looks for the sign of a formula on the unit interval.

    Args:
        expr: in the variable s.
        budget: is asked before every box whether one more may be looked at.
        ends: whether s = 0 and s = 1 count, as points at which the formula needs a value.

    Returns:
        What is known: f > 0 outside ``zeros`` if nothing is unresolved or negative.

    Example:
        >>> from analytic.grammar import parse
        >>> found = covered(parse("s - sin(s)"), lambda: True)
        >>> found.zeros, found.unresolved
        ({Fraction(0, 1): Fraction(3, 1)}, [])
    """
    found = Cover()
    left = _boxes(expr, [(Fraction(0), Fraction(1))], COARSE, budget, found)
    for cluster in _clusters(left):
        if found.negative is None:
            _at_zero(expr, cluster, budget, found, ends)
    return found


def _boxes(
    expr: Expr, waiting: list[Interval], narrowest: Fraction, budget: Callable[[], bool], found: Cover
) -> list[Interval]:
    left: list[Interval] = []
    with precision(BITS):
        while waiting:
            a, b = waiting.pop()
            if not budget():
                return [*left, *waiting, (a, b)]
            if _positive(expr, a, b):
                found.boxes += 1
                continue
            middle = (a + b) / 2
            value = value_at(expr, middle)
            if finite(value) and value < 0:
                found.negative = middle
                return []
            if b - a <= narrowest:
                left.append((a, b))
            else:
                waiting += [(middle, b), (a, middle)]
    return left


def _positive(expr: Expr, a: Fraction, b: Fraction) -> bool:
    try:
        value, _ = enclosure(expr, {S: (a, b)})
    except (AnalyticError, ZeroDivisionError):
        return False
    return finite(value) and bool(value > 0)


def _clusters(left: list[Interval]) -> list[Interval]:
    """Neighbouring intervals joined."""
    found: list[Interval] = []
    for a, b in sorted(left):
        if found and found[-1][1] == a:
            found[-1] = (found[-1][0], b)
        else:
            found.append((a, b))
    return found


def _at_zero(expr: Expr, cluster: Interval, budget: Callable[[], bool], found: Cover, ends: tuple[bool, bool]) -> None:
    low, high = cluster
    if not any(finite(value_at(expr, low + (high - low) * q / 4)) for q in (1, 2, 3)):  # there is nothing to expand
        found.unresolved.append(cluster)
        return
    at = low if low == 0 else high if high == 1 else simplest(low, high)
    inside = at not in (0, 1) or ends[int(at)]
    with precision(SERIES_BITS):
        has_value = not inside or finite(value_at(expr, at))
    open_parts: list[Interval] = []
    vanishing: list[Fraction] = []
    for side, width in ((1, high - at), (-1, at - low)):
        if width == 0 and at in (0, 1):
            continue
        reach, exponent = _one_side(expr, at, side, max(width, COARSE), budget, found)
        if found.negative is not None:
            return
        if reach is None:
            open_parts.append((at, at + width) if side > 0 else (at - width, at))
            continue
        found.series += 1
        vanishing += [exponent] if exponent > 0 else []
        if reach < width:
            open_parts.append((at + reach, high) if side > 0 else (low, at - reach))
    if vanishing:
        found.zeros[at] = min(vanishing)
    left = _boxes(expr, open_parts, FINE, budget, found)
    found.unresolved += _clusters(left) + ([] if has_value else [(at, at)])


def _one_side(
    expr: Expr, at: Fraction, side: int, width: Fraction, budget: Callable[[], bool], found: Cover
) -> tuple[Fraction | None, Fraction]:
    """How far from the point, and with which exponent, a series proves the sign; notes a negative point."""
    ramification = 1
    while ramification <= MAX_RAMIFICATION:
        try:
            with precision(SERIES_BITS):
                exact = _variable(at, side, ramification)
                return _widest(expr, exact, at, side, ramification, width, budget, found)
        except RamifiedError as error:
            ramification *= error.factor
        except (AnalyticError, ZeroDivisionError):
            break
    return None, Fraction(0)


def _variable(at: Fraction, side: int, ramification: int) -> SeriesAlgebra:
    """s as a series in t^(1/r)."""
    ring = SeriesRing(HybridField(), (TERMS + 4) * ramification)
    one = ring.field.one
    step = Series(ring, ramification, (one if side > 0 else -one,), ring.variable.order)
    return SeriesAlgebra(ring, {S: ring.number(at) + step})


def _widest(
    expr: Expr,
    exact: SeriesAlgebra,
    at: Fraction,
    side: int,
    ramification: int,
    width: Fraction,
    budget: Callable[[], bool],
    found: Cover,
) -> tuple[Fraction | None, Fraction]:
    series = evaluate(expr, exact)
    if exact.sign(series) < 0:
        found.negative = _negative_point(expr, at, side, width)
        return None, Fraction(0)
    for j in range(NARROWEST + 1):
        reach = Fraction(1, 2 ** (j * ramification))
        if reach > width or not budget():
            continue
        try:
            algebra = GermAlgebra(exact, Fraction(1, 2**j))
            germ: Germ = evaluate(expr, algebra)
        except (AnalyticError, ZeroDivisionError):
            continue
        least = algebra.least(germ)
        if finite(least) and least > 0:
            return reach, Fraction(germ.first, ramification)
    return None, Fraction(0)


def _negative_point(expr: Expr, at: Fraction, side: int, width: Fraction) -> Fraction | None:
    for j in range(60):
        s = at + side * width * Fraction(1, 1 << j)
        value = value_at(expr, s)
        if 0 < s < 1 and finite(value) and value < 0:
            return s
    return None


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """The number of smallest denominator between two numbers (Stern and Brocot).

    Example:
        >>> simplest(Fraction(3, 10), Fraction(2, 5))
        Fraction(1, 3)
    """
    if low == high:
        return low
    whole = low.numerator // low.denominator
    if whole == low or whole + 1 <= high:
        return Fraction(whole if whole == low else whole + 1)
    return whole + 1 / simplest(1 / (high - whole), 1 / (low - whole))
