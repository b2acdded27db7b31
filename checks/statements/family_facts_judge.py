"""Both witnesses on thresholds, ranges of k and descent directions of families of critical points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache, partial

import numpy as np
from flint import arb

from analytic.algebra import evaluate
from analytic.balls import BallAlgebra, precision
from analytic.errors import AnalyticError, FormulaError
from analytic.landscape.intervals_of_k import certify_range
from analytic.landscape.newton import NoCriticalPointError
from analytic.landscape.point import CriticalPoint
from analytic.landscape.real_family import real_family
from analytic.landscape.thresholds import Thresholds, thresholds
from checks.claim import Claim
from checks.critical_points import certificate
from checks.empirical import Settings
from checks.point_facts import Decimal, PointFacts
from checks.point_slips import changed_digit
from checks.statements.asymptotics import read_formula
from checks.statements.conclusion import concluded, heard, with_slips
from checks.statements.family_facts import DescentDirections, FamilyRange, Threshold
from checks.statements.split_neuron_balls import inertia
from checks.verdict import Counterexample, EmpiricalEvidence, ExactEvidence, Outcome, Verdict
from numeric.arguments import EPS
from numeric.training import closed_form, dense_hessian

CROSSING = "Krawczyk test of (gradient, block times vector) in real k, with a simple change of sign"
POINTS = "Krawczyk test of the weights, balls of the eigenvalues, one size after another"
#: Float64 looks at points of at most so many weights.
LARGEST = 700

Found = DescentDirections | FamilyRange | Threshold


def judge_family_facts(claim: Claim, settings: Settings, power: bool) -> Verdict:
    """The verdict on a threshold, a range of k, or descent directions."""
    exact = evidence(claim)
    stated = claim.statement
    assert isinstance(stated, (DescentDirections, FamilyRange, Threshold))
    empirical, missing = heard(partial(_in_float, stated, settings))
    verdict = concluded(claim, exact, empirical, missing)
    return with_slips(verdict, _slips(claim), evidence) if power else verdict


def evidence(claim: Claim) -> ExactEvidence:
    """What the exact witness says."""
    stated = claim.statement
    try:
        if isinstance(stated, Threshold):
            return _threshold(stated)
        if isinstance(stated, FamilyRange):
            return _range(stated)
        assert isinstance(stated, DescentDirections)
        return _directions(stated)
    except AnalyticError as error:
        engine = CROSSING if isinstance(stated, Threshold) else POINTS
        return ExactEvidence(Outcome.UNDECIDED, engine, "", (), str(error))


@lru_cache(maxsize=16)
def _events(point: str, digits: int) -> Thresholds:
    return thresholds(point, digits)


def _threshold(stated: Threshold) -> ExactEvidence:
    found = _events(stated.point, max(15, len(stated.k) + 8))
    shown = "; ".join(f"{e.kind} at {e.k.rounded(12)} ({e.component})" for e in found)
    claimed = Decimal(stated.k)
    same = [e for e in found if e.kind == stated.change]
    for event in same:
        with precision(256):
            holds = claimed.holds(event.k.arb)
        if holds and stated.component in ("", event.component):
            detail = f"{event.kind} at {event.k.rounded(12)}, {event.component}"
            conditions = ("that nothing else changes between the sizes visited is observed",)
            return ExactEvidence(Outcome.TRUE_IN_BALLS, CROSSING, shown, conditions, detail)
        if holds is None:
            return ExactEvidence(Outcome.UNDECIDED, CROSSING, shown, (), "too wide a ball for the digits claimed")
    nearest = min(same, key=lambda e: abs(float(e.k.arb) - float(claimed.value)), default=None)
    value = "none was found" if nearest is None else f"the nearest is {nearest.k.rounded(12)} by {nearest.component}"
    if not _excluded(stated, claimed):
        return ExactEvidence(Outcome.UNDECIDED, CROSSING, shown, (), f"no such change was found there: {value}")
    text = f"no eigenvalue{stated.component and f' of {stated.component}'} is 0 at k = {stated.k}; {value}"
    example = Counterexample(stated.point, value, stated.k)
    return ExactEvidence(Outcome.FALSE, CROSSING, shown, (), text, example)


def _excluded(stated: Threshold, claimed: Decimal) -> bool:
    """Whether no eigenvalue of the component is 0 at any k up to one unit from the one claimed: proved in one box."""
    if stated.component and stated.component not in {c.name for c in real_family(stated.point).components}:
        return True
    width = claimed.unit or Fraction(1, 10**6)
    try:
        found = certify_range(stated.point, claimed.value - width, claimed.value + width)
    except AnalyticError:  # there is no point
        return False
    named = (stated.component,) if stated.component else tuple(found.pieces[0].blocks)
    counts = {tuple(p.blocks[c].negative for c in named) for p in found.pieces}
    return found.exists and len(counts) == 1 and None not in next(iter(counts))


def _range(stated: FamilyRange) -> ExactEvidence:
    sizes = range(stated.first, stated.last + 1)
    for k in sizes:
        for name in stated.points:
            try:
                wrong = _wrong(stated, name, k)
            except NoCriticalPointError as error:
                return ExactEvidence(Outcome.UNDECIDED, POINTS, "", (), f"{name}, k = {k}: {error}")
            if wrong is not None:
                text, known = wrong
                if not known:
                    return ExactEvidence(Outcome.UNDECIDED, POINTS, "", (), f"{name}, k = {k}: {text}")
                example = Counterexample(f"{name}, k = {k}", text, ", ".join(stated.facts))
                return ExactEvidence(Outcome.FALSE, POINTS, "", (), f"{name}, k = {k}: {text}", example)
    detail = f"{len(sizes) * len(stated.points)} points, each proved to exist: {', '.join(stated.facts)}"
    return ExactEvidence(Outcome.TRUE_IN_BALLS, POINTS, detail, ("d = k",), detail)


def _wrong(stated: FamilyRange, name: str, k: int) -> tuple[str, bool] | None:
    """What is not true at one point, and whether that is proved; None if all is."""
    found = certificate(PointFacts(name, k))
    index = found.spectrum.index
    if stated.minimum and index != 0:
        return (f"a saddle of index {index}" if index else "degenerate"), index is not None
    loss = found.point.loss.arb
    if stated.spurious and not loss > 0:
        return f"the loss is {loss.str(5)}", bool(loss == 0)
    if stated.norms:
        with precision(128):
            bound = evaluate(read_formula(stated.norms, "bound"), BallAlgebra({}, None, {"k": arb(k)}))
            total = sum_of_norms(found.point)
            if not total <= bound:
                return f"the sum of norms is {total.str(10, radius=False)}", bool(total > bound)
    if stated.kink and name != "global":
        counts = [inertia(found.point, b, Fraction(0)).count for b in range(len(found.point.layout.rows))]
        if not all(counts):
            return "a neuron without a negative eigenvalue of H_ii - I/2", True
    if stated.kink and name == "global":
        return "H_ii - I/2 = 0 at the global minimum", True
    return None


def sum_of_norms(point: CriticalPoint) -> arb:
    r"""$\sum_i |w_i|$ at a critical point, as a ball.

    Example:
        >>> from analytic.landscape.named import find_point
        >>> sum_of_norms(find_point("A", 6)).str(6, radius=False)
        '5.96069'
    """
    weights, total = point.weights(128), arb(0)
    if point.name == "global":
        return arb(point.k)
    for p, row in enumerate(point.layout.rows):
        square = arb(0)
        for o in (o for o in point.layout.orbits if o.row == p):
            column = point.layout.teachers[o.column]
            size = point.size(column.label, column.single)
            own = column.label == row.label and not row.single
            square += weights[o.name] ** 2 * (1 if o.diagonal else size - 1 if own else size)
        total += point.size(row.label, row.single) * square.sqrt()
    return total


def _directions(stated: DescentDirections) -> ExactEvidence:
    spectrum = certificate(stated.facts).spectrum
    counted: dict[str, int] = {}
    for row in spectrum.rows:
        if not (row.value.arb > 0 or row.value.arb < 0):
            return ExactEvidence(Outcome.UNDECIDED, POINTS, "", (), "an eigenvalue cannot be told from 0")
        if row.value.arb < 0:
            counted[row.component] = counted.get(row.component, 0) + int(row.multiplicity)
    shown = ", ".join(f"{name} x {n}" for name, n in counted.items()) or "none"
    if counted != dict(stated.components):
        example = Counterexample(stated.facts.where, shown, str(stated).partition(": ")[2])
        return ExactEvidence(Outcome.FALSE, POINTS, shown, (), f"the negative eigenvalues are {shown}", example)
    detail = f"{shown}; all other eigenvalues are positive"
    return ExactEvidence(Outcome.TRUE_IN_BALLS, POINTS, shown, (stated.facts.where,), detail)


def _in_float(stated: Found, settings: Settings) -> tuple[EmpiricalEvidence, ...]:
    """The index of the dense float64 Hessian next to a threshold, at the ends of a range, or at the point."""
    return tuple(_index(facts, index, settings) for facts, index in _looked_at(stated))


def _looked_at(stated: Found) -> Iterator[tuple[PointFacts, bool | int]]:
    """Points, and the index claimed there; True and False for some and none."""
    if isinstance(stated, DescentDirections):
        index = stated.facts.index
        assert index is not None
        yield stated.facts, index
    elif isinstance(stated, FamilyRange):
        for k in {stated.first, stated.last}:
            yield from ((PointFacts(name, k), False) for name in stated.points if stated.minimum)
    elif stated.change in ("saddle to minimum", "minimum to saddle"):
        below = int(Decimal(stated.k).value)
        yield PointFacts(stated.point, below), stated.change == "saddle to minimum"
        yield PointFacts(stated.point, below + 1), stated.change != "saddle to minimum"


def _index(facts: PointFacts, claimed: bool | int, settings: Settings) -> EmpiricalEvidence:
    if facts.k * (facts.d or facts.k) > LARGEST:
        raise FormulaError(f"{facts.where} is too large for a dense Hessian")
    W = certificate(facts).point.matrix()
    values = np.linalg.eigvalsh(dense_hessian(W, closed_form(np.eye(facts.k, W.shape[1]))))
    found = int((values < -64 * W.size * EPS * np.abs(values).max()).sum())
    method = "negative eigenvalues of the dense float64 Hessian"
    if isinstance(claimed, bool):
        found, method = int(found > 0), f"whether there are {method}"
    return EmpiricalEvidence(
        facts.where, method, "scheme", float(found), 0.5, float(claimed), found == claimed, None, None, 1.0,
        None, W.size, settings.seed,
    )  # fmt: skip


def _slips(claim: Claim) -> Iterator[tuple[str, Claim]]:
    stated = claim.statement
    for description, slip in _changed(stated):
        yield description, replace(claim, statement=slip)


def _changed(stated: object) -> Iterator[tuple[str, Found]]:
    if isinstance(stated, Threshold):
        yield "a digit changed", replace(stated, k=changed_digit(stated.k))
        whole, dot, digits = stated.k.partition(".")
        for description, change in (("one more", 1), ("one fewer", -1)):
            yield description, replace(stated, k=f"{int(whole) + change}{dot}{digits}")
        for other in ("exterior", "standard", "specht"):
            slipped = f"{other}:{stated.component.partition(':')[2]}"
            if stated.component and slipped != stated.component:
                yield "another component", replace(stated, component=slipped)
    elif isinstance(stated, FamilyRange):
        if stated.minimum and stated.first > 1:
            yield "from one neuron fewer", replace(stated, first=stated.first - 1)
        if stated.norms:
            yield "a bound smaller by one", replace(stated, norms=f"{stated.norms} - 1")
        if stated.kink or stated.spurious:
            yield "the global minimum for the family", replace(stated, points=("global",))
    elif isinstance(stated, DescentDirections):
        for i, (name, n) in enumerate(stated.components):
            for row in ((name, n + 1), (name, n - 1), ("trivial", n)):
                rows = (*stated.components[:i], *((row,) if row[1] else ()), *stated.components[i + 1 :])
                if len(dict(rows)) < len(rows):
                    continue
                yield f"{row[0]} x {row[1]} for {name} x {n}", replace(stated, components=rows)
        if not stated.components:
            yield "one descent direction", replace(stated, components=(("trivial", 1),))
