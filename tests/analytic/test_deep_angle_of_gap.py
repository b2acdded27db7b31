"""Angles of gaps against balls."""

from __future__ import annotations

import numpy as np
import pytest
from flint import arb

from analytic.balls import precision
from analytic.deep.angle_of_gap import angle_of_gap


@pytest.mark.parametrize(("low", "high"), [(-300, -10), (-10, 0)])
def test_small_gaps_keep_their_relative_accuracy(low: float, high: float) -> None:
    """8 units cover 11 additions and multiplications of falling size, two roots and the interpolation."""
    t = 10.0 ** np.random.default_rng(1).uniform(low, high, 300)
    worst(t, 8 * 2.0**-53)


def test_obtuse_angles_are_rounded() -> None:
    t = np.concatenate([np.random.default_rng(2).uniform(1, 2, 300), [1.0, 2.0, np.nextafter(1.0, 2.0)]])
    worst(t, 8 * 2.0**-53)


def worst(t: np.ndarray, allowed: float) -> None:
    theta, sine = angle_of_gap(t)
    with precision(1200):
        for gap, angle, s in zip(t.tolist(), theta.tolist(), sine.tolist(), strict=True):
            exact = 2 * (arb(gap) / 2).sqrt().asin()
            assert abs(arb(angle) / exact - 1) < allowed
            assert abs(arb(s) - exact.sin()) <= allowed * exact.sin() + arb("1e-300")


def test_tiny_angles_are_their_sines() -> None:
    """Otherwise the gap of the next layer could be negative."""
    theta, sine = angle_of_gap(10.0 ** -np.linspace(33, 300, 50))
    assert np.array_equal(theta, sine)
    zero, none = angle_of_gap(np.zeros(()))
    assert (float(zero), float(none)) == (0.0, 0.0)
