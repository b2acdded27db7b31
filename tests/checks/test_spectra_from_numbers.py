"""Spectra from numbers, dense and by Lanczos's method, against the exact spectra of critical points."""

from __future__ import annotations

import numpy as np
import pytest

from analytic import find_point, spectrum
from numeric.classification import point_kind
from numeric.clusters import clustered_spectrum
from numeric.hessian_product import HessianProduct
from numeric.kink_hessian import integrated_hessian
from numeric.lanczos import ritz_values
from numeric.stochastic_lanczos import LEAK, spectral_distribution

POINTS = [("II", 12, None), ("II:3", 12, None), ("A", 9, None), ("I", 9, None), ("II", 7, 9), ("II", 5, None)]


def exact_rows(at: str, k: int, d: int | None) -> list[tuple[float, int]]:
    """Distinct eigenvalues of the exact witness with their multiplicities, ascending."""
    rows = sorted((float(r.value.midpoint), int(r.multiplicity)) for r in find_point(at, k, d).spectrum(20).rows)
    found: list[tuple[float, int]] = []
    for value, count in rows:
        if found and value - found[-1][0] < 1e-15:  # two components may share an eigenvalue
            found[-1] = value, found[-1][1] + count
        else:
            found.append((value, count))
    return found


@pytest.mark.parametrize(("at", "k", "d"), POINTS)
def test_multiplicities_are_recovered_from_the_dense_matrix(at: str, k: int, d: int | None) -> None:
    point, rows = find_point(at, k, d), exact_rows(at, k, d)
    found = point_kind(point.matrix(), k).spectrum
    assert found.multiplicities == tuple(count for _, count in rows)
    for cluster, (value, _) in zip(found.clusters, rows, strict=True):
        assert cluster.low <= value <= cluster.high
        assert cluster.high - cluster.low < 1e-7
    assert found.index == point.spectrum().index


@pytest.mark.parametrize("k", [3, 8])
def test_multiplicities_at_the_global_minimum(k: int) -> None:
    found = clustered_spectrum(integrated_hessian(np.eye(k), np.eye(k)))
    exact = spectrum(k, k).eigenvalues()
    values, counts = np.unique(exact.round(12), return_counts=True)
    assert found.multiplicities == tuple(counts.tolist())
    assert all(c.low - 1e-12 <= v <= c.high + 1e-12 for c, v in zip(found.clusters, values, strict=True))


@pytest.mark.parametrize(("at", "k", "d"), POINTS)
def test_lanczos_finds_the_ends_and_every_distinct_eigenvalue(at: str, k: int, d: int | None) -> None:
    point, rows = find_point(at, k, d), exact_rows(at, k, d)
    product = HessianProduct(point.matrix(), np.eye(k, point.d))
    found = ritz_values(product, product.size, 40, seed=0, level=1e-6, noise=product.noise)
    for end, value in ((found.smallest, rows[0][0]), (found.largest, rows[-1][0])):
        assert abs(float(end.value) - value) <= float(end.error) < 1e-5  # the start may be as unlucky as 1e-6
    values = np.array([value for value, _ in rows])
    assert (np.abs(found.values[:, None] - values).min(axis=1) <= found.residuals).all()
    assert np.abs(found.values[:, None] - values).min(axis=0).max() < 1e-9


def test_a_large_spectrum_without_the_matrix() -> None:
    point = find_point("II", 60)
    product = HessianProduct(point.matrix(), np.eye(60))
    exact = point.spectrum(12).eigenvalues()
    found = spectral_distribution(product, product.size, 6, 40, seed=0, level=1e-6, noise=product.noise)
    at = np.linspace(exact[0] - 0.1, exact[-1] + 0.1, 400)
    at = at[np.abs(at[:, None] - exact).min(axis=1) > 1e-3]  # at a jump the bracket holds both of its ends
    F = (exact <= at[:, None]).mean(axis=1)
    low, high = found.cumulative(at)
    assert (low <= F).all()
    assert (high >= F).all()
    assert (high - low).max() <= 2 * found.margin + 4.1 * LEAK < 0.08


@pytest.mark.slow
def test_forty_thousand_weights() -> None:
    point = find_point("II", 200)
    product = HessianProduct(point.matrix(), np.eye(200))
    exact = point.spectrum(12)
    found = ritz_values(product, product.size, 40, seed=0, level=1e-6, noise=product.noise)
    values = [float(r.value.midpoint) for r in exact.rows]
    assert abs(float(found.smallest.value) - min(values)) <= float(found.smallest.error)
    assert abs(float(found.largest.value) - max(values)) <= float(found.largest.error)
    assert float(found.smallest.error) < 1e-6
