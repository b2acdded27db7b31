"""A function of Gaussian variables in the coordinates in which it is integrated, and its sensitivity to round-off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from numeric.arguments import EPS, FloatArray, finite_array
from numeric.forms import Form, Frame
from numeric.law import GaussianLaw

Function: TypeAlias = Callable[[FloatArray], FloatArray]

PERTURBATION = 2.0**-26
"""Relative change of the arguments by which the effect of their round-off is measured: the root of EPS."""


class Integrand:
    """The function in the coordinates of a frame, and how far round-off of its arguments moves it.

    Args:
        f: of points of shape (m, n), returning (m,).
        law: the law of x, of rank 1 to 3.
        order: the frame.
        poles: singular hyperplanes, which no point may touch.

    Example:
        >>> from numeric.forms import Hyperplanes, frame
        >>> from numeric.law import gaussian_law
        >>> line = frame(Hyperplanes(np.zeros((0, 1)), np.zeros(0)))
        >>> Integrand(lambda x: x[:, 0], gaussian_law([1.0], [[4.0]]), line, []).at(np.array([[3.0]]))
        array([7.])
    """

    def __init__(self, f: Function, law: GaussianLaw, order: Frame, poles: Sequence[Form]) -> None:
        self.f, self.rank, self.singular = f, law.rank, bool(poles)
        self.centre, self.factor = law.centre[:, None], law.factor @ order.axes
        self.poles = [_Pole(law, order, form) for form in poles]
        self.signs = np.random.default_rng(0).choice([-1.0, 1.0], size=(len(law.mean), 997))

    def at(self, y: FloatArray) -> FloatArray:
        """Values at points of shape (r, m), finite or not."""
        return self.f((self.centre + self.factor @ self._off_poles(y)).T)

    def with_change(self, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Values and their change when every argument moves by a multiple of the size of the terms it is made of."""
        y = self._off_poles(y)
        x = self.centre + self.factor @ y
        moved = np.abs(self.centre) + np.abs(self.factor) @ np.abs(y)
        moved *= PERTURBATION * np.resize(self.signs, (y.shape[1], len(x))).T
        values = self._inside(x)
        change = np.abs(self._inside(x + moved) - values)
        return values, change + PERTURBATION * (y * y).sum(axis=0) * np.abs(values)  # the density moves as well

    def without_change(self, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Values, with zeros in place of the change."""
        values = finite_array("f(x)", self.at(y))
        return values, np.zeros_like(values)

    def _inside(self, x: FloatArray) -> FloatArray:
        return finite_array("f(x)", self.f(x.T))

    def _off_poles(self, y: FloatArray) -> FloatArray:
        for pole in self.poles:
            y = pole.avoided(y)
        return y


class _Pole:
    """Keeps the innermost coordinate farther from a singular hyperplane than its form's round-off."""

    def __init__(self, law: GaussianLaw, order: Frame, form: Form) -> None:
        normal, offset = law.whitened(*form)
        along = normal @ order.axes
        self.slopes, self.root = -along[:-1] / along[-1], -offset / along[-1]
        constant = np.abs(form[0]) @ np.abs(law.centre) + abs(form[1])
        self.constant = 4.0 * EPS * float(constant) / abs(along[-1])
        self.scale = 4.0 * EPS * float(np.abs(form[0]) @ np.abs(law.factor).sum(axis=1)) / abs(along[-1])

    def avoided(self, y: FloatArray) -> FloatArray:
        gap = y[-1] - (self.slopes @ y[:-1] + self.root)
        least = self.constant + self.scale * np.abs(y).sum(axis=0)
        missing = np.where(np.abs(gap) < least, np.copysign(least, gap) - gap, 0.0)
        return np.vstack([y[:-1], y[-1] + missing])
