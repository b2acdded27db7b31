"""All eigenvalues of a family of critical points as exact series in k^(-1/2), with multiplicities as formulas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from analytic.grammar import parse
from analytic.landscape.expansion import expansion
from analytic.landscape.expansion_value import Expansion
from analytic.landscape.hybrid_field import Enclosure, HybridField
from analytic.landscape.laurent import Series, SeriesRing
from analytic.landscape.pi_field import Constant
from checks.spectra import surd

#: Terms of the ring beyond those compared.
SPARE = 6
#: Sizes at which multiplicities are read off as polynomials of degree at most two.
READ_AT = (10**4, 10**4 + 1, 10**4 + 2)


@dataclass(frozen=True)
class Row:
    """An eigenvalue of a family.

    Args:
        series: in s = k^(-1/2), over a `HybridField`.
        times: its multiplicity, a formula in k and d.
        component: its isotypic component.
        text: its first terms.
    """

    series: Series
    times: str
    component: str
    text: str


@lru_cache(maxsize=32)
def rows_at(name: str, order: int, extra_columns: bool) -> tuple[Row, ...]:
    """All eigenvalues of a family up to k^(-order/2), the largest first.

    Raises:
        AnalyticError: the family has no expansion.
    """
    return tuple(_row(found) for found in expansion(name, order, "eigenvalues", extra_columns))


def _row(found: Expansion) -> Row:
    given = found.series.ring.field
    field = HybridField(given.factors, given.radicals)
    ring = SeriesRing(field, found.order + SPARE)
    coefficients = [moved(field, c) for c in found.series.coefficients]
    text = found.text.partition(" = ")[2].partition("   ")[0]
    series = ring.series(found.series.valuation, coefficients, found.series.order)
    return Row(series, _multiplicity(found), found.component or "", text)


def moved(field: HybridField, c: Any) -> Any:
    """A constant of a field with the same factors and radicals."""
    if isinstance(c, Constant):
        return Constant(field, c.numerators, c.integer, c.exponents)
    return replace(c, ring=field)


def _multiplicity(found: Expansion) -> str:
    """As a formula: a polynomial of degree two at most in k, through its values at three sizes."""
    values = []
    for k in READ_AT:
        integer = found.multiplicity_at(k, k + 1).arb.unique_fmpz()
        assert integer is not None
        values.append(Fraction(int(integer)))
    whole = str(surd(parse(through(values, READ_AT[0])), None, None).a).replace("**", "^")
    return f"({whole})*(d - k)" if found.on_extra_columns else f"({whole})"


def through(values: Sequence[Fraction | int], at: int) -> str:
    """The polynomial of degree two with these values at three sizes in a row (Newton)."""
    first, x = values[1] - values[0], f"(k - {at})"
    second = Fraction(values[2] - 2 * values[1] + values[0]) / 2
    return f"({values[0]} + ({first})*{x} + ({second})*{x}*({x} - 1))"


def carried(field: HybridField, c: Any) -> Any:
    """A constant of another field in this one, where factors and radicals have other numbers."""
    if isinstance(c, Enclosure):
        return Enclosure(field, c.value)
    total = field.zero
    for subset, numerator in c.numerators.items():
        part = Constant(field, {0: numerator}, 1, ())
        for i, radicand in enumerate(c.ring.radicals):
            part = part * field.sqrt(Constant(field, {0: radicand}, 1, ())) if subset >> i & 1 else part
        total = total + part
    return total * field.inverse(Constant(field, {0: c.ring.denominator(c.exponents) * c.integer}, 1, ()))


def carried_series(field: HybridField, x: Series) -> Series:
    """A series over another field in this one."""
    return SeriesRing(field, x.ring.terms).series(x.valuation, [carried(field, c) for c in x.coefficients], x.order)
