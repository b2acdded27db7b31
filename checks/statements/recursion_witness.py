"""The empirical witness on a recursion: the map iterated in float64."""

from __future__ import annotations

from analytic.algebra import evaluate
from analytic.balls import BallAlgebra, precision
from analytic.errors import FormulaError
from checks.claim import Claim
from checks.empirical import Settings
from checks.statements.floats import in_float
from checks.statements.parameters import Parameters
from checks.statements.recursion import Recursion
from checks.statements.recursion_parameters import fixed
from checks.verdict import EmpiricalEvidence

#: Float64 steps.
STEPS = 1000


def look_at_recursion(claim: Claim, settings: Settings) -> tuple[EmpiricalEvidence, ...]:
    """The map iterated in float64 from the middle of the starts, at simple values of the parameters.

    Raises:
        FormulaError: the map has no value on the way, tends too slowly, or something is claimed to tend to infinity.
    """
    stated = claim.statement
    assert isinstance(stated, Recursion)
    values = next(Parameters(claim).points(), None) if claim.variables else None
    if values is not None:
        stated = fixed(stated, values)
    if stated.infinite:
        raise FormulaError("float64 does not tell infinity from what is large")
    kappa, domain = stated.kappa(), stated.domain
    with precision(64):
        ends = [None if e is None else float(evaluate(e, BallAlgebra({}, None, {}))) for e in (domain.low, domain.high)]
        limit = float(evaluate(stated.fixed, BallAlgebra({}, None, {})))
    low, high = (limit - 1 if ends[0] is None else ends[0]), (limit + 1 if ends[1] is None else ends[1])
    start = c = 0.5 * (low + high) if abs(0.5 * (low + high) - limit) > 1e-3 else 0.25 * low + 0.75 * high
    for _ in range(STEPS):
        moved = in_float(kappa, {"c": min(max(c, low), high)})
        if moved is None:
            raise FormulaError(f"the map has no float64 value at c = {c}")
        c = moved
    error = 0.9 * abs(start - limit)  # any decay by a power shows after so many steps
    agrees = abs(c - limit) <= error
    if not agrees and abs(c - limit) <= abs(start - limit):  # a slope near 1 needs more steps than can be taken
        raise FormulaError(f"{STEPS} steps in float64 from c = {start:.4g} are too few to show a limit, or its absence")
    return (
        EmpiricalEvidence(
            f"c_0 = {start:.4g}",
            f"{STEPS} steps in float64",
            "scheme",
            c,
            error,
            limit,
            agrees,
            None,
            None,
            2 * error,
            None,
            STEPS,
            settings.seed,
        ),
    )
