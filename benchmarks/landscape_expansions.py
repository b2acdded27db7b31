"""Expansions of critical points in powers of k^(-1/2): seconds for weights, loss and eigenvalues, each family afresh.

``python benchmarks/landscape_expansions.py [--quick]`` prints a table of processor times. Nothing passes or fails.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Sequence

from analytic.landscape.expansion import Branch
from analytic.landscape.limits import limit

FAMILIES = ("A", "I", "II", "II:2", "II:3")
ORDER, QUICK_ORDER = 12, 4


def measured(name: str, order: int) -> tuple[float, float, float]:
    """Seconds for weights, then the loss, then the eigenvalues."""
    branch, times = Branch(limit(name)), [time.process_time()]
    for compute in (branch.weights, branch.loss, branch.eigenvalues):
        compute(order)
        times.append(time.process_time())
    return times[1] - times[0], times[2] - times[1], times[3] - times[2]


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"order {QUICK_ORDER} instead of {ORDER}")
    order = QUICK_ORDER if parser.parse_args(arguments).quick else ORDER
    print(f"Python {platform.python_version()}; weights, loss and eigenvalues to order {order}")
    print(f"{'family':10}{'weights':>10}{'loss':>10}{'eigenvalues':>14}")
    rows = []
    for name in FAMILIES:
        rows.append(measured(name, order))
        print(f"{name:10}{rows[-1][0]:9.2f}s{rows[-1][1]:9.2f}s{rows[-1][2]:13.2f}s")
    totals = [sum(column) for column in zip(*rows, strict=True)]
    print(f"{'total':10}{totals[0]:9.2f}s{totals[1]:9.2f}s{totals[2]:13.2f}s   {sum(totals):.1f}s in all")


if __name__ == "__main__":
    main()
