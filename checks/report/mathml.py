"""Formulas as presentation MathML, which browsers typeset without a script."""

from __future__ import annotations

import re
from fractions import Fraction
from html import escape
from html.entities import html5
from itertools import pairwise
from typing import TYPE_CHECKING

from checks.report.typeset import RELATIONS, pieces
from checks.report.visible import visible

if TYPE_CHECKING:
    from analytic.formula import Expr

_SUM, _PRODUCT, _POWER = 1, 2, 3
#: As in LaTeX, by their names in HTML.
_GREEK = frozenset(
    re.findall(
        r"\w+",
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau phi chi psi omega",
    )
)
#: Functions that have another name on paper.
_NAMES = {
    "acos": "arccos",
    "asin": "arcsin",
    "atan": "arctan",
    "atanh": "artanh",
    "leaky_relu": "leaky",
    "Phi": "Φ",
    "silu": "SiLU",
    "gelu": "GELU",
    "elu": "ELU",
    "owens_t": "T",
    "dawson": "F",
}
#: Functions with their number of arguments that are written in another way than f(x).
_ARITY = {"sum": 2, "grad": 2, "hess": 3, "limit": 3, "sqrt": 1, "abs": 1, "bar": 1, "outer": 2, "He": 2, "H": 2}
#: Functions whose signs enclose their argument: a power needs no brackets around them.
_CLOSED = frozenset(("sqrt", "abs", "bar"))
_RELATIONS = {"<=": "≤", ">=": "≥"}
_TIMES, _APPLY = "<mo>&#x2062;</mo>", "<mo>&#x2061;</mo>"
#: The same with the thin space that stands beside the name of a function.
_TIMES_THIN, _APPLY_THIN = '<mo lspace="0.17em">&#x2062;</mo>', '<mo lspace="0.17em">&#x2061;</mo>'
#: What is higher than a line, so that brackets around it must be.
_TALL = ("<mfrac", "<msup", "<munder", "<msqrt")
#: A sum longer than this is cut into its terms, between which a browser may begin a new line.
_LONG = 32
#: An equation shorter than this is never cut.
_SHORT = 24


def mathml(expr: Expr) -> str:
    """A formula as a ``math`` element with its text as alternative.

    Args:
        expr: any tree.

    Returns:
        Markup in which everything is escaped.

    Example:
        >>> from analytic.grammar import parse
        >>> mathml(parse("u/2"))
        '<math displaystyle="true" alttext="u/2"><mfrac><mi>u</mi><mn>2</mn></mfrac></math>'
    """
    return _math(str(expr), _formula(expr, 0))


def statement_mathml(text: str) -> str | None:
    """A statement as a line of ``math`` elements, between which a browser may begin a new line.

    Args:
        text: see ``checks.report.typeset.pieces``.

    Returns:
        Markup in which everything is escaped, the text as its title; None if the text is no statement.

    Example:
        >>> statement_mathml("x = 1").count("<math"), statement_mathml("no formula")
        (1, None)
    """
    found = pieces(text)
    if found is None:
        return None
    sign, before, line = "", "", list[str]()
    for piece, following in zip(found, (*found[1:], ""), strict=True):
        if not isinstance(piece, str):
            side = _cut(piece, sign, bracketed="x" in (sign, following))
            if sign and len(side) == 1 and len(f"{before}{piece}") < _SHORT:  # a short equation stays in one line
                side = [_joined(line.pop(), side[0])]
            line += side
            sign, before = "", str(piece)
        elif piece in RELATIONS or piece == "x":
            sign = piece
        elif piece in (",", ";"):
            line[-1] = line[-1].removesuffix("</math>") + f"{_operator(piece)}</math>"
        else:
            line.append(escape(visible(piece)))
    return f'<span class="formula" title="{escape(visible(text))}">{" ".join(line)}</span>'


def _joined(left: str, right: str) -> str:
    """Two elements as one; the alternative text of each is its own, so that of both is put together."""
    (head, _, first), (more, _, second) = (part.removesuffix("</math>").partition('">') for part in (left, right))
    return f'{head} {more.partition("alttext=")[2][1:]}">{first}{second}</math>'


