r"""The field $\mathbb{Q}(\pi, k, d)$ with one square root: where eigenvalues at symmetric points live.

$\pi$ is transcendental, k and d are free, so an element $a + b\sqrt D$ with a radicand D that is no square is zero if
and only if a = b = 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import isqrt, lcm
from typing import Any

from flint import arb, fmpq

from analytic.balls import precision
from analytic.errors import DomainError, FormulaError, OutsideRingError
from analytic.formula import ONE, Expr, add, call, mul, name, num, power
from analytic.ring import MAX_POWER, Element

GENERATORS = ("pi", "k", "d")


@lru_cache(maxsize=1)
def size_field() -> Any:
    """The field Q(pi, k, d)."""
    from sympy import QQ, Symbol
    from sympy.polys.fields import FracField
    from sympy.polys.orderings import lex

    return FracField([Symbol(n) for n in GENERATORS], QQ, lex)


def generator(identifier: str) -> Element:
    """One of pi, k, d as an element."""
    return size_field().gens[GENERATORS.index(identifier)]


@dataclass(frozen=True)
class Surd:
    r"""$a + b\sqrt{D}$ over Q(pi, k, d).

    Args:
        a: rational part.
        b: coefficient of the root.
        radicand: D; 1 if b is 0.

    Example:
        >>> root = Surd(size_field().zero, size_field().one, generator("k"))
        >>> (root * root).a
        k
    """

    a: Element
    b: Element
    radicand: Element

    def __add__(self, other: Surd) -> Surd:
        return _surd(self.a + other.a, self.b + other.b, _common(self, other))

    def __mul__(self, other: Surd) -> Surd:
        d = _common(self, other)
        return _surd(self.a * other.a + self.b * other.b * d, self.a * other.b + self.b * other.a, d)

    def inverse(self) -> Surd:
        """One over this.

        Raises:
            DomainError: it is zero.
        """
        norm = self.a**2 - self.b**2 * self.radicand
        if norm == 0:
            raise DomainError("division by zero: a denominator of the formula is identically 0; check it")
        return _surd(self.a / norm, -self.b / norm, self.radicand)

    def is_zero(self) -> bool:
        """Whether it is zero; decided, because the radicand is no square."""
        return bool(self.a == 0 and self.b == 0)


def _surd(a: Element, b: Element, radicand: Element) -> Surd:
    return Surd(a, b, radicand if b != 0 else size_field().one)


def _common(x: Surd, y: Surd) -> Element:
    if x.b != 0 and y.b != 0 and x.radicand != y.radicand:
        raise OutsideRingError(f"got two different square roots, of {x.radicand} and {y.radicand}; expected one")
    return x.radicand if x.b != 0 else y.radicand


def rational_surd(value: Element) -> Surd:
    """An element of the field as a surd."""
    return Surd(size_field().one * value, size_field().zero, size_field().one)


def square_root(value: Element, either_sign: bool = False) -> Surd:
    """The positive root of an element, as (element) * sqrt(squarefree polynomial).

    Args:
        value: an element of Q(pi, k, d).
        either_sign: either root will do, as in the pair of solutions of a quadratic equation.

    Raises:
        OutsideRingError: a square factor whose sign is not clear would have to leave the root.
    """
    value = size_field().one * value
    if value == 0:
        return rational_surd(value)
    content, factors = (value.numer * value.denom).factor_list()  # sqrt(p/q) = sqrt(p q)/|q|
    outside = _positive(value.denom, either_sign)
    inside = size_field().one
    for factor, multiplicity in factors:
        inside *= size_field()(factor) if multiplicity % 2 else 1
        outside = outside / _positive(factor, either_sign) ** (multiplicity // 2) if multiplicity > 1 else outside
    number = Fraction(int(content.numerator), int(content.denominator))
    if number < 0:
        inside, number = -inside, -number
    if _in_pi_only(inside.numer) and _value_at_pi(inside.numer) < 0:
        raise OutsideRingError(f"the square root of {value} is not real")
    square, rest = _square_part(number.numerator * number.denominator)
    outside = number.denominator * outside / square
    inside = inside * rest
    return rational_surd(1 / outside) if inside == 1 else _surd(size_field().zero, 1 / outside, inside)


def _positive(factor: Element, either_sign: bool) -> Element:
    """The factor, if it is visibly positive for k, d > 0: all coefficients of one sign."""
    if _in_pi_only(factor):  # pi is no root, so balls decide
        return size_field()(factor) if _value_at_pi(factor) > 0 else -size_field()(factor)
    signs = {c > 0 for c in factor.coeffs()}
    if len(signs) > 1 and not either_sign:
        raise OutsideRingError(f"the sign of {factor} is not clear, so it cannot leave the square root")
    return size_field()(factor) if True in signs else -size_field()(factor)


def _in_pi_only(polynomial: Element) -> bool:
    return all(not any(exponents[1:]) for exponents in polynomial.monoms())


def _value_at_pi(polynomial: Element) -> arb:
    """A non-zero polynomial in pi alone as a ball that excludes 0."""
    bits = 64
    while True:
        with precision(bits):
            terms = ((e[0], fmpq(int(c.numerator), int(c.denominator))) for e, c in polynomial.terms())
            value = sum((arb(c) * arb.pi() ** e for e, c in terms), arb(0))
            if not value.contains(0):
                return value
        bits *= 2


def _square_part(n: int) -> tuple[int, int]:
    """n = square^2 * rest with rest squarefree."""
    from sympy import factorint

    square = rest = 1
    for p, e in factorint(n).items():
        square, rest = square * p ** (e // 2), rest * p ** (e % 2)
    return (square, rest) if isqrt(n) ** 2 != n else (isqrt(n), 1)


class SizeAlgebra:
    """Surds as an ``Algebra``, with k and d symbolic or fixed.

    Args:
        values: fixed integer sizes by name.

    Example:
        >>> from analytic.algebra import evaluate
        >>> from analytic.grammar import parse
        >>> evaluate(parse("(k + 1)/4 - k/4 - 1/4"), SizeAlgebra()).is_zero()
        True
    """

    def __init__(self, values: dict[str, int] | None = None) -> None:
        self.values = values or {}
        self.pair: tuple[str, str] | None = None

    def number(self, value: Fraction) -> Surd:
        """The rational number as a surd."""
        return rational_surd(size_field().one * value.numerator / value.denominator)

    def pi(self) -> Surd:
        """The constant pi."""
        return rational_surd(generator("pi"))

    def theta(self) -> Surd:
        """There is no angle here."""
        raise FormulaError("theta does not occur in eigenvalue formulas; expected k, d and pi")

    def norm(self, vector: str) -> Surd:
        """There are no norms here."""
        raise FormulaError(f"|{vector}| does not occur in eigenvalue formulas; expected k, d and pi")

    def parameter(self, identifier: str) -> Surd:
        """A size: k or d.

        Raises:
            FormulaError: another name.
        """
        if identifier not in ("k", "d"):
            raise FormulaError(f"unknown name {identifier!r} in an eigenvalue formula; expected k, d or pi")
        value = self.values.get(identifier)
        return rational_surd(generator(identifier) if value is None else size_field().one * value)

    def add(self, x: Surd, y: Surd) -> Surd:
        """The sum."""
        return x + y

    def mul(self, x: Surd, y: Surd) -> Surd:
        """The product."""
        return x * y

    def power(self, x: Surd, exponent: Fraction) -> Surd:
        """The power.

        Raises:
            OutsideRingError: the exponent is no half-integer, or too large.
        """
        if exponent.denominator > 2 or abs(exponent) > MAX_POWER:
            raise OutsideRingError(
                f"got the exponent {exponent}, expected an integer or half-integer up to {MAX_POWER}"
            )
        base = self.function("sqrt", x) if exponent.denominator == 2 else x
        n = int(exponent * exponent.denominator)
        base = base.inverse() if n < 0 else base
        result = self.number(Fraction(1))
        for _ in range(abs(n)):
            result = result * base
        return result

    def function(self, function: str, *arguments: Surd) -> Surd:
        """The square root; other functions are not in the field.

        Raises:
            OutsideRingError: any other function, or a nested root.
        """
        if function != "sqrt" or arguments[0].b != 0:
            raise OutsideRingError(f"{function} has no value in Q(pi, k, d) with one square root")
        return square_root(arguments[0].a)


def polynomial_expr(polynomial: Element) -> Expr:
    """A polynomial in pi, k, d as a formula, highest powers of k first."""

    def order(item: tuple[tuple[int, ...], Any]) -> tuple[int, ...]:
        exponents = item[0]
        return (-exponents[1], -exponents[2], -exponents[0])

    terms = []
    for exponents, c in sorted(polynomial.terms(), key=order):
        generators = (power(name(g), num(e)) if e else ONE for g, e in zip(GENERATORS, exponents, strict=True))
        terms.append(mul(num(Fraction(int(c.numerator), int(c.denominator))), *generators))
    return add(*sorted(terms, key=_is_negative) if terms and _is_negative(terms[0]) else terms)  # d - k, not -k + d


def _is_negative(term: Expr) -> bool:
    first = term.children[0] if term.head == "mul" else term
    return first.head == "num" and first.fraction < 0


def rational_expr(value: Element) -> Expr:
    """An element of Q(pi, k, d) as a formula; over powers of pi only, as a sum by powers of pi: 1/4 - 1/(2*pi)."""
    value = size_field().one * value
    if len(value.denom) > 1:
        return mul(polynomial_expr(value.numer), power(polynomial_expr(value.denom), num(-1)))
    ((bottom, scale),) = value.denom.terms()
    groups: dict[int, Element] = {}
    for exponents, c in value.numer.terms():
        term = value.numer.ring({(0, *exponents[1:]): c})
        groups[exponents[0] - bottom[0]] = groups.get(exponents[0] - bottom[0], 0) + term
    sizes = mul(*(power(name(g), num(-e)) for g, e in zip(GENERATORS[1:], bottom[1:], strict=True) if e))
    parts = [
        _group(p, Fraction(int(scale.numerator), int(scale.denominator)), e)
        for e, p in sorted(groups.items(), reverse=True)
    ]
    return mul(add(*parts), sizes)


def _group(polynomial: Element, scale: Fraction, exponent: int) -> Expr:
    content, primitive = polynomial.primitive()
    ratio = Fraction(int(content.numerator), int(content.denominator)) / scale
    return mul(num(ratio), polynomial_expr(primitive), power(name("pi"), num(exponent)) if exponent else ONE)


def surd_expr(value: Surd) -> Expr:
    """A surd as a formula (P + sqrt(Q))/R with polynomials P, Q, R."""
    if value.b == 0:
        return rational_expr(value.a)
    field = size_field()
    common = field(value.a.denom.lcm(value.b.denom))
    parts = [(field.one * x * common) for x in (value.a, value.b)]
    scale = lcm(*(int(c.denominator) for x in parts for c in (x.numer * (1 / x.denom.LC)).coeffs()))
    top, coefficient, common = ((x * scale) for x in (*parts, common))
    root = mul(rational_expr(coefficient), call("sqrt", polynomial_expr(value.radicand.numer)))
    return mul(add(polynomial_expr((top / top.denom.LC).numer), root), power(rational_expr(common), num(-1)))
