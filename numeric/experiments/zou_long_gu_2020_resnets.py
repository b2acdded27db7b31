"""Zou, Long, Gu 2020: gradient descent from zero on deep linear residual networks between fixed transforms."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from numeric.arguments import FloatArray
from numeric.experiments.experiment import Experiment, Progress

Transforms = Callable[[int, Mapping[str, float], np.random.Generator], tuple[FloatArray, FloatArray]]
#: The excess loss to be reached, as a share of the first; much smaller ones are rounding errors of the loss.
GOAL = 1e-9


def gaussian_transforms(d: int, sizes: Mapping[str, float], rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """A ~ N(0, 1/m), B ~ N(0, 1), entry by entry, width m: the theorem asks for a large width alone.

    Example:
        >>> [t.shape for t in gaussian_transforms(2, {"width": 9}, np.random.default_rng(0))]
        [(9, 2), (2, 9)]
    """
    m = int(sizes["width"])
    return rng.standard_normal((m, d)) / math.sqrt(m), rng.standard_normal((d, m))


def modified_identity(d: int, sizes: Mapping[str, float], _: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """A = [I; 0] and B = [0, gamma I], width 2 d.

    Example:
        >>> modified_identity(1, {"gamma": 3}, np.random.default_rng(0))[1]
        array([[0., 3.]])
    """
    zero, one = np.zeros((d, d)), np.eye(d)
    return np.vstack([one, zero]), np.hstack([zero, sizes["gamma"] * one])


def plain_identity(d: int, _: Mapping[str, float], __: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """A = B = I: no transform at all.

    Example:
        >>> plain_identity(1, {}, np.random.default_rng(0))[0]
        array([[1.]])
    """
    return np.eye(d), np.eye(d)


@dataclass(frozen=True)
class Data:
    """Inputs and labels by their moments, which is all that the squared loss needs; the factors' singular values.

    Args:
        A: of shape (m, d).
        B: of shape (d, m).
        X: inputs, of shape (d, n).
        Y: labels, of shape (d, n).
    """

    A: FloatArray
    B: FloatArray
    X: FloatArray
    Y: FloatArray

    @property
    def least(self) -> float:
        """The least loss 1/2 |f(X) - Y|^2 over all linear maps."""
        best = np.linalg.lstsq(self.X.T, self.Y.T, rcond=None)[0].T
        return 0.5 * float(np.sum((best @ self.X - self.Y) ** 2))

    @property
    def products(self) -> tuple[float, float]:
        """s_min^2(A) s_min^2(B) s_min^2(X), and |A|^2 |B|^2 |X|^2."""
        singular = [np.linalg.svd(matrix, compute_uv=False) for matrix in (self.A, self.B, self.X)]
        return math.prod(float(s[-1]) ** 2 for s in singular), math.prod(float(s[0]) ** 2 for s in singular)


def loss_and_gradients(data: Data, W: FloatArray) -> tuple[float, FloatArray]:
    r"""$\frac12\|B(I+W_L)\cdots(I+W_1)AX-Y\|_F^2$ and its gradient by every layer.

    Args:
        data: the problem.
        W: the layers, of shape (L, m, m).

    Returns:
        The loss, and the gradients, of the shape of W.

    Example:
        >>> one = np.eye(1)
        >>> loss, gradients = loss_and_gradients(Data(one, one, one, 3 * one), np.zeros((2, 1, 1)))
        >>> loss, gradients.tolist()
        (2.0, [[[-2.0]], [[-2.0]]])
    """
    below = [data.A]
    for layer in W:
        below.append(below[-1] + layer @ below[-1])
    residual = data.B @ below[-1] @ data.X - data.Y
    moment = residual @ data.X.T
    gradients, above = np.empty_like(W), data.B
    for index in range(len(W) - 1, -1, -1):
        gradients[index] = above.T @ (moment @ below[index].T)
        above = above + above @ W[index]
    return 0.5 * float(np.sum(residual**2)), gradients


def run(
    transforms: Transforms, sizes: Mapping[str, float], rng: np.random.Generator, progress: Progress
) -> dict[str, float]:
    """Gradient descent from W = 0 on Y = -X + noise, as many steps as the stated contraction needs to reach the goal.

    The step is 1/(e L |A|^2 |B|^2 |X|^2), the contraction 1 - eta L s_min^2(A) s_min^2(B) s_min^2(X)/e a step.

    Example:
        >>> small = {"d": 2, "n": 6, "layers": 2, "width": 8, "gamma": 9, "noise": 0.1}
        >>> found = run(modified_identity, small, np.random.default_rng(0), lambda share: None)
        >>> found["excess"] <= 1e-9 and found["contraction_over_bound"] <= 1
        True
    """
    d, n, layers = (int(sizes[name]) for name in ("d", "n", "layers"))
    X = rng.standard_normal((d, n))
    A, B = transforms(d, sizes, rng)
    data = Data(A, B, X, -X + sizes["noise"] * rng.standard_normal((d, n)))
    small, large = data.products
    step = 1 / (math.e * layers * large)
    bound = 1 - step * layers * small / math.e
    above, norms, largest = descend(data, step, math.ceil(math.log(GOAL) / math.log(bound)), layers, progress)
    return {
        "excess": above[-1] / above[0],
        "contraction_over_bound": float(np.max(above[1:] / above[:-1])) / bound,
        "gradient_over_lower_bound": float(np.min(norms / above)) / (2 / math.e * small),
        "largest_layer": 2 * layers * largest,
    }


def descend(
    data: Data, step: float, steps: int, layers: int, progress: Progress
) -> tuple[FloatArray, FloatArray, float]:
    """Excess losses and least squared gradients of a layer, step by step up to the goal, and the largest |W_l|.

    Example:
        >>> one = np.eye(1)
        >>> excess, norms, largest = descend(Data(one, one, one, 2 * one), 0.1, 3, 1, lambda share: None)
        >>> [round(float(e), 4) for e in excess], round(largest, 4)
        ([0.5, 0.405, 0.3281, 0.2657], 0.271)
    """
    least, W, largest = data.least, np.zeros((layers, len(data.A), len(data.A))), 0.0
    excess: list[float] = []
    norms: list[float] = []
    for t in range(steps + 1):
        loss, gradients = loss_and_gradients(data, W)
        excess.append(loss - least)
        norms.append(float(np.min(np.sum(gradients**2, axis=(1, 2)))))
        largest = max(largest, float(np.max(np.linalg.norm(W, axis=(1, 2))))) if t % 20 == 0 or t == steps else largest
        if excess[-1] <= GOAL * excess[0] or t == steps:
            break
        W -= step * gradients
        if t % 20 == 0:
            progress(t / steps)
    return np.asarray(excess), np.asarray(norms), largest


MEASURES = {
    "excess": "loss above the least loss, as a share of the first",
    "contraction_over_bound": "largest factor of a step on that excess, over 1 - eta L s^2(A) s^2(B) s^2(X)/e",
    "gradient_over_lower_bound": "least |grad_l|^2 over (2/e) s^2(A) s^2(B) s^2(X) times the excess",
    "largest_layer": "2 L times the largest Frobenius norm of a layer on the way, every 20 steps",
}
SMALL = {"d": 4, "n": 80, "layers": 8, "width": 100, "gamma": 40, "noise": 0.1}
QUICK = {"d": 10, "n": 100, "layers": 10, "width": 100, "gamma": 40, "noise": 0.1}
FULL = {"d": 10, "n": 200, "layers": 10, "width": 200, "gamma": 40, "noise": 0.1}

EXPERIMENTS = tuple(
    Experiment(f"zou-long-gu-2020/{name}", question, partial(run, transforms), quick, FULL, MEASURES)
    for name, question, transforms, quick in (
        (
            "gaussian",
            "Does descent from zero reach the least loss between Gaussian transforms?",
            gaussian_transforms,
            SMALL,
        ),
        ("modified-identity", "And between the modified identities [I; 0] and [0, gamma I]?", modified_identity, QUICK),
        ("plain-identity", "And without transforms, for labels near -X?", plain_identity, QUICK),
    )
)
