"""Closed forms against the quadrature of the empirical witness, law by law: means, three variables, degenerate laws."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

from analytic import GaussianLaw, expect
from analytic.algebra import evaluate
from analytic.balls import BallAlgebra, precision
from analytic.errors import LawError, NotIntegrableError
from analytic.expectation import Expectation
from analytic.formula import substitute
from analytic.grammar import parse
from checks.integrands import compile_integrand, rough_forms
from numeric import Estimate, gaussian_mean, sampled_mean

ACTIVATIONS = (
    "relu(u)", "step(u)", "sign(u)", "abs(u)", "leaky_relu(u, 1/5)", "abrelu(u, 1/3, 2)", "relu(u)^3", "erf(u)",
    "Phi(u)", "exp(u)", "sin(u)", "cos(u)", "bump(u)", "gelu(u)", "elu(u)", "He(3, u)", "H(2, u)",
)  # fmt: skip
PARTNERS = ("1", "u^2", "exp(u/2)", "cos(2*u)", "sin(u + 1/3)", "He(2, u)")


def by_quadrature(result: Expectation, point: dict[str, Fraction]) -> Estimate:
    """The same expectation from its definition, at a point."""
    names = result.variables
    law = result.law.fixed({(f"|{n}|" if n in result.law.norms else n): parse(str(v)) for n, v in point.items()})
    with precision(80):
        algebra = BallAlgebra({}, None, {})
        mean = [float(evaluate(m, algebra)) for m in law.mean]
        matrix = [[float(evaluate(c, algebra)) for c in row] for row in law.covariance]
    integrand = substitute(result.integrand, {n: parse(str(v)) for n, v in point.items() if n in result.constants})
    f = compile_integrand(integrand, {})
    kinks, logarithms = rough_forms(integrand, names, {})

    def function(x: np.ndarray) -> np.ndarray:
        return np.broadcast_to(f({n: x[:, i] for i, n in enumerate(names)}), x.shape[:1])

    if np.linalg.matrix_rank(np.array(matrix)) > 3:
        return sampled_mean(function, mean, matrix, samples=2**18, seed=0)
    return gaussian_mean(function, mean, matrix, kinks, logarithms)


def assert_same(result: Expectation, point: dict[str, Fraction]) -> None:
    """The ball lies within the estimate's error, which is small."""
    value, estimate = float(result.at(point, digits=17).arb), by_quadrature(result, point)
    if estimate.kind == "standard_error":  # five of them are exceeded once in a million times
        assert abs(value - float(estimate.value)) <= 5 * float(estimate.error)
        return
    assert float(estimate.error) < 1e-9 * (1 + abs(value))
    assert abs(value - float(estimate.value)) <= float(estimate.error) + 1e-15 * abs(value), (result, value, estimate)


#: The same rules are used by others of the same list.
LONG = {
    "step(u)", "sign(u)", "abs(u)", "abrelu(u, 1/3, 2)", "relu(u)^3", "Phi(u)", "cos(u)", "H(2, u)",
    "step(u + a)*relu(v - b)^2", "abs(u + a)*sign(v + b)", "relu(a - u)*relu(b + 2*v)",
    "step(u)*v*relu(w)", "abs(u)*relu(v)^2*sign(w)",
}  # fmt: skip


def tiered(integrands: Iterable[str]) -> list[Any]:
    """The integrands as parameters, the long ones marked."""
    return [pytest.param(f, marks=[pytest.mark.slow] if f in LONG else []) for f in integrands]


@pytest.mark.parametrize("activation", tiered(ACTIVATIONS))
def test_one_variable_with_symbolic_mean_and_variance(activation: str) -> None:
    for partner in PARTNERS:
        result = expect(f"{activation}*{partner}", mean={"u": "m"})
        assert result.closed
        for m, s in ((Fraction(-4, 3), Fraction(3, 5)), (Fraction(2, 7), Fraction(5, 4))):
            assert_same(result, {"m": m, "u": s})


BIASED = [
    "relu(u + a)*relu(v + b)", "step(u + a)*relu(v - b)^2", "abs(u + a)*sign(v + b)", "leaky_relu(u - a, 1/3)*v^2",
    "relu(a - u)*relu(b + 2*v)", "gelu(u + a)*relu(v + b)", "relu(u + a)*relu(u + b)*v",
    "relu(u + v + a)*step(u - v)",
]  # fmt: skip
SIGNS = list(
    product((Fraction(-7, 5), Fraction(2, 3)), (Fraction(-1, 2), Fraction(9, 8)), (Fraction(-19, 20), Fraction(2, 5)))
)


@pytest.mark.parametrize("integrand", tiered(BIASED))
def test_two_variables_with_biases_of_every_sign(integrand: str) -> None:
    result = expect(integrand, ("a", "b"), in_terms_of="rho") if "b" in integrand else None
    result = result or expect(integrand, ("a",), in_terms_of="rho")
    for a, b, rho in SIGNS:
        point = {"a": a, "b": b, "rho": rho, "u": Fraction(4, 5), "v": Fraction(3, 2)}
        assert_same(result, {n: v for n, v in point.items() if n != "b" or "b" in result.constants})


