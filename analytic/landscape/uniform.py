r"""Theorems on a family of critical points for all real k from some number on, infinity included.

The interval $0 < s \le k_0^{-1/2}$, $s = k^{-1/2}$, is covered by boxes; in each, Krawczyk's operator proves for every
real s exactly one critical point in a tube around Taylor polynomials, and the pivots of the Hessian's blocks prove a
lower bound of its eigenvalues. Neighbouring boxes are glued: at the s they share, the inner tube of one lies in the
tube of uniqueness of the other, so that both hold the same critical point, and all of them hold one branch: the one
with the family's expansion at k = infinity.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import isqrt
from time import perf_counter
from typing import Any

from flint import arb, arb_poly

from analytic.balls import precision, rational
from analytic.errors import AnalyticError, DomainError
from analytic.landscape.newton import krawczyk, newton
from analytic.landscape.programs import programs
from analytic.landscape.uniform_box import UniformBox, polynomials, proved
from analytic.landscape.uniform_companion import WideBoxError, working
from analytic.landscape.uniform_family import UniformFamily, uniform_family
from analytic.landscape.uniform_inertia import smallest_eigenvalue, unproved

#: Coefficients of Taylor polynomials and working precision; more of both make boxes wider, and each of them slower.
TERMS, BITS = 20, 192
#: Ends of intervals are multiples of 2^-GRID; the last one exceeds k^(-1/2) by no more than 2^-FINE.
GRID, FINE = 12, 60
#: The first box and the narrowest one, in s.
FIRST, NARROWEST = Fraction(1, 4), Fraction(1, 2**GRID)


class UnprovedError(AnalyticError):
    """The theorem is not proved: where, and what is known there."""


@dataclass(frozen=True)
class UniformCertificate:
    """For every real k >= k_from: one critical point in its box, one branch, all eigenvalues above the bound.

    Args:
        family: its name.
        k_from: the least k.
        bound: every eigenvalue of every block of the Hessian exceeds it, for any d >= k.
        boxes: from s = 0 on; each ends where the next begins.
        intervals: on how many intervals the bound was proved.
        seconds: the time it took.

    Example:
        >>> certify_family("A", 100)                                                        # doctest: +ELLIPSIS
        A: for every real k >= 100 ...
    """

    family: str
    k_from: Fraction
    bound: Fraction
    boxes: tuple[UniformBox, ...]
    intervals: int
    seconds: float

    def __repr__(self) -> str:
        lines = [
            f"{self.family}: for every real k >= {_text(self.k_from)} the critical point exists, is locally unique "
            f"along one branch,",
            f"and all eigenvalues of the Hessian's blocks exceed {_text(self.bound)} (any d >= k)"
            f"{': a strict local minimum' if self.bound >= 0 else ''}.",
            f"{len(self.boxes)} boxes in s = k^(-1/2), eigenvalues on {self.intervals} intervals, "
            f"{self.seconds:.1f} s; neighbouring boxes are glued:",
        ]
        return "\n".join([*lines, *(f"  {b!r}" for b in self.boxes)])

    def check(self) -> tuple[str, ...]:
        """Checks the certificate again without models: cover, glue, and points in ordinary balls.

        Returns:
            What is wrong; nothing if all is well. At the ends of boxes Krawczyk's test in balls has to find the same
            critical point in the tubes of both neighbours, with the smallest eigenvalue above the bound; likewise at
            their middles and next to s = 0.
        """
        family = uniform_family(self.family)
        wrong = []
        if self.boxes[0].low != 0 or self.boxes[-1].high ** 2 * self.k_from < 1:
            wrong.append("the boxes do not reach from s = 0 to the least k")
        for left, right in pairwise(self.boxes):
            if left.high != right.low:
                wrong.append(f"boxes do not meet at s = {left.high}")
            with precision(BITS):
                if not glued(family, left, right):
                    wrong.append(f"boxes are not glued at s = {left.high}")
        with precision(BITS):
            for i, box in enumerate(self.boxes):
                wrong += _wrong_at(family, box.high, (box, *self.boxes[i + 1 : i + 2]), self.bound)
                wrong += _wrong_at(family, box.low or box.high / 1024, (box,), self.bound)
                wrong += _wrong_at(family, (box.low + box.high) / 2, (box,), self.bound)
        return tuple(wrong)


def _wrong_at(family: UniformFamily, at: Fraction, boxes: tuple[UniformBox, ...], bound: Fraction) -> list[str]:
    s = rational(at)
    solver, sizes = programs(family.limit.layout, (), family.limit.weights), family.sizes_at(s)
    middle = {n: w.mid() for n, w in boxes[0].tube(family, False).at(s).items()}
    centre = newton(solver, sizes, middle, BITS - 64)
    found = None if centre is None else krawczyk(solver, sizes, centre)
    if found is None:
        return [f"no critical point at s = {at}"]
    wrong = []
    for box in boxes:
        around = box.tube(family, True).at(s)
        if not all(_inside(found[n], around[n]) for n in found):
            wrong.append(f"another critical point at s = {at}")
    least = smallest_eigenvalue(family, found, s)
    if least is None or not least[0] > rational(bound):
        wrong.append(f"the smallest eigenvalue at s = {at} is not above the bound")
    return wrong


def _inside(x: arb, y: arb) -> bool:
    """Whether all of x lies in the interior of y."""
    return bool(y.contains_interior(x))


def glued(family: UniformFamily, left: UniformBox, right: UniformBox) -> bool:
    """Whether two boxes hold the same critical point where they meet.

    The critical point of one lies in its inner tube; if that lies in the tube in which the other's is the only one,
    they are the same.
    """
    s = rational(left.high)
    for one, other in ((left, right), (right, left)):
        inner, outer = one.tube(family, False).at(s), other.tube(family, True).at(s)
        if all(_inside(inner[n], outer[n]) for n in inner):
            return True
    return False


def certify_family(
    name: str, k_from: Any, bound: Any = None, progress: Callable[[float], None] | None = None
) -> UniformCertificate:
    """Proves a family's theorem for every real k >= k_from.

    Args:
        name: A, I, II or II:p.
        k_from: the least k; an integer, a Fraction or a decimal text.
        bound: of the eigenvalues; None for one slightly below the smallest eigenvalue that is seen.
        progress: is told down to which k there is a branch, then up to which k the bound is proved.

    Raises:
        FormulaError: no such family.
        OutsideFieldError: its expansion at infinity has no exact coefficients (I:p).
        DomainError: impossible k or bound.
        UnprovedError: it is not proved, or not true; says where.

    Source: Krawczyk (1969); principle of symmetric criticality (Palais 1979).

    Example:
        >>> certify_family("A", 100).check()
        ()
    """
    began = perf_counter()
    least = _fraction("k_from", k_from)
    if least <= 1:
        raise DomainError(f"got k_from = {k_from}, expected a number above 1")
    given = None if bound is None else _fraction("bound", bound)
    family = uniform_family(name)
    with working(BITS, 4 * TERMS):
        boxes = _cover(family, least, progress or _silent)
        for left, right in pairwise(boxes):
            if not glued(family, left, right):
                raise UnprovedError(f"the boxes of {name} that meet at s = {left.high} are not glued")
        wanted = _observed(family, boxes) if given is None else given
        intervals = 0
        for box in reversed(boxes):
            count, left_open = unproved(family, box, wanted, TERMS)
            intervals += count
            if left_open is not None:
                raise UnprovedError(_why(family, box, left_open, wanted))
            (progress or _silent)(float(1 / box.high**2))
    return UniformCertificate(family.limit.name, least, wanted, tuple(boxes), intervals, perf_counter() - began)


def _silent(k: float) -> None:
    """No progress is shown."""


def _fraction(what: str, value: Any) -> Fraction:
    try:
        return Fraction(value)
    except (TypeError, ValueError, ZeroDivisionError):
        raise DomainError(f"got {what} = {value!r}, expected a number, such as 6 or '5.6'") from None


def _cover(family: UniformFamily, least: Fraction, progress: Callable[[float], None]) -> list[UniformBox]:
    """Boxes from s = 0 to k^(-1/2)."""
    end = Fraction(isqrt(4**FINE * least.denominator // least.numerator) + 1, 2**FINE)
    boxes = [_first(family, end)]
    width = boxes[0].high / 2
    while boxes[-1].high < end:
        box = _next(family, boxes[-1], width, end)
        boxes.append(box)
        progress(float(1 / box.high**2))
        width = (box.high - box.low) * Fraction(5, 4)
    return boxes


def _first(family: UniformFamily, end: Fraction) -> UniformBox:
    centre = polynomials(family, family.begin(), Fraction(0), TERMS)
    high = min(FIRST, end)
    while high >= NARROWEST:
        try:
            return proved(family, Fraction(0), high, centre, TERMS)
        except WideBoxError:
            high = _on_grid(high * Fraction(4, 5))
    raise UnprovedError(f"the Krawczyk test fails for {family.limit.name} next to k = infinity")


def _next(family: UniformFamily, last: UniformBox, width: Fraction, end: Fraction) -> UniformBox:
    low = last.high
    tube = last.tube(family, False)
    while width >= NARROWEST:
        high = min(_on_grid(low + width), end)
        middle = (low + high) / 2
        s = rational(middle)
        start = {n: arb_poly([p(s - tube.base).mid()]) for n, p in tube.centre.items()}
        try:
            centre = polynomials(family, start, middle, TERMS)
            box = proved(family, low, high, centre, TERMS)
            if glued(family, last, box):
                return box
        except WideBoxError:
            pass
        width = width * Fraction(3, 4)
    raise UnprovedError(
        f"the Krawczyk test fails for {family.limit.name} at k = {float(1 / low**2):.6g}: the branch may end there, or "
        f"two of its neurons become parallel"
    )


def _on_grid(s: Fraction) -> Fraction:
    return Fraction(round(s * 2**GRID), 2**GRID)


def _observed(family: UniformFamily, boxes: list[UniformBox]) -> Fraction:
    """A number with two digits below the smallest eigenvalue at the ends and middles of boxes."""
    seen = []
    for box in boxes:
        for s in (box.high, (box.low + box.high) / 2):
            found = _at(family, box, s)
            if found is not None:
                seen.append(Fraction(float(found[0].lower())))
    smallest = min(seen)
    if smallest <= 0:
        return Fraction(0)
    unit = Fraction(10) ** (len(str(int(1 / smallest))) + 1)
    return Fraction(int(smallest * Fraction(127, 128) * unit)) / unit


def _at(family: UniformFamily, box: UniformBox, s: Fraction) -> tuple[arb, str] | None:
    weights: Mapping[str, arb] = box.tube(family, False).at(rational(s))
    return smallest_eigenvalue(family, weights, rational(s))


def _why(family: UniformFamily, box: UniformBox, where: tuple[Fraction, Fraction, str], bound: Fraction) -> str:
    _, high, component = where
    found = _at(family, box, high)
    text = f"{family.limit.name}: the eigenvalues of {component} are not proved to exceed {_text(bound)} near k = "
    text += f"{float(1 / high**2):.6g}"
    if found is None:
        return text
    side = "<=" if found[0] <= rational(bound) else "near"
    return text + f"; the smallest eigenvalue there is {found[0].str(5)} ({found[1]}) {side} {_text(bound)}"


def _text(x: Fraction) -> str:
    return str(x.numerator) if x.denominator == 1 else f"{float(x):.6g}"
