"""What any kernel E[f(u) g(v)] satisfies: homogeneity, symmetry, reflection, linearity, limits, positivity."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.activations import gaussians, leaky_relu, relu, step
from analytic.algebra import evaluate
from analytic.angle import angle_between
from analytic.balls import precision
from analytic.dense import pair_interpreter
from analytic.differentiate import limit_at_parallel
from analytic.expectation import Expectation, expect
from analytic.formula import Expr, num, substitute
from analytic.frame import scalar
from analytic.grammar import parse
from analytic.ring import Element, Ring, canonical_ring

PAIR = canonical_ring(("u", "v"))
U, V = gaussians("u v")
modest = settings(max_examples=25, deadline=None)

sides = st.tuples(st.integers(0, 3), st.booleans())
rationals = st.fractions(-3, 3, max_denominator=5)
positive = st.fractions(Fraction(1, 5), 4, max_denominator=5)

Side = tuple[int, bool]


def part(z: Expr, side: Side) -> Expr:
    """z^m or z^m 1{z > 0}."""
    power, kinked = side
    return z**power * step(z) if kinked else z**power


def value(e: Expr) -> Element:
    """The expectation in the ring of u, v."""
    return evaluate(expect(e).value, PAIR)


def same(x: Element, y: Element) -> bool:
    return PAIR.is_zero(x - y)


@modest
@given(f=sides, g=sides, a=positive, b=positive)
def test_positive_homogeneity(f: Side, g: Side, a: Fraction, b: Fraction) -> None:
    scaled = value(relu(num(a) * U) ** f[0] * step(a * U) * relu(b * V) ** g[0] * step(b * V))
    plain = value(part(U, (f[0], True)) * part(V, (g[0], True)))
    assert same(scaled, plain * PAIR.number(a ** f[0] * b ** g[0]))


@modest
@given(f=sides, g=sides)
def test_exponents_of_the_norms_are_the_degrees(f: Side, g: Side) -> None:
    e = value(part(U, f) * part(V, g))
    for name, (degree, _) in (("|u|", f), ("|v|", g)):
        assert same(PAIR.derivative(e, name) * PAIR.generator[name], e * degree)


@modest
@given(f=sides, g=sides)
def test_the_order_of_the_variables_does_not_matter(f: Side, g: Side) -> None:
    assert same(value(part(U, f) * part(V, g)), value(part(V, g) * part(U, f)))


@modest
@given(f=sides, g=sides)
def test_exchanging_the_roles_exchanges_the_norms(f: Side, g: Side) -> None:
    swapped = substitute(expect(part(U, g) * part(V, f)).value, {"u": V, "v": U})
    norms = {"u": Expr("name", ("v",)), "v": Expr("name", ("u",))}
    assert norms["u"] == V
    assert same(value(part(U, f) * part(V, g)), evaluate(swapped, PAIR))


@modest
@given(f=sides, g=sides)
def test_reflecting_one_variable_turns_theta_into_its_supplement(f: Side, g: Side) -> None:
    reflected = value(part(-1 * U, f) * part(V, g)) if not f[1] else value(relu(-U) ** f[0] * step(-U) * part(V, g))
    supplement = substitute(expect(part(U, f) * part(V, g)).value, {"theta": parse("pi - theta")})
    assert same(reflected, evaluate(supplement, PAIR))


@modest
@given(f=sides, g=sides, h=sides, a=rationals, b=rationals)
def test_linearity(f: Side, g: Side, h: Side, a: Fraction, b: Fraction) -> None:
    first, second = part(U, f) * part(V, h), part(U, g) * part(V, h)
    assert same(value(a * first + b * second), PAIR.number(a) * value(first) + PAIR.number(b) * value(second))


@modest
@given(f=sides)
def test_a_relu_minus_its_reflection_is_the_identity(f: Side) -> None:
    assert same(value((relu(U) - relu(-U)) * part(V, f)), value(U * part(V, f)))


@modest
@given(slope=rationals)
def test_leaky_relu_mixes_relu_and_identity(slope: Fraction) -> None:
    mixed = value((slope * U + (1 - slope) * relu(U)) * relu(V))
    assert same(value(leaky_relu(U, slope) * relu(V)), mixed)


@modest
@given(m=st.integers(0, 3), n=st.integers(0, 3))
def test_limits_at_parallel_and_antiparallel_are_one_variable_expectations(m: int, n: int) -> None:
    e = expect(part(U, (m, True)) * part(V, (n, True)))
    one = Ring(("u", "v"), values={"|u|": Fraction(1), "|v|": Fraction(1)})
    parallel = evaluate(expect(part(U, (m, True)) * part(U, (n, True))).value, one)
    for antiparallel, expected in ((False, parallel), (True, one.field.zero)):  # u > 0 and -u > 0 exclude each other
        fixed = expect(e.integrand, angle=Fraction(int(antiparallel)), values={"|u|": Fraction(1), "|v|": Fraction(1)})
        limit = limit_at_parallel(scalar(e.in_ring), e.ring, antiparallel=antiparallel).scalar
        assert one.is_zero(evaluate(fixed.value, one) - expected)
        assert _at_unit_norms(e, limit, expected, one)


def _at_unit_norms(e: Expectation, limit: Element, expected: Element, one: Ring) -> bool:
    from analytic.readable import readable

    return one.is_zero(evaluate(readable(limit, e.ring), one) - expected)


rows = st.lists(st.tuples(*[st.integers(-3, 3)] * 3), min_size=2, max_size=5)


@pytest.mark.parametrize("integrand", ["relu(u)*relu(v)", "step(u)*step(v)", "relu(u)^2*relu(v)^2"])
@modest
@given(candidates=rows)
def test_gram_matrices_are_positive_definite(integrand: str, candidates: list[tuple[int, int, int]]) -> None:
    """For vectors no two of which lie on one line the kernels are strictly positive definite: every pivot is > 0."""
    vectors: list[tuple[int, int, int]] = []
    for x in candidates:
        if any(x) and all(angle_between(x, y).parallel == 0 for y in vectors):
            vectors.append(x)
    with precision(256):
        for pivot in _pivots(_gram(expect(integrand).value, vectors)):
            assert pivot > 0


@pytest.mark.parametrize("integrand", ["relu(u)*relu(v)", "step(u)*step(v)"])
def test_gram_matrix_of_opposite_pairs_is_singular(integrand: str) -> None:
    """relu(z) - relu(-z) = z and step(z) + step(-z) = 1 are linear relations: the oracle above can tell."""
    vectors = [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (3, 4, 0), (-3, -4, 0)]
    with precision(256):
        assert not all(pivot > 0 for pivot in _pivots(_gram(expect(integrand).value, vectors)))


def _gram(kernel: Expr, vectors: list[tuple[int, int, int]]) -> list[list[arb]]:
    return [[pair_interpreter(("u", "v"), x, y).tensor(kernel).scalar for y in vectors] for x in vectors]


def _pivots(matrix: list[list[arb]]) -> list[arb]:
    """The pivots of elimination; the matrix is positive definite if and only if all are positive."""
    rows, pivots = [list(row) for row in matrix], []
    for i, row in enumerate(rows):
        pivots.append(row[i])
        for below in rows[i + 1 :]:
            factor = below[i] / row[i]
            below[:] = [x - factor * y for x, y in zip(below, row, strict=True)]
    return pivots


def test_pivots_of_an_indefinite_matrix_are_not_all_positive() -> None:
    assert [p > 0 for p in _pivots([[arb(1), arb(2)], [arb(2), arb(1)]])] == [True, False]


def test_cauchy_schwarz_holds_for_the_derived_kernels() -> None:
    vectors = [(1, 2, 2), (2, -1, 0), (0, 3, -1), (-1, 1, 1)]
    with precision(128):
        for x, y in combinations(vectors, 2):
            gram = _gram(expect("relu(u)*relu(v)").value, [x, y])
            assert gram[0][1] ** 2 < gram[0][0] * gram[1][1]
