"""What a dense model is given, checked: matrices of finite numbers whose sizes fit, and covariances of inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analytic.errors import DimensionError, DomainError, LawError, ZeroNeuronError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
else:
    Array = Any

#: Larger entries are refused, and rows whose norm is smaller than the inverse: powers of norms would leave float64.
LARGEST = 1e75

#: Rows of exact numbers as they were given.
Rows = tuple[tuple[Any, ...], ...]


def rows_of(what: str, X: Any) -> Rows:
    """A matrix as tuples of its own numbers: floats, integers, Fractions.

    Raises:
        DimensionError: it is no matrix with at least one row and column.
    """
    if hasattr(X, "tolist"):
        X = X.tolist()
    try:
        rows = tuple(tuple(row) for row in X)
    except TypeError:
        raise DimensionError(f"got {what} = {X!r}, expected a matrix: a list of rows of one length") from None
    if not rows or len({len(r) for r in rows}) != 1 or not rows[0]:
        lengths = sorted({len(r) for r in rows})
        raise DimensionError(
            f"got {what} with {len(rows)} rows of the lengths {lengths}, expected at least one row, all of one length"
        )
    return rows


def vector_of(what: str, x: Any) -> tuple[Any, ...]:
    """A vector as a tuple of its own numbers.

    Raises:
        DimensionError: it is no vector.
    """
    if hasattr(x, "tolist"):
        x = x.tolist()
    if isinstance(x, str) or not isinstance(x, Sequence) or any(isinstance(e, Sequence) for e in x):
        raise DimensionError(f"got {what} = {x!r}, expected a vector: one number for each neuron")
    return tuple(x)


def float_array(what: str, x: Any) -> Array:
    """Numbers as a float64 array.

    Raises:
        DomainError: an entry is no finite number, or beyond the range of the formulas.
    """
    import numpy as np

    try:
        array = np.array(x, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise DomainError(f"got {what} with entries that are no numbers ({error}), expected finite numbers") from None
    if not np.isfinite(array).all():
        raise DomainError(f"got {what} with NaN or infinite entries, expected finite numbers")
    if array.size and np.abs(array).max() > LARGEST:
        raise DomainError(
            f"got {what} beyond {LARGEST:g}, whose powers leave float64, expected smaller numbers: rescale"
        )
    return array


def float_matrix(what: str, X: Any, columns: int, of: str = "V") -> Array:
    """A matrix with that many columns as float64.

    Raises:
        DimensionError: another shape.
        DomainError: see ``float_array``.
    """
    import numpy as np

    found = X if isinstance(X, np.ndarray) and X.dtype == np.float64 else rows_of(what, X)
    array = float_array(what, found)
    if array.ndim != 2 or not array.size or array.shape[1] != columns:
        shape = " x ".join(map(str, array.shape))
        raise DimensionError(f"got {what} of shape {shape}, expected rows of length {columns}: as many columns as {of}")
    return array


def check_length(what: str, given: int, expected: int, why: str) -> None:
    """Refuses a vector of the wrong length.

    Raises:
        DimensionError: the lengths differ.
    """
    if given != expected:
        raise DimensionError(f"got {what} of length {given}, expected {expected}: {why}")


def check_students(norms: Array, factor: str = "") -> None:
    """Refuses zero students, and those too short for float64.

    Raises:
        ZeroNeuronError: a student is zero.
        DomainError: its norm is below the range.
    """
    import numpy as np

    if (norms == 0.0).any():
        raise zero_student(int(np.argmin(norms)), factor)
    if norms.min() < 1.0 / LARGEST:
        raise DomainError(
            f"got student {int(np.argmin(norms))} of norm {norms.min():.3g}, expected at least {1.0 / LARGEST:g}: "
            f"powers of norms leave float64; rescale, or use the balls"
        )


def zero_student(i: int, factor: str = "") -> ZeroNeuronError:
    """The error for a zero student."""
    return ZeroNeuronError(
        f"got student {i} (row {i} of W) equal to zero{factor}, expected non-zero rows: the population loss is not "
        f"differentiable there; move the row off zero or leave it out"
    )


def covariance_factor(sigma: Array) -> Array:
    r"""A factor C with $\Sigma = C C^T$, so that x = C z with z ~ N(0, I): directions without variance are left out.

    Raises:
        LawError: the matrix is not symmetric or not positive semidefinite.

    Example:
        >>> import numpy as np
        >>> covariance_factor(np.array([[4.0, 0.0], [0.0, 0.0]]))
        array([[2.],
               [0.]])
    """
    import numpy as np

    if not np.array_equal(sigma, sigma.T):
        i, j = (int(x) for x in np.argwhere(sigma != sigma.T)[0])
        raise LawError(
            f"got sigma[{i}, {j}] = {sigma[i, j]} and sigma[{j}, {i}] = {sigma[j, i]}, expected a symmetric matrix"
        )
    values, vectors = np.linalg.eigh(sigma)
    # rounding each entry of a semidefinite matrix moves an eigenvalue by n units at most; the solver as much again
    rounding = 16.0 * len(sigma) ** 2 * np.finfo(np.float64).eps * np.abs(values).max()
    if values[0] < -rounding:
        raise LawError(
            f"got sigma with the eigenvalue {values[0]:.6g}, expected a positive semidefinite covariance: raise the "
            f"variances or lower the covariances"
        )
    kept = values > rounding
    if not kept.any():
        raise LawError("got sigma = 0, expected a covariance under which the inputs vary")
    return np.asarray(np.sqrt(values[kept]) * vectors[:, kept])


def finite_result(x: Array) -> Array:
    """The array, if no number overflowed on the way.

    Raises:
        DomainError: one did.
    """
    import numpy as np

    if not np.isfinite(x).all():
        raise DomainError("got derivatives beyond the range of float64, expected smaller numbers: rescale W and V")
    return x
