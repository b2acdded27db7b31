r"""Recursions: c_l \to 1, \text{ where } c_{l+1} = \kappa(c_l), c_0 \in [-1, 1]; the index of a sequence moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from analytic.formula import CONSTANTS, ONE, Expr, add, call, mul, name, names, neg, num, substitute
from analytic.grammar import parse
from checks.domain import read_domain
from checks.errors import ClaimError
from checks.statements.recursion import Recursion
from checks.tex.asymptotics import limit_side
from checks.tex.definitions import expanded
from checks.tex.monomials import monomial
from checks.tex.nodes import Node, bare, walk
from checks.tex.scope import CONSTANT, Scope

#: What stands for c_l, c_{l+1} and c_{l-1} in the tree.
STATE = {0: "cstate", 1: "cstatenext", -1: "cstateprevious"}
Items = list[tuple[str, Node]]


@dataclass(frozen=True)
class Sequence:
    """The sequence of a recursion.

    Args:
        letter: as it is written.
        index: the letter that moves.
        map: the right side of the recursion, of which the state is ``cstate``.
        items: all other statements and conditions, the sequence replaced.
        at: where the recursion stands.
    """

    letter: str
    index: str
    map: Node
    items: Items
    at: Node


def find_sequence(items: Items, scope: Scope) -> Sequence | None:
    """The recursion among the statement and its conditions, if there is one.

    Raises:
        TexError: there are two, or it does not go one step on.
    """
    heads = [(i, found) for i, (_, node) in enumerate(items) if (found := _head(node)) is not None]
    if not heads:
        return None
    (place, (letter, index)), *others = heads
    if others:
        raise scope.refuse("got two recursions, expected one", items[others[0][0]][1])
    whole = items[place][1]
    rest = [(words, replaced(node, letter, index)) for i, (words, node) in enumerate(items) if i != place]
    left, right = (replaced(side, letter, index) for side in whole.children)
    moved, used = (_offsets(side) for side in (left, right))
    if len(moved) != 1 or used != {next(iter(moved)) - 1}:
        raise scope.refuse("got a recursion, expected c_{l+1} = ... in c_l alone, or c_l in c_{l-1}", whole)
    return Sequence(letter, index, _shifted(right, next(iter(used))), rest, whole)


def _head(node: Node) -> tuple[str, str] | None:
    if node.kind != "relation" or node.text not in ("=", ":="):
        return None
    left = bare(node.children[0])
    found = _position(left) if left is not None else None
    if found is None or left is None:
        return None
    index, offset = found
    before = {p for n in walk(node.children[1]) if n.kind == "name" and n.text == left.text and (p := _position(n))}
    return (left.text, index) if (index, offset - 1) in before else None


def _position(node: Node) -> tuple[str, int] | None:
    r"""The index and its offset of c_l, c_{l+1}, c^{(l)}, c^{(l-1)}."""
    place = node.sub
    if node.kind != "name":
        return None
    if place is None:
        inner = bare(node.sup)
        place = inner.children[0] if inner is not None and inner.kind == "group" and inner.text == "(" else None
    single = bare(place)
    if single is None:
        return None
    if single.kind == "name" and single.plain:
        return single.text, 0
    if single.kind != "sum" or len(single.children) != 2:
        return None
    first, second = (bare(replace(t, text="+")) for t in single.children)
    if first is None or second is None or first.kind != "name" or second.text != "1" or second.kind != "number":
        return None
    return first.text, 1 if single.children[1].text == "+" else -1


def replaced(node: Node, letter: str, index: str) -> Node:
    """The tree with the members of the sequence as names of their own, and its start with an index."""
    children = tuple(replaced(c, letter, index) for c in node.children)
    if node.kind == "name" and node.text == letter:
        found = _position(node)
        if found is not None and found[0] == index:
            sup = node.sup if node.sub is not None else None
            return Node("name", node.at, STATE[found[1]], (), None, sup)
        inner = bare(node.sup)
        start = bare(inner.children[0]) if inner is not None and inner.kind == "group" and inner.text == "(" else None
        if start is not None and start.kind == "number" and start.text == "0":
            return replace(node, sub=start, sup=None)
    sub, sup = (None if s is None else replaced(s, letter, index) for s in (node.sub, node.sup))
    return replace(node, children=children, sub=sub, sup=sup)


def _offsets(node: Node) -> set[int]:
    return {o for n in walk(node) for o, text in STATE.items() if n.kind == "name" and n.text == text}


def _shifted(node: Node, offset: int) -> Node:
    """With the state that stands there as the current one."""
    if node.kind == "name" and node.text == STATE[offset]:
        return replace(node, text=STATE[0])
    children = tuple(_shifted(c, offset) for c in node.children)
    sub, sup = (None if s is None else _shifted(s, offset) for s in (node.sub, node.sup))
    return replace(node, children=children, sub=sub, sup=sup)


def claims_on(found: Sequence) -> tuple[list[Node], Items]:
    """What is claimed of the sequence, and the conditions that are left."""
    claimed, rest = list[Node](), Items()
    for words, node in found.items:
        about = bool(_offsets(node)) and node.text in ("to", "sim", "=")
        moving = node.text == "to" and (bare(node.children[0]) or node).text == found.index
        if about:
            claimed.append(node)
        elif not moving:
            rest.append((words, node))
    return claimed, rest


def stated_recursion(found: Sequence, claimed: list[Node], scope: Scope) -> Recursion:
    """The statement on the sequence: its limit, its speed.

    Raises:
        TexError: something else is claimed, no start is given, or the map has other variables.
    """
    start = scope.domains.get(f"{found.letter}_0")
    if start is None:
        hint = rf"expected the domain of {found.letter}_0, such as ', {found.letter}_0 \in [-1, 1]'"
        raise scope.refuse(f"got a recursion without its start, {hint}", found.at)
    facts: dict[str, str] = {}
    outside = {k: v for k, v in scope.aliases.items() if k != STATE[0]}  # in a law the state is a covariance
    plain = replace(scope, aliases=outside, kinds={**scope.kinds, STATE[0]: CONSTANT})
    for node in claimed:
        for key, value in _facts(node, found, start, plain).items():
            if facts.setdefault(key, value) != value:
                raise scope.refuse(f"got two values of the {key}, {facts[key]} and {value}", node)
    if "limit" not in facts:
        raise scope.refuse(rf"got a recursion without a claim, expected {found.letter}_l \to ...", found.at)
    mapped = _map(found, scope)
    scope.notes[f"c is {found.letter}_{found.index}, and {found.index} tends to infinity"] = None
    try:
        return replace(Recursion(str(mapped), facts["limit"], start), **facts)
    except ClaimError as error:
        raise scope.refuse(str(error), found.at) from None


def _map(found: Sequence, scope: Scope) -> Expr:
    value = expanded(scope.scalar(found.map), scope)
    alias = scope.aliases.get(STATE[0])
    variables = [n for n in scope.domains if n.startswith("|")]
    unit = all(scope.domains[n] == "{1}" for n in variables)
    correlation = alias is None or (names(alias) >= {"theta"} and unit)
    others = sorted(names(value) & ({"c", "rho"} | {n for n, k in scope.kinds.items() if k == CONSTANT}) - {STATE[0]})
    if not correlation or not unit or "theta" in scope.domains or scope.assumptions or others:
        what = f"{', '.join(others)} in the map" if others else "another law or assumptions in a recursion"
        raise scope.refuse(
            f"got {what}, expected a formula in the state, or expectations of variances 1 and the state as covariance",
            found.at,
        )
    return substitute(value, {STATE[0]: name("c")})


def _facts(node: Node, found: Sequence, start: str, scope: Scope) -> Mapping[str, str]:
    left, sign = node.children[0], node.text
    if sign == "=":
        head = limit_side(left)
        if head is None:
            raise scope.refuse("got an equation of members of the sequence, expected a limit", node)
        left = head[1]
    right = scope.scalar(node.children[1])
    state = name(STATE[0])
    offsets = _offsets(left)
    quotient = bare(left)
    if sign != "sim" and quotient is not None and quotient.kind == "frac":
        above, below = (_offsets(side) for side in quotient.children)
        if len(above) != 1 or len(below) != 1 or next(iter(above)) != next(iter(below)) + 1:
            raise scope.refuse("got a quotient, expected that of neighbours: (c_{l+1} - c)/(c_l - c)", node)
        sides = [
            scope.scalar(_shifted(s, next(iter(o)))) for s, o in zip(quotient.children, (above, below), strict=True)
        ]
        if sides[0] != sides[1]:
            raise scope.refuse("got a quotient, expected the same distance from the limit above and below", node)
        return {"limit": str(_distance(sides[0], state, start, False, node, scope)), "factor": str(right)}
    if len(offsets) != 1:
        raise scope.refuse("got several members of the sequence, expected one", node)
    expr = scope.scalar(_shifted(left, next(iter(offsets))))
    if sign == "sim":
        part = monomial(right, {name(found.index): True})
        if part is None or part.exponent >= 0:
            raise scope.refuse(f"got {right}, expected a constant times a negative power of {found.index}", node)
        limit = _distance(expr, state, start, True, node, scope)
        return {"limit": str(limit), "power": str(-part.exponent), "constant": str(part.constant)}
    if expr != state:
        raise scope.refuse("got a limit of a function of the sequence, expected that of the sequence", node)
    return {"limit": str(right)}


def _distance(expr: Expr, state: Expr, start: str, signed: bool, node: Node, scope: Scope) -> Expr:
    """The limit c in c - c_l, c_l - c or |c_l - c|; a sign has to be that of all starts."""
    absolute = expr.is_call("abs")
    inner = expr.children[1] if absolute else expr
    terms = inner.children if inner.head == "add" else (inner,)
    signs = [+1 if t == state else -1 for t in terms if t in (state, neg(state))]
    rest = add(*(t for t in terms if t not in (state, neg(state))))
    if len(signs) != 1 or STATE[0] in names(rest) or names(rest) - set(CONSTANTS):
        raise scope.refuse("got no distance from the limit, expected |c_l - c|, c_l - c or c - c_l", node)
    limit = neg(rest) if signs[0] > 0 else rest
    side = f"[{limit}, oo)" if signs[0] > 0 else f"(-oo, {limit}]"
    if signed and not absolute and not read_domain(start).within(read_domain(side)):
        raise scope.refuse(
            f"got {expr} with starts on both sides of the limit".replace(STATE[0], "c_l"),
            node,
            "the distance: |c_l - c|",
        )
    return limit


def typeset_state(expr: Expr, subscript: str) -> Expr:
    """The formula with the state under its index, for the echo."""
    return substitute(expr, {"c": name(f"c_{subscript}")})


def law_of(stated: Recursion) -> tuple[str, ...]:
    """The Gaussian variables of the map, in order."""
    from analytic.formula import walk as parts
    from analytic.opening import gaussian_names

    inside = [n.children[0] for n in parts(parse(stated.map)) if n.head == "expect"]
    return tuple(dict.fromkeys(v for e in inside for v in gaussian_names(e, ())))


def speed(stated: Recursion) -> Expr | None:
    """The right side of |c_l - limit| ~ constant * l^(-power)."""
    if stated.constant is None or stated.power is None:
        return None
    exponent = parse(stated.power)
    return (
        mul(parse(stated.constant), name("l") ** neg(exponent))
        if exponent != ONE
        else parse(stated.constant) / name("l")
    )


def distance(stated: Recursion) -> Expr:
    """|c_l - limit|."""
    return call("abs", name("c_l") - parse(stated.limit)) if stated.fixed != num(0) else call("abs", name("c_l"))
