"""Theorems for all real k: what they prove, what must not be provable, and what the checker notices."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from random import Random

import pytest
from flint import arb

from analytic.balls import precision, rational
from analytic.errors import DomainError, FormulaError
from analytic.landscape.families import critical_point
from analytic.landscape.pi_field import OutsideFieldError
from analytic.landscape.tape import BALL
from analytic.landscape.uniform import UniformCertificate, UnprovedError, certify_family
from analytic.landscape.uniform_box import domain, proved
from analytic.landscape.uniform_companion import WideBoxError, working
from analytic.landscape.uniform_family import uniform_family


@cache
def from_twelve(name: str) -> UniformCertificate:
    """A certificate of which several tests look at parts."""
    return certify_family(name, 12)


@pytest.fixture(scope="module")
def type_two() -> UniformCertificate:
    return certify_family("II", 6, "0.0047")


def test_type_two_from_six_on(type_two: UniformCertificate) -> None:
    assert type_two.bound == Fraction(47, 10000)
    assert type_two.boxes[0].low == 0
    assert type_two.boxes[-1].high ** 2 * 6 >= 1
    assert all(a.high == b.low for a, b in zip(type_two.boxes, type_two.boxes[1:], strict=False))
    assert len(type_two.boxes) < 20
    assert type_two.check() == ()
    assert repr(type_two).startswith("II: for every real k >= 6 ")


@pytest.mark.parametrize("k", [6, 7, Fraction(61, 7), 20, 100, 10**4])
def test_the_branch_is_the_named_family(type_two: UniformCertificate, k: int | Fraction) -> None:
    family = uniform_family("II")
    with precision(192):
        s = 1 / (arb(k.numerator) / k.denominator).sqrt()
        box = next(b for b in type_two.boxes if rational(b.low) < s and bool(s <= rational(b.high)))
        inside = box.tube(family, False).at(s)
        weights = critical_point("II", k).weights(150)
        assert all(inside[n].contains(weights[n]) for n in weights)


def test_a_bound_above_the_smallest_eigenvalue_fails() -> None:
    with pytest.raises(UnprovedError, match=r"standard:1 .* near k = 6; the smallest eigenvalue there is \[0.00470"):
        certify_family("II", 6, "0.0048")


def test_below_the_threshold_the_point_is_no_minimum() -> None:
    with pytest.raises(UnprovedError, match=r"near k = 5.585; .* <= 0"):
        certify_family("II", "5.585", 0)


@pytest.mark.slow  # in the other tier type II is one from 6 on
def test_above_the_threshold_it_is_one() -> None:
    assert certify_family("II", "5.586", 0).check() == ()


@pytest.mark.parametrize(
    ("name", "k", "below"),
    [
        ("A", 6, "5.76"),
        pytest.param("I", 7, "6.74", marks=pytest.mark.slow),
        pytest.param("II:2", 8, "7.56", marks=pytest.mark.slow),
    ],
)
def test_other_families_from_their_thresholds_on(name: str, k: int, below: str) -> None:
    found = certify_family(name, k)
    assert found.bound > 0
    assert found.check() == ()
    with pytest.raises(UnprovedError):
        certify_family(name, below, 0)


def test_the_checker_notices_what_is_wrong(type_two: UniformCertificate) -> None:
    first, second, *rest = type_two.boxes
    gap = replace(type_two, boxes=(first, *rest))
    assert any("do not meet" in w for w in gap.check())
    short = replace(type_two, boxes=type_two.boxes[:-1])
    assert any("do not reach" in w for w in short.check())
    moved = {n: (str(float(c[0] or 0) + 1e-3), *c[1:]) for n, c in second.centre.items()}
    other = replace(type_two, boxes=(first, replace(second, centre=moved), *rest))
    assert any("not glued" in w for w in other.check())
    assert any("another critical point" in w for w in other.check())
    assert any("above the bound" in w for w in replace(type_two, bound=Fraction(48, 10000)).check())


@pytest.mark.parametrize("name", ["A", "II"])
@pytest.mark.parametrize("number", [0, 1])
def test_models_enclose_gradient_and_blocks_anywhere_in_a_tube(name: str, number: int) -> None:
    """Plain balls at single points, with weights at random places of the tube: next to the pole and away from it."""
    random = Random(20)
    family, box = uniform_family(name), from_twelve(name).boxes[number]
    with working(192, 80):
        ring, tube = domain(family, box.low, box.high, 20), box.tube(family, True)
        models = {**family.sizes(ring), **family.weights(ring, tube, True)}
        gradient = family.programs.gradient.run(ring, models)
        entries = family.programs.blocks.run(ring, models)
        for share in (1e-3, 0.03, 0.3, 0.7, 1.0):
            s = (rational(box.low) + (rational(box.high) - rational(box.low)) * share).mid()
            weights = {}
            for n, p in tube.centre.items():
                delta = tube.radii[n] * random.uniform(-0.99, 0.99)
                weights[n] = (p(s - tube.base) + s ** tube.places[n] * delta).mid()
            with precision(800):  # far more than the models': to overlap this ball is to hold the value in it
                values = {**family.sizes_at(s), **weights}
                plain = [*family.programs.gradient.run(BALL, values), *family.programs.blocks.run(BALL, values)]
            for model, value in zip([*gradient, *entries], plain, strict=True):
                enclosed = model.at(s - ring.centre)
                assert enclosed.is_finite()
                assert value.rad() < 1e-100
                assert enclosed.overlaps(value)


def test_krawczyk_refuses_polynomials_that_miss_the_critical_point(type_two: UniformCertificate) -> None:
    family, box = uniform_family("II"), type_two.boxes[-1]
    moved = {n: (str(float(c[0] or 0) + 0.05), *c[1:]) for n, c in box.centre.items()}
    with working(192, 80), pytest.raises(WideBoxError):
        proved(family, box.low, box.high, moved, 20)


def test_impossible_requests_are_refused() -> None:
    with pytest.raises(FormulaError):
        certify_family("III", 6)
    with pytest.raises(FormulaError, match="closed form"):
        certify_family("global", 6)
    with pytest.raises(DomainError, match="k_from"):
        certify_family("II", 1)
    with pytest.raises(DomainError, match="bound"):
        certify_family("II", 6, "small")
    with pytest.raises(OutsideFieldError):
        certify_family("I:5", 10)
