"""A Dirac mass annihilates what vanishes at its point."""

from __future__ import annotations

from analytic.closed_forms import ClosedForms
from analytic.rules.moment import Equation, Moment


class Sifting:
    r"""$z^m \delta(z) = 0$ for $m \ge 1$, also with $\log|z|$, because $z^m \log|z| \to 0$."""

    name = "sifting"
    statement = "z^m delta(z) = 0 for m >= 1"

    def apply(self, moment: Moment, field: ClosedForms) -> Equation | None:
        """The moment is 0 if some variable has both a power and a Dirac mass."""
        if any(f.dirac and f.power for f in moment.monomial):
            return Equation(self.name, moment, field.zero)
        return None
