"""One-dimensional rules against the gamma function, and the nodes of the plane."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.plane import plane_nodes
from numeric.rules import DEGREE_TWO, half_line, round_off

angles = st.one_of(
    st.floats(1e-12, math.pi, exclude_max=True),
    st.sampled_from([1e-300, 1e-15, 1e-9, math.pi - 1e-9, np.nextafter(math.pi, 0.0)]),
)


@pytest.mark.parametrize("power", [0, 1])
@pytest.mark.parametrize("degree", range(0, 21, 4))
@pytest.mark.parametrize("order", [16, 24])
def test_radial_moments(power: int, degree: int, order: int) -> None:
    rule = half_line(order, 8, power)
    p = degree + power
    exact = 2.0 ** ((p - 1) / 2.0) * math.gamma((p + 1) / 2.0)
    assert rule.weights @ rule.nodes**degree == pytest.approx(exact, rel=round_off(len(rule.nodes)), abs=0.0)


@given(theta=angles)
def test_no_interior_node_has_the_wrong_sign(theta: float) -> None:
    nodes = plane_nodes(np.asarray(theta), half_line(10, 8, 1), 48)
    per_arc = nodes.x.size // 4
    patterns = [(1.0, 1.0), (-1.0, 1.0)]  # half an arc's nodes are points, half their opposites
    signs = np.sign(nodes.x).reshape(2 * 48, -1), np.sign(nodes.z).reshape(2 * 48, -1)
    half = per_arc // 48
    for arc, (x, z) in enumerate(patterns):
        rows = slice(48 * arc, 48 * (arc + 1))
        assert (signs[0][rows, :half] == x).all()
        assert (signs[1][rows, :half] == z).all()
        assert (signs[0][rows, half:] == -x).all()
        assert (signs[1][rows, half:] == -z).all()


@given(theta=angles)
def test_nodes_lie_in_one_plane(theta: float) -> None:
    nodes = plane_nodes(np.asarray(theta), DEGREE_TWO, 16)
    z = math.cos(theta) * nodes.x + math.sin(theta) * nodes.y
    assert np.allclose(nodes.z, z, rtol=0.0, atol=4.0 * round_off(1))
    assert nodes.weights.sum() == pytest.approx(1.0, rel=round_off(nodes.weights.size))
