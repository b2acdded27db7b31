"""Orthant probabilities against formulas and one-dimensional integrals, up to twenty variables."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr
from scipy.stats import binom

from numeric import (
    DomainError,
    Estimate,
    NonFiniteError,
    NumericError,
    ShapeError,
    TooFewSamplesError,
    sampled_mean,
    step,
)
from numeric import orthant_probability as probability
from numeric.arguments import FloatArray


def exchangeable(n: int, rho: float) -> FloatArray:
    """Equal correlations."""
    return np.full((n, n), rho) + (1.0 - rho) * np.eye(n)


def one_factor(n: int, rho: float, mean: float) -> float:
    """The same by conditioning on the common factor, by adaptive quadrature."""

    def density(t: float) -> float:
        inner = float(ndtr((mean + math.sqrt(rho) * t) / math.sqrt(1.0 - rho)))
        return inner**n * math.exp(-t * t / 2.0) / math.sqrt(2.0 * math.pi)

    return sum(quad(density, a, a + 1.0, epsabs=0.0, epsrel=1e-13)[0] for a in np.arange(-9.0, 20.0))


def close(estimate: Estimate, truth: float) -> bool:
    """Within six standard errors, or the error of a scheme; truths have thirteen digits."""
    width = (6.0 if estimate.kind == "standard_error" else 1.0) * float(estimate.error)
    return abs(float(estimate.value) - truth) <= width + 1e-13 * truth


@pytest.mark.parametrize("n", [2, 3, 4, 5, 8, pytest.param(12, marks=pytest.mark.slow), 20])
def test_correlations_one_half(n: int) -> None:
    """All orders of n + 1 independent variables are equally likely."""
    found = probability(np.zeros(n), exchangeable(n, 0.5), seed=n, log2_points=10)
    assert close(found, 1.0 / (n + 1.0))
    assert float(found.error) < 1e-4


LAWS = [(4, 0.2), (6, 0.9), (10, 0.99), (20, 0.5)]
#: Of the longer ones each law by default with one mean, rare orthants among them.
LONGER = [(10, 0.99, -0.5), (10, 0.99, 1.0), (20, 0.5, -0.5), (20, 0.5, -3.0)]
FACTORS = [(n, rho, mean) for n, rho in LAWS for mean in (-3.0, -0.5, 1.0)]


@pytest.mark.parametrize(
    ("n", "rho", "mean"), [pytest.param(*x, marks=pytest.mark.slow if x in LONGER else ()) for x in FACTORS]
)
def test_one_factor_models(n: int, rho: float, mean: float) -> None:
    found = probability(np.full(n, mean), exchangeable(n, rho), seed=1, log2_points=11)
    truth = one_factor(n, rho, mean)
    assert close(found, truth)
    assert float(found.error) < 0.2 * truth  # relative, however rare


@pytest.mark.parametrize("seed", [2, *(pytest.param(s, marks=pytest.mark.slow) for s in (0, 1, 3))])
def test_four_variables_by_the_formula_of_three(seed: int) -> None:
    """Even and odd orthants: 1 - sum P(i) + sum P(ij) - sum P(ijk) + P = P(all negative) = P."""
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(5, 5))
    A /= np.linalg.norm(A, axis=1, keepdims=True)
    C = A @ A.T
    five = probability(np.zeros(5), C, seed)
    # of five centred variables the odd one out is a combination of the fours, each by sampling as well
    fours = [probability(np.zeros(4), np.delete(np.delete(C, i, 0), i, 1), seed + 10 + i) for i in range(5)]
    angles = np.arcsin(C[np.triu_indices(5, 1)])
    pairs = 10 / 4 + angles.sum() / (2 * math.pi)
    triples = 10 / 8 + 3 * angles.sum() / (4 * math.pi)  # every pair lies in three triples
    combination = (1.0 - 2.5 + pairs - triples + sum(float(f.value) for f in fours)) / 2.0
    spread = math.hypot(float(five.error), *[float(f.error) / 2.0 for f in fours])
    assert abs(float(five.value) - combination) <= 6.0 * spread + 1e-15


def test_rare_orthants_keep_their_relative_accuracy() -> None:
    found = probability(np.full(6, -8.0), exchangeable(6, 0.3), seed=0)
    truth = one_factor(6, 0.3, -8.0)
    assert truth < 1e-30
    assert float(found.error) < 1e-2 * truth
    assert close(found, truth)


@pytest.mark.slow
def test_the_error_holds_as_often_as_it_promises() -> None:
    C = exchangeable(5, 0.5)
    for alpha in (0.05, 0.1):
        estimates = [probability(np.zeros(5), C, seed, log2_points=5) for seed in range(200)]
        misses = sum(abs(float(e.value) - 1.0 / 6.0) > float(e.half_width(alpha)) for e in estimates)
        assert misses <= int(binom.ppf(1.0 - 1e-6, 200, alpha))


@pytest.mark.parametrize(("n", "rank"), [(5, 2), (6, 3), (8, 4)])
def test_singular_covariances(n: int, rank: int) -> None:
    rng = np.random.default_rng(10 * n + rank)
    A, mean = rng.normal(size=(n, rank)), rng.uniform(0.0, 1.0, n)
    C = A @ A.T
    found = probability(mean, C, seed=0)
    sampled = sampled_mean(lambda x: step(x).prod(axis=1), mean, C, 400_000, 0, (0.0, 1.0), 1e-6)
    assert found.kind == "standard_error"
    assert abs(float(found.value) - float(sampled.value)) <= float(sampled.error) + 6.0 * float(found.error)


def test_special_cases_are_exact() -> None:
    assert probability([1.0, 2.0], np.zeros((2, 2)), 0).value == 1.0
    assert probability([1.0, 0.0], np.zeros((2, 2)), 0).value == 0.0
    assert close(probability([0.0, 1.0], [[4.0, 0.0], [0.0, 0.0]], 0), 0.5)
    independent = probability(np.full(7, -2.0), np.diag(np.arange(1.0, 8.0) ** 2), 0)
    assert close(independent, float(np.prod(ndtr(-2.0 / np.arange(1.0, 8.0)))))
    copies = probability(np.zeros(5), np.ones((5, 5)), 0)
    assert close(copies, 0.5)
    opposite = np.array([1.0, 1.0, 1.0, -1.0])
    assert close(probability(np.full(4, 0.5), np.outer(opposite, opposite), 0), float(ndtr(0.5) - ndtr(-0.5)))
    assert close(probability(np.zeros(4), np.outer(opposite, opposite), 0), 0.0)


def test_seeds_replay() -> None:
    first, second = (probability(np.zeros(4), exchangeable(4, 0.3), 5, log2_points=6) for _ in range(2))
    assert (first.value, first.error, first.seed) == (second.value, second.error, 5)


def test_unusable_input_is_refused() -> None:
    with pytest.raises(DomainError, match="semidefinite"):
        probability(np.zeros(4), exchangeable(4, -0.5), 0)
    with pytest.raises(DomainError, match="semidefinite"):
        probability(np.zeros(2), [[0.0, 0.1], [0.1, 1.0]], 0)
    with pytest.raises(DomainError, match="semidefinite"):
        probability(np.zeros(4), np.diag([1.0, 1.0, 1.0, -1.0]), 0)
    with pytest.raises(ShapeError):
        probability(np.zeros(4), np.eye(5), 0)
    with pytest.raises(NonFiniteError):
        probability([np.nan, 0.0], np.eye(2), 0)
    with pytest.raises(NumericError, match="scrambles"):
        probability(np.zeros(4), exchangeable(4, 0.5), 0, scrambles=1)
    with pytest.raises(TooFewSamplesError, match="takes the value 0"):
        probability(np.full(4, -60.0), exchangeable(4, 0.1), 0, log2_points=4)
