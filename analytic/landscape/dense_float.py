"""A dense model in float64: from matrices of weights to sums over pairs of neurons."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from analytic.errors import DomainError
from analytic.landscape.dense_angles import row_angles, unit_rows
from analytic.landscape.dense_derived import DerivedPair
from analytic.landscape.dense_input import check_students, covariance_factor
from analytic.landscape.dense_pairs import (
    Coefficients,
    Single,
    from_derivatives,
    homogeneous_pairs,
    homogeneous_single,
)
from analytic.landscape.dense_sums import LossSums
from analytic.landscape.pair import Homogeneous, PairDerivatives

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
else:
    Array = Any

UNIT = 2.0**-53


@dataclass(frozen=True, eq=False)
class FloatModel:
    """What does not depend on the students.

    Args:
        V: k x d.
        beta: k weights.
        sigma: d x d, or None.
        phi: the pairwise expectations.
    """

    V: Array
    beta: Array
    sigma: Array | None
    phi: Homogeneous | DerivedPair

    def __post_init__(self) -> None:
        _ = self.factor, self.teachers_alone

    @cached_property
    def factor(self) -> Array | None:
        """C with sigma = C C^T; w.x = (C^T w).z with z ~ N(0, I)."""
        return None if self.sigma is None else covariance_factor(self.sigma)

    def whitened(self, X: Array) -> Array:
        """C^T w for every row w; rows that are zero up to rounding are zero."""
        import numpy as np

        if self.factor is None:
            return X
        found = X @ self.factor
        rounding = len(self.factor) * np.finfo(np.float64).eps * unit_rows(X)[1] * np.linalg.norm(self.factor)
        found[unit_rows(found)[1] <= rounding] = 0.0
        return np.asarray(found)

    def _moved(self, X: Array) -> Array:
        return X if self.sigma is None else X @ self.sigma

    @cached_property
    def _teachers(self) -> tuple[Array, Array]:
        return self.whitened(self.V), self._moved(self.V)

    @cached_property
    def teachers_alone(self) -> float:
        """What the teachers contribute to the loss."""
        V = self._teachers[0]
        table = self._pairs(V, V).f
        table[range(len(V)), range(len(V))] = self._single(V).f
        return 0.5 * math.fsum((self.beta[:, None] * self.beta * table).reshape(-1))

    def at(self, W: Array, alpha: Array, smooth: bool = True) -> LossSums:
        """The sums at W; see ``StudentTeacher.at``."""
        import numpy as np

        X = self.whitened(W)
        if smooth and isinstance(self.phi, Homogeneous):
            check_students(unit_rows(X)[1], "" if self.sigma is None else " under sigma, up to rounding")
        V, moved = self._teachers
        students = self._moved(W)
        return LossSums(
            students=students,
            others=np.concatenate([students, moved]),
            alpha=alpha,
            weights=np.concatenate([alpha, -self.beta]),
            pairs=self._pairs(X, np.concatenate([X, V]), len(X)),
            single=self._single(X),
            metric=self.sigma,
            constant=self.teachers_alone,
        )

    def _single(self, X: Array) -> Single:
        import numpy as np

        squares = np.einsum("ia,ia->i", X, X)
        if isinstance(self.phi, Homogeneous):
            return homogeneous_single(self.phi, squares, float)
        return Single(**self.phi.single_at(squares))

    def _pairs(self, X: Array, Y: Array, itself: int = 0) -> Coefficients:
        """The table of all pairs; the first pairs (i, i) are not looked at."""
        if isinstance(self.phi, Homogeneous):
            return homogeneous_pairs(self.phi, row_angles(X, Y))
        return from_derivatives(_derived_table(self.phi, X, Y, itself or len(X)))

    def loss(self, point: LossSums) -> float:
        """The loss, not negative; its terms are added without rounding in between."""
        value = math.fsum(point.terms())
        if not math.isfinite(value):
            raise DomainError("got a loss beyond the range of float64, expected smaller numbers: rescale W and V")
        return max(value, 0.0)

    def loss_bound(self, point: LossSums) -> float | None:
        r"""A bound of the loss's error to first order in u = 2^-53; None where no analysis is at hand.

        Unit vectors have errors of (d/2 + 3)u, hence cosines of (3d + 16)u. With c, s, theta off by $\delta_c,
        \delta_s \le 2.1\delta_c + 2u, \delta_\theta \le 3.2\delta_c + 16u$ (the sine is taken from the cosine for
        |c| <= 0.9 only), $F/(|w||v|) = \kappa s + (A/2 - \kappa\theta)c$ is off by at most
        $A(\delta_s/\pi + \delta_c/2 + \delta_\theta/\pi) \le A(7d + 44)u$; norms, products and the last sum add less
        than A(d + 20)u.
        """
        import numpy as np

        if not isinstance(self.phi, Homogeneous) or self.sigma is not None:
            return None
        norms = unit_rows(point.others)[1]
        scale = float(np.abs(point.weights) @ norms)
        units: int = 8 * self.V.shape[1] + 64
        return 0.5 * float(self.phi.squares) * units * UNIT * scale * scale


def _derived_table(phi: DerivedPair, X: Array, Y: Array, itself: int) -> PairDerivatives:
    """Derivatives at all pairs but the first (i, i), which are left 0: there two variables are one."""
    from dataclasses import fields

    import numpy as np

    p, r = np.einsum("ia,ia->i", X, X), np.einsum("ia,ia->i", Y, Y)
    q = X @ Y.T
    chosen = np.ones(q.shape, dtype=bool)
    chosen[range(itself), range(itself)] = False
    left, right = np.nonzero(chosen)
    found = phi.at(p[left], q[chosen], r[right])
    tables = {}
    for x in fields(PairDerivatives):
        tables[x.name] = np.zeros(q.shape)
        tables[x.name][chosen] = getattr(found, x.name)
    return PairDerivatives(**tables)
