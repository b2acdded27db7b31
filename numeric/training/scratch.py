"""Memory that is used again in the next step: fresh pages would cost as much time as the arithmetic on them."""

from __future__ import annotations

import math
import threading

import numpy as np

from numeric.arguments import FloatArray

VIEWS = 100
"""Shapes that are remembered."""


class Scratch(threading.local):
    """Named arrays, for each thread its own, whose contents nobody relies on.

    Example:
        >>> memory = Scratch()
        >>> memory.array("c", (2, 3)).shape, memory.array("c", (2, 2)).base is memory.array("c", (3, 1)).base
        ((2, 3), True)
    """

    def __init__(self) -> None:
        self._arrays: dict[str, FloatArray] = {}
        self._views: dict[tuple[str, tuple[int, ...]], FloatArray] = {}

    def array(self, name: str, shape: tuple[int, ...]) -> FloatArray:
        """Contiguous array of a shape, with anything in it; valid until the name is used again.

        Args:
            name: which of the arrays.
            shape: its shape.

        Returns:
            The array.

        Example:
            >>> Scratch().array("s", (4,)).flags.c_contiguous
            True
        """
        view = self._views.get((name, shape))
        return self._made(name, shape) if view is None else view

    def _made(self, name: str, shape: tuple[int, ...]) -> FloatArray:
        size = math.prod(shape)
        flat = self._arrays.get(name)
        if flat is None or flat.size < size:
            flat = self._arrays[name] = np.empty(size)
            self._views = {key: view for key, view in self._views.items() if key[0] != name}  # views of the smaller
        if len(self._views) >= VIEWS:
            self._views.clear()
        return self._views.setdefault((name, shape), flat[:size].reshape(shape))


SCRATCH = Scratch()
"""The scratch memory of this package."""
