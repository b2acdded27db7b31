"""What the checker of certificates for every k is made of: equations, blocks of the Hessian, functions on intervals."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import arb, arb_poly, ctx

import checks.recheck_uniform
from analytic.balls import precision
from analytic.landscape.certificate import certify, dyadic
from analytic.landscape.families import critical_point
from analytic.landscape.named import find_point
from checks.recheck_components import block_of, components_of, inner_of
from checks.recheck_reading import Block, Problem, UndecidedError
from checks.recheck_uniform_blocks import Hessian, components
from checks.recheck_uniform_models import Dual, Interval, Number
from checks.recheck_uniform_rows import Family, Orbit, Rows, family
from checks.recheck_zero import reduced_system


@pytest.fixture(autouse=True)
def _series_as_long_as_the_checker_has_them() -> Iterator[None]:
    before = ctx.cap
    ctx.cap = 12
    yield
    ctx.cap = before


def arb_of(fraction: str) -> arb:
    x = Fraction(fraction)
    return arb(x.numerator) / x.denominator


def numbers(about: Family, on: Interval, weights: Sequence[arb], s: arb) -> dict[Orbit, Number]:
    pairs = zip(about.orbits, weights, strict=True)
    return {o: Number(on, about.power(o), arb_poly([(w - about.limit(o)) / s ** about.power(o)])) for o, w in pairs}


def students(about: Family, k: int) -> Problem:
    """The same neurons for the checker of points, with one column more than k."""
    sizes = [k - g.others if g.size is None else g.size for g in about.groups]
    blocks = tuple(Block(str(r + 1), n) for r, n in enumerate(sizes))
    return Problem(Fraction(1), Fraction(0), blocks, blocks, k + 1)


#: Sums of orbits of the gradient, each with its signs, in the order of the equations.
COMBINATIONS = {
    "A": [{1: 1}, {0: 1, 1: -1}],
    "I": [{4: 1}, {3: 1, 4: -1}, {1: 1, 4: 1}, {2: 1}, {0: 1, 3: -1, 4: 1}],
    "II": [{1: 1}, {0: 1, 1: -1}, {2: 1}, {3: -1, 1: -1}, {4: 1, 2: 1}, {5: 1, 2: 1}],
}
CASES = [("A", 9), ("I", 9), ("II", 9), ("II:2", 9), ("II:3", 16), ("II:4", 16), ("II:6", 25)]


@pytest.mark.parametrize(("name", "k"), CASES)
def test_equations_and_blocks_agree_with_the_checker_of_points(name: str, k: int) -> None:
    """At random weights, which are no critical points: gradient on the orbits, and eigenvalues of all blocks."""
    about, root, draw = family(name), round(k**0.5), random.Random(k)
    assert about is not None
    problem = students(about, k)
    with precision(160):
        s = arb(1) / root
        weights = [about.limit(o) + arb(draw.uniform(-2, 2)) * s ** about.power(o) for o in about.orbits]
        on = Interval(Fraction(1, root), Fraction(1, root), 2)
        rows = Rows(about, on, numbers(about, on, weights, s))
        g = [
            x * about.groups[o[0]].sign
            for x, o in zip(reduced_system(problem, weights, False)[0], about.orbits, strict=True)
        ]
        for (v, equation), parts in zip(rows.equations(), COMBINATIONS[about.kind], strict=False):
            expected = 2 * arb.pi() * sum((g[i] * sign for i, sign in parts.items()), arb(0))
            assert abs(equation.scaled(v)(arb(0)) * s**v - expected) < 1e-40
        hessian = Hessian(rows)
        found = [spectrum(*hessian.block(c)) for c in components(about)]
        blocks = [(block_of(problem, weights, c), gram(problem, c)) for c in components_of(problem).values()]
        others = [spectrum(polynomials(Q), polynomials(G), 2 * np.pi) for Q, G in blocks]
    np.testing.assert_allclose(sorted(np.concatenate(found)), sorted(np.concatenate(others)), rtol=1e-8, atol=1e-8)


def gram(problem: Problem, component: Any) -> list[list[arb]]:
    return [[arb(inner_of(problem, x, y)) for y in component.copies] for x in component.copies]


def polynomials(matrix: list[list[arb]]) -> list[list[arb_poly]]:
    return [[arb_poly([x]) for x in row] for row in matrix]


def spectrum(form: list[list[arb_poly]], norms: list[list[arb_poly]], factor: float = 1.0) -> Any:
    Q, G = (np.array([[float(p[0].mid()) for p in row] for row in m]) for m in (form, norms))
    np.testing.assert_allclose(Q, Q.T, atol=1e-12 * np.max(np.abs(Q)))  # float64 of numbers of that size
    return factor * np.linalg.eigvals(np.linalg.solve(G, Q)).real


@pytest.mark.parametrize(("name", "k"), CASES)
def test_equations_and_blocks_agree_with_the_maker_at_critical_points(name: str, k: int) -> None:
    """The equations vanish at the point, and the blocks have the Hessian's eigenvalues, one for each multiplet."""
    about, root = family(name), round(k**0.5)
    assert about is not None
    with precision(160):
        on = Interval(Fraction(1, root), Fraction(1, root), 2)
        weights = list(critical_point(name, k).weights(150).values())
        rows = Rows(about, on, numbers(about, on, weights, arb(1) / root))
        assert all(abs(e.scaled(v)(arb(0))) < 1e-35 for v, e in rows.equations())  # weights to 150 bits
        hessian = Hessian(rows)
        found = np.concatenate([spectrum(*hessian.block(c)) for c in components(about)]) / (2 * np.pi)
    facts = certify(find_point(name, k, k + 1), 12).facts.eigenvalues
    expected = sorted(float(dyadic(e.low).mid()) for e in facts)
    assert len(found) == len(expected)
    assert sum(e.multiplicity for e in facts) == k * (k + 1)
    np.testing.assert_allclose(sorted(found), expected, rtol=1e-9)


