"""Functions of germs: those with poles in their arguments, and those that others make."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from flint import arb, arb_series

from checks.statements.germs import TERMS, Germ, GermAlgebra
from checks.statements.series import NoSeriesError


def _half(a: GermAlgebra, x: Germ) -> Germ:
    return a.mul(a.number(Fraction(1, 2)), x)


def _normal(a: GermAlgebra, x: Germ) -> Germ:
    root = a.power(a.number(Fraction(2)), Fraction(-1, 2))
    return _half(a, a.add(a.number(Fraction(1)), a.function("erf", a.mul(x, root))))


def _atanh(a: GermAlgebra, x: Germ) -> Germ:
    one = a.number(Fraction(1))
    up, down = (a.function("log", a.add(one, y)) for y in (x, a.negative(x)))
    return _half(a, a.add(up, a.negative(down)))


def _dawson(a: GermAlgebra, x: Germ) -> Germ:
    scale = a.mul(_half(a, a.power(a.pi(), Fraction(1, 2))), a.function("exp", a.negative(a.mul(x, x))))
    return a.mul(scale, a.function("erfi", x))


def _arctangent(a: GermAlgebra, x: Germ) -> Germ:
    if x.first >= 0:
        return a.applied(arb_series.atan, x, a.exact.atan(x.exact))
    sign = 1 if a.unit(x) > 0 else -1 if a.unit(x) < 0 else 0
    if not sign:
        raise NoSeriesError("the argument of an arc tangent has no certain sign")
    half = a.mul(a.number(Fraction(sign, 2)), a.pi())
    return a.add(half, a.negative(_arctangent(a, a.inverse(x))))


def _exponential(a: GermAlgebra, x: Germ) -> Germ:
    r"""With a pole in the exponent: $y^{N/m} e^{-ay}$, $y = t^{-m}$, largest at $y = N/(ma)$ or at t = T."""
    if x.first >= 0:
        return a.applied(arb_series.exp, x, a.exact.exp(x.exact))
    exact, rate, m = a.exact.exp(x.exact), -a.unit(x), -x.first
    if not rate > 0:
        raise NoSeriesError("an exponent has no certain sign")
    slowest, order = arb(rate.lower()), TERMS
    top = arb.max(arb(order) / (m * slowest), 1 / a.width**m)
    bound = arb((top ** (arb(order) / m) * (-slowest * top).exp()).upper())
    return a.germ(exact, order, [arb(bound / 2, bound / 2)])


def _error_function(a: GermAlgebra, x: Germ) -> Germ:
    """At infinity by 0 < 1 - erf(y) <= exp(-y^2) for y >= 0."""
    if x.first >= 0:
        return a.applied(arb_series.erf, x, a.exact.erf(x.exact))
    sign = 1 if a.unit(x) > 0 else -1 if a.unit(x) < 0 else 0
    if not sign:
        raise NoSeriesError("the argument of an error function has no certain sign")
    flat = _exponential(a, a.negative(a.mul(x, x)))
    tail = Germ(flat.exact, flat.first, tuple(b * arb(0.5, 0.5) for b in flat.balls))
    one = a.number(Fraction(1))
    found = a.add(one, a.negative(tail))
    return found if sign > 0 else a.negative(found)


SERIES: dict[str, Callable[[Any], Any]] = {
    "log": arb_series.log,
    "sin": arb_series.sin,
    "cos": arb_series.cos,
    "acos": arb_series.acos,
    "asin": arb_series.asin,
    "erfi": arb_series.erfi,
}
COMPOSED: dict[str, Callable[[GermAlgebra, Germ], Germ]] = {
    "tan": lambda a, x: a.mul(a.function("sin", x), a.inverse(a.function("cos", x))),
    "atan": _arctangent,
    "atanh": _atanh,
    "Phi": _normal,
    "exp": _exponential,
    "erf": _error_function,
    "dawson": _dawson,
}
