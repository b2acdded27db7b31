"""Kernels of piecewise linear networks at two inputs in rigorous balls: the reference of the float64 recursions."""

from __future__ import annotations

from fractions import Fraction

from flint import arb, fmpq

from analytic.angle import Vector, exact_vector, inner
from analytic.balls import Ball, rational, to_digits
from analytic.errors import DomainError

Triple = tuple[arb, arb, arb]


def network_ball(
    x: Vector,
    y: Vector,
    *,
    depth: int,
    slopes: tuple[Fraction | int | float, Fraction | int | float] = (0, 1),
    weight_variance: Fraction | int | float = 2,
    bias_variance: Fraction | int | float = 0,
    tangent: bool = False,
    digits: int = 15,
) -> Ball:
    r"""The NNGP or tangent kernel of two inputs for the activation $a\min(z,0) + b\max(z,0)$, as a rigorous ball.

    Args:
        x: one input, d finite numbers, taken as exact.
        y: another one.
        depth: hidden layers, >= 0.
        slopes: (a, b); (0, 1) is relu.
        weight_variance: $\sigma_w^2$.
        bias_variance: $\sigma_b^2$.
        tangent: whether the tangent kernel is wanted.
        digits: significant digits; decimal places where the value is 0.

    Returns:
        The ball of the kernel in the convention of `nngp_gram`.

    Raises:
        DomainError: an input is not finite.
        DimensionError: the inputs have different lengths.

    Example:
        >>> network_ball([1, 0], [0, 2], depth=1).rounded(12)
        '0.636619772368'
    """
    p, q = exact_vector(x), exact_vector(y)
    a, b, sw, sb = (Fraction(v) for v in (*slopes, weight_variance, bias_variance))
    if depth < 0:
        raise DomainError(f"got the depth {depth}, expected an integer >= 0")
    gram = tuple(inner(*pair) / len(p) * fmpq(sw.numerator, sw.denominator) for pair in ((p, p), (q, q), (p, q)))

    def compute() -> arb:
        state = tuple(rational(sb) + arb(g) for g in gram)
        return _recursion((state[0], state[1], state[2]), depth, (a, b, sw, sb), tangent)

    return to_digits(compute, digits) if _nonzero(gram, sb) else Ball.of(arb(0))


def _nonzero(gram: tuple[fmpq, ...], sb: Fraction) -> bool:
    return sb != 0 or bool(gram[0] != 0 and gram[1] != 0)


def _recursion(
    state: Triple, depth: int, constants: tuple[Fraction, Fraction, Fraction, Fraction], tangent: bool
) -> arb:
    a, b, sw, sb = constants
    mean_square, product = rational((a * a + b * b) / 2), rational((a + b) ** 2 / 4)
    beta = rational((b - a) ** 2) / (2 * arb.pi())
    total = state[2]
    for _ in range(depth):
        q1, q2, c = state
        sine = _root(q1 * q2 - c * c)
        theta = arb.atan2(sine, c) if not c < 0 else arb.pi() - arb.atan2(sine, -c)  # off the cut at sine = 0
        even = rational((b - a) ** 2 / 4) * c
        kernel = product * c + even + beta * (sine - theta * c)
        slope = mean_square - beta * theta
        w, v = rational(sw), rational(sb)
        state = v + w * mean_square * q1, v + w * mean_square * q2, v + w * kernel
        total = state[2] + w * slope * total
    return total if tangent else state[2]


def _root(x: arb) -> arb:
    """The root of a number that is known to be >= 0, whose ball may reach below 0."""
    if x > 0:
        return x.sqrt()
    upper = x.upper()
    return arb(0).union(upper.sqrt()) if upper > 0 else arb(0)
