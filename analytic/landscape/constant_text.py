r"""Exact constants as text and LaTeX: ``1/2 - 2/pi^2``, ``\frac{1}{2} - \frac{2}{\pi^{2}}``."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from flint import fmpz_poly

from analytic.landscape.pi_field import Constant


class Style(NamedTuple):
    """How powers, products, roots and quotients are written."""

    pi: str
    power: str
    times: str
    root: str
    quotient: str


TEXT = Style("pi", "^{}", "*", "sqrt({})", "{}/{}")
LATEX = Style(r"\pi", "^{{{}}}", r"\,", r"\sqrt{{{}}}", r"\frac{{{}}}{{{}}}")


def constant_text(x: Constant, style: Style = TEXT) -> str:
    """The constant written out.

    Args:
        x: an element of Q(pi) with radicals.
        style: TEXT or LATEX.

    Example:
        >>> from analytic.landscape.pi_field import PiField
        >>> K = PiField()
        >>> constant_text(K.number(Fraction(1, 2)) - K.number(2) / (K.pi * K.pi))
        '1/2 - 2/pi^2'
        >>> constant_text(K.one / (K.pi - K.number(2)))
        '1/(pi - 2)'
    """
    if not x:
        return "0"
    if all(e == 0 for e in x.exponents[1:]):
        return _joined(list(_laurent_terms(x, style)))
    above = _joined([t for s, n in sorted(x.numerators.items()) for t in _polynomial_terms(x, s, n, 0, 1, style)])
    below = _denominator(x, style)
    if style is LATEX:
        return style.quotient.format(above, below)
    return f"{_bracketed(above)}/{below if _atomic(below) else f'({below})'}"


def is_sum(text: str) -> bool:
    """Whether the text needs brackets as a factor."""
    depth = 0
    for i, c in enumerate(text):
        depth += c in "({"
        depth -= c in ")}"
        if depth == 0 and i and c in "+-":
            return True
    return False


def _bracketed(text: str) -> str:
    return f"({text})" if is_sum(text) else text


def _atomic(text: str) -> bool:
    return (not is_sum(text) and "*" not in text) or (
        text.startswith("(") and text.endswith(")") and text.count("(") == 1
    )


def _laurent_terms(x: Constant, style: Style) -> Iterator[str]:
    """Term by term, when the denominator is a power of pi."""
    shift = x.exponents[0] if x.exponents else 0
    for s in sorted(x.numerators):
        yield from _polynomial_terms(x, s, x.numerators[s], shift, x.integer, style)


def _polynomial_terms(x: Constant, subset: int, n: fmpz_poly, shift: int, integer: int, style: Style) -> Iterator[str]:
    root = style.root.format(_polynomial(x.ring.radicand(subset), style)) if subset else ""
    for i in range(n.degree(), -1, -1):
        if n[i] != 0:
            yield _term(Fraction(int(n[i]), integer), i - shift, root, style)


def _term(c: Fraction, power: int, root: str, style: Style) -> str:
    sign, c = "-" if c < 0 else "", abs(c)
    pi = _power(style.pi, abs(power), style)
    above = [root] if root else []
    above += [pi] if power > 0 else []
    below = [str(c.denominator)] if c.denominator != 1 else []
    below += [pi] if power < 0 else []
    if c.numerator != 1 or not above:
        above.insert(0, str(c.numerator))
    top, bottom = style.times.join(above), style.times.join(below)
    if not below:
        return sign + top
    if style is TEXT and len(below) > 1:
        bottom = f"({bottom})"
    return sign + style.quotient.format(top, bottom)


def _power(base: str, exponent: int, style: Style) -> str:
    return "" if exponent == 0 else base if exponent == 1 else base + style.power.format(exponent)


def _polynomial(n: fmpz_poly, style: Style) -> str:
    return _joined([_term(Fraction(int(n[i])), i, "", style) for i in range(n.degree(), -1, -1) if n[i] != 0])


def _denominator(x: Constant, style: Style) -> str:
    parts = [str(x.integer)] if x.integer != 1 else []
    for j, e in enumerate(x.exponents):
        if e:
            own = _polynomial(x.ring.factors[j], style)
            parts.append(_power(f"({own})" if is_sum(own) else own, e, style))
    if len(parts) == 1 and parts[0].startswith("(") and parts[0].endswith(")"):
        return parts[0][1:-1]
    return style.times.join(parts)


def _joined(terms: list[str]) -> str:
    out = terms[0]
    for t in terms[1:]:
        out += f" - {t[1:]}" if t.startswith("-") else f" + {t}"
    return out
