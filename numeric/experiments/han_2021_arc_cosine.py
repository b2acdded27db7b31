"""Han et al. 2021: random features for the neural tangent kernel, against its recursion by arc-cosine kernels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial

import numpy as np

from numeric.arguments import FloatArray
from numeric.experiments.experiment import Experiment, Progress


def tangent_kernel(X: FloatArray, layers: int) -> FloatArray:
    r"""$\Theta_{l+1}=\kappa_1(\Sigma_l)+\Theta_l\kappa_0(\Sigma_l)$, $\Sigma_{l+1}=\kappa_1(\Sigma_l)$, from $XX^\top$.

    Args:
        X: unit rows, of shape (n, d).
        layers: hidden layers.

    Example:
        >>> tangent_kernel(np.eye(1), 2)
        array([[3.]])
    """
    sigma = np.clip(X @ X.T, -1, 1)
    theta = sigma
    for _ in range(layers):
        angle = np.arccos(sigma)
        slope, sigma = 1 - angle / math.pi, (np.sqrt(1 - sigma**2) + sigma * (math.pi - angle)) / math.pi
        np.fill_diagonal(sigma, 1.0)
        np.fill_diagonal(slope, 1.0)
        theta = sigma + theta * slope
    return np.asarray(theta)


def feature_kernel(X: FloatArray, layers: int, width: int, factor: float, rng: np.random.Generator) -> FloatArray:
    r"""From $\phi_1=\sqrt{c/m}\,\mathrm{relu}(Wx)$ and $\phi_0=\sqrt{c/m}\,\mathrm{step}(W'x)$, layer by layer.

    Products of the tensor products of features are products of their inner products.

    Args:
        X: unit rows, of shape (n, d).
        layers: hidden layers.
        width: m.
        factor: c, 2 in the paper.
        rng: of the weights.

    Example:
        >>> feature_kernel(np.eye(2), 1, 10, 2.0, np.random.default_rng(0)).shape
        (2, 2)
    """
    features, theta = X, X @ X.T
    for _ in range(layers):
        steps = math.sqrt(factor / width) * (features @ rng.standard_normal((features.shape[1], width)) > 0)
        features = math.sqrt(factor / width) * np.maximum(features @ rng.standard_normal((features.shape[1], width)), 0)
        theta = features @ features.T + theta * (steps @ steps.T)
    return np.asarray(theta)


def run(factor: float, sizes: Mapping[str, float], rng: np.random.Generator, progress: Progress) -> dict[str, float]:
    """Points on the sphere; errors of features of two widths, over many draws.

    Example:
        >>> tiny = {"points": 3, "d": 3, "layers": 2, "narrow": 20, "wide": 80, "draws": 10}
        >>> run(2.0, tiny, np.random.default_rng(0), lambda share: None)["exponent"] < 0
        True
    """
    n, d, layers, draws = (int(sizes[name]) for name in ("points", "d", "layers", "draws"))
    X = rng.standard_normal((n, d))
    X /= np.linalg.norm(X, axis=1)[:, None]
    exact = tangent_kernel(X, layers)
    errors: dict[str, float] = {}
    for name in ("narrow", "wide"):
        squares = 0.0
        for draw in range(draws):
            found = feature_kernel(X, layers, int(sizes[name]), factor, rng)
            squares += float(np.sum((found - exact) ** 2)) / draws
            progress((draw + 1) / (2 * draws) + (0.5 if name == "wide" else 0.0))
        errors[name] = math.sqrt(squares) / float(np.linalg.norm(exact))
    return {
        "error_wide": errors["wide"],
        "exponent": math.log(errors["wide"] / errors["narrow"]) / math.log(sizes["wide"] / sizes["narrow"]),
    }


EXPERIMENTS = tuple(
    Experiment(
        f"han-2021/{name}",
        question,
        partial(run, factor),
        {"points": 8, "d": 5, "layers": 2, "narrow": 30, "wide": 240, "draws": 20},
        {"points": 50, "d": 20, "layers": 3, "narrow": 128, "wide": 1024, "draws": 20},
        {
            "error_wide": "error of the wide features in the Frobenius norm, root mean square, over that of the kernel",
            "exponent": "with which that error falls with the width",
        },
    )
    for name, question, factor in (
        ("features", "Do random features tend to the tangent kernel, and how fast?", 2.0),
        ("features-unscaled", "And without their factor sqrt 2?", 1.0),
    )
)
