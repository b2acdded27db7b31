r"""What is proved about a box of an interval certificate: Krawczyk's test, inertia of blocks, the joint with the next.

Each function holds for all real k of a window at once; a box is a window, or is halved into windows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations, product

from flint import arb, arb_mat, arb_poly, fmpq

from checks.recheck_components import Component
from checks.recheck_interval_file import Box, Interval
from checks.recheck_interval_jets import Jet, Window, alike, jet, moved, negatives, reach
from checks.recheck_interval_network import Network
from checks.recheck_reading import Problem, UndecidedError, require

#: How often a box is halved; steps that narrow a tube at one k.
HALVINGS, NARROWINGS = 6, 4
Square = list[list[arb_poly]]


@dataclass(frozen=True)
class Part:
    """A window of a box.

    Args:
        claim: the certificate.
        box: one of its boxes.
        low: the least k.
        high: the greatest k; the same for a single k.
    """

    claim: Interval
    box: Box
    low: Fraction
    high: Fraction

    @cached_property
    def window(self) -> Window:
        """The interval about its middle, with one power more than the polynomials have."""
        order = max(2, *(p.length() for p in self.box.centre))
        return Window(ball((self.low + self.high) / 2), ball((self.high - self.low) / 2), order)

    @property
    def known(self) -> int:
        """The order up to which jets at the base are exact functions of the polynomials."""
        return self.window.order - 1 if self.low < self.high else 0

    @property
    def nothing(self) -> list[arb]:
        """No uncertainty."""
        return [arb(0)] * len(self.box.centre)

    def halves(self) -> tuple[Part, Part]:
        """Both halves."""
        middle = (self.low + self.high) / 2
        return Part(self.claim, self.box, self.low, middle), Part(self.claim, self.box, middle, self.high)

    def at_centre(self, offset: arb) -> arb:
        """The argument of the box's polynomials at an offset from the window's base."""
        return ball((self.low + self.high) / 2 - (self.box.low + self.box.high) / 2) + offset

    def network(self, offset: arb, widths: Sequence[arb], named: Mapping[str, int], beyond: bool = False) -> Network:
        """The network at an offset from the window's base, its weights uncertain by the widths."""
        base = self.window.base + offset
        sizes = {a: jet([c + base, 1]) if slope else c for a, (c, slope) in self.claim.sizes.items()}
        there = self.at_centre(offset)
        values = [moved(p, there, w) for p, w in zip(self.box.centre, widths, strict=True)]
        return Network(self.claim.problem, sizes, values, named, beyond)

    def gradient(self) -> list[arb_poly]:
        """The gradient on the orbits at the polynomials; on every other entry it must be the same."""
        problem, known = self.claim.problem, self.known

        def compute(offset: arb, at_base: bool) -> list[Jet]:
            found = self.network(offset, self.nothing, {}).gradients()
            on_orbit = {o: found[_place(problem, o)] for o in problem.orbits()}
            for (p, i, q, j), x in found.items() if at_base else ():
                same = on_orbit[p, q, i == j and problem.has_diagonal(p, q)]
                require(alike(x, same, known), "the gradient is not fixed by the group")
            return list(on_orbit.values())

        return self.window.runs(compute)

    def block(self, component: Component, widths: Sequence[arb], beyond: bool = False) -> tuple[Square, Square, Square]:
        """A component's block: coordinates of the images of its copies, the quadratic form, the inner products."""
        m, known = len(component.copies), self.known

        def compute(offset: arb, at_base: bool) -> list[Jet]:
            network = self.network(offset, widths, component.named, beyond)
            images = network.block(component, known if at_base else None)
            inner = [[jet([0]) + network.inner(x, y) for y in component.copies] for x in component.copies]
            form = [[_dot(row, [image[c] for image in images]) for c in range(m)] for row in inner]
            for r, c in combinations(range(m), 2) if at_base else ():
                require(alike(form[r][c], form[c][r], known), "a block of the Hessian is not symmetric")
            return [x for matrix in (images, form, inner) for row in matrix for x in row]

        flat = self.window.runs(compute)
        rows = [flat[i * m : (i + 1) * m] for i in range(3 * m)]
        return rows[:m], rows[m : 2 * m], rows[2 * m :]

    def image(self, widths: Sequence[arb]) -> list[arb]:
        """Half-widths of Krawczyk's image of the tube with these half-widths."""
        C = self.box.preconditioner
        step = _multiplied(C, [[g] for g in self.gradient()])
        trivial = self.claim.components["trivial"]
        product = _multiplied(C, self.block(trivial, widths)[0])
        found = []
        for i, _ in enumerate(widths):
            total = arb(reach(step[i][0]).abs_upper())
            for j, width in enumerate(widths):
                total += abs(reach(int(i == j) - product[i][j])) * width
            found.append(arb(total.abs_upper()))
        return found


