"""Training of one network: from initial weights by an optimiser to a result that says how it came about."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import FloatArray, finite_array, finite_matrix
from numeric.draws import Seed
from numeric.errors import NonFiniteError, NumericError, ShapeError, ZeroNeuronError
from numeric.training.history import Callback, History, Recorder
from numeric.training.newton import NewtonPolish
from numeric.training.online import OnlineDescent
from numeric.training.options import moderate, not_negative
from numeric.training.problem import TrainingProblem
from numeric.training.run import REASONS, Optimiser, Outcome, Reason, Start, finite

HELD_OUT = 10_000
"""Inputs of the fixed sample on which an online run is watched where the loss has no closed form."""


@dataclass(frozen=True, eq=False)
class Training:
    """A finished run.

    Args:
        weights: first layer, shape (n, d).
        second_layer: shape (n,).
        loss: there, by `method`.
        gradient_norm: Euclidean norm over all trained weights, there.
        steps: steps taken.
        reason: why it ended, one of the keys of `numeric.training.run.REASONS`.
        history: the run at chosen steps.
        method: the optimiser, and where the loss comes from: closed form, fixed sample or given data.
        suggested_step: where a fixed step diverged: two over the largest curvature of the best point.
        remark: what else there is to say, often nothing.

    Example:
        >>> from numeric.training import GaussianInputs, GradientDescent, NetworkTeacher, TrainingProblem
        >>> print(train(TrainingProblem(NetworkTeacher([[1.0]]), GaussianInputs(1)), [[2.0]], GradientDescent(1.0)))
        loss 0 after 39 steps, |gradient| = 9.1e-13: converged (gradient descent, step 1; population loss in closed
        form, Gaussian inputs)
    """

    weights: FloatArray
    second_layer: FloatArray
    loss: float
    gradient_norm: float
    steps: int
    reason: Reason
    history: History
    method: str
    suggested_step: float | None = None
    remark: str = ""

    @property
    def explanation(self) -> str:
        """The reason in words.

        Example:
            >>> REASONS["stopped"]
            'the callback returned True'
        """
        return f"{REASONS[self.reason]}{'; ' if self.remark else ''}{self.remark}"

    def __str__(self) -> str:
        return (
            f"loss {self.loss:.2g} after {self.steps} steps, |gradient| = {self.gradient_norm:.2g}: {self.reason} "
            f"({self.method})"
        )


def train(
    problem: TrainingProblem,
    W: ArrayLike,
    optimiser: Optimiser,
    *,
    alpha: ArrayLike | None = None,
    second_rate: float = 0.0,
    sample: int | None = None,
    seed: Seed = 0,
    record: int | Collection[int] = 0,
    callback: Callback | None = None,
    polish: bool = False,
) -> Training:
    r"""Trains one network. The same arguments give the same bits.

    Args:
        problem: student activation, teacher and inputs.
        W: initial first layer, shape (n, d); see `initial_weights`.
        optimiser: `GradientDescent`, `OnlineDescent`, `GradientFlow`, `QuasiNewton` or `NewtonPolish`.
        alpha: initial second layer, shape (n,); ones if None.
        second_rate: rate of the second layer relative to that of the first, >= 0; 0 leaves it as it is. L-BFGS and
            Newton's method know no rates: there any positive number means that it is trained.
        sample: size of the fixed sample that stands for the population; None for the closed form, or all given data. An
            online run without closed form is watched on a sample of 10,000.
        seed: of that sample.
        record: history every so many steps; 0 for the first and the last only; or the steps.
        callback: called with `Progress` at every step (online: at every recorded one); returning True ends the run.
        polish: whether Newton's method finishes a run that has neither diverged nor been stopped.

    Returns:
        The finished run; also where it diverged or was stopped: what was reached is in it.

    Raises:
        ShapeError: if W or alpha does not fit.
        NonFiniteError: if an entry is NaN or infinite, or the loss at W is.
        ZeroNeuronError: if a row of W is zero and the activation has a kink.
        DomainError: if second_rate is negative, or there is neither a closed form nor a sample.
        NumericError: if optimiser, record or sample is impossible.

    Example:
        >>> from numeric.training import GaussianInputs, NetworkTeacher, QuasiNewton, initial_weights
        >>> problem = TrainingProblem(NetworkTeacher(np.eye(3)), GaussianInputs(3))
        >>> run = train(problem, initial_weights("xavier", 3, 3, seed=1), QuasiNewton(), polish=True)
        >>> run.gradient_norm <= 1e-12, run.loss < 1e-15
        (True, True)
    """
    if not isinstance(optimiser, Optimiser):
        raise NumericError(f"optimiser is {optimiser!r}; expected an optimiser with its options; try GradientDescent()")
    weights = moderate("W", finite_matrix("W", W, columns=problem.inputs.dim))
    if not problem.neuron.smooth and not weights.any(axis=1).all():
        raise ZeroNeuronError(
            "W has a zero row; expected non-zero neurons, because the loss has no gradient at a zero neuron; draw it "
            "again"
        )
    second = np.ones(len(weights)) if alpha is None else finite_array("alpha", alpha)
    if second.shape != (len(weights),):
        raise ShapeError(f"alpha has shape {second.shape}; expected ({len(weights)},), one entry a row of W")
    both = not_negative("second_rate", second_rate) > 0.0
    if sample is None and isinstance(optimiser, OnlineDescent) and not problem.closed and problem.given is None:
        sample = HELD_OUT

    def split(parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
        return (parameters[:, :-1], parameters[:, -1]) if both else (parameters, second)

    parameters = np.column_stack([weights, second]) if both else weights.copy()
    rates = np.ones_like(parameters)
    if both:
        rates[:, -1] = second_rate
    recorder = Recorder(split, record, callback)
    objective = problem.objective(second, both, sample, seed)
    if not finite(*objective.evaluate(parameters)):
        raise NonFiniteError(
            "the loss is not finite at W; expected weights of moderate size, and no neuron that vanishes on all inputs "
            "of a degenerate covariance; draw them again"
        )
    start = Start(problem, objective, parameters, rates, second, both, recorder)
    outcome = optimiser.run(start)
    if polish and outcome.reason in ("max_steps", "stalled", "time"):
        outcome = _polished(start, outcome, optimiser.tolerance)
    inner, outer = (part.copy() for part in split(outcome.parameters))
    return Training(
        inner,
        outer,
        outcome.loss,
        float(np.linalg.norm(outcome.gradient)),
        outcome.steps,
        outcome.reason,
        recorder.history(),
        f"{optimiser.name}; {objective.method}",
        outcome.suggested_step,
        outcome.remark,
    )


def _polished(start: Start, outcome: Outcome, tolerance: float) -> Outcome:
    """The outcome, finished by Newton's method if it allows that."""
    silent = Recorder(start.recorder.split)
    found = NewtonPolish(tolerance).run(replace(start, parameters=outcome.parameters, recorder=silent))
    if found.reason != "converged":
        return replace(outcome, remark=found.remark)
    steps = outcome.steps + found.steps
    start.recorder.see(steps, start.recorder.time, found.parameters, found.loss, found.gradient)
    return replace(found, steps=steps)
