"""Uncorrelated Gaussian variables are independent."""

from __future__ import annotations

from analytic.closed_forms import ClosedForms
from analytic.rules.half_line import HalfLine
from analytic.rules.moment import Equation, Moment
from analytic.rules.orthant import Orthant


class Independence:
    r"""$E[F(u) G(v)] = E[F(u)]\, E[G(v)]$ if $\operatorname{Cov}(u, v) = 0$."""

    name = "independence"
    statement = "P(u > 0, v > 0) = P(u > 0) P(v > 0) if Cov(u, v) = 0; the same for blocks"

    def apply(self, moment: Moment, field: ClosedForms) -> Equation | None:
        """Splits off an independent block of one or two steps."""
        if len(moment.monomial) < 3 or not moment.bare_steps():
            return None
        for start in range(len(moment.monomial)):
            block = self._block(moment, start)
            if len(block) <= 2 and len(block) < len(moment.monomial):
                rest = [i for i in range(len(moment.monomial)) if i not in block]
                part, other = (_marginal(moment, sorted(indices)) for indices in (block, rest))
                found = HalfLine().apply(part, field) or Orthant().apply(part, field)
                assert found is not None
                return Equation(self.name, moment, field.zero, ((found.constant, other),))
        return None

    @staticmethod
    def _block(moment: Moment, start: int) -> set[int]:
        """The variables connected with one variable by covariances that are not zero."""
        block, more = set[int](), {start}
        while more:
            block |= more
            reached = {j for i in more for j in range(len(moment.monomial)) if moment.law.covariance[i][j]}
            more = reached - block
        return block


def _marginal(moment: Moment, keep: list[int]) -> Moment:
    return Moment(tuple(moment.monomial[i] for i in keep), moment.law.restricted(keep))
