"""Li, Ma, Zhang 2020: the absolute-value learner on the population loss, against the best fit of its tangent kernel."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from numeric.arguments import FloatArray
from numeric.experiments.experiment import Experiment, Progress

#: 1 - c_0 - c_2: what the orders from 4 on contribute to d times the loss.
HIGH_ORDERS = 1 - 3 / math.pi


def pair_kernel(U: FloatArray, V: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    r"""Correlations of unit vectors, $s=\sqrt{1-\rho^2}$, $\arcsin\rho$; E|u.x||v.x| is $\frac2\pi(s+\rho\arcsin\rho)$.

    Args:
        U: unit rows, of shape (m, d).
        V: unit rows, of shape (n, d).

    Example:
        >>> [float(part[0, 0]) for part in pair_kernel(np.eye(1), np.eye(1))]
        [1.0, 0.0, 1.5707963267948966]
    """
    rho = np.clip(U @ V.T, -1, 1)
    return rho, np.sqrt(1 - rho**2), np.arcsin(rho)


def loss_and_gradient(W: FloatArray) -> tuple[float, FloatArray]:
    r"""$E(f_W-f^*)^2$ and m times its gradient, $f_W=\frac1m\sum|w_i||w_i\cdot x|$, $f^*=\frac1d\sum|x_i|$.

    Args:
        W: the neurons, rows of shape (m, d), none zero.

    Example:
        >>> loss, gradient = loss_and_gradient(np.eye(3))
        >>> abs(loss) < 1e-15, bool(np.max(np.abs(gradient)) < 1e-15)
        (True, True)
    """
    m, d = W.shape
    norms = np.linalg.norm(W, axis=1)
    units = W / norms[:, None]
    rho, sine, arc = pair_kernel(units, units)
    masses = norms**2 / m
    # the teachers' mutual terms: 1 at equal ones, 2/pi at orthogonal ones
    own = (1 + (d - 1) * 2 / math.pi) / d
    to_learner = (2 / math.pi) * ((sine + rho * arc) @ masses)
    cross, cross_sine = np.arcsin(units), np.sqrt(1 - np.minimum(units**2, 1))
    to_teacher = (2 / math.pi) * np.mean(cross_sine + units * cross, axis=1)
    loss = float(masses @ (to_learner - 2 * to_teacher)) + own
    # d/dw |w|^2 k(rho) = |w| (2 k wbar + k' (v - rho wbar)), k' = (2/pi) arcsin(rho), times 2/m, times m
    pull = (2 / math.pi) * ((arc * masses) @ units - cross / d)
    along = np.sum(pull * units, axis=1)
    radial = 2 * (to_learner - to_teacher) - along
    return loss, 2 * norms[:, None] * (radial[:, None] * units + pull)


def second_order_loss(W: FloatArray) -> float:
    """The terms of orders 0 and 2 of the loss: c_0 (...)^2 + c_2 |(1/m) sum w w^T - I/d|^2, c_0 = 2/pi, c_2 = 1/pi.

    Example:
        >>> second_order_loss(np.eye(2))
        0.0
    """
    m, d = W.shape
    moment = W.T @ W / m - np.eye(d) / d
    return (2 / math.pi) * float(np.trace(moment)) ** 2 + float(np.sum(moment**2)) / math.pi


def tangent_loss(W: FloatArray) -> float:
    r"""The least population loss of $\sum_i c_i\cdot x\,\mathrm{sgn}(w_i\cdot x)$ over all c: the tangent space at W.

    Moments by Stein's lemma: $E[xx^\top\mathrm{sgn}(u\cdot x)\mathrm{sgn}(v\cdot x)]=\frac2\pi(\arcsin\rho\,I
    +((uv^\top+vu^\top)-\rho(uu^\top+vv^\top))/\sqrt{1-\rho^2})$ for unit u and v.

    Args:
        W: neurons, no two parallel, of shape (m, d).

    Example:
        >>> abs(tangent_loss(np.eye(2))) < 1e-12
        True
    """
    m, d = W.shape
    units = W / np.linalg.norm(W, axis=1)[:, None]
    rho, sine, arc = pair_kernel(units, units)
    inverse = np.zeros_like(sine)
    np.divide(1, sine, out=inverse, where=~np.eye(m, dtype=bool))
    squares = units[:, :, None] * units[:, None, :]
    # of shape (m, d, m, d): entry (i, a, j, b) is E[x_a x_b sgn(w_i.x) sgn(w_j.x)]
    gram = np.einsum("ij,ia,jb->iajb", inverse, units, units) + np.einsum("ij,ja,ib->iajb", inverse, units, units)
    gram -= np.einsum("ij,iab->iajb", rho * inverse, squares) + np.einsum("ij,jab->iajb", rho * inverse, squares)
    gram += np.einsum("ij,ab->iajb", arc, np.eye(d))
    moment = np.mean(np.sqrt(1 - np.minimum(units**2, 1)), axis=1)[:, None] * units + np.arcsin(units) / d
    target = (2 / math.pi) * moment.ravel()
    fitted = cho_solve(cho_factor((2 / math.pi) * gram.reshape(m * d, m * d)), target)
    own = (1 + (d - 1) * 2 / math.pi) / d
    return float(own - target @ fitted)


def equal_loss(W: FloatArray) -> float:
    r"""The least population loss of $s\sum_i|u_i\cdot x|$ over all numbers s, one line of the tangent space at W.

    Args:
        W: neurons, none zero, of shape (m, d).

    Example:
        >>> abs(equal_loss(np.eye(2))) < 1e-12
        True
    """
    d = W.shape[1]
    units = W / np.linalg.norm(W, axis=1)[:, None]
    (rho, sine, arc), (cosine, other, angle) = pair_kernel(units, units), pair_kernel(units, np.eye(d))
    square, cross = float(np.sum(sine + rho * arc)), float(np.sum(other + cosine * angle)) / d
    own = (1 + (d - 1) * 2 / math.pi) / d
    return float(own - (2 / math.pi) * cross**2 / square)


def uncaptured(d: int, m: int) -> float:
    r"""The mean share of the target's order 4 that m d even functions leave, their directions uniform.

    The order-4 part of the target is radial by a share $3/(d+2)$, which one function captures; the rest lies in the
    irreducible space of harmonic quartics, of which m d functions capture at most their share of its dimension
    $\binom{d+3}{4}-\binom{d+1}{2}$ on average.

    Example:
        >>> round(uncaptured(30, 100), 4)
        0.839
    """
    harmonics = math.comb(d + 3, 4) - math.comb(d + 1, 2)
    return float(1 - 3 / (d + 2)) * max(0.0, 1 - m * d / harmonics)


def descend(sizes: Mapping[str, float], rng: np.random.Generator, progress: Progress) -> dict[str, float]:
    """Gradient descent from small weights on the population loss: below the plateau, the low orders first.

    Example:
        >>> tiny = {"d": 4, "m": 16, "step": 0.05, "steps": 200, "start": 0.01}
        >>> descend(tiny, np.random.default_rng(0), lambda share: None)["late_over_plateau"] > 0
        True
    """
    d, m, steps = (int(sizes[name]) for name in ("d", "m", "steps"))
    W = sizes["start"] * rng.standard_normal((m, d))
    low_share, reached, loss = 1.0, 1.0, math.inf
    for t in range(steps):
        loss, gradient = loss_and_gradient(W)
        if reached == 1 and loss < HIGH_ORDERS / d:
            reached, low_share = t / steps, second_order_loss(W) / loss
        W = W - sizes["step"] * gradient
        if t % 100 == 0:
            progress(t / steps)
    return {"late_over_plateau": loss * d / HIGH_ORDERS, "low_share": low_share, "reached": reached}


def fit_tangents(sizes: Mapping[str, float], rng: np.random.Generator, _: Progress) -> dict[str, float]:
    """The tangent space at uniform directions, fitted to the target on the population.

    Example:
        >>> found = fit_tangents({"d": 6, "m": 4}, np.random.default_rng(0), lambda share: None)
        >>> 0 < found["tangent_over_plateau"] < 10
        True
    """
    d, m = int(sizes["d"]), int(sizes["m"])
    W = rng.standard_normal((m, d))
    loss = tangent_loss(W)
    share = loss * d / HIGH_ORDERS
    # order 4 weighs c_4 = 1/(12 pi) of the plateau; of the higher orders, whose spaces are larger, less is captured
    return {
        "tangent_over_plateau": share,
        "tangent_over_count": share / uncaptured(d, m),
        "tangent_over_equal": loss / equal_loss(W),
    }


EXPERIMENTS = (
    Experiment(
        "li-ma-zhang-2020/plateau",
        "Does gradient descent pass the plateau (1 - 3/pi)/d of kernels, the low orders fitted first?",
        descend,
        {"d": 8, "m": 30, "step": 0.05, "steps": 1500, "start": 0.01},
        {"d": 30, "m": 100, "step": 0.05, "steps": 60000, "start": 0.01},
        {
            "late_over_plateau": "last loss over the plateau",
            "low_share": "share of the orders 0 and 2 in the loss when it first falls below the plateau",
            "reached": "when it does, as a share of the steps",
        },
    ),
    Experiment(
        "li-ma-zhang-2020/tangents",
        "And the best fit of the tangent kernel of as many neurons at random?",
        fit_tangents,
        {"d": 14, "m": 14},
        {"d": 30, "m": 100},
        {
            "tangent_over_plateau": "least loss over the plateau",
            "tangent_over_count": "that, over the share of order 4 that so many functions leave on average",
            "tangent_over_equal": "least loss over that of the best multiple of sum |u_i.x|, one of the functions",
        },
    ),
)
