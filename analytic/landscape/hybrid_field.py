r"""Constants that are exact as long as possible: elements of Q(pi) with square roots, and balls for everything else.

Terms that cancel exactly must do so in a Laurent series, or its valuation is wrong; a ball cannot cancel. So a constant
stays exact until it meets an enclosure, a nested square root or an angle outside the field.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flint import arb

from analytic.balls import Ball
from analytic.landscape.laurent import PrecisionLostError
from analytic.landscape.pi_field import Constant, OutsideFieldError, PiField

#: Significant digits of an enclosure that are written at most.
DIGITS = 15


@dataclass(frozen=True, eq=False)
class Enclosure:
    """A real constant known as a ball.

    Args:
        ring: the field.
        value: the ball; it is never taken for 0, even if it contains 0.
    """

    ring: HybridField
    value: arb

    def ball(self) -> arb:
        """The enclosure."""
        return self.value

    def __bool__(self) -> bool:
        return True

    def __neg__(self) -> Enclosure:
        return Enclosure(self.ring, -self.value)

    def __add__(self, other: Any) -> Any:
        return self.ring.combined([(self, self.ring.one), (other, self.ring.one)])

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __mul__(self, other: Any) -> Any:
        return self.ring.combined([(self, other)])

    def __truediv__(self, other: Any) -> Any:
        return self * self.ring.inverse(other)

    def __str__(self) -> str:
        if self.value.contains(0):
            return f"(0 ± {Ball.of(self.value.abs_upper()).rounded(2)})"
        digits = max(1, min(DIGITS, int(self.value.rel_accuracy_bits() * 0.301) - 1))
        return Ball.of(self.value).rounded(digits)

    @property
    def latex(self) -> str:
        """As LaTeX."""
        return re.sub(r"e([+-]?)0*(\d+)", r"\\cdot 10^{\1\2}", str(self)).replace("±", r"\pm").replace("{+", "{")


class HybridField(PiField):
    """Q(pi) with square roots, and enclosures at the current precision.

    Example:
        >>> K = HybridField()
        >>> x = K.atan2(K.number(2), K.one)
        >>> str(x), str(K.pi * K.zero * x), str(K.pi + x - x)
        ('1.1071487177941', '0', '3.1415926535898')
    """

    def vanishes(self, x: Any) -> bool:
        """Whether the constant is exact and 0."""
        return isinstance(x, Constant) and not x

    def invertible(self, x: Any) -> bool:
        """Whether the constant is known not to be 0."""
        return bool(x) if isinstance(x, Constant) else bool(x.value > 0 or x.value < 0)

    def combined(self, products: Sequence[tuple[Any, Any]]) -> Any:
        """The sum of the products, exact unless an enclosure occurs in one that does not vanish."""
        products = [(a, b) for a, b in products if a and b]
        exact = [(a, b) for a, b in products if isinstance(a, Constant) and isinstance(b, Constant)]
        total = super().combined(exact)
        if len(exact) == len(products):
            return total
        value = total.ball() if total else arb(0)
        for a, b in products:
            if not (isinstance(a, Constant) and isinstance(b, Constant)):
                value += a.ball() * b.ball()
        return Enclosure(self, value)

    def inverse(self, x: Any) -> Any:
        """1 / x.

        Raises:
            PrecisionLostError: an enclosure contains 0.
        """
        if isinstance(x, Constant):
            return super().inverse(x)
        if not self.invertible(x):
            raise PrecisionLostError(f"got the divisor {x}, expected an enclosure without 0: more bits are needed")
        return Enclosure(self, 1 / x.value)

    def sqrt(self, x: Any) -> Any:
        """The positive square root; nested ones become balls."""
        if isinstance(x, Constant):
            try:
                return super().sqrt(x)
            except OutsideFieldError:
                if x.sign < 0:
                    raise
        if not x.ball() > 0:
            raise PrecisionLostError(f"got the square root of {x}, expected an enclosure above 0")
        return Enclosure(self, x.ball().sqrt())

    def sign(self, x: Any) -> int:
        """The sign of a constant that is known not to be 0."""
        if isinstance(x, Constant):
            return super().sign(x)
        if not self.invertible(x):
            raise PrecisionLostError(f"got the sign of {x}, expected an enclosure without 0")
        return 1 if x.value > 0 else -1

    def atan2(self, y: Any, x: Any) -> Any:
        """The angle of (x, y), as a ball."""
        return Enclosure(self, arb.atan2(y.ball(), x.ball()))
