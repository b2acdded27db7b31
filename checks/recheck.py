"""Re-verifies a certificate of a critical point: standard library and python-flint only, no code of the maker.

The formulas are in ``recheck_network``. The Jacobian is the Hessian on the directions of the fixed-point space. Every
statement is compared with what is found; nothing is trusted.

Source: Krawczyk (1969); Sylvester's law of inertia; Palais (1979), the principle of symmetric criticality.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

from flint import arb, ctx

from checks.recheck_components import check_spectrum
from checks.recheck_network import Sample
from checks.recheck_reading import (
    CONTINUUM,
    DOUBLINGS,
    GUARD,
    Claim,
    Problem,
    Recheck,
    RejectedError,
    UndecidedError,
    read_certificate,
    require,
)
from checks.recheck_zero import enclosed_zero


def recheck(text: str) -> Recheck:
    """Verifies every statement of a certificate.

    Args:
        text: the JSON file.

    Returns:
        The verified statements, or the first reason for rejection.

    Example:
        >>> recheck("{}").rejection
        'the certificate lacks the key schema'
    """
    try:
        return Recheck(tuple(_verified(text)))
    except (RejectedError, UndecidedError) as error:
        return Recheck((), " ".join(str(error).split()))


def _verified(text: str) -> list[str]:
    problem, claim = read_certificate(text)
    bits = claim.bits + GUARD
    for doubling in range(DOUBLINGS + 1):
        previous, ctx.prec = ctx.prec, bits << doubling
        try:
            return _statements(problem, claim)
        except UndecidedError:
            if doubling == DOUBLINGS:
                raise
        finally:
            ctx.prec = previous
    raise UndecidedError("no precision was tried")


def _check_kind(problem: Problem, claim: Claim) -> None:
    negative = sum(e.multiplicity for e in claim.eigenvalues if e.high < 0)
    zero = sum(e.multiplicity for e in claim.eigenvalues if e.low <= 0 <= e.high)
    kind = "strict local minimum" if negative == 0 else f"saddle of index {negative}"
    if zero:
        kind = f"degenerate: {zero} eigenvalues cannot be told from 0, {negative} are negative"
    if problem.split:
        zero, kind = 1, CONTINUUM
    require(claim.index == (None if zero else negative), f"got the index {claim.index}, the enclosures say {kind}")
    require(claim.kind == kind, f"got the kind {claim.kind[:80]!r}, the enclosures say {kind!r}")


# the isotropy


def _check_isotropy(problem: Problem, values: Sequence[arb], claim: Claim) -> str:
    group = problem.group
    if problem.dense:  # permutations of coordinates need not leave the teacher as it is
        require(claim.isotropy == "not determined", "the isotropy of a general teacher's student is not determined")
        return "no symmetry is used"
    if claim.isotropy == f"contains {group}":
        return f"the isotropy contains {group}"
    require(claim.isotropy == group, f"got the isotropy {claim.isotropy[:80]!r}, expected {group}")
    number: dict[tuple[int, int, bool], int] = {}
    for orbit, x in zip(problem.orbits(), values, strict=True):
        same = [n for o, n in number.items() if x == values[problem.orbits().index(o)]]  # equal only if both are exact
        number[orbit] = same[0] if same else len(number)
    for (o, x), (s, y) in combinations(zip(problem.orbits(), values, strict=True), 2):
        if number[o] != number[s] and x.overlaps(y):
            raise UndecidedError(f"the weights on the orbits {o} and {s} are not told apart: a larger isotropy is open")
    columns = []
    for q in range(len(problem.teachers)):
        entries: Counter[int] = Counter()
        for p, row in enumerate(problem.rows):
            on = problem.has_diagonal(p, q)
            entries[number[p, q, False]] += row.size - on
            if on:
                entries[number[p, q, True]] += 1
        columns.append(+entries)
    require(all(x != y for x, y in combinations(columns, 2)), "two blocks of columns have the same entries")
    require(_rows_differ(problem, number), "rows that the group does not exchange are equal")
    return f"the isotropy is {group}: it fixes the weights, and no larger group does"


def _rows_differ(problem: Problem, number: Mapping[tuple[int, int, bool], int]) -> bool:
    """Whether rows are equal only inside blocks that belong to no column."""

    def row(p: int, i: int) -> list[int]:
        columns = [(q, j) for q, b in enumerate(problem.teachers) for j in range(1, min(b.size, 3) + 1)]
        return [number[p, q, i == j and problem.has_diagonal(p, q)] for q, j in columns]

    shown = [(p, i) for p, b in enumerate(problem.rows) for i in range(1, min(b.size, 2) + 1)]
    own = {b.label for b in problem.teachers}
    for (p, i), (s, j) in combinations(shown, 2):
        alike = p == s and problem.rows[p].label not in own
        if not alike and row(p, i) == row(s, j):
            return False
    return True


# all of it


def _statements(problem: Problem, claim: Claim) -> list[str]:
    _check_kind(problem, claim)
    values = enclosed_zero(problem, claim)
    exact = claim.radius == 0
    point = "the network is the teacher's: a global minimum of loss 0" if exact else _box_statement(problem, claim)
    low, high = claim.loss
    loss = arb(0) if exact else Sample(problem, values, {}).loss()
    if not (low <= loss and loss <= high):
        require(not (loss < low or loss > high or low > high), "the loss lies outside its enclosure")
        raise UndecidedError("the loss is not seen to lie in its enclosure")
    isotropy = _check_isotropy(problem, values, claim)
    check_spectrum(problem, values, claim)
    found = [
        point,
        "the gradient is fixed by the group, so a zero of the reduced gradient is a critical point of the loss",
        f"the loss lies in [{low.str(12, radius=False)}, {high.str(12, radius=False)}]",
        isotropy,
        "the Hessian maps each isotypic component into itself, and acts on it through one block of its copies",
        f"all {problem.n * problem.d} eigenvalues of the Hessian lie in the {len(claim.eigenvalues)} enclosures, with "
        f"their multiplicities",
    ]
    if problem.split:
        found = [f"the network with split neurons merged: {s}" for s in found]
        found.append("every division of its neurons into positive multiples is critical too, with the same loss")
    return [*found, claim.kind]


def _box_statement(problem: Problem, claim: Claim) -> str:
    return (
        f"exactly one critical point with n = {problem.n}, d = {problem.d} and this symmetry lies within "
        f"{claim.radius.str(3, radius=False)} of the centre"
    )