@pytest.mark.parametrize("ends", [(0, 0.03125), (0, 0.5), (0.25, 0.5), (0.625, 0.6875)])
def test_numbers_enclose_functions_on_an_interval(ends: tuple[float, float]) -> None:
    draw = random.Random(3)
    with precision(128):
        on = Interval(Fraction(ends[0]), Fraction(ends[1]), 6)
        s = Number(on, 1, arb_poly([1]))
        made = [s.arcsine(), s.arcsine_rest(), (1 + s).inverse(), (1 + s * s).sqrt(), (1 - s).sqrt() * s - s * s]
        direct: list[Callable[[Any], Any]] = [
            lambda x: x.asin(),
            lambda x: x.asin() - x,
            lambda x: 1 / (1 + x),
            lambda x: (1 + x * x).sqrt(),
            lambda x: (1 - x).sqrt() * x - x * x,
        ]
        for _ in range(20):
            x = arb(draw.uniform(*ends))
            offset = x - arb_of(str(on.middle))
            for number, function in zip(made, direct, strict=True):
                assert (number.p(offset) * x**number.valuation).overlaps(function(x))
                assert number.p(offset).rad() < 1


def test_derivatives_are_those_of_the_numbers() -> None:
    with precision(128):
        on = Interval(Fraction(1, 8), Fraction(1, 8), 2)
        functions: list[Callable[[Any], Any]] = [
            lambda x: x.arcsine(),
            lambda x: x.arcsine_rest(),
            lambda x: (1 + x).inverse(),
            lambda x: (1 - x * x).sqrt() * 3,
            lambda x: 2 * x / (1 + x) - x,
        ]
        for function in functions:
            slope = function(Dual(on.number(Fraction(1, 4)), [on.one])).slopes[0].plain()[0]
            step = Fraction(1, 10**8)
            up, down = (function(on.number(Fraction(1, 4) + sign * step)).plain()[0] for sign in (1, -1))
            quotient = (up - down) / (2 * arb_of(str(step)))
            assert abs(slope - quotient) < 1e-14  # a third derivative of at most 10^2, times step^2


def test_what_is_not_bounded_away_from_a_pole_is_undecided() -> None:
    on = Interval(Fraction(0), Fraction(1, 4), 4)
    x = Number(on, 0, on.s)
    pole = Number(on, -1, on.power(0))
    for function in (x.inverse, x.sqrt, (x * 5).arcsine, pole.plain):
        with pytest.raises(UndecidedError):
            function()


def test_the_checker_imports_nothing_of_the_maker() -> None:
    files = sorted(Path(checks.recheck_uniform.__file__).parent.glob("recheck_uniform*.py"))
    assert len(files) == 6
    for found in files:
        for node in ast.walk(ast.parse(found.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                top = str(node.module)
                assert not top.startswith(("analytic", "numeric")), found
                assert not top.startswith("checks") or top.startswith("checks.recheck"), found
