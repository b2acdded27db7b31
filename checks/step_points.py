"""Generic points at which the steps of a derivation are judged, and the numbers that field elements are there."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from analytic.algebra import evaluate
from analytic.angle import Angle
from analytic.balls import BallAlgebra, finite, precision
from analytic.closed_forms import IMAGINARY
from analytic.errors import DomainError, FormulaError
from analytic.expectation import Expectation
from analytic.field import Element
from analytic.formula import Expr, call, num
from analytic.point import angle_at, exact_number
from analytic.rules.moment import Law
from analytic.writing import written
from checks.step_moments import Measured
from numeric.arguments import EPS

BITS = 160
#: Candidates looked at, and how many admissible ones are compared; the law that is best conditioned is taken.
CANDIDATES, COMPARED = 400, 4
SMALLER_AFTER = 40


class StepPoint:
    """A point: numbers for all norms, angles, correlations and parameters of an expectation.

    Args:
        result: the expectation.
        values: the numbers by name, as formulas of constants.

    Example:
        >>> from analytic.expectation import expect
        >>> result = expect("relu(u)")
        >>> StepPoint(result, {"u": num(2)}).number(result.element ** 2 * result.field.pi())
        Measured(value=(2+0j), error=4.440892098500626e-16, scale=0.0, sampled=False)
    """

    def __init__(self, result: Expectation, values: Mapping[str, Expr]) -> None:
        self.field, self.values, self.bits = result.field, dict(values), BITS
        self._known: dict[Element, Measured] = {}
        self.pair = dict(result.law.angle_names).get("theta")
        self.norms = result.law.norms

    def __str__(self) -> str:
        shown = {f"|{n}|" if n in self.norms else n: v for n, v in self.values.items()}
        return ", ".join(f"{n} = {v}" for n, v in shown.items()) or "no variables"

    def algebra(self) -> BallAlgebra:
        """Evaluates formulas at the point, at the current precision."""
        constant = BallAlgebra({}, None, {})
        balls = {n: evaluate(v, constant) for n, v in self.values.items()}
        norms = {n: x for n, x in balls.items() if n in self.norms}
        angle = self._angle() if self.pair else None
        return BallAlgebra(norms, angle, {n: x for n, x in balls.items() if n not in norms}, self.pair)

    def _angle(self) -> Angle:
        return angle_at(self.values["theta"])

    def ball(self, shown: Expr) -> arb:
        """The ball of a formula."""
        return evaluate(shown, self.algebra())

    def formula(self, shown: Expr) -> Measured:
        """The number that a real formula is.

        Raises:
            DomainError: the point lies on a pole of it.
        """
        with precision(self.bits):
            value = self.ball(shown)
            if not finite(value):
                raise DomainError(f"got the ball {value} of {shown} at {self}, expected a finite one")
            middle = float(value.mid())
            return Measured(complex(middle), float(value.rad()) * (1.0 + EPS) + EPS * abs(middle))

    def number(self, element: Element) -> Measured:
        """The number that an element of the field is, complex or not.

        Raises:
            DomainError: the point lies on a pole of it.
        """
        if element not in self._known:
            parts = [self.formula(written(x)) for x in self.field.split(element, IMAGINARY)]
            value = complex(parts[0].value.real, parts[1].value.real)
            self._known[element] = Measured(value, parts[0].error + parts[1].error)
        return self._known[element]

    def means(self, law: Law) -> np.ndarray[Any, np.dtype[np.complex128]]:
        """The means of a law."""
        return np.array([self.number(m).value for m in law.means], dtype=np.complex128)

    def covariance(self, law: Law) -> np.ndarray[Any, np.dtype[np.float64]]:
        """The covariance matrix of a law, which is real."""
        return np.array([[self.number(c).value.real for c in row] for row in law.covariance], dtype=np.float64)


def step_point(result: Expectation, given: Mapping[str, Any] | None = None, seed: int = 0) -> StepPoint:
    """A generic rational point of the domain of an expectation: covariances definite, conditions positive.

    Args:
        result: the expectation.
        given: numbers or formulas by name, ``u`` for the norm of u, ``rho`` for the cosine of theta.
        seed: of the choice of all others.

    Returns:
        The point.

    Raises:
        FormulaError: a name is unknown.
        DomainError: no point of the domain was found.

    Example:
        >>> from analytic.expectation import expect
        >>> print(step_point(expect("relu(u)*relu(v)"), {"u": 2, "theta": "pi/3"}, seed=1))
        |u| = 2, |v| = 49/37, theta = pi/3
    """
    exact = _read(result, given or {})
    found = []
    for point in _candidates(result, exact, random.Random(seed)):
        least = _least_eigenvalue(point, result)
        if least is not None:
            found.append((least, point))
        if len(found) == COMPARED:
            break
    if not found:
        raise DomainError(
            f"got no point at which {result.domain} holds out of {CANDIDATES}; expected one; give the point"
        )
    return max(found, key=lambda pair: pair[0])[1]


def _read(result: Expectation, given: Mapping[str, Any]) -> dict[str, Expr]:
    exact = {n: exact_number(v, n) for n, v in given.items()}
    for angle, _ in result.law.angle_names:
        cosine = angle.replace("theta", "rho")
        if cosine in exact:
            exact[angle] = call("acos", exact.pop(cosine))
    unknown = sorted(set(exact) - set(_names(result)))
    if unknown:
        raise FormulaError(
            f"got a value for {', '.join(unknown)}, expected values for {', '.join(_names(result)) or 'nothing'}"
        )
    return exact


def _names(result: Expectation) -> tuple[str, ...]:
    angles = [n for n, _ in result.law.angle_names]
    return tuple(dict.fromkeys((*result.law.norms, *angles, *result.law.correlation_names, *result.parameters)))


def _candidates(result: Expectation, exact: Mapping[str, Expr], draw: random.Random) -> Iterator[StepPoint]:
    """Random rational points; smaller and smaller ones, because conditions bound variances and parameters."""
    for attempt in range(CANDIDATES):
        scale = Fraction(1, 2 ** (attempt // SMALLER_AFTER))
        values = {n: exact.get(n, num(_drawn(n, result, draw, scale))) for n in _names(result)}
        yield StepPoint(result, values)


def _drawn(name: str, result: Expectation, draw: random.Random, scale: Fraction) -> Fraction:
    size = Fraction(draw.randint(13, 60), 37)
    if name in result.law.norms or name in result.law.positive:
        return size * scale
    if name in dict(result.law.angle_names):
        return Fraction(draw.randint(15, 105), 41)
    if name in result.law.correlation_names:
        return Fraction(draw.choice((-1, 1)) * draw.randint(9, 30), 41)
    return draw.choice((-1, 1)) * size * scale


def _least_eigenvalue(point: StepPoint, result: Expectation) -> float | None:
    """The least non-zero eigenvalue of the correlations, or None where the point is not admissible."""
    with precision(BITS):
        conditions = [written(c) for c in result.field.conditions]
        if not all(point.ball(c) > 0 for c in conditions):
            return None
    C = np.array([[point.formula(c).value.real for c in row] for row in result.law.covariance]).reshape(
        len(result.law.names), -1
    )
    deviations = np.sqrt(np.maximum(np.diag(C), 0.0))
    scale = np.where(deviations > 0.0, deviations, 1.0)
    values = np.linalg.eigvalsh(C / scale / scale[:, None]) if len(C) else np.ones(1)
    size = EPS * 32.0 * len(values)
    return None if values.min() < -size else float(values[values > size].min(initial=1.0))
