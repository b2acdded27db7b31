r"""The map of variances and correlations from layer to layer, its fixed points in rigorous balls, and their stability.

$$V(q) = \sigma_b^2 + \sigma_w^2 E\varphi(\sqrt q z)^2, \qquad
  C(c) = (\sigma_b^2 + \sigma_w^2 E[\varphi(u)\varphi(v)])/q^*, \quad (u, v) \sim N(0, q^* (1, c; c, 1)).$$

By the Hermite expansion $C(c) = \sum_k a_k c^k$ with $a_k \ge 0$ and C(1) = 1. Hence C is convex on [0, 1] and has
besides 1 at most one fixed point there, exactly one if $\chi_1 = C'(1) > 1$ and none if $\chi_1 \le 1$ (unless C is the
identity). Below 0 there is at most c = -1, and that only if C is odd: with C = E + O in even and odd powers,
E(x) - O(x) = -x for 0 < x < 1 would need $O(x) \ge x$, but O(x)/x grows to $O(1) \le 1$. So E = 0, and O(x) = x.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from flint import arb

from analytic.balls import Ball, precision, rational
from analytic.deep.isolate import bisected, isolate
from analytic.errors import DomainError, NoFixedPointError

if TYPE_CHECKING:
    from analytic.deep.named import Activation

#: Where fixed points of variances are searched, unless the map is known to be concave.
SEARCHED = (Fraction(1, 2**16), Fraction(2**16))


@runtime_checkable
class BallActivation(Protocol):
    """What the layer map needs to know of an activation, in balls."""

    @property
    def odd(self) -> bool:
        """Whether phi(-z) = -phi(z)."""
        ...

    def second_moment(self, q: arb) -> arb:
        """E[phi(u)^2] at the variance q."""
        ...

    def moment_slope(self, q: arb) -> arb:
        """Its derivative by q."""
        ...

    def kernel(self, q: arb, c: arb) -> arb:
        """E[phi(u) phi(v)] at equal variances q and the correlation c in [-1, 1]."""
        ...

    def derivative(self, q: arb, c: arb) -> arb:
        """E[phi'(u) phi'(v)]."""
        ...


@dataclass(frozen=True)
class PiecewiseBall:
    r"""The activation $a\min(z, 0) + b\max(z, 0)$ in balls.

    Args:
        a: slope on the left.
        b: slope on the right.

    Example:
        >>> PiecewiseBall(0, 1).second_moment(arb(2)) == 1
        True
    """

    a: Fraction | int
    b: Fraction | int

    @property
    def odd(self) -> bool:
        """Whether it is a line."""
        return self.a == self.b

    @property
    def mean_square(self) -> Fraction:
        """The second moment at unit variance."""
        return (Fraction(self.a) ** 2 + Fraction(self.b) ** 2) / 2

    def second_moment(self, q: arb) -> arb:
        """E[phi(u)^2]."""
        return rational(self.mean_square) * q

    def moment_slope(self, q: arb) -> arb:
        """Its derivative, a constant."""
        del q
        return rational(self.mean_square)

    def kernel(self, q: arb, c: arb) -> arb:
        """E[phi(u) phi(v)]."""
        theta = c.acos()
        even = rational((Fraction(self.b) - Fraction(self.a)) ** 2 / 2) * ((1 - c * c).sqrt() - theta * c) / arb.pi()
        return q * (rational(self.mean_square) * c + even)

    def derivative(self, q: arb, c: arb) -> arb:
        """E[phi'(u) phi'(v)]."""
        del q
        return rational(self.mean_square) - rational((Fraction(self.b) - self.a) ** 2 / 2) * c.acos() / arb.pi()


@dataclass(frozen=True)
class ErfBall:
    """The error function in balls (Williams 1997).

    Example:
        >>> ErfBall().second_moment(arb(0)) == 0
        True
    """

    odd: bool = True

    def second_moment(self, q: arb) -> arb:
        """E[phi(u)^2]."""
        return self.kernel(q, arb(1))

    def moment_slope(self, q: arb) -> arb:
        """Its derivative by q."""
        return 4 / (arb.pi() * (1 + 2 * q) * (1 + 4 * q).sqrt())

    def kernel(self, q: arb, c: arb) -> arb:
        """E[phi(u) phi(v)]."""
        return 2 / arb.pi() * (2 * q * c / (1 + 2 * q)).asin()

    def derivative(self, q: arb, c: arb) -> arb:
        """E[phi'(u) phi'(v)]."""
        return 4 / (arb.pi() * ((1 + 2 * q) ** 2 - (2 * q * c) ** 2).sqrt())


@dataclass(frozen=True)
class FixedPoint:
    """A fixed point of a layer map.

    Args:
        value: its enclosure.
        slope: the slope of the map there.
        stable: True if the slope is certainly below 1 in size, False if certainly above, None if it cannot be told.
    """

    value: Ball
    slope: Ball
    stable: bool | None


@dataclass(frozen=True)
class LayerMap:
    r"""The maps of variances and correlations of a network.

    Args:
        activation: in balls: `ErfBall`, `PiecewiseBall` or `DerivedBall`; or a name, `Piecewise`, `RectifiedPower`,
            or a `DerivedActivation`, of which the closed forms are derived.
        weight_variance: $\sigma_w^2 > 0$.
        bias_variance: $\sigma_b^2 \ge 0$.
        bits: working precision.

    Example:
        >>> chaotic = LayerMap(ErfBall(), Fraction(4), Fraction(1, 10))
        >>> [(p.value.rounded(10), p.stable) for p in chaotic.correlation_fixed_points()]
        [('0.2032313636', True), ('1.000000000', False)]
        >>> [(p.value.rounded(8), p.stable) for p in LayerMap("gelu", Fraction(3)).variance_fixed_points()]
        [('0', True), ('0.24706717', False)]
    """

    activation: BallActivation | Activation
    weight_variance: Fraction
    bias_variance: Fraction = Fraction(0)
    bits: int = 128

    def __post_init__(self) -> None:
        from analytic.deep.derived_ball import ball_activation

        object.__setattr__(self, "activation", ball_activation(self.activation))
        for variance in ("weight_variance", "bias_variance"):  # floats are binary fractions, taken exactly
            try:
                object.__setattr__(self, variance, Fraction(getattr(self, variance)))
            except (TypeError, ValueError, OverflowError):
                got = getattr(self, variance)
                raise DomainError(f"got the {variance} {got!r}, expected a finite number such as 3/2") from None
        if self.weight_variance <= 0 or self.bias_variance < 0:
            raise DomainError(
                f"got weight variance {self.weight_variance} and bias variance {self.bias_variance}, expected the "
                f"first positive and the second not negative"
            )

    @property
    def _phi(self) -> BallActivation:
        return self.activation  # type: ignore[return-value]  # made so after the initialisation

    @property
    def edge_of_chaos(self) -> bool:
        r"""Whether $\chi_1 = 1$ exactly, at every variance: piecewise linear, without bias."""
        return isinstance(self.activation, PiecewiseBall) and not self.bias_variance

    def variance(self, q: arb) -> arb:
        """V(q)."""
        return rational(self.bias_variance) + rational(self.weight_variance) * self._phi.second_moment(q)

    def variance_slope(self, q: arb) -> arb:
        """V'(q)."""
        return rational(self.weight_variance) * self._phi.moment_slope(q)

    def correlation(self, c: arb, q: arb) -> arb:
        """C(c) at the variance q, normalised by V(q)."""
        covariance = rational(self.bias_variance) + rational(self.weight_variance) * self._phi.kernel(q, c)
        return covariance / self.variance(q)

    def chi(self, q: arb, c: arb) -> arb:
        r"""C'(c) = $\sigma_w^2 E[\varphi'(u)\varphi'(v)]\,q/V(q)$."""
        return rational(self.weight_variance) * self._phi.derivative(q, c) * q / self.variance(q)

    def variance_fixed_points(
        self, low: Fraction = SEARCHED[0], high: Fraction = SEARCHED[1]
    ) -> tuple[FixedPoint, ...]:
        r"""The fixed points of V, smallest first: 0 if there is one, and the positive ones.

        For erf V is concave, for piecewise linear activations linear, and the list is complete. For others all fixed
        points in [low, high] are isolated by interval Newton steps; of those between 0 and low or beyond high
        nothing is claimed.

        Args:
            low: where the search begins, positive; not used for erf and piecewise linear activations.
            high: where it ends.

        Returns:
            The fixed points; the slope at 0 is that from the right.

        Raises:
            DomainError: every variance is a fixed point (no bias, $\sigma_w^2 m = 1$), or two cannot be separated.
            NoFixedPointError: there is none: V(q) > q, so that the variances grow from layer to layer.
        """
        with precision(self.bits):
            found = self._zero_variance()
            found += [self._fixed(q, self.variance_slope(q)) for q in self._positive_variances(low, high)]
            if not found:
                raise NoFixedPointError(
                    f"got V(q) > q for the variances q from {low} to {high}, expected a fixed point: the variances "
                    f"grow from layer to layer; choose a smaller weight_variance"
                )
        return tuple(found)

    def _zero_variance(self) -> list[FixedPoint]:
        """0 with its slope from the right, if it is fixed."""
        from analytic.deep.derived_ball import DerivedBall

        if self.bias_variance:
            return []
        if not isinstance(self.activation, DerivedBall):
            return [self._fixed(arb(0), self.variance_slope(arb(0)))]
        value, slope, _ = self.activation.at_zero()
        return [] if value > 0 else [self._fixed(arb(0), rational(self.weight_variance) * slope)]

    def _positive_variances(self, low: Fraction, high: Fraction) -> list[arb]:
        from analytic.deep.derived_ball import DerivedBall

        if isinstance(self.activation, DerivedBall):
            excess, rate = (lambda q: self.variance(q) - q), (lambda q: self.variance_slope(q) - 1)
            return isolate(excess, rate, rational(low), rational(high), self._excess_between)
        positive = self._positive_variance()
        return [] if positive is None else [positive]

    def _excess_between(self, a: arb, b: arb) -> tuple[arb, arb]:
        r"""Bounds of V(q) - q for q in [a, b], from those of the normal density: $\sqrt{a/b}\,p_a, \sqrt{b/a}\,p_b$."""
        root, sb, sw = (b / a).sqrt(), rational(self.bias_variance), rational(self.weight_variance)
        least, most = self._phi.second_moment(a) / root, self._phi.second_moment(b) * root
        return sb + sw * least - b, sb + sw * most - a

    def _positive_variance(self) -> arb | None:
        if isinstance(self.activation, PiecewiseBall):
            growth = self.weight_variance * self.activation.mean_square
            if growth == 1 and not self.bias_variance:
                raise DomainError("got an edge-of-chaos network, where every variance is a fixed point; choose one")
            return rational(self.bias_variance / (1 - growth)) if growth < 1 and self.bias_variance else None
        if not self.bias_variance and not self.variance_slope(arb(0)) > 1:
            return None
        low, high = arb(2) ** -self.bits, arb(1)  # V(q) > q near 0, by concavity up to the fixed point
        while not self.variance(high) < high:
            high = 2 * high
        return bisected(lambda q: self.variance(q) - q, low, high)

    def correlation_fixed_points(self, q: Fraction | None = None) -> tuple[FixedPoint, ...]:
        r"""All fixed points of C in [-1, 1], smallest first, at the variance q or at the positive fixed point of V.

        Args:
            q: the variance; may be left out if V has a positive fixed point.

        Returns:
            The fixed points; complete by the theorem at the head of the file.

        Raises:
            NoFixedPointError: no q is given, and V has no positive fixed point or several.
            DomainError: C is the identity, or $\chi_1$ cannot be told from 1.
        """
        with precision(self.bits):
            at = self._natural_variance() if q is None else rational(q)
            if not at > 0:
                raise DomainError(f"got the variance {q}, expected a positive one")
            slope = self.chi(at, arb(1))
            points = [(arb(1), slope)]
            inner = self._inner_correlation(at, slope)
            if inner is not None:
                points.insert(0, (inner, self.chi(at, inner)))
            if self._phi.odd and not self.bias_variance:
                points.insert(0, (arb(-1), slope))
            return tuple(self._fixed(*point) for point in points)

    def _natural_variance(self) -> arb:
        """The positive fixed point of V, the stable one if there are several."""
        positive = self._positive_variances(*SEARCHED)
        stable = [q for q in positive if abs(self.variance_slope(q)) < 1]
        if len(positive) == 1 or len(stable) == 1:
            return (stable or positive)[0]
        known = ", ".join(q.str(8, radius=False) for q in positive) or "none"
        raise NoFixedPointError(
            f"got the positive fixed points {known} of V, expected a single one or a single stable one; give the "
            f"variance q"
        )

    def _inner_correlation(self, q: arb, slope: arb) -> arb | None:
        if self._phi.odd and isinstance(self.activation, PiecewiseBall):
            raise DomainError("got a linear network, whose correlation map has a line of fixed points or only 1")
        if self._phi.odd and not self.bias_variance:
            return arb(0)
        # for homogeneous activations chi_1 <= 1 exactly: it is the share of the weights in the variance
        if slope < 1 or isinstance(self.activation, PiecewiseBall):
            return None
        if not slope > 1:
            raise DomainError(f"got chi_1 = {slope}, which cannot be told from 1; raise bits")
        if not self.bias_variance and getattr(self.activation, "mean_zero", False):
            return arb(0)
        low, high = arb(0), arb(1) / 2
        while not self.correlation(high, q) < high:
            high = (1 + high) / 2
            if not high < 1:
                raise DomainError(f"got chi_1 = {slope}, too close to 1 for this precision; raise bits")
        return bisected(lambda c: self.correlation(c, q) - c, low, high)

    def _fixed(self, value: arb, slope: arb) -> FixedPoint:
        size = abs(slope)
        return FixedPoint(Ball.of(value), Ball.of(slope), True if size < 1 else False if size > 1 else None)
