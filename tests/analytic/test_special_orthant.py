"""Orthant probabilities: known values, one-factor models, singular matrices, and floats against balls."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.balls import finite, precision
from analytic.errors import DomainError
from analytic.special.orthant import orthant_probability_ball
from analytic.special.orthant_float import orthant_probability

Matrix = list[list[arb]]


def matrix(n: int, entry: Any) -> Matrix:
    """The correlation matrix with entry(i, j) off the diagonal, for i < j."""
    return [[arb(1) if i == j else arb(entry(min(i, j), max(i, j))) for j in range(n)] for i in range(n)]


def gram(angles: list[arb]) -> Matrix:
    """Correlations of directions in the plane: rank 2."""
    return matrix(len(angles), lambda i, j: (angles[i] - angles[j]).cos())


@pytest.mark.parametrize("bits", [53, 200])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_equicorrelation_one_half(n: int, bits: int) -> None:
    with precision(bits):
        value = orthant_probability_ball(matrix(n, lambda *_: 0.5))
        assert value.overlaps(arb(1) / (n + 1))
        assert value.rel_accuracy_bits() >= bits - 6


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_the_chamber_of_the_symmetric_group(n: int) -> None:
    """X_i = Y_i - Y_{i+1} are all positive in one of (n + 1)! orders; with the signs +1/2: alternating orders."""
    zigzag = {2: 2, 3: 5, 4: 16, 5: 61}[n]
    factorial = arb(n + 1).gamma() * (n + 1)
    with precision(53):
        for sign, count in ((-1, 1), (1, zigzag)):
            chain = matrix(n, lambda i, j, s=sign: s * 0.5 if j == i + 1 else 0)
            assert orthant_probability_ball(chain).overlaps(count / factorial)


@pytest.mark.parametrize(
    "loadings",
    [["0.6", "0.8", "-0.5", "0.125"], pytest.param(["0.9", "0.3", "0.2", "0.7", "-0.25"], marks=pytest.mark.slow)],
)
def test_one_factor_models(loadings: list[str]) -> None:
    """X_i = a_i Z + sqrt(1 - a_i^2) Y_i are independent given Z."""
    with mpmath.workdps(40):
        ratios = [mpmath.mpf(a) / mpmath.sqrt(1 - mpmath.mpf(a) ** 2) for a in loadings]
        text = mpmath.nstr(
            mpmath.quad(lambda z: mpmath.npdf(z) * mpmath.fprod(mpmath.ncdf(c * z) for c in ratios), range(-15, 16)), 32
        )
    with precision(100):
        value = orthant_probability_ball(matrix(len(loadings), lambda i, j: arb(loadings[i]) * arb(loadings[j])))
        assert abs(value - arb(text)) < arb(10) ** -26
        assert value.rad() < arb(10) ** -26


@pytest.mark.parametrize("n", [3, 4])
def test_singular_matrices_of_directions_in_the_plane(n: int) -> None:
    """The wedge in which all are positive has the angle pi minus the spread."""
    with precision(53):
        angles = [arb(0), arb(3) / 10, arb(7) / 10, arb(1)][-n:]
        value = orthant_probability_ball(gram(angles))
        assert value.overlaps((arb.pi() - (angles[-1] - angles[0])) / (2 * arb.pi()))
        assert value.rad() < 1e-13


def test_vectors_that_add_up_to_zero_are_never_all_positive() -> None:
    with precision(53):
        value = orthant_probability_ball(matrix(4, lambda *_: -arb(1) / 3))
        assert value.contains(0)
        assert value.rad() < 1e-13


def test_equal_opposite_and_independent_variables() -> None:
    with precision(53):
        half = arb(1) / 2
        assert orthant_probability_ball(matrix(4, lambda *_: 1)) == half
        assert orthant_probability_ball(matrix(2, lambda *_: -1)) == 0
        assert orthant_probability_ball(matrix(9, lambda *_: 0)) == half**9
        pairs = matrix(6, lambda i, j: 0.5 if (i, j) in ((0, 3), (1, 4), (2, 5)) else 0)
        assert orthant_probability_ball(pairs).overlaps((arb(1) / 3) ** 3)


@settings(max_examples=25, deadline=None)
@given(a=st.lists(st.floats(-0.9, 0.9), min_size=6, max_size=6), radius=st.sampled_from(["1e-3", "1e-12"]))
def test_wider_balls_contain_the_value_and_flips_of_a_sign_add_up(a: list[float], radius: str) -> None:
    low = np.zeros((4, 4))
    low[np.tril_indices(4, -1)] = a
    low += np.eye(4)
    low /= np.linalg.norm(low, axis=1, keepdims=True)
    r = low @ low.T
    with precision(53):
        exact = matrix(4, lambda i, j: float(r[i, j]) * 0.99)
        value = orthant_probability_ball(exact)
        wide = orthant_probability_ball(matrix(4, lambda i, j: arb(exact[i][j], radius)))
        assert wide.overlaps(value)
        flipped = orthant_probability_ball(matrix(4, lambda i, j: -exact[i][j] if i == 0 else exact[i][j]))
        assert (value + flipped).overlaps(orthant_probability_ball(matrix(3, lambda i, j: exact[i + 1][j + 1])))
    with precision(150):
        fine = orthant_probability_ball(exact)
        assert fine.overlaps(value)
        assert fine.rad() <= value.rad()


def test_a_ball_around_zero_is_not_taken_for_independence() -> None:
    with precision(53):
        wide, point = (orthant_probability_ball(matrix(4, lambda *_, e=e: e)) for e in (arb(0, "0.01"), arb("0.009")))
        assert wide.contains(point)
        assert wide.rad() > 1e-3


def test_no_correlation_matrices() -> None:
    with precision(53):
        for bad in (matrix(4, lambda *_: -0.4), matrix(2, lambda *_: 1.5), [[arb(1)], [arb(1)]], [[arb(2)]]):
            with pytest.raises(DomainError, match="expected"):
                orthant_probability_ball(bad)
        assert not finite(orthant_probability_ball(matrix(4, lambda *_: arb.nan())))
    for worse in ([[1.0, 2.0], [2.0, 1.0]], np.eye(6), [[1.0, 0.5], [0.4, 1.0]], [1.0], [[np.nan]]):
        with pytest.raises(DomainError, match="expected"):
            orthant_probability(worse)


def test_floats_against_balls() -> None:
    rng = np.random.default_rng(40)
    for n, count in ((2, 700), (3, 700), (4, 700), (5, 20)):
        rows = rng.normal(size=(count, n, 2 * n))
        rows /= np.linalg.norm(rows, axis=-1, keepdims=True)
        r = rows @ np.swapaxes(rows, -1, -2)
        r = (r + np.swapaxes(r, -1, -2)) / 2
        r[:, range(n), range(n)] = 1.0
        fit = (np.abs(r - np.eye(n)).max(axis=(1, 2)) <= 0.9) & (np.linalg.det(r) > 1e-3)
        assert fit.mean() > 0.8
        for one, value in zip(r[fit], orthant_probability(r[fit]), strict=True):
            with precision(53):
                ball = orthant_probability_ball([[arb(float(x)) for x in row] for row in one])
                assert abs(ball - arb(float(value))) < 2e-15
