r"""The imaginary error function erfi and Dawson's integral F."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flint import arb

from analytic.balls import finite
from analytic.special.compensated import exact_product
from analytic.special.enclosing import ends, increasing, tight

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

#: The greatest value of F, 0.541044..., lies between these two points (checked in balls by a test).
BEFORE, AFTER = "0.9241388730", "0.9241388731"


def erfi_ball(x: arb) -> arb:
    r"""$\operatorname{erfi}(x) = \frac2{\sqrt\pi} \int_0^x e^{t^2} dt$, with relative accuracy.

    Args:
        x: a real ball.

    Returns:
        A ball around the value; the hull of both ends if x is not exact, since erfi increases.

    Example:
        >>> erfi_ball(arb(1)).overlaps(arb("1.6504257587975428760"))
        True
    """
    return increasing(lambda t: tight(t.erfi, attempts=6) if finite(t) else t, x)


def dawson_ball(x: arb) -> arb:
    r"""$F(x) = e^{-x^2} \int_0^x e^{t^2} dt = x\,{}_1F_1(1; \tfrac32; -x^2)$, with relative accuracy.

    Args:
        x: a real ball.

    Returns:
        A ball around the value; over a wide ball the hull of both ends where F is monotone, else by the mean value
        theorem with $F' = 1 - 2xF$.

    Source: DLMF 7.5.1 and 13.6.7.

    Example:
        >>> dawson_ball(arb(1)).overlaps(arb("0.53807950691276841914"))
        True
    """
    if x.is_nan():
        return x
    if x.is_exact() or _monotone(x):
        low, high = (_dawson(end) for end in ends(x))
        return low if x.is_exact() else low.union(high)
    if not finite(x):
        return arb(0, "0.5410442247")
    value = _dawson(x.mid())
    rough = value + arb(0, 1) * x.rad()  # |F'| <= 1
    return value + arb(0, 1) * abs(1 - 2 * x * rough).upper().min(arb(1)) * x.rad()


def _monotone(x: arb) -> bool:
    inside = bool(abs(x) < arb(BEFORE).lower())
    return inside or bool(abs(x) > arb(AFTER).upper())


def _dawson(x: arb) -> arb:
    if not finite(x):
        return arb(0)
    return tight(lambda: x * (-(x * x)).hypgeom_1f1(arb(1), arb(3) / 2))


def erfi(x: ArrayLike) -> FloatArray:
    r"""erfi in float64, error at most 4e-15 times $\max(1, |\operatorname{erfi}|)$ (measured: 1.8e-15).

    Args:
        x: any shape.

    Returns:
        The values; infinite where they overflow, beyond |x| = 26.6.

    Example:
        >>> round(float(erfi(1.0)), 12)
        1.650425758798
    """
    import numpy as np
    from scipy import special

    array = np.asarray(x, dtype=np.float64)
    large = np.abs(array) > 1.0
    bounded = np.where(large, np.clip(array, -30.0, 30.0), 1.0)
    square, rest = exact_product(bounded, bounded)
    with np.errstate(over="ignore"):
        factor = np.exp(0.5 * square)  # twice, since the whole may overflow where erfi does not
        values = special.dawsn(bounded) * (2.0 / np.sqrt(np.pi)) * (1.0 + rest) * factor * factor
        return np.asarray(np.where(large, values, special.erfi(np.where(large, 0.0, array))), dtype=np.float64)


def dawson(x: ArrayLike) -> FloatArray:
    """Dawson's integral in float64, absolute error at most 5e-16 (measured: 2.4e-16).

    Args:
        x: any shape.

    Returns:
        The values.

    Example:
        >>> round(float(dawson(1.0)), 12)
        0.538079506913
    """
    import numpy as np
    from scipy.special import dawsn

    return np.asarray(dawsn(np.asarray(x, dtype=np.float64)), dtype=np.float64)
