r"""The series in the correlations for a product of three and more functions, with a rigorous bound of its tail.

For standard normal variables with correlation matrix R, $f_i = \sum_k a_{i,k} h_k$, $h_k = He_k/\sqrt{k!}$,
$$E \prod_i f_i(u_i) = \sum_{q \ge 0} b_q, \qquad b_q = \sum_{|n| = q} \prod_{i < j} \frac{r_{ij}^{n_{ij}}}{n_{ij}!}
\prod_i \sqrt{k_i!}\,a_{i,k_i}, \qquad k_i = \sum_j n_{ij}$$
over symmetric matrices n of nonnegative integers (Kibble 1945, Slepian 1972). With $\sigma = \|R - I\| < 1$ the matrix
$R' = I + (R - I)/\sigma$ is a correlation matrix with $R' \le 2 I$, under which $b_q' = b_q/\sigma^q$, and
$\sum_q b_q' e^{2 i q t}$ is the expectation of $\prod_i \sum_k a_{i,k} e^{ikt} h_k$, of modulus at most
$\prod_i (E f_i^2)^{1/2}$ (Chen, Dafnis and Paouris 2015, theorem 1). Hence by Parseval's identity and Cauchy-Schwarz
$$\Bigl|\sum_{q \ge N} b_q\Bigr| \le \frac{\sigma^N}{\sqrt{1 - \sigma^2}}
\Bigl(\prod_i E f_i^2 - \sum_{q < N} (b_q/\sigma^q)^2\Bigr)^{1/2}.$$
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from flint import arb

from analytic.errors import DomainError, FormulaError
from analytic.formula import Expr
from analytic.grammar import formula
from analytic.series.exact import ball_of, constant_of
from analytic.series.hermite import HermiteExpansion
from analytic.series.many_integral import exceeds

#: Correlations by name, such as ``rho_uv``: numbers or formulas of constants.
Correlations = Mapping[str, Fraction | Expr | str | int | arb]
#: One number stands for all correlations.
Point = Correlations | Fraction | Expr | str | int | arb | None
#: A correlation matrix.
Rows = list[list[arb]]
#: So many Hermite moments are summed: some ten seconds.
MAX_MOMENTS = 1_000_000
#: How many terms are printed, and up to which order they are sought.
_SHOWN, _LAST_ORDER = 8, 8


@dataclass(frozen=True)
class KibbleSeries:
    """The series of E[f(u) g(v) h(w) ...] in the correlations of centred Gaussian variables.

    Args:
        variables: their names.
        expansions: of the functions, all of one length N: the orders 0, ..., N - 1 of the series are known.
        correlations: those of the law, by name; those that it leaves free are missing.

    Example:
        >>> from analytic.formula import ONE
        >>> from analytic.grammar import parse
        >>> from analytic.series.hermite import hermite_expansion
        >>> steps = tuple(hermite_expansion(parse(f"step({n})"), n, ONE, 29) for n in "uvw")
        >>> series, third = KibbleSeries(tuple("uvw"), steps, {}), Fraction(1, 3)
        >>> value = series.at({"rho_uv": third, "rho_uw": third, "rho_vw": third})
        >>> value.overlaps(arb(1) / 8 + 3 * (arb(1) / 3).asin() / (4 * arb.pi())), value.rad() < 1e-4
        (True, True)
    """

    variables: tuple[str, ...]
    expansions: tuple[HermiteExpansion, ...]
    correlations: Correlations

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the correlations, row by row."""
        return tuple(f"rho_{u}{v}" for u, v in combinations(self.variables, 2))

    @property
    def terms(self) -> int:
        """The number N of orders."""
        return len(self.expansions[0].coefficients)

    def partial_sum(self, correlations: Point = None) -> arb:
        """The sum of the known orders.

        Args:
            correlations: by name, those of the law need not be given; one number stands for all of them.
        """
        return sum(self._orders(self._matrix(correlations)), arb(0))

    def tail(self, correlations: Point = None) -> arb:
        """An upper bound of the modulus of the sum of all further orders.

        Raises:
            DomainError: the spectral norm of R - I is not less than 1: no bound is known, the series may diverge.
        """
        matrix = self._matrix(correlations)
        return self._tail(matrix, self._orders(matrix))

    def at(self, correlations: Point = None) -> arb:
        """A ball that contains the expectation.

        Raises:
            DomainError: the spectral norm of R - I is not less than 1.
        """
        matrix = self._matrix(correlations)
        orders = self._orders(matrix)
        return sum(orders, arb(0)) + arb(0, self._tail(matrix, orders))

    def __str__(self) -> str:
        shown = ["*".join([c, *(f"{n}^{k}" for n, k in powers)]) for c, powers in self._shown()]
        return " + ".join(shown) + " + ..."

    def latex(self) -> str:
        """The series in LaTeX, without dollar signs."""
        shown = []
        for c, powers in self._shown():
            factors = [rf"\rho_{{{n.removeprefix('rho_')}}}^{{{k}}}" for n, k in powers]
            shown.append(r"\,".join([c, *factors]))
        return (" + ".join(shown) + r" + \dots").replace("+ -", "- ")

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def _shown(self) -> list[tuple[str, list[tuple[str, int]]]]:
        found: list[tuple[str, list[tuple[str, int]]]] = []
        for order in range(min(self.terms, _LAST_ORDER)):
            for counts in _compositions(order, len(self.names)):
                c = self._coefficient(counts)
                if c != 0 and len(found) < _SHOWN:
                    powers = [(n, k) for n, k in zip(self.names, counts, strict=True) if k]
                    found.append((str(c.str(8, radius=False)), powers))
        return found

    def _coefficient(self, counts: tuple[int, ...]) -> arb:
        """Of the product of the correlations to these powers."""
        degrees = [0] * len(self.variables)
        for (i, j), n in zip(combinations(range(len(self.variables)), 2), counts, strict=True):
            degrees[i] += n
            degrees[j] += n
        found = arb(1) / math.prod(math.factorial(n) for n in counts)
        for k, expansion in zip(degrees, self.expansions, strict=True):
            a = expansion.coefficients[k]
            found = arb(0) if a == 0 else found * a * arb(math.factorial(k)).sqrt()
        return found

    def _matrix(self, correlations: Point) -> Rows:
        if correlations is not None and not isinstance(correlations, Mapping):
            correlations = dict.fromkeys(self.names, correlations)
        given = {**self.correlations, **(correlations or {})}
        unknown = sorted(set(given) - set(self.names))
        missing = [n for n in self.names if n not in given]
        if unknown or missing:
            raise FormulaError(f"got values for {', '.join(given) or 'nothing'}, expected {', '.join(self.names)}")
        size = range(len(self.variables))
        rows = [[arb(int(i == j)) for j in size] for i in size]
        for n, (i, j) in zip(self.names, combinations(size, 2), strict=True):
            value = given[n]
            rows[i][j] = rows[j][i] = value if isinstance(value, arb) else ball_of(constant_of(formula(value)))
            if not abs(rows[i][j]) <= 1:
                raise DomainError(f"got the correlation {n} = {value}, expected a number certainly in [-1, 1]")
        return rows

    def _tail(self, matrix: Rows, orders: list[arb]) -> arb:
        norm = spectral_norm(matrix)
        if not norm < 1:
            raise DomainError(
                f"got correlations for which the spectral norm of R - I is about {float(norm.mid()):.4g}, expected "
                f"less than 1: no bound of the tail is known there, the series may diverge; .at(...) of the "
                f"expectation certifies the value"
            )
        left = arb(1)
        for expansion in self.expansions:
            left *= expansion.square
        for q, b in enumerate(orders):
            scaled = b / norm**q
            left -= scaled * scaled
        squares = arb(left.upper()).max(arb(0))
        return (norm**self.terms * (squares / (1 - norm * norm)).sqrt()).abs_upper()

    def _orders(self, matrix: Rows) -> list[arb]:
        r"""The $b_q$, from Hermite moments: $\sqrt{k_i}\,m(k) = \sum_j r_{ij} \sqrt{k_j}\,m(k - e_i - e_j)$."""
        size, known = len(self.variables), 0
        roots = [arb(k).sqrt() for k in range(self.terms + 1)]
        level = {(0,) * size: arb(1)}
        orders = [self._sum(level)]
        for q in range(1, self.terms):
            found = {k: _moment(k, level, matrix, roots) for k in _degrees(2 * q, q, size)}
            known += len(found)
            if known > MAX_MOMENTS:
                raise DomainError(
                    f"got {self.terms} orders of a series in {size} variables, expected fewer: more than {MAX_MOMENTS} "
                    f"Hermite moments are in order {q}"
                )
            orders.append(self._sum(found))
            level = found
        return orders

    def _sum(self, moments: dict[tuple[int, ...], arb]) -> arb:
        total = arb(0)
        coefficients = [e.coefficients for e in self.expansions]
        for k, m in moments.items():
            factors = [c[n] for c, n in zip(coefficients, k, strict=True)]
            if all(a != 0 for a in factors):
                for a in factors:
                    m = m * a
                total += m
        return total


