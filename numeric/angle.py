"""The one angle of this package, safe at 0 and pi: never the arccos of a rounded cosine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import FloatArray, finite_array, unit_rows
from numeric.errors import ShapeError


@dataclass(frozen=True)
class Angle:
    r"""An angle $\theta \in [0, \pi]$ with its cosine and sine, each accurate on its own.

    Args:
        cos: in [-1, 1].
        sin: in [0, 1], with full relative accuracy near 0 and $\pi$.
        theta: in radians.

    Example:
        >>> Angle(cos=1.0, sin=0.0, theta=0.0).theta
        0.0
    """

    cos: float
    sin: float
    theta: float


def angle_between(w: ArrayLike, v: ArrayLike) -> Angle:
    r"""Angle between two vectors, $\theta = 2\,\mathrm{atan2}(|\hat w - \hat v|, |\hat w + \hat v|)$.

    With $m = |\hat w - \hat v|$ and $p = |\hat w + \hat v|$ also $\sin\theta = 2mp/(m^2+p^2)$ and
    $\cos\theta = (p-m)(p+m)/(m^2+p^2)$: no cancellation where the vectors are parallel or opposite.

    Args:
        w: non-zero vector, shape (d,).
        v: non-zero vector, shape (d,).

    Returns:
        The angle; its absolute error is a few units of round-off of the unit vectors, whatever the norms.

    Raises:
        ShapeError: if w and v are not vectors of one length.
        ZeroNeuronError: if one of them is zero.
        NonFiniteError: if an entry is NaN or infinite.

    Source: Kahan 2006, How futile are mindless assessments of roundoff in floating-point computation, section 12.

    Example:
        >>> angle_between([1.0, 0.0], [1.0, 1e-12]).theta
        1e-12
    """
    first, second = finite_array("w", w), finite_array("v", v)
    if first.ndim != 1 or first.shape != second.shape or first.size == 0:
        raise ShapeError(
            f"w has shape {first.shape} and v has shape {second.shape}; expected two vectors of one length >= 1, "
            f"because an angle lies in their common plane; pairwise_angles takes matrices"
        )
    minus, plus = _chords(unit_rows("w", first), unit_rows("v", second))
    m, p = float(minus), float(plus)
    square = m * m + p * p
    return Angle((p - m) * (p + m) / square, 2.0 * m * p / square, 2.0 * float(np.arctan2(m, p)))


def pairwise_angles(W: ArrayLike, V: ArrayLike) -> FloatArray:
    r"""Angles $\theta_{ij}$ between every row of W and every row of V.

    Args:
        W: shape (n, d), no row zero.
        V: shape (k, d), no row zero.

    Returns:
        Angles in $[0, \pi]$, shape (n, k).

    Raises:
        ZeroNeuronError: if a row is zero.
        NonFiniteError: if an entry is NaN or infinite.

    Source: Kahan 2006, section 12.

    Example:
        >>> pairwise_angles([[1.0, 0.0]], [[2.0, 0.0], [-3.0, 0.0]]) / np.pi
        array([[0., 1.]])
    """
    minus, plus = _chords(unit_rows("W", W)[:, None, :], unit_rows("V", V)[None, :, :])
    return np.asarray(2.0 * np.arctan2(minus, plus), dtype=np.float64)


def _chords(first: FloatArray, second: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Lengths of difference and sum of unit vectors, the legs of Kahan's triangle."""
    minus = np.linalg.norm(first - second, axis=-1)
    plus = np.linalg.norm(first + second, axis=-1)
    return np.asarray(minus, dtype=np.float64), np.asarray(plus, dtype=np.float64)
