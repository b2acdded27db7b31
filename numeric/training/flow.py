"""Gradient flow, by an adaptive Runge-Kutta method of order eight."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.integrate import DOP853

from numeric.arguments import FloatArray, positive_integer
from numeric.errors import DomainError
from numeric.training.options import positive
from numeric.training.run import Outcome, Reason, Start, finite


@dataclass(frozen=True)
class GradientFlow:
    r"""$\dot w = -\rho\,\nabla L(w)$ up to a time, or until the gradient is small.

    Args:
        time: end of the flow, > 0, may be infinite.
        accuracy: relative and absolute accuracy of a step, in (0, 1e-2].
        tolerance: on the Euclidean norm of the gradient, > 0. The flow is stiff near the end, so that small tolerances
            cost time; Newton's method is better for the last digits.
        max_steps: steps of the solver, >= 1.

    Raises:
        DomainError: if a number is out of range.
        NumericError: if max_steps is no integer >= 1.

    Source: Dormand and Prince 1980; Hairer, Norsett and Wanner 1993, section II.5, for the method.

    Example:
        >>> GradientFlow(5.0).name
        'gradient flow up to time 5, accuracy 1e-09'
    """

    time: float = math.inf
    accuracy: float = 1e-9
    tolerance: float = 1e-8
    max_steps: int = 10_000

    def __post_init__(self) -> None:
        positive("tolerance", self.tolerance)
        positive_integer("max_steps", self.max_steps)
        if not self.time > 0.0:
            raise DomainError(f"time is {self.time!r}; expected a number > 0, infinity included; try 100.0")
        if not 1e-13 <= self.accuracy <= 1e-2:
            raise DomainError(f"accuracy is {self.accuracy!r}; expected a number in [1e-13, 1e-2]; try 1e-9")

    @property
    def name(self) -> str:
        """A few words for reports.

        Example:
            >>> GradientFlow().name
            'gradient flow up to time inf, accuracy 1e-09'
        """
        return f"gradient flow up to time {self.time:g}, accuracy {self.accuracy:g}"

    def run(self, start: Start) -> Outcome:
        """Flows to an end.

        Example:
            >>> from numeric.training import GaussianInputs, NetworkTeacher, TrainingProblem, train
            >>> problem = TrainingProblem(NetworkTeacher([[1.0]]), GaussianInputs(1))   # w' = -(w - 1)/2
            >>> bool(abs(train(problem, [[2.0]], GradientFlow(2.0)).weights - 1.0 - np.exp(-1.0)) < 1e-7)
            True
        """
        shape, evaluate = start.parameters.shape, start.objective.evaluate

        def field(_: float, flat: FloatArray) -> FloatArray:
            return -(start.rates * evaluate(flat.reshape(shape))[1]).reshape(-1)

        point, count, time = start.parameters, 0, 0.0
        loss, gradient = evaluate(point)
        stop = start.recorder.see(0, 0.0, point, loss, gradient)
        solver = DOP853(field, 0.0, point.reshape(-1), self.time, rtol=self.accuracy, atol=self.accuracy)
        while (reason := self._ending(stop, gradient, count, time)) is None:
            with np.errstate(all="ignore"):
                solver.step()
            new = np.array(solver.y).reshape(shape)
            new_loss, new_gradient = evaluate(new)
            if solver.status == "failed" or not finite(new_loss, new_gradient):
                return Outcome(point, loss, gradient, count, "stalled", remark="the solver's step fell below round-off")
            point, loss, gradient, count, time = new, new_loss, new_gradient, count + 1, float(solver.t)
            stop = start.recorder.see(count, time, point, loss, gradient)
        return Outcome(point, loss, gradient, count, reason)

    def _ending(self, stop: bool, gradient: FloatArray, count: int, time: float) -> Reason | None:
        if stop:
            return "stopped"
        if np.linalg.norm(gradient) <= self.tolerance:
            return "converged"
        if time >= self.time:
            return "time"
        return "max_steps" if count == self.max_steps else None
