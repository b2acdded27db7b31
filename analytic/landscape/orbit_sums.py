r"""The Hessian at the global minimum W = V = [I_k 0] as an operator on k x d matrices, for a symbolic k.

The operator commutes with permutations that act on rows and columns at once, so its entries depend on the equality
pattern of the indices only, and its action on a matrix that is constant on orbits is a sum over orbits whose
multiplicities are polynomials in k. The entries come from the derived Hessian blocks, not from a formula for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from analytic.algebra import evaluate
from analytic.differentiate import limit_at_parallel
from analytic.grammar import parse
from analytic.neurons import PAIR, SELF, STUDENTS, TEACHERS, loss_derivative
from analytic.readable import readable
from analytic.ring import Element, Ring
from analytic.sizes import SizeAlgebra, size_field

#: Named indices; all others are alike. Four are enough to tell every isotypic component from the others.
NAMED = (1, 2, 3, 4)
#: Stand-ins for indices beyond the named ones: two in a target entry, two that are summed over.
TARGETS, SUMMED = (5, 6), (7, 8)
#: Stand-ins for columns beyond the k-th, where V is 0.
EXTRA, OTHER_EXTRA = -1, -2

Matrix = Callable[[int, int], Element]


@dataclass(frozen=True)
class PairBlock:
    """One class of the Hessian at orthonormal unit vectors: coefficients of I, e1 e1^T, e1 e2^T, e2 e1^T, e2 e2^T."""

    coefficients: Mapping[str, Element]

    def entry(self, first: int, second: int, row: int, column: int) -> Element:
        """The entry for w = e_first, v = e_second."""
        c = self.coefficients
        total = c["I"] if row == column else size_field().zero
        for a, p in (("1", first), ("2", second)):
            for b, q in (("1", first), ("2", second)):
                total += c[a + b] if (row, column) == (p, q) else 0
        return total


@lru_cache(maxsize=1)
def _blocks() -> Mapping[str, PairBlock]:
    diagonal, off = loss_derivative(parse("hess(L, w_i, w_i)")), loss_derivative(parse("hess(L, w_i, w_j)"))
    found = {c: _at_right_angle(diagonal[c].tensor.coordinates, diagonal[c].ring) for c in (SELF, STUDENTS, TEACHERS)}
    found[PAIR] = _at_right_angle(off[PAIR].tensor.coordinates, off[PAIR].ring)
    block = diagonal[TEACHERS]
    own = limit_at_parallel(block.tensor, block.ring)
    found["own teacher"] = _at_right_angle(own.coordinates, block.ring)
    return found


def _at_right_angle(coordinates: Mapping[str, Element], ring: Ring) -> PairBlock:
    """Coordinates at unit norms and theta = pi/2, moved to Q(pi, k, d)."""
    values = {f"|{n}|": Fraction(1) for n in ring.norms}
    fixed = Ring(ring.norms, (), Fraction(1, 2), values)

    def moved(element: Element) -> Element:
        constant = readable(evaluate(readable(element, ring), fixed), fixed)
        return evaluate(constant, SizeAlgebra()).a

    return PairBlock({key: moved(element) for key, element in coordinates.items()})


def hessian_entry(i: int, row: int, j: int, column: int, k: Element) -> Element:
    """The derivative of entry (i, row) of the gradient by entry (j, column) of W, at W = V = [I_k 0].

    Args:
        i: a neuron.
        row: a coordinate; negative for one beyond the k-th.
        j: a neuron.
        column: a coordinate.
        k: the number of neurons, an element of the field (a number or the symbol).

    Returns:
        An element of Q(pi, k).

    Example:
        >>> from analytic.sizes import generator
        >>> hessian_entry(1, 2, 2, 1, generator("k"))
        1/(2*pi)
    """
    blocks = _blocks()
    if i != j:
        return blocks[PAIR].entry(i, j, row, column)
    nobody = 0  # these two classes involve one direction only
    total = blocks[SELF].entry(i, nobody, row, column) + blocks["own teacher"].entry(i, nobody, row, column)
    for kind in (STUDENTS, TEACHERS):
        total += _sum_over_others(blocks[kind].coefficients, i, row, column, k)
    return total


def _sum_over_others(c: Mapping[str, Element], i: int, row: int, column: int, k: Element) -> Element:
    """Sum over p != i of a pair block at (e_i, e_p)."""
    total = (k - 1) * c["I"] if row == column else size_field().zero
    total += (k - 1) * c["11"] if row == column == i else 0
    total += c["12"] if row == i and column > 0 and column != i else 0
    total += c["21"] if column == i and row > 0 and row != i else 0
    return total + (c["22"] if row == column and row > 0 and row != i else 0)


def applied(X: Matrix, i: int, row: int, k: Element, named: int = len(NAMED)) -> Element:
    """Entry (i, row) of the Hessian applied to a matrix that treats all indices beyond the named ones alike.

    Args:
        X: the matrix: entry by neuron and coordinate; indices above ``named`` may only matter by being equal or not.
        i: the target neuron.
        row: the target coordinate, negative for one beyond the k-th.
        k: the number of neurons.
        named: how many indices have a name (k itself where k is a number below 4).

    Returns:
        The sum over all neurons and coordinates, with k - named indices beyond the named ones.
    """
    fixed = [*range(1, named + 1), *sorted({t for t in (i, row) if t > named})]
    rest = k - len(fixed)  # how many indices are neither named nor in the target
    x, y = SUMMED
    pairs = [(j, m, k - k + 1) for j in fixed for m in (*fixed, *((row,) if row < 0 else ()))]
    pairs += [(x, m, rest) for m in (*fixed, *((row,) if row < 0 else ()))] + [(j, x, rest) for j in fixed]
    pairs += [(x, x, rest), (x, y, rest * (rest - 1))]
    total = size_field().zero
    for j, m, count in pairs:
        total += count * hessian_entry(i, row, j, m, k) * X(j, m) if X(j, m) != 0 else 0
    return total
