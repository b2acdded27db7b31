"""Teachers: a network, the norm of a linear map, the indicator of a ball, and arbitrary labels."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import FloatArray, finite_array, finite_matrix, real_number
from numeric.errors import DomainError, ShapeError
from numeric.training.neurons import RELU, Neuron


@runtime_checkable
class Teacher(Protocol):
    """What every teacher offers.

    Example:
        >>> teacher: Teacher = NormTeacher([[3.0, 4.0]])
        >>> teacher.labels(np.array([[1.0, 1.0]]))
        array([7.])
    """

    @property
    def dim(self) -> int | None:
        """Dimension of the input; None if any will do."""

    @property
    def name(self) -> str:
        """A few words for reports."""

    def labels(self, x: FloatArray) -> FloatArray:
        """Labels of inputs of shape (m, d), shape (m,)."""


@dataclass(frozen=True, eq=False)
class NetworkTeacher:
    r"""A network, $y(x) = \sum_j \beta_j \phi(v_j\cdot x)$.

    Args:
        V: first layer, shape (k, d).
        beta: second layer, shape (k,); ones if None.
        neuron: its activation.

    Raises:
        ShapeError: if V is no matrix, or beta does not fit.
        NonFiniteError: if an entry is NaN or infinite.

    Example:
        >>> NetworkTeacher(np.eye(2)).labels(np.array([[1.0, -2.0]]))
        array([1.])
    """

    V: ArrayLike
    beta: ArrayLike | None = None
    neuron: Neuron = RELU
    rows: FloatArray = field(init=False)
    weights: FloatArray = field(init=False)
    name: str = field(init=False, default="a network")

    def __post_init__(self) -> None:
        rows = finite_matrix("V", self.V)
        weights = np.ones(len(rows)) if self.beta is None else finite_array("beta", self.beta)
        if weights.shape != (len(rows),):
            raise ShapeError(f"beta has shape {weights.shape}; expected ({len(rows)},), one entry a row of V")
        object.__setattr__(self, "rows", rows)
        object.__setattr__(self, "weights", weights)

    @property
    def dim(self) -> int:
        """Dimension of the input.

        Example:
            >>> NetworkTeacher(np.eye(2, 3)).dim
            3
        """
        return int(self.rows.shape[1])

    def labels(self, x: FloatArray) -> FloatArray:
        """Labels, shape (m,).

        Example:
            >>> NetworkTeacher([[1.0]], beta=[2.0]).labels(np.array([[3.0]]))
            array([6.])
        """
        return np.asarray(self.neuron.values_and_slopes(x @ self.rows.T)[0] @ self.weights, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class NormTeacher:
    r"""The norm of a linear map, $y(x) = |Mx|$.

    Args:
        matrix: M, shape (m, d).

    Raises:
        ShapeError: if it is no matrix.
        NonFiniteError: if an entry is NaN or infinite.

    Example:
        >>> NormTeacher([[1.0, 0.0], [0.0, 1.0]]).labels(np.array([[3.0, 4.0]]))
        array([5.])
    """

    matrix: ArrayLike
    rows: FloatArray = field(init=False)
    name: str = field(init=False, default="the norm of a linear map")

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", finite_matrix("matrix", self.matrix))

    @property
    def dim(self) -> int:
        """Dimension of the input.

        Example:
            >>> NormTeacher([[1.0, 0.0]]).dim
            2
        """
        return int(self.rows.shape[1])

    def labels(self, x: FloatArray) -> FloatArray:
        """Labels, shape (m,).

        Example:
            >>> NormTeacher([[2.0]]).labels(np.array([[-1.0]]))
            array([2.])
        """
        return np.asarray(np.linalg.norm(x @ self.rows.T, axis=1), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class BallTeacher:
    r"""The indicator of a ball, $y(x) = 1\{|x - c| \le R\}$.

    Args:
        radius: R > 0.
        centre: c, shape (d,); the origin if None.

    Raises:
        DomainError: if radius is not positive and finite.
        ShapeError: if centre is no vector.
        NonFiniteError: if an entry of it is NaN or infinite.

    Example:
        >>> BallTeacher(1.0).labels(np.array([[0.5, 0.5], [1.0, 1.0]]))
        array([1., 0.])
    """

    radius: float
    centre: ArrayLike | None = None
    point: FloatArray | None = field(init=False, default=None)
    name: str = field(init=False, default="the indicator of a ball")

    def __post_init__(self) -> None:
        if not 0.0 < real_number("radius", self.radius) < math.inf:
            raise DomainError(f"radius is {self.radius!r}; expected a finite number > 0; try 1.0")
        if self.centre is not None:
            point = finite_array("centre", self.centre)
            if point.ndim != 1 or not point.size:
                raise ShapeError(f"centre has shape {point.shape}; expected a vector, a point of the input space")
            object.__setattr__(self, "point", point)

    @property
    def dim(self) -> int | None:
        """Dimension of the input; None if the centre is the origin.

        Example:
            >>> BallTeacher(1.0).dim, BallTeacher(1.0, [0.0, 1.0]).dim
            (None, 2)
        """
        return None if self.point is None else len(self.point)

    def labels(self, x: FloatArray) -> FloatArray:
        """Labels, shape (m,), 0 or 1.

        Example:
            >>> BallTeacher(1.0, [3.0]).labels(np.array([[3.5]]))
            array([1.])
        """
        away = x if self.point is None else x - self.point
        return np.asarray(np.linalg.norm(away, axis=1) <= self.radius, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class LabelTeacher:
    """Arbitrary labels: a function of the inputs.

    Args:
        function: of inputs of shape (m, d), returns labels of shape (m,), finite.
        name: a few words for reports.

    Example:
        >>> LabelTeacher(lambda x: x[:, 0] * x[:, 1]).labels(np.array([[2.0, 3.0]]))
        array([6.])
    """

    function: Callable[[FloatArray], FloatArray]
    name: str = "arbitrary labels"

    @property
    def dim(self) -> None:
        """None: any dimension will do.

        Example:
            >>> LabelTeacher(lambda x: x[:, 0]).dim is None
            True
        """
        return

    def labels(self, x: FloatArray) -> FloatArray:
        """Labels, shape (m,).

        Raises:
            ShapeError: if the function returns another number of labels.
            NonFiniteError: if a label is NaN or infinite.

        Example:
            >>> LabelTeacher(lambda x: 0.0 * x[:, 0]).labels(np.ones((2, 1)))
            array([0., 0.])
        """
        labels = finite_array("the labels", self.function(x))
        if labels.shape != (len(x),):
            raise ShapeError(f"the labels have shape {labels.shape}; expected ({len(x)},), one label an input")
        return labels
