r"""LaTeX to claims: what was understood, as formulas, as typeset mathematics and as Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analytic.errors import AnalyticError
from analytic.formula import Expr, call, names, walk
from analytic.grammar import parse
from checks.claim import Claim, TwoSided
from checks.errors import ClaimError
from checks.statements.asymptotics import Asymptotic
from checks.tex.angles import angle_by_itself
from checks.tex.asymptotics import asymptotic, declare_approaches, formulas_of
from checks.tex.calculus import limit_point
from checks.tex.conditions import Sorted, assume, sort_conditions
from checks.tex.declarations import check_activations, declare_gaussian, declared_functions, rename_neurons
from checks.tex.definitions import define, parameter_kinds
from checks.tex.echo import as_python, echo, typeset
from checks.tex.errors import TexError
from checks.tex.grammar import parse_statements
from checks.tex.kinds import find_vectors
from checks.tex.laws import declare_laws
from checks.tex.matrices import cosine_by_itself, entries, matrix_order, with_domains
from checks.tex.nodes import Node
from checks.tex.products import read
from checks.tex.recursions import STATE, Items, claims_on, find_sequence, stated_recursion
from checks.tex.relations import ORDERS, RELATIONS, Relation, Sides, Statement, links, relation_of
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
        at: where the statement begins in the string.

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
    at: int = 0

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
        checks.tex.errors.TexError: line 1, column 1 (near \sigma(0) = a/bc): got \sigma, which is not declared; ...
    """
    if not isinstance(text, str):
        raise ClaimError(f"got {type(text).__name__}, expected LaTeX as text")
    readings: list[TexReading] = []
    for found in read_display(text, activation, variables, gaussian):
        if isinstance(found, TexError):
            raise found
        readings.append(found)
    if len(readings) > 1:
        second = readings[1]
        raise TexError(f"got {len(readings)} statements, expected one: each claim by itself", text, second.at)
    return readings[0]


def read_display(
    text: str,
    activation: str | Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    gaussian: Sequence[str] = (),
    where: str = "",
) -> list[TexReading | TexError]:
    r"""Reads all claims of a display: rows, and the links of a chain a = b \le c.

    Args:
        text: see ``read_tex``.
        activation: see ``read_tex``.
        variables: see ``read_tex``.
        gaussian: see ``read_tex``.
        where: conditions for all of them, in LaTeX; their places count on after the text and a line break.

    Returns:
        In order the reading of each claim, or why it is refused.

    Example:
        >>> for found in read_display(r"\sin t &\le t \\ &< 1 + t, \quad t > 0"):
        ...     print(found.latex)
        \sin t \le t
        t < 1 + t
    """
    if not isinstance(text, str):
        raise ClaimError(f"got {type(text).__name__}, expected LaTeX as text")
    found: list[TexReading | TexError] = []
    try:
        statements = parse_statements(text, where)
    except RecursionError:
        return [TexError("the formula is nested too deep; expected less: split it", text, 0)]
    except TexError as error:
        return [error]
    text = f"{text}\n{where}" if where else text
    for items in statements:
        for part in _parts(items, text):
            found.append(part if isinstance(part, TexError) else _heard(part, text, activation, variables, gaussian))
    return found


def _parts(items: Items, text: str) -> list[Items] | list[TexError]:
    """The statement and its conditions, once for each link of its chain."""
    (words, main), *conditions = items
    try:
        return [[(words, link), *conditions] for link in links(main, Scope(text, read, {}))]
    except TexError as error:
        return [error]


def _heard(
    items: Items,
    text: str,
    activation: str | Mapping[str, str] | None,
    variables: Mapping[str, str] | None,
    gaussian: Sequence[str],
) -> TexReading | TexError:
    at = items[0][1].at
    try:
        return _read(items, text, activation, variables or {}, gaussian)
    except TexError as error:
        return error
    except RecursionError:
        return TexError("the formula is nested too deep; expected less: split it", text, at)
    except AnalyticError as error:
        return TexError(str(error), text, at)


