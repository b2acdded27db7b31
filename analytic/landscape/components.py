r"""The isotypic components of the space of k x d matrices under permutations of k rows and columns at once.

For $k \ge 4$: $\mathbb{R}^{k \times k} = 2 t + 3 s + x + y$ (trivial, standard, exterior square of
the standard, Specht module of (k-2, 2)); for k = 3 without y, for k = 2: 2 t + 2 s, for k = 1: t. Each column beyond
the k-th adds t + s. A component is given by matrices that form a basis of its copies, each written on at most four
named indices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytic.formula import Expr
from analytic.grammar import parse
from analytic.landscape.orbit_sums import EXTRA, Matrix

TRIVIAL, STANDARD, EXTERIOR, SPECHT = "trivial", "standard:1", "exterior:1", "specht:1"
EXTRA_COLUMNS = "extra-columns:"


@dataclass(frozen=True)
class Component:
    """An isotypic component of R^{k x d}.

    Args:
        name: as in the output.
        dimension: dimension of one copy times the number of columns it stands for, a formula in k and d.
        basis: one matrix a copy; all copies are acted on alike.
        targets: for each basis matrix an entry where it is 1 and the others 0.
    """

    name: str
    dimension: Expr
    basis: tuple[Matrix, ...]
    targets: tuple[tuple[int, int], ...]


def _sign(index: int) -> int:
    """The vector e_1 - e_2 of the standard representation."""
    return {1: 1, 2: -1}.get(index, 0)


def _ordinary(column: int) -> bool:
    return column > 0


_TRIVIAL: tuple[Matrix, ...] = (
    lambda j, m: int(j == m),
    lambda j, m: int(j != m and _ordinary(m)),
)
_STANDARD: tuple[Matrix, ...] = (
    lambda j, m: _sign(j) * (j == m),
    lambda j, m: _sign(j) * (j != m and _ordinary(m)),
    lambda j, m: _sign(m) * (j != m),
)
#: On {1, 2, 3}, antisymmetric with zero row sums.
_EXTERIOR: tuple[Matrix, ...] = (
    lambda j, m: {(1, 2): 1, (2, 3): 1, (3, 1): 1, (2, 1): -1, (3, 2): -1, (1, 3): -1}.get((j, m), 0),
)
#: On {1, 2, 3, 4}, the symmetric product of e_1 - e_2 and e_3 - e_4.
_SPECHT: tuple[Matrix, ...] = (
    lambda j, m: {(1, 3): 1, (1, 4): -1, (2, 3): -1, (2, 4): 1}.get((min(j, m), max(j, m)), 0),
)
_EXTRA_TRIVIAL: tuple[Matrix, ...] = (lambda _, m: int(m == EXTRA),)
_EXTRA_STANDARD: tuple[Matrix, ...] = (lambda j, m: _sign(j) * (m == EXTRA),)


def components(k: int | None = None) -> Sequence[Component]:
    """The components that occur at k neurons; all of them, with formulas for the dimensions, for a symbolic k >= 4.

    Args:
        k: the number of neurons, or None for any k >= 4.

    Returns:
        The components; for k = 2 the standard component loses its third copy, for k = 1 the trivial its second.

    Example:
        >>> [c.name for c in components(3)]
        ['trivial', 'standard:1', 'exterior:1', 'extra-columns:trivial', 'extra-columns:standard:1']
    """
    size = 4 if k is None else k
    copies = {1: (1, 0), 2: (2, 2)}.get(size, (2, 3))
    found = [Component(TRIVIAL, parse("1"), _TRIVIAL[: copies[0]], ((1, 1), (1, 2))[: copies[0]])]
    if size >= 2:
        targets = ((1, 1), (1, 3), (3, 1)) if size >= 3 else ((1, 1), (1, 2))
        found.append(Component(STANDARD, parse("k - 1"), _STANDARD[: copies[1]], targets))
    if size >= 3:
        found.append(Component(EXTERIOR, parse("(k - 1)*(k - 2)/2"), _EXTERIOR, ((1, 2),)))
    if size >= 4:
        found.append(Component(SPECHT, parse("k*(k - 3)/2"), _SPECHT, ((1, 3),)))
    found.append(Component(EXTRA_COLUMNS + TRIVIAL, parse("d - k"), _EXTRA_TRIVIAL, ((1, EXTRA),)))
    if size >= 2:
        found.append(Component(EXTRA_COLUMNS + STANDARD, parse("(k - 1)*(d - k)"), _EXTRA_STANDARD, ((1, EXTRA),)))
    return found
