"""Symmetries of dense models: permutations, rotations, scaling; Euler's identities between W and the second layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import pytest
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.balls import precision
from analytic.dense import Enclosure
from analytic.landscape.model import StudentTeacher

modest = settings(max_examples=15, deadline=None)
N, K, D = 3, 2, 3
entries = st.fractions(-3, 3, max_denominator=3)
vectors = st.tuples(*[entries] * D).filter(any)
students, teachers = st.tuples(*[vectors] * N), st.tuples(*[vectors] * K)
layers = st.tuples(*[st.fractions(-2, 2, max_denominator=2)] * N)
activations = st.sampled_from(["relu", "abs", "leaky_relu(1/5)", "leaky_relu(-2)"])
triples = st.sampled_from([(3, 4, 5), (5, -12, 13), (-8, 15, 17)])
Rows = Sequence[Sequence[Fraction]]


@pytest.fixture(autouse=True, scope="module")
def _working_precision() -> Iterator[None]:
    """What a test computes from balls is computed as precisely as they are."""
    with precision(128):
        yield


def exact(x: Fraction) -> fmpq:
    return fmpq(x.numerator, x.denominator)


def same(found: Enclosure, expected: Sequence[Sequence[Any]]) -> bool:
    rows = zip(found.entries, expected, strict=True)
    return all(a.overlaps(arb(b)) and a.rad() < 1e-20 for x, y in rows for a, b in zip(x, y, strict=True))


@given(students, teachers, layers, activations, st.permutations(range(N)), st.permutations(range(K)))
@modest
def test_permuting_neurons_permutes_derivatives(
    W: Rows, V: Rows, alpha: Sequence[Fraction], phi: str, rows: list[int], others: list[int]
) -> None:
    model, permuted = StudentTeacher(V, phi=phi), StudentTeacher([V[j] for j in others], phi=phi)
    shuffled, weights = [W[i] for i in rows], [alpha[i] for i in rows]
    slope, H = model.gradient_ball(W, alpha).entries, model.hessian_ball(W, alpha).entries
    assert permuted.loss_ball(shuffled, weights).overlaps(model.loss_ball(W, alpha))
    assert same(permuted.gradient_ball(shuffled, weights), [slope[i] for i in rows])
    order = [i * D + a for i in rows for a in range(D)]
    assert same(permuted.hessian_ball(shuffled, weights), [[H[a][b] for b in order] for a in order])


@given(students, teachers, layers, activations, triples)
@modest
def test_rotating_inputs_rotates_derivatives(
    W: Rows, V: Rows, alpha: Sequence[Fraction], phi: str, triple: tuple[int, int, int]
) -> None:
    """W R^T against V R^T; and the same as a covariance R R^T = I, where nothing may change."""
    a, b, c = triple
    R: list[list[Any]] = [[Fraction(a, c), Fraction(-b, c), 0], [Fraction(b, c), Fraction(a, c), 0], [0, 0, 1]]

    def rotated(X: Rows) -> list[list[Fraction]]:
        return [[sum((r * x for r, x in zip(row, v, strict=True)), Fraction(0)) for row in R] for v in X]

    model, turned = StudentTeacher(V, phi=phi), StudentTeacher(rotated(V), phi=phi)
    slope = model.gradient_ball(W, alpha).entries
    expected = [
        [sum((x * exact(Fraction(r)) for x, r in zip(row, axis, strict=True)), arb(0)) for axis in R] for row in slope
    ]
    assert same(turned.gradient_ball(rotated(W), alpha), expected)
    assert turned.loss_ball(rotated(W), alpha).overlaps(model.loss_ball(W, alpha))
    identity = [[int(i == j) for j in range(D)] for i in range(D)]
    assert same(StudentTeacher(V, sigma=identity, phi=phi).hessian_ball(W), model.hessian_ball(W).entries)


@given(students, teachers, st.tuples(*[st.fractions(-1, 1, max_denominator=2)] * 9), activations)
@modest
def test_a_covariance_is_a_change_of_variables(W: Rows, V: Rows, factor: Sequence[Fraction], phi: str) -> None:
    """x = C z: the loss at W under C C^T is the loss at W C under I, and the gradient is the other one times C^T."""
    C = [[factor[D * i + j] + (2 if i == j else 0) for j in range(D)] for i in range(D)]
    sigma = [[sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0)) for b in C] for a in C]
    if not _independent(C):
        return

    def whitened(X: Rows) -> list[list[Fraction]]:
        return [[sum((x * C[i][j] for i, x in enumerate(v)), Fraction(0)) for j in range(D)] for v in X]

    model, plain = StudentTeacher(V, sigma=sigma, phi=phi), StudentTeacher(whitened(V), phi=phi)
    assert model.loss_ball(W).overlaps(plain.loss_ball(whitened(W)))
    slope = plain.gradient_ball(whitened(W)).entries
    expected = [[sum((g * exact(x) for g, x in zip(row, line, strict=True)), arb(0)) for line in C] for row in slope]
    assert same(model.gradient_ball(W), expected)


def _independent(C: Rows) -> bool:
    (a, b, c), (d, e, f), (g, h, i) = C
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g) != 0


@given(students, teachers, layers, activations)
@modest
def test_eulers_identities(W: Rows, V: Rows, alpha: Sequence[Fraction], phi: str) -> None:
    r"""phi(t z) = t phi(z) for t > 0: $\langle w_i, \partial_{w_i} L\rangle = \alpha_i\,\partial_{\alpha_i} L$.

    Differentiated once more by w_l: $w_i^T H_{il} + [i = l]\,\partial_{w_i}L = \alpha_i\,\partial_{\alpha_i w_l}L$.
    """
    model = StudentTeacher(V, phi=phi)
    slope = model.gradient_ball(W, alpha, trained=True).entries[0]
    H = model.hessian_ball(W, alpha, trained=True).entries
    size = N * D
    for i, w in enumerate(W):
        at, a = range(i * D, (i + 1) * D), exact(alpha[i])
        along = sum((exact(x) * slope[n] for x, n in zip(w, at, strict=True)), arb(0))
        assert along.overlaps(a * slope[size + i])
        for column in range(size):
            product = sum((exact(x) * H[n][column] for x, n in zip(w, at, strict=True)), arb(0))
            own = slope[column] if column in at else arb(0)
            assert (product + own).overlaps(a * H[size + i][column])


@given(students, teachers, activations, st.fractions(Fraction(1, 3), 3, max_denominator=3))
@modest
def test_the_loss_is_homogeneous_of_degree_two(W: Rows, V: Rows, phi: str, t: Fraction) -> None:
    def scaled(X: Rows) -> list[list[Fraction]]:
        return [[t * x for x in row] for row in X]

    model, other = StudentTeacher(V, phi=phi), StudentTeacher(scaled(V), phi=phi)
    assert other.loss_ball(scaled(W)).overlaps(exact(t * t) * model.loss_ball(W))
    assert same(other.hessian_ball(scaled(W)), model.hessian_ball(W).entries)


@given(teachers, st.sampled_from(["relu", "abs", "leaky_relu(1/5)", "erf"]))
@modest
def test_a_perfect_fit_has_loss_and_gradient_zero(V: Rows, phi: str) -> None:
    model = StudentTeacher(V, phi=phi)
    assert model.loss_ball(V).contains(0)
    assert all(x.contains(0) and x.rad() < 1e-20 for row in model.gradient_ball(V).entries for x in row)
