r"""Centred orthant probabilities of up to five Gaussian variables in float64, for many matrices at once."""

from __future__ import annotations

import math
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

from analytic.errors import DomainError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

LARGEST, NODES, PANELS = 5, 20, 27
"""Largest n; nodes a panel; panels, each a quarter of the one before: the last ends at 1 - 4^{-27} = 1 - 2^{-54}."""


def orthant_probability(correlations: ArrayLike) -> FloatArray:
    r"""$P(X_1 > 0, \dots, X_n > 0)$ for $n \le 5$ in float64; error at most 2e-15 where $|\rho_{ij}| \le 0.9$.

    That holds for matrices of full rank with determinant above 1e-3; minors that nearly vanish cancel digits, and with
    four rows parallel up to 1e-4 an error of 1e-6 has been seen: the balls are for such matrices.

    The formulas of the balls. All branch points of the integrand of $P_4$ in t lie on the real line, in
    $(-\infty, -1/3]$ and $[1, \infty)$, because those of minors are at $1/(1 - \lambda)$ for an eigenvalue
    $\lambda \in [0, 4]$. On panels that shrink by 4 towards 1 the Bernstein ellipse has parameter 3 at least, so that
    20 Gauss-Legendre nodes a panel leave an error of order $3^{-40} < 10^{-19}$, at singular matrices, too.

    Args:
        correlations: correlation matrices, shape (..., n, n).

    Returns:
        The probabilities, shape (...).

    Raises:
        DomainError: n is above 5, or a matrix is no correlation matrix.

    Source: Plackett 1954, eq. (3); Trefethen 2013, theorem 19.3 for the Gauss-Legendre error.

    Example:
        >>> round(float(orthant_probability([[1, 0.5, 0.5], [0.5, 1, 0.5], [0.5, 0.5, 1]])), 12)
        0.25
    """
    import numpy as np

    matrix = np.asarray(correlations, dtype=np.float64)
    _check(matrix)
    return np.asarray(np.clip(_probability(matrix), 0.0, 0.5 if matrix.shape[-1] else 1.0), dtype=np.float64)


def _check(matrix: FloatArray) -> None:
    import numpy as np

    shape = matrix.shape
    if len(shape) < 2 or shape[-1] != shape[-2] or shape[-1] > LARGEST:
        raise DomainError(f"got an array of shape {shape}, expected (..., n, n) with n at most {LARGEST}")
    n = shape[-1]
    unit = np.array_equal(np.diagonal(matrix, axis1=-2, axis2=-1), np.ones(shape[:-1]))
    if not (np.isfinite(matrix).all() and unit and np.array_equal(matrix, np.swapaxes(matrix, -1, -2))):
        raise DomainError("got a matrix that is not symmetric with ones on the diagonal, expected correlations")
    # rounding each entry of a semidefinite matrix moves an eigenvalue by n units at most; the solver as much again
    if matrix.size and np.linalg.eigvalsh(matrix).min() < -8.0 * n * np.finfo(np.float64).eps:
        raise DomainError("got a matrix with a negative eigenvalue, expected a positive semidefinite one")


def _probability(r: FloatArray) -> FloatArray:
    import numpy as np

    n = r.shape[-1]
    if n == 4:
        return _four(r)
    if n <= 3:
        arcs = np.asarray(sum(np.arcsin(r[..., i, j]) for i, j in combinations(range(n), 2)) + np.zeros(r.shape[:-2]))
        return np.asarray(0.5**n + arcs / (2.0 * math.pi if n == 2 else 4.0 * math.pi))
    total = np.ones(r.shape[:-2])
    for part in (s for size in range(1, n) for s in combinations(range(n), size)):
        total += (-1) ** len(part) * _probability(r[..., part, :][..., part])
    return np.asarray(total / 2.0)


@cache
def _rule() -> tuple[FloatArray, FloatArray]:
    """The distances 1 - t of the nodes from the end, and the weights."""
    import numpy as np

    x, w = np.polynomial.legendre.leggauss(NODES)
    outer = 4.0 ** -np.arange(PANELS, dtype=np.float64)[:, None]
    return (outer * (1.0 - 0.375 * (1.0 + x))).ravel(), (outer * 0.375 * w).ravel()


def _four(r: FloatArray) -> FloatArray:
    import numpy as np

    rest, weights = _rule()
    total = np.zeros(r.shape[:-2])
    arcs = np.zeros(r.shape[:-2])
    for i, j in combinations(range(4), 2):
        arcs += np.arcsin(r[..., i, j])
        rho = r[..., i, j, None]
        # 1 - t^2 rho^2 from the distance 1 - t, so that it keeps its digits where rho and t are close to 1
        root = np.sqrt((1.0 - rho) * (1.0 + rho) + rho * rho * rest * (2.0 - rest))
        terms = weights * rho * np.arcsin(_partial(r[..., None], 1.0 - rest, root * root, i, j)) / root
        total += terms.sum(axis=-1)
    return np.asarray(1.0 / 16.0 + arcs / (8.0 * math.pi) + total / (4.0 * math.pi**2))


def _partial(r: FloatArray, t: FloatArray, pair: FloatArray, i: int, j: int) -> FloatArray:
    """The partial correlation of the other two given i and j, at every node."""
    import numpy as np

    k, m = (x for x in range(4) if x not in (i, j))
    a, b, c, d, e, f = (r[..., x, y, :] for x, y in ((i, j), (i, k), (j, k), (i, m), (j, m), (k, m)))
    first = pair - t * t * (b * b + c * c - 2.0 * t * a * b * c)
    second = pair - t * t * (d * d + e * e - 2.0 * t * a * d * e)
    mixed = t * f * pair - t * t * (b * d + c * e - t * a * (b * e + c * d))
    product = np.sqrt(np.maximum(first, 0.0)) * np.sqrt(np.maximum(second, 0.0))
    positive = product > 0.0
    return np.asarray(np.where(positive, np.clip(mixed / np.where(positive, product, 1.0), -1.0, 1.0), 0.0))
