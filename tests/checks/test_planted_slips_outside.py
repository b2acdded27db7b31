"""Statements outside the catalogue: true ones are never refuted, planted slips are, and the repair is the nearest."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from analytic.errors import AnalyticError
from analytic.expectation import expect
from checks.claim import Claim, Identity
from checks.errors import ClaimError
from checks.exact import judge_sides
from checks.power import equality
from checks.repairs import repair_of
from checks.sides import sides_of
from checks.statement_tree import Neighbour, Statement, neighbours
from checks.verdict import Outcome

FACTORS = (
    *("relu({})", "step({})", "abs({})", "sign({})", "leaky_relu({}, 1/3)", "{}", "relu({})^2", "relu(-{})"),
    *("erf({})", "Phi({})", "sin({})", "exp({}/2)", "{}^2", "He(2, {})"),
)
#: Equivalent forms of a right side.
REWRITTEN = ("{}", "({0} + {0})/2", "({})*(sin(theta)^2 + rho^2)", "({})*|u|/|u|", "({}) + theta - acos(rho)")


@dataclass
class Study:
    """What became of the planted slips."""

    refuted: int = 0
    equal: int = 0
    missed: list[str] = field(default_factory=list)
    repairs: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """Refuted slips among those that change the meaning."""
        return self.refuted / (self.refuted + len(self.missed))

    def __str__(self) -> str:
        total = self.refuted + len(self.missed)
        return f"{self.refuted} of {total} refuted, {self.equal} equivalent, repairs {dict(self.repairs)}"


def true_statements(seed: int, count: int) -> list[Identity]:
    """Random products of two activations, or differences of two such products, with what was derived for them."""
    generator = random.Random(seed)
    found: list[Identity] = []
    while len(found) < count:
        terms = []
        for _ in range(generator.choice((1, 1, 2))):
            first, second = generator.choice(FACTORS), generator.choice(FACTORS)
            terms.append(f"{generator.randint(1, 3)}*{first.format('u')}*{second.format('v')}")
        integrand = " - ".join(terms)
        try:
            right = expect(integrand).value
        except AnalyticError:
            continue
        if str(right) != "0":
            found.append(Identity(f"E[{integrand}]", generator.choice(REWRITTEN).format(right)))
    return found


def planted(identity: Identity, generator: random.Random, changes: int) -> Neighbour:
    """The statement with so many random slips."""
    here: Statement | Neighbour = Statement.of(identity)
    for _ in range(changes):
        here = generator.choice(list(neighbours(here)))
    assert isinstance(here, Neighbour)
    return here


def study(seed: int, count: int, changes: int, repair: bool = True) -> Study:
    """Plants slips in random true statements and looks for repairs of those that are refuted."""
    generator, result = random.Random(seed), Study()
    for identity in true_statements(seed, count):
        claim = Claim("outside/true", identity)
        slip = planted(identity, generator, changes)
        outcome = equality(claim, slip.statement, seed)
        if outcome is Outcome.EQUAL:
            result.equal += 1
        elif outcome is Outcome.DIFFERENT:
            result.refuted += 1
            if repair:
                result.repairs[kind_of(repair_of(claimed(slip.statement), seed))] += 1
        elif outcome is not None:
            result.missed.append(str(slip.statement))
    return result


def claimed(statement: Statement) -> Claim:
    """The statement as a claim of its own."""
    return Claim("outside/slip", Identity(str(statement.left), str(statement.right)))


def kind_of(repair: str | None) -> str:
    """none, derived, one change or two."""
    if repair is None:
        return "none"
    return "derived" if "the derived right side" in repair else "two changes" if ", and " in repair else "one change"


def test_true_statements_outside_the_catalogue_are_not_refuted() -> None:
    for identity in true_statements(11, 8):
        assert judged(identity) is Outcome.EQUAL, str(identity)


def judged(identity: Identity) -> Outcome:
    """What the exact witness says."""
    claim = Claim("outside/true", identity)
    return judge_sides(claim, sides_of(claim, *claim.sides()), 0).outcome


@pytest.mark.parametrize(
    ("changes", "count"), [(1, 4), *(pytest.param(*x, marks=pytest.mark.slow) for x in ((1, 8), (2, 4)))]
)
def test_planted_slips_are_refuted_and_repaired(changes: int, count: int) -> None:
    found = study(21, count, changes)
    assert found.missed == []
    assert found.repairs["none"] == 0
    assert found.repairs["derived"] <= count // 2


@pytest.mark.slow
@pytest.mark.parametrize("changes", [1, 2])
def test_at_least_99_percent_of_many_planted_slips_are_refuted(changes: int) -> None:
    found = study(31, 150, changes)
    print(found)
    assert found.share >= 0.99, found.missed
    assert found.repairs["none"] <= found.refuted / 100


@pytest.mark.slow
def test_many_true_statements_are_never_refuted() -> None:
    assert [str(i) for i in true_statements(41, 200) if judged(i) is Outcome.DIFFERENT] == []


def test_a_slip_without_meaning_is_refused() -> None:
    with pytest.raises(ClaimError):
        Claim("outside/slip", Identity("E[relu(u)]", "u +"))
