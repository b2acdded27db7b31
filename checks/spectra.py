"""Both witnesses on the complete spectrum of the Hessian at a critical point."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache

import numpy as np
from flint import arb
from numpy.typing import NDArray

from analytic.algebra import evaluate
from analytic.balls import BallAlgebra, disjoint, finite, precision
from analytic.errors import AnalyticError
from analytic.formula import Expr, substitute
from analytic.grammar import parse
from analytic.landscape.spectrum import Spectrum, spectrum
from analytic.sizes import SizeAlgebra, Surd, rational_surd, size_field
from checks.claim import SpectrumTable
from checks.empirical import Settings
from checks.errors import ClaimError
from checks.verdict import Counterexample, EmpiricalEvidence, ExactEvidence, Outcome
from numeric import eigenvalues, population_hessian

#: For k >= 4 one table holds; below, components are missing and each k is compared by itself, d = k + extra columns.
SMALL_SIZES = tuple((k, k + extra) for k in (1, 2, 3) for extra in (0, 1, 2))
#: Sizes (k, d) at which the empirical witness samples; both have every component that their k allows.
SAMPLED_SIZES = ((2, 3), (4, 4))
#: Where formulas differ but the sizes above do not show it: a polynomial of small degree has few roots.
MORE_SIZES = tuple((k, k + extra) for k in range(1, 41) for extra in (0, 1, 3))
#: Working precisions of balls, in bits.
PRECISIONS = (212, 848)
COUNTEREXAMPLE_SIZES = (*SMALL_SIZES, (4, 4), (4, 5), (5, 5), (5, 7), (6, 6), (7, 9), (10, 12), (20, 30))

Rows = Sequence[tuple[Expr, Expr]]


def read_rows(table: SpectrumTable) -> list[tuple[Expr, Expr]]:
    """The rows of a claimed table as formulas.

    Raises:
        ClaimError: an unknown point, no rows, or a row that cannot be read.
    """
    if table.point != "global":
        raise ClaimError(f"got the point {table.point!r}, expected 'global' (W = V = [I_k 0])")
    if not table.rows:
        raise ClaimError("got an empty table, expected at least one (eigenvalue, multiplicity)")
    try:
        rows = [(parse(value), parse(times)) for value, times in table.rows]
        for value, times in rows:  # names and functions are checked at a size where everything exists
            _ball(value, 5, 7)
            _ball(times, 5, 7)
    except AnalyticError as error:
        raise ClaimError(f"{table}: {error}") from None
    return rows


@lru_cache(maxsize=64)
def derived(k: int | None, d: int | None) -> Spectrum:
    """The derived spectrum, kept: a claim and its slips look at the same sizes."""
    return spectrum(k, d)


def judge_table(rows: Rows) -> ExactEvidence:
    """What the exact witness says of a claimed spectrum.

    The claimed eigenvalues are compared with the derived ones in Q(pi, k, d) with one square root, for symbolic k >= 4
    and d, then for k = 1, 2, 3, where multiplicities of equal eigenvalues add up.

    Args:
        rows: (eigenvalue, multiplicity).

    Returns:
        EQUAL if the tables agree for every d >= k >= 1, DIFFERENT only with a size at which they provably differ.
    """
    engine = "characteristic polynomials of the isotypic blocks, factored over Q(pi, k)"
    table = derived(None, None)
    shown = "; ".join(f"{r.eigenvalue} x {r.multiplicity}" for r in table.rows)
    conditions = (
        "d >= k >= 1 integers",
        "k = 1, 2, 3 compared one by one, at d = k, k + 1, k + 2 (multiplicities are affine in d)",
        "a row of multiplicity 0 needs no value; elsewhere denominators are non-zero and radicands non-negative",
    )
    outcome, detail = _compared(rows, table)
    found = None if outcome is Outcome.EQUAL else find_counterexample(rows, COUNTEREXAMPLE_SIZES)
    if outcome is Outcome.UNLIKE and found is None:
        found = find_counterexample(rows, MORE_SIZES)
    if found is not None:
        return ExactEvidence(Outcome.DIFFERENT, engine, shown, conditions, detail, found)
    if outcome is not Outcome.EQUAL:
        return ExactEvidence(outcome, engine, shown, conditions, detail)
    second = _second_engine(rows)
    if second is None:
        return ExactEvidence(
            Outcome.UNDECIDED, engine, shown, conditions, "a row has no value at some size with d >= k >= 4"
        )
    return ExactEvidence(Outcome.EQUAL, engine, shown, conditions, detail, None, second)


def _compared(rows: Rows, table: Spectrum) -> tuple[Outcome, str]:
    """The claimed table against the derived one in the field: symbolic, then at k = 1, 2, 3."""
    try:
        equal = _same(collect(rows, None, None), _collected(table))
        for k in (1, 2, 3):
            equal = equal and all(_same(collect(rows, k, k + e), _collected(derived(k, k + e))) for e in (0, 1, 2))
    except AnalyticError as error:
        return Outcome.UNDECIDED, str(error)
    if equal:
        return Outcome.EQUAL, f"multiplicities sum to {table.dimension}, trace {table.trace}"
    return Outcome.UNLIKE, "the tables differ as formulas"


def collect(rows: Rows, k: int | None, d: int | None) -> dict[Surd, Surd]:
    """Claimed multiplicity by eigenvalue, both as surds; a multiplicity of 0 is left out."""
    found: dict[Surd, Surd] = {}
    for value, times in rows:
        multiplicity = surd(times, k, d)
        if multiplicity.is_zero():  # the formula of an eigenvalue that does not occur need not have a value
            continue
        key = surd(value, k, d)
        found[key] = found.get(key, rational_surd(size_field().zero)) + multiplicity
    return {v: m for v, m in found.items() if not m.is_zero()}


@lru_cache(maxsize=4096)
def surd(expr: Expr, k: int | None, d: int | None) -> Surd:
    """A formula in the field of sizes; k or d is free where it is None.

    Raises:
        AnalyticError: it is not in the field.
    """
    return evaluate(expr, SizeAlgebra({n: v for n, v in (("k", k), ("d", d)) if v is not None}))


def _collected(table: Spectrum) -> dict[Surd, Surd]:
    return {r.surd: evaluate(r.multiplicity, SizeAlgebra()) for r in table.rows}


def _same(x: dict[Surd, Surd], y: dict[Surd, Surd]) -> bool:
    return x.keys() == y.keys() and all((x[v].a - y[v].a) == 0 and x[v].b == 0 == y[v].b for v in x)


def _ball(expr: Expr, k: int, d: int) -> arb:
    return evaluate(expr, BallAlgebra({}, None, {"k": arb(k), "d": arb(d)}))


class _NoValueError(Exception):
    """A row has no finite value at a size, or a ball too wide to tell: nothing follows."""


def _counted(rows: Rows, k: int, d: int) -> list[tuple[arb, int]] | None:
    """Claimed eigenvalues with multiplicities at a size; None if a multiplicity is certainly no integer.

    Raises:
        _NoValueError: a multiplicity or the eigenvalue of a row that occurs has no finite value.
    """
    found = []
    for value, times in rows:
        ball = _ball(times, k, d)
        if finite(ball) and not ball.contains_integer():
            return None
        multiplicity = ball.unique_fmpz()
        if multiplicity is None:
            raise _NoValueError
        if multiplicity:
            found.append((_ball(value, k, d), int(multiplicity)))
    if not all(finite(value) for value, _ in found):
        raise _NoValueError
    return found


def find_counterexample(rows: Rows, sizes: Sequence[tuple[int, int]]) -> Counterexample | None:
    """The first size at which the claimed table is provably not the spectrum.

    Either a multiplicity is no integer, or they do not add up to k d, or the claimed multiplicity inside a ball around
    a derived eigenvalue is another. A row without a finite value refutes nothing.
    """
    for k, d in sizes:
        for bits in PRECISIONS:
            with precision(bits), suppress(_NoValueError):
                difference = _difference(rows, k, d)
                if difference is not None:
                    return Counterexample(f"k = {k}, d = {d}", *difference)
    return None


def _difference(rows: Rows, k: int, d: int) -> tuple[str, str] | None:
    counted = _counted(rows, k, d)
    if counted is None:
        return f"{k * d} eigenvalues", "a multiplicity that is no integer"
    total = sum(m for _, m in counted)
    if total != k * d:
        return f"{k * d} eigenvalues", f"multiplicities that sum to {total}"
    true = [(r, evaluate(r.eigenvalue, BallAlgebra({}, None, {}))) for r in derived(k, d).rows]
    for row, ball in true:
        inside = _multiplicity_at(ball, counted)
        if inside != int(row.multiplicity.fraction):
            return f"{row.eigenvalue} x {row.multiplicity}", f"multiplicity {inside} of that value"
    for value, _ in counted:  # a formal multiplicity of -1 may cancel, but only at an equal value
        net = _multiplicity_at(value, counted)
        if net and all(disjoint(value, ball) for _, ball in true):
            return "no such eigenvalue", f"{value.str(12, radius=False)} x {net}"
    return None


def _multiplicity_at(value: arb, counted: list[tuple[arb, int]]) -> int:
    """The claimed multiplicity of everything that a ball does not exclude."""
    return sum(m for other, m in counted if not disjoint(value, other))


def _second_engine(rows: Rows) -> str | None:
    """Both tables in balls at sizes that the first engine did not look at one by one; None if a row has no value."""
    sizes = [(k, d) for k, d in COUNTEREXAMPLE_SIZES if k > 3]
    with precision(PRECISIONS[0]):
        try:
            if any(_difference(rows, k, d) is not None for k, d in sizes):
                return None
        except _NoValueError:
            return None
    return f"{PRECISIONS[0]}-bit balls agree at (k, d) = {', '.join(map(str, sizes))}"


def judge_samples(rows: Rows, settings: Settings) -> tuple[EmpiricalEvidence, ...]:
    """Confronts the claimed table with the sampled Hessian of the population loss, the kink's Dirac part included.

    Sorted eigenvalues of the estimate differ from the true ones by at most the norm of its error (Weyl).

    Args:
        rows: (eigenvalue, multiplicity).
        settings: the budget; alpha is split over the sizes.
    """
    return tuple(_sampled(rows, k, d, settings) for k, d in SAMPLED_SIZES)


def _sampled(rows: Rows, k: int, d: int, settings: Settings) -> EmpiricalEvidence:
    V, level = np.eye(k, d), settings.alpha / len(SAMPLED_SIZES)
    estimate = eigenvalues(population_hessian(V, V, settings.samples, settings.seed, level))
    values, half = np.asarray(estimate.value), float(np.max(estimate.error))
    claimed, true = _listed(rows, k, d), derived(k, d).eigenvalues()
    comparable = len(claimed) == len(values)
    worst = int(np.argmax(np.abs(values - claimed))) if comparable else 0
    return EmpiricalEvidence(
        point=f"W = V = [I_{k} 0], d = {d}",
        method=f"eigenvalues of the sampled population Hessian, Weyl bound ({estimate.method})",
        kind=estimate.kind,
        estimate=float(values[worst]),
        error=half,
        claimed=float(claimed[worst]) if len(claimed) else 0.0,
        agrees=comparable and bool(np.all(np.abs(values - claimed) <= half)),
        agrees_with_derived=bool(np.all(np.abs(values - true) <= half)),
        alpha=level,
        delta=2 * half,
        beta=level,
        work=estimate.work,
        seed=estimate.seed,
    )


def _listed(rows: Rows, k: int, d: int) -> NDArray[np.float64]:
    """The claimed eigenvalues of a size one by one, ascending; formal multiplicities of equal values added up."""
    try:
        counted = _counted(rows, k, d) or []
    except _NoValueError:
        counted = []
    found: list[tuple[arb, int]] = []
    for value, _ in counted:
        if all(disjoint(value, other) for other, _ in found):
            found.append((value, _multiplicity_at(value, counted)))
    return np.sort(np.repeat([float(v) for v, _ in found], [max(m, 0) for _, m in found]))


def slips_of_table(rows: Rows) -> list[tuple[str, list[tuple[Expr, Expr]]]]:
    """Slips of one entry of the table: every slip of an eigenvalue, and multiplicities off by one or by a component."""
    from checks.slips import slips

    found = []
    for i, (value, times) in enumerate(rows):
        changed = [(f"{d} in {value}", (slip, times)) for d, slip in slips(value, 12)]
        changed += [
            (f"multiplicity {times} + 1", (value, times + 1)),
            (f"multiplicity {times} - 1", (value, times - 1)),
        ]
        changed += [(f"k + 1 for k in {value}", (substitute(value, {"k": parse("k + 1")}), times))]
        found += [(d, [*rows[:i], row, *rows[i + 1 :]]) for d, row in changed if row != (value, times)]
    return found
