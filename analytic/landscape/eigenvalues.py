"""Eigenvalues of a small matrix that is similar to a symmetric one, as rigorous balls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flint import acb_mat, arb, arb_mat

from analytic.errors import AnalyticError
from analytic.landscape.clustered_eigenvalues import clustered_eigenvalues


class UnresolvedError(AnalyticError):
    """The working precision does not separate the eigenvalues; more bits are needed."""


def symmetrised(block: Sequence[Sequence[Any]], norms: Sequence[Any]) -> list[list[arb]]:
    """D^(1/2) B D^(-1/2), symmetric where B is a self-adjoint operator in a basis with squared norms D."""
    roots = [arb(n).sqrt() for n in norms]
    return [[x * roots[i] / roots[j] for j, x in enumerate(row)] for i, row in enumerate(block)]


def eigenvalue_balls(block: Sequence[Sequence[Any]], norms: Sequence[Any]) -> list[arb]:
    """The eigenvalues in ascending order, with multiplicity; balls may overlap.

    Args:
        block: m x m balls, self-adjoint in the basis.
        norms: the basis vectors' squared norms.

    Raises:
        UnresolvedError: the balls are too wide, or the eigenvalues too close, at this precision.

    Example:
        >>> from flint import arb
        >>> [float(x) for x in eigenvalue_balls([[arb(2), arb(1)], [arb(1), arb(2)]], [arb(1), arb(1)])]
        [1.0, 3.0]
    """
    matrix = symmetrised(block, norms)
    if not all(x.is_finite() for row in matrix for x in row):
        raise UnresolvedError("a block of the Hessian has an entry that is not finite at this precision")
    if len(matrix) == 1:
        return [matrix[0][0]]
    # one of two enclosures of an entry is enough: the matrix is symmetric
    upper = [[matrix[min(i, j)][max(i, j)] for j in range(len(matrix))] for i in range(len(matrix))]
    if len(matrix) == 2:
        return _of_two(upper)
    try:
        found = acb_mat(arb_mat(upper)).eig()
    except ValueError:  # multiple or nearly so
        clusters = clustered_eigenvalues(upper)
        if clusters is None:
            raise UnresolvedError("the eigenvalues of a block are not separated at this precision") from None
        return clusters
    return sorted((x.real for x in found), key=lambda x: float(x.mid()))


def _of_two(m: list[list[arb]]) -> list[arb]:
    centre, half = (m[0][0] + m[1][1]) / 2, (m[0][0] - m[1][1]) / 2
    root = (half * half + m[0][1] * m[0][1]).sqrt()
    if not root.is_finite():  # a ball around 0 reaches below it: the square root does not
        square = half * half + m[0][1] * m[0][1]
        root = arb(0, arb(square.abs_upper()).sqrt().abs_upper())
    return [centre - root, centre + root]
