r"""Strict inequalities on boxes, proved by adaptive subdivision in balls or refuted by a point.

On each box the value is enclosed twice, naturally and by the mean value form
$f(x) \in f(c) + \sum_i \partial_i f(B)(x_i - c_i)$, whose excess is quadratic in the width; where neither decides, the
side along which f varies most is halved. Boxes on which an enclosure is not finite never count as evidence.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from flint import arb, arb_mat

from analytic.algebra import evaluate
from analytic.balls import Ball, finite, precision, rational
from analytic.errors import DomainError, FormulaError
from analytic.formula import Expr
from analytic.grammar import parse
from analytic.landscape.duals import Dual, DualArithmetic
from analytic.ring import MAX_POWER

Interval = tuple[Fraction, Fraction]
Box = dict[str, Interval]
#: Working precision: boxes are far wider than rounding.
BITS = 80
#: A side is not halved below this fraction of the domain's.
FINEST = 2**40
#: Denominators that are tried for a simpler counterexample.
SIMPLE = (1, 2, 4, 5, 10, 100, 1000)


@dataclass(frozen=True)
class Counterexample:
    """A point of the domain at which the inequality is false.

    Args:
        point: rational coordinates.
        value: left-hand side minus right-hand side (of an inequality written with >), certainly not positive.
    """

    point: dict[str, Fraction]
    value: Ball


@dataclass(frozen=True)
class BoxProof:
    """What subdivision found out about a strict inequality.

    Args:
        statement: the inequality.
        domain: the box.
        boxes: how many boxes it was proved on.
        unresolved: boxes on which it is open.
        counterexample: a point that refutes it, or None.

    Example:
        >>> prove_inequality("sin(x) < x", {"x": (Fraction(1, 10), 3)})
        sin(x) < x on x in [1/10, 3]: CERTIFIED on 10 boxes, none unresolved
        >>> prove_inequality("x^2 > x - 1/5", {"x": (0, 1)})
        x^2 > x - 1/5 on x in [0, 1]: REFUTED at x = 1/2, where the difference is -0.0500000000000
    """

    statement: str
    domain: Box
    boxes: int
    unresolved: tuple[Box, ...]
    counterexample: Counterexample | None

    @property
    def is_proved(self) -> bool:
        """Whether the inequality holds on the whole box."""
        return self.counterexample is None and not self.unresolved

    def __repr__(self) -> str:
        head = f"{self.statement} on {_text(self.domain)}: "
        if self.counterexample is not None:
            where = ", ".join(f"{n} = {x}" for n, x in self.counterexample.point.items())
            return head + f"REFUTED at {where}, where the difference is {self.counterexample.value.rounded(12)}"
        if not self.unresolved:
            return head + f"CERTIFIED on {self.boxes} boxes, none unresolved"
        near = _text(self.unresolved[0])
        return head + f"INCONCLUSIVE: {len(self.unresolved)} boxes unresolved, such as {near}; {self.boxes} certified"


def _text(box: Box) -> str:
    return ", ".join(f"{n} in [{_short(a)}, {_short(b)}]" for n, (a, b) in box.items())


def _short(x: Fraction) -> str:
    return str(x) if x.denominator < 10**6 else f"{float(x):.9g}"


def prove_inequality(statement: str, domain: Mapping[str, tuple[Any, Any]], budget: int = 20_000) -> BoxProof:
    """Decides a strict inequality on a closed box.

    Args:
        statement: ``left < right`` or ``left > right`` in the language of formulas, or an expression, meaning > 0.
        domain: the interval of each name, rational ends; ``theta`` and norms ``|u|`` are names too.
        budget: enclosures that may be computed.

    Returns:
        Certified on every box of a cover, refuted at a point, or the boxes that are left.

    Raises:
        FormulaError: the statement cannot be read, is not strict, or has a name without an interval.
        DomainError: an interval is empty or infinite.

    Source: Moore (1966), "Interval Analysis"; the mean value form is that of chapter 6.
    """
    expr, box = _difference(statement), {n: _interval(n, ends) for n, ends in domain.items()}
    with precision(BITS):
        for point in _first_points(box):
            value = _at(expr, point)
            if _is_false(value):
                return BoxProof(statement, box, 0, (), _simplest(expr, box, point))
        return _subdivided(statement, expr, box, budget)


def _subdivided(statement: str, expr: Expr, domain: Box, budget: int) -> BoxProof:
    waiting, left, proved = deque([domain]), list[Box](), 0
    while waiting and budget > 0:
        box, budget = waiting.popleft(), budget - 1
        value, slopes = enclosure(expr, box)
        if finite(value) and bool(value > 0):
            proved += 1
            continue
        centre = {n: (a + b) / 2 for n, (a, b) in box.items()}
        if _is_false(_at(expr, centre)):
            return BoxProof(statement, domain, proved, (), _simplest(expr, domain, centre))
        halves = _halved(box, slopes, domain)
        (waiting if halves else left).extend(halves or [box])
    return BoxProof(statement, domain, proved, (*left, *waiting), None)


def enclosure(expr: Expr, box: Box) -> tuple[arb, dict[str, arb]]:
    """The range of a formula over a box, and of its partial derivatives; at the current precision.

    Args:
        expr: the formula.
        box: the interval of each name.
    """
    names = list(box)
    over: Dual = evaluate(expr, DualAlgebra({n: _ball(*ends) for n, ends in box.items()}))
    natural = over.value
    if over.slopes is None:
        return natural, {n: arb(0) for n in names}
    slopes = dict(zip(names, over.slopes.entries(), strict=True))
    value = _at(expr, {n: (a + b) / 2 for n, (a, b) in box.items()})
    for n, (a, b) in box.items():
        value = value + slopes[n] * arb(0, rational((b - a) / 2))
    # where the natural enclosure is not finite the formula may lack a value, whatever its slopes are
    decided = not finite(natural) or not finite(value) or bool(natural > 0)
    return (natural if decided or bool(natural.rad() < value.rad()) else value), slopes


def _halved(box: Box, slopes: Mapping[str, arb], domain: Box) -> list[Box]:
    def weight(name: str) -> float:
        a, b = box[name]
        slope = slopes[name]
        return float(b - a) * (float(slope.abs_upper()) if finite(slope) else 1e300 / float(_width(domain[name])))

    wide = [n for n, (a, b) in box.items() if b - a > _width(domain[n]) / FINEST]
    if not wide:
        return []
    name = max(wide, key=weight)
    a, b = box[name]
    return [{**box, name: (a, (a + b) / 2)}, {**box, name: ((a + b) / 2, b)}]


def _width(ends: Interval) -> Fraction:
    return ends[1] - ends[0] or Fraction(1)


def _ball(a: Fraction, b: Fraction) -> arb:
    return arb(rational((a + b) / 2), rational((b - a) / 2))


def _at(expr: Expr, point: Mapping[str, Fraction]) -> arb:
    found: Dual = evaluate(expr, DualAlgebra({n: rational(x) for n, x in point.items()}, slopes=False))
    return found.value


def _is_false(value: arb) -> bool:
    return finite(value) and bool(value <= 0)


def _first_points(box: Box) -> Iterator[dict[str, Fraction]]:
    """The centre and the corners."""
    yield {n: (a + b) / 2 for n, (a, b) in box.items()}
    for corner in product(*box.values()):
        yield dict(zip(box, corner, strict=True))


def _simplest(expr: Expr, domain: Box, point: dict[str, Fraction]) -> Counterexample:
    for denominator in SIMPLE:
        near = {n: x.limit_denominator(denominator) for n, x in point.items()}
        if all(a <= near[n] <= b for n, (a, b) in domain.items()) and _is_false(_at(expr, near)):
            return Counterexample(near, Ball.of(_at(expr, near)))
    return Counterexample(point, Ball.of(_at(expr, point)))


def _difference(statement: str) -> Expr:
    signs = [c for c in statement if c in "<>≤≥="]
    if not signs:
        return parse(statement)
    if len(signs) != 1 or signs[0] not in "<>":
        raise FormulaError(f"got {statement!r}, expected one strict inequality (< or >), such as sin(x) < x")
    left, right = statement.split(signs[0])
    return parse(left) - parse(right) if signs[0] == ">" else parse(right) - parse(left)


def _interval(name: str, ends: tuple[Any, Any]) -> Interval:
    try:
        a, b = (Fraction(x) for x in ends)
    except (ValueError, OverflowError, TypeError):
        raise DomainError(f"got {ends!r} for {name}, expected two rational numbers, such as (0, 1/2)") from None
    if a > b:
        raise DomainError(f"got the interval [{a}, {b}] for {name}, expected the smaller end first")
    return a, b


#: Derivatives of functions of one variable, as functions of x.
DERIVATIVES: dict[str, Callable[[arb], arb]] = {
    "exp": lambda x: x.exp(),
    "log": lambda x: 1 / x,
    "sin": lambda x: x.cos(),
    "cos": lambda x: -x.sin(),
    "tan": lambda x: 1 / (x.cos() * x.cos()),
    "atan": lambda x: 1 / (1 + x * x),
    "atanh": lambda x: 1 / (1 - x * x),
    "asin": lambda x: 1 / (1 - x * x).sqrt(),
    "acos": lambda x: -1 / (1 - x * x).sqrt(),
    "erf": lambda x: 2 * (-x * x).exp() / arb.pi().sqrt(),
    "abs": lambda x: arb(1) if x > 0 else arb(-1) if x < 0 else arb(0, 1),  # Lipschitz: the hull of both slopes
}


class DualAlgebra:
    """Values with partial derivatives over balls, as an ``Algebra`` of formulas.

    Args:
        values: the ball of each name, ``theta`` and norms ``|u|`` among them.
        slopes: whether derivatives are wanted.

    Example:
        >>> found = evaluate(parse("x^2*y"), DualAlgebra({"x": arb(3), "y": arb(2)}))
        >>> float(found.value), [float(s) for s in found.slopes.entries()]
        (18.0, [12.0, 9.0])
    """

    def __init__(self, values: Mapping[str, arb], slopes: bool = True) -> None:
        self.pair: tuple[str, str] | None = None
        names = list(values)
        rows = [arb_mat([[int(n == m) for m in names]]) if slopes else None for n in names]
        self.variables = {n: Dual(values[n], row) for n, row in zip(names, rows, strict=True)}

    def number(self, value: Fraction) -> Dual:
        """The rational number."""
        return Dual(rational(value))

    def pi(self) -> Dual:
        """A ball around pi."""
        return Dual(arb.pi())

    def theta(self) -> Dual:
        """The variable ``theta``."""
        return self.parameter("theta")

    def norm(self, vector: str) -> Dual:
        """The variable ``|vector|``."""
        return self.parameter(f"|{vector}|")

    def parameter(self, identifier: str) -> Dual:
        """A variable.

        Raises:
            FormulaError: it has no interval.
        """
        if identifier not in self.variables:
            known = ", ".join(self.variables) or "none"
            raise FormulaError(f"got the name {identifier!r} without an interval, expected one of {known}")
        return self.variables[identifier]

    def add(self, x: Dual, y: Dual) -> Dual:
        """The sum."""
        return x + y

    def mul(self, x: Dual, y: Dual) -> Dual:
        """The product."""
        return square(x) if x is y else x * y

    def power(self, x: Dual, exponent: Fraction) -> Dual:
        """The power; ``arb``'s own power knows nothing at balls that contain 0."""
        if exponent == 0 and x.value.contains(0):  # 0^0 has no value
            return Dual(arb.nan())
        if exponent < 0:
            return Dual(arb(1)) / self.power(x, -exponent)
        if exponent.denominator == 1 and exponent <= MAX_POWER:
            return _natural_power(x, int(exponent))
        if exponent.denominator == 2 and exponent <= MAX_POWER:
            return _natural_power(DualArithmetic().sqrt(x), int(2 * exponent))
        value = x.value ** rational(exponent)
        return _chained(x, value, rational(exponent) * value / x.value)

    def function(self, function: str, *arguments: Dual) -> Dual:
        """The value of a function; without a known derivative its slopes are not finite, unless it is constant."""
        if len(arguments) == 1 and function == "sqrt":
            return DualArithmetic().sqrt(arguments[0])
        if len(arguments) == 1 and function in DERIVATIVES:
            x = arguments[0].value
            value = abs(x) if function == "abs" else getattr(x, function)()
            return _chained(arguments[0], value, DERIVATIVES[function](x))
        from analytic.special.table import ball_value

        value, rows = ball_value(function, *(a.value for a in arguments)), [a.slopes for a in arguments]
        known = [row for row in rows if row is not None]
        return Dual(value, known[0] * arb.nan() if known else None)


def _chained(x: Dual, value: arb, slope: arb) -> Dual:
    return Dual(value, None if x.slopes is None else x.slopes * slope)


def square(x: Dual) -> Dual:
    """The square, never negative."""
    largest = arb(x.value.abs_upper())
    value = x.value * x.value
    if value.contains(0) and finite(value):
        half = largest * largest / 2
        value = arb(half, half)
    return Dual(value, None if x.slopes is None else x.slopes * (2 * x.value))


def _natural_power(x: Dual, n: int) -> Dual:
    if n == 0:
        return Dual(arb(1))
    half = _natural_power(x, n // 2) if n > 1 else Dual(arb(1))
    found = square(half) if n > 1 else x
    return found * x if n > 1 and n % 2 else found
