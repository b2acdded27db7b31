"""The product rule, with the Dirac mass as the derivative of the step."""

from __future__ import annotations

from analytic.ring import Ring
from analytic.rules.moment import Equation, Factor, Moment


class ProductRule:
    r"""$\frac{d}{dz}\left(z^m \mathbf 1_{z>0}\right) = m z^{m-1} \mathbf 1_{z>0} + z^m \delta(z)$."""

    name = "product rule"
    statement = r"d/dz (z^m 1{z > 0}) = m z^(m-1) 1{z > 0} + z^m delta(z)"

    def apply(self, moment: Moment, ring: Ring) -> Equation | None:
        """Carries out the first derivative that is still marked."""
        for i, factor in enumerate(moment.monomial):
            if factor.derivative:
                terms = []
                if factor.power:
                    lowered = Factor(factor.power - 1, factor.step, factor.dirac)
                    terms.append((ring.field.one * factor.power, moment.replaced(i, lowered)))
                if factor.step:
                    terms.append((ring.field.one, moment.replaced(i, Factor(factor.power, dirac=True))))
                return Equation(self.name, moment, ring.field.zero, tuple(terms))
        return None
