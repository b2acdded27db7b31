"""Sampling until an error is reached: it is reached, it is no lie although one looked, and the budget is kept."""

from __future__ import annotations

import contextlib
import math

import numpy as np
import pytest
from scipy.stats import binom

from numeric import (
    DomainError,
    Estimate,
    HomogeneousPart,
    NonFiniteError,
    NotHomogeneousError,
    NumericError,
    RangeError,
    TooFewSamplesError,
    adaptive_mean,
    adaptive_sphere_mean,
    relu,
    step,
)
from numeric.adaptive import level_of_look

ROUNDS, ALPHA = 200, 0.1


def allowed(alpha: float = ALPHA, rounds: int = ROUNDS) -> int:
    """More misses than this have probability 1e-6 if each has probability alpha."""
    return int(binom.ppf(1.0 - 1e-6, rounds, alpha))


def misses(estimates: list[Estimate], truth: float) -> int:
    """Truths outside of the error of a bound, or of the half-width of a standard error."""
    return sum(abs(float(e.value) - truth) > float(e.half_width(ALPHA)) for e in estimates)


@pytest.mark.parametrize("threshold", [0.0, 1.0, 2.5])
def test_bounds_hold_at_the_look_where_one_stops(threshold: float) -> None:
    truth = 0.5 * math.erfc(threshold / math.sqrt(2.0))
    estimates = [
        adaptive_mean(lambda x: step(x[:, 0] - threshold), [0.0], [[1.0]], 0.03, ALPHA, seed, (0.0, 1.0))
        for seed in range(ROUNDS)
    ]
    assert misses(estimates, truth) <= allowed()
    assert all(e.kind == "bound" and float(e.error) <= 0.03 for e in estimates)


def test_small_variances_need_fewer_samples() -> None:
    works = [
        adaptive_mean(lambda x, t=t: step(x[:, 0] - t), [0.0], [[1.0]], 2e-3, 1e-3, 0, (0.0, 1.0)).work  # type: ignore[misc]
        for t in (0.0, 1.5, 3.0)
    ]
    assert works[0] > works[1] > works[2]


@pytest.mark.parametrize(
    ("name", "error"),
    [
        pytest.param("kinked", 0.02, marks=pytest.mark.slow),
        ("skewed", 0.08),
        pytest.param("skewed", 0.04, marks=pytest.mark.slow),
    ],
)
def test_standard_errors_hold_at_the_look_where_one_stops(name: str, error: float) -> None:
    """The normal approximation, with many looks on the way: the family of them errs no more often than promised."""
    f, truth = {
        "kinked": (lambda x: relu(x[:, 0]) ** 2, 0.5),
        "skewed": (lambda x: np.exp(x[:, 0]), math.exp(0.5)),
    }[name]
    estimates = []
    for seed in range(ROUNDS):
        with contextlib.suppress(TooFewSamplesError):
            estimates.append(adaptive_mean(f, [0.0], [[1.0]], error, ALPHA, seed, budget=2**18))
    assert len(estimates) >= 0.9 * ROUNDS
    assert misses(estimates, truth) <= allowed(rounds=len(estimates))
    assert all(float(e.half_width(ALPHA)) <= error * (1.0 + 1e-9) for e in estimates)


def test_any_look_may_be_the_last() -> None:
    """Whoever stops when the estimate looks worst is wrong, at some look, no more often than promised in all."""
    rounds, looks, wrong = 400, 9, 0
    for seed in range(rounds):
        heads = np.random.default_rng(seed).random(2 ** (looks + 5)) < 0.5
        for look in range(1, looks + 1):
            n = 2 ** (look + 5)
            log = math.log(4.0 / level_of_look(0.3, look))
            half = math.sqrt(2.0 * heads[:n].var(ddof=1) * log / n) + 7.0 * log / (3.0 * (n - 1))
            if abs(heads[:n].mean() - 0.5) > half:
                wrong += 1
                break
    assert wrong <= allowed(0.3, rounds)


