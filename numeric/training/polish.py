"""Newton's method for the last digits of a minimum: it must stay near, and find a minimum, or it changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from numeric.arguments import EPS, FloatArray

Field: TypeAlias = Callable[[FloatArray], FloatArray]

ITERATIONS = 30
"""Each must halve the gradient, so that more than these would mean a start far off or a goal below round-off."""

TURN = 0.1
"""Share of its length by which a neuron may move: the Hessian varies on the scale of the lengths of the neurons."""

LARGEST = 2500
"""Number of weights up to which a dense Hessian is set up: it takes 50 MB."""


@dataclass(frozen=True)
class Polished:
    """Where Newton's method arrived.

    Args:
        accepted: whether the gradient fell below the tolerance, near the start, at a point without negative curvature.
        weights: shape (n, d); the start if not accepted.
        steps: Newton steps taken.
        why: what was missing, in a few words; empty if accepted.

    Example:
        >>> newton(np.array([[1.0]]), lambda w: w - 1.0, lambda w: np.eye(1), 1e-12).accepted
        True
    """

    accepted: bool
    weights: FloatArray
    steps: int
    why: str = ""


def newton(W: FloatArray, gradient: Field, hessian: Field, tolerance: float, least: float = 0.0) -> Polished:
    r"""Polishes weights by Newton steps $-(H + |g| I)^{-1} g$; the shift allows for minima that are not isolated.

    Refused: where H + |g| I is not positive definite (a saddle is near), where a step does not halve the gradient,
    where a row moves by a tenth of its length, and where the Hessian at the end has an eigenvalue below minus its
    round-off and the remaining gradient's norm. So the index is zero at both ends.

    Args:
        W: weights, shape (n, d), one neuron a row.
        gradient: of the loss, shape (n, d), at weights of that shape.
        hessian: the symmetric matrix of shape (n d, n d).
        tolerance: on the Euclidean norm of the gradient.
        least: what the length of a neuron counts as at least: 1 for erf, whose Hessian varies on that scale at 0 too.

    Returns:
        The polished weights, or the start.

    Source: Fan and Yuan 2005, On the quadratic convergence of the Levenberg-Marquardt method without nonsingularity
        assumption, for the shift.

    Example:
        >>> newton(np.array([[1.0, 0.1]]), lambda w: w**3, lambda w: np.diag(3.0 * w.ravel()**2), 1e-12).why
        'a neuron moved by a tenth of its length'
    """
    start, reach = W, TURN * np.maximum(np.linalg.norm(W, axis=1), least)
    slope = gradient(W)
    size = float(np.linalg.norm(slope))
    for taken in range(ITERATIONS):
        matrix = hessian(W)
        last = size <= tolerance
        factor = _factor(matrix, size + (EPS * len(matrix) * float(np.linalg.norm(matrix)) if last else 0.0))
        if factor is None:
            return Polished(False, start, taken, "the Hessian has a negative eigenvalue")
        if last:
            return Polished(True, W, taken)
        W = W - cho_solve(factor, slope.reshape(-1), check_finite=False).reshape(W.shape)
        if not (np.linalg.norm(W - start, axis=1) <= reach).all():
            return Polished(False, start, taken + 1, "a neuron moved by a tenth of its length")
        before, slope = size, gradient(W)
        size = float(np.linalg.norm(slope))
        if not size <= before / 2.0:
            return Polished(False, start, taken + 1, f"the gradient stayed at {before:.1e}")
    return Polished(False, start, ITERATIONS, f"the gradient is {size:.1e} after {ITERATIONS} steps")


def differenced_hessian(gradient: Field) -> Field:
    r"""Symmetric central differences of a gradient, with steps $\epsilon^{1/3}$ times the largest weight (at least 1).

    Args:
        gradient: shape (n, d) at weights of that shape.

    Returns:
        The function that takes weights to a symmetric matrix of shape (n d, n d), good to about $\epsilon^{2/3}$.

    Example:
        >>> differenced_hessian(lambda w: w**2)(np.array([[0.5, 1.0]])).round(8)
        array([[1., 0.],
               [0., 2.]])
    """

    def hessian(W: FloatArray) -> FloatArray:
        h = EPS ** (1.0 / 3.0) * max(1.0, float(np.abs(W).max()))
        moves = h * np.eye(W.size).reshape(W.size, *W.shape)
        matrix = np.stack([(gradient(W + m) - gradient(W - m)).reshape(-1) for m in moves]) / (2.0 * h)
        return np.asarray((matrix + matrix.T) / 2.0, dtype=np.float64)

    return hessian


def _factor(matrix: FloatArray, shift: float) -> tuple[FloatArray, bool] | None:
    """Cholesky factor of the shifted matrix; None if it is not positive definite."""
    shifted = matrix.copy()
    shifted.flat[:: len(matrix) + 1] += shift
    try:
        factor, lower = cho_factor(shifted, lower=True, overwrite_a=True, check_finite=False)
    except LinAlgError:
        return None
    return factor, lower
