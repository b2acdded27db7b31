"""What a run has passed through: losses, gradients, Lipschitz quotients and weights at chosen steps."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from numeric.arguments import FloatArray, positive_integer
from numeric.errors import NumericError


@dataclass(frozen=True, eq=False)
class Progress:
    """Where a run is: what a callback sees. The arrays are copies.

    Args:
        step: number of the step, 0 at the start.
        time: sum of the steps' sizes.
        weights: shape (n, d).
        second_layer: shape (n,).
        loss: of this point.
        gradient_norm: Euclidean norm over all trained weights.

    Example:
        >>> Progress(0, 0.0, np.ones((1, 1)), np.ones(1), 0.5, 1.0).step
        0
    """

    step: int
    time: float
    weights: FloatArray
    second_layer: FloatArray
    loss: float
    gradient_norm: float


Callback: TypeAlias = Callable[[Progress], object]
Split: TypeAlias = Callable[[FloatArray], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True, eq=False)
class History:
    r"""A run at chosen steps, the first and the last among them.

    Args:
        steps: shape (m,).
        times: sums of the steps' sizes, shape (m,); for L-BFGS and Newton's method the number of steps.
        loss: shape (m,).
        gradient_norm: shape (m,).
        lipschitz: largest $|g_{t+1}-g_t|/|w_{t+1}-w_t|$ since the chosen step before, shape (m,): a lower bound on the
            Lipschitz constant of the gradient along the path; 0 where nothing moved.
        weights: first layers, shape (m, n, d).
        second_layer: shape (m, n).

    Example:
        >>> from numeric.training import GaussianInputs, GradientDescent, NetworkTeacher, TrainingProblem, train
        >>> problem = TrainingProblem(NetworkTeacher([[1.0]]), GaussianInputs(1))
        >>> train(problem, [[2.0]], GradientDescent(step=1.0, max_steps=3), record=1).history.loss
        array([0.25      , 0.0625    , 0.015625  , 0.00390625])
    """

    steps: NDArray[np.int64]
    times: FloatArray
    loss: FloatArray
    gradient_norm: FloatArray
    lipschitz: FloatArray
    weights: FloatArray
    second_layer: FloatArray


@dataclass
class Recorder:
    """Keeps the history of a run and calls back.

    Args:
        split: takes parameters apart into first and second layer.
        record: every so many steps; 0 for the first and the last step only; or the steps.
        callback: called after every step, and at the start; the run stops where it returns True.

    Raises:
        NumericError: if record is negative.

    Example:
        >>> recorder = Recorder(lambda p: (p, np.ones(len(p))), 1)
        >>> recorder.see(0, 0.0, np.ones((1, 1)), 0.5, np.ones((1, 1)))
        False
        >>> recorder.history().loss
        array([0.5])
    """

    split: Split
    record: int | Collection[int] = 0
    callback: Callback | None = None
    largest: float = 0.0
    _since: float = 0.0
    _last: tuple[FloatArray, FloatArray] | None = None
    _pending: tuple[int, float, float, float] | None = None
    _rows: list[tuple[int, float, float, float, float, FloatArray]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if isinstance(self.record, Collection) and not isinstance(self.record, str):
            self.record = frozenset(positive_integer("record", step, least=0) for step in self.record)
        elif isinstance(self.record, str):
            raise NumericError(f"record is {self.record!r}; expected an integer >= 0 or the steps; try record=10")
        else:
            positive_integer("record", self.record, least=0)

    def see(self, step: int, time: float, parameters: FloatArray, loss: float, gradient: FloatArray) -> bool:
        """Takes note of a point; whether the callback asks to stop.

        Args:
            step: its number.
            time: sum of the steps' sizes so far.
            parameters: shape (n, d) or (n, d + 1); not changed afterwards.
            loss: finite.
            gradient: of the shape of the parameters.

        Returns:
            True if the callback returned True.

        Example:
            >>> stop = Recorder(lambda p: (p, np.ones(len(p))), callback=lambda progress: progress.loss < 1.0)
            >>> stop.see(0, 0.0, np.ones((1, 1)), 0.5, np.ones((1, 1)))
            True
        """
        if self._last is not None:
            moved = float(np.linalg.norm(parameters - self._last[0]))
            quotient = float(np.linalg.norm(gradient - self._last[1])) / moved if moved > 0.0 else 0.0
            self._since, self.largest = max(self._since, quotient), max(self.largest, quotient)
        self._last = parameters, gradient
        norm = float(np.linalg.norm(gradient))
        self._pending = step, time, loss, norm
        if self.chosen(step):
            self._keep()
        if self.callback is None:
            return False
        inner, outer = (part.copy() for part in self.split(parameters))
        return self.callback(Progress(step, time, inner, outer, loss, norm)) is True

    def chosen(self, step: int) -> bool:
        """Whether a step goes into the history.

        Args:
            step: its number.

        Returns:
            Whether it is recorded.

        Example:
            >>> Recorder(lambda p: (p, np.ones(len(p))), record=5).chosen(10)
            True
        """
        if isinstance(self.record, int):
            return step == 0 or (self.record > 0 and step % self.record == 0)
        return step == 0 or step in self.record

    @property
    def time(self) -> float:
        """Time of the last point seen; 0 before the first.

        Example:
            >>> Recorder(lambda p: (p, np.ones(len(p)))).time
            0.0
        """
        return 0.0 if self._pending is None else self._pending[1]

    def best(self) -> FloatArray:
        """Parameters of the lowest loss on record.

        Example:
            >>> recorder = Recorder(lambda p: (p, np.ones(len(p))))
            >>> recorder.see(0, 0.0, np.ones((1, 1)), 0.5, np.ones((1, 1)))
            False
            >>> recorder.best()
            array([[1.]])
        """
        return min(self._rows, key=lambda row: row[2])[5]

    def history(self) -> History:
        """The history so far, with the last point.

        Example:
            >>> recorder = Recorder(lambda p: (p, np.ones(len(p))))
            >>> recorder.see(0, 0.0, np.ones((2, 3)), 0.5, np.ones((2, 3)))
            False
            >>> recorder.history().weights.shape
            (1, 2, 3)
        """
        if self._pending is not None and (not self._rows or self._rows[-1][0] != self._pending[0]):
            self._keep()
        steps, times, losses, norms, quotients, points = zip(*self._rows, strict=True)
        layers = [self.split(p) for p in points]
        inner, outer = (np.stack([layer[i] for layer in layers]) for i in (0, 1))
        return History(
            np.array(steps, dtype=np.int64),
            np.array(times, dtype=np.float64),
            np.array(losses, dtype=np.float64),
            np.array(norms, dtype=np.float64),
            np.array(quotients, dtype=np.float64),
            inner,
            outer,
        )

    def _keep(self) -> None:
        assert self._pending is not None
        assert self._last is not None
        step, time, loss, norm = self._pending
        self._rows.append((step, time, loss, norm, self._since, self._last[0].copy()))
        self._since = 0.0
