"""From formulas to moments: which names are Gaussian variables, and the joint law of the forms that occur."""

from __future__ import annotations

from collections.abc import Sequence

from analytic.errors import FormulaError
from analytic.field import Element
from analytic.formula import CONSTANTS, Expr, bare_names, walk
from analytic.integrand import Expander, Form, Product
from analytic.rules.moment import TRIVIAL, Law, Moment

RESERVED = frozenset((*CONSTANTS, "theta", "rho", "E", "I", "L"))


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
