"""Planar and half-line quadrature against moments counted by pairings, and other facts known exactly."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric import (
    DomainError,
    Estimate,
    NonFiniteError,
    NumericError,
    ShapeError,
    half_line_quadrature,
    polar_quadrature,
    relu,
    step,
)
from numeric.arguments import EPS, FloatArray

THETAS = [0.0, 1e-15, 1e-9, 0.3, 1.2, math.pi / 2, 2.9, math.pi - 1e-9, math.pi]


def pairings(count: int) -> int:
    """Ways to pair up an even number of factors: (count - 1)!!."""
    return math.prod(range(count - 1, 0, -2))


def moment(p: int, q: int, correlation: float) -> float:
    """E u^p v^q of standard Gaussians (Isserlis 1918): j pairs join a u with a v."""
    ways = (
        (math.comb(p, j) * math.comb(q, j) * math.factorial(j) * pairings(p - j) * pairings(q - j), j)
        for j in range(min(p, q) + 1)
        if (p - j) % 2 == 0 and (q - j) % 2 == 0
    )
    return math.fsum(way * correlation**j for way, j in ways)


def within(estimate: Estimate, truth: float, slack: float = 0.0) -> bool:
    """Whether the truth, itself known up to slack, lies within the error."""
    return bool(abs(np.asarray(estimate.value) - truth) <= np.asarray(estimate.error) + slack)


@pytest.mark.parametrize("theta", THETAS)
@pytest.mark.parametrize(("p", "q"), [(0, 0), (1, 1), (2, 2), (3, 1), (4, 7), (10, 10), (19, 1), (0, 20)])
def test_polynomials_up_to_degree_twenty(theta: float, p: int, q: int) -> None:
    estimate = polar_quadrature(lambda u, v: u**p * v**q, (1.0, 1.0), theta)
    size = math.sqrt(pairings(2 * p) * pairings(2 * q))  # Cauchy-Schwarz bound of E|u^p v^q|
    assert within(estimate, moment(p, q, math.cos(theta)))
    assert np.asarray(estimate.error) <= 1e-13 * size


@pytest.mark.parametrize("theta", THETAS)
def test_piecewise_polynomials_fold_back_to_whole_ones(theta: float) -> None:
    def quarters(u: FloatArray, v: FloatArray) -> FloatArray:
        return (relu(u) * relu(v) + relu(-u) * relu(-v) - relu(u) * relu(-v) - relu(-u) * relu(v)) ** 3

    assert within(polar_quadrature(quarters, (1.0, 1.0), theta), moment(3, 3, math.cos(theta)))


@pytest.mark.parametrize("theta", [1e-300, 1e-15, 1e-9, 0.1, 1.0, 3.0])
def test_wedges_have_their_angle_to_full_relative_accuracy(theta: float) -> None:
    estimate = polar_quadrature(lambda u, v: step(u) * step(-v), (2.0, 3.0), theta)
    exact = theta / (2.0 * math.pi)  # the Gaussian measure of a wedge
    assert within(estimate, exact)
    assert np.asarray(estimate.error) <= 2e-13 * exact


def test_antiparallel_half_planes_do_not_meet() -> None:
    estimate = polar_quadrature(lambda u, v: step(u) * step(v), (1.0, 1.0), math.pi)
    assert estimate.value == 0.0 == estimate.error


def test_orthogonal_half_planes_share_a_quarter() -> None:
    assert within(polar_quadrature(lambda u, v: step(u) * step(v), (1.0, 1.0), math.pi / 2), 0.25)


@settings(max_examples=25, deadline=None)
@given(a=st.floats(1e-3, 1e3), b=st.floats(1e-3, 1e3))
def test_relu_squared_is_half_the_variance(a: float, b: float) -> None:
    product = polar_quadrature(lambda u, v: relu(u) * relu(v), (a, b), 0.0)
    assert within(product, a * b / 2.0, EPS * a * b)
    assert within(half_line_quadrature(lambda u: relu(u) ** 2, a), a * a / 2.0, EPS * a * a)


@pytest.mark.parametrize("theta", THETAS)
@pytest.mark.parametrize(("a", "b"), [(1.0, 1.0), (0.5, 2.0), (2.0, 3.0)])
def test_exponentials(theta: float, a: float, b: float) -> None:
    estimate = polar_quadrature(lambda u, v: np.exp(u + v), (a, b), theta)
    exponent = (a * a + b * b + 2.0 * a * b * math.cos(theta)) / 2.0
    assert within(estimate, math.exp(exponent), 4.0 * EPS * (1.0 + exponent) * math.exp(exponent))
    assert np.asarray(estimate.error) <= 1e-9 * math.exp((a + b) ** 2 / 2.0)


SHARPNESS, ANGLES = [0.5, 1.0, 3.0, 10.0, 30.0, 300.0], [0.0, 1e-9, 0.7, 2.0, math.pi - 1e-9]
#: Each sharpness with two angles, each angle with two sharpnesses or more; the others in the slow tier.
PAIRED = {(i % 5, i) for i in range(6)} | {((3 * i + 2) % 5, i) for i in range(6)}


@pytest.mark.parametrize(
    ("theta", "sharpness"),
    [
        pytest.param(theta, sharpness, marks=() if (i, j) in PAIRED else pytest.mark.slow)
        for i, theta in enumerate(ANGLES)
        for j, sharpness in enumerate(SHARPNESS)
    ],
)
def test_error_is_honest_for_functions_too_sharp_for_the_rule(sharpness: float, theta: float) -> None:
    def saturating(u: FloatArray, v: FloatArray) -> FloatArray:
        return np.tanh(sharpness * u) * np.tanh(sharpness * v)

    usual = polar_quadrature(saturating, (1.0, 1.0), theta)
    finer = polar_quadrature(saturating, (1.0, 1.0), theta, order=300, panels=64)
    assert within(usual, float(np.asarray(finer.value)), float(np.asarray(finer.error)))


@pytest.mark.parametrize("degree", range(21))
def test_half_line_moments(degree: int) -> None:
    exact = 2.0 ** (degree / 2.0) * math.gamma((degree + 1) / 2.0) / math.sqrt(math.pi)
    estimate = half_line_quadrature(lambda u: np.abs(u) ** degree, 1.0)
    assert within(estimate, exact)
    assert np.asarray(estimate.error) <= 1e-13 * exact


def test_components_come_out_on_the_leading_axes() -> None:
    estimate = polar_quadrature(lambda u, v: np.array([[u * u, u * v], [v * u, v * v]]), (1.0, 2.0), 1.0)
    covariance = np.array([[1.0, 2.0 * math.cos(1.0)], [2.0 * math.cos(1.0), 4.0]])
    assert estimate.shape == (2, 2)
    assert (np.abs(np.asarray(estimate.value) - covariance) <= np.asarray(estimate.error)).all()


@pytest.mark.parametrize(("norms", "theta"), [((0.0, 1.0), 1.0), ((1.0, -1.0), 1.0), ((1.0, 1.0), 3.2)])
def test_domain(norms: tuple[float, float], theta: float) -> None:
    with pytest.raises(DomainError):
        polar_quadrature(lambda u, v: u * v, norms, theta)
    with pytest.raises(DomainError, match="norm"):
        half_line_quadrature(np.abs, math.nan)


def test_unusable_functions_are_refused() -> None:
    with pytest.raises(NonFiniteError, match=r"f\(u, v\)"):
        polar_quadrature(lambda u, v: np.where(u > 0, np.nan, v), (1.0, 1.0), 1.0)
    with pytest.raises(ShapeError, match="one value for each"):
        polar_quadrature(lambda u, v: (u * v).sum(keepdims=True), (1.0, 1.0), 1.0)
    with pytest.raises(NumericError, match="order"):
        polar_quadrature(lambda u, v: u * v, (1.0, 1.0), 1.0, order=1)
