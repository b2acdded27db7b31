"""The formats: nothing is lost, nothing in a text is obeyed."""

import csv
import io
import json
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.report import FORMATS, Cell, Column, Report, print_table, render
from checks.report.latex import escape
from checks.report.table import VERDICT_STYLES, to_table

TEXT = st.text(max_size=20)
VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def sample(*texts: str, notes: tuple[str, ...] = ()) -> Report:
    columns = tuple(Column(f"column {number}", f"key{number}") for number in range(len(texts)))
    return Report("verdicts", "Claims", columns, (tuple(map(Cell, texts)),), notes)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    keys = draw(st.lists(TEXT, min_size=1, max_size=3, unique=True))
    row = st.tuples(*(st.builds(Cell, TEXT, value=st.none() | VALUES) for _ in keys))
    rows = draw(st.lists(row, max_size=3))
    payload = {"counts": draw(VALUES)}
    return Report("verdicts", draw(TEXT), tuple(Column(key, key) for key in keys), tuple(rows), ("n",), payload)


@given(reports())
def test_json_gives_back_what_went_in(report: Report) -> None:
    document = json.loads(render(report, "json"))
    keys = [column.key for column in report.columns]
    assert list(document) == ["schema", "title", "rows", "notes", "counts", "environment"]
    assert document["rows"] == [dict(zip(keys, (cell.machine for cell in row), strict=True)) for row in report.rows]
    assert (document["title"], document["counts"]) == (report.title, report.payload["counts"])


@given(reports())
def test_csv_gives_back_what_went_in(report: Report) -> None:
    header, *rows = csv.reader(io.StringIO(render(report, "csv"), newline=""))
    assert header == [column.key for column in report.columns]
    for texts, cells in zip(rows, report.rows, strict=True):
        for text, cell in zip(texts, cells, strict=True):
            assert (text if isinstance(cell.machine, str) else json.loads(text)) == cell.machine


@settings(deadline=None)  # the first page takes longer: templates are compiled
@given(reports(), st.sampled_from(FORMATS))
def test_every_format_renders_every_report(report: Report, format: str) -> None:
    assert render(report, format).endswith("\n")
    assert render(report, format) == render(report, format)


@pytest.mark.parametrize("format", ["json", "csv"])
@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_machines_get_no_nan(format: str, number: float) -> None:
    report = Report("spectrum", "At zero", (Column("λ", "λ"),), ((Cell("?", value=[1.0, number]),),))
    with pytest.raises(ValueError, match=rf"got {number} at .*rows\[0\].*\[1\], expected a finite number"):
        render(report, format)


def test_an_object_json_does_not_know_is_named() -> None:
    values: dict[str, Any] = {"x": {1, 2}}  # what a caller without a type checker may do
    with pytest.raises(ValueError, match=r"got set at report\.x"):
        render(Report("verdicts", "Claims", (Column("a", "a"),), (), payload=values), "json")


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="got format 'xml', expected one of table, json, csv, latex, html"):
        render(sample("a"), "xml")


def test_markup_is_only_text() -> None:
    report = sample("[red]x[/red]", "[/]", ":smile:", notes=("[bold]note[/bold]",))
    text = render(report, "table")
    assert all(literal in text for literal in ("[red]x[/red]", "[/]", ":smile:", "[bold]note[/bold]"))


@given(st.text("abc()[]+θλ界", min_size=200, max_size=600), st.integers(1, 200))
def test_long_cells_are_folded_not_cropped(formula: str, width: int) -> None:
    folded = to_table(sample(formula), width).rpartition("─")[2].split()
    assert "".join(folded) == formula


def test_a_pipe_gets_wide_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "20")
    pipe = io.StringIO()
    print_table(sample("x" * 150, "y" * 150, "PROVED"), pipe)
    text = pipe.getvalue()
    assert (text.count("x"), text.count("y"), text.count("\x1b"), text.count("…")) == (150, 150, 0, 0)
    assert 100 < max(map(len, text.splitlines())) <= 160


def test_many_columns_are_too_wide_rather_than_lost() -> None:
    words = [f"formula{number:02}" for number in range(40)]
    assert all(word in to_table(sample(*words), 30) for word in words)


def test_a_table_without_rows_has_its_header() -> None:
    assert "verdict" in render(Report("verdicts", "Claims", (Column("verdict", "verdict"),), ()), "table")


def test_a_terminal_gets_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal = Terminal()
    print_table(sample(*VERDICT_STYLES, "NOT PROVED"), terminal)
    codes = {"PROVED": 32, "CERTIFIED": 36, "CONSISTENT": 34, "REFUTED": 31, "INCONCLUSIVE": 33, "VACUOUS": 31}
    assert all(f"\x1b[1;{code}m{word}" in terminal.getvalue() for word, code in codes.items())
    assert "mNOT PROVED" not in terminal.getvalue()