def test_the_sphere_reaches_every_entry() -> None:
    part = HomogeneousPart(2, lambda x: relu(x)[:, :, None] * relu(x)[:, None, :], 0.0, 1.0)
    truth = np.full((3, 3), 1.0 / (2.0 * math.pi)) + np.eye(3) * (0.5 - 1.0 / (2.0 * math.pi))
    wrong = 0
    for seed in range(50):
        found = adaptive_sphere_mean([part], 3, 0.1, ALPHA, seed)
        assert found.kind == "bound"
        assert np.max(found.error) <= 0.1
        wrong += bool((np.abs(np.asarray(found.value) - truth) > np.asarray(found.error)).any())
    assert wrong <= allowed(rounds=50)
    assert found.seed == 49


def test_the_budget_is_kept_and_the_error_reached_is_stated() -> None:
    with pytest.raises(TooFewSamplesError, match=r"even without any variance"):
        adaptive_mean(lambda x: step(x[:, 0]), [0.0], [[1.0]], 1e-9, 1e-6, 0, (0.0, 1.0))
    with pytest.raises(TooFewSamplesError, match=r"error reached with \d+ samples is 0\.0"):
        adaptive_mean(lambda x: step(x[:, 0]), [0.0], [[1.0]], 2e-3, 1e-6, 0, (0.0, 1.0), budget=2**17)
    with pytest.raises(TooFewSamplesError, match=r"is inf; expected 0\.1"):
        adaptive_mean(lambda x: step(x[:, 0] - 9.0), [0.0], [[1.0]], 0.1, 1e-6, 0, budget=2**14)
    counted: list[int] = []
    with pytest.raises(TooFewSamplesError):
        adaptive_mean(lambda x: counted.append(len(x)) or x[:, 0], [0.0], [[1.0]], 1e-5, 1e-6, 0, budget=10_000)  # type: ignore[func-returns-value]
    assert sum(counted) <= 10_000


def test_rare_events_of_known_range_are_no_trouble() -> None:
    found = adaptive_mean(lambda x: step(x[:, 0] - 7.0), [0.0], [[1.0]], 1e-3, 1e-6, 0, (0.0, 1.0))
    assert found.value == 0.0
    assert 0.0 < float(found.error) <= 1e-3


def test_constants() -> None:
    assert adaptive_mean(lambda x: x[:, 0], [3.0], [[0.0]], 0.1, 0.1, 0).value == 3.0
    assert float(adaptive_mean(lambda x: x[:, 0], [3.0], [[0.0]], 0.1, 0.1, 0, (3.0, 3.0)).error) < 1e-12


def test_unusable_input_is_refused() -> None:
    for error in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(DomainError, match="half-width"):
            adaptive_mean(lambda x: x[:, 0], [0.0], [[1.0]], error, 0.1, 0)
    with pytest.raises(DomainError, match="level"):
        adaptive_mean(lambda x: x[:, 0], [0.0], [[1.0]], 0.1, 1.0, 0)
    with pytest.raises(NumericError, match="budget"):
        adaptive_mean(lambda x: x[:, 0], [0.0], [[1.0]], 0.1, 0.1, 0, budget=0)
    with pytest.raises(NonFiniteError, match=r"f\(x\)"):
        adaptive_mean(lambda x: np.log(np.zeros(len(x)) + np.nan), [0.0], [[1.0]], 0.1, 0.1, 0)
    with pytest.raises(RangeError, match="outside its range"):
        adaptive_mean(lambda x: x[:, 0], [0.0], [[1.0]], 0.1, 0.1, 0, (-1.0, 1.0))
    with pytest.raises(NotHomogeneousError):
        adaptive_sphere_mean([HomogeneousPart(1, lambda x: x[:, 0] ** 2, 0.0, 1.0)], 2, 0.1, 0.1, 0)
    with pytest.raises(NumericError, match="parts"):
        adaptive_sphere_mean([], 2, 0.1, 0.1, 0)