THREE = [
    "relu(u)*relu(v)*relu(w)", "step(u)*v*relu(w)", "step(u)*step(v)*step(w)", "abs(u)*relu(v)^2*sign(w)",
    "u^2*step(v)*relu(w)", "relu(u)*gelu(v)", "leaky_relu(u, 1/4)*abs(v)*w", "relu(u + v)*relu(v - w)*step(w)",
]  # fmt: skip
ROWS: list[list[str | int]] = [["3/2", "-4/5", "1/3"], ["-4/5", 1, "1/4"], ["1/3", "1/4", 2]]


@pytest.mark.parametrize("integrand", tiered(THREE))
def test_three_variables(integrand: str) -> None:
    result = expect(integrand, law=GaussianLaw.matrix("u v w", ROWS))
    assert_same(result, {})


def test_three_variables_by_angles() -> None:
    result = expect("relu(u)*relu(v)*relu(w)")
    norms = {"u": Fraction(2, 5), "v": Fraction(1), "w": Fraction(5, 3)}
    assert_same(result, {"theta_uv": Fraction(1), "theta_uw": Fraction(7, 4), "theta_vw": Fraction(1), **norms})


def test_four_steps_and_their_closed_forms() -> None:
    half = GaussianLaw.matrix(
        "a b c d", [[Fraction(1) if i == j else Fraction(1, 2) for j in range(4)] for i in range(4)]
    )
    assert str(expect("step(a)*step(b)*step(c)*step(d)", law=half)) == "1/5"
    blocks: list[list[Fraction | int]] = [
        [1, Fraction(1, 2), 0, 0],
        [Fraction(1, 2), 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
    ]
    assert str(expect("step(a)*step(b)*step(c)*step(d)", law=GaussianLaw.matrix("a b c d", blocks))) == "1/12"
    chain: list[list[Fraction | int]] = [[Fraction(1), Fraction(1, 3), 0, 0], [Fraction(1, 3), 1, Fraction(-1, 4), 0]]
    chain += [[0, Fraction(-1, 4), 1, Fraction(1, 5)], [0, 0, Fraction(1, 5), 1]]
    for integrand in ("step(a)*step(b)*step(c)*step(d)", "relu(a)*step(b)*relu(c)*step(d)"):
        assert_same(expect(integrand, law=GaussianLaw.matrix("a b c d", chain)), {})


DEGENERATE = [
    "relu(u)*relu(v)", "step(u)*step(v)", "relu(u)*gelu(v)", "abs(u)*relu(v)^2", "elu(u)*elu(v)", "sin(u)*relu(v)",
    "erf(u)*erf(v)", "relu(u + 1)*relu(v - 1)", "bump(u)*exp(v)", "log(abs(u))*relu(v)",
]  # fmt: skip


@pytest.mark.parametrize("integrand", DEGENERATE)
@pytest.mark.parametrize("rho", [1, -1])
def test_equal_and_opposite_variables(integrand: str, rho: int) -> None:
    result = expect(integrand, in_terms_of="rho")
    assert_same(result, {"rho": Fraction(rho), "u": Fraction(4, 5), "v": Fraction(3, 2)})


@pytest.mark.parametrize("integrand", [f for f in DEGENERATE if "log" not in f])
def test_zero_variance_is_the_limit_of_small_variance(integrand: str) -> None:
    """Along a fixed correlation: a step of u depends on the sign of u/|u|."""
    result = expect(integrand, in_terms_of="rho")
    at_zero = result.at(rho=Fraction(1, 3), u=0, v=Fraction(3, 2)).arb
    near = result.at(rho=Fraction(1, 3), u=Fraction(1, 10**9), v=Fraction(3, 2)).arb
    assert at_zero.is_finite()
    assert abs(at_zero - near) < 1e-8


def test_vectors_and_their_input_covariance() -> None:
    law = GaussianLaw.vectors(
        {"u": (1, 2, 0), "v": (0, -1, 3)}, [[2, "1/2", 0], ["1/2", 1, 0], [0, 0, "1/4"]], {"v": "1/3"}
    )
    assert_same(expect("relu(u)*relu(v)", law=law), {})
    assert [str(expect("u*v", law=law)), str(expect("v", law=law))] == ["-5/2", "1/3"]


def test_what_is_impossible_is_refused() -> None:
    with pytest.raises(LawError, match="semidefinite"):
        expect("u*v*w", law=GaussianLaw.matrix("u v w", [[1, "9/10", "9/10"], ["9/10", 1, 0], ["9/10", 0, 1]]))
    with pytest.raises(LawError, match="symmetric"):
        GaussianLaw.matrix("u v", [[1, 0], ["1/2", 1]])
    with pytest.raises(LawError, match="shape"):
        GaussianLaw.matrix("u v", [[1, 0]])
    with pytest.raises(NotIntegrableError, match="lower"):
        expect("exp(u^2)*v", law=GaussianLaw.matrix("u v", [[1, 0], [0, 1]]))
    with pytest.raises(NotIntegrableError, match="needs"):
        expect("exp(u^2)").at(u=1)
    with pytest.raises(LawError):
        expect("relu(u)*relu(v)", law=GaussianLaw.matrix("u v", [["a", "c"], ["c", "b"]])).at(a=1, b=1, c=2)
