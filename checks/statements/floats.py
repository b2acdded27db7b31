"""Closed formulas in float64, from the definitions of their functions: the empirical witness's look at a formula."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from typing import TypeVar

from analytic.algebra import Algebra, evaluate, exponent_of
from analytic.errors import FormulaError
from analytic.formula import Expr, walk


def _normal(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2


def _binomial(n: float, k: float) -> float:
    """By the logarithms of gamma functions, for 0 <= k <= n."""
    if not 0 <= k <= n:
        raise ValueError("outside the range in which no gamma function has a pole")
    return math.exp(math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1))


FUNCTIONS: dict[str, Callable[..., float]] = {
    **{
        f: getattr(math, f) for f in ("sqrt", "sin", "cos", "tan", "acos", "asin", "atan", "atanh", "exp", "log", "erf")
    },
    **{f: getattr(math, f) for f in ("gamma", "sinh", "cosh", "tanh")},
    "abs": abs,
    "min": min,
    "max": max,
    "relu": lambda x: max(x, 0.0),
    "sign": lambda x: float((x > 0) - (x < 0)),
    "step": lambda x: ((x > 0) - (x < 0) + 1) / 2,
    "Phi": _normal,
    "sigmoid": lambda x: (1 + math.tanh(x / 2)) / 2,
    "factorial": lambda x: math.gamma(x + 1),
    "binomial": _binomial,
}


#: Functions that closed forms do not have.
FURTHER = ("gamma", "factorial", "binomial", "sinh", "cosh", "tanh", "sigmoid")
T = TypeVar("T")


class FloatAlgebra:
    """Float64 numbers as an ``Algebra`` of formulas.

    Args:
        values: of the names, ``theta`` and norms ``|u|`` among them.
    """

    def __init__(self, values: Mapping[str, float]) -> None:
        self.values = values
        self.pair: tuple[str, str] | None = None

    def number(self, value: Fraction) -> float:
        """The nearest float64 number."""
        return float(value)

    def pi(self) -> float:
        """pi."""
        return math.pi

    def theta(self) -> float:
        """The variable ``theta``."""
        return self.parameter("theta")

    def norm(self, vector: str) -> float:
        """The variable ``|vector|``."""
        return self.parameter(f"|{vector}|")

    def parameter(self, identifier: str) -> float:
        """A variable.

        Raises:
            FormulaError: it has no value.
        """
        if identifier not in self.values:
            raise FormulaError(f"got the name {identifier!r} without a value, expected one of {', '.join(self.values)}")
        return self.values[identifier]

    def add(self, x: float, y: float) -> float:
        """The sum."""
        return x + y

    def mul(self, x: float, y: float) -> float:
        """The product."""
        return x * y

    def power(self, x: float, exponent: Fraction) -> float:
        """The power."""
        return float(x ** (int(exponent) if exponent.denominator == 1 else float(exponent)))

    def function(self, function: str, *arguments: float) -> float:
        """The value of a function.

        Raises:
            FormulaError: the empirical witness has no definition of it.
        """
        if function not in FUNCTIONS:
            raise FormulaError(f"the empirical witness has no definition of {function}")
        return float(FUNCTIONS[function](*arguments))


def walked(expr: Expr, algebra: Algebra[T]) -> T:
    """The value of a closed formula in which functions may stand that only limits know, such as factorials.

    Args:
        expr: the formula.
        algebra: where to evaluate it.

    Raises:
        FormulaError: something has no meaning there.
    """
    if not any(n.is_call(f) for n in walk(expr) for f in FURTHER):
        return evaluate(expr, algebra)
    if expr.head == "call":
        function, *arguments = expr.children
        return algebra.function(function.identifier, *(walked(a, algebra) for a in arguments))
    if expr.head == "pow":
        return algebra.power(walked(expr.children[0], algebra), exponent_of(expr.children[1]))
    combine = algebra.add if expr.head == "add" else algebra.mul
    return reduce(combine, (walked(c, algebra) for c in expr.children))


def in_float(expr: Expr, values: Mapping[str, float]) -> float | None:
    """The value of a closed formula in float64; None where it has none.

    Args:
        expr: the formula.
        values: of its names.

    Example:
        >>> from analytic.grammar import parse
        >>> in_float(parse("x^2/2"), {"x": 3.0}), in_float(parse("log(x)"), {"x": -1.0})
        (4.5, None)
    """
    try:
        found = walked(expr, FloatAlgebra(values))
    except (ValueError, OverflowError, ZeroDivisionError, TypeError):
        return None
    return found if math.isfinite(found) else None
