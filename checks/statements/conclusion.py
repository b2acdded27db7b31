"""From the evidence on a statement that is no identity to its verdict, its power and its repair."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice

from analytic.errors import AnalyticError
from checks.claim import Claim
from checks.errors import ClaimError, VacuousClaimError
from checks.stage import settled
from checks.verdict import EmpiricalEvidence, ExactEvidence, Kind, Outcome, Power, Verdict
from numeric import NumericError

_KINDS = {Outcome.TRUE: Kind.PROVED, Outcome.TRUE_IN_BALLS: Kind.CERTIFIED, Outcome.FALSE: Kind.REFUTED}
#: Slips judged at most; candidates with one change for a repair; processor time of its search in seconds.
MAX_SLIPS, MAX_REPAIRS, REPAIR_SECONDS = 24, 60, 5.0
#: Candidates that may cost the whole budget of a claim.
MAX_SURE = 3
#: Changes of an inequality that are no part of a pair.
TURNED, WEAKER = "the relation turned", "equality allowed"


def concluded(claim: Claim, exact: ExactEvidence, empirical: tuple[EmpiricalEvidence, ...], missing: str) -> Verdict:
    """One verdict from both witnesses; numbers alone decide nothing here.

    Args:
        claim: the claim.
        exact: the exact witness's evidence; its outcome is TRUE, TRUE_IN_BALLS, FALSE or UNDECIDED.
        empirical: the empirical witness's evidence.
        missing: what the empirical witness could not do.
    """
    kind = _KINDS.get(exact.outcome, Kind.INCONCLUSIVE)
    reason, disagree = "; ".join(t for t in (exact.detail, missing) if t), False
    true = kind in (Kind.PROVED, Kind.CERTIFIED)
    if any(e.agrees_with_derived is False for e in empirical) or (true and any(not e.agrees for e in empirical)):
        kind, disagree = Kind.INCONCLUSIVE, True
        reason = f"witnesses disagree: an estimate contradicts what was derived; {reason}"
    stated = str(claim.statement)
    return Verdict(claim.name, stated, kind, reason, claim.expect, exact, empirical, witnesses_disagree=disagree)


def heard(look: Callable[[], tuple[EmpiricalEvidence, ...]]) -> tuple[tuple[EmpiricalEvidence, ...], str]:
    """The empirical evidence, or why there is none."""
    try:
        return look(), ""
    except (AnalyticError, NumericError) as error:
        return (), f"no empirical evidence: {error}"


Slips = Iterable[tuple[str, Claim]]


def with_slips(
    verdict: Verdict,
    slips: Slips,
    judge: Callable[[Claim], ExactEvidence],
    derived: Callable[[], Slips] | None = None,
    again: Callable[[Claim], Slips] | None = None,
    sure: Callable[[Claim], ExactEvidence] | None = None,
) -> Verdict:
    """Adds the power of a true statement, or the repair of a refuted one.

    Args:
        verdict: of the claim.
        slips: descriptions and slipped claims, nearest first.
        judge: the exact witness.
        derived: further candidates for a repair, from what was derived.
        again: the slips of a slipped claim, for repairs with two changes.
        sure: the exact witness with its whole budget, for what the other one leaves open.
    """
    if verdict.kind not in _KINDS.values():
        return verdict
    settled(verdict)
    if verdict.kind is Kind.REFUTED:
        return replace(verdict, repair=_repair(slips, judge, derived, again, sure))
    refuted, survivors = 0, []
    for _, (description, slip) in zip(range(MAX_SLIPS), slips, strict=False):
        outcome = _outcome(slip, judge)
        if outcome is Outcome.FALSE:
            refuted += 1
        elif outcome is Outcome.UNDECIDED:
            survivors.append(f"{slip.statement}  ({description})")
    return replace(verdict, power=Power(refuted, refuted + len(survivors), tuple(survivors)))


def _outcome(claim: Claim, judge: Callable[[Claim], ExactEvidence]) -> Outcome | None:
    """What the exact witness says; None for a claim without meaning."""
    try:
        return judge(claim).outcome
    except (ClaimError, AnalyticError, VacuousClaimError):
        return None


def _repair(
    slips: Slips,
    judge: Callable[[Claim], ExactEvidence],
    derived: Callable[[], Slips] | None,
    again: Callable[[Claim], Slips] | None,
    sure: Callable[[Claim], ExactEvidence] | None,
) -> str | None:
    """The nearest statement that is proved: one change, what was derived, two changes."""
    end, singles = time.process_time() + REPAIR_SECONDS, list[tuple[str, Claim]]()
    seen, again_left = set[str](), MAX_SURE

    def candidates() -> Iterator[tuple[str, Claim]]:
        for description, slip in islice(slips, MAX_REPAIRS):
            singles.append((description, slip))
            yield description, slip
        yield from derived() if derived is not None else ()
        for description, slip in singles if again is not None else ():
            assert again is not None
            if description in (TURNED, WEAKER):  # with another change next to it nearly everything is true
                continue
            yield from ((f"{description}, and {d}", s) for d, s in islice(again(slip), MAX_SLIPS))

    for description, candidate in candidates():
        text = str(candidate.statement)
        if text in seen:
            continue
        seen.add(text)
        outcome = _outcome(candidate, judge)
        if outcome is Outcome.UNDECIDED and sure is not None and again_left:
            again_left, outcome = again_left - 1, _outcome(candidate, sure)
        if outcome in (Outcome.TRUE, Outcome.TRUE_IN_BALLS):
            return f"{text}  ({description})"
        if time.process_time() > end:
            return None
    return None
