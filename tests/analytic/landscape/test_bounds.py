"""Inequalities on boxes, and bounds on the Hessian near a critical point, against what is computed in float64."""

from __future__ import annotations

import time
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, arb_mat
from numpy.typing import NDArray

from analytic import StudentTeacher, find_point
from analytic.balls import precision
from analytic.boxes import enclosure, prove_inequality
from analytic.errors import DimensionError, DomainError, FormulaError, ZeroNeuronError
from analytic.grammar import parse
from analytic.landscape.bounds import Configuration, convexity_radius, hessian_lipschitz, hessian_lower_bound
from analytic.landscape.pair import LEAKY

Array = NDArray[np.float64]
#: A change small enough for a difference quotient, large enough for float64.
STEP = 1e-5


# inequalities


@pytest.mark.parametrize(
    ("statement", "domain"),
    [
        ("sin(x) < x", {"x": (Fraction(1, 10), 3)}),
        ("x*y < (x^2 + y^2)/2 + 1/1000", {"x": (-1, 1), "y": (-1, 1)}),
        ("sin(theta) + (pi - theta)*cos(theta) > 0", {"theta": (0, 3)}),
        (
            "|u|*|v|*sin(theta) > 0",
            {"theta": (Fraction(1, 10), 3), "|u|": (Fraction(1, 2), 2), "|v|": (Fraction(1, 2), 2)},
        ),
        ("abs(x) + 1/10 > x", {"x": (-1, 1)}),
        ("sqrt(1 + x^2) - x", {"x": (-2, 2)}),
        ("x^(-2) > 1/5", {"x": (1, 2)}),
        ("erf(x) < 2*x/sqrt(pi)", {"x": (Fraction(1, 10), 2)}),
    ],
)
def test_true_inequalities_are_certified(statement: str, domain: dict[str, tuple[Fraction, Fraction]]) -> None:
    found = prove_inequality(statement, domain)
    assert found.is_proved
    assert found.boxes > 0
    assert found.counterexample is None


@pytest.mark.parametrize(
    ("statement", "domain", "point"),
    [
        ("x^2 > x - 1/5", {"x": (0, 1)}, {"x": Fraction(1, 2)}),
        ("x^2 > 0", {"x": (-1, 3)}, {"x": Fraction(0)}),
        ("sin(x) < 99/100", {"x": (0, 3)}, None),
        ("exp(x) > 1 + x", {"x": (-1, 1)}, {"x": Fraction(0)}),
    ],
)
def test_false_inequalities_are_refuted_at_a_point(
    statement: str, domain: dict[str, tuple[Fraction, Fraction]], point: dict[str, Fraction] | None
) -> None:
    found = prove_inequality(statement, domain)
    assert not found.is_proved
    assert found.counterexample is not None
    at = found.counterexample.point
    assert all(a <= at[n] <= b for n, (a, b) in domain.items())
    assert found.counterexample.value.arb <= 0
    assert point is None or at == point


def test_equality_at_a_point_that_no_box_meets_stays_open() -> None:
    found = prove_inequality("(x - 1/3)^2 > 0", {"x": (0, 1)}, budget=500)
    assert not found.is_proved
    assert found.counterexample is None
    assert found.unresolved
    third, near = Fraction(1, 3), Fraction(1, 10**6)
    assert all(a - near <= third <= b + near for a, b in (box["x"] for box in found.unresolved))


def test_no_value_is_no_evidence() -> None:
    at_pole = prove_inequality("1/x^2 > 0", {"x": (-1, 1)}, budget=300)
    assert not at_pole.is_proved
    assert at_pole.counterexample is None
    assert any(a <= 0 <= b for a, b in (box["x"] for box in at_pole.unresolved))
    assert not prove_inequality("sqrt(x) + 1 > 0", {"x": (-1, 1)}, budget=300).is_proved
    assert not prove_inequality("log(x)^2 + 1 > 0", {"x": (-2, -1)}, budget=300).is_proved


