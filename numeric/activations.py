"""Activation functions, by definition, on arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from numeric.arguments import FloatArray, finite_array
from numeric.errors import DomainError


def relu(z: ArrayLike) -> FloatArray:
    r"""Rectifier $\max(z, 0)$.

    Args:
        z: finite, any shape.

    Returns:
        Array of the same shape.

    Raises:
        NonFiniteError: if an entry is NaN or infinite.

    Example:
        >>> relu([-2.0, 0.0, 3.0])
        array([0., 0., 3.])
    """
    return np.maximum(finite_array("z", z), 0.0)


def step(z: ArrayLike) -> FloatArray:
    r"""Unit step $1\{z > 0\}$, the derivative of the rectifier, with value 0 at 0.

    Args:
        z: finite, any shape.

    Returns:
        Array of the same shape.

    Raises:
        NonFiniteError: if an entry is NaN or infinite.

    Example:
        >>> step([-2.0, 0.0, 3.0])
        array([0., 0., 1.])
    """
    return np.heaviside(finite_array("z", z), 0.0)


def sign(z: ArrayLike) -> FloatArray:
    r"""Sign of z, with value 0 at 0.

    Args:
        z: finite, any shape.

    Returns:
        Array of the same shape.

    Raises:
        NonFiniteError: if an entry is NaN or infinite.

    Example:
        >>> sign([-2.0, 0.0, 3.0])
        array([-1.,  0.,  1.])
    """
    return np.sign(finite_array("z", z))


def absolute(z: ArrayLike) -> FloatArray:
    r"""Absolute value $|z|$.

    Args:
        z: finite, any shape.

    Returns:
        Array of the same shape.

    Raises:
        NonFiniteError: if an entry is NaN or infinite.

    Example:
        >>> absolute([-2.0, 0.0, 3.0])
        array([2., 0., 3.])
    """
    return np.abs(finite_array("z", z))


def leaky_relu(z: ArrayLike, slope: float) -> FloatArray:
    r"""Leaky rectifier: z for $z > 0$, slope times z otherwise.

    Args:
        z: finite, any shape.
        slope: finite; 0 gives the rectifier, -1 the absolute value, 1 the identity.

    Returns:
        Array of the same shape.

    Raises:
        NonFiniteError: if an entry of z, or the slope, is NaN or infinite.

    Example:
        >>> leaky_relu([-2.0, 0.0, 3.0], 0.5)
        array([-1.,  0.,  3.])
    """
    array, factor = finite_array("z", z), float(finite_array("slope", slope))
    return np.where(array > 0.0, array, factor * array)


def abrelu(z: ArrayLike, a: float, b: float) -> FloatArray:
    r"""Piecewise linear activation with a kink at 0, $a \min(z, 0) + b \max(z, 0)$.

    Args:
        z: finite, any shape.
        a: finite slope for $z < 0$.
        b: finite slope for $z > 0$.

    Returns:
        Array of the same shape.

    Raises:
        NonFiniteError: if an entry of z, or a slope, is NaN or infinite.

    Example:
        >>> abrelu([-2.0, 0.0, 3.0], 0.5, 2.0)
        array([-1.,  0.,  6.])
    """
    array = finite_array("z", z)
    below, above = float(finite_array("a", a)), float(finite_array("b", b))
    return below * np.minimum(array, 0.0) + above * np.maximum(array, 0.0)


def erf(z: ArrayLike) -> FloatArray:
    r"""Error function $\frac{2}{\sqrt\pi} \int_0^z e^{-t^2} dt$.

    Args:
        z: finite, any shape.

    Returns:
        Array of the same shape, in [-1, 1].

    Raises:
        NonFiniteError: if an entry is NaN or infinite.

    Example:
        >>> erf([-9.0, 0.0, 9.0])
        array([-1.,  0.,  1.])
    """
    return np.asarray(special.erf(finite_array("z", z)), dtype=np.float64)


def normal_cdf(z: ArrayLike) -> FloatArray:
    r"""Standard Gaussian distribution function, $\Phi(z) = \frac{1}{\sqrt{2\pi}} \int_{-\infty}^z e^{-t^2/2} dt$.

    Args:
        z: finite, any shape.

    Returns:
        Array of the same shape, in [0, 1], with full relative accuracy in the lower tail.

    Raises:
        NonFiniteError: if an entry is NaN or infinite.

    Example:
        >>> normal_cdf([-50.0, 0.0, 50.0])
        array([0. , 0.5, 1. ])
    """
    return np.asarray(special.ndtr(finite_array("z", z)), dtype=np.float64)


def gaussian_bump(z: ArrayLike) -> FloatArray:
    r"""Gaussian bump $e^{-z^2/2}$, without the factor of a density.

    Args:
        z: finite, any shape.

    Returns:
        Array of the same shape, in [0, 1].

    Raises:
        NonFiniteError: if an entry is NaN or infinite.

    Example:
        >>> gaussian_bump([-1e200, 0.0, 50.0])
        array([0., 1., 0.])
    """
    size = np.minimum(np.abs(finite_array("z", z)), 50.0)  # the bump underflows at 39, the square overflows at 1e154
    return np.asarray(np.exp(-size * size / 2.0), dtype=np.float64)


def gelu(z: ArrayLike) -> FloatArray:
    r"""Gaussian error linear unit $z\,\Phi(z)$, the exact one and not its tanh approximation.

    Args:
        z: finite, any shape.

    Returns:
        Array of the same shape.

    Raises:
        NonFiniteError: if an entry is NaN or infinite.

    Source: Hendrycks and Gimpel 2016, Gaussian error linear units.

    Example:
        >>> gelu([-50.0, 0.0, 50.0])
        array([-0.,  0., 50.])
    """
    array = finite_array("z", z)
    return array * normal_cdf(array)


def elu(z: ArrayLike, alpha: float = 1.0) -> FloatArray:
    r"""Exponential linear unit: z for $z > 0$, $\alpha(e^z - 1)$ otherwise.

    Args:
        z: finite, any shape.
        alpha: finite; the slope jumps at 0 unless it is 1.

    Returns:
        Array of the same shape.

    Raises:
        NonFiniteError: if an entry of z, or alpha, is NaN or infinite.

    Source: Clevert, Unterthiner and Hochreiter 2016, Fast and accurate deep network learning by exponential linear
        units.

    Example:
        >>> elu([-800.0, 0.0, 800.0], 2.0)
        array([ -2.,   0., 800.])
    """
    array, factor = finite_array("z", z), float(finite_array("alpha", alpha))
    return np.where(array > 0.0, array, factor * np.expm1(np.minimum(array, 0.0)))


def log_absolute(z: ArrayLike) -> FloatArray:
    r"""Logarithm of the absolute value, $\log|z|$.

    Args:
        z: finite and not 0, any shape.

    Returns:
        Array of the same shape.

    Raises:
        NonFiniteError: if an entry is NaN or infinite.
        DomainError: if an entry is 0.

    Example:
        >>> log_absolute([-1.0, 1.0])
        array([0., 0.])
    """
    size = np.abs(finite_array("z", z))
    if not size.all():
        raise DomainError(
            "z has an entry 0; expected non-zero numbers, because log|z| has no value at 0; declare the hyperplane as "
            "singular to gaussian_mean, which then stays off it"
        )
    return np.asarray(np.log(size), dtype=np.float64)


def tanh(z: ArrayLike) -> FloatArray:
    r"""Hyperbolic tangent $(e^z - e^{-z}) / (e^z + e^{-z})$.

    Args:
        z: finite, any shape.

    Returns:
        Array of the same shape, in [-1, 1].

    Raises:
        NonFiniteError: if an entry is NaN or infinite.

    Example:
        >>> tanh([-800.0, 0.0, 800.0])
        array([-1.,  0.,  1.])
    """
    return np.tanh(finite_array("z", z))


def sigmoid(z: ArrayLike) -> FloatArray:
    r"""Logistic sigmoid $1 / (1 + e^{-z})$.

    Args:
        z: finite, any shape.

    Returns:
        Array of the same shape, in [0, 1].

    Raises:
        NonFiniteError: if an entry is NaN or infinite.

    Example:
        >>> sigmoid([-800.0, 0.0, 800.0])
        array([0. , 0.5, 1. ])
    """
    return np.asarray(special.expit(finite_array("z", z)), dtype=np.float64)


def softplus(z: ArrayLike) -> FloatArray:
    r"""Smooth rectifier $\log(1 + e^z)$.

    Args:
        z: finite, any shape.

    Returns:
        Array of the same shape.

    Raises:
        NonFiniteError: if an entry is NaN or infinite.

    Example:
        >>> softplus([-800.0, 800.0])
        array([  0., 800.])
    """
    return np.logaddexp(0.0, finite_array("z", z))


def silu(z: ArrayLike) -> FloatArray:
    r"""Sigmoid linear unit $z / (1 + e^{-z})$.

    Args:
        z: finite, any shape.

    Returns:
        Array of the same shape.

    Raises:
        NonFiniteError: if an entry is NaN or infinite.

    Source: Elfwing, Uchibe and Doya 2018, Sigmoid-weighted linear units for neural network function
        approximation in reinforcement learning.

    Example:
        >>> silu([-800.0, 0.0, 800.0])
        array([ -0.,   0., 800.])
    """
    array = finite_array("z", z)
    return array * sigmoid(array)
