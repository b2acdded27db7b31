r"""Polynomials in several variables that are positive on a box, by Bernstein coefficients in rational arithmetic.

On $[0, 1]^n$ a polynomial of degree d is $\sum_i b_i \binom{d}{i} x^i (1 - x)^{d - i}$: if no $b_i$ is negative, it is
not negative; if one of them is positive besides, it is positive inside. On $[0, \infty)$ the coefficients themselves do
that. Boxes are halved until it shows. What vanishes inside is taken care of before: factors of even multiplicity, and
$ax^2 + bx + c > 0$ where $a > 0$ and $4ac > b^2$. Source: Lorentz 1953, Bernstein Polynomials; Farouki 2012.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise, product
from math import comb, prod

#: Coefficients of one polynomial at most, boxes at most before and after quadratics are looked at, narrowest side.
LARGEST, FEW, MANY = 4000, 40, 1500
NARROWEST = Fraction(1, 2**12)
Monomial = tuple[int, ...]
Polynomial = dict[Monomial, Fraction]


@dataclass(frozen=True)
class Side:
    """The values of a variable.

    Args:
        low: lower end; None for minus infinity.
        high: upper end; None for infinity.
        low_open: whether the lower end is excluded.
        high_open: whether the upper end is excluded.
    """

    low: Fraction | None
    high: Fraction | None
    low_open: bool
    high_open: bool


@dataclass(frozen=True)
class _Box:
    """Coefficients on a box, by index; which of its ends are excluded; how wide it is."""

    coefficients: Mapping[Monomial, Fraction]
    degrees: Monomial
    open_ends: tuple[tuple[bool, bool], ...]
    widths: tuple[Fraction, ...]

    def holds(self, strict: bool) -> bool:
        """Whether the coefficients prove it."""
        if any(b < 0 for b in self.coefficients.values()):
            return False
        return not strict or all(self._positive_on(face) for face in product((0, 1, None), repeat=len(self.degrees)))

    def _positive_on(self, face: Sequence[int | None]) -> bool:
        """Whether a coefficient of that face is positive, or the face is excluded; None stands for the inside."""
        fixed = {j: end for j, end in enumerate(face) if end is not None}
        if any(self.open_ends[j][end] for j, end in fixed.items()):
            return True
        at = {j: (self.degrees[j] if end else 0) for j, end in fixed.items()}
        return any(b > 0 and all(i[j] == place for j, place in at.items()) for i, b in self.coefficients.items())

    def fails(self, strict: bool) -> bool:
        """Whether a corner that is not excluded shows that it is false."""
        for corner in product((0, 1), repeat=len(self.degrees)):
            if any(self.open_ends[j][end] for j, end in enumerate(corner)):
                continue
            value = self.coefficients.get(tuple(d * e for d, e in zip(self.degrees, corner, strict=True)), Fraction(0))
            if value < 0 or (strict and value == 0):
                return True
        return False

    def halves(self) -> list[_Box]:
        """Both halves across the widest side; none if that is narrow."""
        moving = [j for j, d in enumerate(self.degrees) if d and self.widths[j] > NARROWEST]
        if not moving:
            return []
        j = max(moving, key=lambda i: (self.widths[i], self.degrees[i]))
        left, right = _casteljau(self.coefficients, self.degrees, j)
        (low, high), half = self.open_ends[j], self.widths[j] / 2
        return [
            replace(
                self,
                coefficients=c,
                open_ends=(*self.open_ends[:j], ends, *self.open_ends[j + 1 :]),
                widths=(*self.widths[:j], half, *self.widths[j + 1 :]),
            )
            for c, ends in ((left, (low, False)), (right, (False, high)))
        ]


def _casteljau(coefficients: Mapping[Monomial, Fraction], degrees: Monomial, j: int) -> tuple[Polynomial, Polynomial]:
    d, half = degrees[j], Fraction(1, 2)
    left: Polynomial = {}
    right: Polynomial = {}
    others = product(*(range(e + 1) if i != j else (0,) for i, e in enumerate(degrees)))
    for place in others:
        row = [coefficients.get((*place[:j], i, *place[j + 1 :]), Fraction(0)) for i in range(d + 1)]
        for i in range(d + 1):
            left[*place[:j], i, *place[j + 1 :]] = row[0]
            right[*place[:j], d - i, *place[j + 1 :]] = row[-1]
            row = [(a + b) * half for a, b in pairwise(row)]
    return left, right


def certainly(
    polynomial: Polynomial, sides: Sequence[Side], strict: bool, budget: Callable[[], bool], depth: int = 0
) -> bool:
    """Whether a polynomial is proved positive (not negative, if not strict) on a product of intervals.

    Args:
        polynomial: coefficients by exponents.
        sides: of the variables, in the order of the exponents.
        strict: whether 0 is forbidden.
        budget: is asked before every box.
        depth: how many variables were eliminated before.

    Returns:
        True if it is proved; False says nothing.

    Example:
        >>> unit, one = Side(Fraction(0), Fraction(1), True, True), Fraction(1)
        >>> certainly({(0, 0): one, (1, 1): -one}, [unit, unit], True, lambda: True)
        True
    """
    if not polynomial:
        return not strict
    charts = _charts(polynomial, sides)
    if charts is None:
        return False
    if all(_covered(box, strict, budget, FEW) for box in charts):
        return True
    if depth < 3 and _by_quadratic(polynomial, sides, strict, budget, depth):
        return True
    return all(_covered(box, strict, budget, MANY) for box in charts)


def _covered(box: _Box, strict: bool, budget: Callable[[], bool], most: int) -> bool:
    waiting = [box]
    for _ in range(most):
        if not waiting:
            return True
        here = waiting.pop()
        if here.holds(strict):
            continue
        halves = here.halves()
        if not halves or here.fails(strict) or not budget():
            return False
        waiting += halves
    return False


def _by_quadratic(
    polynomial: Polynomial, sides: Sequence[Side], strict: bool, budget: Callable[[], bool], depth: int
) -> bool:
    """By the discriminant in a variable of degree 2."""
    for j in range(len(sides)):
        if max(m[j] for m in polynomial) != 2:
            continue
        parts: list[Polynomial] = [{}, {}, {}]
        for m, c in polynomial.items():
            parts[m[j]][*m[:j], 0, *m[j + 1 :]] = c
        below, middle, a = parts
        discriminant = _added(_times(a, below, 4), _times(middle, middle, -1))
        if certainly(a, sides, True, budget, depth + 1) and certainly(discriminant, sides, strict, budget, depth + 1):
            return True
    return False


def _times(x: Polynomial, y: Polynomial, scale: int) -> Polynomial:
    found: Polynomial = {}
    for m, c in x.items():
        for n, d in y.items():
            place = tuple(i + k for i, k in zip(m, n, strict=True))
            found[place] = found.get(place, Fraction(0)) + c * d * scale
    return {m: c for m, c in found.items() if c}


def _added(x: Polynomial, y: Polynomial) -> Polynomial:
    found = dict(x)
    for m, c in y.items():
        found[m] = found.get(m, Fraction(0)) + c
    return {m: c for m, c in found.items() if c}


def _charts(polynomial: Polynomial, sides: Sequence[Side]) -> list[_Box] | None:
    """The product as unit cubes with Bernstein coefficients; None if there are too many."""
    degrees = tuple(max(m[j] for m in polynomial) for j in range(len(sides)))
    if prod(d + 1 for d in degrees) > LARGEST:
        return None
    pieces = [_pieces(side) if degrees[j] else [side] for j, side in enumerate(sides)]
    return [_on(polynomial, degrees, choice) for choice in product(*pieces)]


def _pieces(side: Side) -> list[Side]:
    if side.low is None and side.high is None:
        zero = Fraction(0)
        return [Side(None, zero, True, False), Side(zero, None, False, True)]
    return [side]


def _on(polynomial: Polynomial, degrees: Monomial, sides: Sequence[Side]) -> _Box:
    coefficients = {m: polynomial.get(m, Fraction(0)) for m in product(*(range(d + 1) for d in degrees))}
    ends: list[tuple[bool, bool]] = []
    for j, side in enumerate(sides):
        d = degrees[j]
        if d == 0:  # the variable does not occur: its ends matter to nobody
            ends.append((False, False))
            continue
        if side.low is None:  # x = high - y
            assert side.high is not None
            start, direction, ends_here = side.high, -1, (side.high_open, True)
        else:
            start, direction, ends_here = side.low, 1, (side.low_open, side.high_open or side.high is None)
        finite = side.low is not None and side.high is not None
        length = side.high - side.low if side.high is not None and side.low is not None else Fraction(1)
        ends.append(ends_here)
        coefficients = _along(coefficients, degrees, j, start, direction * length, finite)
    return _Box(coefficients, degrees, tuple(ends), tuple(Fraction(1) for _ in sides))


def _along(
    coefficients: Polynomial, degrees: Monomial, j: int, start: Fraction, step: Fraction, finite: bool
) -> Polynomial:
    """Bernstein coefficients in one variable, x = start + step y with y in [0, 1] or [0, oo)."""
    d = degrees[j]
    found: Polynomial = {}
    for place in product(*(range(e + 1) if i != j else (0,) for i, e in enumerate(degrees))):
        row = [coefficients[*place[:j], i, *place[j + 1 :]] for i in range(d + 1)]
        moved = [
            sum((row[i] * comb(i, n) * start ** (i - n) for i in range(n, d + 1)), Fraction(0)) * step**n
            for n in range(d + 1)
        ]
        for i in range(d + 1):
            if finite:
                value = sum((Fraction(comb(i, n), comb(d, n)) * moved[n] for n in range(i + 1)), Fraction(0))
            else:  # (1 - t)^d f(t/(1 - t)) = sum of moved[i] t^i (1 - t)^(d - i)
                value = moved[i] / comb(d, i)
            found[*place[:j], i, *place[j + 1 :]] = value
    return found
