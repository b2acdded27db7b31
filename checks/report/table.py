"""Reports in a terminal: a table that folds long cells and never crops them; where it is too narrow, a list."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, TextIO

from checks.report.environment import summary
from checks.report.model import Report
from checks.report.visible import visible

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
    "INVALID": "bold red",
}
"""How a cell that begins with a verdict is coloured in a terminal."""


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
    lines = [Text(visible(note)) for note in report.notes] + ([Text(visible(about), "dim")] if about else [])
    console.print(Text(visible(report.title), "bold"), overflow="fold")
    frame = _frame(report)
    widths = _widths(report, console.width - frame)
    if sum(widths) + frame > console.width and len(report.columns) > 1:
        _print_list(report, console)
    else:
        console.print(_table(report, widths), crop=False)
    for line in lines:
        console.print(line, overflow="fold")


def _print_list(report: Report, console: Console) -> None:
    """Row by row, a line for each column: for terminals in which the columns do not fit beside each other."""
    from rich.table import Table
    from rich.text import Text

    for row in report.rows:
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(max_width=max(8, console.width // 3), overflow="fold")
        grid.add_column(overflow="fold", min_width=1)
        for column, cell in zip(report.columns, row, strict=True):
            if cell.text:
                grid.add_row(Text(visible(column.name), "dim"), Text(visible(cell.text), _style(cell.text)))
        console.print(Text(""))
        console.print(grid)
    if not report.rows:
        console.print(Text(visible(", ".join(column.name for column in report.columns))), overflow="fold")
    console.print(Text(""))


def _style(text: str) -> str:
    return VERDICT_STYLES.get(text.partition(" ")[0], "")


def _frame(report: Report) -> int:
    """A space on each side of every column, a rule between and around them."""
    return 3 * len(report.columns) + 1


def _table(report: Report, widths: list[int]) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, header_style="bold", width=sum(widths) + _frame(report))
    for column, width in zip(report.columns, widths, strict=True):
        table.add_column(Text(visible(column.name)), justify=column.align, overflow="fold", width=width)
    for row in report.rows:
        table.add_row(*(Text(visible(cell.text), _style(cell.text)) for cell in row))
    return table


def _widths(report: Report, room: int) -> list[int]:
    """The width of each column: its longest line, or less if there is no room, but no less than is legible.

    Rich by itself squeezes columns down to nothing and leaves their text out.
    """
    longest = [
        _longest([column.name, *(row[i].text for row in report.rows)]) for i, column in enumerate(report.columns)
    ]
    legible = [
        24 if column.align == "right" else 12 if long < 40 else 30
        for column, long in zip(report.columns, longest, strict=True)
    ]

    def capped(cap: int) -> list[int]:
        return [min(long, max(least, cap)) for long, least in zip(longest, legible, strict=True)]

    return next((widths for cap in range(room, 0, -1) if sum(widths := capped(cap)) <= room), capped(0))


def _longest(texts: list[str]) -> int:
    from rich.cells import cell_len

    return max(1, *(cell_len(line) for text in texts for line in visible(text).split("\n")))
