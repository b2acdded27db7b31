"""Newton's method as an optimiser of its own, for points that are nearly critical."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from numeric.arguments import FloatArray
from numeric.training.options import positive
from numeric.training.polish import LARGEST, newton
from numeric.training.run import Outcome, Start


@dataclass(frozen=True)
class NewtonPolish:
    """Newton's method from a point near a minimum: it stays near, and finds a minimum, or changes nothing.

    Args:
        tolerance: on the Euclidean norm of the gradient, > 0.

    Raises:
        DomainError: if tolerance is not positive and finite.

    Source: `numeric.training.polish.newton`.

    Example:
        >>> NewtonPolish().name
        "Newton's method"
    """

    tolerance: float = 1e-12

    def __post_init__(self) -> None:
        positive("tolerance", self.tolerance)

    @property
    def name(self) -> str:
        """A few words for reports.

        Example:
            >>> NewtonPolish(1e-10).name
            "Newton's method"
        """
        return "Newton's method"

    def run(self, start: Start) -> Outcome:
        """Polishes; "stalled" with a remark if that was refused.

        Example:
            >>> from numeric.training import GaussianInputs, NetworkTeacher, TrainingProblem, train
            >>> problem = TrainingProblem(NetworkTeacher([[1.0]]), GaussianInputs(1))
            >>> train(problem, [[1.01]], NewtonPolish()).weights
            array([[1.]])
        """
        objective, point = start.objective, start.parameters
        loss, gradient = objective.evaluate(point)
        stop = start.recorder.see(0, 0.0, point, loss, gradient)
        if stop:
            return Outcome(point, loss, gradient, 0, "stopped")
        if point.size > LARGEST:
            words = f"not polished: {point.size} weights, and the Hessian is dense up to {LARGEST}"
            return Outcome(point, loss, gradient, 0, "stalled", remark=words)

        def slope(w: FloatArray) -> FloatArray:
            return objective.evaluate(w)[1]

        found = newton(point, slope, objective.hessian, self.tolerance, float(start.problem.neuron.smooth))
        if not found.accepted:
            return Outcome(point, loss, gradient, found.steps, "stalled", remark=f"not polished: {found.why}")
        loss, gradient = objective.evaluate(found.weights)
        stop = start.recorder.see(found.steps, float(found.steps), found.weights, loss, gradient)
        assert np.linalg.norm(gradient) <= self.tolerance
        return Outcome(found.weights, loss, gradient, found.steps, "stopped" if stop else "converged")
