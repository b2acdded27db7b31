"""A claim about nothing is an error of its author: never a pass, whatever it says."""

from __future__ import annotations

import json

import pytest

from checks.claim import Claim, Identity
from checks.cli.main import run
from checks.errors import ClaimError, VacuousClaimError
from checks.judge import verify
from checks.runner import Plan, judge_all
from checks.verdict import Kind

LEAKY = Identity("E[leaky_relu(u, t)]", "(1 - t)*|u|/sqrt(2*pi)")
NOTHING = [
    ({"t": "(0, 1)"}, ("t > 2",)),
    ({"t": "(0, 1)"}, ("t > 1/2", "t < 1/3")),
    ({"t": "{2}"}, ("t < 2",)),
    ({"t": "(0, 1)"}, ("sqrt(-1) < t",)),
    ({"t": "(0, 1)"}, ("|u| < 0",)),
]


@pytest.mark.parametrize(("variables", "assumptions"), NOTHING)
@pytest.mark.parametrize("right", [LEAKY.right, pytest.param("7", marks=pytest.mark.slow)])
def test_a_claim_about_nothing_is_vacuous(variables: dict[str, str], assumptions: tuple[str, ...], right: str) -> None:
    with pytest.raises(VacuousClaimError, match="no test point"):
        verify(LEAKY.left, right, variables=variables, assumptions=assumptions)


def test_a_wrong_claim_about_nothing_is_vacuous() -> None:
    variables, assumptions = NOTHING[0]
    with pytest.raises(VacuousClaimError, match="no test point"):
        verify(LEAKY.left, "7", variables=variables, assumptions=assumptions)


def test_a_vacuous_claim_is_an_error_of_the_claim() -> None:
    assert issubclass(VacuousClaimError, ClaimError)


@pytest.mark.parametrize("expect", [(), pytest.param(("VACUOUS",), marks=pytest.mark.slow), ("PROVED",)])
def test_the_runner_makes_it_a_verdict_that_never_passes(expect: tuple[str, ...]) -> None:
    claim = Claim("my/nothing", LEAKY, "", {"t": "(0, 1)"}, ("t > 2",), expect=expect)
    ((position, verdict),) = judge_all([claim], Plan(power=False))
    assert (position, verdict.kind, verdict.claim) == (0, Kind.VACUOUS, "my/nothing")
    assert "t > 2" in verdict.reason
    assert not verdict.as_expected()
    assert not verdict.as_expected(strict=True)


def test_the_command_line_fails_on_it(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["verify", str(LEAKY), "--variable", "t=(0, 1)", "--assume", "t > 2", "--json", "--jobs", "1"]
    assert run(arguments) == 1
    out = capsys.readouterr().out
    assert "VACUOUS" in out
    json.loads(out)
