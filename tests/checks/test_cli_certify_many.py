"""certify on the command line: ranges of k, real intervals, batches, bad input in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checks.cli.main import run
from checks.recheck_kinds import recheck_any


def test_a_range_of_sizes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["certify", "--at", "II", "--k", "6..8", "--jobs", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [r["k"] for r in found["rows"]] == [6, 7, 8]
    assert found["all_minima"] is True


def test_an_interval_that_contains_the_threshold_is_no_minimum(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["certify", "--at", "II", "--k", "11/2..23/4", "--real", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["minimum"] is False
    assert any(a < 5.58550524742588 < b for a, b in found["open"])


def test_an_interval_is_written_and_verified(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "ii.json"
    words = ["certify", "--at", "II", "--k", "6..25/4", "--real", "--bound", "0.0047", "--json", "--out", str(file)]
    assert run(words) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["accepted"] is True
    assert 0.0047 <= float(found["least"]) < 0.0047003548
    checked = recheck_any(file.read_text())
    assert checked.accepted
    assert any("[6, 25/4]" in s for s in checked.statements)


def test_a_bound_that_is_not_met_is_said_and_no_file_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "ii.json"
    words = ["certify", "--at", "II", "--k", "6..25/4", "--real", "--bound", "0.0048", "--out", str(file)]
    assert run(words) == 1
    out = capsys.readouterr().out
    assert "only 0.0047" in out or "only 0.0046" in out
    assert not file.exists()


def test_a_saddle_throughout_an_interval(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["certify", "--at", "II:2", "--k", "7..15/2", "--real", "--d", "k+2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["kind"] == "saddle of index k - 3"
    assert found["d"] == "k + 2"
    assert found["accepted"] is True


def test_a_threshold_in_the_interval_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "ii.json"
    assert run(["certify", "--at", "II:2", "--k", "7..8", "--real", "--out", str(file)]) == 1
    out = capsys.readouterr().out
    assert "contains the threshold k = 7.56" in out
    assert "no file is written" in out
    assert not file.exists()


def test_a_range_with_more_columns(capsys: pytest.CaptureFixture[str]) -> None:
    for d, shown in (("k+2", "k + 2"), ("9", "9")):
        assert run(["certify", "--at", "A", "--k", "7..8", "--d", d, "--jobs", "1", "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["d"] == shown
        assert found["all_minima"] is True
    assert run(["certify", "--at", "A", "--k", "7", "--d", "k+2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["d"] == 9


def test_failures_are_kept_or_tried_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points, results = tmp_path / "points.jsonl", tmp_path / "results.jsonl"
    points.write_text('{"at": "5,1"}\n{"at": "II", "k": 7}\n')
    words = ["certify", "--batch", str(points), "--results", str(results), "--jobs", "1", "--json"]
    assert run(words) == 1
    assert json.loads(capsys.readouterr().out)["failed_before"] == 0
    assert run(words) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["reused"], found["failed_before"]) == (2, 1)
    assert run([*words, "--retry"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["reused"], found["failed_before"]) == (1, 0)
    assert run([*words, "--digits", "20"]) == 1
    assert json.loads(capsys.readouterr().out)["reused"] == 0


def test_a_batch_resumes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points, results = tmp_path / "points.jsonl", tmp_path / "results.jsonl"
    points.write_text('{"at": "II:3", "k": 20}\n{"at": "II", "k": 7}\n')
    words = ["certify", "--batch", str(points), "--results", str(results), "--jobs", "1", "--json"]
    assert run(words) == 0
    assert json.loads(capsys.readouterr().out)["reused"] == 0
    assert run(words) == 0
    assert json.loads(capsys.readouterr().out)["reused"] == 2


@pytest.mark.parametrize(
    "words",
    [
        ["--at", "II", "--k", "x..3"],
        ["--at", "II", "--k", "7..6"],
        ["--k", "6..8"],
        ["--at", "II", "--k", "0"],
        ["--at", "II", "--k", "6..x", "--real"],
        ["--batch", "missing.jsonl"],
        ["--batch", "missing.jsonl", "--at", "II"],
        ["--results", "r.jsonl", "--at", "II", "--k", "7"],
        ["--at", "II", "--k", "6..8", "--d", "7"],
        ["--at", "II", "--k", "6..8", "--d", "k-1"],
        ["--at", "II", "--k", "6..8", "--d", "7", "--real"],
        ["--at", "II", "--k", "6..inf", "--d", "k+2"],
        ["--at", "II", "--k", "7", "--d", "0"],
        ["--at", "5,1#1", "--d", "k+2"],
        ["--at", "II", "--k", "6..8", "--real", "--bound", "x"],
        ["--at", "II", "--k", "6..8", "--activation", "abs"],
        ["--batch", "missing.jsonl", "--d", "8"],
        ["--batch", "missing.jsonl", "--retry"],
    ],
)
def test_bad_input_is_one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["certify", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.strip().splitlines()) == 1


def test_every_k_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["certify", "--at", "A", "--k", "20..inf", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "closedform/all-k/1"
    assert run(["certify", "--at", "A", "--k", "5.7..inf"]) == 2
    assert "not proved" in capsys.readouterr().err
