"""The experiments of papers: found by name, checked in what they measure, reproducible, and right where it is known."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import erf

from numeric import NonFiniteError
from numeric.experiments import Experiment, ExperimentError, all_experiments, find_experiment
from numeric.experiments.razborov_2022_convergence import Network, initial
from numeric.experiments.safran_lee_2022_separation import ball, descend

BOTH = find_experiment("razborov-2022/both-layers")


def silent(_: float) -> None:
    """Shows no progress."""


def once(experiment: Experiment, seed: int, **sizes: float) -> dict[str, float]:
    """One repetition at quick sizes."""
    return experiment.measured(experiment.sizes(sizes, False), np.random.default_rng(seed), silent)


def test_names_are_unique_and_say_paper_and_experiment() -> None:
    names = Counter(e.name for e in all_experiments())
    assert max(names.values()) == 1
    assert all(re.fullmatch(r"[a-z-]+-\d{4}/[a-z0-9-]+", name) for name in names)
    assert all(find_experiment(name).name == name for name in names)
    assert all(e.question and all(e.measures.values()) for e in all_experiments())


@pytest.mark.parametrize("name", ["razborov-2022", "razborov-2022/both", "", "x", "../../x-2022/y"])
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(ExperimentError, match="got the experiment"):
        find_experiment(name)


def test_what_an_experiment_states_is_checked() -> None:
    with pytest.raises(ExperimentError, match="in quick or full alone"):
        replace(BOTH, quick={"n": 1.0})
    with pytest.raises(ExperimentError, match="expected identifiers"):
        replace(BOTH, measures={"a b": "c"})
    with pytest.raises(ExperimentError, match="got the measures"):
        once(replace(BOTH, measures={"ratio": "only"}), 0, steps=1)
    with pytest.raises(NonFiniteError, match="x = inf"):
        once(replace(BOTH, run=lambda *_: {"x": np.inf}, measures={"x": "infinite"}), 0)


@pytest.mark.parametrize("name", ["razborov-2022/both-layers", "safran-lee-2022/clipped"])
def test_a_repetition_depends_on_its_generator_alone_and_says_how_far_it_is(name: str) -> None:
    experiment, shares = find_experiment(name), list[float]()
    sizes = experiment.sizes({"steps": 120, "n": 50}, False)
    first, again = (experiment.measured(sizes, np.random.default_rng([3, 1]), shares.append) for _ in range(2))
    assert first == again
    assert first != experiment.measured(sizes, np.random.default_rng([3, 2]), shares.append)
    assert 0 <= min(shares) < max(shares) <= 1


def test_a_progress_that_raises_stops_it() -> None:
    def stop(_: float) -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        BOTH.measured(BOTH.sizes({}, False), np.random.default_rng(0), stop)


def network(seed: int) -> Network:
    """A small one, with its data."""
    return initial({"n": 7, "d": 3, "k": 4, "parallel": 0}, np.random.default_rng(seed))


def loss(n: Network) -> float:
    """From the definition, point by point."""
    total = 0.0
    for x, y in zip(n.X, n.y, strict=True):
        total += (sum(z * max(0.0, float(w @ x)) for w, z in zip(n.W, n.z, strict=True)) - y) ** 2
    return total / (2 * len(n.y))


def test_a_step_goes_against_the_gradient_of_the_loss() -> None:
    n, h = network(5), 1e-6
    W, z = n.W.copy(), n.z.copy()
    slopes = []
    for array in (n.W, n.z):
        for index in np.ndindex(array.shape):
            ends = []
            for sign in (1, -1):
                array[index] += sign * h
                ends.append(loss(n))
                array[index] -= sign * h
            slopes.append((ends[0] - ends[1]) / (2 * h))
    n.step(0.1, 0.2)
    moved = np.concatenate([((W - n.W) / 0.1).ravel(), (z - n.z) / 0.2])
    assert moved == pytest.approx(np.array(slopes), abs=1e-8)  # the loss is quadratic between the kinks: round-off


def test_the_rate_is_that_of_the_residual_in_small_steps() -> None:
    n, h = network(6), 1e-7
    H = n.hidden()
    r = H @ n.z - n.y
    S = (H > 0) * n.z
    K = ((S @ S.T) * (n.X @ n.X.T) * 0.3 + H @ H.T * 0.7) / len(r)
    before = n.residual()
    n.step(0.3 * h, 0.7 * h)
    assert (before - n.residual()) / h == pytest.approx(K @ r, rel=1e-5)  # to first order in h
    assert n.rate(0.3, 0.7) <= 2 * float(np.linalg.eigvalsh(K)[0]) + 1e-12


def test_parallel_inputs_leave_what_cannot_be_fitted() -> None:
    n = initial({"n": 9, "d": 3, "k": 5, "parallel": 1}, np.random.default_rng(1))
    assert n.X[-1] == pytest.approx(2 * n.X[0])
    found = once(BOTH, 2, parallel=1)
    # (a - 1)^2 + (2a + 1)^2 is least at a = -1/5, where it is 9/5; |r|^2 begins near 3n/2
    assert 9 / 5 / 60 / 3 < found["ratio"] < 9 / 5 / 60


def test_the_ball_holds_half_of_the_inputs() -> None:
    X, y = ball(4000, 5, 1.5, np.random.default_rng(0))
    assert ((np.linalg.norm(X, axis=1) <= 1.5) == (y == 1)).all()
    assert abs(y.mean() - 0.5) < 6 * 0.5 / 4000**0.5  # six deviations
    assert np.linalg.norm(X, axis=1).max() <= 3.0


def test_a_descent_on_the_clipped_loss_never_rises() -> None:
    rng = np.random.default_rng(3)
    X, y = ball(60, 3, 1.5, rng)
    H = np.asarray(erf(X @ rng.standard_normal((3, 8)) / 2 + rng.standard_normal(8) / 2))
    losses = [float(np.mean((np.clip(H @ descend(H, y, steps, silent), 0, 1) - y) ** 2)) for steps in (0, 1, 30)]
    assert losses[0] == pytest.approx(float(np.mean(y)))
    assert losses[0] > losses[1] > losses[2]
