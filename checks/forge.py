"""The process that forks workers: it has loaded everything, so a worker that was stopped is replaced in milliseconds.

It runs one thread and judges nothing itself. Each worker has a connection of its own, so that what a stopped one had
half written is lost with its connection; all of them end with the process that asked for them.
"""

from __future__ import annotations

import os
import signal
import socket
from contextlib import suppress
from multiprocessing.connection import Connection

from checks import stage
from checks.claim import Claim
from checks.judge import verify
from checks.launch import REPLY, REQUEST, STARVED
from checks.runner import Plan, judge_one
from checks.verdict import Verdict

#: A worker that grew by more than this share of a claim's memory makes room for a new one.
FULL = 0.5


def serve(control: int) -> None:
    """Forks a worker for each request, until the other end of the socket is closed.

    Args:
        control: file descriptor of the socket.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then stops the workers
    verify("E[step(u)]", "1/2", power=False)  # loads what the first claim of every worker would load
    parent, workers = socket.socket(fileno=control), set[int]()
    while len(request := parent.recv(REQUEST.size)) == REQUEST.size:
        (gone,) = REQUEST.unpack(request)
        status = os.waitpid(gone, 0)[1] if gone in workers else 0
        ours, theirs = socket.socketpair()
        worker = os.fork()
        if worker == 0:
            ours.close()
            parent.close()
            _work(Connection(theirs.detach()))
        workers = workers - {gone} | {worker}
        theirs.close()
        with suppress(OSError):  # the parent is gone: the next request will be empty
            socket.send_fds(parent, [REPLY.pack(worker, status)], [ours.fileno()])
        ours.close()
    for worker in workers:  # whatever they are at: nobody would hear of it
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
            os.waitpid(worker, 0)


def _work(connection: Connection) -> None:
    """Judges what is asked for; never returns."""
    base = resident()
    with suppress(EOFError, OSError):  # no more claims
        while True:
            claim, plan, share = connection.recv()
            connection.send(("taken", None))
            connection.send(_judged(claim, plan, share, connection))
            if plan.memory is not None and resident() - base > FULL * plan.memory * 2**20:
                break
    os._exit(0)


def _judged(claim: Claim, plan: Plan, share: float, connection: Connection) -> tuple[str, Verdict]:
    limit_memory(plan.memory)
    stage.listen(lambda news: connection.send(("engine" if isinstance(news, str) else "settled", news)))
    try:
        return "verdict", judge_one(claim, plan, share)
    except MemoryError:
        os._exit(STARVED)
    finally:
        stage.listen(None)


def limit_memory(mebibytes: float | None) -> None:
    """Lets this process grow by so much and no more, where the system has such limits; None: as the system allows."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = resource.RLIM_INFINITY if mebibytes is None else _pages(0) + int(mebibytes * 2**20)
    if hard != resource.RLIM_INFINITY and (most == resource.RLIM_INFINITY or most > hard):
        most = hard
    with suppress(ValueError, OSError):  # not every system has this limit
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def resident() -> int:
    """Bytes of memory in use; 0 where the system does not tell."""
    return _pages(1)


def _pages(field: int) -> int:
    """A field of the process's memory in bytes: 0 address space, 1 resident."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[field]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
