"""The tree of a formula: one immutable node type, built by Python operators or by the grammar.

A node is a head with arguments. Heads: ``num`` (a Fraction), ``name``, ``add``, ``mul``, ``pow``, ``call``
(first argument: the function's name as a ``name`` node), ``norm``, ``dot``, ``expect``. Subtraction, division and
negation are sums and products with -1 and powers -1, so that walks over a tree meet few cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from numbers import Rational
from typing import Union

from analytic.errors import FormulaError

Operand = Union["Expr", int, Fraction]

#: Numbers longer than this are refused: Python itself refuses to write integers of more than 4300 digits.
MAX_BITS = 13_000
#: A tree deeper than this is refused: nobody writes it by hand, and recursion over it would exhaust the stack.
MAX_DEPTH = 150


@dataclass(frozen=True, slots=True)
class Expr:
    """A node of a formula: ``head`` and ``args`` (nodes; a Fraction under ``num``, a string under ``name``).

    Args:
        head: one of num, name, add, mul, pow, call, norm, dot, expect.
        args: the children, see the module's page.

    Returns:
        An immutable, hashable tree; ``str`` gives the text that the grammar reads back.

    Raises:
        FormulaError: an operand that is neither a formula, an integer nor a Fraction (floats are not exact).

    Example:
        >>> u, v = name("u"), name("v")
        >>> str(3 * u**2 - v / 2)
        '3*u^2 - v/2'
    """

    head: str
    args: tuple[Expr | Fraction | str, ...]

    def __add__(self, other: Operand) -> Expr:
        return add(self, as_expr(other))

    def __radd__(self, other: Operand) -> Expr:
        return add(as_expr(other), self)

    def __sub__(self, other: Operand) -> Expr:
        return add(self, neg(as_expr(other)))

    def __rsub__(self, other: Operand) -> Expr:
        return add(as_expr(other), neg(self))

    def __mul__(self, other: Operand) -> Expr:
        return mul(self, as_expr(other))

    def __rmul__(self, other: Operand) -> Expr:
        return mul(as_expr(other), self)

    def __truediv__(self, other: Operand) -> Expr:
        return mul(self, power(as_expr(other), num(-1)))

    def __rtruediv__(self, other: Operand) -> Expr:
        return mul(as_expr(other), power(self, num(-1)))

    def __pow__(self, other: Operand) -> Expr:
        return power(self, as_expr(other))

    def __neg__(self) -> Expr:
        return neg(self)

    def __str__(self) -> str:
        from analytic.printing import to_text

        return to_text(self)

    def _repr_latex_(self) -> str:
        from analytic.printing import to_latex

        return f"$\\displaystyle {to_latex(self)}$"

    @property
    def children(self) -> tuple[Expr, ...]:
        """The arguments that are nodes."""
        return tuple(a for a in self.args if isinstance(a, Expr))

    @property
    def fraction(self) -> Fraction:
        """The value of a ``num`` node."""
        value = self.args[0]
        if self.head != "num" or not isinstance(value, Fraction):
            raise FormulaError(f"expected a number, got {self}; write a rational number such as 3/2")
        return value

    @property
    def identifier(self) -> str:
        """The string of a ``name`` node."""
        value = self.args[0]
        if self.head != "name" or not isinstance(value, str):
            raise FormulaError(f"expected a name, got {self}; write a letter, digits and underscores, such as w_1")
        return value

    def is_call(self, function: str) -> bool:
        """Whether this is the function of that name applied to arguments."""
        return self.head == "call" and self.children[0].identifier == function


def num(value: int | Fraction) -> Expr:
    """The number ``value`` as a node.

    Raises:
        FormulaError: it has thousands of digits.
    """
    if isinstance(value, float):
        raise FormulaError(f"got the float {value!r}, expected an int or a Fraction: formulas are exact")
    exact = Fraction(value)
    _check_length(max(exact.numerator.bit_length(), exact.denominator.bit_length()))
    return Expr("num", (exact,))


def _check_length(bits: int) -> None:
    if bits > MAX_BITS:
        raise FormulaError(f"got a number of {bits} bits, expected at most {MAX_BITS}: nobody can read it")


def name(identifier: str) -> Expr:
    """The name ``identifier`` as a node."""
    return Expr("name", (identifier,))


def add(*terms: Expr) -> Expr:
    """The sum of ``terms``; nested sums are flattened, zeros dropped."""
    flat = [t for term in terms for t in (term.children if term.head == "add" else (term,)) if t != ZERO]
    return ZERO if not flat else flat[0] if len(flat) == 1 else Expr("add", tuple(flat))


def mul(*factors: Expr) -> Expr:
    """The product of ``factors``; nested products are flattened and leading numbers multiplied."""
    flat = [f for factor in factors for f in (factor.children if factor.head == "mul" else (factor,))]
    coefficient = Fraction(1)
    for f in flat:
        if f.head == "num":
            coefficient *= f.fraction
    # divisors last, as they are printed: u^(-3)*u and u/u^3 are one tree
    rest = sorted((f for f in flat if f.head != "num"), key=_divides)
    if coefficient == 0 and not any(may_lack_value(f) for f in rest):  # 0/0 is not 0
        return ZERO
    kept = ([num(coefficient)] if coefficient != 1 else []) + rest
    return ONE if not kept else kept[0] if len(kept) == 1 else Expr("mul", tuple(kept))


def may_lack_value(expr: Expr) -> bool:
    """Whether the formula divides, takes roots or uses a function that is not defined everywhere."""
    partial = ("log", "sqrt", "acos", "asin", "tan", "bar", "perp", "theta")
    return any(
        (n.head == "pow" and not (n.children[1].head == "num" and _whole(n.children[1].fraction)))
        or any(n.is_call(f) for f in partial)
        or (n.head == "expect" and any(m.is_call("exp") for m in walk(n)))  # it may not exist
        for n in walk(expr)
    )


def _whole(exponent: Fraction) -> bool:
    return exponent.denominator == 1 and exponent > 0


def _divides(factor: Expr) -> bool:
    return factor.head == "pow" and factor.children[1].head == "num" and factor.children[1].fraction < 0


def neg(operand: Expr) -> Expr:
    """The negative of ``operand``."""
    return mul(num(-1), operand)


def power(base: Expr, exponent: Expr) -> Expr:
    """``base`` to the ``exponent``; small powers of numbers are computed, 1/(x*y) is 1/x*1/y and 1/x^2 is x^(-2)."""
    if exponent == ONE:
        return base
    if exponent == _MINUS_ONE and base.head == "mul":
        return mul(*(power(factor, exponent) for factor in base.children))
    if exponent == _MINUS_ONE and base.head == "pow" and _positive_number(base.children[1]):
        return power(base.children[0], neg(base.children[1]))
    if base.head == "num" and exponent.head == "num" and exponent.fraction.denominator == 1:
        n = int(exponent.fraction)
        if n <= 0 and base.fraction == 0:
            raise FormulaError(f"division by zero in 0^({n}): the formula has no value; check the denominator")
        if abs(n) <= 64:
            _check_length(abs(n) * (max(abs(base.fraction.numerator), base.fraction.denominator).bit_length() - 1))
            return num(base.fraction**n)
    return Expr("pow", (base, exponent))


def _positive_number(expr: Expr) -> bool:
    return expr.head == "num" and expr.fraction > 0


def call(function: str, *arguments: Operand) -> Expr:
    """The function of that name applied to the arguments."""
    return Expr("call", (name(function), *(as_expr(a) for a in arguments)))


def as_expr(value: Operand) -> Expr:
    """``value`` as a node; an int or a Fraction becomes a number.

    Raises:
        FormulaError: any other type; a float is not exact, so it is refused rather than guessed at.
    """
    if isinstance(value, Expr):
        return value
    if isinstance(value, Rational) and not isinstance(value, bool):
        return num(Fraction(value.numerator, value.denominator))
    raise FormulaError(
        f"got {value!r} of type {type(value).__name__}, expected a formula, an int or a Fraction: formulas are exact; "
        f"write Fraction(1, 10) instead of 0.1"
    )


def walk(expr: Expr) -> Iterator[Expr]:
    """Every node of the tree, parents first."""
    yield expr
    for child in expr.children:
        yield from walk(child)


def check_depth(expr: Expr) -> Expr:
    """Returns ``expr`` unless it is nested deeper than MAX_DEPTH.

    Raises:
        FormulaError: the tree is too deep.
    """
    layer: tuple[Expr, ...] = (expr,)
    depth = 0
    while layer:
        layer, depth = tuple(c for node in layer for c in node.children), depth + 1
        if depth > MAX_DEPTH:
            raise FormulaError(f"the formula is nested more than {MAX_DEPTH} deep; expected less: split it into parts")
    return expr


def substitute(expr: Expr, replacement: Mapping[str, Expr]) -> Expr:
    """``expr`` with every name in ``replacement`` replaced (simultaneously)."""
    return rewrite(expr, lambda node: replacement.get(node.identifier) if node.head == "name" else None)


def rewrite(expr: Expr, rule: Callable[[Expr], Expr | None]) -> Expr:
    """``expr`` with every outermost node for which ``rule`` returns a node replaced by it."""
    found = rule(expr)
    if found is not None:
        return found
    if not expr.children:
        return expr
    return rebuild(expr.head, tuple(rewrite(c, rule) for c in expr.children))


def rebuild(head: str, children: tuple[Expr, ...]) -> Expr:
    """A node of that head, through the constructor that keeps the tree tidy."""
    if head == "add":
        return add(*children)
    if head == "mul":
        return mul(*children)
    if head == "pow":
        return power(*children)
    return Expr(head, children)


def names(expr: Expr) -> frozenset[str]:
    """All names in the tree except those of functions."""
    if expr.head == "name":
        return frozenset((expr.identifier,))
    children = expr.children[1:] if expr.head == "call" else expr.children
    return frozenset().union(*(names(c) for c in children))


def bare_names(expr: Expr) -> frozenset[str]:
    """Names that stand by themselves, neither as a function nor in an inner product or a norm."""
    if expr.head == "name":
        return frozenset((expr.identifier,))
    if expr.head in ("dot", "norm"):
        return frozenset()
    children = expr.children[1:] if expr.head == "call" else expr.children
    return frozenset().union(*(bare_names(c) for c in children))


ZERO = num(0)
ONE = num(1)
_MINUS_ONE = num(-1)
PI = name("pi")
#: Names of constants, which are never variables.
CONSTANTS = frozenset(("pi", "euler_gamma"))
