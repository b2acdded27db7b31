r"""Critical points, their losses and eigenvalues in powers of $k^{-1/2}$, with exact coefficients where there are any.

With $s = k^{-1/2}$ the programs of the landscape run in the field of Laurent series over Q(pi) (with roots such as
$\sqrt p$); Newton's iteration there gives the weights from the family's limit alone. For ``I:p`` with p fixed and for
shares of k the leading coefficients solve a nonlinear system: there coefficients are enclosures (``series_scaled``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from flint import arb

from analytic.balls import Ball, precision
from analytic.errors import DomainError
from analytic.landscape.expansion_text import Term, latex_of, text_of
from analytic.landscape.hybrid_field import Enclosure, HybridField
from analytic.landscape.isotypic import EXTRA as EXTRA_COLUMNS
from analytic.landscape.isotypic import Component
from analytic.landscape.laurent import EXACT, PrecisionLostError, Series, SeriesRing, moved
from analytic.landscape.limits import Limit, by_label, limit
from analytic.landscape.pair import RELU
from analytic.landscape.pi_field import OutsideFieldError, PiField
from analytic.landscape.pi_roots import roots_in
from analytic.landscape.programs import Programs, programs
from analytic.landscape.series_eigenvalues import eigenvalues
from analytic.landscape.series_newton import BOX_ORDER, CriticalSeries, NoExpansionError
from analytic.landscape.series_scaled import SHARE, TIED, ScaledSeries, beginning, check_vanishing

#: Orders of the weights beyond the order asked for: to begin with, and when that is not enough.
EXTRA, MORE, MOST = 4, 2, 60
#: Terms of the ring beyond the order and those extra ones.
SPARE = 5
#: The largest order, in powers of k^(-1/2).
MAX_ORDER = 40
#: Where coefficients are enclosures: the largest order, and the working precision, of which an order costs ten bits.
MAX_NUMERIC_ORDER, NUMERIC_BITS = 12, 640
WHATS = ("weights", "loss", "eigenvalues")


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
        """As LaTeX, without dollars."""
        return latex_of(self._terms, self.order)

    @property
    def _terms(self) -> list[Term]:
        return [Term(c, i) for i, c in enumerate(self.series.coefficients, self.series.valuation) if i <= self.order]

    @property
    def _note(self) -> str:
        if self.multiplicity is None:
            return ""
        terms = [Term(c, i) for i, c in enumerate(self.multiplicity.coefficients, self.multiplicity.valuation)]
        times = text_of(terms, None)
        if self.on_extra_columns:
            times = "d - k" if times == "1" else f"({times})*(d - k)"
        return f"   [{self.component}, {times} times]"

    def __repr__(self) -> str:
        return self.text

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex}$"


def expansion(name: str, order: int, what: str = "weights", extra_columns: bool = False) -> Any:
    """The expansion of a family's weights, loss or eigenvalues.

    Args:
        name: global, diagonal, A, I, II, I:p or II:p with p fixed (II:3) or a share of k (II:k/2).
        order: all terms up to k^(-order/2).
        what: weights, loss or eigenvalues.
        extra_columns: whether those eigenvalues are listed too that appear for d > k, once for each further column;
            the other quantities do not depend on d.

    Returns:
        For the loss one ``Expansion``; for weights a dictionary of them by orbit; for eigenvalues a list, the largest
        first, with multiplicities.

    Raises:
        FormulaError: the name is none of these.
        DomainError: impossible order or quantity.
        OutsideFieldError: eigenvalues of families whose coefficients are enclosures (I:p with p fixed, shares of k).
        NoExpansionError: no expansion in powers of k^(-1/2) was found, as for branches that end at a finite k.

    Example:
        >>> expansion("A", 2)["a_11"]
        a_11(A) = 2/k + O(k^(-3/2))
        >>> expansion("I:4", 2)["d_1"]
        d_1(I:4) = 1 + 0.416941438951644/k + O(k^(-3/2))   (certified numbers)
    """
    if what not in WHATS:
        raise DomainError(f"got {what!r}, expected one of {', '.join(WHATS)}")
    if isinstance(order, bool) or not isinstance(order, int) or not 0 <= order <= MAX_ORDER:
        raise DomainError(f"got the order {order!r}, expected an integer from 0 to {MAX_ORDER}")
    branch = _branch(limit(name).name)
    if what == "eigenvalues":
        return branch.eigenvalues(order, extra_columns)
    return {"weights": branch.weights, "loss": branch.loss}[what](order)


@lru_cache(maxsize=32)
def _branch(name: str) -> Branch:
    found = limit(name)
    return NumericBranch(found) if _is_numeric(found) else Branch(found)


def _is_numeric(limit: Limit) -> bool:
    return (limit.kind == "I" and limit.ratio == 0) or 0 < limit.ratio < 1


class Branch:
    """The expansions of one family; the weights are kept to the highest order that was needed.

    Args:
        limit: of the family.
    """

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self.field = self.constants()

    def constants(self) -> PiField:
        """The field of the coefficients.

        Raises:
            OutsideFieldError: they are not exact.
        """
        if _is_numeric(self.limit):
            raise OutsideFieldError(
                f"got {self.limit.name}, whose coefficients are no rational functions of pi; expected global, "
                f"diagonal, A, I, II or II:p with p fixed"
            )
        return PiField()

    @cached_property
    def programs(self) -> Programs:
        """The programs of the layout, d = k."""
        return self._programs(False)

    def _programs(self, extra_columns: bool) -> Programs:
        return programs(self.limit.layout, tuple(self.limit.small.items()), self.limit.weights, RELU, extra_columns)

    @cached_property
    def critical(self) -> CriticalSeries:
        """The critical point, as far as it is known."""
        return CriticalSeries(self.programs, self.field, self.limit.sizes, self.limit.start)

    def solved(self, order: int) -> Mapping[str, Series]:
        """The weights below s^(order + 1), with their O-terms."""
        if self.limit.kind == "global":
            ring = SeriesRing(self.field, 2)
            return {o.name: ring.series(0, (self.field.number(v),), EXACT) for o, v in self.limit.weights}
        return {n: w.truncated(order + 1) for n, w in self.critical.to(order).items()}

    def weights(self, order: int) -> dict[str, Expansion]:
        """By orbit."""
        found = self.solved(order)
        return {n: Expansion(f"{n}({self.limit.name})", w, order) for n, w in found.items()}

    def _to_order(self, order: int, compute: Callable[[SeriesRing, dict[str, Series]], Any]) -> Any:
        """Computes with more and more terms of the weights until nothing that is wanted cancels."""
        for extra in range(EXTRA, MOST, MORE):
            ring = SeriesRing(self.field, order + extra + SPARE)
            values = {**self.limit.sizes(ring), **moved(ring, self.solved(order + extra))}
            try:
                return compute(ring, values)
            except PrecisionLostError:
                continue
        raise NoExpansionError(f"got cancellation of more than {MOST} terms in the expansions of {self.limit.name}")

    def loss(self, order: int) -> Expansion:
        """The loss at the critical point: stationary, so that half the order of the weights is enough."""
        weights, known = self._for_loss(order)
        for terms in range(order + 8, order + MOST, MORE):
            ring = SeriesRing(self.field, terms)
            found = self.programs.loss.run(ring, {**self.limit.sizes(ring), **moved(ring, weights)})[0].truncated(known)
            if found.order > order:
                return Expansion(f"loss({self.limit.name})", found.truncated(order + 1), order)
        raise NoExpansionError(f"got cancellation of more than {MOST} terms in the loss of {self.limit.name}")

    def _for_loss(self, order: int) -> tuple[Mapping[str, Series], int]:
        if self.limit.kind == "global":
            return self.solved(order), EXACT
        half = max(order // 2 + 1, BOX_ORDER)
        while self.critical.loss_order(half) <= order:
            half += 1
        return self.critical.to(half), self.critical.loss_order(half)

    def eigenvalues(self, order: int, extra_columns: bool = False) -> list[Expansion]:
        """All eigenvalues of the Hessian; with extra columns those of d > k too."""
        found: dict[str, list[Series]] = {}
        own = self._programs(extra_columns)

        def compute(ring: SeriesRing, values: dict[str, Series]) -> None:
            blocks = own.run_blocks(ring, values)
            for component, matrix, norms in zip(blocks.components, blocks.matrices, blocks.norms, strict=True):
                if component.name not in found:
                    found[component.name] = eigenvalues(matrix, norms, order, lambda p: roots_in(self.field, p))

        self._to_order(order, compute)
        return self._listed(own.components, found, order)

    def _listed(
        self, components: Sequence[Component], found: Mapping[str, Sequence[Series]], order: int
    ) -> list[Expansion]:
        ring = SeriesRing(self.field, 8)
        labels = by_label(self.limit, self.limit.sizes(ring), ring.one)
        title, rows = f"lambda({self.limit.name})", []
        for component in components:
            times = ring.element(component.dimension(labels))
            for x in found[component.name]:
                rows.append(Expansion(title, x.truncated(order + 1), order, times, component.name))
        return sorted(rows, key=_size, reverse=True)


class NumericBranch(Branch):
    """The expansions of a family whose coefficients are enclosures.

    Args:
        limit: of the family.
    """

    field: HybridField

    def constants(self) -> HybridField:
        """The field of the coefficients."""
        return HybridField()

    @cached_property
    def scaled(self) -> ScaledSeries:
        """The critical point, as far as it is known."""
        scaling = SHARE if self.limit.ratio else TIED
        return ScaledSeries(
            self.programs, self.field, self.limit.sizes, scaling, lambda: beginning(self.limit, scaling)
        )

    def solved(self, order: int) -> Mapping[str, Series]:
        """The weights below s^(order + 1), with their O-terms."""
        return self.scaled.to(SeriesRing(self.field, order + SPARE), order)

    def weights(self, order: int) -> dict[str, Expansion]:
        """By orbit."""
        with self._precise(order):
            return super().weights(order)

    def loss(self, order: int) -> Expansion:
        r"""The loss at the critical point.

        It is s^(-4) times an analytic function of s and the scaled weights y, stationary at the critical point: weights
        whose y is known to O(s^(n + 1)) give it up to O(s^(2n - 2)). It is bounded: by homogeneity it is half the
        difference of $\sum_{ij} F(v_i, v_j)$ and $\sum_{ij} F(w_i, v_j)$, in which the terms of order k cancel because
        $\sigma$ and the sums $c_m$ over columns of k entries are $O(1/k)$ (see ``series_scaled``).
        """
        with self._precise(order):
            known = order // 2 + 2
            most = max(self.scaled.scaling.exponents.values())
            for terms in range(order + 8, order + MOST, MORE):
                ring = SeriesRing(self.field, terms)
                weights = {n: w.polynomial(EXACT) for n, w in self.scaled.to(ring, known + most).items()}
                found = self.programs.loss.run(ring, {**self.limit.sizes(ring), **weights})[0]
                if found.order > order:
                    check_vanishing(found, 0)
                    terms_kept = [found.coefficient(i) for i in range(order + 1)]
                    return Expansion(f"loss({self.limit.name})", ring.series(0, terms_kept, order + 1), order)
        raise NoExpansionError(f"got cancellation of more than {MOST} terms in the loss of {self.limit.name}")

    def eigenvalues(self, order: int, extra_columns: bool = False) -> list[Expansion]:  # noqa: ARG002
        """Refused: coefficients that vanish are known as enclosures only, so that leading terms cannot be found.

        Raises:
            OutsideFieldError: always.
        """
        raise OutsideFieldError(
            f"got the eigenvalues of {self.limit.name}, expected weights or loss: its coefficients are enclosures, "
            f"which do not show the order in k of an eigenvalue; ask for the spectrum at a given k"
        )

    def _precise(self, order: int) -> AbstractContextManager[None]:
        if order > MAX_NUMERIC_ORDER:
            raise DomainError(
                f"got the order {order}, expected at most {MAX_NUMERIC_ORDER} for {self.limit.name}: its coefficients "
                f"are enclosures, which lose digits from one to the next"
            )
        return precision(NUMERIC_BITS)


def _size(row: Expansion) -> float:
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
