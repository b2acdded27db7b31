"""Finished repetitions of simulations in an SQLite file: each is there as a whole or not at all, whatever interrupts.

Several processes write into one file; each commits a repetition when it is finished.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

from checks.errors import ClaimError
from checks.statements.simulation import Simulation
from numeric.experiments import code_digest

#: Marks the file as ours (``file`` and SQLite itself know this field), and the version of its tables.
APPLICATION, VERSION = 0x636C6673, 1
#: How long to wait while another process writes.
PATIENCE = 60.0
_TABLES = """
CREATE TABLE repetitions (
  simulation TEXT, repetition INTEGER, measures TEXT NOT NULL, diverged TEXT NOT NULL, seconds REAL NOT NULL,
  PRIMARY KEY (simulation, repetition)
) WITHOUT ROWID;
CREATE TABLE progress (simulation TEXT PRIMARY KEY, note TEXT NOT NULL) WITHOUT ROWID;
"""


def identity(statement: Simulation, seed: int) -> str:
    """What a repetition's numbers depend on: experiment and its code, sizes, seed; criteria and share may change.

    Args:
        statement: the claim.
        seed: of the repetitions.

    Returns:
        Text that two claims share if and only if they have the same repetitions.

    Example:
        >>> one, other = (Simulation("razborov-2022/both-layers", (c,), 1, 0) for c in ("ratio < 1", "ratio < 2"))
        >>> identity(one, 0) == identity(other, 0) != identity(one, 1)
        True
    """
    import numpy as np

    sizes = {name: float(value) for name, value in statement.all_sizes.items()}
    parts = [statement.experiment, sizes, seed, code_digest(statement.experiment), np.__version__]
    return json.dumps(parts, sort_keys=True)


class SimulationStore:
    """The kept repetitions of one simulation.

    Args:
        connection: to the file; None keeps nothing.
        simulation: see ``identity``.
        where: what to call the file in messages.
    """

    def __init__(self, connection: sqlite3.Connection | None, simulation: str, where: str) -> None:
        self._connection, self._simulation, self._where = connection, simulation, where

    def get(self, number: int) -> tuple[dict[str, float], str] | None:
        """The measures of a repetition and why there are none; None if it was not kept.

        Raises:
            ClaimError: the file cannot be read, or what it holds is no repetition.
        """
        if self._connection is None:
            return None
        query = "SELECT measures, diverged FROM repetitions WHERE simulation = ? AND repetition = ?"
        with _errors(self._where):
            row = self._connection.execute(query, (self._simulation, number)).fetchone()
        return None if row is None else self._read(row, number)

    def _read(self, row: tuple[Any, ...], number: int) -> tuple[dict[str, float], str]:
        try:
            measures = {str(name): float.fromhex(value) for name, value in json.loads(row[0]).items()}
            if (all(map(math.isfinite, measures.values())) and measures) or row[1]:
                return measures, str(row[1])
        except (ValueError, TypeError, AttributeError):
            pass
        raise ClaimError(
            f"got repetition {number} of {self._where} without finite numbers, expected what closedform wrote: the "
            f"file was changed; name another file"
        )

    def add(self, number: int, measures: Mapping[str, float], diverged: str, seconds: float) -> None:
        """Keeps a repetition.

        Raises:
            ClaimError: the file cannot be written.
        """
        if self._connection is None:
            return
        texts = json.dumps({name: value.hex() for name, value in measures.items()})
        row = (self._simulation, number, texts, diverged, seconds)
        with _errors(self._where), self._connection:
            self._connection.execute("INSERT OR IGNORE INTO repetitions VALUES (?, ?, ?, ?, ?)", row)

    def tell(self, note: str) -> None:
        """Notes what is being worked on, for whoever watches the file.

        Raises:
            ClaimError: the file cannot be written.
        """
        if self._connection is None:
            return
        with _errors(self._where), self._connection:
            self._connection.execute("INSERT OR REPLACE INTO progress VALUES (?, ?)", (self._simulation, note))


@contextmanager
def open_store(statement: Simulation, seed: int, file: str | None) -> Iterator[SimulationStore]:
    """The kept repetitions of a simulation.

    Args:
        statement: the claim.
        seed: of the repetitions.
        file: a new name or a file of kept repetitions; None: nothing is kept.

    Raises:
        ClaimError: it cannot be opened, or is a file of another program.
    """
    if file is None:
        yield SimulationStore(None, "", "")
        return
    where = f"the file {file!r}"
    with _errors(where):
        connection = sqlite3.connect(file, timeout=PATIENCE)
    with closing(connection):
        _prepare(connection, where)
        yield SimulationStore(connection, identity(statement, seed), where)


def notes(file: str) -> dict[str, str]:
    """What was noted last of each simulation; refuses, before hours of work, a file that cannot keep repetitions.

    Args:
        file: see ``open_store``.

    Raises:
        ClaimError: see ``open_store``.
    """
    where = f"the file {file!r}"
    with _errors(where):
        connection = sqlite3.connect(file, timeout=PATIENCE)
    with closing(connection):
        _prepare(connection, where)
        with _errors(where):
            rows = connection.execute("SELECT simulation, note FROM progress").fetchall()
    return {str(simulation): str(note) for simulation, note in rows}


def _prepare(connection: sqlite3.Connection, where: str) -> None:
    """Creates the table, or checks that the file is ours; under a lock, for several processes may start at once."""
    with _errors(where), connection:
        connection.execute("BEGIN IMMEDIATE")
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        marks = tuple(connection.execute(f"PRAGMA {n}").fetchone()[0] for n in ("application_id", "user_version"))
        if tables == 0:
            for table in _TABLES.split(";"):
                connection.execute(table)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
        elif marks != (APPLICATION, VERSION):
            raise ClaimError(f"got {where}, an SQLite file of something else; expected kept repetitions, or a new name")


@contextmanager
def _errors(where: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise ClaimError(
            f"got {where}, which cannot be used: {error}; expected an SQLite file of kept repetitions, or a new name"
        ) from None
