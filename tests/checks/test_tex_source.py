r"""LaTeX sources as claim files: markers, displays, chains, macros, places of what cannot be read, hostile sources."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from checks.claim import Claim
from checks.claim_file import Limits, Unreadable, parse_claims, read_claims
from checks.cli.main import run
from checks.errors import ClaimError
from checks.statements.inequality import Inequality
from checks.tex.macros import expanded, macros_of
from checks.tex.source import read_options

PAPER = r"""\documentclass{article}
\newcommand{\E}{\mathbb{E}}
\DeclarePairedDelimiter{\norm}{\lVert}{\rVert}
% closedform defaults: activation = relu, gaussian = x
\begin{document}
At 100\% of the points:
% closedform: expect = PROVED
\begin{equation} \label{eq:mean}
  \E[\sigma(w^\top x)] % the mean
   = \frac{\norm*{w}}{\sqrt{2\pi}}.
\end{equation}
% closedform: name = chain
\begin{align*}
  0 &\le \E[\sigma(w^\top x)\sigma(v^\top x)] \\[2pt]
    &\le \frac12 \norm{w}\norm{v}.
\end{align*}
% closedform: name = broken
\[ \E[\sigma(w^\top x)] =
   \norm{w}/2\pi \]
% closedform: variables = { t = "(0, 1)" },
% closedform:   name = rows
\begin{align} \sin t &< t, \\ t &= a, \\ \cos t &< 1 \end{align}
% closedform: nme = x
$$ 1 = 1 $$
% closedform: name = nothing
Text.
% closedform: name = defined, where = 'J(a) = \frac{a}{\sqrt{2\pi}}'
\[ \E[\sigma(w^\top x)] = J(\norm w) \]
\end{document}
% closedform: name = after the end
$$ 1 = 1 $$
"""


def test_a_paper() -> None:
    found = {e.name: e for e in parse_claims(PAPER, "paper.tex")}
    assert list(found) == [
        *("eq:mean", "chain/1", "chain/2", "broken", "rows/1", "rows/2", "rows/3", "paper/8", "nothing", "defined"),
    ]
    mean = found["eq:mean"]
    assert isinstance(mean, Claim)
    assert (str(mean.statement), mean.expect, mean.source) == (
        "E[relu(w.x)] = |w|/sqrt(2*pi)",
        ("PROVED",),
        "paper.tex, line 9",
    )
    assert mean.title.startswith("understood as $")
    chain = [found["chain/1"], found["chain/2"]]
    assert [c.statement.relation for c in chain if isinstance(c, Claim) and isinstance(c.statement, Inequality)] == [
        "<=",
        "<=",
    ]
    assert str(found["broken"]).startswith("paper.tex, line 19, column 12: near /2\\pi: got a product after /")
    assert str(found["rows/2"]).startswith("paper.tex, line 22, column 36: near a, \\\\ \\cos")
    assert isinstance(found["rows/3"], Claim)
    assert str(found["paper/8"]).startswith("paper.tex, line 23, column 1: got the key 'nme' in a marker, did you mean")
    assert "without a display after it" in str(found["nothing"])
    assert str(getattr(found["defined"], "statement", "")).endswith("where J(a) = a/sqrt(2*pi)")


def test_line_ends_and_the_mark_of_byte_order_do_no_harm() -> None:
    plain = [str(e.statement) if isinstance(e, Claim) else str(e) for e in parse_claims(PAPER, "paper.tex")]
    other = "\ufeff" + PAPER.replace("\n", "\r\n")
    assert [str(e.statement) if isinstance(e, Claim) else str(e) for e in parse_claims(other, "paper.tex")] == plain


@pytest.mark.slow
def test_command_line_judges_a_source_and_its_report_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, report = tmp_path / "paper.tex", tmp_path / "report.json"
    source.write_text(
        "% closedform: activation = relu\n$$ E_{u \\sim N(0, 1)}[\\sigma(u)^2] \\le \\frac12 $$\n", "utf-8"
    )
    assert run(["verify", "--no-slips", "--jobs", "1", str(source), "--json", str(report)]) == 0
    (verdict,) = json.loads(report.read_text())["verdicts"]
    assert (verdict["stated"]["name"], verdict["kind"]) == ("paper/1", "PROVED")
    assert run(["verify", "--no-slips", "--jobs", "1", str(report)]) == 0
    capsys.readouterr()


def test_sources_without_claims_and_with_too_many() -> None:
    with pytest.raises(ClaimError, match="lines '% closedform:"):
        parse_claims("nothing here", "a.tex")
    with pytest.raises(ClaimError, match="more than 2 claims"):
        parse_claims("% closedform:\n$$ 1 = 1 $$\n" * 3, "a.tex", Limits(claims=2))
    with pytest.raises(ClaimError, match=r"a.tex, line 1, column 1: got the key 'name' in a marker"):
        parse_claims("% closedform defaults: name = x\n", "a.tex")


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.tex").write_text("% closedform:\n\\[ 1 = 1 \\]\n", "utf-8")
    (claim,) = read_claims(str(tmp_path / "a.tex"))
    assert claim.name == "a/1"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("", {}),
        ("name = a/b-1", {"name": "a/b-1"}),
        (
            "activation='\\sigma=relu; H=He', gaussian = \"u v\"",
            {"activation": "\\sigma=relu; H=He", "gaussian": "u v"},
        ),
        ("expect = [\"PROVED\", 'CERTIFIED'],", {"expect": ["PROVED", "CERTIFIED"]}),
    ],
)
def test_options(written: str, found: dict[str, object]) -> None:
    assert read_options(written) == found


@pytest.mark.parametrize(
    "written", ["name", "name = a, name = b", "name = 'a", "variables = { t = }", "a b = c", ", x = y"]
)
def test_options_that_cannot_be_read(written: str) -> None:
    with pytest.raises(ClaimError, match="in a marker"):
        read_options(written)


def test_macros() -> None:
    macros = macros_of(
        r"\newcommand\R{\mathbb{R}} \newcommand{\ip}[2]{\langle #1, #2 \rangle} \def\w{\mathbf{w}} "
        r"\newcommand{\rt}[2][2]{\sqrt{#1 #2}} \DeclareMathOperator{\sgn}{sgn} \renewcommand{\le}{\leq}"
    )
    shown = {
        r"\R^d": r"\mathbb{R}^d",
        r"\ip{w}{x}": r"\langle w, x \rangle",
        r"\ip w\theta": r"\langle w, \theta \rangle",
        r"\rt{3} \rt[4]{5}": r"\sqrt{2 3} \sqrt{4 5}",
        r"\sgn x": r"\operatorname{sgn} x",
        r"\w\R": r"\mathbf{w}\mathbb{R}",
        r"\ip{\w}{\w}": r"\langle \mathbf{w}, \mathbf{w} \rangle",
        r"a \le b \left(": r"a \leq b \left(",
    }
    for text, whole in shown.items():
        got, origins = expanded(text, macros)
        assert " ".join(got.split()) == whole
        assert len(origins) == len(got) + 1
        assert origins[-1] == len(text)


HOSTILE = {
    "a macro that calls itself": "\\newcommand{\\a}{\\a\\a}\n% closedform:\n$$ \\a = 1 $$",
    "macros that double": "".join(
        f"\\newcommand{{\\x{a}}}{{\\x{b}\\x{b}}}\n"
        for a, b in zip("abcdefghijklmnopqrstu", "bcdefghijklmnopqrstuv", strict=True)
    )
    + "\\newcommand{\\xv}{1}\n% closedform:\n$$ \\xa = 1 $$",
    "no end": "% closedform:\n\\[ " + "1 + " * 100_000,
    "a macro without its argument": "\\newcommand{\\a}[1]{#1}\n% closedform:\n$$ \\a $$",
    "a definition with spaces": "% closedform:\n$$ 1 = 1 $$\n\\newcommand" + " " * 10**6,
    "definitions with options": "% closedform:\n$$ 1 = 1 $$\n" + "\\newcommand\\a[" * 10**5,
    "a definition with parameters": "% closedform:\n$$ 1 = 1 $$\n\\def\\a" + "#1" * 10**6,
    "many braces": "\\newcommand{\\a}" + "{" * 100_000 + "\n% closedform:\n$$ 1 = 2 $$",
    "many definitions without end": "\\newcommand{\\a}{" * 20_000 + "\n% closedform:\n$$ 1 = 2 $$",
    "many markers": "% closedform: a = {\n" * 20_000,
    "zero bytes": "% closedform:\n$$ \x00 = 1 $$",
    "one long line": "% closedform: name = " + "a" * 500_000 + "\n$$ 1 = 1 $$",
    "a wide comment": "% closedform:" + " " * 500_000 + "\n$$ 1 = 1 $$",
    "many spaces": "% closedform:\n" + " " * 500_000 + "$$ 1 = 1 $$" + "\n% closedform" + " " * 500_000,
    "per cent signs": "%" * 500_000 + "\n% closedform:\n$$ 1 = 1 $$",
    "backslashes": "\\" * 200_000 + "%\n% closedform:\n$$ 1 = 1 $$",
    "many rows": "% closedform:\n\\begin{align}" + "1 &= 1 \\\\" * 900 + "\\end{align}",
    "unclosed options": "% closedform: name = '" + "a," * 100_000 + "\n$$ 1 = 1 $$",
}


@pytest.mark.slow
@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_hostile_sources_end_quickly(content: str) -> None:
    start = time.perf_counter()
    found: list[Claim | Unreadable] = []
    message = ""
    try:
        found = parse_claims(content, "a.tex")
    except ClaimError as error:
        message = str(error)
    assert len(message) < 2000
    assert bool(found) != bool(message)
    assert all(isinstance(e, Claim) or len(e.reason) < 2000 for e in found)
    assert time.perf_counter() - start < 20
