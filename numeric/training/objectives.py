"""What is descended: the population loss in closed form, or the loss of a fixed sample with its backward pass.

Parameters are one matrix, a neuron a row: its weights, and in a last column its second-layer weight if that is trained.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from numeric.arguments import FloatArray
from numeric.training.neurons import Neuron
from numeric.training.polish import differenced_hessian
from numeric.training.population import PopulationLoss
from numeric.training.population_hessian import dense_hessian


class Objective(Protocol):
    """A loss with its gradient; neither is finite where a diverging run has overflowed.

    Example:
        >>> objective: Objective = SampleObjective(np.ones((1, 1)), np.zeros(1), Neuron(), np.ones(1))
        >>> objective.evaluate(np.array([[2.0]]))
        (2.0, array([[2.]]))
    """

    @property
    def method(self) -> str:
        """A few words on where the loss comes from."""

    @property
    def energy(self) -> float:
        """Half of the mean square of the labels: the loss of the zero network."""

    def evaluate(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        """Loss, and gradient of the shape of the parameters."""

    def hessian(self, parameters: FloatArray) -> FloatArray:
        """Symmetric matrix, one row a parameter."""


@dataclass(frozen=True, eq=False)
class PopulationObjective:
    r"""Population loss in closed form, of $x = Sz$ with z standard Gaussian, times a constant.

    Args:
        population: the loss for standard Gaussian inputs, against the teacher $VS$.
        root: S, symmetric, shape (d, d); the identity if None.
        factor: $E|x|^2/d$ of radial inputs.
        alpha: fixed second layer, shape (n,), None for ones; ignored where it is trained.
        both: whether the last column of the parameters is the second layer.
        method: a few words.

    Example:
        >>> from numeric.training.population import closed_form
        >>> PopulationObjective(closed_form([[1.0]]), None, 1.0, None, False, "").evaluate(np.array([[2.0]]))
        (0.25, array([[0.5]]))
    """

    population: PopulationLoss
    root: FloatArray | None
    factor: float
    alpha: FloatArray | None
    both: bool
    method: str

    @property
    def energy(self) -> float:
        """Half of the mean square of the labels.

        Example:
            >>> from numeric.training.population import closed_form
            >>> PopulationObjective(closed_form([[1.0]]), None, 1.0, None, False, "").energy
            0.25
        """
        return self.population.constant * self.factor

    def evaluate(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        """Loss, and gradient of the shape of the parameters.

        Example:
            >>> from numeric.training.population import closed_form
            >>> full = PopulationObjective(closed_form([[1.0]]), None, 1.0, None, True, "")
            >>> full.evaluate(np.array([[1.0, 3.0]]))
            (1.0, array([[3., 1.]]))
        """
        with np.errstate(all="ignore"):
            W = parameters[:, :-1] if self.both else parameters
            students = np.ascontiguousarray(W if self.root is None else W @ self.root)[None]
            if self.both:
                loss, inner, outer = self.population.both(students, np.ascontiguousarray(parameters[None, :, -1]))
            else:
                loss, inner = self.population.step(students, None if self.alpha is None else self.alpha[None])
            slope = inner[0] if self.root is None else inner[0] @ self.root
            gradient = np.column_stack([slope, outer[0]]) if self.both else slope
            return float(loss[0]) * self.factor, gradient * self.factor

    def hessian(self, parameters: FloatArray) -> FloatArray:
        """Hessian: in closed form for the first layer if the second is of ones, else by differences of the gradient.

        Example:
            >>> from numeric.training.population import closed_form
            >>> PopulationObjective(closed_form([[1.0]]), None, 1.0, None, False, "").hessian(np.array([[2.0]]))
            array([[0.5]])
        """
        if self.both or self.alpha is not None:
            return differenced_hessian(lambda p: self.evaluate(p)[1])(parameters)
        if self.root is None:
            return dense_hessian(parameters, self.population) * self.factor
        n, d = parameters.shape
        blocks = dense_hessian(parameters @ self.root, self.population).reshape(n, d, n, d)
        turned = np.einsum("ab,ibjc,ce->iaje", self.root, blocks, self.root, optimize=True).reshape(n * d, n * d)
        return np.asarray((turned + turned.T) * (self.factor / 2.0), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class SampleObjective:
    r"""Loss of a sample, $\frac1{2m}\sum_s(\sum_i\alpha_i\phi(w_i\cdot x_s) - y_s)^2$, and its backward pass.

    Args:
        x: inputs, shape (m, d).
        y: labels, shape (m,).
        neuron: activation of the student.
        alpha: fixed second layer, shape (n,); ignored where it is trained.
        both: whether the last column of the parameters is the second layer.
        method: a few words.

    Example:
        >>> full = SampleObjective(np.ones((1, 1)), np.zeros(1), Neuron(), np.ones(1), both=True)
        >>> full.evaluate(np.array([[2.0, 3.0]]))
        (18.0, array([[18., 12.]]))
    """

    x: FloatArray
    y: FloatArray
    neuron: Neuron
    alpha: FloatArray
    both: bool = False
    method: str = "loss of a fixed sample"

    @property
    def energy(self) -> float:
        """Half of the mean square of the labels.

        Example:
            >>> SampleObjective(np.ones((2, 1)), np.array([1.0, 3.0]), Neuron(), np.ones(1)).energy
            2.5
        """
        return 0.5 * float(self.y @ self.y) / len(self.y)

    def evaluate(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        """Loss, and gradient of the shape of the parameters.

        Example:
            >>> SampleObjective(np.ones((1, 1)), np.ones(1), Neuron("linear"), np.ones(1)).evaluate(np.array([[3.0]]))
            (2.0, array([[2.]]))
        """
        with np.errstate(all="ignore"):
            W, alpha = (parameters[:, :-1], parameters[:, -1]) if self.both else (parameters, self.alpha)
            values, slopes = self.neuron.values_and_slopes(self.x @ W.T)
            residual = values @ alpha - self.y
            slopes *= residual[:, None]
            gradient = slopes.T @ self.x
            gradient *= alpha[:, None]
            if self.both:
                gradient = np.column_stack([gradient, values.T @ residual])
            return 0.5 * float(residual @ residual) / len(self.y), gradient / len(self.y)

    def hessian(self, parameters: FloatArray) -> FloatArray:
        """Hessian by differences of the gradient; of relu it is that of the piece, the kinks being off the sample.

        Example:
            >>> SampleObjective(np.ones((1, 1)), np.ones(1), Neuron(), np.ones(1)).hessian(np.array([[3.0]])).round(8)
            array([[1.]])
        """
        return differenced_hessian(lambda p: self.evaluate(p)[1])(parameters)
