"""Both witnesses on spectra for large k: exact series of all eigenvalues, and float64 spectra at two sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

import numpy as np

from analytic.algebra import evaluate
from analytic.balls import rational
from analytic.errors import AnalyticError, FormulaError
from analytic.grammar import parse
from analytic.landscape.hybrid_field import HybridField
from analytic.landscape.laurent import EXACT, Series, SeriesRing
from analytic.sizes import Surd
from checks.claim import Claim
from checks.critical_points import certificate
from checks.empirical import Settings
from checks.errors import ClaimError
from checks.point_facts import PointFacts
from checks.slips import slips
from checks.spectra import surd
from checks.statements.asymptotics import read_formula
from checks.statements.conclusion import concluded, heard, with_slips
from checks.statements.expanding import precise
from checks.statements.floats import in_float
from checks.statements.series import SeriesAlgebra
from checks.statements.spectrum_growth import Rows, SpectraAgree, SpectrumGrowth, unit_of
from checks.statements.spectrum_rows import Row, carried_series, rows_at, through
from checks.verdict import Counterexample, EmpiricalEvidence, ExactEvidence, Outcome, Verdict
from numeric.training import closed_form, dense_hessian

ENGINE = "exact series of all eigenvalues in k^(-1/2), multiplicities as polynomials"
FAMILY = "the family's expansion in k^(-1/2), formal and unique; that it is the branch is observed to k = 10^12"
#: Sizes at which float64 looks, and how much a remainder may grow between them in units of its order.
SIZES, GROWTH = ((10, 20), (15, 30)), 2.0
#: Sizes at which ranks are compared.
LARGE = (10**6, 10**9)
#: A ball around 0 of this radius is taken for a coefficient that agrees in balls: a verdict of CERTIFIED, not PROVED.
TINY = 1e-20


def judge_growth(claim: Claim, settings: Settings, power: bool) -> Verdict:
    """The verdict on a spectrum for large k, or on the difference of two.

    Raises:
        ClaimError: the claim has domains or assumptions.
    """
    exact = evidence(claim)
    stated = claim.statement
    assert isinstance(stated, (SpectrumGrowth, SpectraAgree))
    empirical, missing = heard(partial(_in_float, stated, settings))
    verdict = concluded(claim, exact, empirical, missing)
    return with_slips(verdict, _slips(claim), evidence) if power else verdict


def evidence(claim: Claim) -> ExactEvidence:
    """What the exact witness says: TRUE if all coefficients and multiplicities are equal exactly."""
    stated = claim.statement
    if claim.variables or claim.assumptions:
        raise ClaimError("got domains or assumptions, expected none: k tends to infinity")
    try:
        with precise():
            if isinstance(stated, SpectrumGrowth):
                return _grown(stated)
            assert isinstance(stated, SpectraAgree)
            return _differing(stated)
    except AnalyticError as error:
        return ExactEvidence(Outcome.UNDECIDED, ENGINE, "", (FAMILY,), str(error))


def _grown(stated: SpectrumGrowth) -> ExactEvidence:
    last = int(2 * stated.exponent)
    derived = rows_at(stated.point, max(last, 0), stated.on_extra_columns)
    shown = "; ".join(f"{r.text} x {r.times}" for r in derived)
    claimed = [(_series(value, derived[0]), rational(unit_of(value))) for value, _ in stated.rows]
    counted: list[list[str]] = [[] for _ in stated.rows]
    in_balls = False
    for row in derived:
        fits = [_fits(row.series - series, unit, last) for series, unit in claimed]
        if None in fits and True not in fits:
            return _undecided(f"the eigenvalue {row.text} of {row.component} is not known well enough", shown)
        if fits.count(True) != 1:
            several = "several rows" if True in fits else "none of the rows"
            text = f"the eigenvalue {row.text} of {row.component} fits {several}"
            return _undecided(text, shown) if True in fits else _false(stated.point, text, row.text, "no row", shown)
        counted[fits.index(True)].append(row.times)
        in_balls = in_balls or not _exactly(row.series - claimed[fits.index(True)][0], last)
    for (value, times), found in zip(stated.rows, counted, strict=True):
        true = surd(parse(" + ".join(found) or "0"), None, None)
        if not _equal(true, times):
            text = f"the eigenvalue {value} has multiplicity {true.a}, not {times}"
            return _false(stated.point, text, f"{value} x {true.a}", f"{value} x {times}", shown)
    detail = f"{len(derived)} eigenvalues of blocks, all coefficients of k^(-s) with s < {stated.order} agree"
    outcome = Outcome.TRUE_IN_BALLS if in_balls else Outcome.TRUE
    return ExactEvidence(outcome, ENGINE, shown, (FAMILY,), detail)


def _series(text: str, like: Row) -> Series:
    ring = like.series.ring
    k = Series(ring, -2, (ring.field.one,), EXACT)
    return evaluate(read_formula(text, "eigenvalue"), SeriesAlgebra(ring, {"k": k}))


def _concerned(difference: Series, last: int) -> Iterator[tuple[int, Any]]:
    for i, c in enumerate(difference.coefficients, difference.valuation):
        if i < last:
            yield i, c


def _exactly(difference: Series, last: int) -> bool:
    field = difference.ring.field
    return all(field.vanishes(c) for _, c in _concerned(difference, last))


def _fits(difference: Series, unit: Any, last: int) -> bool | None:
    """Whether all coefficients that are concerned are 0, the constant one up to the unit; None if that is not known."""
    field, known = difference.ring.field, True
    for i, c in _concerned(difference, last):
        if field.vanishes(c):
            continue
        size = abs(c.ball())
        if i == 0 and unit > 0:
            if size > unit:
                return False
            known = known and bool(size <= unit)
        elif field.invertible(c):
            return False
        else:
            known = known and bool(size < TINY)
    return True if known else None


def _equal(true: Surd, times: str) -> bool:
    try:
        found = surd(read_formula(times, "multiplicity"), None, None)
    except AnalyticError as error:
        raise ClaimError(f"got the multiplicity {times!r}: {error}") from None
    return bool((true.a - found.a) == 0 and true.b == 0 == found.b)


def _undecided(text: str, shown: str) -> ExactEvidence:
    return ExactEvidence(Outcome.UNDECIDED, ENGINE, shown, (FAMILY,), text)


def _false(where: str, text: str, left: str, right: str, shown: str) -> ExactEvidence:
    found = Counterexample(f"{where}, k -> oo", left, right)
    return ExactEvidence(Outcome.FALSE, ENGINE, shown, (FAMILY,), text, found)


def _differing(stated: SpectraAgree) -> ExactEvidence:
    last = int(2 * stated.exponent)
    first, second = (rows_at(name, max(last, 0), False) for name in (stated.first, stated.second))
    field, gaps = HybridField(), list[tuple[Any, list[str]]]()
    for x, y, times in _paired(first, second):
        difference = carried_series(field, x.series) - carried_series(field, y.series)
        for i, c in _concerned(difference, last):
            if not field.vanishes(c):
                text = f"{x.text} of {x.component} and {y.text} of {y.component} differ at k^(-{Fraction(i, 2)})"
                if not field.invertible(c):
                    return _undecided(text, "")
                return _false(f"{stated.first} and {stated.second}", text, x.text, y.text, "")
        c = difference.coefficient(last)
        known = next((g for g in gaps if field.vanishes(g[0] - c)), None)
        if known is None and not all(field.invertible(g[0] - c) for g in gaps):
            return _undecided(f"whether the coefficient {c} is among {', '.join(str(g[0]) for g in gaps)} is open", "")
        if known is None:
            gaps.append((c, [times]))
        else:
            known[1].append(times)
    return _gaps_compared(stated, gaps)


def _paired(first: Sequence[Row], second: Sequence[Row]) -> Iterator[tuple[Row, Row, str]]:
    """Eigenvalues of equal rank for every large k, with the number of ranks; ranks are compared at two large sizes."""
    orders = [_overlaps(first, second, k) for k in LARGE]
    if [o[:2] for o in orders[0]] != [o[:2] for o in orders[1]]:
        raise FormulaError("the ranks of eigenvalues change beyond k = 10^6")
    at = [{o[:2]: o[2] for o in _overlaps(first, second, LARGE[0] + i)} for i in range(3)]
    for i, j, _ in orders[0]:
        yield first[i], second[j], through([found[i, j] for found in at], LARGE[0])


def _overlaps(first: Sequence[Row], second: Sequence[Row], k: int) -> list[tuple[int, int, int]]:
    found, i, j = [], 0, 0
    left, right = ([_at(r.times, k) for r in rows] for rows in (first, second))
    while i < len(left) and j < len(right):
        common = min(left[i], right[j])
        if common:
            found.append((i, j, common))
        left[i] -= common
        right[j] -= common
        i, j = i + (left[i] == 0), j + (right[j] == 0)
    return found


def _at(times: str, k: int) -> int:
    value = surd(parse(times), k, k)
    return int(Fraction(str(value.a)))


def _gaps_compared(stated: SpectraAgree, gaps: list[tuple[Any, list[str]]]) -> ExactEvidence:
    shown = ", ".join(f"{c} x {surd(parse(' + '.join(times)), None, None).a}" for c, times in gaps)
    where = f"{stated.first} and {stated.second}"
    left = dict(enumerate(gaps))
    for value, times in stated.gaps:
        field = gaps[0][0].ring
        claimed = evaluate(read_formula(value, "coefficient"), SeriesAlgebra(SeriesRing(field, 2), {})).coefficient(0)
        at = next((n for n, (c, _) in left.items() if field.vanishes(c - claimed)), None)
        if at is None and not all(field.invertible(c - claimed) for c, _ in left.values()):
            return _undecided(f"the coefficient {value} cannot be told from one of {shown}", shown)
        true = surd(parse("0" if at is None else " + ".join(left.pop(at)[1])), None, None)
        if not _equal(true, times):
            text = f"the coefficient {value} has multiplicity {true.a}, not {times}; they are {shown}"
            return _false(where, text, f"{value} x {true.a}", f"{value} x {times}", shown)
    if left:
        rest = next(iter(left.values()))[0]
        return _false(where, f"the coefficient {rest} is missing; they are {shown}", str(rest), "no row", shown)
    return ExactEvidence(Outcome.TRUE, ENGINE, shown, (FAMILY,), f"equal up to there; coefficients {shown}")


def _in_float(stated: SpectrumGrowth | SpectraAgree, settings: Settings) -> tuple[EmpiricalEvidence, ...]:
    """Dense spectra in float64 at two sizes: the distance from what is claimed has to fall with k as claimed.

    Raises:
        FormulaError: a row has no value there.
    """
    scaled = []
    sizes = _sizes(stated)
    for k in sizes:
        if isinstance(stated, SpectrumGrowth):
            values, claimed = _spectrum(stated.point, k), _listed(stated.rows, k)
        else:
            values = _spectrum(stated.first, k) - _spectrum(stated.second, k)
            claimed = np.zeros(k * k)
        if len(claimed) != len(values):
            raise FormulaError(f"the multiplicities add up to {len(claimed)} at k = {k}, d = k")
        worst = float(np.max(np.abs(values - claimed)))
        scaled.append(worst * k ** float(stated.exponent))
    point = stated.point if isinstance(stated, SpectrumGrowth) else f"{stated.first} less {stated.second}"
    method = f"largest distance of the dense float64 spectrum times k^{stated.order}, against k = {sizes[0]}"
    return (
        EmpiricalEvidence(
            f"{point}, k = {sizes[1]}", method, "scheme", scaled[1], GROWTH * scaled[0], 0.0,
            scaled[1] <= GROWTH * scaled[0], None, None, GROWTH * scaled[0], None, len(sizes), settings.seed,
        ),
    )  # fmt: skip


def _sizes(stated: SpectrumGrowth | SpectraAgree) -> tuple[int, int]:
    """Two sizes at which the families exist."""
    for sizes in SIZES:
        try:
            for name in (stated.point,) if isinstance(stated, SpectrumGrowth) else (stated.first, stated.second):
                PointFacts(name, sizes[0])
        except ClaimError:
            continue
        return sizes
    raise FormulaError(f"no such point at k = {', '.join(str(k) for k, _ in SIZES)}, where float64 looks")


@lru_cache(maxsize=16)
def _spectrum(name: str, k: int) -> Any:
    W = certificate(PointFacts(name, k)).point.matrix()
    return np.linalg.eigvalsh(dense_hessian(W, closed_form(np.eye(k))))


def _listed(rows: Rows, k: int) -> Any:
    values = []
    for value, times in rows:
        v, m = (in_float(parse(text), {"k": float(k), "d": float(k)}) for text in (value, times))
        if v is None or m is None or m < 0:
            raise FormulaError(f"{value} x {times} has no value at k = {k}")
        values += [v] * round(m)
    return np.sort(np.asarray(values))


def _slips(claim: Claim) -> Iterator[tuple[str, Claim]]:
    """Multiplicities off by one, and slips of the terms, of each row in turn."""
    stated = claim.statement
    assert isinstance(stated, (SpectrumGrowth, SpectraAgree))
    rows = stated.rows if isinstance(stated, SpectrumGrowth) else stated.gaps

    def with_row(i: int, row: tuple[str, str]) -> Claim:
        changed = (*rows[:i], row, *rows[i + 1 :])
        if isinstance(stated, SpectrumGrowth):
            return replace(claim, statement=replace(stated, rows=changed))
        assert isinstance(stated, SpectraAgree)
        return replace(claim, statement=replace(stated, gaps=changed))

    for i, (value, times) in enumerate(rows):
        for change in ("+ 1", "- 1"):
            yield f"multiplicity {times} {change}", with_row(i, (value, f"{times} {change}"))
    for i, (value, times) in enumerate(rows):
        for description, slip in slips(read_formula(value, "eigenvalue"), 4):
            yield description, with_row(i, (str(slip), times))
