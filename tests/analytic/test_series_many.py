"""Certified expectations of four and more dependent forms: closed forms, independent rules, samples, enclosures."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from flint import arb, arb_mat, fmpq

from analytic.balls import precision
from analytic.errors import AccuracyError
from analytic.expectation import expect
from analytic.formula import Expr, num
from analytic.gaussian_law import GaussianLaw
from analytic.grammar import parse
from analytic.series import grids, many_integral
from analytic.series.contraction import Points, contraction
from analytic.series.enclosure import certified_mean
from analytic.series.line_integral import GUARD
from analytic.series.many_integral import exceeds, many_mean
from analytic.series.wide import wide_mean

NAMES = "abcdfgh"
STANDARD_ERRORS = 6
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "tanh({})": np.tanh,
    "sigmoid({} - 1)": lambda x: 1 / (1 + np.exp(1 - x)),
    "softplus({})": lambda x: np.log1p(np.exp(x)),
    "silu(2*{})": lambda x: 2 * x / (1 + np.exp(-2 * x)),
    "relu({})": lambda x: np.maximum(x, 0),
    "step({} - 1/2)": lambda x: x > 0.5,
    "abs({} + 1/3)": lambda x: np.abs(x + 1 / 3),
}
SMOOTH = ("tanh({})", "sigmoid({} - 1)", "softplus({})", "silu(2*{})")


def equal(n: int, variance: Fraction, rho: Fraction) -> list[list[Fraction]]:
    return [[variance if i == j else variance * rho for j in range(n)] for i in range(n)]


def random_law(seed: int, n: int) -> tuple[list[Fraction], list[list[Fraction]]]:
    """Means and a regular covariance matrix with correlations of both signs, rational."""
    rng = np.random.default_rng(seed)
    factor = [[Fraction(int(k), 8) for k in row] for row in rng.integers(-6, 7, (n, n + 2))]
    rows = [[sum((a * b for a, b in zip(p, q, strict=True)), Fraction(0)) for q in factor] for p in factor]
    for i in range(n):
        rows[i][i] += Fraction(1, 4)
    return [Fraction(int(k), 5) for k in rng.integers(-3, 4, n)], rows


def text_of(functions: Sequence[str]) -> str:
    return "*".join(f.format(n) for f, n in zip(functions, NAMES, strict=False))


def sampled(
    functions: Sequence[str], mean: list[Fraction], rows: list[list[Fraction]], size: int
) -> tuple[float, float]:
    """Mean and half width of antithetic samples."""
    factor = np.linalg.cholesky(np.array(rows, dtype=float))
    x = np.random.default_rng(11).standard_normal((size, len(mean))) @ factor.T
    values = []
    for side in (x, -x):
        y = np.ones(size)
        for f, m, column in zip(functions, mean, side.T, strict=True):
            y = y * FUNCTIONS[f](column + float(m))
        values.append(y)
    pairs = (values[0] + values[1]) / 2
    return float(pairs.mean()), STANDARD_ERRORS * float(pairs.std()) / math.sqrt(size)


def gauss_hermite(functions: Sequence[str], mean: list[Fraction], rows: list[list[Fraction]], nodes: int) -> float:
    """A product rule in independent coordinates: another method, accurate for smooth functions."""
    x, w = np.polynomial.hermite_e.hermegauss(nodes)
    w = w / w.sum()
    factor = np.linalg.cholesky(np.array(rows, dtype=float))
    grids = np.meshgrid(*[x] * len(mean), indexing="ij", sparse=True)
    total: Any = 1.0
    for f, m, row in zip(functions, mean, factor, strict=True):
        total = total * FUNCTIONS[f](float(m) + sum(a * g for a, g in zip(row, grids, strict=True)))
    for _ in mean:
        total = np.tensordot(total, w, axes=([0], [0]))
    return float(total)


@pytest.mark.parametrize(
    ("n", "digits"), [(3, 30), (4, 10), pytest.param(4, 13, marks=pytest.mark.slow), (5, 10), (6, 3)]
)
def test_products_of_distribution_functions(n: int, digits: int) -> None:
    r"""$E \prod \Phi(u_i) = P(z_i < u_i)$: an orthant, for variance 2 and correlation 3/4 that of 1/2, 1/(n + 1)."""
    text = "*".join(f"Phi({v})" for v in NAMES[:n])
    ball = certified_mean(parse(text), tuple(NAMES[:n]), [0] * n, equal(n, Fraction(2), Fraction(3, 4)), digits)
    with precision(120):
        assert ball.arb.contains(arb(fmpq(1, n + 1)))
        assert ball.arb.rad() < arb(10) ** -digits


def test_four_steps() -> None:
    found = certified_mean(
        parse("step(a)*step(b)*step(c)*step(d)"), tuple("abcd"), [0] * 4, equal(4, Fraction(1), Fraction(1, 2)), 12
    )
    with precision(80):
        assert found.arb.contains(arb(fmpq(1, 5)))
    mixed = [[Fraction(1) if i == j else Fraction((-1) ** (i * j), 3) for j in range(4)] for i in range(4)]
    found = certified_mean(parse("sign(a)*step(b)*step(c)*sign(d)"), tuple("abcd"), [0] * 4, mixed, 10)
    known = expect("sign(a)*step(b)*step(c)*sign(d)", law=GaussianLaw.matrix("a b c d", mixed))
    assert known.closed
    assert found.arb.overlaps(known.at(digits=12).arb)


@pytest.mark.parametrize("seed", [0, 3, *(pytest.param(s, marks=pytest.mark.slow) for s in (1, 2, 4, 5))])
def test_random_products_of_four(seed: int) -> None:
    """Smooth functions against a product rule, others against samples; means and correlations of both signs."""
    rng = np.random.default_rng(100 + seed)
    functions = [str(f) for f in rng.choice(SMOOTH if seed % 2 else list(FUNCTIONS), 4)]
    mean, rows = random_law(seed, 4)
    rows = [[c / 4 for c in row] for row in rows]
    ball = certified_mean(parse(text_of(functions)), tuple(NAMES[:4]), mean, rows, 8)
    if seed % 2:
        value, half_width = gauss_hermite(functions, mean, rows, 44), 2e-5 * max(1.0, abs(float(ball.midpoint)))
    else:
        value, half_width = sampled(functions, mean, rows, 300_000)
    assert abs(float(ball.midpoint) - value) < half_width
    with precision(60):
        assert ball.arb.rad() <= abs(ball.arb) * arb(10) ** -8


@pytest.mark.parametrize("seed", [0, *(pytest.param(s, marks=pytest.mark.slow) for s in (1, 2))])
def test_random_products_of_five(seed: int) -> None:
    rng = np.random.default_rng(200 + seed)
    functions = [str(f) for f in rng.choice(list(FUNCTIONS), 5)]
    mean, rows = random_law(50 + seed, 5)
    ball = certified_mean(parse(text_of(functions)), tuple(NAMES[:5]), mean, rows, 5)
    value, half_width = sampled(functions, mean, rows, 300_000)
    assert abs(float(ball.midpoint) - value) < half_width


@pytest.mark.parametrize("seed", [0, 4, *(pytest.param(s, marks=pytest.mark.slow) for s in (1, 2, 3, 5))])
def test_coarse_balls_contain_fine_ones(seed: int) -> None:
    """With few bits the errors are near their bounds: every ball contains the value all the same."""
    rng = np.random.default_rng(300 + seed)
    names = tuple(NAMES[:4])
    chosen = [str(f) for f in rng.choice(list(FUNCTIONS), 4)]
    functions = tuple(parse(f.format(n)) for f, n in zip(chosen, names, strict=True))
    mean, rows = random_law(70 + seed, 4)
    law = tuple(num(m) for m in mean), tuple(tuple(num(c) for c in row) for row in rows)
    with precision(2 * GUARD + 30):
        fine = many_mean(functions, names, *law)
    for bits in range(0, 24, 4):
        with precision(2 * GUARD + bits):
            coarse = many_mean(functions, names, *law)
        assert coarse.contains(fine.mid()) or coarse.overlaps(fine)
        assert coarse.rad() < 2.0 ** -min(bits, 8)


def test_a_forgotten_strip_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the poles of tanh(6u) further away than they are, the steps would be too long and the ball wrong."""
    names = tuple("abcd")
    functions = tuple(parse(f"tanh(3*{n})") for n in names)
    rows = tuple(tuple(num(c) for c in row) for row in equal(4, Fraction(1), Fraction(1, 2)))
    with precision(2 * GUARD + 10):
        fine = many_mean(functions, names, (num(0),) * 4, rows)

    monkeypatch.setattr(grids, "pole_distance", lambda *_: arb.pi())
    monkeypatch.setattr(grids, "_along", lambda *_: arb(10))
    many_integral.forget()
    with precision(2 * GUARD + 10):
        assert not many_mean(functions, names, (num(0),) * 4, rows).overlaps(fine)
    many_integral.forget()


