"""Odd integrands have expectation 0 by derivation, and the step is judged like any other."""

from __future__ import annotations

import pytest

from analytic.expectation import Expectation, expect
from analytic.formula import num
from analytic.gaussian_law import GaussianLaw
from checks.steps import judge_steps

INDEPENDENT = GaussianLaw.matrix("u v", [[1, 0], [0, 2]], {"v": "1/3"})
ODD: tuple[tuple[str, GaussianLaw | None], ...] = (
    ("tanh(u)*abs(v)", None),
    ("tanh(u)*v^2", None),
    ("log(abs(u))*sin(v)", None),
    ("tanh(u)^3", None),
    ("tanh(u)*v*w", None),
    ("tanh(u)*tanh(v)*erf(w)", None),
    ("tanh(u - v)*tanh(u)*sin(u + v)", None),
    ("tanh(u)*exp(-u^2 + u*v/3)*log(abs(v))", None),
    ("sign(u)*bump(v)*tanh(v)^2*He(2, u)", None),
    ("tanh(u)*relu(v)", INDEPENDENT),
    ("tanh(u)*exp(u^2/4)*softplus(v)", INDEPENDENT),
    ("tanh(u)*abrelu(v, 1, -1)", None),
    ("(sigmoid(u) - 1/2)*abs(v)", None),
    ("(sigmoid(u - v) - 1/2)^3*(gelu(v) - v/2)", None),
    ("(softplus(u) - u/2)*tanh(v)", None),
    ("tanh(u)*(step(v) - 1/2)*(Phi(w) - 1/2)", None),
    ("(silu(u) - u/2)*sin(v)*exp(-u^2)", None),
    ("sigmoid(u)*v^2 - v^2/2", None),
)


#: Seconds of nested quadrature; other products of three variables stay.
LONGEST = "tanh(u)*tanh(v)*erf(w)"


@pytest.mark.parametrize(
    ("integrand", "law"),
    [pytest.param(*case, id=case[0], marks=pytest.mark.slow if case[0] == LONGEST else ()) for case in ODD],
)
def test_odd_integrands_are_derived_and_judged(integrand: str, law: GaussianLaw | None) -> None:
    result = expect(integrand, law=law)
    assert result.closed
    assert result.value == num(0)
    assert "parity" in result.rules
    assert [str(v) for v in judge_steps(result, seed=1) if v.agrees is not True] == []


#: What is neither even nor odd is a sum: here the part without closed form is odd, and the other is known.
HALF_ODD: tuple[tuple[str, str], ...] = (
    ("sigmoid(u)", "1/2"),
    ("sigmoid(u)*abs(v)", "abs(v)/2"),
    ("softplus(u)*v", "u*v/2"),
    ("silu(2*u - v)*u^3", "(2*u - v)*u^3/2"),
    ("(sigmoid(u) + 1)*relu(v) - tanh(u/2)*v/4", "3*relu(v)/2"),
    ("sigmoid(u)^2 - tanh(u/2)^2/4", "1/4"),
    ("tanh(u)*leaky_relu(v, t) - (1 + t)*tanh(u)*v/2", "0*u"),
)


@pytest.mark.parametrize(("integrand", "plain"), HALF_ODD, ids=[t for t, _ in HALF_ODD])
def test_odd_parts_vanish(integrand: str, plain: str) -> None:
    constants = ["t"] if ", t)" in integrand else []
    result = expect(integrand, constants)
    assert result.closed
    assert "parity" in result.rules
    assert [str(v) for v in judge_steps(result, seed=1) if v.agrees is not True] == []
    point = {"theta": "1", "u": "3/2", **({"t": "1/3"} if constants else {})}
    if plain != "0*u":
        known = expect(plain)
        assert result.at({k: v for k, v in point.items() if k in _names(result)}).arb.overlaps(
            known.at({k: v for k, v in point.items() if k in _names(known)}).arb
        )
    else:
        assert result.value == num(0)


def _names(result: Expectation) -> set[str]:
    return {*result.variables, *result.parameters, *(("theta",) if len(result.variables) == 2 else ())}


def test_brackets_stand_where_they_have_to() -> None:
    (step, *_) = expect("softplus(2*u - v)*v").steps
    assert str(step) == "E[v*(softplus(2*u - v) - (2*u - v)/2)] = 0   [parity]"


NOT_ODD: tuple[tuple[str, GaussianLaw | None], ...] = (
    ("tanh(u)*v", None),
    ("tanh(u + 1)*abs(v)", None),
    ("tanh(u)*relu(v)", None),
    ("sigmoid(u)*v", None),
    ("(sigmoid(u) - 1/3)*tanh(v)", None),
    ("(softplus(u) - u/3)*tanh(v)", None),
    ("tanh(u)*abrelu(v, 1, -2)", None),
    ("(sigmoid(u + 1) - 1/2)*abs(v)", None),
    ("tanh(u)*abs(v)", GaussianLaw.angles("u v", {"u": 1})),
    ("tanh(u)*exp(u)*abs(v)", None),
    ("tanh(v)*relu(u)", INDEPENDENT),
)


@pytest.mark.parametrize(("integrand", "law"), NOT_ODD, ids=[t for t, _ in NOT_ODD])
def test_what_is_not_odd_stays_open(integrand: str, law: GaussianLaw | None) -> None:
    result = expect(integrand, law=law)
    assert not result.closed
    point = {"theta": 1} if law is not INDEPENDENT else {}
    assert not result.at(point, digits=8).arb.contains(0)


def test_odd_terms_vanish_beside_others() -> None:
    result = expect("tanh(u)*abs(v) + relu(u)")
    assert result.value == expect("relu(u)").value
    assert "parity" in result.rules


def test_open_expectations_may_be_odd_at_a_point() -> None:
    assert expect("tanh(u)*relu(v)").at(rho=0).arb == 0


def test_what_does_not_exist_is_not_called_zero() -> None:
    """tanh is odd, but e^(u^2) times the standard normal density has no integral."""
    assert not expect("tanh(u)*exp(u^2)*abs(v)", law=GaussianLaw.correlations("u v", unit=True)).closed


def test_without_the_rule_they_are_open() -> None:
    with pytest.raises(ValueError, match="tanh"):
        expect("tanh(u)*abs(v)", disabled=("parity",))


def test_the_step_says_what_it_says() -> None:
    (step, *_) = expect("tanh(u - v)^3*log(abs(v))").steps
    assert str(step) == "E[log|v|*tanh(u - v)^3] = 0   [parity]"
    assert r"\tanh\left(u - v\right)" in step.latex
