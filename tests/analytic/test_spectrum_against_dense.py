r"""The exact spectrum against the dense Hessian: inertia in balls, exact ranks over Q(pi), power sums, small sizes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from flint import arb
from sympy.polys.matrices import DomainMatrix

from analytic.algebra import evaluate
from analytic.balls import BallAlgebra, precision
from analytic.dense import population_hessian
from analytic.errors import DimensionError, FormulaError
from analytic.formula import Expr, names
from analytic.grammar import parse
from analytic.landscape.components import components
from analytic.landscape.orbit_sums import hessian_entry
from analytic.landscape.spectrum import Spectrum, component_block
from analytic.landscape.spectrum import spectrum as derived
from analytic.sizes import SizeAlgebra, Surd, generator, rational_surd, size_field

BITS = 400
SIZES = [(k, d) for k in range(1, 7) for d in range(k, 8)]
SMALL = [(1, 1), (1, 3), (2, 2), (2, 3), (3, 3), (3, 4), (4, 4), (4, 5)]


@lru_cache
def spectrum(k: Any = None, d: Any = None) -> Spectrum:
    """Many tests look at one table."""
    return derived(k, d)


def identity_rows(k: int, d: int) -> list[list[int]]:
    return [[int(i == j) for j in range(d)] for i in range(k)]


def multiplicities(s: Spectrum) -> list[int]:
    return [int(row.multiplicity.fraction) for row in s.rows]


def value(e: Expr) -> arb:
    return evaluate(e, BallAlgebra({}, None, {}))


@lru_cache(maxsize=1)
def dense(k: int, d: int) -> Sequence[Sequence[arb]]:
    return population_hessian(identity_rows(k, d), identity_rows(k, d), bits=BITS).entries


def eigenvalues_below(matrix: Sequence[Sequence[arb]], shift: arb) -> int:
    """Sylvester's law: the number of negative pivots of H - shift I; every sign is certain or the test fails."""
    rows = [[x - shift if a == b else x for b, x in enumerate(row)] for a, row in enumerate(matrix)]
    negative = 0
    for i, row in enumerate(rows):
        assert row[i] > 0 or row[i] < 0
        negative += int(row[i] < 0)
        for below in rows[i + 1 :]:
            if not below[i].is_zero():
                factor = below[i] / row[i]
                below[i:] = [x - factor * y for x, y in zip(below[i:], row[i:], strict=True)]
    return negative


@pytest.mark.parametrize(("k", "d"), SIZES)
def test_inertia_certifies_every_eigenvalue_with_its_multiplicity(k: int, d: int) -> None:
    """Within 2^-60 of each eigenvalue the dense Hessian has exactly as many as the table says."""
    s = spectrum(k, d)
    with precision(BITS):
        width, below = arb(2) ** -60, 0
        for row, multiplicity in zip(s.rows, multiplicities(s), strict=True):
            centre = value(row.eigenvalue)
            assert eigenvalues_below(dense(k, d), centre - width) == below
            below += multiplicity
            assert eigenvalues_below(dense(k, d), centre + width) == below
        assert below == k * d


@pytest.mark.parametrize(("k", "d"), SIZES)
def test_floating_point_eigenvalues_within_the_bound_of_weyl(k: int, d: int) -> None:
    r"""eigvalsh is backward stable: each eigenvalue moves by at most $n^2 \epsilon \|H\|$, rounding H included."""
    H = population_hessian(identity_rows(k, d), identity_rows(k, d))
    found, expected = np.linalg.eigvalsh(H.midpoint), spectrum(k, d).eigenvalues()
    bound = (k * d) ** 2 * np.finfo(np.float64).eps * np.linalg.norm(H.midpoint, 2) + k * d * H.radius
    assert found.shape == expected.shape
    assert np.all(np.abs(found - expected) <= bound)


def exact_hessian(k: int, d: int) -> list[list[Any]]:
    """H_ii = I/2 and H_ij = I/4 + (e_i e_j^T + e_j e_i^T)/(2 pi), written down, over Q(pi)."""
    pi = generator("pi")
    one = size_field().one

    def entry(i: int, a: int, j: int, b: int) -> Any:
        if i == j:
            return one / 2 if a == b else one * 0
        return (one / 4 if a == b else one * 0) + (one / (2 * pi) if (a, b) in ((i, j), (j, i)) else one * 0)

    index = [(i, a) for i in range(k) for a in range(d)]
    return [[entry(i, a, j, b) for j, b in index] for i, a in index]


