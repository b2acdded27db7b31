"""Claims about simulations: criteria fixed in advance, both error rates, and nothing lost when a run is stopped."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

from checks.claim import Claim
from checks.claim_table import Shared, read_claim, table_of
from checks.cli.main import run
from checks.cli.simulating import at_full_sizes, watched
from checks.empirical import Settings
from checks.errors import ClaimError
from checks.runner import Plan, judge_one
from checks.statements import simulation, simulation_judge
from checks.statements.simulation import Criterion, Simulation
from checks.statements.simulation_judge import BETA, FRESH, FailureTest, judge_simulation
from checks.statements.simulation_runs import Repetition, keeping, repetitions
from checks.statements.simulation_store import notes
from checks.verdict import Kind, Verdict
from numeric.experiments import Experiment, Progress, find_experiment

REAL = "razborov-2022/both-layers"
made: list[int] = []


def toss(sizes: Mapping[str, float], rng: np.random.Generator, progress: Progress) -> dict[str, float]:
    """A coin; a bias of 2 stands for a divergence, one of 3 for a run that is stopped from outside."""
    made.append(1)
    progress(0.5)
    if sizes["bias"] == 3 and len(made) == 3:
        raise KeyboardInterrupt
    return {"heads": np.nan if sizes["bias"] == 2 else float(rng.random() < sizes["bias"]), "twice": 2.0}


COIN = Experiment("a-2020/coin", "heads", toss, {"bias": 1.0}, {"bias": 0.0}, {"heads": "0 or 1", "twice": "always 2"})


def lookup(name: str) -> Experiment:
    """The coin, or a real experiment."""
    return COIN if name == COIN.name else find_experiment(name)


@pytest.fixture(autouse=True)
def coin(monkeypatch: pytest.MonkeyPatch) -> None:
    """The experiments of this page."""
    made.clear()
    monkeypatch.setattr(simulation, "find_experiment", lookup)


def tossed(bias: float, repetitions: int = 10, criteria: tuple[str, ...] = ("heads >= 1",)) -> Simulation:
    """A claim about the coin."""
    return Simulation(COIN.name, criteria, repetitions, 1, sizes={"bias": bias})


def judged(statement: Simulation, power: bool = True) -> Verdict:
    """Its verdict in a report of a hundred claims."""
    return judge_simulation(Claim("my/coin", statement), Settings(1e-8, 0), power)


def test_criteria_are_compared_exactly() -> None:
    assert Criterion.read("x < 0.1").holds(float(np.nextafter(0.1, 0)))
    assert not Criterion.read("x<=0.1").holds(0.1)  # the float is a little more
    assert Criterion.read("x >= 1e-3").holds(0.001)
    assert [str(Criterion.read(f"x {r} 2").reversed) for r in ("<", "<=", ">", ">=")] == [
        f"x {r} 2" for r in (">=", ">", "<=", "<")
    ]


@pytest.mark.parametrize("text", ["x = 1", "x < y", "x << 1", "1 < x", "x < 1 < 2", "x < nan", "x < inf", "", "x <"])
def test_what_is_no_criterion_is_refused(text: str) -> None:
    with pytest.raises(ClaimError, match="expected"):
        tossed(1, criteria=(text,))


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"criteria": ("tails > 0",)}, "one of heads, twice"),
        ({"criteria": ()}, "no criteria"),
        ({"repetitions": 0}, "repetitions = 0"),
        ({"repetitions": 10**6}, "10000"),
        ({"seed": -1}, "seed = -1"),
        ({"share": "1"}, "strictly between"),
        ({"sizes": {"size": 1.0}}, "expected some of bias"),
        ({"sizes": {"bias": float("nan")}}, "finite"),
        ({"full": 1}, "full = 1"),
        ({"experiment": "razborov-2022/bothlayers"}, REAL),
    ],
)
def test_a_statement_that_cannot_be_run_is_refused(change: dict[str, object], part: str) -> None:
    fields: dict[str, object] = {"experiment": COIN.name, "criteria": ("heads >= 1",), "repetitions": 7, "seed": 0}
    with pytest.raises(ClaimError, match=part):
        Simulation(**(fields | change))  # type: ignore[arg-type]


def test_the_statement_says_what_is_fixed_in_advance_and_reads_back() -> None:
    statement = Simulation(
        REAL, ("ratio < 0.001",), 9, 3, "0.8", {"k": 20, "eta_z": 0.2}, ("ratio < 0.01",), 7, {"n": 100}
    )
    for stated in (statement, statement.at_full_sizes()):
        claim = Claim("my/fit", stated)
        assert read_claim(json.loads(json.dumps(table_of(claim))), Shared(), "") == claim
    text, full = str(statement), str(statement.at_full_sizes())
    assert all(part in text for part in ("ratio < 0.001", ">= 0.8", "9 of seed 3", "quick", "k = 20", "eta_z = 0.2"))
    assert all(part in full for part in ("ratio < 0.01 ", "7 of seed 3", "the paper's", "n = 100", "k = 20", "d = 50"))
    assert statement.at_full_sizes().at_full_sizes() == statement.at_full_sizes()
    with pytest.raises(ClaimError, match="without seed"):
        read_claim({"simulation": {"experiment": REAL, "criteria": "ratio < 1", "repetitions": 3}}, Shared(), "")


@pytest.mark.parametrize("alpha", [1e-2, 1e-6, 1e-9])
@pytest.mark.parametrize("share", [0.5, 0.9, 0.999])
@pytest.mark.parametrize("R", [1, 5, 7, 20, 200])
def test_the_error_rates_are_those_stated(R: int, share: float, alpha: float) -> None:
    test = FailureTest(R, share, alpha)
    twice = float(binom.sf(test.refuting - 1, R, 1 - share)) ** 2
    assert twice <= alpha * (1 + 1e-9)
    assert test.consistent < test.refuting
    if test.consistent >= 0:
        assert float(binom.cdf(test.consistent, R, test.delta)) == pytest.approx(BETA)
        assert test.delta <= 0.5
    larger = FailureTest(test.needed, share, alpha)
    assert 0 <= larger.consistent < larger.refuting <= larger.repetitions


def test_what_always_holds_is_consistent_and_its_slip_would_have_been_refuted() -> None:
    verdict = judged(tossed(1, criteria=("heads >= 1", "twice <= 2")))
    assert verdict.kind is Kind.CONSISTENT
    assert all(part in verdict.reason for part in ("0.37", "beta = 0.01", "alpha = 5.0e-09", "fresh seed"))
    assert verdict.power is not None
    assert (verdict.power.refuted, verdict.power.total) == (2, 2)
    heads, twice = verdict.empirical
    assert (heads.estimate, heads.error, heads.claimed, heads.agrees, heads.work) == (1.0, 0.0, 1.0, True, 10)
    assert (heads.kind, twice.estimate, twice.beta, twice.seed) == ("range", 2.0, BETA, 1)


def test_what_never_holds_is_refuted_twice_and_repaired() -> None:
    verdict = judged(tossed(0, criteria=("twice >= 2", "heads >= 1")))
    assert verdict.kind is Kind.REFUTED
    assert f"on the fresh seed {FRESH + 1}" in verdict.reason
    assert verdict.repair == "twice >= 2 and heads < 1  (relation reversed)"
    assert [e.agrees for e in verdict.empirical] == [True, False]
    assert len(made) == 10 + 7  # the second time no more than settles it


def test_between_the_two_nothing_is_concluded() -> None:
    verdict = judged(tossed(0.65, 20))
    assert verdict.kind is Kind.INCONCLUSIVE
    assert "make more repetitions" in verdict.reason


def test_too_few_repetitions_say_how_many_are_needed() -> None:
    verdict = judged(tossed(1, 5))
    assert (verdict.kind, "expected at least 7 repetitions" in verdict.reason) == (Kind.INCONCLUSIVE, True)


def test_failures_that_are_not_confirmed_refute_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def unlucky(statement: Simulation, seed: int) -> Iterator[Repetition]:
        heads = float(seed != statement.seed)
        return (Repetition(r, {"heads": heads, "twice": 2.0}) for r in range(statement.repetitions))

    monkeypatch.setattr(simulation_judge, "repetitions", unlucky)
    verdict = judged(tossed(1))
    assert verdict.kind is Kind.INCONCLUSIVE
    assert "not confirmed" in verdict.reason


def test_a_divergence_is_a_failure_and_is_said() -> None:
    verdict = judged(tossed(2))
    assert verdict.kind is Kind.REFUTED
    assert "10 diverged and count as failures, the first by NonFiniteError: got heads = nan" in verdict.reason
    assert (verdict.empirical, verdict.repair) == ((), None)
    assert "NaN" not in json.dumps(verdict.as_dict())


def test_an_experiment_that_measures_something_else_is_invalid(monkeypatch: pytest.MonkeyPatch) -> None:
    statement = tossed(1)
    wrong = replace(COIN, measures={"heads": "0 or 1"})
    monkeypatch.setattr(simulation, "find_experiment", lambda _: wrong)
    verdict = judge_one(Claim("my/coin", statement), Plan(), 1e-6)
    assert (verdict.kind, "got the measures ['heads', 'twice']" in verdict.reason) == (Kind.INVALID, True)


def test_repetitions_depend_on_seed_and_number_alone() -> None:
    statement = tossed(0.5, 30)
    first, again = list(repetitions(statement, 1)), list(repetitions(replace(statement, repetitions=40), 1))
    assert first == again[:30]
    assert first != list(repetitions(statement, 2))


def test_what_was_kept_is_not_made_again(tmp_path: Path) -> None:
    file = str(tmp_path / "kept.sqlite")
    with keeping(file):
        first = list(repetitions(tossed(0.5), 1))
        assert len(made) == 10
        assert list(repetitions(tossed(0.5, 12), 1))[:10] == first
        assert len(made) == 12
        list(repetitions(tossed(0.5), 2))
        list(repetitions(tossed(0.25), 1))
        assert len(made) == 32  # another seed, other sizes
    assert any("repetition 10 of 10" in note for note in notes(file).values())


def test_a_run_that_is_stopped_loses_one_repetition(tmp_path: Path) -> None:
    with keeping(str(tmp_path / "kept.sqlite")):
        with pytest.raises(KeyboardInterrupt):
            judged(tossed(3))
        assert len(made) == 3
        assert judged(tossed(3)).kind is Kind.CONSISTENT
        assert len(made) == 3 + 8


def test_a_file_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    text, other = tmp_path / "text", tmp_path / "other.sqlite"
    text.write_text("mine, and longer than the head of a data base: " + "x" * 100)
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()
    for file in (text, other):
        before = file.read_bytes()
        with pytest.raises(ClaimError, match="kept repetitions, or a new name"), keeping(str(file)):
            list(repetitions(tossed(1), 1))
        assert file.read_bytes() == before


def test_a_file_that_was_changed_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "kept.sqlite"
    with keeping(str(file)):
        list(repetitions(tossed(1), 1))
        for nonsense in ('{"heads": "nan"}', "[]", "{}", '{"heads": 1}', "x"):
            with sqlite3.connect(file) as connection:
                connection.execute("UPDATE repetitions SET measures = ?", (nonsense,))
            connection.close()
            with pytest.raises(ClaimError, match="the file was changed"):
                list(repetitions(tossed(1), 1))


def test_full_sizes_are_watched(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("checks.cli.simulating.EVERY", 0.01)
    claim = at_full_sizes(Claim("my/coin", Simulation(COIN.name, ("heads < 1",), 8, 0)))
    with watched(None, True) as file:
        assert file is not None
        with keeping(file):
            assert judge_simulation(claim, Settings(1e-8, 0), False).kind is Kind.CONSISTENT
        time.sleep(0.1)
    assert "a-2020/coin, seed 0: repetition 8 of 8" in capsys.readouterr().err
    assert not Path(file).exists()
    with watched(None, False) as file:
        assert file is None


FILE = """
[[claim]]
name = "my/fit"
simulation = { experiment = "razborov-2022/both-layers", criteria = "ratio < 1", repetitions = 7, seed = 1, sizes = { \
steps = "20", n = "20", k = "8", d = "8" } }
"""


def test_the_command_makes_them_at_full_sizes_and_keeps_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("claims.toml").write_text(FILE)
    alone = ["--jobs", "1", "--seconds", "inf", "--memory", "inf"]
    words = ["verify", "claims.toml", *alone, "--full", "--keep", "kept.sqlite", "--json"]
    assert run(words) == 0
    found = json.loads(capsys.readouterr().out)
    (verdict,) = found["verdicts"]
    assert (verdict["kind"], found["environment"]["full"]) == ("CONSISTENT", True)
    assert "the paper's sizes" in verdict["statement"]
    assert "eta_w = 0.2" in verdict["statement"]
    assert verdict["stated"]["simulation"]["full"] is True
    with sqlite3.connect("kept.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM repetitions").fetchone() == (7,)
    connection.close()
    Path("other.toml").write_text(FILE)
    assert run(["verify", "claims.toml", "--jobs", "1", "--keep", "other.toml"]) == 2
    assert "kept repetitions, or a new name" in capsys.readouterr().err


PLANTED = [
    ("beyond-the-kernel-regime", ("ratio < 0.000001", "moved_z < 0.4"), {}),
    ("first-layer-alone", ("ratio >= 0.000001",), {"k": 60.0, "steps": 2000.0}),
    ("beyond-the-kernel-regime", ("ratio < 0.000001",), {"eta_w": 0.0}),
]


@pytest.mark.parametrize(("name", "criteria", "sizes"), PLANTED)
def test_slips_and_violated_assumptions_are_refuted(
    name: str, criteria: tuple[str, ...], sizes: dict[str, float]
) -> None:
    from checks.catalogue.papers import claims_of_papers

    claim = claims_of_papers()[f"papers/razborov-2022/{name}"]
    assert isinstance(claim.statement, Simulation)
    small = {"n": 30.0, "d": 20.0, "steps": 500.0}
    slipped = replace(claim.statement, criteria=criteria, sizes={**claim.statement.sizes, "k": 10.0, **small, **sizes})
    assert judged(slipped, power=False).kind is Kind.REFUTED


@pytest.mark.slow
def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    text = FILE.replace('"20"', '"2000"', 1).replace('n = "20", k = "8", d = "8"', 'enough = "0"')
    (tmp_path / "claims.toml").write_text(text)
    kept = tmp_path / "kept.sqlite"
    words = ["verify", "claims.toml", "--jobs", "1", "--full", "--keep", str(kept)]
    command = [sys.executable, "-c", "import sys; from checks.cli.main import run; sys.exit(run(sys.argv[1:]))", *words]

    def there() -> list[tuple[int, str]]:
        with sqlite3.connect(kept) as connection:
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            rows = connection.execute("SELECT repetition, measures FROM repetitions").fetchall() if tables else []
        connection.close()
        return rows

    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL, start_new_session=True)
    while process.poll() is None and (not kept.exists() or len(there()) < 2):
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = there()
    assert 2 <= len(before) < 7
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert there()[: len(before)] == before
    assert len(there()) == 7
