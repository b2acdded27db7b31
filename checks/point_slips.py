"""Slips of what is claimed of a critical point: what a tired author writes instead."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from checks.point_facts import Decimal, Group, PointFacts

Rows = tuple[tuple[str, int], ...]


def slips_of_facts(facts: PointFacts) -> list[tuple[str, PointFacts]]:
    """Slips of the claim: a loss twice or half as large, an index or a multiplicity off by one, a digit changed.

    Example:
        >>> [d for d, _ in slips_of_facts(PointFacts("A", 3, index=1))]
        ['index 2 for 1', 'index 0 for 1']
    """
    found = [(f"index {n} for {facts.index}", replace(facts, index=n)) for n in _neighbours(facts.index, 0)]
    found += [(f"{d} in loss {facts.loss}", replace(facts, loss=x)) for d, x in _wrong_numbers(facts.loss)]
    for d, x in _wrong_numbers(facts.smallest):
        found.append((f"{d} in smallest eigenvalue {facts.smallest}", replace(facts, smallest=x)))
    for d, x in _wrong_numbers(facts.gauss_newton):
        found.append((f"{d} in Gauss-Newton's {facts.gauss_newton}", replace(facts, gauss_newton=x)))
    found += [(f"{slip} for {facts.isotropy}", replace(facts, isotropy=slip)) for slip in _wrong_groups(facts.isotropy)]
    for description, rows in _wrong_tables(facts.eigenvalues):
        found.append((description, replace(facts, eigenvalues=rows)))
    return found


def _neighbours(n: int | None, least: int) -> list[int]:
    return [] if n is None else [m for m in (n + 1, n - 1) if m >= least]


def _wrong_numbers(text: str | None) -> Iterator[tuple[str, str]]:
    """The double, the half, the other sign, and the third significant digit raised by five."""
    if text is None or Decimal(text).value == 0:
        return
    number = Decimal(text)
    places = 0 if number.unit == 0 else max(0, round(-math.log10(number.unit)))
    for description, factor in (("a factor 2", Fraction(2)), ("a factor 1/2", Fraction(1, 2)), ("the sign", -1)):
        yield description, f"{float(number.value * factor):.{places + 1}f}"
    changed = changed_digit(text)
    if changed != text:
        yield "a digit changed", changed


def changed_digit(text: str) -> str:
    """The number with its third significant digit, or the one before the last if it has fewer, moved by five.

    Example:
        >>> changed_digit("-0.0444821"), changed_digit("0.25"), changed_digit("2")
        ('-0.0449821', '0.75', '7')
    """
    mantissa, e, exponent = text.partition("e") if "e" in text else text.partition("E")
    places = [i for i, c in enumerate(mantissa) if c.isdigit()]
    first = next((n for n, i in enumerate(places) if mantissa[i] != "0"), None)
    if first is None:
        return text
    at = places[max(first, min(first + 2, len(places) - 2))]
    return mantissa[:at] + str((int(mantissa[at]) + 5) % 10) + mantissa[at + 1 :] + e + exponent


def _wrong_groups(text: str | None) -> Iterator[str]:
    if text is None:
        return
    group = Group.read(text)
    blocks = list(group.blocks)
    if len(blocks) > 1:
        yield str(Group.of([blocks[0] + blocks[1], *blocks[2:]], list(group.copies)))
    if blocks[0] > 1:
        yield str(Group.of([blocks[0] - 1, 1, *blocks[1:]], list(group.copies)))
    if blocks[0] > 1:
        yield str(Group.of(blocks, [] if group.copies else [blocks[0]]))


def _wrong_tables(rows: Rows) -> Iterator[tuple[str, Rows]]:
    for i, (value, times) in enumerate(rows):

        def with_row(*changed: tuple[str, int], i: int = i) -> Rows:
            return (*rows[:i], *changed, *rows[i + 1 :])

        for n in _neighbours(times, 1):
            yield f"multiplicity {n} for {times} of {value}", with_row((value, n))
        if i + 1 < len(rows) and times > 1:
            after = rows[i + 1]
            moved = (*rows[:i], (value, times - 1), (after[0], after[1] + 1), *rows[i + 2 :])
            yield f"one of {value} counted to {after[0]}", moved
        for description, slip in _wrong_numbers(value):
            yield f"{description} in {value}", with_row((slip, times))
