"""Expectations without a closed form: the law is respected, and a closed form for the law at a point is found."""

from __future__ import annotations

from fractions import Fraction

import pytest

from analytic import GaussianLaw, expect
from analytic.errors import LawError
from analytic.open_expectation import OpenExpectation

TANH = "tanh(u)*tanh(v)"


def opened(integrand: str, law: GaussianLaw | None = None) -> OpenExpectation:
    result = expect(integrand, law=law)
    assert isinstance(result, OpenExpectation)
    return result


def test_the_series_takes_its_variances_from_the_law() -> None:
    """It took 1 for both, and gave the series of another law."""
    result = opened(TANH, GaussianLaw.matrix("u v", [[4, 1], [1, 1]]))
    assert result.series(60).at(Fraction(1, 2)).overlaps(result.at().arb)
    with pytest.raises(LawError, match="variance"):
        result.series(u=2)
    with pytest.raises(LawError, match="variance"):
        opened(TANH, GaussianLaw.matrix("u v", [["a", "c"], ["c", "b"]])).series()


def test_the_series_by_norms_takes_them_as_given() -> None:
    result = opened(TANH)
    assert result.series(60, u=2).at(Fraction(1, 2)).overlaps(result.at(u=2, rho=Fraction(1, 2)).arb)


@pytest.mark.parametrize("theta", [1, "pi/7", "acos(1/3)"])
def test_values_at_any_angle(theta: int | str) -> None:
    """cos(1) - cos(1) was a number whose sign could not be decided."""
    assert opened("tanh(u)*step(v)").at(theta=theta).arb > 0


def test_what_is_too_long_for_every_law_may_be_short_at_a_point() -> None:
    point = {"theta_uv": "pi/3", "theta_uw": "pi/3", "theta_vw": "pi/2"}
    matrix = GaussianLaw.matrix("u v w", [[1, "1/2", "1/2"], ["1/2", 1, 0], ["1/2", 0, 1]])
    found = expect("gelu(u)*gelu(v)*gelu(w)", law=matrix)
    assert found.closed
    assert opened("gelu(u)*gelu(v)*gelu(w)").at(point).arb.overlaps(found.at().arb)
