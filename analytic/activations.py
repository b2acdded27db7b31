"""Activations as data: piecewise polynomials by their two sides, others by a formula; each is stated once, here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import factorial

from analytic.constants import rational_value
from analytic.errors import FormulaError
from analytic.formula import Expr, Operand, add, as_expr, call, name


@dataclass(frozen=True)
class Activation:
    """A piecewise polynomial ``left(z)`` for z < 0 and ``right(z)`` for z > 0.

    Args:
        left: coefficients of 1, z, z^2, ... on the negative side, formulas in the parameters.
        right: the same on the positive side.
        parameters: names of the further arguments of the function.
    """

    left: tuple[Expr, ...]
    right: tuple[Expr, ...]
    parameters: tuple[str, ...] = ()


def _coefficients(*values: Operand) -> tuple[Expr, ...]:
    return tuple(as_expr(v) for v in values)


#: To add a piecewise polynomial activation, state its two sides here; the exact witness needs nothing else. The
#: empirical witness, which shares nothing with this one, has its own table in checks.integrands.
ACTIVATIONS = {
    "relu": Activation(_coefficients(), _coefficients(0, 1)),
    "step": Activation(_coefficients(), _coefficients(1)),
    "sign": Activation(_coefficients(-1), _coefficients(1)),
    "abs": Activation(_coefficients(0, -1), _coefficients(0, 1)),
    "leaky_relu": Activation((as_expr(0), name("slope")), _coefficients(0, 1), ("slope",)),
    "abrelu": Activation((as_expr(0), name("a")), (as_expr(0), name("b")), ("a", "b")),
}


@dataclass(frozen=True)
class Composite:
    """An activation defined by a formula in simpler ones.

    Args:
        formula: from the argument and the further arguments to a formula.
        parameters: names of the further arguments.
        defaults: values of the last parameters where they are left out.
        leading: whether the further arguments stand before the argument, as in He(n, z).
    """

    formula: Callable[..., Expr]
    parameters: tuple[str, ...] = ()
    defaults: tuple[Expr, ...] = ()
    leading: bool = False


def _exponential_linear(z: Expr, alpha: Expr) -> Expr:
    return call("relu", z) + alpha * (call("exp", z) - 1) * call("step", -z)


def _order(n: Expr, function: str) -> int:
    order = rational_value(n)
    if order is None or order.denominator != 1 or not 0 <= order <= 60:
        raise FormulaError(f"got the order {n} of {function}(n, z), expected an integer from 0 to 60")
    return int(order)


def _probabilists(n: Expr, z: Expr) -> Expr:
    """He_n = sum of (-1)^m n!/(m! (n - 2m)! 2^m) z^(n - 2m)."""
    order = _order(n, "He")
    terms = [
        Fraction((-1) ** m * factorial(order), factorial(m) * factorial(order - 2 * m) * 2**m) * z ** (order - 2 * m)
        for m in range(order // 2 + 1)
    ]
    return add(*terms)


def _physicists(n: Expr, z: Expr) -> Expr:
    """H_n = sum of (-1)^m n!/(m! (n - 2m)!) (2z)^(n - 2m)."""
    order = _order(n, "H")
    terms = [
        Fraction((-1) ** m * factorial(order) * 2 ** (order - 2 * m), factorial(m) * factorial(order - 2 * m))
        * z ** (order - 2 * m)
        for m in range(order // 2 + 1)
    ]
    return add(*terms)


#: Activations with closed-form expectations that are formulas in exp, sin, cos, Phi and those above.
COMPOSITES = {
    "erf": Composite(lambda z: 2 * call("Phi", call("sqrt", 2) * z) - 1),
    "gelu": Composite(lambda z: z * call("Phi", z)),
    "elu": Composite(_exponential_linear, ("alpha",), (as_expr(1),)),
    "bump": Composite(lambda z: call("exp", -(z**2) / 2)),
    "He": Composite(_probabilists, ("n",), leading=True),
    "H": Composite(_physicists, ("n",), leading=True),
}
#: Activations whose expectations have no closed form in general: they are enclosed, and expanded in Hermite series.
OPAQUE = frozenset(("tanh", "sigmoid", "softplus", "silu"))


def gaussians(identifiers: str) -> tuple[Expr, ...]:
    """Names for jointly Gaussian variables, for use in formulas.

    Args:
        identifiers: the names, separated by spaces or commas.

    Returns:
        One formula a name.

    Example:
        >>> u, v = gaussians("u v")
        >>> print(relu(u) * v**2)
        relu(u)*v^2
    """
    return tuple(name(i) for i in identifiers.replace(",", " ").split())


def relu(z: Operand) -> Expr:
    """The rectified linear unit max(z, 0), as a formula.

    Args:
        z: a formula; under an expectation an affine form of Gaussian variables.

    Returns:
        The formula ``relu(z)``.

    Example:
        >>> print(relu(gaussians("u")[0]))
        relu(u)
    """
    return call("relu", z)


def step(z: Operand) -> Expr:
    """The indicator of z > 0, as a formula.

    Args:
        z: see ``relu``.

    Returns:
        The formula ``step(z)``.

    Example:
        >>> print(2 * step(gaussians("u")[0]) - 1)
        2*step(u) - 1
    """
    return call("step", z)


def sign(z: Operand) -> Expr:
    """The sign of z, as a formula.

    Args:
        z: see ``relu``.

    Returns:
        The formula ``sign(z)``.

    Example:
        >>> print(sign(-gaussians("u")[0]))
        sign(-u)
    """
    return call("sign", z)


def absolute(z: Operand) -> Expr:
    """The absolute value of z, as a formula.

    Args:
        z: see ``relu``.

    Returns:
        The formula ``abs(z)``.

    Example:
        >>> print(absolute(gaussians("u")[0]) ** 3)
        abs(u)^3
    """
    return call("abs", z)


def leaky_relu(z: Operand, slope: Operand) -> Expr:
    """z for z > 0 and slope * z for z < 0, as a formula.

    Args:
        z: see ``relu``.
        slope: a constant: a number or a formula of parameters.

    Returns:
        The formula ``leaky_relu(z, slope)``.

    Example:
        >>> from fractions import Fraction
        >>> print(leaky_relu(gaussians("u")[0], Fraction(1, 5)))
        leaky_relu(u, 1/5)
    """
    return call("leaky_relu", z, slope)
