"""What a formula can be evaluated in: the canonical ring, balls, SymPy. One walk over the tree serves them all."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from typing import Protocol, TypeVar

from analytic.constants import rational_value
from analytic.errors import FormulaError, OutsideRingError
from analytic.formula import Expr

T = TypeVar("T")

#: The scalar functions of the language with their numbers of arguments; None admits any number. Activations stand
#: under an expectation.
FUNCTIONS = {
    **dict.fromkeys(("sqrt", "sin", "cos", "tan", "acos", "asin", "atan", "atanh", "exp", "log", "abs"), 1),
    **dict.fromkeys(("Phi", "erf", "erfi", "dawson", "Li2", "step", "sign", "relu"), 1),
    **dict.fromkeys(("owens_t", "re_Phi", "im_Phi", "min", "max"), 2),
    "Phi2": 3,
    "orthant": None,
}


#: The Euler-Mascheroni constant, a function without arguments.
EULER = "euler_gamma"


class Algebra(Protocol[T]):
    """A field with the constants and functions of the language.

    ``pair`` names the two vectors whose angle is meant by a bare ``theta``.
    """

    pair: tuple[str, str] | None

    def number(self, value: Fraction) -> T:
        """The rational number as an element."""

    def pi(self) -> T:
        """The constant pi."""

    def theta(self) -> T:
        """The angle of the pair."""

    def norm(self, vector: str) -> T:
        """The norm of the vector (the standard deviation of the Gaussian variable) of that name."""

    def parameter(self, identifier: str) -> T:
        """The free real parameter of that name."""

    def add(self, x: T, y: T) -> T:
        """The sum."""

    def mul(self, x: T, y: T) -> T:
        """The product."""

    def power(self, x: T, exponent: Fraction) -> T:
        """The power; a half-integer exponent means the positive square root."""

    def function(self, function: str, *arguments: T) -> T:
        """The value of one of FUNCTIONS."""


class VectorAlgebra(Algebra[T], Protocol):
    """One that knows its vectors."""

    @property
    def norms(self) -> Collection[str]:
        """The names of the vectors or Gaussian variables that have a norm."""


def evaluate(expr: Expr, algebra: Algebra[T]) -> T:
    """The value of a scalar formula in ``algebra``.

    Args:
        expr: a formula without expectations, gradients or vectors.
        algebra: where to evaluate it.

    Returns:
        The element.

    Raises:
        FormulaError: an unknown function, or a vector where a scalar is expected.
        OutsideRingError: the algebra has no such element.
    """
    if expr.head == "num":
        return algebra.number(expr.fraction)
    if expr.head == "name":
        return _named(expr.identifier, algebra)
    if expr.head == "norm":
        return algebra.norm(expr.children[0].identifier)
    if expr.head in ("add", "mul"):
        combine = algebra.add if expr.head == "add" else algebra.mul
        total = evaluate(expr.children[0], algebra)
        for child in expr.children[1:]:
            total = combine(total, evaluate(child, algebra))
        return total
    if expr.head == "pow":
        return algebra.power(evaluate(expr.children[0], algebra), exponent_of(expr.children[1]))
    if expr.head == "call":
        return _applied(expr, algebra)
    raise FormulaError(f"got {expr}, expected a closed form: no expectation or inner product may stand here")


def _named(identifier: str, algebra: Algebra[T]) -> T:
    if identifier == "pi":
        return algebra.pi()
    if identifier == "theta":
        return algebra.theta()
    if identifier == EULER:
        return algebra.function(EULER)
    if identifier == "rho" and algebra.pair is not None:
        return algebra.function("cos", algebra.theta())
    return algebra.parameter(identifier)


def exponent_of(expr: Expr) -> Fraction:
    """The rational number that an exponent is.

    Raises:
        OutsideRingError: it is not visibly rational.
    """
    value = rational_value(expr)
    if value is None:
        raise OutsideRingError(f"got the exponent {expr}, expected a rational number: powers are algebraic here")
    return value


def _applied(expr: Expr, algebra: Algebra[T]) -> T:
    function, *arguments = expr.children
    f = function.identifier
    if f == "theta":
        return _angle(arguments, algebra)
    if f not in FUNCTIONS:
        raise FormulaError(
            f"unknown function {f!r} in {expr}; expected one of "
            f"{', '.join(sorted(FUNCTIONS))}; activations take a multiple of one Gaussian variable, under E[...]"
        )
    expected = FUNCTIONS[f]
    if expected is not None and len(arguments) != expected:
        count = "one argument" if expected == 1 else f"{expected} arguments"
        raise FormulaError(f"{f} takes {count}, got {len(arguments)} in {expr}")
    return algebra.function(f, *(evaluate(a, algebra) for a in arguments))


def _angle(arguments: list[Expr], algebra: Algebra[T]) -> T:
    given = tuple(a.identifier for a in arguments)
    if algebra.pair is None or sorted(given) != sorted(algebra.pair):
        known = "no pair of vectors" if algebra.pair is None else f"the pair {', '.join(algebra.pair)}"
        raise FormulaError(f"got theta({', '.join(given)}), but this formula knows {known}; name that pair")
    return algebra.theta()
