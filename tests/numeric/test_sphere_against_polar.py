"""Sampling on the sphere: against quadrature, for coverage, and for the refusal of ranges that are lies."""

from __future__ import annotations

import math

import numpy as np
import pytest

from numeric import (
    HomogeneousPart,
    NotHomogeneousError,
    NumericError,
    RangeError,
    ShapeError,
    polar_quadrature,
    relu,
    sphere_mean,
)
from numeric import sphere as sphere_module
from numeric.arguments import FloatArray

THETA = 0.8
PAIR = np.array([[1.0, 0.0, 0.0], [math.cos(THETA), math.sin(THETA), 0.0]])
LEVEL = 1e-6


def kernel(x: FloatArray) -> FloatArray:
    """relu(w.x) relu(v.x) for the unit vectors of PAIR, in [0, 1] on the sphere."""
    return relu(x @ PAIR[0]) * relu(x @ PAIR[1])


def test_kernel_agrees_with_quadrature() -> None:
    sampled = sphere_mean([HomogeneousPart(2, kernel, 0.0, 1.0)], 3, 100_000, seed=1, level=LEVEL)
    exact = polar_quadrature(lambda u, v: relu(u) * relu(v), (1.0, 1.0), THETA)
    gap = abs(np.asarray(sampled.value) - np.asarray(exact.value))
    assert gap <= np.asarray(sampled.error) + np.asarray(exact.error)
    assert np.asarray(sampled.error) < 0.02
    assert (sampled.kind, sampled.level, sampled.work, sampled.seed) == ("bound", LEVEL, 200_000, 1)


def test_parts_of_several_degrees_add_up() -> None:
    one = HomogeneousPart(1, lambda x: np.abs(x[:, :2]), 0.0, 1.0)
    two = HomogeneousPart(2, lambda x: x[:, :2] ** 2, 0.0, np.ones(2))
    estimate = sphere_mean([one, two], 4, 20_000, seed=2, level=LEVEL)
    truth = math.sqrt(2.0 / math.pi) + 1.0
    assert (np.abs(np.asarray(estimate.value) - truth) <= np.asarray(estimate.error)).all()


def test_bound_covers_as_often_as_it_promises() -> None:
    """200 seeds, 10 entries at once: failures at most 200 * level + 4 standard deviations (and in fact rare)."""
    level, seeds, dim = 0.3, 200, 5
    part = HomogeneousPart(2, lambda x: relu(x)[:, :, None] * relu(x)[:, None, :], 0.0, 1.0)
    truth = np.full((dim, dim), 1.0 / (2.0 * math.pi)) + np.eye(dim) * (0.5 - 1.0 / (2.0 * math.pi))
    misses = 0
    for seed in range(seeds):
        estimate = sphere_mean([part], dim, 300, seed, level)
        misses += bool((np.abs(np.asarray(estimate.value) - truth) > np.asarray(estimate.error)).any())
    assert misses <= seeds * level + 4.0 * math.sqrt(seeds * level * (1.0 - level))


def test_bound_is_not_vacuous() -> None:
    """For large n it exceeds the normal half-width by sqrt(2 ln(4/level))/4.892, 13 %, and a little range term."""
    n = 800_000
    estimate = sphere_mean([HomogeneousPart(2, kernel, 0.0, 1.0)], 3, n, seed=3, level=LEVEL)
    points = np.random.default_rng(4).standard_normal((n, 3))
    points *= math.sqrt(3.0) / np.linalg.norm(points, axis=1, keepdims=True)
    deviation = float(((kernel(points) + kernel(-points)) / 2.0).std())
    normal = 4.892 * deviation / math.sqrt(n)  # two-sided normal quantile of 1e-6
    assert normal <= np.asarray(estimate.error) <= 1.2 * normal


def test_half_width_is_maurer_and_pontils() -> None:
    """A coin: relu and step on a line take one value a pair, so only the range term is left."""
    n, level = 101, 0.05
    estimate = sphere_mean(
        [HomogeneousPart(0, lambda x: np.heaviside(x[:, 0], 0.0), 0.0, 1.0)], 1, n, seed=0, level=level
    )
    assert estimate.value == 0.5
    assert estimate.error == pytest.approx(7.0 * math.log(4.0 / level) / (3.0 * (n - 1)), rel=1e-10)


def test_variance_term_on_a_sample_computed_by_hand() -> None:
    n, level = 50, 0.05
    part = HomogeneousPart(2, lambda x: x[:, 0] ** 2, 0.0, 1.0)
    points = np.random.default_rng(9).standard_normal((n, 2))
    sample = 2.0 * points[:, 0] ** 2 / (points**2).sum(axis=1)
    log = math.log(4.0 / level)
    expected = math.sqrt(2.0 * sample.var(ddof=1) * log / n) + 7.0 * 2.0 * log / (3.0 * (n - 1))
    estimate = sphere_mean([part], 2, n, seed=9, level=level)
    assert estimate.value == pytest.approx(sample.mean(), rel=1e-13)
    assert estimate.error == pytest.approx(expected, rel=1e-12)


def test_chunks_do_not_change_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    part = HomogeneousPart(2, kernel, 0.0, 1.0)
    whole = sphere_mean([part], 3, 1000, seed=5, level=LEVEL)
    monkeypatch.setattr(sphere_module, "MEMORY", 8 * 4 * 37)
    pieces = sphere_mean([part], 3, 1000, seed=5, level=LEVEL)
    assert pieces.value == pytest.approx(whole.value, rel=1e-13)
    assert pieces.error == pytest.approx(whole.error, rel=1e-12)


def test_a_generator_is_accepted_but_leaves_no_seed() -> None:
    part = HomogeneousPart(2, kernel, 0.0, 1.0)
    estimate = sphere_mean([part], 3, 100, np.random.default_rng(5), LEVEL)
    assert estimate.seed is None
    assert estimate.value == sphere_mean([part], 3, 100, 5, LEVEL).value


def test_false_declarations_are_refused() -> None:
    with pytest.raises(RangeError, match="bound is computed from that range"):
        sphere_mean([HomogeneousPart(2, kernel, 0.0, 0.25)], 3, 1000, 0, LEVEL)
    with pytest.raises(NotHomogeneousError, match="degree 1"):
        sphere_mean([HomogeneousPart(1, kernel, 0.0, 1.0)], 3, 1000, 0, LEVEL)
    with pytest.raises(RangeError, match="low <= high"):
        HomogeneousPart(2, kernel, 1.0, 0.0)
    parts = [HomogeneousPart(2, kernel, 0.0, 1.0), HomogeneousPart(1, np.abs, 0.0, 1.0)]
    with pytest.raises(ShapeError, match="one common shape"):
        sphere_mean(parts, 3, 1000, 0, LEVEL)
    with pytest.raises(ShapeError, match="low has shape"):
        sphere_mean([HomogeneousPart(2, kernel, np.zeros(2), 1.0)], 3, 1000, 0, LEVEL)


@pytest.mark.parametrize(
    ("dim", "n", "seed", "level"), [(0, 10, 0, 0.1), (3, 1, 0, 0.1), (3, 10, -1, 0.1), (3, 10, 0, 0.0)]
)
def test_unusable_numbers_are_refused(dim: int, n: int, seed: int, level: float) -> None:
    with pytest.raises(NumericError):
        sphere_mean([HomogeneousPart(2, kernel, 0.0, 1.0)], dim, n, seed, level)
