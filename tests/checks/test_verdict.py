"""A verdict is plain data: it knows when it passes, prints itself, and becomes JSON."""

from __future__ import annotations

import copy
import json
from dataclasses import FrozenInstanceError

import pytest

from checks.catalogue import all_claims
from checks.judge import verify
from checks.verdict import Counterexample, EmpiricalEvidence, ExactEvidence, Kind, Outcome, Power, Verdict


def verdict(kind: Kind, expected: tuple[str, ...] = (), disagree: bool = False) -> Verdict:
    """A verdict of a kind."""
    return Verdict("a/b", "1 = 1", kind, "because", expected, witnesses_disagree=disagree)


PASSES_BY_DEFAULT = {
    Kind.PROVED: True,
    Kind.CERTIFIED: True,
    Kind.CONSISTENT: True,
    Kind.REFUTED: False,
    Kind.INCONCLUSIVE: True,
    Kind.VACUOUS: False,
    Kind.INVALID: False,
}


@pytest.mark.parametrize("kind", list(Kind))
def test_without_expectation_anything_but_refuted_passes(kind: Kind) -> None:
    assert verdict(kind).as_expected() is PASSES_BY_DEFAULT[kind]
    assert verdict(kind).as_expected(strict=True) is (PASSES_BY_DEFAULT[kind] and kind is not Kind.INCONCLUSIVE)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("expected", list(Kind))
@pytest.mark.parametrize("strict", [False, True])
def test_the_expected_kind_passes_and_no_other(kind: Kind, expected: Kind, strict: bool) -> None:
    passes = kind is expected and kind not in (Kind.VACUOUS, Kind.INVALID)
    assert verdict(kind, (expected.value,)).as_expected(strict) is passes


def test_several_kinds_may_be_expected() -> None:
    either = ("PROVED", "CERTIFIED")
    assert [k for k in Kind if verdict(k, either).as_expected()] == [Kind.PROVED, Kind.CERTIFIED]


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("strict", [False, True])
def test_disagreeing_witnesses_never_pass(kind: Kind, strict: bool) -> None:
    assert not verdict(kind, (), disagree=True).as_expected(strict)
    assert not verdict(kind, (kind.value,), disagree=True).as_expected(strict)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_gives_advice(kind: Kind) -> None:
    assert len(kind.advice.split()) > 4
    assert str(kind) == kind.value == kind.name


FULL = Verdict(
    claim="a/<b>",
    statement="1 = 2",
    kind=Kind.REFUTED,
    reason="the sides differ",
    exact=ExactEvidence(Outcome.DIFFERENT, "counting", counterexample=Counterexample("t = 1", "1", "2", "0.5")),
    empirical=(EmpiricalEvidence("t = 1", "counting", "bound", 1.0, 0.1, 2.0, False, True, 1e-6, 0.2, 1e-6, 10, 0),),
    repair="1 = 1",
    power=Power(1, 2, ("3",)),
)


def test_the_text_shows_both_witnesses() -> None:
    text = str(FULL)
    for part in (
        "REFUTED",
        "a/<b>",
        "1 = 2",
        "different by counting",
        "left 1, right 2",
        "CONTRADICTS",
        "did you mean",
        "3",
    ):
        assert part in text
    assert str(FULL.power) == "refutes 1 of 2 slips; survivors: 3"
    assert "a/&lt;b&gt;" in FULL._repr_html_()


@pytest.mark.parametrize(
    "name", ["kernels/relu", "kernels/relu-unnormalised", "loss/gauss-newton", "kernels/relu-one-radian"]
)
def test_a_real_verdict_is_json_and_survives_the_way_to_another_process(name: str) -> None:
    found = verify(all_claims()[name])
    data = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert data["kind"] == found.kind.value
    assert data["as_expected"] is True
    assert data["exact"]["outcome"] == (found.exact.outcome.value if found.exact else None)
    assert len(data["empirical"]) == len(found.empirical)
    assert found == restored(found)
    assert found.seconds > 0


def restored(found: Verdict) -> Verdict:
    """The verdict after a journey."""
    again = copy.deepcopy(found)
    assert isinstance(again, Verdict)
    return again


def test_made_up_evidence_is_json_too() -> None:
    data = json.loads(json.dumps(FULL.as_dict(), allow_nan=False))
    assert data["exact"]["counterexample"]["ratio"] == "0.5"
    assert data["power"]["survivors"] == ["3"]
    assert data["as_expected"] is False


def test_a_verdict_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        FULL.__setattr__("kind", Kind.PROVED)
