"""Real roots of polynomials: with multiplicities where coefficients are exact, otherwise distinct ones as balls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flint import acb_poly, arb, arb_poly

from analytic.errors import AnalyticError
from analytic.landscape.hybrid_field import Enclosure, HybridField
from analytic.landscape.pi_field import OutsideFieldError
from analytic.landscape.pi_roots import roots_in

#: Newton steps at most, from the isolation of a root to the accuracy of the coefficients.
STEPS = 20


class UnseparatedError(AnalyticError):
    """Enclosures of roots overlap: that they agree cannot be known from balls."""


def real_roots(field: HybridField, coefficients: Sequence[Any]) -> list[tuple[Any, int]]:
    """The roots of a polynomial all of whose roots are real, with multiplicities.

    Args:
        field: of the constants.
        coefficients: ascending; the last is not 0.

    Raises:
        UnseparatedError: the coefficients are enclosures, and the roots are not known to be distinct.

    Example:
        >>> K = HybridField()
        >>> sorted(str(x) for x, _ in real_roots(K, [-K.pi, K.one - K.pi, K.one]))
        ['-1', 'pi']
        >>> sorted(str(x)[:12] for x, _ in real_roots(K, [Enclosure(K, arb(-2)), K.zero, K.one]))
        ['-1.414213562', '1.4142135623']
    """
    if not any(isinstance(c, Enclosure) for c in coefficients):
        try:
            return roots_in(field, coefficients)
        except OutsideFieldError:
            pass
    p = arb_poly([c.ball() for c in coefficients])
    return [(Enclosure(field, x), 1) for x in _distinct(p)]


def _distinct(p: arb_poly) -> list[arb]:
    """Enclosures of the roots, for every polynomial with such coefficients."""
    if p.degree() == 1:
        return [-p[0] / p[1]]
    try:
        isolated = acb_poly(p).roots()
    except ValueError:
        raise UnseparatedError(
            f"got {p.degree()} leading coefficients of eigenvalues that enclosures do not separate, expected distinct "
            f"ones: some may agree, and how those eigenvalues go on is not known from balls"
        ) from None
    if not all(x.imag.contains(0) for x in isolated):
        raise AnalyticError("got a root that is not real, expected the polynomial of a self-adjoint operator")
    return [_refined(p, x.real) for x in isolated]


def _refined(p: arb_poly, x: arb) -> arb:
    """The interval Newton method."""
    slope = p.derivative()
    for _ in range(STEPS):
        middle = x.mid()
        step = p(middle) / slope(x)
        if not step.is_finite():
            break
        better = (middle - step).intersection(x)
        if not better.rad() < x.rad() / 2:
            return better
        x = better
    return x
