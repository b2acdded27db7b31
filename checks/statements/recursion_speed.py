r"""The speed of a recursion near its limit, from the map's exact series on the side where the orbits stay.

With $\kappa(c^* \mp t) = c^* \mp (m t + \dots)$ the factor is m if m > 0; orbits that a negative m sends to the other
side have the factor of that side or, where that sends them back, none unless both slopes are equal. Where $m = 1$ and
$t' = t - B t^{1+a} + o(t^{1+a})$, $t_l^{-a}$ grows by $aB + o(1)$ a step, so $t_l \sim (aBl)^{-1/a}$.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import arb

from analytic.algebra import evaluate
from analytic.balls import BallAlgebra, disjoint, finite, precision
from analytic.errors import AnalyticError, FormulaError
from analytic.formula import Expr, walk
from analytic.landscape.laurent import SeriesRing
from checks.claim import Claim
from checks.domain import Domain
from checks.existence import JUMPS
from checks.statements.asymptotics import Limit, read_exponent, read_formula
from checks.statements.expanding import Difference, differences
from checks.statements.inequality import Inequality
from checks.statements.inequality_judge import evidence as inequality_evidence
from checks.statements.recursion import Recursion
from checks.statements.series import SeriesAlgebra
from checks.verdict import Counterexample, ExactEvidence, Outcome

#: Working precision at the limit.
BITS = 128
ENGINE = "inequalities on both sides of the limit, exact series of the map there"


class SpeedProof:
    """What the series of the map at its fixed point say of factor and decay.

    Args:
        claim: the claim.
        stated: its recursion, without parameters.
        kappa: the map as a closed formula.
        slip: whether little may be spent.
    """

    def __init__(self, claim: Claim, stated: Recursion, kappa: Expr, slip: bool) -> None:
        self.claim, self.stated, self.kappa, self.slip = claim, stated, kappa, slip

    def _says(self, outcome: Outcome, detail: str, found: Counterexample | None = None) -> ExactEvidence:
        conditions = (f"c_0 in {self.stated.start}, other than the limit",)
        return ExactEvidence(outcome, ENGINE, f"kappa(c) = {self.kappa}", conditions, detail, found)

    def _false(self, detail: str, left: Any, right: Any) -> ExactEvidence:
        return self._says(Outcome.FALSE, detail, Counterexample(f"c -> {self.stated.limit}", str(left), str(right)))

    def _at_limit(self, side: int) -> tuple[ExactEvidence | None, Difference]:
        """The series of kappa(c) - limit at the limit; refutes if it does not vanish there."""
        point = f"{self.stated.limit}{'-' if side < 0 else '+'}"
        near = Limit(str(self.kappa), "c", point, self.stated.limit)
        order = Fraction(3) if self.stated.power is None else 1 + 1 / read_exponent(self.stated.power)
        (gap,) = differences(near, self.stated.fixed, None, order)
        field = gap.series.ring.field
        for i, c in enumerate(gap.series.coefficients, gap.series.valuation):
            if i <= 0 and not field.vanishes(c):
                if i < 0 or field.invertible(c):
                    if not self._is_continuous():
                        raise FormulaError("the map is not known to be continuous at the limit")
                    value = gap.expression.coefficient(0) if i == 0 else "no number"
                    detail = f"the map takes the limit {self.stated.limit} to {value}: no fixed point"
                    return self._false(detail, value, self.stated.limit), gap
                raise FormulaError("the fixed point is known in balls only")
        return None, gap

    def _is_continuous(self) -> bool:
        """Whether the map is continuous at the limit: no jumps, no division by 0 there."""
        if any(n.is_call(f) for n in walk(self.kappa) for f in JUMPS):
            return False
        with precision(BITS):
            try:
                at = evaluate(self.stated.fixed, BallAlgebra({}, None, {}))
                return finite(evaluate(self.kappa, BallAlgebra({}, None, {"c": at})))
            except (AnalyticError, ZeroDivisionError):
                return False

    def _speed(self, side: int, gap: Difference) -> ExactEvidence | None:
        """Compares factor and decay with the series of side * (kappa - limit) in t, on the side where orbits stay."""
        if not (self.stated.factor or self.stated.power):
            return None
        stays = self._stays(side, gap)
        if stays is None:
            return self._says(Outcome.UNDECIDED, "the map is not Lipschitz at the limit, or constant beside it")
        if not stays:
            _, beyond = self._at_limit(-side)
            back = self._stays(-side, beyond)
            if back is None:
                return self._says(Outcome.UNDECIDED, "the map beyond the limit is not known")
            if not back:
                return self._alternating(slope_of(side, gap), slope_of(-side, beyond))
            side, gap = -side, beyond
        return self._one_sided(side, gap)

    def _stays(self, side: int, gap: Difference) -> bool | None:
        """Whether near the limit the map keeps to the side; None if it is not Lipschitz, or nothing is known."""
        field, t = gap.series.ring.field, _outward(side, gap)
        for i, c in enumerate(t.coefficients, t.valuation):
            if i > 0 and not field.vanishes(c):
                return None if i < gap.root else bool(field.sign(c) > 0)
        return None

    def _alternating(self, first: Any, second: Any) -> ExactEvidence | None:
        """The speed of orbits that change sides with every step, with one slope on each side."""
        field = first.ring
        if self.stated.power is not None or not abs(first.ball()) * abs(second.ball()) < 1:
            return self._says(Outcome.UNDECIDED, "the orbits change sides: not known to be attracted so")
        if field.vanishes(first - second):
            return self._unequal("factor", first, self._factor(field))
        if field.invertible(first - second):
            detail = f"the ratio alternates between {first} and {second}: there is no factor"
            return self._false(detail, f"{first}, {second}", self.stated.factor)
        return self._says(Outcome.UNDECIDED, "the slopes on both sides cannot be told apart")

    def _factor(self, field: Any) -> Any:
        """The factor that is claimed."""
        algebra = SeriesAlgebra(SeriesRing(field, 4), {})
        return evaluate(read_formula(str(self.stated.factor), "factor"), algebra).coefficient(0)

    def _one_sided(self, side: int, gap: Difference) -> ExactEvidence | None:
        """The speed of orbits that stay on one side near the limit; what drives away refutes nothing by its speed."""
        field, one = gap.series.ring.field, gap.root
        slope, loss = slope_of(side, gap), self._loss(side, gap)
        flat = field.vanishes(slope - field.one)
        attracts = (loss is not None and field.sign(loss[1]) > 0) if flat else bool(slope.ball() < 1)
        if self.stated.factor is not None:
            wrong = self._unequal("factor", slope, self._factor(field))
            if wrong is not None:
                return wrong if attracts else self._says(Outcome.UNDECIDED, "the limit does not attract on one side")
        if self.stated.power is None:
            return None
        if not flat:
            if field.invertible(slope - field.one) and attracts:
                return self._false(f"the map has slope {slope} at the limit: no decay by a power", slope, "1")
            return self._says(Outcome.UNDECIDED, "the slope is not known to be 1, or the limit does not attract")
        if loss is None:
            return self._says(Outcome.UNDECIDED, "the map is the identity up to all terms that were looked at")
        if not attracts:
            return self._driven_away(side)
        i, B = loss
        algebra = SeriesAlgebra(SeriesRing(field, 4), {})
        constant = evaluate(read_formula(str(self.stated.constant), "constant"), algebra)
        return self._decay(field, Fraction(i, one) - 1, B, constant)

    def _loss(self, side: int, gap: Difference) -> tuple[int, Any] | None:
        """The first term of t - t' beyond the slope, its exponent in units of the root."""
        field, t = gap.series.ring.field, _outward(side, gap)
        terms = enumerate(t.coefficients, t.valuation)
        return next(((i, -c) for i, c in terms if i > gap.root and not field.vanishes(c)), None)

    def _driven_away(self, side: int) -> ExactEvidence:
        """Starts on this side go away from the limit and never come back, if that holds on the whole side."""
        limit, domain = self.stated.fixed, self.stated.domain
        whole = Domain(None, limit, True, True) if side < 0 else Domain(limit, None, True, True)
        part, end = self._part(side), domain.low if side < 0 else domain.high
        away, inside = ("<", ">=") if side < 0 else (">", "<=")
        kept = end is None or self._holds(part, inside, str(end))
        if (kept and self._holds(part, away, "c")) or self._holds(whole, away, "c"):
            return self._false("the map drives away from the limit", "repelling", "attracting")
        return self._says(Outcome.UNDECIDED, "beside the limit the map drives away from it")

    def _decay(self, field: Any, a: Fraction, B: Any, constant: Any) -> ExactEvidence | None:
        """C = (a B)^(-1/a), that is C^m (a B)^n = 1 for a = m/n."""
        assert self.stated.power is not None
        power, claimed = read_exponent(self.stated.power), constant.coefficient(0)
        if power != 1 / a:
            return self._false(f"the decay is like l^({-1 / a}), not l^({-power})", f"power {1 / a}", f"power {power}")
        product = field.one
        for factor, times in ((claimed, a.numerator), (B * field.number(a), a.denominator)):
            for _ in range(times):
                product = product * factor
        value = (field.number(a) * B).ball() ** (arb(-a.denominator) / a.numerator)
        if field.vanishes(product - field.one) and field.sign(claimed) > 0:
            return None
        if not finite(value) or not disjoint(value, claimed.ball()):
            return self._says(Outcome.UNDECIDED, "the constant is known in balls only")
        shown = value.str(12, radius=False)
        return self._false(f"the constant is {shown}, not {self.stated.constant}", shown, self.stated.constant)

    def _unequal(self, what: str, true: Any, claimed: Any) -> ExactEvidence | None:
        field = true.ring
        if field.vanishes(true - claimed):
            return None
        if field.invertible(true - claimed):
            return self._false(f"the {what} is {true}, not {claimed}", true, claimed)
        return self._says(Outcome.UNDECIDED, f"the {what} is known in balls only: {true}")

    def _holds(self, part: Domain, relation: str, right: str) -> bool:
        return self._proved(self.kappa, relation, right, part)

    def _proved(self, left: Expr, relation: str, right: str, part: Domain) -> bool:
        claim = Claim(self.claim.name, Inequality(str(left), relation, right), variables={"c": domain_text(part)})
        return inequality_evidence(claim, 0, self.slip).outcome in (Outcome.TRUE, Outcome.TRUE_IN_BALLS)

    def _part(self, side: int) -> Domain:
        domain, limit = self.stated.domain, self.stated.fixed
        if side < 0:
            return Domain(domain.low, limit, domain.low_open, True)
        return Domain(limit, domain.high, True, domain.high_open)


def _outward(side: int, gap: Difference) -> Any:
    """The distance from the limit after a step, positive on the side of the start, as a series in that before."""
    return gap.series if side > 0 else -gap.series


def slope_of(side: int, gap: Difference) -> Any:
    """The slope of the map at the limit on one side."""
    return _outward(side, gap).coefficient(gap.root)


def domain_text(domain: Domain) -> str:
    """A domain in the notation of claims."""
    low = "-oo" if domain.low is None else str(domain.low)
    high = "oo" if domain.high is None else str(domain.high)
    return f"{'(' if domain.low_open else '['}{low}, {high}{')' if domain.high_open else ']'}"
