"""Jakub, Nica 2024: the angle between two inputs, layer by layer, in random ReLU networks of finite width."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from scipy.special import digamma
from scipy.stats import binom

from numeric.arguments import FloatArray
from numeric.experiments.experiment import Experiment, Progress


def next_log_sine(theta: FloatArray, width: int, rng: np.random.Generator) -> FloatArray:
    """ln sin^2 of the angle one layer on, for a batch of angles, each through weights of its own.

    The units of a layer see independent pairs of Gaussians whose correlation is the cosine of the angle. The sine comes
    from the part of one vector that is orthogonal to the other: no cosine near 1 is subtracted from 1.

    Args:
        theta: angles in (0, pi), of shape (runs,).
        width: units of the layer.
        rng: of the weights.

    Example:
        >>> next_log_sine(np.full(3, 0.5), 20, np.random.default_rng(0)).shape
        (3,)
    """
    u = rng.standard_normal((len(theta), width))
    v = np.cos(theta)[:, None] * u + np.sin(theta)[:, None] * rng.standard_normal(u.shape)
    first, second = np.maximum(u, 0), np.maximum(v, 0)
    along = np.sum(first * second, axis=1) / np.sum(first**2, axis=1)
    across = second - along[:, None] * first
    return np.asarray(np.log(np.sum(across**2, axis=1) / np.sum(second**2, axis=1)))


def wide_log_sine(theta: float) -> float:
    """The same for infinite width: cos of the next angle is (sin t + (pi - t) cos t)/pi.

    Example:
        >>> round(wide_log_sine(0.1) - 2 * math.log(math.sin(0.1)) + 0.2 / (3 * math.pi), 3)
        -0.0
    """
    cosine = (math.sin(theta) + (math.pi - theta) * math.cos(theta)) / math.pi
    return math.log1p(-(cosine**2))


def small_angle_shift(width: int) -> float:
    r"""E of the shift of ln sin^2 by a layer at angle 0: $E[\psi((A-1)/2)-\psi(A/2)]$, A ~ Bin(n, 1/2), A >= 2.

    With A active units, sin^2 grows by the quotient of independent chi-squares of A - 1 and A degrees of freedom.

    Example:
        >>> round(small_angle_shift(1000) * 1000, 2)
        -2.01
    """
    active = np.arange(2, width + 1)
    weights = binom.pmf(active, width, 0.5)
    return float(np.sum(weights * (digamma((active - 1) / 2) - digamma(active / 2))) / np.sum(weights))


def run(sizes: Mapping[str, float], rng: np.random.Generator, progress: Progress) -> dict[str, float]:
    """One layer from a small angle, and many layers from a right one, each many times.

    Example:
        >>> tiny = {"width": 30, "angle": 0.1, "layers": 3, "runs": 200}
        >>> abs(run(tiny, np.random.default_rng(0), lambda share: None)["small_angle_z"]) < 5
        True
    """
    width, layers, runs = (int(sizes[name]) for name in ("width", "layers", "runs"))
    theta, wide = sizes["angle"], math.pi / 2
    first = next_log_sine(np.full(runs, theta), width, rng) - wide_log_sine(theta)
    angles = np.full(runs, wide)
    for layer in range(layers):
        angles = np.arcsin(np.exp(next_log_sine(angles, width, rng) / 2))
        wide = math.asin(math.exp(wide_log_sine(wide) / 2))
        progress((layer + 1) / layers)
    below = 2 * math.log(math.sin(wide)) - 2 * np.log(np.sin(angles))
    return {
        "small_angle_z": score(first - small_angle_shift(width)),
        "wide_z": score(below),
        "below": float(np.mean(below)) * width / (2 * layers),
    }


def score(values: FloatArray) -> float:
    """A mean over its standard error.

    Example:
        >>> score(np.array([1.0, 3.0]))
        2.0
    """
    return float(np.mean(values)) / (float(np.std(values, ddof=1)) / math.sqrt(len(values)))


EXPERIMENTS = (
    Experiment(
        "jakub-nica-2024/angles",
        "How far below infinite width does ln sin^2 of the angle lie, after one layer and after many?",
        run,
        {"width": 50, "angle": 0.01, "layers": 10, "runs": 1000},
        {"width": 200, "angle": 0.01, "layers": 50, "runs": 20000},
        {
            "small_angle_z": "one layer from a small angle: mean less its limit at finite width, in standard errors",
            "wide_z": "all layers: how far the mean lies below the recursion of infinite width, in standard errors",
            "below": "how far, over 2 layers/width",
        },
    ),
)
