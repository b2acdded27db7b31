r"""Population loss of many students at once and its gradient, in closed form: rectifiers under a Gaussian input.

For $\phi(z) = \max(z, az)$ every expectation follows from $E|u\cdot x||v\cdot x|$, so that relu (a = 0), leaky relu,
the absolute value (a = -1) and the identity (a = 1) share one formula. It is transcribed for speed, and tested against
the quadrature of `numeric.student_teacher`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import FloatArray, finite_array, finite_matrix, real_number
from numeric.errors import DomainError, ShapeError
from numeric.training.options import moderate
from numeric.training.planes import Indices, sines_and_half_angles, unit_vectors
from numeric.training.workspace import Block, Workspace, workspace

SLOPES = {"relu": 0.0, "absolute": -1.0, "linear": 1.0}
"""Slope below zero of the named rectifiers; "leaky" takes it as an argument."""

CHUNK = 1 << 14
"""Pairs of neurons worked on at a time: the arrays of them stay in the cache."""


class RectifierPopulation:
    r"""Population loss against a fixed teacher, for $x \sim N(0, I_d)$.

    $$L(W, \alpha) = \tfrac12 E[(\textstyle\sum_i \alpha_i \phi(w_i\cdot x) - \sum_j \beta_j \phi(v_j\cdot x))^2]$$

    With $\theta$ the angle of w and u, $\psi = \pi/2 - \theta$, $p = (1+a)^2/4$ and $q = (1-a)^2/4$,

    $$\partial_w E[\phi(w\cdot x)\phi(u\cdot x)] = p\,u + \tfrac{2q}{\pi}(|u|\sin\theta\,\hat w + \psi\,u),$$

    and the expectation itself is the scalar product of this with w.

    Args:
        V: teacher, shape (k, d); zero rows contribute nothing.
        activation: "relu", "leaky", "absolute" or "linear".
        slope: a, of "leaky" only.
        beta: second layer of the teacher, shape (k,); ones if None.

    Raises:
        ShapeError: if V is no matrix, or beta does not fit.
        NonFiniteError: if an entry is NaN or infinite.
        DomainError: if the activation is no rectifier, or slope does not go with it.

    Source: Cho and Saul 2009, Kernel methods for deep learning; Brutzkus and Globerson 2017, Globally optimal gradient
        descent for a ConvNet with Gaussian inputs, for the gradient.

    Example:
        >>> loss, gradient = RectifierPopulation([[1.0, 0.0]]).step(np.array([[[2.0, 0.0]], [[1.0, 0.0]]]))
        >>> loss, gradient[0]                          # L(w) = (w - 1)^2 / 4 along the teacher
        (array([0.25, 0.  ]), array([[0.5, 0. ]]))
    """

    def __init__(
        self, V: ArrayLike, activation: str = "relu", slope: float | None = None, beta: ArrayLike | None = None
    ) -> None:
        teacher = moderate("V", finite_matrix("V", V))
        weights = np.ones(len(teacher)) if beta is None else finite_array("beta", beta)
        if weights.shape != teacher.shape[:1]:
            raise ShapeError(f"beta has shape {weights.shape}; expected ({len(teacher)},), one entry a row of V")
        self.activation, self.slope = activation, slope_of(activation, slope)
        self.p, self.q = (1.0 + self.slope) ** 2 / 4.0, (1.0 - self.slope) ** 2 / 4.0
        self._scale = 4.0 * self.q / math.pi if self.q else self.p
        kept = teacher.any(axis=1) & (weights != 0.0)
        self.teacher, self._kept, self._beta = teacher, teacher[kept], weights[kept]
        self.units, norms = unit_vectors(self._kept)
        self.rows, self.lengths = self._kept * self._beta[:, None], norms * self._beta
        self._halves = 0.5 * self.lengths[:, None]
        self._columns = np.ascontiguousarray(self.units.T)
        self._coordinates = np.array_equal(self.rows, np.eye(*self.rows.shape))  # saves half of the products
        self.constant = self._own_energy()

    def step(self, W: FloatArray, alpha: FloatArray | None = None) -> tuple[FloatArray, FloatArray]:
        """Loss of every run and its gradient in the first layer; nothing is checked, for speed.

        Args:
            W: students, shape (runs, n, d), no row zero.
            alpha: second layers, shape (runs, n); ones if None.

        Returns:
            Losses, shape (runs,), off by a few units of round-off of the energies of student and teacher; and
            gradients, shape (runs, n, d). The bits of a run do not depend on the other runs.

        Example:
            >>> RectifierPopulation(np.eye(2)).step(np.ones((1, 1, 2)))[1].shape
            (1, 1, 2)
        """
        if alpha is not None:
            return self.both(W, alpha)[:2]
        loss, gradient = np.empty(len(W)), np.empty(W.shape)
        if len(W) == 1:  # slices would cost as much as the arithmetic of few neurons
            self._step(W, loss, gradient)
        else:
            for part in self._parts(W):
                self._step(W[part], loss[part], gradient[part])
        return loss, gradient

    def _step(self, W: FloatArray, loss: FloatArray, gradient: FloatArray) -> None:
        """Loss and gradient of students whose pairs fit into the cache together."""
        own, cross = self._chunk(W, None)
        np.subtract(own, cross, out=gradient)
        own *= -0.5
        own += gradient
        own *= W
        np.add.reduce(own.reshape(len(own), -1), axis=1, out=loss)
        gradient *= self._scale
        loss *= self._scale
        loss += self.constant
        np.maximum(loss, 0.0, out=loss)  # below zero by round-off only

    def both(self, W: FloatArray, alpha: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Loss of every run, its gradient in the first layer and in the second.

        Args:
            W: students, shape (runs, n, d), no row zero.
            alpha: second layers, shape (runs, n).

        Returns:
            Losses, shape (runs,), gradients, shape (runs, n, d), and gradients in alpha, shape (runs, n).

        Example:
            >>> RectifierPopulation(np.eye(1)).both(np.ones((1, 1, 1)), np.array([[3.0]]))[2]   # (alpha - 1)^2 / 4
            array([[1.]])
        """
        loss, gradient, outer = np.empty(len(W)), np.empty(W.shape), np.empty(alpha.shape)
        for part in self._parts(W):
            own, cross = self._chunk(W[part], alpha[part])
            second = self._scale * alpha[part]
            np.multiply(own - cross, second[:, :, None], out=gradient[part])
            energy, overlap = (np.add.reduce(x * W[part], axis=2) for x in (own, cross))
            np.multiply(energy - overlap, self._scale, out=outer[part])
            np.add.reduce((0.5 * energy - overlap) * second, axis=1, out=loss[part])
        loss += self.constant
        return np.maximum(loss, 0.0, out=loss), gradient, outer

    def _parts(self, W: FloatArray) -> Iterator[slice]:
        """Runs whose pairs fit into the cache together."""
        size = max(1, CHUNK // (W.shape[1] * (W.shape[1] + len(self.rows))))
        return (slice(start, start + size) for start in range(0, len(W), size))

    def _chunk(self, W: FloatArray, alpha: FloatArray | None) -> tuple[FloatArray, FloatArray]:
        """Gradients of E[phi(w.x) f(x)] over the scale, for every neuron w: f the student, and f the teacher."""
        rows = W if alpha is None else W * alpha[:, :, None]
        if not self.q:
            own, cross = (np.add.reduce(x, axis=-2) for x in (rows, self.rows))
            return np.repeat(own[:, None, :], W.shape[1], axis=1), np.broadcast_to(cross, W.shape)
        runs, n, d = W.shape
        space = workspace(runs, n, d, len(self.rows))
        np.multiply(W, W, out=space.squares)
        np.sqrt(np.add.reduce(space.squares, axis=2, out=space.norms), out=space.norms)
        np.divide(W, space.norms[:, :, None], out=space.units)
        np.multiply(space.norms[:, :, None], 0.5, out=space.column)
        if alpha is not None:
            space.column *= alpha[:, :, None]
        for block in space.blocks:
            self._pairs(block, space)
            self._sums(block, rows)
        return space.own, space.cross

    def _sums(self, block: Block, rows: FloatArray) -> None:
        """Sums of (|u| s w + (psi + p pi/2q) u) / 2 for a block of neurons; pairs with later ones serve both ways."""
        start, stop = block.start, block.start + block.head.shape[1]
        c_students, c_teachers, c_later, s_students, s_teachers, s_later = block.parts
        own, cross = block.own, block.cross
        if start:
            own += np.matmul(c_students, rows[:, start:])
        else:
            np.matmul(c_students, rows, out=own)
        own += np.matmul(s_students, block.lengths) * block.head
        np.multiply(np.matmul(s_teachers, self._halves), block.head, out=cross)
        if self._coordinates:
            np.add(block.cross_of_teachers, c_teachers, out=block.cross_of_teachers)
        else:
            cross += np.matmul(c_teachers, self.rows)
        if stop < rows.shape[1]:
            mirrored = np.matmul(c_later.swapaxes(1, 2), rows[:, start:stop])
            mirrored += block.later * np.matmul(s_later.swapaxes(1, 2), block.own_lengths)
            if start:
                block.beyond[...] += mirrored
            else:
                block.beyond[...] = mirrored

    def _pairs(self, block: Block, space: Workspace) -> None:
        """Sines, and (psi + p pi/2q) / 2, of a block of neurons with those from its first on and with the teacher."""
        c, head, start, width = block.c, block.head, block.start, block.width
        np.matmul(head, block.tail, out=block.parts[0])
        if self._coordinates:
            block.parts[1][...] = block.head_of_teachers
        else:
            np.matmul(head, self._columns, out=block.parts[1])
        block.c_diagonal[...] = 0.0  # a right angle, not taken for nearly parallel

        def chords(near: Indices, side: FloatArray) -> FloatArray:
            run, i, j = np.unravel_index(near, c.shape)
            inside = j < width
            other = np.empty((near.size, head.shape[2]))
            other[inside] = space.units[run[inside], start + j[inside]]
            other[~inside] = self.units[j[~inside] - width]
            return np.asarray(head[run, i] - side[:, None] * other, dtype=np.float64)

        sines_and_half_angles(c, block.s, block.free, chords)
        block.s_diagonal[...] = 0.0
        block.c_diagonal[...] = math.pi / 4.0
        if self.p:
            c += self.p * math.pi / (4.0 * self.q)

    def _own_energy(self) -> float:
        """Half of E[y(x)^2]: the loss of the zero student, by the formula for a student that is the teacher."""
        own = self._chunk(self._kept[None], self._beta[None])[0][0]
        return float(0.5 * self._scale * (self.rows * own).sum())


def slope_of(activation: str, slope: float | None) -> float:
    """Slope below zero of a named rectifier.

    Args:
        activation: "relu", "leaky", "absolute" or "linear".
        slope: of "leaky" only, finite.

    Returns:
        The slope; above zero it is 1.

    Raises:
        DomainError: if the activation is no rectifier, or slope is missing, superfluous or not finite.

    Example:
        >>> slope_of("absolute", None)
        -1.0
    """
    if activation == "leaky":
        if slope is None or not math.isfinite(real_number("slope", slope)):
            raise DomainError(f"slope is {slope!r}; expected a finite slope below zero for 'leaky'; try slope=0.1")
        return float(slope)
    if activation not in SLOPES:
        raise DomainError(
            f"activation is {activation!r}; expected one of {sorted([*SLOPES, 'leaky', 'erf', 'Phi'])}, because the "
            f"population loss is known in closed form for these; train others on fresh batches or on a sample"
        )
    if slope is not None:
        raise DomainError(f"slope is {slope!r} for {activation!r}; expected None, its slope is fixed; try 'leaky'")
    return SLOPES[activation]
