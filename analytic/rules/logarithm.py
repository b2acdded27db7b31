r"""The base cases of $\log|z|$ for centred variables."""

from __future__ import annotations

from analytic.closed_forms import ClosedForms
from analytic.field import Element
from analytic.rules.moment import STEP, Equation, Factor, Law, Moment

LOG, RECIPROCAL = Factor(log=1), Factor(reciprocal=True)


class Logarithm:
    r"""Centred variables: $E\log|u| = \log\sigma - \frac{\gamma + \log 2}{2}$ and its companions.

    $E[\log|u| \log|v|] = E\log|u|\,E\log|v| + \frac12\arcsin^2\rho$, its derivative by the covariance
    $E[\frac1u \frac1v] = \arcsin\rho/\sqrt{\sigma_u^2\sigma_v^2 - c^2}$, and $E[\frac1u 1_{v>0}] =
    \operatorname{artanh}\rho/(\sqrt{2\pi}\,\sigma_u)$. A logarithm is even: beside a single step of another variable
    the step counts one half.
    """

    name = "logarithm of a Gaussian"
    statement = "E[log|u|] = log(sd(u)) - (euler_gamma + log(2))/2, E[log|u| log|v|] = product + asin(rho)^2/2, ..."

    def apply(self, moment: Moment, field: ClosedForms) -> Equation | None:
        """Applies to the base cases, all of them of centred variables."""
        if not moment.law.centred() or moment.exponent:
            return None
        value = self._one(moment, field) if len(moment.monomial) == 1 else self._two(moment, field)
        return None if value is None else Equation(self.name, moment, value)

    def _one(self, moment: Moment, field: ClosedForms) -> Element | None:
        (factor,), law = moment.monomial, moment.law
        if factor == LOG:
            return _mean(law, 0, field)
        if factor in (Factor(log=2), Factor(step=True, log=2)):  # the variance of log|u| is pi^2/8
            return (_mean(law, 0, field) ** 2 + field.pi() ** 2 / 8) / (2 if factor.step else 1)
        if factor == Factor(step=True, log=1):
            return _mean(law, 0, field) / 2
        if factor == Factor(power=1, step=True, log=1):
            s = law.deviation(0)
            density = field.density(field.zero)
            return density * s * (field.log(s) + (field.log(field.number(2)) - field.euler_gamma) / 2)
        return field.zero if factor == RECIPROCAL else None

    def _two(self, moment: Moment, field: ClosedForms) -> Element | None:
        if len(moment.monomial) != 2:
            return None
        law, kinds = moment.law, moment.monomial
        if kinds == (LOG, LOG):
            angle = field.asin(law.correlation(0, 1))
            return _mean(law, 0, field) * _mean(law, 1, field) + angle**2 / 2
        if kinds == (RECIPROCAL, RECIPROCAL):
            r = law.correlation(0, 1)
            return field.asin(r) / (law.deviation(0) * law.deviation(1) * field.square_root(1 - r**2))
        for i, j in ((0, 1), (1, 0)):
            if kinds[i] == LOG and kinds[j] == STEP:
                return _mean(law, i, field) / 2
            if kinds[i] == RECIPROCAL and kinds[j] == STEP:
                artanh = field.function("atanh", law.correlation(0, 1))
                return artanh / (field.root(2) * field.root_pi * law.deviation(i))
        return None


def _mean(law: Law, i: int, field: ClosedForms) -> Element:
    return field.log(law.deviation(i)) - (field.euler_gamma + field.log(field.number(2))) / 2
