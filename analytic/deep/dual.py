"""What the recursions over layers need to know of an activation: its dual kernels, as functions of a covariance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@runtime_checkable
class DualActivation(Protocol):
    r"""An activation phi through its Gaussian expectations; anything with these three methods will do.

    $(u, v)$ is centred Gaussian with variances q1, q2 and covariance c, $c^2 \le q_1 q_2$. The arrays broadcast against
    each other; all methods are vectorised and take float64.

    Example:
        >>> from analytic.deep.smooth import ERF
        >>> isinstance(ERF, DualActivation)
        True
    """

    def second_moment(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        r"""$E\,\varphi(u)^2$ at the variance q."""
        ...

    def kernel(self, q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
        r"""$E\,\varphi(u)\varphi(v)$."""
        ...

    def derivative(
        self, q1: NDArray[np.float64], q2: NDArray[np.float64], c: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        r"""$E\,\varphi'(u)\varphi'(v)$, which is the derivative of the kernel by c (Price's theorem)."""
        ...
