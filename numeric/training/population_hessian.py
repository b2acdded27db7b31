"""Hessian of the population loss, the part from the kink included: in closed form for rectifiers."""

from __future__ import annotations

import math

import numpy as np

from numeric.arguments import FloatArray
from numeric.training.erf_hessian import erf_hessian
from numeric.training.planes import Indices, sines_and_half_angles, unit_vectors
from numeric.training.polish import differenced_hessian
from numeric.training.population import PopulationLoss
from numeric.training.population_erf import ErfPopulation
from numeric.training.population_rectifiers import RectifierPopulation


def dense_hessian(W: FloatArray, problem: PopulationLoss) -> FloatArray:
    """Hessian of the population loss of one student, in closed form; second layer of ones.

    Args:
        W: student, shape (n, d), no row zero unless the activation is smooth.
        problem: the loss.

    Returns:
        Symmetric matrix, (n d) x (n d); row $i d + a$ belongs to entry a of neuron i.

    Example:
        >>> dense_hessian(np.array([[1.0]]), RectifierPopulation([[2.0]]))
        array([[0.5]])
    """
    if isinstance(problem, RectifierPopulation):
        return rectifier_hessian(W, problem)
    if isinstance(problem, ErfPopulation):
        return erf_hessian(W, problem)
    return differenced_hessian(lambda w: problem.step(w[None])[1][0])(W)


def rectifier_hessian(W: FloatArray, problem: RectifierPopulation) -> FloatArray:
    r"""Hessian of the population loss of one student.

    With $n_w$ the unit vector orthogonal to w in its plane with u, and $\psi$, p and q as in `RectifierPopulation`,

    $$\partial_w\partial_u E[\phi(w\cdot x)\phi(u\cdot x)] = pI + \tfrac{2q}{\pi}\bigl(\psi I + \sin\theta\,
    (\hat w\hat u^T + n_w n_u^T)\bigr),$$
    $$\partial_w^2 E[\phi(w\cdot x)\phi(u\cdot x)] = \tfrac{2q}{\pi}\frac{|u|}{|w|}\sin\theta\,
    (I - \hat w\hat w^T + n_w n_w^T).$$

    Both are continuous where the vectors are parallel; $n$ counts as zero there.

    Args:
        W: student, shape (n, d), no row zero unless the activation is smooth.
        problem: the loss.

    Returns:
        Symmetric matrix, (n d) x (n d); row $i d + a$ belongs to entry a of neuron i.

    Source: differentiating the gradient of `RectifierPopulation`; Arjevani and Field 2020, Analytic characterization
        of the Hessian in shallow ReLU models, for relu.

    Example:
        >>> rectifier_hessian(np.array([[1.0, 0.0]]), RectifierPopulation([[0.0, 1.0]])) * np.pi
        array([[1.57079633, 0.        ],
               [0.        , 0.57079633]])
    """
    n, d = W.shape
    if not problem.q:
        return np.kron(np.full((n, n), problem.p), np.eye(d))
    units, norms = unit_vectors(W)
    others = np.concatenate([units, problem.units])
    lengths = np.concatenate([norms, -problem.lengths])
    s, half, across = _frames(units, others)
    scale = 2.0 * problem.q / math.pi
    pulls = scale * s * lengths / norms[:, None]
    total = pulls.sum(axis=1)[:, None, None]
    eye = np.eye(d)
    kink = np.matmul((across * pulls[:, :, None]).swapaxes(1, 2), across)
    kink += total * (eye - units[:, :, None] * units[:, None, :])
    matrix = _mixed(units, s[:, :n] * scale, 2.0 * scale * half[:, :n] + problem.p, across[:, :n])
    index = np.arange(n)
    matrix[index, :, index, :] = kink + (1.0 + problem.slope**2) / 2.0 * eye
    result = matrix.reshape(n * d, n * d)
    return np.asarray((result + result.T) / 2.0, dtype=np.float64)


def _mixed(units: FloatArray, s: FloatArray, along: FloatArray, across: FloatArray) -> FloatArray:
    """Blocks of two different neurons, shape (n, d, n, d)."""
    n, d = units.shape
    matrix = np.einsum("ij,ia,jb->iajb", s, units, units)
    matrix += np.einsum("ija,jib->iajb", across * s[:, :, None], across)
    diagonal = np.arange(d)
    matrix[:, diagonal, :, diagonal] += along
    return np.asarray(matrix.reshape(n, d, n, d), dtype=np.float64)


def _frames(units: FloatArray, others: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Sines and half angles psi/2 of every neuron with every other vector, and the unit vectors n_w."""
    c = units @ others.T
    index = np.arange(len(units))
    c[index, index] = 1.0
    side = np.where(c >= 0.0, 1.0, -1.0)
    chord = others - side[:, :, None] * units[:, None, :]  # exact where nearly parallel
    across = chord - np.einsum("ija,ia->ij", chord, units)[:, :, None] * units[:, None, :]
    length = np.sqrt((across * across).sum(axis=2))
    across /= np.where(length > 0.0, length, 1.0)[:, :, None]

    def chords(near: Indices, _: FloatArray) -> FloatArray:
        return np.asarray(chord.reshape(-1, units.shape[1])[near], dtype=np.float64)

    s = np.empty_like(c)
    sines_and_half_angles(c, s, np.empty_like(c), chords)
    return s, c, across
