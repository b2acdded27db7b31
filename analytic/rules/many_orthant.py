"""Orthant probabilities of four and more centred variables: named, with a closed form in one case."""

from __future__ import annotations

from itertools import combinations

from analytic.closed_forms import ClosedForms
from analytic.errors import NoClosedFormError
from analytic.rules.moment import Equation, Moment

#: Odd numbers of dependent variables up to this one are expanded, see ``inclusion_exclusion``.
MOST_EXPANDED = 5


class ManyOrthant:
    r"""$P(u_1 > 0, \dots, u_n > 0)$ is $1/(n+1)$ if all correlations are 1/2, and a function of its own otherwise.

    Correlations 1/2 are those of $u_i = z_i - z_0$ with independent z: the event is that $z_0$ is the smallest.
    """

    name = "orthant probability of many"
    statement = "P(u_1 > 0, ..., u_n > 0) = 1/(n + 1) if all correlations are 1/2, else orthant(rho_12, rho_13, ...)"

    def apply(self, moment: Moment, field: ClosedForms) -> Equation | None:
        """Applies to the bare indicators of centred variables, three and more; few of odd number are expanded."""
        n, law = len(moment.monomial), moment.law
        if n < 3 or not moment.bare_steps():
            return None
        if not law.centred():
            raise NoClosedFormError(
                f"{moment.text()} is a normal probability of {n} variables with non-zero means, which no closed form "
                f"expresses; expected at most two steps, or means 0"
            )
        if all_half(moment):
            return Equation(self.name, moment, field.one / (n + 1))
        correlations = [law.correlation(i, j) for i, j in combinations(range(n), 2)]
        return Equation(self.name, moment, field.special("orthant", *correlations))


def all_half(moment: Moment) -> bool:
    r"""Whether all correlations are 1/2, seen at $2 c_{ij} = c_{ii} = c_{jj}$ or at the quotients themselves."""
    law = moment.law
    pairs = combinations(range(len(moment.monomial)), 2)
    return all(
        2 * law.covariance[i][j] == law.variance(i) == law.variance(j) or 2 * law.correlation(i, j) == 1
        for i, j in pairs
    )
