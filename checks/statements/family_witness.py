"""The empirical witness on a family of critical points: loss, eigenvalue and weights at two sizes, from definitions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from analytic.errors import FormulaError
from checks.critical_points import certificate
from checks.empirical import Settings
from checks.point_facts import PointFacts
from checks.statements.asymptotics import Asymptotic
from checks.statements.floats import in_float
from checks.statements.wanted import Wanted
from checks.verdict import EmpiricalEvidence
from numeric import eigenvalues, hessian_change, integrated_hessian, population_gradient, population_loss
from numeric.arguments import EPS

Array = NDArray[np.float64]
#: Sizes, further ones where those show nothing yet, and how much a remainder may grow in units of its order.
SIZES, FURTHER, GROWTH = (8, 16), (12, 20), 2.0


@dataclass(frozen=True)
class _Measured:
    """A quantity at one size, its error, and how it was found."""

    value: float
    error: float
    method: str
    work: int


def look_at_family(stated: Asymptotic, want: Wanted, settings: Settings) -> tuple[EmpiricalEvidence, ...]:
    """Whether the difference between a quantity and the claimed terms falls with k as claimed.

    Args:
        stated: about the loss, the smallest eigenvalue or a weight.
        want: the claimed terms and the order of what is left.
        settings: for the seed that is reported.

    Raises:
        FormulaError: the family has no such weight, or the claimed terms have no value.
    """
    assert stated.family is not None
    quantity, name = stated.family
    rows, sizes = _rows(quantity, name, want, SIZES), SIZES
    agrees = _shrinks(rows, want)
    if not agrees:
        later = _rows(quantity, name, want, FURTHER)
        if _shrinks(later, want):
            rows, agrees, sizes = later, True, FURTHER
    _, claimed, found = rows[-1]
    gap = abs(found.value - claimed) + found.error
    return (
        EmpiricalEvidence(
            f"{name}, k = {sizes[1]}",
            f"{quantity} by {found.method}, its distance from the terms against k = {sizes[0]}",
            "scheme",
            found.value,
            gap,
            claimed,
            agrees,
            None,
            None,
            2 * gap,
            None,
            found.work,
            settings.seed,
        ),
    )


_Row = tuple[int, float, _Measured]


def _rows(quantity: str, name: str, want: Wanted, sizes: tuple[int, ...]) -> list[_Row]:
    rows: list[_Row] = []
    for k in sizes:
        claimed = in_float(want.claimed, {"k": float(k)})
        if claimed is None:
            raise FormulaError(f"the claimed terms have no value at k = {k}")
        rows.append((k, claimed * float(k) ** -float(want.power or 0), _measured(quantity, name, k)))
    return rows


def _shrinks(rows: list[_Row], want: Wanted) -> bool:
    """Whether the difference in units of its order falls, or stays bounded, between two sizes."""
    order = float(want.threshold)
    (small, first, a), (large, second, b) = rows
    before, after = abs(a.value - first) * small**order, abs(b.value - second) * large**order
    return bool(after <= before * (0.95 if want.inclusive else GROWTH) + (b.error + a.error) * large**order)


@lru_cache(maxsize=32)
def _measured(quantity: str, name: str, k: int) -> _Measured:
    point = certificate(PointFacts(name, k)).point
    W, V = point.matrix(), np.eye(point.k, point.d)
    if quantity == "loss":
        loss = population_loss(W, V)
        return _Measured(float(loss.value), float(loss.error), loss.method, loss.work)
    hessian = integrated_hessian(W, V)
    found = eigenvalues(hessian)
    values, error = np.asarray(found.value), float(np.max(found.error)) + hessian_change(W, V, EPS)
    if quantity == "smallest eigenvalue":
        return _Measured(float(values.min()), error, f"{found.method}, the whole Hessian", found.work)
    return _weight(quantity.partition(" ")[2], name, W, V, values, error)


def _weight(weight: str, name: str, W: Array, V: Array, values: Array, error: float) -> _Measured:
    """A weight of the float64 matrix, as far from the true one as Newton's step says."""
    k = len(V)
    known = certificate(PointFacts(name, k)).point.weights()
    if weight not in known:
        raise FormulaError(f"got the weight {weight} of {name}, expected one of {', '.join(known)}")
    slope = population_gradient(W, V)
    size = float(np.linalg.norm(np.abs(np.asarray(slope.value)) + np.asarray(slope.error)))
    least = float(np.abs(values).min()) - error
    if not least > 0:
        raise FormulaError(f"an eigenvalue of {name} at k = {k} cannot be told from 0")
    value = float(known[weight])
    nearest = float(np.abs(np.abs(W) - abs(value)).min())
    return _Measured(value, nearest + 2 * size / least, f"a step of Newton by {slope.method}", slope.work)
