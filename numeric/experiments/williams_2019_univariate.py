"""Williams et al. 2019: gradient flow of univariate ReLU networks from kernel and from adaptive starts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from numeric.arguments import FloatArray
from numeric.experiments.experiment import Experiment, Progress
from numeric.experiments.parts import part


@dataclass(frozen=True)
class Network:
    """x -> sum c_i [a_i x - b_i]_+.

    Args:
        a: slopes, of shape (m,).
        b: offsets, of shape (m,).
        c: weights of the output, of shape (m,).
    """

    a: FloatArray
    b: FloatArray
    c: FloatArray

    def gradient(self, x: FloatArray, y: FloatArray) -> tuple[float, Network]:
        """The loss 1/2 mean (f(x) - y)^2 and its gradient.

        Example:
            >>> one = np.ones(1)
            >>> Network(one, 0 * one, one).gradient(2 * one, 0 * one)[0]
            2.0
        """
        before = np.outer(x, self.a) - self.b
        after = np.maximum(before, 0)
        residual = after @ self.c - y
        back = np.where(before > 0, residual[:, None] / len(x), 0.0) * self.c
        loss = 0.5 * float(np.mean(residual**2))
        return loss, Network(x @ back, -back.sum(axis=0), after.T @ residual / len(x))

    def moved(self, step: float, by: Network) -> Network:
        """The network less step times a gradient."""
        return Network(self.a - step * by.a, self.b - step * by.b, self.c - step * by.c)

    @property
    def conserved(self) -> FloatArray:
        """delta = c^2 - a^2 - b^2, neuron by neuron."""
        return self.c**2 - self.a**2 - self.b**2

    @property
    def norms(self) -> FloatArray:
        """|(a, b)|, neuron by neuron."""
        return np.hypot(self.a, self.b)


def begin(adaptive: bool, m: int, rng: np.random.Generator) -> Network:
    """Directions uniform; adaptive: c = +-1, |(a, b)| = 1/(10 m), delta near 1; else c = 0, |(a, b)| = 1.

    After training |c| |(a, b)| is of the order of 1/m, which is small against |delta| = 1.

    Example:
        >>> begin(False, 3, np.random.default_rng(0)).conserved.round(12).tolist()
        [-1.0, -1.0, -1.0]
    """
    angle, size = rng.uniform(-math.pi, math.pi, m), 0.1 / m if adaptive else 1.0
    signs = rng.choice([-1.0, 1.0], m)
    return Network(size * np.cos(angle), size * np.sin(angle), signs if adaptive else np.zeros(m))


def descend(start: Network, x: FloatArray, y: FloatArray, sizes: Mapping[str, float], progress: Progress) -> Network:
    """Gradient descent with step ``step`` over the number of units.

    Example:
        >>> one, silent = np.ones(1), lambda share: None
        >>> end = descend(Network(one, 0 * one, one), one, 2 * one, {"step": 0.1, "steps": 300}, silent)
        >>> round(float(end.c[0] * (end.a[0] - end.b[0])), 6)
        2.0
    """
    net, steps = start, int(sizes["steps"])
    for t in range(steps):
        _, gradient = net.gradient(x, y)
        net = net.moved(sizes["step"] / len(start.a), gradient)
        if t % 500 == 0:
            progress(t / steps)
    return net


def turned(start: Network, net: Network) -> float:
    """The mean angle by which the directions (a, b) have turned, each weighed by |c| |(a, b)|.

    Example:
        >>> one = np.ones(1)
        >>> turned(Network(one, 0 * one, one), Network(one, one, one))
        0.7853981633974483
    """
    angles = np.arctan2(start.a * net.b - start.b * net.a, start.a * net.a + start.b * net.b)
    mass = np.abs(net.c) * np.hypot(net.a, net.b)
    return float(np.sum(np.abs(angles) * mass) / np.sum(mass))


def gathered(net: Network, x: FloatArray) -> float:
    """Mean distance of the knots from the nearest sample, by |c a|, over that of uniform knots; 1 if none is inside.

    Example:
        >>> one = np.ones(1)
        >>> gathered(Network(one, one / 2, one), np.array([0.0, 2.0]))
        1.0
    """
    knots, gaps = net.b / net.a, np.diff(x)
    mass = np.abs(net.c * net.a) * ((knots > x[0]) & (knots < x[-1]))
    distance = np.min(np.abs(knots[:, None] - x), axis=1)
    spread = float(np.sum(gaps**2)) / float(np.sum(gaps)) / 4
    return float(np.sum(mass * distance) / np.sum(mass)) / spread if np.any(mass > 0) else 1.0


def run(sizes: Mapping[str, float], rng: np.random.Generator, progress: Progress) -> dict[str, float]:
    """One sample, trained from a kernel and from an adaptive start.

    Example:
        >>> tiny = {"units": 20, "points": 5, "step": 0.5, "steps": 400}
        >>> run(tiny, np.random.default_rng(0), lambda share: None)["drift"] < 0.1
        True
    """
    points = int(sizes["points"])
    x = -1 + 2 * (np.arange(points) + rng.uniform(0.25, 0.75, points)) / points
    y = rng.standard_normal(points)
    found: dict[str, float] = {"drift": 0.0, "fell": 0.0}
    for index, name in enumerate(("kernel", "adaptive")):
        start = begin(name == "adaptive", int(sizes["units"]), rng)
        net = descend(start, x, y, sizes, part(progress, index, 2))
        found["fell"] = max(found["fell"], net.gradient(x, y)[0] / start.gradient(x, y)[0])
        found[f"loss_{name}"] = net.gradient(x, y)[0] / float(np.mean(y**2) / 2)
        found[f"turned_{name}"] = turned(start, net)
        found[f"gathered_{name}"] = gathered(net, x)
        found["drift"] = max(found["drift"], float(np.max(np.abs(net.conserved - start.conserved))))
    found["turned_ratio"] = found["turned_adaptive"] / found["turned_kernel"]
    return found


MEASURES = {
    "drift": "largest change of delta = c^2 - a^2 - b^2, which is near 1 or -1",
    "fell": "loss at the end over that at the start, the larger of both starts",
    **{
        f"{what}_{name}": f"{text}, {name} start"
        for name in ("kernel", "adaptive")
        for what, text in (
            ("loss", "loss over that of f = 0"),
            ("turned", "mean angle by which the directions turned"),
            ("gathered", "mean distance of knots from samples over that of uniform knots"),
        )
    },
    "turned_ratio": "angle turned from the adaptive start over that from the kernel start",
}
EXPERIMENTS = (
    Experiment(
        "williams-2019/delta",
        "Is delta conserved, and do directions freeze where it is very negative, and turn where it is very positive?",
        run,
        {"units": 100, "points": 5, "step": 0.5, "steps": 2500},
        {"units": 1000, "points": 5, "step": 0.5, "steps": 30000},
        MEASURES,
    ),
)
