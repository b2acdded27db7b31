"""Limits, expansions and orders of expectations: derived, proved, looked at by quadrature."""

from __future__ import annotations

import pytest

from checks import Claim, verify
from checks.errors import ClaimError
from checks.statements.asymptotics import Asymptotic, Expansion, Limit, Order
from checks.verdict import Kind

TRUE = [
    (Limit("E[erf(u)^2]", "|u|", "oo", "1"), {}),
    (Limit("E[relu(u)*relu(v)]", "theta", "0", "|u|*|v|/2"), {}),
    (Order("E[relu(u)*relu(v)]", "theta", "pi", "3", "|u|*|v|/(6*pi)"), {}),
    (Expansion("E[exp(t*u^2)]", "t", "0", "1 + t*|u|^2", "2"), {}),
    (Limit("E[relu(u + b)]/b", "b", "oo", "1"), {}),
    (Limit("E[relu(w.x)*step(v.x)]/|w|", "theta", "0", "1/sqrt(2*pi)"), {}),
    (Order("E[sin(c*u)^2]", "|u|", "0", "2", "c^2"), {"c": "(0, 1)"}),
]


@pytest.mark.parametrize(("stated", "variables"), TRUE)
def test_true_ones_are_proved(stated: Asymptotic, variables: dict[str, str]) -> None:
    verdict = verify(Claim("it", stated, variables=variables), power=False)
    assert verdict.kind is Kind.PROVED, str(verdict)
    assert verdict.empirical
    assert all(e.agrees for e in verdict.empirical)


def test_a_wrong_constant_is_refuted_and_repaired() -> None:
    verdict = verify(Claim("it", Order("E[relu(u)*relu(v)]", "theta", "pi", "3", "|u|*|v|/(3*pi)")))
    assert verdict.kind is Kind.REFUTED
    assert "|u|*|v|/(6*pi)" in str(verdict.repair)


def test_an_expectation_that_does_not_exist_near_the_point_has_no_limit() -> None:
    """E[exp(c u^2)] is infinite for large c, where its closed form (1 - 2c|u|^2)^(-1/2) would tend to 0 or i 0."""
    verdict = verify(Claim("it", Limit("E[exp(c*u^2)]", "c", "oo", "0"), variables={"|u|": "(1, 2)"}), power=False)
    assert verdict.kind is Kind.INCONCLUSIVE
    assert "exists only where" in verdict.reason


@pytest.mark.parametrize("domain", ["(1000, oo)", "(-oo, -1000)", "(0, 1/10^9]", "{1/10^30}", "[1/1000, 1/999]"])
def test_a_domain_without_simple_numbers_is_not_empty(domain: str) -> None:
    claim = Claim("it", Limit("sin(t*k)/k", "k", "0", "t"), variables={"t": domain})
    assert verify(claim, power=False).kind is Kind.PROVED


@pytest.mark.parametrize(("expression", "assumption"), [("exp((b - a)*k)", "a > b"), ("(1 - a*b)^k", "a*b < 1")])
def test_assumptions_between_parameters_give_signs(expression: str, assumption: str) -> None:
    both = {"a": "(0, oo)", "b": "(0, oo)"}
    stated = Limit(expression, "k", "oo", "0")
    assert verify(Claim("it", stated, variables=both, assumptions=(assumption,)), power=False).kind is Kind.PROVED
    wider = (assumption.replace("<", "<=").replace(">", ">="),)
    assert verify(Claim("it", stated, variables=both, assumptions=wider), power=False).kind is not Kind.PROVED


def test_numbers_that_a_claim_fixes_are_inserted() -> None:
    stated = Expansion("E[exp(t*u^2)]", "t", "0", "1 + t", "2")
    assert verify(Claim("it", stated, variables={"|u|": "{1}"}), power=False).kind is Kind.PROVED
    assert verify(Claim("it", stated, variables={"|u|": "{2}"}), power=False).kind is Kind.REFUTED


@pytest.mark.parametrize(
    ("variable", "point"),
    [("|u|", "-1"), ("|u|", "-oo"), ("|u|", "0-"), *(("theta", p) for p in ("2*pi", "oo", "pi+", "0-", "4", "-1"))],
)
def test_norms_and_angles_have_nothing_beyond_their_ends(variable: str, point: str) -> None:
    with pytest.raises(ClaimError, match=r"expected a point (in \[0, pi\]|from 0 on)"):
        verify(Claim("it", Limit("E[relu(u)*relu(v)]", variable, point, "0")), power=False)


@pytest.mark.parametrize("domain", ["{-1}", "(-2, -1)", "[0, 1]"])
def test_norms_are_positive(domain: str) -> None:
    with pytest.raises(ClaimError, match="positive norms"):
        Claim("it", Limit("E[abs(u)] + t", "t", "0", "sqrt(2/pi)*|u|"), variables={"|u|": domain})


@pytest.mark.parametrize("point", ["pi", "acos(-1)", "2*asin(1)", "pi-"])
def test_an_end_is_approached_from_inside_however_it_is_written(point: str) -> None:
    stated = Limit("sqrt(1 + cos(theta))/(pi - theta)", "theta", point, "1/sqrt(2)")
    assert verify(Claim("it", stated), power=False).kind is Kind.PROVED
