"""What a report is: a table of cells, each with its text, its LaTeX and its value for machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from checks.report.details import Detail, Grid
    from checks.report.pictures import Picture

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"

Form: TypeAlias = Literal["text", "formula", "either", "code"]

RESERVED = frozenset({"schema", "title", "rows", "notes", "environment"})
"""The keys of a JSON report that its payload may not use."""


@dataclass(frozen=True)
class Cell:
    r"""One entry of a table.

    Args:
        text: what a person reads in a terminal, a page or a spreadsheet.
        latex: the same as mathematics, without dollar signs; None means that the text is typeset, escaped.
        value: the same for machines; None means the text.
        form: ``formula``: typeset where the text can be read as one, else as code; ``either``: else as text; ``code``.

    Raises:
        ValueError: if latex contains a dollar sign, or there is no such form.

    >>> Cell("θ/2π", latex=r"\theta/2\pi", value=0.25).machine
    0.25
    """

    text: str
    latex: str | None = None
    value: JSON = None
    form: str = "text"

    def __post_init__(self) -> None:
        if self.form not in get_args(Form):
            raise ValueError(f"got form {self.form!r}, expected one of {', '.join(get_args(Form))}")
        if self.latex is not None and "$" in self.latex:
            raise ValueError(f"got latex {self.latex!r}, expected mathematics without dollar signs; remove them")

    @property
    def machine(self) -> JSON:
        """The value for machines: `value`, or the text where there is none.

        >>> Cell("PROVED").machine, Cell("no", value=False).machine
        ('PROVED', False)
        """
        return self.text if self.value is None else self.value


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Args:
        name: its heading, for people.
        key: its name in JSON and CSV.
        align: right for numbers.
        share: of the line that a column of long texts takes in a paper; 0: as wide as its longest text.

    >>> Column("smallest eigenvalue", "smallest", "right").key
    'smallest'
    """

    name: str
    key: str
    align: Literal["left", "right"] = "left"
    share: float = 0


@dataclass(frozen=True)
class Report:
    """A table with a title, notes and what is needed to replay it.

    Args:
        kind: names the JSON schema, `closedform/<kind>/1`.
        title: one line of text.
        columns: at least one, with distinct keys.
        rows: as many cells in each as there are columns.
        notes: lines of text under the table.
        payload: more for machines, at the top level of the JSON report.
        displayed: how many of the last rows are equations too long for a table of a paper; LaTeX shows them as a list.
        environment: see `checks.report.environment`.
        details: what a page unfolds, one for each row or none.
        pictures: what a page shows above the table.
        paper: the table for a paper, where it is another one.

    Raises:
        ValueError: if the shape of the table or a key of the payload is wrong.

    >>> report = Report("verdicts", "Claims", (Column("claim", "claim"),), ((Cell("kernels/relu"),),))
    >>> report.rows[0][0].text
    'kernels/relu'
    """

    kind: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    payload: Mapping[str, JSON] = field(default_factory=dict)
    environment: Mapping[str, JSON] = field(default_factory=dict)
    displayed: int = 0
    details: tuple[Detail, ...] = ()
    pictures: tuple[Picture, ...] = ()
    paper: Grid | None = None

    def __post_init__(self) -> None:
        keys = [column.key for column in self.columns]
        if not keys or len(set(keys)) < len(keys):
            raise ValueError(f"got column keys {keys}, expected at least one and all distinct; rename the columns")
        for number, row in enumerate(self.rows):
            if len(row) != len(keys):
                raise ValueError(f"got {len(row)} cells in row {number}, expected {len(keys)}, one for each of {keys}")
        if self.details and len(self.details) != len(self.rows):
            raise ValueError(f"got {len(self.details)} details, expected {len(self.rows)}, one for each row, or none")
        if taken := sorted(RESERVED & self.payload.keys()):
            raise ValueError(f"got payload keys {taken}, which every report has already; rename them")

    def _repr_html_(self) -> str:
        """The table for a notebook."""
        from checks.report.html import fragment

        return fragment(self)

    def _repr_latex_(self) -> str:
        """The table for a notebook that is exported to LaTeX."""
        from checks.report.latex import latex_table

        return latex_table(self)
