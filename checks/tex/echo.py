"""What was understood, typeset again and as Python."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import singledispatch

from analytic.formula import Expr, name
from analytic.grammar import parse
from analytic.printing import to_latex
from checks.claim import Identity
from checks.statements.asymptotics import Expansion, Limit, Order
from checks.statements.inequality import Inequality
from checks.statements.ordering import MatrixOrder, Rows
from checks.statements.recursion import Recursion
from checks.tex.asymptotics import distance_power
from checks.tex.recursions import distance, law_of, speed, typeset_state
from checks.tex.relations import RELATIONS, Statement

_FUNCTION = r"(\\(?:sin|cos|tan|exp|log)(?:\^\{(?:[^{}]|\{[^{}]*\})*\})?)"
#: A function, a name, and more that is multiplied: not the end, a sign, a closing bracket or another function.
_BARE = re.compile(_FUNCTION + r" (\\?[A-Za-z]+(?:_\{[^{}]*\})?)(?= (?!\\sin|\\cos|\\tan|\\exp|\\log|\\right|[+-]))")
#: A power of a number after another factor, and what is no factor before it.
_NUMBER = re.compile(r"(?<=[A-Za-z0-9})\]]) (?=\d+\^\{)")
_NO_FACTOR = re.compile(r"\\(?:to|ne|cdot|lim_\{[^{}]*\}|nabla_\{[^{}]*\})$")
_POINTS = {"oo": r"\infty", "+oo": r"\infty", "-oo": r"-\infty"}


def echo(expr: Expr) -> str:
    r"""The formula as LaTeX that has one reading: functions of a name get brackets where more is multiplied after them.

    Example:
        >>> from analytic.grammar import parse
        >>> print(echo(parse("sin(theta)*(1 - t)")))
        \sin\left(\theta\right) \left(1 - t\right)
        >>> print(echo(parse("sin(theta)*cos(theta)")))
        \sin \theta \cos \theta
    """
    text = _BARE.sub(r"\1\\left(\2\\right)", to_latex(expr))
    return _NUMBER.sub(
        lambda m: " " if _NO_FACTOR.search(text, max(0, m.start() - 80), m.start()) else r" \cdot ", text
    )


@singledispatch
def typeset(statement: object) -> str:
    r"""A statement as LaTeX that ``read_tex`` reads back, if the names in it are declared.

    Example:
        >>> print(typeset(Limit("sin(t)/t", "t", "0+", "1")))
        \lim_{t \to 0^{+}} \frac{\sin t}{t} = 1
        >>> print(typeset(Inequality("sin(t)", "<=", "t")))
        \sin t \le t
    """
    return str(statement)


@typeset.register
def _identity(statement: Identity) -> str:
    return _sides(statement.left, "=", statement.right, statement.where)


@typeset.register
def _inequality(statement: Inequality) -> str:
    return _sides(statement.left, RELATIONS[statement.relation].latex, statement.right, statement.where)


def _sides(left: str, sign: str, right: str, where: Mapping[str, str]) -> str:
    stated = " ".join((echo(parse(left)), sign, echo(parse(right))))
    return stated + "".join(rf", \quad {echo(parse(h))} = {echo(parse(b))}" for h, b in where.items())


@typeset.register
def _matrix_order(statement: MatrixOrder) -> str:
    right = _matrix(statement.right) if statement.right else "0"
    return rf"{_matrix(statement.left)} {RELATIONS['succ' if statement.strict else 'succeq'].latex} {right}"


def _matrix(rows: Rows) -> str:
    body = r" \\ ".join(" & ".join(echo(parse(entry)) for entry in row) for row in rows)
    return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"


def _approach(statement: Limit | Expansion | Order) -> str:
    text = statement.point.strip()
    if text in _POINTS:
        point = _POINTS[text]
    else:
        side = text[-1] if text[-1] in "+-" else ""
        value = echo(parse(text.removesuffix(side) if side else text))
        point = f"{value}^{{{side}}}" if side and value.isalnum() else f"{{{value}}}^{{{side}}}" if side else value
    return rf"{echo(parse(statement.variable))} \to {point}"


@typeset.register
def _limit(statement: Limit) -> str:
    if statement.family is not None:
        return str(statement)
    expr, given = statement.formula(), statement.value.strip()
    value = _POINTS[given] if given in _POINTS else echo(parse(given))
    shown = echo(expr)
    shown = rf"\left({shown}\right)" if expr.head == "add" or shown.startswith("-") else shown
    return rf"\lim_{{{_approach(statement)}}} {shown} = {value}"


@typeset.register
def _expansion(statement: Expansion) -> str:
    if statement.family is not None:
        return str(statement)
    terms = "" if statement.terms == "0" else f"{echo(parse(statement.terms))} + "
    rest = echo(distance_power(statement))
    return rf"{echo(statement.formula())} = {terms}O\left({rest}\right) \text{{ as }} {_approach(statement)}"


@typeset.register
def _order(statement: Order) -> str:
    if statement.family is not None:
        return str(statement)
    right = echo(parse(statement.constant) * distance_power(statement))
    return rf"{echo(statement.formula())} \sim {right} \text{{ as }} {_approach(statement)}"


@typeset.register
def _recursion(statement: Recursion) -> str:
    law = law_of(statement)
    shown = echo(typeset_state(parse(statement.map), "l"))
    if len(law) == 2:
        matrix = r"\begin{pmatrix} 1 & c_{l} \\ c_{l} & 1 \end{pmatrix}"
        shown = shown.replace(r"\mathbb{E}", rf"\mathbb{{E}}_{{({', '.join(law)}) \sim \mathcal{{N}}(0, {matrix})}}")
    elif law:
        shown = shown.replace(r"\mathbb{E}", rf"\mathbb{{E}}_{{{law[0]} \sim \mathcal{{N}}(0, 1)}}")
    claimed = [rf"c_{{l}} \to {echo(statement.fixed)}"]
    decay, to = speed(statement), distance(statement)
    if statement.factor is not None:
        above = to.children[1]
        following = echo(parse(str(above).replace("c_l", "cstate"))).replace(r"\mathrm{cstate}", "c_{l+1}")
        claimed.append(rf"\frac{{{following}}}{{{echo(above)}}} \to {echo(parse(statement.factor))}")
    if decay is not None:
        claimed.append(rf"{echo(to)} \sim {echo(decay)}")
    start = (
        f"{echo(name('c_0'))} \\in {statement.start.replace('oo', chr(92) + 'infty').replace('pi', chr(92) + 'pi ')}"
    )
    return rf"{', '.join(claimed)}, \quad c_{{l+1}} = {shown}, \quad {start}"


def as_python(statement: Statement, domains: Mapping[str, str], assumptions: Sequence[str]) -> str:
    """The claim as a call of ``verify``.

    Example:
        >>> as_python(Identity("E[relu(u)]", "|u|*t"), {"t": "{1}"}, ())
        "verify('E[relu(u)]', '|u|*t', variables={'t': '{1}'})"
        >>> as_python(Inequality("t", "<=", "1"), {"t": "[0, 1]"}, ())
        "verify(Claim('tex', Inequality('t', '<=', '1'), variables={'t': '[0, 1]'}))"
    """
    parts = [f"variables={dict(domains)!r}"] if domains else []
    identity = isinstance(statement, Identity)
    parts += [f"assumptions={list(assumptions) if identity else tuple(assumptions)!r}"] if assumptions else []
    if not isinstance(statement, Identity):
        return f"verify(Claim({', '.join([repr('tex'), _call(statement), *parts])}))"
    parts += [f"where={dict(statement.where)!r}"] if statement.where else []
    return f"verify({', '.join([repr(statement.left), repr(statement.right), *parts])})"


def _call(statement: Statement) -> str:
    given, named = list[str](), False
    for key, value in vars(statement).items():
        if value in ({}, (), None, False):  # what has not been said
            named = True
        else:
            given.append(f"{key}={value!r}" if named else repr(value))
    return f"{type(statement).__name__}({', '.join(given)})"
