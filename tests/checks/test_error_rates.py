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
from numeric.sample_moments import sample_moments, with_standard_error

Array = NDArray[np.float64]
Function = Callable[[Array], Any]
RHO = 0.6
THETA = math.acos(RHO)
#: Confidence of the Clopper-Pearson bounds, one side.
CONFIDENCE = 0.9999
ALPHAS = (0.05, 0.01, 0.001)
#: Scrambles of a Sobol mean, and points of each: in one dimension they are strata of equal mass.
SCRAMBLES, STRATA = 128, 32


@dataclass(frozen=True)
class Case:
    """An integrand with its exact mean, and how it is estimated once.

    Args:
        truth: its expectation.
        once: from a generator and a level to an estimate.
        leveled: whether the level matters; the same standard error serves all.
    """

    truth: float
    once: Callable[[np.random.Generator, float], Estimate]
    leveled: bool = False


def on_circle(truth: float, f: Callable[[Array, Array], Any], degree: int, high: float, n: int) -> Case:
    """Sphere Monte Carlo of a homogeneous function of u and v, correlated by RHO."""
    part = HomogeneousPart(degree, lambda x: f(x[:, 0], RHO * x[:, 0] + math.sin(THETA) * x[:, 1]), 0.0, high)
    return Case(truth, lambda rng, level: sphere_mean([part], 2, n, rng, level), leveled=True)


def on_line(truth: float, f: Function, n: int) -> Case:
    """Plain Monte Carlo of a function of one Gaussian variable, with a standard error."""
    return Case(truth, lambda rng, _: sampled_mean(lambda x: f(x[:, 0]), [0.0], [[1.0]], n, rng))


def event(threshold: float, n: int, bounds: tuple[float, float] | None = None) -> Case:
    """The same of an event u > threshold; with its range a bound."""

    def f(x: Array) -> Any:
        return (x[:, 0] > threshold) * 1.0

    def once(rng: np.random.Generator, level: float) -> Estimate:
        return sampled_mean(f, [0.0], [[1.0]], n, rng, bounds, level if bounds is not None else None)

    return Case(math.erfc(threshold / math.sqrt(2)) / 2, once, leveled=bounds is not None)


def scrambled(truth: float, f: Function) -> Case:
    """Means of scrambles: one point in each stratum, which is what nested scrambles of one coordinate are."""

    def once(rng: np.random.Generator, _: float) -> Estimate:
        points = (np.arange(STRATA) + rng.random((SCRAMBLES, STRATA))) / STRATA
        return with_standard_error(sample_moments(f(ndtri(points)).mean(axis=1)), "scrambles", STRATA, None)

    return Case(truth, once)


def relu(z: Array) -> Array:
    return np.maximum(z, 0.0)


RATIONAL = math.exp(0.5) * math.sqrt(math.pi / 2) * math.erfc(1 / math.sqrt(2))
CASES = {
    "step product, bound": on_circle(
        (math.pi - THETA) / (2 * math.pi), lambda u, v: (u > 0) * (v > 0) * 1.0, 0, 1, 200
    ),
    "relu product, bound": on_circle(
        (math.sin(THETA) + (math.pi - THETA) * RHO) / (2 * math.pi), lambda u, v: relu(u) * relu(v), 2, 1.0, 200
    ),
    "u^2 v^2, bound": on_circle(1 + 2 * RHO**2, lambda u, v: u**2 * v**2, 4, 1.0, 200),
    "u^8, bound": on_circle(105.0, lambda u, _: u**8, 8, 1.0, 400),
    "1{u > 3}, bound": event(3.0, 500, (0.0, 1.0)),
    "1{u > 5}, bound": event(5.0, 500, (0.0, 1.0)),
    "u": on_line(0.0, lambda u: u, 400),
    "u, 20 samples": on_line(0.0, lambda u: u, 20),
    "relu(u)": on_line(1 / math.sqrt(2 * math.pi), relu, 1000),
    "u^2": on_line(1.0, np.square, 1000),
    "u^4": on_line(3.0, lambda u: u**4, 4000),
    "u^8": on_line(105.0, lambda u: u**8, 4000),
    "exp(u)": on_line(math.exp(0.5), np.exp, 2000),
    "exp(u), many": on_line(math.exp(0.5), np.exp, 20_000),
    "exp(2u)": on_line(math.exp(2.0), lambda u: np.exp(2 * u), 4000),
    "exp(2u), few": on_line(math.exp(2.0), lambda u: np.exp(2 * u), 200),
    "1/(1 + u^2)": on_line(RATIONAL, lambda u: 1 / (1 + u**2), 400),
    "1{u > 1}": event(1.0, 1000),
    "1{u > 2}": event(2.0, 1000),
    "1{u > 4}": event(4.0, 4000),
    "u^2, scrambled": scrambled(1.0, np.square),
    "u^4, scrambled": scrambled(3.0, lambda u: u**4),
    "exp(u/2), scrambled": scrambled(math.exp(0.125), lambda u: np.exp(u / 2)),
    "exp(u), scrambled": scrambled(math.exp(0.5), np.exp),
    "exp(2u), scrambled": scrambled(math.exp(2.0), lambda u: np.exp(2 * u)),
    "1/(1 + u^2), scrambled": scrambled(RATIONAL, lambda u: 1 / (1 + u**2)),
    "1{u > 1.3}, scrambled": scrambled(math.erfc(1.3 / math.sqrt(2)) / 2, lambda u: (u > 1.3) * 1.0),
}


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


