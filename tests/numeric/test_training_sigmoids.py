"""erf and Phi: closed forms against quadrature of the definitions, descents to the last digits, what they arrive at."""

from __future__ import annotations

import numpy as np
import pytest

from numeric.errors import DomainError
from numeric.training import closed_form, dense_hessian, descend, initial_batch
from numeric.training.population_erf import ErfPopulation
from numeric.training.smooth_kind import cancelled_neurons, smooth_point_kind
from numeric.training.smooth_quadrature import ACTIVATIONS, smooth_loss, third_derivative_bound

NAMES = ("erf", "Phi")


def networks() -> list[tuple[np.ndarray, np.ndarray]]:
    """Students and teachers: general ones, parallel and opposite neurons, a zero neuron, one dimension."""
    rng = np.random.default_rng(0)
    W, V = rng.standard_normal((4, 3)), rng.standard_normal((2, 3))
    special = np.array([[2.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [1.0, 1.0, 0.0]])
    return [(W, V), (special, np.eye(3)[:2]), (np.array([[0.7]]), np.array([[-1.2]]))]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", range(3))
def test_closed_forms_are_the_quadrature_of_the_definitions(name: str, case: int) -> None:
    W, V = networks()[case]
    found, problem = smooth_loss(W, V, name), closed_form(V, name)
    loss, gradient = problem.step(W[None])
    assert abs(loss[0] - found.loss.value) <= found.loss.error < 1e-11
    assert (np.abs(gradient[0] - found.gradient.value) <= found.gradient.error).all()
    assert (np.abs(dense_hessian(W, problem) - found.hessian.value) <= found.hessian.error).all()
    assert float(np.max(found.hessian.error)) < 1e-11


@pytest.mark.parametrize("name", NAMES)
def test_a_second_layer_and_a_constant_residual_count(name: str) -> None:
    rng = np.random.default_rng(1)
    W, V, alpha, beta = rng.standard_normal((3, 2)), rng.standard_normal((2, 2)), np.array([1.0, -2.0, 0.5]), [0.3, 2.0]
    problem = closed_form(V, name, beta=beta)
    loss, _, outer = problem.both(W[None], alpha[None])
    phi = ACTIVATIONS[name][0][0]
    x = rng.standard_normal((50_000, 2))
    residual = phi(x @ W.T) @ alpha - phi(x @ V.T) @ beta
    squares = 0.5 * residual**2
    assert abs(loss[0] - squares.mean()) < 6.0 * squares.std() / len(x) ** 0.5  # 2e-9
    step = 1e-6 * np.eye(3)
    ahead, behind = (problem.both(np.repeat(W[None], 3, 0), alpha + s * step)[0] for s in (1.0, -1.0))
    assert np.abs((ahead - behind) / 2e-6 - outer[0]).max() < 1e-8  # round-off 1e-16 by the step, third order 1e-12


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("n", [3, 4, 5, 6])
def test_descents_reach_the_tolerance(name: str, n: int) -> None:
    runs = descend(initial_batch("xavier", 3, n, 5, seed=1), np.eye(4, 5), activation=name)
    assert set(runs.status.tolist()) == {"converged"}
    assert runs.gradient_norm.max() <= 1e-12


def test_the_global_minimum_of_erf() -> None:
    kind = smooth_point_kind(np.eye(4)[[2, 0, 3, 1]], 4, "erf")
    assert kind.partition.sizes == (4,)
    assert kind.spectrum.multiplicities == (4, 8, 4)
    assert kind.spectrum.index == 0
    assert kind.distance < 1e-9
    direct = np.linalg.eigvalsh(dense_hessian(np.eye(4), ErfPopulation(np.eye(4))))[0]
    assert abs(direct - float(kind.spectrum.smallest.value)) <= float(kind.spectrum.smallest.error)


def test_a_point_that_is_not_critical_has_no_distance() -> None:
    kind = smooth_point_kind(np.eye(3) + 0.3, 3, "erf")
    assert kind.distance == np.inf
    assert kind.gradient > 0.1


@pytest.mark.parametrize("name", NAMES)
def test_the_hessian_moves_by_no_more_than_the_bound(name: str) -> None:
    rng = np.random.default_rng(2)
    for scale in (0.01, 0.3, 3.0):
        W, move = scale * rng.standard_normal((3, 3)), 1e-3 * rng.standard_normal((3, 3))
        problem = closed_form(np.eye(3), name)
        change = np.linalg.norm(dense_hessian(W + move, problem) - dense_hessian(W, problem), 2)
        assert 0.0 < change <= third_derivative_bound(3, 3, name) * np.linalg.norm(move)


@pytest.mark.parametrize("name", NAMES)
def test_bounds_on_derivatives_are_suprema(name: str) -> None:
    z = np.linspace(-8.0, 8.0, 200_001)
    (value, slope, bend), _, bounds = ACTIVATIONS[name]
    third = np.gradient(bend(z), z)
    for found, bound in zip((value(z), slope(z), bend(z), third), bounds, strict=True):
        assert bound * (1.0 - 1e-6) <= np.abs(found).max() <= bound * (1.0 + 1e-6)


def test_pairs_that_cancel() -> None:
    W = np.array([[1.0, 0.0], [0.5, 0.2], [0.0, 1.0], [-0.5, -0.2], [0.0, 0.0]])
    merged = cancelled_neurons(W)
    assert np.array_equal(merged.weights, W[[0, 2, 4]])
    assert merged.split == 1
    assert cancelled_neurons([[1.0], [-1.0]]).split == 0  # nothing would be left
    with pytest.raises(DomainError, match="distance is -1"):
        cancelled_neurons(W, -1.0)


def test_bad_input() -> None:
    with pytest.raises(DomainError, match="activation is 'relu'"):
        smooth_loss(np.eye(2), np.eye(2), "relu")
    with pytest.raises(DomainError, match="nodes a dimension"):
        smooth_loss(100.0 * np.eye(2), np.eye(2), "erf")
    with pytest.raises(DomainError, match="activation is 'tanh'"):
        ErfPopulation(np.eye(2), activation="tanh")
