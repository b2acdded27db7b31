r"""Functions and what they apply to: \sin\theta, \sin^2\theta, \operatorname{relu}(z), \max(0, z)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from analytic.formula import ONE, ZERO, Expr, add, call, mul, neg, num, power
from checks.tex.nodes import Node, bare, shown
from checks.tex.scope import SCALAR, VECTOR, Scope, Value, identify
from checks.tex.scripts import attach
from checks.tex.symbols import ARITIES, BARE, DERIVATIVES, FUNCTIONS, INVERSES, SQUARED

Unit = Callable[[tuple[Node, ...], int, Scope], tuple[Value, int]]
_BRACKETS = ("(", "[", r"\{")
#: Functions of our language that have a degree before their argument.
_DEGREES = frozenset(("He", "H"))


def apply(row: tuple[Node, ...], position: int, scope: Scope, unit: Unit) -> tuple[Value, int]:
    """A function by its own name, with its argument; and where the next factor begins."""
    node = row[position]
    function = FUNCTIONS[node.text]
    if function == "Phi" and node.sub is not None and shown(node.sub).strip("{}") == "2":
        function, node = "Phi2", replace(node, sub=None)
    if function == "Li2" and node.sub is not None and shown(node.sub).strip("{}") == "2":
        node = replace(node, sub=None)
    degree = degree_of(function, node, scope)
    if node.primes:
        function = derivative_of(function, node, scope)
    function, exponent = _exponent(function, node, scope)
    if is_bracketed(row, position):
        value = finish(call_of(function, degree, row[position + 1], scope), row[position + 1], exponent, scope)
        return value, position + 2
    if function not in BARE:
        raise scope.refuse(f"got {shown(node)[:30]} without brackets after it, expected brackets", node)
    argument, end = _unbracketed(row, position, scope, unit)
    return replace(_powered(Value(SCALAR, call(function, argument), node.at), exponent), unbracketed=True), end


def is_bracketed(row: tuple[Node, ...], position: int) -> bool:
    following = row[position + 1] if position + 1 < len(row) else None
    return following is not None and following.kind == "group" and following.text in _BRACKETS


def degree_of(function: str, node: Node, scope: Scope) -> tuple[Expr, ...]:
    if function not in _DEGREES:
        if node.sub is not None:
            raise scope.refuse(f"got a subscript at {node.text}, which has no meaning here", node.sub)
        return ()
    degree = bare(node.sub)
    if (
        degree is None
        or degree.kind != "number"
        or not degree.plain
        or not degree.text.isdigit()
        or len(degree.text) > 4
    ):
        raise scope.refuse(
            "got a Hermite polynomial, expected its degree as a number, He_3: claims for all degrees cannot be judged",
            node,
        )
    return (num(int(degree.text)),)


def derivative_of(function: str, node: Node, scope: Scope) -> str:
    if function not in DERIVATIVES or node.primes > 1:
        raise scope.refuse(
            f"got a derivative of {function}, expected the first one of {', '.join(DERIVATIVES)}: write it out", node
        )
    return DERIVATIVES[function]


def _exponent(function: str, node: Node, scope: Scope) -> tuple[str, Expr]:
    r"""The power in \sin^2, or the inverse function of \cos^{-1}."""
    if node.sup is None:
        return function, ONE
    exponent = scope.scalar(node.sup) if node.sup.kind not in ("mark", "double") else ZERO
    if exponent == num(-1) and function in INVERSES:
        return INVERSES[function], ONE
    if exponent.head == "num" and exponent.fraction > 0 and function in SQUARED:
        return function, exponent
    shape = f"{shown(replace(node, sup=None))}"
    readings = (
        f"the power of the value: {shape}(z)^{{{shown(node.sup).strip('{}')}}}",
        "an iterate or inverse of the function",
    )
    if exponent == num(-1):
        readings = (f"the reciprocal: 1/{shape}(z)", "the inverse function")
    raise scope.refuse(f"got {shown(node)[:30]}", node, *readings)


def _powered(value: Value, exponent: Expr) -> Value:
    return value if exponent == ONE else replace(value, expr=power(value.expr, exponent))


def finish(value: Value, brackets: Node, exponent: Expr, scope: Scope) -> Value:
    """The value with the powers of function and brackets: f^2(z) and f(z)^2."""
    if brackets.sub is not None or brackets.primes or brackets.factorial:
        raise scope.refuse("got a script after the argument of a function, which has no meaning here", brackets)
    if exponent != ONE and brackets.sup is not None:
        raise scope.refuse("got two powers of one function value, expected one", brackets)
    return attach(_powered(value, exponent), brackets.sup, scope)


def _unbracketed(row: tuple[Node, ...], position: int, scope: Scope, unit: Unit) -> tuple[Expr, int]:
    r"""The argument of a function without brackets: one factor, or a number and a factor, as in \sin 2\theta."""
    node, end = row[position], position + 1
    while end < len(row) and row[end].kind != "op" and not _begins(row[end]):
        end += 1
    while end > position + 2 and _is_tensor(row[end - 1], scope):  # the sine of a vector has no meaning
        end -= 1
    collected = row[position + 1 : end]
    if not collected:
        if end == len(row) or row[end].kind == "op":
            raise scope.refuse(f"got {shown(node)[:30]} without an argument", node)
        value, end = unit(row, end, scope.deeper(node))
        return value.expr, end
    factor = collected[-1]
    if len(collected) > 2 or (len(collected) == 2 and not _is_coefficient(collected)):
        first, rest = shown(collected[0]), " ".join(map(shown, collected[1:]))
        whole = " ".join((first, rest))
        readings = (f"{shown(node)}({first}) {rest}", f"{shown(node)}({whole})")
        raise scope.refuse(f"got {shown(node)} {whole[:40]} without brackets", node, *(r[:60] for r in readings))
    if factor.sup is not None and not (factor.kind == "name" and factor.text == "e"):
        plain, sup = shown(replace(factor, sup=None)), shown(factor.sup).strip("{}")
        readings = (f"{shown(node)}({plain})^{{{sup}}}", f"{shown(node)}({plain}^{{{sup}}})")
        raise scope.refuse(f"got {shown(node)} {shown(factor)[:40]} without brackets", node, *readings)
    values = [scope.scalar(c) for c in collected]
    return mul(*values), end


def _begins(node: Node) -> bool:
    return node.kind == "function" or (node.kind == "word" and node.text != "infinity")


def _is_tensor(node: Node, scope: Scope) -> bool:
    if node.kind == "accent":
        return True
    if node.kind != "name":
        return False
    return node.text == "I" or scope.kinds.get(identify(node, scope)[0]) == VECTOR


def _is_coefficient(collected: Sequence[Node]) -> bool:
    first, second = collected
    return first.kind == "number" and first.plain and second.kind in ("name", "frac", "sqrt")


def arguments(group: Node, scope: Scope) -> list[Value]:
    """The values in brackets."""
    return [scope.read(item, scope) for item in group.children[0].children]


def call_of(function: str, degree: tuple[Expr, ...], group: Node, scope: Scope) -> Value:
    values = arguments(group, scope)
    for value in values:
        if value.kind != SCALAR:
            raise scope.refuse(f"got {function} of a {value.kind}, expected numbers", value.at)
    counts = ARITIES.get(function, (1,))
    if len(values) not in counts and function != "orthant":
        wanted = " or ".join(map(str, counts))
        comma = "; a decimal comma is not read: write 0.5" if len(values) == 2 else ""
        raise scope.refuse(f"got {len(values)} arguments of {function}, expected {wanted}{comma}", group)
    exprs = [v.expr for v in values]
    if function in ("max", "min"):
        return Value(SCALAR, _extreme(function, exprs[0], exprs[1], scope), group.at)
    return Value(SCALAR, call(function, *degree, *exprs), group.at)


def _extreme(function: str, a: Expr, b: Expr, scope: Scope) -> Expr:
    """max and min by rectifiers under an expectation: max(0, z) = relu(z), max(a, b) = b + relu(a - b)."""
    if not scope.inside and ZERO not in (a, b):
        return call(function, a, b)
    if function == "min":
        return neg(_extreme("max", neg(a), neg(b), scope))
    if ZERO in (a, b):
        return call("relu", b if a == ZERO else a)
    return add(b, call("relu", add(a, neg(b))))
