"""From formulas to moments: which names are Gaussian variables, and the joint law of the forms that occur."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import product

from analytic.activations import OPAQUE
from analytic.algebra import evaluate
from analytic.constants import rational_value
from analytic.errors import FormulaError, OutsideRingError
from analytic.field import Element
from analytic.formula import CONSTANTS, ZERO, Expr, add, bare_names, call, mul, name, names, neg, rewrite, walk
from analytic.integrand import MAX_DEGREE, Expander, Form, Integrand, Product
from analytic.rules.moment import TRIVIAL, Factor, Law, Moment
from analytic.rules.parity import SOFTPLUS_EVEN, FunctionFactor, Parity, Z, even_and_odd, factor_function, is_odd, times

#: A product of sums that has more terms is not searched for odd ones.
MAX_TERMS = 200
RESERVED = frozenset((*CONSTANTS, "theta", "rho", "E", "I", "L"))
#: Of constants these functions are elementary.
_WRITTEN_OUT: dict[str, Callable[[Expr], Expr]] = {
    "tanh": lambda z: 1 - 2 / (1 + call("exp", 2 * z)),
    "sigmoid": lambda z: 1 / (1 + call("exp", neg(z))),
    "silu": lambda z: z / (1 + call("exp", neg(z))),
    "softplus": lambda z: call("log", 1 + call("exp", z)),
}


class Opening:
    """Makes moments of products: the joint law of the forms that occur."""

    def __init__(
        self,
        variables: Sequence[str],
        mean: Sequence[Element],
        matrix: Sequence[Sequence[Element]],
        expander: Expander,
    ) -> None:
        self.variables, self.mean, self.matrix, self.expander = variables, mean, matrix, expander

    def products(self, integrand: Expr) -> Integrand:
        """The integrand as a sum of products; terms that no rule but parity knows, and which are odd, stay whole."""
        integrand = self._checked(integrand)
        if Parity.name in self.expander.disabled or not _is_special(integrand):
            return self.expander.expand(integrand)
        total, rest = self._without_odd(integrand)
        if _is_special(rest, OPAQUE):  # its functions may be sums of which one part is odd here, the other known
            other, left = self._without_odd(self._collected(even_and_odd(integrand)))
            if not _is_special(left, OPAQUE):
                total, rest = other, left
        return {**total, **self.expander.expand(rest)} if rest != ZERO else total

    def _checked(self, integrand: Expr) -> Expr:
        """The integrand with functions of constants written out.

        Raises:
            FormulaError: a function without closed forms has more than one argument, or one of several variables that
                is no affine form.
        """

        def rule(node: Expr) -> Expr | None:
            if node.head != "call" or node.children[0].identifier not in OPAQUE:
                return None
            f, arguments = node.children[0].identifier, node.children[1:]
            if len(arguments) != 1:
                raise FormulaError(f"got {node}, expected a function of one affine form: {f} takes one argument")
            if not self._random(arguments[0]):
                return _WRITTEN_OUT[f](rewrite(arguments[0], rule))
            if len(names(arguments[0]) & set(self.variables)) > 1:
                self._check_affine(node)
            return None

        return rewrite(integrand, rule)

    def _check_affine(self, node: Expr) -> None:
        try:
            Expander(self.variables, self.expander.field).form(node.children[1])
        except (FormulaError, OutsideRingError):
            raise FormulaError(
                f"got {node}, expected a function of one affine form of the Gaussian variables, such as tanh(2*u - v)"
            ) from None

    def _without_odd(self, integrand: Expr) -> tuple[Integrand, Expr]:
        """The odd terms, and the sum of the others."""
        total: Integrand = {}
        rest: list[Expr] = []
        for factors in distributed(integrand):
            whole = self._whole(factors) if any(_is_special(f) for f in factors) else None
            if whole is not None and is_odd(self.moment(whole[0]), self.expander.field):
                total[whole[0]] = total.get(whole[0], self.expander.field.zero) + whole[1]
            else:
                rest.append(mul(*factors))
        return total, add(*rest) if rest else ZERO

    def _collected(self, integrand: Expr) -> Expr:
        """The formula as a sum of products, those that cancel left out; itself where there would be too many."""
        found: dict[tuple[str, ...], tuple[list[Expr], list[Expr]]] = {}
        for factors in distributed(integrand):
            random = [f for f in factors if self._random(f)]
            _, weights = found.setdefault(tuple(sorted(map(str, random))), (random, []))
            weights.append(mul(*(f for f in factors if not self._random(f))))
        sums = [(factors, add(*weights)) for factors, weights in found.values()]
        return add(*(mul(c, *factors) for factors, c in sums if evaluate(c, self.expander.field)))

    def _whole(self, factors: Sequence[Expr]) -> tuple[Product, Element] | None:
        """A product with its functions left as they are; None where one of them is not of an affine form."""
        parts: dict[int, Factor] = {}
        others = [f for f in factors if f.is_call("exp") or f.is_call("bump") or not self._random(f)]
        try:
            ((exponential, coefficient),) = self.expander.expand(mul(*others)).items()
            for index, factor in (self._factor(f) for f in factors if f not in others):
                parts[index] = times(parts[index], factor) if index in parts else factor
        except FormulaError:
            return None
        return Product(tuple(sorted(parts.items(), key=lambda item: item[0])), exponential.exponent), coefficient

    def _factor(self, f: Expr) -> tuple[int, Factor]:
        """The form that a factor is a function of, and the function."""
        if f.head != "call":
            return self.expander.form(f), FunctionFactor(1)
        if f.is_call("log") and f.children[1].is_call("abs"):
            return self.expander.form(f.children[1].children[1]), FunctionFactor(log=1)
        function, *arguments = f.children
        place = len(arguments) - 1 if function.identifier in ("He", "H") else 0
        argument, arguments[place] = arguments[place], name(Z)
        if any(self._random(a) for a in arguments):
            raise FormulaError(f"got {f}, expected a function of one affine form of the Gaussian variables")
        return self.expander.form(argument), FunctionFactor(function=factor_function(function.identifier, *arguments))

    def _random(self, expr: Expr) -> bool:
        return bool(names(expr) & set(self.variables)) and expr.head != "norm"

    def moment(self, product: Product) -> Moment:
        """The expectation of a product."""
        used = {i for i, _ in product.factors} | {i for indices, _ in product.exponent for i in indices}
        order = sorted(used)
        position, factors = {i: n for n, i in enumerate(order)}, dict(product.factors)
        exponent = tuple((tuple(position[i] for i in indices), c) for indices, c in product.exponent)
        return Moment(tuple(factors.get(i, TRIVIAL) for i in order), self._law(tuple(order)), exponent)

    def _law(self, order: tuple[int, ...]) -> Law:
        from analytic.printing import latex_name, to_latex

        forms = [self.expander.forms[i] for i in order]
        shown = [
            (self.variables[i], latex_name(self.variables[i]))
            if i < len(self.variables)
            else (str(self.expander.text(f)), to_latex(self.expander.text(f)))
            for i, f in zip(order, forms, strict=True)
        ]
        return Law(
            tuple(text for text, _ in shown),
            tuple(self._mean(f) for f in forms),
            tuple(tuple(self._covariance(f, g) for g in forms) for f in forms),
            latex_names=tuple(latex for _, latex in shown),
        )

    def _mean(self, form: Form) -> Element:
        return sum((a * m for a, m in zip(form.slopes, self.mean, strict=True) if a), form.shift)

    def _covariance(self, f: Form, g: Form) -> Element:
        total = self.expander.field.zero
        for i, a in enumerate(f.slopes):
            for j, b in enumerate(g.slopes):
                if a and b:
                    total = total + a * b * self.matrix[i][j]
        return total


def distributed(expr: Expr) -> list[list[Expr]]:
    """A formula as a sum of products of factors; in one piece where there would be too many.

    Example:
        >>> from analytic.grammar import parse
        >>> [[str(f) for f in term] for term in distributed(parse("(tanh(u) + 1)*v^2"))]
        [['tanh(u)', 'v', 'v'], ['1', 'v', 'v']]
    """
    if expr.head == "add":
        found = [term for child in expr.children for term in distributed(child)]
        return found if len(found) <= MAX_TERMS else [[expr]]
    exponent = rational_value(expr.children[1]) if expr.head == "pow" else None
    if exponent is not None and exponent.denominator == 1 and 0 < exponent <= MAX_DEGREE:
        factors: Sequence[Expr] = [expr.children[0]] * int(exponent)
    elif expr.head == "mul":
        factors = expr.children
    else:
        return [[expr]]
    found = [[]]
    for factor in factors:
        found = [[*x, *y] for x, y in product(found, distributed(factor))]
        if len(found) > MAX_TERMS:
            return [[expr]]
    return found


def _is_special(expr: Expr, functions: Collection[str] = (*OPAQUE, "log")) -> bool:
    """Whether there is a function in it whose expectations have a closed form in exceptional cases only."""
    return any(n.head == "call" and n.children[0].identifier in (*functions, SOFTPLUS_EVEN) for n in walk(expr))


def gaussian_names(expr: Expr, parameters: Sequence[str] = ()) -> tuple[str, ...]:
    """The Gaussian variables of an integrand in order of appearance.

    Raises:
        FormulaError: one has a reserved name, or inner products are mixed with other variables.

    Example:
        >>> from analytic.grammar import parse
        >>> gaussian_names(parse("relu(w.x)*step(v.x)"))
        ('w', 'v')
    """
    found: dict[str, None] = {}
    inputs = {node.children[1].identifier for node in walk(expr) if node.head == "dot"}
    if len(inputs) > 1:
        raise FormulaError(
            f"got the inputs {', '.join(sorted(inputs))}, expected one: all variables share one x ~ N(0, I)"
        )
    functions = {node.children[0].identifier for node in walk(expr) if node.head == "call"}
    weights = {node.children[0].identifier for node in walk(expr) if node.head == "dot"}
    for node in walk(expr):
        if node.head == "name" and node.identifier not in {*parameters, *inputs, *functions, *CONSTANTS}:
            found[node.identifier] = None
    mixed = sorted(weights & bare_names(expr))
    if mixed:
        raise FormulaError(
            f"got both {mixed[0]} and {mixed[0]}.x, expected one of them: a vector is no Gaussian variable"
        )
    bad = sorted(RESERVED & set(found))
    if bad:
        raise FormulaError(
            f"got {', '.join(bad)} under an expectation, where only Gaussian variables and constants may stand"
        )
    return tuple(found)
