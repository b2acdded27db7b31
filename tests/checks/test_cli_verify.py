"""``closedform verify``: targets, formats, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checks.catalogue import all_claims
from checks.cli.main import run

#: Judged in this process: limits of time and memory would need another.
QUICK = ["--no-slips", "--jobs", "1", "--seconds", "inf", "--memory", "inf"]
MEAN = "E[relu(u)] = |u|/sqrt(2*pi)"
LEAKY = "E[leaky_relu(u, t)] = (1 - t)*|u|/sqrt(2*pi)"

EXITS = [
    (["kernels/step"], 0),
    (["kernels/relu-unnormalised"], 0),
    (["kernels/step", "kernels/relu-mean"], 0),
    ([MEAN], 0),
    ([MEAN, "kernels/step"], 0),
    (["E[relu(u)] = |u|/sqrt(pi)"], 1),
    (["kernels/step", "E[relu(u)] = |u|/sqrt(pi)"], 1),
    (["hess(L, w_i, w_j) = (pi - theta(w_i, w_j))*I/(2*pi)"], 1),
    ([LEAKY, "--variable", "t=(0, 1)"], 0),
    ([LEAKY, "--variable", "t={1/3}", "--assume", "|u| > 1"], 0),
    ([LEAKY, "--variable", "t=(0, 1)", "--assume", "t > 2"], 1),
    (["E[sin(1)*relu(u)] = sin(1)*|u|/sqrt(2*pi)"], 0),
    (["E[sin(1)*relu(u)] = sin(1)*|u|/sqrt(2*pi)", "--strict"], 0),
    (["E[tanh(u)*v] = |u|*|v|*cos(theta)*(1 - E[tanh(u)^2])"], 0),
    (["E[tanh(u)*v] = |u|*|v|*cos(theta)*(1 - E[tanh(u)^2])", "--strict"], 1),
    (["E[step(u)*step(v)] = 1/2 - exp(log(theta))/(2*pi)"], 0),
    (["E[step(u)*step(v)] = 1/2 - exp(log(theta))/(2*pi)", "--strict"], 0),
]


@pytest.mark.parametrize(("arguments", "code"), EXITS)
def test_the_exit_code(arguments: list[str], code: int) -> None:
    assert run(["verify", *arguments, *QUICK]) == code


def report(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The JSON on standard output."""
    data = json.loads(capsys.readouterr().out)
    assert isinstance(data, dict)
    return data


def test_json_holds_everything_needed_to_replay(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["verify", "kernels/step", "E[relu(u)] = |u|", "--json", "--seed", "7", "--alpha", "1e-5", *QUICK]
    assert run(arguments) == 1
    data = report(capsys)
    text = json.dumps(data)
    for part in ("PROVED", "REFUTED", "kernels/step", "identity/1", '"seed": 7', '"alpha": 1e-05', "python-flint"):
        assert part in text
    assert data["summary"] == {"PROVED": 1, "REFUTED": 1}
    assert data["failed"] == ["identity/1"]
    first, second = data["verdicts"]
    assert first["power"] is None
    assert second["exact"]["counterexample"]["point"] == "|u| = 1"


@pytest.mark.parametrize(
    ("form", "part"), [("table", "PROVED"), ("csv", "PROVED,"), ("latex", "PROVED"), ("html", "PROVED")]
)
def test_the_other_formats(form: str, part: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "kernels/step", "--format", form, *QUICK]) == 0
    out, err = capsys.readouterr()
    assert part in out
    assert err.startswith("[1/1] PROVED kernels/step")


@pytest.mark.parametrize("spelling", [["--json", "{}"], ["--json={}"], ["--format", "json", "--out", "{}"]])
def test_a_file_is_written(spelling: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "verdicts.json"
    assert run(["verify", *(s.format(file) for s in spelling), "kernels/step", *QUICK]) == 0
    assert capsys.readouterr().out == ""
    assert json.loads(file.read_text(encoding="utf-8"))["summary"] == {"PROVED": 1}


def test_a_shorthand_does_not_swallow_a_target(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "--json", "kernels/step", *QUICK]) == 0
    assert report(capsys)["summary"] == {"PROVED": 1}


def test_a_refutation_suggests_a_repair(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "E[relu(u)] = 2*|u|/sqrt(2*pi)", "--jobs", "1"]) == 1
    out = capsys.readouterr().out
    assert "did you mean" in out
    assert "the sides differ at |u| = 1" in out


def test_the_list_names_every_claim(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "--list", "--json"]) == 0
    text = capsys.readouterr().out
    assert [name for name in all_claims() if f'"{name}"' not in text] == []
    assert run(["verify", "--list", "spectra"]) == 0
    out = capsys.readouterr().out
    assert "spectra/global-minimum" in out.replace("\n", "")
    assert "kernels/step" not in out


def test_no_result_is_written_over_the_claims_or_over_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[[claim]]\nname = "a/b"\nstatement = "E[relu(u)^2] = |u|^2/2"\n', encoding="utf-8")
    before, other = file.read_text(encoding="utf-8"), str(tmp_path / "x")
    assert run(["verify", str(file), "--out", str(file)]) == 2
    assert "claims are read" in capsys.readouterr().err
    assert run(["verify", str(file), f"--json={other}", "--junit", other]) == 2
    assert "a file for each" in capsys.readouterr().err
    assert run(["verify", str(file), "--seconds", "nan"]) == 2
    assert file.read_text(encoding="utf-8") == before
