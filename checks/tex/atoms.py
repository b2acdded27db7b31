r"""Numbers, names, brackets, norms, bars, fractions and roots, with what is attached to them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import factorial

from analytic.errors import AnalyticError
from analytic.formula import PI, Expr, call, mul, name, num, power
from checks.tex.accents import unit_vector
from checks.tex.algebra import norm
from checks.tex.kinds import INDICES
from checks.tex.nodes import Node, bare, shown
from checks.tex.scope import CONSTANT, GAUSSIAN, INPUT, MATRIX, ROW, SCALAR, VECTOR, Scope, Value, identify, names_of
from checks.tex.scripts import attach


def read_atom(node: Node, scope: Scope) -> Value:
    """The value of one factor that is no function, with its scripts.

    Raises:
        TexError: it is not declared, or a script has no meaning there.
    """
    if node.kind == "name":
        return _name(node, scope)
    readers = {
        "number": _number,
        "group": _group,
        "frac": _fraction,
        "sqrt": _root,
        "accent": unit_vector,
    }
    if node.kind not in readers:
        raise scope.refuse(f"got {shown(node)[:40]}, which has no place in a formula", node)
    return readers[node.kind](node, scope)


def _number(node: Node, scope: Scope) -> Value:
    if node.factorial and node.sup is not None:
        raise scope.refuse("got a factorial and a power of one number, expected brackets around one of them", node)
    if node.sub is not None or node.primes:
        raise scope.refuse(f"got {shown(node)[:40]}: a number has no index", node)
    try:
        value = Fraction(node.text) if len(node.text) <= 3000 else None
        if value is None:
            raise scope.refuse(f"got a number of {len(node.text)} digits, expected at most 3000", node)
        if node.factorial:
            if value.denominator != 1 or value > 60:
                raise scope.refuse("got a factorial, expected one of an integer up to 60", node)
            value = Fraction(factorial(int(value)))
        return attach(Value(SCALAR, num(value), node.at), node.sup, scope)
    except AnalyticError as error:
        raise scope.refuse(str(error), node) from None


def _name(node: Node, scope: Scope) -> Value:
    if node.factorial:
        raise scope.refuse("got a factorial, expected one of a number: degrees are numbers here", node)
    identifier, sup, sub = identify(node, scope)
    if node.text == "e" and identifier == "e" and sup is not None and "e" not in scope.kinds:
        return Value(SCALAR, call("exp", scope.scalar(sup)), node.at)
    if node.text == "theta" and node.sub is not None and not node.primes and identifier not in scope.kinds:
        return attach(_angle(node, scope), sup if sub is not None else node.sup, scope)
    if node.text == "I" and "I" not in scope.kinds and not identifier.endswith(("_prime", "_star")):
        return attach(Value(MATRIX, name("I"), node.at), sup, scope)
    if sub is not None and len(names_of(sub, scope)) == 2:
        raise scope.undeclared(node.text, node)
    if sub is not None:
        raise scope.refuse(f"got the subscript {shown(sub)[:30]} of {node.text}, which is not understood", sub)
    return attach(_known(identifier, node, scope), sup, scope)


def _known(identifier: str, node: Node, scope: Scope) -> Value:
    if identifier in scope.aliases:
        return Value(SCALAR, scope.aliases[identifier], node.at)
    if identifier in ("pi", "theta", "rho"):
        return Value(SCALAR, PI if identifier == "pi" else name(identifier), node.at)
    if identifier == "gamma_E":
        return Value(SCALAR, name("euler_gamma"), node.at)
    kind = scope.kinds.get(identifier)
    if kind in (GAUSSIAN, INPUT) and identifier not in scope.random:
        where = "outside an expectation" if not scope.inside else "over which no expectation is taken here"
        raise scope.refuse(f"got the random {identifier} {where}, expected it under its expectation", node)
    if kind in (VECTOR, INPUT):
        return Value(kind, name(identifier), node.at)
    if kind not in (GAUSSIAN, CONSTANT):
        raise scope.undeclared(identifier, node)
    return Value(SCALAR, name(identifier), node.at)


def _angle(node: Node, scope: Scope) -> Value:
    listed = [_indexed(n, node, scope) for n in names_of(node.sub, scope)]
    if len(listed) != 2 or any(scope.kinds.get(n) not in (VECTOR, GAUSSIAN) for n in listed):
        raise scope.refuse(
            rf"got {shown(node)[:40]}, expected the angle between two vectors, \theta_{{w,v}}, or \theta alone", node
        )
    return Value(SCALAR, call("theta", *map(name, listed)), node.at)


def _indexed(identifier: str, node: Node, scope: Scope) -> str:
    r"""The vector that an index under \theta_{ij} is that of, if there is one only: w_i."""
    if identifier not in INDICES or scope.kinds.get(identifier) in (VECTOR, GAUSSIAN):
        return identifier
    index = scope.rename.get(identifier, identifier)
    fitting = sorted(n for n, k in scope.kinds.items() if k in (VECTOR, GAUSSIAN) and n.endswith(f"_{index}"))
    if len(fitting) != 1:
        found = f"{' and '.join(fitting)} occur" if fitting else "no vector with it occurs"
        raise scope.refuse(
            rf"got {shown(node)[:40]} with the index {identifier}, of which {found}; name the vectors: "
            r"\theta_{w_i,w_j}, or declare i, j \in \mathbb{R}^d",
            node,
        )
    scope.notes[rf"the index {identifier} under theta is that of {fitting[0]}"] = None
    return fitting[0]


def _group(node: Node, scope: Scope) -> Value:
    if node.primes or node.factorial:
        raise scope.refuse("got a prime or ! after brackets, which has no meaning here", node)
    if node.text == "<":
        return attach(_inner(node, scope), node.sup, scope)
    if node.text not in ("(", "[", "{", r"\{", "|", "||"):
        raise scope.refuse("got an interval, expected a number: intervals stand after \\in", node)
    spread = deviation(node, scope)
    if spread is not None:
        return attach(Value(SCALAR, spread, node.at), node.sup, scope)
    items = node.children[0].children
    if len(items) != 1:
        raise scope.refuse("got a list in brackets, expected one formula; a decimal comma is not read: write 0.5", node)
    value = scope.read(items[0], scope)
    if node.text in ("|", "||"):
        length = _bars(node, value, scope)
        if length.expr.is_call("sqrt") and node.sup is not None and shown(node.sup).strip("{}") == "2":
            return Value(SCALAR, length.expr.children[1], node.at)  # the square of a norm has no root
        return attach(length, node.sup, scope)
    value = Value(value.kind, value.expr, node.at)
    if node.sub is not None:
        if node.sub.text == "-":
            raise scope.refuse("got [z]_-", node.sub, r"\max(0, -z)", r"\min(0, z)")
        if node.sub.text != "+" or node.sub.kind != "mark" or value.kind != SCALAR:
            raise scope.refuse("got brackets with a subscript, expected [z]_+ of a number", node.sub)
        value = Value(SCALAR, call("relu", value.expr), node.at)
    return attach(value, node.sup, scope)


def _inner(node: Node, scope: Scope) -> Value:
    from checks.tex.algebra import inner

    items = node.children[0].children
    values = [scope.read(i, scope) for i in items]
    if len(values) != 2 or any(v.kind not in (VECTOR, INPUT) for v in values) or node.sub is not None:
        raise scope.refuse(
            r"got \langle ... \rangle, expected the inner product of two vectors \langle w, v \rangle", node
        )
    return Value(SCALAR, inner(values[0], values[1], scope), node.at)


def _bars(node: Node, value: Value, scope: Scope) -> Value:
    r"""\|w\| of a vector, |w| of a vector the same, \|u\| of a Gaussian variable its standard deviation."""
    if node.sub is not None and shown(node.sub).strip("{}") != "2":
        raise scope.refuse("got a norm with a subscript, expected the Euclidean norm", node.sub)
    if value.kind in (VECTOR, INPUT):
        return Value(SCALAR, norm(value, scope), node.at)
    if value.kind != SCALAR:
        raise scope.refuse(f"got the norm of a {value.kind}, expected a vector: the language has no others", node)
    if node.text == "||":
        raise scope.refuse(
            r"got \| \| around a number",
            node,
            "its absolute value: write |z|",
            r"the norm of a vector: declare it, '\in \mathbb{R}^d'",
        )
    return Value(SCALAR, call("abs", value.expr), node.at)


def deviation(node: Node, scope: Scope) -> Expr | None:
    r"""|u|, if the part is \|u\| of a Gaussian variable: the square root of E[u^2], which is no random number."""
    single = bare(node.children[0]) if node.kind == "group" and node.text == "||" else None
    if single is None or single.kind != "name" or (node.sub is not None and shown(node.sub).strip("{}") != "2"):
        return None
    identifier, sup, sub = identify(single, scope)
    known = scope.kinds.get(identifier) == GAUSSIAN and sup is None and sub is None and identifier not in scope.aliases
    return Expr("norm", (name(identifier),)) if known else None


def _fraction(node: Node, scope: Scope) -> Value:
    above, below = scope.read(node.children[0], scope), scope.scalar(node.children[1])
    if above.kind == ROW:
        raise scope.refuse("got a transposed vector in a fraction, expected a number, vector or matrix", node)
    try:
        value = Value(above.kind, mul(above.expr, power(below, num(-1))), node.at)
    except AnalyticError as error:
        raise scope.refuse(str(error), node) from None
    if node.sup is not None:
        whole, exponent = shown(replace(node, sup=None)), shown(node.sup).strip("{}")
        readings = (rf"\left({whole}\right)^{{{exponent}}}", "the power of the numerator or denominator alone")
        raise scope.refuse("got a power of a fraction without brackets", node, *readings)
    if node.sub is not None or node.primes or node.factorial:
        raise scope.refuse("got a script at a fraction, which has no meaning here", node)
    return attach(value, node.sup, scope)


def _root(node: Node, scope: Scope) -> Value:
    inside = scope.scalar(node.children[0])
    if node.text == "2":
        expr = call("sqrt", inside)
    elif len(node.text) <= 2 and "." not in node.text and int(node.text) > 0:
        expr = power(inside, num(Fraction(1, int(node.text))))
    else:
        raise scope.refuse(f"got the root of index {node.text[:20]}, expected an index from 1 to 99", node)
    if node.sub is not None or node.primes or node.factorial:
        raise scope.refuse("got a script at a root, which has no meaning here", node)
    return attach(Value(SCALAR, expr, node.at), node.sup, scope)
