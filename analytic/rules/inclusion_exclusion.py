"""Orthant probabilities of an odd number of centred variables from those of fewer variables."""

from __future__ import annotations

from itertools import combinations

from analytic.closed_forms import ClosedForms
from analytic.rules.independence import blocks, marginal
from analytic.rules.many_orthant import MOST_EXPANDED, all_half
from analytic.rules.moment import Equation, Moment


class InclusionExclusion:
    r"""$P(u_i > 0\ \forall i) = P(u_i < 0\ \forall i) = \sum_S (-1)^{|S|} P(u_i > 0\ \forall i \in S)$.

    For an odd number n of variables the term of all of them changes sides: twice the probability is a sum over proper
    subsets; for n = 3 it gives $\frac18 + \frac1{4\pi}\sum \arcsin\rho_{ij}$. Variables that are independent of these
    stay beside them. The sum has 2^n terms: it is left out where a closed form is known, and beyond MOST_EXPANDED
    variables, whose probability keeps its name.
    """

    name = "inclusion and exclusion"
    statement = "2 P(u > 0, v > 0, w > 0) = 1 - sum P(u > 0) + sum P(u > 0, v > 0) for centred variables; odd n alike"

    def apply(self, moment: Moment, field: ClosedForms) -> Equation | None:
        """Applies to bare indicators, of which an independent block is of odd size, at least three, and centred."""
        if len(moment.monomial) < 3 or not moment.bare_steps():
            return None
        for block in blocks(moment):
            if len(block) in range(3, MOST_EXPANDED + 1, 2) and not any(moment.law.means[i] for i in block):
                if len(block) > 3 and all_half(marginal(moment, block)):
                    continue
                return self._turned(moment, block, field)
        return None

    def _turned(self, moment: Moment, block: list[int], field: ClosedForms) -> Equation:
        rest, terms = [i for i in range(len(moment.monomial)) if i not in block], []
        for size in range(0 if rest else 1, len(block)):
            weight = field.number((-1) ** size) / 2
            for subset in combinations(block, size):
                terms.append((weight, marginal(moment, sorted([*subset, *rest]))))
        return Equation(self.name, moment, field.zero if rest else field.one / 2, tuple(terms))
