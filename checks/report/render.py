"""One report, five formats."""

from typing import Literal, TypeAlias, get_args

from checks.report.html import page
from checks.report.latex import latex_table
from checks.report.machine import to_csv, to_json
from checks.report.model import Report
from checks.report.table import to_table

Format: TypeAlias = Literal["table", "json", "csv", "latex", "html"]
FORMATS: tuple[Format, ...] = get_args(Format)

_RENDERERS = {"table": to_table, "json": to_json, "csv": to_csv, "latex": latex_table, "html": page}


def render(report: Report, format: str) -> str:
    """The report as text.

    Args:
        report: any report.
        format: one of `FORMATS`.

    Returns:
        Text that ends with a line end. It depends on nothing but the report.

    Raises:
        ValueError: if there is no such format, or the report holds a value that JSON and CSV cannot.

    >>> from checks.report.model import Cell, Column
    >>> render(Report("verdicts", "Claims", (Column("claim", "claim"),), ((Cell("kernels/relu"),),)), "csv")
    'claim\\r\\nkernels/relu\\r\\n'
    """
    if format not in _RENDERERS:
        raise ValueError(f"got format {format!r}, expected one of {', '.join(FORMATS)}")
    return _RENDERERS[format](report)
