r"""Orthant probabilities of definite correlation matrices by Plackett's reduction, one integral for two variables.

Of an even number n of variables let $R(t)$ be the matrix in which the correlations $r_j$ of one of them, the pivot,
with the others are multiplied by t. Turning the pivot round turns t into -t, so that $P(R(t)) + P(R(-t))$ is the
probability of the others, and
$$P(R) = \tfrac12 P_{n-1} + \int_0^1 \sum_j \frac{r_j}{2\pi\sqrt{1 - t^2 r_j^2}} P_{n-2}(R(t) \mid x_0 = x_j = 0)\,dt$$
with an even integrand. For $t = T \tanh z$, where $R(\pm T)$ is semidefinite, it is analytic in the strip
$|\operatorname{Im} z| < \pi/2$: at $z = x + iy$, $\cosh z\,R(t) = e^z A + e^{-z} B$ with semidefinite A and B has the
real part $\cos y\,H$, $H = e^x A + e^{-x} B$, and an imaginary part between $-\sin y\,H$ and $\sin y\,H$. In a basis
with $H = I$ it is diagonal with entries $|\mu_k| \le 1$, $\operatorname{Re} \mu_k = \cos y$; so is its derivative,
with entries of modulus at most 1. Hence the integral of the modulus of the density is at most $\cos^{-n/2} y$, and that
of its derivative by z, which is the integrand times dt/dz, at most $n \cos^{-n/2-1} y$.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from flint import arb, arb_mat

from analytic.special.orthant_rule import path_rule

Matrix = Sequence[Sequence[arb]]


class Orthants:
    """The probabilities that some of the components of a vector are positive, each found once.

    Args:
        matrix: positive definite correlation matrix, or balls around the entries of one.
        goal: each quadrature may leave an error of 2^-goal.

    Example:
        >>> half = arb(1) / 2
        >>> matrix = [[arb(1) if i == j else half for j in range(6)] for i in range(6)]
        >>> value = Orthants(matrix, 40).probability(tuple(range(6)))
        >>> value.contains(arb(1) / 7), bool(value.rad() < 1e-11)
        (True, True)
    """

    def __init__(self, matrix: Matrix, goal: int) -> None:
        self.matrix, self.goal = matrix, goal
        self._found: dict[tuple[int, ...], arb] = {}

    def probability(self, rows: tuple[int, ...]) -> arb:
        """The probability that the components with these indices are positive; NaN if the balls are too wide."""
        if rows not in self._found:
            n = len(rows)
            self._found[rows] = self._few(rows) if n <= 3 else self._odd(rows) if n % 2 else self._even(rows)
        return self._found[rows]

    def _few(self, rows: tuple[int, ...]) -> arb:
        n = len(rows)
        arcs = sum((self.matrix[i][j].asin() for i, j in combinations(rows, 2)), arb(0))
        probability: arb = arb(1) / 2**n + arcs / (arb.pi() * (2 if n == 2 else 4))
        return probability

    def _odd(self, rows: tuple[int, ...]) -> arb:
        """Twice the probability, from turning all signs round."""
        subsets = (s for size in range(len(rows)) for s in combinations(rows, size))
        total: arb = sum(((-1) ** len(s) * self.probability(s) for s in subsets), arb(0))
        return total / 2

    def _even(self, rows: tuple[int, ...]) -> arb:
        part = [[self.matrix[i][j] for j in rows] for i in rows]
        pivot, determinant, minor = _pivot(part)
        if not (determinant > 0 and minor > 0):
            return arb.nan()
        order = (pivot, *(k for k in range(len(rows)) if k != pivot))
        turned = [[part[i][j] for j in order] for i in order]
        integral = _from_arcs if len(rows) == 4 else _from_fewer
        others = self.probability(tuple(rows[k] for k in order[1:]))
        return others / 2 + integral(turned, determinant, minor, self.goal)


def _pivot(matrix: Matrix) -> tuple[int, arb, arb]:
    """The variable whose path costs least, and the determinants of the matrix and of the other variables."""
    n, whole = len(matrix), arb_mat(matrix).det()
    best, chosen = float("inf"), (0, whole, arb(0))
    for i in range(n):
        rest = [j for j in range(n) if j != i]
        minor = arb_mat([[matrix[j][k] for k in rest] for j in rest]).det()
        if not (whole > 0 and minor > 0):
            return chosen
        terms = sum(not bool(matrix[i][j] == 0) for j in rest)
        # Z grows like the logarithm of 1/(1 - R^2) = minor/whole, R the multiple correlation
        cost = terms * (2.0 + max(0.0, float((minor / whole).log().mid())))
        if cost < best:
            best, chosen = cost, (i, whole, minor)
    return chosen


def _conditional(matrix: Matrix, j: int, k: int, m: int) -> tuple[arb, arb]:
    r"""$a + b t^2$, which is $1 - t^2 r_j^2$ times the covariance of k and m given that the pivot and j are 0."""
    r, s = matrix[0], matrix[j]
    crossed = r[j] * (r[k] * s[m] + r[m] * s[k]) - r[j] * r[j] * matrix[k][m] - r[k] * r[m]
    return matrix[k][m] - s[k] * s[m], crossed


def _from_arcs(matrix: Matrix, determinant: arb, minor: arb, goal: int) -> arb:
    r"""The integral for n = 4, where $P_2 = \frac14 + \frac1{2\pi}\arcsin\rho$; the part of 1/4 is an arcsine.

    The arcsine is the arctangent of N/sqrt(pair * det R(t)), since the product of the conditional variances is N^2 plus
    that radicand. The derivative of each $\arcsin(t r_j)/(8\pi)$ is a quarter of that of a P_2, so that the rest is
    bounded by $4 \cos^{-3} y + 3 \cdot \frac14 \cdot 2 \cos^{-2} y \le 5.5 \cos^{-3} y$.
    """
    terms = []
    for j, k, m in ((1, 2, 3), (2, 1, 3), (3, 1, 2)):
        if not bool(matrix[0][j] == 0):
            terms.append((matrix[0][j], matrix[0][j] ** 2, *_conditional(matrix, j, k, m)))
    rule = path_rule(determinant / minor, 5.5, 3, goal)
    total = arb(0)
    for square, rest, weight in rule.nodes:
        height = (minor * rest + determinant * square).sqrt()
        inner = arb(0)
        for r, r2, a, b in terms:
            root = (1 - square * r2).sqrt()
            inner += r * arb.atan2(a + b * square, root * height) / root
        total += weight * inner
    arcs = sum((r.asin() for r, *_ in terms), arb(0)) / (8 * arb.pi())
    return arcs + total / (4 * arb.pi() ** 2) + arb(0, 1) * rule.error


def _from_fewer(matrix: Matrix, determinant: arb, minor: arb, goal: int) -> arb:
    """The integral for n >= 6."""
    n = len(matrix)
    rule = path_rule(determinant / minor, float(n), n // 2 + 1, goal)
    total = arb(0)
    for j in range(1, n):
        r = matrix[0][j]
        if bool(r == 0):
            continue
        rest = [k for k in range(1, n) if k != j]
        coefficients = {(k, m): _conditional(matrix, j, k, m) for k in rest for m in rest if k <= m}
        for square, _, weight in rule.nodes:
            covariance = {key: a + b * square for key, (a, b) in coefficients.items()}
            fewer = Orthants(_correlations(covariance, rest), goal).probability(tuple(range(n - 2)))
            total += weight * r / (1 - square * r * r).sqrt() * fewer
    return total / (2 * arb.pi()) + arb(0, 1) * rule.error


def _correlations(covariance: dict[tuple[int, int], arb], rows: Sequence[int]) -> Matrix:
    scale = {k: 1 / covariance[k, k].sqrt() for k in rows}
    found = [[arb(1)] * len(rows) for _ in rows]
    for (a, k), (b, m) in combinations(enumerate(rows), 2):
        found[a][b] = found[b][a] = covariance[k, m] * scale[k] * scale[m]
    return found
