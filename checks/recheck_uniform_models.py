r"""Functions of s on an interval, down to s = 0: standard library and python-flint only.

On $s = s_0 + x$, $|x| \le h$, a number is $s^v\,(c_0 + c_1 x + \dots + c_N x^N)$, in the sense that for every x there
are values in the balls $c_i$ for which it is; what is cut off goes into the ball $c_0$. The power v is carried exactly:
a factor s is never divided out of a polynomial, so that intervals that begin at s = 0 are like all others. Formulas
have to be written such that nothing of order 1 cancels.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb

from flint import arb, arb_poly, arb_series, fmpq

from checks.recheck_reading import UndecidedError

#: Up to here the series of the arcsine about 0 is summed, beyond it is expanded about the point itself.
NEAR = Fraction(1, 16)
#: Terms of the series beyond the degree; (1/16)^TERMS is below the rounding of 128 bits, and is added in any case.
TERMS = 40
Scalar = int | Fraction | arb


def ball(x: Fraction) -> arb:
    """An enclosure of a rational number."""
    return arb(fmpq(x.numerator, x.denominator))


def raised(x: arb, n: int) -> arb:
    """x^n, for balls around 0 as well."""
    value = arb(1)
    for _ in range(n):
        value *= x
    return value


class Interval:
    """The interval of s, and the degree of polynomials on it.

    Args:
        low: its begin, at least 0.
        high: its end.
        degree: N.
    """

    def __init__(self, low: Fraction, high: Fraction, degree: int) -> None:
        self.low, self.high, self.degree = low, high, degree
        self.middle = (low + high) / 2
        half = ball((high - low) / 2)
        self.x = arb(0, half.abs_upper())
        self._beyond = arb(0, raised(half.abs_upper(), degree + 1).abs_upper())
        self._powers = [arb_poly([1])]
        self.s = arb_poly([ball(self.middle), 1])
        self.zero, self.one = Number(self, 0, arb_poly()), Number(self, 0, arb_poly([1]))

    def power(self, n: int) -> arb_poly:
        """s^n."""
        while len(self._powers) <= n:
            self._powers.append(self.cut(self._powers[-1] * self.s))
        return self._powers[n]

    def cut(self, p: arb_poly) -> arb_poly:
        """A polynomial of the degree N that encloses p on the interval."""
        if p.length() <= self.degree + 1:
            return p
        rest = p.right_shift(self.degree + 1)(self.x) * self._beyond
        return p.truncate(self.degree + 1) + arb_poly([rest])

    def number(self, value: Scalar) -> Number:
        """A constant."""
        return Number(self, 0, arb_poly([ball(value) if isinstance(value, Fraction) else arb(value)]))

    def sized(self, valuation: int, p: arb_poly) -> Number:
        """s^valuation p."""
        return Number(self, valuation, self.cut(p))

    def series(self, p: arb_poly) -> arb_series:
        """The middles of the coefficients as a power series."""
        return arb_series([c.mid() for c in p.coeffs()], self.degree + 1)


class Number:
    """A number $s^v p$, or 0.

    Args:
        on: the interval.
        valuation: v.
        p: the polynomial in x; without coefficients for 0.
    """

    __slots__ = ("on", "p", "valuation")

    def __init__(self, on: Interval, valuation: int, p: arb_poly) -> None:
        self.on, self.valuation, self.p = on, valuation, p

    @property
    def is_zero(self) -> bool:
        """Whether it is 0 by construction."""
        return not self.p.length()

    def __neg__(self) -> Number:
        return Number(self.on, self.valuation, -self.p)

    def __add__(self, other: Number | Scalar) -> Number:
        y = other if isinstance(other, Number) else self.on.number(other)
        if y.is_zero or self.is_zero:
            return self if y.is_zero else y
        if self.valuation == y.valuation:
            return Number(self.on, y.valuation, self.p + y.p)
        x, y = (self, y) if self.valuation < y.valuation else (y, self)
        return Number(self.on, x.valuation, x.p + self.on.cut(y.p * self.on.power(y.valuation - x.valuation)))

    __radd__ = __add__

    def __sub__(self, other: Number | Scalar) -> Number:
        return self + (-other)

    def __rsub__(self, other: Scalar) -> Number:
        return -self + other

    def __mul__(self, other: Number | Scalar) -> Number:
        if not isinstance(other, Number):
            factor = ball(other) if isinstance(other, Fraction) else arb(other)
            return Number(self.on, self.valuation, self.p * factor) if not _is_nothing(other) else self.on.zero
        if self.is_zero or other.is_zero:
            return self.on.zero
        return Number(self.on, self.valuation + other.valuation, self.on.cut(self.p * other.p))

    __rmul__ = __mul__

    def __truediv__(self, other: Number) -> Number:
        return self * other.inverse()

    def inverse(self) -> Number:
        """1 / x; with q from the series of the middles, 1/p - q = (1 - q p) / p."""
        whole = self.factor()
        if not whole.is_finite() or whole.contains(0):
            raise UndecidedError("a denominator is not bounded away from 0 on an interval")
        q = arb_poly((1 / self.on.series(self.p)).coeffs())
        rest = (1 - q * self.p)(self.on.x) / whole
        return Number(self.on, -self.valuation, q + arb_poly([rest]))

    def sqrt(self) -> Number:
        """The positive root; with r from the series of the middles, sqrt(p) - r = (p - r^2) / (sqrt(p) + r)."""
        whole = self.factor()
        if self.valuation % 2 or not (whole.is_finite() and whole > 0):
            raise UndecidedError("a square root is taken of what is not bounded away from 0 on an interval")
        r = arb_poly(self.on.series(self.p).sqrt().coeffs())
        below = whole.sqrt() + r(self.on.x)
        if not below > 0:
            raise UndecidedError("an interval is too wide for a square root")
        return Number(self.on, self.valuation // 2, r + arb_poly([(self.p - r * r)(self.on.x) / below]))

    def plain(self) -> arb_poly:
        """The polynomial, for v >= 0."""
        if self.valuation < 0:
            raise UndecidedError("a function has a pole at s = 0")
        return self.on.cut(self.p * self.on.power(self.valuation))

    def scaled(self, valuation: int) -> arb_poly:
        """The polynomial of x / s^valuation; v must not be smaller."""
        return Number(self.on, self.valuation - valuation, self.p).plain() if not self.is_zero else arb_poly()

    def factor(self) -> arb:
        """The values of p on the interval."""
        value: arb = self.p(self.on.x)
        return value

    def is_positive(self) -> bool:
        """Whether p > 0 on the interval."""
        return bool(self.factor() > 0)

    def arcsine(self) -> Number:
        """arcsin x = x G(x^2)."""
        return self * _arcsine_of_square(self * self, 0)

    def arcsine_rest(self) -> Number:
        """arcsin x - x = x^3 G_1(x^2)."""
        return self * self * self * _arcsine_of_square(self * self, 1)


def _is_nothing(x: Scalar) -> bool:
    """Whether it is 0, and no ball about 0."""
    return bool(x.is_zero()) if isinstance(x, arb) else x == 0


def _arcsine_of_square(z: Number, missing: int) -> Number:
    r"""$\sum_{n \ge m} g_n z^{n-m}$ for $\arcsin\sqrt z/\sqrt z = \sum g_n z^n$, $0 \le z < 1$, by Taylor's formula.

    All its derivatives are positive and increase: the remainder is the one at the greatest z.
    """
    on = z.on
    p = z.plain()
    values = p(on.x)
    if not (values.is_finite() and values < 1):
        raise UndecidedError("two vectors may be parallel on an interval")
    start = p[0].mid() if p[0].mid() > 0 else arb(0)
    top = values.upper().max(start)
    order = on.degree + 1
    coefficients = _taylor(start, order, missing)
    last = _taylor(top, order + 1, missing)[order].upper()
    step = p - arb_poly([start])
    total = arb_poly([(raised(step(on.x), order) * last.union(arb(0)))])
    value = arb_poly()
    for c in reversed(coefficients):
        value = on.cut(value * step) + arb_poly([c])
    return Number(on, 0, value + total)


def _taylor(at: arb, count: int, missing: int) -> list[arb]:
    """The first coefficients about a point in [0, 1) of the function of ``_arcsine_of_square``."""
    if at <= ball(NEAR):
        g = _coefficients(count + TERMS + missing)[missing:]
        i, shifted = len(g), arb_poly(g)(arb_poly([at, 1]))
        # g decreases and binomials grow by less than a factor 2 here: the tail is below twice its first term
        tails = [g[-1] * comb(i, n) * raised(at, i - n) * 2 for n in range(count)]
        return [shifted[n] + tail.union(arb(0)) for n, tail in enumerate(tails)]
    z = arb_series([at, 1], count)
    root = z.sqrt()
    whole = root.asin() / root
    for n in range(missing):
        whole = (whole - arb_series([_coefficients(n + 1)[n]], count)) / z
    values = list(whole.coeffs())
    if len(values) < count:
        raise UndecidedError("the arcsine is expanded to fewer terms than are needed")
    return values


def _coefficients(count: int) -> list[arb]:
    """g_n = binomial(2n, n) / (4^n (2n + 1))."""
    return [arb(fmpq(comb(2 * n, n), 4**n * (2 * n + 1))) for n in range(count)]


class Dual:
    """A number with its derivatives by the unknowns.

    Args:
        value: the number.
        slopes: its derivatives.
    """

    __slots__ = ("slopes", "value")

    def __init__(self, value: Number, slopes: Sequence[Number]) -> None:
        self.value, self.slopes = value, tuple(slopes)

    def _chain(self, value: Number, factor: Number) -> Dual:
        return Dual(value, [factor * d for d in self.slopes])

    def __neg__(self) -> Dual:
        return Dual(-self.value, [-d for d in self.slopes])

    def __add__(self, other: Dual | Number | Scalar) -> Dual:
        if isinstance(other, Dual):
            return Dual(self.value + other.value, [a + b for a, b in zip(self.slopes, other.slopes, strict=True)])
        return Dual(self.value + other, self.slopes)

    __radd__ = __add__

    def __sub__(self, other: Dual | Number | Scalar) -> Dual:
        return self + (-other)

    def __rsub__(self, other: Number | Scalar) -> Dual:
        return -self + other

    def __mul__(self, other: Dual | Number | Scalar) -> Dual:
        if isinstance(other, Dual):
            x, y = self.value, other.value
            return Dual(x * y, [a * y + x * b for a, b in zip(self.slopes, other.slopes, strict=True)])
        return Dual(self.value * other, [d * other for d in self.slopes])

    __rmul__ = __mul__

    def __truediv__(self, other: Dual) -> Dual:
        return self * other.inverse()

    def inverse(self) -> Dual:
        """1 / x."""
        q = self.value.inverse()
        return self._chain(q, -(q * q))

    def sqrt(self) -> Dual:
        """The positive root."""
        r = self.value.sqrt()
        return self._chain(r, r.inverse() * Fraction(1, 2))

    def is_positive(self) -> bool:
        """Whether the value is."""
        return self.value.is_positive()

    def arcsine(self) -> Dual:
        """The arcsine."""
        return self._chain(self.value.arcsine(), (1 - self.value * self.value).sqrt().inverse())

    def arcsine_rest(self) -> Dual:
        """arcsin x - x; its derivative 1/sqrt(1 - x^2) - 1 is z / (root (1 + root)), z = x^2."""
        z = self.value * self.value
        root = (1 - z).sqrt()
        return self._chain(self.value.arcsine_rest(), z / (root * (1 + root)))
