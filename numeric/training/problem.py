"""A problem of training: student activation, teacher, law of the input; and the loss that can be descended."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import FloatArray, finite_array, positive_integer, real_array
from numeric.draws import Seed, generator
from numeric.errors import DomainError, NumericError, ShapeError
from numeric.training.inputs import GaussianInputs, GivenInputs, InputLaw, RadialInputs
from numeric.training.neurons import RELU, Neuron
from numeric.training.objectives import Objective, PopulationObjective, SampleObjective
from numeric.training.population import closed_form
from numeric.training.teachers import NetworkTeacher, Teacher


@dataclass(frozen=True, eq=False)
class TrainingProblem:
    r"""Minimise $L(W, \alpha) = \tfrac12 E[(\sum_i\alpha_i\phi(w_i\cdot x) - y(x))^2]$.

    Args:
        teacher: a teacher; or, for given inputs, their labels, shape (m,).
        inputs: the law of x.
        neuron: activation of the student.

    Raises:
        ShapeError: if teacher and inputs do not have the same dimension, or the labels another number than the inputs.
        NonFiniteError: if a label is NaN or infinite.
        DomainError: if labels are given without inputs.
        NumericError: if inputs are no law.

    Example:
        >>> TrainingProblem(NetworkTeacher(np.eye(2)), GaussianInputs(2)).closed
        True
    """

    teacher: Teacher | ArrayLike
    inputs: InputLaw
    neuron: Neuron = RELU
    given: FloatArray | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if not isinstance(self.inputs, InputLaw):
            raise NumericError(f"inputs are {self.inputs!r}; expected the law of the inputs; try GaussianInputs(3)")
        d = self.inputs.dim
        if not isinstance(self.teacher, Teacher):
            object.__setattr__(self, "given", _given_labels(self.teacher, self.inputs))
            return
        dim = self.teacher.dim
        if dim not in (None, d):
            raise ShapeError(
                f"teacher has dimension {dim} and inputs have {d}; expected the same, because it labels them; pad the "
                f"smaller with zeros"
            )
        if isinstance(self.inputs, GivenInputs):
            object.__setattr__(self, "given", finite_array("the labels", self.teacher.labels(self.inputs.rows)))

    @property
    def closed(self) -> bool:
        """Whether the population loss has a closed form.

        It has for a network as teacher, of the same activation, if that is a rectifier, erf or Phi and the inputs are
        Gaussian, or a rectifier and the inputs radial with known second moment.

        Example:
            >>> from numeric.training.teachers import BallTeacher
            >>> TrainingProblem(BallTeacher(1.0), GaussianInputs(2)).closed
            False
        """
        if not isinstance(self.teacher, NetworkTeacher) or self.teacher.neuron != self.neuron:
            return False
        if isinstance(self.inputs, GaussianInputs):
            return self.neuron.name != "sigmoid"
        radial = isinstance(self.inputs, RadialInputs) and self.inputs.second_moment is not None
        return radial and self.neuron.name not in ("sigmoid", "erf", "Phi")

    def draw(self, rng: np.random.Generator, count: int) -> tuple[FloatArray, FloatArray]:
        """Fresh inputs and their labels; rows with replacement where inputs are given.

        Args:
            rng: the generator.
            count: number of inputs.

        Returns:
            Inputs, shape (count, d), and labels, shape (count,).

        Example:
            >>> TrainingProblem([5.0], GivenInputs([[1.0]])).draw(np.random.default_rng(0), 1)
            (array([[1.]]), array([5.]))
        """
        if isinstance(self.inputs, GivenInputs) and self.given is not None:
            chosen = self.inputs.choose(rng, count)
            return np.asarray(self.inputs.rows[chosen], dtype=np.float64), np.asarray(self.given[chosen])
        x = self.inputs.draw(rng, count)
        return x, self._labels(x)

    def objective(self, alpha: FloatArray, both: bool, sample: int | None = None, seed: Seed = 0) -> Objective:
        """The loss to descend: in closed form, or that of a sample.

        Args:
            alpha: second layer, shape (n,).
            both: whether it is trained.
            sample: size of a fixed sample; None for the population loss in closed form, or for all given data.
            seed: of the sample.

        Returns:
            The loss.

        Raises:
            DomainError: if sample is None and there is no closed form, or sample is passed with given data.

        Example:
            >>> TrainingProblem(NetworkTeacher(np.eye(2)), GaussianInputs(2)).objective(np.ones(2), False).method
            'population loss in closed form, Gaussian inputs'
        """
        if isinstance(self.inputs, GivenInputs) and self.given is not None:
            if sample is not None:
                raise DomainError(
                    f"sample is {sample!r} for given inputs; expected None: the loss is that of all of them"
                )
            return SampleObjective(
                self.inputs.rows, self.given, self.neuron, alpha, both, f"loss of {self.inputs.name}, all of them"
            )
        if sample is not None:
            x, y = self.draw(generator(seed)[0], positive_integer("sample", sample))
            words = f"loss of a fixed sample of {sample}, {self.inputs.name}, seed {generator(seed)[1]}"
            return SampleObjective(x, y, self.neuron, alpha, both, words)
        if not self.closed:
            raise DomainError(
                "the population loss has no closed form for this problem; expected a network as teacher with the "
                "student's activation, and Gaussian inputs; pass sample=10_000 for a fixed sample, or train online"
            )
        return self._population(alpha, both)

    def _population(self, alpha: FloatArray, both: bool) -> Objective:
        teacher = self.teacher
        assert isinstance(teacher, NetworkTeacher)
        root = self.inputs.root if isinstance(self.inputs, GaussianInputs) else None
        moment = self.inputs.second_moment if isinstance(self.inputs, RadialInputs) else None
        factor = 1.0 if moment is None else moment / self.inputs.dim
        rows = teacher.rows if root is None else teacher.rows @ root
        loss = closed_form(rows, self.neuron.name, self.neuron.slope, teacher.weights)
        fixed = None if both or (alpha == 1.0).all() else alpha
        return PopulationObjective(
            loss, root, factor, fixed, both, f"population loss in closed form, {self.inputs.name}"
        )

    def _labels(self, x: FloatArray) -> FloatArray:
        assert isinstance(self.teacher, Teacher)
        return real_array("the labels", self.teacher.labels(x))


def _given_labels(labels: ArrayLike, inputs: InputLaw) -> FloatArray:
    """Labels passed as an array."""
    if not isinstance(inputs, GivenInputs):
        raise DomainError(
            f"labels are given as an array and the inputs are {inputs.name}; expected given inputs, because fresh "
            f"inputs have no labels then; pass GivenInputs(x) or a LabelTeacher"
        )
    y = finite_array("labels", labels)
    if y.shape != (len(inputs.rows),):
        raise ShapeError(f"labels have shape {y.shape}; expected ({len(inputs.rows)},), one label a row of x")
    return y
