"""The largest curvature of a loss at a point, by power iteration on differences of its gradient."""

from __future__ import annotations

import numpy as np

from numeric.arguments import EPS, FloatArray
from numeric.training.objectives import Objective

ITERATIONS = 50
"""An estimate from below; at a ratio 0.9 of the two largest eigenvalues its error is below one part in a hundred."""


def largest_curvature(objective: Objective, parameters: FloatArray, rates: FloatArray | None = None) -> float:
    r"""Largest absolute eigenvalue of $\rho^{1/2} H \rho^{1/2}$: gradient descent is stable below two over it.

    Args:
        objective: the loss.
        parameters: the point.
        rates: $\rho$, relative rates of the parameters; ones if None.

    Returns:
        The estimate, from below.

    Source: von Mises and Pollaczek-Geiringer 1929, for the power iteration.

    Example:
        >>> from numeric.training import GaussianInputs, Neuron, NetworkTeacher, TrainingProblem
        >>> linear = Neuron("linear")
        >>> problem = TrainingProblem(NetworkTeacher([[1.0]], neuron=linear), GaussianInputs(1), linear)
        >>> round(largest_curvature(problem.objective(np.ones(1), False), np.array([[5.0]])), 6)
        1.0
    """
    root = np.sqrt(np.ones_like(parameters) if rates is None else rates)
    h = EPS ** (1.0 / 3.0) * max(1.0, float(np.abs(parameters).max()))
    direction = np.random.default_rng(0).standard_normal(parameters.shape)
    size = 0.0
    for _ in range(ITERATIONS):
        direction /= np.linalg.norm(direction)
        move = h * root * direction
        ahead, behind = (objective.evaluate(parameters + sign * move)[1] for sign in (1.0, -1.0))
        direction = root * (ahead - behind) / (2.0 * h)
        size = float(np.linalg.norm(direction))
        if not 0.0 < size < np.inf:
            break
    return size
