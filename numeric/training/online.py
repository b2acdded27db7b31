"""Online stochastic gradient descent: every step on a fresh batch, forward and backward pass by hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from numeric.arguments import FloatArray, positive_integer
from numeric.draws import generator
from numeric.errors import NumericError
from numeric.training.curvature import largest_curvature
from numeric.training.objectives import SampleObjective
from numeric.training.options import not_negative, positive
from numeric.training.run import Outcome, Start, finite


@dataclass(frozen=True)
class OnlineDescent:
    r"""$w_{t+1} = w_t - \frac{\eta}{1+\lambda t}\rho\, g_t$ with $g_t$ the gradient of the loss of a fresh batch.

    History, callback, loss and final gradient are those of the objective (closed form, held-out sample or all given
    data), evaluated at the recorded steps only: this loss hovers at a level proportional to $\eta$, it does not vanish.

    Args:
        step: $\eta > 0$.
        steps: number of steps, >= 1.
        batch: inputs a step, >= 1.
        seed: of the batches, integer >= 0.
        decay: $\lambda \ge 0$.
        tolerance: on the gradient's norm at recorded steps, > 0.

    Raises:
        DomainError: if a number is out of range.
        NumericError: if steps, batch or seed is no such integer.

    Source: Robbins and Monro 1951, A stochastic approximation method; Saad and Solla 1995, for the setting.

    Example:
        >>> OnlineDescent(0.1, 100, batch=8).name
        'online gradient descent, fresh batches of 8, step 0.1, seed 0'
    """

    step: float
    steps: int
    batch: int = 1
    seed: int = 0
    decay: float = 0.0
    tolerance: float = 1e-12

    def __post_init__(self) -> None:
        positive("step", self.step)
        positive("tolerance", self.tolerance)
        not_negative("decay", self.decay)
        positive_integer("steps", self.steps)
        positive_integer("batch", self.batch)
        if generator(self.seed)[1] is None:
            raise NumericError("seed is a Generator; expected an integer >= 0, because the run must be replayable")

    @property
    def name(self) -> str:
        """A few words for reports.

        Example:
            >>> OnlineDescent(0.1, 100, seed=3).name
            'online gradient descent, fresh batches of 1, step 0.1, seed 3'
        """
        return f"online gradient descent, fresh batches of {self.batch}, step {self.step:g}, seed {self.seed}"

    def run(self, start: Start) -> Outcome:
        """Takes all the steps, unless the run diverges or the callback stops it.

        Example:
            >>> from numeric.training import GaussianInputs, NetworkTeacher, TrainingProblem, train
            >>> problem = TrainingProblem(NetworkTeacher([[1.0]]), GaussianInputs(1))
            >>> train(problem, [[2.0]], OnlineDescent(0.5, 500, batch=10)).loss < 1e-10
            True
        """
        rng, limit = generator(self.seed)[0], start.limit
        point, time = start.parameters, 0.0
        stop = start.recorder.see(0, time, point, *start.objective.evaluate(point))
        for count in range(self.steps):
            if stop:
                return Outcome(point, *start.objective.evaluate(point), count, "stopped")
            rate = self.step / (1.0 + self.decay * count)
            loss, gradient = self._batch(start, rng, point)
            trial = start.moved(point, rate, gradient)
            if trial is None or not loss <= limit:
                return self._diverged(start, count)
            point, time = trial, time + rate
            if start.recorder.chosen(count + 1) or count + 1 == self.steps:
                whole = start.objective.evaluate(point)
                if not (finite(*whole) and whole[0] <= limit):
                    return self._diverged(start, count)
                stop = start.recorder.see(count + 1, time, point, *whole)
        loss, gradient = start.objective.evaluate(point)
        small = bool(np.linalg.norm(gradient) <= self.tolerance)
        return Outcome(point, loss, gradient, self.steps, "stopped" if stop else "converged" if small else "max_steps")

    def _batch(self, start: Start, rng: np.random.Generator, point: FloatArray) -> tuple[float, FloatArray]:
        x, y = start.problem.draw(rng, self.batch)
        return SampleObjective(x, y, start.problem.neuron, start.alpha, start.both).evaluate(point)

    def _diverged(self, start: Start, count: int) -> Outcome:
        """The best point on record; the batches' losses are too noisy to name another."""
        point = start.recorder.best()
        curvature = largest_curvature(start.objective, point, start.rates)
        stable = 2.0 / curvature if curvature > 0.0 else None
        words = f"step {self.step:g} diverged after {count + 1} steps; without noise {stable or 0:.3g} would be stable"
        return Outcome(point, *start.objective.evaluate(point), count + 1, "diverged", stable, words)
