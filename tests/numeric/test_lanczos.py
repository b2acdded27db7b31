"""Spectra without the matrix: Hessian-vector products, Lanczos's method, the distribution of eigenvalues."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from numeric.differences import jacobian
from numeric.errors import DomainError, NonFiniteError, NumericError, ShapeError, ZeroNeuronError
from numeric.hessian_product import HessianProduct
from numeric.kink_hessian import integrated_gauss_newton, integrated_hessian
from numeric.lanczos import Product, lanczos, ritz_values
from numeric.stochastic_lanczos import LEAK, spectral_distribution
from numeric.student_teacher import population_gradient

Array = NDArray[np.float64]
RNG = np.random.default_rng(5)
LINE = np.array([[1.0, 0.5, -2.0]])
NETWORKS = {
    "generic": (RNG.standard_normal((4, 5)), RNG.standard_normal((3, 5))),
    "at the minimum": (np.eye(3, 4), np.eye(3, 4)),
    "parallel": (np.vstack([LINE, 2 * LINE, -LINE / 2]), np.vstack([LINE, 3 * LINE, [[0.5, 1, 1]]])),
    "nearly parallel": (
        np.vstack([LINE, LINE + np.array([[0, 0, 1e-9]]), LINE + np.array([[0, 3e-13, 0]])]),
        np.eye(2, 3),
    ),
    "on a line": (np.array([[1.0], [-0.5]]), np.array([[0.25]])),
    "a zero teacher": (np.eye(2), np.array([[0.0, 0.0], [1.0, 2.0]])),
}


def assembled(product: HessianProduct) -> Array:
    """The matrix, column by column."""
    return np.stack([product(e) for e in np.eye(product.size)], axis=1)


def times(diagonal: Array) -> Product:
    """A diagonal matrix as a map."""
    return lambda x: np.asarray(diagonal * x, dtype=np.float64)


# products


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_products_are_those_of_the_integrated_hessian(name: str) -> None:
    W, V = NETWORKS[name]
    product, dense = HessianProduct(W, V), integrated_hessian(W, V)
    difference = assembled(product) - np.asarray(dense.value)
    assert np.linalg.norm(difference, 2) <= product.noise + float(np.linalg.norm(np.asarray(dense.error)))
    assert product.noise < 1e-12
    scale = np.linalg.norm(np.asarray(dense.value), 2)
    assert np.linalg.norm(difference, 2) < 1e-13 * scale  # also where neurons are nearly parallel


def test_the_kink_is_in_the_products() -> None:
    a, b = -0.9771935, 0.6590  # near the type A point of three neurons
    W = a * np.eye(3) + b
    least = np.linalg.eigvalsh(assembled(HessianProduct(W, np.eye(3))))[0]
    without = np.linalg.eigvalsh(np.asarray(integrated_gauss_newton(W, np.eye(3)).value))[0]
    assert least < -0.04
    assert without > 0.08


@pytest.mark.parametrize("slope", [0.0, -1.0, 0.2])
def test_products_for_any_slope_are_differences_of_the_gradient(slope: float) -> None:
    W, V = RNG.standard_normal((2, 3)), np.eye(2, 3)

    def gradient(w: Array) -> Array:
        U = w.reshape(W.shape)
        even = (1.0 - slope) ** 2 * np.asarray(population_gradient(U, V).value)
        return np.asarray(even + slope * (U.sum(axis=0) - V.sum(axis=0)), dtype=np.float64).ravel()

    differenced = jacobian(gradient, W.ravel())
    matrix = assembled(HessianProduct(W, V, slope))
    assert (np.abs(matrix - np.asarray(differenced.value)) <= np.asarray(differenced.error) + 1e-12).all()


def test_a_product_keeps_the_shape_and_is_linear() -> None:
    W, V = NETWORKS["generic"]
    product, h = HessianProduct(W, V), RNG.standard_normal((4, 5))
    assert product(h).shape == (4, 5)
    assert np.array_equal(product(h).ravel(), product(h.ravel()))
    assert np.abs(product(2 * h) - 2 * product(h)).max() < 1e-14


def test_products_that_are_refused() -> None:
    with pytest.raises(ZeroNeuronError):
        HessianProduct(np.zeros((1, 2)), np.eye(2))
    with pytest.raises(NonFiniteError):
        HessianProduct([[math.nan, 1.0]], np.eye(2))
    with pytest.raises(DomainError, match="slope"):
        HessianProduct(np.eye(2), np.eye(2), math.inf)
    with pytest.raises(ShapeError):
        HessianProduct(np.eye(2), np.eye(2))(np.ones(3))
    with pytest.raises(NonFiniteError):
        HessianProduct(np.eye(2), np.eye(2))([math.nan, 0, 0, 0])


# Lanczos


def test_all_eigenvalues_of_a_small_matrix() -> None:
    true = np.array([-2.0, 0.5, 1.0, 7.0])
    run = lanczos(lambda x: true * x, np.ones(4), 10)
    assert run.closed
    assert np.abs(run.eigen()[0] - true).max() <= run.defect < 1e-12


def test_a_repeated_eigenvalue_is_found_once() -> None:
    true = np.array([1.0, 1.0, 1.0, 4.0, 4.0])
    run = lanczos(lambda x: true * x, np.arange(1.0, 6.0), 5)
    assert run.closed
    assert len(run.diagonal) == 2


def test_vectors_stay_orthogonal() -> None:
    true = np.concatenate([np.linspace(0, 1, 299), [100.0]])  # an outlier makes plain Lanczos lose orthogonality
    run = lanczos(lambda x: true * x, np.ones(300), 80)
    assert np.abs(run.basis @ run.basis.T - np.eye(80)).max() < 1e-13
    assert (run.eigen()[0] > 50).sum() == 1


@pytest.mark.parametrize("steps", [5, 15, 40, 150])
def test_extreme_eigenvalues_lie_in_their_enclosures(steps: int) -> None:
    rng = np.random.default_rng(steps)
    widths = []
    for seed in range(30 if steps < 150 else 9):
        spectra = (rng.standard_normal(150), rng.integers(0, 5, 150).astype(np.float64), rng.random(150) ** 9)
        true = np.sort(spectra[seed % 3])
        found = ritz_values(times(true), 150, steps, seed, 1e-6)
        for end, truth in ((found.smallest, true[0]), (found.largest, true[-1])):
            assert abs(float(end.value) - truth) <= float(end.error)
            widths.append(float(end.error))
        distances = np.abs(found.values[:, None] - true).min(axis=1)
        assert (distances <= found.residuals).all()
    assert np.median(widths) < {5: 10.0, 15: 1.0, 40: 0.2, 150: 1e-9}[steps]


def test_a_random_start_is_what_the_enclosure_rests_on() -> None:
    true = np.array([0.0, 1.0, 2.0, 3.0])
    run = lanczos(lambda x: true * x, np.array([0.0, 1.0, 1.0, 1.0]), 4)
    assert run.closed
    assert run.eigen()[0][0] > 0.9  # a start without the eigenvector never sees it


def test_the_seed_decides() -> None:
    first, again, other = (ritz_values(lambda x: x * np.arange(50.0), 50, 9, s, 1e-6).values for s in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_runs_that_are_refused() -> None:
    with pytest.raises(DomainError, match="start"):
        lanczos(lambda x: x, np.zeros(3), 2)
    with pytest.raises(DomainError, match="noise"):
        lanczos(lambda x: x, np.ones(3), 2, noise=-1.0)
    with pytest.raises(NonFiniteError):
        lanczos(lambda x: x * math.nan, np.ones(3), 2)
    with pytest.raises(ShapeError):
        lanczos(lambda x: x[:2], np.ones(3), 2)
    with pytest.raises(NumericError, match="steps"):
        lanczos(lambda x: x, np.ones(3), 0)
    with pytest.raises(NumericError, match="size"):
        ritz_values(lambda x: x, 1, 1, 0, 1e-6)
    with pytest.raises(DomainError, match="level"):
        ritz_values(lambda x: x, 3, 1, 0, 0.0)


# distributions

SPECTRA = {
    "even": np.linspace(-1, 1, 500),
    "clusters": np.repeat([0.0, 0.25, 3.0], [100, 380, 20]),
    "normal": np.sort(np.random.default_rng(0).standard_normal(500)),
}


@pytest.mark.parametrize("name", sorted(SPECTRA))
@pytest.mark.parametrize("steps", [6, 60])
def test_the_distribution_lies_in_its_bracket_everywhere(name: str, steps: int) -> None:
    true = SPECTRA[name]
    found = spectral_distribution(lambda x: true * x, 500, 8, steps, seed=1, level=1e-6)
    at = np.concatenate([true, true - 1e-9, true + 1e-9, np.linspace(-2, 4, 301)])
    F = (true <= at[:, None] + 1e-12).mean(axis=1)
    low, high = found.cumulative(at)
    assert (low <= F + 1e-12).all()
    assert (high + 1e-12 >= F).all()
    away = np.abs(at[:, None] - true).min(axis=1) > 1e-8  # at a jump the bracket holds both of its ends
    assert (high - low)[away].max() < (0.9 if steps == 6 else 0.35)
    if name == "clusters":
        assert all(rule.closed for (rule,) in found.rules)
        assert (high - low)[away].max() <= 2 * found.margin + 4.1 * LEAK


def test_more_starts_and_a_larger_matrix_narrow_the_margin() -> None:
    def margin(size: int, starts: int) -> float:
        return spectral_distribution(lambda x: x * np.linspace(0, 1, size), size, starts, 5, 0, 1e-3).margin

    assert margin(400, 40) < margin(400, 10) / 1.9
    assert margin(4000, 10) < margin(400, 10) / 2.5


def test_the_density_is_one() -> None:
    found = spectral_distribution(lambda x: x * np.linspace(0, 1, 200), 200, 4, 20, 0, 1e-3)
    t = np.linspace(-1, 2, 3001)
    assert float(np.trapezoid(found.density(t, 0.05), t)) == pytest.approx(1.0, abs=1e-9)
    assert abs(float(found.density(0.5, 0.1)) - 1.0) < 0.2
    with pytest.raises(DomainError, match="width"):
        found.density(t, 0.0)
