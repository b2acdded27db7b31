"""A campaign from beginning to end: batches that are missing are run, and kept as soon as they are finished."""

from __future__ import annotations

from collections.abc import Callable

from checks.campaign import BatchRuns, Campaign
from checks.campaign_engines import ENGINES, run_locally, run_on_cluster
from checks.campaign_store import CampaignStore
from checks.errors import ClaimError

Progress = Callable[[BatchRuns], None]


def run_campaign(
    campaign: Campaign,
    store: CampaignStore,
    jobs: int | None = None,
    engine: str = "joblib",
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> int:
    """Runs the batches that the store does not have.

    Args:
        campaign: the campaign.
        store: open; it gets every batch as soon as it is finished.
        jobs: local processes; default all cores.
        engine: joblib (local processes) or dask (a cluster).
        scheduler: address of the dask scheduler.
        progress: called with every new batch, after it was written.

    Returns:
        How many runs were there before.

    Raises:
        ClaimError: impossible options, a lost worker or cluster, a store that cannot be written.
        KeyboardInterrupt: all batches finished until then are in the store.

    Example:
        >>> from checks.campaign_store import open_store
        >>> campaign = Campaign(2, 4, seed=1)
        >>> with open_store(campaign) as store:
        ...     before = run_campaign(campaign, store, jobs=1)
        ...     before, store.count(), store.missing()
        (0, 4, [])
    """
    if engine not in ENGINES:
        raise ClaimError(f"got the engine {engine!r}, expected one of {', '.join(ENGINES)}")
    if engine == "joblib" and scheduler is not None:
        raise ClaimError(f"got the scheduler {scheduler!r} with local processes, expected --engine dask with it")
    before, missing = store.count(), store.missing()
    found = run_on_cluster(campaign, missing, scheduler) if engine == "dask" else run_locally(campaign, missing, jobs)
    for batch in found:
        store.add(batch)
        if progress is not None:
            progress(batch)
    return before