def _read(
    items: Items,
    text: str,
    activation: str | Mapping[str, str] | None,
    variables: Mapping[str, str],
    gaussian: Sequence[str],
) -> TexReading:
    scope = Scope(text, read, declared_functions(activation, text))
    sequence = find_sequence(items, scope)
    claimed, rest = ([items[0][1]], items[1:]) if sequence is None else claims_on(sequence)
    main = items[0][1]
    nodes = [*claimed, *(node for _, node in rest)]
    every = nodes if sequence is None else [*nodes, sequence.map]
    scope.kinds.update({n: CONSTANT for n in variables if not n.startswith("|") and n != "theta"})
    declare_gaussian(gaussian, every, scope)
    check_activations(scope, every)
    rename_neurons(every, scope)
    stated = {id(main), *map(id, claimed)}
    declare_laws([c for n in every for c in (n.children if id(n) in stated else (n,))], scope)
    if sequence is not None:
        scope.kinds.update({n: CONSTANT for n in (sequence.index, *STATE.values()) if n not in scope.aliases})
    for bound in declare_approaches(main, [n for _, n in rest], scope) & set(variables):
        scope.domains[bound] = variables[bound]
    found = sort_conditions(rest, scope)
    kinds = parameter_kinds(found.definitions, scope)
    heads = {id(body) for _, _, body in found.definitions}
    used = [n for n in every if not any(id(c) in heads for c in n.children)]
    scope.kinds.update(dict.fromkeys(find_vectors(used, scope, kinds), VECTOR))
    define(found.definitions, kinds, scope)
    assume(found, scope)
    if sequence is not None:
        statement = stated_recursion(sequence, claimed, scope)
        return _result(statement, (statement.map, statement.limit), {}, main, scope)
    return _reading(main, found, variables, scope)


def _reading(main: Node, found: Sorted, variables: Mapping[str, str], scope: Scope) -> TexReading:
    sign, relation = relation_of(main)
    if sign in ORDERS:
        order = cosine_by_itself(matrix_order(main, sign, scope), scope)
        exprs = entries(order)
        return _result(with_domains(order, _domains(exprs, variables, scope)), (), {}, main, scope)
    limit = asymptotic(main, sign, found.limits, scope)
    if limit is not None:
        exprs = [parse(t) for t in formulas_of(limit)]
        domains = {n: d for n, d in _domains(exprs, variables, scope).items() if n != limit.variable}
        unused = next((n for n in domains if not _occurs(n, exprs, scope)), None)
        if unused is not None:
            raise scope.refuse(f"got a domain for {unused}, which does not occur in the limit", main)
        return _result(limit, (limit.expression,), domains, main, scope)
    return _two_sided(main, sign, relation, found, variables, scope)


def _two_sided(
    main: Node, sign: str, relation: Relation, found: Sorted, variables: Mapping[str, str], scope: Scope
) -> TexReading:
    left, right = (scope.read(side, scope) for side in main.children)
    if left.kind != right.kind and str(right.expr) != "0" and str(left.expr) != "0":
        raise scope.refuse(f"got a {left.kind} on the left and a {right.kind} on the right, expected one kind", main)
    if left.kind not in (SCALAR, VECTOR, MATRIX):
        raise scope.refuse(f"got a {left.kind} on both sides, expected numbers, vectors or matrices", main)
    sides = [left.expr, right.expr]
    if found.limits:  # one of vectors or matrices, or at an angle between two vectors
        sides[0] = call("limit", sides[0], *limit_point(found.limits[0], scope))
        relation = RELATIONS["="]
    sides = angle_by_itself(sides, scope)
    where = _where(sides, scope)
    if relation.build is None or (sign != "=" and SCALAR not in (left.kind, right.kind) and not found.limits):
        latex = " ".join((echo(left.expr), relation.latex, echo(right.expr)))
        raise scope.refuse(
            f"understood as ${latex}$, but claims of the kind {relation.kind!r} between {left.kind}s cannot be judged, "
            f"expected {_KINDS}",
            main,
        )
    statement = relation.build(Sides(sides[0], sides[1], where))
    exprs = [*sides, *(parse(body) for body in where.values())]
    return _result(statement, (statement.left, statement.right), _domains(exprs, variables, scope), main, scope)


_KINDS = r"LEFT = RIGHT, inequalities of numbers, \succeq of written matrices, limits, O(...) or \sim with 'as'"


def _domains(exprs: list[Expr], variables: Mapping[str, str], scope: Scope) -> dict[str, str]:
    """The domains of what occurs, declared outside or in the string."""
    declared = {n: d for n, d in variables.items() if _occurs(n, exprs, scope)}
    own = {n: d for n, d in scope.domains.items() if n in scope.kinds or _occurs(n, exprs, scope)}
    return {**declared, **own}


def _result(
    statement: Statement, sides: tuple[str, ...], domains: Mapping[str, str], main: Node, scope: Scope
) -> TexReading:
    """The reading, after a look at what of the string the statement cannot say."""
    latex = typeset(statement)
    where = statement.where if isinstance(statement, TwoSided) else {}
    if (
        not isinstance(statement, TwoSided)
        and scope.assumptions
        and not (domains and isinstance(statement, Asymptotic))
    ):
        raise scope.refuse(f"understood as ${latex}$, which cannot be judged under {scope.assumptions[0]}", main)
    left, right = (*sides, "", "")[:2]
    result = TexReading(
        left,
        right,
        where,
        domains,
        tuple(scope.assumptions),
        latex,
        as_python(statement, domains, scope.assumptions),
        tuple(scope.notes),
        statement,
        main.at,
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
