r"""The exponential in float64 with a proven error, from operations that round correctly alone.

Sums and products are wrong by at most u = 2^-53 of the result, or 2^-1075 where that is subnormal. Bounds of errors are
computed in float64, too, and enlarged by 2^-40 of themselves, which is more than their own rounding errors.
"""

from __future__ import annotations

from math import factorial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

UNIT = 2.0**-53
TINY = 1e-300
ENLARGED = 1.0 + 2.0**-40
#: The first has 32 bits, so that its products with the exponents are exact; both add up to log 2 within 2^-86.
_LOG2 = (float.fromhex("0x1.62e42feep-1"), float.fromhex("0x1.a39ef35793c76p-33"))
_DEGREE = 14
EXP_ERROR = 8 * UNIT
"""Bound of the relative error of ``exponential``."""


def exponential(x: Array) -> Array:
    r"""$e^x$ for $-700 \le x \le 0$ with a relative error of at most EXP_ERROR; 0 below.

    With k the integer next to $x/\log 2$ the remainder r has $|r| < 0.35$ and an error of at most u; the Taylor
    polynomial of degree 14 leaves out $0.35^{15}/15! < u/1000$, and Horner's scheme adds less than 4 u.

    Args:
        x: numbers that are not positive.

    Returns:
        The exponentials.

    Example:
        >>> import numpy as np
        >>> float(exponential(np.zeros(1))[0])
        1.0
    """
    import numpy as np

    clipped = np.maximum(x, -700.0)
    k = np.rint(clipped * (1.0 / (_LOG2[0] + _LOG2[1])))
    rest = (clipped - k * _LOG2[0]) - k * _LOG2[1]
    value = np.full_like(rest, 1.0 / factorial(_DEGREE))
    for m in range(_DEGREE - 1, -1, -1):
        value *= rest
        value += 1.0 / factorial(m)
    return np.where(x < -700.0, 0.0, np.ldexp(value, k.astype(np.int32)))
