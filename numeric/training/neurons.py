"""Activations of trained networks with their derivatives, for the forward and the backward pass."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy import special

from numeric.arguments import FloatArray, real_number
from numeric.errors import DomainError

Pair: TypeAlias = tuple[FloatArray, FloatArray]


def _relu(z: FloatArray) -> Pair:
    return np.maximum(z, 0.0), np.heaviside(z, 0.0)


def _absolute(z: FloatArray) -> Pair:
    return np.abs(z), np.sign(z)


def _linear(z: FloatArray) -> Pair:
    return z, np.ones_like(z)


def _erf(z: FloatArray) -> Pair:
    return np.asarray(special.erf(z)), np.exp(-z * z) * (2.0 / math.sqrt(math.pi))


def _normal(z: FloatArray) -> Pair:
    return np.asarray(special.ndtr(z)), np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)


def _sigmoid(z: FloatArray) -> Pair:
    value = np.asarray(special.expit(z))
    return value, value * np.asarray(special.expit(-z))


PASSES: dict[str, Callable[[FloatArray], Pair]] = {
    "relu": _relu,
    "absolute": _absolute,
    "linear": _linear,
    "erf": _erf,
    "Phi": _normal,
    "sigmoid": _sigmoid,
}


@dataclass(frozen=True)
class Neuron:
    """An activation by name.

    Args:
        name: "relu", "leaky", "absolute", "linear", "erf", "Phi" (the normal distribution function) or
            "sigmoid" (the logistic one).
        slope: slope below zero of "leaky"; None for the others.

    Raises:
        DomainError: if the name is unknown, or slope does not go with it.

    Example:
        >>> Neuron("leaky", 0.1).values_and_slopes(np.array([-1.0, 2.0]))
        (array([-0.1,  2. ]), array([0.1, 1. ]))
    """

    name: str = "relu"
    slope: float | None = None

    def __post_init__(self) -> None:
        if self.name not in (*PASSES, "leaky"):
            raise DomainError(
                f"activation is {self.name!r}; expected one of {sorted([*PASSES, 'leaky'])}, because its derivative is "
                f"needed; write the network with one of these"
            )
        if (self.slope is not None) != (self.name == "leaky"):
            raise DomainError(
                f"slope is {self.slope!r} for {self.name!r}; expected a slope for 'leaky' and None for the others; try "
                f"Neuron('leaky', 0.1)"
            )
        if self.slope is not None and not math.isfinite(real_number("slope", self.slope)):
            raise DomainError(f"slope is {self.slope!r}; expected a finite slope below zero; try 0.1")

    @property
    def smooth(self) -> bool:
        """Whether the activation has no kink.

        Example:
            >>> Neuron("erf").smooth, Neuron("relu").smooth
            (True, False)
        """
        return self.name in ("linear", "erf", "Phi", "sigmoid")

    def values_and_slopes(self, z: FloatArray) -> Pair:
        """Activation and derivative, entry by entry; at a kink of relu and leaky the left one, of the absolute value 0.

        Args:
            z: any shape.

        Returns:
            Two arrays of that shape.

        Example:
            >>> Neuron("absolute").values_and_slopes(np.array([-2.0]))
            (array([2.]), array([-1.]))
        """
        if self.slope is None:
            return PASSES[self.name](z)
        return np.where(z > 0.0, z, self.slope * z), np.where(z > 0.0, 1.0, self.slope)


RELU = Neuron()
"""The rectifier, the default everywhere."""
