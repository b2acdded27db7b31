"""Recursions with free parameters, to infinity, across the limit, and with bounds for every l."""

from __future__ import annotations

import pytest

from checks.claim import Claim
from checks.claim_table import Shared, read_claim, table_of
from checks.errors import ClaimError
from checks.judge import verify
from checks.statements.recursion import Recursion

STEP = {"eta": "(0, 1)", "mu": "(0, 1)"}
SQUARE = "(1 - eta*mu)^2*c"


@pytest.mark.parametrize(
    ("stated", "variables", "kind"),
    [
        (Recursion(SQUARE, "0", "(0, oo)", factor="(1 - eta*mu)^2"), STEP, "CERTIFIED"),
        (Recursion(SQUARE, "0", "(0, oo)", factor="1 - eta*mu"), STEP, "REFUTED"),
        (Recursion(SQUARE, "0", "(0, oo)"), {"eta": "(0, 3)", "mu": "(0, 1)"}, "REFUTED"),
        (Recursion("w*c/2 + b", "b/(1 - w/2)", "[0, oo)", factor="w/2"), {"w": "(0, 2)", "b": "(0, oo)"}, "CERTIFIED"),
        (Recursion("c/(1 + a*c)", "0", "(0, oo)", power="1", constant="1/a"), {"a": "(0, oo)"}, "CERTIFIED"),
        (Recursion("c/(1 + a*c)", "0", "(0, oo)", power="1", constant="a"), {"a": "(0, oo)"}, "REFUTED"),
        (Recursion("c + 1/c", "oo", "(0, oo)"), {}, "CERTIFIED"),
        (Recursion("c/2 + 1/2", "oo", "[2, oo)"), {}, "REFUTED"),
        (Recursion("1 - c/2", "2/3", "[0, 1]", factor="-1/2"), {}, "CERTIFIED"),
        (Recursion("2*c*(1 - c)", "1/2", "(0, 1)", factor="0"), {}, "CERTIFIED"),
        (Recursion("2*c*(1 - c)", "1/2", "[0, 1)"), {}, "REFUTED"),
        (Recursion("c*(step(c - 1/4) - 2)/2", "0", "[-1, 1]"), {}, "INCONCLUSIVE"),  # not continuous
        (Recursion("4*c*(1 - c)", "3/4", "(0, 1)"), {}, "REFUTED"),  # repels
        (Recursion("c/(1 + c)", "0", "(0, 1]", upper="1/(l + 1)"), {}, "CERTIFIED"),
        (Recursion("c/(1 + c)", "0", "(0, 1]", upper="1/(l + 2)"), {}, "REFUTED"),
        (Recursion("(1 - eta*mu)*c", "0", "[0, 1]", upper="exp(-eta*mu*l)"), STEP, "CERTIFIED"),
    ],
)
def test_verdicts(stated: Recursion, variables: dict[str, str], kind: str) -> None:
    claim = Claim("it", stated, variables=variables)
    verdict = verify(claim, power=False)
    assert verdict.kind.value == kind, str(verdict)
    if not variables:
        assert read_claim(table_of(claim), Shared(), "it") == claim


def test_meaningless_recursions() -> None:
    with pytest.raises(ClaimError, match="infinity"):
        Recursion("2*c", "oo", factor="2")
    with pytest.raises(ClaimError, match="domain of c"):
        verify(Claim("it", Recursion("c/2", "0"), variables={"c": "(0, 1)"}), power=False)
    with pytest.raises(ClaimError, match="formula in l"):
        Recursion("c/2", "0", upper="c")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stated", "variables", "shown"),
    [
        (Recursion("sin(c)", "0", "(0, pi)", power="1", constant="3"), {}, "sqrt(3) * l^(-1/2)"),
        (Recursion("w*c/2 + b", "b/(1 - w)", "[0, oo)"), {"w": "(0, 1)", "b": "(0, oo)"}, "2*b/(2 - w)"),
    ],
)
def test_the_repair_is_what_was_derived(stated: Recursion, variables: dict[str, str], shown: str) -> None:
    verdict = verify(Claim("it", stated, variables=variables))
    assert verdict.repair is not None
    assert shown in verdict.repair
