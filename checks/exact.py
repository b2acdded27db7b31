"""The exact witness on an identity: derive both sides, reduce left - right in the canonical ring, else use balls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, islice

from flint import arb

from analytic.algebra import evaluate
from analytic.balls import disjoint, finite, precision
from analytic.closed_forms import ClosedForms
from analytic.constants import multiple_of_pi, rational_value
from analytic.errors import (
    AnalyticError,
    DerivationError,
    DomainError,
    FormulaError,
    NoClosedFormError,
    OutsideRingError,
)
from analytic.formula import PI, Expr, may_lack_value, rewrite, walk
from analytic.frame import Tensor
from analytic.interpret import Interpreter, tensor_formula
from analytic.neurons import is_loss_derivative, loss_derivative, split_by_class, zero_of_order
from analytic.readable import readable
from analytic.ring import Element, Ring, canonical_ring
from analytic.writing import written
from checks.claim import OPERATORS, Claim
from checks.derived import DerivingInterpreter, derived_form
from checks.domain import POSITIVE, read_domain
from checks.errors import ClaimError, VacuousClaimError
from checks.existence import unproved_conditions
from checks.points import Point, random_points, simple_points, vectors_of
from checks.verdict import Counterexample, ExactEvidence, Outcome

#: Precisions tried for balls, in bits.
PRECISIONS = (106, 212, 848, 3392, 13568)
#: Working precision for a claim about one point.
ENCLOSING = 848
#: Every simple point is looked at with the first two precisions, the first few points with all.
THOROUGH_POINTS = 4
SECOND_ENGINE_POINTS = 8
#: How many random points are looked at for one without a value.
HOLE_POINTS = 24
SIMPLE_POINTS = 400
#: The same where functions are integrals, and where every point costs certified quadrature.
DEAR_POINTS, SLOW_POINTS = 40, 6
DEAR, CERTIFIED = 1, 2
_INTEGRALS = ("Phi2", "owens_t", "orthant", "re_Phi", "im_Phi")


@dataclass(frozen=True)
class Side:
    """One class of one side of an identity.

    Args:
        expr: its formula.
        ring: the ring of its class.
        tensor: its value in the ring, or None if it is outside. With ``why`` set the ring has variables free that the
            claim fixes: normal form 0 still proves, anything else says nothing.
        closed: whether it can be evaluated as it stands, without deriving anything.
        why: why equality cannot be decided in the ring; empty if it can.
    """

    expr: Expr
    ring: Ring
    tensor: Tensor[Element] | None
    closed: bool
    why: str = ""

    def at(self, point: Point) -> Tensor[arb]:
        """The value at a point in balls: as it stands if it is closed, else from what was derived."""
        interpreter = point.interpreter()
        if self.closed:
            return interpreter.tensor(self.expr)
        if self.tensor is None:
            return DerivingInterpreter(interpreter.algebra, self.ring, point).tensor(self.expr)
        return self.tensor.map(lambda x: interpreter.tensor(readable(x, self.ring)).scalar)

    def shown(self) -> str:
        """What was derived, as text."""
        if self.closed or self.tensor is None:
            return str(self.expr)
        return str(tensor_formula(self.tensor, self.ring))


def is_closed(expr: Expr) -> bool:
    """Whether the formula has nothing to derive."""
    operators = {n.children[0].identifier for n in walk(expr) if n.head == "call"} & OPERATORS
    return not operators and not any(n.head == "expect" for n in walk(expr))


def ring_of(claim: Claim, kind: str) -> Ring:
    """The canonical ring of one class of a claim, with what its domains fix.

    Raises:
        OutsideRingError: a variable is fixed at a point whose value is not in the ring.
    """
    vectors = vectors_of(claim, kind)
    angle: Fraction | None = None
    theta = claim.domain("theta").point if len(vectors) > 1 else None
    if theta is not None:
        angle = multiple_of_pi(theta)
        if angle is None:
            raise OutsideRingError(f"theta is fixed at {theta}, which is not a rational multiple of pi")
    values: dict[str, Fraction] = {}
    for name in (*(f"|{n}|" for n in vectors), *claim.parameters):
        point = claim.domain(name).point
        value = None if point is None else rational_value(point)
        if point is not None and value is None:
            raise OutsideRingError(f"{name} is fixed at {point}, which is not visibly rational")
        values |= {} if value is None else {name: value}
    return canonical_ring(vectors, claim.parameters, angle, tuple(sorted(values.items())))


def sides_by_class(claim: Claim) -> dict[str, tuple[Side, Side]]:
    """Both sides of the claim, class by class.

    Raises:
        ClaimError: a side has no meaning, such as a vector plus a scalar.
    """
    left, right = claim.sides()
    try:
        if not claim.neurons:
            return {"": _both(claim, left, right)}
        parts = [_neuron_side(claim, s) for s in (left, right)]
    except (FormulaError, DomainError) as error:
        raise ClaimError(f"{claim.name}: {error}") from None
    return {c: (parts[0][c], parts[1][c]) for c in claim.classes}


def _neuron_side(claim: Claim, expr: Expr) -> dict[str, Side]:
    if is_loss_derivative(expr):
        blocks = loss_derivative(expr)
        if set(blocks) != set(claim.classes):
            raise ClaimError("got two different derivatives of L, expected one of them and a formula")
        return {c: Side(expr, b.ring, b.tensor, closed=False) for c, b in blocks.items()}
    return {c: _side(claim, e, c) for c, e in split_by_class(expr, claim.classes).items()}


def _both(claim: Claim, left: Expr, right: Expr) -> tuple[Side, Side]:
    """Both sides in one ring: where fixing a variable leaves one outside, with every variable free."""
    sides = _side(claim, left, ""), _side(claim, right, "")
    if sides[0].ring is sides[1].ring:
        return sides
    why = next(s.why for s in sides if s.why)
    return _side(claim, left, "", why), _side(claim, right, "", why)


def _side(claim: Claim, expr: Expr, kind: str, why: str = "") -> Side:
    closed = is_closed(expr)
    free = canonical_ring(vectors_of(claim, kind), claim.parameters)
    try:
        ring = free if why else ring_of(claim, kind)
    except OutsideRingError as error:
        ring, why = free, str(error)
    for candidate in dict.fromkeys((ring, free)):
        try:
            return Side(expr, candidate, Interpreter(candidate).tensor(expr), closed, why)
        except (OutsideRingError, DerivationError, DomainError, NoClosedFormError) as error:
            why = why or str(error)
    return Side(expr, ring, None, closed, why)


def judge_identity(claim: Claim, seed: int) -> ExactEvidence:
    """What the exact witness says of an identity.

    Args:
        claim: the identity.
        seed: of the random rational points of the second engine.

    Returns:
        The evidence; its outcome is EQUAL only if every class reduces to normal form 0, DIFFERENT only if two finite
        balls at an admissible rational point are disjoint.

    Raises:
        ClaimError: the sides are of different kinds.
        VacuousClaimError: no point satisfies the assumptions.
    """
    found = []
    for kind, (left, right) in sides_by_class(claim).items():
        if next(iter(simple_points(claim, kind)), None) is None and not random_points(claim, 1, seed, kind):
            raise VacuousClaimError(f"no test point satisfies {', '.join(claim.assumptions) or 'the domains'}")
        found.append(compare(claim, kind, left, right, seed))
    worst = [Outcome.DIFFERENT, Outcome.UNLIKE, Outcome.UNDECIDED, Outcome.ENCLOSED, Outcome.EQUAL]
    summary = min(found, key=lambda e: worst.index(e.outcome))
    if len(found) == 1:
        return summary
    derived = " | ".join(f"{c}: {e.derived}" for c, e in zip(claim.classes, found, strict=True))
    return ExactEvidence(
        summary.outcome,
        summary.engine,
        derived,
        tuple(dict.fromkeys(c for e in found for c in e.conditions)),
        summary.detail,
        summary.counterexample,
        summary.second_engine,
    )


def compare(claim: Claim, kind: str, left: Side, right: Side, seed: int) -> ExactEvidence:
    """Compares one class of both sides."""
    conditions = _conditions(claim, kind)
    if left.tensor is not None and right.tensor is not None and left.ring is right.ring:
        a, b = matched(left.tensor, right.tensor, left.ring)
        difference = a.combine(b, lambda x, y: left.ring.reduce(x - y))
        engine = f"normal form in {left.ring.describe()}"
        if all(left.ring.is_zero(x) for x in difference.coordinates.values()):
            return _confirmed(claim, kind, left, right, seed, engine, conditions)
        if not (left.why or right.why):
            detail = f"left - right = {tensor_formula(difference, left.ring)}"
            counterexample = find_counterexample(claim, kind, left, right, seed)
            outcome = Outcome.UNLIKE if counterexample is None else Outcome.DIFFERENT
            return ExactEvidence(outcome, engine, left.shown(), conditions, detail, counterexample)
    proof = _by_field(claim, kind, left, right, conditions, seed)
    return proof or _by_balls(claim, kind, left, right, conditions, seed)


def _by_field(
    claim: Claim, kind: str, left: Side, right: Side, conditions: tuple[str, ...], seed: int
) -> ExactEvidence | None:
    """A proof by a zero normal form in the field of closed forms; None if there is none."""
    operators = any(n.is_call(o) for s in (left, right) for n in walk(s.expr) for o in OPERATORS)
    theta = claim.domain("theta").point
    if kind or operators or (theta is not None and multiple_of_pi(theta) in (0, 1)):
        return None
    vectors = vectors_of(claim, kind)
    pair = {"theta": (vectors[0], vectors[1])} if len(vectors) > 1 else {}
    positive = tuple(n for n in claim.parameters if claim.domain(n).within(read_domain(POSITIVE)))
    field, existence = ClosedForms(vectors, pair, (), positive, claim.parameters), dict[Expr, None]()

    def derived(node: Expr) -> Expr | None:
        if node.head != "expect":
            return None
        result = derived_form(node.children[0], vectors, claim.parameters)
        existence.update(dict.fromkeys(written(c) for c in result.field.conditions))
        return result.value

    try:
        difference = evaluate(rewrite(left.expr, derived), field) - evaluate(rewrite(right.expr, derived), field)
    except AnalyticError:
        return None
    if difference:
        return None
    engine = "normal form in the field of closed forms"
    stated = (*conditions, *(f"{c} > 0" for c in existence))
    return _confirmed(claim, kind, left, right, seed, engine, stated)


def _conditions(claim: Claim, kind: str) -> tuple[str, ...]:
    vectors = vectors_of(claim, kind)
    norms = tuple(f"|{n}| > 0" for n in vectors)
    angle = "theta" if not kind else f"theta({', '.join(vectors)})"
    free = len(vectors) > 1 and claim.domain("theta").point is None
    interior = (f"{angle} in (0, pi), and by continuity at 0 and pi where both sides are continuous",) if free else ()
    denominators = ("every denominator is non-zero",) if any(_may_vanish(s) for s in claim.sides()) else ()
    return (*norms, *interior, *denominators, *claim.assumptions)


def _may_vanish(expr: Expr) -> bool:
    """Whether the formula divides by something that is not visibly positive."""
    powers = (n.children for n in walk(expr) if n.head == "pow")
    divides = any((rational_value(exponent) or 0) < 0 and not _positive(base) for base, exponent in powers)
    return divides or any(n.is_call("tan") for n in walk(expr))


def _positive(expr: Expr) -> bool:
    """Whether the formula is visibly positive: products, powers and roots of positive numbers, pi and norms."""
    if expr.head in ("mul", "pow") or expr.is_call("sqrt"):
        parts = {"mul": expr.children, "pow": expr.children[:1], "call": expr.children[1:]}
        return all(_positive(c) for c in parts[expr.head])
    return expr.head == "norm" or expr == PI or (expr.head == "num" and expr.fraction > 0)


def matched(left: Tensor[Element], right: Tensor[Element], ring: Ring) -> tuple[Tensor[Element], Tensor[Element]]:
    """Both tensors with a scalar zero promoted to the other's kind.

    Raises:
        ClaimError: the kinds differ.
    """

    def zero(x: Tensor[Element]) -> bool:
        return x.order == 0 and ring.is_zero(x.scalar)

    if left.order != right.order and zero(right):
        right = zero_of_order(left.order, ring)
    if left.order != right.order and zero(left):
        left = zero_of_order(right.order, ring)
    if left.order != right.order:
        raise ClaimError(
            f"the left side is {left.kind}, the right side {right.kind}; expected the same kind (a name that is no "
            f"declared variable is a vector: declare constants, such as variables={{'t': '(0, 1)'}})"
        )
    return left, right


def _confirmed(
    claim: Claim, kind: str, left: Side, right: Side, seed: int, engine: str, conditions: tuple[str, ...]
) -> ExactEvidence:
    """Equality by normal form, unless balls at random rational points contradict it or a side has no value there."""
    lacking = _missing_existence(claim, kind, left, right)
    if lacking:
        where = f"an expectation exists only where {lacking[0]} > 0"
        detail = f"the normal form is 0, but {where}: restrict the domain to that"
        return ExactEvidence(Outcome.UNLIKE, engine, left.shown(), conditions, detail)
    hole = _hole(claim, kind, left, right, seed)
    if hole is not None:
        detail = f"the normal form is 0, but a side has no value at {hole}: restrict the domain"
        return ExactEvidence(Outcome.UNLIKE, engine, left.shown(), conditions, detail)
    points = random_points(claim, SECOND_ENGINE_POINTS, seed, kind)
    valued = 0
    with precision(212):
        for point in points:
            with suppress(DomainError):
                pairs = _value_pairs(left, right, point)
                valued += all(finite(x) and finite(y) for x, y in pairs)
                if any(disjoint(x, y) for x, y in pairs):
                    detail = f"the normal form is 0, but balls at {point} are disjoint: an error in the program"
                    return ExactEvidence(Outcome.UNDECIDED, engine, left.shown(), conditions, detail)
    if not valued:  # 1/0 = 1/0 is no true statement
        detail = "the normal form is 0, but no test point was found at which both sides have a value"
        return ExactEvidence(Outcome.UNLIKE, engine, left.shown(), conditions, detail)
    second = f"212-bit balls overlap at {valued} random rational point{'s' * (valued != 1)} (seed {seed})"
    return ExactEvidence(Outcome.EQUAL, engine, left.shown(), conditions, "normal form 0", None, second)


def _missing_existence(claim: Claim, kind: str, left: Side, right: Side) -> list[Expr]:
    """The conditions under which the expectations of a claim exist that are not proved on its domain."""
    vectors, found = vectors_of(claim, kind), dict[Expr, None]()
    for node in (n for s in (left, right) for n in walk(s.expr) if n.head == "expect" and not kind):
        with suppress(AnalyticError):
            result = derived_form(node.children[0], vectors, claim.parameters)
            found.update(dict.fromkeys(written(c) for c in result.field.conditions))
    return unproved_conditions(found, claim, vectors)


def _hole(claim: Claim, kind: str, left: Side, right: Side, seed: int) -> Point | None:
    """A random point at which a side, as it was stated, has no finite value: nothing cancelled."""
    partial = [s for s in (left, right) if may_lack_value(s.expr)]
    if kind or any(n.is_call(o) for s in partial for n in walk(s.expr) for o in OPERATORS):
        return None
    with precision(PRECISIONS[0]):
        for point in random_points(claim, HOLE_POINTS, seed, kind) if partial else ():
            for side in partial:
                interpreter = DerivingInterpreter(point.interpreter().algebra, side.ring, point)
                try:
                    value = interpreter.tensor(side.expr)
                except (OutsideRingError, FormulaError):
                    continue
                except DomainError:
                    return point
                if not all(finite(x) for x in value.coordinates.values()):
                    return point
    return None


def _value_pairs(left: Side, right: Side, point: Point) -> list[tuple[arb, arb]]:
    a, b = left.at(point), right.at(point)
    angle = point.exact_angle
    if angle is not None and angle.parallel:
        for x in (a, b):
            if any("2" in k and not c.contains(0) for k, c in x.coordinates.items()):
                raise DomainError("a side has no value at parallel vectors: it depends on the direction of approach")
    if a.order != b.order:
        full = a if a.order else b
        a, b = (t if t.order else _zero_like(full, t.scalar) for t in (a, b))
    return [(a.coordinates[k], b.coordinates[k]) for k in a.coordinates]


def _zero_like(full: Tensor[arb], value: arb) -> Tensor[arb]:
    """A scalar that is exactly 0 as the zero of another kind."""
    if not value.is_zero():
        raise ClaimError(f"got {full.kind} on one side and a scalar on the other, expected the same kind")
    return Tensor(full.order, dict.fromkeys(full.coordinates, value))


def find_counterexample(claim: Claim, kind: str, left: Side, right: Side, seed: int) -> Counterexample | None:
    """The first point at which balls of the two sides are disjoint: simple points, then random ones.

    All points are looked at with little precision before the first few are looked at with much: slips often agree at
    the simplest points, and high precision is dear where functions are integrals.
    """
    cost = max(_cost(left), _cost(right))
    points = list(islice(simple_points(claim, kind), (SIMPLE_POINTS, DEAR_POINTS, SLOW_POINTS)[cost]))
    further = () if cost == CERTIFIED else _lazily(claim, kind, seed)
    cheap, thorough = PRECISIONS[: 1 if cost == CERTIFIED else 2], PRECISIONS[2 : (len(PRECISIONS), 3, 2)[cost]]
    found = (_difference(left, right, p, bits) for p in chain(points, further) for bits in cheap)
    again = (_difference(left, right, p, bits) for p in points[:THOROUGH_POINTS] for bits in thorough)
    return next((_counterexample(p, kind, x, y) for p, x, y in filter(None, chain(found, again))), None)


def _difference(left: Side, right: Side, point: Point, bits: int) -> tuple[Point, arb, arb] | None:
    """The first coordinates at a point whose balls are disjoint."""
    with precision(bits):
        try:
            pairs = _value_pairs(left, right, point)
        except (DomainError, OutsideRingError):
            return None
        return next(((point, x, y) for x, y in pairs if disjoint(x, y)), None)


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


def _lazily(claim: Claim, kind: str, seed: int) -> Iterator[Point]:
    yield from random_points(claim, SECOND_ENGINE_POINTS, seed, kind)


def _counterexample(point: Point, kind: str, x: arb, y: arb) -> Counterexample:
    summand = {"students": " (summand over the other students)", "teachers": " (summand over the teachers)"}
    ratio = x / y
    texts = next(t for t in (_texts(digits, x, y) for digits in (15, 30, 60, 120, 1000, 5000)) if t[0] != t[1])
    shown = ratio.str(max(15, len(texts[0])), radius=False) if finite(ratio) else None
    return Counterexample(f"{point}{summand.get(kind, '')}", *texts, shown)


def _texts(digits: int, x: arb, y: arb) -> tuple[str, str]:
    return x.str(digits, radius=False), y.str(digits, radius=False)


def _by_balls(
    claim: Claim, kind: str, left: Side, right: Side, conditions: tuple[str, ...], seed: int
) -> ExactEvidence:
    """Balls: they refute at a point; they certify only where the whole domain is one point."""
    engine = "balls at rational points"
    why = "; ".join(dict.fromkeys(s.why for s in (left, right) if s.why))
    counterexample = find_counterexample(claim, kind, left, right, seed)
    if counterexample is not None:
        return ExactEvidence(Outcome.DIFFERENT, engine, left.shown(), conditions, why, counterexample)
    variables = (
        *(f"|{n}|" for n in vectors_of(claim, kind)),
        *claim.parameters,
        *(("theta",) if left.ring.pair else ()),
    )
    if all(claim.domain(v).point is not None for v in variables):
        return _enclosed(claim, kind, left, right, conditions)
    agreement = (
        "balls of both sides overlap at every point tried, which proves nothing: a cover of the domain is missing"
    )
    detail = f"{why}; {agreement}"
    return ExactEvidence(Outcome.UNDECIDED, engine, left.shown(), conditions, detail)


def _enclosed(claim: Claim, kind: str, left: Side, right: Side, conditions: tuple[str, ...]) -> ExactEvidence:
    """A claim about one point: the largest possible |left - right| there."""
    point = next(iter(simple_points(claim, kind)))
    with precision(ENCLOSING):
        try:
            pairs = _value_pairs(left, right, point)
        except DomainError as error:
            return ExactEvidence(Outcome.UNDECIDED, "balls", left.shown(), conditions, str(error))
        gaps = [abs(x - y).abs_upper() for x, y in pairs]
        if not all(finite(g) for g in gaps):
            return ExactEvidence(Outcome.UNDECIDED, "balls", left.shown(), conditions, "a ball is infinite or NaN")
        eps = max(gaps, key=lambda g: float(g.log()) if g > 0 else float("-inf"))
        detail = f"|left - right| <= {eps.str(3, radius=False)} at the only point {point}, {ENCLOSING} bits"
    return ExactEvidence(Outcome.ENCLOSED, "balls at the only point of the domain", left.shown(), conditions, detail)


def has_value(claim: Claim, seed: int) -> bool:
    """Whether both sides have finite values at some test point; a formula without any is no statement."""
    for kind, sides in sides_by_class(claim).items():
        for point in random_points(claim, SECOND_ENGINE_POINTS, seed, kind):
            with precision(PRECISIONS[0]):
                if all(finite(x) for s in sides for x in s.at(point).coordinates.values()):
                    return True
    return False
