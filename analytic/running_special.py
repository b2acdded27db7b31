"""Running errors of the special functions in which closed forms are written; see ``analytic.running_error``."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from analytic.running_error import (
    ABSOLUTE,
    ELEMENTARY,
    ROUNDING,
    SMALLEST,
    UNITS,
    Operation,
    constant_error,
    least,
    numpy_function,
    relative_error,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
else:
    Array = Any

DENSITY = 1.0 / math.sqrt(2.0 * math.pi)


def density(x: Array) -> Array:
    """The standard normal density, a little enlarged to be an upper bound."""
    import numpy as np

    return 1.0001 * DENSITY * np.exp(-0.5 * x * x) + SMALLEST


def _cdf(_v: Array, x: Sequence[Array], e: Sequence[Array]) -> Array:
    import numpy as np

    return np.minimum(density(least(x[0], e[0])) * e[0], 1.0)


def _cdf_own(v: Array, x: Sequence[Array]) -> Array:
    import numpy as np

    return ROUNDING * v * (UNITS["Phi"] + UNITS["Phi_square"] * np.minimum(x[0], 0.0) ** 2) + SMALLEST


def _erf(_v: Array, x: Sequence[Array], e: Sequence[Array]) -> Array:
    import numpy as np

    return np.minimum(2.0 * math.sqrt(2.0) * density(math.sqrt(2.0) * least(x[0], e[0])) * e[0], 2.0)


def _erfi(_v: Array, x: Sequence[Array], e: Sequence[Array]) -> Array:
    import numpy as np

    return 1.1284 * np.exp((abs(x[0]) + e[0]) ** 2) * e[0]


def _dawson(v: Array, x: Sequence[Array], e: Sequence[Array]) -> Array:
    import numpy as np

    # F' = 1 - 2xF lies in [-0.29, 1], and |F''| <= 2
    slope = abs(1.0 - 2.0 * x[0] * v) + 1e-14 * (1.0 + abs(x[0])) + 2.0 * e[0]
    return np.minimum(slope, 1.0) * e[0]


def _dilogarithm(_v: Array, x: Sequence[Array], e: Sequence[Array]) -> Array:
    import numpy as np

    # increasing and convex: the greatest change lies at the end 1, Li2(1) - Li2(1 - t) <= 2 t |log t| + 1.65 t
    t = np.clip(e[0], SMALLEST, 0.5)
    modulus = np.where(e[0] < 0.5, t * (1.65 + 2.0 * abs(np.log(t))), np.inf)
    far = np.minimum(x[0] + e[0], 1.0 - 2.0**-53)
    slope = np.where(abs(far) > 1e-5, -np.log1p(-far) / np.where(far == 0.0, 1.0, far), 1.00001)
    return np.where(x[0] + e[0] < 1.0, np.minimum(1.0001 * slope * e[0], modulus), modulus)


def _owens(_v: Array, x: Sequence[Array], e: Sequence[Array]) -> Array:
    import numpy as np

    h, a = (least(x[i], e[i]) for i in (0, 1))
    by_slope = density(h) * np.exp(-0.5 * (a * h) ** 2) * DENSITY / (1.0 + a * a) * e[1]
    return np.minimum(0.5 * density(h) * e[0] + by_slope, 0.5)


def _complex_cdf(_v: Array, x: Sequence[Array], e: Sequence[Array]) -> Array:
    import numpy as np

    near, high = least(x[0], e[0]), abs(x[1]) + e[1]
    return 1.0001 * DENSITY * np.exp(0.5 * (high - near) * (high + near)) * (e[0] + e[1])


def _complex_own(_v: Array, x: Sequence[Array]) -> Array:
    import numpy as np

    # the real and the imaginary part share the error, which is relative to the absolute value of both
    size = 1.0 + np.exp(0.5 * (x[1] - x[0]) * (x[1] + x[0]))
    return ABSOLUTE["Phi_complex"] * np.where(size < 2.0, 0.125, size)


def _bivariate(_v: Array, x: Sequence[Array], e: Sequence[Array]) -> Array:
    import numpy as np

    h, k = (least(x[i], e[i]) for i in (0, 1))
    far = abs(x[2]) + e[2]
    room = np.maximum((1.0 - far) * (1.0 + far), 0.0)
    # the derivative by rho is at most exp(-max(h, k)^2/2)/(2 pi sqrt(1 - rho^2))
    turn = np.minimum(e[2] / np.sqrt(np.where(room > 0.0, room, 1.0)), math.pi * np.sqrt(0.5 * e[2]))
    turn = np.where(room > 0.0, turn, math.pi * np.sqrt(0.5 * e[2]))
    return np.minimum(density(h) * e[0] + density(k) * e[1] + density(np.maximum(h, k)) * DENSITY * turn, 1.0)


def _bivariate_angle(_v: Array, x: Sequence[Array], e: Sequence[Array]) -> Array:
    """With the complement given, the errors of cosine and sine turn the angle by their sum at most."""
    import numpy as np

    h, k = (least(x[i], e[i]) for i in (0, 1))
    return np.minimum(density(h) * e[0] + density(k) * e[1] + (e[2] + e[3]) / (2.0 * math.pi), 1.0)


def _scaled_tail(a: Array, b: Array) -> Array:
    r"""$e^a \Phi(b)$: in the left tail $\frac12 e^{a - b^2/2} \operatorname{erfcx}(-b/\sqrt2)$, free of inf times 0."""
    import numpy as np
    from scipy.special import erfcx, ndtr

    negative = np.minimum(b, 0.0)
    exponent = _tail_exponent(a, negative)
    left = 0.5 * np.exp(exponent) * erfcx(-negative * math.sqrt(0.5))
    return np.asarray(np.where(b < 0.0, left, np.exp(np.where(b < 0.0, 0.0, a)) * ndtr(b)))


def _tail_exponent(a: Array, b: Array) -> Array:
    import numpy as np

    from analytic.special.compensated import exact_product

    square, rest = exact_product(b, b)
    return np.where(abs(b) < 1e100, (a - 0.5 * square) - 0.5 * rest, -np.inf)


def _tail(v: Array, x: Sequence[Array], e: Sequence[Array]) -> Array:
    import numpy as np

    # the derivative of log Phi is below |b| + 0.8 for b < 0 and below 0.8 else
    relative = e[0] + (np.maximum(-x[1], 0.0) + e[1] + 0.8) * e[1]
    return np.maximum(v, SMALLEST) * np.expm1(relative)


def _tail_own(v: Array, x: Sequence[Array]) -> Array:
    import numpy as np

    b = np.minimum(x[1], 0.0)
    exponent = np.where(x[1] < 0.0, abs(_tail_exponent(x[0], b)), 0.0)
    # erfcx falls by less than |b| times the rounding of b/sqrt(2), two roundings of b at most, relative to itself
    return ROUNDING * v * (UNITS["exp"] + UNITS["erfcx"] + UNITS["Phi"] + 6.0 + 2.0 * exponent) + SMALLEST


def _scipy(name: str) -> Callable[..., Array]:
    def value(*arguments: Array) -> Array:
        from scipy import special

        found: Array = getattr(special, name)(*arguments)
        return found

    return value


def _house(module: str, name: str, part: int | None = None) -> Callable[..., Array]:
    def value(*arguments: Array) -> Array:
        from importlib import import_module

        function = getattr(import_module(f"analytic.special.{module}"), name)
        found = function(*arguments)
        return found if part is None else found[part]  # type: ignore[no-any-return]

    return value


def _orthant(*correlations: Array) -> Array:
    import numpy as np

    from analytic.special.orthant_float import orthant_probability

    return orthant_probability(_matrices(np.broadcast_arrays(*correlations)))


def _matrices(correlations: Sequence[Array]) -> Array:
    """Correlation matrices from what stands above the diagonal, row by row."""
    import numpy as np

    n = math.isqrt(2 * len(correlations)) + 1
    matrix = np.ones((*correlations[0].shape, n, n))
    for (i, j), rho in zip(combinations(range(n), 2), correlations, strict=True):
        matrix[..., i, j] = matrix[..., j, i] = rho
    return matrix


def _orthant_own(_v: Array, x: Sequence[Array]) -> Array:
    import numpy as np

    # where the docstring of orthant_probability states no bound, there is none
    matrix = _matrices(np.broadcast_arrays(*x))
    known = (np.max([abs(r) for r in np.broadcast_arrays(*x)], axis=0) <= 0.9) & (np.linalg.det(matrix) > 1e-3)
    return np.where(known, ABSOLUTE["orthant"], np.inf)


def _orthant_spread(_v: Array, _x: Sequence[Array], e: Sequence[Array]) -> Array:
    # Plackett: the derivative by rho is at most 1/(2 pi sqrt(1 - 0.9^2)) < 0.4 where the own error is stated
    return 0.4 * sum(e[1:], e[0])


#: Every operation of a compiled closed form, by name.
OPERATIONS: dict[str, Operation] = {
    **ELEMENTARY,
    "erf": Operation(_scipy("erf"), _erf, relative_error("erf")),
    "erfi": Operation(_house("erfi_dawson", "erfi"), _erfi, lambda v, _: ROUNDING * UNITS["erfi"] * (1.0 + abs(v))),
    "dawson": Operation(_house("erfi_dawson", "dawson"), _dawson, constant_error("dawson")),
    "Phi": Operation(_scipy("ndtr"), _cdf, _cdf_own),
    "exp_Phi": Operation(_scaled_tail, _tail, _tail_own),
    "Li2": Operation(
        lambda x: _house("dilogarithm", "dilogarithm")(numpy_function("minimum")(x, 1.0)),
        _dilogarithm,
        lambda v, _: ABSOLUTE["Li2"] * (1.0 + abs(v)),
    ),
    "owens_t": Operation(_house("owens_t", "owens_t"), _owens, constant_error("owens_t")),
    "re_Phi": Operation(_house("normal_cdf", "complex_normal_cdf", 0), _complex_cdf, _complex_own),
    "im_Phi": Operation(_house("normal_cdf", "complex_normal_cdf", 1), _complex_cdf, _complex_own),
    "Phi2": Operation(
        lambda h, k, rho: _house("bivariate_normal", "bivariate_cdf")(h, k, numpy_function("clip")(rho, -1.0, 1.0)),
        _bivariate,
        constant_error("Phi2"),
    ),
    "Phi2_angle": Operation(_house("bivariate_normal", "bivariate_cdf"), _bivariate_angle, constant_error("Phi2")),
    "orthant": Operation(_orthant, _orthant_spread, _orthant_own),
}
