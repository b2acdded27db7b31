"""Claim files: what they share, where their errors are, and that nothing in them harms anybody."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.catalogue import all_claims, find_claims
from checks.claim import Claim, Identity, SpectrumTable
from checks.claim_file import Limits, Unreadable, parse_claims, read_claims
from checks.claim_table import Shared, read_claim, table_of
from checks.cli.main import run
from checks.errors import ClaimError
from checks.judge import verify
from checks.point_facts import PointFacts

STEPS = """
title = "My steps"
source = "notes, Section 2"
variables = { t = "(0, 1)", "|u|" = "{1}" }
assume = ["theta < pi/2"]

[define]
"g(u, v)" = "|u|*|v|*(sin(theta) + (pi - theta)*cos(theta))/(2*pi)"
"unused(u)" = "|u|"

[[claim]]
name = "kernel"
statement = "E[relu(u)*relu(v)] = g(u, v)"
expect = "PROVED"

[[claim]]
left = "E[leaky_relu(u, t)]"
right = "(1 - t)/sqrt(2*pi)"
source = "notes, Section 3"

[[claim]]
critical_point = { point = "II", k = 6, index = 0, eigenvalues = [["0.1", 36]] }

[[claim]]
spectrum = { point = "global", rows = [["1/4", "k*d"]] }

