"""Gaussian integrals over line, plane and space: coordinate inside coordinate, panels ending at the cuts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from numeric.arguments import FloatArray
from numeric.forms import Cuts, Frame
from numeric.rules import Rule
from numeric.window import Window

CHUNK = 2**17
"""Points handed to the integrand at once: a few arrays of a megabyte stay in the cache."""
GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
"""Multiples of it, modulo 1, are never close to each other."""


@dataclass(frozen=True, eq=False)
class Resolution:
    """How finely to integrate.

    Args:
        rule: on (0, 1), symmetric, an even number of nodes.
        width: of the panels between which the window is cut besides; infinite for none.
        shift: k >= 0; panels of another k end elsewhere. Two rules whose panels end at the same place agree on a jump
            between that and their next nodes, and are both wrong.

    Example:
        >>> from numeric.rules import legendre
        >>> Resolution(legendre(2), 3.0).width
        3.0
    """

    rule: Rule
    width: float
    shift: int = 0


@dataclass(frozen=True, eq=False)
class Moments:
    """Sums over the nodes of one rule.

    Args:
        mean: of the integrand.
        size: of its absolute value.
        norm: root of the mean square.
        spread: of the absolute value of its change by a perturbation.
        work: number of nodes.

    Example:
        >>> Moments(1.0, 1.0, 1.0, 0.0, 16).work
        16
    """

    mean: float
    size: float
    norm: float
    spread: float
    work: int


def moments(
    evaluate: Callable[[FloatArray], tuple[FloatArray, FloatArray]], order: Frame, window: Window, fine: Resolution
) -> Moments:
    r"""Sums $\sum_i w_i g(y_i)$ that approximate $E\,g(y)$, y standard Gaussian.

    Args:
        evaluate: of points of shape (r, m); returns g and a change of g, both of shape (m,).
        order: directions and cuts.
        window: where to integrate.
        fine: the rule and its panels.

    Returns:
        The sums.

    Example:
        >>> from numeric.forms import Hyperplanes, frame
        >>> from numeric.rules import legendre
        >>> line = frame(Hyperplanes(np.zeros((0, 1)), np.zeros(0)))
        >>> box = Window(9.0, np.array([-9.0]), np.array([9.0]), 0.0)
        >>> sums = moments(lambda y: (y[0] ** 2, y[0]), line, box, Resolution(legendre(16), 3.0))
        >>> round(sums.mean, 13)
        1.0
    """
    sums, norms, work = [], [0.0], 0
    for points, weights in _nodes(order, window, fine):
        values, change = evaluate(points)
        terms = weights * values
        sums.append((terms.sum(), np.abs(terms).sum(), weights @ np.abs(change)))
        norms.append(_norm(values, weights))
        work += weights.size
    mean, size, spread = (math.fsum(map(float, column)) for column in zip(*sums, strict=True))
    return Moments(mean, size, math.hypot(*norms), spread, work)


def predicted_work(order: Frame, window: Window, fine: Resolution) -> int:
    """Upper bound on the number of nodes.

    Args:
        order: directions and cuts.
        window: where to integrate.
        fine: the rule and its panels.

    Returns:
        The bound.

    Example:
        >>> from numeric.forms import Hyperplanes, frame
        >>> from numeric.rules import legendre
        >>> line = frame(Hyperplanes(np.zeros((0, 1)), np.zeros(0)))
        >>> predicted_work(line, Window(9.0, np.array([-9.0]), np.array([9.0]), 0.0), Resolution(legendre(16), 3.0))
        96
    """
    panels = [len(_grid(window, j, fine)) - 1 + len(cuts.roots) for j, cuts in enumerate(order.cuts)]
    return math.prod(count * len(fine.rule.nodes) for count in panels)


def _norm(values: FloatArray, weights: FloatArray) -> float:
    """Root of the sum of weighted squares; the squares of exponentials overflow before their integrals do."""
    largest = float(np.abs(values).max(initial=0.0)) or 1.0
    return largest * math.sqrt(float(weights @ (values / largest) ** 2))


def _nodes(order: Frame, window: Window, fine: Resolution) -> Iterator[tuple[FloatArray, FloatArray]]:
    """All nodes, in chunks, as points of shape (r, m) and Gaussian weights."""
    points, weights = np.zeros((0, 1)), np.ones(1)
    for j, cuts in enumerate(order.cuts):
        grid = _grid(window, j, fine)
        if j < len(order.cuts) - 1:
            points, weights = _extended(points, weights, cuts, grid, window.radius, fine.rule)
            continue
        step = max(1, CHUNK // ((len(grid) - 1 + len(cuts.roots)) * len(fine.rule.nodes)))
        for start in range(0, weights.size, step):
            part = slice(start, start + step)
            yield _extended(points[:, part], weights[part], cuts, grid, window.radius, fine.rule)


def _grid(window: Window, j: int, fine: Resolution) -> FloatArray:
    low, high = float(window.low[j]), float(window.high[j])
    panels = max(1, math.ceil((high - low) / fine.width))
    if panels > 1:  # widened at both ends by different shares of half a panel, which moves all the ends in between
        half = (high - low) / panels / 2.0
        low, high = low - half * (fine.shift * GOLDEN % 1.0), high + half * (fine.shift * GOLDEN**2 * 2.0 % 1.0)
    return np.linspace(low, high, panels + 1)


def _extended(
    points: FloatArray, weights: FloatArray, cuts: Cuts, grid: FloatArray, radius: float, rule: Rule
) -> tuple[FloatArray, FloatArray]:
    """The product of points with the nodes of one more coordinate, cut for each point where its integrand breaks."""
    roots = np.clip(points.T @ cuts.slopes.T + cuts.roots, grid[0], grid[-1])
    edges = np.sort(np.hstack([np.broadcast_to(grid, (weights.size, grid.size)), roots]), axis=1)
    low, high = edges[:, :-1], edges[:, 1:]
    nearest = np.maximum(np.maximum(low, -high), 0.0)
    owner, panel = np.nonzero((high > low) & (nearest**2 + (points * points).sum(axis=0)[:, None] < radius**2))
    low, high = low[owner, panel][:, None], high[owner, panel][:, None]
    half = len(rule.nodes) // 2
    shares = (high - low) * rule.nodes[:half]
    y = np.hstack([low + shares, high - shares])  # from the nearer end, where a logarithm may be
    density = np.exp(-y * y / 2.0) * ((high - low) / math.sqrt(2.0 * math.pi))
    new = density * np.hstack([rule.weights[:half], rule.weights[:half]]) * weights[owner][:, None]
    old = np.repeat(points[:, owner], 2 * half, axis=1)
    return np.vstack([old, y.reshape(1, -1)]), new.ravel()
