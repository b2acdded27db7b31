"""Recognising a constant factor between two sides from balls: a rational times powers of pi and a root of 2."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import arb, fmpq

from analytic.balls import disjoint, finite
from analytic.formula import ONE, PI, Expr, call, mul, num, power

#: Largest numerator and denominator of the rational part; at 212 bits a chance hit is out of the question.
HEIGHT = 1000
#: Twice the exponent of pi.
PI_POWERS = (0, -2, 2, -1, 1, -4, 4, -3, 3, -6, 6)
TWO_POWERS = (0, 1)


def constant_ratio(pairs: Sequence[tuple[arb, arb]]) -> Expr | None:
    r"""The constant c with left = c right in all pairs, if it is a recognisable one.

    Args:
        pairs: (left, right) in balls, at several points and coordinates; best at 212 bits.

    Returns:
        $q\,\pi^{a/2}\,2^{b/2}$ with a rational q of small height, the simplest that all balls allow, or None.

    Example:
        >>> from analytic.balls import precision
        >>> with precision(212):
        ...     print(constant_ratio([(arb(2), arb.pi()), (arb(4), 2 * arb.pi())]))
        2/pi
    """
    ratios = []
    for left, right in pairs:
        if left.is_zero() and right.is_zero():
            continue
        if right.contains(0) or left.contains(0):
            if left.overlaps(right) and right.contains(0) and left.contains(0):
                continue
            return None
        ratios.append(left / right)
    if not ratios or not all(finite(r) for r in ratios) or any(disjoint(ratios[0], r) for r in ratios[1:]):
        return None
    found = [c for a in PI_POWERS for b in TWO_POWERS if (c := _rational(ratios, a, b)) is not None]
    if not found:
        return None
    q, a, b = min(found, key=lambda c: (abs(c[0].numerator) * c[0].denominator, abs(c[1]), c[2]))
    root = power(call("sqrt", mul(*([num(2)] * b), *([PI] * (a % 2)))), num(1)) if b or a % 2 else num(1)
    return mul(num(q), root, power(PI, num(a // 2)) if a // 2 else num(1))


def _rational(ratios: Sequence[arb], a: int, b: int) -> tuple[Fraction, int, int] | None:
    """The rational part of the ratio if it is pi^(a/2) 2^(b/2) times a rational of small height."""
    rests = [r / (arb.pi().sqrt() ** a * arb(2).sqrt() ** b) for r in ratios]
    numerator, exponent = rests[0].mid().man_exp()
    middle = Fraction(int(numerator)) * Fraction(2) ** int(exponent)
    q = middle.limit_denominator(HEIGHT)
    exact = fmpq(q.numerator, q.denominator)
    small = 0 < abs(q.numerator) <= HEIGHT
    return (q, a, b) if small and all(r.contains(exact) for r in rests) else None


def multiplied(factor: Expr, formula: Expr) -> Expr:
    """A multiple of a formula with equal factors collected, the added ones behind those that were there.

    Example:
        >>> from analytic.grammar import parse
        >>> print(multiplied(parse("|v|/(2*|u|)"), parse("|u|*sin(theta)")))
        sin(theta)*|v|/2
    """
    exponents: dict[Expr, Expr] = {}
    for f in (*_factors(formula), *_factors(factor)):
        base, exponent = f.children if f.head == "pow" and f.children[1].head == "num" else (f, ONE)
        exponents[base] = num((exponents[base].fraction if base in exponents else 0) + exponent.fraction)
    return mul(ONE, *(power(base, e) for base, e in exponents.items() if e.fraction))


def _factors(formula: Expr) -> tuple[Expr, ...]:
    return formula.children if formula.head == "mul" else (formula,)
