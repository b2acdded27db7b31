r"""Loss, gradient and Hessian of a student network as sums over pairs of neurons: arrays of floats or of balls.

$L(W) = \frac12 \sum_{ij}\alpha_i\alpha_j F(w_i,w_j) - \sum_{ij}\alpha_i\beta_j F(w_i,v_j)
+ \frac12\sum_{ij}\beta_i\beta_j F(v_i,v_j)$. Students and teachers are stacked as the other neurons of a student, with
the weights $(\alpha, -\beta)$; under a covariance $\Sigma$ of the inputs the vectors in derivatives are $\Sigma w$ and
the identity is $\Sigma$.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analytic.landscape.dense_pairs import Coefficients, Single

#: float64, or objects that are balls or rational numbers.
Array = Any


@dataclass(frozen=True)
class LossSums:
    """A point W of the landscape with everything that its derivatives are made of.

    Args:
        students: n x d, the rows of W times Sigma.
        others: (n + k) x d, students and teachers times Sigma.
        alpha: n weights of the second layer.
        weights: n + k weights, alpha and -beta.
        pairs: n x (n + k) tables; a student's pair with itself is not used.
        single: of the n students.
        metric: Sigma, d x d, or None for the identity.
        constant: what the teachers alone contribute to the loss.
    """

    students: Array
    others: Array
    alpha: Array
    weights: Array
    pairs: Coefficients
    single: Single
    metric: Array | None
    constant: Any

    @property
    def shape(self) -> tuple[int, int]:
        """n and d."""
        n, d = self.students.shape
        return n, d

    @cached_property
    def outer(self) -> Array:
        """The weights of pairs, 0 for a student with itself."""
        table = self._masked(self.weights[None, :] + 0 * self.pairs.f)
        return self.alpha[:, None] * table

    def _masked(self, table: Array) -> Array:
        n, _ = self.shape
        table[range(n), range(n)] = 0 * self.alpha[0]
        return table

    def terms(self) -> Array:
        """Numbers whose sum is the loss."""
        import numpy as np

        n, _ = self.shape
        factors = np.concatenate([self.alpha * 0 + 1, self.weights[n:] * 0 + 2])
        pairs = self.outer * self.pairs.f * factors[None, :]
        single = self.alpha * self.alpha * self.single.f
        return np.concatenate([pairs.reshape(-1) / 2, single / 2, np.array([self.constant], dtype=pairs.dtype)])

    # first derivatives

    @cached_property
    def diagonal(self) -> Array:
        """For each student the coefficient of w in the gradient, and of I in the diagonal block of the Hessian."""
        return self.alpha * self.alpha * self.single.f_p + (self.outer * self.pairs.own).sum(axis=1)

    def gradient(self) -> Array:
        """The gradient, n x d."""
        return self.diagonal[:, None] * self.students + (self.outer * self.pairs.other) @ self.others

    @cached_property
    def residuals(self) -> Array:
        """The gradient by alpha, n numbers: E[phi(w_i.x) residual]."""
        inner = self._masked(self.weights[None, :] * self.pairs.f)
        return self.alpha * self.single.f + inner.sum(axis=1)

    def joint_gradient(self) -> Array:
        """The gradient by W, row by row, then alpha: n d + n numbers."""
        import numpy as np

        return np.concatenate([self.gradient().reshape(-1), self.residuals])

    # the Hessian's blocks

    def _shifted(self, i: int) -> Array:
        """z for all others of student i."""
        return self.others - self.pairs.shift[i][:, None] * self.students[i]

    def _identity(self) -> Array:
        import numpy as np

        if self.metric is not None:
            return self.metric
        identity = np.eye(self.shape[1])
        return identity.astype(int).astype(object) if self.students.dtype == object else identity

    @cached_property
    def _along(self) -> Array:
        """The coefficient of ww^T in the diagonal blocks."""
        return 2 * self.alpha * self.alpha * self.single.f_pp + (self.outer * self.pairs.d_ww).sum(axis=1)

    def diagonal_block(self, i: int) -> Array:
        """The second derivative by student i, d x d."""
        return self._diagonal_block(i, self._shifted(i))

    def _diagonal_block(self, i: int, z: Array) -> Array:
        c, y = self.outer[i], self.students[i]
        mixed = (c * self.pairs.d_wz[i]) @ z + self._along[i] / 2 * y
        half = y[:, None] * mixed[None, :]
        squares = z.T @ ((c * self.pairs.d_zz[i])[:, None] * z)
        # in this order the sum is exactly symmetric
        return self.diagonal[i] * self._identity() + (half + half.T) + (squares + squares.T) / 2

    def _off_diagonal(self, i: int, z: Array, chosen: slice) -> Array:
        """The blocks (i, j) for the students chosen, one after another."""
        import numpy as np

        p, y, z = self.pairs, self.students[i], z[chosen]
        c = self.outer[i, chosen]
        left, right, cross, far = (c * t[i, chosen] for t in (p.o_ww, p.o_wz, p.o_zw, p.o_zz))
        from_w = left[:, None] * y + right[:, None] * z
        from_z = cross[:, None] * y + far[:, None] * z
        blocks = np.stack([z, np.broadcast_to(y, z.shape)], axis=2) @ np.stack([from_z, from_w], axis=1)
        identity = c * p.other[i, chosen]
        if self.metric is None:
            d = range(self.shape[1])
            blocks[:, d, d] += identity[:, None]
            return blocks
        return blocks + identity[:, None, None] * self.metric

    def block(self, i: int, j: int) -> Array:
        """Block (i, j) of the Hessian, d x d."""
        if i == j:
            return self.diagonal_block(i)
        first, second = min(i, j), max(i, j)
        found = self._off_diagonal(first, self._shifted(first), slice(second, second + 1))[0]
        return found if i < j else found.T

    def hessian(self) -> Array:
        """The Hessian, nd x nd; exactly symmetric."""
        import numpy as np

        n, d = self.shape
        H = np.empty((n, d, n, d), dtype=self.pairs.f.dtype)
        for i in range(n):
            z = self._shifted(i)
            H[i, :, i, :] = self._diagonal_block(i, z)
            blocks = self._off_diagonal(i, z, slice(i + 1, n))
            H[i, :, i + 1 :, :] = blocks.transpose(1, 0, 2)
            H[i + 1 :, :, i, :] = blocks.transpose(0, 2, 1)
        return H.reshape(n * d, n * d)

    def joint_hessian(self) -> Array:
        """The Hessian by W, row by row, and alpha: (nd + n) x (nd + n)."""
        import numpy as np

        n, d = self.shape
        H = np.empty((n * d + n, n * d + n), dtype=self.pairs.f.dtype)
        H[: n * d, : n * d] = self.hessian()
        mixed = self.mixed().reshape(n, n * d)
        H[n * d :, : n * d], H[: n * d, n * d :] = mixed, mixed.T
        H[n * d :, n * d :] = self.second_layer()
        return H

    def second_layer(self) -> Array:
        """The second derivative by alpha, n x n: E[phi(w_i.x) phi(w_j.x)]."""
        n, _ = self.shape
        table = (self.pairs.f[:, :n] + self.pairs.f[:, :n].T) / 2
        table[range(n), range(n)] = self.single.f
        return table

    def mixed(self) -> Array:
        """The second derivative by alpha_i and w_l, at (i, l): n x n x d."""
        n, _ = self.shape
        own = (self.alpha[:, None] * self.pairs.own[:, :n]).T[:, :, None] * self.students[None, :, :]
        other = (self.alpha[:, None] * self.pairs.other[:, :n]).T[:, :, None] * self.students[:, None, :]
        found = own + other
        found[range(n), range(n)] = self._mixed_own()
        return found

    def _mixed_own(self) -> Array:
        c = self._masked(self.weights[None, :] + 0 * self.pairs.f)
        scale = 2 * self.alpha * self.single.f_p + (c * self.pairs.own).sum(axis=1)
        return scale[:, None] * self.students + (c * self.pairs.other) @ self.others

    # the Hessian as an operator

    def hessian_vector(self, X: Array) -> Array:
        """The Hessian times a vector, n x d, in O(n (n + k) d) operations and O(n (n + k)) memory."""
        n, _ = self.shape
        p, Y = self.pairs, self.students
        with_self = (Y * X).sum(axis=1)
        across = Y @ X.T  # entry (i, j): w_i . X_j
        moved = X if self.metric is None else X @ self.metric
        # off-diagonal blocks
        c, t = self.outer[:, :n], p.shift[:, :n]
        shifted = with_self[None, :] - t * across
        toward_w = (c * (p.o_ww[:, :n] * across + p.o_wz[:, :n] * shifted)).sum(axis=1)
        gamma = c * (p.o_zw[:, :n] * across + p.o_zz[:, :n] * shifted)
        out = (c * p.other[:, :n]) @ moved + gamma @ Y
        toward_w = toward_w - (gamma * t).sum(axis=1)
        # diagonal blocks
        shifted = X @ self.others.T - p.shift * with_self[:, None]
        gamma = self.outer * (p.d_wz * with_self[:, None] + p.d_zz * shifted)
        toward_w = toward_w + self._along * with_self + (self.outer * p.d_wz * shifted).sum(axis=1)
        toward_w = toward_w - (gamma * p.shift).sum(axis=1)
        return out + gamma @ self.others + self.diagonal[:, None] * moved + toward_w[:, None] * Y

    def joint_hessian_vector(self, x: Array) -> Array:
        """The joint Hessian times a vector of n d + n numbers."""
        import numpy as np

        n, d = self.shape
        X, a = x[: n * d].reshape(n, d), x[n * d :]
        by_w = self.hessian_vector(X) + self._mixed_transposed(a)
        return np.concatenate([by_w.reshape(-1), self._mixed_times(X) + self.second_layer() @ a])

    @cached_property
    def _students_only(self) -> tuple[Array, Array]:
        """Coefficients of w_l and of w_i in the derivative by w_l and alpha_i, without l = i; entry (l, i)."""
        n, _ = self.shape
        alpha = self.alpha[:, None]
        return self._masked(alpha * self.pairs.own[:, :n]), self._masked(alpha * self.pairs.other[:, :n])

    def _mixed_transposed(self, a: Array) -> Array:
        own, other = self._students_only
        return (
            (own @ a)[:, None] * self.students + other @ (a[:, None] * self.students) + a[:, None] * self._mixed_own()
        )

    def _mixed_times(self, X: Array) -> Array:
        own, other = self._students_only
        with_self = (self.students * X).sum(axis=1)
        return own.T @ with_self + (other.T * (self.students @ X.T)).sum(axis=1) + (self._mixed_own() * X).sum(axis=1)
