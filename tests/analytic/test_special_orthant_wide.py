"""Orthant probabilities of eight and more variables: the functions of sets, in balls and in float64, and bounds."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest
from flint import arb, ctx

from analytic import GaussianLaw, expect
from analytic.balls import precision
from analytic.errors import AccuracyError
from analytic.special.orthant import orthant_probability_ball
from analytic.special.orthant_bounds import orthant_bounds
from analytic.special.orthant_exponential import EXP_ERROR, exponential
from analytic.special.orthant_faces import faces_probability
from analytic.special.orthant_faces_float import float_faces_probability
from analytic.special.orthant_panels import panels, plan
from analytic.special.orthant_path import Orthants

Matrix = list[list[arb]]


def random_correlations(n: int, rank: int, seed: int, small: float = 1.0) -> np.ndarray:
    """Of random directions; the last coordinate is made small, which brings a matrix of full rank close to singular."""
    rows = np.random.default_rng(seed).normal(size=(n, rank))
    rows[:, -1] *= small
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows @ rows.T


def balls(r: np.ndarray) -> Matrix:
    return [[arb(1) if i == j else arb(float(r[min(i, j), max(i, j)])) for j in range(len(r))] for i in range(len(r))]


def equal(n: int, r: float) -> Matrix:
    return [[arb(1) if i == j else arb(r) for j in range(n)] for i in range(n)]


def chain(n: int, r: float) -> Matrix:
    return [[arb(1) if i == j else arb(r) if abs(i - j) == 1 else arb(0) for j in range(n)] for i in range(n)]


def lost_bits(r: np.ndarray) -> int:
    return 4 + int(max(0.0, -np.log2(np.linalg.det(r))))


@pytest.mark.parametrize("n", [4, 5, *(pytest.param(n, marks=pytest.mark.slow) for n in (6, 7))])
def test_balls_float64_and_bounds_hold_the_value_of_the_path(n: int) -> None:
    """14 matrices each: of rank n, n + 1 and 2n, and nearly singular ones; half of the correlations are negative."""
    for seed in range(14):
        rank, small = ((n, 1.0), (n + 1, 1.0), (2 * n, 1.0), (n, 1e-3))[seed % 4]
        r = random_correlations(n, rank, seed, small)
        lost = lost_bits(r)
        with precision(100 + 2 * lost):
            exact = Orthants(balls(r), 50).probability(tuple(range(n)))
            tight, quick = (f(balls(r), 45, lost) for f in (faces_probability, float_faces_probability))
            for value in (tight, quick, orthant_bounds(balls(r))):
                assert value.overlaps(exact)
                assert value.lower() <= exact.upper()
            assert tight.rad() < arb(2) ** -45
            assert quick.rad() < (1e-12 if small == 1.0 else 1e-6)


@pytest.mark.parametrize("n", [2, 3, 9])
def test_equal_correlations_and_orders(n: int) -> None:
    with precision(60):
        for method in (faces_probability, float_faces_probability):
            for matrix, value in ((equal(n, 0.5), arb(1) / (n + 1)), (chain(n, -0.5), 1 / arb(factorial(n + 1)))):
                found = method(matrix, 40, 20)
                assert found.contains(value)
                assert found.rad() < 1e-11


def test_chains_are_no_one_factor_model_but_have_values() -> None:
    """X_i = Y_i - Y_{i+1} all positive is one of 10! orders."""
    with precision(57):
        value = orthant_probability_ball(chain(9, -0.5))
        assert value.contains(1 / arb(factorial(10)))
        assert value.rel_accuracy_bits() > 25


def test_blocks_of_nearly_independent_variables() -> None:
    """The derivative by one of the 25 correlations between the blocks is at most 1/(4 pi sqrt(1 - r^2))."""
    tiny = 2.0**-20
    r = np.kron(np.eye(2), 0.5 * np.ones((5, 5)) + 0.5 * np.eye(5))
    r += np.kron(np.array([[0, 1], [1, 0]]), np.full((5, 5), tiny))
    with precision(50):
        value = orthant_probability_ball(balls(r))
        assert value > arb(1) / 36  # Slepian
        assert value < arb(1) / 36 + 25 * arb(tiny) / 12
        assert value.rad() < 1e-11


def test_flips_of_a_sign_add_up() -> None:
    r = random_correlations(10, 13, 5)
    signs = np.diag([-1.0] + [1.0] * 9)
    with precision(53):
        one, other, rest = (orthant_probability_ball(balls(x)) for x in (r, signs @ r @ signs, r[1:, 1:]))
        assert (one + other).overlaps(rest)
        assert (one + other - rest).rad() < 1e-10


@pytest.mark.parametrize("n", [9, pytest.param(11, marks=pytest.mark.slow)])
def test_random_matrices_against_a_sample(n: int) -> None:
    r = random_correlations(n, n + 4, n)
    r = 0.6 * r + 0.4  # larger probabilities
    count, hits = 1_000_000, 0
    rng, factor = np.random.default_rng(n), np.linalg.cholesky(r)
    for _ in range(10):
        hits += int((rng.normal(size=(count // 10, n)) @ factor.T > 0).all(axis=1).sum())
    with precision(50):
        value = orthant_probability_ball(balls(r))
    share = float(value)
    assert abs(hits / count - share) < 5 * (share * (1 - share) / count) ** 0.5


@pytest.mark.slow
def test_nearly_singular_matrices_of_eight_variables() -> None:
    r = random_correlations(8, 8, 8, 1e-5)
    flipped = np.diag([-1.0] + [1.0] * 7) @ r @ np.diag([-1.0] + [1.0] * 7)
    with precision(57):
        one, other, rest = (orthant_probability_ball(balls(x)) for x in (r, flipped, r[1:, 1:]))
        assert (one + other).overlaps(rest)
        assert one.rad() < 1e-12


@pytest.mark.slow
def test_many_variables_have_bounds() -> None:
    for n in (20, 30):
        r = 0.7 * random_correlations(n, n + 4, n) + 0.3
        with precision(57):
            value = orthant_probability_ball(balls(r))
            assert value.upper() < 0.05
            assert value.lower() >= -1e-15
    with precision(57):
        assert orthant_bounds(equal(20, 0.5)).contains(arb(1) / 21)
        assert orthant_bounds(equal(20, 0.5)).rad() < 1e-9


def test_digits_that_cannot_be_had_leave_an_enclosure() -> None:
    names = [f"x{i}" for i in range(19)]
    rows = [[1 if i == j else "1/2" if abs(i - j) == 1 else 0 for j in range(19)] for i in range(19)]
    found = expect("*".join(f"step({x})" for x in names), law=GaussianLaw.matrix(names, rows))
    with pytest.raises(AccuracyError, match="attribute enclosure") as caught:
        found.at()
    with precision(100):  # that of alternating orders of 20
        assert caught.value.enclosure.arb.contains(_alternating(20) / arb(factorial(20)))
        assert caught.value.enclosure.arb.rad() < 1e-2


def _alternating(n: int) -> int:
    """Euler's zigzag number by the boustrophedon."""
    row = [1]
    for _ in range(n):
        sums = [0]
        for x in reversed(row):
            sums.append(sums[-1] + x)
        row = sums
    return row[-1]


