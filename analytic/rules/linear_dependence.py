"""Orthant probabilities of linearly dependent variables from those of fewer variables."""

from __future__ import annotations

from itertools import combinations

from analytic.closed_forms import ClosedForms
from analytic.field import Element
from analytic.rules.moment import STEP, Equation, Law, Moment


class LinearDependence:
    r"""If $\sum_i a_i u_i = c \le 0$, then not all $a_i u_i$ are positive.

    With $A_\pm = \{i : \pm a_i > 0\}$, $E \prod_{A_+} \mathbf 1_{u_i > 0} \prod_{A_-} (1 - \mathbf 1_{u_i > 0}) = 0$:
    the term of all variables of $A_+ \cup A_-$ is a sum of terms of fewer; the other variables stay beside it.
    """

    name = "linear dependence"
    statement = (
        "if sum a_i u_i <= 0 for A+ = {a_i > 0}, A- = {a_i < 0}: E prod_A+ 1{u_i > 0} prod_A- (1 - 1{u_i > 0}) = 0"
    )

    def apply(self, moment: Moment, field: ClosedForms) -> Equation | None:
        """Applies to bare indicators of three and more variables, with numbers as covariances."""
        n, law = len(moment.monomial), moment.law
        if n < 3 or not moment.bare_steps() or not _plain(law, field):
            return None
        relation = _relation(law, field)
        if relation is None:
            return None
        positive, negative = relation
        terms, spectators = [], [i for i in range(n) if i not in (*positive, *negative)]
        for size in range(len(negative)):
            weight = field.number((-1) ** (len(negative) - size + 1))
            for subset in combinations(negative, size):
                keep = sorted([*positive, *subset, *spectators])
                terms.append((weight, Moment((STEP,) * len(keep), law.restricted(keep))))
        return Equation(self.name, moment, field.zero, tuple(terms))


def _plain(law: Law, field: ClosedForms) -> bool:
    """Whether the signs of all covariances are known, as those of numbers are."""
    return all(field.sign(c) is not None for row in law.covariance for c in row)


def _relation(law: Law, field: ClosedForms) -> tuple[list[int], list[int]] | None:
    """The indices with positive and with negative coefficients of a relation; few negative ones make few terms."""
    vector = _null_vector(law, field)
    if vector is None:
        return None
    signs = [field.sign(a) for a in vector]
    total = field.sign(sum((a * m for a, m in zip(vector, law.means, strict=True)), field.zero))
    if None in signs or total is None:
        return None
    sides = [[i for i, s in enumerate(signs) if s == sign] for sign in (1, -1)]
    choices = [(sides[n], sides[1 - n]) for n in (0, 1) if total in (0, (-1, 1)[n])]
    return min(choices, key=lambda pair: len(pair[1]))


def _null_vector(law: Law, field: ClosedForms) -> list[Element] | None:
    """A vector that the covariance matrix maps to 0, by elimination; None if there is only 0."""
    n, pivots = len(law.names), list[tuple[int, list[Element]]]()
    for column in range(n):
        # a vector v with v[column] = 1 and zeros behind it, orthogonal under the covariance to those before
        vector = [field.number(int(i == column)) for i in range(n)]
        for index, earlier in pivots:
            slope = _form(law, earlier, column, field) / _form(law, earlier, index, field)
            vector = [x - slope * y for x, y in zip(vector, earlier, strict=True)]
        if not _form(law, vector, column, field):
            return vector
        pivots.append((column, vector))
    return None


def _form(law: Law, vector: list[Element], index: int, field: ClosedForms) -> Element:
    """The covariance of a combination with one of the variables."""
    return sum((a * law.covariance[i][index] for i, a in enumerate(vector) if a), field.zero)
