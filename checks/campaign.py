"""Campaigns of training runs: what they are made of, and one fixed batch of them after the other.

Every run has a seed of its own, and the runs are cut into batches of a fixed size, so that neither the number of
workers nor an interruption changes a bit of a result on one machine and one set of libraries.
"""

from __future__ import annotations

import math
import os
import threading
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from checks.errors import ClaimError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from analytic.landscape.pair import Homogeneous

#: Runs of one batch: enough to share the cost of NumPy calls, few enough that little is lost by a kill.
BATCH = 25
#: Names of the ways to draw initial weights.
INITIAL = ("xavier", "he", "small", "orthogonal")
#: Activations without a kink whose population loss has a closed form; Phi is the normal distribution function.
SMOOTH = ("erf", "Phi")
#: Activations that are understood and refused, with the reason.
REFUSED = {
    **dict.fromkeys(
        ("linear", "leaky_relu(1)"),
        "one with isolated minima: every W whose rows add up to the sum of the teachers has loss 0",
    ),
    **dict.fromkeys(
        ("sigmoid", "logistic", "tanh"),
        "one whose population loss has a closed form: Phi and erf are the sigmoids that have one; numeric.training "
        "trains others on samples",
    ),
}
#: Beyond so many numbers a batch would not fit the memory of a small machine.
MOST_WEIGHTS = 20_000_000


