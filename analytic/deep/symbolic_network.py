"""Kernels of relu networks of small depth as formulas."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from analytic.errors import DomainError
from analytic.formula import PI, Expr, add, call, mul, name, num, power

#: The formulas double with each layer.
MAX_DEPTH = 6


def symbolic_nngp(depth: int, weight_variance: Fraction | int = 2) -> Expr:
    r"""$K^{L+1}$ of a relu network without bias, in $\theta$ and the norms $|u|, |v|$ of the inputs under $K^1$.

    Args:
        depth: L in 0..6.
        weight_variance: $\sigma_w^2$.

    Returns:
        The formula: $|u||v| (\sigma_w^2/2)^L \kappa(\dots\kappa(\cos\theta))$, $|u|^2 = K^1(x, x)$.

    Raises:
        DomainError: the depth is out of range.

    Source: Cho and Saul (2009), section 2.3.

    Example:
        >>> print(symbolic_nngp(1))
        |u|*|v|*(sin(theta) + (pi - theta)*cos(theta))/pi
    """
    return mul(_scale(depth, weight_variance), _layers(depth)[-1][0])


def symbolic_ntk(depth: int, weight_variance: Fraction | int = 2) -> Expr:
    r"""$\Theta^{L+1}$ of a relu network without bias, as `symbolic_nngp`.

    Args:
        depth: L in 0..6.
        weight_variance: $\sigma_w^2$.

    Returns:
        The formula.

    Raises:
        DomainError: the depth is out of range.

    Source: Jacot, Gabriel and Hongler (2018), theorem 1.

    Example:
        >>> print(symbolic_ntk(0))
        |u|*|v|*cos(theta)
    """
    layers = _layers(depth)
    total = layers[0][0]
    for (_, angle), (cosine, _) in pairwise(layers):
        total = add(cosine, mul(total, add(PI, mul(num(-1), angle)), power(PI, num(-1))))
    return mul(_scale(depth, weight_variance), total)


def _layers(depth: int) -> list[tuple[Expr, Expr]]:
    """Cosine and angle in every layer."""
    theta = name("theta")
    found = [(call("cos", theta), theta)]
    sine = call("sin", theta)
    for _ in range(depth):
        cosine, angle = found[-1]
        inner = add(sine, mul(add(PI, mul(num(-1), angle)), cosine))
        cosine = mul(inner, power(PI, num(-1)))
        sine = call("sqrt", add(num(1), mul(num(-1), power(cosine, num(2)))))
        found.append((cosine, call("acos", cosine)))
    return found


def _scale(depth: int, weight_variance: Fraction | int) -> Expr:
    if not 0 <= depth <= MAX_DEPTH:
        raise DomainError(f"got the depth {depth}, expected 0 to {MAX_DEPTH}: nobody can read longer formulas")
    norms = (Expr("norm", (name("u"),)), Expr("norm", (name("v"),)))
    return mul(num((Fraction(weight_variance) / 2) ** depth), *norms)
