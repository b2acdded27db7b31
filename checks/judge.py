"""The judge: hears both witnesses and issues one verdict, the strongest sound one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from flint import arb

from analytic.balls import precision
from analytic.errors import AnalyticError, DomainError, FormulaError, OutsideRingError
from analytic.frame import Tensor
from checks.claim import Claim, Identity, SpectrumTable
from checks.claim_table import table_of
from checks.critical_points import certificate, judge_facts
from checks.empirical import QUADRATURE, SAMPLING, Settings, confront, estimate_side, estimated_at, is_derivative
from checks.engines import BALLS, ENGINES, EXACT, chosen, engines_of, refusal
from checks.errors import ClaimError, VacuousClaimError
from checks.exact import LEFT_OUT, Exactly, judge_identity
from checks.neurons import judge_networks
from checks.point_facts import PointFacts
from checks.point_witness import point_evidence
from checks.points import Point, random_points
from checks.power import with_fact_slips, with_slips, with_table_slips
from checks.sides import Side, is_closed, sides_by_class
from checks.spectra import judge_samples, judge_table, read_rows
from checks.stage import entered, settled
from checks.statements.judges import judge_of
from checks.trace import trace
from checks.verdict import EmpiricalEvidence, ExactEvidence, Kind, Outcome, Verdict
from numeric import NumericError

#: Probability of a false alarm of a whole report; a report of several claims splits it.
ALPHA = 1e-6
#: Generic points at which the empirical witness looks.
POINTS = 2
#: Antithetic pairs of samples for one Hessian of a spectrum claim: its Weyl bound shrinks with their square root.
SPECTRUM_SAMPLES = 400_000
#: Digits that may be asked for.
MAX_DIGITS = 10_000


def verify(
    claim: Claim | str,
    right: str | None = None,
    *,
    variables: Mapping[str, str] | None = None,
    assumptions: Sequence[str] = (),
    where: Mapping[str, str] | None = None,
    seed: int = 0,
    alpha: float = ALPHA,
    power: bool = True,
    engines: Sequence[str] | None = None,
    digits: int | None = None,
    seconds: float | None = None,
    memory: float | None = None,
) -> Verdict:
    r"""Judges a claim, or the identity left = right.

    Args:
        claim: a claim, or the left side of an identity as text.
        right: the right side, if the left is text.
        variables: domains by variable, if the left is text; see ``Claim``.
        assumptions: inequalities such as ``theta < pi/2``, if the left is text.
        where: definitions such as ``{"g(w, v)": "..."}``, if the left is text.
        seed: of all random draws; the verdict is reproducible from it.
        alpha: probability of a false alarm of the statistical tests together.
        power: whether to try slips of the formula: they tell what the evidence would have caught, and suggest repairs.
        engines: the only ones that may be used, such as ``("balls",)``, see ``checks.engines.ENGINES``; None: all.
            Slips are judged by exact and balls, and not tried without them.
        digits: where equality is certified at one point, it has to hold to within 10^-digits. None: at 848 bits.
        seconds: wall time, after which the verdict is INCONCLUSIVE. The claim is then judged in another process, which
            is stopped whatever it is at and kept for the next call otherwise. None: in this process, without limit.
        memory: by how many MiB that process may grow. None: no limit.

    Returns:
        The verdict with the evidence of both witnesses.

    Raises:
        ClaimError: the claim is not well formed.
        VacuousClaimError: no test point satisfies the assumptions.

    Example:
        >>> verify("E[relu(u)^2]", "|u|^2/2").kind.value
        'PROVED'
        >>> bad = verify("E[step(u)*step(v)]", "theta/(2*pi)")
        >>> bad.kind.value, bad.exact.counterexample.point, bad.repair
        ('REFUTED', '|u| = 1, |v| = 1, theta = pi/3', '(pi - theta)/(2*pi)  (pi - theta for theta)')
    """
    if not 0 < alpha < 1:
        raise ClaimError(f"got alpha = {alpha}, expected a probability strictly between 0 and 1, such as 1e-6")
    if isinstance(claim, Claim) == (right is not None):
        raise ClaimError("expected either a claim alone, or two sides as text: verify(claim) or verify(left, right)")
    if isinstance(claim, Claim) and (variables or assumptions or where):
        raise ClaimError("got a claim and further fields, expected the claim alone: its fields are part of it")
    if not isinstance(claim, Claim):
        statement = Identity(claim, right or "", where or {})
        claim = Claim("claim", statement, variables=variables or {}, assumptions=tuple(assumptions))
    if digits is not None and not 1 <= digits <= MAX_DIGITS:
        raise ClaimError(f"got digits = {digits}, expected 1 to {MAX_DIGITS}")
    settings = Settings(alpha, seed, engines=chosen(engines), digits=digits)
    if seconds is not None or memory is not None:
        return _elsewhere(claim, settings, power, seconds, memory)
    start = time.perf_counter()
    verdict = _judge(claim, settings, power)
    left_out = tuple(e for e in engines_of(claim.statement) if e not in settings.engines)
    return replace(
        verdict, seconds=time.perf_counter() - start, stated=table_of(claim), left_out=left_out, digits=digits
    )


def _elsewhere(claim: Claim, settings: Settings, power: bool, seconds: float | None, memory: float | None) -> Verdict:
    """The verdict of a process that can be stopped."""
    from checks.runner import Plan, judge_limited  # the runner calls verify

    if any(x is not None and not x > 0 for x in (seconds, memory)):
        raise ClaimError(f"got seconds = {seconds} and memory = {memory}, expected positive numbers or None")
    engines = tuple(e for e in ENGINES if e in settings.engines)
    plan = Plan(settings.seed, power=power, seconds=seconds, memory=memory, engines=engines, digits=settings.digits)
    verdict = judge_limited(claim, plan, settings.alpha)
    if verdict.kind is Kind.VACUOUS:
        raise VacuousClaimError(verdict.reason)
    if verdict.kind is Kind.INVALID:
        raise ClaimError(verdict.reason)
    return verdict


def _judge(claim: Claim, settings: Settings, power: bool) -> Verdict:
    refused = refusal(claim.statement, settings.engines)
    if refused:
        return Verdict(claim.name, str(claim.statement), Kind.INCONCLUSIVE, refused, claim.expect)
    entered(f"the judge of {type(claim.statement).__name__}")
    if isinstance(claim.statement, SpectrumTable):
        return _judge_spectrum(claim, claim.statement, settings, power)
    if isinstance(claim.statement, PointFacts):
        return _judge_point(claim, claim.statement, settings, power)
    other = judge_of(claim.statement)
    if other is not None:
        return other(claim, settings, power)
    entered("the derivation")
    means = Exactly(EXACT in settings.engines, BALLS in settings.engines, settings.digits)
    exact = judge_identity(claim, settings.seed, means) if means.normal_forms or means.balls else LEFT_OUT
    empirical, missing = empirical_evidence(claim, settings)
    verdict = decide(claim, exact, empirical, missing, lambda: empirical_evidence(claim, fresh(settings))[0])
    return _with(lambda v: with_slips(claim, v, settings), verdict, power and means.normal_forms and means.balls)


def _with(slips: Callable[[Verdict], Verdict], verdict: Verdict, power: bool) -> Verdict:
    """The verdict with what its slips tell, if they are wanted."""
    if not power:
        return verdict
    settled(verdict)
    entered("slips")
    return slips(verdict)


def empirical_evidence(claim: Claim, settings: Settings) -> tuple[tuple[EmpiricalEvidence, ...], str]:
    """The evidence of the empirical witness on an identity, and what it could not do."""
    if not {QUADRATURE, SAMPLING} & settings.engines:
        return (), ""
    try:
        if claim.neurons and not {QUADRATURE, SAMPLING} <= settings.engines:
            return (), f"derivatives of networks are looked at by {QUADRATURE} and {SAMPLING} together"
        if claim.neurons:
            entered("the sampled networks")
            return judge_networks(claim, replace(settings, samples=40_000)), ""
        return tuple(_at_points(claim, settings)), ""
    except (AnalyticError, NumericError) as error:
        return (), f"no empirical evidence: {error}"


def _at_points(claim: Claim, settings: Settings) -> Iterator[EmpiricalEvidence]:
    (sides,) = sides_by_class(claim).values()
    open_sides = [s for s in sides if not is_closed(s.expr)]
    if not open_sides:
        raise FormulaError("neither side has an expectation or a derivative to estimate")
    estimated, other = sides if not is_closed(sides[0].expr) else (sides[1], sides[0])
    possible = (QUADRATURE,) if is_derivative(estimated.expr) else (SAMPLING, QUADRATURE)
    methods = tuple(m for m in possible if m in settings.engines)
    if not methods:
        raise FormulaError(f"a derivative is looked at by {' and '.join(possible)}, which was left out")
    points = random_points(claim, POINTS, settings.seed)
    share = replace(settings, alpha=settings.alpha / max(1, len(points)) / (1 if is_closed(other.expr) else 2))
    refusals: list[FormulaError] = []
    for point in points:
        where = str(estimated_at(estimated.expr, point))
        for method in methods:
            entered(method)
            with precision(106):
                try:
                    tensor, ledger = estimate_side(estimated.expr, point, method, share)
                    claimed = (
                        other.at(point) if is_closed(other.expr) else estimate_side(other.expr, point, method, share)[0]
                    )
                except FormulaError as error:  # sampling needs homogeneity, quadrature does not
                    refusals.append(error)
                    continue
                derived = _derived(estimated, point, tensor) if EXACT in settings.engines else None
                found = confront(tensor, ledger, _promoted(claimed, tensor), derived, where, share)
                yield replace(found, trace=trace(estimated.expr, point, share, found)) if method == SAMPLING else found
    if len(refusals) == len(points) * len(methods) and refusals:
        raise refusals[-1]


def _derived(side: Side, point: Point, like: Tensor[arb]) -> Tensor[arb] | None:
    """What the exact witness derives at the point, or None if it derives nothing there."""
    try:
        return _promoted(side.at(point), like)
    except (OutsideRingError, DomainError):
        return None


def _promoted(x: Tensor[arb], like: Tensor[arb]) -> Tensor[arb]:
    """A scalar 0 as the zero of the other's kind."""
    return x if x.order == like.order else Tensor(like.order, dict.fromkeys(like.coordinates, x.scalar))


