r"""Statements as LaTeX that TeX may break into lines: for the narrow columns of a paper."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.report.typeset import pieces

if TYPE_CHECKING:
    from analytic.formula import Expr

_RELATIONS = {"<=": r"\le", ">=": r"\ge", "x": r"\times"}
#: A fraction whose parts are longer than this is taken apart: its numerator goes behind it, where TeX can break it.
_LONG = 40


def statement_latex(text: str) -> str | None:
    r"""A statement as LaTeX for text mode.

    Args:
        text: see ``checks.report.typeset.pieces``.

    Returns:
        Formulas between dollar signs, words as text; None if the text is no statement.

    Example:
        >>> print(statement_latex("E[relu(u)] <= |u|/sqrt(2*pi)"))
        $\mathbb{E}[\operatorname{relu}(u)] \le \frac{\lVert u\rVert}{\sqrt{2 \pi}}$
    """
    from checks.report.latex import escape

    found = pieces(text)
    if found is None:
        return None
    parts: list[str] = []
    inside = False
    for before, piece, after in zip(("", *found), found, (*found[1:], ""), strict=False):
        formula = not isinstance(piece, str) or piece in _RELATIONS or piece in ("=", "<", ">")
        if formula != inside:
            parts.append("$" if formula else "$ ")
            inside = formula
        if not isinstance(piece, str):
            beside = "x" in (before, after) and piece.head == "add"  # a sum beside the sign of a multiplicity
            parts.append(f"({breakable(piece)})" if beside else breakable(piece))
        elif formula:
            parts.append(f" {_RELATIONS.get(piece, piece)} ")
        else:
            parts[-1] = parts[-1].rstrip(" ") if piece in (",", ";") else parts[-1]
            parts.append(f"{escape(piece)} ")
    return "".join(parts).strip() + ("$" if inside else "")


def breakable(expr: Expr) -> str:
    r"""A formula as LaTeX whose brackets do not grow, so that lines may end inside them; long fractions have a slash.

    Example:
        >>> from analytic.grammar import parse
        >>> print(breakable(parse("|u|*(1 + cos(theta))/2")))
        \frac{\lVert u\rVert (1 + \cos \theta)}{2}
    """
    tex = re.sub(r"\\left\|", r"\\lvert ", _tex(expr))
    tex = re.sub(r"\\right\|", r"\\rvert ", tex)
    return re.sub(r"\\(?:left|right)(?=[()\[\]])", "", tex)


def _tex(expr: Expr) -> str:
    """Sums term by term; a long numerator goes behind its fraction, as 1/c (a + b) for (a + b)/c."""
    from analytic.formula import mul, num
    from analytic.printing import to_latex

    if expr.head == "add":
        text = " ".join(f"- {t[1:]}" if t.startswith("-") else f"+ {t}" for t in map(_tex, expr.children))
        return f"-{text[2:]}" if text.startswith("-") else text.removeprefix("+ ")
    factors = expr.children if expr.head == "mul" else ()
    above = [f for f in factors if f.head != "num" and not _divides(f)]
    lead = mul(*(f for f in factors if f.head == "num" or _divides(f)))
    if len(above) == len(factors) or not above or sum(len(str(f)) for f in above) < _LONG:
        return to_latex(expr)
    shown = "-" if lead == num(-1) else "" if lead == num(1) else to_latex(lead)
    return " ".join([shown, *(f"({_tex(f)})" if f.head == "add" else to_latex(mul(f)) for f in above)]).strip()


def _divides(factor: Expr) -> bool:
    return factor.head == "pow" and factor.children[1].head == "num" and factor.children[1].fraction < 0
