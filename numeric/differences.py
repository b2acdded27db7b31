"""Derivatives by central differences with Richardson extrapolation and an error that also holds at a kink of f'."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import EPS, FloatArray, finite_array, real_number
from numeric.errors import DomainError, ShapeError
from numeric.richardson import Best, DifferenceEstimate, best_of

METHOD = "Richardson differences"
HALVINGS = 16
"""Steps h, h/2, ..., h/2^15: from 1/8 down to 3.8e-6, about the best step of the plain difference for smooth f."""


def gradient(
    f: Callable[[FloatArray], float | FloatArray],
    x: ArrayLike,
    step: float | None = None,
    noise: float | None = None,
) -> DifferenceEstimate:
    r"""Gradient of a real function of an array, $\partial f/\partial x_c$ for every entry c of x.

    See `jacobian`, of which it is the case of a scalar f.

    Args:
        f: function of an array of the shape of x, with a real value.
        x: where, any shape.
        step: largest step h, positive.
        noise: bound on the absolute error of a value of f.

    Returns:
        Estimate of kind "scheme", of the shape of x, and the order observed.

    Raises:
        ShapeError: if f is not real-valued.
        NonFiniteError: if x, or f near x, is NaN or infinite.
        DomainError: if step is not positive or noise negative, or x cannot be moved by the steps.

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
) -> DifferenceEstimate:
    r"""Jacobian of an array-valued function of an array, $J_{ac} = \partial f_a/\partial x_c$.

    For each entry of x the central differences $D(h) = (f(x + he) - f(x - he))/2h$ at steps halved again and again
    form a Richardson table. A cell of the table is credited with the error
    (spread of its column over four successive steps) + (noise of f carried through, about noise/h),
    raised until it contradicts no cell of a finer step; entry by entry the cell of least error is returned. The spread
    over $h, \dots, h/8$ is seven times the error of the last if halving h halves the error, as it does at a kink of f';
    where f is smooth the higher columns win. It is the symmetric derivative: 0 for |x| at 0.

    Args:
        f: function of an array of the shape of x, with values of one fixed shape.
        x: where, any shape.
        step: largest step h, positive; by default, for each entry, 1/8 of max(1, |x_c|). Choose it below the scale on
            which f varies.
        noise: bound on the absolute error of an entry of f; by default the machine epsilon times
            $\max|f| + \max|x_c|\max|\Delta f/2h|$: the round-off of a value and of its argument.

    Returns:
        Estimate of kind "scheme", of the shape of f(x) followed by the shape of x, and the order observed.

    Raises:
        ShapeError: if the shape of f's values changes.
        NonFiniteError: if x, or f near x, is NaN or infinite.
        DomainError: if step is not positive or noise negative, or x cannot be moved by the steps.

    Source: Ridders 1982, Accurate computation of F'(x) and F'(x)F''(x), for the table; the credited error is ours.

    Example:
        >>> estimate = jacobian(lambda x: x * np.abs(x), [0.0])  # the derivative 2|x| has a kink at 0
        >>> bool(abs(estimate.value[0, 0]) <= estimate.error[0, 0] < 1e-3), round(float(estimate.order[0, 0]), 3)
        (True, 1.0)
    """
    point = finite_array("x", x)
    check_options(step, noise)
    columns = [_column(f, point, index, step, noise) for index in np.ndindex(point.shape)]
    if not columns:
        empty = np.zeros((*np.shape(f(point.copy())), *point.shape))
        return DifferenceEstimate(empty, empty, "scheme", None, METHOD, 0, order=empty)
    value, error, order, _ = (
        np.stack(part, axis=-1).reshape((*part[0].shape, *point.shape)) for part in zip(*columns, strict=True)
    )
    return DifferenceEstimate(value, error, "scheme", None, METHOD, 2 * HALVINGS * point.size, order=order)


