"""Recursions of correlations: limits, factors, decays by powers."""

from __future__ import annotations

import pytest

from checks.claim import Claim
from checks.claim_table import Shared, read_claim, table_of
from checks.errors import ClaimError
from checks.judge import verify
from checks.statements.recursion import Recursion

RELU = "2*E[relu(u)*relu(v)]"


@pytest.mark.parametrize(
    ("stated", "kind"),
    [
        (Recursion(RELU, "1", power="2", constant="9*pi^2/2"), "CERTIFIED"),
        (Recursion(RELU, "1", power="2", constant="9*pi^2/4"), "REFUTED"),
        (Recursion(RELU, "1", power="1", constant="9*pi^2/2"), "REFUTED"),
        (Recursion(RELU, "1", factor="1/2"), "REFUTED"),
        (Recursion(RELU, "0"), "REFUTED"),
        (Recursion("E[sign(u)*sign(v)]", "0", "(-1, 1)", factor="2/pi"), "CERTIFIED"),
        (Recursion("c/2", "0", "(-oo, oo)", factor="1/2"), "CERTIFIED"),
        (Recursion("c^2", "0", "[0, 1)", factor="0"), "CERTIFIED"),
        (Recursion("c^2", "0", "[0, 1]"), "REFUTED"),  # 1 stays where it is
        (Recursion("c^2", "1", "[0, 1]"), "REFUTED"),
        (Recursion("c - c^2", "0", "[0, 1]"), "CERTIFIED"),
        (Recursion("c - c^2", "0", "[0, 1]", power="1", constant="1"), "INCONCLUSIVE"),  # from 1 it is 0 at once
        (Recursion("c - c^2", "0", "[0, 1)", power="1", constant="1"), "CERTIFIED"),
        (Recursion("c - c^3", "0", "[-1/2, 1/2]", power="1/2", constant="1/sqrt(2)"), "CERTIFIED"),
        (Recursion("c + c^3", "0", "[-1/2, 1/2]", power="1/2", constant="1/sqrt(2)"), "REFUTED"),
        (Recursion("(c + 2/c)/2", "sqrt(2)", "[sqrt(2), 2]", factor="0"), "CERTIFIED"),
        (Recursion("-c/2", "0", "[-1, 1]", factor="-1/2"), "CERTIFIED"),  # from one side to the other
        (Recursion("2*c", "0", "[0, 1]"), "REFUTED"),  # the limit repels
    ],
)
def test_recursions(stated: Recursion, kind: str) -> None:
    claim = Claim("it", stated)
    verdict = verify(claim, power=False)
    assert verdict.kind.value == kind, str(verdict)
    assert read_claim(table_of(claim), Shared(), "it") == claim


def test_meaningless_recursions() -> None:
    with pytest.raises(ClaimError, match="both"):
        Recursion("c/2", "0", power="1")
    with pytest.raises(ClaimError, match="outside the domain"):
        verify(Claim("it", Recursion("c/2", "2")), power=False)
    with pytest.raises(ClaimError, match="formula in c"):
        verify(Claim("it", Recursion("b/2", "0")), power=False)


def test_slips_of_a_decay_are_refuted() -> None:
    verdict = verify(Claim("it", Recursion("c - c^3", "0", "[-1/2, 1/2]", power="1/2", constant="1/sqrt(2)")))
    assert verdict.power is not None
    assert verdict.power.refuted == verdict.power.total > 3
