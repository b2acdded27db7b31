"""What an attack on the landscape found: each was wrong, endless, or an internal error."""

from __future__ import annotations

import numpy as np
import pytest

from analytic import GaussianLaw, expect
from analytic.errors import AnalyticError, DimensionError, FormulaError
from analytic.landscape.families import critical_point
from analytic.landscape.isotropy import isotropy
from analytic.landscape.named import family_layout, find_point, point_from_weights
from analytic.landscape.newton import NoCriticalPointError
from analytic.landscape.pair import ABSOLUTE


@pytest.mark.parametrize(
    ("name", "k"), [("A", 3 * 10**12), ("A", 10**30), ("II", 10**22), ("II", 10**40), ("I", 10**25)]
)
def test_very_large_sizes_are_no_other_families(name: str, k: int) -> None:
    assert critical_point(name, k).spectrum(10).index == 0


@pytest.mark.parametrize("noise", [1e-6, 5e-6, 1e-4])
@pytest.mark.parametrize(("name", "k", "group"), [("A", 5, "Delta(S_5)"), ("II:2", 9, "Delta(S_7 x S_2)")])
def test_noise_does_not_hide_the_symmetry_of_the_target(name: str, k: int, group: str, noise: float) -> None:
    point = critical_point(name, k)
    noisy = point.matrix() + noise * np.random.default_rng(1).standard_normal((k, k))
    found = point_from_weights(noisy, polish=True)
    assert found.name.endswith(group)
    assert found.loss.rounded(10) == point.loss.rounded(10)


def test_rows_that_are_antisymmetric_on_two_columns() -> None:
    assert isotropy([[-1, 1], [1, -1]]).group == "Delta(S_2)"
    assert isotropy([[-1, 0, 1, 0], [1, -1, -1, 1], [1, 0, 1, 0], [1, 1, -1, -1]]).group == "Delta(S_2 x S_1 x S_1)"


@pytest.mark.parametrize("W", [[[0.3, 0], [0.7, 0], [0, 1]], [[0.5, 0], [0.5, 0], [0, 1]]])
def test_split_neurons_are_degenerate_never_strict(W: list[list[float]]) -> None:
    with pytest.raises(NoCriticalPointError, match="degenerate"):
        point_from_weights(W)


@pytest.mark.parametrize("request_", [("II", 2), ("I", 4), ("I:3", 5), ("1,1,1,1,1,1,1,1", None), ("2,2,2,2,2", None)])
def test_what_is_not_found_is_said_in_one_line(request_: tuple[str, int | None]) -> None:
    with pytest.raises(AnalyticError) as caught:
        find_point(request_[0], request_[1], phi=ABSOLUTE).spectrum()
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) > 40


@pytest.mark.parametrize("text", ["II:\u0663", "\uff15,1", "", " "])
def test_only_plain_digits_are_digits(text: str) -> None:
    with pytest.raises(FormulaError):
        find_point(text, 5)


def test_python_arguments_are_checked() -> None:
    W = critical_point("A", 4).matrix()
    for k in (2.5, "9", True):
        with pytest.raises(DimensionError, match="number of teachers"):
            point_from_weights(W, k=k)  # type: ignore[arg-type]
    with pytest.raises(DimensionError, match="no real numbers"):
        point_from_weights(W + 1j)
    with pytest.raises(FormulaError, match="p >= 1"):
        family_layout("II:0")


CANCELLED = [
    "silu(v - v)*bump(u)",
    "tanh(v - v - 1)*bump(u)",
    "tanh(u)^2*sign(w - w)*relu(w + u)",
    "silu(v - v)*1",
    "tanh(u - u)",
]


@pytest.mark.parametrize("text", CANCELLED)
def test_arguments_in_which_the_variables_cancel_are_refused(text: str) -> None:
    # such a factor was dropped: a tight ball without the true value
    with pytest.raises(FormulaError, match="cancel"):
        expect(text)
    with pytest.raises(FormulaError, match="cancel"):
        expect("silu(v - v + b)*bump(u)", ["b"], law=None)
    assert expect("tanh(u - v + v)*bump(u)").at(rho=0).arb.contains(0)
    law = GaussianLaw.matrix("u v", [[1, 1], [1, 1]])
    assert expect("tanh(u - v)*bump(u)", law=law).at().arb.contains(0)
