"""Laws of the input: Gaussian of any covariance, radial, and given data."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from numeric.arguments import EPS, FloatArray, finite_array, finite_matrix, positive_integer, real_number
from numeric.draws import sphere_points
from numeric.errors import DomainError, NonFiniteError, ShapeError
from numeric.law import check_scale

Radii: TypeAlias = Callable[[np.random.Generator, int], FloatArray]


@runtime_checkable
class InputLaw(Protocol):
    """What every law of the input offers.

    Example:
        >>> law: InputLaw = GaussianInputs(2)
        >>> law.draw(np.random.default_rng(0), 3).shape
        (3, 2)
    """

    @property
    def dim(self) -> int:
        """Dimension of the input."""

    @property
    def name(self) -> str:
        """A few words for reports."""

    def draw(self, rng: np.random.Generator, count: int) -> FloatArray:
        """Independent inputs, shape (count, dim)."""


@dataclass(frozen=True, eq=False)
class GaussianInputs:
    r"""$N(0, C)$.

    Args:
        dim: dimension of the input.
        covariance: C, symmetric positive semidefinite, shape (dim, dim); the identity if None.

    Raises:
        ShapeError: if the covariance has another shape.
        DomainError: if it is not symmetric positive semidefinite, up to round-off.
        NumericError: if dim is no integer >= 1.

    Example:
        >>> GaussianInputs(2, [[4.0, 0.0], [0.0, 1.0]]).root
        array([[2., 0.],
               [0., 1.]])
    """

    dim: int
    covariance: ArrayLike | None = None
    root: FloatArray | None = field(init=False, default=None)
    name: str = field(init=False, default="Gaussian inputs")

    def __post_init__(self) -> None:
        positive_integer("dim", self.dim)
        if self.covariance is not None:
            object.__setattr__(self, "root", _root(finite_matrix("covariance", self.covariance, self.dim)))

    def draw(self, rng: np.random.Generator, count: int) -> FloatArray:
        """Independent inputs, shape (count, dim).

        Example:
            >>> GaussianInputs(1).draw(np.random.default_rng(0), 2).shape
            (2, 1)
        """
        draws = rng.standard_normal((count, self.dim))
        return draws if self.root is None else np.asarray(draws @ self.root, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class RadialInputs:
    r"""$x = r\omega$ with $\omega$ uniform on the sphere and r independent of it.

    Args:
        dim: dimension of the input.
        radii: function of a generator and a count that returns independent radii, shape (count,).
        second_moment: $E[r^2]$ if it is known: rectifiers then have a closed form, because their loss is homogeneous of
            degree two in x.
        name: a few words for reports.

    Raises:
        DomainError: if second_moment is not positive and finite.
        NumericError: if dim is no integer >= 1.

    Example:
        >>> law = RadialInputs(2, lambda rng, count: np.full(count, 3.0), second_moment=9.0, name="a sphere")
        >>> bool(np.allclose(np.linalg.norm(law.draw(np.random.default_rng(0), 5), axis=1), 3.0))
        True
    """

    dim: int
    radii: Radii
    second_moment: float | None = None
    name: str = "radial inputs"

    def __post_init__(self) -> None:
        positive_integer("dim", self.dim)
        if self.second_moment is not None and not 0.0 < real_number("second_moment", self.second_moment) < math.inf:
            raise DomainError(
                f"second_moment is {self.second_moment!r}; expected a finite number > 0 or None, because the loss is "
                f"infinite without it; pass E[r^2]"
            )

    def draw(self, rng: np.random.Generator, count: int) -> FloatArray:
        """Independent inputs, shape (count, dim).

        Raises:
            NonFiniteError: if a radius is NaN or infinite.
            ShapeError: if radii returns another number of them.

        Example:
            >>> uniform_ball(3).draw(np.random.default_rng(0), 2).shape
            (2, 3)
        """
        points = sphere_points(rng, count, self.dim)
        radii = finite_array("radii", self.radii(rng, count))
        if radii.shape != (count,):
            raise ShapeError(f"radii returned shape {radii.shape}; expected ({count},), one radius an input")
        return np.asarray(points * radii[:, None], dtype=np.float64)


def uniform_ball(dim: int, radius: float = 1.0) -> RadialInputs:
    r"""Uniform inputs on a ball, $r = R u^{1/d}$ with u uniform on [0, 1], $E[r^2] = R^2 d/(d+2)$.

    Args:
        dim: dimension of the input.
        radius: R > 0.

    Returns:
        The law.

    Raises:
        DomainError: if radius is not positive and finite.

    Example:
        >>> uniform_ball(2).second_moment
        0.5
    """
    if not 0.0 < real_number("radius", radius) < math.inf:
        raise DomainError(f"radius is {radius!r}; expected a finite number > 0; try 1.0")
    d = positive_integer("dim", dim)
    return RadialInputs(
        d,
        partial(_ball_radii, d, radius),
        radius * radius * d / (d + 2.0),
        "uniform inputs on a ball",
    )


def heavy_tailed(dim: int, freedom: float) -> RadialInputs:
    r"""Multivariate Student inputs, $x = z/\sqrt{\chi^2_\nu/\nu}$ with z standard Gaussian, $E[r^2] = d\nu/(\nu-2)$.

    Args:
        dim: dimension of the input.
        freedom: $\nu > 2$.

    Returns:
        The law.

    Raises:
        DomainError: if freedom is not above 2 and finite: the loss would be infinite.

    Source: Kotz and Nadarajah 2004, Multivariate t distributions and their applications, section 1.7.

    Example:
        >>> heavy_tailed(2, 4.0).second_moment
        4.0
    """
    d = positive_integer("dim", dim)
    if not 2.0 < real_number("freedom", freedom) < math.inf:
        raise DomainError(
            f"freedom is {freedom!r}; expected a finite number > 2, because E|x|^2, and with it the loss, is infinite "
            f"otherwise; try 3.0"
        )
    return RadialInputs(
        d,
        partial(_student_radii, d, freedom),
        d * freedom / (freedom - 2.0),
        f"Student inputs, {freedom:g} degrees of freedom",
    )


@dataclass(frozen=True, eq=False)
class GivenInputs:
    """Given data, each row as likely as any other.

    Args:
        x: data, shape (m, d).

    Raises:
        ShapeError: if x is no matrix.
        NonFiniteError: if an entry is NaN or infinite.

    Example:
        >>> GivenInputs([[1.0, 2.0]]).dim
        2
    """

    x: ArrayLike
    rows: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", finite_matrix("x", self.x))

    @property
    def dim(self) -> int:
        """Dimension of the input.

        Example:
            >>> GivenInputs([[1.0]]).dim
            1
        """
        return int(self.rows.shape[1])

    @property
    def name(self) -> str:
        """A few words for reports.

        Example:
            >>> GivenInputs([[1.0]]).name
            '1 given inputs'
        """
        return f"{len(self.rows)} given inputs"

    def choose(self, rng: np.random.Generator, count: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Numbers of rows, drawn with replacement.

        Example:
            >>> GivenInputs([[1.0]]).choose(np.random.default_rng(0), 2)
            array([0, 0])
        """
        return rng.integers(len(self.rows), size=count)

    def draw(self, rng: np.random.Generator, count: int) -> FloatArray:
        """Rows drawn with replacement, shape (count, dim).

        Example:
            >>> GivenInputs([[1.0]]).draw(np.random.default_rng(0), 2)
            array([[1.],
                   [1.]])
        """
        return np.asarray(self.rows[self.choose(rng, count)], dtype=np.float64)


def _ball_radii(d: int, radius: float, rng: np.random.Generator, count: int) -> FloatArray:
    return np.asarray(radius * rng.random(count) ** (1.0 / d), dtype=np.float64)


def _student_radii(d: int, freedom: float, rng: np.random.Generator, count: int) -> FloatArray:
    return np.sqrt(rng.chisquare(d, count) / (rng.chisquare(freedom, count) / freedom))


def _root(covariance: FloatArray) -> FloatArray:
    """Symmetric square root of a covariance."""
    if len(covariance) != covariance.shape[1]:
        raise ShapeError(f"covariance has shape {covariance.shape}; expected a square matrix, the covariance of x")
    check_scale(covariance)
    noise = EPS * len(covariance) * float(np.abs(covariance).max())
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2.0)
    if np.abs(covariance - covariance.T).max() > noise or values[0] < -noise:
        raise DomainError(
            f"covariance has the eigenvalue {values[0]:.3g} or is not symmetric; expected a symmetric positive "
            f"semidefinite matrix, because it is E[x x^T]; try A @ A.T"
        )
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    if not np.isfinite(root).all():
        raise NonFiniteError("the square root of covariance overflows; expected moderate entries; rescale the inputs")
    return np.asarray(root, dtype=np.float64)
