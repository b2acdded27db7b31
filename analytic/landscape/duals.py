r"""Dual numbers over balls: a value with its partial derivatives, so that any recorded program yields its gradient too.

$f(x + \varepsilon v) = f(x) + \varepsilon\,f'(x) v$ with $\varepsilon^2 = 0$; one $\varepsilon$ for each variable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, arb_mat

from analytic.landscape.tape import BALL


@dataclass(frozen=True)
class Dual:
    """A value and its partial derivatives.

    Args:
        value: a ball.
        slopes: a row of balls, one a variable; None for a constant.

    Example:
        >>> x = Dual(arb(3), arb_mat([[1]]))
        >>> y = x * x / Dual(arb(2))
        >>> float(y.value), float(y.slopes[0, 0])
        (4.5, 3.0)
    """

    value: arb
    slopes: arb_mat | None = None

    def __add__(self, other: Dual) -> Dual:
        return Dual(self.value + other.value, _sum(self.slopes, other.slopes))

    def __sub__(self, other: Dual) -> Dual:
        return self + (-other)

    def __neg__(self) -> Dual:
        return Dual(-self.value, None if self.slopes is None else -self.slopes)

    def __mul__(self, other: Dual) -> Dual:
        return Dual(self.value * other.value, _sum(_times(self.slopes, other.value), _times(other.slopes, self.value)))

    def __truediv__(self, other: Dual) -> Dual:
        quotient = self.value / other.value
        return Dual(quotient, _sum(_times(self.slopes, 1 / other.value), _times(other.slopes, -quotient / other.value)))


def _sum(a: arb_mat | None, b: arb_mat | None) -> arb_mat | None:
    if a is None or b is None:
        return b if a is None else a
    return a + b


def _times(a: arb_mat | None, factor: arb) -> arb_mat | None:
    return None if a is None else a * factor


class DualArithmetic:
    """Dual numbers over balls at the current precision, as an arithmetic of programs."""

    def number(self, value: Fraction) -> Dual:
        """The rational number."""
        return Dual(BALL.number(value))

    def pi(self) -> Dual:
        """A ball around pi."""
        return Dual(BALL.pi())

    def sqrt(self, x: Dual) -> Dual:
        """The square root."""
        root = x.value.sqrt()
        return Dual(root, _times(x.slopes, 1 / (2 * root)))

    def atan2(self, y: Dual, x: Dual) -> Dual:
        r"""The angle of (x, y): $d\theta = (x\,dy - y\,dx)/(x^2 + y^2)$."""
        square = x.value * x.value + y.value * y.value
        slopes = _sum(_times(y.slopes, x.value / square), _times(x.slopes, -y.value / square))
        return Dual(arb.atan2(y.value, x.value), slopes)


DUAL = DualArithmetic()


def variables(values: Mapping[str, arb], names: Sequence[str]) -> dict[str, Dual]:
    """Dual numbers for the inputs of a program: the i-th name is the i-th variable, the others are constants.

    Args:
        values: all inputs.
        names: those by which derivatives are taken.

    Example:
        >>> found = variables({"x": arb(2), "y": arb(3)}, ["y"])
        >>> found["x"].slopes is None, found["y"].slopes.nrows()
        (True, 1)
    """
    place = {name: i for i, name in enumerate(names)}
    return {
        name: Dual(value, arb_mat([[int(place[name] == i) for i in range(len(names))]]) if name in place else None)
        for name, value in values.items()
    }


def slopes(x: Dual, count: int) -> list[arb]:
    """The partial derivatives of a dual number, zeros for a constant."""
    return [arb(0)] * count if x.slopes is None else list(x.slopes.entries())
