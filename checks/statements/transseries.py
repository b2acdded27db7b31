r"""Exp-log series: $\sum_i c_i m_i + O(m)$ with falling monomials, what a formula is as its variable tends to infinity.

Coefficients are closed forms without the variable, parameters among them: one is taken for 0 only if its normal form
is, and for a number of some sign only if that is proved for all values of the parameters. Every series knows where its
knowledge ends, so that what cancels is lost honestly. Source: van der Hoeven 2006, chapter 4; Gruntz 1996.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key

from analytic.closed_forms import ClosedForms
from analytic.constants import rational_value
from analytic.errors import FormulaError
from analytic.field import Element
from analytic.formula import Expr
from checks.statements.series import NoSeriesError
from checks.statements.transmonomials import ONE, Monomial, Monomials, Scalar, as_base, as_monomial, lowered

Term = tuple[Monomial, Element]


@dataclass(frozen=True)
class Transseries:
    """A series.

    Args:
        terms: with falling monomials; no coefficient has the normal form 0.
        rest: what is left out is O of this monomial; None if nothing is.
    """

    terms: tuple[Term, ...]
    rest: Monomial | None = None


class TransseriesAlgebra:
    """Series to a number of terms, and the evaluation of formulas in them; used within ``precision``.

    Args:
        field: of the coefficients.
        sign: the sign of a coefficient that is not rational; raises where it is not known.
        variables: formula name -> series.
        cap: how many terms are kept.

    Example:
        >>> from analytic.grammar import parse
        >>> K = TransseriesAlgebra(ClosedForms(), lambda _: 1, {}, 6)
        >>> K.variables["k"] = K.of(as_monomial(0))
        >>> print(K.shown(K.value(parse("k*(2^(1/k) - 1)")), "k", 2))
        (log(2)) + (log(2)^2/2)*k^(-1)
    """

    def __init__(
        self, field: ClosedForms, sign: Callable[[Element], int], variables: dict[str, Transseries], cap: int
    ) -> None:
        self.field, self.variables, self.cap = field, variables, cap
        self.group = Monomials(sign)

    # constants

    def of(self, monomial: Monomial, coefficient: Element | None = None) -> Transseries:
        """One term."""
        return Transseries(((monomial, self.field.one if coefficient is None else coefficient),))

    def constant(self, value: Element) -> Transseries:
        """A constant."""
        return self.of(ONE, value) if value else Transseries(())

    def number(self, value: Fraction | int) -> Transseries:
        """A rational number."""
        return self.constant(self.field.number(value))

    def bounded(self, monomial: Monomial) -> Transseries:
        """O(monomial)."""
        return Transseries((), monomial)

    def element(self, x: Scalar) -> Element:
        """A scalar as an element of the field."""
        return self.field.number(x) if isinstance(x, Fraction) else x

    def constant_value(self, x: Transseries) -> Element | None:
        """The constant that a series is exactly, or None."""
        if x.rest is not None or len(x.terms) > 1 or (x.terms and x.terms[0][0] != ONE):
            return None
        return x.terms[0][1] if x.terms else self.field.zero

    # arithmetic

    def normal(self, terms: Iterable[Term], rest: Monomial | None) -> Transseries:
        """The series in normal form."""
        total: dict[Monomial, Element] = {}
        for m, c in terms:
            total[m] = total[m] + c if m in total else c
        kept = [m for m, c in total.items() if c and (rest is None or self.group.compared(m, rest) > 0)]
        kept.sort(key=cmp_to_key(lambda x, y: -self.group.compared(x, y)))
        if len(kept) > self.cap:
            rest = kept[self.cap]  # larger than what was left out before
        return Transseries(tuple((m, total[m]) for m in kept[: self.cap]), rest)

    def add(self, *series: Transseries) -> Transseries:
        """The sum."""
        return self.normal((t for x in series for t in x.terms), self.group.largest(*(x.rest for x in series)))

    def negative(self, x: Transseries) -> Transseries:
        """Minus x."""
        return Transseries(tuple((m, -c) for m, c in x.terms), x.rest)

    def minus(self, x: Transseries, y: Transseries) -> Transseries:
        """The difference."""
        return self.add(x, self.negative(y))

    def size(self, x: Transseries) -> Monomial | None:
        """A monomial m with x = O(m); None for 0."""
        return x.terms[0][0] if x.terms else x.rest

    def mul(self, x: Transseries, y: Transseries) -> Transseries:
        """The product."""
        product = self.group.product
        sizes = ((self.size(x), y.rest), (x.rest, self.size(y)))
        rest = self.group.largest(*(product(a, b) for a, b in sizes if a is not None and b is not None))
        return self.normal(((product(m, n), c * d) for m, c in x.terms for n, d in y.terms), rest)

    def scaled(self, c: Element, x: Transseries) -> Transseries:
        """c x."""
        return Transseries(tuple((m, c * d) for m, d in x.terms), x.rest) if c else Transseries(())

    def leading(self, x: Transseries) -> tuple[Monomial, Element, int]:
        """The first term and the sign of its coefficient.

        Raises:
            NoSeriesError: it is not known.
        """
        if not x.terms:
            raise NoSeriesError("a leading term is not known: everything cancels, or it is 0")
        m, c = x.terms[0]
        return m, c, self.sign_of(c)

    def sign_of(self, c: Element) -> int:
        """The sign of a coefficient."""
        exact = c.rational
        return self.group.scalar_sign(c) if exact is None else (exact > 0) - (exact < 0)

    def sign(self, x: Transseries) -> int:
        """The sign for large values of the variable."""
        return 0 if not x.terms and x.rest is None else self.leading(x)[2]

    def unit(self, x: Transseries) -> tuple[Monomial, Element, int, Transseries]:
        """x = c m (1 + epsilon): m, c, the sign of c, and epsilon."""
        m, c, sign = self.leading(x)
        inverse, over = 1 / c, self.group.power(m, Fraction(-1))
        rest = None if x.rest is None else self.group.product(x.rest, over)
        small = ((self.group.product(n, over), d * inverse) for n, d in x.terms[1:])
        return m, c, sign, self.normal(small, rest)

    def composed(self, coefficient: Callable[[int], Element], x: Transseries) -> Transseries:
        """f(x) for x that tends to 0, from the coefficients of f, an asymptotic series at 0."""
        size = self.size(x)
        if size is None:
            return self.constant(coefficient(0))
        if self.group.sign(size) >= 0:
            raise NoSeriesError("a power series is taken of something that does not tend to 0")
        total, power = self.constant(coefficient(0)), self.number(1)
        for n in range(1, self.cap + 1):
            power = self.mul(power, x)
            total = self.add(total, self.scaled(coefficient(n), power))
        return self.add(total, self.bounded(self.group.power(size, Fraction(self.cap + 1))))

    def inverse(self, x: Transseries) -> Transseries:
        """1 / x."""
        m, c, _, small = self.unit(x)
        found = self.composed(lambda n: self.field.number((-1) ** n), small)
        return self.mul(self.of(self.group.power(m, Fraction(-1)), 1 / c), found)

    def split(self, x: Transseries) -> tuple[list[Term], Element, Transseries]:
        """What tends to infinity, the constant, and what tends to 0.

        Raises:
            NoSeriesError: they cannot be told apart.
        """
        if x.rest is not None and self.group.sign(x.rest) >= 0:
            raise NoSeriesError("a function is taken of something that is not known up to what tends to 0")
        big = [t for t in x.terms if self.group.sign(t[0]) > 0]
        constant = next((c for m, c in x.terms if m == ONE), self.field.zero)
        small = tuple(t for t in x.terms if self.group.sign(t[0]) < 0)
        return big, constant, Transseries(small, x.rest)

    # powers, exponentials, logarithms

    def exp(self, x: Transseries) -> Transseries:
        """The exponential."""
        big, constant, small = self.split(x)
        monomial = self.group.of({as_base(m): c for m, c in big})
        factorials = [Fraction(1)]
        for n in range(1, self.cap + 1):
            factorials.append(factorials[-1] / n)
        found = self.composed(lambda n: self.field.number(factorials[n]), small)
        return self.mul(self.of(monomial, self.constant_exp(constant)), found)

    def constant_exp(self, x: Element) -> Element:
        """The exponential of a constant; that of a logarithm's multiple is a power."""
        total, field = self.field.one, self.field
        for atom, q in field.linear_parts(x):
            argument = self._inside_log(atom)
            if argument is not None and (2 * q).denominator == 1 and abs(q) < 20:
                total = total * field.power(argument, q)
            else:
                total = total * field.exp(atom * field.number(q))
        return total

    def _inside_log(self, atom: Element) -> Element | None:
        slots = self.field.used(atom)
        if len(slots) != 1:
            return None
        generator = self.field.generators[slots[0]]
        whole = generator.function == "log" and self.field.log(generator.arguments[0]) == atom
        return generator.arguments[0] if whole else None

    def log(self, x: Transseries) -> Transseries:
        """The logarithm."""
        m, c, sign, small = self.unit(x)
        if sign <= 0:
            raise NoSeriesError("a logarithm of a number that is not positive stands there")
        parts = [self.of(as_monomial(b), self.element(e)) for b, e in m.log]
        slope = self.composed(lambda n: self.field.number(Fraction((-1) ** (n + 1), n) if n else 0), small)
        return self.add(self.constant(self.field.log(c)), *parts, slope)

    def power(self, x: Transseries, exponent: Scalar) -> Transseries:
        """The power; the real one where the exponent is no integer, so that x must be positive."""
        exponent = lowered(exponent)
        if not x.terms and x.rest is None and self.group.scalar_sign(exponent) > 0:
            return x
        whole = isinstance(exponent, Fraction) and exponent.denominator == 1
        if isinstance(exponent, Fraction) and whole and 0 <= exponent <= 4 and x.terms:
            found = self.number(1)
            for _ in range(int(exponent)):
                found = self.mul(found, x)
            return found
        m, c, sign, small = self.unit(x)
        if not whole and sign < 0:
            raise NoSeriesError("a power of a negative number stands there: no real value")
        if isinstance(exponent, Fraction) and (2 * exponent).denominator == 1:
            first = self.field.power(c, exponent)
        else:
            first = self.field.one if c == 1 else self.constant_exp(self.field.log(c) * exponent)
        e, found_coefficients = self.element(exponent), [self.field.one]
        for n in range(self.cap):
            found_coefficients.append(found_coefficients[-1] * (e - n) * Fraction(1, n + 1))
        return self.mul(
            self.of(self.group.power(m, exponent), first), self.composed(lambda n: found_coefficients[n], small)
        )

    def raised(self, x: Transseries, y: Transseries) -> Transseries:
        """x^y."""
        exponent = self.constant_value(y)
        if exponent is not None:
            return self.power(x, lowered(exponent))
        return self.exp(self.mul(y, self.log(x)))

    # formulas

    def value(self, expr: Expr) -> Transseries:
        """The series of a formula.

        Raises:
            NoSeriesError: it has none.
            FormulaError: it has a name or a function that is not known.
        """
        if expr.head == "num":
            return self.number(expr.fraction)
        if expr.head in ("name", "norm"):
            return self._named(expr)
        if expr.head == "add":
            return self.add(*(self.value(c) for c in expr.children))
        if expr.head == "mul":
            total = self.value(expr.children[0])
            for child in expr.children[1:]:
                total = self.mul(total, self.value(child))
            return total
        if expr.head == "pow":
            base, exponent = self.value(expr.children[0]), rational_value(expr.children[1])
            if exponent is not None:
                return self.power(base, exponent)
            return self.raised(base, self.value(expr.children[1]))
        if expr.head == "call":
            from checks.statements.transseries_functions import applied

            function, *arguments = expr.children
            return applied(self, function.identifier, [self.value(a) for a in arguments])
        raise FormulaError(f"got {expr}, expected a closed form: no expectation or inner product may stand here")

    def _named(self, expr: Expr) -> Transseries:
        text = str(expr)
        if text in self.variables:
            return self.variables[text]
        if text == "pi":
            return self.constant(self.field.pi())
        if expr.head == "name" and text in (self.field.parameters or ()):
            return self.constant(self.field.parameter(text))
        if expr.head == "norm" and expr.children[0].identifier in self.field.norms:
            return self.constant(self.field.norm(expr.children[0].identifier))
        known = ", ".join(self.variables)
        if text in ("theta", "rho"):
            raise FormulaError(f"got {text} in a limit in {known}, expected the angle or correlation as a number")
        raise FormulaError(
            f"got the name {text!r}, expected a formula in {known}; declare a parameter by its domain, such as "
            f"variables={{'{text.strip('|')}': '(0, oo)'}}"
        )

    def shown(self, x: Transseries, variable: str, most: int = 3) -> str:
        """The first terms as text."""
        texts = [(f"({c})", self.group.shown(m, variable)) for m, c in x.terms[:most]]
        return " + ".join(c if m == "1" else f"{c}*{m}" for c, m in texts) or "0"
