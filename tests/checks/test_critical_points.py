"""Claims about critical points: proved, refuted with a reason, and never concluded where the witnesses disagree."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb
from numpy.typing import ArrayLike

import checks.point_witness
import numeric
from analytic.balls import Ball
from analytic.landscape.named import find_point
from analytic.landscape.point import CriticalPoint, PointSpectrum
from checks import Claim, PointFacts, verify
from checks.catalogue import all_claims, find_claims, landscape
from checks.cli.main import run
from checks.critical_points import _certificate, certificate, intervals, judge_facts
from checks.errors import ClaimError
from checks.gauss_newton_balls import smallest_gauss_newton
from checks.point_facts import Decimal, Group
from checks.point_isotropy import isotropy_group
from checks.point_slips import changed_digit, slips_of_facts
from checks.verdict import Kind, Outcome, Verdict
from numeric import Estimate, IsotropyPartition

TYPE_A = landscape.TYPE_A
SMALL = [c for c in landscape.DENSE if isinstance(c.statement, PointFacts) and c.statement.k <= 6]
#: Every family once, with and without extra columns; the other small points are in the slow tier.
QUICK = {
    f"landscape-dense/{point}"
    for point in (
        "global-k-3-d-5",
        "diagonal-k-3-d-5",
        "a-k-3-d-3",
        "a-k-6-d-8",
        "i-k-5-d-5",
        "ii-k-6-d-6",
        "ii-2-k-5-d-7",
        "i-4-k-6-d-6",
        "4-1-and-1-no-1-k-5-d-5",
    )
}


DRAWN: dict[tuple[Any, ...], Estimate] = {}


def drawn_once(W: ArrayLike, V: ArrayLike, *others: Any) -> Estimate:
    """Half a second for the same point, seed and number of samples in most of these tests."""
    key = (np.asarray(W).tobytes(), np.asarray(V).tobytes(), *np.shape(W), *np.shape(V), *others)
    if key not in DRAWN:
        DRAWN[key] = numeric.population_hessian(W, V, *others)
    return DRAWN[key]


@pytest.fixture(autouse=True)
def _samples_are_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks.point_witness, "population_hessian", drawn_once)


def judged(facts: PointFacts, power: bool = False) -> Verdict:
    """The verdict on some facts."""
    return verify(Claim("my/claim", facts), power=power)


# ---- what is true --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "claim", [pytest.param(c, id=c.name, marks=[] if c.name in QUICK else [pytest.mark.slow]) for c in SMALL]
)
def test_blocks_agree_with_the_dense_hessian(claim: Claim) -> None:
    verdict = verify(claim, power=False)
    assert verdict.kind is Kind.CERTIFIED, str(verdict)
    assert all(e.agrees and e.agrees_with_derived for e in verdict.empirical)
    methods = " ".join(e.method for e in verdict.empirical)
    for what in ("loss", "gradient by", "clustered", "quadrature of the definition", "differenced along"):
        assert what in methods


def test_every_family_is_among_the_quick_points() -> None:
    assert {c.name for c in SMALL} >= QUICK
    families = {c.name.rpartition("-k-")[0] for c in SMALL}
    assert {name.rpartition("-k-")[0] for name in QUICK} == families


def test_small_points_are_sampled_too() -> None:
    verdict = judged(TYPE_A)
    sampled = [e for e in verdict.empirical if "Monte Carlo" in e.method]
    assert len(sampled) == 3
    assert all(e.kind == "bound" and e.alpha is not None for e in sampled)
    lowest = next(e for e in sampled if "smallest" in e.method)
    assert lowest.error < 0.0879 + 0.0444, "the Gauss-Newton matrix would have been noticed"


def test_the_gauss_newton_matrix_has_another_sign() -> None:
    verdict = judged(PointFacts("A", 3, smallest="-0.0445", gauss_newton="0.0879"))
    assert verdict.kind is Kind.CERTIFIED
    assert any("Gauss-Newton" in e.method and e.agrees for e in verdict.empirical)


@pytest.mark.parametrize(("at", "k", "d"), [("A", 3, 3), ("A", 4, 5), ("II", 4, 4), ("I:3", 4, 4), ("global", 3, 3)])
def test_the_gauss_newton_ball_encloses_the_quadrature(at: str, k: int, d: int) -> None:
    point = find_point(at, k, d)
    found = numeric.eigenvalues(numeric.integrated_gauss_newton(point.matrix(), np.eye(k, d)))
    ball = smallest_gauss_newton(point)
    assert float(ball.rad()) < 1e-12
    assert abs(float(ball) - float(np.asarray(found.value)[0])) <= float(np.max(found.error)) + float(ball.rad())


@pytest.mark.parametrize(
    ("at", "k", "group"),
    [
        ("global", 4, "Delta(S_4)"),
        ("diagonal", 3, "Delta(S_3) x S_3"),
        ("A", 5, "Delta(S_5)"),
        ("II", 5, "Delta(S_4 x S_1)"),
        ("II:2", 6, "Delta(S_4 x S_2)"),
        ("I", 6, "Delta(S_5 x S_1)"),
        pytest.param("4,1+1#1", 5, "Delta(S_4 x S_1)", marks=pytest.mark.slow),
    ],
)
def test_isotropy_is_proved(at: str, k: int, group: str) -> None:
    assert str(isotropy_group(find_point(at, k))) == group
    point = find_point(at, k)
    found = numeric.isotropy_partition(point.matrix(), k)
    assert str(Group.of(list(found.sizes), [len(c) for c in found.copies])) == group


def test_overlapping_enclosures_prove_no_isotropy(monkeypatch: pytest.MonkeyPatch) -> None:
    point = find_point("II", 5)
    wide = {n: x + arb(0, 1) for n, x in point.weights().items()}

    def widened(*_: object) -> dict[str, arb]:
        return wide

    monkeypatch.setattr(CriticalPoint, "weights", widened)
    assert isotropy_group(point) is None


# ---- what is false -------------------------------------------------------------------------------------------------

WRONG = [
    ({"index": 0}, "the index is 1, not 0", "index 1"),
    ({"index": 2}, "the index is 1, not 2", "index 1"),
    ({"loss": "0.0482473274"}, "(twice the value)", "loss 0.02412366370"),
    ({"loss": "0.01206183185"}, "(half the value)", "loss 0.02412366370"),
    ({"smallest": "0.0444821696"}, "(minus the value)", "smallest eigenvalue -0.0444821696"),
    ({"smallest": "0.0879"}, "is -0.0444821696", "smallest eigenvalue -0.0444821696"),
    ({"gauss_newton": "-0.0445"}, "Gauss-Newton's smallest eigenvalue is 0.0878909", "0.0878909551"),
    ({"isotropy": "Delta(S_2 x S_1)"}, "the isotropy is Delta(S_3), not Delta(S_2 x S_1)", "isotropy Delta(S_3)"),
    ({"isotropy": "Delta(S_3) x S_3"}, "the isotropy is Delta(S_3)", "isotropy Delta(S_3)"),
]
AS_THE_ONE_BEFORE: tuple[dict[str, Any], ...] = ({"index": 2}, {"smallest": "0.0879"})


@pytest.mark.parametrize(
    ("change", "reason", "repair"),
    [pytest.param(*w, marks=[pytest.mark.slow] if w[0] in AS_THE_ONE_BEFORE else []) for w in WRONG],
)
def test_a_wrong_fact_is_refuted_in_one_line(change: dict[str, Any], reason: str, repair: str) -> None:
    verdict = judged(replace(TYPE_A, **change), power=True)
    assert verdict.kind is Kind.REFUTED, str(verdict)
    assert reason in verdict.reason
    assert "\n" not in verdict.reason
    assert verdict.repair is not None
    assert repair in verdict.repair
    assert verdict.exact is not None
    assert verdict.exact.counterexample is not None
    assert not verdict.witnesses_disagree
    assert any(not e.agrees for e in verdict.empirical), "the empirical witness sees it too"
    assert all(e.agrees_with_derived for e in verdict.empirical)


def with_rows(rows: tuple[tuple[str, int], ...]) -> PointFacts:
    """The point of type A with another table."""
    return PointFacts("A", 3, eigenvalues=rows)


ROWS = TYPE_A.eigenvalues
TABLES = [
    (((ROWS[0][0], 2), *ROWS[1:]), "the multiplicities add up to 10, not to n d = 9"),
    (ROWS[1:], "the multiplicities add up to 8"),
    (((ROWS[0][0], 2), (ROWS[1][0], 1), *ROWS[2:]), "the eigenvalue -0.0444821696 has multiplicity 1, not 2"),
    (((ROWS[0][0], 1), ("0.0442589391", 2), *ROWS[2:]), "is none: the nearest is 0.04425892911 x 2"),
    (((ROWS[0][0][1:], 1), *ROWS[1:]), "is none: the nearest is 0.04425892911 x 2"),
]


@pytest.mark.parametrize(("rows", "reason"), TABLES)
def test_a_wrong_table_is_refuted(rows: tuple[tuple[str, int], ...], reason: str) -> None:
    verdict = judged(with_rows(rows), power=True)
    assert verdict.kind is Kind.REFUTED
    assert reason in verdict.reason
    assert verdict.repair is not None
    assert verdict.repair.startswith("spectrum -0.0444821696 x 1, 0.0442589291 x 2")
    assert any(not e.agrees for e in verdict.empirical)


def test_several_wrong_facts_are_named_together() -> None:
    verdict = judged(PointFacts("A", 3, index=0, smallest="0.0879"))
    assert verdict.reason == "the index is 1, not 0; the smallest eigenvalue is -0.04448216960, not 0.0879"


@pytest.mark.parametrize("name", ["landscape/type-a", "landscape/type-ii", "landscape/diagonal", "landscape/global"])
def test_every_slip_is_refuted(name: str) -> None:
    facts = all_claims()[name].statement
    assert isinstance(facts, PointFacts)
    slips = slips_of_facts(facts)
    assert len(slips) >= 3
    assert [d for d, slip in slips if judge_facts(slip)[0].outcome is not Outcome.DIFFERENT] == []
    assert len({str(slip) for _, slip in slips} - {str(facts)}) == len(slips)


@pytest.mark.parametrize("digits", range(2, 11))
def test_rounded_and_truncated_digits_hold_and_the_next_unit_does_not(digits: int) -> None:
    value = find_point("A", 3).loss.arb
    true = float(value)
    for text in (f"{true:.{digits}f}", str(int(true * 10**digits) / 10**digits)):
        assert judge_facts(PointFacts("A", 3, loss=f"{float(text):.{digits}f}"))[0].outcome is Outcome.ENCLOSED
    off = f"{true + 2 * 10.0**-digits:.{digits}f}"
    assert judge_facts(PointFacts("A", 3, loss=off))[0].outcome is Outcome.DIFFERENT


# ---- what stays open -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (PointFacts("diagonal", 4, index=12), "cannot be told from 0"),
        (PointFacts("2,1#9", 3), "2,1"),
    ],
)
def test_what_the_balls_do_not_settle_is_inconclusive(facts: PointFacts, reason: str) -> None:
    verdict = judged(facts)
    assert verdict.kind is Kind.INCONCLUSIVE
    assert reason in verdict.reason
    assert not verdict.witnesses_disagree


def test_zero_eigenvalues_still_refute_an_impossible_index() -> None:
    verdict = judged(PointFacts("diagonal", 4, index=0))
    assert verdict.kind is Kind.REFUTED
    assert verdict.reason == "the index is 9 to 12, not 0"


def test_an_exact_zero_is_not_proved_by_a_ball_around_it() -> None:
    assert Decimal("0").holds(arb(0)) is True
    assert Decimal("0").holds(arb(0, 1e-30)) is None
    assert Decimal("0.00").holds(arb(0, 1e-30)) is True
    assert Decimal("0").holds(arb(1, 0.5)) is False
    assert Decimal("0.1").holds(arb("nan")) is None


# ---- a saboteur in one witness -------------------------------------------------------------------------------------


def assert_nothing_concluded(verdict: Verdict) -> None:
    """The witnesses disagree, which is never a pass."""
    assert verdict.kind is Kind.INCONCLUSIVE, str(verdict)
    assert verdict.witnesses_disagree
    assert verdict.reason.startswith("witnesses disagree")
    assert not verdict.as_expected()
    assert verdict.power is None
    assert verdict.repair is None


def twice(function: Callable[..., Estimate]) -> Callable[..., Estimate]:
    """The values doubled."""

    def wrong(*arguments: Any) -> Estimate:
        right = function(*arguments)
        return replace(right, value=2.0 * np.asarray(right.value))

    return wrong


def shifted(function: Callable[..., Estimate]) -> Callable[..., Estimate]:
    """The values moved by far less than anyone would see in a plot."""

    def wrong(*arguments: Any) -> Estimate:
        right = function(*arguments)
        return replace(right, value=np.asarray(right.value) + 1e-9)

    return wrong


def all_alone(W: ArrayLike) -> IsotropyPartition:
    """No symmetry at all."""
    alone = tuple((i,) for i in range(len(np.asarray(W))))
    return IsotropyPartition(alone, alone, ())


SABOTAGED: list[tuple[str, Callable[..., Any]]] = [
    ("population_loss", twice(numeric.population_loss)),
    ("population_loss", shifted(numeric.population_loss)),
    ("population_gradient", shifted(numeric.population_gradient)),
    ("integrated_hessian", numeric.integrated_gauss_newton),
    ("integrated_hessian", twice(numeric.integrated_hessian)),
    ("population_hessian", numeric.gauss_newton),
    ("integrated_gauss_newton", numeric.integrated_hessian),
    ("isotropy_partition", all_alone),
]


@pytest.mark.parametrize(("name", "wrong"), SABOTAGED)
def test_a_wrong_empirical_witness(monkeypatch: pytest.MonkeyPatch, name: str, wrong: Callable[..., Any]) -> None:
    monkeypatch.setattr(checks.point_witness, name, wrong)
    assert_nothing_concluded(judged(TYPE_A, power=True))


@pytest.mark.parametrize(
    ("name", "wrong"),
    [pytest.param(*s, marks=[] if s[0] == "population_hessian" else [pytest.mark.slow]) for s in SABOTAGED],
)
def test_a_wrong_empirical_witness_beside_a_false_claim(
    monkeypatch: pytest.MonkeyPatch, name: str, wrong: Callable[..., Any]
) -> None:
    monkeypatch.setattr(checks.point_witness, name, wrong)
    assert_nothing_concluded(judged(replace(TYPE_A, index=0), power=True))


def test_a_gradient_that_forgets_the_kink_is_noticed_by_its_differences(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gradient that is right at the point but has the wrong slope."""
    facts = PointFacts("A", 3)
    at = find_point("A", 3).matrix()

    def wrong(W: ArrayLike, V: ArrayLike) -> Estimate:
        right = numeric.population_gradient(W, V)
        return replace(right, value=np.asarray(right.value) + 1e-3 * (np.asarray(W) - at))

    monkeypatch.setattr(checks.point_witness, "population_gradient", wrong)
    verdict = judged(facts)
    assert_nothing_concluded(verdict)
    assert [e.method.split(" along")[0] for e in verdict.empirical if not e.agrees] == ["gradient differenced"]


