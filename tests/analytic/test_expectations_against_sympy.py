"""Derived expectations against Cho and Saul's recipe, Wick's theorem and integrals over the half-line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import sympy

from analytic.algebra import evaluate
from analytic.expectation import expect
from analytic.grammar import parse
from analytic.ring import Element, Ring

PAIR = Ring(("u", "v"))


def _element(text: str) -> Element:
    return evaluate(parse(text), PAIR)


def arc_cosine(n: int) -> Any:
    r"""$J_n = (-1)^n \sin^{2n+1}\theta\,(\frac{1}{\sin\theta}\frac{d}{d\theta})^n\frac{\pi-\theta}{\sin\theta}$."""
    theta = sympy.Symbol("theta")
    f = (sympy.pi - theta) / sympy.sin(theta)
    for _ in range(n):
        f = sympy.diff(f, theta) / sympy.sin(theta)
    return (-1) ** n * sympy.sin(theta) ** (2 * n + 1) * f


@pytest.mark.parametrize("n", range(5))
def test_arc_cosine_kernels(n: int) -> None:
    """Cho and Saul (2009), equation (4): the plain expectation is |u|^n |v|^n J_n/(2 pi)."""
    derived = expect(f"u^{n}*step(u)*v^{n}*step(v)")
    published = _element(f"|u|^{n}*|v|^{n}*({arc_cosine(n)})/(2*pi)")
    assert PAIR.is_zero(evaluate(derived.value, PAIR) - published)
    assert not PAIR.is_zero(evaluate(derived.value, PAIR) - 2 * published)


def wick(variables: Sequence[str]) -> Element:
    """The sum over all pairings of the products of covariances (Isserlis 1918)."""
    if not variables:
        return PAIR.field.one
    first, *rest = variables
    total = PAIR.field.zero
    for i, partner in enumerate(rest):
        covariance = PAIR.norm(first) * PAIR.norm(partner) * (1 if first == partner else PAIR.cosine)
        total += covariance * wick([*rest[:i], *rest[i + 1 :]])
    return total


@pytest.mark.parametrize("m", range(6))
@pytest.mark.parametrize("n", range(1, 5))
def test_polynomial_moments_are_sums_over_pairings(m: int, n: int) -> None:
    derived = evaluate(expect(f"u^{m}*v^{n}").value, PAIR)
    assert PAIR.is_zero(derived - wick(["u"] * m + ["v"] * n))


@pytest.mark.parametrize("n", range(8))
def test_half_line_moments_against_sympy_integrals(n: int) -> None:
    z = sympy.Symbol("z", positive=True)
    integral = sympy.integrate(z**n * sympy.exp(-(z**2) / 2) / sympy.sqrt(2 * sympy.pi), (z, 0, sympy.oo))
    derived = expect(f"u^{n}*step(u)")
    assert derived.ring.is_zero(derived.in_ring - evaluate(parse(f"({integral})*|u|^{n}"), derived.ring))


@pytest.mark.parametrize(
    ("integrand", "closed"),
    [
        ("sign(u)*sign(v)", "2*asin(cos(theta))/pi"),
        ("sign(u)*v", "|v|*cos(theta)*sqrt(2/pi)"),
        ("abs(u)*abs(v)", "2*|u|*|v|*(sin(theta) + (pi/2 - theta)*cos(theta))/pi"),
        ("abs(u)", "|u|*sqrt(2/pi)"),
        ("step(u)*v", "|v|*cos(theta)/sqrt(2*pi)"),
        ("relu(u)*v", "|u|*|v|*cos(theta)/2"),
    ],
)
def test_textbook_expectations(integrand: str, closed: str) -> None:
    assert PAIR.is_zero(evaluate(expect(integrand).value, PAIR) - _element(closed))


@pytest.mark.parametrize("integrand", ["relu(u)*relu(v)", "step(u)*step(v)", "relu(u)*step(v)", "relu(u)^2*relu(v)^2"])
def test_the_sympy_form_is_the_same_function(integrand: str) -> None:
    """Printed by SymPy and read back, the closed form is the same element."""
    e = expect(integrand)
    assert e.ring.is_zero(e.in_ring - evaluate(parse(str(e.sympy)), e.ring))
