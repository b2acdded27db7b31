"""Hessian of the population loss from samples, with the part that comes from the kink of the rectifier."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from numeric.activations import step
from numeric.arguments import EPS, FloatArray, balanced, probability, row_norms, student_and_teacher, unit_rows
from numeric.draws import Seed, generator
from numeric.errors import NumericError, ShapeError
from numeric.estimate import Estimate
from numeric.sphere import HomogeneousPart, sphere_mean
from numeric.student_teacher import residual


def population_hessian(W: ArrayLike, V: ArrayLike, n: int, seed: Seed, level: float) -> Estimate:
    r"""Hessian of the population loss, the Dirac mass in the rectifier's second derivative included.

    $$H_{ij} = E[1\{w_i\cdot x>0\}\, 1\{w_j\cdot x>0\}\, x x^T] + [i=j]\; E[r(x)\,\delta(w_i\cdot x)\, x x^T],$$
    $$E[r\,\delta(w_i\cdot x)\, x x^T] = \frac1{\sqrt{2\pi}\,|w_i|}\, E[r(x)\, x x^T \mid w_i\cdot x = 0],$$
    the latter sampled on the hyperplane. Half of level goes to the first part, half is shared by the n hyperplanes.

    Args:
        W: student, shape (number of neurons, d), no row zero.
        V: teacher, shape (k, d).
        n: number of antithetic pairs for each part, >= 2.
        seed: integer or generator.
        level: probability that some entry of the matrix violates its bound, in (0, 1).

    Returns:
        Estimate of kind "bound", a symmetric matrix; row $i d + a$ belongs to entry a of neuron i.

    Raises:
        ShapeError: if W and V are not matrices with the same number of columns.
        NonFiniteError: if an entry is NaN or infinite.
        ZeroNeuronError: if a row of W is zero: the loss is not differentiable there.
        DomainError: if a row of W is below 2^-480 of the largest neuron.
        NumericError: if n, seed or level is unusable.

    Example:
        >>> H = population_hessian(np.eye(2), np.eye(2), n=1000, seed=0, level=1e-3)
        >>> bool((abs(np.diag(H.value) - 0.5) <= np.diag(H.error)).all())
        True
    """
    student, teacher = student_and_teacher(W, V)
    directions = unit_rows("W", student)
    student, teacher = balanced(student, teacher)
    (rng, written_seed), level = generator(seed), probability("level", level)
    count, dim = student.shape
    smooth = gauss_newton(student, teacher, n, rng, level if dim == 1 else level / 2.0)
    value, error, work = np.array(smooth.value), np.array(smooth.error), smooth.work
    for i in range(count if dim > 1 else 0):  # on a line the hyperplane is {0}, where x x^T vanishes
        norm = float(row_norms(student[i]))
        kink = _on_hyperplane(directions[i], norm, student, teacher, n, rng, level / (2.0 * count))
        block = slice(i * dim, (i + 1) * dim)
        value[block, block] += kink.value
        error[block, block] += kink.error
        work += kink.work
    return Estimate(value, error, "bound", level, "sphere Monte Carlo", work, written_seed)


def gauss_newton(W: ArrayLike, V: ArrayLike, n: int, seed: Seed, level: float) -> Estimate:
    r"""Gauss-Newton matrix $E[1\{w_i\cdot x>0\}\,1\{w_j\cdot x>0\}\,x x^T]$: the Hessian without its Dirac part.

    It is what differentiating the loss of a finite sample twice converges to. It is positive semidefinite everywhere,
    so it shows minima where the population loss has saddles.

    Args:
        W: student, shape (number of neurons, d), no row zero.
        V: teacher, shape (k, d); only its shape is looked at.
        n: number of antithetic pairs, >= 2.
        seed: integer or generator.
        level: probability that some entry of the matrix violates its bound, in (0, 1).

    Returns:
        Estimate of kind "bound", a symmetric matrix; row $i d + a$ belongs to entry a of neuron i.

    Raises:
        ShapeError: if W and V are not matrices with the same number of columns.
        NonFiniteError: if an entry is NaN or infinite.
        ZeroNeuronError: if a row of W is zero.
        NumericError: if n, seed or level is unusable.

    Example:
        >>> G = gauss_newton(np.eye(2), np.eye(2), n=1000, seed=0, level=1e-3)
        >>> bool((abs(np.diag(G.value) - 0.5) <= np.diag(G.error)).all())
        True
    """
    student, _ = student_and_teacher(W, V)
    directions = unit_rows("W", student)
    count, dim = student.shape

    def integrand(x: FloatArray) -> FloatArray:
        rows = (step(x @ directions.T)[:, :, None] * x[:, None, :]).reshape(len(x), count * dim)
        return np.asarray(rows[:, :, None] * rows[:, None, :], dtype=np.float64)

    low, high = (np.tile(bound, (count, count)) for bound in _product_range(np.eye(dim)))  # 0, a neuron off, included
    part = HomogeneousPart(2, integrand, low, high)
    return sphere_mean([part], dim, n, seed, level)


def eigenvalues(hessian: Estimate) -> Estimate:
    r"""Eigenvalues of an estimated symmetric matrix, ascending, all within one bound.

    By Weyl's inequality $|\lambda_i(\hat H) - \lambda_i(H)| \le \|\hat H - H\|_{op} \le \|error\|_F$. Round-off of the
    eigenvalue routine, $N\varepsilon\|\hat H\|_F$ for an N x N matrix, is added.

    Args:
        hessian: square matrix, kind "bound" or "scheme".

    Returns:
        Estimate of the same kind and level, shape (N,).

    Raises:
        ShapeError: if the value is not a square matrix.
        NumericError: if the errors are standard errors, which Weyl's inequality does not carry over.

    Source: Weyl 1912, Das asymptotische Verteilungsgesetz der Eigenwerte; Higham 2002, for the round-off.

    Example:
        >>> H = Estimate([[2.0, 1.0], [1.0, 2.0]], [[0.0, 0.3], [0.3, 0.4]], "bound", 1e-3, "by hand", 10, 0)
        >>> eigenvalues(H).value
        array([1., 3.])
    """
    matrix, error = np.asarray(hessian.value), np.asarray(hessian.error)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.size == 0:
        raise ShapeError(f"hessian has shape {matrix.shape}; expected a non-empty square matrix; reshape it first")
    if hessian.kind == "standard_error":
        raise NumericError(
            "hessian carries standard errors; expected a bound or a scheme error, because Weyl's inequality needs "
            "bounds on the entries; use population_hessian"
        )
    values = np.linalg.eigvalsh((matrix + matrix.T) / 2.0)
    width = np.linalg.norm((error + error.T) / 2.0) + len(matrix) * EPS * np.linalg.norm(matrix)
    bound = np.full(values.shape, float(width))
    return Estimate(values, bound, hessian.kind, hessian.level, hessian.method, hessian.work, hessian.seed)


def _on_hyperplane(
    direction: FloatArray, norm: float, student: FloatArray, teacher: FloatArray, n: int, seed: Seed, level: float
) -> Estimate:
    """Dirac part of one diagonal block: residual times x x^T, averaged over the neuron's hyperplane."""
    basis = np.linalg.qr(direction[:, None], mode="complete")[0][:, 1:]  # (d, d - 1), orthonormal columns

    def integrand(y: FloatArray) -> FloatArray:
        x = y @ basis.T
        cubic = residual(student, teacher, x)[:, None, None] * (x[:, :, None] * x[:, None, :])
        return np.asarray(cubic / (math.sqrt(2.0 * math.pi) * norm), dtype=np.float64)

    low, high = _cubic_range(basis, student, teacher)
    factor = math.sqrt(2.0 * math.pi) * norm
    part = HomogeneousPart(3, integrand, low / factor, high / factor)
    return sphere_mean([part], basis.shape[1], n, seed, level)


def _product_range(basis: FloatArray) -> tuple[FloatArray, FloatArray]:
    r"""Exact range of every $x_a x_b$ for $x = Q\omega$, $|\omega| = 1$: $(q_a\cdot q_b \mp |q_a||q_b|)/2$."""
    lengths = row_norms(basis)
    centre, spread = basis @ basis.T, lengths[:, None] * lengths
    return (centre - spread) / 2.0, (centre + spread) / 2.0


def _cubic_range(basis: FloatArray, student: FloatArray, teacher: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Range of residual times x_a x_b on the hyperplane's unit sphere: norms bound the residual."""
    low, high = _product_range(basis)
    up, down = float(row_norms(student @ basis).sum()), -float(row_norms(teacher @ basis).sum())
    corners = np.stack([up * low, up * high, down * low, down * high])
    return corners.min(axis=0), corners.max(axis=0)
