r"""Relu networks of great depth: the correlation map near 1 with exact coefficients, and what iterating it does.

With $t = 1 - c = 1 - \cos\theta$: $\kappa(c) = c + (\sin\theta - \theta\cos\theta)/\pi$, and $d(\sin\theta -
\theta\cos\theta)/dt = \theta = \sqrt{2t} \sum_k \binom{2k}{k} t^k/(8^k (2k+1))$, which is integrated term by term.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb
from typing import TYPE_CHECKING

from analytic.deep.angle_of_gap import angle_of_gap
from analytic.deep.angular import Piecewise
from analytic.errors import DomainError
from analytic.formula import PI, Expr, call, mul, num, power

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def expansion_at_one(terms: int) -> tuple[Expr, ...]:
    r"""The coefficients $b_k$ of $\kappa(c) = c + \sum_k b_k (1 - c)^{k + 3/2}$ for relu, exactly.

    Args:
        terms: how many, at least 1.

    Returns:
        $b_k = \frac{\sqrt2}\pi \binom{2k}{k}/(8^k (2k+1)(k + \frac32))$.

    Raises:
        DomainError: terms is not positive.

    Source: derived at the head of the file; the first term is in Hayou, Doucet and Rousseau (2019), lemma 1.

    Example:
        >>> [str(b) for b in expansion_at_one(2)]
        ['2*sqrt(2)/(3*pi)', 'sqrt(2)/(30*pi)']
    """
    if terms < 1:
        raise DomainError(f"got {terms} terms, expected at least 1")
    return tuple(mul(num(_ratio(k)), call("sqrt", num(2)), power(PI, num(-1))) for k in range(terms))


def _ratio(k: int) -> Fraction:
    return Fraction(comb(2 * k, k) * 2, 8**k * (2 * k + 1) * (2 * k + 3))


def depth_constant() -> Expr:
    r"""The limit of $l^2 (1 - c_l)$ for a relu network at the edge of chaos: $9\pi^2/2$, whatever $c_0 < 1$.

    From $t' = t - B t^{3/2} + O(t^{5/2})$ follows $t'^{-1/2} = t^{-1/2} + B/2 + O(t^{1/2})$, so that
    $t_l^{-1/2} \sim B l/2$ and $l^2 t_l \to 4/B^2$, with $B = 2\sqrt2/(3\pi)$.

    Returns:
        $4/B^2$.

    Source: Hayou, Doucet and Rousseau (2019), proposition 3.

    Example:
        >>> print(depth_constant())
        9*pi^2/2
    """
    return mul(num(4 / (_ratio(0) ** 2 * 2)), power(PI, num(2)))


def relu_gaps(gap: float, depth: int) -> NDArray[np.float64]:
    r"""The gaps $1 - c_l$ for l = 0..depth of a relu network without bias, each to relative accuracy.

    Args:
        gap: $1 - c_0$ in [0, 2].
        depth: number of layers.

    Returns:
        depth + 1 numbers.

    Raises:
        DomainError: the gap is out of range.

    Example:
        >>> relu_gaps(1.0, 1).round(6)
        array([1.     , 0.68169])
    """
    import numpy as np

    if not 0 <= gap <= 2:
        raise DomainError(f"got the gap {gap}, expected a number in [0, 2]")
    relu, t = Piecewise(0.0, 1.0), np.array([gap])
    found = [t]
    for _ in range(depth):
        t = relu.gap(t, *angle_of_gap(t))
        found.append(t)
    return np.concatenate(found)
