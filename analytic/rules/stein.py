"""Stein's lemma: Gaussian integration by parts."""

from __future__ import annotations

from dataclasses import replace

from analytic.ring import Element, Ring
from analytic.rules.moment import Equation, Law, Moment


class Stein:
    r"""$E[u F(u, v)] = \operatorname{Var}(u) E[\partial_u F] + \operatorname{Cov}(u, v) E[\partial_v F]$."""

    name = "Stein's lemma"
    statement = r"E[u F(u,v)] = Var(u) E[dF/du] + Cov(u,v) E[dF/dv]"

    def apply(self, moment: Moment, ring: Ring) -> Equation | None:
        """Integrates by parts against the first variable that has a power to give."""
        if any(f.derivative or f.dirac for f in moment.monomial):
            return None
        for i, factor in enumerate(moment.monomial):
            if factor.power:
                lowered = moment.replaced(i, replace(factor, power=factor.power - 1))
                terms = tuple(
                    (
                        covariance(moment.law, i, j, ring),
                        lowered.replaced(j, replace(lowered.monomial[j], derivative=True)),
                    )
                    for j in range(len(moment.monomial))
                )
                return Equation(self.name, moment, ring.field.zero, terms)
        return None


def covariance(law: Law, i: int, j: int, ring: Ring) -> Element:
    """The covariance of two variables of the law: |u|^2, or |u| |v| cos(theta)."""
    product = law.deviations[i] * law.deviations[j]
    return product if i == j else product * ring.cosine
