r"""Families of critical points in the variables that stay finite at s = 0, s = k^{-1/2}; their equations.

ReLU is half of a linear function and half of the absolute value, and the two parts do not interact:

$$L = \tfrac18\Big|\sum_i \sigma_i w_i - \sum_j e_j\Big|^2
  + \tfrac18 E\Big[\big(\sum_i |w_i \cdot x| - \sum_j |x_j|\big)^2\Big],$$

where the students that point away from their teacher are written as $-w_i$, $\sigma_i = -1$. So every student has a
teacher close by, $w_i = e_i + \delta_i$, and with $n_i = |w_i|$, $\bar w_i = e_i + \omega_i$, $y_{ij} = \bar w_i \cdot
\bar w_j$, $z_{ij} = \bar w_i \cdot e_j$, $\psi = \arcsin y$, $\kappa(y) = 1 - \sqrt{1 - y^2}$, T the sum of the linear
part, $M = \sum (n_i - 1)$ and $\theta_i$ the angle to the own teacher, row i of the gradient is $\sigma_i T / 4 +
N_i$,

$$2\pi N_i = \tfrac\pi2 \delta_i + \theta_i e_i - \sin\theta_i\,\bar w_i + S_i \bar w_i
  + \sum_{j \ne i} \psi(y_{ij})\,\delta_j + (\psi(y_{ij}) - \psi(z_{ij}))\,e_j,$$
$$S_i = M - (n_i - 1) - \sum_{j \ne i} (n_j\,\kappa(y_{ij}) - \kappa(z_{ij})).$$

All of these are small where they should be, without a difference of numbers of order 1.

Source: E|x . w||x . v| = (2/pi)|w||v|(sin t + (pi/2 - t) cos t); Cho and Saul (2009).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flint import arb

from checks.recheck_reading import UndecidedError
from checks.recheck_uniform_models import Interval, Number

#: Block of rows, block of columns, on the diagonal.
Orbit = tuple[int, int, bool]
_NAME = re.compile(r"A|I|II|II:([1-9][0-9]{0,2})")
#: The power of s that a weight's deviation from its limit begins with.
_POWERS: dict[str, dict[Orbit, int]] = {
    "A": {(0, 0, True): 2, (0, 0, False): 2},
    "I": {(0, 0, True): 2, (0, 1, False): 2, (1, 0, False): 4, (1, 1, True): 2, (1, 1, False): 2},
    "II": {
        (0, 0, True): 4,
        (0, 0, False): 4,
        (0, 1, False): 2,
        (1, 0, False): 2,
        (1, 1, True): 2,
        (1, 1, False): 2,
    },
}


@dataclass(frozen=True)
class Group:
    """A block of neurons with one sign.

    Args:
        sign: sigma; -1 for students that point away from their teachers.
        size: their number, or None for k - others.
        others: what is subtracted from k.
    """

    sign: int
    size: int | None
    others: int = 0

    def count(self, on: Interval, less: int = 0) -> Number:
        """The size minus a number, for every s of the interval."""
        if self.size is not None:
            return on.number(self.size - less) if self.size > less else on.zero
        return Number(on, -2, on.power(0) - (self.others + less) * on.power(2))

    def exceeds(self, count: int) -> bool:
        """Whether there are more; families start where blocks that grow with k have more than four."""
        return self.size is None or self.size > count


@dataclass(frozen=True)
class Family:
    """One block (A) or two, unflipped students first.

    Args:
        name: A, I, II or II:p.
        kind: A, I or II.
        groups: the blocks.
    """

    name: str
    kind: str
    groups: tuple[Group, ...]

    @cached_property
    def orbits(self) -> tuple[Orbit, ...]:
        """The unknowns."""
        blocks = range(len(self.groups))
        found: list[Orbit] = []
        for r in blocks:
            for q in blocks:
                if r != q:
                    found.append((r, q, False))
                    continue
                found.append((r, r, True))
                if self.groups[r].exceeds(1):
                    found.append((r, r, False))
        return tuple(found)

    def power(self, orbit: Orbit) -> int:
        """The weight is its limit plus s to this power times what stays finite."""
        return _POWERS[self.kind][orbit]

    def limit(self, orbit: Orbit) -> int:
        """The weight at s = 0."""
        return self.groups[orbit[0]].sign * int(orbit[2])

    @property
    def least(self) -> int:
        """k has to be larger, so that blocks that grow with k have more than four neurons."""
        return 4 + max(g.others for g in self.groups)


def family(name: str) -> Family | None:
    """The family of that name, or None."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    if name == "A":
        return Family(name, name, (Group(-1, None),))
    if name == "I":
        return Family(name, name, (Group(1, 1), Group(-1, None, 1)))
    p = int(match[1] or 1)
    return Family(name, "II", (Group(1, None, p), Group(-1, p)))


