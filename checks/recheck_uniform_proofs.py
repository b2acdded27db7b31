r"""What is proved on a box of a certificate for every k: one critical point in its tube, and the Hessian above a bound.

A box is cut into pieces, halved where that is needed. On a piece, with polynomials P, radii $\rho$, the equations F
divided by their powers of s, and C the inverse of their Jacobian J in the middle, Krawczyk's test is

$$\sup_s |C F(P(s), s)| + \sup_s |I - C J(P(s) + [-\rho, \rho], s)|\,\rho =: \eta < \rho$$

for each unknown: for every s of the piece exactly one zero lies within $\rho$ of P(s), and it lies within $\eta$; the
same bound with $\eta$ in the place of $\rho$ holds it more narrowly. The form of the Hessian less the bound times the
Gram matrix, on all weights within $\eta$, has positive pivots.

Source: Krawczyk (1969); Sylvester's law of inertia.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from flint import arb, arb_mat, arb_poly

from checks.recheck_reading import RejectedError, UndecidedError
from checks.recheck_uniform_blocks import Component, Hessian, components
from checks.recheck_uniform_file import Box, Claim
from checks.recheck_uniform_models import Dual, Interval, Number, ball
from checks.recheck_uniform_rows import Family, Orbit, Rows

#: Degrees of polynomials for the equations, for their Jacobian, and for the Hessian.
EQUATIONS, JACOBIAN, HESSIAN = 8, 3, 6
#: Pieces are at most this wide at first, and halved so often at most.
WIDTH, HALVINGS = Fraction(1, 32), 6
#: How often the tube that holds the critical point is made narrower by the operator.
NARROWING = 12
Ends = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Piece:
    """A part of a box with the radii in which the critical point lies for every s of it."""

    box: Box
    ends: Ends
    radii: Mapping[Orbit, arb]


def pieces(about: Family, box: Box) -> list[Piece]:
    """Krawczyk's test on a box.

    Raises:
        RejectedError: a critical point in the tube is not proved somewhere.
    """
    found, waiting = [], [(ends, HALVINGS) for ends in reversed(list(_parts(box)))]
    while waiting:
        ends, deeper = waiting.pop()
        try:
            radii = _contracted(about, box, ends)
        except UndecidedError as error:
            if not deeper:
                raise RejectedError(f"{_where(ends)}: no critical point is proved in the tube: {error}") from None
            waiting += [(half, deeper - 1) for half in _halves(ends)]
            continue
        found.append(Piece(box, ends, radii))
    return found


def _parts(box: Box) -> Iterator[Ends]:
    count = ceil((box.high - box.low) / WIDTH)
    step = (box.high - box.low) / count
    for i in range(count):
        yield box.low + i * step, box.low + (i + 1) * step


def _halves(ends: Ends) -> list[Ends]:
    """The second half first."""
    middle = sum(ends, Fraction(0)) / 2
    return [(middle, ends[1]), (ends[0], middle)]


def _where(ends: Ends) -> str:
    low = "infinity" if ends[0] == 0 else f"{float(1 / ends[0] ** 2):.6g}"
    return f"k from {float(1 / ends[1] ** 2):.6g} to {low}"


def _weights(about: Family, box: Box, on: Interval, radii: Mapping[Orbit, arb] | None) -> dict[Orbit, Number]:
    """What is added to the limits of the weights."""
    offset, found = arb_poly([ball(on.middle - box.base), 1]), {}
    for o in about.orbits:
        p = on.cut(box.centre[o](offset))
        if radii is not None:
            p = p + arb_poly([arb(0, radii[o])])
        found[o] = Number(on, about.power(o), p)
    return found


def _contracted(about: Family, box: Box, ends: Ends) -> dict[Orbit, arb]:
    """The radii eta."""
    on = Interval(*ends, EQUATIONS)
    values = [x.scaled(v) for v, x in Rows(about, on, _weights(about, box, on, None)).equations()]
    J = _jacobian(about, box, ends)
    size = range(len(J))
    try:
        C = arb_mat([[x[0].mid() for x in row] for row in J]).inv().mid()
    except ZeroDivisionError:
        raise UndecidedError("the Jacobian may be singular") from None
    x = Interval(*ends, JACOBIAN).x
    steps = [abs(_combined([C[i, j] for j in size], values)(on.x)).upper() for i in size]
    slacks = [[_combined([C[i, m] for m in size], [J[m][j] for m in size]) - int(i == j) for j in size] for i in size]
    bounds = [[abs(p(x)).upper() for p in row] for row in slacks]
    radii = [box.radii[o] for o in about.orbits]
    found = _images(steps, bounds, radii)
    if not all(image < radius for image, radius in zip(found, radii, strict=True)):
        raise UndecidedError("Krawczyk's operator does not map the tube into itself")
    for _ in range(NARROWING):
        found = [b.min(a) for a, b in zip(found, _images(steps, bounds, found), strict=True)]
    return dict(zip(about.orbits, found, strict=True))


def _images(steps: list[arb], slacks: list[list[arb]], radii: list[arb]) -> list[arb]:
    """How far the operator's images are from the polynomials, at most."""
    pairs = zip(steps, slacks, strict=True)
    return [(step + sum((a * b for a, b in zip(row, radii, strict=True)), arb(0))).upper() for step, row in pairs]


