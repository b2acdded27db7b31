r"""Student and teacher networks with any weights: loss, gradient and Hessian of the population loss.

$$L(W) = \tfrac12 E_{x\sim N(0,\Sigma)}\Big[\Big(\sum_{i=1}^n \alpha_i\phi(w_i\cdot x)
- \sum_{j=1}^k \beta_j\phi(v_j\cdot x)\Big)^2\Big].$$

Fast in float64, rigorous in balls, and as formulas; for highly symmetric W see ``analytic.landscape.point``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analytic.errors import DimensionError
from analytic.landscape.dense_input import check_length, finite_result, float_array, float_matrix, vector_of
from analytic.landscape.dense_teacher import Teacher

if TYPE_CHECKING:
    import numpy as np
    from flint import arb
    from numpy.typing import NDArray

    from analytic.dense import Enclosure
    from analytic.landscape.dense_sums import LossSums
    from analytic.landscape.dense_symbolic import LossFormulas

    Array = NDArray[np.float64]
else:
    Array = Any


@dataclass(frozen=True)
class StudentTeacher(Teacher):
    r"""A teacher, and how students are compared with it.

    In float64 entries have an absolute error of a few units of the natural scale: $|v|$ for the gradient, $1 + |v|/|w|$
    for the Hessian, times the weights. Nothing is lost near parallel vectors; at parallel ones the Hessian has its
    limits.

    Args:
        V: k x d, the teachers, not necessarily orthonormal; zero rows contribute nothing under relu, abs, leaky relu.
        alpha: the n weights of the students' second layer, by default 1.
        beta: the k weights of the teachers' second layer, by default 1.
        sigma: the covariance of the inputs, d x d, positive semidefinite; by default the identity.
        phi: "relu", "abs", "leaky_relu(1/5)", or the name or a formula in z of another activation whose pairwise
            expectations ``expect`` derives: "erf", "gelu", "sin(z)", "z^2".

    Raises:
        DimensionError: sizes do not fit.
        DomainError: an entry is not finite.
        LawError: sigma is not symmetric or not positive semidefinite.
        FormulaError: the activation is not understood; NoClosedFormError: it has no closed form.

    Source: derived; the published form for relu is Safran and Shamir (2018), Section 4.

    Example:
        >>> model = StudentTeacher([[1, 0], [0, 1]])
        >>> model.gradient([[1.0, 0.0], [0.0, 1.0]]).round(12) + 0.0
        array([[0., 0.],
               [0., 0.]])
        >>> model.hessian([[1.0, 0.0], [0.0, 1.0]]).shape
        (4, 4)
    """

    # float64

    def at(self, W: Any, alpha: Any = None, *, smooth: bool = True) -> LossSums:
        """Everything that depends on W, computed once: for repeated Hessian-vector products and single blocks.

        Args:
            W: n x d, the students.
            alpha: their second layer, if not that of the model.
            smooth: whether derivatives will be asked for, so that zero students are refused.

        Returns:
            The sums over pairs, in float64.

        Raises:
            ZeroNeuronError: a student is zero; the loss is not differentiable there.
            DimensionError, DomainError: W or alpha does not fit or is not finite.

        Example:
            >>> import numpy as np
            >>> point = StudentTeacher(np.eye(2)).at(np.eye(2))
            >>> point.hessian_vector(np.eye(2)).shape
            (2, 2)
        """
        X = float_matrix("W", W, len(self.V[0]))
        return self._float.at(X, float_array("alpha", self._second_layer(len(X), alpha)), smooth)

    def loss(self, W: Any, alpha: Any = None, *, accuracy: float | None = None) -> float:
        """The loss in float64.

        Its error is a few units of the square of the summed norms, see ``loss_with_bound``: near a perfect fit the sum
        cancels and few digits of a tiny loss are left. Ask for an accuracy to have it computed in balls there.

        Args:
            W: n x d, the students; zero rows are allowed where the activation is positively homogeneous.
            alpha: their second layer, if not that of the model.
            accuracy: greatest relative error; where float64 does not guarantee it balls are used.

        Returns:
            The loss, not negative.

        Raises:
            DimensionError, DomainError: W or alpha does not fit or is not finite.

        Example:
            >>> StudentTeacher([[1.0]]).loss([[3.0]])
            1.0
            >>> tiny = StudentTeacher([[1.0]]).loss([[1.0 + 2.0**-40]], accuracy=1e-12)
            >>> tiny == 2.0**-82
            True
        """
        if accuracy is None:
            return self._float.loss(self.at(W, alpha, smooth=False))
        value, bound = self.loss_with_bound(W, alpha)
        return value if bound <= accuracy * (value - bound) else self._ball_loss(W, alpha)

    def loss_with_bound(self, W: Any, alpha: Any = None) -> tuple[float, float]:
        r"""The loss and a bound of its error: to first order in the unit u = 2^-53,
        $\frac{A}{2} (8d + 64) u (\sum_i|\alpha_i||w_i| + \sum_j|\beta_j||v_j|)^2$ for a max(z, 0) + b max(-z, 0) and
        $A = a^2 + b^2$. With sigma, and for other activations, the bound is the distance from the balls.

        Args:
            W: n x d, the students.
            alpha: their second layer, if not that of the model.

        Returns:
            Value and bound.

        Source: error analysis of ``analytic.landscape.dense_float.loss_bound``.

        Example:
            >>> value, bound = StudentTeacher([[1.0]]).loss_with_bound([[3.0]])
            >>> abs(value - 1.0) <= bound < 1e-13
            True
        """
        point = self.at(W, alpha, smooth=False)
        value = self._float.loss(point)
        bound = self._float.loss_bound(point)
        if bound is None:
            from analytic.balls import precision

            with precision(256):
                bound = float((self.loss_ball(W, alpha, bits=256) - value).abs_upper())
        return value, bound

    def _ball_loss(self, W: Any, alpha: Any) -> float:
        from flint import ctx

        from analytic.balls import precision, to_digits

        ball = to_digits(lambda: self.loss_ball(W, alpha, bits=int(ctx.prec)), 17)
        with precision(ball.bits):
            return float(ball.arb)

    def gradient(self, W: Any, alpha: Any = None, *, trained: bool = False) -> Array:
        """The gradient in float64.

        Args:
            W: n x d, the students.
            alpha: their second layer, if not that of the model.
            trained: whether the second layer is trained too.

        Returns:
            n x d; with ``trained`` the n d entries row by row, then n derivatives by alpha.

        Raises:
            ZeroNeuronError, DimensionError, DomainError: see ``at``.

        Example:
            >>> StudentTeacher([[1.0]]).gradient([[3.0]], trained=True)
            array([1., 3.])
        """
        point = self.at(W, alpha)
        return finite_result(point.joint_gradient() if trained else point.gradient())

    def hessian(self, W: Any, alpha: Any = None, *, trained: bool = False) -> Array:
        """The Hessian in float64, with the part that comes from kinks of the activation; exactly symmetric.

        Args:
            W: n x d, the students.
            alpha: their second layer, if not that of the model.
            trained: whether the second layer is trained too.

        Returns:
            nd x nd, row i d + a belongs to entry a of student i; with ``trained`` n more rows and columns for alpha.

        Raises:
            ZeroNeuronError, DimensionError, DomainError: see ``at``.

        Example:
            >>> StudentTeacher([[1.0]]).hessian([[3.0]])
            array([[0.5]])
        """
        point = self.at(W, alpha)
        return finite_result(point.joint_hessian() if trained else point.hessian())

    def hessian_vector(self, W: Any, X: Any, alpha: Any = None, *, trained: bool = False) -> Array:
        """The Hessian times a vector in float64, without the matrix: O(n (n + k) d) operations.

        Args:
            W: n x d, the students.
            X: n x d; with ``trained`` a vector of n d + n numbers.
            alpha: the second layer, if not that of the model.
            trained: whether the second layer is trained too.

        Returns:
            Of the shape of X.

        Raises:
            ZeroNeuronError, DimensionError, DomainError: see ``at``.

        Example:
            >>> StudentTeacher([[1.0]]).hessian_vector([[3.0]], [[4.0]])
            array([[2.]])
        """
        point = self.at(W, alpha)
        n, d = point.shape
        if trained:
            x = float_array("X", vector_of("X", X))
            check_length("X", len(x), n * d + n, "the entries of W row by row, then those of alpha")
            return finite_result(point.joint_hessian_vector(x))
        direction = float_matrix("X", X, d, "W")
        check_length("X", len(direction), n, "as many rows as W")
        return finite_result(point.hessian_vector(direction))

    def block(self, W: Any, i: int, j: int, alpha: Any = None) -> Array:
        """The block of students i and j of the Hessian in float64.

        Args:
            W: n x d, the students.
            i: number of a student, from 0.
            j: number of a student; i for a diagonal block.
            alpha: the second layer, if not that of the model.

        Returns:
            d x d.

        Raises:
            DimensionError: there is no such student; see also ``hessian``.

        Example:
            >>> StudentTeacher([[0.0, 1.0]]).block([[2.0, 0.0], [4.0, 0.0]], 0, 1)
            array([[0.5, 0. ],
                   [0. , 0.5]])
        """
        point = self.at(W, alpha)
        n, _ = point.shape
        if not (0 <= i < n and 0 <= j < n):
            raise DimensionError(f"got the block ({i}, {j}), expected students 0 to {n - 1}: W has {n} rows")
        return finite_result(point.block(i, j))

    # balls

    def loss_ball(self, W: Any, alpha: Any = None, *, bits: int = 128) -> arb:
        """The loss in a ball; W and all parameters are taken exactly.

        Args:
            W: n x d, the students; floats, integers, Fractions.
            alpha: their second layer, if not that of the model.
            bits: working precision.

        Returns:
            The ball.

        Raises:
            DimensionError, DomainError, LawError: W, alpha or sigma does not fit, is not finite, is no covariance.

        Example:
            >>> print(StudentTeacher([[1]]).loss_ball([[3]]).str(5))
            1.0000
        """
        from analytic.balls import precision

        rows = self._exact_rows(W)
        with precision(bits):
            return self._ball.loss(rows, self._second_layer(len(rows), alpha))

    def gradient_ball(self, W: Any, alpha: Any = None, *, trained: bool = False, bits: int = 128) -> Enclosure:
        """The gradient in balls, see ``gradient``; n x d, with ``trained`` one row of n d + n balls.

        Example:
            >>> StudentTeacher([[1]]).gradient_ball([[3]]).midpoint
            array([[1.]])
        """
        from analytic.balls import precision
        from analytic.dense import Enclosure

        rows = self._exact_rows(W)
        with precision(bits):
            point = self._ball.at(rows, self._second_layer(len(rows), alpha))
            return Enclosure([point.joint_gradient().tolist()] if trained else point.gradient().tolist())

    def hessian_ball(self, W: Any, alpha: Any = None, *, trained: bool = False, bits: int = 128) -> Enclosure:
        """The Hessian in balls, see ``hessian``.

        Example:
            >>> StudentTeacher([[1]]).hessian_ball([[3]]).midpoint
            array([[0.5]])
        """
        from analytic.balls import precision
        from analytic.dense import Enclosure

        rows = self._exact_rows(W)
        with precision(bits):
            point = self._ball.at(rows, self._second_layer(len(rows), alpha))
            return Enclosure((point.joint_hessian() if trained else point.hessian()).tolist())

    # formulas

    def symbolic(self) -> LossFormulas:
        """Loss, gradient and Hessian blocks as formulas, for any number of neurons; see ``LossFormulas``.

        Example:
            >>> print(StudentTeacher([[1]], phi="z^2").symbolic().off_diagonal)
            4*w_i.w_j*I + 4*outer(w_i, w_j) + 4*outer(w_j, w_i)
        """
        from analytic.landscape.dense_symbolic import loss_formulas

        return loss_formulas(self.pair, self.alpha is not None, any(b != 1 for b in self.beta))
