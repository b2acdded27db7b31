r"""Population loss of smooth activations with two derivatives, from their definitions: erf and Phi, Gaussian inputs.

In the plane of two neurons, $x = s e_1 + t e_2$, every integrand is analytic and decays like a Gaussian. The
trapezoidal rule with step h is then off by about $\exp(-\pi^2/(h^2c))$, c the sum of 1/2 and the squares of both rates
of growth off the real axis. Nothing here knows the closed forms.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from numeric.arguments import EPS, FloatArray, row_norms, student_and_teacher
from numeric.errors import DomainError
from numeric.estimate import Estimate
from numeric.rules import round_off

Derivatives: TypeAlias = tuple[Callable[[FloatArray], FloatArray], ...]

DIGITS = (52.0, 36.0)
r"""$-\log$ of the error of the rule, and of the one it is compared with: both below round-off."""

RADIUS = 9.5
"""Beyond it the Gaussian weight is below 1e-19."""

MOST_NODES = 600
"""Nodes a dimension, reached by neurons of length 14: larger ones would need minutes."""


class SmoothLoss(NamedTuple):
    """Loss, gradient of shape (n, d) and Hessian of shape (n d, n d), estimates of kind "scheme".

    Example:
        >>> smooth_loss([[0.0]], [[1.0]], "erf").hessian.value * np.pi
        array([[4.]])
    """

    loss: Estimate
    gradient: Estimate
    hessian: Estimate


def _erf_slope(z: FloatArray) -> FloatArray:
    return np.asarray(2.0 / math.sqrt(math.pi) * np.exp(-z * z), dtype=np.float64)


def _normal_slope(z: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi), dtype=np.float64)


ACTIVATIONS: dict[str, tuple[Derivatives, float, tuple[float, ...]]] = {
    "erf": (
        (special.erf, _erf_slope, lambda z: -2.0 * z * _erf_slope(z)),
        1.0,
        (1.0, 2.0 / math.sqrt(math.pi), math.sqrt(8.0 / (math.pi * math.e)), 4.0 / math.sqrt(math.pi)),
    ),
    "Phi": (
        (special.ndtr, _normal_slope, lambda z: -z * _normal_slope(z)),
        math.sqrt(0.5),
        (1.0, *(x / math.sqrt(2.0 * math.pi) for x in (1.0, math.exp(-0.5), 1.0))),
    ),
}
"""The activation with two derivatives, its rate of growth off the real axis, and bounds on it and three derivatives."""


def smooth_loss(W: ArrayLike, V: ArrayLike, activation: str) -> SmoothLoss:
    r"""$L = \tfrac12E[(\sum_i\phi(w_i\cdot x)-\sum_j\phi(v_j\cdot x))^2]$, gradient, Hessian by the trapezoidal rule.

    $$H_{ij} = E[\phi'(w_i\cdot x)\phi'(w_j\cdot x)xx^T] + [i=j]\,E[r(x)\phi''(w_i\cdot x)xx^T].$$

    Args:
        W: student, shape (n, d); rows may be zero.
        V: teacher, shape (k, d).
        activation: "erf" or "Phi".

    Returns:
        The three; errors are the distance of two rules, and round-off.

    Raises:
        ShapeError: if W and V are not matrices with the same number of columns.
        NonFiniteError: if an entry is NaN or infinite.
        DomainError: if the activation is another one, or a row is so long that the rule would need too many nodes.

    Source: Trefethen and Weideman 2014, The exponentially convergent trapezoidal rule, section 5.

    Example:
        >>> found = smooth_loss([[1.0, 0.0]], [[0.0, 1.0]], "erf")
        >>> bool(abs(found.loss.value - (np.arcsin(2.0 / 3.0)) * 2.0 / np.pi) <= found.loss.error < 1e-12)
        True
    """
    if activation not in ACTIVATIONS:
        raise DomainError(f"activation is {activation!r}; expected one of {sorted(ACTIVATIONS)}; try 'erf'")
    student, teacher = student_and_teacher(W, V)
    rows = np.concatenate([student, teacher])
    derivatives, rate, sizes = ACTIVATIONS[activation]
    growth = 0.5 + 2.0 * (rate * float(row_norms(rows).max())) ** 2
    fine, coarse = (_rule(growth, digits) for digits in DIGITS)
    first, second = (_all(student, teacher, derivatives, rule) for rule in (fine, coarse))
    nodes, count = len(fine[0]), len(rows)
    unit = EPS * nodes + round_off(1)  # two sums over the nodes, in any order
    noises = unit * np.array(
        [count**2 * sizes[0] ** 2, 2.0 * count * sizes[0] * sizes[1], 4.0 * (sizes[1] ** 2 + count * sizes[2])]
    )

    def estimate(i: int, value: FloatArray | float, other: FloatArray | float, name: str) -> Estimate:
        error = np.abs(np.asarray(value) - other) + noises[i]
        return Estimate(value, error if error.ndim else float(error), "scheme", None, f"trapezoidal {name}", nodes**2)

    return SmoothLoss(
        estimate(0, first[0], second[0], "loss"),
        estimate(1, first[1], second[1], "gradient"),
        estimate(2, first[2], second[2], "Hessian"),
    )


def third_derivative_bound(n: int, k: int, activation: str) -> float:
    r"""Lipschitz constant of the Hessian in operator norm, anywhere.

    $D^3L[h,h,h] = E[3\dot f\ddot f + f\dddot f]$ with $\dot f = \sum\phi'(w_i\cdot x)h_i\cdot x$ and so on, and
    $E|h_i\cdot x|(h_j\cdot x)^2 \le 2\sqrt{2/\pi}\,|h_i||h_j|^2$; a symmetric form is largest on its diagonal.

    Args:
        n: number of students.
        k: number of teachers.
        activation: "erf" or "Phi".

    Returns:
        $2\sqrt{2/\pi}\,(3\sqrt n\,|\phi'||\phi''| + (n+k)|\phi||\phi'''|)$, with suprema.

    Source: Banach 1938, Ueber homogene Polynome in (L^2), for the diagonal.

    Example:
        >>> round(third_derivative_bound(1, 1, "erf"), 3)
        12.431
    """
    zeroth, first, second, third = ACTIVATIONS[activation][2]
    cubes = 2.0 * math.sqrt(2.0 / math.pi)
    return cubes * (3.0 * math.sqrt(n) * first * second + (n + k) * zeroth * third)


def _rule(growth: float, digits: float) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights of a standard Gaussian."""
    step = math.pi / math.sqrt(growth * digits)
    count = math.ceil(RADIUS / step)
    if 2 * count + 1 > MOST_NODES:
        raise DomainError(
            f"the rows are so long that {2 * count + 1} nodes a dimension are needed; expected at most {MOST_NODES}, "
            f"for time; look at shorter weights"
        )
    nodes = np.asarray(step * np.arange(-count, count + 1), dtype=np.float64)
    weights = step * np.exp(-0.5 * nodes * nodes) / math.sqrt(2.0 * math.pi)
    return nodes, np.asarray(weights, dtype=np.float64)


