"""Where equality cannot be decided: a fixed test with both error rates, or disjoint balls; never more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.empirical import Settings
from checks.errors import ClaimError
from checks.judge import ALPHA, verify
from checks.verdict import Kind, Outcome, Verdict

STEP = "E[step(u)*step(v)]"
LOG = "1/2 - exp(log(theta))/(2*pi)"
#: True, but not in the canonical ring.
OUTSIDE = [
    (STEP, "1/2 - atan(tan(theta/2))/pi"),
    (STEP, "1/2 - atan(sqrt((1 - rho)/(1 + rho)))/pi"),
    (STEP, LOG),
    ("E[relu(u)*v]", "|u|*|v|*(cos(theta/2)^2 - 1/2)"),
    ("E[relu(u)*step(v)]", "|u|*exp(log(1 + rho))/(2*sqrt(2*pi))"),
]
#: Five seconds each: by default a half angle here, and a logarithm in test_power_of_verdicts.py.
QUICK = ("E[relu(u)*v]",)


def outside(verdict: Verdict) -> bool:
    """Whether the exact witness could not decide."""
    return verdict.exact is not None and verdict.exact.outcome is Outcome.UNDECIDED


#: Outside the canonical ring too, but the field of closed forms has them.
IN_THE_FIELD = [
    (STEP, "1/4 + atan(rho/sqrt(1 - rho^2))/(2*pi)"),
    ("E[relu(u)*step(v)]", "|u|*sqrt(1 + rho)^2/(2*sqrt(2*pi))*exp(0)"),
    ("E[gelu(u)]", "|u|^2/sqrt(2*pi*(1 + |u|^2))"),
    ("E[erf(u)*erf(v)]", "2*asin(2*|u|*|v|*rho/sqrt((1 + 2*|u|^2)*(1 + 2*|v|^2)))/pi"),
]


@pytest.mark.parametrize(("left", "right"), IN_THE_FIELD)
def test_a_zero_normal_form_in_the_field_of_closed_forms_proves(left: str, right: str) -> None:
    verdict = verify(left, right, power=False)
    assert verdict.kind is Kind.PROVED, str(verdict)
    assert verdict.exact is not None
    assert verdict.exact.engine == "normal form in the field of closed forms"


@pytest.mark.parametrize(
    ("left", "right"), [pytest.param(*c, marks=[] if c[0] in QUICK else [pytest.mark.slow]) for c in OUTSIDE]
)
def test_a_true_claim_outside_the_ring_is_consistent_at_most(left: str, right: str) -> None:
    verdict = verify(left, right)
    assert verdict.kind is Kind.CONSISTENT, str(verdict)
    assert outside(verdict)
    assert verdict.as_expected(strict=True)
    assert verdict.power is not None  # its slips are refuted all the same: by balls at points
    assert verdict.power.survivors == ()


@pytest.fixture(scope="module")
def consistent() -> Verdict:
    """The verdict on a true claim that is not decided."""
    return verify(STEP, LOG, alpha=1e-4, power=False)


def test_a_consistent_claim_reports_both_error_rates(consistent: Verdict) -> None:
    verdict = consistent
    bounds = [e for e in verdict.empirical if e.kind == "bound"]
    assert bounds
    for e in bounds:
        assert e.alpha is not None
        assert e.beta is not None
        assert 0 < e.alpha <= 1e-4
        assert 0 < e.beta <= 1e-4
        assert 0 < e.error < e.delta < 0.1
        assert e.work > 0
        assert e.seed is not None
    assert sum(e.alpha or 0.0 for e in bounds) <= 1e-4
    assert "alpha" in verdict.reason
    assert "beta" in verdict.reason


def test_deterministic_schemes_claim_no_error_rates(consistent: Verdict) -> None:
    schemes = [e for e in consistent.empirical if e.kind == "scheme"]
    assert schemes
    assert [(e.alpha, e.beta) for e in schemes] == [(None, None)] * len(schemes)


@pytest.mark.parametrize(("left", "right"), OUTSIDE)
@pytest.mark.parametrize("slip", ["2*({})", "({})*(1 + theta/10^25)"])
def test_balls_refute_a_wrong_claim_outside_the_ring(left: str, right: str, slip: str) -> None:
    verdict = verify(left, slip.format(right), power=False)
    assert verdict.kind is Kind.REFUTED, str(verdict)
    assert verdict.exact is not None
    assert verdict.exact.counterexample is not None


#: Right sides without a real value: on the whole domain, or where cos(theta) < 0.
NO_NUMBER = [
    "sqrt(-1 - rho^2)",
    "log(-1 - theta)",
    "acos(2 + rho^2)",
    "asin(2)*theta",
    "log(theta - theta)",
    "sqrt(-|u|)",
]


#: By default every function once, and log at 0 too.
LONG = ("sqrt(-1 - rho^2)", "asin(2)*theta")


@pytest.fixture(
    scope="module", params=[pytest.param(r, marks=[pytest.mark.slow] if r in LONG else []) for r in NO_NUMBER]
)
def no_number(request: pytest.FixtureRequest) -> Verdict:
    """The verdict on an identity whose right side has no value."""
    return verify("E[relu(u)*relu(v)]", request.param, power=False)


def test_what_is_no_number_refutes_nothing(no_number: Verdict) -> None:
    evidence = no_number.exact
    assert evidence is not None
    assert evidence.outcome is Outcome.UNDECIDED
    assert evidence.counterexample is None


def test_what_is_no_number_is_not_consistent_either(no_number: Verdict) -> None:
    assert no_number.kind is Kind.INCONCLUSIVE


def test_a_difference_that_the_ring_sees_is_never_consistent() -> None:
    tiny = "*".join(["1/10^60"] * 20)
    verdict = verify("E[relu(u)]", f"|u|/sqrt(2*pi)*(1 + {tiny})", power=False)
    assert verdict.kind in (Kind.REFUTED, Kind.INCONCLUSIVE), str(verdict)


def test_a_smaller_alpha_gives_wider_estimates() -> None:
    wide, narrow = (verify(STEP, "(pi - theta)/(2*pi)", alpha=a, power=False).empirical[0] for a in (1e-9, 1e-2))
    assert narrow.error < wide.error


def test_another_seed_draws_other_samples_and_the_same_seed_the_same() -> None:
    first, again, other = (verify(STEP, "(pi - theta)/(2*pi)", seed=s, power=False) for s in (3, 3, 4))
    assert replace(first, seconds=0.0) == replace(again, seconds=0.0)
    assert first.empirical != other.empirical


@pytest.mark.parametrize("alpha", [0.0, 1.0, -0.1, 2.0, float("nan"), float("inf")])
def test_alpha_is_a_probability(alpha: float) -> None:
    with pytest.raises(ClaimError, match="probability"):
        verify(STEP, "(pi - theta)/(2*pi)", alpha=alpha)


def test_the_default_alpha_is_split_over_points_and_methods() -> None:
    bounds = [e.alpha for e in verify(STEP, "(pi - theta)/(2*pi)", power=False).empirical if e.alpha is not None]
    assert 0 < sum(bounds) <= ALPHA * (1 + 1e-12)
    assert Settings(ALPHA, 0).samples >= 10_000
