"""Dilogarithm, Clausen's function, erfi and Dawson's integral: balls contain independent values, floats are close."""

from __future__ import annotations

from collections.abc import Callable

import mpmath
import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.balls import finite, precision
from analytic.special.dilogarithm import clausen, clausen_ball, dilogarithm, dilogarithm_ball
from analytic.special.erfi_dawson import AFTER, BEFORE, dawson, dawson_ball, erfi, erfi_ball

modest = settings(max_examples=60, deadline=None)
Balls = Callable[[arb], arb]
REFERENCES: list[tuple[Balls, str, list[str]]] = [
    (dilogarithm_ball, "polylog2", ["-7.5", "-1", "0.3", "0.875"]),
    (clausen_ball, "clsin2", ["-2", "0.125", "1", "3"]),
    (erfi_ball, "erfi", ["-2", "0.125", "5"]),
    (dawson_ball, "dawson", ["-2", "0.125", "5", "30"]),
]


def reference(name: str, x: str) -> arb:
    """The integral or series that defines the function, by mpmath at 40 digits."""
    with mpmath.workdps(40):
        t = mpmath.mpf(x)
        value = {
            "polylog2": lambda: -mpmath.quad(lambda s: mpmath.log(1 - s * t) / s, [0, 0.5, 1]),
            "clsin2": lambda: mpmath.clsin(2, t),
            "erfi": lambda: 2 / mpmath.sqrt(mpmath.pi) * mpmath.quad(lambda s: mpmath.exp(s * s), [0, t / 2, t]),
            "dawson": lambda: mpmath.quad(lambda s: mpmath.exp(s * (s - 2 * t)), [0, 0.25, 1, t] if t > 1 else [0, t]),
        }[name]()
        text = mpmath.nstr(value, 35)
    return arb(text) + arb(0, 1) * abs(arb(text)) * arb(10) ** -28


@pytest.mark.parametrize(("f", "name", "x"), [(f, name, x) for f, name, points in REFERENCES for x in points])
def test_balls_contain_independent_values(f: Balls, name: str, x: str) -> None:
    with precision(120):
        assert f(arb(x)).overlaps(reference(name, x))


@pytest.mark.parametrize(("f", "x"), [(f, x) for f, _, points in REFERENCES for x in points])
def test_balls_are_tight_and_shrink(f: Balls, x: str) -> None:
    with precision(53):
        point = arb(arb(x).mid())
        coarse = f(point)
        assert coarse.rel_accuracy_bits() >= 49
    with precision(200):
        fine = f(point)
        assert fine.rel_accuracy_bits() >= 196
        assert fine.overlaps(coarse)


@modest
@given(x=st.floats(-0.999, 0.999).filter(lambda v: v != 0))
def test_reflection_and_square_of_the_dilogarithm(x: float) -> None:
    with precision(100):
        t = arb(x)
        assert (dilogarithm_ball(t) + dilogarithm_ball(-t)).overlaps(dilogarithm_ball(t * t) / 2)
        if x > 0:
            product = t.log() * (1 - t).log()
            assert (dilogarithm_ball(t) + dilogarithm_ball(1 - t)).overlaps(arb.pi() ** 2 / 6 - product)


@modest
@given(x=st.floats(0.01, 3.1))
def test_duplication_of_clausens_function(x: float) -> None:
    with precision(100):
        t = arb(x)
        assert clausen_ball(2 * t).overlaps(2 * clausen_ball(t) - 2 * clausen_ball(arb.pi() - t))


@modest
@given(x=st.floats(-20, 20), t=st.floats(-1, 1), radius=st.sampled_from(["0.5", "1e-3", "1e-12"]))
def test_wide_balls_contain_their_points(x: float, t: float, radius: str) -> None:
    with precision(100):
        outer, inner = arb(x, radius), arb(x) + arb(t) * arb(radius) * arb("0.999")
        for f in (erfi_ball, dawson_ball, clausen_ball):
            assert f(outer).contains(f(arb(inner.mid())).mid())
        if outer < 1:
            assert dilogarithm_ball(outer).contains(dilogarithm_ball(arb(inner.mid())).mid())


@modest
@given(x=st.floats(-30, 30))
def test_dawson_is_a_multiple_of_erfi(x: float) -> None:
    with precision(100):
        t = arb(x)
        assert dawson_ball(t).overlaps((-t * t).exp() * erfi_ball(t) * arb.pi().sqrt() / 2)


def test_the_maximum_of_dawsons_integral_lies_where_the_code_says() -> None:
    with precision(100):
        before, after = arb(BEFORE), arb(AFTER)
        assert 1 - 2 * before * dawson_ball(before) > 0 > 1 - 2 * after * dawson_ball(after)
        assert dawson_ball(arb("0.92413887305", "1e-9")) < arb("0.5410442247")


def test_far_and_unknown_arguments() -> None:
    with precision(53):
        assert dawson_ball(arb("1e100")).overlaps(arb("0.5e-100"))
        assert dawson_ball(arb.pos_inf()) == 0
        assert not any(finite(f(arb.nan())) for f in (dawson_ball, erfi_ball, dilogarithm_ball, clausen_ball))
        assert not finite(dilogarithm_ball(arb(2)))
        assert dilogarithm_ball(arb(1, "1e-9")).contains(arb.pi() ** 2 / 6)


RNG = np.random.default_rng(30)
TINY = 10.0 ** RNG.uniform(-300, 0, 500) * RNG.choice([-1, 1], 500)
NEAR = 1 - 10.0 ** RNG.uniform(-16, 0, 700)
FLOATS: list[tuple[Balls, Callable[..., np.ndarray], np.ndarray, float]] = [
    (dilogarithm_ball, dilogarithm, np.concatenate([NEAR, TINY, -(10.0 ** RNG.uniform(-3, 300, 800)), [0, 1]]), 4e-15),
    (clausen_ball, clausen, np.concatenate([RNG.uniform(-np.pi, np.pi, 1500), TINY, [0, np.pi, -np.pi]]), 2e-15),
    (erfi_ball, erfi, np.concatenate([RNG.uniform(-26.6, 26.6, 1500), TINY, [0, 1, -1]]), 4e-15),
    (dawson_ball, dawson, np.concatenate([RNG.uniform(-30, 30, 1500), TINY, 1 / TINY[TINY != 0], [0]]), 5e-16),
]


@pytest.mark.parametrize(("ball", "function", "points", "bound"), FLOATS, ids=["Li2", "Cl2", "erfi", "dawson"])
def test_floats_keep_their_stated_error(
    ball: Balls, function: Callable[..., np.ndarray], points: np.ndarray, bound: float
) -> None:
    with precision(80):
        for x, y in zip(points, function(points), strict=True):
            value = ball(arb(float(x)))
            assert abs(value - arb(float(y))) < arb(bound) * abs(value).max(arb(1))
