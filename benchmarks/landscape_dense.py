"""Dense derivatives of the population loss in float64, against automatic differentiation of the same closed form.

``python benchmarks/landscape_dense.py [--quick]`` prints medians of one run, warm, on the same weights. Without JAX a
line says so (``pip install jax`` in an environment of your choice, and ``--jax PYTHON`` names its interpreter).
Nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import numpy as np

from analytic import StudentTeacher

SIZE, LARGE = 30, 200
REPETITIONS, QUICK_REPETITIONS = 15, 3

#: The loss of relu students, no angle of a neuron with itself; both orders of differentiation, the faster one counts.
JAX = """
import json, sys, time
try:
    import jax
    import jax.numpy as jnp
except ImportError:
    print(json.dumps(None))
    sys.exit()
import numpy as np
jax.config.update("jax_enable_x64", True)
n, repetitions = int(sys.argv[1]), int(sys.argv[2])
other = ~np.eye(n, dtype=bool)
def kernel(norms, c):
    return norms*(jnp.sqrt(1 - c*c) + (jnp.pi - jnp.arccos(c))*c)/(2*jnp.pi)
def loss(x):
    W = x.reshape(n, n)
    w = jnp.sqrt((W*W).sum(1))
    students = kernel(w[:, None]*w, jnp.where(other, (W @ W.T)/(w[:, None]*w), 0.0))
    teachers = kernel(w[:, None], W/w[:, None])
    return (jnp.where(other, students, 0.0).sum() + (W*W).sum()/2)/2 - teachers.sum()
x = jnp.asarray(np.random.default_rng(0).normal(size=n*n))
found = {}
gradient = jax.grad(loss)
for name, function in (("hessian", jax.hessian(loss)), ("jacrev", jax.jacrev(gradient)), ("grad", gradient)):
    compiled = jax.jit(function)
    start = time.perf_counter()
    value = compiled(x).block_until_ready()
    first = time.perf_counter() - start
    seconds = []
    for _ in range(repetitions):
        start = time.perf_counter()
        compiled(x).block_until_ready()
        seconds.append(time.perf_counter() - start)
    found[name] = [first, seconds, float((value**2).sum())]
print(json.dumps({"version": jax.__version__, **found}))
"""


def timed(work: Callable[[], object], repetitions: int) -> list[float]:
    """Seconds of each repetition, after one that is not counted.

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
    return seconds


def shown(seconds: Sequence[float]) -> str:
    """Median and range in milliseconds."""
    low, middle, high = (1e3 * x for x in (min(seconds), statistics.median(seconds), max(seconds)))
    return f"{middle:9.3f} ms  ({low:.3f} .. {high:.3f})"


def ours(n: int, repetitions: int) -> dict[str, list[float]]:
    """Times of the dense model, n = k = d."""
    model, W = StudentTeacher(np.eye(n)), np.random.default_rng(0).normal(size=(n, n))
    point = model.at(W)
    work: dict[str, Callable[[], object]] = {
        "loss": lambda: model.loss(W),
        "gradient": lambda: model.gradient(W),
        "Hessian times vector": lambda: model.hessian_vector(W, W),
        "Hessian times vector, point kept": lambda: point.hessian_vector(W),
    }
    if n <= SIZE:
        work["Hessian"] = lambda: model.hessian(W)
    return {name: timed(f, repetitions) for name, f in work.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the benchmark and prints the table."""
    parser = argparse.ArgumentParser(description="Dense derivatives of the population loss, n = k = d, float64.")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument("--jax", default=sys.executable, metavar="PYTHON", help="the interpreter that has JAX")
    options = parser.parse_args(arguments)
    repetitions = QUICK_REPETITIONS if options.quick else REPETITIONS
    found = {n: ours(n, repetitions) for n in (SIZE, LARGE)}
    for n, rows in found.items():
        for name, seconds in rows.items():
            print(f"n = k = d = {n:3d}  {name:34s} {shown(seconds)}")
    command = [options.jax, "-c", JAX, str(SIZE), str(repetitions)]
    theirs = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    if theirs is None:
        print("JAX is not installed in this environment: its part is left out (see --help)")
        return
    version = theirs.pop("version")
    for name, (first, seconds, _) in theirs.items():
        print(f"n = k = d = {SIZE:3d}  JAX {version} {name:24s} {shown(seconds)}, compilation {first:.3g} s")
    fastest = min(statistics.median(theirs[name][1]) for name in ("hessian", "jacrev"))
    H = StudentTeacher(np.eye(SIZE)).hessian(np.random.default_rng(0).normal(size=(SIZE, SIZE)))
    gap = abs(float((H**2).sum()) / theirs["hessian"][2] - 1)
    ratio = fastest / statistics.median(found[SIZE]["Hessian"])
    print(f"Hessian at n = {SIZE}: JAX / closedform = {ratio:.3g}; squared norms differ by {gap:.1e} (relative)")


if __name__ == "__main__":
    main()
