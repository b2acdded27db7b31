r"""Population loss of many students at once and its gradient, in closed form: erf and Phi under a Gaussian input."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import FloatArray, finite_array, finite_matrix
from numeric.errors import DomainError, ShapeError
from numeric.training.options import moderate

SHAPES = {"erf": (0.0, 1.0, 1.0), "Phi": (0.5, 0.5, math.sqrt(0.5))}
r"""Mean m, height h and rate r of the activations $m + h\,\mathrm{erf}(rz)$."""


class ErfPopulation:
    r"""Population loss against a fixed teacher, for $\phi(z) = m + h\,\mathrm{erf}(rz)$ and $x \sim N(0, I_d)$.

    Since erf is odd, $L = h^2 L_{erf}(rW, rV) + \frac{m^2}2(\sum_i\alpha_i - \sum_j\beta_j)^2$. With
    $D = (1+2|w|^2)(1+2|u|^2) - 4(w\cdot u)^2 = 1 + 2|w|^2 + 2|u|^2 + 4(|w|^2|u|^2 - (w\cdot u)^2)$,

    $$E[\mathrm{erf}(w\cdot x)\,\mathrm{erf}(u\cdot x)] = \tfrac2\pi\,\mathrm{atan2}(2\,w\cdot u, \sqrt D), \qquad
    \partial_w = \tfrac{4}{\pi\sqrt D}\Bigl(u - \frac{2\,w\cdot u}{1+2|w|^2}\,w\Bigr).$$

    Args:
        V: teacher, shape (k, d).
        beta: second layer of the teacher, shape (k,); ones if None.
        activation: "erf" or "Phi", the normal distribution function.

    Raises:
        ShapeError: if V is no matrix, or beta does not fit.
        NonFiniteError: if an entry is NaN or infinite.
        DomainError: if the activation is another one.

    Source: Williams 1998, Computation with infinite neural networks, section 3.1; Saad and Solla 1995, On-line learning
        in soft committee machines.

    Example:
        >>> loss, gradient = ErfPopulation([[1.0, 0.0]]).step(np.array([[[1.0, 0.0]]]))
        >>> loss, gradient
        (array([0.]), array([[[0., 0.]]]))
    """

    slope = None

    def __init__(self, V: ArrayLike, beta: ArrayLike | None = None, activation: str = "erf") -> None:
        if activation not in SHAPES:
            raise DomainError(f"activation is {activation!r}; expected one of {sorted(SHAPES)}; try 'erf'")
        self.activation, (self.mean, self.height, self.rate) = activation, SHAPES[activation]
        self.teacher = moderate("V", finite_matrix("V", V))
        self.beta = np.ones(len(self.teacher)) if beta is None else finite_array("beta", beta)
        if self.beta.shape != self.teacher.shape[:1]:
            raise ShapeError(f"beta has shape {self.beta.shape}; expected ({len(self.teacher)},), one entry a row of V")
        self.rows = self.rate * self.teacher
        self._squares = (self.rows**2).sum(axis=1)
        means, _ = _towards(self.rows[None], self._squares[None], self.rows, self._squares, self.beta)
        self._total = float(self.beta.sum())
        self._energy = self.height**2 * float(0.5 * (means[0] * self.beta).sum())
        self.constant = self._energy + 0.5 * (self.mean * self._total) ** 2

    def step(self, W: FloatArray, alpha: FloatArray | None = None) -> tuple[FloatArray, FloatArray]:
        """Loss of every run and its gradient in the first layer; nothing is checked, for speed.

        Args:
            W: students, shape (runs, n, d).
            alpha: second layers, shape (runs, n); ones if None.

        Returns:
            Losses, shape (runs,), and gradients, shape (runs, n, d).

        Example:
            >>> ErfPopulation(np.eye(2)).step(np.ones((1, 1, 2)))[1].shape
            (1, 1, 2)
        """
        return self.both(W, np.ones(W.shape[:2]) if alpha is None else alpha)[:2]

    def both(self, W: FloatArray, alpha: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Loss of every run, its gradient in the first layer and in the second.

        Args:
            W: students, shape (runs, n, d).
            alpha: second layers, shape (runs, n).

        Returns:
            Losses, shape (runs,), gradients, shape (runs, n, d), and gradients in alpha, shape (runs, n).

        Example:
            >>> ErfPopulation(np.eye(1)).both(np.ones((1, 1, 1)), np.ones((1, 1)))[2]
            array([[0.]])
        """
        W, square = self.rate * W, self.height**2
        squares = np.add.reduce(W * W, axis=2)
        energy, own = _towards(W, squares, W, squares, alpha)
        overlap, cross = _towards(W, squares, self.rows, self._squares, self.beta)
        excess = self.mean * (np.add.reduce(alpha, axis=1) - self._total)
        loss = square * np.add.reduce(alpha * (0.5 * energy - overlap), axis=1) + self._energy + 0.5 * excess**2
        gradient = (own - cross) * (square * self.rate * alpha[:, :, None])
        outer = square * (energy - overlap) + self.mean * excess[:, None]
        return np.maximum(loss, 0.0), gradient, outer  # below 0 by round-off only


def _towards(
    W: FloatArray, squares: FloatArray, rows: FloatArray, lengths: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """E[phi(w.x) sum_j weight_j phi(u_j.x)] for every neuron w, and its gradient in w."""
    products = np.matmul(W, rows.swapaxes(-1, -2))
    own, other = squares[:, :, None], lengths[..., None, :]
    root = np.sqrt(1.0 + 2.0 * (own + other) + 4.0 * np.maximum(own * other - products * products, 0.0))
    means = np.matmul(np.arctan2(2.0 * products, root), weights[..., None])[..., 0] * (2.0 / math.pi)
    pulls = weights[..., None, :] / root
    along = np.add.reduce(pulls * products, axis=2) * (2.0 / (1.0 + 2.0 * squares))
    gradient = (np.matmul(pulls, rows) - along[:, :, None] * W) * (4.0 / math.pi)
    return means, gradient
