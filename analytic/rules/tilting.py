"""Gaussian tilting: an exponential factor changes the law."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

from analytic.closed_forms import IMAGINARY, ClosedForms
from analytic.errors import NoClosedFormError, NotIntegrableError
from analytic.field import Element
from analytic.rules.matrices import Rows, determinant, inverse, product
from analytic.rules.moment import Equation, Law, Moment


class Tilting:
    r"""$E[e^{b \cdot z} G] = e^{b \cdot \mu + \frac12 b^\top \Sigma b}\, E'[G]$ with mean $\mu + \Sigma b$ under E'.

    A factor $e^{z^\top A z}$ changes the covariance too: with $W = 2A (1 - 2\Sigma A)^{-1}$ it becomes
    $\Sigma + \Sigma W \Sigma$, the mean $\mu + \Sigma W \mu$, and the constant is
    $e^{\frac12\mu^\top W\mu}/\sqrt{\det(1 - 2\Sigma A)}$. For sine and cosine b is imaginary.
    """

    name = "Gaussian tilting"
    statement = "E[exp(b z) G] = exp(b E[z] + b^2 Var(z)/2) E[G; mean of v raised by b Cov(v, z)]; exp(c z^2) alike"

    def apply(self, moment: Moment, field: ClosedForms) -> Equation | None:
        """Applies to a moment with an exponential."""
        if not moment.exponent:
            return None
        constant, law = _quadratic(moment, field)
        linear = {indices[0]: b for indices, b in moment.exponent if len(indices) == 1}
        shift = [sum((law.covariance[i][j] * b for j, b in linear.items()), field.zero) for i in range(len(law.names))]
        log_constant = sum((b * (law.means[j] + shift[j] / 2) for j, b in linear.items()), field.zero)
        means = tuple(m + s for m, s in zip(law.means, shift, strict=True))
        term = (
            constant * field.exp(log_constant),
            Moment(moment.monomial, replace(law, means=means, label=_label(moment, field))),
        )
        return Equation(self.name, moment, field.zero, (term,))


def _label(moment: Moment, field: ClosedForms) -> str:
    """A number for each exponential: the same exponential of the same law gives the same measure."""
    key = (moment.law.label, moment.law.names, moment.law.given, moment.exponent)
    return field.labels.setdefault(key, str(len(field.labels) + 1))


def _quadratic(moment: Moment, field: ClosedForms) -> tuple[Element, Law]:
    """The constant and the law after the quadratic part of the exponent."""
    squares: dict[tuple[int, ...], Element] = {indices: a for indices, a in moment.exponent if len(indices) == 2}
    if not squares:
        return field.one, moment.law
    if any(field.split(a, IMAGINARY)[1] for a in squares.values()):
        raise NoClosedFormError(f"{moment.text()} oscillates quadratically, which no rule here integrates")
    law, chosen = moment.law, sorted({i for indices in squares for i in indices})
    twice = [[_entry(squares, i, j, field) for j in chosen] for i in chosen]
    inner = product([[law.covariance[i][j] for j in chosen] for i in chosen], twice, field)
    kernel = [[field.number(int(i == j)) - x for j, x in enumerate(row)] for i, row in enumerate(inner)]
    _require_integrable(kernel, moment, field)
    weight = product(twice, inverse(kernel, field), field)
    columns = [[row[j] for j in chosen] for row in law.covariance]
    lifted = product(columns, weight, field)
    means = [[law.means[i]] for i in chosen]
    raised = product(lifted, means, field)
    added = product(lifted, [list(column) for column in zip(*columns, strict=True)], field)
    exponent = product(product([[m[0] for m in means]], weight, field), means, field)[0][0] / 2
    changed = replace(
        law,
        means=tuple(m + r[0] for m, r in zip(law.means, raised, strict=True)),
        covariance=tuple(
            tuple(x + y for x, y in zip(row, more, strict=True))
            for row, more in zip(law.covariance, added, strict=True)
        ),
    )
    return field.exp(exponent) / field.square_root(determinant(kernel, field)), changed


def _entry(squares: Mapping[tuple[int, ...], Element], i: int, j: int, field: ClosedForms) -> Element:
    """Twice the symmetric matrix of the quadratic form."""
    if i == j:
        return 2 * squares.get((i, i), field.zero)
    return squares.get((min(i, j), max(i, j)), field.zero)


def _require_integrable(kernel: Rows, moment: Moment, field: ClosedForms) -> None:
    r"""The eigenvalues of $1 - 2\Sigma A$ are real; they are all positive iff the sums of principal minors are."""
    for size in range(1, len(kernel) + 1):
        minors = [
            determinant([[kernel[i][j] for j in chosen] for i in chosen], field)
            for chosen in combinations(range(len(kernel)), size)
        ]
        total = sum(minors[1:], minors[0])
        sign = field.sign(total)
        if sign is not None and sign <= 0:
            raise NotIntegrableError(
                f"{moment.text()} does not exist: the integrand grows as fast as the density falls ({total} is not "
                f"positive, expected a positive number); lower the variances or the coefficients of the exponent"
            )
        if sign is None and total not in field.conditions:
            field.conditions.append(total)
