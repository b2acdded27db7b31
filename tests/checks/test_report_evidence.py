"""The page of verdicts: all evidence is there, nothing in it is obeyed, and the replay line replays."""

from __future__ import annotations

import contextlib
import io
import json
import shlex
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from checks.cli.main import run
from checks.present import verdicts_report
from checks.report import environment, render
from checks.report.evidence import evidence
from checks.verdict import Counterexample, EmpiricalEvidence, ExactEvidence, Kind, Outcome, Power, Verdict

EVIL = '"><script>document.title="owned"</script><img src=x onerror=alert(1)>\x00\x1b[2J\u202e\x85'
VOID = frozenset(("meta", "circle", "line", "path", "polyline"))


def verdict(statement: str, word: str = "word") -> Verdict:
    """A verdict that has everything, with a word in every text."""
    return Verdict(
        claim=f"{word} claim",
        statement=statement,
        kind=Kind.REFUTED,
        reason=f"{word} reason",
        exact=ExactEvidence(
            Outcome.DIFFERENT,
            f"{word} engine",
            f"{word} derived",
            (f"{word} condition",),
            f"{word} detail",
            Counterexample(f"{word} point", f"{word} left", f"{word} right", f"{word} ratio"),
            f"{word} second",
        ),
        empirical=(
            EmpiricalEvidence(
                f"{word} place", f"{word} method", "bound", 1.25, 0.5, 3.5, False, True, 1e-9, 0.75, 1e-9, 4321, 99
            ),
        ),
        repair=f"{word} repair",
        power=Power(3, 5, (f"{word} survivor",)),
        witnesses_disagree=True,
        seconds=2.5,
        stated={"left": "a", "right": "b", "source": f"{word} source", "limits": f"{word} limits"},
    )


def page_of(*verdicts: Verdict) -> str:
    return render(verdicts_report(verdicts, False, "", environment(seed=7, alpha=0.5)), "html")


class Outline(HTMLParser):
    """Which tags there are, whether they are closed, and the text between them."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes += attrs
        self.open += [] if tag in VOID else [tag]

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def outline(page: str) -> Outline:
    found = Outline()
    found.feed(page)
    assert found.open == []
    return found


def test_all_evidence_is_on_the_page() -> None:
    text = " ".join(outline(page_of(verdict("critical point A"))).texts)
    parts = "claim reason engine derived condition detail point left right ratio second place method repair survivor"
    assert [p for p in (*parts.split(), "source", "limits") if f"word {p}" not in text] == []
    numbers = ("1.25", "0.5", "3.5", "1e-09", "0.75", "4321", "99", "3 of 5")
    assert [n for n in numbers if n not in text] == []
    assert "DISAGREE" in text


def test_evidence_unfolds_and_is_linked() -> None:
    good = Verdict("fine", "x = 1", Kind.PROVED, "normal form 0")
    found = outline(page_of(good, verdict("y = 2")))
    assert found.seen.count("details") == 3, "two claims and the environment"
    assert [name for name, _ in found.attributes].count("open") == 1, "the claim that is not as expected"
    links = {value for name, value in found.attributes if name == "href"}
    assert links == {"#evidence-1", "#evidence-2"}
    assert {"evidence-1", "evidence-2"} <= {value for name, value in found.attributes if name == "id"}
    assert "math" in found.seen
    assert "svg" in found.seen


def test_claimed_eigenvalues_are_drawn_where_they_are_numbers() -> None:
    stated = {"critical_point": {"point": "A", "k": 3, "eigenvalues": [["-0.0444", 1], ["0.44", 2]]}}
    page = page_of(Verdict("a", "critical point A, k = 3", Kind.CERTIFIED, "r", stated=stated))
    assert "Claimed eigenvalues at A, k = 3" in page
    assert "×2" in page
    stated["critical_point"]["eigenvalues"] = [["1/2", 1]]
    assert "<svg" not in page_of(Verdict("a", "critical point A, k = 3", Kind.CERTIFIED, "r", stated=stated))


def test_nothing_in_a_claim_is_obeyed() -> None:
    page = page_of(verdict(EVIL, EVIL), verdict("x" * 100_000, "y"), verdict("(" * 50_000, "z"))
    found = outline(page)
    assert not {"script", "img", "link", "iframe", "b"} & {*found.seen}
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    assert not {"\x00", "\x1b", "\u202e", "\x85"} & {*page}
    assert not [o for o in ("http:", "https:", "url(", "@import") if o in page.replace(NAMESPACE, "")]


NAMESPACE = "http://www.w3.org/2000/svg"


@pytest.mark.parametrize("statement", [EVIL, "x" * 100_000, "1+" * 50_000 + "1", "E[relu(u)] = 1/2  where", "= = ="])
@pytest.mark.parametrize("format", ["table", "json", "csv", "latex", "html"])
def test_no_statement_stops_a_report(statement: str, format: str) -> None:
    assert render(verdicts_report((verdict(statement),), False, EVIL, environment(seed=0)), format).endswith("\n")


def test_a_statement_that_is_no_formula_is_code() -> None:
    assert "<code>critical point A, k = 3</code>" in page_of(verdict("critical point A, k = 3"))


def test_the_replay_line_gives_the_same_evidence(tmp_path: Path) -> None:
    file, again = tmp_path / "two.toml", tmp_path / "claim.json"
    claims = '[[claim]]\nleft = "E[step(u)]"\nright = "1/2"\n[[claim]]\nleft = "E[relu(u)]"\nright = "|u|/sqrt(2*pi)"\n'
    file.write_text(claims, encoding="utf-8")
    first = judged("verify", str(file), "--seed", "5", "--no-slips", "--jobs", "1", "--json")
    second = Verdict.from_dict({**first["verdicts"][1], **NOTHING})
    shown = evidence(second, False, first["environment"], 2).sections[-1]
    facts = {fact.name: fact.cells[0].text for fact in shown.facts}
    again.write_text(facts["claim"], encoding="utf-8")
    program, *words = shlex.split(facts["command"])
    assert program == "closedform"
    words = [str(again) if word == "claim.json" else word for word in words]
    replayed = judged(*words, "--jobs", "1", "--json")["verdicts"][0]
    assert replayed["empirical"] == first["verdicts"][1]["empirical"]


#: What the section on the replay does not need, and keys that are no fields.
NOTHING = {"exact": None, "empirical": (), "power": None}


def judged(*words: str) -> dict[str, Any]:
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()):
        assert run(words) == 0
    report = json.loads(out.getvalue())
    for entry in report["verdicts"]:
        del entry["as_expected"]
    return dict(report)


@pytest.mark.slow
def test_a_browser_shows_the_page_without_scripts(tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no browser")
    target = tmp_path / "page.html"
    target.write_text(page_of(verdict(EVIL, EVIL), verdict("E[relu(u)] = |u|/sqrt(2*pi)")), encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile", "--dump-dom"]
    done = subprocess.run([browser, *options, target.as_uri()], capture_output=True, text=True, timeout=60, check=True)
    assert "<title>Verdicts</title>" in done.stdout
    assert "<script" not in done.stdout
    assert '<math displaystyle="true" alttext="E[relu(u)]">' in done.stdout
