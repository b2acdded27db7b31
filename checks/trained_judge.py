"""The judge of claims about training.

A claim that training reaches a point rests on an end point that is compared with the exact point in balls: it is
CERTIFIED, for the seeds stated, if a run ends near enough and every fact claimed is enclosed. That no run does is
statistical. Online descent never ends: that it hovers as predicted is CONSISTENT at most.
"""

from __future__ import annotations

from dataclasses import replace

from analytic.errors import AnalyticError
from checks.claim import Claim
from checks.critical_points import Certificate, certificate, judge_facts
from checks.empirical import Settings
from checks.point_slips import slips_of_facts
from checks.trained import OnlineHovers, TrainedPoint
from checks.trained_online import Hovering, hovering
from checks.trained_runs import Arrival, arrival, nearness
from checks.trained_witness import EndWitness
from checks.verdict import EmpiricalEvidence, ExactEvidence, Kind, Outcome, Power, Verdict
from numeric import NumericError

#: Added to the seed for runs or inputs that the first set did not see.
FRESH = 1_000_003

Decision = tuple[Kind, str, bool]


def judge_trained(claim: Claim, settings: Settings, power: bool) -> Verdict:
    """The verdict on a claim that training reaches a point.

    Args:
        claim: about a `TrainedPoint`.
        settings: alpha and seed of the sampling; the seeds of the runs are part of the claim.
        power: whether slips of the facts are tried.

    Example:
        >>> claim = Claim("my/training", TrainedPoint("global", 3, loss="0"))
        >>> judge_trained(claim, Settings(1e-6, 0), False).kind.value
        'CERTIFIED'
    """
    statement = claim.statement
    assert isinstance(statement, TrainedPoint)
    exact, repair = judge_facts(statement.facts)
    if exact.outcome is not Outcome.ENCLOSED:
        return _settled(claim, exact, repair if power else "")
    proved = certificate(statement.facts)
    near = nearness(proved)
    if near is None:
        reason = "an eigenvalue at the point cannot be told from 0: it may not be isolated, so that no run ends there"
        return _verdict(claim, exact, (), (Kind.INCONCLUSIVE, reason, False))
    found = arrival(statement, proved)
    if found is None:
        return _verdict(claim, exact, (), _missed(statement, proved, settings))
    empirical, missing = _looked(statement, proved, settings, found)
    decision = _reached(found, near, empirical, missing)
    verdict = _verdict(claim, replace(exact, detail=f"{exact.detail}; {_where(found, near)}"), empirical, decision)
    return replace(verdict, power=_power(statement)) if power and decision[0] is Kind.CERTIFIED else verdict


def judge_online(claim: Claim, settings: Settings, power: bool) -> Verdict:
    """The verdict on a claim that online descent hovers about a minimum.

    Args:
        claim: about an `OnlineHovers`.
        settings: alpha, and the seed of the sampled gradient noise; the seed of the run is part of the claim.
        power: whether a false fact is repaired.

    Example:
        >>> claim = Claim("my/saddle", OnlineHovers("A", 3, "0.1", 100, 1000))
        >>> judge_online(claim, Settings(1e-6, 0), False).reason
        'the index is 1, not 0'
    """
    statement = claim.statement
    assert isinstance(statement, OnlineHovers)
    exact, repair = judge_facts(statement.facts)
    if exact.outcome is not Outcome.ENCLOSED:
        return _settled(claim, exact, repair if power else "")
    try:
        found = hovering(statement, certificate(statement.facts), settings)
    except NumericError as error:
        return _verdict(claim, exact, (), (Kind.INCONCLUSIVE, f"no prediction to compare with: {error}", False))
    return _verdict(claim, exact, found.evidence, _hovers(statement, found, settings))


def _settled(claim: Claim, exact: ExactEvidence, repair: str) -> Verdict:
    """Facts of the point that are false, or not known: nothing is trained."""
    kind = Kind.REFUTED if exact.outcome is Outcome.DIFFERENT else Kind.INCONCLUSIVE
    return replace(_verdict(claim, exact, (), (kind, exact.detail, False)), repair=repair or None)


