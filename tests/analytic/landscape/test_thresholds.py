"""Thresholds of families over real k: against spectra at integers and real k, published minima, the law of folds."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import pytest
from flint import arb

from analytic.balls import precision
from analytic.errors import AnalyticError, DimensionError, DomainError, FormulaError
from analytic.landscape.branch import anchored
from analytic.landscape.crossing import guess, proved, solved
from analytic.landscape.duals import DUAL, slopes, variables
from analytic.landscape.families import critical_point
from analytic.landscape.point import CriticalPoint
from analytic.landscape.real_family import real_family
from analytic.landscape.tape import BALL
from analytic.landscape.thresholds import Event, thresholds
from analytic.landscape.tracing import traced

#: Numbers of neurons k at which gradient descent ended at the family, among others.
#: Source: data of Safran, Yehudai and Shamir (2021), "The effects of mild over-parameterization on the optimization
#: landscape of shallow ReLU neural networks".
FOUND = {
    "II": (7, 8, 20, 40),
    "II:2": (10, 11, 20),
    "II:3": (11, 20, 40),
    "II:4": (13, 20, 40),
    "II:5": (16, 40),
    "I:6": (12, 13, 16),
    "I:7": (14, 18),
    "I:8": (11, 20),
}


#: Of FOUND, too.
LONGER = [pytest.param(name, marks=pytest.mark.slow) for name in ("II:3", "II:4", "II:5")]

known = cache(thresholds)


def stability(name: str) -> Event:
    """The last change between saddle and minimum."""
    return [e for e in known(name) if e.kind in ("saddle to minimum", "minimum to saddle")][-1]


def index_on_branch(name: str, k: int) -> int | None:
    """The index at an integer, certified at the weights of the branch."""
    branch = traced(name, k - 0.5, k + 0.5, (float(k),))
    (station,) = [s for s in branch.stations if s.k == k and s.sign != 0]
    if station.size == 1:  # a block of one has a layout of its own
        return critical_point(name, k).spectrum(6).index
    sizes = {station.family.moving: k - station.family.rest, **station.family.fixed}
    start = {n: x.str(30, radius=False) for n, x in station.weights.items()}
    return CriticalPoint(name, station.family.compiled.layout, sizes, k, start).spectrum(6).index


def least(name: str, k: arb, component: str) -> arb:
    """The smallest eigenvalue of a component at real k, by the spectrum in balls."""
    rows = critical_point(name, k).spectrum(6).rows
    return min((r.value.arb for r in rows if r.component == component), key=float)


@pytest.mark.parametrize("name", ["A", "II", "II:2", pytest.param("II:5", marks=pytest.mark.slow), "I:6", "I:20"])
def test_the_spectrum_changes_its_sign_at_the_threshold(name: str) -> None:
    event = stability(name)
    middle, step = float(event.k.arb), 1e-12  # floats: k - p is exact at any precision
    assert float(event.k.radius) < step / 2
    below, above = (least(name, arb(k), event.component) for k in (middle - step, middle + step))
    if event.kind == "saddle to minimum":
        below, above = above, below
    assert below > 0
    assert above < 0


@pytest.mark.parametrize("name", ["A", "I", "II", "II:2", "I:6", *LONGER])
def test_the_index_at_the_integers_beside_a_threshold_is_that_of_the_certified_spectrum(name: str) -> None:
    event = stability(name)
    k = int(float(event.k.arb))
    found = [critical_point(name, n).spectrum(6).index for n in (k, k + 1)]
    assert found == [event.index_before, event.index_after]
    assert 0 in found
    assert max(x for x in found if x is not None) > 0


@pytest.mark.parametrize("name", ["II", "II:2", "I:6", "I:7", "I:8", *LONGER])
def test_minima_found_by_gradient_descent_lie_where_the_family_is_a_minimum(name: str) -> None:
    ranges = known(name).minimum
    assert all(any(low <= k <= high for low, high in ranges) for k in FOUND[name])


def test_type_a_is_a_saddle_up_to_five() -> None:
    (event,) = known("A")
    assert (event.kind, event.component, event.index_before, event.index_after) == (
        "saddle to minimum",
        "exterior:1",
        6,
        0,
    )
    (row,) = [r for r in critical_point("A", 3).spectrum().rows if r.value.arb < 0]
    assert (row.component, row.value.rounded(3)) == ("exterior:1", "-0.0445")


def test_any_number_of_digits() -> None:
    (few,), (many,) = thresholds("A", 15), thresholds("A", 200)
    with precision(800):
        assert many.k.arb.overlaps(few.k.arb)
        assert many.k.arb.rad() < arb(10) ** -200


@pytest.mark.parametrize(("name", "kind"), [("II:50", "born"), ("I:20", "ends")])
def test_at_a_fold_the_smallest_trivial_eigenvalue_grows_like_a_square_root(name: str, kind: str) -> None:
    (fold,) = [e for e in known(name) if e.kind == kind]
    assert fold.component == "trivial"
    k, side = float(fold.k.arb), 1 if kind == "born" else -1
    distances = [4.0**-i for i in range(4, 8)]
    branch = traced(name, k - 20, k + 20, tuple(sorted(k + side * x for x in distances)))
    sizes = {s.k: abs(s.eigenvalues["trivial"][0]) for s in branch.stations}
    values = [min(sizes.items(), key=lambda item: abs(item[0] - k - side * x))[1] for x in distances]
    errors = [abs(a / b - 2) for a, b in pairwise(values)]
    # eigenvalue = c sqrt(distance) (1 + O(sqrt(distance))): the error of each ratio halves
    assert errors[0] < 0.5
    assert all(b < 0.75 * a for a, b in pairwise(errors))


def test_both_sheets_of_a_fold_meet_there_and_none_is_left_beyond() -> None:
    (fold,) = [e for e in known("I:20") if e.kind == "ends"]
    branch = traced("I:20", 21.0, 200.0)
    assert branch.stations[-1].sign == 0
    assert branch.stations[-1].k == pytest.approx(float(fold.k.arb), rel=1e-15)
    assert thresholds("I:20", k_range=(21, 200)).followed[1] == branch.stations[-1].k


def test_a_wrong_crossing_is_not_proved() -> None:
    beside = traced("A", 5.5, 6.5).stations[0]
    with precision(192):
        start = guess("exterior:1", beside)
        assert proved(start) is None
        found = solved(start, 100)
        assert found is not None
        good = proved(found)
        assert good is not None
        assert good.size.overlaps(arb(stability("A").k.midpoint, stability("A").k.radius))


def test_dual_numbers_differentiate_the_gradient_to_the_jacobian() -> None:
    station = anchored(real_family("II:3"))
    names = list(station.weights)
    with precision(128):
        gradient, jacobian = station.family.compiled.run_newton(DUAL, variables(station.values, names))
        _, expected = station.family.compiled.run_newton(BALL, station.values)
        found = [slopes(g, len(names)) for g in gradient]
    for row, derivatives, other in zip(jacobian, found, expected, strict=True):
        for x, slope, y in zip(row, derivatives, other, strict=True):
            assert x.value.overlaps(y)
            assert slope.overlaps(y)
            assert float(slope) == pytest.approx(float(y), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("global", FormulaError),
        ("III", FormulaError),
        ("A:3", FormulaError),
        ("II:0", DimensionError),
        ("I:2", DimensionError),
    ],
)
def test_names_without_thresholds_are_refused(name: str, error: type[AnalyticError]) -> None:
    with pytest.raises(error, match="got"):
        thresholds(name)


@pytest.mark.parametrize("k_range", [(5, 5), (20, 10), (5, float("inf")), (3, 10)])
def test_impossible_ranges_are_refused(k_range: tuple[float, float]) -> None:
    with pytest.raises(DomainError, match="range"):
        thresholds("II:3", k_range=k_range)


def test_a_range_that_begins_at_the_anchor() -> None:
    found = thresholds("I:6", k_range=(8, 18))
    assert found.followed == (8, 18)
    assert found.minimum == ((8, 17),)
    sizes = [s.k for s in traced("I:6", 8.0, 18.0).stations]
    assert sizes == sorted(set(sizes))


def test_a_range_without_the_family_is_refused() -> None:
    with pytest.raises(DomainError, match="where I:20 exists"):
        thresholds("I:20", k_range=(200, 300))


@pytest.mark.parametrize("digits", [0, 10_001])
def test_digits_out_of_bounds_are_refused(digits: int) -> None:
    with pytest.raises(DomainError, match="digits"):
        thresholds("A", digits)


@pytest.mark.slow
def test_every_family_up_to_fifty() -> None:
    stable = [stability(f"II:{p}").k for p in range(1, 46)]
    lost = [stability(f"I:{p}").k for p in range(6, 23)]
    for found in (stable, lost):
        assert all(a.arb < b.arb for a, b in pairwise(found))
    for name in (*(f"II:{p}" for p in range(46, 51)), *(f"I:{p}" for p in range(23, 51))):
        (fold,) = known(name)
        assert fold.kind == ("born" if name.startswith("II") else "ends")
    for name in (*(f"II:{p}" for p in range(1, 51)), *(f"I:{p}" for p in range(6, 51))):
        ((low, high),) = known(name).minimum
        beside = min(high, 1000) if name.startswith("II") else high
        assert [index_on_branch(name, k) for k in (low, beside)] == [0, 0]
