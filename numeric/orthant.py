"""Orthant probabilities of Gaussian vectors: one variable after the other, each drawn where the event needs it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import log_ndtr, ndtr, ndtri

from numeric.arguments import EPS, FloatArray
from numeric.draws import Seed
from numeric.estimate import Estimate
from numeric.gaussian_draws import gaussian_map
from numeric.gaussian_quadrature import gaussian_mean
from numeric.law import RANK_TOLERANCE, checked_moments
from numeric.scrambled_sobol import SCRAMBLES, scrambled_mean

TINY = float(np.finfo(np.float64).tiny)
SHARE = 0.1
"""Share of the largest residual variance from which a variable may come next."""


def orthant_probability(
    mean: ArrayLike,
    covariance: ArrayLike,
    seed: Seed,
    log2_points: int = 11,
    scrambles: int = SCRAMBLES,
) -> Estimate:
    r"""Probability $P(x_1 > 0, \dots, x_n > 0)$ of a Gaussian vector $x \sim N(\mu, C)$.

    Up to three variables by nested quadrature with the jumps on panel ends. For more, with $x = \mu + Lz$, L lower
    triangular, the event bounds $z_k$ by $a_k(z_1, \dots, z_{k-1}) < z_k < b_k(z_1, \dots, z_{k-1})$, and
    $$P = \int_{(0,1)^{r-1}} \prod_k (\Phi(b_k) - \Phi(a_k))\, du, \qquad
    z_k = \Phi^{-1}(\Phi(a_k) + u_k(\Phi(b_k) - \Phi(a_k))),$$
    by randomised Sobol points. Variables with the least probability come first. The integrand is smooth but for
    covariances of lower rank, and small where P is: the error is relative, and rare events are no exception.

    Args:
        mean: $\mu$, shape (n,), n >= 1.
        covariance: C, shape (n, n), symmetric and positive semidefinite; residual variances within round-off are 0.
        seed: integer or generator; not used up to three variables.
        log2_points: exponent of the number of points a scramble, 1 to 24.
        scrambles: independent replicates, >= 16.

    Returns:
        Estimate of kind "scheme" up to three variables, or if they are independent or functions of a single one; of
        kind "standard_error" with freedom scrambles - 1 otherwise.

    Raises:
        DomainError: if the covariance is not symmetric and positive semidefinite, or log2_points outside its range.
        ShapeError: if the shapes do not fit.
        NonFiniteError: if an entry is NaN or infinite.
        TooFewSamplesError: if the integrand takes one value at all points, as where the probability underflows.
        NumericError: if scrambles or seed is unusable.

    Source: Genz 1992, Numerical computation of multivariate normal probabilities; Gibson, Glasbey and Elston 1994,
        Monte Carlo evaluation of multivariate normal integrals and sensitivity to variate ordering (the order).

    Example:
        >>> C = (np.eye(9) + 1.0) / 2.0           # correlations 1/2: all orders are equally likely, so P = 1/10
        >>> estimate = orthant_probability(np.zeros(9), C, seed=0)
        >>> bool(abs(estimate.value - 0.1) < 4.0 * estimate.error < 2e-5)
        True
    """
    gaussian_map(mean, covariance)  # refuses what is no covariance
    centre, matrix = checked_moments(mean, covariance)
    fixed = np.diag(matrix) == 0.0
    if (centre[fixed] <= 0.0).any():
        return Estimate(0.0, 0.0, "scheme", None, "a constant that is not positive", 1)
    centre, matrix = centre[~fixed], matrix[np.ix_(~fixed, ~fixed)]
    if centre.size == 0:
        return Estimate(1.0, 0.0, "scheme", None, "constants, all positive", 1)
    if centre.size <= 3:
        planes = [(row, 0.0) for row in np.eye(centre.size)]
        return gaussian_mean(_all_positive, centre, matrix, kinks=planes)
    chain = _chain(centre, matrix)
    if chain.rank == 1 or np.count_nonzero(chain.factor) == chain.rank == len(chain.factor):
        point = np.full((1, max(chain.rank - 1, 1)), 0.25)
        value = float(chain.probability(point, point)[0])  # the same at every point of the cube
        noise = 16.0 * EPS * chain.rank * value + EPS + chain.dropped
        return Estimate(value, noise, "scheme", None, "independent variables", 1)
    method = "separation of variables, randomised Sobol"
    found = scrambled_mean(chain.probability, chain.rank - 1, log2_points, seed, scrambles, method)
    return replace(found, error=float(found.error) + chain.dropped)


def _all_positive(x: FloatArray) -> FloatArray:
    product = np.ones(len(x))
    for column in x.T:
        product *= column > 0.0
    return product


class _Chain(NamedTuple):
    """Mean and triangular factor in the order of integration, the rows that bound each variable, what was dropped."""

    mean: FloatArray
    factor: FloatArray
    rows: list[list[int]]
    dropped: float

    @property
    def rank(self) -> int:
        return len(self.rows)

    def probability(self, digits: FloatArray, inside: FloatArray) -> FloatArray:
        """Product of the conditional probabilities at points of the cube."""
        u, product = digits + inside, np.ones(len(digits))
        z = np.zeros((len(digits), self.rank))
        for k, rows in enumerate(self.rows):
            low, high = self._limits(z, k, rows)
            mirrored = low > -high  # the interval lies to the right: its mirror image has the accurate tails
            left, right = np.where(mirrored, -high, low), np.where(mirrored, -low, high)
            below, mass = ndtr(left), np.where(right > left, ndtr(right) - ndtr(left), 0.0)
            product = product * mass
            if k < self.rank - 1:
                share = np.where(mirrored, 1.0 - u[:, k], u[:, k])
                drawn = np.clip(ndtri(np.maximum(below + share * mass, TINY)), left, np.maximum(left, right))
                z[:, k] = np.where(mirrored, -drawn, drawn)
        return product

    def _limits(self, z: FloatArray, k: int, rows: list[int]) -> tuple[FloatArray, FloatArray]:
        low, high = np.full(len(z), -math.inf), np.full(len(z), math.inf)
        for row in rows:
            limit = -(self.mean[row] + z[:, :k] @ self.factor[row, :k]) / self.factor[row, k]
            if self.factor[row, k] > 0.0:
                low = np.maximum(low, limit)
            else:
                high = np.minimum(high, limit)
        return low, high


def _chain(mean: FloatArray, covariance: FloatArray) -> _Chain:
    r"""Cholesky factorisation; next comes the variable that is least likely positive, the others at their means.

    Candidates are those of at least a tenth of the largest residual variance, so that round-off does not grow. It is
    divided by pivots; residual variances below that are dropped. A dropped part of deviation s moves a variable of
    variance 1 across 0 with probability at most $E|s z|/\sqrt{2\pi} = s/\pi$.
    """
    deviations = np.sqrt(np.diag(covariance))
    centre, rest = mean / deviations, covariance / np.outer(deviations, deviations)
    n, floor, least = len(centre), RANK_TOLERANCE * len(centre), 1.0
    factor, typical, free, rank = np.zeros((n, n)), np.zeros(n), list(range(n)), 0
    while free and (top := max(rest[i, i] for i in free)) > floor / least:
        limits = {
            i: -(centre[i] + factor[i, :rank] @ typical[:rank]) / math.sqrt(rest[i, i])
            for i in free
            if rest[i, i] >= SHARE * top
        }
        first = max(limits, key=lambda i: limits[i])
        least = min(least, float(rest[first, first]))
        factor[free, rank] = rest[free, first] / math.sqrt(rest[first, first])
        rest = rest - np.outer(factor[:, rank], factor[:, rank])
        typical[rank] = math.exp(-(limits[first] ** 2) / 2.0 - float(log_ndtr(-limits[first]))) / math.sqrt(2 * math.pi)
        free.remove(first)
        rank += 1
    dropped = sum(math.sqrt(max(float(rest[i, i]), 0.0)) for i in free) / math.pi
    factor[np.abs(factor) <= floor / least] = 0.0
    last = [int(np.flatnonzero(row)[-1]) for row in factor]
    rows = [[i for i in range(n) if last[i] == k] for k in range(rank)]
    return _Chain(centre, factor[:, :rank], rows, dropped)
