"""Text and trees: what is printed is read back as the same tree, and LaTeX is well formed."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.constants import multiple_of_pi, rational_value
from analytic.formula import Expr, add, call, mul, name, neg, num, power
from analytic.grammar import parse
from analytic.printing import to_latex

modest = settings(max_examples=150, deadline=None)

words = st.sampled_from(["u", "v", "w_i", "theta", "pi", "lambda_max", "k", "_x", "E1", "α"])
numbers = st.fractions(-30, 30, max_denominator=12).map(lambda q: num(q))
atoms = (
    numbers
    | words.map(name)
    | words.map(lambda w: Expr("norm", (name(w),)))
    | st.tuples(words, words).map(lambda p: Expr("dot", (name(p[0]), name(p[1]))))
)
exponents = st.sampled_from(["-3", "-2", "-1", "-1/2", "0", "1/2", "2/3", "2", "3", "70"]).map(
    lambda q: num(Fraction(q))
)


def _power(base: Expr, exponent: Expr) -> Expr:
    return power(num(2) if base == num(0) else base, exponent)


def _grow(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    lists = st.lists(inner, min_size=2, max_size=3)
    functions = st.sampled_from(["sin", "sqrt", "relu", "theta", "outer", "acos", "hess", "unknown_function"])
    return (
        lists.map(lambda x: add(*x))
        | lists.map(lambda x: mul(*x))
        | inner.map(neg)
        | st.tuples(inner, exponents | inner).map(lambda p: _power(*p))
        | st.tuples(functions, lists).map(lambda p: call(p[0], *p[1]))
        | inner.map(lambda x: call("sqrt", x))
        | inner.map(lambda x: Expr("expect", (x,)))
    )


trees = st.recursive(atoms, _grow, max_leaves=8)


@modest
@given(e=trees)
def test_printed_trees_read_back_as_themselves(e: Expr) -> None:
    assert parse(str(e)) == e


@pytest.mark.parametrize(
    "text",
    [
        "u^(-2)", "a/b/c", "a/(b*c)", "1/(1/u)", "1/(2*c)^2", "-(a + b)*c", "-a^2", "(-a)^2", "2^-1*x", "x^-y",
        "a - (b - c)", "a/(b - c)^2/d", "(a^b)^c", "a^b^c", "1/sqrt(2*pi)", "(1/2)^x", "(-2)^(1/2)", "2^100",
        "-1*-1*x", "1/x^(1/2)", "sum(j != i, w_j/|w_j|)", "E[relu(w.x)*relu(v.x)]/(2*pi)", "1.25*x", "x**2",
        "+x", "(u/v)^-1",
    ],
)  # fmt: skip
def test_read_trees_print_to_themselves(text: str) -> None:
    e = parse(text)
    assert parse(str(e)) == e


@pytest.mark.parametrize(
    ("pasted", "plain"),
    [
        ("θ·π", "theta*pi"),
        ("2×u − v", "2*u - v"),
        ("‖u‖²", "|u|^2"),
        ("u³ + v¹²", "u^3 + v^12"),
        ("arccos(ρ)", "acos(rho)"),
        ("heaviside(u)", "step(u)"),
        ("u\n +\tv", "u + v"),
    ],
)
def test_pasted_spellings(pasted: str, plain: str) -> None:
    """A superscript used to become part of the name, so that E[u²] was 0."""
    assert parse(pasted) == parse(plain)


@modest
@given(e=trees)
def test_latex_is_balanced(e: Expr) -> None:
    latex = to_latex(e)
    depth = 0
    for character in re.sub(r"\\[{}]", "", latex):
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0
    assert latex.count(r"\left") == latex.count(r"\right")
    assert "$" not in latex
    assert "  " not in latex.strip()


@modest
@given(q=st.fractions(-5, 5, max_denominator=9), r=st.fractions(-5, 5, max_denominator=9))
def test_decimals_fractions_and_constants_are_exact(q: Fraction, r: Fraction) -> None:
    e = num(q) * name("pi") + num(r) * name("pi")
    assert multiple_of_pi(e) == q + r
    assert rational_value(parse(f"({q}) + ({r})*3")) == q + 3 * r


def test_decimals_are_read_exactly() -> None:
    assert rational_value(parse("0.1")) == Fraction(1, 10)


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("-1/2", r"-\frac{1}{2}"),
        ("(a + b)/2", r"\frac{a + b}{2}"),
        ("-(a + b)*c", r"-\left(a + b\right) c"),
        ("sin(theta)^2", r"\sin^{2} \theta"),
        ("E[relu(u)]", r"\mathbb{E}\left[\operatorname{relu}\left(u\right)\right]"),
        ("sqrt(2*pi)", r"\sqrt{2 \pi}"),
    ],
)
def test_latex_of_small_formulas(text: str, latex: str) -> None:
    assert to_latex(parse(text)) == latex


def test_divisors_come_last_in_a_product() -> None:
    u = name("u")
    assert power(u, num(-3)) * u == u / u**3 == parse("u/u^3")
