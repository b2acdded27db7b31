"""The steps of a derivation, each judged from its two sides alone by the empirical witness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analytic.errors import AnalyticError
from analytic.expectation import Expectation
from analytic.field import Element
from analytic.formula import Expr
from analytic.rules.moment import Equation, Moment
from checks.integrands import compile_integrand, grade, rough_forms
from checks.step_moments import (
    ACCURACY,
    LEVEL,
    SAMPLES,
    Measured,
    NumericMoment,
    measure,
    sampled_size,
)
from checks.step_points import StepPoint, step_point
from checks.step_terms import UnjudgedError, rank
from numeric import Estimate, NumericError, gaussian_mean, sampled_mean

Terms = Sequence[tuple[Element, Moment]]


@dataclass(frozen=True)
class StepVerdict:
    """What the empirical witness says of one step.

    Args:
        number: of the step, from 1, as in ``Expectation.steps``; None for an equation that is not listed there because
            its sides read alike.
        rule: the rule's name.
        left: the left side, or None where it has no number.
        right: the right side, or None where it has no number.
        agrees: whether the sides are equal within their errors; None where that says nothing.
        reason: what the verdict rests on, or why there is none.

    Example:
        >>> print(StepVerdict(1, "half line", Measured(0.5, 1e-12), Measured(0.5), True, "quadrature"))
        1. half line: 0.5 +/- 1.0e-12 = 0.5 +/- 0.0e+00, agrees (quadrature)
    """

    number: int | None
    rule: str
    left: Measured | None
    right: Measured | None
    agrees: bool | None
    reason: str

    def __str__(self) -> str:
        word = {True: "agrees", False: "DISAGREES", None: "not judged"}[self.agrees]
        sign = "!=" if self.agrees is False else "="
        sides = f"{self.left} {sign} {self.right}, " if self.left is not None and self.right is not None else ""
        return f"{self.number or '-'}. {self.rule}: {sides}{word} ({self.reason})"


def judge_steps(
    result: Expectation, point: Mapping[str, Any] | StepPoint | None = None, seed: int = 0
) -> tuple[StepVerdict, ...]:
    """Judges every step of a derivation: both sides are found from definitions at a point, and compared.

    The last two steps are judged too: the integrand itself is integrated, and compared with the sum of its moments and
    with the closed form.

    Args:
        result: the expectation.
        point: numbers by name (``u`` for the norm of u, ``rho`` for the cosine of theta); what is missing is drawn.
        seed: of the point and of samples.

    Returns:
        One verdict for each equation of the derivation, and two for the last steps; none if nothing was derived.

    Raises:
        DomainError: no point of the domain was found.
        FormulaError: a name of the point is unknown.

    Example:
        >>> from analytic.expectation import expect
        >>> [v.agrees for v in judge_steps(expect("relu(u)"))]
        [True, True, True, True, True, True]
    """
    steps = result.steps
    if not steps:  # no closed form was derived
        return ()
    judge, shown = StepJudge(result, point, seed), {id(s.equation): n for n, s in enumerate(steps, start=1)}
    verdicts = [judge.equation(shown.get(id(e)), e) for e in result.derivation.equations.values()]
    return (
        *verdicts,
        judge.opening(len(steps) - 1, steps[-2].rule, result.expansion),
        judge.closing(len(steps), steps[-1].rule, result.element),
    )


class StepJudge:
    """Judges steps at one point; a moment that occurs in several of them is integrated once.

    Args:
        result: the expectation.
        point: see ``judge_steps``.
        seed: see ``judge_steps``.

    Example:
        >>> from analytic.expectation import expect
        >>> result = expect("step(u)")
        >>> (equation,) = result.derivation.equations.values()
        >>> StepJudge(result).equation(1, equation).agrees
        True
    """

    def __init__(self, result: Expectation, point: Mapping[str, Any] | StepPoint | None = None, seed: int = 0) -> None:
        self.result, self.seed = result, seed
        self.point = point if isinstance(point, StepPoint) else step_point(result, point, seed)
        self._moments: dict[Moment, Measured] = {}
        self._whole: Measured | None = None

    def equation(self, number: int | None, equation: Equation) -> StepVerdict:
        """The verdict on one equation: its moment against its constant and terms."""
        try:
            left = self.moment(equation.moment)
            parts = [self.point.number(equation.constant), *self._terms(equation.terms)]
        except (UnjudgedError, AnalyticError, NumericError) as error:
            return StepVerdict(number, equation.rule, None, None, None, str(error))
        return _compared(number, equation.rule, left, parts)

    def opening(self, number: int, rule: str, expansion: Terms) -> StepVerdict:
        """The verdict on the expansion: the integrand's mean against the sum of its moments."""
        try:
            return _compared(number, rule, self._integrand(), self._terms(expansion))
        except (UnjudgedError, AnalyticError, NumericError) as error:
            return StepVerdict(number, rule, None, None, None, str(error))

    def closing(self, number: int, rule: str, value: Element) -> StepVerdict:
        """The verdict on the closed form: the integrand's mean against it."""
        try:
            return _compared(number, rule, self._integrand(), [self.point.number(value)])
        except (UnjudgedError, AnalyticError, NumericError) as error:
            return StepVerdict(number, rule, None, None, None, str(error))

    def moment(self, moment: Moment) -> Measured:
        """A moment at the point, from its definition.

        Raises:
            UnjudgedError: it has no value that the empirical witness can find.
            DomainError: the point lies on a pole of its law.
        """
        if moment not in self._moments:
            law = moment.law
            exponent = tuple((indices, self.point.number(c).value) for indices, c in moment.exponent)
            n = len(moment.monomial)
            covariance = self.point.covariance(law).reshape(n, n)
            numeric = NumericMoment(moment.monomial, self.point.means(law), covariance, exponent)
            self._moments[moment] = measure(numeric, self.seed)
        return self._moments[moment]

    def _terms(self, terms: Terms) -> list[Measured]:
        return [self.point.number(c) * self.moment(m) for c, m in terms if c]

    def _integrand(self) -> Measured:
        """The mean of the integrand, from the definitions of the activations in it."""
        if self._whole is None:
            self._whole = self._integrated()
        return self._whole

    def _integrated(self) -> Measured:
        result, at = self.result, self.point
        names = result.law.names
        norms = at.norms
        constants = {(f"|{n}|" if n in norms else n): at.formula(v).value.real for n, v in at.values.items()}
        compiled = compile_integrand(result.integrand, constants)
        if not names:
            return Measured(float(compiled({})))
        mean = np.array([at.formula(m).value.real for m in result.law.mean])
        covariance = np.array([[at.formula(c).value.real for c in row] for row in result.law.covariance])
        kinks, poles = rough_forms(result.integrand, names, constants)

        def function(x: Any) -> Any:
            values = {n: x[:, i] for i, n in enumerate(names)}
            return np.broadcast_to(compiled(values), len(x))

        def integrated(f: Any) -> Estimate:
            if rank(covariance) > 3:
                bounds = _range(
                    result.integrand, dict(zip(names, np.sqrt(np.diag(covariance)), strict=True)), constants
                )
                level = None if bounds is None else LEVEL
                return sampled_mean(f, mean, covariance, SAMPLES, self.seed, bounds, level)
            return gaussian_mean(f, mean, covariance, kinks, poles, ACCURACY)

        def absolute(x: Any) -> Any:
            return np.abs(function(x))

        found = integrated(function)
        size = sampled_size(
            lambda n: sampled_mean(absolute, mean, covariance, n, self.seed), lambda: integrated(absolute)
        )
        return Measured(float(found.value), float(found.half_width(LEVEL)), size.typical, found.kind != "scheme")


