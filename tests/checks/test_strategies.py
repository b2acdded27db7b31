"""The strategies draw what they promise, and bad requests are refused when a test runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from analytic.landscape.isotropy import isotropy
from checks.errors import ClaimError
from checks.strategies import (
    covariance_matrices,
    critical_points,
    near_parallel_pairs,
    partitions,
    step_sizes,
    unit_vectors,
    weight_matrices,
)
from numeric import isotropy_partition

Array = np.ndarray[Any, np.dtype[np.float64]]


@given(st.integers(1, 6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.data())
def test_ranks(sizes: tuple[int, int], data: st.DataObject) -> None:
    rank, n = sizes
    C = data.draw(covariance_matrices(n, rank))
    assert (C == C.T).all()
    assert np.linalg.eigvalsh(C).min() > -1e-12 * max(1.0, np.abs(C).max())
    exact = np.round(16 * C).astype(int)
    assert (exact == 16 * C).all()
    assert int(np.linalg.matrix_rank(C, hermitian=True)) <= rank


def test_every_rank_is_drawn() -> None:
    def of_rank(rank: int) -> Callable[[Array], bool]:
        return lambda C: bool(np.linalg.matrix_rank(C) == rank)

    for rank in (1, 2, 3):
        find(covariance_matrices(3), of_rank(rank))
    find(covariance_matrices(3, 0), lambda C: not C.any())


@given(st.integers(1, 7).flatmap(partitions), st.data())
@settings(max_examples=60, deadline=None)
def test_both_witnesses_find_the_isotropy_of_drawn_weights(parts: tuple[int, ...], data: st.DataObject) -> None:
    W = data.draw(weight_matrices(parts, sum(parts) + data.draw(st.integers(0, 2))))
    assert sorted(isotropy_partition(W, k=sum(parts)).sizes) == sorted(parts) if W.any(axis=1).all() else True
    if W.any(axis=1).all():
        found = isotropy(W, sum(parts))
        assert sorted([*found.sizes.values(), *[1] * sum(b.single for b in found.layout.teachers)]) == sorted(parts)


@pytest.mark.slow
def test_angles_reach_from_parallel_to_the_least() -> None:
    def angle(pair: tuple[Array, Array]) -> float:
        w, v = (x / np.linalg.norm(x) for x in pair)
        return float(2 * np.arctan2(np.linalg.norm(w - v), np.linalg.norm(w + v)))

    near: Callable[[Any], bool]
    for near in (
        lambda p: 0 < angle(p) < 1e-6,
        lambda p: 1e-4 < angle(p) < 1e-2,
        lambda p: 0 < np.pi - angle(p) < 1e-6,
        lambda p: (p[0] / np.linalg.norm(p[0]) == p[1] / np.linalg.norm(p[1])).all(),
    ):
        find(near_parallel_pairs(3), near, settings=settings(max_examples=2000, database=None))
    with pytest.raises(NoSuchExample):
        find(near_parallel_pairs(3), lambda p: 0.2 < angle(p) < 2.9, settings=settings(max_examples=300, database=None))


@given(step_sizes(3.0))
def test_steps(h: float) -> None:
    assert 0 < h <= 20 / 3


def test_steps_reach_both_sides_of_the_edge() -> None:
    find(step_sizes(1.0), lambda h: 1.99999 < h < 2)
    find(step_sizes(1.0), lambda h: 2 < h < 2.00001)
    find(step_sizes(1.0, stable=False), lambda h: h > 2)


@given(critical_points(6, 8, ("II", "global")))
@settings(max_examples=4, deadline=None)
def test_points_are_critical(point: Any) -> None:
    assert point.gradient_size() < 1e-12


@pytest.mark.parametrize(
    "strategy",
    [
        unit_vectors(0),
        near_parallel_pairs(1),
        near_parallel_pairs(3, 2.0),
        covariance_matrices(2, 3),
        partitions(3, 4),
        weight_matrices(()),
        weight_matrices((2, 1), 2),
        critical_points(3, 2),
        step_sizes(-1.0),
    ],
)
def test_bad_requests(strategy: st.SearchStrategy[Any]) -> None:
    @given(strategy)
    @settings(database=None)
    def draw(_: Any) -> None:
        pass

    with pytest.raises(ClaimError, match="expected"):
        draw()