def _cut(expr: Expr, sign: str, bracketed: bool) -> list[str]:
    """A side as one element, or one for each term if it is long; the sign before it goes with it.

    Args:
        expr: the side.
        sign: before it; empty if there is none.
        bracketed: whether a sum needs brackets, as beside the sign of a multiplicity.
    """
    lead = _operator("×" if sign == "x" else _RELATIONS.get(sign, sign)) if sign else ""
    text = str(expr)
    if expr.head != "add" or bracketed or len(text) < _LONG:
        return [_math(f"{sign} {text}".strip(), lead + _formula(expr, _PRODUCT if bracketed else 0))]
    found = []
    for number, term in enumerate(expr.children):
        negative, body = _signed(term)
        before = lead if number == 0 else ""
        mark = _operator("−") if negative else _operator("+") if number else ""
        spoken = f"{sign if number == 0 else ''} {'+ ' if number and not negative else ''}{term}"
        found.append(_math(spoken.strip(), before + mark + body))
    return found


def _math(text: str, inner: str) -> str:
    return f'<math displaystyle="true" alttext="{escape(visible(text))}">{inner}</math>'


def _operator(sign: str) -> str:
    return f"<mo>{escape(sign)}</mo>"


def _row(*parts: str) -> str:
    return f"<mrow>{''.join(parts)}</mrow>"


def _fenced(inner: str, left: str = "(", right: str = ")") -> str:
    if any(tag in inner for tag in _TALL):
        return _row(_operator(left), inner, _operator(right))
    flat = '<mo stretchy="false">{}</mo>'  # fonts put space around the brackets that can stretch
    return _row(flat.format(left), inner, flat.format(right))


def _name(identifier: str) -> str:
    """A Greek letter, a letter or a word; an underscore starts the subscript."""
    if identifier == "euler_gamma":
        return "<msub><mi>γ</mi><mi>E</mi></msub>"
    stem, _, subscript = identifier.partition("_")
    if not stem:
        return f"<mi>{escape(identifier)}</mi>"
    body = f"<mi>{html5[stem + ';'] if stem in _GREEK else escape(stem)}</mi>"
    if not subscript:
        return body
    tag = "mn" if subscript.isdecimal() else "mi"
    return f"<msub>{body}<{tag}>{escape(subscript)}</{tag}></msub>"


def _formula(expr: Expr, outer: int) -> str:
    if expr.head == "name":
        return _name(expr.identifier)
    if expr.head == "norm":
        return _fenced(_name(expr.children[0].identifier), "‖", "‖")
    if expr.head == "dot":
        return _row(_operator("·").join(_name(c.identifier) for c in expr.children))
    if expr.head == "expect":
        return _row("<mi>𝔼</mi>", _fenced(_formula(expr.children[0], 0), "[", "]"))
    if expr.head == "call":
        return _call(expr)
    if expr.head == "add":
        return _sum(expr, outer)
    negative, body = _signed(expr, outer)
    if not negative:
        return body
    signed = _row("<mo>−</mo>", body)
    return _fenced(signed) if outer > _SUM else signed


def _sum(expr: Expr, outer: int) -> str:
    parts: list[str] = []
    for number, term in enumerate(expr.children):
        negative, body = _signed(term)
        parts += ["<mo>−</mo>"] if negative else ["<mo>+</mo>"] if number else []
        parts.append(body)
    return _fenced("".join(parts)) if outer > _SUM else _row(*parts)


def _signed(expr: Expr, outer: int = _SUM) -> tuple[bool, str]:
    """Whether a term is negative, and the term without its sign."""
    if expr.head not in ("mul", "num", "pow"):
        return False, _formula(expr, outer)
    negative, top, bottom = _split(expr)
    if not bottom:
        return negative, _product(top, max(outer, _SUM) if negative else outer)  # -(a + b) keeps its brackets
    above = _product(top, 0 if len(top) == 1 else _SUM)
    body = f"<mfrac>{above}{_product(bottom, 0 if len(bottom) == 1 else _SUM)}</mfrac>"
    return negative, _fenced(body) if outer >= _POWER else body


def _split(expr: Expr) -> tuple[bool, list[Expr], list[Expr]]:
    """Sign, factors of the numerator and of the denominator."""
    from analytic.formula import num, power

    negative = False
    top: list[Expr] = []
    bottom: list[Expr] = []
    for f in expr.children if expr.head == "mul" else (expr,):
        if f.head == "num":
            value = f.fraction
            negative ^= value < 0
            top += [num(abs(value.numerator))] if abs(value.numerator) != 1 else []
            bottom += [num(value.denominator)] if value.denominator != 1 else []
        elif f.head == "pow" and f.children[1].head == "num" and f.children[1].fraction < 0:
            bottom.append(power(f.children[0], num(-f.children[1].fraction)))
        else:
            top.append(f)
    return negative, top, bottom


