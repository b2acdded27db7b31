r"""A family of critical points over real k: one size moves, the other stays, and the branch is followed both ways.

II:p and I:p have blocks (k - p, p) with p fixed, I has (1, k - 1), A one block k. The critical points solve
$g(w, s) = 0$ with s the size that moves; the predictor extrapolates in $\log s$, Newton's method corrects, and a
correction that is not small, or that changes the sign of det J, is refused: it leads to another branch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from flint import arb

from analytic.balls import precision
from analytic.errors import DomainError, FormulaError
from analytic.landscape.families import critical_point
from analytic.landscape.isotypic import TRIVIAL, Component
from analytic.landscape.newton import Weights, evaluated
from analytic.landscape.programs import Programs, programs
from analytic.landscape.tape import BALL

#: Working precision while following; Newton's correction ends once it is below 2^-BITS of each weight.
WORKING, BITS = 128, 80
#: Steps in log s: the largest, the one at which a fold is looked for, the one at which the branch is given up.
LARGEST, NEAR_FOLD, SMALLEST = arb(1) / 4, arb(2) ** -10, arb(2) ** -24
#: A correction beyond this share of a weight (of 1/k for weights that are smaller still) is refused.
DRIFT = 0.1
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


@dataclass(frozen=True)
class Station:
    """A point of the branch.

    Args:
        family: to which it belongs.
        size: the moving size.
        weights: approximations, to far more digits than float64 has.
        sign: of det J; 0 at a fold.
        beside: for a fold the station beside it.
    """

    family: RealFamily
    size: arb
    weights: Weights
    sign: int
    beside: Station | None = None

    @property
    def k(self) -> float:
        """The number of neurons."""
        return float(self.size) + self.family.rest

    @property
    def values(self) -> dict[str, arb]:
        """All inputs of programs."""
        return {**self.family.inputs(self.size), **self.weights}

    @cached_property
    def eigenvalues(self) -> dict[str, list[float]]:
        """The eigenvalues of each component's block, ascending; real parts where a size is below 2.

        There some copies have a formal squared norm that is not positive, and a block may have complex eigenvalues.
        """
        with precision(WORKING):
            blocks = self.family.compiled.run_blocks(BALL, self.values)
            found = zip(blocks.components, blocks.matrices, blocks.norms, strict=True)
            return {c.name: _eigenvalues(m, n) for c, m, n in found if not c.on_extra_columns}

    @property
    def negative(self) -> dict[str, int]:
        """The number of negative eigenvalues of each block; of the trivial one at a fold as beside it."""
        found = {name: sum(x < 0 for x in values) for name, values in self.eigenvalues.items()}
        return found if self.beside is None else {**found, TRIVIAL: self.beside.negative[TRIVIAL]}

    @property
    def loss(self) -> float:
        """The loss."""
        with precision(WORKING):
            return float(self.family.compiled.loss.run(BALL, self.values)[0])


def _eigenvalues(matrix: Sequence[Sequence[arb]], norms: Sequence[arb]) -> list[float]:
    import numpy as np

    block, squares = np.array([[float(x) for x in row] for row in matrix]), np.array([float(n) for n in norms])
    if (squares > 0).all():
        roots = np.sqrt(squares)
        return [float(x) for x in np.linalg.eigvalsh(block * (roots[:, None] / roots))]
    return sorted(float(x.real) for x in np.linalg.eigvals(block))


def anchored(family: RealFamily) -> Station:
    """The point at the family's anchor."""
    with precision(WORKING):
        start = {n: arb(x) for n, x in family.start.items()}
    found = corrected(family, arb(family.anchor), start)
    if found is None:
        raise DomainError(f"got no convergence at the anchor of {family.name}, moving size {family.anchor}")
    return found


def corrected(family: RealFamily, s: arb, start: Mapping[str, arb]) -> Station | None:
    """Newton's method without damping, given up as soon as steps do not halve: then the start was not near."""
    with precision(WORKING):
        return _newton(family, s, {n: arb(w).mid() for n, w in start.items()})


def _newton(family: RealFamily, s: arb, x: Weights) -> Station | None:
    names, last = list(x), float("inf")
    sizes = family.inputs(s)
    for _ in range(12):
        here = evaluated(family.compiled, sizes, x)
        if here is None:
            return None
        try:
            step = here.jacobian.mid().solve(here.gradient.mid())
        except ZeroDivisionError:
            return None
        length = max(float(abs(step[i, 0])) / (abs(float(x[n])) + 1e-20) for i, n in enumerate(names))
        if not length < max(last / 2, 2.0**-BITS):
            return None
        x, last = {n: (x[n] - step[i, 0]).mid() for i, n in enumerate(names)}, length
        if length < 2.0**-BITS:
            determinant = here.jacobian.det()
            return Station(family, s, x, int(determinant > 0) - int(determinant < 0))
    return None


def between(a: Station, b: Station, s: arb) -> Weights:
    """Weights interpolated (or extrapolated) linearly in log s; from a fold on they move like the square root."""
    with precision(WORKING):
        ratio = (s / a.size).log() / (b.size / a.size).log()
        if a.sign == 0:
            ratio = ratio.sqrt()
        elif b.sign == 0:
            ratio = 1 - (1 - ratio).sqrt()
        return {n: (w + ratio * (b.weights[n] - w)).mid() for n, w in a.weights.items()}


def near(predicted: Weights, found: Weights, k: float) -> bool:
    """Whether no weight differs by more than a small share from its prediction."""
    small = 0.1 / k
    return all(abs(float(w - predicted[n])) < DRIFT * (abs(float(w)) + small) for n, w in found.items())


def followed(
    start: Station, end: arb, fold: Callable[[Station], Station | None], through: Sequence[arb] = ()
) -> Iterator[Station]:
    """The stations from a start, which is the first one, to the moving size ``end`` or to where the branch ends.

    Args:
        start: a point of the branch.
        end: where to stop.
        fold: called near an end of the branch with the last station; the fold itself is the last station then.
        through: moving sizes on the way that have to be among the stations, in order.
    """
    here, before, step = start, None, LARGEST
    upwards = bool(end > start.size)
    waiting = [*(s for s in through if _inside(s, start.size, end)), end]
    yield here
    while waiting:
        whole = (waiting[0] / here.size).log()
        there = waiting[0] if bool(abs(whole) <= step) else (here.size * (step if upwards else -step).exp()).mid()
        predicted = here.weights if before is None else between(before, here, there)
        found = corrected(here.family, there, predicted)
        if found is not None and found.sign == start.sign and near(predicted, found.weights, found.k):
            before, here, step = here, found, arb.min(2 * step, LARGEST).mid()
            yield here
            if there is waiting[0]:
                waiting.pop(0)
            continue
        step = (step / 4).mid()
        if step < NEAR_FOLD:
            last = fold(here)
            if last is not None:
                yield last
            if last is not None or bool(step < SMALLEST):
                return


def exact(value: Any) -> arb:
    """A number of neurons as a ball: an integer, a Fraction, a float or a ball."""
    if isinstance(value, arb):
        return value
    fraction = Fraction(value)
    return arb(fraction.numerator) / fraction.denominator


def _inside(s: arb, a: arb, b: arb) -> bool:
    return bool(a < s < b) or bool(b < s < a)
