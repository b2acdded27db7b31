"""Order of symmetric matrices (Loewner): A - B is positive semidefinite, or definite, on a domain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import combinations
from typing import Any

from analytic.errors import AnalyticError
from analytic.formula import Expr, add, mul, neg, num
from analytic.grammar import parse
from checks.claim import Claim, occurring
from checks.empirical import Settings
from checks.errors import ClaimError
from checks.statements.asymptotics import read_formula
from checks.statements.base import Stated
from checks.statements.conclusion import concluded, heard, with_slips
from checks.statements.inequality import Inequality
from checks.statements.inequality_judge import evidence as inequality_evidence
from checks.statements.inequality_witness import look_at
from checks.statements.problem import is_zero
from checks.verdict import EmpiricalEvidence, ExactEvidence, Outcome, Verdict

Rows = tuple[tuple[str, ...], ...]
#: Sizes up to which all principal minors are looked at.
LARGEST = 4


@dataclass(frozen=True)
class MatrixOrder(Stated):
    """left >= right, or left > right, as symmetric matrices of formulas, for all values of the variables.

    Args:
        left: rows of formulas, closed or with expectations.
        right: rows of formulas, or empty for 0.
        strict: whether the difference is claimed to be positive definite.
        domains: of the variables.

    Raises:
        ClaimError: no square matrices of one size up to four.

    Example:
        >>> print(MatrixOrder((("1", "t"), ("t", "1")), domains={"t": "[-1, 1]"}))
        [1, t; t, 1] >= 0
    """

    left: Rows
    right: Rows = ()
    strict: bool = False
    domains: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for rows in (self.left, self.right or self.left):
            if not 1 <= len(rows) <= LARGEST or len(rows) != len(self.left) or any(len(r) != len(rows) for r in rows):
                raise ClaimError(f"got {rows}, expected square matrices of one size up to {LARGEST}")
            for row in rows:
                for entry in row:
                    read_formula(entry, "entry")

    @property
    def difference(self) -> list[list[Expr]]:
        """Left minus right."""
        right = self.right or (("0",) * len(self.left),) * len(self.left)
        return [[parse(a) - parse(b) for a, b in zip(x, y, strict=True)] for x, y in zip(self.left, right, strict=True)]

    def __str__(self) -> str:
        right = _text(self.right) if self.right else "0"
        return f"{_text(self.left)} {'>' if self.strict else '>='} {right}"

    def table(self) -> dict[str, Any]:
        """The keys of a claim file."""
        found: dict[str, Any] = {"left": [list(r) for r in self.left]}
        found |= {"right": [list(r) for r in self.right]} if self.right else {}
        found |= {"strict": True} if self.strict else {}
        return {"matrix_order": found | ({"domains": dict(self.domains)} if self.domains else {})}

    @classmethod
    def from_table(cls, table: Mapping[str, Any], _: Mapping[str, str]) -> MatrixOrder:
        """Reads the key ``matrix_order`` of a claim file.

        Raises:
            ClaimError: a key is unknown, or has a value of the wrong kind.
        """
        from checks.claim_table import inner, texts

        found = inner(table, "matrix_order", ("left", "right", "strict", "domains"))
        if "left" not in found:
            raise ClaimError("got matrix_order without left, expected rows of formulas")
        left, right = (_rows(found.get(key, [])) for key in ("left", "right"))
        return cls(left, right, found.get("strict", False) is True, texts(found, "domains"))


def _rows(value: object) -> Rows:
    if not isinstance(value, list) or not all(
        isinstance(r, list) and all(isinstance(x, str) for x in r) for r in value
    ):
        raise ClaimError(f"got the matrix {str(value)[:60]!r}, expected a list of rows of formulas as text")
    return tuple(tuple(row) for row in value)


def _text(rows: Rows) -> str:
    return "[" + "; ".join(", ".join(row) for row in rows) + "]"


def judge_order(claim: Claim, settings: Settings, power: bool) -> Verdict:
    """The verdict on an order of matrices.

    Raises:
        ClaimError: a matrix that is not symmetric, or entries without a meaning.
    """
    exact = evidence(claim, settings.seed)
    empirical, missing = heard(partial(_look, claim, settings, exact))
    verdict = concluded(claim, exact, empirical, missing)
    return with_slips(verdict, _slips(claim), partial(evidence, seed=settings.seed, slip=True)) if power else verdict


def evidence(claim: Claim, seed: int, slip: bool = False) -> ExactEvidence:
    """What the exact witness says: Sylvester's criterion, every minor an inequality.

    Args:
        claim: the order of matrices.
        seed: of random points.
        slip: whether little may be spent.
    """
    engine, details, outcome = "Sylvester's criterion", [], Outcome.TRUE
    for what, part in minors(claim):
        found = inequality_evidence(part, seed, slip)
        engine = f"Sylvester's criterion: {found.engine}"
        if found.outcome is Outcome.FALSE:
            detail = f"the principal minor {what} fails: {found.detail}"
            return ExactEvidence(Outcome.FALSE, engine, found.derived, found.conditions, detail, found.counterexample)
        if found.outcome not in (Outcome.TRUE, Outcome.TRUE_IN_BALLS):
            detail = f"the principal minor {what}: {found.detail}"
            return ExactEvidence(Outcome.UNDECIDED, engine, found.derived, found.conditions, detail)
        outcome = outcome if found.outcome is Outcome.TRUE else Outcome.TRUE_IN_BALLS
        details.append(f"{what}: {found.detail}")
    return ExactEvidence(outcome, engine, "", (), "; ".join(details))


def minors(claim: Claim) -> Iterator[tuple[str, Claim]]:
    """The minors that have to be positive (the leading ones), or not negative (all principal ones), small ones first.

    Raises:
        ClaimError: the difference is not known to be symmetric.
    """
    stated = claim.statement
    assert isinstance(stated, MatrixOrder)
    D = stated.difference
    n = len(D)
    for i in range(n):
        for j in range(i):
            if D[i][j] != D[j][i] and not is_zero(
                _inequality(claim, stated, D[i][j] - D[j][i]), D[i][j] - D[j][i], tuple(stated.domains)
            ):
                raise ClaimError(
                    f"got entries ({i + 1}, {j + 1}) and ({j + 1}, {i + 1}) not visibly equal, expected symmetry"
                )
    for size in range(1, n + 1):
        for rows in combinations(range(n), size) if not stated.strict else (tuple(range(size)),):
            formula = determinant([[D[i][j] for j in rows] for i in rows])
            yield ", ".join(str(i + 1) for i in rows), _inequality(claim, stated, formula)


def _inequality(claim: Claim, stated: MatrixOrder, formula: Expr) -> Claim:
    relation = ">" if stated.strict else ">="
    inequality = Inequality(str(formula), relation, "0")
    try:
        used = occurring(inequality, tuple(stated.domains))
    except AnalyticError as error:
        raise ClaimError(str(error)) from None
    return Claim(claim.name, inequality, variables={n: d for n, d in stated.domains.items() if n in used})


def determinant(rows: list[list[Expr]]) -> Expr:
    """By Laplace's expansion.

    Example:
        >>> print(determinant([[parse("a"), parse("b")], [parse("c"), parse("d")]]))
        a*d - b*c
    """
    if not rows:
        return num(1)
    terms = []
    for j, entry in enumerate(rows[0]):
        rest = determinant([[x for i, x in enumerate(row) if i != j] for row in rows[1:]])
        product = mul(entry, rest)
        terms.append(neg(product) if j % 2 else product)
    return add(*terms)


def _look(claim: Claim, settings: Settings, exact: ExactEvidence) -> tuple[EmpiricalEvidence, ...]:
    """The largest minor at generic points."""
    *_, (_, last) = minors(claim)
    return look_at(last, settings, replace(exact, counterexample=None))


def _slips(claim: Claim) -> Iterator[tuple[str, Claim]]:
    stated = claim.statement
    assert isinstance(stated, MatrixOrder)
    n = len(stated.left)
    for i in range(n):
        for description, factor in (("a factor 2", num(2)), ("the sign", num(-1))):
            rows = [list(row) for row in stated.left]
            for j in range(n):
                if j != i:
                    rows[i][j] = rows[j][i] = str(mul(factor, parse(stated.left[i][j])))
            if description == "the sign":
                rows[i][i] = str(mul(factor, parse(stated.left[i][i])))
            slipped = replace(stated, left=tuple(tuple(row) for row in rows))
            yield f"{description} in row {i + 1}", replace(claim, statement=slipped)
