"""Domains and assumptions are read as mathematicians write them, and restrict the points that are looked at."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb

from analytic.balls import rational
from checks.claim import Claim, Identity
from checks.domain import read_assumption, read_domain
from checks.errors import ClaimError
from checks.judge import verify
from checks.points import admissible, random_points, simple_points
from checks.verdict import Kind

LEAKY = Identity("E[leaky_relu(u, t)*step(v)]", "|u|*(1 + rho - t*(1 - rho))/(2*sqrt(2*pi)) - t*0")


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("(0, 1)", ["1/2", "1/1000"], ["0", "1", "-1", "2"]),
        ("[0, 1]", ["0", "1", "1/2"], ["-1/9", "10/9"]),
        ("(0, 1]", ["1"], ["0"]),
        ("[0, 1)", ["0"], ["1"]),
        ("(0, oo)", ["1/9", "1000000"], ["0", "-1"]),
        ("(-oo, 0]", ["0", "-7"], ["1/9"]),
        ("(-oo, oo)", ["0", "-7", "7"], []),
        ("[pi/4, pi/2]", ["1", "3/2"], ["3/4", "8/5"]),
        (" ( -1 , 1 ) ", ["0"], ["1"]),
        ("{2/3}", ["2/3"], ["1/3"]),
    ],
)
def test_a_domain_contains_what_it_says(text: str, inside: list[str], outside: list[str]) -> None:
    domain = read_domain(text)
    assert all(domain.contains(rational(Fraction(x))) for x in inside)
    assert not any(domain.contains(rational(Fraction(x))) for x in outside)


def test_an_uncertain_ball_is_not_inside() -> None:
    assert not read_domain("(0, 1)").contains(arb("0.99", "0.05"))
    assert not read_domain("(0, 1)").contains(arb("nan"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "0, 1",
        "(0 1)",
        "(0; 1)",
        "(0, 1",
        "0, 1)",
        "(1, 0)",
        "(t, 1)",
        "{}",
        "{t}",
        "(0, 1, 2)",
        "R",
        "(,)",
        "[0,",
    ],
)
def test_a_bad_domain_is_refused(text: str) -> None:
    with pytest.raises(ClaimError, match="expected"):
        read_domain(text)


@pytest.mark.parametrize("relation", ["<", "<=", ">", ">="])
def test_an_assumption_is_one_inequality(relation: str) -> None:
    read = read_assumption(f"theta {relation} pi/2")
    assert (str(read.left), read.relation, str(read.right)) == ("theta", relation, "pi/2")


@pytest.mark.parametrize("text", ["", "theta", "theta = 1", "theta == 1", "0 < t < 1", "theta <", "< 1", "theta ! 1"])
def test_a_bad_assumption_is_refused(text: str) -> None:
    with pytest.raises(ClaimError, match="got the assumption"):
        read_assumption(text)


@pytest.mark.parametrize("text", ["q > 2", "w_i > 0"])
def test_an_assumption_on_something_else_is_refused(text: str) -> None:
    with pytest.raises(ClaimError):
        verify("E[relu(u)*relu(v)]", "|u|*|v|*rho/2", assumptions=(text,))


@pytest.mark.parametrize(
    ("variables", "assumptions"),
    [
        ({"t": "(0, 1)"}, ()),
        ({"t": "[2, oo)"}, ("theta < pi/2",)),
        ({"t": "(-oo, -1]"}, ("rho > 1/2", "|u| > |v|")),
        ({"t": "(0, 1/1000)"}, ("t*|u| < 1/100",)),
        ({"t": "{1/3}", "|u|": "{2}"}, ("theta >= 1",)),
    ],
)
def test_every_point_that_is_looked_at_is_admissible(variables: dict[str, str], assumptions: tuple[str, ...]) -> None:
    claim = Claim("my/claim", LEAKY, "", {"t": "(-oo, oo)", **variables}, assumptions)
    points = random_points(claim, 5, seed=1)
    assert len(points) == 5
    assert all(admissible(claim, p) for p in points)
    assert points == random_points(claim, 5, seed=1)
    assert points != random_points(claim, 5, seed=2)
    assert all(admissible(claim, p) for p, _ in zip(simple_points(claim), range(20), strict=False))


def test_a_counterexample_satisfies_the_assumptions() -> None:
    right = "(pi - theta)/(2*pi)*(1 + 0*theta) + 1/9"
    verdict = verify("E[step(u)*step(v)]", right, assumptions=("theta < pi/4", "|u| > 2*|v|"), power=False)
    assert verdict.kind is Kind.REFUTED
    assert verdict.exact is not None
    assert verdict.exact.counterexample is not None
    assert "theta = 2*atan(1/3)" in verdict.exact.counterexample.point
    assert "|u| = 2, |v| = 1/2" in verdict.exact.counterexample.point


def test_a_claim_that_is_false_elsewhere_is_not_refuted_there() -> None:
    verdict = verify("E[sqrt(t^2)*relu(u)]", "t*|u|/sqrt(2*pi)", variables={"t": "(0, oo)"}, power=False)
    assert verdict.kind in (Kind.CONSISTENT, Kind.PROVED, Kind.INCONCLUSIVE), str(verdict)


@pytest.mark.parametrize("domain", ["{1/3}", "[0, 1]", "(-oo, oo)", "(5, oo)"])
def test_a_parameter_may_be_fixed_or_free(domain: str) -> None:
    right = "(1 - t)*|u|/sqrt(2*pi)"
    assert verify("E[leaky_relu(u, t)]", right, variables={"t": domain}, power=False).kind is Kind.PROVED
    wrong = verify("E[leaky_relu(u, t)]", f"{right} + t/10^9", variables={"t": domain}, power=False)
    assert wrong.kind is Kind.REFUTED
