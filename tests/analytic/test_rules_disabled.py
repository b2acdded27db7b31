"""Every derivation rule is needed: with any rule that was used switched off, the derivation fails."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest

import analytic.rules
from analytic.errors import DerivationError, FormulaError
from analytic.expectation import Expectation, expect
from analytic.gaussian_law import GaussianLaw
from analytic.integrand import DEFINITION, EULER_RULE, IDEMPOTENCE
from analytic.rules import RULES
from analytic.rules.orthant import Orthant

FOUR = ("relu(u)*relu(v)", "step(u)*step(v)", "relu(u)*step(v)", "relu(u)^2*relu(v)^2")
OTHERS = (
    "relu(u)^2",
    "step(u)",
    "relu(u)*relu(u + 1)",
    "sin(u)*relu(v)",
    "gelu(u)*relu(v)",
    "log(abs(u))*relu(v)^2",
    "step(u)*step(v)*step(w)",
    "step(u)*step(v)*step(w)*step(z)",
)
INDEPENDENT = GaussianLaw.matrix("u v w", [[1, 0, 0], [0, 1, "1/3"], [0, "1/3", 1]])
REFLECTIONS = GaussianLaw.matrix("u v w", [[1, "-1/2", 0], ["-1/2", 1, "-1/2"], [0, "-1/2", 1]])
DEPENDENT = GaussianLaw.vectors({"u": (1, 0), "v": (0, 1), "w": (1, -1)})
CONSTANT = GaussianLaw.matrix("u v", [[1, 0], [0, 0]])
NAMES = (*(r.name for r in RULES), DEFINITION, IDEMPOTENCE, EULER_RULE)
USES = [(f, rule) for f in FOUR for rule in expect(f).rules]
POWERS = list(product(range(4), repeat=2))


@pytest.mark.parametrize(("integrand", "rule"), USES)
def test_each_rule_that_was_used_is_needed(integrand: str, rule: str) -> None:
    with pytest.raises(DerivationError):
        expect(integrand, disabled=(rule,))


@pytest.mark.parametrize(("integrand", "rule"), [(f, rule) for f in OTHERS for rule in expect(f).rules])
def test_without_a_rule_the_derivation_fails_or_finds_the_same_value(integrand: str, rule: str) -> None:
    """Some rules have substitutes: a probability of three steps is also a named function."""
    full = expect(integrand)
    point = {name: Fraction(n + 5, 5) for n, (name, _) in enumerate(full.law.angle_names)}
    try:
        other = expect(integrand, disabled=(rule,))
    except DerivationError:
        return
    assert other.at(point).arb.overlaps(full.at(point).arb)


@pytest.mark.parametrize("integrand", FOUR)
def test_rules_that_were_not_used_do_not_matter(integrand: str) -> None:
    full = expect(integrand)
    unused = set(NAMES) - set(full.rules)
    assert expect(integrand, disabled=unused).value == full.value


def test_every_rule_is_used_by_some_expectation() -> None:
    found = [expect(f) for f in (*FOUR, *OTHERS)]
    found += [expect("step(u)*step(v)*step(w)", law=INDEPENDENT), expect("relu(u)*v", law=CONSTANT)]
    found.append(expect("tanh(u)*abs(v)"))
    found.append(expect("log(abs(u))*relu(v)", law=GaussianLaw.matrix("u v", [[1, -2], [-2, 4]])))
    found += [expect("step(u)*step(v)*step(w)", law=law) for law in (REFLECTIONS, DEPENDENT)]
    assert {rule for e in found for rule in e.rules} == set(NAMES)


def test_the_four_need_the_rules_one_expects() -> None:
    orthant = Orthant.name
    assert set(expect("step(u)*step(v)").rules) == {DEFINITION, orthant}
    assert [orthant in expect(f).rules for f in FOUR] == [True, True, False, True]


def test_an_unknown_rule_cannot_be_disabled() -> None:
    with pytest.raises(FormulaError, match="orthant probability"):
        expect("relu(u)", disabled=("orthant",))


def _both_steps(m: int, n: int) -> str:
    return f"u^{m}*step(u)*v^{n}*step(v)"


def _angular_rules(e: Expectation) -> set[str]:
    """The rules whose equations, in this derivation, contain the angle itself."""
    angle = e.field.slot("theta") if len(e.variables) > 1 else -1
    found = set()
    for equation in e.derivation.equations.values():
        for x in (equation.constant, *(c for c, _ in equation.terms)):
            if angle in e.field.used(x):
                found.add(equation.rule)
    return found


@pytest.mark.parametrize(("m", "n"), POWERS)
def test_only_the_orthant_rule_yields_the_angle(m: int, n: int) -> None:
    assert _angular_rules(expect(_both_steps(m, n))) == ({Orthant.name} if (m + n) % 2 == 0 else set())


@pytest.mark.parametrize(("m", "n"), POWERS)
def test_without_the_orthant_rule_no_even_moment_of_the_quadrant_derives(m: int, n: int) -> None:
    """Odd ones end in boundary terms on u = 0 and v = 0, which are one-dimensional, and never contain the angle."""
    if (m + n) % 2 == 0:
        with pytest.raises(DerivationError, match=r"1\{u > 0\}"):
            expect(_both_steps(m, n), disabled=(Orthant.name,))
    else:
        assert "theta" not in str(expect(_both_steps(m, n), disabled=(Orthant.name,))).replace("cos(theta)", "")


def test_no_other_rule_file_asks_the_ring_for_the_angle() -> None:
    """The angle is the value of an arcsine, and only probabilities (and logarithms) take arcsines."""
    folder = Path(analytic.rules.__file__).parent
    asking = [p.name for p in sorted(folder.glob("*.py")) if re.search("asin|angle\\(|bivariate", p.read_text("utf-8"))]
    assert asking == ["logarithm.py", "orthant.py"]


def test_two_variable_constants_come_from_the_orthant_rule_only() -> None:
    """Any other equation with a constant that is not 0 speaks of at most one variable."""
    for m, n in POWERS:
        for equation in expect(_both_steps(m, n)).derivation.equations.values():
            if equation.constant != 0 and len(equation.moment.monomial) == 2:
                assert equation.rule == Orthant.name
