"""What an optimiser starts from, and what it hands back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np

from numeric.arguments import FloatArray
from numeric.training.history import Recorder
from numeric.training.objectives import Objective
from numeric.training.problem import TrainingProblem

Reason: TypeAlias = Literal["converged", "max_steps", "diverged", "stalled", "stopped", "time"]

REASONS: dict[str, str] = {
    "converged": "the gradient's norm is at most the tolerance",
    "max_steps": "all steps that were allowed have been taken",
    "diverged": "the loss or a weight grew a millionfold or overflowed; the weights are the best before that",
    "stalled": "no step made progress in float64",
    "stopped": "the callback returned True",
    "time": "the end of the time was reached",
}

BLOWN_UP = 1e6
"""A run has diverged when its loss is this many times the energy of the labels and the first loss together.

Or, because the loss of a bounded activation is bounded, when a weight is this many times the larger of 1 and the first
weights.
"""


@dataclass(frozen=True, eq=False)
class Start:
    """What an optimiser works on.

    Args:
        problem: for fresh batches.
        objective: for everything else.
        parameters: shape (n, d), or (n, d + 1) with the second layer in the last column.
        rates: relative rates, of the shape of the parameters, > 0.
        alpha: second layer, shape (n,).
        both: whether it is trained.
        recorder: to be shown every step.

    Example:
        >>> from numeric.training import GaussianInputs, NetworkTeacher
        >>> problem, one = TrainingProblem(NetworkTeacher([[1.0]]), GaussianInputs(1)), np.ones((1, 1))
        >>> recorder = Recorder(lambda p: (p, np.ones(1)))
        >>> Start(problem, problem.objective(np.ones(1), False), one, one, np.ones(1), False, recorder).limit
        250000.0
    """

    problem: TrainingProblem
    objective: Objective
    parameters: FloatArray
    rates: FloatArray
    alpha: FloatArray
    both: bool
    recorder: Recorder

    @property
    def limit(self) -> float:
        """Loss above which a run has diverged.

        Example:
            >>> from numeric.training import GaussianInputs, NetworkTeacher
            >>> problem, two = TrainingProblem(NetworkTeacher([[1.0]]), GaussianInputs(1)), np.array([[2.0]])
            >>> recorder = Recorder(lambda p: (p, np.ones(1)))
            >>> Start(problem, problem.objective(np.ones(1), False), two, two, np.ones(1), False, recorder).limit
            500000.0
        """
        return BLOWN_UP * (self.objective.energy + self.objective.evaluate(self.parameters)[0])

    @property
    def reach(self) -> float:
        """Size of a parameter above which a run has diverged.

        Example:
            >>> from numeric.training import GaussianInputs, NetworkTeacher
            >>> problem, two = TrainingProblem(NetworkTeacher([[1.0]]), GaussianInputs(1)), np.array([[2.0]])
            >>> recorder = Recorder(lambda p: (p, np.ones(1)))
            >>> Start(problem, problem.objective(np.ones(1), False), two, two, np.ones(1), False, recorder).reach
            2000000.0
        """
        return BLOWN_UP * max(1.0, float(np.abs(self.parameters).max()))

    def moved(self, point: FloatArray, step: float, gradient: FloatArray) -> FloatArray | None:
        r"""The parameters after a step $-\eta\rho g$; None if they are beyond reach: the run diverges.

        Args:
            point: before.
            step: $\eta$.
            gradient: g.

        Returns:
            The parameters, or None.

        Example:
            >>> from numeric.training import GaussianInputs, NetworkTeacher
            >>> problem, one = TrainingProblem(NetworkTeacher([[1.0]]), GaussianInputs(1)), np.ones((1, 1))
            >>> recorder = Recorder(lambda p: (p, np.ones(1)))
            >>> start = Start(problem, problem.objective(np.ones(1), False), one, one, np.ones(1), False, recorder)
            >>> start.moved(one, 0.5, one), start.moved(one, 1e300, one)
            (array([[0.5]]), None)
        """
        with np.errstate(all="ignore"):
            trial = point - step * self.rates * gradient
            return trial if bool((np.abs(trial) <= self.reach).all()) else None


@dataclass(frozen=True, eq=False)
class Outcome:
    """Where an optimiser arrived.

    Args:
        parameters: of the shape of those at the start.
        loss: there.
        gradient: there.
        steps: steps taken.
        reason: one of the keys of `REASONS`.
        suggested_step: where a step was too large: two over the largest curvature.
        remark: what else there is to say.

    Example:
        >>> Outcome(np.ones((1, 1)), 0.0, np.zeros((1, 1)), 3, "converged").reason
        'converged'
    """

    parameters: FloatArray
    loss: float
    gradient: FloatArray
    steps: int
    reason: Reason
    suggested_step: float | None = None
    remark: str = ""


@runtime_checkable
class Optimiser(Protocol):
    """An algorithm with its options.

    Example:
        >>> from numeric.training import GradientDescent
        >>> optimiser: Optimiser = GradientDescent()
    """

    @property
    def tolerance(self) -> float:
        """On the Euclidean norm of the gradient."""

    @property
    def name(self) -> str:
        """A few words for reports."""

    def run(self, start: Start) -> Outcome:
        """Runs to an end."""


def finite(loss: float, gradient: FloatArray) -> bool:
    """Whether a step has arrived at finite numbers.

    Example:
        >>> finite(float("inf"), np.zeros(2))
        False
    """
    return bool(np.isfinite(loss) and np.isfinite(gradient).all())
