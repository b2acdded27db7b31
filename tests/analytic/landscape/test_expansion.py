"""Expansions in powers of k^(-1/2) against certified critical points at huge k, and against facts known otherwise."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from flint import arb

from analytic.balls import precision
from analytic.errors import DomainError, FormulaError
from analytic.landscape.expansion import Expansion, expansion
from analytic.landscape.families import critical_point
from analytic.landscape.pi_field import OutsideFieldError
from analytic.landscape.tape import BALL

BITS = 500
FAMILIES = ("A", "I", "II", "II:2", "diagonal")


def scaled_residuals(terms: Expansion, exact: Any) -> list[arb]:
    """|exact - truncated| k^((n+1)/2) at k = 10^4, 10^8 and 10^12."""
    found = []
    for power in (4, 8, 12):
        with precision(BITS):
            k = 10**power
            distance = abs(exact(k) - terms.at(k, 140).arb)
            found.append(distance * arb(k).sqrt() ** (terms.order + 1))
    return found


def assert_order(terms: Expansion, exact: Any) -> None:
    """The next coefficient is the limit of the scaled residuals: they settle."""
    residuals = scaled_residuals(terms, exact)
    assert residuals[2] < 2 * residuals[1] + arb(10) ** -20, (repr(terms), residuals)
    assert residuals[1] < 20 * residuals[0] + arb(10) ** -20, (repr(terms), residuals)


@pytest.mark.parametrize("name", FAMILIES)
def test_weights_have_the_residual_order(name: str) -> None:
    for orbit, terms in expansion(name, 4).items():
        assert_order(terms, lambda k, orbit=orbit: critical_point(name, k).weights(BITS)[orbit])


@pytest.mark.parametrize("name", FAMILIES)
def test_losses_have_the_residual_order(name: str) -> None:
    def exact(k: int) -> arb:
        point = critical_point(name, k)
        values = {**{f"k_{a}": arb(n) for a, n in point.sizes.items()}, **point.weights(BITS)}
        value: arb = point.programs.loss.run(BALL, values)[0]
        return value

    assert_order(expansion(name, 4, "loss"), exact)


SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in ("I", "II", "II:2")]


@pytest.mark.parametrize("name", ["A", "global", "diagonal", *SLOW])
def test_eigenvalues_have_the_residual_order(name: str) -> None:
    found = expansion(name, 3, "eigenvalues")
    for power in (6, 12):
        k = 10**power
        spectrum = [r for r in critical_point(name, k).spectrum(60).rows if "extra" not in r.component]
        for component in {e.component for e in found}:
            ours = sorted((e for e in found if e.component == component), key=lambda e: float(e.at(k).arb))
            theirs = [r for r in spectrum if r.component == component]
            assert len(ours) == len(theirs)
            for e, r in zip(ours, theirs, strict=True):
                assert e.multiplicity_at(k).arb.contains(r.multiplicity)
                with precision(300):
                    assert abs(e.at(k, 60).arb - r.value.arb) * arb(k) ** 2 < 100, (repr(e), r)


def test_known_expansions() -> None:
    assert repr(expansion("II", 2, "loss")) == "loss(II) = (1/2 - 2/pi^2)/k + O(k^(-3/2))"
    assert repr(expansion("diagonal", 2)["a_11"]) == "a_11(diagonal) = 1/(pi*k^(1/2)) + 1/(2*k) + O(k^(-3/2))"
    assert repr(expansion("global", 3, "loss")) == "loss(global) = O(k^(-2))"
    for name in ("A", "I"):  # the losses tend to a positive constant
        assert str(expansion(name, 1, "loss").coefficient(0)) == "1/2 - 1/pi"


def test_flipped_neurons_bring_the_square_root_of_their_number() -> None:
    assert "sqrt(2)" in repr(expansion("II:2", 4)["a_22"]) + repr(expansion("II:2", 6)["a_22"])


def test_latex() -> None:
    latex = expansion("II", 2, "loss")._repr_latex_()
    assert latex.startswith("$\\displaystyle")
    assert r"\left(\frac{1}{2} - \frac{2}{\pi^{2}}\right)k^{-1}" in latex


def test_refusals() -> None:
    with pytest.raises(FormulaError, match="III"):
        expansion("III", 2)
    with pytest.raises(DomainError, match="order"):
        expansion("II", -1)
    with pytest.raises(DomainError, match="weights, loss"):
        expansion("II", 2, "trace")
    with pytest.raises(OutsideFieldError, match="I:3"):
        expansion("I:3", 2)
    with pytest.raises(DomainError, match="ask for a higher order"):
        expansion("A", 2, "loss").coefficient(3)
    with pytest.raises(DomainError, match="positive"):
        expansion("A", 2, "loss").at(Fraction(-1))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["A", "I", "II", "II:2", "II:3"])
def test_order_12(name: str) -> None:
    for orbit, terms in expansion(name, 12).items():
        assert_order(terms, lambda k, orbit=orbit: critical_point(name, k).weights(BITS)[orbit])
