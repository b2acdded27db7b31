r"""Kinds of relations and what makes a claim of each; one that has no builder cannot be judged yet.

A new kind of claim plugs in here: give its relation a builder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from analytic.formula import Expr, call
from checks.claim import Identity
from checks.tex.nodes import Node, factors, walk
from checks.tex.scope import Scope


@dataclass(frozen=True)
class Sides:
    """What a relation stands between.

    Args:
        left: a formula.
        right: a formula.
        where: definitions as in ``Identity``.
        limit: an angle and its limit, if the string says so.
    """

    left: Expr
    right: Expr
    where: Mapping[str, str]
    limit: tuple[Expr, Expr] | None


#: What a builder may make; a further kind of statement with two sides is added here.
Statement = Identity
Builder = Callable[[Sides], Statement]


@dataclass(frozen=True)
class Relation:
    """A relation: the kind of claim that it makes, how it is set, and the builder of the statement if there is one."""

    kind: str
    latex: str
    build: Builder | None = None


def _identity(sides: Sides) -> Identity:
    return Identity(str(sides.left), str(sides.right), sides.where)


def _limit(sides: Sides) -> Identity:
    assert sides.limit is not None
    return replace(_identity(sides), left=str(call("limit", sides.left, *sides.limit)))


RELATIONS: dict[str, Relation] = {
    "=": Relation("identity", "=", _identity),
    "to": Relation("limit", r"\to", _limit),
    **{s: Relation("inequality", t) for s, t in {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge", "!=": r"\ne"}.items()},
    **{s: Relation("semidefinite order", rf"\{s}") for s in ("succeq", "preceq", "succ", "prec")},
    **{s: Relation("approximation", rf"\{s}") for s in ("approx", "propto", "ll", "gg", "lesssim", "gtrsim")},
    **{s: Relation("asymptotic equality", rf"\{s}") for s in ("sim", "asymp")},
    ":=": Relation("definition", ":="),
    "in": Relation("membership", r"\in"),
    "O": Relation("expansion", "="),
}


def relation_of(node: Node, scope: Scope) -> tuple[str, Relation]:
    """The relation of a statement.

    Raises:
        TexError: there is none, or more than one.
    """
    signs = node.text.split()
    if len(signs) != 1:
        what = "no relation" if not signs else f"{len(signs)} relations"
        at = node if not signs else node.children[2]
        raise scope.refuse(f"got {what}, expected one between two sides: LEFT = RIGHT, each claim by itself", at)
    if signs[0] == "=" and any(_is_order(t) for t in walk(node)):
        return "O", RELATIONS["O"]
    return signs[0], RELATIONS[signs[0]]


def _is_order(node: Node) -> bool:
    r"""Whether a term ends with O(...), \mathcal{O}(...) or o(...)."""
    row = factors(node) if node.kind == "term" else ()
    pairs = pairwise(row)
    return any(a.kind == "name" and a.text in ("O", "o") and b.kind == "group" and b.text in "([" for a, b in pairs)


def with_orders(scope: Scope) -> Scope:
    """The scope in which O(...) is a function, so that an expansion can be shown as it was understood."""
    return replace(scope, functions={**scope.functions, "O": "O", "o": "o"})