def decide(
    claim: Claim,
    exact: ExactEvidence,
    empirical: tuple[EmpiricalEvidence, ...],
    missing: str,
    retry: Callable[[], Sequence[EmpiricalEvidence]],
) -> Verdict:
    """One verdict from both pieces of evidence.

    Exact evidence decides, unless the empirical witness contradicts what was derived: then the witnesses disagree and
    nothing may be concluded. Without exact evidence a bound may make a claim CONSISTENT; a contradiction has to be
    confirmed on a fresh seed before it refutes.

    Args:
        claim: the claim.
        exact: the exact witness's evidence.
        empirical: the empirical witness's evidence.
        missing: what the empirical witness could not do.
        retry: gathers fresh empirical evidence, on another seed.
    """
    kind, reason, disagree = _decision(exact, empirical, missing, retry)
    statement = str(claim.statement)
    return Verdict(claim.name, statement, kind, reason, claim.expect, exact, empirical, witnesses_disagree=disagree)


_Decision = tuple[Kind, str, bool]


def _decision(
    exact: ExactEvidence,
    empirical: tuple[EmpiricalEvidence, ...],
    missing: str,
    retry: Callable[[], Sequence[EmpiricalEvidence]],
) -> _Decision:
    if any(e.agrees_with_derived is False for e in empirical):
        return Kind.INCONCLUSIVE, "witnesses disagree: an estimate contradicts what was derived", True
    if exact.outcome is Outcome.DIFFERENT and exact.counterexample is not None:
        return Kind.REFUTED, f"the sides differ at {exact.counterexample.point}", False
    if exact.outcome in (Outcome.EQUAL, Outcome.ENCLOSED):
        if any(not e.agrees for e in empirical):
            return Kind.INCONCLUSIVE, "witnesses disagree: an estimate contradicts the claimed side", True
        kind = Kind.PROVED if exact.outcome is Outcome.EQUAL else Kind.CERTIFIED
        return kind, "; ".join(t for t in (exact.detail, missing) if t), False
    return _without_proof(exact, empirical, missing, retry)


