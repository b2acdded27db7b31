"""Symmetries of the population loss: rotations, permutations, scaling, Euler's identities, types of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.balls import precision
from analytic.dense import Enclosure, population_gradient, population_hessian

modest = settings(max_examples=15, deadline=None)
N, K, D = 2, 2, 3
entries = st.fractions(-3, 3, max_denominator=3)
vectors = st.tuples(*[entries] * D).filter(any)
students = st.tuples(*[vectors] * N)
teachers = st.tuples(*[vectors] * K)
triples = st.sampled_from([(3, 4, 5), (5, -12, 13), (-8, 15, 17), (20, 21, 29)])
planes = st.sampled_from([(0, 1), (0, 2), (1, 2)])

Rows = Sequence[Sequence[Fraction]]


@pytest.fixture(autouse=True, scope="module")
def _working_precision() -> Iterator[None]:
    """What a test computes from balls is computed as precisely as they are."""
    with precision(128):
        yield


def rotation(triple: tuple[int, int, int], plane: tuple[int, int]) -> list[list[Fraction]]:
    """An exact rational rotation by the angle of a Pythagorean triple."""
    a, b, c = triple
    matrix = [[Fraction(int(i == j)) for j in range(D)] for i in range(D)]
    i, j = plane
    matrix[i][i] = matrix[j][j] = Fraction(a, c)
    matrix[i][j], matrix[j][i] = Fraction(-b, c), Fraction(b, c)
    return matrix


def rotated(rows: Rows, R: Rows) -> list[list[Fraction]]:
    return [[sum((r * x for r, x in zip(line, row, strict=True)), Fraction(0)) for line in R] for row in rows]


def exact(x: Fraction) -> fmpq:
    return fmpq(x.numerator, x.denominator)


def overlap(x: Sequence[Sequence[arb]], y: Sequence[Sequence[arb]]) -> bool:
    return all(a.overlaps(b) for r, s in zip(x, y, strict=True) for a, b in zip(r, s, strict=True))


def narrow(*found: Enclosure) -> bool:
    """The balls are narrow enough that overlapping says something."""
    return all(x.radius < 2.0**-80 for x in found)


def conjugated(R: Rows, H: Sequence[Sequence[arb]]) -> list[list[arb]]:
    """The Hessian with R applied to the coordinates of each neuron on both sides."""
    n = len(H) // D
    return [
        [
            sum(
                (exact(R[a][s] * R[b][t]) * H[i * D + s][j * D + t] for s in range(D) for t in range(D)),
                arb(0),
            )
            for j in range(n)
            for b in range(D)
        ]
        for i in range(n)
        for a in range(D)
    ]


@modest
@given(W=students, V=teachers, triple=triples, plane=planes)
def test_rotating_all_neurons_rotates_gradient_and_hessian(
    W: Rows, V: Rows, triple: tuple[int, int, int], plane: tuple[int, int]
) -> None:
    R = rotation(triple, plane)
    plain, turned = population_gradient(W, V), population_gradient(rotated(W, R), rotated(V, R))
    expected = [
        [sum((exact(r) * x for r, x in zip(line, row, strict=True)), arb(0)) for line in R] for row in plain.entries
    ]
    assert overlap(turned.entries, expected)
    assert narrow(plain, turned)
    H, T = population_hessian(W, V), population_hessian(rotated(W, R), rotated(V, R))
    assert overlap(T.entries, conjugated(R, H.entries))
    assert narrow(H, T)


@modest
@given(W=students, V=teachers)
def test_permuting_students_and_teachers(W: Rows, V: Rows) -> None:
    plain, permuted = population_gradient(W, V), population_gradient(W[::-1], V[::-1])
    assert overlap(plain.entries, permuted.entries[::-1])
    H, P = population_hessian(W, V), population_hessian(W[::-1], V[::-1])
    order = [*range(D, 2 * D), *range(D)]
    assert overlap([[P.entries[a][b] for b in order] for a in order], H.entries)
    assert narrow(plain, permuted, H, P)


@modest
@given(W=students, V=teachers)
def test_permuting_the_coordinates_of_the_input(W: Rows, V: Rows) -> None:
    plain = population_gradient(W, V)
    mirrored = population_gradient([row[::-1] for row in W], [row[::-1] for row in V])
    assert overlap([row[::-1] for row in plain.entries], mirrored.entries)


@modest
@given(W=students, V=teachers)
def test_the_hessian_is_symmetric(W: Rows, V: Rows) -> None:
    H = population_hessian(W, V).entries
    assert overlap(H, [list(column) for column in zip(*H, strict=True)])


@modest
@given(W=students, V=teachers, c=st.fractions(Fraction(1, 7), 9, max_denominator=7))
def test_gradient_has_degree_one_and_hessian_degree_zero_jointly(W: Rows, V: Rows, c: Fraction) -> None:
    scaled = [[c * x for x in row] for row in W], [[c * x for x in row] for row in V]
    gradient = [[exact(c) * x for x in row] for row in population_gradient(W, V).entries]
    assert overlap(population_gradient(*scaled).entries, gradient)
    assert overlap(population_hessian(*scaled).entries, population_hessian(W, V).entries)


@modest
@given(W=students, V=teachers)
def test_euler_identity_of_the_hessian(W: Rows, V: Rows) -> None:
    """L = A - B + C with A of degree 2 and B of degree 1 in W: the Hessian of L applied to W is the gradient of A."""
    H = population_hessian(W, V).entries
    flat = [exact(x) for row in W for x in row]
    applied = [[sum((h * x for h, x in zip(row, flat, strict=True)), arb(0))] for row in H]
    without_teachers = population_gradient(W, [[0] * D])
    assert overlap(applied, [[x] for row in without_teachers.entries for x in row])
    assert narrow(without_teachers)


@modest
@given(W=students, V=teachers, c=st.fractions(Fraction(1, 7), 9, max_denominator=7))
def test_euler_identity_of_the_gradient(W: Rows, V: Rows, c: Fraction) -> None:
    """The gradient of A has degree 1 and that of B degree 0 in W alone."""
    none = [[0] * D]
    of_a, plain = population_gradient(W, none).entries, population_gradient(W, V).entries
    scaled = population_gradient([[c * x for x in row] for row in W], V).entries
    expected = [[exact(c - 1) * a + x for a, x in zip(r, s, strict=True)] for r, s in zip(of_a, plain, strict=True)]
    assert overlap(scaled, expected)


def test_the_trace_of_the_hessian_without_teachers_is_positive() -> None:
    """A = E[(sum relu)^2]/2 for students in one half-space has a Gauss-Newton part with trace n d/2."""
    H = population_hessian([(1, 2, 0)], [(0, 0, 0)]).entries
    assert sum((H[a][a] for a in range(3)), arb(0)).overlaps(arb(3) / 2)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble, np.int8, np.int64, np.uint16, object])
def test_numpy_arrays_are_taken_exactly(dtype: type) -> None:
    W, V = [[1, 2, 0], [3, 0, 1]], [[0, 1, 1], [2, 1, 0]]
    arrays: Any = [np.array(x, dtype=dtype) for x in (W, V)]
    found = population_hessian(*arrays)
    assert [[str(x) for x in row] for row in found.entries] == [
        [str(x) for x in row] for row in population_hessian(W, V).entries
    ]


def test_a_float_is_the_binary_fraction_that_it_is() -> None:
    for value, fraction in (
        (0.1, Fraction(3602879701896397, 36028797018963968)),
        (float(np.float32(0.1)), Fraction(13421773, 134217728)),
    ):
        found, expected = (population_gradient([[x, 1]], [[1, 0]]).entries for x in (value, fraction))
        assert [[str(x) for x in row] for row in found] == [[str(x) for x in row] for row in expected]


def test_a_decimal_is_exact() -> None:
    students: Any = [[Decimal("0.1"), 1]]
    found = population_gradient(students, [[1, 0]])
    expected = population_gradient([[Fraction(1, 10), 1]], [[1, 0]])
    assert [[str(x) for x in row] for row in found.entries] == [[str(x) for x in row] for row in expected.entries]


def test_more_bits_give_smaller_balls_inside_the_old_ones() -> None:
    W, V = [(1, 2, 0), (3, 0, 1)], [(0, 1, 1)]
    coarse, fine = population_hessian(W, V, bits=64), population_hessian(W, V, bits=512)
    assert fine.radius < coarse.radius * 2.0**-400
    assert overlap(coarse.entries, fine.entries)
    assert coarse.midpoint.shape == (6, 6)
