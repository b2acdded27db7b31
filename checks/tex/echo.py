"""What was understood, typeset again and as Python."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from analytic.formula import Expr
from analytic.printing import to_latex
from checks.tex.relations import Statement

_FUNCTION = r"(\\(?:sin|cos|tan|exp|log)(?:\^\{[^{}]*\})?)"
#: A function, a name, and more that is multiplied: not the end, a sign, a closing bracket or another function.
_BARE = re.compile(_FUNCTION + r" (\\?[A-Za-z]+(?:_\{[^{}]*\})?)(?= (?!\\sin|\\cos|\\tan|\\exp|\\log|\\right|[+-]))")


def echo(expr: Expr) -> str:
    r"""The formula as LaTeX that has one reading: functions of a name get brackets where more is multiplied after them.

    Example:
        >>> from analytic.grammar import parse
        >>> print(echo(parse("sin(theta)*(1 - t)")))
        \sin\left(\theta\right) \left(1 - t\right)
        >>> print(echo(parse("sin(theta)*cos(theta)")))
        \sin \theta \cos \theta
    """
    return _BARE.sub(r"\1\\left(\2\\right)", to_latex(expr))


def as_python(statement: Statement, domains: Mapping[str, str], assumptions: Sequence[str]) -> str:
    """The claim as a call of ``verify``.

    Example:
        >>> from checks.claim import Identity
        >>> as_python(Identity("E[relu(u)]", "|u|*t"), {"t": "{1}"}, ())
        "verify('E[relu(u)]', '|u|*t', variables={'t': '{1}'})"
    """
    parts = [repr(statement.left), repr(statement.right)]
    parts += [f"variables={dict(domains)!r}"] if domains else []
    parts += [f"assumptions={list(assumptions)!r}"] if assumptions else []
    parts += [f"where={dict(statement.where)!r}"] if statement.where else []
    return f"verify({', '.join(parts)})"
