r"""The field of closed forms: fractions over $\mathbb{Q}$ in generators that are created when they are needed.

A generator is a norm, a parameter, the sine or cosine of an angle, or the value of a function (a square root, an
arcsine, $\Phi$, Owen's T, ...) at elements of the field. Algebraic generators carry their relation
($s^2 = 1 - c^2$, $\sqrt{r}^2 = r$, $i^2 = -1$); polynomials are kept reduced by it and denominators free of it. A zero
normal form therefore proves that two closed forms are equal. A normal form that is not zero proves nothing: functions
may satisfy relations that are not listed.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from flint import Ordering, fmpq, fmpq_mpoly_ctx

from analytic.errors import DomainError, OutsideRingError
from analytic.formula import Expr

#: A polynomial of python-flint, which ships no annotations that say more.
Polynomial = Any

#: Most generators of one field; more would make every exponent vector longer.
SLOTS = 96
#: Powers beyond this are refused: the polynomials would fill the memory before anybody could read them.
MAX_POWER = 200
#: So are powers of sums that may expand to more terms than this.
MAX_TERMS = 20_000
#: So are products of fractions with more pairs of terms: a few seconds of work, and pages of formulas.
MAX_PAIRS = 3_000_000
_SHORTER = "fix norms or parameters at numbers (values=..., a law with unit=True), or evaluate with .at(...)"

_CONTEXT = fmpq_mpoly_ctx.get([f"g{i}" for i in range(SLOTS)], Ordering.lex)
_GENERATORS = _CONTEXT.gens()
_ZERO, _ONE = _CONTEXT.from_dict({}), _CONTEXT.from_dict({(0,) * SLOTS: 1})


def monomial(exponents: dict[int, int]) -> Polynomial:
    """The product of powers of generators, by slot."""
    return _CONTEXT.from_dict({tuple(exponents.get(i, 0) for i in range(SLOTS)): 1})


@dataclass(frozen=True, eq=False)
class Generator:
    """A generator of the field.

    Args:
        key: what makes it the same generator; a function's name and the normal forms of its arguments.
        shown: the generator as a formula.
        positive: whether it is positive wherever the closed form is meant.
        bounded: whether it lies strictly between -1 and 1 (cosines, correlations).
        square: its square, for an algebraic generator: a polynomial in earlier ones.
        function: the function whose value it is, or "".
        arguments: where the function is taken.
    """

    key: Hashable
    shown: Expr
    positive: bool = False
    bounded: bool = False
    square: Polynomial | None = None
    function: str = ""
    arguments: tuple[Element, ...] = field(default=(), repr=False)

    @property
    def kind(self) -> str:
        """What the key begins with: the function's name, or the whole key of a plain name."""
        return str(self.key[0]) if isinstance(self.key, tuple) else str(self.key)


class Element:
    """An element of the field in normal form: a numerator and a denominator that is free of algebraic generators.

    Args:
        owner: the field.
        num: the numerator.
        den: the denominator, with leading coefficient 1.
    """

    __slots__ = ("_key", "den", "num", "owner")

    def __init__(self, owner: Field, num: Polynomial, den: Polynomial) -> None:
        self.owner, self.num, self.den = owner, num, den
        self._key: tuple[Any, ...] | None = None

    @property
    def key(self) -> tuple[Any, ...]:
        """The normal form as a hashable value."""
        if self._key is None:
            self._key = tuple(tuple(sorted((m, str(c)) for m, c in p.to_dict().items())) for p in (self.num, self.den))
        return self._key

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, int | Fraction):
            other = self.owner.number(Fraction(other))
        return isinstance(other, Element) and bool(self.num == other.num and self.den == other.den)

    def __bool__(self) -> bool:
        return not bool(self.num == 0)

    def _other(self, other: Element | int | Fraction) -> Element:
        return other if isinstance(other, Element) else self.owner.number(Fraction(other))

    def __add__(self, other: Element | int | Fraction) -> Element:
        y = self._other(other)
        if self.den == y.den:
            return self.owner.make(self.num + y.num, self.den)
        self.owner.check_size(self, y)
        return self.owner.make(self.num * y.den + y.num * self.den, self.den * y.den)

    __radd__ = __add__

    def __neg__(self) -> Element:
        return Element(self.owner, -self.num, self.den)

    def __sub__(self, other: Element | int | Fraction) -> Element:
        return self + (-self._other(other))

    def __rsub__(self, other: Element | int | Fraction) -> Element:
        return self._other(other) + (-self)

    def __mul__(self, other: Element | int | Fraction) -> Element:
        y = self._other(other)
        self.owner.check_size(self, y)
        return self.owner.make(self.num * y.num, self.den * y.den)

    __rmul__ = __mul__

    def __truediv__(self, other: Element | int | Fraction) -> Element:
        y = self._other(other)
        self.owner.check_size(self, y)
        return self.owner.make(self.num * y.den, self.den * y.num)

    def __rtruediv__(self, other: Element | int | Fraction) -> Element:
        return self._other(other) / self

    def __pow__(self, exponent: int) -> Element:
        if abs(exponent) > MAX_POWER or (len(self.num.to_dict()) > 1 and abs(exponent) > 60):
            raise OutsideRingError(f"got the exponent {exponent}, expected at most {MAX_POWER} in absolute value")
        if exponent < 0:
            return 1 / self ** (-exponent)
        total, base = self.owner.one, self
        while exponent:
            total = total * base if exponent & 1 else total
            exponent >>= 1
            base = base * base if exponent else base
        if len(total.num.to_dict()) > MAX_TERMS:
            raise OutsideRingError(f"got a power of {len(total.num.to_dict())} terms, expected at most {MAX_TERMS}")
        return total

    def __repr__(self) -> str:
        from analytic.writing import written

        return str(written(self))

    @property
    def rational(self) -> Fraction | None:
        """The rational number that the element is, or None."""
        if not (self.num.is_constant() and self.den.is_constant()):
            return None
        value = self.num.leading_coefficient() if self else fmpq(0)
        return Fraction(int(value.p), int(value.q))


