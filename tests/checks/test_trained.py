"""Training against the exact critical point and spectrum: true claims hold, planted errors are caught on both sides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

import checks.point_witness
import checks.trained_judge
import checks.trained_sampling
import checks.trained_witness
from analytic.landscape.point import PointSpectrum
from checks.catalogue import find_claims
from checks.claim import Claim
from checks.claim_table import Shared, read_claim, table_of
from checks.critical_points import Certificate, certificate
from checks.empirical import Settings
from checks.errors import ClaimError
from checks.judge import verify
from checks.point_facts import PointFacts
from checks.trained import OnlineHovers, TrainedPoint
from checks.trained_online import components, hovering
from checks.trained_runs import Arrival, arrival, distance_ball, nearness
from checks.trained_sampling import Array, Network, Part, sampled_curvatures
from checks.trained_witness import EndWitness
from checks.verdict import Kind, Verdict
from numeric import (
    Estimate,
    gradient,
    integrated_gauss_newton,
    integrated_hessian,
    jacobian,
    population_gradient,
    population_loss,
)

ALPHA = 1e-7
TYPE_II = TrainedPoint("II", 8)
ONLINE = OnlineHovers("II", 10, "0.3", 200, 6000)


def judged(statement: TrainedPoint | OnlineHovers) -> Verdict:
    return verify(Claim("my/training", statement), alpha=ALPHA, power=False)


@pytest.fixture(scope="module")
def proved() -> Certificate:
    return certificate(TYPE_II.facts)


@pytest.fixture(scope="module")
def end(proved: Certificate) -> Arrival:
    found = arrival(TYPE_II, proved)
    assert found is not None
    return found


def differenced_once(function: Callable[..., Estimate]) -> Callable[..., Estimate]:
    """Differences of the same loss at the same point, of which most of these tests need the same."""
    kept: dict[tuple[object, ...], Estimate] = {}

    def found(of: Callable[[Array], object], at: Array, *others: float) -> Estimate:
        key = (at.tobytes(), *others)
        if key not in kept:
            kept[key] = function(of, at, *others)
        return kept[key]

    return found


GRADIENT, JACOBIAN = differenced_once(gradient), differenced_once(jacobian)


def contradictions(proved: Certificate, end: Arrival) -> list[str]:
    """What of the empirical evidence contradicts an exact witness."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks.trained_witness, "gradient", GRADIENT)
        patch.setattr(checks.trained_witness, "jacobian", JACOBIAN)
        patch.setattr(checks.trained_witness, "SAMPLES", 4000)  # enough, and quicker
        found = EndWitness(TYPE_II.facts, proved, Settings(ALPHA, 0), end).evidence()
    return [e.method for e in found if e.agrees_with_derived is False]


def respectrum(proved: Certificate, change: Callable[[int, float, int], tuple[float, int]]) -> Certificate:
    """The certificate with other eigenvalues or multiplicities."""
    rows = []
    for i, row in enumerate(proved.spectrum.rows):
        value, times = change(i, float(row.value.arb), int(row.multiplicity))
        rows.append(replace(row, value=replace(row.value, midpoint=repr(value), radius="0"), multiplicity=times))
    return replace(proved, spectrum=PointSpectrum(tuple(rows), proved.spectrum.n, proved.spectrum.d))


@pytest.mark.slow  # test_catalogue judges it by default
def test_the_catalogue_s_claim_gets_its_verdict() -> None:
    (claim,) = find_claims(("training/type-ii-k-7",))
    verdict = verify(claim, alpha=ALPHA, power=False)
    assert verdict.as_expected(strict=True), str(verdict)
    assert verdict.empirical
    assert all(e.agrees and e.agrees_with_derived for e in verdict.empirical)


def test_a_verdict_says_how_near_the_run_came_and_both_error_rates() -> None:
    verdict = judged(TrainedPoint("global", 4))
    assert verdict.kind is Kind.CERTIFIED
    assert "(balls; the criterion was" in verdict.reason
    assert "alpha = beta =" in verdict.reason
    assert verdict.exact is not None
    assert "Krawczyk" in verdict.exact.engine
    kinds = {e.kind for e in verdict.empirical}
    assert kinds == {"scheme", "standard_error"}
    assert all(e.alpha is not None and e.seed is not None for e in verdict.empirical if e.kind == "standard_error")


def test_extra_columns_are_no_obstacle() -> None:
    assert judged(TrainedPoint("global", 4, d=5)).kind is Kind.CERTIFIED
    wider = replace(TYPE_II, d=9, seed=1)
    found = arrival(wider, certificate(wider.facts))
    assert found is not None
    assert np.abs(found.weights[:, 8]).max() < 1e-11


