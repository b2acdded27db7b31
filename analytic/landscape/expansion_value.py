r"""A quantity of a family as a truncated series in $k^{-1/2}$: its coefficients, values, text and LaTeX."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flint import arb

from analytic.balls import Ball, precision
from analytic.errors import DomainError
from analytic.landscape.constant_text import is_sum
from analytic.landscape.expansion_text import Term, latex_of, text_of
from analytic.landscape.hybrid_field import Enclosure
from analytic.landscape.isotypic import EXTRA as EXTRA_COLUMNS
from analytic.landscape.laurent import EXACT, Series


@dataclass(frozen=True)
class Expansion:
    r"""A quantity $\sum_i c_i k^{-i/2} + O(k^{-(n+1)/2})$.

    Args:
        title: what it is, such as ``loss(II)``.
        series: in $s = k^{-1/2}$.
        order: n.
        multiplicity: of an eigenvalue, a polynomial in k; None for other quantities.
        component: the isotypic component of an eigenvalue; those on extra columns have the multiplicity once for each
            of the d - k columns.

    Example:
        >>> from analytic import expansion
        >>> expansion("II", 2, "loss")
        loss(II) = (1/2 - 2/pi^2)/k + O(k^(-3/2))
    """

    title: str
    series: Series
    order: int
    multiplicity: Series | None = None
    component: str | None = None

    def coefficient(self, i: int) -> Any:
        """The coefficient of k^(-i/2).

        Raises:
            DomainError: it lies beyond the order.
        """
        if i > self.order:
            raise DomainError(f"got the coefficient of k^(-{i}/2), expected i <= {self.order}: ask for a higher order")
        return self.series.coefficient(i)

    def at(self, k: Any, digits: int = 30) -> Ball:
        """The sum of the terms at k, without the O-term.

        Args:
            k: a positive number (integer, Fraction, ball).
            digits: working precision.
        """
        with precision(int(3.33 * digits) + 64):
            return Ball.of(_sum(self.series, _ball(k), self.order))

    @property
    def on_extra_columns(self) -> bool:
        """Whether it is an eigenvalue on the columns beyond the k-th."""
        return self.component is not None and self.component.startswith(EXTRA_COLUMNS)

    def multiplicity_at(self, k: Any, d: Any = None) -> Ball:
        """The multiplicity of an eigenvalue at k.

        Args:
            k: a positive number.
            d: dimension of the input, at least k; default k.
        """
        if self.multiplicity is None:
            raise DomainError(f"got {self.title}, which is no eigenvalue: it has no multiplicity")
        with precision(128):
            size = _ball(k)
            columns = size if d is None else _ball(d)
            if columns < size:
                raise DomainError(f"got d = {d} < k = {k}, expected d >= k: k orthonormal teachers need k dimensions")
            times = _sum(self.multiplicity, size, EXACT)
            return Ball.of(times * (columns - size) if self.on_extra_columns else times)

    @property
    def text(self) -> str:
        """As plain text."""
        return f"{self.title} = {text_of(self._terms, self.order)}{self._note}{self._kind}"

    @property
    def exact(self) -> bool:
        """Whether all coefficients are exact; otherwise some are enclosures, of which sure digits are written."""
        return not any(isinstance(t.coefficient, Enclosure) for t in self._terms)

    @property
    def _kind(self) -> str:
        return "" if self.exact else "   (certified numbers)"

    @property
    def latex(self) -> str:
        """As LaTeX, without dollars; an eigenvalue with its component and multiplicity."""
        found = latex_of(self._terms, self.order)
        if self.multiplicity is None:
            return found
        times = self._times(latex_of(self._multiplicity_terms, None), r"\left({}\right)", r"{}\,(d - k)")
        return rf"{found}\quad[\text{{{self.component}}},\ {times}\ \text{{times}}]"

    @property
    def _terms(self) -> list[Term]:
        return [Term(c, i) for i, c in enumerate(self.series.coefficients, self.series.valuation) if i <= self.order]

    @property
    def _note(self) -> str:
        if self.multiplicity is None:
            return ""
        times = self._times(text_of(self._multiplicity_terms, None), "({})", "{}*(d - k)")
        return f"   [{self.component}, {times} times]"

    @property
    def _multiplicity_terms(self) -> list[Term]:
        m = self.multiplicity
        return [] if m is None else [Term(c, i) for i, c in enumerate(m.coefficients, m.valuation)]

    def _times(self, written: str, brackets: str, on_columns: str) -> str:
        if not self.on_extra_columns:
            return written
        return (
            "d - k" if written == "1" else on_columns.format(brackets.format(written) if is_sum(written) else written)
        )

    def __repr__(self) -> str:
        return self.text

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex}$"


def size(row: Expansion) -> float:
    """Orders eigenvalues: the value at a huge k."""
    with precision(128):
        return float(_sum(row.series, arb(10) ** 12, row.order))


def _sum(series: Series, k: arb, order: int) -> arb:
    s, total = 1 / k.sqrt(), arb(0)
    for i, c in enumerate(series.coefficients, series.valuation):
        if i <= order:
            total += c.ball() * s**i
    return total


def _ball(k: Any) -> arb:
    found = k if isinstance(k, arb) else arb(k.numerator) / k.denominator
    if not found > 0:
        raise DomainError(f"got k = {k!r}, expected a positive number")
    return found
