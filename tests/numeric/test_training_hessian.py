"""Hessian of the population loss in closed form against quadrature, which sees the kink, and against differences."""

from __future__ import annotations

import numpy as np
import pytest

from numeric.arguments import EPS, FloatArray
from numeric.kink_hessian import integrated_hessian
from numeric.training.polish import differenced_hessian
from numeric.training.population import closed_form
from numeric.training.population_hessian import dense_hessian


def networks(seed: int, n: int, k: int, d: int) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, d)), rng.standard_normal((k, d))


@pytest.mark.parametrize("size", [(1, 1, 1), (1, 2, 3), (3, 4, 5), (4, 2, 3), (5, 5, 5)])
def test_relu_agrees_with_the_quadrature_of_the_definition(size: tuple[int, int, int]) -> None:
    W, V = networks(sum(size), *size)
    expected = integrated_hessian(W, V)
    found = dense_hessian(W, closed_form(V))
    ratio = np.linalg.norm(np.concatenate([W, V]), axis=1).sum() / np.linalg.norm(W, axis=1).min()
    assert (np.abs(found - expected.value) <= np.asarray(expected.error) + 16.0 * EPS * sum(size) * ratio).all()
    assert np.array_equal(found, found.T)


def test_parallel_and_opposite_neurons_are_no_exception() -> None:
    W, V = networks(7, 5, 3, 4)
    W[1], W[2], W[3] = 2.0 * W[0], -W[0], V[1]
    expected = integrated_hessian(W, V)
    ratio = np.linalg.norm(np.concatenate([W, V]), axis=1).sum() / np.linalg.norm(W, axis=1).min()
    gap = np.abs(dense_hessian(W, closed_form(V)) - expected.value)
    assert (gap <= np.asarray(expected.error) + 16.0 * EPS * 12 * ratio).all()


@pytest.mark.parametrize(("name", "slope"), [("relu", None), ("leaky", 0.3), ("absolute", None), ("linear", None)])
def test_rectifiers_agree_with_differences_of_their_gradient(name: str, slope: float | None) -> None:
    W, V = networks(11, 3, 2, 4)
    loss = closed_form(V, name, slope, beta=[1.5, -0.5])
    by_difference = differenced_hessian(lambda w: loss.step(w[None])[1][0])(W)
    # fourth derivatives of O(100) at neurons of length O(1), times the square of the step
    assert np.abs(dense_hessian(W, loss) - by_difference).max() <= 1e3 * EPS ** (2.0 / 3.0)


def test_the_spectrum_at_the_teacher_has_the_known_extremes() -> None:
    k = 6
    eigenvalues = np.linalg.eigvalsh(dense_hessian(np.eye(k), closed_form(np.eye(k))))
    assert abs(eigenvalues[0] - (0.25 - 1.0 / (2.0 * np.pi))) <= 64.0 * EPS * k  # Arjevani and Field 2020


def test_erf_goes_by_differences() -> None:
    loss = closed_form([[1.0, 0.0]], "erf")
    found = dense_hessian(np.array([[1.0, 0.0]]), loss)
    # at the teacher the Hessian is E phi'^2 x x^T with phi' = 2/pi^(1/2) exp(-z^2): 4/pi diag(5^(-3/2), 5^(-1/2))
    exact = 4.0 / np.pi * np.diag([5.0**-1.5, 5.0**-0.5])
    assert np.abs(found - exact).max() <= 1e2 * EPS ** (2.0 / 3.0)