def test_a_terminal_obeys_no_cell() -> None:
    assert "␛[2J" in render(sample("\x1b[2J"), "table")
    assert "\x1b" not in render(sample("\x1b[2J", "\x9b2J"), "table") + render(sample("\x1b"), "latex")


@pytest.mark.parametrize(
    ("sign", "latex"),
    [
        ("\\", r"\textbackslash{}"),
        ("{", r"\{"),
        ("}", r"\}"),
        ("$", r"\$"),
        ("&", r"\&"),
        ("#", r"\#"),
        ("%", r"\%"),
        ("_", r"\_"),
        ("^", r"\textasciicircum{}"),
        ("~", r"\textasciitilde{}"),
        ("<", r"\textless{}"),
        ("[", "{[}"),
        ("θ", r"$\theta$"),
        ("π", r"$\pi$"),
        ("−", "$-$"),
        ("x²", "x$^{2}$"),
        ("w₁", "w$_{1}$"),
        ("a\n\n  b", "a b"),
        ("---", "-{}-{}-"),
    ],
)
def test_latex_prints_every_sign(sign: str, latex: str) -> None:
    assert escape(sign) == latex


@given(st.text())
def test_escaped_text_has_balanced_groups_and_no_bare_specials(text: str) -> None:
    latex = escape(text)
    bare = latex.replace(r"\{", "").replace(r"\}", "").replace(r"\$", "")
    assert bare.count("{") == bare.count("}")
    assert bare.count("$") % 2 == 0
    assert not any(f" {sign}" in f" {latex}" for sign in "&#%_^~")
    assert len(latex.splitlines()) <= 1


def test_latex_is_a_booktabs_table() -> None:
    columns = (Column("a_1", "a"), Column("λ", "b", "right"))
    report = Report("k", "50%", columns, ((Cell("x & y"), Cell("π", latex=r"\pi")),), ("n #1",), {}, {"argv": ["a\nb"]})
    lines = [line.strip() for line in render(report, "latex").splitlines()]
    assert lines[0] == r"% needs \usepackage{booktabs,amsmath,amssymb}"
    assert lines[1] == "% argv: 'a b'"  # a line end would have left the comment
    assert {r"\begin{tabular}{lr}", r"a\_1 & $\lambda$ \\", r"x \& y & $\pi$ \\", r"\caption{50\%}"} <= {*lines}
    assert r"\par\smallskip{\footnotesize n \#1\par}" in lines


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.titles: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.titles += [value for name, value in attrs if name == "title"]


def test_html_escapes_everything_and_loads_nothing() -> None:
    evil = '"><script>alert(1)</script>'
    row = (Cell(evil), Cell(evil, latex=evil))
    report = Report("k", evil, (Column(evil, "a"), Column("b", "b")), (row,), (evil,), {}, {evil: evil})
    tags = Tags()
    tags.feed(render(report, "html"))
    assert not {"script", "link", "img", "iframe"} & {*tags.seen}
    assert tags.titles == [evil]
    assert not any(outside in render(report, "html") for outside in ("http:", "https:", "url(", "@import", "src="))


def test_html_has_the_verdict_as_class_only_if_it_is_one() -> None:
    text = render(sample("PROVED twice", "scroll"), "html")
    assert 'class="left verdict PROVED"' in text
    assert '<td class="left">scroll</td>' in text


@pytest.mark.parametrize("width", [40, 60])
def test_a_narrow_terminal_gets_a_list(width: int) -> None:
    words = [f"word {number}" for number in range(8)]
    statement = "E[relu(u)*relu(v)] = |u|*|v|*(sin(theta) + (pi - theta)*cos(theta))/(2*pi)"
    lines = to_table(sample(*words, statement), width).splitlines()
    assert max(map(len, lines)) <= width
    assert [line for line in lines if line.startswith("column 3")] == ["column 3  word 3"]
    assert "".join(statement.split()) in "".join("".join(lines).split())


def test_a_narrow_terminal_says_which_columns_are_empty() -> None:
    report = Report("k", "t", tuple(Column(f"column {n}" * 3, f"k{n}") for n in range(9)), ())
    assert "column 8" in to_table(report, 60)


@pytest.mark.parametrize("width", ["60", "200"])
def test_no_colour_is_respected(monkeypatch: pytest.MonkeyPatch, width: str) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", width)
    monkeypatch.setenv("NO_COLOR", "1")
    terminal = Terminal()
    print_table(sample(*VERDICT_STYLES, "a", "b", "c", "d"), terminal)
    assert "PROVED" in terminal.getvalue()
    assert not [
        code for code in range(30, 38) if f";{code}m" in terminal.getvalue() or f"[{code}m" in terminal.getvalue()
    ]
