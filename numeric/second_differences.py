"""Hessians by second differences with Richardson extrapolation, a credited error and the order that was observed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import EPS, FloatArray, finite_array
from numeric.differences import HALVINGS, check_options, halved_steps, largest_magnitude, stacked_values
from numeric.errors import DomainError, NotConvergedError
from numeric.richardson import Best, DifferenceEstimate, best_of

#: A difference of both sides that keeps this share at each of so many halvings in turn stays: f'' jumps.
STAYS, LEVELS = 0.9, 5

SMALLEST = 2.0**-500
"""Least step, and inverse of the largest: squares of steps in between are normal numbers."""

Function = Callable[[FloatArray], float | FloatArray]
Index = tuple[int, ...]


def hessian_of(f: Function, x: ArrayLike, step: float | None = None, noise: float | None = None) -> DifferenceEstimate:
    r"""Hessian of a real or array-valued function of an array, $\partial^2 f_a/\partial x_c\,\partial x_e$.

    Central second differences, of order $h^2$ for smooth f,
    $$D_{cc} = \frac{f(x + he_c) - 2f(x) + f(x - he_c)}{h^2}, \qquad
    D_{ce} = \frac{f(x_{++}) - f(x_{+-}) - f(x_{-+}) + f(x_{--})}{4 h_c h_e},$$
    at steps halved again and again form a Richardson table; as by `jacobian`, the cell of least credited error is
    returned. Noise is divided by $h^2$, so that two thirds of the digits of f remain, and a third at a kink of the
    second derivative. Where f comes with a gradient, the `jacobian` of that is the more accurate Hessian. At a jump of
    the second derivative, as at a kink of the gradient, it is the mean of both sides, and the error covers both.

    Args:
        f: function of an array of the shape of x, with values of one fixed shape.
        x: where, any shape.
        step: largest step h, positive; by default, for each entry, 1/8 of max(1, |x_c|).
        noise: bound on the absolute error of an entry of f; by default the round-off of a value and of its argument.

    Returns:
        Estimate of kind "scheme", of the shape of f(x) followed by twice the shape of x, and the order observed.

    Raises:
        NotConvergedError: if a difference does not settle down to the very smallest step, as at a kink of f, whose
            second derivative is a Dirac mass.
        ShapeError: if the shape of f's values changes.
        NonFiniteError: if x, or f near x, is NaN or infinite.
        DomainError: if step is not positive or noise negative, x cannot be moved by the steps, or their squares are not
            normal numbers.

    Source: Abramowitz and Stegun 1972, 25.3.23 and 25.3.26, for the differences; Ridders 1982 for the table.

    Example:
        >>> estimate = hessian_of(lambda x: np.sin(x[0]) * x[1] ** 2, [0.0, 1.0])
        >>> bool((abs(estimate.value - [[0.0, 2.0], [2.0, 0.0]]) <= estimate.error).all())
        True
        >>> round(float(estimate.order[0, 1]), 1), bool(estimate.error.max() < 1e-7)
        (2.0, True)
    """
    point = finite_array("x", x)
    check_options(step, noise)
    table = _Differences(f, point, step, noise)
    places = list(np.ndindex(point.shape))
    found = {(c, e): table.entry(c, e) for k, c in enumerate(places) for e in places[k:]}
    value, error, order, divergent = (
        _matrix([found[min(c, e), max(c, e)][part] for c in places for e in places], table.centre.shape, point.shape)
        for part in range(4)
    )
    _refuse_divergent(divergent)
    work = 1 + HALVINGS * (2 * point.size + 2 * point.size * (point.size - 1))
    return DifferenceEstimate(value, error, "scheme", None, "Richardson second differences", work, order=order)


class _Differences:
    """Differences of one function about one point."""

    def __init__(self, f: Function, x: FloatArray, step: float | None, noise: float | None) -> None:
        self.f, self.x = f, x
        self.steps = {c: _with_squares(halved_steps(float(x[c]), step)) for c in np.ndindex(x.shape)}
        self.centre = self._value({})
        self.sides = {c: [self._line({c: h}) for h in (steps, -steps)] for c, steps in self.steps.items()}
        self.noise = self._round_off() if noise is None else noise

    def entry(self, c: Index, e: Index) -> Best:
        """Second derivative by two entries of x."""
        h, k = self.steps[c], self.steps[e]
        if c == e:
            plus, minus = self.sides[c]
            best = self._best((plus - self.centre) + (minus - self.centre), h * h, 4.0)
            return best._replace(error=np.maximum(best.error, self._jump(plus, minus, h)))
        there = self._line({c: h, e: k}) - self._line({c: h, e: -k})
        back = self._line({c: -h, e: k}) - self._line({c: -h, e: -k})
        return self._best(there - back, 4.0 * h * k, 4.0)

    def _best(self, change: FloatArray, squares: FloatArray, values: float) -> Best:
        widths = squares.reshape(-1, *(1,) * (change.ndim - 1))
        return best_of(change / widths, values * self.noise / widths)

    def _jump(self, plus: FloatArray, minus: FloatArray, h: FloatArray) -> FloatArray:
        """By how much the second derivatives of the two sides differ where that does not shrink with the step, else 0.

        For smooth f their difference halves with h; at a jump of f'' it stays.
        """
        widths = (h[1:] ** 2).reshape(-1, *(1,) * self.centre.ndim)
        right, left = ((side[:-1] - 2.0 * side[1:] + self.centre) / widths for side in (plus, minus))
        gap, floor = np.abs(right - left), 100.0 * self.noise / widths
        above = gap > floor
        finest = above & (np.flip(np.cumsum(np.flip(above, 0), axis=0), 0) == 1)  # not hidden by noise
        stays = (gap[1:] > STAYS * gap[:-1]) & (gap[1:] < gap[:-1] / STAYS) & above[1:]
        runs = np.stack([stays[k : len(stays) - LEVELS + 1 + k] for k in range(LEVELS)]).all(axis=0)
        return np.asarray(np.where(runs & finest[LEVELS:], gap[LEVELS:], 0.0).max(axis=0))

    def _line(self, shifts: dict[Index, FloatArray]) -> FloatArray:
        """Values at all steps, along the first axis."""
        return stacked_values([self._value({c: h[k] for c, h in shifts.items()}) for k in range(HALVINGS)])

    def _value(self, shifts: dict[Index, float]) -> FloatArray:
        moved = self.x.copy()
        for c, h in shifts.items():
            moved[c] += h
        return finite_array("f(x)", self.f(moved))

    def _round_off(self) -> float:
        """EPS times the size of f plus that of x times the slope of f."""
        size, moved = largest_magnitude(self.centre), 0.0
        for c, (plus, minus) in self.sides.items():
            steps = self.steps[c].reshape(-1, *(1,) * self.centre.ndim)
            size = max(size, largest_magnitude(plus, minus))
            moved += (abs(float(self.x[c])) + float(steps[0].max())) * largest_magnitude((plus - minus) / (2.0 * steps))
        return EPS * (size + moved)


def _with_squares(steps: FloatArray) -> FloatArray:
    """The steps, refused if their squares, by which differences are divided, are lost."""
    if not SMALLEST <= steps[-1] <= steps[0] <= 1.0 / SMALLEST:
        raise DomainError(
            f"the steps go from {steps[0]:.3g} to {steps[-1]:.3g}; expected them within [{SMALLEST:.3g}, "
            f"{1.0 / SMALLEST:.3g}], because second differences are divided by their squares; pass a step or rescale x"
        )
    return steps


def _matrix(columns: list[FloatArray], inner: Index, outer: Index) -> FloatArray:
    """Entries for all pairs of places, gathered into the shape of the result."""
    if not columns:
        return np.zeros((*inner, *outer, *outer))
    return np.stack(columns, axis=-1).reshape((*inner, *outer, *outer))


def _refuse_divergent(divergent: FloatArray) -> None:
    if divergent.any():
        raise NotConvergedError(
            f"the second difference at entry {tuple(np.argwhere(divergent)[0].tolist())} does not settle as the step "
            f"shrinks; expected a limit, because otherwise there is no second derivative here; look for a kink of f or "
            f"of its gradient nearby, or state the noise of f"
        )
