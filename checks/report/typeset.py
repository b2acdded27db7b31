"""Statements taken apart into formulas, signs and words, so that each format can typeset them."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analytic.formula import Expr

#: Longer statements are shown as they were written: nobody reads them as formulas either.
MAX_LENGTH = 6_000
#: So many brackets inside each other are shown as they were written too: nested fractions would fill pages.
MAX_NESTING = 12
RELATIONS = ("=", "<=", ">=", "<", ">")
TIMES = " x "
#: Decimals are read as fractions, which nobody recognises if they are long.
_DECIMAL = re.compile(r"\d\.\d{4}")
_SIGN = re.compile(r" x |<=|>=|(?<![!<>])=|<|>|, |; ")


@lru_cache(maxsize=1024)
def pieces(text: str) -> tuple[Expr | str, ...] | None:
    """The parts of a statement in their order: trees of formulas, signs such as ``=``, and words.

    Reads ``LEFT = RIGHT  where g(w, v) = ...``, inequalities, lists of equations, the rows of a spectrum, and a formula
    with a remark in brackets after two spaces.

    Args:
        text: a statement, a formula, or anything else.

    Returns:
        The parts; None if some part is no formula, or it is too long, too deep, or has long decimals.

    Example:
        >>> [str(p) for p in pieces("E[relu(u)] = |u|/sqrt(2*pi)")]
        ['E[relu(u)]', '=', '|u|/sqrt(2*pi)']
        >>> pieces("critical point A") is None
        True
    """
    if len(text) > MAX_LENGTH or _DECIMAL.search(text) or max(_depths(text), default=0) > MAX_NESTING:
        return None
    head, remark, rest = text.partition("  (")
    statement, where, definitions = head.partition("  where ")
    opening, colon, rows = statement.partition("spectrum at global: ")
    words = ("spectrum at global: ",) if colon and not opening else ()
    parts = _split(rows if words else statement)
    more = _split(definitions) if where else ()
    if parts is None or more is None:
        return None
    return (*words, *parts, *(("where ",) if where else ()), *more, *((f"({rest}",) if remark else ()))


def is_mathematics(text: str) -> bool:
    """Whether a text that may be words is better shown as formulas: it can be read, and is not a single name.

    Example:
        >>> is_mathematics("|u| = 1, theta = pi/2"), is_mathematics("none")
        (True, False)
    """
    found = pieces(text)
    return found is not None and any(p in RELATIONS if isinstance(p, str) else p.head not in ("name",) for p in found)


def _split(text: str) -> tuple[Expr | str, ...] | None:
    """Formulas and the signs between them, on the outermost level of brackets."""
    from analytic.errors import AnalyticError
    from analytic.grammar import parse

    found: list[Expr | str] = []
    begin = 0
    try:
        for low, high in _signs(text):
            found += [parse(text[begin:low]), text[low:high].strip() or TIMES]
            begin = high
        return (*found, parse(text[begin:]))
    except AnalyticError:
        return None


def _signs(text: str) -> list[tuple[int, int]]:
    """Where the signs outside of all brackets are."""
    depths = _depths(text)
    return [found.span() for found in _SIGN.finditer(text) if depths[found.start()] == 0]


def _depths(text: str) -> list[int]:
    """How many brackets are open after each character."""
    return list(accumulate((c in "([") - (c in ")]") for c in text))
