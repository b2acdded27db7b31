r"""Both witnesses on gradient descent: the spectrum in balls, certified balls of convexity, and enclosed iterates.

With eigenvalues in [c, M] on a ball about the critical point P, c > 0, a step 0 < h < 2/M maps the ball into itself and
contracts distances to P by $q = \max(|1 - hc|, |1 - hM|) < 1$ (the Hessian averaged along segments to P); the loss
decreases at every step by at least $h(1 - hM/2)|\nabla L|^2$. At P alone: P is asymptotically stable if
$|1 - h\lambda| < 1$ for all eigenvalues (Ostrowski 1960), and unstable if one exceeds 1: then along its eigenvector the
loss grows at the first step ($h\lambda > 2$), or is smaller than at P to begin with ($\lambda < 0$).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial

import numpy as np
from flint import arb
from numpy.typing import NDArray

from analytic.balls import precision, rational
from analytic.errors import AnalyticError
from analytic.landscape.bounds import LocalConvexity, convexity_radius, hessian_lower_bound
from checks.claim import Claim
from checks.critical_points import Certificate, Finding, certificate
from checks.empirical import Settings
from checks.errors import ClaimError
from checks.point_facts import Decimal
from checks.point_slips import changed_digit
from checks.statements.conclusion import concluded, heard, with_slips
from checks.statements.descent import GradientDescent, read_number
from checks.statements.descent_path import BITS, Rows, descended, largest_factor
from checks.statements.descent_witness import look_at_descent
from checks.verdict import Counterexample, ExactEvidence, Kind, Outcome, Verdict

Array = NDArray[np.float64]
ENGINE = "Krawczyk test of the weights, eigenvalues in balls, Lipschitz constant of the Hessian"
#: Enclosed steps and seconds from a start.
STEPS, SECONDS = 4000, 15.0


def judge_descent(claim: Claim, settings: Settings, power: bool) -> Verdict:
    """The verdict on a statement about gradient descent.

    Raises:
        ClaimError: impossible sizes, domains or assumptions.
    """
    exact = evidence(claim)
    stated = claim.statement
    assert isinstance(stated, GradientDescent)
    empirical, missing = heard(partial(look_at_descent, stated, settings))
    verdict = concluded(claim, exact, empirical, missing)
    if not power:
        return verdict
    judged = with_slips(verdict, _slips(claim), evidence)
    return (
        replace(judged, repair=exact.derived or None) if judged.kind is Kind.REFUTED and not judged.repair else judged
    )


def evidence(claim: Claim) -> ExactEvidence:
    """What the exact witness says: TRUE_IN_BALLS if every fact is proved, FALSE if one is provably false."""
    stated = claim.statement
    assert isinstance(stated, GradientDescent)
    if claim.variables or claim.assumptions:
        raise ClaimError("got domains or assumptions, expected none with gradient descent")
    where = f"{stated.facts.where}, {'flow' if stated.h is None else f'step {stated.step}'}"
    try:
        proved = certificate(stated.facts)
        with precision(256):
            found = list(_findings(stated, proved))
    except AnalyticError as error:
        return ExactEvidence(Outcome.UNDECIDED, ENGINE, detail=str(error))
    shown = "; ".join(f.repair for f in found if f.repair)
    conditions = (where, "population loss, no neuron zero; the critical point is the one that its name encloses")
    for f in found:
        if f.holds is False:
            counter = Counterexample(where, f.derived, f.claimed)
            return ExactEvidence(Outcome.FALSE, ENGINE, shown, conditions, f.reason, counter)
    open_facts = "; ".join(f.reason for f in found if f.holds is None)
    if open_facts:
        return ExactEvidence(Outcome.UNDECIDED, ENGINE, shown, conditions, open_facts)
    return ExactEvidence(Outcome.TRUE_IN_BALLS, ENGINE, shown, conditions, shown)


def _findings(stated: GradientDescent, proved: Certificate) -> Iterator[Finding]:
    values = [r.value.arb for r in proved.spectrum.rows]
    largest = largest_factor(stated.h, values)
    if stated.factor is not None:
        yield _number("contraction factor", Decimal(stated.factor), largest)
    if stated.rate is not None:
        yield _rate(Decimal(stated.rate), proved.smallest)
    if stated.converges is not None:
        yield _local(stated.converges, stated, largest, proved.smallest)
    if stated.radius is not None:
        yield _within(stated, proved, values)
    if stated.start:
        yield _from_start(stated, proved)


def _number(what: str, claimed: Decimal, value: arb) -> Finding:
    holds, shown = claimed.holds(value), str(value.str(10, radius=False))
    if holds is None:
        return Finding(None, f"the {what} is {value.str(20)}: too wide a ball for {claimed}")
    reason = "" if holds else f"the {what} is {shown}, not {claimed}"
    return Finding(holds, reason, shown, str(claimed), f"{what} {shown}")


def _rate(claimed: Decimal, smallest: arb) -> Finding:
    if smallest < 0:
        shown = smallest.str(8, radius=False)
        return Finding(False, f"the smallest eigenvalue is {shown}: the flow does not converge", shown, str(claimed))
    found = _number("rate", claimed, smallest)
    if not smallest > 0 and found.holds:
        return Finding(None, "the smallest eigenvalue cannot be told from 0")
    return found


def _local(claimed: bool, stated: GradientDescent, largest: arb, smallest: arb) -> Finding:
    attracts, repels = (smallest > 0, smallest < 0) if stated.h is None else (largest < 1, largest > 1)
    if stated.h is None:
        shown = f"smallest eigenvalue {smallest.str(8, radius=False)}"
    else:
        shown = f"max |1 - h lambda| = {largest.str(8, radius=False)}"
    if not (attracts or repels):
        return Finding(None, f"{shown} is too close to the border")
    word = "converges locally" if attracts else "does not converge locally"
    holds = bool(attracts) == claimed
    return Finding(holds, "" if holds else f"it {word}: {shown}", shown, str(claimed).lower(), f"{word}, {shown}")


def _ball(proved: Certificate, radius: float) -> tuple[LocalConvexity, arb]:
    """Convexity on a ball, and an upper bound of the eigenvalues on it."""
    bound = hessian_lower_bound(proved.point, radius)
    top = arb(0)
    for r in proved.spectrum.rows:
        top = arb.max(top, r.value.arb)
    return bound, top + arb(bound.lipschitz) * arb(radius)


def _within(stated: GradientDescent, proved: Certificate, values: list[arb]) -> Finding:
    assert stated.radius is not None
    exact = read_number(stated.radius, "radius")
    radius = float(np.nextafter(float(exact), np.inf))
    if any(x < 0 for x in values):
        shown = proved.smallest.str(8, radius=False)
        return Finding(False, f"the smallest eigenvalue is {shown}: no minimum", shown, f"radius {stated.radius}")
    if stated.h is not None and largest_factor(stated.h, values) > 1:
        shown = largest_factor(stated.h, values).str(8, radius=False)
        return Finding(
            False, f"max |1 - h lambda| = {shown}: no start nearby is safe", shown, f"radius {stated.radius}"
        )
    bound, top = _ball(proved, radius)
    if not bound.c > 0:
        return Finding(
            None, f"convexity within {stated.radius} is not proved: the bound of the Hessian is {bound.c:.3g}"
        )
    if stated.h is not None and not rational(stated.h) * top < 2:
        return Finding(None, f"step {stated.step} is not known to be below 2/M: M <= {float(top.upper()):.6g}")
    factor = "" if stated.h is None else f", contraction by {_factor(stated, bound.c, top):.6g} a step"
    return Finding(
        True, repair=f"Hessian >= {bound.c:.3g} and <= {float(top.upper()):.6g} within {stated.radius}{factor}"
    )


def _factor(stated: GradientDescent, c: float, top: arb) -> float:
    h = rational(stated.h or Fraction(0))
    return float(arb.max(abs(1 - h * arb(c)), abs(1 - h * top)).upper())


def _from_start(stated: GradientDescent, proved: Certificate) -> Finding:
    """Enclosed iterates until one lies in a ball in which the point attracts everything."""
    assert stated.h is not None
    if not proved.smallest > 0 or not largest_factor(stated.h, [r.value.arb for r in proved.spectrum.rows]) < 1:
        return Finding(None, "the point attracts no neighbourhood: nothing can be concluded from a path")
    target = convexity_radius(proved.point)
    radius = target.radius
    for _ in range(30):
        bound, top = _ball(proved, radius)
        if bound.c > 0 and rational(stated.h) * top < 2:
            break
        radius /= 2
    else:
        return Finding(None, f"no ball is known in which step {stated.step} contracts")
    centre, offset = proved.point.matrix(), _offset(proved)
    end, left = time.monotonic() + SECONDS, iter(range(STEPS))
    with precision(BITS):
        steps = descended(
            stated.matrix,
            stated.k,
            stated.h,
            lambda W: _arrived(W, centre, arb(radius) - offset),
            lambda: next(left, None) is not None and time.monotonic() < end,
        )
    if steps is None:
        return Finding(None, f"no iterate was proved to enter the ball of radius {radius:.3g} about the point")
    return Finding(
        True, repair=f"iterate {steps} lies within {radius:.4g} of the point, where step {stated.step} contracts"
    )


def _offset(proved: Certificate) -> arb:
    """How far the float64 matrix may be from the true weights."""
    W = proved.point.matrix()
    radius = sum((x.rad() for x in proved.point.weights().values()), arb(0))
    return arb(float(np.abs(W).sum())) * arb(2) ** -51 + arb(W.size) * radius


def _arrived(W: Rows, centre: Array, radius: arb) -> bool:
    """Whether the weights certainly lie within the radius, with their neurons in some order."""
    if W and len(W) != len(centre):
        return False
    floats = np.array([[float(x) for x in row] for row in W])
    order: list[int] = []
    for row in centre:
        free = [i for i in range(len(W)) if i not in order]
        order.append(min(free, key=lambda i: float(np.linalg.norm(floats[i] - row))))
    total = arb(0)
    for i, row in zip(order, centre, strict=True):
        for x, c in zip(W[i], row, strict=True):
            total += (x - arb(float(c))) * (x - arb(float(c)))
    return bool(total < radius * radius) and bool(radius > 0)


def _slips(claim: Claim) -> Iterator[tuple[str, Claim]]:
    stated = claim.statement
    assert isinstance(stated, GradientDescent)
    for key in ("factor", "rate"):
        text = getattr(stated, key)
        if text is None:
            continue
        number = Decimal(text)
        wrong = [
            (d, f"{float(number.value * f):.10g}") for d, f in (("a factor 2", 2), ("a factor 1/2", Fraction(1, 2)))
        ]
        wrong += [("a digit changed", changed_digit(text)), ("1 minus it", f"{float(1 - number.value):.10g}")]
        for description, slip in wrong:
            if slip != text:
                slipped = replace(stated, factor=slip) if key == "factor" else replace(stated, rate=slip)
                yield f"{description} in {key} {text}", replace(claim, statement=slipped)
    if stated.converges is not None:
        yield "the contrary", replace(claim, statement=replace(stated, converges=not stated.converges))
    if stated.h is not None:
        for factor in (Fraction(2), Fraction(1, 2), Fraction(20)):
            step = str(stated.h * factor)
            yield f"step {step} for {stated.step}", replace(claim, statement=replace(stated, step=step))
