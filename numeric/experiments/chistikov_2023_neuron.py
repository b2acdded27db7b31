"""Chistikov, Englert, Lazic 2023: one neuron learned by a shallow ReLU network from small balanced initialisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from numeric.arguments import FloatArray
from numeric.experiments.experiment import Experiment, Progress
from numeric.experiments.parts import part


@dataclass(frozen=True)
class Data:
    """Points labelled by one neuron, relu(v.x).

    Args:
        X: points, of shape (n, d).
        v: unit teacher, of shape (d,).
    """

    X: FloatArray
    v: FloatArray

    def gradient(self, a: FloatArray, W: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        """The loss 1/2 mean (sum a_j relu(w_j.x) - relu(v.x))^2 and its gradients by a and W.

        Args:
            a: weights of the output, of shape (m,).
            W: neurons, of shape (m, d).

        Example:
            >>> one = Data(np.eye(1), np.ones(1))
            >>> one.gradient(np.ones(1), 3 * np.eye(1))[0]
            2.0
        """
        before = self.X @ W.T
        after = np.maximum(before, 0)
        residual = (after @ a - np.maximum(self.X @ self.v, 0)) / len(self.X)
        back = np.where(before > 0, residual[:, None], 0.0) * a
        return 0.5 * len(self.X) * float(residual @ residual), after.T @ residual, back.T @ self.X


def points_near(v: FloatArray, n: int, widest: float, rng: np.random.Generator) -> FloatArray:
    """Points of norms from 1/2 to 3/2 at angles up to ``widest`` from v, in random directions around it.

    Example:
        >>> points_near(np.array([1.0, 0.0]), 3, 0.5, np.random.default_rng(0)).shape
        (3, 2)
    """
    across = rng.standard_normal((n, len(v)))
    across -= np.outer(across @ v, v)
    across /= np.linalg.norm(across, axis=1)[:, None]
    angles, norms = rng.uniform(0.2, 1, n) * widest, rng.uniform(0.5, 1.5, n)
    return np.asarray(norms[:, None] * (np.cos(angles)[:, None] * v + np.sin(angles)[:, None] * across))


def train(
    data: Data, scale: float, m: int, sizes: Mapping[str, float], rng: np.random.Generator, progress: Progress
) -> dict[str, float]:
    """Gradient descent from |a_j| = |w_j| = scale: last loss, drift of the balance, second direction, angle with v.

    Example:
        >>> data, tiny = Data(np.eye(2), np.array([0.6, 0.8])), {"step": 0.1, "steps": 500}
        >>> train(data, 0.01, 4, tiny, np.random.default_rng(0), lambda share: None)["loss"] < 0.01
        True
    """
    W = rng.standard_normal((m, data.X.shape[1]))
    W *= scale / np.linalg.norm(W, axis=1)[:, None]
    a, steps = scale * rng.choice([-1.0, 1.0], m), int(sizes["steps"])
    for t in range(steps):
        _, to_a, to_W = data.gradient(a, W)
        a, W = a - sizes["step"] * to_a, W - sizes["step"] * to_W
        if t % 500 == 0:
            progress(t / steps)
    singular = np.linalg.svd(W, compute_uv=False)
    weights = np.abs(a) * np.linalg.norm(W, axis=1)
    cosines = np.clip(W @ data.v / np.linalg.norm(W, axis=1), -1, 1)
    return {
        "loss": data.gradient(a, W)[0] / data.gradient(0 * a, W)[0],
        "drift": float(np.max(np.abs(a**2 - np.sum(W**2, axis=1)))) / float(np.max(weights)),
        "rank": float(singular[1] / singular[0]),
        "angle": float(np.sum(weights * np.arccos(cosines)) / np.sum(weights)),
    }


def run(sizes: Mapping[str, float], rng: np.random.Generator, progress: Progress) -> dict[str, float]:
    """One data set, trained from a small, a ten times larger and a large initialisation.

    Example:
        >>> tiny = {"d": 2, "n": 4, "m": 6, "widest": 0.7, "small": 0.01, "large": 1, "step": 0.1, "steps": 100}
        >>> sorted(run(tiny, np.random.default_rng(0), lambda share: None))[:3]
        ['angle_large', 'angle_small', 'angle_smaller']
    """
    d, n, m = (int(sizes[name]) for name in ("d", "n", "m"))
    v = rng.standard_normal(d)
    v /= np.linalg.norm(v)
    data = Data(points_near(v, n, sizes["widest"], rng), v)
    scales = {"smaller": sizes["small"] / 10, "small": sizes["small"], "large": sizes["large"]}
    found: dict[str, float] = {}
    for index, (name, scale) in enumerate(scales.items()):
        ends = train(data, scale, m, sizes, rng, part(progress, index, len(scales)))
        found |= {f"{what}_{name}": value for what, value in ends.items()}
    return found | {"improvement": found["rank_small"] / found["rank_smaller"]}


MEASURES = {
    **{
        f"{what}_{name}": f"{text}, |a_j| = |w_j| = {scale} at the start"
        for name, scale in (("smaller", "small/10"), ("small", "small"), ("large", "large"))
        for what, text in (
            ("loss", "last loss over that of the zero function"),
            ("drift", "largest |a^2 - |w|^2| over the largest |a| |w|"),
            ("rank", "second singular value of W over the first"),
            ("angle", "mean angle between the neurons and v, by |a| |w|"),
        )
    },
    "improvement": "that quotient of singular values, small over small/10",
}
QUICK = {"d": 3, "n": 6, "m": 10, "widest": 0.75, "small": 0.001, "large": 1, "step": 0.1, "steps": 2500}
FULL = {"d": 10, "n": 30, "m": 50, "widest": 0.75, "small": 0.001, "large": 1, "step": 0.05, "steps": 40000}

EXPERIMENTS = (
    Experiment(
        "chistikov-2023/alignment",
        "Does a small balanced start lead to zero loss, and to one direction as it gets smaller?",
        run,
        QUICK,
        FULL,
        MEASURES,
    ),
)
