"""The recursion over layers for any activation, in variances and covariances."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from analytic.deep.dual import DualActivation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from analytic.deep.network import Inputs, Prior


class CovarianceRecursion:
    """Kernels of tiles of pairs.

    The covariance is kept within the Cauchy-Schwarz bound, which rounding may leave. An activation whose derivative
    kernel is not smooth at parallel inputs (a kink away from 0) loses half the digits there.

    Args:
        activation: any activation.
        prior: depth and variances.
        rows: the first inputs.
        columns: the second inputs.
        tangent: whether the tangent kernel is wanted, not the NNGP.

    Example:
        >>> import numpy as np
        >>> from analytic.deep.network import Inputs, Prior
        >>> from analytic.deep.smooth import ERF
        >>> one = Inputs(np.array([[1.0, 0.0]]), np.array([1.0]))
        >>> CovarianceRecursion(ERF, Prior(1, 1.0, 0.0, True), one, one, False).diagonal().round(6)   # 2/pi asin(2/3)
        array([0.464559])
    """

    def __init__(self, activation: DualActivation, prior: Prior, rows: Inputs, columns: Inputs, tangent: bool) -> None:
        self.activation, self.prior, self.tangent = activation, prior, tangent
        self.radii = rows.radii, columns.radii
        self.variances = tuple(self._variances(side.radii) for side in (rows, columns))

    def _variances(self, radii: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        """The variance of each input in every layer."""
        q = [radii**2]
        for _ in range(self.prior.depth):
            q.append(self.prior.bias_variance + self.prior.weight_variance * self.activation.second_moment(q[-1]))
        return q

    def diagonal(self) -> NDArray[np.float64]:
        """The kernel of each row with itself."""
        q = self.variances[0]
        total = q[0]
        for old, new in pairwise(q):
            slope = self.activation.derivative(old, old, old) if self.tangent else 0.0
            total = new + self.prior.weight_variance * slope * total
        return total

    def tile(self, cosine: NDArray[np.float64], i: slice, j: slice) -> NDArray[np.float64]:
        """The kernels of the pairs in rows i and columns j.

        Args:
            cosine: cosines of the angles between their features.
            i: rows.
            j: columns.

        Returns:
            Of the shape of cosine.
        """
        import numpy as np

        sw, sb, act = self.prior.weight_variance, self.prior.bias_variance, self.activation
        c = cosine * (self.radii[0][i, None] * self.radii[1][j])
        tangent = c
        for layer in range(self.prior.depth):
            q1, q2 = self.variances[0][layer][i, None], self.variances[1][layer][j][None, :]
            bound = np.sqrt(q1) * np.sqrt(q2)
            c = np.clip(c, -bound, bound)
            slope = act.derivative(q1, q2, c) if self.tangent else None
            c = sb + sw * act.kernel(q1, q2, c)
            if slope is not None:
                tangent = c + sw * slope * tangent
        return tangent if self.tangent else c