[[claim]]
statement = "grad(L, w_i) = 0"
"""


def claims(text: str, name: str = "steps.toml") -> list[Claim]:
    """The claims of a text, all of which can be read."""
    found = parse_claims(text, name)
    assert not [str(x) for x in found if isinstance(x, Unreadable)]
    return [x for x in found if isinstance(x, Claim)]


def test_a_claim_takes_of_what_is_shared_only_what_concerns_it() -> None:
    kernel, leaky, point, spectrum, loss = claims(STEPS)
    assert kernel.variables == {"|u|": "{1}"}
    assert kernel.assumptions == ("theta < pi/2",)
    assert isinstance(kernel.statement, Identity)
    assert list(kernel.statement.where) == ["g(u, v)"]
    assert kernel.expect == ("PROVED",)
    assert leaky.variables == {"t": "(0, 1)", "|u|": "{1}"}
    assert leaky.assumptions == ()
    assert isinstance(leaky.statement, Identity)
    assert not leaky.statement.where
    assert (kernel.source, leaky.source) == ("notes, Section 2", "notes, Section 3")
    assert isinstance(point.statement, PointFacts)
    assert isinstance(spectrum.statement, SpectrumTable)
    assert not loss.variables
    assert [c.name for c in (leaky, point)] == ["steps/2", "steps/3"]


def test_markdown_and_json_say_the_same() -> None:
    shared, *blocks = STEPS.split("[[claim]]")
    markdown = f"# Notes\n```claims\n{shared}\n```\n" + "".join(f"Step:\n\n~~~ claim\n{b}\n~~~\n" for b in blocks)
    assert claims(markdown, "steps.md") == claims(STEPS)
    import tomllib

    assert claims(json.dumps(tomllib.loads(STEPS)), "steps.json") == claims(STEPS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[claim]]\nname = "a"\nstatement = "E[relu(u] = 1"', "x.toml, line 3, column 22: cannot read 'E[relu(u]'"),
        (
            '\n\n[[claim]]\nstatment = "1 = 1"',
            "x.toml, line 3: got the key 'statment' in a claim, did you mean statement?",
        ),
        ('[[claim]]\nstatement = "1"', "line 1: got '1' with 0 equals signs"),
        ('[[claim]]\nstatement = "1 = 1 = 1"', "2 equals signs"),
        ("[[claim]]\nstatement = 1", "expected text in quotation marks"),
        ('[[claim]]\nleft = "1"', "expected both left and right"),
        ('[[claim]]\nstatement = "1 = 1"\nleft = "1"', "expected statement = 'LEFT = RIGHT' alone"),
        ('[[claim]]\ntitle = "nothing"', "0 kinds of statement"),
        ('[[claim]]\nstatement = "1 = 1"\nspectrum = {}', "2 kinds of statement"),
        ("[[claim]]\ncritical_point = {}", "without point or k"),
        ("[[claim]]\ncritical_point = { point = 'II', k = 6, loss = 0.025 }", "numbers are read exactly"),
        ("[[claim]]\ncritical_point = { point = 'II', k = 6, eigenvalues = [[1]] }", "a pair"),
        ("[[claim]]\nspectrum = { rows = [] }", "a list of pairs"),
        ('[[claim]]\nstatement = "E[relu(u)] = 1"\nexpect = "TRUE"', "expected verdicts"),
        ('[[claim]]\nstatement = "E[relu(u)] = t"\nvariables = { t = "wide" }', "domain"),
        ('[[claim]]\nstatement = "E[relu(u)] = 1"\nassume = 3', "a list of texts"),
    ],
)
def test_a_claim_that_cannot_be_read_names_its_place(text: str, message: str) -> None:
    good = '[[claim]]\nname = "good"\nstatement = "E[relu(u)] = 1"\n'
    bad, other = parse_claims(f"{text}\n{good}", "x.toml")
    assert isinstance(bad, Unreadable)
    assert message in str(bad)
    assert isinstance(other, Claim), "the claims around it are read"


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("", "x.toml", "without claims"),
        ("[[claim]]\nx = ", "x.toml", "this is no TOML"),
        ("a = 1\nb = =", "x.toml", "line 2, column 5"),
        ("colour = 1", "x.toml", "got the key 'colour'"),
        ("claim = 1", "x.toml", "expected tables"),
        ("text\n```claim\nleft = ", "x.md", "a block without an end"),
        ("text\n\n```claim\nleft = \n```", "x.md", "x.md, line 4, at the end: this is no TOML"),
        ("{", "x.json", "line 1, column 2: this is no JSON"),
        ("[1]", "x.json", "expected an object"),
        ("a = " + "[" * 100_000, "x.toml", "cannot be read as TOML"),
        ("{" + '"claim":' + "[" * 100_000, "x.json", "cannot be read as JSON"),
        ("a = 1" + "1" * 10**6, "x.toml", "cannot be read as TOML"),
    ],
)
def test_a_file_that_cannot_be_read(text: str, name: str, message: str) -> None:
    with pytest.raises(ClaimError, match=re.escape(message)):
        parse_claims(text, name)


def test_names_are_told_apart() -> None:
    one = '[[claim]]\nname = "a"\nstatement = "E[relu(u)] = 1"\n'
    first, second = parse_claims(one + one, "x.toml")
    assert isinstance(first, Claim)
    assert isinstance(second, Unreadable)


def test_limits(tmp_path: Path) -> None:
    many = '[[claim]]\nstatement = "E[relu(u)] = 1"\n' * 4
    (tmp_path / "x.toml").write_text(many)
    with pytest.raises(ClaimError, match="more than 3 claims"):
        read_claims(str(tmp_path / "x.toml"), Limits(claims=3))
    with pytest.raises(ClaimError, match="--max-bytes"):
        read_claims(str(tmp_path / "x.toml"), Limits(size=10))
    assert run(["verify", str(tmp_path / "x.toml"), "--max-claims", "3"]) == 2
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ClaimError, match="UTF-8"):
        read_claims(str(tmp_path / "x.toml"))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_fuzz(data: st.DataObject) -> None:
    """Mutations of a good file are read, or refused with an error of ours."""
    text = STEPS
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 12))
        text = text[:at] + data.draw(st.text(max_size=6)) + text[at + cut :]
    with contextlib.suppress(ClaimError):
        found = parse_claims(text, data.draw(st.sampled_from(["x.toml", "x.md", "x.json", "x"])))
        assert all(isinstance(x, Claim) or x.reason for x in found)


@pytest.mark.parametrize(
    "groups", [("landscape-dense",), pytest.param(("landscape-dense", "pairs"), marks=pytest.mark.slow)]
)
def test_every_claim_of_the_catalogue_is_a_table_that_reads_back(groups: tuple[str, ...]) -> None:
    for claim in (*all_claims().values(), *find_claims(groups)):
        assert read_claim(json.loads(json.dumps(table_of(claim))), Shared(), "") == claim


#: Judged in this process: limits of time and memory would need another.
ALONE = ("--jobs", "1", "--seconds", "inf", "--memory", "inf")


def test_a_report_is_a_claim_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "report.json"
    options = [*ALONE, "--seed", "7", "--alpha", "1e-4"]
    first = ["kernels/relu-mean", "E[leaky_relu(u, t)] = (1 - t)*|u|/sqrt(2*pi)", "--variable", "t=(0, 1)"]
    assert run(["verify", *first, *options, "--json", str(file)]) == 0
    assert run(["verify", str(file), *options, "--json"]) == 0
    again, before = json.loads(capsys.readouterr().out)["verdicts"], json.loads(file.read_text())["verdicts"]
    for verdict in (*again, *before):
        verdict.pop("seconds")
    assert again == before
    file.write_text('{"schema": "closedform/verdicts/1", "verdicts": [{}]}')
    assert run(["verify", str(file)]) == 2


def test_the_page_on_claim_files_is_one() -> None:
    page = Path(__file__).parents[2] / "docs" / "claim-files.md"
    found = [x for x in read_claims(str(page)) if isinstance(x, Claim)]
    assert [c.name for c in found] == [f"page/{n}" for n in ("kernel", "leaky", "type-II", "bound", "depth")]
    assert [verify(c, power=False).kind.value for c in found] == ["PROVED", "PROVED", *["CERTIFIED"] * 3]


def test_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = '[[claim]]\nname = "good"\nstatement = "E[relu(u)] = |u|/sqrt(2*pi)"\n'
    wrong = '[[claim]]\nname = "wrong"\nstatement = "E[relu(u)] = |u|/sqrt(pi)"\n'
    unreadable = '[[claim]]\nname = "bad"\nstatement = "E[relu(u] = 1"\n'
    file = tmp_path / "x.toml"
    for content, code in ((good, 0), (good + wrong, 1), (unreadable + good, 2)):
        file.write_text(content)
        assert run(["verify", str(file), *ALONE, "--json", "--no-slips"]) == code
        shown = json.loads(capsys.readouterr().out)
        kinds = {v["claim"]: v["kind"] for v in shown["verdicts"]}
        assert kinds["good"] == "PROVED"
        assert kinds.get("wrong", "REFUTED") == "REFUTED"
        assert kinds.get("bad", "INVALID") == "INVALID"
    file.write_text(unreadable)
    assert run(["verify", str(file)]) == 2
    assert "column" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.StringIO(good))
    assert run(["verify", "-", *ALONE, "--no-slips"]) == 0
