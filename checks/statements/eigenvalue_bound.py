"""A lower bound of the smallest eigenvalue at a critical point, for one k or for every k from some number on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from analytic.balls import precision, rational
from analytic.errors import AnalyticError
from analytic.landscape.uniform import UnprovedError, certify_family
from checks.claim import Claim
from checks.critical_points import certificate
from checks.empirical import Settings
from checks.errors import ClaimError
from checks.point_facts import PointFacts
from checks.statements.base import Stated
from checks.statements.conclusion import concluded, heard, with_slips
from checks.statements.descent import read_number
from checks.verdict import Counterexample, EmpiricalEvidence, ExactEvidence, Outcome, Verdict
from numeric import eigenvalues, hessian_change, integrated_hessian
from numeric.arguments import EPS

ONE, ALL = (
    "Krawczyk test of the weights, balls of the eigenvalues",
    "boxes in s = k^(-1/2) from s = 0 on, inertia of blocks",
)
#: From a statement on all k on, these are looked at one by one for one that refutes it.
LOOKED_AT = 6
#: Beyond this many entries of the weights float64 does not look.
LARGEST = 150


@dataclass(frozen=True)
class EigenvalueBound(Stated):
    """The smallest eigenvalue of the Hessian is at least a number; onwards: for every k from that one on, and d >= k.

    Args:
        point: as for ``PointFacts``; onwards a family A, I, II or II:p.
        k: number of teachers.
        bound: a rational number as text.
        onwards: whether every larger k is meant too.

    Raises:
        ClaimError: a part cannot be read.

    Example:
        >>> print(EigenvalueBound("II", 6, "0.0047"))
        smallest eigenvalue at II >= 0.0047, k = 6
    """

    point: str
    k: int
    bound: str
    onwards: bool = False

    def __post_init__(self) -> None:
        PointFacts(self.point, self.k)
        read_number(self.bound, "bound")
        if not isinstance(self.onwards, bool):
            raise ClaimError(f"got onwards = {self.onwards!r}, expected true or false")

    def __str__(self) -> str:
        return f"smallest eigenvalue at {self.point} >= {self.bound}, k {'>=' if self.onwards else '='} {self.k}"

    def table(self) -> dict[str, Any]:
        """The keys of a claim file."""
        return {"eigenvalue_bound": {n: v for n, v in vars(self).items() if v is not False}}

    @classmethod
    def from_table(cls, table: Mapping[str, Any], _: Mapping[str, str]) -> EigenvalueBound:
        """Reads the key ``eigenvalue_bound`` of a claim file.

        Raises:
            ClaimError: a key is unknown or missing, or has a value of the wrong kind.
        """
        from checks.claim_table import inner, text

        found = dict(inner(table, "eigenvalue_bound", ("point", "k", "bound", "onwards")))
        if not {"point", "k", "bound"} <= set(found):
            raise ClaimError("got eigenvalue_bound without point, k or bound, expected all three")
        return cls(text(found, "point"), found["k"], text(found, "bound"), found.get("onwards", False))


def judge_bound(claim: Claim, settings: Settings, power: bool) -> Verdict:
    """The verdict on a bound of eigenvalues.

    Raises:
        ClaimError: impossible sizes.
    """
    exact = evidence(claim)
    stated = claim.statement
    assert isinstance(stated, EigenvalueBound)
    empirical, missing = heard(partial(_in_float, stated, settings))
    verdict = concluded(claim, exact, empirical, missing)
    return with_slips(verdict, _slips(claim), evidence) if power else verdict


def evidence(claim: Claim) -> ExactEvidence:
    """What the exact witness says."""
    stated = claim.statement
    assert isinstance(stated, EigenvalueBound)
    bound = read_number(stated.bound, "bound")
    sizes = range(stated.k, stated.k + LOOKED_AT) if stated.onwards else (stated.k,)
    engine = ALL if stated.onwards else ONE
    shown = ""
    for k in sizes:
        try:
            with precision(256):
                smallest = certificate(PointFacts(stated.point, k)).smallest
                value = smallest.str(10, radius=False)
                shown = shown or f"smallest eigenvalue {value} at k = {k}"
                if smallest < rational(bound):
                    found = Counterexample(f"{stated.point}, k = {k}", value, stated.bound)
                    return ExactEvidence(Outcome.FALSE, engine, shown, (), f"it is {value} at k = {k}", found)
                if not stated.onwards and not smallest >= rational(bound):
                    return ExactEvidence(Outcome.UNDECIDED, engine, shown, (), "too close to the bound")
        except AnalyticError as error:
            return ExactEvidence(Outcome.UNDECIDED, engine, shown, (), str(error))
    if not stated.onwards:
        return ExactEvidence(Outcome.TRUE_IN_BALLS, engine, shown, (f"{stated.point}, k = {stated.k}, d = k",), shown)
    return _for_all(stated, bound, shown)


def _for_all(stated: EigenvalueBound, bound: Fraction, shown: str) -> ExactEvidence:
    try:
        proved = certify_family(stated.point, stated.k, bound)
    except UnprovedError as error:
        return ExactEvidence(Outcome.UNDECIDED, ALL, shown, (), str(error))
    except AnalyticError as error:
        return ExactEvidence(Outcome.UNDECIDED, ALL, shown, (), f"no certificate for every k: {error}")
    boxes = f"{len(proved.boxes)} boxes of k, {proved.intervals} intervals of eigenvalues, 0 unresolved"
    conditions = (f"every real k >= {stated.k}, any d >= k", "one branch, with the family's expansion at infinity")
    return ExactEvidence(Outcome.TRUE_IN_BALLS, ALL, shown, conditions, boxes)


def _in_float(stated: EigenvalueBound, settings: Settings) -> tuple[EmpiricalEvidence, ...]:
    """The smallest eigenvalue at k itself, of the Hessian by quadrature."""
    proved = certificate(PointFacts(stated.point, stated.k))
    W = proved.point.matrix()
    if W.size > LARGEST:
        return ()
    found = eigenvalues(integrated_hessian(W, np.eye(*W.shape)))
    values, error = np.asarray(found.value), float(np.max(found.error)) + hessian_change(W, np.eye(*W.shape), EPS)
    value, bound = float(values.min()), float(read_number(stated.bound, "bound"))
    true = float(proved.smallest)
    return (
        EmpiricalEvidence(
            f"{stated.point}, k = {stated.k}",
            f"smallest eigenvalue of the Hessian by {found.method}",
            "scheme",
            value,
            error,
            bound,
            value >= bound - error,
            abs(value - true) <= error,
            None,
            2 * error,
            None,
            found.work,
            settings.seed,
        ),
    )


def _slips(claim: Claim) -> Iterator[tuple[str, Claim]]:
    stated = claim.statement
    assert isinstance(stated, EigenvalueBound)
    bound = read_number(stated.bound, "bound")
    for description, factor in (
        ("a factor 2", Fraction(2)),
        ("a factor 10", Fraction(10)),
        ("a factor 1/2", Fraction(1, 2)),
    ):
        slipped = replace(stated, bound=str(bound * factor))
        yield f"{description} in the bound", replace(claim, statement=slipped)
