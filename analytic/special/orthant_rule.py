r"""Gauss-Legendre rules in balls for even integrands along a path of correlation matrices, with a proven error."""

from __future__ import annotations

from functools import lru_cache
from math import asinh, ceil, cos, exp, log, pi
from typing import NamedTuple

from flint import arb, ctx

#: Strips that are tried, as parts of the widest one: a wide strip converges fast, but the bound grows at its edge.
_PARTS = tuple(n / 20 for n in range(8, 20))
#: The grid of paths: 1 - 1/T^2 is a power of 2^(-1/4).
STEPS_A_BIT = 4


class PathRule(NamedTuple):
    r"""Nodes of $\int_0^1 g(t)\,dt$.

    Args:
        nodes: t^2, 1 - t^2 and the weight of each node.
        error: a bound of the quadrature's error.
    """

    nodes: tuple[tuple[arb, arb, arb], ...]
    error: arb


def path_rule(unexplained: arb, factor: float, power: int, goal: int) -> PathRule:
    r"""The rule for an even g with $|g(t)\,dt/dz| \le c \cos^{-p} y$ at $t = T \tanh(x + \mathrm i y)$.

    The nodes are half of the N nodes on $[-Z, Z]$, $T \tanh Z = 1$. On the ellipse with foci $\pm Z$ and semi-axes sum
    $\rho Z$, which lies in the strip $y \le Z (\rho - 1/\rho)/2$, let $M$ bound the modulus. Then the rule is wrong on
    $[-Z, Z]$ by at most $\frac{64}{15} \frac{Z M \rho^{-2N}}{1 - \rho^{-2}}$.

    Args:
        unexplained: $1 - 1/T_0^2$, where the bound holds for every T in $(1, T_0]$; positive.
        factor: c > 0.
        power: the exponent p.
        goal: the order is chosen for an error below 2^-goal.

    Returns:
        The rule at the precision of the caller.

    Source: Trefethen 2013, theorem 19.3.

    Example:
        >>> rule = path_rule(arb(3) / 4, 2.0, 2, 40)  # g = 1 and T = 2: dt/dz is bounded by 2/cos^2 y
        >>> bool(rule.error < 1e-12), bool(abs(sum(w for *_, w in rule.nodes) - 1) < 1e-12)
        (True, True)
    """
    steps = max(1, ceil(-STEPS_A_BIT * float(unexplained.lower().log()) / log(2)))
    if not arb(2) ** (-arb(steps) / STEPS_A_BIT) <= unexplained:  # the float was rounded
        steps += 1
    return _rule(steps, factor, power, goal, int(ctx.prec))


@lru_cache(maxsize=1024)
def _rule(steps: int, factor: float, power: int, goal: int, bits: int) -> PathRule:
    assert bits == ctx.prec
    low = arb(2) ** (-arb(steps) / STEPS_A_BIT)
    inverse = (1 - low).sqrt()  # 1/T
    length = (1 + inverse).log() - low.log() / 2  # artanh(1/T)
    order = _order(float(length), factor, power, goal)
    nodes = []
    for x, weight in _half_rule(order, bits):
        tangent = (length * x).tanh()
        t = tangent / inverse
        nodes.append((t * t, 1 - t * t, weight * length * (1 - tangent * tangent) / inverse))
    return PathRule(tuple(nodes), _error(length, factor, power, order))


@lru_cache(maxsize=256)
def _half_rule(order: int, bits: int) -> tuple[tuple[arb, arb], ...]:
    """The positive nodes of the rule on [-1, 1] of even order, with their weights."""
    assert order % 2 == 0
    assert bits == ctx.prec
    return tuple(arb.legendre_p_root(order, k, weight=True) for k in range(order // 2))


def _order(length: float, factor: float, power: int, goal: int) -> int:
    """The least even order, on a coarser grid where it is large, whose error is below 2^-goal."""
    best = float("inf")
    for part in _PARTS:
        growth = 2 * asinh(part * pi / 2 / length)
        constant = 64 / 30 * length * factor / (1 - exp(-growth))
        best = min(best, (log(constant) + goal * log(2) - power * log(cos(part * pi / 2))) / growth)
    step = 2 if best < 40 else 8 if best < 200 else 32
    return max(2, step * ceil(best / step))


def _error(length: arb, factor: float, power: int, order: int) -> arb:
    """The least of the bounds, for half of the integral over [-Z, Z]."""
    found = arb.pos_inf()
    for part in _PARTS:
        y = arb.pi() / 2 * arb(part)
        half = y / length
        decay = (half + (1 + half * half).sqrt()) ** -2
        bound = arb(32) / 15 * length * factor * decay**order / (y.cos() ** power * (1 - decay))
        found = found.min(bound.upper())
    return found
