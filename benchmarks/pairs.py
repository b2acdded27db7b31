"""Pairs of activations: how long derivations take, SymPy on the same expectations, and one certified value.

``python benchmarks/pairs.py [--quick]`` prints three tables. Derivations start with empty caches; what is compared is
computed in fresh processes under a cap, and the table says what came out. Nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from analytic.expectation import expect
from checks.catalogue.pairs import closed_forms, integrand, parameters

CAP, QUICK_CAP = 60.0, 10.0
REPETITIONS, QUICK_REPETITIONS = 3, 1
SLOWEST = 5
PACKAGES = ("closedform", "sympy", "mpmath", "python-flint")

#: Prints seconds and what came out; the correlation is 1/2, v = u/2 + sqrt(3) w/2 with independent w.
SYMPY = """
import time, sympy
from sympy import Abs, Integral, Max, Rational, erf, exp, sqrt
from sympy.stats import E, Normal
u, w = Normal("u", 0, 1), Normal("w", 0, 1)
v = u/2 + sqrt(3)*w/2
start = time.perf_counter()
try:
    result = E({integrand})
except Exception as error:
    print(time.perf_counter() - start, "raised", type(error).__name__)
else:
    seconds = time.perf_counter() - start
    if result.has(Integral) or "Expectation" in str(type(result)):
        print(seconds, "left the integral")
    else:
        print(seconds, "value", sympy.N(result, 17))
"""
#: Our text and SymPy's for the same integrand.
EXPECTATIONS = {
    "u^2*v^2": "u**2*v**2",
    "exp(u)*exp(v)": "exp(u)*exp(v)",
    "relu(u)*relu(v)": "Max(u, 0)*Max(v, 0)",
    "abs(u)*abs(v)": "Abs(u)*Abs(v)",
    "relu(u)*exp(v)": "Max(u, 0)*exp(v)",
    "erf(u)*erf(v)": "erf(u)*erf(v)",
}
OURS = """
import time
from analytic.expectation import expect
start = time.perf_counter()
ball = expect({integrand!r}).at(rho="1/2", digits={digits})
print(time.perf_counter() - start, "value", ball.rounded({digits}))
"""
#: Iterated quadrature of tanh(u) relu(v) at correlation 1/2, the inner integral cut at the kink.
MPMATH = """
import time, mpmath
from mpmath import exp, inf, mpf, pi, quad, sqrt, tanh
mpmath.mp.dps = 15
start = time.perf_counter()
def density(x):
    return exp(-x*x/2)/sqrt(2*pi)
def inner(x):
    return quad(lambda y: (x/2 + sqrt(mpf(3))*y/2)*density(y), [-x/sqrt(mpf(3)), inf])
value = quad(lambda x: tanh(x)*density(x)*inner(x), [-inf, 0, inf])
print(time.perf_counter() - start, "value", mpmath.nstr(value, 16))
"""
CERTIFIED, DIGITS = "tanh(u)*relu(v)", 15


@dataclass(frozen=True)
class Run:
    """What a program did.

    Args:
        seconds: the median of its own times; the cap if it was stopped.
        outcome: what came out.
        stopped: whether it reached the cap.
    """

    seconds: float
    outcome: str
    stopped: bool = False

    def __str__(self) -> str:
        return f"{'> ' if self.stopped else ''}{self.seconds:.3g} s"


def run(program: str, repetitions: int, cap: float) -> Run:
    """Runs a program that prints its seconds and what came out, each time in a fresh interpreter.

    Args:
        program: Python source.
        repetitions: how often; once if it reaches the cap.
        cap: seconds after which it is stopped.
    """
    seconds: list[float] = []
    outcome = ""
    for _ in range(repetitions):
        command = [sys.executable, "-c", program]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=cap)
        except subprocess.TimeoutExpired:
            return Run(cap, f"stopped after {cap:g} s", stopped=True)
        time_taken, _, outcome = done.stdout.strip().partition(" ")
        seconds.append(float(time_taken))
    return Run(statistics.median(seconds), outcome)


def clear_caches() -> None:
    """Empties every cache of the exact witness, so that nothing derived before helps."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "analytic":
            for value in list(vars(module).values()):
                if callable(getattr(value, "cache_clear", None)):
                    value.cache_clear()


