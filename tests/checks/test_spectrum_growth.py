"""Spectra for large k: counts and limits against exact series, dense spectra, and claims that are false."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytic import find_point
from analytic.landscape.hybrid_field import HybridField
from checks.claim import Claim
from checks.empirical import Settings
from checks.errors import ClaimError
from checks.statements.base import Stated
from checks.statements.spectrum_growth import SpectraAgree, SpectrumGrowth, unit_of
from checks.statements.spectrum_growth_judge import evidence, judge_growth
from checks.statements.spectrum_rows import carried, rows_at, through
from checks.verdict import Kind, Outcome, Verdict

GROWING = (("k/4", "k"), ("k/(2*pi)", "1"), ("0", "k^2 - k - 1"))
BULK = (
    ("1/4 - 1/(2*pi)", "k*(k - 1)/2"),
    ("1/4 + 1/(2*pi)", "k*(k - 3)/2"),
    ("1/4", "k - 1"),
    ("k/4 + 1/4", "k - 1"),
    ("k/4 + (pi^2 + 2*pi - 4)/(4*pi*(pi - 2))", "1"),
    ("k/(2*pi) + (pi^2 - 6*pi + 4)/(4*pi*(pi - 2))", "1"),
)
A_LESS_GLOBAL = (("-2/pi", "k"), ("-1/pi", "k^2 - 2*k"), ("0", "k"))


def judged(stated: Stated, power: bool = False) -> Verdict:
    return judge_growth(Claim("my/claim", stated), Settings(1e-6, 0), power)


@pytest.mark.slow
@pytest.mark.parametrize("point", ["global", "A"])
def test_counts_of_growing_and_bounded_eigenvalues_are_proved(point: str) -> None:
    assert judged(SpectrumGrowth(point, GROWING, "0")).kind is Kind.PROVED
    assert judged(SpectrumGrowth(point, BULK)).kind is Kind.PROVED


@pytest.mark.slow
@pytest.mark.parametrize("point", ["I", "II", "II:2", "II:3", "II:4"])
def test_the_other_families_have_the_same_limits_with_the_same_multiplicities(point: str) -> None:
    assert judged(SpectrumGrowth(point, BULK)).kind is Kind.PROVED


@pytest.mark.parametrize(
    ("i", "row"),
    [
        (0, ("1/4 - 1/(2*pi)", "k*(k - 1)/2 + 1")),
        (0, ("1/4 - 1/(3*pi)", "k*(k - 1)/2")),
        (2, ("1/4", "k")),
        (3, ("k/4 + 1/3", "k - 1")),
        (5, ("k/pi", "1")),
    ],
)
def test_one_wrong_entry_is_refuted(i: int, row: tuple[str, str]) -> None:
    wrong = SpectrumGrowth("A", (*BULK[:i], row, *BULK[i + 1 :]))
    assert evidence(Claim("my/claim", wrong)).outcome is Outcome.FALSE


def test_a_row_that_is_missing_or_too_precise_is_refuted() -> None:
    whole, less, more = (SpectrumGrowth("A", BULK), SpectrumGrowth("A", BULK[:-1]), SpectrumGrowth("A", BULK, "1"))
    found = [evidence(Claim("my/claim", stated)).outcome for stated in (whole, less, more)]
    assert found == [Outcome.TRUE, Outcome.FALSE, Outcome.FALSE]  # there are terms in k^(-1/2)


@pytest.mark.slow
def test_two_spectra_differ_by_these_coefficients() -> None:
    verdict = judged(SpectraAgree("A", "global", A_LESS_GLOBAL), power=True)
    assert verdict.kind is Kind.PROVED
    assert verdict.power is not None
    assert verdict.power.refuted == verdict.power.total > 5
    swapped = tuple((value.replace("-", "") if value != "0" else value, times) for value, times in A_LESS_GLOBAL)
    assert judged(SpectraAgree("global", "A", swapped)).kind is Kind.PROVED
    assert judged(SpectraAgree("A", "global", A_LESS_GLOBAL[:2])).kind is Kind.REFUTED
    assert judged(SpectraAgree("A", "global", (("0", "k^2"),), "1")).kind is Kind.REFUTED


@pytest.mark.parametrize("name", ["global", pytest.param("A", marks=pytest.mark.slow)])
def test_multiplicities_add_up_and_series_meet_the_float64_spectrum(name: str) -> None:
    # terms up to k^(-2): four times the size leaves an error 4^(5/2) times smaller, or less
    first, second = (distance(name, k) for k in (100, 400))
    assert second < first / 4**2.25


def distance(name: str, k: int) -> float:
    """Of the whole sorted spectrum from that of the series; eigenvalues of several components may tie."""
    rows, point = rows_at(name, 4, False), find_point(name, k)
    true = [(float(r.value.arb), int(r.multiplicity)) for r in point.spectrum(12).rows]
    claimed = []
    for row in rows:
        terms = enumerate(row.series.coefficients, row.series.valuation)
        claimed.append((sum(float(c.ball()) * k ** (-i / 2) for i, c in terms), eval_times(row.times, k)))
    assert sum(times for _, times in claimed) == k * k
    expanded = [np.sort(np.repeat([v for v, _ in s], [m for _, m in s])) for s in (true, claimed)]
    return float(np.abs(expanded[0] - expanded[1]).max())


def eval_times(text: str, k: int) -> int:
    from analytic.grammar import parse
    from checks.statements.floats import in_float

    value = in_float(parse(text), {"k": float(k), "d": float(k)})
    assert value is not None
    return round(value)


def test_constants_are_carried_between_fields_whose_factors_have_other_numbers() -> None:
    first, second = HybridField(), HybridField()
    second.inverse(second.pi - second.number(3))  # takes the place that pi - 2 has in the first
    x = first.sqrt(first.number(2)) * first.inverse(first.pi - first.number(2)) + first.inverse(first.pi)
    moved = carried(second, x)
    assert moved.ring is second
    assert (moved.ball() - x.ball()).contains(0)
    assert second.vanishes(moved - carried(second, x))


def test_a_polynomial_through_three_values() -> None:
    assert [eval_times(through([k * (k - 3) // 2 for k in (7, 8, 9)], 7), k) for k in (4, 20)] == [2, 170]


@pytest.mark.parametrize(
    "stated",
    [
        SpectrumGrowth("II:2", BULK),
        SpectrumGrowth("A", GROWING, "0"),
        SpectraAgree("A", "global", A_LESS_GLOBAL, "1/2"),
    ],
)
def test_tables_are_read_back(stated: SpectrumGrowth | SpectraAgree) -> None:
    assert type(stated).from_table(stated.table(), {}) == stated


def test_what_cannot_be_read_is_refused() -> None:
    with pytest.raises(ClaimError, match="expected"):
        SpectrumGrowth("III", BULK)
    with pytest.raises(ClaimError, match="no rows"):
        SpectrumGrowth("A", ())
    with pytest.raises(ClaimError, match="multiple of 1/2"):
        SpectrumGrowth("A", BULK, "1/3")
    with pytest.raises(ClaimError, match="without rows"):
        SpectrumGrowth.from_table({"spectrum_growth": {"point": "A"}}, {})
    with pytest.raises(ClaimError, match="list of pairs"):
        SpectraAgree.from_table({"spectra_agree": {"first": "A", "second": "II", "gaps": "0"}}, {})
    with pytest.raises(ClaimError, match="expected none"):
        judged_with_assumption()


def judged_with_assumption() -> None:
    claim = Claim("my/claim", SpectrumGrowth("A", GROWING, "0"))
    judge_growth(replace(claim, assumptions=("k > 3",)), Settings(1e-6, 0), False)


def test_a_decimal_number_at_the_end_has_a_unit() -> None:
    assert [float(unit_of(x)) for x in ("0.25", "k/4 - 0.125", "1/4", "k/4 + 2")] == [0.01, 0.001, 0.0, 0.0]


@pytest.mark.parametrize("text", ["1/4 + k*0.25", "1/4 + k* 0.25", "3/10 - k^(-2)* 0.5", "k* - 0.25", "sqrt(k - 0.5)"])
def test_only_a_decimal_that_is_the_last_term_is_rounded(text: str) -> None:
    assert unit_of(text) == 0


@pytest.mark.slow
def test_coefficients_in_balls_refute_nothing_that_they_cannot_tell_from_it() -> None:
    assert judged(SpectraAgree("I:5", "I:5", (("0", "k^2"),), "0")).kind is Kind.INCONCLUSIVE
