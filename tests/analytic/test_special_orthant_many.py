"""Orthant probabilities of six and more variables: exact values, SciPy, one-factor models, the path's error bound."""

from __future__ import annotations

from itertools import combinations
from math import factorial

import numpy as np
import pytest
from flint import acb, arb, ctx
from scipy.stats import multivariate_normal

from analytic.balls import precision
from analytic.errors import DomainError
from analytic.special.orthant import orthant_probability_ball
from analytic.special.orthant_one_factor import loadings, one_factor_probability
from analytic.special.orthant_path import Orthants
from analytic.special.orthant_rule import path_rule

Matrix = list[list[arb]]


def chain(n: int, entry: arb) -> Matrix:
    """Correlations of neighbours only."""
    return [[arb(1) if i == j else entry if abs(i - j) == 1 else arb(0) for j in range(n)] for i in range(n)]


def one_factor(sizes: list[arb], sign: int = 1) -> Matrix:
    """The correlations sign * l_i * l_j."""
    return [[arb(1) if i == j else sign * x * y for j, y in enumerate(sizes)] for i, x in enumerate(sizes)]


def integer_gram(rows: np.ndarray) -> Matrix:
    """The correlations of vectors with integer entries."""
    gram = [[arb(int(x)) for x in row] for row in rows @ rows.T]
    n = len(rows)
    return [[arb(1) if i == j else gram[i][j] / (gram[i][i] * gram[j][j]).sqrt() for j in range(n)] for i in range(n)]


def by_scipy(matrix: Matrix) -> float:
    """Genz's integration; it aims at an error of 1e-5."""
    covariance = np.array([[float(x) for x in row] for row in matrix])
    law = multivariate_normal(np.zeros(len(matrix)), (covariance + covariance.T) / 2, seed=1)
    return float(law.cdf(np.zeros(len(matrix))))


def along_the_path(matrix: Matrix, goal: int = 50) -> arb:
    """Without the shortcut for one factor."""
    return Orthants(matrix, goal).probability(tuple(range(len(matrix))))


@pytest.mark.parametrize("n", [6, 7])
def test_equicorrelation_one_half(n: int) -> None:
    with precision(80):
        half = [[arb(1) if i == j else arb(0.5) for j in range(n)] for i in range(n)]
        for value in (along_the_path(half), orthant_probability_ball(half)):
            assert value.contains(arb(1) / (n + 1))
            assert value.rad() < 1e-13


@pytest.mark.parametrize("n", [6, 7])
def test_the_chamber_of_the_symmetric_group_and_alternating_orders(n: int) -> None:
    zigzag = {6: 272, 7: 1385}[n]
    with precision(57):
        for sign, count in ((-1, 1), (1, zigzag)):
            value = orthant_probability_ball(chain(n, arb(sign) / 2))
            assert value.contains(arb(count) / factorial(n + 1))
            assert value.rad() < 1e-15


@pytest.mark.parametrize(("n", "rank"), [(6, 9), (6, 6), (7, 9)])
def test_random_matrices_against_scipy(n: int, rank: int) -> None:
    rows = np.random.default_rng(n + rank).integers(-5, 6, size=(n, rank))
    with precision(57):
        matrix = integer_gram(rows)
        value = orthant_probability_ball(matrix)
    assert value.rel_accuracy_bits() > 34  # ten digits
    assert abs(float(value) - by_scipy(matrix)) < 2e-5


def test_flips_of_a_sign_add_up() -> None:
    """The identity with five variables, which rests on other integrals."""
    rows = np.random.default_rng(5).integers(-4, 5, size=(6, 8))
    with precision(57):
        one, other = (
            orthant_probability_ball(integer_gram(x)) for x in (rows, rows * [[-1]] + 2 * rows * _but_first(6))
        )
        assert (one + other).overlaps(orthant_probability_ball(integer_gram(rows[1:])))


def _but_first(n: int) -> np.ndarray:
    return np.array([[int(i > 0)] for i in range(n)])


def test_the_value_does_not_depend_on_precision_or_goal() -> None:
    rows = np.random.default_rng(6).integers(-4, 5, size=(6, 7))
    found = []
    for bits in (40, 57, 120):
        with precision(bits):
            found.append(orthant_probability_ball(integer_gram(rows)))
    with precision(300):
        assert found[0].overlaps(found[2])
        assert found[1].overlaps(found[2])
        assert found[2].rad() < 1e-30
        rough = along_the_path(integer_gram(rows), 12)
        assert rough.overlaps(found[2])
        assert rough.rad() < 1e-2


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("n", [4, 6])
def test_one_factor_models_agree_with_the_path(n: int, sign: int) -> None:
    with precision(90):
        sizes = [arb(x) / (100 if sign > 0 else 250) for x in (60, 80, -50, 20, 90, 70)[:n]]
        matrix = one_factor(sizes, sign)
        found = loadings(matrix)
        assert found is not None
        assert found[0] == sign
        value = one_factor_probability(*found, 70)
        assert value is not None
        assert value.rad() < 1e-18
        path = along_the_path(matrix, 70)
        assert path.rad() < 1e-18
        assert abs(value - path) < 1e-17  # the loadings are rounded to exact numbers


