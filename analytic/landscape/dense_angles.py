"""Angles between the rows of two matrices in float64: every sine and angle with an absolute error of a few units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
else:
    Array = Any

#: Beyond this cosine the sine is taken from differences: there sqrt(1 - c^2) would lose a factor c/s > 2 of accuracy.
NEAR = 0.9
#: Numbers in one array of differences: it stays in the cache.
CHUNK = 1 << 16


@dataclass(frozen=True)
class Angles:
    """Norms of rows, and angles between all pairs of rows.

    Args:
        first: n norms.
        second: m norms.
        cos: n x m cosines; 0 where a row is zero.
        sin: n x m sines, not negative.
        theta: n x m angles in [0, pi].
    """

    first: Array
    second: Array
    cos: Array
    sin: Array
    theta: Array


def unit_rows(X: Array) -> tuple[Array, Array]:
    """The rows divided by their norms, and the norms; zero rows stay zero. Nothing overflows on the way.

    Args:
        X: n x d, finite.
    """
    import numpy as np

    scale = np.abs(X).max(axis=1)
    scaled = X / np.where(scale > 0.0, scale, 1.0)[:, None]
    lengths = np.sqrt(np.einsum("ia,ia->i", scaled, scaled))
    return scaled / np.where(lengths > 0.0, lengths, 1.0)[:, None], lengths * scale


def row_angles(X: Array, Y: Array) -> Angles:
    r"""The angles between the rows of X and those of Y.

    Near 0 and $\pi$ the sine comes from the difference $\delta$ and the sum $\sigma$ of the unit vectors,
    $2\sin\theta = |\delta||\sigma|$: the cosine knows nothing about small angles.

    Args:
        X: n x d, finite.
        Y: m x d, finite.

    Returns:
        The angles.

    Source: Kahan's advice for angles.

    Example:
        >>> import numpy as np
        >>> angles = row_angles(np.array([[1.0, 0.0]]), np.array([[1.0, 1e-9]]))
        >>> abs(float(angles.theta[0, 0]) - 1e-9) < 1e-24
        True
    """
    import numpy as np

    (first, a), (second, b) = unit_rows(X), unit_rows(Y)
    cos = np.clip(first @ second.T, -1.0, 1.0)
    sin = np.sqrt((1.0 - cos) * (1.0 + cos))
    rows, columns = np.nonzero(np.abs(cos) > NEAR)
    step = max(1, CHUNK // X.shape[1])
    for start in range(0, len(rows), step):
        i, j = rows[start : start + step], columns[start : start + step]
        u, v = first[i], second[j]
        sin[i, j] = 0.5 * np.sqrt(_squared_norms(u - v) * _squared_norms(u + v))
    return Angles(a, b, cos, sin, np.arctan2(sin, cos))


def _squared_norms(X: Array) -> Array:
    import numpy as np

    return np.asarray(np.einsum("ia,ia->i", X, X))
