"""Activations as data: each is a polynomial in z and 1{z > 0}, stated once."""

from __future__ import annotations

from dataclasses import dataclass

from analytic.formula import Expr, Operand, as_expr, call, name


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
}


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
        z: a formula; under an expectation a rational multiple of a Gaussian variable.

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
