r"""One-variable integrands on complex balls (Arb): finite only where the function is analytic, if that is asked for.

A rigorous quadrature evaluates the integrand on boxes around its path. There a piecewise function is continued
analytically from one piece, poles give balls that are not finite, and so do branch cuts if ``analytic`` is set.
"""

from __future__ import annotations

from collections.abc import Callable

from flint import acb, arb, fmpz_poly

from analytic.constants import rational_value
from analytic.formula import Expr
from analytic.series.errors import UnsupportedIntegrandError
from analytic.series.exact import ball_of, is_constant

#: (box, analytic) -> enclosure of the values on the box; not finite if ``analytic`` and the function is not.
BallFunction = Callable[[acb, bool], acb]

MAX_ORDER = 1000
"""Highest power and order of a Hermite polynomial."""


def ball_function(expr: Expr, variable: str) -> BallFunction:
    """The integrand as a function of complex balls, constants taken at the current precision.

    Args:
        expr: a formula in one variable, see ``analytic.series.enclosure`` for the functions known.
        variable: its name.

    Returns:
        The function of a box and the flag ``analytic``.

    Raises:
        UnsupportedIntegrandError: an unknown function, another variable, or a division.

    Example:
        >>> from analytic.grammar import parse
        >>> f = ball_function(parse("softplus(u)"), "u")
        >>> f(acb(0), True).overlaps(acb(2).log()), f(acb(1, arb(3, 1)), True).is_finite()
        (True, False)
    """
    if is_constant(expr):
        constant = acb(ball_of(expr))
        return lambda _x, _analytic: constant
    if expr.head == "name":
        return _variable(expr, variable)
    if expr.head == "add":
        return _sum([ball_function(c, variable) for c in expr.children])
    if expr.head == "mul":
        return _product([ball_function(c, variable) for c in expr.children])
    if expr.head == "pow":
        f, n = ball_function(expr.children[0], variable), exponent(expr)
        return lambda x, analytic: f(x, analytic) ** n
    if expr.head == "call":
        return _call(expr, variable)
    raise UnsupportedIntegrandError(f"got {expr}, expected sums, products, powers and functions of {variable}")


def exponent(expr: Expr) -> int:
    """The exponent of a power.

    Raises:
        UnsupportedIntegrandError: it is not a positive integer.
    """
    n = rational_value(expr.children[1])
    if n is None or n.denominator != 1 or not 0 < n <= MAX_ORDER:
        raise UnsupportedIntegrandError(
            f"got the power {expr}, expected a positive integer exponent up to {MAX_ORDER}: divisions and roots are "
            f"not supported under a certified expectation"
        )
    return int(n)


def _variable(expr: Expr, variable: str) -> BallFunction:
    if expr.identifier != variable:
        raise UnsupportedIntegrandError(f"unknown name {expr}, expected the Gaussian variable {variable}")
    return lambda x, _analytic: x


def _sum(parts: list[BallFunction]) -> BallFunction:
    def total(x: acb, analytic: bool) -> acb:
        value = parts[0](x, analytic)
        for part in parts[1:]:
            value += part(x, analytic)
        return value

    return total


def _product(parts: list[BallFunction]) -> BallFunction:
    def total(x: acb, analytic: bool) -> acb:
        value = parts[0](x, analytic)
        for part in parts[1:]:
            value *= part(x, analytic)
        return value

    return total


def _call(expr: Expr, variable: str) -> BallFunction:
    function, *arguments = expr.children
    f = function.identifier
    if f in ("He", "H"):
        return _hermite(expr, variable)
    if f in PARAMETERS and PARAMETERS[f][0] <= len(arguments) - 1 <= PARAMETERS[f][1]:
        inner = ball_function(arguments[0], variable)
        rest = [ball_of(a) for a in _constants(expr)]
        outer = _WITH_PARAMETERS[f]
        return lambda x, analytic: outer(inner(x, analytic), analytic, *rest)
    if f not in UNARY or len(arguments) != 1:
        raise UnsupportedIntegrandError(
            f"unknown function {f} of {len(arguments)} arguments in {expr}; expected one of "
            f"{', '.join(sorted((*UNARY, *PARAMETERS, 'He', 'H')))}"
        )
    inner, unary = ball_function(arguments[0], variable), UNARY[f]
    return lambda x, analytic: unary(inner(x, analytic), analytic)


def _constants(expr: Expr) -> tuple[Expr, ...]:
    for a in expr.children[2:]:
        if not is_constant(a):
            raise UnsupportedIntegrandError(f"got the parameter {a} in {expr}, expected a constant")
    return expr.children[2:]


