"""Population losses in closed form: which activations have one, and a step of many students at once."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import FloatArray, finite_array, finite_matrix
from numeric.errors import DomainError, ShapeError, ZeroNeuronError
from numeric.training.options import moderate
from numeric.training.population_erf import SHAPES, ErfPopulation
from numeric.training.population_rectifiers import RectifierPopulation

SMOOTH = ("erf", "linear", "sigmoid", "Phi")
"""Activations without a kink, for which a neuron may be zero."""


class PopulationLoss(Protocol):
    """What every closed form offers: the teacher's energy, and losses and gradients of many students at once.

    Example:
        >>> closed_form([[1.0, 0.0]]).constant
        0.25
    """

    activation: str
    teacher: FloatArray
    constant: float

    def step(self, W: FloatArray, alpha: FloatArray | None = None) -> tuple[FloatArray, FloatArray]:
        """Losses, shape (runs,), and gradients of students of shape (runs, n, d)."""

    def both(self, W: FloatArray, alpha: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Losses and the gradients in the first and in the second layer, of shape (runs, n)."""


def closed_form(
    V: ArrayLike, activation: str = "relu", slope: float | None = None, beta: ArrayLike | None = None
) -> PopulationLoss:
    r"""Population loss $\tfrac12 E[(\sum_i\alpha_i\phi(w_i\cdot x)-\sum_j\beta_j\phi(v_j\cdot x))^2]$ teacher fixed.

    Args:
        V: teacher, shape (k, d).
        activation: "relu", "leaky", "absolute", "linear", "erf" or "Phi".
        slope: slope below zero of "leaky".
        beta: second layer of the teacher, shape (k,); ones if None.

    Returns:
        The loss, for standard Gaussian inputs.

    Raises:
        ShapeError: if V is no matrix, or beta does not fit.
        NonFiniteError: if an entry is NaN or infinite.
        DomainError: if there is no closed form for the activation, or slope does not go with it.

    Example:
        >>> closed_form([[1.0, 0.0]], "erf").step(np.zeros((1, 1, 2)))[0] * np.pi        # arctan(2 / 5^(1/2))
        array([0.72972766])
    """
    if activation not in SHAPES:
        return RectifierPopulation(V, activation, slope, beta)
    if slope is not None:
        raise DomainError(f"slope is {slope!r} for {activation!r}; expected None, it has none; try 'leaky'")
    return ErfPopulation(V, beta, activation)


def population_step(
    W: ArrayLike, V: ArrayLike, activation: str = "relu", slope: float | None = None
) -> tuple[FloatArray, FloatArray]:
    r"""Population losses $\tfrac12 E[(\sum_i\phi(w_i\cdot x)-\sum_j\phi(v_j\cdot x))^2]$, with gradients.

    The bits of a run do not depend on the other runs. To take many steps against one teacher, keep a `closed_form`.

    Args:
        W: students, shape (runs, n, d).
        V: teacher, shape (k, d).
        activation: "relu", "leaky", "absolute", "linear", "erf" or "Phi".
        slope: slope below zero of "leaky".

    Returns:
        Losses, shape (runs,), and gradients, shape (runs, n, d).

    Raises:
        ShapeError: if W has not three axes, or V not the same number of columns.
        NonFiniteError: if an entry is NaN or infinite.
        ZeroNeuronError: if a row of W is zero, of a rectifier with a kink: the loss is not differentiable there.
        DomainError: if there is no closed form for the activation.

    Source: Cho and Saul 2009; Brutzkus and Globerson 2017; for erf, Williams 1998.

    Example:
        >>> population_step([[[2.0, 0.0]]], [[1.0, 0.0]])
        (array([0.25]), array([[[0.5, 0. ]]]))
    """
    students = students_of(W, activation)
    return closed_form(finite_matrix("V", V, columns=students.shape[2]), activation, slope).step(students)


def students_of(W: ArrayLike, activation: str) -> FloatArray:
    """Students of many runs, checked.

    Args:
        W: shape (runs, n, d).
        activation: at a kink of its own a zero neuron has no gradient; erf and the identity have none.

    Returns:
        The same as float64, contiguous.

    Raises:
        ShapeError: if W has not three axes, or one of them is empty.
        NonFiniteError: if an entry is NaN or infinite.
        ZeroNeuronError: if a row is zero and the activation has a kink.
        DomainError: if the squares of a row would over- or underflow.

    Example:
        >>> students_of([[[1, 2]]], "relu").shape
        (1, 1, 2)
    """
    students = np.ascontiguousarray(finite_array("W", W))
    if students.ndim != 3 or 0 in students.shape:
        raise ShapeError(
            f"W has shape {students.shape}; expected (runs, n, d), none of them 0; try W[None] for a single student"
        )
    if activation not in SMOOTH and not students.any(axis=2).all():
        where = [tuple(map(int, index)) for index in np.argwhere(~students.any(axis=2))]
        raise ZeroNeuronError(
            f"W is zero at (run, neuron) {where}; expected non-zero neurons, because the loss has no gradient at a "
            f"zero neuron; draw it again or drop it"
        )
    return moderate("W", students)
