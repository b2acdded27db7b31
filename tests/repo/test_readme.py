"""The README keeps its word: two commands, and every line that it shows runs and ends as it says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from checks.cli.main import run

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MARKERS = ("verify", "tests")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
EXAMPLES = [line for block in BLOCKS for line in block.splitlines() if line.startswith("closedform ")]


def command(marker: str) -> str:
    """The command that belongs to a marker: the only line of the code block that follows it."""
    (block,) = re.findall(rf"^<!-- command: {marker} -->\n```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    (line,) = block.splitlines()
    return str(line)


@pytest.mark.parametrize("marker", MARKERS)
def test_there_is_one_command_for_the_marker_on_one_line(marker: str) -> None:
    assert README.count(f"<!-- command: {marker} -->") == 1
    assert command(marker).startswith("python3 -m venv .venv && ")


def test_there_are_no_other_markers() -> None:
    assert tuple(re.findall(r"<!-- command: (\S+) -->", README)) == MARKERS


def executable(path: Path, script: str) -> None:
    """Writes a shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def stubbed_ci(folder: Path, readme: str) -> subprocess.CompletedProcess[str]:
    """Runs a copy of .ci/run in which commands are only shown."""
    (folder / "README.md").write_text(readme, encoding="utf-8")
    (folder / ".ci").mkdir()
    (folder / ".ci" / "run").write_text((ROOT / ".ci" / "run").read_text(encoding="utf-8"), encoding="utf-8")
    executable(folder / "stubs" / "bash", 'echo "RAN $2"')
    for tool in ("ruff", "mypy"):
        executable(folder / ".venv" / "bin" / tool, f'echo "RAN {tool} $*"')
    environment = {**os.environ, "PATH": f"{folder / 'stubs'}:{os.environ['PATH']}"}
    return subprocess.run(
        ["/bin/bash", ".ci/run"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_ci_runs_exactly_the_commands_of_the_readme(tmp_path: Path) -> None:
    done = stubbed_ci(tmp_path, README)
    assert done.returncode == 0, done.stderr
    ran = [line.removeprefix("RAN ") for line in done.stdout.splitlines() if line.startswith("RAN ")]
    assert ran[:2] == [command("verify"), command("tests")]
    assert [line.split()[0] for line in ran[2:]] == ["ruff", "ruff", "mypy"]


@pytest.mark.parametrize("marker", MARKERS)
def test_ci_fails_if_the_readme_loses_a_command(tmp_path: Path, marker: str) -> None:
    done = stubbed_ci(tmp_path, README.replace(f"<!-- command: {marker} -->", ""))
    assert done.returncode == 1
    assert "RAN" not in done.stdout


def words(line: str) -> list[str]:
    """The arguments of an example, with what makes judging quick."""
    arguments = shlex.split(line, comments=True)[1:]
    quick = ["--no-slips", "--jobs", "1"] if arguments[0] == "verify" else []
    return [*arguments, *quick]


@pytest.mark.parametrize("line", EXAMPLES)
def test_the_example_ends_as_the_readme_says(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    if " check " in line:  # the line before writes the certificate
        assert run(words(EXAMPLES[EXAMPLES.index(line) - 1])) == 0
        capsys.readouterr()
    stated = re.search(r"# .*exit code (\d+)", line)
    assert run(words(line)) == (int(stated[1]) if stated else 0)
    out, err = capsys.readouterr()
    assert out
    assert "closedform:" not in err
    named = {word for word in words(line) if word.endswith((".png", ".json"))}
    assert {path.name for path in tmp_path.iterdir()} == named


def test_the_readme_shows_every_command_and_a_refutation() -> None:
    assert {line.split()[1] for line in EXAMPLES} == {
        "blocks",
        "catalogue",
        "certify",
        "check",
        "expand",
        "expect",
        "family",
        "spectrum",
        "train",
        "verify",
    }
    assert sum("exit code 1" in line for line in EXAMPLES) == 1


def test_links_to_files_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", README)
    assert targets
    assert [t for t in targets if not (ROOT / t).exists()] == []


@pytest.mark.slow
@pytest.mark.parametrize("marker", MARKERS)
def test_the_command_works_in_a_fresh_clone(marker: str, tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(tmp_path / "clone")], check=True)
    environment = {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")}
    done = subprocess.run(
        ["/bin/bash", "-c", command(marker)],
        cwd=tmp_path / "clone",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
