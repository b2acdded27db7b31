r"""Recorded programs over a short interval of one variable: Taylor polynomials whose last coefficient is an enclosure.

For f smooth on [-h, h], $f(t) = \sum_{j<N} c_j t^j + c_N(\tau)\,t^N$ for some $\tau$ between 0 and t (Taylor's theorem,
Lagrange's remainder): the first N coefficients come from a run at t = 0, the last one from a run at the ball [-h, h].
Constant uncertainties of the inputs are kept as balls in both runs.

Such a polynomial in $\tau = t/h \in [-1, 1]$ encloses f at each t by some choice of numbers in its balls. Products keep
this: powers beyond the N-th are bounded by the sum of their coefficients. Pivots of a symmetric matrix of them are
functions of t, so that what cancels for each t cancels in coefficients.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import comb
from typing import Any

from flint import arb, arb_poly, arb_series, ctx

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


def scaled(parts: Sequence[Sequence[Sequence[arb]]], h: arb) -> list[list[arb_poly]]:
    """A matrix of polynomials in tau = t/h from its coefficients in t."""
    powers = [arb(1)]
    for _ in parts[1:]:
        powers.append(powers[-1] * h)
    rows, columns = range(len(parts[0])), range(len(parts[0][0]))
    return [[arb_poly([p[i][j] * x for p, x in zip(parts, powers, strict=True)]) for j in columns] for i in rows]


def product(p: arb_poly, q: arb_poly, order: int) -> arb_poly:
    """The product on [-1, 1]; what lies beyond the order goes into the ball of the last coefficient."""
    found = p * q
    if found.length() <= order + 1:
        return found
    rest = sum((found[j].abs_upper() for j in range(order + 1, found.length())), arb(0))
    return arb_poly([*(found[j] for j in range(order)), found[order] + arb(0, rest)])


def extent(p: arb_poly) -> arb:
    """A ball that contains the values on [-1, 1]."""
    found = p[0]
    for j in range(1, p.length()):
        found = found + p[j] * (arb(0.5, 0.5) if j % 2 == 0 else arb(0, 1))
    return found


def reciprocal(p: arb_poly, order: int) -> arb_poly | None:
    """1/p on [-1, 1], None where p may vanish: with g near it and r = 1 - p g, it is g (1 + r) + g r^2/(1 - r)."""
    previous, ctx.cap = ctx.cap, order + 1
    try:
        near = 1 / arb_series([p[j].mid() for j in range(order + 1)])
    except (ValueError, ZeroDivisionError):
        return None
    finally:
        ctx.cap = previous
    g = arb_poly([near[j].mid() for j in range(order + 1)])
    r = 1 - product(p, g, order)
    size = extent(r).abs_upper()
    if not size < 1:
        return None
    rest = extent(g).abs_upper() * size * size / (1 - size)
    return product(g, 1 + r, order) + arb_poly([arb(0, rest.abs_upper())])


def signs(A: Sequence[Sequence[arb_poly]], order: int) -> tuple[int, int] | None:
    """Negative and positive eigenvalues of a symmetric matrix for all tau in [-1, 1]; None if a pivot's sign is open.

    Args:
        A: square; entries on and above the diagonal are read.
        order: of the polynomials.

    Source: Sylvester's law of inertia.

    Example:
        >>> p, one = arb_poly([1, "0.5"]), arb_poly([1])
        >>> signs([[p, one], [one, 3 - p]], 4)
        (0, 2)
    """
    rows = [[A[min(i, j)][max(i, j)] for j in range(len(A))] for i in range(len(A))]
    left, negative = list(range(len(A))), 0
    while left:
        pivot = max(left, key=lambda c: abs(float(rows[c][c][0].mid())))
        value = extent(rows[pivot][pivot])
        if not (value > 0 or value < 0):
            return None
        negative += bool(value < 0)
        left.remove(pivot)
        inverse = reciprocal(rows[pivot][pivot], order)
        if inverse is None:
            return None
        for i in left:
            factor = product(rows[i][pivot], inverse, order)
            for j in left:
                if j >= i:
                    rows[i][j] = rows[j][i] = rows[i][j] - product(factor, rows[pivot][j], order)
    return negative, len(A) - negative
