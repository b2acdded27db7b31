r"""LaTeX to claims: what was understood, as formulas, as typeset mathematics and as Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analytic.errors import AnalyticError
from analytic.formula import Expr, names, walk
from analytic.grammar import parse
from checks.claim import Claim
from checks.errors import ClaimError
from checks.tex.conditions import Sorted, assume, limit_of, sort_conditions
from checks.tex.declarations import check_activations, declare_gaussian, declared_functions, rename_neurons
from checks.tex.definitions import define, parameter_kinds
from checks.tex.echo import as_python, echo
from checks.tex.errors import TexError
from checks.tex.grammar import parse_tex
from checks.tex.kinds import find_vectors
from checks.tex.laws import declare_laws
from checks.tex.nodes import Node
from checks.tex.products import read
from checks.tex.relations import Relation, Sides, Statement, relation_of, with_orders
from checks.tex.scope import CONSTANT, GAUSSIAN, MATRIX, SCALAR, VECTOR, Scope


@dataclass(frozen=True)
class TexReading:
    r"""What was understood of a string.

    Args:
        left: left side in our language.
        right: right side.
        where: definitions.
        variables: domains, as in ``Claim``.
        assumptions: inequalities.
        latex: both sides, typeset from what was understood.
        python: the same as a call of ``verify``.
        notes: conventions on which the reading rests.
        statement: what is claimed, for a ``Claim``.

    Example:
        >>> found = read_tex(r"\mathbb{E}_{u \sim N(0, \sigma^2)}[\max(0, u)] = \sigma/\sqrt{2\pi}")
        >>> found.left, found.right
        ('E[relu(u)]', '|u|/sqrt(2*pi)')
        >>> print(found.python)
        verify('E[relu(u)]', '|u|/sqrt(2*pi)')
    """

    left: str
    right: str
    where: Mapping[str, str]
    variables: Mapping[str, str]
    assumptions: tuple[str, ...]
    latex: str
    python: str
    notes: tuple[str, ...]
    statement: Statement

    @property
    def title(self) -> str:
        """What was understood, on one line."""
        return f"understood as ${self.latex}$" + (f"; {'; '.join(self.notes)}" if self.notes else "")

    def claim(self, name: str = "tex", assumptions: Sequence[str] = ()) -> Claim:
        """The claim, under a name and perhaps with further assumptions."""
        assumed = (*self.assumptions, *assumptions)
        return Claim(name, self.statement, self.title, dict(self.variables), assumed)

    def __str__(self) -> str:
        lines = [f"${self.latex}$", self.python, *self.notes]
        return "\n".join(lines)


def read_tex(
    text: str,
    activation: str | Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    gaussian: Sequence[str] = (),
) -> TexReading:
    r"""Reads a claim in the field's LaTeX.

    Args:
        text: a statement LEFT = RIGHT, perhaps with conditions after a comma; dollar signs do no harm.
        activation: what \sigma and \phi stand for, such as ``relu``; or by symbol, ``"\\sigma=relu; H=He"``, or a
            mapping.
        variables: constants with their domains, as in ``Claim``.
        gaussian: names of random variables whose law the string does not say: standard Gaussian inputs if they stand in
            inner products, else centred, jointly Gaussian variables.

    Returns:
        The reading; ``claim()`` of it can be judged.

    Raises:
        TexError: the string is not of the sublanguage, ambiguous, or of a kind that cannot be judged; it says where.

    Example:
        >>> found = read_tex(r"\mathbb{E}_{x \sim \mathcal N(0,I)}[\sigma(w^\top x)^2] = \frac12 \|w\|^2", "relu")
        >>> found.left, found.right
        ('E[relu(w.x)^2]', '|w|^2/2')
        >>> read_tex(r"\sigma(0) = a/bc")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        checks.tex.errors.TexError: line 1, column 1 (near \sigma(0) = a/bc): got sigma, which is not declared; ...
    """
    if not isinstance(text, str):
        raise ClaimError(f"got {type(text).__name__}, expected LaTeX as text")
    try:
        return _read(text, activation, variables or {}, gaussian)
    except RecursionError:
        raise TexError("the formula is nested too deep; expected less: split it", text, 0) from None
    except AnalyticError as error:
        raise TexError(str(error), text, 0) from None


def _read(
    text: str, activation: str | Mapping[str, str] | None, variables: Mapping[str, str], gaussian: Sequence[str]
) -> TexReading:
    items = parse_tex(text)
    scope = Scope(text, read, declared_functions(activation, text))
    nodes = [node for _, node in items]
    scope.kinds.update({n: CONSTANT for n in variables if not n.startswith("|") and n != "theta"})
    declare_gaussian(gaussian, nodes, scope)
    check_activations(scope, nodes)
    rename_neurons(nodes, scope)
    main = nodes[0]
    declare_laws([*main.children, *nodes[1:]], scope)
    sign, relation = relation_of(main, scope)
    found = sort_conditions(items[1:], scope)
    kinds = parameter_kinds(found.definitions, scope)
    heads = {id(body) for _, _, body in found.definitions}
    used = [n for n in nodes if not any(id(c) in heads for c in n.children)]
    scope.kinds.update(dict.fromkeys(find_vectors(used, scope, kinds), VECTOR))
    define(found.definitions, kinds, scope)
    assume(found, scope)
    return _reading(main, sign, relation, found, variables, scope)


def _reading(
    main: Node, sign: str, relation: Relation, found: Sorted, variables: Mapping[str, str], scope: Scope
) -> TexReading:
    inner = with_orders(scope) if sign == "O" else scope
    left, right = (scope.read(side, inner) for side in main.children)
    if left.kind != right.kind and str(right.expr) != "0" and str(left.expr) != "0":
        raise scope.refuse(f"got a {left.kind} on the left and a {right.kind} on the right, expected one kind", main)
    if left.kind not in (SCALAR, VECTOR, MATRIX):
        raise scope.refuse(f"got a {left.kind} on both sides, expected numbers, vectors or matrices", main)
    where = _where([left.expr, right.expr], scope)
    limit = limit_of(found, scope)
    latex = " ".join((echo(left.expr), relation.latex, echo(right.expr)))
    if relation.build is None or (sign == "to" and limit is None):
        missing = "an equality as \\theta \\to 0 or \\pi" if sign == "to" else "LEFT = RIGHT"
        raise scope.refuse(
            f"understood as ${latex}$, but claims of the kind {relation.kind!r} cannot be judged yet, expected "
            f"{missing}",
            main,
        )
    statement = relation.build(Sides(left.expr, right.expr, where, limit))
    exprs = [left.expr, right.expr, *(parse(body) for body in where.values())]
    declared = {n: d for n, d in variables.items() if _occurs(n, exprs, scope)}
    own = {n: d for n, d in scope.domains.items() if n in scope.kinds or _occurs(n, exprs, scope)}
    domains = {**declared, **own}
    if statement.left != str(left.expr):
        latex = f"{echo(parse(statement.left))} = {echo(right.expr)}"
    latex += "".join(rf", \quad {echo(parse(h))} = {echo(parse(b))}" for h, b in where.items())
    result = TexReading(
        statement.left,
        statement.right,
        where,
        domains,
        tuple(scope.assumptions),
        latex,
        as_python(statement, domains, scope.assumptions),
        tuple(scope.notes),
        statement,
    )
    try:
        result.claim()
    except ClaimError as error:
        raise scope.refuse(f"understood as ${latex}$, which cannot be judged: {error}", main) from None
    return result


def _where(exprs: list[Expr], scope: Scope) -> dict[str, str]:
    """The definitions that the formulas use; n_{v,w} may have served for the unit vector along it only."""
    used: dict[str, None] = {}
    for expr in exprs:  # grows as it runs
        for node in walk(expr):
            key = node.children[0].identifier if node.head == "call" else ""
            if key in scope.definitions and key not in used:
                used[key] = None
                exprs.append(scope.definitions[key].body)
            if key == "perp":
                v, w = node.children[1:]
                unit = rf"n_{{{v},{w}}} is the unit vector along \bar {v} - \cos\theta \bar {w}"
                scope.notes[unit] = None
    kept = {k: d for k, d in scope.definitions.items() if k in used}
    return {f"{k}({', '.join(d.parameters)})": str(d.body) for k, d in kept.items()}


def _occurs(variable: str, exprs: Sequence[Expr], scope: Scope) -> bool:
    """Whether a variable occurs, theta where there are two vectors; a law may speak of more than the claim."""
    used = frozenset().union(*(names(e) for e in exprs))
    pair = [n for n in used if scope.kinds.get(n) in (VECTOR, GAUSSIAN)]
    return variable.strip("|") in used or (variable == "theta" and len(pair) > 1)