def test_one_factor_models_of_any_size() -> None:
    with precision(57):
        for n in (12, 30):
            value = orthant_probability_ball([[arb(1) if i == j else arb(0.5) for j in range(n)] for i in range(n)])
            assert value.contains(arb(1) / (n + 1))
            assert value.rad() < 1e-15
        # near -1/(n - 1), where the matrix is singular, the probability is near 0
        value = orthant_probability_ball([[arb(1) if i == j else -arb(1) / 16 for j in range(12)] for i in range(12)])
        assert value > 0
        assert value < arb(2) ** -12


def test_correlations_that_are_no_one_factor_model() -> None:
    with precision(57):
        assert loadings(chain(4, arb(0.5))) is None
        assert loadings(integer_gram(np.random.default_rng(7).integers(1, 6, size=(4, 4)))) is None


def test_the_derivative_along_the_path_is_within_its_bound_at_complex_points() -> None:
    r"""n = 2: P = 1/4 + arcsin(t r)/(2 pi) at t = T tanh z has |dP/dz| <= 2 cos^-2 y in the strip; T = 1/r is worst."""
    with precision(57):
        for y in (0.0, 0.5, 1.0, 1.4):
            for x in (0.0, 0.7, 3.0):
                z = acb(x, y)
                for inverse in (acb(1), acb(0.6)):
                    t, slope = z.tanh(), 1 - z.tanh() ** 2
                    value = abs(inverse * slope / (1 - inverse**2 * t * t).sqrt() / (2 * arb.pi()))
                    assert value < 2 / arb(y).cos() ** 2


def test_the_rule_states_an_error_that_holds() -> None:
    r"""g(t) = t^2 with T = 2: |g dt/dz| = 8 |sinh^2/cosh^4| <= 8 cosh^2 x/(cosh^2 x - sin^2 y)^2 <= 8/cos^4 y."""
    with precision(120):
        errors = []
        for goal in (8, 20, 40, 80):
            rule = path_rule(arb(3) / 4, 8.0, 4, goal)
            errors.append(rule.error)
            assert abs(sum((t2 * w for t2, _, w in rule.nodes), arb(0)) - arb(1) / 3) <= rule.error
            assert rule.error < arb(2) ** -goal
        assert errors == sorted(errors, key=float, reverse=True)
        assert ctx.prec == 120


@pytest.mark.parametrize("rank", [2, 3])
def test_singular_matrices_of_six_variables(rank: int) -> None:
    """Directions in the plane or in space; in the plane the probability is the angle of a wedge."""
    rows = np.array([[5, 0, 0], [4, 1, 0], [3, 2, 0], [3, -1, 0], [4, 3, 0], [2, 3, 0]])
    rows[:, 2] = 0 if rank == 2 else [1, -1, 1, 0, 1, 0]
    with precision(37):
        value = orthant_probability_ball(integer_gram(rows))
        assert value.rad() < 1e-9
        if rank == 2:  # the directions from (3, -1) to (2, 3) are spread furthest
            spread = arb.atan2(arb(1), arb(3)) + arb.atan2(arb(3), arb(2))
            assert value.overlaps((arb.pi() - spread) / (2 * arb.pi()))
    z = np.random.default_rng(3).normal(size=(200_000, 3))
    fraction = float((z @ rows.T > 0).all(axis=1).mean())
    assert abs(float(value) - fraction) < 6 * (0.25 / 200_000) ** 0.5


def test_many_variables_of_no_definite_matrix() -> None:
    with precision(57), pytest.raises(DomainError, match="semidefinite"):
        orthant_probability_ball([[arb(1) if i == j else -arb(0.3) for j in range(11)] for i in range(11)])


@pytest.mark.slow
@pytest.mark.parametrize("n", [8, 9])
def test_eight_and_nine_variables(n: int) -> None:
    with precision(57):
        half = [[arb(1) if i == j else arb(0.5) for j in range(n)] for i in range(n)]
        assert along_the_path(half).contains(arb(1) / (n + 1))
        matrix = integer_gram(np.random.default_rng(n).integers(-5, 6, size=(n, n + 5)))
        value = orthant_probability_ball(matrix)
        assert value.rel_accuracy_bits() > 34
    assert abs(float(value) - by_scipy(matrix)) < 2e-5


def test_the_correlations_of_each_test_are_symmetric() -> None:
    rows = np.random.default_rng(9).integers(-5, 6, size=(6, 6))
    with precision(57):
        matrix = integer_gram(rows)
        assert all(matrix[i][j].overlaps(matrix[j][i]) for i, j in combinations(range(6), 2))
