"""The two-variable fact of the engine: the probability of the positive quadrant."""

from __future__ import annotations

from analytic.closed_forms import IMAGINARY, ClosedForms
from analytic.errors import NoClosedFormError
from analytic.rules.moment import Equation, Moment


class Orthant:
    r"""$P(u > 0, v > 0) = \Phi_2(E u/\sigma_u, E v/\sigma_v; \rho)$.

    For centred variables the wedge has the angle $\pi - \theta$: $\frac{\pi - \theta}{2\pi}$ (Sheppard 1899).
    """

    name = "orthant probability"
    statement = "P(u > 0, v > 0) = Phi2(E[u]/sd(u), E[v]/sd(v), rho), (pi - theta)/(2 pi) if centred"

    def apply(self, moment: Moment, field: ClosedForms) -> Equation | None:
        """Applies to the bare indicators of two variables."""
        if len(moment.monomial) != 2 or not moment.bare_steps():
            return None
        law = moment.law
        h, k = (law.means[i] / law.deviation(i) for i in (0, 1))
        if field.split(h, IMAGINARY)[1] or field.split(k, IMAGINARY)[1]:
            raise NoClosedFormError(
                f"{moment.text()} is a bivariate normal probability at complex arguments, which has no closed form"
            )
        return Equation(self.name, moment, field.bivariate_cdf(h, k, law.correlation(0, 1)))
