r"""Constants, names, norms and angles as generators of the field, and square roots of its elements.

$\sqrt{xy}$ is written $\sqrt x \sqrt y$ for positive x and y, and $\sqrt{1 - \cos^2\theta}$ is $\sin\theta$.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import isqrt
from typing import Any

from analytic.algebra import EULER
from analytic.errors import DomainError, FormulaError
from analytic.field import Element, Field, monomial
from analytic.formula import PI, Expr, call, name

#: Keys of generators; the second is no text, which a parameter called i would be.
ROOT_PI, IMAGINARY = "sqrt(pi)", ("imaginary unit",)


class Roots(Field):
    """The field with constants, named generators and square roots.

    Args:
        norms: names of Gaussian variables or vectors that have a positive norm.
        angles: name of an angle in (0, pi) -> the pair that has it; ``theta`` for a single pair.
        correlations: names of parameters in (-1, 1).
        positive: names of positive parameters.
        parameters: names of real parameters; None admits every name.
    """

    def __init__(
        self,
        norms: Iterable[str] = (),
        angles: dict[str, tuple[str, str]] | None = None,
        correlations: Iterable[str] = (),
        positive: Iterable[str] = (),
        parameters: Iterable[str] | None = None,
    ) -> None:
        super().__init__()
        self.norms, self.angles = tuple(norms), dict(angles or {})
        self.correlations, self.positive = frozenset(correlations), frozenset(positive)
        self.parameters = None if parameters is None else frozenset(parameters)
        self.pair = self.angles.get("theta")
        #: elements that must be positive for the expectations derived in this field to exist
        self.conditions: list[Element] = []
        for angle in self.angles:
            self.cosine_of(angle), self.sine_of(angle), self.angle(angle)

    @property
    def root_pi(self) -> Element:
        """The square root of pi."""
        return self.generator(ROOT_PI, call("sqrt", PI), positive=True)

    @property
    def imaginary(self) -> Element:
        """The imaginary unit."""
        return self.generator(IMAGINARY, name("i"), square=-self.one.num)

    def pi(self) -> Element:
        """The constant pi."""
        return self.root_pi**2

    def theta(self) -> Element:
        """The angle of the pair."""
        if "theta" not in self.angles:
            raise FormulaError("theta needs two vectors or Gaussian variables with an angle; name the two")
        return self.angle("theta")

    def angle(self, identifier: str) -> Element:
        """An angle in (0, pi)."""
        return self.generator(identifier, name(identifier), positive=True, function="angle")

    def cosine_of(self, identifier: str) -> Element:
        """The cosine of an angle."""
        return self.generator(("cos", identifier), call("cos", name(identifier)), bounded=True)

    def sine_of(self, identifier: str) -> Element:
        """The sine of an angle, positive."""
        square = (1 - self.cosine_of(identifier) ** 2).num
        return self.generator(
            ("sin", identifier), call("sin", name(identifier)), positive=True, bounded=True, square=square
        )

    def norm(self, vector: str) -> Element:
        """The norm of that name."""
        if vector not in self.norms:
            known = ", ".join(f"|{n}|" for n in self.norms) or "none"
            raise FormulaError(f"unknown norm |{vector}|; expected one of {known}")
        return self.generator(f"|{vector}|", Expr("norm", (name(vector),)), positive=True)

    def parameter(self, identifier: str) -> Element:
        """The parameter, angle or constant of that name."""
        if identifier in self.angles:
            return self.angle(identifier)
        if self.parameters is not None and identifier not in self.parameters | self.correlations | self.positive:
            known = ", ".join(sorted(("pi", *self.angles, *self.parameters, *self.correlations, *self.positive)))
            raise FormulaError(f"unknown name {identifier!r}; expected one of {known}, or a norm such as |u|")
        return self.generator(
            identifier,
            name(identifier),
            positive=identifier in self.positive,
            bounded=identifier in self.correlations,
        )

    @property
    def euler_gamma(self) -> Element:
        """The Euler-Mascheroni constant."""
        return self.generator(EULER, name(EULER), positive=True, bounded=True)

    def root(self, n: int) -> Element:
        """The positive square root of a positive integer."""
        root = self.one
        for p, e in prime_powers(n):
            root = root * p ** (e // 2)
            if e % 2:
                square = self.number(p).num
                root = root * self.generator(("sqrt", p), call("sqrt", p), positive=True, square=square)
        return root

    def square_root(self, x: Element) -> Element:
        """The non-negative square root.

        Raises:
            DomainError: the radicand is certainly negative.
        """
        if not x:
            return self.zero
        content, factors = self.factored(x.num * x.den)
        # sqrt(a/b) = sqrt(a b)/|b|
        outside, inside = 1 / self.absolute(self.polynomial(x.den)), self.one
        factors, sines, flips = self._without_sines(factors)
        outside, content = outside * sines, content * (-1) ** flips
        for factor, exponent in factors:
            f, s = self.polynomial(factor), self.sign(self.polynomial(factor))
            if s is not None and s < 0:
                f, content = -f, content * (-1) ** exponent
            if s is None and exponent % 4 in (2, 3):
                inside, exponent = inside * f ** (exponent % 4), exponent - exponent % 4
            elif exponent % 2:
                outside = outside * self.root_of(f) if s is not None else outside
                inside = inside if s is not None else inside * f
            outside = outside * f ** (exponent // 2)
        outside = outside * self.root(abs(content.numerator * content.denominator)) / content.denominator
        if content < 0 and inside == 1:
            raise DomainError(f"got the square root of {x}, which is negative, expected a radicand that is not")
        inside = -inside if content < 0 else inside
        result: Element = outside if inside == 1 else outside * self.root_of(inside)
        return result

    def _without_sines(self, factors: list[Any]) -> tuple[list[Any], Element, int]:
        """The factors without (c - 1)(c + 1) = -s^2, the sines s taken out, and the number of changes of sign."""
        sines, flips = self.one, 0
        for identifier in self.angles:
            cosine = self.cosine_of(identifier)
            shifts = ((cosine - 1).num, (cosine + 1).num)
            pair = [n for n, (f, e) in enumerate(factors) if e % 2 and f in shifts]
            if len(pair) == 2:
                factors = [(f, e - (n in pair)) for n, (f, e) in enumerate(factors)]
                sines, flips = sines * self.sine_of(identifier), flips + 1
        return [(f, e) for f, e in factors if e], sines, flips

    def root_of(self, radicand: Element) -> Element:
        """The generator of a square root of a polynomial."""
        return self.generator(
            ("sqrt", radicand.key),
            name("sqrt"),
            positive=True,
            square=radicand.num,
            function="sqrt",
            arguments=(radicand,),
        )

    def absolute(self, x: Element) -> Element:
        """The absolute value."""
        s = self.sign(x)
        if s is not None:
            return x * s
        if x.den.is_constant():
            return self.square_root(x**2)
        return self.absolute(self.polynomial(x.num)) / self.absolute(self.polynomial(x.den))

    def with_sines(self, polynomial: Any) -> Any:
        """Even powers of cosines by sines: 1 + a - a cos^2 = 1 + a sin^2 is positive."""
        for identifier in self.angles:
            cosine, sine = self.slot(("cos", identifier)), self.slot(("sin", identifier))
            terms = polynomial.to_dict()
            if all(m[cosine] % 2 == 0 for m in terms) and any(m[cosine] for m in terms):
                square = self.one.num - monomial({sine: 2})
                total = self.zero.num
                for m, c in terms.items():
                    rest = {i: int(e) for i, e in enumerate(m) if e and i != cosine}
                    total = total + monomial(rest) * c * square ** (int(m[cosine]) // 2)
                polynomial = total
        return polynomial

    def oriented(self, x: Element) -> tuple[int, Element]:
        """A sign s and s*x, the same for x and -x: odd and even functions are written at one of the two."""
        s = self.sign(x)
        if s is None:
            s = 1 if x.num.leading_coefficient() > 0 else -1
        return (s, x * s) if s else (1, x)

    def special(self, function: str, *arguments: Element) -> Element:
        """The value of a named function without identities, as a generator."""
        return self.value_of(function, *arguments)

    def value_of(self, function: str, *arguments: Element, positive: bool = False) -> Element:
        key = (function, *(a.key for a in arguments))
        return self.generator(key, name(function), positive=positive, function=function, arguments=arguments)


def prime_powers(n: int) -> Iterable[tuple[int, int]]:
    """Primes below 10^4 by trial division; what is left over counts as one prime, or as a square of one."""
    if n < 1:
        return
    p = 2
    while p * p <= n and p < 10_000:
        e = 0
        while n % p == 0:
            n, e = n // p, e + 1
        if e:
            yield p, e
        p += 1 if p == 2 else 2
    if n > 1:
        yield (isqrt(n), 2) if isqrt(n) ** 2 == n else (n, 1)
