"""``closedform catalogue``: the papers and their claims; ``closedform new-paper``: a module for one more."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checks.cli.options import output_options

if TYPE_CHECKING:
    from checks.catalogue.papers import Paper
    from checks.report import Report
    from checks.report.model import JSON

_NAME = re.compile(r"([a-z]+(?:_[a-z]+)*_\d{4})_[a-z]+(?:_[a-z]+)*")

SKELETON = '''"""AUTHORS YEAR: what the paper is about, in one line."""

from __future__ import annotations

from checks.catalogue.papers.paper import Entries, Paper
from checks.claim import Identity

KEY = "{key}"
_claim = Entries(KEY).claim

CLAIMS = (
    _claim(
        "mean",
        Identity("E[relu(u)]", "|u|/sqrt(2*pi)"),
        "An example: replace it by the paper's first formula, as published",
        "AUTHORS YEAR, eq. (1)",
        expect="PROVED",
    ),
)

PAPER = Paper(
    "{letter}",
    KEY,
    "AUTHORS YEAR, TITLE, WHERE",
    CLAIMS,
    open=(("what is not judged", "why"),),
)
'''


@click.command("catalogue", short_help="The papers of the catalogue: claims, expected verdicts, what remains open.")
@click.argument("names", nargs=-1, metavar="[PAPER]...")
@output_options
def catalogue_command(names: tuple[str, ...], form: str, out: str | None) -> int:
    """Show the papers of the catalogue, or those of that name: a letter A to K, or a key such as safran-shamir-2018 or
    its beginning. Nothing is judged; "closedform verify --paper PAPER" judges the claims of one.
    """
    from checks.catalogue.papers import find_papers, papers
    from checks.report import emit

    found = {p.key: p for name in names for p in find_papers(name)} if names else {p.key: p for p in papers()}
    emit(papers_report(tuple(found.values())), form, out)
    return 0


def papers_report(papers: tuple[Paper, ...]) -> Report:
    """The table of papers: expected verdicts, kinds of statement, what remains open and why."""
    from checks.report import Cell, Column, Report, environment

    columns = (
        Column("", "letter"),
        Column("paper", "paper"),
        Column("claims", "claims", "right"),
        Column("expected", "expected", share=0.2),
        Column("kinds", "kinds", share=0.2),
        Column("open, and why", "open", share=0.5),
    )
    rows = tuple(
        (
            Cell(p.letter),
            Cell(p.key),
            Cell(str(len(p.all)), value=len(p.all)),
            Cell(_counted(verdicts := [k for c in p.all for k in c.expect]), value=dict(Counter(verdicts))),
            Cell(_counted(kinds := [type(c.statement).__name__ for c in p.all]), value=dict(Counter(kinds))),
            Cell("; ".join(f"{what} ({why})" for what, why in p.open), value=[list(o) for o in p.open]),
        )
        for p in papers
    )
    notes = tuple(f"{p.key}: {finding}" for p in papers for finding in p.findings)
    payload: dict[str, JSON] = {
        "citations": {p.key: p.citation for p in papers},
        "findings": {p.key: list(p.findings) for p in papers},
    }
    return Report("catalogue", "Papers of the catalogue", columns, rows, notes, payload, environment())


def _counted(names: list[str]) -> str:
    return ", ".join(f"{n} {name}" for name, n in sorted(Counter(names).items()))


@click.command("new-paper", short_help="Write a skeleton module for one more paper.")
@click.argument("name", metavar="AUTHOR_YEAR_TOPIC")
@click.option("--letter", default="X", show_default=True, help="Its place on the list.")
@click.option("--directory", type=click.Path(file_okay=False), help="Where.  [default: checks/catalogue/papers]")
def new_paper_command(name: str, letter: str, directory: str | None) -> int:
    """Write the module AUTHOR_YEAR_TOPIC.py, such as cho_saul_2009_kernels, and say what comes next; an existing file
    is left as it is.
    """
    import checks.catalogue.papers as package

    match = _NAME.fullmatch(name)
    if match is None or re.fullmatch(r"[A-Z]", letter) is None:
        raise click.BadParameter(
            f"got {name!r} and the letter {letter!r}, expected author_year_topic in lower case, such as "
            f"cho_saul_2009_kernels, and one capital letter"
        )
    key = match[1].replace("_", "-")
    path = Path(directory or package.__path__[0]) / f"{name}.py"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(SKELETON.format(key=key, letter=letter))
    except FileExistsError:
        raise click.ClickException(f"got {name}, but {path} exists: edit it, or choose another name") from None
    except OSError as error:
        raise click.ClickException(f"cannot write {path}: {error.strerror}; give another --directory") from None
    click.echo(
        f"wrote {path}\n"
        f"1. state its formulas as published, each with its source and the verdict you expect\n"
        f"2. closedform verify --paper {key}\n"
        f'3. a refuted one stays, with expect="REFUTED", beside its repair; say so in findings\n'
        f"4. put what cannot be judged, and why, under open; pytest tests/checks/test_papers.py"
    )
    return 0
