"""Ratios of cost, closedform against what one would do without it, measured in one run on the same work.

``python benchmarks/run.py [--quick]`` prints a table. Every time is the median of several repetitions, with the range;
a ratio is a quotient of medians of this run. Nothing here passes or fails: it is a report, not a test.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

CAP, QUICK_CAP = 60.0, 10.0
REPETITIONS, QUICK_REPETITIONS = 7, 3
DENSE_SIZES, LARGE_SIZE, QUICK_LIMIT = (10, 50, 70), 10**6, 50
NEURONS = 8
PACKAGES = ("closedform", "sympy", "python-flint", "numpy", "scipy")

#: Runs in a process of its own, so that nothing is cached; SymPy is imported before the clock starts.
OURS = """
import time, sympy
from analytic import expect
start = time.perf_counter()
result = expect("relu(u)*relu(v)")
if {rho!r}:
    result.at(rho={rho!r})
print(time.perf_counter() - start)
"""
#: The expectation as an integral of u v against the joint density over the positive quadrant; unit norms suffice, since
#: the integrand is homogeneous.
SYMPY = """
import time, sympy
u, v = sympy.symbols("u v", positive=True)
rho = sympy.Rational({rho!r}) if {rho!r} else sympy.Symbol("rho", real=True)
form = (u**2 - 2*rho*u*v + v**2)/(2*(1 - rho**2))
start = time.perf_counter()
density = sympy.exp(-form)/(2*sympy.pi*sympy.sqrt(1 - rho**2))
sympy.integrate(u*v*density, (u, 0, sympy.oo), (v, 0, sympy.oo))
print(time.perf_counter() - start)
"""


@dataclass(frozen=True)
class Timing:
    """Seconds of several repetitions of the same work.

    Args:
        seconds: one entry a repetition.
        capped: the work was stopped after these seconds; the true time is longer.
    """

    seconds: tuple[float, ...]
    capped: bool = False

    @property
    def median(self) -> float:
        """The median."""
        return statistics.median(self.seconds)

    def __str__(self) -> str:
        if self.capped:
            return f"> {_seconds(self.median)} (stopped)"
        if len(self.seconds) == 1:
            return f"{_seconds(self.median)} (once)"
        return f"{_seconds(self.median)} ({_seconds(min(self.seconds))} .. {_seconds(max(self.seconds))})"


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Args:
        work: what was done.
        ours: what closedform took.
        other: what the alternative took.
        note: what was compared besides time.
    """

    work: str
    ours: Timing
    other: Timing
    note: str = ""

    @property
    def ratio(self) -> str:
        """The alternative's time divided by ours; a lower bound if the alternative was stopped."""
        return f"{'> ' if self.other.capped else ''}{self.other.median / self.ours.median:.3g}"


@dataclass(frozen=True)
class Budget:
    """How much may be spent.

    Args:
        cap: seconds after which SymPy is stopped.
        repetitions: of whatever is quick enough.
        dense_sizes: numbers of neurons for which the dense Hessian is assembled.
    """

    cap: float
    repetitions: int
    dense_sizes: tuple[int, ...]


