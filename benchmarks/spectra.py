"""The spectrum of type II: blocks against the dense Hessian, for k = 10 to a million.

``python benchmarks/spectra.py [--quick]`` prints, for each k, the median time of: the float64 spectrum at a known
point; the same from the name, with the point solved; the certified spectrum from the name (Krawczyk test, enclosures
of 15 digits); the assembly of the dense Hessian and ``numpy.linalg.eigvalsh``, where the matrix fits in memory. Ratios
are against the dense way in the same run. Nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version

import numpy as np

from analytic.landscape.families import critical_point
from analytic.landscape.model import StudentTeacher

SIZES, QUICK_SIZES = (10, 50, 100, 1000, 10**6), (10, 50, 10**6)
#: The dense matrix has k^4 entries: at k = 100 it takes 800 MB.
LARGEST_DENSE, QUICK_DENSE = 100, 10
REPETITIONS = 15


def median(run: Callable[[], object], repetitions: int) -> float:
    """The median time of a call in seconds, after one call to warm up."""
    run()
    times = []
    for _ in range(repetitions):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _float_from_name(k: int) -> object:
    return critical_point("II", k).spectrum_float()


def _certified_from_name(k: int) -> object:
    return critical_point("II", k).spectrum()


def dense(k: int) -> float:
    """Seconds for the dense Hessian and its eigenvalues, once."""
    W = critical_point("II", k).matrix()
    model = StudentTeacher(np.eye(k))
    start = time.perf_counter()
    np.linalg.eigvalsh(model.hessian(W))
    return time.perf_counter() - start


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description="Times of the spectrum of type II.")
    parser.add_argument("--quick", action="store_true", help="fewer sizes, the dense Hessian at k = 10 only")
    quick = parser.parse_args().quick
    print(f"python {platform.python_version()}, numpy {version('numpy')}, python-flint {version('python-flint')}, ")
    machine = platform.processor() or platform.machine()
    print(f"{machine}, {os.cpu_count()} cores; milliseconds, medians of {REPETITIONS}")
    print(f"{'k':>8} {'at a point':>11} {'from name':>10} {'certified':>10} {'dense':>12} {'dense / certified':>18}")
    totals = {}
    for k in QUICK_SIZES if quick else SIZES:
        point = critical_point("II", k)
        at_point = median(point.spectrum_float, REPETITIONS)
        from_name = median(partial(_float_from_name, k), REPETITIONS)
        certified = median(partial(_certified_from_name, k), REPETITIONS)
        whole = dense(k) if k <= (QUICK_DENSE if quick else LARGEST_DENSE) else None
        totals[k] = certified
        shown = f"{1e3 * whole:12.1f} {whole / certified:18.0f}" if whole is not None else f"{'-':>12} {'-':>18}"
        print(f"{k:8d} {1e3 * at_point:11.2f} {1e3 * from_name:10.2f} {1e3 * certified:10.2f} {shown}", flush=True)
    print(f"certified at k = 10^6 / at k = 10: {totals[10**6] / totals[10]:.2f}")


if __name__ == "__main__":
    main()
