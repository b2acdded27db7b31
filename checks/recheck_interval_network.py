r"""Gradient and Hessian of a symmetric network whose sizes are functions of k, for the checker of intervals.

As in ``checks.recheck`` rows and columns have a few explicit indices and one that stands for the rest, here with a
count that is a function of k; polar form, h1 and h2 are as there. Norms, angles and inner products depend on the blocks
of two vectors and on whether they have the same index; $|w|^2 |v|^2 - (w \cdot v)^2$ is summed over pairs of columns
(Lagrange's identity), so that nothing cancels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from flint import arb, fmpq

from checks.recheck_components import Component, coordinate_of, entry_of
from checks.recheck_interval_jets import Jet, alike, angle, jet
from checks.recheck_network import Entry, Place
from checks.recheck_reading import Problem, RejectedError, UndecidedError

Column = tuple[Any, Jet, Jet]


@dataclass(frozen=True)
class Pair:
    """A student w and another vector v.

    Args:
        norms: |w| and |v|.
        cosine: of their angle.
        flat: K |v| sin / (2 pi |w|), K = (a + b)^2.
        steep: K |v| / (2 pi |w| sin); None where v is a multiple of w.
        mixed: K / (2 pi sin); None likewise.
        angle: (A (pi - theta) - B theta) / (2 pi).
    """

    norms: tuple[Jet, Jet]
    cosine: Jet
    flat: Jet
    steep: Jet | None
    mixed: Jet | None
    angle: Jet


class Network:
    """The weights on explicit indices.

    Args:
        problem: the blocks; a size that moves is represented by a large number there.
        sizes: of the blocks, by label: numbers or jets.
        values: the weight on every orbit.
        named: by label how many indices a test matrix names.
        beyond: whether there are columns beyond those of the teachers.
    """

    def __init__(
        self,
        problem: Problem,
        sizes: Mapping[str, Any],
        values: Sequence[Jet],
        named: Mapping[str, int],
        beyond: bool,
    ) -> None:
        self.problem, self.sizes = problem, sizes
        self.value = dict(zip(problem.orbits(), values, strict=True))
        self.explicit = {b.label: min(b.size, named.get(b.label, 0) + 2) for b in (*problem.rows, *problem.teachers)}
        self.students = list(self._indices(problem.rows, 1))
        self.columns = list(self._indices(problem.teachers, 2))
        self.teachers = list(self._indices(problem.teachers, 1))
        if beyond:
            self.columns.append((len(problem.teachers), 1, 1))
        self.place = {(q, j): c for c, (q, j, _) in enumerate(self.columns)}
        self.rows = [[self.entry(p, i, q, j) for q, j, _ in self.columns] for p, i, _ in self.students]
        self.A, self.K = (arb(fmpq(x.numerator, x.denominator)) for x in (problem.squares, problem.total))
        self._pairs: dict[tuple[int, int, bool, bool], Pair] = {}
        self._norms: dict[int, Jet] = {}

    def _indices(self, blocks: Sequence[Any], more: int) -> Iterator[tuple[int, int, Any]]:
        for p, block in enumerate(blocks):
            shown = min(block.size, self.explicit[block.label] + more)
            for i in range(1, shown + 1):
                yield p, i, 1 if i < shown else self.sizes[block.label] - (shown - 1)

    def entry(self, p: int, i: int, q: int, j: int) -> Jet:
        """The weight of a student on a column."""
        if q == len(self.problem.teachers):
            return 0
        return self.value[p, q, i == j and self.problem.has_diagonal(p, q)]

    # pairs

    def _columns_of(self, p: int, s: int, same: bool) -> Iterator[Column]:
        """Columns on which two students are constant: how many, and the weights of both there."""
        for q, block in enumerate(self.problem.teachers):
            m, first, second = self.sizes[block.label], *(self.problem.has_diagonal(r, q) for r in (p, s))
            x, y = self.value[p, q, False], self.value[s, q, False]
            if first and second and same:
                yield 1, self.value[p, q, True], self.value[s, q, True]
                yield m - 1, x, y
                continue
            if first:
                yield 1, self.value[p, q, True], y
            if second:
                yield 1, x, self.value[s, q, True]
            yield m - (first + second), x, y

    def norm(self, p: int) -> Jet:
        """The length of a student."""
        if p not in self._norms:
            found = _sum(m * (x * x) for m, x, _ in self._columns_of(p, p, True)).sqrt()
            if not found[0] > 0:
                raise UndecidedError("a neuron may vanish in the box: the loss is not differentiable there")
            self._norms[p] = found
        return self._norms[p]

    def student(self, p: int, s: int, same: bool) -> Pair:
        """The pair of students of two blocks, with the same index or not."""
        key = (p, s, same, True)
        if key not in self._pairs:
            norms, pi = (self.norm(p), self.norm(s)), arb.pi()
            columns = list(self._columns_of(p, s, same))
            if p == s and len(columns) == len(self.problem.teachers):  # no diagonal: equal rows
                nothing = norms[0] * 0
                self._pairs[key] = Pair(norms, nothing + 1, nothing, None, None, nothing + self.A / 2)
                return self._pairs[key]
            inner = _sum(m * (x * y) for m, x, y in columns)
            gap = _sum((m * n) * _square(x * v - u * y) for (m, x, y), (n, u, v) in combinations(columns, 2))
            self._pairs[key] = self._polar(norms, inner, gap, pi)
        return self._pairs[key]

    def teacher(self, p: int, q: int, same: bool) -> Pair:
        """The pair of a student and a teacher of two blocks, on its diagonal or not."""
        key = (p, q, same, False)
        if key not in self._pairs:
            gap = []
            for r, block in enumerate(self.problem.teachers):
                m, diagonal = self.sizes[block.label], self.problem.has_diagonal(p, r)
                on, off = (1, m - 1) if diagonal else (0, m)
                if r == q:
                    on, off = (on - 1, off) if same else (on, off - 1)
                gap += [off * _square(self.value[p, r, False])]
                gap += [_square(self.value[p, r, True])] if on else []
            norms = (self.norm(p), jet([1]))
            self._pairs[key] = self._polar(norms, self.value[p, q, same], _sum(gap), arb.pi())
        return self._pairs[key]

    def _polar(self, norms: tuple[Jet, Jet], inner: Jet, gap: Jet, pi: arb) -> Pair:
        size = norms[0] * norms[1]
        if not gap[0] > 0:
            raise UndecidedError("two vectors may be parallel in the box, or the precision does not suffice")
        cosine, sine = inner / size, gap.sqrt() / size
        theta = angle(sine, cosine)
        ratio = self.K * (norms[1] / norms[0]) / (2 * pi)
        turned = (self.A * (pi - theta) - (self.K - self.A) * theta) / (2 * pi)
        return Pair(norms, cosine, ratio * sine, ratio / sine, self.K / (2 * pi * sine), turned)

    def others(self, row: int) -> Iterator[tuple[Pair, Any, int]]:
        """The other students of a row, with counts and their rows."""
        p, i, _ = self.students[row]
        for other, (s, j, m) in enumerate(self.students):
            if other != row:
                alike = i == j and self.problem.rows[p].label == self.problem.rows[s].label
                yield self.student(p, s, alike), m, other

    def targets(self, row: int) -> Iterator[tuple[Pair, Any, int]]:
        """The teachers, with counts that are negative and their columns."""
        p, i, _ = self.students[row]
        for q, j, m in self.teachers:
            yield self.teacher(p, q, i == j and self.problem.has_diagonal(p, q)), -m, self.place[q, j]

    # what is computed from them

    def shown(self) -> Iterator[int]:
        """The rows with explicit indices."""
        for row, (p, i, _) in enumerate(self.students):
            if i <= self.explicit[self.problem.rows[p].label]:
                yield row

    def gradients(self) -> dict[Place, Jet]:
        """The gradient at the explicit indices."""
        found: dict[Place, Jet] = {}
        for row in self.shown():
            along: list[Any] = [0] * len(self.students)
            teachers: list[Any] = [0] * len(self.columns)
            along[row] = jet([self.A / 2])
            for pair, m, other in self.others(row):
                along[row] = along[row] + m * pair.flat
                along[other] = along[other] + m * pair.angle
            for pair, m, column in self.targets(row):
                along[row] = along[row] + m * pair.flat
                teachers[column] = m * pair.angle
            found.update(self._placed(row, along, teachers, []))
        return found

    def image(self, entry: Entry) -> dict[Place, Jet]:
        """The Hessian applied to a test matrix, at the explicit indices."""
        X = [[entry(p, i, q, j) for q, j, _ in self.columns] for p, i, _ in self.students]
        inner = [[self._dot(w, x) for x in X] for w in self.rows]
        found: dict[Place, Jet] = {}
        for row in self.shown():
            found.update(self._image_row(X, inner, row))
        return found

    def _dot(self, w: Sequence[Jet], x: Sequence[int]) -> Any:
        return _sum((m * w[c]) * x[c] for c, (_, _, m) in enumerate(self.columns) if x[c])

    def _image_row(self, X: list[list[int]], inner: list[list[Any]], i: int) -> Iterator[tuple[Place, Jet]]:
        along: list[Any] = [0] * len(self.students)
        teachers: list[Any] = [0] * len(self.columns)
        factors: list[Any] = [0] * len(self.students)
        factors[i] = jet([self.A / 2])
        x, length = X[i], self.norm(self.students[i][0])
        own = inner[i][i] / length
        for pair, m, j in self.others(i):
            if any(x) and pair.steep is not None:
                radial = m * pair.steep * (inner[j][i] / pair.norms[1] - pair.cosine * own)
                factors[i] = factors[i] + m * pair.flat
                along[i] = along[i] - (m * pair.flat * own + radial * pair.cosine) / length
                along[j] = along[j] + radial / pair.norms[1]
            if any(X[j]):
                factors[j] = factors[j] + m * pair.angle
            if any(X[j]) and pair.mixed is not None:
                first, second = inner[i][j] / length, inner[j][j] / pair.norms[1]
                along[i] = along[i] + m * pair.mixed * (second - pair.cosine * first) / length
                along[j] = along[j] + m * pair.mixed * (first - pair.cosine * second) / pair.norms[1]
        for pair, m, column in self.targets(i):
            if any(x) and pair.steep is not None:
                radial = m * pair.steep * (x[column] - pair.cosine * own)
                factors[i] = factors[i] + m * pair.flat
                along[i] = along[i] - (m * pair.flat * own + radial * pair.cosine) / length
                teachers[column] = radial
        return self._placed(i, along, teachers, [(f, X[j]) for j, f in enumerate(factors) if any(X[j])])

    def _placed(
        self, row: int, along: list[Any], teachers: list[Any], parts: list[tuple[Any, list[int]]]
    ) -> Iterator[tuple[Place, Jet]]:
        """A combination of students, teachers and directions, at the explicit columns."""
        p, i, _ = self.students[row]
        used = [(f, w) for f, w in zip(along, self.rows, strict=True) if not isinstance(f, int)]
        for c, (q, j, _) in enumerate(self.columns):
            if q < len(self.problem.teachers) and j > self.explicit[self.problem.teachers[q].label]:
                continue
            total = jet([0]) + teachers[c]
            for f, w in used:
                total = total + f * w[c]
            for f, x in parts:
                total = total + f * x[c]
            yield (p, i, q, j), total

    def block(self, component: Component, order: int | None) -> list[list[Jet]]:
        """The Hessian on the copies of a component: column c has the coordinates of the image of copy c.

        Args:
            component: an isotypic component.
            order: at a single point of k, up to which order the images are seen to be combinations of the copies.
        """
        entries, columns = [entry_of(c) for c in component.copies], []
        for entry in entries:
            Y = self.image(entry)
            coordinates = [coordinate_of(self.problem, Y, c) for c in component.copies]
            for place, y in Y.items() if order is not None else ():
                expected = jet([0])
                for x, e in zip(coordinates, entries, strict=True):
                    expected = expected + x * e(*place)
                if not alike(y, expected, order or 0):
                    raise RejectedError("the Hessian does not map a component into itself")
            columns.append(coordinates)
        return [list(row) for row in zip(*columns, strict=True)]

    def inner(self, x: tuple[int, int, str], y: tuple[int, int, str]) -> Any:
        """The inner product of two test matrices."""
        if x[:2] != y[:2]:
            return 0
        if x != y:
            return 2 if "both" in (x[2], y[2]) else 0
        n = self.sizes[self.problem.rows[x[0]].label]
        last = len(self.problem.teachers)
        m = self.sizes[self.problem.teachers[x[1]].label] if x[1] < last else 1
        own = {"diagonal": n, "off": n * (m - 1), "ones": n * m, "rows": 2 * m, "columns": 2 * n, "both": 2}
        return {**own, "product": 4, "exterior": 6, "specht": 8}[x[2]]


def _sum(terms: Any) -> Any:
    total: Any = 0
    for x in terms:
        total = total + x
    return total


def _square(x: Jet) -> Jet:
    return x * x
