r"""How the eigenvalues of a large symmetric map are distributed, by Lanczos's method from random starts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import FloatArray, finite_array, positive_integer, probability, real_number
from numeric.draws import Seed, generator, sphere_points
from numeric.errors import DomainError
from numeric.lanczos import Product, Tridiagonal, lanczos

LEAK = 1e-3
r"""Share $\epsilon$ of the mass that may leak when eigenvalues move: a defect D counts as a move by $D/\epsilon$."""


class GaussRule(NamedTuple):
    """A distribution function through Gauss nodes.

    Args:
        nodes: ascending.
        weights: they sum to 1.
        closed: whether the rule is exact but for its defect.
        defect: by how much the symmetric map may be off for which the rule holds.

    Example:
        >>> GaussRule(np.array([1.0]), np.array([1.0]), True, 0.0).bracket(np.array([0.5, 1.5]))[1]
        array([0., 1.])
    """

    nodes: FloatArray
    weights: FloatArray
    closed: bool
    defect: float

    def bracket(self, t: FloatArray) -> tuple[FloatArray, FloatArray]:
        r"""Bounds on the distribution function of the start at t.

        If $\|E\| \le D$, then for every vector $F_{H+E}(t - s) - 2\epsilon - \epsilon^2 \le F_H(t) \le
        F_{H+E}(t + s) + 2\epsilon + \epsilon^2$ with $s = D/\epsilon$, since the spectral projections of the one below
        t and of the other above t + s have a product of norm at most D/s.

        Args:
            t: points, any shape.

        Source: Davis and Kahan 1970, The rotation of eigenvectors by a perturbation III.
        """
        total = np.concatenate([[0.0], np.cumsum(self.weights)])
        shift, leak = self.defect / LEAK, (2.0 * LEAK + LEAK**2) * (self.defect > 0.0)
        left, right = (np.searchsorted(self.nodes, t + sign * shift, side="right") for sign in (-1.0, 1.0))
        if not self.closed:
            left, right = np.maximum(left - 1, 0), np.minimum(right + 1, len(self.nodes))
        return total[left] - leak, total[right] + leak


@dataclass(frozen=True, eq=False)
class SpectralDistribution:
    r"""The cumulative distribution $F(t) = \#\{\lambda_i \le t\}/N$ of the eigenvalues, bracketed at all t at once.

    Args:
        rules: for each random start one of all steps, and one cut off where it came nearest to an invariant subspace.
        margin: what the mean over the starts is off at most, at every t.
        level: probability that it is off by more.
        size: N.

    Example:
        >>> found = spectral_distribution(lambda x: x * (np.arange(100.0) < 30), 100, 10, 40, seed=0, level=1e-6)
        >>> low, high = found.cumulative(0.5)
        >>> bool(low <= 0.7 <= high)
        True
    """

    rules: tuple[tuple[GaussRule, ...], ...]
    margin: float
    level: float
    size: int

    def cumulative(self, at: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Bounds on F, which hold at all points together with probability 1 - level.

        Args:
            at: points, any shape.

        Returns:
            Lower and upper bounds, of the shape of at.
        """
        t = finite_array("at", at)
        brackets = [[rule.bracket(t) for rule in rules] for rules in self.rules]
        low = np.mean([np.max([b[0] for b in own], axis=0) for own in brackets], axis=0)
        high = np.mean([np.min([b[1] for b in own], axis=0) for own in brackets], axis=0)
        return np.maximum(low - self.margin, 0.0), np.minimum(high + self.margin, 1.0)

    def density(self, at: ArrayLike, width: float) -> FloatArray:
        r"""The rules smoothed by a Gaussian, $\sum_j w_j \varphi_\sigma(t - \theta_j)$: a picture, without a bound.

        Args:
            at: points, any shape.
            width: $\sigma > 0$.

        Returns:
            Densities, of the shape of at.
        """
        t = finite_array("at", at)
        if not 0.0 < real_number("width", width) < math.inf:
            raise DomainError(f"width is {width!r}; expected the finite standard deviation of the kernel; try 0.01")
        means = []
        for full, *_ in self.rules:
            z = (t[..., None] - full.nodes) / width
            means.append((full.weights * np.exp(-0.5 * z * z)).sum(axis=-1))
        return np.asarray(np.mean(means, axis=0) / (width * math.sqrt(2.0 * math.pi)), dtype=np.float64)


def spectral_distribution(
    product: Product, size: int, starts: int, steps: int, seed: Seed, level: float, noise: float = 0.0
) -> SpectralDistribution:
    r"""The distribution of the eigenvalues of a symmetric map A, by stochastic Lanczos quadrature.

    A unit vector q distributes its mass over the eigenvalues; the eigenvalues of its Lanczos matrix are the Gauss nodes
    $\theta_j$ of this measure, the squared first components of the eigenvectors their weights. By the inequalities of
    Chebyshev, Markov and Stieltjes, between $\theta_i$ and $\theta_{i+1}$ its distribution function lies between the
    sum of the weights before i and that up to i + 1. For uniform q it is Beta distributed around F with parameters that
    sum to N/2, hence sub-Gaussian with variance proxy at most $1/(2(N+2))$. F takes at most N values that need a bound,
    so the mean over m starts is off by more than $\sqrt{\ln(2N/\delta)/(m(N+2))}$ anywhere with probability at most
    $\delta$.

    Args:
        product: A, symmetric; this is not checked.
        size: N >= 2.
        starts: m >= 1 random vectors.
        steps: of each, >= 1.
        seed: integer or generator.
        level: $\delta$, in (0, 1).
        noise: bound on the round-off of a product with a unit vector.

    Returns:
        The distribution; round-off counts as a change of A.

    Raises:
        NumericError: if size, starts, steps, seed or level is unusable.
        ShapeError: if a product has another shape.
        NonFiniteError: if a product has a NaN or infinite entry.

    Source: Lin, Saad and Yang 2016, Approximating spectral densities of large matrices; Chen, Trogdon and Ubaru 2021,
    for the bracket; Marchal and Arbel 2017, On the sub-Gaussianity of the Beta and Dirichlet distributions.

    Example:
        >>> found = spectral_distribution(lambda x: x * np.linspace(0, 1, 2000), 2000, 5, 30, seed=0, level=1e-6)
        >>> bool(found.margin < 0.05)
        True
    """
    (rng, _), level = generator(seed), probability("level", level)
    count, m = positive_integer("size", size, 2), positive_integer("starts", starts)
    runs = [lanczos(product, q, steps, noise) for q in sphere_points(rng, m, count)]
    margin = math.sqrt(math.log(2.0 * count / level) / (m * (count + 2.0)))
    return SpectralDistribution(tuple(_rules(run) for run in runs), margin, level, count)


def _rules(run: Tridiagonal) -> tuple[GaussRule, ...]:
    nearest = run.truncated(int(np.argmin(run.off)) + 1)
    return tuple(_rule(r) for r in ((run,) if run.closed else (run, nearest)))


def _rule(run: Tridiagonal) -> GaussRule:
    nodes, vectors = run.eigen()
    return GaussRule(nodes, np.asarray(vectors[0] ** 2, dtype=np.float64), run.closed, run.defect)
