"""Activations as formulas: Python functions that build trees of the language."""

from __future__ import annotations

from analytic.formula import Expr, Operand, call


def abrelu(z: Operand, a: Operand, b: Operand) -> Expr:
    """a for negative and b for positive arguments: a min(z, 0) + b max(z, 0).

    Args:
        z: a formula; under an expectation an affine form of Gaussian variables.
        a: the slope on the negative side, a constant.
        b: the slope on the positive side, a constant.

    Returns:
        The formula ``abrelu(z, a, b)``.

    Example:
        >>> from analytic.activations import gaussians
        >>> (u,) = gaussians("u")
        >>> print(abrelu(u, 1, 2))
        abrelu(u, 1, 2)
    """
    return call("abrelu", z, a, b)


def erf(z: Operand) -> Expr:
    """The error function of z.

    Args:
        z: a formula; under an expectation an affine form of Gaussian variables.

    Returns:
        The formula ``erf(z)``.

    Example:
        >>> from analytic.activations import gaussians
        >>> (u,) = gaussians("u")
        >>> print(erf(u))
        erf(u)
    """
    return call("erf", z)


def Phi(z: Operand) -> Expr:
    """The standard normal distribution function of z.

    Args:
        z: a formula; under an expectation an affine form of Gaussian variables.

    Returns:
        The formula ``Phi(z)``.

    Example:
        >>> from analytic.activations import gaussians
        >>> (u,) = gaussians("u")
        >>> print(Phi(u))
        Phi(u)
    """
    return call("Phi", z)


def exp(z: Operand) -> Expr:
    """The exponential of z, a polynomial of degree at most 2 in Gaussian variables.

    Args:
        z: a formula; under an expectation an affine form of Gaussian variables.

    Returns:
        The formula ``exp(z)``.

    Example:
        >>> from analytic.activations import gaussians
        >>> (u,) = gaussians("u")
        >>> print(exp(u - u**2))
        exp(u - u^2)
    """
    return call("exp", z)


def sin(z: Operand) -> Expr:
    """The sine of z.

    Args:
        z: a formula; under an expectation an affine form of Gaussian variables.

    Returns:
        The formula ``sin(z)``.

    Example:
        >>> from analytic.activations import gaussians
        >>> (u,) = gaussians("u")
        >>> print(sin(u))
        sin(u)
    """
    return call("sin", z)


def cos(z: Operand) -> Expr:
    """The cosine of z.

    Args:
        z: a formula; under an expectation an affine form of Gaussian variables.

    Returns:
        The formula ``cos(z)``.

    Example:
        >>> from analytic.activations import gaussians
        >>> (u,) = gaussians("u")
        >>> print(cos(u))
        cos(u)
    """
    return call("cos", z)


def bump(z: Operand) -> Expr:
    """The Gaussian bump exp(-z^2/2).

    Args:
        z: a formula; under an expectation an affine form of Gaussian variables.

    Returns:
        The formula ``bump(z)``.

    Example:
        >>> from analytic.activations import gaussians
        >>> (u,) = gaussians("u")
        >>> print(bump(u))
        bump(u)
    """
    return call("bump", z)


def gelu(z: Operand) -> Expr:
    """The Gaussian error linear unit z Phi(z).

    Args:
        z: a formula; under an expectation an affine form of Gaussian variables.

    Returns:
        The formula ``gelu(z)``.

    Example:
        >>> from analytic.activations import gaussians
        >>> (u,) = gaussians("u")
        >>> print(gelu(u))
        gelu(u)
    """
    return call("gelu", z)


def elu(z: Operand, alpha: Operand = 1) -> Expr:
    """The exponential linear unit: z for z > 0, alpha (exp(z) - 1) for z < 0.

    Args:
        z: a formula; under an expectation an affine form of Gaussian variables.
        alpha: minus the limit at minus infinity, a constant.

    Returns:
        The formula ``elu(z, alpha)``.

    Example:
        >>> from analytic.activations import gaussians
        >>> (u,) = gaussians("u")
        >>> print(elu(u))
        elu(u, 1)
    """
    return call("elu", z, alpha)


def He(n: Operand, z: Operand) -> Expr:
    """The probabilists' Hermite polynomial He_n, orthogonal for N(0, 1).

    Args:
        n: the degree, a non-negative integer.
        z: a formula; under an expectation an affine form of Gaussian variables.

    Returns:
        The formula ``He(n, z)``.

    Example:
        >>> from analytic.activations import gaussians
        >>> (u,) = gaussians("u")
        >>> print(He(3, u))
        He(3, u)
    """
    return call("He", n, z)


def H(n: Operand, z: Operand) -> Expr:
    """The physicists' Hermite polynomial H_n(z) = 2^(n/2) He_n(sqrt(2) z).

    Args:
        n: the degree, a non-negative integer.
        z: a formula; under an expectation an affine form of Gaussian variables.

    Returns:
        The formula ``H(n, z)``.

    Example:
        >>> from analytic.activations import gaussians
        >>> (u,) = gaussians("u")
        >>> print(H(3, u))
        H(3, u)
    """
    return call("H", n, z)


def log_abs(z: Operand) -> Expr:
    """The logarithm of |z|.

    Args:
        z: a formula; under an expectation an affine form of Gaussian variables.

    Returns:
        The formula ``log(abs(z))``.

    Example:
        >>> from analytic.activations import gaussians
        >>> (u,) = gaussians("u")
        >>> print(log_abs(u))
        log(abs(u))
    """
    return call("log", call("abs", z))


def tanh(z: Operand) -> Expr:
    """The hyperbolic tangent; its expectations have no closed form in general.

    Args:
        z: a formula; under an expectation an affine form of Gaussian variables.

    Returns:
        The formula ``tanh(z)``.

    Example:
        >>> from analytic.activations import gaussians
        >>> (u,) = gaussians("u")
        >>> print(tanh(u))
        tanh(u)
    """
    return call("tanh", z)


def sigmoid(z: Operand) -> Expr:
    """The logistic sigmoid 1/(1 + exp(-z)); no closed form in general.

    Args:
        z: a formula; under an expectation an affine form of Gaussian variables.

    Returns:
        The formula ``sigmoid(z)``.

    Example:
        >>> from analytic.activations import gaussians
        >>> (u,) = gaussians("u")
        >>> print(sigmoid(u))
        sigmoid(u)
    """
    return call("sigmoid", z)


def softplus(z: Operand) -> Expr:
    """The softplus log(1 + exp(z)); no closed form in general.

    Args:
        z: a formula; under an expectation an affine form of Gaussian variables.

    Returns:
        The formula ``softplus(z)``.

    Example:
        >>> from analytic.activations import gaussians
        >>> (u,) = gaussians("u")
        >>> print(softplus(u))
        softplus(u)
    """
    return call("softplus", z)


def silu(z: Operand) -> Expr:
    """The sigmoid linear unit z sigmoid(z); no closed form in general.

    Args:
        z: a formula; under an expectation an affine form of Gaussian variables.

    Returns:
        The formula ``silu(z)``.

    Example:
        >>> from analytic.activations import gaussians
        >>> (u,) = gaussians("u")
        >>> print(silu(u))
        silu(u)
    """
    return call("silu", z)
