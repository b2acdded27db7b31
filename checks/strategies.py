r"""Hypothesis strategies of the field: vectors, covariances, weights with a symmetry, partitions, critical points.

They draw the cases on which formulas break: nearly parallel vectors, singular covariances, blocks of one, step sizes
at the edge of stability. ``from checks.strategies import unit_vectors``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from checks.errors import ClaimError

if TYPE_CHECKING:
    from analytic.landscape.point import CriticalPoint

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
_NAMES = ("global", "A", "I", "II")


def _normal(draw: Callable[..., Any], *shape: int) -> NDArray[np.float64]:
    """Entries that shrink to simple numbers."""
    entries = st.floats(-3, 3, allow_nan=False, width=32).map(lambda x: round(x, 3))
    return np.array([draw(entries) for _ in range(math.prod(shape))]).reshape(shape)


def _direction(draw: Callable[..., Any], d: int) -> Vector:
    """A unit vector: the first basis vector where the draw is zero."""
    x = _normal(draw, d)
    norm = float(np.linalg.norm(x))
    return x / norm if norm > 0 else np.eye(d)[0]


@st.composite
def unit_vectors(draw: Callable[..., Any], d: int) -> Vector:
    """Unit vectors, to round-off.

    Args:
        draw: given by hypothesis.
        d: dimension >= 1.

    Returns:
        A strategy of arrays of shape (d,).

    Raises:
        ClaimError: d < 1.

    Example:
        >>> from hypothesis import given
        >>> @given(unit_vectors(3))
        ... def test(x):
        ...     assert abs(x @ x - 1) < 1e-14
        >>> test()
    """
    return _direction(draw, _dimension(d))


@st.composite
def near_parallel_pairs(draw: Callable[..., Any], d: int, least: float = 1e-12) -> tuple[Vector, Vector]:
    """Pairs of vectors of any norms at small angles from each other or from opposite directions, parallel or not.

    Args:
        draw: given by hypothesis.
        d: dimension >= 2.
        least: smallest angle other than 0, in radians.

    Returns:
        A strategy of pairs of arrays of shape (d,).

    Raises:
        ClaimError: d < 2, or least outside (0, 1).

    Example:
        >>> from hypothesis import given
        >>> @given(near_parallel_pairs(3))
        ... def test(pair):
        ...     w, v = pair
        ...     assert abs(w @ v) > 0.99 * np.linalg.norm(w) * np.linalg.norm(v)
        >>> test()
    """
    if _dimension(d) < 2 or not 0 < least < 1:
        raise ClaimError(f"got d = {d} and least = {least}, expected d >= 2 and a small angle")
    v = _direction(draw, d)
    x = _direction(draw, d)
    across = x - (x @ v) * v
    if float(np.linalg.norm(across)) < 1e-6:
        across = np.eye(d)[int(np.argmin(np.abs(v)))]
        across = across - (across @ v) * v
    across /= np.linalg.norm(across)
    angle = draw(st.one_of(st.just(0.0), st.floats(math.log10(least), -1).map(lambda e: 10.0**e)))
    side, scales = (
        draw(st.sampled_from([1.0, -1.0])),
        draw(st.tuples(*[st.sampled_from([1.0, 0.5, 3.0, 1e-3, 1e3])] * 2)),
    )
    if angle == 0.0:
        return scales[0] * side * v, scales[1] * v
    return scales[0] * side * (math.cos(angle) * v + math.sin(angle) * across), scales[1] * v


@st.composite
def covariance_matrices(draw: Callable[..., Any], n: int, rank: int | None = None) -> Matrix:
    """Covariance matrices: positive semidefinite, of a given rank or of any.

    Args:
        draw: given by hypothesis.
        n: variables, >= 1.
        rank: number of factors, 0 to n; any from 1 to n if None.

    Returns:
        A strategy of symmetric arrays of shape (n, n) with entries that are exact: products of small integers over 4.

    Raises:
        ClaimError: a rank that n variables cannot have.

    Example:
        >>> from hypothesis import given
        >>> @given(covariance_matrices(3, rank=1))
        ... def test(C):
        ...     assert np.linalg.matrix_rank(C) == 1 and np.linalg.eigvalsh(C).min() > -1e-12
        >>> test()
    """
    if rank is not None and not 0 <= rank <= n:
        raise ClaimError(f"got the rank {rank} of {n} variables, expected 0 to {n}")
    r = draw(st.integers(1, n)) if rank is None else rank
    integers = st.integers(-8, 8)
    # the identity in the first r rows, sheared and mixed by integers, keeps the rank exactly r
    factor = np.array([[draw(integers) if i >= r else 0 for _ in range(r)] for i in range(n)], dtype=float)
    for i in range(r):
        factor[i, i] = draw(st.integers(1, 8))
        factor[i, :i] = [draw(integers) for _ in range(i)]
    order = draw(st.permutations(range(n)))
    factor = factor[list(order)]
    return np.asarray(factor @ factor.T / 16.0)


@st.composite
def partitions(draw: Callable[..., Any], k: int, blocks: int | None = None) -> tuple[int, ...]:
    """Partitions of k into positive parts, descending: the block sizes of a subgroup of S_k.

    Args:
        draw: given by hypothesis.
        k: >= 1.
        blocks: number of parts; any if None.

    Returns:
        A strategy of tuples that sum to k.

    Raises:
        ClaimError: more blocks than k, or none.

    Example:
        >>> from hypothesis import given
        >>> @given(partitions(7, blocks=3))
        ... def test(parts):
        ...     assert sum(parts) == 7 and len(parts) == 3 and min(parts) > 0
        >>> test()
    """
    if k < 1 or (blocks is not None and not 1 <= blocks <= k):
        raise ClaimError(f"got k = {k} and {blocks} blocks, expected 1 to k blocks")
    count = draw(st.integers(1, k)) if blocks is None else blocks
    cuts = sorted(draw(st.permutations(range(1, k)))[: count - 1])
    ends = [0, *cuts, k]
    return tuple(sorted((b - a for a, b in pairwise(ends)), reverse=True))


@st.composite
def weight_matrices(draw: Callable[..., Any], parts: Sequence[int], d: int | None = None) -> Matrix:
    """Weights with the isotropy of a partition: fixed by permutations inside its blocks, and by no larger group.

    Args:
        draw: given by hypothesis.
        parts: block sizes; k = n is their sum.
        d: dimension of the input, at least k; k if None. Further columns are zero.

    Returns:
        A strategy of arrays of shape (k, d): on blocks p, q one entry, with another on the diagonal of p = q.

    Raises:
        ClaimError: a part below 1, or d below k.

    Example:
        >>> from hypothesis import given
        >>> from numeric import isotropy_partition
        >>> @given(weight_matrices((4, 1)))
        ... def test(W):
        ...     assert sorted(isotropy_partition(W).sizes) == [1, 4]
        >>> test()
    """
    k = sum(parts)
    if not parts or min(parts) < 1 or (d is not None and d < k):
        raise ClaimError(f"got the parts {tuple(parts)} and d = {d}, expected positive parts, and d >= their sum")
    label = np.repeat(np.arange(len(parts)), parts)
    count = len(parts)
    # distinct multiples of 1/8: no two orbits get the same weight, so the group is no larger
    size = count * count + count
    values = draw(st.lists(st.integers(-max(24, size), max(24, size)), min_size=size, max_size=size, unique=True))
    off = np.array(values[: count * count], dtype=float).reshape(count, count) / 8.0
    W = off[np.ix_(label, label)]
    W[np.diag_indices(k)] = np.array(values[count * count :])[label] / 8.0
    return W if d is None else np.pad(W, ((0, 0), (0, d - k)))


@st.composite
def critical_points(
    draw: Callable[..., Any], least: int = 6, most: int = 20, names: Sequence[str] = _NAMES
) -> CriticalPoint:
    """Critical points of the population loss by name and size, proved to exist.

    Args:
        draw: given by hypothesis.
        least: smallest number of teachers, >= 1.
        most: largest.
        names: of families that exist at all these sizes.

    Returns:
        A strategy of ``analytic.CriticalPoint``; ``matrix()`` gives the weights, ``spectrum()`` the exact spectrum.

    Raises:
        ClaimError: no size.

    Example:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=3, deadline=None)
        ... @given(critical_points(6, 9))
        ... def test(point):
        ...     assert point.gradient_size() < 1e-12
        >>> test()
    """
    from analytic.landscape.named import find_point

    if not 1 <= least <= most:
        raise ClaimError(f"got sizes from {least} to {most}, expected 1 <= least <= most")
    return find_point(draw(st.sampled_from(list(names))), draw(st.integers(least, most)))


@st.composite
def step_sizes(draw: Callable[..., Any], lipschitz: float, stable: bool | None = None) -> float:
    r"""Step sizes h of gradient descent around the edge of stability $2/L$.

    Args:
        draw: given by hypothesis.
        lipschitz: L > 0, the largest eigenvalue of the Hessian.
        stable: only h < 2/L (True), only h > 2/L (False), or both.

    Returns:
        A strategy of floats: multiples of 1/L from 1e-6 to 20, those next to 2/L included.

    Raises:
        ClaimError: L is not a positive number.

    Example:
        >>> from hypothesis import given
        >>> @given(step_sizes(4.0, stable=True))
        ... def test(h):
        ...     assert 0 < h < 0.5
        >>> test()
    """
    if not 0 < lipschitz < math.inf:
        raise ClaimError(f"got L = {lipschitz}, expected a positive number: the largest eigenvalue of the Hessian")
    below = st.one_of(st.sampled_from([1.0, 0.5, 1.5, 2 - 1e-6, 1e-6]), st.floats(1e-6, 2 - 1e-6))
    above = st.one_of(st.sampled_from([2 + 1e-6, 3.0, 20.0]), st.floats(2 + 1e-6, 20))
    multiples = below if stable else above if stable is False else st.one_of(below, above)
    return float(Fraction(draw(multiples)) / Fraction(lipschitz))


def _dimension(d: int) -> int:
    if d < 1:
        raise ClaimError(f"got d = {d}, expected at least 1")
    return d
