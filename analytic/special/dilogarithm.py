r"""The real dilogarithm $\operatorname{Li}_2$ and Clausen's function $\operatorname{Cl}_2$."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flint import acb, arb

from analytic.balls import finite
from analytic.special.enclosing import increasing, tight

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]


def dilogarithm_ball(x: arb) -> arb:
    r"""$\operatorname{Li}_2(x) = -\int_0^x \frac{\log(1 - t)}t\,dt$ for $x \le 1$, with relative accuracy.

    Args:
        x: a real ball; what lies above 1 is cut off, NaN if all of it does.

    Returns:
        A ball around the value; the hull of both ends if x is not exact, since the function increases.

    Source: Lewin 1981, section 1.1.

    Example:
        >>> dilogarithm_ball(arb(1)).overlaps(arb.pi() ** 2 / 6)
        True
    """
    if x > 1:
        return arb.nan()
    return increasing(lambda t: tight(lambda: _dilogarithm(t)) if finite(t) else t, x)


def _dilogarithm(x: arb) -> arb:
    if x >= 1:
        return arb.pi() ** 2 / 6
    return acb(x).polylog(2).real


def clausen_ball(theta: arb) -> arb:
    r"""$\operatorname{Cl}_2(\theta) = \sum_n \sin(n\theta)/n^2 = \operatorname{Im} \operatorname{Li}_2(e^{i\theta})$.

    Args:
        theta: a real ball, radians.

    Returns:
        A ball around the value; where the polylogarithm cannot tell, the range of the function.

    Source: Lewin 1981, eq. (4.1).

    Example:
        >>> clausen_ball(arb.pi() / 2).overlaps(arb.const_catalan())
        True
    """
    value = tight(lambda: acb(theta.cos(), theta.sin()).polylog(2).imag)
    # the greatest value, Gieseking's constant, is below 1.0149417
    return value if finite(value) else arb(0, "1.0149417") if finite(theta) else arb.nan()


def dilogarithm(x: ArrayLike) -> FloatArray:
    r"""$\operatorname{Li}_2(x)$ in float64; error at most 4e-15 times $\max(1, |\operatorname{Li}_2|)$, measured 2e-15.

    Args:
        x: numbers not above 1, any shape.

    Returns:
        The values; NaN above 1, where the function is not real.

    Example:
        >>> float(dilogarithm(0.0))
        0.0
    """
    import numpy as np
    from scipy.special import spence

    return np.asarray(spence(1.0 - np.asarray(x, dtype=np.float64)), dtype=np.float64)


def clausen(theta: ArrayLike) -> FloatArray:
    r"""$\operatorname{Cl}_2(\theta)$ in float64; error at most 2e-15 for $|\theta| \le \pi$, measured 6.3e-16.

    Args:
        theta: angles in radians, any shape; beyond pi the reduction adds half a unit of the last place of theta.

    Returns:
        The values.

    Example:
        >>> round(float(clausen(1.0)), 12)
        1.013959132361
    """
    import numpy as np
    from scipy.special import spence

    angle = np.asarray(theta, dtype=np.float64)
    # 1 - e^{it} without cancellation at small angles
    argument = 2.0 * np.sin(angle / 2.0) ** 2 - 1j * np.sin(angle)
    return np.asarray(spence(argument).imag, dtype=np.float64)
