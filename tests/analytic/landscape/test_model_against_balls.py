"""Dense models in float64 against the same formulas in balls: within the error model, also next to parallel vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from analytic.landscape.dense_angles import NEAR, row_angles
from analytic.landscape.model import StudentTeacher
from analytic.landscape.pair import activation

UNIT = 2.0**-53
HOMOGENEOUS = ("relu", "abs", "leaky_relu(1/5)", "leaky_relu(-3)")
SMOOTH = ("erf", "gelu", "sin(z)", "cos", "z^2", "z^3 - z", "relu(z)^2")
N, K, D = 4, 3, 5


@dataclass(frozen=True)
class Case:
    """A model with students, a direction and the second layer that is used."""

    model: StudentTeacher
    W: np.ndarray
    X: np.ndarray
    alpha: np.ndarray


def case(phi: str, correlated: bool, seed: int, n: int = N, k: int = K, d: int = D) -> Case:
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(d, d)) / np.sqrt(d)
    sigma = A @ A.T + np.eye(d) / 4
    alpha, beta = rng.uniform(0.5, 2, size=n), rng.normal(size=k)
    model = StudentTeacher(rng.normal(size=(k, d)), alpha, beta, (sigma + sigma.T) / 2 if correlated else None, phi)
    return Case(model, rng.normal(size=(n, d)), rng.normal(size=(n, d)), alpha)


def natural(c: Case) -> tuple[np.ndarray, np.ndarray]:
    """For each student the errors of gradient and Hessian: (8d + 64)u of the sum of its terms' sizes, as in the loss.

    The covariance enters by its largest eigenvalue, and by its condition number through the normalised vectors.
    """
    phi, V = activation(c.model.phi), np.array(c.model.V, dtype=float)
    size = float(phi.squares) * (8 * V.shape[1] + 64) * UNIT
    if c.model.sigma is not None:
        spectrum = np.linalg.eigvalsh(np.array(c.model.sigma))
        size *= spectrum[-1] ** 2 / spectrum[0]
    w, others = np.linalg.norm(c.W, axis=1), np.linalg.norm(np.concatenate([c.W, V]), axis=1)
    weights = np.abs(np.concatenate([c.alpha, np.array(c.model.beta, dtype=float)]))
    gradient = np.abs(c.alpha) * (weights @ others)
    return size * gradient, size * (gradient / w + np.abs(c.alpha) * weights.sum())


def blockwise(H: np.ndarray, n: int) -> np.ndarray:
    """The largest entry of each block of rows."""
    return np.asarray(np.abs(H).reshape(n, -1).max(axis=1))


@pytest.mark.parametrize("phi", HOMOGENEOUS)
@pytest.mark.parametrize("correlated", [False, True])
@pytest.mark.parametrize("seed", [1, 2])
def test_gradient_and_hessian_are_within_the_error_model(phi: str, correlated: bool, seed: int) -> None:
    c = case(phi, correlated, seed)
    first, second = natural(c)
    slope, curvature = c.model.gradient_ball(c.W), c.model.hessian_ball(c.W)
    assert max(slope.radius, curvature.radius) < UNIT
    assert np.all(blockwise(c.model.gradient(c.W) - slope.midpoint, N) <= first)
    assert np.all(blockwise(c.model.hessian(c.W) - curvature.midpoint, N) <= second)


@pytest.mark.parametrize("distance", [0.0, 1e-300, 1e-18, 1e-15, 1e-12, 1e-8, 1e-4, 1e-2])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("phi", HOMOGENEOUS)
def test_nothing_is_lost_near_parallel_vectors(phi: str, sign: int, distance: float) -> None:
    """Students that are almost teachers (or their opposites) and almost one another; float64 rounds the rest away."""
    c = case(phi, False, 7)
    V, rng = np.array(c.model.V), np.random.default_rng(8)
    W = np.concatenate([sign * V, 2 * V[:1]]) + distance * rng.normal(size=(N, D))
    near = Case(c.model, W, c.X, c.alpha)
    first, second = natural(near)
    assert np.all(blockwise(near.model.gradient(W) - near.model.gradient_ball(W, bits=4000).midpoint, N) <= first)
    exact = near.model.hessian_ball(W, bits=4000).midpoint
    assert np.all(blockwise(near.model.hessian(W) - exact, N) <= second)
    sizes = np.abs(c.X).sum() * second
    assert np.all(blockwise(near.model.hessian_vector(W, c.X) - (exact @ c.X.reshape(-1)).reshape(N, D), N) <= sizes)


@pytest.mark.parametrize("phi", SMOOTH)
@pytest.mark.parametrize("trained", [False, True])
def test_other_activations_are_accurate_to_what_they_promise(phi: str, trained: bool) -> None:
    """1e-10 of the scale of each pair, here of the largest entry; measured values are near 1e-15."""
    c = case(phi, False, 3)
    H, g = c.model.hessian_ball(c.W, trained=trained), c.model.gradient_ball(c.W, trained=trained)
    assert max(H.radius, g.radius) < UNIT
    assert np.abs(c.model.hessian(c.W, trained=trained) - H.midpoint).max() <= 1e-10 * np.abs(H.midpoint).max()
    found = c.model.gradient(c.W, trained=trained).reshape(-1)
    assert np.abs(found - g.midpoint.reshape(-1)).max() <= 1e-10 * np.abs(g.midpoint).max()


def test_a_closed_form_that_cancels_is_computed_in_balls() -> None:
    """At variance 25 the float64 program of elu loses more digits than are allowed."""
    model, W = StudentTeacher([[5.0, 1.0]], phi="elu(z, 1)"), [[5.0, 0.5]]
    exact = model.gradient_ball(W, bits=200)
    assert exact.radius < 1e-20
    assert np.abs(model.gradient(W) - exact.midpoint).max() <= 1e-10 * np.linalg.norm(W)


@pytest.mark.parametrize("phi", [*HOMOGENEOUS, "erf", "gelu"])
@pytest.mark.parametrize("correlated", [False, True])
@pytest.mark.parametrize("sizes", [(4, 3, 5), (2, 5, 3), (1, 1, 1), (3, 1, 1)])
def test_products_with_vectors_are_products_with_the_matrix(
    phi: str, correlated: bool, sizes: tuple[int, int, int]
) -> None:
    n, k, d = sizes
    c = case(phi, correlated, 11, n, k, d)
    H, x = c.model.hessian(c.W, trained=True), np.random.default_rng(12).normal(size=n * d + n)
    rounding = 64 * (n + k) * (d + 2) * UNIT * (np.abs(H).max() + conditioning(c)) * np.abs(x).sum()
    assert np.abs(c.model.hessian_vector(c.W, x, trained=True) - H @ x).max() <= rounding
    short = H[: n * d, : n * d] @ x[: n * d]
    found = c.model.hessian_vector(c.W, x[: n * d].reshape(n, d))
    assert np.abs(found.reshape(-1) - short).max() <= rounding
    assert np.array_equal(H, H.T)


def conditioning(c: Case) -> float:
    """The sizes of what is added up in a block of the Hessian."""
    V = np.array(c.model.V, dtype=float)
    norms = [np.linalg.norm(X, axis=1) for X in (c.W, V)]
    largest = max(norms[0].max(), norms[1].max()) / min(norms[0].min(), 1.0)
    sigma = 1.0 if c.model.sigma is None else float(np.linalg.cond(np.array(c.model.sigma)))
    return float(
        np.abs(c.alpha).max() * (np.abs(c.alpha).sum() + np.abs(np.array(c.model.beta)).sum()) * largest * sigma
    )


def test_blocks_are_blocks_of_the_matrix() -> None:
    c = case("abs", True, 5)
    H = c.model.hessian(c.W).reshape(N, D, N, D)
    for i in range(N):
        for j in range(N):
            assert np.abs(c.model.block(c.W, i, j) - H[i, :, j, :]).max() <= 8 * UNIT * np.abs(H).max()


@pytest.mark.parametrize("phi", HOMOGENEOUS)
def test_the_loss_is_within_its_bound(phi: str) -> None:
    for seed in range(5):
        c = case(phi, False, 20 + seed)
        W = np.concatenate([np.array(c.model.V) * (1 + seed * 1e-9), c.W[:1] * 1e-12])
        for students in (c.W, W):
            value, bound = c.model.loss_with_bound(students)
            assert abs(value - float(c.model.loss_ball(students))) <= bound
            assert value >= 0


def test_a_tiny_loss_is_computed_in_balls_when_accuracy_is_asked_for() -> None:
    c = case("relu", False, 30, n=K)
    model = StudentTeacher(c.model.V)
    W = np.array(model.V) + 1e-11 * c.X
    value, bound = model.loss_with_bound(W)
    exact = float(model.loss_ball(W, bits=400))
    assert bound > exact
    assert model.loss(W, accuracy=1e-14) == pytest.approx(exact, rel=1e-14)
    assert model.loss(np.array(model.V), accuracy=1e-14) == 0.0
    assert abs(value - exact) <= bound


def test_small_angles_have_all_their_digits() -> None:
    """Between (1, 0) and (1, t) the angle is arctan t; a cosine in float64 knows it to 1e-8 only."""
    t = np.array([0.0, 1e-200, 1e-20, 1e-12, 1e-8, 1e-3, 0.4, 0.5, 1.0, 1e3])
    X, Y = np.array([[1.0, 0.0]]), np.stack([np.ones_like(t), t], axis=1)
    for sign in (1, -1):
        angles = row_angles(sign * X, Y)
        expected = np.arctan(t) if sign == 1 else np.pi - np.arctan(t)
        assert np.abs(angles.theta[0] - expected).max() <= 8 * UNIT * (1 if sign == 1 else np.pi)
    assert (angles.cos < -NEAR).any()


def test_scales_do_not_matter() -> None:
    """The loss is quadratic in (W, V): powers of two come out exactly."""
    c = case("relu", False, 40)
    for exponent in (-120, 120):
        scale = 2.0**exponent
        scaled = StudentTeacher(np.array(c.model.V) * scale, c.alpha, c.model.beta)
        assert np.array_equal(scaled.gradient(c.W * scale), scale * c.model.gradient(c.W))
        assert np.array_equal(scaled.hessian(c.W * scale), c.model.hessian(c.W))


def test_a_point_is_reused() -> None:
    c: Any = case("relu", False, 50)
    point = c.model.at(c.W)
    assert np.array_equal(point.hessian(), c.model.hessian(c.W))
    assert np.array_equal(point.hessian_vector(c.X), c.model.hessian_vector(c.W, c.X))
