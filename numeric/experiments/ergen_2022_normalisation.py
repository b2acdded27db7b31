"""Ergen et al. 2022: nonconvex training of networks with batch normalisation against the closed form of n <= d."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from numeric.arguments import FloatArray
from numeric.experiments.experiment import Experiment, Progress


@dataclass(frozen=True)
class Problem:
    """Regression by m normalised ReLU units with weight decay.

    Args:
        Q: orthonormal basis of the centred columns of the data, of shape (n, r): X w centred is Q s.
        y: labels, of shape (n,).
        beta: of the decay beta/2 (|a|^2 + |gamma|^2 + |alpha|^2).
        m: number of units.
    """

    Q: FloatArray
    y: FloatArray
    beta: float
    m: int

    def objective(self, flat: FloatArray) -> tuple[float, FloatArray]:
        r"""$\frac12|\sum_ja_j(\gamma_jQs_j/|s_j|+\alpha_j/\sqrt n)_+-y|^2+\frac\beta2(|a|^2+|\gamma|^2+|\alpha|^2)$.

        Args:
            flat: a, gamma, alpha, then s row by row, of shape (m (3 + r),).

        Returns:
            The value, and its gradient.

        Example:
            >>> one = Problem(np.array([[1.0], [-1.0]]) / 2**0.5, np.array([2.0, 0.0]), 0.5, 1)
            >>> one.objective(np.array([1.0, 1.0, 1.0, 1.0]))[0] < 1
            True
        """
        n, m = len(self.y), self.m
        a, gamma, alpha = flat[: 3 * m].reshape(3, m)
        s = flat[3 * m :].reshape(m, -1)
        norms = np.linalg.norm(s, axis=1)
        units = s / norms[:, None]
        normalised = self.Q @ units.T
        before = normalised * gamma + alpha / np.sqrt(n)
        after = np.maximum(before, 0)
        residual = after @ a - self.y
        value = 0.5 * float(residual @ residual) + 0.5 * self.beta * float(a @ a + gamma @ gamma + alpha @ alpha)
        back = np.where(before > 0, residual[:, None] * a, 0.0)
        to_units = (self.Q.T @ back).T * gamma[:, None]
        to_s = (to_units - np.sum(to_units * units, axis=1)[:, None] * units) / norms[:, None]
        parts = (
            after.T @ residual + self.beta * a,
            np.sum(back * normalised, axis=0) + self.beta * gamma,
            np.sum(back, axis=0) / np.sqrt(n) + self.beta * alpha,
        )
        return value, np.concatenate([*parts, to_s.ravel()])


def closed_value(y: FloatArray, beta: float, positive_part: bool = True) -> float:
    r"""$\frac12|\hat y-y|^2+\beta\sum_\pm(|y_\pm|-\beta)_+$ at $\hat y=(1-\beta/|y_+|)_+y_+-(1-\beta/|y_-|)_+y_-$.

    Args:
        y: labels, of shape (n,).
        beta: of the decay.
        positive_part: whether (.)_+ is there: without it the formula holds for small beta alone.

    Example:
        >>> closed_value(np.array([3.0, -4.0]), 1.0)
        6.0
        >>> closed_value(np.array([3.0]), 4.0), closed_value(np.array([3.0]), 4.0, positive_part=False)
        (4.5, -4.0)
    """
    value = 0.0
    for norm in (float(np.linalg.norm(np.maximum(y, 0))), float(np.linalg.norm(np.maximum(-y, 0)))):
        weight = max(norm - beta, 0.0) if positive_part else norm - beta
        value += (norm - weight) ** 2 / 2 + beta * weight
    return value


def trained_value(problem: Problem, steps: float, rng: np.random.Generator) -> float:
    """The value that a quasi-Newton method reaches from a Gaussian start.

    Example:
        >>> one = Problem(np.array([[1.0], [-1.0]]) / 2**0.5, np.array([2.0, 0.0]), 0.5, 4)
        >>> trained_value(one, 500, np.random.default_rng(0)) >= closed_value(one.y, 0.5) - 1e-12
        True
    """
    start = rng.standard_normal(problem.m * (3 + problem.Q.shape[1]))
    found = minimize(
        problem.objective, start, jac=True, method="L-BFGS-B", options={"maxiter": int(steps), "maxfun": 2 * int(steps)}
    )
    return float(found.fun)


def run(sizes: Mapping[str, float], rng: np.random.Generator, progress: Progress) -> dict[str, float]:
    """Gaussian data and labels; the best of several trained networks.

    beta is ``decay`` times the smaller of |y_+| and |y_-| where ``decay`` is below 1, else times the larger.

    Example:
        >>> tiny = {"n": 4, "d": 5, "m": 8, "decay": 0.2, "runs": 2, "steps": 500}
        >>> run(tiny, np.random.default_rng(0), lambda share: None)["gap"] > -1e-9
        True
    """
    n, d, m, runs = (int(sizes[name]) for name in ("n", "d", "m", "runs"))
    X, y = rng.standard_normal((n, d)), rng.standard_normal(n)
    norms = [float(np.linalg.norm(np.maximum(sign * y, 0))) for sign in (1, -1)]
    beta = sizes["decay"] * (min(norms) if sizes["decay"] < 1 else max(norms))
    basis, singular, _ = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    problem = Problem(basis[:, singular > 1e-9 * singular[0]], y, beta, m)
    best = np.inf
    for index in range(runs):
        best = min(best, trained_value(problem, sizes["steps"], rng))
        progress((index + 1) / runs)
    value, without = closed_value(y, beta), closed_value(y, beta, positive_part=False)
    return {"gap": (best - value) / float(y @ y / 2), "gap_without_positive_part": (best - without) / float(y @ y / 2)}


MEASURES = {
    "gap": "value of the best network less that of the closed form, over |y|^2/2",
    "gap_without_positive_part": "the same for the closed form without (.)_+",
}
QUICK = {"n": 5, "d": 6, "m": 8, "decay": 0.2, "runs": 2, "steps": 600}
FULL = {"n": 20, "d": 30, "m": 50, "decay": 0.2, "runs": 10, "steps": 5000}

EXPERIMENTS = tuple(
    Experiment(f"ergen-2022/{name}", question, run, {**QUICK, **quick}, {**FULL, **full}, MEASURES)
    for name, question, quick, full in (
        ("closed-form", "Does the best of several networks reach the closed form, and none go below it?", {}, {}),
        ("large-decay", "And where beta exceeds |y_+| and |y_-|?", {"decay": 1.5}, {"decay": 1.5}),
        ("many-points", "And with more points than dimensions?", {"n": 15, "d": 3}, {"n": 60, "d": 10}),
    )
)
