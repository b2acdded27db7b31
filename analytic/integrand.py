"""Formulas in Gaussian variables as sums of products of factors in affine forms, with coefficients in the field.

A factor is a power of a form z, 1{z > 0}, log|z| or Phi(z); beside them stands the exponential of a quadratic
polynomial. Sine and cosine are exponentials with imaginary coefficients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from analytic.activations import ACTIVATIONS, COMPOSITES, OPAQUE, Activation, Composite
from analytic.algebra import evaluate
from analytic.closed_forms import ClosedForms
from analytic.constants import rational_value
from analytic.errors import AnalyticError, DerivationError, FormulaError, NoClosedFormError
from analytic.field import Element
from analytic.formula import Expr, add, mul, name, names, substitute, walk
from analytic.gaussian_law import GaussianLaw
from analytic.rules.moment import Factor

#: The rules of this file; like those of analytic.rules they can be switched off, to see that nothing works without.
DEFINITION, IDEMPOTENCE = "definition of the activation", "idempotence of the step"
EULER_RULE = "Euler's formula"
MAX_DEGREE = 60
_LONGER = "longer closed forms are not derived; certified_mean(...) takes exponents up to 1000, at numbers"

#: (index of the form, factor) for every form that occurs; ((i,) or (i, j), coefficient) of the exponent.
Factors = tuple[tuple[int, Factor], ...]
Exponent = tuple[tuple[tuple[int, ...], Element], ...]


@dataclass(frozen=True)
class Product:
    """A product of factors in forms and an exponential."""

    factors: Factors = ()
    exponent: Exponent = ()

    @cached_property
    def _hash(self) -> int:
        return hash((self.factors, self.exponent))

    def __hash__(self) -> int:
        return self._hash


Integrand = dict[Product, Element]


@dataclass(frozen=True)
class Form:
    """An affine form of the variables: the coefficient of each, and the constant."""

    slopes: tuple[Element, ...]
    shift: Element


class Expander:
    """Writes formulas as sums of products.

    Args:
        variables: the names of the Gaussian variables.
        field: the field of the coefficients.
        disabled: names of rules that may not be used.

    Example:
        >>> from analytic.grammar import parse
        >>> K = ClosedForms(("u",))
        >>> [p.factors[0][1].text("u") for p in Expander(("u",), K).expand(parse("relu(u)^2"))]
        ['u^2*1{u > 0}']
    """

    def __init__(self, variables: Sequence[str], field: ClosedForms, disabled: frozenset[str] = frozenset()) -> None:
        self.variables, self.field, self.disabled = tuple(variables), field, disabled
        self.used: list[str] = []
        n = len(self.variables)
        units = [tuple(field.number(int(i == j)) for j in range(n)) for i in range(n)]
        self.forms = [Form(u, field.zero) for u in units]

    def expand(self, expr: Expr) -> Integrand:
        """The formula as a sum of products.

        Raises:
            FormulaError: it is no formula of the language.
            NoClosedFormError: it contains a function whose expectations have no closed form in general.
        """
        if not self._random(expr):
            value = evaluate(expr, self.field)
            return {Product(): value} if value else {}
        if expr.head in ("name", "dot"):
            return self._single(self._index(expr), Factor(1))
        if expr.head == "add":
            total: Integrand = {}
            for child in expr.children:
                total = self._plus(total, self.expand(child))
            return total
        if expr.head == "mul":
            return self._product([self.expand(c) for c in expr.children])
        if expr.head == "pow":
            return self._power(expr)
        if expr.head == "call":
            return self._call(expr)
        raise FormulaError(f"got {expr} under the expectation, expected a formula in activations of the variables")

    def form(self, argument: Expr) -> int:
        """The index of the affine form that an argument is, as it stands."""
        return self._position(self._affine(argument))

    def text(self, form: Form, shown: Sequence[Expr] | None = None) -> Expr:
        """A form as a formula."""
        from analytic.writing import written

        basis = shown or [name(v) for v in self.variables]
        terms = [mul(written(a), z) for a, z in zip(form.slopes, basis, strict=True) if a]
        return add(*terms, written(form.shift))

    def _random(self, expr: Expr) -> bool:
        return bool(names(expr) & set(self.variables)) and expr.head != "norm"

    def _index(self, expr: Expr) -> int:
        identifier = expr.identifier if expr.head == "name" else expr.children[0].identifier
        if identifier not in self.variables:
            raise FormulaError(f"got {expr}, expected one of the variables {', '.join(self.variables)}")
        return self.variables.index(identifier)

    def _single(self, index: int, factor: Factor, coefficient: Element | None = None) -> Integrand:
        return {Product(((index, factor),)): self.field.one if coefficient is None else coefficient}

    def _power(self, expr: Expr) -> Integrand:
        base, exponent = expr.children
        value = rational_value(exponent)
        if value is None or value.denominator != 1 or value < 0:
            raise FormulaError(f"got the exponent {exponent} of {base}, expected a non-negative integer")
        if value > MAX_DEGREE:
            raise FormulaError(f"got the exponent {value}, expected at most {MAX_DEGREE}: {_LONGER}")
        return self._product([self.expand(base)] * int(value))

    def _plus(self, x: Integrand, y: Integrand) -> Integrand:
        total = dict(x)
        for product, coefficient in y.items():
            total[product] = total.get(product, self.field.zero) + coefficient
        return {p: c for p, c in total.items() if c}

    def _product(self, factors: list[Integrand]) -> Integrand:
        total: Integrand = {Product(): self.field.one}
        for factor in factors:
            result: Integrand = {}
            for p, a in total.items():
                for q, b in factor.items():
                    merged = self._merged(p, q)
                    result[merged] = result.get(merged, self.field.zero) + a * b
            total = {p: c for p, c in result.items() if c}
        return total

    def _merged(self, p: Product, q: Product) -> Product:
        factors = dict(p.factors)
        for index, factor in q.factors:
            factors[index] = self._times(factors[index], factor) if index in factors else factor
        degree = sum(f.power for f in factors.values())
        if degree > MAX_DEGREE:
            raise FormulaError(f"got an integrand of degree {degree}, expected at most {MAX_DEGREE}: {_LONGER}")
        exponent = dict(p.exponent)
        for indices, c in q.exponent:
            exponent[indices] = exponent.get(indices, self.field.zero) + c
        return Product(
            tuple(sorted(factors.items(), key=lambda item: item[0])),
            tuple(sorted(((i, c) for i, c in exponent.items() if c), key=lambda item: item[0])),
        )

    def _times(self, x: Factor, y: Factor) -> Factor:
        if x.step and y.step:  # 1{z > 0}^2 = 1{z > 0}
            self._use(IDEMPOTENCE)
        return Factor(x.power + y.power, x.step or y.step, log=x.log + y.log, cdf=x.cdf + y.cdf)

    def _use(self, rule: str) -> None:
        if rule in self.disabled:
            raise DerivationError(f"the rule {rule!r} is switched off, and the derivation needs it")
        if rule not in self.used:
            self.used.append(rule)

    # ---- functions -----------------------------------------------------------------------------------------------

    def _call(self, expr: Expr) -> Integrand:
        function, *arguments = expr.children
        f = function.identifier
        if f in ACTIVATIONS:
            return self._activation(ACTIVATIONS[f], f, arguments)
        if f in COMPOSITES:
            self._use(DEFINITION)
            return self.expand(self._composite(COMPOSITES[f], f, arguments))
        if f in OPAQUE:
            raise NoClosedFormError(f"got {expr}: expectations of {f} have no closed form in general")
        if len(arguments) != 1:
            raise FormulaError(f"{f} takes one argument under an expectation, got {len(arguments)} in {expr}")
        (argument,) = arguments
        if f == "exp":
            return {Product((), self._exponent(argument, self.field.one)): self._constant_part(argument)}
        if f in ("sin", "cos"):
            return self._oscillation(f, argument)
        if f == "Phi":
            return self._distribution(argument)
        if f == "log" and argument.is_call("abs"):
            return self._logarithm(argument.children[1])
        raise FormulaError(
            f"no derivation for {expr} under an expectation; expected sums and products of the Gaussian variables, "
            f"exp, sin, cos, Phi, log(abs(.)) and {', '.join(sorted({*ACTIVATIONS, *COMPOSITES, *OPAQUE}))}"
        )

    def _composite(self, composite: Composite, f: str, arguments: list[Expr]) -> Expr:
        missing = 1 + len(composite.parameters) - len(arguments)
        if not 0 <= missing <= len(composite.defaults):
            expected = (*composite.parameters, "z") if composite.leading else ("z", *composite.parameters)
            raise FormulaError(f"{f} takes ({', '.join(expected)}), got {len(arguments)} arguments")
        given = (*arguments, *composite.defaults[len(composite.defaults) - missing :])
        further = given[:-1] if composite.leading else given[1:]
        if any(self._random(a) for a in further):
            raise FormulaError(f"got {f} with {', '.join(map(str, further))}, which must be constant, not Gaussian")
        return composite.formula(*given)

    def _activation(self, activation: Activation, f: str, arguments: list[Expr]) -> Integrand:
        if len(arguments) != 1 + len(activation.parameters):
            expected = ", ".join(("z", *activation.parameters))
            raise FormulaError(f"{f} takes ({expected}), got {len(arguments)} arguments")
        self._use(DEFINITION)
        values = dict(zip(activation.parameters, arguments[1:], strict=True))
        if any(self._random(v) for v in values.values()):
            raise FormulaError(f"got {f}({', '.join(map(str, arguments))}): the slope must be a constant, not Gaussian")
        index, scale = self._located(self._affine(arguments[0]))
        left, right = (
            [evaluate(substitute(c, values), self.field) * scale**n for n, c in enumerate(side)]
            for side in (activation.left, activation.right)
        )
        if (self.field.sign(scale) or 1) < 0:
            left, right = right, left
        return self._piecewise(index, left, right)

    def _piecewise(self, index: int, left: list[Element], right: list[Element]) -> Integrand:
        """left(z) + (right(z) - left(z)) 1{z > 0}: equal to the activation except on the null set z = 0."""
        total: Integrand = {}
        for n in range(max(len(left), len(right))):
            a = left[n] if n < len(left) else self.field.zero
            b = right[n] if n < len(right) else self.field.zero
            for coefficient, step in ((a, False), (b - a, True)):
                if coefficient and (n or step):
                    total = self._plus(total, self._single(index, Factor(n, step), coefficient))
                elif coefficient:
                    total = self._plus(total, {Product(): coefficient})
        return total

    def _distribution(self, argument: Expr) -> Integrand:
        form = self._affine(argument)
        return self._single(self._position(form), Factor(cdf=1))

    def _logarithm(self, argument: Expr) -> Integrand:
        index, scale = self._located(self._affine(argument))
        constant = self.field.log(self.field.absolute(scale))
        total = self._single(index, Factor(log=1))
        return self._plus(total, {Product(): constant}) if constant else total

    # ---- affine and quadratic arguments ----------------------------------------------------------------------------

    def _affine(self, argument: Expr) -> Form:
        """The affine form that an argument is."""
        slopes, shift = [self.field.zero] * len(self.variables), self.field.zero
        for indices, c in self._polynomial(argument).items():
            if len(indices) > 1:
                raise FormulaError(
                    f"got a function of {argument}, expected an affine form of the Gaussian variables, such as "
                    f"relu(2*u - v + b)"
                )
            if indices:
                slopes[indices[0]] = c
            else:
                shift = c
        if not any(slopes):
            raise FormulaError(_cancelled(argument))
        return Form(tuple(slopes), shift)

    def _polynomial(self, argument: Expr) -> dict[tuple[int, ...], Element]:
        """The coefficients of a polynomial in the variables, by the sorted indices of each monomial."""
        found: dict[tuple[int, ...], Element] = {}
        for product, c in self.expand(argument).items():
            plain = all(f == Factor(f.power) and i < len(self.variables) for i, f in product.factors)
            if not plain or product.exponent:
                raise FormulaError(
                    f"got a function of {argument}, expected a polynomial in the Gaussian variables inside a function"
                )
            found[tuple(i for i, f in product.factors for _ in range(f.power))] = c
        return found

    def _located(self, form: Form) -> tuple[int, Element]:
        """The index of the normalised form and the scale: form = scale * normalised, with the scale's sign plain."""
        leading = next(a for a in form.slopes if a)
        sign = self.field.sign(leading)
        scale = leading if sign else self.field.one
        return self._position(Form(tuple(a / scale for a in form.slopes), form.shift / scale)), scale

    def _position(self, form: Form) -> int:
        if form not in self.forms:
            self.forms.append(form)
        return self.forms.index(form)

    def _exponent(self, argument: Expr, factor: Element) -> Exponent:
        quadratic = {}
        for indices, c in self._polynomial(argument).items():
            if len(indices) > 2:
                raise FormulaError(f"got the exponential of {argument}, expected a polynomial of degree at most 2")
            if indices:
                quadratic[indices] = c * factor
        return tuple(sorted(quadratic.items(), key=lambda item: item[0]))

    def _constant_part(self, argument: Expr) -> Element:
        return self.field.exp(self._polynomial(argument).get((), self.field.zero))

    def _oscillation(self, f: str, argument: Expr) -> Integrand:
        """cos z = (e^(iz) + e^(-iz))/2, sin z = (e^(iz) - e^(-iz))/(2i)."""
        self._use(EULER_RULE)
        i, polynomial = self.field.imaginary, self._polynomial(argument)
        if any(len(indices) > 1 for indices in polynomial):
            raise FormulaError(f"got {f}({argument}), expected an affine form of the Gaussian variables as argument")
        phase, total = polynomial.get((), self.field.zero), dict[Product, Element]()
        for sign in (1, -1):
            turn = self.field.exp(i * phase * sign)
            weight = turn * Fraction(1, 2) if f == "cos" else turn * sign / (2 * i)
            total = self._plus(total, {Product((), self._exponent(argument, i * sign)): weight})
        return total


def _cancelled(argument: Expr) -> str:
    return f"got {argument}, in which the Gaussian variables cancel: write the constant itself"


def check_arguments(expr: Expr, law: GaussianLaw, constants: Sequence[str] = ()) -> None:
    """Refuses functions whose argument only looks random, such as tanh(u - u + 1).

    Raises:
        FormulaError: the Gaussian variables cancel in an argument.
    """
    variables = set(law.names)
    for node in walk(expr):
        for argument in node.children[1:] if node.head == "call" else ():
            inside = [n.identifier for n in walk(argument) if n.head == "name" and n.identifier in variables]
            if len(inside) == len(set(inside)):  # to cancel, a variable must occur twice
                continue
            try:
                found = Expander(law.names, law.field(constants))._polynomial(argument)
            except AnalyticError:
                continue  # no polynomial: it is judged where it is used
            if not any(found):
                raise FormulaError(_cancelled(argument))
