"""Gradient descent on the population loss for many runs at once, each polished by Newton's method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.arguments import EPS, FloatArray, finite_matrix, positive_integer
from numeric.training.descent import GROWTH, SHRINK
from numeric.training.options import positive
from numeric.training.polish import LARGEST, newton
from numeric.training.population import SMOOTH, PopulationLoss, closed_form, students_of
from numeric.training.population_hessian import dense_hessian
from numeric.training.run import BLOWN_UP

POLISH, EVERY = 1e-3, 10
"""Polishing starts where the gradient is this share of its natural scale, looked at once in so many steps."""


@dataclass(frozen=True, eq=False)
class BatchDescent:
    """Where the runs of a batch arrived.

    Args:
        weights: shape (runs, n, d).
        loss: shape (runs,).
        gradient_norm: Euclidean norms of the gradients, shape (runs,).
        steps: gradient steps tried, refused ones included, and Newton steps, shape (runs,).
        status: "converged" (the gradient is at most the tolerance, at whatever kind of critical point), "max_steps",
            "diverged" (the weights before it), "stalled" (the step fell below round-off) or "stopped" (by the
            callback), shape (runs,).

    Example:
        >>> descend([[[1.0, 1.0]]], [[1.0, 0.0]]).status.tolist()
        ['converged']
    """

    weights: FloatArray
    loss: FloatArray
    gradient_norm: FloatArray
    steps: NDArray[np.int64]
    status: NDArray[np.str_]


@dataclass
class _Runs:
    """The runs still under way: one row each in every array."""

    index: NDArray[np.intp]
    weights: FloatArray
    loss: FloatArray
    gradient: FloatArray
    norm: FloatArray
    step: FloatArray
    goal: FloatArray
    limit: FloatArray
    reach: FloatArray

    def keep(self, rows: NDArray[np.bool_]) -> None:
        for name, value in vars(self).items():
            setattr(self, name, value[rows])


def descend(
    W: ArrayLike,
    V: ArrayLike,
    *,
    activation: str = "relu",
    slope: float | None = None,
    tolerance: float = 1e-12,
    max_steps: int = 50_000,
    step: float | None = None,
    polish: bool = True,
    callback: Callable[[int, int], object] | None = None,
) -> BatchDescent:
    r"""Gradient descent on the population loss for every run, until its gradient is at most the tolerance.

    Without `step`, each run has its own: a step is taken if the loss does not rise, up to round-off, and the slope
    along the step has not changed sign, $g_{t+1}\cdot g_t \ge 0$; then the step grows by a tenth, else it is halved.
    Where the gradient is small and the Hessian has no negative eigenvalue, Newton's method finishes the run (`newton`).
    Runs that are finished leave the batch. The bits of a run do not depend on the other runs.

    Args:
        W: initial students, shape (runs, n, d), no row zero of a rectifier with a kink.
        V: teacher, shape (k, d).
        activation: "relu", "leaky", "absolute", "linear", "erf" or "Phi".
        slope: slope below zero of "leaky".
        tolerance: on the Euclidean norm of the gradient, absolute, > 0.
        max_steps: gradient steps a run, refused ones included.
        step: a fixed step; None for the adaptive one.
        polish: whether Newton's method may finish a run.
        callback: called every ten steps with the number of steps and of runs under way; returning True stops these.

    Returns:
        The runs, in the order of W; nothing is lost where one diverges.

    Raises:
        ShapeError: if W has not three axes, or V not the same number of columns.
        NonFiniteError: if an entry is NaN or infinite.
        ZeroNeuronError: if a row of W is zero, of a rectifier with a kink.
        DomainError: if there is no closed form for the activation, or tolerance or step is not positive.
        NumericError: if max_steps is no integer >= 1.

    Example:
        >>> runs = descend(np.random.default_rng(0).standard_normal((3, 2, 2)), np.eye(2))
        >>> bool((runs.gradient_norm <= 1e-12).all())
        True
    """
    students = students_of(W, activation)
    problem = closed_form(finite_matrix("V", V, columns=students.shape[2]), activation, slope)
    max_steps = positive_integer("max_steps", max_steps)
    positive("tolerance", tolerance)
    positive("step", 1.0 if step is None else step)
    return _Batch(problem, students, tolerance, step, polish).run(max_steps, callback)


class _Batch:
    """A batch under way, and what has been reached."""

    def __init__(
        self, problem: PopulationLoss, students: FloatArray, tolerance: float, step: float | None, polish: bool
    ) -> None:
        runs, n, d = students.shape
        self.problem, self.tolerance, self.fixed = problem, tolerance, step is not None
        self.polish = polish and n * d <= LARGEST
        self.least = float(problem.activation in SMOOTH)
        self.roundings = 8.0 * EPS * (n + len(problem.teacher) + d)
        loss, gradient = problem.step(students)
        first = 1.0 / n if step is None else step
        scale = problem.constant + loss
        self.live = _Runs(
            np.arange(runs),
            students.copy(),
            loss,
            gradient,
            _norms(gradient),
            np.full(runs, first),
            POLISH * np.sqrt(scale),
            BLOWN_UP * scale,
            BLOWN_UP * np.maximum(1.0, np.abs(students).max(axis=(1, 2))),
        )
        self.done = BatchDescent(
            students.copy(), np.empty(runs), np.empty(runs), np.zeros(runs, dtype=np.int64), np.full(runs, "max_steps")
        )

    def run(self, max_steps: int, callback: Callable[[int, int], object] | None) -> BatchDescent:
        self._leave(self.live.norm <= self.tolerance, "converged", 0)
        for count in range(1, max_steps + 1):
            if not len(self.live.index):
                break
            self._advance(count)
            if count % EVERY == 0:
                if self.polish:
                    self._finish(count)
                if callback is not None and callback(count, len(self.live.index)) is True:
                    self._leave(np.ones(len(self.live.index), dtype=bool), "stopped", count)
        self._leave(np.ones(len(self.live.index), dtype=bool), "max_steps", max_steps)
        return self.done

    def _advance(self, count: int) -> None:
        """One step of every run."""
        live = self.live
        with np.errstate(all="ignore"):  # a diverging run may overflow, and is then stopped
            trial = live.weights - live.step[:, None, None] * live.gradient
            loss, gradient = self.problem.step(trial)
            finite = np.isfinite(loss) & np.isfinite(gradient).all(axis=(1, 2))
            if self.fixed:
                good = finite & (loss <= live.limit) & (np.abs(trial).max(axis=(1, 2)) <= live.reach)
            else:
                slack = self.roundings * (self.problem.constant + live.loss)
                along = np.add.reduce((gradient * live.gradient).reshape(len(loss), -1), axis=1)
                good = finite & (loss <= live.loss + slack) & (along >= 0.0)
        everyone = bool(good.all())
        for old, new in ((live.weights, trial), (live.loss, loss), (live.gradient, gradient)):
            if everyone:
                old[...] = new
            else:
                old[good] = new[good]
        live.norm = _norms(live.gradient)
        if self.fixed:
            self._leave(~good, "diverged", count)
        else:
            live.step *= np.where(good, GROWTH, SHRINK)
            self._leave(live.step < EPS**2, "stalled", count)
        self._leave(self.live.norm <= self.tolerance, "converged", count)

    def _finish(self, count: int) -> None:
        """Polishes the runs whose gradient has come down to their goal."""
        live = self.live
        finished = np.zeros(len(live.index), dtype=bool)
        extra = np.zeros(len(live.index), dtype=np.int64)
        for row in np.flatnonzero(live.norm <= live.goal):
            found = newton(live.weights[row], self._gradient, self._hessian, self.tolerance, self.least)
            extra[row], finished[row] = found.steps, found.accepted
            live.goal[row] = live.norm[row] / 10.0
            if found.accepted:
                loss, gradient = self.problem.step(found.weights[None])
                live.weights[row], live.loss[row], live.gradient[row] = found.weights, loss[0], gradient[0]
        self.done.steps[live.index] += extra
        if finished.any():
            live.norm = _norms(live.gradient)
            self._leave(finished, "converged", count)

    def _gradient(self, W: FloatArray) -> FloatArray:
        gradient: FloatArray = self.problem.step(W[None])[1][0]
        return gradient

    def _hessian(self, W: FloatArray) -> FloatArray:
        return dense_hessian(W, self.problem)

    def _leave(self, rows: NDArray[np.bool_], status: str, count: int) -> None:
        """Writes down runs that are finished, and takes them out."""
        if not rows.any():
            return
        live, done = self.live, self.done
        index = live.index[rows]
        done.weights[index], done.loss[index], done.gradient_norm[index] = (
            live.weights[rows],
            live.loss[rows],
            live.norm[rows],
        )
        done.steps[index] += count
        done.status[index] = status
        live.keep(~rows)


def _norms(gradient: FloatArray) -> FloatArray:
    flat = gradient.reshape(len(gradient), -1)
    return np.asarray(np.sqrt(np.add.reduce(flat * flat, axis=1)), dtype=np.float64)
