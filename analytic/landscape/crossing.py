r"""Where an eigenvalue of one component's block crosses 0 along a branch, or the branch folds: solved and proved.

At the point looked for, the block B of a component has a null vector u, so weights w, moving size s and u solve

$$g(w, s) = 0, \qquad B(w, s)\,u = 0, \qquad u_j = 1,$$

a square system. Where its Jacobian is regular, its solution is isolated and Newton's method converges quadratically.

* For a component other than the trivial one, with det J not 0 too: the null space is one-dimensional and det B has a
  simple zero along the branch, so exactly one eigenvalue changes sign there.
* For the trivial component B = J: the solution is a fold with $y^T g_s \ne 0 \ne y^T g_{ww}[u, u]$, y the left null
  vector, so the branch ends there and turns back.

A Krawczyk test of the system proves both, and any number of digits.

Source: Moore and Spence (1980), "The calculation of turning points of nonlinear equations", SIAM J. Numer. Anal. 17;
Werner and Spence (1984), "The computation of symmetry-breaking bifurcation points", SIAM J. Numer. Anal. 21.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import arb, arb_mat, ctx

from analytic.balls import precision
from analytic.landscape.branch import Station
from analytic.landscape.duals import DUAL, Dual, slopes, variables
from analytic.landscape.isotypic import TRIVIAL
from analytic.landscape.newton import Weights
from analytic.landscape.real_family import RealFamily

#: Precision of the first solution, and how often it is doubled beyond the digits asked for until a proof succeeds.
FIRST, DOUBLINGS = 192, 4
#: Bits of the first solution, which tells whether it is the one looked for.
ROUGH = 100
#: Newton's method is given up after so many steps.
MAX_STEPS = 40


@dataclass(frozen=True)
class Crossing:
    """A point where a block is singular.

    Args:
        family: on whose branch it lies.
        component: whose block is singular.
        size: the moving size, an enclosure.
        weights: enclosures.
        null: the null vector.
        pivot: the entry of the null vector that is 1.
    """

    family: RealFamily
    component: str
    size: arb
    weights: Weights
    null: tuple[arb, ...]
    pivot: int

    @property
    def unknowns(self) -> arb_mat:
        """Weights, moving size and the free entries of the null vector as a column."""
        free = [x for i, x in enumerate(self.null) if i != self.pivot]
        return arb_mat([[x] for x in (*self.weights.values(), self.size, *free)])

    def at(self, column: arb_mat) -> Crossing:
        """The same with other unknowns."""
        x, count = list(column.entries()), len(self.weights)
        free = x[count + 1 :]
        null = (*free[: self.pivot], arb(1), *free[self.pivot :])
        return Crossing(
            self.family, self.component, x[count], dict(zip(self.weights, x, strict=False)), null, self.pivot
        )


@dataclass(frozen=True)
class System:
    """The equations at a point: residual, Jacobian, and the Jacobian J of the gradient alone."""

    residual: arb_mat
    jacobian: arb_mat
    of_gradient: arb_mat


def system(here: Crossing) -> System | None:
    """The extended system in balls at the current precision; None where it does not exist."""
    family, names = here.family, [*here.weights, here.family.size]
    values = variables({**family.inputs(here.size), **here.weights}, names)
    compiled, count = family.compiled, len(names)
    gradient, jacobian = compiled.run_newton(DUAL, values)
    block = jacobian
    if here.component != TRIVIAL:
        blocks = compiled.run_blocks(DUAL, values)
        block = next(m for c, m in zip(blocks.components, blocks.matrices, strict=True) if c.name == here.component)
    free = [j for j in range(len(block)) if j != here.pivot]
    rows = [[g.value, *slopes(g, count), *(arb(0) for _ in free)] for g in gradient]
    for row in block:
        image = _combined(row, here.null)
        rows.append([image.value, *slopes(image, count), *(row[j].value for j in free)])
    if not all(x.is_finite() for row in rows for x in row):
        return None
    m = len(gradient)
    return System(
        arb_mat([[row[0]] for row in rows]),
        arb_mat([row[1:] for row in rows]),
        arb_mat([row[1 : m + 1] for row in rows[:m]]),
    )


def _combined(row: Sequence[Dual], null: Sequence[arb]) -> Dual:
    total = Dual(arb(0))
    for entry, x in zip(row, null, strict=True):
        total = total + entry * Dual(x)
    return total


def guess(component: str, near: Station) -> Crossing:
    """A start for Newton's method: the null vector is the last right singular vector of the block near by."""
    import numpy as np

    with precision(FIRST):
        blocks = near.family.compiled.run_blocks(DUAL, variables(near.values, []))
        block = next(m for c, m in zip(blocks.components, blocks.matrices, strict=True) if c.name == component)
        vector = np.linalg.svd(np.array([[float(x.value) for x in row] for row in block]))[2][-1]
        pivot = int(np.argmax(abs(vector)))
        null = tuple(arb(float(x)) for x in vector / vector[pivot])
    return Crossing(near.family, component, near.size, near.weights, null, pivot)


