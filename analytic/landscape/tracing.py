"""A branch of critical points from its anchor both ways, up to its folds or the ends of a range of k."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from flint import arb

from analytic.balls import precision
from analytic.errors import DomainError
from analytic.landscape.branch import Station, anchored, followed
from analytic.landscape.crossing import FIRST, ROUGH, Crossing, guess, solved
from analytic.landscape.isotypic import TRIVIAL
from analytic.landscape.real_family import RealFamily, exact, real_family

#: A fold lies within this distance in log s of the last station, and the branch runs into it along its null vector.
FOLD_DISTANCE, FOLD_COSINE = 2.0**-6, 0.9


@dataclass(frozen=True)
class Branch:
    """A branch over a range of k.

    Args:
        family: to which it belongs.
        stations: points in the order of k; a fold at an end is one of them.
        born: the fold at the lower end.
        ends: the fold at the upper end.
    """

    family: RealFamily
    stations: tuple[Station, ...]
    born: Crossing | None
    ends: Crossing | None


@lru_cache(maxsize=64)
def traced(name: str, low: float, high: float, through: tuple[float, ...] = ()) -> Branch:
    """A branch from its anchor both ways.

    Args:
        name: of the family.
        low: smallest k.
        high: largest k.
        through: values of k that have to be among the stations, ascending.
    """
    family = real_family(name)
    start, rest = anchored(family), family.rest
    sizes = [exact(k) - rest for k in sorted({low, high, *through})]
    down, born = _half(start, exact(low) - rest, sizes[::-1], upwards=False)
    up, ends = _half(start, exact(high) - rest, sizes, upwards=True)
    stations = (*down[::-1], *up[1:])
    inside = tuple(s for s in stations if low <= s.k <= high)
    if not any(s.sign for s in inside):
        reached = f"{min(s.k for s in stations):.6g} to {max(s.k for s in stations):.6g}"
        raise DomainError(f"got the range of k {low:g} to {high:g}, expected some of {reached}, where {name} exists")
    return Branch(family, inside, born, ends)


def _half(start: Station, end: arb, through: Sequence[arb], upwards: bool) -> tuple[list[Station], Crossing | None]:
    """The stations on one side of the anchor, and the fold that ends them."""
    if not (end > start.size if upwards else end < start.size):
        return [start], None
    caught: list[Crossing] = []

    def fold(last: Station) -> Station | None:
        crossing = _fold(last, upwards)
        if crossing is None:
            return None
        caught.append(crossing)
        return Station(last.family, crossing.size, crossing.weights, 0, last)

    stations = list(followed(start, end, fold, through))
    return stations, caught[0] if caught else None


def _fold(last: Station, upwards: bool) -> Crossing | None:
    """The fold just beyond a station, if there is one."""
    with precision(FIRST):
        found = solved(guess(TRIVIAL, last), ROUGH)
        if found is None:
            return None
        distance = float((found.size / last.size).log())
    if (distance > 0) != upwards or abs(distance) > FOLD_DISTANCE:
        return None
    scale = [abs(float(w)) + 0.1 / last.k for w in last.weights.values()]
    way = [float(w - found.weights[n]) / s for (n, w), s in zip(last.weights.items(), scale, strict=True)]
    null = [float(x) / s for x, s in zip(found.null, scale, strict=True)]
    along = abs(_dot(way, null)) / (_dot(way, way) * _dot(null, null)) ** 0.5
    return found if along > FOLD_COSINE else None


def _dot(x: Sequence[float], y: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(x, y, strict=True))
