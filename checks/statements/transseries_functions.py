r"""Functions of exp-log series: analytic ones by their Taylor series, error functions and gamma by theirs at infinity.

$\Gamma(x) = \sqrt{2\pi}\,x^{x - 1/2} e^{-x} \exp(\sum_n B_{2n}/(2n(2n-1)x^{2n-1}))$ as x tends to infinity (Stirling;
Whittaker and Watson 1927, section 12.33);
$1 - \operatorname{erf} x = e^{-x^2}/(x\sqrt\pi) \sum_n (-1)^n (2n-1)!!/(2x^2)^n$.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import comb, factorial

from flint import fmpq

from analytic.errors import FormulaError
from analytic.field import Element
from checks.statements.series import NoSeriesError
from checks.statements.transmonomials import ONE
from checks.statements.transseries import Transseries, TransseriesAlgebra

#: Whole numbers up to which factorials are written out.
MOST = 30
Algebra = TransseriesAlgebra
Series = Transseries


def applied(a: Algebra, function: str, arguments: Sequence[Series]) -> Series:
    """The value of a function.

    Raises:
        NoSeriesError: it has no such series.
        FormulaError: it is not known.
    """
    if function in ("min", "max") and len(arguments) == 2:
        x, y = arguments
        smaller = a.sign(a.minus(x, y)) <= 0
        return x if smaller == (function == "min") else y
    if function == "binomial" and len(arguments) == 2:
        return _binomial(a, *arguments)
    if function not in _FUNCTIONS or len(arguments) != 1:
        known = ", ".join(sorted((*_FUNCTIONS, "min", "max", "binomial")))
        raise FormulaError(f"got {function} of {len(arguments)} arguments, expected one of {known}")
    return _FUNCTIONS[function](a, arguments[0])


def _tends_to(a: Algebra, x: Series) -> int:
    """1 or -1 if x tends to infinity or minus infinity, 0 if it is bounded.

    Raises:
        NoSeriesError: neither is known.
    """
    size = a.size(x)
    if size is None or a.group.sign(size) <= 0:
        return 0
    return a.leading(x)[2]


def _rational(a: Algebra, x: Series, values: Callable[[int], Fraction]) -> Series:
    return a.composed(lambda n: a.field.number(values(n)), x)


def _by_sign(at_zero: Fraction, below: int, above: int) -> Callable[[Algebra, Series], Series]:
    def found(a: Algebra, x: Series) -> Series:
        sign = a.sign(x)
        return a.number(at_zero if not sign else above if sign > 0 else below)

    return found


def _relu(a: Algebra, x: Series) -> Series:
    return x if a.sign(x) > 0 else a.number(0)


def _circular(a: Algebra, x: Series) -> tuple[Series, Series]:
    """Cosine and sine; of something that tends to infinity they are O(1)."""
    if _tends_to(a, x):
        return a.bounded(ONE), a.bounded(ONE)
    _, constant, small = a.split(x)
    cosine = _rational(a, small, lambda n: Fraction((1, 0, -1, 0)[n % 4], factorial(n)))
    sine = _rational(a, small, lambda n: Fraction((0, 1, 0, -1)[n % 4], factorial(n)))
    if not constant:
        return cosine, sine
    c, s = a.field.cos(constant), a.field.sin(constant)
    return (
        a.minus(a.scaled(c, cosine), a.scaled(s, sine)),
        a.add(a.scaled(s, cosine), a.scaled(c, sine)),
    )


def _tangent(a: Algebra, x: Series) -> Series:
    cosine, sine = _circular(a, x)
    return a.mul(sine, a.inverse(cosine))


def _arctangent(a: Algebra, x: Series) -> Series:
    sign = _tends_to(a, x)
    if sign:
        half = a.constant(a.field.pi() * Fraction(sign, 2))
        return a.minus(half, _arctangent(a, a.inverse(x)))
    _, constant, small = a.split(x)
    if constant:  # atan(c + h) = atan(c) + atan(h/(1 + c (c + h)))
        below = a.add(a.number(1), a.scaled(constant, x))
        small = a.mul(small, a.inverse(below))
    slope = _rational(a, small, lambda n: Fraction((0, 1, 0, -1)[n % 4], max(n, 1)))
    return a.add(a.constant(a.field.atan(constant)), slope)


def _arcsine(a: Algebra, x: Series) -> Series:
    r"""By the arc tangent; near 1 by $\arcsin x = \pi/2 - 2 \arcsin\sqrt{(1 - x)/2}$."""
    if _tends_to(a, x):
        raise NoSeriesError("an arc sine of a number beyond 1 stands there")
    constant = a.split(x)[1]
    if constant == 1 or constant == -1:
        sign = a.number(1 if constant == 1 else -1)
        half = a.mul(a.number(Fraction(1, 2)), a.minus(a.number(1), a.mul(sign, x)))
        root = a.power(half, Fraction(1, 2))
        quarter = a.constant(a.field.pi() * Fraction(1, 2))
        return a.mul(sign, a.minus(quarter, a.mul(a.number(2), _arcsine(a, root))))
    below = a.minus(a.number(1), a.mul(x, x))
    return _arctangent(a, a.mul(x, a.power(below, Fraction(-1, 2))))


def _arccosine(a: Algebra, x: Series) -> Series:
    return a.minus(a.constant(a.field.pi() * Fraction(1, 2)), _arcsine(a, x))


def _atanh(a: Algebra, x: Series) -> Series:
    up, down = a.log(a.add(a.number(1), x)), a.log(a.minus(a.number(1), x))
    return a.mul(a.number(Fraction(1, 2)), a.minus(up, down))


def _double_factorial(n: int) -> int:
    """(2n - 1)!!"""
    return factorial(2 * n) // (factorial(n) << n)


def _tail(a: Algebra, x: Series) -> Series:
    """1 - erf(x) as x tends to infinity."""
    square = a.mul(x, x)
    small = a.mul(a.number(Fraction(1, 2)), a.inverse(square))
    series = _rational(a, small, lambda n: Fraction((-1) ** n * _double_factorial(n)))
    below = a.inverse(a.scaled(a.field.root_pi, x))
    return a.mul(a.mul(a.exp(a.negative(square)), below), series)


def _error_function(a: Algebra, x: Series) -> Series:
    sign = _tends_to(a, x)
    if sign:
        one = a.minus(a.number(1), _tail(a, x if sign > 0 else a.negative(x)))
        return one if sign > 0 else a.negative(one)
    _, c, small = a.split(x)
    scale = 2 / a.field.root_pi * a.field.exp(-(c**2))
    hermite = [a.field.one, 2 * c]

    def coefficient(n: int) -> Element:
        if n == 0:
            return a.field.function("erf", c)
        while len(hermite) < n:
            k = len(hermite)
            hermite.append(2 * c * hermite[-1] - 2 * (k - 1) * hermite[-2])
        return scale * hermite[n - 1] * Fraction((-1) ** (n - 1), factorial(n))

    return a.composed(coefficient, small)


def _normal(a: Algebra, x: Series) -> Series:
    scaled = a.scaled(1 / a.field.root(2), x)
    half = a.number(Fraction(1, 2))
    if _tends_to(a, x) < 0:  # without the difference of two numbers near 1
        return a.mul(half, _tail(a, a.negative(scaled)))
    return a.mul(half, a.add(a.number(1), _error_function(a, scaled)))


def _imaginary(a: Algebra, x: Series) -> Series:
    """erfi; at infinity exp(x^2)/(x sqrt(pi)) times an asymptotic series."""
    if not _tends_to(a, x):
        raise NoSeriesError("the series of erfi at a point is not known")
    square = a.mul(x, x)
    small = a.mul(a.number(Fraction(1, 2)), a.inverse(square))
    series = _rational(a, small, lambda n: Fraction(_double_factorial(n)))
    return a.mul(a.mul(a.exp(square), a.inverse(a.scaled(a.field.root_pi, x))), series)


def _hyperbolic(a: Algebra, x: Series) -> tuple[Series, Series]:
    up, down = a.exp(x), a.exp(a.negative(x))
    half = a.number(Fraction(1, 2))
    return a.mul(half, a.add(up, down)), a.mul(half, a.minus(up, down))


def _sigmoid(a: Algebra, x: Series) -> Series:
    return a.inverse(a.add(a.number(1), a.exp(a.negative(x))))


def _hyperbolic_tangent(a: Algebra, x: Series) -> Series:
    return a.minus(a.mul(a.number(2), _sigmoid(a, a.mul(a.number(2), x))), a.number(1))


def _gamma(a: Algebra, x: Series) -> Series:
    """The gamma function, by Stirling's series or at half-integers."""
    constant = a.constant_value(x)
    if constant is not None:
        return a.constant(_gamma_at(a, constant.rational))
    if _tends_to(a, x) <= 0:
        raise NoSeriesError("the gamma function is known at infinity and at half-integers only")
    small = a.inverse(x)
    square = a.mul(small, small)
    series = _rational(a, square, lambda n: _bernoulli(2 * n + 2) / ((2 * n + 2) * (2 * n + 1)))
    power = a.mul(a.minus(x, a.number(Fraction(1, 2))), a.log(x))
    exponent = a.add(power, a.negative(x), a.mul(small, series))
    return a.scaled(a.field.root(2) * a.field.root_pi, a.exp(exponent))