class Rows:
    """Students $e_i + \\delta_i$ by blocks, and what their pairs need; numbers or numbers with derivatives.

    Args:
        about: the family.
        on: the interval.
        deviations: what is added to the limits of the weights, by orbit; students with sign -1 not yet turned.
    """

    def __init__(self, about: Family, on: Interval, deviations: Mapping[Orbit, Any]) -> None:
        self.about, self.on = about, on
        self.blocks = range(len(about.groups))
        self.deviation = {o: x if about.groups[o[0]].sign > 0 else -x for o, x in deviations.items()}
        self.half_pi = arb.pi() / 2
        self.excess = [self._excess(r) for r in self.blocks]  # |w| - 1
        self.direction = {o: self._direction(o) for o in about.orbits}
        self.sine = [self._own_sine(r) for r in self.blocks]
        pairs = [(r, q) for r in self.blocks for q in self.blocks if r != q or about.groups[r].exceeds(1)]
        self.cosine = {(r, q): self._cosine(r, q) for r, q in pairs}
        self.angle = {pair: y.arcsine() for pair, y in self.cosine.items()}
        self.balances = [self._balance(r) for r in self.blocks]
        parts = [x * about.groups[r].count(on) for r, x in enumerate(self.excess)]
        self.mass = sum(parts[1:], parts[0])  # M

    def others(self, r: int, q: int, less: int = 0) -> Number:
        """The number of students of block q that a student of block r is not one of, minus a number."""
        return self.about.groups[q].count(self.on, less + (r == q))

    def _across(self, r: int) -> list[tuple[int, Number]]:
        """The blocks of columns off the diagonal, with their sizes."""
        return [(q, self.others(r, q)) for q in self.blocks if r != q or self.about.groups[r].exceeds(1)]

    def _excess(self, r: int) -> Any:
        d = self.deviation
        square = 2 * d[r, r, True] + d[r, r, True] * d[r, r, True]
        for q, m in self._across(r):
            square = square + d[r, q, False] * d[r, q, False] * m
        return square / (1 + (1 + square).sqrt())

    def _direction(self, o: Orbit) -> Any:
        length = self.excess[o[0]]
        return (self.deviation[o] - length if o[2] else self.deviation[o]) / (1 + length)

    def _own_sine(self, r: int) -> Any:
        """The sine of the angle to the own teacher, which is acute."""
        if not (1 + self.direction[r, r, True]).is_positive():
            raise UndecidedError("a student and its teacher may be at a right angle on an interval")
        parts = [self.direction[r, q, False] * self.direction[r, q, False] * m for q, m in self._across(r)]
        return sum(parts[1:], parts[0]).sqrt()

    def _cosine(self, r: int, q: int) -> Any:
        """Of the angle between a student of block r and another one of block q."""
        u = self.direction
        if r == q:
            value = 2 * u[r, r, False] + 2 * u[r, r, True] * u[r, r, False]
            value = value + u[r, r, False] * u[r, r, False] * self.others(r, r, 1)
            for t in self.blocks:
                if t != r:
                    value = value + u[r, t, False] * u[r, t, False] * self.others(r, t)
            return value
        value = u[r, q, False] + u[q, r, False] + u[r, r, True] * u[q, r, False] + u[r, q, False] * u[q, q, True]
        for s, t in ((r, q), (q, r)):
            if self.about.groups[s].exceeds(1):
                value = value + u[s, s, False] * u[t, s, False] * self.others(s, s)
        return value

    def shortened(self, y: Any) -> Any:
        """kappa(y) = 1 - sqrt(1 - y^2)."""
        square = y * y
        return square / (1 + (1 - square).sqrt())

    def _balance(self, r: int) -> Any:
        """S - M of block r: lengths times sines to all others, of students less of teachers."""
        value = -self.excess[r]
        for q, m in self._across(r):
            lost = (1 + self.excess[q]) * self.shortened(self.cosine[r, q])
            value = value + (self.shortened(self.direction[r, q, False]) - lost) * m
        return value

    def linear(self, q: int) -> Any:
        """T on the columns of block q, without the constant; see ``constant``."""
        groups = self.about.groups
        value = self.deviation[q, q, True] * groups[q].sign
        for r in self.blocks:
            if r != q or groups[r].exceeds(1):
                value = value + self.deviation[r, q, False] * self.others(q, r) * groups[r].sign
        return value + (groups[q].sign - 1)

    def nonlinear(self, o: Orbit) -> Any:
        """2 pi N without the part of M, on an orbit."""
        r, q, diagonal = o
        d, u, sine = self.deviation, self.direction, self.sine[r]
        value = self.half_pi * d[o] + self.balances[r] * u[o]
        if diagonal:
            value = value + self.balances[r] + sine.arcsine_rest() - sine * u[o]
            for t, m in self._across(r):
                value = value + self.angle[r, t] * d[t, r, False] * m
            return value
        value = value - sine * u[o] + self.angle[r, q] * (1 + d[q, q, True]) - u[o].arcsine()
        for t, m in self._across(r):
            if t == q:
                m = self.others(r, q, 1)
                if self.about.groups[q].exceeds(1):
                    value = value + self.angle[r, q] * d[q, q, False] * m
            else:
                value = value + self.angle[r, t] * d[t, q, False] * m
        return value

    def equations(self) -> list[tuple[int, Any]]:
        """What vanishes at a critical point, with the power of s that divides it.

        For s > 0 they vanish if and only if the gradient does: they are its orbits, and sums of two or three of them
        in which what coincides at s = 0 cancels.
        """
        M = self.mass
        N = {o: self.nonlinear(o) for o in self.about.orbits}
        full = {o: N[o] + M * (self.direction[o] + int(o[2])) for o in N}
        T = [self.linear(q) * self.half_pi for q in self.blocks]
        if self.about.kind == "A":
            return [(0, full[0, 0, False] - T[0]), (0, full[0, 0, True] - full[0, 0, False])]
        if self.about.kind == "I":
            return self._type_one(M, N, full, T)
        lead, cross = full[0, 0, False], full[0, 1, False]
        found = [(2, T[0] + lead), (2, full[0, 0, True] - lead), (0, T[1] + cross)]
        found += [(2, -full[1, 0, False] - lead), (2, full[1, 1, True] + cross)]
        if (1, 1, False) in full:
            found.append((2, full[1, 1, False] + cross))
        return found

    def _type_one(
        self, M: Any, N: Mapping[Orbit, Any], full: Mapping[Orbit, Any], T: Sequence[Any]
    ) -> list[tuple[int, Any]]:
        a, c, d, e, f = (0, 0, True), (0, 1, False), (1, 0, False), (1, 1, True), (1, 1, False)
        found = [(0, full[f] - T[1]), (0, full[e] - full[f]), (2, full[c] + full[f]), (2, full[d] - T[0])]
        u = self.direction
        return [*found, (2, T[0] + N[a] - N[e] + full[f] + M * (u[a] - u[e]))]
