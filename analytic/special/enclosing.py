"""How the special functions enclose: guard bits until the result is tight, and corners of wide arguments."""

from __future__ import annotations

from collections.abc import Callable

from flint import arb, ctx

from analytic.balls import finite, precision

GUARD = 30


def tight(compute: Callable[[], arb], attempts: int = 3) -> arb:
    """The value with all the bits of the caller's precision, if the working precision can provide them.

    Args:
        compute: returns an enclosure at the current precision; of exact data, so that more bits make it smaller.
        attempts: how often the working precision may be doubled, plus one.

    Returns:
        The tightest of the enclosures, rounded to the caller's precision.

    Example:
        >>> from analytic.balls import precision
        >>> with precision(53):
        ...     tight(lambda: (arb(10) ** 20 + 1).sqrt() - arb(10) ** 10).rel_accuracy_bits() >= 50
        True
    """
    goal = int(ctx.prec)
    best = arb.nan()
    for attempt in range(attempts):
        with precision((goal + GUARD) << attempt):
            value = compute()
        if finite(value) and (not finite(best) or value.rad() < best.rad()):
            best = value
        if best.rel_accuracy_bits() >= goal:
            break
    return +best


def ends(x: arb) -> tuple[arb, arb]:
    """The end points of a ball as exact balls, infinite ones included; NaN twice if it knows nothing.

    Args:
        x: any ball.

    Returns:
        Exact balls not above and not below any point of x.

    Example:
        >>> low, high = ends(arb(0, 1))
        >>> low.is_exact() and low <= -1, high.is_exact() and high >= 1
        (True, True)
    """
    if x.is_exact() or x.is_nan():
        return x, x
    if not finite(arb(x.rad())):
        return arb.neg_inf(), arb.pos_inf()
    return x.lower(), x.upper()


def increasing(f: Callable[[arb], arb], x: arb) -> arb:
    """The range of an increasing function over a ball, from its values at the two ends.

    Args:
        f: encloses the function at exact arguments, infinite ones included.
        x: any ball.

    Returns:
        A ball around f(x).

    Example:
        >>> increasing(arb.atan, arb(0, 1)).contains(arb("0.78"))
        True
    """
    low, high = ends(x)
    if low.is_nan() or high.is_nan():
        return arb.nan()
    return f(low) if x.is_exact() else f(low).union(f(high))
