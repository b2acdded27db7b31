r"""What a certificate for an interval of k states, read from its file with every bound checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from flint import arb, arb_mat, arb_poly

from checks.recheck_components import Component, components_of
from checks.recheck_network import exact_value
from checks.recheck_reading import (
    LABEL,
    MAX_SIZE,
    MAX_UNKNOWNS,
    Block,
    Problem,
    RejectedError,
    digest_of,
    no_float,
    read_dyadic,
    read_fraction,
    read_integer,
    read_keys,
    read_list,
    read_size,
    require,
    without_duplicates,
)

SCHEMA = "closedform/interval-certificate/1"
#: Bounds on what is read: sizes that stay, degrees of polynomials, working precision in bits.
MAX_FIXED, MAX_DEGREE, MAX_BITS = 10**6, 30, 4096
#: The number that stands for k in sizes that move.
LARGE = 10**7
Affine = tuple[int, int]


@dataclass(frozen=True)
class Box:
    """What is claimed for k between two numbers.

    Args:
        low: the least k.
        high: the greatest k.
        centre: polynomials in k - (low + high)/2, by orbit.
        radii: of the tube around them.
        preconditioner: an approximate inverse of the Jacobian.
        bound: which all eigenvalues exceed, or None.
    """

    low: Fraction
    high: Fraction
    centre: list[arb_poly]
    radii: list[arb]
    preconditioner: arb_mat
    bound: arb | None


@dataclass(frozen=True)
class Interval:
    """The certificate.

    Args:
        problem: the blocks at a large k, with one column more than k where d may exceed k.
        sizes: of the blocks as functions c_0 + c_1 k, by label.
        d: likewise; None for every d >= k.
        low: the least k.
        high: the greatest k.
        bits: working precision.
        boxes: in the order of k.
        negative: how many eigenvalues of each component's block are negative.
        bound: which all eigenvalues exceed on the whole interval, or None.
        index: of the Hessian, as a polynomial in k.
    """

    problem: Problem
    sizes: Mapping[str, Affine]
    d: Affine | None
    low: Fraction
    high: Fraction
    bits: int
    boxes: list[Box]
    negative: Mapping[str, int]
    bound: arb | None
    index: tuple[Fraction, ...]

    @property
    def beyond(self) -> bool:
        """Whether there are columns beyond those of the teachers."""
        return self.d != (0, 1)

    @cached_property
    def components(self) -> dict[str, Component]:
        """The isotypic components."""
        return components_of(self.problem)

    def components_at(self, k: int) -> dict[str, Component]:
        """The isotypic components with their dimensions at another large k."""
        return components_of(self.at(k))

    def at(self, k: int) -> Problem:
        """The blocks at another large k."""
        blocks = (
            [Block(b.label, self.size(b.label, k)) for b in x] for x in (self.problem.rows, self.problem.teachers)
        )
        rows, teachers = map(tuple, blocks)
        return Problem(self.problem.positive, self.problem.negative, rows, teachers, k + self.beyond)

    def size(self, label: str, k: int) -> int:
        """The size of a block."""
        constant, slope = self.sizes[label]
        return constant + slope * k


def read(text: str) -> Interval:
    """The certificate in a file.

    Raises:
        RejectedError: the text is none.
    """
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
    names = "kind schema problem low high bits boxes claims digest"
    kind, schema, problem, low, high, bits, boxes, claims, digest = read_keys(data, names, "the certificate")
    require(kind == "interval" and schema == SCHEMA, f"got the schema {str(schema)[:40]!r}, expected {SCHEMA}")
    require(digest == digest_of(data), "the digest does not belong to the content: the file was changed")
    about, sizes, d = _problem(problem)
    ends = read_fraction(low, "low"), read_fraction(high, "high")
    require(0 < ends[0] < ends[1] <= MAX_SIZE, "the interval of k is empty, or out of bounds")
    precision = read_size(bits, "bits", 32)
    require(precision <= MAX_BITS, f"bits is more than {MAX_BITS}")
    found = [_box(entry, about) for entry in read_list(boxes, "boxes")]
    negative, bound, index = _claims(claims)
    claim = Interval(about, sizes, d, *ends, precision, found, negative, bound, index)
    _check_width(claim)
    return claim


def _problem(value: Any) -> tuple[Problem, dict[str, Affine], Affine | None]:
    activation, rows, teachers, d = read_keys(value, "activation rows teachers d", "problem")
    a, b = (read_fraction(x, "activation") for x in read_list(activation, "activation", 2))
    require(a + b != 0, "the activation is linear, expected a kink")
    sizes: dict[str, Affine] = {}
    students, columns = (_blocks(x, what, sizes) for x, what in ((rows, "rows"), (teachers, "teachers")))
    labels = [b.label for b in columns]
    require(len(set(labels)) == len(labels), "two blocks of teachers have one label")
    others = [b.label for b in students if b.label not in labels]
    require(len(set(others)) == len(others), "two blocks of extra rows have one label")
    total = tuple(sum(sizes[label][i] for label in labels) for i in (0, 1))
    require(total == (0, 1), "the blocks of teachers do not add up to k")
    width = None if d is None else _affine(d, "d")
    return Problem(a, b, students, columns, LARGE + (width != (0, 1))), sizes, width


def _affine(value: Any, what: str) -> Affine:
    constant, slope = read_list(value, what, 2)
    require(type(constant) is int and abs(constant) <= MAX_FIXED, f"{what} has no integer constant within bounds")
    require(type(slope) is int and slope in (0, 1), f"{what} has a slope that is neither 0 nor 1")
    return constant, slope


def _blocks(value: Any, what: str, sizes: dict[str, Affine]) -> tuple[Block, ...]:
    found = []
    for entry in read_list(value, what):
        label, size = read_list(entry, f"a block of {what}", 2)
        require(isinstance(label, str) and LABEL.fullmatch(label), f"a label of {what} is no short word")
        affine = _affine(size, f"a size of {what}")
        require(sizes.setdefault(label, affine) == affine, "blocks of one label differ in size")
        require(affine[1] or affine[0] >= 1, f"a size of {what} is not positive")
        found.append(Block(label, affine[0] + affine[1] * LARGE))
    require(found, f"{what} is empty")
    return tuple(found)


def _box(value: Any, problem: Problem) -> Box:
    low, high, centre, radii, preconditioner, bound = read_keys(
        value, "low high centre radii preconditioner bound", "a box"
    )
    orbits = problem.orbits()
    require(len(orbits) <= MAX_UNKNOWNS, f"more than {MAX_UNKNOWNS} unknowns")
    polynomials = []
    for (p, q, diagonal), entry in zip(orbits, read_list(centre, "centre", len(orbits)), strict=True):
        row, column, on, coefficients = read_list(entry, "an entry of centre", 4)
        same = type(row) is int and type(column) is int and type(on) is bool and (row, column, on) == (p, q, diagonal)
        require(same, f"centre has the orbit {str(entry[:3])[:40]}, expected {[p, q, diagonal]}")
        listed = [read_dyadic(x, "a coefficient") for x in read_list(coefficients, "coefficients")]
        require(1 <= len(listed) <= MAX_DEGREE + 1, f"a polynomial has no degree from 0 to {MAX_DEGREE}")
        polynomials.append(arb_poly(listed))
    widths = [read_dyadic(x, "a radius") for x in read_list(radii, "radii", len(orbits))]
    require(all(x > 0 for x in widths), "a radius is not positive")
    rows = [read_list(r, "a row of preconditioner", len(orbits)) for r in read_list(preconditioner, "it", len(orbits))]
    matrix = arb_mat([[read_dyadic(x, "an entry of preconditioner") for x in row] for row in rows])
    ends = exact_value(read_dyadic(low, "low")), exact_value(read_dyadic(high, "high"))
    require(0 < ends[0] < ends[1] <= MAX_SIZE, "a box is empty, or its k out of bounds")
    return Box(*ends, polynomials, widths, matrix, None if bound is None else read_dyadic(bound, "bound"))


def _claims(value: Any) -> tuple[dict[str, int], arb | None, tuple[Fraction, ...]]:
    negative, bound, index = read_keys(value, "negative bound index", "claims")
    require(isinstance(negative, dict) and len(negative) <= 10 * MAX_UNKNOWNS, "negative is no object")
    counts = {name: read_size(n, f"negative {name[:40]}", 0) for name, n in negative.items()}
    least = None if bound is None else read_dyadic(bound, "bound")
    return counts, least, tuple(read_fraction(x, "index") for x in read_list(index, "index", 3))


def _check_width(claim: Interval) -> None:
    """At both ends, and so between, d is at least k."""
    if claim.d is not None:
        constant, slope = claim.d
        require(all(constant + slope * k >= k for k in (claim.low, claim.high)), "d is less than k")
