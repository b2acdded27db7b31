"""Many runs at once: accuracy reached, independence of the batch, divergence, and Newton's last word."""

from __future__ import annotations

import numpy as np
import pytest

from numeric import DomainError, NumericError, ShapeError, ZeroNeuronError
from numeric.arguments import EPS
from numeric.student_teacher import population_gradient
from numeric.training import closed_form, dense_hessian, descend, initial_batch
from numeric.training.polish import newton


def test_every_run_reaches_the_tolerance_by_the_quadrature_too() -> None:
    runs = descend(initial_batch("xavier", 20, 6, 6, seed=0), np.eye(6))
    assert (runs.status == "converged").all()
    assert (runs.gradient_norm <= 1e-12).all()
    for W in runs.weights[:3]:
        by_quadrature = population_gradient(W, np.eye(6))
        assert np.linalg.norm(by_quadrature.value) <= 1e-12 + np.linalg.norm(by_quadrature.error)


def test_spurious_minima_are_minima() -> None:
    runs = descend(initial_batch("xavier", 40, 8, 8, seed=1), np.eye(8))
    spurious = np.flatnonzero(runs.loss > 1e-3)
    assert spurious.size  # Safran and Shamir 2018: from k = 6 on
    for row in spurious[:3]:
        assert np.linalg.eigvalsh(dense_hessian(runs.weights[row], closed_form(np.eye(8))))[0] > 1e-6


@pytest.mark.parametrize(("name", "slope"), [("relu", None), ("leaky", 0.2), ("absolute", None), ("erf", None)])
def test_the_bits_of_a_run_do_not_depend_on_the_others(name: str, slope: float | None) -> None:
    W = initial_batch("he", 6, 2, 3, seed=2)
    whole = descend(W, np.eye(2, 3), activation=name, slope=slope, tolerance=1e-10)
    for part in (slice(0, 1), slice(1, 6, 2), slice(None, None, -1)):
        alone = descend(W[part], np.eye(2, 3), activation=name, slope=slope, tolerance=1e-10)
        assert np.array_equal(alone.weights, whole.weights[part])
        assert np.array_equal(alone.steps, whole.steps[part])
        assert np.array_equal(alone.gradient_norm, whole.gradient_norm[part])


@pytest.mark.parametrize(("n", "k", "d"), [(1, 1, 1), (5, 3, 3), (2, 4, 4), (3, 3, 6)])
def test_all_shapes_converge(n: int, k: int, d: int) -> None:
    runs = descend(initial_batch("orthogonal", 5, n, d, seed=3), np.eye(k, d), tolerance=1e-11)
    assert (runs.status == "converged").all()
    assert (runs.gradient_norm <= 1e-11).all()


def test_polishing_finds_the_point_to_which_descent_leads() -> None:
    W = initial_batch("xavier", 6, 4, 4, seed=4)
    polished = descend(W, np.eye(4))
    plain = descend(W, np.eye(4), polish=False, tolerance=1e-9)
    for found, rough in zip(polished.weights, plain.weights, strict=True):
        least = np.linalg.eigvalsh(dense_hessian(found, closed_form(np.eye(4))))[0]
        assert least > 0.0
        assert np.linalg.norm(found - rough) <= 2.0 * 1e-9 / least


def test_equal_neurons_stay_equal_and_newton_does_not_polish_their_saddle() -> None:
    start = np.full((1, 2, 2), 0.3)
    saddle = descend(start, np.eye(2), polish=False, tolerance=1e-6).weights[0]
    assert np.array_equal(saddle[0], saddle[1])
    loss = closed_form(np.eye(2))
    refused = newton(saddle, lambda w: loss.step(w[None])[1][0], lambda w: dense_hessian(w, loss), 1e-12)
    assert not refused.accepted
    assert "negative eigenvalue" in refused.why
    assert np.array_equal(refused.weights, saddle)


def test_a_step_that_is_too_large_is_stopped_and_nothing_is_lost() -> None:
    W = initial_batch("xavier", 4, 3, 3, seed=5)
    W[0] = np.eye(3)  # at the minimum already
    runs = descend(W, np.eye(3), step=50.0, tolerance=1e-10)
    assert runs.status.tolist() == ["converged", "diverged", "diverged", "diverged"]
    assert np.array_equal(runs.weights[0], np.eye(3))
    assert np.isfinite(runs.weights).all()
    assert np.isfinite(runs.loss).all()
    assert (runs.steps[1:] < 100).all()


def test_a_fixed_step_is_plain_gradient_descent() -> None:
    W, loss = initial_batch("xavier", 3, 3, 3, seed=6), closed_form(np.eye(3))
    expected = W.copy()
    for _ in range(7):
        expected -= 0.1 * loss.step(expected)[1]
    runs = descend(W, np.eye(3), step=0.1, max_steps=7)
    assert np.array_equal(runs.weights, expected)
    assert runs.status.tolist() == ["max_steps"] * 3
    assert runs.steps.tolist() == [7] * 3


def test_an_adaptive_run_never_climbs() -> None:
    W = initial_batch("small", 4, 3, 3, seed=7)
    last = closed_form(np.eye(3)).step(W)[0]
    for steps in (1, 3, 10, 30, 100):
        loss = descend(W, np.eye(3), max_steps=steps, polish=False).loss
        assert (loss <= last + 64.0 * EPS).all()
        last = loss


def test_a_callback_watches_and_may_stop_what_is_left() -> None:
    W = initial_batch("xavier", 5, 4, 4, seed=8)
    W[0] = np.eye(4)
    seen: list[tuple[int, int]] = []

    def stop_at_thirty(steps: int, left: int) -> bool:
        seen.append((steps, left))
        return steps == 30

    runs = descend(W, np.eye(4), callback=stop_at_thirty)
    assert seen == [(10, 4), (20, 4), (30, 4)]
    assert runs.status.tolist() == ["converged"] + ["stopped"] * 4
    assert runs.steps.tolist() == [0, 30, 30, 30, 30]
    assert np.array_equal(runs.loss, closed_form(np.eye(4)).step(runs.weights)[0])
    watched = descend(W, np.eye(4), callback=lambda *_: None)
    assert np.array_equal(watched.weights, descend(W, np.eye(4)).weights)


def test_bad_input_is_refused() -> None:
    W = np.ones((1, 2, 2))
    with pytest.raises(DomainError, match="tolerance is 0"):
        descend(W, np.eye(2), tolerance=0)
    with pytest.raises(DomainError, match=r"step is -1"):
        descend(W, np.eye(2), step=-1)
    with pytest.raises(NumericError, match="max_steps is 0"):
        descend(W, np.eye(2), max_steps=0)
    with pytest.raises(ShapeError, match="expected"):
        descend(np.eye(2), np.eye(2))
    with pytest.raises(ZeroNeuronError, match="zero neuron"):
        descend(np.zeros((1, 2, 2)), np.eye(2))


@pytest.mark.slow
def test_five_hundred_runs_of_ten_neurons() -> None:
    runs = descend(initial_batch("xavier", 500, 10, 10, seed=0), np.eye(10))
    assert (runs.status == "converged").all()
    assert (runs.gradient_norm <= 1e-12).all()
    found = (runs.loss < 1e-6).mean()
    assert 0.4 < found < 0.8  # both kinds of minima are common at this size (Safran and Shamir 2018)
