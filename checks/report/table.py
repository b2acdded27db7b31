"""Reports in a terminal: a table that folds long cells and never crops them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, TextIO

from checks.report.environment import summary
from checks.report.model import Report

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WIDTH = 160
"""Characters in a line of a table that goes to a file or a pipe, where no terminal says how many fit."""

VERDICT_STYLES = {
    "PROVED": "bold green",
    "CERTIFIED": "bold cyan",
    "CONSISTENT": "bold blue",
    "REFUTED": "bold red",
    "INCONCLUSIVE": "bold yellow",
    "VACUOUS": "bold red",
}
"""How a cell that begins with a verdict is coloured in a terminal."""

# A terminal obeys control characters, so a cell shows their pictures instead; line ends are harmless.
_PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) != "\n"}
_PICTURES |= {127: 0x2421} | dict.fromkeys(range(128, 160), 0xFFFD)


def to_table(report: Report, width: int | None = None) -> str:
    """The report as plain text.

    Args:
        report: any report.
        width: characters in a line; None for `WIDTH`. Long cells are folded to it.

    Returns:
        The table without colours, then the notes and the environment.

    >>> from checks.report.model import Cell, Column
    >>> print(to_table(Report("verdicts", "Claims", (Column("claim", "claim"),), ((Cell("[red]x[/red]"),),))))
    Claims
    <BLANKLINE>
      claim
     ──────────────
      [red]x[/red]
    <BLANKLINE>
    """
    from rich.console import Console

    text = io.StringIO()
    console = Console(file=text, width=width or WIDTH, color_system=None, force_jupyter=False)
    _print(report, console)
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().rstrip().split("\n"))


def print_table(report: Report, file: TextIO) -> None:
    """Prints the report: in colour and as wide as the terminal if it is one, otherwise as plain text.

    Args:
        report: any report.
        file: where to.

    >>> import sys
    >>> from checks.report.model import Cell, Column
    >>> print_table(Report("verdicts", "Claims", (Column("claim", "claim"),), ((Cell("kernels/relu"),),)), sys.stdout)
    Claims
    <BLANKLINE>
      claim
     ──────────────
      kernels/relu
    """
    from rich.console import Console

    if file.isatty():
        _print(report, Console(file=file))
    else:
        file.write(to_table(report))


def _print(report: Report, console: Console) -> None:
    from rich.text import Text

    about = "; ".join(f"{name} {value}" for name, value in summary(report.environment).items())
    lines = [Text(_safe(note)) for note in report.notes] + ([Text(_safe(about), "dim")] if about else [])
    console.print(Text(_safe(report.title), "bold"), overflow="fold")
    console.print(_table(report, console.width), crop=False)
    for line in lines:
        console.print(line, overflow="fold")


def _table(report: Report, room: int) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    frame = 3 * len(report.columns) + 1  # a space on each side of every column, a rule between and around them
    widths = _widths(report, room - frame)
    table = Table(box=SIMPLE_HEAD, header_style="bold", width=sum(widths) + frame)
    for column, width in zip(report.columns, widths, strict=True):
        table.add_column(Text(_safe(column.name)), justify=column.align, overflow="fold", width=width)
    for row in report.rows:
        table.add_row(*(Text(_safe(cell.text), VERDICT_STYLES.get(cell.text.partition(" ")[0], "")) for cell in row))
    return table


def _widths(report: Report, room: int) -> list[int]:
    """The width of each column: its longest line, or less if there is no room, but no less than is legible.

    Rich by itself squeezes columns down to nothing and leaves their text out.
    """
    longest = [
        _longest([column.name, *(row[i].text for row in report.rows)]) for i, column in enumerate(report.columns)
    ]
    legible = [24 if column.align == "right" else 12 for column in report.columns]

    def capped(cap: int) -> list[int]:
        return [min(long, max(least, cap)) for long, least in zip(longest, legible, strict=True)]

    return next((widths for cap in range(room, 0, -1) if sum(widths := capped(cap)) <= room), capped(0))


def _longest(texts: list[str]) -> int:
    from rich.cells import cell_len

    return max(1, *(cell_len(line) for text in texts for line in _safe(text).split("\n")))


def _safe(text: str) -> str:
    return text.translate(_PICTURES)
