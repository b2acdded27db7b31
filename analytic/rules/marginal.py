"""A variable that does not occur is integrated out; with none left, the total mass is 1."""

from __future__ import annotations

from analytic.closed_forms import ClosedForms
from analytic.rules.moment import TRIVIAL, Equation, Moment


class Marginal:
    r"""$E[G(v)]$ depends on the marginal law of $v$ only, and $E[1] = 1$."""

    name = "marginal law"
    statement = "E[G(v)] needs the law of v only; E[1] = 1"

    def apply(self, moment: Moment, field: ClosedForms) -> Equation | None:
        """Drops the first variable that does not occur."""
        if not moment.monomial:
            return Equation(self.name, moment, field.one)
        for i, factor in enumerate(moment.monomial):
            if factor == TRIVIAL:
                return Equation(self.name, moment, field.zero, ((field.one, moment.without(i)),))
        return None
