"""Derivatives by central differences with Richardson extrapolation and an error that also holds at a kink of f'."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import EPS, FloatArray, finite_array
from numeric.errors import DomainError, ShapeError
from numeric.estimate import Estimate

HALVINGS = 16
"""Steps h, h/2, ..., h/2^15: from 1/8 down to 3.8e-6, about the best step of the plain difference for smooth f."""

EXTRAPOLATIONS = 3
"""Columns of the Richardson table: errors of order h^2, h^4 and h^6 for smooth f."""


def gradient(
    f: Callable[[FloatArray], float | FloatArray],
    x: ArrayLike,
    step: float | None = None,
    noise: float | None = None,
) -> Estimate:
    r"""Gradient of a real function of an array, $\partial f/\partial x_c$ for every entry c of x.

    See `jacobian`, of which it is the case of a scalar f.

    Args:
        f: function of an array of the shape of x, with a real value.
        x: where, any shape.
        step: largest step h, positive.
        noise: bound on the absolute error of a value of f.

    Returns:
        Estimate of kind "scheme", of the shape of x.

    Raises:
        ShapeError: if f is not real-valued.
        NonFiniteError: if x, or f near x, is NaN or infinite.
        DomainError: if step is not positive or noise negative.

    Example:
        >>> estimate = gradient(lambda x: float(x @ x), [1.0, 2.0])
        >>> bool((abs(estimate.value - [2.0, 4.0]) <= estimate.error).all())
        True
    """
    point = finite_array("x", x)
    if np.shape(f(point.copy())) != ():
        raise ShapeError(
            f"f returned shape {np.shape(f(point.copy()))}; expected one number, because a gradient belongs to a "
            f"real function; use jacobian for arrays"
        )
    return jacobian(f, point, step, noise)


def jacobian(
    f: Callable[[FloatArray], float | FloatArray],
    x: ArrayLike,
    step: float | None = None,
    noise: float | None = None,
) -> Estimate:
    r"""Jacobian of an array-valued function of an array, $J_{ac} = \partial f_a/\partial x_c$.

    For each entry of x the central differences $D(h) = (f(x + he) - f(x - he))/2h$ at steps halved again and again
    form a Richardson table. A cell of the table is credited with the error
    (spread of its column over four successive steps) + (noise of f carried through, about noise/h),
    raised until it contradicts no cell of a finer step; entry by entry the cell of least error is returned. The spread
    over $h, \dots, h/8$ is seven times the error of the last if halving h halves the error, as it does at a kink of f';
    where f is smooth the higher columns win.

    Args:
        f: function of an array of the shape of x, with values of one fixed shape.
        x: where, any shape.
        step: largest step h, positive; by default, for each entry, 1/8 of max(1, |x_c|). Choose it below the scale on
            which f varies.
        noise: bound on the absolute error of an entry of f; by default the machine epsilon times
            $\max|f| + \max|x_c|\max|\Delta f/2h|$: the round-off of a value and of its argument.

    Returns:
        Estimate of kind "scheme", of the shape of f(x) followed by the shape of x.

    Raises:
        ShapeError: if the shape of f's values changes.
        NonFiniteError: if x, or f near x, is NaN or infinite.
        DomainError: if step is not positive or noise negative.

    Source: Ridders 1982, Accurate computation of F'(x) and F'(x)F''(x), for the table; the credited error is ours.

    Example:
        >>> estimate = jacobian(lambda x: x * np.abs(x), [0.0])  # the derivative 2|x| has a kink at 0
        >>> bool(abs(estimate.value[0, 0]) <= estimate.error[0, 0] < 1e-3)
        True
    """
    point = finite_array("x", x)
    _check(step, noise)
    columns = [_column(f, point, index, step, noise) for index in np.ndindex(point.shape)]
    inner = columns[0].value.shape if columns else np.shape(f(point.copy()))
    value = np.stack([c.value for c in columns], axis=-1) if columns else np.zeros((*inner, 0))
    error = np.stack([c.error for c in columns], axis=-1) if columns else np.zeros((*inner, 0))
    shape = (*inner, *point.shape)
    work = 2 * HALVINGS * point.size
    return Estimate(value.reshape(shape), error.reshape(shape), "scheme", None, "Richardson differences", work)


class _Best(NamedTuple):
    """The chosen entries of a Richardson table with their errors."""

    value: FloatArray
    error: FloatArray


def _column(
    f: Callable[[FloatArray], float | FloatArray],
    x: FloatArray,
    index: tuple[int, ...],
    step: float | None,
    noise: float | None,
) -> _Best:
    """Derivative of f in the direction of one entry of x."""
    largest = max(1.0, abs(float(x[index]))) / 8.0 if step is None else step
    steps = 2.0 ** math.floor(math.log2(largest)) * 0.5 ** np.arange(HALVINGS)  # powers of 2: x +- h nearly exact
    plus, minus = (_stacked([_shifted(f, x, index, sign * h) for h in steps]) for sign in (1.0, -1.0))
    entry = float(x[index])
    gaps = (entry + steps) - (entry - steps)
    widths = gaps.reshape(-1, *(1,) * (plus.ndim - 1))
    differences = (plus - minus) / widths
    if noise is None:
        reach = abs(entry) + float(steps[0])
        noise = EPS * (_largest(plus, minus) + reach * _largest(differences))
    return _least_error(*_table(differences, 2.0 * noise / widths))


def _largest(*arrays: FloatArray) -> float:
    """Largest magnitude of an entry."""
    return max(float(np.abs(array).max(initial=0.0)) for array in arrays)


def _stacked(values: list[FloatArray]) -> FloatArray:
    shapes = {value.shape for value in values}
    if len(shapes) > 1:
        raise ShapeError(
            f"f returned the shapes {sorted(shapes)} at neighbouring points; expected one fixed shape, because its "
            f"values are subtracted; return an array of the same shape for every x"
        )
    return np.stack(values)


def _shifted(
    f: Callable[[FloatArray], float | FloatArray], x: FloatArray, index: tuple[int, ...], shift: float
) -> FloatArray:
    """Value of f where one entry of x is shifted."""
    moved = x.copy()
    moved[index] += shift
    return finite_array("f(x)", f(moved))


def _table(differences: FloatArray, noise: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Cells of the Richardson table, their spreads and noise, a row for each finest step that all columns share."""
    values, spreads, noises = [], [], []
    rows = HALVINGS - EXTRAPOLATIONS - 2
    for order in range(EXTRAPOLATIONS):
        if order:
            shrink = 4.0**order  # the term h^(2 order) of the error falls by this factor when h is halved
            differences = (shrink * differences[1:] - differences[:-1]) / (shrink - 1.0)
            noise = (shrink * noise[1:] + noise[:-1]) / (shrink - 1.0)
        four = np.stack([differences[3:], differences[2:-1], differences[1:-2], differences[:-3]])
        values.append(differences[-rows:])
        spreads.append((four.max(axis=0) - four.min(axis=0))[-rows:])
        noises.append(noise[-rows:])
    return np.stack(values, axis=1), np.stack(spreads, axis=1), np.stack(noises, axis=1)


