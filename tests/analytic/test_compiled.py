"""Compiled closed forms against balls: errors stay below their running bounds, and below the accuracy asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from flint import arb
from numpy.typing import NDArray

from analytic import arguments, running_error, running_special
from analytic.balls import Ball, precision
from analytic.compiled import CompiledExpectation, compile_expectation
from analytic.errors import AnalyticError, DomainError, FormulaError, LawError
from analytic.expectation import Expectation, expect
from analytic.gaussian_law import GaussianLaw

Array = NDArray[np.float64]
Points = dict[str, Array]

PRODUCTS = [
    "relu(u)*relu(v)",
    "relu(u)^2*relu(v)^2",
    "relu(u)^3*relu(v)^3",
    "relu(u)*relu(v)^2",
    "step(u)*step(v)",
    "relu(u)*step(v)",
    "sign(u)*relu(v)",
    "abs(u)*abs(v)",
    "leaky_relu(u, 1/10)*leaky_relu(v, 1/10)",
    "gelu(u)*gelu(v)",
    "relu(u)*gelu(v)",
    "erf(u)*erf(v)",
    "Phi(u)*Phi(v)",
    "sin(u)*relu(v)",
    "sin(u)*sin(v)",
    "cos(u)*abs(v)",
    "bump(u)*relu(v)",
    "relu(u) + sin(v)*u",
]
#: Their closed forms hold exp(|u|^2), so that far out every point is a matter of thousands of bits.
GROWING = ["elu(u, 1)*elu(v, 1)", "elu(u, 1)*relu(v)", "exp(u)*relu(v)"]
MOVED = ["relu(u + a)*relu(v + b)", "gelu(u + a)*gelu(v + b)", "sin(u + a)*relu(v + b)", "step(u + a)*step(v + b)"]
OF_A_MATRIX = ["relu(u)*relu(v)", "gelu(u)*gelu(v)", "erf(u)*erf(v)"]
MATRIX = GaussianLaw.matrix("u v", [["a", "c"], ["c", "b"]])
COUNT = 14


def correlations(rng: np.random.Generator, count: int) -> Array:
    """The ends, close to them, and between."""
    near = rng.choice([-1.0, 1.0], count) * (1.0 - 10.0 ** -rng.integers(1, 17, count))
    kind = rng.integers(0, 4, count)
    return np.select([kind == 0, kind == 1], [rng.choice([-1.0, 0.0, 1.0], count), near], rng.uniform(-1, 1, count))


def points(result: Expectation, reach: float, seed: int) -> Points:
    """Norms from 1e-3 to the reach, correlations with their extremes, parameters of both signs and 0."""
    rng = np.random.default_rng(seed)
    found = {n: 10.0 ** rng.uniform(-3.0, reach, COUNT) for n in result.law.norms}
    found |= {n: rng.choice([0.0, 1.0], COUNT, p=[0.2, 0.8]) * rng.normal(0.0, 3.0, COUNT) for n in result.constants}
    return found | {"rho": correlations(rng, COUNT)}


def matrix_points(seed: int) -> Points:
    """Covariances of two variables, some nearly singular."""
    rng = np.random.default_rng(seed)
    a, b = 10.0 ** rng.uniform(-3, 3, (2, COUNT))
    c = np.sqrt(a * b) * correlations(rng, COUNT) * (1.0 - 1e-15)
    return {"a": a, "b": b, "c": c}


CASES = [(f, 3.0) for f in PRODUCTS] + [(f, 0.5) for f in GROWING] + [(f, 1.0) for f in MOVED]
CASES += [(f, 0.0) for f in OF_A_MATRIX]
#: A minute of bits for each point; the other two that grow stay.
LONGEST = "elu(u, 1)*elu(v, 1)"


def case(number: int) -> tuple[Expectation, Points]:
    """An integrand of the lists with its points."""
    text, reach = CASES[number]
    if number >= len(CASES) - len(OF_A_MATRIX):
        return expect(text, law=MATRIX), matrix_points(number - len(CASES) + len(OF_A_MATRIX))
    result = expect(text, {"a", "b"} if text in MOVED else set())
    return result, points(result, reach, 1000 + number)


def point(given: Mapping[str, Array], index: int) -> dict[str, float]:
    return {n: float(x[index]) for n, x in given.items()}


def truths(result: Expectation, given: Points) -> list[Ball]:
    """Balls of 25 digits, one for each point."""
    return [result.at(point(given, i), digits=25) for i in range(len(next(iter(given.values()))))]


def gaps(truth: Sequence[Ball], values: Array) -> Array:
    """How far values are from balls; upper bounds."""
    found = []
    for ball, value in zip(truth, values, strict=True):
        with precision(ball.bits):
            found.append(float((ball.arb - arb(float(value))).abs_upper()))
    return np.array(found)


def distances(result: Expectation, given: Points, values: Array) -> Array:
    """How far values are from balls of 25 digits; upper bounds."""
    return gaps(truths(result, given), values)


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(n, id=f"{n}: {text}", marks=pytest.mark.slow if text == LONGEST else ())
        for n, (text, _) in enumerate(CASES)
    ],
)
def test_errors_stay_below_their_bounds_and_below_the_accuracy(number: int) -> None:
    result, given = case(number)
    compiled, truth = compile_expectation(result), truths(result, given)
    values, bounds = compiled.with_bound(given)
    wrong = gaps(truth, values) > bounds + 1e-24 * abs(values)
    assert not wrong.any(), point(given, int(np.argmax(wrong)))
    accurate, scale = compiled(given, recompute="failing"), compiled.scale(given)
    # what is recomputed is the nearest float: half a unit of its last place away
    allowed = np.maximum(1e-13 * scale, np.spacing(abs(accurate)))
    assert (gaps(truth, accurate) <= allowed).all(), CASES[number]
    assert np.isfinite(compiled(given)).all()


def test_there_are_about_thirty_integrands() -> None:
    assert len(CASES) >= 25


def kernel() -> CompiledExpectation:
    return compile_expectation(expect("relu(u)*relu(v)"))


def violated(text: str = "relu(u)^3*relu(v)^3") -> bool:
    """Whether some error exceeds its bound."""
    result = expect(text)
    rng = np.random.default_rng(7)
    given = {"u": 10.0 ** rng.uniform(-1, 1, 60), "v": 10.0 ** rng.uniform(-1, 1, 60), "theta": rng.uniform(0, 3.1, 60)}
    values, bounds = compile_expectation(result).with_bound(given)
    return bool((distances(result, given, values) > bounds).any())


def test_the_planted_slips_start_from_sound_bounds() -> None:
    assert not violated()
    assert not violated("erf(u)*erf(v)")


def test_a_wrong_unit_of_rounding_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (running_error, running_special, arguments):
        monkeypatch.setattr(module, "ROUNDING", 2.0**-60)
    assert violated()


SPANS: dict[str, tuple[tuple[float, float], ...]] = {
    **dict.fromkeys(("add", "sub", "mul", "div", "min", "max", "atan2"), ((-3.0, 3.0),) * 2),
    **dict.fromkeys(("sin", "cos", "tan", "atan", "erf", "erfi", "dawson", "Phi", "abs", "relu"), ((-3.0, 3.0),)),
    **dict.fromkeys(("asin", "acos", "atanh"), ((-1.0, 1.0),)),
    **dict.fromkeys(("sqrt", "log"), ((0.0, 2.0),)),
    **dict.fromkeys(("exp_Phi", "owens_t", "re_Phi", "im_Phi"), ((-3.0, 3.0),) * 2),
    **dict.fromkeys(("step", "sign"), ((-0.01, 0.01),)),
    "exp": ((-3.0, 3.0),),
    "Li2": ((-3.0, 1.0),),
    "difference": ((-3.0, 3.0),) * 4,
    "Phi2": ((-3.0, 3.0), (-3.0, 3.0), (-1.0, 1.0)),
}


def moves_too_far(name: str) -> bool:
    """Whether some value moves by more than the bound when its arguments move within their errors."""
    rng, operation = np.random.default_rng(13), running_special.OPERATIONS[name]
    low, high = np.array(SPANS[name]).T[:, :, None]
    x = rng.uniform(low, high, (len(SPANS[name]), 4000))
    errors = 10.0 ** rng.uniform(-7.0, -1.0, x.shape)
    moved = np.clip(x + rng.choice([-1.0, 1.0], x.shape) * errors * (1.0 - 1e-8), low, high)
    with np.errstate(all="ignore"):
        first, second = operation.value(*x), operation.value(*moved)
        bound = operation.error(first, list(x), list(errors)) + operation.error(second, list(moved), list(0.0 * x))
        return bool((abs(first - second) > bound).any())


@pytest.mark.parametrize("name", SPANS)
def test_errors_of_arguments_are_propagated(name: str) -> None:
    assert not moves_too_far(name)


@pytest.mark.parametrize("name", SPANS)
def test_a_dropped_term_of_propagation_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """For each argument: the slip takes that argument for exact."""
    sound = running_special.OPERATIONS[name]
    for dropped in range(len(SPANS[name])):

        def slip(v: Array, x: Sequence[Array], e: Sequence[Array], dropped: int = dropped) -> Array:
            return sound.spread(v, x, [0.0 * y if i == dropped else y for i, y in enumerate(e)])

        monkeypatch.setitem(running_special.OPERATIONS, name, replace(sound, spread=slip))
        assert moves_too_far(name), dropped


FUNCTIONS = ["sin", "cos", "tan", "exp", "log", "erf", "erfi", "Phi", "asin", "acos", "atan", "atanh", "dawson", "Li2"]


def greatest_share(name: str) -> float:
    """The greatest error at exact arguments as a part of the stated own error of the operation."""
    from analytic.balls import BallAlgebra

    rng, operation = np.random.default_rng(11), running_special.OPERATIONS[name]
    ranges = {"log": (1e-6, 50.0), "sin": (0.0, np.pi), "tan": (0.0, 1.5), "Phi": (-37.0, 9.0), "Li2": (-9.0, 1.0)}
    ranges |= dict.fromkeys(("asin", "acos", "atanh"), (-1.0, 1.0))
    x = rng.uniform(*ranges.get(name, (-20.0, 20.0)), 2000)
    values = operation.value(x)
    errors = operation.error(values, [x], [np.zeros_like(x)])
    with precision(120):
        exact = [BallAlgebra({}, None, {}).function(name, arb(float(t))) for t in x]
        away = np.array([float((e - arb(float(v))).abs_upper()) for e, v in zip(exact, values, strict=True)])
    return float((away / errors).max())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_operations_keep_the_bounds_of_their_own(name: str) -> None:
    assert greatest_share(name) <= 1.0


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_wrong_ulp_constant_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of a unit of rounding is less than even correctly rounded functions need."""
    monkeypatch.setitem(running_error.UNITS, name, 0.1)
    monkeypatch.setitem(running_error.UNITS, "Phi_square", 0.1)
    monkeypatch.setitem(running_error.ABSOLUTE, name, 2.0**-60)
    assert greatest_share(name) > 1.0


