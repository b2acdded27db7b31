r"""The expansions of one family whose coefficients are enclosures: ``I:p`` with p fixed, and shares of k."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cached_property, partial
from typing import Any

from analytic.balls import precision
from analytic.errors import DomainError
from analytic.landscape.expansion_branch import MORE, MOST, SPARE, Branch
from analytic.landscape.expansion_value import Expansion
from analytic.landscape.hybrid_field import HybridField
from analytic.landscape.laurent import EXACT, Series, SeriesRing
from analytic.landscape.programs import Programs
from analytic.landscape.series_dominant import Dominant
from analytic.landscape.series_eigenvalues import Matrix
from analytic.landscape.series_newton import NoExpansionError
from analytic.landscape.series_roots import real_roots
from analytic.landscape.series_scaled import SHARE, TIED, ScaledSeries, beginning, check_vanishing

#: The largest order, and the working precision, of which an order costs ten bits.
MAX_NUMERIC_ORDER, NUMERIC_BITS = 12, 640
#: Terms that may be lost in eigenvalues: what balls lose, more terms do not bring back.
MOST_LOST = 16


class NumericBranch(Branch):
    """The expansions of a family whose coefficients are enclosures.

    Args:
        limit: of the family.
    """

    field: HybridField
    most = MOST_LOST

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

    def eigenvalues(self, order: int, extra_columns: bool = False) -> list[Expansion]:
        """All eigenvalues of the Hessian: coefficients that are 0 by the bound of ``series_dominant`` are taken out.

        Raises:
            UnseparatedError: eigenvalues of one component are not known to differ where they must.
        """
        with self._precise(order):
            return super().eigenvalues(order, extra_columns)

    def leading_roots(self, coefficients: Sequence[Any]) -> list[tuple[Any, int]]:
        """The roots of a polynomial over the constants, with multiplicities."""
        return real_roots(self.field, coefficients)

    def _matrices(
        self, own: Programs, ring: SeriesRing, values: Mapping[str, Series]
    ) -> dict[str, Callable[[], Matrix]]:
        """The Hessian by component, with exact leading terms."""
        blocks, growing = own.run_blocks(ring, values), Dominant(own).run(ring, values)
        triples = zip(blocks.components, blocks.matrices, blocks.norms, strict=True)
        return {c.name: partial(growing[c.name].separated, A, norms, self.leading_roots) for c, A, norms in triples}

    def _precise(self, order: int) -> AbstractContextManager[None]:
        if order > MAX_NUMERIC_ORDER:
            raise DomainError(
                f"got the order {order}, expected at most {MAX_NUMERIC_ORDER} for {self.limit.name}: its coefficients "
                f"are enclosures, which lose digits from one to the next"
            )
        return precision(NUMERIC_BITS)
