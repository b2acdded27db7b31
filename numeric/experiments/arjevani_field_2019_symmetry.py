"""Arjevani, Field 2019: symmetry of what descent ends at, for laws of the input and activations beyond the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from numeric.arguments import FloatArray
from numeric.errors import DomainError
from numeric.experiments.experiment import Experiment, Progress
from numeric.isotropy import isotropy_partition
from numeric.training import closed_form, initial_batch

#: Descents end at that gradient; entries of the end points then agree to about NOISE, which is far below 1/k^2.
TOLERANCE, MAX_STEPS, NOISE = 1e-6, 20_000, 2e-4
GROWTH, SHRINK = 1.1, 0.5
#: Losses of spurious minima are above 0.005 at these sizes, those of runs that reach the teacher below 1e-9.
SPURIOUS = 1e-3

Roots = Callable[[int, float], list[FloatArray]]
Loss = Callable[[FloatArray], tuple[FloatArray, FloatArray]]


def equicorrelated(k: int, c: float) -> list[FloatArray]:
    """The root of the covariance (1 - c) I + c J: not isotropic, invariant under permutations.

    Example:
        >>> root = equicorrelated(2, 0.5)[0]
        >>> (root @ root).round(12).tolist()
        [[1.0, 0.5], [0.5, 1.0]]
    """
    values, vectors = np.linalg.eigh((1.0 - c) * np.eye(k) + c * np.ones((k, k)))
    return [np.asarray((vectors * np.sqrt(values)) @ vectors.T, dtype=np.float64)]


def mixture(k: int, c: float) -> list[FloatArray]:
    """Covariances (1 - c) I + c J and (1 - c) I, one as likely as the other: coordinates are dependent, not Gaussian.

    Example:
        >>> len(mixture(3, -0.1))
        2
    """
    return [*equicorrelated(k, c), np.asarray(np.sqrt(1.0 - c) * np.eye(k), dtype=np.float64)]


def isotropic(k: int, _: float) -> list[FloatArray]:
    """Standard Gaussian inputs.

    Example:
        >>> isotropic(2, 0.0)[0].tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    return [np.eye(k)]


def graded(k: int, c: float) -> list[FloatArray]:
    """Variances from 1 - c to 1 + c, all different: no permutation leaves the law as it is.

    Example:
        >>> np.diag(graded(3, 0.75)[0]).round(3).tolist()
        [0.5, 1.0, 1.323]
    """
    return [np.diag(np.sqrt(np.linspace(1.0 - c, 1.0 + c, k)))]


def population(roots: Sequence[FloatArray], activation: str) -> Loss:
    r"""The mean over Gaussian laws of the population loss against orthonormal teachers, and its gradient in W.

    For x = R z with z standard Gaussian, $w\cdot x = (Rw)\cdot z$: the closed form at $WR$ and $VR$, R symmetric.

    Args:
        roots: symmetric roots of covariances, equally likely.
        activation: as in `closed_form`.

    Example:
        >>> [float(x.max()) for x in population([np.eye(2)], "erf")(np.eye(2)[None])]
        [0.0, 0.0]
    """
    losses = [(root, closed_form(root, activation)) for root in roots]

    def step(W: FloatArray) -> tuple[FloatArray, FloatArray]:
        loss, gradient = np.zeros(len(W)), np.zeros_like(W)
        for root, form in losses:
            value, slope = form.step(np.ascontiguousarray(W @ root))
            loss, gradient = loss + value / len(losses), gradient + slope @ root / len(losses)
        return loss, gradient

    return step


def descended(step: Loss, W: FloatArray, progress: Progress) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Gradient descent whose step grows by a tenth where the loss falls and no slope turns, and else is halved.

    Args:
        step: losses and gradients of a batch.
        W: initial weights, shape (runs, n, d).
        progress: called now and then.

    Returns:
        End points, losses, and norms of the gradients.

    Example:
        >>> start = initial_batch("xavier", 2, 3, 3, seed=0)
        >>> bool(descended(population([np.eye(3)], "relu"), start, lambda share: None)[1].max() < 1e-9)
        True
    """
    loss, gradient = step(W)
    eta = np.full(len(W), 1.0 / W.shape[1])
    for count in range(MAX_STEPS):
        norms = np.sqrt((gradient**2).sum(axis=(1, 2)))
        if (norms <= TOLERANCE).all():
            break
        trial = W - eta[:, None, None] * gradient
        new_loss, new_gradient = step(trial)
        good = (new_loss <= loss + 1e-15) & ((new_gradient * gradient).sum(axis=(1, 2)) >= 0.0)
        W = np.where(good[:, None, None], trial, W)
        loss, gradient = np.where(good, new_loss, loss), np.where(good[:, None, None], new_gradient, gradient)
        eta = eta * np.where(good, GROWTH, SHRINK)
        if count % 500 == 0:
            progress(count / MAX_STEPS)
    return W, loss, norms


def blocks(W: FloatArray) -> int:
    """The number r of factors of the isotropy Delta(S_{k_1} x ... x S_{k_r}); k where entries run together.

    Example:
        >>> blocks(np.eye(3))
        1
    """
    try:
        return len(isotropy_partition(W, noise=NOISE).sizes)
    except DomainError:
        return len(W)


def run(
    roots: Roots, activation: str, sizes: Mapping[str, float], rng: np.random.Generator, progress: Progress
) -> dict[str, float]:
    """Descents from Xavier weights, and the isotropy of their end points.

    Example:
        >>> small = {"k": 4, "runs": 2, "correlation": 0.0}
        >>> run(isotropic, "erf", small, np.random.default_rng(0), lambda share: None)["two_blocks"]
        1.0
    """
    k, runs = int(sizes["k"]), int(sizes["runs"])
    start = initial_batch("xavier", runs, k, k, seed=int(rng.integers(2**62)))
    W, loss, norms = descended(population(roots(k, sizes["correlation"]), activation), start, progress)
    counted, spurious = np.asarray([blocks(w) for w in W]), loss > SPURIOUS
    return {
        "two_blocks": float((counted <= 2).mean()),
        "spurious": float(spurious.mean()),
        "symmetric_of_spurious": float((counted[spurious] <= 2).mean()) if spurious.any() else 0.0,
        "spurious_two_blocks": float((spurious & (counted <= 2)).mean()),
        "unfinished": float((norms > TOLERANCE).mean()),
    }


MEASURES = {
    "two_blocks": "share of the end points with isotropy Delta(S_k) or Delta(S_{k-p} x S_p)",
    "spurious": "share of the end points with a loss above 0.001",
    "symmetric_of_spurious": "share of such isotropy among those with a loss above 0.001; 0 without any",
    "spurious_two_blocks": "share of the end points that are both",
    "unfinished": "share of the runs whose gradient is not small",
}
#: By name: the laws of the input, the activation, the correlation, and k of quick and full runs.
CASES: dict[str, tuple[Roots, str, float, int, int]] = {
    "equicorrelated": (equicorrelated, "relu", -0.04, 10, 14),
    "mixture": (mixture, "relu", -0.04, 10, 14),
    "erf": (isotropic, "erf", 0.0, 8, 16),
    "graded": (graded, "relu", 0.3, 10, 14),
}

EXPERIMENTS = tuple(
    Experiment(
        f"arjevani-field-2019/{name}",
        f"Are the end points of descent as symmetric as in the model, for {name} in place of it?",
        partial(run, roots, activation),
        {"k": quick, "runs": 10, "correlation": c},
        {"k": full, "runs": 72, "correlation": c},
        MEASURES,
    )
    for name, (roots, activation, c, quick, full) in CASES.items()
)
