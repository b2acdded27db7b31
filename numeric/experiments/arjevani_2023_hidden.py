"""Arjevani 2023: which families of minima gradient descent from random weights ends at, and which it never meets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from numeric.arguments import FloatArray
from numeric.experiments.experiment import Experiment, Progress
from numeric.training import descend, initial_batch

Start = Callable[[int, int, np.random.Generator, float], FloatArray]
#: Descents end at that gradient: families differ by entries of order 1 and by losses of 0.01.
TOLERANCE, MAX_STEPS = 1e-4, 20_000
#: A neuron with an entry below this is flipped: it tends to -1, or -1 + 2/p, at flipped neurons, to 0 or 1 elsewhere.
FLIPPED = -0.25
#: Losses of spurious minima are at least 0.01 for k <= 20, those of runs that reach the teacher below 1e-5.
SPURIOUS = 1e-3


def xavier(k: int, runs: int, rng: np.random.Generator, _: float) -> FloatArray:
    """Independent entries N(0, 1/k).

    Example:
        >>> xavier(3, 2, np.random.default_rng(0), 0.0).shape
        (2, 3, 3)
    """
    return initial_batch("xavier", runs, k, k, seed=int(rng.integers(2**62)))


def near_type_a(k: int, runs: int, rng: np.random.Generator, noise: float) -> FloatArray:
    """The limit -I + (2/k) J of type A, with independent entries N(0, noise^2) added.

    Example:
        >>> near_type_a(4, 1, np.random.default_rng(0), 0.0)[0, 0].tolist()
        [-0.5, 0.5, 0.5, 0.5]
    """
    return np.asarray(2.0 / k - np.eye(k) + noise * rng.standard_normal((runs, k, k)), dtype=np.float64)


def flipped(W: FloatArray) -> FloatArray:
    """How many neurons of each run are flipped.

    Args:
        W: end points, shape (runs, n, d).

    Example:
        >>> flipped(np.array([np.eye(2), -np.eye(2)])).tolist()
        [0, 2]
    """
    return np.asarray((W.min(axis=2) < FLIPPED).sum(axis=1))


def run(start: Start, sizes: Mapping[str, float], rng: np.random.Generator, progress: Progress) -> dict[str, float]:
    """Descents at every k of a range, counted by the number of flipped neurons.

    Types I and A have k - 1 and k flipped neurons, type II one, the teacher none.

    Example:
        >>> small = {"first": 3, "last": 3, "runs": 4, "noise": 0.1}
        >>> run(xavier, small, np.random.default_rng(0), lambda share: None)["reached_teacher"]
        1.0
    """
    first, last, runs = (int(sizes[name]) for name in ("first", "last", "runs"))
    hidden = teacher = two = unfinished = 0
    for k in range(first, last + 1):
        found = descend(
            start(k, runs, rng, sizes["noise"]), np.eye(k), tolerance=TOLERANCE, max_steps=MAX_STEPS, polish=False
        )
        count, spurious = flipped(found.weights), found.loss > SPURIOUS
        hidden += int((spurious & (count >= k - 1)).sum())
        two += int((spurious & (count == 1)).sum())
        teacher += int((~spurious).sum())
        unfinished += int((found.status != "converged").sum())
        progress((k + 1 - first) / (last + 1 - first))
    total = runs * (last + 1 - first)
    counted = {"hidden": hidden, "reached_teacher": teacher, "type_two": two, "unfinished": unfinished}
    return {name: n / total for name, n in counted.items()}


MEASURES = {
    "hidden": "share of the runs that end with k - 1 or k flipped neurons: types I and A",
    "reached_teacher": "share of the runs that end at the teacher",
    "type_two": "share of the runs that end with one flipped neuron: type II",
    "unfinished": "share of the runs whose gradient is not small",
}
QUICK = {"first": 10, "last": 10, "runs": 20, "noise": 0.05}
FULL = {"first": 6, "last": 20, "runs": 72, "noise": 0.05}

EXPERIMENTS = (
    Experiment(
        "arjevani-2023/from-random-weights",
        "Which families does gradient descent from Xavier weights end at?",
        partial(run, xavier),
        QUICK,
        FULL,
        MEASURES,
    ),
    Experiment(
        "arjevani-2023/from-near-type-a",
        "And from weights near type A?",
        partial(run, near_type_a),
        QUICK,
        FULL,
        MEASURES,
    ),
)
