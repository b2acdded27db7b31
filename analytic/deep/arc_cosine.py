r"""Arc-cosine kernels $J_n(\rho) = E[\mathrm{relu}(u)^n\,\mathrm{relu}(v)^n]$ of every order: formula, ball, float64.

Three facts carry the module; $u, v$ have unit variance and correlation $\rho = \cos\theta$, relu^0 is the step.

1. In polar coordinates the quadrant is a wedge of angle $\psi = \pi - \theta$, and $\sin x \sin(\psi - x) =
   \sigma - \sin^2(x - \psi/2)$ with $\sigma = (1 + \rho)/2$, so that by Euler's integral
   $$J_n = \frac{2^n n!}{2\pi} \int_0^\psi (\sin x \sin(\psi - x))^n dx
         = \frac{2^n n!\,R_n}{2\pi}\, \sigma^{n + 1/2}\, F(\tfrac12, \tfrac12; n + \tfrac32; \sigma), \qquad
     R_n = \frac{2^{2n+1}\, n!^2}{(2n+1)!}.$$
   All terms of F are positive, so nothing cancels near $\rho = -1$.
2. Integration by parts gives $J_n = (2n-1)\rho J_{n-1} + (n-1)^2 (1 - \rho^2) J_{n-2}$: positive for $\rho \ge 0$.
3. Price's theorem gives $J_n' = n^2 J_{n-1}$ for $n \ge 1$ and $J_0' = 1/(2\pi\sin\theta)$.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from analytic.errors import DomainError
from analytic.formula import PI, Expr, add, call, mul, name, num, power

if TYPE_CHECKING:
    import numpy as np
    from flint import arb
    from numpy.typing import ArrayLike, NDArray

    from analytic.angle import Angle
    from analytic.balls import Ball

#: The values grow like (2n - 1)!!; above this order float64 overflows, and 4 roundings a step pass 1e-13.
MAX_ORDER = 100
#: A cosine and a sine that are each correct to 4 units in the last place fulfil c^2 + s^2 = 1 to 16 of them.
PAIR_ULPS = 16


def arc_cosine(order: int, rho: ArrayLike, *, sine: ArrayLike | None = None) -> NDArray[np.float64]:
    r"""The arc-cosine kernel $E[\mathrm{relu}(u)^n\,\mathrm{relu}(v)^n]$ in float64, to a relative error of 1e-13.

    The recurrence in the order where $\rho \ge 0$, the hypergeometric series in $(1 + \rho)/2 \le 1/2$ elsewhere: sums
    of positive terms both. The series stops where twice the next term at 1/2, which bounds the rest because the ratio
    of terms is below $\sigma$, is less than $2^{-54}$. The relative error holds as long as nothing underflows.

    Args:
        order: n in 0..100; 0 is the step function.
        rho: correlations in [-1, 1], any shape; each float is taken as exact.
        sine: $\sin\theta \ge 0$ of the same angles, if it is known better than by $\sqrt{1 - \rho^2}$: near
            $\rho = \pm 1$ the rounded cosine determines the angle to $10^{-8}$ only.

    Returns:
        The values, of the shape of rho.

    Raises:
        DomainError: an order or a correlation is out of range, or rho and sine are not of one angle.

    Source: Cho and Saul (2009), equation 1, which is $2\pi/\pi$ times this expectation.

    Example:
        >>> float(arc_cosine(1, 0.0)), float(arc_cosine(10, -1 + 2.0**-53)) > 0
        (0.15915494309189535, True)
    """
    import numpy as np

    n = _checked_order(order)
    c, s, sigma = _checked_pair(rho, sine)
    value = np.empty(c.shape)
    right = c >= 0
    value[right] = _by_recurrence(n, c[right], s[right])
    value[~right] = _by_series(n, sigma[~right])
    return value[()]


def arc_cosine_derivative(order: int, rho: ArrayLike, *, sine: ArrayLike | None = None) -> NDArray[np.float64]:
    r"""The derivative $dJ_n/d\rho$ in float64: $n^2 J_{n-1}$, and $1/(2\pi\sin\theta)$ for the order 0.

    Args:
        order: n in 0..100.
        rho: correlations in [-1, 1], in (-1, 1) for the order 0.
        sine: as for `arc_cosine`.

    Returns:
        The values, of the shape of rho.

    Raises:
        DomainError: as for `arc_cosine`, or the order is 0 and the angle 0 or pi, where the slope is infinite.

    Source: Price (1958), the theorem for $d/d\rho$ of a Gaussian expectation.

    Example:
        >>> float(arc_cosine_derivative(2, 1.0))   # 4 J_1(1) = 4/2
        2.0
    """
    import numpy as np

    n = _checked_order(order)
    if n > 0:
        return n * n * arc_cosine(n - 1, rho, sine=sine)
    _, s, _ = _checked_pair(rho, sine)
    if (s == 0).any():
        raise DomainError("got rho = 1 or -1 for the slope of order 0, expected |rho| < 1: it is infinite there")
    return np.asarray(1 / (2 * np.pi * s))[()]


def arc_cosine_formula(order: int) -> Expr:
    r"""The closed form of $E[\mathrm{relu}(u)^n\,\mathrm{relu}(v)^n]$ for unit variances, a formula in theta.

    It is $(A_n(\cos\theta)(\pi - \theta) + \sin\theta\, B_n(\cos\theta))/(2\pi)$; both polynomials fulfil the
    recurrence of the kernels, from $A_0 = 1, A_1 = c, B_0 = 0, B_1 = 1$.

    Args:
        order: n in 0..100.

    Returns:
        The formula.

    Raises:
        DomainError: the order is out of range.

    Source: Cho and Saul (2009), equations 4 to 7.

    Example:
        >>> print(arc_cosine_formula(2))
        ((1 + 2*cos(theta)^2)*(pi - theta) + 3*sin(theta)*cos(theta))/(2*pi)
    """
    along, across = _polynomials(_checked_order(order))
    theta = name("theta")
    inner = add(mul(_expr(along), add(PI, mul(num(-1), theta))), mul(call("sin", theta), _expr(across)))
    return mul(inner, power(mul(num(2), PI), num(-1)))


def arc_cosine_ball(
    order: int,
    rho: float | str | Fraction | None = None,
    *,
    theta: float | str | Fraction | Expr | None = None,
    digits: int = 15,
) -> Ball:
    r"""The arc-cosine kernel at a point as a rigorous ball.

    Args:
        order: n in 0..100.
        rho: correlation in [-1, 1]; a float is taken as the binary fraction that it is.
        theta: instead of rho, the angle in $[0, \pi]$, a number or a formula of constants such as "pi/3".
        digits: significant digits; decimal places where the value is 0.

    Returns:
        The ball.

    Raises:
        DomainError: the order or the point is out of range, or not exactly one of rho and theta is given.

    Example:
        >>> arc_cosine_ball(3, -1 + 2.0**-53).rounded(12)
        '8.90172395367e-57'
    """
    from analytic.algebra import evaluate
    from analytic.balls import BallAlgebra, to_digits

    if (rho is None) == (theta is None):
        raise DomainError(f"got rho = {rho} and theta = {theta}, expected exactly one of them")
    expr = arc_cosine_formula(order)

    def compute() -> arb:
        angle = _angle_of_cosine(rho) if rho is not None else _angle_of(theta)
        return evaluate(expr, BallAlgebra({}, angle, {}, ("u", "v")))

    return to_digits(compute, digits)


def _angle_of(theta: float | str | Fraction | Expr | None) -> Angle:
    from analytic.point import angle_at, exact_number

    return angle_at(exact_number(theta if theta is not None else 0, "theta"))


def _angle_of_cosine(rho: float | str | Fraction) -> Angle:
    from flint import arb

    from analytic.angle import Angle
    from analytic.balls import rational
    from analytic.constants import require_rational
    from analytic.point import exact_number

    exact = require_rational(exact_number(rho, "rho"), "rho")
    if not -1 <= exact <= 1:
        raise DomainError(f"got rho = {rho}, expected a correlation in [-1, 1]")
    cosine, sine = rational(exact), rational(1 - exact * exact).sqrt()
    parallel = int(exact) if abs(exact) == 1 else 0
    return Angle(cosine, sine, arb.atan2(sine, cosine), parallel)


@lru_cache(maxsize=128)
def _polynomials(order: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Coefficients of A_n and B_n, lowest power of the cosine first."""
    rows: list[tuple[list[int], list[int]]] = [([1], [0]), ([0, 1], [1])]
    for n in range(2, order + 1):
        rows.append((_step(n, rows[-1][0], rows[-2][0]), _step(n, rows[-1][1], rows[-2][1])))
    along, across = rows[order]
    return tuple(along), tuple(across)


