"""Where the batches of a campaign are run: local processes of joblib, or the workers of a dask cluster."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, wait

from checks.campaign import BatchRuns, Campaign, end_with, run_batch
from checks.errors import ClaimError
from checks.runner import CONNECT_SECONDS, _interrupts_ignored
from checks.threads import ONE_THREAD, one_thread

ENGINES = ("joblib", "dask")


def run_on_one_thread(campaign: Campaign, index: int) -> BatchRuns:
    """Runs a batch with one thread of linear algebra, in a process whose libraries have been loaded long ago.

    Args:
        campaign: the campaign.
        index: of the batch.
    """
    with one_thread():
        return run_batch(campaign, index)


def run_locally(campaign: Campaign, batches: Sequence[int], jobs: int | None = None) -> Iterator[BatchRuns]:
    """The batches on local processes, as they are finished.

    One job is a process of its own too: the number of threads of a library is fixed when it is loaded.

    Args:
        campaign: the campaign.
        batches: numbers of the batches to run.
        jobs: processes; default all cores.

    Raises:
        ClaimError: fewer than one job, or a worker was killed.
    """
    from joblib.externals.loky import get_reusable_executor
    from joblib.externals.loky.process_executor import BrokenProcessPool

    count = (os.cpu_count() or 1) if jobs is None else jobs
    if count < 1:
        raise ClaimError(f"got {count} jobs, expected at least 1")
    if not batches:
        return
    workers = min(count, len(batches))
    with _interrupts_ignored():  # the workers inherit this: Ctrl-C is for the parent, which then stops them
        executor = get_reusable_executor(
            workers, timeout=None, reuse=False, initializer=end_with, initargs=(os.getpid(),), env=ONE_THREAD
        )
        waiting = list(batches)
        # no more than the queue takes: killing loky while it still has calls to hand out ends in a traceback
        running = {executor.submit(run_batch, campaign, waiting.pop(0)) for _ in range(min(workers + 1, len(waiting)))}
    try:
        while running:
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in finished)
            # afterwards: a caller that stops here must not meet a call that is just being handed out
            running |= {executor.submit(run_batch, campaign, waiting.pop(0)) for _ in finished if waiting}
    except BrokenProcessPool as error:
        raise ClaimError(
            f"a worker of {workers} was killed ({_first_line(error)}); finished batches are kept: run again to resume, "
            f"with fewer jobs if memory ran out"
        ) from None
    finally:
        executor.shutdown(wait=True, kill_workers=True)


def run_on_cluster(campaign: Campaign, batches: Sequence[int], scheduler: str | None) -> Iterator[BatchRuns]:
    """The batches on the workers of a dask cluster, as they are finished; those of a lost worker are run again.

    The workers need closedform in the same version; each batch is run with one thread of linear algebra.

    Args:
        campaign: the campaign.
        batches: numbers of the batches to run.
        scheduler: its address.

    Raises:
        ClaimError: dask is missing, no scheduler answers, or a batch failed on several workers.
    """
    if scheduler is None:
        raise ClaimError("got the engine dask without a scheduler, expected its address: --scheduler tcp://HOST:8786")
    try:
        from distributed import Client, as_completed
        from distributed.client import FutureCancelledError
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise ClaimError(
            f"got the scheduler {scheduler!r}, but dask.distributed is missing: pip install 'closedform[distributed]'"
        ) from None
    try:
        client = Client(scheduler, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise ClaimError(
            f"got the scheduler {scheduler!r}, expected a running one there: {_first_line(error)}"
        ) from None
    with client:
        if not batches:
            return
        futures = [client.submit(run_on_one_thread, campaign, index, pure=False) for index in batches]
        try:
            for future in as_completed(futures):
                yield future.result()
                future.release()
        except (KilledWorker, FutureCancelledError, OSError) as error:
            raise ClaimError(
                f"the cluster at {scheduler!r} lost a batch ({_first_line(error)}); finished batches are kept: run "
                f"again to resume"
            ) from None
        finally:
            client.cancel(futures, force=True)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
