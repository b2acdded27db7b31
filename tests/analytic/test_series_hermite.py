"""Hermite coefficients and series: known coefficients, Parseval, exact zeros, and a tail bound that is attained."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb, fmpq

from analytic.balls import precision
from analytic.errors import DomainError
from analytic.formula import num
from analytic.grammar import parse
from analytic.series.charts import STANDARD
from analytic.series.errors import DivergenceError
from analytic.series.hermite import HermiteExpansion, hermite_expansion, hermite_series
from analytic.series.line_integral import line_mean

FUNCTIONS = ["tanh(u)", "sigmoid(u)", "log(abs(u))", "relu(u - 1/3)", "softplus(3*u)", "exp(u/2)", "step(u)", "gelu(u)"]


@pytest.mark.parametrize("text", FUNCTIONS)
@pytest.mark.parametrize("bits", [53, 120])
def test_shared_nodes_agree_with_one_integral_each(text: str, bits: int) -> None:
    with precision(bits):
        expansion = hermite_expansion(parse(text), "u", num(1), 12)
        for n, a in enumerate(expansion.coefficients):
            one = line_mean(parse(f"{text}*He({n}, u)"), "u", STANDARD) / arb(n).fac().sqrt()
            assert a.overlaps(one)
            assert a.rad() < arb(2) ** (5 - bits)


def arb_factorial_root(n: int) -> arb:
    return arb(n).fac().sqrt()


def test_coefficients_of_the_exponential() -> None:
    """E e^(s z) h_n(z) = e^(s^2/2) s^n / sqrt(n!)."""
    with precision(100):
        expansion = hermite_expansion(parse("exp(u)"), "u", num(Fraction(1, 2)), 40)
        for n, a in enumerate(expansion.coefficients):
            assert a.overlaps(arb(fmpq(1, 8)).exp() * arb(fmpq(1, 2)) ** n / arb_factorial_root(n))
            assert a.rad() < 1e-28


def test_coefficients_of_the_sign() -> None:
    """The squares are those of the arcsine series, (2/pi) C(2k, k)/(4^k (2k + 1))."""
    with precision(80):
        coefficients = hermite_series(parse("sign(u)"), parse("sign(v)"), terms=200).coefficients
        term = 2 / arb.pi()
        for k in range(100):
            assert coefficients[2 * k + 1].overlaps(term / (2 * k + 1))
            assert coefficients[2 * k] == 0
            term *= arb(fmpq(2 * k + 1, 2 * k + 2))


@pytest.mark.parametrize(
    ("text", "zeros"),
    [
        ("tanh(u)", [0, 2, 4]),
        ("sigmoid(u)", [2, 4]),
        ("relu(u)", [3, 5]),
        ("abs(u)", [1, 3, 5]),
        ("u^2 + u", [3, 4, 5]),
    ],
)
def test_zero_coefficients_are_exact(text: str, zeros: list[int]) -> None:
    found = hermite_expansion(parse(text), "u", num(2), 5).coefficients
    assert [n for n, a in enumerate(found) if a == 0] == zeros


@pytest.mark.parametrize("text", FUNCTIONS)
def test_parseval(text: str) -> None:
    with precision(100):
        expansion = hermite_expansion(parse(text), "u", num(1), 60)
        partial = [sum((a * a for a in expansion.coefficients[:n]), arb(0)) for n in (10, 30, 61)]
        assert not any(p > expansion.square for p in partial)
        remainders = [
            HermiteExpansion(parse(text), "u", num(1), expansion.coefficients[:n], expansion.square).remainder()
            for n in (10, 30, 61)
        ]
        floor = arb("1e-13")  # what rounding leaves of a difference of squares at 100 bits, under the root
        assert remainders[0] + floor >= remainders[1]
        assert remainders[1] + floor >= remainders[2]
        assert (remainders[2] ** 2 + partial[2]).overlaps(expansion.square) or remainders[2] < 1e-12


@pytest.mark.parametrize("text", ["relu(u)", "tanh(u)", "log(abs(u))"])
def test_the_tail_bound_is_attained_at_correlation_one(text: str) -> None:
    """For f = g and rho = 1 Cauchy-Schwarz is an equality: half the bound, planted, would lose the truth."""
    f = parse(text)
    with precision(120):
        series = hermite_series(f, f, terms=20, variables=("u", "u"))
        truth = line_mean(f**2, "u", STANDARD)
        partial, tail = series.partial_sum(Fraction(1)), series.tail(Fraction(1))
        assert series.at(Fraction(1)).overlaps(truth)
        assert not (partial + arb(0, (tail / 2).abs_upper())).overlaps(truth)
        assert abs(truth - partial - tail) < 1e-25


@pytest.mark.parametrize("rho", [Fraction(1, 10), Fraction(-7, 10), Fraction(9, 10)])
def test_series_hold_the_arcsine_law(rho: Fraction) -> None:
    with precision(100):
        series = hermite_series(parse("erf(u)"), parse("erf(v)"), terms=60)
        truth = 2 / arb.pi() * (2 * arb(fmpq(rho.numerator, rho.denominator)) / 3).asin()
        assert series.at(rho).overlaps(truth)
        assert series.tail(rho) < arb("1e-10")
        assert series.at(rho).rad() < 2 * series.tail(rho) + arb("1e-25")


def test_series_read_as_text_and_latex() -> None:
    series = hermite_series(parse("sign(u)"), parse("sign(v)"), terms=4)
    assert str(series) == "0.63661977*rho^1 + 0.10610330*rho^3 + ..."
    assert series._repr_latex_().startswith(r"$\displaystyle 0.63661977\,\rho^{1}")
    assert series.latex().endswith(r"\dots")


def test_what_has_no_series_is_refused() -> None:
    with pytest.raises(DivergenceError, match="variance < 1/2"):
        hermite_expansion(parse("exp(u^2/2)"), "u", num(1), 3)
    with pytest.raises(DomainError, match="deviation"):
        hermite_expansion(parse("u"), "u", num(0), 3)
    with pytest.raises(DomainError, match="order"):
        hermite_expansion(parse("u"), "u", num(1), 10**6)
    with pytest.raises(DomainError, match="correlation"):
        hermite_series(parse("u"), parse("v"), terms=3).at(Fraction(3, 2))
