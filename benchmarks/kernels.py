"""Gram matrices of deep relu networks: speed and accuracy in one run, against plain NumPy and neural-tangents.

``python benchmarks/kernels.py [--quick]`` prints a table. Every time is the median of several repetitions that take
turns, so that a busy machine slows all of them alike; a ratio is a quotient of medians of this run. Accuracy is the
largest distance from rigorous balls over a sample of entries, relative to sqrt(K(x,x) K(y,y)), for data in general
position and for pairs that are almost parallel. neural-tangents takes part if it is installed. Nothing passes or fails.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from numpy.typing import NDArray

from analytic.balls import precision
from analytic.deep.network import nngp_gram, ntk_gram
from analytic.deep.network_ball import network_ball

Array = NDArray[np.float64]
Gram = Callable[[Array], Array]

POINTS, QUICK_POINTS, DIMENSION, DEPTH = 3000, 800, 50, 3
REPETITIONS, QUICK_REPETITIONS = 7, 3
WEIGHT, BIAS = 2.0, 0.0
SAMPLE = 40


@dataclass(frozen=True)
class Contender:
    """One way to compute a Gram matrix.

    Args:
        title: its name in the table.
        gram: from n x d inputs to the n x n matrix.
    """

    title: str
    gram: Gram


def plain(X: Array, tangent: bool) -> Array:
    """The recursion as one writes it down: clipped cosines and arccos on whole matrices.

    Args:
        X: n x d.
        tangent: whether the tangent kernel is wanted.
    """
    K = WEIGHT * X @ X.T / X.shape[1] + BIAS
    T = K
    for _ in range(DEPTH):
        deviations = np.sqrt(np.diag(K))
        norms = np.outer(deviations, deviations)
        cosine = np.clip(K / norms, -1, 1)
        theta = np.arccos(cosine)
        K = WEIGHT * norms * (np.sin(theta) + (np.pi - theta) * cosine) / (2 * np.pi) + BIAS
        if tangent:
            T = K + WEIGHT * T * (np.pi - theta) / (2 * np.pi)
    return np.asarray(T if tangent else K)


def neural_tangents(tangent: bool) -> Gram | None:
    """The compiled kernel of neural-tangents in float64 on the processor, or None if it is not installed.

    Args:
        tangent: whether the tangent kernel is wanted.
    """
    try:
        jax, stax = import_module("jax"), import_module("neural_tangents").stax
    except ImportError:
        return None
    jax.config.update("jax_enable_x64", True)
    layers = []
    for _ in range(DEPTH):
        layers += [stax.Dense(1, W_std=WEIGHT**0.5, b_std=BIAS**0.5), stax.Relu()]
    *_, kernel = stax.serial(*layers, stax.Dense(1, W_std=WEIGHT**0.5, b_std=BIAS**0.5))
    compiled = jax.jit(lambda x: kernel(x, None, "ntk" if tangent else "nngp"))
    return lambda X: np.asarray(compiled(X).block_until_ready())


def contenders(tangent: bool) -> list[Contender]:
    """Ours first.

    Args:
        tangent: whether the tangent kernel is wanted.
    """
    ours = ntk_gram if tangent else nngp_gram
    found = [
        Contender("closedform", lambda X: ours(X, depth=DEPTH, weight_variance=WEIGHT, bias_variance=BIAS)),
        Contender("plain NumPy", lambda X: plain(X, tangent)),
    ]
    other = neural_tangents(tangent)
    return [*found, Contender("neural-tangents", other)] if other else found


def seconds(rivals: Sequence[Contender], X: Array, repetitions: int) -> list[list[float]]:
    """The times of all contenders, taken in turns after one run each that is not counted.

    Args:
        rivals: the contenders.
        X: n x d.
        repetitions: how often each is timed.
    """
    found: list[list[float]] = [[] for _ in rivals]
    for turn in range(repetitions + 1):
        for times, rival in zip(found, rivals, strict=True):
            start = time.perf_counter()
            rival.gram(X)
            if turn:
                times.append(time.perf_counter() - start)
    return found


def near_parallel(rng: np.random.Generator) -> Array:
    """Points in pairs x, x + e y with e from 1e-2 to 1e-14, every other pair reversed.

    Args:
        rng: source of the points.
    """
    x, y = rng.normal(size=(2, SAMPLE, DIMENSION))
    other = x + 10.0 ** -np.linspace(2, 14, SAMPLE)[:, None] * y
    other[::2] *= -1
    return np.stack([x, other], axis=1).reshape(-1, DIMENSION)


def error(K: Array, X: Array, pairs: Sequence[tuple[int, int]], tangent: bool) -> float:
    """The largest distance from balls over some entries, relative to the diagonal.

    Args:
        K: the Gram matrix.
        X: n x d.
        pairs: indices of the entries.
        tangent: whether K is the tangent kernel.
    """
    worst = 0.0
    for i, j in pairs:
        ij, ii, jj = (
            network_ball(X[p].tolist(), X[q].tolist(), depth=DEPTH, tangent=tangent, digits=25)
            for p, q in ((i, j), (i, i), (j, j))
        )
        with precision(128):
            worst = max(worst, float(abs(float(K[i, j]) - ij.arb) / (ii.arb * jj.arb).sqrt()))
    return worst


def rows(tangent: bool, X: Array, repetitions: int) -> list[tuple[str, ...]]:
    """The lines of the table for one kernel.

    Args:
        tangent: whether it is the tangent kernel.
        X: n x d.
        repetitions: how often each contender is timed.
    """
    rng = np.random.default_rng(1)
    close, rivals = near_parallel(rng), contenders(tangent)
    general = [(int(i), int(j)) for i, j in rng.integers(len(X), size=(SAMPLE, 2))]
    parallel = [(2 * i, 2 * i + 1) for i in range(SAMPLE)]
    times = seconds(rivals, X, repetitions)
    ours = statistics.median(times[0])
    lines = []
    for rival, taken in zip(rivals, times, strict=True):
        middle = statistics.median(taken)
        errors = (error(rival.gram(X), X, general, tangent), error(rival.gram(close), close, parallel, tangent))
        spread = f"{middle:.3f} s ({min(taken):.3f} .. {max(taken):.3f})"
        kernel = "NTK" if tangent else "NNGP"
        lines.append((kernel, rival.title, spread, f"{middle / ours:.2f}", *(f"{e:.1e}" for e in errors)))
    return lines


def table(lines: Sequence[tuple[str, ...]]) -> str:
    """The lines as text, columns aligned.

    Args:
        lines: at least one.
    """
    header = ("kernel", "by", "time", "time/ours", "error", "error, near-parallel")
    cells = [header, *lines]
    widths = [max(len(line[i]) for line in cells) for i in range(len(header))]
    text = ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in cells]
    return "\n".join([text[0], "-" * max(map(len, text)), *text[1:]])


def machine() -> str:
    """Versions, in one line; says so if neural-tangents did not take part."""
    found = []
    for package in ("numpy", "python-flint", "neural-tangents", "jax"):
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"{package} not installed")
    return f"python {platform.python_version()}; {', '.join(found)}; {os.cpu_count()} cores; {platform.platform()}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the benchmark and prints the table."""
    parser = argparse.ArgumentParser(description="Kernels of deep relu networks: speed and accuracy in one run.")
    parser.add_argument("--quick", action="store_true", help="fewer points and repetitions")
    quick = parser.parse_args(arguments).quick
    n, repetitions = (QUICK_POINTS, QUICK_REPETITIONS) if quick else (POINTS, REPETITIONS)
    X = np.random.default_rng(0).normal(size=(n, DIMENSION))
    print(table([line for tangent in (False, True) for line in rows(tangent, X, repetitions)]))
    print(f"{n} points in dimension {DIMENSION}, depth {DEPTH}; median (least .. greatest) of {repetitions} turns")
    print(f"errors: against balls, {SAMPLE} entries, relative to sqrt(K(x,x) K(y,y))")
    print(machine())


if __name__ == "__main__":
    main()
