r"""What follows the statement: domains, laws and assumptions, such as ", \theta \in (0, \pi)"."""

from __future__ import annotations

from dataclasses import dataclass, field

from analytic.errors import AnalyticError
from analytic.formula import CONSTANTS, Expr, call, name, names
from analytic.grammar import parse
from checks.domain import read_domain
from checks.tex.atoms import deviation
from checks.tex.laws import declare_constant
from checks.tex.nodes import Node, bare, factors, shown
from checks.tex.scope import CONSTANT, VECTOR, Scope, identify, members, names_of

_ORDER = ("<", ">", "<=", ">=")


@dataclass
class Sorted:
    """The conditions by what they are for.

    Args:
        definitions: head, parameters, body.
        equations: of a symbol and its value.
        inequalities: of which not all symbols were constants.
        limits: such as theta -> 0.
        nonzero: names in w != 0, with the condition.
    """

    definitions: list[tuple[Node, list[str], Node]] = field(default_factory=list)
    equations: list[Node] = field(default_factory=list)
    inequalities: list[Node] = field(default_factory=list)
    limits: list[Node] = field(default_factory=list)
    nonzero: list[tuple[str, Node]] = field(default_factory=list)


def sort_conditions(conditions: list[tuple[str, Node]], scope: Scope) -> Sorted:
    r"""Declares what the conditions declare outright (t > 0, w \in \mathbb{R}^d) and sorts the others.

    Raises:
        TexError: one is no condition of this language.
    """
    found, waiting = Sorted(), list[Node]()
    quantified = False
    for words, node in conditions:
        signs = node.text.split()
        if not signs:
            general = quantified if waiting else bool({"all", "every", "any"} & set(words.split()))
            quantified = general and bool(names_of(node, scope))
            waiting.append(node)
        elif signs[0] == "in" and len(signs) == 1:
            _membership([*waiting, node.children[0]], node, scope)
            waiting = []
        elif signs == ["sim"] and not waiting:
            pass  # laws are declared before
        elif signs == ["!="]:
            found.nonzero += [(n, node) for n in _unequal([*waiting, node.children[0]], node, scope)]
            waiting = []
        elif waiting:
            break
        elif signs == ["to"]:
            found.limits.append(node)
        elif all(s in _ORDER for s in signs):
            _inequality(node, signs, found, scope)
        elif all(s in ("=", ":=") for s in signs):
            head = _head(node, scope) if len(signs) == 1 else None
            if head is None:
                found.equations.append(node)
            else:
                found.definitions.append((*head, node.children[1]))
        else:
            raise scope.refuse(f"got {shown(node)[:60]}, which is no condition of this language", node)
    if waiting and not quantified:
        raise scope.refuse(
            f"got {shown(waiting[0])[:60]} after a comma, expected a condition such as t > 0; a decimal comma is not "
            f"read: write 0.5",
            waiting[0],
        )
    return found


def _membership(left: list[Node], node: Node, scope: Scope) -> None:
    r"""w, v \in \mathbb{R}^d declares vectors, t \in \mathbb{R} a constant, t \in (0, 1) its domain."""
    listed = [n for part in left for n in names_of(part, scope)]
    if not listed:
        raise scope.refuse(f"got {shown(left[0])[:30]} before \\in, expected names", left[0])
    where = factors(node.children[1])
    if where and where[0].kind == "word" and where[0].text == "reals":
        space = factors(where[0].sup)
        if where[0].sub is not None or (where[0].sup is not None and (len(space) != 1 or not space[0].plain)):
            raise scope.refuse(f"got {shown(where[0])[:30]}, expected \\mathbb{{R}} or \\mathbb{{R}}^d", where[0])
        for n in listed:
            if where[0].sup is None:
                declare_constant(n, "(-oo, oo)", scope)
            elif scope.kinds.setdefault(n, VECTOR) != VECTOR:
                raise scope.refuse(f"got the vector {n}, which is declared as a {scope.kinds[n]}", node)
        return
    if len(where) != 1 or where[0].kind != "group" or not where[0].plain or where[0].text not in ("(", "[", "(]", "[)"):
        raise scope.refuse(
            r"got \in, expected an interval, \mathbb{R} or \mathbb{R}^d: the language has no other sets",
            node.children[1],
        )
    ends = where[0].children[0].children
    if len(ends) != 2:
        raise scope.refuse("got an interval, expected two ends", where[0])
    brackets = where[0].text if len(where[0].text) == 2 else {"(": "()", "[": "[]"}[where[0].text]
    low, high = (_end(e, scope) for e in ends)
    for n in listed:
        _restrict(n, f"{brackets[0]}{low}, {high}{brackets[1]}", node, scope)


