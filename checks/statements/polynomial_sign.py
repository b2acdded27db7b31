"""Inequalities between rational functions: factors, and Bernstein coefficients of each; functions by their ranges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from analytic.algebra import evaluate
from analytic.balls import BallAlgebra, finite, precision
from analytic.closed_forms import ClosedForms
from analytic.constants import rational_value
from analytic.errors import AnalyticError, OutsideRingError
from analytic.field import Element, Generator, monomial
from analytic.formula import Expr, names, walk
from analytic.writing import written
from checks.domain import POSITIVE, Domain, read_domain
from checks.statements.bernstein import Polynomial, Side, certainly

#: A rational number above pi/2.
_HALF_PI = Fraction(15707963267948966193, 10**19)
#: What functions are at least and at most, whatever their arguments; open where the value is never taken.
RANGES: dict[str, Side] = {
    **dict.fromkeys(("sin", "cos"), Side(Fraction(-1), Fraction(1), False, False)),
    "erf": Side(Fraction(-1), Fraction(1), True, True),
    "Phi": Side(Fraction(0), Fraction(1), True, True),
    "exp": Side(Fraction(0), None, True, True),
    "sqrt": Side(Fraction(0), None, False, True),
}
#: Working precision of constants such as sqrt(pi), which become variables in tiny intervals.
BITS = 128


def rational_sign(
    formula: Expr, domains: Mapping[str, Domain], strict: bool, budget: Callable[[], bool], defined: bool = False
) -> str | None:
    """Whether a rational function is proved positive, or not negative, on the product of the domains.

    Args:
        formula: in the variables, pi and other constants.
        domains: by variable.
        strict: whether 0 is forbidden.
        budget: is asked before every box.
        defined: whether the formula is known to have a value everywhere; functions are then replaced by their ranges.

    Returns:
        How it was proved, or None, which says nothing.

    Example:
        >>> from analytic.grammar import parse
        >>> line = read_domain("(-oo, oo)")
        >>> rational_sign(parse("a^2 + b^2 - 2*a*b"), {"a": line, "b": line}, False, lambda: True)
        'factors and Bernstein coefficients over Q in a, b'
    """
    try:
        signs = _Signs(domains, budget)
        if not defined and (outside(formula, domains) or not all(signs.of(d, True) for d in denominators(formula))):
            return None
        total = signs.of(formula, strict)
    except AnalyticError:
        return None
    return f"factors and Bernstein coefficients over Q in {', '.join(domains)}" if total > 0 else None


class _Signs:
    def __init__(self, domains: Mapping[str, Domain], budget: Callable[[], bool]) -> None:
        norms = [n.strip("|") for n in domains if n.startswith("|")]
        plain = [n for n in domains if not n.startswith("|")]
        positive = [n for n in plain if domains[n].within(read_domain(POSITIVE))]
        self.field = ClosedForms(norms, {}, (), positive, plain)
        self.domains, self.budget = domains, budget

    def of(self, formula: Expr, strict: bool) -> int:
        """1 or -1 if that is the sign everywhere (with 0, if not strict); 0 where it is not known."""
        element = evaluate(formula, self.field)
        above, below = self._sign(element, element.num, strict), self._sign(element, element.den, True)
        return above * below

    def _side(self, generator: Generator) -> Side:
        text = str(generator.shown)
        if text in self.domains:
            domain = self.domains[text]
            ends = [None if e is None else rational_value(e) for e in (domain.low, domain.high)]
            if any(e is not None and r is None for e, r in zip((domain.low, domain.high), ends, strict=True)):
                raise OutsideRingError("an end of a domain is no rational number")
            return Side(ends[0], ends[1], domain.low_open, domain.high_open)
        formula = written(self.field.polynomial(monomial({self.field.generators.index(generator): 1})))
        if (names(formula) | {f"|{n}|" for n in names(formula)}) & set(self.domains):
            return self._range(generator)
        with precision(BITS):
            value = evaluate(formula, BallAlgebra({}, None, {}))
            if not finite(value):
                raise OutsideRingError(f"{text} has no value")
            return Side(_fraction(value.lower()), _fraction(value.upper()), False, False)

    def _range(self, generator: Generator) -> Side:
        if generator.function in ("asin", "atan"):
            return Side(-_HALF_PI, _HALF_PI, generator.function == "atan", generator.function == "atan")
        if generator.function not in RANGES:
            raise OutsideRingError(f"{generator.function} is no polynomial")
        return RANGES[generator.function]

    def _sign(self, element: Element, polynomial: Any, strict: bool) -> int:
        content, factors = self.field.factored(polynomial)
        if not element:
            return 0
        slots = self.field.used(element)
        sides = [self._side(self.field.generators[i]) for i in slots]
        total = 1 if content > 0 else -1
        for factor, exponent in factors:
            terms: Polynomial = {
                tuple(m[i] for i in slots): Fraction(int(c.p), int(c.q)) for m, c in factor.to_dict().items()
            }
            if exponent % 2 == 0 and not strict:
                continue
            sign = next((s for s in (1, -1) if certainly(_signed(terms, s), sides, strict, self.budget)), 0)
            if not sign:
                return 0
            total *= sign**exponent
        return total


def _signed(terms: Polynomial, sign: int) -> Polynomial:
    return {m: sign * c for m, c in terms.items()}


def _fraction(x: Any) -> Fraction:
    numerator, exponent = x.man_exp()
    return Fraction(int(numerator)) * Fraction(2) ** int(exponent)


def outside(formula: Expr, domains: Mapping[str, Domain]) -> bool:
    """Whether a variable stands in a function, or under a power that is no integer: what may have no value."""
    for node in walk(formula):
        exponent = rational_value(node.children[1]) if node.head == "pow" else None
        if node.head == "call" or (node.head == "pow" and (exponent is None or exponent.denominator != 1)):
            inside = names(node) | {f"|{n}|" for n in names(node)}
            if inside & set(domains):
                return True
    return False


def denominators(formula: Expr) -> list[Expr]:
    """What the formula divides by, also where it cancels."""
    powers = [n for n in walk(formula) if n.head == "pow"]
    return [n.children[0] for n in powers if (e := rational_value(n.children[1])) is not None and e <= 0]
