r"""The recursion over layers for homogeneous activations, in the gap $t = 1 - \cos\theta$ of each pair.

With $w_i^2 = \sigma_w^2 m q_i/q'_i$ and $v_i^2 = \sigma_b^2/q'_i$, so that $v_i^2 + w_i^2 = 1$, the next gap is
$t' = \frac12 ((v_i - v_j)^2 + (w_i - w_j)^2) + w_i w_j\, g(t)$, a sum of non-negative terms; g is the activation's gap.
"""

from __future__ import annotations

import math
from threading import local
from typing import TYPE_CHECKING, TypeAlias

from analytic.deep.angle_of_gap import angle_of_gap
from analytic.deep.angular import Piecewise, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from analytic.deep.network import Inputs, Prior

    Pairs: TypeAlias = tuple[NDArray[np.int_], NDArray[np.int_]]

#: Share of the target 1e-13 that a rounded inner product may use up in the angle.
ANGLE_ERROR = 2.5e-14
#: Pairs recomputed at a time, to bound the memory.
CHUNK = 4096
#: Arrays that a tile is computed in.
ARRAYS = 6


class GapRecursion:
    """Kernels of tiles of pairs.

    Args:
        activation: a homogeneous activation.
        prior: depth and variances.
        rows: the first inputs.
        columns: the second inputs.
        tangent: whether the tangent kernel is wanted, not the NNGP.

    Example:
        >>> import numpy as np
        >>> from analytic.deep.network import Inputs, Prior
        >>> one = Inputs(np.array([[1.0, 0.0]]), np.array([2.0]))
        >>> prior = Prior(3, 2.0, 0.0, True)
        >>> kernel = GapRecursion(Piecewise(0.0, 1.0), prior, one, one, False)
        >>> kernel.tile(np.array([[1.0]]), slice(0, 1), slice(0, 1))
        array([[4.]])
    """

    def __init__(
        self, activation: Piecewise | Step, prior: Prior, rows: Inputs, columns: Inputs, tangent: bool
    ) -> None:
        self.activation, self.prior, self.tangent = activation, prior, tangent
        self.inputs, self.scratch = (rows, columns), local()
        self.layers = tuple(_layers(activation, prior, side.radii) for side in self.inputs)
        # a dot product of d + 1 roundings errs by about sqrt(d) units (Higham and Mary 2019); the angle by 1/sin more
        unit = (rows.units.shape[1] ** 0.5 + 4) * 2.0**-53
        self.near = min(0.5, (unit / ANGLE_ERROR) ** 2 / 2)

    def diagonal(self) -> NDArray[np.float64]:
        """The kernel of each row with itself."""
        import numpy as np

        radii = self.layers[0][0]
        if not self.tangent:
            return np.asarray(radii[-1] ** 2)
        factor = self.prior.weight_variance * self.activation.mean_square
        total = radii[0] ** 2
        for r in radii[1:]:
            total = r**2 + factor * self.activation.slope(np.zeros(1)) * total
        return np.asarray(total)

    def tile(self, cosine: NDArray[np.float64], i: slice, j: slice) -> NDArray[np.float64]:
        """The kernels of the pairs in rows i and columns j.

        Args:
            cosine: cosines of the angles between their features.
            i: rows.
            j: columns.

        Returns:
            Of the shape of cosine; valid until the next tile of the same thread.
        """
        import numpy as np

        t, spare, theta, sine, tangent, work = self._arrays(cosine.shape)
        np.subtract(1.0, cosine, out=t)
        np.clip(t, 0.0, 2.0, out=t)
        angle_of_gap(t, (theta, sine, spare, work))
        corrections = list(self._refine(t, theta, sine, i, j))
        (radii_i, mix_i), (radii_j, mix_j) = self.layers
        if self.tangent:
            np.subtract(1.0, t, out=tangent)
        for layer in range(self.prior.depth):
            if layer > 0:
                angle_of_gap(t, (theta, sine, spare, work))
            if self.tangent:
                tangent *= self.activation.slope(theta, work)
                _scale(tangent, mix_i[layer][1][i], mix_j[layer][1][j])
            t, spare = self.activation.gap(t, theta, sine, spare), t
            while corrections:
                pairs, better = corrections.pop()
                t[pairs] = better
            _mix(t, mix_i[layer], mix_j[layer], (i, j), (theta, sine))
            if self.tangent:
                tangent += 1.0
                tangent -= t
        value = tangent if self.tangent else np.subtract(1.0, t, out=t)
        value *= radii_i[-1][i, None]
        value *= radii_j[-1][j]
        return value

    def _arrays(self, shape: tuple[int, ...]) -> list[NDArray[np.float64]]:
        """Arrays of this thread to compute in: fresh ones would be mapped and zeroed by the system for every tile."""
        import numpy as np

        size = math.prod(shape)
        if getattr(self.scratch, "size", -1) < size:
            self.scratch.size, self.scratch.flat = size, np.empty((ARRAYS, size))
        return [row[:size].reshape(shape) for row in self.scratch.flat]

    def _refine(
        self, t: NDArray[np.float64], theta: NDArray[np.float64], sine: NDArray[np.float64], i: slice, j: slice
    ) -> Iterator[tuple[Pairs, NDArray[np.float64]]]:
        """Corrects (near-)parallel and antiparallel pairs in place, from differences and sums of the unit vectors.

        The gap of the next layer is returned for the antiparallel ones, as 2 - t no longer holds their digits.
        """
        import numpy as np

        if t.min() >= self.near and t.max() <= 2.0 - self.near:
            return
        for sign, chosen in ((1.0, t < self.near), (-1.0, t > 2.0 - self.near)):
            rows, columns = np.nonzero(chosen)
            for start in range(0, len(rows), CHUNK):
                pairs = rows[start : start + CHUNK], columns[start : start + CHUNK]
                z = self.inputs[0].units[i][pairs[0]] - sign * self.inputs[1].units[j][pairs[1]]
                gap = np.einsum("ij,ij->i", z, z) / 2  # of the angle, or of its supplement
                angle, sine[pairs] = angle_of_gap(gap)
                t[pairs], theta[pairs] = (gap, angle) if sign > 0 else (2.0 - gap, np.pi - angle)
                if sign < 0:
                    yield pairs, self.activation.antipodal_gap(gap, angle, sine[pairs])


