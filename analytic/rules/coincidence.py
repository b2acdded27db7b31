"""Two steps in the same direction: one of them decides."""

from __future__ import annotations

from dataclasses import replace

from analytic.closed_forms import ClosedForms
from analytic.rules.moment import Equation, Moment


class Coincidence:
    r"""If $v = \beta u + \gamma$, then $\mathbf 1_{u>0}\mathbf 1_{v>0}$ is a combination of single steps.

    For $\beta > 0$ it is the step of the smaller variable; for $\beta < 0$ it is 0 if $\gamma \le 0$ and
    $\mathbf 1_{u>0} + \mathbf 1_{v>0} - 1$ if $\gamma > 0$.
    """

    name = "coincidence"
    statement = "1{u > 0} 1{v > 0} for v = b u + c: one of the steps, 0, or 1{u > 0} + 1{v > 0} - 1"

    def apply(self, moment: Moment, field: ClosedForms) -> Equation | None:
        """Applies to the first two steps whose arguments are affine functions of each other, if the signs are plain."""
        law = moment.law
        steps = [i for i, f in enumerate(moment.monomial) if f.step and not f.derivative and law.variance(i)]
        for n, i in enumerate(steps):
            for j in steps[n + 1 :]:
                if law.variance(i) * law.variance(j) != law.covariance[i][j] ** 2:
                    continue
                slope = law.covariance[i][j] / law.variance(i)
                direction, shift = field.sign(slope), field.sign(law.means[j] - slope * law.means[i])
                if direction and shift is not None:
                    terms = self._terms(moment, i, j, direction, shift)
                    return Equation(self.name, moment, field.zero, tuple((field.number(c), m) for c, m in terms))
        return None

    def _terms(self, moment: Moment, i: int, j: int, direction: int, shift: int) -> list[tuple[int, Moment]]:
        if direction > 0:
            return [(1, _without_step(moment, i if shift < 0 else j))]
        if shift <= 0:
            return []
        both = _without_step(_without_step(moment, i), j)
        return [(1, _without_step(moment, j)), (1, _without_step(moment, i)), (-1, both)]


def _without_step(moment: Moment, index: int) -> Moment:
    return moment.replaced(index, replace(moment.monomial[index], step=False))
