"""Layer maps of derived activations against float64 iteration, hand-written balls and the definition."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from analytic import DerivedActivation, ErfBall, LayerMap, PiecewiseBall, depth_rate, kink_coefficient
from analytic.balls import precision
from analytic.deep.derived_ball import ball_activation
from analytic.deep.isolate import isolate
from analytic.deep.named import dual_activation
from analytic.errors import DomainError, FormulaError, NoFixedPointError

ITERATED = [
    ("gelu", Fraction(3, 2), Fraction(1, 10)),
    ("elu", Fraction(3, 2), Fraction(1, 5)),
    ("sin", Fraction(4), Fraction(0)),
    ("sin", Fraction(4), Fraction(1, 10)),
    ("cos", Fraction(4), Fraction(0)),
    ("bump", Fraction(3), Fraction(1, 2)),
    ("exp", Fraction(1, 10), Fraction(0)),
    ("Phi", Fraction(4), Fraction(1, 10)),
    ("relu^2", Fraction(1, 3), Fraction(1, 10)),
]


@pytest.mark.parametrize(("name", "sw", "sb"), ITERATED)
def test_stable_points_are_what_iteration_finds(name: str, sw: Fraction, sb: Fraction) -> None:
    layers, dual = LayerMap(name, sw, sb), dual_activation(name)
    (stable,) = [p for p in layers.variance_fixed_points() if p.stable]
    q, c = np.array(0.4), np.array(0.3)
    for _ in range(400):
        q = float(sb) + float(sw) * dual.second_moment(q)
    for _ in range(400):
        c = (float(sb) + float(sw) * dual.kernel(q, q, q * c)) / q
    assert abs(float(stable.value.midpoint) - float(q)) < 1e-12
    assert float(stable.value.radius) < 1e-30
    (limit,) = [p for p in layers.correlation_fixed_points() if p.stable]
    # iteration stops where its step is rounding: within some eps/(1 - slope)
    assert abs(float(limit.value.midpoint) - float(c)) < 1e-13 / (1 - float(limit.slope.midpoint))


@pytest.mark.parametrize(
    ("derived", "written"),
    [
        (DerivedActivation("erf(z)", "2*exp(-z^2)/sqrt(pi)"), ErfBall()),
        (DerivedActivation("leaky_relu(z, 1/5)", "step(z) + step(-z)/5"), PiecewiseBall(Fraction(1, 5), 1)),
    ],
)
def test_derived_balls_meet_the_hand_written(derived: DerivedActivation, written: ErfBall | PiecewiseBall) -> None:
    found = ball_activation(derived)
    with precision(128):
        for q in (arb(1) / 3, arb(2)):
            assert found.second_moment(q).overlaps(written.second_moment(q))
            assert found.moment_slope(q).overlaps(written.moment_slope(q))
            for c in (arb(-1), arb(-1) / 3, arb(1) / 2, arb(1)):
                for a, b in ((found.kernel, written.kernel), (found.derivative, written.derivative)):
                    assert a(q, c).overlaps(b(q, c))
                    assert a(q, c).rad() < 1e-30
    maps = [LayerMap(activation, Fraction(3, 2), Fraction(1, 4)) for activation in (derived, written)]
    for one, other in zip(*(m.variance_fixed_points() for m in maps), strict=True):
        assert one.value.arb.overlaps(other.value.arb)
    for one, other in zip(*(m.correlation_fixed_points() for m in maps), strict=True):
        assert one.value.arb.overlaps(other.value.arb)


def test_two_fixed_points_by_hand() -> None:
    """V(q) = (3/2) q^2/3 + 1/10 for relu^2: q = 1 -+ sqrt(4/5)."""
    points = LayerMap("relu^2", Fraction(1, 3), Fraction(1, 10)).variance_fixed_points()
    with precision(128):
        for point, exact in zip(points, (1 - arb(4 / arb(5)).sqrt(), 1 + arb(4 / arb(5)).sqrt()), strict=True):
            assert point.value.arb.overlaps(exact)
    assert [p.stable for p in points] == [True, False]


def test_no_fixed_point_is_said() -> None:
    for layers in (LayerMap("exp", Fraction(1)), LayerMap("relu", Fraction(3), Fraction(1))):
        with pytest.raises(NoFixedPointError, match="grow"):
            layers.variance_fixed_points()
        with pytest.raises(NoFixedPointError):
            layers.correlation_fixed_points()


def test_odd_activations_with_and_without_bias() -> None:
    cubic = DerivedActivation("He(3, z)", "3*He(2, z)")
    plain = LayerMap(cubic, Fraction(1, 10)).correlation_fixed_points()
    assert [float(p.value.midpoint) for p in plain] == [-1.0, 0.0, 1.0]
    assert [p.stable for p in plain] == [False, True, False]
    biased = LayerMap("sin", Fraction(4), Fraction(1, 10)).correlation_fixed_points()
    assert float(biased[0].value.midpoint) > 0.09
    assert len(biased) == 2


@pytest.mark.parametrize(("name", "jump"), [("relu", 1), ("abs", 4), ("gelu", 0)])
def test_expansion_at_one(name: str, jump: int) -> None:
    """What is left after the terms t and t^(3/2) falls like t^2 or faster, for t = 2^-20 and 2^-40."""
    layers, q = LayerMap(name, Fraction(2), Fraction(1, 3), bits=256), Fraction(1)
    kappa = kink_coefficient(layers, q)
    with precision(256):
        rests = []
        for t in (arb(2) ** -20, arb(2) ** -40):
            rest = layers.correlation(1 - t, arb(1)) - 1 + layers.chi(arb(1), arb(1)) * t - kappa.arb * t * t.sqrt()
            rests.append(float(abs(rest) / t**2))
        assert rests[1] < 2 * rests[0] + 1e-6
        assert (float(kappa.midpoint) > 0) == (jump > 0)


def test_kinks_elsewhere_are_refused() -> None:
    shifted = DerivedActivation("relu(z - 1)", "step(z - 1)")
    with pytest.raises(DomainError, match="kinks at 0"):
        kink_coefficient(LayerMap(shifted, Fraction(2), Fraction(1, 3)), Fraction(1))


def test_depth_rates_are_those_of_iteration() -> None:
    rate = depth_rate(LayerMap("gelu", Fraction(3, 2), Fraction(1, 10)))
    gelu, q, c, distances = dual_activation("gelu"), np.array(0.4), np.array(0.3), []
    for _ in range(200):
        q = 0.1 + 1.5 * gelu.second_moment(q)
    for _ in range(20):
        c = (0.1 + 1.5 * gelu.kernel(q, q, q * c)) / q
        distances.append(1 - float(c))
    assert rate.length is not None
    assert -1 / np.log(distances[19] / distances[18]) == pytest.approx(float(rate.length.midpoint), rel=1e-4)
    edge = depth_rate(LayerMap("relu", Fraction(2)), Fraction(1))
    assert edge.constant is not None
    assert float(edge.constant.midpoint) == pytest.approx(9 * np.pi**2 / 2, rel=1e-14)


def test_isolation_refuses_double_zeros() -> None:
    with precision(64), pytest.raises(DomainError, match="separated"):
        isolate(lambda x: (x - 1) ** 2, lambda x: 2 * (x - 1), arb(1) / 2, arb(3))


def test_zeros_at_ends_of_parts_are_counted_once() -> None:
    with precision(64):
        found = isolate(lambda x: (x - 1) * (x - 2), lambda x: 2 * x - 3, arb(1) / 4, arb(4))
    assert [float(x.mid()) for x in found] == [1.0, 2.0]


def test_unknown_names_are_refused() -> None:
    with pytest.raises(FormulaError, match="expected one of"):
        LayerMap("swish", Fraction(1))
    with pytest.raises(FormulaError, match="in balls"):
        LayerMap(3.0, Fraction(1))  # type: ignore[arg-type]
