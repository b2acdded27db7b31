"""Faults that were found by attack, each with the value that is right and where it comes from."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from analytic.algebra import evaluate
from analytic.balls import precision
from analytic.closed_forms import ClosedForms
from analytic.deep.symbolic_network import symbolic_nngp, symbolic_ntk
from analytic.errors import DomainError, LawError
from analytic.expectation import Expectation, expect
from analytic.gaussian_law import GaussianLaw
from analytic.grammar import parse
from analytic.open_expectation import OpenExpectation
from analytic.series.enclosure import certified_mean

SQUARE = certified_mean(parse("tanh(u)^2"), ("u",), [0], [[1]]).arb


@pytest.mark.parametrize(
    ("integrand", "share"),
    [
        ("step(u - v)*tanh(u)^2", Fraction(1, 2)),
        ("step(u - v)^3*tanh(u)^2", Fraction(1, 2)),
        ("(step(u - v) + step(v - u))*tanh(u)^2", Fraction(1)),
        ("step(u - v)*step(2*v - 2*u)*tanh(u)^2", Fraction(0)),
        ("sign(u - v)^2*tanh(u)^2", Fraction(1)),
        ("sign(u - v)*step(u - v)*tanh(u)^2", Fraction(1, 2)),
        ("step(u - v + 1)*tanh(u)^2", Fraction(1)),
        ("step(u - v - 1)*tanh(u)^2", Fraction(0)),
    ],
)
def test_a_step_of_a_form_that_vanishes_counts_its_limit(integrand: str, share: Fraction) -> None:
    value = expect(integrand).at(rho=1).arb
    assert value.overlaps(SQUARE * share.numerator / share.denominator)
    assert value.rad() < 1e-14


def test_steps_of_variance_0_in_laws_that_are_given() -> None:
    flat = GaussianLaw.matrix("u v w", [[1, 1, 0], [1, 1, 0], [0, 0, 1]])
    assert expect("step(u - v)*tanh(w)^2", law=flat).at().arb.overlaps(SQUARE / 2)
    point = expect("step(u/2)*softplus(-u/2)^2", law=GaussianLaw.matrix("u", [[0]])).at().arb
    with precision(100):
        assert point.overlaps(arb.const_log2() ** 2 / 2)


def test_the_open_path_counts_a_vanishing_step_as_the_closed_one() -> None:
    closed = expect("step(u - v)*relu(u)").at(rho=1).arb
    assert certified_mean(parse("step(u - v)*relu(u)"), ("u", "v"), [0, 0], [[1, 1], [1, 1]]).arb.overlaps(closed)


def _steps(correlations: list[list[Fraction]]) -> Expectation:
    names = [f"u{i}" for i in range(len(correlations))]
    return expect("*".join(f"step({n})" for n in names), law=GaussianLaw.matrix(names, correlations))


def _equal(n: int, rho: Fraction) -> list[list[Fraction]]:
    return [[Fraction(1) if i == j else rho for j in range(n)] for i in range(n)]


@pytest.mark.parametrize("n", [5, 7, 12, pytest.param(20, marks=pytest.mark.slow)])
def test_steps_of_correlations_one_half(n: int) -> None:
    assert str(_steps(_equal(n, Fraction(1, 2)))) == f"1/{n + 1}"


@pytest.mark.parametrize("n", [7, 11, pytest.param(20, marks=pytest.mark.slow)])
def test_steps_of_equal_correlations_have_a_name_and_a_value(n: int) -> None:
    found = _steps(_equal(n, Fraction(1, 3)))
    assert str(found).startswith("orthant(")
    value = found.at().arb
    # by Slepian's inequality between those of correlations 0 and 1/2
    assert value.rad() < 1e-14
    assert arb(2) ** -n < value < arb(1) / (n + 1)


def test_ten_steps_without_structure_have_a_name_and_a_value() -> None:
    rows = _equal(10, Fraction(0))
    for j in range(10):
        for i in range(j):
            rows[i][j] = rows[j][i] = Fraction(1, 10 + (3 * i * i + 5 * j + i * j) % 17)
    found = _steps(rows)
    assert str(found).startswith("orthant(")
    value = found.at(digits=6).arb
    correlations = [[float(x) for x in row] for row in rows]
    draws = np.random.default_rng(0).multivariate_normal(np.zeros(10), correlations, 400_000)
    share = float((draws > 0).all(axis=1).mean())
    assert abs(float(value) - share) < 5 * (share / 400_000) ** 0.5
    assert float(value.rad()) < 1e-6 * float(value)


@pytest.mark.parametrize("n", [6, 12, 20])
def test_semidefinite_laws_of_many_variables(n: int) -> None:
    names = [f"u{i}" for i in range(n)]
    GaussianLaw.matrix(names, _equal(n, Fraction(-1, n - 1)))  # singular, the last one that is semidefinite
    with pytest.raises(LawError, match="positive semidefinite"):
        GaussianLaw.matrix(names, _equal(n, Fraction(-1, n - 2)))


def test_a_minor_of_a_large_law_whose_digits_cancel_is_not_taken_for_negative() -> None:
    n = 17  # equal correlations sqrt(2)/4 are definite; the determinant has integers beyond 10^9
    rows = [["1" if i == j else "sqrt(2)/4" for j in range(n)] for i in range(n)]
    assert GaussianLaw.matrix([f"u{i}" for i in range(n)], rows).names[-1] == "u16"


@pytest.mark.parametrize("depth", [2, 3, 20])
def test_relu_kernels_of_parallel_inputs(depth: int) -> None:
    # cos theta_l = 1 in every layer: K = 1, and Theta^(l+1) = K + Theta^l
    assert symbolic_nngp(depth).at(theta=0).arb == 1
    assert symbolic_ntk(depth).at(theta=0, u=1, v=1).arb == depth + 1
    assert symbolic_ntk(depth).at(rho=1, u=2, v=1).arb == 2 * (depth + 1)


@pytest.mark.parametrize("depth", [2, 3])
def test_abs_kernels_of_parallel_and_antiparallel_inputs(depth: int) -> None:
    assert symbolic_ntk(depth, 1, "abs").at(theta=0).arb == depth + 1
    assert symbolic_ntk(depth, 1, "abs").at(theta="pi", u="1/3", v=3).arb == depth + 1


@pytest.mark.parametrize("f", ["tanh", "sigmoid", "silu", "softplus", "gelu"])
def test_activations_of_constants_are_balls(f: str) -> None:
    value = certified_mean(parse(f"{f}(1)*v^2"), ("v",), [0], [[1]]).arb
    at_one = certified_mean(parse(f"{f}(u)"), ("u",), [1], [[0]]).arb  # the point evaluation of the ball function
    assert value.overlaps(at_one)
    assert value.rad() < 1e-14


def test_a_value_that_does_not_depend_on_theta_needs_none() -> None:
    assert expect("relu(t*u + 1)*v^2", ["t"]).at(t=0).arb == 1


def test_exponent_0_is_the_factor_1() -> None:
    assert expect("tanh(u)^0*relu(u)").at().arb.overlaps(expect("relu(u)").at().arb)
    open_one = expect("tanh(v)^0*tanh(u)*relu(v)")
    assert isinstance(open_one, OpenExpectation)
    assert open_one.series(6).at(Fraction(1, 2)).overlaps(expect("tanh(u)*relu(v)").at(rho="1/2").arb)


def test_digits_of_an_open_expectation_are_limited() -> None:
    with pytest.raises(DomainError, match="got 1000 digits, expected 1 to 100"):
        expect("tanh(u)*relu(v)").at(rho="1/2", digits=1000)


@pytest.mark.parametrize("slope", ["10^6", "10^12"])
def test_steep_sigmoids_come_close_to_a_step(slope: str) -> None:
    # |sigmoid(k u) - step(u)| is at most e^(-k|u|), whose mean is at most 2/(k sqrt(2 pi)) < 10^-6
    assert abs(expect(f"sigmoid({slope}*u)*step(v)").at(rho="1/2").arb - arb(1) / 3) < 1e-6


def test_the_reason_of_a_pole_too_close_is_true() -> None:
    with pytest.raises(DomainError, match=r"no bound was found .* poles"):
        expect("sigmoid(10^30*u)*step(v)").at(rho="1/2")


def test_the_sign_of_a_difference_with_an_unbounded_term_is_not_guessed() -> None:
    # about +0.0062; the sign of the constant was returned when the root came first
    field = ClosedForms()
    root = evaluate(parse("(3506536420*sqrt(2) - 4958887487)/16777216"), field)
    assert field.sign(root) in (1, None)
