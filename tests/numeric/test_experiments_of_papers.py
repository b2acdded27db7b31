"""Experiments of papers: gradients against differences, closed values against samples, runs against their seeds."""

from __future__ import annotations

import math

import numpy as np
import pytest

from numeric.arguments import FloatArray
from numeric.experiments import Experiment, all_experiments, find_experiment
from numeric.experiments import chistikov_2023_neuron as chistikov
from numeric.experiments import ergen_2022_normalisation as ergen
from numeric.experiments import frei_2023_leaky as frei
from numeric.experiments import han_2021_arc_cosine as han
from numeric.experiments import jakub_nica_2024_angles as jakub
from numeric.experiments import jin_montufar_2023_bias as jin
from numeric.experiments import li_ma_zhang_2020_beyond_ntk as li
from numeric.experiments import senen_cerda_sanders_2020_dropout as dropout
from numeric.experiments import sung_kratsios_forman_2025_lipschitz as sung
from numeric.experiments import williams_2019_univariate as williams
from numeric.experiments import zou_long_gu_2020_resnets as zou

KEYS = ("zou", "sung", "li-ma", "ergen", "williams", "jin", "senen", "chistikov", "jakub", "han", "heiss", "frei")
MINE = [e for e in all_experiments() if e.name.startswith(KEYS)]


def silent(_: float) -> None:
    """Progress that nobody looks at."""


def differences(loss: object, at: FloatArray, step: float = 1e-6) -> FloatArray:
    """Central differences; errors of the order of 1e-9 on losses of order one."""
    assert callable(loss)
    return np.array([(loss(at + step * e) - loss(at - step * e)) / (2 * step) for e in np.eye(len(at))])


def test_gradient_of_residual_networks() -> None:
    rng = np.random.default_rng(0)
    A, B, X, Y = (rng.standard_normal(s) for s in ((3, 2), (2, 3), (2, 5), (2, 5)))
    data, W = zou.Data(A, B, X, Y), 0.1 * rng.standard_normal((4, 3, 3))
    found = differences(lambda flat: zou.loss_and_gradients(data, flat.reshape(W.shape))[0], W.ravel())
    assert np.allclose(found, zou.loss_and_gradients(data, W)[1].ravel(), rtol=1e-6, atol=1e-6)


def test_gradient_of_the_huber_risk_with_residuals_on_both_sides_of_one() -> None:
    rng = np.random.default_rng(1)
    net, x = sung.Network(*rng.standard_normal((3, 4))), rng.standard_normal(6)
    y = np.linspace(-3, 3, 6)
    found = differences(lambda flat: sung.huber_risk(sung.Network(*flat.reshape(3, 4)), x, y)[0], net.flat)
    assert np.allclose(found, sung.huber_risk(net, x, y)[1].flat, rtol=1e-6, atol=1e-8)


def test_gradient_and_value_of_the_absolute_value_learner() -> None:
    rng = np.random.default_rng(2)
    W = rng.standard_normal((4, 3))
    loss, gradient = li.loss_and_gradient(W)
    found = 4 * differences(lambda flat: li.loss_and_gradient(flat.reshape(W.shape))[0], W.ravel())
    assert np.allclose(found, gradient.ravel(), rtol=1e-6, atol=1e-7)
    x = rng.standard_normal((100_000, 3))
    squares = (np.abs(x @ W.T) @ np.linalg.norm(W, axis=1) / 4 - np.mean(np.abs(x), axis=1)) ** 2
    assert abs(np.mean(squares) - loss) < 5 * np.std(squares) / math.sqrt(len(x))


def test_tangent_loss_is_that_of_a_fit_on_samples() -> None:
    rng = np.random.default_rng(3)
    W, x = rng.standard_normal((3, 4)), rng.standard_normal((100_000, 4))
    features = np.hstack([x * np.sign(x @ w)[:, None] for w in W])
    fit = np.linalg.lstsq(features, np.mean(np.abs(x), axis=1), rcond=None)[0]
    squares = (features @ fit - np.mean(np.abs(x), axis=1)) ** 2
    # the fit on the sample is lower by the share 12/100000 of its parameters
    assert abs(np.mean(squares) - li.tangent_loss(W)) < 5 * np.std(squares) / math.sqrt(len(x)) + 12e-5


def test_best_multiple_of_the_absolute_values_is_that_of_samples_and_above_the_tangents() -> None:
    rng = np.random.default_rng(11)
    W, x = rng.standard_normal((3, 4)), rng.standard_normal((100_000, 4))
    one = np.abs(x @ (W / np.linalg.norm(W, axis=1)[:, None]).T).sum(axis=1)
    target = np.mean(np.abs(x), axis=1)
    squares = (one * (one @ target) / (one @ one) - target) ** 2
    # the fit on the sample is lower by the share 1/100000 of its parameter
    assert abs(np.mean(squares) - li.equal_loss(W)) < 5 * np.std(squares) / math.sqrt(len(x)) + 1e-5
    assert li.tangent_loss(W) < li.equal_loss(W)


@pytest.mark.parametrize("units", [2, 16])
def test_the_dropout_eigenvalues_are_those_of_the_formula_at_the_balanced_minimiser_alone(units: int) -> None:
    found = dropout.eigenvalues({"units": units}, np.random.default_rng(12), silent)
    assert found["difference"] < 1e-12
    assert found["difference_unbalanced"] > 1e-3


def test_gradient_through_the_normalisation() -> None:
    rng = np.random.default_rng(4)
    Q = np.linalg.qr(rng.standard_normal((6, 3)))[0]
    problem, flat = ergen.Problem(Q, rng.standard_normal(6), 0.3, 4), rng.standard_normal(24)
    found = differences(lambda at: problem.objective(at)[0], flat)
    assert np.allclose(found, problem.objective(flat)[1], rtol=1e-6, atol=1e-7)


