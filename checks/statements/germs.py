r"""Series with an enclosed remainder on (0, T]: what a formula is near a point where it vanishes or has no value.

$f(t) = t^v (c_0 + c_1 t + \dots + c_{n-2} t^{n-2} + r(t)\,t^{n-1})$ with balls $c_i$ and a ball of r(t) for every t in
(0, T]. The exact series that goes along says which coefficients are 0, so that v is the true exponent; if the ball of
the bracket over [0, T] is positive, then so is f on (0, T]. Source: Taylor models, Makino and Berz (2003).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, arb_series, ctx

from analytic.balls import finite, rational
from analytic.errors import FormulaError
from analytic.landscape.laurent import EXACT, Series
from checks.statements.series import NoSeriesError, SeriesAlgebra, rational_constant

#: Coefficients kept, the remainder included.
TERMS = 10


@dataclass(frozen=True)
class Germ:
    """A function of t on (0, T].

    Args:
        exact: its exact series at 0.
        first: v.
        balls: the coefficients, the last one a ball of the remainder for every t.
    """

    exact: Series
    first: int
    balls: tuple[arb, ...]


@contextmanager
def terms(count: int) -> Iterator[None]:
    """Sets how many coefficients power series of balls keep, and restores the caller's number."""
    previous = ctx.cap
    ctx.cap = count
    try:
        yield
    finally:
        ctx.cap = previous


