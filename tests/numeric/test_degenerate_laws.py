"""Gaussian vectors whose components determine each other, or do not vary at all."""

from __future__ import annotations

import math

import numpy as np
import pytest

from numeric import DomainError, Estimate, absolute, gaussian_mean, log_absolute, relu, sampled_mean, sign, step
from numeric.arguments import EPS, FloatArray
from numeric.law import gaussian_law


def holds(estimate: Estimate, truth: float, size: float) -> bool:
    """Whether the truth, rounded itself, is within an error that is small compared with size."""
    error = float(np.asarray(estimate.error))
    return bool(abs(np.asarray(estimate.value) - truth) <= error + 4.0 * EPS * abs(truth) and error <= 2e-12 * size)


def kinks_of(n: int) -> list[tuple[FloatArray, float]]:
    """The coordinate hyperplanes."""
    return [(row, 0.0) for row in np.eye(n)]


@pytest.mark.parametrize(
    ("rank", "seed"),
    [
        (rank, seed) if rank < 3 or seed < 2 else pytest.param(rank, seed, marks=pytest.mark.slow)
        for rank in (1, 2, 3)
        for seed in range(6)
    ],
)
def test_quadratic_forms_of_any_number_of_variables(seed: int, rank: int) -> None:
    """E (t.x)^2 (s.x) of six variables of rank one to three (Isserlis 1918)."""
    rng = np.random.default_rng(seed)
    W, mean = rng.normal(size=(6, rank)), rng.normal(size=6)
    s, t = rng.normal(size=(2, 6))
    C = W @ W.T
    a, b = s @ mean, t @ mean
    truth = a * (b * b + t @ C @ t) + 2.0 * b * (s @ C @ t)
    size = math.sqrt(15.0 * (1.0 + s @ C @ s + a * a) * (1.0 + t @ C @ t + b * b) ** 2)
    estimate = gaussian_mean(lambda x: (x @ t) ** 2 * (x @ s), mean, C)
    assert gaussian_law(mean, C).rank == rank
    assert holds(estimate, truth, size)


@pytest.mark.parametrize("seed", range(6))
def test_three_neurons_in_the_plane(seed: int) -> None:
    """Half-planes with normals at angles a < b < c, all within a half turn, share the wedge of pi - (c - a)."""
    a, b, c = np.sort(np.random.default_rng(seed).uniform(0.0, 3.0, size=3))
    W = np.array([[math.cos(angle), math.sin(angle)] for angle in (a, b, c)])
    estimate = gaussian_mean(lambda x: step(x).prod(axis=1), np.zeros(3), W @ W.T, kinks=kinks_of(3))
    assert (
        abs(np.asarray(estimate.value) - (math.pi - (c - a)) / (2.0 * math.pi))
        <= np.asarray(estimate.error) + 8.0 * EPS
    )
    assert np.asarray(estimate.error) <= 1e-12


@pytest.mark.parametrize("ratio", [1.0, 0.3, 7.0, -2.5])
def test_parallel_variables(ratio: float) -> None:
    C = np.outer([1.0, ratio], [1.0, ratio])
    both = gaussian_mean(lambda x: relu(x[:, 0]) * relu(x[:, 1]), [0.0, 0.0], C, kinks=kinks_of(2))
    assert holds(both, max(ratio, 0.0) / 2.0, 1.0 + abs(ratio))
    one_way = gaussian_mean(lambda x: step(x[:, 0]) * step(-x[:, 1]), [0.0, 0.0], C, kinks=kinks_of(2))
    assert holds(one_way, float(ratio < 0.0) / 2.0, 1.0)


def test_constants() -> None:
    """Variables of zero variance, alone and beside others."""
    assert gaussian_mean(lambda x: np.exp(x[:, 0]) * x[:, 1], [0.0, 3.0], np.zeros((2, 2))).value == 3.0
    beside = gaussian_mean(
        lambda x: relu(x[:, 0]) * absolute(x[:, 1]), [0.0, -3.0], [[1.0, 0.0], [0.0, 0.0]], kinks=kinks_of(2)
    )
    assert holds(beside, 3.0 / math.sqrt(2.0 * math.pi), 3.0)


def test_a_kink_that_carries_the_law_counts_both_sides() -> None:
    zero = np.zeros((2, 2))
    assert gaussian_mean(lambda x: step(x[:, 0]), [0.0, 1.0], zero, kinks=kinks_of(2)).value == 0.5
    assert gaussian_mean(lambda x: sign(x[:, 0]), [0.0, 1.0], zero, kinks=kinks_of(2)).value == 0.0
    assert gaussian_mean(lambda x: relu(x[:, 0]), [0.0, 1.0], zero, kinks=kinks_of(2)).value <= 1e-100
    assert gaussian_mean(lambda x: step(x).prod(axis=1), [0.0, 0.0], zero, kinks=kinks_of(2)).value == 0.25
    equal = [([1.0, -0.1], 0.0), ([-2.0, 0.2], 0.0)]  # the same kink twice
    tied = gaussian_mean(lambda x: step(x[:, 0] - 0.1 * x[:, 1]), [0.1, 1.0], [[0.01, 0.1], [0.1, 1.0]], kinks=equal)
    assert holds(tied, 0.5, 1.0)


def test_what_has_no_value_is_refused() -> None:
    with pytest.raises(DomainError, match="almost surely"):
        gaussian_mean(lambda x: log_absolute(x[:, 0]), [0.0], [[0.0]], singular=kinks_of(1))
    three = [*kinks_of(2), (np.array([1.0, 1.0]), 0.0)]
    with pytest.raises(DomainError, match="linearly"):
        gaussian_mean(lambda x: step(x.sum(axis=1)), [0.0, 0.0], np.zeros((2, 2)), kinks=three)


@pytest.mark.parametrize("exponent", [10, 20, 30, 40])
def test_nearly_parallel_variables_keep_their_angle(exponent: int) -> None:
    """P(u > 0 > v) is the angle over 2 pi, known to all digits from the correlation 1 - 2^-k, which is exact."""
    rho = 1.0 - 2.0**-exponent
    angle = 2.0 * math.asin(math.sqrt(2.0 ** -(exponent + 1)))
    C = [[1.0, rho], [rho, 1.0]]
    estimate = gaussian_mean(lambda x: step(x[:, 0]) * step(-x[:, 1]), [0.0, 0.0], C, kinks=kinks_of(2))
    truth = angle / (2.0 * math.pi)
    assert abs(np.asarray(estimate.value) - truth) <= min(float(np.asarray(estimate.error)), 1e-13 * math.sqrt(truth))


@pytest.mark.parametrize("seed", range(4))
def test_sampling_agrees_on_degenerate_laws(seed: int) -> None:
    rng = np.random.default_rng(seed)
    W = np.vstack([rng.normal(size=(3, 2)), np.zeros((1, 2))])
    mean = rng.normal(size=4)

    def f(x: FloatArray) -> FloatArray:
        return relu(x[:, 0]) * absolute(x[:, 1]) * step(x[:, 2]) * x[:, 3]

    exact = gaussian_mean(f, mean, W @ W.T, kinks=kinks_of(4))
    sampled = sampled_mean(f, mean, W @ W.T, 200_000, seed=seed)
    assert abs(np.asarray(exact.value) - np.asarray(sampled.value)) <= np.asarray(sampled.half_width(1e-2))
