r"""Where a family of critical points is born, ends, or changes its index: real k, proved, to any digits.

The branch is followed over real k (``branch``); where the number of negative eigenvalues of a component's block changes
from one station to the next, or the branch turns back, the exact k solves a square system whose solution a Krawczyk
test proves (``crossing``). What is proved is each event; that none lies between two stations with equal numbers of
negative eigenvalues is observed, not proved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor
from typing import Any

from analytic.balls import MAX_DIGITS, Ball, precision
from analytic.errors import AnalyticError, DomainError
from analytic.landscape.branch import Station, between, corrected, near
from analytic.landscape.crossing import FIRST, ROUGH, Crossing, guess, solved, to_bits
from analytic.landscape.isotypic import TRIVIAL
from analytic.landscape.real_family import RealFamily, bounds, real_family
from analytic.landscape.tracing import Branch, traced

#: How often the gap between two stations is halved to separate events, or to let Newton's method converge.
HALVINGS = 24
#: Below this moving size eigenvalues are formal: blocks are self-adjoint for an indefinite form only.
FORMAL = 2

Inertia = Mapping[str, int]


class ThresholdError(AnalyticError):
    """An event was observed along a branch, and could not be proved at the precisions tried."""


@dataclass(frozen=True)
class Event:
    """A change along a branch, in the direction of growing k.

    Args:
        kind: born, ends, saddle to minimum, minimum to saddle (components of positive dimension count), or index
            changes; below moving size 2, where no integer k has the family, always the last.
        k: the real number of neurons, an enclosure.
        component: the isotypic component whose block is singular there; ``trivial`` at a fold.
        index_before: index of the Hessian at the largest integer below, None where the family does not reach.
        index_after: index at the smallest integer above; several events between two integers share both.
    """

    kind: str
    k: Ball
    component: str
    index_before: int | None
    index_after: int | None


@dataclass(frozen=True)
class Thresholds:
    """The events of a family.

    Args:
        name: of the family.
        events: in the order of k.
        minimum: ranges of integers k (first, last) inside ``followed`` at which it is a strict local minimum (d = k).
        followed: the range of k over which the branch was followed.
    """

    name: str
    events: tuple[Event, ...]
    minimum: tuple[tuple[int, int], ...]
    followed: tuple[float, float]

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)


def thresholds(name: str, digits: int = 15, k_range: tuple[Any, Any] | None = None) -> Thresholds:
    """The thresholds of a family.

    Args:
        name: A, I, II, I:p or II:p.
        digits: of k.
        k_range: smallest and largest k that are looked at; default from p + 1 (A: 3, I: 4) to 10^6.

    Returns:
        The events in the order of k, and the integers k at which the point is a strict local minimum.

    Raises:
        FormulaError: no such family with real k.
        DomainError: the digits or the range are out of bounds.
        ThresholdError: an event was seen that could not be proved.

    Source: that spurious minima exist from k = 6 on is Safran and Shamir (2018), "Spurious local minima are common in
    two-layer ReLU neural networks"; that they change stability at real k is Arjevani and Field (2022), "Annihilation of
    spurious minima in two-layer ReLU networks".

    Example:
        >>> [(e.kind, e.k.rounded(10), e.component) for e in thresholds("A").events if e.kind != "index changes"]
        [('saddle to minimum', '5.763812735', 'exterior:1')]
    """
    family = real_family(name)
    return located(traced(family.name, *bounds(family, k_range)), digits)


def located(branch: Branch, digits: int = 15) -> Thresholds:
    """The thresholds on a branch that has been followed already.

    Raises:
        DomainError: the digits are out of bounds.
        ThresholdError: an event was seen that could not be proved.
    """
    if not 1 <= digits <= MAX_DIGITS:
        raise DomainError(f"got {digits} digits, expected 1 to {MAX_DIGITS}")
    events, segments = _events(branch, int(3.33 * digits) + 8)
    reach = (segments[0].begin, segments[-1].end)
    return Thresholds(branch.family.name, tuple(events), _minima(branch.family, segments), reach)


@dataclass(frozen=True)
class _Segment:
    """A range of k without events, with the number of negative eigenvalues of each block."""

    begin: float
    end: float
    inertia: Inertia


def _events(branch: Branch, bits: int) -> tuple[list[Event], list[_Segment]]:
    """The events, and the ranges of k between them."""
    family, stations = branch.family, branch.stations
    segments, crossings = [_Segment(stations[0].k, stations[-1].k, stations[0].negative)], list[Crossing]()
    for a, b in pairwise(stations):
        inertia = a.negative
        for crossing in sorted(_between(a, b, 0), key=lambda c: float(c.size)):
            step = 1 if b.negative[crossing.component] > a.negative[crossing.component] else -1
            inertia = {**inertia, crossing.component: inertia[crossing.component] + step}
            k, last = float(crossing.size) + family.rest, segments[-1]
            segments[-1:] = [_Segment(last.begin, k, last.inertia), _Segment(k, last.end, inertia)]
            crossings.append(crossing)
        last = segments[-1]
        segments[-1] = _Segment(last.begin, last.end, b.negative)
    events = [_event(family, c, bits, segments, i) for i, c in enumerate(crossings)]
    if stations[0].sign == 0 and branch.born is not None:
        events.insert(0, _at_fold("born", branch.born, bits, segments))
    if stations[-1].sign == 0 and branch.ends is not None:
        events.append(_at_fold("ends", branch.ends, bits, segments))
    return events, segments


def _event(family: RealFamily, crossing: Crossing, bits: int, segments: Sequence[_Segment], i: int) -> Event:
    before, after = segments[i], segments[i + 1]
    stable = [family.is_stable(x.inertia, before.end) for x in (before, after)]
    if stable[0] == stable[1] or bool(crossing.size < FORMAL):
        kind = "index changes"
    else:
        kind = "saddle to minimum" if stable[1] else "minimum to saddle"
    k = _ball(crossing, bits)
    return Event(kind, k, crossing.component, *_indices(family, k, segments))


def _at_fold(kind: str, crossing: Crossing, bits: int, segments: Sequence[_Segment]) -> Event:
    k = _ball(crossing, bits)
    return Event(kind, k, TRIVIAL, *_indices(crossing.family, k, segments))


def _indices(family: RealFamily, k: Ball, segments: Sequence[_Segment]) -> tuple[int | None, int | None]:
    below, above = floor(float(k.arb)), ceil(float(k.arb))
    return _index(family, below, segments), _index(family, above, segments)


def _index(family: RealFamily, k: int, segments: Sequence[_Segment]) -> int | None:
    """The index at an integer, None where the family does not reach."""
    if k < family.rest + family.lowest:
        return None
    return next((family.index(s.inertia, k) for s in segments if s.begin <= k <= s.end), None)


def _ball(found: Crossing, bits: int) -> Ball:
    proof = to_bits(found, bits)
    if proof is None:
        raise ThresholdError(
            f"got an event of {found.family.name} near k = {float(found.size) + found.family.rest:.9g} ("
            f"{found.component}) that is not proved at {bits} bits; it may be degenerate"
        )
    with precision(bits + 64):
        return Ball.of(proof.size + found.family.rest)


def _between(a: Station, b: Station, depth: int) -> Iterator[Crossing]:
    """The crossings between two stations: one for each block whose determinant changes its sign.

    Blocks whose number of negative eigenvalues changes by more than one are looked at in halves first. Below moving
    size 2 it may change by 2 without a crossing, where two eigenvalues are complex for a while.
    """
    changed = {c: abs(n - b.negative[c]) for c, n in a.negative.items() if n != b.negative[c]}
    if any(n > 1 for n in changed.values()) and depth < HALVINGS:
        middle = _middle(a, b)
        if middle is not None:
            yield from _between(a, middle, depth + 1)
            yield from _between(middle, b, depth + 1)
            return
    for component, n in changed.items():
        if n % 2 == 1:
            yield _located(component, a, b)


def _middle(a: Station, b: Station) -> Station | None:
    with precision(FIRST):
        s = (a.size * b.size).sqrt().mid()
    predicted = between(a, b, s)
    found = corrected(a.family, s, predicted)
    on_branch = found is not None and found.sign in (a.sign, b.sign) and near(predicted, found.weights, found.k)
    return found if on_branch else None


def _located(component: str, a: Station, b: Station) -> Crossing:
    """The crossing between two stations; Newton's method starts in the middle, or in the half that contains it."""
    left, right = a, b
    for _ in range(HALVINGS):
        middle = _middle(left, right)
        if middle is None:
            break
        with precision(FIRST):
            found = solved(guess(component, middle), ROUGH)
        if found is not None and left.size < found.size < right.size and near(middle.weights, found.weights, middle.k):
            return found
        on_left = (middle.negative[component] - left.negative[component]) % 2 == 1
        left, right = (left, middle) if on_left else (middle, right)
    raise ThresholdError(
        f"got a change of {component} along {a.family.name} between k = {left.k:.9g} and {right.k:.9g}, and Newton's "
        f"method finds no crossing there"
    )


def _minima(family: RealFamily, segments: Sequence[_Segment]) -> tuple[tuple[int, int], ...]:
    """The integers at which the index is 0, as ranges.

    A block with a negative eigenvalue leaves the index 0 only where its component is absent: moving size 3 or less.
    """
    least, large = family.rest + family.lowest, family.rest + 4
    found = [(k, k) for k in range(least, large) if _index(family, k, segments) == 0]
    for s in segments:
        first, last = max(ceil(s.begin), large), floor(s.end)
        if first <= last and family.index(s.inertia, first) == 0:
            found.append((first, last))
    merged: list[tuple[int, int]] = []
    for low, high in found:
        joined = bool(merged) and merged[-1][1] + 1 == low
        merged[-1 if joined else len(merged) :] = [(merged[-1][0] if joined else low, high)]
    return tuple(merged)
