"""Inequalities between formulas on the claim's domain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analytic.formula import Expr
from checks.claim import TwoSided
from checks.errors import ClaimError
from checks.statements.base import Stated

#: The relations, with the one that is true where this one is false.
RELATIONS = {"<=": ">", ">=": "<", "<": ">=", ">": "<="}


@dataclass(frozen=True)
class Inequality(TwoSided, Stated):
    """left < right (or <=, >, >=) for all values of the variables in their domains.

    Args:
        left: a formula; expectations in it are derived.
        relation: one of <, <=, >, >=.
        right: a formula.
        where: definitions such as ``{"g(w, v)": "..."}`` that both sides may use.

    Raises:
        ClaimError: another relation.

    Example:
        >>> print(Inequality("E[relu(u)*relu(v)]", "<=", "|u|*|v|/2"))
        E[relu(u)*relu(v)] <= |u|*|v|/2
    """

    left: str
    relation: str
    right: str
    where: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.relation not in RELATIONS:
            raise ClaimError(f"got the relation {self.relation!r}, expected one of {', '.join(RELATIONS)}")

    def __str__(self) -> str:
        definitions = "; ".join(f"{k} = {v}" for k, v in self.where.items())
        return f"{self.left} {self.relation} {self.right}" + (f"  where {definitions}" if definitions else "")

    @classmethod
    def read(cls, text: str, where: Mapping[str, str] | None = None) -> Inequality:
        """Reads LEFT <= RIGHT, with any of the relations.

        Raises:
            ClaimError: there is not one relation.

        Example:
            >>> Inequality.read("sin(t) < t").relation
            '<'
        """
        for relation in RELATIONS:
            if (
                text.count(relation) == 1
                and sum(text.count(c) for c in "<>") == 1
                and text.count("=") == len(relation) - 1
            ):
                left, right = text.split(relation)
                return cls(left.strip(), relation, right.strip(), where or {})
        raise ClaimError(f"got {text[:200]!r}, expected one inequality with <, <=, > or >=")

    @property
    def strict(self) -> bool:
        """Whether equality makes it false."""
        return len(self.relation) == 1

    def difference(self) -> Expr:
        """The formula that has to be positive, or not negative."""
        left, right = self.sides()
        return right - left if self.relation[0] == "<" else left - right

    def table(self) -> dict[str, Any]:
        """The keys of a claim file."""
        return {"inequality": f"{self.left} {self.relation} {self.right}", "define": dict(self.where)}

    @classmethod
    def from_table(cls, table: Mapping[str, Any], define: Mapping[str, str]) -> Inequality:
        """Reads the key ``inequality`` of a claim file.

        Raises:
            ClaimError: it is no text, or not one inequality.
        """
        from checks.claim_table import text, used

        stated = text(table, "inequality")
        return cls.read(stated, used(define, stated))
