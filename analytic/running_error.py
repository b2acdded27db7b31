r"""Float64 operations with running error bounds: every value carries a bound of its distance from the true one.

The model: a basic operation errs by at most $u = 2^{-53}$ relative to its result, a function of NumPy or SciPy by at
most ``UNITS`` times u, and results below the smallest normal number by that number. An error e of an argument enlarges
the result's by the greatest change of the function within e of the argument (not the first-order term alone), by a
bound of the derivative there or by a modulus of continuity where the derivative is infinite.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
else:
    Array = Any

ROUNDING = 2.0**-53
SMALLEST = 2.0**-1022
#: Errors in units of u relative to the result. NumPy's vectorised elementary functions are specified to 4 units in
#: the last place, 8 u; those of SciPy and of analytic.special were measured against balls, with a factor 2 to spare.
UNITS = {
    **dict.fromkeys(("sin", "cos", "tan", "asin", "acos", "atan", "atanh", "atan2", "exp", "log"), 8.0),
    **dict.fromkeys(("erf", "Phi", "erfcx"), 8.0),
    "Phi_square": 4.0,  # of Phi, times x^2 in the left tail: its exponent is rounded
    "erfi": 36.0,
}
#: Absolute errors, as the docstrings of analytic.special state them, with the rounding of a complement for Phi2.
ABSOLUTE = {"owens_t": 4e-16, "Phi2": 1e-15, "dawson": 5e-16, "Li2": 4e-15, "Phi_complex": 4e-14, "orthant": 2e-15}


@dataclass(frozen=True)
class Operation:
    """A function in float64 with its running error.

    Args:
        value: from the arguments.
        spread: from the value, the arguments and their errors, a bound of what those errors may change.
        own: from the value and the arguments, a bound of the function's own error.

    Example:
        >>> import numpy as np
        >>> x = np.float64(2.0)
        >>> float(ELEMENTARY["sqrt"].error(np.sqrt(x), [x], [np.float64(0.0)])) < 2e-16
        True
    """

    value: Callable[..., Array]
    spread: Callable[[Array, Sequence[Array], Sequence[Array]], Array]
    own: Callable[[Array, Sequence[Array]], Array]

    def error(self, value: Array, arguments: Sequence[Array], errors: Sequence[Array]) -> Array:
        """The error of the result; infinite where an argument may lie on a pole."""
        import numpy as np

        found = self.spread(value, arguments, errors) + self.own(value, arguments)
        for e in errors:  # a cap such as |sin| <= 1 may not hide that an argument is not known at all
            found = np.where(np.isfinite(e), found, np.inf)
        return np.asarray(found)


def relative_error(units: float | str = 1.0) -> Callable[[Array, Sequence[Array]], Array]:
    def own(value: Array, _: Sequence[Array]) -> Array:
        scale = UNITS[units] if isinstance(units, str) else units
        return ROUNDING * scale * abs(value) + SMALLEST

    return own


def constant_error(name: str) -> Callable[[Array, Sequence[Array]], Array]:
    return lambda value, _: ABSOLUTE[name] + 0.0 * value


def _exact(value: Array, _: Sequence[Array]) -> Array:
    return 0.0 * value


def numpy_function(name: str) -> Callable[..., Array]:
    def value(*arguments: Array) -> Array:
        import numpy as np

        found: Array = getattr(np, name)(*arguments)
        return found

    return value


def _clipped(name: str, low: float) -> Callable[..., Array]:
    """Rounding may carry an argument out of the domain, where the true one cannot lie."""

    def value(x: Array) -> Array:
        import numpy as np

        found: Array = getattr(np, name)(np.clip(x, low, 1.0) if low else np.maximum(x, 0.0))
        return found

    return value


def least(x: Array, e: Array) -> Array:
    """The least absolute value within e of x."""
    import numpy as np

    return np.asarray(np.maximum(abs(x) - e, 0.0))


def _product(_v: Array, x: Sequence[Array], e: Sequence[Array]) -> Array:
    return abs(x[0]) * e[1] + abs(x[1]) * e[0] + e[0] * e[1]


def _quotient(v: Array, x: Sequence[Array], e: Sequence[Array]) -> Array:
    import numpy as np

    distance = abs(x[1]) - e[1]
    return np.where(distance > 0.0, (e[0] + abs(v) * e[1]) / distance, np.inf)


def _sqrt(v: Array, _x: Sequence[Array], e: Sequence[Array]) -> Array:
    import numpy as np

    # |sqrt(x) - sqrt(y)| = |x - y| / (sqrt(x) + sqrt(y)), and at most sqrt|x - y|
    quotient = e[0] / np.where(v > 0.0, v, 1.0)
    return np.where(v > 0.0, np.minimum(quotient, np.sqrt(e[0])), np.sqrt(e[0]))


def _arc(_v: Array, x: Sequence[Array], e: Sequence[Array]) -> Array:
    import numpy as np

    far = abs(x[0]) + e[0]
    room = np.maximum((1.0 - far) * (1.0 + far), 0.0)
    # the modulus of continuity of asin and acos is acos(1 - t) = 2 asin(sqrt(t/2)) <= pi sqrt(t/2)
    modulus = math.pi * np.sqrt(0.5 * e[0])
    return np.where(room > 0.0, np.minimum(e[0] / np.sqrt(np.where(room > 0.0, room, 1.0)), modulus), modulus)


def _exp(v: Array, _x: Sequence[Array], e: Sequence[Array]) -> Array:
    import numpy as np

    return np.maximum(v, SMALLEST) * np.expm1(e[0])


def _log(_v: Array, x: Sequence[Array], e: Sequence[Array]) -> Array:
    import numpy as np

    return np.where(x[0] > e[0], e[0] / (x[0] - e[0]), np.inf)


def _turn(v: Array, _x: Sequence[Array], e: Sequence[Array]) -> Array:
    """Of sine and cosine: the derivative's square is 1 - v^2, the second derivative at most 1."""
    import numpy as np

    slope = np.sqrt(np.maximum(1.0 - v * v, 0.0)) + 1e-8  # 1e-8 covers the rounding of 1 - v^2
    return np.minimum(np.minimum(slope + e[0], 1.0) * e[0], 2.0)


