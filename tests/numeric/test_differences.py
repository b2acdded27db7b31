"""Differences against derivatives known exactly: the error is honest, and small where the function is smooth."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric import DomainError, NonFiniteError, ShapeError, gradient, jacobian
from numeric.arguments import EPS, FloatArray

Function = Callable[[FloatArray], FloatArray]

SMOOTH: list[tuple[Function, Function]] = [
    (np.sin, np.cos),
    (np.exp, np.exp),
    (lambda x: x**7, lambda x: 7.0 * x**6),
    (lambda x: 1.0 / (1.0 + x * x), lambda x: -2.0 * x / (1.0 + x * x) ** 2),
    (np.arctan, lambda x: 1.0 / (1.0 + x * x)),
    (lambda x: np.sin(20.0 * x), lambda x: 20.0 * np.cos(20.0 * x)),
]
KINKED: list[tuple[Function, Function]] = [
    (lambda x: x * np.abs(x), lambda x: 2.0 * np.abs(x)),
    (lambda x: np.abs(x) ** 3, lambda x: 3.0 * x * np.abs(x)),
    (lambda x: np.square(np.maximum(x, 0.0)), lambda x: 2.0 * np.maximum(x, 0.0)),
    (lambda x: x * np.abs(x) + np.sin(3.0 * x), lambda x: 2.0 * np.abs(x) + 3.0 * np.cos(3.0 * x)),
    (lambda x: np.sin(300.0 * x), lambda x: 300.0 * np.cos(300.0 * x)),
]


def miss(f: Function, derivative: Function, x: float) -> tuple[float, float, float]:
    """True error, credited error, and round-off of the exact value."""
    estimate = gradient(f, np.asarray(x))
    exact = float(derivative(np.asarray(x)))
    return abs(float(np.asarray(estimate.value)) - exact), float(np.asarray(estimate.error)), 8.0 * EPS * abs(exact)


@settings(max_examples=60, deadline=None)
@given(case=st.sampled_from(SMOOTH), x=st.floats(-2.0, 2.0))
def test_smooth_functions(case: tuple[Function, Function], x: float) -> None:
    true, credited, slack = miss(*case, x)
    assert true <= credited + slack
    assert credited < 1e-7


@settings(max_examples=120, deadline=None)
@given(case=st.sampled_from(KINKED), x=st.one_of(st.floats(-1.0, 1.0), st.floats(-1e-4, 1e-4), st.just(0.0)))
def test_kinked_and_rough_functions(case: tuple[Function, Function], x: float) -> None:
    true, credited, slack = miss(*case, x)
    assert true <= credited + slack
    assert credited < 1e-3


@pytest.mark.parametrize(
    ("c", "s", "x"),
    [(-1.7491587225480158e-4, 0.507700804909092, -1.56e-6), (8.233555e-5, 0.26251421, 6.0968961e-6)],
)
def test_two_kinks_about_the_smallest_step(c: float, s: float, x: float) -> None:
    """Points at which the spread of three steps instead of four was once less than the error."""

    def f(z: FloatArray) -> FloatArray:
        return np.asarray(np.maximum(z - c, 0.0) ** 2 + s * np.maximum(z, 0.0) ** 2, dtype=np.float64)

    true, credited, slack = miss(f, lambda z: 2.0 * np.maximum(z - c, 0.0) + 2.0 * s * np.maximum(z, 0.0), x)
    assert true <= credited + slack


def test_noise_is_carried_through() -> None:
    """Round-off made large: errors of 5e-10 in f, which the argument tells."""

    def rounded(x: FloatArray) -> FloatArray:
        return np.asarray(np.round(np.sin(x), 9), dtype=np.float64)

    estimate = gradient(rounded, np.asarray(1.0), noise=5e-10)
    assert abs(np.asarray(estimate.value) - math.cos(1.0)) <= np.asarray(estimate.error) < 1e-6


def test_jacobian_has_the_axes_of_value_then_argument() -> None:
    A = np.random.default_rng(0).standard_normal((2, 3))
    estimate = jacobian(lambda X: A @ X, np.ones((3, 4)))
    exact = np.einsum("ac,bd->abcd", A, np.eye(4))
    assert estimate.shape == (2, 4, 3, 4)
    assert (np.abs(np.asarray(estimate.value) - exact) <= np.asarray(estimate.error) + 4 * EPS).all()


def test_jacobian_of_a_gradient_is_the_hessian() -> None:
    x = np.array([0.3, -0.2])

    def value(z: FloatArray) -> float:
        return float(np.sin(z[0]) * np.exp(z[1]))

    def slope(z: FloatArray) -> FloatArray:
        return np.array([np.cos(z[0]) * np.exp(z[1]), np.sin(z[0]) * np.exp(z[1])])

    first, second = gradient(value, x), jacobian(slope, x)
    s, c, e = math.sin(x[0]), math.cos(x[0]), math.exp(x[1])
    assert (np.abs(np.asarray(first.value) - slope(x)) <= np.asarray(first.error)).all()
    assert (np.abs(np.asarray(second.value) - [[-s * e, c * e], [c * e, s * e]]) <= np.asarray(second.error)).all()


def test_large_and_small_arguments() -> None:
    for x in (1e8, 1e-8, -3e5):
        estimate = gradient(lambda z: z * z, np.asarray(x))
        assert abs(np.asarray(estimate.value) - 2.0 * x) <= np.asarray(estimate.error) <= 1e-9 * max(1.0, abs(x))


def test_refusals() -> None:
    with pytest.raises(ShapeError, match="jacobian"):
        gradient(lambda x: x, np.ones(2))
    with pytest.raises(ShapeError, match="one fixed shape"):
        jacobian(lambda x: np.zeros(1 if x[0] > 0.0 else 2), [0.01])
    with pytest.raises(NonFiniteError):
        gradient(np.sum, [np.nan])
    with pytest.raises(NonFiniteError, match=r"f\(x\)"):
        gradient(lambda x: x[0] + np.inf, [0.0])
    with pytest.raises(DomainError, match="step"):
        gradient(np.sum, [0.0], step=0.0)
    with pytest.raises(DomainError, match="noise"):
        gradient(np.sum, [0.0], noise=-1.0)
