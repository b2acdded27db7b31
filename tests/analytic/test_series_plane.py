"""Certified expectations in two variables, against closed forms, mpmath and each other."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath as mp
import pytest
from flint import arb, fmpq

from analytic.balls import Ball, precision
from analytic.errors import DomainError
from analytic.formula import num
from analytic.grammar import parse
from analytic.series.charts import STANDARD, window
from analytic.series.enclosure import certified_mean
from analytic.series.errors import DivergenceError, UnsupportedIntegrandError
from analytic.series.hermite import hermite_series
from analytic.series.plane_integral import PlaneLaw, plane_mean

RHOS = [Fraction(1, 3), Fraction(-1, 2), Fraction(19, 20), Fraction(-19, 20), Fraction(999, 1000)]


def mean(text: str, rho: Fraction | int, digits: int = 12) -> Ball:
    return certified_mean(parse(text), ("u", "v"), [0, 0], [[1, rho], [rho, 1]], digits)


def _ball(rho: Fraction) -> arb:
    return arb(fmpq(rho.numerator, rho.denominator))


def _angle(rho: arb) -> tuple[arb, arb]:
    return (1 - rho * rho).sqrt(), rho.acos()


CLOSED: list[tuple[str, Callable[[arb], arb]]] = [
    ("erf(u)*erf(v)", lambda r: 2 / arb.pi() * (2 * r / 3).asin()),
    ("Phi(u)*Phi(v)", lambda r: arb(1) / 4 + (r / 2).asin() / (2 * arb.pi())),
    ("relu(u)*relu(v)", lambda r: (_angle(r)[0] + (arb.pi() - _angle(r)[1]) * r) / (2 * arb.pi())),
    ("step(u)*step(v)", lambda r: (arb.pi() - _angle(r)[1]) / (2 * arb.pi())),
    ("sign(u)*sign(v)", lambda r: 2 / arb.pi() * r.asin()),
    ("cos(u)*cos(2*v)", lambda r: ((-5 + 4 * r) / 2).exp() / 2 + ((-5 - 4 * r) / 2).exp() / 2),
    ("exp(u)*cos(v)", lambda r: arb(1) * r.cos()),
    ("relu(u)*v^2", lambda r: (1 + r * r) / (2 * arb.pi()).sqrt()),
    ("bump(u)*bump(v)", lambda r: 1 / (4 - r * r).sqrt()),
    ("log(abs(u))*sign(v)*v^3", lambda _: arb(0)),
    ("log(abs(u))*v^2", lambda r: r * r - (arb.const_euler() + arb(2).log()) / 2),
]


@pytest.mark.parametrize(("text", "value"), CLOSED[:-2] + CLOSED[-1:], ids=[t for t, _ in CLOSED[:-2] + CLOSED[-1:]])
@pytest.mark.parametrize("rho", RHOS, ids=str)
def test_closed_forms(text: str, value: Callable[[arb], arb], rho: Fraction) -> None:
    ball = mean(text, rho)
    with precision(300):
        truth = value(_ball(rho))
        assert ball.arb.overlaps(truth)
        assert ball.arb.rad() <= abs(truth) * arb(10) ** -12


def test_thirty_digits() -> None:
    ball = mean("erf(u)*erf(v)", Fraction(1, 2), 30)
    with precision(300):
        truth = 2 / arb.pi() * (arb(1) / 3).asin()
        assert ball.arb.overlaps(truth)
        assert ball.arb.rad() <= truth * arb(10) ** -30


def by_mpmath(f: Callable[[Any, Any], Any], rho: float, cuts: list[Any]) -> float:
    fp, s = mp.fp, math.sqrt(1 - rho * rho)
    ends = sorted([*cuts, -8, -3, 3, 8])

    def inner(u: Any) -> Any:
        return fp.npdf(u) * fp.quad(lambda z: f(u, rho * u + s * z) * fp.npdf(z), [-8, -2, 2, 8], maxdegree=5)

    return float(fp.quad(inner, ends, maxdegree=6))


PAIRS: list[tuple[str, Callable[[Any, Any], Any], list[Any]]] = [
    ("tanh(u)*sigmoid(v)", lambda u, v: math.tanh(u) / (1 + math.exp(-v)), [0]),
    ("log(abs(u))*cos(v)", lambda u, v: math.log(abs(u)) * math.cos(v), [0]),
    ("elu(u)*softplus(2*v + 1)", lambda u, v: (u if u > 0 else math.expm1(u)) * math.log1p(math.exp(2 * v + 1)), [0]),
]


@pytest.mark.parametrize(("text", "f", "cuts"), PAIRS, ids=[t for t, _, _ in PAIRS])
def test_mpmath_agrees(text: str, f: Callable[[Any, Any], Any], cuts: list[Any]) -> None:
    with precision(64):  # the oracle works in doubles: some hundred roundings of 2^-53, and its cut at 8 deviations
        assert abs(mean(text, Fraction(1, 2), 14).arb - by_mpmath(f, 0.5, cuts)) < arb("1e-12")


SERIES = [("tanh(u)", "silu(v)"), ("gelu(u)", "softplus(v)"), ("elu(u)", "tanh(2*v)")]


@pytest.mark.parametrize(
    ("f", "g", "rho"),
    [
        pytest.param(*pair, rho, id=f"{'-'.join(pair)}-{rho}", marks=() if (i + j) % 2 == 0 else pytest.mark.slow)
        for i, pair in enumerate(SERIES)
        for j, rho in enumerate(RHOS[:4])
    ],
)
def test_series_and_double_sums_agree(f: str, g: str, rho: Fraction) -> None:
    with precision(100):
        series = hermite_series(parse(f), parse(g), terms=120).at(rho)
        direct = plane_mean(parse(f), "u", parse(g), "v", PlaneLaw(STANDARD, STANDARD, num(rho)))
        assert series.overlaps(direct)
        assert direct.rad() < 1e-15
        assert series.rad() < 1e-5


@pytest.mark.parametrize(("text", "line"), [("tanh(u)*relu(v)", 1), ("softplus(u)*sigmoid(v)", -1)])
def test_parallel_variables_reduce_to_one(text: str, line: int) -> None:
    ball = mean(text, line, 25)
    one = certified_mean(parse(text.replace("(v)", f"({line}*u)")), ("u",), [0], [[1]], 25)
    near = mean(text, line * Fraction(999, 1000), 8)
    with precision(120):
        assert ball.arb.overlaps(one.arb)
        # ||f|| Lip(g) (2(1 - |rho|))^(1/2) with ||f|| < 1, Lip(g) <= 1
        assert abs(ball.arb - near.arb) < arb("0.002").sqrt()


def test_independent_variables_give_a_product() -> None:
    ball = mean("softplus(u)*sigmoid(v)", 0, 25)
    one = certified_mean(parse("softplus(u)"), ("u",), [0], [[1]], 25)
    with precision(120):
        assert ball.arb.overlaps(one.arb / 2)
    assert mean("tanh(u)*softplus(v)", 0).arb == 0


@pytest.mark.parametrize("text", ["tanh(u)*v^2", "sign(u)*cos(v)", "u*log(abs(v))", "tanh(u + v)*u*v"])
def test_odd_integrands_vanish_exactly(text: str) -> None:
    assert mean(text, Fraction(1, 2)).arb == 0


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("(tanh(u) + relu(v))*(u - 1)", "tanh(u)*u - tanh(u) + relu(v)*u - relu(v)"),
        ("tanh(u + v)*u", "(tanh(u + v)*(u + v))/2"),
        ("relu(2*u - 2*v)*sigmoid(u)", "2*sigmoid(u)*relu(u - v)"),
        ("exp(u + v)*tanh(u)", "exp(u)*exp(v)*tanh(u)"),
    ],
)
def test_rewritten_integrands_have_one_value(text: str, other: str) -> None:
    with precision(80):
        assert mean(text, Fraction(1, 3)).arb.overlaps(mean(other, Fraction(1, 3)).arb)


def test_exponentials_shift_the_law() -> None:
    """E e^(u + v) tanh u = e^(1 + r) E tanh(u + 1 + r), Cameron and Martin 1944."""
    moved = certified_mean(parse("tanh(u)"), ("u",), [Fraction(4, 3)], [[1]], 20)
    with precision(100):
        assert mean("exp(u + v)*tanh(u)", Fraction(1, 3), 15).arb.overlaps(moved.arb * (arb(4) / 3).exp())


def test_exponentials_of_products_of_variables() -> None:
    """E e^(a u v) = ((1 - a r)^2 - a^2)^(-1/2)."""
    with precision(100):
        truth = 1 / ((1 - arb(1) / 6) ** 2 - arb(1) / 9).sqrt()
        assert mean("exp(u*v/3)", Fraction(1, 2), 15).arb.overlaps(truth)


def test_what_outgrows_the_density_is_refused() -> None:
    with pytest.raises(DivergenceError, match="positive definite"):
        mean("exp(u*v)*tanh(u)*tanh(v)", Fraction(1, 2))
    with pytest.raises(DivergenceError, match="variance < 1/2"):
        mean("exp(u^2)", Fraction(1, 2))


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("tanh(u*v)", "linear form"),
        ("log(abs(u))*log(abs(v))*relu(u - v)", "logarithms of one form"),
        ("1/(u + v)", "exponent"),
    ],
)
def test_what_is_unsupported_is_named(text: str, match: str) -> None:
    with pytest.raises(UnsupportedIntegrandError, match=match):
        mean(text, Fraction(1, 2))


def test_impossible_covariances_are_refused() -> None:
    with pytest.raises(DomainError, match="at most the product"):
        mean("tanh(u)*tanh(v)", 2)
    with pytest.raises(DomainError, match="symmetric"):
        certified_mean(parse("u*v"), ("u", "v"), [0, 0], [[1, 0], [1, 1]], 10)


def test_other_means_and_deviations() -> None:
    """E relu(u) v = m_v E relu(u) + c P(u > 0), by Stein's identity."""
    c = Fraction(-1, 2)
    ball = certified_mean(parse("relu(u)*v"), ("u", "v"), [1, Fraction(1, 3)], [[4, c], [c, 1]], 20)
    relu, step = (certified_mean(parse(t), ("u",), [1], [[4]], 25) for t in ("relu(u)", "step(u)"))
    with precision(120):
        assert ball.arb.overlaps(relu.arb / 3 - step.arb / 2)


def test_a_forgotten_error_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the bound of what lies outside the windows, and with short windows, the ball misses the truth."""
    law = PlaneLaw(STANDARD, STANDARD, num(Fraction(1, 2)))
    f, g = parse("relu(u)"), parse("relu(v)")
    with precision(64):
        root, theta = _angle(arb(1) / 2)
        truth = (root + (arb.pi() - theta) / 2) / (2 * arb.pi())
        honest = plane_mean(f, "u", g, "v", law)
        assert honest.overlaps(truth)
        assert honest.rad() < 1e-12
        short = window

        def wrong(*arguments: Any, **options: Any) -> Any:
            found = short(*arguments, **options)
            return type(found)(Fraction(-3), Fraction(3), arb(0))

        monkeypatch.setattr("analytic.series.plane_integral.window", wrong)
        assert not plane_mean(f, "u", g, "v", law).overlaps(truth)
