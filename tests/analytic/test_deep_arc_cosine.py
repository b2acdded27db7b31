"""Arc-cosine kernels: formula, balls and float64 agree from rho = -1 to rho = 1, in every order."""

from __future__ import annotations

import numpy as np
import pytest
from flint import arb

from analytic.algebra import evaluate
from analytic.balls import precision
from analytic.deep.arc_cosine import (
    arc_cosine,
    arc_cosine_ball,
    arc_cosine_derivative,
    arc_cosine_formula,
    series_coefficients,
)
from analytic.errors import DomainError
from analytic.expectation import expect
from analytic.ring import canonical_ring

EDGES = [s * (1 - 2.0**-k) for k in range(2, 54, 3) for s in (-1, 1)]
GRID = np.array([*EDGES, *np.linspace(-0.99, 0.99, 23), 0.0, 1.0, -1e-300, 1e-17])
ORDERS = [*range(11), 25, 100]


def relative_error(value: float, order: int, rho: float) -> float:
    """Upper bound of the relative error of a float against the ball."""
    ball = arc_cosine_ball(order, rho, digits=25)
    with precision(256):
        return float((abs(arb(value) - ball.arb) / abs(ball.arb)).upper())


@pytest.mark.parametrize("order", ORDERS)
def test_float64_has_thirteen_digits_everywhere(order: int) -> None:
    values = arc_cosine(order, GRID)
    normal = values > 1e-290  # below, float64 itself has fewer digits
    errors = [relative_error(float(v), order, float(r)) for v, r in zip(values[normal], GRID[normal], strict=True)]
    assert max(errors) <= 1e-13
    assert normal.sum() > 30


@pytest.mark.parametrize("order", ORDERS)
def test_antipodes_have_no_overlap(order: int) -> None:
    assert arc_cosine(order, -1.0) == 0
    assert arc_cosine(order, np.zeros((2, 3))).shape == (2, 3)


@pytest.mark.parametrize("order", range(5))
def test_recurrence_is_what_the_rules_derive(order: int) -> None:
    derived = expect(f"relu(u)^{order}*relu(v)^{order}" if order else "step(u)*step(v)")
    ring = canonical_ring(("u", "v"), (), None, ())
    scale = (ring.norm("u") * ring.norm("v")) ** order
    assert ring.reduce(evaluate(derived.value, ring) - scale * evaluate(arc_cosine_formula(order), ring)) == 0


@pytest.mark.parametrize("order", range(1, 11))
@pytest.mark.parametrize("rho", [-0.9, -0.3, 0.2, 0.8])
def test_slope_is_price_theorem(order: int, rho: float) -> None:
    """The secant of J_n encloses n^2 J_{n-1} between its ends, since that is increasing."""
    h = 2.0**-40
    low, high = (arc_cosine_ball(order, rho + x, digits=40) for x in (-h, h))
    with precision(256):
        secant = (high.arb - low.arb) / arb(2 * h)
        ends = [order**2 * arc_cosine_ball(order - 1, rho + x, digits=40).arb for x in (-h, h)]
        assert ends[0] < secant < ends[1]
    assert float(ends[0]) * (1 - 1e-12) <= arc_cosine_derivative(order, rho) <= float(ends[1]) * (1 + 1e-12)


def test_a_sine_restores_what_the_rounded_cosine_lost() -> None:
    theta = np.array([1e-9, 3e-5, 1e-3])
    for sign in (1, -1):
        value = arc_cosine(0, sign * np.cos(theta), sine=np.sin(theta))
        exact = (np.pi - theta if sign == 1 else theta) / (2 * np.pi)
        assert np.abs(value / exact - 1).max() < 4 * np.finfo(float).eps


def test_the_series_is_truncated_below_rounding() -> None:
    for order in ORDERS:
        terms = series_coefficients(order)
        k = len(terms) - 1
        following = terms[-1] * (2 * k + 1) ** 2 / (2 * (2 * order + 3 + 2 * k) * (k + 1))
        assert 2 * following * 0.5 ** (k + 1) <= terms[0] * 2.0**-54 * (1 + 1e-12)


def test_slope_of_the_angle() -> None:
    assert arc_cosine_derivative(0, 0.0) == pytest.approx(1 / (2 * np.pi), rel=4e-16)
    with pytest.raises(DomainError, match="infinite"):
        arc_cosine_derivative(0, 1.0)


def test_nonsense_is_refused() -> None:
    for bad in (1.1, np.nan, [-2.0, 0.0]):
        with pytest.raises(DomainError):
            arc_cosine(1, bad)
    for order in (-1, 101, True):
        with pytest.raises(DomainError):
            arc_cosine(order, 0.5)
    with pytest.raises(DomainError, match="do not fit"):
        arc_cosine(1, 0.5, sine=0.5)
    with pytest.raises(DomainError, match="exactly one"):
        arc_cosine_ball(1)
    with pytest.raises(DomainError):
        arc_cosine_ball(1, 2)
