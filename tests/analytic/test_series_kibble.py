"""Series in the correlations for three and more functions: orthants, certified values, the tail and its condition."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from flint import arb

from analytic.balls import precision
from analytic.errors import DomainError, FormulaError, LawError
from analytic.expectation import expect
from analytic.formula import ONE
from analytic.gaussian_law import GaussianLaw
from analytic.grammar import parse
from analytic.open_expectation import OpenExpectation
from analytic.series.hermite import hermite_expansion
from analytic.series.kibble import KibbleSeries, spectral_norm

FUNCTIONS = ("tanh({})", "relu({})", "sigmoid({} - 1)", "softplus({})", "step({} + 1/2)", "abs({})*tanh({})")


def correlations(seed: int, n: int, norm: float) -> list[list[Fraction]]:
    """A correlation matrix with that spectral norm of R - I, nearly, and entries of both signs."""
    rng = np.random.default_rng(seed)
    rest = np.triu(rng.normal(size=(n, n)), 1)
    rest = rest + rest.T
    rest *= norm / np.abs(np.linalg.eigvalsh(rest)).max()
    return [
        [Fraction(1) if i == j else Fraction(round(1000 * rest[min(i, j), max(i, j)]), 1000) for j in range(n)]
        for i in range(n)
    ]


def series_of(
    text: str, names: str, rows: list[list[Fraction]], terms: int | None = None
) -> tuple[KibbleSeries, OpenExpectation]:
    result = expect(text, law=GaussianLaw.matrix(list(names), rows))
    assert isinstance(result, OpenExpectation)
    series = result.series(terms)
    assert isinstance(series, KibbleSeries)
    return series, result


def text_of(seed: int, names: str) -> str:
    chosen = np.random.default_rng(seed).choice(FUNCTIONS, len(names) - 1)
    return "*".join(
        [f"tanh({names[0]} - 1/3)", *(str(f).replace("{}", n) for f, n in zip(chosen, names[1:], strict=True))]
    )


@pytest.mark.parametrize(
    ("seed", "names", "terms"),
    [
        pytest.param(s, names, t, marks=() if s in (0, 1) else pytest.mark.slow)
        for s, names, t in [*product(range(4), ["uvw"], (1, 4, 20)), *product(range(3), ["uvwz"], [10])]
    ],
)
def test_the_value_lies_in_the_ball(seed: int, names: str, terms: int) -> None:
    rows = correlations(seed, len(names), 0.5 + 0.1 * seed)
    series, result = series_of(text_of(seed, names), names, rows, terms)
    ball = series.at()
    assert ball.overlaps(result.at(digits=6).arb)
    assert ball.rad() <= series.tail() + 1e-9


def test_the_tail_is_a_bound_and_no_more_than_its_rate() -> None:
    """It contains the truth for every number of terms, and falls like the norm to that power."""
    rows = correlations(9, 3, 0.6)
    _, result = series_of("tanh(u - 1)*sigmoid(v)*relu(w)", "uvw", rows)
    value = result.at(digits=12).arb
    tails = []
    for terms in (5, 10, 15, 20):
        series, _ = series_of("tanh(u - 1)*sigmoid(v)*relu(w)", "uvw", rows, terms)
        assert abs(series.partial_sum() - value) <= series.tail()
        tails.append(float(series.tail()))
    assert all(b < a * 0.7**5 for a, b in pairwise(tails))


def test_orthants_of_four() -> None:
    expansions = tuple(hermite_expansion(parse(f"step({n})"), n, ONE, 15) for n in "uvwz")
    series = KibbleSeries(tuple("uvwz"), expansions, {})
    value = expect(
        "step(u)*step(v)*step(w)*step(z)",
        law=GaussianLaw.matrix("u v w z", [[1 if i == j else "1/5" for j in range(4)] for i in range(4)]),
    )
    assert series.at("1/5").overlaps(value.at(digits=12).arb)
    assert series.tail("1/5") < 1e-3


def test_the_terms_are_those_of_slepian() -> None:
    r"""The partial sum is the sum over matrices of $\prod r^n/n!$, term by term."""
    rows = correlations(4, 3, 0.7)
    series, _ = series_of("tanh(u - 1)*sigmoid(v)*relu(w)", "uvw", rows, 7)
    r = [rows[0][1], rows[0][2], rows[1][2]]
    total = arb(0)
    for n in product(range(7), repeat=3):
        if sum(n) < 7:
            k = (n[0] + n[1], n[0] + n[2], n[1] + n[2])
            term = arb(1) / math.prod(math.factorial(i) for i in n)
            for base, exponent in zip(r, n, strict=True):
                term *= (arb(base.numerator) / base.denominator) ** exponent if exponent else arb(1)
            for e, degree in zip(series.expansions, k, strict=True):
                term *= e.coefficients[degree] * arb(math.factorial(degree)).sqrt()
            total += term
    assert total.overlaps(series.partial_sum())
    assert series.partial_sum().rad() < 1e-9


def test_moments_against_isserlis() -> None:
    """Polynomials: the series ends, and its sum is exact."""
    expansions = tuple(hermite_expansion(parse(t), "u", ONE, 6) for t in ("u^3", "u^2", "u^2 + u"))
    series, half = KibbleSeries(tuple("uvw"), expansions, {}), Fraction(1, 4)
    law = GaussianLaw.matrix("u v w", [[1, half, half], [half, 1, half], [half, half, 1]])
    assert series.partial_sum(half).overlaps(expect("u^3*v^2*(w^2 + w)", law=law).at().arb)
    assert series.partial_sum(half).rad() < 1e-9


def test_where_the_series_may_diverge_it_says_so() -> None:
    result = expect("tanh(u)*relu(v)*sigmoid(w)")
    assert isinstance(result, OpenExpectation)
    series = result.series(8)
    assert isinstance(series, KibbleSeries)
    with pytest.raises(DomainError, match="spectral norm of R - I is about 1"):
        series.at("1/2")
    with pytest.raises(DomainError, match="spectral norm"):
        series.tail("3/5")
    assert series.partial_sum("1/2").is_finite()
    assert series.tail("49/100") < 1


def test_correlations_are_named() -> None:
    result = expect("tanh(u)*relu(v)*sigmoid(w)")
    assert isinstance(result, OpenExpectation)
    series: Any = result.series(12, u=2)
    point = {"rho_uv": "1/5", "rho_uw": Fraction(-1, 5), "rho_vw": "1/10"}
    assert series.at(point).overlaps(result.at({**point, "u": 2}, digits=8).arb)
    with pytest.raises(FormulaError, match="rho_uv, rho_uw, rho_vw"):
        series.at({"rho_uv": "1/5"})
    with pytest.raises(FormulaError, match="expected rho_uv"):
        series.at({**point, "rho_vu": 0})
    with pytest.raises(DomainError, match="certainly in"):
        series.at({**point, "rho_vw": 2})
    assert str(series).startswith("0.")
    assert r"\rho_{uv}" in series.latex()


def test_laws_with_free_variances_have_no_series() -> None:
    law = GaussianLaw.matrix("u v w", [["a", "1/5", 0], ["1/5", 1, 0], [0, 0, 1]])
    with pytest.raises(LawError, match="variance a of u"):
        expect("tanh(u)*relu(v)*sigmoid(w)", law=law).series()  # type: ignore[attr-defined]
    with pytest.raises(FormulaError, match="function of each variable"):
        expect("tanh(u)*relu(v)*sigmoid(v + w)", law=law).series()  # type: ignore[attr-defined]


@pytest.mark.parametrize("seed", range(5))
def test_spectral_norms(seed: int) -> None:
    rows = correlations(seed, 4, 0.3 + 0.1 * seed)
    true = float(np.abs(np.linalg.eigvalsh(np.array(rows, dtype=float) - np.eye(4))).max())
    with precision(80):
        bound = float(spectral_norm([[arb(c.numerator) / c.denominator for c in row] for row in rows]))
    assert true <= bound <= true * 1.0001


def test_hermite_moments_of_one_variable() -> None:
    """Of a singular correlation matrix: u = v = w, where the moments are triple products of Hermite polynomials."""
    from analytic.series.kibble import _degrees, _moment

    one = [[arb(1)] * 3 for _ in range(3)]
    roots = [arb(k).sqrt() for k in range(8)]
    level: dict[tuple[int, ...], arb] = {(0, 0, 0): arb(1)}
    for q in range(1, 5):
        level = {k: _moment(k, level, one, roots) for k in _degrees(2 * q, q, 3)}
        for k, m in level.items():
            s = q
            expected = math.sqrt(math.prod(math.factorial(n) for n in k)) / math.prod(math.factorial(s - n) for n in k)
            assert m.overlaps(arb(expected, 1e-9))
