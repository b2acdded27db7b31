"""Balls enclose, say how well, survive as text, and never pretend to know."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from flint import arb, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.algebra import evaluate
from analytic.angle import Angle
from analytic.balls import Ball, BallAlgebra, disjoint, finite, precision, to_digits
from analytic.errors import DomainError, FormulaError
from analytic.expectation import expect
from analytic.grammar import parse
from analytic.point import evaluate_at

modest = settings(max_examples=60, deadline=None)
KERNEL = expect("relu(u)*relu(v)")
POINT: dict[str, Any] = {"theta": "pi/3", "u": 2}


@modest
@given(q=st.fractions(), bits=st.sampled_from([24, 53, 128, 333]))
def test_text_form_encloses_the_ball_it_came_from(q: Fraction, bits: int) -> None:
    with precision(bits):
        value = arb(fmpq(q.numerator, q.denominator)) * arb.pi()
        text = Ball.of(value)
    back = Ball(text.midpoint, text.radius, text.bits)
    with precision(2 * bits + 64):
        assert back.arb.contains(value)
        digits = len(text.midpoint.split("e")[0].replace(".", "").lstrip("-0"))
        assert back.arb.rad() <= 2 * (value.rad() + abs(value) * arb(10) ** (1 - digits))
        assert digits >= min(15, bits // 4) or q == 0


@pytest.mark.parametrize("digits", [1, 2, 15, 50, 1000])
def test_digits_asked_for_are_guaranteed(digits: int) -> None:
    ball = KERNEL.at(digits=digits, **POINT)
    with precision(10 * digits + 100):
        assert ball.arb.rad() < abs(ball.arb) * arb(10) ** -digits
        assert ball.arb.overlaps(KERNEL.at(digits=digits + 40, **POINT).arb)


def test_printed_digits_are_a_prefix_of_more_digits() -> None:
    short, long = (KERNEL.at(digits=n, **POINT).rounded(n) for n in (20, 60))
    assert long.startswith(short[:-1])


@pytest.mark.parametrize("exponent", [1, 4, 7])
def test_cancelled_digits_are_recomputed(exponent: int) -> None:
    """1 - cos(t) is t^2/2 for tiny t: twice the exponent in digits cancels."""
    tiny = Fraction(1, 10**exponent)
    e = 1 - expect("u*v").value
    ball = evaluate_at(e, ("u", "v"), {"theta": tiny}, 15)
    with precision(1000):
        exact = 1 - arb(fmpq(1, 10**exponent)).cos()
        assert ball.arb.overlaps(exact)
        assert ball.arb.rad() < exact * arb(10) ** -15


@pytest.mark.parametrize("exponent", [9, 100])
def test_values_indistinguishable_from_zero_come_with_decimal_places(exponent: int) -> None:
    ball = evaluate_at(1 - expect("u*v").value, ("u", "v"), {"theta": Fraction(1, 10**exponent)}, 15)
    assert abs(ball.arb) < arb(10) ** -15


def test_precision_is_restored_also_after_an_error() -> None:
    before = ctx.prec
    with pytest.raises(DomainError), precision(777):
        to_digits(lambda: arb("nan"), 10)
    assert ctx.prec == before


@pytest.mark.parametrize("value", [arb("nan"), arb("inf"), arb(0, "inf")])
def test_a_ball_that_knows_nothing_never_refutes(value: arb) -> None:
    assert not finite(value)
    assert not disjoint(value, arb(0))
    assert not disjoint(arb(0), value)
    assert not finite(Ball.of(value).arb)


def test_touching_balls_are_not_disjoint() -> None:
    assert not disjoint(arb(0, 1), arb(2, 1))
    assert disjoint(arb(0, 1), arb(2, fmpq(1, 2)))
    tenth = arb(fmpq(1, 10))
    assert not disjoint(tenth, arb("0.1"))


@pytest.mark.parametrize("text", ["1/sin(0)", "sqrt(-1)", "acos(2)", "log(-1)", "(pi - pi)^(-1)", "(-2)^(1/3)"])
def test_values_outside_the_reals_are_not_finite(text: str) -> None:
    assert not finite(evaluate(parse(text), BallAlgebra({}, None, {})))
    with pytest.raises(DomainError, match="finite"):
        to_digits(lambda: evaluate(parse(text), BallAlgebra({}, None, {})), 10)


@pytest.mark.parametrize(
    ("point", "value"),
    [
        ({"theta": 0}, "1/2"),
        ({"theta": "pi"}, "0"),
        ({"theta": "pi/2"}, "1/(2*pi)"),
        ({"rho": 1}, "1/2"),
        ({"rho": -1}, "0"),
        ({"rho": 0, "u": 3, "v": Fraction(1, 3)}, "1/(2*pi)"),
        ({"rho": Fraction(1, 2)}, "(sqrt(3)/2 + pi/3)/(2*pi)"),
        ({"theta": 0.5}, "(sin(1/2) + (pi - 1/2)*cos(1/2))/(2*pi)"),
    ],
)
def test_values_of_the_relu_kernel(point: dict[str, Any], value: str) -> None:
    with precision(200):
        assert KERNEL.at(digits=30, **point).arb.overlaps(evaluate(parse(value), BallAlgebra({}, None, {})))


@modest
@given(t=st.fractions(Fraction(1, 1000), 1000, max_denominator=1000))
def test_angles_from_tangents_lie_on_the_circle(t: Fraction) -> None:
    with precision(128):
        a = Angle.from_tangent(fmpq(t.numerator, t.denominator))
        assert (a.sin**2 + a.cos**2).overlaps(arb(1))
        assert a.theta.cos().overlaps(a.cos)
        assert a.theta.sin().overlaps(a.sin)
        assert a.theta > 0
        assert a.theta < arb.pi()


def test_unknown_names_are_named() -> None:
    nowhere = BallAlgebra({}, None, {})
    for text, match in (("x", "unknown name 'x'"), ("|w|", r"unknown norm \|w\|"), ("theta", "two vectors")):
        with pytest.raises(FormulaError, match=match):
            evaluate(parse(text), nowhere)
