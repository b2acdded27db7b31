r"""Expectations, probabilities, indicators: \mathbb{E}_{x \sim N(0, I)}[...], \Pr[z > 0], \mathbf{1}\{z > 0\}."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from analytic.formula import ONE, Expr, add, call, mul, names, neg, walk
from checks.tex.nodes import Node, bare, factors, shown
from checks.tex.scope import GAUSSIAN, INPUT, SCALAR, Scope, Value, members, names_of
from checks.tex.scripts import attach

Product = Callable[[tuple[Node, ...], Scope], Value]
_BRACKETS = ("(", "[", r"\{")


def expectation(row: tuple[Node, ...], position: int, scope: Scope, _: Product) -> tuple[Value, int]:
    """An expectation with its brackets, or the probability of events as the expectation of their indicator."""
    node = row[position]
    if scope.inside:
        raise scope.refuse("got an expectation in an expectation, expected one", node)
    if node.sup is not None or node.primes:
        raise scope.refuse(
            f"got {shown(replace(node, sub=None))} with a power",
            node,
            "the square of the mean: (E[...])^2",
            "E[(...)^2]",
        )
    group = row[position + 1] if position + 1 < len(row) else None
    if group is None or group.kind != "group" or group.text not in _BRACKETS:
        raise scope.refuse("got an expectation without brackets, expected [ ... ] around what it is taken of", node)
    inside = scope.deeper(node, inside=True, random=random_names(node, scope))
    if node.text == "probability":
        return _whole(Expr("expect", (_events(group, inside),)), node, group, scope), position + 2
    items = group.children[0].children
    if len(items) != 1:
        raise scope.refuse("got a list under an expectation, expected one formula", group)
    _check_power(node, group, scope)
    value = scope.read(items[0], inside)
    if value.kind != SCALAR:
        raise scope.refuse(
            f"got the expectation of a {value.kind}, expected that of a number: the language has no others", group
        )
    return _whole(Expr("expect", (value.expr,)), node, group, scope), position + 2


def _check_power(node: Node, group: Node, scope: Scope) -> None:
    """A power after round brackets belongs to them or to the expectation; after square ones to the expectation."""
    if group.sup is None:
        return
    head, body, power = shown(node), shown(group.children[0]), shown(group.sup).strip("{}")
    if group.text == "(":
        raise scope.refuse(
            "got a power after the round brackets of an expectation",
            group,
            f"the power of the mean: ({head}[{body}])^{{{power}}}"[:160],
            f"the mean of the power: {head}[({body})^{{{power}}}]"[:160],
        )
    scope.notes[f"E[...]^{power} is the power of the expectation, not the expectation of the power"] = None


def _whole(expr: Expr, node: Node, group: Node, scope: Scope) -> Value:
    if group.sub is not None or group.primes or group.factorial:
        raise scope.refuse("got a script after an expectation, expected at most a power", group)
    _check_joint(names(expr), node, scope)
    if any(_divides_by_norm(n) for n in walk(expr)):
        raise scope.refuse(
            "got a division by a norm under an expectation, which the language of formulas does not have; fix the norm "
            r"by ', \|w\| = 1', or take it out of the expectation",
            node,
        )
    return attach(Value(SCALAR, expr, node.at), group.sup, scope)


def _check_joint(used: frozenset[str], node: Node, scope: Scope) -> None:
    """The random names under one expectation have one law together; otherwise nothing says how they depend."""
    random = sorted(n for n in used if scope.kinds.get(n) in (GAUSSIAN, INPUT))
    inputs = [n for n in random if scope.kinds[n] == INPUT]
    if len(inputs) > 1 or (inputs and len(random) > 1):
        raise scope.refuse(
            f"got {', '.join(random)} under one expectation, expected one input x, or variables u, v", node
        )
    if len(random) > 1 and not any(set(random) <= group for group in scope.joint):
        raise scope.refuse(
            f"got {' and '.join(random)} under one expectation with a law for each",
            node,
            r"independent: (u, v) \sim \mathcal{N}(0, I_2)",
            r"correlated: (u, v) \sim \mathcal{N}(0, \begin{pmatrix} 1 & \rho \\ \rho & 1 \end{pmatrix})",
        )


def _divides_by_norm(expr: Expr) -> bool:
    return expr.head == "pow" and str(expr.children[1]).startswith("-") and any(n.head == "norm" for n in walk(expr))


def random_names(node: Node, scope: Scope) -> frozenset[str]:
    """Over what the expectation is taken: what its subscript names, or all random names that are declared."""
    declared = {n for n, k in scope.kinds.items() if k in (GAUSSIAN, INPUT)}
    if node.sub is None:
        if not declared:
            raise scope.refuse(
                "got an expectation, but nothing says of which random variables",
                node,
                r"of standard Gaussian inputs: \mathbb{E}_{x \sim \mathcal{N}(0, I)}, or gaussian = 'x'",
                "of jointly Gaussian, centred u and v: gaussian = 'u v'",
            )
        return frozenset(declared)
    found: set[str] = set()
    for member in members(node.sub):
        law = member.kind == "relation" and member.text == "sim"
        row = factors(member.children[0] if law else member) if law or not member.text or member.kind == "name" else ()
        inside = [n for f in row for n in (factors(f.children[0]) if f.kind == "group" and f.plain else (f,))]
        listed = [n for f in inside for n in names_of(f, scope)]
        if not listed or len(listed) < len(inside):
            raise scope.refuse(f"got {shown(node)[:60]}, expected variables and their law as its subscript", member)
        found |= set(listed)
    missing = sorted(found - declared)
    if missing or not found:
        raise scope.refuse(
            f"got an expectation over {', '.join(missing) or 'nothing'}, whose law is not declared",
            node,
            r"standard Gaussian inputs: \mathbb{E}_{x \sim \mathcal{N}(0, I)}, or gaussian = 'x'",
            "another law, which is not read",
        )
    return frozenset(found)


def indicator(row: tuple[Node, ...], position: int, scope: Scope, _: Product) -> tuple[Value, int]:
    r"""\mathbf{1}\{z > 0\}, \mathbb{1}_{z > 0}, \mathbf{1}[z > 0, y > 0]; \mathbf{1}_{>0}(z)."""
    node = row[position]
    if not scope.inside:
        raise scope.refuse("got an indicator outside an expectation, expected it inside: at 0 it would matter", node)
    if node.sup is not None or node.primes or node.factorial:
        raise scope.refuse("got an indicator with a power, expected none: it is its own square", node)
    following = row[position + 1] if position + 1 < len(row) else None
    bracketed = following is not None and following.kind == "group" and following.text in _BRACKETS
    if node.sub is not None and node.sub.kind == "mark":
        if node.sub.text != ">0" or not bracketed or following is None:
            raise scope.refuse(
                f"got {shown(node)[:30]}, expected \\mathbf{{1}}_{{>0}}(z) or \\mathbf{{1}}\\{{z > 0\\}}", node
            )
        value = Value(SCALAR, call("step", scope.scalar(following.children[0])), node.at)
        return attach(value, following.sup, scope), position + 2
    if node.sub is not None:
        return Value(SCALAR, _events(node.sub, scope), node.at), position + 1
    if not bracketed or following is None:
        raise scope.refuse(r"got an indicator without its event, expected \mathbf{1}\{z > 0\}", node)
    if not following.plain:
        raise scope.refuse("got an indicator with scripts, expected none: it is its own square", following)
    return Value(SCALAR, _events(following, scope), node.at), position + 2


def _events(node: Node, scope: Scope) -> Expr:
    """The indicator of events that hold together, as a product of steps; ties have probability 0."""
    while (inner := bare(node)) is not None and inner.kind == "group" and inner is not node:
        node = inner
    return mul(*(step for member in members(node) for step in _steps(member, scope)))


def _steps(member: Node, scope: Scope) -> list[Expr]:
    signs = member.text.split() if member.kind == "relation" else []
    if not signs or any(s not in ("<", ">", "<=", ">=") for s in signs):
        raise scope.refuse(f"got {shown(member)[:40]}, expected inequalities as events", member)
    sides = [scope.scalar(side) for side in member.children]
    steps = []
    for sign, left, right in zip(signs, sides, sides[1:], strict=False):
        greater, less = (left, right) if sign.startswith(">") else (right, left)
        steps.append(call("step", add(greater, neg(less))))
    return steps or [ONE]
