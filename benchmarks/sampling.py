"""Monte Carlo: samples a second against the bare cost of drawing and one matrix product; campaigns against workers.

``python benchmarks/sampling.py [--quick]`` prints, for a Gaussian vector of n variables: the samples a second of bare
drawing (standard normals times a factor of the covariance, the integrand, a mean), of `sampled_mean` with its higher
moments and checks, of antithetic pairs and of scrambled Sobol points; then, for the population loss of a student with
k neurons, drawing and one matrix product against the estimated gradient; and the wall time of one campaign of descents
with 1 worker and with all cores, which give the same bits. Ratios are within one run. Nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from checks.campaign import Campaign
from checks.campaign_run import run_campaign
from checks.campaign_store import open_store
from numeric import antithetic_mean, sampled_mean, sobol_mean
from numeric.student_teacher import sample_gradient

SAMPLES, QUICK_SAMPLES = 2**20, 2**17
VARIABLES = (2, 10, 50)
NEURONS = (10, 50)
BATCH = 2**14
RUNS, QUICK_RUNS = 200, 50
REPETITIONS = 5
Array = NDArray[np.float64]


def median(run: Callable[[], object], repetitions: int = REPETITIONS) -> float:
    """The median time of a call in seconds, after one call to warm up."""
    run()
    times = []
    for _ in range(repetitions):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def integrand(x: Array) -> Array:
    """relu of the first variable times relu of the last."""
    return np.asarray(np.maximum(x[:, 0], 0.0) * np.maximum(x[:, -1], 0.0))


def covariance(n: int) -> Array:
    """Correlations 1/2."""
    return np.full((n, n), 0.5) + 0.5 * np.eye(n)


def estimators(n: int, samples: int) -> dict[str, Callable[[], object]]:
    """What is timed, by name; the first is the bare cost."""
    C, zero = covariance(n), np.zeros(n)
    factor = np.linalg.cholesky(C)

    def bare() -> float:
        rng, total = np.random.default_rng(0), 0.0
        rows = max(1, 2**20 // n)
        for done in range(0, samples, rows):
            total += float(integrand(rng.standard_normal((min(rows, samples - done), n)) @ factor.T).sum())
        return total / samples

    return {
        "bare": bare,
        "plain": lambda: sampled_mean(integrand, zero, C, samples, 0),
        "antithetic": lambda: antithetic_mean(integrand, zero, C, samples // 2, 0),
        "Sobol": lambda: sobol_mean(integrand, zero, C, (samples // 128).bit_length() - 1, 0),
    }


def gradient_row(k: int) -> str:
    """A sampled gradient of the loss against drawing its batch and one matrix product."""
    W, V = np.random.default_rng(1).standard_normal((k, k)), np.eye(k)

    def bare() -> Array:
        return np.asarray(np.random.default_rng(0).standard_normal((BATCH, k)) @ W.T)

    def whole() -> Array:
        return sample_gradient(W, V, np.random.default_rng(0).standard_normal((BATCH, k)))

    first, second = median(bare), median(whole)
    return f"{k:6d} {BATCH / first / 1e6:12.2f} {BATCH / second / 1e6:12.2f} {second / first:8.1f}"


def campaign_seconds(runs: int, jobs: int) -> float:
    """The wall time of a campaign at k = 10."""
    campaign = Campaign(k=10, runs=runs, seed=1)
    with open_store(campaign) as store:
        start = time.perf_counter()
        run_campaign(campaign, store, jobs)
        return time.perf_counter() - start


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description="Samples a second, and campaigns against workers.")
    parser.add_argument("--quick", action="store_true", help="fewer samples and runs")
    quick = parser.parse_args().quick
    samples, runs = (QUICK_SAMPLES, QUICK_RUNS) if quick else (SAMPLES, RUNS)
    machine = platform.processor() or platform.machine()
    print(f"python {platform.python_version()}, numpy {version('numpy')}, {machine}, {os.cpu_count()} cores")
    print(f"\nmillions of samples a second, and cost against the bare one; {samples} samples")
    names = list(estimators(2, 2**10))
    print(f"{'n':>6} " + " ".join(f"{name:>18}" for name in names))
    for n in VARIABLES:
        seconds = {name: median(run) for name, run in estimators(n, samples).items()}
        cells = (f"{samples / s / 1e6:9.2f} ({s / seconds['bare']:5.2f})" for s in seconds.values())
        print(f"{n:6d} " + " ".join(f"{cell:>18}" for cell in cells), flush=True)
    print(f"\nmillions of samples a second: draw and one product, and the gradient; batches of {BATCH}")
    print(f"{'k':>6} {'bare':>12} {'gradient':>12} {'ratio':>8}")
    for k in NEURONS:
        print(gradient_row(k), flush=True)
    cores = os.cpu_count() or 1
    alone, together = campaign_seconds(runs, 1), campaign_seconds(runs, cores)
    print(f"\n{runs} descents at k = 10: {alone:.1f} s with 1 worker, {together:.1f} s with {cores}", end=", ")
    print(f"speed-up {alone / together:.2f} (processes included)")


if __name__ == "__main__":
    main()