def _restrict(identifier: str, domain: str, node: Node, scope: Scope) -> None:
    if identifier == "rho":
        opening, rest = domain[0], domain[1:-1]
        low, high = rest.split(", ")
        scope.assumptions.append(f"rho {'>' if opening == '(' else '>='} {low}")
        scope.assumptions.append(f"rho {'<' if domain[-1] == ')' else '<='} {high}")
    elif identifier == "theta":
        scope.domains["theta"] = domain
    elif scope.kinds.get(identifier, CONSTANT) != CONSTANT or identifier in (*CONSTANTS, "I", "L"):
        raise scope.refuse(f"got a domain of {identifier}, expected one of a constant", node)
    else:
        declare_constant(identifier, domain, scope)


def _end(node: Node, scope: Scope) -> str:
    single = bare(node)
    inner = (
        bare(single.children[0])
        if single is not None and single.kind == "term" and len(single.children) == 1
        else single
    )
    if inner is not None and inner.kind == "word" and inner.text == "infinity" and inner.plain:
        return "-oo" if single is not inner else "oo"
    return str(_constant(node, scope))


def _constant(node: Node, scope: Scope) -> Expr:
    value = scope.scalar(node)
    if names(value) - set(CONSTANTS):
        raise scope.refuse(f"got {shown(node)[:40]}, expected a number", node)
    return value


def _unequal(left: list[Node], node: Node, scope: Scope) -> list[str]:
    r"""The vectors of w \ne 0, which holds for all norms anyway; j \ne i is part of every claim about two students."""
    listed = [n for part in left for n in names_of(part, scope)]
    right = bare(node.children[1])
    zero = right is not None and right.kind == "number" and right.text == "0"
    index = right is not None and right.kind == "name" and len(listed) == 1 and {listed[0], right.text} <= set("ijkl")
    if not listed or not (zero or index):
        raise scope.refuse(f"got {shown(node)[:40]}, expected w \\ne 0 of vectors or j \\ne i", node)
    return listed if zero else []


def _inequality(node: Node, signs: list[str], found: Sorted, scope: Scope) -> None:
    r"""0 < t < 1 declares the constant t; anything else becomes an assumption."""
    sides = [bare(c) for c in node.children]
    middle = [
        i for i, s in enumerate(sides) if s is not None and s.kind == "name" and s.text not in ("pi", "theta", "rho")
    ]
    single = sides[middle[0]] if len(middle) == 1 else None
    identifier, sup, sub = identify(single, scope) if single is not None else ("", None, None)
    known = identifier in scope.kinds or identifier in scope.aliases
    simple = bool(identifier) and sup is None and sub is None and not known
    if not simple or len(sides) > 3 or (len(sides) == 3 and middle != [1]):
        found.inequalities.append(node)
        return
    low, high, brackets = "-oo", "oo", ["(", ")"]
    for sign, left, right in zip(signs, range(len(sides)), range(1, len(sides)), strict=False):
        upper = (left == middle[0]) == sign.startswith("<")
        other = right if left == middle[0] else left
        if upper:
            high, brackets[1] = _end(node.children[other], scope), "]" if "=" in sign else ")"
        else:
            low, brackets[0] = _end(node.children[other], scope), "[" if "=" in sign else "("
    declare_constant(identifier, f"{brackets[0]}{low}, {high}{brackets[1]}", scope)


