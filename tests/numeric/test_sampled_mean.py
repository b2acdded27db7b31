"""Plain Monte Carlo for Gaussian vectors of any size."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from numeric import (
    DomainError,
    Estimate,
    NonFiniteError,
    NumericError,
    RangeError,
    ShapeError,
    TooFewSamplesError,
    relu,
    sampled_mean,
    step,
)
from numeric.arguments import EPS, FloatArray
from numeric.sample_moments import NOTHING, sample_moments


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
    estimate = sampled_mean(lambda x: x[:, 1], [0.0, 3.0], np.zeros((2, 2)), 100, seed=0)
    assert estimate.value == 3.0
    assert 3.0 * EPS <= float(estimate.error) <= 300.0 * EPS


@pytest.mark.parametrize("shift", [0.0, 1e3])
def test_the_round_off_of_arguments_is_no_spread(shift: float) -> None:
    """Differences of equal variables are 0, and their samples noise: of either sign, or of one."""
    C = [[1.0, 1.0, 2.0], [1.0, 1.0, 2.0], [2.0, 2.0, 4.0]]
    for f in (lambda x: x[:, 2] - 2.0 * x[:, 0], lambda x: np.abs(x[:, 2] - x[:, 0] - x[:, 1])):
        try:
            estimate = sampled_mean(f, [shift, shift, 2.0 * shift], C, 10_000, seed=0)
        except TooFewSamplesError:  # all the differences were 0
            continue
        assert abs(float(estimate.value)) <= float(estimate.error) <= 1e-11 * (1.0 + shift)


def test_the_mean_of_nearly_equal_values_is_no_better_than_their_sum() -> None:
    noise = 1e-14
    estimate = sampled_mean(lambda x: 0.1 + noise * x[:, 0], [0.0], [[1.0]], 100_000, seed=0)
    assert float(estimate.error) > 0.1 * EPS > noise / math.sqrt(100_000) / 3.0


@pytest.mark.parametrize(
    "f",
    [
        lambda x: step(x[:, 0] - 6.0),
        lambda x: x[:, 0] ** 2 * (x[:, 0] > 6.0),
        lambda x: np.full(len(x), 0.1),
        lambda x: 0.1 + 1e-17 * x[:, 1],
    ],
    ids=["no hits", "no hits, unbounded", "constant", "constant up to round-off"],
)
def test_samples_without_spread_have_no_error_of_zero(f: Callable[[FloatArray], FloatArray]) -> None:
    """A mean of 10^-9 whose event no sample met is not 0 +/- 0."""
    with pytest.raises(TooFewSamplesError, match="all 10000 samples"):
        sampled_mean(f, [0.0, 0.0], np.eye(2), 10_000, seed=0)


@pytest.mark.parametrize("threshold", [0.0, 1.0, 3.0, 4.0, 6.0])
def test_the_range_gives_a_bound_however_rare_the_event(threshold: float) -> None:
    truth = math.erfc(threshold / math.sqrt(2.0)) / 2.0
    for seed in range(5):
        estimate = sampled_mean(lambda x: step(x[:, 0] - threshold), [0.0], [[1.0]], 10_000, seed, (0.0, 1.0), 1e-6)
        assert (estimate.kind, estimate.level) == ("bound", 1e-6)
        assert abs(float(estimate.value) - truth) <= estimate.error
        assert 7.0 * math.log(4e6) / (3.0 * 9_999) <= estimate.error < 0.04


@pytest.mark.parametrize(("hits", "judged"), [(1, False), (10, False), (20, False), (150, False), (5000, True)])
def test_a_few_rare_events_make_no_normal_mean(hits: int, judged: bool) -> None:
    """n samples with h hits: skewness 1/sqrt(h), and no z at which the tail falls to 1e-9 if h is small."""

    def first(x: FloatArray) -> FloatArray:
        return np.asarray(np.arange(len(x)) < hits, dtype=np.float64)

    estimate = sampled_mean(first, [0.0], [[1.0]], 2**18, seed=0)
    share = hits / 2**18
    variance, sixth = share * (1.0 - share), share * (1.0 - share) ** 6 + (1.0 - share) * share**6
    skewness = (1.0 - 2.0 * share) / math.sqrt(variance * 2**18) + math.sqrt(sixth / variance**3) / 2**18
    assert estimate.skewness == pytest.approx(skewness, rel=1e-9)
    assert estimate.excess == pytest.approx((1.0 / (share * (1.0 - share)) - 6.0) / 2**18, rel=1e-6)
    if not judged:
        with pytest.raises(TooFewSamplesError, match="rare events"):
            estimate.half_width(1e-9)
        return
    assert estimate.half_width(1e-9) >= 5.99 * estimate.error


def test_the_quantile_of_a_skewed_mean_is_that_of_its_tail() -> None:
    estimate = Estimate(0.0, 1.0, "standard_error", None, "by hand", 100, 0, skewness=-0.03, excess=0.01)
    z = float(estimate.half_width(1e-6))
    tail = math.erfc(z / math.sqrt(2.0)) * math.exp(0.03 * z**3 / 3.0 + 0.01 * z**4 / 24.0)
    assert tail == pytest.approx(1e-6, rel=1e-6)
    assert z > 4.9


def test_moments_do_not_depend_on_the_chunks() -> None:
    values = np.random.default_rng(0).exponential(size=1000)
    whole = sample_moments(values)
    parts = NOTHING
    for part in np.split(values, [1, 300, 310, 999]):
        parts = parts.joined(sample_moments(part))
    assert parts == pytest.approx(whole, rel=1e-11)


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
    with pytest.raises(RangeError, match="outside its range"):
        sampled_mean(lambda x: x[:, 0], [0.0], [[1.0]], 1000, 0, (-1.0, 1.0), 1e-6)
    with pytest.raises(NumericError, match="both or neither"):
        sampled_mean(lambda x: x[:, 0], [0.0], [[1.0]], 1000, 0, (-1.0, 1.0))
    with pytest.raises(NumericError, match="samples"):
        sampled_mean(lambda x: x[:, 0], [0.0], [[1.0]], 1, seed=0)
    with pytest.raises(DomainError, match="transpose"):
        sampled_mean(lambda x: x[:, 0], [0.0, 0.0], [[1.0, 0.0], [0.5, 1.0]], 10, seed=0)
