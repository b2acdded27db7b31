"""Dual kernels in closed form against quadrature of the definition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.polynomial.hermite_e import HermiteE
from numpy.typing import NDArray
from scipy.special import erf, ndtr

import numeric
from analytic.deep.angular import Piecewise, RectifiedPower, Step
from analytic.deep.dual import DualActivation
from analytic.deep.named import dual_activation
from analytic.deep.smooth import BUMP, COSINE, ERF, EXPONENTIAL, GELU, PHI, SINE, hermite
from analytic.errors import DomainError, FormulaError

Function = Callable[[NDArray[np.float64]], Any]


def density(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """The standard normal density."""
    return np.asarray(np.exp(-z * z / 2) / np.sqrt(2 * np.pi))


CASES: list[tuple[DualActivation, Function, Function]] = [
    (Piecewise(0.0, 1.0), lambda z: np.maximum(z, 0), lambda z: z > 0),
    (Piecewise(0.1, 1.0), lambda z: np.where(z > 0, z, 0.1 * z), lambda z: np.where(z > 0, 1, 0.1)),
    (Piecewise(-0.4, 0.7), lambda z: np.where(z > 0, 0.7 * z, -0.4 * z), lambda z: np.where(z > 0, 0.7, -0.4)),
    (Piecewise(-1.0, 1.0), np.abs, np.sign),
    (Piecewise(1.0, 1.0), lambda z: z, np.ones_like),
    (RectifiedPower(2), lambda z: np.maximum(z, 0) ** 2, lambda z: 2 * np.maximum(z, 0)),
    (RectifiedPower(3), lambda z: np.maximum(z, 0) ** 3, lambda z: 3 * np.maximum(z, 0) ** 2),
    (ERF, erf, lambda z: 2 / np.sqrt(np.pi) * np.exp(-z * z)),
    (PHI, ndtr, density),
    (GELU, lambda z: z * ndtr(z), lambda z: ndtr(z) + z * density(z)),
    (SINE, np.sin, np.cos),
    (COSINE, np.cos, np.sin),
    (EXPONENTIAL, np.exp, np.exp),
    (BUMP, lambda z: np.exp(-z * z / 2), lambda z: -z * np.exp(-z * z / 2)),
    (hermite(3), HermiteE.basis(3), HermiteE.basis(3).deriv()),
    (hermite(4), HermiteE.basis(4), HermiteE.basis(4).deriv()),
]
POINTS = [(1.0, 1.0, np.pi / 3), (0.5, 1.3, 2.5), (1.2, 0.4, 0.05)]


@pytest.mark.parametrize(("dual", "phi", "slope"), CASES)
@pytest.mark.parametrize(("a", "b", "theta"), POINTS)
def test_kernels_are_the_integrals(
    dual: DualActivation, phi: Function, slope: Function, a: float, b: float, theta: float
) -> None:
    q1, q2, c = (np.array(x) for x in (a * a, b * b, a * b * np.cos(theta)))
    for ours, f in ((dual.kernel, phi), (dual.derivative, slope)):
        found = numeric.polar_quadrature(lambda u, v, f=f: f(u) * f(v), (a, b), theta)  # type: ignore[misc]
        value = float(ours(q1, q2, c))
        scale = float(found.value) if abs(float(found.value)) > 1 else 1.0
        # the rounded covariance moves an angle by eps/sin(theta)
        assert abs(value - float(found.value)) <= float(found.error) + 8 * np.finfo(float).eps * abs(scale) / np.sin(
            theta
        )
        assert float(found.error) < 1e-9 * max(1.0, abs(scale))


@pytest.mark.parametrize(("dual", "phi", "slope"), CASES)
def test_second_moment_is_the_kernel_of_equal_inputs(dual: DualActivation, phi: Function, slope: Function) -> None:
    del phi, slope
    q = np.array([1e-6, 0.3, 1.0, 7.0])
    m = dual.second_moment(q)
    assert np.abs(dual.kernel(q, q, q) - m).max() <= 8 * np.finfo(float).eps * np.abs(m).max()


def test_derivative_is_the_slope_of_the_kernel() -> None:
    """A central difference of step h errs by h^2 and eps/h; both are below 1e-8 times the size for h = 1e-5."""
    q1, q2, c, h = np.array(0.8), np.array(1.4), np.array(0.45), 1e-5
    for dual, *_ in CASES:
        difference = (dual.kernel(q1, q2, c + h) - dual.kernel(q1, q2, c - h)) / (2 * h)
        slope = float(dual.derivative(q1, q2, c))
        assert abs(float(difference) - slope) <= 1e-8 * max(1.0, abs(slope))


def test_step() -> None:
    one = np.array(1.0)
    assert float(Step().kernel(one, 3 * one, 0 * one)) == pytest.approx(0.25, rel=4e-16)
    with pytest.raises(DomainError, match="zero variance"):
        Step().kernel(0 * one, one, 0 * one)
    with pytest.raises(DomainError, match="infinite"):
        Step().derivative(one, one, one)


def test_large_variances_do_not_cancel() -> None:
    q = np.array(1e8)
    assert float(ERF.second_moment(q)) == pytest.approx(2 / np.pi * np.arctan2(2e8, np.sqrt(1 + 4e8)), rel=1e-15)
    assert float(SINE.second_moment(q)) == 0.5


def test_names_and_protocol() -> None:
    assert dual_activation("gelu") is GELU
    with pytest.raises(FormulaError, match="expected one of"):
        dual_activation("nothing")
    with pytest.raises(FormulaError, match="expected a name"):
        dual_activation(3)  # type: ignore[arg-type]
    with pytest.raises(DomainError):
        Piecewise(0.0, 0.0)
    with pytest.raises(DomainError):
        hermite(-1)
    with pytest.raises(DomainError):
        RectifiedPower(1)
