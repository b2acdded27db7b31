"""Limits with exponentials, logarithms, factorials and free parameters; wrong ones are refuted, undecided ones said."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.claim import Claim
from checks.claim_table import Shared, read_claim, table_of
from checks.errors import ClaimError, VacuousClaimError
from checks.judge import verify
from checks.statements.asymptotics import Asymptotic, Expansion, Limit, Order
from checks.statements.floats import in_float
from checks.statements.problem import in_powers
from checks.verdict import Kind, Verdict

SMALL = settings(max_examples=15, deadline=None, derandomize=True)
POSITIVE, UNIT = {"b": "(0, oo)"}, {"c": "(0, 1)"}
CENTRAL = "binomial(2*k, k)/4^k*sqrt(k)"


def judged(stated: Asymptotic, variables: dict[str, str] | None = None, power: bool = False) -> Verdict:
    """The verdict on a statement with parameters."""
    return verify(Claim("it", stated, variables=variables or {}), power=power)


@pytest.mark.parametrize(
    ("stated", "variables", "kind"),
    [
        (Limit("(1 - 1/k)^k", "k", "oo", "exp(-1)"), {}, "PROVED"),
        (Limit("(1 - 1/k)^k", "k", "oo", "1/3"), {}, "REFUTED"),
        (Limit("(1 + 1/k)^k", "k", "oo", "2718281828459045/10^15"), {}, "REFUTED"),
        (Limit("k^(1/k)", "k", "oo", "1"), {}, "PROVED"),
        (Limit("log(k)^3/k", "k", "oo", "0"), {}, "PROVED"),
        (Limit("k^3/(1001/1000)^k", "k", "oo", "0"), {}, "PROVED"),
        (Limit(CENTRAL, "k", "oo", "1/sqrt(pi)"), {}, "PROVED"),
        (Limit(CENTRAL, "k", "oo", "1/pi"), {}, "REFUTED"),
        (Limit("2^k/k^10", "k", "oo", "oo"), {}, "PROVED"),
        (Limit("2^k/k^10", "k", "oo", "0"), {}, "REFUTED"),
        (Limit("t^t", "t", "0+", "1"), {}, "PROVED"),
        (Limit("t*log(t)", "t", "0", "0"), {}, "INCONCLUSIVE"),  # no value from below
        (Limit("(-1/2)^k", "k", "oo", "0"), {}, "INCONCLUSIVE"),
        pytest.param(Limit("k*c^k", "k", "oo", "0"), UNIT, "PROVED", marks=pytest.mark.slow),
        (Limit("c^k", "k", "oo", "0"), {"c": "(0, 1]"}, "REFUTED"),  # at the end
        (Limit("k^(-b)", "k", "oo", "0"), {"b": "(-1, 1)"}, "REFUTED"),
        (Limit("(1 + b/k)^k", "k", "oo", "exp(b)"), {"b": "(-oo, oo)"}, "PROVED"),
        (Limit("(1 + b/k)^k", "k", "oo", "exp(-b)"), POSITIVE, "REFUTED"),
        (Limit("(1 - c*m)^k", "k", "oo", "0"), {"c": "(0, 1)", "m": "(0, 1)"}, "PROVED"),
        (Limit("b/(b*k)*k", "k", "oo", "1"), {"b": "(-oo, oo)"}, "INCONCLUSIVE"),  # no value at b = 0
        (Expansion("log(factorial(k))", "k", "oo", "k*log(k) - k + log(2*pi*k)/2 + 1/(12*k)", "3"), {}, "PROVED"),
        (Expansion("log(factorial(k))", "k", "oo", "k*log(k) - k", "log(k)"), {}, "PROVED"),
        (Expansion("log(factorial(k))", "k", "oo", "k*log(k) - k", "1"), {}, "REFUTED"),
        (Order("1 - Phi(k)", "k", "oo", "exp(-k^2/2)/k", "1/sqrt(2*pi)"), {}, "PROVED"),
        (Order("1 - Phi(k)", "k", "oo", "exp(-k^2/2)/k", "1/sqrt(pi)"), {}, "REFUTED"),
        (Order("(k + 1)^b - k^b", "k", "oo", "1 - b", "b"), POSITIVE, "PROVED"),
    ],
)
def test_statements(stated: Asymptotic, variables: dict[str, str], kind: str) -> None:
    verdict = judged(stated, variables)
    assert verdict.kind.value == kind, str(verdict)
    claim = Claim("it", stated, variables=variables)
    assert read_claim(table_of(claim), Shared(), "it") == claim


def test_meaningless_parameters() -> None:
    with pytest.raises(ClaimError, match="free parameters"):
        judged(Limit("k", "k", "oo", "0"), {"k": "(0, 1)"})
    with pytest.raises(VacuousClaimError):
        verify(Claim("it", Limit("b/k", "k", "oo", "0"), variables=POSITIVE, assumptions=("b < -1",)), power=False)
    undeclared = judged(Limit("b/k", "k", "oo", "0"))
    assert undeclared.kind is Kind.INCONCLUSIVE
    assert "declare" in undeclared.reason


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stated", "shown"),
    [
        (Limit("k*(2^(1/k) - 1)", "k", "oo", "2"), "log(2)"),
        (Limit("(1 - 1/k)^k", "k", "oo", "1/2"), "exp(-1)"),
        (Order("log(factorial(k))", "k", "oo", "k", "2"), "1 * k*log(k)"),
        (Expansion("exp(t)", "t", "0", "1 + t", "3"), "1 + t + t^2/2"),
    ],
)
def test_the_repair_is_what_was_derived(stated: Asymptotic, shown: str) -> None:
    verdict = judged(stated, power=True)
    assert verdict.repair is not None
    assert shown in verdict.repair


#: Factors exp(-c k), k^a, log(k)^b, (1 + 1/k)^(a k) and what they tend to by themselves, as exponents.
@given(
    rate=st.integers(-1, 1), degree=st.fractions(-2, 2, max_denominator=2), logs=st.integers(-2, 2), a=st.integers(0, 2)
)
@SMALL
@pytest.mark.slow
def test_products_of_scales_are_never_wrong(rate: int, degree: Fraction, logs: int, a: int) -> None:
    formula = f"exp({rate}*k)*k^({degree})*log(k)^({logs})*(1 + 1/k)^({a}*k)"
    order = next((x for x in (Fraction(rate), degree, Fraction(logs)) if x), Fraction(0))
    zero = judged(Limit(formula, "k", "oo", "0"))
    assert zero.kind is (Kind.PROVED if order < 0 else Kind.REFUTED), str(zero)
    grows = judged(Limit(formula, "k", "oo", "oo"))
    assert grows.kind is (Kind.PROVED if order > 0 else Kind.REFUTED), str(grows)
    if not order:
        assert judged(Limit(formula, "k", "oo", f"exp({a})")).kind is Kind.PROVED


@pytest.mark.parametrize(("n", "k"), [(10.0, 3.0), (5.0, 5.0)])
def test_binomials_in_float(n: float, k: float) -> None:
    from analytic.grammar import parse

    found = in_float(parse("binomial(n, k)"), {"n": n, "k": k})
    assert found is not None
    assert math.isclose(found, math.comb(int(n), int(k)), rel_tol=1e-12)
    power = in_float(in_powers(parse("n^(k + 1)")), {"n": n, "k": k})
    assert power is not None
    assert math.isclose(power, n ** (k + 1), rel_tol=1e-12)


@pytest.mark.parametrize(
    ("expression", "value"),
    [("(a-1)^2*k", "oo"), ("exp(-(a-3)^2*k)", "0"), ("exp(-(a^2-2)^2*k)", "0"), ("k^((a-1)^2)", "oo")],
)
def test_a_square_is_not_positive_where_it_vanishes(expression: str, value: str) -> None:
    found = verify(Claim("my/limit", Limit(expression, "k", "oo", value), variables={"a": "(0, oo)"}), power=False)
    assert found.kind in (Kind.REFUTED, Kind.INCONCLUSIVE)
