"""Gradients and Hessians of expectations: in one vector, and with functions beyond the canonical ring."""

from __future__ import annotations

import pytest

from checks import verify
from checks.verdict import Kind

ERF_SLOPE = "4/(pi*(1 + 2*|w|^2)*sqrt((1 + 2*|w|^2)*(1 + 2*|v|^2) - 4*(w.v)^2))*((1 + 2*|w|^2)*v - 2*(w.v)*w)"
TRUE = [
    ("grad(E[relu(w.x)^2], w)", "w"),
    ("hess(E[relu(w.x)^2], w, w)", "I"),
    ("hess(E[relu(w.x)^3], w, w)", "6*|w|/sqrt(2*pi)*(I + outer(bar(w), bar(w)))"),
    ("hess(E[(w.x)^4], w, w)", "12*|w|^2*I + 24*outer(w, w)"),
    ("grad(E[exp(w.x)], w)", "exp(|w|^2/2)*w"),
    ("hess(E[exp(w.x)], w, w)", "exp(|w|^2/2)*(I + outer(w, w))"),
    ("grad(E[cos(w.x)], w)", "-exp(-|w|^2/2)*w"),
    ("grad(E[exp(w.x)*(v.x)], v)", "exp(|w|^2/2)*w"),
    ("grad(E[erf(w.x)*erf(v.x)], w)", ERF_SLOPE),
]
FALSE = [
    ("grad(E[relu(w.x)^2], w)", "2*w", "w"),
    ("hess(E[(w.x)^4], w, w)", "12*|w|^2*I + 12*outer(w, w)", "12*|w|^2*I + 24*outer(w, w)"),
    ("grad(E[exp(w.x)], w)", "exp(|w|^2)*w", "exp(|w|^2/2)*w"),
    pytest.param("grad(E[relu(w.x)*exp(v.x)], w)", "w", "bar(w)", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("left", "right"), TRUE)
def test_true_derivatives_are_proved(left: str, right: str) -> None:
    verdict = verify(left, right, power=False)
    assert verdict.kind is Kind.PROVED, str(verdict)
    assert verdict.empirical
    assert all(e.agrees for e in verdict.empirical)


@pytest.mark.parametrize(("left", "right", "repaired"), FALSE)
def test_false_ones_are_refuted_and_repaired(left: str, right: str, repaired: str) -> None:
    verdict = verify(left, right)
    assert verdict.kind is Kind.REFUTED, str(verdict)
    assert repaired in str(verdict.repair)


def test_a_constant_has_derivatives() -> None:
    assert verify("hess(E[1], w, w)", "0*I", power=False).kind is Kind.PROVED


def test_a_step_with_a_parameter() -> None:
    """The slope of Phi(b/|w|); the argument of the step vanishes identically for no b."""
    right = "-b*exp(-b^2/(2*|w|^2))/(sqrt(2*pi)*|w|^2)*bar(w)"
    verdict = verify("grad(E[step(w.x + b)], w)", right, variables={"b": "(-1, 1)"}, power=False)
    assert verdict.kind is Kind.PROVED, str(verdict)
    nowhere = verify("E[step(b*(w.x) + b*|w|)]", "Phi(1)", variables={"b": "[0, 1)"}, power=False)
    assert nowhere.kind is not Kind.PROVED


def test_a_parameter_beyond_which_the_expectation_does_not_exist() -> None:
    """E[exp(t u^2)] is finite for t |w|^2 < 1/2 only: nothing is proved on a domain that goes beyond."""
    right = "2*t*(1 - 2*t*|w|^2)^(-3/2)*w"
    free = verify("grad(E[exp(t*(w.x)^2)], w)", right, variables={"t": "(0, 1)"}, power=False)
    assert free.kind is Kind.INCONCLUSIVE
    inside = verify(
        "grad(E[exp(-t*(w.x)^2)], w)", "-2*t*(1 + 2*t*|w|^2)^(-3/2)*w", variables={"t": "(0, 1)"}, power=False
    )
    assert inside.kind is Kind.PROVED, str(inside)