@pytest.mark.parametrize(("k", "d"), SMALL)
def test_exact_ranks_give_the_multiplicities_of_rational_eigenvalues(k: int, d: int) -> None:
    """For an eigenvalue in Q(pi) the multiplicity is the corank of H - lambda I, by exact elimination over Q(pi)."""
    matrix, domain = exact_hessian(k, d), size_field().to_domain()
    found = []
    for row, multiplicity in zip(spectrum(k, d).rows, multiplicities(spectrum(k, d)), strict=True):
        if row.surd.b == 0:
            shifted = [[x - row.surd.a if a == b else x for b, x in enumerate(r)] for a, r in enumerate(matrix)]
            assert k * d - DomainMatrix(shifted, (k * d, k * d), domain).rank() == multiplicity
            found.append(multiplicity)
    assert found


@pytest.mark.parametrize(("k", "d"), [(1, 2), (2, 2), (3, 3), (3, 4), (4, 4)])
def test_the_characteristic_polynomial_is_the_product_over_the_table(k: int, d: int) -> None:
    """Irrational eigenvalues come in conjugate pairs: both sides are polynomials over Q(pi), compared exactly."""
    domain: Any = size_field().to_domain()
    found = DomainMatrix(exact_hessian(k, d), (k * d, k * d), domain).charpoly()
    product = [rational_surd(size_field().one)]
    for row, multiplicity in zip(spectrum(k, d).rows, multiplicities(spectrum(k, d)), strict=True):
        if row.surd.b == 0:
            for _ in range(multiplicity):
                product = _times(product, [rational_surd(size_field().one), rational_surd(-row.surd.a)])
    irrational = {r.surd: r.multiplicity for r in spectrum(k, d).rows if r.surd.b != 0}
    for x in irrational:
        conjugate = Surd(x.a, -x.b, x.radicand)
        assert irrational[conjugate] == irrational[x]
        if x.b.numer.LC > 0:  # once a pair
            quadratic = [rational_surd(size_field().one), rational_surd(-2 * x.a), x * conjugate]
            for _ in range(int(irrational[x].fraction)):
                product = _times(product, quadratic)
    assert [rational_surd(domain.convert(c)) for c in found] == product


def _times(x: list[Surd], y: list[Surd]) -> list[Surd]:
    total = [rational_surd(size_field().zero) for _ in range(len(x) + len(y) - 1)]
    for i, a in enumerate(x):
        for j, b in enumerate(y):
            total[i + j] = total[i + j] + a * b
    return total


@pytest.mark.parametrize(("k", "d"), [(2, 3), (4, 6)])
def test_derived_entries_are_the_ones_written_down(k: int, d: int) -> None:
    """The first k coordinates are 1, ..., k; those beyond are negative."""
    name = [*range(1, k + 1), *range(-1, -1 - (d - k), -1)]
    size = size_field().one * k
    derived = [
        [hessian_entry(i + 1, name[a], j + 1, name[b], size) for j in range(k) for b in range(d)]
        for i in range(k)
        for a in range(d)
    ]
    assert derived == exact_hessian(k, d)


@pytest.mark.parametrize(("k", "d"), [*SIZES, (9, 12), (50, 50), (10**6, 10**6 + 1), (10**60, 10**61)])
def test_sums_over_the_spectrum(k: int, d: int) -> None:
    """Dimension k d, trace k d/2, and trace of the square k d/4 + k (k - 1)(d/16 + 1/(2 pi^2)), all exact."""
    s = spectrum(k, d)
    assert s.dimension == parse(str(k * d))
    assert s.trace == parse(f"{k * d}/2")
    squares = [r.surd * r.surd * rational_surd(size_field().one * r.multiplicity.fraction.numerator) for r in s.rows]
    expected = evaluate(parse(f"{k * d}/4 + {k * (k - 1)}*({d}/16 + 1/(2*pi^2))"), SizeAlgebra()).a
    assert sum((x.a for x in squares), size_field().zero) == expected
    for radicand in {x.radicand for x in squares}:
        assert sum((x.b for x in squares if x.radicand == radicand), size_field().zero) == 0


def test_sums_over_the_symbolic_spectrum() -> None:
    s = spectrum()
    same = SizeAlgebra()
    assert evaluate(s.dimension + parse("-k*d"), same).is_zero()
    assert evaluate(s.trace + parse("-k*d/2"), same).is_zero()


def specialised(k: int, d: int) -> dict[Surd, int]:
    """The symbolic table with numbers put in, equal eigenvalues merged, multiplicity 0 dropped."""
    at, total = SizeAlgebra({"k": k, "d": d}), dict[Surd, int]()
    for row in spectrum().rows:
        multiplicity = evaluate(row.multiplicity, at).a
        if multiplicity:  # at k = 1 the roots of the standard block, which then does not occur, are not real
            eigenvalue = evaluate(row.eigenvalue, at)
            total[eigenvalue] = total.get(eigenvalue, 0) + int(multiplicity.numer.LC)
    return {e: m for e, m in total.items() if m}


