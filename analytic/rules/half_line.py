"""The one-variable base case: a centred Gaussian variable is positive with probability one half."""

from __future__ import annotations

from analytic.ring import Ring
from analytic.rules.moment import Equation, Factor, Moment


class HalfLine:
    r"""$P(u > 0) = \tfrac12$, because $u$ and $-u$ have the same law."""

    name = "half line"
    statement = "P(u > 0) = 1/2"

    def apply(self, moment: Moment, ring: Ring) -> Equation | None:
        """Applies to the bare indicator of one variable."""
        if moment.monomial == (Factor(step=True),):
            return Equation(self.name, moment, ring.field.one / 2)
        return None
