"""Two proportional variables of which one has a logarithm: they are written as one."""

from __future__ import annotations

from dataclasses import replace

from analytic.closed_forms import ClosedForms
from analytic.field import Element
from analytic.rules.moment import TRIVIAL, Equation, Factor, Moment

#: A sum of factors of one variable.
_Terms = list[tuple[Element, Factor]]


class Proportional:
    r"""If $v = \beta u$: $v^m = \beta^m u^m$, $\log|v| = \log|\beta| + \log|u|$, $1_{v>0}$ is $1_{u>0}$ or not.

    Powers and steps alone need no such rule; logarithms and reciprocals of dependent variables have no other base case.
    """

    name = "proportional variables"
    statement = "v = b u: v^m = b^m u^m, log|v| = log|b| + log|u|, 1{v > 0} = 1{u > 0} or 1 - 1{u > 0}"

    def apply(self, moment: Moment, field: ClosedForms) -> Equation | None:
        """Merges the second of two proportional variables, one of them with a logarithm, into the first."""
        law, factors = moment.law, moment.monomial
        if any(f.derivative or f.dirac for f in factors):
            return None
        for i, first in enumerate(factors):
            for j in range(i + 1, len(factors)):
                special = any(f.log or f.reciprocal for f in (first, factors[j]))
                if not special or not law.variance(i) or TRIVIAL in (first, factors[j]):
                    continue
                slope = law.covariance[i][j] / law.variance(i)
                sign = field.sign(slope)
                dependent = law.variance(j) == slope * law.covariance[i][j] and law.means[j] == slope * law.means[i]
                if dependent and sign:
                    terms = _merged(first, factors[j], slope, sign, field)
                    rest = moment.without(j)
                    return Equation(self.name, moment, field.zero, tuple((c, rest.replaced(i, f)) for c, f in terms))
        return None


def _merged(first: Factor, second: Factor, slope: Element, sign: int, field: ClosedForms) -> _Terms:
    """The product of the two factors in the first variable."""
    coefficient = slope ** (second.power - second.reciprocal)
    power = first.power + second.power - first.reciprocal - second.reciprocal
    base = Factor(max(power, 0), first.step, log=first.log, reciprocal=power < 0)
    terms: _Terms = [(coefficient, base)]
    for _ in range(second.log):
        shift = field.log(slope * sign)
        terms = [(c * shift, f) for c, f in terms] + [(c, replace(f, log=f.log + 1)) for c, f in terms]
    if second.step:
        both = [(c, replace(f, step=True)) for c, f in terms]
        opposite = [(-c, f) for c, f in both] if not first.step else []
        terms = both if sign > 0 else [*(terms if not first.step else []), *opposite]
    return [(c, f) for c, f in terms if c]