def _without_proof(
    exact: ExactEvidence,
    empirical: tuple[EmpiricalEvidence, ...],
    missing: str,
    retry: Callable[[], Sequence[EmpiricalEvidence]],
) -> _Decision:
    against = [e for e in empirical if not e.agrees]
    if exact.outcome is Outcome.UNLIKE:
        return Kind.INCONCLUSIVE, f"{exact.detail}; no point was found that settles it", False
    strong = [e for e in against if e.kind == "bound"]
    if strong:
        if any(not e.agrees and e.kind == "bound" for e in retry()):
            return (
                Kind.REFUTED,
                f"statistically, alpha = {strong[0].alpha:g}, confirmed on a fresh seed: {strong[0]}",
                False,
            )
        return Kind.INCONCLUSIVE, f"a contradiction was not confirmed on a fresh seed: {strong[0]}", False
    if against:
        return Kind.INCONCLUSIVE, f"an estimate without a bound contradicts the claim: {against[0]}", False
    bounds = [e for e in empirical if e.kind == "bound"]
    if bounds:
        worst = max(bounds, key=lambda e: e.delta)
        caught = f"a discrepancy of {worst.delta:.2g} at the points looked at would have been caught"
        reason = f"not decided exactly; {caught} (alpha = beta = {worst.alpha:g})"
        return Kind.CONSISTENT, f"{reason}; {exact.detail}", False
    return Kind.INCONCLUSIVE, "; ".join(t for t in (exact.detail, missing) if t), False