class GermAlgebra:
    """Germs as an ``Algebra`` of formulas; used within ``precision``.

    Args:
        exact: the algebra of the exact series.
        width: T, in the same local variable.
    """

    def __init__(self, exact: SeriesAlgebra, width: Fraction) -> None:
        self.exact = exact
        self.pair: tuple[str, str] | None = None
        self.width = rational(width)
        self.powers = [arb(1)]
        for i in range(1, 3 * TERMS + 40):
            half = rational(width**i / 2)
            self.powers.append(arb(half, half))
        self.variables: dict[str, Germ] = {n: self.of(s) for n, s in exact.variables.items()}

    # constants and variables

    def of(self, exact: Series) -> Germ:
        """A polynomial known exactly as a germ without remainder.

        Raises:
            NoSeriesError: the series has an O-term.
        """
        if exact.order != EXACT:
            raise NoSeriesError("a constant is not known as one")
        count = len(exact.coefficients)
        balls = [c.ball() for c in exact.coefficients] + [arb(0)] * max(1, TERMS - count)
        return self.germ(exact, exact.valuation, balls)

    def germ(self, exact: Series, first: int, balls: list[arb]) -> Germ:
        """A germ in normal form: coefficients that are exactly 0 in front are taken off."""
        while len(balls) > 1 and first < exact.first:  # those coefficients are exactly 0
            first, balls = first + 1, balls[1:]
        return Germ(exact, first, tuple(self._folded(balls, TERMS)))

    def _folded(self, balls: list[arb], count: int) -> list[arb]:
        """With everything from that place on in the remainder."""
        if len(balls) <= count:
            return balls
        rest = sum((b * self.powers[i] for i, b in enumerate(balls[count - 1 :])), arb(0))
        return [*balls[: count - 1], rest]

    def unit(self, x: Germ) -> arb:
        """The range of the bracket over [0, T]."""
        return sum((b * self.powers[i] for i, b in enumerate(x.balls)), arb(0))

    def least(self, x: Germ) -> arb:
        """A lower bound of the bracket over [0, T], by Horner's scheme: what is not negative is left out."""
        total, width = arb(0), arb(self.width.upper())
        for b in reversed(x.balls):
            total = b.lower() + (arb(0) if total >= 0 else total * width)
            total = arb(total.lower())
        return total

    def number(self, value: Fraction) -> Germ:
        """The rational number."""
        return self.of(self.exact.number(value))

    def pi(self) -> Germ:
        """The constant pi."""
        return self.of(self.exact.pi())

    def theta(self) -> Germ:
        """The variable ``theta``."""
        return self.parameter("theta")

    def norm(self, vector: str) -> Germ:
        """The variable ``|vector|``."""
        return self.parameter(f"|{vector}|")

    def parameter(self, identifier: str) -> Germ:
        """A variable.

        Raises:
            FormulaError: the formula has another variable.
        """
        if identifier not in self.variables:
            raise FormulaError(f"got the name {identifier!r}, expected one of {', '.join(self.variables)}")
        return self.variables[identifier]

    # arithmetic

    def add(self, x: Germ, y: Germ) -> Germ:
        """The sum."""
        first = min(x.first, y.first)
        end = min(x.first + len(x.balls), y.first + len(y.balls)) - first
        total = [arb(0)] * end
        for g in (x, y):
            shift = g.first - first
            for i, b in enumerate(g.balls):
                place = min(i + shift, end - 1)
                total[place] += b * self.powers[i + shift - place]
        return self.germ(x.exact + y.exact, first, total)

    def negative(self, x: Germ) -> Germ:
        """Minus x."""
        return Germ(-x.exact, x.first, tuple(-b for b in x.balls))

    def mul(self, x: Germ, y: Germ) -> Germ:
        """The product."""
        count = min(len(x.balls), len(y.balls))
        total = [arb(0)] * count
        for i, a in enumerate(x.balls):
            for j, b in enumerate(y.balls):
                place = min(i + j, count - 1)
                total[place] += a * b * self.powers[i + j - place]
        return self.germ(x.exact * y.exact, x.first + y.first, total)

    def inverse(self, x: Germ) -> Germ:
        """1 / x.

        Raises:
            NoSeriesError: x is not known to differ from 0 on (0, T].
        """
        exact, whole = x.exact.inverse(), self.unit(x)
        if not (finite(whole) and not whole.contains(0)):
            raise NoSeriesError("a denominator may vanish")
        u, count = x.balls, len(x.balls)
        w: list[arb] = []
        for k in range(count - 1):
            w.append((arb(int(k == 0)) - sum((u[i] * w[k - i] for i in range(1, k + 1)), arb(0))) / u[0])
        rest = arb(int(count == 1))
        for i, a in enumerate(u):
            for j, b in enumerate(w):
                if i + j >= count - 1:
                    rest -= a * b * self.powers[i + j - count + 1]
        return self.germ(exact, -x.first, [*w, rest / whole])

    def power(self, x: Germ, exponent: Fraction) -> Germ:
        """The power."""
        exact = self.exact.power(x.exact, exponent)
        if exponent == 0:
            return self.of(exact)
        if exponent.denominator == 1:
            base, found = x if exponent > 0 else self.inverse(x), None
            for bit in bin(abs(int(exponent)))[2:]:
                found = None if found is None else self.mul(found, found)
                if bit == "1":
                    found = base if found is None else self.mul(found, base)
            assert found is not None
            return found
        if not self.unit(x) > 0:
            raise NoSeriesError("a root of a number that may be negative stands there")
        q = rational(exponent)
        unit = Germ(x.exact.shifted(-x.first), 0, x.balls)

        def root(z: arb_series) -> arb_series:
            return z.sqrt() if exponent == Fraction(1, 2) else (z.log() * q).exp()

        found = self.applied(root, unit, exact.shifted(-int(x.first * exponent)))
        return self.germ(exact, int(x.first * exponent), list(found.balls))

    # functions

    def function(self, function: str, *arguments: Germ) -> Germ:
        """The value of a function.

        Raises:
            NoSeriesError: it has no such series, or is not known on all of (0, T].
        """
        x = arguments[0] if arguments else None
        exact = self.exact.function(function, *(a.exact for a in arguments))
        if all(_is_constant(a.exact) for a in arguments) and _is_constant(exact):
            return self.of(exact)
        if x is None:
            raise NoSeriesError(f"{function} is not known on the whole interval")
        if function in ("abs", "sign", "step", "relu", "min", "max"):
            return self._by_sign(function, *arguments)
        if function == "sqrt":
            return self.power(x, Fraction(1, 2))
        if function in ("acos", "asin") and abs(rational_constant(x.exact.coefficient(0)) or 0) == 1:
            return self._near_one(function, x, exact)
        from checks.statements.germ_functions import COMPOSED, SERIES

        if function in COMPOSED:
            return COMPOSED[function](self, x)
        if function in ("sin", "cos") and x.first < 0:
            return Germ(exact, 0, (arb(0, 1),))
        if function not in SERIES or x.first < 0:
            raise NoSeriesError(f"{function} is not known on the whole interval")
        return self.applied(SERIES[function], x, exact)

    def applied(self, f: Callable[[arb_series], arb_series], x: Germ, exact: Series) -> Germ:
        """f(x) by its Taylor polynomial at x(0+), with the last coefficient taken over the whole range of x."""
        balls = [arb(0)] * x.first + list(x.balls)
        whole = self.unit(Germ(x.exact, 0, tuple(balls)))
        count = len(balls)
        with terms(count):
            inner = list(f(arb_series([balls[0], 1])).coeffs()) if count > 1 else []
            outer = list(f(arb_series([whole, 1])).coeffs())
        pad = [arb(0)] * count
        inner, outer = (inner + pad)[: count - 1], (outer + pad)[:count]
        # the number of the coefficient over the whole range is the degree of the polynomial plus one
        h = Germ(x.exact, 1, tuple(balls[1:])) if count > 1 else None
        total, first = [outer[count - 1]], 0
        for c in reversed(inner):
            assert h is not None
            total, first = self._times(total, first, h)
            total, first = self._plus(total, first, c)
        if not all(finite(b) for b in total):
            raise NoSeriesError("a function is not finite on the whole interval")
        return self.germ(exact, first, total)

    def _times(self, balls: list[arb], first: int, h: Germ) -> tuple[list[arb], int]:
        count = min(len(balls), len(h.balls))
        total = [arb(0)] * count
        for i, a in enumerate(balls):
            for j, b in enumerate(h.balls):
                place = min(i + j, count - 1)
                total[place] += a * b * self.powers[i + j - place]
        return total, first + h.first

    def _plus(self, balls: list[arb], first: int, constant: arb) -> tuple[list[arb], int]:
        return [constant, *([arb(0)] * (first - 1)), *balls], 0

    def _by_sign(self, function: str, *arguments: Germ) -> Germ:
        x = arguments[0]
        decided = self.add(x, self.negative(arguments[1])) if function in ("min", "max") else x
        range_ = self.unit(decided)
        if not (range_ > 0 or range_ < 0):
            raise NoSeriesError(f"the argument of {function} has no certain sign")
        positive = bool(range_ > 0)
        if function in ("min", "max"):
            return x if positive == (function == "max") else arguments[1]
        if function in ("sign", "step"):
            return self.number(Fraction(1 if positive else -1 if function == "sign" else 0))
        return x if positive else (self.negative(x) if function == "abs" else self.number(Fraction(0)))

    def _near_one(self, function: str, x: Germ, exact: Series) -> Germ:
        """acos(x) = atan(sqrt(1 - x^2)/x) near 1, pi minus that of -x near -1."""
        flipped = rational_constant(x.exact.coefficient(0)) == -1
        y = self.negative(x) if flipped else x
        root = self.power(self.add(self.number(Fraction(1)), self.negative(self.mul(y, y))), Fraction(1, 2))
        if not self.unit(y) > 0:
            raise NoSeriesError("the interval is too wide for an arc cosine")
        angle = self.function("atan", self.mul(root, self.inverse(y)))
        angle = self.add(self.pi(), self.negative(angle)) if flipped else angle
        if function == "asin":
            angle = self.add(self.mul(self.number(Fraction(1, 2)), self.pi()), self.negative(angle))
        return Germ(exact, angle.first, angle.balls)


def _is_constant(x: Series) -> bool:
    return x.order == EXACT and (not x.coefficients or (x.valuation == 0 and len(x.coefficients) == 1))
