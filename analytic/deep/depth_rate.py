r"""How fast correlations tend to their fixed point with the depth.

Near a stable fixed point $c^*$ with slope $\chi$ the distance falls like $\chi^l$, over $\xi = -1/\log\chi$ layers by a
factor e. Near 1, an activation whose slope jumps by J at 0 has
$$C(1 - t) = 1 - \chi_1 t + \kappa\, t^{3/2} + O(t^2), \qquad
  \kappa = \frac{\sigma_w^2 q}{V(q)}\, \frac{\sqrt2\, J^2}{3\pi},$$
since $E[\varphi'(u)\varphi'(v)] = E\varphi'(u)^2 - J^2\theta/(2\pi) + O(t)$ and $\theta = \sqrt{2t} + O(t^{3/2})$. With
$\chi_1 = 1$ then $1 - c_l \sim 4/(\kappa l)^2$.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from analytic.balls import Ball, precision, rational
from analytic.deep.derived_ball import DerivedBall
from analytic.deep.layer_map import FixedPoint, LayerMap, PiecewiseBall
from analytic.errors import DomainError


@dataclass(frozen=True)
class DepthRate:
    r"""The approach of the correlations to their limit.

    Args:
        limit: the stable fixed point, the limit of every correlation in (-1, 1).
        length: $\xi$, or None where the approach is no exponential.
        constant: the limit of $l^2 (1 - c_l)$ where the approach is by a power, else None.
    """

    limit: FixedPoint
    length: Ball | None
    constant: Ball | None


def depth_rate(layers: LayerMap, q: Fraction | None = None) -> DepthRate:
    r"""The stable correlation of a network, and how fast it is approached.

    Args:
        layers: the maps of the network.
        q: the variance; by default the positive fixed point of V, or the stable one.

    Returns:
        The limit; $\xi = -1/\log|\chi|$; or the constant of the power law of piecewise linear networks at the edge of
        chaos.

    Raises:
        DomainError: the slope at the limit is 0 or cannot be told from 1, or there is no variance to take.

    Source: Schoenholz, Gilmer, Ganguli and Sohl-Dickstein (2017), section 3; Hayou, Doucet and Rousseau (2019),
    proposition 3, for the power.

    Example:
        >>> depth_rate(LayerMap("gelu", Fraction(3, 2), Fraction(1, 10))).length.rounded(8)
        '1.4726942'
        >>> depth_rate(LayerMap("relu", Fraction(2)), Fraction(1)).constant.rounded(8)   # 9 pi^2/2
        '44.413220'
    """
    points = layers.correlation_fixed_points(q)
    stable = [p for p in points if p.stable]
    with precision(layers.bits):
        if not stable and layers.edge_of_chaos:
            kappa = kink_coefficient(layers, q or Fraction(1)).arb
            return DepthRate(points[-1], None, Ball.of(4 / kappa**2))
        size = abs(stable[0].slope.arb) if len(stable) == 1 else arb(0)
        if not size > 0:
            raise DomainError(
                f"got the slopes {', '.join(p.slope.rounded(6) for p in points)}, expected one certainly between 0 and "
                f"1; raise bits, or change a variance a little"
            )
        return DepthRate(stable[0], Ball.of(-1 / size.log()), None)


def kink_coefficient(layers: LayerMap, q: Fraction) -> Ball:
    r"""$\kappa$, the coefficient of $(1 - c)^{3/2}$ in the correlation map; 0 for a smooth activation.

    Args:
        layers: the maps of the network; the activation may have a kink at 0, but nowhere else.
        q: the variance.

    Returns:
        $\kappa$ as a ball.

    Example:
        >>> kink_coefficient(LayerMap("relu", Fraction(2)), Fraction(1)).rounded(10)   # 2 sqrt(2)/(3 pi)
        '0.3001054387'
    """
    with precision(layers.bits):
        at = rational(q)
        scale = rational(layers.weight_variance) * at / layers.variance(at)
        return Ball.of(scale * arb(2).sqrt() * _squared_jump(layers) / (3 * arb.pi()))


def _squared_jump(layers: LayerMap) -> arb:
    activation = layers.activation
    if isinstance(activation, PiecewiseBall):
        return rational((Fraction(activation.b) - Fraction(activation.a)) ** 2)
    return activation.kink() if isinstance(activation, DerivedBall) else arb(0)
