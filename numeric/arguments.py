"""Validation of arguments: every public function of the package looks at its input through these few functions."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.errors import DomainError, NonFiniteError, NumericError, ShapeError, ZeroNeuronError

FloatArray: TypeAlias = NDArray[np.float64]

EPS = float(np.finfo(np.float64).eps)

SMALLEST_SHARE = 2.0**-480
"""Of the largest neuron: the square of its inverse is still a number, with room for a sum of 2^60 such squares."""


def real_array(name: str, value: object) -> FloatArray:
    """Float64 array of real numbers, NaN and infinity among them.

    Args:
        name: what to call the array in the message.
        value: anything NumPy turns into an array of floats; complex numbers and strings are not turned into any.

    Returns:
        The array, not copied if it is float64 already.

    Raises:
        DomainError: if an entry is complex, a string or no number at all.
        ShapeError: if rows differ in length.

    Example:
        >>> real_array("x", [1, float("inf")])
        array([ 1., inf])
    """
    if isinstance(value, np.ndarray) and value.dtype == np.float64:
        return value
    try:
        array = np.asarray(value)
    except ValueError as reason:
        raise ShapeError(f"{name} is no array ({reason}); expected rows of one length; pad the shorter ones") from None
    kind = _kind(array)
    if kind is None:
        try:
            return np.asarray(array, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            kind = "objects that are no float64"
    raise DomainError(
        f"{name} holds {kind}; expected real numbers, because a conversion would hide what is lost; "
        f"pass real and imaginary parts by themselves, text through float()"
    )


def _kind(array: NDArray[np.generic]) -> str | None:
    """What an array holds that is not real, None if it may be real."""
    entries = array.ravel().tolist() if array.dtype == np.object_ else []  # NumPy would read text among them
    if array.dtype.kind == "c" or any(isinstance(entry, complex | np.complexfloating) for entry in entries):
        return "complex numbers"
    if array.dtype.kind not in "biufO" or any(isinstance(entry, str | bytes) for entry in entries):
        return "text or dates"
    return None


def real_number(name: str, value: object) -> float:
    """A single real number, possibly NaN or infinite: what is to be compared with a range.

    Args:
        name: what to call the number in the message.
        value: the number.

    Returns:
        The number as a float.

    Raises:
        DomainError: if it is an array, complex, a string or None.

    Example:
        >>> real_number("step", 1)
        1.0
    """
    if isinstance(value, float):
        return float(value)
    array = None if value is None else real_array(name, value)
    if array is None or array.ndim:
        raise DomainError(f"{name} is {value!r}; expected one real number; pass a float")
    return float(array)


def real_pair(name: str, value: object) -> tuple[float, float]:
    """Two real numbers, possibly NaN or infinite.

    Args:
        name: what to call the pair in the message.
        value: a tuple, list or array of two.

    Returns:
        Both as floats.

    Raises:
        ShapeError: if they are not two.
        DomainError: if one is complex, a string or None.

    Example:
        >>> real_pair("bounds", [0, 1])
        (0.0, 1.0)
    """
    both = value.tolist() if isinstance(value, np.ndarray) else value
    if not isinstance(both, tuple | list) or len(both) != 2:
        raise ShapeError(f"{name} is {value!r}; expected a pair of numbers; pass (first, second)")
    return real_number(name, both[0]), real_number(name, both[1])


def finite_array(name: str, value: object) -> FloatArray:
    """Float64 array without NaN or infinity.

    Args:
        name: what to call the array in the message.
        value: anything NumPy turns into an array of floats.

    Returns:
        The array, not copied if it is float64 already.

    Raises:
        DomainError: if an entry is complex, a string or no number at all.
        NonFiniteError: if an entry is NaN or infinite.

    Example:
        >>> finite_array("x", [1, 2])
        array([1., 2.])
    """
    array = real_array(name, value)
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


def balanced(student: FloatArray, teacher: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Student and teacher over one power of two, the largest entry in [1/2, 1): exact, and no square overflows.

    What is homogeneous of degree 0 in all neurons together, as the Hessian of a rectifier's loss, is the same there.

    Args:
        student: shape (n, d), no row zero.
        teacher: shape (k, d).

    Returns:
        Both.

    Raises:
        DomainError: if a student is below 2^-480 of the largest neuron: the square of its Dirac mass overflows.

    Example:
        >>> balanced(np.array([[2.0**600]]), np.array([[2.0**599]]))
        (array([[0.5]]), array([[0.25]]))
    """
    largest = max(float(np.abs(rows).max(initial=0.0)) for rows in (student, teacher))
    exponent = math.frexp(largest)[1]
    W, V = np.ldexp(student, -exponent), np.ldexp(teacher, -exponent)
    least = float(np.abs(W).max(axis=1).min())
    if least < SMALLEST_SHARE:
        raise DomainError(
            f"a row of W is {least:.1e} of the largest neuron; expected at least {SMALLEST_SHARE:.1e}, because the "
            f"squares in the error of its Dirac mass overflow; rescale the neuron or drop it"
        )
    return W, V


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
    if not 0.0 < real_number(name, value) < 1.0:
        raise DomainError(
            f"{name} is {value!r}; expected a probability strictly between 0 and 1, because it is the chance of a "
            f"false alarm; try 1e-6"
        )
    return float(value)
