"""Campaigns on a dask cluster: a real scheduler with two workers, one of which is killed on the way."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace

import pytest

from checks.campaign import BatchRuns, Campaign, run_batch
from checks.campaign_run import run_campaign
from checks.campaign_store import CampaignStore, open_store
from checks.errors import ClaimError

CAMPAIGN = Campaign(8, 48, seed=4, batch=4)


def contents(store: CampaignStore) -> list[tuple[object, ...]]:
    """Everything that must not depend on who ran it."""
    return [(r.number, r.batch, r.status, r.steps, r.loss, r.gradient_norm, r.weights.tobytes()) for r in store.runs()]


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with open_store(CAMPAIGN) as store, pytest.raises(ClaimError, match="pip install"):
        run_campaign(CAMPAIGN, store, engine="dask", scheduler="tcp://127.0.0.1:1")


def test_a_scheduler_must_be_named() -> None:
    with open_store(CAMPAIGN) as store, pytest.raises(ClaimError, match="--scheduler"):
        run_campaign(CAMPAIGN, store, engine="dask")


@pytest.mark.slow
def test_an_address_without_a_scheduler_is_refused() -> None:
    with open_store(CAMPAIGN) as store, pytest.raises(ClaimError, match="expected a running one"):
        run_campaign(CAMPAIGN, store, engine="dask", scheduler="tcp://127.0.0.1:1")


@pytest.mark.slow
def test_two_workers_one_of_them_killed_give_the_bits_of_local_processes() -> None:
    from distributed import Client, LocalCluster

    with open_store(CAMPAIGN) as store:
        run_campaign(CAMPAIGN, store, 2)
        local = contents(store)
    killed: list[int] = []
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        with Client(cluster.scheduler_address, set_as_default=False) as client:
            workers = client.run(os.getpid)
        assert len(set(workers.values())) == 2

        def kill_one(_: BatchRuns) -> None:
            if not killed:
                killed.append(next(iter(workers.values())))
                os.kill(killed[0], signal.SIGKILL)

        with open_store(CAMPAIGN) as store:
            run_campaign(CAMPAIGN, store, engine="dask", scheduler=cluster.scheduler_address, progress=kill_one)
            assert store.missing() == []
            assert contents(store) == local
    assert len(killed) == 1


@pytest.mark.slow
def test_a_batch_that_kills_every_worker_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    campaign = replace(CAMPAIGN, runs=8)
    monkeypatch.setattr("checks.campaign_engines.run_on_one_thread", deadly_at_one)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        open_store(campaign) as store,
    ):
        with pytest.raises(ClaimError, match="lost a batch"):
            run_campaign(campaign, store, engine="dask", scheduler=cluster.scheduler_address)
        assert store.missing() in ([1], [0, 1])


def deadly_at_one(campaign: Campaign, index: int) -> BatchRuns:
    """A batch that ends every process that tries it."""
    if index == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return run_batch(campaign, index)
