"""Plain Monte Carlo for Gaussian vectors of any size."""

from __future__ import annotations

import math

import numpy as np
import pytest

from numeric import DomainError, NonFiniteError, NumericError, ShapeError, relu, sampled_mean
from numeric.arguments import EPS


@pytest.mark.parametrize("n", [1, 2, 5, 20])
def test_exponentials_of_many_variables(n: int) -> None:
    rng = np.random.default_rng(n)
    factor, mean = rng.normal(size=(n, n)) / math.sqrt(n), rng.normal(size=n)
    t = rng.normal(size=n) / math.sqrt(n)
    C = factor @ factor.T
    estimate = sampled_mean(lambda x: np.exp(x @ t), mean, C, 300_000, seed=n)
    truth = math.exp(t @ mean + t @ C @ t / 2.0)
    assert abs(np.asarray(estimate.value) - truth) <= np.asarray(estimate.half_width(1e-6))
    deviation = truth * math.sqrt(math.expm1(t @ C @ t))
    assert np.asarray(estimate.error) == pytest.approx(deviation / math.sqrt(300_000), rel=0.25)


def test_chunks_are_one_sample() -> None:
    """Mean and error are those of all samples at once, however they are drawn."""
    n, samples = 300, 10_000  # three chunks
    seen = []
    estimate = sampled_mean(lambda x: seen.append(relu(x[:, 0])) or seen[-1], np.zeros(n), np.eye(n), samples, seed=1)  # type: ignore[func-returns-value]
    values = np.concatenate(seen)
    assert len(seen) > 1
    assert values.size == samples
    assert estimate.value == pytest.approx(values.mean(), rel=64.0 * EPS)
    assert estimate.error == pytest.approx(values.std(ddof=1) / math.sqrt(samples), rel=1024.0 * EPS)


def test_constants_do_not_move() -> None:
    estimate = sampled_mean(lambda x: x[:, 1], [0.0, 3.0], [[1.0, 0.0], [0.0, 0.0]], 100, seed=0)
    assert estimate.value == 3.0
    assert estimate.error == 0.0


def test_seeds_replay() -> None:
    first, second = (sampled_mean(lambda x: x[:, 0], [0.0], [[1.0]], 1000, seed=5) for _ in range(2))
    assert first.value == second.value
    assert first.seed == 5


def test_unusable_input_is_refused() -> None:
    with pytest.raises(DomainError, match="semidefinite"):
        sampled_mean(lambda x: x[:, 0], [0.0, 0.0], [[1.0, 2.0], [2.0, 1.0]], 10, seed=0)
    with pytest.raises(DomainError, match="semidefinite"):
        sampled_mean(lambda x: x[:, 0], [0.0, 0.0], [[0.0, 0.5], [0.5, 1.0]], 10, seed=0)
    with pytest.raises(ShapeError, match="one value"):
        sampled_mean(lambda x: x, [0.0], [[1.0]], 10, seed=0)
    with pytest.raises(NonFiniteError, match=r"f\(x\)"):
        sampled_mean(lambda x: np.full(len(x), np.nan), [0.0], [[1.0]], 10, seed=0)
    with pytest.raises(NumericError, match="samples"):
        sampled_mean(lambda x: x[:, 0], [0.0], [[1.0]], 1, seed=0)
    with pytest.raises(DomainError, match="transpose"):
        sampled_mean(lambda x: x[:, 0], [0.0, 0.0], [[1.0, 0.0], [0.5, 1.0]], 10, seed=0)
