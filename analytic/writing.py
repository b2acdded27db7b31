"""Elements of the field as short formulas: ``|u|*|v|*(sin(theta) + (pi - theta)*cos(theta))/(2*pi)``."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm
from typing import Any

from analytic.field import _CONTEXT, _GENERATORS, SLOTS, Element, Field, Generator
from analytic.formula import PI, Expr, add, call, mul, neg, num, power

#: Functions that are kept apart in a sum: their coefficients are written once, in brackets.
_ALGEBRAIC = frozenset(("", "sin", "cos"))
#: A numerator with more terms than this is not factored.
_MOST_TERMS = 150


def written(x: Element) -> Expr:
    r"""The shortest of a few ways to write an element of the field.

    An angle is written as $\theta$, $\pi - \theta$ or $\arcsin\cos\theta$, a value of $\Phi$ as $\Phi(x)$ or
    $1 - \Phi(-x)$, whichever gives the fewest terms; a sum is written over one denominator or term by term, whichever
    is shorter.

    Args:
        x: an element.

    Returns:
        A formula; evaluating it in the field gives the element back.

    Example:
        >>> from analytic.closed_forms import ClosedForms
        >>> K = ClosedForms(("u", "v"), {"theta": ("u", "v")})
        >>> print(written(Fraction(1, 2) - K.theta() / (2 * K.pi())))
        (pi - theta)/(2*pi)
    """
    if not x:
        return num(0)
    return _Writer(x.owner).write(x)


def _apart(generator: Generator) -> bool:
    """Whether a generator is kept apart in a sum: functions, and the sines of angles."""
    return generator.function not in _ALGEBRAIC or generator.kind == "sin"


class _Writer:
    def __init__(self, owner: Field) -> None:
        self.owner = owner
        self.shown: dict[int, Expr] = {}

    def write(self, x: Element) -> Expr:
        numerator = self._rewritten(x)
        # an angle may stand for its supplement from here on: only polynomials count, not elements
        groups = self._groups(numerator)
        together = self._together(numerator, x.den)
        if len(groups) == 1:
            return together
        apart = add(*(self._together(self._joined(key, p), x.den) for key, p in self._sorted(groups)))
        return min((together, apart), key=lambda e: len(str(e)))

    # ---- the shortest way of writing the functions -----------------------------------------------------------------

    def _rewritten(self, x: Element) -> Any:
        best = x.num
        for slot in self.owner.used(x):
            if x.den.degrees()[slot]:
                continue
            plain = (best, None)
            rewritten = self._options(best, slot)
            angle = self.owner.generators[slot].function == "angle"  # pi - theta rather than theta where equally short
            options = [*rewritten, plain] if angle else [plain, *rewritten]
            best, shown = min(options, key=lambda option: len(option[0].to_dict()))
            if shown is not None:
                self.shown[slot] = shown
        return best

    def _options(self, polynomial: Any, slot: int) -> list[tuple[Any, Expr]]:
        generator, found = self.owner.generators[slot], []
        for constant, shown in self._alternatives(generator):
            images = list(_GENERATORS)
            images[slot] = constant.num - _GENERATORS[slot]
            scale = constant.den.leading_coefficient()
            assert scale == 1
            found.append((self.owner._reduced(polynomial.compose(*images)), shown))
        return found

    def _alternatives(self, generator: Generator) -> list[tuple[Element, Expr]]:
        """Constants c and formulas for c - g."""
        from analytic.closed_forms import ROOT_PI

        root_pi = self.owner.known(ROOT_PI)
        if generator.function == "angle" and root_pi is not None:
            pi, angle = root_pi**2, generator.shown
            return [(pi, add(PI, neg(angle))), (pi / 2, call("asin", call("cos", angle)))]
        if generator.function == "asin" and root_pi is not None:
            return [(root_pi**2 / 2, call("acos", written(generator.arguments[0])))]
        if generator.function == "Phi":
            return [(self.owner.one, call("Phi", written(-generator.arguments[0])))]
        return []

    # ---- sums ------------------------------------------------------------------------------------------------------

    def _groups(self, polynomial: Any) -> dict[tuple[int, ...], Any]:
        """The coefficients of the monomials in functions."""
        special = [_apart(g) for g in self.owner.generators]
        special += [False] * (SLOTS - len(special))
        found: dict[tuple[int, ...], dict[tuple[int, ...], Any]] = {}
        for m, c in polynomial.to_dict().items():
            key = tuple(e if s else 0 for e, s in zip(m, special, strict=True))
            rest = tuple(0 if s else e for e, s in zip(m, special, strict=True))
            found.setdefault(key, {})[rest] = c
        return {key: _CONTEXT.from_dict(terms) for key, terms in found.items()}

    def _sorted(self, groups: dict[tuple[int, ...], Any]) -> list[tuple[tuple[int, ...], Any]]:
        """Algebraic terms first, then functions in the order in which they arose."""

        def order(item: tuple[tuple[int, ...], Any]) -> tuple[int, list[int]]:
            used = [(i, int(e)) for i, e in enumerate(item[0]) if e]
            functions = sum(e for i, e in used if self.owner.generators[i].function not in (*_ALGEBRAIC, "sqrt"))
            return functions, [-int(e) for e in item[0]]

        return sorted(groups.items(), key=order)

    def _is_special(self, polynomial: Any) -> list[int]:
        """The slots of functions that occur in a polynomial."""
        degrees = polynomial.degrees()
        return [i for i, g in enumerate(self.owner.generators) if degrees[i] and _apart(g)]

    def _joined(self, key: tuple[int, ...], coefficient: Any) -> Any:
        return _CONTEXT.from_dict({key: 1}) * coefficient

    def _together(self, numerator: Any, denominator: Any) -> Expr:
        """Numerator over denominator, common factors outside."""
        common = numerator.gcd(denominator)
        product = _Product(self)
        product.polynomial(denominator // common, -1)
        numerator = numerator // common
        groups = self._groups(numerator)
        if len(groups) == 1:
            ((key, coefficient),) = groups.items()
            product.monomial(key, 1)
            product.polynomial(coefficient, 1)
            return product.formula()
        content, shared, rest = _content(numerator)
        keep = tuple(0 if self._is_exp(i) else e for i, e in enumerate(shared))
        product.coefficient *= content
        product.monomial(keep, 1)
        exps = tuple(a - b for a, b in zip(shared, keep, strict=True))
        rest = rest * _CONTEXT.from_dict({exps: 1})
        lowered = product.take_exponentials()
        inner = [self._term(key, p, lowered) for key, p in self._sorted(self._groups(rest))]
        return product.formula(add(*inner))

    def _is_exp(self, slot: int) -> bool:
        return slot < len(self.owner.generators) and self.owner.generators[slot].function == "exp"

    def _term(self, key: tuple[int, ...], coefficient: Any, exponentials: dict[int, Fraction]) -> Expr:
        product = _Product(self)
        product.exponents.update(exponentials)
        product.monomial(key, 1)
        product.polynomial(coefficient, 1)
        return product.formula()

    def plain_sum(self, polynomial: Any) -> Expr:
        """A polynomial in generators that are not functions, term by term."""
        terms = []
        for m, c in sorted(polynomial.to_dict().items(), key=lambda item: (sum(item[0]), [-e for e in item[0]])):
            product = _Product(self)
            product.coefficient *= Fraction(int(c.p), int(c.q))
            product.monomial(m, 1)
            terms.append(product.formula())
        first = next((i for i, t in enumerate(terms) if not str(t).startswith("-")), 0)  # not -1 + x but x - 1
        return add(terms[first], *terms[:first], *terms[first + 1 :])

    def generator(self, slot: int) -> Expr:
        """A generator as a formula."""
        if slot in self.shown:
            return self.shown[slot]
        g = self.owner.generators[slot]
        if g.arguments:
            return call(g.function, *(written(a) for a in g.arguments))
        return g.shown


def _content(polynomial: Any) -> tuple[Fraction, tuple[int, ...], Any]:
    """Rational content and common monomial, and what is left."""
    terms = {m: Fraction(int(c.p), int(c.q)) for m, c in polynomial.to_dict().items()}
    scale = Fraction(gcd(*(v.numerator for v in terms.values())), lcm(*(v.denominator for v in terms.values())))
    common = tuple(min(column) for column in zip(*terms, strict=True))
    if all(v < 0 for v in terms.values()):
        scale = -scale
    monomial = _CONTEXT.from_dict({common: 1})
    return scale, common, (polynomial // monomial) / _fraction(scale)


def _parity(exponent: Fraction) -> int:
    """(-1) to a whole power; Python would make a negative power a float."""
    return -1 if int(exponent) % 2 else 1


def _first_coefficient(polynomial: Any) -> Any:
    """The coefficient of the term that is written first."""
    return min(polynomial.to_dict().items(), key=lambda item: (sum(item[0]), [-e for e in item[0]]))[1]


def _fraction(value: Fraction) -> Any:
    from flint import fmpq

    return fmpq(value.numerator, value.denominator)


class _Product:
    """A product of powers of generators and polynomials, gathered before it is written."""

    def __init__(self, writer: _Writer) -> None:
        self.writer, self.owner = writer, writer.owner
        self.coefficient = Fraction(1)
        self.exponents: dict[int, Fraction] = {}
        self.sums: list[list[Any]] = []

    def monomial(self, exponents: tuple[int, ...], direction: int) -> None:
        """Multiplies by a monomial; a square root counts as half a power of its radicand."""
        for slot, e in enumerate(exponents):
            if not e:
                continue
            g = self.owner.generators[slot]
            if g.kind == "sqrt" and g.square is not None:
                self._power(g.square, Fraction(direction * int(e), 2))
            else:
                self.exponents[slot] = self.exponents.get(slot, Fraction(0)) + direction * int(e)

    def polynomial(self, polynomial: Any, direction: int) -> None:
        """Multiplies by a polynomial to the power direction."""
        content, shared, rest = _content(polynomial)
        self.coefficient *= content**direction
        self.monomial(shared, direction)
        factors = [(rest, 1)]
        if 1 < len(rest.to_dict()) <= _MOST_TERMS:
            scale, factors = self.owner.factored(rest)
            self.coefficient *= scale**direction
        for factor, e in factors:
            if not factor.is_constant():
                self._power(factor, Fraction(direction * int(e)))

    def _power(self, polynomial: Any, exponent: Fraction) -> None:
        """Multiplies by a power of a polynomial; half powers keep its orientation, whole ones may change it."""
        terms = polynomial.to_dict()
        if len(terms) == 1 and not polynomial.is_constant():
            ((m, _),) = terms.items()
            if sum(m) == 1 and polynomial.leading_coefficient() == 1:
                slot = next(i for i, e in enumerate(m) if e)
                self.exponents[slot] = self.exponents.get(slot, Fraction(0)) + exponent
                return
        for entry in self.sums:
            if entry[0] == polynomial:
                entry[1] += exponent
                return
            if entry[0] == -polynomial and not polynomial.is_constant():
                if entry[1].denominator == 1:
                    self.coefficient *= _parity(entry[1])
                    entry[0], entry[1] = polynomial, entry[1] + exponent
                    return
                if exponent.denominator == 1:
                    self.coefficient *= _parity(exponent)
                    entry[1] += exponent
                    return
        self.sums.append([polynomial, exponent])

    def take_exponentials(self) -> dict[int, Fraction]:
        """Removes the exponentials, which go into the terms of a sum."""
        found = {i: e for i, e in self.exponents.items() if self.writer._is_exp(i)}
        self.exponents = {i: e for i, e in self.exponents.items() if i not in found}
        return found

    def _sines(self) -> None:
        """(1 - c)(1 + c) = s^2 is shorter."""
        for slot, g in enumerate(self.owner.generators):
            if g.kind != "sin" or g.square is None or g.function:
                continue
            cosine = self.owner.slot(("cos", *g.key[1:])) if isinstance(g.key, tuple) else -1
            minus, plus = _GENERATORS[cosine] - 1, _GENERATORS[cosine] + 1
            found = {i: e for e in self.sums for i, p in enumerate((minus, plus, -minus, -plus)) if e[0] == p}
            low, high = found.get(0) or found.get(2), found.get(1)
            if low is not None and high is not None and low[1] * high[1] > 0:
                if low[0] == minus:
                    low[0] = -minus
                    if low[1].denominator == 1:
                        self.coefficient *= _parity(low[1])
                n = min(low[1], high[1], key=abs)
                low[1], high[1] = low[1] - n, high[1] - n
                self.exponents[slot] = self.exponents.get(slot, Fraction(0)) + 2 * n

    def formula(self, inner: Expr | None = None) -> Expr:
        """The product as a formula."""
        self._sines()
        self._conjugates()
        self._turn()
        roots, factors, exponent = self._numbers(), list[Expr](), list[Element]()
        under_root: dict[int, list[tuple[Any, Expr]]] = {1: [], -1: []}
        for slot in sorted(self.exponents, key=self._order):
            e = self.exponents[slot]
            if not e or self.owner.generators[slot].key == "sqrt(pi)":
                continue
            if self.writer._is_exp(slot):
                exponent.append(self.owner.generators[slot].arguments[0] * e)
            else:
                self._put(factors, under_root, _GENERATORS[slot], self.writer.generator(slot), e)
        for polynomial, e in self.sums:
            if not polynomial.is_constant() and e:
                self._put(factors, under_root, polynomial, self._shown_sum(polynomial), e)
        for direction, inside in under_root.items():
            if inside:
                factors.append(power(call("sqrt", self._expanded(inside)), num(direction)))
        exponential = [call("exp", written(sum(exponent[1:], exponent[0])))] if exponent else []
        return mul(*roots[:2], *factors, *roots[2:], *([inner] if inner is not None else []), *exponential)

    @staticmethod
    def _put(
        factors: list[Expr], under_root: dict[int, list[tuple[Any, Expr]]], base: Any, shown: Expr, e: Fraction
    ) -> None:
        whole, half = divmod(abs(e), 1)
        direction = 1 if e > 0 else -1
        if whole:
            factors.append(power(shown, num(direction * int(whole))))
        if half:
            under_root[direction].append((base, shown))

    def _conjugates(self) -> None:
        """(1 - x)(1 + x) is written 1 - x^2."""
        for i, first in enumerate(self.sums):
            for second in self.sums[i + 1 :]:
                product = first[0] * second[0]
                same = first[1] == second[1] != 0 and first[1].denominator == 1
                if same and len(product) == 2 and len(first[0]) == len(second[0]) == 2:
                    first[0], second[1] = product, Fraction(0)
                    break

    def _turn(self) -> None:
        """-(c - 1) is written 1 - c, and (-1 - x)/(-1 - y) without the signs."""
        odd = [e for e in self.sums if e[1].denominator == 1 and e[1] % 2 and not e[0].is_constant()]
        for entry in odd:
            if _first_coefficient(entry[0]) < 0:
                entry[0], self.coefficient = -entry[0], -self.coefficient
        mixed = [e for e in odd if e[1] > 0 and any(c < 0 for c in e[0].to_dict().values())]
        if self.coefficient < 0 and mixed:
            mixed[0][0], self.coefficient = -mixed[0][0], -self.coefficient

    def _order(self, slot: int) -> tuple[int, int]:
        g = self.owner.generators[slot]
        kind = (1 if g.function == "angle" else 0) if isinstance(g.key, str) else 3 if g.function else 2
        return kind, slot

    def _expanded(self, inside: list[tuple[Any, Expr]]) -> Expr:
        """A product under one root: multiplied out where that is shorter, 1 - rho^2 instead of (1 - rho)*(1 + rho)."""
        product = inside[0][0]
        for base, _ in inside[1:]:
            product = product * base
        options = [mul(*(shown for _, shown in inside))]
        if not self.writer._is_special(product):
            options.append(self.writer.plain_sum(product))
        return min(options, key=lambda e: len(str(e)))

    def _shown_sum(self, polynomial: Any) -> Expr:
        return (
            self.writer.plain_sum(polynomial)
            if len(self.writer._groups(polynomial)) == 1
            else written(self.owner.polynomial(polynomial))
        )

    def _numbers(self) -> list[Expr]:
        """The rational coefficient, and one square root for all square roots of numbers and of pi."""
        radicand = Fraction(1)
        for polynomial, e in self.sums:
            if polynomial.is_constant():
                value = Fraction(str(polynomial.leading_coefficient()))
                whole, half = divmod(e, 1)
                self.coefficient *= value ** int(whole)
                radicand *= value if half else 1
        slot = next((i for i, g in enumerate(self.owner.generators) if g.key == "sqrt(pi)"), None)
        half_pi = self.exponents.get(slot, Fraction(0)) if slot is not None else Fraction(0)
        whole, odd = divmod(int(half_pi), 2)
        if odd and half_pi < 0:  # q sqrt(m)/sqrt(pi) = q m/sqrt(m pi)
            root = power(call("sqrt", mul(num(radicand), PI)), num(-1))
            pi = power(PI, num(whole + 1)) if whole + 1 else num(1)
            return [num(self.coefficient * radicand), pi, root]
        inner = mul(num(radicand), PI) if odd else num(radicand)
        root = num(1) if radicand == 1 and not odd else call("sqrt", inner)
        return [num(self.coefficient), power(PI, num(whole)) if whole else num(1), root]
