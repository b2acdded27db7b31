"""Where the mass of an integrand lies: the ball that a Gaussian quadrature has to cover, found by looking."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from numeric.arguments import FloatArray
from numeric.errors import DomainError
from numeric.forms import directions

LEAST = {1: 9.5, 2: 9.5, 3: 9.0}
"""Radius covered in any case: the Gaussian mass outside is below 3e-17 in every dimension."""
FARTHEST, SPACING = 60.0, 0.25
NEGLIGIBLE = 42.0
"""Logarithm of the ratio to its largest value below which the integrand is left out: exp(-42) is 6e-19."""


@dataclass(frozen=True, eq=False)
class Window:
    """A ball cut by a box.

    Args:
        radius: of the ball about the origin.
        low: least coordinates, shape (r,).
        high: largest coordinates, shape (r,).
        tail: size of the integral outside, as far as it was seen.

    Example:
        >>> Window(9.5, np.array([-9.5]), np.array([9.5]), 0.0).radius
        9.5
    """

    radius: float
    low: FloatArray
    high: FloatArray
    tail: float


def window(integrand: Callable[[FloatArray], FloatArray], rank: int) -> Window:
    r"""Ball and box outside of which $|g(y)|\, r^{d-1} e^{-r^2/2}$ is negligible along a few hundred rays.

    Args:
        integrand: g, of an array of shape (r, m), returning (m,); may overflow far out.
        rank: dimension d of y, 1 to 3.

    Returns:
        The window, never smaller than that of a bounded integrand.

    Raises:
        DomainError: if the integrand is still large as far out as one looks.

    Example:
        >>> print(round(window(lambda y: np.exp(5.0 * y[0]), 1).high[0], 1))
        14.5
    """
    radii, rays = np.arange(SPACING, FARTHEST, SPACING), directions(rank)
    points = (rays[:, :, None] * radii).transpose(1, 0, 2).reshape(rank, -1)
    with np.errstate(all="ignore"):
        values = np.log(np.abs(integrand(points)))
    distances = np.tile(radii, len(rays))
    sizes = values - distances**2 / 2.0 + (rank - 1) * np.log(distances)
    sizes = np.where(np.isfinite(sizes), sizes, -math.inf)  # zeros, and overflow far out; inside, overflow is refused
    seen = sizes >= max(float(sizes.max()) - NEGLIGIBLE, -700.0)
    reach = float(distances[seen].max(initial=0.0)) + SPACING
    if reach >= FARTHEST or (np.isposinf(values) & (distances <= reach + 1.0)).any():
        raise DomainError(
            f"the integrand times the Gaussian density is not negligible {reach:g} deviations from the mean; "
            f"expected growth well below exp(z^2/2), because the expectation would not exist or overflow; rescale x"
        )
    least = LEAST[rank]
    low = np.minimum(-least, points[:, seen].min(axis=1, initial=0.0) - 0.5)
    high = np.maximum(least, points[:, seen].max(axis=1, initial=0.0) + 0.5)
    radius = max(least, reach + 0.5)
    surface = 2.0 * math.pi ** (rank / 2.0) / math.gamma(rank / 2.0) / (2.0 * math.pi) ** (rank / 2.0)
    beyond = float(np.exp(sizes[distances > radius].max(initial=-math.inf)))
    return Window(radius, low, high, surface * beyond)
