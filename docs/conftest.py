"""Runs the console blocks of the pages: what follows ``$ command`` must be what the command prints.

A line ``...`` stands for anything, as in doctest. Commands run in this process; their progress lines are not shown.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

collect_ignore = ["conf.py", "_build"]
_BLOCK = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)
_FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Pages with console blocks; their >>> blocks belong to the doctest plugin."""
    return ConsolePage.from_parent(parent, path=file_path) if file_path.suffix == ".md" else None


class ConsolePage(pytest.File):
    """A page as a collection of console blocks."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item a block, named by its line."""
        text = self.path.read_text(encoding="utf-8")
        for found in _BLOCK.finditer(text):
            line = text.count("\n", 0, found.start()) + 2
            yield ConsoleBlock.from_parent(self, name=f"console:{line}", source=found.group(1))


class ConsoleBlock(pytest.Item):
    """The commands of a block with what they print."""

    def __init__(self, *, source: str, **others: Any) -> None:
        super().__init__(**others)
        self.source = source

    def runtest(self) -> None:
        """Runs each command and compares."""
        code = 0
        for part in re.split(r"^\$ ", self.source, flags=re.MULTILINE)[1:]:
            command, _, wanted = part.partition("\n")
            if command == "echo $?":
                printed = f"{code}\n"
            else:
                code, printed = _run(shlex.split(command))
            if not doctest.OutputChecker().check_output(wanted, printed, _FLAGS):
                pytest.fail(f"$ {command}\nexpected:\n{wanted}\nprinted:\n{printed}", pytrace=False)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where the block is."""
        return self.path, None, f"{self.path.name}::{self.name}"


def _run(words: list[str]) -> tuple[int, str]:
    from checks.cli.main import run

    assert words[0] == "closedform", words
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(words[1:])
    errors = [line for line in err.getvalue().splitlines(keepends=True) if not re.match(r"\[\d+/\d+\] ", line)]
    return code, out.getvalue() + "".join(errors)
