"""Random points, from an explicit seed or generator only."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from numeric.arguments import FloatArray
from numeric.errors import NumericError

Seed: TypeAlias = int | np.random.Generator


def generator(seed: Seed) -> tuple[np.random.Generator, int | None]:
    """NumPy generator and the integer to write down for a replay.

    Args:
        seed: an integer >= 0, or a generator, whose state is then the caller's affair.

    Returns:
        The generator, and the seed (None if a generator was passed in).

    Raises:
        NumericError: if seed is neither.

    Example:
        >>> generator(7)[1]
        7
    """
    if isinstance(seed, np.random.Generator):
        return seed, None
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise NumericError(
            f"seed is {seed!r}; expected an integer >= 0 or a numpy Generator, because every draw must be "
            f"reproducible; try seed=0"
        )
    return np.random.default_rng(int(seed)), int(seed)


def sphere_points(rng: np.random.Generator, count: int, dim: int) -> FloatArray:
    r"""Independent uniform points of the unit sphere $S^{dim-1}$, as normalised Gaussian vectors.

    Args:
        rng: the generator; consecutive calls continue one stream, so cutting a sample into chunks changes nothing.
        count: number of points, >= 1.
        dim: dimension of the space, >= 1; in dimension one the sphere is {-1, 1}.

    Returns:
        Unit rows, shape (count, dim).

    Raises:
        ValueError: by NumPy, if count or dim is negative.

    Source: Muller 1959, A note on a method for generating points uniformly on n-dimensional spheres.

    Example:
        >>> sphere_points(np.random.default_rng(0), 3, 1).ravel()
        array([ 1., -1.,  1.])
    """
    points = rng.standard_normal((count, dim))
    return np.asarray(points / np.linalg.norm(points, axis=1, keepdims=True), dtype=np.float64)
