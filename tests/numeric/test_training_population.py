"""Closed forms of the population loss against quadrature and differences; parallel neurons; bits of a batch."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric import DomainError, NonFiniteError, ShapeError, ZeroNeuronError, polar_quadrature
from numeric.angle import pairwise_angles
from numeric.arguments import EPS, FloatArray, row_norms
from numeric.student_teacher import population_gradient, population_loss
from numeric.training.neurons import Neuron
from numeric.training.population import closed_form, population_step
from numeric.training.workspace import ROWS

NAMED = [("relu", None), ("leaky", 0.3), ("leaky", -0.5), ("absolute", None), ("linear", None), ("erf", None)]


def networks(seed: int, n: int, k: int, d: int) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, d)), rng.standard_normal((k, d))


def round_off(W: FloatArray, V: FloatArray) -> float:
    """Of a sum of all products of norms, and of matrix products of that many terms."""
    total = float(row_norms(W).sum() + row_norms(V).sum())
    return float(8.0 * EPS * (len(W) + len(V) + W.shape[1]) * total * max(total, 1.0))


def second_moments(rows: FloatArray, neuron: Neuron) -> tuple[FloatArray, FloatArray]:
    """E phi(a.x) phi(b.x) of all pairs of rows by quadrature in their plane, and the errors."""
    norms, angles = row_norms(rows), pairwise_angles(rows, rows)
    value, error = np.empty_like(angles), np.empty_like(angles)

    def product(u: FloatArray, v: FloatArray) -> FloatArray:
        return neuron.values_and_slopes(u)[0] * neuron.values_and_slopes(v)[0]

    for i, j in np.ndindex(angles.shape):
        theta = 0.0 if i == j else float(angles[i, j])
        found = polar_quadrature(product, (float(norms[i]), float(norms[j])), theta)
        value[i, j], error[i, j] = float(found.value), float(found.error)
    return value, error


sizes = st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 5))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), size=sizes)
def test_relu_agrees_with_the_quadrature_of_the_definition(seed: int, size: tuple[int, int, int]) -> None:
    W, V = networks(seed, *size)
    loss, gradient = population_step(W[None], V)
    expected, slope = population_loss(W, V), population_gradient(W, V)
    assert abs(loss[0] - float(expected.value)) <= float(expected.error) + round_off(W, V)
    assert (np.abs(gradient[0] - slope.value) <= np.asarray(slope.error) + round_off(W, V)).all()


@pytest.mark.parametrize(("name", "slope"), NAMED)
@pytest.mark.parametrize("size", [(1, 1, 1), (2, 3, 4), (3, 1, 2)])
def test_every_closed_form_agrees_with_quadrature(name: str, slope: float | None, size: tuple[int, int, int]) -> None:
    W, V = networks(3, *size)
    alpha, beta = np.linspace(-1.0, 2.0, len(W)), np.linspace(0.5, -1.5, len(V))
    value, error = second_moments(np.concatenate([W, V]), Neuron(name, slope))
    outer = np.concatenate([alpha, -beta])
    loss = closed_form(V, name, slope, beta).step(W[None], alpha[None])[0][0]
    assert abs(loss - outer @ value @ outer / 2.0) <= np.abs(outer) @ error @ np.abs(outer) + round_off(W, V)


@pytest.mark.parametrize(("name", "slope"), NAMED)
def test_gradients_of_both_layers_are_derivatives_of_the_loss(name: str, slope: float | None) -> None:
    W, V = networks(5, 3, 2, 4)
    alpha, beta = np.array([1.0, -2.0, 0.5]), np.array([1.5, -1.0])
    loss = closed_form(V, name, slope, beta)
    _, inner, outer = loss.both(W[None], alpha[None])
    h = EPS ** (1.0 / 3.0)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        move, turn = rng.standard_normal(W.shape), rng.standard_normal(alpha.shape)
        up, down = (loss.both((W + s * move)[None], (alpha + s * turn)[None])[0][0] for s in (h, -h))
        exact = float((inner[0] * move).sum() + outer[0] @ turn)
        # third derivatives of a loss of size O(10) along directions of length O(3), and cancellation at EPS / h
        assert abs((up - down) / (2.0 * h) - exact) <= 1e4 * h * h


@pytest.mark.parametrize("side", [1.0, -1.0])
@pytest.mark.parametrize("gap", [0.0, 1e-300, 1e-16, 1e-12, 1e-9, 1e-6, 1e-3, 0.1])
def test_nearly_parallel_and_opposite_neurons_lose_no_digits(gap: float, side: float) -> None:
    V = np.array([[0.6, 0.8, 0.0], [0.0, 0.6, 0.8]])
    W = side * V + gap * np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    W = np.concatenate([W, 2.0 * W])
    loss, gradient = population_step(W[None], V)
    expected, slope = population_loss(W, V), population_gradient(W, V)
    assert abs(loss[0] - float(expected.value)) <= float(expected.error) + round_off(W, V)
    assert (np.abs(gradient[0] - slope.value) <= np.asarray(slope.error) + round_off(W, V)).all()


@pytest.mark.parametrize("name", ["relu", "absolute", "linear", "erf"])
@pytest.mark.parametrize("k", [1, 5, 30])
def test_the_teacher_has_no_loss_and_no_gradient(name: str, k: int) -> None:
    V = np.random.default_rng(k).standard_normal((k, 30))
    loss, gradient = population_step(V[None], V, name)
    assert 0.0 <= loss[0] <= round_off(V, V)
    assert np.abs(gradient).max() <= round_off(V, V)


def test_a_student_of_two_halves_is_as_good_as_the_teacher() -> None:
    V = np.eye(3, 4)
    loss, gradient = population_step(np.concatenate([0.25 * V, 0.75 * V])[None], V)
    assert loss[0] <= round_off(V, V)
    assert np.abs(gradient).max() <= round_off(V, V)


def test_large_students_are_worked_on_in_blocks_that_change_nothing() -> None:
    W, V = networks(1, ROWS + 7, 3, 5)
    W[4], W[ROWS + 3] = 2.0 * W[0], -W[1]  # parallel within a block and across two
    expected, slope = population_loss(W, V), population_gradient(W, V)
    loss, gradient = population_step(np.stack([W, 2.0 * W]), V)
    assert abs(loss[0] - float(expected.value)) <= float(expected.error) + round_off(W, V)
    assert (np.abs(gradient[0] - slope.value) <= np.asarray(slope.error) + round_off(W, V)).all()


@pytest.mark.parametrize("rotated", [False, True])
def test_teachers_that_are_coordinates_take_a_shorter_way_to_the_same_numbers(rotated: bool) -> None:
    W, _ = networks(2, 4, 1, 6)
    V = np.eye(3, 6)
    shuffled = V[[2, 0, 1]] if rotated else V
    straight, other = population_step(W[None], V), population_step(W[None], shuffled)
    assert abs(straight[0][0] - other[0][0]) <= round_off(W, V)
    assert np.abs(straight[1] - other[1]).max() <= round_off(W, V)


@pytest.mark.parametrize(("name", "slope"), NAMED)
@pytest.mark.parametrize(("n", "k", "d"), [(1, 1, 1), (2, 3, 4), (10, 10, 10), (ROWS + 1, 4, 3)])
def test_the_bits_of_a_run_do_not_depend_on_the_batch(name: str, slope: float | None, n: int, k: int, d: int) -> None:
    W = np.random.default_rng(0).standard_normal((300 if n <= 10 else 5, n, d))
    W[1, 0] = 3.0 * W[1, -1]  # a run with a parallel pair among runs without
    loss = closed_form(np.random.default_rng(1).standard_normal((k, d)), name, slope)
    whole = loss.step(W)
    for part in (slice(0, 1), slice(1, 4), slice(2, None, 2)):
        alone = loss.step(np.ascontiguousarray(W[part]))
        assert np.array_equal(alone[0], whole[0][part])
        assert np.array_equal(alone[1], whole[1][part])


def test_threads_do_not_share_scratch_memory() -> None:
    loss = closed_form(np.eye(8))
    students = [np.random.default_rng(seed).standard_normal((40, 8, 8)) for seed in range(8)]
    alone = [loss.step(W)[1] for W in students]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda W: loss.step(W)[1], students * 5))
    assert all(np.array_equal(a, b) for a, b in zip(alone * 5, together, strict=True))


def test_zero_teachers_contribute_nothing() -> None:
    W = np.ones((1, 2, 2))
    assert np.array_equal(population_step(W, [[1.0, 0.0], [0.0, 0.0]])[1], population_step(W, [[1.0, 0.0]])[1])
    loss, _ = population_step(W, np.zeros((1, 2)))
    assert math.isclose(loss[0], 2.0, rel_tol=8.0 * EPS)  # 1/2 E (2 relu(x + y))^2 = 2 E relu(2^(1/2) z)^2


def test_bad_input_is_refused() -> None:
    V = np.eye(2)
    with pytest.raises(ShapeError, match=r"W has shape \(2, 2\); expected \(runs, n, d\)"):
        population_step(np.eye(2), V)
    with pytest.raises(ShapeError, match="V has 3 columns"):
        population_step(np.ones((1, 2, 2)), np.eye(3))
    with pytest.raises(ShapeError, match="none of them 0"):
        population_step(np.ones((0, 2, 2)), V)
    with pytest.raises(NonFiniteError, match="W has 1 NaN"):
        population_step([[[np.nan, 1.0]]], V)
    with pytest.raises(ZeroNeuronError, match=r"\(run, neuron\) \[\(1, 0\)\]"):
        population_step([[[1.0, 1.0]], [[0.0, 0.0]]], V)
    with pytest.raises(DomainError, match="activation is 'sigmoid'"):
        population_step(np.ones((1, 1, 2)), V, "sigmoid")
    with pytest.raises(DomainError, match="expected a finite slope"):
        population_step(np.ones((1, 1, 2)), V, "leaky")
    with pytest.raises(DomainError, match="its slope is fixed"):
        population_step(np.ones((1, 1, 2)), V, "relu", 0.1)
    for size in (1e-200, 1e200):
        with pytest.raises(DomainError, match="would over- or underflow"):
            population_step(np.full((1, 1, 2), size), V)
        with pytest.raises(DomainError, match="V has a row of size"):
            population_step(np.ones((1, 1, 2)), size * V)
    with pytest.raises(DomainError, match="for 'erf'"):
        population_step(np.ones((1, 1, 2)), V, "erf", 0.1)
    for name in ("relu", "erf"):
        with pytest.raises(ShapeError, match=r"beta has shape \(3,\)"):
            closed_form(V, name, beta=np.ones(3))


@pytest.mark.parametrize("name", ["erf", "linear"])
def test_smooth_activations_allow_zero_neurons(name: str) -> None:
    loss, gradient = population_step(np.zeros((1, 2, 2)), np.eye(2), name)
    assert math.isclose(loss[0], closed_form(np.eye(2), name).constant)
    assert np.isfinite(gradient).all()