def _range(
    integrand: Expr, deviations: Mapping[str, float], constants: Mapping[str, float]
) -> tuple[float, float] | None:
    """The range of a product of steps and signs, which is that on a sphere; None if the integrand is another."""
    try:
        parts = grade(integrand, deviations, constants)
    except AnalyticError:
        return None
    return (parts[0].low, parts[0].high) if set(parts) == {0} else None


def _compared(number: int | None, rule: str, left: Measured, parts: Sequence[Measured]) -> StepVerdict:
    """The sides agree if the errors cover their difference, and refuse to say if they would cover anything."""
    right = sum(parts, Measured(0.0))
    gap, error = abs(left.value - right.value), left.error + right.error
    how = "sampling" if left.sampled or right.sampled else "quadrature"
    if gap > error:
        return StepVerdict(number, rule, left, right, False, f"{how}, off by {gap:.1e}")
    size = max((abs(x.value) for x in (left, *parts)), default=0.0)
    if size <= error:  # both sides are 0: the error must be small against what they are means of
        size = max((x.scale for x in (left, *parts)), default=0.0)
    if 2.0 * error > size:
        return StepVerdict(number, rule, left, right, None, f"{how} is too coarse: a wrong sign would not be seen")
    return StepVerdict(number, rule, left, right, True, how)
