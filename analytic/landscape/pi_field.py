r"""The field Q(pi) with square roots: the exact constants of expansions in powers of $k^{-1/2}$.

Pi is transcendental, so a rational function of pi is 0 only if it is 0 as a rational function: the zero test is exact.
Square roots of positive constants that are no squares are adjoined as they appear (a multiquadratic extension): an
element is $\sum_S n_S(\pi)\sqrt{\prod_{i \in S} D_i}\,/\,(c \prod_j f_j(\pi)^{e_j})$ with integer polynomials $n_S$,
squarefree $D_i$ that stay independent modulo squares, and irreducible factors $f_j$ of denominators.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from itertools import zip_longest
from math import gcd, lcm

from flint import arb, fmpz, fmpz_poly

from analytic.balls import precision
from analytic.errors import AnalyticError

#: Working precision at which a non-zero constant's sign is first looked for; doubled until it shows.
SIGN_BITS = 64
Exponents = tuple[int, ...]


class OutsideFieldError(AnalyticError):
    """A constant is no rational function of pi, nor one with square roots of such: it is known in balls only."""


@dataclass(frozen=True, eq=False)
class Constant:
    """An element of the field.

    Args:
        ring: the field.
        numerators: integer polynomials in pi by set of radicals (bits); zeros are left out.
        integer: the integer factor c > 0 of the denominator.
        exponents: e_j, by irreducible factor.
    """

    ring: PiField
    numerators: Mapping[int, fmpz_poly]
    integer: int
    exponents: Exponents

    def __bool__(self) -> bool:
        return bool(self.numerators)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Constant) and not self - other

    def __str__(self) -> str:
        from analytic.landscape.constant_text import constant_text

        return constant_text(self)

    def __hash__(self) -> int:
        return hash((self.integer, tuple(str(p) for p in self.numerators.values())))

    def __neg__(self) -> Constant:
        return Constant(self.ring, {s: -n for s, n in self.numerators.items()}, self.integer, self.exponents)

    def __add__(self, other: Constant) -> Constant:
        return self.ring.combined([(self, self.ring.one), (other, self.ring.one)])

    def __sub__(self, other: Constant) -> Constant:
        return self + -other

    def __mul__(self, other: Constant) -> Constant:
        return self.ring.combined([(self, other)])

    def __truediv__(self, other: Constant) -> Constant:
        return self * self.ring.inverse(other)

    def ball(self) -> arb:
        """Its value at the current precision."""
        pi, total = arb.pi(), arb(0)
        for s, n in self.numerators.items():
            total += n(pi) * self.ring.radicand(s)(pi).sqrt()
        return total / self.integer / self.ring.denominator(self.exponents)(pi)

    @property
    def sign(self) -> int:
        """-1, 0 or 1."""
        if not self:
            return 0
        bits = SIGN_BITS
        while True:
            with precision(bits):
                x = self.ball()
            if x > 0 or x < 0:
                return 1 if x > 0 else -1
            bits *= 2


@dataclass(eq=False)
class PiField:
    """Q(pi) with the square roots that have been needed so far.

    Example:
        >>> K = PiField()
        >>> (K.pi / (K.pi - K.number(2)) - K.one).ball().str(5, radius=False)
        '1.7519'
        >>> K.sqrt(K.number(8)) * K.sqrt(K.number(2)) == K.number(4)
        True
    """

    factors: list[fmpz_poly] = field(default_factory=lambda: [fmpz_poly([0, 1])])
    radicals: list[fmpz_poly] = field(default_factory=list)
    exact: bool = True

    def __post_init__(self) -> None:
        self._powers: dict[tuple[int, int], fmpz_poly] = {}
        self.zero = Constant(self, {}, 1, ())
        self.one = self.number(1)
        self.pi = Constant(self, {0: fmpz_poly([0, 1])}, 1, ())

    def number(self, value: Fraction | int) -> Constant:
        """The rational number."""
        value = Fraction(value)
        if value == 0:
            return self.zero
        return Constant(self, {0: fmpz_poly([value.numerator])}, value.denominator, ())

    def power_of_pi(self, n: int) -> Constant:
        """pi^n, n >= 0."""
        return Constant(self, {0: fmpz_poly([0] * n + [1])}, 1, ())

    def below(self, x: Constant) -> Constant:
        """The denominator."""
        return Constant(self, {0: self.denominator(x.exponents) * x.integer}, 1, ())

    def vanishes(self, x: Constant) -> bool:
        """The exact zero test."""
        return not x.numerators

    def invertible(self, x: Constant) -> bool:
        """Whether the constant is not 0."""
        return bool(x.numerators)

    # sums of products over one denominator

    def combined(self, products: Sequence[tuple[Constant, Constant]]) -> Constant:
        """The sum of the products, brought to lowest terms once."""
        products = [(a, b) for a, b in products if a.numerators and b.numerators]
        if not products:
            return self.zero
        below = [_added(a.exponents, b.exponents) for a, b in products]
        exponents = reduce(_largest, below)
        integer = lcm(*(a.integer * b.integer for a, b in products))
        sums: dict[int, fmpz_poly] = {}
        for (a, b), e in zip(products, below, strict=True):
            scale = integer // (a.integer * b.integer)
            missing = None if e == exponents else self.denominator(_subtracted(exponents, e))
            for s, x in a.numerators.items():
                for t, y in b.numerators.items():
                    value = x * y
                    if scale != 1:
                        value = value * scale
                    if missing is not None:
                        value = value * missing
                    if s & t:
                        value = value * self.radicand(s & t)
                    sums[s ^ t] = sums[s ^ t] + value if s ^ t in sums else value
        return self._lowest({s: n for s, n in sums.items() if n}, integer, exponents)

    def _lowest(self, numerators: dict[int, fmpz_poly], integer: int, exponents: Exponents) -> Constant:
        if not numerators:
            return self.zero
        left = list(exponents)
        for j in range(len(left)):
            while left[j]:
                divided = _divided(numerators, self.factors[j])
                if divided is None:
                    break
                numerators, left[j] = divided, left[j] - 1
        while left and left[-1] == 0:
            left.pop()
        common = gcd(integer, *(int(n.content()) for n in numerators.values()))
        if common != 1:
            numerators = {s: n // fmpz_poly([common]) for s, n in numerators.items()}
        return Constant(self, numerators, integer // common, tuple(left))

    def radicand(self, subset: int) -> fmpz_poly:
        """The product of the radicands of a set."""
        return reduce(operator.mul, (d for i, d in enumerate(self.radicals) if subset >> i & 1), fmpz_poly([1]))

    def denominator(self, exponents: Exponents) -> fmpz_poly:
        """The product of powers of factors."""
        return reduce(operator.mul, (self._power(j, e) for j, e in enumerate(exponents) if e), fmpz_poly([1]))

    def _power(self, j: int, e: int) -> fmpz_poly:
        if (j, e) not in self._powers:
            self._powers[j, e] = self.factors[j] ** e
        return self._powers[j, e]

    def convolved(self, x: Sequence[Constant], y: Sequence[Constant], count: int) -> list[Constant]:
        """The first coefficients of the product of two series."""
        return [
            self.combined([(x[i], y[n - i]) for i in range(max(0, n - len(y) + 1), min(n + 1, len(x)))])
            for n in range(count)
        ]

    # inverses and square roots

    def inverse(self, x: Constant) -> Constant:
        """1 / x.

        Raises:
            ZeroDivisionError: x is 0.
        """
        if not x:
            raise ZeroDivisionError("division by the constant 0")
        used = reduce(operator.or_, x.numerators)
        if used:  # the conjugate in one radical takes it out of the product
            bit = used & -used
            mirrored = {s: -n if s & bit else n for s, n in x.numerators.items()}
            conjugate = Constant(self, mirrored, x.integer, x.exponents)
            return conjugate * self.inverse(x * conjugate)
        content, factors = x.numerators[0].factor()
        exponents: Exponents = ()
        above = self.denominator(x.exponents) * x.integer
        for f, e in factors:
            content = content * (1 if f.leading_coefficient() > 0 else (-1) ** e)
            exponents = _added(exponents, (*(0,) * self._place(f if f.leading_coefficient() > 0 else -f), e))
        value, sign = abs(int(content)), 1 if content > 0 else -1
        return self._lowest({0: above * sign}, value, exponents)

    def _place(self, factor: fmpz_poly) -> int:
        if factor not in self.factors:
            self.factors.append(factor)
        return self.factors.index(factor)

    def sqrt(self, x: Constant) -> Constant:
        """The positive square root; a new radical where x is no square.

        Raises:
            OutsideFieldError: x is negative, or contains radicals itself.
        """
        if not x:
            return self.zero
        if x.sign < 0 or set(x.numerators) != {0}:
            raise OutsideFieldError(
                f"got the square root of {x.ball()}: it is no rational function of pi with radicals"
            )
        below = self.denominator(x.exponents) * x.integer
        root, rest = _square_part(x.numerators[0] * below)
        value = Constant(self, {0: root}, 1, ()) * self._root_of_squarefree(rest)
        return value / Constant(self, {0: below}, 1, ())

    def _root_of_squarefree(self, rest: fmpz_poly) -> Constant:
        """The root of a squarefree polynomial, by the radicals that are known if they suffice."""
        for subset in range(1 << len(self.radicals)):
            known = self.radicand(subset)
            root, left = _square_part(rest * known)
            if not left.is_one():
                continue
            value = Constant(self, {subset: root}, 1, ()) / Constant(self, {0: known}, 1, ())
            return value if value.sign > 0 else -value
        self.radicals.append(rest)
        return Constant(self, {1 << (len(self.radicals) - 1): fmpz_poly([1])}, 1, ())

    def sign(self, x: Constant) -> int:
        """-1, 0 or 1."""
        return x.sign

    def atan2(self, y: Constant, x: Constant) -> Constant:
        """Angles at which neither coordinate vanishes lie outside the field.

        Raises:
            OutsideFieldError: always.
        """
        raise OutsideFieldError(f"got an angle whose tangent tends to {(y / x).ball()}: no rational function of pi")


def _square_part(n: fmpz_poly) -> tuple[fmpz_poly, fmpz_poly]:
    """Polynomials r and D, D squarefree with squarefree content, with n = r^2 D, and r > 0 at pi."""
    content, factors = n.factor()
    root, rest = fmpz_poly([1]), fmpz_poly([1 if content > 0 else -1])
    powers = [(fmpz_poly([int(p)]), e) for p, e in fmpz(abs(content)).factor()] + factors
    for f, e in powers:
        root, rest = root * f ** (e // 2), rest * f ** (e % 2)
    return (root if root(arb.pi()) > 0 else -root), rest


def _divided(numerators: dict[int, fmpz_poly], factor: fmpz_poly) -> dict[int, fmpz_poly] | None:
    """All numerators divided by the factor, if it divides them."""
    linear = factor.degree() == 1 and factor[1] == 1
    found = {}
    for s, n in numerators.items():
        if linear and n(-factor[0]) != 0:
            return None
        quotient, rest = divmod(n, factor)
        if rest:
            return None
        found[s] = quotient
    return found


def _added(x: Exponents, y: Exponents) -> Exponents:
    return tuple(a + b for a, b in zip_longest(x, y, fillvalue=0))


def _largest(x: Exponents, y: Exponents) -> Exponents:
    return tuple(max(a, b) for a, b in zip_longest(x, y, fillvalue=0))


def _subtracted(x: Exponents, y: Exponents) -> Exponents:
    return tuple(a - b for a, b in zip_longest(x, y, fillvalue=0))
