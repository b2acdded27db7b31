"""Sums and products of scalars, vectors, transposed vectors and matrices: what fits, and what is refused."""

from __future__ import annotations

from itertools import product as pairs

from analytic.formula import ONE, ZERO, Expr, add, call, mul, neg, num, power
from checks.tex.scope import INPUT, MATRIX, ROW, SCALAR, VECTOR, Scope, Value

#: An inner product of sums has at most so many terms.
MAX_TERMS = 64


def total(terms: list[Value], scope: Scope) -> Value:
    """The sum of values of one kind; 0 fits every kind."""
    kinds = {t.kind for t in terms if t.expr != ZERO}
    if len(kinds) > 1:
        first = terms[0]
        other = next(t for t in terms if t.kind != first.kind and t.expr != ZERO)
        raise scope.refuse(f"got a {first.kind} plus a {other.kind}, expected one kind in a sum", other.at)
    kind = next(iter(kinds), SCALAR)
    return Value(kind, add(*(t.expr for t in terms)), terms[0].at, terms[-1].unbracketed)


def negative(value: Value) -> Value:
    """The negative."""
    return Value(value.kind, neg(value.expr), value.at, value.unbracketed)


def times(first: Value, second: Value, dotted: bool, scope: Scope) -> Value:
    """The product of two neighbours; ``dotted`` if a dot stands between them."""
    kinds = (first.kind, second.kind)
    unbracketed = second.unbracketed
    if SCALAR in kinds:
        kind = second.kind if first.kind == SCALAR else first.kind
        return Value(kind, mul(first.expr, second.expr), first.at, unbracketed)
    if kinds == (ROW, VECTOR) or kinds == (ROW, INPUT) or (dotted and set(kinds) <= {VECTOR, INPUT}):
        return Value(SCALAR, inner(first, second, scope), first.at, unbracketed)
    if kinds in ((VECTOR, ROW), (INPUT, ROW)):
        if is_random(first, scope) or is_random(second, scope):
            raise scope.refuse("got a random matrix, expected a random number: the language has no others", first.at)
        return Value(MATRIX, outer(first.expr, second.expr), first.at)
    if set(kinds) <= {VECTOR, INPUT}:
        raise scope.refuse(
            "got two vectors next to each other",
            second.at,
            r"their inner product: w^\top v or w \cdot v",
            r"their outer product: w v^\top",
        )
    raise scope.refuse(
        f"got a {first.kind} times a {second.kind}, expected sums of multiples of I and of x y^\\top: the language "
        f"of formulas has no products of matrices",
        second.at,
    )


def outer(x: Expr, y: Expr) -> Expr:
    """x y^T with scalar factors in front: ``outer`` takes two vectors."""
    (a, x), (b, y) = _factor(x), _factor(y)
    return mul(a, b, call("outer", x, y))


def _factor(x: Expr) -> tuple[Expr, Expr]:
    if x.head == "mul" and len(x.children) == 2 and x.children[0].head == "num":
        return x.children
    return ONE, x


def is_random(value: Value, scope: Scope) -> bool:
    """Whether a vector is the random input, or its transpose."""
    return value.kind == INPUT or (value.expr.head == "name" and scope.kinds.get(value.expr.identifier) == INPUT)


def is_vector(expr: Expr, scope: Scope) -> bool:
    """Whether a formula has the value of a vector."""
    if expr.head == "name":
        return scope.kinds.get(expr.identifier) in (VECTOR, INPUT)
    if expr.head == "call":
        name = expr.children[0].identifier
        known = scope.definitions.get(name)
        return name in ("bar", "perp", "grad") or (known is not None and known.kind == VECTOR)
    return expr.head in ("add", "mul") and any(is_vector(c, scope) for c in expr.children)


def _linear(expr: Expr, scope: Scope) -> list[tuple[Expr, Expr]]:
    """A vector as coefficients and vectors without coefficient."""
    if expr.head == "add":
        return [pair for child in expr.children for pair in _linear(child, scope)]
    if expr.head == "mul":
        vectors = [c for c in expr.children if is_vector(c, scope)]
        rest = mul(*(c for c in expr.children if not is_vector(c, scope)))
        return [(mul(rest, c), v) for c, v in _linear(vectors[0], scope)] if vectors else [(expr, ONE)]
    return [(ONE, expr)]


def inner(first: Value, second: Value, scope: Scope) -> Expr:
    """The inner product of two vectors, term by term; the random input comes second, as in ``w.x``."""
    left, right = _linear(first.expr, scope), _linear(second.expr, scope)
    if len(left) * len(right) > MAX_TERMS:
        raise scope.refuse(f"got an inner product of more than {MAX_TERMS} terms, expected less", first.at)
    return add(*(mul(a, b, _dot(v, w, first, scope)) for (a, v), (b, w) in pairs(left, right)))


def _dot(v: Expr, w: Expr, at: Value, scope: Scope) -> Expr:
    if v.is_call("bar") or w.is_call("bar"):
        if v == w:
            return ONE
        unit, other = (v, w) if v.is_call("bar") else (w, v)
        length = Expr("norm", (unit.children[1],))
        return mul(power(length, num(-1)), _dot(unit.children[1], other, at, scope))
    if v.head != "name" or w.head != "name":
        raise scope.refuse(f"got the inner product of {v} and {w}, expected vectors that have a name", at.at)
    if v == w and scope.kinds.get(v.identifier) != INPUT:
        return power(Expr("norm", (v,)), num(2))
    kinds = [scope.kinds.get(x.identifier) for x in (v, w)]
    if kinds.count(INPUT) == 2:
        raise scope.refuse("got the norm of the random input, expected inner products with weights", at.at)
    return Expr("dot", (w, v) if kinds[0] == INPUT else (v, w))


def norm(value: Value, scope: Scope) -> Expr:
    """The Euclidean norm of a vector."""
    expr = value.expr
    if expr.head == "name" and scope.kinds.get(expr.identifier) != INPUT:
        return Expr("norm", (expr,))
    if expr.is_call("bar") or expr.is_call("perp"):
        return ONE
    return call("sqrt", inner(value, value, scope))
