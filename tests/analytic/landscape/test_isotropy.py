"""The isotropy of given weights, and the critical points next to them."""

from __future__ import annotations

import numpy as np
import pytest

from analytic.errors import AnalyticError, DimensionError, DomainError, ZeroNeuronError
from analytic.landscape.families import critical_point
from analytic.landscape.isotropy import isotropy
from analytic.landscape.named import point_from_weights
from analytic.landscape.newton import NoCriticalPointError


@pytest.mark.parametrize(
    ("name", "k", "group"),
    [
        ("A", 5, "Delta(S_5)"),
        ("II", 6, "Delta(S_5 x S_1)"),
        ("I", 7, "Delta(S_1 x S_6)"),
        ("II:2", 6, "Delta(S_4 x S_2)"),
        ("II:3", 10, "Delta(S_7 x S_3)"),
        ("diagonal", 4, "Delta(S_4) x S_4"),
    ],
)
def test_shuffled_weights_lead_back_to_their_point(name: str, k: int, group: str) -> None:
    rng = np.random.default_rng(k)
    point = critical_point(name, k, k + 2)
    W = point.matrix()[rng.permutation(k)][:, [*rng.permutation(k), k, k + 1]]
    W[:, :k] += 1e-9 * rng.standard_normal((k, k))
    assert isotropy(W).group == group
    found = point_from_weights(W)
    assert found.loss.rounded(12) == point.loss.rounded(12)
    assert np.allclose(found.spectrum().eigenvalues(), point.spectrum().eigenvalues(), rtol=0, atol=1e-13)


def test_the_teacher_in_any_order_is_the_global_minimum() -> None:
    assert point_from_weights(np.eye(4, 6)[[2, 0, 3, 1]]).name == "global"


def test_weights_near_no_critical_point_are_refused_with_the_way_out() -> None:
    W = critical_point("II:2", 6).matrix()
    W[W > 0.2] += 0.02
    with pytest.raises(NoCriticalPointError, match=r"gradient of size 0\.0\d+.*distance of 0\.02"):
        point_from_weights(W)
    assert point_from_weights(W, polish=True).spectrum().index == 4


@pytest.mark.parametrize(
    ("W", "error", "words"),
    [
        (np.ones(3), DimensionError, "shape 3"),
        (np.ones((0, 3)), DimensionError, "0 x 3"),
        (np.array([[1.0, np.nan], [0, 1]]), DomainError, "row 0"),
        (np.array([[1.0, 0], [0, 0]]), ZeroNeuronError, "row 1"),
        (np.array([[1.0, 0, 0.3], [0, 1, 0]]), DimensionError, "beyond the 2-th"),
        ("text", DimensionError, "no real numbers"),
        (np.random.default_rng(0).standard_normal((9, 9)), DimensionError, "81 parameters"),
    ],
)
def test_bad_weights_are_refused(W: object, error: type[AnalyticError], words: str) -> None:
    with pytest.raises(error) as caught:
        point_from_weights(W)
    assert words in str(caught.value)


def test_more_rows_than_teachers() -> None:
    W = np.vstack([np.eye(4), 0.3 * np.ones((2, 4))])
    assert isotropy(W).group == "Delta(S_4) x S_2"
    with pytest.raises(DimensionError, match="k = 5"):
        isotropy(np.eye(3), 5)
