"""The field of closed forms against balls: normal forms and what is written of them have the value of the formula.

The field rewrites every function in one canonical way (reflections, branches, square roots of products); balls evaluate
the formula as it stands and share no code with these rewritings.
"""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from flint import arb

from analytic.algebra import FUNCTIONS, evaluate
from analytic.angle import Angle
from analytic.balls import BallAlgebra, disjoint, finite, precision, rational
from analytic.calculus import derivative
from analytic.closed_forms import ClosedForms
from analytic.errors import AnalyticError
from analytic.field import Element
from analytic.formula import Expr, call, name, num
from analytic.grammar import parse
from analytic.writing import written

NAMES = ("x", "y", "s", "rho")
UNARY = (
    "sqrt",
    "sin",
    "cos",
    "asin",
    "acos",
    "atan",
    "exp",
    "log",
    "Phi",
    "erf",
    "erfi",
    "abs",
    "step",
    "atanh",
    "Li2",
)
BINARY = ("owens_t", "min", "max", "re_Phi", "im_Phi")
BITS = 160


def field() -> ClosedForms:
    return ClosedForms(("u", "v"), {"theta": ("u", "v")}, (), ("s",), ("x", "y"))


def point(generator: random.Random) -> BallAlgebra:
    def value(low: int, high: int) -> arb:
        return rational(Fraction(generator.randint(low * 97, high * 97), 97))

    tangent = Fraction(generator.randint(5, 200), 61)
    from flint import fmpq

    angle = Angle.from_tangent(fmpq(tangent.numerator, tangent.denominator))
    parameters = {"x": value(-2, 2), "y": value(-2, 2), "s": value(1, 3)}
    return BallAlgebra({"u": value(1, 3), "v": value(1, 3)}, angle, parameters, ("u", "v"))


def formula(generator: random.Random, depth: int) -> Expr:
    if depth == 0:
        leaves = [name(n) for n in NAMES] + [
            parse("|u|"),
            parse("|v|"),
            parse("theta"),
            parse("pi"),
            parse("sin(theta)"),
        ]
        number = num(Fraction(generator.randint(-6, 6), generator.randint(1, 4)))
        return generator.choice([*leaves, number])
    kind = generator.choice(["add", "mul", "over", "pow", "unary", "unary", "binary", "Phi2"])
    first, second = formula(generator, depth - 1), formula(generator, depth - 1)
    if kind == "add":
        return first + second
    if kind == "mul":
        return first * second
    if kind == "over":
        return first / (1 + second**2)
    if kind == "pow":
        return first ** generator.choice([2, 3])
    if kind == "unary":
        return call(generator.choice(UNARY), first)
    if kind == "binary":
        return call(generator.choice(BINARY), first, second)
    r = generator.choice([name("rho"), -name("rho"), num(Fraction(-1, 3)), num(1), num(-1), num(0)])
    return call("Phi2", first, second, r)


@pytest.mark.parametrize("seed", [*range(150), *(pytest.param(s, marks=pytest.mark.slow) for s in range(150, 400))])
def test_a_normal_form_has_the_value_of_the_formula(seed: int) -> None:
    generator = random.Random(seed)
    with precision(BITS):
        expr, where = formula(generator, generator.randint(1, 3)), point(generator)
        try:
            value = evaluate(expr, where)
            element = evaluate(expr, field())
        except AnalyticError:
            return
        if not finite(value):
            return
        shown = evaluate(written(element), where)
        assert not disjoint(value, shown), f"{expr} -> {written(element)}: {value} against {shown}"


@pytest.mark.slow
def test_most_random_formulas_are_really_compared() -> None:
    compared = 0
    for seed in range(400):
        generator = random.Random(seed)
        with precision(BITS):
            expr, where = formula(generator, generator.randint(1, 3)), point(generator)
            try:
                value = evaluate(expr, where)
                shown = evaluate(written(evaluate(expr, field())), where)
            except AnalyticError:
                continue
            compared += finite(value) and finite(shown)
    assert compared > 200


