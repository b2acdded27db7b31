r"""All zeros of a function in an interval, each proved to be the only one near it, by interval Newton steps in balls.

For J with $0 \notin f'(J)$, $N = m - f(m)/f'(J)$ contains every zero in J; $N \subset \operatorname{int} J$ proves that
there is exactly one.
"""

from __future__ import annotations

from collections.abc import Callable

from flint import arb

from analytic.errors import DomainError

BallFunction = Callable[[arb], arb]
#: A lower and an upper bound of the values between two numbers.
Range = Callable[[arb, arb], tuple[arb, arb]]

#: Intervals looked at before the search is given up.
BUDGET = 5000
#: Newton steps of a proved zero; each doubles the digits.
STEPS = 60
BISECTIONS = 4000


def isolate(f: BallFunction, slope: BallFunction, low: arb, high: arb, between: Range | None = None) -> list[arb]:
    r"""The zeros of f in [low, high], smallest first, all of them and each in a ball of its own.

    Args:
        f: encloses its values over a ball.
        slope: encloses its derivative.
        low: left end, positive.
        high: right end; intervals are halved geometrically.
        between: bounds the values of f between two numbers better than f in a ball does.

    Returns:
        One ball a zero.

    Raises:
        DomainError: some part can neither be proved free of zeros nor to have a single one: a double zero, or a
            function that is not known well enough at this precision.

    Source: Moore, Kearfott and Cloud (2009), theorem 8.1 (interval Newton).

    Example:
        >>> [x.str(8, radius=False) for x in isolate(lambda x: x * x - 2, lambda x: 2 * x, arb(1), arb(4))]
        ['1.4142136']
    """
    waiting, found, looked = [(low.mid(), high.mid())], list[tuple[arb, arb]](), 0
    while waiting:
        a, b = waiting.pop()
        looked += 1
        middle = (a * b).sqrt().mid()
        if looked > BUDGET or not a < middle or not middle < b:
            raise DomainError(
                f"got a part near {a.str(8, radius=False)} where zeros can neither be excluded nor separated, expected "
                f"simple zeros; raise bits, change a variance a little, or search another interval"
            )
        if between is not None and _one_sign(*between(a, b)):
            continue
        if not _free(f, slope, a, b):
            wide = a.union(b) + (b - a) / 16 * arb(0, 1)  # overlapping: a zero at an end would never be inside
            zero = _only_zero(f, slope, wide)
            if zero is None:
                waiting += [(middle, b), (a, middle)]
            elif not any(wide_before.contains(zero) for wide_before, _ in found):
                found.append((wide, zero))
    inside = [z for _, z in found if not z < low and not z > high]
    return sorted(inside, key=lambda z: float(z.mid()))


def _free(f: BallFunction, slope: BallFunction, a: arb, b: arb) -> bool:
    """Whether f has certainly no zero in [a, b], from its range or by the mean value theorem."""
    whole = a.union(b)
    if _excludes_zero(f(whole)):
        return True
    middle = whole.mid()
    return _excludes_zero(f(middle) + slope(whole) * (whole - middle))


def _one_sign(least: arb, most: arb) -> bool:
    return bool(least > 0 or most < 0)


def _excludes_zero(value: arb) -> bool:
    return bool(value.is_finite() and not value.contains(0))


def _only_zero(f: BallFunction, slope: BallFunction, wide: arb) -> arb | None:
    """The zero in that ball if exactly one is proved."""
    zero = _newton(f, slope, wide)
    if zero is None or not wide.contains_interior(zero):
        return None
    for _ in range(STEPS):
        better = _newton(f, slope, zero)
        if better is None or not better.rad() < zero.rad() / 2:
            break
        zero = zero.intersection(better)
    return zero


def _newton(f: BallFunction, slope: BallFunction, x: arb) -> arb | None:
    rate = slope(x)
    if not _excludes_zero(rate):
        return None
    middle = x.mid()
    image = middle - f(middle) / rate
    return image if image.is_finite() else None


def bisected(f: BallFunction, low: arb, high: arb) -> arb:
    """Encloses the only zero between low, where f >= 0, and high, where f < 0; stops where a sign is uncertain.

    Args:
        f: with a single zero in [low, high).
        low: left end.
        high: right end.

    Returns:
        The enclosure.

    Raises:
        DomainError: f(high) is not certainly negative.

    Example:
        >>> bisected(lambda x: 2 - x * x, arb(1), arb(4)).str(8, radius=False)
        '1.4142136'
    """
    low, high = low.mid(), high.mid()
    if not f(high) < 0:
        raise DomainError(f"got no certain sign at {high}, expected a negative value; raise bits")
    for _ in range(BISECTIONS):
        middle = ((low + high) / 2).mid()
        if not low < middle or not middle < high:
            break
        value = f(middle)
        if value > 0:
            low = middle
        elif value < 0:
            high = middle
        else:
            break
    return low.union(high)
