"""Campaigns: bits that depend on the seed alone, files that survive a kill, impossible options."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from checks.campaign import BatchRuns, Campaign, run_batch
from checks.campaign_run import run_campaign
from checks.campaign_store import CampaignStore, open_store
from checks.errors import ClaimError

SMALL = Campaign(4, 11, seed=3, batch=3)


def contents(store: CampaignStore) -> list[tuple[object, ...]]:
    """Everything that must not depend on who ran it."""
    return [(r.number, r.batch, r.status, r.steps, r.loss, r.gradient_norm, r.weights.tobytes()) for r in store.runs()]


def result(campaign: Campaign, jobs: int) -> list[tuple[object, ...]]:
    """The contents of a campaign that was run on so many processes."""
    with open_store(campaign) as store:
        run_campaign(campaign, store, jobs)
        return contents(store)


def alone(campaign: Campaign) -> list[tuple[object, ...]]:
    """The contents of a campaign whose batches are run in this process, the last one first."""
    with open_store(campaign) as store:
        for index in reversed(range(campaign.batches)):
            store.add(run_batch(campaign, index))
        return contents(store)


# the same bits


def test_the_number_of_workers_changes_no_bit() -> None:
    campaign = Campaign(9, 24, seed=5, batch=5)
    none, two = alone(campaign), result(campaign, 2)
    assert none == two
    assert len(none) == 24


def test_a_longer_campaign_begins_with_the_shorter_one() -> None:
    short, long = alone(SMALL), alone(replace(SMALL, runs=14))
    assert long[:11] == short
    assert alone(replace(SMALL, seed=4))[0] != short[0]


def test_batches_cut_the_runs() -> None:
    assert SMALL.batches == 4
    assert [list(SMALL.batch_runs(i)) for i in (0, 3)] == [[0, 1, 2], [9, 10]]
    with pytest.raises(ClaimError, match="batch 4"):
        run_batch(SMALL, 4)


# the file


def test_an_interrupted_campaign_resumes_where_it_was(tmp_path: Path) -> None:
    file, seen = tmp_path / "c.sqlite", list[int]()

    def stop(batch: BatchRuns) -> None:
        seen.append(batch.index)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with open_store(SMALL, file) as store, pytest.raises(KeyboardInterrupt):
        run_campaign(SMALL, store, 1, progress=stop)
    again: list[int] = []
    with open_store(SMALL, file) as store:
        assert store.count() == 3 * len(seen)
        before = contents(store)
        assert run_campaign(SMALL, store, 1, progress=lambda b: again.append(b.index)) == len(before)
        assert set(before) <= set(contents(store))
        assert contents(store) == alone(SMALL)
    assert sorted(seen + again) == [0, 1, 2, 3]


def test_more_runs_of_the_same_campaign_are_added(tmp_path: Path) -> None:
    file, more = tmp_path / "c.sqlite", replace(SMALL, runs=14)
    with open_store(SMALL, file) as store:
        for index in range(SMALL.batches):
            store.add(run_batch(SMALL, index))
    with open_store(more, file) as store:
        assert store.missing() == [3, 4]  # the last batch had been cut short
        run_campaign(more, store, 1)
        assert contents(store) == alone(more)
    with pytest.raises(ClaimError, match="runs 14, not 11"), open_store(SMALL, file):
        pass


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": 4}, "seed 3, not 4"),
        ({"k": 5, "n": 4, "d": 5}, "k 4, not 5"),
        ({"tolerance": 1e-9}, "tolerance 1e-12"),
    ],
)
def test_the_file_of_another_campaign_is_refused(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    file = tmp_path / "c.sqlite"
    with open_store(SMALL, file):
        pass
    before = file.read_bytes()
    with pytest.raises(ClaimError, match=said), open_store(replace(SMALL, **change), file):
        pass
    assert file.read_bytes() == before


def test_files_that_are_no_campaign_are_refused(tmp_path: Path) -> None:
    text, other, newer = tmp_path / "a.txt", tmp_path / "b.sqlite", tmp_path / "c.sqlite"
    text.write_text(
        "not a database, but long enough to have a header of an SQLite file, which has a hundred bytes " * 9
    )
    sqlite3.connect(other).execute("CREATE TABLE t (x)").connection.close()
    with open_store(SMALL, newer):
        pass
    with sqlite3.connect(newer) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    for file, said in ((text, "expected an SQLite file"), (other, "another program"), (newer, "version 99")):
        before = file.read_bytes()
        with pytest.raises(ClaimError, match=said), open_store(SMALL, file):
            pass
        assert file.read_bytes() == before
    with pytest.raises(ClaimError, match="cannot be opened"), open_store(SMALL, tmp_path / "missing" / "c.sqlite"):
        pass


@pytest.mark.parametrize("blob", [b"short", np.full(16, np.nan).tobytes(), "text", np.zeros(17).tobytes()])
def test_changed_weights_are_refused(tmp_path: Path, blob: object) -> None:
    file = tmp_path / "c.sqlite"
    with open_store(SMALL, file) as store:
        store.add(run_batch(SMALL, 0))
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE runs SET weights = ? WHERE run = 1", (blob,))
    connection.close()
    with open_store(SMALL, file) as store, pytest.raises(ClaimError, match="run 1 of the file"):
        list(store.runs())


def test_what_is_not_finite_is_never_written() -> None:
    found = run_batch(SMALL, 0)
    for broken in (
        replace(found, loss=found.loss * np.nan),
        replace(found, weights=np.where(np.arange(4) == 2, np.inf, found.weights)),
    ):
        with open_store(SMALL) as store:
            with pytest.raises(ClaimError, match="NaN or infinite"):
                store.add(broken)
            assert store.count() == 0


def test_two_processes_may_write_the_same_campaign(tmp_path: Path) -> None:
    file = tmp_path / "c.sqlite"
    with open_store(SMALL, file) as first, open_store(SMALL, file) as second:
        for store in (first, second):
            store.add(run_batch(SMALL, 1))
        assert first.count() == second.count() == 3
        assert first.missing() == [0, 2, 3]


# a kill

CODE = "import sys; from checks.cli import main; main(sys.argv[1:])"


def started(words: Sequence[str]) -> subprocess.Popen[bytes]:
    """The command line in a process of its own."""
    return subprocess.Popen([sys.executable, "-c", CODE, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def kept(file: Path) -> int:
    """How many runs a file holds, read while another process writes it."""
    try:
        connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)
        try:
            return int(connection.execute("SELECT count(*) FROM runs").fetchone()[0])
        finally:
            connection.close()
    except sqlite3.OperationalError:
        return 0


def wait_for(what: str, seconds: float, happened: object) -> None:
    """Waits until a function is true."""
    assert callable(happened)
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, f"no {what} within {seconds} seconds"
        time.sleep(0.02)


@pytest.mark.parametrize("sign", [signal.SIGKILL, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
def test_a_killed_campaign_loses_no_finished_batch(tmp_path: Path, sign: signal.Signals) -> None:
    campaign, file = Campaign(10, 44, seed=2, batch=4), tmp_path / "c.sqlite"
    words = ["train", "--k", "10", "--runs", "44", "--seed", "2", "--batch", "4", "--jobs", "1", "--out", str(file)]
    process = started(words)
    wait_for("batch", 60, lambda: kept(file) >= 4)
    workers = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(sign)
    _, err = process.communicate(timeout=60)
    found = kept(file)
    assert 4 <= found < 44
    assert found % 4 == 0
    if sign == signal.SIGINT:
        assert process.returncode == 130
        assert f"interrupted; {found} of 44 runs are in" in err.decode()
        assert "Traceback" not in err.decode()
    wait_for("end of the workers", 20, lambda: not any(w.is_running() and w.status() != "zombie" for w in workers))
    done: list[int] = []
    with open_store(campaign, file) as store:
        before = contents(store)
        run_campaign(campaign, store, 1, progress=lambda b: done.append(b.index))
        after = contents(store)
    assert len(before) + sum(len(campaign.batch_runs(i)) for i in done) == 44
    assert [row for row in after if row in before] == before
    assert after == alone(campaign)


def test_a_killed_worker_is_one_line_and_the_rest_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checks.campaign_engines.run_batch", killed_at_two)
    with open_store(SMALL, tmp_path / "c.sqlite") as store:
        with pytest.raises(ClaimError, match="worker of 1 was killed"):
            run_campaign(SMALL, store, 1)
        assert store.missing() == [2, 3]


def killed_at_two(campaign: Campaign, index: int) -> BatchRuns:
    """A worker that the system kills at the third batch."""
    if index == 2:
        time.sleep(1.0)  # the batches before must have been handed over
        os.kill(os.getpid(), signal.SIGKILL)
    return run_batch(campaign, index)


# impossible options


@pytest.mark.parametrize(
    "change",
    [
        {"k": 0},
        {"runs": 0},
        {"seed": -1},
        {"d": 3},
        {"n": -2},
        {"tolerance": float("nan")},
        {"tolerance": 0.0},
        {"init": "nice"},
        {"max_steps": 0},
        {"batch": 0},
        {"activation": "leaky_relu(1)"},
        {"n": 3000, "d": 3000},
        {"runs": True},
    ],
)
def test_impossible_campaigns_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ClaimError, match="expected"):
        Campaign(**{"k": 4, "runs": 10, **change})


def test_impossible_engines_are_refused() -> None:
    with open_store(SMALL) as store:
        with pytest.raises(ClaimError, match="engine"):
            run_campaign(SMALL, store, engine="cloud")
        with pytest.raises(ClaimError, match="--engine dask"):
            run_campaign(SMALL, store, scheduler="tcp://127.0.0.1:1")
        with pytest.raises(ClaimError, match="jobs"):
            run_campaign(SMALL, store, jobs=0)
