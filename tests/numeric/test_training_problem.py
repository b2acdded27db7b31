"""Activations, initial weights, laws of the input, teachers, and the loss that belongs to them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike

from numeric import DomainError, NonFiniteError, NumericError, ShapeError, absolute, erf, leaky_relu, relu, sigmoid
from numeric.arguments import EPS
from numeric.training import (
    BallTeacher,
    GaussianInputs,
    GivenInputs,
    LabelTeacher,
    NetworkTeacher,
    Neuron,
    NormTeacher,
    RadialInputs,
    TrainingProblem,
    heavy_tailed,
    initial_batch,
    initial_weights,
    uniform_ball,
)
from numeric.training.initial import KINDS
from numeric.training.inputs import InputLaw
from numeric.training.objectives import SampleObjective

NEURONS = [Neuron(name) for name in ("relu", "absolute", "linear", "erf", "sigmoid")] + [Neuron("leaky", 0.2)]

SIGMAS = 5.0
"""Two-sided normal probability 6e-7 of a false alarm, at a fixed seed."""


def test_neurons_are_the_activations_of_the_package() -> None:
    z = np.linspace(-3.0, 3.0, 25)
    expected = {
        "relu": relu(z),
        "absolute": absolute(z),
        "linear": z,
        "erf": erf(z),
        "sigmoid": sigmoid(z),
        "leaky": leaky_relu(z, 0.2),
    }
    for neuron in NEURONS:
        assert np.array_equal(neuron.values_and_slopes(z)[0], expected[neuron.name])


@pytest.mark.parametrize("neuron", NEURONS, ids=lambda neuron: neuron.name)
def test_slopes_are_derivatives(neuron: Neuron) -> None:
    z, h = np.linspace(-3.0, 3.0, 24), EPS ** (1.0 / 3.0)  # off the kink
    difference = (neuron.values_and_slopes(z + h)[0] - neuron.values_and_slopes(z - h)[0]) / (2.0 * h)
    assert np.abs(neuron.values_and_slopes(z)[1] - difference).max() <= 4.0 * h * h  # third derivatives are below 5


@pytest.mark.parametrize("neuron", NEURONS, ids=lambda neuron: neuron.name)
@pytest.mark.parametrize("both", [False, True])
def test_the_backward_pass_is_the_derivative_of_the_forward_pass(neuron: Neuron, both: bool) -> None:
    rng = np.random.default_rng(0)
    x, y, parameters = rng.standard_normal((50, 3)), rng.standard_normal(50), rng.standard_normal((4, 4 if both else 3))
    objective = SampleObjective(x, y, neuron, np.array([1.0, -1.0, 2.0, 0.5]), both)
    gradient, h = objective.evaluate(parameters)[1], EPS ** (1.0 / 3.0)
    for index in np.ndindex(parameters.shape):
        move = np.zeros_like(parameters)
        move[index] = h / 100.0  # so small that no sample crosses a kink
        up, down = (objective.evaluate(parameters + s * move)[0] for s in (1.0, -1.0))
        assert abs((up - down) / (2.0 * move[index]) - gradient[index]) <= 1e3 * EPS / move[index]


def test_the_loss_of_a_sample_is_half_the_mean_square() -> None:
    x, y = np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([1.0, -1.0])
    objective = SampleObjective(x, y, Neuron("linear"), np.array([2.0]))
    assert objective.evaluate(np.array([[3.0, 1.0]]))[0] == (25.0 + 25.0) / 4.0


@pytest.mark.parametrize("kind", KINDS)
def test_initial_weights_have_the_stated_size(kind: str) -> None:
    n, d = 60, 40
    W = initial_weights(kind, n, d, seed=1)
    deviation = {"xavier": math.sqrt(0.02), "he": math.sqrt(0.05), "small": 1e-3 / math.sqrt(40.0)}.get(kind)
    if deviation is None:
        assert np.abs(W.T @ W - np.eye(d)).max() <= 64.0 * EPS * n
    else:
        assert abs((W**2).mean() / deviation**2 - 1.0) <= SIGMAS * math.sqrt(2.0 / W.size)
        assert abs(W.mean()) <= SIGMAS * deviation / math.sqrt(W.size)
    assert np.array_equal(W, initial_weights(kind, n, d, seed=1))
    assert not np.array_equal(W, initial_weights(kind, n, d, seed=2))
    assert np.array_equal(4.0 * initial_weights(kind, 4, 5, 0, scale=1.0), initial_weights(kind, 4, 5, 0, scale=4.0))


def test_a_run_of_a_batch_has_a_stream_of_its_own() -> None:
    whole = initial_batch("he", 6, 2, 3, seed=5)
    assert np.array_equal(whole[4:], initial_batch("he", 2, 2, 3, seed=5, first=4))
    assert len({row.tobytes() for row in whole}) == 6


@pytest.mark.parametrize(
    ("law", "moment"),
    [
        (GaussianInputs(3), 3.0),
        (GaussianInputs(3, np.diag([1.0, 4.0, 0.0])), 5.0),
        (uniform_ball(3, 2.0), 12.0 / 5.0),
        (heavy_tailed(3, 9.0), 27.0 / 7.0),
    ],
)
def test_inputs_have_the_stated_second_moment(law: InputLaw, moment: float) -> None:
    squares = (law.draw(np.random.default_rng(0), 40_000) ** 2).sum(axis=1)
    assert abs(squares.mean() - moment) <= SIGMAS * squares.std() / 200.0
    assert np.array_equal(law.draw(np.random.default_rng(1), 3), law.draw(np.random.default_rng(1), 3))


def test_gaussian_inputs_have_the_covariance() -> None:
    C = np.array([[2.0, -1.0], [-1.0, 1.0]])
    law = GaussianInputs(2, C)
    assert law.root is not None
    assert np.abs(law.root @ law.root - C).max() <= 32.0 * EPS


CLOSED = [
    (Neuron("relu"), GaussianInputs(3)),
    (Neuron("leaky", 0.3), GaussianInputs(3, np.diag([1.0, 4.0, 0.25]) + 0.1)),
    (Neuron("erf"), GaussianInputs(3, np.diag([1.0, 4.0, 0.25]) + 0.1)),
    (Neuron("absolute"), uniform_ball(3, 2.0)),
    (Neuron("relu"), heavy_tailed(3, 12.0)),
]


@pytest.mark.parametrize(("neuron", "law"), CLOSED, ids=lambda value: value.name)
@pytest.mark.parametrize("both", [False, True])
def test_the_closed_form_is_the_mean_over_fresh_batches(neuron: Neuron, law: InputLaw, both: bool) -> None:
    problem = TrainingProblem(NetworkTeacher([[1.0, 0.5, 0.0], [0.0, -1.0, 1.0]], [1.0, -0.5], neuron), law, neuron)
    assert problem.closed
    alpha = np.array([1.0, 0.5, -0.7])
    W = np.random.default_rng(1).standard_normal((3, 3))
    parameters = np.column_stack([W, alpha]) if both else W
    loss, gradient = problem.objective(alpha, both).evaluate(parameters)
    parts = [problem.objective(alpha, both, sample=2_000, seed=seed).evaluate(parameters) for seed in range(40)]
    losses, gradients = np.array([p[0] for p in parts]), np.stack([p[1] for p in parts])
    assert abs(losses.mean() - loss) <= SIGMAS * losses.std() / math.sqrt(39.0)
    assert (np.abs(gradients.mean(axis=0) - gradient) <= SIGMAS * gradients.std(axis=0) / math.sqrt(39.0)).all()


def test_energy_is_the_loss_of_the_zero_network() -> None:
    x = np.random.default_rng(0).standard_normal((10, 2))
    problem = TrainingProblem(NormTeacher(np.eye(2)), GivenInputs(x), Neuron("erf"))
    objective = problem.objective(np.ones(2), False)
    assert math.isclose(objective.energy, objective.evaluate(np.zeros((2, 2)))[0])


@pytest.mark.parametrize("law", [GaussianInputs(2), GaussianInputs(2, [[2.0, 1.0], [1.0, 2.0]]), uniform_ball(2, 3.0)])
@pytest.mark.parametrize("neuron", [Neuron("relu"), Neuron("leaky", 0.3)], ids=lambda neuron: neuron.name)
def test_the_hessian_of_an_objective_is_the_derivative_of_its_gradient(neuron: Neuron, law: InputLaw) -> None:
    objective = TrainingProblem(NetworkTeacher(np.eye(2), neuron=neuron), law, neuron).objective(np.ones(2), False)
    W, h = np.array([[1.0, 0.5], [-0.3, 0.9]]), EPS ** (1.0 / 3.0)
    columns = [objective.evaluate(W + m)[1] - objective.evaluate(W - m)[1] for m in h * np.eye(4).reshape(4, 2, 2)]
    differences = np.stack(columns).reshape(4, 4) / (2.0 * h)
    assert np.abs(objective.hessian(W) - differences).max() <= 1e3 * h * h


def test_labels_of_the_teachers() -> None:
    x = np.array([[3.0, 4.0], [0.3, 0.4]])
    assert np.allclose(NormTeacher(np.eye(2)).labels(x), [5.0, 0.5])
    assert BallTeacher(1.0).labels(x).tolist() == [0.0, 1.0]
    assert BallTeacher(1.0, [3.0, 3.5]).labels(x).tolist() == [1.0, 0.0]
    assert LabelTeacher(lambda rows: rows[:, 0]).labels(x).tolist() == [3.0, 0.3]


def test_given_labels_stay_with_their_inputs() -> None:
    x = np.arange(6.0).reshape(3, 2)
    problem = TrainingProblem(x[:, 0] * 10.0, GivenInputs(x))
    rows, labels = problem.draw(np.random.default_rng(0), 50)
    assert np.array_equal(labels, rows[:, 0] * 10.0)
    assert problem.objective(np.ones(1), False).method == "loss of 3 given inputs, all of them"


def test_impossible_problems_are_refused() -> None:
    gaussian = GaussianInputs(2)
    with pytest.raises(ShapeError, match="teacher has dimension 3 and inputs have 2"):
        TrainingProblem(NetworkTeacher(np.eye(3)), gaussian)
    with pytest.raises(DomainError, match="labels are given as an array"):
        TrainingProblem([1.0, 2.0], gaussian)
    with pytest.raises(ShapeError, match=r"labels have shape \(3,\)"):
        TrainingProblem(np.ones(3), GivenInputs(np.eye(2)))
    with pytest.raises(NonFiniteError, match="labels"):
        TrainingProblem([np.nan, 1.0], GivenInputs(np.eye(2)))
    with pytest.raises(DomainError, match="no closed form"):
        TrainingProblem(BallTeacher(1.0), gaussian).objective(np.ones(1), False)
    with pytest.raises(DomainError, match="no closed form"):
        TrainingProblem(NetworkTeacher(np.eye(2)), gaussian, Neuron("erf")).objective(np.ones(1), False)
    with pytest.raises(DomainError, match="expected None: the loss is that of all of them"):
        TrainingProblem([1.0], GivenInputs([[1.0]])).objective(np.ones(1), False, sample=10)
    with pytest.raises(NonFiniteError, match="the labels"):
        TrainingProblem(LabelTeacher(lambda x: math.inf * x[:, 0]), GivenInputs([[1.0]]))


@pytest.mark.parametrize(
    ("covariance", "error"),
    [([[1.0]], ShapeError), ([[1.0, 2.0], [2.0, 1.0]], DomainError), ([[1.0, 0.5], [0.0, 1.0]], DomainError)],
)
def test_impossible_covariances_are_refused(covariance: ArrayLike, error: type[NumericError]) -> None:
    with pytest.raises(error, match="covariance"):
        GaussianInputs(2, covariance)


def test_impossible_options_are_refused() -> None:
    stream: Any = np.random.default_rng(0)
    with pytest.raises(NumericError, match="expected the law of the inputs"):
        TrainingProblem(BallTeacher(1.0), stream)
    with pytest.raises(DomainError, match="activation is 'tanh'"):
        Neuron("tanh")
    with pytest.raises(DomainError, match="slope is None for 'leaky'"):
        Neuron("leaky")
    with pytest.raises(DomainError, match=r"slope is 0.1 for 'relu'"):
        Neuron("relu", 0.1)
    with pytest.raises(DomainError, match="slope is inf"):
        Neuron("leaky", math.inf)
    with pytest.raises(DomainError, match="kind is 'zero'"):
        initial_weights("zero", 1, 1, 0)
    with pytest.raises(DomainError, match="scale is 0"):
        initial_weights("he", 1, 1, 0, scale=0)
    with pytest.raises(NumericError, match="seed is a Generator"):
        initial_batch("he", 1, 1, 1, stream)
    with pytest.raises(DomainError, match="freedom is 2"):
        heavy_tailed(2, 2)
    with pytest.raises(DomainError, match="radius is nan"):
        uniform_ball(2, math.nan)
    with pytest.raises(DomainError, match="radius is 0"):
        BallTeacher(0)
    with pytest.raises(DomainError, match="second_moment is inf"):
        RadialInputs(2, lambda rng, count: rng.random(count), math.inf)
    with pytest.raises(ShapeError, match="radii returned shape"):
        RadialInputs(2, lambda rng, _: rng.random(1)).draw(np.random.default_rng(0), 3)
    with pytest.raises(ShapeError, match="beta has shape"):
        NetworkTeacher(np.eye(2), [1.0])
    with pytest.raises(ShapeError, match="centre has shape"):
        BallTeacher(1.0, [[1.0]])


def test_labels_of_another_number_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"expected \(3,\), one label an input"):
        LabelTeacher(lambda _: np.ones(2)).labels(np.ones((3, 1)))
