"""Work split over processes, whose parts are handed over as they are finished."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from checks.errors import ClaimError
from checks.runner import _interrupts_ignored

S = TypeVar("S")
T = TypeVar("T")


def chunks(items: Sequence[S], length: int) -> list[Sequence[S]]:
    """Consecutive parts of at most that length.

    Example:
        >>> chunks([1, 2, 3], 2)
        [[1, 2], [3]]
    """
    return [items[i : i + length] for i in range(0, len(items), length)]


def in_parallel(work: Callable[[S], T], tasks: Sequence[S], jobs: int | None = None) -> Iterator[T]:
    """The work done on every task, in the order in which it is finished.

    Args:
        work: a function of a module; tasks and what it returns can be pickled.
        tasks: what to do.
        jobs: processes; default all cores, 1: in this process.

    Raises:
        ClaimError: fewer than one job.

    Example:
        >>> list(in_parallel(abs, [1, -2], jobs=1))
        [1, 2]
    """
    count = (os.cpu_count() or 1) if jobs is None else jobs
    if count < 1:
        raise ClaimError(f"got {count} jobs, expected at least 1")
    if count == 1 or len(tasks) < 2:
        yield from map(work, tasks)
        return
    from joblib import Parallel, delayed

    with _interrupts_ignored():  # the workers inherit this: Ctrl-C is for the parent, which then stops them
        found = Parallel(n_jobs=min(count, len(tasks)), return_as="generator_unordered")(
            delayed(work)(task) for task in tasks
        )
    yield from found
