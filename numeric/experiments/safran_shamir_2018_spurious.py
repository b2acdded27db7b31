"""Safran, Shamir 2018: how often descent ends at spurious minima with as many neurons as teachers, and with more."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from numeric.experiments.experiment import Experiment, Progress
from numeric.training import descend, initial_batch

#: Descents end at that gradient, far from the flat directions around the continua of global minima.
TOLERANCE, MAX_STEPS = 1e-4, 20_000
#: Runs that reach the teacher end with losses below 1e-5.
SPURIOUS = 1e-3


def run(sizes: Mapping[str, float], rng: np.random.Generator, progress: Progress) -> dict[str, float]:
    """Descents from Xavier weights with n = k, k + 1, k + 2 neurons.

    Example:
        >>> run({"k": 3, "runs": 2}, np.random.default_rng(0), lambda share: None)["equal"]
        0.0
    """
    k, runs = int(sizes["k"]), int(sizes["runs"])
    shares = []
    for extra in range(3):
        start = initial_batch("xavier", runs, k + extra, k, seed=int(rng.integers(2**62)))
        found = descend(start, np.eye(k), tolerance=TOLERANCE, max_steps=MAX_STEPS, polish=False)
        shares.append(float((found.loss > SPURIOUS).mean()))
        progress((extra + 1) / 3)
    equal, one, two = shares
    return {"equal": equal, "one_more": one, "two_more": two, "gain": equal - one}


MEASURES = {
    "equal": "share of runs with n = k that end at a spurious minimum",
    "one_more": "the same with n = k + 1",
    "two_more": "the same with n = k + 2",
    "gain": "the first less the second",
}

EXPERIMENTS = (
    Experiment(
        "safran-shamir-2018/over-parameterised",
        "How often do descents end at spurious minima as neurons are added?",
        run,
        {"k": 11, "runs": 10},
        {"k": 20, "runs": 72},
        MEASURES,
    ),
)
