r"""Critical points as series in $s = k^{-1/2}$: Newton's iteration in the field of Laurent series, and its certificate.

With the s-adic absolute value, Newton's method converges quadratically once a start has the right limit; each step
is exact linear algebra over the constants. The Krawczyk operator works there as in balls: with weights W and the
box $X = W + O(s^{m+1})$, if all entries of $I - J(W)^{-1} J(X)$ are $O(s)$ and $J(W)^{-1} g(W)$ is $O(s^{m+1})$, then X
contains exactly one formal solution, and any W' in X whose Newton step is $O(s^{n+1})$ agrees with it below $s^{n+1}$.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import reduce
from typing import Any

from analytic.errors import AnalyticError, DomainError
from analytic.landscape.laurent import EXACT, PrecisionLostError, Series, SeriesRing, least_valuation, moved
from analytic.landscape.programs import Programs

Weights = dict[str, Series]
#: Gives the inputs other than weights in a ring: the sizes of blocks.
SizesIn = Callable[[SeriesRing], Mapping[str, Series]]
#: Terms beyond the order of the weights to begin with, and how many may be needed.
MARGIN, MOST_TERMS = 6, 400
#: The certificate's box; Newton steps until a start is given up.
BOX_ORDER, MAX_STEPS = 6, 40


class NoExpansionError(AnalyticError):
    """Newton's method in the ring of series does not converge from the family's limit."""


def solve(A: Sequence[Sequence[Series]], b: Sequence[Sequence[Series]]) -> list[list[Series]]:
    """Solves A X = B by elimination; pivots are the entries of least valuation.

    Raises:
        PrecisionLostError: no pivot is known to differ from 0.
    """
    rows = [[*row, *right] for row, right in zip(A, b, strict=True)]
    m = len(rows)
    order: list[tuple[int, int]] = []
    left = set(range(m))
    for _ in range(m):
        i, j = _pivot(rows, left, [c for c in range(m) if c not in {c for _, c in order}])
        left.discard(i)
        order.append((i, j))
        inverse = rows[i][j].inverse()
        rows[i] = [x if c == j else x * inverse for c, x in enumerate(rows[i])]
        for r in range(m):
            if r != i and rows[r][j].coefficients:
                factor = rows[r][j]
                rows[r] = [
                    x if c == j else x - factor * y for c, (x, y) in enumerate(zip(rows[r], rows[i], strict=True))
                ]
    place = {j: i for i, j in order}
    return [rows[place[j]][m:] for j in range(m)]


def _pivot(rows: list[list[Series]], left: set[int], columns: list[int]) -> tuple[int, int]:
    found = [(rows[i][j].valuation, i, j) for i in left for j in columns if _known(rows[i][j])]
    if not found:
        raise PrecisionLostError("got a matrix that may be singular to the terms kept")
    _, i, j = min(found)
    return i, j


def _known(x: Series) -> bool:
    return bool(x.coefficients) and x.ring.field.invertible(x.coefficients[0])


def inverse(A: Sequence[Sequence[Series]]) -> list[list[Series]]:
    """The inverse matrix."""
    ring = A[0][0].ring
    zero = ring.series(0, (), EXACT)
    return solve(A, [[ring.one if i == j else zero for j in range(len(A))] for i in range(len(A))])


@dataclass
class CriticalSeries:
    """A critical point as series: found from its limit, proved in a box, then taken to any order.

    Args:
        programs: of the layout, without extra columns.
        field: of the constants.
        sizes: of the blocks, as series.
        start: weights with the right limit.
        margin: terms beyond the order of the weights, as cancellations turn out to need.
    """

    programs: Programs
    field: Any
    sizes: SizesIn
    start: Callable[[SeriesRing], Weights]
    margin: int = MARGIN
    order: int = 0
    found: Weights = dataclass_field(default_factory=dict)
    jacobian_valuation: int = 0
    contraction: int = 1
    centre: list[list[Series]] = dataclass_field(default_factory=list)

    def to(self, order: int) -> Weights:
        """The weights as polynomials that agree with the critical point below s^(order + 1).

        Raises:
            NoExpansionError: the iteration does not settle.
            OutsideFieldError: a coefficient lies outside the field.
        """
        if not self.found:
            self.found, self.order = self.begun(BOX_ORDER), BOX_ORDER
        while self.order < order:
            self._improve(min(order, self.order + self.contraction))
        return {n: w.polynomial(order + 1) for n, w in self.found.items()}

    def ring(self, order: int) -> SeriesRing:
        """With enough terms for weights of that order."""
        if self.margin > MOST_TERMS:
            raise NoExpansionError(
                f"got cancellation of more than {MOST_TERMS} terms in the critical point's equations"
            )
        return SeriesRing(self.field, order + self.margin)

    def values(self, ring: SeriesRing, weights: Weights) -> dict[str, Series]:
        """All inputs of the programs."""
        return {**self.sizes(ring), **moved(ring, weights)}

    def loss_order(self, order: int) -> int:
        r"""The loss at polynomial weights of that order agrees with the critical value below this power of s.

        The loss is stationary: with $\delta = O(s^{n+1})$ the difference is $\delta^T H \delta / 2$ at a point of the
        certificate's box, and H is the Jacobian times the orbits' sizes, at most k^2 entries each.
        """
        if order < BOX_ORDER:
            raise DomainError(
                f"got weights of order {order}, expected at least {BOX_ORDER}, that of the certificate's box"
            )
        self.to(order)
        return 2 * (order + 1) + self.jacobian_valuation - 4

    def begun(self, order: int) -> Weights:
        """Newton's method from the limit, at growing orders, until the Krawczyk test holds in the box of that order."""
        weights = self.start(self.ring(order))
        for steps in range(1, MAX_STEPS):
            aim = min(order, 2 * steps)
            step = self._step(weights, aim)
            if aim == order and least_valuation(step.values()) > order:
                self._certify(weights, order)
                return weights
            weights = _moved_by(weights, step, aim)
        raise NoExpansionError(f"Newton's method in the ring of series did not settle in {MAX_STEPS} steps")

    def _step(self, weights: Weights, order: int) -> Weights:
        while True:
            ring, lost = self.ring(order), 2
            try:
                gradient, jacobian = self.programs.run_newton(ring, self.values(ring, weights))
                step = [row[0] for row in solve(jacobian, [[g] for g in gradient])]
                lost = order + 1 - min(x.order for x in step)
            except PrecisionLostError:
                pass
            if lost <= 0:
                return dict(zip(weights, step, strict=True))
            self.margin += lost

    def _improve(self, order: int) -> None:
        """One step with the certificate's inverse: in its box that brings an error O(s^m) to O(s^(m + contraction))."""
        while True:
            ring, lost = self.ring(order), 2
            try:
                gradient = self.programs.gradient.run(ring, self.values(ring, self.found))
                step = {n: _inner(row, gradient, ring) for n, row in zip(self.found, self.centre, strict=True)}
                lost = order + 1 - min(x.order for x in step.values())
            except PrecisionLostError:
                pass
            if lost <= 0:
                self.found, self.order = _moved_by(self.found, step, order), order
                return
            self.margin += lost

    def _certify(self, weights: Weights, order: int) -> None:
        """The Krawczyk test in the box of all weights that agree below s^(order + 1)."""
        ring = self.ring(order)
        box = {n: w.truncated(order + 1) for n, w in self.values(ring, weights).items() if n in weights}
        centre = inverse(self.programs.run_newton(ring, self.values(ring, weights))[1])
        self.centre = centre
        around = self.programs.run_newton(ring, {**self.sizes(ring), **box})[1]
        self.jacobian_valuation = least_valuation(x for row in around for x in row)
        images = [[_inner(row, [line[j] for line in around], ring) for j in range(len(row))] for row in centre]
        defects = [x - ring.one if i == j else x for i, row in enumerate(images) for j, x in enumerate(row)]
        self.contraction = least_valuation(defects)
        if self.contraction < 1:
            raise NoExpansionError(
                f"got I - C J = O(s^{self.contraction}) on the box of weights known to order {order}, expected O(s): "
                f"the Krawczyk test fails"
            )


def _inner(row: Sequence[Series], column: Sequence[Series], ring: SeriesRing) -> Series:
    return reduce(operator.add, (ring.moved(a) * ring.moved(b) for a, b in zip(row, column, strict=True)))


def _moved_by(weights: Weights, step: Weights, order: int) -> Weights:
    return {n: (step[n].ring.moved(w) - step[n]).polynomial(min(order + 1, step[n].order)) for n, w in weights.items()}