class Field:
    r"""The field; generators are found by key or created.

    Example:
        >>> from analytic.formula import name
        >>> K = Field()
        >>> x = K.generator("x", name("x"), positive=True)
        >>> (x**2 - 1) / (x + 1) == x - 1
        True
    """

    def __init__(self) -> None:
        self.generators: list[Generator] = []
        self._slots: dict[Hashable, int] = {}
        self._algebraic: list[int] = []
        self.zero, self.one = Element(self, _ZERO, _ONE), Element(self, _ONE, _ONE)

    def number(self, value: Fraction | int) -> Element:
        """The rational number as an element."""
        exact = Fraction(value.numerator, value.denominator)  # a float has neither: it is not exact
        return Element(self, _ONE * fmpq(exact.numerator, exact.denominator), _ONE)

    def generator(
        self,
        key: Hashable,
        shown: Expr,
        *,
        positive: bool = False,
        bounded: bool = False,
        square: Polynomial | None = None,
        function: str = "",
        arguments: tuple[Element, ...] = (),
    ) -> Element:
        """The generator of that key as an element, created on its first use.

        Raises:
            OutsideRingError: there are too many different functions in one formula.
        """
        if key not in self._slots:
            if len(self.generators) == SLOTS:
                raise OutsideRingError(f"got more than {SLOTS} different functions in one formula: split it into parts")
            self._slots[key] = len(self.generators)
            if square is not None:
                self._algebraic.insert(0, len(self.generators))
            self.generators.append(Generator(key, shown, positive, bounded, square, function, arguments))
        return Element(self, _GENERATORS[self._slots[key]], _ONE)

    def known(self, key: Hashable) -> Element | None:
        """The generator of that key, if it was created."""
        return Element(self, _GENERATORS[self._slots[key]], _ONE) if key in self._slots else None

    def slot(self, key: Hashable) -> int:
        """The position of the generator of that key."""
        return self._slots[key]

    @staticmethod
    def check_size(x: Element, y: Element) -> None:
        """Refuses products that would take minutes and that nobody could read.

        Raises:
            OutsideRingError: the product may have too many terms.
        """
        terms = (len(x.num) + len(x.den)) * (len(y.num) + len(y.den))
        if terms > MAX_PAIRS:
            raise OutsideRingError(
                f"the formula is too long: got a product of up to {terms} terms, expected at most {MAX_PAIRS}; "
                f"{_SHORTER}"
            )

    def polynomial(self, num: Polynomial) -> Element:
        """A polynomial in the generators as an element."""
        return self.make(num, _ONE)

    def make(self, num: Polynomial, den: Polynomial) -> Element:
        """The normal form of a fraction.

        Raises:
            DomainError: the denominator is zero.
        """
        num, den = self._reduced(num), self._reduced(den)
        if den == 0:
            raise DomainError("division by zero: a denominator of the formula is identically 0; check it")
        if num == 0:
            return self.zero
        if not den.is_constant():
            num, den = self._rationalised(num, den)
            common = num.gcd(den)
            if not common.is_constant():
                num, den = num // common, den // common
        leading = den.leading_coefficient()
        return Element(self, num / leading, den / leading)

    def _reduced(self, polynomial: Polynomial) -> Polynomial:
        """The polynomial with every algebraic generator to the power 0 or 1; later ones first."""
        if polynomial.is_constant():
            return polynomial
        degrees = polynomial.degrees()
        for i in self._algebraic:
            if degrees[i] > 1:
                polynomial = self._lowered(polynomial, i)
                degrees = polynomial.degrees()
        return polynomial

    def _lowered(self, polynomial: Polynomial, i: int) -> Polynomial:
        by_square: dict[int, dict[tuple[int, ...], Any]] = {}
        for exponents, c in polynomial.to_dict().items():
            half, rest = divmod(int(exponents[i]), 2)
            by_square.setdefault(half, {})[(*exponents[:i], rest, *exponents[i + 1 :])] = c
        square: Polynomial = self.generators[i].square
        total, power, last = _ZERO, _ONE, 0
        for half in sorted(by_square):
            power, last = power * square ** (half - last), half
            total = total + _CONTEXT.from_dict(by_square[half]) * power
        return total

    def _rationalised(self, num: Polynomial, den: Polynomial) -> tuple[Polynomial, Polynomial]:
        for i in self._algebraic:
            if den.degrees()[i]:
                if len(den) * len(num) > MAX_TERMS:
                    raise OutsideRingError(
                        f"the formula is too long: got a fraction of {len(num)} by {len(den)} terms with roots below, "
                        f"expected at most {MAX_TERMS} pairs; {_SHORTER}"
                    )
                conjugate = self._conjugate(den, i)
                num, den = self._reduced(num * conjugate), self._reduced(den * conjugate)
                if den == 0:
                    raise DomainError("division by zero: a denominator of the formula is identically 0; check it")
                common = num.gcd(den)
                num, den = num // common, den // common
        return num, den

    def _conjugate(self, polynomial: Polynomial, i: int) -> Polynomial:
        terms = {m: (-c if m[i] else c) for m, c in polynomial.to_dict().items()}
        if all(m[i] for m in terms):
            return _GENERATORS[i]
        return _CONTEXT.from_dict(terms)

    def factored(self, polynomial: Polynomial) -> tuple[Fraction, list[tuple[Polynomial, int]]]:
        """Rational content and irreducible factors with their exponents."""
        content, factors = polynomial.factor()
        return Fraction(int(content.p), int(content.q)), factors

    def sign(self, x: Element, strict: bool = False) -> int | None:
        """1, -1 or 0 where the sign is plain from the generators' signs, else None.

        Without strict it is the sign wherever x is not 0: a square counts as positive.
        """
        if not x:
            return 0
        signs = [self._sign(p, strict) for p in (x.num, x.den)]
        return None if None in signs else (signs[0] or 0) * (signs[1] or 0)

    def _sign(self, polynomial: Polynomial, strict: bool) -> int | None:
        for candidate in (polynomial, self.with_sines(polynomial)):
            found = self._plain_sign(candidate, strict)
            if found is not None:
                return found
        content, factors = self.factored(polynomial)
        total = 1 if content > 0 else -1
        for factor, exponent in factors:
            s = self._plain_sign(factor, strict)
            if s is None and (strict or exponent % 2):
                return None
            total *= s**exponent if s is not None else 1
        return total

    def with_sines(self, polynomial: Polynomial) -> Polynomial:
        """The polynomial written in another way that may show its sign; here as it is."""
        return polynomial

    def _plain_sign(self, polynomial: Polynomial, strict: bool) -> int | None:
        terms = polynomial.to_dict()
        bound, constant, bounded = Fraction(0), Fraction(0), True
        seen: set[int] = set()
        for exponents, c in terms.items():
            value = Fraction(int(c.p), int(c.q))
            used = [(i, e) for i, e in enumerate(exponents) if e]
            if all(self.generators[i].positive or e % 2 == 0 for i, e in used):
                seen.add(1 if value > 0 else -1)
            if not used:
                constant = value
            elif all(self.generators[i].bounded for i, _ in used):
                bound += abs(value)
            else:
                bounded = False
            if not all(self.generators[i].positive or e % 2 == 0 for i, e in used):
                seen |= {1, -1}
        never_zero = any(all(self.generators[i].positive for i, e in enumerate(m) if e) for m in terms)
        if len(seen) == 1 and (never_zero or not strict):
            return seen.pop()
        if constant and bounded and bound <= abs(constant):
            return 1 if constant > 0 else -1
        return None

    def linear_parts(self, x: Element) -> Iterable[tuple[Element, Fraction]]:
        """The element as a sum of rational multiples of atoms: a monomial over a denominator each.

        Polynomial division first: c^2/(1 - c^2) and 1/(1 - c^2) - 1 have the same atoms.
        """
        quotient, rest = divmod(x.num, x.den) if not x.den.is_constant() else (x.num, _ZERO)
        for polynomial, den in ((quotient, _ONE), (rest, x.den)):
            for exponents, c in sorted(polynomial.to_dict().items(), reverse=True):
                yield self.make(_CONTEXT.from_dict({exponents: 1}), den), Fraction(int(c.p), int(c.q))

    def split(self, x: Element, key: Hashable) -> tuple[Element, Element]:
        """The coefficients (a, b) of x = a + b g for an algebraic generator g."""
        if key not in self._slots:
            return x, self.zero
        i = self._slots[key]
        without: dict[tuple[int, ...], Any] = {}
        with_it: dict[tuple[int, ...], Any] = {}
        for m, c in x.num.to_dict().items():
            (with_it if m[i] else without)[(*m[:i], 0, *m[i + 1 :])] = c
        return self.make(_CONTEXT.from_dict(without), x.den), self.make(_CONTEXT.from_dict(with_it), x.den)

    def used(self, x: Element) -> list[int]:
        """The slots of the generators that occur in x."""
        if not x:
            return []
        degrees = [a + b for a, b in zip(x.num.degrees(), x.den.degrees(), strict=True)]
        return [i for i, d in enumerate(degrees) if d]
