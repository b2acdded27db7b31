"""Certified expectations of three and more linear forms, and near correlation 1, against independent values."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq
from scipy import stats

from analytic.balls import Ball, precision
from analytic.errors import AccuracyError, FormulaError, LawError
from analytic.expectation import expect
from analytic.gaussian_law import GaussianLaw
from analytic.grammar import parse
from analytic.series import many_integral
from analytic.series.enclosure import certified_mean
from analytic.series.errors import DivergenceError, UnsupportedIntegrandError

C: list[list[Fraction | int]] = [
    [1, Fraction(1, 2), Fraction(1, 3)],
    [Fraction(1, 2), 1, Fraction(-1, 4)],
    [Fraction(1, 3), Fraction(-1, 4), 1],
]
STANDARD_ERRORS = 6


def three(text: str, digits: int = 10, mean: tuple[Any, ...] = (0, 0, 0)) -> Ball:
    return certified_mean(parse(text), ("u", "v", "w"), mean, C, digits)


def two(text: str, rho: Fraction, digits: int = 12) -> Ball:
    return certified_mean(parse(text), ("u", "v"), [0, 0], [[1, rho], [rho, 1]], digits)


def relu(x: Any) -> Any:
    return np.maximum(x, 0.0)


def sigmoid(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))


SAMPLED: list[tuple[str, Callable[..., Any]]] = [
    ("tanh(u)^2*v*w", lambda u, v, w: np.tanh(u) ** 2 * v * w),
    ("tanh(u)*step(v)*step(w)", lambda u, v, w: np.tanh(u) * (v > 0) * (w > 0)),
    ("sigmoid(u)*relu(v)*relu(w)", lambda u, v, w: sigmoid(u) * relu(v) * relu(w)),
    ("tanh(u)*tanh(v)*relu(w)", lambda u, v, w: np.tanh(u) * np.tanh(v) * relu(w)),
    ("sigmoid(u)*tanh(v - 1)*softplus(w)", lambda u, v, w: sigmoid(u) * np.tanh(v - 1) * np.log1p(np.exp(w))),
    ("exp(v*w/8)*sigmoid(u)*tanh(v)*tanh(w)", lambda u, v, w: np.exp(v * w / 8) * sigmoid(u) * np.tanh(v) * np.tanh(w)),
    ("log(abs(u))*tanh(v)*relu(w)", lambda u, v, w: np.log(np.abs(u)) * np.tanh(v) * relu(w)),
    ("tanh(u)*relu(v + w)*u*w", lambda u, v, w: np.tanh(u) * relu(v + w) * u * w),
    ("tanh(u)*relu(v + 1)*step(u - v)", lambda u, v, _: np.tanh(u) * relu(v + 1) * (u > v)),
    ("tanh(u)*relu(v + 1)*step(u - v)*abs(u + v)", lambda u, v, _: np.tanh(u) * relu(v + 1) * (u > v) * np.abs(u + v)),
]


@pytest.mark.parametrize(("text", "f"), SAMPLED, ids=[t for t, _ in SAMPLED])
def test_samples_agree(text: str, f: Callable[..., Any]) -> None:
    factor = np.linalg.cholesky(np.array(C, dtype=float))
    x = np.random.default_rng(5).standard_normal((400_000, 3)) @ factor.T
    y = np.concatenate([f(*x.T), f(*-x.T)])
    half_width = STANDARD_ERRORS * float(y.std()) / math.sqrt(len(y) / 2)
    ball = three(text)
    assert abs(float(ball.midpoint) - float(y.mean())) < half_width
    assert half_width < 0.02
    with precision(60):
        assert ball.arb.rad() <= abs(ball.arb) * arb(10) ** -10


def by_conditioning(f: Callable[[Any], Any], start: float, mean: float) -> float:
    """E[f(u) 1{v > 0} 1{w > 0}] by the tower property: nested Gauss-Legendre rules over u and v, Phi over w."""
    nodes, weights = np.polynomial.legendre.leggauss(160)
    u, a = 9 * nodes / 2 + start, 9 * weights / 2
    v, b = 4.5 * nodes + 4.5, 4.5 * weights
    law = np.array(C, dtype=float)
    regression = np.linalg.solve(law[:2, :2], law[:2, 2])
    rest = math.sqrt(law[2, 2] - float(regression @ law[:2, 2]))
    x, y = np.meshgrid(u - mean, v, indexing="ij")
    density = stats.multivariate_normal([0.0, 0.0], law[:2, :2]).pdf(np.stack([x, y], axis=-1))
    inner = density * stats.norm.cdf((regression[0] * x + regression[1] * y) / rest)
    return float((a * f(u)) @ inner @ b)


def test_the_tower_property_against_nested_rules() -> None:
    value = by_conditioning(np.tanh, -4.5, 0.0) + by_conditioning(np.tanh, 4.5, 0.0)
    assert abs(float(three("tanh(u)*step(v)*step(w)", 12).midpoint) - value) < 1e-11


def test_three_steps_have_sheppards_value() -> None:
    with precision(120):
        angles = sum((arb(fmpq(c.numerator, c.denominator)).asin() for c in (C[0][1], C[0][2], C[1][2])), arb(0))
        assert three("step(u)*step(v)*step(w)", 15).arb.overlaps(arb(1) / 8 + angles / (4 * arb.pi()))


def test_three_steps_with_means_have_values() -> None:
    ball = expect("step(u)*step(v)*step(w)", law=GaussianLaw.matrix("u v w", C, {"u": 1})).at(digits=12)
    assert abs(float(ball.midpoint) - by_conditioning(np.ones_like, 4.5, 1.0)) < 1e-11
    assert ball.arb.rad() < 1e-12


def test_independent_blocks_factorise() -> None:
    rows: list[list[Fraction | int]] = [
        [1, Fraction(1, 2), 0, 0],
        [Fraction(1, 2), 1, 0, 0],
        [0, 0, 1, Fraction(1, 3)],
        [0, 0, Fraction(1, 3), 1],
    ]
    whole = certified_mean(parse("tanh(a)*tanh(b)*step(c)*sigmoid(d)"), ("a", "b", "c", "d"), [0] * 4, rows, 12)
    with precision(80):
        product = two("tanh(u)*tanh(v)", Fraction(1, 2)).arb * two("step(u)*sigmoid(v)", Fraction(1, 3)).arb
        assert whole.arb.overlaps(product)


def test_singular_laws_reduce_the_dimension() -> None:
    """w = u + v."""
    rows = [[1, 0, 1], [0, 1, 1], [1, 1, 2]]
    text = "tanh(u)*relu(v)*step(w)"
    found = certified_mean(parse(text), ("u", "v", "w"), [0, 0, 0], rows, 12)
    plain = certified_mean(parse("tanh(u)*relu(v)*step(u + v)"), ("u", "v"), [0, 0], [[1, 0], [0, 1]], 12)
    line = certified_mean(parse("tanh(u)*relu(v)*sigmoid(w)"), ("u", "v", "w"), [0] * 3, [[1] * 3] * 3, 12)
    one = certified_mean(parse("tanh(u)*relu(u)*sigmoid(u)"), ("u",), [0], [[1]], 12)
    with precision(80):
        assert found.arb.overlaps(plain.arb)
        assert line.arb.overlaps(one.arb)


def test_irrational_laws() -> None:
    ball = expect("tanh(u)*relu(v)*sigmoid(w)").at(theta_uv=1, theta_uw="pi/5", theta_vw="7/10", u=2, v="sqrt(2)")
    assert ball.arb.rad() < 1e-15


NEAR_ONE = [Fraction(999, 1000), Fraction(-999, 1000), 1 - Fraction(1, 10**8), 1 - Fraction(1, 10**14)]


@pytest.mark.parametrize(
    "rho", [pytest.param(r, id=str(r), marks=() if r in NEAR_ONE[1::2] else pytest.mark.slow) for r in NEAR_ONE]
)
def test_closed_forms_near_one(rho: Fraction) -> None:
    with precision(400):
        r = arb(fmpq(rho.numerator, rho.denominator))
        kernel = ((1 - r * r).sqrt() + (arb.pi() - r.acos()) * r) / (2 * arb.pi())
        assert two("relu(u)*relu(v)", rho).arb.overlaps(kernel)
        assert two("erf(u)*erf(v)", rho).arb.overlaps(2 / arb.pi() * (2 * r / 3).asin())
        assert two("log(abs(u))*v^2*step(v)", rho).arb.overlaps(two("log(abs(u))*v^2", rho).arb / 2)


def test_thin_and_thick_cells_agree() -> None:
    """With s^2 = 1/50 the double sum is used; the same as three forms of two variables is integrated in cells."""
    rho = Fraction(99, 100)
    with precision(80):
        assert two("tanh(u)*relu(v)", rho).arb.overlaps(two("tanh(u)*relu(v)*(step(u - v) + step(v - u))", rho).arb)


def test_sharp_laws_take_no_time() -> None:
    """The number of values of the integrand, which grew like the inverse conditional deviation."""
    import analytic.series.cells as cells

    calls = 0
    original = cells._Sheet._sum

    def counted(self: Any, t: Any, w: Any, counts: list[int]) -> arb:
        nonlocal calls
        calls += counts[0] * counts[1]
        return original(self, t, w, counts)

    cells._Sheet._sum = counted  # type: ignore[method-assign]
    try:
        found = []
        for n in (3, 6, 12):
            calls = 0
            two("tanh(u)*relu(v)", 1 - Fraction(1, 10**n))
            found.append(calls)
    finally:
        cells._Sheet._sum = original  # type: ignore[method-assign]
    assert 0 < max(found) < 2 * min(found)


def test_a_forgotten_tail_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a window of two deviations and no bound of what lies outside, the ball misses the truth."""
    from analytic.series.charts import Window

    truth = three("step(u)*step(v)*step(w)").arb
    monkeypatch.setattr("analytic.series.grids.window", lambda *_: Window(Fraction(-2), Fraction(2), arb(0)))
    many_integral.forget()
    with precision(60):
        assert not three("step(u)*step(v)*step(w)").arb.overlaps(truth)
    many_integral.forget()


