"""Formulas as text that the grammar reads back, and as LaTeX."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from analytic.formula import Expr, num, power

_SUM, _PRODUCT, _POWER = 1, 2, 3

_GREEK = frozenset(
    [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "zeta",
        "eta",
        "theta",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
        "pi",
        "rho",
        "sigma",
        "tau",
        "phi",
        "chi",
        "psi",
        "omega",
    ]
)
#: Functions that apply to a name without brackets.
_BARE = ("sin", "cos", "tan", "exp", "log")
_ARITY = {"sum": 2, "grad": 2, "hess": 3, "limit": 3}
_UPRIGHT = {
    "relu": r"\operatorname{relu}",
    "step": r"\mathbf{1}_{>0}",
    "sign": r"\operatorname{sign}",
    "leaky_relu": r"\operatorname{leaky}",
    "acos": r"\arccos",
    "asin": r"\arcsin",
    "atan": r"\arctan",
    "atanh": r"\operatorname{artanh}",
    "Phi": r"\Phi",
    "Phi2": r"\Phi_{2}",
    "owens_t": "T",
    "re_Phi": r"\operatorname{Re}\Phi",
    "im_Phi": r"\operatorname{Im}\Phi",
    "erf": r"\operatorname{erf}",
    "erfi": r"\operatorname{erfi}",
    "dawson": "F",
    "Li2": r"\operatorname{Li}_{2}",
    "gelu": r"\operatorname{GELU}",
    "elu": r"\operatorname{ELU}",
    "silu": r"\operatorname{SiLU}",
    "bump": r"\operatorname{bump}",
    "tanh": r"\tanh",
    "sigmoid": r"\operatorname{sigmoid}",
    "softplus": r"\operatorname{softplus}",
    "abrelu": r"\operatorname{abrelu}",
    "min": r"\min",
    "max": r"\max",
    "orthant": r"\operatorname{orthant}",
}


def to_text(expr: Expr) -> str:
    """The formula as text; ``parse`` reads it back.

    Example:
        >>> from analytic.grammar import parse
        >>> to_text(parse("a*(b-1)/(2*c)**2"))
        'a*(b - 1)/(2*c)^2'
    """
    return _text(expr, 0)


def _wrap(text: str, own: int, outer: int) -> str:
    return f"({text})" if own < outer else text


def _split(expr: Expr) -> tuple[bool, list[Expr], list[Expr]]:
    """Sign, numerator factors and denominator factors of a product, power or number."""
    negative, top, bottom = False, list[Expr](), list[Expr]()
    for f in expr.children if expr.head == "mul" else (expr,):
        if f.head == "num":
            negative ^= f.fraction < 0
            p, q = abs(f.fraction.numerator), f.fraction.denominator
            top += [num(p)] if p != 1 else []
            bottom += [num(q)] if q != 1 else []
        elif f.head == "pow" and f.children[1].head == "num" and f.children[1].fraction < 0:
            bottom.append(power(f.children[0], num(-f.children[1].fraction)))
        else:
            top.append(f)
    return negative, top, bottom


def _text(expr: Expr, outer: int) -> str:
    if expr.head == "add":
        return _wrap(_join_terms([_text(t, _SUM) for t in expr.children]), _SUM, outer)
    if expr.head == "name":
        return expr.identifier
    if expr.head == "norm":
        return f"|{expr.children[0].identifier}|"
    if expr.head == "dot":
        return ".".join(c.identifier for c in expr.children)
    if expr.head == "expect":
        return f"E[{_text(expr.children[0], 0)}]"
    if expr.head == "call":
        return _call_text(expr)
    if expr.head == "num" and expr.fraction.denominator == 1:
        return _wrap(str(expr.fraction), _SUM if expr.fraction < 0 else _POWER + 1, outer)
    negative, top, bottom = _split(expr)
    if expr.head == "pow" and not bottom:
        base, exponent = expr.children
        return _wrap(f"{_text(base, _POWER + 1)}^{_text(exponent, _POWER + 1)}", _POWER, outer)
    text = "*".join(_text(f, _PRODUCT) for f in top) or "1"
    if bottom:
        below = "*".join(_text(f, _PRODUCT + 1) for f in bottom)
        text += f"/({below})" if len(bottom) > 1 else f"/{below}"
    return _wrap(f"-{text}", _SUM, outer) if negative else _wrap(text, _PRODUCT, outer)


def _call_text(expr: Expr) -> str:
    function, *arguments = expr.children
    if function.identifier == "unequal":
        return " != ".join(_text(a, 0) for a in arguments)
    return f"{function.identifier}({', '.join(_text(a, 0) for a in arguments)})"


def _join_terms(terms: list[str]) -> str:
    text = terms[0]
    for t in terms[1:]:
        text += f" - {t[1:]}" if t.startswith("-") else f" + {t}"
    return text


def to_latex(expr: Expr) -> str:
    r"""The formula as LaTeX, without dollar signs.

    Example:
        >>> from analytic.grammar import parse
        >>> to_latex(parse("|u|*(pi - theta)/(2*pi)"))
        '\\frac{\\lVert u\\rVert \\left(\\pi - \\theta\\right)}{2 \\pi}'
    """
    return _latex(expr, 0)


def latex_name(identifier: str) -> str:
    """A name as LaTeX: Greek letters, an underscore starts the subscript.

    Example:
        >>> latex_name("lambda_max")
        '\\\\lambda_{max}'
    """
    if identifier == "euler_gamma":
        return r"\gamma_{E}"
    stem, _, subscript = identifier.partition("_")
    if not stem:
        return r"\mathrm{" + identifier.replace("_", r"\_") + "}"
    body = f"\\{stem}" if stem in _GREEK else stem if len(stem) == 1 else f"\\mathrm{{{stem}}}"
    return f"{body}_{{{subscript.replace('_', chr(92) + '_')}}}" if subscript else body


def _latex(expr: Expr, outer: int) -> str:
    if expr.head == "add":
        return _latex_wrap(_join_terms([_latex(t, _SUM) for t in expr.children]), outer > _SUM)
    if expr.head == "name":
        return latex_name(expr.identifier)
    if expr.head == "norm":
        return rf"\lVert {latex_name(expr.children[0].identifier)}\rVert"
    if expr.head == "dot":
        return r" \cdot ".join(latex_name(c.identifier) for c in expr.children)
    if expr.head == "expect":
        return rf"\mathbb{{E}}\left[{_latex(expr.children[0], 0)}\right]"
    if expr.head == "call":
        return _call_latex(expr)
    negative, top, bottom = _split(expr)
    if expr.head == "pow" and not bottom:
        return _power_latex(expr)
    if expr.head == "num":
        return _number_latex(expr.fraction)
    lone = len(top) == 1 and bool(bottom)  # inside \frac a single sum needs no brackets
    above = _product_latex(top, lone) or "1"
    body = rf"\frac{{{above}}}{{{_product_latex(bottom, len(bottom) == 1)}}}" if bottom else above
    return f"-{body}" if negative and outer <= _PRODUCT else _latex_wrap(f"-{body}", True) if negative else body


def _product_latex(factors: list[Expr], lone: bool) -> str:
    shown = [_latex(f, 0 if lone else _PRODUCT + 1) for f in factors]
    for i, (f, following) in enumerate(pairwise(factors)):
        if _unbracketed(f) is not None and _unbracketed(following) is None:  # \sin\theta (1 - t) has two readings
            shown[i] = _bracketed(f)
    for i in range(1, len(shown)):
        if shown[i][:1].isdigit():  # t 2^{1/2} is no product
            shown[i] = rf"\cdot {shown[i]}"
    return " ".join(shown)


def _unbracketed(factor: Expr) -> Expr | None:
    r"""The name to which a function is applied without brackets: that of \sin\theta and \sin^{2}\theta."""
    functions: tuple[str, ...] = _BARE
    if factor.head == "pow" and factor.children[1].head == "num" and factor.children[1].fraction > 0:
        factor, functions = factor.children[0], ("sin", "cos")
    if factor.head != "call" or factor.children[0].identifier not in functions or len(factor.children) != 2:
        return None
    return factor.children[1] if factor.children[1].head == "name" else None


def _bracketed(factor: Expr) -> str:
    argument = _unbracketed(factor)
    assert argument is not None
    inner = _latex(argument, 0)
    return rf"{_latex(factor, 0).removesuffix(inner).rstrip()}\left({inner}\right)"


def _number_latex(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value)
    return f"{'-' if value < 0 else ''}\\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"


def _latex_wrap(text: str, needed: bool) -> str:
    return rf"\left({text}\right)" if needed else text


def _power_latex(expr: Expr) -> str:
    base, exponent = expr.children
    if base.head == "call" and base.children[0].identifier in ("sin", "cos"):
        return rf"\{base.children[0].identifier}^{{{_latex(exponent, 0)}}}{_argument(base.children[1])}"
    simple = base.head in ("name", "norm") or (
        base.head == "num" and base.fraction.denominator == 1 and base.fraction >= 0
    )
    return f"{_latex_wrap(_latex(base, 0), not simple)}^{{{_latex(exponent, 0)}}}"


def _argument(argument: Expr) -> str:
    text = _latex(argument, 0)
    return f" {text}" if argument.head == "name" else rf"\left({text}\right)"


def _call_latex(expr: Expr) -> str:
    function, *arguments = expr.children
    f = function.identifier
    inner = ", ".join(_latex(a, 0) for a in arguments)
    if len(arguments) != _ARITY.get(f, len(arguments)):  # no meaning, but it must be shown in some way
        return rf"{latex_name(f)}\left({inner}\right)"
    if f == "unequal":
        return r" \ne ".join(_latex(a, 0) for a in arguments)
    if f == "sqrt":
        return rf"\sqrt{{{inner}}}"
    if f == "abs":
        return rf"\left|{inner}\right|"
    if f == "bar":
        return rf"\bar{{{inner}}}"
    if f == "outer":
        return " ".join(_latex(a, _PRODUCT) for a in arguments) + r"^{\top}"
    if f in ("theta", "perp"):
        return rf"{'{}' if f == 'perp' else ''}{chr(92) + 'theta' if f == 'theta' else 'n'}_{{{inner}}}".removeprefix(
            "{}"
        )
    if f == "sum":
        return rf"\sum_{{{_latex(arguments[0], 0)}}} {_latex(arguments[1], _PRODUCT)}"
    if f == "grad":
        return rf"\nabla_{{{_latex(arguments[1], 0)}}} {_latex(arguments[0], _POWER)}"
    if f == "hess":
        return (
            rf"\nabla_{{{_latex(arguments[1], 0)}}}\nabla_{{{_latex(arguments[2], 0)}}} {_latex(arguments[0], _POWER)}"
        )
    if f == "limit":
        return rf"\lim_{{{_latex(arguments[1], 0)} \to {_latex(arguments[2], 0)}}} {_latex(arguments[0], _POWER)}"
    if f in ("He", "H") and len(arguments) == 2:
        return rf"\mathit{{{f}}}_{{{_latex(arguments[0], 0)}}}\left({_latex(arguments[1], 0)}\right)"
    if f in _BARE:
        return rf"\{f}{_argument(arguments[0])}"
    return rf"{_UPRIGHT.get(f, latex_name(f))}\left({inner}\right)"
