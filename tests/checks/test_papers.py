"""The papers of the catalogue: every claim has its expected verdict, slips and violated assumptions flip it."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from checks.catalogue import find_claims
from checks.catalogue.papers import claims_of_papers, find_papers, papers
from checks.claim import Claim, Identity, TwoSided
from checks.cli.catalogue import SKELETON
from checks.cli.main import cli
from checks.cli.main import run as run_command
from checks.errors import UnknownClaimError
from checks.judge import verify

CLAIMS = list(claims_of_papers().values())
ALL = [*CLAIMS, *claims_of_papers(slow=True).values()]
#: Two formulas of each paper: ``closedform verify``, which the README and CI run, judges all of CLAIMS.
QUICK = frozenset(c.name for p in papers() for c in [c for c in p.claims if isinstance(c.statement, Identity)][:2])


def is_slow(claim: Claim) -> bool:
    """Whether a claim belongs to the slow tier."""
    return claim.name not in QUICK


def marked(claims: list[Claim]) -> list[object]:
    """The claims as parameters, the slow ones marked."""
    return [pytest.param(c, id=c.name, marks=[pytest.mark.slow] if is_slow(c) else []) for c in claims]


@pytest.mark.parametrize("claim", marked(ALL))
def test_the_verdict_is_the_expected_one(claim: Claim) -> None:
    verdict = verify(claim, power=False)
    assert verdict.kind.value in claim.expect, str(verdict)
    assert not verdict.witnesses_disagree


@pytest.mark.slow
@pytest.mark.parametrize("claim", [pytest.param(c, id=c.name) for c in CLAIMS if c.expect == ("PROVED",)])
def test_slips_of_every_proved_formula_are_refuted(claim: Claim) -> None:
    power = verify(claim).power
    assert power is None or power.refuted == power.total - len(power.survivors)
    assert power is None or power.refuted >= 0.9 * power.total, str(power)


@pytest.mark.parametrize("claim", [pytest.param(c, id=c.name) for c in ALL])
def test_the_entry_is_complete(claim: Claim) -> None:
    assert re.fullmatch(r"papers(-on-request)?/[a-z-]+-\d{4}/[a-z0-9-]+", claim.name)
    assert claim.title
    assert len(claim.expect) == 1
    assert re.search(r"\d{4}|derived|recalled", claim.source)


def test_every_paper_of_the_list_has_at_least_five_claims() -> None:
    letters = Counter(p.letter for p in papers() for _ in p.all)
    assert sorted(letters) == list("ABCDEFGHIJK")
    assert min(letters.values()) >= 5
    assert all(p.open and all(what and why for what, why in p.open) for p in papers())
    assert all(c.name.split("/")[1] == p.key for p in papers() for c in p.all)


def test_names_are_unique() -> None:
    assert max(Counter(c.name for p in papers() for c in p.all).values()) == 1


#: One slip in a formula of each letter: what is replaced, and by what.
PLANTED = [
    ("safran-shamir-2018/kernel", "sin(theta)", "cos(theta)"),
    ("safran-yehudai-shamir-2021/homogeneous", "t*E", "t^2*E"),
    ("razborov-2022/step-third", "-rho^3", "rho^3"),
    ("razborov-2022/kappa-series", "3*r^6", "r^6"),
    ("safran-lee-2022/positive-bias", "2*s^2", "s^2"),
    ("safran-lee-2022/biases-beyond", "2*owens_t", "owens_t"),
    ("safran-lee-2022/zeros-from-above", "59/125", "23/50"),
    ("zou-long-gu-2020/transform-variance", "1 + rho^2", "1 + 2*rho^2"),
    ("sung-kratsios-forman-2025/huber-risk", "- t^2 +", "- 2*t^2 +"),
    ("li-ma-zhang-2020/c-six", "3^2", "3"),
    ("li-ma-zhang-2020/eq8-fourth", "8*|w|", "4*|w|"),
    ("ergen-2022/optimal", "(p - t - s)^2/2", "(p - t - s)^2"),
    ("williams-2019/outer-weight", "r^2", "r"),
    ("jin-montufar-2023/zeta-gaussian", "|u|^3", "|u|^2"),
    ("senen-cerda-sanders-2020/loss-two-units", "(a^2 + b^2)", "(a + b)^2"),
    ("han-2021/phi-zero", "/pi", "/(2*pi)"),
    ("jakub-nica-2024/j-3-1", "3*(pi - theta)", "(pi - theta)"),
    ("chistikov-2023/rotation", "p*h - q*g", "p*h + q*g"),
]


@pytest.mark.parametrize(("name", "old", "new"), PLANTED)
def test_a_planted_slip_is_refuted(name: str, old: str, new: str) -> None:
    claim = claims_of_papers()[f"papers/{name}"]
    field = "right" if isinstance(claim.statement, TwoSided) else "terms"
    text = str(getattr(claim.statement, field))
    assert old in text
    statement: Any = claim.statement
    slipped = replace(claim, statement=replace(statement, **{field: text.replace(old, new)}))
    assert verify(slipped, power=False).kind.value == "REFUTED"


#: What is assumed, and a domain or assumption that violates it.
VIOLATED: list[tuple[str, dict[str, Any]]] = [
    ("razborov-2022/step-first", {"variables": {"|u|": "{2}"}}),
    ("razborov-2022/step-third", {"variables": {"|u|": "{1}", "|v|": "{2}"}}),
    ("safran-lee-2022/positive-bias-at-two", {"variables": {"|u|": "{1}", "|v|": "{1}", "theta": "{pi/2}"}}),
    ("safran-lee-2022/zeros-from-below", {"variables": {"t": "[4, 5]"}}),
    ("safran-yehudai-shamir-2021/homogeneous", {"variables": {"t": "(-2, -1)"}}),
    ("li-ma-zhang-2020/c-four", {"variables": {"|u|": "{2}"}}),
    ("han-2021/at-one", {"variables": {"|u|": "{1}", "|v|": "{1}", "theta": "{pi/3}"}}),
    ("jakub-nica-2024/recurrence-2-1", {"variables": {}}),
    ("zou-long-gu-2020/recalled-contraction", {"variables": {"t": "[0, 2]"}}),
    ("ergen-2022/value-inactive-weight", {"variables": {"p": "[3, 4]", "s": "[0, 4]"}}),
]


@pytest.mark.parametrize(("name", "change"), VIOLATED, ids=[n for n, _ in VIOLATED])
def test_a_violated_assumption_flips_the_verdict(name: str, change: dict[str, Any]) -> None:
    claim = claims_of_papers()[f"papers/{name}"]
    assert claim.expect != ("REFUTED",)
    assert verify(replace(claim, **change), power=False).kind.value == "REFUTED"


def test_papers_are_found_by_letter_and_by_the_beginning_of_the_key() -> None:
    assert {p.key for p in find_papers("b")} == {"safran-shamir-2018", "safran-yehudai-shamir-2021"}
    assert [p.letter for p in find_papers("razborov")] == ["C"]
    assert find_claims(("papers/razborov-2022",)) == list(find_papers("C")[0].claims)
    assert find_claims(("papers-on-request",)) == list(claims_of_papers(slow=True).values())
    for wrong in ("", "Q", "shamir"):
        with pytest.raises(UnknownClaimError, match="closedform catalogue shows all"):
            find_papers(wrong)


def test_verify_judges_the_claims_of_a_paper() -> None:
    alone = ["--jobs", "1", "--seconds", "inf", "--memory", "inf"]
    result = CliRunner().invoke(cli, ["verify", "--paper", "park-2024", "--no-slips", *alone, "--format", "json"])
    found = json.loads(result.stdout)
    assert [row["claim"] for row in found["rows"]] == [c.name for c in find_papers("park-2024")[0].all]


def test_the_catalogue_command_shows_papers_and_what_is_open() -> None:
    result = CliRunner().invoke(cli, ["catalogue", "--format", "json"], catch_exceptions=False)
    found = json.loads(result.stdout)
    assert [row["paper"] for row in found["rows"]] == [p.key for p in papers()]
    assert sum(row["claims"] for row in found["rows"]) == len(ALL)
    assert found["findings"]["li-ma-zhang-2020"]


def test_a_new_paper_is_written_once_and_is_a_claim_that_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["new-paper", "cho_saul_2009_kernels", "--letter", "K", "--directory", str(tmp_path)]
    assert run_command(arguments) == 0
    assert "closedform verify --paper cho-saul-2009" in capsys.readouterr().out
    path = tmp_path / "cho_saul_2009_kernels.py"
    assert path.read_text() == SKELETON.format(key="cho-saul-2009", letter="K")
    spec = spec_from_file_location("skeleton", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    (claim,) = module.PAPER.claims
    assert isinstance(claim.statement, Identity)
    assert verify(claim, power=False).as_expected()
    path.write_text("mine")
    assert run_command(arguments) != 0
    assert path.read_text() == "mine"
    for wrong in ("Cho", "cho_saul", "../cho_2009_x"):
        assert run_command(["new-paper", wrong, "--directory", str(tmp_path)]) != 0
