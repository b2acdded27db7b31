"""Limits, expansions and orders by exp-log series: exponentials, logarithms, factorials, and free parameters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from analytic.algebra import evaluate
from analytic.balls import BallAlgebra, precision
from analytic.constants import rational_value
from analytic.errors import AnalyticError
from analytic.field import Element
from analytic.formula import Expr, names
from analytic.writing import written
from checks.claim import Claim
from checks.domain import read_domain
from checks.errors import ClaimError
from checks.statements.asymptotics import Asymptotic, Expansion, Limit, Order, read_formula, read_order
from checks.statements.expectations import derived_formula
from checks.statements.parameters import Parameters, Values, placed
from checks.statements.series import NoSeriesError
from checks.statements.transmonomials import ONE, Monomial, Scalar, as_monomial, lowered
from checks.statements.transseries import Transseries, TransseriesAlgebra
from checks.verdict import Counterexample, ExactEvidence, Outcome

ENGINE = "exact exp-log series"
#: Numbers of terms, one after the other, and the working precision of constants.
CAPS, BITS = (5, 9, 14), 256


def transseries_evidence(claim: Claim, slip: bool = False) -> ExactEvidence:
    """What exp-log series say.

    Args:
        claim: a limit, an expansion or an order of a formula.
        slip: whether little may be spent.

    Returns:
        TRUE if what has to vanish has the normal form 0 for all values of the parameters; FALSE if something else does
        not, for all of them or for those that are shown.
    """
    stated = claim.statement
    assert isinstance(stated, Asymptotic)
    try:
        formula, existence = derived_formula(claim)
    except AnalyticError as error:
        return _Question(stated, Parameters(claim), stated.formula()).says(Outcome.UNDECIDED, str(error))
    known = _constants(claim)
    if known:
        formula, *existing = (placed(e, known) for e in (formula, *existence))
        rest = {n: d for n, d in claim.variables.items() if n not in known}
        stated, existence = _fixed(stated, known), tuple(existing)
        claim = replace(claim, statement=stated, variables=rest, assumptions=claim.assumptions if rest else ())
    question = _Question(stated, Parameters(claim), formula, existence)
    found = question.answered(CAPS[:2] if slip else CAPS)
    if found.outcome is not Outcome.UNDECIDED or not claim.variables:
        return found
    for values in Parameters(claim).points():
        try:
            fixed = _fixed(stated, values)
            inserted = [placed(e, values) for e in (formula, *existence)]
        except (AnalyticError, ClaimError):  # no value there
            continue
        none = Parameters(replace(claim, statement=fixed, variables={}, assumptions=()))
        at = _Question(fixed, none, inserted[0], tuple(inserted[1:]))
        other = at.answered(CAPS[:2])
        if other.outcome is Outcome.FALSE and other.counterexample is not None:
            place = ", ".join(f"{n} = {x}" for n, x in values.items())
            shown = replace(other.counterexample, point=f"{place}, {other.counterexample.point}")
            return replace(other, counterexample=shown, detail=f"at {place}: {other.detail}")
    return found


def _constants(claim: Claim) -> dict[str, Fraction]:
    """The parameters whose domain is one rational number."""
    points = {n: read_domain(text).point for n, text in claim.variables.items()}
    return {n: x for n, p in points.items() if p is not None and (x := rational_value(p)) is not None}


def _fixed(stated: Asymptotic, values: Values) -> Asymptotic:
    """The statement with numbers for the parameters."""

    def text(source: str) -> str:
        return (
            source if source.strip() in ("oo", "+oo", "-oo") else str(placed(read_formula(source, "formula"), values))
        )

    keys = {Limit: ("value",), Expansion: ("terms", "order"), Order: ("constant", "order")}[type(stated)]
    return replace(stated, **{k: text(getattr(stated, k)) for k in ("expression", *keys)})


@dataclass(frozen=True)
class _Sides:
    """The statement from one side: series of the expression, of the difference, and what it is compared with."""

    algebra: TransseriesAlgebra
    expression: Transseries
    difference: Transseries
    gauge: Monomial
    side: int


class _Question:
    def __init__(
        self, stated: Asymptotic, parameters: Parameters, formula: Expr, existence: tuple[Expr, ...] = ()
    ) -> None:
        self.stated, self.parameters = stated, parameters
        self.formula, self.existence = formula, existence
        self.inclusive = not isinstance(stated, Expansion)

    def answered(self, caps: tuple[int, ...]) -> ExactEvidence:
        """With more and more terms, until it is decided."""
        found = self.says(Outcome.UNDECIDED, "no terms")
        for cap in caps:
            try:
                with precision(BITS):
                    found = self._compared(cap)
            except (AnalyticError, RecursionError) as error:
                found = self.says(Outcome.UNDECIDED, str(error))
            if found.outcome is not Outcome.UNDECIDED:
                break
        return found

    def says(
        self, outcome: Outcome, detail: str, shown: str = "", counterexample: Counterexample | None = None
    ) -> ExactEvidence:
        claim = self.parameters.claim
        conditions = (*(f"{n} in {d}" for n, d in claim.variables.items()), *claim.assumptions)
        return ExactEvidence(outcome, ENGINE, shown, conditions, detail, counterexample)

    def _compared(self, cap: int) -> ExactEvidence:
        open_, shown = "", ""
        for found in self._sides(cap):
            shown = shown or found.algebra.shown(found.expression, self._base())
            said = self._infinite(found, shown) if self._value is not None else self._difference(found, shown)
            if said.outcome in (Outcome.FALSE, Outcome.TRUE_IN_BALLS):
                return said
            open_ = open_ or ("" if said.outcome is Outcome.TRUE else said.detail)
        if open_:
            return self.says(Outcome.UNDECIDED, open_, shown)
        both = " from both sides" if len(self.stated.approach().sides) > 1 else ""
        return self.says(Outcome.TRUE, f"what has to vanish in the difference has the normal form 0{both}", shown)

    @property
    def _value(self) -> int | None:
        return self.stated.infinite if isinstance(self.stated, Limit) else None

    # series

    def _sides(self, cap: int) -> Iterator[_Sides]:
        stated = self.stated
        for side in stated.approach().sides:
            algebra = TransseriesAlgebra(self.parameters.field(), self.parameters.sign, {}, cap)
            algebra.variables[stated.variable] = self._variable(algebra, side)
            self._check_existence(algebra)
            expression = algebra.value(self.formula)
            if self._value is not None:
                yield _Sides(algebra, expression, expression, ONE, side)
                continue
            gauge = gauge_of(stated, algebra)
            claimed = algebra.value(self._claimed())
            if isinstance(stated, Order):
                self._check_constant(algebra, claimed)
                claimed = algebra.mul(claimed, gauge)
            size = algebra.size(gauge)
            assert size is not None
            if self.formula == self._claimed() and not isinstance(stated, Order):
                yield _Sides(algebra, expression, Transseries(()), size, side)
            else:
                yield _Sides(algebra, expression, algebra.minus(expression, claimed), size, side)

    def _check_existence(self, algebra: TransseriesAlgebra) -> None:
        """Refuses an expectation that is not shown to exist near the point."""
        for condition in self.existence:
            if algebra.leading(algebra.value(condition))[2] <= 0:
                raise NoSeriesError(f"an expectation exists only where {condition} > 0")

    def _check_constant(self, algebra: TransseriesAlgebra, claimed: Transseries) -> None:
        constant = algebra.constant_value(claimed)
        if constant is None or not constant:
            raise NoSeriesError("an order needs a constant that is not 0")
        algebra.sign_of(constant)

    def _variable(self, algebra: TransseriesAlgebra, side: int) -> Transseries:
        large = algebra.of(as_monomial(0), algebra.field.number(side))
        point = self.stated.approach().point
        return large if point is None else algebra.add(algebra.value(point), algebra.inverse(large))

    def _claimed(self) -> Expr:
        key = {Limit: "value", Expansion: "terms", Order: "constant"}[type(self.stated)]
        return read_formula(getattr(self.stated, key), key)

    # verdicts

    def _difference(self, found: _Sides, shown: str) -> ExactEvidence:
        algebra, group = found.algebra, found.algebra.group
        first = 0 if self.inclusive else 1
        for m, c in found.difference.terms:
            if group.compared(m, found.gauge) < first:
                break
            if self._not_zero(algebra, c):
                return self._false(found, m, c, shown)
            if m == ONE and isinstance(self.stated, Limit) and not self.parameters.domains:
                value = evaluate(written(c), BallAlgebra({}, None, {}))
                if value.is_finite() and self._only_constant(found):
                    detail = f"|limit - {self.stated.value}| <= {float(value.abs_upper()):.2g}"
                    return self.says(Outcome.TRUE_IN_BALLS, detail, shown)
            return self.says(Outcome.UNDECIDED, f"supports it: {c} is not known to be 0", shown)
        rest = found.difference.rest
        if rest is not None and group.compared(rest, found.gauge) >= first:
            return self.says(Outcome.UNDECIDED, f"known up to O({group.shown(rest, self._base())}) only", shown)
        return self.says(Outcome.TRUE, "", shown)

    def _only_constant(self, found: _Sides) -> bool:
        """Whether everything but the constant tends to 0."""
        group, rest = found.algebra.group, found.difference.rest
        others = [m for m, _ in found.difference.terms if m != ONE] + ([] if rest is None else [rest])
        return all(group.sign(m) < 0 for m in others)

    def _not_zero(self, algebra: TransseriesAlgebra, c: Element) -> bool:
        try:
            return bool(algebra.sign_of(c))
        except NoSeriesError:
            return False

    def _infinite(self, found: _Sides, shown: str) -> ExactEvidence:
        m, c, sign = found.algebra.leading(found.expression)
        if found.algebra.group.sign(m) > 0 and sign == self._value:
            return self.says(Outcome.TRUE, "", shown)
        side = "minus infinity" if found.algebra.group.sign(m) > 0 else "a finite number"
        value = "-oo" if found.algebra.group.sign(m) > 0 and sign < 0 else str(c) if m == ONE else "0"
        value = "oo" if found.algebra.group.sign(m) > 0 and sign > 0 else value
        detail = f"it tends to {value if value != '-oo' else side}"
        return self.says(Outcome.FALSE, detail, shown, Counterexample(self._place(found), value, self.stated_value()))

    def stated_value(self) -> str:
        """What is claimed, as text."""
        return str(getattr(self.stated, "value", ""))

    def _false(self, found: _Sides, m: Monomial, c: Element, shown: str) -> ExactEvidence:
        group = found.algebra.group
        text = group.shown(m, self._base())
        true = next((d for n, d in found.expression.terms if n == m), found.algebra.field.zero)
        claimed = true - c
        detail = f"the coefficient of {text} is {true}, not {claimed}"
        if isinstance(self.stated, Limit):
            detail = f"the limit is {true}, not {self.stated.value}"
            if group.sign(m) > 0:
                detail = f"it does not tend to a number: it grows like {text}"
        counterexample = Counterexample(self._place(found), str(true), str(claimed))
        return self.says(Outcome.FALSE, detail, shown, counterexample)

    def _place(self, found: _Sides) -> str:
        sides = self.stated.approach().sides
        side = "" if len(sides) == 1 else " from above" if found.side > 0 else " from below"
        return f"{self.stated.variable} -> {self.stated.point}{side}"

    def _base(self) -> str:
        point, variable = self.stated.approach().point, self.stated.variable
        if point is None:
            return variable if self.stated.approach().sides == (1,) else f"|{variable}|"
        return f"(1/{variable})" if rational_value(point) == 0 else f"(1/|{variable} - {point}|)"


def gauge_of(stated: Asymptotic, algebra: TransseriesAlgebra) -> Transseries:
    """What the difference is compared with; t^order is a power of the large variable."""
    if isinstance(stated, Limit):
        return algebra.number(1)
    assert isinstance(stated, (Expansion, Order))
    order = read_order(stated.order)
    if isinstance(order, Fraction):
        exponent: Scalar = -order
    elif stated.variable in names(order):
        gauge = algebra.value(order)
        algebra.leading(gauge)
        return gauge
    else:
        found = algebra.constant_value(algebra.value(order))
        if found is None:
            raise NoSeriesError("the order is no constant")
        exponent = lowered(-found)
    return algebra.of(algebra.group.power(as_monomial(0), exponent))
