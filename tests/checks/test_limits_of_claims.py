"""Each claim has its own time and memory: one that overruns stops no other, and nothing that was found is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from multiprocessing import Pipe
from pathlib import Path

import pytest

from checks.catalogue import all_claims
from checks.claim import Claim, Identity
from checks.cli.kept import kept
from checks.cli.main import run
from checks.errors import ClaimError, VacuousClaimError
from checks.judge import verify
from checks.pool import Pool, close_shared
from checks.runner import Plan, judge_all
from checks.verdict import Kind, Verdict

GOOD = all_claims()["kernels/step"]
STEPS = "*".join(f"step(u + {i}*v)" for i in range(1, 25))
#: Minutes of work in the derivation.
ENDLESS = Claim("my/endless", Identity(f"E[{STEPS}]", "1/2"))
CODE = "from checks.cli import main; main()"


def test_an_endless_claim_is_stopped_and_the_others_are_judged() -> None:
    begin = time.monotonic()
    found = dict(judge_all([GOOD, ENDLESS, GOOD], Plan(jobs=2, seconds=2.5, power=False)))
    assert [found[i].kind.value for i in range(3)] == ["PROVED", "INCONCLUSIVE", "PROVED"]
    assert found[1].reason == "budget of 2.5 seconds spent in the derivation; try --seconds 5"
    assert 2.5 <= found[1].seconds < 10
    assert found[1].stated["name"] == "my/endless"
    assert time.monotonic() - begin < 40


@pytest.mark.slow
def test_memory_is_bounded_for_each_claim() -> None:
    found = dict(judge_all([ENDLESS, GOOD], Plan(seconds=60, memory=2, power=False)))
    assert found[0].reason == "budget of 2 MiB of memory spent in the derivation; try --memory 4"
    assert found[0].kind is Kind.INCONCLUSIVE
    roomy = verify(GOOD, seconds=60, memory=1024, power=False)
    assert roomy.kind is Kind.PROVED


@pytest.mark.slow
def test_python_has_the_same_limits_and_the_same_verdicts() -> None:
    limited, free = (verify(GOOD, seconds=s, alpha=1e-5, seed=3) for s in (60.0, None))
    assert limited.as_dict() | {"seconds": 0} == free.as_dict() | {"seconds": 0}
    assert verify(ENDLESS, seconds=1).kind is Kind.INCONCLUSIVE
    with pytest.raises(VacuousClaimError):
        verify("E[relu(u)]", "1", assumptions=("|u| < 0",), seconds=60)
    with pytest.raises(ClaimError, match="vector"):
        verify("grad(E[relu(w.x)*relu(v.x)], w)", "I", seconds=60)
    with pytest.raises(ClaimError, match="positive"):
        verify(GOOD, seconds=0)
    close_shared()


@pytest.mark.slow
def test_a_worker_that_dies_costs_its_claim_only() -> None:
    pool = Pool(1)
    try:
        found = []
        for position, verdict in pool.judge([GOOD, GOOD, ENDLESS, GOOD], Plan(power=False, seconds=1.5), 1e-6):
            found.append((position, verdict.kind))
            if position == 0:
                os.kill(pool._workers[0].process, signal.SIGSEGV)  # while it waits: the next claim finds it gone
        assert found == [(i, Kind.INCONCLUSIVE if i == 2 else Kind.PROVED) for i in range(4)]
    finally:
        pool.close()


def test_a_verdict_that_stands_is_kept_when_its_slips_take_too_long() -> None:
    from checks.pool import _Worker

    parent, child = Pipe()
    worker = _Worker(parent, 0, (0, GOOD), time.monotonic())
    standing = verify(GOOD, power=False)
    for message in (("engine", "exact"), ("settled", standing), ("engine", "slips")):
        child.send(message)
        assert worker.hear() is None
    found = worker.unfinished("budget of 1 seconds spent in slips")
    assert found.kind is Kind.PROVED
    assert found.power is None
    assert found.reason == f"{standing.reason}; slips not tried to the end: budget of 1 seconds spent in slips"


@pytest.mark.slow
def test_finished_verdicts_survive_a_kill_and_are_not_made_again(tmp_path: Path) -> None:
    file, claims = tmp_path / "kept.jsonl", tmp_path / "many.claims.json"
    stated = [{"name": f"my/{i}", "left": "E[step(u)]", "right": f"1/{2 + i % 2}"} for i in range(60)]
    claims.write_text(json.dumps({"claim": stated}))
    words = ["verify", str(claims), "--jobs", "1", "--no-slips", "--results", str(file)]
    process = subprocess.Popen([sys.executable, "-c", CODE, *words], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert process.stderr is not None
    for _ in range(3):
        process.stderr.readline()
    process.kill()
    process.communicate(timeout=60)
    with file.open("a") as stream:
        stream.write('{"key": "a line that was cut o')
    before = [json.loads(line) for line in file.read_text().splitlines()[1:-1]]
    assert 3 <= len(before) < 60
    assert run([*words, f"--json={tmp_path}/report.json"]) == 1
    after = [json.loads(line) for line in file.read_text().splitlines()[1:]]
    assert after[: len(before)] == before
    assert len(after) == 60
    assert json.loads((tmp_path / "report.json").read_text())["summary"] == {"PROVED": 30, "REFUTED": 30}


def test_what_is_kept_depends_on_seed_share_engines_and_limits(tmp_path: Path) -> None:
    file, plan = str(tmp_path / "kept.jsonl"), Plan(power=False, seconds=1.0)
    cut = Verdict("my/endless", "", Kind.INCONCLUSIVE, "budget of 1 seconds spent")
    with kept(file, plan, 1e-6) as store:
        store.add(GOOD, verify(GOOD, power=False))
        store.add(ENDLESS, cut)
    for other, share, known in (
        (plan, 1e-6, (True, True)),
        (Plan(power=False, seconds=2.0), 1e-6, (True, False)),
        (Plan(power=False, seconds=1.0, seed=1), 1e-6, (False, False)),
        (Plan(power=False, seconds=1.0, engines=("balls",)), 1e-6, (False, False)),
        (plan, 1e-7, (False, False)),
    ):
        with kept(file, other, share) as store:
            assert tuple(store.get(c) is not None for c in (GOOD, ENDLESS)) == known


@pytest.mark.parametrize("content", ["hello\n", "hello", '{"schema": "closedform/verdicts-kept/1"}\n[]\n'])
def test_another_file_is_refused_and_left_alone(content: str, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text(content)
    with pytest.raises(ClaimError), kept(str(file), Plan(), 1e-6):
        pass
    assert file.read_text() == content


def test_a_verdict_is_read_back_as_it_was() -> None:
    for verdict in (verify(GOOD), verify("E[step(u)*step(v)]", "theta/pi")):
        assert Verdict.from_dict(json.loads(json.dumps(verdict.as_dict()))) == verdict