def _product(factors: list[Expr], outer: int) -> str:
    if not factors:
        return "<mn>1</mn>"
    if len(factors) == 1:
        return _factor(factors[0], outer)
    parts = [_factor(factors[0], _PRODUCT)]
    for previous, f in pairwise(factors):
        parts[-1] = _fenced(parts[-1]) if previous.is_call("sum") else parts[-1]  # or it would reach to the end
        times = _TIMES_THIN if _is_function(previous) or _is_function(f) else _TIMES
        parts += ["<mo>·</mo>" if _begins_with_digit(f) else times, _factor(f, _PRODUCT)]
    return _fenced("".join(parts)) if outer >= _POWER else _row(*parts)


def _is_function(factor: Expr) -> bool:
    """Whether it is written as the name of a function with its argument, or a power of that."""
    base = factor.children[0] if factor.head == "pow" else factor
    return base.head == "call" and base.children[0].identifier not in {*_ARITY, "theta", "perp"}


def _begins_with_digit(factor: Expr) -> bool:
    return factor.head == "num" or (factor.head == "pow" and factor.children[0].head == "num")


def _factor(expr: Expr, outer: int) -> str:
    if expr.head == "num" and expr.fraction.denominator == 1:
        return f"<mn>{abs(expr.fraction.numerator)}</mn>"
    if expr.head == "pow":
        return _power(expr)
    return _formula(expr, _PRODUCT if outer == _SUM else outer)


def _power(expr: Expr) -> str:
    base, exponent = expr.children
    if exponent.head == "num" and exponent.fraction == Fraction(1, 2):
        return f"<msqrt>{_formula(base, 0)}</msqrt>"
    if base.head == "call" and base.children[0].identifier in ("sin", "cos") and len(base.children) == 2:
        raised = f"<msup><mi>{base.children[0].identifier}</mi>{_formula(exponent, 0)}</msup>"
        return _row(raised, *_applied(base.children[1]))
    compound = base.head in ("pow", "expect") or (base.head == "call" and base.children[0].identifier not in _CLOSED)
    below = _fenced(_formula(base, 0)) if compound else _formula(base, _POWER)
    return f"<msup>{below}{_formula(exponent, 0)}</msup>"


def _applied(argument: Expr) -> tuple[str, str]:
    """What follows the name of a function; a name needs no brackets."""
    text = _formula(argument, 0)
    return (_APPLY_THIN, text) if argument.head == "name" else (_APPLY, _fenced(text))


def _call(expr: Expr) -> str:
    function, *arguments = expr.children
    f = function.identifier
    inner = _operator(",").join(_formula(a, 0) for a in arguments)
    if f == "unequal":
        return _row(_operator("≠").join(_formula(a, 0) for a in arguments))
    if f in ("theta", "perp"):
        return f"<msub><mi>{'θ' if f == 'theta' else 'n'}</mi>{_row(inner)}</msub>"
    if _ARITY.get(f) == len(arguments):
        return _special(f, arguments)
    if f in ("sin", "cos", "tan", "log") and len(arguments) == 1:
        return _row(f"<mi>{f}</mi>", *_applied(arguments[0]))
    shown = f"<mi>{_NAMES[f]}</mi>" if f in _NAMES else f"<mi>{escape(f)}</mi>" if len(f) > 1 else _name(f)
    return _row(shown, _APPLY, _fenced(inner))


def _special(f: str, a: list[Expr]) -> str:
    """Roots, bars, sums over neurons, derivatives and limits."""
    first = _formula(a[0], 0)
    if f == "sqrt":
        return f"<msqrt>{first}</msqrt>"
    if f == "abs":
        return _fenced(first, "|", "|")
    if f == "bar":
        return f'<mover accent="true">{first}<mo stretchy="false">¯</mo></mover>'
    if f == "outer":
        return _row(_formula(a[0], _PRODUCT), _TIMES, f"<msup>{_formula(a[1], _POWER)}<mi>⊤</mi></msup>")
    if f == "sum":
        return _row(f"<munder><mo>∑</mo>{first}</munder>", _formula(a[1], _PRODUCT))
    if f in ("He", "H"):
        return _row(f"<msub><mi>{f}</mi>{first}</msub>", _APPLY, _fenced(_formula(a[1], 0)))
    inner = _formula(a[0], _POWER)
    if f == "limit":
        below = _row(_formula(a[1], 0), "<mo>→</mo>", _formula(a[2], 0))
        return _row(f"<munder><mi>lim</mi>{below}</munder>", _APPLY, inner)
    return _row(*(f"<msub><mo>∇</mo>{_formula(by, 0)}</msub>" for by in a[1:]), inner)
