"""Hessians of population losses from differences of sampled gradients, against quadrature of their definition."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from numeric import (
    DomainError,
    NonFiniteError,
    NumericError,
    ShapeError,
    ZeroNeuronError,
    gaussian_mean,
    integrated_gauss_newton,
    integrated_hessian,
    per_sample_gradient,
    population_hessian,
    sample_gradient,
    sampled_hessian,
    tanh,
)
from numeric.arguments import FloatArray

V = np.eye(2)
W = np.array([[0.9, 0.4], [-0.5, 0.8]])


def gradient(w: FloatArray, x: FloatArray) -> FloatArray:
    return per_sample_gradient(w, V, x)


def test_gradients_of_samples_average_to_the_gradient() -> None:
    x = np.random.default_rng(0).normal(size=(50, 2))
    assert np.allclose(gradient(W, x).mean(axis=0), sample_gradient(W, V, x), rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("step", [pytest.param(0.05, marks=pytest.mark.slow), 0.3])
def test_the_error_holds_as_often_as_it_promises(step: float) -> None:
    """Each of 16 entries, in 120 rounds, at two steps; the larger has a visible difference bias."""
    truth = np.asarray(integrated_hessian(W, V).value)
    misses = np.zeros((4, 4))
    for seed in range(120):
        found = sampled_hessian(gradient, W, np.zeros(2), np.eye(2), 1000, seed, step)
        width = 1.6448536 * np.asarray(found.error)  # normal quantile of 0.1, entry by entry
        misses += np.abs(np.asarray(found.value) - truth) > width
    assert misses.max() <= int(binom.ppf(1.0 - 1e-6, 120, 0.1))


def test_it_sees_the_dirac_part_that_gauss_newton_lacks() -> None:
    found = sampled_hessian(gradient, W, np.zeros(2), np.eye(2), 200_000, seed=0)
    exact, smooth = integrated_hessian(W, V), integrated_gauss_newton(W, V)
    width = np.asarray(found.half_width(1e-6))
    assert (np.abs(np.asarray(found.value) - np.asarray(exact.value)) <= width).all()
    assert (np.abs(np.asarray(found.value) - np.asarray(smooth.value)) > width).any()
    conditional = population_hessian(W, V, 20_000, seed=1, level=1e-6)
    gap = np.abs(np.asarray(found.value) - np.asarray(conditional.value))
    assert (gap <= width + np.asarray(conditional.error)).all()
    assert found.shape == (4, 4)
    assert found.work == 200_000 * 16


def test_the_bias_of_a_large_step_is_in_the_error() -> None:
    narrow, wide = (sampled_hessian(gradient, W, np.zeros(2), np.eye(2), 50_000, 0, step) for step in (0.1, 0.4))
    truth = np.asarray(integrated_hessian(W, V).value)
    for found in (narrow, wide):
        assert (np.abs(np.asarray(found.value) - truth) <= 5.0 * np.asarray(found.error)).all()
    assert np.median(np.asarray(wide.error)) < np.median(np.asarray(narrow.error)), "variance falls like 1/h"


def test_any_activation_and_law() -> None:
    """One tanh neuron on correlated inputs with a mean, against quadrature of the second derivative."""
    w, mean, C = np.array([0.7, -0.4]), np.array([0.2, 0.1]), np.array([[1.0, 0.3], [0.3, 0.5]])

    def slope(u: FloatArray, x: FloatArray) -> FloatArray:
        t = tanh(x @ u)
        return np.asarray(((t - x[:, 0]) * (1.0 - t * t))[:, None] * x)

    def second(x: FloatArray) -> FloatArray:
        t = tanh(x @ w)
        return np.asarray((1.0 - t * t) ** 2 - 2.0 * (t - x[:, 0]) * t * (1.0 - t * t))

    found = sampled_hessian(slope, w, mean, C, 100_000, seed=0)
    for a in range(2):
        for b in range(2):
            exact = gaussian_mean(lambda x, a=a, b=b: second(x) * x[:, a] * x[:, b], mean, C)  # type: ignore[misc]
            gap = abs(float(np.asarray(found.value)[a, b]) - float(exact.value))
            assert gap <= 5.0 * float(np.asarray(found.error)[a, b])


def test_seeds_replay() -> None:
    first, second = (sampled_hessian(gradient, W, np.zeros(2), np.eye(2), 100, 3) for _ in range(2))
    assert np.array_equal(first.value, second.value)
    assert first.seed == 3


def test_unusable_input_is_refused() -> None:
    with pytest.raises(DomainError, match="step"):
        sampled_hessian(gradient, W, np.zeros(2), np.eye(2), 100, 0, step=0.0)
    with pytest.raises(DomainError, match="step"):
        sampled_hessian(gradient, W, np.zeros(2), np.eye(2), 100, 0, step=math.nan)
    with pytest.raises(NonFiniteError, match="weights"):
        sampled_hessian(gradient, W * np.nan, np.zeros(2), np.eye(2), 100, 0)
    with pytest.raises(NonFiniteError, match="gradient"):
        sampled_hessian(lambda w, x: np.full((len(x), *w.shape), np.inf), W, np.zeros(2), np.eye(2), 100, 0)
    with pytest.raises(ShapeError, match="one gradient an input"):
        sampled_hessian(lambda w, x: sample_gradient(w, V, x), W, np.zeros(2), np.eye(2), 100, 0)
    with pytest.raises(DomainError, match="semidefinite"):
        sampled_hessian(gradient, W, np.zeros(2), -np.eye(2), 100, 0)
    with pytest.raises(NumericError, match="samples"):
        sampled_hessian(gradient, W, np.zeros(2), np.eye(2), 1, 0)
    with pytest.raises(NumericError, match="seed"):
        sampled_hessian(gradient, W, np.zeros(2), np.eye(2), 10, -1)
    with pytest.raises(ZeroNeuronError):
        integrated_hessian(0.0 * W, V)
