"""The exact series that statements on limits, expansions and orders compare."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from analytic.algebra import evaluate
from analytic.balls import precision
from analytic.errors import NoClosedFormError
from analytic.formula import Expr
from analytic.landscape.expansion import expansion
from analytic.landscape.expansion_value import Expansion
from analytic.landscape.hybrid_field import HybridField
from analytic.landscape.laurent import EXACT, PrecisionLostError, Series, SeriesRing
from analytic.landscape.pi_field import Constant, OutsideFieldError
from checks.statements.asymptotics import Asymptotic
from checks.statements.series import NoSeriesError, RamifiedError, SeriesAlgebra

#: Terms to begin with and at most, roots of t at most, and working precision of constants outside Q(pi).
TERMS, MORE, MOST, ROOTS, BITS = 8, 8, 48, 12, 256


@dataclass(frozen=True)
class Difference:
    """The expression minus what is claimed, from one side.

    Args:
        side: +1 or -1.
        series: in t^(1/r).
        root: r.
        expression: the series of the expression itself.
    """

    side: int
    series: Series
    root: int
    expression: Series

    def exponent(self, i: int) -> Fraction:
        """The exponent of t."""
        return Fraction(i, self.root)


def differences(stated: Asymptotic, claimed: Expr, power: Fraction | None, known: Fraction) -> Iterator[Difference]:
    """The expression minus the claimed terms (times t^power), exactly, from every side of the point.

    Args:
        stated: the statement.
        claimed: a formula in the variable, or of constants.
        power: t^power is a factor of the claimed formula; None for 1.
        known: the exponent up to which coefficients are wanted, inclusively.

    Raises:
        AnalyticError: there is no such series, or it is not known.
    """
    if stated.family is not None:
        yield _of_family(stated, claimed, power, known)
        return
    formula = stated.formula()
    for side in stated.approach().sides:
        yield _of_formula(stated, formula, claimed, power, known, side)


def _of_formula(
    stated: Asymptotic, formula: Expr, claimed: Expr, power: Fraction | None, known: Fraction, side: int
) -> Difference:
    point, root, terms = stated.approach().point, 1, TERMS
    while True:
        ring = SeriesRing(HybridField(), terms * root)
        try:
            algebra = SeriesAlgebra(ring, {})
            t = Series(ring, root, (ring.field.number(side),), EXACT)
            at = t.inverse() if point is None else evaluate(point, algebra) + t
            algebra.variables[stated.variable] = at
            expression = evaluate(formula, algebra)
            difference = expression - _claimed(algebra, claimed, power, root)
            if Fraction(difference.order, root) > known:
                return Difference(side, difference, root, expression)
        except RamifiedError as error:
            root *= error.factor
            if root > ROOTS:
                raise NoSeriesError("the roots of the variable that occur are too many") from None
            continue
        except PrecisionLostError:
            if terms >= MOST:
                raise
        if terms >= MOST:
            raise PrecisionLostError(f"more than {MOST} terms cancel, or are equal: nothing is known beyond them")
        terms += MORE


def _claimed(algebra: SeriesAlgebra, claimed: Expr, power: Fraction | None, root: int) -> Series:
    value = evaluate(claimed, algebra)
    if power is None:
        return value
    scaled = power * root
    if scaled.denominator != 1:
        raise RamifiedError(scaled.denominator)
    return value.shifted(int(scaled))


def _of_family(stated: Asymptotic, claimed: Expr, power: Fraction | None, known: Fraction) -> Difference:
    assert stated.family is not None
    quantity, name = stated.family
    order = max(0, int(2 * known // 1) + (0 if (2 * known).denominator == 1 else 1))
    found = _quantity(quantity, name, order)
    given = found.series.ring.field
    if isinstance(given, HybridField):
        raise OutsideFieldError(f"the coefficients of {name} are enclosures: no exact expansion to compare with")
    field = HybridField(given.factors, given.radicals)
    ring = SeriesRing(field, order + TERMS + len(found.series.coefficients) + 4)
    coefficients = [_moved(field, c) for c in found.series.coefficients]
    expression = ring.series(found.series.valuation, coefficients, found.series.order)
    k = Series(ring, -2, (field.one,), EXACT)
    difference = expression - _claimed(SeriesAlgebra(ring, {"k": k}), claimed, power, 2)
    return Difference(1, difference, 2, expression)


def _moved(field: HybridField, c: Any) -> Constant:
    if not isinstance(c, Constant):
        raise OutsideFieldError("a coefficient is an enclosure")
    return Constant(field, c.numerators, c.integer, c.exponents)


@lru_cache(maxsize=16)
def _quantity(quantity: str, name: str, order: int) -> Expansion:
    if quantity == "loss":
        found: Expansion = expansion(name, order, "loss")
        return found
    if quantity == "smallest eigenvalue":
        return _smallest(expansion(name, order, "eigenvalues"))
    weights: dict[str, Expansion] = expansion(name, order)
    wanted = quantity.partition(" ")[2]
    if wanted not in weights:
        raise NoClosedFormError(f"got the weight {wanted} of {name}, expected one of {', '.join(weights)}")
    return weights[wanted]


def _smallest(rows: list[Expansion]) -> Expansion:
    """The eigenvalue that is the smallest for large k, as far as the expansions tell; ties have equal terms."""
    least = rows[-1]
    for row in rows:
        gap = row.series - least.series
        if gap.coefficients and gap.ring.field.sign(gap.leading) < 0:
            raise NoSeriesError("the eigenvalues are not in order")
    return least


@contextmanager
def precise() -> Iterator[None]:
    """The working precision of these series."""
    with precision(BITS):
        yield
