"""Split neurons as one: the function stays, parallel neurons are found whatever their order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.errors import DomainError, ZeroNeuronError
from numeric.merging import merged_neurons


@settings(deadline=None, max_examples=100)
@given(seed=st.integers(0, 10**6), slope=st.sampled_from([0.0, -1.0, 0.2]))
def test_the_function_stays_the_same(seed: int, slope: float) -> None:
    rng = np.random.default_rng(seed)
    base = rng.standard_normal((3, 4))
    factors = rng.uniform(0.1, 2.0, 7) * (rng.choice([-1.0, 1.0], 7) if slope == -1.0 else 1.0)
    W = factors[:, None] * base[rng.integers(0, 3, 7)]
    found = merged_neurons(W, slope)
    x = rng.standard_normal((50, 4))
    first, second = (np.maximum(x @ w.T, slope * (x @ w.T)).sum(axis=1) for w in (W, found.weights))
    assert np.abs(first - second).max() < 1e-12
    assert len(found.weights) <= 3
    assert sorted(i for g in found.groups for i in g) == list(range(7))
    assert found.split == 7 - len(found.weights)


def test_opposite_neurons_are_two_unless_signs_do_not_matter() -> None:
    W = [[1.0, 2.0], [-1.0, -2.0]]
    assert merged_neurons(W).split == 0
    assert merged_neurons(W, slope=-1.0).weights.tolist() == [[2.0, 4.0]]
    assert merged_neurons([[-3.0, 1.0]], slope=-1.0).weights.tolist() == [[3.0, -1.0]]


def test_chains_count_as_parallel_and_the_angle_decides() -> None:
    W = [[np.cos(t), np.sin(t)] for t in (0.0, 0.6e-4, 1.2e-4, 0.01)]
    assert merged_neurons(W).groups == ((0, 1, 2), (3,))
    assert merged_neurons(W, angle=1e-5).split == 0


def test_what_is_refused() -> None:
    with pytest.raises(ZeroNeuronError):
        merged_neurons([[0.0, 0.0]])
    with pytest.raises(DomainError, match="angle"):
        merged_neurons([[1.0, 0.0]], angle=0.2)
