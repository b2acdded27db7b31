"""Products of floats without the rounding error."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

#: Splits a float64 into two halves of 26 bits, whose products are exact.
SPLITTER = 134217729.0


def exact_product(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The product as an unevaluated sum of two floats.

    Args:
        a: below 1e100 in absolute value, any shape.
        b: the same.

    Returns:
        The rounded product, and the error of the rounding: exact unless it underflows.

    Source: Dekker 1971, section 5.

    Example:
        >>> import numpy as np
        >>> p, e = exact_product(np.array(1.0 + 2.0**-30), np.array(1.0 + 2.0**-30))
        >>> float(p) == 1.0 + 2.0**-29, float(e) == 2.0**-60
        (True, True)
    """
    import numpy as np

    product = a * b
    with np.errstate(under="ignore"):
        p, q = a * SPLITTER, b * SPLITTER
        a_high, b_high = p - (p - a), q - (q - b)
        a_low, b_low = a - a_high, b - b_high
        error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    return product, np.asarray(error, dtype=np.float64)
