"""Gradient descent near critical points, bounds of eigenvalues, and orders of matrices."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.balls import precision
from checks.claim import Claim
from checks.claim_table import Shared, read_claim, table_of
from checks.errors import ClaimError
from checks.judge import verify
from checks.statements.base import Stated
from checks.statements.descent import GradientDescent
from checks.statements.descent_path import gradient
from checks.statements.eigenvalue_bound import EigenvalueBound
from checks.statements.ordering import MatrixOrder
from numeric import population_gradient

SMALL = settings(max_examples=15, deadline=None, derandomize=True)
START = (("1/2", "1/10"), ("-1/5", "1/3"))
TWO = (("1", "t"), ("t", "1"))


@pytest.mark.parametrize(
    ("stated", "kind"),
    [
        (GradientDescent("II", 6, step="1/2", factor="0.99765", converges=True), "CERTIFIED"),
        (GradientDescent("II", 6, step="1/2", factor="0.99764"), "CERTIFIED"),  # one unit of the last digit
        (GradientDescent("II", 6, step="1/2", factor="0.99763"), "REFUTED"),
        (GradientDescent("II", 6, step="1/2", converges=False), "REFUTED"),
        (GradientDescent("II", 6, step="1", converges=True), "REFUTED"),
        (GradientDescent("A", 3, step="1/2", converges=True), "REFUTED"),  # a saddle
        (GradientDescent("A", 3, rate="0.0878909552"), "REFUTED"),
        (GradientDescent("II", 6, rate="0.0047", converges=True), "CERTIFIED"),
        (GradientDescent("II", 7, step="1/2", radius="0.003"), "CERTIFIED"),
        (GradientDescent("II", 7, step="1/2", radius="0.03"), "INCONCLUSIVE"),
        (GradientDescent("II", 7, step="1", radius="0.003"), "REFUTED"),
        (GradientDescent("global", 2, step="1/2", start=START), "CERTIFIED"),
        (GradientDescent("global", 2, step="10", start=START), "INCONCLUSIVE"),
        (
            GradientDescent("A", 3, step="1/2", start=(("1", "0", "0"),) * 3),
            "INCONCLUSIVE",
        ),  # a saddle attracts nothing
        (EigenvalueBound("II", 6, "0.0047"), "CERTIFIED"),
        (EigenvalueBound("II", 6, "0.0048"), "REFUTED"),
        (EigenvalueBound("A", 7, "0.0067", onwards=True), "CERTIFIED"),
        (EigenvalueBound("A", 6, "0.003", onwards=True), "REFUTED"),
        (EigenvalueBound("A", 40, "0.07", onwards=True), "REFUTED"),
        (MatrixOrder(TWO, domains={"t": "[-1, 1]"}), "PROVED"),
        (MatrixOrder(TWO, strict=True, domains={"t": "[-1, 1]"}), "REFUTED"),
        (MatrixOrder(TWO, strict=True, domains={"t": "(-1, 1)"}), "PROVED"),
        (MatrixOrder((("1", "2*t"), ("2*t", "1")), domains={"t": "[-1, 1]"}), "REFUTED"),
        (MatrixOrder((("0", "1"), ("1", "1"))), "REFUTED"),
        (MatrixOrder((("2", "1"), ("1", "2")), (("1", "1"), ("1", "1"))), "PROVED"),
        (MatrixOrder((("cos(t)", "sin(t)"), ("sin(t)", "cos(t)")), domains={"t": "[0, pi/4]"}), "CERTIFIED"),
    ],
)
def test_statements(stated: Stated, kind: str) -> None:
    claim = Claim("it", stated)
    verdict = verify(claim, power=False)
    assert verdict.kind.value == kind, str(verdict)
    assert read_claim(table_of(claim), Shared(), "it") == claim


def test_meaningless_statements() -> None:
    with pytest.raises(ClaimError, match="nothing that is claimed"):
        GradientDescent("II", 6, step="1")
    with pytest.raises(ClaimError, match="positive"):
        GradientDescent("II", 6, step="-1", converges=True)
    with pytest.raises(ClaimError, match="gradient flow"):
        GradientDescent("II", 6, factor="0.5")
    with pytest.raises(ClaimError, match="rows of 2 numbers"):
        GradientDescent("global", 2, step="1", start=(("1",), ("0",)))
    with pytest.raises(ClaimError, match="square"):
        MatrixOrder((("1", "2"),))
    with pytest.raises(ClaimError, match="symmetry"):
        verify(Claim("it", MatrixOrder((("1", "2"), ("0", "1")))), power=False)


@given(entries=st.lists(st.fractions(-2, 2, max_denominator=8), min_size=4, max_size=4))
@SMALL
def test_enclosed_gradients_hold_the_gradient_by_quadrature(entries: list[Fraction]) -> None:
    rows = [entries[:2], entries[2:]]
    if any(not any(row) for row in rows):
        return
    found = population_gradient(np.array(rows, dtype=float), np.eye(2))
    with precision(128):
        exact = gradient([[arb(x.numerator) / x.denominator for x in row] for row in rows], 2)
    values = np.asarray(found.value)
    for row, other in zip(exact, values, strict=True):
        for ball, value in zip(row, other, strict=True):
            assert abs(float(ball) - value) <= float(np.max(found.error)) + 1e-14
            assert float(ball.rad()) < 1e-12


def test_slips_of_a_factor_are_refuted() -> None:
    verdict = verify(Claim("it", GradientDescent("II", 6, step="1/2", factor="0.99765")))
    assert verdict.power is not None
    assert verdict.power.refuted == verdict.power.total > 4
