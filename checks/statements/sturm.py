"""The sign of a rational function of one variable on an interval, decided exactly by Sturm's theorem."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from flint import fmpq, fmpq_poly

from analytic.algebra import evaluate
from analytic.errors import OutsideRingError
from analytic.formula import Expr
from analytic.ring import MAX_POWER

#: Degrees beyond this are left to boxes.
MAX_DEGREE = 200
End = Fraction | None


@dataclass(frozen=True)
class Quotient:
    """A quotient of polynomials; nothing is cancelled, so that every division by 0 stays visible."""

    above: fmpq_poly
    below: fmpq_poly


class QuotientAlgebra:
    """Rational functions with rational coefficients in one variable, as an ``Algebra`` of formulas.

    Args:
        variable: its name, ``|u|`` or ``theta`` too.
    """

    def __init__(self, variable: str) -> None:
        self.variable = variable
        self.pair: tuple[str, str] | None = None

    def number(self, value: Fraction) -> Quotient:
        """The rational number."""
        return Quotient(fmpq_poly([fmpq(value.numerator, value.denominator)]), fmpq_poly([1]))

    def pi(self) -> Quotient:
        """Outside.

        Raises:
            OutsideRingError: always.
        """
        raise OutsideRingError("got pi, expected rational numbers")

    def theta(self) -> Quotient:
        """The variable ``theta``."""
        return self.parameter("theta")

    def norm(self, vector: str) -> Quotient:
        """The variable ``|vector|``."""
        return self.parameter(f"|{vector}|")

    def parameter(self, identifier: str) -> Quotient:
        """The variable.

        Raises:
            OutsideRingError: another one.
        """
        if identifier != self.variable:
            raise OutsideRingError(f"got {identifier}, expected a formula in {self.variable} alone")
        return Quotient(fmpq_poly([0, 1]), fmpq_poly([1]))

    def add(self, x: Quotient, y: Quotient) -> Quotient:
        """The sum."""
        if x.below == y.below:
            return _checked(x.above + y.above, x.below)
        return _checked(x.above * y.below + y.above * x.below, x.below * y.below)

    def mul(self, x: Quotient, y: Quotient) -> Quotient:
        """The product."""
        return _checked(x.above * y.above, x.below * y.below)

    def power(self, x: Quotient, exponent: Fraction) -> Quotient:
        """The power.

        Raises:
            OutsideRingError: the exponent is no integer.
        """
        n = abs(int(exponent))
        if exponent.denominator != 1 or n > MAX_POWER or exponent == 0:
            raise OutsideRingError(f"got the exponent {exponent}, expected an integer other than 0")
        if n * max(x.above.degree(), x.below.degree()) > MAX_DEGREE:
            raise OutsideRingError("the degree is too large")
        above, below = x.above**n, x.below**n
        if exponent > 0:
            return _checked(above, below)
        return _checked(below * below, above * below)  # a root of either is a division by 0

    def function(self, function: str, *_: Quotient) -> Quotient:
        """Outside.

        Raises:
            OutsideRingError: always.
        """
        raise OutsideRingError(f"got {function}, expected a rational function")


def _checked(above: fmpq_poly, below: fmpq_poly) -> Quotient:
    if max(above.degree(), below.degree()) > MAX_DEGREE:
        raise OutsideRingError("the degree is too large")
    if not below:
        raise OutsideRingError("a denominator is 0")
    return Quotient(above, below)


@dataclass(frozen=True)
class ExactSign:
    """What Sturm's theorem says of f > 0 or f >= 0 on an interval.

    Args:
        holds: whether it is true.
        point: a rational point at which it is false, if it is.
        pole: whether a denominator vanishes somewhere in the interval; then nothing is said.
        degree: of numerator times denominator.
    """

    holds: bool
    point: Fraction | None = None
    pole: bool = False
    degree: int = 0


def exact_sign(expr: Expr, variable: str, low: End, high: End, open_ends: tuple[bool, bool], strict: bool) -> ExactSign:
    """Decides the sign of a rational function on an interval.

    Args:
        expr: the function.
        variable: its variable.
        low: lower end, None for minus infinity.
        high: upper end, None for infinity.
        open_ends: whether the ends are excluded.
        strict: whether f > 0 is asked, else f >= 0.

    Raises:
        OutsideRingError: the formula is no rational function with rational coefficients.

    Source: Sturm (1829); Basu, Pollack and Roy (2006), section 2.2.

    Example:
        >>> from analytic.grammar import parse
        >>> exact_sign(parse("x^2 - 2*x + 1"), "x", None, None, (True, True), False).holds
        True
        >>> exact_sign(parse("x^2 - 3*x + 2"), "x", Fraction(0), None, (True, True), False).point
        Fraction(3, 2)
    """
    found = evaluate(expr, QuotientAlgebra(variable))
    product = found.above * found.below
    if found.below.degree() > 0 and next(_roots_in(found.below, low, high, open_ends), None) is not None:
        return ExactSign(False, pole=True)
    if not product:
        point = _between(low, high)
        return ExactSign(not strict, point if strict else None)
    for point in _samples(product, low, high):
        if _value(product, point) < 0:
            return ExactSign(False, point, False, product.degree())
    zero = next(_roots_in(product, low, high, open_ends), None) if strict else None
    if zero is not None:
        exact = zero[0] if zero[0] == zero[1] else None
        return ExactSign(False, exact, False, product.degree())
    return ExactSign(True, None, False, product.degree())


def _value(p: fmpq_poly, x: Fraction) -> Fraction:
    value = p(fmpq(x.numerator, x.denominator))
    return Fraction(int(value.p), int(value.q))


def _between(low: End, high: End) -> Fraction:
    if low is None:
        return Fraction(0) if high is None else high - 1
    return low + 1 if high is None else (low + high) / 2


def _chain(p: fmpq_poly) -> list[fmpq_poly]:
    found = [p, p.derivative()]
    while found[-1]:
        found.append(-(found[-2] % found[-1]))
    return found[:-1]


def _changes(chain: list[fmpq_poly], x: End, side: int) -> int:
    """Sign changes at x, or at infinity of that side."""
    values = [_value(q, x) if x is not None else q[q.degree()] * (side ** int(q.degree())) for q in chain]
    signs = [v > 0 for v in values if v != 0]
    return sum(a != b for a, b in pairwise(signs))


def _squarefree(p: fmpq_poly) -> fmpq_poly:
    return p // p.gcd(p.derivative()) if p.degree() > 0 else p


def _isolated(p: fmpq_poly, low: End, high: End) -> list[tuple[Fraction, Fraction]]:
    """Disjoint intervals (a, b], or points, with one root of p each, within [low, high], in order."""
    free = _squarefree(p)
    if free.degree() < 1:
        return []
    size = max(abs(_fraction(free[i] / free[free.degree()])) for i in range(free.degree() + 1))
    bound = size + 2  # Cauchy's bound of all roots
    chain = _chain(free)
    a = -bound if low is None else max(low, -bound)
    b = bound if high is None else min(high, bound)
    found = [(a, a)] if a <= b and _value(free, a) == 0 else []
    waiting = [(a, b)] if a < b else []
    while waiting:
        x, y = waiting.pop()
        count = _changes(chain, x, -1) - _changes(chain, y, 1)
        if count == 1:
            found.append(_separated(free, chain, x, y))
        elif count > 1:
            middle = (x + y) / 2
            waiting += [(middle, y), (x, middle)]
    return _apart(sorted(found), free, chain, a, b)


def _fraction(value: fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def _separated(free: fmpq_poly, chain: list[fmpq_poly], x: Fraction, y: Fraction) -> tuple[Fraction, Fraction]:
    """The only root in (x, y] as a point if it is found to be a simple number, else in a narrow interval."""
    if _value(free, y) == 0:
        return y, y
    for _ in range(40):
        x, y = _halved(free, chain, x, y)
        if x == y:
            return x, y
    near = ((x + y) / 2).limit_denominator(10**4)
    return (near, near) if x < near <= y and _value(free, near) == 0 else (x, y)


def _halved(free: fmpq_poly, chain: list[fmpq_poly], x: Fraction, y: Fraction) -> tuple[Fraction, Fraction]:
    middle = (x + y) / 2
    if _value(free, middle) == 0:
        return middle, middle
    inside = _changes(chain, x, -1) - _changes(chain, middle, 1) == 1
    return (x, middle) if inside else (middle, y)


def _apart(
    found: list[tuple[Fraction, Fraction]], free: fmpq_poly, chain: list[fmpq_poly], low: Fraction, high: Fraction
) -> list[tuple[Fraction, Fraction]]:
    """Narrower, until there is room for a point between neighbours, and next to the ends."""
    roots = list(found)
    for i, (x, y) in enumerate(roots):
        while x < y and (
            x <= (roots[i - 1][1] if i else low) or y >= (roots[i + 1][0] if i + 1 < len(roots) else high)
        ):
            x, y = _halved(free, chain, x, y)
        roots[i] = (x, y)
    return roots


def _roots_in(p: fmpq_poly, low: End, high: End, open_ends: tuple[bool, bool]) -> Iterator[tuple[Fraction, Fraction]]:
    for a, b in _isolated(p, low, high):
        excluded = a == b and ((a == low and open_ends[0]) or (a == high and open_ends[1]))
        if not excluded:
            yield a, b


def _samples(p: fmpq_poly, low: End, high: End) -> Iterator[Fraction]:
    """One simple point in each part of the open interval between neighbouring roots."""
    roots = _isolated(p, low, high)
    ends: list[End] = [low, *(x for pair in roots for x in pair), high]
    for a, b in zip(ends[::2], ends[1::2], strict=True):
        if a is None or b is None or a < b:
            yield _simple(p, a, b)


def _simple(p: fmpq_poly, a: End, b: End) -> Fraction:
    """A number of small denominator strictly between a and b at which p does not vanish."""
    middle = _between(a, b)
    for denominator in (1, 2, 3, 4, 5, 10, 100):
        for near in (
            middle.limit_denominator(denominator),
            middle.limit_denominator(denominator) + Fraction(1, denominator),
        ):
            inside = (a is None or near > a) and (b is None or near < b)
            if inside and _value(p, near) != 0:
                return near
    return middle
