"""The angle primitive, accurate where arccos of a rounded cosine is not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric import NonFiniteError, ShapeError, ZeroNeuronError, angle_between, pairwise_angles
from numeric.arguments import EPS

thetas = st.floats(1e-300, math.pi)
scales = st.sampled_from([1e-300, 1e-200, 1.0, 3.0, 1e200, 1e300])


@given(theta=st.floats(1e-150, 1e-3), scale=scales)
def test_small_angles_keep_their_digits(theta: float, scale: float) -> None:
    angle = angle_between([scale, 0.0], [1.0, math.tan(theta)])
    assert angle.theta == pytest.approx(theta, rel=16 * EPS, abs=0.0)
    assert angle.sin == pytest.approx(math.sin(theta), rel=16 * EPS, abs=0.0)


@given(theta=thetas, scale=scales)
def test_angle_cosine_and_sine_agree_with_the_circle(theta: float, scale: float) -> None:
    angle = angle_between([scale, 0.0], [math.cos(theta), math.sin(theta)])
    assert abs(angle.theta - theta) <= 8 * EPS
    assert abs(angle.cos - math.cos(theta)) <= 8 * EPS
    assert abs(angle.sin - math.sin(theta)) <= 8 * EPS


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
def test_parallel_and_opposite_are_exact(scale: float) -> None:
    w = np.array([0.1, 0.2, 0.7])
    assert angle_between(w, w * 2.0).theta == 0.0
    assert angle_between(scale * w, -scale * w).theta == math.pi
    assert angle_between(scale * w, -scale * w).sin == 0.0


def test_matrix_and_vector_forms_agree() -> None:
    rng = np.random.default_rng(0)
    W, V = rng.standard_normal((3, 5)), rng.standard_normal((4, 5))
    single = [[angle_between(w, v).theta for v in V] for w in W]
    assert np.allclose(pairwise_angles(W, V), single, rtol=0.0, atol=8 * EPS)


def test_refusals() -> None:
    with pytest.raises(ZeroNeuronError, match="no direction"):
        angle_between([0.0, 0.0], [1.0, 0.0])
    with pytest.raises(ShapeError, match="one length"):
        angle_between([1.0], [1.0, 0.0])
    with pytest.raises(NonFiniteError, match="NaN"):
        angle_between([np.nan], [1.0])
