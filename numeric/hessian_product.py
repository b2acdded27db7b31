r"""Products of the Hessian of the population loss with vectors, the kink's Dirac part included, without the matrix."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import EPS, FloatArray, finite_array, real_number, row_norms, student_and_teacher, unit_rows
from numeric.errors import DomainError, ShapeError


class HessianProduct:
    r"""The Hessian of the population loss of rectifiers as a map: $O(n(n+k)d)$ operations a product.

    With unit vectors $a_i = w_i/|w_i|$, the angle $\theta$ of $a_i$ and $a_j$, $c = \cos\theta$, $s = \sin\theta$ and
    $p = a_j - c\,a_i$, of length s,
    $$2\pi E[1\{w_i\cdot x>0\}1\{w_j\cdot x>0\}xx^T] =
      (\pi-\theta) I + s(a_ip^T + pa_i^T) + sc\,a_ia_i^T - \tfrac cs\,pp^T,$$
    and the Dirac part of neuron i is the sum over all other neurons u (teachers with the sign -1), P projecting on
    $w_i^\perp$, of $\frac{\pm|u|}{2\pi|w_i|}(s P + \tfrac1s pp^T)$. The factors $p\cdot h/s$ are bounded by $|h|$ and
    are multiplied by p again, so that nothing is lost to round-off where neurons are nearly parallel. For a slope a
    below zero, $\max(z, az)$, this is multiplied by $(1-a)^2$, and every block gains $a I$.

    Args:
        W: student, shape (n, d), no row zero.
        V: teacher, shape (k, d); zero rows contribute nothing.
        slope: a, of the rectifier below zero: 0 for relu, -1 for the absolute value.

    Raises:
        ShapeError: if W and V are not matrices with the same number of columns.
        NonFiniteError: if an entry is NaN or infinite.
        ZeroNeuronError: if a row of W is zero: the loss is not differentiable there.
        DomainError: if slope is not finite.

    Example:
        >>> H = HessianProduct([[1.0, 0.0]], [[0.0, 1.0]])      # diag(1/2, 1/2 - 1/pi)
        >>> float(H([0.0, 1.0])[1] * np.pi).__round__(12)
        0.570796326795
    """

    def __init__(self, W: ArrayLike, V: ArrayLike, slope: float = 0.0) -> None:
        student, teacher = student_and_teacher(W, V)
        if not math.isfinite(real_number("slope", slope)):
            raise DomainError(
                f"slope is {slope!r}; expected a finite number, that of the activation below zero; try 0.0"
            )
        self.slope = float(slope)
        teacher = teacher[row_norms(teacher) > 0.0]
        self.shape = student.shape
        self._along = unit_rows("W", student)
        self._others = np.concatenate([self._along, unit_rows("V", teacher)]) if len(teacher) else self._along
        signed = np.concatenate([row_norms(student), -row_norms(teacher)])
        self._cos, self._sin, theta = _angles(self._along, self._others)
        n = len(student)
        self._weights = signed / (2.0 * math.pi * row_norms(student)[:, None])
        self._weights[np.arange(n), np.arange(n)] = 0.0  # its own kink meets the neuron where it vanishes
        self._equal = (math.pi - theta[:, :n]) / (2.0 * math.pi)
        self._inverse = np.where(self._sin > EPS, 1.0 / np.maximum(self._sin, EPS), 0.0)

    @property
    def size(self) -> int:
        """The number of rows of the matrix, n d.

        Example:
            >>> HessianProduct(np.eye(2, 3), np.eye(2, 3)).size
            6
        """
        return int(self.shape[0] * self.shape[1])

    @property
    def noise(self) -> float:
        r"""Bound on the round-off of a product with a unit vector, by the usual model of rounded sums.

        Every block is a sum of at most eight terms no larger than $|h_j|/(2\pi)$, or than $3|u|/(2\pi|w_i|)$ for a
        kink; sums run over n, n + k and d terms; angles carry a few units.

        Example:
            >>> HessianProduct(np.eye(2), np.eye(2)).noise < 1e-13
            True
        """
        n, d = self.shape
        terms = n + len(self._others) + d + 16
        kinks = float(np.abs(self._weights).sum(axis=1).max())
        even = EPS * terms * (8.0 * n / (2.0 * math.pi) + 3.0 * kinks)
        return float((1.0 - self.slope) ** 2 * even + EPS * terms * abs(self.slope) * n)

    def __call__(self, vector: ArrayLike) -> FloatArray:
        r"""The product $Hh$.

        Args:
            vector: h, shape (n d,) or (n, d); entry a of neuron i is number $i d + a$.

        Returns:
            Of the shape of vector.

        Raises:
            ShapeError: if vector has another shape.
            NonFiniteError: if an entry is NaN or infinite.

        Example:
            >>> HessianProduct(np.eye(2), np.eye(2))([[1.0, 0.0], [0.0, 0.0]])[0, 0]
            np.float64(0.5)
        """
        given = finite_array("vector", vector)
        if given.shape not in ((self.size,), self.shape):
            raise ShapeError(f"vector has shape {given.shape}; expected {self.shape} or ({self.size},), that of W")
        h = given.reshape(self.shape)
        even = (1.0 - self.slope) ** 2 * (self._smooth(h) + self._kinks(h))
        return np.asarray(even + self.slope * h.sum(axis=0), dtype=np.float64).reshape(given.shape)

    def _smooth(self, h: FloatArray) -> FloatArray:
        """Sum over j of E 1 1 x x^T h_j."""
        n = self.shape[0]
        c, s, a = self._cos[:, :n], self._sin[:, :n], self._along
        first = a @ h.T  # a_i . h_j
        across = (a * h).sum(axis=1) - c * first  # p . h_j
        along_p = s * first - c * self._inverse[:, :n] * across
        along_a = s * across + s * c * first
        turned = along_p @ a + (along_a - c * along_p).sum(axis=1)[:, None] * a
        return np.asarray(self._equal @ h + turned / (2.0 * math.pi), dtype=np.float64)

    def _kinks(self, h: FloatArray) -> FloatArray:
        """The Dirac part of each neuron times its own vector."""
        own = (self._along * h).sum(axis=1)
        flat = h - own[:, None] * self._along
        across = self._weights * self._inverse * (h @ self._others.T - self._cos * own[:, None])
        spread = (self._weights * self._sin).sum(axis=1)[:, None] * flat
        towards = across @ self._others - (across * self._cos).sum(axis=1)[:, None] * self._along
        return np.asarray(spread + towards, dtype=np.float64)


def _angles(first: FloatArray, second: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Cosine, sine and angle of unit vectors, each accurate on its own, row by row: no array of n (n + k) d numbers."""
    minus = np.stack([np.linalg.norm(second - a, axis=1) for a in first])
    plus = np.stack([np.linalg.norm(second + a, axis=1) for a in first])
    square = minus * minus + plus * plus
    return (plus - minus) * (plus + minus) / square, 2.0 * minus * plus / square, 2.0 * np.arctan2(minus, plus)
