"""Claims may be judged in any order, on any number of processes: the verdicts are the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from checks.catalogue import topic_claims
from checks.claim import Claim, Identity
from checks.errors import ClaimError
from checks.judge import verify
from checks.runner import Plan, judge_all
from checks.verdict import Kind, Verdict

NAMES = ("kernels/step", "kernels/relu-unnormalised", "kernels/relu-one-radian", "loss/gauss-newton")
CLAIMS = [topic_claims()[n] for n in NAMES]
WRONG_KIND = Claim("my/nonsense", Identity("grad(E[relu(w.x)*relu(v.x)], w)", "I"))


def judged(claims: list[Claim], plan: Plan) -> dict[int, Verdict]:
    """The verdicts by position, without their times."""
    return {i: replace(v, seconds=0.0) for i, v in judge_all(claims, plan)}


@pytest.mark.parametrize("power", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_several_processes_give_the_same_verdicts(power: bool) -> None:
    alone, together = (judged(CLAIMS, Plan(seed=5, jobs=jobs, power=power)) for jobs in (1, 2))
    assert sorted(together) == [0, 1, 2, 3]
    assert alone == together
    assert [alone[i].claim for i in range(4)] == list(NAMES)


def test_one_process_keeps_the_order() -> None:
    assert [i for i, _ in judge_all(CLAIMS, Plan(power=False))] == [0, 1, 2, 3]


def test_the_seed_makes_a_run_reproducible() -> None:
    first, again, other = (judged(CLAIMS[:1], Plan(seed=s, power=False)) for s in (1, 1, 2))
    assert first == again
    assert first[0].empirical != other[0].empirical
    assert first[0].kind is other[0].kind is Kind.PROVED


def test_alpha_is_split_over_the_claims() -> None:
    few, many = (judged(CLAIMS[:n], Plan(alpha=1e-4, power=False)) for n in (1, 4))
    assert sum(e.alpha or 0.0 for e in few[0].empirical) == pytest.approx(1e-4)
    assert sum(e.alpha or 0.0 for e in many[0].empirical) == pytest.approx(1e-4 / 4)


def test_without_slips_there_is_neither_power_nor_repair() -> None:
    plain = judged(CLAIMS[:2], Plan(power=False))
    assert [(v.power, v.repair) for v in plain.values()] == [(None, None)] * 2


@pytest.mark.parametrize("jobs", [0, -1])
def test_there_is_at_least_one_job(jobs: int) -> None:
    with pytest.raises(ClaimError, match="expected at least 1"):
        list(judge_all(CLAIMS, Plan(jobs=jobs)))


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_claim_that_has_no_meaning_is_invalid_and_stops_no_other(jobs: int) -> None:
    found = judged([WRONG_KIND, CLAIMS[0]], Plan(jobs=jobs, power=False))
    assert [found[i].kind for i in (0, 1)] == [Kind.INVALID, Kind.PROVED]
    assert "vector" in found[0].reason


def test_a_fault_of_ours_in_one_claim_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(claim: Claim, power: bool, **others: Any) -> Verdict:
        if claim is CLAIMS[0]:
            raise ZeroDivisionError("planted")
        return verify(claim, power=power, **others)

    monkeypatch.setattr("checks.runner.verify", broken)
    found = judged(CLAIMS[:2], Plan(power=False))
    assert "internal error: ZeroDivisionError: planted" in found[0].reason
    assert not found[0].as_expected()
    assert found[1].kind is not Kind.INVALID


def test_several_processes_find_the_same_slips() -> None:
    claim = CLAIMS[:1]
    alone, together = (judged(claim, Plan(seed=5, jobs=jobs)) for jobs in (1, 2))
    assert alone == together
    assert alone[0].power is not None


def test_nothing_to_judge_is_no_error() -> None:
    assert list(judge_all([], Plan(jobs=2))) == []


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_spent_budget_leaves_claims_unjudged_and_says_so(jobs: int) -> None:
    verdicts = judged(CLAIMS, Plan(jobs=jobs, seconds=0, power=False))
    assert len(verdicts) == len(CLAIMS)
    for verdict in verdicts.values():
        assert verdict.kind is Kind.INCONCLUSIVE
        assert "budget of 0 seconds" in verdict.reason
        assert not verdict.as_expected()
