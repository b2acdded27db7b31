"""Hyperplanes on which an integrand is not smooth, and the order of integration that never meets them edge on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import EPS, FloatArray, finite_array, real_number
from numeric.errors import DomainError, ShapeError
from numeric.law import RANK_TOLERANCE, GaussianLaw

AffineForm: TypeAlias = tuple[ArrayLike, float]
r"""Normal vector a of shape (n,) and offset b of the hyperplane $a \cdot x + b = 0$."""

Form: TypeAlias = tuple[FloatArray, float]
"""The same, checked."""

PARALLEL = 1e-13
"""Sine of the angle below which hyperplanes count as parallel: what is lost is a wedge of that angle at most."""


SAME_CROSSING = 1e-12
"""Distance below which crossings of hyperplanes count as one: three planes through a line cross there three times, and
between cuts that are this far apart the integral of a bounded function does not reach 1e-12."""


class Hyperplanes(NamedTuple):
    r"""Hyperplanes $c \cdot z + d = 0$ with unit normals.

    Args:
        normals: shape (K, r).
        offsets: shape (K,).

    Example:
        >>> Hyperplanes(np.eye(2), np.zeros(2)).normals.shape
        (2, 2)
    """

    normals: FloatArray
    offsets: FloatArray


class Cuts(NamedTuple):
    r"""Where a coordinate meets hyperplanes, as affine functions of the coordinates outside of it.

    Args:
        slopes: shape (K, j), j outer coordinates.
        roots: shape (K,); the k-th cut is $roots_k + slopes_k \cdot (y_1, ..., y_j)$.

    Example:
        >>> Cuts(np.zeros((1, 0)), np.zeros(1)).roots
        array([0.])
    """

    slopes: FloatArray
    roots: FloatArray


@dataclass(frozen=True, eq=False)
class Frame:
    """An order of integration.

    Args:
        axes: orthogonal matrix (r, r); its columns are the directions, outermost first.
        cuts: for each coordinate, where its integrand is not smooth.

    Example:
        >>> Frame(np.eye(1), (Cuts(np.zeros((1, 0)), np.zeros(1)),)).cuts[0].roots
        array([0.])
    """

    axes: FloatArray
    cuts: tuple[Cuts, ...]


def checked_form(form: AffineForm, n: int) -> Form:
    r"""Normal vector and offset of an affine form.

    Args:
        form: a pair of a vector of shape (n,), not zero, and a number.
        n: number of variables.

    Returns:
        The pair in floating point.

    Raises:
        ShapeError: if the normal vector has another shape, or there is no pair.
        NonFiniteError: if an entry is NaN or infinite.
        DomainError: if the normal vector is zero.

    Example:
        >>> checked_form(([1, 0], 2), 2)
        (array([1., 0.]), 2.0)
    """
    if not isinstance(form, tuple | list) or len(form) != 2:
        raise ShapeError(
            f"an affine form is {form!r}; expected a pair of a normal vector and an offset; try ([1.0], 0.0)"
        )
    normal = finite_array("normal vector", form[0])
    offset = float(finite_array("offset", real_number("offset", form[1])))
    if normal.shape != (n,):
        raise ShapeError(
            f"a normal vector has shape {normal.shape}; expected ({n},), one coefficient for each variable; "
            f"write a kink of u alone as ([1, 0, ...], 0.0)"
        )
    if not normal.any():
        raise DomainError("a normal vector is zero; expected a non-zero one, because 0 = -b is no hyperplane; drop it")
    return normal, offset


def is_constant(law: GaussianLaw, normal: FloatArray) -> bool:
    r"""Whether the standard deviation of $a \cdot x$ is zero up to the round-off of the covariance.

    Args:
        law: the law of x.
        normal: a, shape (n,).

    Returns:
        True if so.

    Example:
        >>> from numeric.law import gaussian_law
        >>> is_constant(gaussian_law([0.0, 0.0], [[1.0, 1.0], [1.0, 1.0]]), np.array([1.0, -1.0]))
        True
    """
    size = float(np.abs(normal) @ law.deviations)
    return float(np.linalg.norm(law.whitened(normal, 0.0)[0])) <= RANK_TOLERANCE * len(normal) * size


def whitened_hyperplanes(law: GaussianLaw, forms: Sequence[Form]) -> Hyperplanes:
    """The hyperplanes of forms that vary, in the coordinates of independent standard Gaussians.

    Args:
        law: the law of x.
        forms: normal vectors and offsets, none of them constant.

    Returns:
        Distinct hyperplanes.

    Example:
        >>> from numeric.law import gaussian_law
        >>> whitened_hyperplanes(gaussian_law([6.0], [[4.0]]), [(np.array([1.0]), 0.0)]).offsets
        array([3.])
    """
    pairs = [law.whitened(normal, offset) for normal, offset in forms]
    normals = np.array([normal for normal, _ in pairs]).reshape(len(pairs), law.rank)
    return _normalised(normals, np.array([offset for _, offset in pairs]), 0.0, 8.0 * EPS)[0]


def frame(planes: Hyperplanes) -> Frame:
    r"""Directions of integration such that no hyperplane, and no intersection of them, lies along its inner variable.

    The innermost integral is a smooth function of the outer variables except where two hyperplanes change their order
    along the inner variable: their intersections, projected along it, are hyperplanes in one dimension less.

    Args:
        planes: K hyperplanes in r dimensions, r >= 1.

    Returns:
        The frame.

    Example:
        >>> len(frame(Hyperplanes(np.eye(2), np.array([0.0, 1.0]))).cuts[0].roots)  # the one place where they cross
        1
    """
    return _frame(planes, [frozenset({k}) for k in range(len(planes.offsets))])


def _frame(planes: Hyperplanes, names: list[frozenset[int]]) -> Frame:
    """The frame of intersections; each is named by the hyperplanes that it belongs to.

    Crossings of intersections that share no hyperplane are a matter of the projection only: the integrand breaks at two
    places of the inner variable that have nothing to do with each other.
    """
    axis, rank = _transversal(planes.normals), planes.normals.shape[1]
    basis = np.linalg.svd(axis[None, :])[2][1:].T  # orthonormal complement of the axis
    depth = planes.normals @ axis
    slopes, roots = -(planes.normals @ basis) / depth[:, None], -planes.offsets / depth
    if rank == 1:
        return Frame(axis[:, None], (Cuts(slopes, roots),))
    pairs = [(i, j) for i, j in combinations(range(len(names)), 2) if len(names[i] | names[j]) == len(names[i]) + 1]
    first, second = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    crossings = slopes[first] - slopes[second], roots[first] - roots[second]
    outer_planes, kept = _normalised(*crossings, PARALLEL, SAME_CROSSING)
    outer = _frame(outer_planes, [names[first[k]] | names[second[k]] for k in kept])
    axes = np.column_stack([basis @ outer.axes, axis])
    return Frame(axes, (*outer.cuts, Cuts(slopes @ outer.axes, roots)))


def _normalised(normals: FloatArray, offsets: FloatArray, floor: float, same: float) -> tuple[Hyperplanes, list[int]]:
    """Unit normals, without those up to the floor and, of planes closer than same, all but one; and which are kept."""
    sizes = np.linalg.norm(normals, axis=1)
    rows = np.column_stack([normals, offsets])
    kept: list[int] = []
    for k in np.flatnonzero(sizes > floor):
        rows[k] /= sizes[k]
        gaps = (min(np.abs(rows[k] - rows[j]).max(), np.abs(rows[k] + rows[j]).max()) for j in kept)
        if all(gap > same * (1.0 + abs(rows[k, -1])) for gap in gaps):
            kept.append(int(k))
    return Hyperplanes(rows[kept, :-1], rows[kept, -1]), kept


def _transversal(normals: FloatArray) -> FloatArray:
    """The direction, of a few hundred, that is least along any of the hyperplanes."""
    candidates = directions(normals.shape[1])
    if len(normals):
        depth = np.abs(candidates @ normals.T).min(axis=1)
        return np.asarray(candidates[depth.argmax()], dtype=np.float64)
    return np.asarray(candidates[0], dtype=np.float64)


def directions(rank: int) -> FloatArray:
    """Directions spread over the sphere in one, two or three dimensions, the axes among them.

    Args:
        rank: dimension, 1 to 3.

    Returns:
        Unit rows.

    Source: Gonzalez 2010, Measurement of areas on a sphere using Fibonacci and latitude-longitude lattices.

    Example:
        >>> directions(1)
        array([[ 1.],
               [-1.]])
    """
    axes = np.vstack([np.eye(rank)[::-1], -np.eye(rank)])
    if rank == 1:
        return axes
    if rank == 2:
        angles = np.arange(64) * (2.0 * math.pi / 64) + 0.01  # off the axes and the diagonals, which are exact above
        return np.vstack([axes, np.column_stack([np.cos(angles), np.sin(angles)])])
    heights = (2.0 * np.arange(400) + 1.0) / 400 - 1.0
    angles = np.arange(400) * math.pi * (3.0 - math.sqrt(5.0))
    radii = np.sqrt(1.0 - heights * heights)
    return np.vstack([axes, np.column_stack([radii * np.cos(angles), radii * np.sin(angles), heights])])
