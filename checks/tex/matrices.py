r"""Loewner order of written matrices: \begin{pmatrix} 1 & t \\ t & 1 \end{pmatrix} \succeq 0, A \preceq B."""

from __future__ import annotations

import re
from collections.abc import Mapping

from analytic.formula import CONSTANTS, ONE, ZERO, Expr, add, mul, name, names, neg, num, power, substitute
from analytic.grammar import parse
from checks.errors import ClaimError
from checks.statements.ordering import MatrixOrder, Rows
from checks.tex.angles import fresh_name
from checks.tex.definitions import expanded
from checks.tex.nodes import Node, bare, shown
from checks.tex.scope import CONSTANT, SCALAR, Scope, Value, identify

_BOUND = re.compile(r"(?P<first>.+) (?P<before>[<>]=?) rho|rho (?P<after>[<>]=?) (?P<second>[^<>]+)")
_Matrix = list[list[Expr]]


def matrix_order(main: Node, sign: str, scope: Scope) -> MatrixOrder:
    """The order of two matrices; the domains are those of the variables in them that the scope knows.

    Args:
        main: the relation.
        sign: ``succeq``, ``preceq``, ``succ``, ``prec``.
        scope: of the string.

    Raises:
        TexError: no written matrix, or sizes that do not fit.
    """
    sizes = {len(n.children) for side in main.children for n in _matrices(side)}
    if len(sizes) != 1:
        what = "no written matrix" if not sizes else "matrices of different sizes"
        raise scope.refuse(
            rf"got \{sign} with {what}, expected \begin{{pmatrix}} ... \end{{pmatrix}} with two to four rows, "
            r"multiples of I, or 0: orders of blocks of any dimension cannot be judged",
            main,
        )
    left, right = (_side(side, sizes.copy().pop(), scope) for side in main.children)
    if sign.startswith("prec"):
        left, right = right, left
    zero = all(e == ZERO for row in right for e in row)
    try:
        return MatrixOrder(_rows(left), () if zero else _rows(right), not sign.endswith("eq"))
    except ClaimError as error:
        raise scope.refuse(str(error), main) from None


def with_domains(stated: MatrixOrder, domains: Mapping[str, str]) -> MatrixOrder:
    """The order for the variables in their domains."""
    return MatrixOrder(stated.left, stated.right, stated.strict, dict(domains))


def cosine_by_itself(stated: MatrixOrder, scope: Scope) -> MatrixOrder:
    r"""The order with \rho as a constant of its own if the conditions bound it and there is no \theta."""
    used = {n for e in entries(stated) for n in names(e)}
    domain = _bounds(scope) if "rho" in used and "theta" not in used else ""
    if not domain:
        return stated
    fresh = fresh_name("rho", scope, used)
    scope.kinds[fresh], scope.domains[fresh] = CONSTANT, domain
    scope.notes[f"there are no two vectors: rho is a variable in {domain}, {fresh} below"] = None
    left, right = (
        tuple(tuple(str(substitute(parse(e), {"rho": name(fresh)})) for e in row) for row in rows)
        for rows in (stated.left, stated.right)
    )
    return MatrixOrder(left, right, stated.strict)


def _bounds(scope: Scope) -> str:
    r"""The interval of \rho in the assumptions, which are taken away; empty if there is none, or more than that."""
    found: dict[bool, tuple[str, str]] = {False: ("[", "-1"), True: ("]", "1")}
    own = [_BOUND.fullmatch(a) for a in scope.assumptions]
    matches = [m for m in own if m is not None]
    for match in matches:
        first = match["first"] is not None
        sign, value = (match["before"], match["first"]) if first else (match["after"], match["second"])
        upper = sign.startswith("<") != first
        if names(parse(value)) - set(CONSTANTS):
            return ""
        found[upper] = ("[]" if "=" in sign else "()")[upper], value
    if not matches or len(matches) > 2 or len(matches) < len(own):
        return ""
    scope.assumptions.clear()
    return f"{found[False][0]}{found[False][1]}, {found[True][1]}{found[True][0]}"


def entries(stated: MatrixOrder) -> list[Expr]:
    """All entries, as formulas."""
    return [e for row in stated.difference for e in row]


def _rows(found: _Matrix) -> Rows:
    return tuple(tuple(str(e) for e in row) for row in found)


def _matrices(side: Node) -> list[Node]:
    single = bare(side)
    if single is None:
        return []
    terms = single.children if single.kind == "sum" else (single,)
    return [f for t in terms for f in (t.children if t.kind == "term" else (t,)) if f.kind == "matrix"]


def _side(side: Node, size: int, scope: Scope) -> _Matrix:
    single = bare(side)
    assert single is not None
    total = [[ZERO] * size for _ in range(size)]
    for term in single.children if single.kind == "sum" else (single,):
        row = term.children if term.kind == "term" else (term,)
        found = _term(row, size, term, scope)
        sign = term.kind == "term" and term.text == "-"
        total = [
            [add(a, neg(b) if sign else b) for a, b in zip(x, y, strict=True)]
            for x, y in zip(total, found, strict=True)
        ]
    return total


def _term(row: tuple[Node, ...], size: int, term: Node, scope: Scope) -> _Matrix:
    """A matrix, or a number times one."""
    places = [i for i, f in enumerate(row) if f.kind == "matrix" or _is_identity(f, scope)]
    if not places:
        if scope.scalar(Node("term", term.at, "+", row)) == ZERO:
            return [[ZERO] * size for _ in range(size)]
        raise scope.refuse("got a number in a sum of matrices, expected a multiple of I", term)
    matrix = row[places[0]]
    before, after = row[: places[0]], row[places[0] + 1 :]
    if len(places) > 1 or (matrix.kind == "matrix" and not matrix.plain):
        raise scope.refuse("got a product or power of matrices, expected sums of multiples", matrix)
    if before and before[-1].kind == "op" and before[-1].text == "/":
        raise scope.refuse("got a division by a matrix, expected multiples of it", matrix)
    factor = _factor(before[:-1] if before and before[-1].kind == "op" else before, term, scope)
    if after:
        if after[0].kind != "op" or len(after) == 1:
            raise scope.refuse("got factors after a matrix, expected them before it", after[0])
        rest = _factor(after[1:], term, scope)
        factor = mul(factor, power(rest, num(-1)) if after[0].text == "/" else rest)
    if matrix.kind == "name":
        return [[factor if i == j else ZERO for j in range(size)] for i in range(size)]
    if len(matrix.children) != size or any(len(r.children) != size for r in matrix.children):
        raise scope.refuse(f"got {shown(matrix)[:40]}, expected {size} rows of {size} entries", matrix)
    return [[mul(factor, _entry(e, scope)) for e in r.children] for r in matrix.children]


def _factor(row: tuple[Node, ...], term: Node, scope: Scope) -> Expr:
    return scope.scalar(Node("term", term.at, "+", row)) if row else ONE


def _entry(node: Node, scope: Scope) -> Expr:
    value: Value = scope.read(node, scope)
    if value.kind != SCALAR:
        raise scope.refuse(f"got a {value.kind} as an entry of a matrix, expected a number", node)
    return expanded(value.expr, scope)


def _is_identity(node: Node, scope: Scope) -> bool:
    return node.kind == "name" and node.text == "I" and "I" not in scope.kinds and identify(node, scope)[1] is None
