"""Gradient descent, with a fixed step or one that adapts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from numeric.arguments import EPS, FloatArray, positive_integer
from numeric.training.curvature import largest_curvature
from numeric.training.options import positive
from numeric.training.run import Outcome, Reason, Start, finite

GROWTH, SHRINK = 1.1, 0.5
"""Of the step, where it was accepted and where it was not: in balance at one refusal in eight."""


@dataclass(frozen=True)
class GradientDescent:
    r"""Gradient descent $w_{t+1} = w_t - \eta\rho g_t$ on the population loss or on all of a sample.

    Without a step, $\eta$ adapts: a step is taken if the loss does not rise, up to round-off, and the slope along the
    step has not changed sign; then $\eta$ grows by a tenth, else it is halved.

    Args:
        step: fixed $\eta > 0$; None for one that adapts.
        tolerance: on the Euclidean norm of the gradient, > 0.
        max_steps: steps, refused ones included, >= 1.

    Raises:
        DomainError: if step or tolerance is not positive and finite.
        NumericError: if max_steps is no integer >= 1.

    Example:
        >>> GradientDescent(step=0.1).name
        'gradient descent, step 0.1'
    """

    step: float | None = None
    tolerance: float = 1e-12
    max_steps: int = 10_000

    def __post_init__(self) -> None:
        positive("step", 1.0 if self.step is None else self.step)
        positive("tolerance", self.tolerance)
        positive_integer("max_steps", self.max_steps)

    @property
    def name(self) -> str:
        """A few words for reports.

        Example:
            >>> GradientDescent().name
            'gradient descent, adaptive steps'
        """
        return f"gradient descent, {'adaptive steps' if self.step is None else f'step {self.step:g}'}"

    def run(self, start: Start) -> Outcome:
        """Descends to an end.

        Example:
            >>> from numeric.training import GaussianInputs, NetworkTeacher, TrainingProblem, train
            >>> train(TrainingProblem(NetworkTeacher([[1.0]]), GaussianInputs(1)), [[2.0]], GradientDescent()).reason
            'converged'
        """
        evaluate, limit = start.objective.evaluate, start.limit
        point = start.parameters
        loss, gradient = evaluate(point)
        slack = 8.0 * EPS * sum(point.shape)
        eta, time, best = self.step or 1.0 / len(point), 0.0, (point, loss, gradient)
        stop = start.recorder.see(0, time, point, loss, gradient)
        for count in range(self.max_steps + 1):
            reason = self._ending(stop, gradient, count, eta)
            if reason is not None:
                return Outcome(point, loss, gradient, count, reason)
            trial = start.moved(point, eta, gradient)
            good = trial is not None
            if trial is not None:
                new_loss, new_gradient = evaluate(trial)
                good = finite(new_loss, new_gradient)
            if self.step is not None and not (good and new_loss <= limit):
                return self._diverged(start, best, count + 1)
            if self.step is None and good:
                along = float((new_gradient * start.rates * gradient).sum())
                good = new_loss <= loss + slack * (start.objective.energy + loss) and along >= 0.0
            if trial is not None and good:
                time += eta
                point, loss, gradient = trial, new_loss, new_gradient
                best = min(best, (point, loss, gradient), key=lambda found: found[1])
            if self.step is None:
                eta *= GROWTH if good else SHRINK
            stop = start.recorder.see(count + 1, time, point, loss, gradient)
        raise AssertionError("the last round ends the run")

    def _ending(self, stop: bool, gradient: FloatArray, count: int, eta: float) -> Reason | None:
        if stop:
            return "stopped"
        if np.linalg.norm(gradient) <= self.tolerance:
            return "converged"
        if count == self.max_steps:
            return "max_steps"
        return "stalled" if eta < EPS**2 else None

    def _diverged(self, start: Start, best: tuple[FloatArray, float, FloatArray], count: int) -> Outcome:
        curvature = largest_curvature(start.objective, best[0], start.rates)
        stable = 2.0 / curvature if curvature > 0.0 else None
        words = f"step {self.step:g} diverged after {count} steps; two over the largest curvature is {stable or 0:.3g}"
        return Outcome(*best, count, "diverged", stable, words)
