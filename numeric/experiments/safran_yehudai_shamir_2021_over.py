"""Safran, Yehudai, Shamir 2021: what end points of gradient descent have in common, n = k."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from numeric.arguments import FloatArray
from numeric.experiments.experiment import Experiment, Progress
from numeric.isotropy import isotropy_partition
from numeric.training import closed_form, dense_hessian, descend, initial_batch

#: The paper's tolerance of the gradient and step 5/k; entries of end points agree to NOISE then.
TOLERANCE, STEP, MAX_STEPS, NOISE = 1e-12, 5.0, 200_000, 1e-8
SPURIOUS = 1e-3


def kink(H: FloatArray, k: int) -> float:
    """The smallest eigenvalue of any H_ii - I/2.

    Example:
        >>> kink(np.eye(4), 2)
        0.5
    """
    blocks = H.reshape(k, -1, k, H.shape[0] // k)
    return float(min(np.linalg.eigvalsh(blocks[i, :, i, :])[0] for i in range(k)) - 0.5)


def run(sizes: Mapping[str, float], rng: np.random.Generator, progress: Progress) -> dict[str, float]:
    """Descents with step 5/k from Xavier weights to the stated gradient.

    Example:
        >>> found = run({"k": 4, "runs": 2}, np.random.default_rng(0), lambda share: None)
        >>> found["least_eigenvalue"] > 0.09, found["spurious"]
        (True, 0.0)
    """
    k, runs = int(sizes["k"]), int(sizes["runs"])
    start = initial_batch("xavier", runs, k, k, seed=int(rng.integers(2**62)))
    found = descend(start, np.eye(k), tolerance=TOLERANCE, step=STEP / k, max_steps=MAX_STEPS)
    problem, spurious = closed_form(np.eye(k)), found.loss > SPURIOUS
    least, kinks, blocks = [], [], []
    for i, W in enumerate(found.weights):
        H = dense_hessian(W, problem)
        least.append(float(np.linalg.eigvalsh(H)[0]))
        if spurious[i]:
            kinks.append(kink(H, k))
            blocks.append(len(isotropy_partition(W, noise=NOISE).sizes))
        progress((i + 1) / runs)
    return {
        "least_eigenvalue": min(least),
        "norms_over_k": float(np.linalg.norm(found.weights, axis=2).sum(axis=1).max()) / k,
        "kink": max(kinks, default=0.0),
        "fewest_blocks": float(min(blocks, default=0)),
        "most_blocks": float(max(blocks, default=0)),
        "spurious": float(spurious.mean()),
        "unfinished": float((found.status != "converged").mean()),
    }


MEASURES = {
    "least_eigenvalue": "smallest eigenvalue of the Hessian at any end point",
    "norms_over_k": "largest sum of the neurons' lengths, over k",
    "kink": "over spurious end points, the largest of the smallest eigenvalues of any H_ii - I/2; 0 without any",
    "fewest_blocks": "least number of blocks of a spurious end point; 0 without any",
    "most_blocks": "largest number of blocks of a spurious end point; 0 without any",
    "spurious": "share of spurious end points",
    "unfinished": "share of the runs whose gradient is not small",
}

EXPERIMENTS = (
    Experiment(
        "safran-yehudai-shamir-2021/end-points",
        "Are all end points strict minima with two or three blocks and a negative kink's part?",
        run,
        {"k": 10, "runs": 15},
        {"k": 20, "runs": 72},
        MEASURES,
    ),
)
