r"""Each equation of a derivation holds by itself: both sides against rigorous integrals from the definition.

A moment is an integral over the angle $\phi$ of $(u, v) = r(\sigma_u\cos\phi, \sigma_v\cos(\phi - \theta))$, the radius
being integrated exactly. Derivatives and Dirac masses are read as distributions: moved to the density, whose
logarithmic derivative is linear. No rule of the engine is used.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flint import acb, arb, fmpq

from analytic.algebra import evaluate
from analytic.angle import Angle
from analytic.balls import BallAlgebra, precision
from analytic.expectation import expect
from analytic.field import Element
from analytic.rules.moment import Factor, Moment
from analytic.writing import written

ANGLE_TANGENTS = (fmpq(3, 7), fmpq(9, 5))  # an acute and an obtuse angle
NORMS = {"u": fmpq(4, 3), "v": fmpq(5, 7)}
BITS = 128
INTEGRANDS = ("relu(u)*relu(v)", "step(u)*step(v)", "relu(u)*step(v)", "relu(u)^2*relu(v)^2", "u^3*relu(v)", "abs(u)^3")

#: powers of the variables -> coefficient
Polynomial = dict[tuple[int, ...], arb]


class Integrals:
    """Moments at one point, each an integral over arcs of the circle."""

    def __init__(self, tangent: fmpq) -> None:
        self.angle = Angle.from_tangent(tangent)
        self.point = BallAlgebra({n: arb(x) for n, x in NORMS.items()}, self.angle, {}, ("u", "v"))

    def value(self, element: Element) -> arb:
        return evaluate(written(element), self.point)

    def moment(self, moment: Moment) -> arb:
        deviations = [self.value(moment.law.deviation(i)) for i in range(len(moment.monomial))]
        polynomial, steps = self._as_function(moment.monomial, deviations)
        return sum((c * self._arc(powers, steps, deviations) for powers, c in polynomial.items()), arb(0))

    def _score(self, i: int, deviations: list[arb]) -> Polynomial:
        """Minus the derivative of the log-density by variable i: the row i of the inverse covariance."""
        n = len(deviations)
        if n == 1:
            return {(1,): 1 / deviations[0] ** 2}
        s2, j = self.angle.sin**2, 1 - i
        own = {_unit(i, n): 1 / (deviations[i] ** 2 * s2)}
        return own | {_unit(j, n): -self.angle.cos / (deviations[i] * deviations[j] * s2)}

    def _as_function(self, monomial: tuple[Factor, ...], deviations: list[arb]) -> tuple[Polynomial, list[bool]]:
        powers = tuple(f.power for f in monomial)
        steps = [f.step or f.dirac for f in monomial]
        polynomial: Polynomial = {powers: arb(1)}
        for i, factor in enumerate(monomial):
            if factor.derivative or factor.dirac:  # E[dF/du] = E[F score]; delta = d/du 1{u > 0}
                moved = _times(polynomial, self._score(i, deviations))
                polynomial = _plus(moved, _lowered(polynomial, i), -1) if factor.dirac else moved
        return polynomial, steps

    def _arc(self, powers: tuple[int, ...], steps: list[bool], deviations: list[arb]) -> arb:
        n, theta, quarter = sum(powers), self.angle.theta, arb.pi() / 2
        shifts = [arb(0), theta][: len(powers)]
        starts = [s - quarter for s, step in zip(shifts, steps, strict=True) if step]
        ends = [s + quarter for s, step in zip(shifts, steps, strict=True) if step]
        low, high = (starts[-1], ends[0]) if starts else (-arb.pi(), arb.pi())

        def integrand(phi: acb, _: bool) -> acb:
            total = acb(1)
            for m, shift in zip(powers, shifts, strict=True):
                total *= (phi - shift).cos() ** m
            return total

        radial = arb(2) ** (arb(n) / 2) * (arb(n) / 2 + 1).gamma()
        scale = radial / (2 * arb.pi())
        for m, deviation in zip(powers, deviations, strict=True):
            scale *= deviation**m
        return scale * acb.integral(integrand, low, high).real


def _unit(i: int, n: int) -> tuple[int, ...]:
    return tuple(int(j == i) for j in range(n))


def _plus(x: Polynomial, y: Polynomial, sign: int) -> Polynomial:
    return {k: x.get(k, arb(0)) + sign * y.get(k, arb(0)) for k in {**x, **y}}


def _times(x: Polynomial, y: Polynomial) -> Polynomial:
    total: Polynomial = {}
    for m, a in x.items():
        for n, b in y.items():
            key = tuple(p + q for p, q in zip(m, n, strict=True))
            total[key] = total.get(key, arb(0)) + a * b
    return total


def _lowered(x: Polynomial, i: int) -> Polynomial:
    """The derivative of the polynomial by variable i."""
    return {(*m[:i], m[i] - 1, *m[i + 1 :]): c * m[i] for m, c in x.items() if m[i]}


def _equations(integrand: str, tangent: fmpq) -> Iterator[tuple[str, arb, arb]]:
    e = expect(integrand)
    at = Integrals(tangent)
    for equation in e.derivation.equations.values():
        right = at.value(equation.constant)
        for coefficient, other in equation.terms:
            right += at.value(coefficient) * at.moment(other)
        yield equation.rule, at.moment(equation.moment), right


@pytest.mark.parametrize("tangent", ANGLE_TANGENTS)
@pytest.mark.parametrize("integrand", INTEGRANDS)
def test_both_sides_of_every_step_agree(integrand: str, tangent: fmpq) -> None:
    with precision(BITS):
        for rule, left, right in _equations(integrand, tangent):
            assert left.overlaps(right), rule
            assert (left - right).rad() < arb(2) ** (-BITS // 2), f"{rule}: the balls are too wide to say anything"


@pytest.mark.parametrize("integrand", INTEGRANDS)
def test_solved_moments_satisfy_every_equation_exactly(integrand: str) -> None:
    e = expect(integrand)
    for moment, equation in e.derivation.equations.items():
        right = equation.constant + sum(c * e.derivation.solve(m) for c, m in equation.terms)
        assert e.derivation.solve(moment) == right


@pytest.mark.parametrize("integrand", INTEGRANDS)
def test_steps_come_after_what_they_need(integrand: str) -> None:
    e = expect(integrand)
    seen: set[Moment] = set()
    for moment, equation in e.derivation.equations.items():
        needed = {m for c, m in equation.terms if c}
        assert needed <= seen
        seen.add(moment)
    shown = e.derivation.steps()
    assert all(step.left != step.right for step in shown)
    trivial = {m.text() for m, q in e.derivation.equations.items() if q.rule == "marginal law"}
    lefts = [m.text() for m in e.derivation.equations]
    assert [s.left for s in shown if s.left not in trivial] == [t for t in lefts if t not in trivial]
    assert {step.rule for step in shown} <= set(e.rules)
