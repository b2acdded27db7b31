"""Eigenvalues of families whose coefficients are enclosures, in powers of k^(-1/2), against certified spectra."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import pytest
from flint import arb, arb_poly

from analytic.balls import precision
from analytic.landscape.expansion import Branch, Expansion, _branch, expansion
from analytic.landscape.expansion_numeric import NUMERIC_BITS
from analytic.landscape.families import critical_point
from analytic.landscape.hybrid_field import Enclosure, HybridField
from analytic.landscape.laurent import EXACT, Series, SeriesRing
from analytic.landscape.limits import Limit, limit
from analytic.landscape.pi_field import PiField
from analytic.landscape.programs import programs
from analytic.landscape.series_dominant import Dominant, Growing
from analytic.landscape.series_eigenvalues import balanced
from analytic.landscape.series_newton import NoExpansionError
from analytic.landscape.series_roots import UnseparatedError, real_roots
from analytic.landscape.series_scaled import SHARE, TIED, Scaling

BITS, DIGITS = 600, 100
#: Numbers of neurons at which spectra are compared: with p fixed; for shares, times the denominator if need be.
TIED_SIZES, SHARE_SIZES = (10**4, 10**8, 10**12), (10**6, 10**9, 10**12)
FAMILIES = ("I:3", "II:2k/5")
SLOW = ("I:7", "I:4", "I:5", "I:15", "I:k/2", "II:k/2", "II:k/3", "I:3k/4", "II:k/10")
CASES = [
    *((name, 6) for name in FAMILIES),
    *(pytest.param(name, 3, marks=pytest.mark.slow) for name in FAMILIES),
    *(pytest.param(name, order, marks=pytest.mark.slow) for name in SLOW for order in (3, 6, 12)),
]


@lru_cache
def eigenvalues(name: str, order: int) -> list[Expansion]:
    found: list[Expansion] = expansion(name, order, "eigenvalues", extra_columns=True)
    return found


@lru_cache
def certified(name: str, k: int) -> dict[str, list[tuple[arb, int]]]:
    """Eigenvalues with multiplicities at k by component, the largest first; d = k + 5."""
    found: dict[str, list[tuple[arb, int]]] = {}
    family = limit(name)
    with precision(BITS):
        for row in critical_point(f"{family.kind}:{flipped(family, k)}", k, k + 5).spectrum(DIGITS).rows:
            found.setdefault(row.component, []).append((row.value.arb, row.multiplicity))
    return {c: sorted(rows, key=lambda r: float(r[0]), reverse=True) for c, rows in found.items()}


def flipped(family: Limit, k: int) -> Fraction:
    return family.ratio * k + family.flipped


def sizes(name: str) -> list[int]:
    ratio = limit(name).ratio
    n = ratio.denominator
    return [k if k % n == 0 else k * n for k in (SHARE_SIZES if ratio else TIED_SIZES)]


def scaled_residuals(terms: Expansion, exact: Sequence[arb], at: Sequence[int]) -> list[arb]:
    with precision(BITS):
        power = terms.order + 1
        return [(x - terms.at(k, 2 * DIGITS).arb) * arb(k).sqrt() ** power for x, k in zip(exact, at, strict=True)]


def settles(r: Sequence[arb], at: Sequence[int]) -> bool:
    """Whether r(k) = c + c' k^(-1/2) + ... moves less and less from one size to the next.

    It moves q = (k_2/k_1)^(1/2) times less, of which the square root is asked for; r with a wrong coefficient moves q
    times more.
    """
    before, after = abs(r[1] - r[0]), abs(r[2] - r[1])
    return bool(after < before / (at[1] / at[0]) ** 0.25)


@pytest.mark.parametrize(("name", "order"), CASES)
def test_residual_orders(name: str, order: int) -> None:
    at = sizes(name)
    assert {e.component for e in eigenvalues(name, order)} == set(certified(name, at[0]))
    for component in certified(name, at[0]):
        ours = [e for e in eigenvalues(name, order) if e.component == component]
        theirs = [certified(name, k)[component] for k in at]
        assert all(len(rows) == len(ours) for rows in theirs)
        for i, e in enumerate(ours):
            r = scaled_residuals(e, [rows[i][0] for rows in theirs], at)
            assert settles(r, at), (repr(e), r)
            for k, rows in zip(at, theirs, strict=True):
                assert e.multiplicity_at(k, k + 5).arb.contains(rows[i][1])


@pytest.mark.parametrize("name", ["I:3", "II:2k/5"])
def test_a_wrong_coefficient_shows(name: str) -> None:
    """A part in a thousand of the last coefficient of any eigenvalue."""
    at = sizes(name)
    for component, first in certified(name, at[0]).items():
        ours = [e for e in eigenvalues(name, 6) if e.component == component]
        for i, e in enumerate(ours):
            exact = [first[i][0], *(certified(name, k)[component][i][0] for k in at[1:])]
            assert settles(scaled_residuals(e, exact, at), at)
            ring = e.series.ring
            slip = ring.series(6, (Enclosure(ring.field, (1 + abs(e.coefficient(6).ball())) / 1000),), EXACT)
            assert not settles(scaled_residuals(replace(e, series=e.series + slip), exact, at), at), (component, i)


def trace(branch: Branch, weights: dict[str, Series], ring: SeriesRing) -> Series:
    r"""The trace of the Hessian at d = k, from its blocks on the diagonal.

    That of $\partial_w^2 F = G/(2\pi|w|^2)(I - \hat w\hat w^T + \hat n\hat n^T)$ is $kG/(2\pi|w|^2)$.
    """
    w, one = weights, ring.one
    n = [branch.limit.sizes(ring)[f"k_{i}"] for i in (1, 2)]
    entry = [[w["a_11"], w["a_12"]], [w["a_21"], w["a_22"]]]
    own = [w["d_1"], w["d_2"]]
    norm = [
        own[i] * own[i] - entry[i][i] * entry[i][i] + _sum(n[q] * entry[i][q] * entry[i][q] for q in (0, 1))
        for i in (0, 1)
    ]
    k, half, total = n[0] + n[1], ring.number(Fraction(1, 2)), ring.number(Fraction(0))

    def sine(square: Series, inner: Series) -> Series:
        return (square - inner * inner).sqrt()

    for i in (0, 1):
        S = ring.number(Fraction(0))
        for j in (0, 1):
            inner = _sum(n[q] * entry[i][q] * entry[j][q] for q in (0, 1))
            inner = inner + (own[i] - entry[i][i]) * entry[j][i] + (own[j] - entry[j][j]) * entry[i][j]
            others = n[j] - one if i == j else n[j]
            S = S + others * sine(norm[i] * norm[j], inner)
            S = S - others * sine(norm[i], entry[i][j])
        # the own teacher: |w|^2 - d^2 without the cancellation
        rest = _sum((n[q] - one if q == i else n[q]) * entry[i][q] * entry[i][q] for q in (0, 1))
        S = S - rest.sqrt()
        total = total + n[i] * k * (half + S / (norm[i] * ring.pi() * ring.number(Fraction(2))))
    return total


def _sum(terms: Any) -> Any:
    first, *rest = terms
    for x in rest:
        first = first + x
    return first


@pytest.mark.parametrize("name", ["I:3", "II:2k/5", *(pytest.param(n, marks=pytest.mark.slow) for n in SLOW)])
def test_the_trace(name: str) -> None:
    """Multiplicities times eigenvalues add up to the trace, to every order but those that multiplicities k^2 cost."""
    order = 6
    found = [e for e in eigenvalues(name, order) if not e.on_extra_columns]
    branch = _branch(name)
    with precision(NUMERIC_BITS):
        ring = SeriesRing(branch.field, order + 12)
        weights = {n: ring.moved(x) for n, x in branch.solved(order + 6).items()}
        expected = trace(branch, weights, ring)
        total = _sum(ring.moved(e.series) * ring.moved(e.multiplicity) for e in found if e.multiplicity is not None)
        assert total.order == order + 1 - 4
        for i in range(-8, total.order):
            difference = total.coefficient(i).ball() - expected.coefficient(i).ball()
            assert difference.contains(0), (i, difference)
            assert difference.rad() < arb(10) ** -80
    assert not expected.coefficient(-4).ball().contains(0)


@pytest.mark.parametrize("name", [*FAMILIES, *(pytest.param(n, marks=pytest.mark.slow) for n in SLOW)])
def test_multiplicities_add_up_to_the_number_of_weights(name: str) -> None:
    k, d = 20, 23
    with precision(128):
        total = _sum(e.multiplicity_at(k, d).arb for e in eigenvalues(name, 6))
    assert total.contains(k * d)
    assert total.rad() < arb(10) ** -20


def test_families_with_p_fixed_go_in_powers_of_1_over_k() -> None:
    """Exactly: what vanishes does so as a constant, not as a ball."""
    for e in eigenvalues("I:3", 6):
        assert not any(e.coefficient(i) for i in (-1, 1, 3, 5)), repr(e)


def test_leading_terms_are_exact() -> None:
    for name in FAMILIES:
        large = [e for e in eigenvalues(name, 6) if e.series.valuation == -2 and e.component == "trivial"]
        assert [str(e.coefficient(-2)) for e in large] == ["1/4", "1/4", "1/(2*pi)"]
        assert all(e.series.valuation in (-2, 0) for e in eigenvalues(name, 6))


@pytest.mark.parametrize("name", ["I:3", *(pytest.param(n, marks=pytest.mark.slow) for n in ("II:2k/5", *SLOW))])
def test_higher_orders_agree(name: str) -> None:
    """Other truncations, other numbers of terms; the order 12 costs no more than some digits."""
    pairs = zip(eigenvalues(name, 12), eigenvalues(name, 6), strict=True)
    with precision(NUMERIC_BITS):
        for long, short in pairs:
            assert long.component == short.component
            assert all(long.coefficient(i).ball().overlaps(short.coefficient(i).ball()) for i in range(-2, 7))
            assert all(long.coefficient(i).ball().rad() < arb(10) ** -60 for i in range(-2, 13))


# the bound of series_dominant


def remainders(field: Any, name: str, scaling: Scaling, seed: int) -> list[Series]:
    """H - M at exact weights of the right orders, critical or not."""
    found = limit(name)
    ring = SeriesRing(field, 9)
    compiled = programs(found.layout, tuple(found.small.items()), found.weights, extra_columns=True)
    values = dict(found.sizes(ring))
    for j, n in enumerate(scaling.base):
        tail = [field.number(Fraction((7 * j + 3 * i + 5 * seed) % 11 - 4, 5 + j)) for i in (1, 2)]
        values[n] = ring.series(scaling.exponents[n], tail, EXACT) + ring.number(Fraction(scaling.base[n]))
    blocks, growing = compiled.run_blocks(ring, values), Dominant(compiled).run(ring, values)
    rests = []
    for c, A, norms in zip(blocks.components, blocks.matrices, blocks.norms, strict=True):
        M = growing[c.name]
        for i, row in enumerate(A):
            for j, x in enumerate(row):
                rank_one = M.direction[i] * M.direction[j] * norms[j] * M.kappa if M.direction else ring.element(0)
                rests.append(balanced([[x - M.sums[i][j] - rank_one]], [norms[i]])[0][0].shifted(_half(norms, i, j)))
    return rests


def _half(norms: Sequence[Series], i: int, j: int) -> int:
    return norms[i].valuation // 2 - norms[j].valuation // 2


@pytest.mark.parametrize("name", ["II:k/2", "I:k/5"])
@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_what_is_left_has_no_poles_in_shares(name: str, seed: int) -> None:
    """At exact weights, critical or not, coefficients of negative powers are exactly 0."""
    for x in remainders(PiField(), name, SHARE, seed):
        assert x.first >= 0
        assert x.order > 0


@pytest.mark.parametrize("name", ["I:4", pytest.param("I:15", marks=pytest.mark.slow)])
def test_what_is_left_has_no_poles_with_p_fixed(name: str) -> None:
    with precision(256):
        for x in remainders(HybridField(), name, TIED, 0):
            assert all(x.coefficient(i).ball().contains(0) for i in range(-6, 0))


@pytest.mark.parametrize("name", ["I:3", "II:2k/5"])
@pytest.mark.parametrize("change", ["kappa", "sums", "direction"])
def test_a_wrong_dominant_part_is_refused(name: str, change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(M: Growing) -> Growing:
        ring = M.kappa.ring
        factor = ring.number(Fraction(1001, 1000))
        if change == "kappa":
            return replace(M, kappa=M.kappa * factor)
        if change == "direction":
            return replace(M, direction=[x * factor for x in M.direction])
        return replace(M, sums=[[x * factor for x in row] for row in M.sums])

    right = Dominant.run
    monkeypatch.setattr(Dominant, "run", lambda *a: {n: wrong(M) for n, M in right(*a).items()})
    with pytest.raises(NoExpansionError, match="got a term s"):
        expansion(name, 2, "eigenvalues")


# roots


def test_roots_in_balls() -> None:
    K = HybridField()
    with precision(256):
        p = arb_poly.from_roots([arb(1), arb.pi(), arb(-2).exp()])
        noisy = [Enclosure(K, c + arb(0, arb(2) ** -200)) for c in p.coeffs()]
        found = sorted((x.ball() for x, _ in real_roots(K, noisy)), key=float)
        for x, root in zip(found, (arb(-2).exp(), arb(1), arb.pi()), strict=True):
            assert x.contains(root)
            assert x.rad() < arb(2) ** -190
        with pytest.raises(UnseparatedError, match="do not separate"):
            real_roots(K, [Enclosure(K, c) for c in arb_poly.from_roots([arb.pi(), arb.pi(), arb(1)]).coeffs()])


def test_exact_roots_that_the_field_lacks_become_enclosures() -> None:
    K = HybridField()
    cubic = [K.one, -K.number(3), K.zero, K.one]  # x^3 - 3x + 1: 2 cos(2 pi/9), 2 cos(4 pi/9), 2 cos(8 pi/9)
    with precision(128):
        found = [x.ball() for x, _ in real_roots(K, cubic)]
        for n in (2, 4, 8):
            assert any(x.overlaps(2 * (n * arb.pi() / 9).cos()) for x in found)
