"""Steps on the population loss, against straightforward NumPy and JAX; and whole batches of runs.

``python -m benchmarks.training [--quick]`` prints, for relu students with n = k = d, the least time of a loss with its
gradient, against the teacher of the conventions (V = I) and a random one: by ``numeric.training``; by the same closed
form written down in NumPy; by ``jax.jit`` of that gradient, and of automatic differentiation of the loss. Rounds of all
four alternate, and the least time counts, because other processes only ever add to it. The floor is the time of the
arctangents alone, one a pair of neurons: half of the students' pairs and all of those with a teacher. Then 500 runs of
ten neurons are trained until their gradient is at most 1e-12: in this process, and as a campaign with 1 and 2 workers.
Without JAX a line says so (``pip install jax``; ``--jax PYTHON`` names its interpreter). For one core, set
``OPENBLAS_NUM_THREADS=1`` and ``XLA_FLAGS=--xla_cpu_multi_thread_eigen=false``, and pin
the process to it. Nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from importlib.metadata import version
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checks.campaign import Campaign
from checks.campaign_run import run_campaign
from checks.campaign_store import open_store
from numeric.training import closed_form, descend, initial_batch

Array = NDArray[np.float64]

SIZES, ROUNDS, QUICK_ROUNDS, REPETITIONS = (20, 100, 300), 10, 3, 10
RUNS, QUICK_RUNS, NEURONS = 500, 50, 10
WORKERS = (1, 2)
NAMES = ("floor", "ours", "plain", "hand", "auto")
TITLES = ("floor", "ours", "NumPy", "JAX", "JAX auto", "NumPy/ours", "JAX/ours", "auto/ours")
WIDTHS = (8, 8, 8, 8, 9, 11, 9, 10)

#: Answers a line "kind k teacher repetitions" with the seconds of each, and with the squared norm of the gradient.
JAX = """
import json, sys, time
try:
    import jax
    import jax.numpy as jnp
except ImportError:
    print("null", flush=True)
    sys.exit()
import numpy as np
jax.config.update("jax_enable_x64", True)
print(json.dumps(jax.__version__), flush=True)
def parts(W, U, skip):
    w, u = jnp.sqrt((W*W).sum(1)), jnp.sqrt((U*U).sum(1))
    c = jnp.where(skip, 0.0, jnp.clip((W @ U.T)/(w[:, None]*u), -1.0, 1.0))
    return w, u, c, jnp.sqrt((1 - c)*(1 + c))
def pulls(W, U, skip):
    w, u, c, s = parts(W, U, skip)
    s, angle = jnp.where(skip, 0.0, s), jnp.where(skip, 0.0, jnp.arctan2(s, c))
    return (((s*u).sum(1)/w)[:, None]*W + (jnp.pi - angle) @ U)/(2*jnp.pi)
def mean(W, U, skip):
    w, u, c, s = parts(W, U, skip)
    value = w[:, None]*u*(s + (jnp.pi - jnp.arctan2(s, c))*c)/(2*jnp.pi)
    return jnp.where(skip, w[:, None]*u/2, value).sum()
def loss(W, V, constant):
    skip = jnp.eye(len(W), dtype=bool)
    return mean(W, W, skip)/2 - mean(W, V, jnp.zeros_like(skip)) + constant
def by_hand(W, V, constant):
    skip = jnp.eye(len(W), dtype=bool)
    own, cross = pulls(W, W, skip), pulls(W, V, jnp.zeros_like(skip))
    return (W*(own/2 - cross)).sum() + constant, own - cross
functions = {"hand": jax.jit(by_hand), "auto": jax.jit(jax.value_and_grad(loss))}
for line in sys.stdin:
    kind, k, teacher, repetitions = line.split()
    k = int(k)
    W, V = np.random.default_rng(k).standard_normal((2, k, k))/k**0.5
    W, V = jnp.asarray(W), jnp.asarray(np.eye(k) if teacher == "basis" else V)
    f = functions[kind]
    value, gradient = jax.block_until_ready(f(W, V, 0.0))
    seconds = []
    for _ in range(int(repetitions)):
        start = time.perf_counter()
        jax.block_until_ready(f(W, V, 0.0))
        seconds.append(time.perf_counter() - start)
    print(json.dumps([seconds, float((gradient**2).sum())]), flush=True)
"""


class Jax:
    """JAX in an interpreter of its own, which takes its turns."""

    def __init__(self, interpreter: str) -> None:
        self._process = subprocess.Popen(
            [interpreter, "-c", JAX],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.version: str | None = self._read()  # null without JAX

    def seconds(self, kind: str, k: int, teacher: str) -> tuple[list[float], float]:
        """Seconds of a round, and the squared norm of the gradient."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{kind} {k} {teacher} {REPETITIONS}\n")
        self._process.stdin.flush()
        seconds, square = self._read()
        return list(seconds), float(square)

    def close(self) -> None:
        """Ends the interpreter."""
        self._process.communicate()

    def _read(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline() or "null")


