"""certify on the command line: ranges of k, real intervals, batches, bad input in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checks.cli.main import run


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
        ["--at", "II", "--k", "6..8", "--d", "9"],
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
