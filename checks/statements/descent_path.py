r"""Gradient descent in balls: $w_i' = w_i - h\,(\frac12 w_i + \sum_{l \ne i} g(w_i, w_l) - \sum_j g(w_i, v_j))$,
$g(w, v) = (|v| \sin\theta\,\bar w + (\pi - \theta) v)/(2\pi)$, the teachers being unit vectors of the coordinates.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from flint import arb

from analytic.balls import finite, rational

#: Working precision: each step multiplies the radii by a few at most.
BITS = 1024
Rows = list[list[arb]]


def exact_rows(rows: list[list[Fraction]]) -> Rows:
    """Rational weights as balls."""
    return [[rational(x) for x in row] for row in rows]


def _inner(x: list[arb], y: list[arb]) -> arb:
    return sum((a * b for a, b in zip(x, y, strict=True)), arb(0))


def _root(x: arb) -> arb:
    """The root of a number known not to be negative."""
    if x >= 0:
        return x.sqrt()
    top = arb(x.upper())
    top = arb((top if top > 0 else arb(0)).sqrt().upper())
    return arb(top / 2, top / 2)


def gradient(W: Rows, k: int) -> Rows:
    """The gradient of the population loss.

    Args:
        W: students, none of them zero.
        k: number of teachers.

    Source: Brutzkus and Globerson (2017), lemma 3.2.

    Example:
        >>> [[float(x) for x in row] for row in gradient([[arb(2), arb(0)]], 1)]
        [[0.5, 0.0]]
    """
    d = len(W[0])
    teachers = [[arb(int(a == j)) for a in range(d)] for j in range(k)]
    norms = [_root(_inner(w, w)) for w in W]
    found = []
    for i, w in enumerate(W):
        along, total = arb(0), [x / 2 for x in w]
        others = [(v, arb(1), -1) for v in teachers]
        others += [(u, norms[j], 1) for j, u in enumerate(W) if j != i]
        for u, size, sign in others:
            dot = _inner(w, u)
            sine = _root(norms[i] * norms[i] * size * size - dot * dot)
            # next to pi the sine's ball may reach below 0, where atan2 jumps
            theta = arb.pi() - arb.atan2(sine, -dot) if dot < 0 else arb.atan2(sine, dot)
            along += sign * sine / norms[i]
            total = [t + sign * (arb.pi() - theta) * x / (2 * arb.pi()) for t, x in zip(total, u, strict=True)]
        # |v| sin(theta) bar w = (|w||v| sin(theta)) w/|w|^2
        scale = along / (norms[i] * 2 * arb.pi())
        found.append([t + scale * x for t, x in zip(total, w, strict=True)])
    return found


def descended(
    start: list[list[Fraction]], k: int, step: Fraction, arrived: Callable[[Rows], bool], budget: Callable[[], bool]
) -> int | None:
    """The number of steps after which the enclosed iterate has arrived; None if it has not, or is lost.

    Args:
        start: the weights.
        k: number of teachers.
        step: h.
        arrived: whether an enclosure certainly lies where it should.
        budget: is asked before every step whether one more may be made.
    """
    W, count, h = exact_rows(start), 0, rational(step)
    while not arrived(W):
        if not budget() or not all(finite(x) and x.rad() < 1e-30 for row in W for x in row):
            return None
        slope = gradient(W, k)
        W = [[x - h * g for x, g in zip(row, other, strict=True)] for row, other in zip(W, slope, strict=True)]
        count += 1
    return count


def largest_factor(h: Fraction | None, values: list[arb]) -> arb:
    """The largest |1 - h lambda|; 1 for the flow.

    Example:
        >>> float(largest_factor(Fraction(1), [arb(1) / 2, arb(3)]))
        2.0
    """
    found, step = arb(0), rational(h or Fraction(0))
    for x in values:
        found = arb.max(found, abs(1 - step * x))
    return found