def _bernoulli(n: int) -> Fraction:
    value = fmpq.bernoulli(n)
    return Fraction(int(value.p), int(value.q))


def _gamma_at(a: Algebra, x: Fraction | None) -> Element:
    if x is None or x <= 0 or (2 * x).denominator != 1 or x > MOST:
        raise NoSeriesError(f"the gamma function is known at infinity and at half-integers up to {MOST} only")
    if x.denominator == 1:
        return a.field.number(factorial(int(x) - 1))
    n = int(x - Fraction(1, 2))
    return a.field.root_pi * Fraction(_double_factorial(n), 2**n)


def _factorial(a: Algebra, x: Series) -> Series:
    return _gamma(a, a.add(x, a.number(1)))


def _binomial(a: Algebra, n: Series, k: Series) -> Series:
    """n over k; a polynomial in n for a whole number k."""
    constant = a.constant_value(k)
    whole = None if constant is None else constant.rational
    if whole is not None and whole.denominator == 1 and 0 <= whole <= MOST:
        top = a.constant_value(n)
        exact = None if top is None else top.rational
        if exact is not None and exact.denominator == 1 and exact >= 0:
            return a.number(comb(int(exact), int(whole)))
        found = a.number(Fraction(1, factorial(int(whole))))
        for i in range(int(whole)):
            found = a.mul(found, a.minus(n, a.number(i)))
        return found
    below = a.mul(_factorial(a, k), _factorial(a, a.minus(n, k)))
    return a.mul(_factorial(a, n), a.inverse(below))


_FUNCTIONS: dict[str, Callable[[Algebra, Series], Series]] = {
    "sqrt": lambda a, x: a.power(x, Fraction(1, 2)),
    "exp": Algebra.exp,
    "log": Algebra.log,
    "abs": lambda a, x: a.negative(x) if a.sign(x) < 0 else x,
    "sign": _by_sign(Fraction(0), -1, 1),
    "step": _by_sign(Fraction(1, 2), 0, 1),
    "relu": _relu,
    "cos": lambda a, x: _circular(a, x)[0],
    "sin": lambda a, x: _circular(a, x)[1],
    "tan": _tangent,
    "atan": _arctangent,
    "asin": _arcsine,
    "acos": _arccosine,
    "atanh": _atanh,
    "erf": _error_function,
    "Phi": _normal,
    "erfi": _imaginary,
    "cosh": lambda a, x: _hyperbolic(a, x)[0],
    "sinh": lambda a, x: _hyperbolic(a, x)[1],
    "tanh": _hyperbolic_tangent,
    "sigmoid": _sigmoid,
    "gamma": _gamma,
    "factorial": _factorial,
}
