r"""Hessian of the population loss of erf and Phi networks, in closed form."""

from __future__ import annotations

import math

import numpy as np

from numeric.arguments import FloatArray
from numeric.training.population_erf import ErfPopulation


def erf_hessian(W: FloatArray, problem: ErfPopulation) -> FloatArray:
    r"""Hessian of the population loss of one student, second layer of ones.

    With D as in `ErfPopulation`, $y = u - \frac{2w\cdot u}{1+2|w|^2}w$ and $z = w - \frac{2w\cdot u}{1+2|u|^2}u$,

    $$\partial_w\partial_u E[\phi(w\cdot x)\phi(u\cdot x)] = \tfrac{4}{\pi\sqrt D}\Bigl(I - \frac{2ww^T}{1+2|w|^2}
    - \frac{2(1+2|w|^2)}{D} yy^T\Bigr),$$
    $$\partial_w^2 E[\phi(w\cdot x)\phi(u\cdot x)] = \tfrac{4}{\pi\sqrt D}\Bigl(\frac{2}{1+2|w|^2}
    \bigl(\tfrac{4w\cdot u}{1+2|w|^2}ww^T - wu^T - (w\cdot u)I\bigr) - \frac{2(1+2|u|^2)}{D} yz^T\Bigr).$$

    Args:
        W: student, shape (n, d).
        problem: the loss.

    Returns:
        Symmetric matrix, (n d) x (n d); row $i d + a$ belongs to entry a of neuron i.

    Source: differentiating the gradient of `ErfPopulation`.

    Example:
        >>> erf_hessian(np.zeros((1, 1)), ErfPopulation([[1.0]])) * np.pi      # 4 E x^2 at the zero neuron
        array([[4.]])
    """
    w = problem.rate * W
    n, d = w.shape
    others = np.concatenate([w, problem.rows])
    weights = np.concatenate([np.ones(n), -problem.beta])
    own, other = (1.0 + 2.0 * (x * x).sum(axis=1) for x in (w, others))
    products = w @ others.T
    squares = (own[:, None] - 1.0) * (other - 1.0) - 4.0 * products**2
    root = np.sqrt(own[:, None] + other - 1.0 + np.maximum(squares, 0.0))
    y = others - (2.0 * products / own[:, None])[:, :, None] * w[:, None, :]
    matrix = np.empty((n, d, n, d))
    for i in range(n):
        matrix[i] = _mixed(w[i], y[i, :n], root[i, :n], own[i])
        matrix[i, :, i, :] += _repeated(w[i], y[i], others, weights, products[i], root[i], own[i], other)
    matrix *= 4.0 / math.pi * (problem.height * problem.rate) ** 2
    result = matrix.reshape(n * d, n * d)
    return np.asarray((result + result.T) / 2.0, dtype=np.float64)


def _mixed(w: FloatArray, y: FloatArray, root: FloatArray, own: float) -> FloatArray:
    """Derivatives in one neuron and in each of the students, shape (d, n, d)."""
    flat = np.eye(len(w)) - np.outer(w, w) * (2.0 / own)
    blocks = flat / root[:, None, None] - (2.0 * own / root**3)[:, None, None] * y[:, :, None] * y[:, None, :]
    return np.asarray(blocks.swapaxes(0, 1), dtype=np.float64)


def _repeated(
    w: FloatArray,
    y: FloatArray,
    others: FloatArray,
    weights: FloatArray,
    products: FloatArray,
    root: FloatArray,
    own: float,
    other: FloatArray,
) -> FloatArray:
    """Second derivatives in one neuron, summed over all it meets with their weights, shape (d, d)."""
    z = w - (2.0 * products / other)[:, None] * others
    pulls = weights / root
    along = float(pulls @ products)
    block = (4.0 * along / own) * np.outer(w, w) - np.outer(w, pulls @ others) - along * np.eye(len(w))
    return np.asarray(block * (2.0 / own) - (y * (2.0 * pulls * other / root**2)[:, None]).T @ z, dtype=np.float64)