def _step(n: int, last: list[int], before: list[int]) -> list[int]:
    """The polynomial (2n - 1) c p + (n - 1)^2 (1 - c^2) q."""
    result = [0] * (n + 1)
    for k, x in enumerate(last):
        result[k + 1] += (2 * n - 1) * x
    for k, x in enumerate(before):
        result[k] += (n - 1) ** 2 * x
        result[k + 2] -= (n - 1) ** 2 * x
    return result


def _expr(coefficients: tuple[int, ...]) -> Expr:
    cosine = call("cos", name("theta"))
    return add(*(mul(num(x), power(cosine, num(k)) if k else num(1)) for k, x in enumerate(coefficients) if x))


def _by_recurrence(n: int, c: NDArray[np.float64], s: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    psi = np.arctan2(s, -c)
    before, last = psi / (2 * np.pi), (s + psi * c) / (2 * np.pi)
    if n == 0:
        return before
    for k in range(2, n + 1):
        before, last = last, (2 * k - 1) * c * last + (k - 1) ** 2 * (s * s) * before
    return last


def _by_series(n: int, sigma: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    coefficients = series_coefficients(n)
    total = np.full(sigma.shape, coefficients[-1])
    for x in reversed(coefficients[:-1]):
        total = total * sigma + x
    # powers by squaring of an exact integer exponent; the square root apart, so that no logarithm is rounded
    half = n // 2  # in two parts, since sigma^n underflows long before the value does
    return np.asarray(total * np.sqrt(sigma) * sigma**half * sigma ** (n - half))


@lru_cache(maxsize=128)
def series_coefficients(order: int) -> tuple[float, ...]:
    r"""The coefficients of $J_n/\sigma^{n+1/2}$ in powers of $\sigma$, as many as $\sigma \le 1/2$ needs.

    Args:
        order: n >= 0.

    Returns:
        Correctly rounded up to the factor $1/(2\pi)$.

    Example:
        >>> series_coefficients(0)[0] == 1 / math.pi
        True
    """
    factorial = math.factorial
    scale = Fraction(2 ** (3 * order + 1) * factorial(order) ** 3, factorial(2 * order + 1))
    terms: list[Fraction] = []
    term = Fraction(1)
    while 2 * term / 2 ** len(terms) > Fraction(1, 2**54):
        terms.append(term)
        k = len(terms) - 1
        term *= Fraction((2 * k + 1) ** 2, 2 * (2 * order + 3 + 2 * k) * (k + 1))
    return tuple(float(scale * t) / (2 * math.pi) for t in terms)


def _checked_order(order: int) -> int:
    if isinstance(order, bool) or not isinstance(order, int) or not 0 <= order <= MAX_ORDER:
        raise DomainError(f"got the order {order!r}, expected an integer from 0 to {MAX_ORDER}: values overflow beyond")
    return order


def _checked_pair(
    rho: ArrayLike, sine: ArrayLike | None
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Cosine, sine, and (1 + cosine)/2 without cancellation."""
    import numpy as np

    c = np.asarray(rho, dtype=np.float64)
    if not (np.abs(c) <= 1).all():
        raise DomainError("got a correlation outside [-1, 1] or NaN, expected a number in it: clip what was rounded")
    if sine is None:
        return c, np.sqrt((1 - c) * (1 + c)), (1 + c) / 2
    s = np.broadcast_to(np.asarray(sine, dtype=np.float64), c.shape)
    if not ((s >= 0) & (np.abs(c * c + s * s - 1) <= PAIR_ULPS * np.finfo(np.float64).eps)).all():
        raise DomainError("got sines that do not fit the cosines, expected s >= 0 and rho^2 + s^2 = 1 up to rounding")
    return c, s, np.where(c < 0, s * s / (2 * (1 - np.minimum(c, 0))), (1 + c) / 2)
