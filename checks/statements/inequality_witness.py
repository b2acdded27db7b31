"""The empirical witness on an inequality: both sides at a few points, expectations from their definitions."""

from __future__ import annotations

import math
from dataclasses import replace

from flint import arb

from analytic.balls import precision
from analytic.errors import FormulaError
from analytic.frame import Tensor
from checks.claim import Claim
from checks.empirical import QUADRATURE, Ledger, Settings, estimate_side
from checks.points import Point, random_points, simple_points
from checks.sides import Side, sides_by_class
from checks.statements.inequality import Inequality
from checks.statements.problem import in_angles
from checks.statements.rounding import rounded
from checks.verdict import EmpiricalEvidence, ExactEvidence, Outcome

#: Points looked at, and the accuracy that float64 formulas are trusted to, relative to the size of the sides.
POINTS, ROUNDING = 2, 2.0**-36


def look_at(claim: Claim, settings: Settings, exact: ExactEvidence) -> tuple[EmpiricalEvidence, ...]:
    """Both sides at generic points, and at the point that refutes the inequality if there is one.

    Raises:
        FormulaError: the witness has no definition of a function.
    """
    stated = claim.statement
    assert isinstance(stated, Inequality)
    (sides,) = sides_by_class(claim).values()
    points = random_points(claim, POINTS, settings.seed)
    found = exact.counterexample
    if exact.outcome is Outcome.FALSE and found is not None:
        same = (p for p in simple_points(claim) if str(p) == found.point)
        points = [*([] if (first := next(same, None)) is None else [first]), *points]
    share = replace(settings, alpha=settings.alpha / max(1, 2 * len(points)))
    return tuple(_at(stated, sides, point, share) for point in points)


def _at(stated: Inequality, sides: tuple[Side, Side], point: Point, settings: Settings) -> EmpiricalEvidence:
    with precision(106):
        found = [_estimated(side, point, settings) for side in sides]
    (a, first), (b, second) = found
    gap = float(a - b)
    error = float((a - b).rad())
    sign = 1 if stated.relation[0] == ">" else -1
    derived = [s.at(point).scalar.overlaps(x) for s, (x, _) in zip(sides, found, strict=True) if not s.closed]
    return EmpiricalEvidence(
        point=str(point),
        method="; ".join(dict.fromkeys((first, second))),
        kind="scheme",
        estimate=float(a),
        error=error,
        claimed=float(b),
        agrees=sign * gap >= -error,
        agrees_with_derived=all(derived) if derived else None,
        alpha=None,
        delta=2 * error,
        beta=None,
        work=2,
        seed=settings.seed,
    )


def _estimated(side: Side, point: Point, settings: Settings) -> tuple[arb, str]:
    if not side.closed:
        tensor, ledger = estimate_side(side.expr, point, QUADRATURE, settings)
        return _scalar(tensor, ledger)
    found = rounded(in_angles(side.expr, point.vectors), _values(point))
    if found is None:
        raise FormulaError(f"{side.expr} has no value in float64 at {point}")
    # what cancels within the formula is in its running error; the values of the variables are rounded, too
    return arb(found.value, abs(found.value) * ROUNDING + 4.0 * found.error + 1e-300), "the formula in float64"


def _scalar(tensor: Tensor[arb], ledger: Ledger) -> tuple[arb, str]:
    if not ledger.estimates:
        raise FormulaError("there is nothing to estimate")
    return tensor.scalar, ledger.estimates[0].method


def _values(point: Point) -> dict[str, float]:
    with precision(106):
        algebra = point.interpreter().algebra
        angle = point.exact_angle
        found = {n: float(v) for n, v in point.values.items()}
        found |= {n: float(algebra.parameter(n)) for n in point.constants if not n.startswith("|")}
        found |= {n: float(algebra.norm(n.strip("|"))) for n in point.constants if n.startswith("|")}
        if angle is not None:
            found |= {"theta": float(angle.theta), "rho": math.cos(float(angle.theta))}
        return found
