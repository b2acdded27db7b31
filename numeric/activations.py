"""Activation functions, by definition, on arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import FloatArray, finite_array


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
