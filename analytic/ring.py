r"""The canonical ring, where equality of closed forms is decidable.

Elements are fractions over
$$\mathbb{Q}[\theta, s, c, \varrho, q_1, \dots, t_1, \dots][\sqrt{2}, \sqrt{3}, \dots] \,/\, (s^2 + c^2 - 1)$$
with $s = \sin\theta$, $c = \cos\theta$, $\varrho = \sqrt{\pi}$, norms $q_i > 0$ and free parameters $t_i$. As
functions of $\theta \in (0, \pi)$ the generators satisfy no other relation: $\theta$ is transcendental over
$\mathbb{C}(\sin\theta, \cos\theta)$ and $\pi$ over the algebraic numbers. The relations' leading terms $s^2$ and
$\sqrt{p}^2$ are coprime, so they are a Groebner basis: an element is zero if and only if its reduced numerator is 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import comb, isqrt
from typing import Any

from analytic.errors import DomainError, FormulaError, OutsideRingError

#: An element of the fraction field. SymPy ships no annotations, so to the type checker it is opaque.
Element = Any

THETA, SINE, COSINE, ROOT_PI = "theta", "sin(theta)", "cos(theta)", "sqrt(pi)"
#: Square roots of these primes are generators; a formula that needs another one is outside the ring.
PRIMES = (2, 3, 5, 7)
#: cos(q pi) = rational * sqrt(radicand) for the angles whose cosine needs one square root.
COSINES = {
    Fraction(0): (Fraction(1), 1),
    Fraction(1, 6): (Fraction(1, 2), 3),
    Fraction(1, 4): (Fraction(1, 2), 2),
    Fraction(1, 3): (Fraction(1, 2), 1),
    Fraction(1, 2): (Fraction(0), 1),
}
#: Powers beyond this are refused: the polynomials would fill the memory before anybody could read them.
MAX_POWER = 200
#: So are powers of sums that may expand to more terms than this.
MAX_TERMS = 20_000


def canonical_ring(
    norms: tuple[str, ...],
    parameters: tuple[str, ...] = (),
    angle: Fraction | None = None,
    values: tuple[tuple[str, Fraction], ...] = (),
) -> Ring:
    """The ring with these generators; the same object each time, so that derivations in it can be kept.

    Args:
        norms: see ``Ring``.
        parameters: see ``Ring``.
        angle: see ``Ring``.
        values: see ``Ring``, as pairs.

    Example:
        >>> canonical_ring(("u",)) is canonical_ring(("u",))
        True
    """
    return _canonical_ring(tuple(norms), tuple(parameters), angle, tuple(values))


@lru_cache(maxsize=256)
def _canonical_ring(
    norms: tuple[str, ...],
    parameters: tuple[str, ...],
    angle: Fraction | None,
    values: tuple[tuple[str, Fraction], ...],
) -> Ring:
    return Ring(norms, parameters, angle, dict(values))


class Ring:
    r"""The canonical ring with given norms and parameters; an ``Algebra`` for ``evaluate``.

    Args:
        norms: names of vectors or Gaussian variables; each has a positive norm. With two or more, the first two
            are the pair whose angle is ``theta``.
        parameters: names of further free real parameters.
        angle: fixes theta at this rational multiple of pi (denominator 1, 2, 3, 4 or 6).
        values: fixes norms (key ``"|w|"``) and parameters at rational numbers.

    Raises:
        OutsideRingError: the fixed angle has a cosine that needs more than one square root.
        FormulaError: a name occurs twice or is taken, or a value belongs to no norm or parameter.
        DomainError: a norm is fixed at a number that is not positive.

    Example:
        >>> ring = Ring(("u", "v"))
        >>> ring.is_zero(ring.sine**2 + ring.cosine**2 - 1)
        True
    """

    def __init__(
        self,
        norms: Sequence[str] = (),
        parameters: Sequence[str] = (),
        angle: Fraction | None = None,
        values: Mapping[str, Fraction] | None = None,
    ) -> None:
        from sympy import QQ, Symbol
        from sympy.polys.fields import FracField
        from sympy.polys.orderings import lex

        self.pair = (norms[0], norms[1]) if len(norms) > 1 else None
        self.norms, self.parameters = tuple(norms), tuple(parameters)
        self.names = (THETA, SINE, COSINE, ROOT_PI, *(f"|{n}|" for n in norms), *parameters)
        self.names += tuple(f"sqrt({p})" for p in PRIMES)
        self.values = dict(values or {})
        self._check_names()
        self.field = FracField([Symbol(n) for n in self.names], QQ, lex)
        self.generator = dict(zip(self.names, self.field.gens, strict=True))
        self.angle = angle
        self.root_pi = self.generator[ROOT_PI]
        self.sine, self.cosine = self.generator[SINE], self.generator[COSINE]
        if angle is not None:
            self.cosine, self.sine = self._cosine_at(angle), self._cosine_at(Fraction(1, 2) - angle)

    def _check_names(self) -> None:
        if len(set(self.names)) < len(self.names) or "pi" in self.parameters:
            given = ", ".join((*(f"|{n}|" for n in self.norms), *self.parameters))
            raise FormulaError(f"got the norms and parameters {given}, expected different names other than pi, theta")
        allowed = (*(f"|{n}|" for n in self.norms), *self.parameters)
        for key, value in self.values.items():
            if key not in allowed:
                raise FormulaError(f"got a value for {key!r}, expected one of {', '.join(allowed) or 'none'}")
            if key.startswith("|") and value <= 0:
                raise DomainError(f"got {key} = {value}, expected a positive number: norms are positive")

    def number(self, value: Fraction) -> Element:
        """The rational number as an element."""
        return self.field.one * value.numerator / value.denominator

    def pi(self) -> Element:
        """The constant pi."""
        return self.root_pi**2

    def theta(self) -> Element:
        """The angle of the pair.

        Raises:
            FormulaError: there is no pair.
        """
        if self.pair is None:
            raise FormulaError(
                "theta needs two vectors, but this formula has fewer: name the two, as in relu(u)*relu(v)"
            )
        return self.generator[THETA] if self.angle is None else self.number(self.angle) * self.pi()

    def norm(self, vector: str) -> Element:
        """The norm of that name.

        Raises:
            FormulaError: no vector has that name.
        """
        if vector not in self.norms:
            raise FormulaError(
                f"unknown norm |{vector}|; expected one of {', '.join(f'|{n}|' for n in self.norms) or 'none'}"
            )
        key = f"|{vector}|"
        return self.number(self.values[key]) if key in self.values else self.generator[key]

    def parameter(self, identifier: str) -> Element:
        """The parameter of that name.

        Raises:
            FormulaError: no parameter has that name.
        """
        if identifier not in self.parameters:
            known = ", ".join(("pi", "theta", *self.parameters))
            raise FormulaError(f"unknown name {identifier!r}; expected one of {known}, or a norm such as |u|")
        return self.number(self.values[identifier]) if identifier in self.values else self.generator[identifier]

    def add(self, x: Element, y: Element) -> Element:
        """The sum."""
        return x + y

    def mul(self, x: Element, y: Element) -> Element:
        """The product."""
        return x * y

    def power(self, x: Element, exponent: Fraction) -> Element:
        """The power; a half-integer exponent means the positive square root.

        Raises:
            DomainError: a negative power of zero.
            OutsideRingError: another exponent, or a root that is no monomial.
        """
        if abs(exponent) > MAX_POWER:
            raise OutsideRingError(f"got the exponent {exponent}, expected at most {MAX_POWER} in absolute value")
        if exponent.denominator == 2:
            x, exponent = self.square_root(x), 2 * exponent
        if exponent.denominator != 1:
            raise OutsideRingError(f"got the exponent {exponent}, expected an integer or a half-integer")
        if exponent <= 0 and self.is_zero(x):  # 0^0 has no value either
            raise DomainError("division by zero: a denominator of the formula is identically 0; check it")
        if exponent == 0:
            return self.field.one
        size = max(len(x.numer), len(x.denom))
        if comb(int(abs(exponent)) + size - 1, size - 1) > MAX_TERMS:
            raise OutsideRingError(f"got the power {exponent} of a sum of {size} terms, expected a shorter expansion")
        return self.reduce(x ** int(exponent))

    def function(self, function: str, *arguments: Element) -> Element:
        """The function's value where it is an element.

        Raises:
            OutsideRingError: the value is not in the ring.
        """
        if len(arguments) != 1:
            raise OutsideRingError(f"{function} has no value in the canonical ring; equality is judged elsewhere")
        (x,) = arguments
        if function == "sqrt":
            return self.square_root(x)
        if function in ("sin", "cos", "tan"):
            cosine, sine = self._circle(x)
            return (
                cosine if function == "cos" else sine if function == "sin" else sine * self.power(cosine, Fraction(-1))
            )
        if function in ("acos", "asin"):
            angle = self._arccosine(x)
            return angle if function == "acos" else self.pi() / 2 - angle
        raise OutsideRingError(f"{function} has no value in the canonical ring; equality is judged by balls or samples")

    def reduce(self, x: Element) -> Element:
        """The normal form: numerator and denominator reduced by the Groebner basis."""
        numerator, denominator = self._reduced(x.numer), self._reduced(x.denom)
        if denominator == 0:
            raise DomainError("division by zero: a denominator of the formula is identically 0; check it")
        return self.field(numerator) / self.field(denominator)

    def is_zero(self, x: Element) -> bool:
        """Whether the element is zero: decided by its normal form, never guessed."""
        return bool(self._reduced(x.numer) == 0)

    def square_root(self, x: Element) -> Element:
        """The positive root of q * (monomial in positive generators) * (1 - cos^2)^j with a rational q > 0.

        Raises:
            OutsideRingError: any other radicand.
        """
        reduced = self.reduce(x)
        return self._monomial_root(reduced.numer) / self._monomial_root(reduced.denom)

    def derivative(self, x: Element, name: str) -> Element:
        """The partial derivative with respect to ``|w|``, a parameter, or ``theta`` (through sin and cos too)."""
        if name != THETA:
            return x.diff(self.generator[name])
        along = x.diff(self.generator[THETA])
        return self.reduce(
            along + self.cosine * x.diff(self.generator[SINE]) - self.sine * x.diff(self.generator[COSINE])
        )

    def describe(self) -> str:
        """The ring in words, for a verdict's evidence."""
        used = ("theta, sin(theta), cos(theta)",) if self.pair and self.angle is None else ()
        shown = (*used, "sqrt(pi)", *(f"|{n}|" for n in self.norms), *self.parameters)
        relations = "sin^2 + cos^2 = 1, " if used else ""
        return f"Q(sqrt(2), sqrt(3), sqrt(5), sqrt(7))({', '.join(shown)}) modulo {relations}sqrt(p)^2 = p"

    def _reduced(self, polynomial: Element) -> Element:
        ring = self.field.ring
        first_root = len(self.names) - len(PRIMES)
        cosine_squared = ring.gens[2] ** 2
        total = ring.zero
        for exponents, coefficient in polynomial.terms():
            e = list(exponents)
            squares, e[1] = divmod(e[1], 2)
            for i, p in enumerate(PRIMES, start=first_root):
                half, e[i] = divmod(e[i], 2)
                coefficient = coefficient * p**half
            term = ring({tuple(e): coefficient})
            total += term * (1 - cosine_squared) ** squares if squares else term
        return total

    def _monomial_root(self, polynomial: Element) -> Element:
        ring = self.field.ring
        squares, one_minus = 0, 1 - ring.gens[2] ** 2
        while len(polynomial) > 1:
            quotient, remainder = divmod(polynomial, one_minus)
            if remainder:
                raise OutsideRingError(f"the square root of {polynomial} is not in the canonical ring")
            polynomial, squares = quotient, squares + 1
        ((exponents, coefficient),) = polynomial.terms() or [((0,) * len(self.names), 0)]
        root = self._rational_root(Fraction(int(coefficient.numerator), int(coefficient.denominator)))
        positive = {ROOT_PI, *(f"|{n}|" for n in self.norms), SINE}
        for name, e in zip(self.names, exponents, strict=True):
            if e and (e % 2 or name not in positive):
                raise OutsideRingError(f"the square root of {name}^{e} is not in the canonical ring")
            root *= self.generator[name] ** (e // 2)
        return root * self.sine**squares if squares else root  # at theta = 0 the sine is 0, and 0**0 is refused

    def _rational_root(self, value: Fraction) -> Element:
        if value < 0:
            raise OutsideRingError(f"the square root of {value} is not real")
        n, root = value.numerator * value.denominator, self.field.one
        for p in PRIMES:
            odd = False
            while n and n % p == 0:
                n, odd, root = n // p, not odd, root * (p if odd else 1)
            root = root * self.generator[f"sqrt({p})"] if odd else root
        if isqrt(n) ** 2 != n:
            raise OutsideRingError(f"sqrt({value}) needs the square root of a prime above {PRIMES[-1]}")
        return root * isqrt(n) / value.denominator

    def _cosine_at(self, angle: Fraction) -> Element:
        q = abs(angle) % 2
        q = min(q, 2 - q)
        sign, q = (1, q) if q <= Fraction(1, 2) else (-1, 1 - q)
        if q not in COSINES:
            raise OutsideRingError(f"cos({angle}*pi) needs nested roots; expected a denominator of 1, 2, 3, 4 or 6")
        rational, radicand = COSINES[q]
        return self.number(sign * rational) * self._rational_root(Fraction(radicand))

    def _circle(self, x: Element) -> tuple[Element, Element]:
        """(cos, sin) of m theta + q pi with an integer m and a rational q."""
        multiple, shift = self._linear_angle(x)
        cosine, sine = self._cosine_at(shift), self._cosine_at(Fraction(1, 2) - shift)
        step = (self.cosine, self.sine if multiple > 0 else -self.sine)
        for _ in range(abs(multiple)):
            cosine, sine = (
                self.reduce(cosine * step[0] - sine * step[1]),
                self.reduce(sine * step[0] + cosine * step[1]),
            )
        return cosine, sine

    def _linear_angle(self, x: Element) -> tuple[int, Fraction]:
        reduced = self.reduce(x)
        if not reduced.denom.is_ground:
            raise OutsideRingError("sin and cos are in the canonical ring at m*theta + q*pi only")
        multiple, shift, scale = Fraction(0), Fraction(0), Fraction(int(reduced.denom.LC))
        for exponents, coefficient in reduced.numer.terms():
            used = {n: e for n, e in zip(self.names, exponents, strict=True) if e}
            value = Fraction(int(coefficient.numerator), int(coefficient.denominator)) / scale
            if used == {THETA: 1}:
                multiple = value
            elif used == {ROOT_PI: 2}:
                shift = value
            else:
                raise OutsideRingError("sin and cos are in the canonical ring at m*theta + q*pi only")
        if multiple.denominator != 1 or abs(multiple) > MAX_POWER:
            raise OutsideRingError(f"sin and cos of {multiple}*theta are not in the canonical ring")
        return int(multiple), shift

    def _arccosine(self, x: Element) -> Element:
        for q in (Fraction(n, 12) for n in range(13)):
            if (q in COSINES or 1 - q in COSINES) and self.is_zero(x - self._cosine_at(q)):
                return self.number(q) * self.pi()
        if self.pair is not None and self.angle is None:
            for sign, start in ((1, 0), (-1, 1)):
                if self.is_zero(x - sign * self.cosine):
                    return start * self.pi() + sign * self.theta()
        raise OutsideRingError("acos and asin are in the canonical ring at +-cos(theta) and simple constants only")
