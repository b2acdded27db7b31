r"""Razborov 2022: gradient descent on both layers of a ReLU network fits arbitrary labels of Gaussian points.

$f(x) = z\cdot\mathrm{relu}(Wx)$, loss $\frac{1}{2n}\lVert r\rVert^2$, $r = f(X) - y$. To first order in the steps
$r \leftarrow r - (\eta_W K_W + \eta_z K_z) r$, with $K_W = \frac1n (S\,\mathrm{diag}(z^2)S^T)\circ XX^T$ for
$S = \mathrm{step}(XW^T)$ and $K_z = \frac1n HH^T$ for $H = \mathrm{relu}(XW^T)$.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numeric.experiments.experiment import Experiment, Progress

Array = NDArray[np.float64]

#: Steps between two looks at the Gram matrices, and at the loss.
LOOK = 100


@dataclass
class Network:
    """Two layers and their data.

    Args:
        X: inputs, shape (n, d).
        y: labels, shape (n,).
        W: first layer, shape (k, d).
        z: second layer, shape (k,).
    """

    X: Array
    y: Array
    W: Array
    z: Array

    def hidden(self) -> Array:
        """The features, shape (n, k)."""
        return np.maximum(self.X @ self.W.T, 0.0)

    def residual(self) -> Array:
        """f(X) - y."""
        return self.hidden() @ self.z - self.y

    def step(self, eta_w: float, eta_z: float) -> float:
        """One step of gradient descent on both layers; returns the squared residual before it."""
        H = self.hidden()
        r = H @ self.z - self.y
        back = (H > 0.0) * np.outer(r / len(r), self.z)
        slope = H.T @ r / len(r)
        self.W -= eta_w * (back.T @ self.X)
        self.z -= eta_z * slope
        return float(r @ r)

    def rate(self, eta_w: float, eta_z: float) -> float:
        """The least rate at which the squared residual falls, to first order in the steps."""
        H = self.hidden()
        n = len(H)
        S = (H > 0.0) * self.z
        grams = (S @ S.T) * (self.X @ self.X.T) / n, H @ H.T / n
        least = [max(0.0, float(np.linalg.eigvalsh(K)[0])) for K in grams]
        return 2.0 * (eta_w * least[0] + eta_z * least[1])


def initial(sizes: Mapping[str, float], rng: np.random.Generator) -> Network:
    """Gaussian points with random signs, W ~ N(0, 1/d), z ~ N(0, 1/k)."""
    n, d, k = (int(sizes[name]) for name in ("n", "d", "k"))
    X, y = rng.standard_normal((n, d)), rng.choice([-1.0, 1.0], n)
    W, z = rng.standard_normal((k, d)) / np.sqrt(d), rng.standard_normal(k) / np.sqrt(k)
    if sizes["parallel"]:  # f(2x) = 2 f(x): labels of opposite sign cannot both be fitted
        X[-1], y[-1] = 2.0 * X[0], -y[0]
    return Network(X, y, W, z)


def fit(sizes: Mapping[str, float], rng: np.random.Generator, progress: Progress) -> dict[str, float]:
    """Gradient descent on both layers, or on one of them with a step of 0 for the other."""
    network = initial(sizes, rng)
    eta_w, eta_z, steps = sizes["eta_w"], sizes["eta_z"], int(sizes["steps"])
    W, z, r = network.W.copy(), network.z.copy(), network.residual()
    first, floor = float(r @ r), _floor(network)
    slowest = np.inf
    for t in range(steps):
        looked = t % LOOK == 0
        predicted = network.rate(eta_w, eta_z) if looked else 0.0
        before = network.step(eta_w, eta_z)
        if looked:
            progress(t / steps)
            if not np.isfinite(before) or before < sizes["enough"] * first:
                break
            if predicted > 0.0:
                after = network.residual()
                slowest = min(slowest, -np.log(float(after @ after) / before) / predicted)
    r = network.residual()
    return {
        "ratio": float(r @ r) / first,
        "moved_w": float(np.linalg.norm(network.W - W) / np.linalg.norm(W)),
        "moved_z": float(np.linalg.norm(network.z - z) / np.linalg.norm(z)),
        "contraction": 0.0 if np.isinf(slowest) else float(slowest),
        "floor": floor / first,
    }


def _floor(network: Network) -> float:
    """The least squared residual of the second layer alone, by least squares."""
    H = network.hidden()
    solution = np.linalg.lstsq(H, network.y, rcond=None)[0]
    left = H @ solution - network.y
    return float(left @ left)


_COMMON = {"eta_w": 0.2, "eta_z": 1e-3, "enough": 1e-6, "parallel": 0.0}
EXPERIMENTS = (
    Experiment(
        "razborov-2022/both-layers",
        "does gradient descent on both layers fit random signs, how far do the layers move, how fast",
        fit,
        {"n": 60, "d": 30, "k": 60, "steps": 2000, **_COMMON},
        {"n": 200, "d": 50, "k": 200, "steps": 5000, **_COMMON},
        {
            "ratio": "loss at the end over loss at the beginning",
            "moved_w": "move of the first layer over its norm at the beginning",
            "moved_z": "move of the second layer over its norm at the beginning",
            "contraction": "least fall of ln(loss) in a step looked at, over what the two Gram matrices guarantee "
            "to first order; 0 if they guarantee nothing",
            "floor": "least loss of the second layer alone over loss at the beginning",
        },
    ),
)
