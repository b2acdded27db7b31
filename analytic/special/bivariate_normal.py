r"""The bivariate normal distribution function $\Phi_2(h, k; \rho) = P(X \le h, Y \le k)$."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flint import acb, arb, ctx

from analytic.balls import finite, precision
from analytic.special.enclosing import GUARD, ends, tight
from analytic.special.normal_cdf import normal_cdf, phi_cdf_ball
from analytic.special.owens_t import owens_t

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]


def bivariate_cdf_ball(h: arb, k: arb, rho: arb, complement: arb | None = None) -> arb:
    r"""$\Phi_2(h, k; \rho)$ with relative accuracy, for every sign and every $\rho \in [-1, 1]$.

    Plackett's integral from $\rho = -1$, in Fisher's variable $\rho = \tanh y$, has a positive integrand without any
    cancellation: with $s = h + k$ and $d = h - k$
    $$\Phi_2 = \max(0, \Phi(h) - \Phi(-k)) + \frac1{2\pi} \int_{-\infty}^{\operatorname{artanh} \rho}
      \exp\left(-\frac{s^2}8 (1 + e^{-2y}) - \frac{d^2}8 (1 + e^{2y})\right) \frac{dy}{\cosh y}.$$

    Args:
        h: a real ball, may be infinite.
        k: a real ball, may be infinite.
        rho: a real ball; what lies outside [-1, 1] is cut off, since a correlation is inside.
        complement: a ball around $\sqrt{1 - \rho^2}$, if the caller knows it better than rho near 1 or -1.

    Returns:
        A ball around the probability; its hull over all corners if an argument is not exact, since it increases with
        h, k and rho; NaN if an argument is NaN or no correlation.

    Source: Plackett 1954, eq. (3).

    Example:
        >>> bivariate_cdf_ball(arb(0), arb(0), arb(1) / 2).overlaps(arb(1) / 3)
        True
    """
    if h.is_nan() or k.is_nan() or rho.is_nan() or rho > 1 or rho < -1:
        return arb.nan()
    if h.is_exact() and k.is_exact() and rho.is_exact() and complement is None:
        return _corner(h, k, lambda: _artanh(rho))
    limits = _limits(rho, complement)
    if limits is None:
        return arb.nan()
    low, high = (_corner(*corner) for corner in zip(ends(h), ends(k), limits, strict=True))
    return low.union(high)


def _corner(h: arb, k: arb, limit: Callable[[], arb]) -> arb:
    """The probability at exact h and k, and a limit that is known as well as one likes.

    Far out the bounds of Frechet (1951) alone are tight, where the integral would need thousands of bits.
    """
    least, greatest = tight(lambda: _least_probability(h, k)), phi_cdf_ball(h if h < k else k)
    bounds = least.union(greatest)
    if bounds.rel_accuracy_bits() >= int(ctx.prec) - 2:
        return bounds
    value = tight(lambda: _at(h, k, limit()))
    return bounds.intersection(value) if finite(value) else bounds


def _least_probability(h: arb, k: arb) -> arb:
    """The probability at correlation -1."""
    return arb(0) if h <= -k else (phi_cdf_ball(h) - phi_cdf_ball(-k)).max(arb(0))


def _artanh(rho: arb) -> arb:
    if rho == 1 or rho == -1:
        return arb.pos_inf() if rho > 0 else arb.neg_inf()
    return ((1 + rho) / (1 - rho)).log() / 2


def _limits(rho: arb, complement: arb | None) -> tuple[Callable[[], arb], Callable[[], arb]] | None:
    """The two ends of artanh rho; None if the complement is nonsense."""
    low, high = ends(rho)
    low, high = (arb(-1) if low < -1 else low), (arb(1) if high > 1 else high)
    if complement is None:
        return (lambda: _artanh(low)), (lambda: _artanh(high))
    smallest, largest = ends(complement)
    if complement.is_nan() or largest < 0 or smallest > 1:
        return None
    smallest, largest = (arb(0) if smallest < 0 else smallest), (arb(1) if largest > 1 else largest)
    with precision(int(ctx.prec) + GUARD):
        # e^y = (1 + rho)/c = c/(1 - rho); each end by the form whose numerator or denominator is far from 0
        first = (1 + low) / largest if low >= 0 else smallest / (1 - low)
        last = (1 + high) / smallest if high >= 0 else largest / (1 - high)
        lower = _least(first.log().lower(), _artanh(low).lower()) if first > 0 else _artanh(low).lower()
        upper = -_least(-last.log().upper(), -_artanh(high).upper()) if finite(last) else _artanh(high).upper()
    return (lambda: lower), (lambda: upper)


def _least(x: arb, y: arb) -> arb:
    """The larger lower bound, or the one that is known: both hold."""
    return x if not finite(y) or x > y else y


def _at(h: arb, k: arb, limit: arb) -> arb:
    """The probability at exact h and k at the current precision."""
    if not (finite(h) and finite(k)):
        if (h < 0 and not finite(h)) or (k < 0 and not finite(k)):
            return arb(0)
        return phi_cdf_ball(k if not finite(h) else h)
    if limit.is_nan():
        return limit
    if not finite(limit) and limit > 0:
        return phi_cdf_ball(h if h < k else k)
    base = _least_probability(h, k)
    return base if not finite(limit) else base + _Plackett(h, k, limit).integral() / (2 * arb.pi())


class _Plackett:
    r"""The integral up to a limit of the log-concave function $e^{L(y)}$, taken around its greatest value.

    Args:
        h: exact first threshold.
        k: exact second threshold.
        limit: finite upper limit.
    """

    def __init__(self, h: arb, k: arb, limit: arb) -> None:
        self.p, self.q, self.limit = (h + k) ** 2 / 8, (h - k) ** 2 / 8, limit
        self.goal = int(ctx.prec) + 10
        top = self._root()
        self.peak = limit.mid() if top > limit.mid() else top

    def slope(self, y: arb) -> arb:
        """The derivative of L; decreasing."""
        square = (2 * y).exp()
        return 2 * self.p / square - 2 * self.q * square - y.tanh()

    def exponent(self, y: arb) -> arb:
        """L without the term of cosh."""
        square = (2 * y).exp()
        return -self.p * (1 + 1 / square) - self.q * (1 + square)

    def _root(self) -> arb:
        """Roughly where the slope vanishes; only the speed depends on it."""
        man, exp = (self.p + self.q).mid().man_exp()
        extra = 2 * max(0, int(man).bit_length() + int(exp))  # the peak of a large p and q is as narrow as their root
        with precision(64 + extra):
            low, high = arb(-1), arb(1)
            while not self.slope(low) > 0 and low > -1e9:
                low *= 2
            while not self.slope(high) < 0 and high < 1e9:
                high *= 2
            for _ in range(60 + extra):
                middle = ((low + high) / 2).mid()
                low, high = (middle, high) if self.slope(middle).mid() > 0 else (low, middle)
            return low.mid()

    def _width(self) -> arb:
        """The scale on which the function varies about its peak."""
        with precision(64):
            square = (2 * self.peak).exp().mid()
            curvature = 4 * (self.p.mid() / square + self.q.mid() * square) + 1 / self.peak.cosh().mid() ** 2
            return (1 / (curvature.sqrt() + abs(self.slope(self.peak)))).mid()

    def _edge(self, step: arb) -> arb:
        """The first of the points peak + step, + 2 step, + 4 step, ... beyond which the rest is negligible."""
        here = self.exponent(self.peak) - self.peak.cosh().log()
        for doubling in range(64):
            edge = (self.peak + step * arb(2) ** doubling).mid()
            drop = here - self.exponent(edge) + edge.cosh().log()
            falls = self.slope(edge) * (-1 if step > 0 else 1) > 0
            if edge >= self.limit or (falls and drop > self.goal * arb(2).log()):
                break
        return edge

    def _rest(self, edge: arb, height: arb) -> arb:
        """At least 0, at most the integral beyond an edge: a log-concave function decays faster than its tangent."""
        bound = (self.exponent(edge) - height).exp() / edge.cosh() / abs(self.slope(edge))
        return arb(0, 1) * bound.upper()

    def integral(self) -> arb:
        """The integral from minus infinity to the limit."""
        width, height = self._width(), self.exponent(self.peak)
        left, right = self._edge(-width), self._edge(width)
        cut = bool(right < self.limit)
        end = right if cut else self.limit

        def relative(y: acb, _: bool) -> acb:
            # meromorphic: a box around a zero of cosh gives an infinite ball by itself
            t = y - self.peak
            if abs(t) < 1:  # nothing large cancels here, however narrow the peak is
                sinh = t.sinh()
                return (sinh * (tilt * t.cosh() - fall * sinh)).exp() / y.cosh()
            root = y.exp()
            square = root * root
            return (-self.p * (1 + 1 / square) - self.q * (1 + square) - height).exp() * 2 * root / (1 + square)

        below, above = 2 * self.p * (-2 * self.peak).exp(), 2 * self.q * (2 * self.peak).exp()
        tilt, fall = below - above, below + above
        tolerance = width / self.peak.cosh().mid() * arb(2) ** -self.goal
        body = acb.integral(relative, acb(left), acb(end), abs_tol=tolerance.mid()).real
        body += self._rest(left, height) if self.slope(left) > 0 else arb.nan()
        if cut:
            body += self._rest(right, height) if self.slope(right) < 0 else arb.nan()
        return height.exp() * body


def bivariate_cdf(h: ArrayLike, k: ArrayLike, rho: ArrayLike, complement: ArrayLike | None = None) -> FloatArray:
    r"""$\Phi_2(h, k; \rho)$ in float64, by two values of Owen's T; absolute error at most 6e-16 (measured: 1.7e-16).

    The slopes $(k - \rho h)/(h\sqrt{1 - \rho^2})$ are formed as $((k - h) + (1 - \rho)h)/\dots$ for $\rho \ge 0$ and
    $((k + h) - (1 + \rho)h)/\dots$ else: nothing cancels that matters near $\rho = \pm1$.

    Args:
        h: finite thresholds, any shape.
        k: finite thresholds, of a shape that broadcasts.
        rho: correlations in [-1, 1], of a shape that broadcasts.
        complement: $\sqrt{1 - \rho^2}$ if known better than from rho.

    Returns:
        The probabilities, in the common shape.

    Source: Owen 1956, eq. (2.1).

    Example:
        >>> round(float(bivariate_cdf(0.0, 0.0, 0.5)), 15)
        0.333333333333333
    """
    import numpy as np

    x, y, r = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (h, k, rho)))
    c = np.sqrt((1.0 - r) * (1.0 + r)) if complement is None else np.asarray(complement, dtype=np.float64)
    gap = c * c / (1.0 + np.abs(r)) if complement is not None else 1.0 - np.abs(r)
    below = (x * y < 0.0) | ((np.minimum(np.abs(x), np.abs(y)) == 0.0) & (x + y < 0.0))
    below |= (np.sign(x) * np.sign(y)) < 0.0  # the product of two tiny numbers underflows
    t = owens_t(x, _slope(x, y, r, c, gap)) + owens_t(y, _slope(y, x, r, c, gap))
    inside = 0.5 * (normal_cdf(x) + normal_cdf(y)) - t - np.where(below, 0.5, 0.0)
    upper, lower = normal_cdf(np.minimum(x, y)), np.maximum(0.0, normal_cdf(x) - normal_cdf(-y))
    origin = (x == 0.0) & (y == 0.0)
    inside = np.where(origin, 0.25 + np.arctan2(r, c) / (2.0 * np.pi), inside)
    inside = np.where(c > 0.0, inside, np.where(r > 0.0, upper, lower))
    return np.asarray(np.clip(inside, lower, upper), dtype=np.float64)


def _slope(h: FloatArray, k: FloatArray, rho: FloatArray, complement: FloatArray, gap: FloatArray) -> FloatArray:
    """(k - rho h)/(h complement), given 1 - |rho|; infinite, with the sign of k, where h vanishes."""
    import numpy as np

    sign = np.where(rho >= 0.0, 1.0, -1.0)
    numerator = (k - sign * h) + sign * gap * h
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        slope = numerator / h / complement
        return np.asarray(np.where(h == 0.0, np.copysign(np.inf, k), np.where(complement > 0.0, slope, 0.0)))