def test_the_distance_is_that_of_the_exact_weights(proved: Certificate) -> None:
    W = proved.point.matrix()
    moved = W.copy()
    moved[3, 5] += 2.0**-20
    assert distance_ball(W, proved.point) < 1e-15
    assert distance_ball(moved, proved.point) == pytest.approx(2.0**-20, abs=1e-15)
    swapped = W[[1, 0, *range(2, 8)]]
    assert distance_ball(swapped, proved.point) > 0.5


def test_the_criterion_excludes_every_other_known_point(proved: Certificate) -> None:
    near = nearness(proved)
    assert near is not None
    assert 1e-12 < near < 1e-8
    other = certificate(PointFacts("II:2", 8)).point.matrix()
    assert np.linalg.norm(np.sort(other, axis=None) - np.sort(proved.point.matrix(), axis=None)) > 1e6 * near


def test_training_does_not_reach_a_saddle() -> None:
    verdict = judged(TrainedPoint("A", 3, runs=160))
    assert verdict.kind is Kind.REFUTED
    assert "saddle of index 1" in verdict.reason
    assert "alpha =" in verdict.reason


def test_too_few_runs_refute_nothing() -> None:
    verdict = judged(TrainedPoint("A", 3, runs=20))
    assert verdict.kind is Kind.INCONCLUSIVE
    assert "make more runs" in verdict.reason


def test_a_miss_that_fresh_seeds_do_not_confirm_is_inconclusive() -> None:
    runs = 2  # run 2 of seed 0 is the first that ends there; of the fresh seeds one is made to
    proved = certificate(TYPE_II.facts)
    few = replace(TYPE_II, runs=runs)
    assert arrival(few, proved) is None
    found = arrival(TYPE_II, proved)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks.trained_judge, "arrival", lambda *args: found if len(args) == 3 else None)
        verdict = judged(few)
    assert verdict.kind is Kind.INCONCLUSIVE
    assert "one with fresh seeds did" in verdict.reason


def test_a_degenerate_point_is_not_trained_for() -> None:
    verdict = judged(TrainedPoint("diagonal", 4))
    assert verdict.kind is Kind.INCONCLUSIVE
    assert "cannot be told from 0" in verdict.reason


# Planted in the claim: the exact witness refutes.


@pytest.mark.parametrize(
    ("claimed", "words"),
    [
        (TrainedPoint("II:2", 10, loss="0.0187021946"), "the loss is 0.03532688032"),  # that of II
        (TrainedPoint("II", 10, loss="0.0374043892"), "(twice the value)"),  # without the factor 1/2
        (TrainedPoint("II", 10, index=1), "the index is 0, not 1"),
        (TrainedPoint("II", 10, isotropy="Delta(S_8 x S_2)"), "the isotropy is Delta(S_9 x S_1)"),
        (TrainedPoint("A", 3, smallest="0.0878909552", index=0), "the index is 1, not 0"),  # Gauss-Newton's
    ],
)
def test_a_false_fact_is_refuted_before_anything_is_trained(claimed: TrainedPoint, words: str) -> None:
    verdict = verify(Claim("my/slip", claimed), alpha=ALPHA)
    assert verdict.kind is Kind.REFUTED
    assert words in verdict.reason
    assert verdict.repair


def test_a_wrong_multiplicity_is_refuted() -> None:
    (claim,) = find_claims(("training/type-ii-k-7",))
    assert isinstance(claim.statement, TrainedPoint)
    rows = list(claim.statement.eigenvalues)
    rows[0], rows[1] = (rows[0][0], 6), (rows[1][0], 9)
    verdict = verify(Claim("my/slip", replace(claim.statement, eigenvalues=tuple(rows))), power=False)
    assert verdict.kind is Kind.REFUTED
    assert "multiplicity 5, not 6" in verdict.reason


# Planted in the exact witness: the end point of the descent contradicts.


def test_the_true_certificate_is_not_contradicted(proved: Certificate, end: Arrival) -> None:
    assert contradictions(proved, end) == []


def test_one_multiplicity_off_is_caught(proved: Certificate, end: Arrival) -> None:
    planted = respectrum(proved, lambda i, x, m: (x, m + (i == 0) - (i == 1)))
    found = contradictions(planted, end)
    assert sum("clusters of eigenvalues" in m for m in found) == 2
    assert sum("eigenvalues of the Hessian" in m for m in found) == 2


@pytest.mark.slow  # one multiplicity off and one digit off are caught by default
def test_the_spectrum_of_another_family_is_caught(proved: Certificate, end: Arrival) -> None:
    other = certificate(PointFacts("II:2", 8))
    found = contradictions(replace(proved, spectrum=other.spectrum, group=other.group), end)
    assert sum("eigenvalues of the Hessian" in m for m in found) == 2
    assert any("isotropy" in m for m in found)


