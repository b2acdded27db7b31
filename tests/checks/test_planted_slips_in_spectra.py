"""Tables of eigenvalues with one wrong entry are refuted, at a size that shows it."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from analytic.grammar import parse
from checks.catalogue import topic_claims
from checks.claim import SpectrumTable
from checks.judge import verify
from checks.spectra import judge_table, read_rows
from checks.verdict import Kind, Outcome

CLAIM = topic_claims()["spectra/global-minimum"]
assert isinstance(CLAIM.statement, SpectrumTable)
ROWS = CLAIM.statement.rows
INDICES = range(len(ROWS))
Row = tuple[str, str]


def outcome(rows: list[Row]) -> Outcome:
    """What the exact witness says of a table; a refutation shows a size and both values."""
    found = judge_table([(parse(value), parse(times)) for value, times in rows])
    assert (found.counterexample is None) == (found.outcome is not Outcome.DIFFERENT)
    return found.outcome


def changed(index: int, value: str = "({})", times: str = "({})") -> list[Row]:
    """The table with one row changed."""
    rows = list(ROWS)
    rows[index] = value.format(ROWS[index][0]), times.format(ROWS[index][1])
    return rows


@pytest.mark.parametrize("index", INDICES)
@pytest.mark.parametrize("times", ["({}) + 1", "({}) - 1", "2*({})", "({})/2"])
def test_a_wrong_multiplicity_is_refuted(index: int, times: str) -> None:
    assert outcome(changed(index, times=times)) is Outcome.DIFFERENT


@pytest.mark.parametrize("index", INDICES)
@pytest.mark.parametrize("value", ["-({})", "2*({})", "({})/2", "({}) + 1/10^30", "({})*(1 + 1/k)"])
def test_a_wrong_eigenvalue_is_refuted(index: int, value: str) -> None:
    assert outcome(changed(index, value=value)) is Outcome.DIFFERENT


@pytest.mark.parametrize(("i", "j"), list(combinations(INDICES, 2)))
def test_two_multiplicities_exchanged_are_refuted_unless_they_are_one(i: int, j: int) -> None:
    rows = list(ROWS)
    rows[i], rows[j] = (ROWS[i][0], ROWS[j][1]), (ROWS[j][0], ROWS[i][1])
    same = parse(ROWS[i][1]) == parse(ROWS[j][1])
    assert outcome(rows) is (Outcome.EQUAL if same else Outcome.DIFFERENT)


@pytest.mark.parametrize("index", INDICES)
def test_a_missing_row_is_refuted(index: int) -> None:
    assert outcome([row for i, row in enumerate(ROWS) if i != index]) is Outcome.DIFFERENT


def test_a_row_too_many_is_refuted() -> None:
    assert outcome([*ROWS, ("1/2", "1")]) is Outcome.DIFFERENT


def test_k_off_by_one_is_refuted() -> None:
    assert outcome([(value.replace("k", "(k + 1)"), times) for value, times in ROWS]) is Outcome.DIFFERENT


def test_the_order_of_rows_and_their_form_do_not_matter() -> None:
    assert outcome(list(reversed(ROWS))) is Outcome.EQUAL
    split = [*ROWS[1:], (ROWS[0][0], "k*(k - 1)/2 - 1"), (ROWS[0][0], "1")]
    assert outcome(split) is Outcome.EQUAL


def test_a_large_wrong_eigenvalue_contradicts_the_samples_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checks.judge.SPECTRUM_SAMPLES", 40_000)
    table = SpectrumTable("global", tuple(changed(7, value="2*({})")))
    verdict = verify(replace(CLAIM, statement=table), power=False)
    assert verdict.kind is Kind.REFUTED
    assert any(not e.agrees for e in verdict.empirical)
    assert all(e.agrees_with_derived for e in verdict.empirical)


def test_the_claimed_table_can_be_read() -> None:
    assert isinstance(CLAIM.statement, SpectrumTable)
    assert len(read_rows(CLAIM.statement)) == len(ROWS)
