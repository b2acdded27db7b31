r"""Elementary formulas in one variable as exact series at a point: $\sum_i c_i s^{v+i} + O(s^P)$, $s = t^{1/r}$, t > 0.

t is the distance of the variable from the point, or its inverse at infinity. Constants stay in Q(pi) with square roots
as long as they can (``HybridField``); only there is a coefficient ever taken for 0, all others are balls.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from flint import arb

from analytic.errors import AnalyticError, FormulaError
from analytic.landscape.hybrid_field import Enclosure
from analytic.landscape.laurent import EXACT, Series, SeriesRing
from analytic.landscape.pi_field import Constant
from analytic.special.table import ball_value

#: Squares of cosines and of tangents of the angles q pi in (0, 1/2) whose squares are rational.
COSINES = {Fraction(3, 4): Fraction(1, 6), Fraction(1, 2): Fraction(1, 4), Fraction(1, 4): Fraction(1, 3)}
TANGENTS = {Fraction(1, 3): Fraction(1, 6), Fraction(1): Fraction(1, 4), Fraction(3): Fraction(1, 3)}


class NoSeriesError(AnalyticError):
    """A formula has no series in powers of s: a logarithm or an exponential at infinity, or no real value."""


class RamifiedError(AnalyticError):
    """A root of a series whose first exponent it does not divide: s has to be a finer root of t.

    Args:
        factor: by which r has to grow.
    """

    def __init__(self, factor: int) -> None:
        super().__init__(f"the expansion needs s^(1/{factor})")
        self.factor = factor


def rational_constant(c: Any) -> Fraction | None:
    """The rational number that a constant is, or None."""
    if not isinstance(c, Constant) or c.exponents or any(c.numerators):
        return None
    polynomial = c.numerators.get(0)
    if polynomial is None:
        return Fraction(0)
    return Fraction(int(polynomial[0]), c.integer) if polynomial.degree() == 0 else None


class SeriesAlgebra:
    """Exact series as an ``Algebra`` of formulas; used within ``precision``.

    Args:
        ring: over a ``HybridField``.
        variables: the series of each name, ``theta`` and norms ``|u|`` among them.

    Example:
        >>> from analytic.algebra import evaluate
        >>> from analytic.grammar import parse
        >>> from analytic.landscape.hybrid_field import HybridField
        >>> ring = SeriesRing(HybridField(), 6)
        >>> found = evaluate(parse("sin(x)/x"), SeriesAlgebra(ring, {"x": ring.variable}))
        >>> [str(found.coefficient(i)) for i in range(4)]
        ['1', '0', '-1/6', '0']
    """

    def __init__(self, ring: SeriesRing, variables: dict[str, Series]) -> None:
        self.ring, self.field, self.variables = ring, ring.field, variables
        self.pair: tuple[str, str] | None = None

    def number(self, value: Fraction) -> Series:
        """The rational number."""
        return self.ring.number(value)

    def pi(self) -> Series:
        """The constant pi."""
        return self.ring.pi()

    def theta(self) -> Series:
        """The variable ``theta``."""
        return self.parameter("theta")

    def norm(self, vector: str) -> Series:
        """The variable ``|vector|``."""
        return self.parameter(f"|{vector}|")

    def parameter(self, identifier: str) -> Series:
        """A variable.

        Raises:
            FormulaError: the formula has another variable.
        """
        if identifier not in self.variables:
            known = ", ".join(self.variables) or "no variable"
            raise FormulaError(f"got the name {identifier!r}, expected a formula in {known} alone")
        return self.variables[identifier]

    def add(self, x: Series, y: Series) -> Series:
        """The sum."""
        return x + y

    def mul(self, x: Series, y: Series) -> Series:
        """The product."""
        return x * y

    def power(self, x: Series, exponent: Fraction) -> Series:
        """The power; the real one where the exponent is no integer, so that x must be positive."""
        if exponent == 0:
            return x * x.inverse() if not x.coefficients else self.ring.one  # 0^0 has no value
        if exponent.denominator == 1:
            return _natural(x if exponent > 0 else x.inverse(), abs(int(exponent)))
        if not x.coefficients and x.order == EXACT and exponent > 0:
            return x
        scaled = x.valuation * exponent
        if scaled.denominator != 1:
            raise RamifiedError(scaled.denominator)
        if self.field.sign(x.leading) < 0:
            raise NoSeriesError("a root of a negative number stands there: no real value")
        if exponent.denominator == 2:
            return _natural(x.sqrt() if exponent > 0 else x.sqrt().inverse(), abs(int(2 * exponent)))
        first: Any = self.field.one
        if rational_constant(x.leading) != 1:
            first = Enclosure(self.field, x.leading.ball() ** (arb(exponent.numerator) / exponent.denominator))
        unit = x.shifted(-x.valuation) * self.ring.constant(self.field.inverse(x.leading))
        coefficients, c = [], Fraction(1)
        for k in range(self.ring.terms):
            coefficients.append(self.ring.number(c))
            c = c * (exponent - k) / (k + 1)
        return (self._composed(coefficients, unit - self.ring.one) * self.ring.constant(first)).shifted(int(scaled))

    def function(self, function: str, *arguments: Series) -> Series:
        """The value of a function.

        Raises:
            NoSeriesError: it has no series there.
        """
        if function in _SIGNED:
            return self._by_sign(function, *arguments)
        if function in _FUNCTIONS and len(arguments) == 1:
            return _FUNCTIONS[function](self, arguments[0])
        if all(len(x.coefficients) <= 1 and x.valuation == 0 and x.order == EXACT for x in arguments):
            return self._enclosed(ball_value(function, *(x.coefficient(0).ball() for x in arguments)))
        raise NoSeriesError(f"the series of {function} is not known")

    # parts

    def _enclosed(self, value: arb) -> Series:
        if not value.is_finite():
            raise NoSeriesError("a function has no finite value there")
        return self.ring.constant(Enclosure(self.field, value))

    def sign(self, x: Series) -> int:
        """The sign of x for small t > 0.

        Raises:
            PrecisionLostError: it is not known.
        """
        return 0 if not x.coefficients and x.order == EXACT else int(self.field.sign(x.leading))

    def _by_sign(self, function: str, *arguments: Series) -> Series:
        x = arguments[0]
        if function in ("min", "max"):
            smaller = self.sign(x - arguments[1]) <= 0
            return x if smaller == (function == "min") else arguments[1]
        sign = self.sign(x)
        if function in ("sign", "step"):
            return self.ring.number(Fraction(sign) if function == "sign" else Fraction(sign + 1, 2))
        return x if sign > 0 else (-x if function == "abs" else self.ring.number(Fraction(0)))

    def split(self, x: Series) -> tuple[Any, Series]:
        """The constant term and the rest.

        Raises:
            NoSeriesError: there is a pole.
        """
        if x.first < 0:
            raise NoSeriesError("a function is taken of something that tends to infinity")
        constant = x.coefficient(0)
        return constant, x - self.ring.constant(constant)

    def _composed(self, coefficients: list[Series], h: Series) -> Series:
        if not h.coefficients and h.order == EXACT:
            return coefficients[0]
        total = self.ring.series(0, (), 0)  # O(1): the terms left out have a sum that is analytic in h
        for c in reversed(coefficients):
            total = total * h + c
        return total

    def exp(self, x: Series) -> Series:
        """The exponential; flat where x tends to minus infinity."""
        if x.first < 0:
            if self.sign(x) > 0:
                raise NoSeriesError("an exponential grows beyond all powers there")
            return self.ring.series(0, (), self.ring.terms)
        constant, h = self.split(x)
        first = self.ring.one if self.field.vanishes(constant) else self._enclosed(constant.ball().exp())
        return first * self._composed(_taylor(self.ring, lambda _: Fraction(1)), h)

    def log(self, x: Series) -> Series:
        """The logarithm."""
        if self.sign(x) <= 0:
            raise NoSeriesError("a logarithm of a number that is not positive stands there")
        if x.valuation:
            raise NoSeriesError("a logarithm of a power of the variable stands there")
        constant = x.leading
        slope = (x.derivative() / x).integral()
        if isinstance(constant, Constant) and constant == self.field.one:
            return slope
        return self._enclosed(constant.ball().log()) + slope

    def circular(self, x: Series) -> tuple[Series, Series]:
        """Cosine and sine; of something that tends to infinity they are O(1)."""
        if x.first < 0:
            return self.ring.series(0, (), 0), self.ring.series(0, (), 0)
        constant, h = self.split(x)
        cosine = self._composed(_taylor(self.ring, lambda k: Fraction((1, 0, -1, 0)[k % 4])), h)
        sine = self._composed(_taylor(self.ring, lambda k: Fraction((0, 1, 0, -1)[k % 4])), h)
        if self.field.vanishes(constant):
            return cosine, sine
        c, s = (self.ring.constant(v) for v in self._unit(constant))
        return c * cosine - s * sine, s * cosine + c * sine

    def _unit(self, angle: Any) -> tuple[Any, Any]:
        """Cosine and sine of a constant, exact at multiples of pi/4 and pi/6."""
        q = rational_constant(angle * self.field.inverse(self.field.pi))
        if q is None or (12 % q.denominator or q.denominator == 12):
            value = angle.ball()
            return Enclosure(self.field, value.cos()), Enclosure(self.field, value.sin())
        return self._cosine(q), self._cosine(Fraction(1, 2) - q)

    def _cosine(self, q: Fraction) -> Any:
        q = abs((q + 1) % 2 - 1)
        small = min(q, 1 - q)
        squares = {Fraction(0): Fraction(1), Fraction(1, 2): Fraction(0)} | {a: c for c, a in COSINES.items()}
        root = self.field.sqrt(self.field.number(squares[small]))
        return root if q <= Fraction(1, 2) else -root

    def acos(self, x: Series) -> Series:
        r"""The arc cosine: its limit, minus the integral of $x'/\sqrt{1 - x^2}$."""
        constant, _ = self.split(x)
        below = self.ring.one - x * x
        if not below.coefficients and below.order == EXACT:
            return self.ring.constant(self._acos(constant))
        return (
            self.ring.constant(self._acos(constant)) - (x.derivative() / self.power(below, Fraction(1, 2))).integral()
        )

    def _acos(self, c: Any) -> Any:
        if isinstance(c, Constant):
            square, half = rational_constant(c * c), Fraction(1, 2)
            if square is not None and square in (0, 1, *COSINES):
                q = {Fraction(0): half, Fraction(1): Fraction(0), **COSINES}[square]
                return self.field.pi * self.field.number(q if c.sign >= 0 else 1 - q)
        value = c.ball().acos()
        if not value.is_finite():
            raise NoSeriesError("an arc cosine of a number beyond 1 stands there")
        return Enclosure(self.field, value)

    def atan(self, x: Series) -> Series:
        """The arc tangent."""
        if x.first < 0:
            half = self.ring.pi() * self.ring.number(Fraction(self.sign(x), 2))
            return half - self.atan(x.inverse())
        constant, _ = self.split(x)
        slope = (x.derivative() / (self.ring.one + x * x)).integral()
        if isinstance(constant, Constant):
            square = rational_constant(constant * constant)
            if square == 0:
                return slope
            if square in TANGENTS:
                return self.ring.pi() * self.ring.number(TANGENTS[square] * constant.sign) + slope
        return self._enclosed(constant.ball().atan()) + slope

    def erf(self, x: Series) -> Series:
        """The error function; at infinity it is 1 up to what is smaller than every power."""
        if x.first < 0:
            return self.ring.series(0, (self.field.number(self.sign(x)),), self.ring.terms)
        constant, _ = self.split(x)
        scale = self.ring.constant(self.field.number(2) * self.field.inverse(self.field.sqrt(self.field.pi)))
        slope = (scale * self.exp(-(x * x)) * x.derivative()).integral()
        return slope if self.field.vanishes(constant) else self._enclosed(constant.ball().erf()) + slope

    def erfi(self, x: Series) -> Series:
        """The imaginary error function."""
        constant, _ = self.split(x)
        scale = self.ring.constant(self.field.number(2) * self.field.inverse(self.field.sqrt(self.field.pi)))
        slope = (scale * self.exp(x * x) * x.derivative()).integral()
        return slope if self.field.vanishes(constant) else self._enclosed(constant.ball().erfi()) + slope

    def half(self, x: Series) -> Series:
        """Half of it."""
        return x * self.ring.number(Fraction(1, 2))


