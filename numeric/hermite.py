"""Hermite polynomials in both normalisations, by their recurrence, on arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import FloatArray, finite_array, positive_integer


def hermite_probabilists(n: int, z: ArrayLike) -> FloatArray:
    r"""Hermite polynomial $He_n(z)$, monic and orthogonal under $e^{-z^2/2}$.

    $He_0 = 1$, $He_1 = z$, $He_{k+1} = z He_k - k He_{k-1}$.

    Args:
        n: degree >= 0.
        z: finite, any shape.

    Returns:
        Array of the same shape.

    Raises:
        NumericError: if n is not an integer >= 0.
        NonFiniteError: if an entry of z is NaN or infinite, or the value overflows.

    Source: Szego 1975, Orthogonal polynomials, section 5.5.

    Example:
        >>> hermite_probabilists(3, [-1.0, 2.0])
        array([2., 2.])
    """
    return _hermite(n, z, 1.0)


def hermite_physicists(n: int, z: ArrayLike) -> FloatArray:
    r"""Hermite polynomial $H_n(z)$, orthogonal under $e^{-z^2}$ with leading coefficient $2^n$.

    $H_0 = 1$, $H_1 = 2z$, $H_{k+1} = 2z H_k - 2k H_{k-1}$.

    Args:
        n: degree >= 0.
        z: finite, any shape.

    Returns:
        Array of the same shape.

    Raises:
        NumericError: if n is not an integer >= 0.
        NonFiniteError: if an entry of z is NaN or infinite, or the value overflows.

    Source: Szego 1975, Orthogonal polynomials, section 5.5.

    Example:
        >>> hermite_physicists(3, [-1.0, 2.0])
        array([ 4., 40.])
    """
    return _hermite(n, z, 2.0)


def _hermite(n: int, z: ArrayLike, factor: float) -> FloatArray:
    """Three-term recurrence P_{k+1} = factor (z P_k - k P_{k-1}); factor 1 and 2 are the two normalisations."""
    array = finite_array("z", z)
    before, value = np.zeros_like(array), np.ones_like(array)
    with np.errstate(over="ignore", invalid="ignore"):
        for k in range(positive_integer("n", n, 0)):
            before, value = value, factor * (array * value - k * before)
    return finite_array(f"Hermite polynomial of degree {n}", value)
