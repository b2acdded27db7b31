r"""Bounds $|f(x)| \le A\,t^k e^{Bt + Ct^2}$ for $t = |x| \ge R \ge 1$, and of the tails of integrals that they give.

The bound of a formula is put together from those of its parts: a sum takes the sum of the factors A and the greatest of
each exponent (as $t \ge 1$), a product multiplies A and adds exponents, a bounded function has A alone, a function with
$|g(z)| \le a + b|z|$ takes $a$ plus $b$ times the bound of its argument, and $e^{q(x)}$ with a quadratic
polynomial q has the exact exponents. The tail follows because $\log$ of the bound times the density is concave:
$\int_X^\infty e^{\psi} \le e^{\psi(X)} / (-\psi'(X))$ wherever $\psi'(X) < 0$.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from flint import acb, arb

from analytic.formula import ONE, ZERO, Expr, add, call, mul, name, num, rewrite
from analytic.series.ball_functions import UNARY, ball_function, exponent, hermite_polynomial
from analytic.series.errors import UnsupportedIntegrandError
from analytic.series.exact import affine, ball_of, is_constant, polynomial, sign_of, tidy

#: |f| <= 1 on the real line.
BOUNDED = frozenset(("tanh", "sigmoid", "erf", "Phi", "sin", "cos"))
#: |f(z)| <= |z|.
SUBLINEAR = frozenset(("gelu", "silu"))
_ZERO, _ONE = arb(0), arb(1)


@dataclass(frozen=True)
class Growth:
    r"""The bound $A\,t^k e^{Bt + Ct^2}$ for $t \ge R$.

    Args:
        scale: A, an upper bound.
        power: k.
        rate: B, an upper bound.
        curvature: C, an exact constant.
        start: R, at least 1.
    """

    scale: arb
    power: int = 0
    rate: arb = _ZERO
    curvature: Expr = ZERO
    start: arb = _ONE

    def __add__(self, other: Growth) -> Growth:
        steeper = sign_of(tidy(add(self.curvature, mul(num(-1), other.curvature)))) >= 0
        return Growth(
            self.scale + other.scale,
            max(self.power, other.power),
            self.rate.max(other.rate),
            self.curvature if steeper else other.curvature,
            self.start.max(other.start),
        )

    def __mul__(self, other: Growth) -> Growth:
        return Growth(
            self.scale * other.scale,
            self.power + other.power,
            self.rate + other.rate,
            tidy(add(self.curvature, other.curvature)),
            self.start.max(other.start),
        )


def growth(f: Expr, variable: str, side: int) -> Growth:
    r"""A bound of the integrand as the variable goes to infinity (side = 1) or minus infinity (side = -1).

    Args:
        f: a formula without kinked functions, see ``pieces``.
        variable: its variable x; in the bound $t = |x|$.
        side: 1 or -1.

    Returns:
        The bound, valid for ``side * x >= start``.

    Raises:
        UnsupportedIntegrandError: no bound is known.

    Example:
        >>> from analytic.grammar import parse
        >>> bound = growth(parse("u^2*tanh(u)*exp(u/2 - u^2)"), "u", -1)
        >>> bound.power, float(bound.rate), str(bound.curvature)
        (2, -0.5, '-1')
    """
    if is_constant(f):
        return Growth(ball_of(f).abs_upper())
    if f.head == "name":
        return Growth(arb(1), 1)
    if f.head == "add":
        return reduce(lambda x, y: x + y, (growth(c, variable, side) for c in f.children))
    if f.head == "mul":
        return reduce(lambda x, y: x * y, (growth(c, variable, side) for c in f.children))
    if f.head == "pow":
        return reduce(lambda x, y: x * y, [growth(f.children[0], variable, side)] * exponent(f))
    return _of_call(f, variable, side)


def _of_call(f: Expr, variable: str, side: int) -> Growth:
    function = f.children[0].identifier
    if function in BOUNDED:
        return Growth(arb(1))
    if function in SUBLINEAR:
        return growth(f.children[1], variable, side)
    if function == "softplus":  # log(1 + e^z) <= log 2 + max(z, 0)
        return Growth(arb.const_log2().upper()) + growth(f.children[1], variable, side)
    if function in ("He", "H"):
        total = sum((abs(arb(c)) for c in hermite_polynomial(f).coeffs()), arb(0))
        base = growth(ONE, variable, side) + growth(f.children[2], variable, side)
        degree = hermite_polynomial(f).degree()
        return reduce(lambda x, y: x * y, [base] * degree, Growth(total.abs_upper()))
    if function == "bump":
        return _exponential(mul(num(-1) / num(2), f.children[1] ** 2), f, variable, side)
    if function == "exp":
        return _exponential(f.children[1], f, variable, side)
    if function == "log":
        return _logarithm(f, variable, side)
    raise UnsupportedIntegrandError(
        f"unknown function {function} in {f}; expected one of {', '.join(sorted(UNARY))}, elu, He, H"
    )


def _exponential(q: Expr, f: Expr, variable: str, side: int) -> Growth:
    exact = polynomial(q, (variable,))
    if exact is not None:
        rate = side * ball_of(exact.get((1,), ZERO))
        return Growth(ball_of(exact.get((0,), ZERO)).exp().abs_upper(), 0, rate, exact.get((2,), ZERO))
    if f.is_call("bump"):
        return Growth(arb(1))
    inner = growth(q, variable, side)
    if inner.power > 1 or not inner.rate <= 0 or sign_of(inner.curvature) > 0:
        raise UnsupportedIntegrandError(f"no bound is known for {f}: expected an exponent of at most quadratic growth")
    if inner.power:
        return Growth(arb(1), 0, inner.scale, ZERO, inner.start)
    return Growth(inner.scale.exp().abs_upper(), start=inner.start)


def _logarithm(f: Expr, variable: str, side: int) -> Growth:
    form = affine(f.children[1], variable)
    if form is None:
        return _near_point(f, variable, side)
    slope, intercept = (ball_of(c) for c in form)
    # |slope t + intercept| >= 1 from there on, and log z <= z
    start = ((1 + abs(intercept)) / abs(slope)).max(arb(1)).upper()
    return Growth((abs(slope) + abs(intercept)).abs_upper(), 1, start=start)


def _near_point(f: Expr, variable: str, side: int) -> Growth:
    """A logarithm that depends on the variable through exp(-t) in (0, 1/e] only: its values there in one ball."""
    decay = call("exp", mul(num(-1), name(variable)))
    inside = rewrite(f, lambda node: name("_decay") if node == decay else None)
    half = (arb(-1).exp() / 2).upper()
    value = ball_function(inside, "_decay")(acb(arb(half, half)), False)
    if side < 0 or not value.is_finite():
        raise UnsupportedIntegrandError(f"no bound is known for the growth of {f}: expected log(abs(z)), z affine")
    return Growth(value.abs_upper())


def gaussian_tail(bound: Growth, mean: arb, variance: arb, cut: arb) -> arb:
    r"""A bound of $\int_X^\infty A t^k e^{Bt + Ct^2} \varphi_{m,\sigma^2}(t)\,dt$; infinite if X is too small.

    Args:
        bound: with $C < 1/(2\sigma^2)$.
        mean: m (of -x for the left tail).
        variance: sigma^2.
        cut: X.

    Returns:
        An upper bound as an exact ball.

    Example:
        >>> tail = gaussian_tail(Growth(arb(1)), arb(0), arb(1), arb(5))
        >>> bool((arb(5) / arb(2).sqrt()).erfc() / 2 < tail < 3.1e-7)
        True
    """
    curvature = ball_of(bound.curvature)
    slope = bound.power / cut + bound.rate + 2 * curvature * cut - (cut - mean) / variance
    concave = curvature - 1 / (2 * variance) < 0
    if not (concave and slope < 0 and cut >= bound.start and cut > 0):
        return arb("inf")
    exponent = bound.rate * cut + curvature * cut**2 - (cut - mean) ** 2 / (2 * variance)
    value = bound.scale * cut**bound.power * exponent.exp() / (2 * arb.pi() * variance).sqrt()
    return (value / -slope).abs_upper()


def exponential_tail(bound: Growth, cut: arb) -> arb:
    r"""A bound of $\int_X^\infty A t^k e^{Bt}\,dt$, $B < 0$; infinite if X is too small.

    Example:
        >>> bool(exponential_tail(Growth(arb(1), 0, arb(-1)), arb(10)) < 4.6e-5)
        True
    """
    slope = bound.power / cut + bound.rate
    if sign_of(bound.curvature) > 0 or not (slope < 0 and cut >= bound.start):
        return arb("inf")
    return (bound.scale * cut**bound.power * (bound.rate * cut).exp() / -slope).abs_upper()
