"""What is shown of an element is that element: evaluating the formula in the ring gives it back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.algebra import evaluate
from analytic.formula import Expr
from analytic.grammar import parse
from analytic.readable import readable
from analytic.ring import Ring

RING = Ring(("u", "v"), ("t",))
ATOMS = (
    "theta",
    "pi",
    "sin(theta)",
    "cos(theta)",
    "|u|",
    "|v|",
    "t",
    "sqrt(2)",
    "sqrt(pi)",
    "3/7",
    "pi - theta",
    "sqrt(6)",
)


@st.composite
def closed_forms(draw: st.DrawFn) -> Expr:
    """Sums of products of powers of the ring's generators, negative powers included."""
    terms = []
    for _ in range(draw(st.integers(1, 4))):
        factors = draw(st.lists(st.tuples(st.sampled_from(ATOMS), st.integers(-2, 3)), min_size=1, max_size=4))
        terms.append("*".join(f"({atom})^({n})" for atom, n in factors))
    return parse(" - ".join(terms))


def gives_back(expr: Expr) -> None:
    """The formula shown has the normal form of the element."""
    element = evaluate(expr, RING)
    assert RING.is_zero(evaluate(readable(element, RING), RING) - element)


@given(closed_forms())
@settings(deadline=None, max_examples=50)
def test_readable_gives_the_element_back(expr: Expr) -> None:
    gives_back(expr)


@pytest.mark.slow
@given(closed_forms())
@settings(deadline=None, max_examples=150)
def test_readable_gives_the_element_back_in_150_examples(expr: Expr) -> None:
    gives_back(expr)


def test_theta_below_the_line_does_not_cancel_its_supplement() -> None:
    element = evaluate(parse("(pi - theta)/theta"), RING)
    assert str(readable(element, RING)) == "(pi - theta)/theta"
