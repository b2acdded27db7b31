r"""Hessian of the population loss by quadrature of its definition, with the part that comes from the kink."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from numeric.activations import relu, step
from numeric.angle import pairwise_angles
from numeric.arguments import EPS, FloatArray, balanced, real_number, row_norms, student_and_teacher, unit_rows
from numeric.errors import DomainError
from numeric.estimate import Estimate
from numeric.plane import PlaneNodes, plane_nodes
from numeric.rules import DEGREE_TWO, half_line, round_off
from numeric.student_teacher import ORDERS

PANELS, NODES = (8, 6), 16
"""Panels of the rule for the half-line and of its comparison, and nodes a panel: a cubic times a Gaussian weight."""


def integrated_hessian(W: ArrayLike, V: ArrayLike) -> Estimate:
    r"""Hessian of the population loss, the Dirac mass in the rectifier's second derivative included, by quadrature.

    $$H_{ij} = E[1\{w_i\cdot x>0\}\, 1\{w_j\cdot x>0\}\, x x^T] + [i=j]\; E[r(x)\,\delta(w_i\cdot x)\, x x^T].$$
    In the plane of $w_i$ and $w_j$ the first expectation is integrated; across it, it is the probability of both
    half-spaces times the projection. On the hyperplane of $w_i$ a neuron u is $|u_\perp| z$ with $z = e\cdot x$ a
    standard Gaussian, e along the part $u_\perp$ of u in the hyperplane; with R the projection orthogonal to both,
    $$E[\delta(w_i\cdot x)\phi(u\cdot x) x x^T]
    = \frac{|u_\perp|}{\sqrt{2\pi}|w_i|}(E[\phi(z) z^2]\, e e^T + E[\phi(z)] R).$$

    Args:
        W: student, shape (number of neurons, d), no row zero.
        V: teacher, shape (k, d); zero rows contribute nothing.

    Returns:
        Estimate of kind "scheme", a symmetric matrix; row $i d + a$ belongs to entry a of neuron i.

    Raises:
        ShapeError: if W and V are not matrices with the same number of columns.
        NonFiniteError: if an entry is NaN or infinite.
        ZeroNeuronError: if a row of W is zero: the loss is not differentiable there.
        DomainError: if a row of W is below 2^-480 of the largest neuron.

    Example:
        >>> H = integrated_hessian([[1.0, 0.0]], [[0.0, 1.0]])      # the kink of w lies on the side of v
        >>> bool((abs(H.value - np.diag([0.5, 0.5 - 1.0 / np.pi])) <= H.error).all())
        True
    """
    student, teacher = student_and_teacher(W, V)
    unit_rows("W", student)
    student, teacher = balanced(student, teacher)
    smooth, coarse, noise = _smooth_part(student)
    value, error = smooth, np.abs(smooth - coarse) + noise
    for i in range(len(student)):
        kink, kink_error = _kink_part(i, student, teacher)
        value[i, :, i, :] += kink
        error[i, :, i, :] += kink_error
    return _as_matrix(value, error)


def integrated_gauss_newton(W: ArrayLike, V: ArrayLike) -> Estimate:
    r"""Gauss-Newton matrix $E[1\{w_i\cdot x>0\}\,1\{w_j\cdot x>0\}\,x x^T]$ by quadrature: without the Dirac part.

    Args:
        W: student, shape (number of neurons, d), no row zero.
        V: teacher, shape (k, d); only its shape is looked at.

    Returns:
        Estimate of kind "scheme", a symmetric matrix; row $i d + a$ belongs to entry a of neuron i.

    Raises:
        ShapeError: if W and V are not matrices with the same number of columns.
        NonFiniteError: if an entry is NaN or infinite.
        ZeroNeuronError: if a row of W is zero.

    Example:
        >>> G = integrated_gauss_newton([[1.0, 0.0]], [[0.0, 1.0]])
        >>> bool((abs(G.value - np.eye(2) / 2.0) <= G.error).all())
        True
    """
    student, _ = student_and_teacher(W, V)
    smooth, coarse, noise = _smooth_part(student)
    return _as_matrix(smooth, np.abs(smooth - coarse) + noise)


def hessian_change(W: ArrayLike, V: ArrayLike, relative: float) -> float:
    r"""How far the Hessian can move, in operator norm, if every neuron moves by a small share of its length.

    With $|\Delta w_i| \le \rho|w_i|$, $\rho \le 1/10$, a direction turns by at most $a = \pi\rho/2$. A double wedge
    of that angle has probability $a/\pi$, and $E[(c\cdot x)^2] \le 2a/\pi$ over it, so an off-diagonal block moves by
    at most $4a/\pi$. Turning the hyperplane of $w_i$ along with it, with $S = \sum_j|w_j| + \sum_j|v_j|$ the Dirac part
    moves by at most $\frac{E|x|^3}{\sqrt{2\pi}|w_i|} S (2\rho + 2(\rho + 3a))$, and $E|x|^3 \le (d(d+2))^{3/4}$.

    Args:
        W: student, shape (n, d), no row zero.
        V: teacher, shape (k, d).
        relative: $\rho$, in [0, 1/10].

    Returns:
        The bound.

    Raises:
        ShapeError: if W and V are not matrices with the same number of columns.
        NonFiniteError: if an entry is NaN or infinite.
        ZeroNeuronError: if a row of W is zero.
        DomainError: if relative is outside [0, 1/10].

    Example:
        >>> hessian_change(np.eye(3), np.eye(3), 1e-16) < 1e-13
        True
    """
    student, teacher = student_and_teacher(W, V)
    unit_rows("W", student)
    if not 0.0 <= real_number("relative", relative) <= 0.1:
        raise DomainError(f"relative is {relative!r}; expected a share of each neuron's length in [0, 1/10]; try 1e-16")
    n, d = student.shape
    turn = math.pi * relative / 2.0
    norms, cube = row_norms(student), (d * (d + 2.0)) ** 0.75
    total = float(norms.sum() + row_norms(teacher).sum())
    kink = cube * total * (4.0 * relative + 6.0 * turn) / (math.sqrt(2.0 * math.pi) * float(norms.min()))
    return float(n * 4.0 * turn / math.pi + kink)


def _as_matrix(value: FloatArray, error: FloatArray) -> Estimate:
    n, d = value.shape[:2]
    matrix, spread = (x.reshape(n * d, n * d) for x in (value, error))
    work = n * n * 4 * sum(ORDERS) + sum(PANELS) * NODES
    symmetric = (matrix + matrix.T) / 2.0
    return Estimate(symmetric, spread, "scheme", None, "quadrature of the definition", work)


def _smooth_part(student: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    """E 1 1 x x^T of all pairs by two rules, shape (n, d, n, d), and its round-off."""
    along = unit_rows("W", student)
    angles = pairwise_angles(student, student)
    np.fill_diagonal(angles, 0.0)
    across = _orthonormal(along)
    fine, coarse = (_gated_squares(plane_nodes(angles, DEGREE_TWO, order)) for order in ORDERS)
    noise = 4.0 * round_off(8 * sum(ORDERS)) + 16.0 * EPS * student.shape[1]
    return _in_space(fine, along, across), _in_space(coarse, along, across), noise


def _gated_squares(nodes: PlaneNodes) -> FloatArray:
    """E 1{x > 0} 1{z > 0} (1, xx, xy, yy), on a new first axis; the radial rule is that of degree two."""
    gated = nodes.weights * step(nodes.x) * step(nodes.z)
    terms = (0.5 * (nodes.x**2 + nodes.y**2), nodes.x**2, nodes.x * nodes.y, nodes.y**2)
    return np.stack([(gated * t).sum(axis=-1) for t in terms])


def _in_space(m: FloatArray, along: FloatArray, across: FloatArray) -> FloatArray:
    """Plane moments as matrices of the input space, shape (n, d, n, d)."""
    p, xx, xy, yy = (x[:, :, None, None] for x in m)
    a = np.broadcast_to(along[:, None, :], across.shape)
    aa, ab, bb = (_outer(x, y) for x, y in ((a, a), (a, across), (across, across)))
    blocks = p * np.eye(along.shape[1]) + (xx - p) * aa + xy * (ab + np.swapaxes(ab, -1, -2)) + (yy - p) * bb
    return np.asarray(blocks.transpose(0, 2, 1, 3), dtype=np.float64)


def _outer(x: FloatArray, y: FloatArray) -> FloatArray:
    return np.asarray(x[..., :, None] * y[..., None, :], dtype=np.float64)


def _orthonormal(along: FloatArray) -> FloatArray:
    """Unit vectors orthogonal to the first neuron, in its plane with the second; zero where they are parallel."""
    base, other = along[:, None, :], along[None, :, :]
    side = np.where((base * other).sum(axis=-1, keepdims=True) >= 0.0, 1.0, -1.0)
    return _normalised(_without(other - side * base, base))  # exact where nearly parallel


def _without(x: FloatArray, base: FloatArray) -> FloatArray:
    """The part of x orthogonal to unit vectors; projected twice, so that round-off is orthogonal too."""
    for _ in range(2):
        x = x - (x * base).sum(axis=-1, keepdims=True) * base
    return x


def _normalised(x: FloatArray) -> FloatArray:
    length = np.linalg.norm(x, axis=-1, keepdims=True)
    return np.asarray(x / np.where(length > 0.0, length, 1.0), dtype=np.float64)


def _kink_part(i: int, student: FloatArray, teacher: FloatArray) -> tuple[FloatArray, FloatArray]:
    """E[r delta(w_i.x) x x^T] and its error, both d x d."""
    base = unit_rows("W", student[i])
    others = np.concatenate([np.delete(student, i, axis=0), teacher])
    signs = np.concatenate([np.ones(len(student) - 1), -np.ones(len(teacher))])
    flat = _without(others, base)
    lengths, e = row_norms(flat), _normalised(flat)
    (first, third), gap = _line_moments()
    scale = 1.0 / (math.sqrt(2.0 * math.pi) * float(row_norms(student[i])))
    plane = np.eye(student.shape[1]) - np.outer(base, base)
    amplitudes = scale * signs * lengths
    value = first * amplitudes.sum() * plane + (third - first) * (e.T * amplitudes) @ e
    size = scale * row_norms(others).sum() if len(others) else 0.0
    noise = (round_off(2 * sum(PANELS) * NODES) + 8.0 * EPS * (student.shape[1] + len(others))) * size
    return np.asarray(value, dtype=np.float64), np.full(value.shape, gap * size + 4.0 * noise)


def _line_moments() -> tuple[tuple[float, float], float]:
    """E[phi(z)] and E[phi(z) z^2] of a standard Gaussian z by quadrature, and the disagreement of two rules."""
    found = []
    for panels in PANELS:
        rule = half_line(NODES, panels, 0)
        weights = rule.weights * relu(rule.nodes) / math.sqrt(2.0 * math.pi)
        found.append((float(weights.sum()), float((weights * rule.nodes**2).sum())))
    (a, b), (c, d) = found
    return (a, b), abs(a - c) + abs(b - d)
