"""Dirac masses against derivatives of what they come from, and against formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest

from numeric import DomainError, Estimate, gaussian_mean, hyperplane_mean, relu, sign, step
from numeric.arguments import EPS, FloatArray


def close(estimate: Estimate, truth: float, slack: float = 0.0) -> bool:
    """Whether the truth, known up to a few roundings and slack, lies within the error."""
    gap = abs(float(np.asarray(estimate.value)) - truth)
    return gap <= float(np.asarray(estimate.error)) + 8.0 * EPS * abs(truth) + slack


def random_law(seed: int, n: int) -> tuple[FloatArray, FloatArray]:
    """A mean and a covariance."""
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=(n, n))
    return rng.normal(size=n), factor @ factor.T


def kinks_of(n: int) -> list[tuple[FloatArray, float]]:
    """The coordinate hyperplanes."""
    return [(row, 0.0) for row in np.eye(n)]


@pytest.mark.parametrize("n", [1, 2, 3, 4])
@pytest.mark.parametrize("seed", range(5))
def test_the_mass_itself_is_a_density(seed: int, n: int) -> None:
    mean, C = random_law(seed, n)
    a, b = np.random.default_rng(seed + 50).normal(size=n), 0.3
    variance, gap = a @ C @ a, a @ mean + b
    density = math.exp(-(gap**2) / (2.0 * variance)) / math.sqrt(2.0 * math.pi * variance)
    estimate = hyperplane_mean(lambda x: np.ones(len(x)), mean, C, a, b)
    condition = EPS * 64.0 * (1.0 + gap**2 / variance) * np.linalg.cond(C)  # of the expression in the line above
    assert close(estimate, density, condition * density)
    assert np.asarray(estimate.error) <= 1e-12 * max(density, 1.0)


@pytest.mark.parametrize(
    ("n", "seed"), [*((2, seed) for seed in range(4)), *(pytest.param(3, s, marks=pytest.mark.slow) for s in (0, 1))]
)
def test_integration_by_parts(n: int, seed: int) -> None:
    r"""Stein: $E[(x_i - \mu_i) h(x)] = \sum_j C_{ij} E \partial_j h$ for $h = 1\{a \cdot x + b > 0\}\, relu(x_1)$."""
    mean, C = random_law(seed, n)
    a, b = np.random.default_rng(seed + 70).normal(size=n), 0.2
    kinks = [*kinks_of(n), (a, b)]

    def h(x: FloatArray) -> FloatArray:
        return step(x @ a + b) * relu(x[:, 0])

    mass = hyperplane_mean(lambda x: relu(x[:, 0]), mean, C, a, b, kinks=kinks_of(n))
    slope = gaussian_mean(lambda x: step(x @ a + b) * step(x[:, 0]), mean, C, kinks=kinks)
    for i in range(n):
        left = gaussian_mean(lambda x, i=i: (x[:, i] - mean[i]) * h(x), mean, C, kinks=kinks)  # type: ignore[misc]
        along = float(C[i] @ a)
        right = along * float(np.asarray(mass.value)) + float(C[i, 0]) * float(np.asarray(slope.value))
        slack = abs(along) * float(np.asarray(mass.error)) + abs(float(C[i, 0])) * float(np.asarray(slope.error))
        assert close(left, right, slack + 16.0 * EPS * (abs(along) + abs(float(C[i, 0]))))


@pytest.mark.parametrize("rho", [0.0, 0.5, -0.9, 0.999])
def test_a_rectifier_on_the_hyperplane(rho: float) -> None:
    """Given u = 0 the variance of v is 1 - rho^2, so E delta(u) relu(v) = root(1 - rho^2) / (2 pi)."""
    C = [[1.0, rho], [rho, 1.0]]
    half = hyperplane_mean(lambda x: relu(x[:, 1]), [0.0, 0.0], C, [1.0, 0.0], kinks=kinks_of(2))
    assert close(half, math.sqrt(1.0 - rho * rho) / (2.0 * math.pi))


def test_a_jump_on_the_hyperplane_counts_half() -> None:
    C = [[4.0, 0.0], [0.0, 1.0]]
    density = 1.0 / math.sqrt(8.0 * math.pi)
    assert close(hyperplane_mean(lambda x: step(x[:, 0]), [0.0, 0.0], C, [1.0, 0.0], kinks=kinks_of(2)), density / 2.0)
    assert close(hyperplane_mean(lambda x: sign(x[:, 0]), [0.0, 0.0], C, [1.0, 0.0], kinks=kinks_of(2)), 0.0)


def test_scaling_of_the_mass() -> None:
    """delta(c t) = delta(t) / |c|."""
    mean, C = random_law(0, 2)
    one = hyperplane_mean(lambda x: np.cos(x[:, 0]), mean, C, [1.0, 1.0], 0.5)
    two = hyperplane_mean(lambda x: np.cos(x[:, 0]), mean, C, [-2.0, -2.0], -1.0)
    assert close(two, float(np.asarray(one.value)) / 2.0, float(np.asarray(one.error)))


def test_the_mass_of_a_constant_is_refused() -> None:
    with pytest.raises(DomainError, match="constant"):
        hyperplane_mean(lambda x: x[:, 0], [0.0, 0.0], [[1.0, 1.0], [1.0, 1.0]], [1.0, -1.0])
