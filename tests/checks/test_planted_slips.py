"""The judge refutes what a tired author writes instead of each formula of the catalogue."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from checks.catalogue import topic_claims
from checks.claim import Claim, Identity
from checks.errors import ClaimError
from checks.exact import judge_identity
from checks.judge import verify
from checks.sides import is_closed
from checks.slips import slips
from checks.verdict import Kind, Outcome

TRUE = [c for c in topic_claims().values() if isinstance(c.statement, Identity) and c.expect == ("PROVED",)]
LOSS = [c for c in TRUE if c.name.startswith("loss/")]
#: Not refuted, with the reason: the slip has no real value anywhere, and what is no number refutes nothing.

BY_HAND = [
    ("kernels/step", "(2*pi)", "pi"),
    ("kernels/step", "pi - theta", "theta"),
    ("kernels/step", "pi - theta", "pi + theta"),
    ("kernels/step", "pi - theta", "asin(rho)"),
    ("kernels/step", "pi - theta", "2*pi - theta"),
    ("kernels/relu", "(2*pi)", "pi"),
    ("kernels/relu", "(2*pi)", "(4*pi)"),
    ("kernels/relu", "pi - theta", "theta"),
    ("kernels/relu", "|u|*", ""),
    ("kernels/relu", "|v|*", ""),
    ("kernels/relu", "|u|*|v|", "|u|^2*|v|^2"),
    ("kernels/relu", "sin(theta) + (pi - theta)*cos(theta)", "cos(theta) + (pi - theta)*sin(theta)"),
    ("kernels/relu", "sin(theta) +", "sin(theta) -"),
    ("kernels/relu-squared", "3*sin", "sin"),
    ("kernels/relu-squared", "1 + 2*cos(theta)^2", "1 + 2*cos(2*theta)"),
    ("kernels/relu-squared", "1 + 2*cos(theta)^2", "2 + cos(theta)^2"),
    ("kernels/relu-squared", "|v|^2", "|v|"),
    ("kernels/relu-step", "sqrt(2*pi)", "(2*pi)"),
    ("kernels/relu-step", "|u|", "|v|"),
    ("kernels/relu-step", "1 + cos", "1 - cos"),
    ("kernels/abs", "asin", "acos"),
    ("kernels/abs", "sqrt(1 - rho^2)", "(1 - rho^2)"),
    ("kernels/abs", "sqrt(1 - rho^2)", "sqrt(1 - rho)"),
    ("kernels/sign", "asin", "acos"),
    ("kernels/sign", "2/pi", "1/pi"),
    ("kernels/leaky-relu", "(1 - t)^2", "(1 - t^2)"),
    ("kernels/leaky-relu", "(1 - t)^2", "(1 + t)^2"),
    ("kernels/leaky-relu", "+ t*cos(theta)", "+ t^2*cos(theta)"),
    ("kernels/relu-mean", "sqrt(2*pi)", "sqrt(pi)"),
    ("kernels/relu-mean", "sqrt(2*pi)", "sqrt(2/pi)"),
    ("loss/kernel-gradient", "bar(w)", "w"),
    ("loss/kernel-gradient", "bar(w)", "bar(v)"),
    ("loss/kernel-gradient", "*v)", "*bar(v))"),
    ("loss/gradient", "- sum(j,", "+ sum(j,"),
    ("loss/gradient", "w_i/2", "w_i"),
    ("loss/gradient", "sum(j != i, g(w_i, w_j))", "2*sum(j != i, g(w_i, w_j))"),
    ("loss/gradient", "g(w_i, v_j)", "g(v_j, w_i)"),
    ("loss/kernel-hessian-diagonal", "I - outer(bar(w), bar(w)) +", "I - outer(bar(w), bar(w)) -"),
    ("loss/kernel-hessian-diagonal", "|v|/(2*pi*|w|)", "|w|/(2*pi*|v|)"),
    ("loss/kernel-hessian-mixed", "outer(perp(w, v), bar(v))", "outer(bar(v), perp(w, v))"),
    ("loss/kernel-hessian-mixed", "*I + outer(perp(w, v), bar(v)) +", "*I - outer(perp(w, v), bar(v)) +"),
    ("loss/hessian-diagonal", "I/2 + sum(j != i, h1(w_i, w_j)) - sum(j, h1(w_i, v_j))", "I/2"),
    ("loss/hessian-diagonal", "- sum(j,", "+ sum(j,"),
    ("loss/hessian-diagonal", "h1(w_i, v_j)", "h1(v_j, w_i)"),
    ("loss/hessian-off-diagonal", "outer(perp(v, w), bar(w))", "outer(bar(w), perp(v, w))"),
    ("loss/hessian-off-diagonal", "h2(w_i, w_j)", "-h2(w_i, w_j)"),
    ("loss/hessian-parallel", "I/2", "I"),
    ("loss/hessian-parallel", "I/2", "0"),
    ("loss/hessian-antiparallel", "0", "I/2"),
]


#: A second each; the default tier keeps another slip of the same formula, and those of the kernels.
LONG = {
    ("loss/gradient", "- sum(j,", "+ sum(j,"),
    ("loss/gradient", "g(w_i, v_j)", "g(v_j, w_i)"),
    ("loss/hessian-diagonal", "I/2 + sum(j != i, h1(w_i, w_j)) - sum(j, h1(w_i, v_j))", "I/2"),
    ("loss/kernel-gradient", "bar(w)", "bar(v)"),
    ("loss/kernel-gradient", "*v)", "*bar(v))"),
    ("loss/kernel-hessian-diagonal", "|v|/(2*pi*|w|)", "|w|/(2*pi*|v|)"),
    ("loss/kernel-hessian-mixed", "*I + outer(perp(w, v), bar(v)) +", "*I - outer(perp(w, v), bar(v)) +"),
    ("loss/hessian-parallel", "I/2", "0"),
    ("loss/hessian-antiparallel", "0", "I/2"),
    ("loss/kernel-hessian-mixed", "I +", "I + 0*outer(w, w) +"),
}


def tiered(cases: list[tuple[str, str, str]]) -> list[Any]:
    """The cases as parameters, the long ones marked."""
    return [pytest.param(*c, marks=[pytest.mark.slow] if c in LONG else []) for c in cases]


def slipped(claim: Claim, old: str, new: str) -> Claim:
    """The claim with a slip in its right side or in its definitions."""
    statement = claim.statement
    assert isinstance(statement, Identity)
    right = statement.right.replace(old, new)
    where = {k: v.replace(old, new) for k, v in statement.where.items()}
    assert (right, where) != (statement.right, dict(statement.where)), "the slip must hit something"
    return replace(claim, statement=Identity(statement.left, right, where), expect=())


@pytest.mark.parametrize(("name", "old", "new"), tiered(BY_HAND))
def test_a_slip_by_hand_is_refuted(name: str, old: str, new: str) -> None:
    verdict = verify(slipped(topic_claims()[name], old, new), power=False)
    assert verdict.kind is Kind.REFUTED, str(verdict)
    assert not verdict.as_expected()
    assert verdict.exact is not None
    assert verdict.exact.counterexample is not None


HARMLESS = [
    ("kernels/step", "pi - theta", "pi - acos(rho)"),
    ("kernels/relu", "cos(theta)", "sin(pi/2 - theta)"),
    ("kernels/relu", "sin(theta)", "sqrt(1 - rho^2)"),
    ("kernels/relu-squared", "1 + 2*cos(theta)^2", "2 + cos(2*theta)"),
    ("kernels/abs", "asin(rho)", "(pi/2 - theta)"),
    ("loss/kernel-hessian-mixed", "I +", "I + 0*outer(w, w) +"),
    ("loss/gradient", "w_i/2", "|w_i|*bar(w_i)/2"),
    ("loss/hessian-off-diagonal", "h2(w_i, w_j)", "h2(w_j, w_i)"),
]


@pytest.mark.parametrize(("name", "old", "new"), tiered(HARMLESS))
def test_another_way_to_write_it_is_proved(name: str, old: str, new: str) -> None:
    assert verify(slipped(topic_claims()[name], old, new), power=False).kind is Kind.PROVED


def outcome(claim: Claim, right: str) -> Outcome | None:
    """What the exact witness says of another right side; None if that has no meaning."""
    assert isinstance(claim.statement, Identity)
    try:
        return judge_identity(replace(claim, statement=Identity(str(claim.sides()[0]), right)), 0).outcome
    except ClaimError:
        return None


#: The others' slips are judged by default in test_power_of_verdicts.py, with the power of the verdict.
QUICK = (
    "loss/kernel-hessian-diagonal",
    "loss/kernel-hessian-mixed",
    "loss/hessian-off-diagonal",
    "loss/hessian-parallel",
)


@pytest.mark.parametrize(
    "claim", [pytest.param(c, id=c.name, marks=[] if c.name in QUICK else [pytest.mark.slow]) for c in LOSS]
)
def test_the_nearest_mechanical_slips_are_refuted_or_proved_equal(claim: Claim) -> None:
    right = claim.sides()[1]
    assert is_closed(right)
    judged = {str(slip): outcome(claim, str(slip)) for _, slip in slips(right, 10)}
    undecided = {s for s, found in judged.items() if found in (Outcome.UNDECIDED, Outcome.ENCLOSED)}
    assert undecided == set()
    equal = {s for s, found in judged.items() if found is Outcome.EQUAL}
    assert len(equal) <= 3, "most slips change the meaning"


@pytest.mark.slow
def test_all_slips_of_the_kernels_are_counted() -> None:
    claims = [c for c in TRUE if c.name.startswith("kernels/")]
    judged = {(c.name, str(s)): outcome(c, str(s)) for c in claims for _, s in slips(c.sides()[1])}
    refuted = sum(found is Outcome.DIFFERENT for found in judged.values())
    print(f"planted slips of the kernels refuted: {refuted} of {len(judged)}")
    assert {s for (_, s), found in judged.items() if found is Outcome.UNDECIDED} == {
        "2*|u|*|v|*(sqrt(-1 - rho^2) + rho*asin(rho))/pi"  # no real number anywhere: never refuted, by rule
    }
    assert refuted >= 140


def test_a_refuted_slip_is_repaired() -> None:
    verdict = verify(slipped(topic_claims()["kernels/relu"], "(2*pi)", "pi"))
    assert verdict.kind is Kind.REFUTED
    assert verdict.repair is not None
    assert verdict.repair.endswith("(a factor 1/2)")


def test_a_proof_tells_its_power() -> None:
    power = verify(topic_claims()["kernels/abs"]).power
    assert power is not None
    assert power.refuted == power.total - len(power.survivors)
    assert power.survivors == ()  # sqrt(-1 - rho^2) has no value anywhere: no slip, and not counted
