"""Recursions that a side of the limit sends to the other side, and slow ones."""

from __future__ import annotations

import pytest

from checks import Claim, verify
from checks.statements.recursion import Recursion
from checks.verdict import Kind

TRUE = [
    Recursion("abs(c)/2", "0", "[-1, 1]", factor="1/2"),
    Recursion("max(-c/2, c/3)", "0", "[-1, 1]", factor="1/3"),
    Recursion("sqrt(c^2)/2", "0", "[-1, 1]", factor="1/2"),
    Recursion("-abs(c)/2", "0", "[-1, 1]", factor="1/2"),
    Recursion("abs(c - 1/2)/2 + 1/2", "1/2", "[0, 1]", factor="1/2"),
    Recursion("-c/2", "0", "[-1, 1]", factor="-1/2"),
    Recursion("c - c^21", "0", "(0, 1)"),
    Recursion("c - c^2/10^6", "0", "[0, 1]"),
]
FALSE = [
    Recursion("-abs(c)/2", "0", "[-1, 1]", factor="1/3"),
    Recursion("-c/2", "0", "[-1, 1]", factor="1/2"),
    Recursion("max(-c/2, -c/3)", "0", "[-1, 1]", factor="-1/2"),
    Recursion("c + c^2", "0", "[-1/2, 1/2]", power="1", constant="1"),
    Recursion("2*c", "0", "[-1, 1]", factor="1/2"),
    Recursion("c^3", "1", "[1/2, 1]"),
    Recursion("cos(c)", "0", "[-1, 1]"),
    Recursion("4*c*(1 - c)", "0", "[0, 1]"),
]
#: Beyond what is proved or refuted.
OPEN = [
    Recursion("abs(c)/2", "0", "[-1, 0)", factor="1/2"),
    Recursion("abs(c) - c^2", "0", "[-1/2, 1/2]", power="1", constant="1"),
    Recursion("5*abs(c)/4 - 3*c/4", "0", "[-1, 1]", factor="1/2"),
    Recursion("5*sqrt(c^2)/4 - 3*c/4", "0", "[-1, 1]"),
    Recursion("-3*c/4 - 5*sqrt(c^2)/4", "0", "[0, 1/10]"),
    Recursion("-3*c/4 - 5*c/4*(2/pi)*(atan(1/c) + atan(c))", "0", "(0, 1/10]"),
    Recursion("step(c)*(c - 2) + step(-c)*c/2", "0", "(0, 1]"),
    # false: below 1/2 the orbits stop there, where kappa jumps; above they tend to 1
    Recursion("c + step(1/2 - c)*(1/2 - c)/2 + (1 - step(1/2 - c))*(1 - c)/2", "1", "[0, 1]"),
    Recursion("3*c/4 + abs(c)/4 - 1 - c/abs(c)", "0", "[-1, 1]"),
    Recursion("-3*c/4 - 5*(c^2)^(1/2)/4", "0", "(0, 1/10]", factor="1/2"),
]


@pytest.mark.parametrize("stated", TRUE, ids=str)
def test_true_ones_are_certified(stated: Recursion) -> None:
    verdict = verify(Claim("it", stated), power=False)
    assert verdict.kind is Kind.CERTIFIED, str(verdict)
    assert not verdict.witnesses_disagree


@pytest.mark.parametrize("stated", FALSE, ids=str)
def test_false_ones_are_refuted(stated: Recursion) -> None:
    assert verify(Claim("it", stated), power=False).kind is Kind.REFUTED


@pytest.mark.parametrize("stated", OPEN, ids=str)
def test_what_is_open_is_not_decided(stated: Recursion) -> None:
    verdict = verify(Claim("it", stated), power=False)
    assert verdict.kind in (Kind.INCONCLUSIVE, Kind.CONSISTENT), str(verdict)
