"""From the evidence on a statement that is no identity to its verdict, its power and its repair."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from analytic.errors import AnalyticError
from checks.claim import Claim
from checks.errors import ClaimError
from checks.verdict import EmpiricalEvidence, ExactEvidence, Kind, Outcome, Power, Verdict
from numeric import NumericError

_KINDS = {Outcome.TRUE: Kind.PROVED, Outcome.TRUE_IN_BALLS: Kind.CERTIFIED, Outcome.FALSE: Kind.REFUTED}
#: Slips judged at most.
MAX_SLIPS = 24


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


def with_slips(verdict: Verdict, slips: Slips, judge: Callable[[Claim], ExactEvidence]) -> Verdict:
    """Adds the power of a true statement, or the repair of a refuted one.

    Args:
        verdict: of the claim.
        slips: descriptions and slipped claims, nearest first.
        judge: the exact witness.
    """
    if verdict.kind not in _KINDS.values():
        return verdict
    refuted, survivors = 0, []
    for _, (description, slip) in zip(range(MAX_SLIPS), slips, strict=False):
        try:
            outcome = judge(slip).outcome
        except (ClaimError, AnalyticError):
            continue
        true = outcome in (Outcome.TRUE, Outcome.TRUE_IN_BALLS)
        if verdict.kind is Kind.REFUTED:
            if true:
                return replace(verdict, repair=f"{slip.statement}  ({description})")
        elif outcome is Outcome.FALSE:
            refuted += 1
        elif not true:
            survivors.append(f"{slip.statement}  ({description})")
    if verdict.kind is Kind.REFUTED:
        return verdict
    return replace(verdict, power=Power(refuted, refuted + len(survivors), tuple(survivors)))
