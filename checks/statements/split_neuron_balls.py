r"""The kink's part $D = H_{ii} - I/2$ of a neuron's block, and its inertia by isotypic components, in balls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from analytic.balls import precision, rational
from analytic.errors import DomainError
from analytic.landscape.layout import aligned
from analytic.landscape.point import CriticalPoint

Vector = list[arb]
#: Bits of the exact weights.
BITS = 192


@dataclass(frozen=True)
class Orbit:
    """Coordinates that the stabiliser of a neuron permutes.

    Args:
        name: of the component of sums zero over it.
        members: their numbers.
    """

    name: str
    members: range


@dataclass(frozen=True)
class Inertia:
    """Negative and zero directions of D.

    Args:
        negative: (component, dimensions), without those of dimension 0.
        zero: dimensions of the kernel that are proved: that of w itself, or all.
    """

    negative: tuple[tuple[str, int], ...]
    zero: int

    @property
    def count(self) -> int:
        """The number of negative eigenvalues."""
        return sum(n for _, n in self.negative)


def inertia(point: CriticalPoint, block: int, tilt: Fraction) -> Inertia:
    """The inertia of D at a neuron of a block.

    Args:
        point: with integer sizes.
        block: number of the block of neurons, counted from 0.
        tilt: see `checks.statements.split_neuron.SplitNeuron`.

    Raises:
        DomainError: there is no such block, or the balls do not tell a sign.
    """
    if block >= len(point.layout.rows):
        raise DomainError(f"got block {block + 1} of {point.name}, expected one of 1 to {len(point.layout.rows)}")
    with precision(BITS):
        students, teachers, first = _vectors(point, block)
        if point.name == "global":
            return _at_teacher(point.k, point.d, tilt)
        own = students.pop(first)
        parts = [*_parts(own, students, 1), *_parts(own, teachers, -1)]
        return _inertia(own, parts, _orbits(point, block), point.d - point.k)


def _at_teacher(k: int, d: int, tilt: Fraction) -> Inertia:
    """At W = V all angles are right but that to its own teacher: D = -h1(w, v), negative beside w unless w = v."""
    if tilt == 0:
        return Inertia((), d)
    w, v = [arb(1), rational(tilt), *[arb(0)] * (k - 2)], [arb(1), *[arb(0)] * (k - 1)]
    parts = list(_parts(w, [v], -1))
    orbits = [Orbit("tilted:1", range(1)), Orbit("tilted:2", range(1, 2)), Orbit("standard:1", range(2, k))]
    return _inertia(w, parts, [o for o in orbits if len(o.members)], d - k)


def _vectors(point: CriticalPoint, block: int) -> tuple[list[Vector], list[Vector], int]:
    """All students and teachers, and the number of the first student of the block."""
    weights = {o: point.weights(BITS)[o.name] for o in point.layout.orbits} if point.name != "global" else {}
    at = {(o.row, o.column, o.diagonal): x for o, x in weights.items()}
    students: list[Vector] = []
    first = 0
    for p, row in enumerate(point.layout.rows):
        first = len(students) if p == block else first
        for s in range(point.size(row.label, row.single) if at else 0):
            students.append(
                [
                    at[p, q, aligned(row, column) and s == t]
                    for q, column in enumerate(point.layout.teachers)
                    for t in range(point.size(column.label, column.single))
                ]
            )
    return students, [[arb(int(i == j)) for j in range(point.k)] for i in range(point.k)], first


def _parts(own: Vector, others: Sequence[Vector], sign: int) -> Iterator[tuple[arb, arb, Vector]]:
    r"""$h_1(w, v) = c\,(I - \bar w\bar w^T) + e\,m m^T$, $m = \bar v - \cos\theta\,\bar w$: c, e and m, with a sign."""
    length = _length(own)
    for other in others:
        size = _length(other)
        cosine = sum((x * y for x, y in zip(own, other, strict=True)), arb(0)) / (length * size)
        sine = (1 - cosine * cosine).sqrt()
        scale = sign * size / (2 * arb.pi() * length)
        m = [y / size - cosine * x / length for x, y in zip(own, other, strict=True)]
        yield scale * sine, scale / sine, m


def _length(x: Vector) -> arb:
    return sum((e * e for e in x), arb(0)).sqrt()


def _orbits(point: CriticalPoint, block: int) -> list[Orbit]:
    """Orbits of coordinates: that of the neuron itself, the others of its block, other blocks."""
    found, start = [], 0
    for column in point.layout.teachers:
        size = point.size(column.label, column.single)
        members = range(start, start + size)
        if column.label == point.layout.rows[block].label:  # the first neuron of the block has the first coordinate
            found.append(Orbit(f"own:{column.label}", members[:1]))
            members = members[1:]
        if len(members):
            found.append(Orbit(f"standard:{column.label}", members))
        start += size
    return found


def _inertia(own: Vector, parts: list[tuple[arb, arb, Vector]], orbits: list[Orbit], beyond: int) -> Inertia:
    total, length = sum((c for c, _, _ in parts), arb(0)), _length(own)

    def entry(x: int, y: int) -> arb:
        value = sum((e * m[x] * m[y] for _, e, m in parts), arb(0)) - total * own[x] * own[y] / length**2
        return value + total if x == y else value

    negative: list[tuple[str, int]] = []
    for o in orbits:
        if len(o.members) > 1 and _sign(entry(o.members[0], o.members[0]) - entry(o.members[0], o.members[1])) < 0:
            negative.append((o.name, len(o.members) - 1))
    fixed = _fixed(own, orbits, entry)
    count = sum(_sign(pivot) < 0 for pivot in _pivots(fixed))
    negative += [("trivial", count)] if count else []
    if beyond and _sign(total) < 0:
        negative.append(("extra-columns", beyond))
    return Inertia(tuple(negative), 1)


def _fixed(own: Vector, orbits: list[Orbit], entry: object) -> list[Vector]:
    """D on vectors constant on orbits, modulo w, which it maps to 0: without the orbit on which w is largest."""
    assert callable(entry)
    largest = max(range(len(orbits)), key=lambda q: float(abs(own[orbits[q].members[0]])))
    if not abs(own[orbits[largest].members[0]]) > 0:
        raise DomainError("the neuron cannot be told from 0")
    kept = [o for q, o in enumerate(orbits) if q != largest]
    rows: list[Vector] = []
    for a in kept:
        x, n = a.members[0], len(a.members)
        row = []
        for b in kept:
            if a is b:
                row.append(n * entry(x, x) + (n * (n - 1) * entry(x, a.members[1]) if n > 1 else arb(0)))
            else:
                row.append(n * len(b.members) * entry(x, b.members[0]))
        rows.append(row)
    return rows


def _pivots(rows: list[Vector]) -> Iterator[arb]:
    """The pivots of a symmetric matrix in an order that avoids small ones: signs count eigenvalues (Sylvester)."""
    left = list(range(len(rows)))
    while left:
        at = max(left, key=lambda i: float(abs(rows[i][i])))
        pivot = rows[at][at]
        yield pivot
        left.remove(at)
        for i in left:
            factor = rows[i][at] / pivot
            for j in left:
                rows[i][j] = rows[i][j] - factor * rows[at][j]


def _sign(x: arb) -> int:
    if not (x > 0 or x < 0):
        raise DomainError(f"got a pivot in {x.str(6)}, whose sign the balls do not tell")
    return 1 if x > 0 else -1
