r"""The Hessian on the isotypic components of a family, finite at s = 0 in rescaled bases.

With the notation of ``checks.recheck_uniform_rows``, $r_{ij} = \bar w_j - y_{ij}\bar w_i$, $q_{ij} = e_j - z_{ij}\bar
w_i$, $d = r - q$, $\rho_i$ the unit vector from $\bar w_i$ towards the own teacher and $P_i = I - \bar w_i\bar w_i^T$,

$$2\pi (HX)_i = \tfrac\pi2\Big(\sigma_i \sum_j \sigma_j x_j + x_i\Big)
 + \tfrac1{n_i}\Big((S_i - \sin\theta_i) P_i - \sin\theta_i\,\rho_i\rho_i^T
 + \sum_{j\ne i}\tau_{ij} r r^T + \frac{d\,r^T + q\,d^T}{\sin z_{ij}}\Big) x_i
 + \sum_{j \ne i}\psi_{ij} x_j + \frac{\bar w_i (r_{ij}\cdot x_j) + \bar w_j (r_{ji}\cdot x_j)}{\sin y_{ij}},$$

$\tau_{ij} = n_j/\sin y_{ij} - 1/\sin z_{ij}$, where sin y stands for $\sqrt{1 - y^2}$. It is applied to matrices that
represent a copy of each component; rows and columns are a few explicit indices of each block, and one that stands with
its count for all others.

Source: Safran and Shamir (2018), Section 4, for the Hessian of a pair, here of |w . x||v . x|.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flint import arb_poly

from checks.recheck_uniform_models import Number
from checks.recheck_uniform_rows import Family, Orbit, Rows

Vector = list[Number]
#: An explicit index: block and number from 1. The block after the last is that of the columns beyond the k-th.
Place = tuple[int, int]
Entry = Callable[[int, int], int]


@dataclass(frozen=True)
class Copy:
    """A copy of a component.

    Args:
        row: block of rows.
        column: block of columns; the one after the last for those beyond the k-th.
        entry: the test matrix on these blocks, by indices.
        reading: where an image's coefficient is read off.
        norm: squared norm of the test matrix: a factor, and which sizes it is multiplied with, each less a number.
        light: the power of s that makes the norm finite at s = 0, and one more where the Hessian grows like k.
    """

    row: int
    column: int
    entry: Entry
    reading: tuple[int, int]
    norm: tuple[int, tuple[tuple[int, int], ...]]
    light: int


@dataclass(frozen=True)
class Component:
    """An isotypic component: how many indices of each block its test matrices name, and its copies."""

    name: str
    named: tuple[int, ...]
    copies: tuple[Copy, ...]


_EXTERIOR = {(1, 2): 1, (2, 3): 1, (3, 1): 1, (2, 1): -1, (3, 2): -1, (1, 3): -1}
_SPECHT = {(1, 3): 1, (1, 4): -1, (2, 3): -1, (2, 4): 1, (3, 1): 1, (4, 1): -1, (3, 2): -1, (4, 2): 1}


def _xi(i: int) -> int:
    return {1: 1, 2: -1}.get(i, 0)


class _Catalogue:
    """Collects the copies of all components."""

    def __init__(self, about: Family) -> None:
        self.groups, self.blocks = about.groups, range(len(about.groups))
        self.found: dict[str, tuple[tuple[int, ...], list[Copy]]] = {}
        for r in self.blocks:
            self.aligned(r)
            for q in self.blocks:
                if q != r:
                    self.crossed(r, q)
            self.beyond(r)

    def grows(self, r: int) -> int:
        """1 for blocks that grow with k."""
        return int(self.groups[r].size is None)

    def put(self, name: str, named: Mapping[int, int], copy: Copy) -> None:
        key = tuple(named.get(r, 0) for r in self.blocks)
        self.found.setdefault(name, (key, []))[1].append(copy)

    def aligned(self, r: int) -> None:
        """A block of rows on its own columns."""
        grows, has = self.grows(r), self.groups[r].exceeds
        off = (1, 3 if has(2) else 2)
        one = dict.fromkeys(self.blocks, 1)
        self.put("trivial", one, Copy(r, r, lambda i, j: int(i == j), (1, 1), (1, ((r, 0),)), 2 * grows))
        if has(1):
            pairs = (1, ((r, 0), (r, 1)))
            self.put("trivial", one, Copy(r, r, lambda i, j: int(i != j), (1, 2), pairs, 3 * grows))
            name, named, twice = f"standard:{r + 1}", {r: 2}, (2, ((r, 1),))
            self.put(name, named, Copy(r, r, lambda i, j: _xi(i) * (i == j), (1, 1), (2, ()), 0))
            self.put(name, named, Copy(r, r, lambda i, j: _xi(i) * (i != j), off, twice, grows))
            if has(2):
                self.put(name, named, Copy(r, r, lambda i, j: _xi(j) * (i != j), (3, 1), twice, 2 * grows))
                exterior = Copy(r, r, lambda i, j: _EXTERIOR.get((i, j), 0), (1, 2), (6, ()), 0)
                self.put(f"exterior:{r + 1}", {r: 3}, exterior)
            if has(3):
                specht = Copy(r, r, lambda i, j: _SPECHT.get((i, j), 0), (1, 3), (8, ()), 0)
                self.put(f"specht:{r + 1}", {r: 4}, specht)

    def crossed(self, r: int, q: int) -> None:
        """A block of rows on the columns of another one."""
        more, sizes = self.grows(r), self.grows(r) + self.grows(q)
        one = dict.fromkeys(self.blocks, 1)
        self.put("trivial", one, Copy(r, q, lambda *_: 1, (1, 1), (1, ((r, 0), (q, 0))), sizes + more))
        if self.groups[r].exceeds(1):
            rows = Copy(r, q, lambda i, _: _xi(i), (1, 1), (2, ((q, 0),)), self.grows(q))
            self.put(f"standard:{r + 1}", {r: 2}, rows)
        if self.groups[q].exceeds(1):
            columns = Copy(r, q, lambda _, j: _xi(j), (1, 1), (2, ((r, 0),)), 2 * more)
            self.put(f"standard:{q + 1}", {q: 2}, columns)
        if self.groups[r].exceeds(1) and self.groups[q].exceeds(1):
            both = Copy(r, q, lambda i, j: _xi(i) * _xi(j), (1, 1), (4, ()), 0)
            self.put("product:1*2", {r: 2, q: 2}, both)

    def beyond(self, r: int) -> None:
        """A block of rows on a column beyond the k-th."""
        last, more = len(self.groups), self.grows(r)
        one = dict.fromkeys(self.blocks, 1)
        self.put("extra-columns:trivial", one, Copy(r, last, lambda *_: 1, (1, 1), (1, ((r, 0),)), 2 * more))
        if self.groups[r].exceeds(1):
            rows = Copy(r, last, lambda i, _: _xi(i), (1, 1), (2, ()), 0)
            self.put(f"extra-columns:standard:{r + 1}", {r: 2}, rows)


def components(about: Family) -> list[Component]:
    """All isotypic components of the matrices of a family, those on columns beyond the k-th included."""
    found = _Catalogue(about).found
    return [Component(name, named, tuple(copies)) for name, (named, copies) in found.items()]


@dataclass(frozen=True)
class _Scalars:
    """What the Hessian needs of a student of one block and another one of a block; see the module."""

    y: Number
    z: Number
    psi: Number
    over_y: Number
    over_z: Number
    tau: Number


def _scalars(rows: Rows, r: int, q: int) -> _Scalars:
    y, z = rows.cosine[r, q], rows.direction[r, q, False]
    sine_y, sine_z = (1 - y * y).sqrt(), (1 - z * z).sqrt()
    over_y, over_z = sine_y.inverse(), sine_z.inverse()
    tau = (rows.excess[q] * sine_z + rows.shortened(y) - rows.shortened(z)) * over_y * over_z
    return _Scalars(y, z, rows.angle[r, q], over_y, over_z, tau)


@dataclass(frozen=True)
class _Pair:
    """The vectors of two students i and j; ``back`` is r_ji."""

    r: Vector
    q: Vector
    d: Vector
    back: Vector


class Hessian:
    """The Hessian on an interval; what pairs of blocks and test matrices share is computed once.

    Args:
        rows: the family's students.
    """

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.scalars = {(r, q): _scalars(rows, r, q) for r, q in rows.cosine}
        self._samples: dict[tuple[int, ...], Sample] = {}

    def block(self, component: Component) -> tuple[list[list[arb_poly]], list[list[arb_poly]]]:
        """2 pi times the Hessian's quadratic form on the copies of a component, and their Gram matrix, rescaled."""
        if component.named not in self._samples:
            self._samples[component.named] = Sample(self, component.named)
        return self._samples[component.named].block(component)


