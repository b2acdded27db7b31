r"""Certificates that hold for every real number of neurons k in a range: one branch, and its index on all of it.

On a short interval $k = k_0 + t$, $|t| \le h$, let m(t) be the Taylor polynomial of the branch and R a box about 0.
With C an approximate inverse of the reduced Jacobian J,

$$-C\,g(m(t), k_0 + t) + (I - C\,J(m(t) + R, k_0 + t))\,R \subset \operatorname{int} R \quad\text{for all } |t| \le h$$

proves (Krawczyk, for each t) exactly one critical point of the symmetry type in m(t) + R, with J regular there: the
points form one real-analytic curve. On the same tube the inertia of every block of the Hessian is enclosed: with
S = D B symmetric (B the block, D the squared norms of its basis) and Q close to its eigenvectors, the Gershgorin discs
of $Q^T S Q$ count negative eigenvalues (Sylvester), and bound the least one from below. Neighbouring tubes are glued at
their common k: the box of a point certificate there lies in both, so both contain the same point.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from analytic.errors import DomainError
from analytic.landscape.families import critical_point
from analytic.landscape.isotypic import EXTRA
from analytic.landscape.real_family import RealFamily, bounds, real_family
from analytic.landscape.tubes import Inertia, Tube, encloses, glued, image_of_box, inertia, predicted

#: Half-lengths of intervals, relative to k: the first, the one below which the index is left open, and the branch.
FIRST, OPEN, LOST = 2.0**-6, 2.0**-13, 2.0**-20
#: Ends of intervals are multiples of this, exact in float64 up to k = 2^22.
GRID = 2**30
#: The weights of the named point at the least k are known far better than this.
NAMED = 2.0**-40
#: A box is enlarged to twice its image so often before the interval is shortened.
TRIALS = 3


@dataclass(frozen=True)
class Piece:
    """A proved tube.

    Args:
        tube: the claim.
        blocks: inertia by component.
    """

    tube: Tube
    blocks: dict[str, Inertia]

    @property
    def negative(self) -> dict[str, int] | None:
        """Negative eigenvalues of each block for d = k; None if a block's sign is open."""
        counts = {c: b.negative for c, b in self.blocks.items() if not c.startswith(EXTRA)}
        return None if None in counts.values() else {c: int(n or 0) for c, n in counts.items()}

    @property
    def is_minimum(self) -> bool:
        """Whether every block is positive definite for every k of the tube, d = k."""
        found = self.negative
        return found is not None and not any(found.values())


@dataclass(frozen=True)
class RangeCertificate:
    """What is proved for every real k between two numbers.

    Args:
        name: of the family; the branch is the one through its point at the first tube.
        low: the least k.
        high: the greatest k.
        pieces: proved tubes, each glued to the next one at their common end.
        missing: the part of the range without a proof of existence, or None.

    Example:
        >>> found = certify_range("II", 7, 8)
        >>> found.exists, found.is_minimum, found.least_eigenvalue > 0.001
        (True, True, True)
    """

    name: str
    low: Fraction
    high: Fraction
    pieces: tuple[Piece, ...]
    missing: tuple[float, float] | None

    @property
    def exists(self) -> bool:
        """Whether one curve of critical points is proved over the whole range."""
        return self.missing is None

    @property
    def is_minimum(self) -> bool:
        """Whether moreover all blocks are positive definite for every real k of the range, d = k."""
        return self.exists and all(p.is_minimum for p in self.pieces)

    @property
    def for_every_dimension(self) -> bool:
        """Whether the blocks on columns beyond the k-th are positive definite too: a minimum for every d >= k."""
        return self.is_minimum and all(b.negative == 0 for p in self.pieces for b in p.blocks.values())

    @property
    def open(self) -> tuple[tuple[float, float], ...]:
        """The intervals on which the sign of an eigenvalue is open, neighbours joined."""
        found: list[tuple[float, float]] = []
        for a, b in (p.tube.ends for p in self.pieces if p.negative is None):
            joined = bool(found) and found[-1][1] == a
            found[-1:] = [(found[-1][0], b)] if joined else [*found[-1:], (a, b)]
        return tuple(found)

    @property
    def least_eigenvalue(self) -> float | None:
        """A lower bound of all eigenvalues over the range (d = k); None unless ``is_minimum``."""
        if not self.is_minimum:
            return None
        return min(b.least for p in self.pieces for c, b in p.blocks.items() if b.least and not c.startswith(EXTRA))

    def __repr__(self) -> str:
        head = f"{self.name}, every real k in [{self.low}, {self.high}], {len(self.pieces)} boxes: "
        if self.missing is not None:
            return head + f"no proof of existence on [{self.missing[0]}, {self.missing[1]}]"
        head += "exactly one critical point near the branch; "
        if self.is_minimum:
            return head + f"strict local minimum, eigenvalues >= {self.least_eigenvalue:.6g}"
        where = ", ".join(f"[{a}, {b}]" for a, b in self.open)
        return head + ("not a minimum throughout" + (f"; signs open on {where}" if where else ""))

    def recheck(self) -> bool:
        """Proves everything again from the numbers stored: cover, every tube, every joint."""
        family = real_family(self.name)
        tubes = [p.tube for p in self.pieces]
        if self.missing is not None or not tubes:
            return False
        covered = Fraction(tubes[0].ends[0]) <= self.low and Fraction(tubes[-1].ends[1]) >= self.high
        touching = all(a.ends[1] == b.ends[0] for a, b in pairwise(tubes))
        proved = all(inertia(family, p.tube) == p.blocks and encloses(family, p.tube) for p in self.pieces)
        return covered and touching and proved and all(glued(family, a, b) for a, b in pairwise(tubes))


