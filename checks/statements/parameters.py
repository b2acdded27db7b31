"""Free parameters of a limit: the signs of constants for all their values, and simple values of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice, product
from math import floor
from typing import Any

from flint import arb

from analytic.algebra import evaluate
from analytic.balls import BallAlgebra, precision, rational
from analytic.closed_forms import ClosedForms
from analytic.constants import rational_value
from analytic.errors import AnalyticError
from analytic.field import Element
from analytic.formula import Expr, names, num
from analytic.writing import written
from checks.claim import Claim
from checks.domain import POSITIVE, read_domain
from checks.errors import ClaimError, VacuousClaimError
from checks.statements.inequality import Inequality
from checks.statements.problem import filled
from checks.statements.series import NoSeriesError
from checks.verdict import Outcome

#: Working precisions at which the sign of a constant is looked for.
BITS = (64, 256, 1024)
#: Values that are tried for a parameter, simple ones first; points looked at, and candidates for them.
VALUES = tuple(Fraction(x) for x in ("1", "1/2", "2", "0", "1/3", "3", "-1", "-1/2", "-2", "3/2", "1/10", "10"))
POINTS, CANDIDATES = 16, 400
#: Parts of a bounded domain at which a parameter is looked at, too.
SHARES = (0.95, 0.5)
Values = Mapping[str, Fraction]


class Parameters:
    """The parameters of a claim with their domains and assumptions.

    Args:
        claim: the claim.

    Example:
        >>> from checks.statements.asymptotics import Limit
        >>> found = Parameters(Claim("it", Limit("exp(-b*k)", "k", "oo", "0"), variables={"b": "(0, oo)"}))
        >>> K = found.field()
        >>> found.sign(K.parameter("b") + 1), [dict(p) for p in found.points()][0]
        (1, {'b': Fraction(1, 1)})
    """

    def __init__(self, claim: Claim) -> None:
        self.claim, self.assumptions = claim, claim.read_assumptions()
        self.domains = {n: read_domain(text) for n, text in claim.variables.items()}
        self._signs: dict[Element, int] = {}

    def field(self) -> ClosedForms:
        """The field of closed forms in the parameters."""
        norms = [n.strip("|") for n in self.domains if n.startswith("|")]
        names = [n for n in self.domains if not n.startswith("|")]
        positive = [n for n in names if self.domains[n].within(read_domain(POSITIVE))]
        return ClosedForms(norms, {}, (), positive, names)

    def sign(self, x: Element) -> int:
        """The sign of a constant whose normal form is not 0, the same for all values of the parameters.

        Raises:
            NoSeriesError: it is not known, or not the same.
        """
        exact = x.rational
        if exact is not None:
            return (exact > 0) - (exact < 0)
        if x not in self._signs:
            self._signs[x] = self._sign(x)
        return self._signs[x]

    def _sign(self, x: Element) -> int:
        assumed = self._assumed(x)
        if assumed:
            return assumed
        generators = [x.owner.generators[i] for i in x.owner.used(x)]
        if all(g.positive and g.function in ("", "exp") for g in generators):  # those are never 0
            above, below = (_common_sign(p) for p in (x.num, x.den))
            if above and below:
                return above * below
        parts = self._parts(x)
        if len(parts) > 1:
            total = 1
            for part, exponent in parts:
                total *= self.sign(part) ** exponent
            return total
        inner = generators[0].arguments if len(generators) == 1 and generators[0].function == "log" else ()
        if inner and isinstance(x.owner, ClosedForms) and x.owner.log(inner[0]) == x:
            return self._of_log(generators[0].arguments[0])
        return self._of_formula(written(x))

    def _assumed(self, x: Element) -> int:
        """The sign of a multiple of the difference of two sides that a strict assumption compares; 0 if it is none."""
        field = x.owner
        if not isinstance(field, ClosedForms):
            return 0
        for a in (a for a in self.assumptions if a.relation in ("<", ">")):
            try:
                larger = evaluate(a.left, field) - evaluate(a.right, field)
            except AnalyticError:
                continue
            factor = (x / larger).rational if larger else None
            if factor:
                return (1 if factor > 0 else -1) * (1 if a.relation == ">" else -1)
        return 0

    def _parts(self, x: Element) -> list[tuple[Element, int]]:
        """Irreducible factors, so that each may be looked at by itself."""
        found = []
        for polynomial in (x.num, x.den):
            content, factors = x.owner.factored(polynomial)
            parts = [(x.owner.polynomial(p), e) for p, e in factors]
            found += parts if content > 0 else [(x.owner.number(-1), 1), *parts]
        return found

    def _of_log(self, argument: Element) -> int:
        excess = argument - 1
        exact = excess.rational
        return self.sign(excess) if exact is None else (exact > 0) - (exact < 0)

    def _of_formula(self, formula: Expr) -> int:
        at = next(self.points(), None)
        guess = self._at(formula, at or {})
        if not self.domains and guess:
            return guess
        if guess and self._everywhere(formula, guess):
            return guess
        everywhere = " for all values of the parameters" if self.domains else ""
        raise NoSeriesError(f"the sign of {formula} is not known{everywhere}")

    def _at(self, formula: Expr, values: Values) -> int:
        for bits in BITS:
            with precision(bits):
                try:
                    value = evaluate(formula, self._algebra(values))
                except (AnalyticError, ZeroDivisionError):
                    return 0
                if value > 0 or value < 0:
                    return 1 if value > 0 else -1
        return 0

    def _algebra(self, values: Values) -> BallAlgebra:
        known: dict[str, arb] = {n: rational(x) for n, x in values.items()}
        return BallAlgebra({n.strip("|"): x for n, x in known.items() if n.startswith("|")}, None, known)

    def _everywhere(self, formula: Expr, sign: int) -> bool:
        from checks.statements.inequality_judge import evidence

        inside = names(formula)
        used = {n: text for n, text in self.claim.variables.items() if n.strip("|") in inside}
        known = {n.strip("|") for n in used} | {"pi"}
        kept = tuple(a.text for a in self.assumptions if names(a.left) | names(a.right) <= known)
        stated = Inequality(str(formula), ">" if sign > 0 else "<", "0")
        try:
            found = evidence(Claim("sign", stated, variables=used, assumptions=kept), 0, slip=True)
        except (AnalyticError, ClaimError, VacuousClaimError):
            return False
        return found.outcome in (Outcome.TRUE, Outcome.TRUE_IN_BALLS)

    def points(self) -> Iterator[dict[str, Fraction]]:
        """Simple values of all parameters that satisfy the assumptions."""
        choices = [self._choices(n) for n in self.domains]
        places = sorted(
            islice(product(*(range(len(c)) for c in choices)), CANDIDATES), key=lambda i: (max(i, default=0), sum(i))
        )
        candidates = ({n: c[i] for n, c, i in zip(self.domains, choices, at, strict=True)} for at in places)
        yield from islice((p for p in islice(candidates, CANDIDATES) if self._admits(p)), POINTS)

    def _choices(self, n: str) -> list[Fraction]:
        domain = self.domains[n]
        if domain.point is not None:
            value = rational_value(domain.point)
            if value is None:
                raise ClaimError(f"got {n} in {{{domain.point}}}, expected the number in the formula in place of {n}")
            return [value]
        with precision(BITS[0]):
            usual = [x for x in VALUES if domain.contains(rational(x))]
        low, high = (None if e is None else _between(e) for e in (domain.low, domain.high))
        if low is None or high is None:
            end = low or high
            return usual or (
                []
                if end is None
                else [_simplest(end[1], 2 * abs(end[1]) + 1)]
                if low
                else [-_simplest(-end[0], 2 * abs(end[0]) + 1)]
            )
        inside = _simplest(low[1], high[0]) if low[1] < high[0] else None
        near = [(low[1] + (high[0] - low[1]) * Fraction(share)).limit_denominator(1000) for share in SHARES]
        usual = usual[:1] + [x for x in near[:1] if x not in usual] + usual[1:] if usual else near[1:] + near[:1]
        with precision(BITS[-1]):
            found = [x for x in usual if domain.contains(rational(x))]
        return found or ([] if inside is None else [inside])

    def _admits(self, values: Values) -> bool:
        with precision(BITS[0]):
            algebra = self._algebra(values)
            try:
                return all(a.holds(evaluate(a.left, algebra), evaluate(a.right, algebra)) for a in self.assumptions)
            except AnalyticError:
                return False


def _between(end: Expr) -> tuple[Fraction, Fraction]:
    """Rational bounds of a number."""
    exact = rational_value(end)
    if exact is not None:
        return exact, exact
    with precision(BITS[-1]):
        ball = evaluate(end, BallAlgebra({}, None, {}))
        low, high = (Fraction(str(x.fmpq())) for x in (ball.lower(), ball.upper()))
    return low, high


def _simplest(low: Fraction, high: Fraction) -> Fraction:
    """The number of least denominator strictly between two numbers, by continued fractions."""
    whole = floor(low)
    if whole + 1 < high:
        return Fraction(whole + 1)
    if low == whole:
        return whole + Fraction(1, floor(1 / (high - whole)) + 1)
    return whole + 1 / _simplest(1 / (high - whole), 1 / (low - whole))


def _common_sign(polynomial: Any) -> int:
    """The sign that all coefficients have; 0 if they differ: a square of a difference is 0 somewhere."""
    signs = {(c > 0) - (c < 0) for c in polynomial.coeffs()}
    return int(signs.pop()) if len(signs) == 1 else 0


def placed(formula: Expr, values: Values) -> Expr:
    """The formula with numbers for the parameters."""
    return filled(formula, {n: num(x) for n, x in values.items()})
