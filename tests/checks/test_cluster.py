"""Claims judged by the workers of a dask cluster, and what happens without one."""

from __future__ import annotations

import sys

import pytest

from checks.catalogue import find_claims
from checks.errors import ClaimError
from checks.runner import Plan, judge_all

CLAIMS = find_claims(("kernels/step", "kernels/relu-mean"))


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClaimError, match="pip install"):
        list(judge_all(CLAIMS, Plan(cluster="127.0.0.1:1")))


@pytest.mark.slow
def test_a_cluster_gives_the_verdicts_of_one_process() -> None:
    from distributed import LocalCluster

    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        found = dict(judge_all(CLAIMS, Plan(power=False, cluster=cluster.scheduler_address)))
    alone = dict(judge_all(CLAIMS, Plan(power=False)))
    assert {i: v.kind for i, v in found.items()} == {i: v.kind for i, v in alone.items()}
    assert {i: v.empirical for i, v in found.items()} == {i: v.empirical for i, v in alone.items()}


@pytest.mark.slow
def test_an_address_without_a_scheduler_is_refused() -> None:
    with pytest.raises(ClaimError, match="expected a running scheduler"):
        list(judge_all(CLAIMS, Plan(cluster="127.0.0.1:1")))
