"""What a certificate for every k from some number on states, read from its file with every bound checked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, arb_poly

from checks.recheck_reading import (
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
from checks.recheck_uniform_rows import Family, Orbit, family

SCHEMA = "closedform/uniform-certificate/1"
#: Bounds on what is read: coefficients of a polynomial, working precision in bits, length of a rational number.
MAX_TERMS, LEAST_BITS, MAX_BITS, MAX_DIGITS = 60, 64, 2048, 200


@dataclass(frozen=True)
class Box:
    """What is claimed for s = k^(-1/2) between two numbers.

    Args:
        low: the least s.
        high: the greatest s.
        base: s_0.
        centre: polynomials in s - s_0, by orbit: the weight is limit + s^power (polynomial + at most the radius).
        radii: of the tube in which the critical point is the only one.
    """

    low: Fraction
    high: Fraction
    base: Fraction
    centre: dict[Orbit, arb_poly]
    radii: dict[Orbit, arb]


@dataclass(frozen=True)
class Claim:
    """The certificate.

    Args:
        about: the family.
        least: every real k from here on.
        bound: all eigenvalues exceed it.
        bits: working precision.
        boxes: from s = 0 on.
    """

    about: Family
    least: Fraction
    bound: Fraction
    bits: int
    boxes: list[Box]


def read(text: str) -> Claim:
    """Reads a certificate.

    Raises:
        RejectedError: it is none, was changed, or states what cannot be.
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
    names = "kind schema family k d bound bits weights boxes digest"
    kind, schema, name, sizes, d, bound, bits, weights, boxes, digest = read_keys(data, names, "the certificate")
    require(kind == "uniform" and schema == SCHEMA, f"got the schema {str(schema)[:40]!r}, expected {SCHEMA}")
    require(digest == digest_of(data), "the digest does not belong to the content: the file was changed")
    about = family(name) if isinstance(name, str) else None
    if about is None:
        raise RejectedError(f"got the family {str(name)[:40]!r}, expected A, I, II or II:p")
    least, last = read_keys(sizes, "from to", "k")
    require(last == "infinity" and d == "every d >= k", "expected every k up to infinity, and every d >= k")
    _check_weights(about, weights)
    precision = read_size(bits, "bits", LEAST_BITS)
    require(precision <= MAX_BITS, f"bits is more than {MAX_BITS}")
    found = [_box(about, entry) for entry in read_list(boxes, "boxes")]
    return Claim(about, _rational(least, "from"), _rational(bound, "bound"), precision, found)


def _rational(value: Any, what: str) -> Fraction:
    require(isinstance(value, str) and len(value) <= MAX_DIGITS, f"{what} is no fraction")
    return read_fraction(value, what)


def _check_weights(about: Family, weights: Any) -> None:
    """The weights with their limits and powers of s have to be those of the family."""
    for orbit, entry in zip(about.orbits, read_list(weights, "weights", len(about.orbits)), strict=True):
        expected = [*orbit, about.limit(orbit), about.power(orbit)]
        same = entry == expected and [type(x) for x in entry] == [type(x) for x in expected]
        require(same, f"weights has the entry {str(entry)[:60]}, expected {expected} in the family {about.name}")


def _box(about: Family, entry: Any) -> Box:
    low, high, base, centre, radii = read_keys(entry, "low high base centre radii", "a box")
    count = len(about.orbits)
    polynomials = [arb_poly(_coefficients(p)) for p in read_list(centre, "the centre of a box", count)]
    tube = [read_dyadic(r, "a radius") for r in read_list(radii, "the radii of a box", count)]
    require(all(r > 0 for r in tube), "a radius is not positive")
    found = Box(
        _rational(low, "low"),
        _rational(high, "high"),
        _rational(base, "base"),
        dict(zip(about.orbits, polynomials, strict=True)),
        dict(zip(about.orbits, tube, strict=True)),
    )
    require(0 <= found.low < found.high <= 1, "a box is empty, or leaves 0 <= s <= 1")
    return found


def _coefficients(value: Any) -> list[arb]:
    found = [read_dyadic(x, "a coefficient") for x in read_list(value, "a polynomial")]
    require(0 < len(found) <= MAX_TERMS, f"a polynomial has {len(found)} coefficients, expected 1 to {MAX_TERMS}")
    return found