def _least_error(values: FloatArray, spreads: FloatArray, noises: FloatArray) -> _Best:
    """Cell of least error, once none is credited with less than its disagreement with the cells of finer steps.

    Without the comparison an accidental small spread at coarse steps would win. A cell whose error falls by two or more
    at each halving is off by at most a seventh of its spread; a third is conceded to the finer cell.
    """
    errors = spreads + noises
    for row in range(len(values) - 2, -1, -1):
        for finer in range(row + 1, len(values)):
            conceded = spreads[finer] / 3.0 + noises[finer]
            gap = np.abs(values[row, :, None] - values[finer, None]) - conceded[None]
            errors[row] = np.maximum(errors[row], gap.max(axis=1))
    cells = values.reshape(-1, *values.shape[2:]), errors.reshape(-1, *errors.shape[2:])
    best = cells[1].argmin(axis=0)[None]
    return _Best(np.take_along_axis(cells[0], best, axis=0)[0], np.take_along_axis(cells[1], best, axis=0)[0])


def _check(step: float | None, noise: float | None) -> None:
    if step is not None and not 0.0 < step < math.inf:
        raise DomainError(f"step is {step!r}; expected a positive finite number: the largest step; omit it to choose")
    if noise is not None and not 0.0 <= noise < math.inf:
        raise DomainError(f"noise is {noise!r}; expected a finite number >= 0, the error of a value of f; try 1e-15")
