"""Inequalities: true ones are proved or certified, false ones refuted, the others named; never the wrong word."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.formula import Expr, add, mul, name, num
from analytic.grammar import parse
from checks.claim import Claim, Identity
from checks.claim_table import Shared, read_claim, table_of
from checks.errors import ClaimError, VacuousClaimError
from checks.judge import verify
from checks.statements.cover import covered, simplest
from checks.statements.floats import in_float
from checks.statements.inequality import Inequality
from checks.statements.sturm import exact_sign
from checks.verdict import Kind, Verdict

SMALL = settings(max_examples=25, deadline=None, derandomize=True)
KERNEL = "E[relu(u)*relu(v)]"


def judged(text: str, assume: Sequence[str] = (), power: bool = False, **domains: str) -> Verdict:
    """The verdict on an inequality."""
    return verify(Claim("it", Inequality.read(text), variables=domains, assumptions=tuple(assume)), power=power)


@pytest.mark.parametrize(
    ("text", "domains", "kind"),
    [
        (f"{KERNEL} <= |u|*|v|/2", {}, "CERTIFIED"),  # equality at theta = 0
        (f"{KERNEL} >= 0", {}, "CERTIFIED"),  # equality of third order at theta = pi
        (f"{KERNEL} > 0", {"theta": "[0, pi)"}, "CERTIFIED"),
        ("E[abs(u)*abs(v)] <= |u|*|v|", {}, "CERTIFIED"),  # equality at both ends
        ("E[relu(u)^2] <= |u|^2/2", {}, "PROVED"),  # equal everywhere
        ("sin(t) < t", {"t": "(0, oo)"}, "CERTIFIED"),
        ("sin(t) <= t", {"t": "[0, 10]"}, "CERTIFIED"),
        ("exp(-t) <= 1", {"t": "[0, oo)"}, "CERTIFIED"),
        ("Phi(t) >= 1/2", {"t": "[0, oo)"}, "CERTIFIED"),
        ("sqrt(t) >= t", {"t": "[0, 1]"}, "CERTIFIED"),
        ("sin(t)/t < 1", {"t": "(0, 1]"}, "CERTIFIED"),
        ("(sqrt(1 - c^2) + (pi - acos(c))*c)/pi > c", {"c": "[-1, 1)"}, "CERTIFIED"),
        ("t^2 - 2*t + 1 >= 0", {"t": "(-oo, oo)"}, "PROVED"),
        ("t^4 + 1 > t^3 + t/4", {"t": "(-oo, oo)"}, "PROVED"),
        ("t + 1/t >= 2", {"t": "(0, oo)"}, "PROVED"),
        ("a*b*z < 3", {"a": "[0, 1]", "b": "[0, 1]", "z": "[0, 2]"}, "PROVED"),
        ("2 > 1", {}, "PROVED"),
        ("pi > 3", {}, "CERTIFIED"),
    ],
)
def test_true_inequalities(text: str, domains: dict[str, str], kind: str) -> None:
    verdict = judged(text, (), False, **domains)
    assert verdict.kind.value == kind, str(verdict)


@pytest.mark.parametrize(
    ("text", "domains", "point"),
    [
        (f"{KERNEL} < |u|*|v|/2", {}, "theta = 0"),  # touching, at an end that belongs to the domain
        (f"{KERNEL} > 0", {}, "theta = pi"),
        (f"{KERNEL} <= 1", {}, "|u| = 2"),
        ("E[relu(u)^2] < |u|^2/2", {}, "|u| = 1"),
        ("sin(t) < t", {"t": "[0, 10]"}, "t = 0"),
        ("t^2 - 2*t + 1 > 0", {"t": "(-oo, oo)"}, "t = 1"),
        ("(t - 1/7)^2 > 1/10000000000", {"t": "[0, 1]"}, "t = "),  # simple points miss it
        ("1/t > 0", {"t": "(-1, 1)"}, "t = -1/2"),
        ("Phi(t) <= 1 - exp(-t^2/2)/4", {"t": "[0, oo)"}, "t = "),
        ("3 > pi", {}, "no variables"),
    ],
)
def test_false_inequalities(text: str, domains: dict[str, str], point: str) -> None:
    verdict = judged(text, (), False, **domains)
    assert verdict.kind is Kind.REFUTED, str(verdict)
    assert verdict.exact is not None
    assert verdict.exact.counterexample is not None
    assert point in verdict.exact.counterexample.point


@pytest.mark.parametrize(
    ("text", "domains", "why"),
    [
        ("sin(t)/t <= 1", {"t": "[-1, 1]"}, "between 0 and 0"),  # no value at 0
        ("sqrt(t) >= t", {"t": "[-1, 1]"}, "unresolved"),  # no value on half of it
        ("1/(t - t) > 0", {"t": "(0, 1)"}, "unresolved"),
        ("t^2/t >= 0", {"t": "[0, 1]"}, "a denominator vanishes"),
        ("E[exp(t*u^2)] > 0", {"t": "(0, 1)"}, "exists only where"),
        ("max(a, b) <= a + b + log(1 + a)", {"a": "(0, oo)", "b": "(0, oo)"}, "unbounded in several variables"),
    ],
)
def test_what_is_not_known_is_said(text: str, domains: dict[str, str], why: str) -> None:
    verdict = judged(text, (), False, **domains)
    assert verdict.kind is Kind.INCONCLUSIVE, str(verdict)
    assert why in verdict.reason


def test_assumptions_cut_the_domain() -> None:
    assert judged("E[step(u)*step(v)] <= 1/4", ["theta >= pi/2"]).kind is Kind.CERTIFIED
    assert judged("E[step(u)*step(v)] <= 1/4", ["theta > 1"]).kind is Kind.REFUTED
    assert judged("t > 0", ["t^2 > 2", "t > 1"], t="(-oo, oo)").kind is Kind.PROVED
    assert judged("t > 0", ["t^2 > 2"], t="(-1, oo)").kind is Kind.INCONCLUSIVE  # true, but the square is not used


def test_vacuous_and_meaningless_claims() -> None:
    with pytest.raises(VacuousClaimError):
        judged("t > 0", ["t < -1"], t="(0, 1)")
    with pytest.raises(ClaimError):
        judged("u <= 1")
    with pytest.raises(ClaimError):
        Inequality.read("a = b")
    with pytest.raises(ClaimError):
        Inequality.read("a < b < c")
    with pytest.raises(ClaimError, match="relation"):
        Inequality("a", "==", "b")


def test_slips_are_refuted_and_repairs_found() -> None:
    verdict = judged(f"{KERNEL} <= |u|*|v|/2", power=True)
    assert verdict.power is not None
    assert verdict.power.refuted == verdict.power.total > 4
    wrong = judged(f"{KERNEL} <= |u|*|v|/4", power=True)
    assert wrong.kind is Kind.REFUTED
    assert wrong.repair is not None
    assert wrong.repair.startswith(f"{KERNEL} <= |u|*|v|/2")


def test_claim_files_state_inequalities() -> None:
    claim = read_claim(
        {"inequality": "f(u) <= |u|^2/2", "define": {"f(u)": "E[relu(u)^2]", "g(u)": "1"}}, Shared(), "it"
    )
    assert isinstance(claim.statement, Inequality)
    assert read_claim(table_of(claim), Shared(), "it") == claim
    assert verify(claim, power=False).kind is Kind.PROVED
    assert not isinstance(claim.statement, Identity)


def test_a_truth_by_far_less_than_float64_sees() -> None:
    tiny = "10^(-40)"
    assert judged(f"sin(t) <= t + {tiny}", t="[0, 1]").kind is Kind.CERTIFIED
    assert judged(f"sin(t) <= t - {tiny}", t="[0, 1]").kind is Kind.REFUTED
    assert judged(f"(t - 1/3)^2 + {tiny} > 0", t="[0, 1]").kind is Kind.PROVED
    assert judged(f"(t - 1/3)^2 - {tiny} >= 0", t="[0, 1]").kind is Kind.REFUTED


TERMS = ("t", "t^2", "sin(t)", "cos(t)", "exp(-t)", "sqrt(t)", "log(1 + t)", "abs(t - 1/2)", "1/(1 + t)", "acos(1 - t)")


@st.composite
def combinations(draw: st.DrawFn) -> Expr:
    """A sum of elementary functions with small coefficients, shifted so that it often touches 0."""
    terms = [
        mul(num(draw(st.integers(-3, 3))), parse(draw(st.sampled_from(TERMS)))) for _ in range(draw(st.integers(1, 3)))
    ]
    return add(
        *terms, num(draw(st.sampled_from([Fraction(0), Fraction(0), Fraction(1), Fraction(-1), Fraction(1, 2)])))
    )


@given(formula=combinations(), relation=st.sampled_from(["<", "<=", ">", ">="]), closed=st.booleans())
@SMALL
def test_never_wrong_on_a_grid(formula: Expr, relation: str, closed: bool) -> None:
    domain = "[0, 1]" if closed else "(0, 1)"
    used = {"t": domain} if "t" in str(formula).replace("sqrt", "").replace("exp", "") else {}
    claim = Claim("it", Inequality(str(formula), relation, "0"), variables=used)
    verdict = verify(claim, power=False)
    values = [in_float(formula, {"t": i / 512}) for i in range(0 if closed else 1, 513 if closed else 512)]
    known = [v for v in values if v is not None]
    sign = 1 if relation[0] == ">" else -1
    if verdict.kind in (Kind.PROVED, Kind.CERTIFIED):
        assert len(known) == len(values), str(verdict)
        assert all(sign * v >= -1e-12 for v in known), str(verdict)
        if len(relation) == 1 and used:
            assert all(sign * v > -1e-15 for v in known), str(verdict)
    if verdict.kind is Kind.REFUTED:
        touching = min((sign * v for v in known), default=math.inf)
        assert touching <= (1e-4 if len(relation) == 1 else 1e-6), str(verdict)


@given(
    roots=st.lists(st.fractions(-3, 3, max_denominator=4), max_size=4),
    lead=st.sampled_from([1, -1]),
    strict=st.booleans(),
)
@SMALL
def test_sturm_against_signs_between_roots(roots: list[Fraction], lead: int, strict: bool) -> None:
    t = name("t")
    formula = num(lead)
    for r in roots:
        formula = Expr("mul", (formula, add(t, num(-r)) if r else t))
    found = exact_sign(formula, "t", Fraction(-2), Fraction(2), (False, True), strict)
    grid = [Fraction(i, 24) for i in range(-48, 48)]
    values = [lead * math.prod((x - r for r in roots), start=Fraction(1)) for x in grid]
    assert found.holds == all(v > 0 if strict else v >= 0 for v in values)


def test_covers_find_zeros_and_their_exponents() -> None:
    found = covered(parse("acos(1 - s) - sqrt(2*s)"), lambda: True)
    assert (found.zeros, found.unresolved, found.negative) == ({Fraction(0): Fraction(3, 2)}, [], None)
    assert covered(parse("(s - 1/3)^2"), lambda: True).zeros == {Fraction(1, 3): Fraction(2)}
    assert covered(parse("s^2 - 1/100000"), lambda: True).negative is not None
    assert covered(parse("(s^2 - 1/2)^2"), lambda: True).unresolved  # the zero is irrational
    assert covered(parse("s + 1"), lambda: False).unresolved == [(Fraction(0), Fraction(1))]


@given(low=st.fractions(-5, 5), width=st.fractions(0, 2))
@SMALL
def test_simplest_fraction_lies_between_and_has_the_least_denominator(low: Fraction, width: Fraction) -> None:
    found = simplest(low, low + width)
    assert low <= found <= low + width
    for q in range(1, min(found.denominator, 40)):
        assert math.floor((low + width) * q) < math.ceil(low * q)