def test_an_eigenvalue_moved_in_the_sixth_digit_is_caught(proved: Certificate, end: Arrival) -> None:
    planted = respectrum(proved, lambda i, x, m: (x * (1.0 + 1e-6 * (i == 3)), m))
    found = contradictions(planted, end)
    assert sum("eigenvalues of the Hessian" in m for m in found) == 2


def test_gauss_newton_s_spectrum_is_caught_by_differences_and_by_samples(proved: Certificate, end: Arrival) -> None:
    G = np.linalg.eigvalsh(np.asarray(integrated_gauss_newton(end.weights, np.eye(8)).value))
    ends = np.cumsum([int(r.multiplicity) for r in proved.spectrum.rows])
    planted = respectrum(proved, lambda i, _x, m: (float(G[ends[i] - m : ends[i]].mean()), m))
    found = contradictions(planted, end)
    assert any("differences of the gradient" in m for m in found)
    assert any("curvatures in" in m for m in found)


def test_the_judge_says_that_the_witnesses_disagree(monkeypatch: pytest.MonkeyPatch, proved: Certificate) -> None:
    planted = respectrum(proved, lambda _i, x, m: (2.0 * x, m))  # the loss without its factor 1/2
    monkeypatch.setattr(checks.trained_judge, "certificate", lambda _: planted)
    verdict = judged(TYPE_II)
    assert verdict.kind is Kind.INCONCLUSIVE
    assert verdict.witnesses_disagree
    assert not verdict.as_expected()


# Planted in the empirical witness: it is contradicted as well.


def test_a_quadrature_without_the_kink_is_caught(
    monkeypatch: pytest.MonkeyPatch, proved: Certificate, end: Arrival
) -> None:
    monkeypatch.setattr(checks.point_witness, "integrated_hessian", integrated_gauss_newton)
    assert any("eigenvalues of the Hessian by quadrature" in m for m in contradictions(proved, end))


def test_samples_without_the_kink_are_caught(
    monkeypatch: pytest.MonkeyPatch, proved: Certificate, end: Arrival
) -> None:
    true = checks.trained_sampling.kink_part

    def dropped(network: Network, i: int, basis: Array, sizes: Sequence[int]) -> Part:
        part, dim = true(network, i, basis, sizes)
        return replace(part, f=lambda x: 0.0 * part.f(x)), dim

    monkeypatch.setattr(checks.trained_sampling, "kink_part", dropped)
    found = contradictions(proved, end)
    assert any("curvatures in" in m for m in found)
    assert not any("quadrature" in m for m in found)


def test_a_loss_with_another_prefactor_is_caught(
    monkeypatch: pytest.MonkeyPatch, proved: Certificate, end: Arrival
) -> None:
    def doubled(W: Array, V: Array) -> Estimate:
        found = population_loss(W, V)
        return replace(found, value=2.0 * np.asarray(found.value), error=2.0 * np.asarray(found.error))

    monkeypatch.setattr(checks.point_witness, "population_loss", doubled)
    assert contradictions(proved, end) == ["loss by pairwise polar quadrature"]


def test_a_point_off_the_critical_one_is_caught(proved: Certificate, end: Arrival) -> None:
    away = end.weights.copy()
    away[0, 0] += 1e-3
    assert np.abs(np.asarray(population_gradient(away, np.eye(8)).value)).max() > 1e-5
    found = contradictions(proved, replace(end, weights=away))
    assert any("gradient by Richardson" in m for m in found)


def test_sampled_curvatures_are_those_of_the_hessian(end: Arrival) -> None:
    H = np.asarray(integrated_hessian(end.weights, np.eye(8)).value)
    basis, _ = np.linalg.qr(np.random.default_rng(5).standard_normal((64, 64)))  # no eigenvectors
    sizes = (1, 3, 10, 50)
    found = sampled_curvatures(Network(end.weights, np.eye(8)), basis, sizes, 4000, seed=2, alpha=1e-6)
    ends = np.cumsum(sizes)
    exact = [np.trace(basis[:, e - m : e].T @ H @ basis[:, e - m : e]) / m for e, m in zip(ends, sizes, strict=True)]
    assert (np.abs(found.value - exact) <= found.half).all()
    assert (found.half < 0.25).all()


# Online descent.


@pytest.mark.slow
def test_twice_the_curvature_is_noticed() -> None:
    proved = certificate(ONLINE.facts)
    wrong = hovering(ONLINE, proved, Settings(ALPHA, 0), factor=2.0)
    assert sum(not e.agrees for e in wrong.evidence if "variance" in e.method) >= 3


