"""Limits, expansions and orders by exact series; never against values at points very close to the limit."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.algebra import evaluate
from analytic.balls import BallAlgebra, finite, precision
from analytic.formula import Expr, add, mul, num
from analytic.grammar import parse
from checks.claim import Claim
from checks.claim_table import Shared, read_claim, table_of
from checks.errors import ClaimError
from checks.judge import verify
from checks.statements.asymptotics import Asymptotic, Expansion, Limit, Order
from checks.verdict import Kind, Verdict

SMALL = settings(max_examples=40, deadline=None, derandomize=True)
EIGENVALUE = "(pi*(k + 2) - sqrt(pi^2*k^2 - 16*pi + 16))/(8*pi)"
KERNEL = "(sin(theta) + (pi - theta)*cos(theta))/pi"


def judged(stated: Asymptotic, power: bool = False) -> Verdict:
    """The verdict on a statement."""
    return verify(Claim("it", stated), power=power)


@pytest.mark.parametrize(
    ("stated", "kind"),
    [
        (Limit("sin(t)/t", "t", "0", "1"), "PROVED"),
        (Limit("sin(t)/t", "t", "0", "2"), "REFUTED"),
        (Limit("abs(t)/t", "t", "0", "1"), "REFUTED"),  # only from above
        (Limit("abs(t)/t", "t", "0+", "1"), "PROVED"),
        (Limit("t*sin(1/t)", "t", "0", "0"), "PROVED"),  # bounded times small
        (Limit("sin(1/t)", "t", "0", "0"), "INCONCLUSIVE"),
        (Limit(EIGENVALUE, "k", "oo", "1/4"), "PROVED"),
        (Limit("atan(k)", "k", "-oo", "pi/2"), "REFUTED"),
        (Limit("exp(t + 1)", "t", "0", "exp(1)"), "CERTIFIED"),  # the constant is no rational function of pi
        (Limit("exp(t + 1)", "t", "0", "27/10"), "REFUTED"),
        (Limit("1/t", "t", "0", "0"), "REFUTED"),
        (Limit("log(t)", "t", "0+", "0"), "REFUTED"),
        (Limit("sqrt(t)", "t", "0", "0"), "INCONCLUSIVE"),  # no value from below
        (Limit("1/(t - t)", "t", "0", "0"), "INCONCLUSIVE"),
        (Limit("k*exp(-k)", "k", "oo", "0"), "PROVED"),
        (Limit("Phi(k)", "k", "oo", "1"), "PROVED"),
        (Expansion("acos(1 - t)", "t", "0+", "sqrt(2*t)", "3/2"), "PROVED"),
        (Expansion("acos(1 - t)", "t", "0+", "sqrt(2*t)", "2"), "REFUTED"),
        (Expansion(KERNEL, "theta", "0", "1 - theta^2/2", "3"), "PROVED"),
        (Expansion(KERNEL, "theta", "0", "1 - theta^2/2", "4"), "REFUTED"),
        (Expansion("exp(t)*exp(1)", "t", "0", "exp(1 + t)", "5"), "PROVED"),  # a normal form, where balls prove no zero
        (Order(KERNEL, "theta", "pi", "3", "1/(3*pi)"), "PROVED"),
        (Order("1 - cos(t)", "t", "0", "3", "1/2"), "REFUTED"),
        (Order("t - t", "t", "0", "2", "1/2"), "REFUTED"),
        (Limit("loss at A", "k", "oo", "1/2 - 1/pi"), "PROVED"),
        (Order("weight a_11 at A", "k", "oo", "1", "2"), "PROVED"),
        (Expansion("loss at II", "k", "oo", "(1/2 - 1/pi^2)/k", "3/2"), "REFUTED"),
        (Limit("smallest eigenvalue at global", "k", "oo", "1/4 - 1/(2*pi)"), "PROVED"),
        (Limit("weight z_9 at A", "k", "oo", "0"), "INCONCLUSIVE"),
    ],
)
def test_statements(stated: Asymptotic, kind: str) -> None:
    verdict = judged(stated)
    assert verdict.kind.value == kind, str(verdict)
    claim = Claim("it", stated)
    assert read_claim(table_of(claim), Shared(), "it") == claim


def test_meaningless_statements() -> None:
    with pytest.raises(ClaimError, match="not 0"):
        judged(Order("1 - cos(t)", "t", "0", "2", "0"))
    with pytest.raises(ClaimError, match="k -> oo"):
        Limit("loss at II", "k", "0", "1")
    with pytest.raises(ClaimError, match="order"):
        Order("t", "t", "0", "70", "1")
    with pytest.raises(ClaimError):
        Limit("sin(", "t", "0", "1")
    with pytest.raises(ClaimError, match="without value"):
        read_claim({"limit": {"expression": "t", "variable": "t", "point": "0"}}, Shared(), "it")


def test_power_and_repair() -> None:
    true = judged(Order("1 - cos(t)", "t", "0", "2", "1/2"), power=True)
    assert true.power is not None
    assert true.power.refuted == true.power.total >= 5
    false = judged(Order("1 - cos(t)", "t", "0", "3", "1/2"), power=True)
    assert false.repair is not None
    assert "t^2" in false.repair


PARTS = ("t", "sin(t)", "cos(t)", "exp(t)", "log(1 + t)", "sqrt(1 + t)", "1/(1 + t)", "atan(t)", "acos(t)", "sqrt(t)")


@st.composite
def formulas(draw: st.DrawFn) -> Expr:
    """Sums of products of elementary functions."""
    terms = []
    for _ in range(draw(st.integers(1, 3))):
        factors = [parse(draw(st.sampled_from(PARTS))) for _ in range(draw(st.integers(1, 2)))]
        terms.append(mul(num(draw(st.fractions(-2, 2, max_denominator=3))), *factors))
    return add(*terms)


def _at(formula: Expr, n: int) -> arb:
    """The value at 2^-n."""
    algebra: BallAlgebra = BallAlgebra({}, None, {"t": arb(2) ** -n})
    return evaluate(formula, algebra)


@given(formula=formulas(), value=st.sampled_from(["0", "1", "pi/2", "-1/2", "1/3"]))
@SMALL
def test_limits_are_never_wrong(formula: Expr, value: str) -> None:
    verdict = judged(Limit(str(formula), "t", "0+", value))
    with precision(400):
        near = evaluate(formula, BallAlgebra({}, None, {"t": arb(2) ** -120}))
        gap = abs(near - evaluate(parse(value), BallAlgebra({}, None, {})))
    assert finite(gap)
    close = bool(gap < arb(2) ** -40)  # no power smaller than t^(1/2) occurs
    assert verdict.kind is (Kind.PROVED if close else Kind.REFUTED), str(verdict)


@given(formula=formulas(), order=st.sampled_from([Fraction(1, 2), Fraction(1), Fraction(3, 2), Fraction(2)]))
@SMALL
def test_orders_of_vanishing_are_never_wrong(formula: Expr, order: Fraction) -> None:
    verdict = judged(Expansion(str(formula), "t", "0+", "0", str(order)))
    with precision(800):
        power = arb(order.numerator) / order.denominator
        far, near = (_at(formula, n) for n in (160, 200))
        scaled = float(abs(far) * arb(2) ** (160 * power)), float(abs(near) * arb(2) ** (200 * power))
    bounded = scaled[1] <= 4 * scaled[0] + 1e-30
    assert verdict.kind is (Kind.PROVED if bounded else Kind.REFUTED), str(verdict)
