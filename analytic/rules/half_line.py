"""The one-variable base case: the probability that a Gaussian variable is positive."""

from __future__ import annotations

from analytic.closed_forms import ClosedForms
from analytic.rules.moment import STEP, Equation, Moment


class HalfLine:
    r"""$P(u > 0) = \Phi(E u/\sigma)$, one half for a centred variable."""

    name = "half line"
    statement = "P(u > 0) = Phi(E[u]/sd(u)), 1/2 if E[u] = 0"

    def apply(self, moment: Moment, field: ClosedForms) -> Equation | None:
        """Applies to the bare indicator of one variable."""
        if moment.monomial == (STEP,):
            return Equation(self.name, moment, field.normal_cdf(moment.law.means[0] / moment.law.deviation(0)))
        return None
