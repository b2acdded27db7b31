"""Formulas as SymPy expressions, for users who go on calculating."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from analytic.algebra import evaluate
from analytic.errors import FormulaError
from analytic.formula import Expr, walk


class SymPyAlgebra:
    """SymPy as an ``Algebra``; norms are positive symbols named ``|u|``, parameters real symbols."""

    def __init__(self, pair: tuple[str, str] | None) -> None:
        self.pair = pair

    def number(self, value: Fraction) -> Any:
        """A SymPy Rational."""
        from sympy import Rational

        return Rational(value.numerator, value.denominator)

    def pi(self) -> Any:
        """SymPy's pi."""
        from sympy import pi

        return pi

    def theta(self) -> Any:
        """The symbol theta."""
        from sympy import Symbol

        return Symbol("theta", nonnegative=True)

    def norm(self, vector: str) -> Any:
        """The positive symbol |w|."""
        from sympy import Symbol

        return Symbol(f"|{vector}|", positive=True)

    def parameter(self, identifier: str) -> Any:
        """A real symbol; k and d are positive."""
        from sympy import Symbol

        return Symbol(identifier, positive=True) if identifier in ("k", "d", "n") else Symbol(identifier, real=True)

    def add(self, x: Any, y: Any) -> Any:
        """The sum."""
        return x + y

    def mul(self, x: Any, y: Any) -> Any:
        """The product."""
        return x * y

    def power(self, x: Any, exponent: Fraction) -> Any:
        """The power."""
        return x ** self.number(exponent)

    def function(self, function: str, *arguments: Any) -> Any:
        """The function of the same name, or its definition by others where SymPy has no such function."""
        import sympy

        functions = {"sqrt": sympy.sqrt, "sin": sympy.sin, "cos": sympy.cos, "tan": sympy.tan, "abs": sympy.Abs}
        functions |= {"acos": sympy.acos, "asin": sympy.asin, "atan": sympy.atan, "exp": sympy.exp, "log": sympy.log}
        functions |= {"atanh": sympy.atanh, "erf": sympy.erf, "erfi": sympy.erfi, "sign": sympy.sign}
        functions |= {"min": sympy.Min, "max": sympy.Max}
        definitions = {
            "Phi": lambda x: (1 + sympy.erf(x / sympy.sqrt(2))) / 2,
            "dawson": lambda x: sympy.sqrt(sympy.pi) / 2 * sympy.exp(-(x**2)) * sympy.erfi(x),
            "Li2": lambda x: sympy.polylog(2, x),
            "step": lambda x: sympy.Heaviside(x, sympy.Rational(1, 2)),
            "relu": lambda x: sympy.Max(x, 0),
            "re_Phi": lambda x, y: (1 + sympy.re(sympy.erf((x + sympy.I * y) / sympy.sqrt(2)))) / 2,
            "im_Phi": lambda x, y: sympy.im(sympy.erf((x + sympy.I * y) / sympy.sqrt(2))) / 2,
            "euler_gamma": lambda: sympy.EulerGamma,
            **{f: sympy.Function(f) for f in ("Phi2", "owens_t", "orthant")},  # SymPy has none of these
        }
        known = functions | definitions
        if function not in known:
            raise FormulaError(f"{function} has no counterpart in SymPy; expected one of {', '.join(sorted(known))}")
        return known[function](*arguments)


def to_sympy(expr: Expr) -> Any:
    """The formula as a SymPy expression.

    Args:
        expr: a scalar formula without expectations or vectors.

    Returns:
        A SymPy expression in ``theta``, the norms (positive symbols such as ``|u|``) and the parameters.

    Raises:
        FormulaError: the formula is not a scalar closed form.

    Example:
        >>> from analytic.grammar import parse
        >>> to_sympy(parse("|u|*cos(theta)/2"))
        |u|*cos(theta)/2
    """
    angles = [tuple(a.identifier for a in n.children[1:]) for n in walk(expr) if n.is_call("theta")]
    named = {n.identifier for n in walk(expr) if n.head == "name"}
    # rho is the cosine of theta where theta occurs, else a correlation of its own
    pair = (angles[0][0], angles[0][1]) if angles else ("", "") if "theta" in named else None
    return evaluate(expr, SymPyAlgebra(pair))
