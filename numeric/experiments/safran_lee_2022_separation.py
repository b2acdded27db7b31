r"""Safran, Lee 2022: a clipped network on frozen erf features learns the indicator of a ball from radial inputs.

$f(x) = [\sum_j w_j\,\mathrm{erf}(\langle u_j, x\rangle + b_j)]_0^1$ with frozen $u_j \sim N(0, I/4)$,
$b_j \sim N(0, 1/4)$; gradient descent on w alone, from 0, on $\frac{1}{2n}\sum_i (f(x_i) - y_i)^2$ with
$y = 1\{\lVert x\rVert \le \lambda\}$. Directions are uniform, norms uniform on $[0, 2\lambda]$.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from numeric.experiments.experiment import Experiment, Progress

Array = NDArray[np.float64]

#: Steps between two looks at the progress.
LOOK = 50
#: Powers of the Gram matrix that find its norm, to a fraction that the step forgives: it may be twice as long.
POWERS = 50


def ball(count: int, d: int, radius: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Radial inputs, shape (count, d), and the indicator of the ball, which holds half of them."""
    X = rng.standard_normal((count, d))
    norms = rng.uniform(0.0, 2.0 * radius, count)
    return X * (norms / np.linalg.norm(X, axis=1))[:, None], (norms <= radius).astype(np.float64)


def descend(H: Array, y: Array, steps: int, progress: Progress) -> Array:
    """The readout after gradient descent on the clipped network with step 1/L, L the curvature of the unclipped loss.

    Where the clip has no derivative, at 0 and 1, it counts as 1: descent begins at 0. Sums by einsum: linear algebra on
    several threads loses more time in thousands of small products than it saves.
    """
    w, columns = np.zeros(H.shape[1]), np.ascontiguousarray(H.T)
    top = np.ones(H.shape[1])
    for _ in range(POWERS):
        top = np.einsum("ij,j->i", columns, np.einsum("ij,j->i", H, top / np.linalg.norm(top)))
    rate = 1.0 / float(np.linalg.norm(top))
    for t in range(steps):
        if t % LOOK == 0:
            progress(t / steps)
        p = np.einsum("ij,j->i", H, w)
        error = (np.clip(p, 0.0, 1.0) - y) * ((p >= 0.0) & (p <= 1.0))
        w -= rate * np.einsum("ij,j->i", columns, error)
    return w


def compare(sizes: Mapping[str, float], rng: np.random.Generator, progress: Progress) -> dict[str, float]:
    """Mean squared errors on as many fresh inputs: clipped network, and least squares on the same features."""
    n, d, r = (int(sizes[name]) for name in ("n", "d", "r"))
    U, b = rng.standard_normal((r, d)) / 2.0, sizes["bias"] * rng.standard_normal(r)
    (X, y), (fresh, target) = (ball(n, d, sizes["radius"], rng) for _ in range(2))
    H, T = (np.asarray(erf(points @ U.T + b), dtype=np.float64) for points in (X, fresh))
    clipped = np.clip(T @ descend(H, y, int(sizes["steps"]), progress), 0.0, 1.0)
    linear = T @ np.linalg.lstsq(H, y, rcond=None)[0]
    errors = [float(np.mean((f - target) ** 2)) for f in (clipped, linear, np.clip(linear, 0.0, 1.0))]
    return {
        "clipped_error": errors[0],
        "linear_error": errors[1],
        "advantage": errors[1] / errors[0],
        "advantage_over_clipped": errors[2] / errors[0],
        "wrong": float(np.mean((clipped > 0.5) != (target > 0.5))),
    }


_COMMON = {"d": 5, "radius": 1.5, "bias": 0.5}
EXPERIMENTS = (
    Experiment(
        "safran-lee-2022/clipped",
        "does gradient descent on the clipped network learn the ball, and better than least squares without the clip",
        compare,
        {"n": 400, "r": 120, "steps": 1000, **_COMMON},
        {"n": 3000, "r": 800, "steps": 4000, **_COMMON},
        {
            "clipped_error": "mean squared error of the clipped network on fresh inputs; 1/4 for the constant 1/2",
            "linear_error": "the same of least squares on the same features, not clipped",
            "advantage": "linear_error over clipped_error",
            "advantage_over_clipped": "error of least squares, clipped afterwards, over clipped_error",
            "wrong": "share of fresh inputs on the wrong side of 1/2",
        },
    ),
)
