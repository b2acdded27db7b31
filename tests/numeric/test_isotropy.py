"""Clustering of rows and columns, and the Hessian by quadrature of its definition."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric import (
    DomainError,
    NonFiniteError,
    NumericError,
    ShapeError,
    ZeroNeuronError,
    eigenvalues,
    gauss_newton,
    hessian_change,
    integrated_gauss_newton,
    integrated_hessian,
    isotropy_partition,
    jacobian,
    population_gradient,
    population_hessian,
)
from numeric.arguments import FloatArray


def blocks(sizes: tuple[int, ...], seed: int) -> FloatArray:
    """Weights fixed by simultaneous permutations in blocks, with random values."""
    rng = np.random.default_rng(seed)
    k = sum(sizes)
    W, ends = np.zeros((k, k)), np.cumsum([0, *sizes])
    for a, b in pairwise(ends):
        for c, d in pairwise(ends):
            W[a:b, c:d] = rng.normal()
        W[a:b, a:b] += rng.normal() * np.eye(b - a)
    return W


# ---- isotropy ------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 5), min_size=1, max_size=4), st.integers(0, 2**32 - 1))
def test_blocks_are_found_in_any_order(sizes: list[int], seed: int) -> None:
    W, rng = blocks(tuple(sizes), seed), np.random.default_rng(seed + 1)
    rows, columns = rng.permutation(len(W)), rng.permutation(len(W))
    found = isotropy_partition(W[np.ix_(rows, columns)])
    home = np.repeat(np.arange(len(sizes)), sizes)
    assert sorted(found.sizes) == sorted(sizes)
    assert all(len({home[columns[j]] for j in c}) == 1 for c in found.columns)
    assert sorted(map(len, found.rows)) == sorted(sizes)
    assert all(len({home[rows[i]] for i in c}) == 1 for c in found.rows)
    assert found.copies == ()


def test_equal_rows_are_copies() -> None:
    W = np.vstack([blocks((3, 1), 0), np.full((2, 4), 0.25)])
    found = isotropy_partition(W)
    assert found.columns == ((0, 1, 2), (3,))
    assert found.rows == ((0, 1, 2), (4, 5), (3,))
    assert found.copies == ((4, 5),)


def test_columns_beyond_the_teachers_are_not_permuted_with_them() -> None:
    W = np.ones((2, 3))
    assert isotropy_partition(W, 2).columns == ((0, 1),)
    assert isotropy_partition(W).columns == ((0, 1, 2),)
    W = np.eye(3, 4)
    assert isotropy_partition(W, 3).rows == ((0, 1, 2),)


def test_a_cyclic_matrix_has_no_exchange() -> None:
    """Colours do not tell its columns apart, exchanges do."""
    W = np.array([[0.0, 1.0, 2.0], [2.0, 0.0, 1.0], [1.0, 2.0, 0.0]])
    assert isotropy_partition(W).columns == ((0,), (1,), (2,))


def test_noise_decides_what_is_equal() -> None:
    W = blocks((4, 2), 3)
    noisy = W + np.random.default_rng(0).uniform(-1e-9, 1e-9, W.shape)
    assert isotropy_partition(noisy, noise=1e-9).sizes == (4, 2)
    assert isotropy_partition(noisy).sizes == (1,) * 6
    assert isotropy_partition(W).sizes == (4, 2)


def test_a_small_difference_breaks_the_symmetry() -> None:
    W = blocks((5,), 4)
    W[0, 0] += 1e-12
    assert isotropy_partition(W).sizes == (4, 1)


def test_unusable_weights_are_refused() -> None:
    with pytest.raises(DomainError, match="narrower clusters"):
        isotropy_partition([[0.0, 1.0, 2.0]], noise=0.5)
    with pytest.raises(DomainError, match="error of an entry"):
        isotropy_partition([[0.0, 1.0]], noise=-1.0)
    with pytest.raises(ShapeError, match="k is 3"):
        isotropy_partition([[0.0, 1.0]], 3)
    with pytest.raises(NonFiniteError, match="W"):
        isotropy_partition([[0.0, math.nan]])
    with pytest.raises(NumericError, match="k is 0"):
        isotropy_partition([[0.0, 1.0]], 0)


# ---- the Hessian ---------------------------------------------------------------------------------------------------

NETWORKS = {
    "one neuron": (1, 1, 2),
    "two neurons": (2, 2, 3),
    "on a line": (2, 1, 1),
    "more students": (3, 1, 2),
    "more teachers": (1, 4, 3),
    "six dimensions": (2, 2, 6),
}


def network(name: str) -> tuple[FloatArray, FloatArray]:
    """A generic network."""
    n, k, d = NETWORKS[name]
    rng = np.random.default_rng(n + 10 * k + 100 * d)
    return rng.normal(size=(n, d)), rng.normal(size=(k, d))


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_differences_of_the_gradient_agree(name: str) -> None:
    W, V = network(name)
    H = integrated_hessian(W, V)
    noise = float(np.max(population_gradient(W, V).error))

    def slope(x: FloatArray) -> FloatArray:
        return np.asarray(population_gradient(x.reshape(W.shape), V).value).ravel()

    J = jacobian(slope, W.ravel(), noise=noise)
    assert (np.abs(np.asarray(H.value) - J.value) <= np.asarray(H.error) + J.error).all()
    assert float(np.max(H.error)) < 3e-12
    assert float(np.max(J.error)) < 1e-6


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_samples_agree(name: str) -> None:
    W, V = network(name)
    for quadrature, sampling in ((integrated_hessian, population_hessian), (integrated_gauss_newton, gauss_newton)):
        exact, sampled = quadrature(W, V), sampling(W, V, 20_000, 0, 1e-6)
        assert (np.abs(np.asarray(exact.value) - sampled.value) <= np.asarray(exact.error) + sampled.error).all()


def test_parallel_and_antiparallel_neurons() -> None:
    w = np.array([1.0, 0.5, -2.0])
    for other, block in ((2.0 * w, np.eye(3) / 2.0), (-w / 2.0, np.zeros((3, 3)))):
        H = integrated_hessian(np.vstack([w, other]), np.eye(3))
        assert (np.abs(np.asarray(H.value)[:3, 3:] - block) <= np.asarray(H.error)[:3, 3:]).all()
    alone = integrated_hessian([w], [3.0 * w, -w])
    assert (np.abs(np.asarray(alone.value) - np.eye(3) / 2.0) <= alone.error).all()


def test_a_neuron_across_its_teacher_in_closed_form() -> None:
    r"""At w and v orthogonal in the plane the Dirac part is $-E[\phi(z) z^2]/(\sqrt{2\pi}|w|) = -1/(\pi|w|)$."""
    for norm in (0.5, 1.0, 3.0):
        H = integrated_hessian([[norm, 0.0]], [[0.0, 1.0]])
        assert (np.abs(np.asarray(H.value) - np.diag([0.5, 0.5 - 1.0 / (math.pi * norm)])) <= H.error).all()


def test_the_gauss_newton_matrix_calls_a_saddle_a_minimum() -> None:
    W = -0.977 * np.eye(3) + 0.659 * np.ones((3, 3))
    whole, part = eigenvalues(integrated_hessian(W, np.eye(3))), eigenvalues(integrated_gauss_newton(W, np.eye(3)))
    assert float(np.asarray(whole.value)[0]) == pytest.approx(-0.0445, abs=1e-3)
    assert float(np.asarray(part.value)[0]) == pytest.approx(0.0879, abs=1e-3)


@pytest.mark.parametrize("name", sorted(NETWORKS))
@pytest.mark.parametrize("relative", [1e-2, 1e-5, 1e-9])
def test_small_moves_of_the_neurons_stay_within_the_bound(name: str, relative: float) -> None:
    W, V = network(name)
    steps = np.random.default_rng(0).normal(size=W.shape)
    steps *= relative * np.linalg.norm(W, axis=1, keepdims=True) / np.linalg.norm(steps, axis=1, keepdims=True)
    before, after = integrated_hessian(W, V), integrated_hessian(W + steps, V)
    moved = float(np.linalg.norm(np.asarray(after.value) - before.value, 2))
    noise = float(np.linalg.norm(np.asarray(before.error) + after.error))
    assert moved <= hessian_change(W, V, relative) + noise


def test_what_has_no_hessian_is_refused() -> None:
    W = [[1.0, 0.0], [0.0, 0.0]]
    for refused in (integrated_hessian, integrated_gauss_newton):
        with pytest.raises(ZeroNeuronError, match="row"):
            refused(W, np.eye(2))
    with pytest.raises(ZeroNeuronError, match="row"):
        hessian_change(W, np.eye(2), 1e-3)
    with pytest.raises(DomainError, match="share"):
        hessian_change(np.eye(2), np.eye(2), 0.2)
