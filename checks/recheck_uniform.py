r"""Re-verifies a certificate for every real k from some number on: standard library and python-flint only.

It shares no line with the maker. ReLU is split into its linear part and the absolute value, and the weights into their
limits at k = infinity and $s^v$ times what stays finite, $s = k^{-1/2}$: ``recheck_uniform_rows`` has the equations,
``recheck_uniform_blocks`` the Hessian, ``recheck_uniform_models`` the enclosures for all s of an interval,
``recheck_uniform_proofs`` the tests. Every statement of the file is proved anew; nothing in it is trusted.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import inf

from flint import ctx

from checks.recheck_reading import Recheck, RejectedError, UndecidedError, require
from checks.recheck_uniform_file import Claim, read
from checks.recheck_uniform_proofs import (
    EQUATIONS,
    HESSIAN,
    JACOBIAN,
    Piece,
    all_components,
    check_bound,
    glued,
    pieces,
)


def recheck(text: str, progress: Callable[[float], None] | None = None) -> Recheck:
    """Verifies every statement of a certificate for every k.

    Args:
        text: the JSON file.
        progress: is told up to which k the eigenvalues are verified.

    Returns:
        The verified statements, or the first reason for rejection.

    Example:
        >>> recheck("{}").rejection
        'the certificate lacks the key kind'
    """
    before = ctx.prec, ctx.cap
    try:
        claim = read(text)
        ctx.prec, ctx.cap = claim.bits, max(EQUATIONS, JACOBIAN, HESSIAN) + 4
        return Recheck(tuple(_verified(claim, progress or _silent)))
    except (RejectedError, UndecidedError) as error:
        return Recheck((), " ".join(str(error).split()))
    finally:
        ctx.prec, ctx.cap = before


def _silent(k: float) -> None:
    """No progress is shown."""


def _verified(claim: Claim, progress: Callable[[float], None]) -> list[str]:
    _check_cover(claim)
    proved = [pieces(claim.about, box) for box in claim.boxes]
    for left, right in pairwise(proved):
        same = glued(claim.about, left[-1], right[0])
        require(same, f"the boxes that meet at s = {left[-1].ends[1]} are not seen to hold the same critical point")
    known = all_components(claim.about)
    parts = [piece for box in reversed(proved) for piece in reversed(box)]
    count = 0
    for piece in parts:
        count += check_bound(claim, piece, known)
        progress(float(1 / piece.ends[0] ** 2) if piece.ends[0] else inf)
    return _statements(claim, parts, count, [c.name for c in known])


def _check_cover(claim: Claim) -> None:
    """The boxes have to reach from s = 0 to the least k without a gap."""
    require(claim.boxes, "there are no boxes")
    least = claim.about.least
    require(claim.least > least, f"k from {claim.least} on: blocks of the family need k > {least}")
    require(claim.boxes[0].low == 0, "the first box does not begin at s = 0")
    for left, right in pairwise(claim.boxes):
        require(left.high == right.low, f"the boxes do not meet at s = {left.high}")
    reach = claim.boxes[-1].high
    require(reach**2 * claim.least >= 1, f"the boxes end at k = {float(1 / reach**2):.6g}, short of {claim.least}")


def _statements(claim: Claim, parts: list[Piece], count: int, names: list[str]) -> list[str]:
    every, name, bound = f"for every real k >= {claim.least}", claim.about.name, claim.bound
    found = [
        f"the {len(claim.boxes)} boxes cover 0 <= s <= ({claim.least})^(-1/2), s = k^(-1/2), without a gap",
        f"{every} exactly one critical point with the symmetry of type {name} lies in the tube of its box, proved on "
        f"{len(parts)} intervals of s; at s = 0 the students are their teachers or the opposite",
        "where two boxes meet, the critical point of one lies in the tube of the other: the points form one branch",
        "the equations are the gradient on the orbits of the group, so a zero is a critical point of the loss",
        f"{every} and every d >= k all eigenvalues of the Hessian's blocks exceed {bound}, on all {len(names)} "
        f"isotypic components ({', '.join(sorted(names))}), proved on {count} intervals of s",
    ]
    if bound >= 0:
        found.append(f"for every integer k >= {claim.least} and every d >= k a strict local minimum")
    return found
