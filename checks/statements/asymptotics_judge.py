"""Limits, expansions and orders by exact series in powers, then by exp-log series."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

from analytic.algebra import evaluate
from analytic.balls import BallAlgebra
from analytic.errors import AnalyticError
from analytic.formula import Expr, names
from analytic.landscape.hybrid_field import Enclosure
from checks.claim import Claim
from checks.empirical import Settings
from checks.errors import ClaimError, VacuousClaimError
from checks.slips import mends, slips
from checks.statements.asymptotics import (
    Asymptotic,
    Expansion,
    Limit,
    Order,
    power_text,
    read_formula,
    read_order,
)
from checks.statements.asymptotics_witness import look_at_approach
from checks.statements.conclusion import concluded, heard, with_slips
from checks.statements.derived_repairs import derived_asymptotics
from checks.statements.expanding import Difference, differences, precise
from checks.statements.expectations import has_expectations, with_norms
from checks.statements.parameters import Parameters
from checks.statements.transseries_judge import transseries_evidence
from checks.statements.wanted import Wanted, wanted
from checks.verdict import Counterexample, ExactEvidence, Outcome, Verdict

ENGINE = "exact series over Q(pi) with square roots"
FAMILY = "the family's expansion in k^(-1/2), by the implicit function theorem at k = infinity"


def judge_asymptotic(claim: Claim, settings: Settings, power: bool) -> Verdict:
    """The verdict on a limit, an expansion or an order.

    Raises:
        ClaimError: the claim has domains or assumptions, or says nothing.
    """
    exact = evidence(claim)
    stated = claim.statement
    assert isinstance(stated, Asymptotic)
    empirical, missing = heard(partial(look_at_approach, claim, settings))
    verdict = concluded(claim, exact, empirical, missing)
    if not power:
        return verdict
    return with_slips(
        verdict, _slips(claim), partial(evidence, slip=True), partial(derived_asymptotics, claim), _slips, evidence
    )


def evidence(claim: Claim, slip: bool = False) -> ExactEvidence:
    """What the exact witness says: series in powers first, then exp-log series.

    Args:
        claim: the claim.
        slip: whether little may be spent.

    Returns:
        TRUE if all coefficients that have to vanish are 0 exactly; TRUE_IN_BALLS for a limit known to within a radius;
        FALSE if one of them is not 0.
    """
    stated = claim.statement
    assert isinstance(stated, Asymptotic)
    _check_parameters(claim, stated)
    claim = with_norms(claim)
    if isinstance(stated, Order) and not claim.variables and _is_zero(read_formula(stated.constant, "constant")):
        raise ClaimError(
            f"got the constant {stated.constant}, expected one that is not 0: an order needs a leading term"
        )
    found = _in_powers(stated) if not claim.variables and not has_expectations(claim) else None
    if found is not None and (found.outcome is not Outcome.UNDECIDED or stated.family is not None):
        return found
    further = transseries_evidence(claim, slip)
    if further.outcome is Outcome.UNDECIDED and found is not None and _supports(found):
        return found
    return further


def _supports(found: ExactEvidence) -> bool:
    return found.detail.startswith("supports")


def _check_parameters(claim: Claim, stated: Asymptotic) -> None:
    if not claim.variables and not claim.assumptions:
        return
    if stated.family is not None or not claim.variables or stated.variable in claim.variables:
        raise ClaimError(
            f"got domains or assumptions, expected those of free parameters alone: {stated.variable} tends to a point"
        )
    if "theta" in claim.variables:
        raise ClaimError("got a domain for theta, expected another name for a parameter of a limit")
    if next(Parameters(claim).points(), None) is None:
        raise VacuousClaimError(f"no test point satisfies {', '.join(claim.assumptions) or 'the domains'}")


def _in_powers(stated: Asymptotic) -> ExactEvidence:
    """What series in powers say."""
    conditions = (FAMILY,) if stated.family is not None else ()
    try:
        want = wanted(stated)
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


def _slips(claim: Claim) -> Iterator[tuple[str, Claim]]:
    stated = claim.statement
    assert isinstance(stated, (Limit, Expansion, Order))
    key = {Limit: "value", Expansion: "terms", Order: "constant"}[type(stated)]
    if isinstance(stated, (Expansion, Order)):
        for change in (1, -1, 2) if isinstance(stated, Order) else (1, 2):
            moved = str(read_formula(f"({stated.order}) + ({change})", "order"))
            if isinstance(order := read_order(stated.order), Fraction):
                moved = str(order + change)
            elif stated.variable in names(order):
                moved = str(read_formula(f"({stated.order})*{stated.variable}^({change})", "order"))
            yield f"order {moved} for {stated.order}", replace(claim, statement=replace(stated, order=moved))
    if isinstance(stated, Limit) and stated.infinite is not None:
        yield "the sign", replace(claim, statement=replace(stated, value="-oo" if stated.infinite > 0 else "oo"))
        yield "0 for infinity", replace(claim, statement=replace(stated, value="0"))
        return
    right = read_formula(getattr(stated, key), key)
    for description, formula in (*slips(right), *mends(right, ())):
        yield description, replace(claim, statement=_with(stated, str(formula)))


def _with(stated: Limit | Expansion | Order, text: str) -> Asymptotic:
    """With another value, sum or constant."""
    if isinstance(stated, Limit):
        return replace(stated, value=text)
    return replace(stated, terms=text) if isinstance(stated, Expansion) else replace(stated, constant=text)
