"""Ctrl-C: what was found is shown, files stay as they were, the exit code is 130."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from checks.catalogue import all_claims
from checks.claim import Claim
from checks.cli.main import run
from checks.runner import Plan, judge_all
from checks.verdict import Verdict

CODE = "from checks.cli import main; main()"


def interrupted_after_one(claims: Sequence[Claim], plan: Plan, share: float) -> Iterator[tuple[int, Verdict]]:
    """Judges one claim, then behaves as if Ctrl-C had been pressed."""
    yield next(iter(judge_all(claims, plan, share)))
    raise KeyboardInterrupt


@pytest.mark.parametrize("old", [None, "old"])
@pytest.mark.parametrize("form", ["table", "json"])
def test_what_was_judged_is_shown_and_the_file_stays(
    old: str | None,
    form: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("checks.cli.verify.judge_all", interrupted_after_one)
    file = tmp_path / "verdicts.txt"
    if old is not None:
        file.write_text(old)
    arguments = ["verify", "kernels/sign", "kernels/step", "--jobs", "1", "--no-slips", "--format", form]
    assert run([*arguments, "--out", str(file)]) == 130
    out, err = capsys.readouterr()
    assert "kernels/sign" in out
    assert "kernels/step" not in out
    assert "INTERRUPTED after 1 of 2" in out
    assert "Traceback" not in err
    assert [(f.name, f.read_text()) for f in tmp_path.iterdir()] == ([] if old is None else [(file.name, old)])


def test_an_interrupt_elsewhere_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("analytic.expectation.expect", interrupt)
    assert run(["expect", "relu(u)"]) == 130
    out, err = capsys.readouterr()
    assert (out, err.strip()) == ("", "closedform: interrupted")


@pytest.mark.parametrize("jobs", [pytest.param("1", marks=pytest.mark.slow), "2"])
def test_a_real_interrupt(jobs: str, tmp_path: Path) -> None:
    file = tmp_path / "verdicts.json"
    file.write_text("old")
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, "verify", "--jobs", jobs, "--out", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # a background job ignores interrupts, and so would what it starts
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stderr is not None
    first = process.stderr.readline()
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the whole group
    out, err = process.communicate(timeout=60)
    assert first.startswith(f"[1/{len(all_claims())}]")
    assert process.returncode == 130
    assert "INTERRUPTED after" in out
    assert "PROVED" in out
    assert "closedform: internal error" not in err
    assert file.read_text() == "old"
    assert os.listdir(tmp_path) == [file.name]
