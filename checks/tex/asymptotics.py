r"""Limits, expansions and orders: \lim_{t \to 0} f = c, f \to c \text{ as } t \to 0, f = g + O(t^3), f \sim c t^2."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from analytic.formula import CONSTANTS, ONE, ZERO, Expr, mul, name, names, neg, num, power
from analytic.grammar import parse
from checks.domain import read_domain
from checks.errors import ClaimError
from checks.statements.asymptotics import Approach, Asymptotic, Expansion, Limit, Order, read_order
from checks.tex.definitions import expanded
from checks.tex.errors import TexError
from checks.tex.monomials import bases, monomial
from checks.tex.nodes import Node, bare, factors, shown, walk
from checks.tex.scope import CONSTANT, SCALAR, Scope, Value, identify, members

_POINTS_AT_INFINITY = ("oo", "+oo", "-oo")
_AS = (r"\text{as } t \to 0", r"\text{as } t \to \infty")


def declare_approaches(main: Node, conditions: Iterable[Node], scope: Scope) -> set[str]:
    r"""Declares the variables of \lim_{t \to 0} and ", \text{ as } t \to 0": they are bound by the limit."""
    bound = set[str]()
    found = [c for c in conditions if c.text == "to"]
    found += [m for n in walk(main) if n.kind == "word" and n.text == "lim" for m in members(n.sub) if m.text == "to"]
    for member in found:
        single = bare(member.children[0])
        if single is None or single.kind != "name" or single.sup is not None:
            continue
        identifier, _, sub = identify(single, scope)
        known = identifier in (*CONSTANTS, "theta", "rho", "I", "L") or identifier in scope.aliases
        if sub is None and not known:
            scope.kinds.setdefault(identifier, CONSTANT)
            bound.add(identifier)
    return bound


def has_orders(side: Node) -> bool:
    """Whether a side has a term O(...) or o(...)."""
    return any(_order_term(t) is not None for t in walk(side) if t.kind == "term")


def _order_term(term: Node) -> tuple[Node, Node] | None:
    """The letter and the brackets of a term that is O(...) alone; of a longer one too, to be refused."""
    row = factors(replace(term, text="")) if term.text == "-" else factors(term)
    pairs = ((a, b) for a, b in pairwise(row) if a.kind == "name" and a.text in ("O", "o"))
    return next(((a, b) for a, b in pairs if b.kind == "group" and b.text in ("(", "[")), None)


def limit_side(side: Node) -> tuple[Node, Node] | None:
    r"""Of a side that is \lim_{...} f alone: the word, and f."""
    single = bare(side)
    row = single.children if single is not None and single.kind == "term" and single.text != "-" else ()
    if len(row) < 2 or row[0].kind != "word" or row[0].text != "lim":
        return None
    return row[0], Node("term", row[1].at, "+", row[1:])


def read_approach(member: Node, scope: Scope) -> tuple[Expr, str]:
    r"""The variable, and the point as in ``Limit``, of t \to 0^+, k \to \infty, \theta \to \pi.

    Raises:
        TexError: something else.
    """
    if member.kind != "relation" or member.text != "to":
        raise scope.refuse(r"got a limit, expected t \to 0, t \to 0^+ or k \to \infty", member)
    variable = scope.scalar(member.children[0])
    if variable.head not in ("name", "norm") and not variable.is_call("theta"):
        raise scope.refuse(f"got a limit of {variable}, expected one of a symbol or a norm", member)
    point = _point(member.children[1], scope)
    if variable == name("rho") and point in ("1", "-1"):  # a cosine has nothing beyond
        point += "-" if point == "1" else "+"
    identifier = str(variable)
    if identifier in scope.domains:
        point = _one_sided(point, scope.domains.pop(identifier))
        scope.notes[f"the domain of {identifier} matters near the point only"] = None
    return variable, point


def _one_sided(point: str, domain: str) -> str:
    """The point from within a domain that ends there."""
    if point.endswith(("oo", "+", "-")):
        return point
    ends = read_domain(domain)
    value = parse(point)
    return point + ("+" if ends.low == value else "-" if ends.high == value else "")


def _point(node: Node, scope: Scope) -> str:
    single = bare(node)
    negative = single is not None and single.kind == "term" and single.text == "-" and len(single.children) == 1
    inner = bare(single.children[0]) if negative and single is not None else single
    side = ""
    if inner is not None and inner.sup is not None and inner.sup.kind == "mark" and inner.sup.text in ("+", "-"):
        side, inner = inner.sup.text, replace(inner, sup=None)
    if inner is None:
        raise scope.refuse("got a limit without its point", node)
    if inner.kind == "word" and inner.text == "infinity" and inner.plain and not side:
        return "-oo" if negative else "oo"
    value = scope.scalar(inner)
    if names(value) - set(CONSTANTS):
        raise scope.refuse(f"got a limit at {shown(node)[:30]}, expected a number or \\infty", node)
    return f"{neg(value) if negative else value}{side}"


def asymptotic(main: Node, sign: str, limits: list[Node], scope: Scope) -> Asymptotic | None:
    """The limit, expansion or order that a statement says; None if it is none, or one of vectors and matrices.

    Args:
        main: the relation.
        sign: ``=``, ``to``, ``O``, ``sim``, or another relation.
        limits: conditions such as t -> 0.
        scope: of the string.

    Raises:
        TexError: a limit without its point, two of them, or one that cannot be stated.
    """
    sides = [limit_side(side) for side in main.children]
    heads = [s for s in sides if s is not None]
    if len(limits) + len(heads) > 1:
        raise scope.refuse("got two limits, expected one", limits[-1] if limits else heads[1][0])
    if not limits and not heads:
        if sign in ("O", "sim", "to"):
            word = {"O": "an expansion", "sim": r"\sim", "to": r"\to"}[sign]
            raise scope.refuse(f"got {word} without the limit that is meant, expected 'as ...' after it", main, *_AS)
        return None
    if sign not in ("=", "to", "O", "sim") or (heads and sign != "="):
        raise scope.refuse("got a limit with another relation, expected = or \\to, O(...), \\sim and 'as'", main)
    if heads and (heads[0][0].sub is None or not replace(heads[0][0], sub=None).plain):
        raise scope.refuse(r"got \lim, expected \lim_{\theta \to 0} and a formula after it", heads[0][0])
    member = limits[0] if limits else next(members(heads[0][0].sub))
    variable, point = read_approach(member, scope)
    if sign == "=" and not heads:
        raise scope.refuse("got = with a limit after it", member, r"f \to c \text{ as } t \to 0", r"f = g + O(t^n)")
    if heads and sides[0] is None:
        main = replace(main, children=main.children[::-1])
    left = heads[0][1] if heads else main.children[0]
    value = scope.read(left, scope)
    value = replace(value, expr=expanded(value.expr, scope))
    angle = variable == name("theta") or variable.is_call("theta")
    if angle and (value.kind != SCALAR or _has_vectors(value, scope)) and sign in ("=", "to"):
        return None
    if variable.is_call("theta"):
        raise scope.refuse(r"got an expansion in the angle between two vectors, expected one in \theta", member)
    if value.kind != SCALAR:
        raise scope.refuse(
            f"got the limit of a {value.kind}, expected a number; of tensors only as theta -> 0, pi", left
        )
    try:
        return _stated(value.expr, variable, point, sign, main, scope)
    except TexError:
        raise
    except ClaimError as error:
        raise scope.refuse(str(error), main) from None


def _has_vectors(value: Value, scope: Scope) -> bool:
    return any(scope.kinds.get(n, CONSTANT) != CONSTANT for n in names(value.expr))


def _stated(left: Expr, variable: Expr, point: str, sign: str, main: Node, scope: Scope) -> Asymptotic:
    identifier = str(variable)
    approach = Limit("0", identifier, point, "0").approach()
    if sign == "O":
        return _expansion(left, variable, point, approach, main, scope)
    if sign != "sim" and (infinite := _infinite(main.children[1])):
        return Limit(str(left), identifier, point, infinite)
    right = expanded(scope.scalar(main.children[1]), scope)
    if sign == "sim":
        return _order(left, right, variable, point, approach, scope, main)
    if names(variable) & names(right):
        raise scope.refuse(f"got {identifier} in its own limit, expected a number", main.children[1])
    _check_alone([left, right], variable, main, scope)
    return Limit(str(left), identifier, point, str(right))


def _expansion(left: Expr, variable: Expr, point: str, approach: Approach, main: Node, scope: Scope) -> Asymptotic:
    if has_orders(main.children[0]):
        raise scope.refuse("got O(...) on the left, expected it on the right", main.children[0])
    whole = bare(main.children[1])
    terms = whole.children if whole is not None and whole.kind == "sum" else (whole,)
    terms = tuple(t if t is not None and t.kind == "term" else Node("term", main.at, "+", (t,)) for t in terms if t)
    rests = [t for t in terms if has_orders(t)]
    found = _order_term(rests[0])
    if len(rests) != 1 or found is None or len(rests[0].children) != 2 or not found[0].plain or not found[1].plain:
        raise scope.refuse("got more than one O(...), or one with factors or scripts, expected a last term", rests[-1])
    kept = tuple(t for t in terms if t is not rests[0])
    claimed = expanded(scope.scalar(Node("sum", main.at, "", kept)), scope) if kept else ZERO
    letter, group = found
    rest = scope.scalar(group.children[0])
    _check_alone([left, claimed, rest], variable, main, scope)
    if letter.text == "o":  # the remainder over the power tends to 0
        scope.notes["o(...) says that the remainder divided by it tends to 0"] = None
        return Limit(str(mul(left - claimed, power(rest, num(-1)))), str(variable), point, "0")
    if rest == ZERO:
        raise scope.refuse("got O(0), expected a function that is not 0", group)
    part = monomial(rest, bases(variable, approach))
    if part is None:
        return Expansion(str(left), str(variable), point, str(claimed), str(rest))
    order = part.exponent if approach.point is not None else -part.exponent
    return Expansion(str(left), str(variable), point, str(claimed), str(order))


def _infinite(node: Node) -> str:
    r"""oo for \infty, -oo for -\infty, empty for anything else."""
    single = bare(node)
    negative = single is not None and single.kind == "term" and single.text == "-" and len(single.children) == 1
    inner = bare(single.children[0]) if negative and single is not None else single
    if inner is None or inner.kind != "word" or inner.text != "infinity" or not inner.plain:
        return ""
    return "-oo" if negative else "oo"


def _order(
    left: Expr, right: Expr, variable: Expr, point: str, approach: Approach, scope: Scope, main: Node
) -> Asymptotic:
    _check_alone([left, right], variable, main, scope)
    if right == ZERO:
        raise scope.refuse(r"got \sim 0, expected a function that is not 0", main.children[1])
    part = monomial(right, bases(variable, approach))
    if part is None:  # such as k*log(k)
        return Order(str(left), str(variable), point, str(right), "1")
    constant = part.positive(approach)
    if constant is not None:
        order = part.exponent if approach.point is not None else -part.exponent
        return Order(str(left), str(variable), point, str(order), str(constant))
    scope.notes[r"f \sim g says that f/g tends to 1"] = None
    return Limit(str(mul(left, power(right, num(-1)))), str(variable), point, str(ONE))


def _check_alone(exprs: list[Expr], variable: Expr, at: Node, scope: Scope) -> None:
    """The angle is no parameter of a limit in another variable."""
    others = sorted(({"theta", "rho"} & frozenset().union(*(names(e) for e in exprs))) - names(variable))
    if others:
        raise scope.refuse(f"got {', '.join(others)} beside {variable} in a limit, expected another letter for it", at)


def formulas_of(stated: Asymptotic) -> list[str]:
    """The formulas of which a limit, an expansion or an order consists."""
    fields = (getattr(stated, key, "0") for key in ("expression", "value", "terms", "order", "constant"))
    return [text for text in fields if text.strip() not in _POINTS_AT_INFINITY]


def distance_power(stated: Expansion | Order) -> Expr:
    """The power of the distance from the point (of the variable at infinity) as a formula that is read back.

    Example:
        >>> print(distance_power(Expansion("loss at II", "k", "oo", "0", "3/2")))
        1/k^(3/2)
    """
    approach, variable, order = stated.approach(), parse(stated.variable), read_order(stated.order)
    if not isinstance(order, Fraction) and names(variable) & names(order):
        return order
    exponent = num(order) if isinstance(order, Fraction) else order
    below = approach.sides == (-1,)
    if approach.point is None or approach.point == ZERO:
        base = neg(variable) if below else variable
    else:
        base = approach.point - variable if below else variable - approach.point
    return power(base, neg(exponent) if approach.point is None else exponent)