def test_a_wrong_exact_spectrum(monkeypatch: pytest.MonkeyPatch) -> None:
    right = CriticalPoint.spectrum

    def wrong(self: CriticalPoint, digits: int = 15) -> PointSpectrum:
        found = right(self, digits)
        rows = tuple(replace(r, value=Ball.of(r.value.arb + arb("0.2"))) for r in found.rows)
        return replace(found, rows=rows)

    _certificate.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(CriticalPoint, "spectrum", wrong)
        for index in (0, 1):
            assert_nothing_concluded(judged(PointFacts("A", 3, index=index)))
    _certificate.cache_clear()


# ---- the form of a claim -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"point": "III", "k": 6}, "expected a partition"),
        ({"point": "4,1", "k": 6}, "these add up to 5"),
        ({"point": "II", "k": 0}, "d >= k >= 1"),
        ({"point": "II", "k": 6, "d": 5}, "d >= k >= 1"),
        ({"point": "II", "k": True}, "d >= k >= 1"),
        ({"point": "II", "k": 6, "loss": "1/4"}, "expected a decimal number as text"),
        ({"point": "II", "k": 6, "loss": 0.25}, "expected a decimal number as text"),
        ({"point": "II", "k": 6, "smallest": "nan"}, "expected a decimal number"),
        ({"point": "II", "k": 6, "index": -1}, "an integer >= 0"),
        ({"point": "II", "k": 6, "eigenvalues": (("0.5", 0),)}, "an integer >= 1"),
        ({"point": "II", "k": 6, "eigenvalues": (("half", 1),)}, "expected a decimal number"),
        ({"point": "II", "k": 6, "isotropy": "S_5"}, "expected a group such as"),
    ],
)
def test_a_claim_that_cannot_be_read_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ClaimError, match=message):
        PointFacts(**arguments)


