r"""Functions of k on a short interval, for the checker of interval certificates: jets, and polynomials with balls.

A function f of $k = k_0 + t$, $|t| \le h$, is evaluated twice as a power series: at $t = 0$, and with the ball [-h, h]
in the place of t. By Taylor's theorem with Lagrange's remainder $f = \sum_{j<N} f_j t^j + F_N t^N$, $f_j$ from the
first run, $F_N$ a ball from the second one. In $\tau = t/h \in [-1, 1]$ such polynomials are multiplied and inverted
with the rest in a ball; the pivots of a symmetric matrix of them count eigenvalues for all t at once (Sylvester).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flint import arb, arb_poly, arb_series, ctx

from checks.recheck_reading import UndecidedError

Jet = Any
_WIDE = "something is not enclosed on a part of a box: the interval is too long, or the claim false"


@dataclass(frozen=True)
class Window:
    """An interval of k.

    Args:
        base: k_0.
        half: h; 0 for a single k.
        order: N.
    """

    base: arb
    half: arb
    order: int

    def runs(self, compute: Callable[[arb, bool], Sequence[Jet]]) -> list[arb_poly]:
        """The outputs as polynomials in tau.

        Args:
            compute: the jets at an offset from the base; the flag says whether it is the run at the base.
        """
        if self.half == 0:
            return [arb_poly([x[0]]) for x in self._run(compute, arb(0), True, 0)]
        at = self._run(compute, arb(0), True, self.order - 1)
        over = self._run(compute, arb(0, self.half), False, self.order)
        powers = [self.half**j for j in range(self.order + 1)]
        return [
            arb_poly([*(x[j] * powers[j] for j in range(self.order)), y[self.order] * powers[-1]])
            for x, y in zip(at, over, strict=True)
        ]

    def _run(self, compute: Callable[[arb, bool], Sequence[Jet]], offset: arb, at_base: bool, order: int) -> list[Jet]:
        previous, ctx.cap = ctx.cap, order + 1
        try:
            found = list(compute(offset, at_base))
        except (ValueError, ZeroDivisionError) as error:
            if isinstance(error, ValueError) and type(error) is not ValueError:
                raise  # a rejection is one too
            raise UndecidedError(_WIDE) from None
        finally:
            ctx.cap = previous
        if not all(x.prec > order and x[j].is_finite() for x in found for j in range(order + 1)):
            raise UndecidedError(_WIDE)
        return found


def jet(coefficients: Sequence[Any]) -> Jet:
    """A power series up to the current order."""
    return arb_series([arb(c) for c in coefficients])


def moved(polynomial: arb_poly, offset: arb, width: arb) -> Jet:
    """The jet of a polynomial at an offset, with an uncertain constant of that width."""
    there = polynomial(arb_poly([offset, 1]))
    coefficients = [there[j] for j in range(max(1, there.length()))]
    return jet([coefficients[0] + arb(0, width), *coefficients[1:]])


def angle(sine: Jet, cosine: Jet) -> Jet:
    """The angle in (0, pi) with that sine and cosine: its derivative is c s' - s c'."""
    slope = cosine * sine.derivative() - sine * cosine.derivative()
    return slope.integral() + arb.atan2(sine[0], cosine[0])


def alike(x: Jet, y: Jet, order: int) -> bool:
    """Whether two enclosures may be of one function."""
    return all(bool(x[j].overlaps(y[j])) for j in range(order + 1))


def reach(p: arb_poly) -> arb:
    """A ball that contains the values on [-1, 1]."""
    low = high = p[0]
    for j in range(1, p.length()):
        size = arb(p[j].abs_upper())
        # an even power is not negative: c t^j lies between 0 and c
        low = low - (size if j % 2 or not p[j] >= 0 else arb(0))
        high = high + (size if j % 2 or not p[j] <= 0 else arb(0))
    return low.union(high)


def times(p: arb_poly, q: arb_poly, order: int) -> arb_poly:
    """The product, powers beyond the order in the ball of the constant."""
    whole = p * q
    kept = [whole[j] for j in range(min(order + 1, max(1, whole.length())))]
    beyond = sum((whole[j].abs_upper() for j in range(order + 1, whole.length())), arb(0))
    kept[0] = kept[0] + arb(0, beyond)
    return arb_poly(kept)


def over(p: arb_poly, order: int) -> arb_poly:
    """1/p: with q near it and e at least |1 - p q|, the error of q is at most |q| e / (1 - e)."""
    previous, ctx.cap = ctx.cap, order + 1
    try:
        near = 1 / arb_series([p[j].mid() for j in range(order + 1)])
    except (ValueError, ZeroDivisionError):
        raise UndecidedError(_WIDE) from None
    finally:
        ctx.cap = previous
    q = arb_poly([near[j].mid() for j in range(order + 1)])
    e = arb(reach(1 - times(p, q, order)).abs_upper())
    if not e < 1:
        raise UndecidedError(_WIDE)
    error = reach(q).abs_upper() * e / (1 - e)
    return q + arb_poly([arb(0, error.abs_upper())])


def negatives(S: Sequence[Sequence[arb_poly]], order: int) -> int:
    """How many eigenvalues of a symmetric matrix are negative, the same number for every k; none is 0.

    Raises:
        UndecidedError: a pivot may vanish.
    """
    M = [list(row) for row in S]
    count = 0
    while M:
        size = range(len(M))
        a = max(size, key=lambda s: abs(float(M[s][s][0].mid())))
        value = reach(M[a][a])
        if not (value > 0 or value < 0):
            raise UndecidedError("the sign of an eigenvalue is open on a part of a box")
        count += bool(value < 0)
        if len(M) == 1:
            break
        inverse = over(M[a][a], order)
        scaled = [times(M[i][a], inverse, order) for i in size]
        M = [[M[i][j] - times(scaled[i], M[a][j], order) for j in size if j != a] for i in size if i != a]
    return count
