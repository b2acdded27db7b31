"""The exact witness on an identity: derive both sides, reduce left - right in the canonical ring, else use balls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import ceil, log2

from flint import arb

from analytic.algebra import evaluate
from analytic.balls import disjoint, finite, precision
from analytic.closed_forms import ClosedForms
from analytic.constants import multiple_of_pi, rational_value
from analytic.errors import AnalyticError, DomainError, FormulaError, OutsideRingError
from analytic.field_interpret import FieldInterpreter
from analytic.formula import PI, Expr, call, may_lack_value, mul, name, rewrite, walk
from analytic.frame import Tensor
from analytic.interpret import tensor_formula
from analytic.neurons import zero_of_order
from analytic.ring import Element, Ring
from analytic.writing import written
from checks.claim import OPERATORS, Claim
from checks.counterexamples import PRECISIONS, find_counterexample
from checks.derived import DerivingInterpreter, derived_form, has_vectors
from checks.domain import POSITIVE, read_domain
from checks.errors import ClaimError, VacuousClaimError
from checks.existence import jump_conditions, unproved_conditions
from checks.points import Point, random_points, simple_points, vectors_of
from checks.sides import Side, sides_by_class, value_pairs
from checks.stage import entered
from checks.verdict import Counterexample, ExactEvidence, Outcome

#: Working precision for a claim about one point.
ENCLOSING = 848
#: Bits beyond the digits that are asked for: what the evaluation of both sides may lose.
SPARE = 128
SECOND_ENGINE_POINTS = 8
#: How many random points are looked at for one without a value.
HOLE_POINTS = 24


@dataclass(frozen=True)
class Exactly:
    """How the exact witness works.

    Args:
        normal_forms: whether normal forms may prove.
        balls: whether balls may refute at a point, and certify where there is one point only. Without them a normal
            form that is not 0 settles nothing; balls that look for an error in a normal form of 0 are part of a proof.
        digits: |left - right| <= 10^-digits is what a certificate has to show; None: whatever ``ENCLOSING`` bits show.
    """

    normal_forms: bool = True
    balls: bool = True
    digits: int | None = None

    @property
    def bits(self) -> int:
        """Working precision for a claim about one point: the digits, and as many bits again as a sum may cancel."""
        return ENCLOSING if self.digits is None else ceil(self.digits * log2(10)) + SPARE


ALL_MEANS = Exactly()
LEFT_OUT = ExactEvidence(Outcome.UNDECIDED, "none", detail="the exact witness was left out")


def judge_identity(claim: Claim, seed: int, means: Exactly = ALL_MEANS) -> ExactEvidence:
    """What the exact witness says of an identity.

    Args:
        claim: the identity.
        seed: of the random rational points of the second engine.
        means: which of its procedures it may use.

    Returns:
        The evidence; its outcome is EQUAL only if every class reduces to normal form 0, DIFFERENT only if two finite
        balls at an admissible rational point are disjoint.

    Raises:
        ClaimError: the sides are of different kinds.
        VacuousClaimError: no point satisfies the assumptions.
    """
    return judge_sides(claim, sides_by_class(claim), seed, means)


def judge_sides(
    claim: Claim, sides: Mapping[str, tuple[Side, Side]], seed: int, means: Exactly = ALL_MEANS
) -> ExactEvidence:
    """What the exact witness says of two sides about the variables of a claim.

    Args:
        claim: gives the variables, their domains and the assumptions.
        sides: both sides by class.
        seed: see ``judge_identity``.
        means: see ``judge_identity``.

    Raises:
        ClaimError, VacuousClaimError: see ``judge_identity``.
    """
    found = []
    for kind, (left, right) in sides.items():
        if next(iter(simple_points(claim, kind)), None) is None and not random_points(claim, 1, seed, kind):
            raise VacuousClaimError(f"no test point satisfies {', '.join(claim.assumptions) or 'the domains'}")
        found.append(compare(claim, kind, left, right, seed, means))
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


def compare(claim: Claim, kind: str, left: Side, right: Side, seed: int, means: Exactly = ALL_MEANS) -> ExactEvidence:
    """Compares one class of both sides."""
    conditions = _conditions(claim, kind)
    if not means.normal_forms:
        return _by_balls(claim, kind, left, right, conditions, seed, means)
    entered("exact")
    if left.tensor is not None and right.tensor is not None and left.ring is right.ring:
        a, b = matched(left.tensor, right.tensor, left.ring)
        difference = a.combine(b, lambda x, y: left.ring.reduce(x - y))
        engine = f"normal form in {left.ring.describe()}"
        if all(left.ring.is_zero(x) for x in difference.coordinates.values()):
            return _confirmed(claim, kind, left, right, seed, engine, conditions)
        if not (left.why or right.why):
            detail = f"left - right = {tensor_formula(difference, left.ring)}"
            counterexample = _counterexample(claim, kind, left, right, seed, means)
            outcome = Outcome.UNLIKE if counterexample is None else Outcome.DIFFERENT
            return ExactEvidence(outcome, engine, left.shown(), conditions, detail, counterexample)
    proof = _by_field(claim, kind, left, right, conditions, seed)
    return proof or _by_balls(claim, kind, left, right, conditions, seed, means)


def _counterexample(
    claim: Claim, kind: str, left: Side, right: Side, seed: int, means: Exactly
) -> Counterexample | None:
    if not means.balls:
        return None
    entered("balls")
    return find_counterexample(claim, kind, left, right, seed)


def _by_field(
    claim: Claim, kind: str, left: Side, right: Side, conditions: tuple[str, ...], seed: int
) -> ExactEvidence | None:
    """A proof by a zero normal form in the field of closed forms; None if there is none."""
    theta = claim.domain("theta").point
    if kind or (theta is not None and multiple_of_pi(theta) in (0, 1)):
        return None
    positive = tuple(n for n in claim.parameters if claim.domain(n).within(read_domain(POSITIVE)))
    inside = FieldInterpreter(vectors_of(claim, kind), claim.parameters, positive)
    try:
        if has_vectors(left.expr) or has_vectors(right.expr):
            found = _tensor_difference(inside, left.expr, right.expr)
            difference = [_with_fixed(claim, inside, x) for x in found]
        else:
            difference = [_scalar_difference(claim, inside, left.expr, right.expr)]
    except AnalyticError:
        return None
    if any(difference):
        return None
    engine = "normal form in the field of closed forms"
    stated = (*conditions, *(f"{c} > 0" for c in inside.conditions))
    return _confirmed(claim, kind, left, right, seed, engine, stated)


def _with_fixed(claim: Claim, inside: FieldInterpreter, x: Element) -> Element:
    """A coordinate with what the claim fixes inserted: derivatives are taken before."""
    norms = tuple(f"|{n}|" for n in inside.field.norms)
    points = {n: claim.domain(n).point for n in (*norms, "theta", *claim.parameters)}
    known = {n: e for n, e in points.items() if e is not None}

    def rule(node: Expr) -> Expr | None:
        if node.head == "norm":
            return known.get(f"|{node.children[0].identifier}|")
        return known.get(node.identifier) if node.head == "name" else None

    return evaluate(rewrite(written(x), rule), inside.field) if x and known else x


def _scalar_difference(claim: Claim, inside: FieldInterpreter, left: Expr, right: Expr) -> Element:
    """The difference of two scalars, with what the claim fixes inserted."""

    def derived(node: Expr) -> Expr | None:
        if node.head != "expect":
            return None
        result = derived_form(node.children[0], inside.field.norms, claim.parameters)
        inside.conditions.update(dict.fromkeys(written(c) for c in result.field.conditions))
        return result.value

    inserted = _inserted(claim)
    first, second = (rewrite(rewrite(s, derived), inserted) for s in (left, right))
    return evaluate(first, inside.field) - evaluate(second, inside.field)


def _tensor_difference(inside: FieldInterpreter, left: Expr, right: Expr) -> list[Element]:
    """The difference of two sides with derivatives, by coordinate and with every variable free."""
    a, b = matched(inside.tensor(left), inside.tensor(right), inside.field)
    return [x - b.coordinates[key] for key, x in a.coordinates.items()]


def _inserted(claim: Claim) -> Callable[[Expr], Expr | None]:
    r"""Norms that the claim fixes as their numbers, and inner products as $|w||v|\cos\theta$."""
    values = {n: claim.domain(f"|{n}|").point for n in claim.norms}

    def norm(vector: Expr) -> Expr:
        value = values.get(vector.identifier)
        return Expr("norm", (vector,)) if value is None else value

    def rule(node: Expr) -> Expr | None:
        if node.head not in ("dot", "norm") or any(c.head != "name" for c in node.children):
            return None
        lengths = [norm(c) for c in node.children]
        if node.head == "norm":
            return lengths[0]
        same = node.children[0] == node.children[1]
        return mul(*lengths) if same else mul(*lengths, call("cos", name("theta")))

    return rule


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


def matched(
    left: Tensor[Element], right: Tensor[Element], ring: Ring | ClosedForms
) -> tuple[Tensor[Element], Tensor[Element]]:
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
                pairs = value_pairs(left, right, point)
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
        found.update(dict.fromkeys(jump_conditions(node.children[0], claim.parameters, vectors)))
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


def _by_balls(
    claim: Claim, kind: str, left: Side, right: Side, conditions: tuple[str, ...], seed: int, means: Exactly
) -> ExactEvidence:
    """Balls: they refute at a point; they certify only where the whole domain is one point."""
    why = "; ".join(dict.fromkeys(s.why for s in (left, right) if s.why))
    if not means.balls:
        return ExactEvidence(
            Outcome.UNDECIDED, "normal forms", left.shown(), conditions, why or "no normal form of 0 was found"
        )
    engine = "balls at rational points"
    counterexample = _counterexample(claim, kind, left, right, seed, means)
    if counterexample is not None:
        return ExactEvidence(Outcome.DIFFERENT, engine, left.shown(), conditions, why, counterexample)
    variables = (
        *(f"|{n}|" for n in vectors_of(claim, kind)),
        *claim.parameters,
        *(("theta",) if left.ring.pair else ()),
    )
    if all(claim.domain(v).point is not None for v in variables):
        return _enclosed(claim, kind, left, right, conditions, means)
    agreement = (
        "balls of both sides overlap at every point tried, which proves nothing: a cover of the domain is missing"
    )
    detail = "; ".join(t for t in (why, agreement) if t)
    return ExactEvidence(Outcome.UNDECIDED, engine, left.shown(), conditions, detail)


def _enclosed(
    claim: Claim, kind: str, left: Side, right: Side, conditions: tuple[str, ...], means: Exactly
) -> ExactEvidence:
    """A claim about one point: the largest possible |left - right| there."""
    point = next(iter(simple_points(claim, kind)))
    with precision(means.bits):
        try:
            pairs = value_pairs(left, right, point)
        except DomainError as error:
            return ExactEvidence(Outcome.UNDECIDED, "balls", left.shown(), conditions, str(error))
        gaps = [abs(x - y).abs_upper() for x, y in pairs]
        if not all(finite(g) for g in gaps):
            return ExactEvidence(Outcome.UNDECIDED, "balls", left.shown(), conditions, "a ball is infinite or NaN")
        eps = max(gaps, key=lambda g: float(g.log()) if g > 0 else float("-inf"))
        shown = f"|left - right| <= {eps.str(3, radius=False)} at the only point {point}, {means.bits} bits"
        enough = means.digits is None or bool(eps <= arb(10) ** -means.digits)
    outcome = Outcome.ENCLOSED if enough else Outcome.UNDECIDED
    detail = shown if enough else f"{shown}, which is more than 10^-{means.digits}"
    return ExactEvidence(outcome, "balls at the only point of the domain", left.shown(), conditions, detail)
