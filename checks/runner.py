"""Judges many claims, one after the other or on several cores, and hands over each verdict as it is ready."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from analytic.errors import AnalyticError
from checks.claim import Claim
from checks.claim_table import table_of
from checks.errors import ClaimError, VacuousClaimError
from checks.judge import ALPHA, verify
from checks.launch import AVAILABLE
from checks.statements.simulation_runs import keeping
from checks.verdict import Kind, Verdict
from numeric import NumericError

#: How long a scheduler may take to answer before its address is called wrong.
CONNECT_SECONDS = 10


@dataclass(frozen=True)
class Plan:
    """How a list of claims is judged.

    Args:
        seed: of all random draws.
        alpha: probability of a false alarm of the whole report, split evenly over its claims.
        jobs: processes.
        cluster: address of a dask scheduler; its workers judge instead of local processes.
        power: whether slips are tried.
        seconds: wall time of each claim, after which it is stopped and INCONCLUSIVE. None: no limit.
        memory: by how many MiB each claim may make its process grow. None: no limit.
        engines: the only ones that may be used, see ``checks.engines``; None: all.
        digits: decimal digits to which CERTIFIED equality holds at least; None: what the working precision gives.
        keep: an SQLite file for finished repetitions of simulations; those that are there are not made again.
    """

    seed: int = 0
    alpha: float = ALPHA
    jobs: int = 1
    power: bool = True
    cluster: str | None = None
    seconds: float | None = None
    memory: float | None = None
    engines: tuple[str, ...] | None = None
    digits: int | None = None
    keep: str | None = None

    @property
    def limited(self) -> bool:
        """Whether claims have to be judged where they can be stopped."""
        return self.seconds is not None or self.memory is not None


def judge_one(claim: Claim, plan: Plan, share: float) -> Verdict:
    """The verdict on one claim, whatever it is: one failing claim never stops the others.

    A vacuous claim gets the verdict VACUOUS, one without a meaning INVALID; neither ever counts as a pass.

    Args:
        claim: the claim.
        plan: seed and slips.
        share: the claim's part of alpha.
    """
    try:
        with keeping(plan.keep):
            return verify(
                claim, seed=plan.seed, alpha=share, power=plan.power, engines=plan.engines, digits=plan.digits
            )
    except VacuousClaimError as error:
        return _without_evidence(claim, Kind.VACUOUS, str(error))
    except (ClaimError, AnalyticError, NumericError) as error:
        return _without_evidence(claim, Kind.INVALID, str(error))
    except MemoryError:
        if plan.memory is not None:  # a worker's, which ends here; its parent knows in which engine it was
            raise
        return _without_evidence(claim, Kind.INCONCLUSIVE, "the system has no more memory")
    except RecursionError:
        return _without_evidence(claim, Kind.INCONCLUSIVE, "nested too deeply to be judged; split it by definitions")
    except Exception as error:
        if os.environ.get("CLOSEDFORM_DEBUG"):
            raise
        return _without_evidence(
            claim, Kind.INVALID, f"internal error: {type(error).__name__}: {error}; please report it"
        )


def _without_evidence(claim: Claim, kind: Kind, reason: str) -> Verdict:
    return Verdict(claim.name, str(claim.statement), kind, reason, claim.expect, stated=table_of(claim))


def judge_all(claims: Sequence[Claim], plan: Plan, share: float | None = None) -> Iterator[tuple[int, Verdict]]:
    """Judges the claims; yields (position, verdict) as they are finished.

    Args:
        claims: what to judge.
        plan: how.
        share: of alpha, for each claim; None: alpha split over these claims.

    Raises:
        ClaimError: a number of jobs below 1, or a cluster that cannot be reached.

    Example:
        >>> from checks.catalogue import find_claims
        >>> [v.kind.value for _, v in judge_all(find_claims(("kernels/step",)), Plan(power=False))]
        ['PROVED']
    """
    share = plan.alpha / max(1, len(claims)) if share is None else share
    if plan.jobs < 1:
        raise ClaimError(f"got {plan.jobs} jobs, expected at least 1")
    if plan.cluster is not None:
        yield from _on_cluster(claims, plan, share)
        return
    jobs = max(1, min(plan.jobs, len(claims)))
    if not AVAILABLE:
        plan = replace(plan, seconds=None, memory=None)
    if not AVAILABLE or (jobs == 1 and not plan.limited):
        yield from ((position, judge_one(claim, plan, share)) for position, claim in enumerate(claims))
        return
    from checks.pool import Pool

    pool = Pool(jobs)
    try:
        yield from pool.judge(claims, plan, share)
    finally:
        pool.close()


def judge_limited(claim: Claim, plan: Plan, share: float) -> Verdict:
    """The verdict on one claim, in a process of its own if the plan has limits and the system can keep them."""
    if not plan.limited or not AVAILABLE:
        return judge_one(claim, replace(plan, seconds=None, memory=None), share)
    from checks.pool import judge_within

    return judge_within(claim, plan, share)


@contextmanager
def terminable() -> Iterator[None]:
    """Lets SIGTERM, which batch systems send before they kill, interrupt as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # only the main thread may change signal handlers
        yield
        return
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def _on_cluster(claims: Sequence[Claim], plan: Plan, share: float) -> Iterator[tuple[int, Verdict]]:
    """Judges on the workers of a dask cluster, which need closedform installed in the same version."""
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise ClaimError(
            f"got the cluster {plan.cluster!r}, but dask.distributed is missing: pip install 'closedform[distributed]'"
        ) from None
    try:
        client = Client(plan.cluster, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise ClaimError(f"got the cluster {plan.cluster!r}, expected a running scheduler there: {error}") from None
    with client:
        futures = [client.submit(_numbered, i, c, plan, share, pure=False) for i, c in enumerate(claims)]
        for future in as_completed(futures):
            yield future.result()


def _numbered(position: int, claim: Claim, plan: Plan, share: float) -> tuple[int, Verdict]:
    return position, judge_limited(claim, plan, share)
