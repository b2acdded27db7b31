"""LaTeX that compiles: with pdfTeX where there is one, and with balanced groups everywhere."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.present import verdicts_report
from checks.report import Cell, Column, Report, environment, render
from checks.report.latex import LONG_TABLE, escape
from checks.report.latex_math import statement_latex
from checks.verdict import Kind, Verdict

EVIL = "\\input{/etc/passwd} $x^2$ & 50% #1 {a_b} ~ ^^M \x00\x1b é ø ß 界 \U0001d53c \u202e 👍 —„"
STATEMENTS = (
    "E[relu(u)*relu(v)] = |u|*|v|*(sin(theta) + (pi - theta)*cos(theta))/(2*pi)",
    "grad(L, w_i) = w_i/2 + sum(j != i, g(w_i, w_j))  where g(w, v) = (|v|*sin(theta(w, v))*bar(w))/(2*pi)",
    "spectrum at global: 1/2 x k*d",
    "f(u) <= 1  (a factor 1/2)",
    EVIL,
    "critical point A, k = 3, d = 3: index 0",
    "x" * 3000,
)


def verdicts(count: int) -> Report:
    chosen = [STATEMENTS[i % len(STATEMENTS)] for i in range(count)]
    judged = tuple(
        Verdict(f"group_{i}/{EVIL}", s, Kind.PROVED, "r", stated={"source": EVIL}) for i, s in enumerate(chosen)
    )
    return verdicts_report(judged, False, EVIL, environment(seed=1))


def document(table: str) -> str:
    needed = re.match(r"% needs (\\usepackage\{[\w,]+\})\n", table)
    assert needed is not None
    return f"\\documentclass{{article}}\n{needed[1]}\n\\begin{{document}}\n{table}\\end{{document}}\n"


@pytest.mark.parametrize("count", [len(STATEMENTS), LONG_TABLE + 5])
def test_verdicts_compile(tmp_path: Path, count: int) -> None:
    compiler = shutil.which("pdflatex")
    if compiler is None:
        pytest.skip("no pdflatex")
    (tmp_path / "t.tex").write_text(document(render(verdicts(count), "latex")), encoding="utf-8")
    words = [compiler, "-interaction=nonstopmode", "-halt-on-error", "t.tex"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout[-800:]
    assert "Output written" in done.stdout


def test_a_long_table_goes_over_pages_and_keeps_its_head() -> None:
    short, long = (render(verdicts(n), "latex") for n in (LONG_TABLE, LONG_TABLE + 1))
    assert r"\begin{table}" in short
    assert r"\begin{longtable}" in long
    assert r"\endhead" in long
    assert "longtable" in long.partition("\n")[0]


def test_sources_are_footnotes_that_rows_share() -> None:
    judged = tuple(
        Verdict(n, "x = 1", Kind.PROVED, "r", stated={"source": s}) for n, s in (("a", "S"), ("b", "T"), ("c", "S"))
    )
    lines = [line.strip() for line in render(verdicts_report(judged, False, "", environment()), "latex").splitlines()]
    marks = [re.findall(r"textsuperscript\{(\d)\}", line) for line in lines if "$x = 1$" in line]
    assert marks == [["1"], ["2"], ["1"]]
    assert [line for line in lines if line.startswith(r"\par")][:2] == [
        r"\par\smallskip{\footnotesize \textsuperscript{1}S\par}",
        r"\par\smallskip{\footnotesize \textsuperscript{2}T\par}",
    ]


@pytest.mark.parametrize(
    ("sign", "latex"),
    [
        ("é", r"\'{e}"),
        ("ł", r"\l{}"),
        ("ö", r"\"{o}"),
        ("ç", r"\c{c}"),
        ("ï", r"\"{\i}"),
        ("界", "U+754C"),
        ("ß", r"\ss{}"),
    ],
)
def test_letters_that_plain_fonts_lack(sign: str, latex: str) -> None:
    assert escape(sign) == latex


@given(st.text())
def test_only_ascii_is_left(text: str) -> None:
    assert escape(text).isascii()


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("a = 1, b >= 2", r"$a = 1$, $b \ge 2$"),
        ("f(u) = g(u)  where g(u) = u", r"$\mathrm{f}(u) = \mathrm{g}(u)$ where $\mathrm{g}(u) = u$"),
        ("1/4 + k x d - k", r"$(\frac{1}{4} + k) \times (d - k)$"),
        ("-(a + b)/2", r"$-\frac{a + b}{2}$"),
    ],
)
def test_statements(text: str, latex: str) -> None:
    found = statement_latex(text)
    assert found is not None
    assert found.replace(r"\mathrm{f}", "f").replace(r"\mathrm{g}", "g") == latex.replace(r"\mathrm{f}", "f").replace(
        r"\mathrm{g}", "g"
    )


def test_long_numerators_can_be_broken() -> None:
    numerator = " + ".join(f"a_{i}*b_{i}" for i in range(12))
    found = str(statement_latex(f"x = -({numerator})/(2*pi)"))
    assert r"-\frac{1}{2 \pi} (a_{0} b_{0} + " in found
    assert r"\left" not in found


def test_a_table_of_other_commands_is_as_it_was() -> None:
    report = Report("k", "t", (Column("a", "a"),), ((Cell("x", latex="x^{2}"),),))
    assert r"$x^{2}$ \\" in render(report, "latex")
