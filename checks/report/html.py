"""Reports for browsers: one page that needs nothing but itself, and its table for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.report.environment import summary
from checks.report.model import Report
from checks.report.table import VERDICT_STYLES

if TYPE_CHECKING:
    from jinja2 import Template


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
    about = summary(report.environment)
    return _template("page.html").render(report=report, verdicts=VERDICT_STYLES, environment=about) + "\n"


def fragment(report: Report) -> str:
    """The table of the report alone, for a notebook.

    Args:
        report: any report; all its text is escaped.

    Returns:
        A table element and the notes.

    >>> from checks.report.model import Cell, Column
    >>> "<code title=" in fragment(Report("k", "t", (Column("a", "a"),), ((Cell("θ", latex="theta"),),)))
    True
    """
    return _template("table.html").render(report=report, verdicts=VERDICT_STYLES)


def _template(name: str) -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("checks.report")
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    ).get_template(name)
