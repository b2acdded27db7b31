"""Claims about one angle, one norm, one slope: exact where the ring has the value, by balls where it has not."""

from __future__ import annotations

import pytest

from checks.judge import verify
from checks.verdict import Kind, Outcome

UNIT = {"|u|": "{1}", "|v|": "{1}"}
STEP, RELU = "E[step(u)*step(v)]", "E[relu(u)*relu(v)]"

EXACT = [
    (STEP, "1/2", {"theta": "{0}"}),
    (STEP, "0", {"theta": "{pi}"}),
    (STEP, "1/3", {"theta": "{pi/3}"}),
    (STEP, "1/8", {"theta": "{3*pi/4}"}),
    (RELU, "|u|*|v|/2", {"theta": "{0}"}),
    (RELU, "0", {"theta": "{pi}"}),
    (RELU, "|u|*|v|/(2*pi)", {"theta": "{pi/2}"}),
    (RELU, "|u|*|v|*(sqrt(3)/2 + pi/3)/(2*pi)", {"theta": "{pi/3}"}),
    (RELU, "sqrt(2)/(4*pi) + 3*sqrt(2)/16", {"theta": "{pi/4}", **UNIT}),
    (RELU, "3/pi", {"theta": "{pi/2}", "|u|": "{2}", "|v|": "{3}"}),
    ("E[relu(u)]", "2/sqrt(2*pi)", {"|u|": "{2}"}),
    ("E[leaky_relu(u, t)]", "9*|u|/(10*sqrt(2*pi))", {"t": "{1/10}"}),
]


@pytest.mark.parametrize(("left", "right", "variables"), EXACT)
def test_a_true_claim_at_a_nice_point_is_proved(left: str, right: str, variables: dict[str, str]) -> None:
    verdict = verify(left, right, variables=variables)
    assert verdict.kind is Kind.PROVED, str(verdict)
    assert verdict.empirical


OTHER = [
    (STEP, "2/5", {"theta": "{pi/5}", **UNIT}),
    (STEP, "1/2 - 1/(2*pi)", {"theta": "{1}", **UNIT}),
    (STEP, "1/2 - sqrt(2)/(2*pi)", {"theta": "{sqrt(2)}", **UNIT}),
    (STEP, "1/2 - acos(1/3)/(2*pi)", {"theta": "{acos(1/3)}", **UNIT}),
    (RELU, "(sin(1) + (pi - 1)*cos(1))/(2*pi)", {"theta": "{1}", **UNIT}),
    (RELU, "(sin(1) + (pi - 1)*cos(1))/pi", {"theta": "{1}", "|u|": "{2}", "|v|": "{1}"}),
]


@pytest.mark.parametrize(("norm", "right"), [("{sqrt(2)}", "1/sqrt(pi)"), ("{pi}", "sqrt(pi/2)")])
def test_a_norm_that_is_one_number_is_inserted(norm: str, right: str) -> None:
    assert verify("E[relu(u)]", right, variables={"|u|": norm}).kind is Kind.PROVED
    assert verify("E[relu(u)]", f"{right} + 1/10^30", variables={"|u|": norm}).kind is Kind.REFUTED


@pytest.mark.parametrize(("left", "right", "variables"), OTHER)
def test_a_true_claim_at_another_point_is_certified(left: str, right: str, variables: dict[str, str]) -> None:
    verdict = verify(left, right, variables=variables)
    assert verdict.kind is Kind.CERTIFIED, str(verdict)
    assert verdict.exact is not None
    assert verdict.exact.outcome is Outcome.ENCLOSED
    assert "|left - right| <=" in verdict.exact.detail
    assert "bits" in verdict.exact.detail


@pytest.mark.parametrize(("left", "right", "variables"), [*EXACT, *OTHER])
@pytest.mark.parametrize("slip", ["({}) + 1/10^20", "({}) - 1/1000"])
def test_a_wrong_claim_at_a_point_is_refuted_there(left: str, right: str, variables: dict[str, str], slip: str) -> None:
    verdict = verify(left, slip.format(right), variables=variables, power=False)
    assert verdict.kind is Kind.REFUTED, str(verdict)
    assert verdict.exact is not None
    assert verdict.exact.counterexample is not None
    for name, domain in variables.items():
        assert f"{name} = {domain[1:-1]}" in verdict.exact.counterexample.point


def test_a_claim_that_is_true_at_one_angle_only() -> None:
    assert verify(STEP, "1/4", variables={"theta": "{pi/2}"}).kind is Kind.PROVED
    assert verify(STEP, "1/4").kind is Kind.REFUTED
    assert verify(STEP, "1/4", variables={"theta": "{pi/3}"}).kind is Kind.REFUTED


def test_an_angle_outside_the_ring_with_free_norms_is_not_certified() -> None:
    verdict = verify(STEP, "2/5", variables={"theta": "{pi/5}"})
    assert verdict.kind is Kind.CONSISTENT, str(verdict)
