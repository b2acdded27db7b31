r"""Products without signs: where a factor ends, what a function applies to, what may be divided by what.

``a/bc``, ``\sin\theta\,x`` and the like have two readings in the literature; they are refused with both.
"""

from __future__ import annotations

from dataclasses import replace

from analytic.formula import num, power
from checks.tex.algebra import negative, times, total
from checks.tex.atoms import read_atom
from checks.tex.calculus import is_derivative, limit, nabla, partial, sum_over_neurons
from checks.tex.declared import apply_symbol, is_applied
from checks.tex.errors import TexError
from checks.tex.expectations import expectation, indicator
from checks.tex.functions import apply
from checks.tex.nodes import Node, bare, shown
from checks.tex.scope import SCALAR, Scope, Value

#: What a word that stands in a formula begins with, and what reads it.
_WORDS = {"expect": expectation, "probability": expectation, "indicator": indicator, "sum": sum_over_neurons}
_WORDS |= {"lim": limit, "nabla": nabla}


def read(node: Node, scope: Scope) -> Value:
    """The value of a part.

    Raises:
        TexError: it has none, or more than one.
    """
    if node.kind in ("items", "relation"):
        if len(node.children) != 1 or node.text:
            what = "a list" if node.kind == "items" else "a relation"
            raise scope.refuse(f"got {what}, expected one formula", node)
        return read(node.children[0], scope)
    if node.kind == "sum":
        limits = [f for t in node.children[:-1] for f in t.children if f.kind == "word" and f.text == "lim"]
        if limits:
            raise scope.refuse("got a limit before + or -", limits[0], "(lim a) + b", "lim (a + b)")
        terms = [read(t, scope.deeper(t)) for t in node.children]
        return total([negative(v) if t.text == "-" else v for t, v in zip(node.children, terms, strict=True)], scope)
    if node.kind == "term":
        return _quotient(node, scope)
    return _unit((node,), 0, scope)[0]


def _quotient(node: Node, scope: Scope) -> Value:
    """A product in which at most one / stands, with a single factor after it."""
    row = node.children
    slashes = [i for i, f in enumerate(row) if f.kind == "op" and f.text == "/"]
    if not slashes:
        return _product(row, scope)
    above, below = row[: slashes[0]], row[slashes[0] + 1 :]
    if (len(below) > 1 and below[0].kind in ("number", "group", "frac", "sqrt")) or _are_names(below[:2]):
        raise _ambiguous(row, slashes[0], 1, scope)
    numerator = _product(above, scope)
    denominator, end = _unit(below, 0, scope)
    if numerator.unbracketed:
        a, b = "".join(map(shown, above)), "".join(map(shown, below))
        readings = (rf"\frac{{{a}}}{{{b}}}", rf"{shown(above[-2])}({shown(above[-1])}/{b})")
        raise scope.refuse("got a function without brackets before /", row[0], *(r[:80] for r in readings))
    if end < len(below):
        raise _ambiguous(row, slashes[0], end, scope)
    if denominator.kind != SCALAR:
        raise scope.refuse(f"got a division by a {denominator.kind}, expected a number", below[0])
    inverse = Value(SCALAR, power(denominator.expr, num(-1)), denominator.at, denominator.unbracketed)
    return times(numerator, inverse, False, scope)


def _are_names(row: tuple[Node, ...]) -> bool:
    return len(row) == 2 and all(n.kind in ("name", "op") for n in row)


def _ambiguous(row: tuple[Node, ...], slash: int, end: int, scope: Scope) -> TexError:
    """a/bc: all that follows in the denominator, or only its first factor."""
    above, below = row[:slash], row[slash + 1 :]
    if below[end].kind == "op" and below[end].text == "/":
        return scope.refuse("got two / in one product", below[end], "(a/b)/c", "a/(b/c)")
    first, rest = "".join(map(shown, below[:end])), "".join(map(shown, below[end:])).removeprefix("*")
    whole = "".join(map(shown, above))
    readings = (rf"\frac{{{whole}}}{{{first}{rest}}}", rf"\frac{{{whole}}}{{{first}}} {rest}")
    return scope.refuse("got a product after /", row[slash], *(r[:80] for r in readings))


def _product(row: tuple[Node, ...], scope: Scope) -> Value:
    if len(row) > 200:
        raise scope.refuse(f"got a product of {len(row)} factors, expected at most 200", row[0])
    value, position = _unit(row, 0, scope)
    while position < len(row):
        dotted = row[position].kind == "op"
        position += dotted
        if not dotted:
            _check_neighbours(row[position - 1], row[position], scope)
        factor, position = _unit(row, position, scope)
        value = times(value, factor, dotted, scope)
    return value


def _check_neighbours(first: Node, second: Node, scope: Scope) -> None:
    r"""Refuses a number after a factor, 2 3 or t 2, and 2\frac12, which may be 2.5."""
    parts = [bare(c) for c in second.children] if second.kind == "frac" else []
    mixed = first.kind == "number" and bool(parts) and all(p is not None and p.kind == "number" for p in parts)
    if mixed or (second.kind == "number" and second.sub is None and first.kind in ("number", "frac")):
        raise scope.refuse("got two numbers next to each other", second, "their product: write \\cdot", "one number")
    if second.kind == "number" and second.sub is None:
        shape = shown(replace(first, sub=None, sup=None))[:30]
        readings = (rf"{shape} \cdot {second.text}", rf"{shape}^{{{second.text}}}", rf"{shape}_{{{second.text}}}")
        raise scope.refuse("got a number after another factor", second, *(r[:60] for r in readings))


def _unit(row: tuple[Node, ...], position: int, scope: Scope) -> tuple[Value, int]:
    """One factor: an atom, or a function or operator with what it applies to; and where the next factor begins."""
    node = row[position]
    inner = scope.deeper(node)
    if node.factorial and node.kind != "number":
        raise scope.refuse("got a factorial, expected one of a number: degrees are numbers here", node)
    if node.primes and node.kind not in ("name", "function"):
        raise scope.refuse(f"got {shown(node)[:40]} with a prime, expected one at a name or an activation", node)
    dotted = bare(node.children[0]) if node.kind == "accent" and node.text == "dot" else None
    if dotted is not None and dotted.kind == "name" and dotted.text in scope.functions:  # the derivative
        node = replace(dotted, primes=1, sup=node.sup)
        row = (*row[:position], node, *row[position + 1 :])
    if node.kind == "function":
        return apply(row, position, inner, _unit)
    if node.kind == "word":
        if node.text not in _WORDS:
            raise scope.refuse(
                f"got {shown(node)}, which has no place here: {_WHY.get(node.text, 'not understood')}", node
            )
        return _WORDS[node.text](row, position, inner, _product)
    if node.kind == "number" and node.text == "1" and node.sub is not None:
        return indicator(row, position, inner, _product)
    if node.kind == "frac" and is_derivative(node):
        return partial(row, position, inner, _product)
    if node.kind == "name" and is_applied(row, position, scope):
        return apply_symbol(row, position, inner)
    return read_atom(node, inner), position + 1


_WHY = {
    "integral": r"integrals are not read; write an expectation \mathbb{E}[...]",
    "product": "products over an index are not read",
    "infinity": "it is no number",
    "partial": r"derivatives are written \nabla_w f or \frac{\partial f}{\partial w}",
    "normal": r"it stands after \sim",
    "angle": r"write \theta_{w,v}",
    "given": "conditional expectations are not read",
}
