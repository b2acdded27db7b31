r"""Inequalities in one variable by the sign of the derivative: f is at least what it tends to at the right end.

If f' > 0 on an open interval and $f \ge 0$ at its left end, as a value or as a limit, then f > 0 on it. The derivative
is a product of factors; the interval is cut at the roots of those that can be solved, the signs of the factors between
are proved one by one, by boxes or in the same way. Values at ends are normal forms or balls, limits exact series.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise

from flint import arb

from analytic.algebra import evaluate
from analytic.balls import BallAlgebra, finite, precision
from analytic.calculus import derivative
from analytic.closed_forms import ClosedForms
from analytic.errors import AnalyticError
from analytic.field import Element, monomial
from analytic.formula import Expr, name, num
from analytic.writing import written
from checks.domain import POSITIVE, Domain, read_domain
from checks.statements.problem import filled
from checks.statements.series import NoSeriesError
from checks.statements.transmonomials import as_monomial
from checks.statements.transseries import TransseriesAlgebra

#: Whether a factor is positive on an open interval, proved by somebody else.
Positive = Callable[[Expr, Domain], bool]
#: Terms of limits, working precision, and points at which functions are often cut.
TERMS, BITS = 6, 128
CUTS = (num(0), num(1))


def by_derivative(formula: Expr, variable: str, domain: Domain, strict: bool, positive: Positive) -> bool:
    """Whether f > 0 (f >= 0, if not strict) is proved on the domain.

    Args:
        formula: f, differentiable inside the domain.
        variable: its variable.
        domain: an interval.
        strict: whether 0 is forbidden.
        positive: decides about the factors of the derivative.

    Example:
        >>> from analytic.grammar import parse
        >>> always = lambda factor, piece: str(factor) == "exp(x)"
        >>> by_derivative(parse("exp(x) - 1"), "x", read_domain("(0, oo)"), True, always)
        True
    """
    try:
        return _Line(formula, variable, strict, positive).proved(domain)
    except (AnalyticError, ZeroDivisionError):
        return False


class _Line:
    def __init__(self, formula: Expr, variable: str, strict: bool, positive: Positive) -> None:
        self.formula, self.variable, self.strict, self.positive = formula, variable, strict, positive

    def proved(self, domain: Domain) -> bool:
        inside = domain.within(read_domain(POSITIVE)) or (domain.low is not None and domain.low == num(0))
        names = () if self.variable.startswith("|") else (self.variable,)
        norms = (self.variable.strip("|"),) if not names else ()
        field = ClosedForms(norms, {}, (), names if inside else (), names)
        slope = derivative(evaluate(self.formula, field), self.variable, field)
        if not slope:
            return False
        parts = [(field.polynomial(p), e) for q in (slope.num, slope.den) for p, e in field.factored(q)[1]]
        sign = 1 if field.factored(slope.num)[0] > 0 else -1
        pieces = self._pieces(domain, [p for p, e in parts if e % 2], field)
        signs = [self._sign(parts, sign, piece) for piece in pieces]
        return all(signs) and self._ends(pieces, signs, domain)

    def _sign(self, parts: list[tuple[Element, int]], sign: int, piece: Domain) -> int:
        """The sign of the derivative on an open piece; 0 if it is not known."""
        for part, exponent in parts:
            if part.rational is not None:
                continue
            formula = written(part)
            found = next((s for s in (1, -1) if self.positive(formula if s > 0 else -formula, piece)), 0)
            if not found:
                return 0
            sign *= found**exponent
        return sign

    def _ends(self, pieces: list[Domain], signs: list[int], domain: Domain) -> bool:
        """Whether f is not negative where it is smallest: at the left end of what rises, at the right of what falls."""
        for i, (piece, sign) in enumerate(zip(pieces, signs, strict=True)):
            left = sign > 0
            end = piece.low if left else piece.high
            outer = i == (0 if left else len(pieces) - 1)
            belongs = not (domain.low_open if left else domain.high_open) if outer else True
            if not outer and signs[i - 1 if left else i + 1] == sign:
                continue  # it goes on in the same direction beyond this end
            if not self._end(end, 1 if left else -1, belongs):
                return False
        return not self._undefined(domain)

    def _undefined(self, domain: Domain) -> bool:
        """Whether f has no value at an end that belongs to the domain."""
        ends = ((domain.low, domain.low_open), (domain.high, domain.high_open))
        return any(e is not None and not is_open and not finite(self._value(e)) for e, is_open in ends)

    def _value(self, at: Expr) -> arb:
        with precision(BITS):
            try:
                found: arb = evaluate(filled(self.formula, {self.variable: at}), BallAlgebra({}, None, {}))
            except (AnalyticError, ZeroDivisionError):
                return arb.nan()
            return found

    def _end(self, end: Expr | None, side: int, belongs: bool) -> bool:
        value = arb.nan() if end is None else self._value(end)
        if finite(value):
            if value > 0:
                return True
            exact = evaluate(filled(self.formula, {self.variable: end or num(0)}), ClosedForms())
            return not exact and not (belongs and self.strict)
        return not belongs and self._limit(end, side)

    def _limit(self, end: Expr | None, side: int) -> bool:
        """Whether f tends to something that is not negative."""
        algebra = TransseriesAlgebra(ClosedForms(), _sign_of, {}, TERMS)
        large = algebra.of(as_monomial(0), algebra.field.number(side if end is not None else -side))
        at = large if end is None else algebra.add(algebra.value(end), algebra.inverse(large))
        algebra.variables[self.variable] = at
        with precision(BITS):
            found = algebra.value(self.formula)
            size = algebra.size(found)
            if size is None or algebra.group.sign(size) < 0:
                return True
            return algebra.leading(found)[2] > 0

    def _pieces(self, domain: Domain, factors: list[Element], field: ClosedForms) -> list[Domain]:
        """The domain as open intervals between the roots that are found."""
        with precision(BITS):
            roots: list[tuple[arb, Expr]] = []
            for root in (*CUTS, *(r for f in factors for r in roots_of(f, self.variable, field))):
                value = evaluate(root, BallAlgebra({}, None, {}))
                if self._inside(value, domain) and not any(value.overlaps(v) for v, _ in roots):
                    roots.append((value, root))
            roots.sort(key=lambda r: float(r[0]))
        ends = [domain.low, *(r for _, r in roots), domain.high]
        return [Domain(a, b, True, True) for a, b in pairwise(ends)]

    def _inside(self, value: arb, domain: Domain) -> bool:
        at: BallAlgebra = BallAlgebra({}, None, {})
        above = domain.low is None or value > evaluate(domain.low, at)
        return finite(value) and above and (domain.high is None or bool(value < evaluate(domain.high, at)))


def _sign_of(x: Element) -> int:
    value = evaluate(written(x), BallAlgebra({}, None, {}))
    if not (value > 0 or value < 0):
        raise NoSeriesError(f"the sign of {x} is not known")
    return 1 if value > 0 else -1


def roots_of(factor: Element, variable: str, field: ClosedForms) -> Iterator[Expr]:
    """Roots of what is linear or quadratic in the variable, or linear in its logarithm or exponential."""
    this = name(variable) if not variable.startswith("|") else Expr("norm", (name(variable.strip("|")),))
    for slot in field.used(factor):
        generator = field.generators[slot]
        itself = generator.shown == this
        direct = len(generator.arguments) == 1 and written(generator.arguments[0]) == this
        if not itself and not (direct and generator.function in ("log", "exp")):
            continue
        parts = _coefficients(factor, slot, field)
        if len(parts) > 3 or any(variable.strip("|") in str(written(p)) for p in parts):
            continue
        for root in _solved(parts, field):
            if itself:
                yield written(root)
            elif generator.function == "log":
                yield written(field.exp(root))
            elif root and _sign_of(root) > 0:
                yield written(field.log(root))


def _solved(parts: list[Element], field: ClosedForms) -> list[Element]:
    if len(parts) == 2:
        return [-parts[0] / parts[1]]
    if len(parts) < 2:
        return []
    c, b, a = parts
    with precision(BITS):
        inside = b**2 - 4 * a * c
        value = evaluate(written(inside), BallAlgebra({}, None, {}))
        if not value > 0:
            return []
    root = field.square_root(inside)
    return [(-b + root) / (2 * a), (-b - root) / (2 * a)]


def _coefficients(factor: Element, slot: int, field: ClosedForms) -> list[Element]:
    """By powers of a generator; the denominator is 1."""
    found: dict[int, Element] = {}
    for m, c in factor.num.to_dict().items():
        rest = monomial({i: int(e) for i, e in enumerate(m) if e and i != slot})
        term = field.polynomial(rest) * Fraction(int(c.p), int(c.q))
        found[int(m[slot])] = found.get(int(m[slot]), field.zero) + term
    return [found.get(i, field.zero) for i in range(max(found, default=0) + 1)]
