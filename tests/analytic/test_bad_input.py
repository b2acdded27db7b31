"""Whatever is typed, the answer is a result or one line that says what was got and what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import analytic
from analytic.algebra import evaluate
from analytic.errors import AnalyticError, DerivationError, DomainError, FormulaError, NoClosedFormError
from analytic.expectation import expect
from analytic.formula import Expr, name, num
from analytic.grammar import MAX_LENGTH, formula, parse
from analytic.neurons import loss_derivative
from analytic.ring import Ring

T = TypeVar("T")

BAD_TEXTS = {
    "empty": "",
    "blank": " \n\t ",
    "unbalanced": "(u + v",
    "closing": "u)",
    "operator": "u +",
    "juxtaposed": "2 u",
    "juxtaposed pi": "2π",
    "glued pi": "πu",
    "dunder": "__import__('os').system('true')",
    "lambda": "lambda: 0",
    "brackets": "u[0]",
    "comma": "u, v",
    "no argument": "relu()",
    "norm of a sum": "|u + v|",
    "comparison": "u == v",
    "quote": "'u'",
    "backslash": "\\frac{u}{2}",
    "zero byte": "u\x00v",
    "emoji": "u + 🙂",
    "surrogate": "u + \ud800",
    "direction mark": "u\u202e+ v",
    "newlines": "u +\n\n) +\n v",
    "division by zero": "1/0",
    "power of zero": "0^-1",
    "long digits": "9" * 5000,
    "long decimals": "0." + "3" * 5000,
    "tower": "((((10^64)^64)^64)^64)^64",
    "product of powers": "*".join(["10^64"] * 500),
    "too long": "u+" * MAX_LENGTH + "u",
    "parentheses": "(" * 5000 + "u" + ")" * 5000,
    "calls": "sin(" * 5000 + "u" + ")" * 5000,
    "expectations": "E[" * 5000 + "u" + "]" * 5000,
    "signs": "-" * 5000 + "u",
    "spaced signs": "- " * 5000 + "u",
    "signs on lines": "-\n" * 5000 + "u",
    "plus and minus": "+-" * 5000 + "u",
    "chain of powers": "^".join(["u"] * 5000),
    "chain of negative powers": "u^-" * 3000 + "u",
    "nested by arithmetic": "(u+2*" * 99 + "u" + ")" * 99 + "^2" * 200,
}


@pytest.mark.parametrize("text", BAD_TEXTS.values(), ids=BAD_TEXTS)
def test_unreadable_text_gives_one_line(text: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert len(message) < 400


def _parameters(text: str) -> tuple[str, ...]:
    return ("t",) if re.search(r"\bt\b", text) else ()


def _tried(compute: Callable[[], T]) -> tuple[T | None, str]:
    """The result and no complaint, or no result and the complaint; any exception that is not ours passes through."""
    try:
        return compute(), ""
    except AnalyticError as error:
        return None, str(error)


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=30) | st.text("uv+-*/^()|.,=!E[]01 sinrelu²π\n", max_size=40))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    e, complaint = _tried(lambda: parse(text))
    assert len(complaint.splitlines()) == (0 if e else 1)
    assert e is None or parse(str(e)) == e


@settings(max_examples=150, deadline=None)
@given(
    text=st.text("uvt+-*/^()|0123 ", max_size=14) | st.sampled_from(["relu(u)*", "step(-v)^2*u", "relu(u)^", "u.v*"])
)
def test_any_integrand_is_derived_or_refused_in_one_line(text: str) -> None:
    shown, complaint = _tried(lambda: repr(expect(text, _parameters(text))))
    assert len(complaint.splitlines()) == (0 if shown else 1)
    assert shown is None or shown.startswith("E[")


@pytest.mark.parametrize("operator", ["+", "-", "*", "/"])
def test_thousands_of_terms(operator: str) -> None:
    e = parse(operator.join(["u"] * 5000))
    assert len(e.children) == 5000
    assert len(str(e)) > 5000
    assert len(e._repr_latex_()) > 5000


def test_a_long_sum_of_relus_is_derived() -> None:
    assert str(expect("+".join(["relu(u)^2"] * 1000))) == "500*|u|^2"


@pytest.mark.parametrize("text", ["10^10^10", "2^1000000", "(2^1000)^1000"])
def test_huge_powers_are_kept_as_they_are_and_refused_by_the_ring(text: str) -> None:
    e = parse(text)
    assert parse(str(e)) == e
    with pytest.raises(AnalyticError, match="exponent"):
        evaluate(e, Ring())


@pytest.mark.parametrize("value", [0.5, None, True, b"u", [1], float("nan")])
def test_what_is_no_formula_is_refused(value: Any) -> None:
    with pytest.raises(FormulaError, match="expected"):
        formula(value)
    with pytest.raises(FormulaError, match="expected"):
        name("u") + value
    with pytest.raises(FormulaError, match="expected"):
        expect(value)


def test_deep_trees_built_in_python_are_refused() -> None:
    e = name("u")
    for _ in range(400):
        e = 1 + 2 * e
    with pytest.raises(FormulaError, match="deep"):
        expect(e)


@pytest.mark.parametrize(
    ("integrand", "match"),
    [
        ("relu(u*v)", "affine form"),
        ("relu(u)*relu(u^2)", "affine form"),
        ("relu(abs(u))", "polynomial"),
        ("relu(u - u)", "cancel"),
        ("abrelu(u, 1)", "takes"),
        ("He(u, v)", "constant"),
        ("He(1/2, u)", "order"),
        ("erf(u, v)", "takes"),
        ("exp(u^3)", "degree"),
        ("exp(relu(u))", "polynomial"),
        ("sin(u^2)", "affine form"),
        ("log(u)", "no derivation"),
        ("tan(u)", "no derivation"),
        ("relu(u, 2)", "takes"),
        ("leaky_relu(u)", "takes"),
        ("leaky_relu(u, v)", "constant"),
        ("u^(1/2)", "exponent"),
        ("u^-1", "exponent"),
        ("1/relu(u)", "exponent"),
        ("u^v", "exponent"),
        ("u^1000", "at most"),
        ("u^40*v^40", "degree"),
        ("theta*u", "theta"),
        ("rho", "rho"),
        ("I*u", "I"),
        ("E[u]", "under the expectation"),
        ("grad(u, v)", "one argument"),
        ("unequal(u, v)", "one argument"),
    ],
)
def test_integrands_outside_the_language_say_why(integrand: str, match: str) -> None:
    with pytest.raises(AnalyticError, match=match) as caught:
        expect(integrand, _parameters(integrand))
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("integrand", ["tanh(u)^2", "silu(u)*relu(v)", "cos(u)*log(abs(v))", "softplus(u)*log(abs(u))"])
def test_what_has_no_closed_form_says_so(integrand: str) -> None:
    result = expect(integrand)
    assert not result.closed
    assert "no closed form" in str(result)
    with pytest.raises(NoClosedFormError, match="certifies"):
        _ = result.value


def test_expectations_of_constants_and_of_one_vector() -> None:
    assert str(expect("2*pi")) == "2*pi"
    assert str(expect("relu(w.x)^2")) == "|w|^2/2"
    assert str(expect("u^0")) == "1"
    assert str(expect("|u|*u")) == "0"
    assert str(expect("|u|*u^2")) == "|u|^3"
    assert str(expect("leaky_relu(u, t)^2", ("t",))) in ("|u|^2*(1 + t^2)/2", "|u|^2*(t^2 + 1)/2")


@pytest.mark.parametrize("parameters", [("theta",), ("pi",), ("t", "t")])
def test_parameters_with_a_name_that_is_taken_are_refused(parameters: tuple[str, ...]) -> None:
    """A parameter called theta used to be confused with the angle and gave a wrong closed form."""
    with pytest.raises(FormulaError):
        expect(f"{parameters[0]}*relu(u)*relu(v)", parameters)


@pytest.mark.parametrize(
    "point",
    [
        {},
        {"theta": "pi/3", "rho": Fraction(1, 2)},
        {"theta": 4},
        {"theta": "-1/10"},
        {"theta": "-pi/3"},
        {"theta": "4*pi/3"},
        {"theta": float("nan")},
        {"theta": float("inf")},
        {"rho": Fraction(3, 2)},
        {"rho": "sqrt(2)"},
        {"theta": 1, "u": -2},
        {"theta": 1, "u": "1/(1 - 1)"},
        {"theta": 1, "digits": 0},
        {"theta": 1, "digits": 10**9},
        {"theta": "x"},
        {"theta": None},
    ],
)
def test_points_outside_the_domain_are_refused(point: dict[str, Any]) -> None:
    with pytest.raises((DomainError, FormulaError)) as caught:
        expect("relu(u)*relu(v)").at(**point)
    assert len(str(caught.value).splitlines()) == 1


def test_derivatives_of_other_losses_are_refused() -> None:
    for text in ("grad(L, w_j)", "hess(L, w_j, w_i)", "grad(L)", "hess(L, w_i)"):
        with pytest.raises(FormulaError, match="expected grad"):
            loss_derivative(parse(text))


def test_the_tree_refuses_to_be_taken_for_something_else() -> None:
    with pytest.raises(FormulaError, match="expected a number"):
        _ = name("u").fraction
    with pytest.raises(FormulaError, match="expected a name"):
        _ = num(2).identifier
    with pytest.raises(FormulaError, match="division by zero"):
        _ = 1 / num(0)
    assert isinstance(1 / name("u"), Expr)


def test_every_error_is_a_value_error_of_ours() -> None:
    assert issubclass(AnalyticError, ValueError)
    assert all(issubclass(e, AnalyticError) for e in (FormulaError, DerivationError, DomainError))
    with pytest.raises(AttributeError, match="it has"):
        _ = analytic.nothing
