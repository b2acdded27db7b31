"""Slips under the expectation: another activation, another power or sign of its argument, another variable."""

from __future__ import annotations

from collections.abc import Iterator

from analytic.constants import rational_value
from analytic.formula import Expr, add, call, mul, name, names, neg, num, power, rebuild, walk
from checks.slips import distinct

#: More slips of one integrand than this cost a derivation each and add nothing to the picture.
MAX_INSIDE = 24
#: What is written for what: derivatives, even and odd parts, and the other normalisation.
CONFUSED = {
    "relu": ("step", "abs"),
    "step": ("relu", "sign"),
    "sign": ("step", "abs"),
    "abs": ("relu", "sign"),
    "leaky_relu": ("relu",),
    "abrelu": ("leaky_relu",),
    "erf": ("Phi",),
    "Phi": ("erf",),
    "gelu": ("relu",),
    "elu": ("relu",),
    "sin": ("cos",),
    "cos": ("sin",),
    "He": ("H",),
    "H": ("He",),
    "tanh": ("sigmoid",),
    "sigmoid": ("tanh",),
}
#: Functions whose further arguments stand before the argument.
_LEADING = ("He", "H")


def slips_inside(formula: Expr, most: int = MAX_INSIDE) -> list[tuple[str, Expr]]:
    """Slips in the integrands of a formula, each with its description.

    Args:
        formula: a side of a statement.
        most: how many are wanted at most.

    Returns:
        (description, formula), without duplicates; nothing for a formula without expectations.

    Example:
        >>> from analytic.grammar import parse
        >>> [str(e) for _, e in slips_inside(parse("E[relu(u)]/2"))]
        ['E[step(u)]/2', 'E[abs(u)]/2', 'E[relu(-u)]/2', 'E[relu(u)^2]/2']
    """
    return distinct(formula, _outside(formula))[:most]


def _outside(node: Expr) -> Iterator[tuple[str, Expr]]:
    """Slips in the expectations below a node."""
    if node.head == "expect":
        for text, slip in _inside(node.children[0], _variables(node.children[0])):
            yield f"{text} in {node}", Expr("expect", (slip,))
        return
    for i in range(1 if node.head == "call" else 0, len(node.children)):
        for text, slip in _outside(node.children[i]):
            yield text, rebuild(node.head, (*node.children[:i], slip, *node.children[i + 1 :]))


def _variables(integrand: Expr) -> tuple[Expr, ...]:
    """What the activations of an integrand take: inner products, or names."""
    dots = tuple(dict.fromkeys(n for n in walk(integrand) if n.head == "dot"))
    return dots or tuple(name(n) for n in sorted(names(integrand)) if n not in ("pi", "euler_gamma"))


def _inside(node: Expr, variables: tuple[Expr, ...]) -> Iterator[tuple[str, Expr]]:
    """Slips at a node of an integrand, then below it; an activation's argument is changed as a whole."""
    if node.head == "call":
        yield from _activation_slips(node, variables)
        return
    if node.head == "add":
        for i, term in enumerate(node.children):
            rest = node.children[:i], node.children[i + 1 :]
            yield f"the sign of {term}", add(*rest[0], neg(term), *rest[1])
            yield f"{term} dropped", add(*rest[0], *rest[1])
    if node.head == "pow":
        yield from _power_slips(node)
    if node.head in ("add", "mul", "pow"):
        for i in range(1 if node.head == "pow" else len(node.children)):
            for text, slip in _inside(node.children[i], variables):
                yield text, rebuild(node.head, (*node.children[:i], slip, *node.children[i + 1 :]))
    if node.head == "mul":
        for i, factor in enumerate(node.children):
            if factor.head != "num":
                yield f"{factor} dropped", mul(*node.children[:i], *node.children[i + 1 :])


def _activation_slips(node: Expr, variables: tuple[Expr, ...]) -> Iterator[tuple[str, Expr]]:
    function, *arguments = node.children
    f = function.identifier
    place = len(arguments) - 1 if f in _LEADING else 0
    for other in CONFUSED.get(f, ()):
        kept = arguments if f in _LEADING or other == "leaky_relu" else arguments[:1]
        yield f"{other} for {f}", call(other, *(kept[:2] if other == "leaky_relu" else kept))

    def with_argument(argument: Expr) -> Expr:
        return call(f, *arguments[:place], argument, *arguments[place + 1 :])

    argument = arguments[place]
    yield f"{f}({neg(argument)}) for {node}", with_argument(neg(argument))
    for variable in variables:
        if argument in variables and variable != argument:
            yield f"{variable} for {argument}", with_argument(variable)
    yield f"{node}^2 for {node}", power(node, num(2))


def _power_slips(node: Expr) -> Iterator[tuple[str, Expr]]:
    base, exponent = node.children
    n = rational_value(exponent)
    if n is not None and n.denominator == 1 and n > 1:
        yield f"{base}^{n - 1} for {node}", power(base, num(n - 1))
        yield f"{base}^{n + 1} for {node}", power(base, num(n + 1))
