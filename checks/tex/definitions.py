r"""Functions that the string defines: where J(\\theta) = ..., g(w, v) = ..., n_{v,w} = ..."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analytic.formula import Expr
from checks.claim import expand_definitions
from checks.tex.kinds import find_vectors
from checks.tex.nodes import Node, walk
from checks.tex.scope import CONSTANT, SCALAR, VECTOR, Definition, Scope, identify, names_of

#: More definitions, or larger ones once they are inserted, are refused.
MAX_DEFINITIONS, MAX_SIZE = 12, 20_000
#: Head, parameters, body.
Stated = tuple[Node, list[str], Node]


def key_of(head: Node, scope: Scope) -> str:
    """The name under which a definition is kept: without its parameters."""
    return head.text if len(names_of(head.sub, scope)) == 2 else identify(head, scope)[0]


def parameter_kinds(stated: Sequence[Stated], scope: Scope) -> dict[str, tuple[str, ...]]:
    """Which parameters of each definition are vectors, as the bodies use them."""
    known: dict[str, tuple[str, ...]] = {}
    for _ in range(2):  # a definition may use a later one
        for head, parameters, body in stated:
            local = replace(scope, kinds={n: k for n, k in scope.kinds.items() if n not in parameters})
            vectors = find_vectors([body], local, known)
            subscripts = len(names_of(head.sub, scope)) == 2
            known[key_of(head, scope)] = tuple(VECTOR if subscripts or p in vectors else SCALAR for p in parameters)
    return known


def define(stated: Sequence[Stated], kinds: dict[str, tuple[str, ...]], scope: Scope) -> None:
    """Reads the bodies of the definitions, each of which may use those before it."""
    if len(stated) > MAX_DEFINITIONS:
        raise scope.refuse(f"got {len(stated)} definitions, expected at most {MAX_DEFINITIONS}", stated[-1][0])
    sizes: dict[str, int] = {}
    waiting = {key_of(head, scope): (head, parameters, body) for head, parameters, body in stated}
    if len(waiting) < len(stated):
        raise scope.refuse("got two definitions of one symbol, expected one", stated[-1][0])
    while waiting:
        used = {k: {n.text for n in walk(body)} | _identifiers(body, scope) for k, (_, _, body) in waiting.items()}
        key = next((k for k in waiting if not used[k] & set(waiting)), None)
        if key is None:
            raise scope.refuse("got definitions that use each other in a circle", next(iter(waiting.values()))[0])
        _define(key, *waiting.pop(key), kinds, sizes, scope)


def _identifiers(body: Node, scope: Scope) -> set[str]:
    return {identify(n, scope)[0] for n in walk(body) if n.kind == "name"}


def _define(
    key: str,
    head: Node,
    parameters: list[str],
    body: Node,
    kinds: dict[str, tuple[str, ...]],
    sizes: dict[str, int],
    scope: Scope,
) -> None:
    if key in scope.functions or key in scope.kinds or len(set(parameters)) < len(parameters):
        raise scope.refuse(f"got a definition of {key}, which is declared already or has a parameter twice", head)
    own = {p: CONSTANT if k == SCALAR else VECTOR for p, k in zip(parameters, kinds[key], strict=True)}
    others = {n: k for n, k in scope.kinds.items() if n not in parameters}
    closed = not any(n.kind == "word" and n.text in ("expect", "probability") for n in walk(body))
    value = scope.read(body, replace(scope, kinds={**others, **own}, inside=closed))
    sizes[key] = _size(value.expr, sizes)
    if sizes[key] > MAX_SIZE:
        raise scope.refuse("got definitions that grow too large when they are inserted, expected less", head)
    scope.definitions[key] = Definition(tuple(parameters), kinds[key], value.kind, value.expr)


def expanded(expr: Expr, scope: Scope) -> Expr:
    """The formula without the functions that the string defines, for statements that cannot have definitions."""
    known = {k: (d.parameters, d.body) for k, d in scope.definitions.items()}
    return expand_definitions(expr, known) if known else expr


def _size(expr: Expr, sizes: dict[str, int]) -> int:
    own = sizes.get(expr.children[0].identifier, 1) if expr.head == "call" else 1
    return min(own + sum(_size(c, sizes) for c in expr.children), 10 * MAX_SIZE)
