"""The product rule, with the Dirac mass as the derivative of the step."""

from __future__ import annotations

from dataclasses import replace

from analytic.closed_forms import ClosedForms
from analytic.field import Element
from analytic.rules.moment import Equation, Factor, Moment


class ProductRule:
    r"""$\frac{d}{dz}\left(z^m \mathbf 1_{z>0}\right) = m z^{m-1} \mathbf 1_{z>0} + z^m \delta(z)$."""

    name = "product rule"
    statement = r"d/dz (z^m 1{z > 0}) = m z^(m-1) 1{z > 0} + z^m delta(z); d/dz log|z| = 1/z"

    def apply(self, moment: Moment, field: ClosedForms) -> Equation | None:
        """Carries out the first derivative that is still marked."""
        for i, factor in enumerate(moment.monomial):
            if factor.derivative:
                terms = tuple((c, moment.replaced(i, f)) for c, f in derivative(factor, field))
                return Equation(self.name, moment, field.zero, terms)
        return None


def derivative(factor: Factor, field: ClosedForms) -> list[tuple[Element, Factor]]:
    """The derivative of a factor that is marked, as a sum."""
    f, terms = replace(factor, derivative=False), []
    if f.power:
        terms.append((field.number(f.power), replace(f, power=f.power - 1)))
    if f.step:
        terms.append((field.one, Factor(f.power, dirac=True, log=f.log)))
    if f.log:
        lowered = replace(f, log=f.log - 1)
        inner = replace(lowered, power=f.power - 1) if f.power else replace(lowered, reciprocal=True)
        terms.append((field.number(f.log), inner))
    return terms
