"""What can be unfolded below the table of a report: facts, further tables, pictures."""

from __future__ import annotations

from dataclasses import dataclass, field

from checks.report.model import Cell, Column
from checks.report.pictures import Picture


@dataclass(frozen=True)
class Grid:
    """A table inside a report.

    Args:
        caption: one line of text.
        columns: at least one.
        rows: as many cells in each as there are columns.
        footnotes: by row; rows with the same note share its number.
        notes: lines of text under the table.

    Raises:
        ValueError: if a row does not fill the columns.

    Example:
        >>> Grid("Slips", (Column("slip", "slip"),), ((Cell("a/2", form="formula"),),)).rows[0][0].text
        'a/2'
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    footnotes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise ValueError(f"got {len(row)} cells in row {number}, expected {len(self.columns)}, one a column")


@dataclass(frozen=True)
class Fact:
    """A name with what is to be said about it, one line a cell.

    Args:
        name: of the fact.
        cells: its values.
    """

    name: str
    cells: tuple[Cell, ...]

    @classmethod
    def of(cls, name: str, *texts: str, form: str = "text") -> Fact:
        """Lines of one form.

        Example:
            >>> Fact.of("repair", "u/2", form="formula").cells[0].form
            'formula'
        """
        return cls(name, tuple(Cell(t, form=form) for t in texts))


@dataclass(frozen=True)
class Section:
    """A heading with facts, a picture and tables.

    Args:
        heading: a few words.
        facts: names and values.
        pictures: drawn before the tables.
        tables: more than fits into facts.
    """

    heading: str
    facts: tuple[Fact, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Grid, ...] = ()


@dataclass(frozen=True)
class Detail:
    """All evidence on one row of the table.

    Args:
        summary: what is shown while it is folded.
        sections: what is shown when it is unfolded.
        unfolded: whether it is from the beginning.

    Example:
        >>> Detail((Cell("PROVED"), Cell("kernels/relu"))).unfolded
        False
    """

    summary: tuple[Cell, ...]
    sections: tuple[Section, ...] = field(default=())
    unfolded: bool = False
