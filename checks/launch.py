"""Starts the process that forks workers, and asks it for them. Loads nothing, so that it can be started first."""

from __future__ import annotations

import atexit
import os
import socket
import struct
import subprocess
import sys
from contextlib import suppress
from multiprocessing.connection import Connection

#: Asks for a worker; names one that is gone, whose exit status is wanted, or 0.
REQUEST = struct.Struct("!q")
#: A worker's process and the status of the one that is gone; its connection comes with it.
REPLY = struct.Struct("!qq")
#: Exit code of a worker that had no memory left.
STARVED = 77
#: Whether this system can fork and stop workers; elsewhere claims are judged without limits.
AVAILABLE = hasattr(os, "fork") and hasattr(socket, "send_fds")
#: How long a process that was asked to end may take.
PATIENCE = 5.0
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "BLIS_NUM_THREADS")
_CODE = "from checks.forge import serve; serve({})"
_begun: list[Forge] = []


class Forge:
    """A process that has loaded everything and forks a worker for each request, see ``checks.forge``.

    Args:
        jobs: workers that will run at a time; each has its share of the cores for linear algebra.
    """

    def __init__(self, jobs: int) -> None:
        self.settings = _settings(jobs)
        self._control, theirs = socket.socketpair()
        threads = dict.fromkeys(_THREADS, str(max(1, (os.cpu_count() or 1) // jobs)))
        # what this process can import, and nothing from the folder in which it happens to run
        path = os.pathsep.join(p or os.getcwd() for p in sys.path)
        debug = bool(os.environ.get("CLOSEDFORM_DEBUG"))
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _CODE.format(theirs.fileno())],
            env=os.environ | threads | {"PYTHONPATH": path},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=None if debug else subprocess.DEVNULL,  # libraries print when they give up
            start_new_session=True,  # Ctrl-C is for this process, which then stops the workers
        )
        theirs.close()

    def worker(self, gone: int = 0) -> tuple[Connection, int, int]:
        """A new worker: its connection, its process, and the exit status of one that is gone.

        Raises:
            OSError: the process has ended.
        """
        self._control.sendall(REQUEST.pack(gone))
        reply, descriptors, _, _ = socket.recv_fds(self._control, REPLY.size, 1)
        if len(reply) < REPLY.size or not descriptors:
            raise ConnectionResetError("the process that forks workers has ended")
        process, status = REPLY.unpack(reply)
        return Connection(descriptors[0]), process, status

    def close(self) -> None:
        """Ends it; its workers end when their connections are closed."""
        self._control.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(PATIENCE)
            return
        self._process.kill()
        self._process.wait()


def begin(jobs: int) -> None:
    """Starts one that ``taken`` will find ready."""
    if AVAILABLE and not _begun:
        _begun.append(Forge(jobs))


def taken(jobs: int) -> Forge:
    """The one that was begun or given back, if it suits, or a new one."""
    found = _begun.pop() if _begun else None
    if found is not None and found.settings != _settings(jobs):
        found.close()
        found = None
    return found or Forge(jobs)


def given_back(forge: Forge) -> None:
    """Keeps one whose workers are idle for the next claims of this process."""
    if _begun:
        forge.close()
    else:
        _begun.append(forge)


def _settings(jobs: int) -> tuple[int, int, str, tuple[str, ...]]:
    """What a process that forks workers was started with: this process, threads, folder and path."""
    try:
        folder = os.getcwd()
    except OSError:  # it was removed
        folder = ""
    return os.getpid(), jobs, folder, tuple(sys.path)


def _end() -> None:
    """Ends what was kept, in the process that began it."""
    while _begun:
        forge = _begun.pop()
        if forge.settings[0] == os.getpid():
            forge.close()


atexit.register(_end)
