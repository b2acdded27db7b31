"""The small grammar of formulas: text in, tree out. Input is data; nothing is ever evaluated as code."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from analytic.errors import FormulaError
from analytic.formula import MAX_BITS, MAX_DEPTH, Expr, add, as_expr, check_depth, mul, name, neg, num, power

if TYPE_CHECKING:
    from lark import Lark

GRAMMAR = r"""
start: sum
?sum: product | sum "+" product -> plus | sum "-" product -> minus
?product: unary | product "*" unary -> times | product "/" unary -> over
?unary: power | "-" unary -> negative | "+" unary
?power: atom | atom ("^" | "**") unary -> raised
?atom: NUMBER -> number
     | EXPECT sum "]" -> expect
     | "|" NAME "|" -> norm
     | NAME "." NAME -> dot
     | NAME "(" argument ("," argument)* ")" -> call
     | NAME -> name
     | "(" sum ")"
?argument: NAME "!=" NAME -> unequal | sum
EXPECT.2: /E\s*\[/
NAME: /[^\W\d]\w*/
NUMBER: /\d+(\.\d+)?/
%ignore /[ \t\r\n]+/
"""

#: Other spellings that mathematicians paste in.
SPELLINGS = str.maketrans({"θ": "theta", "π": " pi ", "·": "*", "−": "-", "×": "*", "‖": "|", "ρ": "rho"})
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
SYNONYMS = {"arccos": "acos", "arcsin": "asin", "arctan": "atan", "heaviside": "step", "absolute": "abs"}
MAX_LENGTH = 20_000


@lru_cache(maxsize=1)
def _parser() -> Lark:
    from lark import Lark

    return Lark(GRAMMAR, parser="lalr")


def parse(text: str) -> Expr:
    """Reads a formula.

    The language: rational numbers (decimals are read exactly), names, ``+ - * / ^``, functions ``f(x, ...)``,
    expectations ``E[...]``, norms ``|w|``, inner products ``w.x``, sums over neurons ``sum(j != i, ...)``.

    Args:
        text: the formula, for instance ``"|u|*|v|*(sin(theta) + (pi - theta)*cos(theta))/(2*pi)"``.

    Returns:
        The tree; ``str`` of it reads back to the same tree.

    Raises:
        FormulaError: the text is not a formula; the message points at the position.

    Example:
        >>> str(parse("(sin(θ) + (π - θ)*cos(θ)) / (2π)".replace("2π", "2*π")))
        '(sin(theta) + (pi - theta)*cos(theta))/(2*pi)'
    """
    if not isinstance(text, str):
        raise FormulaError(f"got {type(text).__name__}, expected a formula as text, such as 'relu(u)*relu(v)'")
    return _read(text)


@lru_cache(maxsize=4096)
def _read(text: str) -> Expr:
    from lark.exceptions import UnexpectedInput

    raised = re.sub("[⁰¹²³⁴-⁹]+", lambda found: "^" + found[0].translate(SUPERSCRIPTS), text)
    source = " ".join(raised.translate(SPELLINGS).split())
    if not source.strip():
        raise FormulaError("got an empty formula, expected something such as 'relu(u)*relu(v)'")
    if len(source) > MAX_LENGTH:
        raise FormulaError(f"got {len(source)} characters, expected at most {MAX_LENGTH}: split the formula into parts")
    _check_nesting(source)
    try:
        tree = _parser().parse(source)
    except UnexpectedInput as error:
        raise FormulaError(_complaint(source, error)) from None
    try:
        return check_depth(_build(tree.children[0]))
    except RecursionError:
        raise FormulaError(f"the formula is nested more than {MAX_DEPTH} deep; expected less: split it") from None


def _check_nesting(source: str) -> None:
    depth = deepest = 0
    for character in source:
        depth += (character in "([") - (character in ")]")
        deepest = max(deepest, depth)
    signs = max((len(run) for run in source.replace(" ", "").replace("+", "-").split("-") if not run), default=0)
    if deepest > 100 or signs > 100 or "-" * 100 in source.replace(" ", ""):
        raise FormulaError("the formula is nested more than 100 deep; expected less: split it into parts")


def _complaint(source: str, error: Exception) -> str:
    position = getattr(error, "pos_in_stream", None)
    at_end = getattr(getattr(error, "token", None), "type", "") == "$END"
    if at_end or position is None or position >= len(source):
        return f"cannot read {_shown(source)!r}: it ends too early; expected an operand or a closing bracket"
    near = source[max(0, position - 12) : position] + " >>> " + source[position : position + 12]
    return (
        f"cannot read {_shown(source)!r}: unexpected {source[position]!r} at position {position + 1} ({near.strip()}); "
        f"expected numbers, names, + - * / ^, f(x), E[...], |w|, w.x (write products with *)"
    )


def _shown(source: str, most: int = 80) -> str:
    return source if len(source) <= most else source[: most - 3] + "..."


def _build(tree: object) -> Expr:  # the chain of + or * in a long sum is unrolled: it may be thousands of terms long
    stack: list[tuple[str, Expr]] = []
    from lark import Tree

    assert isinstance(tree, Tree)
    while tree.data in ("plus", "minus"):
        right = _build(tree.children[1])
        stack.append(("add", right if tree.data == "plus" else neg(right)))
        tree = tree.children[0]
    if stack:
        return add(_build(tree), *(e for _, e in reversed(stack)))
    while tree.data in ("times", "over"):
        right = _build(tree.children[1])
        stack.append(("mul", right if tree.data == "times" else power(right, num(-1))))
        tree = tree.children[0]
    if stack:
        return mul(_build(tree), *(e for _, e in reversed(stack)))
    return _atom(str(tree.data), list(tree.children))


def _atom(kind: str, children: list[object]) -> Expr:
    if kind == "number":
        if len(str(children[0])) > MAX_BITS // 4:
            raise FormulaError(f"got a number of {len(str(children[0]))} digits, expected at most {MAX_BITS // 4}")
        return num(Fraction(str(children[0])))
    if kind == "name":
        return name(str(children[0]))
    if kind == "norm":
        return Expr("norm", (name(str(children[0])),))
    if kind in ("dot", "unequal"):
        pair = (name(str(children[0])), name(str(children[1])))
        return Expr("dot", pair) if kind == "dot" else Expr("call", (name("unequal"), *pair))
    if kind == "negative":
        return neg(_build(children[0]))
    if kind == "raised":
        return power(_build(children[0]), _build(children[1]))
    if kind == "expect":
        return Expr("expect", (_build(children[1]),))
    function = str(children[0])
    return Expr("call", (name(SYNONYMS.get(function, function)), *(_build(c) for c in children[1:])))


def formula(value: str | Expr | int | Fraction) -> Expr:
    """``value`` as a formula: text is parsed, numbers and trees are taken as they are.

    Raises:
        FormulaError: see ``parse``.

    Example:
        >>> formula("u/2") == formula(formula("u")) / 2
        True
    """
    return parse(value) if isinstance(value, str) else check_depth(as_expr(value))
