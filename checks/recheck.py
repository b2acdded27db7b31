r"""Re-verifies a certificate of a critical point: standard library and python-flint only, no code of the maker.

Everything is computed anew, in polar form. With $\bar w = w/|w|$, $\theta = 2\operatorname{atan2}(|\bar w - \bar v|,
|\bar w + \bar v|)$, $r = \bar v - \cos\theta\,\bar w$, $r' = \bar w - \cos\theta\,\bar v$, $A = a^2 + b^2$, $B = 2ab$:

* gradient of a pair by w: $\frac{1}{2\pi}((A+B)|v|\sin\theta\,\bar w + (A(\pi-\theta) - B\theta) v)$,
* $2\pi h_1 = (A+B)\frac{|v|}{|w|}(\sin\theta (I - \bar w\bar w^T) + r r^T/\sin\theta)$,
* $2\pi h_2 = (A(\pi-\theta) - B\theta) I + (A+B)(\bar w r^T + \bar v r'^T)/\sin\theta$.

A symmetric matrix of weights is represented by rows and columns with a few explicit indices of each block and one more
that stands, with a count, for all the others. The Jacobian is the Hessian on the directions of the fixed-point space;
the block of an isotypic component is read off the images of explicit matrices, whose other entries must agree;
eigenvalues are counted by inertia. Every statement is compared with what is found; nothing is trusted.

Source: Safran and Shamir (2018), Section 4 (h1, h2); Krawczyk (1969); Sylvester's law of inertia.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise, product
from typing import Any

from flint import arb, arb_mat, ctx, fmpq, fmpz

SCHEMA = "closedform/certificate/1"
#: Bounds on what is read: digits of a number, exponents, sizes of blocks, unknowns.
MAX_TEXT, MAX_EXPONENT, MAX_SIZE, MAX_UNKNOWNS = 20_000, 1 << 20, 10**12, 100
#: Working precisions: the stated bits plus GUARD, doubled up to this many times while something is undecided.
GUARD, DOUBLINGS, MAX_BITS = 96, 3, 1 << 17
CONTINUUM = "degenerate: split neurons form a continuum of critical points with one loss"
_DYADIC = re.compile(r"(-?[0-9]+)\*2\^(-?[0-9]{1,8})")
_FRACTION = re.compile(r"-?[0-9]{1,400}(/[1-9][0-9]{0,399})?")
_LABEL = re.compile(r"[0-9A-Za-z]{1,8}")

Entry = Callable[[int, int, int, int], Any]
Place = tuple[int, int, int, int]


class RejectedError(ValueError):
    """A statement of the certificate is false, or the file is not a certificate."""


class UndecidedError(ValueError):
    """The working precision does not decide a statement."""


@dataclass(frozen=True)
class Recheck:
    """The outcome.

    Args:
        statements: what was verified; empty if the certificate is rejected.
        rejection: the first reason for rejection, None if every statement holds.
    """

    statements: tuple[str, ...]
    rejection: str | None = None

    @property
    def accepted(self) -> bool:
        """Whether every statement holds."""
        return self.rejection is None


def recheck(text: str) -> Recheck:
    """Verifies every statement of a certificate.

    Args:
        text: the JSON file.

    Returns:
        The verified statements, or the first reason for rejection.

    Example:
        >>> recheck("{}").rejection
        'the certificate lacks the key schema'
    """
    try:
        return Recheck(tuple(_verified(text)))
    except (RejectedError, UndecidedError) as error:
        return Recheck((), " ".join(str(error).split()))


def _verified(text: str) -> list[str]:
    problem, claim = _read(text)
    bits = claim.bits + GUARD
    for doubling in range(DOUBLINGS + 1):
        previous, ctx.prec = ctx.prec, bits << doubling
        try:
            return _statements(problem, claim)
        except UndecidedError:
            if doubling == DOUBLINGS:
                raise
        finally:
            ctx.prec = previous
    raise UndecidedError("no precision was tried")


def _require(condition: object, reason: str) -> None:
    if not condition:
        raise RejectedError(reason)


# reading


@dataclass(frozen=True)
class Block:
    """A block of rows or columns: its label and size."""

    label: str
    size: int


@dataclass(frozen=True)
class Problem:
    """What the certificate is about.

    Args:
        positive: a of the activation a max(z, 0) + b max(-z, 0).
        negative: b.
        rows: blocks of students.
        teachers: blocks of orthonormal teachers; for dense problems every column is a block of its own.
        d: dimension of the input.
        dense: the teacher as a matrix, where it is not [I_k 0].
        split: neurons that are divided, each with its block, its index from 1 and the shares, which sum to 1.
    """

    positive: Fraction
    negative: Fraction
    rows: tuple[Block, ...]
    teachers: tuple[Block, ...]
    d: int
    dense: tuple[tuple[Fraction, ...], ...] = ()
    split: tuple[tuple[int, int, tuple[Fraction, ...]], ...] = ()

    @property
    def squares(self) -> Fraction:
        """A."""
        return self.positive**2 + self.negative**2

    @property
    def total(self) -> Fraction:
        """A + B."""
        return (self.positive + self.negative) ** 2

    @property
    def n(self) -> int:
        """Number of students."""
        return sum(b.size for b in self.rows)

    @property
    def k(self) -> int:
        """Number of columns with weights."""
        return sum(b.size for b in self.teachers)

    def has_diagonal(self, p: int, q: int) -> bool:
        """Whether one group permutes the rows of block p and the columns of block q."""
        return self.rows[p].label == self.teachers[q].label and self.rows[p].size > 1

    def orbits(self) -> list[tuple[int, int, bool]]:
        """The unknowns: block of rows, block of columns, on the diagonal."""
        found = []
        for p, q in product(range(len(self.rows)), range(len(self.teachers))):
            found += [(p, q, True)] * self.has_diagonal(p, q) + [(p, q, False)]
        return found

    @property
    def group(self) -> str:
        """The group that fixes every matrix of the fixed-point space."""
        labels = {b.label for b in self.teachers}
        own = [f" x S_{b.size}" for b in self.rows if b.label not in labels and b.size > 1]
        return "Delta(" + " x ".join(f"S_{b.size}" for b in self.teachers) + ")" + "".join(own)


@dataclass(frozen=True)
class Eigenvalue:
    """A claimed enclosure of eigenvalues."""

    low: arb
    high: arb
    multiplicity: int
    component: str


@dataclass(frozen=True)
class Claim:
    """What the certificate states."""

    centre: list[arb]
    radius: arb
    bits: int
    preconditioner: list[list[arb]]
    loss: tuple[arb, arb]
    kind: str
    index: int | None
    isotropy: str
    eigenvalues: list[Eigenvalue]


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    _require(len({k for k, _ in pairs}) == len(pairs), "the file has a key twice")
    return dict(pairs)


def _no_float(text: str) -> Any:
    raise RejectedError(f"got the number {text[:20]}, expected integers and numbers as text")


def _integer(text: str) -> int:
    _require(len(text) <= 40, "an integer is too long")
    return int(text)


def _keys(value: Any, names: str, what: str) -> list[Any]:
    _require(isinstance(value, dict), f"{what} is no object")
    wanted = names.split()
    for name in wanted:
        _require(name in value, f"{what} lacks the key {name}")
    _require(len(value) == len(wanted), f"{what} has an unknown key")
    return [value[name] for name in wanted]


def _list(value: Any, what: str, length: int | None = None) -> list[Any]:
    _require(isinstance(value, list), f"{what} is no list")
    _require(length is None or len(value) == length, f"{what} has {len(value)} entries, expected {length}")
    _require(len(value) <= 10 * MAX_UNKNOWNS, f"{what} is too long")
    return list(value)


def _size(value: Any, what: str, least: int = 1) -> int:
    _require(type(value) is int and least <= value <= MAX_SIZE**2, f"{what} is no integer from {least} to its bound")
    return int(value)


def _dyadic(value: Any, what: str) -> arb:
    match = _DYADIC.fullmatch(value) if isinstance(value, str) and len(value) <= MAX_TEXT else None
    if match is None or abs(int(match[2])) > MAX_EXPONENT:
        raise RejectedError(f"{what} is no number m*2^e within bounds")
    return arb((fmpz(match[1]), fmpz(int(match[2]))))


def _fraction(value: Any, what: str) -> Fraction:
    _require(isinstance(value, str) and _FRACTION.fullmatch(value), f"{what} is no fraction")
    return Fraction(value)


def _read(text: str) -> tuple[Problem, Claim]:
    try:
        data = json.loads(
            text,
            object_pairs_hook=_without_duplicates,
            parse_float=_no_float,
            parse_constant=_no_float,
            parse_int=_integer,
        )
    except (json.JSONDecodeError, RecursionError) as error:
        raise RejectedError(f"the file is no JSON: {error}") from None
    names = "schema problem centre radius bits preconditioner facts digest"
    schema, problem, centre, radius, bits, preconditioner, facts, digest = _keys(data, names, "the certificate")
    _require(schema == SCHEMA, f"got the schema {str(schema)[:40]!r}, expected {SCHEMA}")
    _require(digest == _digest(data), "the digest does not belong to the content: the file was changed")
    about = _problem(problem)
    unknowns, precision = about.orbits(), _size(bits, "bits", 16)
    _require(precision <= MAX_BITS, f"bits is more than {MAX_BITS}")
    values = []
    for (p, q, diagonal), entry in zip(unknowns, _list(centre, "centre", len(unknowns)), strict=True):
        row, column, on, value = _list(entry, "an entry of centre", 4)
        same = type(row) is int and type(column) is int and type(on) is bool and (row, column, on) == (p, q, diagonal)
        _require(same, f"centre has the orbit {str(entry[:3])[:40]}, expected {[p, q, diagonal]}")
        values.append(_dyadic(value, "an entry of centre"))
    width = _dyadic(radius, "radius")
    _require(width >= 0, "radius is negative")
    size = 0 if width == 0 else len(unknowns)
    rows = [_list(row, "a row of preconditioner", size) for row in _list(preconditioner, "preconditioner", size)]
    matrix = [[_dyadic(x, "an entry of preconditioner") for x in row] for row in rows]
    return about, _claim(facts, values, width, precision, matrix)


def _digest(data: Mapping[str, Any]) -> str:
    rest = {k: v for k, v in data.items() if k != "digest"}
    canonical = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _problem(value: Any) -> Problem:
    names = "activation rows teachers d teacher_matrix split"
    activation, rows, teachers, d, dense, split = _keys(value, names, "problem")
    a, b = (_fraction(x, "activation") for x in _list(activation, "activation", 2))
    _require(a + b != 0, "the activation is linear, expected a kink")
    students, columns = _blocks(rows, "rows"), _blocks(teachers, "teachers")
    labels = [b.label for b in columns]
    _require(len(set(labels)) == len(labels), "two blocks of teachers have one label")
    extra = [b.label for b in students if b.label not in labels]
    _require(len(set(extra)) == len(extra), "two blocks of extra rows have one label")
    size = {b.label: b.size for b in columns}
    _require(all(size.get(b.label, b.size) == b.size for b in students), "blocks of one label differ in size")
    divided = _split(split, students)
    about = Problem(a, b, students, columns, _size(d, "d"), _matrix(dense, len(columns)), divided)
    _require(about.d >= about.k, f"d = {about.d} is less than the sum of the blocks of teachers, {about.k}")
    _require(len(about.orbits()) <= MAX_UNKNOWNS, f"more than {MAX_UNKNOWNS} unknowns")
    if dense:
        _require(all(b.size == 1 for b in (*students, *columns)), "a teacher matrix goes with blocks of size 1")
        _require(about.d == about.k, "a teacher matrix has d columns")
    return about


def _blocks(value: Any, what: str) -> tuple[Block, ...]:
    found = []
    for entry in _list(value, what):
        label, size = _list(entry, f"a block of {what}", 2)
        _require(isinstance(label, str) and _LABEL.fullmatch(label), f"a label of {what} is no short word")
        _require(_size(size, f"a size of {what}") <= MAX_SIZE, f"a size of {what} is too large")
        found.append(Block(label, size))
    _require(found, f"{what} is empty")
    return tuple(found)


def _split(value: Any, rows: Sequence[Block]) -> tuple[tuple[int, int, tuple[Fraction, ...]], ...]:
    found = []
    for entry in _list(value, "split"):
        p, i, shares = _list(entry, "an entry of split", 3)
        _require(_size(p, "a block of split", 0) < len(rows), "split names a block that does not exist")
        _require(_size(i, "an index of split") <= rows[p].size, "split names a neuron that does not exist")
        parts = tuple(_fraction(x, "a share") for x in _list(shares, "shares"))
        _require(len(parts) > 1 and all(x > 0 for x in parts), "shares are two or more positive fractions")
        _require(sum(parts) == 1, "shares do not sum to 1")
        found.append((p, i, parts))
    _require(len({x[:2] for x in found}) == len(found), "a neuron is split twice")
    return tuple(found)


def _matrix(value: Any, columns: int) -> tuple[tuple[Fraction, ...], ...]:
    if value is None:
        return ()
    rows = [_list(row, "a row of teacher_matrix", columns) for row in _list(value, "teacher_matrix")]
    found = tuple(tuple(_fraction(x, "an entry of teacher_matrix") for x in row) for row in rows)
    _require(found and all(any(row) for row in found), "teacher_matrix has no rows, or a row of zeros")
    return found


def _claim(facts: Any, centre: list[arb], radius: arb, bits: int, preconditioner: list[list[arb]]) -> Claim:
    loss, kind, index, isotropy, eigenvalues = _keys(facts, "loss kind index isotropy eigenvalues", "facts")
    low, high = (_dyadic(x, "loss") for x in _list(loss, "loss", 2))
    _require(index is None or _size(index, "index", 0) >= 0, "index")
    _require(isinstance(kind, str) and isinstance(isotropy, str), "kind and isotropy are texts")
    found = []
    for entry in _list(eigenvalues, "eigenvalues"):
        bottom, top, multiplicity, component = _keys(entry, "low high multiplicity component", "an eigenvalue")
        _require(isinstance(component, str), "the component of an eigenvalue is no text")
        times = _size(multiplicity, "a multiplicity")
        found.append(Eigenvalue(_dyadic(bottom, "an eigenvalue"), _dyadic(top, "an eigenvalue"), times, component))
    return Claim(centre, radius, bits, preconditioner, (low, high), kind, index, isotropy, found)


# rows and columns with a few explicit indices


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


def _exact(x: arb) -> Fraction:
    m, e = x.man_exp()
    return Fraction(int(m)) * Fraction(2) ** int(e)


def _exactly_parallel(w: list[arb], v: list[arb]) -> int:
    """1 or -1 for vectors given exactly that are parallel, else 0."""
    if not all(x.is_exact() for x in (*w, *v)):
        return 0
    x, y = [_exact(s) for s in w], [_exact(s) for s in v]
    a = next(i for i, s in enumerate(x) if s)
    if any(x[a] * t != s * y[a] for s, t in zip(x, y, strict=True)):
        return 0
    return 1 if x[a] * y[a] > 0 else -1


def _on_a_line(w: list[arb], v: list[arb]) -> int:
    """1 or -1 for two numbers that are not 0."""
    return 1 if w[0] * v[0] > 0 else -1


# the zero


def _system(problem: Problem, values: Sequence[arb], jacobian: bool) -> tuple[list[arb], list[list[arb]]]:
    """Gradient on the orbits, and its derivative along them."""
    sample = Sample(problem, values, {})
    orbits = problem.orbits()
    places = [(p, 1, q, 1 if on or not problem.has_diagonal(p, q) else 2) for p, q, on in orbits]
    found = sample.gradients()
    if not jacobian:
        for (p, i, q, j), x in found.items():
            same = 0 if q == len(problem.teachers) else found[places[sample._orbit(p, i, q, j)]]
            _require(x.overlaps(arb(same)), "the gradient is not fixed by the group")
        return [found[place] for place in places], []
    columns = []
    for orbit in range(len(orbits)):
        image = sample.image(lambda p, i, q, j, o=orbit: int(sample._orbit(p, i, q, j) == o))  # type: ignore[misc]
        columns.append([image[place] for place in places])
    return [], [list(row) for row in zip(*columns, strict=True)]


def _contracts(problem: Problem, centre: Sequence[arb], radius: arb, C: arb_mat) -> list[arb] | None:
    """The image of the box under the Krawczyk operator, if it lies inside the box."""
    g = arb_mat([[x] for x in _system(problem, centre, False)[0]])
    box = [x + arb(0, radius) for x in centre]
    J = arb_mat(_system(problem, box, True)[1])
    one = arb_mat([[int(i == j) for j in range(len(box))] for i in range(len(box))])
    step, slack = C * g, one - C * J
    image = []
    for i, x in enumerate(centre):
        reach = abs(step[i, 0])
        for j in range(len(box)):
            reach += abs(slack[i, j]) * radius
        if not reach < radius:
            return None
        image.append(x - step[i, 0] + arb(0, (reach - abs(step[i, 0])).abs_upper()))
    return image


def _zero(problem: Problem, claim: Claim) -> list[arb]:
    """A narrow enclosure of the zero whose existence and uniqueness in the claimed box is verified."""
    if claim.radius == 0:
        return _teacher_itself(problem, claim.centre)
    found = _contracts(problem, claim.centre, claim.radius, arb_mat(claim.preconditioner))
    if found is None:
        raise UndecidedError("the Krawczyk operator does not map the box into itself: no zero is proved in it")
    x = [s.mid() for s in found]
    for _ in range(ctx.prec.bit_length() + 2):
        g, _ = _system(problem, x, False)
        _, J = _system(problem, x, True)
        try:
            inverse = arb_mat(J).mid().inv().mid()
        except ZeroDivisionError:
            raise UndecidedError("the Jacobian is singular at this precision") from None
        step = inverse * arb_mat([[s] for s in g])
        x = [(s - step[i, 0]).mid() for i, s in enumerate(x)]
        if all(abs(step[i, 0].mid()) < arb(2) ** (-3 * ctx.prec // 4) for i in range(len(x))):
            break
    narrow = _contracts(problem, x, arb(2) ** (-5 * ctx.prec // 8), inverse)
    if narrow is None:
        raise UndecidedError("the zero cannot be enclosed more narrowly at this precision")
    inside = (abs(s - c) < claim.radius for s, c in zip(narrow, claim.centre, strict=True))
    _require(all(inside), "the zero lies outside the box")
    return narrow


def _teacher_itself(problem: Problem, centre: list[arb]) -> list[arb]:
    """The weights, if they are exact and students are positive multiples of teachers that sum up to them."""
    reason = "a radius of 0 needs weights whose network is the teacher's: rows that are parts of teachers"
    if problem.dense:
        return _parts_of_teachers(problem, centre, reason)
    sums = dict.fromkeys(range(len(problem.teachers)), Fraction(0))
    values = {o: _exact(x) for o, x in zip(problem.orbits(), centre, strict=True)}
    for p, row in enumerate(problem.rows):
        carried = [o for o in values if o[0] == p and values[o]]
        _require(len(carried) == 1 and values[carried[0]] > 0, reason)
        _, q, on = carried[0]
        _require(on or problem.teachers[q].size == 1, reason)
        sums[q] += values[carried[0]] * (1 if on else row.size)
    _require(all(s == 1 for s in sums.values()), reason)
    return centre


def _parts_of_teachers(problem: Problem, centre: list[arb], reason: str) -> list[arb]:
    """The same for teachers of any directions: rows are positive multiples of teachers, the parts of each sum to 1."""
    d, left = problem.d, [Fraction(1)] * len(problem.dense)
    rows = [[_exact(x) for x in centre[i * d : i * d + d]] for i in range(problem.n)]
    for w in rows:
        owner = next(
            (j for j, v in enumerate(problem.dense) if (c := _multiple(w, v)) is not None and c <= left[j]), None
        )
        _require(owner is not None, reason)
        left[owner or 0] -= _multiple(w, problem.dense[owner or 0]) or Fraction(0)
    _require(not any(left), reason)
    return centre


def _multiple(w: Sequence[Fraction], v: Sequence[Fraction]) -> Fraction | None:
    """c > 0 with w = c v."""
    a = next(i for i, x in enumerate(v) if x)
    c = w[a] / v[a]
    return c if c > 0 and all(x == c * y for x, y in zip(w, v, strict=True)) else None


# the spectrum


@dataclass(frozen=True)
class Component:
    """An isotypic component: the dimension of a copy (times the columns it stands for) and its copies."""

    dimension: int
    named: Mapping[str, int]
    copies: list[tuple[int, int, str]]


_EXTERIOR = {(1, 2): 1, (2, 3): 1, (3, 1): 1, (2, 1): -1, (3, 2): -1, (1, 3): -1}
_SPECHT = {(1, 3): 1, (1, 4): -1, (2, 3): -1, (2, 4): 1, (3, 1): 1, (4, 1): -1, (3, 2): -1, (4, 2): 1}


def _xi(i: int) -> int:
    return 1 if i == 1 else -1 if i == 2 else 0


_SHAPES: dict[str, Callable[[int, int], int]] = {
    "diagonal": lambda i, j: int(i == j),
    "off": lambda i, j: int(i != j),
    "ones": lambda *_: 1,
    "rows": lambda i, _: _xi(i),
    "columns": lambda _, j: _xi(j),
    "both": lambda i, j: _xi(i) * (i == j),
    "product": lambda i, j: _xi(i) * _xi(j),
    "exterior": lambda i, j: _EXTERIOR.get((i, j), 0),
    "specht": lambda i, j: _SPECHT.get((i, j), 0),
}


def _components(problem: Problem) -> dict[str, Component]:
    found: dict[str, Component] = {}

    def put(name: str, dimension: int, named: dict[str, int], *copies: tuple[int, int, str]) -> None:
        found.setdefault(name, Component(dimension, named, [])).copies.extend(copies)

    beyond, last = problem.d - problem.k, len(problem.teachers)
    for p, row in enumerate(problem.rows):
        a, n = row.label, row.size
        for q, column in enumerate(problem.teachers):
            b, m = column.label, column.size
            if problem.has_diagonal(p, q):
                put("trivial", 1, {}, (p, q, "diagonal"), (p, q, "off"))
                put(f"standard:{a}", n - 1, {a: 2}, (p, q, "rows"), (p, q, "columns"))
                if n > 2:
                    put(f"standard:{a}", n - 1, {a: 2}, (p, q, "both"))
                    put(f"exterior:{a}", (n - 1) * (n - 2) // 2, {a: 3}, (p, q, "exterior"))
                if n > 3:
                    put(f"specht:{a}", n * (n - 3) // 2, {a: 4}, (p, q, "specht"))
                continue
            put("trivial", 1, {}, (p, q, "ones"))
            if n > 1:
                put(f"standard:{a}", n - 1, {a: 2}, (p, q, "rows"))
            if m > 1:
                put(f"standard:{b}", m - 1, {b: 2}, (p, q, "columns"))
            if n > 1 and m > 1:
                put(f"standard:{'*'.join(sorted((a, b)))}", (n - 1) * (m - 1), {a: 2, b: 2}, (p, q, "product"))
        if beyond:
            put("extra-columns:trivial", beyond, {}, (p, last, "ones"))
            if n > 1:
                put(f"extra-columns:standard:{a}", (n - 1) * beyond, {a: 2}, (p, last, "rows"))
    return found


def _entry(copy: tuple[int, int, str]) -> Entry:
    p, q, shape = copy
    return lambda s, i, t, j: _SHAPES[shape](i, j) if (s, t) == (p, q) else 0


def _inner(problem: Problem, x: tuple[int, int, str], y: tuple[int, int, str]) -> int:
    """The inner product of two test matrices."""
    if x[:2] != y[:2]:
        return 0
    n = problem.rows[x[0]].size
    m = problem.teachers[x[1]].size if x[1] < len(problem.teachers) else 1
    if x != y:
        return 2 if "both" in (x[2], y[2]) else 0
    own = {"diagonal": n, "off": n * (m - 1), "ones": n * m, "rows": 2 * m, "columns": 2 * n, "both": 2}
    return {**own, "product": 4, "exterior": 6, "specht": 8}[x[2]]


def _coordinate(problem: Problem, Y: Mapping[Any, arb], copy: tuple[int, int, str]) -> arb:
    """The coefficient of an image along a copy."""
    p, q, shape = copy
    if shape in ("rows", "columns", "both") and q < len(problem.teachers) and problem.has_diagonal(p, q):
        if problem.rows[p].size == 2:
            sign = 1 if shape == "rows" else -1
            return (Y[p, 1, q, 1] + sign * Y[p, 1, q, 2]) / 2
        along = {"rows": Y[p, 1, q, 3], "columns": Y[p, 3, q, 1]}
        return along.get(shape, Y[p, 1, q, 1] - along["rows"] - along["columns"])
    return Y[p, 1, q, {"off": 2, "exterior": 2, "specht": 3}.get(shape, 1)]


def _block(problem: Problem, values: Sequence[arb], component: Component) -> list[list[arb]]:
    """<X_r, H X_c> for the copies of a component; the images must be combinations of the copies."""
    sample = Sample(problem, values, component.named)
    entries, columns = [_entry(c) for c in component.copies], []
    for entry in entries:
        Y = sample.image(entry)
        coordinates = [_coordinate(problem, Y, c) for c in component.copies]
        for place, y in Y.items():
            expected = sum((x * e(*place) for x, e in zip(coordinates, entries, strict=True) if e(*place)), arb(0))
            _require(y.overlaps(expected), "the Hessian does not map a component into itself")
        columns.append(coordinates)
    gram = [[_inner(problem, x, y) for y in component.copies] for x in component.copies]
    size = range(len(entries))
    whole = [[sum((gram[r][s] * columns[c][s] for s in size if gram[r][s]), arb(0)) for c in size] for r in size]
    for r, c in product(size, size):
        _require(whole[r][c].overlaps(whole[c][r]), "a block of the Hessian is not symmetric")
    return whole


def _inertia(S: list[list[arb]]) -> tuple[int, int]:
    """How many eigenvalues of a symmetric matrix are negative and positive, none being 0; pivots of order 1 and 2."""
    M, negative, positive = [row[:] for row in S], 0, 0
    while M:
        size = range(len(M))
        a = max(size, key=lambda s: M[s][s].abs_lower())
        off = max(combinations(size, 2), key=lambda t: M[t[0]][t[1]].abs_lower(), default=None)
        if off is None or M[a][a].abs_lower() * 2 >= M[off[0]][off[1]].abs_lower():
            d = M[a][a]
            if not (d > 0 or d < 0):
                raise UndecidedError("the end of an enclosure cannot be told from an eigenvalue")
            positive, negative = positive + bool(d > 0), negative + bool(d < 0)
            M = [[M[i][j] - M[i][a] * M[a][j] / d for j in size if j != a] for i in size if i != a]
            continue
        i, j = off
        det = M[i][i] * M[j][j] - M[i][j] * M[i][j]
        if not det < 0:
            raise UndecidedError("the end of an enclosure cannot be told from an eigenvalue")
        positive, negative = positive + 1, negative + 1
        rest = [s for s in size if s not in off]
        M = [[M[s][t] - _correction(M, s, t, off, det) for t in rest] for s in rest]
    return negative, positive


def _correction(M: list[list[arb]], s: int, t: int, pivot: tuple[int, int], det: arb) -> arb:
    i, j = pivot
    first = M[j][j] * M[i][t] - M[i][j] * M[j][t]
    second = M[i][i] * M[j][t] - M[i][j] * M[i][t]
    return (M[s][i] * first + M[s][j] * second) / det


def _check_component(problem: Problem, values: Sequence[arb], name: str, component: Component, claim: Claim) -> None:
    claimed = sorted((e for e in claim.eigenvalues if e.component == name), key=lambda e: _exact(e.low))
    for e in claimed:
        _require(e.low <= e.high, f"an enclosure of {name} is empty")
        _require(e.multiplicity % component.dimension == 0, f"a multiplicity of {name} is no multiple of its dimension")
    for e, after in pairwise(claimed):
        _require(e.high < after.low, f"two enclosures of {name} overlap")
    counts = [e.multiplicity // component.dimension for e in claimed]
    copies = len(component.copies)
    _require(sum(counts) == copies, f"{name} occurs {copies} times, the enclosures count {sum(counts)} eigenvalues")
    S = _block(problem, values, component)
    upper = [[S[min(i, j)][max(i, j)] for j in range(copies)] for i in range(copies)]
    gram = [[_inner(problem, x, y) for y in component.copies] for x in component.copies]

    def inertia(at: arb) -> tuple[int, int]:
        return _inertia([[x - at * g for x, g in zip(*rows, strict=True)] for rows in zip(upper, gram, strict=True)])

    below = 0
    for e, count in zip(claimed, counts, strict=True):
        less, more = inertia(e.low)[0], inertia(e.high)[1]
        wrong = f"an enclosure of {name} holds {copies - less - more} eigenvalues after {less}, expected {count}"
        _require(less == below and more == copies - below - count, f"{wrong} after {below}")
        below += count


def _check_spectrum(problem: Problem, values: Sequence[arb], claim: Claim) -> None:
    known = _components(problem)
    for e in claim.eigenvalues:
        _require(e.component in known, f"there is no isotypic component {e.component[:40]}")
    total = sum(e.multiplicity for e in claim.eigenvalues)
    _require(total == problem.n * problem.d, f"multiplicities sum to {total}, expected n d = {problem.n * problem.d}")
    for name, component in known.items():
        _check_component(problem, values, name, component, claim)


def _check_kind(problem: Problem, claim: Claim) -> None:
    negative = sum(e.multiplicity for e in claim.eigenvalues if e.high < 0)
    zero = sum(e.multiplicity for e in claim.eigenvalues if e.low <= 0 <= e.high)
    kind = "strict local minimum" if negative == 0 else f"saddle of index {negative}"
    if zero:
        kind = f"degenerate: {zero} eigenvalues cannot be told from 0, {negative} are negative"
    if problem.split:
        zero, kind = 1, CONTINUUM
    _require(claim.index == (None if zero else negative), f"got the index {claim.index}, the enclosures say {kind}")
    _require(claim.kind == kind, f"got the kind {claim.kind[:80]!r}, the enclosures say {kind!r}")


# the isotropy


def _check_isotropy(problem: Problem, values: Sequence[arb], claim: Claim) -> str:
    group = problem.group
    if problem.dense:  # permutations of coordinates need not leave the teacher as it is
        _require(claim.isotropy == "not determined", "the isotropy of a general teacher's student is not determined")
        return "no symmetry is used"
    if claim.isotropy == f"contains {group}":
        return f"the isotropy contains {group}"
    _require(claim.isotropy == group, f"got the isotropy {claim.isotropy[:80]!r}, expected {group}")
    number: dict[tuple[int, int, bool], int] = {}
    for orbit, x in zip(problem.orbits(), values, strict=True):
        same = [n for o, n in number.items() if x == values[problem.orbits().index(o)]]  # equal only if both are exact
        number[orbit] = same[0] if same else len(number)
    for (o, x), (s, y) in combinations(zip(problem.orbits(), values, strict=True), 2):
        if number[o] != number[s] and x.overlaps(y):
            raise UndecidedError(f"the weights on the orbits {o} and {s} are not told apart: a larger isotropy is open")
    columns = []
    for q in range(len(problem.teachers)):
        entries: Counter[int] = Counter()
        for p, row in enumerate(problem.rows):
            on = problem.has_diagonal(p, q)
            entries[number[p, q, False]] += row.size - on
            if on:
                entries[number[p, q, True]] += 1
        columns.append(+entries)
    _require(all(x != y for x, y in combinations(columns, 2)), "two blocks of columns have the same entries")
    _require(_rows_differ(problem, number), "rows that the group does not exchange are equal")
    return f"the isotropy is {group}: it fixes the weights, and no larger group does"


def _rows_differ(problem: Problem, number: Mapping[tuple[int, int, bool], int]) -> bool:
    """Whether rows are equal only inside blocks that belong to no column."""

    def row(p: int, i: int) -> list[int]:
        columns = [(q, j) for q, b in enumerate(problem.teachers) for j in range(1, min(b.size, 3) + 1)]
        return [number[p, q, i == j and problem.has_diagonal(p, q)] for q, j in columns]

    shown = [(p, i) for p, b in enumerate(problem.rows) for i in range(1, min(b.size, 2) + 1)]
    own = {b.label for b in problem.teachers}
    for (p, i), (s, j) in combinations(shown, 2):
        alike = p == s and problem.rows[p].label not in own
        if not alike and row(p, i) == row(s, j):
            return False
    return True


# all of it


def _statements(problem: Problem, claim: Claim) -> list[str]:
    _check_kind(problem, claim)
    values = _zero(problem, claim)
    exact = claim.radius == 0
    point = "the network is the teacher's: a global minimum of loss 0" if exact else _box_statement(problem, claim)
    low, high = claim.loss
    loss = arb(0) if exact else Sample(problem, values, {}).loss()
    if not (low <= loss and loss <= high):
        _require(not (loss < low or loss > high or low > high), "the loss lies outside its enclosure")
        raise UndecidedError("the loss is not seen to lie in its enclosure")
    isotropy = _check_isotropy(problem, values, claim)
    _check_spectrum(problem, values, claim)
    found = [
        point,
        "the gradient is fixed by the group, so a zero of the reduced gradient is a critical point of the loss",
        f"the loss lies in [{low.str(12, radius=False)}, {high.str(12, radius=False)}]",
        isotropy,
        "the Hessian maps each isotypic component into itself, and acts on it through one block of its copies",
        f"all {problem.n * problem.d} eigenvalues of the Hessian lie in the {len(claim.eigenvalues)} enclosures, with "
        f"their multiplicities",
    ]
    if problem.split:
        found = [f"the network with split neurons merged: {s}" for s in found]
        found.append("every division of its neurons into positive multiples is critical too, with the same loss")
    return [*found, claim.kind]


def _box_statement(problem: Problem, claim: Claim) -> str:
    return (
        f"exactly one critical point with n = {problem.n}, d = {problem.d} and this symmetry lies within "
        f"{claim.radius.str(3, radius=False)} of the centre"
    )
