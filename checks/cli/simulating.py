"""Simulations at the papers' sizes, from the command line: which claims change, and how far each is."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from checks.claim import Claim
from checks.errors import ClaimError
from checks.statements.simulation import Simulation
from checks.statements.simulation_store import notes

#: Seconds between two looks at the file.
EVERY = 10.0


def at_full_sizes(claim: Claim) -> Claim:
    """A claim about a simulation at the paper's sizes; any other claim as it is.

    Args:
        claim: the claim.

    Example:
        >>> claim = Claim("my/fit", Simulation("razborov-2022/both-layers", ("ratio < 0.01",), 7, 0))
        >>> at_full_sizes(claim).statement.full
        True
    """
    statement = claim.statement
    return replace(claim, statement=statement.at_full_sizes()) if isinstance(statement, Simulation) else claim


@contextmanager
def watched(keep: str | None, full: bool) -> Iterator[str | None]:
    """The file in which repetitions are kept, with a line on standard error for each simulation that got on.

    Args:
        keep: as named by the user; None: at full sizes a file that is gone afterwards, otherwise none.
        full: whether there is something to watch.

    Raises:
        ClaimError: the file cannot be used.
    """
    with TemporaryDirectory() as folder:
        file = str(Path(folder) / "kept.sqlite") if keep is None and full else keep
        shown = notes(file) if file is not None else {}
        stop = threading.Event()
        watcher = threading.Thread(target=_watch, args=(file, shown, stop), daemon=True)
        if full:
            watcher.start()
        try:
            yield file
        finally:
            stop.set()
            if full:
                watcher.join()


def _watch(file: str, shown: dict[str, str], stop: threading.Event) -> None:
    while not stop.wait(EVERY):
        with suppress(ClaimError):  # who writes will say so
            found = notes(file)
            for simulation, note in found.items():
                if shown.get(simulation) != note:
                    print(note, file=sys.stderr, flush=True)
            shown = found
