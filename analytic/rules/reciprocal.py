"""A power beside a reciprocal: regression on the variable of the reciprocal."""

from __future__ import annotations

from dataclasses import replace

from analytic.closed_forms import ClosedForms
from analytic.rules.moment import TRIVIAL, Equation, Factor, Moment


class Reciprocal:
    r"""$E[v \tfrac1u G] = \beta E[G] + \sum_z (C_{vz} - \beta C_{uz}) E[\tfrac1u \partial_z G]$, C the covariances.

    Centred variables, $\beta = \operatorname{Cov}(u, v)/\operatorname{Var} u$, G free of u: v is $\beta u$ plus a part
    that is independent of u, by which Stein's lemma integrates.
    """

    name = "regression"
    statement = "E[v/u G] = b E[G] + sum_z (Cov(v,z) - b Cov(u,z)) E[1/u dG/dz], b = Cov(u,v)/Var(u), centred"

    def apply(self, moment: Moment, field: ClosedForms) -> Equation | None:
        """Applies where one variable is a bare reciprocal and another has a power to give."""
        if any(f.derivative or f.dirac for f in moment.monomial) or not moment.law.centred():
            return None
        bare = [i for i, f in enumerate(moment.monomial) if f == Factor(reciprocal=True)]
        powers = [j for j, f in enumerate(moment.monomial) if f.power and not f.log and not f.reciprocal]
        if len(bare) != 1 or not powers:
            return None
        (i,), j, law = bare, powers[0], moment.law
        slope = law.covariance[i][j] / law.variance(i)
        lowered = moment.replaced(j, replace(moment.monomial[j], power=moment.monomial[j].power - 1))
        terms = [(slope, lowered.replaced(i, TRIVIAL))]
        for k, other in enumerate(lowered.monomial):
            weight = law.covariance[j][k] - slope * law.covariance[i][k]
            if k != i and other != TRIVIAL and weight:
                terms.append((weight, lowered.replaced(k, replace(other, derivative=True))))
        return Equation(self.name, moment, field.zero, tuple(terms))