IDENTITIES = [
    "Phi(-x) + Phi(x) - 1",
    "Phi2(x, y, rho) + Phi2(x, -y, -rho) - Phi(x)",
    "Phi2(x, y, rho) - Phi2(y, x, rho)",
    "Phi2(0, 0, rho) - 1/4 - asin(rho)/(2*pi)",
    "Phi2(x, y, 0) - Phi(x)*Phi(y)",
    "owens_t(x, y) + owens_t(-x, -y)",
    "owens_t(x, 1) - Phi(x)*(1 - Phi(x))/2",
    "acos(rho) - theta",
    "asin(-rho) + pi/2 - theta",
    "atan(sin(theta)/(1 + cos(theta)))*0 + sqrt(1 - rho^2) - sin(theta)",
    "exp(x + y) - exp(x)*exp(y)",
    "exp(x)*exp(-x) - 1",
    "exp(x^2/(1 + s^2))*exp(s^2*x^2/(1 + s^2)) - exp(x^2)",
    "sqrt(8*s^2/3) - 2*s*sqrt(6)/3",
    "sqrt((1 + s)*(2 + s)) - sqrt(1 + s)*sqrt(2 + s)",
    "1/(1 + sqrt(2)) - sqrt(2) + 1",
    "log(4*s^3/3) - 2*log(2) - 3*log(s) + log(3)",
    "sin(x + pi/6) - sin(x)*sqrt(3)/2 - cos(x)/2",
    "cos(2*theta) - 2*rho^2 + 1",
    "sin(asin(x/(1 + x^2))) - x/(1 + x^2)",
    "erf(x) - 2*Phi(sqrt(2)*x) + 1",
    "step(x) + step(-x) - 1",
    "im_Phi(0, x) - erfi(x/sqrt(2))/2",
    "re_Phi(-x, y) + re_Phi(x, y) - 1",
    "cos(pi/12) - (sqrt(6) + sqrt(2))/4",
    "atanh(rho) - log((1 + rho)/(1 - rho))/2",
]


@pytest.mark.parametrize("text", IDENTITIES)
def test_known_identities_have_the_normal_form_zero(text: str) -> None:
    assert not evaluate(parse(text), field())


NO_IDENTITIES = [
    "sqrt(x^2) - x",
    "sqrt(x^2*y^2) - x*y",
    "abs(x) - x",
    "asin(sin(x)) - x",
    "log(x^2) - 2*log(s)",
    "step(x) - 1",
]


@pytest.mark.parametrize("text", NO_IDENTITIES)
def test_branches_are_not_forgotten(text: str) -> None:
    assert evaluate(parse(text), field())


@pytest.mark.parametrize("function", [f for f in UNARY if f not in ("abs", "step")])
def test_derivatives_against_differences_in_balls(function: str) -> None:
    _assert_derivative(f"{function}(1/2 + x/10)", "x")


@pytest.mark.parametrize(
    ("text", "variable"),
    [(f"{f}(1/2 + x/7, 1/3 - x/5)", "x") for f in ("owens_t", "re_Phi", "im_Phi")]
    + [("Phi2(x, 1/2 - x, rho)", "x"), ("Phi2(1/3, -1/2, rho)", "theta"), ("sin(theta)*asin(rho/2)*|u|", "theta")]
    + [("sqrt(1 + |u|^2*rho^2)*exp(-|u|*rho)", "|u|"), ("sqrt(1 + |u|^2*rho^2)*exp(-|u|*rho)", "theta")],
)
def test_derivatives_of_several_arguments(text: str, variable: str) -> None:
    _assert_derivative(text, variable)


def _assert_derivative(text: str, variable: str) -> None:
    """A symmetric difference at 300 bits with the step 2^-60 has the error O(2^-120)."""
    K = field()
    slope: Element = derivative(evaluate(parse(text), K), variable, K)
    with precision(300):
        step = arb(2) ** -60

        def at(shift: arb) -> BallAlgebra:
            theta = arb("1.1") + (shift if variable == "theta" else 0)
            angle = Angle(theta.cos(), theta.sin(), theta, 0)
            u = arb("1.3") + (shift if variable == "|u|" else 0)
            x = arb("0.4") + (shift if variable == "x" else 0)
            return BallAlgebra({"u": u, "v": arb(1)}, angle, {"x": x, "y": arb(1), "s": arb(2)}, ("u", "v"))

        difference = (evaluate(parse(text), at(step)) - evaluate(parse(text), at(-step))) / (2 * step)
        found = evaluate(written(slope), at(arb(0)))
        assert abs(difference - found) < arb(2) ** -100, (text, difference, found)


def test_every_function_of_the_language_is_in_the_field() -> None:
    K = field()
    for function, count in FUNCTIONS.items():
        arguments = [K.number(Fraction(1, 3 + i)) for i in range(count if count is not None else 6)]
        assert isinstance(K.function(function, *arguments), Element)