def test_impossible_sizes_are_refused_when_judged() -> None:
    with pytest.raises(ClaimError, match="II:7"):
        judged(PointFacts("II:7", 6))


def test_decimals() -> None:
    assert Decimal("-1.50e-3").value == Fraction(-3, 2000)
    assert Decimal("-1.50e-3").unit == Fraction(1, 10**5)
    assert Decimal("12").unit == 0
    assert changed_digit("0.000") == "0.000"
    assert changed_digit("1.25e-3") == "1.75e-3"


def test_rows_that_overlap_are_added_up() -> None:
    rows = (("0.25", 2), ("0.26", 1), ("0.5", 1))
    assert [(text, times) for _, _, text, times in intervals(rows)] == [("0.25", 3), ("0.5", 1)]


def test_group_orders() -> None:
    assert Group.read("Delta(S_3 x S_2) x S_2").log_order == pytest.approx(np.log(6 * 2 * 2))
    assert Group.read("Delta(S_1)").log_order == 0.0


def test_certificates_are_kept() -> None:
    assert certificate(PointFacts("A", 4)) is certificate(PointFacts("A", 4, index=3))


# ---- catalogue and command line ------------------------------------------------------------------------------------


def test_the_dense_group_is_judged_on_request_only() -> None:
    dense = find_claims(("landscape-dense",))
    assert [c.name for c in dense] == [c.name for c in landscape.DENSE]
    assert not {c.name for c in dense} & set(all_claims())
    assert [c.name for c in find_claims(("landscape",))] == [c.name for c in landscape.CLAIMS]
    assert find_claims((dense[0].name,)) == [dense[0]]
    facts = [c.statement for c in dense if isinstance(c.statement, PointFacts)]
    assert {f.k for f in facts} >= {3, 12}
    assert any("+" in f.point for f in facts)
    assert len({c.title for c in dense}) == len(dense)


#: No second process: its limits are not looked at here.
ALONE = ("--jobs", "1", "--seconds", "inf", "--memory", "inf")


def test_the_command_line_judges_points(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "landscape/type-a", "landscape/type-a-gauss-newton", "--json", *ALONE]) == 0
    report = json.loads(capsys.readouterr().out)
    kinds = [v["kind"] for v in report["verdicts"]]
    assert kinds == ["CERTIFIED", "REFUTED"]
    assert report["verdicts"][1]["repair"] == "index 1; smallest eigenvalue -0.04448216960"


def test_the_table_leaves_the_spectrum_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "landscape/type-a", "--no-slips", "--format", "csv", *ALONE]) == 0
    assert "isotropy Delta(S_3)" in capsys.readouterr().out
