"""Validation of the options of optimisers, and of the size of weights."""

from __future__ import annotations

import math
from numbers import Real

import numpy as np

from numeric.arguments import FloatArray
from numeric.errors import DomainError

SMALLEST, LARGEST = 1e-70, 1e70
"""Sizes of neurons whose fourth powers are numbers in float64."""


def positive(name: str, value: float) -> float:
    """Finite number above zero.

    Args:
        name: what to call the number in the message.
        value: the number.

    Returns:
        The number as a float.

    Raises:
        DomainError: if it is not such a number.

    Example:
        >>> positive("step", 1)
        1.0
    """
    if not _number(value) or not 0.0 < value < math.inf:
        raise DomainError(f"{name} is {value!r}; expected a finite number > 0; try {name}=1e-2 or less")
    return float(value)


def not_negative(name: str, value: float) -> float:
    """Finite number not below zero.

    Args:
        name: what to call the number in the message.
        value: the number.

    Returns:
        The number as a float.

    Raises:
        DomainError: if it is not such a number.

    Example:
        >>> not_negative("decay", 0)
        0.0
    """
    if not _number(value) or not 0.0 <= value < math.inf:
        raise DomainError(f"{name} is {value!r}; expected a finite number >= 0; try {name}=0")
    return float(value)


def _number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def moderate(name: str, rows: FloatArray) -> FloatArray:
    """Weights whose neurons are zero or neither tiny nor huge, so that no square or product of squares is lost.

    Args:
        name: what to call the weights in the message.
        rows: shape (..., d).

    Returns:
        The same.

    Raises:
        DomainError: if the largest entry of a row is neither 0 nor in [1e-70, 1e70].

    Example:
        >>> moderate("W", np.array([[1.0, 0.0]]))
        array([[1., 0.]])
    """
    sizes = np.abs(rows).max(axis=-1)
    bad = (sizes > LARGEST) | ((sizes < SMALLEST) & (sizes > 0.0))
    if bad.any():
        raise DomainError(
            f"{name} has a row of size {sizes[bad].flat[0]:.1e}; expected sizes in [{SMALLEST:g}, {LARGEST:g}], because"
            f" squares of norms would over- or underflow; rescale the weights"
        )
    return rows