def test_a_scaled_tail_is_finite_where_its_factors_are_not() -> None:
    operation = running_special.OPERATIONS["exp_Phi"]
    x = np.array([50.0, 500.0, 5000.0])
    values = operation.value(x * x / 2.0, -x)
    errors = operation.error(values, [x * x / 2.0, -x], [0.0 * x, 0.0 * x])
    mills = 1.0 / (x * np.sqrt(2.0 * np.pi))  # the next term of the series of Mills' ratio is -1/x^2 of it
    assert (abs(values - mills) <= mills / x**2 + errors).all()
    assert (errors < 1e-8 * values).all()


def test_values_beyond_the_exponent_range_are_computed_in_balls() -> None:
    result = expect("exp(u)*relu(v)")
    compiled = compile_expectation(result)
    assert compiled(u=60.0, rho=0.5) == np.inf  # e^1800
    assert compiled(u=[1.0, 60.0], rho=-1.0)[1] == 0.0 or np.isfinite(compiled(u=60.0, rho=-1.0))


def test_degenerate_points_are_limits_or_degenerate_laws() -> None:
    result = expect("relu(u + a)*relu(v + b)", {"a", "b"})
    given = {"u": [2.0, 0.0, 0.0, 3.0], "rho": [1.0, 0.5, -1.0, -1.0], "a": 0.5, "b": [-0.25, 0.25, 2.0, 1.0]}
    arrays = {n: np.broadcast_to(np.asarray(x, dtype=np.float64), (4,)) for n, x in given.items()}
    values, bounds = compile_expectation(result).with_bound(given)
    assert (bounds < 1e-13).all()
    assert (distances(result, arrays, values) <= bounds + 1e-24).all()


