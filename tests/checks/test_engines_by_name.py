"""Engines asked for by name: only those speak, and the verdict is no stronger than what they may issue."""

from __future__ import annotations

import json

import pytest

from checks.catalogue import all_claims
from checks.claim import Claim
from checks.cli.main import run
from checks.errors import ClaimError
from checks.judge import verify
from checks.statements.inequality import Inequality
from checks.verdict import Kind, Outcome

KERNEL, RIGHT = "E[step(u)*step(v)]", "(pi - theta)/(2*pi)"
POINT = {"|u|": "{1}", "|v|": "{1}", "theta": "{1}"}


@pytest.mark.parametrize(
    ("engine", "kind", "wrong"),
    [
        ("exact", Kind.PROVED, Kind.INCONCLUSIVE),
        ("balls", Kind.INCONCLUSIVE, Kind.REFUTED),
        ("quadrature", Kind.INCONCLUSIVE, Kind.INCONCLUSIVE),
        ("sampling", Kind.CONSISTENT, Kind.REFUTED),
        ("simulation", Kind.INCONCLUSIVE, Kind.INCONCLUSIVE),
    ],
)
def test_each_engine_alone_issues_what_it_may(engine: str, kind: Kind, wrong: Kind) -> None:
    true, false = (verify(KERNEL, right, engines=(engine,)) for right in (RIGHT, "theta/(2*pi)"))
    assert (true.kind, false.kind) == (kind, wrong)
    for verdict in (true, false):
        assert set(verdict.engines) <= {engine, "balls"} if engine == "exact" else {engine}
        assert set(verdict.left_out) == {"exact", "balls", "quadrature", "sampling"} - {engine}
        assert verdict.power is None
        assert verdict.repair is None


def test_balls_alone_certify_at_one_point_and_never_prove() -> None:
    alone = verify(KERNEL, "(pi - 1)/(2*pi)", variables=POINT, engines=("balls",))
    assert alone.kind is Kind.CERTIFIED
    assert alone.exact is not None
    assert alone.exact.outcome is Outcome.ENCLOSED


def test_statistics_alone_refute_only_with_alpha_and_a_fresh_seed() -> None:
    verdict = verify(KERNEL, "theta/(2*pi)", engines=("sampling",))
    assert verdict.reason.startswith("statistically, alpha = ")
    assert all(e.agrees_with_derived is None for e in verdict.empirical)


def test_digits_are_what_a_certificate_has_to_show() -> None:
    far = "(pi - 1)/(2*pi) + 10^(-40)"
    for digits, kind in ((30, Kind.REFUTED), (300, Kind.REFUTED)):
        assert verify(KERNEL, far, variables=POINT, digits=digits, power=False).kind is kind
    for digits in (10, 30, 500):
        verdict = verify(KERNEL, "(pi - 1)/(2*pi)", variables=POINT, engines=("balls",), digits=digits)
        assert verdict.kind is Kind.CERTIFIED
        assert verdict.exact is not None
        shown = verdict.exact.detail.partition(" <= ")[2].partition(" ")[0]
        assert float(shown.partition("e")[2]) < -digits
    with pytest.raises(ClaimError, match="expected 1 to 10000"):
        verify(KERNEL, RIGHT, digits=0)


def test_statements_whose_engines_rest_on_each_other_say_so() -> None:
    claim = Claim("my/bound", Inequality("E[relu(u)]", "<=", "|u|"))
    verdict = verify(claim, engines=("balls",))
    assert verdict.kind is Kind.INCONCLUSIVE
    assert verdict.reason == (
        "this kind of statement is judged by exact, balls and quadrature together: ask for exact and quadrature too"
    )
    assert verify(claim, engines=("exact", "balls", "quadrature"), power=False).kind is not Kind.INCONCLUSIVE


def test_a_wrong_name_is_an_error_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "kernels/step", "--engine", "ball"]) == 2
    assert "expected some of exact, balls, quadrature, sampling, simulation" in capsys.readouterr().err


def test_the_command_passes_them_on_and_the_report_says_what_to_trust(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["verify", "kernels/step", "--engine", "exact", "--engine", "sampling", "--jobs", "1", "--json"]
    assert run([*words, "--seconds", "inf", "--memory", "inf"]) == 0
    report = json.loads(capsys.readouterr().out)
    (verdict,) = report["verdicts"]
    assert report["environment"]["engines"] == ["exact", "sampling"]
    assert verdict["left_out"] == ["balls", "quadrature"]
    assert [t.partition(" ")[0] for t in verdict["trust"]] == ["closedform", "the", "balls"]
    assert any("SymPy " in t for t in verdict["trust"])


def test_sampled_estimates_come_with_their_course() -> None:
    verdict = verify(all_claims()["kernels/relu"], power=False)
    for evidence in verdict.empirical:
        if evidence.kind == "bound":
            works = [t.work for t in evidence.trace]
            assert works == sorted(works)
            assert (works[-1], evidence.trace[-1].estimate) == (evidence.work, evidence.estimate)
            assert all(abs(t.estimate - evidence.claimed) <= t.error for t in evidence.trace)
            assert evidence.trace[-1].error < evidence.trace[0].error
        else:
            assert evidence.trace == ()