def rates(case: Case, alphas: tuple[float, ...], repetitions: int, seed: int) -> dict[float, Rates]:
    """Repeats the test with fresh samples; a discrepancy of twice the half-width is planted on either side."""
    rng = np.random.default_rng(seed)
    values, halves = (np.full((len(alphas), repetitions), x) for x in (0.0, np.inf))
    for i in range(repetitions):
        estimate = None
        for j, alpha in enumerate(alphas):
            try:
                estimate = case.once(rng, alpha) if case.leveled or estimate is None else estimate
                values[j, i], halves[j, i] = float(estimate.value), float(estimate.half_width(alpha))
            except TooFewSamplesError:  # no error bar, no test: neither an alarm nor a pass
                if estimate is None:
                    break
    return {alpha: _counted(values[j] - case.truth, halves[j]) for j, alpha in enumerate(alphas)}


def _counted(off: Array, half: Array) -> Rates:
    given = np.isfinite(half)
    off, half, n = off[given], half[given], len(half)
    missed = np.sum(np.abs(off - 2 * half) <= half) + np.sum(np.abs(off + 2 * half) <= half)
    return Rates(int(np.sum(np.abs(off) > half)), int(missed), int(np.sum(~given)), n)


def check(name: str, case: Case, alphas: tuple[float, ...], repetitions: int) -> None:
    """Rates that are provably above the stated ones are an error."""
    for alpha, found in rates(case, alphas, repetitions, seed=7).items():
        print(f"{name}, alpha = {alpha}: {found}")
        assert found.lower(found.alarms, repetitions) <= alpha, str(found)
        assert found.lower(found.passes, 2 * repetitions) <= alpha, str(found)


@pytest.mark.parametrize("name", CASES)
def test_error_rates_in_a_few_repetitions(name: str) -> None:
    check(name, CASES[name], (0.05,), 50)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_error_rates_in_many_repetitions(name: str) -> None:
    case = CASES[name]
    check(name, case, ALPHAS[:2] if case.leveled else ALPHAS, 10_000)


@pytest.mark.parametrize("name", ["exp(2u)", "exp(2u), few", "u^8", "1{u > 4}", "exp(2u), scrambled"])
def test_heavy_tails_are_refused_at_strict_levels(name: str) -> None:
    found = rates(CASES[name], (1e-6,), 50, seed=1)[1e-6]
    assert found.refused == found.repetitions


def test_the_judge_takes_no_standard_error_of_a_heavy_tail_for_evidence() -> None:
    """An exponential is integrated by a scheme, which has no alpha; a power is bounded on the sphere."""
    exponential = verify("E[exp(2*u)]", "exp(2*|u|^2)", variables={"|u|": "{1}"}, power=False)
    assert {e.kind for e in exponential.empirical} == {"scheme"}
    power = verify("E[u^8]", "105*|u|^8", power=False)
    assert {e.kind for e in power.empirical} == {"bound", "scheme"}


def test_the_study_would_notice_error_bars_that_are_too_short() -> None:
    half = Case(1.0, lambda rng, _: Estimate(1 + rng.standard_normal(), 1.0, "bound", 0.01, "too short", 1, None))
    found = rates(half, (0.05,), 300, seed=1)[0.05]
    assert found.lower(found.alarms, 300) > 0.05
