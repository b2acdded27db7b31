r"""Taylor models in one variable over balls: functions enclosed on a whole interval, poles at its end included.

On a domain $u \in U$ (an interval with 0) a model says $f(u) = u^v\,(c_0 + c_1 u + \dots) + R\,u^e$ with balls $c_i$,
which hold the Taylor coefficients of f at 0, and a ball R for all $u \in U$. Where the domain begins at the pole, a
series with exact coefficients goes along: what it knows to be 0 is taken out, so that division by powers of u is exact
and the enclosure stays finite down to u = 0. A function with parameters (weights anywhere in a box) is enclosed for
every constant choice of them; what the exact series states does not depend on them.

Source: Makino and Berz (1996), Taylor models; remainders of division, root and arctangent from their residuals.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, arb_poly, arb_series

from analytic.balls import rational
from analytic.landscape.laurent import EXACT, Series
from analytic.landscape.uniform_companion import NO_COMPANION, Companion, WideBoxError

#: Parts of a domain on which denominators are enclosed.
PIECES = 8
#: How often a domain is halved to find the sign of a function on it.
BISECTIONS = 8


@dataclass(frozen=True, eq=False)
class TaylorModel:
    """A function on the domain of its ring.

    Args:
        ring: of models on one domain.
        valuation: v.
        polynomial: the balls c_i.
        end: e; EXACT if there is no remainder.
        remainder: R.
        series: the exact companion, or None.
    """

    ring: ModelRing
    valuation: int
    polynomial: arb_poly
    end: int
    remainder: arb
    series: Series | None

    def __neg__(self) -> TaylorModel:
        series = self.ring.companion.apply("neg", lambda x: -x, self.series)
        return TaylorModel(self.ring, self.valuation, -self.polynomial, self.end, -self.remainder, series)

    def __add__(self, other: TaylorModel) -> TaylorModel:
        x, y, ring = self, other, self.ring
        v = min(x.valuation, y.valuation)
        total = x.polynomial.left_shift(x.valuation - v) + y.polynomial.left_shift(y.valuation - v)
        series = ring.companion.apply("add", lambda a, b: a + b, x.series, y.series)
        return ring.folded(v, total, ((x.end, x.remainder), (y.end, y.remainder)), series)

    def __sub__(self, other: TaylorModel) -> TaylorModel:
        return self + -other

    def __mul__(self, other: TaylorModel) -> TaylorModel:
        x, y, ring = self, other, self.ring
        series = ring.companion.apply("mul", lambda a, b: a * b, x.series, y.series)
        rests = []
        if x.end != EXACT:
            rests.append((x.end + y.valuation, x.remainder * ring.over(y.polynomial)))
        if y.end != EXACT:
            rests.append((y.end + x.valuation, y.remainder * ring.over(x.polynomial)))
        if x.end != EXACT and y.end != EXACT:
            rests.append((x.end + y.end, x.remainder * y.remainder))
        return ring.folded(x.valuation + y.valuation, x.polynomial * y.polynomial, rests, series)

    def __truediv__(self, other: TaylorModel) -> TaylorModel:
        return self * other.inverse()

    def inverse(self) -> TaylorModel:
        """1 / x: with q the truncated series, 1/x - q = (1 - q x) / x."""
        ring, p, v = self.ring, self.polynomial, self.valuation
        terms, whole = self._terms(), self._unit_range()
        if whole.contains(0) or p[0].contains(0):
            raise WideBoxError("a denominator is not bounded away from 0")
        q = ring.polynomial(1 / ring.power_series(p, terms))
        rest = -(ring.over((q * p).right_shift(terms)) + ring.over(q) * self._rest_from(v + terms)) / whole
        series = ring.companion.apply("inverse", lambda x: x.inverse(), self.series)
        return ring.folded(-v, q, ((terms - v, rest),), series)

    def sqrt(self) -> TaylorModel:
        """The positive root: with r the truncated series, sqrt(x) - r = (x - r^2) / (sqrt(x) + r)."""
        ring, p, v = self.ring, self.polynomial, self.valuation
        terms, whole = self._terms(), self._unit_range()
        if v % 2 or not (p[0] > 0 and whole > 0):
            raise WideBoxError("a square root is taken of what is not bounded away from 0")
        r = ring.polynomial(ring.power_series(p, terms).sqrt())
        defect = ring.over(p.right_shift(terms)) - ring.over((r * r).right_shift(terms)) + self._rest_from(v + terms)
        below = whole.sqrt() + ring.over(r)
        if not below > 0:
            raise WideBoxError("a square root's series is not bounded away from 0")
        series = ring.companion.apply("sqrt", lambda x: x.sqrt(), self.series)
        return ring.folded(v // 2, r, ((v // 2 + terms, defect / below),), series)

    def arctangent(self, series: Series | None) -> TaylorModel:
        r"""atan(w), v >= 0: with T the truncated series, $(\mathrm{atan}\,W - T)' = (W' - T'(1 + W^2))/(1 + W^2)$."""
        ring = self.ring
        if self.valuation < 0:
            raise WideBoxError("an angle is taken of what is not bounded")
        W = self.polynomial.left_shift(self.valuation)
        terms = min(self.end, ring.terms + self.valuation)
        if terms < 1:
            raise WideBoxError("an angle is taken of what is known by a bound only")
        W, cut = W.truncate(terms), ring.over(W.right_shift(terms)) + self._rest_from(terms)
        T = ring.polynomial(ring.power_series(W, terms).atan())
        slope = T.derivative()
        residual = (W.derivative() - slope - slope * W * W).right_shift(terms - 1)
        flat = ring.over(W)
        moved = flat.union(flat + cut * ring.power(terms))
        rest = ring.over(residual) / (1 + flat * flat) / terms + cut / (1 + moved * moved)
        return ring.folded(0, T, ((terms, rest),), series)

    def without_remainder(self, ring: ModelRing) -> TaylorModel:
        """The Taylor polynomial, as a model on another domain about the same point."""
        series = self.series
        if series is not None and series.order > self.end:  # what is left out is not known to the polynomial
            series = series.truncated(self.end)
        return TaylorModel(ring, self.valuation, self.polynomial, EXACT, arb(0), series)

    def shifted(self, exponent: int) -> TaylorModel:
        """The model times u^exponent."""
        series = None if self.series is None else self.series.shifted(exponent)
        end = self.end if self.end == EXACT else self.end + exponent
        return TaylorModel(self.ring, self.valuation + exponent, self.polynomial, end, self.remainder, series)

    def _terms(self) -> int:
        return min(self.ring.terms, self.end - self.valuation)

    def _rest_from(self, end: int) -> arb:
        return arb(0) if self.end == EXACT else self.remainder * self.ring.power(self.end - end)

    def _unit_range(self) -> arb:
        """The values of f(u) / u^v on the domain."""
        ring = self.ring
        if self.polynomial.length() == 0:
            raise WideBoxError("a leading coefficient is unknown")
        found = self.polynomial(ring.pieces[0])
        for piece in ring.pieces[1:]:
            found = found.union(self.polynomial(piece))
        return found + self._rest_from(self.valuation)

    def bound(self, shift: int = 0) -> arb:
        """The values of f(u) / u^shift on the domain.

        Raises:
            WideBoxError: there may be a pole.
        """
        v = self.valuation - shift
        if v < 0 or (self.end != EXACT and self.end < shift):
            raise WideBoxError("a model is not known to be bounded")
        return self.ring.over(self.polynomial) * self.ring.power(v) + self._rest_from(shift)

    def is_positive(self) -> bool:
        """Whether f > 0 on the domain without 0, and its leading coefficient as well."""
        if (
            self.polynomial.length() == 0
            or not self.polynomial[0] > 0
            or not self.ring.has_positive_power(self.valuation)
        ):
            return False
        return self._positive_between(self.ring.low, self.ring.high, BISECTIONS)

    def _positive_between(self, low: arb, high: arb, deeper: int) -> bool:
        middle, half = (low + high) / 2, (high - low) / 2
        u = middle + arb(0, half.abs_upper())
        value = self.polynomial(u)
        if self.end != EXACT:
            value = value + self.remainder * _power(u, self.end - self.valuation)
        if value > 0:
            return True
        if not deeper or not value.abs_upper() > 0 or value < 0:
            return False
        return self._positive_between(low, middle, deeper - 1) and self._positive_between(middle, high, deeper - 1)

    def at(self, u: arb) -> arb:
        """The value at a point of the domain."""
        value = self.polynomial(u) * u**self.valuation if self.valuation else self.polynomial(u)
        return value if self.end == EXACT else value + self.remainder * u**self.end


