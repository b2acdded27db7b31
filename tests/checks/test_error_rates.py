"""False alarms and false passes of the statistical tests, counted: rates with Clopper-Pearson bounds, by integrand."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import beta

from checks.judge import verify
from numeric import Estimate, HomogeneousPart, sampled_mean, sphere_mean
from numeric.errors import TooFewSamplesError

Array = NDArray[np.float64]
Function = Callable[[Array], Any]
RHO = 0.6
THETA = math.acos(RHO)
#: Confidence of the Clopper-Pearson bounds, one side.
CONFIDENCE = 0.9999
ALPHAS = (0.05, 0.01)


@dataclass(frozen=True)
class Case:
    """An integrand with its exact mean, and how it is estimated once.

    Args:
        truth: its expectation.
        once: from a generator and a level to an estimate.
    """

    truth: float
    once: Callable[[np.random.Generator, float], Estimate]


def on_circle(f: Callable[[Array, Array], Any], degree: int, high: float, n: int) -> Callable[..., Estimate]:
    """Sphere Monte Carlo of a homogeneous function of u and v, correlated by RHO."""
    part = HomogeneousPart(degree, lambda x: f(x[:, 0], RHO * x[:, 0] + math.sin(THETA) * x[:, 1]), 0.0, high)
    return lambda rng, level: sphere_mean([part], 2, n, rng, level)


def on_line(f: Function, n: int, bounds: tuple[float, float] | None = None) -> Callable[..., Estimate]:
    """Plain Monte Carlo of a function of one Gaussian variable; with a range a bound, else a standard error."""
    return lambda rng, level: sampled_mean(
        lambda x: f(x[:, 0]), [0.0], [[1.0]], n, rng, bounds, level if bounds is not None else None
    )


def relu(z: Array) -> Array:
    return np.maximum(z, 0.0)


CASES = {
    "step product": Case(
        (math.pi - THETA) / (2 * math.pi), on_circle(lambda u, v: (u > 0) * (v > 0) * 1.0, 0, 1.0, 200)
    ),
    "relu product": Case(
        (math.sin(THETA) + (math.pi - THETA) * RHO) / (2 * math.pi),
        on_circle(lambda u, v: relu(u) * relu(v), 2, 1.0, 200),
    ),
    "polynomial": Case(1 + 2 * RHO**2, on_circle(lambda u, v: u**2 * v**2, 4, 1.0, 200)),
    "eighth power on the circle": Case(105.0, on_circle(lambda u, _: u**8, 8, 1.0, 400)),
    "polynomial by plain sampling": Case(1.0, on_line(lambda u: u**2 + u, 400)),
    "exponential": Case(math.exp(0.5), on_line(np.exp, 2000)),
    "exponential, many samples": Case(math.exp(0.5), on_line(np.exp, 40_000)),
    "rare event": Case(math.erfc(3 / math.sqrt(2)) / 2, on_line(lambda u: (u > 3) * 1.0, 500, (0.0, 1.0))),
    "very rare event": Case(math.erfc(5 / math.sqrt(2)) / 2, on_line(lambda u: (u > 5) * 1.0, 500, (0.0, 1.0))),
    "rare event of unknown range": Case(math.erfc(2 / math.sqrt(2)) / 2, on_line(lambda u: (u > 2) * 1.0, 1000)),
}
#: Tails so heavy that a sample does not show its own skewness: standard errors alone are too short for them.
HEAVY = {
    "exponential of twice": Case(math.exp(2.0), on_line(lambda u: np.exp(2 * u), 4000)),
    "eighth power": Case(105.0, on_line(lambda u: u**8, 4000)),
}


def ruled(case: Case) -> Case:
    """With the normal approximation given up unless the correction of its tail is small (Cramér 1938)."""

    def once(rng: np.random.Generator, alpha: float) -> Estimate:
        found, z = case.once(rng, alpha), -float(ndtri(alpha / 2))
        if abs(found.skewness) * z**3 / 6 + max(found.excess, 0.0) * z**4 / 24 >= 0.1:
            raise TooFewSamplesError("the tail of the mean is not that of a normal law")
        return found

    return Case(case.truth, once)


@dataclass(frozen=True)
class Rates:
    """How often a test at one level was wrong.

    Args:
        alarms: repetitions in which the truth was outside the error bars.
        passes: planted discrepancies of the stated delta that were not seen, of two a repetition.
        refused: repetitions in which no error bar was given.
        repetitions: in all.
    """

    alarms: int
    passes: int
    refused: int
    repetitions: int

    def lower(self, count: int, trials: int) -> float:
        """Clopper-Pearson lower bound of a rate."""
        return 0.0 if count == 0 else float(beta.ppf(1 - CONFIDENCE, count, trials - count + 1))

    def upper(self, count: int, trials: int) -> float:
        """Clopper-Pearson upper bound of a rate."""
        return 1.0 if count >= trials else float(beta.ppf(CONFIDENCE, count + 1, trials - count))

    def __str__(self) -> str:
        n = self.repetitions
        alarms = f"false alarms {self.alarms}/{n} [{self.lower(self.alarms, n):.4f}, {self.upper(self.alarms, n):.4f}]"
        bounds = f"[{self.lower(self.passes, 2 * n):.4f}, {self.upper(self.passes, 2 * n):.4f}]"
        return f"{alarms}, false passes {self.passes}/{2 * n} {bounds}, refused {self.refused}"


def rates(case: Case, alpha: float, repetitions: int, seed: int) -> Rates:
    """Repeats the test with fresh samples; a discrepancy of twice the half-width is planted on either side."""
    rng = np.random.default_rng(seed)
    values, errors = np.zeros(repetitions), np.full(repetitions, np.inf)
    for i in range(repetitions):
        try:
            estimate = case.once(rng, alpha)
            values[i], errors[i] = float(estimate.value), float(estimate.half_width(alpha))
        except TooFewSamplesError:  # no error bar, no test: neither an alarm nor a pass
            continue
    given = np.isfinite(errors)
    off, half = values[given] - case.truth, errors[given]
    missed = np.sum(np.abs(off - 2 * half) <= half) + np.sum(np.abs(off + 2 * half) <= half)
    return Rates(int(np.sum(np.abs(off) > half)), int(missed), int(np.sum(~given)), repetitions)


def check(name: str, case: Case, alpha: float, repetitions: int) -> None:
    """Rates that are provably above the stated ones are an error."""
    found = rates(case, alpha, repetitions, seed=7)
    print(f"{name}, alpha = {alpha}: {found}")
    assert found.lower(found.alarms, repetitions) <= alpha, str(found)
    assert found.lower(found.passes, 2 * repetitions) <= alpha, str(found)


@pytest.mark.parametrize("name", CASES)
def test_error_rates_in_a_few_repetitions(name: str) -> None:
    check(name, CASES[name], 0.05, 100)


@pytest.mark.slow
@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("name", CASES)
def test_error_rates_in_many_repetitions(name: str, alpha: float) -> None:
    check(name, CASES[name], alpha, 10_000)


@pytest.mark.slow
@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("name", HEAVY)
def test_heavy_tails_are_refused_by_the_rule_for_normal_approximations(name: str, alpha: float) -> None:
    check(name, ruled(HEAVY[name]), alpha, 10_000)


def test_the_judge_takes_no_standard_error_of_a_heavy_tail_for_evidence() -> None:
    """An exponential is integrated by a scheme, which has no alpha; a power is bounded on the sphere."""
    exponential = verify("E[exp(2*u)]", "exp(2*|u|^2)", variables={"|u|": "{1}"}, power=False)
    assert {e.kind for e in exponential.empirical} == {"scheme"}
    power = verify("E[u^8]", "105*|u|^8", power=False)
    assert {e.kind for e in power.empirical} == {"bound", "scheme"}


def test_the_study_would_notice_error_bars_that_are_too_short() -> None:
    half = Case(1.0, lambda rng, _: Estimate(1 + rng.standard_normal(), 1.0, "bound", 0.01, "too short", 1, None))
    found = rates(half, 0.05, 300, seed=1)
    assert found.lower(found.alarms, 300) > 0.05
