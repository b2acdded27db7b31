"""Families of critical points: existence, names, sizes from one to very large."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from analytic.balls import precision
from analytic.dense import population_gradient, population_hessian
from analytic.errors import AnalyticError, DimensionError, FormulaError
from analytic.landscape.families import critical_point
from analytic.landscape.named import find_point
from analytic.landscape.newton import NoCriticalPointError
from analytic.landscape.pair import activation
from analytic.landscape.search import parse_partition, points_at

POINTS = [
    ("global", 5),
    ("diagonal", 4),
    ("A", 6),
    ("I", 7),
    ("II", 6),
    ("II:2", 6),
    ("II:3", 10),
    ("I:4", 9),
    ("I:6", 12),
]


@pytest.mark.parametrize(
    ("columns", "name", "k"),
    [
        pytest.param(columns, name, k, marks=pytest.mark.slow if columns == 0 and k > 7 else ())
        for columns in (0, 2)
        for name, k in POINTS
    ],
)
def test_points_are_critical_and_their_spectrum_is_the_dense_one(columns: int, name: str, k: int) -> None:
    point = critical_point(name, k, k + columns)
    W, V = point.matrix(), np.eye(k, k + columns)
    gradient = population_gradient(W.tolist(), V.tolist()).midpoint
    assert np.abs(gradient).max() < 1e-14
    found = point.spectrum()
    H = population_hessian(W.tolist(), V.tolist()).midpoint
    assert found.dimension == W.size
    assert np.abs(found.eigenvalues() - np.linalg.eigvalsh((H + H.T) / 2)).max() < 1e-13
    assert abs(float(found.trace.arb) - np.trace(H)) < 1e-12
    if found.log_determinant is not None:
        sign, log = np.linalg.slogdet(H)
        assert found.log_determinant[0] == int(sign)
        assert abs(float(found.log_determinant[1].arb) - log) < 1e-10


def test_the_known_saddle_of_three_neurons() -> None:
    # the population Hessian, kink included, has the eigenvalue -0.0445; the Gauss-Newton matrix is positive definite
    point = critical_point("A", 3)
    assert point.spectrum().rows[0].value.rounded(6) == "-0.0444822"
    assert point.spectrum().index == 1


@pytest.mark.parametrize("name", ["A", "I", "II", "II:3", "I:5"])
def test_a_million_neurons_cost_no_more_than_ten(name: str) -> None:
    found = critical_point(name, 10**6, 10**6 + 5).spectrum(30)
    assert found.dimension == 10**6 * (10**6 + 5)
    with precision(200):
        assert all(r.value.arb.rel_accuracy_bits() >= 99 for r in found.rows)


def test_sizes_may_be_real() -> None:
    a, b, c = (float(critical_point("II", k).loss.arb) for k in (10, Fraction(21, 2), 11))
    assert a > b > c


@pytest.mark.parametrize(
    ("name", "k", "d", "error", "words"),
    [
        ("II:30", 20, None, DimensionError, "II:1 to II:19"),
        ("I:2", 9, None, DimensionError, "I:3 to I:8"),
        ("A", 5, 4, DimensionError, "d >= k"),
        ("III", 5, None, FormulaError, "expected global"),
        ("A:3", 5, None, FormulaError, "only I and II"),
        ("A", 0, None, DimensionError, "at least 1"),
        ("A", 2.5, None, DimensionError, "at least 1"),
        ("diagonal", 1, None, DimensionError, "k >= 2"),
        pytest.param("II:73", 100, None, NoCriticalPointError, "no such point found", marks=pytest.mark.slow),
        pytest.param("I:19", 1000, None, NoCriticalPointError, "no such point found", marks=pytest.mark.slow),
        ("II:2", 3, None, NoCriticalPointError, "no such point found"),
        ("II:4", 6, None, NoCriticalPointError, "larger symmetry"),
        pytest.param("II:46", 63, None, NoCriticalPointError, "ends near k = 69.95", marks=pytest.mark.slow),
        ("I:16", 412, None, NoCriticalPointError, "ends near k = 411.4"),
        ("A", 1, None, DimensionError, "k >= 3"),
        ("A", 2, None, DimensionError, "k >= 3"),
        ("I", 2, None, DimensionError, "none at k = 2"),
    ],
)
def test_impossible_requests_say_what_is_possible(
    name: str, k: int, d: int | None, error: type[AnalyticError], words: str
) -> None:
    with pytest.raises(error) as caught:
        find_point(name, k, d)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_partition_that_fits_several_points_lists_them() -> None:
    with pytest.raises(NoCriticalPointError, match=r"15,5#2: loss 0.0515559, minimum"):
        find_point("15,5")
    assert find_point("15,5#2").loss.rounded(8) == critical_point("II:5", 20).loss.rounded(8)


@pytest.mark.parametrize("text", ["", "5,", "5,,1", "5,0", "5+0", "a,b", "5#x", "-3,2", "5;1"])
def test_texts_that_are_no_partition_are_refused(text: str) -> None:
    with pytest.raises(FormulaError):
        find_point(text, 5)


@pytest.mark.slow  # in the other tier the weights of such points are compared with published ones
def test_three_blocks() -> None:
    losses = [p.loss.rounded(6) for p in points_at(parse_partition("6,1,12"))]
    assert "0.0600542" in losses


def test_extra_neurons() -> None:
    over = points_at(parse_partition("4,1+1"))
    assert over
    for point in over:
        W = point.matrix()
        assert W.shape == (6, 5)
        assert np.abs(population_gradient(W.tolist(), np.eye(5).tolist()).midpoint).max() < 1e-13
        H = population_hessian(W.tolist(), np.eye(5).tolist()).midpoint
        assert np.abs(point.spectrum().eigenvalues() - np.linalg.eigvalsh((H + H.T) / 2)).max() < 1e-12


@pytest.mark.parametrize("phi", ["leaky_relu(1/5)", "abs"])
def test_other_activations_have_their_own_points(phi: str) -> None:
    point = critical_point("global", 4, 5, activation(phi))
    assert point.spectrum().dimension == 20
    assert all(bool(x > -(arb(2) ** -40)) for x in (r.value.arb for r in point.spectrum().rows))


@pytest.mark.parametrize(
    ("name", "k"),
    [
        ("II:46", 71),
        pytest.param("II:50", 81, marks=pytest.mark.slow),
        pytest.param("II:10", 13, marks=pytest.mark.slow),
    ],
)
def test_near_a_fold_the_branch_keeps_its_sheet(name: str, k: int) -> None:
    # the other sheet has a negative eigenvalue among symmetric directions
    rows = critical_point(name, k).spectrum().rows
    assert all(r.value.arb > 0 for r in rows if r.component == "trivial")


def test_names_mean_branches_not_newton_s_whims() -> None:
    # from II's limit Newton's method falls into I:14 at k = 20; following the branch from large k does not
    assert critical_point("II:14", 20).loss.rounded(6) != critical_point("I:14", 20).loss.rounded(6)
    assert float(critical_point("II:14", 20).weights()["a_12"]) * 20 > 2