def _seconds(value: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if value >= scale:
            return f"{value / scale:.3g} {unit}"
    return f"{value / 1e-9:.3g} ns"


def timed(work: Callable[[], object], repetitions: int) -> Timing:
    """The time of some work, after one run that is not counted and fills the caches.

    Args:
        work: a function without arguments.
        repetitions: how often it is timed.
    """
    work()
    seconds = []
    for _ in range(repetitions):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return Timing(tuple(seconds))


def timed_in_process(program: str, repetitions: int, cap: float) -> Timing:
    """The times that a program prints, each repetition in a fresh interpreter.

    Args:
        program: Python source that prints one number of seconds.
        repetitions: how often it is run; once if the first run reaches the cap.
        cap: seconds after which a run is stopped.
    """
    seconds: list[float] = []
    for _ in range(repetitions):
        try:
            done = subprocess.run(
                [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=cap
            )
        except subprocess.TimeoutExpired:
            return Timing((cap,), capped=True)
        seconds.append(float(done.stdout))
    return Timing(tuple(seconds))


def expectations(budget: Budget) -> Iterator[Row]:
    """E[relu(u) relu(v)] derived, against SymPy's double integral of the joint density."""
    for rho, title in (("", "symbolic correlation"), ("1/2", "correlation 1/2")):
        ours = timed_in_process(OURS.format(rho=rho), budget.repetitions, budget.cap)
        other = timed_in_process(SYMPY.format(rho=rho), min(3, budget.repetitions), budget.cap)
        note = "cold process each time" + ("; ours with free norms" if not rho else "; ours derives, then evaluates")
        yield Row(f"E[relu(u)*relu(v)], {title}: expect | sympy.integrate", ours, other, note)


def dense_hessian(k: int) -> Array:
    """The k^2 x k^2 Hessian at W = V = I_k, assembled from the published blocks at right angles.

    Off the diagonal the block is h2(e_i, e_j) of Safran and Shamir (2018); on it the sums over students and teachers
    cancel, and what a neuron contributes with its own teacher vanishes.

    Args:
        k: the number of neurons.
    """
    identity = np.eye(k)
    blocks = np.zeros((k, k, k, k))  # neuron, coordinate, neuron, coordinate
    i, j = np.nonzero(~np.eye(k, dtype=bool))
    # h2(e_i, e_j) = ((pi - pi/2) I + e_i e_j^T + e_j e_i^T)/(2 pi); perp(e_i, e_j) = e_i at a right angle
    blocks[i, :, j, :] = identity / 4
    blocks[i, i, j, j] += 1 / (2 * np.pi)
    blocks[i, j, j, i] += 1 / (2 * np.pi)
    # diagonal: I/2 + sum over j != i of h1(e_i, e_j) minus the same sum over the teachers
    blocks[np.arange(k), :, np.arange(k), :] = identity / 2
    return blocks.reshape(k * k, k * k)


def spectra(budget: Budget) -> Iterator[Row]:
    """The spectrum at the global minimum, against the eigenvalues of the dense Hessian."""
    from analytic import spectrum

    def exact(k: int) -> list[str]:
        return [row.ball().midpoint for row in spectrum(k).rows]

    def dense(k: int) -> Array:
        return np.asarray(np.linalg.eigvalsh(dense_hessian(k)), dtype=np.float64)

    smallest: Timing | None = None
    for k in budget.dense_sizes:
        ours = timed(partial(exact, k), budget.repetitions)
        smallest = smallest or ours
        start = time.perf_counter()
        values = dense(k)
        first = time.perf_counter() - start
        repeated = budget.repetitions if first < 1.0 else 3 if first < 5.0 else 0
        other = timed(partial(dense, k), repeated) if repeated else Timing((first,))
        gap = float(np.abs(values - spectrum(k).eigenvalues()).max())
        yield Row(f"spectrum, k = {k}: exact with balls | dense float64", ours, other, f"largest gap {gap:.1e}")
    if smallest is not None:
        large = timed(lambda: exact(LARGE_SIZE), budget.repetitions)
        yield Row(f"spectrum, exact with balls: k = {budget.dense_sizes[0]} | k = 10^6", smallest, large, "cost in k")


def certified_hessian(budget: Budget) -> Iterator[Row]:
    """The Hessian of the population loss in balls, against finite differences of the gradient by quadrature."""
    import numeric
    from analytic import population_hessian

    rng = np.random.default_rng(0)
    W, V = rng.normal(size=(NEURONS, NEURONS)), np.eye(NEURONS)

    def differenced() -> tuple[Array, Array]:
        found = numeric.jacobian(lambda x: np.asarray(numeric.population_gradient(x, V).value), W)
        return np.asarray(found.value).reshape(W.size, W.size), np.asarray(found.error)

    ball, (value, error) = population_hessian(W.tolist(), V.tolist()), differenced()
    gap = float(np.abs(ball.midpoint - value).max())
    ours = timed(lambda: population_hessian(W.tolist(), V.tolist()), budget.repetitions)
    other = timed(differenced, budget.repetitions)
    note = f"radius {ball.radius:.1e} (rigorous) | error {float(error.max()):.1e} (estimated), gap {gap:.1e}"
    size = f"{NEURONS} x {NEURONS}"
    yield Row(f"Hessian of L, W {size}: balls, 128 bits | differences of quadrature", ours, other, note)


def table(rows: Sequence[Row]) -> str:
    """The rows as text, columns aligned.

    Args:
        rows: at least one.
    """
    header = ("work: ours | other", "ours", "other", "other/ours", "note")
    cells = [header, *((r.work, str(r.ours), str(r.other), r.ratio, r.note) for r in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(header))]
    lines = ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in cells]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def machine() -> str:
    """Versions and processor, in one line."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    python, cores = platform.python_version(), os.cpu_count()
    return f"python {python}; {packages}; {_processor()}, {cores} cores; {platform.platform()}"


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    except OSError:
        names = []
    return next(iter(names), "") or platform.processor() or platform.machine()


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the benchmark and prints the table."""
    parser = argparse.ArgumentParser(description="Ratios of cost, measured in one run on the same work.")
    parser.add_argument("--quick", action="store_true", help="smaller sizes, fewer repetitions, a cap of 10 s")
    quick = parser.parse_args(arguments).quick
    sizes = tuple(k for k in DENSE_SIZES if not quick or k <= QUICK_LIMIT)
    budget = Budget(QUICK_CAP if quick else CAP, QUICK_REPETITIONS if quick else REPETITIONS, sizes)
    rows: list[Row] = []
    for item in (expectations, spectra, certified_hessian):
        for row in item(budget):
            rows.append(row)
            print(f"measured: {row.work}", file=sys.stderr)
    print(table(rows))
    print(f"median (least .. greatest) of up to {budget.repetitions} repetitions; '>': stopped, a lower bound")
    print(machine())


if __name__ == "__main__":
    main()