def test_a_step_of_a_variable_that_vanishes_keeps_its_angle() -> None:
    """u/|u| has a sign although |u| = 0: the limit along a fixed angle."""
    result = expect("step(u)*step(v)")
    assert compile_expectation(result)(u=0.0, rho=0.9) == pytest.approx(
        float(result.at(u=0, rho="9/10").arb), abs=1e-15
    )


def test_three_variables() -> None:
    result = expect("relu(u)*relu(v)*relu(w)", law=GaussianLaw.correlations("u v w"))
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(COUNT, 3, 4))
    rows /= np.linalg.norm(rows, axis=-1, keepdims=True)
    gram = rows @ np.swapaxes(rows, 1, 2)
    given = {"rho_uv": gram[:, 0, 1], "rho_uw": gram[:, 0, 2], "rho_vw": gram[:, 1, 2]}
    given |= {n: 10.0 ** rng.uniform(-3, 3, COUNT) for n in "uvw"}
    values, bounds = compile_expectation(result).with_bound(given)
    assert (distances(result, given, values) <= bounds).all()
    with pytest.raises(LawError, match="not positive semidefinite at"):
        compile_expectation(result)(rho_uv=0.9, rho_uw=0.9, rho_vw=-0.9)


def test_arrays_broadcast_and_scalars_are_floats() -> None:
    compiled = kernel()
    assert isinstance(compiled(theta=1.0), float)
    table = compiled(u=np.array([[1.0], [2.0]]), theta=np.array([0.5, 1.0, 1.5]))
    assert table.shape == (2, 3)
    assert table[1, 2] == compiled(u=2.0, theta=1.5)
    assert compiled(theta=np.zeros((0, 2))).shape == (0, 2)
    value, bound = compiled.with_bound(theta=[0.5, 1.0])
    assert value.shape == bound.shape == (2,)


