"""train on the command line: the table, files, resumption, commands that certify, bad input in one line."""

from __future__ import annotations

import csv
import json
import shlex
import sqlite3
import sys
from pathlib import Path

import numpy as np
import pytest

from checks.campaign import BatchRuns, Campaign, run_batch
from checks.campaign_run import run_campaign
from checks.campaign_store import CampaignStore, open_store
from checks.cli.main import run

WORDS = ["train", "--k", "8", "--runs", "20", "--seed", "2", "--batch", "10"]


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A file in which the campaign of `WORDS` is finished."""
    campaign, file = Campaign(8, 20, seed=2, batch=10), tmp_path / "campaign.sqlite"
    with open_store(campaign, file) as store:
        for index in range(campaign.batches):
            store.add(run_batch(campaign, index))
    return file


def test_the_table(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*WORDS, "--out", str(filled)]) == 0
    out = capsys.readouterr().out
    assert "20 runs, k = 8, n = 8, d = 8, relu, xavier initial weights, seed 2" in out
    exact = "0.090845056908104664"  # 1/4 - 1/(2 pi) to 17 digits, beyond what a float would print
    for word in ("global", "0.95 interval", "0.09084505691", exact, "strict local minimum", "20 converged"):
        assert word in out
    assert "closedform certify --at global --k 8" in out


def test_json_holds_everything(filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "report.json"
    assert run([*WORDS, "--out", str(filled), "--alpha", "0.01", "--json", str(file)]) == 0
    assert capsys.readouterr().out == ""
    found = json.loads(file.read_text())
    assert found["schema"] == "closedform/campaign/1"
    assert found["campaign"] == Campaign(8, 20, seed=2, batch=10).identity
    assert found["environment"]["reused"] == 20
    assert found["witnesses_agree"] is True
    assert sum(row["hits"] for row in found["rows"]) == found["runs"] == 20
    first = found["rows"][0]
    assert first["frequency"]["low"] < first["hits"] / 20 <= first["frequency"]["high"]
    assert abs(first["smallest"]["value"] - float(first["certified"]["midpoint"])) <= first["smallest"]["error"]


def test_exports_hold_every_run(filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "runs.csv"
    assert run([*WORDS, "--out", str(filled), "--csv", str(file), "--no-exact"]) == 0
    assert "not asked" in capsys.readouterr().out
    with file.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    with open_store(Campaign(8, 20, seed=2, batch=10), filled) as store:
        runs = list(store.runs())
    assert [int(r["run"]) for r in rows] == list(range(20))
    for row, one in zip(rows, runs, strict=True):
        W = np.array([[float(row[f"w_{i}_{j}"]) for j in range(1, 9)] for i in range(1, 9)])
        assert np.array_equal(W, one.weights)
        assert float(row["loss"]) == one.loss
        assert row["status"] == "converged"
        assert int(row["point"]) >= 1


def test_parquet(filled: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "runs.parquet"
    assert run([*WORDS, "--out", str(filled), "--parquet", str(file), "--no-exact"]) == 0
    table = parquet.read_table(file)
    with open_store(Campaign(8, 20, seed=2, batch=10), filled) as store:
        weights = [one.weights.ravel().tolist() for one in store.runs()]
    assert table.column("weights").to_pylist() == weights
    assert table.column("run").to_pylist() == list(range(20))
    assert [f.name for f in tmp_path.iterdir() if "tmp" in f.name] == []


def test_without_pyarrow_the_error_says_what_to_install(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert run([*WORDS, "--out", str(filled), "--parquet", str(tmp_path / "runs.parquet")]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "closedform[parquet]" in err
    assert len(err.strip().splitlines()) == 1


def test_saved_points_are_certified(filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "points"
    words = [*WORDS, "--out", str(filled), "--save-points", str(folder), "--json"]
    assert run(words) == 0
    report = json.loads(capsys.readouterr().out)
    commands = [note.partition(": ")[2] for note in report["notes"] if "closedform certify" in note]
    assert len(commands) == len(report["rows"]) >= 2
    for command, row in zip(commands, report["rows"], strict=True):
        name, *arguments = shlex.split(command)
        assert name == "closedform"
        assert run([*arguments, "--json", str(tmp_path / "certificate.json")]) == 0
        assert row["verdict"] in capsys.readouterr().out
    assert sorted(f.name for f in folder.iterdir()) == [f"point-{i}.npy" for i in range(1, len(commands) + 1)]


def test_it_trains_shows_progress_and_resumes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "c.sqlite"
    words = ["train", "--k", "4", "--runs", "12", "--seed", "1", "--batch", "5", "--jobs", "2", "--out", str(file)]
    assert run(words) == 0
    first = capsys.readouterr()
    assert [line.split()[1] for line in first.err.splitlines()[:3]] == ["batch"] * 3
    assert "[12/12] batch" in first.err
    assert run([*words, "--json"]) == 0
    second = capsys.readouterr()
    assert "batch" not in second.err
    assert json.loads(second.out)["environment"]["reused"] == 12


def test_an_interrupt_says_how_to_resume(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(campaign: Campaign, store: CampaignStore, *_: object) -> int:
        store.add(run_batch(campaign, 0))
        raise KeyboardInterrupt

    monkeypatch.setattr("checks.campaign_run.run_campaign", interrupted)
    file = tmp_path / "c.sqlite"
    assert run([*WORDS, "--out", str(file)]) == 130
    assert "10 of 20 runs" in capsys.readouterr().err
    assert run(WORDS) == 130
    assert "--out" in capsys.readouterr().err
    monkeypatch.setattr("checks.campaign_run.run_campaign", run_campaign)
    monkeypatch.setattr("checks.campaign_run.run_locally", in_this_process)
    assert run([*WORDS, "--out", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["environment"]["reused"] == 10


def in_this_process(campaign: Campaign, batches: list[int], _: int | None) -> list[BatchRuns]:
    """An engine without processes."""
    return [run_batch(campaign, index) for index in batches]


def test_a_disagreement_is_exit_code_one(
    filled: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("checks.campaign_points.DistinctPoint.disagreements", ("loss 1, exactly 2",))
    assert run([*WORDS, "--out", str(filled)]) == 1
    assert "THE WITNESSES DISAGREE" in capsys.readouterr().out


BAD = [
    [],
    ["--k", "0"],
    ["--k", "6", "--d", "5"],
    ["--k", "6", "--runs", "0"],
    ["--k", "6", "--init", "nice"],
    ["--k", "6", "--activation", "sigmoid"],
    ["--k", "6", "--activation", "leaky_relu(1)"],
    ["--k", "6", "--tolerance", "nan"],
    ["--k", "6", "--tolerance", "-1"],
    ["--k", "6", "--alpha", "nan"],
    ["--k", "6", "--alpha", "1"],
    ["--k", "6", "--seed", "-1"],
    ["--k", "6", "--jobs", "0"],
    ["--k", "6", "--engine", "cloud"],
    ["--k", "6", "--engine", "dask"],
    ["--k", "6", "--scheduler", "127.0.0.1:1"],
    ["--k", "6", "--engine", "dask", "--scheduler", "127.0.0.1:1", "--jobs", "2"],
    ["--k", "6", "--out", "missing-folder/c.sqlite"],
    ["--k", "6", "--csv", "missing-folder/c.csv"],
    ["--k", "6", "--json", "missing-folder/c.json"],
    ["--k", "6", "--out", "same.x", "--csv", "same.x"],
    ["--k", "6", "--save-points", "/dev/null/points"],
    ["--k", "6", "--json", "--html"],
]


@pytest.mark.parametrize("words", BAD)
def test_bad_input_is_one_line(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["train", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_wrong_files_are_one_line(filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no database " * 100)
    assert run([*WORDS, "--out", str(text)]) == 2
    assert "expected an SQLite file" in capsys.readouterr().err
    assert run([*WORDS[:-2], "--out", str(filled)]) == 2
    assert "batch 10, not 25" in capsys.readouterr().err
    with sqlite3.connect(filled) as connection:
        connection.execute("UPDATE runs SET loss = 'x' WHERE run = 3")
    connection.close()
    assert run([*WORDS, "--out", str(filled)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "run 3" in err
    assert len(err.strip().splitlines()) == 1
