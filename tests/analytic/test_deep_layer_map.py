"""Maps from layer to layer: fixed points, stability, and the limit of great depth."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from analytic.algebra import evaluate
from analytic.balls import BallAlgebra, precision
from analytic.deep.depth_limit import depth_constant, expansion_at_one, relu_gaps
from analytic.deep.layer_map import ErfBall, LayerMap, PiecewiseBall
from analytic.deep.smooth import ERF
from analytic.errors import DomainError

RELU = PiecewiseBall(0, 1)


@pytest.mark.parametrize(("sw", "sb"), [(4.0, 0.125), (2.0, 0.5), (1.0, 0.25), (9.0, 0.0)])
def test_erf_fixed_points_are_what_iteration_finds(sw: float, sb: float) -> None:
    layer = LayerMap(ErfBall(), Fraction(sw), Fraction(sb))
    q, c = np.array(1.0), np.array(0.3)
    for _ in range(3000):
        q = sb + sw * ERF.second_moment(q)
    for _ in range(3000):
        c = (sb + sw * ERF.kernel(q, q, q * c)) / q
    found = layer.variance_fixed_points()[-1]
    assert found.stable is True
    assert abs(float(found.value.midpoint) - float(q)) < 1e-12
    assert float(found.value.radius) < 1e-30
    stable = [p for p in layer.correlation_fixed_points() if p.stable]
    assert len(stable) == 1
    # iteration stops where its step is rounding: within eps/(1 - slope)
    slack = 1e-14 / (1 - float(stable[0].slope.midpoint))
    assert abs(float(stable[0].value.midpoint) - float(c)) < slack


def test_unstable_origin_without_bias() -> None:
    points = LayerMap(ErfBall(), Fraction(4)).variance_fixed_points()
    assert [p.stable for p in points] == [False, True]
    (only,) = LayerMap(ErfBall(), Fraction(1, 2)).variance_fixed_points()
    assert only.stable is True
    assert [p.stable for p in LayerMap(ErfBall(), Fraction(4)).correlation_fixed_points()] == [False, True, False]


def test_relu_family() -> None:
    (fixed,) = LayerMap(RELU, Fraction(1), Fraction(1, 2)).variance_fixed_points()
    assert float(fixed.value.midpoint) == 1.0
    (one,) = LayerMap(RELU, Fraction(1), Fraction(1, 2)).correlation_fixed_points()
    assert one.stable is True
    edge = LayerMap(RELU, Fraction(2))
    with pytest.raises(DomainError, match="every variance"):
        edge.variance_fixed_points()
    (one,) = edge.correlation_fixed_points(Fraction(1))
    assert one.stable is None
    assert float(one.slope.midpoint) == 1.0
    with pytest.raises(DomainError):
        LayerMap(RELU, Fraction(0))
    with pytest.raises(DomainError, match="linear"):
        LayerMap(PiecewiseBall(1, 1), Fraction(1, 2), Fraction(1)).correlation_fixed_points()


def test_expansion_encloses_the_map() -> None:
    """The remainder after k terms of positive coefficients is below t/2/(1 - t/2) times the last, since ratios are."""
    with precision(256):
        t = arb(1) / 64
        algebra = BallAlgebra({}, None, {})
        terms = [evaluate(b, algebra) * t**k * t * t.sqrt() for k, b in enumerate(expansion_at_one(12))]
        exact = LayerMap(RELU, Fraction(2), bits=256).correlation(1 - t, arb(1)) - (1 - t)
        rest = exact - sum(terms, arb(0))
        assert 0 < rest < terms[-1] * t / (2 - t)
    with pytest.raises(DomainError):
        expansion_at_one(0)


def test_depth_limit() -> None:
    """1/sqrt(t_l) = (B/2)(l + (3/2) log l + constant + O(log(l)/l)), the second term of the derivation."""
    gaps = relu_gaps(0.7, 20000)
    constant = float(evaluate(depth_constant(), BallAlgebra({}, None, {})).mid())
    assert constant == pytest.approx(9 * np.pi**2 / 2, rel=4e-16)
    depths = np.array([200.0, 2000.0, 20000.0])
    shifts = np.sqrt(constant / gaps[depths.astype(int)]) - depths - 1.5 * np.log(depths)
    # what is left converges, with an error of the order log(l)/l: each tenfold depth divides it by more than 5
    assert abs(shifts[2] - shifts[1]) < abs(shifts[1] - shifts[0]) / 5
    assert (np.diff(gaps) < 0).all()
    with pytest.raises(DomainError):
        relu_gaps(3.0, 1)
