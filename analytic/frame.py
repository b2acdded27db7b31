r"""Vectors and matrices built from two vectors w, v: coordinates in their moving frame.

The frame is $e_1 = w/|w|$ and $e_2$ = the unit vector along $v/|v| - \cos\theta\, e_1$, so $v = |v|(\cos\theta\, e_1 +
\sin\theta\, e_2)$. A vector has coordinates (1, 2), a matrix (I, 11, 12, 21, 22). In dimension 3 and more these are
independent, so equality is equality of coordinates. Unlike coordinates in w and v these have finite limits as the
two vectors become parallel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from analytic.errors import FormulaError

T = TypeVar("T")
U = TypeVar("U")

VECTOR, MATRIX = ("1", "2"), ("I", "11", "12", "21", "22")
_SHAPES = {0: ("",), 1: VECTOR, 2: MATRIX}
_KINDS = {0: "a scalar", 1: "a vector", 2: "a matrix"}


@dataclass(frozen=True)
class Tensor(Generic[T]):
    """A scalar (order 0), vector (order 1) or matrix (order 2) in frame coordinates.

    Args:
        order: 0, 1 or 2.
        coordinates: an element for each of the coordinates ``""``; ``1, 2``; ``I, 11, 12, 21, 22``.

    Raises:
        FormulaError: coordinates that do not fit the order.
    """

    order: int
    coordinates: Mapping[str, T]

    def __post_init__(self) -> None:
        if tuple(self.coordinates) != _SHAPES[self.order]:
            raise FormulaError(f"got the coordinates {tuple(self.coordinates)}, expected {_SHAPES[self.order]}")

    @property
    def kind(self) -> str:
        """The order in words."""
        return _KINDS[self.order]

    @property
    def scalar(self) -> T:
        """The value of a tensor of order 0.

        Raises:
            FormulaError: this is a vector or a matrix.
        """
        if self.order:
            raise FormulaError(f"got {self.kind}, expected a scalar")
        return self.coordinates[""]

    def map(self, function: Callable[[T], U]) -> Tensor[U]:
        """The tensor with every coordinate mapped."""
        return Tensor(self.order, {k: function(x) for k, x in self.coordinates.items()})

    def combine(self, other: Tensor[T], function: Callable[[T, T], T]) -> Tensor[T]:
        """Coordinate-wise combination of two tensors of the same order.

        Raises:
            FormulaError: the orders differ.
        """
        if self.order != other.order:
            raise FormulaError(f"got {self.kind} and {other.kind}, expected two of the same kind")
        return Tensor(self.order, {k: function(x, other.coordinates[k]) for k, x in self.coordinates.items()})


def scalar(value: T) -> Tensor[T]:
    """A tensor of order 0."""
    return Tensor(0, {"": value})


def vector(first: T, second: T) -> Tensor[T]:
    """first * e_1 + second * e_2."""
    return Tensor(1, {"1": first, "2": second})


def matrix(identity: T, c11: T, c12: T, c21: T, c22: T) -> Tensor[T]:
    """identity * I + sum of c_ab e_a e_b^T."""
    return Tensor(2, {"I": identity, "11": c11, "12": c12, "21": c21, "22": c22})