def _tan(v: Array, _x: Sequence[Array], e: Sequence[Array]) -> Array:
    import numpy as np

    t = np.tan(np.minimum(e[0], 1.0))
    room = 1.0 - 1.0000001 * abs(v) * t
    return np.where((room > 0.0) & (e[0] < 1.0), t * (1.0 + v * v) / room, np.inf)


def _atanh(_v: Array, x: Sequence[Array], e: Sequence[Array]) -> Array:
    import numpy as np

    far = abs(x[0]) + e[0]
    return np.where(far < 1.0, e[0] / ((1.0 - far) * (1.0 + far)), np.inf)


def _atan2(_v: Array, x: Sequence[Array], e: Sequence[Array]) -> Array:
    import numpy as np

    # a point moves by at most |e|; seen from the origin its direction turns by at most asin(|e| / radius)
    radius, moved = np.hypot(*x), np.hypot(*e)
    cut = (abs(x[0]) <= e[0]) & (x[1] < e[1]) & (moved > 0.0)
    turn = 0.5 * math.pi * moved / np.where(radius > 0.0, radius, 1.0)
    return np.where(cut | (moved >= radius) & (moved > 0.0), 2.0 * math.pi, turn)


def _step(_v: Array, x: Sequence[Array], e: Sequence[Array]) -> Array:
    import numpy as np

    return np.where((abs(x[0]) > e[0]) | (e[0] == 0.0), 0.0, 2.0)


def _difference(a: Array, b: Array, c: Array, d: Array) -> Array:
    """ab - cd, exact but for the last roundings."""
    from analytic.special.compensated import exact_product

    (p, p_rest), (q, q_rest) = exact_product(a, b), exact_product(c, d)
    return (p - q) + (p_rest - q_rest)


def _difference_own(v: Array, x: Sequence[Array]) -> Array:
    # p - q is rounded once, but where it cancels it is exact, and the rests are below u times the products
    a, b, c, d = x
    return ROUNDING * (3.0 * abs(v) + 4.0 * ROUNDING * (abs(a * b) + abs(c * d))) + SMALLEST


def _difference_spread(v: Array, x: Sequence[Array], e: Sequence[Array]) -> Array:
    return _product(v, x[:2], e[:2]) + _product(v, x[2:], e[2:])


def _first(_v: Array, _x: Sequence[Array], e: Sequence[Array]) -> Array:
    return e[0]


def _largest(_v: Array, _x: Sequence[Array], e: Sequence[Array]) -> Array:
    import numpy as np

    return np.maximum(e[0], e[1])


ELEMENTARY: dict[str, Operation] = {
    "add": Operation(lambda x, y: x + y, lambda _v, _x, e: e[0] + e[1], relative_error()),
    "sub": Operation(lambda x, y: x - y, lambda _v, _x, e: e[0] + e[1], relative_error()),
    "mul": Operation(lambda x, y: x * y, _product, relative_error()),
    "div": Operation(lambda x, y: x / y, _quotient, relative_error()),
    "difference": Operation(_difference, _difference_spread, _difference_own),
    "sqrt": Operation(_clipped("sqrt", 0.0), _sqrt, relative_error()),
    "abs": Operation(abs, _first, _exact),
    "relu": Operation(lambda x: numpy_function("maximum")(x, 0.0), _first, _exact),
    "min": Operation(numpy_function("minimum"), _largest, _exact),
    "max": Operation(numpy_function("maximum"), _largest, _exact),
    "step": Operation(lambda x: numpy_function("heaviside")(x, 0.5), _step, _exact),
    "sign": Operation(numpy_function("sign"), _step, _exact),
    "sin": Operation(numpy_function("sin"), _turn, relative_error("sin")),
    "cos": Operation(numpy_function("cos"), _turn, relative_error("cos")),
    "tan": Operation(numpy_function("tan"), _tan, relative_error("tan")),
    "asin": Operation(_clipped("arcsin", -1.0), _arc, relative_error("asin")),
    "acos": Operation(_clipped("arccos", -1.0), _arc, relative_error("acos")),
    "atan": Operation(
        numpy_function("arctan"), lambda _, x, e: e[0] / (1.0 + least(x[0], e[0]) ** 2), relative_error("atan")
    ),
    "atan2": Operation(numpy_function("arctan2"), _atan2, relative_error("atan2")),
    "atanh": Operation(numpy_function("arctanh"), _atanh, relative_error("atanh")),
    "exp": Operation(numpy_function("exp"), _exp, relative_error("exp")),
    "log": Operation(numpy_function("log"), _log, relative_error("log")),
}
