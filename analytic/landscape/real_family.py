"""Families of critical points with real k: which size moves, which stays, and dimensions continued between integers.

II:p and I:p have blocks (k - p, p) with p fixed, I has (1, k - 1), A one block k.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from flint import arb

from analytic.errors import DomainError, FormulaError
from analytic.landscape.families import critical_point
from analytic.landscape.isotypic import Component
from analytic.landscape.programs import Programs, programs

#: The end of the branch upwards that is looked at unless another one is asked for.
FAR = 10**6


@dataclass(frozen=True)
class RealFamily:
    """A family with real k.

    Args:
        name: A, I, I:p or II:p.
        compiled: programs of its layout, with all copies of components that exist at large sizes.
        moving: label of the block whose size moves.
        fixed: sizes of the other blocks, by label.
        anchor: the moving size at which the point is solved from its limit.
        lowest: the least moving size at which an integer k has the family. II:p at k = p + 2 is type A with the two
            rows of the moving block swapped: the branch passes through it, the family begins at p + 3.
        start: approximate weights at the anchor.
    """

    name: str
    compiled: Programs
    moving: str
    fixed: Mapping[str, int]
    anchor: int
    lowest: int
    start: Mapping[str, str]

    @property
    def size(self) -> str:
        """The name of the moving size in programs."""
        return f"k_{self.moving}"

    @property
    def least(self) -> int:
        """What the moving size has to exceed: a flipped block of two is the identity with its rows swapped."""
        return 2 if self.name in ("A", "I") else 0

    @property
    def rest(self) -> int:
        """k less the moving size."""
        return sum(self.fixed.values())

    @cached_property
    def components(self) -> tuple[Component, ...]:
        """The components at d = k."""
        return tuple(c for c in self.compiled.components if not c.on_extra_columns)

    def inputs(self, s: arb) -> dict[str, arb]:
        """The sizes as inputs of programs."""
        return {self.size: s, **{f"k_{a}": arb(n) for a, n in self.fixed.items()}}

    def index(self, negative: Mapping[str, int], k: int) -> int:
        """The index at an integer k, for a number of negative eigenvalues of each component's block."""
        sizes = {self.moving: k - self.rest, **self.fixed}
        return sum(int(c.dimension(sizes)) * negative[c.name] for c in self.components)

    def is_stable(self, negative: Mapping[str, int], k: float) -> bool:
        """Whether no component with a positive dimension at real k has a negative eigenvalue."""
        sizes = {self.moving: k - self.rest, **{a: float(n) for a, n in self.fixed.items()}}
        return all(negative[c.name] == 0 or c.dimension(sizes) <= 0 for c in self.components)

    def formal_index(self, negative: Mapping[str, int], k: float) -> float:
        """The same with dimensions continued to real k."""
        sizes = {self.moving: k - self.rest, **{a: float(n) for a, n in self.fixed.items()}}
        return float(sum(c.dimension(sizes) * negative[c.name] for c in self.components))


def real_family(name: str) -> RealFamily:
    """A family by name, with real k.

    Args:
        name: A, I, II, I:p or II:p.

    Raises:
        FormulaError: another name; ``global`` and ``diagonal`` are known in closed form.

    Example:
        >>> family = real_family("II:5")
        >>> family.moving, dict(family.fixed), family.lowest
        ('1', {'2': 5}, 3)
    """
    name = name.replace(" ", "")
    kind, _, number = name.partition(":")
    if kind not in ("A", "I", "II") or (number and not (number.isdecimal() and kind != "A")):
        raise FormulaError(f"got the family {name!r}, expected A, I, II, I:p or II:p, such as II:3")
    whole = kind == "A" or (kind == "I" and not number)  # the flipped block grows with k
    p = int(number or 1)
    k = 100 if whole else 1000 * p * p + 1000 if kind == "II" else p + 2
    point = critical_point(name, k)
    moving = "2" if name == "I" else "1"
    fixed = {a: n for a, n in point.sizes.items() if a != moving}
    small = tuple((a, n) for a, n in fixed.items() if 1 < n < 4)
    lowest = 3 if whole or kind == "II" else 1
    return RealFamily(name, programs(point.layout, small), moving, fixed, point.sizes[moving], lowest, point.start)


def bounds(family: RealFamily, k_range: tuple[Any, Any] | None) -> tuple[float, float]:
    """The range of k as floats; an end that is None is the default.

    Raises:
        DomainError: it is empty or reaches sizes where the layout has no meaning.
    """
    least = family.rest + family.least
    first, last = k_range or (None, None)
    low, high = least + 1 if first is None else first, FAR if last is None else last
    if not (float(low) > least and float(low) < float(high) < float("inf")):
        raise DomainError(
            f"got the range of k {low} to {high} for {family.name}, expected {least} < smallest < largest, finite"
        )
    return float(low), float(high)


def exact(value: Any) -> arb:
    """A number of neurons as a ball: an integer, a Fraction, a float or a ball."""
    if isinstance(value, arb):
        return value
    fraction = Fraction(value)
    return arb(fraction.numerator) / fraction.denominator
