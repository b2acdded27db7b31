"""The exact Hessian of the population loss at concrete networks, against differences and samples of the definitions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

import analytic
import numeric
from analytic.errors import ZeroNeuronError

Array = NDArray[np.float64]
LEVEL, SAMPLES = 1e-6, 40_000


def random_rows(generator: np.random.Generator, count: int, dim: int) -> Array:
    """Rows whose entries are eighths, so that both witnesses see the same numbers."""
    return np.asarray(generator.integers(1, 17, (count, dim)) * generator.choice([-1, 1], (count, dim)) / 8.0)


def exactly(rows: Array) -> list[list[Fraction]]:
    """The rows as fractions."""
    return [[Fraction(x) for x in row] for row in rows.tolist()]


def network(seed: int, n: int, k: int, d: int) -> tuple[Array, Array]:
    """A generic network."""
    generator = np.random.default_rng(seed)
    return random_rows(generator, n, d), random_rows(generator, k, d)


LINE = np.array([[1.0, 0.5, -2.0]])
NETWORKS = {
    "one neuron": network(1, 1, 1, 2),
    "two neurons": network(2, 2, 2, 3),
    "more students than teachers": network(3, 3, 1, 2),
    "more teachers than students": network(4, 1, 3, 4),
    "on a line": (np.array([[1.0], [-0.5]]), np.array([[0.25]])),
    "parallel students": (np.vstack([LINE, 2 * LINE]), np.array([[0.5, 1.0, 1.0]])),
    "antiparallel students": (np.vstack([LINE, -LINE / 2]), np.array([[0.5, 1.0, 1.0]])),
    "parallel to a teacher": (np.vstack([LINE, [[0.5, 1.0, 1.0]]]), np.vstack([3 * LINE, -LINE])),
    "at the minimum": (np.eye(3), np.eye(3)),
}


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_samples_agree_entry_by_entry(name: str) -> None:
    W, V = NETWORKS[name]
    exact = analytic.population_hessian(exactly(W), exactly(V))
    sampled = numeric.population_hessian(W, V, SAMPLES, 0, LEVEL)
    assert exact.midpoint.shape == (W.size, W.size)
    assert exact.radius < 1e-25
    assert (np.abs(exact.midpoint - sampled.value) <= sampled.error).all()


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_differences_of_the_gradient_agree(name: str) -> None:
    W, V = NETWORKS[name]
    exact = analytic.population_hessian(exactly(W), exactly(V)).midpoint
    noise = float(np.max(numeric.population_gradient(W, V).error))

    def slope(x: Array) -> Array:
        return np.asarray(numeric.population_gradient(x.reshape(W.shape), V).value).ravel()

    differenced = numeric.jacobian(slope, W.ravel(), noise=noise)
    assert (np.abs(exact - differenced.value) <= differenced.error).all()
    assert float(np.max(differenced.error)) < 1e-4


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_the_gradient_agrees(name: str) -> None:
    W, V = NETWORKS[name]
    exact = analytic.population_gradient(exactly(W), exactly(V)).midpoint
    estimate = numeric.population_gradient(W, V)
    assert (np.abs(exact - estimate.value) <= np.asarray(estimate.error) + 1e-15).all()


def test_parallel_and_antiparallel_blocks_are_the_limits() -> None:
    for name, block in (("parallel students", np.eye(3) / 2), ("antiparallel students", np.zeros((3, 3)))):
        W, V = NETWORKS[name]
        exact = analytic.population_hessian(exactly(W), exactly(V)).midpoint
        assert np.allclose(exact[:3, 3:], block, rtol=0, atol=1e-25)


def type_a() -> tuple[Array, Array]:
    """The three-neuron type A point W = a I + b J, to three digits."""
    return -0.977 * np.eye(3) + 0.659 * np.ones((3, 3)), np.eye(3)


def test_type_a_is_a_saddle_and_the_samples_see_it() -> None:
    W, V = type_a()
    exact = analytic.population_hessian(W.tolist(), V.tolist()).midpoint
    smallest = float(np.linalg.eigvalsh(exact)[0])
    assert abs(smallest - -0.0445) < 1e-3
    sampled = numeric.population_hessian(W, V, SAMPLES, 0, LEVEL)
    assert (np.abs(exact - sampled.value) <= sampled.error).all()
    lowest = numeric.eigenvalues(sampled)
    assert abs(float(np.min(lowest.value)) - smallest) <= float(np.max(lowest.error))


def test_dropping_the_dirac_part_is_contradicted() -> None:
    W, V = type_a()
    exact = analytic.population_hessian(W.tolist(), V.tolist()).midpoint
    dropped = numeric.gauss_newton(W, V, SAMPLES, 0, LEVEL)
    assert (np.abs(exact - dropped.value) > dropped.error).any()
    assert float(np.linalg.eigvalsh(np.asarray(dropped.value))[0]) > 0.05, "it shows a minimum where there is a saddle"


def test_at_the_minimum_the_dirac_part_vanishes() -> None:
    W, V = NETWORKS["at the minimum"]
    exact = analytic.population_hessian(exactly(W), exactly(V)).midpoint
    dropped = numeric.gauss_newton(W, V, SAMPLES, 0, LEVEL)
    assert (np.abs(exact - dropped.value) <= dropped.error).all()


@pytest.mark.parametrize("at", [0, 1])
def test_a_zero_neuron_is_refused_by_both(at: int) -> None:
    W, V = np.array([[1.0, 2.0], [3.0, 1.0]]), np.eye(2)
    W[at] = 0.0
    for refused in (analytic.population_hessian, analytic.population_gradient):
        with pytest.raises(ZeroNeuronError, match=f"student {at}"):
            refused(W.tolist(), V.tolist())
    with pytest.raises(numeric.ZeroNeuronError):
        numeric.population_hessian(W, V, SAMPLES, 0, LEVEL)
