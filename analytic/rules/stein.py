"""Stein's lemma: Gaussian integration by parts."""

from __future__ import annotations

from dataclasses import replace

from analytic.closed_forms import ClosedForms
from analytic.field import Element
from analytic.rules.moment import TRIVIAL, Equation, Factor, Moment


class Stein:
    r"""$E[u F] = E[u] E[F] + \sum_z \operatorname{Cov}(u, z) E[\partial_z F]$."""

    name = "Stein's lemma"
    statement = r"E[u F(u,v)] = E[u] E[F] + Var(u) E[dF/du] + Cov(u,v) E[dF/dv]"

    def apply(self, moment: Moment, field: ClosedForms) -> Equation | None:
        """Integrates by parts against the first variable that has a power to give."""
        if any(f.derivative or f.dirac or f.reciprocal for f in moment.monomial):
            return None
        for i, factor in enumerate(moment.monomial):
            if factor.power and not _divergent(factor):
                return Equation(self.name, moment, field.zero, _by_parts(moment, i))
        return None


def _divergent(factor: Factor) -> bool:
    """z log|z| 1{z > 0} leaves log|z| delta(z), which is infinite."""
    return factor.power == 1 and factor.step and factor.log > 0


def _by_parts(moment: Moment, i: int) -> tuple[tuple[Element, Moment], ...]:
    factor, law = moment.monomial[i], moment.law
    lowered = moment.replaced(i, replace(factor, power=factor.power - 1))
    terms = [(law.means[i], lowered)] if law.means[i] else []
    for j, other in enumerate(lowered.monomial):
        if law.covariance[i][j] and other != TRIVIAL:
            terms.append((law.covariance[i][j], lowered.replaced(j, replace(other, derivative=True))))
    return tuple(terms)
