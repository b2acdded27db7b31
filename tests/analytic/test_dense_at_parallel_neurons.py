"""The population loss where neurons are parallel, antiparallel, nearly so, in one dimension, or zero."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pytest
from flint import arb

from analytic.angle import angle_between
from analytic.balls import precision
from analytic.dense import Enclosure, population_gradient, population_hessian
from analytic.errors import AnalyticError, DimensionError, DomainError, ZeroNeuronError

TEACHER = [[0, 1, 0]]


@pytest.fixture(autouse=True, scope="module")
def _working_precision() -> Iterator[None]:
    """What a test computes from balls is computed as precisely as they are."""
    with precision(128):
        yield


def _block(hessian: Enclosure, i: int, j: int, d: int) -> list[list[arb]]:
    return [list(row[j * d : (j + 1) * d]) for row in hessian.entries[i * d : (i + 1) * d]]


def _distance(block: list[list[arb]], multiple: Fraction) -> arb:
    """The largest distance of an entry from that multiple of the identity."""
    target = arb(multiple.numerator) / multiple.denominator
    return max(abs(x - (target if a == b else 0)).upper() for a, row in enumerate(block) for b, x in enumerate(row))


@pytest.mark.parametrize(("second", "limit"), [((2, 4, 6), Fraction(1, 2)), ((-3, -6, -9), Fraction(0))])
def test_off_diagonal_block_at_parallel_and_antiparallel_students(second: tuple[int, ...], limit: Fraction) -> None:
    hessian = population_hessian([(1, 2, 3), second], TEACHER, bits=128)
    assert _distance(_block(hessian, 0, 1, 3), limit) < arb(2) ** -100
    assert _distance(_block(hessian, 1, 0, 3), limit) < arb(2) ** -100


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("exponent", [4, 30, 200, 600])
def test_near_parallel_students_approach_the_limit(sign: int, exponent: int) -> None:
    """The block is ((pi - theta) I + sin theta (.))/(2 pi), entries of (.) at most 2, and theta <= tan theta."""
    tilt = Fraction(1, 2**exponent)
    hessian = population_hessian([(1, 0, 0), (sign, tilt, 0)], TEACHER, bits=1500)
    with precision(1500):
        assert _distance(_block(hessian, 0, 1, 3), Fraction(1 + sign, 4)) < arb(2) ** -exponent
        assert hessian.entries[0][4].abs_lower() > 0 or sign == 1


@pytest.mark.parametrize("sign", [1, -1])
def test_the_diagonal_block_is_continuous_at_a_parallel_teacher(sign: int) -> None:
    """Each summand is |v| sin theta/(2 pi |w|) times a projection, so it moves by less than 2^-50 here."""
    exact = population_hessian([(1, 0)], [(sign, 0)], bits=300)
    near = population_hessian([(1, 0)], [(sign, Fraction(1, 2**50))], bits=300)
    with precision(300):
        for x, y in zip(exact.entries, near.entries, strict=True):
            for a, b in zip(x, y, strict=True):
                assert abs(a - b) < arb(2) ** -50
    assert _distance([list(r) for r in exact.entries], Fraction(1, 2)) < arb(2) ** -200


def test_balls_stay_narrow_next_to_parallel_neurons() -> None:
    """No division by sin(theta) is left in the blocks: the radius is that of the working precision."""
    tiny = 2.0**-100
    students, teachers = [(1, 0, 0), (1, tiny, 0), (-1, 0, tiny)], [(1, 0, 2.0**-90)]
    assert population_hessian(students, teachers, bits=128).radius < tiny
    assert population_gradient(students, teachers, bits=128).radius < tiny


@pytest.mark.parametrize(
    ("a", "b", "gradient"),
    [(3, 5, Fraction(-1)), (3, -5, Fraction(3, 2)), (-3, -5, Fraction(1)), (-3, 5, Fraction(-3, 2))],
)
def test_one_dimension(a: int, b: int, gradient: Fraction) -> None:
    """On the line E[relu(ax) relu(bx)] is ab/2 for equal signs and 0 otherwise."""
    found = population_gradient([[a]], [[b]]).entries[0][0]
    assert found.overlaps(arb(gradient.numerator) / gradient.denominator)
    assert population_hessian([[a]], [[b]]).entries[0][0].overlaps(arb(1) / 2)


def test_one_dimension_with_two_students() -> None:
    hessian = population_hessian([[1], [2], [-1]], [[1]])
    expected = [[1, 1, 0], [1, 1, 0], [0, 0, 1]]
    for row, twice in zip(hessian.entries, expected, strict=True):
        assert all(abs(x - arb(y) / 2) < arb(2) ** -100 for x, y in zip(row, twice, strict=True))


def test_the_gradient_vanishes_at_every_global_minimum() -> None:
    """Permuted teachers, and a teacher split into parallel students."""
    V: list[tuple[Fraction | int, ...]] = [(1, 2, 0), (0, -1, 3)]
    split: list[tuple[Fraction | int, ...]] = [(Fraction(c, 3), Fraction(2 * c, 3), 0) for c in (1, 2)]
    for W in (V[::-1], [*split, V[1]]):
        assert all(abs(x) < arb(2) ** -100 for row in population_gradient(W, V).entries for x in row)


@pytest.mark.parametrize("row", [(0, 0), (0.0, -0.0), (Fraction(0), 0)])
def test_a_zero_student_is_refused(row: tuple[float, ...]) -> None:
    for function in (population_gradient, population_hessian):
        with pytest.raises(ZeroNeuronError, match="student 1"):
            function([(1, 0), row], [(1, 1)])


def test_a_tiny_student_is_not_zero() -> None:
    assert population_hessian([(5e-324, 0)], [(1, 0)]).entries[0][0].is_finite()


def test_a_zero_teacher_contributes_nothing() -> None:
    with_zero = population_gradient([(1, 2)], [(0, 0), (3, 1)])
    without = population_gradient([(1, 2)], [(3, 1)])
    assert [[str(x) for x in r] for r in with_zero.entries] == [[str(x) for x in r] for r in without.entries]


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf"), "x", None, 1j])
def test_entries_that_are_no_finite_numbers_are_refused(bad: float) -> None:
    for W, V in (([[1, bad]], [[1, 0]]), ([[1, 0]], [[bad, 0]])):
        with pytest.raises(DomainError, match="finite numbers"):
            population_gradient(W, V)
        with pytest.raises(DomainError, match="finite numbers"):
            population_hessian(W, V)


@pytest.mark.parametrize(
    ("W", "V"), [([[1, 0], [1]], [[1, 0]]), ([[1, 0]], [[1]]), ([], [[1]]), ([[1]], []), ([[]], [[]])]
)
def test_ragged_and_empty_weights_are_refused(W: list[list[int]], V: list[list[int]]) -> None:
    for function in (population_gradient, population_hessian):
        with pytest.raises(DimensionError, match="expected W"):
            function(W, V)


@pytest.mark.parametrize("W", [5, None, [1, 2], "12"])
def test_weights_that_are_no_matrix_are_refused(W: list[list[int]]) -> None:
    with pytest.raises(AnalyticError, match="expected"):
        population_gradient(W, [[1, 0]])


def test_angles_know_parallel_vectors_exactly() -> None:
    third = Fraction(1, 3)
    assert angle_between([third, 1], [1, 3]).parallel == 1
    assert angle_between([third, 1], [-1, -3]).parallel == -1
    assert angle_between([1 / 3, 1], [1, 3]).parallel == 0  # the float is another number
    assert angle_between([1, 2], [2, 4]).theta == 0
    assert angle_between([1, 2], [-2, -4]).sin == 0
    with pytest.raises(DomainError, match="no direction"):
        angle_between([0, 0], [1, 0])
    with pytest.raises(DimensionError, match="same dimension"):
        angle_between([1], [1, 0])
