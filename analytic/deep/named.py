"""Activations of deep networks by name."""

from __future__ import annotations

from typing import TypeAlias

from analytic.deep.angular import Piecewise, RectifiedPower, Step
from analytic.deep.derived import DerivedActivation
from analytic.deep.dual import DualActivation
from analytic.deep.smooth import BUMP, COSINE, ERF, EXPONENTIAL, GELU, PHI, SINE
from analytic.errors import FormulaError

#: A name, or anything that follows the protocol.
Activation: TypeAlias = str | DualActivation

NAMED: dict[str, DualActivation] = {
    "relu": Piecewise(0.0, 1.0),
    "abs": Piecewise(-1.0, 1.0),
    "identity": Piecewise(1.0, 1.0),
    "step": Step(),
    "relu^2": RectifiedPower(2),
    "relu^3": RectifiedPower(3),
    "erf": ERF,
    "Phi": PHI,
    "gelu": GELU,
    "sin": SINE,
    "cos": COSINE,
    "exp": EXPONENTIAL,
    "bump": BUMP,
    "elu": DerivedActivation("elu(z)", "step(z) + exp(z)*step(-z)"),
}


def dual_activation(activation: Activation) -> DualActivation:
    """The activation of that name; one that is already a `DualActivation` is returned as it is.

    Args:
        activation: a key of `NAMED`, or an object with ``second_moment``, ``kernel`` and ``derivative``, such as
            ``Piecewise(0.1, 1)`` (a leaky relu), ``RectifiedPower(4)`` or ``hermite(3)``, or
            ``DerivedActivation("gelu(z) + z", "Phi(z) + z*exp(-z^2/2)/sqrt(2*pi) + 1")`` for a formula of one's own.

    Returns:
        The activation.

    Raises:
        FormulaError: there is none of that name.

    Example:
        >>> dual_activation("relu")
        Piecewise(a=0.0, b=1.0, degree=1)
    """
    if isinstance(activation, str):
        if activation not in NAMED:
            raise FormulaError(f"got the activation {activation!r}, expected one of {', '.join(NAMED)}, or an object")
        return NAMED[activation]
    if not isinstance(activation, DualActivation):
        raise FormulaError(
            f"got {type(activation).__name__} for an activation, expected a name or an object with second_moment, "
            f"kernel and derivative; see analytic.deep.dual"
        )
    return activation
