"""Certificates of critical points: how many a second, against k, blocks and the dense path.

``python benchmarks/certificates.py [--quick]`` prints: certificates a second (existence, isotropy, loss, spectrum, with
the file written as text) by name for k = 6 to a million; the same for points of two and three blocks, where the fixed
space grows; the published stretch n = k = 6..20 all together, types A, I and II, with the independent check; and what
a user would do without symmetry, the dense certificate of the same point on all k^2 weights, with the ratio and the
agreement of the smallest eigenvalue. Points of three blocks are searched, which
takes most of their time. The memory is the largest resident set of the process. Nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version

from flint import arb

from analytic.landscape.certificate import Certificate, certify, dyadic, to_json
from analytic.landscape.certificate_dense import certify_dense
from analytic.landscape.named import find_point
from analytic.landscape.pair import RELU
from checks.recheck import recheck

SIZES, QUICK_SIZES = (6, 20, 100, 1000, 10**6), (6, 100, 10**6)
#: Partitions of k = 24 with 1, 2 and 3 blocks.
PARTITIONS = ("A", "II", "II:2", "II:5", "18,4,2", "21,2,1")
DENSE_SIZES, QUICK_DENSE = (4, 5, 6, 7), (4, 5)
STRETCH = range(6, 21)
REPETITIONS = 9


def median(run: Callable[[], object], repetitions: int = REPETITIONS) -> float:
    """The median time of a call in seconds, after one call to warm up."""
    run()
    times = []
    for _ in range(repetitions):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def once(name: str, k: int) -> str:
    """The text of one certificate, from its name."""
    return to_json(certify(find_point(name, k)))


def smallest(certificate: Certificate) -> arb:
    """The lower end of the lowest enclosure of an eigenvalue."""
    return min((dyadic(fact.low) for fact in certificate.facts.eigenvalues), key=float)


def stretch() -> tuple[int, float, float]:
    """Certificates of A, I and II for k = 6..20: how many, seconds to make and to check them; all must be accepted."""
    made, checked, count = 0.0, 0.0, 0
    for k in STRETCH:
        for name in ("A", "I", "II"):
            start = time.perf_counter()
            text = once(name, k)
            middle = time.perf_counter()
            if not recheck(text).accepted:
                sys.exit(f"the checker rejects the certificate of {name} at k = {k}: please report it")
            made, checked, count = made + middle - start, checked + time.perf_counter() - middle, count + 1
    return count, made, checked


def dense_row(k: int) -> str:
    """Type A at k teachers: blocks against all weights."""
    W = find_point("A", k).matrix()
    blocks = median(partial(once, "A", k), 5)
    start = time.perf_counter()
    dense = certify_dense(W.tolist(), [[int(i == j) for j in range(k)] for i in range(k)], RELU)
    seconds = time.perf_counter() - start
    gap = abs(float(smallest(dense) - smallest(certify(find_point("A", k)))))
    return f"{k:8d} {k * k:8d} {1e3 * blocks:12.1f} {1e3 * seconds:12.1f} {seconds / blocks:8.0f} {gap:12.1e}"


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description="Certificates a second.")
    parser.add_argument("--quick", action="store_true", help="fewer sizes")
    quick = parser.parse_args().quick
    machine = platform.processor() or platform.machine()
    print(f"python {platform.python_version()}, python-flint {version('python-flint')}, {machine}, ", end="")
    print(f"{os.cpu_count()} cores, one used; medians of {REPETITIONS}")
    print(f"\n{'type II, k':>12} {'ms':>8} {'a second':>9} {'check, ms':>10}")
    for k in QUICK_SIZES if quick else SIZES:
        made, checked = median(partial(once, "II", k)), median(partial(recheck, once("II", k)))
        print(f"{k:12d} {1e3 * made:8.1f} {1 / made:9.0f} {1e3 * checked:10.1f}", flush=True)
    print(f"\n{'k = 24 at':>12} {'orbits':>8} {'ms':>8} {'a second':>9} {'check, ms':>10}")
    for name in PARTITIONS:
        text = once(name, 24)
        made, checked = median(partial(once, name, 24), 3), median(partial(recheck, text), 3)
        orbits = len(find_point(name, 24).layout.orbits)
        print(f"{name:>12} {orbits:8d} {1e3 * made:8.1f} {1 / made:9.0f} {1e3 * checked:10.1f}", flush=True)
    count, made, checked = stretch()
    print(
        f"\nk = 6..20, types A, I, II: {count} certificates in {made:.2f} s, {checked:.2f} s to check them", flush=True
    )
    print(f"\n{'type A, k':>8} {'weights':>8} {'blocks, ms':>12} {'dense, ms':>12} {'ratio':>8} {'difference':>12}")
    for k in QUICK_DENSE if quick else DENSE_SIZES:
        print(dense_row(k), flush=True)
    print(f"\nlargest resident set: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
