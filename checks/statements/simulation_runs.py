"""Makes the repetitions of a simulation, one after the other; they are kept as they finish, progress is shown."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

import numpy as np

from checks.statements.simulation import Simulation
from checks.statements.simulation_store import SimulationStore, open_store
from checks.threads import one_thread
from numeric import NumericError
from numeric.experiments import ExperimentError, Progress

#: What a repetition that diverges may raise; NumPy's own errors are ValueErrors of another class.
DIVERGED = (NumericError, FloatingPointError, OverflowError, ZeroDivisionError, np.linalg.LinAlgError)
#: Seconds between two notes of progress.
EVERY = 2.0


@dataclass(frozen=True)
class Repetition:
    """What one repetition measured.

    Args:
        number: from 0.
        measures: by name; empty if it diverged.
        diverged: why there are none.
    """

    number: int
    measures: Mapping[str, float] = field(default_factory=dict)
    diverged: str = ""


_FILE: ContextVar[str | None] = ContextVar("file", default=None)


@contextmanager
def keeping(file: str | None) -> Iterator[None]:
    """Within it, finished repetitions are kept in a file, and those that are there are not made again.

    Args:
        file: an SQLite file; None: nothing is kept.

    Example:
        >>> claim = Simulation("razborov-2022/both-layers", ("ratio < 1",), 1, 0, sizes={"steps": 10})
        >>> with keeping(None):
        ...     [r.number for r in repetitions(claim, claim.seed)]
        [0]
    """
    token = _FILE.set(file)
    try:
        yield
    finally:
        _FILE.reset(token)


def repetitions(statement: Simulation, seed: int) -> Iterator[Repetition]:
    """The repetitions of one seed in order, each when it is finished; those that were kept come first from there.

    Args:
        statement: the claim.
        seed: its own, or a fresh one.

    Raises:
        ExperimentError: the experiment measures other numbers than it states: an error of its author.
        ClaimError: the file of kept repetitions cannot be read or written.
    """
    with open_store(statement, seed, _FILE.get()) as store:
        for number in range(statement.repetitions):
            yield _kept(store, number) or _made(statement, seed, number, store)


def _kept(store: SimulationStore, number: int) -> Repetition | None:
    found = store.get(number)
    return None if found is None else Repetition(number, *found)


def _made(statement: Simulation, seed: int, number: int, store: SimulationStore) -> Repetition:
    """Runs a repetition; whatever interrupts it, those before it are kept."""
    progress = _told(statement, seed, number, store)
    progress(0.0)
    start = time.perf_counter()
    try:
        with one_thread():  # sums in one order, whatever the cores; small matrices gain nothing
            found = statement.source.measured(statement.all_sizes, np.random.default_rng([seed, number]), progress)
        made = Repetition(number, found)
    except ExperimentError:
        raise
    except DIVERGED as error:
        made = Repetition(number, {}, f"{type(error).__name__}: {error}"[:300])
    store.add(number, made.measures, made.diverged, time.perf_counter() - start)
    return made


def _told(statement: Simulation, seed: int, number: int, store: SimulationStore) -> Progress:
    """Tells how far a repetition is, now and then: through the file, for this may be one of several processes."""
    last = -EVERY
    label = f"{statement.experiment}, seed {seed}: repetition {number + 1} of {statement.repetitions}"

    def tell(share: float) -> None:
        nonlocal last
        if time.monotonic() - last >= EVERY:
            last = time.monotonic()
            store.tell(f"{label}, {share:.0%}")

    return tell
