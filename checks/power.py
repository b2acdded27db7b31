"""Power of a verdict: which slips of the same statement the same machinery would have refuted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from flint import arb

from analytic.constants import multiple_of_pi, rational_value
from analytic.errors import AnalyticError
from analytic.formula import Expr
from analytic.frame import Tensor
from checks.claim import Claim, Identity
from checks.critical_points import judge_facts
from checks.empirical import SAMPLING, Settings, estimate_side
from checks.errors import ClaimError
from checks.exact import judge_sides
from checks.point_facts import PointFacts
from checks.point_slips import slips_of_facts
from checks.points import Point
from checks.repairs import repair_of
from checks.screening import Look, Screen
from checks.sides import sides_of
from checks.spectra import Rows, judge_table, slips_of_table
from checks.statement_tree import Statement, neighbours
from checks.table_repairs import repair_of_table
from checks.verdict import Kind, Outcome, Power, Verdict
from numeric import NumericError

#: Verdicts that are worth what they would have caught.
SUPPORTED = (Kind.PROVED, Kind.CERTIFIED, Kind.CONSISTENT)


def with_slips(claim: Claim, verdict: Verdict, settings: Settings) -> Verdict:
    """Adds the power of a verdict that supports an identity, or the repair of a refuted one."""
    if not isinstance(claim.statement, Identity) or verdict.witnesses_disagree:
        return verdict
    if verdict.kind in SUPPORTED:
        return replace(verdict, power=power_of(outcomes(claim, settings, verdict.kind)))
    if verdict.kind is Kind.REFUTED:
        return replace(verdict, repair=repair_of(claim, settings.seed))
    return verdict


def with_table_slips(verdict: Verdict, rows: Rows) -> Verdict:
    """The same for a spectrum."""
    if verdict.kind is Kind.PROVED:
        return replace(verdict, power=power_of((d, judge_table(slip).outcome) for d, slip in slips_of_table(rows)))
    if verdict.kind is Kind.REFUTED:
        return replace(verdict, repair=repair_of_table(rows))
    return verdict


def with_fact_slips(verdict: Verdict, facts: PointFacts) -> Verdict:
    """Adds the power of a verdict on a critical point."""
    return replace(verdict, power=power_of((d, judge_facts(slip)[0].outcome) for d, slip in slips_of_facts(facts)))


def power_of(found: Iterable[tuple[str, Outcome | None]]) -> Power:
    """Slips counted; those proved equal, or without a value anywhere, are no slips."""
    real = [(d, o) for d, o in found if o not in (Outcome.EQUAL, None)]
    survivors = tuple(d for d, o in real if o is not Outcome.DIFFERENT)
    return Power(len(real) - len(survivors), len(real), survivors)


def outcomes(claim: Claim, settings: Settings, kind: Kind = Kind.PROVED) -> list[tuple[str, Outcome | None]]:
    """What would have been found of each slip of an identity.

    A slip that balls at a generic point refute is settled; for the few others equality is decided exactly.

    Args:
        claim: the identity.
        settings: the seed; for a CONSISTENT claim also the budget of the estimates that its slips are compared with.
        kind: the verdict on the claim itself.

    Returns:
        (slip, outcome); None where the slip is no statement: it has no meaning, or no value at any test point.

    Example:
        >>> claim = Claim("my/claim", Identity("E[relu(u)]", "|u|/sqrt(2*pi)"))
        >>> [(d, o.value) for d, o in outcomes(claim, Settings(1e-6, 0)) if o][:2]
        [('2*|u|/sqrt(2*pi)  (a factor 2)', 'different'), ('|u|/(2*sqrt(2*pi))  (a factor 1/2)', 'different')]
    """
    assert isinstance(claim.statement, Identity)
    statement = Statement.of(claim.statement)
    screen = Screen(claim, settings.seed, _estimates(settings) if kind is Kind.CONSISTENT else None)
    found = []
    for slip in neighbours(statement):
        look = screen.look(slip.statement)
        outcome = Outcome.DIFFERENT if look is Look.DIFFERENT else None
        if look is Look.OPEN:
            outcome = equality(claim, slip.statement, settings.seed)
            if (
                outcome is not Outcome.EQUAL
                and kind is not Kind.PROVED
                and equivalent(claim, statement, slip.statement)
            ):
                outcome = Outcome.EQUAL
        found.append((f"{slip.statement.changed(statement)}  ({slip.description})", outcome))
    return found


def _estimates(settings: Settings) -> Callable[[Expr, Point], Tensor[arb] | None]:
    """Values of sides from samples, as balls of their bounds."""

    def estimate(side: Expr, point: Point) -> Tensor[arb] | None:
        try:
            tensor, ledger = estimate_side(side, point, SAMPLING, settings)
        except (AnalyticError, NumericError):
            return None
        return tensor if all(e.kind == "bound" for e in ledger.estimates) else None

    return estimate


def equality(claim: Claim, statement: Statement, seed: int) -> Outcome | None:
    """What the exact witness says of a statement about the variables of a claim; None if it is none."""
    try:
        return judge_sides(claim, sides_of(claim, *statement.sides()), seed).outcome
    except (ClaimError, AnalyticError):
        return None


def equivalent(claim: Claim, first: Statement, second: Statement) -> bool:
    """Whether both sides of two statements are proved to be the same functions, whatever is true of them."""
    free = replace(claim, variables={n: d for n, d in claim.variables.items() if not _hard(claim, n)})
    try:
        pairs = list(zip(first.sides(), second.sides(), strict=True))
        return all(x == y or judge_sides(free, sides_of(free, x, y), 0).outcome is Outcome.EQUAL for x, y in pairs)
    except (ClaimError, AnalyticError):
        return False


def _hard(claim: Claim, variable: str) -> bool:
    """Whether a variable is fixed at a value outside the ring; it is left free then."""
    value = claim.domain(variable).point
    if value is None or variable in claim.parameters:
        return False
    return (multiple_of_pi(value) if variable == "theta" else rational_value(value)) is None
