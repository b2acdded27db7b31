"""What dense models refuse, and in which words; what they take."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import analytic
from analytic.errors import (
    AnalyticError,
    DimensionError,
    DomainError,
    FormulaError,
    LawError,
    NoClosedFormError,
    NotIntegrableError,
    ZeroNeuronError,
)
from analytic.landscape.model import StudentTeacher

EYE = [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("error", "arguments"),
    [
        (DimensionError, {"V": []}),
        (DimensionError, {"V": [[1], [1, 2]]}),
        (DimensionError, {"V": [1, 2]}),
        (DimensionError, {"V": [[]]}),
        (DimensionError, {"V": 3}),
        (DimensionError, {"V": EYE, "beta": [1]}),
        (DimensionError, {"V": EYE, "beta": [[1], [1]]}),
        (DimensionError, {"V": EYE, "alpha": 2}),
        (DimensionError, {"V": EYE, "sigma": [[1]]}),
        (DomainError, {"V": [[float("nan"), 1]]}),
        (DomainError, {"V": [[float("inf"), 1]]}),
        (DomainError, {"V": [[1e200, 1]]}),
        (DomainError, {"V": [["x", 1]]}),
        (DomainError, {"V": EYE, "alpha": [float("nan")]}),
        (DomainError, {"V": EYE, "sigma": [[float("nan"), 0], [0, 1]]}),
        (LawError, {"V": EYE, "sigma": [[1, 2], [2, 1]]}),
        (LawError, {"V": EYE, "sigma": [[1, 2], [0, 1]]}),
        (LawError, {"V": EYE, "sigma": [[0, 0], [0, 0]]}),
        (FormulaError, {"V": EYE, "phi": "leaky_relu"}),
        (FormulaError, {"V": EYE, "phi": "leaky_relu(x)"}),
        (FormulaError, {"V": EYE, "phi": "sin(x)"}),
        (FormulaError, {"V": EYE, "phi": "nothing"}),
        (NoClosedFormError, {"V": EYE, "phi": "tanh"}),
    ],
)
def test_impossible_models_are_refused_in_one_line(error: type[Exception], arguments: dict[str, Any]) -> None:
    with pytest.raises(error, match=r"got|expected") as caught:
        StudentTeacher(**arguments)
    assert "\n" not in str(caught.value)
    assert "expected" in str(caught.value)


@pytest.mark.parametrize("method", ["loss", "gradient", "hessian", "loss_ball", "gradient_ball", "hessian_ball"])
@pytest.mark.parametrize(
    ("error", "W"),
    [
        (DimensionError, [[1, 0, 0]]),
        (DimensionError, [1, 0]),
        (DimensionError, []),
        (DomainError, [[float("nan"), 0]]),
        (DomainError, [[float("inf"), 0]]),
    ],
)
def test_students_that_do_not_fit_are_refused(method: str, error: type[Exception], W: Any) -> None:
    with pytest.raises(error, match="expected") as caught:
        getattr(StudentTeacher(EYE), method)(W)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("method", ["gradient", "hessian", "gradient_ball", "hessian_ball"])
@pytest.mark.parametrize("phi", ["relu", "abs", "leaky_relu(1/5)"])
def test_a_zero_student_is_named(method: str, phi: str) -> None:
    with pytest.raises(ZeroNeuronError, match="row 1 of W"):
        getattr(StudentTeacher(EYE, phi=phi), method)([[1, 0], [0, 0]])


def test_a_student_without_variance_is_a_zero_student() -> None:
    model = StudentTeacher(EYE, sigma=[[1, 0], [0, 0]])
    for method in (model.gradient, model.gradient_ball):
        with pytest.raises(ZeroNeuronError, match="row 0 of W"):
            method([[0, 3]])
    assert model.loss([[0, 3]]) == pytest.approx(0.25, rel=1e-15)


def test_the_loss_exists_at_zero_students() -> None:
    """Half of E[relu(x)^2] summed over two independent teachers, plus their product of means."""
    expected = 0.5 + 1 / (2 * np.pi)
    assert StudentTeacher(EYE).loss([[0.0, 0.0]]) == pytest.approx(expected, rel=1e-15)
    assert abs(float(StudentTeacher(EYE).loss_ball([[0, 0]])) - expected) < 1e-15


def test_zero_teachers_contribute_nothing() -> None:
    W = [[1.0, 2.0], [-1.0, 0.5]]
    more, fewer = StudentTeacher([[1, 0], [0, 0]]), StudentTeacher([[1, 0]])
    assert np.array_equal(more.hessian(W), fewer.hessian(W))
    assert np.array_equal(more.gradient(W), fewer.gradient(W))
    assert more.loss(W) == fewer.loss(W)
    assert np.array_equal(more.hessian_ball(W).midpoint, fewer.hessian_ball(W).midpoint)


def test_a_smooth_activation_has_derivatives_at_zero_students() -> None:
    model = StudentTeacher(EYE, phi="erf")
    H = model.hessian([[0.0, 0.0]])
    assert np.abs(H - model.hessian_ball([[0, 0]]).midpoint).max() < 1e-15


def test_lengths_that_do_not_fit_the_students() -> None:
    model = StudentTeacher(EYE, alpha=[1, 2])
    for call in (
        lambda: model.loss([[1, 0]]),
        lambda: model.loss_ball([[1, 0]]),
        lambda: model.gradient(EYE, [1, 2, 3]),
        lambda: model.hessian_vector(EYE, [[1, 0]]),
        lambda: model.hessian_vector(EYE, [[1], [0]]),
        lambda: model.hessian_vector(EYE, [1, 0, 1], trained=True),
        lambda: model.block(EYE, 0, 2),
        lambda: model.block(EYE, -1, 0),
    ):
        with pytest.raises(DimensionError, match="expected"):
            call()


def test_expectations_that_do_not_exist_are_refused() -> None:
    with pytest.raises(NotIntegrableError, match="does not exist"):
        StudentTeacher([[2.0]], phi="exp(z^2/4)")


def test_parallel_vectors_at_a_jump_have_no_gradient() -> None:
    """sign: E[sign(u) sign(v)] has a corner at parallel vectors."""
    with pytest.raises(DomainError, match="expected finite derivatives"):
        StudentTeacher([[1.0, 0.0]], phi="sign").gradient([[1.0, 0.0]])


def test_numbers_far_from_one_are_refused_and_never_lost() -> None:
    model = StudentTeacher(EYE)
    for W in ([[1e-100, 0]], [[1e100, 0]]):
        with pytest.raises(DomainError, match="expected"):
            model.hessian(W)


def test_exact_numbers_decide_whether_sigma_is_a_covariance() -> None:
    """Float64 cannot see that the determinant is -1e-30; the balls can, at students that notice."""
    sigma = [[1, Fraction(10**30 + 1, 10**30)], [Fraction(10**30 + 1, 10**30), 1]]
    with pytest.raises(LawError, match="semidefinite"):
        StudentTeacher(EYE, sigma=sigma).loss_ball([[1, -1]])


def test_models_are_values() -> None:
    assert StudentTeacher(np.eye(2)) == StudentTeacher([[1.0, 0.0], [0.0, 1.0]])
    assert hash(StudentTeacher(EYE)) == hash(StudentTeacher(((1, 0), (0, 1))))
    assert analytic.StudentTeacher is StudentTeacher
    assert issubclass(DomainError, AnalyticError)


@pytest.mark.parametrize("phi", ["relu(z)", "relu", "leaky_relu(0)", "leaky_relu(z, 0)"])
def test_names_of_the_same_activation(phi: str) -> None:
    W = [[1.0, 2.0], [0.5, -1.0]]
    assert np.array_equal(StudentTeacher(EYE, phi=phi).hessian(W), StudentTeacher(EYE).hessian(W))
