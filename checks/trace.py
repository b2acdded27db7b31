"""How an estimate settles as its samples grow: what the picture of a sampled estimate shows."""

from __future__ import annotations

from dataclasses import replace

from analytic.balls import finite
from analytic.formula import Expr
from checks.empirical import SAMPLING, Settings, estimate_side
from checks.points import Point
from checks.verdict import EmpiricalEvidence, TracePoint

#: Which parts of the samples are looked at as well, to show how the estimate settles.
TRACED = (64, 32, 16, 8, 4, 2)


def trace(expr: Expr, point: Point, settings: Settings, last: EmpiricalEvidence) -> tuple[TracePoint, ...]:
    """The estimate of a scalar side from the first 1/64, 1/32, ... of the same samples, each with its own bound.

    The samples are consecutive draws of one generator, so a prefix of them is what fewer samples would have given.

    Args:
        expr: a side, sampled.
        point: where.
        settings: the budget; each bound holds at its alpha, for its number of samples alone.
        last: the estimate from all samples.

    Returns:
        From few samples to all; empty for what is no scalar.
    """
    found = []
    for share in TRACED:
        samples = settings.samples // share
        tensor, ledger = estimate_side(expr, point, SAMPLING, replace(settings, samples=samples))
        if tensor.order or not finite(tensor.scalar):
            return ()
        found.append(TracePoint(ledger.work, float(tensor.scalar), float(tensor.scalar.rad())))
    return (*found, TracePoint(last.work, last.estimate, last.error))
