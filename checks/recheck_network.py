r"""Gradient, Hessian and loss of the checker of certificates: standard library and python-flint only.

Everything is computed in polar form. With $\bar w = w/|w|$, $\theta = 2\operatorname{atan2}(|\bar w - \bar v|,
|\bar w + \bar v|)$, $r = \bar v - \cos\theta\,\bar w$, $r' = \bar w - \cos\theta\,\bar v$, $A = a^2 + b^2$, $B = 2ab$:

* gradient of a pair by w: $\frac{1}{2\pi}((A+B)|v|\sin\theta\,\bar w + (A(\pi-\theta) - B\theta) v)$,
* $2\pi h_1 = (A+B)\frac{|v|}{|w|}(\sin\theta (I - \bar w\bar w^T) + r r^T/\sin\theta)$,
* $2\pi h_2 = (A(\pi-\theta) - B\theta) I + (A+B)(\bar w r^T + \bar v r'^T)/\sin\theta$.

A symmetric matrix of weights is represented by rows and columns with a few explicit indices of each block and one more
that stands, with a count, for all the others.

Source: Safran and Shamir (2018), Section 4 (h1, h2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, fmpq

from checks.recheck_reading import Block, Problem, UndecidedError

Entry = Callable[[int, int, int, int], Any]
Place = tuple[int, int, int, int]


@dataclass(frozen=True)
class Pair:
    """Two vectors in polar form; ``parallel`` is 1 or -1 where they are known to be so, else 0."""

    norms: tuple[arb, arb]
    units: tuple[list[arb], list[arb]]
    rests: tuple[list[arb], list[arb]]
    sine: arb
    theta: arb
    parallel: int


class Sample:
    """The weights on explicit indices of each block; the last index of a larger block stands for the rest of it.

    Args:
        problem: sizes and activation.
        values: the weight on every orbit.
        named: by label how many indices a test matrix names; two more are explicit, so that two unnamed ones differ.
    """

    def __init__(self, problem: Problem, values: Sequence[arb], named: Mapping[str, int]) -> None:
        self.problem, self.pi = problem, arb.pi()
        self.number = {orbit: i for i, orbit in enumerate(problem.orbits())}
        self.values = values
        self.explicit = {b.label: min(b.size, named.get(b.label, 0) + 2) for b in (*problem.rows, *problem.teachers)}
        self.students = list(self._indices(problem.rows, 1))
        self.columns = list(self._indices(problem.teachers, 2))
        if problem.d > problem.k:
            self.columns.append((len(problem.teachers), 1, 1))
        self.counts = [m for _, _, m in self.columns]
        self.rows = [self._row(p, i) for p, i, _ in self.students]
        self.identities = [[self._orbit(p, i, q, j) for q, j, _ in self.columns] for p, i, _ in self.students]
        self.teachers = list(self._teachers())
        self.A, self.K = (arb(fmpq(x.numerator, x.denominator)) for x in (problem.squares, problem.total))
        self._pairs: dict[tuple[int, int, bool], Pair] = {}

    def _indices(self, blocks: Sequence[Block], more: int) -> Iterator[tuple[int, int, int]]:
        for p, block in enumerate(blocks):
            shown = min(block.size, self.explicit[block.label] + more)
            for i in range(1, shown + 1):
                yield p, i, 1 if i < shown else block.size - shown + 1

    def _orbit(self, p: int, i: int, q: int, j: int) -> int:
        if q == len(self.problem.teachers):
            return -1
        return self.number[p, q, i == j and self.problem.has_diagonal(p, q)]

    def _row(self, p: int, i: int) -> list[arb]:
        orbits = (self._orbit(p, i, q, j) for q, j, _ in self.columns)
        return [arb(0) if o < 0 else self.values[o] for o in orbits]

    def _teachers(self) -> Iterator[tuple[list[arb], int]]:
        if self.problem.dense:
            for row in self.problem.dense:
                yield [arb(fmpq(x.numerator, x.denominator)) for x in row], 1
            return
        for q, j, m in self._indices(self.problem.teachers, 1):
            yield [arb(int((q, j) == (c, i))) for c, i, _ in self.columns], m

    def dot(self, x: Sequence[arb], y: Sequence[arb]) -> arb:
        """The inner product, columns counted as often as they occur."""
        total = arb(0)
        for m, s, t in zip(self.counts, x, y, strict=True):
            total += s * t if m == 1 else s * t * m
        return total

    def others(self, i: int) -> Iterator[tuple[Pair, list[arb], int, int | None]]:
        """The pairs of student i: polar form, the other vector, how often with sign, and the other student's number."""
        for j, (_, _, m) in enumerate(self.students):
            if j != i:
                yield self._pair(i, j, True), self.rows[j], m, j
        for j, (v, m) in enumerate(self.teachers):
            yield self._pair(i, j, False), v, -m, None

    def _pair(self, i: int, j: int, student: bool) -> Pair:
        key = (i, j, student)
        if key not in self._pairs:
            alike = student and self.identities[i] == self.identities[j]
            self._pairs[key] = self.polar(self.rows[i], self.rows[j] if student else self.teachers[j][0], alike)
        return self._pairs[key]

    def polar(self, w: list[arb], v: list[arb], alike: bool = False) -> Pair:
        """Two vectors in polar form."""
        norms = self.dot(w, w).sqrt(), self.dot(v, v).sqrt()
        if not all(x.is_finite() and x > 0 for x in norms):
            raise UndecidedError("a neuron may vanish in the box: the loss is not differentiable there")
        x, y = [s / norms[0] for s in w], [s / norms[1] for s in v]
        parallel = 1 if alike else _on_a_line(w, v) if self.problem.d == 1 else _exactly_parallel(w, v)
        nothing = [arb(0)] * len(w)
        if parallel:
            theta = arb(0) if parallel > 0 else self.pi
            return Pair(norms, (x, y), (nothing, nothing), arb(0), theta, parallel)
        cosine = self.dot(x, y)
        first, second = (
            [t - cosine * s for s, t in zip(x, y, strict=True)],
            [s - cosine * t for s, t in zip(x, y, strict=True)],
        )
        apart, together = ([s + sign * t for s, t in zip(x, y, strict=True)] for sign in (-1, 1))
        theta = 2 * arb.atan2(self.dot(apart, apart).sqrt(), self.dot(together, together).sqrt())
        return Pair(norms, (x, y), (first, second), self.dot(first, first).sqrt(), theta, 0)

    def angle(self, pair: Pair) -> arb:
        """A (pi - theta) - B theta, by 2 pi."""
        return (self.A * (self.pi - pair.theta) - (self.K - self.A) * pair.theta) / (2 * self.pi)

    # what is computed from them

    def gradient(self, i: int) -> list[arb]:
        """Row i of the gradient on the columns."""
        total = [self.A / 2 * x for x in self.rows[i]]
        for pair, v, times, _ in self.others(i):
            along = times * self.K * pair.norms[1] * pair.sine / (2 * self.pi)
            angle = times * self.angle(pair)
            total = [t + along * x + angle * y for t, x, y in zip(total, pair.units[0], v, strict=True)]
        return total

    def hessian(self, X: list[list[arb]], i: int) -> list[arb]:
        """Row i of the Hessian applied to a matrix of directions."""
        x = X[i]
        total = [self.A / 2 * s for s in x]
        for pair, _, times, j in self.others(i):
            if not pair.parallel:
                self._curvature(total, x, pair, times)
            if j is not None:
                self._mixed(total, X[j], pair, times)
        return total

    def _curvature(self, total: list[arb], x: list[arb], pair: Pair, times: int) -> None:
        """h1 of the pair: the derivative of the first vector's gradient by itself."""
        u, r = pair.units[0], pair.rests[0]
        factor = times * self.K * pair.norms[1] / pair.norms[0] / (2 * self.pi)
        flat, radial = factor * pair.sine, factor / pair.sine * self.dot(r, x)
        along = flat * self.dot(u, x)
        for a, s in enumerate(x):
            total[a] += flat * s - along * u[a] + radial * r[a]

    def _mixed(self, total: list[arb], y: list[arb], pair: Pair, times: int) -> None:
        """h2 of the pair: the derivative by the second vector."""
        angle = times * self.angle(pair)
        first = second = arb(0)
        if not pair.parallel:
            factor = times * self.K / (2 * self.pi * pair.sine)
            first, second = factor * self.dot(pair.rests[0], y), factor * self.dot(pair.rests[1], y)
        (u, v) = pair.units
        for a, s in enumerate(y):
            total[a] += angle * s + first * u[a] + second * v[a]

    def directions(self, entry: Entry) -> list[list[arb]]:
        """A test matrix on the explicit indices."""
        return [[arb(entry(p, i, q, j)) for q, j, _ in self.columns] for p, i, _ in self.students]

    def image(self, entry: Entry) -> dict[Place, arb]:
        """The Hessian applied to a test matrix, at the explicit indices."""
        X = self.directions(entry)
        found: dict[Place, arb] = {}
        for row, (p, i, _) in enumerate(self.students):
            if i <= self.explicit[self.problem.rows[p].label]:
                found.update(self._placed(p, i, self.hessian(X, row)))
        return found

    def gradients(self) -> dict[Place, arb]:
        """The gradient at the explicit indices."""
        found: dict[Place, arb] = {}
        for row, (p, i, _) in enumerate(self.students):
            if i <= self.explicit[self.problem.rows[p].label]:
                found.update(self._placed(p, i, self.gradient(row)))
        return found

    def _placed(self, p: int, i: int, row: list[arb]) -> Iterator[tuple[Place, arb]]:
        for (q, j, _), x in zip(self.columns, row, strict=True):
            if not x.is_finite():
                raise UndecidedError("two vectors may be parallel in the box, or the precision does not suffice")
            if q == len(self.problem.teachers) or j <= self.explicit[self.problem.teachers[q].label]:
                yield (p, i, q, j), x

    def loss(self) -> arb:
        """The loss at a critical point, (E[T^2] - E[N T])/2: the residual is orthogonal to the network N there."""
        total = arb(0)
        for v, m in self._whole_teachers():
            for u, times in self.teachers:
                total += m * times * self._expectation(v, u)
            for w, (_, _, times) in zip(self.rows, self.students, strict=True):
                total -= m * times * self._expectation(w, v)
        return total / 2

    def _whole_teachers(self) -> Iterator[tuple[list[arb], int]]:
        """One teacher of each block with the size of the block."""
        if self.problem.dense:
            yield from self.teachers
            return
        for q, block in enumerate(self.problem.teachers):
            yield [arb(int((c, j) == (q, 1))) for c, j, _ in self.columns], block.size

    def _expectation(self, w: list[arb], v: list[arb]) -> arb:
        pair = self.polar(w, v)
        first, second = pair.norms
        cosine = arb(pair.parallel) if pair.parallel else self.dot(*pair.units)
        return first * second * (self.K * pair.sine / (2 * self.pi) + self.angle(pair) * cosine)


def exact_value(x: arb) -> Fraction:
    m, e = x.man_exp()
    return Fraction(int(m)) * Fraction(2) ** int(e)


def _exactly_parallel(w: list[arb], v: list[arb]) -> int:
    """1 or -1 for vectors given exactly that are parallel, else 0."""
    if not all(x.is_exact() for x in (*w, *v)):
        return 0
    x, y = [exact_value(s) for s in w], [exact_value(s) for s in v]
    a = next(i for i, s in enumerate(x) if s)
    if any(x[a] * t != s * y[a] for s, t in zip(x, y, strict=True)):
        return 0
    return 1 if x[a] * y[a] > 0 else -1


def _on_a_line(w: list[arb], v: list[arb]) -> int:
    """1 or -1 for two numbers that are not 0."""
    return 1 if w[0] * v[0] > 0 else -1
