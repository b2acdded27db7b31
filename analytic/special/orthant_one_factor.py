r"""Orthant probabilities of one-factor models, of any number of variables, by one integral.

If $\rho_{ij} = l_i l_j$ then $X_i = l_i Z + \sqrt{1 - l_i^2}\,Y_i$ with independent Z, Y_i, and if
$\rho_{ij} = -l_i l_j$ the same holds formally with imaginary loadings, by analytic continuation:
$$P = \int \varphi(z) \prod_i \Phi(a_i z)\,dz, \quad a_i = \frac{l_i}{\sqrt{1 - l_i^2}}, \qquad\text{or}\qquad
P = \int \varphi(z) \prod_i \Phi(\mathrm i a_i z)\,dz, \quad a_i = \frac{l_i}{\sqrt{1 + l_i^2}}.$$
Let $A = \sum a_i^2$. From $|\varphi(x + \mathrm i y)| = e^{y^2/2} \varphi(x)$ follows
$|\Phi(x + \mathrm i y)| \le e^{y^2/2}$, so that the integral of the integrand's modulus along $\operatorname{Im} z = y$
is at most $M(y) = e^{(1 + A) y^2/2}$, or $e^{y^2/2}/\sqrt{1 - A}$ where the loadings are imaginary; A < 1 there if the
matrix is definite.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import ceil, log, pi, sqrt

from flint import acb, arb

Matrix = Sequence[Sequence[arb]]
MOST_NODES = 40_000


def loadings(matrix: Matrix) -> tuple[int, list[arb]] | None:
    r"""The sign s and the loadings of a matrix with $\rho_{ij} = s\,l_i l_j$ off the diagonal, if its balls admit some.

    Args:
        matrix: n rows of n finite balls, n >= 3.

    Returns:
        1 or -1 and exact loadings $l_i$, such that $s\,l_i l_j$ is within a few radii of each correlation; None if
        there are none, or one correlation may vanish.

    Example:
        >>> rows = [[1, -0.5, -0.5], [-0.5, 1, 0.5], [-0.5, 0.5, 1]]
        >>> sign, found = loadings([[arb(x) for x in row] for row in rows])
        >>> sign, [round(float(x), 3) for x in found]
        (1, [0.707, -0.707, -0.707])
    """
    n = len(matrix)
    if any(not abs(matrix[i][j]) > 0 for i, j in combinations(range(n), 2)):
        return None
    square = matrix[0][1] * matrix[0][2] / matrix[1][2]
    sign, first = (1 if square > 0 else -1), abs(square).sqrt()
    found = [first, *(sign * matrix[0][j] / first for j in range(1, n))]
    if any(not matrix[i][j].overlaps(sign * found[i] * found[j]) for i, j in combinations(range(n), 2)):
        return None
    return sign, [arb(x.mid()) for x in found]


def one_factor_probability(sign: int, found: Sequence[arb], goal: int) -> arb | None:
    r"""The orthant probability for the correlations $s\,l_i l_j$.

    By the trapezoidal rule with step h, whose error is at most $2 M(y)/(e^{2\pi y/h} - 1)$ for each y > 0.

    Args:
        sign: s, 1 or -1.
        found: the loadings.
        goal: the quadrature may leave an error of about 2^-goal.

    Returns:
        A ball; None if the matrix is not definite, or so close to a singular one that the rule needs too many nodes.

    Source: Dunnett and Sobel 1955; Trefethen and Weideman 2014, theorem 5.1 for the error.

    Example:
        >>> value = one_factor_probability(1, [arb(2).rsqrt()] * 10, 60)
        >>> value.overlaps(arb(1) / 11), bool(value.rad() < 1e-14)
        (True, True)
    """
    squares = [1 - sign * x * x for x in found]
    if any(not s > 0 for s in squares):
        return None
    slopes = [x / s.sqrt() for x, s in zip(found, squares, strict=True)]
    total = sum((a * a for a in slopes), arb(0))
    if sign < 0 and not total < 1:
        return None
    growth, decay = (1 + total, arb(1)) if sign > 0 else (arb(1), 1 - total)
    nats = (goal + 4) * log(2)
    # y = 2 pi/(h growth) is best: the error is about 2 e^(-2 pi^2/(h^2 growth)); the tail is e^(-decay x^2/2)
    h = arb(pi * sqrt(2 / (float(growth) * nats)))
    count = ceil(sqrt(2 * nats / float(decay.lower())) / float(h)) if decay.lower() > 1e-9 else MOST_NODES + 1
    if count > MOST_NODES:
        return None
    value: arb = (_real if sign > 0 else _imaginary)(slopes, h, count)
    return value + arb(0, 1) * (_aliasing(h, growth, decay) + _tail(h, count, decay)).upper()


def _aliasing(h: arb, growth: arb, decay: arb) -> arb:
    y = arb((2 * arb.pi() / (h * growth)).mid())
    return 2 * (growth * y * y / 2).exp() / decay.sqrt() / ((2 * arb.pi() * y / h).exp() - 1)


def _tail(h: arb, count: int, decay: arb) -> arb:
    """The sum over |k| > count, at most the integral of e^(-decay x^2/2)/sqrt(2 pi) over |x| > h count."""
    return (h * count * (decay / 2).sqrt()).erfc() / decay.sqrt()


def _real(slopes: Sequence[arb], h: arb, count: int) -> arb:
    scaled = [a * h / arb(2).sqrt() for a in slopes]
    total = arb(0)
    for k in range(-count, count + 1):
        value = (-((h * k) ** 2) / 2).exp()
        for a in scaled:
            value *= (-a * k).erfc() / 2
        total += value
    probability: arb = h * total / (2 * arb.pi()).sqrt()
    return probability


def _imaginary(slopes: Sequence[arb], h: arb, count: int) -> arb:
    """The integrand at -x is the conjugate of that at x."""
    scaled = [a * h / arb(2).sqrt() for a in slopes]
    total = arb(1) / 2 ** (len(slopes) + 1)
    for k in range(1, count + 1):
        value = acb((-((h * k) ** 2) / 2).exp())
        for a in scaled:
            value *= acb(arb(1) / 2, (a * k).erfi() / 2)
        total += value.real
    probability: arb = 2 * h * total / (2 * arb.pi()).sqrt()
    return probability
