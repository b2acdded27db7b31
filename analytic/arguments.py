"""Arrays of points, by the names of a law: checked, broadcast, and turned into the inputs of compiled closed forms."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from analytic.errors import DomainError, FormulaError, LawError
from analytic.formula import PI, Expr, num
from analytic.gaussian_law import GaussianLaw
from analytic.running_error import ROUNDING, SMALLEST, UNITS
from analytic.straight_line import Input, compile_formula

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
else:
    Array = Any

#: pi minus its float64.
PI_REST = 1.2246467991473532e-16

#: Larger arguments are refused: their squares and products would overflow without a trace.
LARGEST = 1e75


@dataclass
class Points:
    """Points of a law: flat arrays of one length, or scalars, by name.

    Args:
        law: the law.
        given: values by name: norms by variable, parameters, angles by their label; correlations of angles as
            ``rho`` labels.
        shape: the shape of the arrays before they were flattened.
    """

    law: GaussianLaw
    given: dict[str, Array]
    shape: tuple[int, ...]

    @cached_property
    def size(self) -> int:
        """How many points."""
        return math.prod(self.shape)

    @cached_property
    def cache(self) -> dict[Input, tuple[Array, Array]]:
        """Inputs that were computed."""
        return {}

    def __call__(self, source: Input) -> tuple[Array, Array]:
        """The values of an input and bounds of their errors.

        Raises:
            FormulaError: the input is missing.
        """
        kind, label = source
        if kind in ("norm", "parameter"):
            return self._named(label, label if kind == "parameter" else f"|{label}|"), 0.0  # type: ignore[return-value]
        if source not in self.cache:
            self.cache[source] = self._circle(kind, label)
        return self.cache[source]

    def _named(self, label: str, shown: str) -> Array:
        if label not in self.given:
            raise FormulaError(f"the value depends on {shown}, which is missing: give a number or an array {label}=...")
        return self.given[label]

    def cosine_of(self, label: str) -> str | None:
        """The name under which the cosine of an angle is given, if it is."""
        found = label.replace("theta", "rho")
        return found if found in self.given else None

    def _circle(self, kind: str, label: str) -> tuple[Array, Array]:
        cosine = self.cosine_of(label)
        if cosine is not None:
            value, units = _from_cosine(kind, self.given[cosine])
        else:
            value, units = _from_angle(kind, self._named(label, label))
        return value, ROUNDING * units * abs(value) + (SMALLEST if units else 0.0)

    def part(self, chosen: Any) -> Points:
        """The points of some indices or of a slice."""
        given = {n: x[chosen] if x.ndim else x for n, x in self.given.items()}
        size = len(range(*chosen.indices(self.size))) if isinstance(chosen, slice) else len(chosen)
        return Points(self.law, given, (size,))

    def without(self, names: Sequence[str], law: GaussianLaw) -> Points:
        """The points of a law in which some names are fixed."""
        return Points(law, {n: x for n, x in self.given.items() if n not in names}, self.shape)

    def point(self, index: int) -> dict[str, float]:
        """One point by names."""
        return {n: float(x[index] if x.ndim else x) for n, x in self.given.items()}

    def vanishing(self) -> Any:
        """Where a norm or variance is 0."""
        import numpy as np

        zeros = [x == 0.0 for n, x in self.given.items() if n in self.law.norms or n in self.law.positive]
        return np.any([np.broadcast_to(z, (self.size,)) for z in zeros], axis=0) if zeros else False

    def ends(self) -> dict[str, tuple[Array, Mapping[str, Any]]]:
        """Where a value is degenerate: by name a code for each point, and what the codes other than 0 mean."""
        import numpy as np

        found: dict[str, tuple[Array, Mapping[str, Any]]] = {}
        angles = dict(self.law.angle_names)
        limits: tuple[Expr, ...]
        for n, x in self.given.items():
            if n in self.law.norms or n in self.law.positive:
                at, key, limits = x == 0.0, f"|{n}|" if n in self.law.norms else n, (num(0),)
            elif n in angles:
                at, key, limits = x == 0.0, n, (num(0),)
            elif n in self.law.correlation_names:
                at, key, limits = abs(x) == 1.0, n, (num(1), num(-1))
            elif n.replace("rho", "theta") in angles:
                at, key, limits = abs(x) == 1.0, n.replace("rho", "theta"), (num(0), PI)
            else:
                continue
            if at.any():  # rarely: what follows costs more than this test
                found[n] = np.where(at, np.where(x < 0.0, -1.0, 1.0), 0.0), {key: limits}
        return found


def _from_cosine(kind: str, rho: Array) -> tuple[Array, float]:
    """An input from the cosine, taken as exact, and its error in units of u."""
    import numpy as np

    if kind == "cos":
        return rho, 0.0
    if kind == "sin":
        return np.sqrt((1.0 - rho) * (1.0 + rho)), 3.0
    if kind == "theta":
        return np.arccos(rho), UNITS["acos"]
    if kind == "arc":
        return np.arcsin(rho), UNITS["asin"]
    return (1.0 + rho if kind == "one_plus_cos" else 1.0 - rho), 1.0


def _from_angle(kind: str, theta: Array) -> tuple[Array, float]:
    """An input from the angle, taken as exact, and its error in units of u."""
    import numpy as np

    if kind == "theta":
        return theta, 0.0
    if kind == "cos":
        return np.cos(theta), UNITS["cos"]
    if kind == "sin":
        return np.sin(theta), UNITS["sin"]
    if kind == "arc":
        return (0.5 * math.pi - theta) + 0.5 * PI_REST, 2.0
    half = 0.5 * ((math.pi - theta) + PI_REST) if kind == "one_plus_cos" else 0.5 * theta
    return 2.0 * np.sin(half) ** 2, 2.0 * UNITS["sin"] + 4.0


def points_of(law: GaussianLaw, parameters: Sequence[str], values: Mapping[str, Any], *, check: bool = True) -> Points:
    """Checks and broadcasts the values of a call.

    Args:
        law: the law.
        parameters: further names.
        values: numbers or arrays by name.
        check: whether to look at the eigenvalues of the covariance matrices.

    Returns:
        The points.

    Raises:
        FormulaError: a name is unknown, an angle is given twice, or shapes do not broadcast.
        DomainError: a value is not finite or outside its domain.
        LawError: a covariance matrix is not positive semidefinite.

    Example:
        >>> points_of(GaussianLaw.angles("u v"), (), {"theta": [0.5, 1.0], "u": 2.0}).shape
        (2,)
    """
    import numpy as np

    angles = [n for n, _ in law.angle_names]
    cosines = {n.replace("theta", "rho"): n for n in angles}
    known = {*law.norms, *angles, *cosines, *law.correlation_names, *parameters}
    unknown = sorted(set(values) - known)
    if unknown:
        raise FormulaError(f"got a value for {', '.join(unknown)}, expected {', '.join(sorted(known)) or 'nothing'}")
    twice = [n for n in cosines if n in values and cosines[n] in values]
    if twice:
        raise FormulaError(f"got both {cosines[twice[0]]} and {twice[0]}, expected one: a correlation is a cosine")
    arrays = {n: _array(n, x) for n, x in (dict.fromkeys(law.norms, 1.0) | dict(values)).items()}
    for n, x in arrays.items():
        low, high = _domain(n, law, angles, cosines)
        if not ((x >= low) & (x <= high)).all():
            raise DomainError(
                f"got {n} = {x[~((x >= low) & (x <= high))].flat[0]}, expected numbers in [{low}, {high}]"
            )
    try:
        shape = np.broadcast_shapes(*(x.shape for x in arrays.values()))
    except ValueError:
        shapes = ", ".join(f"{n}: {x.shape}" for n, x in arrays.items())
        raise FormulaError(f"got the shapes {shapes}, expected shapes that broadcast") from None
    flat = {n: np.broadcast_to(x, shape).reshape(-1) if x.size != 1 else x.reshape(()) for n, x in arrays.items()}
    points = Points(law, flat, shape)
    if check:
        _check_covariance(points)
    return points


def _array(n: str, x: Any) -> Array:
    import numpy as np

    try:
        array = np.asarray(x, dtype=np.float64)
    except (TypeError, ValueError):
        raise FormulaError(f"got {n} = {x!r}, expected numbers: formulas are for .at") from None
    if array.size and not (math.isfinite(array.min()) and math.isfinite(array.max())):
        raise DomainError(f"got {n} with NaN or infinite entries, expected finite numbers")
    if array.size and np.abs(array).max() > LARGEST:
        raise DomainError(
            f"got {n} beyond {LARGEST:g}, whose powers leave the range of float64; use .at for such values"
        )
    return array


def _domain(n: str, law: GaussianLaw, angles: Sequence[str], cosines: Mapping[str, str]) -> tuple[float, float]:
    if n in law.norms or n in law.positive:
        return 0.0, math.inf
    if n in angles:
        return 0.0, math.pi
    return (-1.0, 1.0) if n in cosines or n in law.correlation_names else (-math.inf, math.inf)


def _check_covariance(points: Points) -> None:
    """Refuses what is certainly not positive semidefinite."""
    import numpy as np

    law, n = points.law, len(points.law.names)
    if n < 2:
        return
    with np.errstate(all="ignore"):
        entries = [[np.asarray(compile_formula(c, law).values(points)) for c in row] for row in law.covariance]
    matrix = np.stack([np.stack(np.broadcast_arrays(*row, np.ones(points.size)), -1)[..., :n] for row in entries], -2)
    deviations = np.sqrt(np.maximum(np.diagonal(matrix, axis1=-2, axis2=-1), SMALLEST))
    matrix = matrix / deviations[..., None] / deviations[..., None, :]
    # rounding each entry of a semidefinite matrix moves an eigenvalue by n units at most; the solver as much again
    bad = np.linalg.eigvalsh(matrix).min(axis=-1) < -16.0 * n * n * np.finfo(np.float64).eps
    if bad.any():
        raise LawError(
            f"got a covariance matrix that is not positive semidefinite at {points.point(int(np.argmax(bad)))}: "
            f"lower the covariances or raise the variances"
        )
