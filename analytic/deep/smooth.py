r"""Dual kernels of smooth activations in closed form.

$(u, v)$ has variances $q_1, q_2$ and covariance c; $D = (1 + q_1)(1 + q_2) - c^2$ and $P = 1/(2\pi\sqrt D)$, which is
$E[\varphi_0(u)\varphi_0(v)]$ for the normal density $\varphi_0$. Tilting by $e^{-(u^2 + v^2)/2}$ gives a Gaussian with
covariances $c/D$, whence the bump; Stein's identity $E[u g] = q_1 E[\partial_u g] + c E[\partial_v g]$ gives the gelu.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from analytic.errors import DomainError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Kernel: TypeAlias = Callable[[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True)
class Smooth:
    """A smooth activation given by its two dual kernels.

    Args:
        title: its name.
        kernel: E[phi(u) phi(v)] of (q1, q2, c), vectorised.
        derivative: E[phi'(u) phi'(v)] likewise.

    Example:
        >>> import numpy as np
        >>> float(Smooth("z", lambda q1, q2, c: c, lambda q1, q2, c: np.ones_like(c)).second_moment(np.array(2.0)))
        2.0
    """

    title: str
    kernel: Kernel
    derivative: Kernel

    def second_moment(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """E[phi(u)^2]."""
        return self.kernel(q, q, q)


def hermite(order: int) -> Smooth:
    r"""The Hermite polynomial $He_n$: $E = n!^2\sum_i \frac{c^{n-2i}}{(n-2i)!}\frac{(q_1-1)^i(q_2-1)^i}{4^i\, i!^2}$.

    Args:
        order: n in 0..30.

    Returns:
        The activation; at unit variances its kernel is n! c^n.

    Raises:
        DomainError: the order is out of range.

    Source: the coefficient of $s^n t^n$ in $E\,e^{su - s^2/2} e^{tv - t^2/2} = e^{s^2(q_1-1)/2 + t^2(q_2-1)/2 + stc}$.

    Example:
        >>> import numpy as np
        >>> float(hermite(3).kernel(np.array(1.0), np.array(1.0), np.array(0.5)))   # 3!/8
        0.75
    """
    if not 0 <= order <= 30:
        raise DomainError(f"got the order {order}, expected 0 to 30: the moments grow like n!^2")

    def kernel(q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
        return _hermite(order, q1, q2, c)

    def derivative(q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
        return order**2 * _hermite(order - 1, q1, q2, c)  # He_n' = n He_{n-1}

    return Smooth(f"hermite({order})", kernel, derivative)


def _hermite(n: int, q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
    shift, total = (q1 - 1) * (q2 - 1) / 4, 0 * (q1 + q2 + c)
    for i in range(max(n, -1) // 2 + 1):
        weight = math.factorial(n) ** 2 / (math.factorial(n - 2 * i) * math.factorial(i) ** 2)
        total = total + weight * c ** (n - 2 * i) * shift**i
    return total


def _determinant(q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
    """D as a sum of non-negative terms, so that large variances do not cancel."""
    import numpy as np

    norm = np.sqrt(q1) * np.sqrt(q2)
    return np.asarray(1 + q1 + q2 + np.maximum(norm - c, 0) * np.maximum(norm + c, 0))[()]


def _erf(q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    root = np.sqrt(_determinant(2 * q1, 2 * q2, 2 * c))
    return 2 / math.pi * np.arctan2(2 * c, root)


def _erf_slope(q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
    return 4 / (math.pi * _determinant(2 * q1, 2 * q2, 2 * c) ** 0.5)


def _phi(q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
    return 0.25 + _erf(q1 / 2, q2 / 2, c / 2) / 4


def _density(q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (2 * math.pi * _determinant(q1, q2, c) ** 0.5)


def _gelu(q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    norm = np.sqrt(q1) * np.sqrt(q2)
    rest = (norm - c) * (norm + c) + c * c * (1 / (1 + q1) + 1 / (1 + q2))
    return c * _phi(q1, q2, c) + rest * _density(q1, q2, c)


def _gelu_slope(q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
    edge = 1 / (1 + q1) + 1 / (1 + q2) + 1 / _determinant(q1, q2, c)
    return _phi(q1, q2, c) + c * edge * _density(q1, q2, c)


def _sine(q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    # e^{-(q1 + q2)/2} sinh c with an exponent that is never positive
    size = np.abs(c)
    value: NDArray[np.float64] = np.copysign(np.exp(size - (q1 + q2) / 2) * -np.expm1(-2 * size) / 2, c)
    return value


def _cosine(q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    value: NDArray[np.float64] = np.exp(c - (q1 + q2) / 2) + np.exp(-c - (q1 + q2) / 2)
    return value / 2


def _exponential(q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    return np.asarray(np.exp((q1 + q2) / 2 + c))


def _bump(q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / _determinant(q1, q2, c) ** 0.5


def _bump_slope(q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
    return c / _determinant(q1, q2, c) ** 1.5


#: Williams (1997), equation 11; with z/sqrt(2) for z it is the kernel of the normal distribution function.
ERF = Smooth("erf", _erf, _erf_slope)
PHI = Smooth("Phi", _phi, _density)
GELU = Smooth("gelu", _gelu, _gelu_slope)
SINE = Smooth("sin", _sine, _cosine)
COSINE = Smooth("cos", _cosine, _sine)
EXPONENTIAL = Smooth("exp", _exponential, _exponential)
BUMP = Smooth("bump", _bump, _bump_slope)
