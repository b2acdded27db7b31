"""Loss of a student against a teacher, and its gradient: over the population by quadrature, on a batch by hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from numeric.activations import relu, step
from numeric.angle import pairwise_angles
from numeric.arguments import FloatArray, finite_matrix, row_norms, student_and_teacher, unit_rows
from numeric.estimate import Estimate
from numeric.plane import PlaneNodes, plane_nodes
from numeric.rules import DEGREE_TWO, round_off

ORDERS = (16, 12)
"""Nodes an arc of the rule and of its comparison: trigonometric polynomials of degree two, to round-off."""

METHOD = "pairwise polar quadrature"


def population_loss(W: ArrayLike, V: ArrayLike) -> Estimate:
    r"""Population loss $L = \tfrac12 E[(\sum_i \phi(w_i\cdot x) - \sum_j \phi(v_j\cdot x))^2]$, $\phi$ the rectifier.

    The square is expanded into pairs; each $E[\phi(a\cdot x)\phi(b\cdot x)]$ is integrated over the plane of a and b.
    Zero neurons contribute nothing.

    Args:
        W: student, shape (n, d).
        V: teacher, shape (k, d).

    Returns:
        Estimate of kind "scheme", a float.

    Raises:
        ShapeError: if W and V are not matrices with the same number of columns.
        NonFiniteError: if an entry is NaN or infinite, or the loss overflows.

    Example:
        >>> estimate = population_loss([[1.0, 0.0]], [[-1.0, 0.0]])  # |x| = relu(x) + relu(-x), and E x^2 = 1
        >>> bool(abs(estimate.value - 0.5) <= estimate.error < 1e-13)
        True
    """
    student, teacher = student_and_teacher(W, V)
    rows, signs = _without_zeros(student, teacher)
    if not len(rows):
        return Estimate(0.0, 0.0, "scheme", None, METHOD, 0)
    scale = _scale(rows)
    angles = pairwise_angles(rows, rows)
    norms = row_norms(rows) / scale
    amplitudes = signs * norms
    weights = amplitudes[:, None] * amplitudes / 2.0
    fine, coarse = (_product_means(plane_nodes(angles, DEGREE_TWO, order)) for order in ORDERS)
    noise = 2.0 * round_off(rows.shape[0] ** 2 * 8 * sum(ORDERS)) * np.abs(weights).sum()
    error = np.abs((weights * (fine - coarse)).sum()) + noise
    value = (weights * fine).sum()
    square = scale * scale
    work = angles.size * 4 * sum(ORDERS)
    return Estimate(float(value) * square, float(error) * square, "scheme", None, METHOD, work)


def population_gradient(W: ArrayLike, V: ArrayLike) -> Estimate:
    r"""Gradient of the population loss, $\partial L/\partial w_i = E[r(x)\, 1\{w_i\cdot x > 0\}\, x]$, r the residual.

    The vector $E[1\{w_i\cdot x > 0\}\,\phi(a\cdot x)\, x]$ lies in the plane of $w_i$ and a. Its two components in an
    orthonormal frame, the first vector along $w_i$, are integrated over that plane. Where a is parallel to $w_i$ the
    component across vanishes by symmetry and no second vector is needed, so that d = 1 is no exception.

    Args:
        W: student, shape (n, d), no row zero.
        V: teacher, shape (k, d); zero rows contribute nothing.

    Returns:
        Estimate of kind "scheme", shape (n, d).

    Raises:
        ShapeError: if W and V are not matrices with the same number of columns.
        NonFiniteError: if an entry is NaN or infinite, or the gradient overflows.
        ZeroNeuronError: if a row of W is zero: the loss is not differentiable there.

    Example:
        >>> estimate = population_gradient([[2.0, 0.0]], [[1.0, 0.0]])  # L(w) = (w - 1)^2 / 4 along the teacher
        >>> bool((abs(estimate.value - [[0.5, 0.0]]) <= estimate.error).all())
        True
    """
    student, teacher = student_and_teacher(W, V)
    along = unit_rows("W", student)
    rows, signs = _without_zeros(student, teacher)
    scale = _scale(rows)
    amplitudes = signs * row_norms(rows) / scale
    angles = pairwise_angles(student, rows)
    across = _normals(along, unit_rows("V", rows))
    fine, coarse = (_gated_means(plane_nodes(angles, DEGREE_TWO, order)) for order in ORDERS)
    noise = 2.0 * round_off(len(rows) * 8 * sum(ORDERS)) * np.abs(amplitudes).sum()
    value = _in_frame(fine, amplitudes, along, across)
    error = np.abs(value - _in_frame(coarse, amplitudes, along, across)) + noise
    return Estimate(value * scale, error * scale, "scheme", None, METHOD, angles.size * 8 * sum(ORDERS))


def sample_loss(W: ArrayLike, V: ArrayLike, x: ArrayLike) -> float:
    r"""Loss on a batch, $\frac1{2m}\sum_s r(x_s)^2$.

    Args:
        W: student, shape (n, d).
        V: teacher, shape (k, d).
        x: batch, shape (m, d).

    Returns:
        The loss, >= 0.

    Raises:
        ShapeError: if the matrices do not have the same number of columns.
        NonFiniteError: if an entry is NaN or infinite.

    Example:
        >>> sample_loss([[1.0]], [[3.0]], [[1.0], [-1.0]])
        1.0
    """
    student, teacher = student_and_teacher(W, V)
    batch = finite_matrix("x", x, columns=student.shape[1])
    return float(np.mean(residual(student, teacher, batch) ** 2) / 2.0)


def sample_gradient(W: ArrayLike, V: ArrayLike, x: ArrayLike) -> FloatArray:
    r"""Gradient of the loss on a batch, $\frac1m\sum_s r(x_s)\, 1\{w_i\cdot x_s > 0\}\, x_s$, backward pass by hand.

    Args:
        W: student, shape (n, d).
        V: teacher, shape (k, d).
        x: batch, shape (m, d).

    Returns:
        Gradient, shape (n, d); where a sample lies on a kink the derivative of the rectifier counts as 0.

    Raises:
        ShapeError: if the matrices do not have the same number of columns.
        NonFiniteError: if an entry is NaN or infinite.

    Example:
        >>> sample_gradient([[1.0]], [[3.0]], [[1.0], [-1.0]])
        array([[-1.]])
    """
    student, teacher = student_and_teacher(W, V)
    batch = finite_matrix("x", x, columns=student.shape[1])
    outer = residual(student, teacher, batch)[:, None] * step(batch @ student.T)
    return np.asarray(outer.T @ batch / len(batch), dtype=np.float64)


def per_sample_gradient(W: ArrayLike, V: ArrayLike, x: ArrayLike) -> FloatArray:
    r"""Gradients of the losses $r(x_s)^2/2$ of single inputs, $r(x_s)\, 1\{w_i\cdot x_s > 0\}\, x_s$.

    Args:
        W: student, shape (n, d).
        V: teacher, shape (k, d).
        x: batch, shape (m, d).

    Returns:
        Gradients, shape (m, n, d); their mean is `sample_gradient`.

    Raises:
        ShapeError: if the matrices do not have the same number of columns.
        NonFiniteError: if an entry is NaN or infinite.

    Example:
        >>> per_sample_gradient([[1.0]], [[3.0]], [[1.0], [-1.0]]).ravel()
        array([-2.,  0.])
    """
    student, teacher = student_and_teacher(W, V)
    batch = finite_matrix("x", x, columns=student.shape[1])
    outer = residual(student, teacher, batch)[:, None] * step(batch @ student.T)
    return np.asarray(outer[:, :, None] * batch[:, None, :] + 0.0, dtype=np.float64)


def residual(student: FloatArray, teacher: FloatArray, x: FloatArray) -> FloatArray:
    r"""Residual $r(x) = \sum_i \phi(w_i\cdot x) - \sum_j \phi(v_j\cdot x)$ at every row of x.

    Args:
        student: shape (n, d).
        teacher: shape (k, d).
        x: shape (m, d).

    Returns:
        Residuals, shape (m,).

    Raises:
        NonFiniteError: if a product overflows.

    Example:
        >>> residual(np.eye(2), -np.eye(2), np.array([[1.0, -2.0]]))
        array([-1.])
    """
    return np.asarray(relu(x @ student.T).sum(axis=1) - relu(x @ teacher.T).sum(axis=1), dtype=np.float64)


def _product_means(nodes: PlaneNodes) -> FloatArray:
    """E relu(x) relu(z) of two unit neurons, one for each angle of the batch."""
    return np.asarray((nodes.weights * relu(nodes.x) * relu(nodes.z)).sum(axis=-1), dtype=np.float64)


def _gated_means(nodes: PlaneNodes) -> FloatArray:
    """E 1{x > 0} relu(z) (x, y), the two components on a new first axis."""
    gated = nodes.weights * step(nodes.x) * relu(nodes.z)
    return np.stack([(gated * nodes.x).sum(axis=-1), (gated * nodes.y).sum(axis=-1)])


def _in_frame(means: FloatArray, amplitudes: FloatArray, along: FloatArray, across: FloatArray) -> FloatArray:
    """Sum over the second neurons of the plane vectors, written in the coordinates of the input space."""
    first = (means[0] * amplitudes).sum(axis=1)
    second = ((means[1] * amplitudes)[:, :, None] * across).sum(axis=1)
    return np.asarray(first[:, None] * along + second, dtype=np.float64)


def _normals(first: FloatArray, second: FloatArray) -> FloatArray:
    """Unit vectors orthogonal to first, in its plane with second; zero where the two are parallel. Shape (n, m, d)."""
    base, other = first[:, None, :], second[None, :, :]
    side = np.where((base * other).sum(axis=-1, keepdims=True) >= 0.0, 1.0, -1.0)
    chord = other - side * base  # exact where nearly parallel, unlike the projection other - cos(theta) base
    normal = chord - (chord * base).sum(axis=-1, keepdims=True) * base
    length = np.linalg.norm(normal, axis=-1, keepdims=True)
    return np.asarray(normal / np.where(length > 0.0, length, 1.0), dtype=np.float64)


def _without_zeros(student: FloatArray, teacher: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Non-zero neurons of student and teacher with their signs in the residual, +1 and -1."""
    rows = np.concatenate([student, teacher])
    signs = np.concatenate([np.ones(len(student)), -np.ones(len(teacher))])
    kept = rows.any(axis=1)
    return rows[kept], signs[kept]


def _scale(rows: FloatArray) -> float:
    """Power of two near the largest norm: taken out, products of norms neither underflow nor overflow on the way."""
    return float(np.ldexp(1.0, np.frexp(row_norms(rows).max())[1] - 1))
