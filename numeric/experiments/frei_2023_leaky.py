"""Frei et al. 2023: leaky ReLU networks on nearly orthogonal data; the rank and the boundary that training ends at."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from scipy.special import expit

from numeric.arguments import FloatArray
from numeric.experiments.experiment import Experiment, Progress


def slopes(before: FloatArray, gamma: float) -> FloatArray:
    """The derivative of the leaky ReLU, 1 above 0 and gamma below.

    Example:
        >>> slopes(np.array([-1.0, 2.0]), 0.5).tolist()
        [0.5, 1.0]
    """
    return np.where(before > 0, 1.0, gamma)


def train(
    X: FloatArray, y: FloatArray, a: FloatArray, W: FloatArray, sizes: Mapping[str, float], progress: Progress
) -> FloatArray:
    """Gradient descent on the first layer and the logistic loss, mean ln(1 + exp(-y f(x))).

    Args:
        X: points, of shape (n, d).
        y: labels, +-1, of shape (n,).
        a: fixed weights of the output, of shape (m,).
        W: the first layer, of shape (m, d).
        sizes: with gamma, step and steps.
        progress: told the share done.

    Example:
        >>> one, sizes = np.eye(1), {"gamma": 0.5, "step": 1.0, "steps": 10}
        >>> bool(train(one, np.ones(1), np.ones(1), one, sizes, lambda share: None)[0, 0] > 1)
        True
    """
    steps = int(sizes["steps"])
    for t in range(steps):
        before = X @ W.T
        slope = slopes(before, sizes["gamma"])
        pull = y * expit(-y * ((before * slope) @ a)) / len(y)
        W = W + sizes["step"] * ((slope * pull[:, None]) * a).T @ X
        if t % 100 == 0:
            progress(t / steps)
    return W


def run(sizes: Mapping[str, float], rng: np.random.Generator, progress: Progress) -> dict[str, float]:
    """Random labels on Gaussian points, a small start; ranks of W, and how linear the decision boundary is.

    Example:
        >>> tiny = {"n": 4, "d": 100, "m": 6, "gamma": 0.5, "start": 1e-4, "step": 0.1, "steps": 200}
        >>> run(tiny, np.random.default_rng(0), lambda share: None)["errors"]
        0.0
    """
    n, d, m = (int(sizes[name]) for name in ("n", "d", "m"))
    X = rng.standard_normal((n, d)) / math.sqrt(d)
    y = rng.choice([-1.0, 1.0], n)
    a = np.where(np.arange(m) % 2 == 0, 1.0, -1.0) / math.sqrt(m)
    W = train(X, y, a, sizes["start"] * rng.standard_normal((m, d)) / math.sqrt(d), sizes, progress)
    singular = np.linalg.svd(W, compute_uv=False)
    test = rng.standard_normal((2000, d)) / math.sqrt(d)
    before = test @ W.T
    values = (before * slopes(before, sizes["gamma"])) @ a
    linear = test @ (a @ W)
    fitted = X @ W.T
    return {
        "errors": float(np.mean(y * ((fitted * slopes(fitted, sizes["gamma"])) @ a) <= 0)),
        "third": float(singular[2] / singular[0]),
        "stable_rank": float(np.sum(singular**2) / singular[0] ** 2),
        "disagreement": float(np.mean((values > 0) != (linear > 0))),
    }


MEASURES = {
    "errors": "share of the training points on the wrong side",
    "third": "third singular value of W over the first",
    "stable_rank": "|W|_F^2 over |W|^2",
    "disagreement": "share of new points on which the network's sign is not that of the linear map sum a_j w_j",
}
COMMON = {"gamma": 0.5, "start": 0.001, "step": 1.0}

EXPERIMENTS = (
    Experiment(
        "frei-2023/orthogonal",
        "Nearly orthogonal data: is the rank at most two, and the decision boundary linear?",
        run,
        {"n": 10, "d": 1000, "m": 20, "steps": 500, **COMMON},
        {"n": 20, "d": 2000, "m": 30, "steps": 1000, **COMMON},
        MEASURES,
    ),
    Experiment(
        "frei-2023/correlated",
        "And with more points than dimensions?",
        run,
        {"n": 40, "d": 5, "m": 20, "steps": 1500, **COMMON},
        {"n": 200, "d": 10, "m": 50, "steps": 10000, **COMMON},
        MEASURES,
    ),
)
