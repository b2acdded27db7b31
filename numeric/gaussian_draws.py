"""Gaussian vectors as affine images of independent standard Gaussians, and the values that a function takes at them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import EPS, FloatArray, finite_array, probability, real_array, real_pair
from numeric.errors import DomainError, NumericError, RangeError, ShapeError
from numeric.integrand import PERTURBATION
from numeric.law import RANK_TOLERANCE, checked_moments

CHUNK = 2**20
"""Floats drawn at once: 8 MiB."""
PROBES, ROUNDINGS = 256, 8.0
"""Points at which the arguments' round-off is measured; roundings of an argument: a product and three sums, twice."""

Function: TypeAlias = Callable[[FloatArray], FloatArray]
Bounds: TypeAlias = tuple[float, float]


@dataclass(frozen=True, eq=False)
class GaussianMap:
    r"""The map $z \mapsto \mu + F z$ that carries standard Gaussians to $N(\mu, F F^T)$.

    Args:
        centre: $\mu$, shape (n,).
        factor: F, shape (n, n), in the eigenvectors of the correlations, the largest eigenvalue last.

    Example:
        >>> GaussianMap(np.array([1.0]), np.array([[2.0]])).at(np.array([[3.0]]))
        array([[7.]])
    """

    centre: FloatArray
    factor: FloatArray

    @property
    def rows(self) -> int:
        """Points that fit into one chunk."""
        return max(1, CHUNK // self.centre.size)

    @property
    def constant(self) -> bool:
        """Whether no variable varies at all."""
        return not self.factor.any()

    @property
    def degenerate(self) -> bool:
        """Whether some combination of the variables is a constant."""
        return not self.factor.any(axis=0).all()

    def at(self, z: FloatArray) -> FloatArray:
        """Images of standard Gaussians.

        Args:
            z: shape (points, n).

        Returns:
            Points of the same shape.
        """
        return np.asarray(self.centre + z @ self.factor.T, dtype=np.float64)


def gaussian_map(mean: ArrayLike, covariance: ArrayLike) -> GaussianMap:
    r"""The map of a law, $F = V \Lambda^{1/2}$ with the eigendecomposition $C = V \Lambda V^T$ of the correlations.

    Args:
        mean: $\mu$, shape (n,), n >= 1.
        covariance: C, shape (n, n), symmetric and positive semidefinite; rows of constants come out exactly zero.

    Returns:
        The map.

    Raises:
        ShapeError: if the shapes do not fit.
        NonFiniteError: if an entry is NaN or infinite.
        DomainError: if the covariance is not symmetric and positive semidefinite.

    Example:
        >>> gaussian_map([0.0], [[4.0]]).factor
        array([[2.]])
    """
    centre, matrix = checked_moments(mean, covariance)
    return GaussianMap(centre, _factor(matrix))


def checked_bounds(bounds: Bounds | None, level: float | None) -> Bounds | None:
    """The range of a function, which goes with a level.

    Args:
        bounds: low and high, or None.
        level: in (0, 1), or None.

    Returns:
        The range in floating point, or None.

    Raises:
        NumericError: if only one of the two is given.
        ShapeError: if bounds is no pair.
        RangeError: if low exceeds high.
        NonFiniteError: if a bound is NaN or infinite.
        DomainError: if level is outside (0, 1).

    Example:
        >>> checked_bounds((0, 1), 1e-6)
        (0.0, 1.0)
    """
    if (bounds is None) != (level is None):
        raise NumericError(f"bounds is {bounds!r} and level is {level!r}; expected both or neither: pass level=1e-6")
    if bounds is None or level is None:
        return None
    probability("level", level)
    low, high = (float(finite_array("bounds", b)) for b in real_pair("bounds", bounds))
    if low > high:
        raise RangeError(f"bounds is {bounds!r}; expected low <= high, a range of values; swap the two")
    return low, high


def values_at(function: Function, x: FloatArray, bounds: Bounds | None = None) -> FloatArray:
    """One finite value a point, within the range if there is one.

    Args:
        function: vectorised.
        x: points, shape (m, n).
        bounds: the range of the function.

    Returns:
        Shape (m,).

    Raises:
        NonFiniteError: if a value is NaN or infinite.
        ShapeError: if there is not one value a point.
        DomainError: if the values are complex.
        RangeError: if a value is outside the range.

    Example:
        >>> values_at(lambda x: x[:, 0], np.array([[1.0, 2.0]]))
        array([1.])
    """
    values = finite_array("f(x)", function(x))
    if values.shape != x.shape[:1]:
        raise ShapeError(
            f"function returned shape {values.shape} for {x.shape[0]} points; expected ({x.shape[0]},), one value a "
            f"point; index the variables as x[:, 0] and use vectorised functions"
        )
    if bounds is not None and (values.min() < bounds[0] or values.max() > bounds[1]):
        raise RangeError(
            f"f takes values in [{values.min():g}, {values.max():g}], outside its range {bounds}; expected values "
            f"within it, because the bound is computed from the range; widen it"
        )
    return values


def argument_rounding(function: Function, law: GaussianMap) -> float:
    r"""Mean change of f by the round-off of its arguments, $x = \mu + Fz$; 0 unless they depend on each other.

    Samples with their own noise show it as spread, but $x_1 - x_2$ of equal variables is nothing else.

    Args:
        function: f, vectorised.
        law: the map of the law.

    Returns:
        The change, by first differences at a few points.

    Example:
        >>> equal = gaussian_map([0.0, 0.0], np.ones((2, 2)))
        >>> 1e-16 < argument_rounding(lambda x: x[:, 0] - x[:, 1], equal) < 1e-14
        True
    """
    if not law.degenerate:
        return 0.0
    rng = np.random.default_rng(0)
    z = rng.standard_normal((PROBES, law.centre.size))
    size = np.abs(law.centre) + np.abs(z) @ np.abs(law.factor.T)
    moved = law.at(z) + PERTURBATION * size * rng.choice([-1.0, 1.0], size=z.shape)
    with np.errstate(all="ignore"):  # beside its support f need not have a value
        change = np.abs(real_array("f(x)", function(moved)) - values_at(function, law.at(z)))
    seen = change[np.isfinite(change)]
    return ROUNDINGS * EPS / PERTURBATION * float(seen.mean()) if seen.size else 0.0


def _factor(matrix: FloatArray) -> FloatArray:
    """A square root of the covariance; rows of constants exactly zero."""
    deviations = np.sqrt(np.maximum(np.diag(matrix), 0.0))
    scale = np.where(deviations > 0.0, deviations, 1.0)
    scaled = (matrix + matrix.T) / 2.0 / scale / scale[:, None]
    values, vectors = np.linalg.eigh(scaled)
    least = float(values.min())
    outside = np.abs(matrix[deviations == 0.0]).max(initial=0.0)
    if least < -RANK_TOLERANCE * len(matrix) or outside > 0.0:
        raise DomainError(
            f"covariance is not positive semidefinite (correlations have the eigenvalue {least:g}); expected a matrix "
            f"E[xx^T], because no Gaussian vector has this one; look for a correlation beyond 1"
        )
    kept = np.where(values > RANK_TOLERANCE * len(matrix), values, 0.0)  # the root of a round-off is none: 1e-8
    factor = deviations[:, None] * vectors * np.sqrt(kept)
    return np.asarray(factor, dtype=np.float64)
