r"""Bars and hats: \\bar w is the unit vector along w, and n_{v,w} with a bar the unit vector perp(v, w)."""

from __future__ import annotations

from analytic.formula import Expr, add, call, mul, name, neg
from checks.tex.nodes import Node, shown
from checks.tex.scope import VECTOR, Scope, Value
from checks.tex.scripts import attach


def unit_vector(node: Node, scope: Scope) -> Value:
    r"""\bar w, \hat w: the unit vector; the unit vector along \bar v - \cos\theta \bar w is perp(v, w)."""
    if node.sub is not None:
        raise scope.refuse(f"got {shown(node)[:40]} with an index, expected it under the bar", node)
    if node.text == "dot":
        raise scope.refuse(r"got \dot, expected it over a declared activation: \dot\sigma(z)", node)
    value = scope.read(node.children[0], scope)
    if value.kind != VECTOR:
        raise scope.refuse(f"got a bar over a {value.kind}, expected a vector: \\bar w = w/\\|w\\|", node)
    scope.notes["a bar or a hat over a vector makes it a unit vector"] = None
    expr = value.expr
    if expr.head == "name":
        expr = call("bar", expr)
    elif not (expr.is_call("perp") or expr.is_call("bar")):
        expr = _normal(expr, node, scope)
    return attach(Value(VECTOR, expr, node.at), node.sup, scope)


def _normal(expr: Expr, node: Node, scope: Scope) -> Expr:
    """perp(v, w), if the vector is bar(v) - cos(theta) bar(w)."""
    if expr.head == "call" and expr.children[0].identifier in scope.definitions:
        known = scope.definitions[expr.children[0].identifier]
        if len(known.parameters) == 2 == len(expr.children) - 1:
            first, second = map(name, known.parameters)
            found = _is_normal(known.body, first, second)
            if found:
                a, b = expr.children[1:]
                return call("perp", a, b) if found == 1 else call("perp", b, a)
    raise scope.refuse(
        f"got a bar over {expr}, expected it over a vector that has a name, or over \\bar v - \\cos\\theta \\bar w "
        f"defined as n_{{v,w}}",
        node,
    )


def _is_normal(body: Expr, first: Expr, second: Expr) -> int:
    """1 if the body is bar(first) - cos(theta) bar(second), 2 the other way round, 0 if neither."""
    angles = [name("theta"), call("theta", first, second), call("theta", second, first)]
    for way, (a, b) in enumerate(((first, second), (second, first)), start=1):
        for cosine in [name("rho"), *(call("cos", t) for t in angles)]:
            rest = neg(mul(cosine, call("bar", b)))
            if body in (add(call("bar", a), rest), add(rest, call("bar", a))):
                return way
    return 0
