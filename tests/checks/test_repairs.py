"""Did you mean: the nearest true statement, whatever part of the statement is wrong, and proved."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from checks.catalogue import topic_claims
from checks.claim import Claim, Identity, SpectrumTable
from checks.judge import verify
from checks.repairs import repair_of
from checks.spectra import read_rows
from checks.table_repairs import repair_of_table
from checks.verdict import Kind

RELU = "|u|*|v|*(sin(theta) + (pi - theta)*cos(theta))/(2*pi)"
ONE = {"|u|": "{1}", "|v|": "{1}", "theta": "{1}"}
REPAIRS = [
    ("a factor", "E[relu(u)*relu(v)]", RELU.replace("2*pi", "pi"), f"{RELU}  (a factor 1/2)"),
    (
        "a constant",
        "E[relu(u)]",
        "|u|/2",
        "|u|*sqrt(2*pi)/(2*pi)  (times sqrt(2*pi)/pi)",
    ),
    ("a norm", "E[step(u)*v]", "cos(theta)/sqrt(2*pi)", "cos(theta)*|v|/sqrt(2*pi)  (times |v|)"),
    (
        "two places on the right",
        "E[step(u)*step(v)]",
        "theta/pi",
        "(pi - theta)/(2*pi)  (a factor 1/2, and pi - theta for theta)",
    ),
]


@pytest.mark.parametrize(("left", "right", "expected"), [r[1:] for r in REPAIRS], ids=[r[0] for r in REPAIRS])
def test_the_repair_is_the_nearest(left: str, right: str, expected: str) -> None:
    verdict = verify(left, right)
    assert verdict.kind is Kind.REFUTED
    assert verdict.repair == expected


def test_an_argument_sign_under_the_expectation_is_repaired() -> None:
    repair = repair_of(Claim("my/claim", Identity("E[relu(-u)*relu(v)]", RELU)), 0)
    assert repair is not None
    assert repair.startswith(f"E[relu(u)*relu(v)] = {RELU}  (")


def test_another_activation_under_the_expectation_is_repaired() -> None:
    repair = repair_of(Claim("my/claim", Identity("E[step(u)^2*abs(v)^3]", "4*|v|^3/sqrt(2*pi)")), 0)
    assert repair is not None


def test_a_definition_is_repaired_where_it_stands() -> None:
    claim = topic_claims()["loss/gradient"]
    assert isinstance(claim.statement, Identity)
    where = {k: v.replace("(pi - theta(w, v))", "theta(w, v)") for k, v in claim.statement.where.items()}
    repair = repair_of(replace(claim, statement=replace(claim.statement, where=where)), 0)
    assert repair == (
        "g(w, v) = (|v|*sin(theta(w, v))*bar(w) + (pi - theta(w, v))*v)/(2*pi)  (pi - theta for theta(w, v) in g)"
    )


def test_what_was_derived_is_the_last_resort_and_marked() -> None:
    repair = repair_of(Claim("my/claim", Identity("E[relu(u)*relu(v)]", "exp(theta)*|u|^3")), 0)
    assert repair is not None
    assert repair.startswith(RELU)
    assert "the derived right side" in repair


def test_a_sum_over_neurons_is_derived_class_by_class() -> None:
    repair = repair_of(Claim("my/claim", Identity("grad(L, w_i)", "w_i/3 + sum(j, v_j)")), 0)
    assert repair is not None
    right = repair.partition("  (")[0]
    assert verify("grad(L, w_i)", right, power=False).kind is Kind.PROVED


def test_a_repair_is_proved_before_it_is_shown() -> None:
    for name, old, new in (("kernels/relu-mean", "2*pi", "pi"), ("kernels/abs", "asin", "acos")):
        claim = topic_claims()[name]
        assert isinstance(claim.statement, Identity)
        wrong = replace(claim, statement=replace(claim.statement, right=claim.statement.right.replace(old, new)))
        repair = repair_of(wrong, 0)
        assert repair is not None
        right = repair.partition("  (")[0]
        assert verify(claim.statement.left, right, power=False).kind is Kind.PROVED


def test_a_claim_about_one_point_gets_a_certified_repair() -> None:
    claim = Claim("my/claim", Identity("E[step(u)*step(v)]", "(pi - 1)/pi"), variables=ONE)
    assert repair_of(claim, 0) == "(pi - 1)/(2*pi)  (a factor 1/2)"


def test_nothing_is_turned_into_zero_equals_zero() -> None:
    repair = repair_of(Claim("my/claim", Identity("E[step(u)*v^2]", "|v|^3")), 0)
    assert repair is not None
    assert not repair.startswith(("0", "E[0]"))


def test_the_search_ends_in_time() -> None:
    claim = topic_claims()["kernels/relu-squared"]
    assert isinstance(claim.statement, Identity)
    wrong = replace(claim, statement=replace(claim.statement, right=f"({claim.statement.right}) + theta^5*|u|"))
    start = time.process_time()
    repair = repair_of(wrong, 0, seconds=1.0)
    assert time.process_time() - start < 4.0  # an exact test that has begun is finished
    assert repair is not None


def test_several_rows_of_a_spectrum_are_repaired_at_once() -> None:
    claim = topic_claims()["spectra/global-minimum"]
    assert isinstance(claim.statement, SpectrumTable)
    rows = claim.statement.rows
    wrong = [(rows[0][0], f"({rows[0][1]}) + 1"), (f"2*({rows[1][0]})", rows[1][1]), *rows[2:]]
    repair = repair_of_table(read_rows(SpectrumTable("global", tuple(wrong))))
    assert repair is not None
    assert repair.count(" for ") == 2