def test_gradients_of_univariate_and_of_one_neuron_students() -> None:
    rng = np.random.default_rng(5)
    x, y, start = rng.standard_normal(5), rng.standard_normal(5), rng.standard_normal(12)
    gradient = williams.Network(*start.reshape(3, 4)).gradient(x, y)[1]
    found = differences(lambda flat: williams.Network(*flat.reshape(3, 4)).gradient(x, y)[0], start)
    assert np.allclose(found, np.concatenate([gradient.a, gradient.b, gradient.c]), rtol=1e-6, atol=1e-8)
    data = chistikov.Data(rng.standard_normal((6, 2)), np.array([0.6, 0.8]))
    _, to_a, to_W = data.gradient(start[:4], start[4:].reshape(4, 2))
    found = differences(lambda flat: data.gradient(flat[:4], flat[4:].reshape(4, 2))[0], start)
    assert np.allclose(found, np.concatenate([to_a, to_W.ravel()]), rtol=1e-6, atol=1e-8)


def test_dropout_loss_is_the_mean_over_all_filters() -> None:
    rng = np.random.default_rng(6)
    problem, flat = dropout.Dropout(rng.standard_normal((2, 3)), 0.7, 2), rng.standard_normal(10)
    W2, W1 = problem.split(flat)
    mean = 0.0
    for kept in ((0, 0), (0, 1), (1, 0), (1, 1)):
        weight = math.prod(0.7 if k else 0.3 for k in kept)
        mean += weight * float(np.sum((problem.Y - W2 * np.array(kept) @ W1) ** 2))
    assert problem.loss(flat) == pytest.approx(mean, rel=1e-12)
    assert np.allclose(differences(problem.loss, flat), problem.gradient(flat), rtol=1e-6, atol=1e-6)
    numeric = np.array([differences(lambda at, i=i: problem.gradient(at)[i], flat) for i in range(10)])
    assert np.allclose(numeric, problem.hessian(flat), rtol=1e-6, atol=1e-6)


def test_dropout_minimiser_is_not_beaten_by_descent() -> None:
    rng = np.random.default_rng(7)
    problem = dropout.Dropout(dropout.target(2, 3, rng), 0.6, 4)
    flat, least = problem.minimiser()
    assert np.linalg.norm(problem.gradient(flat)) < 1e-12
    for _ in range(3):
        at = rng.standard_normal(len(flat))
        for _ in range(1000):
            at = at - 0.05 * problem.gradient(at)
        assert problem.loss(at) >= least - 1e-12


def test_leaky_training_lowers_the_loss_along_its_gradient() -> None:
    rng = np.random.default_rng(8)
    X, y, a, W = rng.standard_normal((5, 3)), np.array([1.0, -1, 1, -1, 1]), rng.standard_normal(4), np.ones((4, 3))
    W = W + rng.standard_normal(W.shape)

    def loss(flat: FloatArray) -> float:
        before = X @ flat.reshape(W.shape).T
        return float(np.mean(np.logaddexp(0, -y * ((before * frei.slopes(before, 0.5)) @ a))))

    step = {"gamma": 0.5, "step": 1.0, "steps": 1}
    assert np.allclose(
        W.ravel() - frei.train(X, y, a, W, step, silent).ravel(), differences(loss, W.ravel()), atol=1e-8
    )


def test_tangent_kernel_of_one_layer_against_its_sampled_features() -> None:
    rng = np.random.default_rng(9)
    X = rng.standard_normal((3, 4))
    X /= np.linalg.norm(X, axis=1)[:, None]
    draws = np.array([han.feature_kernel(X, 1, 2000, 2.0, rng) for _ in range(50)])
    error = np.std(draws, axis=0) / math.sqrt(50)
    assert np.all(np.abs(np.mean(draws, axis=0) - han.tangent_kernel(X, 1)) < 5 * error)


def test_next_angle_of_a_wide_layer_is_that_of_infinite_width() -> None:
    rng = np.random.default_rng(10)
    found = jakub.next_log_sine(np.full(400, 1.0), 2000, rng)
    # the shift of finite width is of the order of 2/2000
    assert abs(np.mean(found) - jakub.wide_log_sine(1.0)) < 5 * np.std(found) / 20 + 2 / 2000


def test_splines_agree_where_their_weights_do() -> None:
    x, y, at = np.array([-0.02, 0.0, 0.01, 0.03]), np.array([1.0, -1.0, 2.0, 0.5]), np.linspace(-0.02, 0.03, 11)
    from scipy.interpolate import CubicSpline

    # zeta = 1/(1 + t^2)^2 is constant there up to 2 * 0.03^2
    natural = CubicSpline(x, y, bc_type="natural")(at)
    assert np.max(np.abs(jin.spline(x, y, at) - natural)) < 4 * 0.03**2 * np.max(np.abs(natural))


def test_the_experiments_are_all_there() -> None:
    assert len(MINE) >= 20
    assert find_experiment("frei-2023/orthogonal").full["d"] == 2000


@pytest.mark.slow
@pytest.mark.parametrize("experiment", [pytest.param(e, id=e.name) for e in MINE])
def test_a_repetition_comes_from_its_seed_alone_and_tells_its_progress(experiment: Experiment) -> None:
    told: list[float] = []
    first, again = (experiment.measured(experiment.quick, np.random.default_rng(7), told.append) for _ in range(2))
    other = experiment.measured(experiment.quick, np.random.default_rng(8), silent)
    assert first == again
    assert first != other
    assert all(0 <= share <= 1 for share in told)
