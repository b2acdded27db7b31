"""What is not a claim is refused with one error that says what was got and what was expected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from checks.claim import Claim, Identity, SpectrumTable
from checks.errors import ClaimError
from checks.judge import verify
from checks.spectra import read_rows

RELU = "|u|/sqrt(2*pi)"
BAD_FORMULAS = [
    "", " ", "(", ")", "1 +", "* 2", "2 pi", "relu(u", "E[relu(u)", "|u|/0", "u v", "|u", "||u||",
    "1e5", "0x1", "relu()", "sin()", "sin(1, 2)", "sqrt(2, 3)", "f(u)", "gamma(3)", "relu(u)", "E[]",
    "E[1/u]", "E[u^(1/2)]", "E[exp(u^3)]", "E[relu(u + u^2)]", "E[relu(relu(u))]", "E[E[u]]", "E[leaky_relu(u)]",
    "E[relu(u, 2)]", "E[step(u - u)]", "theta", "sum(j, u)", "I", "bar(u)", "u", "grad(E[relu(u)], u)",
    "__import__('os')", "u[0]", "lambda: 1", "1; 2", "a == b", "{1}", "u'",
]  # fmt: skip


@pytest.mark.parametrize("text", BAD_FORMULAS)
def test_a_bad_right_side_is_refused(text: str) -> None:
    with pytest.raises(ClaimError):
        verify("E[relu(u)]", text, power=False)


PAIR = "E[relu(u)*relu(v)]"
BAD_PAIRS: list[tuple[str, str, str]] = [
    (PAIR, "theta(u, u)", "name that pair"),
    (PAIR, "theta(u)", "name that pair"),
    (PAIR, "|w|*|u|*|v|", "at most two"),
    ("E[relu(u)*relu(v)*relu(w)]", "1", "at most two"),
    (PAIR, "u", "vector"),
    (PAIR, "1 + u", "kind"),
    (PAIR, "u*v", "times"),
    (PAIR, "outer(u, v)", "matrix"),
    ("grad(E[relu(w.x)*relu(v.x)], w)", "1", "vector"),
    ("grad(E[relu(w.x)*relu(v.x)], w)", "I", "matrix"),
    ("hess(E[relu(w.x)*relu(v.x)], w, v)", "w", "matrix"),
    ("grad(E[relu(w.x)*relu(v.x)], x)", "w", "differentiate by"),
    ("grad(E[relu(w.x)*relu(v.x)])", "w", "takes 2 arguments"),
    ("hess(E[relu(w.x)*relu(v.x)], w)", "I", "takes 3 arguments"),
    ("limit(E[relu(u)*relu(v)], theta, 1)", "1", "0 or pi"),
    ("grad(L, w_j)", "w_j", "expected grad"),
    ("hess(L, w_j, w_i)", "I", "expected grad"),
    ("grad(L, w_i)", "sum(i, w_i)", "sum over"),
    ("grad(L, w_i)", "sum(j, sum(j, v_j))", "sum"),
    ("grad(L, w_i)", "w_j", "sum"),
    ("L", "1", "a vector"),
]


@pytest.mark.parametrize(("left", "right", "reason"), BAD_PAIRS)
def test_sides_that_do_not_fit_are_refused(left: str, right: str, reason: str) -> None:
    with pytest.raises(ClaimError, match=reason):
        verify(left, right, power=False)


CALLS: list[tuple[Callable[[], Any], str]] = [
    (lambda: verify("E[relu(u)]"), "two sides"),
    (lambda: verify(Claim("a/b", Identity("1", "1")), "1"), "claim alone"),
    (lambda: verify(Claim("a/b", Identity("E[relu(u)]", RELU)), variables={"t": "(0, 1)"}), "claim alone"),
    (lambda: Claim("a/b", Identity("E[relu(u)]", RELU), expect=("RIGHT",)), "expected verdicts"),
    (lambda: Claim("a/b", Identity("E[relu(u)]", RELU), expect=("proved",)), "expected verdicts"),
    (lambda: Claim("a/b", Identity("E[relu(u)]", RELU), variables={"|w|": "{1}"}), "does not occur"),
    (lambda: Claim("a/b", Identity("E[relu(u)]", RELU), assumptions=("q > 2",)), "assumption"),
    (lambda: Claim("a/b", SpectrumTable("global", (("1", "k"),))).sides(), "expected an identity"),
    (lambda: verify("E[relu(u)]", RELU, variables={"|u|": "wide"}), "domain"),
    (lambda: verify("E[relu(u)]", RELU, variables={"|u|": "(2, 1)"}), "empty"),
    (lambda: verify("E[relu(u)]", "g(u)", where={"g(u)": "g(u)"}), "circle"),
    (lambda: verify("E[relu(u)]", "g(u)", where={"g(u)": "h(u)", "h(u)": "g(u)"}), "circle"),
    (lambda: verify("E[relu(u)]", "g(u, u)", where={"g(u)": "|u|"}), "1 arguments"),
    (lambda: verify("E[relu(u)]", "g", where={"g": "|u|"}), "function of names"),
    (lambda: verify("E[relu(u)]", "g(u)", where={"g(2)": "|u|"}), "function of names"),
    (lambda: read_rows(SpectrumTable("global", ())), "empty table"),
    (lambda: read_rows(SpectrumTable("saddle", (("1", "k"),))), "expected 'global'"),
    (lambda: read_rows(SpectrumTable("global", (("1", "n"),))), "unknown name"),
    (lambda: read_rows(SpectrumTable("global", (("theta", "k"),))), "theta"),
    (lambda: read_rows(SpectrumTable("global", (("1 +", "k"),))), "cannot read"),
    (lambda: read_rows(SpectrumTable("global", (("E[relu(u)]", "k"),))), "closed form"),
]


@pytest.mark.parametrize(("call", "reason"), CALLS)
def test_a_claim_that_is_not_well_formed_is_refused(call: Callable[[], Any], reason: str) -> None:
    with pytest.raises(ClaimError, match=reason):
        call()


@pytest.mark.parametrize("name", ["theta", "rho", "E", "I", "L"])
def test_a_reserved_name_is_no_gaussian_variable(name: str) -> None:
    with pytest.raises(ClaimError):
        verify(f"E[relu({name})]", f"|{name}|/sqrt(2*pi)")


def test_a_float_is_not_exact() -> None:
    identity: Any = Identity
    for left, right in ((0.5, "1"), ("E[relu(u)]", 0.4), (None, "1"), ("E[relu(u)]", True)):
        with pytest.raises(ClaimError, match="expected a formula"):
            identity(left, right).sides()


def test_decimals_in_text_are_exact() -> None:
    assert verify("E[0.1*relu(u)]", "|u|/(10*sqrt(2*pi))", power=False).kind.value == "PROVED"


def test_a_typing_error_in_a_constant_is_explained() -> None:
    with pytest.raises(ClaimError, match=r"a name that is no declared variable is a vector"):
        verify("E[relu(u)]", "t*|u|")
