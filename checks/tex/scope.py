"""What is known of the symbols of one string, and the values that its parts have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from analytic.formula import Expr
from checks.tex.errors import TexError
from checks.tex.nodes import Node, factors
from checks.tex.symbols import GREEK, READINGS

SCALAR, VECTOR, ROW, MATRIX, INPUT = "scalar", "vector", "row", "matrix", "input"
#: Kinds of names: a vector of weights, the random input, a Gaussian variable, a constant with a domain.
GAUSSIAN, CONSTANT = "gaussian", "constant"
MAX_DEPTH = 200


@dataclass(frozen=True, slots=True)
class Value:
    """A part that was understood: its kind, its formula in our language, its place.

    Args:
        kind: ``scalar``, ``vector``, ``row`` (a transposed vector), ``matrix``, ``input`` (the random x).
        expr: the formula; of a row that of the vector.
        at: offset in the text.
        unbracketed: whether it ends with a function whose argument has no brackets.
    """

    kind: str
    expr: Expr
    at: int
    unbracketed: bool = False


@dataclass(frozen=True)
class Definition:
    """A function that the string defines.

    Args:
        parameters: their names.
        kinds: their kinds.
        kind: of the value.
        body: the formula.
    """

    parameters: tuple[str, ...]
    kinds: tuple[str, ...]
    kind: str
    body: Expr


@dataclass(frozen=True)
class Scope:
    """The symbols of a string.

    Args:
        text: the string, for messages.
        read: gives the value of a node.
        functions: symbols declared as functions of our language, such as sigma: relu.
        kinds: of the names.
        definitions: functions defined in the string.
        aliases: names that stand for a formula, such as sigma for |u| where u ~ N(0, sigma^2).
        domains: as in ``Claim``.
        assumptions: inequalities.
        notes: what was understood beyond the formulas.
        rename: indices of neurons as the author calls them, to i and j.
        joint: the random names that have a law together.
        random: the variables of the expectation around.
        inside: whether there is an expectation around.
        depth: of nested functions.
    """

    text: str
    read: Callable[[Node, Scope], Value]
    functions: Mapping[str, str]
    kinds: dict[str, str] = field(default_factory=dict)
    definitions: dict[str, Definition] = field(default_factory=dict)
    aliases: dict[str, Expr] = field(default_factory=dict)
    domains: dict[str, str] = field(default_factory=dict)
    assumptions: list[str] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)
    rename: dict[str, str] = field(default_factory=dict)
    joint: list[frozenset[str]] = field(default_factory=list)
    random: frozenset[str] = frozenset()
    inside: bool = False
    depth: int = 0

    def refuse(self, message: str, at: int | Node, *readings: str) -> TexError:
        """The error at a place, with the readings among which nothing is guessed."""
        return TexError(message, self.text, at if isinstance(at, int) else at.at, readings)

    def deeper(self, at: Node, **changes: Any) -> Scope:
        """The scope of a part.

        Raises:
            TexError: the parts are nested too deep.
        """
        if self.depth > MAX_DEPTH:
            raise self.refuse(f"got parts nested more than {MAX_DEPTH} deep, expected less", at)
        return replace(self, depth=self.depth + 1, **changes)

    def scalar(self, node: Node) -> Expr:
        """The formula of a part that has to be a number.

        Raises:
            TexError: it is a vector or matrix.
        """
        value = self.read(node, self)
        if value.kind != SCALAR:
            raise self.refuse(f"got a {value.kind}, expected a number", node)
        return value.expr

    def undeclared(self, identifier: str, node: Node) -> TexError:
        """The refusal of a symbol of which nothing is known."""
        stem = identifier.partition("_")[0]
        command = "\\" if stem in GREEK else ""
        usual = (
            f"a constant: declare its domain, variables = {{ {identifier} = '(0, 1)' }}, "
            f"or end with ', {command}{stem} > 0'",
            rf"a vector: end with ', {command}{stem} \in \mathbb{{R}}^d'",
            rf"a Gaussian variable: write \mathbb{{E}}_{{{command}{stem} \sim \mathcal{{N}}(0, 1)}}",
        )
        readings = READINGS.get(stem, usual)
        return self.refuse(f"got {command}{identifier.replace('_star', '^*')}, which is not declared", node, *readings)


def identify(node: Node, scope: Scope) -> tuple[str, Node | None, Node | None]:
    """The identifier of a name with plain subscript, star and primes; the superscript and subscript that are left."""
    if node.factorial:
        raise scope.refuse("got a factorial, expected one of a number: degrees are numbers here", node)
    base, sub, sup = node.text, node.sub, node.sup
    parts = factors(sub) if sub is not None and sub.kind != "mark" else ()
    plain = parts and all(p.plain and p.kind in ("name", "number") and "." not in p.text for p in parts)
    if plain and not _is_list(sub):
        base += "_" + "".join(scope.rename.get(p.text, p.text) for p in parts)
        sub = None
    if sup is not None and sup.kind == "mark" and sup.text == "*":
        base, sup = f"{base}_star", None
    elif sup is not None and sup.kind == "double" and sup.children[0].text == "*":
        base, sup = f"{base}_star", sup.children[1]
    return base + "_prime" * node.primes, sup, sub


def _is_list(node: Node | None) -> bool:
    """Whether a subscript has commas."""
    while node is not None and node.kind == "group" and node.text == "{":
        node = node.children[0]
    return node is not None and node.kind == "items" and len(node.children) > 1


def names_of(node: Node | None, scope: Scope) -> list[str]:
    """The identifiers in a list or product of plain names; empty if there is anything else."""
    found = [identify(f, scope) if f.kind == "name" else None for f in factors(node)]
    if any(f is None or f[1] is not None or f[2] is not None for f in found):
        return []
    return [f[0] for f in found if f is not None]


def members(node: Node | None) -> Iterator[Node]:
    """The relations of a list in brackets."""
    while node is not None and node.kind == "group":
        node = node.children[0]
    if node is not None:
        yield from node.children if node.kind == "items" else (node,)
