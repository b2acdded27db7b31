"""The sampled Hessian against differences of the quadrature gradient; the saddle that Gauss-Newton calls a minimum."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import fsolve

from numeric import (
    Estimate,
    NumericError,
    ShapeError,
    ZeroNeuronError,
    eigenvalues,
    gauss_newton,
    jacobian,
    population_gradient,
    population_hessian,
)
from numeric.arguments import FloatArray

LEVEL = 1e-6


def differenced(W: FloatArray, V: FloatArray) -> Estimate:
    """Hessian by differences of the population gradient, as a matrix."""
    noise = float(np.max(population_gradient(2.0 * W, 2.0 * V).error))
    estimate = jacobian(lambda w: np.asarray(population_gradient(w, V).value), W, noise=noise)
    value, error = (np.reshape(part, (W.size, W.size)) for part in (estimate.value, estimate.error))
    return Estimate(value, error, "scheme", None, estimate.method, estimate.work)


def agree(first: Estimate, second: Estimate) -> bool:
    gap = np.abs(np.asarray(first.value) - np.asarray(second.value))
    return bool((gap <= np.asarray(first.error) + np.asarray(second.error)).all())


def at_teacher(k: int) -> FloatArray:
    """Known Hessian at W = V = I: diagonal blocks I/2, others I/4 + (e_i e_j^T + e_j e_i^T)/(2 pi)."""
    H = np.kron(np.ones((k, k)), np.eye(k) / 4.0) + np.kron(np.eye(k), np.eye(k) / 4.0)
    for i in range(k):
        for j in range(k):
            if i != j:
                H[i * k + i, j * k + j] += 1.0 / (2.0 * np.pi)
                H[i * k + j, j * k + i] += 1.0 / (2.0 * np.pi)
    return H


@pytest.fixture(scope="module")
def saddle() -> FloatArray:
    """Critical point W = aI + bJ of the loss with teacher I in three dimensions, near a + b = -.318, b = .659."""

    def restricted(ab: FloatArray) -> FloatArray:
        slope = np.asarray(population_gradient(ab[0] * np.eye(3) + ab[1], np.eye(3)).value)
        return np.array([np.trace(slope), slope.sum()])

    a, b = fsolve(restricted, [-0.977, 0.659], xtol=1e-12)
    return np.asarray(a * np.eye(3) + b)


def test_known_hessian_at_the_teacher() -> None:
    """Both witnesses inside this package meet the same known matrix."""
    for k in (2, 3):
        truth = Estimate(at_teacher(k), np.full((k * k, k * k), 1e-15), "scheme", None, "known", 0)
        assert agree(population_hessian(np.eye(k), np.eye(k), 20_000, 0, LEVEL), truth)
        assert agree(differenced(np.eye(k), np.eye(k)), truth)


@pytest.mark.parametrize(("n", "k", "d"), [(1, 1, 2), (2, 3, 2), (3, 2, 4), (2, 2, 1)])
def test_samples_agree_with_differences_at_generic_points(n: int, k: int, d: int) -> None:
    rng = np.random.default_rng(10 * n + d)
    W, V = rng.standard_normal((n, d)), rng.standard_normal((k, d))
    sampled = population_hessian(W, V, 20_000, 1, LEVEL)
    assert sampled.shape == (n * d, n * d)
    assert np.array_equal(sampled.value, np.transpose(sampled.value))
    assert agree(sampled, differenced(W, V))


def test_the_dirac_part_is_needed() -> None:
    """At a generic point the Gauss-Newton matrix is refuted by the differences of the gradient."""
    rng = np.random.default_rng(11)
    W, V = rng.standard_normal((2, 3)), 3.0 * rng.standard_normal((3, 3))
    assert not agree(gauss_newton(W, V, 20_000, 2, LEVEL), differenced(W, V))
    assert agree(population_hessian(W, V, 20_000, 2, LEVEL), differenced(W, V))


def test_the_saddle_is_the_published_one(saddle: FloatArray) -> None:
    assert saddle[0, 0] == pytest.approx(-0.318, abs=5e-4)
    assert saddle[0, 1] == pytest.approx(0.659, abs=5e-4)
    slope = population_gradient(saddle, np.eye(3))
    assert (np.abs(np.asarray(slope.value)) <= 10.0 * np.asarray(slope.error)).all()


@pytest.mark.slow
def test_gauss_newton_sees_a_minimum_where_there_is_a_saddle(saddle: FloatArray) -> None:
    """Differences give -0.0445; samples agree within their bound and exclude 0; Gauss-Newton says +0.0879."""
    truth = eigenvalues(differenced(saddle, np.eye(3)))
    smallest = np.asarray(truth.value)[0]
    assert smallest == pytest.approx(-0.0445, abs=5e-5)
    assert np.asarray(truth.error)[0] < 1e-7

    sampled = eigenvalues(population_hessian(saddle, np.eye(3), 1_500_000, 3, 1e-3))
    assert agree(sampled, truth)
    assert np.asarray(sampled.value)[0] + np.asarray(sampled.error)[0] < 0.0

    naive = eigenvalues(gauss_newton(saddle, np.eye(3), 400_000, 4, 1e-3))
    assert abs(np.asarray(naive.value)[0] - 0.0879) <= np.asarray(naive.error)[0]
    assert np.asarray(naive.value)[0] - np.asarray(naive.error)[0] > 0.0


def test_weyl_bound_covers_perturbed_spectra() -> None:
    rng = np.random.default_rng(12)
    centre = rng.standard_normal((5, 5))
    H, E = centre + centre.T, np.full((5, 5), 0.1)
    exact = eigenvalues(Estimate(H, E, "bound", 0.1, "by hand", 1, 0))
    for _ in range(50):
        shift = rng.uniform(-0.1, 0.1, (5, 5))
        moved = np.linalg.eigvalsh(H + (shift + shift.T) / 2.0)
        assert (np.abs(moved - np.asarray(exact.value)) <= np.asarray(exact.error)).all()
    assert (exact.kind, exact.level) == ("bound", 0.1)


def test_refusals() -> None:
    with pytest.raises(ZeroNeuronError):
        population_hessian(np.zeros((1, 2)), np.eye(2), 100, 0, LEVEL)
    with pytest.raises(ZeroNeuronError):
        gauss_newton(np.zeros((1, 2)), np.eye(2), 100, 0, LEVEL)
    with pytest.raises(NumericError, match="level"):
        population_hessian(np.eye(2), np.eye(2), 100, 0, 1.5)
    with pytest.raises(ShapeError, match="square"):
        eigenvalues(Estimate(np.zeros(3), np.zeros(3), "scheme", None, "by hand", 1))
    with pytest.raises(NumericError, match="standard errors"):
        eigenvalues(Estimate(np.eye(2), np.eye(2), "standard_error", None, "by hand", 1))
