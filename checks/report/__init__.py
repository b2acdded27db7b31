"""Reports: one table of results as a terminal table, JSON, CSV, LaTeX or HTML, and where it is written."""

from checks.report.environment import environment
from checks.report.model import JSON, Cell, Column, Report
from checks.report.output import OutputError, emit, ensure_writable, write_atomically
from checks.report.render import FORMATS, Format, render
from checks.report.table import print_table

__all__ = [
    "FORMATS",
    "JSON",
    "Cell",
    "Column",
    "Format",
    "OutputError",
    "Report",
    "emit",
    "ensure_writable",
    "environment",
    "print_table",
    "render",
    "write_atomically",
]
