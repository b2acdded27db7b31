"""The exceptions of the exact witness: each says what was got, what was expected, why, and what to try."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analytic.balls import Ball


class AnalyticError(ValueError):
    """Base class of every error that the exact witness raises on a user's input."""


class FormulaError(AnalyticError):
    """A text or tree is not a formula of our language; carries the position where that is known."""


class OutsideRingError(AnalyticError):
    """A formula has no image in the canonical ring, so equality there cannot be decided."""


class DerivationError(AnalyticError):
    """No derivation rule applies to an expectation that is still open."""


class ZeroNeuronError(AnalyticError):
    """A derivative was asked for at a zero neuron, where the population loss is not differentiable."""


class DimensionError(AnalyticError):
    """Sizes are impossible or do not fit together."""


class DomainError(AnalyticError):
    """A value lies outside the domain on which the formula is defined."""


class NoClosedFormError(OutsideRingError):
    """The expectation has no closed form in the functions of this project; ``OpenExpectation.at`` certifies values."""


class NotIntegrableError(AnalyticError):
    """The expectation does not exist: the integrand grows too fast for the law."""


class LawError(AnalyticError):
    """The law of the variables is impossible: sizes do not fit, or a covariance is not positive semidefinite."""


class NoFixedPointError(DomainError):
    """A map from layer to layer has no fixed point where it was searched: the variances grow or fall without end."""


class AccuracyError(DomainError):
    """The digits asked for cannot be had; ``enclosure`` is the ball that is certified all the same."""

    def __init__(self, message: str, enclosure: Ball) -> None:
        super().__init__(message)
        self.enclosure = enclosure
