"""What no honest estimate can be made from is refused with the package's own errors, and nothing is dropped unsaid."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from numeric import (
    Estimate,
    adaptive_mean,
    antithetic_mean,
    gaussian_mean,
    gradient,
    half_line_quadrature,
    hessian_of,
    integrated_hessian,
    jacobian,
    polar_quadrature,
    population_hessian,
    population_loss,
    sampled_mean,
    sobol_mean,
)
from numeric.arguments import FloatArray, real_array
from numeric.errors import DomainError, NonFiniteError, NumericError, ShapeError
from numeric.training import (
    GaussianInputs,
    GivenInputs,
    GradientDescent,
    LabelTeacher,
    NetworkTeacher,
    TrainingProblem,
    train,
)

W, V = np.array([[1.0, 0.5], [-0.25, 2.0]]), np.array([[0.5, -1.0]])
COMPLEX = np.array([[1.0, 1.0j]])


def _relu(x: FloatArray) -> FloatArray:
    return np.maximum(x[:, 0], 0.0)


def _complex(x: FloatArray, _: object = None) -> FloatArray:
    turned: FloatArray = (1j * x).reshape(len(x))  # type: ignore[assignment]
    return turned


def _one_neuron() -> TrainingProblem:
    return TrainingProblem(NetworkTeacher([[1.0]]), GaussianInputs(1))


def _product(u: FloatArray, v: FloatArray) -> FloatArray:
    return u * v


@pytest.mark.parametrize("exponent", [520, 1000, -500, -900])
def test_hessians_do_not_depend_on_the_scale(exponent: int) -> None:
    A, B = np.ldexp(W, exponent), np.ldexp(V, exponent)
    assert np.array_equal(integrated_hessian(A, B).value, integrated_hessian(W, V).value)
    sampled, plain = population_hessian(A, B, 100, 0, 1e-3), population_hessian(W, V, 100, 0, 1e-3)
    assert np.array_equal(sampled.value, plain.value)
    assert np.array_equal(sampled.error, plain.error)


def test_a_far_larger_student_leaves_no_kink_of_the_teacher() -> None:
    found, alone = integrated_hessian(1e155 * W, V), integrated_hessian(W, np.zeros((1, 2)))
    assert (np.abs(np.asarray(found.value) - alone.value) <= np.asarray(found.error) + alone.error).all()


def test_a_far_smaller_student_is_refused() -> None:
    with pytest.raises(DomainError, match="of the largest neuron"):
        integrated_hessian(W, 1e155 * V)
    with pytest.raises(DomainError, match="of the largest neuron"):
        population_hessian(W, 1e155 * V, 100, 0, 1e-3)


@pytest.mark.parametrize("variance", [1e308, 1e-320])
def test_covariances_at_the_limits_of_floats_are_refused(variance: float) -> None:
    C = variance * np.eye(2)
    for call in (
        lambda: sampled_mean(_relu, [0, 0], C, 1000, 0),
        lambda: antithetic_mean(_relu, [0, 0], C, 1000, 0),
        lambda: sobol_mean(_relu, [0, 0], C, 5, 0),
        lambda: adaptive_mean(_relu, [0, 0], C, 1e100, 1e-3, 0),
        lambda: gaussian_mean(_relu, [0, 0], C),
        lambda: GaussianInputs(2, C),
    ):
        with pytest.raises(DomainError, match="rescale the variables"):
            call()


def test_samples_whose_squares_overflow_are_refused() -> None:
    with pytest.raises(NonFiniteError):
        sampled_mean(_relu, [0, 0], 2e307 * np.eye(2), 1000, 0)


def test_small_variances_keep_their_error() -> None:
    found = sampled_mean(_relu, [0, 0], 1e-300 * np.eye(2), 1000, 0)
    assert abs(float(found.value) - 1e-150 / np.sqrt(2.0 * np.pi)) <= 5.0 * float(found.error) < 1e-150


REFUSED: dict[str, Callable[[], object]] = {
    "mean": lambda: sampled_mean(_relu, [1j, 0], np.eye(2), 100, 0),
    "covariance": lambda: gaussian_mean(_relu, [0], [[1j]]),
    "text as covariance": lambda: sampled_mean(_relu, [0], [["1"]], 100, 0),
    "values sampled": lambda: sampled_mean(_complex, [0], [[1]], 100, 0),
    "values integrated": lambda: gaussian_mean(_complex, [0], [[1]]),
    "values of a plane": lambda: polar_quadrature(_complex, (1, 1), 1.0),
    "values of a line": lambda: half_line_quadrature(_complex, 1.0),
    "values differenced": lambda: jacobian(_complex, [1.0]),
    "x of a gradient": lambda: gradient(lambda x: float(x @ x), [1j]),
    "x of a Jacobian": lambda: jacobian(lambda x: x, [1j]),
    "x of a Hessian": lambda: hessian_of(lambda x: float(x @ x), [1j]),
    "weights": lambda: population_loss(COMPLEX, [[1, 1]]),
    "teacher": lambda: NetworkTeacher(COMPLEX),
    "text as teacher": lambda: population_loss([[1]], [["1"]]),
    "labels": lambda: TrainingProblem([1j], GivenInputs([[1.0]])),
    "labels of a function": lambda: TrainingProblem(LabelTeacher(_complex), GivenInputs([[1.0]])),
    "given inputs": lambda: GivenInputs([[1j]]),
    "second layer": lambda: train(_one_neuron(), [[1.0]], GradientDescent(), alpha=[1j]),
    "alpha as text": lambda: Estimate(1.0, 0.1, "scheme", None, "by hand", 1).half_width("x"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED.keys())
def test_complex_numbers_and_text_are_refused(call: Callable[[], object]) -> None:
    with pytest.raises(DomainError, match=r"complex numbers|text"):
        call()


@pytest.mark.parametrize("value", [[1, 1j], ["1"], "1", np.array([1, 1j], dtype=object), [10**400], [object()]])
def test_no_entry_that_is_not_real_is_converted(value: object) -> None:
    with pytest.raises(DomainError, match="expected real numbers"):
        real_array("x", value)


@pytest.mark.parametrize("norms", [(1.0,), 1.0, (1.0, 1.0, 1.0), "12", None])
def test_norms_are_a_pair(norms: object) -> None:
    with pytest.raises(ShapeError, match="expected a pair"):
        polar_quadrature(_product, norms, 1.0)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", ["a", 1j, None, [0.1]])
def test_options_are_single_real_numbers(wrong: object) -> None:
    options: dict[str, object] = {"step": wrong, "noise": wrong}
    for name, value in options.items():
        if value is not None:
            with pytest.raises(NumericError):
                gradient(lambda x: float(x @ x), [1.0], **{name: value})  # type: ignore[arg-type]
    with pytest.raises(DomainError):
        polar_quadrature(_product, (1.0, 1.0), wrong)  # type: ignore[arg-type]
    with pytest.raises(DomainError):
        Estimate(1.0, 0.1, "standard_error", None, "by hand", 9).half_width(wrong)  # type: ignore[arg-type]


def test_bounds_are_a_pair() -> None:
    with pytest.raises(ShapeError, match="expected a pair"):
        sampled_mean(_relu, [0], [[1]], 100, 0, (0, 1, 2), 1e-3)  # type: ignore[arg-type]


def test_points_that_no_step_can_move_are_refused() -> None:
    for x, step in ((1.79e308, None), (1e300, 1.0), (1.0, 1e-14)):
        with pytest.raises(DomainError, match="both sides"):
            jacobian(np.sin, [x], step=step)


@pytest.mark.parametrize(("x", "step"), [(1e300, None), (0.0, 1e-200)])
def test_steps_whose_squares_are_lost_are_refused(x: float, step: float | None) -> None:
    with pytest.raises(DomainError, match="divided by their squares"):
        hessian_of(lambda y: float(np.sum(np.sin(y))), [x], step=step)