def _dot(x: Sequence[Jet], y: Sequence[Jet]) -> Jet:
    total = x[0] * y[0]
    for s, t in zip(x[1:], y[1:], strict=True):
        total = total + s * t
    return total


def _place(problem: Problem, orbit: tuple[int, int, bool]) -> tuple[int, int, int, int]:
    p, q, on = orbit
    return p, 1, q, 1 if on or not problem.has_diagonal(p, q) else 2


def _multiplied(C: arb_mat, M: Sequence[Sequence[arb_poly]]) -> Square:
    """C M for a constant matrix."""
    rows, columns = range(C.nrows()), range(len(M[0]))
    found = [[arb_poly([0]) for _ in columns] for _ in rows]
    for i, j, s in product(rows, columns, rows):
        found[i][j] = found[i][j] + M[s][j] * C[i, s]
    return found


def ball(x: Fraction) -> arb:
    """A rational number."""
    return arb(fmpq(x.numerator, x.denominator))


def check_box(claim: Interval, box: Box) -> int:
    """Existence, uniqueness, regularity and inertia for every k of a box.

    Returns:
        The number of windows it took.
    """
    waiting, windows = [(Part(claim, box, box.low, box.high), HALVINGS)], 0
    while waiting:
        part, deeper = waiting.pop()
        try:
            _check_part(part)
            windows += 1
        except UndecidedError as error:
            if deeper == 0:
                where = f"k = {float(part.low):.9g} to {float(part.high):.9g}"
                raise UndecidedError(f"{where}: {error}") from None
            waiting += [(half, deeper - 1) for half in reversed(part.halves())]
    return windows


def _check_part(part: Part) -> None:
    image = part.image(part.box.radii)
    if not all(bool(x < r) for x, r in zip(image, part.box.radii, strict=True)):
        raise UndecidedError("the Krawczyk operator does not map the tube into itself: no zero is proved in it")
    for name, component in part.claim.components.items():
        _check_inertia(part, image, name, component)


def _check_inertia(part: Part, widths: Sequence[arb], name: str, component: Component) -> None:
    """The zeros lie in the image, which is narrower than the tube; the forms there have the claimed inertia."""
    order, bound = part.window.order, part.box.bound
    _, form, inner = part.block(component, widths, name.startswith("extra-columns:"))
    require(negatives(inner, order) == 0, f"the copies of {name} are dependent")
    shifted = form if bound is None else [_less(x, y, bound) for x, y in zip(form, inner, strict=True)]
    found, claimed = negatives(shifted, order), part.claim.negative[name]
    where = f"k = {float(part.low):.9g} to {float(part.high):.9g}"
    below = "negative" if bound is None else f"below {bound.str(6, radius=False)}"
    require(found == claimed, f"{found} eigenvalues of the block {name} are {below} at {where}, expected {claimed}")


def _less(x: Sequence[arb_poly], y: Sequence[arb_poly], bound: arb) -> list[arb_poly]:
    return [s - t * bound for s, t in zip(x, y, strict=True)]


def glued(claim: Interval, left: Box, right: Box) -> bool:
    """Whether the critical points of two boxes at their common k are the same."""
    for one, other in ((left, right), (right, left)):
        if _inside(_zero(Part(claim, one, left.high, left.high)), Part(claim, other, left.high, left.high)):
            return True
    return False


def _zero(part: Part) -> tuple[list[arb], list[arb]]:
    """Centres and half-widths of balls around the zero in the tube at a single k."""
    widths = list(part.box.radii)
    for _ in range(NARROWINGS):
        widths = [x if x < w else w for x, w in zip(part.image(widths), widths, strict=True)]
    return [p(part.at_centre(arb(0))) for p in part.box.centre], widths


def _inside(zero: tuple[list[arb], list[arb]], part: Part) -> bool:
    middle = [p(part.at_centre(arb(0))) for p in part.box.centre]
    moves = zip(*zero, middle, part.box.radii, strict=True)
    return all(bool(abs(x - m) + w < r) for x, w, m, r in moves)