@pytest.mark.slow
def test_curvatures_of_other_components_are_noticed() -> None:
    proved = certificate(ONLINE.facts)
    planted = respectrum(proved, lambda _i, x, m: (0.25 if m > 20 else x, m))
    found = hovering(ONLINE, planted, Settings(ALPHA, 0))
    wrong = [e.method for e in found.evidence if not e.agrees]
    assert any("exterior:1" in m for m in wrong)


def test_eigenspaces_belong_to_the_exact_eigenvalues() -> None:
    proved = certificate(PointFacts("II:2", 10))
    W = proved.point.matrix()
    H = np.asarray(integrated_hessian(W, np.eye(10)).value)
    for part in components(proved):
        assert np.abs(H @ part.basis - part.curvature * part.basis).max() < 1e-10


def test_claimed_curvature_twice_as_large_is_refuted() -> None:
    verdict = judged(replace(ONLINE, smallest="0.0639280552"))
    assert verdict.kind is Kind.REFUTED
    assert "twice the value" in verdict.reason


def test_online_descent_does_not_hover_about_a_saddle() -> None:
    verdict = judged(OnlineHovers("A", 3, "0.1", 100, 1000))
    assert verdict.kind is Kind.REFUTED
    assert verdict.reason == "the index is 1, not 0"


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (replace(ONLINE, step="0.5"), "expected at most 0.323"),
        (replace(ONLINE, steps=1000), "expected at least"),
        (OnlineHovers("global", 6, "0.3", 200, 6000), "batches have no noise"),
    ],
)
def test_a_run_without_a_prediction_is_inconclusive(statement: OnlineHovers, words: str) -> None:
    verdict = judged(statement)
    assert verdict.kind is Kind.INCONCLUSIVE
    assert words in verdict.reason


@pytest.mark.slow
def test_a_run_too_short_to_notice_twice_the_curvature_is_inconclusive() -> None:
    verdict = judged(replace(ONLINE, steps=1700, batch=100))
    assert verdict.kind is Kind.INCONCLUSIVE
    assert "expected more steps" in verdict.reason


@pytest.mark.slow
def test_a_disagreement_is_confirmed_on_a_fresh_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = []

    def wrong(statement: OnlineHovers, proved: Certificate, settings: Settings) -> object:
        seeds.append(settings.offset)
        return hovering(replace(statement, steps=1800), proved, settings, 0.1)

    monkeypatch.setattr(checks.trained_judge, "hovering", wrong)
    verdict = judged(ONLINE)
    assert verdict.witnesses_disagree
    assert "also on a fresh seed" in verdict.reason
    assert len(set(seeds)) == 2


# Claim files.


@pytest.mark.parametrize(
    "statement",
    [
        TrainedPoint("II", 10, 11, runs=7, seed=3, share="0.5", loss="0.0187", eigenvalues=(("0.03", 8), ("0.06", 28))),
        TrainedPoint("global", 6),
        replace(ONLINE, seed=4, d=12, smallest="0.032"),
    ],
)
def test_tables_give_the_same_claim(statement: TrainedPoint | OnlineHovers) -> None:
    claim = Claim("my/training", statement)
    assert read_claim(table_of(claim), Shared(), "") == claim


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"trained": {"k": 6}}, "without point or k"),
        ({"trained": {"point": "II", "k": 6, "speed": 1}}, "got the key 'speed'"),
        ({"trained": {"point": "II", "k": 6, "share": 0.5}}, "expected text"),
        ({"trained": {"point": "II", "k": 6, "share": "1.0"}}, "strictly between 0 and 1"),
        ({"trained": {"point": "II", "k": 6, "runs": 0}}, "got runs = 0"),
        ({"trained": {"point": "II", "k": 6, "eigenvalues": [["0.1"]]}}, "expected a pair"),
        ({"trained": {"point": "II", "k": 6, "eigenvalues": []}}, "expected a list of pairs"),
        ({"online": {"point": "II", "k": 6, "step": "0.1"}}, "without batch, steps"),
        ({"online": {"point": "II", "k": 6, "step": "-1", "batch": 1, "steps": 1}}, "expected a decimal number > 0"),
        ({"online": {"point": "X", "k": 6, "step": "1", "batch": 1, "steps": 1}}, "X"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(table: dict[str, object], words: str) -> None:
    with pytest.raises(ClaimError, match=words):
        read_claim(table, Shared(), "my/claim")


@pytest.mark.slow
@pytest.mark.parametrize("claim", find_claims(("training-full",)), ids=lambda c: c.name)
def test_every_family_from_k_6_to_20(claim: Claim) -> None:
    verdict = verify(claim, alpha=ALPHA, power=False)
    assert verdict.kind is Kind.CERTIFIED, str(verdict)
    assert not verdict.witnesses_disagree