def _moment(k: tuple[int, ...], level: dict[tuple[int, ...], arb], matrix: Rows, roots: list[arb]) -> arb:
    i = next(i for i, n in enumerate(k) if n)
    total = arb(0)
    for j in range(i + 1, len(k)):
        if k[j] and matrix[i][j] != 0:
            below = (*k[:i], k[i] - 1, *k[i + 1 : j], k[j] - 1, *k[j + 1 :])
            before = level.get(below)  # moments of which one degree exceeds all others together are 0
            if before is not None:
                total += matrix[i][j] * roots[k[j]] * before
    return total / roots[k[i]]


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """All tuples of nonnegative integers with that sum."""
    yield from _degrees(total, total, parts)


def _degrees(total: int, most: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Tuples with that sum and no entry above ``most``, the greatest first."""
    if parts == 1:
        if total <= most:
            yield (total,)
        return
    for first in range(min(total, most), max(0, total - most * (parts - 1)) - 1, -1):
        for rest in _degrees(total - first, most, parts - 1):
            yield (first, *rest)


def spectral_norm(matrix: Rows) -> arb:
    """A close upper bound of the spectral norm of R - I for a correlation matrix R.

    Example:
        >>> half = arb(1) / 2
        >>> pair = [[arb(1), half], [half, arb(1)]]
        >>> bool(0.5 <= spectral_norm(pair) < 0.5001)
        True
    """
    size = range(len(matrix))
    other = [[matrix[i][j] if i == j else -matrix[i][j] for j in size] for i in size]
    low, high = 0.0, float(len(matrix))
    while high - low > 2**-16 * high and high > 2**-40:
        middle = (low + high) / 2
        # (1 + s) I exceeds R, and so it does with R - I changed in sign
        if all(exceeds([1 + arb(middle)] * len(matrix), rows) for rows in (matrix, other)):
            high = middle
        else:
            low = middle
    return arb(high)
