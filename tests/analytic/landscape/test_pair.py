"""The pairwise expectation of the landscape is the one that the engine derives, with all its derivatives."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb

from analytic.algebra import evaluate
from analytic.balls import BallAlgebra, precision
from analytic.calculus import derivative
from analytic.expectation import expect
from analytic.gaussian_law import GaussianLaw
from analytic.landscape.pair import ABSOLUTE, LEAKY, RELU, Homogeneous, activation
from analytic.landscape.tape import BALL, Tape, Traced
from analytic.writing import written

LAW = GaussianLaw.matrix("u v", [["p", "q"], ["q", "r"]])
ACTIVATIONS = [
    ("relu(u)*relu(v)", RELU),
    ("abs(u)*abs(v)", ABSOLUTE),
    ("leaky_relu(u, 1/5)*leaky_relu(v, 1/5)", LEAKY(Fraction(1, 5))),
]
POINTS = [("2", "1/2", "1/3"), ("1/2", "-1/2", "2"), ("1", "0", "1"), ("1", "99/100", "1"), ("1", "-99/100", "1")]


PATHS = ("", "p", "q", "pp", "pq", "qq", "pr", "qr")


def recorded(phi: Homogeneous, at: dict[str, arb]) -> dict[str, arb]:
    """F and its derivatives in balls, by the lines that the landscape runs."""
    tape = Tape()
    p, q, r = (tape.input(n) for n in "pqr")
    found = phi.at(p, q, r, p * r - q * q, tape.pi(), Traced.sqrt, Traced.atan2)
    values = [getattr(found, f"f_{path}" if path else "f") for path in PATHS]
    return dict(zip(PATHS, tape.program(values).run(BALL, at), strict=True))


@pytest.mark.parametrize(("text", "phi"), ACTIVATIONS)
@pytest.mark.parametrize("point", POINTS)
def test_the_engine_derives_the_same_function_and_derivatives(
    text: str, phi: Homogeneous, point: tuple[str, str, str]
) -> None:
    found = expect(text, law=LAW)
    with precision(150):
        at = {n: arb(Fraction(x).numerator) / Fraction(x).denominator for n, x in zip("pqr", point, strict=True)}
        algebra = BallAlgebra({}, None, at)
        values = recorded(phi, at)
        for path in PATHS:
            element = found.element
            for variable in path:
                element = derivative(element, variable, found.field)
            theirs = evaluate(written(element), algebra)
            assert abs(float(values[path] - theirs)) < 1e-30, path
            assert theirs.is_finite()


@pytest.mark.parametrize(("text", "phi"), ACTIVATIONS)
def test_limits_at_parallel_vectors(text: str, phi: Homogeneous) -> None:
    for rho, same in ((1, True), (-1, False)):
        value = expect(text).at(rho=rho)
        limit = phi.parallel(Fraction(rho), same).f
        assert abs(float(value.arb) - float(limit)) < 1e-14


def test_the_second_moment_is_derived_too() -> None:
    for text, phi in ACTIVATIONS:
        square = expect(text.replace("(v", "(u")).at(u=1)
        assert abs(float(square.arb) - float(phi.second_moment)) < 1e-14


def test_names_of_activations() -> None:
    assert activation("leaky_relu(1/5)") == LEAKY(Fraction(1, 5))
    with pytest.raises(ValueError, match="expected relu, abs or leaky_relu"):
        activation("tanh")
