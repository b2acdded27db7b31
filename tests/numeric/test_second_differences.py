"""Second differences against known Hessians: honest errors, observed orders, refusal where there is no limit."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric import (
    DifferenceEstimate,
    DomainError,
    NonFiniteError,
    NotConvergedError,
    NumericError,
    ShapeError,
    gradient,
    hessian_of,
    integrated_hessian,
    population_loss,
)
from numeric.arguments import EPS, FloatArray

Function = Callable[[FloatArray], FloatArray]

SMOOTH: list[tuple[Function, Function]] = [
    (np.sin, lambda x: -np.sin(x)),
    (np.exp, np.exp),
    (lambda x: x**7, lambda x: 42.0 * x**5),
    (lambda x: 1.0 / (1.0 + x * x), lambda x: (6.0 * x * x - 2.0) / (1.0 + x * x) ** 3),
    (lambda x: np.sin(10.0 * x), lambda x: -100.0 * np.sin(10.0 * x)),
]
KINKED: list[tuple[Function, Function]] = [
    (lambda x: np.abs(x) ** 3, lambda x: 6.0 * np.abs(x)),
    (lambda x: np.maximum(x, 0.0) ** 3 + np.sin(3.0 * x), lambda x: 6.0 * np.maximum(x, 0.0) - 9.0 * np.sin(3.0 * x)),
    (lambda x: x * x * np.abs(x) + np.exp(x), lambda x: 6.0 * np.abs(x) + np.exp(x)),
]


@settings(max_examples=80, deadline=None)
@given(case=st.sampled_from(SMOOTH), x=st.floats(-2.0, 2.0))
def test_smooth_functions(case: tuple[Function, Function], x: float) -> None:
    found, exact = hessian_of(case[0], np.asarray(x)), float(case[1](np.asarray(x)))
    assert abs(float(found.value) - exact) <= float(found.error) + 8.0 * EPS * abs(exact)
    assert float(found.error) < 1e-5 * (1.0 + abs(exact))


@settings(max_examples=120, deadline=None)
@given(case=st.sampled_from(KINKED), x=st.one_of(st.floats(-1.0, 1.0), st.floats(-1e-4, 1e-4), st.just(0.0)))
def test_kinks_of_the_second_derivative(case: tuple[Function, Function], x: float) -> None:
    found, exact = hessian_of(case[0], np.asarray(x)), float(case[1](np.asarray(x)))
    assert abs(float(found.value) - exact) <= float(found.error) + 8.0 * EPS * abs(exact)
    assert float(found.error) < 1e-3


beside = given(distance=st.floats(-7.9, -1.0), side=st.sampled_from([-1.0, 1.0]), kink=st.floats(-2.0, 2.0))


def right_or_refused(distance: float, side: float, kink: float) -> None:
    """The second derivative of 2 relu(x - c)^2 + sin x jumps from 0 to 4, plus -sin x, at c."""
    x = kink + side * 10.0**distance
    exact = 4.0 * (x > kink) - math.sin(x)
    try:
        found = hessian_of(lambda z: 2.0 * np.maximum(z - kink, 0.0) ** 2 + np.sin(z), np.asarray(x))
    except NotConvergedError:
        return
    assert abs(float(found.value) - exact) <= float(found.error)


def slope_right(distance: float, side: float, kink: float) -> None:
    """The same of the slope of 2 relu(x - c) + sin x, unless the smallest steps reach over c."""
    x = kink + side * 10.0**distance
    found = gradient(lambda z: float(2.0 * np.maximum(z - kink, 0.0) + np.sin(z)), np.asarray(x))
    exact = 2.0 * (x > kink) + math.cos(x)
    near = abs(x - kink) < 2.0**-18 * max(1.0, 2.0 ** math.floor(math.log2(max(1.0, abs(x)))))
    assert near or abs(float(found.value) - exact) <= float(found.error)


@settings(max_examples=60, deadline=None)
@beside
def test_beside_a_jump_it_is_right_or_refused(distance: float, side: float, kink: float) -> None:
    right_or_refused(distance, side, kink)


@settings(max_examples=60, deadline=None)
@beside
def test_first_derivatives_beside_a_jump(distance: float, side: float, kink: float) -> None:
    slope_right(distance, side, kink)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@beside
def test_first_and_second_derivatives_at_200_places(distance: float, side: float, kink: float) -> None:
    right_or_refused(distance, side, kink)
    slope_right(distance, side, kink)


@pytest.mark.parametrize(
    ("f", "order"),
    [(np.sin, 2.0), (lambda x: np.abs(x - 0.5) ** 3, 1.0), (lambda x: (x - 0.5) ** 2, math.inf), (np.exp, 2.0)],
    ids=["smooth", "kink of f''", "parabola", "exponential"],
)
def test_the_order_is_observed(f: Function, order: float) -> None:
    assert hessian_of(f, np.asarray(0.5)).order == pytest.approx(order, abs=0.1)


def test_the_order_of_first_differences() -> None:
    assert gradient(lambda x: float(np.sin(x)), np.asarray(0.5)).order == pytest.approx(2.0, abs=0.1)
    assert gradient(lambda x: float(x * abs(x)), np.asarray(0.0)).order == pytest.approx(1.0, abs=0.01)
    assert gradient(lambda x: float(3.0 * x), np.asarray(0.7)).order == math.inf
    assert gradient(lambda x: float(x > 0.0), np.asarray(0.0)).order == pytest.approx(-1.0, abs=0.01)


@pytest.mark.parametrize(
    "f", [np.abs, lambda x: np.maximum(x, 0.0), lambda x: (x > 0.0) * 1.0 + x, lambda x: np.sqrt(np.abs(x))]
)
def test_where_there_is_no_second_derivative(f: Function) -> None:
    with pytest.raises(NotConvergedError, match="does not settle"):
        hessian_of(lambda x: f(x), np.asarray(0.0))


def test_quadratic_forms_and_mixed_derivatives() -> None:
    A = np.random.default_rng(0).normal(size=(4, 4))
    found = hessian_of(lambda x: float(x @ A @ x), np.ones(4))
    assert (np.abs(np.asarray(found.value) - A - A.T) <= np.asarray(found.error)).all()
    assert np.array_equal(np.asarray(found.value), np.asarray(found.value).T)
    assert float(np.max(found.error)) < 1e-8
    mixed = hessian_of(lambda x: float(np.sin(x[0]) * np.exp(x[1])), np.array([0.3, -0.2]))
    s, c, e = math.sin(0.3), math.cos(0.3), math.exp(-0.2)
    assert (np.abs(np.asarray(mixed.value) - [[-s * e, c * e], [c * e, s * e]]) <= np.asarray(mixed.error)).all()


def test_axes_are_those_of_value_argument_argument() -> None:
    found = hessian_of(lambda X: np.array([X[0, 0] * X[1, 2], X[0, 1] ** 2]), np.ones((2, 3)))
    exact = np.zeros((2, 2, 3, 2, 3))
    exact[0, 0, 0, 1, 2] = exact[0, 1, 2, 0, 0] = 1.0
    exact[1, 0, 1, 0, 1] = 2.0
    assert found.shape == exact.shape == np.shape(found.order)
    assert (np.abs(np.asarray(found.value) - exact) <= np.asarray(found.error)).all()
    assert hessian_of(lambda x: float(x.sum()), np.zeros(0)).shape == (0, 0)


def test_the_population_loss_twice_differenced_has_the_kink() -> None:
    """Differences of the loss itself meet the quadrature of the definition, Dirac part included."""
    W, V = np.random.default_rng(1).normal(size=(2, 2, 2))
    noise = float(population_loss(2.0 * W, 2.0 * V).error)
    found = hessian_of(lambda w: float(population_loss(w, V).value), W, noise=noise)
    exact = integrated_hessian(W, V)
    gap = np.abs(np.asarray(found.value).reshape(4, 4) - np.asarray(exact.value))
    assert (gap <= np.asarray(found.error).reshape(4, 4) + np.asarray(exact.error)).all()
    assert float(np.max(found.error)) < 1e-6


def test_noise_is_carried_through() -> None:
    found = hessian_of(lambda x: round(float(np.sin(x)), 9), np.asarray(1.0), noise=5e-10)
    assert abs(float(found.value) + math.sin(1.0)) <= float(found.error) < 1e-3
    for x in (1e6, -3e4):
        large = hessian_of(lambda z: z**3, np.asarray(x))
        assert abs(float(large.value) - 6.0 * x) <= float(large.error) <= 1e-5 * abs(x)


def test_refusals() -> None:
    with pytest.raises(ShapeError, match="one fixed shape"):
        hessian_of(lambda x: np.zeros(1 if x[0] > 0.0 else 2), [0.01])
    with pytest.raises(NonFiniteError):
        hessian_of(np.sum, [np.nan])
    with pytest.raises(NonFiniteError, match=r"f\(x\)"):
        hessian_of(lambda x: float(np.sum(x)) + np.inf, [0.0])
    with pytest.raises(DomainError, match="step"):
        hessian_of(np.sum, [0.0], step=-1.0)
    with pytest.raises(DomainError, match="noise"):
        hessian_of(np.sum, [0.0], noise=math.nan)
    with pytest.raises(NumericError, match="order"):
        DifferenceEstimate(1.0, 0.0, "scheme", None, "by hand", 1, order=math.nan)


@pytest.mark.parametrize(
    ("f", "left", "right"), [(lambda x: np.maximum(x, 0) ** 2, 0.0, 2.0), (lambda x: x * abs(x), -2.0, 2.0)]
)
def test_at_a_kink_of_the_gradient_the_error_covers_both_sides(
    f: Callable[[FloatArray], FloatArray], left: float, right: float
) -> None:
    """Central differences settle at once, by symmetry, on the mean of two second derivatives that are not equal."""
    found = hessian_of(f, np.asarray(0.0))
    assert abs(float(found.value) - left) <= float(found.error)
    assert abs(float(found.value) - right) <= float(found.error)
