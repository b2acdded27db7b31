r"""Which names are vectors: under a bar or a norm, transposed, between which an angle is taken, or in \mathbb{R}^d."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from checks.tex.nodes import Node, bare, factors, walk
from checks.tex.scope import CONSTANT, GAUSSIAN, INPUT, VECTOR, Scope, identify, members, names_of

#: Letters that under an angle are indices of vectors, unless they are declared as vectors themselves.
INDICES = frozenset("ijklmpqr")


def find_vectors(nodes: Iterable[Node], scope: Scope, parameters: dict[str, tuple[str, ...]]) -> set[str]:
    """The names that can only be vectors, as the nodes use them.

    Args:
        nodes: parts of the string.
        scope: what is declared; constants and Gaussian variables stay what they are.
        parameters: kinds of the parameters of functions that the string defines.
    """
    found: set[str] = set()
    dotted: set[tuple[str, str]] = set()
    for root in nodes:
        for node in walk(root):
            found |= set(_below(node, scope))
            found |= set(_defined(node, scope, parameters))
            dotted |= {pair for a, b in _dots(node, scope) for pair in ((a, b), (b, a))}
    before = -1
    while len(found) > before:  # a partner of a vector, or of the random input, is one
        before = len(found)
        found |= {b for a, b in dotted if a in found or scope.kinds.get(a) == INPUT}
    return {n for n in found if scope.kinds.get(n) not in (CONSTANT, GAUSSIAN, INPUT) and n not in scope.aliases}


def _below(node: Node, scope: Scope) -> Iterator[str]:
    if node.kind == "group" and node.text in ("||", "<"):
        for member in members(node):
            yield from _vector_names(member, scope)
    if node.kind == "accent" and node.text == "bar":
        yield from _vector_names(node.children[0], scope)
    if is_transposed(node.sup, scope):
        yield from _vector_names(replace(node, sup=None) if node.kind == "name" else node, scope)
    if node.kind == "term":
        row = [(a, b) for a, b in pairwise(node.children) if is_transposed(a.sup, scope)]
        yield from (n for _, second in row for n in _vector_names(second, scope))
    if (node.kind == "name" and node.text == "theta") or (node.kind == "word" and node.text == "nabla"):
        listed = names_of(node.sub, scope)
        vectors = listed if node.text == "nabla" else [n for n in listed if n not in INDICES]
        yield from vectors if len(listed) == 2 or node.text == "nabla" else ()
    if node.kind == "frac":
        below = factors(node.children[1])
        yield from (identify(b, scope)[0] for a, b in pairwise(below) if a.text == "partial")


def _vector_names(node: Node, scope: Scope) -> Iterator[str]:
    """The only name of a part that has to be a vector; of a sum, the only name of each term."""
    single = bare(node)
    if single is not None and single.kind in ("sum", "relation", "items", "group"):
        for part in single.children:
            yield from _vector_names(part, scope)
        return
    row = single.children if single is not None and single.kind == "term" else (single,)
    names = [n for n in row if n is not None and n.kind == "name" and n.text not in ("pi", "theta", "rho")]
    found = [identify(n, scope) for n in names if n.sup is None or n.sup.kind in ("mark", "double")]
    free = [i for i, _, sub in found if sub is None and scope.kinds.get(i) != CONSTANT]  # n_{v,w} is no name
    yield from free if len(names) == 1 or len(free) == 1 else ()


def is_transposed(sup: Node | None, scope: Scope | None = None) -> bool:
    """Whether a superscript is a sign of transposition; with a scope, the letter T counts unless it is declared."""
    if sup is not None and sup.kind == "double":
        sup = sup.children[1]
    sup = bare(sup)
    if sup is not None and sup.kind == "name":
        return sup.text == "T" and sup.plain and scope is not None and "T" not in scope.kinds
    return sup is not None and sup.kind == "mark" and sup.text not in ("+", "-", "*", "'", "prime")


def find_inputs(nodes: Iterable[Node], scope: Scope) -> set[str]:
    """The Gaussian names that stand in inner products with something that is not one."""
    pairs = {pair for root in nodes for node in walk(root) for pair in _dots(node, scope)}
    both = {(a, b) for x, y in pairs for a, b in ((x, y), (y, x))}
    return {b for a, b in both if scope.kinds.get(b) == GAUSSIAN and scope.kinds.get(a) not in (GAUSSIAN, CONSTANT)}


def _dots(node: Node, scope: Scope) -> Iterator[tuple[str, str]]:
    """Pairs of names between which an inner product stands, if one of them is a vector."""
    if node.kind == "group" and node.text == "<":
        names = [n for member in members(node) for n in _vector_names(member, scope)]
        yield from [(names[0], names[1])] if len(names) == 2 else []
    if node.kind != "term":
        return
    row = node.children
    for first, middle, second in zip(row, row[1:], row[2:], strict=False):
        if middle.kind == "op" and middle.text == "*" and first.kind == second.kind == "name":
            yield identify(first, scope)[0], identify(second, scope)[0]
    for first, second in pairwise(row):
        if is_transposed(first.sup, scope):
            left = identify(first, scope)[0] if first.kind == "name" else ""
            yield from ((left, n) for n in _vector_names(second, scope))


def _defined(node: Node, scope: Scope, parameters: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """Arguments of functions whose parameters are vectors, and of \\theta(w, v) and \\angle(w, v)."""
    if node.kind == "name" and node.text in parameters:
        listed = names_of(node.sub, scope)
        yield from (n for n, k in zip(listed, parameters[node.text], strict=False) if k == VECTOR)
    if node.kind != "term":
        return
    for head, group in zip(node.children, node.children[1:], strict=False):
        if group.kind != "group" or group.text not in ("(", "[") or head.kind not in ("name", "word"):
            continue
        known = parameters.get(identify(head, scope)[0], parameters.get(head.text, ()))
        inside = list(members(group))
        if head.text in ("theta", "angle") and len(inside) == 2:
            known = (VECTOR, VECTOR)
        for member, kind in zip(inside, known, strict=False):
            found = _vector_names(member, scope) if kind == VECTOR else ()
            yield from (n for n in found if head.text not in ("theta", "angle") or n not in INDICES)
