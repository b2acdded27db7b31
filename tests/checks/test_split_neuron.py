"""Split neurons: the kink's part in balls against dense float64 Hessians, and the congruence that frees the share."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from analytic import find_point
from checks.claim import Claim
from checks.empirical import Settings
from checks.errors import ClaimError
from checks.statements.split_neuron import SplitNeuron
from checks.statements.split_neuron_balls import inertia
from checks.statements.split_neuron_judge import judge_split
from checks.verdict import Kind, Verdict
from numeric.training import closed_form, dense_hessian


def judged(stated: SplitNeuron, power: bool = False) -> Verdict:
    return judge_split(Claim("my/claim", stated), Settings(1e-6, 0), power)


def kink(W: np.ndarray, row: int, k: int) -> np.ndarray:
    """D = H_ii - I/2."""
    d = W.shape[1]
    H = dense_hessian(W, closed_form(np.eye(k, d)))
    return np.asarray(H[row * d : (row + 1) * d, row * d : (row + 1) * d] - np.eye(d) / 2)


@pytest.mark.parametrize(("name", "k", "d"), [("A", 3, 3), ("A", 6, 8), ("I", 7, 7), ("II", 5, 6), ("II:2", 6, 6)])
def test_the_inertia_of_the_kinks_part_is_that_of_a_dense_matrix(name: str, k: int, d: int) -> None:
    point = find_point(name, k, d)
    W, row = point.matrix(), 0
    for number, block in enumerate(point.layout.rows):
        values = np.linalg.eigvalsh(kink(W, row, k))
        assert inertia(point, number, Fraction(0)).count == (values < -1e-9).sum()
        assert (np.abs(values) < 1e-9).sum() == 1  # that of the neuron itself
        row += point.size(block.label, block.single)


def test_the_hessian_after_a_split_is_congruent_to_the_old_one_and_the_kinks_part() -> None:
    rng = np.random.default_rng(0)
    W, a = rng.standard_normal((3, 4)), 0.3
    problem, D = closed_form(np.eye(3, 4)), kink(W, 0, 3)
    split = np.vstack([a * W[0], (1 - a) * W[0], W[1:]])
    eye, zero, rest = np.eye(4), np.zeros((4, 4)), np.zeros((8, 4))
    # columns: s, the two other neurons, t
    others = np.vstack([np.zeros((8, 8)), np.eye(8)])
    T = np.hstack([np.vstack([a * eye, (1 - a) * eye, rest]), others, np.vstack([eye, -eye, rest])])
    found = T.T @ dense_hessian(split, problem) @ T
    expected = np.block([[dense_hessian(W, problem), np.zeros((12, 4))], [np.zeros((4, 12)), D / (a * (1 - a))]])
    assert zero.sum() == 0
    assert np.abs(found - expected).max() < 1e-12


def test_every_neuron_of_type_ii_can_be_split_into_a_saddle() -> None:
    verdict = judged(SplitNeuron("II", 8, 7, directions=(("standard:1", 5), ("trivial", 2))), power=True)
    assert verdict.kind is Kind.CERTIFIED
    assert verdict.power is not None
    assert verdict.power.refuted == verdict.power.total == 5
    assert len(verdict.empirical) == 3
    assert judged(SplitNeuron("II", 8, 7, block=2)).kind is Kind.CERTIFIED
    assert judged(SplitNeuron("II", 8, 7, directions=(("standard:1", 7),))).kind is Kind.REFUTED


def test_the_global_minimum_goes_down_only_once_tilted() -> None:
    assert judged(SplitNeuron("global", 5, 0)).kind is Kind.CERTIFIED
    assert judged(SplitNeuron("global", 5, 4)).kind is Kind.REFUTED
    for tilt in ("1/1000", "-1/10", "2"):
        assert judged(SplitNeuron("global", 5, 4, tilt=tilt)).kind is Kind.CERTIFIED
    assert judged(SplitNeuron("global", 5, 6, tilt="1/10", d=7)).kind is Kind.CERTIFIED


def test_a_block_that_is_not_there_is_inconclusive() -> None:
    assert judged(SplitNeuron("A", 6, 5, block=3)).kind is Kind.INCONCLUSIVE


@pytest.mark.parametrize(
    "stated",
    [SplitNeuron("II", 8, 7, 2, (("standard:1", 6), ("trivial", 1))), SplitNeuron("global", 5, 6, tilt="1/3", d=7)],
)
def test_tables_are_read_back(stated: SplitNeuron) -> None:
    assert SplitNeuron.from_table(stated.table(), {}) == stated


def test_what_cannot_be_read_is_refused() -> None:
    with pytest.raises(ClaimError, match="negative = -1"):
        SplitNeuron("II", 8, -1)
    with pytest.raises(ClaimError, match="at global"):
        SplitNeuron("II", 8, 7, tilt="1/2")
    with pytest.raises(ClaimError, match="pairs"):
        SplitNeuron("II", 8, 7, directions=(("standard:1", 0),))
    with pytest.raises(ClaimError, match="all three"):
        SplitNeuron.from_table({"split_neuron": {"point": "II", "k": 8}}, {})