@dataclass(frozen=True)
class Campaign:
    """Gradient descent from many random initial weights against the teacher [I_k 0].

    Args:
        k: number of teachers.
        runs: number of runs.
        seed: of all draws; run r draws from the stream (seed, r), however many runs there are.
        n: number of students; 0 for k.
        d: dimension of the input, at least k; 0 for k.
        activation: relu, abs, leaky_relu(1/5), erf, or Phi (the normal distribution function).
        init: one of `INITIAL`.
        tolerance: a run has converged where the Euclidean norm of its gradient is at most that.
        max_steps: gradient steps of a run.
        batch: runs of a batch.

    Raises:
        ClaimError: impossible sizes or options.

    Example:
        >>> Campaign(10, 500, seed=1).batches
        20
    """

    k: int
    runs: int
    seed: int = 0
    n: int = 0
    d: int = 0
    activation: str = "relu"
    init: str = "xavier"
    tolerance: float = 1e-12
    max_steps: int = 50_000
    batch: int = BATCH

    def __post_init__(self) -> None:
        for name in ("n", "d"):
            object.__setattr__(self, name, getattr(self, name) or self.k)
        for name in ("k", "runs", "n", "d", "max_steps", "batch"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ClaimError(f"got {name} = {value!r}, expected an integer of at least 1")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or self.seed < 0:
            raise ClaimError(f"got seed = {self.seed!r}, expected an integer of at least 0")
        if self.d < self.k:
            raise ClaimError(
                f"got d = {self.d} < k = {self.k}, expected d >= k: k orthonormal teachers need k dimensions"
            )
        if not 0.0 < self.tolerance < math.inf:
            raise ClaimError(f"got tolerance = {self.tolerance}, expected a finite number > 0, such as 1e-12")
        if self.init not in INITIAL:
            raise ClaimError(f"got init = {self.init!r}, expected one of {', '.join(INITIAL)}")
        if min(self.batch, self.runs) * self.n * self.d > MOST_WEIGHTS:
            raise ClaimError(
                f"got batches of {min(self.batch, self.runs)} runs with {self.n} x {self.d} weights, expected at most "
                f"{MOST_WEIGHTS} numbers a batch: {'lower the batch' if self.batch > 1 < self.runs else 'lower n or d'}"
            )
        text = self.activation.replace(" ", "")
        if text not in SMOOTH:
            text = text if text in REFUSED else _rectifier(text)
        if text in REFUSED:
            raise ClaimError(f"got the activation {self.activation!r}, expected {REFUSED[text]}")
        object.__setattr__(self, "activation", text)

    @property
    def batches(self) -> int:
        """Number of batches; the last one may be smaller."""
        return -(-self.runs // self.batch)

    @property
    def smooth(self) -> bool:
        """Whether the activation has no kink; the others are rectifiers."""
        return self.activation in SMOOTH

    @property
    def phi(self) -> Homogeneous:
        """The rectifier of the exact witness; not for smooth activations."""
        from analytic.landscape.pair import activation

        return activation(self.activation)

    @property
    def slope(self) -> float:
        """Slope of a rectifier below zero, where it is 1 above."""
        return -float(self.phi.negative / self.phi.positive)

    @property
    def identity(self) -> dict[str, Any]:
        """Everything that two runs of one campaign share."""
        return asdict(self)

    def batch_runs(self, index: int) -> range:
        """Numbers of the runs of a batch, from 0."""
        return range(index * self.batch, min((index + 1) * self.batch, self.runs))

    def __str__(self) -> str:
        return (
            f"{self.runs} runs, k = {self.k}, n = {self.n}, d = {self.d}, {self.activation}, {self.init} initial "
            f"weights, seed {self.seed}"
        )


@dataclass(frozen=True)
class BatchRuns:
    """Where the runs of a batch ended.

    Args:
        index: of the batch.
        weights: shape (runs, n, d).
        loss: shape (runs,).
        gradient_norm: shape (runs,).
        steps: shape (runs,).
        status: converged, max_steps, diverged or stalled.
        seconds: time spent.
        libraries: what else decides on the last bits.
    """

    index: int
    weights: NDArray[np.float64]
    loss: NDArray[np.float64]
    gradient_norm: NDArray[np.float64]
    steps: NDArray[np.int64]
    status: tuple[str, ...]
    seconds: float
    libraries: str = ""


def _rectifier(name: str) -> str:
    """The name of a rectifier as the exact witness writes it."""
    from analytic.errors import FormulaError
    from analytic.landscape.pair import activation

    try:
        return activation(name).name
    except FormulaError:
        raise ClaimError(
            f"got the activation {name!r}, expected relu, abs, leaky_relu(slope) such as leaky_relu(1/5), "
            f"{' or '.join(SMOOTH)}"
        ) from None


def run_batch(campaign: Campaign, index: int) -> BatchRuns:
    """Runs one batch in this process.

    Args:
        campaign: the campaign.
        index: of the batch, from 0.

    Returns:
        The end points.

    Raises:
        ClaimError: no such batch.

    Example:
        >>> run_batch(Campaign(2, 3, seed=1), 0).weights.shape
        (3, 2, 2)
    """
    import numpy as np

    from numeric.training.batch import descend
    from numeric.training.initial import initial_batch

    if not 0 <= index < campaign.batches:
        raise ClaimError(f"got the batch {index}, expected a number from 0 to {campaign.batches - 1}")
    begin, runs = time.monotonic(), campaign.batch_runs(index)
    found = descend(
        initial_batch(campaign.init, len(runs), campaign.n, campaign.d, campaign.seed, first=runs.start),
        np.eye(campaign.k, campaign.d),
        activation=campaign.activation if campaign.smooth else "leaky",
        slope=None if campaign.smooth else campaign.slope,
        tolerance=campaign.tolerance,
        max_steps=campaign.max_steps,
    )
    return BatchRuns(
        index,
        found.weights,
        found.loss,
        found.gradient_norm,
        found.steps,
        tuple(str(s) for s in found.status),
        time.monotonic() - begin,
        libraries(),
    )


def end_with(parent: int) -> None:
    """Lets this process end when its parent has ended, however that was: nobody is left to take the results.

    Args:
        parent: number of the process.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def libraries() -> str:
    """What decides on the last bits of a result besides the seed: versions and processor.

    Example:
        >>> libraries().startswith("closedform ")
        True
    """
    from checks.report import environment

    block = environment()
    packages = block["packages"]
    assert isinstance(packages, dict)
    parts = [f"{name} {version}" for name, version in packages.items() if name in ("numpy", "scipy")]
    return "; ".join([f"closedform {block['closedform']}", *parts, str(block["processor"])])
