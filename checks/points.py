"""Rational test points of a claim: simple ones first, for counterexamples; random ones, for generic tests."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import islice, product
from math import ceil, floor, pi, tan

from flint import arb, fmpq

from analytic.algebra import evaluate
from analytic.angle import Angle
from analytic.balls import BallAlgebra, rational
from analytic.formula import Expr
from analytic.grammar import parse
from analytic.interpret import Interpreter
from analytic.neurons import VECTORS
from analytic.point import angle_at
from checks.claim import Claim
from checks.domain import ANGLES, POSITIVE, REALS, read_domain

#: t = tan(theta/2) of the simple angles, simplest first; pi/2 belongs to t = 1.
SIMPLE_TANGENTS = [
    Fraction(*f) for f in ((1, 1), (1, 2), (2, 1), (1, 3), (3, 1), (2, 3), (3, 2), (1, 5), (5, 1), (1, 9), (9, 1))
]
#: pi/2 first, then the angles of the triangle, then those with rational sine and cosine.
SIMPLE_ANGLES: list[Fraction | Expr] = [
    SIMPLE_TANGENTS[0],
    *(parse(a) for a in ("pi/3", "2*pi/3")),
    *SIMPLE_TANGENTS[1:],
]
SIMPLE_NORMS = [Fraction(*f) for f in ((1, 1), (2, 1), (1, 2), (3, 1), (1, 3))]
SIMPLE_REALS = [Fraction(*f) for f in ((0, 1), (1, 1), (-1, 1), (1, 2), (2, 1), (-1, 2), (-2, 1), (1, 3), (3, 1))]
#: How many candidates are looked at before a claim's assumptions are called unsatisfiable by test points.
MAX_CANDIDATES = 4000
#: Larger denominators are not simple.
MAX_SIMPLE = 2000
#: Denominators tried when a random point is made simpler.
MAX_DENOMINATOR = 60
WIDER_AFTER = 500


@dataclass(frozen=True)
class Point:
    """A rational point: norms and parameters by name, and tan(theta/2) or a fixed angle.

    Args:
        values: norms (key ``|w|``) and parameters.
        tangent: t with theta = 2 atan(t), or None.
        angle: a fixed theta as a formula, or None.
        constants: values fixed by formulas of constants.
        vectors: the names of the vectors.
    """

    values: Mapping[str, Fraction]
    tangent: Fraction | None
    angle: Expr | None
    constants: Mapping[str, Expr]
    vectors: tuple[str, ...]

    def __str__(self) -> str:
        parts = [f"{n} = {v}" for n, v in (*self.values.items(), *self.constants.items())]
        if len(self.vectors) > 1:
            parts.append(f"theta = {self.angle if self.angle is not None else _shown(self.tangent)}")
        return ", ".join(parts) or "no variables"

    @property
    def exact_angle(self) -> Angle | None:
        """The angle with its cosine and sine as balls."""
        if self.angle is not None:
            return angle_at(self.angle)
        return (
            None if self.tangent is None else Angle.from_tangent(fmpq(self.tangent.numerator, self.tangent.denominator))
        )

    def interpreter(self) -> Interpreter[arb]:
        """Evaluates formulas at the point, in balls at the current precision."""
        known = {n: rational(v) for n, v in self.values.items()}
        known |= {n: evaluate(e, BallAlgebra({}, None, {})) for n, e in self.constants.items()}
        norms = {n: known[f"|{n}|"] for n in self.vectors}
        parameters = {n: v for n, v in known.items() if not n.startswith("|")}
        pair = (self.vectors[0], self.vectors[1]) if len(self.vectors) > 1 else None
        return Interpreter(BallAlgebra(norms, self.exact_angle, parameters, pair))


def _shown(tangent: Fraction | None) -> str:
    return "pi/2" if tangent == 1 else f"2*atan({tangent})"


def vectors_of(claim: Claim, kind: str) -> tuple[str, ...]:
    """The vectors of one class of a claim."""
    return VECTORS[kind] if kind else claim.norms


def simple_points(claim: Claim, kind: str = "") -> Iterator[Point]:
    """Points of the claim's domain that satisfy its assumptions, simplest first.

    Args:
        claim: an identity.
        kind: the class of a claim about neurons.
    """

    free, make = _maker(claim, kind)
    choices = [_simple_values(claim, n) for n in free]
    for indices in _by_simplicity(tuple(map(len, choices))):
        point = make([values[i] for values, i in zip(choices, indices, strict=True)])
        if admissible(claim, point):
            yield point


def _simple_values(claim: Claim, name: str) -> list[Fraction | Expr]:
    """Simple values of a variable; where none of the usual ones lies in its domain, the simplest that do."""
    usual = SIMPLE_ANGLES if name == "theta" else SIMPLE_NORMS if name.startswith("|") else SIMPLE_REALS
    domain = claim.domain(name)
    if domain in (read_domain(ANGLES), read_domain(POSITIVE), read_domain(REALS)):
        return list(usual)
    inside = [v for v in usual if domain.contains(_value(name, v))]
    low, high = (None if e is None else _float(e) for e in (domain.low, domain.high))
    if inside or low is None or high is None:
        return list(inside or usual)
    if name == "theta":
        low, high = tan(low / 2), tan(high / 2) if high < pi else 2 * tan(low / 2) + 1
    return list(simplest_between(Fraction(low), Fraction(high)))


def _value(name: str, value: Fraction | Expr) -> arb:
    if isinstance(value, Expr):
        return angle_at(value).theta
    return 2 * rational(value).atan() if name == "theta" else rational(value)


def _float(expr: Expr) -> float:
    return float(evaluate(expr, BallAlgebra({}, None, {})))


def simplest_between(low: Fraction, high: Fraction, most: int = 5) -> tuple[Fraction, ...]:
    """Rationals strictly between two numbers, those of the smallest denominators first.

    Example:
        >>> [str(q) for q in simplest_between(Fraction(31, 10), Fraction(32, 10), 3)]
        ['19/6', '22/7', '25/8']
    """
    found: list[Fraction] = []
    denominator = 1
    while len(found) < most and low < high and denominator < MAX_SIMPLE:
        first = floor(low * denominator) + 1
        candidates = (Fraction(n, denominator) for n in range(first, min(first + most, ceil(high * denominator))))
        found += [q for q in candidates if q not in found]
        denominator += 1
    return tuple(found[:most])


def simpler_points(claim: Claim, point: Point) -> Iterator[Point]:
    """Points that differ from one in a value with a smaller denominator, boldest first; none for a fixed angle.

    Args:
        claim: an identity.
        point: a point of its domain.
    """
    for name in (*point.values, *(("theta",) if point.tangent is not None else ())):
        value = point.tangent if name == "theta" else point.values[name]
        assert value is not None
        seen = {value}
        for denominator in range(1, min(value.denominator, MAX_DENOMINATOR) + 1):
            rounded = value.limit_denominator(denominator)
            if rounded in seen:
                continue
            seen.add(rounded)
            values = point.values if name == "theta" else {**point.values, name: rounded}
            tangent = rounded if name == "theta" else point.tangent
            simpler = Point(values, tangent, point.angle, point.constants, point.vectors)
            if (name != "theta" or rounded > 0) and admissible(claim, simpler):
                yield simpler


@lru_cache(maxsize=32)
def _by_simplicity(grids: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Indices into the lists of simple values, those with the smallest sum first."""
    everything = islice(product(*(range(n) for n in grids)), 200_000)
    return sorted(everything, key=lambda c: (sum(c), c))[:MAX_CANDIDATES]


