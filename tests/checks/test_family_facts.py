"""Thresholds, ranges of k and descent directions as claims: true ones, and ones that are a little wrong."""

from __future__ import annotations

import pytest

from analytic import find_point
from checks.claim import Claim
from checks.empirical import Settings
from checks.errors import ClaimError
from checks.statements.base import Stated
from checks.statements.family_facts import DescentDirections, FamilyRange, Threshold
from checks.statements.family_facts_judge import judge_family_facts, sum_of_norms
from checks.statements.split_neuron import SplitNeuron
from checks.verdict import Kind, Verdict

MINIMUM = "saddle to minimum"


def judged(stated: Stated, power: bool = False) -> Verdict:
    return judge_family_facts(Claim("my/claim", stated), Settings(1e-6, 0), power)


@pytest.mark.slow
def test_a_threshold_holds_to_its_last_digit_and_no_further() -> None:
    verdict = judged(Threshold("A", MINIMUM, "5.76381273492", "exterior:1"), power=True)
    assert verdict.kind is Kind.CERTIFIED
    assert verdict.power is not None
    assert verdict.power.refuted == verdict.power.total >= 4
    assert judged(Threshold("A", MINIMUM, "5.76391", "exterior:1")).kind is Kind.REFUTED
    assert judged(Threshold("A", MINIMUM, "5.76381273492", "standard:1")).kind is Kind.REFUTED
    assert judged(Threshold("A", "minimum to saddle", "5.76381273492")).kind is Kind.INCONCLUSIVE


def test_a_range_holds_at_every_size_of_it() -> None:
    assert (
        judged(FamilyRange(("A", "II"), 6, 7, minimum=True, spurious=True, norms="k", kink=True)).kind is Kind.CERTIFIED
    )
    early = judged(FamilyRange(("II",), 5, 9, minimum=True))
    assert early.kind is Kind.REFUTED
    assert "k = 5" in early.reason
    assert judged(FamilyRange(("II",), 6, 7, norms="k - 1/10")).kind is Kind.REFUTED
    assert judged(FamilyRange(("global",), 6, 6, spurious=True)).kind is Kind.REFUTED
    assert judged(FamilyRange(("global",), 6, 6, kink=True)).kind is Kind.REFUTED
    assert judged(FamilyRange(("global",), 6, 6, minimum=True, norms="k")).kind is Kind.CERTIFIED


@pytest.mark.parametrize(("name", "k"), [("A", 5), ("I", 6), ("II:2", 7), ("II", 6)])
def test_the_sum_of_norms_is_that_of_the_matrix(name: str, k: int) -> None:
    point = find_point(name, k)
    assert float(sum_of_norms(point)) == pytest.approx((point.matrix() ** 2).sum(axis=1).__pow__(0.5).sum(), rel=1e-14)


def test_descent_directions_are_counted_by_component() -> None:
    verdict = judged(DescentDirections("6+1#1", 6, (("standard:1", 5),)), power=True)
    assert verdict.kind is Kind.CERTIFIED
    assert verdict.power is not None
    assert verdict.power.refuted == verdict.power.total == 3
    assert judged(DescentDirections("6+1#1", 6)).kind is Kind.REFUTED
    assert judged(DescentDirections("A", 6)).kind is Kind.CERTIFIED
    assert judged(DescentDirections("II", 5, (("standard:1", 3),))).kind is Kind.CERTIFIED


@pytest.mark.parametrize(
    "stated",
    [
        Threshold("II", MINIMUM, "5.5855", "standard:1"),
        FamilyRange(("A", "II"), 6, 20, minimum=True, norms="k"),
        DescentDirections("10+1", 10, (("standard:1", 9),), 12),
    ],
)
def test_tables_are_read_back(stated: Threshold | FamilyRange | DescentDirections) -> None:
    assert type(stated).from_table(stated.table(), {}) == stated


def test_what_cannot_be_read_is_refused() -> None:
    with pytest.raises(ClaimError, match="expected one of saddle to minimum"):
        Threshold("II", "dies", "5.5")
    with pytest.raises(ClaimError, match="nothing stated"):
        FamilyRange(("II",), 6, 20)
    with pytest.raises(ClaimError, match="expected points and a range"):
        FamilyRange(("II",), 7, 6, minimum=True)
    with pytest.raises(ClaimError, match="pairs"):
        DescentDirections("II", 6, (("standard:1", 0),))
    with pytest.raises(ClaimError, match="all three"):
        FamilyRange.from_table({"family_range": {"points": ["II"]}}, {})


@pytest.mark.parametrize("rows", [(("standard:1", 1000), ("standard:1", 29)), ("trivial",), (("trivial", 0),)])
def test_a_component_is_named_once_with_its_number(rows: tuple[tuple[str, int], ...]) -> None:
    with pytest.raises(ClaimError, match="expected"):
        DescentDirections("30+1", 30, rows)
    with pytest.raises(ClaimError, match="expected"):
        SplitNeuron("A", 10, 9, directions=rows)


def test_sizes_beyond_what_can_be_written_out() -> None:
    verdict = judged(FamilyRange(("A",), 10**5, 10**5, minimum=True))
    assert verdict.kind is Kind.CERTIFIED
    with pytest.raises(ClaimError, match="between 1 and"):
        Threshold("A", MINIMUM, "1e400")
    with pytest.raises(ClaimError, match="different names"):
        FamilyRange(("A", "A"), 6, 7, minimum=True)
