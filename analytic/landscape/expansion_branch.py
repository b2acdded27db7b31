r"""The expansions of one family with exact coefficients: weights, loss and eigenvalues in $s = k^{-1/2}$."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

from analytic.landscape.expansion_value import Expansion, size
from analytic.landscape.isotypic import Component
from analytic.landscape.laurent import EXACT, PrecisionLostError, Series, SeriesRing, moved
from analytic.landscape.limits import Limit, by_label
from analytic.landscape.pair import RELU
from analytic.landscape.pi_field import OutsideFieldError, PiField
from analytic.landscape.pi_roots import roots_in
from analytic.landscape.programs import Programs, programs
from analytic.landscape.series_eigenvalues import Matrix, balanced, split
from analytic.landscape.series_newton import BOX_ORDER, CriticalSeries, NoExpansionError

#: Orders of the weights beyond the order asked for: to begin with, and when that is not enough.
EXTRA, MORE, MOST = 4, 2, 60
#: Terms of the ring beyond the order and those extra ones.
SPARE = 5


def is_numeric(limit: Limit) -> bool:
    """Whether the coefficients are enclosures: p >= 3 flipped neurons tied together, or a share of k."""
    return (limit.kind == "I" and limit.ratio == 0) or 0 < limit.ratio < 1


class Branch:
    """The expansions of one family; the weights are kept to the highest order that was needed.

    Args:
        limit: of the family.
    """

    #: Terms that may be lost before that is given up.
    most = MOST

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self.field = self.constants()

    def constants(self) -> PiField:
        """The field of the coefficients.

        Raises:
            OutsideFieldError: they are not exact.
        """
        if is_numeric(self.limit):
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
        for extra in range(EXTRA, self.most, MORE):
            ring = SeriesRing(self.field, order + extra + SPARE)
            values = {**self.limit.sizes(ring), **moved(ring, self.solved(order + extra))}
            try:
                return compute(ring, values)
            except PrecisionLostError:
                continue
        raise NoExpansionError(
            f"got cancellation of more than {self.most} terms in the expansions of {self.limit.name}"
        )

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
            matrices = self._matrices(own, ring, values)
            for component in own.components:
                if component.name not in found:
                    found[component.name] = split(matrices[component.name](), order, self.leading_roots)

        self._to_order(order, compute)
        return self._listed(own.components, found, order)

    def leading_roots(self, coefficients: Sequence[Any]) -> list[tuple[Any, int]]:
        """The roots of a polynomial over the constants, with multiplicities."""
        return roots_in(self.field, coefficients)

    def _matrices(
        self, own: Programs, ring: SeriesRing, values: Mapping[str, Series]
    ) -> dict[str, Callable[[], Matrix]]:
        """The Hessian by component, in bases whose Gram matrices tend to positive ones; computed when called."""
        blocks = own.run_blocks(ring, values)
        triples = zip(blocks.components, blocks.matrices, blocks.norms, strict=True)
        return {c.name: partial(balanced, matrix, norms) for c, matrix, norms in triples}

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
        return sorted(rows, key=size, reverse=True)
