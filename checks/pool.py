"""Workers that can be stopped: each claim has its own time and memory, and one that overruns stops no other."""

from __future__ import annotations

import atexit
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from math import inf
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from checks.claim_table import table_of
from checks.launch import STARVED, Forge, given_back, taken
from checks.verdict import Kind, Verdict

if TYPE_CHECKING:
    from checks.claim import Claim
    from checks.runner import Plan

#: How libraries in C give up without memory, and how a system takes it back.
_STARVED = ("SIGABRT", "SIGKILL", "SIGBUS")

#: How often a claim is handed over to a worker that is gone before it has taken it.
TRIES = 3


@dataclass
class _Worker:
    """A worker process and what it is at.

    Args:
        connection: to it.
        process: its number.
        task: position and claim; None: it waits.
    """

    connection: Connection
    process: int
    task: tuple[int, Claim] | None = None
    begun: float = 0.0
    engine: str = ""
    settled: Verdict | None = None
    taken: bool = False
    tries: int = 0

    def begin(self, task: tuple[int, Claim], plan: Plan, share: float) -> None:
        """Hands over a claim."""
        self.tries = self.tries + 1 if self.task is task else 1
        self.task, self.begun, self.engine, self.settled, self.taken = task, time.monotonic(), "", None, False
        self.connection.send((task[1], plan, share))

    def hear(self) -> Verdict | None:
        """Takes a message; the verdict if it is that.

        Raises:
            EOFError, OSError: the worker is gone.
        """
        kind, news = self.connection.recv()
        if kind == "taken":
            self.taken, self.begun = True, time.monotonic()
        elif kind == "engine":
            self.engine = news
        elif kind == "settled":
            self.settled = news
        return news if kind == "verdict" else None

    def unfinished(self, spent: str) -> Verdict:
        """What can be said of a claim whose judging was stopped: what was settled before, or nothing."""
        assert self.task is not None
        claim, seconds = self.task[1], time.monotonic() - self.begun
        if self.settled is not None:
            reason = f"{self.settled.reason}; slips not tried to the end: {spent}"
            return replace(self.settled, reason=reason, seconds=seconds, stated=table_of(claim))
        return Verdict(
            claim.name,
            str(claim.statement),
            Kind.INCONCLUSIVE,
            spent,
            claim.expect,
            seconds=seconds,
            stated=table_of(claim),
        )


class Pool:
    """A process that forks workers, and its workers.

    Args:
        jobs: workers, >= 1.

    Example:
        >>> from checks.catalogue import find_claims
        >>> from checks.runner import Plan
        >>> pool = Pool(1)
        >>> [v.kind.value for _, v in pool.judge(find_claims(("kernels/step",)), Plan(power=False), 1e-6)]
        ['PROVED']
        >>> pool.close()
    """

    def __init__(self, jobs: int) -> None:
        self.jobs, self.owner = jobs, os.getpid()
        self._forge: Forge = taken(jobs)
        self._workers: list[_Worker] = []

    def judge(self, claims: Sequence[Claim], plan: Plan, share: float) -> Iterator[tuple[int, Verdict]]:
        """Judges the claims, yields (position, verdict) as they are finished.

        Args:
            claims: what to judge.
            plan: with the limits of each.
            share: of alpha, for each.
        """
        tasks = list(enumerate(claims))[::-1]
        while len(self._workers) < min(self.jobs, len(tasks)):
            self._workers.append(self._new()[0])
        while True:
            for worker in self._workers:
                if worker.task is None and tasks:
                    self._begin(worker, tasks.pop(), plan, share)
            busy = [w for w in self._workers if w.task is not None]
            if not busy:
                return
            yield from self._heard(busy, plan, share)

    def _begin(self, worker: _Worker, task: tuple[int, Claim], plan: Plan, share: float) -> None:
        try:
            worker.begin(task, plan, share)
        except OSError:  # it had made room for a new one
            self._replace(worker)
            worker.begin(task, plan, share)

    def _heard(self, busy: list[_Worker], plan: Plan, share: float) -> Iterator[tuple[int, Verdict]]:
        """Waits for messages until the next claim has spent its time."""
        limit = inf if plan.seconds is None else plan.seconds
        left = min(w.begun for w in busy) + limit - time.monotonic()
        ready: list[Any] = wait([w.connection for w in busy], None if left == inf else max(0.0, left))
        for worker in busy:
            assert worker.task is not None
            position = worker.task[0]
            verdict = None
            if worker.connection in ready:
                try:
                    verdict = worker.hear()
                except (EOFError, OSError):
                    status = self._replace(worker)
                    if not worker.taken and worker.tries < TRIES:  # it was gone before it had the claim
                        self._begin(worker, worker.task, plan, share)
                        continue
                    verdict = worker.unfinished(_died(status, worker.engine, plan))
            if verdict is None and time.monotonic() >= worker.begun + limit:
                with suppress(ProcessLookupError):
                    os.kill(worker.process, signal.SIGKILL)
                self._replace(worker)
                verdict = worker.unfinished(_overrun(worker.engine, limit))
            if verdict is not None:
                worker.task = None
                yield position, verdict

    def _new(self, gone: int = 0) -> tuple[_Worker, int]:
        try:
            connection, process, status = self._forge.worker(gone)
        except OSError:  # the forge itself was stopped from outside
            self._forge.close()
            self._forge = Forge(self.jobs)
            connection, process, status = self._forge.worker()
        return _Worker(connection, process), status

    def _replace(self, worker: _Worker) -> int:
        """Puts a new process in the place of one that is gone; returns the exit status of the old one."""
        worker.connection.close()
        new, status = self._new(worker.process)
        worker.connection, worker.process = new.connection, new.process
        return status

    def close(self) -> None:
        """Stops the workers, whatever they are at; what forked them is kept for later claims if all were idle."""
        busy = any(worker.task is not None for worker in self._workers)
        for worker in self._workers:
            worker.connection.close()
        self._workers = []
        if busy:
            self._forge.close()
        else:
            given_back(self._forge)


def _overrun(engine: str, seconds: float) -> str:
    place = f" in {engine}" if engine else ""
    return f"budget of {seconds:g} seconds spent{place}; try --seconds {max(1.0, 2 * seconds):g}"


def _died(status: int, engine: str, plan: Plan) -> str:
    place = f" in {engine}" if engine else ""
    code = os.waitstatus_to_exitcode(status)
    how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    if plan.memory is not None and (code == STARVED or how in _STARVED):
        return f"budget of {plan.memory:g} MiB of memory spent{place}; try --memory {2 * plan.memory:g}"
    return f"its process died{place} ({how}); the other claims were judged all the same"


_shared: list[Pool] = []
_lock = threading.Lock()


def judge_within(claim: Claim, plan: Plan, share: float) -> Verdict:
    """The verdict on one claim within the limits of a plan, by a worker that is kept for the next one."""
    with _lock:
        if not _shared or _shared[0].owner != os.getpid():  # after a fork it is another process's
            _shared[:] = [Pool(1)]
        try:
            ((_, verdict),) = _shared[0].judge([claim], plan, share)
        except BaseException:
            close_shared()
            raise
        return verdict


def close_shared() -> None:
    """Stops the worker that is kept."""
    for pool in _shared:
        if pool.owner == os.getpid():
            pool.close()
    _shared.clear()


atexit.register(close_shared)