@pytest.mark.parametrize("text", ["x^3 - 2*x", "sin(x)*exp(x)", "1/(2 + x)", "acos(x/3)", "atan(x)^2", "abs(x)*x"])
def test_enclosures_contain_values_and_slopes(text: str) -> None:
    expr = parse(text)
    with precision(80):
        value, slopes = enclosure(expr, {"x": (Fraction(-1, 2), Fraction(3, 4))})
        for i in range(11):
            x = Fraction(-1, 2) + Fraction(5, 4) * Fraction(i, 10)
            at, _ = enclosure(expr, {"x": (x, x)})
            beside, _ = enclosure(expr, {"x": (x + Fraction(1, 10**9), x + Fraction(1, 10**9))})
            assert value.overlaps(at)
            assert slopes["x"].overlaps((beside - at) * 10**9 + arb(0, arb("1e-6")))


@pytest.mark.parametrize("statement", ["x <= 1", "0 < x < 1", "x = 1"])
def test_only_strict_inequalities(statement: str) -> None:
    with pytest.raises(FormulaError, match="strict"):
        prove_inequality(statement, {"x": (0, 1)})


def test_bad_domains() -> None:
    with pytest.raises(FormulaError, match="without an interval"):
        prove_inequality("x + y > 0", {"x": (0, 1)})
    with pytest.raises(DomainError, match="smaller end first"):
        prove_inequality("x > 0", {"x": (2, 1)})
    with pytest.raises(DomainError, match="rational"):
        prove_inequality("x > 0", {"x": (0, float("inf"))})


# the Hessian


def random_students(rng: np.random.Generator, n: int, d: int) -> Array:
    W = rng.standard_normal((n, d))
    lengths = rng.uniform(0.7, 1.3, (n, 1)) / np.linalg.norm(W, axis=1)[:, None]
    return np.asarray(W * lengths)


def quotient(V: Array, W: Array, A: Array) -> float:
    model = StudentTeacher(V)
    change = np.asarray(model.hessian(W + A)) - np.asarray(model.hessian(W))
    return float(np.linalg.norm(change, 2) / np.linalg.norm(A))


@pytest.mark.parametrize(
    ("n", "k", "d"),
    [
        (1, 1, 2),
        (1, 1, 3),
        (2, 2, 2),
        (4, 2, 3),
        *(pytest.param(*x, marks=pytest.mark.slow) for x in ((3, 3, 4), (2, 5, 5))),
    ],
)
def test_the_lipschitz_constant_is_not_exceeded_and_not_idle(n: int, k: int, d: int) -> None:
    rng, V = np.random.default_rng(20240 + n + 10 * k + 100 * d), np.eye(k, d)
    ratios = []
    for _ in range(25):
        W = random_students(rng, n, d)
        bound = hessian_lipschitz(W.tolist(), V.tolist(), STEP)
        for _ in range(6):
            A = rng.standard_normal((n, d))
            ratios.append(quotient(V, W, A * STEP / np.linalg.norm(A)) / bound)
    # 1e-9: float64 differences of Hessians of size 1 at a step of 1e-5 err by 1e-10
    assert max(ratios) < 1 + 1e-9
    assert max(ratios) > 0.1  # a bound that is too large by an order of magnitude would say nothing


@pytest.mark.parametrize("radius", [0.05, 0.3])
def test_it_holds_for_two_points_of_the_ball(radius: float) -> None:
    rng, V = np.random.default_rng(77), np.eye(3)
    for _ in range(10):
        W = random_students(rng, 3, 3)
        bound = hessian_lipschitz(W.tolist(), V.tolist(), radius)
        A, B = (radius * X / np.linalg.norm(X) for X in rng.standard_normal((2, 3, 3)))
        assert quotient(V, W + A, B - A) < bound


def test_it_holds_across_parallel_neurons() -> None:
    W, V = np.array([[1.0, 0.0, 0.0], [0.9, 0.0, 0.0]]), np.eye(2, 3)
    bound = hessian_lipschitz(W.tolist(), V.tolist(), STEP)
    rng = np.random.default_rng(11)
    for _ in range(20):
        A = rng.standard_normal((2, 3))
        assert quotient(V, W, A * STEP / np.linalg.norm(A)) < bound


def test_one_pair_attains_a_good_part_of_the_bound() -> None:
    angle = (np.pi - np.arctan(2)) / 2  # where sin^2 + (sin + |cos|)^2 is largest
    W, V = np.array([[np.cos(angle), np.sin(angle)]]), np.array([[1.0, 0.0]])
    bound = hessian_lipschitz(W.tolist(), V.tolist(), STEP)
    directions = [np.array([[np.cos(t), np.sin(t)]]) * STEP for t in np.linspace(0, np.pi, 60)]
    assert 0.25 * bound < max(quotient(V, W, A) for A in directions) < bound