def _head(node: Node, scope: Scope) -> tuple[Node, list[str]] | None:
    """The head and the parameters of a definition g(w, v) = ... or n_{v,w} = ...; None if it is none."""
    row = factors(node.children[0])
    if not row or row[0].kind != "name" or row[0].sup is not None or row[0].text in ("theta", "pi", "I", "L", "e"):
        return None
    if len(row) == 1:
        parameters = names_of(row[0].sub, scope)
        return (row[0], parameters) if len(parameters) == 2 else None
    if len(row) == 2 and row[1].kind == "group" and row[1].text == "(" and row[1].plain:
        lists = [names_of(m, scope) for m in members(row[1])]
        if all(len(n) == 1 for n in lists):
            return row[0], [n[0] for n in lists]
    return None


def assume(found: Sorted, scope: Scope) -> None:
    r"""Equations such as \|w\| = 1, \theta = \pi/3, \rho = \cos\theta, and inequalities as assumptions."""
    for n, node in found.nonzero:
        if n not in scope.kinds:
            raise scope.undeclared(n, node)
        if scope.kinds[n] != VECTOR:
            raise scope.refuse(f"got {n} \\ne 0, expected it of a vector; of a constant write its domain", node)
    for node in found.equations:
        for left in node.children[:-1]:
            _equation(left, node.children[-1], scope)
    for node in found.inequalities:
        sides = [scope.scalar(c) for c in node.children]
        for sign, low, high in zip(node.text.split(), sides, sides[1:], strict=False):
            scope.assumptions.append(f"{low} {sign} {high}")


def _equation(left: Node, right: Node, scope: Scope) -> None:
    single = bare(left)
    if single is None:
        raise scope.refuse(f"got {shown(left)[:40]}, expected a symbol on the left of a condition", left)
    if single.kind == "group" and single.plain:
        spread = deviation(single, scope) or scope.scalar(left)
        if spread.head == "norm":
            scope.domains[f"|{spread.children[0].identifier}|"] = f"{{{_constant(right, scope)}}}"
            return
    if single.kind != "name" or single.sup is not None:
        raise scope.refuse(f"got the equation of {shown(left)[:40]}, expected one of a symbol, norm or angle", left)
    if single.text in ("theta", "rho"):
        _fix(single, right, scope)
        return
    identifier, _, sub = identify(single, scope)
    if sub is not None or identifier in scope.kinds or identifier in scope.aliases or identifier in ("pi", "I", "L"):
        raise scope.refuse(f"got an equation of {shown(single)[:30]}, which is declared already", left)
    scope.aliases[identifier] = scope.scalar(right)
    scope.notes[f"{identifier} stands for {scope.aliases[identifier]}"] = None


def _fix(single: Node, right: Node, scope: Scope) -> None:
    """theta and rho have a meaning: an equation either repeats it, or fixes the angle."""
    value = scope.scalar(right)
    is_angle = single.text == "theta"
    if value in _meanings(value, is_angle):
        scope.notes["theta is the angle between the two vectors, rho its cosine"] = None
        return
    if names(value) - set(CONSTANTS):
        raise scope.refuse(
            f"got another meaning of {single.text}, expected the angle between the two vectors, or its cosine rho",
            right,
        )
    if not is_angle and not read_domain(f"{{{value}}}").within(read_domain("[-1, 1]")):
        raise scope.refuse(f"got rho = {value}, expected a cosine, between -1 and 1", right)
    scope.domains["theta"] = f"{{{value}}}" if is_angle else f"{{acos({value})}}"


def _meanings(value: Expr, is_angle: bool) -> list[Expr]:
    """The ways to say that theta is the angle between two vectors, and rho its cosine."""
    pair = sorted({n for n in names(value) if n not in ("theta", "rho")})
    angles = [name("theta")]
    cosines = [name("rho")]
    if len(pair) == 2:
        for w, v in (pair, pair[::-1]):
            angles.append(call("theta", name(w), name(v)))
            cosines += [parse(f"{w}.{v}/(|{a}|*|{b}|)") for a, b in ((w, v), (v, w))]
            cosines += [parse(f"{w}.{v}/|{a}|/|{b}|") for a, b in ((w, v), (v, w))]
    cosines += [call("cos", a) for a in angles]
    try:
        return [call("acos", c) for c in cosines] + angles[1:] if is_angle else cosines[1:]
    except AnalyticError:
        return []
