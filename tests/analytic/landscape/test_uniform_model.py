"""Taylor models against ordinary balls at points of their domains."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import pytest
from flint import arb

from analytic.landscape.laurent import SeriesRing
from analytic.landscape.pi_field import PiField
from analytic.landscape.uniform_companion import Companion, WideBoxError, working
from analytic.landscape.uniform_linear import inverse, is_positive_definite
from analytic.landscape.uniform_model import ModelRing, TaylorModel

ONE = Fraction(1)


@pytest.fixture(autouse=True)
def _precision() -> Iterator[None]:
    with working(128, 20):
        yield


def _away(low: int = -1) -> ModelRing:
    return ModelRing(10, arb(low) / 8, arb(1) / 8, arb(2))


def _at_pole() -> ModelRing:
    return ModelRing(10, arb(0), arb(1) / 8, arb(0), Companion(SeriesRing(PiField(), 8)))


def _agree(model: TaylorModel, f: Callable[[arb], arb], points: list[arb]) -> None:
    for u in points:
        value = model.at(u)
        assert value.is_finite()
        assert value.overlaps(f(model.ring.centre + u))
        assert value.rad() < 1e-4


EVERYWHERE = [arb(i) / 64 for i in range(-8, 9) if i]
POSITIVE = [arb(i) / 64 for i in range(1, 9)]


@pytest.mark.parametrize(
    "f",
    [
        lambda x, _: x.inverse(),
        lambda x, _: x.sqrt(),
        lambda x, ring: x * x / (x + ring.number(ONE)) - x,
        lambda x, ring: (x - x.inverse()).sqrt() * ring.pi(),
    ],
)
def test_operations_enclose_the_function_away_from_a_pole(f: Callable[..., TaylorModel]) -> None:
    ring = _away()

    def plain(x: arb) -> arb:
        found = f(_constant(x), _constant(x).ring)
        return found.at(arb(0))

    _agree(f(ring.variable, ring), plain, EVERYWHERE)


def _constant(x: arb) -> TaylorModel:
    """A model on the domain {0}: plain balls."""
    return ModelRing(1, arb(0), arb(0), x).variable


@pytest.mark.parametrize(("y", "x"), [(1, 3), (1, -3), (3, 1), (3, -1), (1, 0)])
def test_angles_enclose_the_angle_in_every_sector(y: int, x: int) -> None:
    ring = _away()
    Y, X = ring.number(Fraction(y)), ring.number(Fraction(x)) + (ring.variable - ring.number(Fraction(2)))
    angle = ring.atan2(Y, X)
    _agree(angle, lambda z: arb.atan2(arb(y), x + z - 2), EVERYWHERE)


def test_a_remainder_that_is_too_small_would_be_noticed() -> None:
    ring = _away()
    model = ring.variable.inverse()
    wrong = TaylorModel(ring, 0, model.polynomial, model.end, arb(0), None)
    assert not wrong.at(arb(1) / 8).overlaps(1 / (arb(2) + arb(1) / 8))


def test_what_cancels_at_a_pole_cancels_exactly() -> None:
    ring = _at_pole()
    k = (ring.variable * ring.variable).inverse()
    one = ring.number(ONE)
    difference = (k - one).sqrt() - k.sqrt()  # -s/2 + ...: two poles of order 1
    assert (k.valuation, difference.valuation) == (-2, 1)
    _agree(difference, lambda s: (1 / s**2 - 1).sqrt() - 1 / s, POSITIVE)
    assert (difference / ring.variable).bound().is_finite()


def test_an_angle_near_pi_is_divided_by_its_distance() -> None:
    ring = _at_pole()
    s, one = ring.variable, ring.number(ONE)
    ratio = (ring.atan2(s, s - one) - ring.pi()) / s
    _agree(ratio, lambda u: (arb.atan2(u, u - 1) - arb.pi()) / u, POSITIVE)
    assert ratio.bound().is_finite()


def test_without_the_exact_companion_the_same_quotient_has_a_pole() -> None:
    ring = ModelRing(10, arb(0), arb(1) / 8, arb(0))
    s, one = ring.variable, ring.number(ONE)
    with pytest.raises(WideBoxError):
        (ring.atan2(s, s - one) - ring.pi()) / s


def test_division_by_what_vanishes_on_the_domain_is_refused() -> None:
    ring = _away()
    with pytest.raises(WideBoxError, match="denominator"):
        (ring.variable - ring.number(Fraction(33, 16))).inverse()
    with pytest.raises(WideBoxError, match="root"):
        (ring.number(Fraction(33, 16)) - ring.variable).sqrt()


def test_signs_hold_on_the_whole_domain() -> None:
    ring = _away()
    shifted = ring.variable - ring.number(Fraction(2) - Fraction(1, 8))  # 0 at the left end
    assert not shifted.is_positive()
    assert (shifted + ring.number(Fraction(1, 1000))).is_positive()
    assert not (shifted - ring.number(Fraction(1, 1000))).is_positive()
    assert not (-ring.variable).is_positive()


def test_inverse_of_a_matrix_that_grows() -> None:
    ring = _at_pole()
    k, one = (ring.variable * ring.variable).inverse(), ring.number(ONE)
    A = [[k, k], [k, k + one]]  # the inverse is [[1 + 1/k, -1], [-1, 1]]
    found = inverse(A, ring)
    for u in POSITIVE:
        for got, expected in zip([x for row in found for x in row], [1 + u * u, arb(-1), arb(-1), arb(1)], strict=True):
            assert got.at(u).overlaps(expected)


def test_definiteness_sees_an_eigenvalue_that_growth_hides() -> None:
    ring = _at_pole()
    k, one = (ring.variable * ring.variable).inverse(), ring.number(ONE)
    assert is_positive_definite([[k, k], [k, k + one]])
    assert not is_positive_definite([[k, k], [k, k - ring.number(Fraction(1, 1000))]])
    assert not is_positive_definite([[one, k], [k, one]])