def solved(start: Crossing, bits: int) -> Crossing | None:
    """Newton's method; the last step is below 2^-bits of each unknown."""
    here = start.at(start.unknowns.mid())
    for _ in range(MAX_STEPS):
        found = system(here)
        step = None if found is None else _solve(found)
        if step is None or bool(here.size - step[len(here.weights), 0] <= 0):
            return None
        old = here.unknowns
        here = here.at((old - step).mid())
        if all(bool(abs(step[i, 0]) <= (abs(old[i, 0]) + 1) * arb(2) ** -bits) for i in range(old.nrows())):
            return here
    return None


def _solve(found: System) -> arb_mat | None:
    try:
        step = found.jacobian.mid().solve(found.residual.mid())
    except ZeroDivisionError:
        return None
    return step if all(x.is_finite() for x in step.entries()) else None


def proved(centre: Crossing) -> Crossing | None:
    """An enclosure of exactly one solution, by the Krawczyk operator at the current precision; None if a test fails."""
    middle, at = centre.unknowns.mid(), system(centre.at(centre.unknowns.mid()))
    if at is None:
        return None
    try:
        inverse = at.jacobian.mid().inv().mid()
    except ZeroDivisionError:
        return None
    step, count = inverse * at.residual, middle.nrows()
    one = arb_mat([[int(i == j) for j in range(count)] for i in range(count)])
    radius = [
        2 * abs(step[i, 0]).abs_upper() + (abs(middle[i, 0]) + 1) * arb(2) ** (8 - ctx.prec) for i in range(count)
    ]
    for _ in range(4):
        offset = arb_mat([[arb(0, r.abs_upper())] for r in radius])
        there = system(centre.at(middle + offset))
        if there is None:
            return None
        image = (one - inverse * there.jacobian) * offset - step
        if all(bool(abs(image[i, 0]) < r) for i, r in enumerate(radius)):
            return _regular(centre.at(middle + image))
        radius = [r * 256 for r in radius]
    return None


def _regular(found: Crossing) -> Crossing | None:
    """The crossing if it is shown to be what it is taken for: J is regular unless the block is J itself."""
    if found.component == TRIVIAL:
        return found
    there = system(found)
    return None if there is None or there.of_gradient.det().contains(0) else found


def to_bits(start: Crossing, bits: int) -> Crossing | None:
    """The crossing with its moving size to so many bits, proved to exist and to be what it is called.

    Args:
        start: an approximation, for instance of ``solved``.
        bits: relative accuracy of the moving size.
    """
    working = bits + 64
    for _ in range(DOUBLINGS):
        with precision(working):
            centre = solved(start, working - 48)
            found = None if centre is None else proved(centre)
            if found is not None and found.size.rel_accuracy_bits() >= bits:
                return found
        working *= 2
    return None
