"""Sung, Kratsios, Forman 2025: Lipschitz constants of shallow networks under constant and decaying learning rates."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from numeric.arguments import FloatArray
from numeric.experiments.experiment import Experiment, Progress
from numeric.experiments.parts import part

#: Learning rates by name, as shares of the first, at time t of T.
SCHEDULES: dict[str, Callable[[float, float], float]] = {
    "constant": lambda _, __: 1.0,
    "root": lambda t, _: 1 / math.sqrt(1 + t),
    "inverse": lambda t, _: 1 / (1 + t),
    "exponential": lambda t, T: math.exp(-20 * t / T),
    "eventual": lambda t, T: min(1.0, T / (2 * (1 + t))),
}


@dataclass(frozen=True)
class Network:
    """x -> a.tanh(b x + c) on numbers, of m units.

    Args:
        a: weights of the output, of shape (m,).
        b: weights of the input, of shape (m,).
        c: biases, of shape (m,).
    """

    a: FloatArray
    b: FloatArray
    c: FloatArray

    def moved(self, step: float, by: Network) -> Network:
        """The network less step times a gradient."""
        return Network(self.a - step * by.a, self.b - step * by.b, self.c - step * by.c)

    @property
    def flat(self) -> FloatArray:
        """All parameters."""
        return np.concatenate([self.a, self.b, self.c])

    def slope(self, x: FloatArray) -> FloatArray:
        """The derivative at the points x.

        Example:
            >>> one = np.ones(1)
            >>> Network(one, 2 * one, 0 * one).slope(np.zeros(1))
            array([2.])
        """
        return (1 - np.tanh(np.outer(x, self.b) + self.c) ** 2) @ (self.a * self.b)


def huber_risk(net: Network, x: FloatArray, y: FloatArray) -> tuple[float, Network]:
    r"""The empirical risk $\frac1n\sum h(f(x_i)-y_i)$, $h(r)=\min(r^2/2,|r|-1/2)$, and its gradient.

    Args:
        net: the network.
        x: inputs, of shape (n,).
        y: labels, of shape (n,).

    Returns:
        The risk, and the gradient in the shape of a network.

    Example:
        >>> one = np.ones(1)
        >>> huber_risk(Network(one, 0 * one, 0 * one), one, 3 * one)[0]
        2.5
    """
    hidden = np.tanh(np.outer(x, net.b) + net.c)
    residual = hidden @ net.a - y
    slope = np.clip(residual, -1, 1) / len(x)
    risk = float(np.mean(np.where(np.abs(residual) <= 1, residual**2 / 2, np.abs(residual) - 0.5)))
    back = slope[:, None] * (1 - hidden**2) * net.a
    return risk, Network(slope @ hidden, x @ back, back.sum(axis=0))


@dataclass(frozen=True)
class Trained:
    """A network after its last step.

    Args:
        net: the network.
        risk: its risk.
        half: the risk at half of the time.
        path: the sum of rate times gradient norm on the way.
        rates: the sum of the rates.
        least: the least squared gradient norm.
    """

    net: Network
    risk: float
    half: float
    path: float
    rates: float
    least: float


def descend(start: Network, x: FloatArray, y: FloatArray, rates: FloatArray, progress: Progress) -> Trained:
    """Gradient descent on the Huber risk with one rate a step.

    Example:
        >>> one = np.ones(1)
        >>> found = descend(Network(one, one, one), one, one, np.full(500, 0.5), lambda share: None)
        >>> found.risk < 1e-12
        True
    """
    net, path, least, half = start, 0.0, math.inf, math.inf
    for t, rate in enumerate(rates):
        risk, gradient = huber_risk(net, x, y)
        half = risk if t == len(rates) // 2 else half
        norm = float(np.linalg.norm(gradient.flat))
        path, least = path + rate * norm, min(least, norm**2)
        net = net.moved(float(rate), gradient)
        if t % 500 == 0:
            progress(t / len(rates))
    return Trained(net, huber_risk(net, x, y)[0], half, path, float(np.sum(rates)), least)


def run(sizes: Mapping[str, float], rng: np.random.Generator, progress: Progress) -> dict[str, float]:
    """One start and one sample of y = sin 4x + noise, trained under each of the schedules.

    Example:
        >>> tiny = {"width": 10, "points": 12, "rate": 0.02, "noise": 0.1, "steps": 300}
        >>> found = run(tiny, np.random.default_rng(0), lambda share: None)
        >>> found["path_over_bound"] <= 1 and found["lipschitz_over_bound"] <= 1
        True
    """
    m, n, steps = (int(sizes[name]) for name in ("width", "points", "steps"))
    x = rng.uniform(-1, 1, n)
    y = np.sin(4 * x) + sizes["noise"] * rng.standard_normal(n)
    start = Network(rng.standard_normal(m) / math.sqrt(m), rng.standard_normal(m), rng.standard_normal(m))
    first = huber_risk(start, x, y)[0]
    ends: dict[str, Trained] = {}
    for index, (name, schedule) in enumerate(SCHEDULES.items()):
        rates = np.array([sizes["rate"] * schedule(t, steps) for t in range(steps)])
        ends[name] = descend(start, x, y, rates, part(progress, index, len(SCHEDULES)))
    return compared(start, first, ends)


def compared(start: Network, first: float, ends: Mapping[str, Trained]) -> dict[str, float]:
    """What is measured of networks trained from one start with one first risk.

    Example:
        >>> one = np.ones(1)
        >>> end = Trained(Network(one, one, one), 0.1, 0.1, 2.0, 3.0, 0.01)
        >>> compared(Network(one, one, 0 * one), 0.2, dict.fromkeys(SCHEDULES, end))["path_over_bound"]
        0.5
    """
    grid = np.linspace(-4, 4, 4001)
    lipschitz = {name: float(np.max(np.abs(end.net.slope(grid)))) for name, end in ends.items()}
    norms = {name: float(np.linalg.norm(end.net.a) * np.linalg.norm(end.net.b)) for name, end in ends.items()}
    paths = [float(np.linalg.norm(end.net.flat - start.flat)) / end.path for end in ends.values()]
    budget, half = {name: end.path for name, end in ends.items()}, ends["constant"].half
    return {
        **{f"lipschitz_{name}": value for name, value in lipschitz.items()},
        "lipschitz_gap": lipschitz["constant"] - max(lipschitz["root"], lipschitz["inverse"]),
        "eventual_over_constant": lipschitz["eventual"] / lipschitz["constant"],
        "lipschitz_over_bound": max(lipschitz[name] / norms[name] for name in ends),
        "path_over_bound": max(paths),
        "budget_gap": min(budget["constant"] - budget["root"], budget["root"] - budget["inverse"]),
        "gradient_over_bound": max(end.least * end.rates / (2 * first) for end in ends.values()),
        "price_eventual": ends["eventual"].risk / half,
        "price_inverse": ends["inverse"].risk / half,
    }


MEASURES = {
    **{f"lipschitz_{name}": f"Lipschitz constant at the end, rates {name}" for name in SCHEDULES},
    "lipschitz_gap": "Lipschitz constant under the constant rate less the larger under root and inverse",
    "eventual_over_constant": "Lipschitz constant under rates that decay from half of the time on, over the constant's",
    "lipschitz_over_bound": "largest Lipschitz constant over |a| |b|, L_sigma = 1",
    "path_over_bound": "largest distance from the start over the sum of rate times gradient norm",
    "budget_gap": "least difference of those sums, constant less root and root less inverse",
    "gradient_over_bound": "largest least |grad|^2 over 2 (first risk)/(sum of rates)",
    "price_eventual": "risk under rates that decay from half of the time on, over the constant rate's in half the time",
    "price_inverse": "risk under rates that decay like 1/t from the start, over the same",
}
QUICK = {"width": 20, "points": 20, "rate": 0.02, "noise": 0.1, "steps": 3000}
FULL = {"width": 100, "points": 60, "rate": 0.02, "noise": 0.1, "steps": 20000}

EXPERIMENTS = (
    Experiment(
        "sung-kratsios-forman-2025/decays",
        "Lipschitz constants and risks under constant rates, and such that decay eventually or from the start",
        run,
        QUICK,
        FULL,
        MEASURES,
    ),
)
