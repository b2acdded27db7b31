"""Claim files under pytest, and JUnit XML, as a user's own repository would run them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from checks.cli.main import run
from checks.report.junit import to_junit
from checks.verdict import Kind, Verdict

GOOD = '[[claim]]\nname = "good"\nstatement = "E[relu(u)] = |u|/sqrt(2*pi)"\nexpect = "PROVED"\n'
WRONG = '[[claim]]\nname = "wrong"\nstatement = "E[relu(u)] = |u|/sqrt(pi)"\n'
BAD = '[[claim]]\nname = "bad"\nstatement = "E[relu(u] = 1"\n'


def pytest_in(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Runs pytest there; the plugin comes with the installation, this project's configuration does not apply."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options]
    return subprocess.run([*command, "."], cwd=folder, capture_output=True, text=True, timeout=300, check=False)


def test_claims_are_tests(tmp_path: Path) -> None:
    (tmp_path / "steps.claims.toml").write_text(GOOD + WRONG + BAD)
    (tmp_path / "notes.claims.md").write_text(f"# Notes\n```claims\n{GOOD}```\n")
    (tmp_path / "other.toml").write_text("no claims = here")
    done = pytest_in(tmp_path, "--junitxml", "out.xml", "--claims-no-slips")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "2 failed, 2 passed" in done.stdout
    for line in (
        "PROVED       notes.claims.md::good",
        "PROVED       steps.claims.toml::good",
        "REFUTED      steps.claims.toml::wrong   NOT AS EXPECTED",
        "INVALID      steps.claims.toml::bad   NOT AS EXPECTED",
        "steps.claims.toml, line 10, column 22: cannot read",
        "expected anything but REFUTED",
    ):
        assert line in done.stdout, done.stdout
    assert "Traceback" not in done.stdout
    cases = list(ElementTree.parse(tmp_path / "out.xml").iter("testcase"))
    verdicts = {p.get("value") for case in cases for p in case.iter("property")}
    assert verdicts == {"PROVED", "REFUTED", "INVALID"}


def test_a_file_that_is_none_is_an_error_of_collection(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.claims.toml").write_text("a = = 1")
    here = ["-s", "-p", "no:cacheprovider", "-p", "no:xdist", "-c", os.devnull, "--rootdir", str(tmp_path)]
    assert pytest.main([*here, str(tmp_path)]) == 2  # in this process, without this project's configuration
    assert "line 1, column 5: this is no TOML" in capsys.readouterr().out


def test_nothing_of_ours_is_imported_without_a_claim_file(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(
        "import sys\n\ndef test_a():\n"
        "    assert not [m for m in sys.modules if m.split('.')[0] in ('analytic', 'numeric', 'sympy', 'flint')]\n"
        "    assert {m for m in sys.modules if m.split('.')[0] == 'checks'} == {'checks', 'checks.pytest_plugin'}\n"
    )
    done = pytest_in(tmp_path)
    assert done.returncode == 0, done.stdout


def test_junit_of_every_kind_of_verdict() -> None:
    verdicts = [Verdict(f"group/{k.value}", "1 = 1", k, "because \x00 < & >") for k in Kind]
    root = ElementTree.fromstring(to_junit(verdicts))
    (suite,) = root
    assert {k: suite.get(k) for k in ("tests", "failures", "errors")} == {"tests": "7", "failures": "2", "errors": "1"}
    problems = {case.get("name"): [child.tag for child in case] for case in suite}
    assert problems["REFUTED"] == problems["VACUOUS"] == ["failure"]
    assert problems["INVALID"] == ["error"]
    assert problems["PROVED"] == problems["INCONCLUSIVE"] == ["system-out"]
    strict = ElementTree.fromstring(to_junit(verdicts, strict=True))
    assert strict[0].get("failures") == "3"


def test_junit_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "junit.xml"
    alone = ["--jobs", "1", "--seconds", "inf", "--memory", "inf"]
    assert run(["verify", "kernels/step", "E[relu(u)] = 1", *alone, "--no-slips", "--junit", str(file)]) == 1
    (suite,) = ElementTree.parse(file).getroot()
    assert [case.get("name") for case in suite] == ["step", "1"]
    assert run(["verify", "kernels/step", "--junit", str(tmp_path / "no" / "x.xml")]) == 2
    assert "no" in capsys.readouterr().err
