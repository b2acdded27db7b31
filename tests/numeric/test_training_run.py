"""One network trained by every optimiser: known ends, histories, callbacks, divergence, equal bits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from numeric import DomainError, NonFiniteError, NumericError, ShapeError, ZeroNeuronError
from numeric.arguments import EPS
from numeric.training import (
    BallTeacher,
    GaussianInputs,
    GivenInputs,
    GradientDescent,
    GradientFlow,
    NetworkTeacher,
    Neuron,
    NewtonPolish,
    NormTeacher,
    OnlineDescent,
    Progress,
    QuasiNewton,
    TrainingProblem,
    closed_form,
    dense_hessian,
    heavy_tailed,
    initial_weights,
    train,
)
from numeric.training.run import Optimiser

LINEAR = Neuron("linear")
OPTIMISERS: list[Optimiser] = [
    GradientDescent(),
    GradientDescent(step=0.2),
    QuasiNewton(),
    GradientFlow(),
]


def network(k: int = 3, neuron: Neuron | None = None) -> TrainingProblem:
    neuron = neuron or Neuron()
    return TrainingProblem(NetworkTeacher(np.eye(k), neuron=neuron), GaussianInputs(k), neuron)


@pytest.mark.parametrize("optimiser", OPTIMISERS, ids=lambda optimiser: optimiser.name)
def test_three_relus_are_learned_to_the_last_digit(optimiser: Optimiser) -> None:
    run = train(network(), initial_weights("xavier", 3, 3, seed=1), optimiser, polish=True)
    assert run.reason == "converged"
    assert run.gradient_norm <= optimiser.tolerance
    assert np.abs(np.sort(run.weights, axis=0) - np.sort(np.eye(3), axis=0)).max() <= 100.0 * optimiser.tolerance
    assert run.history.steps[-1] == run.steps
    assert "closed form" in run.method


@pytest.mark.parametrize("optimiser", OPTIMISERS, ids=lambda optimiser: optimiser.name)
def test_a_linear_network_learns_the_sum_of_its_teacher(optimiser: Optimiser) -> None:
    run = train(network(3, LINEAR), initial_weights("he", 4, 3, seed=2), optimiser)
    assert run.reason == "converged"
    # the gradient of every neuron is the sum's error: |gradient| = 2 |error|
    assert np.linalg.norm(run.weights.sum(axis=0) - 1.0) <= optimiser.tolerance


def test_an_erf_learns_its_teacher_and_a_sigmoid_a_sample_of_it() -> None:
    run = train(network(1, Neuron("erf")), [[0.1]], GradientDescent())
    assert run.reason == "converged"
    assert abs(run.weights[0, 0] - 1.0) <= 1e-10
    run = train(network(2, Neuron("sigmoid")), [[0.9, 0.1], [-0.1, 1.2]], QuasiNewton(), sample=300, polish=True)
    assert run.gradient_norm <= 1e-12
    assert np.abs(run.weights - np.eye(2)).max() <= 1e-8  # the labels have no noise: the sample knows the teacher
    assert "fixed sample of 300" in run.method


def test_a_covariance_bends_the_path_and_not_the_end() -> None:
    neuron = Neuron()
    problem = TrainingProblem(NetworkTeacher(np.eye(2)), GaussianInputs(2, [[2.0, 0.5], [0.5, 1.0]]), neuron)
    run = train(problem, [[0.9, 0.2], [-0.2, 1.1]], GradientDescent(), polish=True)
    assert run.gradient_norm <= 1e-12
    assert np.abs(run.weights - np.eye(2)).max() <= 1e-10


def test_heavy_tails_change_the_clock_and_not_the_path() -> None:
    W = initial_weights("xavier", 3, 3, seed=3)
    heavy = TrainingProblem(NetworkTeacher(np.eye(3)), heavy_tailed(3, 4.0))  # E|x|^2 / d = 2
    slow = train(network(), W, GradientDescent(step=0.2, max_steps=20))
    fast = train(heavy, W, GradientDescent(step=0.1, max_steps=20))
    assert np.abs(slow.weights - fast.weights).max() <= 20 * 64.0 * EPS


def test_both_layers_at_different_rates() -> None:
    problem, W = network(2), np.array([[1.2, 0.1], [0.2, 0.8]])
    run = train(problem, W, GradientDescent(step=0.1, max_steps=1), alpha=[1.5, 0.5], second_rate=0.25)
    _, inner, outer = closed_form(np.eye(2)).both(W[None], np.array([[1.5, 0.5]]))
    assert np.allclose(run.weights, W - 0.1 * inner[0], rtol=0.0, atol=8.0 * EPS)
    assert np.allclose(run.second_layer, [1.5, 0.5] - 0.025 * outer[0], rtol=0.0, atol=8.0 * EPS)
    done = train(problem, W, GradientDescent(), alpha=[1.5, 0.5], second_rate=0.25, polish=True)
    assert done.gradient_norm <= 1e-12
    assert np.abs(done.weights * done.second_layer[:, None] - np.eye(2)).max() <= 1e-10
    first = train(problem, W, GradientDescent(), alpha=[1.5, 0.5])
    assert first.second_layer.tolist() == [1.5, 0.5]


def test_gradient_flow_descends_and_conserves_the_balance_of_the_layers() -> None:
    W, alpha = np.array([[1.2, 0.1], [0.2, 0.8]]), np.array([1.5, 0.5])
    run = train(network(2), W, GradientFlow(5.0, accuracy=1e-10), alpha=alpha, second_rate=1.0, record=1)
    assert run.reason == "time"
    assert run.history.times[-1] == 5.0
    assert (np.diff(run.history.loss) < 0.0).all()
    # homogeneity: d/dt (|w_i|^2 - alpha_i^2) = 0 (Du, Hu and Lee 2018)
    balance = (run.history.weights**2).sum(axis=2) - run.history.second_layer**2
    assert np.abs(balance - balance[0]).max() <= 1e-9 * len(run.history.steps)


def test_gradient_descent_with_tiny_steps_follows_the_flow_to_first_order() -> None:
    W = initial_weights("he", 3, 3, seed=4)
    flow = train(network(), W, GradientFlow(2.0, accuracy=1e-11)).weights
    gaps = []
    for steps in (100, 200, 400):
        descent = train(network(), W, GradientDescent(step=2.0 / steps, max_steps=steps))
        gaps.append(float(np.linalg.norm(descent.weights - flow)))
    ratios = np.array(gaps[:-1]) / np.array(gaps[1:])
    assert (np.abs(ratios - 2.0) < 0.1).all()  # Euler's method is of first order


def test_online_descent_comes_down_and_hovers_at_a_level_set_by_the_step() -> None:
    problem = TrainingProblem(NormTeacher(np.eye(3)), GaussianInputs(3))
    W = initial_weights("xavier", 4, 3, seed=5)
    levels = []
    for step in (0.2, 0.02):
        run = train(problem, W, OnlineDescent(step, 3_000, batch=4, seed=6), record=20)
        assert run.reason == "max_steps"
        late = run.history.loss[run.history.steps > 2_000]
        assert late.mean() < run.history.loss[0] / 5.0
        assert late.std() > 0.0
        levels.append(float(late.mean()))
    best = train(problem, W, QuasiNewton(), sample=10_000, polish=True).loss
    assert levels[0] - best > 3.0 * (levels[1] - best) > 0.0
    assert "fresh batches of 4" in run.method
    assert "fixed sample of 10000" in run.method


def test_online_descent_without_noise_finds_the_teacher() -> None:
    run = train(network(2), [[1.2, 0.1], [0.2, 0.8]], OnlineDescent(0.2, 2_000, batch=8, seed=1))
    assert run.loss < 1e-12
    given = np.random.default_rng(0).standard_normal((50, 2))
    problem = TrainingProblem(np.maximum(given, 0.0).sum(axis=1), GivenInputs(given))
    run = train(problem, [[1.2, 0.1], [0.2, 0.8]], OnlineDescent(0.2, 2_000, batch=8, seed=1))
    assert run.loss < 1e-12
    assert "50 given inputs" in run.method


def test_the_indicator_of_a_ball_is_learned_on_a_sample() -> None:
    problem = TrainingProblem(BallTeacher(1.0), GaussianInputs(2), Neuron("sigmoid"))
    W = initial_weights("he", 6, 2, seed=7)
    run = train(problem, W, QuasiNewton(max_steps=60), alpha=np.full(6, 0.2), second_rate=1.0, sample=500)
    assert run.loss < 0.9 * run.history.loss[0]
    assert run.gradient_norm < 0.1 * run.history.gradient_norm[0]
    assert np.isfinite(run.weights).all()


@pytest.mark.parametrize("factor", [0.98, 1.02])
def test_two_over_the_largest_curvature_is_where_descent_diverges(factor: float) -> None:
    n = 4
    step = 2.0 / n * factor  # the Hessian of n linear neurons is n times a projection
    W = initial_weights("he", n, 3, seed=8)
    run = train(network(3, LINEAR), W, GradientDescent(step=step), record=1)
    if factor < 1.0:
        assert run.reason == "converged"
        return
    assert run.reason == "diverged"
    assert run.suggested_step is not None
    assert math.isclose(run.suggested_step, 2.0 / n, rel_tol=1e-6)
    assert np.array_equal(run.weights, W)  # the best point was the first
    assert run.loss == run.history.loss[0]
    assert len(run.history.steps) == run.steps  # the step that broke off is not in it
    assert f"step {step:g} diverged" in run.explanation


def test_an_overflow_is_caught() -> None:
    run = train(network(), initial_weights("he", 3, 3, seed=0), GradientDescent(step=1e200))
    assert run.reason == "diverged"
    assert np.isfinite(run.weights).all()
    online = train(network(), initial_weights("he", 3, 3, seed=0), OnlineDescent(1e3, 100))
    assert online.reason == "diverged"
    assert online.suggested_step is not None
    assert 0.1 < online.suggested_step < 10.0
    assert np.isfinite(online.loss)


def test_newton_polishes_near_a_minimum_only() -> None:
    near = np.eye(3) + 1e-3 * np.arange(9.0).reshape(3, 3)
    run = train(network(), near, NewtonPolish())
    assert run.reason == "converged"
    assert run.steps <= 6
    far = train(network(), initial_weights("he", 3, 3, seed=3), NewtonPolish())
    assert far.reason == "stalled"
    assert far.remark.startswith("not polished: ")
    assert np.array_equal(far.weights, initial_weights("he", 3, 3, seed=3))


def test_a_refused_polish_leaves_the_run_as_it_was() -> None:
    W = np.full((2, 2), 0.3)  # equal neurons stay equal: a saddle
    plain = train(network(2), W, GradientDescent(max_steps=8))
    polished = train(network(2), W, GradientDescent(max_steps=8), polish=True)
    assert np.array_equal(plain.weights, polished.weights)
    assert polished.reason == "max_steps"
    assert "negative eigenvalue" in polished.explanation


def test_history_at_chosen_steps() -> None:
    W = initial_weights("he", 3, 3, seed=9)
    run = train(network(), W, GradientDescent(step=0.1, max_steps=10), record=[3, 7, 400])
    assert run.history.steps.tolist() == [0, 3, 7, 10]
    assert np.array_equal(run.history.weights[0], W)
    assert np.array_equal(run.history.weights[-1], run.weights)
    assert run.history.loss[-1] == run.loss
    assert run.history.gradient_norm[-1] == run.gradient_norm
    assert np.allclose(run.history.times, [0.0, 0.3, 0.7, 1.0])
    every = train(network(), W, GradientDescent(step=0.1, max_steps=10), record=4)
    assert every.history.steps.tolist() == [0, 4, 8, 10]
    last = train(network(), W, GradientDescent(step=0.1, max_steps=10))
    assert last.history.steps.tolist() == [0, 10]
    loss = closed_form(np.eye(3)).step(run.history.weights)[0]
    assert np.array_equal(loss, run.history.loss)


def test_lipschitz_quotients_are_curvatures_of_the_path() -> None:
    run = train(network(3, LINEAR), initial_weights("he", 4, 3, seed=2), GradientDescent(0.1, max_steps=20), record=1)
    assert run.history.lipschitz[0] == 0.0
    assert np.allclose(run.history.lipschitz[1:], 4.0, rtol=1e-9)  # the gradient is an eigenvector
    run = train(network(), initial_weights("he", 3, 3, seed=9), GradientDescent(1e-3, max_steps=50), record=10)
    for first, second, quotient in zip(
        run.history.weights[:-1], run.history.weights[1:], run.history.lipschitz[1:], strict=True
    ):
        ends = [np.abs(np.linalg.eigvalsh(dense_hessian(W, closed_form(np.eye(3))))).max() for W in (first, second)]
        assert quotient <= 1.05 * max(ends)


@pytest.mark.parametrize("optimiser", [*OPTIMISERS, OnlineDescent(0.1, 500)], ids=lambda optimiser: optimiser.name)
def test_a_callback_sees_the_run_and_may_end_it(optimiser: Optimiser) -> None:
    seen: list[Progress] = []

    def stop_at_three(progress: Progress) -> bool:
        seen.append(progress)
        progress.weights[:] = np.nan  # a copy: does no harm
        return len(seen) == 3

    run = train(
        network(), initial_weights("he", 3, 3, seed=9), optimiser, callback=stop_at_three, record=1, polish=True
    )
    assert run.reason == "stopped"
    assert len(seen) == 3
    assert [p.step for p in seen] == [0, 1, 2]
    assert run.steps == 2
    assert run.loss == seen[-1].loss
    assert np.isfinite(run.weights).all()


@pytest.mark.parametrize(
    "optimiser",
    [
        GradientDescent(max_steps=50),
        OnlineDescent(0.1, 50, batch=3),
        GradientFlow(1.0, 1e-5),
        QuasiNewton(max_steps=50),
    ],
    ids=lambda optimiser: optimiser.name,
)
def test_the_same_arguments_give_the_same_bits(optimiser: Optimiser) -> None:
    problem = TrainingProblem(NormTeacher(np.eye(2)), GaussianInputs(2))
    W = initial_weights("he", 3, 2, seed=9)
    first, second = (train(problem, W, optimiser, sample=200, seed=4, second_rate=0.5) for _ in range(2))
    assert np.array_equal(first.weights, second.weights)
    assert np.array_equal(first.second_layer, second.second_layer)
    assert first.loss == second.loss


def test_other_seeds_give_other_batches() -> None:
    W = initial_weights("he", 3, 3, seed=9)
    first, second = (train(network(), W, OnlineDescent(0.1, 10, seed=seed)) for seed in (0, 1))
    assert not np.array_equal(first.weights, second.weights)


def test_bad_input_is_refused() -> None:
    problem, W = network(2), np.eye(2)
    words: Any = "all"
    with pytest.raises(ShapeError, match="W has 3 columns"):
        train(problem, np.eye(3), GradientDescent())
    with pytest.raises(NonFiniteError, match="W has 1 NaN"):
        train(problem, [[1.0, np.nan]], GradientDescent())
    with pytest.raises(ZeroNeuronError, match="zero row"):
        train(problem, np.zeros((1, 2)), GradientDescent())
    with pytest.raises(ShapeError, match=r"alpha has shape \(3,\)"):
        train(problem, W, GradientDescent(), alpha=np.ones(3))
    with pytest.raises(DomainError, match="second_rate is -1"):
        train(problem, W, GradientDescent(), second_rate=-1)
    with pytest.raises(DomainError, match="no closed form"):
        train(TrainingProblem(BallTeacher(1.0), GaussianInputs(2)), W, GradientDescent())
    with pytest.raises(NumericError, match="sample is 0"):
        train(problem, W, GradientDescent(), sample=0)
    with pytest.raises(NumericError, match="record is -1"):
        train(problem, W, GradientDescent(), record=-1)
    with pytest.raises(NumericError, match="optimiser is 'all'"):
        train(problem, W, words)
    flat = TrainingProblem(NetworkTeacher(W), GaussianInputs(2, [[1.0, 0.0], [0.0, 0.0]]))
    with pytest.raises(NonFiniteError, match="vanishes on all inputs"):
        train(flat, [[0.0, 1.0]], GradientDescent())
    with pytest.raises(NumericError, match="record is 'all'"):
        train(problem, W, GradientDescent(), record=words)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: GradientDescent(step=0.0), "step is 0.0"),
        (lambda: GradientDescent(step=math.nan), "step is nan"),
        (lambda: GradientDescent(step=True), "step is True"),
        (lambda: GradientDescent(tolerance=-1e-12), "tolerance is -1e-12"),
        (lambda: GradientDescent(max_steps=0), "max_steps is 0"),
        (lambda: OnlineDescent(math.inf, 10), "step is inf"),
        (lambda: OnlineDescent(0.1, 10, decay=-1.0), "decay is -1.0"),
        (lambda: OnlineDescent(0.1, 10, batch=0), "batch is 0"),
        (lambda: OnlineDescent(0.1, 10, seed=-1), "seed is -1"),
        (lambda: GradientFlow(0.0), "time is 0.0"),
        (lambda: GradientFlow(math.nan), "time is nan"),
        (lambda: GradientFlow(1.0, accuracy=1.0), "accuracy is 1.0"),
        (lambda: QuasiNewton(memory=0), "memory is 0"),
        (lambda: NewtonPolish(0.0), "tolerance is 0.0"),
    ],
)
def test_impossible_options_are_refused(make: object, words: str) -> None:
    assert callable(make)
    with pytest.raises(NumericError, match=words):
        make()
