"""Gradient descent and gradient flow on the loss of ReLU students and orthonormal teachers, near a critical point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from analytic.constants import rational_value
from checks.errors import ClaimError
from checks.point_facts import Decimal, PointFacts
from checks.statements.asymptotics import read_formula
from checks.statements.base import Stated

FLOW = "flow"


def read_number(text: str, what: str) -> Fraction:
    """Reads a rational number such as 1/2 or 0.25.

    Raises:
        ClaimError: it is none.
    """
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError, TypeError):
        value = rational_value(read_formula(text, what)) if isinstance(text, str) else None
    if value is None:
        raise ClaimError(f"got the {what} {text!r}, expected a rational number as text, such as '1/2' or '0.1'")
    return value


@dataclass(frozen=True)
class GradientDescent(Stated):
    """What W <- W - h grad L(W), or gradient flow, does near a critical point or from a start; numbers up to one unit.

    Args:
        point: as for ``PointFacts``: II, A, global, a partition, ...
        k: number of teachers.
        d: dimension of the input, at least k; k if None.
        step: h > 0, a rational number, or ``flow``.
        factor: the contraction factor max |1 - h lambda| over the Hessian's spectrum at the point.
        rate: of gradient flow: the smallest eigenvalue, which is positive.
        converges: whether the point is asymptotically stable: starts near it stay near it and converge to it.
        radius: every start within this distance (Frobenius) converges to the point, the loss decreasing all the way.
        start: a start, rows of rational numbers as text, from which the point is reached, neurons in any order.

    Raises:
        ClaimError: a part cannot be read, or contradicts another.

    Example:
        >>> print(GradientDescent("II", 6, step="1", factor="0.9953", converges=True))
        gradient descent with step 1 at II, k = 6, d = 6: contraction factor 0.9953; converges locally
    """

    point: str
    k: int
    d: int | None = None
    step: str = FLOW
    factor: str | None = None
    rate: str | None = None
    converges: bool | None = None
    radius: str | None = None
    start: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        size = self.facts.dimension
        if self.h is not None and self.h <= 0:
            raise ClaimError(f"got the step {self.step}, expected a positive number, or 'flow'")
        if (self.factor is not None and self.h is None) or (self.rate is not None and self.h is not None):
            raise ClaimError("expected a contraction factor of gradient descent, a rate of gradient flow")
        for text in (self.factor, self.rate):
            if text is not None:
                Decimal(text)
        if self.radius is not None and read_number(self.radius, "radius") <= 0:
            raise ClaimError(f"got the radius {self.radius}, expected a positive number")
        if self.converges is not None and not isinstance(self.converges, bool):
            raise ClaimError(f"got converges = {self.converges!r}, expected true or false")
        if self.start and self.h is None:
            raise ClaimError("got a start for gradient flow, expected a step: paths of the flow are not enclosed")
        if any(len(row) != size for row in self.start) or any(not any(row) for row in self.matrix):
            raise ClaimError(f"got the start {self.start}, expected rows of {size} numbers, none of them all zeros")
        if not self.stated:
            raise ClaimError("got nothing that is claimed, expected factor, rate, converges, radius or start")

    @property
    def facts(self) -> PointFacts:
        """The critical point alone."""
        return PointFacts(self.point, self.k, self.d)

    @property
    def h(self) -> Fraction | None:
        """The step; None for the flow."""
        return None if self.step == FLOW else read_number(self.step, "step")

    @property
    def matrix(self) -> list[list[Fraction]]:
        """The start as numbers."""
        return [[read_number(x, "entry of the start") for x in row] for row in self.start]

    @property
    def stated(self) -> list[str]:
        """What is claimed, one text a fact."""
        found = [f"contraction factor {self.factor}"] if self.factor is not None else []
        found += [f"rate {self.rate}"] if self.rate is not None else []
        if self.converges is not None:
            found.append("converges locally" if self.converges else "does not converge locally")
        if self.radius is not None:
            found.append(f"converges with decreasing loss from every start within {self.radius}")
        return found + (["reaches the point from " + "; ".join(" ".join(r) for r in self.start)] if self.start else [])

    def __str__(self) -> str:
        how = "gradient flow" if self.h is None else f"gradient descent with step {self.step}"
        return f"{how} at {self.facts.where}: " + "; ".join(self.stated)

    def table(self) -> dict[str, Any]:
        """The keys of a claim file."""
        found = {n: v for n, v in vars(self).items() if v not in (None, ())}
        rows = {"start": [list(row) for row in self.start]} if self.start else {}
        return {"gradient_descent": found | rows}

    @classmethod
    def from_table(cls, table: Mapping[str, Any], _: Mapping[str, str]) -> GradientDescent:
        """Reads the key ``gradient_descent`` of a claim file.

        Raises:
            ClaimError: a key is unknown or missing, or has a value of the wrong kind.
        """
        from checks.claim_table import inner, text

        fields = ("point", "k", "d", "step", "factor", "rate", "converges", "radius", "start")
        found = dict(inner(table, "gradient_descent", fields))
        if "point" not in found or "k" not in found:
            raise ClaimError("got gradient_descent without point or k, expected both, such as point = 'II', k = 6")
        for key in ("point", "step", "factor", "rate", "radius"):
            if key in found:
                found[key] = text(found, key)
        start = found.get("start", [])
        if not isinstance(start, list) or not all(
            isinstance(r, list) and all(isinstance(x, str) for x in r) for r in start
        ):
            raise ClaimError("got the start, expected a list of rows of numbers as text")
        if start:
            found["start"] = tuple(tuple(row) for row in start)
        return cls(**found)