@pytest.mark.parametrize(("k", "d"), [*((k, d) for k in range(1, 9) for d in (k, k + 1, k + 3)), (10**6, 10**6)])
def test_the_symbolic_table_specialises_to_the_concrete_one(k: int, d: int) -> None:
    """Also for k = 1, 2, 3, where formal negative dimensions cancel an equal eigenvalue of another component."""
    concrete = spectrum(k, d)
    table = {r.surd: m for r, m in zip(concrete.rows, multiplicities(concrete), strict=True)}
    assert specialised(k, d) == table


@pytest.mark.parametrize("k", [1, 2, 3])
def test_below_four_neurons_the_formal_dimensions_do_cancel(k: int) -> None:
    at = SizeAlgebra({"k": k, "d": k})
    formal = [evaluate(c.dimension, at).a for c in components()]
    assert any(x < 0 for x in (int(f.numer.LC) if f else 0 for f in formal)) == (k < 3)


@pytest.mark.parametrize(("k", "d"), [*SIZES, (10**6, 10**6), (10**60, 10**60 + 3)])
def test_rows_ascend_strictly_and_components_add_up(k: int, d: int) -> None:
    s = spectrum(k, d)
    with precision(600):
        balls = [value(r.eigenvalue) for r in s.rows]
        assert all(x < y for x, y in pairwise(balls))
    for row in s.rows:
        assert sum(m.fraction for _, m in row.components) == row.multiplicity.fraction
        assert len({n for n, _ in row.components}) == len(row.components)


@pytest.mark.parametrize("k", [2, 3, 4, 6])
def test_the_eigenvalues_are_roots_of_their_block(k: int) -> None:
    """Trace and determinant of each component's block, from the block itself."""
    size = size_field().one * k
    for component in components(k):
        block = component_block(component, size, k)
        rows = [r for r in spectrum(k, k + 2).rows if component.name in [n for n, _ in r.components]]
        trace = sum((block[i][i] for i in range(len(block))), size_field().zero)
        single = evaluate(component.dimension, SizeAlgebra({"k": k, "d": k + 2})).a
        total = rational_surd(size_field().zero)
        for row in rows:
            share = dict(row.components)[component.name].fraction
            total = total + row.surd * rational_surd(size_field().one * share.numerator / single)
        assert total.a == trace


def test_the_smallest_cases_by_hand() -> None:
    """One neuron: I/2. Two neurons in the plane: 1/2 +- 1/4 (+- 1/(2 pi))."""
    assert [(str(r.eigenvalue), str(r.multiplicity)) for r in spectrum(1, 5).rows] == [("1/2", "5")]
    assert {str(r.eigenvalue) for r in spectrum(2, 3).rows} >= {"1/4", "3/4"}


def test_extra_columns_add_a_quarter_and_a_quarter_of_k_plus_one() -> None:
    for k in range(2, 6):
        gained = {r.surd: m for r, m in zip(spectrum(k, k + 2).rows, multiplicities(spectrum(k, k + 2)), strict=True)}
        for r, m in zip(spectrum(k, k).rows, multiplicities(spectrum(k, k)), strict=True):
            gained[r.surd] -= m
        one = size_field().one
        assert {e: m for e, m in gained.items() if m} == {
            rational_surd(one / 4): 2 * (k - 1),
            rational_surd((one * k + 1) / 4): 2,
        }


@pytest.mark.parametrize(
    ("k", "d"), [(0, None), (-1, None), (3, 2), (None, 3), (True, None), (2, False), (2.0, None), ("3", None), (2, 2.5)]
)
def test_impossible_sizes_are_refused(k: Any, d: Any) -> None:
    with pytest.raises(DimensionError, match="expected"):
        derived(k, d)


def test_a_symbolic_table_has_no_numbers() -> None:
    with pytest.raises(DimensionError, match="symbolic"):
        spectrum().eigenvalues()
    with pytest.raises(FormulaError, match="unknown name"):
        next(r for r in spectrum().rows if "k" in names(r.eigenvalue)).ball()


def test_surds_with_different_roots_do_not_mix() -> None:
    at = SizeAlgebra()
    assert evaluate(parse("sqrt(8*k^2*pi^2)/(k*pi) - 2*sqrt(2)"), at).is_zero()
    assert not evaluate(parse("sqrt(k) - k"), at).is_zero()
    with pytest.raises(FormulaError):
        evaluate(parse("|w|"), at)
