"""Sums of terms c k^(-i/2) as text and LaTeX."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from analytic.landscape.constant_text import LATEX, TEXT, constant_text, is_sum
from analytic.landscape.hybrid_field import Enclosure
from analytic.landscape.pi_field import Constant


class Term(NamedTuple):
    """c k^(-power/2)."""

    coefficient: Constant | Enclosure
    power: int


def text_of(terms: Sequence[Term], order: int | None) -> str:
    """The sum in plain text; without order, without O-term.

    Example:
        >>> from analytic.landscape.pi_field import PiField
        >>> K = PiField()
        >>> text_of([Term(K.pi - K.one, -2), Term(K.number(3), 1)], 1)
        '(pi - 1)*k + 3/k^(1/2) + O(k^(-1))'
    """
    written = [_text(_plain(t.coefficient), Fraction(-t.power, 2)) for t in terms if t.coefficient]
    if order is not None:
        written.append(f"O({_order(order, 'k^({})')})")
    return _joined(written)


def latex_of(terms: Sequence[Term], order: int | None) -> str:
    """The sum in LaTeX."""
    written = [_latex(_in_latex(t.coefficient), Fraction(-t.power, 2)) for t in terms if t.coefficient]
    if order is not None:
        written.append(rf"O\left({_order(order, 'k^{{{}}}')}\right)")
    return _joined(written)


def _plain(c: Constant | Enclosure) -> str:
    return str(c) if isinstance(c, Enclosure) else constant_text(c, TEXT)


def _in_latex(c: Constant | Enclosure) -> str:
    return c.latex if isinstance(c, Enclosure) else constant_text(c, LATEX)


def _order(order: int, power: str) -> str:
    return power.format(Fraction(-order - 1, 2))


def _text(c: str, power: Fraction) -> str:
    if power == 0:
        return c
    size = abs(power)
    k = "k" if size == 1 else f"k^{size}" if size.denominator == 1 else f"k^({size})"
    if power < 0:
        return f"{_bracketed(c) if is_sum(c) else c}/{k}" if not _quotient(c) else _over(c, k)
    return k if c == "1" else f"-{k}" if c == "-1" else f"{_bracketed(c) if is_sum(c) else c}*{k}"


def _quotient(c: str) -> bool:
    return not is_sum(c) and "/" in c


def _over(c: str, k: str) -> str:
    """A quotient divided by a power of k: one fraction line."""
    at = _slash(c)
    above, below = c[:at], c[at + 1 :]
    below = below[1:-1] if below.startswith("(") and below.endswith(")") and "(" not in below[1:-1] else below
    return f"{above}/({_bracketed(below) if is_sum(below) else below}*{k})"


def _slash(c: str) -> int:
    """The last quotient outside brackets."""
    depth, found = 0, 0
    for i, x in enumerate(c):
        depth += (x == "(") - (x == ")")
        if x == "/" and depth == 0:
            found = i
    return found


def _bracketed(c: str) -> str:
    return f"({c})"


def _latex(c: str, power: Fraction) -> str:
    if power == 0:
        return c
    size = abs(power)
    k = "k" if size == 1 else f"k^{{{size}}}"
    if power < 0 and not is_sum(c) and "frac" not in c:
        return f"-\\frac{{{c[1:]}}}{{{k}}}" if c.startswith("-") else f"\\frac{{{c}}}{{{k}}}"
    factor = rf"\left({c}\right)" if is_sum(c) else "" if c == "1" else "-" if c == "-1" else rf"{c}\,"
    return f"{factor}{k}" if power > 0 else f"{factor}k^{{-{size}}}"


def _joined(written: list[str]) -> str:
    if not written:
        return "0"
    out = written[0]
    for t in written[1:]:
        out += f" - {t[1:]}" if t.startswith("-") else f" + {t}"
    return out
