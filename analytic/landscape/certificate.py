r"""Certificates of critical points: values and files that an independent checker can verify.

A certificate holds a box (centre and radius) in the fixed-point space, the preconditioner C with which the Krawczyk
operator maps the box into itself, and what is claimed at the only critical point in it: enclosures of the loss and of
all eigenvalues of the Hessian, its index, its isotropy. Every number is an integer or text: m*2^e is exact.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from flint import arb, arb_mat, fmpz

from analytic.balls import precision
from analytic.errors import DimensionError, FormulaError
from analytic.landscape.layout import Block, Layout
from analytic.landscape.newton import NoCriticalPointError, evaluated
from analytic.landscape.point import CriticalPoint, PointSpectrum
from analytic.landscape.tape import BALL

SCHEMA = "closedform/certificate/1"
#: Bits of the preconditioner: I - C J need only be small.
PRECONDITIONER_BITS = 128
Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class EigenvalueFact:
    """Eigenvalues of one isotypic component that an interval encloses.

    Args:
        low: lower end, m*2^e.
        high: upper end.
        multiplicity: how many eigenvalues of the Hessian, with multiplicity, it holds.
        component: name of the isotypic component.
    """

    low: str
    high: str
    multiplicity: int
    component: str


@dataclass(frozen=True)
class Facts:
    """What a certificate claims.

    Args:
        loss: an interval.
        kind: strict local minimum, saddle of index m, or degenerate with what is missing.
        index: number of negative eigenvalues; None if an interval contains 0.
        isotropy: the group, or "contains" and a group that fixes the weights.
        eigenvalues: with multiplicities that sum to n d.
    """

    loss: tuple[str, str]
    kind: str
    index: int | None
    isotropy: str
    eigenvalues: tuple[EigenvalueFact, ...]


@dataclass(frozen=True)
class Problem:
    """The loss, and the space in which the point is sought.

    Args:
        activation: a and b of a max(z, 0) + b max(-z, 0), as fractions.
        rows: label and size of each block of students.
        teachers: label and size of each block of teachers.
        d: dimension of the input.
        teacher_matrix: rows of fractions, where the teacher is not [I_k 0]; all blocks are single then.
        split: neurons that stand for several of the same direction: block of rows, index from 1, shares that sum to 1.
    """

    activation: tuple[str, str]
    rows: tuple[tuple[str, int], ...]
    teachers: tuple[tuple[str, int], ...]
    d: int
    teacher_matrix: Rows | None = None
    split: tuple[tuple[int, int, tuple[str, ...]], ...] = ()

    @property
    def layout(self) -> Layout:
        """The blocks."""
        rows, teachers = (tuple(Block(a, n == 1) for a, n in blocks) for blocks in (self.rows, self.teachers))
        return Layout(rows, teachers)


@dataclass(frozen=True)
class Certificate:
    """A certificate of a critical point.

    Args:
        problem: what it is about.
        centre: the weight on each orbit, in the order of the layout.
        radius: of the box in which there is exactly one zero; 0 for weights that are exact.
        bits: working precision that suffices.
        preconditioner: an approximate inverse of the Jacobian; empty for exact weights.
        facts: what is claimed.

    Source: Krawczyk (1969); principle of symmetric criticality (Palais 1979).

    Example:
        >>> from analytic import find_point
        >>> certificate = certify(find_point("II", 7), 8)
        >>> certificate.facts.kind, certificate.facts.isotropy
        ('strict local minimum', 'Delta(S_6 x S_1)')
        >>> from_json(to_json(certificate)) == certificate
        True
    """

    problem: Problem
    centre: tuple[str, ...]
    radius: str
    bits: int
    preconditioner: Rows
    facts: Facts

    def __repr__(self) -> str:
        low, high = (dyadic(x) for x in self.facts.loss)
        size = sum(n for _, n in self.problem.rows), self.problem.d
        text = f"Certificate: {self.facts.kind}; isotropy {self.facts.isotropy}; n = {size[0]}, d = {size[1]}; loss "
        return text + str(((low + high) / 2).str(10, radius=False))


def certify(point: CriticalPoint, digits: int = 15) -> Certificate:
    """The certificate of a critical point.

    Args:
        point: with integer sizes.
        digits: of the eigenvalues and the loss.

    Returns:
        The certificate; the Krawczyk test has been passed.

    Raises:
        DimensionError: sizes are not integers.
        NoCriticalPointError: the Krawczyk test fails.

    Example:
        >>> from analytic import find_point
        >>> certify(find_point("A", 5), 6).facts.kind
        'saddle of index 6'
    """
    problem = _problem(point)
    found = point.spectrum(digits)
    wanted = int(3.33 * digits) + 4
    bits = 2 * (wanted + 64 + 2 * int(point.n).bit_length() + 2 * int(point.k).bit_length())
    weights = point.weights(bits)
    names = [o.name for o in point.layout.orbits]
    with precision(bits + 64):
        if all(weights[n].is_exact() for n in names) and point.name == "global":
            centre, radius, preconditioner = [weights[n] for n in names], arb(0), []
        else:
            centre, radius = [weights[n].mid() for n in names], arb(2) ** (-bits // 2)
            preconditioner = _preconditioner(point, centre, radius)
        loss = interval(point.loss.arb if point.name == "global" else _loss(point, bits), wanted)
        facts = facts_of(found, loss, _isotropy(point, [weights[n] for n in names]), wanted)
        rows = tuple(tuple(text_of(x) for x in row) for row in preconditioner)
        return Certificate(problem, tuple(map(text_of, centre)), text_of(radius), bits, rows, facts)


def facts_of(found: PointSpectrum, loss: tuple[str, str], isotropy: str, wanted: int) -> Facts:
    """The facts that follow from enclosures of loss and eigenvalues.

    Args:
        found: the spectrum.
        loss: an interval.
        isotropy: the group.
        wanted: accuracy of the intervals in bits.
    """
    eigenvalues = tuple(_eigenvalues(found, wanted))
    negative = sum(e.multiplicity for e in eigenvalues if dyadic(e.high) < 0)
    zero = sum(e.multiplicity for e in eigenvalues if dyadic(e.low) <= 0 <= dyadic(e.high))
    kind = f"saddle of index {negative}" if negative else "strict local minimum"
    if zero:
        kind = f"degenerate: {zero} eigenvalues cannot be told from 0, {negative} are negative"
    return Facts(loss, kind, None if zero else negative, isotropy, eigenvalues)


def _problem(point: CriticalPoint) -> Problem:
    if not all(isinstance(x, int) for x in (*point.sizes.values(), point.d)):
        raise DimensionError(f"got the sizes {dict(point.sizes)}, expected integers: only they can be certified")
    phi = str(Fraction(point.phi.positive)), str(Fraction(point.phi.negative))
    rows, teachers = (
        tuple((b.label, int(point.size(b.label, b.single))) for b in blocks)
        for blocks in (point.layout.rows, point.layout.teachers)
    )
    return Problem(phi, rows, teachers, point.d)


def _preconditioner(point: CriticalPoint, centre: Sequence[arb], radius: arb) -> list[list[arb]]:
    """An approximate inverse of the Jacobian with which the Krawczyk test is passed on the box."""
    sizes = {f"k_{a}": arb(n) for a, n in point.sizes.items()}
    names = [o.name for o in point.layout.orbits]
    at = evaluated(point.solver, sizes, dict(zip(names, centre, strict=True)))
    box = evaluated(point.solver, sizes, {n: x + arb(0, radius) for n, x in zip(names, centre, strict=True)})
    if at is None or box is None:
        raise NoCriticalPointError(f"got the point {point.name} in whose box the Jacobian is not finite")
    return krawczyk_preconditioner(at.gradient, at.jacobian, box.jacobian, radius, point.name)


def krawczyk_preconditioner(g: arb_mat, J: arb_mat, J_box: arb_mat, radius: arb, name: str) -> list[list[arb]]:
    """An approximate inverse of J, rounded, with which the Krawczyk operator maps the box into itself.

    Args:
        g: the gradient at the centre.
        J: the Jacobian at the centre.
        J_box: the Jacobian on the box.
        radius: of the box.
        name: of the point, for messages.

    Raises:
        NoCriticalPointError: the test fails.
    """
    try:
        inverse = J.mid().inv()
    except ZeroDivisionError:
        raise NoCriticalPointError(f"got the point {name} with a singular Jacobian: it may be degenerate") from None
    with precision(PRECONDITIONER_BITS):
        rows = [[(x * 1).mid() for x in row] for row in inverse.tolist()]
    C, size = arb_mat(rows), J.nrows()
    step, slack = C * g, arb_mat([[int(i == j) for j in range(size)] for i in range(size)]) - C * J_box
    for i in range(size):
        reach = sum((abs(slack[i, j]) * radius for j in range(size)), abs(step[i, 0]))
        if not reach < radius / 2:  # half of it: the checker's balls may be wider
            raise NoCriticalPointError(f"got the point {name} at which the Krawczyk test fails; it may be degenerate")
    return rows


def _loss(point: CriticalPoint, bits: int) -> arb:
    values = {f"k_{a}": arb(n) for a, n in point.sizes.items()} | point.weights(bits)
    loss: arb = point.programs.loss.run(BALL, values)[0]
    return loss


def interval(x: arb, wanted: int) -> tuple[str, str]:
    """An interval about the ball with room for another enclosure of the same number."""
    room = arb(2) ** (-wanted) * abs(x.mid())
    if x.contains(0) and x != 0:
        room += arb(2) ** (-wanted - 40)
    half = 2 * x.rad() + room
    with precision(wanted + 60):
        return text_of((x - half).lower()), text_of((x + half).upper())


def _eigenvalues(found: PointSpectrum, wanted: int) -> list[EigenvalueFact]:
    """The intervals of each component, those that overlap merged."""
    merged: list[EigenvalueFact] = []
    for component in dict.fromkeys(r.component for r in found.rows):
        last: list[tuple[arb, arb, int]] = []
        for row in (r for r in found.rows if r.component == component):
            low, high = map(dyadic, interval(row.value.arb, wanted))
            times = int(row.multiplicity)
            while last and last[-1][1] >= low:  # a wide one may reach over several before it
                begin, end, more = last.pop()
                low, high, times = arb.min(begin, low), arb.max(end, high), times + more
            last.append((low, high, times))
        merged += [EigenvalueFact(text_of(a), text_of(b), m, component) for a, b, m in last]
    return sorted(merged, key=lambda e: float(dyadic(e.low)))


def _isotropy(point: CriticalPoint, values: Sequence[arb]) -> str:
    """The group of the layout; with "contains" where a larger one is not excluded."""
    teachers = " x ".join(f"S_{point.size(b.label, b.single)}" for b in point.layout.teachers)
    known = {b.label for b in point.layout.teachers}
    own = [f" x S_{point.sizes[b.label]}" for b in point.layout.rows if b.label not in known and not b.single]
    group = f"Delta({teachers})" + "".join(own)
    apart = all(not x.overlaps(y) or x == y for x, y in combinations(values, 2))
    return (
        group
        if apart and len({*map(str, _column_entries(point, values))}) == len(point.layout.teachers)
        else (f"contains {group}")
    )


def _column_entries(point: CriticalPoint, values: Sequence[arb]) -> list[list[tuple[str, int]]]:
    """The entries of a column of each block with how often they occur."""
    columns: list[dict[str, int]] = [{} for _ in point.layout.teachers]
    has_diagonal = {(o.row, o.column) for o in point.layout.orbits if o.diagonal}
    for o, x in zip(point.layout.orbits, values, strict=True):
        block = point.layout.rows[o.row]
        size = int(point.size(block.label, block.single)) - ((o.row, o.column) in has_diagonal)
        text = text_of(x.mid())
        columns[o.column][text] = columns[o.column].get(text, 0) + (1 if o.diagonal else size)
    return [sorted(c.items()) for c in columns]


# text


def text_of(x: arb) -> str:
    """The midpoint as m*2^e, exactly.

    Example:
        >>> text_of(arb(3) / 8)
        '3*2^-3'
    """
    m, e = x.mid().man_exp()
    return f"{m}*2^{e}"


def dyadic(text: str) -> arb:
    """The number m*2^e, exactly.

    Example:
        >>> print(dyadic("3*2^-3"))
        0.375000000000000
    """
    m, _, e = text.partition("*2^")
    return arb((fmpz(m), fmpz(e)))


def to_json(certificate: Certificate) -> str:
    """The certificate as a file, with the digest of its content.

    Args:
        certificate: the certificate.

    Returns:
        JSON; keys in a fixed order.
    """
    p = certificate.problem
    orbits = p.layout.orbits
    content = {
        "schema": SCHEMA,
        "problem": asdict(p),
        "centre": [[o.row, o.column, o.diagonal, x] for o, x in zip(orbits, certificate.centre, strict=True)],
        "radius": certificate.radius,
        "bits": certificate.bits,
        "preconditioner": certificate.preconditioner,
        "facts": asdict(certificate.facts),
    }
    return json.dumps({**content, "digest": digest(content)}, indent=1) + "\n"


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of a certificate without its digest."""
    rest = {k: v for k, v in content.items() if k != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode("ascii")).hexdigest()


def from_json(text: str) -> Certificate:
    """Reads a certificate back; whether it is true is for the checker to say.

    Args:
        text: JSON as ``to_json`` writes it.

    Raises:
        FormulaError: the text is no certificate.
    """
    try:
        data = json.loads(text)
        p, f = data["problem"], data["facts"]
        matrix = p["teacher_matrix"]
        problem = Problem(
            (p["activation"][0], p["activation"][1]),
            tuple((a, n) for a, n in p["rows"]),
            tuple((a, n) for a, n in p["teachers"]),
            p["d"],
            None if matrix is None else tuple(map(tuple, matrix)),
            tuple((p, i, tuple(shares)) for p, i, shares in p["split"]),
        )
        eigenvalues = tuple(EigenvalueFact(**e) for e in f["eigenvalues"])
        facts = Facts((f["loss"][0], f["loss"][1]), f["kind"], f["index"], f["isotropy"], eigenvalues)
        centre = tuple(x for _, _, _, x in data["centre"])
        return Certificate(
            problem, centre, data["radius"], data["bits"], tuple(map(tuple, data["preconditioner"])), facts
        )
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise FormulaError(f"got a text that is no certificate ({type(error).__name__}: {error})") from None
