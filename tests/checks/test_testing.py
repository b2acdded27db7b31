"""Assertions on implementations: right ones pass at every hard angle, each realistic slip fails and is named."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from analytic import StudentTeacher, find_point
from checks.errors import ClaimError
from checks.testing import Matrix, assert_expectation, assert_gradient, assert_hessian, assert_kernel, assert_spectrum
from numeric import population_gradient


def kernel(u: float, v: float, theta: float) -> float:
    """The arc-cosine kernel of order 1."""
    return u * v * (math.sin(theta) + (math.pi - theta) * math.cos(theta)) / (2 * math.pi)


def by_rho(u: float, v: float, rho: float) -> float:
    """The same from the correlation, the plain way."""
    return u * v * (math.sqrt(1 - rho * rho) + (math.pi - math.acos(rho)) * rho) / (2 * math.pi)


def test_right_expectations_pass() -> None:
    assert_expectation(kernel, "relu(u)*relu(v)")
    assert_expectation(by_rho, "relu(u)*relu(v)")
    assert_expectation(lambda u: u / math.sqrt(2 * math.pi), "relu(u)")
    assert_expectation(lambda u, t: (1 - t) * u / math.sqrt(2 * math.pi), "leaky_relu(u, t)", {"t": (0.1, 0.7, -2.0)})
    assert_expectation(lambda theta: theta / math.pi, "step(u)*(1 - step(v)) + step(v)*(1 - step(u))")


@pytest.mark.parametrize(
    ("slip", "hint"),
    [
        (lambda u, v, theta: 2 * kernel(u, v, theta), "a factor 2 is off"),
        pytest.param(lambda u, v, theta: -kernel(u, v, theta), "the sign is off", marks=pytest.mark.slow),
        pytest.param(lambda u, v, theta: kernel(u, v, theta) * math.pi, "a factor pi is off", marks=pytest.mark.slow),
        (lambda u, v, theta: kernel(u, v, math.pi - theta), "theta = 1e-12"),
        (lambda u, v, theta: kernel(u, v**2, theta), "v = "),
        (lambda u, v, theta: kernel(u, v, theta) * (1 + 1e-12), "ratio 1"),
        (lambda u, v, theta: kernel(u, v, theta) if theta < 3 else math.nan, "got nan"),
        (lambda u, v, theta: kernel(u, v, float(np.float32(theta))), "theta"),
    ],
)
def test_slips_fail(slip: Callable[..., float], hint: str) -> None:
    with pytest.raises(AssertionError, match=r"E\[relu\(u\)\*relu\(v\)\] at") as caught:
        assert_expectation(slip, "relu(u)*relu(v)")
    assert hint in str(caught.value)


def test_kernels() -> None:
    assert_kernel(lambda rho: 2 / math.pi * math.asin(2 * rho / 3), "erf")
    assert_kernel(_leaky, "leaky_relu(1/5)")
    with pytest.raises(AssertionError, match="step"):
        assert_kernel(lambda rho: math.asin(rho) / math.pi, "step")


def _leaky(rho: float) -> float:
    """leaky(z) = relu(z) - relu(-z)/5."""
    return (1 + 1 / 25) * by_rho(1, 1, rho) - 2 / 5 * by_rho(1, 1, -rho)


def test_bad_requests() -> None:
    with pytest.raises(ClaimError, match="standard deviations"):
        assert_expectation(lambda angle: angle, "step(u)*step(v)")
    with pytest.raises(ClaimError, match="without t"):
        assert_expectation(lambda u: u, "leaky_relu(u, t)", {"t": (1.0,)})
    with pytest.raises(ClaimError, match="no closed form"):
        assert_expectation(lambda u: u, "tanh(u)^2")
    with pytest.raises(ClaimError, match="at most"):
        assert_spectrum(np.eye(2), 100)


def test_gradients_and_hessians() -> None:
    assert_gradient(lambda W, V: population_gradient(W, V).value)
    assert_gradient(lambda W, V: StudentTeacher(V).gradient(W))
    assert_hessian(lambda W, V: StudentTeacher(V).hessian(W))
    assert_hessian(lambda W, V: StudentTeacher(V).hessian(W).reshape(*W.shape, *W.shape))


def _without_kink(W: Matrix, V: Matrix) -> Matrix:
    """The Gauss-Newton matrix: what automatic differentiation of a sample's loss returns."""
    n, d = W.shape
    full = StudentTeacher(V).hessian(W)
    for i in range(n):
        full[i * d : i * d + d, i * d : i * d + d] = np.eye(d) / 2
    return full


@pytest.mark.parametrize(
    "slip",
    [
        lambda W, V: 2 * StudentTeacher(V).hessian(W),
        lambda W, V: StudentTeacher(V).hessian(V[:1] if len(V) == len(W) == 1 else W) + 1e-9,
        _without_kink,
        lambda W, V: np.nan * StudentTeacher(V).hessian(W),
    ],
)
def test_wrong_hessians_fail(slip: Callable[[Matrix, Matrix], Matrix]) -> None:
    with pytest.raises(AssertionError, match="the Hessian at entry"):
        assert_hessian(slip)


def test_wrong_gradients_fail() -> None:
    with pytest.raises(AssertionError, match="a factor 2 is off"):
        assert_gradient(lambda W, V: 2 * StudentTeacher(V).gradient(W))
    with pytest.raises(AssertionError, match="the shape"):
        assert_gradient(lambda W, V: StudentTeacher(V).gradient(W)[0])


class Operator:
    """A matrix that only multiplies."""

    def __init__(self, matrix: Matrix) -> None:
        self.matrix, self.shape = matrix, matrix.shape

    def __matmul__(self, other: Matrix) -> Matrix:
        return self.matrix @ other


@pytest.mark.parametrize(("at", "k", "d"), [("II", 6, 6), ("A", 7, 9), ("global", 5, 5), ("I:3", 8, 8)])
def test_spectra(at: str, k: int, d: int) -> None:
    H = StudentTeacher(np.eye(k, d)).hessian(find_point(at, k, d).matrix())
    assert_spectrum(H, k, at, d)
    assert_spectrum(Operator(H), k, at, d)
    for wrong, reason in (
        (H * (1 + 1e-9), "the eigenvalue"),
        (H + np.triu(H, 1), "not symmetric"),
        (H[1:, 1:], "shape"),
    ):
        with pytest.raises(AssertionError, match=reason):
            assert_spectrum(wrong, k, at, d)


def test_the_gauss_newton_matrix_is_not_the_hessian() -> None:
    W = find_point("A", 3).matrix()
    with pytest.raises(AssertionError, match="the eigenvalue"):
        assert_spectrum(_without_kink(W, np.eye(3)), 3, "A")
