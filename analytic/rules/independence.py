"""Uncorrelated Gaussian variables are independent."""

from __future__ import annotations

from analytic.closed_forms import ClosedForms
from analytic.field import Element
from analytic.rules.half_line import HalfLine
from analytic.rules.many_orthant import MOST_EXPANDED, ManyOrthant, all_half
from analytic.rules.moment import STEP, Equation, Moment
from analytic.rules.orthant import Orthant
from analytic.rules.reflection_group import ReflectionGroup


class Independence:
    r"""$E[F(u) G(v)] = E[F(u)]\, E[G(v)]$ if $\operatorname{Cov}(u, v) = 0$."""

    name = "independence"
    statement = "P(u > 0, v > 0) = P(u > 0) P(v > 0) if Cov(u, v) = 0; the same for blocks"

    def apply(self, moment: Moment, field: ClosedForms) -> Equation | None:
        """Splits off an independent block of steps whose probability is known."""
        if len(moment.monomial) < 3 or not moment.bare_steps():
            return None
        for block in blocks(moment):
            if len(block) < len(moment.monomial):
                value = _probability(marginal(moment, block), field)
                if value is not None:
                    rest = [i for i in range(len(moment.monomial)) if i not in block]
                    return Equation(self.name, moment, field.zero, ((value, marginal(moment, rest)),))
        return None


def _probability(part: Moment, field: ClosedForms) -> Element | None:
    """Of a block, by a rule that needs no other moment; odd blocks are left to inclusion and exclusion."""
    n = len(part.monomial)
    if n <= 2:
        found = HalfLine().apply(part, field) or Orthant().apply(part, field)
    else:
        found = ReflectionGroup().apply(part, field)
        if found is None and part.law.centred() and (n % 2 == 0 or n > MOST_EXPANDED or (n > 3 and all_half(part))):
            found = ManyOrthant().apply(part, field)
    return found.constant if found is not None else None


def blocks(moment: Moment) -> list[list[int]]:
    """The variables by dependence, each block sorted, in the order of their first variables."""
    found, left = list[list[int]](), list(range(len(moment.monomial)))
    while left:
        block, more = set[int](), {left[0]}
        while more:
            block |= more
            reached = {j for i in more for j in range(len(moment.monomial)) if moment.law.covariance[i][j]}
            more = reached - block
        found.append(sorted(block))
        left = [i for i in left if i not in block]
    return found


def marginal(moment: Moment, keep: list[int]) -> Moment:
    """The steps of some of the variables."""
    return Moment((STEP,) * len(keep), moment.law.restricted(keep))
