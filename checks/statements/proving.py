r"""Inequalities by what is known of their parts: factors, coefficients, ranges of functions, derivatives.

A polynomial in x > 0 whose coefficients are not negative is not negative; $ax^2 + bx + c \ge 0$ where $a > 0$ and
$4ac \ge b^2$: so variables are eliminated, until one is left, or none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from typing import Any

from analytic.algebra import evaluate
from analytic.balls import BallAlgebra, precision
from analytic.closed_forms import ClosedForms
from analytic.constants import rational_value
from analytic.errors import AnalyticError
from analytic.field import Element, monomial
from analytic.formula import Expr, add, mul, name, names, neg, num, power, walk
from analytic.writing import written
from checks.domain import POSITIVE, Domain, read_domain
from checks.statements.cover import covered
from checks.statements.monotone import by_derivative
from checks.statements.polynomial_sign import denominators, rational_sign
from checks.statements.problem import charts, degree, filled, in_powers

#: How deep parts of parts go, boxes for one of them, and working precision.
DEEPEST, BOXES, BITS = 4, 160, 128
#: Ends of ranges, those of arc sine and arc tangent in units of pi/2; the name of a common factor.
ENDS: dict[str, tuple[int, int]] = {**dict.fromkeys(("asin", "atan", "erf", "sin", "cos"), (-1, 1)), "Phi": (0, 1)}
SCALE = "common_factor"
#: The angle as a variable like others, and not the angle of two vectors.
ANGLE = "angle"
#: Functions with a value and a derivative everywhere; those that need an argument > 0, and between -1 and 1.
SMOOTH, ABOVE, BETWEEN = (
    ("exp", "sin", "cos", "atan", "erf", "Phi", "erfi", "dawson"),
    ("log", "sqrt"),
    ("asin", "acos"),
)
Domains = Mapping[str, Domain]
Part = tuple[Element, int, bool]


@dataclass
class Prover:
    """Proofs of positivity within a budget.

    Args:
        budget: is asked before every box.

    Example:
        >>> from analytic.grammar import parse
        >>> Prover(lambda: True).proves(parse("exp(x) - 1 - x"), {"x": read_domain("(-oo, oo)")}, False)
        True
    """

    budget: Callable[[], bool]
    known: dict[tuple[str, str, bool], bool] = field(default_factory=dict)

    def proves(self, formula: Expr, domains: Domains, strict: bool) -> bool:
        """Whether the formula is defined and positive (not negative, if not strict) on the product of the domains.

        Args:
            formula: a closed formula.
            domains: of its variables.
            strict: whether 0 is forbidden.
        """
        formula = in_powers(filled(formula, {"theta": name(ANGLE)}))
        domains = {ANGLE if n == "theta" else n: d for n, d in domains.items()}
        try:
            return self._defined(formula, domains) and self._positive(formula, domains, strict, 0)
        except (AnalyticError, RecursionError, ZeroDivisionError):
            return False

    def _defined(self, formula: Expr, domains: Domains) -> bool:
        """Whether everything in it has a value and, inside the domains, a derivative."""
        for node in walk(formula):
            if not _used(node, domains):
                continue
            exponent = rational_value(node.children[1]) if node.head == "pow" else None
            if node.head == "pow" and (exponent is None or exponent.denominator != 1):
                if not self._positive(node.children[0], _inside(domains), True, 1):
                    return False
            elif node.head == "call" and not self._smooth(node, domains):
                return False
        return all(
            any(self._positive(x, domains, True, 1) for x in (d, neg(d)))
            for d in denominators(formula)
            if _used(d, domains)
        )

    def _smooth(self, node: Expr, domains: Domains) -> bool:
        function, *arguments = node.children
        f = function.identifier
        if f in SMOOTH and len(arguments) == 1:
            return True
        if f == "log":
            return self._positive(arguments[0], domains, True, 1)
        if f == "sqrt":
            return self._positive(arguments[0], _inside(domains), True, 1)
        if f in BETWEEN:
            room = add(num(1), neg(power(arguments[0], num(2))))
            return self._positive(room, _inside(domains), True, 1)
        return False

    def _positive(self, formula: Expr, domains: Domains, strict: bool, depth: int) -> bool:
        domains = {n: d for n, d in domains.items() if n.strip("|") in names(formula)}
        key = str(formula), str(domains), strict
        if key not in self.known:
            self.known[key] = False  # what leads back to itself proves nothing
            self.known[key] = depth <= DEEPEST and self._look(formula, domains, strict, depth)
        return self.known[key]

    def _look(self, formula: Expr, domains: Domains, strict: bool, depth: int) -> bool:
        element = evaluate(formula, _field(domains))
        if not element:
            return not strict
        if not domains:
            with precision(BITS):
                return bool(evaluate(formula, BallAlgebra({}, None, {})) > 0)
        if rational_sign(formula, domains, strict, self.budget, defined=True) is not None:
            return True
        if len(domains) == 1 and self._by_slope(formula, domains, strict, depth):
            return True
        sign, parts = _parts(element)
        if not parts:
            return sign > 0
        if len(parts) > 1 or parts[0][1] > 1:
            return self._product(sign, parts, domains, strict, depth)
        if len(domains) == 1:
            return self._on_line(formula, domains, strict)
        if self._scaled(formula, domains, strict, depth):
            return True
        if any(self._without(element, n, domains, strict, depth) for n in domains):
            return True
        return self._by_range(element, domains, strict, depth) or self._by_logarithm(element, domains, strict, depth)

    def _by_logarithm(self, element: Element, domains: Domains, strict: bool, depth: int) -> bool:
        """a - b exp(x) > 0 by log(a/b) > x, for constants a, b > 0; likewise with the other signs."""
        owner = element.owner
        assert isinstance(owner, ClosedForms)
        slots = [i for i in owner.used(element) if owner.generators[i].function == "exp"]
        moving = [
            i for i in slots if names(written(owner.generators[i].arguments[0])) & {n.strip("|") for n in domains}
        ]
        if len(moving) != 1:
            return False
        inside, this = element.num.derivative(moving[0]), owner.polynomial(monomial({moving[0]: 1}))
        slope = owner.make(inside, element.den)
        rest = element - slope * this
        constant = all(names(written(x)) <= {"pi"} for x in (slope, rest))
        if not constant or not slope or not rest:
            return False
        with precision(BITS):
            sign = 1 if evaluate(written(slope), BallAlgebra({}, None, {})) > 0 else -1
            if not evaluate(written(-rest * sign), BallAlgebra({}, None, {})) > 0:
                return False
        exponent = owner.generators[moving[0]].arguments[0]
        excess = (exponent - owner.log(-rest / slope)) * sign
        return self._positive(written(excess), domains, strict, depth + 1)

    def _scaled(self, formula: Expr, domains: Domains, strict: bool, depth: int) -> bool:
        """With a variable set to 1, where f(tx, ty) is t^d f(x, y), or f(tx, y/t) is f(x, y), for positive ones."""
        for x, y in combinations(domains, 2):
            for exponent in (1, -1):
                reduced = _one_less(domains, x, y, exponent)
                if reduced is None:
                    continue
                scale, place = name(SCALE), [_name(n) for n in (x, y)]
                moved = filled(formula, {x: mul(scale, place[0]), y: mul(power(scale, num(exponent)), place[1])})
                field = _field({**domains, SCALE: read_domain(POSITIVE)})
                ratio = evaluate(moved, field) / evaluate(formula, field)
                plainly = exponent == 1 and degree(formula, frozenset((x, y))) is not None
                if plainly or {str(field.generators[i].shown) for i in field.used(ratio)} <= {SCALE}:
                    value, rest = reduced
                    return self._positive(filled(formula, {y: value}), rest, strict, depth + 1)
        return False

    def _by_range(self, element: Element, domains: Domains, strict: bool, depth: int) -> bool:
        """At both ends of the range of a function in which the formula is linear."""
        owner = element.owner
        assert isinstance(owner, ClosedForms)
        for slot in owner.used(element):
            generator = owner.generators[slot]
            if generator.function not in ENDS or element.den.derivative(slot) != 0:
                continue
            inside = element.num.derivative(slot)
            if inside.derivative(slot) != 0:
                continue
            slope, this = owner.make(inside, element.den), owner.polynomial(monomial({slot: 1}))
            rest, half_pi = element - slope * this, owner.pi() / 2
            ends = [half_pi * x if generator.function in ("asin", "atan") else x for x in ENDS[generator.function]]
            if all(self._positive(written(rest + slope * x), domains, strict, depth + 1) for x in ends):
                return True
        return False

    def _product(self, total: int, parts: list[Part], domains: Domains, strict: bool, depth: int) -> bool:
        for part, exponent, below in parts:
            needed = strict or below
            if exponent % 2 == 0 and not needed:
                continue
            formula = written(part)
            choices = (s for s in (1, -1) if self._positive(_signed(formula, s), domains, needed, depth + 1))
            sign = next(choices, 0)
            if not sign:
                return False
            total *= sign**exponent
        return total > 0

    def _by_slope(self, formula: Expr, domains: Domains, strict: bool, depth: int) -> bool:
        ((variable, domain),) = domains.items()

        def positive(part: Expr, piece: Domain) -> bool:
            return self._positive(part, {variable: piece}, True, depth + 1)

        return by_derivative(formula, variable, domain, strict, positive)

    def _on_line(self, formula: Expr, domains: Domains, strict: bool) -> bool:
        ((variable, domain),) = domains.items()
        left = iter(range(BOXES))
        for part in charts(formula, variable, domain):
            found = covered(part.formula, lambda: next(left, None) is not None and self.budget(), part.ends)
            inside = [s for s in found.zeros if s not in (0, 1) or part.ends[int(s)]]
            if found.negative is not None or found.unresolved or (strict and inside):
                return False
        return True

    def _without(self, element: Element, variable: str, domains: Domains, strict: bool, depth: int) -> bool:
        """With one variable less, if it stands in no function."""
        parts = _coefficients(element, variable)
        if parts is None or not 2 <= len(parts) <= 7:
            return False
        domain, rest = domains[variable], {n: d for n, d in domains.items() if n != variable}
        formulas = [written(p) for p in parts]
        if domain.low is not None and evaluate(domain.low, BallAlgebra({}, None, {})) >= 0:
            fine = all(self._positive(f, rest, False, depth + 1) for f in formulas)
            somewhere = formulas if domain.low_open or domain.low != num(0) else formulas[:1]
            if fine and (not strict or any(self._positive(f, rest, True, depth + 1) for f in somewhere)):
                return True
        if len(parts) == 3:
            c, b, a = parts
            room = written(4 * a * c - b**2)
            return self._positive(written(a), rest, True, depth + 1) and self._positive(room, rest, strict, depth + 1)
        return False


def _used(node: Expr, domains: Domains) -> bool:
    inside = names(node)
    return any(n.strip("|") in inside for n in domains)


def _inside(domains: Domains) -> Domains:
    return {n: Domain(d.low, d.high, True, True) for n, d in domains.items()}


def _field(domains: Domains) -> ClosedForms:
    norms = [n.strip("|") for n in domains if n.startswith("|")]
    plain = [n for n in domains if not n.startswith("|")]
    positive = [n for n in plain if domains[n].within(read_domain(POSITIVE))]
    return ClosedForms(norms, {}, (), positive, plain)


def _parts(element: Element) -> tuple[int, list[Part]]:
    """The sign of the constant factor, and irreducible factors with their exponents, and whether they stand below."""
    owner, found, sign = element.owner, list[Part](), 1
    for polynomial, below in ((element.num, False), (element.den, True)):
        content, factors = owner.factored(polynomial)
        found += [(owner.polynomial(p), e, below) for p, e in factors]
        sign = sign if content > 0 else -sign
    return sign, found


def _one_less(domains: Domains, x: str, y: str, exponent: int) -> tuple[Expr, Domains] | None:
    """What y becomes, and the other domains, if only x/y (exponent 1) or x y (exponent -1) matters; None if neither."""
    plain = read_domain(POSITIVE)
    rest = {n: d for n, d in domains.items() if n != y}
    if domains[x] == domains[y] == plain:
        return num(1), rest
    if exponent == 1 or any(domains[n].low != num(0) for n in (x, y)):
        return None
    high, zero = domains[y].high, domains[x].low_open and domains[y].low_open
    if high is None or domains[x].high is None:
        return num(1), {**rest, x: Domain(num(0), None, zero, True)}
    is_open = domains[x].high_open or domains[y].high_open
    return high, {**rest, x: Domain(num(0), domains[x].high, zero, is_open)}


def _name(variable: str) -> Expr:
    return Expr("norm", (name(variable.strip("|")),)) if variable.startswith("|") else name(variable)


def _signed(formula: Expr, sign: int) -> Expr:
    return formula if sign > 0 else neg(formula)


def _coefficients(element: Element, variable: str) -> list[Element] | None:
    """By powers of the variable, of an element without denominator; None if it stands in a function."""
    owner = element.owner
    if not element.den.is_constant():
        return None
    this = _name(variable)
    place = None
    for slot in owner.used(element):
        generator = owner.generators[slot]
        if generator.shown == this and not generator.arguments:
            place = slot
        elif any(variable.strip("|") in names(written(a)) for a in generator.arguments):
            return None
    if place is None:
        return None
    found: dict[int, Element] = {}
    terms: dict[tuple[int, ...], Any] = element.num.to_dict()
    for m, c in terms.items():
        rest = owner.polynomial(monomial({i: int(e) for i, e in enumerate(m) if e and i != place}))
        term = rest * Fraction(int(c.p), int(c.q))
        found[int(m[place])] = found.get(int(m[place]), owner.zero) + term
    return [found.get(i, owner.zero) for i in range(max(found, default=0) + 1)]
