r"""Eigenvalues of a matrix of Laurent series in s: characteristic polynomial, Newton polygon, one series a root.

The matrices are similar to symmetric ones with real entries, so their eigenvalues are Laurent series in s without
fractional exponents (Rellich). Division-free characteristic polynomial: Berkowitz (1984). Leading terms are the roots
of the polygon's edges; a root that is simple there is lifted by Newton's iteration, the others part at a later order.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Protocol

from analytic.landscape.laurent import EXACT, PrecisionLostError, Series

Polynomial = list[Series]


class LeadingRoots(Protocol):
    """Finds the roots of a polynomial over the constants."""

    def __call__(self, coefficients: Sequence[Any]) -> list[tuple[Any, int]]:
        """Roots with multiplicities, coefficients ascending."""


def characteristic_polynomial(A: Sequence[Sequence[Series]]) -> Polynomial:
    """The coefficients of det(x - A), ascending.

    Example:
        >>> from analytic.landscape.laurent import SeriesRing
        >>> from analytic.landscape.pi_field import PiField
        >>> ring = SeriesRing(PiField(), 5)
        >>> one, s = ring.one, ring.variable
        >>> [str(c.coefficient(0)) for c in characteristic_polynomial([[one, s], [s, one]])]
        ['1', '-2', '1']
    """
    one = A[0][0].ring.one
    found = [one, -A[0][0]]  # descending
    for r in range(1, len(A)):
        row, column = A[r][:r], [A[i][r] for i in range(r)]
        toeplitz = [one, -A[r][r]]
        for _ in range(r):
            toeplitz.append(-_inner(row, column))
            column = [_inner(A[i][:r], column) for i in range(r)]
        # the product with the lower triangular Toeplitz matrix of that column
        found = [_inner([toeplitz[n - j] for j in range(min(n, r) + 1)], found) for n in range(r + 2)]
    return found[::-1]


def _inner(x: Sequence[Series], y: Sequence[Series]) -> Series:
    total = x[0] * y[0]
    for a, b in zip(x[1:], y[1:], strict=False):
        total = total + a * b
    return total


def roots(p: Polynomial, order: int, leading_roots: LeadingRoots) -> list[Series]:
    """All roots of a monic polynomial as series known below s^(order + 1); roots that agree so far are repeated.

    Raises:
        PrecisionLostError: the coefficients have too few terms.
        OutsideFieldError: a leading coefficient lies outside the field.
    """
    return _roots(p, -EXACT, order, leading_roots)


def _roots(p: Polynomial, least: int, order: int, leading_roots: LeadingRoots) -> list[Series]:
    """The roots of valuation >= least."""
    ring, found = p[0].ring, []
    for valuation, first, last in _edges(p, least, order):
        if valuation > order:
            zero = ring.series(0, (), order + 1)
            found += [zero] * (last - first)
            continue
        line = p[first].valuation + valuation * first
        edge = [
            c.coefficient(line - valuation * i) if line - valuation * i >= c.valuation else ring.field.zero
            for i, c in enumerate(p[first : last + 1], first)
        ]
        for root, times in leading_roots(edge):
            term = ring.constant(root).shifted(valuation)
            shifted = _shifted(p, term)
            if times == 1:
                found.append(term + _lifted(shifted, order))
            else:
                found += [term + x for x in _roots_near_zero(shifted, times, valuation + 1, order, leading_roots)]
    return found


def _roots_near_zero(p: Polynomial, times: int, least: int, order: int, leading_roots: LeadingRoots) -> list[Series]:
    found = _roots(p, least, order, leading_roots)
    if len(found) != times:
        raise PrecisionLostError(f"got {len(found)} roots where {times} meet: too few terms")
    return found


def _edges(p: Polynomial, least: int, order: int) -> list[tuple[int, int, int]]:
    """The polygon's edges as (valuation of the roots, first and last index), for valuations >= least.

    Edges beyond the order are given as one: their roots are O(s^(order + 1)).
    """
    found, at = [], len(p) - 1
    while at > 0:
        _require(p[at])
        # roots of valuation v: c_at s^(v at) meets c_i s^(v i), so v = (val c_i - val c_at) / (at - i), the least first
        slopes = [(Fraction(c.first - p[at].valuation, at - i), i) for i, c in enumerate(p[:at]) if c.first < EXACT]
        if not slopes:
            found.append((order + 1, 0, at))
            break
        slope = min(v for v, _ in slopes)
        if slope > order:
            found.append((order + 1, 0, at))
            break
        first = min(i for v, i in slopes if v == slope)
        if slope >= least or slope.denominator != 1:
            _require(p[first])
            if slope.denominator != 1:
                raise PrecisionLostError(f"got roots that begin with s^({slope}), expected integers: too few terms")
            found.append((int(slope), first, at))
        at = first
    return [e for e in found if e[0] >= least]


def _require(c: Series) -> None:
    if not c.coefficients:
        raise PrecisionLostError(f"a coefficient of a characteristic polynomial is known as O(s^{c.order}) only")


def _shifted(p: Polynomial, a: Series) -> Polynomial:
    """The coefficients of p(a + x), by Horner's scheme."""
    out = list(p)
    for i in range(len(out) - 1):
        for j in range(len(out) - 2, i - 1, -1):
            out[j] = out[j] + a * out[j + 1]
    return out


def _lifted(p: Polynomial, order: int) -> Series:
    """The one root near 0, known below s^(order + 1)."""
    ring = p[0].ring
    root = ring.series(0, (), EXACT)
    while True:
        value, slope = p[-1], ring.series(0, (), EXACT)
        for c in reversed(p[:-1]):
            slope = slope * root + value
            value = value * root + c
        step = value * slope.inverse()
        if step.first > order:
            return root.truncated(order + 1)
        if step.order <= order:
            raise PrecisionLostError(f"an eigenvalue is known to O(s^{step.order}) only, wanted to order {order}")
        root = (root - step).polynomial(order + 1)
