"""The bifurcation picture: arrays against certified values, the table, and the files."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from analytic.errors import DomainError
from analytic.landscape.bifurcation import Bifurcation, bifurcation
from analytic.landscape.families import critical_point


@pytest.fixture(scope="module")
def picture() -> Bifurcation:
    return bifurcation("II:2", (5, 20), 31)


def test_values_at_integers_are_those_of_the_critical_point(picture: Bifurcation) -> None:
    point = critical_point("II:2", 20)
    assert picture.k[-1] == 20
    assert picture.loss[-1] == pytest.approx(float(point.loss.arb), rel=1e-14)
    expected = sorted((c, float(r)) for r, _, c in point.spectrum_float())
    found = sorted((c, float(x)) for c, block in picture.eigenvalues.items() for x in block[-1])
    assert [c for c, _ in found] == [c for c, _ in expected]
    assert np.allclose([x for _, x in found], [x for _, x in expected], rtol=1e-9, atol=1e-12)


def test_arrays_are_ascending_finite_and_of_one_length(picture: Bifurcation) -> None:
    assert (np.diff(picture.k) > 0).all()
    assert len(picture.k) >= 31
    for x in (picture.loss, picture.index, *picture.eigenvalues.values()):
        assert len(x) == len(picture.k)
        assert np.isfinite(x).all()


def test_the_index_jumps_at_the_thresholds_only(picture: Bifurcation) -> None:
    (event,) = [e for e in picture.thresholds if e.kind == "saddle to minimum"]
    k = float(event.k.arb)
    assert (picture.index[picture.k > k] == 0).all()
    assert (picture.index[picture.k < k] > 0).all()


def test_the_branch_ends_at_its_fold() -> None:
    picture = bifurcation("I:20", (100, 200), 20)
    (fold,) = [e for e in picture.thresholds if e.kind == "ends"]
    assert picture.k[-1] == pytest.approx(float(fold.k.arb), rel=1e-15)
    assert abs(picture.eigenvalues["trivial"][-1]).min() < 1e-9


def test_the_table_holds_every_number(picture: Bifurcation) -> None:
    rows = list(csv.reader(picture.csv().splitlines()))
    assert rows[0][:4] == ["k", "loss", "index", "trivial[0]"]
    values = np.array(rows[1:], dtype=float)
    assert (values[:, 0] == picture.k).all()
    assert (values[:, 3:] == np.hstack(list(picture.eigenvalues.values()))).all()


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_pictures_are_written(picture: Bifurcation, tmp_path: Path, suffix: str) -> None:
    magic = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}
    target = tmp_path / f"picture{suffix}"
    picture.plot(target)
    assert target.read_bytes().startswith(magic[suffix])


def test_other_files_and_steps_are_refused(picture: Bifurcation, tmp_path: Path) -> None:
    with pytest.raises(DomainError, match="suffixes"):
        picture.plot(tmp_path / "picture.gif")
    with pytest.raises(DomainError, match="steps"):
        bifurcation("A", (4, 10), 1)
