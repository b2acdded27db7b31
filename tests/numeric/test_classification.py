"""End points up to permutations: canonical order, alignment, classes, kinds."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from numeric.canonical import aligned, canonical_form, canonical_order
from numeric.classification import align_points, equivalent_points, point_kind, signature
from numeric.errors import DomainError, NonFiniteError, ShapeError, ZeroNeuronError
from numeric.hessian_product import HessianProduct
from numeric.student_teacher import population_loss

Array = NDArray[np.float64]


def shuffled(W: Array, k: int, rng: np.random.Generator, noise: float = 0.0) -> Array:
    """W with rows and the first k columns permuted, and noise."""
    columns = [*rng.permutation(k), *range(k, W.shape[1])]
    moved = W[rng.permutation(len(W))][:, columns]
    return np.asarray(moved + noise * rng.uniform(-1, 1, W.shape), dtype=np.float64)


def cycle(lengths: tuple[int, ...]) -> Array:
    """Adjacency matrix of disjoint cycles, plus the identity times two: one colour for all rows and columns."""
    size = sum(lengths)
    found, start = 2.0 * np.eye(size), 0
    for length in lengths:
        for i in range(length):
            j = (i + 1) % length
            found[start + i, start + j] = found[start + j, start + i] = 1.0
        start += length
    return found


# canonical order


@settings(deadline=None, max_examples=150)
@given(
    seed=st.integers(0, 10**6), n=st.integers(1, 5), k=st.integers(1, 4), more=st.integers(0, 1), top=st.integers(1, 3)
)
def test_the_canonical_form_forgets_permutations(seed: int, n: int, k: int, more: int, top: int) -> None:
    rng = np.random.default_rng(seed)
    W = rng.integers(-top, top + 1, (n, k + more)).astype(np.float64)
    other = shuffled(W, k, rng)
    assert np.array_equal(canonical_form(W, k, 1e-9), canonical_form(other, k, 1e-9))
    found = aligned(other, W, k, 1e-9)
    assert found is not None
    assert found.distance == 0.0
    assert np.array_equal(other[np.ix_(*found.order)], W)


@settings(deadline=None, max_examples=150)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 3), k=st.integers(1, 3))
def test_alignment_finds_what_trying_all_permutations_finds(seed: int, n: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    W, other = rng.integers(0, 2, (2, n, k)).astype(np.float64)
    everything = [W[np.ix_(p, q)] for p in permutations(range(n)) for q in permutations(range(k))]
    exists = any(np.array_equal(x, other) for x in everything)
    assert (aligned(W, other, k, 1e-9) is not None) == exists


def test_patterns_that_refinement_does_not_tell_apart() -> None:
    rng = np.random.default_rng(0)
    ring, pair = cycle((6,)), cycle((3, 3))
    assert aligned(ring, pair, 6, 1e-9) is None
    for W in (ring, pair):
        found = aligned(shuffled(W, 6, rng), W, 6, 1e-9)
        assert found is not None
        assert found.distance == 0.0


@pytest.mark.slow
def test_a_pattern_too_regular_for_the_search_is_refused() -> None:
    with pytest.raises(DomainError, match="regular"):
        canonical_order(cycle((3,) * 8))


def test_large_classes_come_first_and_neurons_at_their_teachers() -> None:
    W = np.full((6, 6), -0.05) + 1.03 * np.eye(6)
    W[:, 5], W[5, :], W[5, 5] = 0.3, 0.2, -0.6
    rng = np.random.default_rng(1)
    assert np.array_equal(canonical_form(shuffled(W, 6, rng, 1e-9), 6, 1e-7).round(6), W)


# classes


@pytest.mark.parametrize("shape", [(3, 3), (5, 5), (6, 4)])
def test_shuffled_copies_are_one_class(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(2)
    bases = [rng.standard_normal(shape) for _ in range(4)]
    order = rng.integers(0, 4, 60).tolist()
    points = [shuffled(bases[b], shape[1], rng, 1e-8) for b in order]
    found = equivalent_points(points, shape[1])
    assert len(found) == len(set(order))
    assert all(len({order[i] for i in e.members}) == 1 for e in found)
    assert sorted(i for e in found for i in e.members) == list(range(60))
    assert all(0 < e.spread <= 2e-8 for e in found if len(e.members) > 1)
    assert [e.representative for e in found] == [e.members[0] for e in found]


def test_the_same_entries_in_another_pattern_are_another_class() -> None:
    first, second = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 2.0], [4.0, 3.0]])
    assert np.array_equal(signature(first, 2), signature(second, 2))
    assert len(equivalent_points([first, second], 2)) == 2


def test_the_tolerance_decides() -> None:
    near = np.eye(3)
    near[0, 1] += 1e-4
    assert len(equivalent_points([np.eye(3), near], 3)) == 2
    assert len(equivalent_points([np.eye(3), near], 3, 1e-3)) == 1


def test_beyond_the_teachers_rotations_count_as_permutations_do() -> None:
    rng = np.random.default_rng(4)
    W = rng.standard_normal((3, 5))
    turn = np.linalg.qr(rng.standard_normal((3, 3)))[0]
    other = shuffled(W, 2, rng)
    other[:, 2:] @= turn
    assert len(equivalent_points([W, other], 2)) == 1
    bent = other.copy()
    bent[0, 2:] = -bent[0, 2:]  # the same lengths, other scalar products
    assert np.abs(signature(bent, 2) - signature(W, 2)).max() < 1e-12
    assert len(equivalent_points([W, bent], 2)) == 2


@settings(deadline=None, max_examples=100)
@given(seed=st.integers(0, 10**6), noise=st.floats(1e-9, 1.0))
def test_signatures_are_no_further_apart_than_points(seed: int, noise: float) -> None:
    rng = np.random.default_rng(seed)
    W = rng.standard_normal((3, 5))
    other = shuffled(W, 3, rng, noise)
    difference = np.abs(signature(W, 3) - signature(other, 3))
    assert difference[:9].max() <= noise * (1 + 1e-12)
    assert difference[9:].max() <= noise * math.sqrt(2) * (1 + 1e-12)


# kinds


def test_the_kind_of_the_global_minimum_and_of_a_saddle() -> None:
    best = point_kind(np.eye(4)[[2, 0, 1, 3]])
    assert best.partition.sizes == (4,)
    assert best.spectrum.index == 0
    assert abs(float(best.loss.value)) <= float(best.loss.error) < 1e-12
    assert best.distance < 1e-12
    x = (math.sqrt(2) - math.acos(1 / math.sqrt(3)) + math.pi) / (3 * math.pi)  # all neurons equal, k = 3
    equal = point_kind(np.full((3, 3), x))
    assert equal.gradient < 1e-14
    assert equal.partition.copies == ((0, 1, 2),)
    assert equal.spectrum.smallest.value < 0


def test_far_from_a_critical_point_nothing_is_claimed_about_one() -> None:
    kind = point_kind(np.diag([1.0, 1.3, 0.8]))
    assert kind.gradient > 0.05
    assert kind.distance == math.inf or kind.spectrum.index is None


@pytest.mark.parametrize("slope", [-1.0, 0.2])
def test_other_slopes(slope: float) -> None:
    W = np.array([[1.0, 0.2, -0.1], [0.3, -0.8, 0.4]])
    kind = point_kind(W, 2, slope)
    product = HessianProduct(W, np.eye(2, 3), slope)
    dense = np.linalg.eigvalsh(np.stack([product(e) for e in np.eye(6)]))
    assert abs(float(kind.spectrum.smallest.value) - dense[0]) <= float(kind.spectrum.smallest.error) + product.noise
    x = np.random.default_rng(0).standard_normal((200_000, 3))
    residual = sum((np.maximum(x @ w, slope * (x @ w)) for w in W), np.zeros(len(x)))
    residual -= sum(np.maximum(x[:, j], slope * x[:, j]) for j in range(2))
    sample = residual**2 / 2.0
    assert abs(sample.mean() - float(kind.loss.value)) < 6 * sample.std() / math.sqrt(len(x))
    assert float(kind.loss.value) != population_loss(W, np.eye(2, 3)).value


def test_what_is_refused() -> None:
    with pytest.raises(NonFiniteError):
        equivalent_points([[[math.nan]]], 1)
    with pytest.raises(ShapeError, match="shapes"):
        equivalent_points([np.eye(2), np.eye(3)], 2)
    with pytest.raises(ShapeError, match="k <= d"):
        equivalent_points([np.eye(2)], 3)
    with pytest.raises(DomainError, match="tolerance"):
        equivalent_points([np.eye(2)], 2, 0.0)
    with pytest.raises(ZeroNeuronError):
        point_kind(np.zeros((2, 2)))
    with pytest.raises(NonFiniteError):
        point_kind(np.eye(2), slope=math.nan)
    with pytest.raises(ShapeError, match="other"):
        aligned(np.eye(2), np.eye(3))
    with pytest.raises(ShapeError, match="k <= d"):
        canonical_order(np.eye(2), 3)
    assert equivalent_points([], 2) == ()
    assert align_points(np.eye(2), 3 * np.eye(2), 2) is None
