r"""Roots in the field Q(pi, radicals) of polynomials over it: linear factors by factorisation, quadratic formula."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import Ordering, fmpz_mpoly_ctx

from analytic.landscape.pi_field import Constant, OutsideFieldError, PiField


def roots_in(field: PiField, coefficients: Sequence[Constant]) -> list[tuple[Constant, int]]:
    """The roots with multiplicities.

    Args:
        field: to which square roots may be adjoined.
        coefficients: ascending; the last is not 0.

    Raises:
        OutsideFieldError: a root of degree above 2, or a nested square root.

    Example:
        >>> K = PiField()
        >>> p = [-K.pi, K.one - K.pi, K.one]                    # (x + 1)(x - pi)
        >>> sorted((str(x), n) for x, n in roots_in(K, p))
        [('-1', 1), ('pi', 1)]
    """
    degree = len(coefficients) - 1
    power = _as_power(field, coefficients)
    if power is not None:
        return [(power, degree)]
    if degree == 2:
        return _quadratic(field, *coefficients)
    if any(set(c.numerators) - {0} for c in coefficients):
        raise OutsideFieldError(f"got a polynomial of degree {degree} with radicals, expected degree 1 or 2 there")
    return _factored(field, coefficients)


def _as_power(field: PiField, c: Sequence[Constant]) -> Constant | None:
    """The root a if the polynomial is a multiple of (x - a)^n."""
    n = len(c) - 1
    a = -c[n - 1] / (c[n] * field.number(n))
    shifted = list(c)
    for i in range(n):
        for j in range(n - 1, i - 1, -1):
            shifted[j] = shifted[j] + a * shifted[j + 1]
    return a if not any(shifted[:n]) else None


def _quadratic(field: PiField, c: Constant, b: Constant, a: Constant) -> list[tuple[Constant, int]]:
    half = field.number(Fraction(1, 2)) / a
    root = field.sqrt(b * b - field.number(4) * a * c)
    return [((-b + root) * half, 1), ((-b - root) * half, 1)]


def _factored(field: PiField, coefficients: Sequence[Constant]) -> list[tuple[Constant, int]]:
    """By the factors over Q(pi)."""
    context = fmpz_mpoly_ctx.get(("x", "p"), Ordering.lex)
    x, p = context.gens()
    common = field.one
    for c in coefficients:
        common = common * field.below(c)
    total = context.constant(0)
    for i, c in enumerate(coefficients):
        for j, n in enumerate((c * common).numerators.get(0, [])):
            total += n * x**i * p**j
    found = []
    for factor, times in total.factor()[1]:
        parts: dict[int, Constant] = {}
        for (i, j), n in factor.terms():
            parts[i] = parts.get(i, field.zero) + field.number(int(n)) * field.power_of_pi(j)
        degree = max(parts)
        own = [parts.get(i, field.zero) for i in range(degree + 1)]
        if degree > 2:
            raise OutsideFieldError(f"got an irreducible polynomial of degree {degree} over Q(pi)")
        if degree == 1:
            found.append((-own[0] / own[1], times))
        elif degree == 2:
            found += [(root, times) for root, _ in _quadratic(field, *own)]
    return found
