"""Normal distribution functions and Owen's T: balls contain independent values, floats keep their stated error."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from flint import acb, arb
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.balls import finite, precision
from analytic.special.bivariate_normal import bivariate_cdf, bivariate_cdf_ball
from analytic.special.normal_cdf import complex_cdf_ball, complex_normal_cdf, normal_cdf, phi_cdf_ball
from analytic.special.owens_t import owens_t, owens_t_ball

modest = settings(max_examples=60, deadline=None)
reals = st.floats(-8, 8)
correlations = st.floats(-1, 1)


def independent(f: Any, *points: Any) -> arb:
    """The integral by mpmath at 40 digits, as a ball of radius 1e-30 relative."""
    with mpmath.workdps(40):
        value = mpmath.quad(f, [mpmath.mpf(p) for p in points])
        text = mpmath.nstr(value, 35)
    return arb(text) + arb(0, 1) * abs(arb(text)) * arb(10) ** -30


def gap(ball: arb, value: float) -> float:
    """The largest distance of the float from a point of the ball."""
    return float(abs(ball - arb(float(value))).upper())


@pytest.mark.parametrize("x", [-12.5, -1.0, 0.3, 4.0])
def test_phi_is_the_integral_of_the_density(x: float) -> None:
    with precision(120):
        # shifted to the end and divided by the density there, because the quadrature has an absolute tolerance
        ratio = independent(lambda t: mpmath.exp(x * t - t * t / 2), 0, 0.25, 0.5, 1, 2, 4, 8, 16, 32)
        tail = ratio * (-(arb(x) ** 2) / 2).exp() / (2 * arb.pi()).sqrt()
        assert phi_cdf_ball(arb(x)).overlaps(tail)


@pytest.mark.parametrize(("h", "a"), [(0.5, 0.25), (2.0, 1.0), (3.0, 5.0), (0.1, -40.0), (-6.0, 0.5)])
def test_owens_t_is_its_integral(h: float, a: float) -> None:
    with precision(120):
        value = independent(
            lambda t: mpmath.exp(-(mpmath.mpf(h) ** 2) * (1 + t * t) / 2) / (1 + t * t) / (2 * mpmath.pi), 0, a / 8, a
        )
        assert owens_t_ball(arb(h), arb(a)).overlaps(value)


@pytest.mark.parametrize(
    ("h", "k", "rho"),
    [(1.0, 2.0, 0.3), (-1.0, 0.5, -0.9), (-2.0, -3.0, 0.75), (0.0, 1.0, 0.99), (1.5, -1.5, -0.99), (0.0, 0.0, -0.5)],
)
def test_the_bivariate_function_is_the_integral_of_the_conditional_one(h: float, k: float, rho: float) -> None:
    def conditional(t: Any) -> Any:
        r = mpmath.mpf(rho)
        return mpmath.npdf(t) * mpmath.ncdf((k - r * t) / mpmath.sqrt(1 - r * r))

    with precision(120):
        points = sorted({-30.0, -8.0, -4.0, -2.0, -1.0, h, *(p for p in (k / rho,) if -8 < p < h)})
        value = independent(conditional, *(p for p in points if p <= h))
        assert bivariate_cdf_ball(arb(h), arb(k), arb(rho)).overlaps(value)


POINTS = [("-3", "-2", "0.5"), ("1", "1", "0.999999999999"), ("1", "-1", "-0.999999999999"), ("-20", "-21", "-0.5")]


@pytest.mark.parametrize(("h", "k", "rho"), POINTS)
def test_balls_shrink_with_precision_and_stay_consistent(h: str, k: str, rho: str) -> None:
    values = []
    for bits in (53, 200, 400):
        with precision(800):
            exact = [arb(arb(x).mid()) for x in (h, k, rho)]
        with precision(bits):
            values.append(
                (bivariate_cdf_ball(*exact), phi_cdf_ball(exact[0]), owens_t_ball(exact[0], exact[1] + exact[2]))
            )
            assert values[-1][0].rel_accuracy_bits() >= bits - 3
            assert values[-1][1].rel_accuracy_bits() >= bits - 3
    for coarse, fine, finest in zip(*values, strict=True):
        assert coarse.overlaps(fine)
        assert fine.overlaps(finest)
        assert fine.rad() < coarse.rad()


def adds_up(h: float, k: float, rho: float) -> None:
    """Symmetry, the marginal law and the ends of the correlation."""
    with precision(100):
        x, y, r = arb(h), arb(k), arb(rho)
        value = bivariate_cdf_ball(x, y, r)
        assert value.overlaps(bivariate_cdf_ball(y, x, r))
        assert (value + bivariate_cdf_ball(x, -y, -r)).overlaps(phi_cdf_ball(x))
        assert value.rel_accuracy_bits() >= 90 or value == 0
        if abs(rho) == 1:
            expected = phi_cdf_ball(x.min(y)) if rho > 0 else (phi_cdf_ball(x) - phi_cdf_ball(-y)).max(arb(0))
            assert value.overlaps(expected)


@settings(max_examples=12, deadline=None)
@given(h=reals, k=reals, rho=correlations)
def test_the_bivariate_function_adds_up(h: float, k: float, rho: float) -> None:
    adds_up(h, k, rho)


@pytest.mark.slow
@modest
@given(h=reals, k=reals, rho=correlations)
def test_the_bivariate_function_adds_up_in_sixty_examples(h: float, k: float, rho: float) -> None:
    adds_up(h, k, rho)


@modest
@given(h=reals, a=st.floats(-50, 50))
def test_owens_t_is_odd_even_and_reflects(h: float, a: float) -> None:
    with precision(100):
        x, y = arb(h), arb(a)
        assert owens_t_ball(x, y).overlaps(-owens_t_ball(-x, -y))
        # T(h, a) is the wedge 0 < Y < aX, X > h; two wedges and the quadrant make up the half plane (Owen 1956)
        p, q = phi_cdf_ball(x), phi_cdf_ball(x * y)
        if h > 0 and a > 0:
            total = owens_t_ball(x, y) + owens_t_ball(x * y, 1 / y)
            assert total.overlaps((p + q) / 2 - p * q)


def wide_contain(h: float, k: float, rho: float, t: float) -> None:
    """What balls of radius 1/200 give holds what a point of them gives."""
    with precision(80):
        r, shift = arb(0, "0.005"), arb(t) * arb("0.00499")
        inner, outer = [arb(v) + shift for v in (h, k, rho)], [arb(v) + r for v in (h, k, rho)]
        assert bivariate_cdf_ball(*outer).contains(bivariate_cdf_ball(*inner).mid())
        assert owens_t_ball(outer[0], outer[1]).overlaps(owens_t_ball(inner[0], inner[1]))
        assert phi_cdf_ball(outer[0]).contains(phi_cdf_ball(inner[0]).mid())
        wide = complex_cdf_ball(acb(outer[0], outer[1]))
        assert wide.overlaps(complex_cdf_ball(acb(inner[0], inner[1])))


NOT_EXTREME = st.floats(-0.99, 0.99)


@settings(max_examples=20, deadline=None)
@given(h=reals, k=reals, rho=NOT_EXTREME, t=st.floats(-1, 1))
def test_wide_balls_contain_their_points(h: float, k: float, rho: float, t: float) -> None:
    wide_contain(h, k, rho, t)


@pytest.mark.slow
@modest
@given(h=reals, k=reals, rho=NOT_EXTREME, t=st.floats(-1, 1))
def test_wide_balls_contain_their_points_in_sixty_examples(h: float, k: float, rho: float, t: float) -> None:
    wide_contain(h, k, rho, t)


def test_a_complement_sharpens_the_ends() -> None:
    with precision(53):
        c = arb(2) ** -40
        rho = (1 - c * c).sqrt()
        sharp, blunt = (bivariate_cdf_ball(arb(0), arb(0), rho, *more) for more in ([c], []))
        assert sharp.overlaps(blunt)
        assert sharp.rad() < 1e-15 < blunt.rad()
        assert sharp.overlaps(arb(1) / 4 + arb.atan2(rho, c) / (2 * arb.pi()))


def test_infinite_and_unknown_arguments() -> None:
    with precision(53):
        infinite, half = arb.pos_inf(), arb(1) / 2
        assert phi_cdf_ball(infinite) == 1
        assert phi_cdf_ball(-infinite) == 0
        assert owens_t_ball(arb(0), -infinite) == -half / 2
        assert bivariate_cdf_ball(infinite, arb(0), half) == half
        assert bivariate_cdf_ball(-infinite, arb(0), half) == 0
        for unknown in (phi_cdf_ball(arb.nan()), owens_t_ball(arb.nan(), half), bivariate_cdf_ball(half, half, arb(2))):
            assert not finite(unknown)


def test_floats_of_phi_and_owens_t() -> None:
    rng = np.random.default_rng(20)
    scales = 10.0 ** rng.uniform(-300, 3, 1000) * rng.choice([-1, 1], 1000)
    x = np.concatenate([rng.normal(size=1000) * 3, scales, [0.0, 1e300, -1e300, 5e-324]])
    a = np.concatenate([1 + rng.normal(size=1000) * 0.1, rng.permutation(scales), [1.0, 1e300, 1e-300, 1e308]])
    with precision(70):
        assert max(gap(phi_cdf_ball(arb(v)), w) for v, w in zip(x, normal_cdf(x), strict=True)) < 4e-16
        wedges = zip(x, a, owens_t(x, a), strict=True)
        assert max(gap(owens_t_ball(arb(v), arb(w)), t) for v, w, t in wedges) < 4e-16


def test_floats_of_the_complex_function() -> None:
    rng = np.random.default_rng(21)
    x = np.concatenate([rng.normal(size=1500) * 3, 10.0 ** rng.uniform(-12, 4, 500) * rng.choice([-1, 1], 500)])
    y = np.concatenate([rng.normal(size=1500) * 3, 10.0 ** rng.uniform(-12, 4, 500) * rng.choice([-1, 1], 500)])
    x[:100] = y[:100] + rng.normal(size=100) * 1e-3
    x[100:200], y[200:300] = 0.0, 0.0
    with precision(70):
        for v, w, re, im in zip(x, y, *complex_normal_cdf(x, y), strict=True):
            value = complex_cdf_ball(acb(v, w))
            size = value.abs_upper().max(arb(1))
            if size < arb("1e308"):
                error = (value - acb(float(re), float(im))).abs_upper() / size
                assert error < (4e-14 if size > 1 else 4e-15)
            else:
                assert not np.isnan([re, im]).any()
    grid = np.meshgrid(*2 * [[0.0, 5e-324, 40.0, -40.0, 1e100, -1e100, 1e200, -1e308, 1e308]])
    assert not np.isnan(complex_normal_cdf(*grid)).any()


@pytest.mark.slow
def test_floats_of_the_bivariate_function() -> None:
    rng, n = np.random.default_rng(22), 500
    h, k, r = rng.normal(size=4 * n) * 2, rng.normal(size=4 * n) * 2, rng.uniform(-1, 1, 4 * n)
    r[n : 3 * n] = rng.choice([-1, 1], 2 * n) * (1 - 10.0 ** rng.uniform(-16, -1, 2 * n))
    k[n : 2 * n] = h[n : 2 * n] * np.sign(r[n : 2 * n]) * (1 + rng.normal(size=n) * 10.0 ** rng.uniform(-16, -1, n))
    h[2 * n : 3 * n] = 10.0 ** rng.uniform(-300, 1, n) * rng.choice([-1, 1], n)
    h[:40], k[20:60], k[100:150] = 0.0, 0.0, -h[100:150]
    r[-20:], r[-10:] = 1.0, -1.0
    with precision(53):
        points = zip(h, k, r, bivariate_cdf(h, k, r), strict=True)
        assert max(gap(bivariate_cdf_ball(arb(a), arb(b), arb(c)), v) for a, b, c, v in points) < 1e-15