def _verdict(
    claim: Claim, exact: ExactEvidence, empirical: tuple[EmpiricalEvidence, ...], decision: Decision
) -> Verdict:
    kind, reason, disagree = decision
    statement = str(claim.statement)
    return Verdict(claim.name, statement, kind, reason, claim.expect, exact, empirical, witnesses_disagree=disagree)


def _looked(
    statement: TrainedPoint, proved: Certificate, settings: Settings, found: Arrival
) -> tuple[tuple[EmpiricalEvidence, ...], str]:
    try:
        return EndWitness(statement.facts, proved, settings, found).evidence(), ""
    except (AnalyticError, NumericError) as error:
        return (), f"no empirical evidence: {error}"


def _where(found: Arrival, near: float) -> str:
    return (
        f"run {found.run} of seed {found.seed} ended, after {found.steps} steps, within {found.distance:.1e} of the "
        f"exact point (balls; the criterion was {near:.1e})"
    )


def _reached(found: Arrival, near: float, empirical: tuple[EmpiricalEvidence, ...], missing: str) -> Decision:
    """CERTIFIED if nothing contradicts: the distance and the facts are enclosed; samples can only contradict."""
    against = [e for e in empirical if e.agrees_with_derived is False or not e.agrees]
    if against:
        return Kind.INCONCLUSIVE, f"witnesses disagree: {against[0]}", True
    where = _where(found, near)
    if missing:
        return Kind.INCONCLUSIVE, f"{where}; {missing}", False
    levels = {e.alpha for e in empirical if e.alpha is not None}
    rate = f"alpha = beta = {max(levels):.1e}" if levels else "no samples"
    return (
        Kind.CERTIFIED,
        f"{where}; end point and facts are enclosed, for these seeds; {len(empirical)} estimates there agree with the "
        f"exact point (sampled ones at {rate} each: they could only contradict)",
        False,
    )


def _missed(statement: TrainedPoint, proved: Certificate, settings: Settings) -> Decision:
    """No run arrived: statistical, and confirmed on fresh seeds."""
    index = proved.spectrum.index
    what = f"; the point is a saddle of index {index}" if index else ""
    both = statement.miss**2
    if arrival(statement, proved, FRESH) is not None:
        reason = f"none of {statement.runs} runs of seed {statement.seed} ended there, but one with fresh seeds did"
        return Kind.INCONCLUSIVE, reason, False
    text = (
        f"none of {statement.runs} runs of seed {statement.seed} ended there, nor of as many with fresh seeds: if each "
        f"did with probability {statement.share} or more, that had probability alpha = {both:.1e} at most{what}"
    )
    if both > settings.alpha:
        return Kind.INCONCLUSIVE, f"{text}; expected alpha <= {settings.alpha:.1e}: make more runs", False
    return Kind.REFUTED, text, False


def _power(statement: TrainedPoint) -> Power | None:
    """Slips of the facts that the exact witness refutes; a point alone has no slips."""
    slips = slips_of_facts(statement.facts)
    found = [(d, judge_facts(slip)[0].outcome) for d, slip in slips]
    survivors = tuple(d for d, outcome in found if outcome is not Outcome.DIFFERENT)
    return Power(len(found) - len(survivors), len(found), survivors) if found else None


def _hovers(statement: OnlineHovers, found: Hovering, settings: Settings) -> Decision:
    against = [e for e in found.evidence if not e.agrees]
    if against:
        again = hovering(statement, certificate(statement.facts), replace(settings, offset=FRESH))
        if all(e.agrees for e in again.evidence):
            return Kind.INCONCLUSIVE, f"a contradiction was not confirmed on a fresh seed: {against[0]}", False
        return Kind.INCONCLUSIVE, f"witnesses disagree, also on a fresh seed: {against[0]}", True
    if not found.notices:
        need = f"a curvature twice as large might be missed by every one of {found.components} components"
        return Kind.INCONCLUSIVE, f"{need}; expected more steps than {statement.steps}", False
    return (
        Kind.CONSISTENT,
        f"mean and variance agree with the prediction from the exact curvature in {found.components} components; a "
        f"curvature twice as large would have been noticed in {found.notices} of them "
        f"(alpha = beta = {settings.alpha:.1e}, seed {statement.seed}; linear noise about the minimum, corrections "
        f"measured: at most {found.correction:.1%})",
        False,
    )
