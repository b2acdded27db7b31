r"""Following a family of critical points over real k.

The critical points solve $g(w, s) = 0$ with s the size that moves; the predictor extrapolates in $\log s$, Newton's
method corrects, and a correction that is not small, or that changes the sign of det J, is refused: it leads to another
branch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from flint import arb

from analytic.balls import precision
from analytic.errors import DomainError
from analytic.landscape.isotypic import TRIVIAL
from analytic.landscape.newton import Weights, evaluated
from analytic.landscape.real_family import RealFamily
from analytic.landscape.tape import BALL

#: Working precision while following; Newton's correction ends once it is below 2^-BITS of each weight.
WORKING, BITS = 128, 80
#: Steps in log s: the largest, the one at which a fold is looked for, the one at which the branch is given up.
LARGEST, NEAR_FOLD, SMALLEST = arb(1) / 4, arb(2) ** -10, arb(2) ** -24
#: A correction beyond this share of a weight (of 1/k for weights that are smaller still) is refused.
DRIFT = 0.1


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


def _inside(s: arb, a: arb, b: arb) -> bool:
    return bool(a < s < b) or bool(b < s < a)