class Sample:
    """Students and coordinates on explicit indices; the last index of a block stands for all others.

    Args:
        hessian: which it is of.
        named: how many indices of each block test matrices name.
    """

    def __init__(self, hessian: Hessian, named: Sequence[int]) -> None:
        self.rows, self.scalars = hessian.rows, hessian.scalars
        self.on, self.last = self.rows.on, len(self.rows.about.groups)
        self.students: list[tuple[Place, Number]] = []
        self.columns: list[tuple[Place, Number]] = []
        for r, count in enumerate(named):
            self._explicit(r, count + 1)
        self.columns.append(((self.last, 1), self.on.one))
        self.counts = [m for _, m in self.columns]
        self.positions = {place: n for n, (place, _) in enumerate(self.columns)}
        self.units = {place: self._unit(*place) for place, _ in self.students}
        self.directions = {place: self._with_own(x, place) for place, x in self.units.items()}
        self._pairs: dict[tuple[Place, Place], _Pair] = {}

    def _explicit(self, r: int, count: int) -> None:
        group = self.rows.about.groups[r]
        for extra, target in ((1, self.students), (2, self.columns)):
            shown = count + extra if group.exceeds(count + extra) else min(group.size or 0, count + extra)
            for i in range(1, shown + 1):
                target.append(((r, i), self.on.one if i < shown else group.count(self.on, shown - 1)))

    def _entry(self, table: Mapping[Orbit, Number], r: int, i: int, q: int, j: int) -> Number:
        if q == self.last:
            return self.on.zero
        found: Number = table[r, q, r == q and i == j]
        return found

    def _unit(self, r: int, i: int) -> Vector:
        """The unit vector of a student, without the 1 at its own teacher: omega."""
        return [self._entry(self.rows.direction, r, i, q, j) for (q, j), _ in self.columns]

    def dot(self, x: Sequence[Number], y: Sequence[Number]) -> Number:
        """The inner product."""
        total = self.on.zero
        for m, a, b in zip(self.counts, x, y, strict=True):
            if not (a.is_zero or b.is_zero):
                total = total + (a * b if m is self.on.one else a * b * m)
        return total

    def whole(self, place: Place) -> Vector:
        """The unit vector of a student."""
        return self.directions[place]

    def _with_own(self, x: Vector, place: Place) -> Vector:
        at = self.positions[place]
        return [a + 1 if n == at else a for n, a in enumerate(x)]

    def pair(self, i: Place, j: Place) -> _Pair:
        """What the Hessian needs of two students."""
        if (i, j) not in self._pairs:
            self._pairs[i, j] = self._pair(i, j)
        return self._pairs[i, j]

    def _pair(self, i: Place, j: Place) -> _Pair:
        y, z, own = self.scalars[i[0], j[0]].y, self.scalars[i[0], j[0]].z, self.whole(i)
        d = [b - (y - z) * a for a, b in zip(own, self.units[j], strict=True)]
        q = self._with_own([-(z * a) for a in own], j)
        r = [a + b for a, b in zip(q, d, strict=True)]
        back = [a - y * b for a, b in zip(own, self.whole(j), strict=True)]
        return _Pair(r, q, d, back)

    def image(self, i: Place, X: Mapping[Place, Vector], at: Sequence[int]) -> Vector:
        """2 pi times row i of the Hessian applied to a matrix, at some of the explicit columns."""
        rows, x, own, sign = self.rows, X[i], self.whole(i), self.rows.about.groups[i[0]].sign
        total = [rows.half_pi * (x[c] + self._sum(X, c) * sign) for c in at]
        if any(not a.is_zero for a in x):
            shrink = (1 + rows.excess[i[0]]).inverse()
            total = [t + shrink * c for t, c in zip(total, self._curved(i, x, at), strict=True)]
        toward = self.on.zero
        for j, m in self.students:
            y = X[j]
            if j == i or all(a.is_zero for a in y):
                continue
            p, of, other = self.pair(i, j), self.scalars[i[0], j[0]], self.whole(j)
            toward = toward + self.dot(p.r, y) * of.over_y * m
            along, turn = self.dot(p.back, y) * of.over_y * m, of.psi * m
            total = [t + turn * y[c] + along * other[c] for t, c in zip(total, at, strict=True)]
        return [t + toward * own[c] for t, c in zip(total, at, strict=True)]

    def _sum(self, X: Mapping[Place, Vector], column: int) -> Number:
        """The linear part, sum of sigma x over all students."""
        total = self.on.zero
        for j, m in self.students:
            if not X[j][column].is_zero:
                total = total + X[j][column] * m * self.rows.about.groups[j[0]].sign
        return total

    def _curved(self, i: Place, x: Vector, at: Sequence[int]) -> Vector:
        """|w| times the part of row i that depends on its own direction."""
        sine, own, toward = self.rows.sine[i[0]], self.whole(i), self._to_teacher(i)
        factor, radial, along = (
            self.rows.mass + self.rows.balances[i[0]] - sine,
            self.dot(own, x),
            sine * self.dot(toward, x),
        )
        total = [factor * (x[c] - radial * own[c]) - along * toward[c] for c in at]
        for j, m in self.students:
            if j != i:
                p, of = self.pair(i, j), self.scalars[i[0], j[0]]
                first, second = self.dot(p.r, x) * m, self.dot(p.d, x) * m
                on_r, on_d, on_q = of.tau * first, of.over_z * first, of.over_z * second
                total = [t + on_r * p.r[c] + on_d * p.d[c] + on_q * p.q[c] for t, c in zip(total, at, strict=True)]
        return total

    def _to_teacher(self, i: Place) -> Vector:
        """rho: across the own direction towards the own teacher."""
        sine, cosine = self.rows.sine[i[0]], 1 + self.rows.direction[i[0], i[0], True]
        at, scale = self.positions[i], -(cosine * sine.inverse())
        return [sine if n == at else scale * a for n, a in enumerate(self.units[i])]

    def matrix(self, copy: Copy) -> dict[Place, Vector]:
        """The test matrix of a copy."""
        found = {}
        for (r, i), _ in self.students:
            here = [copy.entry(i, j) if (r, q) == (copy.row, copy.column) else 0 for (q, j), _ in self.columns]
            found[r, i] = [self.on.number(v) if v else self.on.zero for v in here]
        return found

    def block(self, component: Component) -> tuple[list[list[arb_poly]], list[list[arb_poly]]]:
        """2 pi times the Hessian's quadratic form on the copies, and their Gram matrix, rescaled."""
        copies = component.copies
        gram = [[self._inner(a, b) for b in copies] for a in copies]
        places = [((c.row, c.reading[0]), self.positions[c.column, c.reading[1]]) for c in copies]
        needed = {i: [c for r, c in places if r == i] for i, _ in places}
        columns = []
        for c in copies:
            X = self.matrix(c)
            images = {i: dict(zip(at, self.image(i, X, at), strict=True)) for i, at in needed.items()}
            columns.append([images[i][at] for i, at in places])
        size = range(len(copies))
        form = [[self._combined(gram[a], columns[c], copies[a], copies[c]) for c in size] for a in size]
        scaled = [[gram[a][c].scaled(-copies[a].light - copies[c].light) for c in size] for a in size]
        return form, scaled

    def _combined(self, gram: Vector, coordinates: Vector, a: Copy, c: Copy) -> arb_poly:
        total = self.on.zero
        for g, x in zip(gram, coordinates, strict=True):
            total = total + g * x
        return total.scaled(-a.light - c.light)

    def _inner(self, a: Copy, b: Copy) -> Number:
        """The inner product of two test matrices; only those constant along rows and along columns overlap."""
        if a is b:
            value = self.on.number(a.norm[0])
            for r, less in a.norm[1]:
                value = value * self.rows.about.groups[r].count(self.on, less)
            return value
        offs = (a.row, a.column) == (b.row, b.column) and {a.reading, b.reading} == {(1, 3), (3, 1)}
        return self.on.number(-2) if offs else self.on.zero