def test_blocks_leave_no_seams() -> None:
    theta = np.linspace(0.0, 3.1, 20_000)
    values = kernel()(theta=theta, v=2.0)
    chosen = [0, 8191, 8192, 16384, 19_999]
    assert values[chosen].tolist() == [kernel()(theta=float(theta[i]), v=2.0) for i in chosen]


def test_the_scale_is_the_root_of_the_product_of_second_moments() -> None:
    scale = kernel().scale(theta=np.array([0.0, 3.0]), u=3.0)  # E relu(u)^2 = |u|^2/2
    assert np.allclose(scale, 1.5, rtol=1e-14)
    given = compile_expectation(expect("relu(u)*relu(v)"))
    assert given(rho=-1.0 + 1e-9, recompute="failing", scale=1e-30) == pytest.approx(
        float(expect("relu(u)*relu(v)").at(rho=-1.0 + 1e-9, digits=20).midpoint), rel=2.0**-52
    )


def test_any_precision_comes_from_the_balls() -> None:
    import mpmath

    with mpmath.workdps(80):
        exact = 1 / (2 * mpmath.pi)
    with mpmath.workdps(50):
        assert kernel().mpmath(50, rho=0) == +exact


BAD: list[tuple[dict[str, Any], type[AnalyticError], str]] = [
    ({"w": 1.0, "theta": 1.0}, FormulaError, "got a value for w, expected"),
    ({}, FormulaError, "depends on theta, which is missing"),
    ({"theta": 1.0, "rho": 0.5}, FormulaError, "got both theta and rho"),
    ({"theta": 4.0}, DomainError, "got theta = 4.0"),
    ({"rho": [0.5, 1.5]}, DomainError, "got rho = 1.5"),
    ({"theta": 1.0, "u": -1.0}, DomainError, "got u = -1.0"),
    ({"theta": float("nan")}, DomainError, "NaN or infinite"),
    ({"theta": "pi/3"}, FormulaError, "expected numbers"),
    ({"theta": [1.0, 2.0], "u": [1.0, 2.0, 3.0]}, FormulaError, "shapes that broadcast"),
    ({"theta": 1.0, "recompute": "always"}, FormulaError, "expected 'never' or 'failing'"),
]


@pytest.mark.parametrize(("given", "error", "message"), BAD)
def test_bad_input_gives_one_line(given: dict[str, Any], error: type[AnalyticError], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        kernel()(**given)
    assert "\n" not in str(caught.value)


def test_arguments_whose_squares_overflow_are_refused() -> None:
    """erf(u) erf(v) at |u| = 1e160 was 0, silently."""
    with pytest.raises(DomainError, match="range of float64"):
        compile_expectation(expect("erf(u)*erf(v)"))(u=1e160, v=2.0, rho=0.3)
