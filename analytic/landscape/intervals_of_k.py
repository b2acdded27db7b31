r"""Certificates that hold for every real number of neurons k in a range: one branch, and its index on all of it.

On a short interval $k = k_0 + t$, $|t| \le h$, let m(t) be the Taylor polynomial of the branch and R a box about 0.
With C an approximate inverse of the reduced Jacobian J,

$$-C\,g(m(t), k_0 + t) + (I - C\,J(m(t) + R, k_0 + t))\,R \subset \operatorname{int} R \quad\text{for all } |t| \le h$$

proves (Krawczyk, for each t) exactly one critical point of the symmetry type in m(t) + R, with J regular there: the
points form one real-analytic curve. On the same tube the inertia of every block of the Hessian is enclosed: with
S = D B symmetric (B the block, D the squared norms of its basis), the pivots of S - c D are polynomials in t with a
remainder; their signs count the eigenvalues below c (Sylvester). Neighbouring tubes are glued at their common k: the
box of a point certificate there lies in both, so both contain the same point.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from analytic.errors import AnalyticError, DimensionError, DomainError
from analytic.landscape.families import critical_point
from analytic.landscape.isotypic import EXTRA
from analytic.landscape.real_family import RealFamily, bounds, real_family
from analytic.landscape.sizes import SAME, Dimension
from analytic.landscape.thresholds import FORMAL, Event, thresholds
from analytic.landscape.tubes import Inertia, Tube, encloses, glued, image_of_box, inertia, predicted

#: Half-lengths of intervals, relative to k: the first, the one below which the index is left open, and the branch.
FIRST, OPEN, LOST = 2.0**-4, 2.0**-13, 2.0**-20
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
        return self.counted(False)

    def counted(self, extra: bool) -> dict[str, int] | None:
        """Negative eigenvalues of each block, with those on extra columns or without; None if a sign is open."""
        counts = {c: b.negative for c, b in self.blocks.items() if extra or not c.startswith(EXTRA)}
        return None if None in counts.values() else {c: int(n or 0) for c, n in counts.items()}

    def least(self, extra: bool) -> float | None:
        """A lower bound of the eigenvalues; None if one is negative or its sign open."""
        found = [b.least for c, b in self.blocks.items() if extra or not c.startswith(EXTRA)]
        return None if None in found else min(x for x in found if x is not None)

    @property
    def is_minimum(self) -> bool:
        """Whether every block is positive definite for every k of the tube, d = k."""
        return self.least(False) is not None


@dataclass(frozen=True)
class RangeCertificate:
    """What is proved for every real k between two numbers.

    Args:
        name: of the family; the branch is the one through its point at the first tube.
        low: the least k.
        high: the greatest k.
        pieces: proved tubes, each glued to the next one at their common end.
        missing: the part of the range without a proof of existence, or None.
        dimension: d as a function of k.
        asked: the lower bound of the eigenvalues that was asked for, or None.

    Example:
        >>> found = certify_range("II", 7, 8)
        >>> found.exists, found.is_minimum, found.least_eigenvalue > 0.014
        (True, True, True)
    """

    name: str
    low: Fraction
    high: Fraction
    pieces: tuple[Piece, ...]
    missing: tuple[float, float] | None
    dimension: Dimension = SAME
    asked: Fraction | None = None

    @property
    def extra(self) -> bool:
        """Whether there are columns beyond the k-th."""
        return self.dimension != SAME

    @property
    def exists(self) -> bool:
        """Whether one curve of critical points is proved over the whole range."""
        return self.missing is None

    @property
    def negative(self) -> dict[str, int] | None:
        """Negative eigenvalues of each block, the same for every k of the range; None if a sign is open."""
        found = [p.counted(self.extra) for p in self.pieces]
        return found[0] if found and self.exists and all(f == found[0] for f in found) else None

    @property
    def is_minimum(self) -> bool:
        """Whether moreover all blocks are positive definite for every real k of the range."""
        return self.negative is not None and not any(self.negative.values())

    @property
    def for_every_dimension(self) -> bool:
        """Whether the blocks on columns beyond the k-th are positive definite too: a minimum for every d >= k."""
        return self.exists and all(p.least(True) is not None for p in self.pieces)

    @property
    def index(self) -> tuple[Fraction, ...] | None:
        """The index as a polynomial in k, coefficients from the constant on; None if a sign is open."""
        counts = self.negative
        return None if counts is None else _index(real_family(self.name), counts, self.dimension)

    @property
    def kind(self) -> str | None:
        """strict local minimum, or saddle of index m with m as a formula in k; None if a sign is open."""
        index = self.index
        if index is None:
            return None
        return f"saddle of index {formula(index)}" if any(index) else "strict local minimum"

    @property
    def meets(self) -> bool:
        """Whether the index is proved, and the bound that was asked for."""
        least = self.least_eigenvalue
        return self.kind is not None and (self.asked is None or (least is not None and least >= self.asked))

    @property
    def open(self) -> tuple[tuple[float, float], ...]:
        """The intervals on which the sign of an eigenvalue is open, neighbours joined."""
        found: list[tuple[float, float]] = []
        for a, b in (p.tube.ends for p in self.pieces if p.counted(self.extra) is None):
            joined = bool(found) and found[-1][1] == a
            found[-1:] = [(found[-1][0], b)] if joined else [*found[-1:], (a, b)]
        return tuple(found)

    @property
    def least_eigenvalue(self) -> float | None:
        """A lower bound of all eigenvalues over the range; None unless ``is_minimum``."""
        if not self.is_minimum:
            return None
        return min(least for p in self.pieces if (least := p.least(self.extra)) is not None)

    def events(self) -> tuple[Event, ...]:
        """The thresholds on the intervals that are open, located and proved (blocks at d = k)."""
        gaps = [*self.open, *([self.missing] if self.missing is not None else [])]
        try:
            found = thresholds(self.name, 15, (self.low, self.high)) if gaps else ()
        except AnalyticError:
            return ()
        return tuple(e for e in found if any(a <= float(e.k.arb) <= b for a, b in gaps))

    def __repr__(self) -> str:
        head = f"{self.name}, every real k in [{self.low}, {self.high}], {len(self.pieces)} boxes: "
        if self.missing is not None:
            return head + f"no proof of existence on [{self.missing[0]}, {self.missing[1]}]"
        head += "exactly one critical point near the branch; "
        if self.kind is not None:
            least = self.least_eigenvalue
            return head + self.kind + ("" if least is None else f", eigenvalues >= {least:.6g}")
        where = ", ".join(f"[{a}, {b}]" for a, b in self.open)
        return head + f"no constant index; signs open on {where}"

    def recheck(self) -> bool:
        """Proves everything again from the numbers stored: cover, every tube, every joint."""
        family = real_family(self.name)
        tubes = [p.tube for p in self.pieces]
        if self.missing is not None or not tubes:
            return False
        covered = Fraction(tubes[0].ends[0]) <= self.low and Fraction(tubes[-1].ends[1]) >= self.high
        touching = all(a.ends[1] == b.ends[0] for a, b in pairwise(tubes))
        bound = _above(self.asked)
        proved = all(inertia(family, p.tube, bound) == p.blocks and encloses(family, p.tube) for p in self.pieces)
        return covered and touching and proved and all(glued(family, a, b) for a, b in pairwise(tubes))


def formula(coefficients: tuple[Fraction, ...], name: str = "k") -> str:
    """A polynomial as text.

    Example:
        >>> formula((Fraction(1), Fraction(-3, 2), Fraction(1, 2)))
        'k^2/2 - 3*k/2 + 1'
    """
    found = ""
    for power, c in reversed(list(enumerate(coefficients))):
        if c == 0:
            continue
        letters = ("", name)[power] if power < 2 else f"{name}^{power}"
        number = "" if abs(c.numerator) == 1 and letters else f"{abs(c.numerator)}{'*' * bool(letters)}"
        term = number + letters + ("" if c.denominator == 1 else f"/{c.denominator}")
        found += f" {'-' if c < 0 else '+'} {term}" if found else ("-" if c < 0 else "") + term
    return found or "0"


def _index(family: RealFamily, negative: Mapping[str, int], dimension: Dimension) -> tuple[Fraction, ...]:
    """The polynomial of degree at most 2 in k through its values at three k."""

    def at(k: int) -> Fraction:
        labels = {family.moving: Fraction(k - family.rest), **{a: Fraction(n) for a, n in family.fixed.items()}}
        more = dimension.at(k) - k
        known = {c.name: c for c in family.compiled.components}
        total = Fraction(0)
        for name, n in negative.items():
            total += n * Fraction(known[name].dimension(labels)) * (more if known[name].on_extra_columns else 1)
        return total

    a, b, c = (at(k) for k in (0, 1, 2))
    square = (c - 2 * b + a) / 2
    return a, b - a - square, square


def certify_range(
    name: str,
    low: Any,
    high: Any,
    bound: Any = None,
    dimension: Dimension = SAME,
    progress: Callable[[float], None] | None = None,
) -> RangeCertificate:
    """One certificate for every real k between two numbers of neurons.

    Args:
        name: A, I, II, I:p or II:p.
        low: the least k: an integer, a Fraction, a float or a text such as '11/2'.
        high: the greatest k.
        bound: a number that all eigenvalues shall exceed; None for one that is not far from the smallest.
        dimension: d as a function of k; where d > k the blocks on the extra columns count too.
        progress: called with the k up to which it is proved.

    Returns:
        Pieces from ``low`` upwards, as far as the branch could be proved; where its index changes, a piece stays open.

    Raises:
        FormulaError: another name.
        DomainError: an empty range, or sizes without a meaning; at ``low`` a block of a single neuron.
        DimensionError: d is less than k somewhere.
        NoCriticalPointError: the family has no point at ``low``.

    Source: Krawczyk (1969); Neumaier (1990), "Interval Methods for Systems of Equations", section 5.4, on zeros that
    depend on parameters; Sylvester's law of inertia.
    """
    family = real_family(name)
    first, last, asked = _numbers(low, high, bound)
    bounds(family, (float(first), float(last)))
    if min(dimension.at(k) - k for k in (first, last)) < 0:
        raise DimensionError(f"got d = {dimension} and k from {low} to {high}, expected d >= k throughout")
    pieces: list[Piece] = []
    missing = None
    for piece in _pieces(family, first, last, dimension != SAME, asked):
        if isinstance(piece, float):
            missing = (piece, float(last))
            break
        pieces.append(piece)
        if progress is not None:
            progress(piece.tube.ends[1])
    return RangeCertificate(family.name, first, last, tuple(pieces), missing, dimension, asked)


def _numbers(low: Any, high: Any, bound: Any) -> tuple[Fraction, Fraction, Fraction | None]:
    try:
        return Fraction(low), Fraction(high), None if bound is None else Fraction(bound)
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        raise DomainError(
            f"got k from {low} to {high}, bound {bound}, expected finite numbers such as 6, 100, '11/2' and 0.004"
        ) from None


def _pieces(
    family: RealFamily, first: Fraction, last: Fraction, extra: bool, asked: Fraction | None
) -> Iterator[Piece | float]:
    """The pieces from the least k on; at last the k from which nothing is proved, if there is one."""
    a, end, share = int(first * GRID // 1), int(-(-last * GRID // 1)), FIRST
    before = _named(family, a / GRID)
    while a < end:
        length = max(1, min(int(share * a), (end - a + 1) // 2))  # half of it, in units of the grid
        piece = _piece(family, float(Fraction(a, GRID)), length / GRID, before, _above(asked))
        relative = length / a
        if piece is None and relative < LOST:
            yield a / GRID
            return
        formal = a <= (family.rest + FORMAL) * GRID
        if piece is None or (relative > OPEN and not formal and not _sharp(piece, extra, asked)):
            share = relative / 2
            continue
        yield piece
        before, a, share = piece.tube, a + 2 * length, min(FIRST, 1.5 * max(share, relative))


def _above(bound: Fraction | None) -> float | None:
    """A float64 that is not smaller."""
    return None if bound is None else math.nextafter(float(bound), math.inf)


def _sharp(piece: Piece, extra: bool, asked: Fraction | None) -> bool:
    """Whether a piece says enough: every sign, and the bound asked for, or else one near the smallest eigenvalue."""
    if piece.counted(extra) is None:
        return False
    least = piece.least(extra)
    seen = [b.seen for c, b in piece.blocks.items() if b.seen is not None and (extra or not c.startswith(EXTRA))]
    hopeless = asked is None or any(x <= asked for x in seen)
    return least is None or (least > 0 if hopeless else asked is not None and least >= asked)


def _named(family: RealFamily, k: float) -> Tube:
    """A tube of length 0 at the family's point, so that the first piece is glued to it as to any other."""
    point = critical_point(family.name, Fraction(k))
    if point.layout != family.compiled.layout:
        raise DomainError(
            f"got k = {k} for {family.name}, expected blocks of several neurons there: begin beside that k"
        )
    return Tube(k, 0.0, {n: (float(x),) for n, x in point.weights().items()}, dict.fromkeys(point.start, NAMED))


def _piece(family: RealFamily, a: float, h: float, before: Tube, bound: float | None) -> Piece | None:
    """The piece from a to a + 2 h, glued to the one before; None if a proof fails."""
    tube = predicted(family, a + h, h, before)
    for _ in range(TRIALS):
        image = None if tube is None else image_of_box(family, tube)
        if tube is None or image is None:
            return None
        if all(image[n] < tube.box[n] for n in image):
            return Piece(tube, inertia(family, tube, bound)) if glued(family, before, tube) else None
        tube = Tube(tube.centre, tube.radius, tube.weights, {n: 2 * x + 2.0**-46 for n, x in image.items()})
    return None