class ModelRing:
    """Models on one domain; an arithmetic for programs.

    Args:
        terms: how many coefficients models keep.
        low: begin of the domain, at most 0.
        high: its end, at least 0.
        centre: what the variable is at u = 0.
        companion: for domains that begin at a pole, exact series.

    Example:
        >>> from analytic.landscape.uniform_companion import working
        >>> with working(128, 8):
        ...     ring = ModelRing(8, arb(-1) / 8, arb(1) / 8, arb(2))
        ...     ring.variable.sqrt().at(arb(0)).overlaps(arb(2).sqrt())
        True
    """

    def __init__(self, terms: int, low: arb, high: arb, centre: arb, companion: Companion | None = None) -> None:
        self.terms, self.low, self.high = terms, low, high
        self.domain, self.centre = low.union(high), centre
        self.companion = companion or NO_COMPANION
        self.exact = companion is not None
        self.pieces = _cover(low, high)
        self._powers: dict[int, arb] = {0: arb(1)}
        self.variable = self.model(arb_poly([centre, 1]), companion.ring.variable if companion else None)

    def model(self, polynomial: arb_poly, series: Series | None = None) -> TaylorModel:
        """A polynomial without remainder."""
        return self.folded(0, polynomial, (), series)

    def number(self, value: Fraction) -> TaylorModel:
        """The rational number."""
        value = Fraction(value)
        return self.model(arb_poly([rational(value)]), self.companion.number(value) if self.exact else None)

    def pi(self) -> TaylorModel:
        """The constant pi."""
        if not self.exact:
            return self.model(arb_poly([arb.pi()]))
        companion = self.companion
        return self.model(arb_poly([arb.pi()]), companion.apply("pi", companion.ring.pi))

    def sqrt(self, x: TaylorModel) -> TaylorModel:
        """The positive square root."""
        return x.sqrt()

    def atan2(self, y: TaylorModel, x: TaylorModel) -> TaylorModel:
        """The angle of (x, y), y > 0."""
        companion = self.companion
        whole = companion.apply("atan2", companion.ring.atan2, y.series, x.series) if self.exact else None
        if self._flat(y, x):
            ratio = y / x
            turn = self.model(arb_poly([arb(0) if x.polynomial[0] > 0 else arb.pi()]))
            angle = turn + ratio.arctangent(None)
        else:
            angle = self.model(arb_poly([arb.pi() / 2])) - (x / y).arctangent(None)
        rests = () if angle.end == EXACT else ((angle.end, angle.remainder),)
        return self.folded(angle.valuation, angle.polynomial, rests, whole)

    def _flat(self, y: TaylorModel, x: TaylorModel) -> bool:
        """Whether the angle is nearer to 0 or pi than to pi / 2."""
        if x.polynomial.length() == 0 or x.valuation != y.valuation:
            return x.valuation < y.valuation and x.polynomial.length() > 0
        return bool(abs(x.polynomial[0]).mid() > abs(y.polynomial[0]).mid())

    # what models are made of

    def over(self, p: arb_poly) -> arb:
        """The values of a polynomial on the domain."""
        return p(self.domain) if p.length() else arb(0)

    def power(self, n: int) -> arb:
        """The values of u^n on the domain, n >= 0."""
        if n not in self._powers:
            ends = self.low**n, self.high**n
            found = ends[0].union(ends[1])
            self._powers[n] = found.union(arb(0)) if n % 2 == 0 else found
        return self._powers[n]

    def has_positive_power(self, n: int) -> bool:
        """Whether u^n > 0 on the domain without 0."""
        return n == 0 or not self.low < 0

    def power_series(self, p: arb_poly, terms: int) -> arb_series:
        """The polynomial as a power series."""
        return arb_series(p.truncate(terms).coeffs(), terms)

    def polynomial(self, x: arb_series) -> arb_poly:
        """A power series' coefficients."""
        return arb_poly(x.coeffs())

    def folded(
        self,
        valuation: int,
        polynomial: arb_poly,
        rests: Any,
        series: Series | None,
    ) -> TaylorModel:
        """A model in normal form: no coefficients that are known to be 0 in front, no more terms than are kept."""
        v, p = valuation, polynomial
        last = min((e for e, _ in rests if e != EXACT), default=EXACT)
        if last < v:
            v, p = last, p.left_shift(v - last)
        if series is not None and series.first > v:
            skip = min(series.first, v + p.length(), last) - v
            v, p = v + skip, p.right_shift(skip)
        if p.length() == 0 and last != EXACT:
            v = last
        end = last
        if p.length() > min(self.terms, end - v):
            end = min(v + self.terms, end)
        if end == EXACT:
            return TaylorModel(self, v, p, EXACT, arb(0), series)
        rest = self.over(p.right_shift(end - v)) if p.length() > end - v else arb(0)
        for e, r in rests:
            if e != EXACT:
                rest = rest + r * self.power(e - end)
        if not rest.is_finite():
            raise WideBoxError("a remainder is not finite")
        return TaylorModel(self, v, p.truncate(end - v), end, rest, series)


def _power(u: arb, n: int) -> arb:
    """u^n, n >= 0, for balls around 0 too (of which ``**`` makes nothing)."""
    value: arb = arb_poly([0] * n + [1])(u)
    return value


def _cover(low: arb, high: arb) -> list[arb]:
    step = (high - low) / PIECES
    return [(low + i * step).union(low + (i + 1) * step) for i in range(PIECES)]
