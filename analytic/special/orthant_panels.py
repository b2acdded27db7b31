r"""Cumulative integrals of entire functions on panels that grow geometrically from 0, in balls, with a proven error.

On a panel $[a, b]$ the integrand f is replaced by its interpolant p in N Chebyshev points of the second kind. On the
Bernstein ellipse with parameter $\rho$ let M bound $|f|$; then $|f - p| \le 4 M \rho^{1 - N}/(\rho - 1)$ on the panel.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import ceil, log, sqrt
from typing import NamedTuple

from flint import arb, arb_mat, ctx

#: Parameters of ellipses that are tried; a large one converges fast, but the bound grows at its edge.
_GROWTHS = tuple(1 + k / 10 for k in range(4, 150))
_FIRST = (0.5, 1.0, 1.5, 2.0, 3.0)


class Panels(NamedTuple):
    r"""Panels $[0, a_1], [a_1, a_2], \dots$ with N nodes each, their ends among them.

    Args:
        nodes: the nodes, panel by panel.
        halves: half of the length of each panel.
        integration: N by N; a row of values on [-1, 1] times this matrix is the row of integrals from -1 to each node.
        first: on the first panel the factor $8 \rho^{1 - N}/(\rho - 1)$, and the half axis of the ellipse.
        later: on each later panel that factor, and bounds of $\sqrt{\Re z^2}$ and $\cos(2 \arg z)$ from below.
    """

    nodes: tuple[arb, ...]
    halves: tuple[arb, ...]
    integration: arb_mat
    first: tuple[arb, arb]
    later: tuple[tuple[arb, arb, arb], ...]

    def errors(self, terms: int, dimension: int, radius: arb) -> list[arb]:
        r"""For each panel a bound of the error of the integrals of $\sum_j h_j \varphi(h_j s) g_j(s)$ on it.

        Args:
            terms: how many terms the sum has.
            dimension: m with $|g_j(z)| \le \cos^{-m/2}(2 \arg z)$ and $|g_j(x + \mathrm i y)| \le e^{Q y^2}$.
            radius: $\sqrt Q$, and no $|h_j|$ is above it.
        """
        root = (2 * arb.pi()).sqrt()
        decay, height = self.first
        first = decay * self.halves[0] * terms * radius / root * (3 * (radius * height) ** 2 / 2).exp()
        # h phi(h r) <= 1/(r sqrt(2 pi e)) for every h
        peak = terms / (root * (arb(1) / 2).exp())
        later = [
            decay * half * peak / least / cosine.sqrt() ** dimension
            for half, (decay, least, cosine) in zip(self.halves[1:], self.later, strict=True)
        ]
        return [first, *later]


class Plan(NamedTuple):
    """Ends of panels, nodes a panel, and the ellipses on the first one and on the later ones."""

    ends: tuple[float, ...]
    size: int
    first: float
    later: float


def plan(radius: float, end: float, size: int, goal: int) -> Plan:
    r"""The panels on [0, end] that need the fewest nodes for functions as in ``Panels.errors``.

    Args:
        radius: about $\sqrt Q$.
        end: the last end.
        size: the largest number of terms, and of the dimension.
        goal: the number of nodes is chosen for errors of about 2^-goal.

    Returns:
        The plan.

    Example:
        >>> found = plan(1.0, 4.0, 3, 40)
        >>> found.ends[-1], len(found.ends) * found.size < 100
        (4.0, True)
    """
    best = (float("inf"), 0, 0.0, 0.0, 0.0, 0.0)
    for start in _FIRST:
        grow = max(end * radius / start, 1.01)
        for count in range(1, 2 + ceil(log(grow) / log(2))):
            ratio = grow ** (1 / count)
            (one, first), (two, later) = _first_order(start, size, goal), _later_order(ratio, size, goal)
            order = max(one, two)
            best = min(best, ((count + 1) * order, order, start, ratio, first, later))
    _, order, start, ratio, first, later = best
    ends = [0.0, start / radius]
    while ends[-1] * sqrt(ratio) < end:
        ends.append(ends[-1] * ratio)
    if len(ends) > 2:
        ends[-1] = end
    return Plan(tuple(ends), order + 1, first, later)


def panels(chosen: Plan) -> Panels:
    """The panels at the precision of the caller.

    Args:
        chosen: see ``plan``.

    Returns:
        The panels, with bounds that do not rest on how they were chosen.

    Source: Trefethen 2013, theorem 8.2 for the error.

    Example:
        >>> from analytic.balls import precision
        >>> with precision(80):
        ...     bool(panels(plan(1.0, 4.0, 3, 40)).errors(3, 3, arb(1))[0] < 1e-11)
        True
    """
    return _panels(chosen, int(ctx.prec))


def _first_order(start: float, size: int, goal: int) -> tuple[int, float]:
    """The least degree of the interpolant on the first panel, of length start/radius, and the ellipse."""
    best = (float("inf"), 0.0)
    for growth in _GROWTHS:
        height = start / 4 * (growth - 1 / growth)
        nats = goal * log(2) + log(0.8 * start * size / (growth - 1)) + 1.5 * height**2
        best = min(best, (max(2.0, ceil(nats / log(growth))), growth))
    return int(best[0]), best[1]


def _later_order(ratio: float, size: int, goal: int) -> tuple[int, float]:
    """The least degree on a panel from 1 to ratio, and the ellipse."""
    best = (float("inf"), 0.0)
    middle, half = (ratio + 1) / 2, (ratio - 1) / 2
    for growth in _GROWTHS:
        along, across = (growth + 1 / growth) / 2, (growth - 1 / growth) / 2
        room = middle**2 / (along**2 + across**2) - half**2
        if room <= 0:
            break
        slope = (half * across) ** 2 / (middle**2 - (half * along) ** 2)
        cosine = (1 - slope) / (1 + slope)
        nats = goal * log(2) + log(half * size / (growth - 1) / (across * sqrt(room))) - size / 2 * log(cosine)
        best = min(best, (max(2.0, ceil(nats / log(growth))), growth))
    return (int(best[0]), best[1]) if best[1] else (10**9, 0.0)


@lru_cache(maxsize=16)
def _panels(chosen: Plan, bits: int) -> Panels:
    assert bits == ctx.prec
    ends, count, first, later = chosen
    points, integration = _integration(count, bits)
    pairs = [(arb(a), arb(b)) for a, b in pairwise(ends)]
    halves = tuple((b - a) / 2 for a, b in pairs)
    nodes = tuple(a + half * (1 + x) for (a, _), half in zip(pairs, halves, strict=True) for x in points)
    growth = arb(first)
    height = halves[0] * (growth - 1 / growth) / 2
    bounds = tuple(_later_bound(a, b, arb(later), count) for a, b in pairs[1:])
    return Panels(nodes, halves, integration, (_decay(growth, count), height), bounds)


def _decay(growth: arb, count: int) -> arb:
    """The error of an integral over a panel is at most this times M times half of its length."""
    return 8 * growth ** (1 - count) / (growth - 1)


def _later_bound(a: arb, b: arb, growth: arb, count: int) -> tuple[arb, arb, arb]:
    r"""On the ellipse around [a, b], a > 0: the decay, and lower bounds of $\sqrt{\Re z^2}$ and of $\cos(2 \arg z)$."""
    middle, half = (a + b) / 2, (b - a) / 2
    along, across = (growth + 1 / growth) / 2, (growth - 1 / growth) / 2
    least = across * (middle**2 / (along**2 + across**2) - half**2).sqrt()
    slope = (half * across) ** 2 / (middle**2 - (half * along) ** 2)
    return _decay(growth, count), least, (1 - slope) / (1 + slope)


@lru_cache(maxsize=16)
def _integration(count: int, bits: int) -> tuple[tuple[arb, ...], arb_mat]:
    r"""Chebyshev points $-\cos(\pi k/d)$ and the matrix of $\int_{-1}^{x_k} \ell_i$ in row i, column k."""
    assert bits == ctx.prec
    d = count - 1
    cosines = [arb.cos_pi(arb(k) / d) for k in range(2 * d)]
    # T_m(x_k) = cos(m pi (d - k)/d)
    value = [[cosines[m * (d - k) % (2 * d)] for k in range(count)] for m in range(count + 1)]
    ends = [arb(1) / 2 if k in (0, d) else arb(1) for k in range(count)]
    coefficients = arb_mat([[2 * ends[i] * ends[m] * value[m][i] / d for m in range(count)] for i in range(count)])
    return tuple(value[1]), coefficients * arb_mat([_antiderivative(m, value) for m in range(count)])


def _antiderivative(m: int, value: Sequence[Sequence[arb]]) -> list[arb]:
    """The integral of T_m from -1 to each point."""
    if m == 0:
        return [x + 1 for x in value[1]]
    if m == 1:
        return [(x * x - 1) / 2 for x in value[1]]
    sums = [p / (2 * (m + 1)) - q / (2 * (m - 1)) for p, q in zip(value[m + 1], value[m - 1], strict=True)]
    return [s - sums[0] for s in sums]
