"""Validation of arguments: every public function of the package looks at its input through these few functions."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.errors import DomainError, NonFiniteError, NumericError, ShapeError, ZeroNeuronError

FloatArray: TypeAlias = NDArray[np.float64]

EPS = float(np.finfo(np.float64).eps)


def finite_array(name: str, value: ArrayLike) -> FloatArray:
    """Float64 array without NaN or infinity.

    Args:
        name: what to call the array in the message.
        value: anything NumPy turns into an array of floats.

    Returns:
        The array, not copied if it is float64 already.

    Raises:
        NonFiniteError: if an entry is NaN or infinite.

    Example:
        >>> finite_array("x", [1, 2])
        array([1., 2.])
    """
    array = np.asarray(value, dtype=np.float64)
    if not np.isfinite(array).all():
        bad = int(array.size - np.isfinite(array).sum())
        raise NonFiniteError(
            f"{name} has {bad} NaN or infinite entries of {array.size}; expected finite numbers, because an estimate "
            f"from them would mean nothing; look for an overflow or a 0/0 where {name} is computed"
        )
    return array


def finite_matrix(name: str, value: ArrayLike, columns: int | None = None) -> FloatArray:
    """Finite matrix with at least one row and one column.

    Args:
        name: what to call the matrix in the message.
        value: the matrix.
        columns: the number of columns it must have; any if None.

    Returns:
        The matrix as float64.

    Raises:
        ShapeError: if it is not such a matrix.
        NonFiniteError: if an entry is NaN or infinite.

    Example:
        >>> finite_matrix("W", [[1, 2]]).shape
        (1, 2)
    """
    matrix = finite_array(name, value)
    if matrix.ndim != 2 or 0 in matrix.shape:
        raise ShapeError(
            f"{name} has shape {matrix.shape}; expected a non-empty matrix with one neuron or sample a row; "
            f"try {name}[None, :] for a single row"
        )
    if columns is not None and matrix.shape[1] != columns:
        raise ShapeError(
            f"{name} has {matrix.shape[1]} columns; expected {columns}, because student, teacher and samples live in "
            f"one input space; pad the smaller ones with zero columns"
        )
    return matrix


def student_and_teacher(W: ArrayLike, V: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Student and teacher as finite matrices over one input space.

    Args:
        W: student, shape (n, d).
        V: teacher, shape (k, d).

    Returns:
        Both as float64 matrices.

    Raises:
        ShapeError: if they are not matrices with the same number of columns.
        NonFiniteError: if an entry is NaN or infinite.

    Example:
        >>> [A.shape for A in student_and_teacher([[1, 0]], [[1, 0], [0, 1]])]
        [(1, 2), (2, 2)]
    """
    student = finite_matrix("W", W)
    return student, finite_matrix("V", V, columns=student.shape[1])


def unit_rows(name: str, vectors: ArrayLike) -> FloatArray:
    r"""Rows divided by their norms, $w_i / |w_i|$, at any scale of the rows.

    Args:
        name: what to call the rows in the message.
        vectors: shape (..., d), no row zero.

    Returns:
        Unit rows of the same shape.

    Raises:
        ZeroNeuronError: if a row is zero.
        NonFiniteError: if an entry is NaN or infinite.

    Example:
        >>> unit_rows("W", [[3e-200, 4e-200]])
        array([[0.6, 0.8]])
    """
    rows = finite_array(name, vectors)
    size = np.abs(rows).max(axis=-1, keepdims=True, initial=0.0)
    if not size.all():
        where = [tuple(map(int, index)) for index in np.argwhere(size[..., 0] == 0.0)]
        raise ZeroNeuronError(
            f"{name} is zero at row {where}; expected a non-zero vector, because a zero vector has no direction and "
            f"the loss no gradient there; drop the row or perturb it"
        )
    scaled = rows / size  # the squares below would underflow at 1e-200 and overflow at 1e200
    return np.asarray(scaled / np.linalg.norm(scaled, axis=-1, keepdims=True), dtype=np.float64)


def row_norms(rows: FloatArray) -> FloatArray:
    r"""Euclidean norms of the rows, $|w_i|$, at any scale.

    Args:
        rows: shape (..., d).

    Returns:
        Norms, shape (...).

    Raises:
        NonFiniteError: if an entry is NaN or infinite.

    Example:
        >>> row_norms(np.array([[3.0, 4.0], [0.0, 0.0]]))
        array([5., 0.])
    """
    rows = finite_array("rows", rows)
    size = np.abs(rows).max(axis=-1, initial=0.0)
    divisor = np.where(size > 0.0, size, 1.0)
    return np.asarray(size * np.linalg.norm(rows / divisor[..., None], axis=-1), dtype=np.float64)


def positive_integer(name: str, value: int, least: int = 1) -> int:
    """Integer not below a least value.

    Args:
        name: what to call the number in the message.
        value: the number.
        least: the least value allowed.

    Returns:
        The number as an int.

    Raises:
        NumericError: if it is not an integer (True and False are not) or too small.

    Example:
        >>> positive_integer("n", 3)
        3
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise NumericError(f"{name} is {value!r}; expected an integer >= {least}; pass int({name}) if it is a float")
    return int(value)


def probability(name: str, value: float) -> float:
    """Number strictly between 0 and 1.

    Args:
        name: what to call the number in the message.
        value: the number.

    Returns:
        The number as a float.

    Raises:
        DomainError: if it is not inside (0, 1).

    Example:
        >>> probability("alpha", 1e-6)
        1e-06
    """
    if not 0.0 < value < 1.0:
        raise DomainError(
            f"{name} is {value!r}; expected a probability strictly between 0 and 1, because it is the chance of a "
            f"false alarm; try 1e-6"
        )
    return float(value)