def _all(
    student: FloatArray, teacher: FloatArray, phi: Derivatives, rule: tuple[FloatArray, FloatArray]
) -> tuple[float, FloatArray, FloatArray]:
    """Loss, gradient and Hessian by one rule."""
    (n, d), rows = student.shape, np.concatenate([student, teacher])
    signs = np.concatenate([np.ones(n), -np.ones(len(teacher))])
    loss, gradient, hessian = 0.0, np.empty((n, d)), np.empty((n, d, n, d))
    for i, w in enumerate(rows):
        length = float(np.linalg.norm(w))
        along = w / length if length > 0.0 else np.eye(d)[0]
        across, parts = _frame(along, rows)
        values = _means(phi[0], length, parts, phi[0], rule)
        loss += 0.5 * float(signs[i] * (signs @ values[0]))
        if i >= n:
            continue
        slopes = signs[:, None] * _means(phi[1], length, parts, phi[0], rule).T
        gradient[i] = slopes[:, 1].sum() * along + slopes[:, 2] @ across
        hessian[i] = _blocks(_means(phi[1], length, parts[:n], phi[1], rule), along, across[:n]).swapaxes(0, 1)
        bent = _blocks(_means(phi[2], length, parts, phi[0], rule), along, across)
        hessian[i, :, i, :] += np.tensordot(signs, bent, 1)
    matrix = hessian.reshape(n * d, n * d)
    return loss, gradient, np.asarray((matrix + matrix.T) / 2.0, dtype=np.float64)


def _frame(along: FloatArray, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Unit vectors orthogonal to the first one (zero for parallel rows), and the components of the rows."""
    first = rows @ along
    rest = rows - first[:, None] * along
    rest -= (rest @ along)[:, None] * along
    second = row_norms(rest)
    return rest / np.where(second > 0.0, second, 1.0)[:, None], np.column_stack([first, second])


def _means(
    own: Callable[[FloatArray], FloatArray],
    length: float,
    parts: FloatArray,
    other: Callable[[FloatArray], FloatArray],
    rule: tuple[FloatArray, FloatArray],
) -> FloatArray:
    """E own(|w| s) other(u.x) (1, s, t, ss, st, tt), shape (6, number of u)."""
    nodes, weights = rule
    powers = np.stack([weights, weights * nodes, weights * nodes * nodes], axis=1)
    left = own(length * nodes)[:, None] * powers
    table = np.stack([left.T @ (other(a * nodes[:, None] + b * nodes) @ powers) for a, b in parts])
    return np.stack([table[:, 0, 0], table[:, 1, 0], table[:, 0, 1], table[:, 2, 0], table[:, 1, 1], table[:, 0, 2]])


def _blocks(means: FloatArray, along: FloatArray, across: FloatArray) -> FloatArray:
    """Means of x x^T, shape (number of u, d, d)."""
    p, ss, st, tt = (means[i][:, None, None] for i in (0, 3, 4, 5))
    mixed = along[None, :, None] * across[:, None, :]
    own, other = np.outer(along, along), across[:, :, None] * across[:, None, :]
    blocks = p * np.eye(len(along)) + (ss - p) * own + st * (mixed + mixed.swapaxes(1, 2)) + (tt - p) * other
    return np.asarray(blocks, dtype=np.float64)
