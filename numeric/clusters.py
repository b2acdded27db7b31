r"""Eigenvalues from numbers, sorted into clusters: how often each occurs, how far apart, how wrong they can be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import EPS, FloatArray, finite_array, real_number
from numeric.errors import DomainError, NumericError, ShapeError
from numeric.estimate import Estimate, Kind


@dataclass(frozen=True)
class Cluster:
    """Neighbouring eigenvalues that their errors do not tell apart.

    Args:
        value: mean of the computed eigenvalues.
        multiplicity: how many there are; so many true eigenvalues, no more and no less, lie between low and high.
        low: end of the enclosure.
        high: the other end.
        gap: distance of the enclosure from that of the nearest other cluster, > 0; infinite if there is no other.

    Example:
        >>> eigenvalue_clusters([1.0, 2.0, 2.0], 0.25)[1].multiplicity
        2
    """

    value: float
    multiplicity: int
    low: float
    high: float
    gap: float


@dataclass(frozen=True)
class ClusteredSpectrum:
    """All eigenvalues of a symmetric matrix in clusters, ascending.

    Args:
        clusters: multiplicities sum to the size of the matrix.
        error: bound on the error of each computed eigenvalue.
        kind: of the error, as in `Estimate`.
        level: of the error, as in `Estimate`.

    Example:
        >>> H = Estimate(np.eye(3), np.zeros((3, 3)), "scheme", None, "by hand", 1)
        >>> clustered_spectrum(H).multiplicities
        (3,)
    """

    clusters: tuple[Cluster, ...]
    error: float
    kind: Kind
    level: float | None

    @property
    def multiplicities(self) -> tuple[int, ...]:
        """Sizes of the clusters."""
        return tuple(c.multiplicity for c in self.clusters)

    @property
    def smallest(self) -> Estimate:
        """The smallest eigenvalue."""
        first = self.clusters[0]
        error = max(first.high - first.value, first.value - first.low)
        return Estimate(first.value, error, self.kind, self.level, "eigenvalues", 1)

    @property
    def index(self) -> int | None:
        """The number of negative eigenvalues; None if an enclosure contains 0."""
        if any(c.low <= 0.0 <= c.high for c in self.clusters):
            return None
        return sum(c.multiplicity for c in self.clusters if c.high < 0.0)


@dataclass(frozen=True)
class LowestEigenvalue(ClusteredSpectrum):
    """Only the smallest eigenvalue is known: one cluster, whose multiplicity counts as 1 whatever it is.

    Example:
        >>> LowestEigenvalue((Cluster(0.5, 1, 0.4, 0.6, math.inf),), 0.1, "bound", 1e-6).index
        0
    """

    @property
    def index(self) -> int | None:
        """0 if it is positive; None otherwise, for others may be negative too."""
        return 0 if self.clusters[0].low > 0.0 else None


def eigenvalue_clusters(values: ArrayLike, error: float) -> tuple[Cluster, ...]:
    r"""Eigenvalues sorted into clusters: those are apart whose enclosures $[\lambda - e, \lambda + e]$ are disjoint.

    If the i-th computed eigenvalue is within e of the i-th true one, ascending, a union of overlapping enclosures that
    meets no other holds exactly as many true eigenvalues as computed ones. Whether those are equal or merely closer
    than $2e$, no computation with errors can tell.

    Args:
        values: computed eigenvalues in any order, shape (N,), N >= 1.
        error: e >= 0.

    Returns:
        Clusters, ascending.

    Raises:
        ShapeError: if there are no eigenvalues, or they are no vector.
        NonFiniteError: if one is NaN or infinite.
        DomainError: if the error is negative or not finite.

    Example:
        >>> [(c.value, c.multiplicity, c.gap) for c in eigenvalue_clusters([0.0, 2.0, 1.0, 1.0], 0.125)]
        [(0.0, 1, 0.75), (1.0, 2, 0.75), (2.0, 1, 0.75)]
    """
    ordered = np.sort(finite_array("values", values))
    if ordered.ndim != 1 or not len(ordered):
        raise ShapeError(f"values has shape {ordered.shape}; expected a vector of at least one eigenvalue; ravel it")
    if not 0.0 <= real_number("error", error) < math.inf:
        raise DomainError(
            f"error is {error!r}; expected a finite bound >= 0 on the error of each eigenvalue; try 1e-10"
        )
    groups = np.split(ordered, np.flatnonzero(np.diff(ordered) > 2.0 * error) + 1)
    enclosures = [(float(g[0]) - error, float(g[-1]) + error) for g in groups]
    gaps = [math.inf, *(b[0] - a[1] for a, b in pairwise(enclosures)), math.inf]
    return tuple(
        Cluster(float(g.mean()), len(g), low, high, min(gaps[i], gaps[i + 1]))
        for i, (g, (low, high)) in enumerate(zip(groups, enclosures, strict=True))
    )


def clustered_spectrum(matrix: Estimate, moved: float = 0.0) -> ClusteredSpectrum:
    r"""The eigenvalues of an estimated symmetric matrix, in clusters.

    Each computed eigenvalue is off by at most $\|error\|_F$ (Weyl), plus what `residual_error` says of the eigenvalue
    routine, plus `moved`.

    Args:
        matrix: square, kind "bound" or "scheme".
        moved: operator norm of what the matrix changes by between the point where it was taken and the point that
            is meant, such as from where a descent stopped to the critical point; see `hessian_change`.

    Returns:
        The clusters.

    Raises:
        ShapeError: if the value is not a square matrix.
        NumericError: if the errors are standard errors, which Weyl's inequality does not carry over.
        DomainError: if moved is negative or not finite.

    Source: Weyl 1912, Das asymptotische Verteilungsgesetz der Eigenwerte.

    Example:
        >>> from numeric.kink_hessian import integrated_hessian
        >>> clustered_spectrum(integrated_hessian(np.eye(4), np.eye(4))).multiplicities
        (6, 3, 2, 1, 3, 1)
    """
    value, error = np.asarray(matrix.value), np.asarray(matrix.error)
    if value.ndim != 2 or value.shape[0] != value.shape[1] or not value.size:
        raise ShapeError(f"matrix has shape {value.shape}; expected a non-empty square matrix; reshape it first")
    if matrix.kind == "standard_error":
        raise NumericError(
            "matrix carries standard errors; expected a bound or a scheme error, because Weyl's inequality needs "
            "bounds on the entries; use integrated_hessian or population_hessian"
        )
    if not 0.0 <= real_number("moved", moved) < math.inf:
        raise DomainError(f"moved is {moved!r}; expected a finite operator norm >= 0; leave it out at the point itself")
    symmetric = np.asarray((value + value.T) / 2.0, dtype=np.float64)
    values, vectors = np.linalg.eigh(symmetric)
    total = float(np.linalg.norm((error + error.T) / 2.0)) + residual_error(symmetric, values, vectors) + moved
    return ClusteredSpectrum(eigenvalue_clusters(values, total), total, matrix.kind, matrix.level)


def residual_error(matrix: FloatArray, values: FloatArray, vectors: FloatArray) -> float:
    r"""How far computed eigenvalues of a symmetric matrix can be from the true ones, by their residuals.

    With $R = AX - X\Lambda$, ascending eigenvalues satisfy $|\lambda_i(A) - \Lambda_i| \le \|R\|_2/\sigma_{min}(X)$,
    and $\sigma_{min}(X)^2 \ge 1 - \|X^TX - I\|_F$. Round-off of both products, $\gamma_{N+2} \||A||X|\|_F$ and
    $\gamma_{N+2}\||X|^T|X|\|_F$, is added, and what the squares in the norms lose by underflow.

    Args:
        matrix: A, shape (N, N), symmetric.
        values: $\Lambda$, shape (N,).
        vectors: X, shape (N, N), an eigenvector a column.

    Returns:
        The bound.

    Raises:
        NumericError: if the eigenvectors are far from orthonormal.

    Source: Cao, Xie and Li 1996, A sharp version of Kahan's theorem on clustered eigenvalues; Higham 2002, section 3.5.

    Example:
        >>> A = np.diag([1.0, 2.0, 2.0])
        >>> residual_error(A, *np.linalg.eigh(A)) < 1e-14
        True
    """
    size = len(matrix)
    unit = (size + 2) * EPS
    sizes = np.abs(vectors)
    residual = np.linalg.norm(matrix @ vectors - vectors * values)
    residual += unit * (np.linalg.norm(np.abs(matrix) @ sizes) + np.linalg.norm(sizes * values))
    skew = np.linalg.norm(vectors.T @ vectors - np.eye(size)) + unit * np.linalg.norm(sizes.T @ sizes)
    if not skew < 0.5:
        raise NumericError(
            f"the eigenvectors are off orthonormal by {float(skew):.1g}; expected at most 1/2, because the bound "
            f"divides by their least singular value; compute them with numpy.linalg.eigh"
        )
    return float(residual / math.sqrt(1.0 - skew)) + 4.0 * size * math.sqrt(np.finfo(np.float64).tiny)