def _judge_spectrum(claim: Claim, table: SpectrumTable, settings: Settings, power: bool) -> Verdict:
    rows = read_rows(table)
    enough = replace(settings, samples=SPECTRUM_SAMPLES)
    exact, empirical = judge_table(rows), judge_samples(rows, enough)
    if exact.outcome is Outcome.UNDECIDED:  # samples at two sizes say nothing about all sizes
        reason = f"{exact.detail}; samples agree at {sum(e.agrees for e in empirical)} of {len(empirical)} sizes only"
        return Verdict(claim.name, str(claim.statement), Kind.INCONCLUSIVE, reason, claim.expect, exact, empirical)
    verdict = decide(claim, exact, empirical, "", lambda: ())
    return _with(lambda v: with_table_slips(v, rows), verdict, power)


def _judge_point(claim: Claim, facts: PointFacts, settings: Settings, power: bool) -> Verdict:
    exact, repair = judge_facts(facts)
    empirical: tuple[EmpiricalEvidence, ...] = ()
    missing = ""
    try:
        empirical = point_evidence(facts, certificate(facts), settings)
    except (AnalyticError, NumericError) as error:
        missing = f"no empirical evidence: {error}"
    verdict = decide(claim, exact, empirical, missing, lambda: ())
    if verdict.witnesses_disagree:
        return verdict
    if exact.outcome is Outcome.UNDECIDED:  # estimates at one point would make no proof of its existence
        return replace(verdict, kind=Kind.INCONCLUSIVE, reason="; ".join(t for t in (exact.detail, missing) if t))
    if verdict.kind is Kind.REFUTED:
        return replace(verdict, reason=exact.detail, repair=repair if power else None)
    return _with(lambda v: with_fact_slips(v, facts), verdict, power)


def fresh(settings: Settings) -> Settings:
    """The same budget and points, with other draws."""
    return replace(settings, offset=settings.offset + 1_000_003)
