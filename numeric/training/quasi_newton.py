"""L-BFGS, by SciPy's implementation."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import OptimizeResult, minimize

from numeric.arguments import FloatArray, positive_integer
from numeric.training.options import positive
from numeric.training.run import Outcome, Reason, Start, finite


@dataclass(frozen=True)
class QuasiNewton:
    """L-BFGS. Its line search compares losses, so it stalls at gradients of about 1e-8; Newton's method goes on.

    Args:
        tolerance: on the Euclidean norm of the gradient, > 0.
        max_steps: iterations, >= 1.
        memory: pairs of vectors kept, >= 1.

    Raises:
        DomainError: if tolerance is not positive and finite.
        NumericError: if max_steps or memory is no integer >= 1.

    Source: Liu and Nocedal 1989, On the limited memory BFGS method for large scale optimization.

    Example:
        >>> QuasiNewton().name
        'L-BFGS, memory 20'
    """

    tolerance: float = 1e-12
    max_steps: int = 10_000
    memory: int = 20

    def __post_init__(self) -> None:
        positive("tolerance", self.tolerance)
        positive_integer("max_steps", self.max_steps)
        positive_integer("memory", self.memory)

    @property
    def name(self) -> str:
        """A few words for reports.

        Example:
            >>> QuasiNewton(memory=5).name
            'L-BFGS, memory 5'
        """
        return f"L-BFGS, memory {self.memory}"

    def run(self, start: Start) -> Outcome:
        """Runs to an end.

        Example:
            >>> from numeric.training import GaussianInputs, NetworkTeacher, TrainingProblem, train
            >>> train(TrainingProblem(NetworkTeacher([[1.0]]), GaussianInputs(1)), [[2.0]], QuasiNewton()).loss < 1e-12
            True
        """
        trace = _Trace(start)
        if trace.stop or trace.norm() <= self.tolerance:
            return trace.outcome("stopped" if trace.stop else "converged")
        minimize(
            trace.flat,
            start.parameters.reshape(-1),
            jac=True,
            method="L-BFGS-B",
            callback=trace.note,
            options={
                "maxcor": self.memory,
                "ftol": 0.0,
                "gtol": self.tolerance / math.sqrt(start.parameters.size),  # on the largest entry
                "maxiter": self.max_steps,
                "maxfun": 30 * self.max_steps,
            },
        )
        if trace.stop:
            return trace.outcome("stopped")
        if trace.norm() <= self.tolerance:
            return trace.outcome("converged")
        return trace.outcome("max_steps" if trace.count >= self.max_steps else "stalled")


class _Trace:
    """The accepted points of a run, with their gradients."""

    def __init__(self, start: Start) -> None:
        self.start, self.count = start, 0
        self.point = start.parameters
        self.loss, self.gradient = start.objective.evaluate(self.point)
        self.stop = start.recorder.see(0, 0.0, self.point, self.loss, self.gradient)

    def flat(self, x: FloatArray) -> tuple[float, FloatArray]:
        """Loss and gradient of a vector, as SciPy wants them."""
        loss, gradient = self.start.objective.evaluate(x.reshape(self.point.shape))
        return (loss, gradient.reshape(-1)) if finite(loss, gradient) else (math.inf, np.zeros_like(x))

    def note(self, intermediate_result: OptimizeResult) -> None:
        """Callback of SciPy; the name of the argument decides what it is passed."""
        self.point = np.array(intermediate_result.x).reshape(self.point.shape)
        self.loss, self.gradient = self.start.objective.evaluate(self.point)
        self.count += 1
        self.stop = self.start.recorder.see(self.count, float(self.count), self.point, self.loss, self.gradient)
        if self.stop:
            raise StopIteration

    def norm(self) -> float:
        return float(np.linalg.norm(self.gradient))

    def outcome(self, reason: Reason) -> Outcome:
        return Outcome(self.point, self.loss, self.gradient, self.count, reason)
