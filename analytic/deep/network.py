r"""Gram matrices of fully connected networks of infinite width: the NNGP kernel and the neural tangent kernel.

Convention (Lee et al. 2018, Jacot et al. 2018, in the NTK parametrisation): L = depth hidden layers,
$$K^1 = \sigma_b^2 + \sigma_w^2\, x\cdot x'/d, \quad K^{l+1} = \sigma_b^2 + \sigma_w^2\, E[\varphi(u)\varphi(v)], \quad
  \Theta^1 = K^1, \qquad \Theta^{l+1} = K^{l+1} + \sigma_w^2\, \Theta^l\, E[\varphi'(u)\varphi'(v)],$$
$(u, v) \sim N(0, K^l)$; the functions here return $K^{L+1}$ and $\Theta^{L+1}$.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytic.deep.named import Activation, dual_activation
from analytic.errors import DimensionError, DomainError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

#: Entries of a tile: a few temporaries of 32 * 1024 floats fit into the cache of one core.
TILE_ROWS, TILE_COLUMNS = 32, 1024


@dataclass(frozen=True)
class Prior:
    """What defines the network besides its activation: depth and the variances of weights and biases."""

    depth: int
    weight_variance: float
    bias_variance: float
    divide: bool

    def __post_init__(self) -> None:
        if isinstance(self.depth, bool) or not isinstance(self.depth, int) or self.depth < 0:
            raise DomainError(f"got the depth {self.depth!r}, expected an integer >= 0, the number of hidden layers")
        if not (0 < self.weight_variance < float("inf") and 0 <= self.bias_variance < float("inf")):
            raise DomainError(
                f"got weight variance {self.weight_variance} and bias variance {self.bias_variance}, expected finite "
                f"numbers, the first positive, the second not negative"
            )


@dataclass(frozen=True)
class Inputs:
    """Rows of the data as unit vectors in the feature space of K^1, and their lengths there.

    Args:
        units: n x (d + 1), rows of norm 1, or 0 for a zero input without bias.
        radii: n, the square root of K^1(x, x).
    """

    units: NDArray[np.float64]
    radii: NDArray[np.float64]


def nngp_gram(
    X: ArrayLike,
    Y: ArrayLike | None = None,
    *,
    depth: int,
    activation: Activation = "relu",
    weight_variance: float = 2.0,
    bias_variance: float = 0.0,
    divide_by_dimension: bool = True,
    threads: int | None = None,
) -> NDArray[np.float64]:
    r"""The Gram matrix of the Gaussian process that a network of infinite width is: $K^{L+1}(x_i, y_j)$.

    For piecewise linear and step activations the gap $1 - \cos\theta$ is carried from layer to layer, and pairs whose
    gap the inner product would round away are recomputed from the differences of their unit vectors; so the error
    stays a small multiple of the rounding unit times $\sqrt{K(x,x)K(y,y)}$ for near-parallel pairs as well.

    Args:
        X: n x d, the inputs as rows.
        Y: m x d; X itself if left out, then the matrix is exactly symmetric and only half of it is computed.
        depth: L >= 0 hidden layers; 0 gives $K^1$.
        activation: a name in `NAMED` or a `DualActivation`.
        weight_variance: $\sigma_w^2 > 0$.
        bias_variance: $\sigma_b^2 \ge 0$.
        divide_by_dimension: whether $K^1$ has $x \cdot x'/d$ (default) or $x \cdot x'$.
        threads: number of threads; all cores by default.

    Returns:
        n x m (or n x n). A zero input without bias has the kernel 0 with every point if phi(0) = 0.

    Raises:
        DimensionError: X or Y is no matrix, or their widths differ.
        DomainError: an entry is not finite, a variance or the depth is out of range, the kernel overflows, or a step
            meets a zero input without bias.

    Source: Lee et al. (2018), equations 4 and 5.

    Example:
        >>> nngp_gram([[1.0, 0.0], [0.0, 2.0]], depth=1).round(4)
        array([[1.    , 0.6366],
               [0.6366, 4.    ]])
    """
    prior = Prior(depth, float(weight_variance), float(bias_variance), divide_by_dimension)
    return _gram(X, Y, prior, activation, False, threads)


def ntk_gram(
    X: ArrayLike,
    Y: ArrayLike | None = None,
    *,
    depth: int,
    activation: Activation = "relu",
    weight_variance: float = 2.0,
    bias_variance: float = 0.0,
    divide_by_dimension: bool = True,
    threads: int | None = None,
) -> NDArray[np.float64]:
    r"""The Gram matrix of the neural tangent kernel, $\Theta^{L+1}(x_i, y_j)$, in the NTK parametrisation.

    All layers are trained, weights $\sigma_w \omega/\sqrt{n}$ and biases $\sigma_b \beta$ with standard normal
    $\omega, \beta$; Jacot et al. (2018) have $\sigma_w = 1$.

    Args:
        X: n x d, the inputs as rows.
        Y: m x d; X itself if left out.
        depth: L >= 0 hidden layers; 0 gives $\Theta^1 = K^1$.
        activation: a name in `NAMED` or a `DualActivation`; not the step.
        weight_variance: $\sigma_w^2 > 0$.
        bias_variance: $\sigma_b^2 \ge 0$.
        divide_by_dimension: whether $K^1$ has $x \cdot x'/d$ (default) or $x \cdot x'$.
        threads: number of threads; all cores by default.

    Returns:
        n x m (or n x n).

    Raises:
        DimensionError: X or Y is no matrix, or their widths differ.
        DomainError: as for `nngp_gram`, or the activation is a step, whose derivative is no function.

    Source: Jacot, Gabriel and Hongler (2018), theorem 1.

    Example:
        >>> ntk_gram([[1.0, 0.0], [0.0, 2.0]], depth=1).round(4)
        array([[2.    , 0.6366],
               [0.6366, 8.    ]])
    """
    prior = Prior(depth, float(weight_variance), float(bias_variance), divide_by_dimension)
    return _gram(X, Y, prior, activation, True, threads)


def _gram(
    X: ArrayLike, Y: ArrayLike | None, prior: Prior, activation: Activation, tangent: bool, threads: int | None
) -> NDArray[np.float64]:
    import numpy as np

    from analytic.deep.angular import Piecewise, Step
    from analytic.deep.gap_recursion import GapRecursion
    from analytic.deep.recursion import CovarianceRecursion

    rows = _inputs(X, prior)
    columns = rows if Y is None else _inputs(Y, prior)
    d, e = rows.units.shape[1] - 1, columns.units.shape[1] - 1
    if d != e:
        raise DimensionError(f"got inputs of {d} and {e} coordinates, expected equal numbers")
    dual = dual_activation(activation)
    value = rows.units @ columns.units.T  # BLAS; the tiles are overwritten in place, no other matrix is allocated
    with np.errstate(over="ignore", invalid="ignore"):  # reported below
        kernel: GapRecursion | CovarianceRecursion
        if isinstance(dual, Piecewise | Step):
            kernel = GapRecursion(dual, prior, rows, columns, tangent)
        else:
            kernel = CovarianceRecursion(dual, prior, rows, columns, tangent)
        _fill(value, kernel.tile, Y is None, threads)
        if Y is None:
            np.fill_diagonal(value, kernel.diagonal())
    if not np.isfinite(value).all():
        raise DomainError("got a kernel beyond the range of float64, expected finite values: scale the inputs down")
    return np.asarray(value)


def _inputs(X: ArrayLike, prior: Prior) -> Inputs:
    import numpy as np

    data = np.asarray(X, dtype=np.float64)
    if data.ndim != 2 or data.shape[1] == 0:
        raise DimensionError(f"got data of shape {data.shape}, expected a matrix n x d whose rows are the inputs")
    if not np.isfinite(data).all():
        raise DomainError("got data with NaN or infinite entries, expected finite numbers")
    weight = prior.weight_variance / (data.shape[1] if prior.divide else 1)
    features = np.hstack([np.sqrt(weight) * data, np.full((len(data), 1), np.sqrt(prior.bias_variance))])
    scale = np.abs(features).max(axis=1, keepdims=True)
    scale[scale == 0] = 1.0
    features /= scale  # so that no square overflows
    norms = np.sqrt(np.einsum("ij,ij->i", features, features))
    features /= np.where(norms > 0, norms, 1.0)[:, None]
    return Inputs(np.ascontiguousarray(features), norms * scale[:, 0])


def _fill(
    value: NDArray[np.float64],
    tile: Callable[[NDArray[np.float64], slice, slice], NDArray[np.float64]],
    symmetric: bool,
    threads: int | None,
) -> None:
    """Replaces the cosines by kernels, tile by tile; the lower half is the mirrored upper one."""
    import numpy as np

    n, m = value.shape

    def stripe(start: int) -> None:
        rows = slice(start, min(start + TILE_ROWS, n))
        with np.errstate(over="ignore", invalid="ignore"):  # of each thread its own
            for left in range(start if symmetric else 0, m, TILE_COLUMNS):
                columns = slice(left, min(left + TILE_COLUMNS, m))
                value[rows, columns] = tile(value[rows, columns], rows, columns)

    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        list(pool.map(stripe, range(0, n, TILE_ROWS)))
        if symmetric:
            list(pool.map(lambda start: _mirror(value, start), range(0, n, 8 * TILE_ROWS)))


def _mirror(value: NDArray[np.float64], start: int) -> None:
    """Copies the upper half to the lower, in square blocks, since a transposed copy of long rows misses the cache."""
    import numpy as np

    size = 8 * TILE_ROWS
    here = slice(start, start + size)
    for left in range(0, start, size):
        value[here, left : left + size] = value[left : left + size, here].T
    block = value[here, here]
    below = np.tril_indices(len(block), -1)
    block[below] = block.T[below]
