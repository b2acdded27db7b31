"""An inequality made ready for the engines: one closed formula that has to be positive, and its variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from analytic.algebra import EULER, evaluate
from analytic.balls import BallAlgebra
from analytic.closed_forms import ClosedForms
from analytic.constants import rational_value
from analytic.errors import AnalyticError
from analytic.formula import CONSTANTS, Expr, add, call, mul, name, names, neg, num, power, rewrite, walk
from analytic.grammar import parse
from analytic.writing import written
from checks.claim import OPERATORS, Claim
from checks.derived import derived_form
from checks.domain import POSITIVE, Assumption, Domain, read_domain
from checks.errors import ClaimError
from checks.existence import jump_conditions, unproved_conditions
from checks.points import vectors_of
from checks.statements.cover import S
from checks.statements.inequality import Inequality

_THETA, _SINE = name("theta"), call("sin", name("theta"))
#: What the angle makes of formulas in rho = cos(theta), theta in [0, pi].
_OF_RHO = {
    "acos(rho)": _THETA,
    "acos(cos(theta))": _THETA,
    "asin(cos(theta))": add(mul(num(Fraction(1, 2)), name("pi")), neg(_THETA)),
    "asin(rho)": add(mul(num(Fraction(1, 2)), name("pi")), neg(_THETA)),
    "sqrt(1 - rho^2)": _SINE,
    "sqrt(1 - cos(theta)^2)": _SINE,
    "(1 - rho^2)^(1/2)": _SINE,
}


@dataclass(frozen=True)
class Problem:
    """A formula that has to be positive on a domain, or not negative.

    Args:
        formula: the difference, closed, in theta, norms and parameters.
        variables: their domains; those that only scale the formula are taken out.
        scaled: what was set to 1, because the formula is homogeneous in it.
        conditions: under which the expectations in it exist that are not proved on the domain.
    """

    formula: Expr
    variables: Mapping[str, Domain]
    scaled: tuple[str, ...]
    conditions: tuple[Expr, ...]


@dataclass(frozen=True)
class Chart:
    """A part of the domain of one variable as the unit interval.

    Args:
        formula: in s.
        ends: whether s = 0 and s = 1 belong to the domain.
        place: the variable at s.
    """

    formula: Expr
    ends: tuple[bool, bool]
    place: Expr

    def at(self, s: Fraction) -> Expr:
        """The variable at a rational s, as a formula."""
        value = rewrite(self.place, lambda n: num(s) if n == name(S) else None)
        exact = rational_value(value)
        return value if exact is None else num(exact)


def closed(claim: Claim, expr: Expr) -> tuple[Expr, tuple[Expr, ...]]:
    """The formula with its expectations derived, and the conditions under which they exist.

    Raises:
        AnalyticError: an expectation has no closed form.
    """
    vectors, conditions = vectors_of(claim, ""), dict[Expr, None]()

    def derived(node: Expr) -> Expr | None:
        if node.head != "expect":
            return None
        result = derived_form(node.children[0], vectors, claim.parameters)
        conditions.update(dict.fromkeys(written(c) for c in result.field.conditions))
        conditions.update(dict.fromkeys(jump_conditions(node.children[0], claim.parameters, vectors)))
        return result.value

    return rewrite(expr, derived), tuple(conditions)


def problem(claim: Claim) -> Problem:
    """The problem that an inequality poses.

    Raises:
        ClaimError: a side is no scalar, or has a derivative in it.
        AnalyticError: an expectation has no closed form.
    """
    stated = claim.statement
    assert isinstance(stated, Inequality)
    check_scalar(claim, stated)
    formula, conditions = closed(claim, stated.difference())
    vectors = vectors_of(claim, "")
    formula = in_angles(formula, vectors)
    missing = tuple(unproved_conditions(conditions, claim, vectors))
    found = {n: _restricted(n, claim.domain(n), claim.read_assumptions()) for n in _variables(formula)}
    fixed = {n: d.point for n, d in found.items() if d.point is not None}
    formula = filled(formula, fixed)
    formula, scaled = _scaled(formula, found)
    return Problem(formula, {n: d for n, d in found.items() if n in _variables(formula)}, scaled, missing)


def _restricted(variable: str, domain: Domain, assumptions: tuple[Assumption, ...]) -> Domain:
    """The domain, cut by the assumptions that compare the variable with a constant inside it."""
    this = Expr("norm", (name(variable.strip("|")),)) if variable.startswith("|") else name(variable)
    for a in assumptions:
        left, right, relation = a.left, a.right, a.relation
        if right == this:
            left, right, relation = right, left, {"<": ">", ">": "<", "<=": ">=", ">=": "<="}[relation]
        if left != this or not set(_variables(right)) <= {*CONSTANTS}:
            continue
        open_end = len(relation) == 1
        if relation[0] == "<":
            cut = Domain(domain.low, right, domain.low_open, open_end)
        else:
            cut = Domain(right, domain.high, open_end, domain.high_open)
        if cut.within(domain) and not _empty(cut):
            domain = cut
    return domain


def _empty(domain: Domain) -> bool:
    if domain.low is None or domain.high is None:
        return False
    low, high = (evaluate(e, BallAlgebra({}, None, {})) for e in (domain.low, domain.high))
    return not low < high


def check_scalar(claim: Claim, stated: Inequality) -> None:
    """Raises ClaimError unless both sides are scalars without derivatives."""
    for side in stated.sides():
        outside = rewrite(side, lambda n: num(1) if n.head in ("expect", "norm", "dot") or n.is_call("theta") else None)
        if any(n.is_call(o) for n in walk(side) for o in OPERATORS):
            raise ClaimError(f"got a derivative in {side}, expected formulas and expectations in an inequality")
        vectors = names(outside) & set(claim.norms)
        if vectors:
            raise ClaimError(
                f"got {', '.join(sorted(vectors))} outside an expectation, expected scalars on both sides of an "
                f"inequality; declare constants, such as variables={{'t': '(0, 1)'}}"
            )


def in_angles(formula: Expr, vectors: tuple[str, ...]) -> Expr:
    """With theta in place of rho, and norms in place of inner products."""
    if len(vectors) < 2:
        return formula
    known = {parse(text): angle for text, angle in _OF_RHO.items()}
    a, b = (Expr("norm", (name(n),)) for n in vectors[:2])

    def rule(node: Expr) -> Expr | None:
        if node in known:
            return known[node]
        if node.is_call("theta"):
            return _THETA
        if node.head == "dot" and set(node.children) <= {name(v) for v in vectors}:
            same = node.children[0] == node.children[1]
            own = Expr("norm", (node.children[0],))
            return mul(own, own) if same else mul(a, b, call("cos", _THETA))
        return call("cos", _THETA) if node == name("rho") else None

    return rewrite(formula, rule)


def _variables(formula: Expr) -> list[str]:
    norms = {f"|{n.children[0].identifier}|" for n in walk(formula) if n.head == "norm"}
    inside = rewrite(formula, lambda n: num(1) if n.head == "norm" else None)
    return sorted((names(inside) - {*CONSTANTS, EULER}) | norms)


def filled(formula: Expr, values: Mapping[str, Expr]) -> Expr:
    """The formula with variables replaced, norms among them."""

    def rule(node: Expr) -> Expr | None:
        if node.head == "norm":
            return values.get(f"|{node.children[0].identifier}|")
        return values.get(node.identifier) if node.head == "name" else None

    return rewrite(formula, rule)


def _scaled(formula: Expr, domains: Mapping[str, Domain]) -> tuple[Expr, tuple[str, ...]]:
    """With norms set to 1 in which the formula is homogeneous: a positive factor changes no sign."""
    scaled: list[str] = []
    norms = [n for n in domains if n.startswith("|")]
    for n in norms:
        if degree(formula, frozenset((n,))) is not None:
            formula = filled(formula, {n: num(1)})
            scaled.append(n)
    rest = [n for n in norms if n not in scaled]
    everywhere = all(domains[n] == read_domain(POSITIVE) for n in rest)
    if len(rest) > 1 and everywhere and degree(formula, frozenset(rest)) is not None:
        formula = filled(formula, {rest[-1]: num(1)})
        scaled.append(rest[-1])
    return formula, tuple(scaled)


def degree(expr: Expr, scaled: frozenset[str]) -> Fraction | None:
    """The degree of homogeneity in variables that are scaled together; None if it is not visibly homogeneous.

    Example:
        >>> degree(parse("|u|*|v|*t + |v|^2"), frozenset(("|u|", "|v|")))
        Fraction(2, 1)
    """
    if expr.head == "norm":
        return Fraction(f"|{expr.children[0].identifier}|" in scaled)
    if expr.head in ("num", "name"):
        return Fraction(expr.head == "name" and expr.identifier in scaled)
    parts = [degree(c, scaled) for c in (expr.children[1:] if expr.head == "call" else expr.children)]
    known = [p for p in parts if p is not None]
    if len(known) < len(parts):
        return None
    if expr.head == "mul":
        return sum(known, Fraction(0))
    if expr.head == "pow":
        exponent = rational_value(expr.children[1])
        return None if exponent is None else known[0] * exponent
    same = known[0] if len(set(known)) == 1 else None
    if expr.head == "add":
        return same
    function = expr.children[0].identifier if expr.head == "call" else ""
    if function in ("abs", "relu", "min", "max", "sqrt") and same is not None:
        return same / 2 if function == "sqrt" else same
    return Fraction(0) if not any(known) and expr.head == "call" else None


def charts(formula: Expr, variable: str, domain: Domain) -> list[Chart]:
    """The domain of one variable as unit intervals: finite parts, and 1/s where it has no end."""
    s = name(S)

    def chart(place: Expr, ends: tuple[bool, bool]) -> Chart:
        return Chart(filled(formula, {variable: place}), ends, place)

    low, high = domain.low, domain.high
    if low is not None and high is not None:
        place = add(low, mul(add(high, neg(low)), s))
        return [chart(place, (not domain.low_open, not domain.high_open))]
    inverse = power(s, num(-1))
    if low is not None:
        return [chart(add(low, s), (not domain.low_open, True)), chart(add(low, inverse), (False, True))]
    if high is not None:
        return [chart(add(high, neg(s)), (not domain.high_open, True)), chart(add(high, neg(inverse)), (False, True))]
    middle = chart(add(mul(num(2), s), num(-1)), (True, True))
    return [middle, chart(inverse, (False, True)), chart(neg(inverse), (False, True))]


def is_zero(claim: Claim, formula: Expr, parameters: tuple[str, ...]) -> bool:
    """Whether a closed formula is 0 by its normal form in the field of closed forms; False says nothing."""
    vectors = vectors_of(claim, "")
    pair = {"theta": (vectors[0], vectors[1])} if len(vectors) > 1 else {}
    try:
        return not evaluate(formula, ClosedForms(vectors, pair, (), (), parameters))
    except AnalyticError:
        return False


def in_powers(formula: Expr) -> Expr:
    """With x^(y + q) = x^q exp(y log x) for rational q, where an exponent is no rational number.

    Example:
        >>> print(in_powers(parse("c^(l + 1)")))
        exp(l*log(c))*c
    """

    def rule(node: Expr) -> Expr | None:
        if node.head != "pow" or rational_value(node.children[1]) is not None:
            return None
        base, exponent = (in_powers(c) for c in node.children)
        terms = exponent.children if exponent.head == "add" else (exponent,)
        plain = [t for t in terms if rational_value(t) is not None]
        rest = [t for t in terms if rational_value(t) is None]
        return mul(call("exp", mul(add(*rest), call("log", base))), *(power(base, t) for t in plain))

    return rewrite(formula, rule)
