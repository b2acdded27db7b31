"""Finished runs of a campaign in an SQLite file: a batch is there as a whole or not at all, whatever interrupts it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checks.campaign import BatchRuns, Campaign
from checks.errors import ClaimError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Marks the file as ours (``file`` and SQLite itself know this field), and the version of its tables.
APPLICATION, VERSION = 0x636C6F73, 1
#: How long to wait while another process writes.
PATIENCE = 30.0
_TABLES = """
CREATE TABLE campaign (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE batches (batch INTEGER PRIMARY KEY, seconds REAL NOT NULL, libraries TEXT NOT NULL);
CREATE TABLE runs (
  run INTEGER PRIMARY KEY, batch INTEGER NOT NULL, status TEXT NOT NULL, steps INTEGER NOT NULL,
  loss REAL NOT NULL, gradient_norm REAL NOT NULL, weights BLOB NOT NULL
);
CREATE TABLE points (
  point INTEGER PRIMARY KEY, name TEXT NOT NULL, partition TEXT NOT NULL, hits INTEGER NOT NULL,
  loss REAL, smallest REAL, error REAL, verdict TEXT NOT NULL, weights BLOB NOT NULL
);
CREATE TABLE members (run INTEGER PRIMARY KEY, point INTEGER NOT NULL);
"""


@dataclass(frozen=True)
class Run:
    """A finished run.

    Args:
        number: from 0.
        batch: number of its batch.
        status: converged, max_steps, diverged or stalled.
        steps: gradient and Newton steps.
        loss: at its end.
        gradient_norm: Euclidean, at its end.
        weights: shape (n, d).
    """

    number: int
    batch: int
    status: str
    steps: int
    loss: float
    gradient_norm: float
    weights: NDArray[np.float64]


class CampaignStore:
    """The file of one campaign, open.

    Args:
        campaign: the campaign it must belong to.
        connection: to the file.
        where: what to call it in messages.
    """

    def __init__(self, campaign: Campaign, connection: sqlite3.Connection, where: str) -> None:
        self.campaign, self._connection, self._where = campaign, connection, where

    def missing(self) -> list[int]:
        """Numbers of the batches of which a run is not there."""
        runs = {int(i) for (i,) in self._all("SELECT run FROM runs")}
        return [i for i in range(self.campaign.batches) if not runs.issuperset(self.campaign.batch_runs(i))]

    def count(self) -> int:
        """How many runs are there."""
        return int(self._all("SELECT count(*) FROM runs")[0][0])

    def libraries(self) -> list[str]:
        """The sets of libraries and processors that its batches were run with."""
        return [str(x) for (x,) in self._all("SELECT DISTINCT libraries FROM batches ORDER BY libraries")]

    def add(self, found: BatchRuns) -> None:
        """Writes a batch, all of it or nothing; a run that is there already is left as it is.

        Raises:
            ClaimError: the file cannot be written, or a number is not finite.
        """
        runs = self.campaign.batch_runs(found.index)
        rows = [
            (run, found.index, found.status[i], int(found.steps[i]), loss, norm, _blob(found.weights[i]))
            for i, (run, loss, norm) in enumerate(
                zip(runs, found.loss.tolist(), found.gradient_norm.tolist(), strict=True)
            )
        ]
        _check_finite(rows, found)
        with self._writing():
            batch = (found.index, found.seconds, found.libraries)
            self._connection.execute("INSERT OR REPLACE INTO batches VALUES (?, ?, ?)", batch)
            self._connection.executemany("INSERT OR IGNORE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def runs(self) -> Iterator[Run]:
        """The finished runs, by number.

        Raises:
            ClaimError: weights that are no n x d finite numbers: the file was changed.
        """
        shape = (self.campaign.n, self.campaign.d)
        for row in self._all("SELECT run, batch, status, steps, loss, gradient_norm, weights FROM runs ORDER BY run"):
            run = _run(row, shape)
            if run is None:
                raise ClaimError(
                    f"got run {row[0]} of {self._where} without {shape[0]} x {shape[1]} finite weights, expected what "
                    f"a campaign wrote: the file was changed; take a copy, or begin anew with another file"
                )
            yield run

    def keep_points(self, rows: Sequence[tuple[Any, ...]], members: Sequence[tuple[int, int]]) -> None:
        """Replaces the distinct points, and which run ended at which."""
        with self._writing():
            self._connection.execute("DELETE FROM points")
            self._connection.execute("DELETE FROM members")
            self._connection.executemany("INSERT INTO points VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
            self._connection.executemany("INSERT INTO members VALUES (?, ?)", members)

    def points_of_runs(self) -> dict[int, tuple[int, str, str]]:
        """Number, name and partition of the point at which each run ended."""
        rows = self._all("SELECT run, point, name, partition FROM members JOIN points USING (point)")
        return {int(run): (int(point), str(name), str(partition)) for run, point, name, partition in rows}

    def _all(self, query: str) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(query).fetchall()
        except sqlite3.Error as error:
            raise ClaimError(f"got {self._where}, which cannot be read: {error}; take a copy, or begin anew") from None

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with self._connection:
                yield
        except sqlite3.Error as error:
            raise ClaimError(
                f"got {self._where}, which cannot be written: {error}; finished batches are kept; run again to resume"
            ) from None


@contextmanager
def open_store(campaign: Campaign, file: str | Path | None = None) -> Iterator[CampaignStore]:
    """The file of a campaign: a new one, or one with runs of the same campaign, which may have had fewer.

    Args:
        campaign: the campaign.
        file: None for a store that lives in memory.

    Raises:
        ClaimError: it cannot be opened, is no file of a campaign, or belongs to another one; says what differs.

    Example:
        >>> with open_store(Campaign(2, 4, seed=1)) as store:
        ...     store.missing()
        [0]
    """
    where = "a store in memory" if file is None else f"the file {str(file)!r}"
    try:
        connection = sqlite3.connect(":memory:" if file is None else file, timeout=PATIENCE)
    except sqlite3.Error as error:
        raise ClaimError(
            f"got {where}, which cannot be opened: {error}; check the folder and its permissions"
        ) from None
    with closing(connection):
        try:
            _prepare(connection, campaign, where)
        except sqlite3.Error as error:
            raise ClaimError(f"got {where}, expected an SQLite file of a campaign, or a new name: {error}") from None
        yield CampaignStore(campaign, connection, where)


def _prepare(connection: sqlite3.Connection, campaign: Campaign, where: str) -> None:
    """Creates the tables, or checks that they are those of the campaign; under a lock, for two may start at once."""
    connection.isolation_level = None
    connection.execute("BEGIN IMMEDIATE")
    try:
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables == 0:
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
            rows = [(name, json.dumps(value)) for name, value in campaign.identity.items()]
            connection.executemany("INSERT INTO campaign VALUES (?, ?)", rows)
        else:
            _check(connection, campaign, where)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.isolation_level = "DEFERRED"


def _check(connection: sqlite3.Connection, campaign: Campaign, where: str) -> None:
    mark, version = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
    if mark != APPLICATION:
        raise ClaimError(f"got {where}, an SQLite file of another program; expected a campaign's, or a new name")
    if version != VERSION:
        raise ClaimError(f"got {where} of version {version}, expected {VERSION}: it was written by another closedform")
    stored = {name: json.loads(value) for name, value in connection.execute("SELECT name, value FROM campaign")}
    wanted = campaign.identity
    if isinstance(stored.get("runs"), int) and stored["runs"] < wanted["runs"]:  # more runs of the same
        connection.execute("UPDATE campaign SET value = ? WHERE name = 'runs'", (json.dumps(wanted["runs"]),))
        stored["runs"] = wanted["runs"]
    differs = [f"{n} {stored.get(n)!r}, not {wanted.get(n)!r}" for n in wanted if stored.get(n) != wanted[n]]
    if differs:
        raise ClaimError(
            f"got {where} of another campaign: it has {'; '.join(differs)}; expected the same options to resume it; "
            f"name another file for a new campaign"
        )


def _run(row: tuple[Any, ...], shape: tuple[int, int]) -> Run | None:
    """A row as a run; None if it is none."""
    import numpy as np

    number, batch, status, steps, loss, norm, blob = row
    if not (isinstance(blob, bytes) and len(blob) == 8 * shape[0] * shape[1]):
        return None
    if not all(isinstance(x, float) for x in (loss, norm)) or not all(isinstance(x, int) for x in (batch, steps)):
        return None
    weights = np.frombuffer(blob, dtype="<f8").astype(np.float64)
    if not (np.isfinite(weights).all() and np.isfinite([loss, norm]).all()):
        return None
    return Run(number, batch, str(status), steps, loss, norm, weights.reshape(shape))


def _blob(weights: NDArray[np.float64]) -> bytes:
    return weights.astype("<f8").tobytes()


def _check_finite(rows: Sequence[tuple[Any, ...]], found: BatchRuns) -> None:
    import numpy as np

    for i, (run, _, status, _, loss, norm, _) in enumerate(rows):
        if not (np.isfinite([loss, norm]).all() and np.isfinite(found.weights[i]).all()):
            raise ClaimError(
                f"got run {run} ({status}) with a NaN or infinite loss, gradient or weight, expected finite numbers; "
                f"please report it with the seed"
            )
