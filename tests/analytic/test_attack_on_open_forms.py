"""Open forms at extreme arguments: an answer or a refusal in one line, and never without end."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb

from analytic.errors import DomainError, FormulaError
from analytic.expectation import expect
from analytic.open_expectation import OpenExpectation
from analytic.series.enclosure import _digits_of


def series(integrand: str, mean: object, terms: int | None = None) -> object:
    """The Hermite series of an open form with a mean of its first variable."""
    found = expect(integrand, mean={"u": mean})
    assert isinstance(found, OpenExpectation)
    return found.series(terms)


@pytest.mark.parametrize("mean", ["10^4", "-10^40", "10^400"])
def test_series_of_steps_far_from_the_mean_is_refused(mean: str) -> None:
    with pytest.raises(DomainError, match=r"kink or its growth .* deviations from the centre"):
        series("step(u)*step(v)*step(w)", mean)


def test_series_of_a_function_too_large_for_the_precision_is_refused() -> None:
    with pytest.raises(DomainError, match=r"mean square is about 1.00e.80, expected at most"):
        series("softplus(u)*tanh(v)", "10^40")


def test_series_at_a_moderate_mean_still_contains_the_value() -> None:
    found = expect("step(u)*tanh(v)", mean={"u": 3})
    assert isinstance(found, OpenExpectation)
    assert found.series(12).at(Fraction(1, 3)).overlaps(found.at(rho="1/3").arb)


@pytest.mark.parametrize("terms", [0, -3, 2001])
def test_number_of_terms_is_checked(terms: int) -> None:
    with pytest.raises(DomainError, match=f"got {terms} terms of a series, expected 1 to 2000"):
        series("tanh(u)*tanh(v)", 0, terms)


def test_covariance_beside_a_large_mean_is_not_lost() -> None:
    # softplus(u) = u up to exp(-u), so by Stein's lemma the value is rho E[sech(v)^2] = E[v tanh(v)]/2
    value = expect("softplus(u)*tanh(v)", mean={"u": "10^25"}).at(rho="1/2", digits=5)
    stein = expect("v*tanh(v)").at(digits=12)
    assert abs(value.arb - stein.arb / 2) < arb("1e-5")


def test_mean_too_large_for_growing_functions_is_refused() -> None:
    with pytest.raises(DomainError, match=r"got a mean of about 1.00e.400 beside functions that grow"):
        expect("softplus(u)*tanh(v)", mean={"u": "10^400"}).at(rho="1/2")


def test_steps_at_an_extreme_mean_name_the_reason() -> None:
    found = expect("step(u)*step(v)*step(w)", mean={"u": "10^400"})
    with pytest.raises(DomainError, match="too many deviations from the mean"):
        found.at(rho_uv="1/2", rho_uw="1/3", rho_vw="1/4")


@pytest.mark.parametrize(
    "integrand", ["tanh(u, v)", "tanh(u/v)", "tanh(u*v)", "tanh(tanh(u) + v)", "softplus(u, 2)*v", "tanh(w)*silu(u*v)"]
)
def test_functions_of_no_affine_form_are_refused(integrand: str) -> None:
    with pytest.raises(FormulaError, match="expected a function of one affine form"):
        expect(integrand)


def test_functions_of_one_variable_keep_their_values() -> None:
    value = expect("tanh(relu(u))").at(digits=10).arb
    assert (value - expect("step(u)*tanh(u)").at(digits=10).arb).contains(0)


@pytest.mark.parametrize(
    ("integrand", "closed"),
    [("tanh(1)*u^2", "tanh(1)"), ("sigmoid(1/2)*u^2", "1/(1 + exp(-1/2))"), ("softplus(2)*u^2", "log(1 + exp(2))")],
)
def test_functions_of_constants_are_coefficients(integrand: str, closed: str) -> None:
    value = expect(integrand).at(digits=12).arb
    known = {"tanh(1)": arb(1).tanh(), "1/(1 + exp(-1/2))": 1 / (1 + (-arb("0.5")).exp())}
    assert abs(value - known.get(closed, (1 + arb(2).exp()).log())) < arb("1e-11")


def test_functions_of_parameters_are_coefficients() -> None:
    assert str(expect("sigmoid(b)*u^2", ["b"])) == "|u|^2*exp(b)/(1 + exp(b))"


def test_digits_that_are_offered_are_those_the_ball_has() -> None:
    ball = arb(1, 2.0**-27)
    digits, bits = _digits_of(ball), int(ball.rel_accuracy_bits())
    assert int(3.33 * digits) + 4 <= bits < int(3.33 * (digits + 1)) + 4


@pytest.mark.parametrize(("integrand", "mean"), [("relu(u)*tanh(v)", "10^20"), ("step(u)*tanh(v)", "10^400")])
def test_a_kink_too_far_for_panels_is_refused(integrand: str, mean: str) -> None:
    with pytest.raises(DomainError, match="a kink lies too many deviations from the mean"):
        expect(integrand, mean={"u": mean}).at(rho="1/2")
