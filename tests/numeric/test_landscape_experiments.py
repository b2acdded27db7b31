"""Experiments on the landscape: gradients of mixed laws, symmetry of the loss, what near starts lead to."""

from __future__ import annotations

import numpy as np
import pytest

from numeric.experiments.arjevani_2023_hidden import MEASURES, flipped, near_type_a, run, xavier
from numeric.experiments.arjevani_field_2019_symmetry import (
    blocks,
    equicorrelated,
    graded,
    isotropic,
    mixture,
    population,
)
from numeric.experiments.safran_yehudai_shamir_2021_over import kink
from numeric.training import closed_form, dense_hessian

RNG = np.random.default_rng(3)


@pytest.mark.parametrize(("roots", "activation"), [(equicorrelated, "relu"), (mixture, "relu"), (graded, "erf")])
def test_gradients_of_mixed_laws_are_those_of_their_losses(roots: object, activation: str) -> None:
    assert callable(roots)
    step = population(roots(4, 0.2), activation)
    W, U, h = RNG.standard_normal((1, 4, 4)), RNG.standard_normal((1, 4, 4)), 1e-5
    along = float((step(W)[1] * U).sum())
    difference = float((step(W + h * U)[0] - step(W - h * U)[0])[0]) / (2 * h)
    assert difference == pytest.approx(along, rel=1e-7)


def test_only_laws_that_permutations_leave_alone_have_losses_that_they_leave_alone() -> None:
    W, order = RNG.standard_normal((1, 5, 5)), RNG.permutation(5)
    moved = W[:, order][:, :, order]
    for roots in (isotropic, equicorrelated, mixture):
        step = population(roots(5, -0.1), "relu")
        assert step(moved)[0] == pytest.approx(step(W)[0], rel=1e-12)
    step = population(graded(5, 0.3), "relu")
    assert abs(step(moved)[0] - step(W)[0]) > 1e-6


def test_samples_confirm_the_loss_of_a_mixture() -> None:
    W, roots, n = RNG.standard_normal((4, 4)), mixture(4, -0.2), 60_000
    x = RNG.standard_normal((n, 4))
    values = [
        0.5 * (np.maximum(z @ W.T, 0.0).sum(axis=1) - np.maximum(z, 0.0).sum(axis=1)) ** 2
        for z in (x @ r for r in roots)
    ]
    mean = np.mean(values, axis=0)
    loss = float(population(roots, "relu")(W[None])[0][0])
    assert abs(mean.mean() - loss) < 6 * mean.std() / n**0.5


def test_flipped_neurons_are_counted_and_a_near_start_stays() -> None:
    A = near_type_a(8, 1, np.random.default_rng(0), 0.0)
    assert flipped(A).tolist() == [8]
    two = np.eye(8)
    two[[0, 3]] *= -1
    assert flipped(two[None]).tolist() == [2]
    small = {"first": 7, "last": 7, "runs": 3, "noise": 0.02}
    found = run(near_type_a, small, np.random.default_rng(0), lambda _: None)
    assert found["hidden"] == 1.0
    assert set(found) == set(MEASURES)
    assert run(xavier, small, np.random.default_rng(0), lambda _: None)["hidden"] == 0.0


def test_the_kinks_part_of_the_teacher_is_zero_and_blocks_are_counted() -> None:
    assert abs(kink(dense_hessian(np.eye(5), closed_form(np.eye(5))), 5)) < 1e-12
    assert [blocks(np.diag([1.0, 1.0, x])) for x in (1.0, -1.0)] == [1, 2]