def certify_range(name: str, low: Any, high: Any) -> RangeCertificate:
    """One certificate for every real k between two numbers of neurons.

    Args:
        name: A, I, II, I:p or II:p.
        low: the least k, a rational number (or float).
        high: the greatest k.

    Returns:
        Pieces from ``low`` upwards, as far as the branch could be proved; where its index changes, a piece stays open.

    Raises:
        FormulaError: another name.
        DomainError: an empty range, or sizes without a meaning; at ``low`` a block of a single neuron.
        NoCriticalPointError: the family has no point at ``low``.

    Source: Krawczyk (1969); Neumaier (1990), "Interval Methods for Systems of Equations", section 5.4, on zeros that
    depend on parameters; Sylvester's law of inertia.
    """
    family = real_family(name)
    bounds(family, (float(low), float(high)))
    first, last = Fraction(low), Fraction(high)
    end = -(-last * GRID // 1)
    pieces: list[Piece] = []
    a, share = first * GRID // 1, FIRST
    named = _named(family, a / GRID)
    while a < end:
        length = max(1, min(int(share * a), (end - a + 1) // 2))  # half of it, in units of the grid
        piece = _piece(family, float(Fraction(a, GRID)), length / GRID, pieces[-1].tube if pieces else named)
        relative = length / a
        if piece is None and relative < LOST:
            return RangeCertificate(name, first, last, tuple(pieces), (a / GRID, float(last)))
        if piece is None or (piece.negative is None and relative > OPEN):
            share = relative / 2
            continue
        pieces.append(piece)
        a, share = a + 2 * length, min(FIRST, 1.5 * max(share, relative))
    return RangeCertificate(name, first, last, tuple(pieces), None)


def _named(family: RealFamily, k: float) -> Tube:
    """A tube of length 0 at the family's point, so that the first piece is glued to it as to any other."""
    point = critical_point(family.name, Fraction(k))
    if point.layout != family.compiled.layout:
        raise DomainError(
            f"got k = {k} for {family.name}, expected blocks of several neurons there: begin beside that k"
        )
    return Tube(k, 0.0, {n: (float(x),) for n, x in point.weights().items()}, dict.fromkeys(point.start, NAMED))


def _piece(family: RealFamily, a: float, h: float, before: Tube) -> Piece | None:
    """The piece from a to a + 2 h, glued to the one before; None if a proof fails."""
    tube = predicted(family, a + h, h, before)
    for _ in range(TRIALS):
        image = None if tube is None else image_of_box(family, tube)
        if tube is None or image is None:
            return None
        if all(image[n] < tube.box[n] for n in image):
            return Piece(tube, inertia(family, tube)) if glued(family, before, tube) else None
        tube = Tube(tube.centre, tube.radius, tube.weights, {n: 2 * x + 2.0**-46 for n, x in image.items()})
    return None
