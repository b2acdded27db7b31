r"""The angle and its sine for a gap $t = 1 - \cos\theta$, in few passes over arrays that stay in the cache.

With $w = 1 - \cos(\theta/2)$: $\theta = 2\sin(\theta/2)\, B(w)$, $B(w) = \arccos(1 - w)/\sqrt{w(2 - w)} = 1 + w Q(w)$.
Q is analytic but for $w \ge 2$, so that on $0 \le w \le 1 - 1/\sqrt2$, which is $\theta \le \pi/2$, Chebyshev
interpolation in 11 points errs by less than rounding: the Bernstein ellipse through the singularity has the parameter
$\varrho = 25.3$, and $\varrho^{-11} = 3.7 \cdot 10^{-16}$, times w Q. Larger angles are the supplements of smaller
ones. The arcsine of NumPy takes longer on processors without AVX-512.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Coefficients of Q.
POINTS = 11


def angle_of_gap(
    t: NDArray[np.float64], out: Sequence[NDArray[np.float64]] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""The angle and its sine for $t = 1 - \cos\theta$ in [0, 2]; as good as t near 0, rounded near $\pi$.

    Args:
        t: gaps.
        out: four arrays of that shape to compute in, the first two of which are returned; new ones if left out.

    Returns:
        $\theta$ and $\sin\theta$.

    Source: Trefethen (2013), theorem 8.2, for the error of Chebyshev interpolation.

    Example:
        >>> import numpy as np
        >>> [x.round(12).tolist() for x in angle_of_gap(np.array([0.0, 1.0, 2.0]))]
        [[0.0, 1.570796326795, 3.14159265359], [0.0, 1.0, 0.0]]
    """
    import numpy as np

    t = np.asarray(t)
    theta, sine, chord, w = out if out is not None else (np.empty(t.shape) for _ in range(4))
    obtuse = bool(t.size and t.max() > 1.0)
    if obtuse:
        np.subtract(2.0, t, out=w)
        np.minimum(t, w, out=w)
        w *= 0.5
    else:
        np.multiply(t, 0.5, out=w)
    np.sqrt(w, out=chord)
    chord += chord  # 2 sin(theta/2)
    np.subtract(1.0, w, out=sine)
    np.sqrt(sine, out=sine)  # cos(theta/2)
    np.subtract(1.0, sine, out=w)
    sine *= chord
    _horner(w, theta)
    theta *= chord
    if obtuse:
        _supplement(t, theta, w)
    return theta, sine


def _horner(w: NDArray[np.float64], value: NDArray[np.float64]) -> None:
    """B(w) = 1 + w Q(w); exactly 1 for tiny w, so that angle and sine are equal there."""
    import numpy as np

    highest, *lower = _coefficients()
    np.multiply(w, highest, out=value)
    for c in lower:
        value += c
        value *= w
    value += 1.0


def _supplement(t: NDArray[np.float64], theta: NDArray[np.float64], work: NDArray[np.float64]) -> None:
    """pi - theta where t > 1, by arithmetic: masks are slow. The others are multiplied by 1 and get 0 added."""
    import numpy as np

    np.subtract(1.0, t, out=work)
    np.copysign(1.0, work, out=work)
    theta *= work
    work -= 1.0
    work *= -math.pi / 2
    theta += work


@lru_cache(maxsize=1)
def _coefficients() -> tuple[float, ...]:
    """Of the interpolant Q of (B - 1)/w, the highest first; all are positive, so that nothing cancels."""
    import mpmath

    def q(w: mpmath.mpf) -> mpmath.mpf:
        return (mpmath.acos(1 - w) / mpmath.sqrt(w * (2 - w)) - 1) / w

    with mpmath.workdps(40):
        return tuple(float(c) for c in mpmath.chebyfit(q, [0, 1 - mpmath.sqrt(0.5)], POINTS))