def test_odd_products_vanish_exactly() -> None:
    assert three("tanh(u)*tanh(v)*tanh(w)").arb == 0
    assert three("tanh(u)*v*w").arb == 0


@pytest.mark.parametrize(
    ("text", "error", "match"),
    [
        ("tanh(u)*tanh(v)*tanh(w)*relu(u + v + w)", AccuracyError, "expected 10 digits"),
        ("tanh(u*v)*w", UnsupportedIntegrandError, "one linear form"),
        ("exp(w^2)*tanh(u)*relu(v)", DivergenceError, "positive definite"),
        ("log(abs(u))*log(abs(v))*step(u - v)", UnsupportedIntegrandError, "logarithms of one form"),
    ],
)
def test_what_is_unsupported_is_named(text: str, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        three(text)


def test_three_forms_too_near_to_proportional_have_an_enclosure() -> None:
    """The digits are not reached; what is, contains the limit of equal variables up to its distance."""
    r = 1 - Fraction(1, 10**7)
    with pytest.raises(AccuracyError, match="expected 10 digits") as caught:
        certified_mean(
            parse("tanh(u)*sigmoid(v)*relu(w)"), ("u", "v", "w"), [0] * 3, [[1, r, r], [r, 1, r], [r, r, 1]], 10
        )
    limit = certified_mean(parse("tanh(u)*sigmoid(u)*relu(u)"), ("u",), [0], [[1]], 12)
    with precision(60):
        assert caught.value.enclosure.arb.overlaps(limit.arb + arb(0, "1e-3"))
        assert caught.value.enclosure.arb.rad() < 0.5


def test_series_of_powers_and_means() -> None:
    squared = expect("(relu(v)*Phi(u - 3/2))^2")
    shifted = expect("tanh(u)*relu(v)", mean={"u": 1, "v": "1/2"})
    with precision(80):
        for result in (squared, shifted):
            assert result.series(60).at(Fraction(1, 2)).overlaps(result.at(rho=Fraction(1, 2)).arb)  # type: ignore[attr-defined]
            assert result.series(60).at(Fraction(1, 2)).rad() < 1e-8  # type: ignore[attr-defined]


def test_series_that_make_no_sense_say_why() -> None:
    with pytest.raises(LawError, match="1 variable "):
        expect("tanh(u)^2").series()  # type: ignore[attr-defined]
    with pytest.raises(FormulaError, match="certifies"):
        expect("tanh(u)*relu(v - u)").series()  # type: ignore[attr-defined]
    with pytest.raises(LawError, match="means"):
        expect("tanh(u)*relu(v)", mean={"u": "m"}).series()  # type: ignore[attr-defined]
