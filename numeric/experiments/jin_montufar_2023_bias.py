"""Jin, Montufar 2023: least-norm random-feature networks on the line against splines with a weighed curvature."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Literal, TypeAlias

import numpy as np
from scipy.interpolate import CubicSpline

from numeric.arguments import FloatArray
from numeric.experiments.experiment import Experiment, Progress

Law: TypeAlias = Literal["uniform", "gaussian"]
#: Points of the grid on which functions are compared, and nodes of the integrals over knots.
GRID, NODES = 101, 4001


def interpolant(
    features: FloatArray, x: FloatArray, y: FloatArray, at: FloatArray, kernel_at: FloatArray
) -> FloatArray:
    r"""The function $\sum_jc_jK(t,x_j)+pt+q$ through the points with $\sum c_j=\sum c_jx_j=0$: least norm, affine free.

    Args:
        features: K at the points, of shape (n, n).
        x: points, of shape (n,).
        y: labels, of shape (n,).
        at: where it is wanted, of shape (g,).
        kernel_at: K between there and the points, of shape (g, n).

    Example:
        >>> x = np.array([0.0, 1.0, 2.0])
        >>> interpolant(np.eye(3), x, 2 * x, np.array([5.0]), np.zeros((1, 3))).round(9).tolist()
        [10.0]
    """
    n = len(x)
    affine = np.column_stack([x, np.ones(n)])
    scale = float(np.trace(features)) / n
    system = np.block([[features / scale, affine], [affine.T, np.zeros((2, 2))]])
    solved = np.linalg.solve(system, np.concatenate([y, [0.0, 0.0]]))
    return np.asarray(kernel_at @ solved[:n] / scale + solved[n] * at + solved[n + 1])


def random_network(
    law: Law, n: int, x: FloatArray, y: FloatArray, at: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """The least-norm network sum c_i relu(w_i t + b_i) plus an affine part, through the points.

    Args:
        law: uniform: w = +-1 and b uniform on [-2, 2]; gaussian: both standard.
        n: number of units.
        x: points in [-1, 1].
        y: labels.
        at: where it is wanted.
        rng: of the units.

    Example:
        >>> x = np.array([-1.0, 0.0, 1.0])
        >>> found = random_network("uniform", 50, x, x**2, x, np.random.default_rng(0))
        >>> bool(np.max(np.abs(found - x**2)) < 1e-9)
        True
    """
    if law == "uniform":
        w, b = rng.choice([-1.0, 1.0], n), rng.uniform(-2, 2, n)
    else:
        w, b = rng.standard_normal(n), rng.standard_normal(n)
    here, there = (np.maximum(np.outer(points, w) + b, 0) / math.sqrt(n) for points in (x, at))
    return interpolant(here @ here.T, x, y, at, there @ here.T)


def spline(x: FloatArray, y: FloatArray, at: FloatArray) -> FloatArray:
    r"""What minimises $\int g''^2/\zeta$, $\zeta(t)=1/(1+t^2)^2$ up to a factor, through the points: Gaussian weights.

    Its kernel is $\int\zeta(t)(x-t)_+(x'-t)_+dt$ up to affine functions; outside the points it is affine.

    Example:
        >>> x = np.array([-1.0, 0.0, 1.0])
        >>> bool(np.max(np.abs(spline(x, x**2, x) - x**2)) < 1e-9)
        True
    """
    nodes = np.linspace(x.min(), x.max(), NODES)
    weights = np.full(NODES, nodes[1] - nodes[0]) / (1 + nodes**2) ** 2
    weights[[0, -1]] /= 2
    here, there = (np.maximum(points[:, None] - nodes, 0) for points in (x, at))
    return interpolant((here * weights) @ here.T, x, y, at, (there * weights) @ here.T)


def run(law: Law, sizes: Mapping[str, float], rng: np.random.Generator, progress: Progress) -> dict[str, float]:
    """Points at random, networks of two widths: mean distances from both splines, and how they fall with the width.

    Example:
        >>> tiny = {"points": 4, "narrow": 100, "wide": 400, "draws": 2}
        >>> run("uniform", tiny, np.random.default_rng(0), lambda share: None)["natural_wide"] < 1
        True
    """
    narrow, wide, draws = (int(sizes[name]) for name in ("narrow", "wide", "draws"))
    points = int(sizes["points"])
    # one point in each of equal cells: near ones would make the labels' slopes, and all errors, large
    x = -1 + 2 * (np.arange(points) + rng.uniform(0.25, 0.75, points)) / points
    y, at = rng.standard_normal(points), np.linspace(-1, 1, GRID)
    natural = CubicSpline(x, y, bc_type="natural")
    inside = at[(at >= x[0]) & (at <= x[-1])]
    limits = {"natural": natural(inside), "weighed": spline(x, y, inside)}
    errors: dict[str, list[float]] = {f"{name}_{n}": [] for name in limits for n in (narrow, wide)}
    for draw in range(draws):
        for n in (narrow, wide):
            network = random_network(law, n, x, y, inside, rng)
            for name, limit in limits.items():
                errors[f"{name}_{n}"].append(float(np.max(np.abs(network - limit))))
        progress((draw + 1) / draws)
    means = {name: float(np.mean(values)) for name, values in errors.items()}
    size = float(np.max(np.abs(y)))
    found: dict[str, float] = {}
    for name in limits:
        found[f"{name}_wide"] = means[f"{name}_{wide}"] / size
        found[f"{name}_exponent"] = math.log(means[f"{name}_{wide}"] / means[f"{name}_{narrow}"]) / math.log(
            wide / narrow
        )
    return found


MEASURES = {
    f"{name}_{what}": text
    for name, which in (("natural", "the natural cubic spline"), ("weighed", "the spline weighed by 1/zeta"))
    for what, text in (
        ("wide", f"mean largest distance of wide networks from {which}, over the largest label"),
        ("exponent", f"with which that distance falls with the width, {which}"),
    )
}
EXPERIMENTS = tuple(
    Experiment(
        f"jin-montufar-2023/{law}",
        f"Do wide least-norm networks with {law} weights tend to a spline, and to which?",
        partial(run, law),
        {"points": 5, "narrow": 100, "wide": 2000, "draws": 40},
        {"points": 5, "narrow": 1000, "wide": 100000, "draws": 40},
        MEASURES,
    )
    for law in ("uniform", "gaussian")
)
