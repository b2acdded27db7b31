r"""The smallest eigenvalue of the Gauss-Newton matrix at a critical point, as a ball."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from flint import arb, arb_mat

from analytic.balls import precision
from analytic.dense import population_hessian

if TYPE_CHECKING:
    from analytic.landscape.point import CriticalPoint

BITS = 128
Discs = list[tuple[arb, arb]]


def smallest_gauss_newton(point: CriticalPoint) -> arb:
    r"""Encloses the smallest eigenvalue of $G_{ij} = E[1\{w_i\cdot x>0\}\,1\{w_j\cdot x>0\}\,x x^T]$.

    Off the diagonal the blocks are those of the Hessian, on it they are I/2 by symmetry: the part that comes from the
    kink stands on the diagonal only. They are evaluated at the weights rounded to float64, which turns a neuron by an
    angle of at most $a = \pi\varepsilon/2$ and moves G by at most $4na/\pi$ (half-spaces that differ by a double wedge
    of angle a: $E[(c\cdot x)^2] \le 2a/\pi$ over it). Approximate eigenvectors Q make $Q^{-1}GQ$ nearly diagonal; the
    leftmost group of overlapping Gershgorin discs holds the smallest eigenvalue.

    Args:
        point: with integer sizes.

    Returns:
        A ball.

    Source: Gershgorin 1931, Über die Abgrenzung der Eigenwerte einer Matrix.

    Example:
        >>> from analytic.landscape.named import find_point
        >>> float(smallest_gauss_newton(find_point("A", 3)).mid()) > 0.08
        True
    """
    W, V = point.matrix(), np.eye(point.k, point.d)
    with precision(BITS):
        entries = population_hessian(W.tolist(), V.tolist(), BITS).entries
        d = W.shape[1]
        same = [[a // d == b // d for b in range(W.size)] for a in range(W.size)]
        G = [[(arb(int(a == b)) / 2 if same[a][b] else entries[a][b]) for b in range(W.size)] for a in range(W.size)]
        left, right = _leftmost(_discs(G))
        moved = arb(len(W)) * arb(2) ** -51
        return (left - moved).union(right + moved)


def _discs(matrix: list[list[arb]]) -> Discs:
    """Left and right ends of the Gershgorin discs of the matrix in the basis of its approximate eigenvectors."""
    _, Q = np.linalg.eigh(np.array([[float(x.mid()) for x in row] for row in matrix]))
    basis = arb_mat(Q.tolist())
    diagonal = basis.inv() * arb_mat(matrix) * basis
    size = len(matrix)
    found = []
    for i in range(size):
        radius = sum((abs(diagonal[i, j]) for j in range(size) if j != i), arb(0))
        found.append(((diagonal[i, i] - radius).lower(), (diagonal[i, i] + radius).upper()))
    return sorted(found, key=lambda ends: float(ends[0]))


def _leftmost(discs: Discs) -> tuple[arb, arb]:
    """The ends of the first group of overlapping discs: it holds as many eigenvalues as discs, at least one."""
    left, right = discs[0]
    for low, high in discs[1:]:
        if low > right:
            break
        right = arb.max(right, high)
    return left, right
