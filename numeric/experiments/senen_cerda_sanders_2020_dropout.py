"""Senen-Cerda, Sanders 2020: gradient flow on the dropout loss of shallow linear networks near a minimiser."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.linalg import hadamard

from numeric.arguments import FloatArray
from numeric.experiments.experiment import Experiment, Progress


@dataclass(frozen=True)
class Dropout:
    r"""$E|Y-W_2FW_1|^2$ over filters F of independent Bernoulli(p) entries, whitened data.

    Args:
        Y: target, of shape (e, h).
        p: probability to keep a unit.
        units: f, a power of 2.
    """

    Y: FloatArray
    p: float
    units: int

    def split(self, flat: FloatArray) -> tuple[FloatArray, FloatArray]:
        """W_2 of shape (e, f) and W_1 of shape (f, h)."""
        e, h = self.Y.shape
        return flat[: e * self.units].reshape(e, self.units), flat[e * self.units :].reshape(self.units, h)

    def loss(self, flat: FloatArray) -> float:
        r"""$|Y-pW_2W_1|^2+p(1-p)\sum_i|W_2^i|^2|W_1^i|^2$.

        Example:
            >>> Dropout(np.ones((1, 1)), 0.5, 1).loss(np.array([1.0, 1.0]))
            0.5
        """
        W2, W1 = self.split(flat)
        penalty = float(np.sum(np.sum(W2**2, axis=0) * np.sum(W1**2, axis=1)))
        return float(np.sum((self.Y - self.p * W2 @ W1) ** 2)) + self.p * (1 - self.p) * penalty

    def gradient(self, flat: FloatArray) -> FloatArray:
        """The gradient of the loss.

        Example:
            >>> Dropout(np.ones((1, 1)), 0.5, 1).gradient(np.array([1.0, 1.0]))
            array([0., 0.])
        """
        W2, W1 = self.split(flat)
        p, residual = self.p, self.p * W2 @ W1 - self.Y
        to_second = 2 * p * residual @ W1.T + 2 * p * (1 - p) * W2 * np.sum(W1**2, axis=1)
        to_first = 2 * p * W2.T @ residual + 2 * p * (1 - p) * W1 * np.sum(W2**2, axis=0)[:, None]
        return np.concatenate([to_second.ravel(), to_first.ravel()])

    def hessian(self, flat: FloatArray) -> FloatArray:
        """The Hessian, by differences of the gradient, a polynomial of degree 3: two steps leave rounding errors alone.

        Example:
            >>> Dropout(np.ones((1, 1)), 0.5, 1).hessian(np.array([1.0, 1.0])).round(9).tolist()
            [[1.0, 1.0], [1.0, 1.0]]
        """
        rows = []
        for unit in np.eye(len(flat)):
            one, two = ((self.gradient(flat + s * unit) - self.gradient(flat - s * unit)) / (2 * s) for s in (0.5, 1.0))
            rows.append((4 * one - two) / 3)
        found = np.asarray(rows)
        return np.asarray((found + found.T) / 2)

    def minimiser(self, skew: float = 1.0) -> tuple[FloatArray, float]:
        r"""$pW_2W_1=\sum_i(s_i-\alpha)_+u_iv_i^\top$ with $|W_2^i||W_1^i|$ equal for all units, and the loss there.

        $\alpha=\frac{\lambda}{f+\rho\lambda}\sum_{i\le\rho}s_i$, $\lambda=(1-p)/p$, $\rho$ the largest with
        $s_\rho>\alpha$. A rotation by a Hadamard matrix equalises the products.

        Args:
            skew: W_2 is multiplied by it, W_1 divided: balanced at 1.

        Example:
            >>> flat, loss = Dropout(np.ones((1, 1)), 0.5, 2).minimiser()
            >>> flat.round(9).tolist(), round(loss, 9)
            ([0.816496581, 0.816496581, 0.816496581, 0.816496581], 0.333333333)
        """
        U, s, V = np.linalg.svd(self.Y)
        decay, f = (1 - self.p) / self.p, self.units
        ranks = range(1, min(len(s), f) + 1)
        alphas = {rank: decay / (f + rank * decay) * float(np.sum(s[:rank])) for rank in ranks}
        rank = max(rank for rank in ranks if s[rank - 1] > alphas[rank])
        roots = np.sqrt((s[:rank] - alphas[rank]) / self.p)
        rotation = hadamard(f)[:rank] / np.sqrt(f)
        W2, W1 = skew * U[:, :rank] * roots @ rotation, (V[:rank].T * roots @ rotation).T / skew
        flat = np.concatenate([W2.ravel(), W1.ravel()])
        return flat, self.loss(flat)


def target(rows: int, columns: int, rng: np.random.Generator) -> FloatArray:
    """A matrix with evenly spaced singular values from 1 to 0.7 between random directions.

    Example:
        >>> np.linalg.svd(target(2, 3, np.random.default_rng(0)))[1].round(9).tolist()
        [1.0, 0.7]
    """
    rank = min(rows, columns)
    left, right = (np.linalg.qr(rng.standard_normal((size, rank)))[0] for size in (rows, columns))
    return np.asarray(left * np.linspace(1, 0.7, rank) @ right.T)


def last_rate(problem: Dropout, start: FloatArray, step: float, progress: Progress) -> float:
    """The rate of log |gradient| along the flow (Runge and Kutta) while that falls from 1e-6 to 1e-9 of its first.

    Example:
        >>> one = Dropout(np.ones((1, 1)), 0.5, 1)
        >>> round(last_rate(one, np.array([1.01, 1.01]), 0.1, lambda share: None), 3)
        2.0
    """
    flat, first = start, float(np.linalg.norm(problem.gradient(start)))
    seen: list[float] = []
    while not seen or seen[-1] > 1e-9:
        one = -problem.gradient(flat)
        two = -problem.gradient(flat + step / 2 * one)
        three = -problem.gradient(flat + step / 2 * two)
        four = -problem.gradient(flat + step * three)
        flat = flat + step / 6 * (one + 2 * two + 2 * three + four)
        seen.append(float(np.linalg.norm(one)) / first)
        if len(seen) % 100 == 0:
            progress(min(1.0, -math.log10(seen[-1]) / 9))
    late = [value for value in seen if value < 1e-6]
    return math.log(late[0] / late[-1]) / (step * (len(late) - 1))


def run(skew: float, sizes: Mapping[str, float], rng: np.random.Generator, progress: Progress) -> dict[str, float]:
    """The flow from a minimiser of a random target, perturbed; its last rate against the Hessian's eigenvalue.

    Example:
        >>> tiny = {"rows": 1, "columns": 1, "units": 2, "keep": 0.7, "perturbation": 0.001}
        >>> found = run(1.0, tiny, np.random.default_rng(0), lambda share: None)
        >>> abs(found["rate"] - 1) < 0.01
        True
    """
    problem = Dropout(target(int(sizes["rows"]), int(sizes["columns"]), rng), sizes["keep"], int(sizes["units"]))
    balanced, _ = problem.minimiser()
    values = np.linalg.eigvalsh(problem.hessian(balanced))
    smallest = float(np.min(values[values > 1e-6 * values[-1]]))
    start, _ = problem.minimiser(skew)
    start = start + sizes["perturbation"] * rng.standard_normal(len(start))
    return {
        "stationary": float(np.linalg.norm(problem.gradient(balanced))),
        "negative": max(0.0, -float(values[0])) / float(values[-1]),
        "rate": last_rate(problem, start, 0.3 / float(values[-1]), progress) / smallest,
    }


def eigenvalues(sizes: Mapping[str, float], rng: np.random.Generator, _: Progress) -> dict[str, float]:
    r"""All eigenvalues of the scalar case's Hessian against $4p(1-p)c$ (f - 1 times), $4py$ (once), 0 (f times).

    $c=y/(pf+1-p)$; y uniform on (1/2, 2), p on (0.1, 0.9).

    Example:
        >>> eigenvalues({"units": 2}, np.random.default_rng(0), lambda share: None)["difference"] < 1e-12
        True
    """
    f, y, p = int(sizes["units"]), float(rng.uniform(0.5, 2)), float(rng.uniform(0.1, 0.9))
    problem = Dropout(np.full((1, 1), y), p, f)
    stated = np.sort([*np.zeros(f), *np.full(f - 1, 4 * p * (1 - p) * y / (p * f + 1 - p)), 4 * p * y])
    found = [np.linalg.eigvalsh(problem.hessian(problem.minimiser(skew)[0])) for skew in (1.0, 2.0)]
    differences = [float(np.max(np.abs(values - stated))) / (4 * p * y) for values in found]
    return {"difference": differences[0], "difference_unbalanced": differences[1]}


MEASURES = {
    "stationary": "norm of the gradient at the closed minimiser",
    "negative": "most negative eigenvalue of the Hessian there, as a share of the largest",
    "rate": "the flow's last rate over the smallest positive eigenvalue of the Hessian at the balanced minimiser",
}
ONE = {"rows": 1, "columns": 1, "units": 4, "keep": 0.7, "perturbation": 0.001}
MANY = {"rows": 3, "columns": 4, "units": 4, "keep": 0.7, "perturbation": 0.0001}

FLOWS = tuple(
    Experiment(f"senen-cerda-sanders-2020/{name}", question, partial(run, skew), quick, full, MEASURES)
    for name, question, skew, quick, full in (
        ("scalar", "Does the flow near a balanced minimiser decay with the smallest positive eigenvalue?", 1, ONE, ONE),
        ("matrix", "And for matrices?", 1, MANY, MANY),
        ("unbalanced", "And near an unbalanced minimiser, W_2 twice, W_1 half as large?", 2, ONE, ONE),
    )
)
EXPERIMENTS = (
    *FLOWS,
    Experiment(
        "senen-cerda-sanders-2020/eigenvalues",
        "Are all eigenvalues of the Hessian at the balanced minimiser, one input and output, those of the formula?",
        eigenvalues,
        {"units": 8},
        {"units": 64},
        {
            "difference": "largest difference of an eigenvalue from the formula's, in order, over the largest",
            "difference_unbalanced": "the same at the minimiser with W_2 twice, W_1 half as large",
        },
    ),
)