def hermite_order(expr: Expr) -> int:
    """The order n of ``He(n, z)`` or ``H(n, z)``.

    Raises:
        UnsupportedIntegrandError: it is not an integer from 0 to MAX_ORDER, or there are not two arguments.
    """
    n = rational_value(expr.children[1]) if len(expr.children) == 3 else None
    if n is None or n.denominator != 1 or not 0 <= n <= MAX_ORDER:
        raise UnsupportedIntegrandError(f"got {expr}, expected He(n, z) or H(n, z) with an integer n, 0 to {MAX_ORDER}")
    return int(n)


def hermite_polynomial(expr: Expr) -> fmpz_poly:
    """The coefficients of the Hermite polynomial that ``He(n, z)`` (probabilists') or ``H(n, z)`` (physicists') names.

    Example:
        >>> from analytic.grammar import parse
        >>> hermite_polynomial(parse("He(3, u)")), hermite_polynomial(parse("H(2, u)"))
        (x^3 + (-3)*x, 4*x^2 + (-2))
    """
    slope = 1 if expr.is_call("He") else 2
    x, before, last = fmpz_poly([0, slope]), fmpz_poly([0]), fmpz_poly([1])
    for n in range(hermite_order(expr)):
        before, last = last, x * last - slope * n * before
    return last


def _hermite(expr: Expr, variable: str) -> BallFunction:
    coefficients = [acb(c) for c in hermite_polynomial(expr).coeffs()[::-1]]
    inner = ball_function(expr.children[2], variable)

    def horner(x: acb, analytic: bool) -> acb:
        z, value = inner(x, analytic), coefficients[0]
        for c in coefficients[1:]:
            value = value * z + c
        return value

    return horner


def _sigmoid(z: acb, _analytic: bool = False) -> acb:
    if z.real < 0:  # e^-z of a wide box would be a wide annulus, e^z is a disc inside the unit circle
        e = z.exp()
        return e / (1 + e)
    return 1 / (1 + (-z).exp())  # a pole makes the divisor contain 0, and the ball infinite


def _softplus(z: acb, analytic: bool) -> acb:
    # log(1 + e^z) = z + log(1 + e^-z) in |Im z| < pi; the second form stays tight where e^z is large
    if z.real > 0 and abs(z.imag) < arb("3.14"):
        return z + (1 + (-z).exp()).log(analytic=analytic)
    return (1 + z.exp()).log(analytic=analytic)


def _normal(z: acb, _analytic: bool = False) -> acb:
    return (-z / arb(2).sqrt()).erfc() / 2


def _elu(z: acb, analytic: bool, *alpha: arb) -> acb:
    scale = alpha[0] if alpha else arb(1)
    if z.real > 0:
        return z
    if z.real < 0:
        return scale * (z.exp() - 1)
    return acb("nan") if analytic else z.union(scale * (z.exp() - 1))


def _two_slopes(z: acb, analytic: bool, left: arb, right: arb) -> acb:
    if z.real > 0:
        return right * z
    if z.real < 0:
        return left * z
    return acb("nan") if analytic else (right * z).union(left * z)


def _jump(z: acb, analytic: bool, left: int) -> acb:
    if z.real > 0 or z.real < 0:
        return acb(1 if z.real > 0 else left)
    return acb("nan") if analytic else acb(1).union(acb(left))


#: Functions of one argument: (ball, analytic) -> ball.
UNARY: dict[str, Callable[[acb, bool], acb]] = {
    "relu": lambda z, analytic: _two_slopes(z, analytic, arb(0), arb(1)),
    "abs": lambda z, analytic: _two_slopes(z, analytic, arb(-1), arb(1)),
    "step": lambda z, analytic: _jump(z, analytic, 0),
    "sign": lambda z, analytic: _jump(z, analytic, -1),
    "exp": lambda z, _: z.exp(),
    "sin": lambda z, _: z.sin(),
    "cos": lambda z, _: z.cos(),
    "tanh": lambda z, _: z.tanh(),
    "erf": lambda z, _: z.erf(),
    "Phi": _normal,
    "bump": lambda z, _: (-z * z / 2).exp(),
    "gelu": lambda z, _: z * _normal(z),
    "sigmoid": _sigmoid,
    "silu": lambda z, _: z * _sigmoid(z),
    "softplus": _softplus,
    "log": lambda z, analytic: z.log(analytic=analytic),
}
#: Least and greatest number of parameters after the argument.
PARAMETERS = {"leaky_relu": (1, 1), "abrelu": (2, 2), "elu": (0, 1)}
_WITH_PARAMETERS: dict[str, Callable[..., acb]] = {
    "leaky_relu": lambda z, analytic, slope: _two_slopes(z, analytic, slope, arb(1)),
    "abrelu": _two_slopes,
    "elu": _elu,
}
