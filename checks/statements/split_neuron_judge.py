"""Both witnesses on split neurons: inertia of the kink's part in balls, and dense float64 Hessians at three shares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache, partial

import numpy as np

from analytic.errors import AnalyticError
from analytic.landscape.named import find_point
from analytic.landscape.point import CriticalPoint
from checks.claim import Claim
from checks.empirical import Settings
from checks.statements.conclusion import concluded, heard, with_slips
from checks.statements.split_neuron import SplitNeuron
from checks.statements.split_neuron_balls import Inertia, inertia
from checks.verdict import Counterexample, EmpiricalEvidence, ExactEvidence, Outcome, Verdict
from numeric.arguments import EPS, FloatArray
from numeric.training import closed_form, dense_hessian

ENGINE = "D = H_ii - I/2 by isotypic components of the stabiliser, signs of pivots in balls; a drops out by congruence"
CONDITIONS = ("a in (0, 1)", "the loss is twice continuously differentiable where no neuron is zero")
#: Shares at which float64 looks, and the most weights of the split network there.
SHARES, LARGEST = (0.5, 0.2, 0.9), 450


def judge_split(claim: Claim, settings: Settings, power: bool) -> Verdict:
    """The verdict on a split neuron."""
    exact = evidence(claim)
    stated = claim.statement
    assert isinstance(stated, SplitNeuron)
    known = exact.outcome is not Outcome.UNDECIDED
    empirical, missing = heard(partial(_in_float, stated, settings)) if known else ((), "")
    verdict = concluded(claim, exact, empirical, missing)
    return with_slips(verdict, _slips(claim), evidence) if power else verdict


def evidence(claim: Claim) -> ExactEvidence:
    """What the exact witness says."""
    stated = claim.statement
    assert isinstance(stated, SplitNeuron)
    try:
        found = derived(stated)
    except AnalyticError as error:
        return ExactEvidence(Outcome.UNDECIDED, ENGINE, "", CONDITIONS, str(error))
    shown = ", ".join(f"{name} x {n}" for name, n in found.negative) or "none"
    detail = f"{found.count} negative eigenvalues of D: {shown}; D w = 0"
    if found.count != stated.negative:
        return _false(stated, f"{found.count} are negative ({shown}), not {stated.negative}", detail)
    if stated.directions and dict(stated.directions) != dict(found.negative):
        claimed = ", ".join(f"{name} x {n}" for name, n in stated.directions)
        return _false(stated, f"they are {shown}, not {claimed}", detail)
    return ExactEvidence(Outcome.TRUE_IN_BALLS, ENGINE, detail, CONDITIONS, detail)


def derived(stated: SplitNeuron) -> Inertia:
    """The inertia of D.

    Raises:
        AnalyticError: no such point or block, or a sign that the balls do not tell.
    """
    return _inertia(stated.point, stated.k, stated.dimension, stated.block - 1, stated.angle)


@lru_cache(maxsize=64)
def _point(name: str, k: int, d: int) -> CriticalPoint:
    return find_point(name, k, d)


@lru_cache(maxsize=64)
def _inertia(name: str, k: int, d: int, block: int, tilt: Fraction) -> Inertia:
    return inertia(_point(name, k, d), block, tilt)


def _false(stated: SplitNeuron, text: str, shown: str) -> ExactEvidence:
    found = Counterexample(f"{stated.point}, k = {stated.k}", shown, f"{stated.negative}")
    return ExactEvidence(Outcome.FALSE, ENGINE, shown, CONDITIONS, text, found)


def _in_float(stated: SplitNeuron, settings: Settings) -> tuple[EmpiricalEvidence, ...]:
    """The index of the dense Hessian before and after the split, without the exact witness's congruence."""
    point = _point(stated.point, stated.k, stated.dimension)
    if (point.n + 1) * stated.dimension > LARGEST:
        return ()
    W, row = point.matrix(), 0
    for block in point.layout.rows[: stated.block - 1]:
        row += point.size(block.label, block.single)
    W[row, 1 % stated.k] += float(stated.angle)
    before = _negative(W, stated.k)
    return tuple(_at_share(stated, W, row, a, before, settings) for a in SHARES)


def _at_share(
    stated: SplitNeuron, W: FloatArray, row: int, a: float, before: int, settings: Settings
) -> EmpiricalEvidence:
    split = np.vstack([np.delete(W, row, axis=0), a * W[row], (1 - a) * W[row]])
    found = _negative(split, stated.k) - before
    where = f"{stated.point}, k = {stated.k}, block {stated.block}, a = {a}"
    return EmpiricalEvidence(
        where, "negative eigenvalues of the dense float64 Hessian, more than before", "scheme", float(found), 0.5,
        float(stated.negative), found == stated.negative, None, None, 1.0, None, split.size, settings.seed,
    )  # fmt: skip


def _negative(W: FloatArray, k: int) -> int:
    """Eigenvalues below round-off."""
    values = np.linalg.eigvalsh(dense_hessian(W, closed_form(np.eye(k, W.shape[1]))))
    return int((values < -64 * W.size * EPS * np.abs(values).max()).sum())


def _slips(claim: Claim) -> Iterator[tuple[str, Claim]]:
    stated = claim.statement
    assert isinstance(stated, SplitNeuron)
    for n in (stated.negative + 1, stated.negative - 1, 0):
        if n >= 0 and n != stated.negative:
            yield f"{n} for {stated.negative}", replace(claim, statement=replace(stated, negative=n))
    for i, (name, n) in enumerate(stated.directions):
        for description, row in (("trivial", ("trivial", n)), (f"{n + 1}", (name, n + 1))):
            rows = (*stated.directions[:i], row, *stated.directions[i + 1 :])
            if row != (name, n) and len(dict(rows)) == len(rows):
                yield f"{description} for {name} x {n}", replace(claim, statement=replace(stated, directions=rows))
    if stated.angle:
        yield "no tilt", replace(claim, statement=replace(stated, tilt="0"))