def _natural(x: Series, n: int) -> Series:
    found = x
    for bit in bin(n)[3:]:
        found = found * found
        found = found * x if bit == "1" else found
    return found


def _taylor(ring: SeriesRing, derivative: Callable[[int], Fraction]) -> list[Series]:
    """The Taylor coefficients at 0 from the derivatives there."""
    found, factorial = [], 1
    for k in range(ring.terms):
        factorial *= max(k, 1)
        found.append(ring.number(derivative(k) / factorial))
    return found


def _atanh(a: SeriesAlgebra, x: Series) -> Series:
    return a.half(a.log(a.ring.one + x) - a.log(a.ring.one - x))


def _normal(a: SeriesAlgebra, x: Series) -> Series:
    return a.half(a.ring.one + a.erf(x / a.ring.number(Fraction(2)).sqrt()))


def _tangent(a: SeriesAlgebra, x: Series) -> Series:
    cosine, sine = a.circular(x)
    return sine / cosine


def _dawson(a: SeriesAlgebra, x: Series) -> Series:
    return a.half(a.ring.pi().sqrt() * a.exp(-(x * x)) * a.erfi(x))


_SIGNED = ("abs", "sign", "step", "relu", "min", "max")
_FUNCTIONS: dict[str, Callable[[SeriesAlgebra, Series], Series]] = {
    "sqrt": lambda a, x: a.power(x, Fraction(1, 2)),
    "exp": SeriesAlgebra.exp,
    "log": SeriesAlgebra.log,
    "sin": lambda a, x: a.circular(x)[1],
    "cos": lambda a, x: a.circular(x)[0],
    "tan": _tangent,
    "acos": SeriesAlgebra.acos,
    "asin": lambda a, x: a.half(a.ring.pi()) - a.acos(x),
    "atan": SeriesAlgebra.atan,
    "atanh": _atanh,
    "erf": SeriesAlgebra.erf,
    "erfi": SeriesAlgebra.erfi,
    "dawson": _dawson,
    "Phi": _normal,
}
