r"""An enclosure of the expectation of a product of any number of functions of Gaussian variables, without quadrature.

With $c_i = E f_i$ and $g_i = f_i - c_i$ the product is the sum over all subsets S of
$\prod_{i \notin S} c_i \prod_{i \in S} g_i$. Means and covariances are known; for three functions and more
$$\Bigl|E \prod_{i \in S} g_i(u_i)\Bigr| \le \prod_{i \in S} (E |g_i|^p)^{1/p}$$
whenever p times the diagonal of the covariance matrix exceeds it: a sharper exponent than that of Hölder's inequality.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

from flint import arb

from analytic.balls import precision
from analytic.formula import Expr, add, neg, num
from analytic.series.charts import Law
from analytic.series.exact import ball_of, sign_of
from analytic.series.line_integral import line_mean
from analytic.series.many_integral import exceeds
from analytic.series.plane_integral import PlaneLaw, plane_mean
from analytic.series.regression import Matrix
from analytic.series.tails import COARSE


def wide_mean(functions: tuple[Expr, ...], names: tuple[str, ...], means: tuple[Expr, ...], covariance: Matrix) -> arb:
    """An enclosure of the expectation of a product of functions, one of each variable.

    Args:
        functions: formulas.
        names: of the variables.
        means: constants.
        covariance: constants; the matrix may be singular, its diagonal is positive.

    Returns:
        A ball of moderate width.

    Raises:
        DivergenceError: a power of a function is not integrable.

    Source: Chen, Dafnis and Paouris (2015), theorem 1, for the inequality.

    Example:
        >>> from analytic.grammar import parse
        >>> rows = tuple(tuple(num(1) if i == j else num(1) / 10 for j in range(5)) for i in range(5))
        >>> steps = tuple(parse(f"Phi({n})") for n in "abcdf")
        >>> value = wide_mean(steps, tuple("abcdf"), (num(0),) * 5, rows)
        >>> value.contains(arb("0.0416472")), bool(abs(value) < 0.13)
        (True, True)
    """
    with precision(COARSE):
        return _Enclosure(functions, names, means, covariance).total()


class _Enclosure:
    """The sum over subsets."""

    def __init__(
        self, functions: tuple[Expr, ...], names: tuple[str, ...], means: tuple[Expr, ...], covariance: Matrix
    ) -> None:
        self.functions, self.names, self.covariance = functions, names, covariance
        self.laws = [Law(m, covariance[i][i]) for i, m in enumerate(means)]
        self.rows = [[ball_of(c) for c in row] for row in covariance]
        self.means = [line_mean(f, n, law) for f, n, law in zip(functions, names, self.laws, strict=True)]
        self.norms: dict[tuple[int, int], arb] = {}

    def total(self) -> arb:
        """The enclosure."""
        size = range(len(self.functions))
        found = self._product(())
        for pair in combinations(size, 2):
            if sign_of(self.covariance[pair[0]][pair[1]]):
                found += self._product(pair) * self._covariance(*pair)
        for count in range(3, len(size) + 1):
            for chosen in combinations(size, count):
                found += self._product(chosen) * arb(0, self._bound(chosen))
        return found

    def _product(self, without: tuple[int, ...]) -> arb:
        product = arb(1)
        for i, c in enumerate(self.means):
            product *= arb(1) if i in without else c
        return product

    def _covariance(self, i: int, j: int) -> arb:
        law = PlaneLaw(self.laws[i], self.laws[j], self.covariance[i][j])
        both = plane_mean(self.functions[i], self.names[i], self.functions[j], self.names[j], law)
        return both - self.means[i] * self.means[j]

    def _bound(self, chosen: tuple[int, ...]) -> arb:
        """By the inequality with an even exponent: at most one more than the number of functions."""
        rows = [[self.rows[i][j] for j in chosen] for i in chosen]
        p = 2
        while p < len(chosen) and not exceeds([arb(p)] * len(chosen), rows):
            p += 2
        bound = arb(1)
        for i in chosen:
            bound *= self._norm(i, p)
        return bound.abs_upper()

    def _norm(self, i: int, p: int) -> arb:
        """An upper bound of the p-th root of the p-th absolute central moment of a function."""
        if (i, p) not in self.norms:
            centre = self.means[i].mid()
            root = line_mean(self._centred(i) ** p, self.names[i], self.laws[i]).abs_upper() ** (arb(1) / p)
            self.norms[i, p] = (root + abs(self.means[i] - centre)).abs_upper()
        return self.norms[i, p]

    def _centred(self, i: int) -> Expr:
        """The function minus the middle of the ball of its mean."""
        return add(self.functions[i], neg(_exact(self.means[i])))


def _exact(ball: arb) -> Expr:
    """The middle of a ball."""
    man, exp = ball.mid().man_exp()
    return num(Fraction(int(man)) * Fraction(2) ** int(exp))
