"""The normal distribution function as the probability of an auxiliary variable."""

from __future__ import annotations

from dataclasses import replace

from analytic.closed_forms import ClosedForms
from analytic.rules.moment import STEP, Equation, Moment


class Auxiliary:
    r"""$\Phi(z) = P(\zeta < z \mid z)$ with an independent standard normal $\zeta$: a step of $z - \zeta$."""

    name = "auxiliary variable"
    statement = "E[Phi(z) G] = E[1{z - zeta > 0} G] with an independent zeta ~ N(0, 1)"

    def apply(self, moment: Moment, field: ClosedForms) -> Equation | None:
        """Replaces the first value of Phi by the step of a new variable."""
        for i, factor in enumerate(moment.monomial):
            if factor.cdf and not factor.derivative:
                law = moment.law
                new = f"zeta_{1 + sum(' - zeta' in n for n in law.names)}"
                row = law.covariance[i]
                matrix = tuple((*r, r[i]) for r in law.covariance)
                extended = replace(
                    law,
                    names=(*law.names, f"{law.names[i]} - {new}"),
                    means=(*law.means, law.means[i]),
                    covariance=(*matrix, (*row, row[i] + 1)),
                    latex_names=(*law.latex_names, rf"{law.shown(i)} - \{new}") if law.latex_names else (),
                )
                changed = moment.replaced(i, replace(factor, cdf=factor.cdf - 1)).monomial
                term = Moment((*changed, STEP), extended, moment.exponent)
                return Equation(self.name, moment, field.zero, ((field.one, term),))
        return None
