r"""Exponential, logarithm, circular functions and their inverses as elements of the field.

$e^{x + y}$ is written $e^x e^y$, the logarithm of a product as a sum, the arccosine by the arcsine.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from analytic.errors import DomainError
from analytic.field import MAX_POWER, Element
from analytic.formula import name
from analytic.roots import IMAGINARY, Roots, prime_powers

#: exp(q x) is a power of the generator exp(x/n) up to this exponent: high powers make polynomials unwieldy.
MOST_UNITS = 12
#: sines of multiples of pi/12 that need square roots only of rational numbers: q -> terms (rational, radicand)
SINES = {
    Fraction(0): ((Fraction(0), 1),),
    Fraction(1, 12): ((Fraction(1, 4), 6), (Fraction(-1, 4), 2)),
    Fraction(1, 6): ((Fraction(1, 2), 1),),
    Fraction(1, 4): ((Fraction(1, 2), 2),),
    Fraction(1, 3): ((Fraction(1, 2), 3),),
    Fraction(5, 12): ((Fraction(1, 4), 6), (Fraction(1, 4), 2)),
    Fraction(1, 2): ((Fraction(1), 1),),
}


class Elementary(Roots):
    """The field with elementary functions."""

    def __init__(
        self,
        norms: Iterable[str] = (),
        angles: dict[str, tuple[str, str]] | None = None,
        correlations: Iterable[str] = (),
        positive: Iterable[str] = (),
        parameters: Iterable[str] | None = None,
    ) -> None:
        super().__init__(norms, angles, correlations, positive, parameters)
        self._units: dict[Any, list[Fraction]] = {}
        #: what a step counts at 0: one half, unless it is asked whether a value depends on it
        self.step_at_zero = Fraction(1, 2)
        #: numbers of the measures that exponentials lead to, for display
        self.labels: dict[Any, str] = {}

    def exp(self, x: Element) -> Element:
        """The exponential; of a complex number by sine and cosine."""
        real, imaginary = self.split(x, IMAGINARY)
        total = self.one
        for atom, q in self.linear_parts(real):
            total = total * self._exponential(atom, q)
        if not imaginary:
            return total
        return total * (self.cos(imaginary) + self.imaginary * self.sin(imaginary))

    def _exponential(self, atom: Element, q: Fraction) -> Element:
        units = self._units.setdefault(atom.key, [])
        fitting = (u for u in units if (q / u).denominator == 1 and abs(q / u) <= MOST_UNITS)
        unit = next(fitting, None)
        if unit is None:
            unit = Fraction(1, q.denominator) if abs(q.numerator) <= MOST_UNITS else abs(q)
            units.append(unit)
        base = self.value_of("exp", atom * unit, positive=True)
        return base ** int(q / unit)

    def log(self, x: Element) -> Element:
        """The logarithm of a positive element, as a sum over its factors where their signs are plain.

        Raises:
            DomainError: the element is certainly not positive.
        """
        if (self.sign(x) or (1 if x else -1)) < 0:
            raise DomainError(f"got the logarithm of {x}, expected a positive argument")
        total, rest = self.zero, self.one
        for polynomial, direction in ((x.num, 1), (x.den, -1)):
            content, factors = self.factored(polynomial)
            for n, d in ((abs(content.numerator), direction), (content.denominator, -direction)):
                total = total + sum((d * e * self.value_of("log", self.number(p)) for p, e in prime_powers(n)), 0)
            negative = content < 0
            for factor, e in factors:
                f, s = self.polynomial(factor), self.sign(self.polynomial(factor))
                if s is None:
                    rest = rest * f ** (direction * e)
                else:
                    negative ^= s < 0 and e % 2 == 1
                    total = total + direction * e * self._log_of(f * s)
            rest = -rest if negative else rest
        return total if rest == 1 else total + self.value_of("log", rest)

    def _log_of(self, factor: Element) -> Element:
        if len(self.used(factor)) == 1 and factor == self.root_pi:
            return self.value_of("log", self.pi()) / 2
        slot = self.used(factor)[0]
        generator = self.generators[slot]
        if generator.function == "exp" and len(factor.num.to_dict()) == 1:
            return generator.arguments[0]
        if generator.kind == "sqrt" and not generator.function and factor == self.known(generator.key):
            return self.log(self.polynomial(generator.square)) / 2
        if generator.function == "sqrt" and factor == self.root_of(generator.arguments[0]):
            return self.log(generator.arguments[0]) / 2
        return self.value_of("log", factor)

    def cos(self, x: Element) -> Element:
        """The cosine."""
        return self._circle(x)[0]

    def sin(self, x: Element) -> Element:
        """The sine."""
        return self._circle(x)[1]

    def _circle(self, angle: Element) -> tuple[Element, Element]:
        """(cos, sin): multiples of the angles and of pi/12 by the addition theorem, the rest as functions."""
        total, rest = (self.one, self.zero), self.zero
        pi, angles = self.pi(), {self.angle(a).key: a for a in self.angles}
        for atom, q in self.linear_parts(angle):
            identifier = angles.get(atom.key)
            if identifier is not None and q.denominator == 1 and abs(q) <= MAX_POWER:
                step = (self.cosine_of(identifier), self.sine_of(identifier) * (1 if q > 0 else -1))
                for _ in range(abs(int(q))):
                    total = turned(total, step)
            elif q.denominator == 1 and abs(q) <= MAX_POWER and (x := self._argument_of_asin(atom)) is not None:
                step = (self.square_root(1 - x**2), x * (1 if q > 0 else -1))
                for _ in range(abs(int(q))):
                    total = turned(total, step)
            elif atom == pi and (12 * q).denominator == 1:
                total = turned(total, (self._sine_at(q + Fraction(1, 2)), self._sine_at(q)))
            else:
                rest = rest + atom * q
        if not rest:
            return total
        sign, argument = self.oriented(rest)
        cosine = self.generator(("cos", argument.key), name("cos"), bounded=True, function="cos", arguments=(argument,))
        sine = self.generator(
            ("sin", argument.key),
            name("sin"),
            bounded=True,
            square=(1 - cosine**2).num,
            function="sin",
            arguments=(argument,),
        )
        return turned(total, (cosine, sine * sign))

    def _argument_of_asin(self, atom: Element) -> Element | None:
        """x, if the atom is the generator asin(x)."""
        used = self.used(atom)
        generator = self.generators[used[0]] if len(used) == 1 else None
        if generator is None or generator.function != "asin" or atom != self.known(generator.key):
            return None
        return generator.arguments[0]

    def _sine_at(self, q: Fraction) -> Element:
        q = q % 2
        sign, q = (1, q) if q <= 1 else (-1, q - 1)
        q = min(q, 1 - q)
        return sum((self.number(sign * r) * self.root(n) for r, n in SINES[q] if r), self.zero)

    def asin(self, x: Element) -> Element:
        """The arcsine; at the cosine of an angle it is pi/2 minus the angle."""
        if not x:
            return self.zero
        for identifier in self.angles:
            for sign in (1, -1):
                if x == self.cosine_of(identifier) * sign:
                    return (self.pi() / 2 - self.angle(identifier)) * sign
        if not self.used(x) or all(self.generators[i].kind == "sqrt" for i in self.used(x)):
            for n in range(-6, 7):
                if x == self._sine_at(Fraction(n, 12)):
                    return self.pi() * Fraction(n, 12)
            value = x.rational
            if value is not None and abs(value) > 1:
                raise DomainError(f"got asin({value}), expected an argument in [-1, 1]")
        if not 1 - x**2:
            return x * self.pi() / 2
        sign, argument = self.oriented(x)
        return self.value_of("asin", argument) * sign

    def atan(self, x: Element) -> Element:
        """The arctangent, as an arcsine."""
        return self.asin(x / self.square_root(1 + x**2))

    def atanh(self, x: Element) -> Element:
        """The inverse hyperbolic tangent, as logarithms."""
        return (self.log(1 + x) - self.log(1 - x)) / 2


def turned(x: tuple[Element, Element], y: tuple[Element, Element]) -> tuple[Element, Element]:
    """The addition theorem: (cos, sin) of a sum."""
    return x[0] * y[0] - x[1] * y[1], x[1] * y[0] + x[0] * y[1]
