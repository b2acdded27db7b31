"""Orthant probabilities of an odd number of centred variables from those of fewer variables."""

from __future__ import annotations

from itertools import combinations

from analytic.closed_forms import ClosedForms
from analytic.rules.moment import STEP, Equation, Moment


class InclusionExclusion:
    r"""$P(u_i > 0\ \forall i) = P(u_i < 0\ \forall i) = \sum_S (-1)^{|S|} P(u_i > 0\ \forall i \in S)$.

    For an odd number n of variables the term of all of them changes sides: twice the probability is a sum over proper
    subsets; for n = 3 it gives $\frac18 + \frac1{4\pi}\sum \arcsin\rho_{ij}$.
    """

    name = "inclusion and exclusion"
    statement = "2 P(u > 0, v > 0, w > 0) = 1 - sum P(u > 0) + sum P(u > 0, v > 0) for centred variables; odd n alike"

    def apply(self, moment: Moment, field: ClosedForms) -> Equation | None:
        """Applies to bare indicators of an odd number of centred variables, at least three."""
        n = len(moment.monomial)
        if n < 3 or n % 2 == 0 or not moment.bare_steps() or not moment.law.centred():
            return None
        terms = []
        for size in range(1, n):
            weight = field.number((-1) ** size) / 2
            for subset in combinations(range(n), size):
                terms.append((weight, Moment((STEP,) * size, moment.law.restricted(list(subset)))))
        return Equation(self.name, moment, field.one / 2, tuple(terms))