def _layers(
    activation: Piecewise | Step, prior: Prior, radii: NDArray[np.float64]
) -> tuple[list[NDArray[np.float64]], list[tuple[NDArray[np.float64], NDArray[np.float64]]]]:
    """Per layer the standard deviations, and per step (v, w), see the head of the file."""
    import numpy as np

    deviations, mixes = [radii], []
    for _ in range(prior.depth):
        r = deviations[-1]
        moment = np.sqrt(prior.weight_variance * activation.second_moment(np.ones(1))) * r**activation.degree
        if activation.degree == 0:
            activation.second_moment(r)  # refuses a zero variance
        new = np.hypot(moment, np.sqrt(prior.bias_variance))
        safe = np.where(new > 0, new, 1.0)
        w = np.where(new > 0, moment / safe, 1.0)  # a zero input stays zero: any mixture will do
        v = np.sqrt(prior.bias_variance) / safe
        mixes.append((v, w))
        deviations.append(new)
    return deviations, mixes


def _mix(
    gap: NDArray[np.float64],
    first: tuple[NDArray[np.float64], NDArray[np.float64]],
    second: tuple[NDArray[np.float64], NDArray[np.float64]],
    where: tuple[slice, slice],
    work: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> None:
    """Makes the gap of the activation that of the next layer, in place: mixes it with the bias."""
    import numpy as np

    if not first[0].any() and not second[0].any():
        return
    i, j = where
    v, w = (np.subtract(a[i, None], b[j], out=x) for a, b, x in zip(first, second, work, strict=True))
    v *= v
    w *= w
    v += w
    v *= 0.5
    _scale(gap, first[1][i], second[1][j])
    gap += v


def _scale(value: NDArray[np.float64], first: NDArray[np.float64], second: NDArray[np.float64]) -> None:
    """Multiplies by both, unless they are 1 everywhere, as they are without bias."""
    if not ((first == 1.0).all() and (second == 1.0).all()):
        value *= first[:, None]
        value *= second
