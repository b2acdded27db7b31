"""The empirical witness on gradient descent: the Hessian by quadrature of its definition, and paths in float64."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from checks.critical_points import Certificate, certificate
from checks.empirical import Settings
from checks.point_facts import Decimal
from checks.statements.descent import GradientDescent, read_number
from checks.statements.descent_path import largest_factor
from checks.verdict import EmpiricalEvidence
from numeric import eigenvalues, hessian_change, integrated_hessian, population_gradient
from numeric.arguments import EPS

Array = NDArray[np.float64]
#: Steps from a start, and from the border of a ball.
FLOAT_STEPS, BORDER_STEPS = 1000, 20
#: Weights beyond this are on their way to infinity.
LOST = 1e6


def look_at_descent(stated: GradientDescent, settings: Settings) -> tuple[EmpiricalEvidence, ...]:
    """What float64 shows of the facts.

    Raises:
        AnalyticError: there is no such point.
    """
    proved = certificate(stated.facts)
    W = proved.point.matrix()
    V = np.eye(proved.point.k, proved.point.d)
    found: list[EmpiricalEvidence] = []
    if stated.factor is not None or stated.rate is not None or stated.converges is not None:
        found.append(_by_hessian(stated, proved, W, V, settings))
    if stated.start:
        found.append(_by_path(stated, W, V, settings))
    if stated.radius is not None:
        found.append(_from_border(stated, W, V, settings))
    return tuple(found)


def _by_hessian(
    stated: GradientDescent, proved: Certificate, W: Array, V: Array, settings: Settings
) -> EmpiricalEvidence:
    """The factor or rate from the Hessian by quadrature of its definition."""
    estimate = eigenvalues(integrated_hessian(W, V))
    values = np.asarray(estimate.value)
    error = float(np.max(estimate.error)) + hessian_change(W, V, EPS)
    h = stated.h
    value = float(values.min()) if h is None else float(np.abs(1.0 - float(h) * values).max())
    error = error * (1.0 if h is None else float(h)) + 4 * EPS * (1 + abs(value))
    true = float(
        proved.smallest if h is None else largest_factor(stated.h, [r.value.arb for r in proved.spectrum.rows])
    )
    number = stated.rate if h is None else stated.factor
    claimed, agrees = true, True
    if number is not None:
        decimal = Decimal(number)
        claimed = float(decimal.value)
        agrees = abs(value - claimed) <= error + float(decimal.unit)
    if stated.converges is not None:
        border, inside = (0.0, value > 0.0) if h is None else (1.0, value < 1.0)
        agrees = agrees and (inside == stated.converges or abs(value - border) <= error)
    what = "smallest eigenvalue" if h is None else "max |1 - h lambda|"
    return EmpiricalEvidence(
        stated.facts.where,
        f"{what} of the Hessian by {estimate.method}",
        "scheme",
        value,
        error,
        claimed,
        agrees,
        abs(value - true) <= error,
        None,
        2 * error,
        None,
        estimate.work,
        settings.seed,
    )


def _by_path(stated: GradientDescent, centre: Array, V: Array, settings: Settings) -> EmpiricalEvidence:
    """The distance to the point after many steps in float64."""
    W, h = np.array([[float(x) for x in row] for row in stated.matrix]), float(stated.h or 0)
    distance, steps = np.inf, 0
    for steps in range(1, FLOAT_STEPS + 1):
        W = W - h * np.asarray(population_gradient(W, V).value)
        if float(np.abs(W).max()) > LOST:
            distance = LOST
            break
        if steps % 50 == 0:
            distance = float(sum(np.linalg.norm(W - row, axis=1).min() for row in centre))
            if distance < 1e-6:
                break
    agrees = distance < 1e-3
    return EmpiricalEvidence(
        f"step {steps}",
        "gradient descent in float64: distance to the point",
        "scheme",
        min(distance, 1e300),
        1e-3,
        0.0,
        agrees,
        None,
        None,
        2e-3,
        None,
        steps,
        settings.seed,
    )


def _from_border(stated: GradientDescent, centre: Array, V: Array, settings: Settings) -> EmpiricalEvidence:
    """The distance to the point after steps from a random start at the border of the ball."""
    moved = np.random.default_rng(settings.seed + settings.offset).normal(size=centre.shape)
    radius = float(read_number(stated.radius or "0", "radius"))
    W = centre + radius * moved / np.linalg.norm(moved)
    h = 0.1 if stated.h is None else float(stated.h)
    for _ in range(BORDER_STEPS):
        if float(np.abs(W).max()) < LOST:
            W = W - h * np.asarray(population_gradient(W, V).value)
    distance = float(np.linalg.norm(W - centre))
    return EmpiricalEvidence(
        f"a random start at distance {stated.radius}",
        f"{BORDER_STEPS} steps in float64: distance to the point",
        "scheme",
        min(distance, 1e300),
        0.0,
        radius,
        distance < radius,
        None,
        None,
        radius,
        None,
        BORDER_STEPS,
        settings.seed,
    )