def _column(
    f: Callable[[FloatArray], float | FloatArray],
    x: FloatArray,
    index: tuple[int, ...],
    step: float | None,
    noise: float | None,
) -> Best:
    """Derivative of f in the direction of one entry of x."""
    steps = halved_steps(float(x[index]), step)
    plus, minus = (stacked_values([_shifted(f, x, index, sign * h) for h in steps]) for sign in (1.0, -1.0))
    entry = float(x[index])
    gaps = (entry + steps) - (entry - steps)
    widths = gaps.reshape(-1, *(1,) * (plus.ndim - 1))
    differences = (plus - minus) / widths
    if noise is None:
        reach = abs(entry) + float(steps[0])
        noise = EPS * (largest_magnitude(plus, minus) + reach * largest_magnitude(differences))
    return best_of(differences, 2.0 * noise / widths)


def halved_steps(entry: float, step: float | None) -> FloatArray:
    """Powers of two from the largest step on, so that entry plus and minus a step are nearly exact.

    Args:
        entry: where.
        step: the largest step; by default 1/8 of max(1, |entry|).

    Returns:
        `HALVINGS` steps, each half of the one before.

    Raises:
        DomainError: if entry plus a step overflows, or plus the least step is the entry itself.

    Example:
        >>> halved_steps(0.0, None)[:2]
        array([0.125 , 0.0625])
    """
    largest = max(1.0, abs(entry)) / 8.0 if step is None else step
    steps = np.ldexp(1.0, math.floor(math.log2(largest)) - np.arange(HALVINGS))
    wide, least = float(steps[0]), float(steps[-1])
    if not abs(entry) + wide < math.inf or entry + least == entry or entry - least == entry:
        raise DomainError(
            f"x has the entry {entry!r}, and the steps go from {wide:.3g} to {least:.3g}; expected both sides of it "
            f"to be other numbers, because f is evaluated there; choose another step or move the origin of x"
        )
    return steps


def largest_magnitude(*arrays: FloatArray) -> float:
    """Largest magnitude of an entry.

    Args:
        arrays: any number, of any shapes.

    Returns:
        The magnitude, 0 if there is no entry.

    Example:
        >>> largest_magnitude(np.array([1.0, -3.0]), np.zeros(0))
        3.0
    """
    return max(float(np.abs(array).max(initial=0.0)) for array in arrays)


def stacked_values(values: list[FloatArray]) -> FloatArray:
    """Values of f at neighbouring points along a new first axis.

    Args:
        values: at least one.

    Returns:
        The stack.

    Raises:
        ShapeError: if the shapes differ.

    Example:
        >>> stacked_values([np.zeros(2), np.ones(2)]).shape
        (2, 2)
    """
    shapes = {value.shape for value in values}
    if len(shapes) > 1:
        raise ShapeError(
            f"f returned the shapes {sorted(shapes)} at neighbouring points; expected one fixed shape, because its "
            f"values are subtracted; return an array of the same shape for every x"
        )
    return np.stack(values)


def check_options(step: float | None, noise: float | None) -> None:
    """Refuses steps and noises that are none.

    Args:
        step: positive and finite, or None.
        noise: finite and at least 0, or None.

    Raises:
        DomainError: if one is not.

    Example:
        >>> check_options(0.1, None)
    """
    if step is not None and not 0.0 < real_number("step", step) < math.inf:
        raise DomainError(f"step is {step!r}; expected a positive finite number: the largest step; omit it to choose")
    if noise is not None and not 0.0 <= real_number("noise", noise) < math.inf:
        raise DomainError(f"noise is {noise!r}; expected a finite number >= 0, the error of a value of f; try 1e-15")


def _shifted(
    f: Callable[[FloatArray], float | FloatArray], x: FloatArray, index: tuple[int, ...], shift: float
) -> FloatArray:
    """Value of f where one entry of x is shifted."""
    moved = x.copy()
    moved[index] += shift
    return finite_array("f(x)", f(moved))
