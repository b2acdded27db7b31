"""The empirical witness on the loss of a family of critical points: weights at two sizes, loss by quadrature."""

from __future__ import annotations

import numpy as np

from analytic.errors import FormulaError
from checks.critical_points import certificate
from checks.empirical import Settings
from checks.point_facts import PointFacts
from checks.statements.asymptotics import Asymptotic
from checks.statements.floats import in_float
from checks.statements.wanted import Wanted
from checks.verdict import EmpiricalEvidence
from numeric import population_loss

#: Sizes, and how much a remainder may grow between them in units of its order.
SIZES, GROWTH = (8, 16), 2.0


def look_at_family(stated: Asymptotic, want: Wanted, settings: Settings) -> tuple[EmpiricalEvidence, ...]:
    """Whether the difference between loss and claimed terms falls with k as claimed.

    Raises:
        FormulaError: about another quantity than the loss.
    """
    assert stated.family is not None
    quantity, name = stated.family
    if quantity != "loss":
        raise FormulaError("float64 looks at the loss of a family only")
    rows = []
    for k in SIZES:
        W = certificate(PointFacts(name, k)).point.matrix()
        found = population_loss(W, np.eye(k))
        claimed = in_float(want.claimed, {"k": float(k)})
        if claimed is None:
            raise FormulaError(f"the claimed terms have no value at k = {k}")
        claimed *= float(k) ** -float(want.power or 0)
        rows.append((float(found.value), claimed, float(found.error), found))
    scaled = [abs(v - c) * k ** float(want.threshold) for k, (v, c, _, _) in zip(SIZES, rows, strict=True)]
    value, claimed, error, estimate = rows[-1]
    agrees = scaled[1] <= scaled[0] * (0.95 if want.inclusive else GROWTH) + error * SIZES[1] ** float(want.threshold)
    return (
        EmpiricalEvidence(
            f"{name}, k = {SIZES[1]}",
            f"loss by {estimate.method}, its distance from the terms against k = {SIZES[0]}",
            "scheme",
            value,
            abs(value - claimed) + error,
            claimed,
            agrees,
            None,
            None,
            2 * abs(value - claimed) + error,
            None,
            estimate.work,
            settings.seed,
        ),
    )