def random_points(seed: int, n: int) -> tuple[list[Points], arb_mat]:
    rng = np.random.default_rng(seed)
    points = []
    for size in rng.integers(2, 6, n):
        positions, weights = rng.uniform(-3, 3, size), rng.normal(size=size)
        points.append(Points(tuple(map(arb, positions)), tuple(map(arb, weights))))
    factor = rng.normal(size=(n, n + 1))
    form = np.round(factor @ factor.T, 3)
    return points, arb_mat([[arb(float(c)) for c in row] for row in form])


def plainly(points: list[Points], form: arb_mat) -> arb:
    """The sum from its definition."""
    total, n = arb(0), len(points)
    for chosen in product(*(range(len(p.positions)) for p in points)):
        x = [p.positions[a] for p, a in zip(points, chosen, strict=True)]
        q = sum((form[i, j] * x[i] * x[j] for i in range(n) for j in range(n)), arb(0))
        term = (-q / 2).exp()
        for p, a in zip(points, chosen, strict=True):
            term *= p.weights[a]
        total += term
    return total


@pytest.mark.parametrize(("seed", "n"), [(s, n) for s in range(4) for n in (3, 4, 5)])
def test_contractions_are_the_sums_that_they_stand_for(seed: int, n: int) -> None:
    points, form = random_points(seed, n)
    with precision(128):
        exact = plainly(points, form)
        balls, floats = contraction(points, form, False), contraction(points, form, True)
        assert balls.overlaps(exact)
        assert balls.rad() < 1e-25
        assert floats.overlaps(exact)
        assert floats.rad() < 1e-9 * (1 + abs(exact))


