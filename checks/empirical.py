"""The empirical witness on an identity: estimates from the definitions, compared with the closed side by balls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

import numpy as np
from flint import arb
from numpy.typing import NDArray

from analytic.angle import Angle
from analytic.balls import BallAlgebra, disjoint, finite
from analytic.constants import multiple_of_pi
from analytic.errors import FormulaError
from analytic.formula import Expr, mul, name, walk
from analytic.frame import Tensor, matrix, scalar, vector
from analytic.interpret import Interpreter
from analytic.opening import gaussian_names
from checks.claim import OPERATORS
from checks.engines import ENGINES
from checks.integrands import compile_integrand, derivative, grade, is_homogeneous, rough_forms
from checks.points import Point
from checks.verdict import EmpiricalEvidence
from numeric import (
    Estimate,
    HomogeneousPart,
    angle_between,
    gaussian_mean,
    gradient,
    half_line_quadrature,
    jacobian,
    polar_direction_quadrature,
    polar_quadrature,
    sphere_mean,
)

Array = NDArray[np.float64]

#: To the power 60, the largest degree of an integrand, this is still within float64's range.
MAX_NORM = 2.0**16
#: Unit round-off.
UNIT = 2.0**-53
QUADRATURE, SAMPLING = "quadrature", "sampling"


@dataclass
class Settings:
    """How much the empirical witness may spend.

    Args:
        alpha: probability of a false alarm, for everything estimated under these settings together.
        seed: of all random draws.
        samples: antithetic pairs an expectation.
        offset: added to the seed of the draws, not of the points: the same points are looked at again.
        engines: those that may be used, see ``checks.engines``.
        digits: to which a certificate of equality has to hold; None: as the working precision gives.
    """

    alpha: float
    seed: int
    samples: int = 100_000
    offset: int = 0
    engines: frozenset[str] = frozenset(ENGINES)
    digits: int | None = None


@dataclass
class Ledger:
    """The estimates that went into a value."""

    estimates: list[Estimate] = field(default_factory=list)

    def ball(self, estimate: Estimate) -> arb:
        """A scalar estimate as a ball of its error, noted in the ledger."""
        self.estimates.append(estimate)
        return arb(float(estimate.value), float(estimate.error))

    @property
    def work(self) -> int:
        """Samples or evaluations in all."""
        return sum(e.work for e in self.estimates)


def quadrature(body: Expr, norms: Mapping[str, float], theta: float, constants: Mapping[str, float]) -> Estimate:
    """E of an integrand by deterministic quadrature, kinks on cell boundaries.

    Args:
        body: the integrand.
        norms: standard deviations by Gaussian variable, two at most in the integrand.
        theta: their angle, in radians.
        constants: values of the other names.

    Raises:
        FormulaError: a function without a definition in float64.
        NumericError: the rules do not converge.

    Example:
        >>> from analytic.grammar import parse
        >>> found = quadrature(parse("relu(u)*t"), {"u": 2.0}, 0.0, {"t": 3.0})
        >>> bool(abs(found.value - 6 / np.sqrt(2 * np.pi)) < 1e-14)
        True
    """
    found = gaussian_names(body, tuple(n for n in constants if not n.startswith("|")))
    variables, f = tuple(n for n in norms if n in found), compile_integrand(body, constants)
    if not is_homogeneous(body, variables):
        return _nested(body, variables, norms, theta, constants)
    if len(variables) < 2:
        name = variables[0] if variables else next(iter(norms), "")
        return half_line_quadrature(lambda u: np.broadcast_to(f({name: u}), u.shape), norms.get(name, 1.0))
    a, b = variables
    pair = (norms[a], norms[b])
    return polar_quadrature(lambda u, v: np.broadcast_to(f({a: u, b: v}), u.shape), pair, theta)


def _nested(
    body: Expr, variables: tuple[str, ...], norms: Mapping[str, float], theta: float, constants: Mapping[str, float]
) -> Estimate:
    """E of any integrand by nested quadrature, cut at its kinks."""
    f = compile_integrand(body, constants)
    kinks, logarithms = rough_forms(body, variables, constants)
    deviations = np.array([norms[n] for n in variables])
    correlation = np.cos(theta) if len(variables) > 1 else 1.0
    matrix = np.outer(deviations, deviations) * np.where(np.eye(len(variables)), 1.0, correlation)

    def function(x: Array) -> Array:
        return np.broadcast_to(f({n: x[:, i] for i, n in enumerate(variables)}), x.shape[:1])

    return gaussian_mean(function, np.zeros(len(variables)), matrix, kinks, logarithms)


class EmpiricalInterpreter(Interpreter[arb]):
    """Evaluates a formula at a point with every expectation estimated and every derivative differenced.

    Vectors stand in three dimensions, w = |w| e_1 and v = |v| (cos e_1 + sin e_2), so frame coordinates are entries.

    Args:
        point: where.
        method: quadrature (a scheme) or sampling (a bound).
        settings: the budget.
        expectations: how many expectations share alpha.
    """

    def __init__(self, point: Point, method: str, settings: Settings, expectations: int = 1) -> None:
        algebra = point.interpreter().algebra
        assert isinstance(algebra, BallAlgebra)
        super().__init__(algebra)
        self.method, self.settings, self.share = method, settings, max(1, expectations)
        self.ledger = Ledger()
        self.names = tuple(algebra.norms)
        self.norms = {n: float(x) for n, x in algebra.norms.items()}
        self.theta = float(algebra.angle.theta) if algebra.angle is not None else 0.0
        if any(not MAX_NORM**-1 <= x <= MAX_NORM for x in self.norms.values()):
            raise FormulaError(f"norms beyond 2^16 or below 2^-16 leave the range of float64, got {self.norms}")
        self.constants = {n: float(x) for n, x in algebra.parameters.items()} | {
            f"|{n}|": x for n, x in self.norms.items()
        }

    def _expectation(self, expr: Expr) -> Tensor[arb]:
        body = expr.children[0]
        estimate = self.sampled(body) if self.method == SAMPLING else self.integrated(body, self.norms, self.theta)
        return scalar(self.ledger.ball(estimate))

    def _variables(self, body: Expr) -> tuple[str, ...]:
        found = gaussian_names(body, tuple(n for n in self.constants if not n.startswith("|")))
        return tuple(n for n in self.names if n in found)

    def integrated(self, body: Expr, norms: dict[str, float], theta: float) -> Estimate:
        """E of an integrand by deterministic quadrature, kinks on cell boundaries."""
        return quadrature(body, norms, theta, self.constants)

    def sampled(self, body: Expr) -> Estimate:
        """E of an integrand by Monte Carlo on the sphere, the radius exact: a bound at finite n."""
        variables = self._variables(body)
        directions = [np.array([1.0, 0.0]), np.array([np.cos(self.theta), np.sin(self.theta)])]
        dim = max(1, len(variables))
        rows = {n: self.norms[n] * directions[i][:dim] for i, n in enumerate(variables)}
        parts = grade(body, {n: self.norms[n] for n in variables}, self.constants)

        def on_sphere(function: Callable[[dict[str, Array]], Array]) -> Callable[[Array], Array]:
            return lambda x: np.broadcast_to(
                function({n: x @ r for n, r in rows.items()} or {"": x[:, 0]}), x.shape[:1]
            )

        homogeneous = [HomogeneousPart(p, on_sphere(g.function), g.low, g.high) for p, g in parts.items()]
        level = self.settings.alpha / self.share
        return sphere_mean(homogeneous, dim, self.settings.samples, self.settings.seed + self.settings.offset, level)

    # Derivatives: the vectors themselves are moved.

    def _vectors(self) -> Array:
        axes = np.array([[1.0, 0.0, 0.0], [np.cos(self.theta), np.sin(self.theta), 0.0]])
        return np.array([self.norms[n] * axis for n, axis in zip(self.names, axes, strict=False)])

    def _moved(self, inner: Expr) -> Callable[[Array], float]:
        """The scalar formula as a function of the vectors, by quadrature."""

        def value(vectors: Array) -> float:
            norms, theta = _polar(vectors)
            moved = dict(zip(self.names, norms, strict=False))
            return float(_Fixed(self, moved, theta).tensor(inner).scalar)

        return value

    def _gradient(self, arguments: list[Expr]) -> Tensor[arb]:
        which, vectors = self._which(arguments[1]), self._vectors()
        if arguments[0].head == "expect" and not is_homogeneous(arguments[0].children[0], self.names):
            with suppress(FormulaError):  # one rule for the slope; differences of nested rules take many times as long
                return _tensor(self._noted(self._slope(arguments[0], which)(vectors)))
        f = self._moved(arguments[0])

        def along(x: Array) -> float:
            return f(_replaced(vectors, which, x))

        return _tensor(self._noted(gradient(along, vectors[which], step=self._step(which))))

    def _hessian(self, arguments: list[Expr]) -> Tensor[arb]:
        first, second = self._which(arguments[1]), self._which(arguments[2])
        slope, vectors = self._slope(arguments[0], first), self._vectors()

        def along(x: Array) -> Array:
            return np.asarray(slope(_replaced(vectors, second, x)).value)

        here = slope(vectors)  # a value that is 0 by symmetry has the error of its rule
        noise = 2 * float(np.max(here.error)) + 8 * UNIT * float(np.max(np.abs(here.value)))
        return _tensor(self._noted(jacobian(along, vectors[second], step=self._step(second), noise=noise)))

    def _step(self, which: int) -> float | None:
        """A step that does not reach the line of the other vector, where kernels have kinks; None on that line."""
        norm = self.norms[self.names[which]]
        distance = norm * np.sin(self.theta) if len(self.names) > 1 else norm
        return None if distance < 1e-12 else float(min(0.125, distance / 4))

    def _noted(self, estimate: Estimate) -> Estimate:
        self.ledger.estimates.append(estimate)
        return estimate

    def _slope(self, inner: Expr, which: int) -> Callable[[Array], Estimate]:
        """The gradient of E f from the definition E[d_z f x], the derivative taken under the expectation."""
        body = inner.children[0] if inner.head == "expect" else None
        slope = None if body is None else derivative(body, self.names[which])
        if slope is None:
            raise FormulaError(f"no empirical Hessian of {inner}: expected E[f] with a continuous f")
        if len(self.names) == 1:
            form = next((n for n in walk(inner) if n.head == "dot" or n == name(self.names[0])), None)
            if form is None:
                raise FormulaError(f"there is nothing to differentiate in {inner}")
            return self._slope_of_one(mul(slope, form))
        f = compile_integrand(slope, self.constants)
        a, b = self.names[:2]

        def value(vectors: Array) -> Estimate:
            (first, second), theta = _polar(vectors)
            norms = (first, second) if which == 0 else (second, first)
            plane = np.array(_plane(vectors, which))
            # the first axis of the rule is the vector differentiated by, so the roles may have to be exchanged
            names = (a, b) if which == 0 else (b, a)

            def swapped(u: Array, v: Array) -> Array:
                return np.broadcast_to(f(dict(zip(names, (u, v), strict=True))), u.shape)

            moment = polar_direction_quadrature(swapped, norms, theta)
            return replace(moment, value=moment.value @ plane, error=moment.error @ np.abs(plane))

        return value

    def _slope_of_one(self, moment: Expr) -> Callable[[Array], Estimate]:
        """The gradient of E F(w.x), which is E[F'(w.x) w.x] w/|w|^2; the integrand F'(u) u is given."""

        def value(vectors: Array) -> Estimate:
            norm = float(np.linalg.norm(vectors[0]))
            mean = self.integrated(moment, {self.names[0]: norm}, 0.0)
            direction = vectors[0] / norm**2
            return replace(mean, value=mean.value * direction, error=mean.error * np.abs(direction))

        return value

    def _limit(self, arguments: list[Expr]) -> Tensor[arb]:
        raise FormulaError(
            f"got a limit of {arguments[0]} inside a formula; limits are compared at the limit point itself"
        )


class _Fixed(Interpreter[arb]):
    """Quadrature at moved vectors."""

    def __init__(self, owner: EmpiricalInterpreter, norms: dict[str, float], theta: float) -> None:
        angle = Angle(arb(np.cos(theta)), arb(np.sin(theta)), arb(theta), 0)
        super().__init__(BallAlgebra({n: arb(x) for n, x in norms.items()}, angle, {}, owner.algebra.pair))
        self.owner, self.moved, self.moved_theta = owner, norms, theta

    def _expectation(self, expr: Expr) -> Tensor[arb]:
        return scalar(arb(float(self.owner.integrated(expr.children[0], self.moved, self.moved_theta).value)))


def _replaced(vectors: Array, which: int, x: Array) -> Array:
    """The vectors with one of them moved to x."""
    return np.array([x if i == which else v for i, v in enumerate(vectors)])


def _polar(vectors: Array) -> tuple[tuple[float, ...], float]:
    """The norms and, of two vectors, the angle."""
    theta = angle_between(*vectors).theta if len(vectors) > 1 else 0.0
    return tuple(float(np.linalg.norm(v)) for v in vectors), theta


def _plane(vectors: Array, which: int) -> tuple[Array, Array]:
    """The direction of one vector and the unit vector towards the other; zero where they are parallel."""
    first = vectors[which] / np.linalg.norm(vectors[which])
    rest = vectors[1 - which] - (vectors[1 - which] @ first) * first
    length = np.linalg.norm(rest)
    return first, rest / length if length > 0 else np.zeros(3)


def _tensor(estimate: Estimate) -> Tensor[arb]:
    """Entries in three dimensions as frame coordinates; what must vanish outside the plane is checked by the caller."""
    value, error = np.atleast_1d(estimate.value), np.atleast_1d(estimate.error)
    e = [
        [arb(float(x), float(r)) for x, r in zip(np.atleast_1d(v), np.atleast_1d(s), strict=True)]
        for v, s in zip(value, error, strict=True)
    ]
    if value.ndim == 1:
        return vector(e[0][0], e[1][0])
    tilt = e[2][2]
    return matrix(tilt, e[0][0] - tilt, e[0][1], e[1][0], e[1][1] - tilt)


def expectations_in(expr: Expr) -> int:
    """How many expectations a formula has."""
    return sum(n.head == "expect" for n in walk(expr))


def is_derivative(expr: Expr) -> bool:
    """Whether the formula takes a gradient, a Hessian or a limit."""
    return any(n.is_call(o) for n in walk(expr) for o in OPERATORS)


def estimated_at(expr: Expr, point: Point) -> Point:
    """Where a side is estimated: at the point, or at the limit point if the side is a limit.

    Raises:
        FormulaError: a limit at another angle than 0 or pi.
    """
    if not expr.is_call("limit"):
        return point
    if multiple_of_pi(expr.children[3]) not in (0, 1):
        raise FormulaError(f"got a limit at theta = {expr.children[3]}, expected 0 or pi")
    return Point(point.values, None, expr.children[3], point.constants, point.vectors)


def estimate_side(expr: Expr, point: Point, method: str, settings: Settings) -> tuple[Tensor[arb], Ledger]:
    """One side of an identity at a point, from the definitions.

    Args:
        expr: a formula with expectations, gradients or Hessians.
        point: where; for a limit, the limit point is taken instead.
        method: QUADRATURE or SAMPLING.
        settings: the budget.

    Returns:
        Frame coordinates as balls of the estimates' errors, and the estimates.

    Raises:
        FormulaError: the empirical witness has no estimate for the formula.
    """
    if expr.is_call("limit"):
        return estimate_side(expr.children[1], estimated_at(expr, point), method, settings)
    interpreter = EmpiricalInterpreter(point, method, settings, expectations_in(expr))
    return interpreter.tensor(expr), interpreter.ledger


def confront(
    estimated: Tensor[arb],
    ledger: Ledger,
    claimed: Tensor[arb],
    derived: Tensor[arb] | None,
    where: str,
    settings: Settings,
) -> EmpiricalEvidence:
    """The comparison of an estimate with what is claimed and with what was derived, at the worst coordinate."""
    keys = list(estimated.coordinates)
    if not ledger.estimates:
        raise FormulaError("there is nothing to estimate on either side")
    if not all(finite(t.coordinates[k]) for t in (estimated, claimed) for k in keys):
        raise FormulaError(f"a side has no finite value at {where}")
    worst = max(keys, key=lambda k: _excess(estimated.coordinates[k], claimed.coordinates[k]))
    value, claim = estimated.coordinates[worst], claimed.coordinates[worst]
    error = max(float(x.rad()) for x in estimated.coordinates.values())
    bound = all(e.kind == "bound" for e in ledger.estimates)
    first = ledger.estimates[0]
    return EmpiricalEvidence(
        point=where,
        method=first.method,
        kind="bound" if bound else "scheme",
        estimate=float(value),
        error=float(value.rad()),
        claimed=float(claim),
        agrees=not any(disjoint(estimated.coordinates[k], claimed.coordinates[k]) for k in keys),
        agrees_with_derived=None
        if derived is None
        else not any(disjoint(estimated.coordinates[k], derived.coordinates[k]) for k in keys),
        alpha=settings.alpha if bound else None,
        delta=2 * error,
        beta=settings.alpha if bound else None,
        work=ledger.work,
        seed=first.seed,
    )


def _excess(x: arb, y: arb) -> float:
    radius = float(x.rad()) + float(y.rad())
    return abs(float(x) - float(y)) / radius if radius > 0 else (0.0 if x.overlaps(y) else float("inf"))