def random_points(claim: Claim, count: int, seed: int, kind: str = "") -> list[Point]:
    """Generic points of the claim's domain that satisfy its assumptions; fewer than ``count`` if they are rare.

    Args:
        claim: an identity.
        count: how many are wanted.
        seed: of the pseudo-random choice; the same seed gives the same points.
        kind: the class of a claim about neurons.
    """
    generator = random.Random(seed)
    free, make = _maker(claim, kind)
    found: list[Point] = []
    for attempt in range(MAX_CANDIDATES):
        # where assumptions leave little room, look further and further out
        level = attempt // WIDER_AFTER
        spreads = [Fraction(10) ** generator.randint(-level, level) for _ in free]
        point = make([_draw(n, generator, claim, s) for n, s in zip(free, spreads, strict=True)])
        if admissible(claim, point):
            found.append(point)
        if len(found) == count or not free:
            break
    return found


def _draw(name: str, generator: random.Random, claim: Claim, spread: Fraction) -> Fraction:
    """A random rational in the variable's domain; for theta the tangent of half the angle."""
    domain = claim.domain(name)
    low, high = (
        None if e is None else float(evaluate(e, BallAlgebra({}, None, {}))) for e in (domain.low, domain.high)
    )
    if name == "theta":
        if domain == read_domain(ANGLES):
            return Fraction(generator.randint(3, 180), 41) * spread
        low, high = tan((low or 0.0) / 2), (tan(high / 2) if high is not None and high < pi else None)
        high = high if high is not None else low + 4 * float(spread)
    elif name.startswith("|") and (low or 0.0) == 0.0 and high is None:
        return Fraction(generator.randint(13, 120), 37) * spread
    scale = generator.choice([1, 1, 4, 16]) * float(spread)
    low = low if low is not None else (-scale if high is None else high - scale)
    high = high if high is not None else low + max(2 * scale, abs(low))
    return Fraction(low) + (Fraction(high) - Fraction(low)) * Fraction(generator.randint(1, 1022), 1023)


def _maker(claim: Claim, kind: str) -> tuple[list[str], Callable[[Sequence[Fraction | Expr]], Point]]:
    """The free variables, and how values for them make a point."""
    vectors = vectors_of(claim, kind)
    variables = [f"|{n}|" for n in vectors] + list(claim.parameters) + (["theta"] if len(vectors) > 1 else [])
    fixed = {n: p for n in variables if (p := claim.domain(n).point) is not None}
    free = [n for n in variables if n not in fixed]
    constants = {n: e for n, e in fixed.items() if n != "theta"}

    def make(values: Sequence[Fraction | Expr]) -> Point:
        given = {n: v for n, v in zip(free, values, strict=True) if isinstance(v, Fraction)}
        angle = next((v for v in values if isinstance(v, Expr)), fixed.get("theta"))
        tangent = given.pop("theta", None)
        return Point(given, tangent, angle, constants, vectors)

    return free, make


def admissible(claim: Claim, point: Point) -> bool:
    """Whether the point certainly lies in the domains and satisfies the assumptions."""
    interpreter = point.interpreter()
    algebra = interpreter.algebra
    assert isinstance(algebra, BallAlgebra)
    inside = [claim.domain(f"|{n}|").contains(v) for n, v in algebra.norms.items()]
    inside += [claim.domain(n).contains(v) for n, v in algebra.parameters.items()]
    if algebra.angle is not None:
        inside.append(claim.domain("theta").contains(algebra.angle.theta))
    if not all(inside):
        return False
    values = (
        (a, interpreter.tensor(a.left).scalar, interpreter.tensor(a.right).scalar) for a in claim.read_assumptions()
    )
    return all(a.holds(left, right) for a, left, right in values)