def derivation_times() -> dict[str, float]:
    """Seconds from the text of each pair to its closed form, caches empty."""
    expect("relu(u)*elu(v)")  # modules are imported before the clock starts
    found = {}
    for pair in closed_forms():
        clear_caches()
        start = time.perf_counter()
        str(expect(integrand(pair), parameters(pair)).value)
        found[pair] = time.perf_counter() - start
    return found


def derivations() -> str:
    """The distribution of the times, and the slowest pairs."""
    times = derivation_times()
    slowest = sorted(times, key=times.__getitem__, reverse=True)[:SLOWEST]
    values = sorted(times.values())
    summary = [f"{1e3 * x:.1f} ms" for x in (values[0], statistics.median(values), values[-1])]
    rows = [
        ("pairs", "least", "median", "greatest", "total"),
        (str(len(values)), *summary, f"{sum(values):.1f} s"),
    ]
    return table(rows) + "\nslowest: " + ", ".join(f"{p} {1e3 * times[p]:.0f} ms" for p in slowest)


def against_sympy(repetitions: int, cap: float) -> str:
    """The same expectations by sympy.stats.E, correlation 1/2, cold processes."""
    rows = [("E[.], rho = 1/2", "ours", "value", "sympy.stats.E", "what happened", "sympy/ours")]
    for text, theirs in EXPECTATIONS.items():
        ours = run(OURS.format(integrand=text, digits=DIGITS), repetitions, cap)
        other = run(SYMPY.format(integrand=theirs), repetitions, cap)
        rows.append((text, str(ours), _value(ours), str(other), other.outcome, ratio(ours, other)))
        print(f"measured: {text}", file=sys.stderr)
    return table(rows)


def against_mpmath(repetitions: int, cap: float) -> str:
    """A value without closed form: a certified ball, and mpmath's nested quadrature."""
    ours = run(OURS.format(integrand=CERTIFIED, digits=DIGITS), repetitions, cap)
    other = run(MPMATH, repetitions, cap)
    rows = [
        (f"E[{CERTIFIED}], rho = 1/2", "time", "value", "error"),
        (f"closedform, {DIGITS} digits", str(ours), _value(ours), "rigorous"),
        ("mpmath.quad, iterated, 15 digits", str(other), _value(other), "none given"),
    ]
    return table(rows) + f"\nmpmath/ours: {ratio(ours, other)}"


def _value(of: Run) -> str:
    return of.outcome.removeprefix("value ")


def ratio(ours: Run, other: Run) -> str:
    """How many times as long the other took; a lower bound if it was stopped.

    Args:
        ours: the run of this project.
        other: what it is compared with.
    """
    return f"{'> ' if other.stopped else ''}{other.seconds / ours.seconds:.3g}"


def table(rows: Sequence[tuple[str, ...]]) -> str:
    """The rows as text, columns aligned.

    Args:
        rows: the header and at least one more.
    """
    widths = [max(len(line[i]) for line in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in rows]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def machine() -> str:
    """Versions, in one line."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"python {platform.python_version()}; {packages}; {os.cpu_count()} cores; {platform.platform()}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the benchmark and prints the tables."""
    parser = argparse.ArgumentParser(description="Pairs of activations: derivations, SymPy, one certified value.")
    parser.add_argument("--quick", action="store_true", help="one repetition, a cap of 10 s")
    quick = parser.parse_args(arguments).quick
    repetitions, cap = (QUICK_REPETITIONS, QUICK_CAP) if quick else (REPETITIONS, CAP)
    print(derivations(), end="\n\n")
    print(against_sympy(repetitions, cap), end="\n\n")
    print(against_mpmath(repetitions, cap), end="\n\n")
    print(f"cold processes, median of up to {repetitions} repetitions, modules imported before the clock starts")
    print(machine())


if __name__ == "__main__":
    main()
