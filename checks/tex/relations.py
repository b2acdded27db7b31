r"""Kinds of relations and what makes a claim of two sides of each; one that has no builder cannot be judged.

A new kind of claim with two sides plugs in here: give its relation a builder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from analytic.formula import Expr
from checks.claim import Identity, TwoSided
from checks.statements.base import Stated
from checks.statements.inequality import Inequality
from checks.tex.asymptotics import has_orders
from checks.tex.nodes import Node
from checks.tex.scope import Scope


@dataclass(frozen=True)
class Sides:
    """What a relation stands between.

    Args:
        left: a formula.
        right: a formula.
        where: definitions as in ``Identity``.
    """

    left: Expr
    right: Expr
    where: Mapping[str, str]


#: What a reading may state.
Statement = TwoSided | Stated
Builder = Callable[[Sides], TwoSided]


@dataclass(frozen=True)
class Relation:
    """A relation: the kind of claim that it makes, how it is set, and the builder of the statement if there is one."""

    kind: str
    latex: str
    build: Builder | None = None


def _identity(sides: Sides) -> Identity:
    return Identity(str(sides.left), str(sides.right), sides.where)


def _inequality(relation: str) -> Builder:
    def build(sides: Sides) -> Inequality:
        return Inequality(str(sides.left), relation, str(sides.right), sides.where)

    return build


#: Relations that may follow each other: a = b \le c states a = b and b \le c.
CHAINED = ("=", "<", "<=", ">", ">=")
#: Orders of matrices.
ORDERS = ("succeq", "preceq", "succ", "prec")
RELATIONS: dict[str, Relation] = {
    "=": Relation("identity", "=", _identity),
    "to": Relation("limit", r"\to"),
    **{
        s: Relation("inequality", t, _inequality(s))
        for s, t in zip(CHAINED[1:], ("<", r"\le", ">", r"\ge"), strict=True)
    },
    "!=": Relation("inequality", r"\ne"),
    **{s: Relation("order of matrices", rf"\{s}") for s in ORDERS},
    **{s: Relation("approximation", rf"\{s}") for s in ("approx", "propto", "ll", "gg", "lesssim", "gtrsim")},
    "sim": Relation("asymptotic equality", r"\sim"),
    "asymp": Relation("order without its constant", r"\asymp"),
    ":=": Relation("definition", ":="),
    "in": Relation("membership", r"\in"),
    "O": Relation("expansion", "="),
}


def links(node: Node, scope: Scope) -> Iterator[Node]:
    r"""The relations of a chain, each between two neighbours: a = b \le c is a = b, b \le c.

    Raises:
        TexError: there is none, or they do not follow each other.
    """
    signs = node.text.split()
    if not signs:
        raise scope.refuse("got no relation, expected one between two sides: LEFT = RIGHT, each claim by itself", node)
    if len(signs) > 1 and not _one_way(signs):
        at = node.children[2]
        raise scope.refuse(f"got the relations {' '.join(signs)} in one chain, expected =, and < or > one way", at)
    for sign, pair in zip(signs, pairwise(node.children), strict=True):
        yield replace(node, at=pair[0].at, text=sign, children=pair)


def _one_way(signs: list[str]) -> bool:
    kinds = {s[0] for s in signs} - {"="}
    return all(s in CHAINED for s in signs) and len(kinds) <= 1


def relation_of(node: Node) -> tuple[str, Relation]:
    """The relation of a statement with two sides; that of an expansion if a side has O(...)."""
    sign = node.text
    if sign == "=" and any(has_orders(side) for side in node.children):
        return "O", RELATIONS["O"]
    return sign, RELATIONS[sign]
