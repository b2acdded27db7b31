"""Campaigns of erf and Phi, one neuron, large networks: both witnesses; one thread of linear algebra; exports."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import threadpoolctl
from flint import arb

from analytic.balls import precision
from analytic.dense import Enclosure
from checks.campaign import Campaign, run_batch
from checks.campaign_balls import ball_point, eigenvalue_balls
from checks.campaign_engines import run_on_one_thread
from checks.campaign_points import CampaignResult, campaign_points
from checks.campaign_run import run_campaign
from checks.campaign_store import open_store
from checks.cli.main import run
from checks.errors import ClaimError
from checks.threads import ONE_THREAD, one_thread
from numeric.classification import large_point_kind, point_kind
from numeric.training.smooth_kind import smooth_point_kind


def result(campaign: Campaign) -> CampaignResult:
    """The points of a campaign that is run here."""
    with open_store(campaign) as store:
        for index in range(campaign.batches):
            store.add(run_batch(campaign, index))
        return campaign_points(campaign, list(store.runs()))


def test_erf_converges_to_the_teacher_and_both_witnesses_agree() -> None:
    found = result(Campaign(4, 6, seed=1, activation="erf", batch=3))
    (point,) = found.points
    assert (point.name, point.hits, point.verdict) == ("global", 6, "strict local minimum")
    assert point.kind is not None
    assert point.exact is not None
    assert point.exact.smallest is not None
    assert float(point.exact.smallest[1]) < 1e-14
    assert found.agree


def test_fewer_students_end_at_a_minimum_that_is_proved() -> None:
    found = result(Campaign(4, 3, seed=1, n=3, activation="erf"))
    (point,) = found.points
    assert point.exact is not None
    assert (point.exact.verdict, point.exact.index, point.name) == ("strict local minimum", 0, "")
    assert point.exact.loss is not None
    assert float(point.exact.loss[0]) > 1e-3
    assert found.agree


def test_students_that_cancel_are_one_point() -> None:
    found = result(Campaign(3, 4, seed=1, n=5, activation="erf"))
    assert [(p.name, p.hits, p.split) for p in found.points] == [("global", 4, 1)]
    assert found.points[0].verdict == "degenerate; merged: strict local minimum"


def test_a_zero_neuron_of_phi_leaves_a_constant() -> None:
    W = np.eye(4, 3)
    mine, exact = smooth_point_kind(W, 3, "Phi"), ball_point(W, 3, "Phi")
    assert abs(float(mine.loss.value) - 0.125) <= float(mine.loss.error)  # (1/2)^2 / 2
    assert abs(float(exact.loss.midpoint) - 0.125) <= float(exact.loss.radius) + 1e-15
    assert exact.teacher
    assert float(ball_point(W, 3, "erf").loss.midpoint) == 0.0  # erf vanishes at a zero neuron


@pytest.mark.parametrize("activation", ["relu", "abs", "leaky_relu(1/5)"])
def test_one_teacher(activation: str) -> None:
    for d in (1, 2):
        (point,) = result(Campaign(1, 3, seed=1, d=d, activation=activation)).points
        assert (point.name, point.verdict) == ("global", "strict local minimum")


@pytest.mark.parametrize(
    ("activation", "why"),
    [
        ("linear", "isolated minima"),
        ("leaky_relu(1)", "isolated minima"),
        ("sigmoid", "closed form"),
        ("tanh", "closed form"),
        ("gelu", "expected relu, abs"),
    ],
)
def test_other_activations_are_refused_with_the_reason(activation: str, why: str) -> None:
    with pytest.raises(ClaimError, match=why):
        Campaign(3, 3, activation=activation)


def test_nothing_is_proved_where_nothing_is() -> None:
    with pytest.raises(ClaimError, match="gradient"):
        ball_point(np.array([[5.0, -5.0]]), 2, "erf")
    with pytest.raises(ClaimError, match="may be 0"):
        ball_point(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [-1.0, -1.0]]), 2, "erf")  # a pair that cancels
    with pytest.raises(ClaimError, match="not the teacher"):
        ball_point(np.array([[2.0]]), 1, "relu")
    with pytest.raises(ClaimError, match="weights"):
        ball_point(np.eye(21), 21, "erf")


def test_eigenvalues_of_a_matrix_of_balls() -> None:
    with precision(128):
        rows = [[arb(2), arb(1), arb(0)], [arb(1), arb(2), arb(0)], [arb(0), arb(0), arb(1)]]
        found = eigenvalue_balls(Enclosure(rows))
        for value, exact in zip(found, (1, 1, 3), strict=True):
            assert value.contains(exact)
            assert value.rad() < 1e-14


def test_lanczos_beyond_the_dense_hessian(monkeypatch: pytest.MonkeyPatch) -> None:
    from analytic import find_point

    W = find_point("II:3", 12).matrix()
    large, dense = large_point_kind(W, 12), point_kind(W, 12)
    gap = abs(float(large.spectrum.smallest.value) - float(dense.spectrum.smallest.value))
    assert gap <= float(large.spectrum.smallest.error) + float(dense.spectrum.smallest.error)
    assert (large.spectrum.index, dense.spectrum.index) == (0, 0)
    monkeypatch.setattr("checks.campaign_points.MOST_DENSE", 1)
    found = result(Campaign(4, 2, seed=1))
    assert found.agree
    assert all(p.kind is not None and p.kind.spectrum.index == 0 for p in found.points)


@pytest.mark.slow
@pytest.mark.parametrize("k", [40, 60, 100])
@pytest.mark.parametrize("at", ["global", "II"])
def test_lanczos_encloses_the_exact_smallest_eigenvalue(k: int, at: str) -> None:
    from analytic import find_point

    point = find_point(at, k)
    least = large_point_kind(point.matrix(), k).spectrum.smallest
    exact = min(float(row.value.midpoint) for row in point.spectrum().rows)
    assert abs(float(least.value) - exact) <= float(least.error) < 1e-3


def test_no_hessian_without_a_positive_end() -> None:
    from analytic import find_point

    saddle = find_point("A", 3).matrix()
    assert large_point_kind(saddle, 3).spectrum.index is None
    assert point_kind(saddle, 3).spectrum.index == 1


def test_bits_do_not_depend_on_threads_of_linear_algebra() -> None:
    campaign, found = Campaign(8, 4, seed=1), []
    for threads in (1, 2):
        with threadpoolctl.threadpool_limits(limits=threads):
            before = {p["num_threads"] for p in threadpoolctl.threadpool_info()}
            batch = run_on_one_thread(campaign, 0)
            assert {p["num_threads"] for p in threadpoolctl.threadpool_info()} == before
        found.append((batch.weights.tobytes(), batch.loss.tobytes(), batch.steps.tobytes()))
    assert found[0] == found[1]


def test_one_thread_also_for_tasks_side_by_side() -> None:
    with threadpoolctl.threadpool_limits(limits=2):
        with one_thread():
            with one_thread():
                pass
            assert {p["num_threads"] for p in threadpoolctl.threadpool_info()} == {1}
        assert 2 in {p["num_threads"] for p in threadpoolctl.threadpool_info()}


@pytest.mark.slow
def test_dask_workers_with_two_threads_of_linear_algebra_give_the_bits_of_local_processes() -> None:
    from distributed import LocalCluster

    campaign = Campaign(12, 4, seed=4, batch=2)

    def bits(**options: object) -> list[bytes]:
        with open_store(campaign) as store:
            run_campaign(campaign, store, **options)  # type: ignore[arg-type]
            return [r.weights.tobytes() for r in store.runs()]

    local = bits(jobs=2)
    environment = dict.fromkeys(ONE_THREAD, "2")
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, env=environment
    ) as cluster:
        assert bits(engine="dask", scheduler=cluster.scheduler_address) == local


def test_the_table_is_printed_although_a_file_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "campaign.sqlite"
    with open_store(Campaign(3, 4, seed=1), file) as store:
        store.add(run_batch(store.campaign, 0))

    def full(_: Path, __: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    words = ["train", "--k", "3", "--runs", "4", "--seed", "1", "--no-exact", "--out", str(file)]
    assert run([*words, "--save-points", str(tmp_path / "points")]) == 2
    out, err = capsys.readouterr()
    assert "4 runs: 4 converged" in out
    assert "No space left on device" in err
    assert list((tmp_path / "points").iterdir()) == []


def test_erf_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    campaign, file = Campaign(3, 4, seed=1, activation="erf"), tmp_path / "campaign.sqlite"
    with open_store(campaign, file) as store:
        store.add(run_batch(campaign, 0))
    words = ["train", "--k", "3", "--runs", "4", "--seed", "1", "--activation", "erf", "--out", str(file)]
    assert run([*words, "--csv", str(tmp_path / "runs.csv"), "--save-points", str(tmp_path / "points")]) == 0
    out = capsys.readouterr().out
    assert "strict local minimum" in out
    assert "closedform certify" not in out  # certificates are of rectifiers
    assert (tmp_path / "runs.csv").read_text().count("\n") == 5
    saved = np.load(io.BytesIO((tmp_path / "points" / "point-1.npy").read_bytes()))
    assert np.abs(saved - np.eye(3)).max() < 1e-10
    assert run([*words, "--activation", "Phi"]) == 2
    assert "it has activation 'erf', not 'Phi'" in capsys.readouterr().err
