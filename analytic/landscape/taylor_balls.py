r"""Recorded programs over a short interval of one variable: Taylor polynomials whose last coefficient is an enclosure.

For f smooth on [-h, h], $f(t) = \sum_{j<N} c_j t^j + c_N(\tau)\,t^N$ for some $\tau$ between 0 and t (Taylor's theorem,
Lagrange's remainder): the first N coefficients come from a run at t = 0, the last one from a run at the ball [-h, h].
Constant uncertainties of the inputs are kept as balls in both runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import comb
from typing import Any

from flint import arb, arb_series, ctx

from analytic.landscape.tape import BALL, Program

#: Coefficients c_0, ..., c_N.
Coefficients = list[arb]


class SeriesArithmetic:
    """Truncated power series over balls (python-flint's ``arb_series``), as an arithmetic of programs."""

    def number(self, value: Fraction) -> Any:
        """The rational number."""
        return arb_series([BALL.number(value)])

    def pi(self) -> Any:
        """A ball around pi."""
        return arb_series([BALL.pi()])

    def sqrt(self, x: Any) -> Any:
        """The square root."""
        return x.sqrt()

    def atan2(self, y: Any, x: Any) -> Any:
        r"""The angle of (x, y): $\theta' = (x y' - y x')/(x^2 + y^2)$."""
        slope = (x * y.derivative() - y * x.derivative()) / (x * x + y * y)
        return slope.integral() + arb.atan2(y[0], x[0])


SERIES = SeriesArithmetic()


def series_run(program: Program, inputs: Mapping[str, Sequence[arb]], order: int) -> list[Any] | None:
    """The outputs as series up to t^order; None where an operation does not exist.

    Args:
        program: recorded operations.
        inputs: coefficients of each input.
        order: the last power of t that is kept.
    """
    previous = ctx.cap
    ctx.cap = order + 1
    try:
        found = program.run(SERIES, {name: arb_series(list(c)) for name, c in inputs.items()})
        # a coefficient beyond a series' order would be read as 0
        return found if all(x.prec > order for x in found) else None
    except (ValueError, ZeroDivisionError):  # the ball of a denominator contains 0
        return None
    finally:
        ctx.cap = previous


def taylor(
    program: Program, inputs: Mapping[str, Sequence[arb]], h: arb, order: int
) -> tuple[list[Any], list[Any]] | None:
    """The outputs as series at t = 0 and at the ball [-h, h]; None where they do not exist there.

    Args:
        program: recorded operations.
        inputs: coefficients of each input, a polynomial in t.
        h: half the length of the interval.
        order: N.

    Example:
        >>> from analytic.landscape.tape import Tape
        >>> tape = Tape()
        >>> x = tape.input("x")
        >>> program = tape.program([x * x])
        >>> at, over = taylor(program, {"x": [arb(3), arb(1)]}, arb("0.5"), 2)
        >>> total(spread([at], [over], 2), arb("0.5"))[0][0].contains(arb("12.25"))
        True
    """
    at = series_run(program, inputs, order)
    over = series_run(program, {name: _shifted(c, arb(0, h)) for name, c in inputs.items()}, order)
    return None if at is None or over is None else (at, over)


def _shifted(c: Sequence[arb], t: arb) -> Coefficients:
    """The coefficients of the polynomial about t."""
    powers = [arb(1)]
    for _ in c[1:]:
        powers.append(powers[-1] * t)
    degrees = range(len(c))
    return [sum((comb(i, j) * c[i] * powers[i - j] for i in degrees[j:]), arb(0)) for j in degrees]


def spread(at: Sequence[Sequence[Any]], over: Sequence[Sequence[Any]], order: int) -> list[list[list[arb]]]:
    """A matrix of series, taken apart into one matrix for each power of t: c_0, ..., c_N."""
    sources = [at] * order + [over]
    return [[[x[j] for x in row] for row in source] for j, source in enumerate(sources)]


def total(parts: Sequence[Sequence[Sequence[arb]]], h: arb) -> list[list[arb]]:
    """The range of a matrix over [-h, h] from its coefficients."""
    found = [list(row) for row in parts[0]]
    power = arb(1)
    for j, part in enumerate(parts[1:], 1):
        power = power * h
        # t^j covers [0, h^j] for even j: half the width of [-h^j, h^j]
        t = arb(power / 2, power / 2) if j % 2 == 0 else arb(0, power)
        found = [[x + y * t for x, y in zip(*rows, strict=True)] for rows in zip(found, part, strict=True)]
    return found
