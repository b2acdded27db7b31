"""What the empirical witness refuses, one class a reason."""

from __future__ import annotations


class NumericError(ValueError):
    """Input or an intermediate value from which no honest estimate can be made.

    Example:
        >>> issubclass(NumericError, ValueError)
        True
    """


class ShapeError(NumericError):
    """An array has the wrong number of dimensions, or two arrays do not fit together."""


class NonFiniteError(NumericError):
    """A NaN or an infinity was passed in, or came out of a function that was to be integrated or differenced."""


class DomainError(NumericError):
    """A number lies outside the domain on which the quantity is defined."""


class ZeroNeuronError(NumericError):
    """A neuron or vector is zero where a direction is needed: the loss has no gradient at a zero neuron."""


class NotHomogeneousError(NumericError):
    r"""A function declared positively homogeneous of degree p does not satisfy $f(2x) = 2^p f(x)$."""


class RangeError(NumericError):
    """A sampled value left its declared range, so that the bound computed from that range would be false."""


class TooFewSamplesError(NumericError):
    """A sample that says too little about a mean: no spread at all, or rare events that carry it."""


class NotConvergedError(NumericError):
    """Rules or steps that do not approach each other as they are refined: there is no limit, or none in reach."""
