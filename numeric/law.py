"""A Gaussian law as an affine image of independent standard Gaussians, factorised in exact arithmetic."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import EPS, FloatArray, finite_array
from numeric.errors import DomainError, ShapeError

Row: TypeAlias = list[Fraction]

RANK_TOLERANCE = 32.0 * EPS
"""Share of a variable's variance, times n, that counts as round-off of the covariance: EPS for each of its entries,
which are scalar products of a few dozen terms."""

LARGEST, TINY = float(np.finfo(np.float64).max) / 4.0, float(np.finfo(np.float64).tiny)
"""Bound on the entries of a covariance times its dimension, and the least normal number."""


@dataclass(frozen=True, eq=False)
class GaussianLaw:
    r"""The law of $\mu + L \sqrt D z$, z standard Gaussian in r dimensions.

    Args:
        mean: $\mu$, n rationals.
        lower: the columns of L, r lists of n rationals.
        pivots: the diagonal of D, r positive rationals.
        deviations: standard deviations of the variables, shape (n,).

    Example:
        >>> gaussian_law([0.0, 0.0], [[1.0, 1.0], [1.0, 1.0]]).factor
        array([[1.],
               [1.]])
    """

    mean: Row
    lower: list[Row]
    pivots: Row
    deviations: FloatArray

    @property
    def rank(self) -> int:
        """Dimension r of the affine space that carries the law."""
        return len(self.pivots)

    @property
    def centre(self) -> FloatArray:
        """The mean in floating point, shape (n,)."""
        return np.array([float(m) for m in self.mean])

    @property
    def factor(self) -> FloatArray:
        r"""$L \sqrt D$ with every entry rounded by itself, shape (n, r)."""
        columns = [[float(entry) for entry in column] for column in self.lower]
        return np.reshape(columns, (self.rank, len(self.mean))).T * self._roots()

    def whitened(self, normal: FloatArray, offset: float) -> tuple[FloatArray, float]:
        r"""The form $a \cdot x + b$ in the coordinates z.

        Args:
            normal: a, shape (n,).
            offset: b.

        Returns:
            The vector $(L\sqrt D)^T a$, shape (r,), and $a \cdot \mu + b$, each rounded once: the cancellation between
            variables that are nearly equal is exact.
        """
        a = [Fraction(float(entry)) for entry in normal]
        parts = [float(_product(a, column)) for column in self.lower]
        return np.array(parts) * self._roots(), float(_product(a, self.mean) + Fraction(offset))

    def _roots(self) -> FloatArray:
        return np.array([math.sqrt(pivot) for pivot in self.pivots])


def gaussian_law(mean: ArrayLike, covariance: ArrayLike) -> GaussianLaw:
    r"""Law of a Gaussian vector, factorised as $C = L D L^T$ with pivoting.

    In exact arithmetic, so that variables that are nearly equal keep the digits of their difference. Pivots below
    32 n EPS of the variance are round-off of the covariance: the law is then taken as degenerate.

    Args:
        mean: shape (n,), n >= 1.
        covariance: symmetric and positive semidefinite, shape (n, n).

    Returns:
        The law.

    Raises:
        ShapeError: if the shapes do not fit.
        NonFiniteError: if an entry is NaN or infinite.
        DomainError: if the covariance is not symmetric or not positive semidefinite.

    Source: Golub and Van Loan 2013, Matrix computations, section 4.2.

    Example:
        >>> gaussian_law([1.0, 2.0], [[4.0, 2.0], [2.0, 5.0]]).rank
        2
    """
    centre, matrix = checked_moments(mean, covariance)
    rows = [
        [(Fraction(float(matrix[i, j])) + Fraction(float(matrix[j, i]))) / 2 for j in range(len(matrix))]
        for i in range(len(matrix))
    ]
    return factorised_law([Fraction(float(m)) for m in centre], rows)


def factorised_law(mean: Row, covariance: Sequence[Row]) -> GaussianLaw:
    """Law with rational moments.

    Args:
        mean: n rationals.
        covariance: n rows of n rationals, symmetric.

    Returns:
        The law.

    Raises:
        DomainError: if the covariance is not positive semidefinite.

    Example:
        >>> factorised_law([Fraction(0)], [[Fraction(4)]]).factor
        array([[2.]])
    """
    variances = [covariance[i][i] for i in range(len(mean))]
    rest = [list(row) for row in covariance]
    floor = Fraction(RANK_TOLERANCE) * len(mean)
    lower: list[Row] = []
    pivots: Row = []
    while (k := _largest(rest, variances)) is not None and rest[k][k] > floor * variances[k]:
        pivots.append(rest[k][k])
        lower.append([row[k] / rest[k][k] for row in rest])
        rest = [
            [rest[i][j] - lower[-1][i] * lower[-1][j] * pivots[-1] for j in range(len(mean))] for i in range(len(mean))
        ]
    _check_semidefinite(rest, variances, floor)
    return GaussianLaw(mean, lower, pivots, np.array([math.sqrt(v) for v in variances]))


def conditional_law(law: GaussianLaw, normal: FloatArray, offset: float) -> GaussianLaw:
    r"""Law of x given that $a \cdot x + b = 0$.

    With $s^2 = a^T C a$ and $g = a \cdot \mu + b$: mean $\mu - C a\, g / s^2$, covariance $C - C a a^T C / s^2$.

    Args:
        law: the law of x.
        normal: a, shape (n,), with $s > 0$.
        offset: b.

    Returns:
        The conditional law.

    Raises:
        ZeroDivisionError: if s is 0.

    Source: Anderson 2003, An introduction to multivariate statistical analysis, theorem 2.5.1.

    Example:
        >>> conditional_law(gaussian_law([0, 0], np.eye(2)), np.array([1.0, 1.0]), -2.0).centre
        array([1., 1.])
    """
    a, n = [Fraction(float(entry)) for entry in normal], len(law.mean)
    C = [
        [sum((c[i] * c[j] * d for c, d in zip(law.lower, law.pivots, strict=True)), Fraction()) for j in range(n)]
        for i in range(n)
    ]
    Ca = [_product(row, a) for row in C]
    variance, gap = _product(a, Ca), _product(a, law.mean) + Fraction(offset)
    mean = [m - c * gap / variance for m, c in zip(law.mean, Ca, strict=True)]
    return factorised_law(mean, [[C[i][j] - Ca[i] * Ca[j] / variance for j in range(n)] for i in range(n)])


def checked_moments(mean: ArrayLike, covariance: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Mean and covariance as arrays that fit together.

    Args:
        mean: shape (n,), n >= 1.
        covariance: shape (n, n), symmetric up to round-off.

    Returns:
        Both as float64 arrays.

    Raises:
        ShapeError: if the shapes do not fit.
        NonFiniteError: if an entry is NaN or infinite.
        DomainError: if the covariance is not symmetric, or so large or small that its square root is lost.

    Example:
        >>> checked_moments([0], [[1]])
        (array([0.]), array([[1.]]))
    """
    centre, matrix = finite_array("mean", mean), finite_array("covariance", covariance)
    if centre.ndim != 1 or centre.size == 0 or matrix.shape != (centre.size, centre.size):
        raise ShapeError(
            f"mean has shape {centre.shape} and covariance {matrix.shape}; expected (n,) and (n, n) with n >= 1, "
            f"because there is one mean a variable; pass [m] and [[v]] for a single variable"
        )
    check_scale(matrix)
    gap, size = np.abs(matrix - matrix.T).max(), np.abs(matrix).max()
    if gap > RANK_TOLERANCE * size:
        raise DomainError(
            f"covariance differs from its transpose by {gap:g}; expected a symmetric matrix, because E[xy] = E[yx]; "
            f"try (C + C.T) / 2"
        )
    return centre, matrix


