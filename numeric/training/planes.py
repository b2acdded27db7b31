"""Sines and angles of many pairs of unit vectors, from their cosines where these are good and from chords where not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from numeric.arguments import FloatArray

Indices: TypeAlias = NDArray[np.intp]
Chords: TypeAlias = Callable[[Indices, FloatArray], FloatArray]

NEAR = 1.0 / 16.0
"""Below this square of a sine the angle is taken from chords: above it the rounded cosine costs 16 units at most."""


def sines_and_half_angles(c: FloatArray, s: FloatArray, free: FloatArray, chords: Chords) -> None:
    r"""Sines of angles $\theta$ with given cosines, and $(\pi/2-\theta)/2 = \arctan(c/(1+s))$, in place of the cosines.

    The arctangent has no bad spot: its argument is in [-1, 1]. A rounded cosine near 1 or -1 does not determine its
    sine, so there both come from the chord $|u \mp v|$: $c = \pm(1 - m^2/2)$, $s = m\sqrt{1 - m^2/4}$.

    Args:
        c: cosines, contiguous, any shape; overwritten by the half angles.
        s: for the sines, contiguous, of the same shape.
        free: contiguous, of the same shape; overwritten.
        chords: function of flat indices and of signs that returns the chords, u minus sign times v, one a row.

    Source: Kahan 2006, How futile are mindless assessments of roundoff in floating-point computation, section 12.

    Example:
        >>> c, s, free = np.array([1.0, 0.0]), np.empty(2), np.empty(2)
        >>> sines_and_half_angles(c, s, free, lambda index, side: np.array([[1e-9, 0.0]]))
        >>> s, c / np.pi
        (array([1.e-09, 1.e+00]), array([0.25, 0.  ]))
    """
    np.multiply(c, c, out=s)
    np.subtract(1.0, s, out=s)
    if not np.minimum.reduce(s, axis=None) >= NEAR:  # or NaN, of a run that diverges
        _from_chords(c.reshape(-1), s.reshape(-1), chords)
    else:
        np.sqrt(s, out=s)
    c /= np.add(s, 1.0, out=free)
    np.arctan(c, out=c)


def _from_chords(c: FloatArray, s: FloatArray, chords: Chords) -> None:
    """Sines in place of their squares, and cosines; from chords where the square is small."""
    near = (s < NEAR).nonzero()[0]
    s[near] = 0.0  # may be negative
    np.sqrt(s, out=s)
    side = np.copysign(1.0, c[near])
    chord = chords(near, side)
    square = np.add.reduce(np.multiply(chord, chord), axis=1)
    c[near] = side * (1.0 - square / 2.0)
    s[near] = np.sqrt(square * (1.0 - square / 4.0))


def unit_vectors(rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Rows divided by their norms, and the norms; nothing is checked, for speed.

    Args:
        rows: shape (..., d), none zero, of moderate size.

    Returns:
        Unit rows, and norms, shape (...).

    Example:
        >>> unit_vectors(np.array([[3.0, 4.0]]))
        (array([[0.6, 0.8]]), array([5.]))
    """
    norms = np.sqrt(np.add.reduce(np.multiply(rows, rows), axis=-1))
    return rows / norms[..., None], norms
