"""Realistic slips of a formula: what a tired author writes instead of it. They measure power and suggest repairs."""

from __future__ import annotations

from collections.abc import Iterator

from analytic.constants import rational_value
from analytic.formula import ONE, PI, Expr, add, call, mul, name, neg, num, power, rebuild

#: More than this adds nothing to the picture and only costs time.
MAX_SLIPS = 60
_SWAPPED = {"sin": "cos", "cos": "sin", "asin": "acos", "acos": "asin"}
#: Functions that a sign of the argument changes to something else than their negative.
_ODD_ARGUMENT = frozenset(("Phi", "exp", "Phi2", "step"))
_ANGLES = ("theta",)


def slips(formula: Expr, most: int = MAX_SLIPS) -> list[tuple[str, Expr]]:
    """Slips of a formula, each with its description, nearest first.

    Kinds: a factor 2 (also as factor of the whole), a sign, also of an argument, pi - theta for theta and back, sin for
    cos, arcsin for arccos, a norm dropped, a root dropped, an exponent off by one, a term dropped, arguments exchanged.

    Args:
        formula: the right side of a claim, definitions expanded.
        most: how many are wanted at most.

    Returns:
        (description, formula) without duplicates and without the formula itself.

    Example:
        >>> from analytic.grammar import parse
        >>> [str(e) for _, e in slips(parse("|u|/2"))]
        ['|u|', '|u|/4', '-|u|/2', '1/2', '|u|^2/2']
    """
    found: dict[Expr, str] = {}
    for description, slip in (*_whole(formula), *_inside(formula)):
        if slip != formula and slip not in found:
            found[slip] = description
    return [(d, e) for e, d in found.items()][:most]


def _whole(formula: Expr) -> Iterator[tuple[str, Expr]]:
    yield "a factor 2", mul(num(2), formula)
    yield "a factor 1/2", mul(num(1) / 2, formula)
    yield "the sign", neg(formula)


def _inside(node: Expr) -> Iterator[tuple[str, Expr]]:
    """Slips at this node, then slips inside each of its children."""
    yield from _here(node)
    if node.head in ("num", "name", "norm", "dot", "expect") or node.is_call("unequal") or node.is_call("theta"):
        return
    start = 1 if node.head == "call" else 0
    for i in range(start, len(node.children)):
        for description, slip in _inside(node.children[i]):
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
    elif f in ("outer", "perp"):
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
