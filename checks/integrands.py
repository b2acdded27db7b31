"""Integrands of the language as float64 functions for the empirical witness: definitions, nothing derived."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytic.constants import rational_value
from analytic.errors import FormulaError
from analytic.formula import ONE, PI, Expr, add, call, mul, names, neg, num, power, walk
from numeric import (
    abrelu,
    absolute,
    elu,
    erf,
    gaussian_bump,
    gelu,
    hermite_physicists,
    hermite_probabilists,
    leaky_relu,
    normal_cdf,
    relu,
    sigmoid,
    sign,
    silu,
    softplus,
    step,
    tanh,
)

Array = NDArray[np.float64]
Values = Mapping[str, Array]


@dataclass(frozen=True)
class Definition:
    """An activation as the empirical witness knows it.

    Args:
        function: of an array and the further arguments.
        degree: of positive homogeneity; None for other functions.
        slope: the derivative almost everywhere as a formula, from the arguments; None if the activation jumps.
        kink: whether it is not smooth where its argument is 0.
        leading: how many further arguments stand before the argument, as in He(n, z).
    """

    function: Callable[..., Array]
    degree: int | None = None
    slope: Callable[..., Expr] | None = None
    kink: bool = True
    leading: int = 0


def _leaky_slope(z: Expr, slope: Expr) -> Expr:
    return slope + (1 - slope) * call("step", z)


def _two_slopes(z: Expr, a: Expr, b: Expr) -> Expr:
    return a + (b - a) * call("step", z)


def _density(z: Expr) -> Expr:
    """The standard normal density."""
    return mul(call("exp", mul(num(-1) / 2, z ** num(2))), power(mul(num(2), PI), num(-1) / 2))


def _erf_slope(z: Expr) -> Expr:
    return mul(num(2), call("exp", neg(z ** num(2))), power(PI, num(-1) / 2))


def _sigmoid_slope(z: Expr) -> Expr:
    return mul(call("sigmoid", z), call("sigmoid", neg(z)))


def _hermite_slope(n: Expr, z: Expr) -> Expr:
    """n He_(n-1)."""
    return n if n in (num(0), num(1)) else mul(n, call("He", num((rational_value(n) or 0) - 1), z))


def _physicists_slope(n: Expr, z: Expr) -> Expr:
    """2n H_(n-1)."""
    return mul(num(2), n if n in (num(0), num(1)) else mul(n, call("H", num((rational_value(n) or 0) - 1), z)))


def _elu_slope(z: Expr, alpha: Expr = ONE) -> Expr:
    return add(call("step", z), mul(alpha, call("step", neg(z)), call("exp", z)))


#: To add an activation for the empirical witness, state it here; the exact one has analytic.activations.ACTIVATIONS.
DEFINITIONS = {
    "relu": Definition(relu, 1, lambda z: call("step", z)),
    "step": Definition(step, 0),
    "sign": Definition(sign, 0),
    "abs": Definition(absolute, 1, lambda z: call("sign", z)),
    "leaky_relu": Definition(lambda z, slope: leaky_relu(z, float(slope)), 1, _leaky_slope),
    "abrelu": Definition(lambda z, a, b: abrelu(z, float(a), float(b)), 1, _two_slopes),
    "elu": Definition(lambda z, alpha=1.0: elu(z, float(alpha)), slope=_elu_slope),
    "erf": Definition(erf, slope=_erf_slope, kink=False),
    "Phi": Definition(normal_cdf, slope=_density, kink=False),
    "gelu": Definition(gelu, slope=lambda z: add(call("Phi", z), mul(z, _density(z))), kink=False),
    "bump": Definition(gaussian_bump, kink=False),
    "exp": Definition(np.exp, slope=lambda z: call("exp", z), kink=False),
    "sin": Definition(np.sin, slope=lambda z: call("cos", z), kink=False),
    "cos": Definition(np.cos, slope=lambda z: neg(call("sin", z)), kink=False),
    "tanh": Definition(tanh, slope=lambda z: add(num(1), neg(call("tanh", z) ** num(2))), kink=False),
    "sigmoid": Definition(sigmoid, slope=_sigmoid_slope, kink=False),
    "softplus": Definition(softplus, slope=lambda z: call("sigmoid", z), kink=False),
    "silu": Definition(silu, slope=lambda z: add(call("sigmoid", z), mul(z, _sigmoid_slope(z))), kink=False),
    "He": Definition(lambda n, z: hermite_probabilists(int(n), z), slope=_hermite_slope, kink=False, leading=1),
    "H": Definition(lambda n, z: hermite_physicists(int(n), z), slope=_physicists_slope, kink=False, leading=1),
    "log": Definition(np.log, kink=False),
}


def compile_integrand(expr: Expr, constants: Mapping[str, float]) -> Callable[[Values], Array]:
    """The integrand as a function of the values of its Gaussian variables.

    Args:
        expr: a polynomial in activations of the variables.
        constants: values of the other names.

    Returns:
        A vectorised function.

    Raises:
        FormulaError: a function that the empirical witness has no definition of.

    Example:
        >>> from analytic.grammar import parse
        >>> compile_integrand(parse("relu(u)*t"), {"t": 2.0})({"u": np.array([-1.0, 3.0])})
        array([0., 6.])
    """
    return lambda values: _evaluate(expr, values, constants)


def _evaluate(expr: Expr, values: Values, constants: Mapping[str, float]) -> Array:
    if expr.head == "num":
        return np.asarray(float(expr.fraction))
    if expr.head in ("name", "dot"):
        return _named((expr if expr.head == "name" else expr.children[0]).identifier, values, constants)
    if expr.head == "norm":
        return np.asarray(constants[f"|{expr.children[0].identifier}|"])
    parts = [_evaluate(c, values, constants) for c in (expr.children[1:] if expr.head == "call" else expr.children)]
    if expr.head == "add":
        return np.asarray(sum(parts[1:], parts[0]))
    if expr.head == "mul":
        return np.asarray(np.prod(np.broadcast_arrays(*parts), axis=0))
    if expr.head == "pow":
        return np.asarray(parts[0] ** parts[1])
    return _call(expr.children[0].identifier, parts)


def _named(identifier: str, values: Values, constants: Mapping[str, float]) -> Array:
    if identifier in values:
        return values[identifier]
    if identifier == "pi":
        return np.asarray(np.pi)
    if identifier == "euler_gamma":
        return np.asarray(np.euler_gamma)
    if identifier not in constants:
        raise FormulaError(f"unknown name {identifier!r} under an expectation; declare it as a variable of the claim")
    return np.asarray(constants[identifier])


def _call(function: str, parts: list[Array]) -> Array:
    if function in DEFINITIONS:
        return DEFINITIONS[function].function(*parts)
    if function == "sqrt":
        return np.asarray(np.sqrt(parts[0]))
    raise FormulaError(
        f"the empirical witness has no definition of {function}; expected {', '.join(sorted(DEFINITIONS))}"
    )


def derivative(expr: Expr, variable: str) -> Expr | None:
    """The derivative of a continuous integrand by one of its variables, or None if it has jumps.

    The derivative of relu is step, of abs sign: from their definitions, almost everywhere. For a continuous integrand
    differentiation may be exchanged with the expectation.

    Example:
        >>> from analytic.grammar import parse
        >>> print(derivative(parse("relu(u)*v"), "u"))
        step(u)*v
    """
    if expr.head in ("name", "dot"):
        return num(int((expr if expr.head == "name" else expr.children[0]).identifier == variable))
    if expr.head in ("num", "norm"):
        return num(0)
    if expr.head == "add":
        parts = [derivative(c, variable) for c in expr.children]
        return None if any(p is None for p in parts) else add(*(p for p in parts if p is not None))
    if expr.head == "mul":
        return _product(expr.children, variable)
    if expr.head == "pow":
        base, exponent = expr.children
        n, inner = rational_value(exponent), derivative(base, variable)
        return None if n is None or inner is None else mul(exponent, base ** num(n - 1), inner)
    return _chain(expr, variable)


def _product(factors: tuple[Expr, ...], variable: str) -> Expr | None:
    terms = []
    for i, factor in enumerate(factors):
        inner = derivative(factor, variable)
        if inner is None:
            return None
        terms.append(mul(*factors[:i], inner, *factors[i + 1 :]))
    return add(*terms)


def _chain(expr: Expr, variable: str) -> Expr | None:
    definition = DEFINITIONS.get(expr.children[0].identifier)
    inner = derivative(expr.children[1 if definition is None else 1 + definition.leading], variable)
    if inner is None or inner == num(0):
        return inner
    slope = None if definition is None else definition.slope
    return None if slope is None else mul(slope(*expr.children[1:]), inner)


Forms = list[tuple[Array, float]]


def is_homogeneous(expr: Expr, variables: Sequence[str]) -> bool:
    """Whether every function is positively homogeneous and taken of multiples of single variables."""
    for node in walk(expr):
        if node.head == "call" and _depends(node, variables):
            argument = node.children[1]
            factors = argument.children if argument.head == "mul" else (argument,)
            random = [f for f in factors if _depends(f, variables)]
            known = DEFINITIONS.get(node.children[0].identifier)
            if known is None or known.degree is None or len(random) != 1 or random[0].head not in ("name", "dot"):
                return False
    return True


def rough_forms(expr: Expr, variables: Sequence[str], constants: Mapping[str, float]) -> tuple[Forms, Forms]:
    """The affine forms a.x + b at whose zeros the integrand has kinks, and those where it has logarithms.

    Example:
        >>> from analytic.grammar import parse
        >>> rough_forms(parse("relu(2*u - 1)"), ("u",), {})[0]
        [(array([2.]), -1.0)]
    """
    kinks: Forms = []
    logarithms: Forms = []
    for node in walk(expr):
        if node.head != "call" or not _depends(node, variables):
            continue
        function, *arguments = node.children
        if function.identifier == "log" and arguments[0].is_call("abs"):
            logarithms.append(_affine(arguments[0].children[1], variables, constants))
        elif function.identifier in DEFINITIONS and DEFINITIONS[function.identifier].kink:
            kinks.append(_affine(arguments[DEFINITIONS[function.identifier].leading], variables, constants))
    return kinks, logarithms


def _depends(expr: Expr, variables: Sequence[str]) -> bool:
    return bool(names(expr) & set(variables)) and expr.head != "norm"


def _affine(argument: Expr, variables: Sequence[str], constants: Mapping[str, float]) -> tuple[Array, float]:
    """The slopes and the constant of an affine formula, from its values at the origin and the unit vectors."""

    def at(index: int) -> float:
        values = {v: np.asarray(float(i == index)) for i, v in enumerate(variables)}
        return float(_evaluate(argument, values, constants))

    constant = at(-1)
    return np.array([at(i) - constant for i in range(len(variables))]), constant


@dataclass(frozen=True)
class Graded:
    """A positively homogeneous part: a function and its range on the unit sphere."""

    function: Callable[[Values], Array]
    low: float
    high: float


def grade(expr: Expr, norms: Mapping[str, float], constants: Mapping[str, float]) -> dict[int, Graded]:
    """The homogeneous parts of an integrand by degree, each with its range on the unit sphere.

    Ranges come from interval arithmetic: a variable with standard deviation s lies in [-s, s] there.

    Args:
        expr: the integrand.
        norms: standard deviations of the variables.
        constants: values of the other names.

    Returns:
        Degree to part.

    Example:
        >>> from analytic.grammar import parse
        >>> part = grade(parse("relu(u)*v"), {"u": 2.0, "v": 3.0}, {})[2]
        >>> part.low, part.high
        (-6.0, 6.0)
    """
    if expr.head in ("name", "dot"):
        identifier = (expr if expr.head == "name" else expr.children[0]).identifier
        if identifier in norms:
            return {1: Graded(lambda values: values[identifier], -norms[identifier], norms[identifier])}
    if not any(c.head in ("name", "dot") and _is_variable(c, norms) for c in _leaves(expr)):
        value = float(_evaluate(expr, {}, constants))
        return {0: Graded(lambda values: np.full(np.shape(next(iter(values.values()))), value), value, value)}
    if expr.head == "add":
        total: dict[int, Graded] = {}
        for child in expr.children:
            for degree, part in grade(child, norms, constants).items():
                total[degree] = _sum(total[degree], part) if degree in total else part
        return total
    if expr.head in ("mul", "pow"):
        return _graded_product(expr, norms, constants)
    return _graded_call(expr, norms, constants)


def _leaves(expr: Expr) -> list[Expr]:
    if expr.head in ("name", "dot", "norm", "num"):
        return [expr]
    children = expr.children[1:] if expr.head == "call" else expr.children
    return [leaf for c in children for leaf in _leaves(c)]


def _is_variable(expr: Expr, norms: Mapping[str, float]) -> bool:
    return (expr if expr.head == "name" else expr.children[0]).identifier in norms


def _sum(x: Graded, y: Graded) -> Graded:
    return Graded(lambda values: x.function(values) + y.function(values), x.low + y.low, x.high + y.high)


def _times(x: Graded, y: Graded) -> Graded:
    ends = [a * b for a in (x.low, x.high) for b in (y.low, y.high)]
    return Graded(lambda values: x.function(values) * y.function(values), min(ends), max(ends))


def _graded_product(expr: Expr, norms: Mapping[str, float], constants: Mapping[str, float]) -> dict[int, Graded]:
    factors = list(expr.children)
    if expr.head == "pow":
        exponent = rational_value(expr.children[1])
        if exponent is None or exponent.denominator != 1 or exponent < 0:
            raise FormulaError(
                f"got the exponent {expr.children[1]} under an expectation, expected a non-negative integer"
            )
        factors = [expr.children[0]] * int(exponent)
        parts = grade(expr.children[0], norms, constants)
        if len(parts) == 1 and exponent:
            ((degree, part),) = parts.items()
            return {degree * int(exponent): _power(part, int(exponent))}
    total = grade(factors[0], norms, constants) if factors else grade(num(1), norms, constants)
    for factor in factors[1:]:
        product: dict[int, Graded] = {}
        for p, x in total.items():
            for q, y in grade(factor, norms, constants).items():
                new = _times(x, y)
                product[p + q] = _sum(product[p + q], new) if p + q in product else new
        total = product
    return total


def _power(part: Graded, n: int) -> Graded:
    ends = [part.low**n, part.high**n]
    low = 0.0 if n % 2 == 0 and part.low <= 0 <= part.high else min(ends)
    return Graded(lambda values: part.function(values) ** n, low, max(ends))


def _graded_call(expr: Expr, norms: Mapping[str, float], constants: Mapping[str, float]) -> dict[int, Graded]:
    function, argument = expr.children[0].identifier, expr.children[1]
    inner = grade(argument, norms, constants)
    if set(inner) != {1}:
        raise FormulaError(f"got {expr}, expected an activation of a linear form of the Gaussian variables")
    z, extra = inner[1], [np.asarray(float(_evaluate(a, {}, constants))) for a in expr.children[2:]]
    if function not in DEFINITIONS:
        raise FormulaError(
            f"the empirical witness has no definition of {function}; expected {', '.join(sorted(DEFINITIONS))}"
        )
    degree = DEFINITIONS[function].degree
    if degree is None:
        raise FormulaError(f"got {expr}, which is not positively homogeneous: there is no bound at finite samples")
    corners = [float(_call(function, [np.asarray(end), *extra])) for end in (z.low, 0.0, z.high)]
    return {degree: Graded(lambda values: _call(function, [z.function(values), *extra]), min(corners), max(corners))}
