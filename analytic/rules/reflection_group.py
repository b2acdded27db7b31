"""Orthant probabilities of the walls of a chamber: one over the order of a finite reflection group."""

from __future__ import annotations

from itertools import combinations
from math import factorial

from analytic.closed_forms import ClosedForms
from analytic.field import Element
from analytic.rules.moment import Equation, Moment

#: The edges of a Coxeter diagram: pair of nodes -> m > 2.
Diagram = dict[tuple[int, int], int]
_EXCEPTIONAL = {(1, 2, 2): 51_840, (1, 2, 3): 2_903_040, (1, 2, 4): 696_729_600}


class ReflectionGroup:
    r"""If $\rho_{ij} = -\cos(\pi/m_{ij})$ are those of a finite Coxeter group W, the probability is $1/|W|$.

    The variables are $u_i = a_i \cdot x$ with unit vectors $a_i$ normal to the walls of a chamber; W permutes the
    chambers simply transitively, and the law of x is invariant (Humphreys 1990, section 1.12 and table 2.2).
    """

    name = "reflection group"
    statement = "P(u_1 > 0, ..., u_n > 0) = 1/|W| if rho_ij = -cos(pi/m_ij) are those of a finite Coxeter group W"

    def apply(self, moment: Moment, field: ClosedForms) -> Equation | None:
        """Applies to bare indicators of three and more centred variables with a connected diagram."""
        if len(moment.monomial) < 3 or not moment.bare_steps() or not moment.law.centred():
            return None
        found = _diagram(moment, field)
        order = coxeter_order(len(moment.monomial), found) if found is not None else None
        return Equation(self.name, moment, field.one / order) if order is not None else None


def _diagram(moment: Moment, field: ClosedForms) -> Diagram | None:
    """The edges if all correlations are -cos(pi/m) with m from 2 to 5, the only m of connected groups beyond rank 2."""
    law, edges = moment.law, Diagram()
    for i, j in combinations(range(len(moment.monomial)), 2):
        if law.covariance[i][j]:
            m = _label(law.correlation(i, j), field)
            if m is None:
                return None
            edges[i, j] = m
    return edges


def _label(r: Element, field: ClosedForms) -> int | None:
    """The m with r = -cos(pi/m), seen at a polynomial of which it is the only negative root."""
    if field.sign(r) != -1:
        return None
    zeros = {3: 4 * r**2 - 1, 4: 2 * r**2 - 1, 5: 4 * r**2 + 2 * r - 1}
    return next((m for m, value in zeros.items() if not value), None)


def coxeter_order(n: int, edges: Diagram) -> int | None:
    """The order of the finite Coxeter group of a connected diagram.

    Args:
        n: number of nodes, at least 3.
        edges: i < j -> m > 2; pairs that are left out have m = 2.

    Returns:
        The order; None if the diagram is not connected or the group infinite.

    Source: Humphreys 1990, section 2.4 and table 2.2.

    Example:
        >>> coxeter_order(3, {(0, 1): 3, (1, 2): 3}), coxeter_order(3, {(0, 1): 3, (1, 2): 6})
        (24, None)
    """
    near = {i: [j for e in edges if i in e for j in e if j != i] for i in range(n)}
    if len(edges) != n - 1 or len(_arm(near, 0, -1)) != n:
        return None
    forks = [i for i in near if len(near[i]) > 2]
    labels = sorted(m for m in edges.values() if m > 3)
    if not forks:
        return _path(n, near, edges, labels)
    if len(forks) > 1 or len(near[forks[0]]) > 3 or labels:
        return None
    first, second, third = sorted(len(_arm(near, j, forks[0])) for j in near[forks[0]])
    if (first, second) == (1, 1):
        return int(2 ** (n - 1) * factorial(n))  # D_n
    return _EXCEPTIONAL.get((first, second, third))


def _path(n: int, near: dict[int, list[int]], edges: Diagram, labels: list[int]) -> int | None:
    """A_n, B_n, F_4, H_3, H_4: at most one edge has m > 3."""
    if not labels:
        return factorial(n + 1)
    if len(labels) > 1:
        return None
    (edge,) = (e for e, m in edges.items() if m > 3)
    at_the_end = any(len(near[i]) == 1 for i in edge)
    if labels == [4]:
        return int(2**n * factorial(n)) if at_the_end else 1152 if n == 4 else None
    return {3: 120, 4: 14_400}.get(n) if labels == [5] and at_the_end else None


def _arm(near: dict[int, list[int]], start: int, barred: int) -> set[int]:
    """The nodes that are reached without the barred one."""
    reached, more = set[int](), {start}
    while more:
        reached |= more
        more = {j for i in more for j in near[i]} - reached - {barred}
    return reached