def test_the_constant_grows_with_the_radius() -> None:
    W, V = [[1.0, 0.2], [0.1, 1.0]], [[1, 0], [0, 1]]
    bounds = [hessian_lipschitz(W, V, r) for r in (0.0, 0.1, 0.5)]
    assert bounds == sorted(bounds)
    assert bounds[0] < bounds[2]


def test_the_residual_is_twice_the_loss_of_the_projected_network() -> None:
    rng = np.random.default_rng(5)
    W, V = random_students(rng, 3, 4), np.eye(3, 4)
    unit = W[0] / np.linalg.norm(W[0])
    project = np.eye(4) - np.outer(unit, unit)
    loss = StudentTeacher(V @ project).loss((W @ project)[1:])
    with precision(106):
        rows = [[arb(float(x)) for x in row] for row in (*W, *V)]
        matrix = arb_mat(rows)
        found = Configuration(matrix * matrix.transpose(), 3, (0, 1, 2)).residual(0)
    assert float(found) == pytest.approx(2 * float(loss), rel=1e-9)


@pytest.mark.parametrize(("name", "k"), [("II", 7), ("A", 6), ("global", 5), ("II:2", 9)])
def test_hessians_near_a_minimum_are_bounded_below(name: str, k: int) -> None:
    point = find_point(name, k)
    found = convexity_radius(point, 0.001)
    W, V = point.matrix(), np.eye(k)
    rng = np.random.default_rng(k)
    assert found.c >= 0.001
    for _ in range(20):
        A = rng.standard_normal((k, k))
        A *= found.radius / np.linalg.norm(A)
        assert np.linalg.eigvalsh(np.asarray(StudentTeacher(V).hessian(W + A)))[0] > found.c


def test_the_bound_at_a_small_radius_is_near_the_smallest_eigenvalue() -> None:
    found = hessian_lower_bound(find_point("II", 20), 1e-6)
    least = float(find_point("II", 20).spectrum(12).rows[0].value.arb)
    assert least - 1e-5 < found.c < found.least <= least


def test_residuals_are_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """They do not depend on the radius: at k = 100 each takes a good part of a second."""
    calls, true = list[int](), Configuration.residual

    def counted(self: Configuration, i: int) -> arb:
        calls.append(i)
        return true(self, i)

    monkeypatch.setattr(Configuration, "residual", counted)
    convexity_radius(find_point("II", 7))
    assert sorted(calls) == [0, 6]


@pytest.mark.slow
def test_the_radius_at_k_100_takes_less_than_three_seconds() -> None:
    begin = time.monotonic()
    assert convexity_radius(find_point("II", 100)).radius == pytest.approx(0.00716185, rel=1e-5)
    assert time.monotonic() - begin < 3


def test_too_large_a_radius_fails() -> None:
    point = find_point("II", 7)
    largest = convexity_radius(point)
    assert hessian_lower_bound(point, largest.radius).c >= 0
    assert hessian_lower_bound(point, 1.001 * largest.radius).c < 0
    with pytest.raises(ZeroNeuronError, match="neuron is zero"):
        hessian_lower_bound(point, 0.8)
    # at this distance the loss is indeed not convex: towards zero of a neuron the Hessian loses definiteness
    W = point.matrix()
    assert np.linalg.eigvalsh(np.asarray(StudentTeacher(np.eye(7)).hessian(W * 0.5)))[0] < 0


def test_no_radius_at_a_saddle_or_beyond_the_smallest_eigenvalue() -> None:
    with pytest.raises(DomainError, match="less than the smallest eigenvalue"):
        convexity_radius(find_point("II", 5))
    with pytest.raises(DomainError, match="less than the smallest eigenvalue"):
        convexity_radius(find_point("II", 7), 0.02)


def test_what_the_bound_is_not_derived_for() -> None:
    with pytest.raises(DomainError, match="ReLU"):
        convexity_radius(find_point("global", 4, phi=LEAKY(Fraction(1, 5))))
    with pytest.raises(DimensionError, match="integers"):
        convexity_radius(find_point("II", Fraction(15, 2)))
    with pytest.raises(DomainError, match="positive"):
        hessian_lower_bound(find_point("II", 7), 0.0)
    with pytest.raises(DimensionError, match="one length"):
        hessian_lipschitz([[1.0, 0.0]], [[1]], 0.1)
