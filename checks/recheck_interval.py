r"""Re-verifies a certificate of critical points for all real k of an interval: no code of the maker.

The sizes of blocks are affine functions of k, the weights lie in tubes around polynomials in k, one for each box of k.
On a box, for all its k at once, the Krawczyk operator with the file's preconditioner is seen to map the tube into
itself, and the pivots of the blocks of the Hessian are seen to have the signs that are claimed. Neighbouring boxes are
glued: at their common k the critical point of one lies in the tube of the other, in which there is only one. Boxes are
halved where they are too long for the arithmetic.

Source: Krawczyk (1969); Neumaier (1990), Section 5.4; Sylvester's law of inertia; ``checks.recheck`` for the formulas.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_FLOOR, Decimal, localcontext
from fractions import Fraction
from itertools import pairwise

from flint import arb, ctx

from checks.recheck_interval_file import LARGE, Interval, read
from checks.recheck_interval_proofs import check_box, glued
from checks.recheck_network import exact_value
from checks.recheck_reading import Block, Recheck, RejectedError, UndecidedError, require

#: Working precision beyond the stated bits.
GUARD = 32
EXTRA = "extra-columns:"


def recheck(text: str, progress: Callable[[float], None] | None = None) -> Recheck:
    """Verifies every statement of a certificate for an interval of k.

    Args:
        text: the JSON file.
        progress: called with the k up to which boxes have been verified.

    Returns:
        The verified statements, or the first reason for rejection.

    Example:
        >>> recheck("{}").rejection
        'the certificate lacks the key kind'
    """
    try:
        claim = read(text)
        previous, ctx.prec = ctx.prec, claim.bits + GUARD
        try:
            return Recheck(tuple(_statements(claim, progress)))
        finally:
            ctx.prec = previous
    except (RejectedError, UndecidedError) as error:
        return Recheck((), " ".join(str(error).split()))


def _statements(claim: Interval, progress: Callable[[float], None] | None) -> list[str]:
    _check_cover(claim)
    _check_bounds(claim)
    index = _check_index(claim)
    for left, right in pairwise(claim.boxes):
        require(glued(claim, left, right), f"the boxes that meet at k = {_short(left.high)} may hold two branches")
    for box in claim.boxes:
        check_box(claim, box)
        if progress is not None:
            progress(float(box.high))
    every = f"for every real k in [{claim.low}, {claim.high}]"
    sizes = " and ".join(f"[{', '.join(_affine(claim.sizes[b.label]) for b in blocks)}]" for blocks in _both(claim))
    found = [
        f"blocks of students and teachers of the sizes {sizes}, {_width(claim)}",
        f"{every} exactly one critical point with this symmetry lies in the tube ({len(claim.boxes)} boxes, no gap)",
        "neighbouring boxes hold the same point at their common k: the points form one analytic branch",
        f"{every} the blocks of the isotypic components have {_counts(claim)}",
    ]
    if claim.bound is not None:
        found.append(f"{every} all eigenvalues of all blocks exceed {_digits(claim.bound)}")
    found.append(
        f"at every integer k in the interval all this is about the network of {_affine(_total(claim))} neurons itself; "
        f"at other k blocks have formal dimensions"
    )
    return [*found, "strict local minimum" if index == "0" else f"saddle of index {index}"]


def _check_cover(claim: Interval) -> None:
    require(claim.boxes, "there are no boxes")
    require(claim.boxes[0].low <= claim.low, f"no box holds k = {_short(claim.low)}")
    require(claim.boxes[-1].high >= claim.high, f"no box holds k = {_short(claim.high)}")
    for left, right in pairwise(claim.boxes):
        require(left.high == right.low, f"the box up to k = {_short(left.high)} and the next do not meet")
    least = claim.boxes[0].low  # a little before the interval
    for label, (constant, slope) in claim.sizes.items():  # copies are independent from there on
        require(not slope or constant + least > 2, f"the block {label} is not seen to have more than 2 members")


def _check_bounds(claim: Interval) -> None:
    """The bound of the interval follows from those of the boxes; bounds go with positive definite blocks."""
    own = {name for name in claim.components if claim.beyond or not name.startswith(EXTRA)}
    require(set(claim.negative) == own, "the counts of negative eigenvalues are not those of all isotypic components")
    require(all(n <= len(claim.components[c].copies) for c, n in claim.negative.items()), "a count is too large")
    bounds = [b.bound for b in claim.boxes]
    if any(claim.negative.values()):
        require(
            claim.bound is None and all(b is None for b in bounds), "a saddle has no lower bound of its eigenvalues"
        )
        return
    for bound in bounds:
        require(bound is None or bound >= 0, "the bound of a box is negative")
        require(claim.bound is None or (bound is not None and claim.bound <= bound), "a box has a lesser bound")


def _check_index(claim: Interval) -> str:
    """The index is the sum of the counts times the dimensions, a polynomial of degree 2 in k; so is n d."""
    if claim.d is None:
        require(not any(n for c, n in claim.negative.items() if c.startswith(EXTRA)), "the index depends on d")
    found, expected, total = [], [], []
    for k in (LARGE, LARGE + 1, LARGE + 2):
        problem = claim.at(k)
        per_column = 0 if claim.d is None else claim.d[0] + claim.d[1] * k - k
        known = claim.components_at(k)
        times = {c: x.dimension * (per_column if c.startswith(EXTRA) else 1) for c, x in known.items()}
        found.append(sum(times[c] * n for c, n in claim.negative.items()))
        expected.append(sum(c * k**i for i, c in enumerate(claim.index)))
        own = sum(len(x.copies) * x.dimension for c, x in known.items() if not c.startswith(EXTRA))
        beyond = sum(len(x.copies) * x.dimension for c, x in known.items() if c.startswith(EXTRA))
        total += [own - problem.n * k, beyond - problem.n * claim.beyond]
    require(not any(total), "the isotypic components are not all of the space")
    require(found == expected, f"got the index {_formula(claim.index)}, the counts say another")
    return _formula(claim.index)


def _both(claim: Interval) -> tuple[tuple[Block, ...], ...]:
    return claim.problem.rows, claim.problem.teachers


def _total(claim: Interval) -> tuple[int, int]:
    sizes = [claim.sizes[b.label] for b in claim.problem.rows]
    return sum(c for c, _ in sizes), sum(s for _, s in sizes)


def _width(claim: Interval) -> str:
    return "every d >= k" if claim.d is None else f"d = {_affine(claim.d)}"


def _digits(bound: arb) -> str:
    """Six digits that are not more than a number."""
    exact = exact_value(bound)
    with localcontext(prec=6, rounding=ROUND_FLOOR):
        return str(Decimal(exact.numerator) / Decimal(exact.denominator))


def _short(k: Fraction) -> str:
    return f"{float(k):.12g}"


def _affine(size: tuple[int, int]) -> str:
    return _formula((Fraction(size[0]), Fraction(size[1])))


def _counts(claim: Interval) -> str:
    bent = [f"{n} in {c}" for c, n in claim.negative.items() if n]
    return (
        f"only positive eigenvalues ({len(claim.negative)} blocks)"
        if not bent
        else (f"no eigenvalue 0, and as many negative ones as claimed: {', '.join(bent)}")
    )


def _formula(coefficients: Sequence[Fraction]) -> str:
    terms = []
    for power in range(len(coefficients) - 1, -1, -1):
        c = coefficients[power]
        if c:
            letters = ["", "k", "k^2"][power]
            factors = [str(abs(c.numerator))] * (abs(c.numerator) != 1 or not letters) + [letters] * bool(letters)
            share = f"/{c.denominator}" if c.denominator > 1 else ""
            terms.append(("- " if c < 0 else "+ ") + "*".join(factors) + share)
    return " ".join(terms).removeprefix("+ ") or "0"
