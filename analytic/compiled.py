r"""Closed forms as functions of float64 arrays, with running error bounds and balls where these do not suffice."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

from analytic.arguments import Points, points_of
from analytic.balls import precision
from analytic.errors import AnalyticError, FormulaError, NotIntegrableError
from analytic.expectation import Expectation, derive
from analytic.formula import Expr, mul, names, num, power
from analytic.nearest import exact_midpoint, nearest_float
from analytic.straight_line import Program, compile_formula
from analytic.writing import written

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
else:
    Array = Any

#: Points of one block: the arrays of a block stay in the cache.
BLOCK = 8192
#: Covers the roundings in the computation of the bound itself, at most one in 2^40 each.
ENLARGED = 1.0 + 2.0**-10

Recompute = Literal["never", "failing"]


@dataclass(frozen=True)
class CompiledExpectation:
    r"""The closed form of an expectation as a function of arrays.

    Args:
        result: the expectation.

    Example:
        >>> from analytic.expectation import expect
        >>> kernel = compile_expectation(expect("relu(u)*relu(v)"))
        >>> kernel(rho=[-1.0, 0.0, 1.0]).round(12).tolist()
        [0.0, 0.159154943092, 0.5]
        >>> value, bound = kernel.with_bound(theta=1.0, u=2.0)
        >>> bound < 1e-14
        True
    """

    result: Expectation

    @cached_property
    def program(self) -> Program:
        """The operations of the closed form."""
        return compile_formula(self.result.value, self.result.law)

    @cached_property
    def conditions(self) -> tuple[tuple[Expr, Program], ...]:
        """What must be positive for the expectation to exist."""
        found = dict.fromkeys(written(c) for c in self.result.field.conditions)
        return tuple((c, compile_formula(c, self.result.law)) for c in found)

    def __call__(
        self,
        point: Mapping[str, Any] | None = None,
        /,
        *,
        accuracy: float = 1e-13,
        scale: Any = None,
        recompute: Recompute = "never",
        **arrays: Any,
    ) -> Any:
        r"""The values at points.

        At degenerate points (a norm or variance 0, a correlation of 1 or -1) where the closed form divides by 0, it is
        derived anew from the degenerate law; where it overflows, the balls give the value.

        Args:
            point: values by name, or as keywords: ``theta`` in [0, pi] or ``rho`` in [-1, 1], norms by variable
                (default 1), parameters; numbers or arrays that broadcast, each taken as the exact binary fraction.
            accuracy: greatest error relative to the scale, with ``recompute="failing"``.
            scale: numbers that broadcast; by default ``scale`` of this class, $\sqrt{E f^2\,E g^2}$.
            recompute: "failing" computes anew, in balls, what the running error bound does not show to be accurate,
                and rounds it correctly; "never" leaves it (some milliseconds a point are saved).
            arrays: the same as keywords.

        Returns:
            A float for scalars, else a float64 array; never NaN.

        Raises:
            FormulaError: a name is unknown, missing, or shapes do not broadcast.
            DomainError: a value is not finite or outside its domain.
            LawError: a covariance matrix is not positive semidefinite.
            NotIntegrableError: the expectation does not exist at a point.
        """
        points = self._points({**(point or {}), **arrays})
        if recompute == "never":
            return _shaped(self._values(points), points)
        if recompute != "failing":
            raise FormulaError(f"got recompute={recompute!r}, expected 'never' or 'failing'")
        values, bounds = self._bounded(points)
        self._recompute(points, values, bounds, accuracy * self._scale_at(points, values, scale))
        return _shaped(values, points)

    def with_bound(self, point: Mapping[str, Any] | None = None, /, **arrays: Any) -> tuple[Any, Any]:
        """The values and running bounds of their errors, see ``analytic.running_error`` for the model.

        Args:
            point: as for a call.
            arrays: the same as keywords.

        Returns:
            Values and bounds, floats or arrays.

        Raises:
            FormulaError, DomainError, LawError, NotIntegrableError: see the call.
        """
        points = self._points({**(point or {}), **arrays})
        values, bounds = self._bounded(points)
        return _shaped(values, points), _shaped(bounds, points)

    def scale(self, point: Mapping[str, Any] | None = None, /, **arrays: Any) -> Any:
        r"""What errors are measured by: $\sqrt{E f(u)^2\,E g(v)^2}$ for a product, else $\sqrt{E f(u, v)^2}$.

        It is itself computed by closed forms, less their running bounds; where these are not derived, it is |value|.

        Args:
            point: as for a call.
            arrays: the same as keywords.

        Returns:
            A float or an array, not negative.
        """
        points = self._points({**(point or {}), **arrays})
        return _shaped(self._scale_at(points, self._values(points), None), points)

    def mpmath(self, dps: int, point: Mapping[str, Any] | None = None, /, **values: Any) -> Any:
        """The value at one point with that many decimal digits, rounded from a ball.

        Args:
            dps: decimal digits, at least 1.
            point: as for ``Expectation.at``.
            values: the same as keywords.

        Returns:
            An ``mpmath.mpf``.

        Raises:
            FormulaError, DomainError: see ``Expectation.at``.

        Example:
            >>> from analytic.expectation import expect
            >>> value = compile_expectation(expect("relu(u)*relu(v)")).mpmath(20, rho=0)
            >>> round(float(value), 12)
            0.159154943092
        """
        import sympy

        ball = self.result.at({**(point or {}), **values}, digits=dps + 5)
        with precision(ball.bits):
            rounded = sympy.Float(sympy.Rational(exact_midpoint(ball.arb)), dps)
        return rounded._to_mpmath(rounded._prec)

    def _points(self, values: Mapping[str, Any]) -> Points:
        return points_of(self.result.law, self._parameters, values, check=self._doubtful)

    @cached_property
    def _parameters(self) -> tuple[str, ...]:
        return self.result.parameters

    @cached_property
    def _doubtful(self) -> bool:
        """Whether values of the right range may fail to make a covariance matrix; two norms and an angle never do."""
        law = self.result.law
        return len(law.names) > 2 or (len(law.names) == 2 and bool(law.parameters))

    def _check_existence(self, points: Points) -> None:
        import numpy as np

        for shown, program in self.conditions:
            if (np.asarray(program.values(points)) <= 0.0).any():
                raise NotIntegrableError(f"the expectation does not exist at a point: it needs {shown} > 0 there")

    def _values(self, points: Points) -> Array:
        import numpy as np

        values = np.empty(points.size)
        with np.errstate(all="ignore"):
            for start in range(0, points.size, BLOCK):
                chosen = slice(start, min(start + BLOCK, points.size))
                values[chosen] = self._block(points if points.size <= BLOCK else points.part(chosen))
        return values

    def _block(self, points: Points) -> Array:
        """The values of one block; where they are not finite or the law is degenerate, with a look at the bounds."""
        import numpy as np

        self._check_existence(points)
        value = self.program.values(points)
        values = value if np.shape(value) else np.full(points.size, value)
        codes, finite = points.ends(), np.isfinite(values)
        if codes or not finite.all():
            doubtful = np.any([~finite, *(np.broadcast_to(c != 0.0, values.shape) for c, _ in codes.values())], axis=0)
            chosen = np.flatnonzero(doubtful)
            values = np.array(values)  # it may be an input itself
            values[chosen] = self._bounded(points.part(chosen))[0]
        return np.asarray(values)

    def _bounded(self, points: Points) -> tuple[Array, Array]:
        """Values and bounds; what lies on a pole is computed anew."""
        import numpy as np

        with np.errstate(all="ignore"):
            self._check_existence(points)
            value, error = self.program.values_and_errors(points)
            values = np.array(np.broadcast_to(value, (points.size,)), dtype=np.float64)
            bounds = np.array(np.broadcast_to(error, (points.size,)), dtype=np.float64) * ENLARGED
        bad = ~(np.isfinite(values) & np.isfinite(bounds))
        bounds[bad] = np.inf
        self._at_degenerate(points, values, bounds, bad)
        # an infinite bound is honest where the value is finite; an infinite or missing value is computed in balls
        for index in np.flatnonzero(~np.isfinite(values)):
            values[index], bounds[index] = self._in_balls(points, int(index))
        return values, bounds

    def _at_degenerate(self, points: Points, values: Array, bounds: Array, bad: Any) -> None:
        """Replaces values at poles by those of the degenerate laws, derived anew once for each kind."""
        import numpy as np

        ends = points.ends()
        names_, codes = list(ends), [np.broadcast_to(c, (points.size,)) for c, _ in ends.values()]
        for kind in product((0.0, 1.0, -1.0), repeat=len(names_)) if bad.any() else ():
            here = np.flatnonzero(bad & np.all([c == k for c, k in zip(codes, kind, strict=True)], axis=0))
            if not any(kind) or not here.size:
                continue
            fixed: dict[str, Expr] = {}
            for n, k in zip(names_, kind, strict=True):
                ((key, options),) = ends[n][1].items()
                fixed |= {key: options[0 if k > 0.0 else 1]} if k else {}
            used = [n for n, k in zip(names_, kind, strict=True) if k]
            values[here], bounds[here] = self._fixed(points.part(here), fixed, used)

    def _fixed(self, points: Points, fixed: dict[str, Expr], used: list[str]) -> tuple[Array, Array]:
        try:
            inner = self._degenerate(tuple(fixed.items()))
        except AnalyticError:  # then each point has its own law
            pairs = [self._in_balls(points, i) for i in range(points.size)]
            return tuple(zip(*pairs, strict=True))  # type: ignore[return-value]
        return inner._bounded(points.without(used, inner.result.law))

    @cached_property
    def _laws(self) -> dict[tuple[tuple[str, Expr], ...], CompiledExpectation]:
        return {}

    def _degenerate(self, fixed: tuple[tuple[str, Expr], ...]) -> CompiledExpectation:
        """The expectation under the law with some values fixed."""
        if fixed not in self._laws:
            law = self.result.law.fixed(dict(fixed))
            self._laws[fixed] = CompiledExpectation(derive(self.result.integrand, law, self.result.constants))
        return self._laws[fixed]

    def _in_balls(self, points: Points, index: int) -> tuple[float, float]:
        """The value at a point, correctly rounded, and a unit of its last place; infinite beyond the largest float."""
        value = nearest_float(self.result, points.point(index))
        return value, (math.ulp(value) if math.isfinite(value) else math.inf)

    def _recompute(self, points: Points, values: Array, bounds: Array, allowed: Array) -> None:
        import numpy as np

        for index in np.flatnonzero(~(bounds <= allowed)):
            values[index] = self._in_balls(points, int(index))[0]

    def _scale_at(self, points: Points, values: Array, scale: Any) -> Array:
        import numpy as np

        if scale is not None:
            return np.broadcast_to(np.asarray(scale, dtype=np.float64), points.shape).reshape(-1)
        if self._squares is None:
            return np.abs(values)
        total = np.ones(points.size)
        for square in self._squares:
            try:
                value, bound = square._bounded(points)
            except NotIntegrableError:
                return np.abs(values)
            with np.errstate(invalid="ignore"):
                total = total * np.sqrt(np.where(bound < value, value - bound, 0.0))
        return total

    @cached_property
    def _squares(self) -> tuple[CompiledExpectation, ...] | None:
        """The expectations of the squares of the factors in one variable each, or of the square of the integrand."""
        for factors in (_separate(self.result), (self.result.integrand,)):
            try:
                return tuple(
                    CompiledExpectation(derive(power(f, num(2)), self.result.law, self.result.constants))
                    for f in factors
                )
            except AnalyticError:
                continue
        return None


def compile_expectation(result: Expectation) -> CompiledExpectation:
    r"""The closed form of an expectation as a vectorised function in float64.

    Args:
        result: the expectation, from ``expect``.

    Returns:
        The function, see its call.

    Raises:
        FormulaError: the closed form has a function without an operation in float64.

    Source: Wilkinson 1963, section 1, for running error analysis.

    Example:
        >>> from analytic.expectation import expect
        >>> round(compile_expectation(expect("relu(u)*relu(v)"))(rho=0.0), 12)
        0.159154943092
    """
    compiled = CompiledExpectation(result)
    _ = compiled.program, compiled.conditions
    return compiled


def _separate(result: Expectation) -> tuple[Expr, ...]:
    """The factors of a product by the variable that they depend on; the whole if one depends on several."""
    variables = set(result.law.names)
    integrand = result.integrand
    grouped: dict[frozenset[str], list[Expr]] = {}
    for factor in integrand.children if integrand.head == "mul" else (integrand,):
        grouped.setdefault(frozenset(names(factor) & variables), []).append(factor)
    common = grouped.pop(frozenset(), [])
    if any(len(group) != 1 for group in grouped) or not grouped:
        return (integrand,)
    products = [mul(*factors) for factors in grouped.values()]
    return (mul(*common, products[0]), *products[1:])


def _shaped(values: Array, points: Points) -> Any:
    return values.reshape(points.shape) if points.shape else float(values[0])
