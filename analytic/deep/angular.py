r"""Positively homogeneous activations: their dual kernels are functions of the angle alone, times powers of the norms.

With $E\varphi(u)^2 = m$ at unit variance, the recursions carry the gap $t = 1 - \cos\theta$ instead of the cosine: near
$\theta = 0$ the rounded cosine would determine the angle to $10^{-8}$ only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytic.deep.angle_of_gap import angle_of_gap
from analytic.deep.arc_cosine import arc_cosine
from analytic.errors import DomainError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Piecewise:
    r"""The activation $a\min(z, 0) + b\max(z, 0)$: relu (0, 1), leaky relu (a, 1), abs (-1, 1), identity (1, 1).

    With $m = (a^2 + b^2)/2$ and $\beta = (b - a)^2/(2\pi)$,
    $$m - E\varphi(u)\varphi(v) = m t - \beta(\sin\theta - \theta\cos\theta), \qquad
      E\varphi'(u)\varphi'(v) = m - \beta\theta .$$

    Args:
        a: slope on the left.
        b: slope on the right; not both 0.

    Source: from $\varphi = \frac{a+b}2 z + \frac{b-a}2 |z|$ and $E|uv| = \frac2\pi(\sin\theta + (\frac\pi2 - \theta)
    \cos\theta)$; for relu Cho and Saul (2009).

    Example:
        >>> import numpy as np
        >>> one = np.array(1.0)
        >>> round(float(Piecewise(-1.0, 1.0).kernel(one, one, 0 * one)) * math.pi, 12)   # E|u||v| = 2/pi
        2.0
    """

    a: float
    b: float
    degree: int = 1

    def __post_init__(self) -> None:
        if not (math.isfinite(self.a) and math.isfinite(self.b)) or self.mean_square == 0:
            raise DomainError(f"got the slopes {self.a}, {self.b}, expected two finite numbers, not both 0")

    @property
    def mean_square(self) -> float:
        """m, the second moment at unit variance."""
        return (self.a * self.a + self.b * self.b) / 2

    @property
    def beta(self) -> float:
        """The weight of the angle in the derivative kernel."""
        return (self.b - self.a) ** 2 / (2 * math.pi)

    def gap(
        self,
        t: NDArray[np.float64],
        theta: NDArray[np.float64],
        sine: NDArray[np.float64],
        out: NDArray[np.float64] | None = None,
    ) -> NDArray[np.float64]:
        """1 - E[phi phi]/m of the pair with that gap, angle and sine."""
        import numpy as np

        x = np.subtract(1.0, t, out=out)
        x *= theta
        x = np.subtract(sine, x, out=out)
        x *= self.beta / self.mean_square
        return np.asarray(np.subtract(t, x, out=out))

    def antipodal_gap(
        self, t: NDArray[np.float64], theta: NDArray[np.float64], sine: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """1 - E[phi phi]/m of u and -v, without cancellation if phi is even: E|uv| does not see the sign."""
        odd = (self.a + self.b) ** 2 / (4 * self.mean_square)
        even = (self.b - self.a) ** 2 / (4 * self.mean_square)
        return odd * (2 - t) + even * (t - 2 / math.pi * (sine - theta * (1 - t)))

    def slope(self, theta: NDArray[np.float64], out: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """E[phi' phi']/m."""
        import numpy as np

        x = np.multiply(theta, -self.beta / self.mean_square, out=out)
        x += 1.0
        return x

    def second_moment(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """E[phi(u)^2]."""
        return self.mean_square * q

    def kernel(self, q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
        """E[phi(u) phi(v)]; 0 for a zero variance."""
        norm, t, theta, sine = polar(q1, q2, c)
        return self.mean_square * norm * (1 - self.gap(t, theta, sine))

    def derivative(
        self, q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """E[phi'(u) phi'(v)]; at a zero variance the value for the right angle."""
        return self.mean_square * self.slope(polar(q1, q2, c)[2])


@dataclass(frozen=True)
class Step:
    r"""The step function, $E\varphi(u)\varphi(v) = (\pi - \theta)/(2\pi)$; it has no derivative kernel at equal inputs.

    Source: Sheppard (1899).

    Example:
        >>> import numpy as np
        >>> round(float(Step().kernel(np.array(1.0), np.array(1.0), np.array(0.0))), 12)
        0.25
    """

    degree: int = 0
    mean_square: float = 0.5

    def gap(
        self,
        t: NDArray[np.float64],
        theta: NDArray[np.float64],
        sine: NDArray[np.float64],
        out: NDArray[np.float64] | None = None,
    ) -> NDArray[np.float64]:
        """1 - 2 E[phi phi] of the pair with that angle."""
        import numpy as np

        del t, sine
        return np.asarray(np.divide(theta, math.pi, out=out))

    def antipodal_gap(
        self, t: NDArray[np.float64], theta: NDArray[np.float64], sine: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """1 - 2 E[phi phi] of u and -v."""
        return self.gap(2 - t, math.pi - theta, sine)

    def slope(self, theta: NDArray[np.float64], out: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Raises: the derivative is a point mass, whose kernel is infinite on the diagonal."""
        del out
        raise DomainError(
            f"got the derivative kernel of a step at {theta.size} pairs, expected an activation with a derivative: "
            f"it is infinite for equal inputs; use nngp_gram, or another activation"
        )

    def second_moment(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """E[phi(u)^2] = 1/2."""
        return 0 * _positive(q) + 0.5

    def kernel(self, q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
        """E[phi(u) phi(v)]."""
        theta = polar(_positive(q1), _positive(q2), c)[2]
        return (math.pi - theta) / (2 * math.pi)

    def derivative(
        self, q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Raises, as `slope`."""
        return self.slope(q1 + q2 + c)


@dataclass(frozen=True)
class RectifiedPower:
    r"""The activation $\mathrm{relu}(z)^n$, $n \ge 2$.

    Args:
        order: n.

    Source: Cho and Saul (2009).

    Example:
        >>> import numpy as np
        >>> float(RectifiedPower(2).second_moment(np.array(1.0)))   # E z^4/2
        1.5
    """

    order: int

    def __post_init__(self) -> None:
        if self.order < 2:
            raise DomainError(f"got the power {self.order}, expected at least 2: relu and step are lower ones")

    def second_moment(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """E[phi(u)^2] = (2n - 1)!! q^n/2."""
        return float(arc_cosine(self.order, 1.0)) * q**self.order

    def kernel(self, q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
        """E[phi(u) phi(v)]; 0 for a zero variance."""
        norm, cosine = normalised(q1, q2, c)
        return norm**self.order * arc_cosine(self.order, cosine)

    def derivative(
        self, q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """E[phi'(u) phi'(v)]; 0 for a zero variance."""
        norm, cosine = normalised(q1, q2, c)
        return self.order**2 * norm ** (self.order - 1) * arc_cosine(self.order - 1, cosine)


def normalised(
    q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The product of the standard deviations and the correlation in [-1, 1], 0 for a zero variance."""
    import numpy as np

    norm = np.sqrt(q1) * np.sqrt(q2) + 0 * c
    cosine = np.divide(c, norm, out=np.zeros_like(norm), where=norm > 0)
    return norm, np.clip(cosine, -1, 1)


def polar(
    q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Norm, gap, angle and sine of a covariance; the angle is as good as the rounded covariance allows."""
    norm, cosine = normalised(q1, q2, c)
    theta, sine = angle_of_gap(1 - cosine)
    return norm, 1 - cosine, theta, sine


def _positive(q: NDArray[np.float64]) -> NDArray[np.float64]:
    if not (q > 0).all():
        raise DomainError("got a zero variance under a step, expected a positive one: step(0) has no value; add a bias")
    return q
