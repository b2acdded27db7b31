r"""The standard normal distribution function $\Phi$ on the line and in the complex plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flint import acb, arb, ctx

from analytic.balls import finite, precision
from analytic.special.compensated import exact_product
from analytic.special.enclosing import GUARD, increasing, tight

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

#: Beyond it the squares of $x + iy$ would overflow; there $|\Phi|$ or $|1 - \Phi|$ is below 1e-100 or infinite.
FAR = 1e100


def phi_cdf_ball(x: arb) -> arb:
    r"""$\Phi(x) = \frac12 \operatorname{erfc}(-x/\sqrt2)$ with relative accuracy, also far in the left tail.

    Args:
        x: a real ball; infinite ones have the values 0 and 1.

    Returns:
        A ball around $\Phi(x)$; the hull of the values at both ends if x is not exact.

    Example:
        >>> phi_cdf_ball(arb(0)) == arb(1) / 2
        True
    """
    return increasing(lambda t: tight(lambda: _cdf(t), attempts=6), x)


def _cdf(x: arb) -> arb:
    if not finite(x):
        return arb(1 if x > 0 else 0)
    if x < -64:  # in a form that keeps relative accuracy at any distance: erfc itself gives a mere bound far out
        half = x * x / 2
        return (-half).exp() * half.hypgeom_u(arb(1) / 2, arb(1) / 2) / (2 * arb.pi().sqrt())
    return (-x / arb(2).sqrt()).erfc() / 2


def complex_cdf_ball(z: acb) -> acb:
    r"""$\Phi(z) = \frac12 \operatorname{erfc}(-z/\sqrt2)$, the entire function that continues $\Phi$.

    The value at the centre comes with guard bits; over the rest of the ball it changes by at most
    $\sup |\varphi|$ times the radius, because $\Phi' = \varphi$ and a rectangle is convex.

    Args:
        z: a complex ball.

    Returns:
        A complex ball around $\Phi(z)$; not finite if z is not.

    Example:
        >>> complex_cdf_ball(acb(0, 1)).real.overlaps(arb(1) / 2)
        True
    """
    if not z.is_finite():
        return acb(arb.nan(), arb.nan())
    goal, centre = int(ctx.prec), z.mid()
    value = acb(arb.nan(), arb.nan())
    for attempt in range(6):
        with precision((goal + GUARD) << attempt):
            value = (-centre / arb(2).sqrt()).erfc() / 2
            spread = _density_bound(z) * abs(z - centre).upper()
        if value.is_finite() and value.rel_accuracy_bits() >= goal:
            break
    wide = arb(0, 1) * spread.upper()
    return +acb(value.real + wide, value.imag + wide)


def _density_bound(z: acb) -> arb:
    """The largest absolute value of the density over the rectangle: it lies at the smallest |x| and the largest |y|."""
    x, y = z.real.abs_lower(), z.imag.abs_upper()
    return ((y * y - x * x) / 2).exp() / (2 * arb.pi()).sqrt()


def normal_cdf(x: ArrayLike) -> FloatArray:
    r"""$\Phi(x)$ in float64; absolute error at most 4e-16 (measured against balls: 1.5e-16).

    Args:
        x: any shape.

    Returns:
        The probabilities, in the shape of x.

    Example:
        >>> float(normal_cdf(0.0))
        0.5
    """
    import numpy as np
    from scipy.special import ndtr

    return np.asarray(ndtr(np.asarray(x, dtype=np.float64)), dtype=np.float64)


def complex_normal_cdf(x: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    r"""$\Phi(x + iy)$ in float64, as real and imaginary part.

    For $x \le 0$ it is $\frac12 e^{(y^2 - x^2)/2} e^{-ixy} w((y - ix)/\sqrt2)$ with the Faddeeva function w, whose
    argument lies in the upper half plane; else $1 - \Phi(-x - iy)$. The exponent and the phase are formed as
    unevaluated sums of two floats, since an error of one unit in the last place of xy would be a phase error of
    $|xy| \cdot 10^{-16}$. The error is at most 4e-14 times $\max(1, |\Phi|)$ (measured against balls: 1.9e-14; where
    $|\Phi| \le 1$ it is 2.5e-15): the Faddeeva function of SciPy has no more digits.

    Args:
        x: real parts, any shape.
        y: imaginary parts, of a shape that broadcasts with x.

    Returns:
        Real and imaginary parts; infinite only where $|\Phi|$ overflows, never NaN at finite arguments.

    Source: Poppe and Wijers 1990, eq. (1): $w(z) = e^{-z^2} \operatorname{erfc}(-iz)$; Dekker 1971 for the products.

    Example:
        >>> re, im = complex_normal_cdf(0.0, 1.0)
        >>> float(re), round(float(im), 12)
        (0.5, 0.476719134626)
    """
    import numpy as np

    left, right = np.broadcast_arrays(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))
    flip = left > 0.0
    real, imaginary = _left_half(np.where(flip, -left, left), np.where(flip, -right, right))
    on_axis = left == 0.0  # there the real part is 1/2 exactly, which rounding would hide where the other part is large
    real = np.where(on_axis, 0.5, np.where(flip, 1.0 - real, real))
    return np.asarray(real), np.asarray(np.where(flip, -imaginary, imaginary))


def _left_half(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The two parts for x <= 0."""
    import numpy as np
    from scipy.special import wofz

    far = np.maximum(np.abs(x), np.abs(y)) > FAR
    huge, vanishing = far & (np.abs(y) > np.abs(x)), far & (np.abs(y) <= np.abs(x))
    x, y = np.where(far, 0.0, x), np.where(far, 0.0, y)
    half_exponent, correction = _half_difference(y, x)
    phase, rest = exact_product(x, y)
    cosine, sine = np.cos(phase) - rest * np.sin(phase), np.sin(phase) + rest * np.cos(phase)
    w = wofz((y - 1j * x) / np.sqrt(2.0))
    parts = cosine * w.real + sine * w.imag, cosine * w.imag - sine * w.real
    real, imaginary = (_scaled(part, half_exponent, correction) for part in parts)
    # the phase of a number beyond 1e308 that turns with every unit of the last place of x and y is not kept
    return (
        np.where(vanishing, 0.0, np.where(huge, np.inf, real)),
        np.where(vanishing, 0.0, np.where(huge, np.inf, imaginary)),
    )


def _scaled(part: FloatArray, half_exponent: FloatArray, correction: FloatArray) -> FloatArray:
    """Half the part times exp of twice the half exponent, in two steps: one may overflow where the product does not."""
    import numpy as np

    with np.errstate(over="ignore", under="ignore"):
        factor = np.exp(np.clip(half_exponent, -1000.0, 700.0))  # e^{1400} is infinite enough
        scaled = 0.5 * part * (1.0 + correction) * factor
        return np.asarray(scaled * factor, dtype=np.float64)


def _half_difference(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """A quarter of a^2 - b^2, and what must be added to the exponent (twice the first) in addition."""
    import numpy as np

    (square, low), (other, other_low) = exact_product(a, a), exact_product(b, b)
    difference = square - other
    part = difference - square
    lost = (square - (difference - part)) - (other + part)
    correction = 0.5 * (lost + low - other_low)
    return 0.25 * difference, np.asarray(np.where(np.abs(correction) < 1.0, correction, 0.0), dtype=np.float64)
