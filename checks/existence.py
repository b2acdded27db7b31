"""Whether the expectations of a claim exist on its whole domain."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from flint import arb

from analytic.algebra import evaluate
from analytic.angle import Angle
from analytic.balls import BallAlgebra, precision
from analytic.closed_forms import ClosedForms
from analytic.errors import AnalyticError
from analytic.formula import Expr, add, mul, name, names, neg, num, rewrite, walk
from checks.claim import Claim
from checks.domain import POSITIVE, Domain, read_domain

_BITS = 128
#: Functions with a jump at 0, whose value there is a convention.
JUMPS = ("step", "sign")


def unproved_conditions(conditions: Iterable[Expr], claim: Claim, norms: tuple[str, ...]) -> list[Expr]:
    """The conditions of existence, c > 0, that are not proved on the domains of the claim.

    Args:
        conditions: formulas in norms, theta and parameters.
        claim: the claim, of which only domains are used: assumptions prove nothing here.
        norms: the names of its Gaussian variables.

    Returns:
        What is left unproved.
    """
    return [c for c in conditions if not (_positive_by_signs(c, claim, norms) or _positive_in_a_box(c, claim, norms))]


def jump_conditions(integrand: Expr, parameters: Collection[str], vectors: tuple[str, ...]) -> list[Expr]:
    """What has to be positive for the arguments of functions with jumps not to vanish identically.

    At a jump the value matters only if the argument is 0 with positive probability: if parameters make all its
    coefficients 0. For independent directions some coefficient has to stay away from 0.

    Args:
        integrand: what stands under an expectation.
        parameters: names of numbers that vary.
        vectors: the Gaussian variables.

    Returns:
        Sums of squares of coefficients, where parameters occur in them.
    """
    found = []
    for node in walk(integrand):
        if not any(node.is_call(f) for f in JUMPS) or not names(node.children[1]) & set(parameters):
            continue
        argument, zero = node.children[1], dict.fromkeys(vectors, num(0))
        constant = _with_inputs(argument, zero)
        slopes = [add(_with_inputs(argument, {**zero, v: num(1)}), neg(constant)) for v in vectors]
        found.append(add(*(mul(s, s) for s in slopes)))
    return found


def _with_inputs(argument: Expr, values: Mapping[str, Expr]) -> Expr:
    """An affine form with values for its Gaussian variables, written u or w.x; norms and inner products w.v stay."""

    def rule(node: Expr) -> Expr | None:
        if node.head == "norm":
            return node
        if node.head == "dot":
            vector, other = (c.identifier for c in node.children)
            return node if other in values else values.get(vector)
        return values.get(node.identifier) if node.head == "name" else None

    return rewrite(argument, rule)


def _positive_by_signs(condition: Expr, claim: Claim, norms: tuple[str, ...]) -> bool:
    """A variable in (0, h) or (h, 0) is written h s with 0 < s < 1, in (-h, h) with -1 < s < 1; then signs decide."""
    bounded, positive = set[str](), set[str]()

    def scaled(key: str) -> Expr | None:
        domain = claim.domain(key)
        inner, low, high = f"scaled_{key.strip('|')}", domain.low, domain.high
        if low is None or high is None or not (domain.low_open and domain.high_open):
            return None
        ends = {neg(high): high, num(0): high}.get(low) if high != num(0) else low
        if ends is None:
            return None
        bounded.add(inner)
        positive.update({inner} if num(0) in (low, high) else ())
        return mul(ends, name(inner))

    def rule(node: Expr) -> Expr | None:
        if node.head == "norm":
            return scaled(f"|{node.children[0].identifier}|")
        return scaled(node.identifier) if node.head == "name" and node.identifier in claim.parameters else None

    written = rewrite(condition, rule)
    free = tuple(p for p in claim.parameters if f"scaled_{p}" not in bounded)
    positive |= {p for p in free if claim.domain(p).within(read_domain(POSITIVE))}
    pair = {"theta": (norms[0], norms[1])} if len(norms) > 1 else {}
    try:
        field = ClosedForms(norms, pair, bounded, positive, free)
        return field.sign(evaluate(written, field), strict=True) == 1
    except AnalyticError:
        return False


def _positive_in_a_box(condition: Expr, claim: Claim, norms: tuple[str, ...]) -> bool:
    """Balls that cover the whole domain."""
    with precision(_BITS):
        covers = {key: _cover(claim.domain(key)) for key in (*(f"|{n}|" for n in norms), *claim.parameters)}
        pair = (norms[0], norms[1]) if len(norms) > 1 else None
        theta = _cover(claim.domain("theta")) if pair else None
        angle = None if theta is None else Angle(theta.cos(), theta.sin(), theta, 0)
        boxes = {n: covers[f"|{n}|"] for n in norms}
        algebra = BallAlgebra(boxes, angle, {p: covers[p] for p in claim.parameters}, pair)
        try:
            return bool(evaluate(condition, algebra) > 0)
        except (AnalyticError, ValueError):
            return False


def _cover(domain: Domain) -> arb:
    """A ball around an interval; one that knows nothing if it is infinite."""
    if domain.low is None or domain.high is None:
        return arb("nan")
    constants = BallAlgebra({}, None, {})
    return evaluate(domain.low, constants).union(evaluate(domain.high, constants))