def plain(W: Array, V: Array) -> tuple[float, Array]:
    """The closed form as it is written down, with the arccosine of a clipped cosine."""

    def kernel(A: Array, B: Array) -> tuple[float, Array]:
        a, b = np.linalg.norm(A, axis=1), np.linalg.norm(B, axis=1)
        cosine = np.clip((A @ B.T) / np.outer(a, b), -1.0, 1.0)
        theta = np.arccos(cosine)
        sine = np.sin(theta)
        value = np.outer(a, b) * (sine + (np.pi - theta) * cosine) / (2.0 * np.pi)
        gradient = (sine * b).sum(axis=1)[:, None] * A / a[:, None] + (np.pi - theta) @ B
        return float(value.sum()), gradient / (2.0 * np.pi)

    own, first = kernel(W, W)
    cross, second = kernel(W, V)
    return own / 2.0 - cross + kernel(V, V)[0] / 2.0, first - second


def round_of(work: Callable[[], object]) -> list[float]:
    """Seconds of each repetition, after one that is not counted."""
    work()
    seconds = []
    for _ in range(REPETITIONS):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return seconds


def steps(k: int, teacher: str, rounds: int, jax: Jax | None) -> dict[str, float]:
    """Least seconds of each way; the gradients are compared."""
    W, V = np.random.default_rng(k).standard_normal((2, k, k)) / k**0.5
    V = np.eye(k) if teacher == "basis" else V
    loss = closed_form(V)
    square = float((loss.step(W[None])[1] ** 2).sum())
    found: dict[str, list[float]] = {"ours": [], "plain": [], "hand": [], "auto": [], "floor": []}
    pairs = np.random.default_rng(0).uniform(-0.3, 0.3, k * (k - 1) // 2 + k * k)
    angles = np.empty_like(pairs)
    for _ in range(rounds):
        found["floor"] += round_of(lambda: np.arctan(pairs, out=angles))
        found["ours"] += round_of(lambda: loss.step(W[None]))
        found["plain"] += round_of(lambda: plain(W, V))
        for kind in ("hand", "auto") if jax else ():
            seconds, other = jax.seconds(kind, k, teacher) if jax else ([], square)
            assert abs(other / square - 1.0) < 1e-9, "the gradients differ"
            found[kind] += seconds
    assert abs(float((plain(W, V)[1] ** 2).sum()) / square - 1.0) < 1e-6, "the gradients differ"
    return {name: min(seconds) for name, seconds in found.items() if seconds}


def batch(runs: int) -> None:
    """Trains a batch of runs and prints how far they came."""
    W = initial_batch("xavier", runs, NEURONS, NEURONS, seed=0)
    start = time.perf_counter()
    found = descend(W, np.eye(NEURONS))
    seconds = time.perf_counter() - start
    ends = ", ".join(f"{count} {status}" for status, count in Counter(found.status.tolist()).items())
    levels = ", ".join(f"{loss:.4f}: {count}" for loss, count in Counter(found.loss.round(4).tolist()).most_common(4))
    print(
        f"{runs} runs, n = k = d = {NEURONS}: {seconds:.1f} s, {ends}, |gradient| <= {found.gradient_norm.max():.1e},"
    )
    print(f"steps {np.median(found.steps):.0f} (median) to {found.steps.max()}; losses {levels}")


def scaling(runs: int) -> None:
    """Prints the wall time of one campaign with 1 and 2 workers, starting the processes included."""
    campaign, alone = Campaign(NEURONS, runs, seed=1), 0.0
    print(f"campaign of {runs} runs, n = k = d = {NEURONS}, |gradient| <= 1e-12, {os.cpu_count()} cores")
    print("workers   wall s   runs/s  speed-up")
    for workers in WORKERS:
        with open_store(campaign) as store:
            start = time.perf_counter()
            run_campaign(campaign, store, workers)
            seconds = time.perf_counter() - start
        alone = alone or seconds
        print(f"{workers:7d} {seconds:8.1f} {runs / seconds:8.0f} {alone / seconds:9.2f}", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the benchmark and prints the tables."""
    parser = argparse.ArgumentParser(description="Steps on the population loss, and batches of runs.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and runs")
    parser.add_argument("--jax", default=sys.executable, metavar="PYTHON", help="the interpreter that has JAX")
    options = parser.parse_args(arguments)
    rounds, runs = (QUICK_ROUNDS, QUICK_RUNS) if options.quick else (ROUNDS, RUNS)
    jax = Jax(options.jax)
    known = jax.version is not None
    print(f"python {platform.python_version()}, numpy {version('numpy')}, jax {jax.version or 'not installed'},")
    machine = platform.processor() or platform.machine()
    print(f"{machine}, {os.cpu_count()} cores; loss and gradient, milliseconds, least of {rounds * REPETITIONS}")
    heads = (f"{title:>{width}}" for title, width in zip(TITLES, WIDTHS, strict=True))
    print("    k  teacher", *heads)
    for k, teacher in product(SIZES, ("basis", "random")):
        times = steps(k, teacher, rounds, jax if known else None)
        row = [f"{1e3 * times[name]:.3f}" if name in times else "-" for name in NAMES]
        row += [f"{times[name] / times['ours']:.2f}" if name in times else "-" for name in NAMES[2:]]
        cells = (f"{text:>{width}}" for text, width in zip(row, WIDTHS, strict=True))
        print(f"{k:5d} {teacher:>8}", *cells, flush=True)
    jax.close()
    if not known:
        print("JAX is not installed in this environment: its part is left out (see --help)")
    batch(runs)
    scaling(runs)


if __name__ == "__main__":
    main()
