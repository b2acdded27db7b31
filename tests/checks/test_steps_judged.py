"""Every step of a derivation is judged from its two sides alone, and a wrong step in any place is caught."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pytest

from analytic.derivation import Derivation
from analytic.errors import AnalyticError, DomainError, FormulaError
from analytic.expectation import Expectation, expect
from analytic.field import Element
from analytic.gaussian_law import GaussianLaw
from analytic.rules import RULES
from analytic.rules.moment import Equation, Moment
from checks.cli.main import run
from checks.steps import StepJudge, judge_steps

INDEPENDENT = GaussianLaw.matrix("u v w", [[1, 0, 0], [0, 1, "1/3"], [0, "1/3", 1]])
CONSTANT = GaussianLaw.matrix("u v", [[1, 0], [0, 0]], {"v": 2})
HALF = GaussianLaw.matrix("u v w z", [[1 if i == j else "1/2" for j in range(4)] for i in range(4)])
REFLECTIONS = GaussianLaw.matrix("u v w", [[1, "-1/2", 0], ["-1/2", 1, "-1/2"], [0, "-1/2", 1]])
DEPENDENT = GaussianLaw.vectors({"u": (1, 0), "v": (0, 1), "w": (1, -1)})
ONE_MEAN = {"mean": {"u": "m", "v": 1}, "parameters": ("m",)}
WITH_A = {"parameters": ("a",)}

#: Integrands over all rules, with their laws.
DERIVED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("relu(u)*relu(v)", {}),
    ("step(u)*step(v)", {}),
    ("relu(u)*step(v)", {}),
    ("relu(u)^2*relu(v)^2", {}),
    ("step(u)", {}),
    ("abs(u)^3", {}),
    ("u^3*relu(v)", {}),
    ("He(3, u)*H(2, u)*He(1, v)", {}),
    ("relu(w.x)*sign(v.x)", {}),
    ("relu(u)*relu(v)", ONE_MEAN),
    ("relu(u)*relu(u + 1)", {}),
    ("relu(u)*relu(1 - u)*v", {}),
    ("relu(u - v)*relu(u + v)", {}),
    ("sign(u)*abs(v)", {"in_terms_of": "rho"}),
    ("leaky_relu(u, a)*leaky_relu(v, a)", WITH_A),
    ("elu(u, a)*relu(v)", WITH_A),
    ("exp(a*u^2)*relu(v)", WITH_A),
    ("bump(u)*relu(v)", {}),
    ("sin(u)*relu(v)", {}),
    ("cos(u)*step(u)", {}),
    ("sin(u)*cos(v)", {"mean": {"u": 1}}),
    ("Phi(u)^2", {}),
    ("gelu(u)*u", {}),
    ("erf(u)*erf(v)", {}),
    ("log(abs(u))*log(abs(v))", {}),
    ("log(abs(u))*relu(v)^2", {}),
    ("u*relu(u)*log(abs(u))", {}),
    ("u*relu(v)*log(abs(u))*v", {}),
    ("step(u)*step(v)*step(w)", {}),
    ("step(u)*step(v)*step(w)", {"law": INDEPENDENT}),
    ("relu(u)*v*step(v)", {"law": CONSTANT}),
    ("step(u)*step(v)*step(w)*step(z)", {"law": HALF}),
    ("relu(u)*step(v)*w", {}),
    ("log(abs(u))*relu(v)", {"law": GaussianLaw.matrix("u v", [[1, -2], [-2, 4]])}),
    ("tanh(u)*abs(v)*log(abs(u + v))", {}),
    ("step(u)*step(v)*step(w)", {"law": REFLECTIONS}),
    ("step(u)*step(v)*step(w)", {"law": DEPENDENT}),
)
#: Half a second to two seconds each, and others use their rules; judged in the slow tier.
LONG = {
    "relu(u)^2*relu(v)^2",
    "u^3*relu(v)",
    "relu(u)*relu(1 - u)*v",
    "leaky_relu(u, a)*leaky_relu(v, a)",
    "elu(u, a)*relu(v)",
    "exp(a*u^2)*relu(v)",
    "sin(u)*relu(v)",
    "sin(u)*cos(v)",
    "Phi(u)^2",
    "erf(u)*erf(v)",
    "u*relu(v)*log(abs(u))*v",
    "relu(u)*step(v)*w",
}
#: Of these every step is corrupted.
CORRUPTED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("relu(u)*relu(v)", {}),
    ("relu(u)^2*step(v)", {}),
    ("relu(u)*relu(v)", ONE_MEAN),
    ("relu(u)*relu(1 - u)", {}),
    ("sin(u)*relu(v)", {}),
    ("elu(u, a)*v", WITH_A),
    ("gelu(u)*u", {}),
    ("log(abs(u))*relu(v)^2", {}),
    ("log(abs(u))*log(abs(v))", {}),
    ("step(u)*step(v)*step(w)", {}),
    ("relu(u)*v*step(v)", {"law": CONSTANT}),
)


def _id(case: tuple[str, dict[str, Any]]) -> str:
    return f"{case[0]} {'/'.join(case[1])}".strip()


@lru_cache(maxsize=64)
def _judge(index: int) -> StepJudge:
    integrand, options = CORRUPTED[index]
    return StepJudge(expect(integrand, **options), seed=index)


@pytest.mark.parametrize(
    "case", [pytest.param(c, marks=[pytest.mark.slow] if c[0] in LONG else []) for c in DERIVED], ids=_id
)
def test_every_step_agrees(case: tuple[str, dict[str, Any]]) -> None:
    result = expect(case[0], **case[1])
    verdicts = judge_steps(result, seed=3)
    assert [v.number for v in verdicts if v.number] == list(range(1, len(result.steps) + 1))
    assert [v.rule for v in verdicts if v.number] == [s.rule for s in result.steps]
    assert len(verdicts) == len(result.derivation.equations) + 2
    assert [str(v) for v in verdicts if v.agrees is not True] == []


def test_the_integrands_use_every_rule() -> None:
    by_default = [case for case in DERIVED if case[0] not in LONG]
    used = {rule for integrand, options in by_default for rule in expect(integrand, **options).rules}
    assert {r.name for r in RULES} <= used


# ---- planted errors ------------------------------------------------------------------------------------------------


def _corruptions(equation: Equation) -> Iterator[tuple[str, Equation]]:
    """Slips of the kinds that are made by hand, all of them that the equation has room for."""
    constant, terms = equation.constant, equation.terms
    yield "sign", replace(equation, constant=-constant, terms=tuple((-c, m) for c, m in terms))
    yield "factor", replace(equation, constant=constant * 2, terms=tuple((c * 2, m) for c, m in terms))
    yield "one more", replace(equation, constant=constant + 1)
    yield "constant dropped", replace(equation, constant=constant * 0)
    for n, (c, m) in enumerate(terms):
        others = (*terms[:n], *terms[n + 1 :])
        yield f"term {n} dropped", replace(equation, terms=others)
        yield f"sign of term {n}", replace(equation, terms=(*others, (-c, m)))
        for what, changed in _moments(m):
            yield f"{what} of term {n}", replace(equation, terms=(*others, (c, changed)))
    for what, changed in _moments(equation.moment):
        yield f"{what} of the left side", replace(equation, moment=changed)


def _moments(moment: Moment) -> Iterator[tuple[str, Moment]]:
    if not moment.monomial:
        return
    law, factor = moment.law, moment.monomial[0]
    if factor.power:
        yield "lower power", moment.replaced(0, replace(factor, power=factor.power - 1))
    yield "power", moment.replaced(0, replace(factor, power=factor.power + 1))
    yield "mean", replace(moment, law=replace(law, means=(law.means[0] + 1, *law.means[1:])))
    first = (law.covariance[0][0] * 2, *law.covariance[0][1:])
    yield "variance", replace(moment, law=replace(law, covariance=(first, *law.covariance[1:])))


def _gap(judge: StepJudge, equation: Equation) -> Element | None:
    """What the exact witness says of the difference of both sides; None if it cannot derive them."""
    fresh = Derivation(judge.result.field)
    try:
        right = equation.constant + sum((c * fresh.solve(m) for c, m in equation.terms), judge.result.field.zero)
        return fresh.solve(equation.moment) - right
    except (AnalyticError, AssertionError):
        return None


def _really_wrong(judge: StepJudge, equation: Equation) -> bool:
    gap = _gap(judge, equation)
    if gap is None or not gap:
        return False
    try:
        number = judge.point.number(gap)
    except DomainError:
        return False
    return abs(number.value) > 1e3 * number.error


POSITIONS = {
    (index, position): equation.rule
    for index, (integrand, options) in enumerate(CORRUPTED)
    for position, equation in enumerate(expect(integrand, **options).derivation.equations.values())
}
#: The first and the last step of every rule; the others are in the slow tier.
FIRST = {rule: at for at, rule in reversed(POSITIONS.items())}
LAST = {rule: at for at, rule in POSITIONS.items()}
QUICK = {*FIRST.values(), *LAST.values()}


@pytest.mark.parametrize(
    ("index", "position"),
    [pytest.param(*at, marks=[] if at in QUICK else [pytest.mark.slow]) for at in POSITIONS],
)
def test_a_slip_in_any_step_is_caught(index: int, position: int) -> None:
    judge = _judge(index)
    equation = list(judge.result.derivation.equations.values())[position]
    wrong = [(what, e) for what, e in _corruptions(equation) if _really_wrong(judge, e)]
    assert wrong, "nothing was planted"
    missed = [f"{what}: {v}" for what, e in wrong if (v := judge.equation(position + 1, e)).agrees is not False]
    assert missed == []


@pytest.mark.parametrize("index", range(len(CORRUPTED)))
def test_a_slip_in_the_expansion_or_the_closed_form_is_caught(index: int) -> None:
    judge = _judge(index)
    result = judge.result
    for n in range(len(result.expansion)):
        c, m = result.expansion[n]
        others = (*result.expansion[:n], *result.expansion[n + 1 :])
        if judge.moment(m).value and abs(judge.moment(m).value) > judge.moment(m).error:
            assert judge.opening(1, "expansion", others).agrees is False
            assert judge.opening(1, "expansion", (*others, (-c, m))).agrees is False
    for wrong in (-result.element, result.element * 2, result.element + 1):
        assert judge.closing(1, "value", wrong).agrees is False


def _with(result: Expectation, position: int, equation: Equation) -> Expectation:
    """The result with one equation replaced."""
    derivation = copy.copy(result.derivation)
    derivation.equations = dict(result.derivation.equations)
    derivation.equations[list(derivation.equations)[position]] = equation
    return replace(result, derivation=derivation)


@pytest.mark.parametrize("position", range(len(expect("relu(u)*relu(1 - u)").derivation.equations)))
def test_the_wrong_step_is_the_one_that_is_named(position: int) -> None:
    """All others are judged by themselves, and still agree."""
    result = expect("relu(u)*relu(1 - u)")
    equation = list(result.derivation.equations.values())[position]
    verdicts = judge_steps(_with(result, position, replace(equation, constant=equation.constant + 1)))
    assert [n for n, v in enumerate(verdicts) if v.agrees is False] == [position]
    assert "DISAGREES" in str(verdicts[position])


def test_a_wrong_value_leaves_the_steps_as_they_are() -> None:
    result = expect("relu(u)")
    verdicts = judge_steps(replace(result, element=result.element * 2))
    assert [v.agrees for v in verdicts] == [True] * (len(verdicts) - 1) + [False]


# ---- points and what cannot be judged ------------------------------------------------------------------------------


def test_the_point_may_be_given() -> None:
    result = expect("relu(u)*relu(v)")
    judge = StepJudge(result, {"u": 2, "rho": "1/2"}, seed=1)
    assert str(judge.point).startswith("|u| = 2, |v| = ")
    assert str(judge.point).endswith("theta = acos(1/2)")
    assert all(v.agrees for v in judge_steps(result, judge.point))


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(FormulaError, match="got a value for w, expected values for u, v, theta"):
        judge_steps(expect("relu(u)*relu(v)"), {"w": 1})


def test_a_point_outside_the_domain_is_refused() -> None:
    with pytest.raises(DomainError, match="no point"):
        judge_steps(expect("exp(u^2)*step(u)"), {"u": 3})


def test_seeds_reproduce_points_and_verdicts() -> None:
    result = expect("relu(u)*step(v)")
    assert judge_steps(result, seed=5) == judge_steps(result, seed=5) != judge_steps(result, seed=6)


def test_what_has_no_number_is_not_passed() -> None:
    """The Dirac mass of a constant: neither side has a value, and the verdict says so."""
    judge = StepJudge(expect("relu(u)*v*step(v)", law=CONSTANT))
    equation = next(e for e in judge.result.derivation.equations.values() if e.rule == "constant variable")
    moment = equation.moment
    i = next(n for n in range(len(moment.monomial)) if not moment.law.variance(n))
    bad = moment.replaced(i, replace(moment.monomial[i], power=0, step=False, dirac=True))
    verdict = judge.equation(1, replace(equation, moment=bad))
    assert verdict.agrees is None
    assert "Dirac mass" in verdict.reason
    assert "not judged" in str(verdict)


# ---- rare events ---------------------------------------------------------------------------------------------------


def _chamber(edges: tuple[tuple[int, int], ...]) -> GaussianLaw:
    """Unit normals of the walls of a chamber: correlation -1/2 on the edges of a diagram."""
    n = 1 + max(max(e) for e in edges)
    rows = [["1" if i == j else "-1/2" if (min(i, j), max(i, j)) in edges else "0" for j in range(n)] for i in range(n)]
    return GaussianLaw.matrix([f"u{i}" for i in range(n)], rows)


def _path(n: int) -> tuple[tuple[int, int], ...]:
    return tuple((i, i + 1) for i in range(n - 1))


@pytest.mark.parametrize(
    ("edges", "value"),
    [
        pytest.param((*_path(7), (2, 7)), "1/696729600", id="E_8"),
        pytest.param(_path(6), "1/5040", id="A_6", marks=pytest.mark.slow),
    ],
)
def test_an_event_that_no_sample_meets_is_not_judged(edges: tuple[tuple[int, int], ...], value: str) -> None:
    """Zero hits are no estimate of 0 +/- 0: the right closed form was called wrong."""
    law = _chamber(edges)
    result = expect("*".join(f"step({n})" for n in law.names), law=law)
    assert str(result.value) == value
    verdicts = judge_steps(result, seed=0)
    assert [v.agrees for v in verdicts if v.agrees is False] == []
    assert all(v.agrees is None for v in verdicts if v.rule == "reflection group")


def test_the_command_line_does_not_fail_a_right_rare_event(capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"u{i}" for i in range(8)]
    edges = (*_path(7), (2, 7))
    entries = {(i, i): "1" for i in range(8)} | {(i, j): "0" for j in range(8) for i in range(j)}
    entries |= dict.fromkeys(edges, "-1/2")
    covariances = [x for (i, j), c in entries.items() for x in ("--cov", f"{names[i]},{names[j]}={c}")]
    assert run(["expect", "*".join(f"step({n})" for n in names), *covariances, "--judge"]) == 0
    shown = capsys.readouterr().out
    assert "1/696729600" in shown
    assert "DISAGREE" not in shown


def test_many_steps_are_judged_where_samples_meet_them() -> None:
    result = expect("step(u0)*step(u1)*step(u2)*step(u3)", law=_chamber(_path(4)))
    assert str(result.value) == "1/120"
    judge = StepJudge(result)
    (equation,) = [e for e in result.derivation.equations.values() if len(e.moment.monomial) == 4]
    assert judge.equation(1, equation).agrees is True
    assert judge.equation(1, replace(equation, constant=equation.constant * 2)).agrees is False
    assert judge.closing(1, "value", result.element * 2).agrees is False
