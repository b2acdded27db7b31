"""Eigenvalues in clusters: counts are right whatever a perturbation of the stated size does, errors cover."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.clusters import clustered_spectrum, eigenvalue_clusters, residual_error
from numeric.errors import DomainError, NonFiniteError, NumericError, ShapeError
from numeric.estimate import Estimate
from numeric.frequency import clopper_pearson
from numeric.kink_hessian import integrated_hessian


@settings(deadline=None, max_examples=60)
@given(
    counts=st.lists(st.integers(1, 4), min_size=1, max_size=5),
    seed=st.integers(0, 10_000),
    size=st.floats(0.0, 0.2),
)
def test_a_perturbation_within_the_error_moves_no_eigenvalue_to_another_cluster(
    counts: list[int], seed: int, size: float
) -> None:
    rng = np.random.default_rng(seed)
    true = np.repeat(np.arange(len(counts), dtype=np.float64), counts)
    basis = np.linalg.qr(rng.standard_normal((len(true), len(true))))[0]
    noise = rng.standard_normal((len(true), len(true)))
    noise += noise.T
    noise *= size / np.linalg.norm(noise, 2)
    matrix = basis @ np.diag(true) @ basis.T + noise
    H = Estimate(matrix, np.abs(noise), "scheme", None, "planted", 1)
    found = clustered_spectrum(H)
    assert sum(found.multiplicities) == len(true)
    for cluster in found.clusters:
        assert ((true >= cluster.low) & (true <= cluster.high)).sum() == cluster.multiplicity
    if 2 * found.error + 2 * size < 1:
        assert found.multiplicities == tuple(counts)


def test_gaps_are_those_of_the_enclosures() -> None:
    first, second, third = eigenvalue_clusters([3.0, 0.0, 1.0, 1.125], 0.125)
    assert (first.gap, second.gap, third.gap) == (0.75, 0.75, 1.625)
    assert (second.low, second.high, second.multiplicity) == (0.875, 1.25, 2)
    assert eigenvalue_clusters([1.0], 0.5)[0].gap == math.inf


def test_index_and_smallest() -> None:
    H = Estimate(np.diag([-1.0, -1.0, 2.0]), np.zeros((3, 3)), "bound", 1e-6, "planted", 1, 0)
    found = clustered_spectrum(H)
    assert found.index == 2
    assert found.smallest.level == 1e-6
    assert abs(float(found.smallest.value) + 1.0) <= float(found.smallest.error) < 1e-13
    assert clustered_spectrum(H, moved=1.5).index is None


def test_a_degenerate_spectrum_has_no_index() -> None:
    W = np.array([[0.5, 0.0], [0.5, 0.0], [0.0, 1.0]])  # a split neuron: a valley of minima
    assert clustered_spectrum(integrated_hessian(W, np.eye(2))).index is None


def test_the_residual_error_covers_the_eigenvalue_routine() -> None:
    rng = np.random.default_rng(3)
    for size in (1, 2, 30):
        true = np.sort(rng.integers(-8, 9, size).astype(np.float64))
        reflection = np.eye(size) - 2.0 / size  # rational entries; with whole eigenvalues all known
        matrix = reflection @ np.diag(true) @ reflection
        matrix = (matrix + matrix.T) / 2.0
        values, vectors = np.linalg.eigh(matrix)
        bound = residual_error(matrix, values, vectors)
        assert np.abs(values - true).max() <= bound < 1e-10
        wrong = values.copy()
        wrong[0] -= 1e-3
        assert residual_error(matrix, wrong, vectors) >= 1e-3


def test_eigenvectors_far_from_orthonormal_are_refused() -> None:
    with pytest.raises(NumericError, match="orthonormal"):
        residual_error(np.eye(2), np.ones(2), np.ones((2, 2)))


def test_what_is_refused() -> None:
    with pytest.raises(DomainError, match="error is"):
        eigenvalue_clusters([1.0], -1.0)
    with pytest.raises(NonFiniteError):
        eigenvalue_clusters([math.nan], 0.1)
    with pytest.raises(ShapeError):
        eigenvalue_clusters([], 0.1)
    square = Estimate(np.eye(2), np.eye(2), "standard_error", None, "planted", 1)
    with pytest.raises(NumericError, match="standard errors"):
        clustered_spectrum(square)
    with pytest.raises(ShapeError):
        clustered_spectrum(Estimate(np.ones(2), np.ones(2), "scheme", None, "planted", 1))
    with pytest.raises(DomainError, match="moved"):
        clustered_spectrum(Estimate(np.eye(2), np.eye(2), "scheme", None, "planted", 1), math.inf)


@pytest.mark.parametrize(("hits", "trials", "alpha"), [(0, 10, 0.05), (3, 10, 0.05), (10, 10, 1e-6), (250, 500, 0.01)])
def test_the_interval_of_clopper_and_pearson_has_the_tails_of_the_binomial(
    hits: int, trials: int, alpha: float
) -> None:
    from scipy.stats import binom

    low, high = clopper_pearson(hits, trials, alpha)
    assert low <= hits / trials <= high
    assert low == 0.0 if hits == 0 else binom.sf(hits - 1, trials, low) == pytest.approx(alpha / 2, rel=1e-9)
    assert high == 1.0 if hits == trials else binom.cdf(hits, trials, high) == pytest.approx(alpha / 2, rel=1e-9)


@pytest.mark.parametrize(("hits", "trials", "alpha"), [(-1, 10, 0.05), (11, 10, 0.05), (1, 0, 0.05), (1, 2, 0.0)])
def test_impossible_counts_are_refused(hits: int, trials: int, alpha: float) -> None:
    with pytest.raises(NumericError):
        clopper_pearson(hits, trials, alpha)
