"""Realistic slips of a formula: what a tired author writes instead of it. They measure power and suggest repairs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from analytic.algebra import FUNCTIONS
from analytic.constants import rational_value
from analytic.formula import CONSTANTS, ONE, PI, Expr, add, call, mul, name, neg, num, power, rebuild

#: More than this adds nothing to the picture and only costs time.
MAX_SLIPS = 60
_SWAPPED = {"sin": "cos", "cos": "sin", "asin": "acos", "acos": "asin"}
#: Functions that a sign of the argument changes to something else than their negative.
_ODD_ARGUMENT = frozenset(("Phi", "exp", "Phi2", "step"))
#: Functions whose argument often lacks a factor 1/2, or has it twice.
_HALVED = ("exp", "erf", "Phi", "log")
_ANGLES = ("theta",)
#: The identity matrix, indices of neurons, the input and usual names of vectors: no parameters.
_NO_NUMBERS = tuple("Iijxuvw")
#: Functions whose arguments are left alone: operators, whose expectations have slips of their own.
_WHOLE = ("unequal", "theta", "grad", "hess", "limit")
#: Functions of two vectors that are no operators; others of two names are taken for definitions.
_OF_NAMES = frozenset((*FUNCTIONS, "theta", "grad", "hess", "limit", "unequal", "sum"))


def slips(formula: Expr, most: int = MAX_SLIPS, whole: bool = True) -> list[tuple[str, Expr]]:
    """Slips of a formula, each with its description, nearest first.

    Kinds: a factor 2 (also as factor of the whole), a sign, also of an argument, pi - theta for theta and back, sin for
    cos, arcsin for arccos, a norm dropped, a root dropped, an exponent off by one, a term dropped, arguments exchanged.

    Args:
        formula: the right side of a claim, definitions expanded.
        most: how many are wanted at most.
        whole: whether the whole may get a factor or another sign.

    Returns:
        (description, formula) without duplicates and without the formula itself.

    Example:
        >>> from analytic.grammar import parse
        >>> [str(e) for _, e in slips(parse("|u|/2"))]
        ['|u|', '|u|/4', '-|u|/2', '1/2', '|u|^2/2']
    """
    return distinct(formula, every_slip(formula, whole))[:most]


def every_slip(formula: Expr, whole: bool = True) -> Iterator[tuple[str, Expr]]:
    """The same one by one, duplicates and all: what a search wants that keeps few of them."""
    if whole:
        yield from _whole(formula)
    yield from _at_every_node(formula, _here)


def distinct(formula: Expr, found: Iterable[tuple[str, Expr]]) -> list[tuple[str, Expr]]:
    """The slips that differ from the formula and from each other."""
    kept: dict[Expr, str] = {}
    for description, slip in found:
        if slip != formula:
            kept.setdefault(slip, description)
    return [(d, e) for e, d in kept.items()]


def scaled(factor: Expr, formula: Expr) -> Expr:
    """A multiple of a formula; sums over neurons stay terms of a sum.

    Example:
        >>> from analytic.grammar import parse
        >>> print(scaled(parse("2"), parse("w_i + sum(j, v_j)")))
        2*w_i + 2*sum(j, v_j)
    """
    if formula.head == "add" and any(t.is_call("sum") for term in formula.children for t in (term, *term.children)):
        return add(*(mul(factor, term) for term in formula.children))
    return mul(factor, formula)


def _whole(formula: Expr) -> Iterator[tuple[str, Expr]]:
    yield "a factor 2", scaled(num(2), formula)
    yield "a factor 1/2", scaled(num(1) / 2, formula)
    yield "the sign", scaled(num(-1), formula)


def mends(formula: Expr, vectors: Sequence[str]) -> Iterator[tuple[str, Expr]]:
    """The reverse of slips that leave nothing behind: a root, a square, a norm of a term, a 1, a unit vector put back.

    Args:
        formula: a formula with a slip, perhaps.
        vectors: the vectors of the statement.

    Example:
        >>> from analytic.grammar import parse
        >>> [str(e) for _, e in mends(parse("(1 - rho^2)*pi + w"), ("w",))][:3]
        ['sqrt((1 - rho^2)*pi + w)', '((1 - rho^2)*pi + w)^2', '1 + (1 - rho^2)*pi + w']
    """
    return _at_every_node(formula, lambda node: _mended(node, vectors))


def _mended(node: Expr, vectors: Sequence[str]) -> Iterator[tuple[str, Expr]]:
    if node.head == "add":
        yield f"the root of {node}", call("sqrt", node)
        yield f"the square of {node}", power(node, num(2))
        yield f"1 more in {node}", add(num(1), node)
        yield f"1 less in {node}", add(num(-1), node)
        for i, term in enumerate(node.children):
            for factor in (num(2), num(1) / 2):
                changed = mul(factor, term)
                yield f"a factor {factor} in {term}", add(*node.children[:i], changed, *node.children[i + 1 :])
            for n in vectors:
                norm = Expr("norm", (name(n),))
                yield f"{norm} in {term}", add(*node.children[:i], mul(norm, term), *node.children[i + 1 :])
    elif node.is_call("sqrt"):
        yield f"1 more under the root of {node.children[1]}", call("sqrt", add(num(1), node.children[1]))
    elif any(node.is_call(f) for f in _SWAPPED):
        yield f"the square of {node}", power(node, num(2))
    elif any(node.is_call(f) for f in _HALVED):
        f, argument = node.children[0].identifier, node.children[1]
        yield f"half of {argument} in {f}", call(f, mul(num(1) / 2, argument))
        yield f"twice {argument} in {f}", call(f, mul(num(2), argument))
    elif node == PI:
        yield "the root of pi", call("sqrt", PI)
    elif node.head == "name" and node.identifier in vectors:
        yield f"the unit vector of {node}", call("bar", node)
    elif node.head == "name" and len(node.identifier) == 1 and node.identifier not in (*CONSTANTS, *_NO_NUMBERS):
        yield f"the square of {node}", power(node, num(2))


def _at_every_node(node: Expr, here: Callable[[Expr], Iterator[tuple[str, Expr]]]) -> Iterator[tuple[str, Expr]]:
    """Slips at this node, then slips inside each of its children."""
    yield from here(node)
    if node.head in ("num", "name", "norm", "dot", "expect") or any(node.is_call(f) for f in _WHOLE):
        return
    for i in range(1 if node.head == "call" else 0, len(node.children)):
        for description, slip in _at_every_node(node.children[i], here):
            yield description, rebuild(node.head, (*node.children[:i], slip, *node.children[i + 1 :]))


def _here(node: Expr) -> Iterator[tuple[str, Expr]]:
    if node.head == "norm":
        yield f"{node} dropped", ONE
        yield f"{node} squared", power(node, num(2))
    elif node.head == "add":
        yield from _sum_slips(node)
    elif node.is_call("theta") or (node.head == "name" and node.identifier in _ANGLES):
        yield f"pi - theta for {node}", add(PI, neg(node))
    elif node.head == "call":
        yield from _call_slips(node)
    elif node.head == "pow":
        yield from _power_slips(node)


def _sum_slips(node: Expr) -> Iterator[tuple[str, Expr]]:
    terms = node.children
    for i, term in enumerate(terms):
        yield f"the sign of {term}", add(*terms[:i], neg(term), *terms[i + 1 :])
    if PI in terms and len(terms) == 2:
        yield f"theta for {node}", neg(next(t for t in terms if t != PI))
    for i, term in enumerate(terms):
        if term != PI:
            yield f"{term} dropped", add(*terms[:i], *terms[i + 1 :])


def _call_slips(node: Expr) -> Iterator[tuple[str, Expr]]:
    function, *arguments = node.children
    f = function.identifier
    if f in _SWAPPED:
        yield f"{_SWAPPED[f]} for {f}", call(_SWAPPED[f], *arguments)
    elif f in _ODD_ARGUMENT:
        yield f"{f}({neg(arguments[0])}) for {node}", call(f, neg(arguments[0]), *arguments[1:])
    elif f == "sqrt":
        yield "the root dropped", arguments[0]
    elif f == "bar":
        yield f"{arguments[0]} for its unit vector", arguments[0]
    elif f in ("outer", "perp") or (len(arguments) == 2 and f not in _OF_NAMES):
        yield f"the arguments of {f} exchanged", call(f, *reversed(arguments))
    elif f == "sum" and arguments[0].is_call("unequal"):
        yield "the sum over the other students dropped", num(0)


def _power_slips(node: Expr) -> Iterator[tuple[str, Expr]]:
    base, exponent = node.children
    n = rational_value(exponent)
    if n is None or n.denominator != 1 or base == name("I"):
        return
    yield f"{base}^{n + 1} for {node}", power(base, num(n + 1))
    if n not in (1, 0):
        yield f"{base}^{n - 1} for {node}", power(base, num(n - 1))
