"""What the checker of certificates reads: problem and claim of a JSON file, every value with its bounds."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from flint import arb, fmpz

SCHEMA = "closedform/certificate/1"
#: Bounds on what is read: digits of a number, exponents, sizes of blocks, unknowns.
MAX_TEXT, MAX_EXPONENT, MAX_SIZE, MAX_UNKNOWNS = 20_000, 1 << 20, 10**12, 100
#: Working precisions: the stated bits plus GUARD, doubled up to this many times while something is undecided.
GUARD, DOUBLINGS, MAX_BITS = 96, 3, 1 << 17
CONTINUUM = "degenerate: split neurons form a continuum of critical points with one loss"
_DYADIC = re.compile(r"(-?[0-9]+)\*2\^(-?[0-9]{1,8})")
_FRACTION = re.compile(r"-?[0-9]{1,400}(/[1-9][0-9]{0,399})?")
LABEL = re.compile(r"[0-9A-Za-z]{1,8}")


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


def require(condition: object, reason: str) -> None:
    if not condition:
        raise RejectedError(reason)


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


def without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    require(len({k for k, _ in pairs}) == len(pairs), "the file has a key twice")
    return dict(pairs)


def no_float(text: str) -> Any:
    raise RejectedError(f"got the number {text[:20]}, expected integers and numbers as text")


def read_integer(text: str) -> int:
    require(len(text) <= 40, "an integer is too long")
    return int(text)


def read_keys(value: Any, names: str, what: str) -> list[Any]:
    require(isinstance(value, dict), f"{what} is no object")
    wanted = names.split()
    for name in wanted:
        require(name in value, f"{what} lacks the key {name}")
    require(len(value) == len(wanted), f"{what} has an unknown key")
    return [value[name] for name in wanted]


def read_list(value: Any, what: str, length: int | None = None) -> list[Any]:
    require(isinstance(value, list), f"{what} is no list")
    require(length is None or len(value) == length, f"{what} has {len(value)} entries, expected {length}")
    require(len(value) <= 10 * MAX_UNKNOWNS, f"{what} is too long")
    return list(value)


def read_size(value: Any, what: str, least: int = 1) -> int:
    require(type(value) is int and least <= value <= MAX_SIZE**2, f"{what} is no integer from {least} to its bound")
    return int(value)


def read_dyadic(value: Any, what: str) -> arb:
    match = _DYADIC.fullmatch(value) if isinstance(value, str) and len(value) <= MAX_TEXT else None
    if match is None or abs(int(match[2])) > MAX_EXPONENT:
        raise RejectedError(f"{what} is no number m*2^e within bounds")
    return arb((fmpz(match[1]), fmpz(int(match[2]))))


def read_fraction(value: Any, what: str) -> Fraction:
    require(isinstance(value, str) and _FRACTION.fullmatch(value), f"{what} is no fraction")
    return Fraction(value)


def read_certificate(text: str) -> tuple[Problem, Claim]:
    try:
        data = json.loads(
            text,
            object_pairs_hook=without_duplicates,
            parse_float=no_float,
            parse_constant=no_float,
            parse_int=read_integer,
        )
    except (json.JSONDecodeError, RecursionError) as error:
        raise RejectedError(f"the file is no JSON: {error}") from None
    names = "schema problem centre radius bits preconditioner facts digest"
    schema, problem, centre, radius, bits, preconditioner, facts, digest = read_keys(data, names, "the certificate")
    require(schema == SCHEMA, f"got the schema {str(schema)[:40]!r}, expected {SCHEMA}")
    require(digest == digest_of(data), "the digest does not belong to the content: the file was changed")
    about = _problem(problem)
    unknowns, precision = about.orbits(), read_size(bits, "bits", 16)
    require(precision <= MAX_BITS, f"bits is more than {MAX_BITS}")
    values = []
    for (p, q, diagonal), entry in zip(unknowns, read_list(centre, "centre", len(unknowns)), strict=True):
        row, column, on, value = read_list(entry, "an entry of centre", 4)
        same = type(row) is int and type(column) is int and type(on) is bool and (row, column, on) == (p, q, diagonal)
        require(same, f"centre has the orbit {str(entry[:3])[:40]}, expected {[p, q, diagonal]}")
        values.append(read_dyadic(value, "an entry of centre"))
    width = read_dyadic(radius, "radius")
    require(width >= 0, "radius is negative")
    size = 0 if width == 0 else len(unknowns)
    rows = [
        read_list(row, "a row of preconditioner", size) for row in read_list(preconditioner, "preconditioner", size)
    ]
    matrix = [[read_dyadic(x, "an entry of preconditioner") for x in row] for row in rows]
    return about, _claim(facts, values, width, precision, matrix)


def digest_of(data: Mapping[str, Any]) -> str:
    rest = {k: v for k, v in data.items() if k != "digest"}
    canonical = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _problem(value: Any) -> Problem:
    names = "activation rows teachers d teacher_matrix split"
    activation, rows, teachers, d, dense, split = read_keys(value, names, "problem")
    a, b = (read_fraction(x, "activation") for x in read_list(activation, "activation", 2))
    require(a + b != 0, "the activation is linear, expected a kink")
    students, columns = _blocks(rows, "rows"), _blocks(teachers, "teachers")
    labels = [b.label for b in columns]
    require(len(set(labels)) == len(labels), "two blocks of teachers have one label")
    extra = [b.label for b in students if b.label not in labels]
    require(len(set(extra)) == len(extra), "two blocks of extra rows have one label")
    size = {b.label: b.size for b in columns}
    require(all(size.get(b.label, b.size) == b.size for b in students), "blocks of one label differ in size")
    divided = _split(split, students)
    about = Problem(a, b, students, columns, read_size(d, "d"), _matrix(dense, len(columns)), divided)
    require(about.d >= about.k, f"d = {about.d} is less than the sum of the blocks of teachers, {about.k}")
    require(len(about.orbits()) <= MAX_UNKNOWNS, f"more than {MAX_UNKNOWNS} unknowns")
    if dense:
        require(all(b.size == 1 for b in (*students, *columns)), "a teacher matrix goes with blocks of size 1")
        require(about.d == about.k, "a teacher matrix has d columns")
    return about


def _blocks(value: Any, what: str) -> tuple[Block, ...]:
    found = []
    for entry in read_list(value, what):
        label, size = read_list(entry, f"a block of {what}", 2)
        require(isinstance(label, str) and LABEL.fullmatch(label), f"a label of {what} is no short word")
        require(read_size(size, f"a size of {what}") <= MAX_SIZE, f"a size of {what} is too large")
        found.append(Block(label, size))
    require(found, f"{what} is empty")
    return tuple(found)


def _split(value: Any, rows: Sequence[Block]) -> tuple[tuple[int, int, tuple[Fraction, ...]], ...]:
    found = []
    for entry in read_list(value, "split"):
        p, i, shares = read_list(entry, "an entry of split", 3)
        require(read_size(p, "a block of split", 0) < len(rows), "split names a block that does not exist")
        require(read_size(i, "an index of split") <= rows[p].size, "split names a neuron that does not exist")
        parts = tuple(read_fraction(x, "a share") for x in read_list(shares, "shares"))
        require(len(parts) > 1 and all(x > 0 for x in parts), "shares are two or more positive fractions")
        require(sum(parts) == 1, "shares do not sum to 1")
        found.append((p, i, parts))
    require(len({x[:2] for x in found}) == len(found), "a neuron is split twice")
    return tuple(found)


def _matrix(value: Any, columns: int) -> tuple[tuple[Fraction, ...], ...]:
    if value is None:
        return ()
    rows = [read_list(row, "a row of teacher_matrix", columns) for row in read_list(value, "teacher_matrix")]
    found = tuple(tuple(read_fraction(x, "an entry of teacher_matrix") for x in row) for row in rows)
    require(found and all(any(row) for row in found), "teacher_matrix has no rows, or a row of zeros")
    return found


def _claim(facts: Any, centre: list[arb], radius: arb, bits: int, preconditioner: list[list[arb]]) -> Claim:
    loss, kind, index, isotropy, eigenvalues = read_keys(facts, "loss kind index isotropy eigenvalues", "facts")
    low, high = (read_dyadic(x, "loss") for x in read_list(loss, "loss", 2))
    require(index is None or read_size(index, "index", 0) >= 0, "index")
    require(isinstance(kind, str) and isinstance(isotropy, str), "kind and isotropy are texts")
    found = []
    for entry in read_list(eigenvalues, "eigenvalues"):
        bottom, top, multiplicity, component = read_keys(entry, "low high multiplicity component", "an eigenvalue")
        require(isinstance(component, str), "the component of an eigenvalue is no text")
        times = read_size(multiplicity, "a multiplicity")
        found.append(
            Eigenvalue(read_dyadic(bottom, "an eigenvalue"), read_dyadic(top, "an eigenvalue"), times, component)
        )
    return Claim(centre, radius, bits, preconditioner, (low, high), kind, index, isotropy, found)
