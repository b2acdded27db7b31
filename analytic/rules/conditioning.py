"""Conditioning on the event that a variable is zero."""

from __future__ import annotations

from analytic.ring import Ring
from analytic.rules.moment import Equation, Factor, Law, Moment, gaussian_density_at_zero


class Conditioning:
    r"""$E[\delta(u) G(v)] = E[G(v) \mid u = 0]/(|u|\sqrt{2\pi})$, $\mathrm{Var} v = |v|^2 - \mathrm{Cov}^2/|u|^2$."""

    name = "conditioning"
    statement = "E[delta(u) G(v)] = E[G(v) | u = 0]/(|u| sqrt(2 pi)), Var(v | u = 0) = |v|^2 sin(theta)^2"

    def apply(self, moment: Moment, ring: Ring) -> Equation | None:
        """Conditions on the first variable with a bare Dirac mass."""
        for i, factor in enumerate(moment.monomial):
            if factor == Factor(dirac=True):
                density = gaussian_density_at_zero(moment.law.deviations[i], ring)
                rest = moment.law.without(i)
                # |v|^2 - |v|^2 cos^2 = |v|^2 sin^2, and sin > 0 inside the domain
                deviations = tuple(d * ring.sine for d in rest.deviations)
                law = Law(rest.names, deviations, (*moment.law.given, moment.law.names[i]))
                return Equation(self.name, moment, ring.field.zero, ((density, moment.without(i, law)),))
        return None