def check_scale(covariance: FloatArray) -> None:
    """Refuses covariances that float64 cannot work with.

    Off the diagonal subnormal entries do no harm: they are round-off of normal variances.

    Args:
        covariance: shape (n, n).

    Raises:
        DomainError: if an entry exceeds a quarter of the largest float over n, so that sums of them overflow, or a
            variance is subnormal, so that it has lost digits.

    Example:
        >>> check_scale(np.eye(2))
    """
    size, variances = float(np.abs(covariance).max()), np.abs(np.diag(covariance))
    largest, least = LARGEST / len(covariance), float(variances[variances > 0.0].min(initial=math.inf))
    if size > largest or least < TINY:
        found = f"an entry of size {size:.3g}" if size > largest else f"the variance {least:.3g}"
        raise DomainError(
            f"covariance has {found}; expected entries up to {largest:.3g} and variances that are 0 or "
            f"at least {TINY:.3g}, because sums of them overflow or have lost digits otherwise; rescale the variables"
        )


def _product(a: Row, b: Row) -> Fraction:
    return sum((x * y for x, y in zip(a, b, strict=True)), Fraction())


def _largest(rest: list[Row], variances: Row) -> int | None:
    """The variable of which the largest share of variance is left; None if none varies."""
    alive = [i for i, variance in enumerate(variances) if variance > 0]
    return max(alive, key=lambda i: rest[i][i] / variances[i], default=None)


def _check_semidefinite(rest: list[Row], variances: Row, floor: Fraction) -> None:
    """What is left after the last pivot must be round-off: |r_ij| <= floor sqrt(c_ii c_jj)."""
    for i, row in enumerate(rest):
        for j, entry in enumerate(row):
            if variances[i] < 0 or entry**2 > floor**2 * variances[i] * variances[j]:
                raise DomainError(
                    f"covariance is not positive semidefinite (variables {i} and {j} leave {float(entry):g}); expected "
                    f"a matrix E[xx^T], because no Gaussian vector has this one; look for a correlation beyond 1"
                )
