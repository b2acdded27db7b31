"""Conditioning on the event that a variable is zero."""

from __future__ import annotations

from analytic.closed_forms import ClosedForms
from analytic.rules.moment import Equation, Factor, Moment


class Conditioning:
    r"""$E[\delta(u) G] = f_u(0)\, E[G \mid u = 0]$ with the density $f_u$ of u; Schur complement for the rest."""

    name = "conditioning"
    statement = "E[delta(u) G] = f_u(0) E[G | u = 0], Cov(v, w | u = 0) = Cov(v, w) - Cov(v, u) Cov(w, u)/Var(u)"

    def apply(self, moment: Moment, field: ClosedForms) -> Equation | None:
        """Conditions on the first variable with a bare Dirac mass."""
        for i, factor in enumerate(moment.monomial):
            if factor == Factor(dirac=True) and moment.law.variance(i):
                deviation = moment.law.deviation(i)
                density = field.density(moment.law.means[i] / deviation) / deviation
                rest = moment.without(i, moment.law.conditioned(i))
                return Equation(self.name, moment, field.zero, ((density, rest),))
        return None
