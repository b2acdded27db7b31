"""Reports for browsers: one page that needs nothing but itself, and its table for notebooks."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from checks.report.drawn import pictures_of
from checks.report.environment import summary
from checks.report.mathml import statement_mathml
from checks.report.model import Cell, Report
from checks.report.table import VERDICT_STYLES
from checks.report.typeset import is_mathematics
from checks.report.visible import visible

if TYPE_CHECKING:
    from jinja2 import Template

#: Texts longer than this get a frame of their own, in which they scroll.
LONG = 600


def page(report: Report) -> str:
    """The report as a web page: no scripts, nothing loaded from elsewhere, light or dark as the reader likes.

    Args:
        report: any report; all its text is escaped.

    Returns:
        A complete HTML document.

    >>> from checks.report.model import Cell, Column
    >>> page(Report("verdicts", "Claims", (Column("claim", "claim"),), ((Cell("<b>"),),))).count("&lt;b&gt;")
    1
    """
    # what is said about single rows stands in their details
    notes = report.notes if report.paper is None or not report.details else report.paper.notes
    about = summary(report.environment)
    drawn = pictures_of(report)
    template = _template("page.html")
    return template.render(report=report, pictures=drawn, notes=notes, linked=True, environment=about) + "\n"


def fragment(report: Report) -> str:
    """The table of the report alone, for a notebook.

    Args:
        report: any report; all its text is escaped.

    Returns:
        A table element and the notes.

    >>> from checks.report.model import Cell, Column
    >>> "<mi>θ</mi>" in fragment(Report("k", "t", (Column("a", "a"),), ((Cell("theta", latex="\\theta"),),)))
    True
    """
    return _template("table.html").render(report=report, notes=report.notes, linked=False)


def show(cell: Cell) -> str:
    """A cell as markup: formulas as MathML with their text as title, what is no formula escaped.

    Example:
        >>> print(show(Cell("<b>", form="code")))
        <code>&lt;b&gt;</code>
    """
    text = visible(cell.text)
    if cell.form == "formula" or cell.latex is not None or (cell.form == "either" and is_mathematics(text)):
        typeset = statement_mathml(text)
        if typeset is not None:
            return typeset
    found = escape(text)
    if cell.form in ("formula", "code") or cell.latex is not None:
        title = "" if cell.latex is None else f' title="{escape(visible(cell.latex))}"'
        found = f"<code{title}>{found}</code>"
    return f'<div class="long" tabindex="0">{found}</div>' if len(text) > LONG else found


def _verdict(cell: Cell) -> str:
    """The verdict with which a cell begins; empty if there is none."""
    word = cell.text.partition(" ")[0]
    return word if word in VERDICT_STYLES else ""


@lru_cache(maxsize=2)
def _template(name: str) -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("checks.report")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "show": show,
        "verdict": _verdict,
        "drawn": lambda picture: picture.svg(),
        "visible": visible,
    }
    return environment.get_template(name)
