"""Formulas in Gaussian variables as sums of monomials ``u^m v^n 1{u > 0} 1{v > 0}`` with coefficients in the ring."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from analytic.activations import ACTIVATIONS, Activation
from analytic.algebra import evaluate
from analytic.constants import rational_value
from analytic.errors import DerivationError, FormulaError
from analytic.formula import Expr, mul, names, substitute
from analytic.ring import Element, Ring
from analytic.rules.moment import TRIVIAL, Factor, Monomial

Integrand = dict[Monomial, Element]

#: The rules of this file; like those of analytic.rules they can be switched off, to see that nothing works without.
DEFINITION, IDEMPOTENCE = "definition of the activation", "idempotence of the step"
MAX_DEGREE = 60


class Expander:
    """Writes formulas as sums of monomials.

    Args:
        variables: the names of the Gaussian variables, at most two.
        ring: the ring of the coefficients.
        disabled: names of rules that may not be used.

    Example:
        >>> from analytic.grammar import parse
        >>> [m[0].text("u") for m in Expander(("u",), Ring(("u",))).expand(parse("relu(u)^2"))]
        ['u^2*1{u > 0}']
    """

    def __init__(self, variables: Sequence[str], ring: Ring, disabled: frozenset[str] = frozenset()) -> None:
        self.variables, self.ring, self.disabled = tuple(variables), ring, disabled
        self.used: list[str] = []

    def expand(self, expr: Expr) -> Integrand:
        """The formula as a sum of monomials.

        Raises:
            FormulaError: it is not a piecewise polynomial of the variables with kinks at 0.
        """
        if not self._random(expr):
            return self._constant(evaluate(expr, self.ring))
        if expr.head in ("name", "dot"):
            return self._power_of(self._index(expr), 1, step=False)
        if expr.head == "add":
            total: Integrand = {}
            for child in expr.children:
                total = self._plus(total, self.expand(child))
            return total
        if expr.head == "mul":
            return self._product([self.expand(c) for c in expr.children])
        if expr.head == "pow":
            return self._product([self.expand(expr.children[0])] * self._degree(expr))
        if expr.head == "call":
            return self._activation(expr)
        raise FormulaError(f"got {expr} under the expectation, expected a polynomial in activations of the variables")

    def _random(self, expr: Expr) -> bool:
        return bool(names(expr) & set(self.variables)) and expr.head != "norm"

    def _constant(self, value: Element) -> Integrand:
        return {(TRIVIAL,) * len(self.variables): value} if value else {}

    def _index(self, expr: Expr) -> int:
        identifier = expr.identifier if expr.head == "name" else expr.children[0].identifier
        if identifier not in self.variables:
            raise FormulaError(f"got {expr}, expected one of the variables {', '.join(self.variables)}")
        return self.variables.index(identifier)

    def _power_of(self, index: int, power: int, step: bool) -> Integrand:
        monomial = [TRIVIAL] * len(self.variables)
        monomial[index] = Factor(power, step)
        return {tuple(monomial): self.ring.field.one}

    def _degree(self, expr: Expr) -> int:
        base, exponent = expr.children
        value = rational_value(exponent)
        if value is None or value.denominator != 1 or value < 0:
            raise FormulaError(f"got the exponent {exponent} of {base}, expected a non-negative integer")
        if value > MAX_DEGREE:
            raise FormulaError(
                f"got the exponent {value}, expected at most {MAX_DEGREE}: the closed form would be unreadable"
            )
        return int(value)

    def _plus(self, x: Integrand, y: Integrand) -> Integrand:
        total = dict(x)
        for monomial, coefficient in y.items():
            total[monomial] = total.get(monomial, self.ring.field.zero) + coefficient
        return {m: c for m, c in total.items() if not self.ring.is_zero(c)}

    def _product(self, factors: list[Integrand]) -> Integrand:
        total = self._constant(self.ring.field.one)
        for factor in factors:
            result: Integrand = {}
            for m, a in total.items():
                for n, b in factor.items():
                    merged = self._merged(m, n)
                    result[merged] = result.get(merged, self.ring.field.zero) + a * b
            total = self._plus({}, result)
        return total

    def _merged(self, m: Monomial, n: Monomial) -> Monomial:
        merged = tuple(self._times(x, y) for x, y in zip(m, n, strict=True))
        degree = sum(f.power for f in merged)
        if degree > MAX_DEGREE:
            raise FormulaError(f"got an integrand of degree {degree}, expected at most {MAX_DEGREE}: split the formula")
        return merged

    def _times(self, x: Factor, y: Factor) -> Factor:
        if x.step and y.step:  # 1{z > 0}^2 = 1{z > 0}
            self._use(IDEMPOTENCE)
        return Factor(x.power + y.power, x.step or y.step)

    def _use(self, rule: str) -> None:
        if rule in self.disabled:
            raise DerivationError(f"the rule {rule!r} is switched off, and the derivation needs it")
        if rule not in self.used:
            self.used.append(rule)

    def _activation(self, expr: Expr) -> Integrand:
        function, *arguments = expr.children
        f = function.identifier
        if f not in ACTIVATIONS:
            raise FormulaError(
                f"no derivation for {f}({', '.join(map(str, arguments))}) under an expectation; expected polynomials "
                f"in {', '.join(sorted(ACTIVATIONS))} of the Gaussian variables"
            )
        activation = ACTIVATIONS[f]
        if len(arguments) != 1 + len(activation.parameters):
            expected = ", ".join(("z", *activation.parameters))
            raise FormulaError(f"{f} takes ({expected}), got {len(arguments)} arguments in {expr}")
        self._use(DEFINITION)
        index, scale = self._linear(arguments[0])
        values = dict(zip(activation.parameters, arguments[1:], strict=True))
        if any(self._random(v) for v in values.values()):
            raise FormulaError(f"got {expr}: the slope must be a constant, not a Gaussian variable")
        left, right = self._sides(activation, values, scale)
        if scale < 0:
            left, right = right, left
        return self._piecewise(index, left, right)

    def _sides(
        self, activation: Activation, values: dict[str, Expr], scale: Fraction
    ) -> tuple[list[Element], list[Element]]:
        def at(side: tuple[Expr, ...]) -> list[Element]:
            return [evaluate(substitute(c, values), self.ring) * self.ring.number(scale**n) for n, c in enumerate(side)]

        return at(activation.left), at(activation.right)

    def _piecewise(self, index: int, left: list[Element], right: list[Element]) -> Integrand:
        """left(z) + (right(z) - left(z)) 1{z > 0}: equal to the activation except on the null set z = 0."""
        total: Integrand = {}
        for n in range(max(len(left), len(right))):
            a = left[n] if n < len(left) else self.ring.field.zero
            b = right[n] if n < len(right) else self.ring.field.zero
            for coefficient, step in ((a, False), (b - a, True)):
                if not self.ring.is_zero(coefficient):
                    ((monomial, _),) = self._power_of(index, n, step).items()
                    total = self._plus(total, {monomial: coefficient})
        return total

    def _linear(self, argument: Expr) -> tuple[int, Fraction]:
        """The variable and the rational number whose product the argument is."""
        factors = argument.children if argument.head == "mul" else (argument,)
        random = [f for f in factors if self._random(f)]
        scale = rational_value(mul(*(f for f in factors if not self._random(f))))
        if len(random) != 1 or random[0].head not in ("name", "dot") or not scale:
            raise FormulaError(
                f"got an activation of {argument}, expected a non-zero rational multiple of one variable, such as "
                f"relu(-2*u); give a sum such as u + v a name of its own"
            )
        return self._index(random[0]), scale
