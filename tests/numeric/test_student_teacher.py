"""Population loss and gradient: symmetries, batches, differences, and the places where neurons are parallel."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric import (
    Estimate,
    HomogeneousPart,
    NonFiniteError,
    ShapeError,
    ZeroNeuronError,
    gradient,
    population_gradient,
    population_loss,
    sample_gradient,
    sample_loss,
    sphere_mean,
)
from numeric.arguments import FloatArray
from numeric.student_teacher import residual


def networks(seed: int, n: int, k: int, d: int) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, d)), rng.standard_normal((k, d))


def agree(first: Estimate, second: Estimate) -> bool:
    gap = np.abs(np.asarray(first.value) - np.asarray(second.value))
    return bool((gap <= np.asarray(first.error) + np.asarray(second.error)).all())


sizes = st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), size=sizes)
def test_loss_does_not_see_rotations_and_permutations(seed: int, size: tuple[int, int, int]) -> None:
    W, V = networks(seed, *size)
    Q = np.linalg.qr(np.random.default_rng(seed + 1).standard_normal((size[2], size[2])))[0]
    order = np.random.default_rng(seed + 2).permutation(len(W))
    assert agree(population_loss(W, V), population_loss(W @ Q.T, V @ Q.T))
    assert agree(population_loss(W, V), population_loss(W[order], V))
    turned, straight = population_gradient(W @ Q.T, V @ Q.T), population_gradient(W, V)
    gap = np.linalg.norm(np.asarray(turned.value) - np.asarray(straight.value) @ Q.T)
    assert gap <= np.linalg.norm(turned.error) + np.linalg.norm(straight.error)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6), size=sizes)
def test_gradient_is_the_derivative_of_the_loss(seed: int, size: tuple[int, int, int]) -> None:
    W, V = networks(seed, *size)
    noise = float(np.asarray(population_loss(2.0 * W, 2.0 * V).error))
    assert agree(population_gradient(W, V), gradient(lambda w: float(population_loss(w, V).value), W, noise=noise))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), size=sizes)
def test_euler_identity(seed: int, size: tuple[int, int, int]) -> None:
    """Without teacher part the loss is homogeneous of degree 2: <grad, W> = 2 L."""
    W, _ = networks(seed, *size)
    nobody = np.zeros((1, size[2]))
    slope, loss = population_gradient(W, nobody), population_loss(W, nobody)
    gap = abs((np.asarray(slope.value) * W).sum() - 2.0 * np.asarray(loss.value))
    assert gap <= (np.asarray(slope.error) * np.abs(W)).sum() + 2.0 * np.asarray(loss.error)


def test_loss_and_gradient_are_small_errors_at_the_teacher() -> None:
    V = networks(3, 1, 5, 6)[1]
    loss, slope = population_loss(V, V), population_gradient(V, V)
    assert abs(np.asarray(loss.value)) <= np.asarray(loss.error) < 1e-11
    assert (np.abs(np.asarray(slope.value)) <= np.asarray(slope.error)).all()
    assert np.max(slope.error) < 1e-12


@pytest.mark.parametrize(("w", "v"), [(2.0, 3.0), (2.0, -3.0), (-0.5, 4.0)])
def test_one_dimension_by_hand(w: float, v: float) -> None:
    """On a line relu(wx) and relu(vx) meet only if w and v have one sign; E relu(x)^2 = 1/2."""
    cross = w * v / 2.0 if w * v > 0.0 else 0.0
    loss, slope = population_loss([[w]], [[v]]), population_gradient([[w]], [[v]])
    assert abs(np.asarray(loss.value) - (w * w / 4.0 + v * v / 4.0 - cross)) <= np.asarray(loss.error)
    assert abs(np.asarray(slope.value) - (w - (v if w * v > 0.0 else 0.0)) / 2.0) <= np.asarray(slope.error)


@pytest.mark.parametrize("tilt", [0.0, 1e-300, 1e-16, 1e-12, 1e-8])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_nearly_parallel_neurons_are_continuous(tilt: float, sign: float) -> None:
    """The gradient is Lipschitz near parallel neurons: a tilt by t moves it by less than 2t."""
    V = np.array([[sign * 2.0, sign * tilt * 2.0, 0.0]])
    slope = population_gradient([[1.0, 0.0, 0.0]], V)
    straight = np.array([[0.5 - (1.0 if sign > 0.0 else 0.0), 0.0, 0.0]])
    assert (np.abs(np.asarray(slope.value) - straight) <= np.asarray(slope.error) + 2.0 * tilt).all()
    assert np.max(slope.error) < 1e-12


@pytest.mark.parametrize("scale", [1e-100, 1e100])
def test_scales(scale: float) -> None:
    W, V = networks(5, 2, 2, 3)
    large, small = population_loss(scale * W, scale * V), population_loss(W, V)
    assert large.value == pytest.approx(float(small.value) * scale**2, rel=1e-12)


def test_zero_neurons() -> None:
    W, V = networks(6, 2, 2, 3)
    padded = np.vstack([W, np.zeros((1, 3))])
    assert agree(population_loss(padded, V), population_loss(W, V))
    assert agree(population_gradient(W, np.vstack([V, np.zeros((2, 3))])), population_gradient(W, V))
    assert population_loss(np.zeros((1, 2)), np.zeros((1, 2))).value == 0.0
    with pytest.raises(ZeroNeuronError, match="no gradient"):
        population_gradient(padded, V)


def test_loss_and_gradient_agree_with_samples() -> None:
    W, V = networks(7, 3, 2, 4)
    up, down = np.linalg.norm(W, axis=1).sum(), np.linalg.norm(V, axis=1).sum()
    top = max(up, down)
    half = HomogeneousPart(2, lambda x: residual(W, V, x) ** 2 / 2.0, 0.0, top**2 / 2.0)

    def pull(x: FloatArray) -> FloatArray:
        gated: FloatArray = (x @ W.T > 0.0)[:, :, None] * x[:, None, :] * residual(W, V, x)[:, None, None]
        return gated

    assert agree(population_loss(W, V), sphere_mean([half], 4, 40_000, 0, 1e-6))
    assert agree(population_gradient(W, V), sphere_mean([HomogeneousPart(2, pull, -top, top)], 4, 40_000, 1, 1e-6))


def test_batch_gradient_is_the_derivative_of_the_batch_loss() -> None:
    W, V = networks(8, 3, 2, 4)
    batch = np.random.default_rng(9).standard_normal((50, 4))
    estimate = gradient(lambda w: sample_loss(w, V, batch), W, step=1e-3)  # no sample crosses a kink within 1e-3
    assert np.abs(batch @ W.T).min() > 1e-3 * np.abs(batch).max()
    assert (np.abs(sample_gradient(W, V, batch) - np.asarray(estimate.value)) <= np.asarray(estimate.error)).all()


def test_refusals() -> None:
    with pytest.raises(ShapeError, match="columns"):
        population_loss(np.eye(2), np.eye(3))
    with pytest.raises(ShapeError, match="matrix"):
        population_gradient(np.ones(3), np.eye(3))
    with pytest.raises(NonFiniteError):
        population_loss([[math.nan]], [[1.0]])
    with pytest.raises(ShapeError, match="columns"):
        sample_loss(np.eye(2), np.eye(2), np.eye(3))
