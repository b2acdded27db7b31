"""One certificate for all real k of a range: against points solved alone, the threshold, and false claims."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import pairwise

import pytest
from flint import arb, arb_poly

from analytic.balls import precision
from analytic.errors import DimensionError, DomainError, FormulaError
from analytic.landscape.families import critical_point
from analytic.landscape.intervals_of_k import RangeCertificate, certify_range, formula
from analytic.landscape.newton import NoCriticalPointError
from analytic.landscape.real_family import real_family
from analytic.landscape.sizes import Dimension
from analytic.landscape.tape import Tape
from analytic.landscape.taylor_balls import extent, product, reciprocal, signs, spread, taylor, total
from analytic.landscape.thresholds import thresholds
from analytic.landscape.tubes import Inertia, Tube, encloses, glued, inertia, predicted

known = cache(certify_range)


def test_ii_is_a_strict_minimum_from_6_to_100() -> None:
    found = known("II", 6, 100)
    assert found.exists
    assert found.is_minimum
    assert found.for_every_dimension
    assert found.least_eigenvalue is not None
    assert 0.0046 < found.least_eigenvalue < 0.0047003548  # the smallest eigenvalue at k = 6
    assert all((p.least(True) or 0) > 0.0046 for p in found.pieces)
    assert found.pieces[0].tube.ends[0] <= 6
    assert found.pieces[-1].tube.ends[1] >= 100


def test_neighbouring_tubes_touch() -> None:
    tubes = [p.tube for p in known("II", 6, 100).pieces]
    assert len(tubes) > 10
    assert all(a.ends[1] == b.ends[0] for a, b in pairwise(tubes))


@pytest.mark.parametrize("k", [6, 7, Fraction(15, 2), 11, Fraction(1001, 17), 100])
def test_points_solved_alone_lie_in_the_tube(k: Fraction | int) -> None:
    pieces = [p for p in known("II", 6, 100).pieces if p.tube.ends[0] <= k <= p.tube.ends[1]]
    point = critical_point("II", k)
    least = min(float(r.value.arb) for r in point.spectrum(6).rows)
    assert pieces
    for piece in pieces:
        with precision(128):
            middle = piece.tube.at(arb(Fraction(k).numerator) / Fraction(k).denominator)
            for name, x in point.weights().items():
                assert abs(x - middle[name]) < piece.tube.box[name]
        bounds = [b.least for b in piece.blocks.values() if b.least is not None]
        assert 0 < min(bounds) <= least
        assert piece.tube.radius < 0.07 * k


def test_the_threshold_is_not_certified() -> None:
    found = known("II", Fraction(11, 2), 6)
    (event,) = [e for e in thresholds("II", k_range=(5, 7)).events if e.kind == "saddle to minimum"]
    threshold = float(event.k.arb)
    assert found.exists
    assert not found.is_minimum
    assert found.least_eigenvalue is None
    assert any(a <= threshold <= b for a, b in found.open)
    # beside it the sign is decided: a saddle below, a minimum above
    assert found.pieces[0].negative is not None
    assert found.pieces[0].negative["standard:1"] == 1
    assert found.pieces[-1].is_minimum
    assert [e.kind for e in found.events()] == ["saddle to minimum"]
    assert not found.meets


def test_below_the_threshold_is_a_saddle_throughout() -> None:
    found = known("II", 5, Fraction(11, 2))
    assert found.exists
    assert not found.open
    assert all(p.negative is not None and sum(p.negative.values()) == 1 for p in found.pieces)
    assert found.kind == "saddle of index k - 2"
    assert found.index == tuple(map(Fraction, (-2, 1, 0)))
    assert critical_point("II", 5).spectrum(5).index == 5 - 2


@pytest.mark.parametrize(
    ("name", "low", "high", "more"), [("II:2", 7, "15/2", 0), ("A", 3, 5, 2), ("I:4", 7, 9, 1), ("I", 5, 6, 3)]
)
def test_the_index_of_a_saddle_is_that_of_its_points(name: str, low: int, high: str, more: int) -> None:
    found = certify_range(name, low, high, dimension=Dimension(more))
    assert found.index is not None
    assert any(found.index)
    for k in range(low, int(Fraction(high)) + 1):
        assert critical_point(name, k, k + more).spectrum(5).index == sum(c * k**i for i, c in enumerate(found.index))


def test_blocks_on_extra_columns_count_where_d_exceeds_k() -> None:
    same, wide = certify_range("A", 3, "7/2"), certify_range("A", 3, "7/2", dimension=Dimension(1))
    assert same.negative is not None
    assert wide.negative is not None
    assert set(wide.negative) - set(same.negative) == {"extra-columns:trivial", "extra-columns:standard:1"}
    with pytest.raises(DimensionError, match="d >= k"):
        certify_range("II", 7, 8, dimension=Dimension(7, 0))


def test_a_bound_that_is_asked_for_is_met_or_not() -> None:
    assert certify_range("II", 6, "25/4", Fraction(47, 10_000)).meets  # the smallest eigenvalue is 0.00470035
    found = certify_range("II", 6, "25/4", Fraction(4701, 1_000_000))
    assert found.is_minimum
    assert not found.meets
    assert not certify_range("II", 5, "51/10", 0).meets


@pytest.mark.parametrize(
    ("coefficients", "text"), [((0, 0, 0), "0"), ((-3, 1, 0), "k - 3"), ((0, -1, 2), "2*k^2 - k"), ((5,), "5")]
)
def test_formulas(coefficients: tuple[int, ...], text: str) -> None:
    assert formula(tuple(map(Fraction, coefficients))) == text


def test_a_range_beyond_the_end_of_the_branch_is_not_certified() -> None:
    end = next(float(e.k.arb) for e in thresholds("I:16", k_range=(350, 450)).events if e.kind == "ends")
    found = certify_range("I:16", int(end), int(end) + 1)
    assert not found.exists
    assert not found.is_minimum
    assert found.missing is not None
    assert found.missing[0] <= end


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("A", 6, 12), ("I", 7, 10), pytest.param("II:3", 10, 14, marks=pytest.mark.slow), ("I:16", 20, 24)],
)
def test_other_families(name: str, low: int, high: int) -> None:
    assert certify_range(name, low, high).is_minimum


def test_a_certificate_is_rechecked() -> None:
    assert known("II", 6, 8).recheck()


def test_a_forged_certificate_is_refused() -> None:
    whole = known("II", 6, 8)
    assert len(whole.pieces) > 2
    gap = RangeCertificate("II", whole.low, whole.high, (whole.pieces[0], *whole.pieces[2:]), None)
    short = replace(whole, high=Fraction(9))
    piece = whole.pieces[0]
    better = replace(piece, blocks={c: Inertia(0, 1.0) for c in piece.blocks})
    assert not gap.recheck()
    assert not short.recheck()
    assert not replace(whole, pieces=(better, *whole.pieces[1:])).recheck()


def test_a_tube_beside_the_branch_is_refused() -> None:
    family, tube = real_family("II"), known("II", 7, 8).pieces[0].tube
    moved = {n: (c[0] + 1e-3, *c[1:]) for n, c in tube.weights.items()}
    assert encloses(family, tube)
    assert not encloses(family, Tube(tube.centre, tube.radius, moved, tube.box))
    wrong_slope = {n: (c[0], c[1] + 1e-2, *c[2:]) for n, c in tube.weights.items()}
    assert not encloses(family, Tube(tube.centre, tube.radius, wrong_slope, tube.box))


def test_a_tube_too_long_proves_nothing() -> None:
    family = real_family("II")
    tube = predicted(family, 8.0, 1.5, known("II", 7, 8).pieces[-1].tube)
    assert tube is None or not encloses(family, tube)
    assert tube is None or inertia(family, tube)["trivial"].negative is None


def test_tubes_of_different_branches_are_not_glued() -> None:
    family, pieces = real_family("II"), known("II", 7, 8).pieces
    after = pieces[1].tube
    shifted = {n: (c[0] + 1e-4, *c[1:]) for n, c in after.weights.items()}
    assert glued(family, pieces[0].tube, after)
    assert not glued(family, pieces[0].tube, Tube(after.centre, after.radius, shifted, after.box))


def test_taylor_encloses_and_is_tight() -> None:
    tape = Tape()
    x = tape.input("x")
    program = tape.program([(x * x + 1).sqrt().atan2(x)])
    h = arb("0.01")
    with precision(106):
        runs = taylor(program, {"x": [arb(2), arb(1)]}, h, 4)
        assert runs is not None
        found = total(spread([runs[0]], [runs[1]], 4), h)[0][0]
        for t in ("-0.01", "0", "0.0037", "0.01"):
            y = arb(2) + arb(t)
            assert found.contains(arb.atan2((y * y + 1).sqrt(), y).mid())
        slope = arb("0.0894")  # of the angle at 2: -2/(9 sqrt(5)) with room
        assert found.rad() < 2 * slope * h


def test_taylor_without_a_value_is_none() -> None:
    tape = Tape()
    x = tape.input("x")
    assert taylor(tape.program([1 / x]), {"x": [arb(0), arb(1)]}, arb("0.1"), 2) is None


def test_polynomials_with_balls_contain_products_quotients_and_pivots() -> None:
    p, q = arb_poly([2, 0.5, arb(0.25, 0.125), -0.125]), arb_poly([1, -0.25, 0.125])
    inverse = reciprocal(p, 3)
    assert inverse is not None
    for t in map(arb, (-1, -0.4, 0, 0.3, 1)):
        assert product(p, q, 3)(t).overlaps(p(t) * q(t))
        assert inverse(t).contains((1 / p(t)).mid())
        assert extent(p).contains(p(t).mid())
    assert reciprocal(arb_poly([1, 2]), 3) is None
    one = arb_poly([1])
    assert signs([[one, 2 * p], [2 * p, one]], 3) == (1, 1)
    assert signs([[one, 0.5 * q], [0.5 * q, one]], 3) == (0, 2)
    # positive definite for each t, though the ranges of the entries do not show it
    assert signs([[1 + q * q, 4 * q], [4 * q, arb_poly([16])]], 6) == (0, 2)
    assert signs([[one, q], [q, one]], 3) is None


def test_bad_input() -> None:
    with pytest.raises(FormulaError, match="got the family"):
        certify_range("global", 6, 7)
    with pytest.raises(DomainError, match="smallest < largest"):
        certify_range("II", 7, 6)
    with pytest.raises(DomainError, match="finite numbers"):
        certify_range("II", 7, float("inf"))
    with pytest.raises(NoCriticalPointError, match="ends near"):
        certify_range("I:16", 412, 413)
    with pytest.raises(DomainError, match="several neurons"):
        certify_range("I:16", 17, 18)


@pytest.mark.slow
def test_ii_is_a_strict_minimum_from_6_to_10000_and_rechecked() -> None:
    found = certify_range("II", 6, 10_000)
    assert found.is_minimum
    assert found.recheck()
