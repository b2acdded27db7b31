"""Both witnesses on limits, expansions and orders: exact series, and float64 values on the way to the point."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from analytic.algebra import evaluate
from analytic.balls import BallAlgebra
from analytic.errors import AnalyticError, FormulaError
from analytic.formula import Expr
from analytic.landscape.hybrid_field import Enclosure
from checks.claim import Claim
from checks.empirical import Settings
from checks.errors import ClaimError
from checks.slips import slips
from checks.statements.asymptotics import (
    Asymptotic,
    Expansion,
    Limit,
    Order,
    power_text,
    read_exponent,
    read_formula,
)
from checks.statements.conclusion import concluded, heard, with_slips
from checks.statements.expanding import Difference, differences, precise
from checks.statements.family_witness import look_at_family
from checks.statements.floats import in_float
from checks.statements.wanted import Wanted, wanted
from checks.verdict import Counterexample, EmpiricalEvidence, ExactEvidence, Outcome, Verdict

ENGINE = "exact series over Q(pi) with square roots"
#: Distances from the point at which float64 looks, and how much is left to rounding.
DISTANCES = tuple(2.0**-n for n in (4, 7, 10, 13))
ROUNDING = 2.0**-40
FAMILY = "the family's expansion in k^(-1/2), by the implicit function theorem at k = infinity"


def judge_asymptotic(claim: Claim, settings: Settings, power: bool) -> Verdict:
    """The verdict on a limit, an expansion or an order.

    Raises:
        ClaimError: the claim has domains or assumptions, or says nothing.
    """
    exact = evidence(claim)
    stated = claim.statement
    assert isinstance(stated, Asymptotic)
    empirical, missing = heard(partial(_in_float, stated, settings))
    verdict = concluded(claim, exact, empirical, missing)
    return with_slips(verdict, _slips(claim), evidence) if power else verdict


def evidence(claim: Claim) -> ExactEvidence:
    """What the exact witness says.

    Returns:
        TRUE if all coefficients that have to vanish are 0 exactly; TRUE_IN_BALLS for a limit known to within a radius;
        FALSE if one of them is not 0.
    """
    stated = claim.statement
    assert isinstance(stated, Asymptotic)
    if claim.variables or claim.assumptions:
        raise ClaimError(
            f"got domains or assumptions, expected none: {stated.variable} tends to a point, others stay out"
        )
    want = wanted(stated)
    if isinstance(stated, Order) and _is_zero(want.claimed):
        raise ClaimError(
            f"got the constant {stated.constant}, expected one that is not 0: an order needs a leading term"
        )
    conditions = (FAMILY,) if stated.family is not None else ()
    try:
        with precise():
            found = list(differences(stated, want.claimed, want.power, want.threshold))
            return _compared(stated, want, found, conditions)
    except (AnalyticError, RecursionError) as error:
        return ExactEvidence(Outcome.UNDECIDED, ENGINE, "", conditions, str(error))


def _is_zero(constant: Expr) -> bool:
    try:
        value = evaluate(constant, BallAlgebra({}, None, {}))
    except AnalyticError as error:
        raise ClaimError(f"got the constant {constant}: {error}") from None
    return bool(value.is_zero())


def _compared(stated: Asymptotic, want: Wanted, found: list[Difference], conditions: tuple[str, ...]) -> ExactEvidence:
    shown = _leading(stated, found[0])
    widest, unknown = 0.0, ""
    for difference in found:
        for i, c in _concerned(difference, want):
            field = difference.series.ring.field
            if field.vanishes(c):
                continue
            place = power_text(stated, difference.exponent(i))
            if field.invertible(c):
                return _false(stated, difference, i, shown, conditions)
            widest, unknown = max(widest, float(c.ball().abs_upper())), place
    if not unknown:
        exponents = "exponents up to" if want.inclusive else "exponents below"
        sides = " from both sides" if len(found) > 1 else ""
        detail = f"all coefficients of the difference with {exponents} {want.threshold} are 0{sides}"
        return ExactEvidence(Outcome.TRUE, ENGINE, shown, conditions, detail)
    if isinstance(stated, Limit):
        detail = f"|limit - {stated.value}| <= {widest:.2g}"
        return ExactEvidence(Outcome.TRUE_IN_BALLS, "series, constants in balls", shown, conditions, detail)
    detail = (
        f"supports it: the coefficient of {unknown} in the difference is at most {widest:.2g}, which is no proof of 0"
    )
    return ExactEvidence(Outcome.UNDECIDED, "series, constants in balls", shown, conditions, detail)


def _concerned(difference: Difference, want: Wanted) -> Iterator[tuple[int, Any]]:
    for i, c in enumerate(difference.series.coefficients, difference.series.valuation):
        exponent = difference.exponent(i)
        if exponent < want.threshold or (want.inclusive and exponent == want.threshold):
            yield i, c


def _leading(stated: Asymptotic, difference: Difference) -> str:
    """The first terms of the expression."""
    series = difference.expression
    shown: list[str] = []
    for i, c in enumerate(series.coefficients, series.valuation):
        if not series.ring.field.vanishes(c) and len(shown) < 3:
            exponent = difference.exponent(i)
            shown.append(f"({c})" + (f"*{power_text(stated, exponent)}" if exponent else ""))
    return " + ".join(shown) or "0"


def _false(
    stated: Asymptotic, difference: Difference, i: int, shown: str, conditions: tuple[str, ...]
) -> ExactEvidence:
    exponent = difference.exponent(i)
    place = power_text(stated, exponent) if exponent else "1"
    true = difference.expression.coefficient(i) if i < difference.expression.order else None
    claimed = None if true is None else true - difference.series.coefficient(i)
    side = "" if len(stated.approach().sides) == 1 else " from above" if difference.side > 0 else " from below"
    detail = f"the coefficient of {place} is {_text(true)}, not {_text(claimed)}{side}"
    if isinstance(stated, Limit) and exponent < 0:
        detail = f"it does not tend to a number{side}: it grows like {place}"
    found = Counterexample(f"{stated.variable} -> {stated.point}{side}", _text(true), _text(claimed))
    return ExactEvidence(Outcome.FALSE, ENGINE, shown, conditions, detail, found)


def _text(c: Any) -> str:
    return "unknown" if c is None else str(c) if isinstance(c, Enclosure) or c else "0"


def _in_float(stated: Asymptotic, settings: Settings) -> tuple[EmpiricalEvidence, ...]:
    """Float64 values closer and closer to the point: the difference has to shrink as claimed.

    Raises:
        FormulaError: about a family, or no values.
    """
    if stated.family is not None:
        return look_at_family(stated, wanted(stated), settings)
    want, approach = wanted(stated), stated.approach()
    side = approach.sides[0]
    centre = 0.0 if approach.point is None else in_float(approach.point, {})
    rows = []
    for t in DISTANCES:
        x = side / t if approach.point is None else (centre or 0.0) + side * t
        value, claimed = (in_float(e, {stated.variable: x}) for e in (stated.formula(), want.claimed))
        if value is None or claimed is None:
            continue
        claimed *= t ** float(want.power or 0)
        scale = t ** float(want.threshold)
        rounding = ROUNDING * (abs(value) + abs(claimed)) / scale
        rows.append((x, value, claimed, abs(value - claimed) / scale, rounding))
    if len(rows) < 3:
        raise FormulaError("the formula has no float64 values on the way to the point")
    first, (x, value, claimed, last, rounding) = max(rows[0][3], rows[1][3]), rows[-1]
    agrees = last <= (0.95 * first if want.inclusive else 16 * first) + rounding
    gap = abs(value - claimed) + ROUNDING * (abs(value) + abs(claimed))
    return (
        EmpiricalEvidence(
            f"{stated.variable} = {x:.6g}",
            "float64 values on the way to the point",
            "scheme",
            value,
            gap,
            claimed,
            agrees,
            None,
            None,
            2 * gap,
            None,
            len(rows),
            settings.seed,
        ),
    )


def _slips(claim: Claim) -> Iterator[tuple[str, Claim]]:
    stated = claim.statement
    assert isinstance(stated, (Limit, Expansion, Order))
    key = {Limit: "value", Expansion: "terms", Order: "constant"}[type(stated)]
    for change in (1, -1, 2):
        if isinstance(stated, (Expansion, Order)) and (change > 0 or isinstance(stated, Order)):
            moved = str(read_exponent(stated.order) + change)
            yield f"order {moved} for {stated.order}", replace(claim, statement=replace(stated, order=moved))
    for description, formula in slips(read_formula(getattr(stated, key), key)):
        yield description, replace(claim, statement=_with(stated, str(formula)))


def _with(stated: Limit | Expansion | Order, text: str) -> Asymptotic:
    """With another value, sum or constant."""
    if isinstance(stated, Limit):
        return replace(stated, value=text)
    return replace(stated, terms=text) if isinstance(stated, Expansion) else replace(stated, constant=text)
