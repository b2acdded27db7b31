"""The value objects: their shape is checked where they are made."""

import subprocess
import sys
from pathlib import Path

import pytest

import checks.report
from checks.report import Cell, Column, Report

CLAIM = Column("claim", "claim")


def test_a_row_must_fill_the_columns() -> None:
    with pytest.raises(ValueError, match=r"got 2 cells in row 1, expected 1, one for each of \['claim'\]"):
        Report("verdicts", "Claims", (CLAIM,), ((Cell("a"),), (Cell("a"), Cell("b"))))


@pytest.mark.parametrize("columns", [(), (CLAIM, CLAIM)])
def test_columns_must_be_there_and_distinct(columns: tuple[Column, ...]) -> None:
    with pytest.raises(ValueError, match="at least one and all distinct"):
        Report("verdicts", "Claims", columns, ())


@pytest.mark.parametrize("key", ["schema", "title", "rows", "notes", "environment"])
def test_a_payload_overwrites_nothing(key: str) -> None:
    with pytest.raises(ValueError, match=rf"got payload keys \['{key}'\]"):
        Report("verdicts", "Claims", (CLAIM,), (), payload={key: 1})


def test_latex_has_no_dollar_signs() -> None:
    with pytest.raises(ValueError, match="without dollar signs"):
        Cell("π", latex=r"$\pi$")


def test_false_and_zero_are_values() -> None:
    assert [Cell("no", value=False).machine, Cell("0", value=0).machine, Cell("x").machine] == [False, 0, "x"]


def test_a_notebook_shows_a_table_not_a_page() -> None:
    report = Report("verdicts", "Claims", (CLAIM,), ((Cell("<b>"),),))
    assert report._repr_html_().startswith("<table>")
    assert "<html" not in report._repr_html_()
    assert r"\begin{tabular}{l}" in report._repr_latex_()


def test_the_public_names_exist() -> None:
    assert all(hasattr(checks.report, name) for name in checks.report.__all__)


def test_importing_the_package_is_light() -> None:
    code = "import checks.report, sys; print(sorted({'rich', 'jinja2', 'sympy', 'numpy'} & sys.modules.keys()))"
    root = Path(checks.report.__file__).parents[2]
    loaded = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True).stdout
    assert loaded == "[]\n"
