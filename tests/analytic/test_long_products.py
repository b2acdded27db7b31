"""Products of many long activations: what is derived, and what is refused with advice that works."""

from __future__ import annotations

from fractions import Fraction

import pytest

from analytic import GaussianLaw, OpenExpectation, expect


@pytest.mark.slow
def test_squares_of_two_gelus_with_symbols_for_the_norms() -> None:
    found, numbers = expect("gelu(u)^2*gelu(v)^2"), {"|u|": Fraction(2), "|v|": Fraction(1, 2)}
    assert found.closed
    special = expect("gelu(u)^2*gelu(v)^2", values=numbers)
    for theta in ("pi/3", "2"):
        exact = special.at(theta=theta, digits=20).arb
        assert found.at(theta=theta, u=2, v="1/2", digits=20).arb.overlaps(exact)


@pytest.mark.parametrize("text", ["gelu(u)^3", "gelu(u)^2*gelu(v)"])
def test_powers_of_gelus(text: str) -> None:
    found = expect(text)
    assert found.closed
    point = {"u": 2, "theta": 1} if "v" in text else {"u": 2}
    special = expect(text, values={"|u|": Fraction(2)})
    rest = {"theta": 1} if "v" in text else {}
    assert found.at(point, digits=20).arb.overlaps(special.at(rest, digits=20).arb)


def test_what_is_too_long_says_what_to_do_and_it_works() -> None:
    long = expect("gelu(u)*gelu(v)*gelu(w)")
    assert isinstance(long, OpenExpectation)
    assert "unit=True" in str(long)
    assert ".at(" in str(long)
    unit = expect("gelu(u)*gelu(v)*gelu(w)", law=GaussianLaw.correlations("u v w", unit=True))
    assert unit.closed
    point = {"rho_uv": "1/2", "rho_uw": "1/3", "rho_vw": "1/4"}
    angles = {n.replace("rho", "theta"): f"acos({v})" for n, v in point.items()}
    assert long.at(angles, digits=15).arb.overlaps(unit.at(point, digits=15).arb)
