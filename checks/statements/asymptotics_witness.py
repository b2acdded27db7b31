"""The empirical witness on limits, expansions and orders: float64 values on the way to the point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from analytic.errors import FormulaError
from analytic.formula import Expr, name, names, rewrite
from checks.claim import Claim
from checks.empirical import MAX_NORM, Settings, quadrature
from checks.statements.asymptotics import Asymptotic, Expansion, Limit, Order, read_formula, read_order
from checks.statements.expectations import with_norms
from checks.statements.family_witness import look_at_family
from checks.statements.floats import in_float
from checks.statements.parameters import Parameters
from checks.statements.problem import in_powers
from checks.statements.rounding import Rounded, rounded
from checks.verdict import EmpiricalEvidence
from numeric import NumericError

#: Distances from the point at which float64 looks; further ones where that shows nothing yet; for what overflows.
DISTANCES, NEAR = (4, 7, 10, 13), (1, 2, 3, 4, 5, 6, 7)
FURTHER = (16, 20, 24, 28, 40, 60, 90, 130, 200, 300, 450, 700, 1000)
#: Fewest values that say anything, and the largest part of a difference that may be rounding.
FEWEST, NOISE = 3, 0.1


@dataclass(frozen=True)
class _Row:
    """Both sides at one distance, and their difference in units of what it is compared with."""

    x: float
    value: float
    claimed: float
    scale: float
    error: float

    @property
    def gap(self) -> float:
        return abs(self.value - self.claimed) / self.scale

    @property
    def rounding(self) -> float:
        return self.error / self.scale


def look_at_approach(claim: Claim, settings: Settings) -> tuple[EmpiricalEvidence, ...]:
    """Float64 values closer and closer to the point: the difference has to shrink as claimed.

    Raises:
        FormulaError: there are no values, or something is claimed to tend to infinity.
    """
    stated = claim.statement
    assert isinstance(stated, Asymptotic)
    if stated.family is not None:
        from checks.statements.wanted import wanted

        return look_at_family(stated, wanted(stated), settings)
    if isinstance(stated, Limit) and stated.infinite is not None:
        raise FormulaError("float64 does not tell infinity from what is large")
    look = _Look(claim, stated)
    rows = look.rows(DISTANCES)
    rows = look.rows(NEAR) if len(rows) < FEWEST else rows
    if len(rows) < FEWEST:
        raise FormulaError("the formula has no float64 values on the way to the point that rounding leaves alone")
    agrees = look.shrinks(rows)
    if not agrees:  # an exponential may win late
        longer = [*rows, *look.rows(FURTHER)]
        agrees, rows = (True, longer) if look.shrinks(longer) else (False, rows)
    last = rows[-1]
    gap = abs(last.value - last.claimed) + last.error
    return (
        EmpiricalEvidence(
            f"{stated.variable} = {last.x:.6g}{look.place}",
            "float64 values on the way to the point",
            "scheme",
            last.value,
            gap,
            last.claimed,
            agrees,
            None,
            None,
            2 * gap,
            None,
            len(rows),
            settings.seed,
        ),
    )


class _Look:
    """The formulas of a statement in float64, at a generic value of its parameters."""

    def __init__(self, claim: Claim, stated: Asymptotic) -> None:
        self.stated = stated
        claim = with_norms(claim)
        points = list(islice(Parameters(claim).points(), 2)) if claim.variables else []
        at = points[-1] if points else {}
        self.values = {n: float(x) for n, x in at.items()}
        self.place = "".join(f", {n} = {x}" for n, x in at.items())
        approach = stated.approach()
        self.side, self.centre = approach.sides[0], 0.0
        self.at_infinity = approach.point is None
        if approach.point is not None:
            centre = in_float(in_powers(approach.point), self.values)
            if centre is None:
                raise FormulaError(f"the point {stated.point} has no float64 value")
            self.centre = centre
        key = {Limit: "value", Expansion: "terms", Order: "constant"}[type(stated)]
        self.means = dict[str, Expr]()
        self.formula = in_powers(rewrite(stated.formula(), self._named))
        self.claimed = in_powers(read_formula(getattr(stated, key), key))
        self.gauge: Fraction | Expr = Fraction(0)
        if isinstance(stated, (Expansion, Order)):
            self.gauge = read_order(stated.order)
        self.inclusive = not isinstance(stated, Expansion)

    def _named(self, node: Expr) -> Expr | None:
        """An expectation as a name for its value, which is found by quadrature at each distance."""
        if node.head != "expect":
            return None
        key = f"mean_{len(self.means)}"
        self.means[key] = node.children[0]
        return name(key)

    def _expectations(self, at: dict[str, float]) -> dict[str, Rounded] | None:
        """The expectations at a place with their errors; None where a rule does not converge."""
        norms = {n.strip("|"): x for n, x in at.items() if n.startswith("|")}
        if not all(1 / MAX_NORM <= x <= MAX_NORM for x in norms.values()):
            return {} if not self.means else None
        constants = {n: x for n, x in at.items() if n != "theta"}
        try:
            found = {n: quadrature(body, norms, at.get("theta", 0.0), constants) for n, body in self.means.items()}
        except (FormulaError, NumericError):
            return None
        return {n: Rounded(float(e.value), float(e.error)) for n, e in found.items()}

    def rows(self, exponents: Sequence[int]) -> list[_Row]:
        """Both sides at those distances, as far as they have values."""
        found = []
        for n in exponents:
            t = 2.0**-n
            x = self.side / t if self.at_infinity else self.centre + self.side * t
            at = {**self.values, self.stated.variable: x}
            means = self._expectations(at)
            if means is None:
                continue
            value, claimed, scale = rounded(self.formula, at, means), rounded(self.claimed, at), self._scale(t, at)
            if value is None or claimed is None or not scale or (not self.at_infinity and x == self.centre):
                continue
            factor = scale if isinstance(self.stated, Order) else 1.0
            error = value.error + abs(factor) * (claimed.error + 2.0**-50 * abs(claimed.value))
            found.append(_Row(x, value.value, claimed.value * factor, abs(scale), error))
        first = max((r.gap for r in found[:2]), default=0.0)
        return [r for r in found if r.rounding <= NOISE * first or r.rounding <= NOISE * r.gap or r.rounding < 1e-9]

    def _scale(self, t: float, at: dict[str, float]) -> float | None:
        if isinstance(self.gauge, Fraction):
            return _power(t, float(self.gauge))
        found = in_float(in_powers(self.gauge), at)
        if found is None or self.stated.variable in names(self.gauge):
            return found
        return _power(t, found)

    def shrinks(self, rows: Sequence[_Row]) -> bool:
        """Whether the last difference is what the statement allows after the first ones."""
        first, last = max(rows[0].gap, rows[1].gap), rows[-1]
        return last.gap <= (0.95 * first if self.inclusive else 16 * first) + last.rounding


def _power(t: float, exponent: float) -> float | None:
    """t^exponent; None beyond the largest float."""
    try:
        return float(t**exponent)
    except OverflowError:
        return None
