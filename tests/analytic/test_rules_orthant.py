"""Rules for products of many steps: independent blocks, reflection groups, linear dependence."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import pytest
from flint import arb

from analytic.errors import DerivationError
from analytic.expectation import Expectation, expect
from analytic.gaussian_law import GaussianLaw
from analytic.rules.linear_dependence import LinearDependence
from analytic.rules.reflection_group import ReflectionGroup, coxeter_order
from checks.steps import judge_steps

NAMES = tuple("abcdfghk")
THIRD, FOURTH, FIFTH = "-1/2", "-sqrt(2)/2", "-(1 + sqrt(5))/4"
#: rank, edges, order
Diagram = tuple[int, dict[tuple[int, int], str], int]
DIAGRAMS: dict[str, Diagram] = {
    "A3": (3, {(0, 1): THIRD, (1, 2): THIRD}, 24),
    "A7": (7, {(i, i + 1): THIRD for i in range(6)}, 40_320),
    "B3": (3, {(0, 1): THIRD, (1, 2): FOURTH}, 48),
    "B5": (5, {(0, 1): FOURTH, (1, 2): THIRD, (2, 3): THIRD, (3, 4): THIRD}, 3840),
    "D4": (4, {(0, 1): THIRD, (0, 2): THIRD, (0, 3): THIRD}, 192),
    "D5": (5, {(0, 1): THIRD, (0, 2): THIRD, (0, 3): THIRD, (3, 4): THIRD}, 1920),
    "E6": (6, {(0, 1): THIRD, (1, 2): THIRD, (2, 3): THIRD, (3, 4): THIRD, (2, 5): THIRD}, 51_840),
    "E8": (8, {**{(i, i + 1): THIRD for i in range(6)}, (2, 7): THIRD}, 696_729_600),
    "F4": (4, {(0, 1): THIRD, (1, 2): FOURTH, (2, 3): THIRD}, 1152),
    "H3": (3, {(0, 1): FIFTH, (1, 2): THIRD}, 120),
    "H4": (4, {(0, 1): FIFTH, (1, 2): THIRD, (2, 3): THIRD}, 14_400),
    "A3 x B3": (6, {(0, 2): THIRD, (2, 4): THIRD, (1, 3): THIRD, (3, 5): FOURTH}, 24 * 48),
}


def steps(n: int, edges: dict[tuple[int, int], str], disabled: tuple[str, ...] = ()) -> Expectation:
    rows: list[list[str | int]] = [[int(i == j) for j in range(n)] for i in range(n)]
    for (i, j), r in edges.items():
        rows[i][j] = rows[j][i] = r
    product = "*".join(f"step({x})" for x in NAMES[:n])
    return expect(product, law=GaussianLaw.matrix(NAMES[:n], rows), disabled=disabled)


def equal(sizes: tuple[int, ...], factor: str = "step") -> Expectation:
    """Blocks with correlations 1/3, their members dealt out in turn."""
    own = sorted((k, b) for b, size in enumerate(sizes) for k in range(size))
    rows = [[1 if x == y else "1/3" if x[1] == y[1] else 0 for y in own] for x in own]
    product = "*".join(f"{factor}({x})" for x in NAMES[: len(own)])
    return expect(product, law=GaussianLaw.matrix(NAMES[: len(own)], rows))


@pytest.mark.parametrize("name", DIAGRAMS)
def test_reflection_groups(name: str) -> None:
    n, edges, order = DIAGRAMS[name]
    assert str(steps(n, edges)) == f"1/{order}"


#: One of each kind: a fork, a mark in the middle and at the end, a product of lines.
JUDGED = ("D4", "F4", "H3", "A3 x B3")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in JUDGED else pytest.mark.slow)
        for name, (_, _, order) in DIAGRAMS.items()
        if order < 100_000  # a sample has no hit of rarer events
    ],
)
def test_steps_of_reflection_groups_are_judged(name: str) -> None:
    n, edges, _ = DIAGRAMS[name]
    assert all(v.agrees is not False for v in judge_steps(steps(n, edges)))


@pytest.mark.parametrize("name", ["A3", "B3", "D4", "F4", "H3", "H4", "B5", "E6"])
def test_without_the_group_the_probability_is_the_same(name: str) -> None:
    n, edges, order = DIAGRAMS[name]
    other = steps(n, edges, (ReflectionGroup.name,))
    assert ReflectionGroup.name not in other.rules
    assert other.at(digits=10).arb.overlaps(arb(1) / order)


def test_diagrams_of_infinite_groups() -> None:
    assert coxeter_order(3, {(0, 1): 3, (1, 2): 3, (0, 2): 3}) is None  # a cycle
    assert coxeter_order(3, {(0, 1): 4, (1, 2): 4}) is None
    assert coxeter_order(4, {(0, 1): 3, (1, 2): 5, (2, 3): 3}) is None
    assert coxeter_order(5, {(0, 1): 5, (1, 2): 3, (2, 3): 3, (3, 4): 3}) is None
    assert coxeter_order(5, {(0, 1): 3, (1, 2): 4, (2, 3): 3, (3, 4): 3}) is None
    assert coxeter_order(5, {(0, j): 3 for j in range(1, 5)}) is None
    assert coxeter_order(4, {(0, 1): 3, (0, 2): 3, (0, 3): 4}) is None
    assert coxeter_order(6, {(0, 1): 3, (0, 2): 3, (0, 3): 3, (3, 4): 3, (3, 5): 3}) is None
    assert coxeter_order(7, {(0, 1): 3, (1, 2): 3, (0, 3): 3, (3, 4): 3, (0, 5): 3, (5, 6): 3}) is None
    assert coxeter_order(4, {(0, 1): 3, (2, 3): 3}) is None  # not connected


def test_the_order_does_not_depend_on_the_numbering() -> None:
    edges = {(0, 1): 5, (1, 2): 3, (2, 3): 3}
    for p in permutations(range(4)):
        moved = {(min(p[i], p[j]), max(p[i], p[j])): m for (i, j), m in edges.items()}
        assert coxeter_order(4, moved) == 14_400


@pytest.mark.parametrize("sizes", [(3, 3), (2, 4), (3, 4), (1, 3, 3), (4, 4), (3, 5)])
def test_independent_blocks_factor(sizes: tuple[int, ...]) -> None:
    found = equal(sizes)
    if all(n <= 3 for n in sizes):
        assert "orthant" not in str(found)
    value = found.at(digits=12).arb
    product = arb(1)
    for n in sizes:
        product *= equal((n,)).at(digits=14).arb
    assert value.overlaps(product)


def test_independent_blocks_of_activations() -> None:
    found, part = equal((3, 3), "relu"), equal((3,), "relu")
    assert "orthant" not in str(found)
    assert found.at(digits=12).arb.overlaps(part.at(digits=14).arb ** 2)
    assert all(v.agrees is not False for v in judge_steps(equal((3, 3))))


DEPENDENT: dict[str, list[tuple[int, ...]]] = {
    "step(a)*step(b)*step(c)*step(d)": [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, -1)],
    "step(a)*step(b)*step(c)*step(d)*step(f)": [
        (1, 0, 0, 0),
        (0, 1, 0, 1),
        (0, 0, 1, 2),
        (1, 1, -1, 1),
        (1, 1, 1, -1),
    ],
    # g stands beside a relation of the others
    "step(a)*step(b)*step(c)*step(d)*step(f)*step(g)": [
        (1, 0, 0, 0, 0),
        (0, 1, 0, 0, 0),
        (0, 0, 1, 0, 0),
        (0, 0, 0, 1, 0),
        (1, 1, -1, 1, 0),
        (1, 0, 1, -1, 1),
    ],
}


def directions(integrand: str) -> GaussianLaw:
    return GaussianLaw.vectors(dict(zip(NAMES, DEPENDENT[integrand], strict=False)))


@pytest.mark.parametrize("integrand", DEPENDENT)
def test_linearly_dependent_variables(integrand: str) -> None:
    law = directions(integrand)
    found = expect(integrand, law=law)
    assert LinearDependence.name in found.rules
    if len(found.variables) == 4:  # the quadrature of more takes long
        assert all(v.agrees is not False for v in judge_steps(found))
    other = expect(integrand, law=law, disabled=(LinearDependence.name,))
    assert other.value != found.value
    assert found.at(digits=12).arb.overlaps(other.at(digits=10).arb)


def test_four_directions_in_space_have_a_closed_form() -> None:
    integrand = "step(a)*step(b)*step(c)*step(d)"
    assert str(expect(integrand, law=directions(integrand))) == "asin(sqrt(3)/3)/(2*pi)"


@pytest.mark.parametrize("bias", [{"a": 1, "b": "1/2", "c": "-1/3"}, {"a": -1, "b": "-1/2", "c": 2}, {"c": 0, "a": 1}])
def test_three_dependent_steps_with_means(bias: dict[str, Fraction | str | int]) -> None:
    law = GaussianLaw.vectors({"a": (1, 0), "b": (0, 1), "c": (1, -1)}, bias=bias)
    found = expect("step(a)*step(b)*step(c)", law=law)
    assert LinearDependence.name in found.rules
    verdicts = judge_steps(found)
    assert [v.agrees for v in verdicts if v.rule == LinearDependence.name] == [True]
    assert all(v.agrees is not False for v in verdicts)


def test_a_sum_that_vanishes_is_never_positive_in_all_terms() -> None:
    law = GaussianLaw.vectors({"a": (1, 0, 0), "b": (0, 1, 0), "c": (0, 0, 1), "d": (-1, -1, -1)})
    assert str(expect("step(a)*step(b)*step(c)*step(d)", law=law)) == "0"
    with pytest.raises(DerivationError):
        expect(
            "step(a)*step(b)*step(c)*step(d)", law=law, disabled=(LinearDependence.name, "orthant probability of many")
        )
