"""The table of pairs: every cell against quadrature from the definitions, and the claims of the group."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray

import numeric
from analytic.expectation import expect
from analytic.formula import Expr
from analytic.grammar import parse
from checks.catalogue import all_claims, find_claims
from checks.catalogue.pairs import FUNCTIONS, Function, claims, closed_forms, integrand, pairs, parameters
from checks.integrands import compile_integrand, rough_forms
from checks.judge import verify

Array = NDArray[np.float64]
Values = dict[str, Fraction]

#: The engine's cells agree with quadrature to this, in multiples of the root of E f^2 E g^2.
AGREEMENT = 1e-10
#: The default run judges this many claims; all of them take minutes.
SAMPLE = tuple(sorted(Random(0).sample(list(closed_forms()), 10), key=list(closed_forms()).index))


def points(pair: str, count: int) -> list[Values]:
    """Seeded rational points: deviations in [1/4, 3/2], a correlation in [-9/10, 9/10], parameters in [-2, 2]."""
    rng = Random(f"point {pair}")
    found = []
    for _ in range(count):
        values = {n: Fraction(rng.randint(4, 24), 16) for n in ("u", "v")}
        values["rho"] = Fraction(rng.choice([n for n in range(-9, 10) if n]), 10)
        found.append(values | {p: Fraction(rng.randint(-16, 16), 8) for p in parameters(pair)})
    return found


def quadrature(expr: Expr, names: tuple[str, ...], point: Values) -> numeric.Estimate:
    """The expectation at a point from the definitions."""
    constants = {n: float(x) for n, x in point.items() if n not in ("u", "v", "rho")}
    f = compile_integrand(expr, constants)
    kinks, logarithms = rough_forms(expr, names, constants)
    deviations = np.array([float(point[n]) for n in names])
    correlation = np.where(np.eye(len(names)), 1.0, float(point["rho"]))

    def function(x: Array) -> Array:
        return np.broadcast_to(f({n: x[:, i] for i, n in enumerate(names)}), x.shape[:1])

    matrix = np.outer(deviations, deviations) * correlation
    return numeric.gaussian_mean(function, np.zeros(len(names)), matrix, kinks, logarithms)


def size(f: Function, variable: str, point: Values) -> float:
    """The root of the mean square of a function."""
    return float(np.sqrt(quadrature(parse(f"({f.of(variable)})^2"), (variable,), point).value))


def distance(pair: str, point: Values, digits: int = 20) -> float:
    """How far the engine is from quadrature, in multiples of the root of E f^2 E g^2."""
    first, second = (FUNCTIONS[n] for n in pair.split("-"))
    exact = expect(integrand(pair), parameters(pair)).at(point, digits=digits)
    estimate = quadrature(parse(integrand(pair)), ("u", "v"), point)
    return abs(float(exact.midpoint) - float(estimate.value)) / (size(first, "u", point) * size(second, "v", point))


CELLS = Random(1).sample(pairs(), 40)


@pytest.mark.parametrize("pair", [*CELLS[:16], *(pytest.param(p, marks=pytest.mark.slow) for p in CELLS[16:])])
def test_a_sample_of_the_cells_is_what_quadrature_says(pair: str) -> None:
    (point,) = points(pair, 1)
    assert distance(pair, point, 20 if pair in closed_forms() else 12) < AGREEMENT


@pytest.mark.slow
@pytest.mark.parametrize("first", FUNCTIONS)
def test_every_cell_is_what_quadrature_says(first: str) -> None:
    """Closed cells at two points, certified values at one."""
    chosen = [p for p in pairs() if p.startswith(f"{first}-")]
    assert len(chosen) == len(FUNCTIONS) - list(FUNCTIONS).index(first)
    worst = {
        (pair, str(point)): distance(pair, point, 20 if pair in closed_forms() else 12)
        for pair in chosen
        for point in points(pair, 2 if pair in closed_forms() else 1)
    }
    assert {k: d for k, d in worst.items() if not d < AGREEMENT} == {}


def test_quadrature_would_see_a_wrong_cell() -> None:
    """The measure of distance tells the value at one correlation from that at another nearby."""
    point = points("relu-erf", 1)[0]
    moved = point | {"rho": point["rho"] + Fraction(1, 10**8)}
    exact = expect("relu(u)*erf(v)").at(moved, digits=20)
    estimate = quadrature(parse("relu(u)*erf(v)"), ("u", "v"), point)
    assert abs(float(exact.midpoint) - float(estimate.value)) > AGREEMENT


@pytest.mark.slow
def test_there_is_a_claim_for_each_closed_cell_and_no_other() -> None:
    closed = [p for p in pairs() if expect(integrand(p), parameters(p)).closed]
    assert [c.name for c in claims()] == [f"pairs/{p}" for p in closed]
    assert len(closed) == 296


def test_the_entries_are_complete() -> None:
    assert all(re.fullmatch(r"[a-z0-9-]+/[a-z0-9-]+", c.name) for c in claims())
    assert all(c.source and c.limits and c.expect == ("PROVED",) for c in claims())
    assert max(Counter(c.title for c in claims()).values()) == 1


def test_the_group_is_judged_only_on_request() -> None:
    assert not any(n.startswith("pairs/") for n in all_claims())
    assert [c.name for c in find_claims(())] == list(all_claims())
    assert [c.name for c in find_claims(("pairs",))] == [c.name for c in claims()]
    assert [c.name for c in find_claims(("pairs/relu-erf", "kernels/relu"))] == ["pairs/relu-erf", "kernels/relu"]


def judged(pair: str) -> None:
    """The claim is proved and both witnesses agree."""
    verdict = verify(next(c for c in claims() if c.name == f"pairs/{pair}"), power=False)
    assert verdict.kind.value == "PROVED", str(verdict)
    assert verdict.empirical
    assert all(e.agrees and e.agrees_with_derived for e in verdict.empirical), str(verdict)


@pytest.mark.parametrize("pair", SAMPLE)
def test_a_sample_of_the_claims_is_proved(pair: str) -> None:
    judged(pair)


@pytest.mark.slow
@pytest.mark.parametrize("pair", list(closed_forms()))
def test_every_claim_is_proved(pair: str) -> None:
    judged(pair)
