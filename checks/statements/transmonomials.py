r"""Exp-log monomials: what a formula is compared with as its variable tends to infinity.

A monomial is $m = \exp(\sum_i e_i b_i)$ with real constants $e_i \ne 0$ and $b_1 \succ b_2 \succ \dots$ that tend to
infinity: logarithms $L_j = \log \cdots \log x$, $L_0 = x$, or monomials again. So $x^a = \exp(a L_1)$,
$e^{-x} = \exp(-L_0)$, $x^x = \exp(x L_1)$. m tends to infinity if $e_1 > 0$, to 0 if $e_1 < 0$: the order is total.
Source: van der Hoeven 2006, Transseries and Real Differential Algebra, chapter 4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key

from analytic.field import Element
from checks.statements.series import NoSeriesError

#: Logarithms of logarithms further than this do not occur in anything that people write.
DEEPEST = 6
#: Exponents: rational as long as they can be, for speed.
Scalar = Fraction | Element


def lowered(x: Scalar) -> Scalar:
    """A rational number as a fraction."""
    if isinstance(x, Fraction):
        return x
    exact = x.rational
    return x if exact is None else exact


@dataclass(frozen=True)
class Monomial:
    """A monomial.

    Args:
        log: its logarithm, (base, exponent) with falling bases; a number j stands for L_j.
    """

    log: tuple[tuple[Base, Scalar], ...] = ()


Base = int | Monomial
ONE = Monomial()


def as_monomial(base: Base) -> Monomial:
    """The base as a monomial: L_j = exp(L_{j+1}).

    Raises:
        NoSeriesError: too many logarithms.
    """
    if isinstance(base, Monomial):
        return base
    if base >= DEEPEST:
        raise NoSeriesError(f"more than {DEEPEST} nested logarithms of the variable occur")
    return Monomial(((base + 1, Fraction(1)),))


def as_base(monomial: Monomial) -> Base:
    """The monomial as a base, in the one way it is written."""
    if len(monomial.log) == 1:
        base, exponent = monomial.log[0]
        if isinstance(base, int) and base > 0 and exponent == Fraction(1):
            return base - 1
    return monomial


class Monomials:
    """The ordered group of monomials.

    Args:
        sign: the sign of a constant that is no fraction; raises where it is not known.

    Example:
        >>> group = Monomials(lambda _: 0)
        >>> root, log = Monomial(((1, Fraction(1, 2)),)), as_monomial(1)
        >>> group.sign(group.ratio(root, log)), group.shown(group.product(root, log), "k")
        (1, 'k^(1/2)*log(k)')
    """

    def __init__(self, sign: Callable[[Element], int]) -> None:
        self._sign_of = sign
        self._known: dict[tuple[Monomial, Monomial], int] = {}

    def scalar_sign(self, x: Scalar) -> int:
        """The sign of a constant."""
        return (x > 0) - (x < 0) if isinstance(x, Fraction) else self._sign_of(x)

    def of(self, log: dict[Base, Scalar]) -> Monomial:
        """The monomial with that logarithm."""
        kept = {b: e for b, c in log.items() if (e := lowered(c))}
        if len(kept) < 2:
            return Monomial(tuple(kept.items()))

        def falling(x: Base, y: Base) -> int:
            return self._compared(y, x)

        bases = sorted(kept, key=cmp_to_key(falling))
        return Monomial(tuple((b, kept[b]) for b in bases))

    def product(self, x: Monomial, y: Monomial) -> Monomial:
        """x y."""
        if not x.log or not y.log:
            return x if x.log else y
        log = dict(x.log)
        for base, e in y.log:
            log[base] = log[base] + e if base in log else e
        return self.of(log)

    def power(self, x: Monomial, exponent: Scalar) -> Monomial:
        """x^exponent."""
        if not exponent:
            return ONE
        return Monomial(tuple((b, lowered(e * exponent)) for b, e in x.log))

    def ratio(self, x: Monomial, y: Monomial) -> Monomial:
        """x / y."""
        return self.product(x, self.power(y, Fraction(-1)))

    def sign(self, x: Monomial) -> int:
        """1 if it tends to infinity, -1 if to 0, 0 if it is 1."""
        return self.scalar_sign(x.log[0][1]) if x.log else 0

    def compared(self, x: Monomial, y: Monomial) -> int:
        """The sign of x / y: 1 if x is the larger one."""
        if x == y:
            return 0
        if (x, y) not in self._known:
            self._known[x, y] = self.sign(self.ratio(x, y))
        return self._known[x, y]

    def _compared(self, x: Base, y: Base) -> int:
        if isinstance(x, int) and isinstance(y, int):
            return (y > x) - (y < x)
        return self.compared(as_monomial(x), as_monomial(y))

    def largest(self, *monomials: Monomial | None) -> Monomial | None:
        """The largest one; None stands for 0."""
        found: Monomial | None = None
        for m in monomials:
            if m is not None and (found is None or self.compared(m, found) > 0):
                found = m
        return found

    def shown(self, x: Monomial, variable: str) -> str:
        """As text."""
        powers = [(b, e) for b, e in x.log if isinstance(b, int) and b]
        rest = [(b, e) for b, e in x.log if not isinstance(b, int) or not b]
        parts = [f"exp({' + '.join(_term(e, self._base(b, variable)) for b, e in rest)})"] if rest else []
        for b, e in powers:
            base = self._base(b - 1, variable)
            parts.append(base if e == Fraction(1) else f"{base}^{e}" if _natural(e) else f"{base}^({e})")
        return "*".join(parts).replace("+ -", "- ") or "1"

    def _base(self, base: Base, variable: str) -> str:
        if isinstance(base, Monomial):
            return self.shown(base, variable)
        return "log(" * base + variable + ")" * base


def _natural(e: Scalar) -> bool:
    return isinstance(e, Fraction) and e.denominator == 1 and e > 0


def _term(e: Scalar, base: str) -> str:
    if e == Fraction(1):
        return base
    if e == Fraction(-1):
        return f"-{base}"
    return f"{e}*{base}" if isinstance(e, Fraction) and e.denominator == 1 else f"({e})*{base}"
