"""What campaigns converged to: points that both witnesses know, hits, disagreements, split neurons."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analytic import find_point
from checks.campaign import Campaign, run_batch
from checks.campaign_names import ExactPoint, exact_point
from checks.campaign_points import campaign_points, point_rows
from checks.campaign_run import run_campaign
from checks.campaign_store import Run, open_store

SMALL = Campaign(4, 11, seed=3, batch=3)


def runs_at(points: Sequence[tuple[np.ndarray[tuple[int, ...], np.dtype[np.float64]], int]], status: str) -> list[Run]:
    """Runs that ended at permuted copies of points, so many at each."""
    rng, found = np.random.default_rng(0), list[Run]()
    for W, count in points:
        for _ in range(count):
            moved = W[rng.permutation(len(W))][:, rng.permutation(W.shape[1])]
            found.append(Run(len(found), 0, status, 10, 0.0, 1e-13, moved))
    return found


def test_hits_are_counted_and_points_are_named() -> None:
    wanted = [("II", 30), ("global", 20), ("II:3", 7), ("I:3", 2), ("A", 1)]
    runs = runs_at([(find_point(at, 9).matrix(), count) for at, count in wanted], "converged")
    runs += [replace(r, number=60 + i, status="max_steps") for i, r in enumerate(runs[:4])]
    found = campaign_points(Campaign(9, 64), runs)
    assert [(p.name, p.hits) for p in found.points] == wanted
    assert found.others == {"max_steps": 4}
    assert found.total == 64
    assert found.agree
    for p, (at, count) in zip(found.points, wanted, strict=True):
        exact = find_point(at, 9).spectrum(20)
        assert p.exact is not None
        assert p.kind is not None
        assert p.exact.index == exact.index == p.kind.spectrum.index
        least = p.kind.spectrum.smallest
        assert abs(float(least.value) - float(exact.rows[0].value.midpoint)) <= float(least.error)
        assert p.interval[0] < count / 64 < p.interval[1]
        assert p.spread < 1e-15
    assert 0.01 < found.apart < 1


def test_a_disagreement_of_the_witnesses_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = runs_at([(find_point("II", 7).matrix(), 2)], "converged")

    def wrong(*arguments: Any) -> ExactPoint:
        proved = exact_point(*arguments)
        assert proved.smallest is not None
        return replace(proved, smallest=(str(float(proved.smallest[0]) + 1e-6), "0"), index=1, partition=(7,))

    monkeypatch.setattr("checks.campaign_points.exact_point", wrong)
    found = campaign_points(Campaign(7, 2), runs)
    assert not found.agree
    assert [d.split()[0] for d in found.points[0].disagreements] == ["smallest", "index", "partition"]


def test_split_neurons_are_one_point_and_never_strict() -> None:
    W = find_point("II", 7).matrix()
    runs = [
        Run(i, 0, "converged", 1, 0.0, 0.0, np.vstack([W[:-1], c * W[-1], (1 - c) * W[-1]]))
        for i, c in enumerate((0.3, 0.5, 0.9))
    ]
    (point,) = campaign_points(Campaign(7, 3, n=8), runs).points
    assert (point.hits, point.split, point.name) == (3, 1, "II")
    assert point.verdict == "degenerate; merged: strict local minimum"
    assert point.partition == "6,1 (1 split)"


def test_points_without_symmetry_are_counted_too() -> None:
    runs = runs_at([(np.random.default_rng(1).standard_normal((9, 9)), 3)], "converged")
    (point,) = campaign_points(Campaign(9, 3), runs).points
    assert point.hits == 3
    assert point.verdict == "not certified"
    assert point.exact is not None
    assert point.exact.reason


def test_points_are_kept_in_the_file() -> None:
    with open_store(SMALL) as store:
        for index in range(SMALL.batches):
            store.add(run_batch(SMALL, index))
        found = campaign_points(SMALL, list(store.runs()))
        for _ in range(2):
            store.keep_points(*point_rows(found))
        known = store.points_of_runs()
    assert len(known) == sum(p.hits for p in found.points) == 11
    assert known[found.points[0].runs[0]] == (1, found.points[0].name, found.points[0].partition)


@pytest.mark.slow
def test_five_hundred_runs_of_ten_neurons_in_a_minute() -> None:
    campaign, begin = Campaign(10, 500, seed=1), time.monotonic()
    with open_store(campaign) as store:
        run_campaign(campaign, store, 2)
        found = campaign_points(campaign, list(store.runs()))
    assert time.monotonic() - begin < 60
    assert found.agree
    assert [p.name for p in found.points][:3] == ["global", "II", "II:2"]
    assert not found.others
