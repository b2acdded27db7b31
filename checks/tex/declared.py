r"""Symbols that the author declares or defines, applied: \\sigma(z), g(w, v), n_{v,w}, \\theta(w, v)."""

from __future__ import annotations

from analytic.errors import AnalyticError
from analytic.formula import ONE, call, name, substitute
from analytic.grammar import parse
from checks.tex.functions import arguments, call_of, degree_of, derivative_of, finish, is_bracketed
from checks.tex.nodes import Node, shown
from checks.tex.scope import SCALAR, VECTOR, Scope, Value, identify, names_of
from checks.tex.scripts import attach


def is_applied(row: tuple[Node, ...], position: int, scope: Scope) -> bool:
    r"""Whether a name is a function with its argument here: \sigma(z), g(w, v), n_{v,w}, \theta(w, v)."""
    node = row[position]
    bracketed = is_bracketed(row, position)
    if node.text == "theta" and node.sub is None and bracketed:
        return len(row[position + 1].children[0].children) == 2
    if identify(node, scope)[0] == "gamma_E":  # Euler's constant, even where gamma is an activation
        return False
    if node.text in scope.functions or node.text in scope.definitions:
        listed = names_of(node.sub, scope)
        return len(listed) == 2 or bracketed
    return bracketed and (identify(node, scope)[0] in scope.definitions or _is_unknown_function(node, scope))


def _is_unknown_function(node: Node, scope: Scope) -> bool:
    identifier = identify(node, scope)[0]
    known = identifier in scope.kinds or identifier in scope.aliases
    return not known and node.text not in ("pi", "theta", "rho", "I", "e")


def apply_symbol(row: tuple[Node, ...], position: int, scope: Scope) -> tuple[Value, int]:
    """A declared or defined function with its argument, in brackets or, of two vectors, as subscripts."""
    node = row[position]
    listed = names_of(node.sub, scope)
    if len(listed) == 2 and (node.text in scope.functions or node.text in scope.definitions):
        values = [Value(VECTOR, name(n), node.at) for n in listed]
        for n, value in zip(listed, values, strict=True):
            if scope.kinds.get(n) != VECTOR:
                raise scope.undeclared(n, Node("name", value.at, n))
        if node.primes:
            raise scope.refuse(f"got {shown(node)[:40]} with a prime, which has no meaning here", node)
        return attach(_symbol(node, node.text, values, scope), node.sup, scope), position + 1
    group = row[position + 1]
    if node.text == "theta":
        values = arguments(group, scope)
        if any(v.kind != VECTOR or v.expr.head != "name" for v in values):
            raise scope.refuse(r"got \theta(...), expected the angle between two vectors that have a name", node)
        return finish(Value(SCALAR, call("theta", *(v.expr for v in values)), node.at), group, ONE, scope), position + 2
    identifier = identify(node, scope)[0]
    if node.text not in scope.functions and identifier not in scope.definitions:
        raise _unknown(identifier, node, group, scope)
    if node.text in scope.aliases:
        raise scope.refuse(
            f"got {shown(node)[:30]} before brackets, which also stands for {scope.aliases[node.text]}",
            node,
            "the function: call the other by another letter",
            "a product with the brackets",
        )
    if node.text in scope.functions:
        return finish(_declared(node, group, scope), group, ONE, scope), position + 2
    if node.sup is not None:
        raise scope.refuse(f"got {shown(node)[:30]}", node, "the power of the value: f(z)^n", "an iterate or inverse")
    return finish(_symbol(node, identifier, arguments(group, scope), scope), group, ONE, scope), position + 2


def _unknown(identifier: str, node: Node, group: Node, scope: Scope) -> Exception:
    if node.text == "O":
        return scope.refuse("got O(...), expected it once, as the last term on the right of an expansion", node)
    error = scope.undeclared(identifier, node)
    if node.text in ("sigma", "phi", "varphi", "Theta", "H", "h"):
        return error
    usual = (
        f"a function: define it, ', \\text{{where }} {node.text}(w, v) = ...'",
        "a number times the brackets: declare it",
    )
    return scope.refuse(f"got {shown(node)[:30]}{shown(group)[:30]}, which is not declared", node, *usual)


def _symbol(node: Node, key: str, values: list[Value], scope: Scope) -> Value:
    if key in scope.functions:
        if scope.functions[key] != "perp":
            raise scope.refuse(f"got {shown(node)[:30]} with two subscripts, expected {scope.functions[key]}(z)", node)
        return Value(VECTOR, call("perp", *(v.expr for v in values)), node.at)
    known = scope.definitions[key]
    if len(values) != len(known.parameters):
        raise scope.refuse(f"got {len(values)} arguments of {key}, expected {len(known.parameters)} as defined", node)
    for value, kind in zip(values, known.kinds, strict=True):
        if value.kind != kind:
            raise scope.refuse(f"got a {value.kind}, expected a {kind}: so {key} was defined", value.at)
        if kind == VECTOR and value.expr.head != "name":
            raise scope.refuse(f"got {value.expr}, expected a vector that has a name as argument of {key}", value.at)
    return Value(known.kind, call(key, *(v.expr for v in values)), node.at)


def _declared(node: Node, group: Node, scope: Scope) -> Value:
    body = scope.functions[node.text]
    formula = parse(body)
    if formula.head == "name":
        function = formula.identifier
        degree = degree_of(function, node, scope)
        if node.sup is not None:
            raise scope.refuse(
                f"got {shown(node)[:30]}", node, f"the power of the value: {node.text}(z)^n", "an iterate or inverse"
            )
        return call_of(derivative_of(function, node, scope) if node.primes else function, degree, group, scope)
    if node.sub is not None or node.sup is not None or node.primes:
        raise scope.refuse(f"got {shown(node)[:30]} with scripts, expected {node.text}(z) = {body}", node)
    values = arguments(group, scope)
    if len(values) != 1 or values[0].kind != SCALAR:
        raise scope.refuse(f"got {len(values)} arguments of {node.text}, expected one number", group)
    try:
        return Value(SCALAR, substitute(formula, {"z": values[0].expr}), node.at)
    except AnalyticError as error:
        raise scope.refuse(str(error), node) from None
