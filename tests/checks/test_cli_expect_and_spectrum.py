"""``closedform expect`` and ``closedform spectrum`` in every format."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from checks.cli.main import run

RELU = ["expect", "relu(u)*relu(v)"]
FORM = "|u|*|v|*(sin(theta) + (pi - theta)*cos(theta))/(2*pi)"
FORMATS = ("table", "json", "csv", "latex", "html")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("command", [RELU, ["spectrum", "--k", "4", "--d", "6"], ["spectrum"], ["verify", "--list"]])
def test_every_command_speaks_every_format(form: str, command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command, "--format", form]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert {"table": "─", "json": "{", "csv": ",", "latex": "\\begin", "html": "<html"}[form] in out
    assert out.endswith("\n")


@pytest.mark.parametrize("form", FORMATS[1:])
def test_the_shorthand_is_the_format(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*RELU, f"--{form}"]) == 0
    short = capsys.readouterr().out
    assert run([*RELU, "--format", form]) == 0
    lines = [x for x in short.splitlines() if "20" not in x and "argv" not in x]
    assert set(lines) <= set(capsys.readouterr().out.splitlines())


@pytest.mark.parametrize(("form", "suffix"), [("json", "json"), ("csv", "csv"), ("latex", "tex"), ("html", "html")])
@pytest.mark.parametrize("spelling", ["--{form} {file}", "--{form}={file}", "--format {form} --out {file}"])
def test_a_file_gets_what_the_screen_would_get(
    form: str, suffix: str, spelling: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / f"result.{suffix}"
    assert run([*RELU, *spelling.format(form=form, file=file).split()]) == 0
    assert capsys.readouterr().out == ""
    assert "theta" in file.read_text(encoding="utf-8")
    assert [f.name for f in tmp_path.iterdir()] == [file.name]


def read(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """The JSON on standard output."""
    data = json.loads(capsys.readouterr().out)
    assert isinstance(data, dict)
    return data


def test_an_expectation_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*RELU, "--json", "--theta", "pi/3", "--norm", "u=2", "--steps", "--digits", "30"]) == 0
    text = json.dumps(read(capsys))
    for part in (FORM, "0.6089977810442293580", "orthant probability", '"bits"', '"radius"', "python-flint"):
        assert part in text


@pytest.mark.parametrize(
    ("arguments", "digits"),
    [
        (["relu(u)"], "[0.398942280401432677939946059934 +/-"),
        (["relu(u)*relu(v)", "--rho", "1/2"], "[0.304498890522114679044498291245 +/-"),
        (["relu(u)*relu(v)", "--theta", "pi/2"], "[0.159154943091895335768883763373 +/-"),
        (["leaky_relu(u, t)*relu(v)", "--param", "t=1/5", "--rho", "1/2"], "[0.293599112417"),
        (["relu(u)", "--norm", "u=2"], "[0.797884560802865355879892119869 +/-"),
        (["step(u)*step(v)", "--rho", "-1"], "0"),
        (["2"], "2.0000"),
    ],
)
def test_values_to_thirty_digits(arguments: list[str], digits: str, capsys: pytest.CaptureFixture[str]) -> None:
    one = [] if "--norm" in arguments or arguments == ["2"] else ["--norm", "u=1"]
    assert run(["expect", *arguments, *one, "--digits", "30"]) == 0
    (line,) = (x for x in capsys.readouterr().out.splitlines() if x.strip().startswith("value"))
    assert f" {digits}" in line, line


def test_steps_name_the_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*RELU, "--steps"]) == 0
    out = capsys.readouterr().out
    assert "orthant probability" in out
    assert "1. " in out


def test_a_spectrum_as_json_and_csv_adds_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["spectrum", "--k", "20", "--d", "30", "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert sum(int(r["multiplicity"]) for r in rows) == 600
    trace = sum(int(r["multiplicity"]) * float(r["eigenvalue"]) for r in rows)
    assert trace == pytest.approx(300, abs=1e-9)
    assert run(["spectrum", "--k", "20", "--d", "30", "--json"]) == 0
    data = read(capsys)
    assert (data["k"], data["d"], data["dimension"], data["trace"]) == (20, 30, "600", "300")


@pytest.mark.parametrize("k", ["1", "2", "3", "4", "1000000"])
def test_small_and_large_k(k: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["spectrum", "--k", k]) == 0
    assert f"k = {k}, d = {k}" in capsys.readouterr().out