def _combined(factors: list[arb], values: list[arb_poly]) -> arb_poly:
    total = arb_poly()
    for c, p in zip(factors, values, strict=True):
        total += p * c
    return total


def _jacobian(about: Family, box: Box, ends: Ends) -> list[list[arb_poly]]:
    """The derivatives of the equations by the unknowns on the tube."""
    on = Interval(*ends, JACOBIAN)
    deviations = {}
    for o, x in _weights(about, box, on, box.radii).items():
        moves = [Number(on, about.power(o), on.power(0)) if o == other else on.zero for other in about.orbits]
        deviations[o] = Dual(x, moves)
    return [[d.scaled(v) for d in x.slopes] for v, x in Rows(about, on, deviations).equations()]


def glued(about: Family, left: Piece, right: Piece) -> bool:
    """Whether two boxes hold the same critical point where they meet.

    The point of one box lies within eta of its polynomials; where that is within the radii of the other box around the
    other's polynomials, it is the only one there.
    """
    s = ball(left.ends[1])
    for one, other in ((left, right), (right, left)):
        near = True
        for o in about.orbits:
            here = one.box.centre[o](s - ball(one.box.base))
            there = other.box.centre[o](s - ball(other.box.base))
            near = near and bool(abs(here - there) + one.radii[o] < other.box.radii[o])
        if near:
            return True
    return False


def check_bound(claim: Claim, piece: Piece, known: list[Component]) -> int:
    """Proves that all blocks exceed the bound on a piece.

    Returns:
        On how many intervals.

    Raises:
        RejectedError: it is not proved somewhere.
    """
    count, waiting = 0, [(piece.ends, HALVINGS)]
    while waiting:
        ends, deeper = waiting.pop()
        component = _open(claim, piece, ends, known)
        if component is None:
            count += 1
        elif deeper:
            waiting += [(half, deeper - 1) for half in _halves(ends)]
        else:
            reason = f"the eigenvalues of {component} are not proved to exceed {claim.bound}"
            raise RejectedError(f"{_where(ends)}: {reason}")
    return count


def all_components(about: Family) -> list[Component]:
    """The components, small blocks first: what is false is found soon."""
    return sorted(components(about), key=lambda c: len(c.copies))


def _open(claim: Claim, piece: Piece, ends: Ends, known: list[Component]) -> str | None:
    """The first component that is not proved to exceed the bound."""
    on = Interval(*ends, HESSIAN)
    least = 2 * arb.pi() * ball(claim.bound)
    name = "any component"
    try:
        rows = Rows(claim.about, on, _weights(claim.about, piece.box, on, piece.radii))
        hessian = Hessian(rows)
        for component in known:
            name = component.name
            form, gram = hessian.block(component)
            size = range(len(form))
            upper = [[form[min(i, j)][max(i, j)] - gram[i][j] * least for j in size] for i in size]
            if not _is_positive(on, upper):
                return name
    except UndecidedError:
        return name
    return None


def _is_positive(on: Interval, matrix: list[list[arb_poly]]) -> bool:
    """Whether all pivots of a symmetric matrix are positive on the interval; the largest ones are taken first."""
    A = [[Number(on, 0, p) for p in row] for row in matrix]
    while A:
        i = max(range(len(A)), key=lambda n: float(A[n][n].p[0].mid()))
        pivot = A[i][i]
        if not pivot.factor() > 0:
            return False
        rest, inverse = [n for n in range(len(A)) if n != i], pivot.inverse()
        A = [[A[a][b] - A[a][i] * inverse * A[i][b] for b in rest] for a in rest]
    return True
