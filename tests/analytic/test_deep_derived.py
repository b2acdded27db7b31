"""Activations that the engine derives, against the hand-written ones and against their definition."""

from __future__ import annotations

import numpy as np
import pytest

from analytic import DerivedActivation, dual_activation, nngp_gram, ntk_gram
from analytic.errors import FormulaError

PAIRS = [
    ("relu", DerivedActivation("relu(z)", "step(z)")),
    ("gelu", DerivedActivation("gelu(z)", "Phi(z) + z*exp(-z^2/2)/sqrt(2*pi)", recompute=True)),
    ("erf", DerivedActivation("erf(z)", "2*exp(-z^2)/sqrt(pi)")),
    ("sin", DerivedActivation("sin(z)", "cos(z)")),
    ("relu^2", DerivedActivation("relu(z)^2", "2*relu(z)")),
]


def covariances(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    q1, q2 = rng.uniform(0.3, 2.0, (2, 40))
    rho = np.concatenate([rng.uniform(-1, 1, 36), [0.0, 1.0, -1.0, 0.999]])
    return q1, q2, rho * np.sqrt(q1) * np.sqrt(q2)


@pytest.mark.parametrize(("name", "derived"), PAIRS)
def test_the_derived_kernel_is_the_one_written_by_hand(name: str, derived: DerivedActivation) -> None:
    known, (q1, q2, c) = dual_activation(name), covariances(1)
    scale = np.sqrt(known.second_moment(q1) * known.second_moment(q2))
    assert np.all(np.abs(derived.kernel(q1, q2, c) - known.kernel(q1, q2, c)) <= 4e-13 * scale)
    if name != "relu":  # the step's kernel has an infinite slope at rho = 1, where c is rounded
        slopes = np.sqrt(known.derivative(q1, q1, q1) * known.derivative(q2, q2, q2))
        assert np.all(np.abs(derived.derivative(q1, q2, c) - known.derivative(q1, q2, c)) <= 4e-13 * slopes)


def test_elu_networks_run() -> None:
    x = np.random.default_rng(0).standard_normal((5, 3))
    gram, tangent = (f(x, depth=2, activation="elu", weight_variance=1.0) for f in (nngp_gram, ntk_gram))
    for matrix in (gram, tangent):
        assert np.array_equal(matrix, matrix.T)
        assert np.linalg.eigvalsh(matrix).min() > 0


def test_another_variable_is_refused() -> None:
    with pytest.raises(FormulaError, match="in z alone"):
        DerivedActivation("relu(z + t)", "step(z + t)")


def test_the_diagonal_uses_the_closed_form_of_one_variable() -> None:
    """A running bound that fails at equal inputs sent every diagonal entry to the balls: seconds for a few points."""
    elu = dual_activation("elu")
    q = np.array([0.5, 1.0, 2.0])
    assert np.array_equal(elu.kernel(q, q, q), elu.second_moment(q))
