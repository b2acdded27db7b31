"""A variable without variance is its mean."""

from __future__ import annotations

from analytic.closed_forms import ClosedForms
from analytic.errors import DerivationError
from analytic.rules.moment import Equation, Moment


class Constant:
    r"""$\operatorname{Var} z = 0$ means $z = E z$; a step at 0 counts one half, the limit of vanishing variance."""

    name = "constant variable"
    statement = "z = E[z] if Var(z) = 0; 1{z > 0} is 1/2 if E[z] = 0, the limit of vanishing variance"

    def apply(self, moment: Moment, field: ClosedForms) -> Equation | None:
        """Replaces the first variable without variance by its mean."""
        for i, factor in enumerate(moment.monomial):
            if moment.law.variance(i) or factor.derivative:
                continue
            mean = moment.law.means[i]
            if factor.dirac or ((factor.log or factor.reciprocal) and not mean):
                raise DerivationError(f"{moment.text()} has no value: {moment.law.names[i]} is the constant {mean}")
            value = mean**factor.power if factor.power else field.one
            value = value * field.step(mean) if factor.step else value
            value = value * field.log(field.absolute(mean)) ** factor.log if factor.log else value
            value = value / mean if factor.reciprocal else value
            return Equation(self.name, moment, field.zero, ((value, moment.without(i)),))
        return None
