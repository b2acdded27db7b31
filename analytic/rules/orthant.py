"""The one two-variable fact of the engine: the probability of the positive quadrant."""

from __future__ import annotations

from analytic.ring import Ring
from analytic.rules.moment import Equation, Factor, Moment


class Orthant:
    r"""$P(u > 0, v > 0) = \frac{\pi - \theta}{2\pi}$ (Sheppard 1899): the wedge has the angle $\pi - \theta$."""

    name = "orthant probability"
    statement = "P(u > 0, v > 0) = (pi - theta)/(2 pi)"

    def apply(self, moment: Moment, ring: Ring) -> Equation | None:
        """Applies to the bare indicators of two variables."""
        if moment.monomial == (Factor(step=True), Factor(step=True)):
            return Equation(self.name, moment, (ring.pi() - ring.theta()) / (2 * ring.pi()))
        return None
