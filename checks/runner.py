"""Judges many claims, one after the other or on several cores, and hands over each verdict as it is ready."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from analytic.errors import AnalyticError
from checks.claim import Claim
from checks.claim_table import table_of
from checks.errors import ClaimError, VacuousClaimError
from checks.judge import ALPHA, verify
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
        seconds: budget; a claim that has not been begun by then is INCONCLUSIVE. None: no limit.
        power: whether slips are tried.
    """

    seed: int = 0
    alpha: float = ALPHA
    jobs: int = 1
    power: bool = True
    cluster: str | None = None
    seconds: float | None = None


def judge_one(claim: Claim, plan: Plan, share: float, deadline: float | None = None) -> Verdict:
    """The verdict on one claim, whatever it is: one failing claim never stops the others.

    A vacuous claim gets the verdict VACUOUS, one without a meaning INVALID; neither ever counts as a pass.

    Args:
        claim: the claim.
        plan: seed and slips.
        share: the claim's part of alpha.
        deadline: wall-clock time after which nothing is begun.
    """
    if deadline is not None and time.time() > deadline:
        reason = f"not judged: the budget of {plan.seconds:g} seconds was spent; raise --seconds"
        return _without_evidence(claim, Kind.INCONCLUSIVE, reason)
    try:
        return verify(claim, seed=plan.seed, alpha=share, power=plan.power)
    except VacuousClaimError as error:
        return _without_evidence(claim, Kind.VACUOUS, str(error))
    except (ClaimError, AnalyticError, NumericError) as error:
        return _without_evidence(claim, Kind.INVALID, str(error))
    except Exception as error:
        if os.environ.get("CLOSEDFORM_DEBUG"):
            raise
        return _without_evidence(
            claim, Kind.INVALID, f"internal error: {type(error).__name__}: {error}; please report it"
        )


def _without_evidence(claim: Claim, kind: Kind, reason: str) -> Verdict:
    return Verdict(claim.name, str(claim.statement), kind, reason, claim.expect, stated=table_of(claim))


def judge_all(claims: Sequence[Claim], plan: Plan) -> Iterator[tuple[int, Verdict]]:
    """Judges the claims; yields (position, verdict) as they are finished.

    Raises:
        ClaimError: a number of jobs below 1, or a cluster that cannot be reached.

    Example:
        >>> from checks.catalogue import find_claims
        >>> [v.kind.value for _, v in judge_all(find_claims(("kernels/step",)), Plan(power=False))]
        ['PROVED']
    """
    share = plan.alpha / max(1, len(claims))
    if plan.jobs < 1:
        raise ClaimError(f"got {plan.jobs} jobs, expected at least 1")
    deadline = None if plan.seconds is None else time.time() + plan.seconds
    if plan.cluster is not None:
        yield from _on_cluster(claims, plan, share, deadline)
        return
    if plan.jobs == 1 or len(claims) < 2:
        for position, claim in enumerate(claims):
            yield position, judge_one(claim, plan, share, deadline)
        return
    from joblib import Parallel, delayed

    tasks = (delayed(_numbered)(i, c, plan, share, deadline) for i, c in enumerate(claims))
    with _interrupts_ignored():  # the workers inherit this: Ctrl-C is for the parent, which then stops them
        verdicts = Parallel(n_jobs=min(plan.jobs, len(claims)), return_as="generator_unordered")(tasks)
    yield from verdicts


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


def _on_cluster(
    claims: Sequence[Claim], plan: Plan, share: float, deadline: float | None
) -> Iterator[tuple[int, Verdict]]:
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
        futures = [client.submit(_numbered, i, c, plan, share, deadline, pure=False) for i, c in enumerate(claims)]
        for future in as_completed(futures):
            yield future.result()


def _numbered(position: int, claim: Claim, plan: Plan, share: float, deadline: float | None) -> tuple[int, Verdict]:
    return position, judge_one(claim, plan, share, deadline)