def test_wide_kernels_do_not_overflow() -> None:
    """Points far out along a nearly singular direction: squares are completed, the scale is kept apart."""
    points = [Points((arb(-40), arb(0), arb(40)), (arb(1), arb(1), arb(1)))] * 3
    form = arb_mat([[3 if i == j else -1 for j in range(3)] for i in range(3)])
    with precision(128):
        assert contraction(points, form, True).overlaps(plainly(points, form))
        assert contraction(points, form, True).is_finite()


@pytest.mark.parametrize("seed", [0, 3, *(pytest.param(s, marks=pytest.mark.slow) for s in (1, 2, 4))])
def test_enclosures_without_quadrature_contain_the_value(seed: int) -> None:
    rng = np.random.default_rng(400 + seed)
    names = tuple(NAMES[:4])
    chosen = [str(f) for f in rng.choice(list(FUNCTIONS), 4)]
    functions: tuple[Expr, ...] = tuple(parse(f.format(n)) for f, n in zip(chosen, names, strict=True))
    mean, rows = random_law(90 + seed, 4)
    law = tuple(num(m) for m in mean), tuple(tuple(num(c) for c in row) for row in rows)
    with precision(2 * GUARD + 20):
        value = many_mean(functions, names, *law)
    wide = wide_mean(functions, names, *law)
    assert wide.overlaps(value)
    assert wide.is_finite()


def test_more_forms_than_dimensions_are_enclosed() -> None:
    """tanh(u) tanh(v) tanh(w) tanh(u + v + w), singular: samples lie in the enclosure that the error has."""
    with pytest.raises(AccuracyError, match="expected 5 digits") as caught:
        expect("tanh(u)*tanh(v)*tanh(w)*tanh(u + v + w)").at(
            theta_uv="pi/3", theta_uw="pi/3", theta_vw="pi/2", digits=5
        )
    x = np.random.default_rng(1).multivariate_normal([0.0] * 3, [[1, 0.5, 0.5], [0.5, 1, 0], [0.5, 0, 1]], 200_000)
    mean = float(np.prod(np.tanh(np.column_stack([x, x.sum(axis=1)])), axis=1).mean())
    assert caught.value.enclosure.arb.overlaps(arb(mean, 0.01))


def test_digits_that_are_not_reached_are_named() -> None:
    law = GaussianLaw.matrix("a b c d f", equal(5, Fraction(1), Fraction(1, 2)))
    with pytest.raises(AccuracyError, match=r"got E\[.*\] in \[.*\], expected 30 digits: ask for \d+ digits") as caught:
        expect("*".join(f"sigmoid({n})" for n in "abcdf"), law=law).at(digits=30)
    ball = caught.value.enclosure.arb
    assert ball.rad() < 1e-3
    mean, half_width = sampled(
        ["sigmoid({} - 1)"] * 5, [Fraction(1)] * 5, equal(5, Fraction(1), Fraction(1, 2)), 100_000
    )
    assert ball.overlaps(arb(mean, half_width))


def test_three_forms_near_one() -> None:
    """Gauss-Hermite rules in independent coordinates, of which two have small deviations: there they are exact."""
    r = Fraction(999, 1000)
    functions, mean = ["tanh({})", "sigmoid({} - 1)", "softplus({})"], [Fraction(1, 5), Fraction(0), Fraction(-1, 3)]
    rows = [[Fraction(1), r, -r], [r, Fraction(1), -r], [-r, -r, Fraction(1)]]
    ball = certified_mean(parse(text_of(functions)), tuple("abc"), mean, rows, 5)
    assert abs(float(ball.midpoint) - gauss_hermite(functions, mean, rows, 90)) < 1e-5
    assert ball.arb.rad() < 1e-5


def test_widths_exceed() -> None:
    """An indefinite difference is not called positive."""
    rows = [[arb(1), arb(0.9), arb(0.9)], [arb(0.9), arb(1), arb(0.9)], [arb(0.9), arb(0.9), arb(1)]]
    assert exceeds([arb(2.9)] * 3, rows)
    assert not exceeds([arb(2.7)] * 3, rows)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_random_products_of_six(seed: int) -> None:
    rng = np.random.default_rng(500 + seed)
    functions = [str(f) for f in rng.choice(list(FUNCTIONS), 6)]
    mean, rows = random_law(120 + seed, 6)
    ball = certified_mean(parse(text_of(functions)), tuple(NAMES[:6]), mean, rows, 3)
    value, half_width = sampled(functions, mean, rows, 1_000_000)
    assert abs(float(ball.midpoint) - value) < half_width
