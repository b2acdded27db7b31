"""Inequalities on unbounded domains and with equality inside: what is proved, and what must not be."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.grammar import parse
from checks.claim import Claim
from checks.domain import read_domain
from checks.judge import verify
from checks.statements.bernstein import Side, certainly
from checks.statements.inequality import Inequality
from checks.statements.proving import Prover
from checks.verdict import Kind

QUADRANT = {"a": "(0, oo)", "b": "(0, oo)"}
PLANE = {"a": "(-oo, oo)", "b": "(-oo, oo)"}
SMALL = settings(max_examples=25, deadline=None, derandomize=True)


@pytest.mark.parametrize(
    ("text", "domains", "kind"),
    [
        ("a^2 + b^2 >= 2*a*b", PLANE, "PROVED"),
        ("a^2 + b^2 > 2*a*b", PLANE, "REFUTED"),
        ("pi*a^2 + b^2 >= 3*a*b", PLANE, "PROVED"),
        ("1 - a*b > 0", {"a": "(0, 1)", "b": "(0, 1)"}, "PROVED"),
        ("1 - a*b > 0", {"a": "[0, 1]", "b": "[0, 1]"}, "REFUTED"),
        ("(a + b)/2 >= sqrt(a*b)", QUADRANT, "CERTIFIED"),
        ("1 - a*b <= exp(-a*b)", QUADRANT, "CERTIFIED"),
        ("a*exp(-a) <= exp(-1)", {"a": "[0, oo)"}, "CERTIFIED"),
        ("a*exp(-a) < exp(-1)", {"a": "[0, oo)"}, "REFUTED"),
        ("1 - Phi(a) <= exp(-a^2/2)/(a*sqrt(2*pi))", {"a": "(0, oo)"}, "CERTIFIED"),
        pytest.param("E[relu(u)*relu(v)] <= (|u|^2 + |v|^2)/4", {}, "CERTIFIED", marks=pytest.mark.slow),
        pytest.param("E[erf(u)*erf(v)] <= 1", {}, "CERTIFIED", marks=pytest.mark.slow),
        pytest.param("sqrt(a + b) <= sqrt(a) + sqrt(b)", QUADRANT, "CERTIFIED", marks=pytest.mark.slow),
    ],
)
def test_verdicts(text: str, domains: dict[str, str], kind: str) -> None:
    verdict = verify(Claim("it", Inequality.read(text), variables=domains), power=False)
    assert verdict.kind.value == kind, str(verdict)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "domain", "strict"),
    [
        ("sin(x)", "[0, 16/5]", False),  # negative beyond pi
        ("exp(-1) - x*exp(-x)", "[0, oo)", True),  # 0 at 1
        ("exp(x) - 1 - x - x^2/1000", "(-oo, oo)", True),  # 0 at 0
        ("log(x) - log(x)", "(-1, 1)", False),  # no value
        ("x/x", "(-1, 1)", True),  # no value at 0
        ("sqrt(x^2) - x", "(-1, 1)", True),  # a kink
        ("exp(-x) - 1/1000", "[0, oo)", False),
        ("1 - x*log(x)", "(0, oo)", False),
    ],
)
def test_what_is_not_true_is_not_proved(text: str, domain: str, strict: bool) -> None:
    left = iter(range(400))
    prover = Prover(lambda: next(left, None) is not None)
    assert not prover.proves(parse(text), {"x": read_domain(domain)}, strict)


@given(
    terms=st.dictionaries(st.tuples(st.integers(0, 2), st.integers(0, 2)), st.integers(-3, 3), min_size=1, max_size=5),
    strict=st.booleans(),
    unbounded=st.booleans(),
)
@SMALL
def test_bernstein_coefficients_are_never_wrong(
    terms: dict[tuple[int, int], int], strict: bool, unbounded: bool
) -> None:
    polynomial: dict[tuple[int, ...], Fraction] = {m: Fraction(c) for m, c in terms.items() if c}
    side = Side(Fraction(0), None if unbounded else Fraction(1), False, unbounded)
    left = iter(range(200))
    proved = certainly(polynomial, [side, side], strict, lambda: next(left, None) is not None)
    grid = [Fraction(i, 8) for i in range(9)] + ([Fraction(3), Fraction(50)] if unbounded else [])
    values = [sum(c * x ** m[0] * y ** m[1] for m, c in polynomial.items()) for x in grid for y in grid]
    if proved:
        assert all(v > 0 if strict else v >= 0 for v in values)


def test_what_cancels_within_a_formula_is_no_disagreement_of_the_witnesses() -> None:
    reals = {"a": "(-oo, oo)", "b": "(-oo, oo)"}
    found = verify(Claim("my/bound", Inequality("b - a + a - b", ">=", "0"), variables=reals), power=False)
    assert found.kind is Kind.PROVED
    assert not found.witnesses_disagree