def test_the_exponential_is_as_accurate_as_stated() -> None:
    x = -np.random.default_rng(1).exponential(60.0, 3000).clip(0.0, 699.0)
    with precision(120):
        for a, b in zip(x.tolist(), exponential(x).tolist(), strict=True):
            assert abs(arb(b) / arb(a).exp() - 1) < EXP_ERROR
    assert exponential(np.array([-701.0, -1e300])).tolist() == [0.0, 0.0]


def test_the_panels_state_errors_that_hold() -> None:
    r"""$\int_0^y h \varphi(h s) = \Phi(h y) - 1/2$ for every slope up to the radius."""
    with precision(120):
        found = panels(plan(8.0, 6.0, 3, 30))
        errors = found.errors(1, 0, arb(8))
        count = found.integration.nrows()
        for h in (arb("0.01"), arb(1), arb(8)):
            for k, (half, error) in enumerate(zip(found.halves, errors, strict=True)):
                nodes = found.nodes[k * count : (k + 1) * count]
                rates = [h * (-((h * s) ** 2) / 2).exp() / (2 * arb.pi()).sqrt() for s in nodes]
                integral = half * sum((x * found.integration[i, count - 1] for i, x in enumerate(rates)), arb(0))
                exact = ((h * nodes[-1] / arb(2).sqrt()).erf() - (h * nodes[0] / arb(2).sqrt()).erf()) / 2
                assert abs(integral - exact) <= error
                assert error < 1e-7
    assert ctx.prec == 53


@pytest.mark.slow
@pytest.mark.parametrize("n", [12, 14, 16])
def test_balls_and_float64_agree(n: int) -> None:
    r = random_correlations(n, n + 4, n)
    with precision(100):
        quick = float_faces_probability(balls(r), n + 38, lost_bits(r))
        assert quick.rel_accuracy_bits() > 25
        if n < 16:
            assert quick.overlaps(faces_probability(balls(r), 60, lost_bits(r)))
    signs = np.diag([-1.0] + [1.0] * (n - 1))
    with precision(100):
        other = float_faces_probability(balls(signs @ r @ signs), n + 38, lost_bits(r))
        rest = float_faces_probability(balls(r[1:, 1:]), n + 38, lost_bits(r))
        assert (quick + other).overlaps(rest)
