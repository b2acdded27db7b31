r"""Hermite coefficients of a function of a Gaussian variable, and the series for a product of two, as balls.

With $h_n = He_n/\sqrt{n!}$, orthonormal under the standard normal law, and $a_n = E[f(\sigma z) h_n(z)]$,
$$E[f(u)\,g(v)] = \sum_n a_n b_n \rho^n,\qquad
\Bigl|\sum_{n > N} a_n b_n \rho^n\Bigr| \le |\rho|^{N+1}
\Bigl(E f^2 - \sum_{n \le N} a_n^2\Bigr)^{1/2} \Bigl(E g^2 - \sum_{n \le N} b_n^2\Bigr)^{1/2}$$
by Mehler's formula, Parseval's identity and the Cauchy-Schwarz inequality.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from flint import acb, arb, ctx, fmpq

from analytic.balls import precision
from analytic.errors import DomainError
from analytic.formula import Expr, name, substitute
from analytic.series.charts import STANDARD, Window, charts, window
from analytic.series.exact import ball_of, constant_of, sign_of, tidy, without_empty_powers
from analytic.series.line_integral import GUARD, second_moment
from analytic.series.panels import Panel, panels
from analytic.series.pieces import pieces
from analytic.series.symmetry import symmetry

MAX_COEFFICIENTS = 2000
#: Furthest point of the window, in deviations: the precision, and the number of nodes, are proportional to it.
MAX_REACH = 1000


@dataclass(frozen=True)
class HermiteExpansion:
    r"""The first coefficients $a_0, \dots, a_N$ of $f(\sigma z)$ and the mean square.

    Args:
        function: f.
        variable: its variable.
        deviation: sigma, a constant.
        coefficients: balls; exactly 0 where the symmetry of f says so.
        square: ball of $E f^2$.
    """

    function: Expr
    variable: str
    deviation: Expr
    coefficients: tuple[arb, ...]
    square: arb

    def remainder(self) -> arb:
        r"""An upper bound of $(\sum_{n > N} a_n^2)^{1/2}$, by Parseval's identity.

        Example:
            >>> from analytic.formula import ONE
            >>> from analytic.grammar import parse
            >>> bool(hermite_expansion(parse("u^2"), "u", ONE, 3).remainder() < 1e-5)
            True
        """
        left = self.square - sum((a * a for a in self.coefficients), arb(0))
        return left.abs_upper().sqrt().upper() if left > 0 or left.contains(0) else arb("nan")


@dataclass(frozen=True)
class HermiteSeries:
    r"""The series of $E[f(u)\,g(v)]$ in the correlation of centred Gaussian variables.

    Args:
        first: expansion of f.
        second: expansion of g, as long.

    Example:
        >>> from analytic.grammar import parse
        >>> series = hermite_series(parse("sign(u)"), parse("sign(v)"), terms=60)
        >>> series.at(Fraction(1, 2)).overlaps(arb(1) / 3), series.at(Fraction(1, 2)).rad() < 1e-12
        (True, True)
    """

    first: HermiteExpansion
    second: HermiteExpansion

    @property
    def coefficients(self) -> tuple[arb, ...]:
        r"""The balls $a_n b_n$."""
        pairs = zip(self.first.coefficients, self.second.coefficients, strict=True)
        return tuple(arb(0) if a == 0 or b == 0 else a * b for a, b in pairs)

    def partial_sum(self, rho: Fraction | Expr | arb) -> arb:
        """The sum of the known terms at a correlation."""
        r, total = _correlation(rho), arb(0)
        for c in reversed(self.coefficients):
            total = total * r + c
        return total

    def tail(self, rho: Fraction | Expr | arb) -> arb:
        """An upper bound of the modulus of the sum of all further terms."""
        r = _correlation(rho).abs_upper()
        n = len(self.first.coefficients)
        return (r**n * self.first.remainder() * self.second.remainder()).abs_upper()

    def at(self, rho: Fraction | Expr | arb) -> arb:
        """A ball that contains the expectation at a correlation in [-1, 1].

        Raises:
            DomainError: the correlation is not certainly in [-1, 1].
        """
        return self.partial_sum(rho) + arb(0, self.tail(rho))

    def __str__(self) -> str:
        return " + ".join(f"{_short(c)}*rho^{n}" for n, c in self._shown()) + " + ..."

    def _repr_latex_(self) -> str:
        shown = " + ".join(rf"{_short(c)}\,\rho^{{{n}}}" for n, c in self._shown())
        return f"$\\displaystyle {shown} + \\dots$".replace("+ -", "- ")

    def latex(self) -> str:
        """The series in LaTeX, without dollar signs."""
        return self._repr_latex_().strip("$").removeprefix("\\displaystyle ")

    def _shown(self) -> list[tuple[int, arb]]:
        return [(n, c) for n, c in enumerate(self.coefficients) if c != 0][:8]


def _short(c: arb) -> str:
    return str(c.str(8, radius=False))


def _correlation(rho: Fraction | Expr | arb) -> arb:
    r = rho if isinstance(rho, arb) else ball_of(constant_of(rho))
    if not (abs(r) <= 1):
        raise DomainError(f"got the correlation {rho}, expected a number certainly in [-1, 1]")
    return r


def hermite_series(
    f: Expr,
    g: Expr,
    deviations: tuple[Expr | Fraction | int, Expr | Fraction | int] = (1, 1),
    terms: int = 40,
    variables: tuple[str, str] = ("u", "v"),
) -> HermiteSeries:
    """The series of E[f(u) g(v)] in the correlation, its first terms as balls at the current precision.

    Args:
        f: a formula in the first variable.
        g: a formula in the second variable.
        deviations: standard deviations, exact, positive.
        terms: the number N + 1 of coefficients.
        variables: the names of the variables.

    Returns:
        The series.

    Raises:
        DivergenceError: a function is not square integrable.

    Example:
        >>> from analytic.grammar import parse
        >>> series = hermite_series(parse("relu(u)"), parse("relu(v)"), terms=6)
        >>> [c == 0 for c in series.coefficients]
        [False, False, False, True, False, True]
    """
    f, g = without_empty_powers(f), without_empty_powers(g)
    first = hermite_expansion(f, variables[0], constant_of(deviations[0]), terms - 1)
    return HermiteSeries(first, hermite_expansion(g, variables[1], constant_of(deviations[1]), terms - 1))


def hermite_expansion(f: Expr, variable: str, deviation: Expr, order: int) -> HermiteExpansion:
    r"""The coefficients $a_n = E[f(\sigma z) He_n(z)]/\sqrt{n!}$ for n up to the order, and $E f(\sigma z)^2$.

    One set of nodes serves all n. The error of the sums follows from the bound, for every $r \in (0, 1)$,
    $$|h_n(x + iy)|^2 \le r^{-n} (1 - r^2)^{-1/2} \exp\Bigl(\frac{r x^2}{1 + r} + \frac{r y^2}{1 - r}\Bigr),$$
    one term of Mehler's kernel, a series of positive terms at conjugate points; outside the window
    Cauchy-Schwarz gives $(E[f^2 1_{out}])^{1/2}$.

    Args:
        f: a formula in one variable.
        variable: its name.
        deviation: sigma, a positive constant.
        order: the last n, at most 1999.

    Returns:
        The expansion, at the current precision.

    Raises:
        DivergenceError: f is not square integrable.
        DomainError: the order or deviation is out of range, or f has kinks too many deviations from its mean.

    Source: Mehler 1866; DLMF 18.18.28.

    Example:
        >>> from analytic.formula import ONE
        >>> from analytic.grammar import parse
        >>> expansion = hermite_expansion(parse("relu(u)"), "u", ONE, 3)
        >>> expansion.coefficients[1].overlaps(arb("0.5")), expansion.coefficients[3] == 0
        (True, True)
    """
    if not 0 <= order < MAX_COEFFICIENTS:
        raise DomainError(f"got the order {order}, expected 0 to {MAX_COEFFICIENTS - 1}")
    if sign_of(deviation) <= 0:
        raise DomainError(f"got the deviation {deviation}, expected a positive number")
    scaled = substitute(f, {variable: tidy(deviation) * name(variable)})
    bits = ctx.prec
    with precision(bits + GUARD):
        parts = pieces(scaled, variable)
        within = window(parts, variable, STANDARD, 2 * bits, squared=True)
        _check_reach(within)
        square = second_moment(scaled, variable, STANDARD)
        _check_size(square, bits)
        kernel = _KernelBound(order)
        found = charts(parts, variable, within, Fraction(1))
    # the recurrence multiplies radii by at most exp(|x| sqrt(n))
    reach = max(abs(float(within.left)), float(within.right))
    with precision(bits + GUARD + int(1.45 * reach * order**0.5)):
        grid = [p for c in found for p in panels(c, arb(2), kernel, bits)]
        error = within.tail.sqrt() + sum((p.error * kernel(p.box) for p in grid), arb(0))
        # at the omitted neighbourhoods of singularities, too, the kernel is at most its bound on the real line
        error += sum((c.neglected * kernel(acb(arb(0, 1))) for c in found), arb(0))
        sums = _sums(grid, order)
    vanishing = symmetry(scaled, variable)
    coefficients = [arb(0) if vanishing.vanishes(n) else s + arb(0, error.abs_upper()) for n, s in enumerate(sums)]
    return HermiteExpansion(f, variable, deviation, tuple(coefficients), square)


def _check_reach(within: Window) -> None:
    """Refuses a window whose quadrature would take minutes: nodes and bits are both proportional to its width."""
    reach = max(-within.left, within.right)
    if reach > MAX_REACH:
        with precision(64):
            shown = arb(fmpq(reach.numerator, reach.denominator)).str(3, radius=False)
        raise DomainError(
            f"got a function with a kink or its growth {shown} deviations from the centre, expected at most "
            f"{MAX_REACH} for Hermite coefficients, whose precision grows with it: take a nearer mean, or .at(...) "
            "for the value"
        )


def _check_size(square: arb, bits: int) -> None:
    """Refuses a function whose rounding errors at twice the working precision exceed 1: panels would be halved on."""
    if square > arb(2) ** (4 * bits):
        raise DomainError(
            f"got a function whose mean square is about {square.str(3, radius=False)}, expected at most "
            f"2^{4 * bits} at {bits} bits: most of its Hermite coefficients would be lost in rounding; "
            "take smaller means"
        )


class _KernelBound:
    r"""An upper bound of $|h_n(z) \varphi(z)|$ for all n up to the order on a box."""

    def __init__(self, order: int) -> None:
        self.order = order

    def __call__(self, box: acb) -> arb:
        x, y = box.real.abs_lower(), box.imag.abs_upper()
        gap = min(max(float(y) / (self.order + 1) ** 0.5, 0.001), 0.9)  # any r will do; this one is near the best
        r = 1 - arb(fmpq(int(gap * 1024) + 1, 1025))
        exponent = -(x**2) / (2 * (1 + r)) + y**2 / (2 * (1 - r))
        value: arb = r ** (-arb(self.order) / 2) * exponent.exp() / ((1 - r * r).root(4) * (2 * arb.pi()).sqrt())
        return value.abs_upper()


def _sums(grid: list[Panel], order: int) -> list[arb]:
    roots = [arb(n).sqrt() for n in range(order + 2)]
    inverse = [1 / r if r != 0 else r for r in roots]
    sums, norm = [arb(0)] * (order + 1), 1 / (2 * arb.pi()).sqrt()
    for p in grid:
        for x, w in zip(p.nodes, p.weights, strict=True):
            before, last = arb(0), w * norm * (-x * x / 2).exp()
            for n in range(order + 1):
                sums[n] += last
                before, last = last, (x * last - roots[n] * before) * inverse[n + 1]
    return sums
