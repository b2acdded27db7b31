"""Heiss, Teichmann, Wutte 2019: ridge regression on random ReLU features against the spline that it tends to."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from numeric.arguments import FloatArray
from numeric.experiments.experiment import Experiment, Progress

#: Points on which functions are compared, nodes of the integral over knots, knots beyond which none are drawn.
GRID, NODES, REACH = 101, 2001, 2.0


def smoothed(kernel: FloatArray, there: FloatArray, y: FloatArray, ridge: float) -> FloatArray:
    """Kernel ridge regression: what minimises |f(x) - y|^2 + ridge |c|^2 over features of that kernel.

    Args:
        kernel: at the points, of shape (n, n).
        there: between the places wanted and the points, of shape (g, n).
        y: labels, of shape (n,).
        ridge: positive.

    Example:
        >>> smoothed(np.eye(2), np.eye(2), np.array([2.0, 4.0]), 1.0).tolist()
        [1.0, 2.0]
    """
    return np.asarray(there @ np.linalg.solve(kernel + ridge * np.eye(len(y)), y))


def slope(knots: FloatArray) -> FloatArray:
    """The inner weight v of a unit relu(v (x - s)) with the knot s, drawn uniformly from [-2, 2].

    Example:
        >>> slope(np.array([-2.0, 0.0])).tolist()
        [2.0, 1.0]
    """
    return 1 + np.abs(knots) / 2


def limit_kernel(first: FloatArray, second: FloatArray, weighed: bool) -> FloatArray:
    r"""The kernel of the limit, $\int g(s)v(s)^2(x-s)_+(x'-s)_+ds$, which penalises $\int f''^2/(gv^2)$.

    Args:
        first: places, of shape (n,).
        second: places, of shape (m,).
        weighed: False puts the mean of v^2 for v^2.

    Example:
        >>> one = np.array([2.0])
        >>> round(float(limit_kernel(one, one, False)[0, 0]), 3)
        12.444
    """
    nodes = np.linspace(-REACH, REACH, NODES)
    weights = np.full(NODES, 1 / (NODES - 1))
    weights[[0, -1]] /= 2
    density = weights * (slope(nodes) ** 2 if weighed else np.sum(weights * slope(nodes) ** 2))
    here, there = (np.maximum(points[:, None] - nodes, 0) for points in (first, second))
    return np.asarray((here * density) @ there.T)


def run(sizes: Mapping[str, float], rng: np.random.Generator, progress: Progress) -> dict[str, float]:
    """Noisy points; ridge regressions on features of two widths, and their mean distances from both limits.

    Example:
        >>> tiny = {"points": 5, "ridge": 0.01, "narrow": 50, "wide": 200, "draws": 4}
        >>> sorted(run(tiny, np.random.default_rng(0), lambda share: None))
        ['exponent', 'exponent_unweighed', 'wide', 'wide_unweighed']
    """
    points, draws, ridge = int(sizes["points"]), int(sizes["draws"]), sizes["ridge"]
    x, y, at = np.sort(rng.uniform(-1, 1, points)), rng.standard_normal(points), np.linspace(-1, 1, GRID)
    limits = {
        name: smoothed(limit_kernel(x, x, weighed), limit_kernel(at, x, weighed), y, ridge)
        for name, weighed in (("", True), ("_unweighed", False))
    }
    means: dict[str, float] = dict.fromkeys([f"{width}{name}" for width in ("narrow", "wide") for name in limits], 0.0)
    for draw in range(draws):
        for width in ("narrow", "wide"):
            knots = rng.uniform(-REACH, REACH, int(sizes[width]))
            here, there = (
                np.maximum(slope(knots) * (places[:, None] - knots), 0) / math.sqrt(len(knots)) for places in (x, at)
            )
            network = smoothed(here @ here.T, there @ here.T, y, ridge)
            for name, limit in limits.items():
                means[f"{width}{name}"] += float(np.max(np.abs(network - limit))) / draws
        progress((draw + 1) / draws)
    ratio, size = math.log(sizes["wide"] / sizes["narrow"]), float(np.max(np.abs(y)))
    found: dict[str, float] = {}
    for name in limits:
        found[f"wide{name}"] = means[f"wide{name}"] / size
        found[f"exponent{name}"] = math.log(means[f"wide{name}"] / means[f"narrow{name}"]) / ratio
    return found


MEASURES = {
    f"{what}{name}": f"{text} {limit}"
    for name, limit in (("", "the weighed smoothing spline"), ("_unweighed", "that with the mean weight everywhere"))
    for what, text in (
        ("wide", "mean largest distance of wide networks, over the largest label, from"),
        ("exponent", "with which that distance falls with the width,"),
    )
}

EXPERIMENTS = (
    Experiment(
        "heiss-2019/ridge",
        "Does ridge regression on wide random features tend to the spline that penalises the weighed curvature?",
        run,
        {"points": 6, "ridge": 0.01, "narrow": 100, "wide": 2000, "draws": 30},
        {"points": 20, "ridge": 0.01, "narrow": 1000, "wide": 20000, "draws": 30},
        MEASURES,
    ),
)
